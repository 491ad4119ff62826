/**
 * Contact sheets: unpicked pieces of some styles side by side, the same bytes on every machine.
 * @module
 */
import { sha256 } from "@noble/hashes/sha2.js";
import { utf8ToBytes } from "@noble/hashes/utils.js";
import { fastest } from "./kernels.ts";
import type { Extent } from "./png.ts";
import { prepare } from "./render.ts";
import type { Style } from "./style.ts";

/** What stands on a sheet. */
export interface Sheet {
  readonly styles: readonly Style[];
  /** Pieces of each style, seeds `from` and on, style after style. */
  readonly count: number;
  readonly from: number;
  /** Pixels a side, samples and how many pieces in a row. */
  readonly size: number;
  readonly samples: number;
  readonly columns: number;
}

/** Pixels between pieces. */
const GAP = 6;
/** Their colour: a wall of middle grey, so that light and dark papers stand off alike. */
const WALL = 0x75;

/** Samples of a step at most, some tenths of a second, so that a sheet of large pieces can be stopped. */
const STEP = 2 ** 20;

/** Seed n of all sheets: SHA-256 of "carrara sheet n", so that nobody picks. */
export function sheetSeed(n: number): Uint8Array {
  return sha256(utf8ToBytes(`carrara sheet ${n}`));
}

/** Width and height in pixels of a sheet. */
export function sheetExtent({ styles, count, size, columns }: Sheet): Extent {
  const pieces = styles.length * count;
  const across = Math.min(pieces, columns);
  return { width: across * (size + GAP) - GAP, height: Math.ceil(pieces / columns) * (size + GAP) - GAP };
}

/**
 * Draws a sheet, a piece or some rows of it a step; each step gives the share done. The last value is the picture, RGB.
 * @throws BadResolutionError
 */
export function* drawSheet(sheet: Sheet): Generator<number, Uint8Array> {
  const { styles, count, from, size, samples, columns } = sheet;
  const { width, height } = sheetExtent(sheet);
  const rgb = new Uint8Array(width * height * 3).fill(WALL);
  const pixels = new Uint8Array(size * size * 3);
  const total = styles.length * count;
  const rows = Math.max(1, Math.floor(STEP / (size * samples * samples)));
  let n = 0;
  for (const style of styles) {
    const kernel = fastest(style.family);
    for (let i = 0; i < count; i++, n++) {
      const piece = prepare(style, sheetSeed(from + i), undefined, kernel);
      for (let y0 = 0; y0 < size; y0 += rows) {
        if (y0 > 0) yield (n + y0 / size) / total;
        kernel.renderTile(piece, { size, samples, x0: 0, x1: size, y0, y1: Math.min(size, y0 + rows) }, pixels);
      }
      const left = (n % columns) * (size + GAP);
      const top = Math.floor(n / columns) * (size + GAP);
      for (let y = 0; y < size; y++) {
        rgb.set(pixels.subarray(y * size * 3, (y + 1) * size * 3), ((top + y) * width + left) * 3);
      }
      yield (n + 1) / total;
    }
  }
  return rgb;
}
