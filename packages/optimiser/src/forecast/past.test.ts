import { describe, expect, test } from "vitest";
import { fromPairs } from "../series.ts";
import { rolling } from "./backtest.ts";
import { createBlend, membersFor } from "./blend.ts";
import { createLear } from "./lear.ts";
import { naive, weeklyNaive } from "./naive.ts";
import { type Forecaster, type Market, marketOf, type Past, pastOf, requireHistory, weekday } from "./past.ts";
import { createProcess } from "./process.ts";
import { syntheticMarket } from "./test/synthetic.ts";

const METHODS: readonly (() => Forecaster)[] = [
  () => weeklyNaive,
  () => naive,
  () => createLear(56),
  () => createProcess(),
  () => createBlend(membersFor(60)),
];

describe("the past", () => {
  const market = syntheticMarket(80, 1);

  test("ends before the day: neither a value nor the memory behind it goes further", () => {
    const past = pastOf(market, market.firstDay + 30);
    expect(past.price.length).toBe(24 * 30);
    expect(past.price.buffer.byteLength).toBe(24 * 30 * 8);
    for (const column of past.exogenous) expect(column.buffer.byteLength).toBe(24 * 31 * 8);
    past.price.fill(0);
    expect(market.price[0]).not.toBe(0);
  });

  test.each(METHODS)("no later value changes a forecast (%#)", (make) => {
    const day = market.firstDay + 70;
    const later: Market = {
      ...market,
      price: market.price.map((value, i) => (i < 24 * 70 ? value : 1e6)),
      exogenous: market.exogenous.map((column) => column.map((value, i) => (i < 24 * 71 ? value : -1e6))),
    };
    expect(make().forecast(pastOf(later, day))).toEqual(make().forecast(pastOf(market, day)));
  });

  test.each(METHODS)("the same past gives the same forecast, without columns too (%#)", (make) => {
    const bare = { ...market, exogenous: [] };
    const past = pastOf(bare, market.firstDay + 70);
    const first = make().forecast(past);
    expect(make().forecast(past)).toEqual(first);
    expect(first.every(Number.isFinite)).toBe(true);
  });

  test.each(METHODS)("negative, extreme and constant values still give finite prices (%#)", (make) => {
    const odd: Market = {
      ...market,
      price: market.price.map((value, i) => (i % 97 === 0 ? 9_000 : i % 89 === 0 ? -500 : value)),
      exogenous: [market.exogenous[0] as Float64Array, new Float64Array(24 * 81).fill(3)],
    };
    expect(
      make()
        .forecast(pastOf(odd, market.firstDay + 75))
        .every(Number.isFinite),
    ).toBe(true);
  });

  test.each(METHODS)("too short a past and a value that is no number are refused (%#)", (make) => {
    const method = make();
    expect(() => method.forecast(pastOf(market, market.firstDay + method.needs - 1))).toThrow(/needs \d+ days/);
    const past = pastOf(market, market.firstDay + 70);
    past.price[24 * 69 + 5] = Number.NaN;
    expect(() => method.forecast(past)).toThrow(/is NaN/);
  });

  test("asks for a day outside, or without its columns, are refused with the mend", () => {
    expect(() => pastOf(market, market.firstDay)).toThrowErrorMatchingSnapshot();
    expect(() => pastOf(market, market.firstDay + 81)).toThrowErrorMatchingSnapshot();
    const short = { ...market, exogenous: [market.exogenous[0]?.slice(0, 24 * 80) as Float64Array] };
    expect(() => pastOf(short, market.firstDay + 80)).toThrowErrorMatchingSnapshot();
    const past: Past = pastOf(market, market.firstDay + 5);
    expect(() => requireHistory(past, { name: "lear-56", needs: 56 })).toThrowErrorMatchingSnapshot();
  });
});

describe("a market", () => {
  const hours = Array.from({ length: 100 }, (_, i) => 480_005 + i);
  const price = fromPairs(
    hours,
    hours.map((h) => 30 + (h % 24)),
    { unit: "EUR/MWh", clock: "wall" },
  );

  test("is cut to whole days that price and columns share", () => {
    const load = fromPairs(hours.slice(24), hours.slice(24), { unit: "MW", clock: "wall" });
    const market = marketOf(price, [load]);
    expect(market.price.length).toBe(24 * market.days);
    expect(market.exogenous[0]?.[0]).toBe(24 * market.firstDay);
    expect(market.price[0]).toBe(30);
  });

  test("refuses another clock, a column that ends early, a price that never changes", () => {
    const utc = fromPairs(hours, hours, { unit: "MW", clock: "utc" });
    expect(() => marketOf(price, [utc])).toThrowErrorMatchingSnapshot();
    const early = fromPairs(hours.slice(0, 30), hours.slice(0, 30), { unit: "MW", clock: "wall" });
    expect(() => marketOf(price, [early])).toThrowErrorMatchingSnapshot();
    const flat = fromPairs(
      hours,
      hours.map(() => 50),
      { unit: "EUR/MWh", clock: "wall" },
    );
    expect(() => marketOf(flat)).toThrow(/same value/);
  });

  test("knows its weekdays", () => {
    expect(weekday(Date.UTC(2026, 10, 23) / 86_400_000)).toBe(0);
    expect(weekday(-1)).toBe(2);
  });
});

describe("the plain rules", () => {
  test("take yesterday from Tuesday to Friday, and last week on the other days", () => {
    const market = syntheticMarket(30, 4);
    for (const { day, forecasts } of rolling(market, [weeklyNaive, naive], {
      from: market.firstDay + 14,
      to: market.firstDay + 28,
    })) {
      const of = (back: number) =>
        market.price.slice(24 * (day - back - market.firstDay), 24 * (day - back + 1 - market.firstDay));
      expect(forecasts[0]).toEqual(of(7));
      expect(forecasts[1]).toEqual(of([1, 2, 3, 4].includes(weekday(day)) ? 1 : 7));
    }
  });
});
