/**
 * Sequential tests that watch for a change: the cumulated log-likelihood ratio that starts again at 0 (CUSUM; Page 1954),
 * optimal in delay for a given false-alarm rate (Lorden 1971; Moustakides 1986). The level of the alarm is a proven bound,
 * not a fit: with independent readings a cycle that begins at 0 reaches `h` with a chance of e^-h at most, so between
 * two false alarms there are e^h readings or more on average.
 * @module
 */
import { CarraraError } from "@carrara/base/errors";

/** A running test. */
export interface Cusum {
  readonly sum: number;
  /** When the sum last left 0: the likeliest time of the change, if there is one. */
  readonly since: number | null;
  /** Readings in this rise. */
  readonly readings: number;
}

export const QUIET: Cusum = { sum: 0, since: null, readings: 0 };

/**
 * The sum at which one false alarm comes in `readings` readings, or rarer, when `tests` tests run side by side.
 * @throws CusumError for less than one.
 * @example alarmLevel(105_120, 4) // one a year from readings each 5 minutes, with four tests
 */
export function alarmLevel(readings: number, tests = 1): number {
  if (!(readings >= 1 && tests >= 1)) {
    throw new CusumError(`One false alarm in ${readings} readings of ${tests} tests.`, "Give 1 or more of each.");
  }
  return Math.log(readings * tests);
}

/** One reading's log-likelihood ratio goes in. */
export function step(test: Cusum, ratio: number, at: number): Cusum {
  if (!Number.isFinite(ratio))
    throw new CusumError(`A likelihood ratio of ${ratio}.`, "Leave out what was not measured.");
  const sum = test.sum + ratio;
  if (sum <= 0) return QUIET;
  return { sum, since: test.since ?? at, readings: test.readings + 1 };
}

/** ln of the likelihood of `count` events when only `part` of `expected` are due, over that when all are. */
export function poissonRatio(count: number, expected: number, part: number): number {
  return count * Math.log(part) + expected * (1 - part);
}

/** ln of the likelihood of a standard normal `z` when its mean has moved by `shift`, over that when it has not. */
export function normalRatio(z: number, shift: number): number {
  return shift * z - (shift * shift) / 2;
}

/** A test that cannot be set up or fed so. */
export class CusumError extends CarraraError {
  constructor(message: string, hint: string) {
    super("cusum", message, { hint });
  }
}
