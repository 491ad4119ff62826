/**
 * Relief: a surface carved in one stone and lit from one side. Cloth in its folds, gravel raked round stones, or dunes with
 * sharp crests: heights from the network and its noise, then one light, its shadow, and the dark of hollows.
 * @module
 */
import { type Colour, type Lab, ramp } from "../colour.ts";
import { chance, range } from "../draws.ts";
import {
  emptyField,
  equalise,
  type Field,
  fieldAt,
  gridPlaces,
  keepQuantiles,
  NODES,
  nodeOf,
  type Plate,
} from "../field.ts";
import { clamp, cosine, div, mix, mul, ONE, root, sine, step, triangle } from "../integer.ts";
import { bind } from "../net.ts";
import { fractal, noise } from "../noise.ts";
import { type Family, params, type Setup } from "./family.ts";
import { type Bed, bedAt, fieldNet, sheetShadow } from "./ground.ts";

export const relief: Family<Relief> = {
  params: params("scale warp depth calm gather fine grain contrast", 0, 255),
  nets: [fieldNet(4)],
  linear: false,
  draw: drawRelief,
  steps: [
    { fields: ["swell", "shift", "bow", "mask"], node: rawOfRelief },
    { places: ({ plate }) => gridPlaces(plate), rounds: roundsOfMasks, value: maskOfRelief, keep: keepMasks },
    { fields: ["height", "lean", "amount"], node: heightOfRelief },
    { fields: ["hollow", "shadow"], margin: 0, node: hollowOfRelief },
    { places: ({ plate }) => gridPlaces(plate), rounds: roundsOfTones, value: valueOfRelief, keep: keepTones },
  ],
  shade: shadeRelief,
  surround: surroundRelief,
};

const CLOTH = 0;
const GRAVEL = 1;
/** Where in its row a dune is highest. */
const CREST = 5800;
/** Least and greatest turn of the rows, by the trait Course. */
const TURNS = [-300, 300, 700, 1350, 1750, 2300];

export function drawRelief(setup: Setup): Relief {
  const { plate, palette: roles, lattice, generator: g } = setup;
  const [carving, courseOption, stoneCount, sunOption, lightOption] = setup.options;
  const [scale, warp, depth, calm, gather, fine, grain, contrast] = setup.params;
  const turned = range(g, TURNS[2 * courseOption]!, TURNS[2 * courseOption + 1]!);
  const turn = chance(g, 128) ? turned : -turned;
  const lightTurn = lightOption === 0 ? range(g, 4500, 5500) : range(g, 6800, 7800);
  const low = sunOption === 0;
  const wide = 2 + div(scale, 32) + range(g, 0, 2);
  const swing = 600 + warp * 12 + range(g, 0, 1200);
  const stones: Stone[] = [];
  for (let i = 0; i < stoneCount; i++) {
    const size = div(range(g, 800, 2700) * (7 - stoneCount), 6);
    stones.push(stoneAmong(setup, stones, size));
  }
  return {
    plate,
    lattice,
    bed: { net: bind(setup.nets[0]!, setup.z), lattice, stone: false },
    carving,
    stones,
    ca: cosine(turn),
    sa: sine(turn),
    wide,
    swing,
    tall: 500 + depth * 8,
    gather: gather << 4,
    creases: fine << 4,
    calm: calm << 5,
    rows: carving === GRAVEL ? 22 + div(scale, 8) + range(g, 0, 14) : wide + 1,
    rings: range(g, 3, 7),
    stoneTone: range(g, 800, 4600),
    lx: cosine(lightTurn),
    ly: sine(lightTurn),
    lz: low ? 4200 : 5600,
    rise: low ? 3000 : 5200,
    fine: fine << 5,
    grain: grain << 6,
    contrast: contrast << 5,
    // From light to dark, whatever the palette's own way.
    palette:
      roles[0]![0]! < roles[4]![0]!
        ? [roles[4]!, roles[3]!, roles[2]!, roles[1]!, roles[0]!]
        : [roles[0]!, roles[1]!, roles[2]!, roles[3]!, roles[4]!],
    swell: emptyField(plate),
    shift: emptyField(plate),
    bow: emptyField(plate),
    mask: emptyField(plate),
    height: emptyField(plate),
    lean: emptyField(plate),
    amount: emptyField(plate),
    hollow: emptyField(plate),
    shadow: emptyField(plate),
    masks: new Int32Array(65),
    tones: new Int32Array(65),
  };
}

