/**
 * What a site forbids: power, ramps on breakers, quiet hours, demand charge; and which machine gives way first.
 * One description, from which the exact planner and the planner for thousands both work, and one check that holds both
 * to it.
 * @module
 */
import { CarraraError } from "@carrara/base/errors";
import type { UsdPerKw, Watts } from "../units.ts";
import { breachOf, type Chain, type ChainState, worthOf } from "./chain.ts";

/** A machine in its place. The chain holds its profits, its least times and its own forbidden hours. */
export interface Placed {
  readonly id: string;
  readonly chain: Chain;
  readonly from: ChainState;
  /** Power of each mode, off first, in W. */
  readonly power: Float64Array;
  /** Which of the site's breakers feeds it; 0 when there is one. */
  readonly breaker: number;
  /**
   * 0 goes first, 1 next: a machine of a later class gets what the earlier classes leave. Within a class money decides.
   */
  readonly priority: number;
}

/** A breaker, or a feeder behind one. */
export interface Breaker {
  /** The most it carries; infinite when not given. */
  readonly most?: Watts;
  /** The most that its power may rise from one hour to the next. */
  readonly rise?: Watts;
  /** The most that it may fall. */
  readonly fall?: Watts;
}

/** A charge on the highest power within some hours of the billing period. */
export interface DemandCharge {
  readonly price: UsdPerKw;
  /** 1 in the hours that count. */
  readonly window: Uint8Array;
  /** The peak of this period so far: power below it costs nothing more. */
  readonly peak: Watts;
}

export interface Site {
  readonly hours: number;
  /** The most that the site draws in each hour, machines only. */
  readonly most: Float64Array;
  readonly breakers: readonly Breaker[];
  /** 1 in hours of quiet: only modes up to `quietMode` may run. */
  readonly quiet?: { readonly hours: Uint8Array; readonly mode: number };
  readonly demand?: DemandCharge;
}

/** Modes of every machine, and what they come to. */
export interface SitePlan {
  /** In the order of the machines. */
  readonly modes: readonly Uint8Array[];
  /** USD, switches and demand charge taken off. */
  readonly profit: number;
  /**
   * No plan that keeps the limits earns more than this. The order of classes is not in it: with several of them the best
   * plan that keeps the order may be far below, and the distance says nothing about this plan.
   */
  readonly bound: number;
  /** USD that a kW more would have earned in each hour, at the margin: why a machine is off in spite of its strike. */
  readonly price: Float64Array;
  readonly method: "exact" | "dual";
}

/** A site that lets everything through, to be narrowed. */
export function openSite(hours: number): Site {
  return { hours, most: new Float64Array(hours).fill(Number.POSITIVE_INFINITY), breakers: [{}] };
}

/** The machine's chain with the site's quiet hours in it. */
export function quietChain({ chain }: Placed, { quiet }: Site): Chain {
  if (quiet === undefined) return chain;
  const allowed = chain.allowed?.slice() ?? new Uint8Array(chain.hours * chain.modes).fill(1);
  for (let h = 0; h < chain.hours; h++) {
    if (quiet.hours[h] !== 1) continue;
    for (let m = quiet.mode + 1; m < chain.modes; m++) allowed[h * chain.modes + m] = 0;
  }
  return { ...chain, allowed };
}

/**
 * Checks machines and site against one another.
 * @throws SiteError with the mend.
 */
