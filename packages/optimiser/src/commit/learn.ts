/**
 * Learning when to run without knowing the price: which side of a decision was worth more money, from the past alone.
 *
 * The label of an hour is the sign of its *advantage* (what on was worth more than off, by the recursion that knew what
 * came after: the hour's margin and the start that is saved), and its weight is the size. The log-odds of such a model
 * are those of money won to money lost, so that their sign is the better choice; a stock classifier of "price above
 * strike" counts a loss of a cent like one of a hundred dollars. The state before is a feature, so that restart cost
 * and hysteresis are learnt with it.
 *
 * A coin's price decides how often a strike is near the price of energy; the past of one machine's own strikes teaches
 * little (in 2021 nearly all hours earned). So every hour is learnt at strikes drawn around the present one.
 * @module
 */
import { CarraraError } from "@carrara/base/errors";
import { type Random, seeded } from "@carrara/base/random";
import { BOOST_DEFAULTS, type Boosted, predict, train } from "../boost.ts";
import type { HourlySeries } from "../series.ts";
import { type Lag, PAST_HOURS, rowWidth, writeRow } from "./features.ts";

/** What a switch costs against the strike: the machine's part of the problem. */
export interface Stakes {
  /** Power when on, in MW. */
  readonly megawatts: number;
  /** What each MWh costs beyond the market's price, adder and carbon: strike + this is revenue per MWh. */
  readonly adder: number;
  /** Hash lost by a start, in minutes, and its wear in USD. */
  readonly minutes: number;
  readonly wear: number;
}

export interface LearnOptions {
  /** Models whose log-odds are averaged, each with strikes of its own. */
  readonly members: number;
  readonly trees: number;
  readonly depth: number;
  readonly rate: number;
  readonly leaf: number;
  /** How far strikes are drawn from the present one, as a standard deviation of the logarithm. */
  readonly spread: number;
  /** The most that an hour weighs, in starts: one spike does not teach a year. */
  readonly cap: number;
}

/**
 * Chosen on 2023 with 2021-22 before it (four zones, two machines); 2024 was not looked at. An hour ahead, near strikes
 * and small leaves were best; a day ahead there is less to know, so that wide strikes and larger leaves were.
 */
export const LEARN_DEFAULTS: Record<Lag, LearnOptions> = {
  1: { members: 4, trees: 120, depth: 4, rate: 0.06, leaf: 20, spread: 0.3, cap: 8 },
  24: { members: 4, trees: 120, depth: 4, rate: 0.06, leaf: 30, spread: 0.6, cap: 20 },
};

/** A trained model: plain data. */
export interface Committer {
  readonly lag: Lag;
  readonly members: readonly Boosted[];
  /** P(price above strike), each hour counted alike. */
  readonly loss: Boosted;
}

/** Hours that share a drawn strike, so that runs and restarts in it are those of a real one. */
const BLOCK_HOURS = 720;
/** The least past to learn from: a year of seasons, and what rows need before it. */
export const LEAST_HOURS = 365 * 24 + PAST_HOURS;

/**
 * Trains on all that is given: cut the series at what is known.
 * @param strike the machine's strike now, USD/MWh, as a bare number since strikes are drawn around it
 * @throws CommitError with less than a year of prices.
 * @example learn(known, 24, 142, stakes, 1)
 */
export function learn(
  known: HourlySeries<"USD/MWh">,
  lag: Lag,
  strike: number,
  stakes: Stakes,
  seed: number,
  options: LearnOptions = LEARN_DEFAULTS[lag],
): Committer {
  const hours = known.values.length;
  if (hours < LEAST_HOURS) {
    throw new CommitError(
      `${Math.floor(hours / 24)} days of prices are too few to learn from.`,
      `Give ${Math.ceil(LEAST_HOURS / 24)} days or more; until then persistence decides.`,
    );
  }
  const random = seeded(seed);
  const settings = { ...BOOST_DEFAULTS, ...options, loss: "logistic" as const };
  const members = Array.from({ length: options.members }, () => {
    const { features, target, weight } = lessons(known, lag, strike, stakes, options, random, "money");
    return train(features, target, weight, settings, random);
  });
  const { features, target } = lessons(known, lag, strike, stakes, options, random, "loss");
  const loss = train(features, target, null, { ...settings, trees: 80, leaf: 30 }, random);
  return { lag, members, loss };
}

/** What a model says about an hour. */
export interface Opinion {
  /** Log of money that on wins to money that it loses, restart in it. */
  readonly odds: number;
  /** P(the hour's price is above the strike). */
  readonly loss: number;
}

/**
 * @param past prices up to and with hour `hour - lag`
 * @param on whether the machine runs in the hour before
 */
export function opinion(model: Committer, past: Float64Array, hour: number, strike: number, on: boolean): Opinion {
  const width = rowWidth(model.lag);
  const row = new Float64Array(width + 1);
  writeRow(past, hour, model.lag, strike, row, 0);
  row[width] = on ? 1 : 0;
  let odds = 0;
  for (const member of model.members) odds += predict(member, row) / model.members.length;
  row[width] = 0;
  return { odds, loss: 1 / (1 + Math.exp(-predict(model.loss, row))) };
}

/** USD that a start costs at a strike. */
export function startCost(strike: number, { megawatts, adder, minutes, wear }: Stakes): number {
  return (Math.max(0, strike + adder) * megawatts * minutes) / 60 + wear;
}

function lessons(
  known: HourlySeries<"USD/MWh">,
  lag: Lag,
  strike: number,
  stakes: Stakes,
  options: LearnOptions,
  random: Random,
  what: "money" | "loss",
) {
  const prices = known.values;
  const rows = prices.length - PAST_HOURS;
  const strikes = Array.from({ length: Math.ceil(rows / BLOCK_HOURS) }, () => {
    const drawn = (strike + stakes.adder) * Math.exp(options.spread * normal(random)) - stakes.adder;
    return Math.max(5, drawn);
  });
  const width = rowWidth(lag) + 1;
  const features = { values: new Float64Array(rows * width), width };
  const target = new Float64Array(rows);
  const weight = new Float64Array(rows);
  let [whenOn, whenOff] = [0, 0];
  for (let row = rows - 1; row >= 0; row--) {
    const i = row + PAST_HOURS;
    const own = strikes[Math.floor(row / BLOCK_HOURS)] as number;
    const price = prices[i] as number;
    const margin = (own - price) * stakes.megawatts;
    const start = startCost(own, stakes);
    writeRow(prices.subarray(0, i - lag + 1), known.start + i, lag, own, features.values, row * width);
    if (what === "loss") target[row] = price > own ? 1 : 0;
    else {
      const on = random.u32() & 1;
      features.values[row * width + width - 1] = on;
      const advantage = (margin + whenOn - whenOff - (on === 1 ? 0 : start)) / Math.max(start, 1e-9);
      target[row] = advantage > 0 ? 1 : 0;
      weight[row] = Math.min(Math.abs(advantage), options.cap);
    }
    const on = Math.max(margin + whenOn, whenOff);
    whenOff = Math.max(margin - start + whenOn, whenOff);
    whenOn = on;
  }
  return { features, target, weight };
}

/** A normal draw (Box and Muller 1958). */
function normal(random: Random): number {
  const u = (random.u32() + 0.5) / 2 ** 32;
  return Math.sqrt(-2 * Math.log(u)) * Math.cos((2 * Math.PI * random.u32()) / 2 ** 32);
}

/** Nothing to learn from. */
export class CommitError extends CarraraError {
  constructor(message: string, hint: string) {
    super("commit-history", message, { hint });
  }
}
