/**
 * Block: a relief of cut stone, after the concrete reliefs of the sixties. The plate is cut like a quarry face into blocks
 * on one module; the network, asked once per block, decides cuts, motifs, tones and heights; one raking light does the rest.
 * @module
 */
import { blend, type Colour, dim, type Lab, paint } from "../colour.ts";
import { onPlate, type Plate } from "../field.ts";
import { clamp, cosine, div, mul, ONE, root, sine } from "../integer.ts";
import { runner } from "../net.ts";
import { fractal, noise } from "../noise.ts";
import { type Finish, type OldFamily, type OldSetup, params } from "./family.ts";

/** Parameters 0 to 11 are the weights of the motifs, in this order; then the numbers named below. */
export const block: OldFamily = {
  params: [
    ...params("quarter disc arch rings stairs plain flutes dome windows wedge halves pyramid", 0, 255),
    { name: "module", min: 6, max: 24 },
    { name: "height", min: 20, max: 255 },
    { name: "spread", min: 0, max: 255 },
    { name: "grain", min: 0, max: 255 },
  ],
  nets: [{ inputs: 3, hidden: [12, 12], outputs: 6, latents: 8 }],
  make,
};

const QUARTER = 0;
const DISC = 1;
const ARCH = 2;
const RINGS = 3;
const STAIRS = 4;
const PLAIN = 5;
const FLUTES = 6;
const DOME = 7;
const WINDOWS = 8;
const WEDGE = 9;
const HALVES = 10;
const PYRAMID = 11;
/** Motifs that want a block of nearly equal sides. */
const WANTS_SQUARE = [true, true, true, true, false, false, false, true, false, false, true, true];

/** Ramp roles of the four tones, for each option of the trait Scheme. */
const SCHEMES = [
  [0, 1, 1, 2],
  [1, 2, 0, 3],
  [4, 3, 2, 3],
  [0, 4, 1, 3],
  [2, 1, 3, 0],
];
/** Direction to the light (in turns) and rise of its rays (Q13 height per length), per option of the trait Light. */
const LIGHTS = [
  { turn: 5050, rise: 8600 },
  { turn: 5500, rise: 13000 },
  { turn: 6850, rise: 8600 },
];

/** One block: its place, motif, tone and height. */
export interface Leaf {
  readonly x0: number;
  readonly y0: number;
  readonly x1: number;
  readonly y1: number;
  readonly seed: number;
  motif: number;
  turn: number;
  count: number;
  height: number;
  tone: Lab;
  figure: Lab;
}

/** A cut: axis 0 is vertical (compare x), 1 horizontal; -1 - n stands for leaf n. */
export interface Cut {
  readonly axis: number;
  readonly at: number;
  less: number;
  more: number;
}

/** What {@link surfaceAt} writes: the leaf's number (-1 beside the plate) and height; */
const LEAF = 0;
const HEIGHT = 1;
/** 0 the block's own face, 1 its figure, 2 the figure's inner part; */
const PART = 2;
/** slope toward +x and +y of curved parts, Q13; 0 on flat ones. */
const SLOPE_X = 3;
const SLOPE_Y = 4;

