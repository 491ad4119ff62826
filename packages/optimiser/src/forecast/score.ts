/**
 * Measures of forecasts: MAE, its ratio to the weekly naive rule, pinball loss, coverage, and the test of Diebold and
 * Mariano in the multivariate form of the EPF benchmark (Lago and others 2021, section 4.3: one loss a day, the mean of
 * the 24 absolute errors).
 * @module
 */
import { ForecastError } from "./past.ts";

/** Mean absolute error over all hours. */
export function meanAbsoluteError(forecast: Float64Array, actual: Float64Array): number {
  requireSame(forecast, actual);
  let sum = 0;
  for (let i = 0; i < actual.length; i++) sum += Math.abs((forecast[i] as number) - (actual[i] as number));
  return sum / actual.length;
}

/** MAE over the MAE of the plain rule on the same hours: below 1 is better than the rule. */
export function relativeError(forecast: Float64Array, rule: Float64Array, actual: Float64Array): number {
  return meanAbsoluteError(forecast, actual) / meanAbsoluteError(rule, actual);
}

/** Correlation of the errors of two forecasts of the same hours. */
export function errorCorrelation(first: Float64Array, second: Float64Array, actual: Float64Array): number {
  requireSame(first, actual);
  requireSame(second, actual);
  const n = actual.length;
  let [sx, sy, sxx, syy, sxy] = [0, 0, 0, 0, 0];
  for (let i = 0; i < n; i++) {
    const x = (first[i] as number) - (actual[i] as number);
    const y = (second[i] as number) - (actual[i] as number);
    sx += x;
    sy += y;
    sxx += x * x;
    syy += y * y;
    sxy += x * y;
  }
  return (sxy - (sx * sy) / n) / Math.sqrt((sxx - (sx * sx) / n) * (syy - (sy * sy) / n));
}

/**
 * The test of Diebold and Mariano: how probable a lead of `second` over `first` at least as large as the one seen would be if it
 * were no better. Below 0.05 is called significant.
 * @param hours length of a day, 24
 * @returns the statistic (above 0: the second is better) and the one-sided p
 */
export function dieboldMariano(
  first: Float64Array,
  second: Float64Array,
  actual: Float64Array,
  hours = 24,
): { statistic: number; p: number } {
  requireSame(first, actual);
  requireSame(second, actual);
  const days = Math.floor(actual.length / hours);
  let [sum, squares] = [0, 0];
  for (let d = 0; d < days; d++) {
    let lead = 0;
    for (let i = d * hours; i < (d + 1) * hours; i++) {
      const value = actual[i] as number;
      lead += (Math.abs((first[i] as number) - value) - Math.abs((second[i] as number) - value)) / hours;
    }
    sum += lead;
    squares += lead * lead;
  }
  const mean = sum / days;
  const variance = squares / days - mean * mean;
  if (!(variance > 0)) return { statistic: 0, p: 0.5 };
  const statistic = mean / Math.sqrt(variance / days);
  return { statistic, p: normalTail(statistic) };
}

/** The part of hours within [low, high], and the mean width. */
export function coverage(
  low: Float64Array,
  high: Float64Array,
  actual: Float64Array,
): { inside: number; width: number } {
  requireSame(low, actual);
  requireSame(high, actual);
  let [inside, width] = [0, 0];
  for (let i = 0; i < actual.length; i++) {
    const value = actual[i] as number;
    if (value >= (low[i] as number) && value <= (high[i] as number)) inside++;
    width += (high[i] as number) - (low[i] as number);
  }
  return { inside: inside / actual.length, width: width / actual.length };
}

/** Mean pinball loss of a forecast of the quantile `level`: the lower, the better. */
export function pinball(quantile: Float64Array, level: number, actual: Float64Array): number {
  requireSame(quantile, actual);
  let sum = 0;
  for (let i = 0; i < actual.length; i++) {
    const over = (actual[i] as number) - (quantile[i] as number);
    sum += over >= 0 ? level * over : (level - 1) * over;
  }
  return sum / actual.length;
}

/** P(Z > x), to 1.5e-7 (Abramowitz and Stegun 7.1.26). */
export function normalTail(x: number): number {
  const z = Math.abs(x) / Math.SQRT2;
  const t = 1 / (1 + 0.3275911 * z);
  const poly = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  const tail = 0.5 * poly * Math.exp(-z * z);
  return x >= 0 ? tail : 1 - tail;
}

function requireSame(a: Float64Array, b: Float64Array): void {
  if (a.length !== b.length || a.length === 0) {
    throw new ForecastError(
      "forecast-score",
      `${a.length} forecasts cannot be scored against ${b.length} values.`,
      "Give one forecast for each hour, and at least one.",
    );
  }
}
