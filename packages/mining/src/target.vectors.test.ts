import { fromHex } from "@carrara/base/bytes";
import { describe, expect, test } from "vitest";
import { HEADERS } from "../test/blocks.ts";
import { sha256d } from "./hash.ts";
import {
  bitsToTarget,
  difficultyOfHash,
  difficultyOfTarget,
  expectedHashes,
  hashToNumber,
  log2Rarity,
  MAX_TARGET,
  MAX_TARGET_DIFFICULTY_1,
  meets,
  numberToHash,
  retarget,
  targetOfDifficulty,
  targetToBits,
  work,
  zeroBits,
} from "./target.ts";

describe("compact bits: Bitcoin Core, arith_uint256_tests bignum_SetCompact", () => {
  test.each([
    [0x01123456, "12", 0x01120000],
    [0x02123456, "1234", 0x02123400],
    [0x03123456, "123456", 0x03123456],
    [0x04123456, "12345600", 0x04123456],
    [0x05009234, "92340000", 0x05009234],
    [0x20123456, "1234560000000000000000000000000000000000000000000000000000000000", 0x20123456],
  ])("%i", (bits, target, canonical) => {
    expect(bitsToTarget(bits).toString(16)).toBe(target);
    expect(targetToBits(bitsToTarget(bits))).toBe(canonical);
  });

  test.each([
    0, 0x00123456, 0x01003456, 0x02000056, 0x03000000, 0x04000000, 0x00923456, 0x01803456, 0x02800056, 0x03800000,
    0x04800000,
  ])("%i is zero", (bits) => {
    expect(() => bitsToTarget(bits)).toThrow(expect.objectContaining({ code: "bits-zero" }));
  });

  test.each([0x01fedcba, 0x04923456])("%i is negative", (bits) => {
    expect(() => bitsToTarget(bits)).toThrow(expect.objectContaining({ code: "bits-negative" }));
  });

  test.each([0xff123456, 0x23000001, 0x22000100, 0x21010000])("%i overflows", (bits) => {
    expect(() => bitsToTarget(bits)).toThrow(expect.objectContaining({ code: "bits-overflow" }));
  });

  test("the last that does not overflow", () => {
    expect(bitsToTarget(0x220000ff)).toBe(0xffn << 248n);
    expect(bitsToTarget(0x2100ffff)).toBe(0xffffn << 240n);
  });

  test.each([-1, 1.5, 2 ** 32, Number.NaN])("%d is not 32 bits", (bits) => {
    expect(() => bitsToTarget(bits)).toThrow(expect.objectContaining({ code: "bits-not-u32" }));
  });

  test("0x80 is written without the sign bit", () => {
    expect(targetToBits(0x80n)).toBe(0x02008000);
    expect(targetToBits(0n)).toBe(0);
    expect(targetToBits(MAX_TARGET)).toBe(0x2100ffff);
  });

  test("regtest", () => {
    expect(bitsToTarget(0x207fffff)).toBe(0x7fffffn << 232n);
    expect(work(bitsToTarget(0x207fffff))).toBe(2n);
  });
});

describe("retarget: Bitcoin Core, pow_tests", () => {
  const limit = (1n << 224n) - 1n;
  test.each([
    ["get_next_work", 1261130161, 1262152739, 0x1d00ffff, 0x1d00d86a],
    ["get_next_work_pow_limit", 1231006505, 1233061996, 0x1d00ffff, 0x1d00ffff],
    ["get_next_work_lower_limit_actual", 1279008237, 1279297671, 0x1c05a3f4, 0x1c0168fd],
    ["get_next_work_upper_limit_actual", 1263163443, 1269211443, 0x1c387f6f, 0x1d00e1fd],
  ])("%s", (_name, firstTime, lastTime, bits, next) => {
    expect(retarget({ bits, firstTime, lastTime, interval: 2016, spacing: 600, limit })).toBe(next);
  });

  test("a short interval with a wide limit, as our embedded chain has it", () => {
    const period = { bits: 0x207fffff, firstTime: 1000, interval: 20, spacing: 30, limit: 0x7fffffn << 232n };
    expect(retarget({ ...period, lastTime: 1600 })).toBe(0x207fffff);
    expect(retarget({ ...period, lastTime: 1300 })).toBe(0x203fffff);
    expect(retarget({ ...period, lastTime: 1000 })).toBe(0x201fffff);
    expect(retarget({ ...period, lastTime: 900 })).toBe(0x201fffff);
    expect(retarget({ ...period, bits: 0x1f00ffff, lastTime: 99999 })).toBe(0x1f03fffc);
  });
});

describe("difficulty", () => {
  test("of real blocks, as explorers print it", () => {
    expect(difficultyOfTarget(bitsToTarget(0x1d00ffff))).toBe(1);
    expect(difficultyOfTarget(bitsToTarget(0x1b04864c))).toBeCloseTo(14484.162361, 6);
    expect(difficultyOfTarget(bitsToTarget(0x17034219)) / 86388558925171.02).toBeCloseTo(1, 12);
  });

  test("of a target and back", () => {
    for (const difficulty of [1e-9, 0.00015, 0.01, 0.1, 1, 16384, 1e6, 86388558925171.02]) {
      expect(difficultyOfTarget(targetOfDifficulty(difficulty)) / difficulty).toBeCloseTo(1, 12);
    }
    expect(targetOfDifficulty(1)).toBe(MAX_TARGET_DIFFICULTY_1);
    expect(targetOfDifficulty(0.5)).toBe(2n * MAX_TARGET_DIFFICULTY_1);
    expect(targetOfDifficulty(1e-300)).toBe(MAX_TARGET);
    expect(targetOfDifficulty(5e-324)).toBe(MAX_TARGET);
    expect(targetOfDifficulty(1e300)).toBe(1n);
  });

  test.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY])("%d is refused", (difficulty) => {
    expect(() => targetOfDifficulty(difficulty)).toThrow(expect.objectContaining({ code: "bad-difficulty" }));
  });

  test("difficulty 1 takes 2^32 · 65536/65535 hashes", () => {
    expect(expectedHashes(MAX_TARGET_DIFFICULTY_1)).toBe(4295032833n);
    expect(expectedHashes(MAX_TARGET)).toBe(1n);
    expect(expectedHashes(0n)).toBe(1n << 256n);
  });
});

describe("rarity", () => {
  test.each(HEADERS)("block $height", ({ hex, hash }) => {
    const digest = sha256d(fromHex(hex));
    expect(hashToNumber(digest)).toBe(BigInt(`0x${hash}`));
    expect(zeroBits(digest)).toBe(256 - BigInt(`0x${hash}`).toString(2).length);
    expect(Math.floor(log2Rarity(digest))).toBe(zeroBits(digest));
    expect(Math.log2(difficultyOfHash(digest)) + 48 - Math.log2(65535)).toBeCloseTo(log2Rarity(digest), 9);
  });

  test("the ends", () => {
    expect(zeroBits(new Uint8Array(32))).toBe(256);
    expect(log2Rarity(new Uint8Array(32))).toBe(256);
    expect(difficultyOfHash(new Uint8Array(32))).toBe(Number.POSITIVE_INFINITY);
    expect(zeroBits(new Uint8Array(32).fill(255))).toBe(0);
    expect(log2Rarity(numberToHash(1n))).toBe(256);
    expect(log2Rarity(numberToHash(2n))).toBe(255);
  });

  test("a hash equal to the target meets it, one above does not", () => {
    const target = bitsToTarget(0x1d00ffff);
    expect(meets(numberToHash(target), target)).toBe(true);
    expect(meets(numberToHash(target + 1n), target)).toBe(false);
  });
});
