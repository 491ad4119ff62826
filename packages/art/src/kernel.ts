/**
 * The fast way to a family's pixels: its finish compiled from the reference's own functions to WebAssembly, four samples at
 * a time (tool/kernel). The bytes are those of `render.ts`; only the time differs.
 * @module
 */
import { fromHex } from "@carrara/base/bytes";
import { instantiate } from "@carrara/base/instantiate";
import type { AskAll } from "./family/family.ts";
import { div } from "./integer.ts";
import { latticeHash } from "./noise.ts";
import { type Canvas, checkTile, type Piece, type Sink, sampleAt, type Tile, toBytes } from "./render.ts";

/** A compiled family. */
export interface KernelCode {
  /** The first words of memory, hex: what all pieces share. Behind them the canvas begins; its arrays follow. */
  readonly tables: string;
  /** Fields of each record in their order: `int`, a record's name, or an element type and `[]`. */
  readonly layouts: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** The module, hex. */
  readonly wasm: string;
}

/** Draws tiles of one family. Holds memory for one piece and one batch: one for each thread. */
export interface Kernel {
  /** As `renderTile` of render.ts, to the last byte. */
  renderTile(piece: Piece, tile: Tile, out: Uint8Array): void;
  /** As `lightTile` of render.ts, to the last bit. */
  lightTile(piece: Piece, tile: Tile, sink: Sink): void;
}

/**
 * A kernel from its code.
 * @throws WasmError when the engine has no 128-bit vectors; then the reference serves.
 * @example const { marble } = await import("./kernel/marble.generated.ts"); createKernel(marble).renderTile(piece, tile, out);
 */
export function createKernel(code: KernelCode): Kernel {
  const bytes = fromHex(code.wasm);
  const { memory, run } = instantiate<KernelExports>(bytes);
  const state = stateAt(code);
  let words = new Int32Array(memory.buffer);
  let held: Canvas | undefined;
  /** First word of the batch's inputs; its outputs follow. */
  let batch = 0;

  const hold = (canvas: Canvas): void => {
    if (held === canvas) return;
    const image = imageOf(code, canvas);
    batch = (image.length + 3) & ~3;
    const missing = 4 * (batch + 6 * BATCH) - memory.buffer.byteLength;
    if (missing > 0) memory.grow(Math.ceil(missing / 65536));
    words = new Int32Array(memory.buffer);
    words.set(image);
    held = canvas;
  };

  const kernel: Kernel = {
    renderTile: (piece, tile, out) => kernel.lightTile(piece, tile, toBytes(tile, out)),
    lightTile(piece, tile, sink) {
      const { size, samples, x0, x1, y0, y1 } = checkTile(tile);
      hold(piece.canvas);
      const shared = samples * samples;
      const count = size * samples;
      const width = x1 - x0;
      const pixels = width * (y1 - y0);
      const most = div(BATCH, shared);
      const columns = Int32Array.from({ length: width * samples }, (_, i) => sampleAt(x0 * samples + i, count));
      for (let first = 0; first < pixels; first += most) {
        const last = Math.min(pixels, first + most);
        const groups = ((last - first) * shared + 3) >> 2;
        const stride = groups * 4;
        let n = batch;
        for (let k = first; k < last; k++) {
          const row = div(k, width);
          const column = k - row * width;
          const grain = (latticeHash(x0 + column, y0 + row, 7) & 31) - 16;
          for (let sy = 0; sy < samples; sy++) {
            const Y = sampleAt((y0 + row) * samples + sy, count);
            for (let sx = 0; sx < samples; sx++, n++) {
              words[n] = columns[column * samples + sx]!;
              words[n + stride] = Y;
              words[n + 2 * stride] = grain;
            }
          }
        }
        for (; n < batch + stride; n++) {
          // The last group is filled up with its neighbour, which nobody reads.
          for (let k = 0; k < 3; k++) words[n + k * stride] = words[n - 1 + k * stride]!;
        }
        run(state, 4 * batch, 4 * (batch + 3 * stride), groups);
        n = batch + 3 * stride;
        for (let k = first; k < last; k++) {
          const row = div(k, width);
          const at = (y0 + row) * size + x0 + k - row * width;
          let red = 0;
          let green = 0;
          let blue = 0;
          for (let i = 0; i < shared; i++, n++) {
            red += words[n]!;
            green += words[n + stride]!;
            blue += words[n + 2 * stride]!;
          }
          sink(at, red, green, blue);
        }
      }
    },
  };
  return kernel;
}

