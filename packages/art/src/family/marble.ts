/**
 * Marble: a polished slab. The network bends the bed of the stone; clouds follow the bent bed, and veins are level lines of
 * a phase across it (level lines of plain noise would close into eyes). A second mask keeps whole parts of a slab calm.
 * @module
 */
import { blend, type Colour, dim, type Lab, labOf, ramp } from "../colour.ts";
import { chance, range } from "../draws.ts";
import { emptyField, equalise, type Field, fieldAt, gridPlaces, keepQuantiles, onPlate, type Plate } from "../field.ts";
import { clamp, cosine, div, mul, ONE, sine, step, triangle } from "../integer.ts";
import { bind } from "../net.ts";
import { fractal, noise } from "../noise.ts";
import { type Family, params, type Setup } from "./family.ts";
import { type Bed, bedAt, fieldNet, gleamAt, sheetShadow } from "./ground.ts";

export const marble: Family<Marble> = {
  params: params("warp stretch veins weight cloud threads gloss", 0, 255),
  nets: [fieldNet(5)],
  linear: false,
  draw: drawMarble,
  calm: calmOfMarble,
  steps: [
    { fields: ["along", "over", "tint", "mask", "phase"], node: nodeOfMarble },
    { places: ({ plate }) => gridPlaces(plate), rounds: roundsOfMarble, value: valueOfMarble, keep: keepMarble },
  ],
  shade: shadeMarble,
  surround: surroundMarble,
};

export const GOLD = labOf(0xb8, 0x92, 0x4a);
export const GLINT = labOf(0xf0, 0xd8, 0x9a);

/** Least and greatest angle of the bed, by the trait Bed. */
const ANGLES = [1300, 1700, 750, 1200, 200, 620];

export function drawMarble(setup: Setup): Marble {
  const { plate, palette: roles, bleed, lattice, generator: g } = setup;
  const [vein, slab, bedding, cut] = setup.options;
  const [warp, stretch, veins, weight, cloud, threads, gloss] = setup.params;
  const steep = range(g, ANGLES[2 * bedding]!, ANGLES[2 * bedding + 1]!);
  const angle = chance(g, 128) ? steep : -steep;
  const bend = 1500 + range(g, 0, 2600) + warp * 20;
  const across = 14 + div(stretch, 16) + range(g, 0, 6);
  const rate = 4 + div(veins, 40) + range(g, 0, 2);
  let slip = 0;
  let seam = 0;
  if (cut === 1) {
    slip = range(g, 500, 880);
    if (!chance(g, 128)) slip = -slip;
    seam = range(g, -2600, 2600);
  }
  return {
    plate,
    bleed,
    lattice,
    bed: { net: bind(setup.nets[0]!, setup.z), lattice, stone: true },
    cos: cosine(angle),
    sin: sine(angle),
    bend,
    across,
    rate,
    cloud,
    threads,
    gloss,
    slip,
    seam,
    palette:
      slab === 1
        ? [roles[4]!, roles[3]!, roles[2]!, roles[1]!, roles[0]!]
        : [roles[0]!, roles[1]!, roles[2]!, roles[3]!, roles[4]!],
    body: vein === 1 ? 1500 + weight * 4 : 500 + weight * 3,
    gold: vein === 2,
    cut: cut === 1,
    along: emptyField(plate),
    over: emptyField(plate),
    tint: emptyField(plate),
    mask: emptyField(plate),
    phase: emptyField(plate),
    tone: new Int32Array(65),
    veined: new Int32Array(65),
  };
}

/** All that a piece is made from. */
export interface Marble {
  readonly plate: Plate;
  readonly bleed: boolean;
  readonly lattice: number;
  /** The network that bends the bed, and the bed's direction. */
  readonly bed: Bed;
  readonly cos: number;
  readonly sin: number;
  readonly bend: number;
  readonly across: number;
  readonly rate: number;
  readonly cloud: number;
  readonly threads: number;
  readonly gloss: number;
  readonly slip: number;
  readonly seam: number;
  readonly palette: readonly Lab[];
  readonly body: number;
  readonly gold: boolean;
  readonly cut: boolean;
  /** The bent bed: along it, and across it, halved. */
  readonly along: Field;
  readonly over: Field;
  readonly tint: Field;
  readonly mask: Field;
  readonly phase: Field;
  /** Quantiles of the clouds, and of the mask. */
  readonly tone: Int32Array;
  readonly veined: Int32Array;
}

export function nodeOfMarble(s: Marble, x: number, y: number, _k: number, out: Int32Array): void {
  const { lattice, bend } = s;
  const u = mul(x, s.cos) + mul(y, s.sin);
  const v = mul(y, s.cos) - mul(x, s.sin);
  bedAt(s.bed, u, v, out);
  const rough = fractal(u, v << 1, lattice + 9, 4);
  out[0] = (u >> 1) + (mul(out[0]! >> 1, bend) >> 1) + (rough >> 3);
  out[1] = (((v * s.across) >> 3) + mul(out[1]! >> 1, bend) + (rough >> 2)) >> 1;
  out[2] = out[2]! >> 1;
  out[3] = (out[3]! >> 1) + (noise(x, y, lattice + 3) >> 1);
  out[4] = out[4]! >> 1;
}