function make(setup: OldSetup): Finish {
  const { params: p, palette, plate, generator: g } = setup;
  const { z, lattice } = setup.latents(0);
  const [cutsOption, lightOption, schemeOption, accentOption, figureOption] = setup.options as [
    number,
    number,
    number,
    number,
    number,
  ];
  const run = runner(setup.nets[0]!, z);
  const inputs = new Int32Array(3);
  const ask = (x: number, y: number, extent: number) => {
    inputs[0] = x << 1;
    inputs[1] = y << 1;
    inputs[2] = clamp(extent - 4000, -8192, 8191) << 1;
    return run(inputs);
  };
  const depth = cutsOption + 3;
  const unit = div(2 * ONE, p[12]!);
  const smallest = [2300, 1700, 1250][cutsOption]!;
  const weights = Array.from(p.subarray(0, 12));
  if (figureOption > 0) {
    const lead = [0, DISC, ARCH, STAIRS][figureOption]!;
    weights[lead] = weights[lead]! * 2 + 90;
  }
  const leaves: Leaf[] = [];
  const cuts: Cut[] = [];

  const divide = (x0: number, y0: number, x1: number, y1: number, d: number): number => {
    const w = x1 - x0;
    const h = y1 - y0;
    const o = ask((x0 + x1) >> 1, (y0 + y1) >> 1, Math.max(w, h));
    const keep = o[5]! > 5200 && d < depth - 1;
    const across = w * 4 > h * 5 ? 0 : h * 4 > w * 5 ? 1 : o[0]! > 0 ? 0 : 1;
    const length = across === 0 ? w : h;
    const share = clamp(4096 + ((o[4]! * 3) >> 3) + g.range(-900, 900), 1900, 6300);
    const cells = div(length + (unit >> 1), unit);
    const cell = clamp(div(cells * share + 4096, ONE), 1, cells - 1);
    const at = (across === 0 ? x0 : y0) + div(length * cell, Math.max(1, cells));
    const thin = Math.min(length - div(length * cell, Math.max(1, cells)), div(length * cell, Math.max(1, cells)));
    if (d <= 0 || keep || cells < 2 || thin < smallest >> 1 || length < smallest) {
      return -1 - leaves.push(leafOf(x0, y0, x1, y1, o)) + 1;
    }
    const cut: Cut = { axis: across, at, less: 0, more: 0 };
    const index = cuts.push(cut) - 1;
    cut.less = across === 0 ? divide(x0, y0, at, y1, d - 1) : divide(x0, y0, x1, at, d - 1);
    cut.more = across === 0 ? divide(at, y0, x1, y1, d - 1) : divide(x0, at, x1, y1, d - 1);
    return index;
  };

  const scheme = SCHEMES[schemeOption]!;
  const leafOf = (x0: number, y0: number, x1: number, y1: number, o: Int32Array): Leaf => {
    const w = x1 - x0;
    const h = y1 - y0;
    const spread = p[14]! * 40;
    const nearSquare = w * 2 < h * 3 && h * 2 < w * 3;
    const allowed = weights.map((weight, m) => (WANTS_SQUARE[m] && !nearSquare ? 0 : weight));
    const sum = allowed.reduce((a, b) => a + b, 0);
    const place = clamp((o[1]! >> 1) + 4096 + g.range(-spread, spread), 0, ONE - 1);
    let rest = (sum * place) >> 13;
    let motif = sum === 0 ? PLAIN : 0;
    while (sum > 0 && rest >= allowed[motif]!) rest -= allowed[motif++]!;
    const order = clamp((o[2]! >> 1) + 4096 + g.range(-2600, 2600), 0, ONE - 1) >> 11;
    const role = scheme[order]!;
    const contrast = g.range(0, 2);
    const figureRole =
      role === 4 ? 3 - (contrast & 1) : role === 0 ? 1 + contrast : contrast === 0 ? role - 1 : role + 1;
    return {
      x0,
      y0,
      x1,
      y1,
      seed: g.below(65536),
      motif,
      turn: g.below(4),
      count: g.range(3, 7),
      height: clamp(500 + mul(clamp((o[3]! >> 1) + 4096, 0, ONE) + g.range(-1500, 2500), p[13]! * 10), 140, 3000),
      tone: palette[role]!,
      figure: palette[figureRole]!,
    };
  };

  divide(-plate.halfWidth, -plate.halfHeight, plate.halfWidth, plate.halfHeight, depth);
  enliven(leaves, weights, g.below(1024));
  accentuate(leaves, palette, accentOption, (n) => g.below(n));

  const { turn, rise } = LIGHTS[lightOption]!;
  const lx = cosine(turn);
  const ly = sine(turn);
  // Domes and pyramids rise above their block; no ray above this can be cut off.
  const tallest = leaves.reduce(
    (most, b) => Math.max(most, b.height + (b.motif === DOME ? 1600 : b.motif === PYRAMID ? 1330 : 420)),
    0,
  );
  const texture = p[15]! << 6;
  const found = { plate, leaves, cuts };
  const heights = heightsOf(plate, leaves);
  const peaks = peaksOf(heights);
  const state: Block = { ...found, heights, peaks, lattice, lx, ly, rise, tallest, texture, ink: palette[4]! };
  return {
    linear: false,
    state,
    shade: (x, y, out) => shadeBlock(state, x, y, out),
    surround: (x, y, out) => surroundBlock(state, x, y, out),
  };
}

