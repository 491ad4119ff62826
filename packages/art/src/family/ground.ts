/**
 * What several families share: the inputs of a field network, the pull of a composition, the calm rule.
 * @module
 */
import { type Colour, dim } from "../colour.ts";
import { chance, type Generator, type Latents, range } from "../draws.ts";
import { countEyes, eyePlaces, onPlate, type Places, type Plate } from "../field.ts";
import { halves } from "../halves.ts";
import { clamp, div, ONE } from "../integer.ts";
import { ask, type BoundNet, INPUTS, type NetShape, OUTPUTS, SLOTS } from "../net.ts";
import { noise } from "../noise.ts";

/** Inputs of every field network: x, y, roundness, noise, finer noise. */
export function fieldNet(outputs: number): NetShape {
  return { inputs: 5, hidden: [16, 16], outputs, latents: 8 };
}

/** Writes the five inputs of a place (Q13) in Q14. Roundness is (x^2 + y^2) / 4 less a constant: never a square root. */
export function fieldInputs(inputs: Int32Array, x: number, y: number, lattice: number): void {
  const X = clamp(x, -9344, 9344) << 1;
  const Y = clamp(y, -9344, 9344) << 1;
  inputs[0] = X;
  inputs[1] = Y;
  inputs[2] = Math.min((Math.imul(X, X) >> 15) + (Math.imul(Y, Y) >> 15) - 5000, 16384);
  inputs[3] = clamp(noise(x, y, lattice) << 1, -16384, 16383);
  inputs[4] = clamp(noise(x << 1, y << 1, lattice + 3) << 1, -16384, 16383);
}

/** A field network with its latents, and the lattice of the noises that it is asked with. */
export interface Bed {
  readonly net: BoundNet;
  readonly lattice: number;
  /** Whether the noises follow the bed of a stone: long along x, short across. */
  readonly stone: boolean;
}

/** The network's outputs at a place (Q13, twice the unit), up to five. */
export function bedAt(bed: Bed, x: number, y: number, out: Int32Array): void {
  const { net, lattice } = bed;
  const inputs = new Int32Array(5);
  fieldInputs(inputs, x, y, lattice);
  if (bed.stone) {
    inputs[3] = clamp(noise(x >> 1, y, lattice) << 1, -16384, 16383);
    inputs[4] = clamp(noise(x, (y * 3) >> 1, lattice + 5) << 1, -16384, 16383);
  }
  SLOTS[INPUTS] = halves(inputs[0]!, inputs[1]!);
  SLOTS[INPUTS + 1] = halves(inputs[2]!, inputs[3]!);
  SLOTS[INPUTS + 2] = halves(inputs[4]!, 0);
  ask(net);
  out[0] = SLOTS[OUTPUTS]!;
  out[1] = SLOTS[OUTPUTS + 1]!;
  out[2] = SLOTS[OUTPUTS + 2]!;
  out[3] = SLOTS[OUTPUTS + 3]!;
  out[4] = SLOTS[OUTPUTS + 4]!;
}

/** Asks a bed at many places: output j at place n is element `j * places + n`. A kernel does the same, some at a time. */
export function askEach(bed: Bed, { xs, ys }: Places): Int32Array {
  const outputs = new Int32Array(5 * xs.length);
  const out = new Int32Array(5);
  for (let n = 0; n < xs.length; n++) {
    bedAt(bed, xs[n]!, ys[n]!, out);
    for (let j = 0; j < 5; j++) outputs[j * xs.length + n] = out[j]!;
  }
  return outputs;
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

type OldPull = (x: number, y: number) => number;

/** Kinds of composition. Horizon rises downward: what is far lies at the top. */
export type Composition = "island" | "horizon" | "diagonal" | "column";

/** A composition with its focus off centre by up to `reach`, left or right handed. Draws: x, y, hand. */
export function composition(kind: Composition, g: Generator, reach: number): OldPull {
  const ox = g.range(-reach, reach);
  const oy = g.range(-reach, reach);
  const hand = g.chance(128) ? -1 : 1;
  switch (kind) {
    case "island":
      return (x, y) => 7000 - (div(square(x - ox) + square(y - oy), ONE) << 1);
    case "horizon":
      return (_, y) => (y - oy) << 1;
    case "diagonal":
      return (x, y) => ((hand * (x - ox) + y - oy) * 3) >> 1;
    case "column":
      return (x) => 5000 - div(square(x - ox), ONE) * 3;
  }
}

/**
 * The calm rule: of four draws of latents and lattice the piece takes the first with the fewest eyes in its main field.
 * Deterministic, so nobody can choose; traits are not touched.
 */
export function calmest(
  plate: Plate,
  latents: (k: number) => Latents,
  field: (latents: Latents, places: Places) => (n: number) => number,
): Latents {
  const places = eyePlaces(plate);
  let best = 0;
  let fewest = countEyes(field(latents(0), places));
  for (let k = 1; k < 4 && fewest > 0; k++) {
    const eyes = countEyes(field(latents(k), places));
    if (eyes < fewest) {
      best = k;
      fewest = eyes;
    }
  }
  // Asked for last, so that a walk knows where it begins.
  return latents(best);
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
