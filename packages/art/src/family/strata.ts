/**
 * Strata: cut paper in layers, lit from one side, behind a mat. Each sheet's outline is a level line of the same field,
 * bent a little by a second one, so that neighbours follow each other without being copies.
 * @module
 */
import { blend, type Colour, dim, type Lab, paint, ramp } from "../colour.ts";
import { below, chance, range } from "../draws.ts";
import {
  emptyField,
  type Field,
  fieldAt,
  gridPlaces,
  NODE_STEP,
  NODES,
  nearestNode,
  nodesOf,
  onPlate,
  type Plate,
} from "../field.ts";
import { clamp, cosine, div, mul, ONE, sine, step } from "../integer.ts";
import { bind } from "../net.ts";
import { noise } from "../noise.ts";
import { type Family, params, type Setup } from "./family.ts";
import { type Bed, bedAt, COLUMN, DIAGONAL, drawPull, fieldNet, HORIZON, ISLAND, type Pull, pullAt } from "./ground.ts";

export const strata: Family<Strata> = {
  params: params("pull drift ripple thickness tooth edge accent uneven slip", 0, 255),
  nets: [fieldNet(2)],
  linear: false,
  draw: drawStrata,
  calm: calmOfStrata,
  steps: [
    { fields: ["main", "bend"], node: nodeOfStrata },
    { places: ({ plate }) => gridPlaces(plate), rounds: roundsOfStrata, value: valueOfStrata, keep: keepStrata },
    { places: ({ discXs, discYs }) => ({ xs: discXs, ys: discYs }), rounds: discs, value: valueOfDisc, keep: keepDisc },
    { bake: bakeBounds },
  ],
  shade: shadeStrata,
  surround: surroundStrata,
};

/** Kinds of pull, by the trait Composition. */
const KINDS = [HORIZON, DIAGONAL, ISLAND, COLUMN];
/** Distances of the shadow's taps. */
export const TAPS = [18, 44, 74, 110, 152, 202, 262, 336, 430, 550];
export const BACK_TAPS = [22, 62, 112, 172, 250];
export const WHITE = Int32Array.of(4096, 0, 16);
/** Of how many places the disc takes one. */
const DISCS = 24;
const SUN = 1;
const MOON = 2;

export function drawStrata(setup: Setup): Strata {
  const { plate, bleed, lattice, palette, generator: g } = setup;
  const [composition, sheetsOption, hour, disc, lightOption] = setup.options;
  const [pull, drift, ripple, thickness, tooth, edge, accent, uneven, slip] = setup.params;
  const sheets = sheetsOption + 5;
  const pulled = drawPull(g, KINDS[composition]!, 2600);
  const turn = range(g, 4750, 5550);
  const lightTurn = lightOption === 0 ? turn : 12288 - turn;

  const faults: Fault[] = [];
  const count = slip === 0 ? 0 : range(g, 1, 2);
  for (let k = 0; k < count; k++) {
    const steep = range(g, -420, 420);
    const x = range(g, -5200, 5200);
    const by = mul(range(g, 4096, ONE), slip << 4);
    faults.push({ x, cos: cosine(steep), sin: sine(steep), by });
  }

  const bends = new Int32Array(sheets);
  for (let i = 0; i < sheets; i++) bends[i] = mul(range(g, -8192, 8192), drift << 4);
  const under = new Int32Array(sheets + 1);
  for (let i = 0; i < sheets; i++) {
    const share = 256 + range(g, 0, uneven * 3);
    under[i + 1] = under[i]! + share + (i === 0 ? 200 + uneven : 0);
  }

  const discXs = new Int32Array(DISCS);
  const discYs = new Int32Array(DISCS);
  for (let k = 0; k < DISCS; k++) {
    discXs[k] = range(g, -mul(plate.halfWidth, 5000), mul(plate.halfWidth, 5000));
    discYs[k] = range(g, -mul(plate.halfHeight, 5000), mul(plate.halfHeight, 5000));
  }
  const discSize = disc === 0 ? 0 : range(g, 900, 2300);
  const discSheet = below(g, 2);
  const accented = disc !== SUN && chance(g, accent) ? (chance(g, 190) ? sheets - 1 : 0) : -1;

  const night = hour === 1;
  const colours = new Int32Array(3 * sheets);
  for (let i = 0; i < sheets; i++) {
    const colour = new Int32Array(3);
    if (i === accented) paint(colour, palette[5]!);
    else ramp(colour, palette, div((night ? sheets - 1 - i : i) * (ONE - 1), sheets - 1));
    if (i === 0 && disc === MOON && !night) blend(colour, palette[2]!, 2600);
    colours[3 * i] = colour[0]!;
    colours[3 * i + 1] = colour[1]!;
    colours[3 * i + 2] = colour[2]!;
  }
  return {
    plate,
    bleed,
    lattice,
    bed: { net: bind(setup.nets[0]!, setup.z), lattice, stone: false },
    pulled,
    pull,
    ripple,
    faults,
    main: emptyField(plate),
    bend: emptyField(plate),
    sheets,
    bends,
    under,
    levels: new Int32Array(sheets),
    mat: 2 * sheets + 1,
    colours,
    discColour: disc === SUN ? palette[5]! : palette[night ? 0 : 1]!,
    discXs,
    discYs,
    discX: 0,
    discY: 0,
    discSize,
    discSheet,
    lx: cosine(lightTurn),
    ly: sine(lightTurn),
    tooth,
    edge,
    reach: 40 + thickness,
    lowest: new Int32Array(0),
    highest: new Int32Array(0),
  };
}

