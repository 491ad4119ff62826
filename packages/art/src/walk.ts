/**
 * A walk in latent space: the piece as it would be if its eight latents were a little different, going round and coming
 * home, so that the frames loop. Everything else of the piece stays: lattice, composition, palette, traits.
 * @module
 */
import { concat } from "@carrara/base/bytes";
import { keccak_256 } from "@noble/hashes/sha3.js";
import { type Baker, PLAIN } from "./bake.ts";
import { drawHash } from "./draws.ts";
import { clamp, cosine, div, mul, ONE, sine } from "./integer.ts";
import { type Piece, prepare } from "./render.ts";

/** Frames of the longest walk. */
export const FRAME_LIMIT = 1024;

/** How far a latent goes to either side, at most; they are int8. */
const REACH = 28;

/**
 * Frame k of n. Frame 0 is the piece itself; frame n would be frame 0 again.
 * @param still the piece, as `prepare` gives it
 * @example for (let k = 0; k < 48; k++) kernel.renderTile(frameOf(still, k, 48, kernel), tile, out);
 */
export function frameOf(still: Piece, k: number, n: number, by: Baker = PLAIN): Piece {
  const { style, seed, latents } = still;
  const way = keccak_256(concat(drawHash(style.format, seed), Uint8Array.of(4)));
  const turn = div(ONE * k, n);
  const z = latents.z.map((home, i) => {
    // An ellipse through home: its two half axes are bytes of the hash.
    const out = mul(ONE - cosine(turn), REACH * (way[i]! - 128));
    const aside = mul(sine(turn), REACH * (way[8 + i]! - 128));
    return clamp(home + ((out + aside) >> 7), -128, 127);
  });
  return prepare(style, seed, { z, lattice: latents.lattice }, by);
}
