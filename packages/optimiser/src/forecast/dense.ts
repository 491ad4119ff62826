/**
 * Products of rows in typed arrays, and the Cholesky factor made of them: blocks of 4 x 4 rows, 16 products for 8 loads,
 * which takes a third of the time of one product after the other. Every sum is taken in the same order with and without
 * blocks, so that a result does not depend, to the last bit, on how many rows came at a time.
 * @module
 */

/** Rows of a block. */
export const BLOCK = 4;

/** The sum of n products of what stands in `x` from `a` on and in `y` from `b` on. */
function product(x: Float64Array, a: number, y: Float64Array, b: number, n: number): number {
  let sum = 0;
  for (let t = 0; t < n; t++) sum += (x[a + t] as number) * (y[b + t] as number);
  return sum;
}

/**
 * The products of some rows of `x` with some of `y`, n numbers each.
 * @param from where up to four rows begin in `x`, and `other` in `y`
 * @param into row a with row b at 4 a + b; what is not asked for stays
 */
export function products(
  x: Float64Array,
  from: readonly number[],
  y: Float64Array,
  other: readonly number[],
  n: number,
  into: Float64Array,
): void {
  if (from.length < BLOCK || other.length < BLOCK) {
    for (const [i, a] of from.entries()) {
      for (const [j, b] of other.entries()) into[i * BLOCK + j] = product(x, a, y, b, n);
    }
    return;
  }
  const [a0, a1, a2, a3] = from as [number, number, number, number];
  const [b0, b1, b2, b3] = other as [number, number, number, number];
  let [s00, s01, s02, s03, s10, s11, s12, s13] = [0, 0, 0, 0, 0, 0, 0, 0];
  let [s20, s21, s22, s23, s30, s31, s32, s33] = [0, 0, 0, 0, 0, 0, 0, 0];
  for (let t = 0; t < n; t++) {
    const x0 = x[a0 + t] as number;
    const x1 = x[a1 + t] as number;
    const x2 = x[a2 + t] as number;
    const x3 = x[a3 + t] as number;
    const y0 = y[b0 + t] as number;
    const y1 = y[b1 + t] as number;
    const y2 = y[b2 + t] as number;
    const y3 = y[b3 + t] as number;
    s00 += x0 * y0;
    s01 += x0 * y1;
    s02 += x0 * y2;
    s03 += x0 * y3;
    s10 += x1 * y0;
    s11 += x1 * y1;
    s12 += x1 * y2;
    s13 += x1 * y3;
    s20 += x2 * y0;
    s21 += x2 * y1;
    s22 += x2 * y2;
    s23 += x2 * y3;
    s30 += x3 * y0;
    s31 += x3 * y1;
    s32 += x3 * y2;
    s33 += x3 * y3;
  }
  into.set([s00, s01, s02, s03, s10, s11, s12, s13, s20, s21, s22, s23, s30, s31, s32, s33]);
}

/** Where row i of a packed lower triangle begins; it has i + 1 numbers. */
export function rowAt(i: number): number {
  return (i * (i + 1)) / 2;
}

/**
 * Turns rows of a positive definite matrix into rows of its Cholesky factor, in place, in a packed lower triangle.
 * @param first the rows before it are of the factor already; a row alone costs i^2, without touching those
 * @example factorise(packed, 0, n)
 */
export function factorise(packed: Float64Array, first: number, end: number): void {
  const sums = new Float64Array(BLOCK * BLOCK);
  for (let i = first; i < end; i += BLOCK) {
    const below = rows(i, end);
    for (let q = 0; q < i + below.length; q += BLOCK) {
      const upper = rows(q, i + below.length);
      // Within the block's own columns, and in its own rows, each number waits for the one before it.
      const done = Math.min(q, i);
      products(packed, below, packed, upper, done, sums);
      for (const [a, own] of below.entries()) {
        for (let b = 0; b < upper.length && q + b <= i + a; b++) {
          const other = upper[b] as number;
          let sum = sums[a * BLOCK + b] as number;
          for (let t = done; t < q + b; t++) sum += (packed[other + t] as number) * (packed[own + t] as number);
          const rest = (packed[own + q + b] as number) - sum;
          packed[own + q + b] = q + b < i + a ? rest / (packed[other + q + b] as number) : Math.sqrt(rest);
        }
      }
    }
  }
}

function rows(from: number, end: number): number[] {
  return Array.from({ length: Math.min(BLOCK, end - from) }, (_, k) => rowAt(from + k));
}
