/**
 * The choice for an hour whose price is not known: the learnt rule where it is sure and has earned its place,
 * persistence everywhere else; with the reason.
 * @module
 */
import type { Hour } from "../series.ts";
import { type Lag, PAST_HOURS } from "./features.ts";
import { CommitError, type Committer, opinion } from "./learn.ts";
import type { Retreat } from "./retreat.ts";

/** How sure the learnt rule has to be to act against persistence, as log-odds of money. Chosen on 2023. */
export const CONVICTION: Record<Lag, number> = { 1: 0.3, 24: 0.5 };

export interface Commitment {
  readonly on: boolean;
  readonly by: "learnt" | "persistence";
  /** Why persistence decided, or `sure`. */
  readonly reason: "sure" | "unsure" | Exclude<Retreat, null>;
  /** Log of money that on is expected to win to money that it is expected to lose. */
  readonly odds: number;
  /** P(the price is above the strike). */
  readonly loss: number;
}

/**
 * Decides an hour.
 * @param past prices up to and with hour `hour - lag`
 * @param strike USD/MWh of that hour, by the hashprice of now
 * @param on whether the machine runs, or is committed to run, in the hour before
 * @param stands `retreat(days)`: why the learnt rule has to step aside, or `null`
 * @throws CommitError when the past is too short for a row, or the strike is not a number.
 * @example commit(model, past, hour, 142, true, retreat(days))
 */
export function commit(
  model: Committer,
  past: Float64Array,
  hour: Hour,
  strike: number,
  on: boolean,
  stands: Retreat,
): Commitment {
  if (past.length < PAST_HOURS || !Number.isFinite(strike)) {
    throw new CommitError(
      `${past.length} hours of past and a strike of ${strike} decide nothing.`,
      `Give ${PAST_HOURS} hours and a strike; without them use persistence, or the site's safe choice.`,
    );
  }
  const { odds, loss } = opinion(model, past, hour, strike, on);
  if (stands !== null) return { on: persistence(past, strike), by: "persistence", reason: stands, odds, loss };
  if (Math.abs(odds) > CONVICTION[model.lag]) return { on: odds > 0, by: "learnt", reason: "sure", odds, loss };
  return { on: persistence(past, strike), by: "persistence", reason: "unsure", odds, loss };
}

/** The price is thought to be what it was when last known: an hour ago, or at the same hour of yesterday. */
export function persistence(past: Float64Array, strike: number): boolean {
  return (past[past.length - 1] as number) < strike;
}
