/**
 * Gradient noise on a hashed lattice: 16 directions, quintic fade, all int32.
 * The hash is the mixing step of MurmurHash3 (Austin Appleby), the directions are multiples of 22.5 degrees.
 * @module
 */
import { dot16, halves, sub16 } from "./halves.ts";
import { ONE } from "./integer.ts";

/** 32 well mixed bits of a lattice point. */
export function latticeHash(x: number, y: number, seed: number): number {
  return finish(Math.imul(x, KX) ^ Math.imul(y, KY) ^ Math.imul(seed + 1, KS));
}

/**
 * Noise at a place in Q13 (one lattice cell = 8192), about -8192 to 8192, never beyond +-12288.
 * @param seed any int32; different seeds give unrelated noise
 */
export function noise(x: number, y: number, seed: number): number {
  return noiseIn(x >> 13, y >> 13, seed, x & 8191, y & 8191);
}

/** Noise at a place in a cell of the lattice. */
function noiseIn(cellX: number, cellY: number, seed: number, fx: number, fy: number): number {
  const u = fade(fx);
  const v = fade(fy);
  const left = Math.imul(cellX, KX);
  const right = (left + KX) | 0;
  const s = Math.imul(seed + 1, KS);
  const row = Math.imul(cellY, KY);
  const top = row ^ s;
  const bottom = (row + KY) ^ s;
  const a = gradient(left ^ top, fx, fy);
  const b = gradient(right ^ top, fx - ONE, fy);
  const c = gradient(left ^ bottom, fx, fy - ONE);
  const d = gradient(right ^ bottom, fx - ONE, fy - ONE);
  const ab = a + (Math.imul(b - a, u) >> 13);
  const cd = c + (Math.imul(d - c, u) >> 13);
  return ((ab + (Math.imul(cd - ab, v) >> 13)) * 3) >> 1;
}

/** `octaves` layers of noise: each has half the height, twice the frequency, another origin and seed. */
export function fractal(x: number, y: number, seed: number, octaves: number): number {
  let sum = 0;
  let px = x;
  let py = y;
  for (let k = 0; k < octaves; k++) {
    sum += noise(px, py, seed + k * 17) >> k;
    px = ((px << 1) + 1237) | 0;
    py = ((py << 1) - 911) | 0;
  }
  return sum;
}

const KX = 0x27d4eb2d;
const KY = 0x165667b1;
const KS = 0x9e3779b1 | 0;

/** round(4096 cos(i * 22.5 degrees)); the sine is the same list four places on. */
const COSINES = [4096, 3784, 2896, 1567, 0, -1567, -2896, -3784, -4096, -3784, -2896, -1567, 0, 1567, 2896, 3784];
const GX = Int32Array.from(COSINES);
const GY = Int32Array.from(COSINES, (_, i) => COSINES[(i + 12) & 15]!);
/** Both in one word. */
export const DIRECTIONS = GX.map((x, i) => halves(x, GY[i]!));

/** 6t^5 - 15t^4 + 10t^3 in Q13 (Perlin 2002), 0 <= t < 8192. A kernel calculates it; here a table is faster. */
export function fadeOf(t: number): number {
  const square = dot16(t, t);
  const cube = dot16(square >> 13, t) >> 13;
  // 6t^2 - 15t + 10; 15t and 10 are whole, so only the square is cut.
  const rest = (((square << 2) + (square << 1)) >> 13) - (t << 4) + t + 10 * ONE;
  return Math.imul(cube, rest) >> 13;
}

const FADE = Int32Array.from({ length: ONE }, (_, t) => fadeOf(t));

function fade(t: number): number {
  return FADE[t]!;
}

function finish(mixed: number): number {
  let h = mixed;
  h = Math.imul(h ^ (h >>> 15), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

function gradient(mixed: number, dx: number, dy: number): number {
  const h = finish(mixed) & 15;
  return (Math.imul(GX[h]!, dx) + Math.imul(GY[h]!, dy)) >> 12;
}

/**
 * {@link noiseIn} as a kernel does it: both parts of a place in one word, and products of two int16, which cost a vector half.
 * Gradients reach 11,586 at most, so two of them lie less than 2^15 apart.
 */
export function noiseOf(cellX: number, cellY: number, seed: number, fx: number, fy: number): number {
  const u = fadeOf(fx);
  const v = fadeOf(fy);
  const left = Math.imul(cellX, KX);
  const right = (left + KX) | 0;
  const s = Math.imul(seed + 1, KS);
  const row = Math.imul(cellY, KY);
  const top = row ^ s;
  const bottom = (row + KY) ^ s;
  const place = fx | (fy << 16);
  const a = dot16(DIRECTIONS[finish(left ^ top) & 15]!, place) >> 12;
  const b = dot16(DIRECTIONS[finish(right ^ top) & 15]!, sub16(place, 0x00002000)) >> 12;
  const c = dot16(DIRECTIONS[finish(left ^ bottom) & 15]!, sub16(place, 0x20000000)) >> 12;
  const d = dot16(DIRECTIONS[finish(right ^ bottom) & 15]!, sub16(place, 0x20002000)) >> 12;
  const ab = a + (dot16(b - a, u) >> 13);
  const cd = c + (dot16(d - c, u) >> 13);
  const n = ab + (dot16(cd - ab, v) >> 13);
  return ((n << 1) + n) >> 1;
}
