/**
 * Terrazzo: chips of stone in cement, ground flat. The network parts the floor into regions along its level lines, with
 * strips of brass between them; each region is cast in its own colour, with its own chips of three sizes.
 * @module
 */
import { blend, type Colour, type Lab, labOf, paint } from "../colour.ts";
import { below, chance, type Generator, range } from "../draws.ts";
import { emptyField, type Field, fieldAt, gridPlaces, type Plate } from "../field.ts";
import { clamp, cosine, div, mul, ONE, sine } from "../integer.ts";
import { bind } from "../net.ts";
import { fractal, latticeHash, noise } from "../noise.ts";
import { type Family, params, type Setup } from "./family.ts";
import { type Bed, bedAt, drawPull, fieldNet, gleamAt, type Pull, pullAt, sheetShadow } from "./ground.ts";

export const terrazzo: Family<Terrazzo> = {
  params: params("size spread density mingle pull bend strip brass grain polish", 0, 255),
  nets: [fieldNet(2)],
  linear: false,
  draw: drawTerrazzo,
  calm: calmOfTerrazzo,
  steps: [
    { fields: ["main", "drift"], node: nodeOfTerrazzo },
    { places: ({ plate }) => gridPlaces(plate), rounds: roundsOfTerrazzo, value: valueOfTerrazzo, keep: keepTerrazzo },
  ],
  shade: shadeTerrazzo,
  surround: surroundTerrazzo,
};

export const BRASS = labOf(0xb8, 0x92, 0x4a);
export const GLEAM = labOf(0xf0, 0xd8, 0x9a);

/** Roles of the cement from region to region, and of the chips in a cement of each role. */
const CASTS = [0, 3, 1, 4, 1, 4, 2, 0, 4, 2, 0, 3, 2, 0, 3, 1];
export const CHIPS = [1, 2, 3, 0, 3, 4, 0, 4, 1, 1, 0, 2, 0, 1, 2];
/** Cells of large, middle and small chips, by the trait Chips; 0: none. */
const CELLS = [0, 700, 330, 1500, 640, 280, 3300, 1150, 400];

export function drawTerrazzo(setup: Setup): Terrazzo {
  const { plate, palette, bleed, lattice, generator: g } = setup;
  const [inlay, chips, cement, scatter] = setup.options;
  const [size, spread, density, mingle, pull, bend, strip, brass, grain, polish] = setup.params;
  const tilt = below(g, ONE);
  const kind = below(g, 4);
  return {
    plate,
    bleed,
    lattice,
    bed: { net: bind(setup.nets[0]!, setup.z), lattice, stone: false },
    pull: drawPull(g, kind, 3000),
    weight: pull,
    bend: 16 * bend,
    regions: inlay + 1,
    levels: new Int32Array(3),
    main: emptyField(plate),
    drift: emptyField(plate),
    casts: [CASTS[4 * cement]!, CASTS[4 * cement + 1]!, CASTS[4 * cement + 2]!, CASTS[4 * cement + 3]!],
    palette,
    grades: [
      grade(g, CELLS[chips * 3]!, tilt, size),
      grade(g, CELLS[chips * 3 + 1]!, tilt + 1100, size),
      grade(g, CELLS[chips * 3 + 2]!, tilt + 2900, size),
    ],
    density,
    spread,
    scatter: 3200 * scatter,
    mingle: mingle << 5,
    strip: 12 + (strip >> 2),
    metal: chance(g, brass) ? 0 : chance(g, 150) ? 1 : 2,
    accented: chance(g, 150) ? 14 : 0,
    shift: range(g, 0, 2),
    grain: grain << 6,
    polish,
  };
}

/** One size of chips: the grid that they lie on. */
function grade(g: Generator, cell: number, tilt: number, size: number): Grade {
  const turn = tilt + range(g, -300, 300);
  return { cell: mul(cell, 5600 + 20 * size), cos: cosine(turn), sin: sine(turn) };
}

export interface Grade {
  /** Side of a cell that holds one chip or none; 0: there are none of this size. */
  readonly cell: number;
  readonly cos: number;
  readonly sin: number;
}

