/**
 * The shipped forecast: LEAR with as many of its four windows as the history allows and a Gaussian process, weighted
 * by what the errors of the days before support (`ensemble`). On the first day, and wherever the past has no errors of
 * its members yet, LEAR and the
 * process have one half each.
 * @module
 */
import { createMixer, learn, type Mixer, weighted } from "./ensemble.ts";
import { createLear } from "./lear.ts";
import { type Forecaster, type Past, requireHistory } from "./past.ts";
import { createProcess } from "./process.ts";

/** What a blend knows between days: plain data, to be kept and handed in again. */
export interface BlendState {
  readonly mixer: Mixer;
  /** The members' forecasts of the last day asked for, whose prices were not known then. */
  readonly waiting: { readonly day: number; readonly forecasts: readonly Float64Array[] } | null;
}

/** A forecaster that also tells what it has learnt. */
export interface Blend extends Forecaster {
  state(): BlendState;
  /** The members' names, in the order of the weights. */
  readonly members: readonly string[];
}

/** Windows of LEAR as its authors use them, in days. */
export const LEAR_WINDOWS = [56, 84, 1092, 1456] as const;

/**
 * The members that a history of so many days can serve.
 * @example membersFor(2000).map(({ name }) => name) // lear-56, lear-84, lear-1092, lear-1456, process
 */
export function membersFor(days: number): Forecaster[] {
  return [...LEAR_WINDOWS.map(createLear), createProcess()].filter(({ needs }) => needs <= days);
}

/** Half for the windows of LEAR together, half for what is not LEAR. */
export function priorOf(members: readonly { name: string }[]): number[] {
  const linear = members.filter(({ name }) => name.startsWith("lear-")).length;
  return members.map(({ name }) => 1 / (name.startsWith("lear-") ? linear : members.length - linear));
}

/**
 * Members under learnt weights. Asked for one day after the other it learns from each day whose prices have come; days
 * that are left out teach it nothing.
 * @param state as an earlier blend of the same members told it
 * @example createBlend(membersFor(past.days)).forecast(past)
 */
export function createBlend(members: readonly Forecaster[], state?: BlendState): Blend {
  let mixer = state?.mixer ?? createMixer(priorOf(members));
  let waiting = state?.waiting ?? null;
  const self = { name: "blend", needs: Math.max(...members.map(({ needs }) => needs)) };
  return {
    ...self,
    members: members.map(({ name }) => name),
    state: () => ({ mixer, waiting }),
    forecast(past) {
      requireHistory(past, self);
      const actual = waiting === null ? null : pricesOf(past, waiting.day);
      if (waiting !== null && actual !== null) mixer = learn(mixer, waiting.forecasts, actual);
      const forecasts = members.map((member) => member.forecast(past));
      waiting = { day: past.firstDay + past.days, forecasts };
      return weighted(forecasts, mixer.weights);
    },
  };
}

function pricesOf(past: Past, day: number): Float64Array | null {
  const at = 24 * (day - past.firstDay);
  return at >= 0 && at + 24 <= past.price.length ? past.price.slice(at, at + 24) : null;
}