/** A stone of this size, at the one of six places that is farthest from the stones that lie already. */
function stoneAmong(setup: Setup, stones: readonly Stone[], size: number): Stone {
  const { plate, generator: g } = setup;
  const reachX = mul(plate.halfWidth, 5200);
  const reachY = mul(plate.halfHeight, 5200);
  let bestX = 0;
  let bestY = 0;
  let farthest = -0x7fffffff;
  for (let k = 0; k < 6; k++) {
    const x = range(g, -reachX, reachX);
    const y = range(g, -reachY, reachY);
    let near = ONE;
    for (let i = 0; i < stones.length; i++) {
      const other = stones[i]!;
      near = Math.min(near, distance(x - other.x, y - other.y) - size - other.size);
    }
    if (near > farthest) {
      farthest = near;
      bestX = x;
      bestY = y;
    }
  }
  return { x: bestX, y: bestY, size };
}

/** A stone on the gravel: its middle, and its radius. */
export interface Stone {
  readonly x: number;
  readonly y: number;
  readonly size: number;
}

/** All that a piece is made from. */
export interface Relief {
  readonly plate: Plate;
  readonly lattice: number;
  /** The network that moves and measures the carving. */
  readonly bed: Bed;
  /** 0 cloth, 1 gravel, 2 dunes. */
  readonly carving: number;
  readonly stones: readonly Stone[];
  /** Direction across the folds, furrows or dunes. */
  readonly ca: number;
  readonly sa: number;
  /** How many folds, how far the network moves a place, and how high folds and dunes are. */
  readonly wide: number;
  readonly swing: number;
  readonly tall: number;
  /** Of a cloth: how much it is gathered at one end, how strong its lesser folds are, how flat its calm parts. */
  readonly gather: number;
  readonly creases: number;
  readonly calm: number;
  /** Furrows or dunes across the plate. */
  readonly rows: number;
  /** Rings of gravel round a stone, and how dark stones are. */
  readonly rings: number;
  readonly stoneTone: number;
  /** Where light comes from, and how fast its ray rises. */
  readonly lx: number;
  readonly ly: number;
  readonly lz: number;
  readonly rise: number;
  /** Ripples of dunes. */
  readonly fine: number;
  readonly grain: number;
  readonly contrast: number;
  readonly palette: readonly Lab[];
  /** What the network says: the ground's swell, how far a place is moved along and across, and where it is calm. */
  readonly swell: Field;
  readonly shift: Field;
  readonly bow: Field;
  readonly mask: Field;
  /** The cloth, or the swell under gravel and dunes. */
  readonly height: Field;
  /** How far furrows and crests are moved across (0 of a cloth), and how high dunes are (0 of all else). */
  readonly lean: Field;
  readonly amount: Field;
  /** How much higher the neighbourhood is. */
  readonly hollow: Field;
  /** The shadow that a cloth throws on itself. */
  readonly shadow: Field;
  /** Quantiles of the mask (not of gravel), and of the tones. */
  readonly masks: Int32Array;
  readonly tones: Int32Array;
}

export function rawOfRelief(c: Relief, x: number, y: number, _k: number, out: Int32Array): void {
  bedAt(c.bed, x, y, out);
  out[0] = clamp(out[0]! >> 1, -26000, 26000);
  out[1] = clamp(out[1]! >> 1, -26000, 26000);
  out[2] = clamp(out[2]! >> 1, -26000, 26000);
  out[3] = clamp(out[3]! >> 1, -26000, 26000);
}

/** Gravel is as deep everywhere. */
export function roundsOfMasks(c: Relief): number {
  return c.carving === GRAVEL ? 0 : 1;
}

export function maskOfRelief(c: Relief, _i: number, x: number, y: number): number {
  return fieldAt(c.mask, x, y) >> 3;
}

export function keepMasks(c: Relief, _i: number, sorted: Int32Array): void {
  keepQuantiles(c.masks, sorted);
}

export function heightOfRelief(c: Relief, x: number, y: number, k: number, out: Int32Array): void {
  const { carving, masks } = c;
  out[0] = nodeOf(c.swell, k) >> 4;
  out[1] = 0;
  out[2] = 0;
  if (carving === CLOTH) {
    out[0] = out[0]! + foldsAt(c, x, y, k);
    return;
  }
  out[1] = mul(nodeOf(c.shift, k), c.swing) + (noise((x * 3) >> 1, (y * 3) >> 1, c.lattice + 11) >> 4);
  if (carving === GRAVEL) return;
  out[2] = mul(c.tall, 1300 + mul(step(masks[2]!, masks[46]!, fieldAt(c.mask, x, y) >> 3), 6800));
}

