/**
 * Targets: compact bits, difficulty, work, rarity, and Bitcoin's retarget rule.
 * A target is a bigint of at most 256 bits; a hash meets it when the hash, read as a little-endian integer, is not
 * above it. Difficulties are doubles and only for people and Stratum; every test of work compares integers.
 * @module
 */
import { bigintToLE } from "@carrara/base/bytes";
import { CarraraError } from "@carrara/base/errors";
import { checkHash } from "./hash.ts";

/** The target of difficulty 1 (bdiff): 0xffff · 2^208, the easiest of Bitcoin's main chain. */
export const MAX_TARGET_DIFFICULTY_1 = 0xffffn << 208n;

/** Litecoin's Stratum difficulty 1: 65,536 times as easy, because one scrypt costs so much more. */
export const SCRYPT_TARGET_DIFFICULTY_1 = 0xffffn << 224n;

/** The largest 256-bit number: every hash meets it. */
export const MAX_TARGET = (1n << 256n) - 1n;

/**
 * The target in compact form, as in a header's `bits` (Core's arith_uint256::SetCompact).
 * @throws BadBitsError (bits-negative, bits-overflow, bits-zero): Core treats such a header as without valid work.
 * @example bitsToTarget(0x1d00ffff) === MAX_TARGET_DIFFICULTY_1
 */
export function bitsToTarget(bits: number): bigint {
  if (!Number.isInteger(bits) || bits < 0 || bits > 0xffffffff) throw new BadBitsError("bits-not-u32", bits);
  const size = bits >>> 24;
  const mantissa = bits & 0x007fffff;
  const word = size <= 3 ? mantissa >>> (8 * (3 - size)) : mantissa;
  if (word === 0) throw new BadBitsError("bits-zero", bits);
  if ((bits & 0x00800000) !== 0) throw new BadBitsError("bits-negative", bits);
  if (size > 34 || (word > 0xff && size > 33) || (word > 0xffff && size > 32)) {
    throw new BadBitsError("bits-overflow", bits);
  }
  return size <= 3 ? BigInt(word) : BigInt(word) << BigInt(8 * (size - 3));
}

/**
 * The compact form of a target, rounded down to three significant bytes (Core's GetCompact).
 * @throws BadTargetError when it is below 0 or has more than 256 bits.
 */
export function targetToBits(target: bigint): number {
  checkTarget(target);
  let size = Math.ceil(target.toString(2).length / 8);
  if (target === 0n) size = 0;
  let mantissa = Number(size <= 3 ? target << BigInt(8 * (3 - size)) : target >> BigInt(8 * (size - 3)));
  // The mantissa's top bit is a sign in this format, so a number that has it moves one byte down.
  if ((mantissa & 0x00800000) !== 0) {
    mantissa >>>= 8;
    size++;
  }
  return size * 0x1000000 + mantissa;
}

/**
 * The hash as a little-endian integer: the number compared with the target, and a forged piece's token id.
 * @throws HashLengthError when it is not 32 bytes.
 */
export function hashToNumber(hash: Uint8Array): bigint {
  checkHash(hash, "a hash");
  const view = new DataView(hash.buffer, hash.byteOffset, 32);
  return (
    (view.getBigUint64(24, true) << 192n) |
    (view.getBigUint64(16, true) << 128n) |
    (view.getBigUint64(8, true) << 64n) |
    view.getBigUint64(0, true)
  );
}

/** The 32 internal-order bytes of a number; the inverse of {@link hashToNumber}. */
export function numberToHash(number: bigint): Uint8Array {
  checkTarget(number);
  return bigintToLE(number, 32);
}

/** Whether the hash is work for this target. */
export function meets(hash: Uint8Array, target: bigint): boolean {
  return hashToNumber(hash) <= target;
}

/** Expected hashes for this target, 2^256 / (target + 1) rounded down: what Core adds up as chain work. */
export function work(target: bigint): bigint {
  checkTarget(target);
  return (1n << 256n) / (target + 1n);
}

/** How many hashes one success takes in the mean; {@link work} by its name in UI and API. */
export function expectedHashes(target: bigint): bigint {
  return work(target);
}

/**
 * The target of a difficulty: floor(unit / difficulty), exact for the double given, at most 2^256 - 1, at least 1.
 * @param unit the target of difficulty 1; {@link SCRYPT_TARGET_DIFFICULTY_1} for scrypt miners.
 * @throws BadDifficultyError when the difficulty is not a finite number above 0.
 * @example targetOfDifficulty(0.01) // 100 times as easy as difficulty 1
 */
export function targetOfDifficulty(difficulty: number, unit: bigint = MAX_TARGET_DIFFICULTY_1): bigint {
  if (!(difficulty > 0) || !Number.isFinite(difficulty)) throw new BadDifficultyError(difficulty);
  const { numerator, denominator } = ratioOfDouble(difficulty);
  const target = (unit * denominator) / numerator;
  if (target > MAX_TARGET) return MAX_TARGET;
  return target === 0n ? 1n : target;
}

