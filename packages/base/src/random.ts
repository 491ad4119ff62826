/**
 * A seeded generator for tests, simulations and anything else that must come out the same again.
 * Not for secrets.
 * @module
 */

/** Draws from one seed; the same seed gives the same draws on every machine. */
export interface Random {
  /** The next 32 bits, 0 to 2^32 - 1. */
  u32(): number;
  /** A whole number from 0 to n - 1 (n up to 2^32), without bias. */
  below(n: number): number;
  /** `length` bytes. */
  bytes(length: number): Uint8Array;
}

/**
 * SFC32 (Chris Doty-Humphrey, PractRand), seeded from one 32-bit number, first 12 outputs dropped.
 * @example seeded(7).below(6) // a fair die, the same each run
 */
export function seeded(seed: number): Random {
  let a = 0x9e3779b9;
  let b = 0x243f6a88;
  let c = seed | 0;
  let counter = 1;
  const u32 = () => {
    const t = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + t) | 0;
    return t >>> 0;
  };
  for (let i = 0; i < 12; i++) u32();
  const below = (n: number) => {
    const limit = 0x100000000 - (0x100000000 % n);
    for (;;) {
      const draw = u32();
      if (draw < limit) return draw % n;
    }
  };
  const bytes = (length: number) => Uint8Array.from({ length }, () => u32() >>> 24);
  return { u32, below, bytes };
}
