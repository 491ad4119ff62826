/**
 * What a chip's hash rate does over frequency and voltage: it follows the clock, until the voltage is too low for the
 * clock (a cliff) or the clock passes a ceiling of the controller (a plateau). The few numbers that describe it are held
 * as a cloud of guesses (sequential Monte Carlo with tempering and Metropolis moves: Del Moral, Doucet and Jasra 2006),
 * because after a few trials "which of the two was it?" has two answers, and one best fit would forget the other.
 * @module
 */
import type { Random } from "@carrara/base/random";
import { normal, uniform } from "../draw.ts";
import { type Model, type Setting, STABLE, type Trial } from "./trial.ts";

/**
 * Prior of a model's cliff. `x` is ln(frequency / stock), `y` ln(voltage / stock): the cliff is at
 * y = foot + slope x + bend x^2, `width` wide.
 */
export interface CliffPrior {
  readonly foot: Spread;
  /** ln of the slope. */
  readonly slope: Spread;
  readonly bend: Spread;
  /** ln of the width. */
  readonly width: Spread;
  /** ln of the full rate over the nominal one. */
  readonly scale: Spread;
  /** Chance that there is a ceiling, and its x from `from` to `to`. */
  readonly ceiling: { readonly chance: number; readonly from: number; readonly to: number };
}
export interface Spread {
  readonly mean: number;
  readonly sd: number;
}

/**
 * Before anything is known of a model: makers leave a few percent of voltage, delay rises by a few tenths of the
 * frequency (0.2 to 0.3 on the grid that was measured). Twice as wide as any of the machines seen.
 */
export const ANY_CLIFF: CliffPrior = {
  foot: { mean: -0.04, sd: 0.025 },
  slope: { mean: Math.log(0.25), sd: 0.5 },
  bend: { mean: 0.1, sd: 0.2 },
  width: { mean: Math.log(0.005), sd: 0.6 },
  scale: { mean: 0, sd: 0.012 },
  ceiling: { chance: 0.5, from: -0.1, to: 0.3 },
};

const FOOT = 0;
const SLOPE = 1;
const BEND = 2;
const WIDTH = 3;
const SCALE = 4;
/** Part of the rate that is left far below the cliff. */
const LEFT = 5;
/** x of the ceiling, or more than 9 for none, and the part that is lost beyond it. */
const CEILING = 6;
const DROP = 7;
const SIZE = 8;
/** What is lost beyond a ceiling: half of a normal; 4 % on the one machine measured. */
const DROP_SD = 0.04;

/** Relative error of the cloud's form on stable ground, beyond the measurement's. */
const FORM_ERROR = 0.006;
/** And in the collapsed part, where a measured rate says little more than that it has collapsed. */
const COLLAPSED_ERROR = 0.5;

/** Guesses, all alike likely. */
export interface Cloud {
  readonly count: number;
  readonly guesses: Float64Array;
}

/** A cloud drawn from a prior. */
export function drawCloud(prior: CliffPrior, count: number, random: Random): Cloud {
  const guesses = new Float64Array(count * SIZE);
  for (let i = 0; i < count; i++) {
    const at = i * SIZE;
    guesses[at + FOOT] = normal(random, prior.foot.mean, prior.foot.sd);
    guesses[at + SLOPE] = normal(random, prior.slope.mean, prior.slope.sd);
    guesses[at + BEND] = normal(random, prior.bend.mean, prior.bend.sd);
    guesses[at + WIDTH] = normal(random, prior.width.mean, prior.width.sd);
    guesses[at + SCALE] = normal(random, prior.scale.mean, prior.scale.sd);
    guesses[at + LEFT] = uniform(random, 0.05, 0.7);
    drawCeiling(prior, guesses, at, random);
  }
  return { count, guesses };
}

function drawCeiling(prior: CliffPrior, guesses: Float64Array, at: number, random: Random): void {
  const { chance, from, to } = prior.ceiling;
  guesses[at + CEILING] = uniform(random, 0, 1) < chance ? uniform(random, from, to) : 10;
  guesses[at + DROP] = Math.abs(normal(random, 0, DROP_SD));
}

