/** The authors' forecasts of the EPF benchmark as vectors: our LEAR errs as theirs does. */
import { describe, expect, test } from "vitest";
import { dataSet } from "../../tool/data-sets.ts";
import { loadMarket, loadPublished } from "../../tool/markets.ts";
import { rolling } from "./backtest.ts";
import { createLear } from "./lear.ts";
import { createProcess } from "./process.ts";
import { errorCorrelation, meanAbsoluteError } from "./score.ts";

describe("LEAR against the authors' file, NP", () => {
  const data = dataSet("epf", "NP_dataset.csv");
  const file = dataSet("epf", "NP_test_forecasts.csv");

  test.skipIf(data === null || file === null)(
    "errors of windows 1092 and 1456 agree on days over the two years",
    () => {
      const market = loadMarket(data as string, "EUR/MWh");
      const published = loadPublished(file as string);
      const methods = [createLear(1092), createLear(1456)];
      const names = ["lear-1092", "lear-1456"];
      const [own, theirs, actual]: [number[][], number[][], number[]] = [[[], []], [[], []], []];
      for (let at = 3; at < published.days; at += 160) {
        const from = published.firstDay + at;
        for (const day of rolling(market, methods, { from, to: from + 1 })) {
          actual.push(...day.actual);
          for (const [k, name] of names.entries()) {
            own[k]?.push(...(day.forecasts[k] as Float64Array));
            theirs[k]?.push(...(published.forecasts.get(name) as Float64Array).subarray(24 * at, 24 * at + 24));
          }
        }
      }
      const came = Float64Array.from(actual);
      for (const k of [0, 1]) {
        const [a, b] = [Float64Array.from(own[k] as number[]), Float64Array.from(theirs[k] as number[])];
        expect(errorCorrelation(a, b, came)).toBeGreaterThan(0.98);
        expect(meanAbsoluteError(a, b)).toBeLessThan(0.15);
      }
    },
    120_000,
  );

  test.skipIf(data === null)(
    "a process gives the same numbers by the same past",
    () => {
      const market = loadMarket(data as string, "EUR/MWh");
      const short = { ...market, days: 220, price: market.price.slice(0, 24 * 220) };
      const span = { from: market.firstDay + 215, to: market.firstDay + 220 };
      const once = [...rolling(short, [createProcess()], span)].map(({ forecasts }) => forecasts);
      expect([...rolling(market, [createProcess()], span)].map(({ forecasts }) => forecasts)).toEqual(once);
    },
    60_000,
  );
});
