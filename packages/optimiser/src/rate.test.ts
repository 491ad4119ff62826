import { seeded } from "@carrara/base/random";
import { describe, expect, test } from "vitest";
import { expectedSeconds, HASHES_PER_DIFFICULTY, hashRate, poissonBand, poissonInterval } from "./rate.ts";

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
