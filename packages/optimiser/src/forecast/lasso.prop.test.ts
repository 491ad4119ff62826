import { seeded } from "@carrara/base/random";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { crossOf, larsByAic, lassoAt, type Moments, momentsOf } from "./lasso.ts";
import { normal } from "./test/synthetic.ts";

/** The plain twin: coordinate descent, round after round, until nothing moves. */
function descend({ n, p, gram }: Moments, cross: Float64Array, alpha: number): Float64Array {
  const beta = new Float64Array(p);
  for (let round = 0; round < 20_000; round++) {
    let moved = 0;
    for (let j = 0; j < p; j++) {
      const own = gram[j * p + j] as number;
      if (own === 0) continue;
      let rest = cross[j] as number;
      for (let k = 0; k < p; k++) if (k !== j) rest -= (gram[j * p + k] as number) * (beta[k] as number);
      const next = (Math.sign(rest) * Math.max(0, Math.abs(rest) - alpha * n)) / own;
      moved = Math.max(moved, Math.abs(next - (beta[j] as number)));
      beta[j] = next;
    }
    if (moved < 1e-12) break;
  }
  return beta;
}

function problem(seed: number, n: number, p: number) {
  const random = seeded(seed);
  const columns = new Float64Array(n * p);
  // Neighbouring columns alike, as neighbouring hours are.
  for (let i = 0; i < n; i++) {
    let value = normal(random);
    for (let j = 0; j < p; j++) {
      value = 0.8 * value + 0.6 * normal(random);
      columns[j * n + i] = value;
    }
  }
  const y = new Float64Array(n);
  for (let i = 0; i < n; i++) y[i] = (columns[i] as number) - 0.5 * (columns[2 * n + i] as number) + normal(random);
  const mean = y.reduce((sum, value) => sum + value, 0) / n;
  for (let i = 0; i < n; i++) y[i] = (y[i] as number) - mean;
  const moments = momentsOf(columns, n, p);
  const squares = y.reduce((sum, value) => sum + value * value, 0);
  return { moments, cross: crossOf(columns, y, n, p), squares };
}

describe("lasso", () => {
  test("the active-set search finds what coordinate descent finds, wherever it begins", () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 20, max: 60 }), fc.integer({ min: 3, max: 15 }), (seed, n, p) => {
        const { moments, cross, squares } = problem(seed, n, p);
        const alpha = 0.05;
        const plain = descend(moments, cross, alpha);
        const cold = lassoAt(moments, cross, squares, alpha, new Float64Array(p));
        const random = seeded(seed);
        const warm = lassoAt(
          moments,
          cross,
          squares,
          alpha,
          Float64Array.from({ length: p }, () => normal(random)),
        );
        for (let j = 0; j < p; j++) {
          expect(cold[j]).toBeCloseTo(plain[j] as number, 6);
          expect(warm[j]).toBeCloseTo(plain[j] as number, 6);
        }
      }),
      { numRuns: 60 },
    );
  });

  test("with more variables than rows the conditions of the optimum hold", () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const { moments, cross, squares } = problem(seed, 15, 40);
        const { n, p, gram } = moments;
        const alpha = 0.1;
        const beta = lassoAt(moments, cross, squares, alpha, new Float64Array(p));
        for (let j = 0; j < p; j++) {
          let rest = cross[j] as number;
          for (let k = 0; k < p; k++) rest -= (gram[j * p + k] as number) * (beta[k] as number);
          const most = alpha * n;
          if (beta[j] === 0) expect(Math.abs(rest)).toBeLessThanOrEqual(most + 1e-4);
          else expect(rest).toBeCloseTo(most * Math.sign(beta[j] as number), 5);
        }
      }),
      { numRuns: 40 },
    );
  });

  test("each knot of the path is the LASSO for its penalty", () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const { moments, cross, squares } = problem(seed, 50, 8);
        // For columns of length 1, the problem in which the path's penalty is stated.
        const { p, gram } = moments;
        const length = Float64Array.from({ length: p }, (_, j) => Math.sqrt(gram[j * p + j] as number));
        const unit = gram.map(
          (value, at) => value / ((length[Math.floor(at / p)] as number) * (length[at % p] as number)),
        );
        const path = larsByAic(moments, cross, squares);
        const scaled = cross.map((value, j) => value / (length[j] as number));
        const plain = descend({ ...moments, gram: unit }, scaled, path.alpha);
        for (let j = 0; j < p; j++) {
          expect((path.beta[j] as number) * (length[j] as number)).toBeCloseTo(plain[j] as number, 5);
        }
        expect(path.size).toBe(path.beta.filter((value) => value !== 0).length);
      }),
      { numRuns: 60 },
    );
  });

  test("of variables that sum to a constant, as the days of the week do, the same ones are taken from every start", () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const random = seeded(seed);
        const [n, p] = [70, 9];
        const columns = new Float64Array(n * p);
        const y = new Float64Array(n);
        for (let i = 0; i < n; i++) {
          columns[(i % 7) * n + i] = 1;
          columns[7 * n + i] = normal(random);
          columns[8 * n + i] = normal(random);
          y[i] = [3, -1, 2, 0, 0.5, -4, 1][i % 7] as number;
          y[i] = (y[i] as number) + (columns[7 * n + i] as number) + 0.1 * normal(random);
        }
        const mean = y.reduce((sum, value) => sum + value, 0) / n;
        const centred = y.map((value) => value - mean);
        const squares = centred.reduce((sum, value) => sum + value * value, 0);
        const moments = momentsOf(columns, n, p);
        const cross = crossOf(columns, centred, n, p);
        const plain = descend(moments, cross, 0.01);
        for (let start = 0; start < 4; start++) {
          const from = Float64Array.from({ length: p }, () => (start === 0 ? 0 : normal(random)));
          const beta = lassoAt(moments, cross, squares, 0.01, from);
          for (let j = 0; j < p; j++) expect(beta[j]).toBeCloseTo(plain[j] as number, 5);
        }
      }),
      { numRuns: 40 },
    );
  });

  test("a column that never changes, and one that comes twice, do no harm", () => {
    const n = 30;
    const columns = new Float64Array(3 * n);
    const y = new Float64Array(n);
    for (let i = 0; i < n; i++) {
      columns[i] = i % 5;
      columns[n + i] = 7;
      columns[2 * n + i] = i % 5;
      y[i] = (i % 5) - 2;
    }
    const moments = momentsOf(columns, n, 3);
    const cross = crossOf(columns, y, n, 3);
    const { alpha } = larsByAic(moments, cross, 60);
    const beta = lassoAt(moments, cross, 60, alpha, new Float64Array(3));
    expect(beta[1]).toBe(0);
    expect((beta[0] as number) + (beta[2] as number)).toBeGreaterThan(0.9);
    expect(larsByAic(moments, new Float64Array(3), 0)).toMatchObject({ alpha: 0, size: 0 });
  });
});
