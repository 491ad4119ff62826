/**
 * What a picture is like, in whole numbers, for search and taste: read from a thumbnail of 64 px, the same on every
 * machine. Each number carries its source; SPEC.md, Descriptors, says how it is made.
 * @module
 */
import { CarraraError } from "@carrara/base/errors";
import { cubeRoot, ENCODE, LINEAR, toLab } from "./colour.ts";
import { clamp, cosine, div, root } from "./integer.ts";

/** Per mille, except where said otherwise. */
export interface Descriptors {
  /**
   * Leaves of a quadtree whose cells hold one colour (Jamzad and Yaghmaee 2006: quadtrees agree with how complex people
   * call a picture). 0: one colour; 1000: no four neighbours alike.
   */
  readonly complexity: number;
  /** The best of left and right, top and bottom, half a turn: 1000 mirrored, 0 where light faces dark. */
  readonly symmetry: number;
  /** -1000 to 1000: mean of C cos(h - 50 degrees) (Ou, Luo, Woodcock and Wright 2004), in OKLab, 1000 being chroma 0.25. */
  readonly warmth: number;
  /** Standard deviation of lightness (RMS contrast, Peli 1990) over half the range; 959: half black, half white. */
  readonly contrast: number;
  /** Where the Haar wavelet energy of lightness lies: 0 single pixels, 200 pairs, 1000 halves of the picture. */
  readonly scale: number;
  /** Hasler and Suesstrunk 2003, M in tenths: 150 slightly, 590 quite, 1090 extremely colourful. */
  readonly colourfulness: number;
  /** How near the centre of visual mass is (Huebner and Fillinger 2016): 1000 in the middle, 0 at an edge. */
  readonly balance: number;
}

/** What tells near twins: where which colour lies, and the form of the light. */
export interface Signature {
  /** L, a, b of 8 x 8 cells, one byte each: L / 16, and a, b / 8 from 128. After MPEG-7's colour layout. */
  readonly layout: Uint8Array;
  /** Signs of 255 low frequencies of lightness, 8 words. After pHash (Zauner 2010). */
  readonly form: Int32Array;
}

/** Pixels a side of the thumbnail that is looked at. */
const SIDE = 64;
const AREA = SIDE * SIDE;
/** Least difference of lightness (Q12) or of a or b (half of it) that splits a cell: twice the grain and tooth of paper. */
const ALIKE = 192;

/**
 * Describes a picture (under a millisecond).
 * @param rgb RGB of a square, row after row
 * @param size its side, 16 to 512; 64 is the measure, others are averaged to it in linear light
 * @throws BadThumbnailError
 * @example describe(render(piece, { size: 64, samples: 2 }), 64).warmth
 */
export function describe(rgb: Uint8Array, size: number): Descriptors {
  const thumbnail = toSide(rgb, size);
  const lab = labPlanes(thumbnail);
  const energies = haar(lab[0]);
  const energy = energies.reduce((a, b) => a + b);
  const moment = energies.reduce((sum, e, level) => sum + e * level, 0);
  return {
    complexity: div((leaves(lab) - 1) * 1000, AREA - 1),
    symmetry: symmetry(lab),
    warmth: warmth(lab),
    contrast: Math.min(1000, div(root(div(energy, AREA)) * 1000, 2048)),
    scale: energy === 0 ? 0 : Math.floor((moment * 200) / energy),
    colourfulness: colourfulness(thumbnail),
    balance: balance(lab),
  };
}

/**
 * The signature of a picture, for {@link distance}.
 * @param rgb, size as in {@link describe}
 */
export function signatureOf(rgb: Uint8Array, size: number): Signature {
  const lab = labPlanes(toSide(rgb, size));
  return { layout: layoutOf(lab), form: formOf(lab[0]) };
}

/**
 * How far apart two pictures look: half the number of frequencies whose sign differs, and the mean difference of the 64
 * cells in 256ths of the range from black to white. 0 is the same; chance is 64 and more.
 * @param most above this the count may end early, with any number above it
 */
export function distance(a: Signature, b: Signature, most = Number.POSITIVE_INFINITY): number {
  let signs = 0;
  for (let i = 0; i < 8; i++) signs += ones(a.form[i]! ^ b.form[i]!);
  if (signs >> 1 > most) return signs >> 1;
  let apart = 0;
  for (let i = 0; i < 192; i++) apart += Math.abs(a.layout[i]! - b.layout[i]!);
  return (signs >> 1) + (apart >> 6);
}

type Planes = readonly [Int32Array, Int32Array, Int32Array];

