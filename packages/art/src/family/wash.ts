/**
 * Wash: water-colour. Each pigment is a mask of a set share of the paper; its density pools at dry edges, sinks into the
 * grain, fades inward as mist does, and bleeds where the paper was wet. Absorbances add, so overlaps are true glazes.
 * @module
 */
import { type Colour, type Lab, paint, toLinear } from "../colour.ts";
import { below, range } from "../draws.ts";
import { emptyField, equalise, type Field, fieldAt, gridPlaces, keepQuantiles, type Plate } from "../field.ts";
import { clamp, div, mul, ONE, step } from "../integer.ts";
import { bind } from "../net.ts";
import { fractal, latticeHash, noise } from "../noise.ts";
import { type Family, params, type Setup } from "./family.ts";
import {
  type Bed,
  bedAt,
  COLUMN,
  DIAGONAL,
  drawPull,
  fieldNet,
  HORIZON,
  ISLAND,
  type Pull,
  pullAt,
  sheetShadow,
} from "./ground.ts";

export const wash: Family<Wash> = {
  params: [
    ...params("density rim fade granulation bleed ragged pull", 0, 255),
    { name: "nested", min: 0, max: 1 },
    ...params("cover sun", 0, 255),
  ],
  nets: [fieldNet(2), fieldNet(2)],
  linear: true,
  draw: drawWash,
  steps: [
    { fields: ["field0", "field1", "field2", "field3"], margin: 0, node: nodeOfWash },
    { places: ({ plate }) => gridPlaces(plate), rounds: roundsOfWash, value: valueOfWash, keep: keepWash },
  ],
  shade: shadeWash,
  surround: surroundWash,
};

/** Kinds of pull, by the trait Composition. */
const KINDS = [ISLAND, HORIZON, COLUMN, DIAGONAL];

/** Palette roles of two, three and four pigments, pale to dark, two ways each. */
const ROLES = [
  [1, 4],
  [2, 4],
  [1, 2, 4],
  [2, 3, 4],
  [1, 2, 3, 4],
  [2, 1, 3, 4],
];

export function drawWash(setup: Setup): Wash {
  const { plate, lattice, generator: g } = setup;
  const [composition, edges, pigments, accent, splatter] = setup.options;
  const [density, rim, fade, granulation, bleed, ragged, pull, nested, cover, sun] = setup.params;
  const roles = setup.palette;
  const palette =
    roles[0]![0]! < roles[4]![0]! ? [roles[4]!, roles[3]!, roles[2]!, roles[1]!, roles[0]!, roles[5]!] : roles;
  const count = pigments + 2;
  const pool = accent === 2;
  const kind = KINDS[composition]!;
  const later = nested === 1 ? kind : ISLAND;
  const pulls = [drawPull(g, kind, 2600), drawPull(g, kind, 3200), drawPull(g, later, 2800), drawPull(g, later, 3600)];

  // Large and pale first, small and dark last; nested ones (ridges in mist) hide one behind the other.
  const chosen = ROLES[2 * pigments + below(g, 2)]!;
  const covers: number[] = [];
  for (let k = 0; k < count; k++) {
    if (nested === 1) {
      covers.push(clamp(7200 - div(5600 * k, count) - range(g, 0, 1100), 700, 7400));
    } else {
      const sizes = [range(g, 2600, 5000), range(g, 1500, 2900), range(g, 600, 1500), range(g, 260, 620)];
      covers.push(sizes[k]!);
    }
  }
  const wetFrom = edges + (edges === 0 ? 0 : below(g, 2));
  const layers: Pigment[] = [];
  for (let k = 0; k < count; k++) {
    const wet = k < wetFrom ? mul(range(g, 700, 1900), bleed << 6) : 0;
    layers.push(pigmentOf(palette[chosen[k]!]!, k, mul(covers[k]!, 4096 + (cover << 5)), wet, lattice + k * 3 + 200));
  }
  if (pool) layers.push(pigmentOf(palette[5]!, 3, range(g, 180, 460), 0, lattice + 230));

  // The drop: a round wash, often a sun.
  const dropX = range(g, -mul(plate.halfWidth, 5200), mul(plate.halfWidth, 5200));
  const dropY = range(g, -mul(plate.halfHeight, 5200), nested === 1 ? -900 : mul(plate.halfHeight, 5200));
  const dropSize = accent === 1 ? range(g, 420, 900) + sun * 3 : 0;
  const sown = splatter === 1 ? range(g, 70, 130) : 0;
  const ground = new Int32Array(3);
  paint(ground, palette[0]!);
  toLinear(ground);
  return {
    plate,
    lattice,
    first: { net: bind(setup.nets[0]!, setup.z), lattice, stone: false },
    second: { net: bind(setup.nets[1]!, setup.z), lattice: lattice + 9, stone: false },
    asked: pool ? 4 : count,
    pulls,
    pull,
    ragged,
    field0: emptyField(plate),
    field1: emptyField(plate),
    field2: emptyField(plate),
    field3: emptyField(plate),
    layers,
    granulation,
    density,
    fades: nested === 1 ? fade : fade >> 1,
    rim,
    dropX,
    dropY,
    dropSize,
    drop: absorbances(palette[5]!),
    sown,
    ground: [ground[0]!, ground[1]!, ground[2]!],
  };
}

