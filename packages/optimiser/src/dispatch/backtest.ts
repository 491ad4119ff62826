/**
 * A year of dispatch, hour by hour, for one machine: what a policy would have earned, when each hour it is given only
 * what was public then. The oracle is the same solver with all prices.
 * @module
 */
import type { HourPrices, Terms } from "../economics/strike.ts";
import { type Hour, type HourlySeries, slice, valueAt } from "../series.ts";
import type { UsdPerMwh, UsdPerTerahashDay } from "../units.ts";
import { type Chain, type ChainState, createChainMemory, solveChain, worthOf } from "./chain.ts";
import { chainOf, type Machine } from "./machine.ts";
import { DAY_AHEAD, type Known, knownUntil, modePublished, type Publication } from "./published.ts";
import { runLength, threshold } from "./rules.ts";

/** What happened: prices, and the hashprice of each hour. */
export interface Past {
  readonly prices: HourlySeries<"USD/MWh">;
  readonly hashprice: (hour: Hour) => UsdPerTerahashDay;
}

/** USD over the hours, by policy. */
export interface DispatchResult {
  readonly alwaysOn: number;
  readonly threshold: number;
  readonly runLength: number;
  readonly plan: number;
  readonly oracle: number;
}

/** A machine of unknown past is free to switch. */
const FREE: ChainState = { mode: 1, age: 1_000 };

/** The chain of what happened. */
export function pastChain(machine: Machine, past: Past, from: Hour, to: Hour, terms: Terms): Chain {
  const prices: HourPrices[] = [];
  for (let hour = from; hour < to; hour++) {
    prices.push({ energy: valueAt(past.prices, hour) as UsdPerMwh, hashprice: past.hashprice(hour) });
  }
  return chainOf(machine, prices, terms);
}

/**
 * Plays the hours `from` to `to`.
 * The hashprice of an hour is known in that hour, and assumed to stay for the hours planned.
 */
export function backtestPublished(
  machine: Machine,
  past: Past,
  span: { from: Hour; to: Hour },
  terms: Terms,
  publication: Publication = DAY_AHEAD,
): DispatchResult {
  const { from, to } = span;
  const truth = pastChain(machine, past, from, to, terms);
  const memory = createChainMemory();
  const best = machine.modes.length;
  const plans = { plan: new Uint8Array(to - from), runLength: new Uint8Array(to - from) };
  const thresholds = new Uint8Array(to - from);
  let [planState, ruleState] = [FREE, FREE];
  for (let hour = from; hour < to; hour++) {
    // A day before now is kept, so that a plan may repeat it; nothing after the last published hour is handed over.
    const until = Math.min(to, knownUntil(hour, publication));
    const known: Known = { now: hour, prices: slice(past.prices, hour - 24, until), hashprice: past.hashprice(hour) };
    const mode = modePublished(machine, planState, known, terms, memory);
    planState = { mode, age: mode === planState.mode ? planState.age + 1 : 1 };
    plans.plan[hour - from] = mode;

    const ahead: HourPrices[] = [];
    for (let h = hour; h < until; h++) {
      ahead.push({ energy: valueAt(known.prices, h) as UsdPerMwh, hashprice: known.hashprice });
    }
    const chain = chainOf(machine, ahead, terms);
    thresholds[hour - from] = threshold(chain, 0);
    const rule = runLength(chain, ruleState, best);
    ruleState = { mode: rule, age: 1 };
    plans.runLength[hour - from] = rule;
  }
  return {
    alwaysOn: worthOf(truth, FREE, new Uint8Array(to - from).fill(best)),
    threshold: worthOf(truth, FREE, thresholds),
    runLength: worthOf(truth, FREE, plans.runLength),
    plan: worthOf(truth, FREE, plans.plan),
    oracle: solveChain(truth, FREE, memory)?.value ?? 0,
  };
}