/** What the finish reads. */
export interface Block {
  readonly plate: Plate;
  readonly leaves: readonly Leaf[];
  readonly cuts: readonly Cut[];
  /** Heights at the corners of a fine grid, for shadows only: they are soft, so a blend of four corners is enough. */
  readonly heights: Int16Array;
  /** The highest point within one coarse cell of any place: where that is below the ray, taps can be passed over unread. */
  readonly peaks: Int16Array;
  readonly lattice: number;
  /** Direction to the light. */
  readonly lx: number;
  readonly ly: number;
  readonly rise: number;
  readonly tallest: number;
  readonly texture: number;
  readonly ink: Lab;
}

export function shadeBlock(s: Block, x: number, y: number, out: Colour): void {
  const { lx, ly } = s;
  const surface = new Int32Array(5);
  surfaceAt(s.plate, s.leaves, s.cuts, x, y, surface);
  const leaf = surface[LEAF]!;
  const height = surface[HEIGHT]!;
  const part = surface[PART]!;
  const lean = clamp((mul(surface[SLOPE_X]!, lx) + mul(surface[SLOPE_Y]!, ly)) >> 1, -5200, 4200);
  const dark = shadowAt(s, x, y, height);
  surfaceAt(s.plate, s.leaves, s.cuts, x - mul(lx, 34), y - mul(ly, 34), surface);
  const fall = height - surface[HEIGHT]!;
  surfaceAt(s.plate, s.leaves, s.cuts, x + mul(lx, 30), y + mul(ly, 30), surface);
  const seam = surface[LEAF]! !== leaf && surface[HEIGHT]! <= height + 60;
  shadeLeaf(s, s.leaves[leaf]!, x, y, part, lean, dark, fall, seam, out);
}

/** Colour of a block where its part, its lean to the light, the shadow on it and its edges are known. */
function shadeLeaf(
  s: Block,
  b: Leaf,
  x: number,
  y: number,
  part: number,
  lean: number,
  dark: number,
  fall: number,
  seam: boolean,
  out: Colour,
): void {
  const { lattice, lx, ly } = s;
  const { x0, y0, x1, y1, seed } = b;
  paint(out, part === 0 ? b.tone : b.figure);
  if (part === 2) blend(out, s.ink, 1500);
  if (lean < 0) dim(out, ONE + mul(lean, 5600 - (dark >> 2)));
  else if (lean > 0) blend(out, WHITE, mul(lean, 3600 - mul(dark, 3600)));
  dim(out, ONE - mul(dark, 2700));
  if (dark > 0) out[2] = out[2]! - mul(dark, 46);

  // An edge catches the light on its near side and keeps a thin dark seam on its far side.
  if (fall > 130 && dark < 2000) blend(out, WHITE, Math.min(2100, 700 + (fall >> 1)));
  if (seam) dim(out, ONE - 900);

  const w = x1 - x0;
  const h = y1 - y0;
  if (b.motif === PLAIN && w > 3000 && h > 3000) panels(x - x0, y - y0, w, h, lx, ly, out);

  // A block is a little darker away from the light, as a wall is.
  const gx = div((x - x0) * 2048, w) - 1024;
  const gy = div((y - y0) * 2048, h) - 1024;
  out[0] = out[0]! + ((mul(gx, lx) + mul(gy, ly)) >> 3);

  const odd = (seed & 1) === 1;
  const boards = noise(odd ? x << 1 : x * 30, odd ? y * 30 : y << 1, lattice + seed);
  const cloud = fractal(x * 3, y * 3, lattice + seed, 2);
  const fine = noise(x * 46, y * 46, lattice + 5);
  const pit = noise(x * 19, y * 19, lattice + 9);
  out[0] = out[0]! + mul((cloud >> 6) + (boards >> 8) + (fine >> 7) + (pit > 5600 ? -110 : 0), s.texture);
}

export function surroundBlock(s: Block, x: number, y: number, out: Colour): void {
  const dark = shadowAt(s, x, y, 0);
  if (dark > 0) dim(out, ONE - mul(dark, 2100));
}

/** Large plain faces were cast in panels: hairline joints, and the holes of the ties near their corners. */
function panels(x: number, y: number, w: number, h: number, lx: number, ly: number, out: Colour): void {
  const pw = div(w, div(w + 1700, 3400));
  const ph = div(h, div(h + 1700, 3400));
  const u = x % pw;
  const v = y % ph;
  const side = Math.min(u, v, pw - u, ph - v);
  if (side < 14 && x > 40 && y > 40 && w - x > 40 && h - y > 40) dim(out, ONE - 620);
  const tu = Math.min(u, pw - u) - (pw >> 2);
  const tv = Math.min(v, ph - v) - (ph >> 2);
  if (tu * tu + tv * tv < 2500) dim(out, ONE - 1500 + mul(lx, tu << 4) + mul(ly, tv << 4));
}

