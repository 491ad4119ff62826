/**
 * When the learnt rule steps aside for persistence. Both are played in the shadow all the time, each with a machine of
 * its own; what counts is what they have earned of late, on data that they had not seen.
 * @module
 */

import type { Lag } from "./features.ts";

/** A day that is over and settled, in USD: both shadows, and the machine itself. */
export interface ShadowDay {
  readonly learnt: number;
  readonly plain: number;
  readonly actual: number;
}

export interface RetreatOptions {
  /** Days that are looked back on. */
  readonly window: number;
  /** Days that have to be known before the learnt rule may run at all. */
  readonly least: number;
  /** The part of a year's profit that the learnt rule may have lost against persistence before it is stopped ... */
  readonly budget: number;
  /** ... and the part of what its shadow has won in the year that it may have lost beside: trust that was earned. */
  readonly trust: number;
  /** Trust counts only from this part of a year's profit on: what is less may be chance, and is no credit. */
  readonly clear: number;
  /** The lead that is asked for over the last year, as far as known: in standard errors of its days ... */
  readonly surely: number;
  /** ... and as a part of what persistence earned in the same days. */
  readonly lead: number;
}

/**
 * An hour ahead the lead is steady and its days are many alike. A day ahead one bad day has cost 0.4 % of a year, so
 * that only a lead is worth the risk which is larger than that: one hundredth of the profit.
 */
export const RETREAT_DEFAULTS: Record<Lag, RetreatOptions> = {
  1: { window: 90, least: 30, budget: 0.001, trust: 0.5, clear: 0.01, surely: 0, lead: 0 },
  24: { window: 90, least: 30, budget: 0.001, trust: 0.5, clear: 0.01, surely: 1, lead: 0.01 },
};

/** Why persistence runs, or `null` when the learnt rule does. */
export type Retreat = "too-little-seen" | "does-not-win" | "budget-spent" | null;

/**
 * @param days settled days, oldest first; those of the trial before the start count for `does-not-win`, and have
 * `actual` equal to `plain`
 * @example retreat([{ learnt: 4.1, plain: 4, actual: 4 }], RETREAT_DEFAULTS[1]) // "too-little-seen"
 */
export function retreat(days: readonly ShadowDay[], options: RetreatOptions): Retreat {
  const { window, least, budget, trust, clear, surely, lead } = options;
  if (days.length < least) return "too-little-seen";
  const sum = (of: (day: ShadowDay) => number, last: number) => days.slice(-last).reduce((a, day) => a + of(day), 0);
  if (sum(({ learnt, plain }) => learnt - plain, window) <= 0) return "does-not-win";
  // A year's profit from what is known of one; the absolute value, since a year may lose.
  const known = Math.min(365, days.length);
  const year = (Math.abs(sum(({ plain }) => plain, 365)) * 365) / known;
  const leads = days.slice(-365).map(({ learnt, plain }) => learnt - plain);
  const ahead = leads.reduce((a, b) => a + b, 0);
  const variance = leads.reduce((a, b) => a + (b - ahead / known) ** 2, 0) / known;
  if (ahead < surely * Math.sqrt(variance * known)) return "does-not-win";
  if (ahead < (lead * year * known) / 365) return "does-not-win";
  const won = Math.max(0, ahead);
  const credit = won > clear * year ? trust * won : 0;
  if (sum(({ actual, plain }) => actual - plain, 365) < -budget * year - credit) return "budget-spent";
  return null;
}
