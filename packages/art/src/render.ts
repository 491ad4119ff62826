/**
 * From style and seed to pixels. `prepare` does what happens once a piece, `render` and `renderTile` run the finish at
 * sample centres and average in linear light. Same bytes on every machine; same picture at every size.
 * @module
 */

import { toHex } from "@carrara/base/bytes";
import { CarraraError } from "@carrara/base/errors";
import { sha256 } from "@noble/hashes/sha2.js";
import { type Baker, bake, calmest, PLAIN } from "./bake.ts";
import { type Colour, ENCODE, type Lab, labOf, paint, toLinear } from "./colour.ts";
import { drawHash, generator, type Latents, latentsOf } from "./draws.ts";
import { FAMILIES } from "./families.ts";
import type { Finish, Numbers } from "./family/family.ts";
import { onPlate, type Plate } from "./field.ts";
import { clamp, div, ONE } from "./integer.ts";
import { latticeHash, noise } from "./noise.ts";
import type { Style } from "./style.ts";
import { optionsOf } from "./traits.ts";

/** Size and samples at which pieces are compared. */
export const CANONICAL = { size: 512, samples: 2 } as const;

/** Pixels a side of the largest picture. */
export const SIZE_LIMIT = 16384;

/** A piece with its fields made, ready for any size. Not to be shared between threads: it holds scratch. */
export interface Piece {
  readonly style: Style;
  readonly seed: Uint8Array;
  /** What was drawn for the networks; where the calm rule chose, the draw that it took. */
  readonly latents: Latents;
  readonly canvas: Canvas;
}

/** What every sample of a piece reads. */
export interface Canvas {
  readonly plate: Plate;
  /** Canvas Q15 to plate Q13: x = (X * scale) >> 14. */
  readonly scale: number;
  readonly paper: Lab;
  /** Whether the finish gives linear light. */
  readonly linear: boolean;
  readonly finish: Finish;
}

/** How fine: `size` x `size` pixels, `samples` x `samples` in each. */
export interface Resolution {
  readonly size: number;
  readonly samples: number;
}

/** Pixels x0 <= x < x1, y0 <= y < y1 of a picture. */
export interface Tile extends Resolution {
  readonly x0: number;
  readonly y0: number;
  readonly x1: number;
  readonly y1: number;
}

/** Part of {@link carve}: the whole picture so far is in `pixels`. */
export interface Pass {
  /** RGB, size x size x 3, row after row; the same array in every pass. */
  readonly pixels: Uint8Array;
  /** Share of the work that is done, 0 to 1. */
  readonly done: number;
}

/**
 * Makes the fields of a piece (10 to 60 ms).
 * @param seed 32 bytes: the token id, most significant byte first
 * @param moved latents in place of the seed's own, as a walk moves them; nothing else changes, and nothing is left to choose
 * @param by asks the family's functions at all nodes: a kernel is faster and gives the same
 * @example render(prepare(parseStyle(bytes), seed), CANONICAL)
 */
export function prepare(style: Style, seed: Uint8Array, moved?: Latents, by: Baker = PLAIN): Piece {
  const hash = drawHash(style.format, seed);
  const { rgb } = style.palettes[hash[16]! % style.palettes.length]!;
  const palette = Array.from({ length: 6 }, (_, i) => labOf(rgb[3 * i]!, rgb[3 * i + 1]!, rgb[3 * i + 2]!));
  const format = style.formats[hash[17]! % style.formats.length]!;
  const [width, height] = FORMATS[format]!;
  const longer = Math.max(width, height);
  const plate = plateOf(div(width * ONE, longer), div(height * ONE, longer), format === TONDO);
  const options = optionsOf(style, hash) as unknown as Numbers;
  const params = style.params as unknown as Numbers;
  const family = FAMILIES[style.family]!;
  const common = { params, nets: style.nets, palette, options, plate, bleed: format === BLEED };
  const rest = { plate, scale: div(ONE * 4096, longer), paper: paperOf(palette) };
  const draw = ({ z, lattice }: Latents) => family.draw({ ...common, z, lattice, generator: generator(hash) });
  const { latents, state } = moved
    ? { latents: moved, state: draw(moved) }
    : calmest(family, plate, by, (k) => latentsOf(hash, k), draw);
  bake(family, state, plate, by);
  const finish: Finish = {
    linear: family.linear,
    state,
    shade: (x, y, out) => family.shade(state, x, y, out),
    surround: (x, y, out) => family.surround(state, x, y, out),
  };
  return { style, seed: seed.slice(), latents, canvas: { ...rest, linear: finish.linear, finish } };
}

/**
 * The picture, RGB, size x size x 3 bytes.
 * @param options.onProgress called with the share done after each band of rows
 * @param options.shouldStop asked before each band; `true` ends with a RenderStopped error
 * @throws BadResolutionError, RenderStopped
 */
