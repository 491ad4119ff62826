/**
 * Draws of the distributions that simulations need, from the seeded generator.
 * @module
 */
import type { Random } from "@carrara/base/random";

/** A number from `low` to below `high`, all alike. @example uniform(seeded(1), 0, 1) */
export function uniform(random: Random, low: number, high: number): number {
  return low + ((high - low) * random.u32()) / 2 ** 32;
}

/** A normal draw (Box and Muller 1958; one of the pair, so that a draw costs the same each time). */
export function normal(random: Random, mean = 0, sd = 1): number {
  const radius = Math.sqrt(-2 * Math.log((random.u32() + 1) / 2 ** 32));
  return mean + sd * radius * Math.cos((2 * Math.PI * random.u32()) / 2 ** 32);
}

/**
 * How many events come when `mean` are due. Exact by products below 30 (Knuth), above by the normal with its half-step,
 * which there is off by less than the noise of any use here.
 */
export function poisson(random: Random, mean: number): number {
  if (!(mean > 0)) return 0;
  if (mean > 30) return Math.max(0, Math.round(normal(random, mean, Math.sqrt(mean))));
  const end = Math.exp(-mean);
  let product = (random.u32() + 1) / 2 ** 32;
  let count = 0;
  while (product > end) {
    product *= (random.u32() + 1) / 2 ** 32;
    count++;
  }
  return count;
}
