/**
 * Prediction intervals around any forecast, from its own past errors: quantiles of the errors of the hour of the day in
 * the last `memory` days, each divided by how large errors were at that time and multiplied by how large they are now
 * (locally weighted conformal prediction; Lei and others, JASA 113, 2018), with the level corrected day by day by what
 * was covered (adaptive conformal inference; Gibbs and Candes, NeurIPS 2021). Coverage is measured, not assumed: rows
 * `epf/coverage-*` of the bench.
 * @module
 */
import { ForecastError } from "./past.ts";

/** What intervals remember: errors day after day, and the corrected levels. Plain data. */
export interface Errors {
  /** Actual less forecast, 24 a day, oldest first. */
  readonly residuals: readonly Float64Array[];
  /** Size of errors as it was believed before each of these days. */
  readonly sizes: readonly number[];
  /** Size believed now. */
  readonly size: number;
  /** Level to ask for, for each nominal level. */
  readonly asked: Readonly<Record<number, number>>;
}

/** Days of errors that are kept; days below which there is no interval; days after which a size counts for half. */
const MEMORY = 182;
const LEAST = 28;
const HALF_LIFE = 7;
/** Step of the correction of the level. */
const STEP = 0.02;

/** No errors yet. @param levels nominal coverages, 0 to 1, for instance 0.5, 0.8, 0.9 */
export function createErrors(levels: readonly number[]): Errors {
  for (const level of levels) {
    if (!(level > 0 && level < 1)) {
      throw new ForecastError("forecast-level", `${level} is not a coverage.`, "Give a part of one, such as 0.9.");
    }
  }
  return { residuals: [], sizes: [], size: 0, asked: Object.fromEntries(levels.map((level) => [level, level])) };
}

/**
 * The interval of each hour for a nominal level, or `null` while fewer than 28 days of errors are known.
 * @example intervalOf(errors, forecast, 0.9) // { low, high }
 */
export function intervalOf(
  errors: Errors,
  forecast: Float64Array,
  level: number,
): { low: Float64Array; high: Float64Array } | null {
  const asked = errors.asked[level];
  if (asked === undefined) {
    const there = Object.keys(errors.asked).join(", ");
    throw new ForecastError("forecast-level", `Errors are not kept for the level ${level}.`, `Give one of ${there}.`);
  }
  if (errors.residuals.length < LEAST) return null;
  const low = new Float64Array(forecast.length);
  const high = new Float64Array(forecast.length);
  const sample = new Float64Array(errors.residuals.length);
  for (let h = 0; h < forecast.length; h++) {
    for (const [d, residual] of errors.residuals.entries()) {
      sample[d] = (residual[h] as number) / (errors.sizes[d] as number);
    }
    sample.sort();
    low[h] = (forecast[h] as number) + errors.size * quantile(sample, (1 - asked) / 2);
    high[h] = (forecast[h] as number) + errors.size * quantile(sample, (1 + asked) / 2);
  }
  return { low, high };
}

/** The errors with one more day, whose prices have come. */
export function addErrors(errors: Errors, forecast: Float64Array, actual: Float64Array): Errors {
  const residual = actual.map((value, h) => value - (forecast[h] as number));
  const asked = { ...errors.asked };
  for (const level of Object.keys(asked).map(Number)) {
    const interval = intervalOf(errors, forecast, level);
    if (interval === null) continue;
    let inside = 0;
    for (let h = 0; h < actual.length; h++) {
      const value = actual[h] as number;
      if (value >= (interval.low[h] as number) && value <= (interval.high[h] as number)) inside++;
    }
    const next = (asked[level] as number) + STEP * (level - inside / actual.length);
    asked[level] = Math.min(0.999, Math.max(level / 2, next));
  }
  let sum = 0;
  for (const value of residual) sum += Math.abs(value);
  const seen = sum / residual.length;
  const keep = 0.5 ** (1 / HALF_LIFE);
  const before = errors.residuals.length === 0 ? seen : errors.size;
  // Never 0: a day without any error must not divide.
  const floor = 1e-6 * Math.max(1, Math.abs(forecast[0] ?? 1));
  return {
    residuals: [...errors.residuals, residual].slice(-MEMORY),
    sizes: [...errors.sizes, Math.max(floor, before)].slice(-MEMORY),
    size: Math.max(floor, keep * before + (1 - keep) * seen),
    asked,
  };
}

/** Of sorted values, with the finite-sample correction of conformal prediction: the k-th of n for k = level (n + 1). */
function quantile(sorted: Float64Array, level: number): number {
  const at = level * (sorted.length + 1) - 1;
  const below = Math.min(sorted.length - 1, Math.max(0, Math.floor(at)));
  const above = Math.min(sorted.length - 1, below + 1);
  const part = Math.min(1, Math.max(0, at - below));
  return (sorted[below] as number) * (1 - part) + (sorted[above] as number) * part;
}
