/**
 * The LASSO by least angle regression (Efron, Hastie, Johnstone and Tibshirani, Annals of Statistics 32, 2004) on a Gram
 * matrix, so that one matrix serves all 24 hours of a day, with the penalty that Akaike's criterion chooses along the
 * path; and by coordinate descent (Friedman, Hastie and Tibshirani, J. Stat. Software 33, 2010) for a given penalty.
 * Packages of npm that were looked at either have no LARS or solve by dense generic matrices with an allocation per
 * step; a day of LEAR is about 100 paths of up to 250 variables, so it is written here in typed arrays.
 * @module
 */

import { BLOCK, products } from "./dense.ts";

/** A centred regression problem as sums: all that the two methods need. */
export interface Moments {
  /** Rows behind the sums. */
  readonly n: number;
  /** Variables. */
  readonly p: number;
  /** X'X of centred columns, p x p. */
  readonly gram: Float64Array;
  /** Means of the columns. */
  readonly mean: Float64Array;
}

/**
 * Means and X'X of centred columns.
 * @param columns p columns of n values, one after the other; centred in place
 */
export function momentsOf(columns: Float64Array, n: number, p: number): Moments {
  const mean = new Float64Array(p);
  for (let j = 0; j < p; j++) {
    let sum = 0;
    for (let i = j * n; i < (j + 1) * n; i++) sum += columns[i] as number;
    mean[j] = sum / n;
    for (let i = j * n; i < (j + 1) * n; i++) columns[i] = (columns[i] as number) - sum / n;
  }
  return { n, p, gram: gramOf(columns, n, p), mean };
}

/** X'y of centred columns, as `momentsOf` left them. */
export function crossOf(columns: Float64Array, y: Float64Array, n: number, p: number): Float64Array {
  const out = new Float64Array(p);
  for (let j = 0, at = 0; j < p; j++) {
    let sum = 0;
    for (let i = 0; i < n; i++) sum += (columns[at++] as number) * (y[i] as number);
    out[j] = sum;
  }
  return out;
}

/** The penalty that a criterion chose, and the coefficients there. */
export interface PathChoice {
  /** Of the LASSO 1/(2n) |y - Xb|^2 + alpha |b| with columns of length 1. */
  readonly alpha: number;
  /** Coefficients for the columns as they are (not of length 1). */
  readonly beta: Float64Array;
  /** Variables that are not 0. */
  readonly size: number;
  /** Knots of the path that were visited. */
  readonly steps: number;
}

const PATIENCE = 24;

/**
 * Walks the LASSO path from the full penalty down and keeps the knot with the least n RSS / (n var(y)) + 2 k (Akaike's
 * criterion as in Zou, Hastie and Tibshirani, Annals of Statistics 35, 2007, eq. 2.15, with the variance of y in place of
 * the noise: what the authors of LEAR had in their version of scikit-learn, and far more sparing than with the noise).
 * The walk ends after `PATIENCE` knots without a better value: RSS falls ever more slowly along the path, so the criterion
 * has one valley, with ripples where variables leave (longest seen on two markets: 9 knots).
 * @param cross X'y
 * @param squares y'y of centred y
 */
