/**
 * Relief: a surface carved in one stone and lit from one side. Cloth in its folds, gravel raked round stones, or dunes with
 * sharp crests: heights from the network and its noise, then one light, its shadow, and the dark of hollows.
 * @module
 */
import { type Colour, type Lab, ramp } from "../colour.ts";
import { equalise, type Field, fieldAt, makeFields, NODES, nodesOf, type Plate, quantilesOf } from "../field.ts";
import { clamp, cosine, div, mix, mul, ONE, root, sine, step, triangle } from "../integer.ts";
import { bind } from "../net.ts";
import { fractal, noise } from "../noise.ts";
import { type Finish, type OldFamily, type OldSetup, params } from "./family.ts";
import { fieldNet, sheetShadow } from "./ground.ts";

export const relief: OldFamily = {
  params: params("scale warp depth calm gather fine grain contrast", 0, 255),
  nets: [fieldNet(4)],
  make,
};

const CLOTH = 0;
const GRAVEL = 1;
/** Where in its row a dune is highest. */
const CREST = 5800;

function make(setup: OldSetup): Finish {
  const { params: p, plate, generator: g } = setup;
  const [carving, courseOption, stoneCount, sunOption, lightOption] = setup.options as [
    number,
    number,
    number,
    number,
    number,
  ];
  const [scale, warp, depth, calm, gather, fine, grain, contrast] = p as unknown as number[] as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const dark = setup.palette[0]![0]! < setup.palette[4]![0]!;
  const palette = dark ? [4, 3, 2, 1, 0, 5].map((i) => setup.palette[i]!) : setup.palette;
  const { z, lattice } = setup.latents(0);

  // Across the folds, furrows or dunes.
  const [least, most] = [
    [-300, 300],
    [700, 1350],
    [1750, 2300],
  ][courseOption] as [number, number];
  const turn = g.range(least, most) * (g.chance(128) ? 1 : -1);
  const ca = cosine(turn);
  const sa = sine(turn);
  const lightTurn = lightOption === 0 ? g.range(4500, 5500) : g.range(6800, 7800);
  const lx = cosine(lightTurn);
  const ly = sine(lightTurn);
  const rise = sunOption === 0 ? 3000 : 5200;
  const wide = 2 + div(scale, 32) + g.range(0, 2);
  const swing = 600 + warp * 12 + g.range(0, 1200);
  const tall = 500 + depth * 8;
  const stones: Stone[] = [];
  for (let i = 0; i < stoneCount; i++) stones.push(place(setup, stones, div(g.range(800, 2700) * (7 - stoneCount), 6)));

  const all = nodesOf(plate);
  const o = setup.askAll({ net: bind(setup.nets[0]!, z), lattice, stone: false }, all);
  const raw = makeFields(plate, 4, (_x, _y, out, _k, n) => {
    for (let i = 0; i < 4; i++) out[i] = clamp(o[i * all.ks.length + n]! >> 1, -26000, 26000);
  }) as [Field, Field, Field, Field];
  const masks = quantilesOf(plate, (x, y) => fieldAt(raw[3], x, y) >> 3);

  /** Heights of the folds of a cloth. */
  const folds = (x: number, y: number, k: number): number => {
    const v = mul(y, ca) - mul(x, sa) + mul(raw[2].nodes[k]!, swing >> 1);
    let u = mul(x, ca) + mul(y, sa) + mul(raw[1].nodes[k]!, swing);
    // Gathered at one end: folds run together there.
    u = mul(u, ONE + mul(gather << 4, ONE - v) - (gather << 4));
    const n = noise((u * wide) >> 2, v >> 2, lattice + 20);
    const m = noise((u * wide * 5) >> 3, v >> 1, lattice + 21);
    const quiet = ONE - mul(calm << 5, ONE - step(masks[10]!, masks[52]!, fieldAt(raw[3], x, y) >> 3));
    return mul(root(n * n + 250000) + mul(root(m * m + 120000), fine << 4), mul(tall << 1, Math.max(900, quiet)));
  };
  const [height, lean, amount] = makeFields(plate, 3, (x, y, out, k) => {
    const swell = raw[0].nodes[k]! >> 4;
    out[0] = carving === CLOTH ? folds(x, y, k) + swell : swell;
    out[1] = mul(raw[1].nodes[k]!, swing) + (noise((x * 3) >> 1, (y * 3) >> 1, lattice + 11) >> 4);
    out[2] = mul(tall, 1300 + mul(step(masks[2]!, masks[46]!, fieldAt(raw[3], x, y) >> 3), 6800));
  }) as [Field, Field, Field];
  const { nodes } = height;
  const [hollow, shadow] = makeFields(plate, 2, (x, y, out, k) => {
    let sum = 0;
    for (const d of AROUND) sum += nodes[clamp(k + d, 0, NODES * NODES - 1)]!;
    out[0] = (sum >> 3) - nodes[k]!;
    out[1] = 0;
    if (carving !== CLOTH) return;
    const own = fieldAt(height, x, y) >> 3;
    let deepest = 0;
    for (let d = 120; d <= 1560; d += 160) {
      const above = (fieldAt(height, x + mul(lx, d), y + mul(ly, d)) >> 3) - own - mul(d, rise);
      deepest = Math.max(deepest, div(above * ONE, 120 + (d >> 2)));
    }
    out[1] = Math.min(deepest, ONE);
  }) as [Field, Field];

  const tones = new Int32Array(65);
  const state: Relief = {
    plate,
    carving,
    height,
    hollow,
    shadow,
    lean,
    amount,
    stones,
    ca,
    sa,
    rows: carving === GRAVEL ? 22 + div(scale, 8) + g.range(0, 14) : wide + 1,
    rings: g.range(3, 7),
    stoneTone: g.range(800, 4600),
    lx,
    ly,
    lz: sunOption === 0 ? 4200 : 5600,
    rise,
    lattice,
    fine: fine << 5,
    grain: grain << 6,
    palette,
    tones,
    contrast: contrast << 5,
  };
  tones.set(quantilesOf(plate, (x, y) => toneOf(state, x, y)));
  return {
    linear: false,
    state,
    shade: (x, y, out) => shadeRelief(state, x, y, out),
    surround: (x, y, out) => surroundRelief(state, x, y, out),
  };
}

