/**
 * Block: a relief of cut stone, after the concrete reliefs of the sixties. The plate is cut like a quarry face into blocks
 * on one module; the network, asked once per block, decides cuts, motifs, tones and heights; one raking light does the rest.
 * @module
 */
import { blend, type Colour, dim, type Lab, paint } from "../colour.ts";
import { below, type Generator, range } from "../draws.ts";
import { onPlate, type Plate } from "../field.ts";
import { halves } from "../halves.ts";
import { clamp, cosine, div, mul, ONE, root, sine } from "../integer.ts";
import { ask, type BoundNet, bind, INPUTS, OUTPUTS, SLOTS } from "../net.ts";
import { fractal, noise } from "../noise.ts";
import { type Family, params, type Setup } from "./family.ts";

/** Parameters 0 to 11 are the weights of the motifs, in this order; then the numbers named below. */
export const block: Family<Block> = {
  params: [
    ...params("quarter disc arch rings stairs plain flutes dome windows wedge halves pyramid", 0, 255),
    { name: "module", min: 6, max: 24 },
    { name: "height", min: 20, max: 255 },
    { name: "spread", min: 0, max: 255 },
    { name: "grain", min: 0, max: 255 },
  ],
  nets: [{ inputs: 3, hidden: [12, 12], outputs: 6, latents: 8 }],
  linear: false,
  draw: drawBlock,
  steps: [{ bake: bakeBlock }],
  shade: shadeBlock,
  surround: surroundBlock,
};

/** All that a piece is made from. */
export interface Block {
  readonly plate: Plate;
  /** The blocks; they tile the plate. */
  readonly leaves: readonly Leaf[];
  /** The cuts that parted them. */
  readonly cuts: readonly Cut[];
  /** Where to begin: cut 0, or -1 where the whole plate is leaf 0. */
  readonly start: number;
  /** Seed of the piece's noises. */
  readonly lattice: number;
  /** Direction to the light. */
  readonly lx: number;
  readonly ly: number;
  /** How much a ray to the light rises, Q13 for each length. */
  readonly rise: number;
  /** The most of all tops: no ray above this can be cut off. */
  readonly tallest: number;
  /** How strongly the stone's grain shows. */
  readonly texture: number;
  readonly ink: Lab;
  /** Heights at the corners of a fine grid, for shadows only: they are soft, so a blend of four corners is enough. */
  heights: Int32Array;
  /** The highest point within one coarse cell of any place: where that is below the ray, taps can be passed over unread. */
  peaks: Int32Array;
}

/** One block: its place, motif, tone and height. */
export interface Leaf {
  readonly x0: number;
  readonly y0: number;
  readonly x1: number;
  readonly y1: number;
  /** Sets its grain apart from that of the others. */
  readonly seed: number;
  motif: number;
  /** Bit 0: the motif is mirrored in x, bit 1: in y. */
  readonly turn: number;
  /** How many rings, steps or flutes; odd ones are hollow where there is a choice. */
  readonly count: number;
  readonly height: number;
  /** No point of it stands higher. */
  top: number;
  tone: Lab;
  figure: Lab;
}

/** A cut: axis 0 is vertical (compare x), 1 horizontal; on each side lies another cut, or leaf n as -1 - n. */
export interface Cut {
  readonly axis: number;
  readonly at: number;
  less: number;
  more: number;
}

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

/** Least length of a block that is cut, for each option of the trait Cuts; no part is shorter than half of that. */
const SMALLEST = [2300, 1700, 1250];
/** The motif that each option of the trait Figure but the first brings forward. */
const LEADS = [QUARTER, DISC, ARCH, STAIRS];
const MOTIFS = 12;

/** What {@link carveMotif} writes: height; */
const HEIGHT = 0;
/** 0 the block's own face, 1 its figure, 2 the figure's inner part; */
const PART = 1;
/** slope toward +x and +y of curved parts, Q13; 0 on flat ones. */
const SLOPE_X = 2;
const SLOPE_Y = 3;

