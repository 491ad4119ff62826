import fc from "fast-check";
import { expect, test } from "vitest";
import {
  bitsToTarget,
  difficultyOfTarget,
  hashToNumber,
  MAX_TARGET,
  numberToHash,
  targetOfDifficulty,
  targetToBits,
} from "./target.ts";

const target = fc.tuple(fc.bigInt(1n, MAX_TARGET), fc.integer({ min: 0, max: 255 })).map(([n, cut]) => {
  const shifted = n >> BigInt(cut);
  return shifted === 0n ? 1n : shifted;
});

test("bits keep the three highest bytes or, by the sign bit, two and seven bits", () => {
  fc.assert(
    fc.property(target, (t) => {
      const rounded = bitsToTarget(targetToBits(t));
      expect(rounded <= t).toBe(true);
      expect((t - rounded) << 15n <= t).toBe(true);
      expect(targetToBits(rounded)).toBe(targetToBits(t));
    }),
  );
});

test("any 32 bits give a target or one of our errors", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 0xffffffff }), (bits) => {
      try {
        const t = bitsToTarget(bits);
        expect(t > 0n && t <= MAX_TARGET).toBe(true);
      } catch (error) {
        expect(error).toMatchObject({ code: expect.stringMatching(/^bits-/) });
      }
    }),
  );
});

test("number and hash", () => {
  fc.assert(
    fc.property(fc.bigInt(0n, MAX_TARGET), (n) => {
      expect(hashToNumber(numberToHash(n))).toBe(n);
    }),
  );
});

test("a higher difficulty never has an easier target, and comes back", () => {
  const difficulty = fc.double({ min: 1e-9, max: 1e20, noNaN: true });
  fc.assert(
    fc.property(difficulty, difficulty, (a, b) => {
      expect(targetOfDifficulty(Math.max(a, b)) <= targetOfDifficulty(Math.min(a, b))).toBe(true);
      expect(Math.abs(difficultyOfTarget(targetOfDifficulty(a)) / a - 1)).toBeLessThan(1e-12);
    }),
  );
});