/** The veins' phase, roughly: what closes here becomes an eye. */
export function calmOfMarble(s: Marble, x: number, y: number): number {
  const out = new Int32Array(5);
  nodeOfMarble(s, x, y, 0, out);
  return ((out[1]! * s.rate) >> 2) + (out[4]! >> 2);
}

export function roundsOfMarble(_s: Marble): number {
  return 2;
}

/** Clouds, and mask. */
export function valueOfMarble(s: Marble, i: number, x: number, y: number): number {
  if (i === 1) return fieldAt(s.mask, x, y);
  return cloudsAt(s.lattice, fieldAt(s.along, x, y) >> 3, fieldAt(s.over, x, y) >> 2, fieldAt(s.tint, x, y) >> 3);
}

export function keepMarble(s: Marble, i: number, sorted: Int32Array): void {
  keepQuantiles(i === 0 ? s.tone : s.veined, sorted);
}

function cloudsAt(lattice: number, u: number, v: number, c: number): number {
  return fractal(u, v, lattice + 31, 4) + (c >> 1);
}

function veinAt(distance: number, width: number): number {
  return distance >= width ? 0 : ONE - div(distance * ONE, width);
}

export function surroundMarble(s: Marble, x: number, y: number, out: Colour): void {
  sheetShadow(s.plate, x, y, out);
}

export function shadeMarble(s: Marble, px: number, py: number, out: Colour): void {
  const { lattice, rate, palette, gloss, plate } = s;
  let x = px;
  let y = py;
  if (s.cut) {
    const side = px - s.seam;
    if (side > -46 && side < 46) {
      out[0] = 900;
      out[1] = 0;
      out[2] = 6;
      return;
    }
    if (side >= 46) {
      x = px - 700;
      y = py + s.slip;
    }
  }
  const u = fieldAt(s.along, x, y) >> 3;
  const v = fieldAt(s.over, x, y) >> 2;
  const t = equalise(s.tone, cloudsAt(lattice, u, v, fieldAt(s.tint, x, y) >> 3));
  const m = equalise(s.veined, fieldAt(s.mask, x, y));
  const fine = fractal(u << 2, v << 2, lattice + 77, 3);
  const cubed = mul(t, mul(t, t));
  ramp(out, palette, mul(cubed, 1400 + (s.cloud << 4)) + (t >> 4) + (mul(m, m) >> 4));

  const p0 = ((v * rate) >> 3) + (fine >> 5) + (fieldAt(s.phase, x, y) >> 5);
  const d1 = triangle(p0);
  const d2 = triangle(((p0 * 5) >> 1) + (u >> 1) + (fine >> 3));
  const d3 = triangle(((u * 9) >> 3) - ((v * 5) >> 3) + (fine >> 4) + (noise(u << 1, v << 1, lattice + 8) >> 2));
  const halo = veinAt(d1, mul(m, 3600) + 300);
  const core = veinAt(d1, mul(mul(m, m), s.body) + 60);
  const second = veinAt(d2, mul(m, 340 + s.threads));
  const third = veinAt(d3, mul(mul(m, t), 160 + s.threads));
  blend(out, palette[2]!, mul(mul(halo, halo), mul(m, 6200)));
  blend(out, palette[3]!, mul(halo, mul(mul(m, m), 3500)));
  blend(out, palette[4]!, mul(step(0, ONE, core), 1800 + mul(m, 5600)));
  blend(out, palette[3]!, mul(second, mul(m, 6500)));
  blend(out, palette[3]!, mul(third, 5200));
  if (s.gold && m > 3000) {
    const line = veinAt(d1, mul(m - 3000, 700) + 50);
    const leaf = mul(step(500, 3500, line), step(3000, 4400, m));
    blend(out, GOLD, leaf);
    blend(out, GLINT, mul(leaf, clamp((noise(x * 3, y * 9, lattice + 12) >> 1) + (line >> 2), 0, 5000)));
  }
  // Polish, and the crystal's own grain.
  out[0] = out[0]! + gleamAt(x, y, lattice + 40, gloss) + (fine >> 7) + (noise(x * 20, y * 20, lattice) >> 8);
  const rimmed = onPlate(plate, px - 36, py - 36) ? (onPlate(plate, px + 36, py + 36) ? 0 : -1) : 1;
  if (rimmed !== 0 && !s.bleed) {
    if (rimmed > 0) out[0] = out[0]! + 150;
    else dim(out, ONE - 700);
  }
}
