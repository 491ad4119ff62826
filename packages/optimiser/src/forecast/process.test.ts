import { expect, test } from "vitest";
import { rolling } from "./backtest.ts";
import { createLear } from "./lear.ts";
import { weeklyNaive } from "./naive.ts";
import { pastOf } from "./past.ts";
import { createProcess } from "./process.ts";
import { meanAbsoluteError } from "./score.ts";
import { syntheticMarket } from "./test/synthetic.ts";

test("day after day gives what a fresh start gives, across the renewal of the medians", () => {
  const market = syntheticMarket(300, 2);
  const running = createProcess();
  for (let day = market.firstDay + 274; day < market.firstDay + 292; day++) {
    const going = running.forecast(pastOf(market, day));
    if (day % 8 !== 0) continue;
    const fresh = createProcess().forecast(pastOf(market, day));
    for (let h = 0; h < 24; h++) expect(going[h]).toBeCloseTo(fresh[h] as number, 9);
  }
});

test("another past in the same memory is not taken for a continuation", () => {
  const [one, other] = [syntheticMarket(80, 5), syntheticMarket(80, 6)];
  const method = createProcess();
  method.forecast(pastOf(one, one.firstDay + 60));
  expect(method.forecast(pastOf(other, other.firstDay + 70))).toEqual(
    createProcess().forecast(pastOf(other, other.firstDay + 70)),
  );
});

test("on a market of known parts, LEAR and the process come near the noise and far below the plain rule", () => {
  const market = syntheticMarket(260, 3);
  const methods = [weeklyNaive, createLear(84), createProcess()];
  const span = { from: market.firstDay + 245, to: market.firstDay + 260 };
  const days = [...rolling(market, methods, span)];
  const actual = Float64Array.from(days.flatMap((day) => [...day.actual]));
  const [rule, lear, gaussian] = methods.map((_, k) =>
    meanAbsoluteError(Float64Array.from(days.flatMap(({ forecasts }) => [...(forecasts[k] as Float64Array)])), actual),
  ) as [number, number, number];
  // What nobody can know: the day's own move (1.8 x 0.8) and the hour's noise (1 x 0.8).
  expect(lear).toBeLessThan(0.65 * rule);
  expect(gaussian).toBeLessThan(0.6 * rule);
});
