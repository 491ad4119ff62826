/**
 * The fast way to a family's pieces: its finish and what its set-up asks at many places, compiled from the reference's own
 * functions to WebAssembly, four samples at a time (tool/kernel). The bytes are those of `render.ts` and `bake.ts`; only
 * the time differs.
 * @module
 */
import { fromHex } from "@carrara/base/bytes";
import { instantiate } from "@carrara/base/instantiate";
import type { Baker } from "./bake.ts";
import type { Finish } from "./family/family.ts";
import { NODES } from "./field.ts";
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

/**
 * Bakes and draws pieces of one family. Holds memory for one piece and one batch: one for each thread. What it has baked
 * last it draws without a second copy.
 */
export interface Kernel extends Baker {
  /** As `renderTile` of render.ts, to the last byte. */
  renderTile(piece: Piece, tile: Tile, out: Uint8Array): void;
  /** As `lightTile` of render.ts, to the last bit. */
  lightTile(piece: Piece, tile: Tile, sink: Sink): void;
}

/**
 * A kernel from its code.
 * @throws WasmError when the engine has no 128-bit vectors; then the reference serves.
 * @example
 * const { marble } = await import("./kernel/marble.generated.ts");
 * const kernel = createKernel(marble);
 * kernel.renderTile(prepare(style, seed, undefined, kernel), tile, out);
 */
