import { seeded } from "@carrara/base/random";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fromPairs, parseHour } from "../series.ts";
import { backtestCommit, type CommitPast } from "./backtest.ts";
import { PAST_HOURS, rowWidth, writeRow } from "./features.ts";
import { CommitError, LEARN_DEFAULTS, learn, opinion } from "./learn.ts";
import { RETREAT_DEFAULTS, retreat, type ShadowDay } from "./retreat.ts";
import { CONVICTION, commit, persistence } from "./rule.ts";

const START = parseHour("2022-01-03T00:00Z", "utc");
const STAKES = { megawatts: 0.0035, adder: 10, minutes: 15, wear: 0.05 };

/** A market with a shape of the day, a drift from hour to hour, and spikes; `noise` 0 leaves only the shape. */
function market(days: number, seed: number, noise: number, strike: number): CommitPast {
  const random = seeded(seed);
  const normal = () => {
    let sum = -6;
    for (let i = 0; i < 12; i++) sum += random.u32() / 2 ** 32;
    return sum;
  };
  let drift = 0;
  const values = Array.from({ length: days * 24 }, (_, i) => {
    drift = 0.97 * drift + noise * normal();
    const shape = 30 * Math.sin(((i % 24) - 9) * (Math.PI / 12)) + (Math.floor(i / 24) % 7 >= 5 ? -15 : 0);
    return 90 + shape + drift + (noise > 0 && random.below(400) === 0 ? 300 : 0);
  });
  const prices = fromPairs(
    values.map((_, i) => START + i),
    values,
    { unit: "USD/MWh", clock: "utc" },
  );
  return { prices, strikes: new Float64Array(values.length).fill(strike), stakes: STAKES };
}

const QUICK = (lag: 1 | 24) => ({ ...LEARN_DEFAULTS[lag], members: 1, trees: 25 });

describe("a row", () => {
  test("is made from what is known: its width is as said, and all of it is finite", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(1, 24),
        fc.nat(),
        fc.double({ min: -50, max: 400, noNaN: true }),
        (lag, seed, strike) => {
          const random = seeded(seed);
          const past = Float64Array.from({ length: PAST_HOURS }, () => random.below(500) - 50);
          const row = new Float64Array(rowWidth(lag as 1 | 24) + 1).fill(Number.NaN);
          writeRow(past, START, lag as 1 | 24, strike, row, 0);
          return row.subarray(0, -1).every(Number.isFinite) && Number.isNaN(row.at(-1));
        },
      ),
    );
  });
});

describe("the learnt rule", () => {
  test("recovers what a day's shape gives away, an hour and a day ahead, and P(loss) is better than persistence's", () => {
    const past = market(420, 1, 1.5, 100);
    for (const lag of [1, 24] as const) {
      const result = backtestCommit(past, lag, 400 * 24, 420 * 24, 1, QUICK(lag));
      const { oracle, persistence, learnt, brier, brierPersistence } = result;
      expect((learnt - persistence) / (oracle - persistence)).toBeGreaterThan(0.2);
      expect(brier).toBeLessThan(brierPersistence);
    }
  }, 300_000);

  test("does no harm where there is nothing to win: a quiet market far below the strike", () => {
    const past = market(420, 2, 3, 1000);
    const { learnt, persistence, oracle } = backtestCommit(past, 24, 400 * 24, 420 * 24, 1, QUICK(24));
    expect((persistence - learnt) / oracle).toBeLessThan(0.002);
  }, 300_000);

  test("is the same for the same seed", () => {
    const past = market(390, 3, 3, 100);
    const of = (seed: number) => learn(past.prices, 1, 100, STAKES, seed, { ...QUICK(1), trees: 5 });
    expect(of(7)).toEqual(of(7));
    const seen = past.prices.values.subarray(0, 9000);
    const { odds, loss } = opinion(of(7), seen, START + 9000, 100, true);
    expect(Number.isFinite(odds)).toBe(true);
    expect(loss).toBeGreaterThanOrEqual(0);
    expect(loss).toBeLessThanOrEqual(1);
  }, 300_000);

  test("needs a year to learn from, and persistence runs until a month was seen", { timeout: 300_000 }, () => {
    const past = market(300, 4, 3, 100);
    expect(() => learn(past.prices, 1, 100, STAKES, 1)).toThrow(CommitError);
    expect(() => backtestCommit(past, 1, 100 * 24, 110 * 24, 1)).toThrow(/too few to learn from/);
    const short = market(400, 4, 3, 100);
    expect(backtestCommit(short, 1, 390 * 24, 400 * 24, 1, { ...QUICK(1), trees: 5 }).retreated).toBe(1);
  });
});

describe("a choice", () => {
  test("is the learnt one only where it is sure and may; else persistence, with the reason", () => {
    const past = market(390, 3, 3, 100);
    const model = learn(past.prices, 1, 100, STAKES, 1, { ...QUICK(1), trees: 60 });
    const seen = (i: number) => past.prices.values.subarray(0, i);
    const reasons = new Set<string>();
    for (let i = 9000; i < 9300; i++) {
      const free = commit(model, seen(i), START + i, 100, true, null);
      reasons.add(free.reason);
      expect(free.by === "learnt").toBe(Math.abs(free.odds) > CONVICTION[1]);
      if (free.by === "persistence") expect(free.on).toBe(persistence(seen(i), 100));
      const stood = commit(model, seen(i), START + i, 100, true, "does-not-win");
      expect(stood).toMatchObject({ on: persistence(seen(i), 100), by: "persistence", reason: "does-not-win" });
    }
    expect(reasons).toEqual(new Set(["sure", "unsure"]));
    expect(() => commit(model, seen(100), START, 100, true, null)).toThrow(CommitError);
    expect(() => commit(model, seen(9000), START, Number.NaN, true, null)).toThrow(/a strike of NaN/);
  }, 300_000);
});

describe("retreat", () => {
  const judge = (settled: ShadowDay[]) => retreat(settled, RETREAT_DEFAULTS[1]);
  const days = (n: number, learnt: number, actual = learnt): ShadowDay[] =>
    Array.from({ length: n }, () => ({ learnt, plain: 4, actual }));

  test("until enough was seen, while nothing is won, and when the budget is spent", () => {
    expect(judge(days(RETREAT_DEFAULTS[1].least - 1, 5))).toBe("too-little-seen");
    expect(judge(days(120, 4))).toBe("does-not-win");
    expect(judge(days(120, 4.2))).toBeNull();
    // Won in the shadow of late, but the machine itself has lost more than a thousandth of a year and half the gain.
    expect(judge([...days(100, 4, 3.9), ...days(90, 4.01, 4.01)])).toBe("budget-spent");
    expect(judge([...days(300, 3.9), ...days(90, 4.2)])).toBe("does-not-win");
  });

  test("ends when the shadow wins again and the loss is a year ago", () => {
    expect(judge([...days(50, 3.9), ...days(366, 4.1, 4)])).toBeNull();
  });

  test("a day ahead, from a lead that is small or may be chance", () => {
    const ahead = (settled: ShadowDay[]) => retreat(settled, RETREAT_DEFAULTS[24]);
    expect(ahead(days(200, 4.02))).toBe("does-not-win");
    expect(ahead(days(200, 4.1))).toBeNull();
    // Five percent ahead, by one day alone.
    expect(ahead([...days(199, 4), ...days(1, 44)])).toBeNull();
    expect(ahead([...days(100, 5), ...days(100, 3), ...days(1, 12.1)])).toBe("does-not-win");
  });
});