/** All that a piece is made from. */
export interface Strata {
  readonly plate: Plate;
  readonly bleed: boolean;
  readonly lattice: number;
  readonly bed: Bed;
  /** What moves the mass of the main field, and how much. */
  readonly pulled: Pull;
  readonly pull: number;
  readonly ripple: number;
  readonly faults: readonly Fault[];
  /** The height whose level lines are the sheets' outlines, and what bends each sheet in its own way. */
  readonly main: Field;
  readonly bend: Field;
  readonly sheets: number;
  /** How much each sheet bends. */
  readonly bends: Int32Array;
  /** How much of the plate lies below each sheet; the last is all of it. */
  readonly under: Int32Array;
  /** The level at which each sheet begins: the quantile that leaves those below it their share. */
  readonly levels: Int32Array;
  /** The mat's level: above all sheets. */
  readonly mat: number;
  /** L, a, b of each sheet. */
  readonly colours: Int32Array;
  readonly discColour: Lab;
  /** Where the disc may stand, and where it stands: on the farthest sheet, where that is widest. */
  readonly discXs: Int32Array;
  readonly discYs: Int32Array;
  discX: number;
  discY: number;
  /** 0: there is no disc. */
  readonly discSize: number;
  readonly discSheet: number;
  /** Direction to the lamp. */
  readonly lx: number;
  readonly ly: number;
  readonly tooth: number;
  readonly edge: number;
  /** Length of a shadow for each level. */
  readonly reach: number;
  /** Least and greatest level near each node, once baked: {@link lowestAt}, {@link highestAt}. */
  lowest: Int32Array;
  highest: Int32Array;
}

/** A steep line beyond which everything has slipped along it. */
export interface Fault {
  readonly x: number;
  readonly cos: number;
  readonly sin: number;
  /** How far. */
  readonly by: number;
}

export function nodeOfStrata(s: Strata, x: number, y: number, _k: number, out: Int32Array): void {
  const { lattice } = s;
  const at = new Int32Array(2);
  slipped(s, x, y, at);
  const u = at[0]!;
  const v = at[1]!;
  const answer = new Int32Array(5);
  bedAt(s.bed, u, v, answer);
  out[0] = mainAt(s, answer[0]!, u, v);
  out[1] =
    (answer[1]! >> 1) + noise((u * 3) >> 1, (v * 3) >> 1, lattice + 21) + (noise(u * 3, v * 3, lattice + 22) >> 2);
}

/** The main field: its level lines close round each eye. */
export function calmOfStrata(s: Strata, x: number, y: number): number {
  const at = new Int32Array(2);
  slipped(s, x, y, at);
  const answer = new Int32Array(5);
  bedAt(s.bed, at[0]!, at[1]!, answer);
  return mainAt(s, answer[0]!, at[0]!, at[1]!);
}

/** Writes where a place was before everything slipped. */
function slipped(s: Strata, x: number, y: number, out: Int32Array): void {
  let u = x;
  let v = y;
  for (let k = 0; k < s.faults.length; k++) {
    const { x: at, cos, sin, by } = s.faults[k]!;
    // Over a few nodes, not one: a hard step would show the lattice as teeth.
    const moved = mul(by, step(-200, 200, mul(x - at, cos) + mul(y, sin)));
    u = clamp(u + mul(moved, sin), -9344, 9344);
    v = clamp(v - mul(moved, cos), -9344, 9344);
  }
  out[0] = u;
  out[1] = v;
}

