import { seeded } from "@carrara/base/random";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  benchMachines,
  bitcoinFile,
  dataSet,
  loadCurve,
  loadHashprice,
  loadPrices,
  TERMS,
} from "../../tool/data-sets.ts";
import { fromPairs, parseHour, slice } from "../series.ts";
import { terahash, type UsdPerMwh, type UsdPerTerahashDay, usd, usdPerTerahashDay, watts } from "../units.ts";
import { account } from "./account.ts";
import { backtestPublished } from "./backtest.ts";
import { createChainMemory, solveChain, worthOf } from "./chain.ts";
import { chainOf, machine, machineCurve } from "./machine.ts";
import { knownUntil, modePublished, planPublished } from "./published.ts";
import { bestMode, runLength, threshold } from "./rules.ts";

const MODES = [
  { name: "eco", power: watts(2200), rate: terahash(130) },
  { name: "default", power: watts(3500), rate: terahash(190) },
];
const price = (energy: number, day = 0.05) => ({
  energy: energy as UsdPerMwh,
  hashprice: day as UsdPerTerahashDay,
});

describe("a machine's curve", () => {
  test("that is not monotone loses the points that another one beats, and says which", () => {
    const { modes, dropped } = machineCurve([
      { name: "overclock", power: watts(4000), rate: terahash(185) },
      ...MODES,
      { name: "bad", power: watts(2300), rate: terahash(90) },
    ]);
    expect(modes.map(({ name }) => name)).toEqual(["eco", "default"]);
    expect(dropped.map(({ name }) => name)).toEqual(["bad", "overclock"]);
  });

  test.each([
    ["no points", () => machineCurve([])],
    ["a mode that hashes nothing", () => machineCurve([{ name: "x", power: watts(100), rate: terahash(0) }])],
    ["a least time of half an hour", () => machine("x", machineCurve(MODES), { minOn: 0.5 })],
    ["a restart of two hours", () => machine("x", machineCurve(MODES), { restart: { minutes: 120, wear: usd(0) } })],
  ])("%s is refused", (_, make) => expect(make).toThrow(/./));
});

describe("money", () => {
  test("of a plan adds up to the books' arithmetic, in whole micro-dollars and watt-hours", () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 1, max: 72 }), (seed, hours) => {
        const draw = seeded(seed);
        const own = machine("m", machineCurve(MODES), { standby: watts(15) });
        // Whole figures, so that the books' side is exact in bigint: micro-USD per MWh, nano-USD per TH and day.
        const energy = Array.from({ length: hours }, () => draw.below(400_000_000) - 100_000_000);
        const day = Array.from({ length: hours }, () => 20_000_000 + draw.below(80_000_000));
        const prices = energy.map((micro, h) => price(micro / 1e6, (day[h] as number) / 1e9));
        const plan = Uint8Array.from({ length: hours }, () => draw.below(3));
        const from = { mode: draw.below(3), age: 9 };
        const sum = account(own, from, plan, prices, TERMS);

        // In 1e-15 USD: W x (micro-USD/MWh + adder) is 1e-12 USD; TH/s x nano-USD x 99/100 / 24 needs 1e-9 / 2400.
        let books = 0n;
        let state = from.mode;
        for (let h = 0; h < hours; h++) {
          const m = plan[h] as number;
          const power = BigInt(m === 0 ? 15 : (MODES[m - 1]?.power as number));
          books -= power * BigInt((energy[h] as number) + 10_000_000) * 1000n * 2400n * 60n;
          if (m !== 0) {
            const minutes = m === state ? 60n : state === 0 ? 45n : 58n;
            books += BigInt(MODES[m - 1]?.rate as number) * BigInt(day[h] as number) * 99n * minutes * 1_000_000n;
            if (state === 0) books -= 50_000_000_000_000n * 2400n * 60n;
          }
          state = m;
        }
        const exact = Number(books) / 2400 / 60 / 1e15;
        expect(sum.profit).toBeCloseTo(exact, 9);
        expect(sum.revenue - sum.cost - sum.wear).toBeCloseTo(sum.profit, 12);
        // The planner's own sum is the same money.
        return Math.abs(worthOf(chainOf(own, prices, TERMS), from, plan) - exact) < 1e-9;
      }),
    );
  });
});

describe("the rules", () => {
  const own = machine("m", machineCurve(MODES.slice(1)), { restart: { minutes: 60, wear: usd(0.05) } });
  const chain = (...energy: number[]) =>
    chainOf(
      own,
      energy.map((e) => price(e)),
      TERMS,
    );

  test("threshold looks at the hour, run length at the run", () => {
    const dip = chain(130, 60, 60, 60);
    expect(threshold(dip, 0)).toBe(0);
    expect(runLength(dip, { mode: 1, age: 9 })).toBe(1);
    const night = chain(130, 250, 250, 60);
    expect(runLength(night, { mode: 1, age: 9 })).toBe(0);
    expect(runLength(chain(60, 300, 300), { mode: 0, age: 9 })).toBe(0);
    expect(runLength(chain(20, 20, 20, 20, 300), { mode: 0, age: 9 })).toBe(1);
  });

  test("best mode: by the hour's price, unless the switch costs more than it brings", () => {
    const two = machine("m", machineCurve(MODES), { change: { minutes: 0, wear: usd(0) } });
    const of = (energy: number) => chainOf(two, [price(energy)], TERMS);
    expect(bestMode(of(20), 0, 1)).toBe(2);
    expect(bestMode(of(105), 0, 2)).toBe(1);
    expect(bestMode(of(200), 0, 2)).toBe(0);
    const dear = machine("m", machineCurve(MODES), { change: { minutes: 30, wear: usd(1) } });
    expect(bestMode(chainOf(dear, [price(20)], TERMS), 0, 1)).toBe(1);
  });
});

