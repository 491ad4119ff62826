/**
 * The shipped forecast: LEAR with as many of its four windows as the history allows and a Gaussian process, weighted
 * by what the errors of the days before support (`ensemble`). On the first day, and wherever the past has no errors of
 * its members yet, LEAR and the
 * process have one half each. Where the mixture has been worse than the plain rule of late it steps aside for it.
 * @module
 */
import { createMixer, learn, type Mixer, weighted } from "./ensemble.ts";
import { createLear } from "./lear.ts";
import { naive } from "./naive.ts";
import { type Forecaster, type Past, requireHistory } from "./past.ts";
import { createProcess } from "./process.ts";

/** What a blend knows between days: plain data, to be kept and handed in again. */
export interface BlendState {
  readonly mixer: Mixer;
  /** Sums of the absolute errors of the mixture and of the plain rule (`naive`), fading, and the days seen. */
  readonly error: number;
  readonly ruleError: number;
  readonly days: number;
  /** The forecasts of the last day asked for, whose prices were not known then. */
  readonly waiting: {
    readonly day: number;
    readonly forecasts: readonly Float64Array[];
    readonly rule: Float64Array;
  } | null;
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

/** A blend that has seen nothing. */
export function beginBlend(members: readonly { name: string }[]): BlendState {
  return { mixer: createMixer(priorOf(members)), error: 0, ruleError: 0, days: 0, waiting: null };
}

/** Days before which the plain rule is not turned to, and after which an error counts for half. */
const LEAST = 28;
const HALF_LIFE = 90;

/** Whether the mixture has been worse than the plain rule of late, on days it had not seen: then the rule is the forecast. */
export function stepsAside({ days, error, ruleError }: BlendState): boolean {
  return days >= LEAST && error > ruleError;
}

/** The forecast of a day from those of the members and of the plain rule. */
export function blended(state: BlendState, forecasts: readonly Float64Array[], rule: Float64Array): Float64Array {
  return stepsAside(state) ? rule.slice() : weighted(forecasts, state.mixer.weights);
}

/** The state after a day whose prices have come. */
export function observe(
  state: BlendState,
  forecasts: readonly Float64Array[],
  rule: Float64Array,
  actual: Float64Array,
): BlendState {
  const mixed = weighted(forecasts, state.mixer.weights);
  const fade = 0.5 ** (1 / HALF_LIFE);
  let [error, ruleError] = [fade * state.error, fade * state.ruleError];
  for (let h = 0; h < actual.length; h++) {
    error += Math.abs((mixed[h] as number) - (actual[h] as number));
    ruleError += Math.abs((rule[h] as number) - (actual[h] as number));
  }
  return { ...state, mixer: learn(state.mixer, forecasts, actual), error, ruleError, days: state.days + 1 };
}

/**
 * Members under learnt weights. Asked for one day after the other it learns from each day whose prices have come; days
 * that are left out teach it nothing.
 * @param from the state that an earlier blend of the same members told
 * @example createBlend(membersFor(past.days)).forecast(past)
 */
export function createBlend(members: readonly Forecaster[], from?: BlendState): Blend {
  let state = from ?? beginBlend(members);
  const self = { name: "blend", needs: Math.max(naive.needs, ...members.map(({ needs }) => needs)) };
  return {
    ...self,
    members: members.map(({ name }) => name),
    state: () => state,
    forecast(past) {
      requireHistory(past, self);
      const { waiting } = state;
      const actual = waiting === null ? null : pricesOf(past, waiting.day);
      if (waiting !== null && actual !== null) state = observe(state, waiting.forecasts, waiting.rule, actual);
      const forecasts = members.map((member) => member.forecast(past));
      const rule = naive.forecast(past);
      state = { ...state, waiting: { day: past.firstDay + past.days, forecasts, rule } };
      return blended(state, forecasts, rule);
    },
  };
}

function pricesOf(past: Past, day: number): Float64Array | null {
  const at = 24 * (day - past.firstDay);
  return at >= 0 && at + 24 <= past.price.length ? past.price.slice(at, at + 24) : null;
}