export function drawBlock(setup: Setup): Block {
  const { params: p, palette, plate, lattice, generator: g } = setup;
  const [cutsOption, lightOption, schemeOption, accentOption, figureOption] = setup.options;
  const weights = new Int32Array(MOTIFS);
  for (let m = 0; m < MOTIFS; m++) weights[m] = p[m]!;
  if (figureOption > 0) {
    const lead = LEADS[figureOption]!;
    weights[lead] = weights[lead]! * 2 + 90;
  }
  const quarry: Quarry = {
    net: bind(setup.nets[0]!, setup.z),
    depth: cutsOption + 3,
    unit: div(2 * ONE, p[12]!),
    smallest: SMALLEST[cutsOption]!,
    weights,
    height: p[13]!,
    spread: p[14]!,
    scheme: schemeOption,
    palette,
    leaves: [],
    cuts: [],
  };
  const { halfWidth, halfHeight } = plate;
  const whole: Part = { x0: -halfWidth, y0: -halfHeight, x1: halfWidth, y1: halfHeight, depth: quarry.depth };
  const start = divide(quarry, g, whole);
  const { leaves, cuts } = quarry;
  enliven(leaves, weights, below(g, 1024));
  accentuate(g, leaves, palette, accentOption);
  let tallest = 0;
  for (let i = 0; i < leaves.length; i++) {
    const top = topOf(leaves[i]!);
    leaves[i]!.top = top;
    tallest = Math.max(tallest, top);
  }
  const { turn, rise } = LIGHTS[lightOption]!;
  return {
    plate,
    leaves,
    cuts,
    start,
    lattice,
    lx: cosine(turn),
    ly: sine(turn),
    rise,
    tallest,
    texture: p[15]! << 6,
    ink: palette[4]!,
    heights: new Int32Array(0),
    peaks: new Int32Array(0),
  };
}

/** What is at hand while a plate is cut. */
interface Quarry {
  readonly net: BoundNet;
  readonly depth: number;
  /** Width of the module. */
  readonly unit: number;
  readonly smallest: number;
  readonly weights: Int32Array;
  /** Parameters of the style, and the option of the trait Scheme. */
  readonly height: number;
  readonly spread: number;
  readonly scheme: number;
  readonly palette: readonly Lab[];
  /** What is cut so far. */
  readonly leaves: Leaf[];
  readonly cuts: Cut[];
}

/** A part of the plate, and how often it may be cut. */
interface Part {
  readonly x0: number;
  readonly y0: number;
  readonly x1: number;
  readonly y1: number;
  readonly depth: number;
}

/** Cuts a part until its blocks stand. Gives back its first cut, or -1 - n where it is leaf n. */
function divide(q: Quarry, g: Generator, part: Part): number {
  const cut = cutOf(q, g, part);
  if (cut.axis < 0) {
    q.leaves.push(leafOf(q, g, part));
    return -q.leaves.length;
  }
  const index = q.cuts.length;
  q.cuts.push(cut);
  const less = divide(q, g, partBefore(part, cut));
  q.cuts[index]!.less = less;
  const more = divide(q, g, partBehind(part, cut));
  q.cuts[index]!.more = more;
  return index;
}

function partBefore(part: Part, cut: Cut): Part {
  const { x0, y0, x1, y1, depth } = part;
  const { axis, at } = cut;
  return { x0, y0, x1: axis === 0 ? at : x1, y1: axis === 0 ? y1 : at, depth: depth - 1 };
}

function partBehind(part: Part, cut: Cut): Part {
  const { x0, y0, x1, y1, depth } = part;
  const { axis, at } = cut;
  return { x0: axis === 0 ? at : x0, y0: axis === 0 ? y0 : at, x1, y1, depth: depth - 1 };
}

