/**
 * The plain rules: threshold, run length, best mode of the hour. What every planner has to beat, and what runs when it
 * does not. Each sees only the profits that it is given.
 * @module
 */
import { type Chain, type ChainState, gain } from "./chain.ts";
import type { Placed, Site } from "./site.ts";

/** On (in the best mode of the hour) when the hour earns more than off does, whatever a switch costs. */
export function threshold(chain: Chain, hour: number): number {
  let best = 0;
  let most = chain.profit[hour * chain.modes] as number;
  for (let m = 1; m < chain.modes; m++) {
    const profit = chain.profit[hour * chain.modes + m] as number;
    if (profit > most) {
      most = profit;
      best = m;
    }
  }
  return best;
}

/**
 * Run length, six lines that an operator can say aloud: off only when the run of losses that is coming costs more than
 * the restart after it; on only when the run of gains that is coming pays for the restart. For one mode of running.
 * @param chain the hours that are known, the present one first
 * @param mode the mode in which it runs when it runs
 */
export function runLength(chain: Chain, from: ChainState, mode = 1): number {
  const on = from.mode !== 0;
  const restart = (h: number) => chain.start[h * chain.modes + mode] as number;
  let sum = 0;
  for (let h = 0; h < chain.hours; h++) {
    const earns = (chain.profit[h * chain.modes + mode] as number) - (chain.profit[h * chain.modes] as number);
    if (on ? earns > 0 : earns < 0) return on && sum + restart(h) < 0 ? 0 : on ? mode : 0;
    sum += earns;
    if (!on && sum > restart(0)) return mode;
  }
  // The run goes on past what is known: running out of a loss is not assumed.
  return on && sum < 0 && -sum > restart(chain.hours - 1) ? 0 : on ? mode : 0;
}

/**
 * The best mode of the hour with what it costs to come into it, and nothing about the hours after.
 * A switch is paid back over `spread` hours, as an operator would guess how long a price stays.
 */
export function bestMode(chain: Chain, hour: number, state: number, spread = 1): number {
  let best = state;
  let most = chain.profit[hour * chain.modes + state] as number;
  for (let m = 0; m < chain.modes; m++) {
    const profit = chain.profit[hour * chain.modes + m] as number;
    const cost = profit - gain(chain, hour, state, m);
    if (profit - cost / spread > most) {
      most = profit - cost / spread;
      best = m;
    }
  }
  return best;
}

/**
 * A whole site by merit order, hour by hour, as most controllers do it: every machine in the best mode of the hour, and
 * those that earn least per W off until cap and breakers are kept. It looks at no other hour, so that restarts, least
 * times, ramps and the demand charge are not its concern.
 */
export function byMerit(machines: readonly Placed[], site: Site): Uint8Array[] {
  const plan = machines.map(() => new Uint8Array(site.hours));
  for (let h = 0; h < site.hours; h++) {
    const wanted = machines.map(({ chain, power }, i) => {
      const mode = threshold(chain, h);
      const profit = chain.profit[h * chain.modes + mode] as number;
      return { i, mode, watts: power[mode] as number, merit: profit / Math.max(1, power[mode] as number) };
    });
    wanted.sort((a, b) => b.merit - a.merit);
    let total = 0;
    const carried = new Float64Array(site.breakers.length);
    for (const { i, mode, watts } of wanted) {
      const { breaker } = machines[i] as Placed;
      const most = site.breakers[breaker]?.most ?? Number.POSITIVE_INFINITY;
      const quiet = site.quiet?.hours[h] === 1 && mode > site.quiet.mode;
      if (quiet || total + watts > (site.most[h] as number) || (carried[breaker] as number) + watts > most) continue;
      (plan[i] as Uint8Array)[h] = mode;
      total += watts;
      carried[breaker] = (carried[breaker] as number) + watts;
    }
  }
  return plan;
}
