/**
 * LEAR, the LASSO-estimated autoregressive model of hourly prices (Uniejewski, Nowotarski and Weron 2016; Lago, Marcjasz,
 * De Schutter and Weron, Applied Energy 293, 2021, arXiv 2008.08004): one linear model for each hour of the day on all 24
 * prices of 1, 2, 3 and 7 days before, all 24 values of each column known ahead of the day itself, 1 and 7 days before, and the
 * day of the week. With two such columns that is 247 inputs. Prices and inputs go through asinh after median and MAD.
 * @module
 */
import { crossOf, larsByAic, lassoAt, momentsOf } from "./lasso.ts";
import { type Forecaster, type Past, requireHistory, weekday } from "./past.ts";
import { restore, type Scale, scaleOf, transform } from "./scale.ts";

const PRICE_LAGS = [1, 2, 3, 7];
const COLUMN_LAGS = [0, 1, 7];

/** How many inputs a past with so many columns gives. */
export function learWidth(columns: number): number {
  return 24 * PRICE_LAGS.length + 24 * COLUMN_LAGS.length * columns + 7;
}

/**
 * LEAR with one calibration window, refitted for each day.
 *
 * The penalty is chosen as the authors' program chooses it: Akaike's criterion along the path of columns of length 1,
 * and that figure used for the columns as they are. On the scale of the columns it is the square root of the number of
 * days smaller, so the model is far less sparse than the criterion's own choice; with the criterion's own choice the
 * error on NP is 1.79 instead of 1.63 on every 40th test day, and the agreement with the published file falls from 0.99
 * to 0.88.
 * @param window days of history, the first 7 of which serve as lags only
 * @example createLear(1092).forecast(pastOf(market, day))
 */
export function createLear(window: number): Forecaster {
  const self = { name: `lear-${window}`, needs: window };
  // The coefficients of the call before. The solution does not depend on where its search begins, but the search is five
  // times shorter from the day before's.
  let start: readonly Float64Array[] = [];
  return {
    ...self,
    forecast(past) {
      requireHistory(past, self);
      const { prices, coefficients } = fitAndForecast(past, window, start);
      start = coefficients;
      return prices;
    },
  };
}

function fitAndForecast(
  past: Past,
  window: number,
  start: readonly Float64Array[],
): { prices: Float64Array; coefficients: Float64Array[] } {
  const n = window - 7;
  const p = learWidth(past.exogenous.length);
  const first = past.days - n;
  const columns = new Float64Array(n * p);
  const today = new Float64Array(p);
  let j = 0;
  const put = (values: Float64Array, lag: number, h: number) => {
    const column = columns.subarray(j * n, (j + 1) * n);
    for (let i = 0, at = 24 * (first - lag) + h; i < n; i++, at += 24) column[i] = values[at] as number;
    const scale = scaleOf(column);
    for (let i = 0; i < n; i++) column[i] = transform(scale, column[i] as number);
    today[j++] = transform(scale, values[24 * (past.days - lag) + h] as number);
  };
  for (const lag of PRICE_LAGS) for (let h = 0; h < 24; h++) put(past.price, lag, h);
  for (const values of past.exogenous) {
    for (const lag of COLUMN_LAGS) for (let h = 0; h < 24; h++) put(values, lag, h);
  }
  for (let d = 0; d < 7; d++, j++) {
    for (let i = 0; i < n; i++) columns[j * n + i] = weekday(past.firstDay + first + i) === d ? 1 : 0;
    today[j] = weekday(past.firstDay + past.days) === d ? 1 : 0;
  }
  const moments = momentsOf(columns, n, p);
  for (let k = 0; k < p; k++) today[k] = (today[k] as number) - (moments.mean[k] as number);
  const column = new Float64Array(n);
  const prices = new Float64Array(24);
  const coefficients: Float64Array[] = [];
  for (let h = 0; h < 24; h++) {
    for (let i = 0; i < n; i++) column[i] = past.price[24 * (first + i) + h] as number;
    const scale: Scale = scaleOf(column);
    let mean = 0;
    for (let i = 0; i < n; i++) {
      const value = transform(scale, column[i] as number);
      column[i] = value;
      mean += value / n;
    }
    let squares = 0;
    for (let i = 0; i < n; i++) {
      const value = (column[i] as number) - mean;
      column[i] = value;
      squares += value * value;
    }
    const cross = crossOf(columns, column, n, p);
    const { alpha } = larsByAic(moments, cross, squares);
    const before = start[h];
    const near = before?.length === p ? before : (coefficients[h - 1] ?? new Float64Array(p));
    const beta = lassoAt(moments, cross, squares, alpha, near);
    coefficients.push(beta);
    let value = mean;
    for (let k = 0; k < p; k++) value += (beta[k] as number) * (today[k] as number);
    prices[h] = restore(scale, value);
  }
  return { prices, coefficients };
}