/** Asks the network about a part, and where to cut it: axis -1 where it stays whole. The answer stays in SLOTS. */
function cutOf(q: Quarry, g: Generator, part: Part): Cut {
  const { x0, y0, x1, y1, depth } = part;
  const w = x1 - x0;
  const h = y1 - y0;
  SLOTS[INPUTS] = halves(((x0 + x1) >> 1) << 1, ((y0 + y1) >> 1) << 1);
  SLOTS[INPUTS + 1] = halves(clamp(Math.max(w, h) - 4000, -8192, 8191) << 1, 0);
  ask(q.net);
  const keep = SLOTS[OUTPUTS + 5]! > 5200 && depth < q.depth - 1;
  const axis = w * 4 > h * 5 ? 0 : h * 4 > w * 5 ? 1 : SLOTS[OUTPUTS]! > 0 ? 0 : 1;
  const length = axis === 0 ? w : h;
  const share = clamp(4096 + ((SLOTS[OUTPUTS + 4]! * 3) >> 3) + range(g, -900, 900), 1900, 6300);
  const cells = div(length + (q.unit >> 1), q.unit);
  const cell = clamp(div(cells * share + 4096, ONE), 1, cells - 1);
  const before = div(length * cell, Math.max(1, cells));
  const thin = Math.min(length - before, before);
  const whole = depth <= 0 || keep || cells < 2 || thin < q.smallest >> 1 || length < q.smallest;
  return { axis: whole ? -1 : axis, at: (axis === 0 ? x0 : y0) + before, less: 0, more: 0 };
}

/** The block that a part becomes, by what the network answered about it last. */
function leafOf(q: Quarry, g: Generator, part: Part): Leaf {
  const { x0, y0, x1, y1 } = part;
  const nearSquare = isSquare(x1 - x0, y1 - y0);
  const spread = q.spread * 40;
  let sum = 0;
  for (let m = 0; m < MOTIFS; m++) sum += weightOf(q, m, nearSquare);
  const place = clamp((SLOTS[OUTPUTS + 1]! >> 1) + 4096 + range(g, -spread, spread), 0, ONE - 1);
  let rest = (sum * place) >> 13;
  let motif = sum === 0 ? PLAIN : 0;
  while (sum > 0 && rest >= weightOf(q, motif, nearSquare)) {
    rest -= weightOf(q, motif, nearSquare);
    motif++;
  }
  const order = clamp((SLOTS[OUTPUTS + 2]! >> 1) + 4096 + range(g, -2600, 2600), 0, ONE - 1) >> 11;
  const role = SCHEMES[q.scheme]![order]!;
  const contrast = range(g, 0, 2);
  const figureRole = role === 4 ? 3 - (contrast & 1) : role === 0 ? 1 + contrast : contrast === 0 ? role - 1 : role + 1;
  const seed = below(g, 65536);
  const turn = below(g, 4);
  const count = range(g, 3, 7);
  const lift = clamp((SLOTS[OUTPUTS + 3]! >> 1) + 4096, 0, ONE) + range(g, -1500, 2500);
  return {
    x0,
    y0,
    x1,
    y1,
    seed,
    motif,
    turn,
    count,
    height: clamp(500 + mul(lift, q.height * 10), 140, 3000),
    top: 0,
    tone: q.palette[role]!,
    figure: q.palette[figureRole]!,
  };
}

/** Weight of a motif, 0 where it does not fit. */
function weightOf(q: Quarry, motif: number, nearSquare: boolean): number {
  return WANTS_SQUARE[motif]! && !nearSquare ? 0 : q.weights[motif]!;
}

function isSquare(w: number, h: number): boolean {
  return w * 2 < h * 3 && h * 2 < w * 3;
}

function areaOf(b: Leaf): number {
  return (b.x1 - b.x0) * (b.y1 - b.y0);
}

/** At least a third of the blocks carry a motif: else one of the large ones, if there are any, takes one. */
function enliven(leaves: Leaf[], weights: Int32Array, start: number): void {
  let wide = 0;
  let quiet = 0;
  for (let i = 0; i < leaves.length; i++) {
    if (areaOf(leaves[i]!) > 6_000_000) wide++;
    if (leaves[i]!.motif === PLAIN) quiet++;
  }
  if (quiet * 3 <= leaves.length * 2) return;
  let chosen = start % (wide > 0 ? wide : leaves.length);
  if (wide > 0) {
    // The large one of this number.
    let rest = chosen;
    chosen = 0;
    while (rest > 0 || areaOf(leaves[chosen]!) <= 6_000_000) {
      if (areaOf(leaves[chosen]!) > 6_000_000) rest--;
      chosen++;
    }
  }
  const { x0, y0, x1, y1 } = leaves[chosen]!;
  const nearSquare = isSquare(x1 - x0, y1 - y0);
  let motif = start % MOTIFS;
  for (let k = 0; k < MOTIFS; k++) {
    if (weights[motif]! > 0 && motif !== PLAIN && (nearSquare || !WANTS_SQUARE[motif]!)) break;
    motif = (motif + 1) % MOTIFS;
  }
  leaves[chosen]!.motif = motif;
}