/** Of six places the one farthest from the stones that lie already. */
function place({ plate, generator: g }: OldSetup, stones: readonly Stone[], size: number): Stone {
  let best: Stone = { x: 0, y: 0, size };
  let farthest = -0x7fffffff;
  for (let k = 0; k < 6; k++) {
    const x = g.range(-mul(plate.halfWidth, 5200), mul(plate.halfWidth, 5200));
    const y = g.range(-mul(plate.halfHeight, 5200), mul(plate.halfHeight, 5200));
    let near = ONE;
    for (const other of stones) near = Math.min(near, distance(x - other.x, y - other.y) - size - other.size);
    if (near > farthest) {
      farthest = near;
      best = { x, y, size };
    }
  }
  return best;
}

export interface Stone {
  readonly x: number;
  readonly y: number;
  readonly size: number;
}

/** What the finish reads. */
export interface Relief {
  readonly plate: Plate;
  /** 0 cloth, 1 gravel, 2 dunes. */
  readonly carving: number;
  /** The cloth, or the swell under gravel and dunes. */
  readonly height: Field;
  /** How much higher the neighbourhood is. */
  readonly hollow: Field;
  readonly shadow: Field;
  /** How far furrows and crests are moved across, and how high dunes are. */
  readonly lean: Field;
  readonly amount: Field;
  readonly stones: readonly Stone[];
  readonly ca: number;
  readonly sa: number;
  /** Furrows or dunes across the plate. */
  readonly rows: number;
  /** Rings of gravel round a stone, and how dark stones are. */
  readonly rings: number;
  readonly stoneTone: number;
  readonly lx: number;
  readonly ly: number;
  readonly lz: number;
  readonly rise: number;
  readonly lattice: number;
  readonly fine: number;
  readonly grain: number;
  readonly palette: readonly Lab[];
  readonly tones: Int32Array;
  readonly contrast: number;
}

/** Phase of the rows at a place: 8192 from one to the next. */
function rowAt(c: Relief, x: number, y: number): number {
  return Math.imul(((mul(x, c.ca) + mul(y, c.sa)) << 3) + fieldAt(c.lean, x, y), c.rows) >> 4;
}

/** Height in eighths of a unit, without ripples. */
function heightAt(c: Relief, x: number, y: number): number {
  const base = fieldAt(c.height, x, y);
  if (c.carving === CLOTH) return base;
  return base + (c.carving === GRAVEL ? gravelAt(c, x, y) : duneAt(rowAt(c, x, y), fieldAt(c.amount, x, y)));
}

/** The surface that light sees. */
function surfaceAt(c: Relief, x: number, y: number): number {
  const height = heightAt(c, x, y);
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
  const own = heightAt(c, x, y) >> 3;
  let deepest = 0;
  for (let d = 60; d < 1100; d += 40 + (d >> 2)) {
    const tx = x + mul(c.lx, d);
    const ty = y + mul(c.ly, d);
    if (c.carving === GRAVEL && outside(c, nearest(c, tx, ty), tx, ty) >= 0) continue;
    const above = (heightAt(c, tx, ty) >> 3) - own - mul(d, c.rise);
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

const AROUND = [-4 * NODES, 4 * NODES, -4, 4, -3 * NODES - 3, -3 * NODES + 3, 3 * NODES - 3, 3 * NODES + 3];
