/**
 * A thread that draws: by the kernel of the style's family, or by the reference where the engine has no vectors.
 * @module
 */
import { parentPort } from "node:worker_threads";
import { deflateSync } from "node:zlib";
import { fastest } from "@carrara/art/kernels";
import { encodePng } from "@carrara/art/png";
import { canonical, recipeOf } from "@carrara/art/recipe";
import { type Piece, pixelsHash, prepare, toBytes } from "@carrara/art/render";
import { parseStyle } from "@carrara/art/style";
import { equal } from "@carrara/base/bytes";
import type { Drawing, Drawn } from "@carrara/core/ports/renderer";
import type { Answer, Task } from "./renderer.ts";

/** The piece of the last picture: bands of one picture come one after the other. */
let last: { style: Uint8Array; seed: Uint8Array; piece: Piece } | undefined;

parentPort?.on("message", (task: Task) => parentPort?.postMessage(answerTo(task)));

function answerTo({ drawing, rows, pixels }: Task): Answer {
  try {
    if (pixels) return fileOf(drawing, pixels);
    const [y0, y1] = rows ?? [0, drawing.size];
    const band = draw(drawing, y0, y1);
    return rows ? { band } : fileOf(drawing, band);
  } catch (error) {
    const { code, message, hint } = error as { code?: string; message: string; hint?: string };
    return { fault: { code: code ?? "render-failed", message, ...(hint ? { hint } : {}) } };
  }
}

function draw({ styleBytes, seed, size, samples }: Drawing, y0: number, y1: number): Uint8Array {
  const kept = last !== undefined && equal(last.style, styleBytes) && equal(last.seed, seed);
  const style = kept ? last!.piece.style : parseStyle(styleBytes);
  const kernel = fastest(style.family);
  const piece = kept ? last!.piece : prepare(style, seed, undefined, kernel);
  last = { style: styleBytes, seed, piece };
  const pixels = new Uint8Array((y1 - y0) * size * 3);
  const put = toBytes({ size, samples }, pixels);
  kernel.lightTile(piece, { size, samples, x0: 0, x1: size, y0, y1 }, (at, red, green, blue) =>
    put(at - y0 * size, red, green, blue),
  );
  return pixels;
}

function fileOf({ styleBytes, seed, size, samples }: Drawing, pixels: Uint8Array): Drawn {
  const pixelsSha256 = pixelsHash(pixels, size);
  const recipe = canonical(recipeOf({ styleBytes, seed, size, samples, pixels: pixelsSha256 }));
  return { png: encodePng(pixels, size, { recipe }, (bytes) => deflateSync(bytes)), pixelsSha256 };
}