/** Heights of the folds of a cloth, at node k. */
function foldsAt(c: Relief, x: number, y: number, k: number): number {
  const { masks, lattice } = c;
  const v = mul(y, c.ca) - mul(x, c.sa) + mul(nodeOf(c.bow, k), c.swing >> 1);
  const straight = mul(x, c.ca) + mul(y, c.sa) + mul(nodeOf(c.shift, k), c.swing);
  // Gathered at one end: folds run together there.
  const u = mul(straight, ONE + mul(c.gather, ONE - v) - c.gather);
  const n = noise((u * c.wide) >> 2, v >> 2, lattice + 20);
  const m = noise((u * c.wide * 5) >> 3, v >> 1, lattice + 21);
  const quiet = ONE - mul(c.calm, ONE - step(masks[10]!, masks[52]!, fieldAt(c.mask, x, y) >> 3));
  return mul(root(n * n + 250000) + mul(root(m * m + 120000), c.creases), mul(c.tall << 1, Math.max(900, quiet)));
}

export function hollowOfRelief(c: Relief, x: number, y: number, k: number, out: Int32Array): void {
  const { height } = c;
  const straight =
    heldNode(height, k - 4 * NODES) +
    heldNode(height, k + 4 * NODES) +
    heldNode(height, k - 4) +
    heldNode(height, k + 4);
  const aslant =
    heldNode(height, k - 3 * NODES - 3) +
    heldNode(height, k - 3 * NODES + 3) +
    heldNode(height, k + 3 * NODES - 3) +
    heldNode(height, k + 3 * NODES + 3);
  out[0] = ((straight + aslant) >> 3) - nodeOf(height, k);
  out[1] = c.carving === CLOTH ? drapedAt(c, x, y) : 0;
}

/** A field's node, its index held to the lattice. */
function heldNode(field: Field, k: number): number {
  return nodeOf(field, clamp(k, 0, NODES * NODES - 1));
}

/** How deep a place on a cloth lies in the shadow of its folds. */
function drapedAt(c: Relief, x: number, y: number): number {
  const own = fieldAt(c.height, x, y) >> 3;
  let deepest = 0;
  for (let d = 120; d <= 1560; d += 160) {
    const above = (fieldAt(c.height, x + mul(c.lx, d), y + mul(c.ly, d)) >> 3) - own - mul(d, c.rise);
    deepest = Math.max(deepest, div(above * ONE, 120 + (d >> 2)));
  }
  return Math.min(deepest, ONE);
}

export function roundsOfTones(_c: Relief): number {
  return 1;
}

export function valueOfRelief(c: Relief, _i: number, x: number, y: number): number {
  return toneOf(c, x, y);
}

export function keepTones(c: Relief, _i: number, sorted: Int32Array): void {
  keepQuantiles(c.tones, sorted);
}

/** Phase of the rows at a place: 8192 from one to the next. */
function rowAt(c: Relief, x: number, y: number): number {
  return Math.imul(((mul(x, c.ca) + mul(y, c.sa)) << 3) + fieldAt(c.lean, x, y), c.rows) >> 4;
}

/** Height in eighths of a unit, without ripples. */
function carvedAt(c: Relief, x: number, y: number): number {
  const base = fieldAt(c.height, x, y);
  if (c.carving === CLOTH) return base;
  return base + (c.carving === GRAVEL ? gravelAt(c, x, y) : duneAt(rowAt(c, x, y), fieldAt(c.amount, x, y)));
}

/** The surface that light sees. */
function surfaceAt(c: Relief, x: number, y: number): number {
  const height = carvedAt(c, x, y);
  return c.carving > GRAVEL ? height + rippleAt(c, x, y) : height;
}

/** How far a place lies outside a stone; negative on it. */
function outside(c: Relief, i: number, x: number, y: number): number {
  const stone = c.stones[i]!;
  const ragged = noise((x * 3) >> 1, (y * 3) >> 1, c.lattice + 40 + i) >> 4;
  return distance(x - stone.x, y - stone.y) + ragged - stone.size;
}

/** The stone that is nearest to a place, less one when there is none. */
function nearest(c: Relief, x: number, y: number): number {
  let least = 32767;
  let index = -1;
  for (let i = 0; i < c.stones.length; i++) {
    const away = outside(c, i, x, y);
    if (away < least) {
      least = away;
      index = i;
    }
  }
  return index;
}

