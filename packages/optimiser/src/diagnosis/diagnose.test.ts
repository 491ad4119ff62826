import { explain } from "@carrara/base/errors";
import { seeded } from "@carrara/base/random";
import { describe, expect, test } from "vitest";
import { BITAXE_SUPRA, S21, type TwinModel } from "../twin/model.ts";
import { createTwin, type Fault } from "../twin/run.ts";
import { drawUnit, rest } from "../twin/unit.ts";
import { terahash, usdPerMwh, usdPerTerahashDay, watts } from "../units.ts";
import { createDiagnosis, type Finding } from "./diagnose.ts";
import { createPlainRule } from "./plain.ts";
import type { Expected, Reading } from "./reading.ts";

const DAY = 86_400;

function expectedOf(model: TwinModel, seed: number): { expected: Expected; setting: TwinModel["stock"] } {
  const setting = { frequency: model.stock.frequency - model.frequency.step, voltage: model.stock.voltage };
  const { rate, power } = rest(drawUnit(model, seed), setting, 20);
  return {
    setting,
    expected: {
      rate: terahash(rate),
      power: watts(power),
      boards: model.boards,
      pool: "pool",
      user: "user",
      chip: 80,
      regulator: 105,
      hashprice: usdPerTerahashDay(0.05),
      energy: usdPerMwh(50),
    },
  };
}

/** The last findings of some days with faults; learning takes two days. */
function after(model: TwinModel, faults: readonly Fault[], days: number): { last: Finding[]; all: Finding[] } {
  const { expected, setting } = expectedOf(model, 21);
  const twin = createTwin({ unit: drawUnit(model, 21), setting, random: seeded(6), faults });
  const diagnosis = createDiagnosis({ expected, interval: 300, learning: 576 });
  const all: Finding[] = [];
  let last: Finding[] = [];
  for (let n = 0; n < days * 288; n++) {
    last = diagnosis.reading(twin.interval(300));
    all.push(...last);
  }
  return { last, all };
}

const reading = (change: Partial<Reading> = {}): Reading => ({
  at: 300,
  told: true,
  rate: 200,
  boards: [66, 67, 67],
  power: 3500,
  meter: 3500,
  chip: 65,
  regulator: 80,
  intake: 20,
  fan: 0.5,
  shares: 28,
  difficulty: 500_000,
  pool: "pool",
  user: "user",
  ...change,
});

describe("a healthy machine", () => {
  test("raises nothing in three weeks", () => {
    expect(after(S21, [], 21).all).toEqual([]);
    expect(after(BITAXE_SUPRA, [], 21).all).toEqual([]);
  });

  test("that is off by plan is not sick", () => {
    const diagnosis = createDiagnosis({ expected: expectedOf(S21, 1).expected, interval: 300 });
    for (let n = 1; n < 100; n++) {
      const off = reading({ at: n * 300, told: false, rate: 0, boards: [0, 0, 0], shares: 0 });
      expect(diagnosis.reading(off)).toEqual([]);
    }
  });
});

describe("each illness is named, with evidence and what it costs", () => {
  test.each([
    ["frozen", "silent"],
    ["stopped", "silent"],
    ["dead-board", "dead-board"],
    ["dying-board", "dying-board"],
    ["hot-regulator", "hot-regulator"],
    ["clogged-fan", "weak-cooling"],
    ["over-reported", "not-delivered"],
    ["wrong-power", "wrong-power"],
    ["wrong-pool", "wrong-pool"],
    ["wrong-user", "wrong-user"],
  ] as const)("%s", (kind, symptom) => {
    const { all, last } = after(S21, [{ kind, from: 3 * DAY }], 5);
    expect(all.every(({ at }) => at >= 3 * DAY)).toBe(true);
    const named = last.find((finding) => finding.symptom === symptom);
    expect(named?.evidence.length).toBeGreaterThan(0);
    expect(named?.mend).toMatch(/\.$/);
    expect(Math.abs((named?.since ?? 0) - 3 * DAY)).toBeLessThan(0.6 * DAY);
  });

  test("a dead board costs a third of the revenue, and dearer findings stand first", () => {
    const { last } = after(S21, [{ kind: "dead-board", from: 3 * DAY }], 4);
    const { expected } = expectedOf(S21, 21);
    const board = last.find(({ symptom }) => symptom === "dead-board");
    expect((board?.costPerDay ?? 0) / (expected.rate * 0.05)).toBeCloseTo(1 / 3, 1);
    expect(board?.board).toBe(0);
    const costs = last.map(({ costPerDay }) => costPerDay);
    expect(costs).toEqual([...costs].sort((a, b) => b - a));
  });
});

describe("what is missing, wrong or late", () => {
  const { expected } = expectedOf(S21, 21);
  const refused = (...readings: Reading[]) => {
    const diagnosis = createDiagnosis({ expected, interval: 300 });
    try {
      for (const one of readings) diagnosis.reading(one);
    } catch (error) {
      return explain(error);
    }
    return "taken";
  };

  test("no figure at all is a finding after a quarter of an hour; a symptom without its sensor is not judged", () => {
    const diagnosis = createDiagnosis({ expected, interval: 300 });
    const nothing = {
      rate: null,
      shares: null,
      meter: null,
      power: null,
      chip: null,
      boards: [],
      fan: null,
      pool: null,
    };
    const said = [1, 2, 3].map((n) => diagnosis.reading(reading({ at: n * 300, ...nothing, difficulty: null })));
    expect(said.map((found) => found.length)).toEqual([0, 0, 1]);
    expect(said[2]?.[0]).toMatchObject({ symptom: "no-telemetry", since: 0 });
    expect(diagnosis.unjudged(reading({ ...nothing }))).toContain("weak-cooling");
    expect(diagnosis.unjudged(reading())).toEqual([]);
  });

  test("readings that are none are refused with the mend", () => {
    expect(refused(reading({ rate: 200_000 }))).toMatch(/Is it in GH\/s or H\/s\?/);
    expect(refused(reading({ power: 3_500_000 }))).toMatch(/Is it in mW\?/);
    expect(refused(reading({ fan: 55 }))).toMatch(/percent are to be divided by 100/);
    expect(refused(reading({ chip: Number.NaN }))).toBe("chip is NaN. Give null when nothing was measured.");
    expect(refused(reading(), reading())).toMatch(/in order of time/);
    expect(refused(reading({ difficulty: null }))).toMatch(/Shares without a difficulty/);
    expect(refused(reading({ shares: -1 }))).toMatch(/cannot be below 0/);
    expect(() => createDiagnosis({ expected, interval: 0 })).toThrow("Intervals of 0 s");
  });

  test("a temperature over its limit for an hour is said before anything was learnt", () => {
    const diagnosis = createDiagnosis({ expected, interval: 300 });
    let found: Finding[] = [];
    for (let n = 1; n <= 12; n++) found = diagnosis.reading(reading({ at: n * 300, chip: 88, shares: null }));
    expect(found).toMatchObject([{ symptom: "weak-cooling", since: 0 }]);
  });

  test("the plain rule sees what is far out, an hour later", () => {
    const rule = createPlainRule(expected, 300);
    let found: string[] = [];
    for (let n = 1; n <= 12; n++) found = rule(reading({ at: n * 300, rate: 100, boards: [0, 50, 50] }));
    expect(found).toEqual(expect.arrayContaining(["slow", "dead-board"]));
  });
});
