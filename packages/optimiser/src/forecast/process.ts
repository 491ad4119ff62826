/**
 * A Gaussian process over days: prices of a day are alike where prices before, load, wind, day of the week and season
 * were alike, the more so the nearer the days are in time (Rasmussen and Williams, Gaussian Processes for Machine
 * Learning, 2006, chapters 2 and 4). One covariance serves all 24 hours, so one Cholesky factor does; a day more is
 * one row more (O(n^2)), which makes the daily refit exact and cheap: some 0.02 s at 2,000 days, and 2.5 s when the
 * factor is built anew each quarter with fresh medians.
 *
 * Covariance of two days, `a` days apart: a linear part, which is what LEAR has, and a Matern 3/2 part of the weighted
 * distance of their inputs; both fade with `a`. The parameters below were chosen on the year before the test years of
 * two markets (README.md, Forecasts), and are the same for all markets.
 * @module
 */
import { BLOCK, factorise, products, rowAt } from "./dense.ts";
import { type Day, type Forecaster, type Past, requireHistory, weekday } from "./past.ts";
import { restore, type Scale, scaleOf, transform } from "./scale.ts";

/** Weight of a group of inputs in the squared distance and in the linear part; each group counts by its mean. */
interface Group {
  readonly distance: number;
  readonly linear: number;
}

/** The form of the covariance. */
export interface ProcessOptions {
  /** Variance of the linear part, and of the Matern part. */
  readonly linear: number;
  readonly matern: number;
  /** Variance of what no input explains. */
  readonly noise: number;
  /** How alike days stay that are far apart: 1 - part + part exp(-days apart / days). */
  readonly forget: {
    readonly linear: { readonly part: number; readonly days: number };
    readonly matern: { readonly part: number; readonly days: number };
  };
  /** Prices so many days before; columns so many days before (0: the day itself); weekday; season. */
  readonly price: Readonly<Record<number, Group>>;
  readonly column: Readonly<Record<number, Group>>;
  readonly weekday: Group;
  readonly season: Group;
  /** The last four hours before the day, once more: the day goes on from them. */
  readonly evening: Group;
}

/** What was chosen before the test years. */
export const PROCESS_DEFAULTS: ProcessOptions = {
  linear: 0.1,
  matern: 1,
  noise: 0.2,
  forget: { linear: { part: 0.1, days: 60 }, matern: { part: 0.5, days: 30 } },
  price: {
    1: { distance: 0.25, linear: 1 },
    2: { distance: 0.1, linear: 0.5 },
    3: { distance: 0.05, linear: 0.3 },
    7: { distance: 0.15, linear: 0.5 },
  },
  evening: { distance: 0, linear: 2 },
  column: {
    0: { distance: 0.5, linear: 1 },
    1: { distance: 0.05, linear: 1 },
    7: { distance: 0, linear: 0.3 },
  },
  weekday: { distance: 0.2, linear: 1 },
  season: { distance: 0.15, linear: 0 },
};

/** Days between two times that medians are taken and the factor is built anew; days that it covers at most when built. */
const RENEW = 91;
const MOST_DAYS = 2184;
const LEAST_DAYS = 28;
const LAST_LAG = 7;
/** Hours of the evening before that count once more. */
const EVENING = 4;

/**
 * The process as a forecaster. It keeps its factor between calls and goes on from it when the past that it is given is a
 * continuation of what it has learnt, value for value; if not, it starts afresh. A forecast does not depend on which
 * days were asked before.
 * @example createProcess().forecast(pastOf(market, day))
 */
export function createProcess(options: ProcessOptions = PROCESS_DEFAULTS, name = "process"): Forecaster {
  const self = { name, needs: LEAST_DAYS };
  let kept: Learnt | null = null;
  return {
    ...self,
    forecast(past) {
      requireHistory(past, self);
      const day = past.firstDay + past.days;
      // Anchored to the calendar, so that a test that was stopped goes on with the same medians.
      const renewed = day - (((day % RENEW) + RENEW) % RENEW);
      const anchor = renewed - past.firstDay < 2 * RENEW ? day : renewed;
      if (kept === null || kept.anchor !== anchor || !continues(kept, past)) kept = begin(past, anchor, options);
      return forecastNext(kept, past, options);
    },
  };
}

