import { seeded } from "@carrara/base/random";
import { describe, expect, test } from "vitest";
import {
  chanceWithin,
  expectedSeconds,
  HASHES_PER_DIFFICULTY,
  hashRate,
  hashRateOf,
  poissonBand,
  poissonInterval,
  timeToFind,
} from "./rate.ts";

/** Sum of Poisson probabilities up to k: the definition that the closed forms are held to. */
function cdf(k: number, mean: number): number {
  let term = Math.exp(-mean);
  let sum = term;
  for (let i = 1; i <= k; i++) {
    term *= mean / i;
    sum += term;
  }
  return sum;
}

describe("hash rate from shares", () => {
  test("one difficulty-1 share in 600 s is 7.16 MH/s", () => {
    expect(hashRate({ work: 1, shares: 1, seconds: 600 }).rate / 1e6).toBeCloseTo(7.158, 3);
    expect(Math.floor(HASHES_PER_DIFFICULTY)).toBe(Number(2n ** 256n / (0xffffn << 208n)));
  });

  test("no share, no rate; a window without length is refused", () => {
    expect(hashRate({ work: 0, shares: 0, seconds: 60 })).toEqual({ rate: 0, low: 0, high: 0 });
    expect(() => hashRate({ work: 0, shares: 0, seconds: 0 })).toThrow(RangeError);
  });

  test.each([1, 2, 5, 10, 30, 100])(
    "the interval of a count of %i leaves 2.5 percent on each side (Garwood)",
    (count) => {
      const { low, high } = poissonInterval(count);
      expect(cdf(count, high)).toBeCloseTo(0.025, 3);
      expect(1 - cdf(count - 1, low)).toBeCloseTo(0.025, 2);
    },
  );

  test("the band holds 95 % of simulated counts", () => {
    const random = seeded(11);
    for (const mean of [5, 20, 100]) {
      const { low, high } = poissonBand(mean);
      let inside = 0;
      for (let i = 0; i < 4000; i++) {
        // Knuth's product method
        let count = -1;
        let sum = 0;
        while (sum < mean) {
          sum -= Math.log((random.u32() + 1) / 2 ** 32);
          count++;
        }
        if (count >= low && count <= high) inside++;
      }
      expect(inside / 4000).toBeGreaterThan(0.92);
      expect(inside / 4000).toBeLessThan(0.98);
    }
  });
});

test("waiting has no memory: only hashes and rate count", () => {
  expect(expectedSeconds(6e7, 6e6)).toBe(10);
  expect(expectedSeconds(1, 0)).toBeNull();
});

describe("shares of different difficulties, and the time to a find", () => {
  test("equal shares are as before; one heavy share widens the interval", () => {
    const equal = hashRateOf(Array(100).fill(8), 600);
    expect(equal).toEqual(hashRate({ work: 800, shares: 100, seconds: 600 }));
    const mixed = hashRateOf([...Array(50).fill(8), 400], 600);
    expect(mixed.rate).toBeCloseTo(equal.rate, 3);
    expect(mixed.high - mixed.low).toBeGreaterThan(2 * (equal.high - equal.low));
    expect(() => hashRateOf([0], 600)).toThrow(RangeError);
  });

  test("the interval of mixed shares holds the truth in about 95 of 100 windows", () => {
    const random = seeded(5);
    let inside = 0;
    for (let run = 0; run < 500; run++) {
      const shares: number[] = [];
      // Two workers of one rate each: difficulty 1 found 40 times in the window on average, difficulty 4 found 10 times.
      for (const [difficulty, mean] of [
        [1, 40],
        [4, 10],
      ] as const) {
        let time = -Math.log((random.u32() + 1) / 2 ** 32);
        while (time < mean) {
          shares.push(difficulty);
          time -= Math.log((random.u32() + 1) / 2 ** 32);
        }
      }
      const { low, high } = hashRateOf(shares, 600);
      const truth = (80 * HASHES_PER_DIFFICULTY) / 600;
      if (truth >= low && truth <= high) inside++;
    }
    expect(inside / 500).toBeGreaterThan(0.91);
  });

  test("half of the finds come before the median, and none has a memory", () => {
    const rate = { rate: 2e14, low: 1.9e14, high: 2.1e14 };
    const time = timeToFind(1e24, rate);
    expect(time?.mean).toBe(5e9);
    expect(chanceWithin(1e24, 2e14, time?.median ?? 0)).toBeCloseTo(0.5, 12);
    expect(chanceWithin(1e24, 2e14, time?.late ?? 0)).toBeCloseTo(0.95, 12);
    expect(timeToFind(1e24, { rate: 0, low: 0, high: 0 })).toBeNull();
    expect(timeToFind(1, { rate: 1, low: 0, high: 2 })?.meanHigh).toBe(Number.POSITIVE_INFINITY);
  });
});
