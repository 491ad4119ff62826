/** Shadows without the grid of heights, as engines cast them, against shadows with it. */
import { fromHex } from "@carrara/base/bytes";
import { expect, test } from "vitest";
import { div, mul, ONE } from "../integer.ts";
import { latticeHash } from "../noise.ts";
import { prepare } from "../render.ts";
import { parseStyle } from "../style.ts";
import { STYLES } from "../styles.ts";
import { type Block, heightAt, heightNear, hidden, seldomHidden, TAPS } from "./block.ts";

const PIECES = STYLES.filter(({ family }) => family === "block").flatMap(({ name, bytes }, i) =>
  [1, 2, 3, 4].map((n) => {
    const style = parseStyle(varied(bytes, n === i + 1));
    const piece = prepare(style, fromHex((n * 7919 + i).toString(16).padStart(64, "0")));
    return { name: `${name} ${n}`, state: piece.canvas.finish.state as Block };
  }),
);

/** A style that likes all motifs alike; on request with the round plate for its only format. */
function varied(bytes: Uint8Array, round: boolean): Uint8Array {
  const formatsAt = 5 + 19 * bytes[2]!;
  const rangesAt = formatsAt + bytes[3]!;
  const paramsAt = rangesAt + 2 * bytes[4]!;
  const formats = round ? [3] : bytes.subarray(formatsAt, rangesAt);
  const head = [...bytes.subarray(0, 3), formats.length, ...bytes.subarray(4, formatsAt), ...formats];
  const weights = new Uint8Array(12).fill(60);
  return Uint8Array.of(...head, ...bytes.subarray(rangesAt, paramsAt), ...weights, ...bytes.subarray(paramsAt + 12));
}

test("the pieces have every motif, domes and hollows, every light, plates with and without corners", () => {
  const leaves = PIECES.flatMap(({ state }) => [...state.leaves]);
  const motifs = Array.from({ length: 12 }, (_, m) => leaves.filter(({ motif }) => motif === m));
  expect(motifs.filter((list) => list.length === 0)).toEqual([]);
  for (const m of [1, 7, 11]) expect(new Set(motifs[m]!.map(({ count }) => count & 1)).size).toBe(2);
  expect(new Set(PIECES.map(({ state }) => state.lx)).size).toBe(3);
  expect(new Set(PIECES.map(({ state }) => state.plate.round)).size).toBe(2);
});

test.each(PIECES)("$name: each corner of the grid has the height that its block is carved to", ({ state }) => {
  const apart: string[] = [];
  for (let y = -8800; y <= 8800; y += 32) {
    for (let x = -8800; x <= 8800; x += 32) {
      if (heightAt(state, x, y) !== heightNear(state, x, y)) apart.push(`${x}, ${y}`);
    }
  }
  expect(apart).toEqual([]);
});

test.each(PIECES)("$name: nothing of a block stands above its top, and none is as short as a long way", ({ state }) => {
  for (const { x0, y0, x1, y1, top } of state.leaves) {
    let most = 0;
    for (let y = (y0 + 31) & -32; y < y1; y += 32) {
      for (let x = (x0 + 31) & -32; x < x1; x += 32) most = Math.max(most, heightAt(state, x, y));
    }
    expect(most).toBeLessThanOrEqual(top);
    expect(top).toBeLessThanOrEqual(state.tallest);
    expect(Math.min(x1 - x0, y1 - y0)).toBeGreaterThan(480 + 64);
  }
});

test.each(PIECES)("$name: every tap reads the same height, and none that counts is passed over", ({ state }) => {
  const { lx, ly, rise } = state;
  const faults: string[] = [];
  let over = 0;
  let dark = 0;
  for (let n = 0; n < 2500; n++) {
    const x = (latticeHash(n, 1, 0) % 18000) - 9000;
    const y = (latticeHash(n, 2, 0) % 18000) - 9000;
    // From the surface, from the paper, and from the bottom of a hollow that reaches below the paper.
    const height = [heightAt(state, x, y), 0, -900][n % 3]!;
    const taps = Array.from(TAPS, (d) => {
      const [tx, ty] = [x + mul(lx, d), y + mul(ly, d)];
      return { tx, ty, ray: height + mul(d, rise), at: heightAt(state, tx, ty) };
    });
    for (const [k, { tx, ty, ray, at }] of taps.entries()) {
      if (heightNear(state, tx, ty) !== at) faults.push(`another height at ${tx}, ${ty}`);
      for (const on of [hidden, seldomHidden]) {
        const next = on(state, tx, ty, ray, k);
        over += next - k;
        for (let i = k; i < next; i++) {
          const lost = taps[i];
          if (lost && lost.at > lost.ray) faults.push(`${on.name} at ${tx}, ${ty} loses ${lost.tx}, ${lost.ty}`);
        }
      }
    }
    const shadow = shadowBy(state, x, y, height, hidden, heightAt);
    if (shadowBy(state, x, y, height, seldomHidden, heightNear) !== shadow) faults.push(`another shadow at ${x}, ${y}`);
    if (shadow > 0) dark++;
  }
  expect(faults).toEqual([]);
  expect(over).toBeGreaterThan(100_000);
  expect(dark).toBeGreaterThan(100);
});

/** SPEC.md section 9, 6, with the taps that may be passed over left to the caller. */
function shadowBy(s: Block, x: number, y: number, height: number, on: typeof hidden, read: typeof heightAt): number {
  let most = 0;
  for (let k = 0; k < TAPS.length; ) {
    const d = TAPS[k]!;
    const ray = height + mul(d, s.rise);
    const [tx, ty] = [x + mul(s.lx, d), y + mul(s.ly, d)];
    const next = on(s, tx, ty, ray, k);
    if (next === k) most = Math.max(most, Math.min(ONE, div((read(s, tx, ty) - ray) * ONE, 40 + (d >> 2))));
    k = Math.max(k + 1, next);
  }
  return most;
}
