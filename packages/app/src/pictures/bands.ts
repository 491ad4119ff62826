/**
 * Drawing in bands: a picture of any size in little memory, with a turn for everything else between two bands.
 * @module
 */
import { setImmediate } from "node:timers/promises";
import { toWords } from "@carrara/art/deep";
import { fastest } from "@carrara/art/kernels";
import type { Recipe } from "@carrara/art/recipe";
import { type Piece, type Resolution, type Sink, toBytes } from "@carrara/art/render";
import { CarraraError } from "@carrara/base/errors";

/** Pixels of a band: some ten milliseconds of work. */
const BAND = 16384;

/** Some whole rows of a picture. */
export interface Band {
  /** First row, and the row after the last. */
  readonly y0: number;
  readonly y1: number;
  /** RGB of eight bits: what recipes are hashed from. */
  readonly bytes: Uint8Array;
  /** RGB of sixteen bits, when asked for. */
  readonly words: Uint16Array | undefined;
}

/** How a picture is drawn. */
export interface Drawing extends Resolution {
  readonly depth: 8 | 16;
}

/** What is said of a picture while it is made, and afterwards. */
export interface Told {
  /** The share that is drawn, 0 to 1. */
  done?: number;
  /** Set when the last band is through. */
  recipe?: Recipe;
}

/** Tells the share done; the bands are those of frame `k` of `frames`. */
export async function* telling(bands: AsyncIterable<Band>, size: number, told: Told, k = 0, frames = 1) {
  for await (const band of bands) {
    told.done = (k + band.y1 / size) / frames;
    yield band;
  }
}

/**
 * The bands of a piece from the top.
 * @throws BadResolutionError, StoppedError when the signal says so
 */
export async function* drawBands(piece: Piece, drawing: Drawing, signal: AbortSignal): AsyncGenerator<Band> {
  const { size, samples, depth } = drawing;
  const kernel = fastest(piece.style.family);
  const rows = Math.max(1, Math.floor(BAND / (size * samples)));
  for (let y0 = 0; y0 < size; y0 += rows) {
    await turn(signal);
    const y1 = Math.min(size, y0 + rows);
    const length = (y1 - y0) * size * 3;
    const bytes = new Uint8Array(length);
    const words = depth === 16 ? new Uint16Array(length) : undefined;
    const eight = toBytes(drawing, bytes);
    const sixteen = words && toWords(drawing, words);
    const sink: Sink = (at, red, green, blue) => {
      eight(at - y0 * size, red, green, blue);
      sixteen?.(at - y0 * size, red, green, blue);
    };
    kernel.lightTile(piece, { size, samples, x0: 0, x1: size, y0, y1 }, sink);
    yield { y0, y1, bytes, words };
  }
}

/**
 * Lets everything else have its turn.
 * @throws StoppedError when somebody has ended the work
 */
export async function turn(signal: AbortSignal): Promise<void> {
  await setImmediate();
  if (signal.aborted) throw new StoppedError();
}

/** Somebody ended the work. */
export class StoppedError extends CarraraError {
  constructor() {
    super("stopped", "Stopped; no file was written.", { hint: "Start it again.", retryable: true });
  }
}