export function larsByAic({ n, p, gram }: Moments, cross: Float64Array, squares: number): PathChoice {
  const scale = new Float64Array(p);
  for (let j = 0; j < p; j++) {
    const length = Math.sqrt(gram[j * p + j] as number);
    // A column that never changes in this window carries nothing.
    scale[j] = length > 1e-9 * Math.sqrt(n) ? 1 / length : 0;
  }
  const most = Math.min(p, n - 1);
  const c = new Float64Array(p);
  for (let j = 0; j < p; j++) c[j] = (cross[j] as number) * (scale[j] as number);
  const active = new Int32Array(most);
  const sign = new Float64Array(most);
  const beta = new Float64Array(most);
  const inside = new Uint8Array(p);
  for (let j = 0; j < p; j++) if (scale[j] === 0) inside[j] = 2;
  // Lower Cholesky factor of the active Gram matrix, rows of `most`.
  const chol = new Float64Array(most * most);
  const w = new Float64Array(most);
  const a = new Float64Array(p);
  let k = 0;
  let rss = squares;
  let best = squares > 0 ? n : 0;
  let choice: { alpha: number; active: Int32Array; beta: Float64Array } | null = null;
  let steps = 0;
  let left = -1;
  let alphaTop = 0;
  let worse = 0;
  for (let j = 0; j < p; j++) if (inside[j] === 0) alphaTop = Math.max(alphaTop, Math.abs(c[j] as number));
  while (steps < 8 * most && squares > 0) {
    // The variable most correlated with the residual joins, unless one has just left.
    let top = 0;
    let join = -1;
    for (let j = 0; j < p; j++) {
      if (inside[j] !== 0 || j === left) continue;
      const value = Math.abs(c[j] as number);
      if (value > top) {
        top = value;
        join = j;
      }
    }
    let level = k > 0 ? Math.abs(c[active[0] as number] as number) : top;
    if (left < 0) {
      if (join < 0 || k >= most) break;
      level = Math.max(level, top);
      if (!append(chol, most, k, active, join, gram, p, scale)) {
        // Numerically within the span of the others: it is left out for good.
        inside[join] = 2;
        continue;
      }
      active[k] = join;
      sign[k] = Math.sign(c[join] as number);
      beta[k] = 0;
      inside[join] = 1;
      k++;
    }
    left = -1;
    if (level < 1e-9 * alphaTop) break;
    steps++;
    // Direction: (X_A'X_A) w = s, then a = X'X_A w.
    solve(chol, most, k, sign, w);
    a.fill(0);
    for (let q = 0; q < k; q++) {
      const row = (active[q] as number) * p;
      const weight = (w[q] as number) * (scale[active[q] as number] as number);
      for (let j = 0; j < p; j++) a[j] = (a[j] as number) + weight * (gram[row + j] as number);
    }
    for (let j = 0; j < p; j++) a[j] = (a[j] as number) * (scale[j] as number);
    let gamma = level;
    for (let j = 0; j < p; j++) {
      if (inside[j] !== 0) continue;
      const cj = c[j] as number;
      const aj = a[j] as number;
      const up = (level - cj) / (1 - aj);
      const down = (level + cj) / (1 + aj);
      if (up > 1e-12 * alphaTop && up < gamma) gamma = up;
      if (down > 1e-12 * alphaTop && down < gamma) gamma = down;
    }
    let leave = -1;
    for (let q = 0; q < k; q++) {
      const zero = -(beta[q] as number) / (w[q] as number);
      if (zero > 1e-12 * alphaTop && zero < gamma) {
        gamma = zero;
        leave = q;
      }
    }
    let sw = 0;
    for (let q = 0; q < k; q++) {
      sw += (sign[q] as number) * (w[q] as number);
      beta[q] = (beta[q] as number) + gamma * (w[q] as number);
    }
    for (let j = 0; j < p; j++) c[j] = (c[j] as number) - gamma * (a[j] as number);
    // |r - gamma u|^2 with u'r = level s'w and u'u = s'w.
    rss = Math.max(0, rss - 2 * gamma * level * sw + gamma * gamma * sw);
    if (leave >= 0) {
      left = active[leave] as number;
      inside[left] = 0;
      remove(chol, most, k, leave);
      for (let q = leave; q < k - 1; q++) {
        active[q] = active[q + 1] as number;
        sign[q] = sign[q + 1] as number;
        beta[q] = beta[q + 1] as number;
      }
      k--;
    }
    const criterion = (n * rss) / squares + 2 * k;
    if (criterion < best) {
      best = criterion;
      worse = 0;
      choice = { alpha: (level - gamma) / n, active: active.slice(0, k), beta: beta.slice(0, k) };
    }
    if (criterion > best && ++worse > PATIENCE) break;
  }
  const out = new Float64Array(p);
  choice?.active.forEach((j, q) => {
    out[j] = ((choice.beta[q] as number) * (scale[j] as number)) as number;
  });
  return { alpha: choice?.alpha ?? alphaTop / n, beta: out, size: choice?.active.length ?? 0, steps };
}