export function render(
  piece: Piece,
  options: Resolution & { onProgress?: (done: number) => void; shouldStop?: () => boolean },
): Uint8Array {
  const { size, samples } = checked(options);
  const out = new Uint8Array(size * size * 3);
  for (const [y0, y1] of bands(size)) {
    if (options.shouldStop?.() === true) throw new RenderStopped(y0 / size);
    renderTile(piece, { size, samples, x0: 0, y0, x1: size, y1 }, out);
    options.onProgress?.(y1 / size);
  }
  return out;
}

/** Writes one tile into `out`, which holds the whole picture (size x size x 3 bytes). Tiles do not depend on one another. */
export function renderTile(piece: Piece, tile: Tile, out: Uint8Array): void {
  lightTile(piece, tile, toBytes(tile, out));
}

/** Takes the sums of linear light (Q14) of a pixel's samples. `at` is the pixel's place: y * size + x. */
export type Sink = (at: number, red: number, green: number, blue: number) => void;

/** Encodes each pixel to three bytes of a whole picture. */
export function toBytes({ samples }: Resolution, out: Uint8Array): Sink {
  const shared = samples * samples;
  // Light is never negative: where the number of samples is a power of two a shift divides.
  const by = (shared & (shared - 1)) === 0 ? 31 - Math.clz32(shared) : -1;
  if (by < 0) {
    return (at, red, green, blue) => {
      out[3 * at] = ENCODE[div(red, shared)]!;
      out[3 * at + 1] = ENCODE[div(green, shared)]!;
      out[3 * at + 2] = ENCODE[div(blue, shared)]!;
    };
  }
  return (at, red, green, blue) => {
    out[3 * at] = ENCODE[red >> by]!;
    out[3 * at + 1] = ENCODE[green >> by]!;
    out[3 * at + 2] = ENCODE[blue >> by]!;
  };
}

/** The light of one tile, before it is encoded; pixels come row after row. */
export function lightTile(piece: Piece, tile: Tile, sink: Sink): void {
  const { size, samples } = checkTile(tile);
  const { canvas } = piece;
  const count = size * samples;
  const light = new Int32Array(3);
  for (let py = tile.y0; py < tile.y1; py++) {
    for (let px = tile.x0; px < tile.x1; px++) {
      const grain = (latticeHash(px, py, 7) & 31) - 16;
      let red = 0;
      let green = 0;
      let blue = 0;
      for (let sy = 0; sy < samples; sy++) {
        const Y = sampleAt(py * samples + sy, count);
        for (let sx = 0; sx < samples; sx++) {
          sampleLight(canvas, sampleAt(px * samples + sx, count), Y, grain, light);
          red += light[0]!;
          green += light[1]!;
          blue += light[2]!;
        }
      }
      sink(py * size + px, red, green, blue);
    }
  }
}

/** Linear light (Q14) of one sample, at canvas place (X, Y) in Q15, in a pixel with this grain. */
export function sampleLight(canvas: Canvas, X: number, Y: number, grain: number, out: Colour): void {
  const { plate, scale, finish } = canvas;
  const x = (X * scale) >> 14;
  const y = (Y * scale) >> 14;
  if (onPlate(plate, x, y)) {
    shade(finish, x, y, out);
    if (canvas.linear) {
      out[0] = clamp(out[0]!, 0, 16384);
      out[1] = clamp(out[1]!, 0, 16384);
      out[2] = clamp(out[2]!, 0, 16384);
      return;
    }
    out[0] = out[0]! + grain;
  } else {
    paint(out, canvas.paper);
    out[0] = out[0]! + (grain >> 1) + (noise(X, Y, 3) >> 9);
    surround(finish, x, y, out);
  }
  toLinear(out);
}

// In a kernel these two are the family's own functions.
function shade(finish: Finish, x: number, y: number, out: Colour): void {
  finish.shade(x, y, out);
}

function surround(finish: Finish, x: number, y: number, out: Colour): void {
  finish.surround?.(x, y, out);
}

/**
 * The same picture, coarse to fine, for a page that must not freeze: take a pass, paint, give the browser a turn. The
 * array of the last pass is equal to {@link render}'s.
 */
export function* carve(piece: Piece, resolution: Resolution): Generator<Pass, Uint8Array> {
  const { size, samples } = checked(resolution);
  const pixels = new Uint8Array(size * size * 3);
  const total = [...COARSE.map((k) => Math.max(1, div(size, k)) ** 2), (size * samples) ** 2].reduce((a, b) => a + b);
  let worked = 0;
  for (const k of COARSE) {
    const small = Math.max(1, div(size, k));
    const coarse = new Uint8Array(small * small * 3);
    for (const [y0, y1] of bands(small)) {
      renderTile(piece, { size: small, samples: 1, x0: 0, y0, x1: small, y1 }, coarse);
      enlarge(coarse, small, y0, y1, pixels, size);
      worked += (y1 - y0) * small;
      yield { pixels, done: worked / total };
    }
  }
  for (const [y0, y1] of bands(size)) {
    renderTile(piece, { size, samples, x0: 0, y0, x1: size, y1 }, pixels);
    worked += (y1 - y0) * size * samples * samples;
    yield { pixels, done: y1 === size ? 1 : worked / total };
  }
  return pixels;
}