/** Furrows between ridges of gravel: rings round the stones, rows elsewhere; stones as domes. */
function gravelAt(c: Relief, x: number, y: number): number {
  const pitch = div(16384, c.rows);
  const i = nearest(c, x, y);
  const away = i < 0 ? 32767 : outside(c, i, x, y);
  if (away < 0) {
    const size = c.stones[i]!.size;
    const up = Math.min(-away, size);
    return (root(up * (2 * size - up)) << 2) + (fractal(x * 4, y * 4, c.lattice + 44, 3) >> 5) + 600;
  }
  const w = triangle(away < pitch * c.rings ? div(away * ONE, pitch) : rowAt(c, x, y));
  return mul(mul(w, w), div(pitch * 13, 4));
}

/** A slope that rises with the wind to a sharp crest, and the face where sand slides down. */
function duneAt(row: number, high: number): number {
  const t = row & 8191;
  const up = t < CREST ? div(t * ONE, CREST) : div((8191 - t) * ONE, 8191 - CREST);
  return mul(high, t < CREST ? mul(up, up) : mul(up, (ONE + up) >> 1));
}

/** Ripples on the windward side only. */
function rippleAt(c: Relief, x: number, y: number): number {
  const row = rowAt(c, x, y);
  const t = row & 8191;
  if (t >= CREST) return 0;
  const up = div(t * ONE, CREST);
  const wave = triangle(row * 9 + (noise(x * 3, y * 3, c.lattice + 31) >> 1) + noise(x, y, c.lattice + 32));
  return mul(mul(wave, c.fine), mul(up, ONE - up)) >> 3;
}

function toneOf(c: Relief, x: number, y: number): number {
  const gx = clamp((surfaceAt(c, x + 28, y) - surfaceAt(c, x - 28, y)) << 4, -23000, 23000);
  const gy = clamp((surfaceAt(c, x, y + 28) - surfaceAt(c, x, y - 28)) << 4, -23000, 23000);
  const length = root(gx * gx + gy * gy + ONE * ONE);
  const lit = clamp(div((c.lz - mul(gx, c.lx) - mul(gy, c.ly)) * ONE, length), -2000, ONE);
  const hidden = c.carving === CLOTH ? fieldAt(c.shadow, x, y) >> 3 : castAt(c, x, y);
  return ONE - lit + mul(hidden, 3000) + clamp(fieldAt(c.hollow, x, y) >> 1, -1200, 2400);
}

/** How deep a place lies in the shadow of what stands between it and the sun. */
function castAt(c: Relief, x: number, y: number): number {
  if (c.carving === GRAVEL && (c.stones.length === 0 || outside(c, nearest(c, x, y), x, y) > 1400)) return 0;
  const own = carvedAt(c, x, y) >> 3;
  let deepest = 0;
  for (let d = 60; d < 1100; d += 40 + (d >> 2)) {
    const tx = x + mul(c.lx, d);
    const ty = y + mul(c.ly, d);
    if (c.carving === GRAVEL && outside(c, nearest(c, tx, ty), tx, ty) >= 0) continue;
    const above = (carvedAt(c, tx, ty) >> 3) - own - mul(d, c.rise);
    deepest = Math.max(deepest, div(above * ONE, 30 + (d >> 3)));
  }
  return Math.min(deepest, ONE);
}

export function shadeRelief(c: Relief, x: number, y: number, out: Colour): void {
  const s = c.lattice;
  const raw = toneOf(c, x, y);
  const share = equalise(c.tones, raw);
  const tone = mix(clamp(raw - 1500, 0, ONE), mul(share, mul(share, share)), c.contrast);
  const stone = c.stones.length > 0 && outside(c, nearest(c, x, y), x, y) < 0;
  ramp(out, c.palette, stone ? c.stoneTone + mul(tone, 3500) : mul(tone, c.carving === CLOTH ? 7400 : 6200));
  const cloud = fractal(x << 1, y << 1, s + 60, 3);
  const speck =
    c.carving === CLOTH
      ? noise(x * 30, y * 30, s + 5) >> 7
      : (noise(x * 160, y * 160, s + 5) >> 5) + (noise(x * 52, y * 52, s + 6) >> 6);
  out[0] = out[0]! + mul((cloud >> 6) + speck, c.grain);
}

export function surroundRelief(c: Relief, x: number, y: number, out: Colour): void {
  sheetShadow(c.plate, x, y, out);
}

function distance(x: number, y: number): number {
  return root(x * x + y * y);
}