/** One or two small blocks, or figures of large ones, take the accent. */
function accentuate(g: Generator, leaves: Leaf[], palette: readonly Lab[], wanted: number): void {
  const candidates = new Int32Array(leaves.length);
  let count = 0;
  for (let i = 0; i < leaves.length; i++) {
    if (areaOf(leaves[i]!) < 42_000_000 || leaves[i]!.motif === DISC) {
      candidates[count] = i;
      count++;
    }
  }
  for (let k = 0; k < wanted && count > 0; k++) {
    const at = below(g, count);
    const chosen = candidates[at]!;
    count--;
    for (let i = at; i < count; i++) candidates[i] = candidates[i + 1]!;
    const { motif } = leaves[chosen]!;
    if (motif === DISC || motif === DOME || motif === QUARTER || motif === ARCH) {
      leaves[chosen]!.figure = palette[5]!;
    } else {
      leaves[chosen]!.tone = palette[5]!;
      leaves[chosen]!.figure = palette[4]!;
    }
  }
}

/** The most that {@link carveMotif} makes of a block's height. */
function topOf(b: Leaf): number {
  const raised = (b.count & 1) === 0;
  if (b.motif === DISC && raised) return b.height + 420;
  if (b.motif === DOME && raised) return b.height + ((Math.min(b.x1 - b.x0, b.y1 - b.y0) * 3) >> 5);
  if (b.motif === PYRAMID && !raised) return b.height + (b.count - 1) * 190;
  return b.height;
}

export function shadeBlock(s: Block, x: number, y: number, out: Colour): void {
  const { lx, ly } = s;
  const leaf = leafUnder(s, s.start, x, y);
  const b = s.leaves[leaf]!;
  const surface = new Int32Array(4);
  carveMotif(b, x, y, surface);
  const height = surface[HEIGHT]!;
  const part = surface[PART]!;
  const lean = clamp((mul(surface[SLOPE_X]!, lx) + mul(surface[SLOPE_Y]!, ly)) >> 1, -5200, 4200);
  const dark = shadowAt(s, x, y, height);
  // An edge catches the light on its near side, where there is light, and keeps a thin dark seam on its far side.
  const bx = x - mul(lx, 34);
  const by = y - mul(ly, 34);
  const fall = dark < 2000 ? height - heightOf(s, leafNear(s, leaf, bx, by), bx, by, surface) : 0;
  const sx = x + mul(lx, 30);
  const sy = y + mul(ly, 30);
  const beside = leafNear(s, leaf, sx, sy);
  const seam = beside !== leaf && heightOf(s, beside, sx, sy, surface) <= height + 60;
  shadeLeaf(s, b, x, y, part, lean, dark, fall, seam, out);
}

/** Colour of a block where its part, its lean to the light, the shadow on it and its edges are known; `fall` is 0 in the shade. */
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

  if (fall > 130) blend(out, WHITE, Math.min(2100, 700 + (fall >> 1)));
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
    const next = hidden(s, tx, ty, ray, k);
    if (next > k) k = next;
    else {
      k++;
      const over = heightAt(s, tx, ty) - ray;
      if (over > 0) most = Math.min(ONE, Math.max(most, div(over * ONE, 40 + (d >> 2))));
      if (most === ONE) return most;
    }
  }
  return most;
}

/** Where to go on from tap k, which stands at this place: at a later one, if nothing before it can reach the ray. */
export function hidden(s: Block, x: number, y: number, ray: number, k: number): number {
  return s.peaks[coarseOf(y) * PEAKS + coarseOf(x)]! <= ray ? AFTER[k]! : k;
}

