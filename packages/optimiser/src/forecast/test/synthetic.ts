/** A market made of known parts, for tests: a day's shape, load and wind that move the price, memory, noise. */
import { type Random, seeded } from "@carrara/base/random";
import type { Market } from "../past.ts";

/** Noise of about the standard normal: the sum of twelve uniform draws. */
export function normal(random: Random): number {
  let sum = -6;
  for (let i = 0; i < 12; i++) sum += random.u32() / 2 ** 32;
  return sum;
}

/** `days` of prices near 40 that follow load and wind and yesterday; the columns go on for one day more. */
export function syntheticMarket(days: number, seed: number, columns = 2): Market {
  const random = seeded(seed);
  const load = new Float64Array(24 * (days + 1));
  const wind = new Float64Array(24 * (days + 1));
  const price = new Float64Array(24 * days);
  let [calm, memory] = [0, 0];
  for (let d = 0; d <= days; d++) {
    calm = 0.7 * calm + normal(random);
    memory = 0.8 * memory + 0.6 * normal(random);
    for (let h = 0; h < 24; h++) {
      const at = 24 * d + h;
      load[at] = 50 + 8 * Math.sin(((h - 7) / 12) * Math.PI) - (d % 7 > 4 ? 6 : 0) + normal(random);
      wind[at] = 10 + 4 * calm + normal(random);
      if (d < days) price[at] = (load[at] as number) - 0.8 * (wind[at] as number) + 3 * memory + normal(random);
    }
  }
  return { unit: "EUR/MWh", firstDay: 17_000, days, price, exogenous: [load, wind].slice(0, columns) };
}
