import { seeded } from "@carrara/base/random";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { BITAXE_SUPRA, S21, settingsOf, TWIN_MODELS } from "./model.ts";
import { createTwin } from "./run.ts";
import { drawUnit, NEW, rest, TwinError, voltageNeeded } from "./unit.ts";

const seeds = fc.integer({ min: 0, max: 2 ** 31 - 1 });

describe("a machine at rest", () => {
  test("the same seed is the same machine; another one differs", () => {
    expect(drawUnit(S21, 7)).toEqual(drawUnit(S21, 7));
    expect(drawUnit(S21, 7).leastVoltage).not.toBe(drawUnit(S21, 8).leastVoltage);
    const [a, b] = [drawUnit(S21, 1, 99), drawUnit(S21, 2, 99)];
    expect([a.alpha, a.ceiling, a.softness]).toEqual([b.alpha, b.ceiling, b.softness]);
    expect(a.leastVoltage).not.toBe(b.leastVoltage);
  });

  test("at stock it does what its sheet says, give or take the lottery", () => {
    fc.assert(
      fc.property(seeds, fc.constantFrom(...TWIN_MODELS), (seed, model) => {
        const { rate, power, chip, regulator } = rest(drawUnit(model, seed), model.stock);
        const full = model.ratePerMhz * model.stock.frequency;
        return (
          rate > 0.55 * full &&
          rate < 1.001 * full &&
          Math.abs(power / model.stockPower - 1) < 0.25 &&
          chip <= model.chip.throttle &&
          regulator <= model.vrThrottle
        );
      }),
      { numRuns: 60 },
    );
  });

  test("more voltage draws more, and a faster clock needs more voltage", () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const unit = drawUnit(BITAXE_SUPRA, seed);
        const at = (voltage: number) => rest(unit, { frequency: 450, voltage }).power;
        const needs = [400, 450, 500, 550, 600].map((frequency) => voltageNeeded(unit, frequency));
        return (
          at(1150) < at(1175) && at(1175) < at(1200) && needs.every((v, i) => i === 0 || v > (needs[i - 1] as number))
        );
      }),
      { numRuns: 40 },
    );
  });

  test("the solved voltage fulfils the delay law to a part in a million", () => {
    const unit = drawUnit(S21, 3);
    const speed = (volt: number) => (volt - unit.threshold) ** unit.alpha / volt;
    const volt = voltageNeeded(unit, 560);
    expect(speed(volt) / speed(unit.leastVoltage) / (560 / 490)).toBeCloseTo(1, 6);
  });

  test("too warm a room lowers the clock, a dead board takes its third, and nonsense is refused", () => {
    const unit = drawUnit(S21, 5);
    expect(rest(unit, S21.stock, 75).frequency).toBeLessThan(S21.stock.frequency);
    const whole = rest(unit, S21.stock).rate;
    const lame = rest(unit, S21.stock, 25, { ...NEW, alive: [0, 1, 1] });
    expect(lame.boards[0]).toBe(0);
    expect(lame.rate / whole).toBeCloseTo(2 / 3, 1);
    expect(() => rest(unit, { frequency: Number.NaN, voltage: 13_700 })).toThrow(TwinError);
    expect(settingsOf(BITAXE_SUPRA)).toHaveLength(80);
  });
});

describe("a machine in time", () => {
  const day = (faults: Parameters<typeof createTwin>[0]["faults"] = []) => {
    const twin = createTwin({ unit: drawUnit(S21, 11), setting: S21.stock, random: seeded(4), faults });
    return Array.from({ length: 288 }, () => twin.interval(300));
  };

  test("shares add up to the rate within their noise, and a day is the same again", () => {
    const readings = day();
    expect(readings).toEqual(day());
    const work = readings.reduce((sum, { shares, difficulty }) => sum + shares * difficulty, 0);
    const mean = readings.reduce((sum, { rate }) => sum + rate, 0) / readings.length;
    expect((work * 2 ** 32) / 86_400 / 1e12 / mean).toBeGreaterThan(0.96);
    expect((work * 2 ** 32) / 86_400 / 1e12 / mean).toBeLessThan(1.03);
  });

  test("a frozen one goes on telling the same digits, while no share comes", () => {
    const readings = day([{ kind: "frozen", from: 43_200 }]).slice(150);
    expect(new Set(readings.map(({ rate }) => rate)).size).toBe(1);
    expect(readings.every(({ shares }) => shares === 0)).toBe(true);
  });

  test("a fault without a size, an interval without a length", () => {
    const twin = createTwin({ unit: drawUnit(S21, 11), setting: S21.stock, random: seeded(4) });
    expect(() => twin.interval(0)).toThrow("An interval of 0 s.");
    const faults = [{ kind: "hot-regulator", from: 0, size: -1 }] as const;
    const broken = () => createTwin({ unit: drawUnit(S21, 1), setting: S21.stock, random: seeded(1), faults });
    expect(broken).toThrow('A fault "hot-regulator" of size -1.');
    twin.turn("off");
    expect(twin.interval(300)).toMatchObject({ told: false, rate: 0 });
  });
});