/** The main field where the network answered `answer`. */
function mainAt(s: Strata, answer: number, x: number, y: number): number {
  const fine = noise((x * 5) >> 1, (y * 5) >> 1, s.lattice + 8);
  return (answer >> 1) + ((pullAt(s.pulled, x, y) * s.pull) >> 8) + mul(fine, s.ripple << 3);
}

/** A list for each sheet but the lowest. */
export function roundsOfStrata(s: Strata): number {
  return s.sheets - 1;
}

export function valueOfStrata(s: Strata, i: number, x: number, y: number): number {
  return fieldAt(s.main, x, y) + mul(fieldAt(s.bend, x, y), s.bends[i + 1]!);
}

export function keepStrata(s: Strata, i: number, sorted: Int32Array): void {
  s.levels[i + 1] = sorted[div(s.under[i + 1]! * (sorted.length - 1), s.under[s.sheets]!)]!;
}

export function discs(s: Strata): number {
  return s.discSize > 0 ? 1 : 0;
}

/** The height where the disc may stand, and behind it which place that is: so the least value says where it is least. */
export function valueOfDisc(s: Strata, _i: number, x: number, y: number): number {
  let n = 0;
  for (let k = DISCS - 1; k >= 0; k--) {
    if (s.discXs[k]! === x && s.discYs[k]! === y) n = k;
  }
  return (fieldAt(s.main, x, y) << 5) + n;
}

export function keepDisc(s: Strata, _i: number, sorted: Int32Array): void {
  s.discX = s.discXs[sorted[0]! & 31]!;
  s.discY = s.discYs[sorted[0]! & 31]!;
}

export function shadeStrata(s: Strata, x: number, y: number, out: Colour): void {
  const { lattice, edge } = s;
  const level = levelAt(s, x, y);
  if ((level & 1) === 1) paint(out, s.discColour);
  else {
    const k = 3 * (level >> 1);
    out[0] = s.colours[k]!;
    out[1] = s.colours[k + 1]!;
    out[2] = s.colours[k + 2]!;
  }

  // The lamp's shadow; and, weaker, that of the sky, which a sheet in front takes away on its other side too.
  const cast = castBy(s, x, y, level, s.lx, s.ly, TAPS, s.reach, 0);
  const sky = mul(castBy(s, x, y, level, -s.lx, -s.ly, BACK_TAPS, s.reach >> 1, 60), 5600);
  const dark = Math.max(cast, sky);

  // Light runs over a sheet: brighter where it begins, on its side toward the light.
  const fibre = noise(x * 44, y * 13, lattice + level * 7);
  const felt = noise(x * 5, y * 5, lattice + level * 11) + (noise(x * 17, y * 17, lattice + level) >> 1);
  const cloud = noise(x, y, lattice + level * 5 + 300);
  out[0] = out[0]! + mul((fibre >> 7) + (felt >> 7) + (cloud >> 6), s.tooth << 6);
  if (dark > 0) {
    const k = mul(dark, 6144 + (dark >> 2));
    dim(out, ONE - mul(k, 4300));
    out[2] = out[2]! - mul(k, 40);
  }
  if (dark < 3000 && edge > 0) {
    const behind = levelAt(s, x + mul(s.lx, 30), y + mul(s.ly, 30));
    if (behind < level) blend(out, WHITE, Math.min(5200, edge * (8 + 4 * Math.min(4, level - behind))));
  }
  out[0] = clamp(out[0]!, 0, 4080);
}

/** Strata throw nothing on the mat. */
export function surroundStrata(_s: Strata, _x: number, _y: number, _out: Colour): void {}

/** Twice the sheet on top at a place, plus one on the disc; the mat lies above all. */
function levelAt(s: Strata, x: number, y: number): number {
  return levelIn(s, nearestNode(s.main, x, y), x, y);
}

function levelIn(s: Strata, node: number, x: number, y: number): number {
  if (lowestAt(s, node) === highestAt(s, node)) return lowestAt(s, node);
  if (!s.bleed && !onPlate(s.plate, x, y)) return s.mat;
  const h = fieldAt(s.main, x, y);
  const b = fieldAt(s.bend, x, y);
  let i = s.sheets - 1;
  while (i > 0 && h + mul(b, s.bends[i]!) < s.levels[i]!) i--;
  if (i <= s.discSheet && s.discSize > 0) {
    const dx = x - s.discX;
    const dy = y - s.discY;
    if (dx * dx + dy * dy < s.discSize * s.discSize) return 2 * s.discSheet + 1;
  }
  return 2 * i;
}