export function createKernel(code: KernelCode): Kernel {
  const { memory, ...functions } = instantiate<KernelExports>(fromHex(code.wasm));
  let words = new Int32Array(memory.buffer);
  const room = (count: number): Int32Array => {
    const missing = 4 * count - memory.buffer.byteLength;
    if (missing > 0) {
      memory.grow(Math.ceil(missing / 65536));
      words = new Int32Array(memory.buffer);
    }
    return words;
  };
  const image = createImage(code, room);
  const canvasAt = stateAt(code) >> 2;
  const { state, type } = finishOf(code);
  /** The state in memory; and the canvas around it, when that is there too. */
  let held: object | undefined;
  let shown: Canvas | undefined;

  const begin = (s: object): void => {
    if (held === s) return;
    image.clear();
    image.take(image.sizeOf("Canvas"));
    held = s;
    shown = undefined;
  };

  /** Brings a state and what has changed in it. */
  const hold = (s: object): void => {
    begin(s);
    image.put(type, s, state >> 2);
  };

  const show = (canvas: Canvas): void => {
    if (shown === canvas) return;
    begin(canvas.finish.state);
    image.put("Canvas", canvas, canvasAt);
    shown = canvas;
  };

  /** Some arrays behind the image, a list of their addresses before them: the first words of list and arrays. */
  const arraysOf = (count: number, length: number): { list: number; at: number[] } => {
    const list = (image.end() + 3) & ~3;
    const first = list + ((count + 3) & ~3);
    const at = Array.from({ length: count }, (_, k) => first + k * length);
    room(first + count * length);
    for (let k = 0; k < count; k++) words[list + k] = 4 * at[k]!;
    return { list, at };
  };

  /** Copies places; what fills the last group up is the last place, which nobody reads again. */
  const putPlaces = (from: Int32Array, at: number): void => {
    words.set(from, at);
    words.fill(from[from.length - 1] ?? 0, at + from.length, (at + from.length + 3) & ~3);
  };

  /** Canvas columns of a row of samples, pixel after pixel, as often as there are rows. */
  const putColumns = ({ size, samples, x0, x1 }: Tile, rows: number, at: number): void => {
    const row = (x1 - x0) * samples * samples;
    room(at + rows * row + 3);
    for (let x = x0, n = at; x < x1; x++) {
      for (let sy = 0; sy < samples; sy++) {
        for (let sx = 0; sx < samples; sx++) words[n++] = sampleAt(x * samples + sx, size * samples);
      }
    }
    repeat(words, at, row, rows * row);
    words.fill(0, at + rows * row, at + rows * row + 3);
  };

  /** Canvas rows of the samples of a part, and grains: one for each pixel, or for each sample. */
  const putRows = ({ size, samples, x0, x1, y0, y1 }: Tile, ys: number, grains: number, each: number): void => {
    const shared = samples * samples;
    const length = (x1 - x0) * shared;
    let n = grains;
    for (let y = y0, at = ys; y < y1; y++, at += length) {
      for (let i = 0; i < shared; i++) words[at + i] = sampleAt(y * samples + div(i, samples), size * samples);
      repeat(words, at, shared, length);
      for (let x = x0; x < x1; x++) {
        const grain = (latticeHash(x, y, 7) & 31) - 16;
        for (let i = 0; i < each; i++) words[n++] = grain;
      }
    }
    // What fills the last group up is drawn and nobody reads it; it only must be a place.
    words.fill(0, n, n + 3);
    words.fill(0, ys + (y1 - y0) * length, ys + (y1 - y0) * length + 3);
  };

  const kernel: Kernel = {
    nodes(family, step, s, { ks, xs, ys }, into) {
      begin(s);
      for (const field of into) image.reserve(field);
      hold(s);
      const { list, at } = arraysOf(3 + into.length, (ks.length + 3) & ~3);
      putPlaces(xs, at[0]!);
      putPlaces(ys, at[1]!);
      putPlaces(ks, at[2]!);
      const fields = into.map((field) => image.reserve(field));
      for (const field of fields) words.fill(0, field, field + NODES * NODES);
      const node = functions[`node${family.steps.indexOf(step)}`]!;
      // Where a plate is narrow each row of nodes goes to its own place in the fields.
      for (let n = 0; n < ks.length; ) {
        let last = n + 1;
        while (last < ks.length && ks[last] === ks[last - 1]! + 1) last++;
        const groups = (last - n + 3) >> 2;
        for (let j = 0; j < 3; j++) words[list + j] = 4 * (at[j]! + n);
        for (let f = 0; f < fields.length; f++) words[list + 3 + f] = 4 * (fields[f]! + ks[n]!);
        node(state, 4 * list, groups);
        // The last group may reach beyond the row.
        for (const field of fields) words.fill(0, field + ks[last - 1]! + 1, field + ks[n]! + 4 * groups);
        n = last;
      }
      for (let f = 0; f < fields.length; f++) into[f]!.set(words.subarray(fields[f]!, fields[f]! + NODES * NODES));
    },
    values(family, step, s, i, { xs, ys }) {
      hold(s);
      const { list, at } = arraysOf(3, (xs.length + 3) & ~3);
      putPlaces(xs, at[0]!);
      putPlaces(ys, at[1]!);
      const value = step ? functions[`value${family.steps.indexOf(step)}`]! : functions.calm;
      value(state, 4 * list, (xs.length + 3) >> 2, i);
      return words.slice(at[2]!, at[2]! + xs.length);
    },
    renderTile: (piece, tile, out) => kernel.lightTile(piece, tile, toBytes(tile, out)),
    lightTile(piece, tile, sink) {
      const { size, samples, x0, x1, y0, y1 } = checkTile(tile);
      show(piece.canvas);
      const shared = samples * samples;
      // Where a pixel's samples fill whole groups they share its grain, and the kernel sums them.
      const summed = (shared & 3) === 0;
      // Columns are the same in all rows, so they are written once; a row is longer than a batch when it is very wide.
      const across = Math.min(x1 - x0, div(BATCH, shared));
      const down = across === 0 ? 1 : div(BATCH, across * shared);
      const { list, at } = arraysOf(7, BATCH + 4);
      const [ys, grains, red, green, blue, columns] = at.slice(1) as [number, number, number, number, number, number];
      putColumns(tile, down, columns);
      for (let y = y0; y < y1; y += down) {
        for (let x = x0; x < x1; x += across) {
          const part = { size, samples, x0: x, x1: Math.min(x1, x + across), y0: y, y1: Math.min(y1, y + down) };
          const pixels = (part.x1 - x) * (part.y1 - y);
          putRows(part, ys, grains, summed ? 1 : shared);
          words[list] = 4 * (columns + (x - x0) * shared);
          if (summed) functions.pixels(stateAt(code), 4 * list, pixels, shared >> 2);
          else functions.run(stateAt(code), 4 * list, (pixels * shared + 3) >> 2);
          let n = summed ? red : 0;
          for (let py = y; py < part.y1; py++) {
            for (let px = x; px < part.x1; px++) {
              if (summed) {
                sink(py * size + px, words[n]!, words[n + 1]!, words[n + 2]!);
                n += 3;
                continue;
              }
              let r = 0;
              let g = 0;
              let b = 0;
              for (let i = 0; i < shared; i++, n++) {
                r += words[red + n]!;
                g += words[green + n]!;
                b += words[blue + n]!;
              }
              sink(py * size + px, r, g, b);
            }
          }
        }
      }
    },
  };
  return kernel;
}

/** What `kernelModule` makes: each function takes `groups` of four samples through the arrays whose addresses stand at `arrays`. */
export type KernelExports = Record<"run" | "pixels" | "calm" | `node${number}` | `value${number}`, Entry> & {
  memory: { buffer: ArrayBuffer; grow(pages: number): number };
};
/** @param i the list of which a `value` is asked */
type Entry = (state: number, arrays: number, groups: number, i?: number) => void;

/** Repeats the first words of a part of memory until it is full. */
function repeat(words: Int32Array, start: number, period: number, length: number): void {
  for (let done = period; done < length; done *= 2) {
    words.copyWithin(start + done, start, start + Math.min(done, length - done));
  }
}

