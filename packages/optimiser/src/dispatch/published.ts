/**
 * The plan on published prices: receding-horizon dynamic programming over the hours that a day-ahead market has
 * announced, made again each hour. It is given nothing but what is known, so it cannot look ahead.
 *
 * What comes after the last known hour has a value too: a machine that is on at midnight need not be started. A plan
 * without it lost up to 0.2 % on thin margins (DE-LU 2022, S19j Pro, restart 60 min: 0.9980 of the oracle). The last
 * known day is therefore thought to come once more. Tried beside it on four markets at 0.7, 1 and 1.5 times the real
 * hashprice: half and whole restart cost as end value, the mean of the last 7 and 28 days, and a kernel over past
 * nights; each was worse somewhere.
 * @module
 */
import type { HourPrices, Terms } from "../economics/strike.ts";
import { type Hour, type HourlySeries, SeriesError, valueAt } from "../series.ts";
import type { GramsCo2PerKwh, UsdPerMwh, UsdPerTerahashDay } from "../units.ts";
import { type ChainMemory, type ChainState, createChainMemory, solveChain } from "./chain.ts";
import { chainOf, type Machine } from "./machine.ts";

/** When a market announces the prices of the next day, as an hour of the UTC day. */
export interface Publication {
  readonly hour: number;
}

/** European day-ahead: auction at 12:00 CET, results within the hour; 12:00 UTC is safe all year. */
export const DAY_AHEAD: Publication = { hour: 12 };

/** The hour after the last one whose price is public at `now`. */
export function knownUntil(now: Hour, publication: Publication = DAY_AHEAD): Hour {
  const midnight = Math.floor(now / 24) * 24 + 24;
  return now - (midnight - 24) >= publication.hour ? midnight + 24 : midnight;
}

/** What a plan is made from: only what is known at `now`. */
export interface Known {
  readonly now: Hour;
  /** Prices up to the last published hour, and none after it. */
  readonly prices: HourlySeries<"USD/MWh">;
  /** Hashprice now; it is assumed to stay. */
  readonly hashprice: UsdPerTerahashDay;
  /** Where carbon has a price: its intensity of each hour from `now` on that is known; the last one is assumed to stay. */
  readonly carbon?: readonly GramsCo2PerKwh[];
}

/** The hours to come of one machine. */
export interface Plan {
  readonly from: Hour;
  /** One mode for each known hour, `from` first. */
  readonly modes: Uint8Array;
  /** USD that the plan earns over the known hours and their repetition. */
  readonly value: number;
  /** The same when the first hour is spent in another mode: what each choice costs. `null` where it is not allowed. */
  readonly ifFirst: readonly (number | null)[];
}

/** How many hours a plan thinks ahead of the last known one. */
const REPEATED_HOURS = 24;

/**
 * The best plan for the hours that are known.
 * @throws SeriesError `series-gap` when the present hour has no price: see `decide` for the safe choice then.
 * @example planPublished(machine, { mode: 1, age: 99 }, { now, prices, hashprice }, terms).modes[0]
 */
export function planPublished(
  machine: Machine,
  from: ChainState,
  known: Known,
  terms: Terms,
  memory: ChainMemory = createChainMemory(),
): Plan {
  const prices = pricesAhead(known);
  const chain = chainOf(machine, prices, terms);
  const best = solveChain(chain, from, memory);
  const hours = prices.length - REPEATED_HOURS;
  const ifFirst = Array.from({ length: chain.modes }, (_, mode) => {
    const forced = new Uint8Array(chain.hours * chain.modes).fill(1);
    for (let m = 0; m < chain.modes; m++) forced[m] = m === mode ? 1 : 0;
    return best?.modes[0] === mode
      ? best.value
      : (solveChain({ ...chain, allowed: forced }, from, memory)?.value ?? null);
  });
  // Without limits of a site there is always a run of modes: staying as it is.
  return { from: known.now, modes: best?.modes.slice(0, hours) ?? new Uint8Array(), value: best?.value ?? 0, ifFirst };
}

/** Only the mode of the present hour: what a back-test needs, at a third of the work. */
export function modePublished(
  machine: Machine,
  from: ChainState,
  known: Known,
  terms: Terms,
  memory: ChainMemory,
): number {
  return solveChain(chainOf(machine, pricesAhead(known), terms), from, memory)?.modes[0] ?? from.mode;
}

/** The known hours from now on, and the last known day once more. */
export function pricesAhead({ now, prices, hashprice, carbon }: Known): HourPrices[] {
  const until = prices.start + prices.values.length;
  if (now < prices.start || now >= until) {
    throw new SeriesError("series-gap", "The present hour has no price.", "Read the feed again, or decide without it.");
  }
  const at = (energy: number, k: number): HourPrices => {
    const intensity = carbon?.[Math.min(k, carbon.length - 1)];
    const hour = { energy: energy as UsdPerMwh, hashprice };
    return intensity === undefined ? hour : { ...hour, carbon: intensity };
  };
  const ahead: HourPrices[] = [];
  for (let hour = now; hour < until; hour++) ahead.push(at(valueAt(prices, hour) as number, hour - now));
  for (let k = 0; k < REPEATED_HOURS; k++) {
    // A history shorter than a day repeats what there is of it.
    const hour = Math.max(prices.start, until - REPEATED_HOURS + k);
    ahead.push(at(valueAt(prices, hour) as number, until - now + k));
  }
  return ahead;
}