/** 0 in full light to 8192 in full shadow: the ray from here to the light against what stands in its way. */
function shadowAt(s: Block, x: number, y: number, height: number): number {
  let most = 0;
  let k = 0;
  while (k < TAPS.length) {
    const d = TAPS[k]!;
    const ray = height + mul(d, s.rise);
    if (ray >= s.tallest) return most;
    const tx = x + mul(s.lx, d);
    const ty = y + mul(s.ly, d);
    if (s.peaks[coarseOf(ty) * PEAKS + coarseOf(tx)]! <= ray) k = AFTER[k]!;
    else {
      k++;
      const over = heightAt(s.heights, tx, ty) - ray;
      if (over > 0) most = Math.min(ONE, Math.max(most, div(over * ONE, 40 + (d >> 2))));
      if (most === ONE) return most;
    }
  }
  return most;
}

function heightAt(heights: Int16Array, x: number, y: number): number {
  const u = clamp(x + (GRID / 2) * CELL, 0, (GRID - 2) * CELL);
  const v = clamp(y + (GRID / 2) * CELL, 0, (GRID - 2) * CELL);
  const k = (v >> 5) * GRID + (u >> 5);
  const fx = u & 31;
  const a = heights[k]! * (32 - fx) + heights[k + 1]! * fx;
  const b = heights[k + GRID]! * (32 - fx) + heights[k + GRID + 1]! * fx;
  return (a * (32 - (v & 31)) + b * (v & 31)) >> 10;
}

/** Height and surface at a place. */
function surfaceAt(
  plate: Plate,
  leaves: readonly Leaf[],
  cuts: readonly Cut[],
  x: number,
  y: number,
  out: Int32Array,
): void {
  out[LEAF] = -1;
  out[HEIGHT] = 0;
  out[PART] = 0;
  out[SLOPE_X] = 0;
  out[SLOPE_Y] = 0;
  if (!onPlate(plate, x, y)) return;
  let n = cuts.length === 0 ? -1 : 0;
  while (n >= 0) {
    const cut = cuts[n]!;
    n = (cut.axis === 0 ? x : y) < cut.at ? cut.less : cut.more;
  }
  out[LEAF] = -1 - n;
  carveMotif(leaves[-1 - n]!, x, y, out);
}

/** The grid of heights reaches beyond the canvas of any format. */
const GRID = 640;
const CELL = 32;
const PEAKS = GRID / 4;
/** Distances of the shadow's taps: 14, then each 22 + d / 32 farther. */
export const TAPS = tapDistances();
/** Where to go on from each tap when nothing near it reaches the ray: the first tap more than 120 farther. */
export const AFTER = TAPS.map((d, k) => TAPS.reduce((next, e, i) => (i > k && e <= d + 120 ? i + 1 : next), k + 1));
export const WHITE = Int32Array.of(4096, 0, 16);

function tapDistances(): Int32Array {
  const list: number[] = [];
  for (let d = 14; d < 1600; d += 22 + (d >> 5)) list.push(d);
  return Int32Array.from(list);
}

/** Leaf by leaf: the leaves tile the plate, so nobody need look for the one that a place lies on. */
function heightsOf(plate: Plate, leaves: readonly Leaf[]): Int16Array {
  const heights = new Int16Array(GRID * GRID);
  const surface = new Int32Array(5);
  const firstFrom = (v: number) => (v + (GRID / 2) * CELL + CELL - 1) >> 5;
  for (const leaf of leaves) {
    const [i0, i1] = [firstFrom(leaf.x0), firstFrom(leaf.x1)];
    for (let j = firstFrom(leaf.y0); j < firstFrom(leaf.y1); j++) {
      const y = (j - GRID / 2) * CELL;
      if (leaf.motif === PLAIN) heights.fill(leaf.height, j * GRID + i0, j * GRID + i1);
      else {
        for (let i = i0; i < i1; i++) {
          carveMotif(leaf, (i - GRID / 2) * CELL, y, surface);
          heights[j * GRID + i] = surface[HEIGHT]!;
        }
      }
    }
  }
  if (plate.round) {
    for (let k = 0; k < heights.length; k++) {
      if (!onPlate(plate, ((k % GRID) - GRID / 2) * CELL, (div(k, GRID) - GRID / 2) * CELL)) heights[k] = 0;
    }
  }
  return heights;
}

