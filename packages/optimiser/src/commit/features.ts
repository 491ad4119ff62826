/**
 * What may be known of an hour whose price is not: the past up to `lag` hours before it, seen from the strike. Rows are
 * made from an array that ends with the last known price, so that nothing after it can get in.
 * @module
 */
import type { Hour } from "../series.ts";

/** How many hours before its own an hour has to be decided: 1 (prices settle at the hour's end) or 24 (a day ahead). */
export type Lag = 1 | 24;

/** Hours of past that a row needs. */
export const PAST_HOURS = 24 * 15 + 24;

/** Hours before the one to be decided. */
const LAGS: Record<Lag, readonly number[]> = {
  1: [1, 2, 3, 4, 6, 12, 23, 24, 25, 26, 47, 48, 49, 72, 96, 120, 144, 167, 168, 169, 336],
  24: [24, 25, 26, 28, 30, 36, 47, 48, 49, 72, 96, 120, 144, 167, 168, 169, 192, 336],
};
const OTHERS = 15;

/** Features of a row; the caller adds the machine's state behind them. */
export function rowWidth(lag: Lag): number {
  return LAGS[lag].length + OTHERS;
}

/**
 * Writes one row: distances from the strike, in parts of it, of lagged prices, of the last day's and week's extremes and
 * means, of the same hour's on days before, and a guess by the usual shape of the day; how often the price was above
 * the strike; hour, weekday, season. Distances in parts of the strike let one model serve other strikes and markets.
 * @param past prices up to and with hour `hour - lag`
 * @param strike USD/MWh at which the hour to be decided earns nothing
 */
export function writeRow(
  past: Float64Array,
  hour: Hour,
  lag: Lag,
  strike: number,
  into: Float64Array,
  offset: number,
): void {
  const last = past.length - 1;
  // Price of `k` hours before the hour to be decided, k >= lag.
  const back = (k: number) => past[last - (k - lag)] as number;
  const scale = Math.abs(strike) + 20;
  const from = (price: number) => (price - strike) / scale;
  let at = offset;
  for (const k of LAGS[lag]) into[at++] = from(back(k));

  let [low, high, above, mean] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, 0];
  let [aboveWeek, meanWeek] = [0, 0];
  for (let i = last - 167; i <= last; i++) {
    const price = past[i] as number;
    meanWeek += price;
    if (price > strike) aboveWeek++;
    if (i <= last - 24) continue;
    low = Math.min(low, price);
    high = Math.max(high, price);
    mean += price;
    if (price > strike) above++;
  }
  into[at++] = from(low);
  into[at++] = from(high);
  into[at++] = above;
  into[at++] = from(mean / 24);
  into[at++] = aboveWeek;
  into[at++] = from(meanWeek / 168);

  let [hits7, hits14, meanHour, step] = [0, 0, 0, 0];
  for (let day = 1; day <= 14; day++) {
    const price = back(24 * day);
    if (price > strike) {
      hits14++;
      if (day <= 7) hits7++;
    }
    if (day > 7) continue;
    meanHour += price;
    // How the price usually moves: from the hour before, or from one weekday to the same hour of the next.
    if (lag === 1) step += (price - back(24 * day + 1)) / 7;
  }
  if (lag === 24) step = (back(168) - back(192) + 2 * (back(336) - back(360))) / 3;
  into[at++] = from(back(lag) + step);
  into[at++] = hits7;
  into[at++] = hits14;
  into[at++] = from(meanHour / 7);
  into[at++] = hour % 24;
  into[at++] = Math.floor(hour / 24 + 3) % 7;
  into[at++] = (hour / 24) % 365.25;
  into[at++] = meanWeek / 168 / scale;
  into[at++] = ((past[last] as number) - (past[last - 1] as number)) / scale;
}
