/**
 * The asinh-median transformation of prices (Uniejewski, Weron and Ziel, IEEE Trans. Power Systems 33, 2018): spikes are
 * drawn in, and negative prices need no special case. Spread is the median absolute deviation, over 0.6745 so that it is
 * the standard deviation of a normal variable.
 * @module
 */

/** Centre and spread of one column. */
export interface Scale {
  readonly centre: number;
  readonly spread: number;
}

/** 75 % quantile of the standard normal. */
const NORMAL_QUARTILE = 0.6744897501960817;

/** Median and MAD; where more than half of the values are equal, the standard deviation, and 1 where all are. */
export function scaleOf(values: Float64Array): Scale {
  const centre = median(values.slice());
  const away = new Float64Array(values.length);
  for (let i = 0; i < values.length; i++) away[i] = Math.abs((values[i] as number) - centre);
  const mad = median(away) / NORMAL_QUARTILE;
  if (mad > 0) return { centre, spread: mad };
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += ((values[i] as number) - centre) ** 2;
  const deviation = Math.sqrt(sum / values.length);
  return { centre, spread: deviation > 0 ? deviation : 1 };
}

/** asinh((value - centre) / spread) */
export function transform({ centre, spread }: Scale, value: number): number {
  return Math.asinh((value - centre) / spread);
}

/** The inverse of `transform`. */
export function restore({ centre, spread }: Scale, value: number): number {
  return Math.sinh(value) * spread + centre;
}

/** The median by selection (Hoare's FIND); reorders the values. A sort takes ten times as long on 1,456 values. */
export function median(values: Float64Array): number {
  const n = values.length;
  const middle = n >> 1;
  const upper = select(values, middle);
  if (n % 2 === 1) return upper;
  let lower = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < middle; i++) if ((values[i] as number) > lower) lower = values[i] as number;
  return (lower + upper) / 2;
}

/** Puts the k-th smallest value at k, with none greater before it. */
function select(values: Float64Array, k: number): number {
  let [left, right] = [0, values.length - 1];
  while (left < right) {
    const pivot = values[k] as number;
    let [i, j] = [left, right];
    while (i <= j) {
      while ((values[i] as number) < pivot) i++;
      while (pivot < (values[j] as number)) j--;
      if (i > j) break;
      const held = values[i] as number;
      values[i++] = values[j] as number;
      values[j--] = held;
    }
    if (j < k) left = i;
    if (k < i) right = j;
  }
  return values[k] as number;
}