/** Averages any square to 64 x 64 in linear light; a square of 64 stays as it is. */
function toSide(rgb: Uint8Array, size: number): Uint8Array {
  if (!Number.isInteger(size) || size < 16 || size > 512 || rgb.length !== size * size * 3) {
    throw new BadThumbnailError(rgb.length, size);
  }
  if (size === SIDE) return rgb;
  const out = new Uint8Array(AREA * 3);
  for (let y = 0; y < SIDE; y++) {
    for (let x = 0; x < SIDE; x++) {
      const sums = [0, 0, 0];
      // In units of 1/64 source pixel a source pixel is 64 wide and a cell is `size` wide.
      for (let sy = div(y * size, SIDE); sy * SIDE < (y + 1) * size; sy++) {
        const high = Math.min((sy + 1) * SIDE, (y + 1) * size) - Math.max(sy * SIDE, y * size);
        for (let sx = div(x * size, SIDE); sx * SIDE < (x + 1) * size; sx++) {
          const share = high * (Math.min((sx + 1) * SIDE, (x + 1) * size) - Math.max(sx * SIDE, x * size));
          for (let c = 0; c < 3; c++) sums[c] = sums[c]! + share * LINEAR[rgb[(sy * size + sx) * 3 + c]!]!;
        }
      }
      for (let c = 0; c < 3; c++) out[(y * SIDE + x) * 3 + c] = ENCODE[Math.floor(sums[c]! / (size * size))]!;
    }
  }
  return out;
}

function labPlanes(rgb: Uint8Array): Planes {
  roots ??= Int16Array.from({ length: 16385 }, (_, n) => cubeRoot(n));
  const table = roots;
  const cbrt = (n: number) => table[n]!;
  const planes = [new Int32Array(AREA), new Int32Array(AREA), new Int32Array(AREA)] as const;
  const [light, a, b] = planes;
  const lab = new Int32Array(3);
  for (let i = 0; i < AREA; i++) {
    toLab(lab, LINEAR[rgb[3 * i]!]!, LINEAR[rgb[3 * i + 1]!]!, LINEAR[rgb[3 * i + 2]!]!, cbrt);
    light[i] = lab[0]!;
    a[i] = lab[1]!;
    b[i] = lab[2]!;
  }
  return planes;
}

/** All cube roots, made when the first picture is described: it needs 12,288 of them. */
let roots: Int16Array | undefined;

/** Cells of one colour: a cell that is not is cut into four. */
function leaves(planes: Planes): number {
  const bounds = planes.map((plane) => ({ low: plane.slice(), high: plane.slice() }));
  const counts = new Int32Array(AREA).fill(1);
  // Cell `at` of the next level is written over a cell that has been read: the four corners never lie before it.
  for (let side = SIDE; side > 1; side >>= 1) {
    const half = side >> 1;
    for (let at = 0; at < half * half; at++) {
      const p = div(at, half) * 2 * side + (at % half) * 2;
      const q = p + side;
      let alike = true;
      for (let c = 0; c < 3; c++) {
        const { low, high } = bounds[c]!;
        const least = Math.min(low[p]!, low[p + 1]!, low[q]!, low[q + 1]!);
        const most = Math.max(high[p]!, high[p + 1]!, high[q]!, high[q + 1]!);
        low[at] = least;
        high[at] = most;
        if (most - least >= (c === 0 ? ALIKE : ALIKE >> 1)) alike = false;
      }
      counts[at] = alike ? 1 : counts[p]! + counts[p + 1]! + counts[q]! + counts[q + 1]!;
    }
  }
  return counts[0]!;
}

/**
 * Difference of opposite places over the most that it can be by the triangle inequality: their differences from the mean.
 * Equal to 0 for a mirror, to 1 where every place is as far above the mean as its opposite is below.
 */
function symmetry(planes: Planes): number {
  let apart = 0;
  let leftRight = 0;
  let topBottom = 0;
  let halfTurn = 0;
  for (const plane of planes) {
    const mean = meanOf(plane);
    for (let y = 0; y < SIDE; y++) {
      const opposite = AREA - SIDE - y * SIDE;
      for (let x = 0; x < SIDE; x++) {
        const here = plane[y * SIDE + x]!;
        apart += 2 * Math.abs(here - mean);
        leftRight += Math.abs(here - plane[y * SIDE + SIDE - 1 - x]!);
        topBottom += Math.abs(here - plane[opposite + x]!);
        halfTurn += Math.abs(here - plane[opposite + SIDE - 1 - x]!);
      }
    }
  }
  if (apart === 0) return 1000;
  return clamp(1000 - div(Math.min(leftRight, topBottom, halfTurn) * 1000, apart), 0, 1000);
}

/** cos 50 and sin 50 degrees in Q12 are 2633 and 3138; chroma 0.25 is 1024, and 4195 is 4096 * 1024 / 1000. */
function warmth([, a, b]: Planes): number {
  return clamp(div(2633 * meanOf(a) + 3138 * meanOf(b), 4195), -1000, 1000);
}

/**
 * Energy of lightness at six scales, from single pixels to halves: for cells of four, the squares of the four means less
 * the square of theirs. The sum over all scales is 4096 times the variance.
 */
function haar(light: Int32Array): number[] {
  const energies: number[] = [];
  const sums = light.slice();
  for (let side = SIDE, level = 0; side > 1; side >>= 1, level++) {
    const half = side >> 1;
    let energy = 0;
    for (let at = 0; at < half * half; at++) {
      const p = div(at, half) * 2 * side + (at % half) * 2;
      const [a, b, c, d] = [sums[p]!, sums[p + 1]!, sums[p + side]!, sums[p + side + 1]!];
      const sum = a + b + c + d;
      energy += 4 * (a * a + b * b + c * c + d * d) - sum * sum;
      sums[at] = sum;
    }
    energies.push(Math.floor(energy / 4 ** (level + 1)));
  }
  return energies;
}

