/**
 * A span of hours decided without their prices: learnt rule with retreat, beside persistence, a stock classifier and the
 * oracle. At each hour the rules are given an array that ends `lag` hours before it.
 * @module
 */
import { seeded } from "@carrara/base/random";
import { BOOST_DEFAULTS, predict, train } from "../boost.ts";
import { type Chain, createChainMemory, solveChain, worthOf } from "../dispatch/chain.ts";
import type { HourlySeries } from "../series.ts";
import { type Lag, PAST_HOURS, rowWidth, writeRow } from "./features.ts";
import {
  type Committer,
  LEARN_DEFAULTS,
  LEAST_HOURS,
  type LearnOptions,
  learn,
  type Stakes,
  startCost,
} from "./learn.ts";
import { RETREAT_DEFAULTS, type Retreat, type RetreatOptions, retreat, type ShadowDay } from "./retreat.ts";
import { commit, persistence } from "./rule.ts";

/** What happened: prices, and the machine's strike in each hour of them. */
export interface CommitPast {
  readonly prices: HourlySeries<"USD/MWh">;
  /** USD/MWh, hour by hour; known when the hour is decided, since hashprice hardly moves in a day. */
  readonly strikes: Float64Array;
  readonly stakes: Stakes;
}

/** USD over the span. */
export interface CommitResult {
  readonly alwaysOn: number;
  readonly persistence: number;
  /** A boosted classifier of "price above strike" on the machine's own past strikes, off above one half. */
  readonly stock: number;
  /** The learnt rule alone. */
  readonly learnt: number;
  /** What runs: learnt, with retreat. */
  readonly shipped: number;
  readonly oracle: number;
  /** Part of the days on which persistence ran. */
  readonly retreated: number;
  /** Mean squared error of P(loss), and of saying "as `lag` hours ago". */
  readonly brier: number;
  readonly brierPersistence: number;
}

/** How long the trial before the start is: the model of it has not seen these days. */
const TRIAL_DAYS = 180;

/**
 * Learns from all before `from`, then decides `from` to `to` (indices into the prices).
 * @throws CommitError with less than a year before `from`; with less than a year and a half there is no trial.
 */
export function backtestCommit(
  past: CommitPast,
  lag: Lag,
  from: number,
  to: number,
  seed: number,
  learnt: LearnOptions = LEARN_DEFAULTS[lag],
  options: RetreatOptions = RETREAT_DEFAULTS[lag],
): CommitResult {
  const { prices, strikes, stakes } = past;
  const trial = from - TRIAL_DAYS * 24;
  const fit = (end: number, own: number, members: number) => {
    const known = { ...prices, values: prices.values.subarray(0, end) };
    return learn(known, lag, strikes[end] as number, stakes, own, { ...learnt, members });
  };
  // The last price that is known when hour `from` is decided is that of `from - lag`.
  // Without a trial persistence runs until enough was seen.
  const tried = trial - lag + 1 >= LEAST_HOURS;
  const before = tried
    ? play(past, lag, trial, from, fit(trial - lag + 1, seed + 1, Math.min(2, learnt.members)), [], options).days
    : [];
  const days = before.map((day) => ({ ...day, actual: day.plain }));
  const model = fit(from - lag + 1, seed, learnt.members);
  const after = play(past, lag, from, to, model, days, options);
  const chain = chainOfPast(past, from, to);
  const free = { mode: 1, age: 1_000 };
  return {
    alwaysOn: worthOf(chain, free, new Uint8Array(to - from).fill(1)),
    persistence: after.plain,
    stock: worthOf(chain, free, stock(past, lag, from, to, seed, learnt.trees)),
    learnt: after.learnt,
    shipped: after.actual,
    oracle: solveChain(chain, free, createChainMemory())?.value ?? 0,
    retreated: after.retreats.filter((why) => why !== null).length / Math.max(1, after.retreats.length),
    brier: after.brier,
    brierPersistence: after.brierPersistence,
  };
}