/**
 * The networks' loop for `prepare`, from its code (kernel/bed.generated.ts). Holds memory: one for each thread.
 * @throws WasmError as {@link createKernel}
 * @example prepare(style, seed, undefined, createAsker(bed))
 */
export function createAsker(code: KernelCode): AskAll {
  const { memory, run } = instantiate<KernelExports>(fromHex(code.wasm));
  return (bed, { xs, ys }) => {
    const image = imageOf(code, bed, "Bed");
    const groups = (xs.length + 3) >> 2;
    const [stride, from] = [4 * groups, (image.length + 3) & ~3];
    const missing = 4 * (from + 7 * stride) - memory.buffer.byteLength;
    if (missing > 0) memory.grow(Math.ceil(missing / 65536));
    const words = new Int32Array(memory.buffer);
    words.set(image);
    // What fills the last group up is asked like all others, and nobody reads it.
    words.set(xs, from);
    words.set(ys, from + stride);
    run(stateAt(code), 4 * from, 4 * (from + 2 * stride), groups);
    const outputs = new Int32Array(5 * xs.length);
    for (let j = 0; j < 5; j++) {
      const start = from + (2 + j) * stride;
      outputs.set(words.subarray(start, start + xs.length), j * xs.length);
    }
    return outputs;
  };
}

/** What `kernelModule` makes: `run` takes `groups` of four samples from the arrays at `from` to those at `to`. */
export interface KernelExports {
  memory: { buffer: ArrayBuffer; grow(pages: number): number };
  run(state: number, from: number, to: number, groups: number): void;
}

/** Samples of a batch: its six arrays stay in the cache beside a piece's fields. */
const BATCH = 4096;

/** The address of the canvas in bytes. */
export function stateAt({ tables }: KernelCode): number {
  return tables.length >> 1;
}

/** The memory that a kernel reads for a canvas, or another first record: the tables, it and all that it holds, as the layouts say. */
export function imageOf(code: KernelCode, first: object, type = "Canvas"): Int32Array {
  const parts: { at: number; words: ArrayLike<number> }[] = [];
  let end = stateAt(code) >> 2;
  const take = (words: number): number => {
    end += words;
    return end - words;
  };
  const sizeOf = (type: string): number => {
    if (type.endsWith("[]")) return 2;
    const fields = code.layouts[type];
    return fields === undefined ? 1 : Object.values(fields).reduce((sum, field) => sum + sizeOf(field), 0);
  };
  const put = (type: string, value: unknown, at: number): void => {
    const fields = code.layouts[type];
    if (type.endsWith("[]")) {
      const list = value as ArrayLike<unknown>;
      const of = type.slice(0, -2);
      const stride = sizeOf(of);
      const start = take(stride * list.length);
      parts.push({ at, words: [4 * start, list.length] });
      if (of === "int") parts.push({ at: start, words: list as ArrayLike<number> });
      else for (let i = 0; i < list.length; i++) put(of, list[i], start + i * stride);
    } else if (fields !== undefined) {
      // A finish is its state.
      const record = (value as { state?: object }).state ?? value;
      let next = at;
      for (const [name, field] of Object.entries(fields)) {
        put(field, (record as Record<string, unknown>)[name], next);
        next += sizeOf(field);
      }
    } else {
      parts.push({ at, words: [Number(value)] });
    }
  };
  put(type, first, take(sizeOf(type)));
  const image = new Int32Array(end);
  image.set(new Int32Array(fromHex(code.tables).buffer));
  for (const { at, words } of parts) image.set(words, at);
  return image;
}
