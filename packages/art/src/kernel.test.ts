/** The compiled finishes against the reference: every byte, on whole pictures and on tiles. */
import { fromHex } from "@carrara/base/bytes";
import { expect, test } from "vitest";
import { block } from "./kernel/block.generated.ts";
import { engrave } from "./kernel/engrave.generated.ts";
import { field } from "./kernel/field.generated.ts";
import { marble } from "./kernel/marble.generated.ts";
import { relief } from "./kernel/relief.generated.ts";
import { strata } from "./kernel/strata.generated.ts";
import { terrazzo } from "./kernel/terrazzo.generated.ts";
import { vessel } from "./kernel/vessel.generated.ts";
import { wash } from "./kernel/wash.generated.ts";
import { weave } from "./kernel/weave.generated.ts";
import { createKernel, imageOf, type KernelCode } from "./kernel.ts";
import { BadResolutionError, BadTileError, lightTile, prepare, render, renderTile } from "./render.ts";
import { parseStyle } from "./style.ts";
import { STYLES } from "./styles.ts";

const KERNELS: Readonly<Record<string, KernelCode>> = {
  block,
  strata,
  vessel,
  wash,
  marble,
  engrave,
  relief,
  field,
  weave,
  terrazzo,
};

for (const [family, code] of Object.entries(KERNELS)) {
  const kernel = createKernel(code);
  const styles = STYLES.filter((style) => style.family === family);
  test(`${family}: a kernel's picture is the reference's, byte for byte`, () => {
    expect(styles.length).toBeGreaterThanOrEqual(3);
    const distinct = new Set<number>();
    for (const [k, style] of styles.entries()) {
      for (let n = 0; n < 4; n++) {
        const seed = fromHex((k * 4 + n + 1).toString(16).padStart(64, "0"));
        const piece = prepare(parseStyle(style.bytes), seed);
        const size = [33, 64, 17, 96][n]!;
        const samples = [2, 1, 3, 2][n]!;
        const expected = render(piece, { size, samples });
        const found = new Uint8Array(expected.length);
        kernel.renderTile(piece, { size, samples, x0: 0, y0: 0, x1: size, y1: size }, found);
        for (const byte of expected) distinct.add(byte);
        expect(found, `${style.name}, ${size} px, seed ${n}`).toEqual(expected);
      }
    }
    expect(distinct.size).toBeGreaterThan(60);
  });

  test(`${family}: a tile writes its own pixels only`, () => {
    const piece = prepare(parseStyle(styles[0]!.bytes), fromHex("07".repeat(32)));
    const tile = { size: 61, samples: 2, x0: 7, y0: 11, x1: 40, y1: 59 };
    const [expected, found] = [new Uint8Array(61 * 61 * 3), new Uint8Array(61 * 61 * 3)];
    renderTile(piece, tile, expected);
    kernel.renderTile(piece, tile, found);
    expect(found).toEqual(expected);
  });
}

test("pieces that a kernel bakes are the reference's, word for word, and it draws them at once", () => {
  const kernels = new Map(Object.entries(KERNELS).map(([family, code]) => [family, createKernel(code)]));
  for (const [k, style] of STYLES.entries()) {
    const code = KERNELS[style.family]!;
    const kernel = kernels.get(style.family)!;
    const parsed = parseStyle(style.bytes);
    for (let n = 0; n < 2; n++) {
      const seed = fromHex((k * 53 + n * 7 + 5).toString(16).padStart(64, "0"));
      const plain = prepare(parsed, seed);
      const fast = prepare(parsed, seed, undefined, kernel);
      expect(fast.latents, style.name).toEqual(plain.latents);
      const [expected, found] = [new Uint8Array(20 * 20 * 3), new Uint8Array(20 * 20 * 3)];
      const tile = { size: 20, samples: 1, x0: 0, y0: 0, x1: 20, y1: 20 };
      renderTile(plain, tile, expected);
      kernel.renderTile(fast, tile, found);
      expect(found, style.name).toEqual(expected);
      const image = imageOf(code, plain.canvas);
      expect(Buffer.from(imageOf(code, fast.canvas).buffer).equals(Buffer.from(image.buffer)), style.name).toBe(true);
    }
  }
});

test("bad sizes and tiles are refused by kernel and reference alike, in the same words", () => {
  const piece = prepare(parseStyle(STYLES[0]!.bytes), fromHex("07".repeat(32)));
  const kernel = createKernel(KERNELS[STYLES[0]!.family]!);
  const tile = { size: 64, samples: 1, x0: 0, y0: 0, x1: 64, y1: 64 };
  for (const [change, error] of [
    [{ size: 0 }, BadResolutionError],
    [{ size: 16385 }, BadResolutionError],
    [{ size: 63.5 }, BadResolutionError],
    [{ samples: 0 }, BadResolutionError],
    [{ samples: 9 }, BadResolutionError],
    [{ x1: 65 }, BadTileError],
    [{ y0: -1 }, BadTileError],
    [{ x0: 9, x1: 8 }, BadTileError],
    [{ y1: 7.5 }, BadTileError],
  ] as const) {
    const bad = { ...tile, ...change };
    const out = new Uint8Array(3);
    expect(() => renderTile(piece, bad, out)).toThrow(error);
    expect(() => kernel.renderTile(piece, bad, out)).toThrow(error);
    expect([...out]).toEqual([0, 0, 0]);
  }
});

test("the finest samples of the largest picture, one pixel of a small one, and tiles of nothing", () => {
  const piece = prepare(parseStyle(STYLES[0]!.bytes), fromHex("07".repeat(32)));
  const kernel = createKernel(KERNELS[STYLES[0]!.family]!);
  for (const tile of [
    { size: 16384, samples: 8, x0: 16370, y0: 0, x1: 16384, y1: 2 },
    { size: 16384, samples: 8, x0: 7000, y0: 9000, x1: 7013, y1: 9001 },
    // Rows that are longer than what a kernel draws at once.
    { size: 16384, samples: 8, x0: 8100, y0: 8000, x1: 8250, y1: 8001 },
    { size: 2000, samples: 3, x0: 700, y0: 900, x1: 1300, y1: 902 },
    { size: 1, samples: 8, x0: 0, y0: 0, x1: 1, y1: 1 },
    { size: 64, samples: 1, x0: 3, y0: 3, x1: 3, y1: 9 },
  ]) {
    const [expected, found]: [number[], number[]] = [[], []];
    lightTile(piece, tile, (...light) => expected.push(...light));
    kernel.lightTile(piece, tile, (...light) => found.push(...light));
    expect(found).toEqual(expected);
    expect(found.length).toBe(4 * (tile.x1 - tile.x0) * (tile.y1 - tile.y0));
  }
});
