/**
 * Gradient-boosted regression trees (Friedman 2001, with the second-order leaves of Chen and Guestrin, arXiv
 * 1603.02754) on binned features: least squares, or logistic with weights. Written here because no well-kept package of
 * npm trains trees in plain JavaScript on typed arrays; a tenth of the features would not justify a native module.
 * Deterministic: rows are subsampled by the generator that is handed in.
 * @module
 */
import { CarraraError } from "@carrara/base/errors";
import type { Random } from "@carrara/base/random";

/** Rows of features, row after row. NaN means missing: it goes into a bin of its own. */
export interface Features {
  readonly values: Float64Array;
  readonly width: number;
}

export interface BoostOptions {
  readonly loss: "squares" | "logistic";
  readonly trees: number;
  readonly depth: number;
  readonly rate: number;
  /** Least weight (sum of hessians) in a leaf. */
  readonly leaf: number;
  /** L2 penalty on leaves. */
  readonly penalty: number;
  /** Part of the rows that each tree sees. */
  readonly sample: number;
  /** Part of the features that each tree sees. */
  readonly columns: number;
}

export const BOOST_DEFAULTS: BoostOptions = {
  loss: "squares",
  trees: 150,
  depth: 4,
  rate: 0.06,
  leaf: 30,
  penalty: 1,
  sample: 0.6,
  columns: 0.5,
};

/** A trained model: plain data, so that it can be kept and sent to a worker. */
export interface Boosted {
  readonly base: number;
  readonly width: number;
  /** Upper edges of the bins of each feature. */
  readonly edges: readonly Float64Array[];
  /** Complete trees of `depth` levels: feature and bin of each inner node, then the leaves. */
  readonly depth: number;
  readonly feature: Uint16Array;
  readonly bin: Uint8Array;
  readonly leaves: Float64Array;
}

const BINS = 64;
const MISSING = BINS - 1;

/**
 * Trains a model.
 * @param target what is to be predicted: a number, or for `logistic` 0 to 1
 * @param weight of each row; all 1 when not given
 * @throws BoostError with too few rows, or a target or weight that is not finite.
 * @example train({ values, width: 12 }, target, null, { ...BOOST_DEFAULTS, loss: "logistic" }, seeded(1))
 */
export function train(
  features: Features,
  target: Float64Array,
  weight: Float64Array | null,
  options: BoostOptions,
  random: Random,
): Boosted {
  const { width } = features;
  const n = target.length;
  if (n < 50 || features.values.length !== n * width) {
    throw new BoostError(`${n} rows of ${width} features cannot be learnt from.`, "Give 50 or more whole rows.");
  }
  for (let i = 0; i < n; i++) {
    if (!Number.isFinite(target[i] as number) || !((weight?.[i] ?? 1) >= 0)) {
      throw new BoostError(`Row ${i} has target ${target[i]} and weight ${weight?.[i]}.`, "Leave such rows out.");
    }
  }
  const edges = Array.from({ length: width }, (_, f) => binEdges(features, f, n));
  // Column after column: a histogram reads one feature of many rows.
  const binned = new Uint8Array(n * width);
  for (let f = 0; f < width; f++) {
    for (let i = 0; i < n; i++) {
      binned[f * n + i] = binOf(edges[f] as Float64Array, features.values[i * width + f] as number);
    }
  }
  const logistic = options.loss === "logistic";
  let sumW = 0;
  let sumY = 0;
  for (let i = 0; i < n; i++) {
    sumW += weight?.[i] ?? 1;
    sumY += (weight?.[i] ?? 1) * (target[i] as number);
  }
  const mean = sumW > 0 ? sumY / sumW : 0;
  const clipped = Math.min(1 - 1e-6, Math.max(1e-6, mean));
  const base = logistic ? Math.log(clipped / (1 - clipped)) : mean;

  const inner = 2 ** options.depth - 1;
  const outer = 2 ** options.depth;
  const model = {
    base,
    width,
    edges,
    depth: options.depth,
    feature: new Uint16Array(options.trees * inner),
    bin: new Uint8Array(options.trees * inner).fill(255),
    leaves: new Float64Array(options.trees * outer),
  };
  const score = new Float64Array(n).fill(base);
  const gradient = new Float64Array(n);
  const hessian = new Float64Array(n);
  const node = new Uint16Array(n);
  const used = new Uint32Array(n);
  const seen = new Uint16Array(width);
  const hist = new Float64Array(outer * BINS * 2);
  for (let t = 0; t < options.trees; t++) {
    let count = 0;
    const keep = options.sample * 0x100000000;
    for (let i = 0; i < n; i++) {
      const w = weight?.[i] ?? 1;
      if (logistic) {
        const p = 1 / (1 + Math.exp(-(score[i] as number)));
        gradient[i] = w * (p - (target[i] as number));
        hessian[i] = w * Math.max(p * (1 - p), 1e-6);
      } else {
        gradient[i] = w * ((score[i] as number) - (target[i] as number));
        hessian[i] = w;
      }
      if (options.sample >= 1 || random.u32() < keep) used[count++] = i;
    }
    node.fill(0);
    let open = 0;
    for (let f = 0; f < width; f++) {
      // A feature that never changes can split nothing.
      if ((edges[f] as Float64Array).length > 0 && random.u32() < options.columns * 0x100000000) seen[open++] = f;
    }
    for (let level = 0; level < options.depth; level++) {
      const nodes = 2 ** level;
      const best = new Float64Array(nodes).fill(1e-9);
      const first = t * inner + nodes - 1;
      for (const f of seen.subarray(0, open)) {
        hist.fill(0, 0, nodes * BINS * 2);
        const column = f * n;
        for (let k = 0; k < count; k++) {
          const i = used[k] as number;
          const at = ((node[i] as number) * BINS + (binned[column + i] as number)) * 2;
          hist[at] = (hist[at] as number) + (gradient[i] as number);
          hist[at + 1] = (hist[at + 1] as number) + (hessian[i] as number);
        }
        for (let q = 0; q < nodes; q++) {
          let [g, h] = [0, 0];
          for (let b = 0; b < BINS; b++) {
            g += hist[(q * BINS + b) * 2] as number;
            h += hist[(q * BINS + b) * 2 + 1] as number;
          }
          if (h < 2 * options.leaf) continue;
          const whole = (g * g) / (h + options.penalty);
          let [gl, hl] = [0, 0];
          for (let b = 0; b < BINS - 1; b++) {
            gl += hist[(q * BINS + b) * 2] as number;
            hl += hist[(q * BINS + b) * 2 + 1] as number;
            if (hl < options.leaf || h - hl < options.leaf) continue;
            const gr = g - gl;
            const won = (gl * gl) / (hl + options.penalty) + (gr * gr) / (h - hl + options.penalty) - whole;
            if (won > (best[q] as number)) {
              best[q] = won;
              model.feature[first + q] = f;
              model.bin[first + q] = b;
            }
          }
        }
      }
      for (let i = 0; i < n; i++) {
        const q = node[i] as number;
        const f = model.feature[first + q] as number;
        node[i] = 2 * q + ((binned[f * n + i] as number) > (model.bin[first + q] as number) ? 1 : 0);
      }
    }
    const sums = new Float64Array(outer * 2);
    for (let k = 0; k < count; k++) {
      const i = used[k] as number;
      const at = (node[i] as number) * 2;
      sums[at] = (sums[at] as number) + (gradient[i] as number);
      sums[at + 1] = (sums[at + 1] as number) + (hessian[i] as number);
    }
    for (let q = 0; q < outer; q++) {
      const h = (sums[2 * q + 1] as number) + options.penalty;
      model.leaves[t * outer + q] = h > 0 ? (-options.rate * (sums[2 * q] as number)) / h : 0;
    }
    for (let i = 0; i < n; i++) {
      score[i] = (score[i] as number) + (model.leaves[t * outer + (node[i] as number)] as number);
    }
  }
  return model;
}