/** The difficulty of a target, to double precision; Infinity for target 0. */
export function difficultyOfTarget(target: bigint, unit: bigint = MAX_TARGET_DIFFICULTY_1): number {
  checkTarget(target);
  if (target === 0n) return Number.POSITIVE_INFINITY;
  // 128 extra bits keep 53 significant ones even for the easiest target, where the quotient is near 2^-32.
  return Number((unit << 128n) / target) / 2 ** 128;
}

/** The highest difficulty that this hash would meet. */
export function difficultyOfHash(hash: Uint8Array, unit: bigint = MAX_TARGET_DIFFICULTY_1): number {
  return difficultyOfTarget(hashToNumber(hash), unit);
}

/** Leading zero bits of the hash as a number, 0 to 256: the depth that a picture is labelled with. */
export function zeroBits(hash: Uint8Array): number {
  checkHash(hash, "a hash");
  let zeros = 0;
  for (let i = 31; i >= 0; i--) {
    const byte = hash[i]!;
    if (byte !== 0) return zeros + Math.clz32(byte) - 24;
    zeros += 8;
  }
  return zeros;
}

/** log2 of the mean number of hashes that one at least as rare takes: 256 - log2(hash as a number), at most 256. */
export function log2Rarity(hash: Uint8Array): number {
  const number = hashToNumber(hash);
  if (number === 0n) return 256;
  const excess = Math.max(0, 256 - zeroBits(hash) - 64);
  return 256 - (Math.log2(Number(number >> BigInt(excess))) + excess);
}

/** What {@link retarget} needs of a chain and of its period that just ended. */
export interface RetargetInput {
  /** Compact target of the ended period. */
  bits: number;
  /**
   * Time of the period's first block, seconds. Bitcoin takes the block `interval - 1` before the last, one step fewer
   * than there are intervals (its old off-by-one, part of consensus): pass that block's time.
   */
  firstTime: number;
  /** Time of the period's last block, seconds. */
  lastTime: number;
  /** Blocks per period: 2016 on Bitcoin. */
  interval: number;
  /** Wanted seconds between blocks: 600 on Bitcoin. */
  spacing: number;
  /** The easiest target of the chain. */
  limit: bigint;
}

/**
 * The next period's bits: Core's CalculateNextWorkRequired (pow.cpp), the measured time cut to a quarter and to four
 * times the wanted one.
 */
export function retarget({ bits, firstTime, lastTime, interval, spacing, limit }: RetargetInput): number {
  const wanted = interval * spacing;
  const taken = Math.min(Math.max(lastTime - firstTime, Math.floor(wanted / 4)), wanted * 4);
  const target = (bitsToTarget(bits) * BigInt(taken)) / BigInt(wanted);
  return targetToBits(target > limit ? limit : target);
}

/** A positive double as an exact fraction: a double is mantissa · 2^exponent. */
function ratioOfDouble(value: number): { numerator: bigint; denominator: bigint } {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  const raw = view.getBigUint64(0);
  const exponentBits = Number((raw >> 52n) & 0x7ffn);
  const fraction = raw & 0xfffffffffffffn;
  const mantissa = exponentBits === 0 ? fraction : fraction | 0x10000000000000n;
  const exponent = Math.max(exponentBits, 1) - 1075;
  return exponent >= 0
    ? { numerator: mantissa << BigInt(exponent), denominator: 1n }
    : { numerator: mantissa, denominator: 1n << BigInt(-exponent) };
}

function checkTarget(target: bigint): void {
  if (target < 0n || target > MAX_TARGET) throw new BadTargetError(target);
}

/** The compact bits name no usable target. */
export class BadBitsError extends CarraraError {
  constructor(code: "bits-not-u32" | "bits-zero" | "bits-negative" | "bits-overflow", bits: number) {
    const shown = Number.isInteger(bits) && bits >= 0 ? `0x${bits.toString(16).padStart(8, "0")}` : String(bits);
    super(code, `Compact bits ${shown} give no target (${code.slice(5)}).`, {
      hint: "Give bits whose target is above 0 and below 2^256, for instance 0x1d00ffff.",
    });
  }
}

/** A target outside 256 bits. */
export class BadTargetError extends CarraraError {
  constructor(target: bigint) {
    super("bad-target", `${target} is not a 256-bit target.`, { hint: "Give a number from 0 to 2^256 - 1." });
  }
}

/** A difficulty that no target belongs to. */
export class BadDifficultyError extends CarraraError {
  constructor(difficulty: number) {
    super("bad-difficulty", `${difficulty} is not a difficulty.`, { hint: "Give a finite number above 0." });
  }
}
