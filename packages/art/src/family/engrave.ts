/**
 * Engrave: lines cut in copper. Lines of one course run over a relief that the network makes; they lean with it, swell in
 * its shade and taper to nothing in its light. The lean is held below the point where a line would turn back on itself, so
 * there are no whorls, and a line ends only in the light.
 * @module
 */
import { blend, type Colour, type Lab, paint } from "../colour.ts";
import { below, range } from "../draws.ts";
import {
  emptyField,
  equalise,
  type Field,
  fieldAt,
  gridPlaces,
  keepQuantiles,
  NODE_STEP,
  nearestNode,
  nodePlaces,
  onPlate,
  type Plate,
  slopeX,
  slopeY,
} from "../field.ts";
import { clamp, cosine, div, mul, ONE, root, sine, step, triangle } from "../integer.ts";
import { bind } from "../net.ts";
import { noise } from "../noise.ts";
import { type Family, params, type Setup } from "./family.ts";
import { type Bed, bedAt, COLUMN, DIAGONAL, drawPull, fieldNet, ISLAND, type Pull, pullAt } from "./ground.ts";

export const engrave: Family<Engrave> = {
  params: params("lines bend fold pull paper hatch rough depth", 0, 255),
  nets: [fieldNet(2)],
  linear: false,
  draw: drawEngrave,
  steps: [
    { fields: ["relief", "mask"], margin: 384, node: reliefOfEngrave },
    { fields: ["lit"], margin: 256, node: litOfEngrave },
    { places: ({ plate }) => nodePlaces(plate), rounds: roundsOfSteep, value: steepOfEngrave, keep: keepSteep },
    { places: ({ plate }) => gridPlaces(plate), rounds: roundsOfEngrave, value: valueOfEngrave, keep: keepEngrave },
    { fields: ["tone"], margin: 0, node: toneOfEngrave },
  ],
  shade: shadeEngrave,
  surround: surroundEngrave,
};

/** Options of the trait Tint. */
const DISC = 1;
const SHAPE = 2;

export function drawEngrave(setup: Setup): Engrave {
  const { plate, palette, lattice, generator: g } = setup;
  const [courseOption, hatchOption, tint, plateOption, lightOption] = setup.options;
  const [lines, bend, fold, pullWeight, paper, hatch, rough, depth] = setup.params;
  // Straight lines, arcs round a far centre, or rings round one on the plate.
  const turn = below(g, ONE);
  const away = courseOption === 1 ? range(g, 13000, 22000) : range(g, 2500, 7600);
  const count = 16 + (lines >> 2) + range(g, 0, 6);
  const lean = mul(range(g, 4096, ONE), 1000 + (bend << 6));
  const lightTurn = lightOption === 0 ? range(g, 4700, 5600) : range(g, 6700, 7600);
  const kind = below(g, 3);
  const pull = drawPull(g, kind === 0 ? ISLAND : kind === 1 ? DIAGONAL : COLUMN, 3000);
  const scraper = plateOption === 1;
  const ink = palette[scraper ? 0 : 4]!;
  return {
    plate,
    lattice,
    bed: { net: bind(setup.nets[0]!, setup.z), lattice, stone: false },
    pull,
    pullWeight,
    course: {
      straight: courseOption === 0,
      cos: cosine(turn),
      sin: sine(turn),
      centreX: mul(away, cosine(turn)),
      centreY: mul(away, sine(turn)),
    },
    count,
    lean,
    fold: (4200 + (fold << 4)) << 8,
    lightX: cosine(lightTurn),
    lightY: sine(lightTurn),
    deep: 1500 + (depth << 4),
    tint,
    discX: range(g, -mul(plate.halfWidth, 5000), mul(plate.halfWidth, 5000)),
    discY: range(g, -mul(plate.halfHeight, 5000), mul(plate.halfHeight, 3000)),
    discSize: range(g, 1500, 3000),
    share: range(g, 2200, 3600),
    bare: 500 + paper * 12,
    crossed: hatchOption === 1 ? 7600 - hatch * 12 : ONE,
    crossX: cosine(turn + 1300),
    crossY: sine(turn + 1300),
    rough: rough << 3,
    ground: palette[scraper ? 4 : 0]!,
    ink,
    tintGround: tint === DISC ? palette[5]! : palette[scraper ? 3 : 1]!,
    tintInk: tint === DISC ? ink : palette[scraper ? 1 : 3]!,
    relief: emptyField(plate),
    mask: emptyField(plate),
    lit: emptyField(plate),
    tone: emptyField(plate),
    shaded: new Int32Array(65),
    raised: new Int32Array(65),
    toned: new Int32Array(65),
    masked: new Int32Array(65),
  };
}