/** A factor that grows by a row each day. */
interface Learnt {
  readonly anchor: Day;
  readonly firstDay: Day;
  /** First day of the factor, counted from `firstDay`. */
  readonly from: number;
  readonly priceScales: readonly Scale[];
  readonly columnScales: readonly (readonly Scale[])[];
  readonly width: number;
  /** Inputs, weighted for the distance and for the linear part, row after row; squared length of the former. */
  distance: Float64Array;
  linear: Float64Array;
  lengths: Float64Array;
  /** Cholesky factor L of the covariance with noise, a packed triangle, and how many rows of it are made. */
  readonly factor: Float64Array;
  rows: number;
  /** L^-1 of the transformed prices, 24 of each row. */
  solved: Float64Array;
  /** Days that have been learnt, prices included. */
  count: number;
  /** The past as it was, to know a continuation from another series. */
  price: Float64Array;
  exogenous: readonly Float64Array[];
}

function continues(learnt: Learnt, past: Past): boolean {
  return (
    learnt.firstDay === past.firstDay &&
    learnt.exogenous.length === past.exogenous.length &&
    startsWith(past.price, learnt.price) &&
    learnt.exogenous.every((column, i) => startsWith(past.exogenous[i] as Float64Array, column))
  );
}

function startsWith(values: Float64Array, start: Float64Array): boolean {
  if (values.length < start.length) return false;
  for (let i = start.length - 1; i >= 0; i--) if (values[i] !== start[i]) return false;
  return true;
}

function begin(past: Past, anchor: Day, options: ProcessOptions): Learnt {
  const known = anchor - past.firstDay;
  const from = Math.max(LAST_LAG, known - MOST_DAYS);
  const scales = (values: Float64Array): Scale[] =>
    Array.from({ length: 24 }, (_, h) => {
      const column = new Float64Array(known - from);
      for (let i = from; i < known; i++) column[i - from] = values[24 * i + h] as number;
      return scaleOf(column);
    });
  const lags = Object.keys(options.price).length + past.exogenous.length * Object.keys(options.column).length;
  const width = 24 * lags + EVENING + 7 + 2;
  const room = known - from + RENEW + 1;
  return {
    anchor,
    firstDay: past.firstDay,
    from,
    priceScales: scales(past.price),
    columnScales: past.exogenous.map(scales),
    width,
    distance: new Float64Array(room * width),
    linear: new Float64Array(room * width),
    lengths: new Float64Array(room),
    factor: new Float64Array(rowAt(room)),
    rows: 0,
    solved: new Float64Array(room * 24),
    count: 0,
    price: past.price,
    exogenous: past.exogenous,
  };
}

function forecastNext(learnt: Learnt, past: Past, options: ProcessOptions): Float64Array {
  learnt.price = past.price;
  learnt.exogenous = past.exogenous;
  const wanted = past.days - learnt.from;
  addRows(learnt, past, options, wanted + 1);
  while (learnt.count < wanted) addPrices(learnt, past);
  const row = rowAt(wanted);
  const out = new Float64Array(24);
  for (let q = 0; q < wanted; q++) {
    const weight = learnt.factor[row + q] as number;
    for (let h = 0; h < 24; h++) out[h] = (out[h] as number) + weight * (learnt.solved[24 * q + h] as number);
  }
  return out.map((value, h) => restore(learnt.priceScales[h] as Scale, value));
}