/** What a guess says of a setting. */
interface Said {
  /** ln of the rate over `ratePerMhz` x stock frequency. */
  rate: number;
  /** Part of the cores that work. */
  good: number;
}

/** The numbers of a guess in the form that `say` reads: slope and width as they are, the drop as a logarithm. */
function unfold(guesses: Float64Array, at: number, into: Float64Array): void {
  for (let p = 0; p < SIZE; p++) into[p] = guesses[at + p] as number;
  into[SLOPE] = Math.exp(guesses[at + SLOPE] as number);
  into[WIDTH] = Math.exp(-(guesses[at + WIDTH] as number));
  into[DROP] = Math.log(1 - Math.min(0.3, guesses[at + DROP] as number));
}

function say(form: Float64Array, x: number, y: number, into: Said): void {
  const foot = (form[FOOT] as number) + ((form[SLOPE] as number) + (form[BEND] as number) * x) * x;
  const good = 1 / (1 + Math.exp((foot - y) * (form[WIDTH] as number)));
  const left = form[LEFT] as number;
  const ceiling = form[CEILING] as number;
  const held = x > ceiling ? ceiling - x + (form[DROP] as number) : 0;
  into.good = good;
  into.rate = (form[SCALE] as number) + x + Math.log(left + (1 - left) * good) + held;
}

/** Places of a setting in the coordinates of the cliff. */
export function placeOf(model: Model, setting: Setting): [number, number] {
  return [Math.log(setting.frequency / model.stock.frequency), Math.log(setting.voltage / model.stock.voltage)];
}

/** ln of a measured rate over `ratePerMhz` x stock frequency; a rate of nothing counts as 2 %. */
export function logRate(model: Model, { setting, rate }: Trial): number {
  const full = model.ratePerMhz * model.stock.frequency;
  return Math.log(Math.max(rate, 0.02 * model.ratePerMhz * setting.frequency) / full);
}

/**
 * The cloud after one more trial: weighed by all of its likelihood in steps, so that it never thins out.
 * @param trials all trials so far, the new one last
 * @param noise relative error of a measured rate
 */
