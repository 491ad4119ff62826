/**
 * Gaussian regression on a few dozen trials: a linear model with a normal prior on its coefficients, and a smooth residual
 * upon it (Rasmussen and Williams 2006, 2.7), as one kernel. In typed arrays, by Cholesky; for up to about 60 trials.
 * @module
 */

/** A prior: features with coefficients, residual of standard deviation `residual` with length scales `lengths`. */
export interface GaussianPrior {
  /** Mean and standard deviation of each coefficient. */
  readonly mean: readonly number[];
  readonly sd: readonly number[];
  readonly residual: number;
  readonly lengths: readonly number[];
}

/** Where a model is asked: place (for the residual) and features (for the linear part). */
interface Cell {
  readonly place: readonly number[];
  readonly features: readonly number[];
}

/** One observation: value and its standard deviation. */
export interface Observation extends Cell {
  readonly value: number;
  readonly noise: number;
}

/** Conditioned on observations; answers for any place. */
export interface GaussianModel {
  predict(place: readonly number[], features: readonly number[]): { mean: number; sd: number };
  /**
   * Draws of all cells together: what two of them share, such as a coefficient, is the same in one draw.
   * @param luck standard normal numbers, for each cell one a draw; the same numbers give the same draws
   * @returns for each cell its value in each draw
   */
  sample(cells: readonly Cell[], luck: readonly Float64Array[]): Float64Array[];
  /** Posterior mean and standard deviation of the coefficients. */
  coefficients(): { mean: number[]; sd: number[] };
}

/**
 * Conditions a prior on observations.
 * @example condition({ mean: [1], sd: [0.1], residual: 0.01, lengths: [1] }, []).predict([0], [1]).mean // 1
 */
export function condition(prior: GaussianPrior, seen: readonly Observation[]): GaussianModel {
  const n = seen.length;
  const linear = (a: readonly number[], b: readonly number[]) => {
    let sum = 0;
    for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number) * (prior.sd[i] as number) ** 2;
    return sum;
  };
  const smooth = (a: readonly number[], b: readonly number[]) => {
    let square = 0;
    for (let i = 0; i < a.length; i++)
      square += (((a[i] as number) - (b[i] as number)) / (prior.lengths[i] as number)) ** 2;
    // Matern 5/2: rough enough for a firmware's steps.
    const r = Math.sqrt(5 * square);
    return prior.residual ** 2 * (1 + r + (r * r) / 3) * Math.exp(-r);
  };
  const mean = (features: readonly number[]) =>
    features.reduce((sum, value, i) => sum + value * (prior.mean[i] as number), 0);
  const gram = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    const a = seen[i] as Observation;
    for (let j = 0; j <= i; j++) {
      const b = seen[j] as Observation;
      gram[i * n + j] = linear(a.features, b.features) + smooth(a.place, b.place) + (i === j ? a.noise ** 2 : 0);
    }
  }
  cholesky(gram, n);
  const weights = Float64Array.from(seen, ({ features, value }) => value - mean(features));
  forward(gram, n, weights);
  backward(gram, n, weights);
  return {
    predict(place, features) {
      const k = Float64Array.from(seen, (other) => linear(features, other.features) + smooth(place, other.place));
      let value = mean(features);
      for (let i = 0; i < n; i++) value += (k[i] as number) * (weights[i] as number);
      forward(gram, n, k);
      let variance = linear(features, features) + prior.residual ** 2;
      for (let i = 0; i < n; i++) variance -= (k[i] as number) ** 2;
      return { mean: value, sd: Math.sqrt(Math.max(0, variance)) };
    },
    sample(cells, luck) {
      const m = cells.length;
      const solved = new Float64Array(m * n);
      const middle = new Float64Array(m);
      const spread = new Float64Array(m * m);
      for (const [a, { place, features }] of cells.entries()) {
        const k = solved.subarray(a * n, (a + 1) * n);
        for (const [i, other] of seen.entries()) k[i] = linear(features, other.features) + smooth(place, other.place);
        middle[a] = mean(features);
        for (let i = 0; i < n; i++) middle[a] = (middle[a] as number) + (k[i] as number) * (weights[i] as number);
        forward(gram, n, k);
        for (let b = 0; b <= a; b++) {
          const other = cells[b] as Cell;
          let value = linear(features, other.features) + smooth(place, other.place);
          for (let i = 0; i < n; i++) value -= (solved[a * n + i] as number) * (solved[b * n + i] as number);
          spread[a * m + b] = value;
        }
      }
      cholesky(spread, m);
      return cells.map((_, a) => {
        const draws = new Float64Array(luck[a]?.length ?? 0).fill(middle[a] as number);
        for (let b = 0; b <= a; b++) {
          const weight = spread[a * m + b] as number;
          const numbers = luck[b] as Float64Array;
          for (let i = 0; i < draws.length; i++) draws[i] = (draws[i] as number) + weight * (numbers[i] as number);
        }
        return draws;
      });
    },
    coefficients() {
      const found = { mean: [...prior.mean], sd: [...prior.sd] };
      for (let c = 0; c < prior.mean.length; c++) {
        const square = (prior.sd[c] as number) ** 2;
        const k = Float64Array.from(seen, ({ features }) => square * (features[c] as number));
        let value = prior.mean[c] as number;
        for (let i = 0; i < n; i++) value += (k[i] as number) * (weights[i] as number);
        forward(gram, n, k);
        let variance = square;
        for (let i = 0; i < n; i++) variance -= (k[i] as number) ** 2;
        found.mean[c] = value;
        found.sd[c] = Math.sqrt(Math.max(0, variance));
      }
      return found;
    },
  };
}

/** In place, lower triangle; a pivot that rounding made negative is held at a small one. */
function cholesky(a: Float64Array, n: number): void {
  for (let j = 0; j < n; j++) {
    for (let i = j; i < n; i++) {
      let sum = a[i * n + j] as number;
      for (let k = 0; k < j; k++) sum -= (a[i * n + k] as number) * (a[j * n + k] as number);
      a[i * n + j] = i === j ? Math.sqrt(Math.max(sum, 1e-14)) : sum / (a[j * n + j] as number);
    }
  }
}

function forward(l: Float64Array, n: number, b: Float64Array): void {
  for (let i = 0; i < n; i++) {
    let sum = b[i] as number;
    for (let k = 0; k < i; k++) sum -= (l[i * n + k] as number) * (b[k] as number);
    b[i] = sum / (l[i * n + i] as number);
  }
}

function backward(l: Float64Array, n: number, b: Float64Array): void {
  for (let i = n - 1; i >= 0; i--) {
    let sum = b[i] as number;
    for (let k = i + 1; k < n; k++) sum -= (l[k * n + i] as number) * (b[k] as number);
    b[i] = sum / (l[i * n + i] as number);
  }
}

/** The standard normal's density and distribution (Abramowitz and Stegun 26.2.17, error below 8e-8). */
export function normalDensity(z: number): number {
  return Math.exp(-0.5 * z * z) / 2.5066282746310002;
}
export function normalBelow(z: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(z));
  const poly = t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  const upper = normalDensity(z) * poly;
  return z >= 0 ? 1 - upper : upper;
}