function pigmentOf(colour: Lab, field: number, cover: number, wet: number, seed: number): Pigment {
  const absorbed = absorbances(colour);
  return {
    field,
    quantiles: new Int32Array(65),
    cover,
    wet,
    seed,
    a0: absorbed[0]!,
    a1: absorbed[1]!,
    a2: absorbed[2]!,
  };
}

/** All that a piece is made from. */
export interface Wash {
  readonly plate: Plate;
  readonly lattice: number;
  /** The networks of fields 0 and 1, and of fields 2 and 3. */
  readonly first: Bed;
  readonly second: Bed;
  /** How many fields are evaluated: those of the pigments; all four where there is a pool. */
  readonly asked: number;
  /** What moves the mass of each field, and how much. */
  readonly pulls: readonly Pull[];
  readonly pull: number;
  /** How torn the edges are: coarsely in the fields, finely in the finish. */
  readonly ragged: number;
  readonly field0: Field;
  readonly field1: Field;
  readonly field2: Field;
  readonly field3: Field;
  /** From the palest to the darkest; a pool of the accent last. */
  readonly layers: readonly Pigment[];
  readonly granulation: number;
  readonly density: number;
  /** How much a pigment thins inward. */
  readonly fades: number;
  readonly rim: number;
  readonly dropX: number;
  readonly dropY: number;
  /** 0: there is no drop. */
  readonly dropSize: number;
  /** Absorbances of the drop. */
  readonly drop: readonly number[];
  /** How many cells of 256 are spattered. */
  readonly sown: number;
  /** Linear light of the paper. */
  readonly ground: readonly number[];
}

/** One pigment on the paper. */
export interface Pigment {
  /** Number of the field that it follows: {@link fieldOfWash}. */
  readonly field: number;
  /** Quantiles of the field. */
  readonly quantiles: Int32Array;
  /** Share of the plate, Q13. */
  readonly cover: number;
  /** Softest edge, in area share; 0 for a dry one. */
  readonly wet: number;
  readonly seed: number;
  /** Absorbance of full density in red, green, blue, Q9. */
  readonly a0: number;
  readonly a1: number;
  readonly a2: number;
}

/** A field by its number. */
function fieldOfWash(s: Wash, n: number): Field {
  return n === 0 ? s.field0 : n === 1 ? s.field1 : n === 2 ? s.field2 : s.field3;
}

export function nodeOfWash(s: Wash, x: number, y: number, _k: number, out: Int32Array): void {
  const { lattice, asked } = s;
  const wx = clamp(x + (fractal(x << 1, y << 1, lattice + 90, 3) >> 4), -9344, 9344);
  const wy = clamp(y + (fractal(x << 1, y << 1, lattice + 95, 3) >> 4), -9344, 9344);
  const answer = new Int32Array(5);
  bedAt(s.first, wx, wy, answer);
  out[0] = laidAt(s, 0, answer[0]!, x, y, wx, wy);
  out[1] = laidAt(s, 1, answer[1]!, x, y, wx, wy);
  out[2] = 0;
  out[3] = 0;
  // Two pigments need the first network only.
  if (asked > 2) {
    bedAt(s.second, wx, wy, answer);
    out[2] = laidAt(s, 2, answer[0]!, x, y, wx, wy);
    if (asked > 3) out[3] = laidAt(s, 3, answer[1]!, x, y, wx, wy);
  }
}

/** What field n holds at (x, y), which the warp moves to (wx, wy), where its network answered `answer`. */
function laidAt(s: Wash, n: number, answer: number, x: number, y: number, wx: number, wy: number): number {
  const rough = fractal(x << 2, y << 2, s.lattice + 40 + n, 2);
  const pulled = (pullAt(s.pulls[n]!, wx, wy) * s.pull) >> 8;
  return (answer >> 1) + pulled + (mul(rough, s.ragged << 5) >> 2);
}

export function roundsOfWash(s: Wash): number {
  return s.layers.length;
}

/** The field of each pigment. */
export function valueOfWash(s: Wash, i: number, x: number, y: number): number {
  return fieldAt(fieldOfWash(s, s.layers[i]!.field), x, y);
}

export function keepWash(s: Wash, i: number, sorted: Int32Array): void {
  keepQuantiles(s.layers[i]!.quantiles, sorted);
}