/** Height at a place, blended from the four corners of its cell of the grid. */
export function heightAt(s: Block, x: number, y: number): number {
  const { heights } = s;
  const u = clamp(x + REACH, 0, (GRID - 2) * CELL);
  const v = clamp(y + REACH, 0, (GRID - 2) * CELL);
  const k = (v >> 5) * GRID + (u >> 5);
  const fx = u & 31;
  const a = heights[k]! * (32 - fx) + heights[k + 1]! * fx;
  const b = heights[k + GRID]! * (32 - fx) + heights[k + GRID + 1]! * fx;
  return (a * (32 - (v & 31)) + b * (v & 31)) >> 10;
}

function coarseOf(x: number): number {
  return clamp((x + REACH) >> 7, 0, PEAKS - 1);
}

/** {@link hidden} without the grid: also sound, but it knows less of the blocks, and tries a longer way first. */
export function seldomHidden(s: Block, x: number, y: number, ray: number, k: number): number {
  if (isBelow(s, x, y, LONG_SPAN, ray)) return LONG_AFTER[k]!;
  return isBelow(s, x, y, SPAN, ray) ? AFTER[k]! : k;
}

/** Whether no tap from this place toward the light, up to a span from here, reads more than the ray's height here. */
function isBelow(s: Block, x: number, y: number, span: number, ray: number): boolean {
  const { halfWidth, halfHeight } = s.plate;
  const dx = mul(s.lx, span);
  const dy = mul(s.ly, span);
  // All corners that the taps read.
  const x0 = (x + Math.min(dx, 0)) & -CELL;
  const y0 = (y + Math.min(dy, 0)) & -CELL;
  const x1 = ((x + Math.max(dx, 0) + 1) & -CELL) + CELL;
  const y1 = ((y + Math.max(dy, 0) + 1) & -CELL) + CELL;
  if (x0 >= halfWidth || x1 < -halfWidth || y0 >= halfHeight || y1 < -halfHeight) return ray >= 0;
  const n = nodeAround(s, x0, y0, x1, y1);
  if (n < 0) return isLeafBelow(s.leaves[-1 - n]!, x0, y0, x1, y1, ray);
  // Every block is longer and wider than this box: those that it touches hold one of its corners.
  const a = leafUnder(s, n, x0, y0);
  if (!isLeafBelow(s.leaves[a]!, x0, y0, x1, y1, ray)) return false;
  const b = leafUnder(s, n, x1, y1);
  if (!isLeafBelow(s.leaves[b]!, x0, y0, x1, y1, ray)) return false;
  const c = leafUnder(s, n, x1, y0);
  if (c !== a && c !== b && !isLeafBelow(s.leaves[c]!, x0, y0, x1, y1, ray)) return false;
  const d = leafUnder(s, n, x0, y1);
  return d === a || d === b || isLeafBelow(s.leaves[d]!, x0, y0, x1, y1, ray);
}

function isLeafBelow(b: Leaf, x0: number, y0: number, x1: number, y1: number, ray: number): boolean {
  return b.top <= ray || mostOn(b, x0, y0, x1, y1) <= ray;
}

/** No point of a block that lies in a box stands higher: the height where its motif is highest there, or else its top. */
function mostOn(b: Leaf, x0: number, y0: number, x1: number, y1: number): number {
  const { motif, count } = b;
  const flipX = (b.turn & 1) === 1;
  const flipY = (b.turn & 2) === 2;
  const left = Math.max(x0, b.x0);
  const right = Math.min(x1, b.x1);
  const upper = Math.max(y0, b.y0);
  const lower = Math.min(y1, b.y1);
  let x = left;
  let y = upper;
  if (motif === QUARTER || motif === RINGS || motif === STAIRS || motif === WEDGE) {
    // These rise toward one corner of their block, whichever way one goes.
    if (flipX === (motif === WEDGE)) x = right;
    if (!flipY) y = lower;
  } else if (motif === DISC || motif === DOME || motif === PYRAMID) {
    // These rise or fall from their middle: twice that.
    const odd = motif === PYRAMID ? 0 : 1;
    const mx = b.x0 + b.x1 + (flipX ? odd : -odd) * ((b.x1 - b.x0) & 1);
    const my = b.y0 + b.y1 + (flipY ? odd : -odd) * ((b.y1 - b.y0) & 1);
    if (((count & 1) === 1) === (motif === PYRAMID)) {
      x = clamp(mx >> 1, left, right);
      y = clamp(my >> 1, upper, lower);
    } else {
      if (left + right > mx) x = right;
      if (upper + lower > my) y = lower;
    }
  } else if (motif === ARCH || motif === HALVES) {
    // Their hollows bulge outward only: where one holds all corners of a box, it holds the box.
    const half = (b.y1 - b.y0) >> 1;
    const middle = flipY ? b.y1 - half : b.y0 + half;
    if (motif === HALVES && upper <= middle && lower >= middle) return b.top;
    return Math.max(
      Math.max(carvedAt(b, left, upper), carvedAt(b, right, upper)),
      Math.max(carvedAt(b, left, lower), carvedAt(b, right, lower)),
    );
  } else return b.top;
  // Some of it may lie beside a round plate.
  return Math.max(0, carvedAt(b, x, y));
}

