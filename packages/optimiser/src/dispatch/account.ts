/**
 * What a run of modes comes to: hours, energy, hash, revenue, cost, switches, profit. The same arithmetic as the books':
 * every part is there, and the parts add up to the whole.
 * @module
 */
import { costPerHour, type HourPrices, revenuePerHour, type Terms } from "../economics/strike.ts";
import { type Usd, usd } from "../units.ts";
import type { ChainState } from "./chain.ts";
import type { Machine, Mode } from "./machine.ts";

export interface Account {
  readonly hoursOn: number;
  readonly starts: number;
  readonly changes: number;
  /** MWh at the wall. */
  readonly energy: number;
  /** Terahashes done; those lost by switching are not in it. */
  readonly terahashes: number;
  /** After pool fee, without what switching lost. */
  readonly revenue: Usd;
  /** Energy, adder and carbon. */
  readonly cost: Usd;
  readonly wear: Usd;
  /** revenue - cost - wear */
  readonly profit: Usd;
}

/** @param prices one entry for each hour of the plan */
export function account(
  machine: Machine,
  from: ChainState,
  plan: ArrayLike<number>,
  prices: readonly HourPrices[],
  terms: Terms,
): Account {
  let [hoursOn, starts, changes, energy, terahashes, revenue, cost, wear] = [0, 0, 0, 0, 0, 0, 0, 0];
  let state = from.mode;
  for (const [h, at] of prices.entries()) {
    const m = plan[h] as number;
    const mode = m === 0 ? null : (machine.modes[m - 1] as Mode);
    const point = mode ?? { power: machine.standby, rate: NO_HASH };
    energy += point.power / 1e6;
    cost += costPerHour(point, at, terms);
    if (mode !== null) {
      const switched = m === state ? null : state === 0 ? machine.restart : machine.change;
      const part = 1 - (switched?.minutes ?? 0) / 60;
      hoursOn++;
      terahashes += mode.rate * 3600 * part;
      revenue += revenuePerHour(mode, at.hashprice, terms) * part;
      wear += switched?.wear ?? 0;
      if (switched !== null && state === 0) starts++;
      else if (switched !== null) changes++;
    }
    state = m;
  }
  const profit = usd(revenue - cost - wear);
  return {
    hoursOn,
    starts,
    changes,
    energy,
    terahashes,
    revenue: usd(revenue),
    cost: usd(cost),
    wear: usd(wear),
    profit,
  };
}

const NO_HASH = 0 as Mode["rate"];