function coarseOf(x: number): number {
  return clamp((x + (GRID / 2) * CELL) >> 7, 0, PEAKS - 1);
}

/** For each 128 x 128 cell the highest corner in it and its eight neighbours. */
function peaksOf(heights: Int16Array): Int16Array {
  const cells = new Int16Array(PEAKS * PEAKS);
  for (let j = 0; j < GRID; j++) {
    for (let i = 0; i < GRID; i++) {
      const k = (j >> 2) * PEAKS + (i >> 2);
      const h = heights[j * GRID + i]!;
      if (h > cells[k]!) cells[k] = h;
    }
  }
  return dilate(dilate(cells, 1), PEAKS);
}

/** Maximum with both neighbours along one axis. */
function dilate(cells: Int16Array, stride: number): Int16Array {
  const wider = cells.slice();
  for (let k = stride; k < cells.length; k++) {
    if (cells[k - stride]! > wider[k]!) wider[k] = cells[k - stride]!;
    if (cells[k]! > wider[k - stride]!) wider[k - stride] = cells[k]!;
  }
  return wider;
}

/** At least a third of the blocks carry a motif, and neighbours in the list do not repeat one. */
function enliven(leaves: Leaf[], weights: readonly number[], start: number): void {
  const wide = leaves.filter((b) => (b.x1 - b.x0) * (b.y1 - b.y0) > 6_000_000);
  const quiet = leaves.filter((b) => b.motif === PLAIN).length;
  if (quiet * 3 > leaves.length * 2) {
    const best = wide.length > 0 ? wide : leaves;
    const chosen = best[start % best.length]!;
    const square = isSquare(chosen);
    let motif = start % 12;
    for (let k = 0; k < 12; k++) {
      if (weights[motif]! > 0 && motif !== PLAIN && (square || !WANTS_SQUARE[motif])) break;
      motif = (motif + 1) % 12;
    }
    chosen.motif = motif;
  }
}

/** One or two small blocks, or figures of large ones, take the accent. */
function accentuate(leaves: Leaf[], palette: readonly Lab[], wanted: number, below: (n: number) => number): void {
  const candidates = leaves.filter((b) => (b.x1 - b.x0) * (b.y1 - b.y0) < 42_000_000 || b.motif === DISC);
  for (let k = 0; k < wanted && candidates.length > 0; k++) {
    const [chosen] = candidates.splice(below(candidates.length), 1);
    const accent = palette[5]!;
    if (chosen!.motif === DISC || chosen!.motif === DOME || chosen!.motif === QUARTER || chosen!.motif === ARCH) {
      chosen!.figure = accent;
    } else {
      chosen!.tone = accent;
      chosen!.figure = palette[4]!;
    }
  }
}

function isSquare(b: Leaf): boolean {
  const w = b.x1 - b.x0;
  const h = b.y1 - b.y0;
  return w * 2 < h * 3 && h * 2 < w * 3;
}