function carvedAt(b: Leaf, x: number, y: number): number {
  const surface = new Int32Array(4);
  carveMotif(b, x, y, surface);
  return surface[HEIGHT]!;
}

/** {@link heightAt} without the grid. */
export function heightNear(s: Block, x: number, y: number): number {
  const x0 = x & -CELL;
  const y0 = y & -CELL;
  const n = nodeAround(s, x0, y0, x0 + CELL, y0 + CELL);
  const a = cornerUnder(s, n, x0, y0);
  const b = cornerUnder(s, n, x0 + CELL, y0);
  const c = cornerUnder(s, n, x0, y0 + CELL);
  const d = cornerUnder(s, n, x0 + CELL, y0 + CELL);
  if (a === b && a === c && a === d) return a;
  const fx = x - x0;
  const fy = y - y0;
  return ((a * (32 - fx) + b * fx) * (32 - fy) + (c * (32 - fx) + d * fx) * fy) >> 10;
}

/** Height at a corner whose leaf lies under node n; 0 beside the plate. */
function cornerUnder(s: Block, n: number, x: number, y: number): number {
  return onPlate(s.plate, x, y) ? carvedAt(s.leaves[leafUnder(s, n, x, y)]!, x, y) : 0;
}

/** The lowest node that has a whole box under it. */
function nodeAround(s: Block, x0: number, y0: number, x1: number, y1: number): number {
  const { cuts } = s;
  let n = s.start;
  while (n >= 0) {
    const { axis, at, less, more } = cuts[n]!;
    if ((axis === 0 ? x1 : y1) < at) n = less;
    else if ((axis === 0 ? x0 : y0) >= at) n = more;
    else break;
  }
  return n;
}

/** Number of the leaf at a place, mostly leaf n; -1 beside the plate. */
function leafNear(s: Block, n: number, x: number, y: number): number {
  if (!onPlate(s.plate, x, y)) return -1;
  const { x0, y0, x1, y1 } = s.leaves[n]!;
  return x >= x0 && x < x1 && y >= y0 && y < y1 ? n : leafUnder(s, s.start, x, y);
}

/** Number of the leaf at a place that lies under node n. */
function leafUnder(s: Block, n: number, x: number, y: number): number {
  const { cuts } = s;
  let node = n;
  while (node >= 0) {
    const cut = cuts[node]!;
    node = (cut.axis === 0 ? x : y) < cut.at ? cut.less : cut.more;
  }
  return -1 - node;
}

/** Height of leaf n at a place, 0 of none. Leaves `surface` changed. */
function heightOf(s: Block, n: number, x: number, y: number, surface: Int32Array): number {
  if (n < 0) return 0;
  carveMotif(s.leaves[n]!, x, y, surface);
  return surface[HEIGHT]!;
}

/** Corners of the grid of heights, a little more than the longest plate has, and their distance. */
const GRID = 516;
const CELL = 32;
/** Corner 0 stands here on the other side of 0. */
const REACH = (GRID / 2) * CELL;
/** Coarse cells of four by four corners. */
const PEAKS = GRID / 4;
/** Distances of the shadow's taps: 14, then each 22 + d / 32 farther. */
export const TAPS = tapDistances();
/** How far the taps lie that are passed over together, and from each where to go on: the first one farther than that. */
const SPAN = 120;
export const AFTER = tapsAfter(SPAN);
/** The same without the grid, where a long way costs as much as a short one. With the corners around it no block is as short. */
const LONG_SPAN = 480;
export const LONG_AFTER = tapsAfter(LONG_SPAN);
export const WHITE = Int32Array.of(4096, 0, 16);