describe("the plan on published prices", () => {
  const own = machine("m", machineCurve(MODES));
  const hour = (text: string) => parseHour(text, "utc");

  test("knows today until noon, and tomorrow from then on", () => {
    expect(knownUntil(hour("2024-06-03T11:00Z"))).toBe(hour("2024-06-04T00:00Z"));
    expect(knownUntil(hour("2024-06-03T12:00Z"))).toBe(hour("2024-06-05T00:00Z"));
  });

  test("does not look ahead: prices after the last published hour change no decision", () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 24, max: 60 }), (seed, at) => {
        const draw = seeded(seed);
        const values = Array.from({ length: 120 }, () => draw.below(200) - 20);
        const start = hour("2024-06-03T00:00Z");
        const series = (changed: number[]) =>
          fromPairs(
            changed.map((_, i) => start + i),
            changed,
            { unit: "USD/MWh", clock: "utc" },
          );
        const past = (changed: number[]) => ({ prices: series(changed), hashprice: () => usdPerTerahashDay(0.05) });
        const until = knownUntil(start + at) - start;
        const other = values.map((value, i) => (i < until ? value : draw.below(200)));
        const seen = (changed: number[]) => {
          const known = {
            now: start + at,
            prices: slice(past(changed).prices, start, knownUntil(start + at)),
            hashprice: usdPerTerahashDay(0.05),
          };
          return modePublished(own, { mode: 1, age: 9 }, known, TERMS, createChainMemory());
        };
        return seen(values) === seen(other);
      }),
    );
  });

  test("values each other choice for this hour, and its own is the best", () => {
    const draw = seeded(8);
    const start = hour("2024-06-03T00:00Z");
    const values = Array.from({ length: 48 }, () => 60 + draw.below(100));
    const prices = fromPairs(
      values.map((_, i) => start + i),
      values,
      { unit: "USD/MWh", clock: "utc" },
    );
    const known = { now: start + 13, prices, hashprice: usdPerTerahashDay(0.05) };
    const plan = planPublished(own, { mode: 2, age: 9 }, known, TERMS);
    expect(plan.ifFirst[plan.modes[0] as number]).toBe(plan.value);
    expect(Math.max(...plan.ifFirst.map((value) => value ?? 0))).toBe(plan.value);
    expect(plan.modes.length).toBe(35);
    expect(() => planPublished(own, { mode: 2, age: 9 }, { ...known, now: start + 48 }, TERMS)).toThrow(/no price/);
  });

  const deLu = dataSet("electricity", "DE-LU_2021-2024_hourly.csv");
  test.skipIf(deLu === null)(
    "earns 0.999 of the oracle and never less than the threshold, DE-LU 2022, restart 60 minutes",
    () => {
      const file = deLu as string;
      const past = { prices: loadPrices(file), hashprice: loadHashprice(bitcoinFile([], file)) };
      const span = { from: hour("2022-01-01T00:00Z"), to: hour("2023-01-01T00:00Z") };
      for (const { machine: bench } of benchMachines(60)) {
        const { plan, threshold: plain, oracle, runLength: rule } = backtestPublished(bench, past, span, TERMS);
        expect(plan / oracle).toBeGreaterThan(0.999);
        expect(plan).toBeGreaterThan(plain);
        expect(rule / oracle).toBeGreaterThan(0.99);
        expect(plan).toBeLessThanOrEqual(oracle + 1e-9);
      }
    },
    300_000,
  );

  const profiles = dataSet("tuning", "s19kpro_luxos_profiles.csv");
  test.skipIf(profiles === null)("a measured curve of 25 modes has its best efficiency far below its default", () => {
    const { modes, dropped } = loadCurve(profiles as string);
    expect(modes.length + dropped.length).toBe(25);
    const best = modes.reduce((a, b) => (a.power / a.rate < b.power / b.rate ? a : b));
    expect(best.name).toBe("265 MHz");
    // At 60 USD/MWh and a thin hashprice the argmax is far below the default, and off is worse.
    const own = machine("s19k", { modes, dropped });
    const chain = chainOf(own, [price(50, 0.0366)], TERMS);
    const chosen = modes[threshold(chain, 0) - 1];
    expect(chosen?.power).toBeLessThan(2600);
    expect(solveChain(chain, { mode: 0, age: 9 })?.value).toBeGreaterThanOrEqual(0);
  });
});