/** All that a piece is made from. */
export interface Terrazzo {
  readonly plate: Plate;
  readonly bleed: boolean;
  readonly lattice: number;
  readonly bed: Bed;
  readonly pull: Pull;
  readonly weight: number;
  readonly bend: number;
  readonly regions: number;
  /** Values of the main field at which a region ends and the next one begins. */
  readonly levels: Int32Array;
  readonly main: Field;
  /** Where chips lie close and where few, and of which stone they are. */
  readonly drift: Field;
  readonly casts: readonly number[];
  readonly palette: readonly Lab[];
  readonly grades: readonly Grade[];
  readonly density: number;
  readonly spread: number;
  readonly scatter: number;
  /** How far the second field, not chance, says which chips lie where. */
  readonly mingle: number;
  /** Half width of a strip. */
  readonly strip: number;
  /** 0 brass, 1 ink, 2 none. */
  readonly metal: number;
  readonly accented: number;
  readonly shift: number;
  readonly grain: number;
  readonly polish: number;
}

export function nodeOfTerrazzo(s: Terrazzo, x: number, y: number, _k: number, out: Int32Array): void {
  bedAt(s.bed, x, y, out);
  out[0] = (out[0]! >> 1) + ((pullAt(s.pull, x, y) * s.weight) >> 8) + mul(noise(x, y, s.lattice + 8), s.bend);
  out[1] = (out[1]! >> 1) + noise(x << 1, y << 1, s.lattice + 21);
}

export function calmOfTerrazzo(s: Terrazzo, x: number, y: number): number {
  const out = new Int32Array(5);
  nodeOfTerrazzo(s, x, y, 0, out);
  return out[0]!;
}

export function roundsOfTerrazzo(s: Terrazzo): number {
  return s.regions > 1 ? 1 : 0;
}

export function valueOfTerrazzo(s: Terrazzo, _i: number, x: number, y: number): number {
  return fieldAt(s.main, x, y);
}

/** Regions of unequal areas: the first takes most. */
export function keepTerrazzo(s: Terrazzo, _i: number, sorted: Int32Array): void {
  for (let k = 1; k < s.regions; k++) {
    const share = k === 1 ? div(ONE * 5, 2 * s.regions + 3) : div(ONE * (2 * k + 3), 2 * s.regions + 3);
    s.levels[k - 1] = sorted[mul(sorted.length - 1, share)]!;
  }
}

export function shadeTerrazzo(s: Terrazzo, x: number, y: number, out: Colour): void {
  const { lattice } = s;
  const v = fieldAt(s.main, x, y);
  let region = 0;
  let edge = 0x7ffffff;
  for (let k = 0; k < s.regions - 1; k++) {
    const past = v - s.levels[k]!;
    if (past >= 0) region = k + 1;
    edge = Math.min(edge, Math.abs(past));
  }
  const cast = s.casts[region]!;
  const cloud = fractal(x << 1, y << 1, lattice + 3, 3);
  const fine = noise(x * 70, y * 70, lattice + 4);
  paint(out, s.palette[cast]!);
  out[0] = out[0]! + (cloud >> 6) + mul(fine >> 6, s.grain);
  if (edge < 6000 && s.metal < 2) {
    // Over the field's rise, so that a strip is as wide where the field is steep as where it is flat.
    const rx = fieldAt(s.main, x + 40, y) - fieldAt(s.main, x - 40, y);
    const ry = fieldAt(s.main, x, y + 40) - fieldAt(s.main, x, y - 40);
    const rise = Math.max(40, Math.max(Math.abs(rx), Math.abs(ry)) + ((Math.min(Math.abs(rx), Math.abs(ry)) * 3) >> 3));
    const away = div(edge * 80, rise);
    if (away < s.strip) {
      if (s.metal === 1) paint(out, s.palette[cast === 4 ? 0 : 4]!);
      else {
        paint(out, BRASS);
        blend(
          out,
          GLEAM,
          clamp(
            3000 + (noise((x + y) >> 1, (x - y) >> 1, lattice + 40) >> 1) + (noise(x * 60, y * 8, lattice + 41) >> 3),
            0,
            7000,
          ),
        );
      }
      return;
    }
  }
  const dense = clamp(s.density + (mul(fieldAt(s.drift, x, y) >> 3, s.scatter) >> 5), 20, 250);
  for (let k = 0; k < s.grades.length; k++) {
    const grade = s.grades[k]!;
    if (grade.cell > 0 && chipAt(s, grade, k, cast, x, y, dense, out)) {
      out[0] = out[0]! + mul(fine >> 7, s.grain);
      break;
    }
  }
  out[0] = out[0]! + gleamAt(x, y, lattice + 50, s.polish);
}

