/**
 * The thread that draws.
 * @module
 */
import { parentPort } from "node:worker_threads";
import { deflateSync } from "node:zlib";
import { encodePng } from "@carrara/art/png";
import { canonical, recipeOf } from "@carrara/art/recipe";
import { pixelsHash, prepare, render } from "@carrara/art/render";
import { parseStyle } from "@carrara/art/style";
import type { Drawing } from "@carrara/core/ports/renderer";

parentPort?.on("message", ({ drawing }: { drawing: Drawing }) => {
  try {
    const { styleBytes, seed, size, samples } = drawing;
    const pixels = render(prepare(parseStyle(styleBytes), seed), { size, samples });
    const pixelsSha256 = pixelsHash(pixels, size);
    const recipe = canonical(recipeOf({ styleBytes, seed, size, samples, pixels: pixelsSha256 }));
    const png = encodePng(pixels, size, { recipe }, (bytes) => deflateSync(bytes));
    parentPort?.postMessage({ png, pixelsSha256 });
  } catch (error) {
    const { code, message, hint } = error as { code?: string; message: string; hint?: string };
    parentPort?.postMessage({ fault: { code: code ?? "render-failed", message, hint } });
  }
});
