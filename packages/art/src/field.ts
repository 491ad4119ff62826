/**
 * Fields: a network and its noise, evaluated once on a fixed lattice over the plate and read between the nodes by a
 * quadratic B-spline. So a picture costs the same number of network runs at every size, taps are nearly free, contours
 * are smooth however large the print, and every machine reads the same numbers.
 * @module
 */
import { clamp, div, ONE } from "./integer.ts";

/** Distance of two nodes in Q13. */
export const NODE_STEP = 128;
/** Nodes on a side; node k stands at (k - 73) * 128, so the lattice reaches one margin beyond any plate. */
export const NODES = 147;
/** How far outside the plate a field may be read; beyond it the border value holds. */
export const FIELD_MARGIN = 896;

/** Node values (|value| < 2^15) and the part of the plane that they cover. */
export interface Field {
  nodes: Int32Array;
  readonly reachX: number;
  readonly reachY: number;
}

/** Half width, half height of a plate in Q13, and its outline. */
export interface Plate {
  readonly halfWidth: number;
  readonly halfHeight: number;
  readonly round: boolean;
  inside(x: number, y: number): boolean;
}

/** Whether a place lies on the plate; {@link Plate.inside} for code that becomes a kernel. */
export function onPlate(plate: Plate, x: number, y: number): boolean {
  const { halfWidth, halfHeight } = plate;
  if (plate.round) return Math.imul(x, x) + Math.imul(y, y) < halfWidth * halfWidth;
  return x < halfWidth && x >= -halfWidth && y < halfHeight && y >= -halfHeight;
}

/** Places, Q13. */
export interface Places {
  readonly xs: Int32Array;
  readonly ys: Int32Array;
}

/** The nodes of a plate's fields, with their indices. */
export interface Nodes extends Places {
  readonly ks: Int32Array;
}

/** A field over a plate without nodes: they are made when they are evaluated, so that a draw that is not taken costs little. */
export function emptyField(plate: Plate): Field {
  return {
    nodes: NO_NODES,
    reachX: plate.halfWidth + FIELD_MARGIN,
    reachY: plate.halfHeight + FIELD_MARGIN,
  };
}

const NO_NODES = new Int32Array(0);

/** The nodes that a plate's fields need when they are read up to `margin` outside it, row after row; made once for each reach. */
export function nodesOf(plate: Plate, margin = FIELD_MARGIN): Nodes {
  const reachX = plate.halfWidth + margin + 2 * NODE_STEP;
  const reachY = plate.halfHeight + margin + 2 * NODE_STEP;
  const known = SHAPES.get(reachX * 65536 + reachY);
  if (known) return known;
  const all = NODES * NODES;
  const [ks, xs, ys] = [new Int32Array(all), new Int32Array(all), new Int32Array(all)];
  let n = 0;
  for (let k = 0; k < all; k++) {
    const x = ((k % NODES) - 73) * NODE_STEP;
    const y = (div(k, NODES) - 73) * NODE_STEP;
    if (x < -reachX || x > reachX || y < -reachY || y > reachY) continue;
    ks[n] = k;
    xs[n] = x;
    ys[n++] = y;
  }
  const nodes = { ks: ks.subarray(0, n), xs: xs.subarray(0, n), ys: ys.subarray(0, n) };
  SHAPES.set(reachX * 65536 + reachY, nodes);
  return nodes;
}

/** There are five formats. */
const SHAPES = new Map<number, Nodes>();

/** The field at a place, in eighths of the nodes' unit: |result| < 2^18. */
export function fieldAt(field: Field, x: number, y: number): number {
  const { nodes, reachX, reachY } = field;
  const u = clamp(x, -reachX, reachX) + ORIGIN;
  const v = clamp(y, -reachY, reachY) + ORIGIN;
  return splineIn(nodes, ((v >> 7) - 1) * NODES + (u >> 7) - 1, u & 127, v & 127);
}

/** The spline at a place in the cell whose upper left node is node k. */
function splineIn(nodes: Int32Array, k: number, fx: number, fy: number): number {
  const left = (128 - fx) * (128 - fx);
  const right = fx * fx;
  const middle = 32768 - left - right;
  const a = (Math.imul(left, nodes[k]!) + Math.imul(middle, nodes[k + 1]!) + Math.imul(right, nodes[k + 2]!)) >> 12;
  const b =
    (Math.imul(left, nodes[k + 147]!) + Math.imul(middle, nodes[k + 148]!) + Math.imul(right, nodes[k + 149]!)) >> 12;
  const c =
    (Math.imul(left, nodes[k + 294]!) + Math.imul(middle, nodes[k + 295]!) + Math.imul(right, nodes[k + 296]!)) >> 12;
  const top = ((128 - fy) * (128 - fy)) >> 3;
  const bottom = (fy * fy) >> 3;
  return (Math.imul(top, a) + Math.imul(4096 - top - bottom, b) + Math.imul(bottom, c)) >> 12;
}

/** Node k of a field; 0 where none was evaluated. */
export function nodeOf(field: Field, k: number): number {
  const { nodes } = field;
  return k >= 0 && k < nodes.length ? nodes[k]! : 0;
}

