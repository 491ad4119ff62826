import { describe, expect, expectTypeOf, test } from "vitest";
import {
  BadQuantityError,
  efficiency,
  fraction,
  fromCurrency,
  gramsCo2PerKwh,
  type JoulesPerTerahash,
  joulesPerTerahash,
  kilowatts,
  type TerahashPerSecond,
  terahash,
  type UsdPerMwh,
  usdPerKwh,
  usdPerMwh,
  usdPerTerahashDay,
  type Watts,
  watts,
} from "./units.ts";

describe("units", () => {
  test("a wrong unit does not compile", () => {
    expectTypeOf<Watts>().not.toExtend<JoulesPerTerahash>();
    expectTypeOf<UsdPerMwh>().not.toExtend<Watts>();
    expectTypeOf<number>().not.toExtend<UsdPerMwh>();
    expectTypeOf<UsdPerMwh>().toExtend<number>();
    // @ts-expect-error the two are exchanged
    const exchanged = () => efficiency(terahash(200), watts(3500));
    // @ts-expect-error a bare number has no unit
    const bare = () => efficiency(3500, terahash(200));
    // @ts-expect-error a price is not a power
    const price = () => efficiency(usdPerMwh(80), terahash(200));
    // @ts-expect-error arithmetic loses the unit, so the result has to be named again
    const sum: Watts = watts(1) + watts(2);
    const rate: TerahashPerSecond = terahash(200);
    expect([exchanged, bare, price].every((call) => typeof call === "function")).toBe(true);
    expect(sum + rate).toBe(203);
  });

  test("conversions", () => {
    expect(usdPerKwh(0.08)).toBeCloseTo(80, 12);
    expect(fromCurrency(70, 1.08)).toBeCloseTo(75.6, 12);
    expect(efficiency(kilowatts(3.5), terahash(200))).toBe(17.5);
  });

  test.each([
    ["J/GH for J/TH", () => joulesPerTerahash(0.0175)],
    ["GH/s for TH/s", () => terahash(200_000)],
    ["per MWh for per kWh", () => usdPerKwh(150)],
    ["per PH for per TH", () => usdPerTerahashDay(450)],
    ["percent for a fraction", () => fraction(1.5)],
    ["g/MWh for g/kWh", () => gramsCo2PerKwh(380_000)],
    ["not a number", () => usdPerMwh(Number.NaN)],
    ["infinite", () => watts(Number.POSITIVE_INFINITY)],
    ["a rate of zero", () => fromCurrency(70, 0)],
  ])("%s is refused, with the mend", (_, make) => {
    expect(make).toThrow(BadQuantityError);
    try {
      make();
    } catch (error) {
      expect((error as BadQuantityError).hint).toMatch(/^Give /);
    }
  });

  test("negative prices are prices", () => expect(usdPerMwh(-500)).toBe(-500));
});