/** 0 to 8192: how deep a place lies in the shadow of higher sheets toward (dx, dy). */
function castBy(
  s: Strata,
  x: number,
  y: number,
  level: number,
  dx: number,
  dy: number,
  taps: readonly number[],
  perLevel: number,
  more: number,
): number {
  let dark = 0;
  let last = 0;
  let from = 0;
  for (let k = 0; k < taps.length; k++) {
    const d = taps[k]!;
    const tx = x + mul(dx, d);
    const ty = y + mul(dy, d);
    const above = highestAt(s, nearestNode(s.main, tx, ty)) - level <= last ? 0 : levelAt(s, tx, ty) - level;
    if (above > last) {
      last = above;
      const length = Math.min(above, 5) * perLevel + more;
      if (length > from) {
        // Where between two taps the higher sheet begins: without this a shadow would show the taps as rings.
        let low = from;
        let high = d;
        for (let i = 0; i < 4; i++) {
          const middle = (low + high) >> 1;
          if (levelAt(s, x + mul(dx, middle), y + mul(dy, middle)) - level >= above) high = middle;
          else low = middle;
        }
        if (length > high) dark = Math.max(dark, div((length - high) * ONE, length + 80));
      }
    }
    from = d;
  }
  return dark;
}

/** The least level near a node. Where it is the greatest too, no field need be read. */
function lowestAt(s: Strata, node: number): number {
  return s.lowest[node]!;
}

/** The greatest level near a node. */
function highestAt(s: Strata, node: number): number {
  return s.highest[node]!;
}

/** {@link lowestAt} for whoever reads few places: bounds that hold near every node, so that the fields are always read. */
export function lowestOf(_s: Strata, _node: number): number {
  return 0;
}

/** {@link highestAt}, likewise. */
export function highestOf(s: Strata, _node: number): number {
  return s.mat;
}

/** Bounds of the level around each node, from the hull of the spline. */
function bakeBounds(s: Strata): void {
  const { plate, bleed, main, bend, sheets, bends, levels, mat, discX, discY, discSize, discSheet } = s;
  // Of each node bit i: sheet i may lie there; bit 16 + i: it may not. The spline rounds.
  const slack = 64;
  const doubts = new Int32Array(NODES * NODES);
  const { nodes: heights } = main;
  const { nodes: bent } = bend;
  for (const k of nodesOf(plate).ks) {
    const h = heights[k]! << 3;
    const b = bent[k]! << 3;
    let doubt = 1;
    for (let i = 1; i < sheets; i++) {
      const above = h + mul(b, bends[i]!) - levels[i]!;
      doubt |= (above < -slack ? 0x10000 : above < slack ? 0x10001 : 1) << i;
    }
    doubts[k] = doubt;
  }
  const abreast = new Int32Array(NODES * NODES);
  for (let k = 1; k < NODES * NODES - 1; k++) abreast[k] = doubts[k - 1]! | doubts[k]! | doubts[k + 1]!;
  const lowest = new Int32Array(NODES * NODES);
  const highest = new Int32Array(NODES * NODES).fill(mat);
  const all = (1 << sheets) - 1;
  const near = (discSize + NODE_STEP) * (discSize + NODE_STEP);
  for (let j = 1; j < NODES - 1; j++) {
    const y = (j - (NODES >> 1)) * NODE_STEP;
    for (let i = 1; i < NODES - 1; i++) {
      const x = (i - (NODES >> 1)) * NODE_STEP;
      // Where the mat is near, or may be, only the place itself can tell.
      if (!bleed && !onPlate(plate, Math.abs(x) + NODE_STEP, Math.abs(y) + NODE_STEP)) continue;
      const k = j * NODES + i;
      const doubt = abreast[k - NODES]! | abreast[k]! | abreast[k + NODES]!;
      const least = 2 * topBit(~(doubt >>> 16) & all);
      const most = 2 * topBit(doubt & all);
      const onDisc = discSize > 0 && (x - discX) * (x - discX) + (y - discY) * (y - discY) < near;
      lowest[k] = least;
      highest[k] = onDisc && least <= 2 * discSheet ? Math.max(most, 2 * discSheet + 1) : most;
    }
  }
  s.lowest = lowest;
  s.highest = highest;
}

/** Number of the highest bit that is set. */
function topBit(word: number): number {
  return 31 - Math.clz32(word);
}