/** How much a field rises from the node before node k to the one after it, over 256 units of x. */
export function slopeX(field: Field, k: number): number {
  return nodeOf(field, k + 1) - nodeOf(field, k - 1);
}

/** How much a field rises from the node above node k to the one below it, over 256 units of y. */
export function slopeY(field: Field, k: number): number {
  return nodeOf(field, k + NODES) - nodeOf(field, k - NODES);
}

/** Index of the node nearest to a place. Within its cell the spline stays between the least and the greatest of that node and its eight neighbours. */
export function nearestNode(field: Field, x: number, y: number): number {
  const { reachX, reachY } = field;
  const u = clamp(x, -reachX, reachX) + ORIGIN;
  const v = clamp(y, -reachY, reachY) + ORIGIN;
  return (v >> 7) * NODES + (u >> 7);
}

/** The places of a 32 x 32 grid that lie on a plate: where areas are measured. */
export function gridPlaces(plate: Plate): Places {
  return placesOf("grid", plate, function* () {
    for (let j = 0; j < 32; j++) {
      const y = div((2 * j - 31) * plate.halfHeight, 32);
      for (let i = 0; i < 32; i++) yield [div((2 * i - 31) * plate.halfWidth, 32), y];
    }
  });
}

/** The nodes that lie on a plate. */
export function nodePlaces(plate: Plate): Places {
  return placesOf("nodes", plate, function* () {
    for (let k = 0; k < NODES * NODES; k++) yield [((k % NODES) - 73) * NODE_STEP, (div(k, NODES) - 73) * NODE_STEP];
  });
}

/** Those of some places that lie on a plate; made once for each name and shape of plate. */
export function placesOf(name: string, plate: Plate, all: () => Iterable<[number, number]>): Places {
  const key = `${name} ${plate.halfWidth} ${plate.halfHeight} ${plate.round}`;
  const known = PLACES.get(key);
  if (known) return known;
  const inside = Array.from(all()).filter(([x, y]) => onPlate(plate, x, y));
  const places = { xs: Int32Array.from(inside, ([x]) => x), ys: Int32Array.from(inside, ([, y]) => y) };
  PLACES.set(key, places);
  return places;
}

const PLACES = new Map<string, Places>();

/** The 65 values between which {@link equalise} sees equal areas, from all values in rising order. */
export function keepQuantiles(quantiles: Int32Array, sorted: Int32Array): void {
  for (let i = 0; i <= 64; i++) quantiles[i] = sorted[(i * (sorted.length - 1)) >> 6]!;
  quantiles[0] = quantiles[0]! - 800;
  quantiles[64] = quantiles[64]! + 800;
  for (let i = 1; i <= 64; i++) if (quantiles[i]! <= quantiles[i - 1]!) quantiles[i] = quantiles[i - 1]! + 1;
}

/** The share of the plate, 0 to 8191, whose values lie below v. */
export function equalise(quantiles: Int32Array, v: number): number {
  // Six halvings and nothing that depends on a value but what is looked up: so four samples can go together.
  let low = 0;
  for (let half = 32; half > 0; half >>= 1) low += quantiles[low + half]! <= v ? half : 0;
  const share = (low << 7) + div((v - quantiles[low]!) << 7, quantiles[low + 1]! - quantiles[low]!);
  return v <= quantiles[0]! ? 0 : v >= quantiles[64]! ? ONE - 1 : share;
}

/** A 20 x 20 grid over a plate, row after row: where {@link countEyes} looks. */
export function eyePlaces({ halfWidth, halfHeight }: Plate): Places {
  const known = EYES.get(halfWidth * 65536 + halfHeight);
  if (known) return known;
  const at = (i: number, half: number) => div((2 * i - 19) * half, 20);
  const places = {
    xs: Int32Array.from({ length: 400 }, (_, n) => at(n % 20, halfWidth)),
    ys: Int32Array.from({ length: 400 }, (_, n) => at(div(n, 20), halfHeight)),
  };
  EYES.set(halfWidth * 65536 + halfHeight, places);
  return places;
}

const EYES = new Map<number, Places>();

/** How many of the {@link eyePlaces} stand above or below all eight neighbours: each becomes an island or an eye. */
export function countEyes(value: (n: number) => number): number {
  const n = 20;
  const grid = Int32Array.from({ length: n * n }, (_, k) => value(k));
  let eyes = 0;
  for (let j = 1; j < n - 1; j++) {
    for (let i = 1; i < n - 1; i++) {
      const k = j * n + i;
      let above = 0;
      let below = 0;
      for (const d of NEIGHBOURS) {
        if (grid[k + d]! < grid[k]!) above++;
        else if (grid[k + d]! > grid[k]!) below++;
      }
      if (above === 8 || below === 8) eyes++;
    }
  }
  return eyes;
}

const NEIGHBOURS = [-21, -20, -19, -1, 1, 19, 20, 21];
/** Node 73 stands at 0, and a spline cell begins half a step before its middle node. */
const ORIGIN = 73 * NODE_STEP + NODE_STEP / 2;
