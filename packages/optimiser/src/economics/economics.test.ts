import { sats } from "@carrara/base/units";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { TERMS } from "../../tool/data-sets.ts";
import {
  efficiency,
  fraction,
  gramsCo2PerKwh,
  joulesPerTerahash,
  terahash,
  usd,
  usdPerCoin,
  usdPerMwh,
  usdPerTerahashDay,
  usdPerTonneCo2,
  watts,
} from "../units.ts";
import {
  BadEconomicsError,
  DIFFICULTY_1_TARGET,
  expectedReward,
  hashprice,
  subsidyAt,
  subsidyOn,
  targetOf,
} from "./hashprice.ts";
import { breakEvenHashprice, paybackDays, profitPerHour, revenuePerHour, strike, whatIf } from "./strike.ts";

describe("what hashing earns", () => {
  test("the subsidy is Core's: 50 coins, halved each 210,000 blocks, none after the 64th halving", () => {
    expect([0, 209_999, 210_000, 839_999, 840_000].map((height) => subsidyAt(height))).toEqual([
      50_00000000n,
      50_00000000n,
      25_00000000n,
      6_25000000n,
      3_12500000n,
    ]);
    expect(subsidyAt(64 * 210_000)).toBe(0n);
    // validation_tests.cpp, subsidy_limit_test: the sum over all blocks, by steps of 1000.
    let sum = 0n;
    for (let height = 0; height < 14_000_000; height += 1000) sum += subsidyAt(height) * 1000n;
    expect(sum).toBe(2_099_999_997_690_000n);
    expect(subsidyOn("2024-04-19")).toBe(6_25000000n);
    expect(subsidyOn("2024-04-20")).toBe(3_12500000n);
    expect(() => subsidyOn("2029-01-01")).toThrow(BadEconomicsError);
  });

  test("difficulty 1 is its target; a difficulty of a real block is within a part in 2^52", () => {
    expect(targetOf(1)).toBe(DIFFICULTY_1_TARGET);
    // Block 100,000: bits 1b04864c, difficulty 14484.1623612254 (as Core prints it).
    const block = 0x04864cn << (8n * (0x1bn - 3n));
    expect(Math.abs(Number((targetOf(14484.1623612254) * 10n ** 12n) / block) / 1e12 - 1)).toBeLessThan(1e-12);
    expect(() => targetOf(0)).toThrow(BadEconomicsError);
  });

  test("a PH/s for a day, at difficulty 1e14 and 3.125 coins, is 62,863 sats", () => {
    const target = targetOf(1e14);
    const found = expectedReward({ hashes: 86_400n * 10n ** 15n, reward: sats(312_500_000n), target });
    expect(found).toBe(62_863n);
    const price = hashprice({ target, reward: sats(312_500_000n), price: usdPerCoin(100_000) });
    expect(price * 1000).toBeCloseTo((62_863.5 / 1e8) * 100_000, 2);
  });

  test("fees are reward, and twice the hashes earn twice, to a sat", () => {
    fc.assert(
      fc.property(fc.bigInt(1n, 10n ** 21n), fc.bigInt(0n, 10n ** 9n), (hashes, fees) => {
        const target = targetOf(1.2e14);
        const reward = sats(312_500_000n + fees);
        const one = expectedReward({ hashes, reward, target });
        const two = expectedReward({ hashes: 2n * hashes, reward, target });
        return two - 2n * one >= 0n && two - 2n * one <= 1n;
      }),
    );
  });
});

describe("when a machine earns", () => {
  const s21 = { power: watts(3500), rate: terahash(200) };
  const at = (energy: number, day = 0.05) => ({ energy: usdPerMwh(energy), hashprice: usdPerTerahashDay(day) });

  test("profit is nil at the strike and at the break-even hashprice, for any machine and terms", () => {
    fc.assert(
      fc.property(
        fc.double({ min: 500, max: 6000, noNaN: true }),
        fc.double({ min: 20, max: 400, noNaN: true }),
        fc.double({ min: 0.02, max: 0.4, noNaN: true }),
        fc.double({ min: 0, max: 0.1, noNaN: true }),
        fc.double({ min: 0, max: 900, noNaN: true }),
        (w, th, day, fee, grams) => {
          const point = { power: watts(w), rate: terahash(th) };
          const terms = { poolFee: fraction(fee), adder: usdPerMwh(10), carbonPrice: usdPerTonneCo2(50) };
          const carbon = gramsCo2PerKwh(grams);
          const own = efficiency(point.power, point.rate);
          const price = strike(own, usdPerTerahashDay(day), terms, carbon);
          const revenue = revenuePerHour(point, usdPerTerahashDay(day), terms);
          const nil = profitPerHour(point, { energy: price, hashprice: usdPerTerahashDay(day), carbon }, terms);
          const back = breakEvenHashprice(own, price, terms, carbon);
          return Math.abs(nil) < 1e-9 * revenue && Math.abs(back / day - 1) < 1e-9;
        },
      ),
    );
  });

  test("the strike of the facts: 17.5 J/TH at 0.05 USD/TH/day is 117.86 less the adder of 10", () => {
    expect(strike(joulesPerTerahash(17.5), usdPerTerahashDay(0.05), TERMS)).toBeCloseTo(107.857, 3);
  });

  test("a carbon price without an intensity is an error, never nothing", () => {
    const terms = { ...TERMS, carbonPrice: usdPerTonneCo2(50) };
    expect(() => profitPerHour(s21, at(50), terms)).toThrow(/intensity is not known/);
  });

  test("pay-back: none when it never comes, later when revenue falls", () => {
    expect(paybackDays(usd(1000), usd(12), usd(2), fraction(0))).toBeCloseTo(100, 9);
    expect(paybackDays(usd(1000), usd(12), usd(2), fraction(0.001)) ?? 0).toBeGreaterThan(100);
    expect(paybackDays(usd(100_000), usd(12), usd(2), fraction(0.001))).toBeNull();
    expect(paybackDays(usd(1000), usd(2), usd(2), fraction(0))).toBeNull();
    expect(paybackDays(usd(0), usd(2), usd(3), fraction(0))).toBe(0);
  });

  test("a what-if changes one thing", () => {
    const lines = whatIf(s21, at(50), TERMS, [
      { change: "coin -20 %", hashprice: 0.8 },
      { change: "power +5 %", power: 1.05 },
    ]);
    expect(lines.map(({ change }) => change)).toEqual(["as it is", "coin -20 %", "power +5 %"]);
    expect(lines[0]?.difference).toBe(0);
    expect(lines[1]?.difference).toBeCloseTo(-0.2 * 200 * 0.05 * 0.99, 9);
    expect(lines[2]?.difference).toBeCloseTo(-0.05 * 3.5 * 24 * 0.06, 9);
  });
});