export function learn(
  cloud: Cloud,
  prior: CliffPrior,
  model: Model,
  trials: readonly Trial[],
  noise: number,
  random: Random,
): Cloud {
  const { count } = cloud;
  const seen = trials.map((trial) => ({ place: placeOf(model, trial.setting), rate: logRate(model, trial), trial }));
  const said: Said = { rate: 0, good: 0 };
  const form = new Float64Array(SIZE);
  const one = ({ place, rate, trial }: (typeof seen)[number]) => {
    say(form, place[0], place[1], said);
    const bad = 1 - said.good;
    const square = noise * noise + FORM_ERROR * FORM_ERROR + (COLLAPSED_ERROR * bad) ** 2;
    // Student's t with 5 degrees: one odd trial moves the cloud, it does not break it.
    const off = 1 + (rate - said.rate) ** 2 / (5 * square);
    let sum = -0.5 * Math.log(square * off ** 6);
    if (trial.errors !== null) {
      const sd = 0.01 + 0.2 * bad;
      sum -= 0.5 * ((trial.errors - bad) / sd) ** 2 + Math.log(sd);
    }
    return sum;
  };
  /** ln of the prior and of the likelihood of all trials but the last; then of the last. */
  const before = (guesses: Float64Array, at: number) => {
    let sum = logPrior(prior, guesses, at);
    unfold(guesses, at, form);
    for (let k = 0; k < seen.length - 1; k++) sum += one(seen[k] as (typeof seen)[number]);
    return sum;
  };
  const last = seen.at(-1);
  if (!last) return cloud;
  let guesses = cloud.guesses.slice();
  const news = new Float64Array(count);
  const old = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    old[i] = before(guesses, i * SIZE);
    news[i] = one(last);
  }
  let done = 0;
  for (let stage = 0; stage < 30 && done < 1; stage++) {
    const step = temper(news, 1 - done);
    done += step;
    const chosen = resample(news, step, random);
    const next = new Float64Array(count * SIZE);
    const [nextNews, nextOld] = [new Float64Array(count), new Float64Array(count)];
    for (let i = 0; i < count; i++) {
      const from = chosen[i] as number;
      next.set(guesses.subarray(from * SIZE, (from + 1) * SIZE), i * SIZE);
      nextNews[i] = news[from] as number;
      nextOld[i] = old[from] as number;
    }
    guesses = next;
    news.set(nextNews);
    old.set(nextOld);
    const spread = spreadOf(guesses, count);
    const tried = new Float64Array(SIZE);
    for (let sweep = 0; sweep < 3; sweep++) {
      for (let i = 0; i < count; i++) {
        const at = i * SIZE;
        tried.set(guesses.subarray(at, at + SIZE));
        // A new ceiling is drawn from its prior, which then cancels; a step of the walk has the drop's prior to respect.
        let walked = 0;
        if (random.below(4) === 0) drawCeiling(prior, tried, 0, random);
        else {
          const size = sweep % 2 ? 0.25 : 0.7;
          for (let p = 0; p < SIZE; p++) {
            if (p === CEILING && (tried[p] as number) > 9) continue;
            tried[p] = (tried[p] as number) + size * normal(random) * (spread[p] as number);
          }
          tried[DROP] = Math.abs(tried[DROP] as number);
          walked = (((guesses[at + DROP] as number) ** 2 - (tried[DROP] as number) ** 2) / DROP_SD ** 2) * 0.5;
        }
        const pushed = (random.u32() + 1) / 2 ** 32;
        const density = before(tried, 0);
        if (density === Number.NEGATIVE_INFINITY) continue;
        const news1 = one(last);
        const gain = walked + density + done * news1 - (old[i] as number) - done * (news[i] as number);
        if (Math.log(pushed) < gain) {
          guesses.set(tried, at);
          old[i] = density;
          news[i] = news1;
        }
      }
    }
  }
  return { count, guesses };
}

/** ln of the prior, but for ceiling (flat in its bounds) and drop, which `learn` accounts for. */
function logPrior(prior: CliffPrior, g: Float64Array, at: number): number {
  const left = g[at + LEFT] as number;
  if (left < 0.05 || left > 0.7) return Number.NEGATIVE_INFINITY;
  const ceiling = g[at + CEILING] as number;
  if (ceiling < 9 && (ceiling < prior.ceiling.from || ceiling > prior.ceiling.to)) return Number.NEGATIVE_INFINITY;
  const z = (index: number, { mean, sd }: Spread) => ((g[at + index] as number) - mean) / sd;
  const squares =
    z(FOOT, prior.foot) ** 2 +
    z(SLOPE, prior.slope) ** 2 +
    z(BEND, prior.bend) ** 2 +
    z(WIDTH, prior.width) ** 2 +
    z(SCALE, prior.scale) ** 2;
  return -0.5 * squares;
}

/** The largest step of the exponent that leaves a third of the cloud effective. */
function temper(news: Float64Array, most: number): number {
  const effective = (step: number) => {
    const top = news.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
    let [sum, squares] = [0, 0];
    for (const value of news) {
      const weight = Math.exp(step * (value - top));
      sum += weight;
      squares += weight * weight;
    }
    return (sum * sum) / squares;
  };
  const half = news.length / 3;
  if (effective(most) >= half) return most;
  let [low, high] = [0, most];
  for (let i = 0; i < 20; i++) {
    const middle = (low + high) / 2;
    if (effective(middle) >= half) low = middle;
    else high = middle;
  }
  return Math.max(low, most / 1000);
}

/** Systematic resampling. */
function resample(news: Float64Array, step: number, random: Random): Uint32Array {
  const n = news.length;
  const top = news.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const weights = news.map((value) => Math.exp(step * (value - top)));
  const sum = weights.reduce((a, b) => a + b, 0);
  const chosen = new Uint32Array(n);
  let [at, reached] = [0, (weights[0] as number) / sum];
  const first = random.u32() / 2 ** 32;
  for (let i = 0; i < n; i++) {
    while (reached < (i + first) / n && at < n - 1) reached += (weights[++at] as number) / sum;
    chosen[i] = at;
  }
  return chosen;
}