/** All that a piece is made from. */
export interface Engrave {
  readonly plate: Plate;
  readonly lattice: number;
  /** The network that makes the relief, and the form that moves its mass, with its weight of 256. */
  readonly bed: Bed;
  readonly pull: Pull;
  readonly pullWeight: number;
  readonly course: Course;
  /** Lines across the plate. */
  readonly count: number;
  /** How far a height moves a line, Q13: at first as far as is wanted, then no farther than the steepest slope allows. */
  lean: number;
  /** How much a line may be moved over the distance of two slopes' nodes, before it would turn back; 256 times. */
  readonly fold: number;
  readonly lightX: number;
  readonly lightY: number;
  /** How much of the tone is depth, not shade. */
  readonly deep: number;
  /** 0 none, 1 disc, 2 shape. */
  readonly tint: number;
  readonly discX: number;
  readonly discY: number;
  readonly discSize: number;
  /** Share of the plate that a shape takes. */
  readonly share: number;
  /** Tone below which there is bare paper, and above which a second course crosses the first. */
  readonly bare: number;
  readonly crossed: number;
  /** Across the second course. */
  readonly crossX: number;
  readonly crossY: number;
  /** How much the tool trembles. */
  readonly rough: number;
  readonly ground: Lab;
  readonly ink: Lab;
  readonly tintGround: Lab;
  readonly tintInk: Lab;
  readonly relief: Field;
  readonly mask: Field;
  /** The relief's slope toward the light. */
  readonly lit: Field;
  /** Darkness as a share of area, in eighths of Q13. */
  readonly tone: Field;
  /** Quantiles of the shade, of the relief, of what is mixed of both, and of the mask (if the tint is a shape). */
  readonly shaded: Int32Array;
  readonly raised: Int32Array;
  readonly toned: Int32Array;
  readonly masked: Int32Array;
}

export function reliefOfEngrave(cut: Engrave, x: number, y: number, _k: number, out: Int32Array): void {
  bedAt(cut.bed, x, y, out);
  const pulled = (pullAt(cut.pull, x, y) * cut.pullWeight) >> 8;
  const fine = noise(x << 1, y << 1, cut.lattice + 8) >> 3;
  out[0] = clamp((out[0]! >> 1) + (pulled >> 1) + fine, -14000, 14000);
  out[1] = (out[1]! >> 1) + pulled;
}

export function litOfEngrave(cut: Engrave, _x: number, _y: number, k: number, out: Int32Array): void {
  out[0] = mul(slopeX(cut.relief, k), cut.lightX) + mul(slopeY(cut.relief, k), cut.lightY);
}

export function roundsOfSteep(_cut: Engrave): number {
  return 1;
}

/** How fast the relief falls across the lines at a node, at least 1: leaning toward it, they come together. */
export function steepOfEngrave(cut: Engrave, _i: number, x: number, y: number): number {
  const { course, relief } = cut;
  const k = nearestNode(relief, x, y);
  const sx = alongCourse(course, x + NODE_STEP, y) - alongCourse(course, x - NODE_STEP, y);
  const sy = alongCourse(course, x, y + NODE_STEP) - alongCourse(course, x, y - NODE_STEP);
  return clamp(-((Math.imul(slopeX(relief, k), sx) + Math.imul(slopeY(relief, k), sy)) >> 8), 1, 32767);
}

/** One node of the plate in a hundred may be steeper than what counts. */
export function keepSteep(cut: Engrave, _i: number, sorted: Int32Array): void {
  cut.lean = Math.min(cut.lean, div(cut.fold, sorted[div(sorted.length * 99, 100)]!));
}

export function roundsOfEngrave(cut: Engrave): number {
  return cut.tint === SHAPE ? 4 : 3;
}

/** Shade, relief, what is mixed of both, and mask. */
export function valueOfEngrave(cut: Engrave, i: number, x: number, y: number): number {
  if (i === 2) return mixedAt(cut, x, y);
  return fieldAt(i === 0 ? cut.lit : i === 1 ? cut.relief : cut.mask, x, y);
}