function tapDistances(): Int32Array {
  const list: number[] = [];
  for (let d = 14; d < 1600; d += 22 + (d >> 5)) list.push(d);
  return Int32Array.from(list);
}

function tapsAfter(span: number): Int32Array {
  return TAPS.map((d, k) => TAPS.reduce((next, e, i) => (i > k && e <= d + span ? i + 1 : next), k + 1));
}

export function bakeBlock(s: Block): void {
  s.heights = heightsOf(s);
  s.peaks = peaksOf(s.heights);
}

/** Leaf by leaf: the leaves tile the plate, so nobody need look for the one that a place lies on. */
function heightsOf({ plate, leaves }: Block): Int32Array {
  const heights = new Int32Array(GRID * GRID);
  for (const leaf of leaves) carveRows(heights, leaf);
  if (plate.round) {
    for (let j = 0; j < GRID; j++) {
      const rest = square(plate.halfWidth) - square(j * CELL - REACH);
      const reach = rest > 0 ? Math.floor(Math.sqrt(rest - 1)) : -1;
      heights.fill(0, j * GRID, j * GRID + cornerFrom(-reach));
      heights.fill(0, j * GRID + cornerFrom(reach + 1), (j + 1) * GRID);
    }
  }
  return heights;
}

/** The first corner that does not stand before x. */
function cornerFrom(x: number): number {
  return (x + REACH + CELL - 1) >> 5;
}

