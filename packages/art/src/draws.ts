/**
 * From a seed to every chance of a piece: hash first (a share's hash begins with zeros), then fixed bytes of the hash.
 * @module
 */
import { concat } from "@carrara/base/bytes";
import { CarraraError } from "@carrara/base/errors";
import { keccak_256 } from "@noble/hashes/sha3.js";

/** keccak256 of the style's format byte and the 32 seed bytes: the source of every draw. */
export function drawHash(format: number, seed: Uint8Array): Uint8Array {
  if (seed.length !== 32) throw new BadSeedError(seed.length);
  return keccak_256(concat(Uint8Array.of(format), seed));
}

/** Latents and noise lattice; the calm rule may draw them again, nothing else. */
export interface Latents {
  /** Eight int8. */
  readonly z: Int8Array;
  /** 16 bits. */
  readonly lattice: number;
}

/** Draw k of latents and lattice: k = 0 from the hash itself, k = 1, 2, 3 from keccak256(hash, k). */
export function latentsOf(hash: Uint8Array, k: number): Latents {
  const h = k === 0 ? hash : keccak_256(concat(hash, Uint8Array.of(k)));
  return { z: Int8Array.from(h.subarray(0, 8)), lattice: (h[8]! << 8) | h[9]! };
}

/** Which option a hash byte picks when a style allows the thresholds `low` to `high`. */
export function pickByte(byte: number, low: number, high: number): number {
  return low + ((byte * (high - low + 1)) >> 8);
}

/** Integer draws in written order: Mulberry32 (Tommy Ettinger, 2017). Whoever draws changes it. */
export interface Generator {
  state: number;
}

/** Started from bytes 12 to 15 of the draw hash, most significant first. */
export function generator(hash: Uint8Array): Generator {
  return { state: (hash[12]! << 24) | (hash[13]! << 16) | (hash[14]! << 8) | hash[15]! };
}

/** The next 32 bits, 0 to 2^32 - 1. */
export function u32(g: Generator): number {
  g.state = (g.state + 0x6d2b79f5) | 0;
  let t = g.state;
  t = Math.imul(t ^ (t >>> 15), t | 1);
  t ^= (t + Math.imul(t ^ (t >>> 7), t | 61)) | 0;
  return (t ^ (t >>> 14)) >>> 0;
}

/** 0 to n - 1, by remainder. */
export function below(g: Generator, n: number): number {
  return u32(g) % n;
}

/** `low` to `high`, both possible. */
export function range(g: Generator, low: number, high: number): number {
  return low + below(g, high - low + 1);
}

/** True n times in 256. */
export function chance(g: Generator, n: number): boolean {
  return (u32(g) & 255) < n;
}

/** A seed that is not 32 bytes. */
export class BadSeedError extends CarraraError {
  constructor(length: number) {
    super("bad-seed", `A seed of ${length} bytes was given.`, {
      hint: "Give the token id as 32 big-endian bytes.",
    });
  }
}
