/**
 * WebP and AVIF for the web, by libvips (npm `sharp`): small files for pages and wallets, whole in memory. What they show is
 * near the piece; the proof is the PNG.
 * @module
 */
import { fastest } from "@carrara/art/kernels";
import { canonical, recipeOf } from "@carrara/art/recipe";
import type { Piece } from "@carrara/art/render";
import { frameOf } from "@carrara/art/walk";
import { CarraraError } from "@carrara/base/errors";
import { drawBands, StoppedError, type Told, telling } from "./bands.ts";

/** Bytes of raw pixels that are held at most: one picture of 16,383 px, or 300 frames of 960. */
const RAW_LIMIT = 830_000_000;

/** WebP's own limit (14 bits), in pixels a side. */
const WEBP_LIMIT = 16383;

/** How a picture for the web is made. */
export interface WebForm {
  readonly kind: "webp" | "avif";
  readonly size: number;
  readonly samples: number;
  /** 1 to 100. */
  readonly quality: number;
  /** Every pixel as it was drawn; WebP only. */
  readonly lossless: boolean;
  /** More than 1: a looping walk; WebP only. */
  readonly frames: number;
  readonly fps: number;
}

/**
 * The file of a piece or of its walk, with sRGB profile and the recipe in its EXIF description.
 * @param told gets the recipe
 * @throws WebFormError for what a format cannot hold; StoppedError
 */
export async function* webOf(
  still: Piece,
  form: WebForm,
  signal: AbortSignal,
  told: Told = {},
): AsyncGenerator<Uint8Array> {
  const { kind, size, samples, frames, quality, lossless, fps } = form;
  const frame = size * size * 3;
  if (kind === "webp" && size > WEBP_LIMIT) throw new WebFormError(`WebP ends at ${WEBP_LIMIT} px a side.`);
  if (kind === "avif" && (frames > 1 || lossless)) throw new WebFormError("AVIF is written for still, lossy pictures.");
  if (frame * frames > RAW_LIMIT) throw new WebFormError(`${frames} frames of ${size} px are too much for memory.`);
  const pixels = new Uint8Array(frame * frames);
  const kernel = fastest(still.style.family);
  for (let k = 0; k < frames; k++) {
    const piece = frames === 1 ? still : frameOf(still, k, frames, kernel);
    const bands = drawBands(piece, { size, samples, depth: 8 }, signal);
    for await (const { y0, bytes } of telling(bands, size, told, k, frames)) {
      pixels.set(bytes, k * frame + y0 * size * 3);
    }
  }
  const { bytes: styleBytes } = still.style;
  told.recipe = recipeOf({ styleBytes, seed: still.seed, size, samples, pixels: pixels.subarray(0, frame) });
  const { default: sharp } = await import("sharp");
  const raw = { width: size, height: size * frames, channels: 3 as const, ...(frames > 1 ? { pageHeight: size } : {}) };
  const image = sharp(pixels, { raw, limitInputPixels: false })
    .withIccProfile("srgb")
    .withExif({ IFD0: { ImageDescription: canonical(told.recipe), Software: "Carrara" } });
  const encoded =
    kind === "avif"
      ? image.avif({ quality })
      : image.webp({
          quality,
          lossless,
          ...(frames > 1 ? { loop: 0, delay: Array<number>(frames).fill(Math.round(1000 / fps)) } : {}),
        });
  yield await unlessStopped(signal, encoded.toBuffer());
}

/** What the encoder gives. It cannot be stopped itself: who ends the work waits no longer, and its result is dropped. */
async function unlessStopped(signal: AbortSignal, encoded: Promise<Uint8Array>): Promise<Uint8Array> {
  let stop = () => {};
  const stopped = new Promise<never>((_, reject) => {
    stop = () => reject(new StoppedError());
  });
  if (signal.aborted) stop();
  signal.addEventListener("abort", stop);
  try {
    return await Promise.race([encoded, stopped]);
  } catch (error) {
    encoded.catch(() => {});
    if (error instanceof CarraraError) throw error;
    throw new EncoderError(error);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

/** A format is asked for what it does not hold. */
class WebFormError extends CarraraError {
  constructor(why: string) {
    super("bad-web-form", why, { hint: "Give a smaller --size, fewer --frames, or a file that ends in .png." });
  }
}

/** libvips gave up. */
class EncoderError extends CarraraError {
  constructor(cause: unknown) {
    const why = cause instanceof Error ? cause.message.trim() : String(cause);
    super("encoder-failed", `The encoder failed: ${why}.`, {
      hint: "Give a smaller --size, fewer --frames, or a file that ends in .png, which needs little memory.",
      cause,
    });
  }
}
