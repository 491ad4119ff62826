import { seeded } from "@carrara/base/random";
import { describe, expect, test } from "vitest";
import { alarmLevel, type Cusum, CusumError, normalRatio, poissonRatio, QUIET, step } from "./cusum.ts";
import { normal, poisson } from "./draw.ts";

/** Readings until the alarm, on average over runs. */
function runLength(level: number, ratio: () => number, runs: number, most: number): number {
  let total = 0;
  for (let run = 0; run < runs; run++) {
    let test: Cusum = QUIET;
    let n = 0;
    while (test.sum < level && n < most) test = step(test, ratio(), n++);
    total += n;
  }
  return total / runs;
}

describe("a sequential test", () => {
  test("between false alarms lie as many readings as stated, or more: normal and Poisson", () => {
    const random = seeded(1);
    const level = alarmLevel(300);
    expect(runLength(level, () => normalRatio(normal(random), 1), 200, 1e5)).toBeGreaterThan(300);
    expect(runLength(level, () => poissonRatio(poisson(random, 20), 20, 0.85), 200, 1e5)).toBeGreaterThan(300);
  });

  test("the delay is near ln(readings) over the information of a reading", () => {
    const random = seeded(2);
    const level = alarmLevel(100_000);
    // Kullback-Leibler: shift^2 / 2 for normals; 11.5 / 2 is 5.8 readings at a shift of 2.
    const delay = runLength(level, () => normalRatio(normal(random, 2), 2), 400, 1e5);
    expect(delay).toBeGreaterThan(5);
    expect(delay).toBeLessThan(9);
  });

  test("it tells since when, and refuses what is no number", () => {
    let test: Cusum = QUIET;
    for (let at = 0; at < 10; at++) test = step(test, at < 6 ? -1 : 1, at);
    expect(test).toEqual({ sum: 4, since: 6, readings: 4 });
    expect(() => step(QUIET, Number.NaN, 0)).toThrow(CusumError);
    expect(() => alarmLevel(0)).toThrow(CusumError);
  });
});