/** Rows of inputs and of the factor until there are so many: needs no price of the last one's day. */
function addRows(learnt: Learnt, past: Past, options: ProcessOptions, wanted: number): void {
  const { width, factor, distance, linear, lengths } = learnt;
  const first = learnt.rows;
  for (let i = first; i < wanted; i++) inputs(learnt, past, options, i);
  const { forget } = options;
  const covariance = (i: number, q: number, far: number, along: number) => {
    const root = Math.sqrt(3 * Math.max(0, (lengths[i] as number) + (lengths[q] as number) - 2 * far));
    const apart = i - q;
    const line = 1 - forget.linear.part + forget.linear.part * Math.exp(-apart / forget.linear.days);
    const near = 1 - forget.matern.part + forget.matern.part * Math.exp(-apart / forget.matern.days);
    return options.linear * (along + 1) * line + options.matern * (1 + root) * Math.exp(-root) * near;
  };
  const starts = (from: number) => Array.from({ length: Math.min(BLOCK, wanted - from) }, (_, k) => (from + k) * width);
  const far = new Float64Array(BLOCK * BLOCK);
  const along = new Float64Array(BLOCK * BLOCK);
  for (let i = first; i < wanted; i += BLOCK) {
    const own = starts(i);
    for (let q = 0; q < i + own.length; q += BLOCK) {
      const other = starts(q);
      products(distance, own, distance, other, width, far);
      products(linear, own, linear, other, width, along);
      for (let a = 0; a < own.length; a++) {
        for (let b = 0; b < other.length && q + b <= i + a; b++) {
          const at = a * BLOCK + b;
          factor[rowAt(i + a) + q + b] = covariance(i + a, q + b, far[at] as number, along[at] as number);
        }
      }
    }
  }
  for (let i = first; i < wanted; i++) factor[rowAt(i) + i] = (factor[rowAt(i) + i] as number) + options.noise;
  factorise(factor, first, wanted);
  learnt.rows = wanted;
}

/** The prices of the day of the last row, when they have come. */
function addPrices(learnt: Learnt, past: Past): void {
  const i = learnt.count++;
  const { solved, factor } = learnt;
  const row = rowAt(i);
  const at = 24 * (learnt.from + i);
  for (let h = 0; h < 24; h++) {
    solved[24 * i + h] = transform(learnt.priceScales[h] as Scale, past.price[at + h] as number);
  }
  for (let q = 0; q < i; q++) {
    const weight = factor[row + q] as number;
    for (let h = 0; h < 24; h++) {
      solved[24 * i + h] = (solved[24 * i + h] as number) - weight * (solved[24 * q + h] as number);
    }
  }
  for (let h = 0; h < 24; h++) solved[24 * i + h] = (solved[24 * i + h] as number) / (factor[row + i] as number);
}

function inputs(learnt: Learnt, past: Past, options: ProcessOptions, i: number): void {
  const { width, distance, linear } = learnt;
  const today = learnt.from + i;
  let j = i * width;
  const put = (value: number, group: Group, of: number) => {
    distance[j] = value * Math.sqrt(group.distance / of);
    linear[j] = value * Math.sqrt(group.linear / of);
    j++;
  };
  for (const [lag, group] of Object.entries(options.price)) {
    const at = 24 * (today - Number(lag));
    for (let h = 0; h < 24; h++) {
      put(transform(learnt.priceScales[h] as Scale, past.price[at + h] as number), group, 24);
    }
  }
  for (let h = 24 - EVENING; h < 24; h++) {
    const value = past.price[24 * (today - 1) + h] as number;
    put(transform(learnt.priceScales[h] as Scale, value), options.evening, EVENING);
  }
  for (const [c, column] of past.exogenous.entries()) {
    for (const [lag, group] of Object.entries(options.column)) {
      const at = 24 * (today - Number(lag));
      for (let h = 0; h < 24; h++) {
        put(transform((learnt.columnScales[c] as Scale[])[h] as Scale, column[at + h] as number), group, 24);
      }
    }
  }
  const day = past.firstDay + today;
  for (let d = 0; d < 7; d++) put(weekday(day) === d ? 1 : 0, options.weekday, 7);
  const season = (2 * Math.PI * (day % 365.25)) / 365.25;
  put(Math.cos(season), options.season, 2);
  put(Math.sin(season), options.season, 2);
  let length = 0;
  for (let q = i * width; q < j; q++) length += (distance[q] as number) ** 2;
  learnt.lengths[i] = length;
}