export function keepEngrave(cut: Engrave, i: number, sorted: Int32Array): void {
  keepQuantiles(i === 0 ? cut.shaded : i === 1 ? cut.raised : i === 2 ? cut.toned : cut.masked, sorted);
}

/** Tone: the shade, and some of the depth, both as shares of area. */
function mixedAt(cut: Engrave, x: number, y: number): number {
  const shade = ONE - equalise(cut.shaded, fieldAt(cut.lit, x, y));
  const depth = ONE - equalise(cut.raised, fieldAt(cut.relief, x, y));
  return mul(ONE - cut.deep, shade) + mul(cut.deep, depth);
}

export function toneOfEngrave(cut: Engrave, x: number, y: number, _k: number, out: Int32Array): void {
  out[0] = equalise(cut.toned, mixedAt(cut, x, y));
}

export function shadeEngrave(cut: Engrave, x: number, y: number, out: Colour): void {
  const s = cut.lattice;
  const dark = fieldAt(cut.tone, x, y) >> 3;
  const tooth = noise(x * 24, y * 24, s + 51);
  const wobble = mul((noise(x * 11, y * 11, s + 60) >> 1) + tooth, cut.rough);
  const tinted = isTinted(cut, x, y, wobble >> 5);
  paint(out, tinted ? cut.tintGround : cut.ground);
  out[0] = out[0]! + (noise(x * 40, y * 40, s + 2) >> 8) + (noise(x * 3, y * 3, s + 4) >> 8);
  if (tinted) out[0] = out[0]! + (tooth >> 7);
  if (dark < cut.bare) return;

  const over = dark - cut.bare;
  const warp = mul(fieldAt(cut.relief, x, y), cut.lean);
  const phase = (Math.imul((alongCourse(cut.course, x, y) << 3) + warp, cut.count) >> 4) + 4096;
  const line = phase >> 13;
  const swell = mul(over, 7900) + ((noise(line << 12, line * 3100, s + 33) * 3) >> 4) + wobble;
  let inked = lineAt(mul(500 + swell, Math.min(over * 9, ONE)), phase);
  if (dark > cut.crossed) {
    const along = mul(x, cut.crossX) + mul(y, cut.crossY);
    const across = (Math.imul((along << 3) + (warp >> 1), cut.count) >> 4) + 4096;
    inked = Math.max(inked, lineAt(mul(dark - cut.crossed, 9000) + (wobble >> 1), across));
  }
  if (inked > 0) blend(out, tinted ? cut.tintInk : cut.ink, mul(inked, clamp(7900 + (tooth >> 4), 6800, ONE)));
}

/** The plate's edge, pressed into the paper. */
export function surroundEngrave(cut: Engrave, x: number, y: number, out: Colour): void {
  if (onPlate(cut.plate, mul(x, 7930), mul(y, 7930))) out[0] = out[0]! - 26;
  else if (onPlate(cut.plate, mul(x, 7900), mul(y, 7900))) out[0] = out[0]! + (x + y < 0 ? -150 : 60);
}

/** Whether the second ink lies here. */
function isTinted(cut: Engrave, x: number, y: number, ragged: number): boolean {
  if (cut.tint === 0) return false;
  if (cut.tint === SHAPE) return equalise(cut.masked, fieldAt(cut.mask, x, y)) > ONE - cut.share;
  const dx = x - cut.discX + ragged;
  const dy = y - cut.discY;
  return dx * dx + dy * dy < cut.discSize * cut.discSize;
}

/** Where lines run: distance from a line through the middle, or from a centre. */
export interface Course {
  readonly straight: boolean;
  readonly cos: number;
  readonly sin: number;
  readonly centreX: number;
  readonly centreY: number;
}

function alongCourse(course: Course, x: number, y: number): number {
  if (course.straight) return mul(x, course.cos) + mul(y, course.sin);
  const dx = x - course.centreX;
  const dy = y - course.centreY;
  return root(dx * dx + dy * dy);
}

/** How much ink a line leaves at a place of its period, when it fills `width` of 8192 of that. */
function lineAt(width: number, phase: number): number {
  return width <= 0 ? 0 : step(-60, 460, width - ONE + triangle(phase));
}