/**
 * The LASSO 1/(2n) |y - Xb|^2 + alpha |b| for one penalty, exactly: an active-set search (the feature-sign search of Lee,
 * Battle, Raina and Ng, NIPS 2006). On nearly collinear inputs, as hourly prices are, coordinate descent needs thousands
 * of rounds (measured: 1.6 s a day at 1,456 days for what this does in 0.1 s); this takes some dozens of changes of the
 * set, each O(p k) by an updated Cholesky factor.
 * @param from where to begin, for instance the neighbouring hour's coefficients (10 % faster than the path's); not changed
 * @example lassoAt(moments, cross, squares, 0.01, new Float64Array(moments.p))
 */
export function lassoAt(
  { n, p, gram }: Moments,
  cross: Float64Array,
  squares: number,
  alpha: number,
  from: Float64Array,
): Float64Array {
  const most = Math.min(p, n - 1);
  const threshold = alpha * n;
  const scale = new Float64Array(p);
  for (let j = 0; j < p; j++) scale[j] = 1 / Math.sqrt(Math.max(gram[j * p + j] as number, 1e-300));
  // One row more than the set can have: that of a variable which is within the span of a full set.
  const chol = new Float64Array((most + 1) * most);
  const active = new Int32Array(most);
  const sign = new Float64Array(most);
  const beta = new Float64Array(most);
  const right = new Float64Array(most);
  const goal = new Float64Array(most);
  const inside = new Uint8Array(p);
  let k = 0;
  const enter = (j: number, value: number, towards: number): boolean => {
    if (!append(chol, most, k, active, j, gram, p, scale)) return false;
    active[k] = j;
    sign[k] = towards;
    beta[k] = value;
    inside[j] = 1;
    k++;
    return true;
  };
  const drop = (at: number): void => {
    inside[active[at] as number] = 0;
    remove(chol, most, k, at);
    for (let q = at; q < k - 1; q++) {
      active[q] = active[q + 1] as number;
      sign[q] = sign[q + 1] as number;
      beta[q] = beta[q + 1] as number;
    }
    k--;
  };
  /** Moves a variable in that the set can express, and the set the other way, which keeps the fit, until one leaves. */
  const exchange = (j: number, towards: number): boolean => {
    // `append` has left L^-1 of its correlations in row k.
    for (let i = k - 1; i >= 0; i--) {
      let value = chol[k * most + i] as number;
      for (let q = i + 1; q < k; q++) value -= (chol[q * most + i] as number) * (goal[q] as number);
      goal[i] = value / (chol[i * most + i] as number);
    }
    let [step, leave] = [Number.POSITIVE_INFINITY, -1];
    for (let q = 0; q < k; q++) {
      const rate = towards * (goal[q] as number) * (sign[q] as number);
      if (rate > 1e-12 && Math.abs(beta[q] as number) / rate < step) {
        step = Math.abs(beta[q] as number) / rate;
        leave = q;
      }
    }
    if (leave < 0) return false;
    for (let q = 0; q < k; q++) beta[q] = (beta[q] as number) - step * towards * (goal[q] as number);
    drop(leave);
    return enter(j, step * towards, towards);
  };
  for (let j = 0; j < p; j++) {
    const value = from[j] as number;
    if (value !== 0 && (gram[j * p + j] as number) > 1e-12 * n)
      enter(j, value / (scale[j] as number), Math.sign(value));
  }
  const rest = new Float64Array(p);
  for (let round = 0; round < 20 * most; round++) {
    for (let q = 0; q < k; q++) {
      const j = active[q] as number;
      right[q] = ((cross[j] as number) - threshold * (sign[q] as number)) * (scale[j] as number);
    }
    solve(chol, most, k, right, goal);
    let step = 1;
    let leave = -1;
    for (let q = 0; q < k; q++) {
      if ((goal[q] as number) * (sign[q] as number) >= 0) continue;
      const until = (beta[q] as number) / ((beta[q] as number) - (goal[q] as number));
      if (until < step) {
        step = until;
        leave = q;
      }
    }
    for (let q = 0; q < k; q++) beta[q] = (beta[q] as number) + step * ((goal[q] as number) - (beta[q] as number));
    if (leave >= 0) {
      drop(leave);
      continue;
    }
    rest.set(cross);
    for (let q = 0; q < k; q++) {
      const j = active[q] as number;
      axpy(rest, gram, j * p, -(beta[q] as number) * (scale[j] as number), p);
    }
    let worst = threshold + 1e-7 * Math.sqrt(squares * n);
    let join = -1;
    for (let j = 0; j < p; j++) {
      if (inside[j] === 0 && Math.abs(rest[j] as number) > worst) {
        worst = Math.abs(rest[j] as number);
        join = j;
      }
    }
    if (join < 0) break;
    const towards = Math.sign(rest[join] as number);
    if (!enter(join, 0, towards) && !exchange(join, towards)) break;
  }
  const out = new Float64Array(p);
  for (let q = 0; q < k; q++) out[active[q] as number] = (beta[q] as number) * (scale[active[q] as number] as number);
  return out;
}

