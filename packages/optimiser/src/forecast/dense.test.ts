import { seeded } from "@carrara/base/random";
import { expect, test } from "vitest";
import { normal } from "../draw.ts";
import { factorise, rowAt } from "./dense.ts";

/** A positive definite matrix, packed: products of random rows, and something on the diagonal. */
function draw(n: number): Float64Array {
  const random = seeded(n);
  const rows = Array.from({ length: n }, () => Array.from({ length: n }, () => normal(random)));
  const packed = new Float64Array(rowAt(n));
  for (let i = 0; i < n; i++) {
    for (let q = 0; q <= i; q++) {
      const sum = (rows[i] as number[]).reduce((a, value, t) => a + value * ((rows[q] as number[])[t] as number), 0);
      packed[rowAt(i) + q] = sum + (i === q ? 1 : 0);
    }
  }
  return packed;
}

test("the factor times itself is the matrix, for sizes that blocks do and do not divide", () => {
  for (const n of [1, 3, 4, 9, 14]) {
    const matrix = draw(n);
    const factor = matrix.slice();
    factorise(factor, 0, n);
    for (let i = 0; i < n; i++) {
      for (let q = 0; q <= i; q++) {
        let sum = 0;
        for (let t = 0; t <= q; t++) sum += (factor[rowAt(i) + t] as number) * (factor[rowAt(q) + t] as number);
        expect(sum).toBeCloseTo(matrix[rowAt(i) + q] as number, 9);
      }
    }
  }
});

test("rows that come one at a time, or some at a time, are the same to the last bit", () => {
  const n = 23;
  const whole = draw(n);
  factorise(whole, 0, n);
  for (const step of [1, 5, 6]) {
    const parts = draw(n);
    for (let first = 0; first < n; first += step) factorise(parts, first, Math.min(n, first + step));
    expect(parts).toEqual(whole);
  }
});
