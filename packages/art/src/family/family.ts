/**
 * What every family gets and gives.
 * @module
 */
import type { Colour, Lab } from "../colour.ts";
import type { Generator } from "../draws.ts";
import type { Places, Plate } from "../field.ts";
import type { Net, NetShape } from "../net.ts";

/** One byte of a style's body. */
export interface Param {
  readonly name: string;
  readonly min: number;
  readonly max: number;
}

/** A list of numbers that is taken apart by name: as long as its family says, which style.ts has checked. */
export type Numbers = readonly [...Four, ...Four, ...Four, ...Four];
type Four = [number, number, number, number];

/** All that is known of a piece before its first draw. */
export interface Setup {
  readonly params: Numbers;
  readonly nets: readonly Net[];
  /** Ground, light, mid, deep, ink, accent. */
  readonly palette: readonly Lab[];
  /** Chosen option of each family trait, by index. */
  readonly options: Numbers;
  readonly plate: Plate;
  /** Whether the plate fills the canvas. */
  readonly bleed: boolean;
  /** Eight int8: the latents of every network. */
  readonly z: Int8Array;
  /** Seed of the piece's noises. */
  readonly lattice: number;
  readonly generator: Generator;
}

/**
 * A family: what a style must bring, and the functions that make a piece of it. All of them are top-level functions with
 * names of their own, for the tools that compile them read them in the source.
 */
export interface Family<S extends object = never> {
  readonly params: readonly Param[];
  readonly nets: readonly NetShape[];
  /** Whether `shade` gives linear light (Q14), not OKLab. */
  readonly linear: boolean;
  /** Every chance of a piece, and its whole state; what follows from the networks is still empty. */
  readonly draw: (setup: Setup) => S;
  /** The calm rule looks for eyes in this function, and takes the draw of latents that has the fewest. */
  readonly calm?: (s: S, x: number, y: number) => number;
  /** What follows from the networks, in this order. */
  readonly steps: readonly Step<S>[];
  /** Writes the colour at plate place (x, y) in Q13. Called for places on the plate only. */
  readonly shade: (s: S, x: number, y: number, out: Colour) => void;
  /** Changes `out`, which holds the paper's OKLab colour, outside the plate: a shadow that the piece throws. */
  readonly surround: (s: S, x: number, y: number, out: Colour) => void;
}

export type Step<S> = FieldsStep<S> | ListsStep<S> | SettleStep<S> | BakeStep<S>;

/** Fields of the state, by name, and their values at the lattice's nodes: node k stands at (x, y). */
export interface FieldsStep<S> {
  readonly fields: readonly (keyof S & string)[];
  /** How far outside the plate they are read, where that is less than {@link FIELD_MARGIN}: nodes beyond are not asked. */
  readonly margin?: number;
  readonly node: (s: S, x: number, y: number, k: number, out: Int32Array) => void;
}

/** Lists of values at places, in rising order; `keep` writes into the state what counts of each. */
export interface ListsStep<S> {
  readonly places: (s: S) => Places;
  /** How many lists. */
  readonly rounds: (s: S) => number;
  readonly value: (s: S, i: number, x: number, y: number) => number;
  readonly keep: (s: S, i: number, sorted: Int32Array) => void;
}

/** What is chosen with the fields at hand. */
export interface SettleStep<S> {
  readonly settle: (s: S) => void;
}

/** Structures that make a finish faster and change nothing. */
export interface BakeStep<S> {
  readonly bake: (s: S) => void;
}

/** `count` parameters with one range. */
export function params(names: string, min: number, max: number): Param[] {
  return names.split(" ").map((name) => ({ name, min, max }));
}

/** A family's functions over the state of one piece. */
export interface Finish {
  readonly linear: boolean;
  /** All that `shade` and `surround` read, as numbers, arrays and records: what a kernel gets of a piece. */
  readonly state: object;
  shade(x: number, y: number, out: Colour): void;
  surround(x: number, y: number, out: Colour): void;
}
