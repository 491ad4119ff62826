/**
 * What several families share: the inputs of a field network, the pull of a composition, the calm rule.
 * @module
 */
import { type Colour, dim } from "../colour.ts";
import { chance, type Generator, range } from "../draws.ts";
import { onPlate, type Plate } from "../field.ts";
import { halves } from "../halves.ts";
import { clamp, div, mul, ONE } from "../integer.ts";
import { ask, type BoundNet, INPUTS, type NetShape, OUTPUTS, SLOTS } from "../net.ts";
import { noise } from "../noise.ts";

/** Inputs of every field network: x, y, roundness, noise, finer noise. */
export function fieldNet(outputs: number): NetShape {
  return { inputs: 5, hidden: [16, 16], outputs, latents: 8 };
}

/** A field network with its latents, and the lattice of the noises that it is asked with. */
export interface Bed {
  readonly net: BoundNet;
  readonly lattice: number;
  /** Whether the noises follow the bed of a stone: long along x, short across. */
  readonly stone: boolean;
}

/**
 * The network's outputs at a place (Q13, twice the unit), up to five. Of the five inputs (Q14) the third is roundness,
 * (x^2 + y^2) / 4 less a constant: never a square root.
 */
export function bedAt(bed: Bed, x: number, y: number, out: Int32Array): void {
  const { net, lattice } = bed;
  const X = clamp(x, -9344, 9344) << 1;
  const Y = clamp(y, -9344, 9344) << 1;
  const roundness = Math.min((Math.imul(X, X) >> 15) + (Math.imul(Y, Y) >> 15) - 5000, 16384);
  let coarse = 0;
  let fine = 0;
  if (bed.stone) {
    coarse = noise(x >> 1, y, lattice);
    fine = noise(x, (y * 3) >> 1, lattice + 5);
  } else {
    coarse = noise(x, y, lattice);
    fine = noise(x << 1, y << 1, lattice + 3);
  }
  SLOTS[INPUTS] = halves(X, Y);
  SLOTS[INPUTS + 1] = halves(roundness, clamp(coarse << 1, -16384, 16383));
  SLOTS[INPUTS + 2] = halves(clamp(fine << 1, -16384, 16383), 0);
  ask(net);
  out[0] = SLOTS[OUTPUTS]!;
  out[1] = SLOTS[OUTPUTS + 1]!;
  out[2] = SLOTS[OUTPUTS + 2]!;
  out[3] = SLOTS[OUTPUTS + 3]!;
  out[4] = SLOTS[OUTPUTS + 4]!;
}

/** A form that moves the mass of a field without changing the shares of area, with its focus and its hand (-1 or 1). */
export interface Pull {
  readonly kind: number;
  readonly x: number;
  readonly y: number;
  readonly hand: number;
}

/** Kinds of {@link Pull}. Horizon rises downward: what is far lies at the top. */
export const ISLAND = 0;
export const HORIZON = 1;
export const DIAGONAL = 2;
export const COLUMN = 3;

/** A pull with its focus off centre by up to `reach`. Draws: x, y, hand. */
export function drawPull(g: Generator, kind: number, reach: number): Pull {
  const x = range(g, -reach, reach);
  const y = range(g, -reach, reach);
  return { kind, x, y, hand: chance(g, 128) ? -1 : 1 };
}

/** How strongly a place is pulled, Q13. */
export function pullAt(pull: Pull, x: number, y: number): number {
  const dx = x - pull.x;
  const dy = y - pull.y;
  if (pull.kind === ISLAND) return 7000 - (div(square(dx) + square(dy), ONE) << 1);
  if (pull.kind === HORIZON) return dy << 1;
  if (pull.kind === DIAGONAL) return ((pull.hand * dx + dy) * 3) >> 1;
  return 5000 - div(square(dx), ONE) * 3;
}

/** How much a polished stone gleams at a place: one broad soft reflection from the upper left. */
export function gleamAt(x: number, y: number, seed: number, polish: number): number {
  const shine = clamp(5200 - ((x + y) >> 1) - (noise(x >> 1, y >> 1, seed) >> 1), 0, ONE);
  return mul(mul(shine, shine), polish);
}

/** The soft shadow that a sheet of paper or a slab throws on what lies under it, toward the lower right. */
export function sheetShadow(plate: Plate, x: number, y: number, out: Colour): void {
  for (let k = 0; k < 6; k++) {
    const d = 24 + k * 24;
    if (onPlate(plate, x - d, y - d)) {
      dim(out, ONE - (6 - k) * 150);
      return;
    }
  }
}

function square(x: number): number {
  return Math.imul(x, x);
}