export function shadeWash(s: Wash, x: number, y: number, out: Colour): void {
  const { lattice } = s;
  const slow = noise(x, y, lattice + 55) + (noise(x << 1, y << 1, lattice + 56) >> 1);
  const tooth = noise(x * 23, y * 23, lattice + 51);
  const grains = noise(x * 9 + (slow << 1), y * 9, lattice + 50);
  const frayed = (noise(x << 4, y << 4, lattice + 60) >> 1) + (noise(x << 5, y << 5, lattice + 61) >> 2);
  const fray = mul(frayed, s.ragged << 4);
  const grain = mul((grains >> 1) + tooth, s.granulation << 2);
  let r = 0;
  let gr = 0;
  let b = 0;
  for (let k = 0; k < s.layers.length; k++) {
    const layer = s.layers[k]!;
    const v = fieldAt(fieldOfWash(s, layer.field), x, y);
    const share = equalise(layer.quantiles, v + fray);
    const d = share - (ONE - layer.cover);
    let soft = 36;
    if (layer.wet > 0) soft += mul(step(-1200, 5200, noise(x, y, layer.seed)), layer.wet);
    if (d < -soft) continue;
    const body = step(-soft, soft > 200 ? soft : 36, d);
    let amount = 1700 + (s.density << 4) + (slow >> 1);
    // Inward the pigment thins: mist on ridges, pale hearts in blobs.
    amount -= mul(div(clamp(d, 0, ONE) * ONE, layer.cover + 1), s.fades << 4);
    if (soft < 300) {
      const away = d < 0 ? -d : d;
      const line = ONE - clamp(away * 20, 0, ONE);
      const pool = ONE - clamp(away * 4, 0, ONE);
      amount += mul(mul(mul(line, line), 3200) + mul(pool, 1200), s.rim << 6);
    }
    const w = mul(body, clamp(amount + mul(amount, grain) + (grain >> 2), 300, 12000));
    r += mul(layer.a0, w);
    gr += mul(layer.a1, w);
    b += mul(layer.a2, w);
  }
  if (s.dropSize > 0) {
    const dx = x - s.dropX + (slow >> 6) + (fray >> 3);
    const dy = y - s.dropY + (noise(x * 3, y * 3, lattice + 70) >> 6);
    const reach = s.dropSize + 40;
    if (dx < reach && dx > -reach && dy < reach && dy > -reach) {
      const far = div((dx * dx + dy * dy) * 4, s.dropSize);
      const body = step((s.dropSize << 2) + 130, (s.dropSize << 2) - 130, far);
      const pool = clamp(ONE - Math.abs(far - (s.dropSize << 2)) * 7, 0, ONE);
      const w = mul(body, clamp(5600 + (slow >> 1) + grain + mul(pool, 1800), 300, 12000));
      r += mul(s.drop[0]!, w);
      gr += mul(s.drop[1]!, w);
      b += mul(s.drop[2]!, w);
    }
  }
  if (s.sown > 0) {
    const h = latticeHash(x >> 9, y >> 9, lattice + 80);
    if ((h & 255) < s.sown && noise(x, y, lattice + 81) > 1200) {
      const size = 14 + ((h >>> 8) & 31) + ((h >>> 13) & 3) * ((h >>> 15) & 15);
      const dx = (x & 511) - 128 - ((h >>> 16) & 255);
      const dy = (y & 511) - 128 - ((h >>> 24) & 255);
      const far = dx * dx + dy * dy;
      if (far < size * size) {
        const w = 3000 + ((h >>> 20) & 4095) + (grain >> 1);
        const layer = s.layers[s.layers.length - 1]!;
        r += mul(layer.a0, w);
        gr += mul(layer.a1, w);
        b += mul(layer.a2, w);
      }
    }
  }
  const paper = (noise(x * 50, y * 50, lattice + 2) >> 9) + (tooth >> 10);
  out[0] = Math.imul(s.ground[0]!, EXPONENTIAL[clamp(r + paper, 0, 4096)]!) >> 14;
  out[1] = Math.imul(s.ground[1]!, EXPONENTIAL[clamp(gr + paper, 0, 4096)]!) >> 14;
  out[2] = Math.imul(s.ground[2]!, EXPONENTIAL[clamp(b + paper, 0, 4096)]!) >> 14;
}

export function surroundWash(s: Wash, x: number, y: number, out: Colour): void {
  sheetShadow(s.plate, x, y, out);
}

/** 2^14 exp(-i / 512) for i = 0..4096, by the recurrence e - e/2^9 + e/2^19 in Q28. */
export const EXPONENTIAL = exponentialTable();

function exponentialTable(): Int32Array {
  const table = new Int32Array(4097);
  let e = 1 << 28;
  for (let i = 0; i <= 4096; i++) {
    table[i] = (e + 8192) >> 14;
    e = e - (e >> 9) + (e >> 19);
  }
  return table;
}

/** Absorbances of a colour in red, green, blue. */
function absorbances(colour: Lab): readonly number[] {
  const light = new Int32Array(3);
  paint(light, colour);
  toLinear(light);
  return [absorbance(light[0]!), absorbance(light[1]!), absorbance(light[2]!)];
}

/** The smallest i with exp(-i / 512) not above linear light (Q14, at least 60). */
function absorbance(light: number): number {
  const wanted = Math.max(60, light);
  let low = 0;
  let high = 4096;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (EXPONENTIAL[middle]! <= wanted) high = middle;
    else low = middle + 1;
  }
  return low;
}
