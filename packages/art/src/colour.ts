/**
 * Integer colour: OKLab (Bjorn Ottosson, 2020) in Q12, linear light in Q14, sRGB bytes (IEC 61966-2-1).
 * One table of 256 numbers is all that was ever made with floats; tool/tables.ts makes it, SPEC.md has its hash.
 * @module
 */
import { clamp } from "./integer.ts";

/** An OKLab colour: L, a, b in Q12 (L = 4096 is white). */
export type Lab = Int32Array;

/** A colour that is being made: three numbers that the callee may change. */
export type Colour = Int32Array;

/** Differences of neighbours in {@link LINEAR}, one byte each; the first entry is 0. */
const LINEAR_STEPS =
  "05050505050505050505050506060607070708080808090a090a0b0a0b0c0b0d0c0d0d0e0e0f0e100f101111111212121314" +
  "131514151616161718171918191a1a1b1b1b1c1c1d1e1e1e1f1f20202121222223242325252526262727282929292b2a2b2c" +
  "2c2d2d2e2e2f3030313131333333343436353637383838393a3a3b3c3c3c3e3d3f3f40404141424343444445464647484849" +
  "494a4b4b4c4d4d4e4e504f5151515353535554565657585859595a5b5c5c5d5d5e5f6060616163626464656666676868696a" +
  "6b6b6c6c6d6e6f6f70717272737375757577777879797a7b7b7c7d7e7e807f8181838284848586868888888a8a8b8c8c8e8e" +
  "8e90909192";

/** Linear light of each sRGB byte, round(16384 * linear). */
export const LINEAR: Int32Array = unpackLinear();

/** sRGB byte of linear light in Q14 (0 to 16384): the byte whose linear light is nearest, the higher one on a tie. */
export const ENCODE: Uint8Array = encodeTable();

/** OKLab of an sRGB colour. */
export function labOf(red: number, green: number, blue: number): Lab {
  const out = new Int32Array(3);
  toLab(out, LINEAR[red]!, LINEAR[green]!, LINEAR[blue]!, cubeRoot);
  return out;
}

/**
 * Writes the OKLab colour of linear light (Q14).
 * @param cbrt {@link cubeRoot}, or a table of it
 */
export function toLab(out: Colour, r: number, g: number, b: number, cbrt: (n: number) => number): void {
  const l = cbrt((Math.imul(r, 6754) + Math.imul(g, 8787) + Math.imul(b, 843)) >> 14);
  const m = cbrt((Math.imul(r, 3472) + Math.imul(g, 11153) + Math.imul(b, 1759)) >> 14);
  const s = cbrt((Math.imul(r, 1447) + Math.imul(g, 4616) + Math.imul(b, 10321)) >> 14);
  out[0] = (Math.imul(l, 3448) + Math.imul(m, 13003) - Math.imul(s, 67)) >> 14;
  out[1] = (Math.imul(l, 32407) - Math.imul(m, 39790) + Math.imul(s, 7383)) >> 14;
  out[2] = (Math.imul(l, 424) + Math.imul(m, 12825) - Math.imul(s, 13249)) >> 14;
}

/** Turns OKLab into linear light (Q14, held to 0..16384); L is held to 0..4096, a and b to +-1400 first. */
export function toLinear(out: Colour): void {
  const L = clamp(out[0]!, 0, 4096) << 12;
  const a = clamp(out[1]!, -1400, 1400);
  const b = clamp(out[2]!, -1400, 1400);
  const l = cube((L + 1623 * a + 884 * b) >> 12);
  const m = cube((L - 432 * a - 262 * b) >> 12);
  const s = cube((L - 366 * a - 5290 * b) >> 12);
  out[0] = clamp((16698 * l - 13549 * m + 946 * s) >> 12, 0, 16384);
  out[1] = clamp((-5196 * l + 10690 * m - 1399 * s) >> 12, 0, 16384);
  out[2] = clamp((-17 * l - 2881 * m + 6995 * s) >> 12, 0, 16384);
}

/** Sets `out` to a colour. */
export function paint(out: Colour, colour: Lab): void {
  out[0] = colour[0]!;
  out[1] = colour[1]!;
  out[2] = colour[2]!;
}

/** Moves `out` toward `colour` by t (Q13). */
export function blend(out: Colour, colour: Lab, t: number): void {
  const L = out[0]!;
  const a = out[1]!;
  const b = out[2]!;
  out[0] = L + (Math.imul(colour[0]! - L, t) >> 13);
  out[1] = a + (Math.imul(colour[1]! - a, t) >> 13);
  out[2] = b + (Math.imul(colour[2]! - b, t) >> 13);
}

/** Scales all three by k (Q13): darker or lighter at the same hue. */
export function dim(out: Colour, k: number): void {
  out[0] = Math.imul(out[0]!, k) >> 13;
  out[1] = Math.imul(out[1]!, k) >> 13;
  out[2] = Math.imul(out[2]!, k) >> 13;
}

/** The colour at t (Q13, 0 to 8191) along the first five colours of a palette. */
export function ramp(out: Colour, palette: readonly Lab[], t: number): void {
  const p = clamp(t, 0, 8191) * 4;
  const from = palette[p >> 13]!;
  const to = palette[(p >> 13) + 1]!;
  const f = p & 8191;
  out[0] = from[0]! + (Math.imul(to[0]! - from[0]!, f) >> 13);
  out[1] = from[1]! + (Math.imul(to[1]! - from[1]!, f) >> 13);
  out[2] = from[2]! + (Math.imul(to[2]! - from[2]!, f) >> 13);
}

/** Q12 -> Q14 cube; cone responses of clamped colours stay within +-6100, so the products hold. */
function cube(c: number): number {
  return Math.imul(Math.imul(c, c) >> 10, c) >> 12;
}

/** The largest c in Q12 whose cube (as {@link cube}) does not pass n: no float, no Newton. */
export function cubeRoot(n: number): number {
  let root = 0;
  for (let bit = 4096; bit !== 0; bit >>= 1) {
    const trial = root + bit;
    if (trial <= 4200 && cube(trial) <= n) root = trial;
  }
  return root;
}

function unpackLinear(): Int32Array {
  const table = new Int32Array(256);
  for (let i = 1; i < 256; i++) {
    table[i] = table[i - 1]! + Number.parseInt(LINEAR_STEPS.slice(2 * i - 2, 2 * i), 16);
  }
  return table;
}

function encodeTable(): Uint8Array {
  const table = new Uint8Array(16385);
  let byte = 0;
  for (let i = 0; i <= 16384; i++) {
    while (byte < 255 && 2 * i >= LINEAR[byte]! + LINEAR[byte + 1]!) byte++;
    table[i] = byte;
  }
  return table;
}