/** Paints the chip of one size that lies here, if one does. */
function chipAt(
  s: Terrazzo,
  grade: Grade,
  k: number,
  cast: number,
  x: number,
  y: number,
  dense: number,
  out: Colour,
): boolean {
  const u = mul(x, grade.cos) + mul(y, grade.sin) + 32768;
  const v = mul(y, grade.cos) - mul(x, grade.sin) + 32768;
  const seed = s.lattice + 100 + 10 * k;
  const ci = div(u, grade.cell);
  const cj = div(v, grade.cell);
  const fu = div((u - ci * grade.cell) * ONE, grade.cell);
  const fv = div((v - cj * grade.cell) * ONE, grade.cell);
  const si = fu < 4096 ? -1 : 0;
  const sj = fv < 4096 ? -1 : 0;
  let best = 0;
  let second = 0;
  let found = 0;
  let middleU = 0;
  let middleV = 0;
  for (let m = 0; m < 4; m++) {
    const i = ci + si + (m & 1);
    const j = cj + sj + (m >> 1);
    const h = latticeHash(i, j, seed);
    if ((h & 255) >= dense) continue;
    const cu = (i << 13) + ((h >>> 8) & 1023) * 8;
    const cv = (j << 13) + ((h >>> 18) & 1023) * 8;
    const pu = (ci << 13) + fu - cu;
    const pv = (cj << 13) + fv - cv;
    if (pu > 4096 || pu < -4096 || pv > 4096 || pv < -4096) continue;
    const d = insideChip(pu, pv, latticeHash(i, j, seed + 1), s.spread);
    if (d > best) {
      second = best;
      best = d;
      found = latticeHash(i, j, seed + 2);
      middleU = mul(cu, grade.cell) - 32768;
      middleV = mul(cv, grade.cell) - 32768;
    } else if (d > second) second = d;
  }
  // Between two chips that meet there is cement.
  if (best - second < div(24 * ONE, grade.cell)) return false;
  const pick = found & 255;
  const middleX = mul(middleU, grade.cos) - mul(middleV, grade.sin);
  const middleY = mul(middleV, grade.cos) + mul(middleU, grade.sin);
  const sown = clamp(pick + (mul(fieldAt(s.drift, middleX, middleY) >> 3, s.mingle) >> 5), 0, 255);
  const which = sown < 130 ? 0 : sown < 205 ? 1 : 2;
  const role = pick >= 256 - s.accented ? 5 : CHIPS[cast * 3 + ((which + s.shift) % 3)]!;
  paint(out, s.palette[role]!);
  out[0] = out[0]! + ((found >>> 8) & 511) - 256;
  if (k < 2) {
    // Larger chips show their own stone: clouds, and one vein.
    const turn = (found >>> 17) & 8191;
    const a = mul(x, cosine(turn)) + mul(y, sine(turn));
    const b = mul(y, cosine(turn)) - mul(x, sine(turn));
    const stone = noise(a * 6, b * 14, s.lattice + (found & 1023));
    const vein = Math.abs(noise(a * 3, b * 8, s.lattice + 60 + (found & 1023)));
    out[0] = out[0]! + (stone >> 5) + (vein < 420 ? (role < 2 ? -260 : 260) : 0);
  }
  return true;
}

/** How far a place lies inside a chip of four to seven sides, in 8192ths of a cell; 0 and less outside. */
function insideChip(px: number, py: number, h: number, spread: number): number {
  const turn = h & 8191;
  const c = cosine(turn);
  const t = sine(turn);
  const x = mul(px, c) + mul(py, t);
  // Longer than broad.
  const y = mul(mul(py, c) - mul(px, t), ONE + ((h >>> 13) & 3) * 1300);
  const radius = 3300 - ((((h >>> 15) & 255) * spread) >> 5);
  const sides = 4 + ((h >>> 23) & 3);
  const step = div(ONE, sides);
  let least = 8192;
  for (let m = 0; m < sides; m++) {
    const wild = latticeHash(m, 5, h);
    const angle = m * step + (wild & 1023) - 512;
    const off = mul(radius, 5600 + ((wild >>> 10) & 2047));
    least = Math.min(least, off - mul(x, cosine(angle)) - mul(y, sine(angle)));
  }
  return least;
}

export function surroundTerrazzo(s: Terrazzo, x: number, y: number, out: Colour): void {
  sheetShadow(s.plate, x, y, out);
}
