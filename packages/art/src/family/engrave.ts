/**
 * Engrave: lines cut in copper. Lines of one course run over a relief that the network makes; they lean with it, swell in
 * its shade and taper to nothing in its light. The lean is held below the point where a line would turn back on itself, so
 * there are no whorls, and a line ends only in the light.
 * @module
 */
import { blend, type Colour, type Lab, paint } from "../colour.ts";
import {
  equalise,
  equaliser,
  type Field,
  fieldAt,
  makeFields,
  NODE_STEP,
  NODES,
  nodesOf,
  onPlate,
  type Plate,
  quantilesOf,
  slopeX,
  slopeY,
} from "../field.ts";
import { clamp, cosine, div, mul, ONE, root, sine, step, triangle } from "../integer.ts";
import { bind } from "../net.ts";
import { noise } from "../noise.ts";
import { type Finish, type OldFamily, type OldSetup, params } from "./family.ts";
import { type Composition, composition, fieldNet } from "./ground.ts";

export const engrave: OldFamily = {
  params: params("lines bend fold pull paper hatch rough depth", 0, 255),
  nets: [fieldNet(2)],
  make,
};

const COMPOSITIONS: readonly Composition[] = ["island", "diagonal", "column"];

function make(setup: OldSetup): Finish {
  const { params: p, palette, plate, generator: g } = setup;
  const [courseOption, hatchOption, tintOption, plateOption, lightOption] = setup.options as [
    number,
    number,
    number,
    number,
    number,
  ];
  const [lines, bend, fold, pullWeight, paper, hatch, rough, depth] = p as unknown as number[] as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const { z, lattice } = setup.latents(0);

  // Straight lines, arcs round a far centre, or rings round one on the plate.
  const turn = g.below(ONE);
  const away = courseOption === 1 ? g.range(13000, 22000) : g.range(2500, 7600);
  const course: Course = {
    straight: courseOption === 0,
    cos: cosine(turn),
    sin: sine(turn),
    centreX: mul(away, cosine(turn)),
    centreY: mul(away, sine(turn)),
  };
  const count = 16 + (lines >> 2) + g.range(0, 6);
  const wanted = mul(g.range(4096, ONE), 1000 + (bend << 6));
  const lightTurn = lightOption === 0 ? g.range(4700, 5600) : g.range(6700, 7600);
  const lx = cosine(lightTurn);
  const ly = sine(lightTurn);
  const pull = composition(COMPOSITIONS[g.below(3)]!, g, 3000);

  const nodes = nodesOf(plate);
  const o = setup.askAll({ net: bind(setup.nets[0]!, z), lattice, stone: false }, nodes);
  const [relief, mask] = makeFields(plate, 2, (x, y, out, _k, n) => {
    const pulled = (pull(x, y) * pullWeight) >> 8;
    out[0] = clamp((o[n]! >> 1) + (pulled >> 1) + (noise(x << 1, y << 1, lattice + 8) >> 3), -14000, 14000);
    out[1] = (o[nodes.ks.length + n]! >> 1) + pulled;
  }) as [Field, Field];
  // Slopes toward the light, and against the course of the lines.
  const [lit, against] = makeFields(plate, 2, (x, y, out, k) => {
    const dx = slopeX(relief, k);
    const dy = slopeY(relief, k);
    const sx = alongCourse(course, x + NODE_STEP, y) - alongCourse(course, x - NODE_STEP, y);
    const sy = alongCourse(course, x, y + NODE_STEP) - alongCourse(course, x, y - NODE_STEP);
    out[0] = mul(dx, lx) + mul(dy, ly);
    out[1] = -((Math.imul(dx, sx) + Math.imul(dy, sy)) >> 8);
  }) as [Field, Field];
  const lean = Math.min(wanted, div((4200 + (fold << 4)) << 8, Math.max(1, steepest(plate, against))));

  // Tone, as a share of area: the shade, and some of the depth.
  const shaded = equaliser(plate, (x, y) => fieldAt(lit, x, y));
  const raised = equaliser(plate, (x, y) => fieldAt(relief, x, y));
  const deep = 1500 + (depth << 4);
  const mixed = (x: number, y: number) =>
    mul(ONE - deep, ONE - shaded(fieldAt(lit, x, y))) + mul(deep, ONE - raised(fieldAt(relief, x, y)));
  const toned = equaliser(plate, mixed);
  const [tone] = makeFields(plate, 1, (x, y, out) => {
    out[0] = toned(mixed(x, y));
  }) as [Field];

  const discX = g.range(-mul(plate.halfWidth, 5000), mul(plate.halfWidth, 5000));
  const discY = g.range(-mul(plate.halfHeight, 5000), mul(plate.halfHeight, 3000));
  const discSize = g.range(1500, 3000);
  const scraper = plateOption === 1;
  const ink = palette[scraper ? 0 : 4]!;
  const state: Engrave = {
    plate,
    course,
    relief,
    tone,
    mask,
    masked: quantilesOf(plate, (x, y) => fieldAt(mask, x, y)),
    lattice,
    count,
    lean,
    tint: tintOption,
    discX,
    discY,
    discSize,
    share: g.range(2200, 3600),
    bare: 500 + paper * 12,
    crossed: hatchOption === 1 ? 7600 - hatch * 12 : ONE,
    crossX: cosine(turn + 1300),
    crossY: sine(turn + 1300),
    rough: rough << 3,
    ground: palette[scraper ? 4 : 0]!,
    ink,
    tintGround: tintOption === 1 ? palette[5]! : palette[scraper ? 3 : 1]!,
    tintInk: tintOption === 1 ? ink : palette[scraper ? 1 : 3]!,
  };
  return {
    linear: false,
    state,
    shade: (x, y, out) => shadeEngrave(state, x, y, out),
    surround: (x, y, out) => surroundEngrave(state, x, y, out),
  };
}

/** What the finish reads. */
export interface Engrave {
  readonly plate: Plate;
  readonly course: Course;
  readonly relief: Field;
  /** Darkness as a share of area, in eighths of Q13. */
  readonly tone: Field;
  readonly mask: Field;
  readonly masked: Int32Array;
  readonly lattice: number;
  /** Lines across the plate. */
  readonly count: number;
  /** How far a height moves a line, Q13. */
  readonly lean: number;
  /** 0 none, 1 disc, 2 shape. */
  readonly tint: number;
  readonly discX: number;
  readonly discY: number;
  readonly discSize: number;
  readonly share: number;
  /** Tone below which there is bare paper, and above which a second course crosses the first. */
  readonly bare: number;
  readonly crossed: number;
  readonly crossX: number;
  readonly crossY: number;
  readonly rough: number;
  readonly ground: Lab;
  readonly ink: Lab;
  readonly tintGround: Lab;
  readonly tintInk: Lab;
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
  if (cut.tint === 2) return equalise(cut.masked, fieldAt(cut.mask, x, y)) > ONE - cut.share;
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

/** The value that one node of the plate in a hundred exceeds. */
function steepest(plate: Plate, field: Field): number {
  const all: number[] = [];
  for (let k = 0; k < NODES * NODES; k++) {
    const x = ((k % NODES) - (NODES >> 1)) * NODE_STEP;
    const y = (div(k, NODES) - (NODES >> 1)) * NODE_STEP;
    if (plate.inside(x, y)) all.push(field.nodes[k]!);
  }
  return Int32Array.from(all).sort()[div(all.length * 99, 100)]!;
}