/** The model's answer for one row: a number, or for `logistic` the log-odds. */
export function predict(model: Boosted, row: ArrayLike<number>): number {
  const { depth, edges } = model;
  const inner = 2 ** depth - 1;
  const outer = 2 ** depth;
  const bins = new Uint8Array(model.width);
  for (let f = 0; f < model.width; f++) bins[f] = binOf(edges[f] as Float64Array, row[f] as number);
  let sum = model.base;
  const trees = model.leaves.length / outer;
  for (let t = 0; t < trees; t++) {
    let q = 0;
    for (let level = 0; level < depth; level++) {
      const at = t * inner + 2 ** level - 1 + q;
      const f = model.feature[at] as number;
      q = 2 * q + ((bins[f] as number) > (model.bin[at] as number) ? 1 : 0);
    }
    sum += model.leaves[t * outer + q] as number;
  }
  return sum;
}

/** Edges at the quantiles of what is there, each once; none for a feature that never changes. */
function binEdges({ values, width }: Features, f: number, n: number): Float64Array {
  const sorted: number[] = [];
  // Quantiles of at most 20,000 rows: their error is far below a bin.
  const step = Math.max(1, Math.floor(n / 20_000));
  for (let i = 0; i < n; i += step) {
    const value = values[i * width + f] as number;
    if (!Number.isNaN(value)) sorted.push(value);
  }
  const ordered = Float64Array.from(sorted).sort();
  const edges: number[] = [];
  for (let b = 1; b < BINS - 1; b++) {
    const edge = ordered[Math.floor((b * ordered.length) / (BINS - 1))];
    if (edge !== undefined && edge > (edges.at(-1) ?? Number.NEGATIVE_INFINITY)) edges.push(edge);
  }
  return ordered[0] === ordered[ordered.length - 1] ? new Float64Array() : Float64Array.from(edges);
}

/** The first bin whose edge is not below the value; the last bin is for what is missing. */
function binOf(edges: Float64Array, value: number): number {
  if (Number.isNaN(value)) return MISSING;
  let [low, high] = [0, edges.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (value <= (edges[middle] as number)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** What no model can be trained from. */
export class BoostError extends CarraraError {
  constructor(message: string, hint: string) {
    super("boost-rows", message, { hint });
  }
}
