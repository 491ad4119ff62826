import { describe, expect, test } from "vitest";
import { TERMS } from "../../tool/data-sets.ts";
import { fromPairs, parseHour } from "../series.ts";
import { gramsCo2PerKwh, terahash, usd, usdPerTerahashDay, usdPerTonneCo2, watts } from "../units.ts";
import { decide, type Inputs, SAFETY_DEFAULTS } from "./decide.ts";
import { machine, machineCurve } from "./machine.ts";

const HOUR = parseHour("2024-06-03T10:00Z", "utc");
const NOW = HOUR * 3600 + 120;
const curve = machineCurve([{ name: "default", power: watts(3500), rate: terahash(200) }]);
const s21 = machine("s21", curve, { restart: { minutes: 60, wear: usd(0.05) } });

/** Prices from a day before now on. */
function inputs(ahead: number[], set: Partial<Inputs> = {}): Inputs {
  const values = [...Array(24).fill(50), ...ahead];
  const hours = values.map((_, i) => HOUR - 24 + i);
  return {
    prices: { value: fromPairs(hours, values, { unit: "USD/MWh", clock: "utc" }), time: NOW - 40_000 },
    hashprice: { value: usdPerTerahashDay(0.05), time: NOW - 600 },
    curve: { value: s21, time: NOW - 86_400 },
    ...set,
  };
}
const on = { mode: 1, age: 99 };
const off = { mode: 0, age: 99 };
const at = (from: typeof on, given: Inputs, safety = SAFETY_DEFAULTS) => decide(from, NOW, given, TERMS, safety);

describe("a decision", () => {
  test("tells its reason, its inputs with their ages, and the other choice with its cost", () => {
    const given = at(on, inputs(Array(14).fill(60)));
    expect(given).toMatchObject({ mode: 1, reason: "earns", machine: "s21", hour: HOUR });
    expect(given.because).toBe("On in default: price 60.00, strike 107.86 USD/MWh.");
    expect(given.inputs.map(({ name, age, stale }) => [name, age, stale])).toEqual([
      ["price", 40_000, false],
      ["hashprice", 600, false],
      ["curve", 86_400, false],
      ["strike", 600, false],
    ]);
    // Off for this hour: its profit is lost, and an hour of hash and the wear when it comes back.
    expect(given.otherwise?.mode).toBe(0);
    expect(given.otherwise?.costs).toBeCloseTo(((107.857 - 60) * 3.5) / 1000 + (0.05 / 24) * 0.99 * 200 + 0.05, 3);
    expect(given.plan.length).toBe(14);
  });

  test.each([
    ["a short loss is bridged", on, [120, ...Array(13).fill(60)], 1, "bridges-losses"],
    ["a long loss is not", on, Array(14).fill(150), 0, "loses"],
    ["a gain too short for a start is left", off, [100, ...Array(13).fill(190)], 0, "not-worth-a-start"],
    ["a long gain is started for", off, Array(14).fill(40), 1, "earns"],
    ["negative prices are gains", off, Array(14).fill(-60), 1, "earns"],
  ] as const)("%s", (_, from, ahead, mode, reason) => {
    const flat = [...ahead];
    expect(at(from, inputs(flat))).toMatchObject({ mode, reason });
  });

  test("a least time is kept, and said", () => {
    const slow = machine("s21", curve, { minOn: 4 });
    const given = inputs(Array(14).fill(150), { curve: { value: slow, time: NOW } });
    expect(at({ mode: 1, age: 2 }, given)).toMatchObject({ mode: 1, reason: "held-by-least-time" });
  });
});

describe("a dead or stale input", () => {
  test.each([
    ["no feed of prices", inputs([], { prices: null }), "price-missing"],
    ["prices that end before now", inputs([]), "price-missing"],
    ["no hashprice", inputs([60], { hashprice: null }), "hashprice-stale"],
    [
      "an old hashprice",
      inputs([60], { hashprice: { value: usdPerTerahashDay(0.05), time: NOW - 90_000 } }),
      "hashprice-stale",
    ],
    [
      "a hashprice of tomorrow",
      inputs([60], { hashprice: { value: usdPerTerahashDay(0.05), time: NOW + 4000 } }),
      "hashprice-stale",
    ],
  ] as const)("%s leads to the safe choice", (_, given, reason) => {
    expect(at(on, given)).toMatchObject({ mode: 0, reason, otherwise: null });
    expect(at(on, given, { ...SAFETY_DEFAULTS, choice: "hold" }).mode).toBe(1);
    expect(at(off, given, { ...SAFETY_DEFAULTS, choice: "hold" }).mode).toBe(0);
    expect(at(off, given, { ...SAFETY_DEFAULTS, choice: "on" }).mode).toBe(1);
    expect(at(on, given).because).toMatch(/The safe choice is off\.$/);
  });

  test("even the safe choice keeps a least time", () => {
    const slow = machine("s21", curve, { minOn: 4 });
    const given = inputs([], { curve: { value: slow, time: NOW } });
    expect(at({ mode: 1, age: 1 }, given)).toMatchObject({ mode: 1, reason: "price-missing" });
  });

  test("an old curve is a doubt, not a stop", () => {
    const given = at(on, inputs(Array(14).fill(60), { curve: { value: s21, time: NOW - 100 * 86_400 } }));
    expect(given.mode).toBe(1);
    expect(given.doubts[0]).toBe("Power and hash rate were measured 100 days ago: measure again.");
  });

  test("a carbon price without an intensity is not taken for none", () => {
    const terms = { ...TERMS, carbonPrice: usdPerTonneCo2(50) };
    const ahead = Array(14).fill(60);
    expect(decide(on, NOW, inputs(ahead), terms)).toMatchObject({ mode: 0, reason: "carbon-missing" });
    const carbon = { value: [gramsCo2PerKwh(900)], time: NOW };
    expect(decide(on, NOW, inputs(Array(14).fill(90), { carbon }), terms)).toMatchObject({ mode: 0, reason: "loses" });
    expect(decide(on, NOW, inputs(ahead, { carbon: { ...carbon, value: [gramsCo2PerKwh(100)] } }), terms).mode).toBe(1);
  });
});
