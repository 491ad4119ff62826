/**
 * PNG files of pieces: written in bands, read back and compared with what is drawn again.
 * @module
 */
import { pipeline, Readable } from "node:stream";
import { constants, createDeflate, createInflate } from "node:zlib";
import { fastest } from "@carrara/art/kernels";
import {
  bigEndian,
  filterRows,
  type PngFile,
  pngChunk,
  pngEnd,
  pngFrame,
  pngHead,
  readPng,
  unfilterRows,
} from "@carrara/art/png";
import { canonical, parseRecipe, type Recipe, recipeOf } from "@carrara/art/recipe";
import { type Piece, pixelsHasher, prepare } from "@carrara/art/render";
import { drawSheet, type Sheet, sheetExtent } from "@carrara/art/sheet";
import { parseStyle } from "@carrara/art/style";
import { frameOf } from "@carrara/art/walk";
import { fromHex, toHex } from "@carrara/base/bytes";
import { CarraraError } from "@carrara/base/errors";
import { type Band, type Drawing, drawBands, type Told, telling, turn } from "./bands.ts";

/**
 * Runs of one byte and Huffman codes, no search for longer matches: grain has none, and how zlib searches differs from
 * processor to processor. So the file, not only its pixels, is the same everywhere; it is a tenth larger and twice as fast.
 */
const SAME_EVERYWHERE = { level: 9, strategy: constants.Z_RLE } as const;

/**
 * The parts of a PNG of one piece.
 * @param told gets the recipe, which names the hash of the eight-bit pixels whatever the depth
 */
export async function* pngOf(
  piece: Piece,
  drawing: Drawing & { dpi?: number },
  signal: AbortSignal,
  told: Told = {},
): AsyncGenerator<Uint8Array> {
  const { size, samples, depth, dpi } = drawing;
  const hasher = pixelsHasher(size);
  const bands = telling(drawBands(piece, drawing, signal), size, told);
  yield pngHead({ width: size, height: size, depth, ...(dpi === undefined ? {} : { dpi }) });
  for await (const data of deflated(filtered(bands, drawing, hasher))) {
    yield pngChunk("IDAT", data);
  }
  told.recipe = recipeOf({
    styleBytes: piece.style.bytes,
    seed: piece.seed,
    size,
    samples,
    pixels: toHex(hasher.digest()),
  });
  yield pngEnd(textOf(told.recipe));
}

/**
 * The parts of an animated PNG: a walk of `frames` frames that begins with the piece itself.
 * @param told gets the recipe of the first frame
 */
export async function* pngWalkOf(
  still: Piece,
  walk: { size: number; samples: number; frames: number; fps: number },
  signal: AbortSignal,
  told: Told = {},
): AsyncGenerator<Uint8Array> {
  const { size, samples, frames, fps } = walk;
  const drawing = { size, samples, depth: 8 } as const;
  const extent = { width: size, height: size };
  const kernel = fastest(still.style.family);
  yield pngHead({ ...extent, depth: 8, frames });
  for (let k = 0; k < frames; k++) {
    const hasher = pixelsHasher(size);
    const piece = frameOf(still, k, frames, kernel);
    const bands = telling(drawBands(piece, drawing, signal), size, told, k, frames);
    const rows = filtered(bands, drawing, hasher);
    const parts: Uint8Array[] = [];
    for await (const data of deflated(rows)) parts.push(data);
    if (k === 0) {
      const pixels = toHex(hasher.digest());
      told.recipe = recipeOf({ styleBytes: still.style.bytes, seed: still.seed, size, samples, pixels });
    }
    yield pngFrame(extent, k, Buffer.concat(parts), fps);
  }
  if (told.recipe) yield pngEnd(textOf(told.recipe));
}

/**
 * The parts of a PNG of a contact sheet. The sheet is whole in memory; what takes long, drawing and packing, can be stopped.
 */
export async function* pngSheetOf(sheet: Sheet, signal: AbortSignal, told: Told = {}): AsyncGenerator<Uint8Array> {
  const steps = drawSheet(sheet);
  let step = steps.next();
  while (!step.done) {
    told.done = step.value;
    await turn(signal);
    step = steps.next();
  }
  const rgb = step.value;
  const extent = sheetExtent(sheet);
  async function* rows() {
    const stride = extent.width * 3;
    const count = Math.max(1, Math.floor(SHEET_BAND / stride));
    for (let y = 0; y < extent.height; y += count) {
      await turn(signal);
      const above = y === 0 ? undefined : rgb.subarray((y - 1) * stride, y * stride);
      yield filterRows(rgb.subarray(y * stride, Math.min(extent.height, y + count) * stride), stride, 3, above);
    }
  }
  const parts: Uint8Array[] = [];
  for await (const data of deflated(rows())) parts.push(data);
  yield pngHead({ ...extent, depth: 8 });
  yield pngChunk("IDAT", Buffer.concat(parts));
  yield pngEnd({});
}

/** Bytes of a sheet that are filtered between two turns. */
const SHEET_BAND = 2 ** 20;