/** Carves a block's motif: height, part and slope at a place inside it. */
function carveMotif(b: Leaf, x: number, y: number, out: Int32Array): void {
  const w = b.x1 - b.x0;
  const h = b.y1 - b.y0;
  let u = x - b.x0;
  let v = y - b.y0;
  const flipX = (b.turn & 1) === 1;
  const flipY = (b.turn & 2) === 2;
  if (flipX) u = w - u;
  if (flipY && b.motif !== ARCH) v = h - v;
  const n = Math.min(w, h);
  out[HEIGHT] = b.height;
  switch (b.motif) {
    case QUARTER:
      if (u * u + v * v < n * n) {
        out[PART] = 1;
        out[HEIGHT] = b.height >> 1;
      }
      return;
    case DISC: {
      const r = (n * 3) >> 3;
      if (square(u - (w >> 1)) + square(v - (h >> 1)) < r * r) {
        out[PART] = 1;
        out[HEIGHT] = (b.count & 1) === 1 ? b.height >> 1 : b.height + 420;
      }
      return;
    }
    case ARCH: {
      const r = (n * 5) >> 4;
      const du = u - (w >> 1);
      const spring = h - mul(n, 4600);
      const inner = (r * 5) >> 3;
      const dv = v - spring;
      if (inArch(du, dv, r)) {
        out[PART] = 1;
        out[HEIGHT] = mul(b.height, 5200);
        if (inArch(du, dv, inner)) {
          out[PART] = 2;
          out[HEIGHT] = b.height >> 2;
        }
      }
      return;
    }
    case RINGS: {
      const d = u * u + v * v;
      let k = 0;
      while (k < b.count && square(div(n * (k + 1), b.count)) <= d) k++;
      if (k < b.count) {
        out[PART] = k & 1;
        out[HEIGHT] = b.height - mul(b.height, (b.count - k) * 760);
      }
      return;
    }
    case STAIRS: {
      const along = w > h ? u : v;
      const steps = b.count + 1;
      const k = clamp(div(along * steps, Math.max(w, h)), 0, steps - 1);
      out[HEIGHT] = mul(b.height, 1600) + div(mul(b.height, 6500) * k, steps);
      return;
    }
    case FLUTES: {
      const wide = w < h;
      const side = wide ? w : h;
      const flutes = b.count + 1;
      const pitch = div(side, flutes);
      const place = clamp((wide ? u : v) % Math.max(1, pitch), 0, pitch);
      const t = div((2 * place - pitch) * ONE, Math.max(1, pitch));
      // A shaft: height 1 - t^2, slope -2t, seen from the light.
      out[HEIGHT] = b.height - mul(mul(t, t), 300);
      const slope = mul(t, -7600);
      if (wide) out[SLOPE_X] = flipX ? slope : -slope;
      else out[SLOPE_Y] = flipY ? slope : -slope;
      return;
    }
    case DOME: {
      const r = (n * 3) >> 3;
      const du = u - (w >> 1);
      const dv = v - (h >> 1);
      const rest = r * r - du * du - dv * dv;
      if (rest > 0) {
        out[PART] = 1;
        const rise = root(rest);
        const hollow = (b.count & 1) === 1;
        out[HEIGHT] = hollow ? b.height - (rise >> 2) : b.height + (rise >> 2);
        const sx = div(du * ONE, r);
        const sy = div(dv * ONE, r);
        const k = hollow ? -7000 : 7000;
        out[SLOPE_X] = mul(flipX ? -sx : sx, k);
        out[SLOPE_Y] = mul(flipY ? -sy : sy, k);
      }
      return;
    }
    case WINDOWS: {
      const columns = clamp(div(w * 2 + n, n * 2) + (b.count >> 2), 1, 5);
      const rows = clamp(div(h * 2 + n, n * 2) + (b.count >> 2), 1, 5);
      const cu = div(w, columns);
      const cv = div(h, rows);
      const pu = u % Math.max(1, cu);
      const pv = v % Math.max(1, cv);
      const edge = Math.min(cu, cv) >> 2;
      if (pu > edge && pu < cu - edge && pv > edge && pv < cv - edge && u < cu * columns && v < cv * rows) {
        out[PART] = 1;
        out[HEIGHT] = b.height >> 1;
      }
      return;
    }
    case WEDGE:
      if (div(u * ONE, w) > div(v * ONE, h)) {
        out[PART] = 1;
        out[HEIGHT] = b.height - mul(b.height, 2800);
      }
      return;
    case HALVES: {
      const r = (n * 7) >> 4;
      const du = u - (w >> 1);
      const upper = v < h >> 1;
      const dv = upper ? v - (h >> 1) + (r >> 4) : v - h + (h >> 4);
      if (dv <= 0 && square(du) + square(dv) < r * r) {
        out[PART] = 1;
        out[HEIGHT] = b.height >> 1;
      }
      return;
    }
    case PYRAMID: {
      const m = Math.max(Math.abs(2 * u - w), Math.abs(2 * v - h));
      const steps = b.count;
      const k = clamp(div((Math.max(w, h) - m) * steps, Math.max(w, h)), 0, steps - 1);
      out[PART] = k === steps - 1 ? 1 : 0;
      out[HEIGHT] = (b.count & 1) === 1 ? b.height + k * 190 : Math.max(60, b.height - k * 230);
      return;
    }
    default:
      return;
  }
}

/** Upright sides below the spring, a half circle above it. */
function inArch(du: number, dv: number, radius: number): boolean {
  return dv > 0 ? du < radius && du > -radius : square(du) + square(dv) < radius * radius;
}

function square(x: number): number {
  return Math.imul(x, x);
}