/** On the opponents R - G and (R + G) / 2 - B of the bytes, both doubled so that they are whole. */
function colourfulness(rgb: Uint8Array): number {
  let m0 = 0;
  let m1 = 0;
  let squares = 0;
  for (let i = 0; i < AREA; i++) {
    const red = rgb[3 * i]!;
    const green = rgb[3 * i + 1]!;
    const redGreen = 2 * (red - green);
    const yellowBlue = red + green - 2 * rgb[3 * i + 2]!;
    m0 += redGreen;
    m1 += yellowBlue;
    squares += redGreen * redGreen + yellowBlue * yellowBlue;
  }
  // Twice the standard deviation, in 16ths; twice the mean, in 16ths.
  const spread = root(Math.floor((squares * AREA - m0 * m0 - m1 * m1) / (AREA * AREA)) * 256);
  const mean = root(Math.floor((m0 * m0 + m1 * m1) / (AREA * AREA)) * 256);
  return div(spread * 10 + mean * 3, 32);
}

/** Mass is how far a place is from the mean colour; a half side off the middle leaves nothing. */
function balance([light, a, b]: Planes): number {
  const [L, A, B] = [meanOf(light), meanOf(a), meanOf(b)];
  let mass = 0;
  let across = 0;
  let down = 0;
  for (let i = 0; i < AREA; i++) {
    const weight = Math.abs(light[i]! - L) + Math.abs(a[i]! - A) + Math.abs(b[i]! - B);
    mass += weight;
    across += weight * (2 * (i % SIDE) + 1 - SIDE);
    down += weight * (2 * (i >> 6) + 1 - SIDE);
  }
  if (mass === 0) return 1000;
  // Off the middle in 256ths of a pixel, doubled; the half side is 64 * 256 so.
  const [x, y] = [Math.trunc((across * 256) / mass), Math.trunc((down * 256) / mass)];
  return Math.max(0, 1000 - div(root(x * x + y * y) * 1000, SIDE * 256));
}

function layoutOf(planes: Planes): Uint8Array {
  const sums = new Int32Array(192);
  for (const [c, plane] of planes.entries()) {
    for (let i = 0; i < AREA; i++) {
      const cell = ((i >> 9) * 8 + ((i & 63) >> 3)) * 3 + c;
      sums[cell] = sums[cell]! + plane[i]!;
    }
  }
  // 64 pixels a cell: L >> 6 >> 4, a and b >> 6 >> 3.
  return Uint8Array.from(sums, (sum, i) => (i % 3 === 0 ? Math.min(255, sum >> 10) : clamp((sum >> 9) + 128, 0, 255)));
}

/** cos((2x + 1) u pi / 64) in Q13, u = 0..15, x = 0..31. */
const COSINES: Int32Array = Int32Array.from({ length: 16 * 32 }, (_, k) => cosine((2 * (k & 31) + 1) * (k >> 5) * 64));

/** Signs of the discrete cosine transform of 32 x 32 means: bit 16v + u of frequencies u, v = 0..15; bit 0, the mean, is 0. */
function formOf(light: Int32Array): Int32Array {
  // Whole numbers below 2^50, exact in doubles.
  const rows = new Float64Array(32 * 16);
  for (let y = 0; y < 32; y++) {
    for (let u = 0; u < 16; u++) {
      let sum = 0;
      for (let x = 0; x < 32; x++) {
        const at = y * 128 + 2 * x;
        sum += (light[at]! + light[at + 1]! + light[at + 64]! + light[at + 65]!) * COSINES[u * 32 + x]!;
      }
      rows[y * 16 + u] = sum;
    }
  }
  const form = new Int32Array(8);
  for (let bit = 1; bit < 256; bit++) {
    let sum = 0;
    for (let y = 0; y < 32; y++) sum += rows[y * 16 + (bit & 15)]! * COSINES[(bit >> 4) * 32 + y]!;
    if (sum > 0) form[bit >> 5] = form[bit >> 5]! | (1 << (bit & 31));
  }
  return form;
}

function meanOf(plane: Int32Array): number {
  let sum = 0;
  for (const value of plane) sum += value;
  return div(sum, AREA);
}

function ones(word: number): number {
  let n = word - ((word >>> 1) & 0x55555555);
  n = (n & 0x33333333) + ((n >>> 2) & 0x33333333);
  return Math.imul((n + (n >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/** Bytes that are no square picture of a size that can be described. */
class BadThumbnailError extends CarraraError {
  constructor(length: number, size: number) {
    super("bad-thumbnail", `${length} bytes at ${size} px a side cannot be described.`, {
      hint: "Give RGB, size x size x 3 bytes, of 16 to 512 px a side.",
    });
  }
}
