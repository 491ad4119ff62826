/**
 * What shares tell: a hash rate with its error, and how long the next find takes. Shares come as a Poisson process, so
 * every figure here has an honest interval and no memory.
 * @module
 */

/** Hashes that one unit of pool difficulty stands for: 2^256 / (0xffff * 2^208), which is 2^32 * 65536/65535. */
export const HASHES_PER_DIFFICULTY = 2 ** 32 * (65536 / 65535);

/** A rate in H/s with its 95 % interval. */
export interface RateEstimate {
  rate: number;
  low: number;
  high: number;
}

/**
 * Hash rate from accepted shares.
 * @param work sum of the shares' difficulties (each at the difficulty that it was judged by)
 * @param shares how many there were: their count carries the error
 * @param seconds length of the window
 * @example hashRate({ work: 10, shares: 10, seconds: 600 }).rate // 71.6 MH/s, 34 to 132
 */
export function hashRate({ work, shares, seconds }: { work: number; shares: number; seconds: number }): RateEstimate {
  if (!(seconds > 0)) throw new RangeError(`a window of ${seconds} seconds has no rate`);
  const rate = (work * HASHES_PER_DIFFICULTY) / seconds;
  const { low, high } = poissonInterval(shares);
  if (shares === 0) return { rate: 0, low: 0, high: 0 };
  return { rate, low: (rate * low) / shares, high: (rate * high) / shares };
}

/**
 * The exact 95 % interval of a Poisson mean from one count (Garwood 1936), by the chi-squared quantile in the
 * Wilson-Hilferty form (PNAS 17, 1931); the lower end at 1, where that form is poor, is exact.
 */
export function poissonInterval(count: number): { low: number; high: number } {
  const z = 1.959963985;
  const quantile = (degrees: number, side: number) => {
    const k = 2 / (9 * degrees);
    return (degrees * (1 - k + side * z * Math.sqrt(k)) ** 3) / 2;
  };
  const low = count === 0 ? 0 : count === 1 ? -Math.log(0.975) : quantile(2 * count, -1);
  return { low, high: quantile(2 * count + 2, 1) };
}

/**
 * The band in which 95 % of the counts fall when `expected` are due: what is luck and what is not.
 * The same interval read the other way: the normal approximation of the square root (Anscombe 1948).
 */
export function poissonBand(expected: number): { low: number; high: number } {
  const root = Math.sqrt(expected + 0.375);
  return { low: Math.max(0, (root - 0.98) ** 2 - 0.375), high: (root + 0.98) ** 2 - 0.375 };
}

/** Seconds until the next find, on average: however long it has been waited for already. `null` when nothing hashes. */
export function expectedSeconds(hashes: number, rate: number): number | null {
  return rate > 0 ? hashes / rate : null;
}

/**
 * Hash rate from accepted shares of different difficulties (vardiff, or the hash's own): rare heavy shares carry less
 * certainty than their work, so the interval is that of (sum of d)^2 / sum of d^2 shares, the effective count.
 * @param difficulties of each share, as it was judged by
 * @throws RangeError for a difficulty that is not above 0, or a window without length.
 * @example hashRateOf([8, 8, 16], 600)
 */
export function hashRateOf(difficulties: readonly number[], seconds: number): RateEstimate {
  let work = 0;
  let squares = 0;
  for (const difficulty of difficulties) {
    if (!(difficulty > 0 && Number.isFinite(difficulty))) throw new RangeError(`a share of difficulty ${difficulty}`);
    work += difficulty;
    squares += difficulty * difficulty;
  }
  return hashRate({ work, shares: squares === 0 ? 0 : (work * work) / squares, seconds });
}

/** How long a find takes, for a process without memory. Seconds. */
export interface TimeToFind {
  readonly mean: number;
  /** Half of all finds come sooner. */
  readonly median: number;
  /** 19 of 20 come sooner. */
  readonly late: number;
  /** The mean with the rate at either end of its interval; the upper end is infinite while a rate of 0 is possible. */
  readonly meanLow: number;
  readonly meanHigh: number;
}

/**
 * Time to a block (or to any hash not above a target).
 * @param hashes how many it takes on average: difficulty x HASHES_PER_DIFFICULTY
 * @returns `null` when nothing hashes
 * @example timeToFind(difficulty * HASHES_PER_DIFFICULTY, hashRateOf(shares, 86_400))
 */
export function timeToFind(hashes: number, { rate, low, high }: RateEstimate): TimeToFind | null {
  const mean = expectedSeconds(hashes, rate);
  if (mean === null) return null;
  return {
    mean,
    median: mean * Math.LN2,
    late: mean * Math.log(20),
    meanLow: hashes / high,
    meanHigh: low > 0 ? hashes / low : Number.POSITIVE_INFINITY,
  };
}

/** The chance of at least one find in `seconds`. */
export function chanceWithin(hashes: number, rate: number, seconds: number): number {
  return -Math.expm1((-rate * seconds) / hashes);
}