function gramOf(columns: Float64Array, n: number, p: number): Float64Array {
  const gram = new Float64Array(p * p);
  const sums = new Float64Array(BLOCK * BLOCK);
  const starts = (from: number) => Array.from({ length: Math.min(BLOCK, p - from) }, (_, k) => (from + k) * n);
  for (let i = 0; i < p; i += BLOCK) {
    const own = starts(i);
    for (let j = i; j < p; j += BLOCK) {
      const other = starts(j);
      products(columns, own, columns, other, n, sums);
      for (let a = 0; a < own.length; a++) {
        for (let b = 0; b < other.length; b++) {
          gram[(i + a) * p + j + b] = gram[(j + b) * p + i + a] = sums[a * BLOCK + b] as number;
        }
      }
    }
  }
  return gram;
}

/** The row of variable `join` below the factor of the first k; false when it adds nothing. */
function append(
  chol: Float64Array,
  width: number,
  k: number,
  active: Int32Array,
  join: number,
  gram: Float64Array,
  p: number,
  scale: Float64Array,
): boolean {
  const row = k * width;
  const own = scale[join] as number;
  let sum = k < width ? 1 : 0;
  for (let i = 0; i < k; i++) {
    const other = active[i] as number;
    let value = (gram[join * p + other] as number) * own * (scale[other] as number);
    for (let q = 0; q < i; q++) value -= (chol[i * width + q] as number) * (chol[row + q] as number);
    value /= chol[i * width + i] as number;
    chol[row + i] = value;
    sum -= value * value;
  }
  if (sum < 1e-9) return false;
  chol[row + k] = Math.sqrt(sum);
  return true;
}

/** Takes row `at` out of the factor and makes it triangular again by Givens rotations. */
function remove(chol: Float64Array, width: number, k: number, at: number): void {
  for (let i = at; i < k - 1; i++) {
    for (let q = 0; q <= i + 1; q++) chol[i * width + q] = chol[(i + 1) * width + q] as number;
  }
  for (let q = at; q < k - 1; q++) {
    const x = chol[q * width + q] as number;
    const y = chol[q * width + q + 1] as number;
    const r = Math.hypot(x, y);
    const [cos, sin] = [x / r, y / r];
    for (let i = q; i < k - 1; i++) {
      const u = chol[i * width + q] as number;
      const v = chol[i * width + q + 1] as number;
      chol[i * width + q] = cos * u + sin * v;
      chol[i * width + q + 1] = cos * v - sin * u;
    }
  }
}

/** Solves L L' w = s. */
function solve(chol: Float64Array, width: number, k: number, s: Float64Array, w: Float64Array): void {
  for (let i = 0; i < k; i++) {
    let value = s[i] as number;
    for (let q = 0; q < i; q++) value -= (chol[i * width + q] as number) * (w[q] as number);
    w[i] = value / (chol[i * width + i] as number);
  }
  for (let i = k - 1; i >= 0; i--) {
    const value = (w[i] as number) / (chol[i * width + i] as number);
    w[i] = value;
    for (let q = 0; q < i; q++) w[q] = (w[q] as number) - (chol[i * width + q] as number) * value;
  }
}

function axpy(into: Float64Array, from: Float64Array, at: number, factor: number, p: number): void {
  for (let j = 0; j < p; j++) into[j] = (into[j] as number) + factor * (from[at + j] as number);
}
