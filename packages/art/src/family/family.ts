/**
 * What every family gets and gives.
 * @module
 */
import type { Colour, Lab } from "../colour.ts";
import type { Generator, Latents } from "../draws.ts";
import type { Places, Plate } from "../field.ts";
import type { Net, NetShape } from "../net.ts";
import type { Bed } from "./ground.ts";

/** One byte of a style's body. */
export interface Param {
  readonly name: string;
  readonly min: number;
  readonly max: number;
}

/** All that is known of a piece before its first sample. */
export interface Setup {
  readonly params: Uint8Array;
  readonly nets: readonly Net[];
  /** Ground, light, mid, deep, ink, accent. */
  readonly palette: readonly Lab[];
  /** Chosen option of each family trait, by index. */
  readonly options: readonly number[];
  readonly plate: Plate;
  /** Whether the plate fills the canvas. */
  readonly bleed: boolean;
  /** Draw k of latents and lattice (k = 0..3); only the calm rule asks beyond 0. */
  latents(k: number): Latents;
  readonly generator: Generator;
  /** `askEach` of ground.ts, or a kernel that does the same. */
  readonly askAll: AskAll;
}

/** Outputs of a field network at many places: output j at place n is element `j * places + n`. */
export type AskAll = (bed: Bed, places: Places) => Int32Array;

/** Colour of a place: OKLab Q12, or linear light Q14 when `linear`. */
export interface Finish {
  readonly linear: boolean;
  /** All that `shade` and `surround` read, as numbers, arrays and records: what a kernel gets of a piece. */
  readonly state?: object;
  /** Writes the colour at plate place (x, y) in Q13. Called for places on the plate only. */
  shade(x: number, y: number, out: Colour): void;
  /** Changes `out`, which holds the paper's OKLab colour, outside the plate: a shadow that the piece throws. */
  surround?(x: number, y: number, out: Colour): void;
}

/** A finish and what it wants from a style. */
export interface Family {
  readonly params: readonly Param[];
  readonly nets: readonly NetShape[];
  make(setup: Setup): Finish;
}

/** `count` parameters with one range. */
export function params(names: string, min: number, max: number): Param[] {
  return names.split(" ").map((name) => ({ name, min, max }));
}