function play(
  past: CommitPast,
  lag: Lag,
  from: number,
  to: number,
  model: Committer,
  history: readonly ShadowDay[],
  options: RetreatOptions,
) {
  const { prices, strikes, stakes } = past;
  const days: ShadowDay[] = [...history];
  const retreats: Retreat[] = [];
  const state = { learnt: true, plain: true, actual: true };
  const sums = { learnt: 0, plain: 0, actual: 0 };
  let today = { learnt: 0, plain: 0, actual: 0 };
  const settled: ShadowDay[] = [];
  let [brier, brierPersistence] = [0, 0];
  for (let i = from; i < to; i++) {
    if ((i - from) % 24 === 0) {
      if (i > from) settled.push(today);
      today = { learnt: 0, plain: 0, actual: 0 };
      // Of a day that ended `lag` hours ago or later the last prices are not known yet: one day waits.
      days.splice(history.length, days.length, ...settled.slice(0, Math.max(0, settled.length - 1)));
      retreats.push(retreat(days, options));
    }
    const strike = strikes[i] as number;
    const seen = prices.values.subarray(0, i - lag + 1);
    const hour = prices.start + i;
    const plain = persistence(seen, strike);
    const own = commit(model, seen, hour, strike, state.learnt, null);
    const runs = retreats.at(-1) === null;
    const actual = !runs
      ? plain
      : state.actual === state.learnt
        ? own.on
        : commit(model, seen, hour, strike, state.actual, null).on;
    const margin = (strike - (prices.values[i] as number)) * stakes.megawatts;
    const start = startCost(strike, stakes);
    for (const [who, on] of [
      ["learnt", own.on],
      ["plain", plain],
      ["actual", actual],
    ] as const) {
      const earned = on ? margin - (state[who] ? 0 : start) : 0;
      sums[who] += earned;
      today = { ...today, [who]: today[who] + earned };
      state[who] = on;
    }
    const lost = (prices.values[i] as number) > strike ? 1 : 0;
    brier += (own.loss - lost) ** 2 / (to - from);
    brierPersistence += ((plain ? 0 : 1) - lost) ** 2 / (to - from);
  }
  return { ...sums, days: settled, retreats, brier, brierPersistence };
}

function chainOfPast({ prices, strikes, stakes }: CommitPast, from: number, to: number): Chain {
  const hours = to - from;
  const profit = new Float64Array(2 * hours);
  const start = new Float64Array(2 * hours);
  for (let h = 0; h < hours; h++) {
    const strike = strikes[from + h] as number;
    profit[2 * h + 1] = (strike - (prices.values[from + h] as number)) * stakes.megawatts;
    start[2 * h + 1] = startCost(strike, stakes);
  }
  return { hours, modes: 2, profit, start, change: new Float64Array(2 * hours), minOn: 1, minOff: 1 };
}

/** What one gets off the shelf: the same rows and trees, plain labels, own strikes, off above one half. */
function stock(
  { prices, strikes }: CommitPast,
  lag: Lag,
  from: number,
  to: number,
  seed: number,
  trees: number,
): Uint8Array {
  const width = rowWidth(lag);
  const row = (i: number, into: Float64Array, at: number) =>
    writeRow(prices.values.subarray(0, i - lag + 1), prices.start + i, lag, strikes[i] as number, into, at);
  const rows = from - lag + 1 - PAST_HOURS;
  const values = new Float64Array(rows * width);
  const target = new Float64Array(rows);
  for (let k = 0; k < rows; k++) {
    const i = k + PAST_HOURS;
    row(i, values, k * width);
    target[k] = (prices.values[i] as number) > (strikes[i] as number) ? 1 : 0;
  }
  const model = train({ values, width }, target, null, { ...BOOST_DEFAULTS, trees, loss: "logistic" }, seeded(seed));
  const plan = new Uint8Array(to - from);
  const own = new Float64Array(width);
  for (let i = from; i < to; i++) {
    row(i, own, 0);
    plan[i - from] = predict(model, own) > 0 ? 0 : 1;
  }
  return plan;
}