/** Samples of a batch: its arrays stay in the cache beside a piece's fields. */
const BATCH = 4096;

/** The address of the canvas in bytes. */
export function stateAt({ tables }: KernelCode): number {
  return tables.length >> 1;
}

/** The memory that a kernel reads for a canvas, or another first record: the tables, it and all that it holds, as the layouts say. */
export function imageOf(code: KernelCode, first: object, type = "Canvas"): Int32Array {
  let words = new Int32Array(1 << 16);
  const image = createImage(code, (count) => {
    if (count > words.length) {
      const more = new Int32Array(2 * count);
      more.set(words);
      words = more;
    }
    return words;
  });
  image.put(type, first, image.take(image.sizeOf(type)));
  return words.slice(0, image.end());
}

/** The finish in its canvas: its address in bytes, and its type. */
function finishOf(code: KernelCode): { state: number; type: string } {
  const fields = Object.entries(code.layouts.Canvas!);
  const before = fields.slice(
    0,
    fields.findIndex(([name]) => name === "finish"),
  );
  const { sizeOf } = createImage(code, (count) => new Int32Array(count));
  return {
    state: stateAt(code) + 4 * before.reduce((sum, [, type]) => sum + sizeOf(type), 0),
    type: code.layouts.Canvas!.finish!,
  };
}

/** Records and arrays as the words that a kernel reads. */
interface Image {
  /** Forgets all but the tables. */
  clear(): void;
  /** The first word behind everything. */
  end(): number;
  /** Gives the first of some words that nobody else has. */
  take(count: number): number;
  /** Words of a value inside a record. */
  sizeOf(type: string): number;
  /** The first word of a field's nodes, which are the caller's to write. */
  reserve(nodes: Int32Array): number;
  /** Writes a record and what it holds. Arrays that were there keep their places, and a field's nodes what they hold. */
  put(type: string, value: unknown, at: number): void;
}

/** @param room makes room for so many words and gives them all */
function createImage(code: KernelCode, room: (count: number) => Int32Array): Image {
  const tables = new Int32Array(fromHex(code.tables).buffer);
  const places = new Map<ArrayLike<unknown>, { start: number; length: number }>();
  const sizes = new Map<string, number>();
  const records = new Map(Object.entries(code.layouts).map(([type, fields]) => [type, Object.entries(fields)]));
  let end = 0;
  const image: Image = {
    clear() {
      places.clear();
      end = tables.length;
      room(end).set(tables);
    },
    end: () => end,
    take(count) {
      end += count;
      room(end);
      return end - count;
    },
    sizeOf(type) {
      const known = sizes.get(type);
      if (known !== undefined) return known;
      const fields = code.layouts[type];
      const size = type.endsWith("[]")
        ? 2
        : fields === undefined
          ? 1
          : Object.values(fields).reduce((sum, field) => sum + image.sizeOf(field), 0);
      sizes.set(type, size);
      return size;
    },
    reserve(nodes) {
      const known = places.get(nodes);
      // The last group of nodes may reach beyond the last node.
      return known ? known.start : placed(nodes, nodes.length + 3);
    },
    put(type, value, at) {
      if (type === "int") {
        room(end)[at] = Number(value);
        return;
      }
      const fields = records.get(type);
      if (fields === undefined) putArray(type.slice(0, -2), value as ArrayLike<unknown>, at);
      else {
        let next = at;
        for (const [name, field] of fields) {
          const part = (value as Record<string, unknown>)[name];
          if (type === "Field" && name === "nodes") putNodes(part as Int32Array, next);
          // A finish is its state.
          else image.put(field, name === "finish" ? (part as Finish).state : part, next);
          next += image.sizeOf(field);
        }
      }
    },
  };
  /** A new place for an array. */
  const placed = (array: ArrayLike<unknown>, count: number): number => {
    const start = image.take(count);
    places.set(array, { start, length: array.length });
    return start;
  };
  const putHeader = (at: number, start: number, length: number): void => {
    const words = room(end);
    words[at] = 4 * start;
    words[at + 1] = length;
  };
  const putArray = (of: string, list: ArrayLike<unknown>, at: number): void => {
    const stride = image.sizeOf(of);
    const known = places.get(list);
    const start = known && known.length >= list.length ? known.start : placed(list, stride * list.length);
    putHeader(at, start, list.length);
    if (of === "int") room(end).set(list as ArrayLike<number>, start);
    else for (let i = 0; i < list.length; i++) image.put(of, list[i], start + i * stride);
  };
  /** A field's nodes are many, and only `bake` writes them: what is there is right. */
  const putNodes = (nodes: Int32Array, at: number): void => {
    const known = places.has(nodes);
    const start = image.reserve(nodes);
    putHeader(at, start, nodes.length);
    if (!known) room(end).set(nodes, start);
  };
  image.clear();
  return image;
}