/** What a comparison found. */
export interface Comparison {
  readonly title: string;
  readonly size: number;
  readonly depth: 8 | 16;
  readonly frames: number;
  /** Whether all pixels, and the hash in the recipe, are what style and seed make. */
  readonly equal: boolean;
  /** What differs first; empty when nothing does. */
  readonly difference: string;
}

/**
 * Draws a PNG of ours again from its own recipe and compares every bit.
 * @throws BadPictureError, BadRecipeError for a file that says too little; StoppedError
 */
export async function compare(file: Uint8Array, signal: AbortSignal, told: Told = {}): Promise<Comparison> {
  const png = readPng(file);
  const text = png.text.recipe;
  if (text === undefined) throw new NoRecipeError();
  const recipe = parseRecipe(text);
  const { size, samples, pixels } = recipe.render;
  const { depth } = png;
  const style = parseStyle(fromHex(recipe.style.bytes));
  const kernel = fastest(style.family);
  const still = prepare(style, fromHex(recipe.seed), undefined, kernel);
  const found = { title: recipe.title, size, depth, frames: png.data.length };
  const differs = (difference: string): Comparison => ({ ...found, equal: false, difference });
  if (png.width !== size || png.height !== size) {
    return differs(`The picture is ${png.width} x ${png.height} px, its recipe says ${size} x ${size}.`);
  }
  for (const [k, data] of png.data.entries()) {
    const piece = png.frames === undefined ? still : frameOf(still, k, png.data.length, kernel);
    const hasher = pixelsHasher(size);
    const rows = rowsOf(data, png);
    const bands = drawBands(piece, { size, samples, depth }, signal);
    for await (const band of telling(bands, size, told, k, png.data.length)) {
      hasher.update(band.bytes);
      const expected = rowsIn(band);
      for (let y = band.y0; y < band.y1; y++) {
        const row = (await rows.next()).value;
        const own = expected.subarray((y - band.y0) * size * 3 * (depth >> 3)).subarray(0, size * 3 * (depth >> 3));
        const at = row === undefined ? 0 : own.findIndex((byte, i) => byte !== row[i]);
        if (at < 0) continue;
        const place = `pixel ${Math.floor(at / 3 / (depth >> 3))} of row ${y}${png.frames === undefined ? "" : `, frame ${k}`}`;
        return differs(row === undefined ? `The file ends before row ${y}.` : `From ${place} on it differs.`);
      }
    }
    if (!(await rows.next()).done) return differs("The file has more rows than its recipe.");
    if (k === 0 && toHex(hasher.digest()) !== pixels)
      return differs("The recipe names other pixels than style and seed make.");
  }
  return { ...found, equal: true, difference: "" };
}

function textOf(recipe: Recipe): Record<string, string> {
  return { Title: recipe.title, Software: "Carrara", recipe: canonical(recipe) };
}

/** Rows as PNG filters them, hashed on the way. */
async function* filtered(
  bands: AsyncIterable<Band>,
  { size, depth }: Drawing,
  hasher: ReturnType<typeof pixelsHasher>,
): AsyncGenerator<Uint8Array> {
  const pixel = 3 * (depth >> 3);
  let above: Uint8Array | undefined;
  for await (const band of bands) {
    hasher.update(band.bytes);
    const rows = rowsIn(band);
    yield filterRows(rows, size * pixel, pixel, above);
    above = rows.subarray(rows.length - size * pixel);
  }
}

function rowsIn({ bytes, words }: Band): Uint8Array {
  return words ? bigEndian(words) : bytes;
}

async function* deflated(rows: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const deflate = createDeflate({ ...SAME_EVERYWHERE, chunkSize: 65536 });
  // An error of the rows arrives where the stream is read.
  pipeline(Readable.from(rows), deflate, () => {});
  yield* deflate as AsyncIterable<Uint8Array>;
}

/** Plain rows out of the deflated ones, one at a time. */
async function* rowsOf(data: Uint8Array, { width, depth }: PngFile): AsyncGenerator<Uint8Array> {
  const pixel = 3 * (depth >> 3);
  const stride = width * pixel;
  const inflate = createInflate();
  pipeline(Readable.from([data]), inflate, () => {});
  let above: Uint8Array | undefined;
  let rest = Buffer.alloc(0);
  try {
    for await (const part of inflate as AsyncIterable<Buffer>) {
      rest = Buffer.concat([rest, part]);
      while (rest.length > stride) {
        above = unfilterRows(rest.subarray(0, stride + 1), stride, pixel, above);
        yield above;
        rest = rest.subarray(stride + 1);
      }
    }
  } catch (error) {
    // Zlib's own word for damage: the rows end here, which the comparison tells.
    if (error instanceof CarraraError) throw error;
  }
}

/** A PNG that does not say how it was made. */
class NoRecipeError extends CarraraError {
  constructor() {
    super("no-recipe", "The PNG carries no recipe.", {
      hint: "Give a file that `carrara art render` or `carrara art animate` wrote, unchanged by other programs.",
    });
  }
}
