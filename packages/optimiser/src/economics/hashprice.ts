/**
 * What hashing earns, from the rules of the coin: subsidy by height, reward by target, and the hashprice in dollars.
 * Sats are exact (bigint); dollars are numbers, since no price is.
 * @module
 */
import { CarraraError } from "@carrara/base/errors";
import { type Sats, sats } from "@carrara/base/units";
import { type UsdPerCoin, type UsdPerTerahashDay, usdPerTerahashDay } from "../units.ts";

/** The target of difficulty 1 (Bitcoin: bits 0x1d00ffff). */
export const DIFFICULTY_1_TARGET = 0xffffn << 208n;
/** Blocks between two halvings of the subsidy. */
export const HALVING_BLOCKS = 210_000;
const SATS_PER_COIN = 100_000_000n;
const HASHES_PER_TERAHASH_DAY = 86_400n * 10n ** 12n;

/**
 * The subsidy of a block (Bitcoin Core, `GetBlockSubsidy`): 50 coins, halved each 210,000 blocks.
 * @example subsidyAt(840_000) // 312_500_000n
 */
export function subsidyAt(height: number): Sats {
  if (!Number.isSafeInteger(height) || height < 0) {
    throw new BadEconomicsError(`${height} is not a height.`, "Give a whole number, 0 or more.");
  }
  const halvings = Math.floor(height / HALVING_BLOCKS);
  return sats(halvings >= 64 ? 0n : (50n * SATS_PER_COIN) >> BigInt(halvings));
}

/**
 * The subsidy of a date, where only dates are known (daily tables): the halvings came at the blocks of these days.
 * @param date `YYYY-MM-DD`, from 2016-07-10 on
 */
export function subsidyOn(date: string): Sats {
  const found = HALVING_DAYS.findLast(([day]) => date >= day);
  if (!found || date >= HALVINGS_KNOWN_TO) {
    const hint = `Give a date from ${HALVING_DAYS[0]?.[0]} to before ${HALVINGS_KNOWN_TO}, or a height.`;
    throw new BadEconomicsError(`The subsidy of ${date} is not known.`, hint);
  }
  return sats(found[1]);
}

const HALVING_DAYS: readonly (readonly [string, bigint])[] = [
  ["2016-07-10", 1_250_000_000n],
  ["2020-05-12", 625_000_000n],
  ["2024-04-20", 312_500_000n],
];
/** The halving at block 1,050,000 is due in 2028; its day is not known before. */
const HALVINGS_KNOWN_TO = "2028-01-01";

/**
 * The target of a difficulty, rounded down as a block's target is.
 * @param difficulty more than 0; a double is taken at its exact value
 */
export function targetOf(difficulty: number): bigint {
  if (!(difficulty > 0 && Number.isFinite(difficulty))) {
    throw new BadEconomicsError(`${difficulty} is not a difficulty.`, "Give a number above 0.");
  }
  // Scaled by 2^52 a double of 1 or more is a whole number, so that nothing is lost; smaller ones lose what is below.
  const scaled = difficulty < 2 ** 52 ? BigInt(Math.round(difficulty * 2 ** 52)) : BigInt(difficulty) << 52n;
  return (DIFFICULTY_1_TARGET << 52n) / scaled;
}

/**
 * The coins that hashes earn on average, before pool fee: hashes x reward x P(a hash is a block), rounded down to a sat.
 * @param reward subsidy and fees of a block
 * @example expectedReward({ hashes: 86_400n * 10n ** 15n, reward, target }) // sats for a PH/s in a day
 */
export function expectedReward({ hashes, reward, target }: { hashes: bigint; reward: Sats; target: bigint }): Sats {
  if (hashes < 0n) throw new BadEconomicsError(`${hashes} hashes cannot be.`, "Give 0 or more.");
  return sats((hashes * reward * checkedTarget(target)) >> 256n);
}

/**
 * Hashprice: what 1 TH/s earns in a day, before pool fee.
 * @param reward subsidy and mean fees of a block; say in the page whether fees are in it
 */
export function hashprice(network: { target: bigint; reward: Sats; price: UsdPerCoin }): UsdPerTerahashDay {
  const { target, reward, price } = network;
  // 2^40 keeps twelve digits behind the point of the sats before they become a number.
  const scaled = (HASHES_PER_TERAHASH_DAY * reward * checkedTarget(target)) >> 216n;
  return usdPerTerahashDay(((Number(scaled) / 2 ** 40) * price) / 1e8);
}

function checkedTarget(target: bigint): bigint {
  if (target < 0n || target >= 1n << 256n) {
    throw new BadEconomicsError("The target is not a number of 256 bits.", "Give the target, not the difficulty.");
  }
  // A hash is a block when it is not above the target, so target + 1 of the 2^256 values are.
  return target + 1n;
}

/** A figure that no economics can be made from. */
export class BadEconomicsError extends CarraraError {
  constructor(message: string, hint: string) {
    super("bad-economics", message, { hint });
  }
}