export function checkSite(machines: readonly Placed[], site: Site): void {
  const wrong = (message: string, hint: string) => {
    throw new SiteError("bad-site", message, hint);
  };
  if (site.most.length !== site.hours) wrong("The cap has not one figure for each hour.", `Give ${site.hours}.`);
  for (const [h, most] of site.most.entries()) {
    if (!(most >= 0)) wrong(`The cap of hour ${h} is ${most} W.`, "Give 0 or more, or Infinity for none.");
  }
  for (const [b, { most = 0, rise = 0, fall = 0 }] of site.breakers.entries()) {
    if (!(most >= 0 && rise >= 0 && fall >= 0)) wrong(`Breaker ${b} has a negative limit.`, "Give 0 W or more.");
  }
  for (const { id, chain, power, breaker, from, priority } of machines) {
    if (chain.hours !== site.hours) wrong(`Machine "${id}" is planned for ${chain.hours} hours.`, "Give the site's.");
    if (power.length !== chain.modes) wrong(`Machine "${id}" has ${power.length} powers.`, "Give one for each mode.");
    if (site.breakers[breaker] === undefined) wrong(`Machine "${id}" is on breaker ${breaker}.`, "Name that breaker.");
    if (!(from.mode < chain.modes)) wrong(`Machine "${id}" is in mode ${from.mode}.`, "Give a mode that it has.");
    if (!(Number.isSafeInteger(priority) && priority >= 0)) wrong(`Class ${priority} of "${id}".`, "Give 0, 1, 2 ...");
    if (chain.room !== undefined) wrong(`Machine "${id}" brings limits of its own.`, "Give them as the site's.");
  }
}

/** Power of the site, or of one of its breakers, in each hour of a plan, the hour before the first one in front. */
export function powerOf(machines: readonly Placed[], modes: readonly Uint8Array[], breaker?: number): Float64Array {
  const hours = modes[0]?.length ?? 0;
  const sum = new Float64Array(hours + 1);
  for (const [i, machine] of machines.entries()) {
    if (breaker !== undefined && machine.breaker !== breaker) continue;
    const plan = modes[i] as Uint8Array;
    sum[0] = (sum[0] as number) + (machine.power[machine.from.mode] as number);
    for (let h = 0; h < hours; h++) sum[h + 1] = (sum[h + 1] as number) + (machine.power[plan[h] as number] as number);
  }
  return sum;
}

/** USD of the demand charge for this power. */
export function demandCost(site: Site, power: Float64Array): number {
  const { demand } = site;
  if (demand === undefined) return 0;
  let peak: number = demand.peak;
  for (let h = 0; h < site.hours; h++) {
    if (demand.window[h] === 1) peak = Math.max(peak, power[h + 1] as number);
  }
  return ((peak - demand.peak) / 1000) * demand.price;
}

/** USD of a plan: all machines, less the demand charge. */
export function worthOfSite(machines: readonly Placed[], site: Site, modes: readonly Uint8Array[]): number {
  let sum = -demandCost(site, powerOf(machines, modes));
  for (const [i, { chain, from }] of machines.entries()) sum += worthOf(chain, from, modes[i] as Uint8Array);
  return sum;
}

/** The first limit that a plan breaks, in words; `null` when it keeps all. It is no part of any planner. */
export function breachOfSite(machines: readonly Placed[], site: Site, modes: readonly Uint8Array[]): string | null {
  for (const [i, machine] of machines.entries()) {
    const own = breachOf(quietChain(machine, site), machine.from, modes[i] as Uint8Array);
    if (own !== null) return `${machine.id}, ${own}`;
  }
  const total = powerOf(machines, modes);
  for (let h = 0; h < site.hours; h++) {
    if ((total[h + 1] as number) > (site.most[h] as number) + TOLERANCE_W) {
      return `hour ${h}: ${total[h + 1]} W of ${site.most[h]}`;
    }
  }
  for (const [b, { most, rise, fall }] of site.breakers.entries()) {
    const power = powerOf(machines, modes, b);
    for (let h = 0; h < site.hours; h++) {
      const now = power[h + 1] as number;
      const step = now - (power[h] as number);
      if (now > (most ?? Number.POSITIVE_INFINITY) + TOLERANCE_W) return `hour ${h}, breaker ${b}: ${now} W`;
      if (step > (rise ?? Number.POSITIVE_INFINITY) + TOLERANCE_W) return `hour ${h}, breaker ${b}: rises ${step} W`;
      if (-step > (fall ?? Number.POSITIVE_INFINITY) + TOLERANCE_W) return `hour ${h}, breaker ${b}: falls ${-step} W`;
    }
  }
  return null;
}

/** Sums of thousands of doubles differ by their order. */
const TOLERANCE_W = 1e-3;

/** A site that cannot be planned as it is described. */
export class SiteError extends CarraraError {
  constructor(code: "bad-site" | "site-classes" | "site-infeasible" | "site-too-large", message: string, hint: string) {
    super(code, message, { hint });
  }
}
