/**
 * Draws a piece beside the page: takes style and seed, sends squares of pixels as they become ready, at last the hash of
 * the pixels. The picture is the renderer's own, bit for bit; only the order of the tiles is made for the eye.
 * @module
 */
import { pixelsHash, prepare, render, renderTile } from "@carrara/art/render";
import { parseStyle } from "@carrara/art/style";
import { fromHex } from "@carrara/base/bytes";
import { carvingOrder, cellBox, LEVELS } from "./carving.ts";

/** What the page asks for. `samples` x `samples` in each of `size` x `size` pixels. */
export interface CarveRequest {
  readonly styleHex: string;
  readonly seedHex: string;
  readonly size: number;
  readonly samples: number;
}

/** A square of the picture, RGBA. */
export interface Patch {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly rgba: Uint8ClampedArray<ArrayBuffer>;
}

export type CarveReply =
  | { readonly kind: "progress"; readonly done: number; readonly patches: readonly Patch[] }
  | { readonly kind: "done"; readonly sha256: string }
  | { readonly kind: "failed"; readonly message: string };

/** Time between two messages: enough to look continuous, seldom enough to cost nothing. */
const SEND_MS = 50;

self.onmessage = (message: MessageEvent<CarveRequest>) => {
  try {
    send({ kind: "done", sha256: carve(message.data) });
  } catch (error) {
    send({ kind: "failed", message: error instanceof Error ? error.message : String(error) });
  }
};

function carve({ styleHex, seedHex, size, samples }: CarveRequest): string {
  const piece = prepare(parseStyle(fromHex(plainHex(styleHex))), fromHex(plainHex(seedHex)));
  const pixels = new Uint8Array(size * size * 3);
  const coarse = new Map<number, Uint8Array>(
    LEVELS.map((cells) => [cells, render(piece, { size: cells, samples: 2 })]),
  );
  let patches: Patch[] = [];
  let drawn = 0;
  let sent = 0;
  const flush = () => {
    send({ kind: "progress", done: drawn / (size * size), patches });
    patches = [];
    sent = performance.now();
  };
  const paint = (cells: number, column: number, row: number) => {
    const colours = coarse.get(cells) as Uint8Array;
    const { x0, x1, y0, y1 } = cellBox(cells, column, row, size);
    if (x1 === x0 || y1 === y0) return;
    const at = (row * cells + column) * 3;
    const rgba = new Uint8ClampedArray((x1 - x0) * (y1 - y0) * 4);
    for (let i = 0; i < rgba.length; i += 4)
      rgba.set([colours[at] ?? 0, colours[at + 1] ?? 0, colours[at + 2] ?? 0, 255], i);
    patches.push({ x: x0, y: y0, width: x1 - x0, height: y1 - y0, rgba });
  };

  const first = LEVELS[0];
  for (let row = 0; row < first; row++) for (let column = 0; column < first; column++) paint(first, column, row);
  flush();
  for (const { cells, column, row, final } of carvingOrder()) {
    if (final) {
      const box = cellBox(cells, column, row, size);
      renderTile(piece, { size, samples, ...box }, pixels);
      patches.push(cut(pixels, size, box));
      drawn += (box.x1 - box.x0) * (box.y1 - box.y0);
    } else paint(cells, column, row);
    if (performance.now() - sent > SEND_MS) flush();
  }
  flush();
  return pixelsHash(pixels, size);
}

function cut(rgb: Uint8Array, size: number, box: { x0: number; x1: number; y0: number; y1: number }): Patch {
  const width = box.x1 - box.x0;
  const height = box.y1 - box.y0;
  const rgba = new Uint8ClampedArray(width * height * 4);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const from = ((box.y0 + y) * size + box.x0 + x) * 3;
      const to = (y * width + x) * 4;
      for (let channel = 0; channel < 3; channel++) rgba[to + channel] = rgb[from + channel] ?? 0;
      rgba[to + 3] = 255;
    }
  }
  return { x: box.x0, y: box.y0, width, height, rgba };
}

function plainHex(text: string): string {
  return text.replace(/^0x/, "");
}

function send(reply: CarveReply): void {
  postMessage(reply, { transfer: reply.kind === "progress" ? reply.patches.map((patch) => patch.rgba.buffer) : [] });
}