/** The heights that {@link carveMotif} gives, row by row: what is alike in a row is filled at once. */
function carveRows(heights: Int32Array, b: Leaf): void {
  const { x0, motif, count, height } = b;
  const w = b.x1 - x0;
  const h = b.y1 - b.y0;
  const n = Math.min(w, h);
  const flipX = (b.turn & 1) === 1;
  const flipY = (b.turn & 2) === 2 && motif !== ARCH;
  const [first, end] = [cornerFrom(x0), cornerFrom(b.x1)];
  const [top, bottom] = [cornerFrom(b.y0), cornerFrom(b.y1)];
  const surface = new Int32Array(4);
  const carved = (i: number, j: number) => {
    carveMotif(b, i * CELL - REACH, j * CELL - REACH, surface);
    return surface[HEIGHT]!;
  };
  let row = top * GRID;
  /** From u to the other, both included. */
  const fill = (from: number, to: number, value: number) => {
    const start = Math.max(first, cornerFrom(x0 + (flipX ? w - to : from)));
    const stop = Math.min(end, cornerFrom(x0 + (flipX ? w - from : to) + 1));
    if (start < stop) heights.fill(value, row + start, row + stop);
  };
  /** Where the square of the distance from a middle is less than this. */
  const around = (middle: number, limit: number, value: number) => {
    if (limit <= 0) return;
    const reach = Math.floor(Math.sqrt(limit - 1));
    fill(middle - reach, middle + reach, value);
  };
  for (let j = top; j < bottom; j++, row += GRID) {
    const down = j * CELL - REACH - b.y0;
    const v = flipY ? h - down : down;
    heights.fill(height, row + first, row + end);
    switch (motif) {
      case QUARTER:
        around(0, n * n - v * v, height >> 1);
        break;
      case DISC:
        around(w >> 1, square((n * 3) >> 3) - square(v - (h >> 1)), (count & 1) === 1 ? height >> 1 : height + 420);
        break;
      case ARCH: {
        const r = (n * 5) >> 4;
        const above = square(Math.min(0, v - h + mul(n, 4600)));
        around(w >> 1, square(r) - above, mul(height, 5200));
        around(w >> 1, square((r * 5) >> 3) - above, height >> 2);
        break;
      }
      case RINGS:
        for (let k = count - 1; k >= 0; k--) {
          around(0, square(div(n * (k + 1), count)) - v * v, height - mul(height, (count - k) * 760));
        }
        break;
      case STAIRS:
      case FLUTES:
        // Alike along each row, or in all of them.
        if (motif === STAIRS ? w <= h : w >= h) fill(0, w, carved(first, j));
        else if (j > top) heights.copyWithin(row + first, row - GRID + first, row - GRID + end);
        else for (let i = first; i < end; i++) heights[row + i] = carved(i, j);
        break;
      case DOME: {
        const rest = square((n * 3) >> 3) - square(v - (h >> 1));
        const middle = flipX ? w - (w >> 1) : w >> 1;
        for (let i = first; i < end; i++) {
          const here = rest - square(i * CELL - REACH - x0 - middle);
          if (here <= 0) continue;
          const rise = Math.floor(Math.sqrt(here)) >> 2;
          heights[row + i] = (count & 1) === 1 ? height - rise : height + rise;
        }
        break;
      }
      case WINDOWS: {
        const columns = clamp(div(w * 2 + n, n * 2) + (count >> 2), 1, 5);
        const rows = clamp(div(h * 2 + n, n * 2) + (count >> 2), 1, 5);
        const cu = div(w, columns);
        const cv = div(h, rows);
        const edge = Math.min(cu, cv) >> 2;
        const pv = v % Math.max(1, cv);
        if (pv <= edge || pv >= cv - edge || v >= cv * rows) break;
        for (let u = 0; u < cu * columns; u += cu) fill(u + edge + 1, u + cu - edge - 1, height >> 1);
        break;
      }
      case WEDGE:
        fill(div((div(v * ONE, h) + 1) * w + ONE - 1, ONE), w, height - mul(height, 2800));
        break;
      case HALVES: {
        const r = (n * 7) >> 4;
        const dv = v < h >> 1 ? v - (h >> 1) + (r >> 4) : v - h + (h >> 4);
        if (dv <= 0) around(w >> 1, square(r) - square(dv), height >> 1);
        break;
      }
      case PYRAMID: {
        const most = Math.max(w, h);
        for (let k = 1; k < count; k++) {
          const reach = div(most * (count - k), count);
          if (Math.abs(2 * v - h) > reach) break;
          fill(
            (w - reach + 1) >> 1,
            (w + reach) >> 1,
            (count & 1) === 1 ? height + k * 190 : Math.max(60, height - k * 230),
          );
        }
        break;
      }
      default:
        break;
    }
  }
}

/** For each 128 x 128 cell the highest corner in it and its eight neighbours. */
function peaksOf(heights: Int32Array): Int32Array {
  const cells = new Int32Array(PEAKS * PEAKS);
  let k = 0;
  for (let j = 0; j < GRID; j++) {
    const row = (j >> 2) * PEAKS;
    for (let c = row; c < row + PEAKS; c++, k += 4) {
      const most = Math.max(heights[k]!, heights[k + 1]!, heights[k + 2]!, heights[k + 3]!);
      if (most > cells[c]!) cells[c] = most;
    }
  }
  return dilate(dilate(cells, 1), PEAKS);
}

/** Maximum with both neighbours along one axis. */
function dilate(cells: Int32Array, stride: number): Int32Array {
  const wider = cells.slice();
  for (let k = stride; k < cells.length; k++) {
    if (cells[k - stride]! > wider[k]!) wider[k] = cells[k - stride]!;
    if (cells[k]! > wider[k - stride]!) wider[k - stride] = cells[k]!;
  }
  return wider;
}

/** Carves a block's motif: height, part and slope at a place inside it. Of part and slope it writes only what is not 0. */
function carveMotif(b: Leaf, x: number, y: number, out: Int32Array): void {
  out[HEIGHT] = b.height;
  if (b.motif === PLAIN) return;
  const w = b.x1 - b.x0;
  const h = b.y1 - b.y0;
  let u = x - b.x0;
  let v = y - b.y0;
  const flipX = (b.turn & 1) === 1;
  const flipY = (b.turn & 2) === 2;
  if (flipX) u = w - u;
  if (flipY && b.motif !== ARCH) v = h - v;
  const n = Math.min(w, h);
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