/** SHA-256, as hex, of "CARRPIX1", the size as four big-endian bytes, and the RGB bytes: what recipes carry. */
export function pixelsHash(rgb: Uint8Array, size: number): string {
  if (rgb.length !== size * size * 3) throw new BadResolutionError("size", size);
  return toHex(pixelsHasher(size).update(rgb).digest());
}

/** {@link pixelsHash} of a picture that comes in parts: give it all rows from the top, then take the digest. */
export function pixelsHasher(size: number): ReturnType<typeof sha256.create> {
  const header = Uint8Array.of(
    0x43,
    0x41,
    0x52,
    0x52,
    0x50,
    0x49,
    0x58,
    0x31,
    size >>> 24,
    size >>> 16,
    size >>> 8,
    size,
  );
  return sha256.create().update(header);
}

/** Half width and height of each format on a canvas of half side 8192. */
const FORMATS: readonly (readonly [number, number])[] = [
  [6960, 6960],
  [5500, 6960],
  [6960, 5300],
  [6800, 6800],
  [ONE, ONE],
];
const TONDO = 3;
const BLEED = 4;
const COARSE = [8, 4, 2];

/** Centre of sample i of n across the canvas, Q15. */
export function sampleAt(i: number, n: number): number {
  return Math.floor(((2 * i + 1) * 32768) / n) - 32768;
}

function plateOf(halfWidth: number, halfHeight: number, round: boolean): Plate {
  const plate: Plate = { halfWidth, halfHeight, round, inside: (x, y) => onPlate(plate, x, y) };
  return plate;
}

/** Warm paper under light palettes, near black under dark ones. */
function paperOf(palette: readonly Lab[]): Lab {
  return palette[0]![0]! < 1500 ? Int32Array.of(560, 4, 6) : Int32Array.of(3950, 4, 26);
}

/** Rows y0 to y1 of one step of work: about 8,192 pixels, so that a browser gets its turn. */
function bands(size: number): [number, number][] {
  const rows = clamp(div(8192, size), 1, 16);
  const list: [number, number][] = [];
  for (let y0 = 0; y0 < size; y0 += rows) list.push([y0, Math.min(size, y0 + rows)]);
  return list;
}

/** Paints rows y0 to y1 of a small picture into the large one, pixel by pixel. */
function enlarge(from: Uint8Array, small: number, y0: number, y1: number, to: Uint8Array, size: number): void {
  for (let y = div(y0 * size + small - 1, small); y < div(y1 * size + small - 1, small); y++) {
    const row = div(y * small, size) * small;
    for (let x = 0; x < size; x++) {
      const a = (row + div(x * small, size)) * 3;
      const b = (y * size + x) * 3;
      to[b] = from[a]!;
      to[b + 1] = from[a + 1]!;
      to[b + 2] = from[a + 2]!;
    }
  }
}

function checked<T extends Resolution>(resolution: T): T {
  const { size, samples } = resolution;
  if (!Number.isInteger(size) || size < 1 || size > SIZE_LIMIT) throw new BadResolutionError("size", size);
  if (!Number.isInteger(samples) || samples < 1 || samples > 8) throw new BadResolutionError("samples", samples);
  return resolution;
}

/**
 * A tile that can be drawn, as it came.
 * @throws BadResolutionError, BadTileError
 */
export function checkTile(tile: Tile): Tile {
  const { size, x0, x1, y0, y1 } = checked(tile);
  for (const [from, to] of [
    [x0, x1],
    [y0, y1],
  ] as const) {
    if (!Number.isInteger(from) || !Number.isInteger(to) || from < 0 || to < from || to > size) {
      throw new BadTileError(from, to, size);
    }
  }
  return tile;
}

/** A tile that does not lie in its picture. */
export class BadTileError extends CarraraError {
  constructor(from: number, to: number, size: number) {
    super("bad-tile", `A tile from ${from} to ${to} does not lie in a picture of ${size} pixels.`, {
      hint: "Give whole numbers with 0 <= from <= to <= size.",
    });
  }
}

/** A size or sample count that cannot be rendered. */
export class BadResolutionError extends CarraraError {
  constructor(name: string, value: number) {
    super("bad-resolution", `The ${name} ${value} cannot be rendered.`, {
      hint: `Give a size from 1 to ${SIZE_LIMIT} pixels and 1 to 8 samples a side.`,
    });
  }
}

/** `shouldStop` said so. */
export class RenderStopped extends CarraraError {
  constructor(done: number) {
    super("render-stopped", `Rendering was stopped at ${Math.round(done * 100)} %.`, {
      hint: "Start it again.",
      retryable: true,
    });
  }
}