function spreadOf(guesses: Float64Array, count: number): Float64Array {
  const spread = new Float64Array(SIZE);
  for (let p = 0; p < SIZE; p++) {
    let [sum, squares, n] = [0, 0, 0];
    for (let i = 0; i < count; i++) {
      const value = guesses[i * SIZE + p] as number;
      if (p === CEILING && value > 9) continue;
      sum += value;
      squares += value * value;
      n++;
    }
    spread[p] = n > 1 ? Math.sqrt(Math.max(1e-10, squares / n - (sum / n) ** 2)) : 0.05;
  }
  return spread;
}

/** What the whole cloud says of settings: for guess i and setting c at i * settings + c. */
export interface Forecast {
  /** Over `ratePerMhz` x stock frequency. */
  readonly rate: Float64Array;
  /** Mean rate, mean part of good cores, and the chance of being stable, of each setting. */
  readonly meanRate: Float64Array;
  readonly meanGood: Float64Array;
  readonly stable: Float64Array;
}

/** Asks the cloud about settings: `say` without its logarithms, which here took half of a tuner's time. */
export function foresee(cloud: Cloud, places: readonly (readonly [number, number])[]): Forecast {
  const n = places.length;
  const { count, guesses } = cloud;
  const rate = new Float64Array(count * n);
  const meanRate = new Float64Array(n);
  const meanGood = new Float64Array(n);
  const stable = new Float64Array(n);
  const clock = Float64Array.from(places, ([x]) => Math.exp(x));
  const form = new Float64Array(SIZE);
  for (let i = 0; i < count; i++) {
    unfold(guesses, i * SIZE, form);
    const scale = Math.exp(form[SCALE] as number);
    const held = Math.exp((form[CEILING] as number) + (form[DROP] as number));
    const left = form[LEFT] as number;
    for (let c = 0; c < n; c++) {
      const [x, y] = places[c] as readonly [number, number];
      const foot = (form[FOOT] as number) + ((form[SLOPE] as number) + (form[BEND] as number) * x) * x;
      const good = 1 / (1 + Math.exp((foot - y) * (form[WIDTH] as number)));
      const own = clock[c] as number;
      const running = (left + (1 - left) * good) * (x > (form[CEILING] as number) ? held : own);
      rate[i * n + c] = scale * running;
      meanRate[c] = (meanRate[c] as number) + (scale * running) / count;
      meanGood[c] = (meanGood[c] as number) + good / count;
      if (running >= STABLE * own) stable[c] = (stable[c] as number) + 1 / count;
    }
  }
  return { rate, meanRate, meanGood, stable };
}

/** Mean and spread of the cloud, for handing on to the next machine of the model. */
export function summary(
  cloud: Cloud,
): Record<"foot" | "slope" | "bend" | "width" | "scale", Spread> & { capped: number; ceiling: number } {
  const of = (index: number): Spread => {
    let [sum, squares] = [0, 0];
    for (let i = 0; i < cloud.count; i++) {
      const value = cloud.guesses[i * SIZE + index] as number;
      sum += value;
      squares += value * value;
    }
    const mean = sum / cloud.count;
    return { mean, sd: Math.sqrt(Math.max(0, squares / cloud.count - mean * mean)) };
  };
  let [capped, where] = [0, 0];
  for (let i = 0; i < cloud.count; i++) {
    const x = cloud.guesses[i * SIZE + CEILING] as number;
    if (x > 9) continue;
    capped++;
    where += x;
  }
  return {
    foot: of(FOOT),
    slope: of(SLOPE),
    bend: of(BEND),
    width: of(WIDTH),
    scale: of(SCALE),
    capped: capped / cloud.count,
    ceiling: capped ? where / capped : 0,
  };
}
