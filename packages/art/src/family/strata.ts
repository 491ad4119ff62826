/**
 * Strata: cut paper in layers, lit from one side, behind a mat. Each sheet's outline is a level line of the same field,
 * bent a little by a second one, so that neighbours follow each other without being copies.
 * @module
 */
import { blend, type Colour, dim, type Lab, paint, ramp } from "../colour.ts";
import type { Latents } from "../draws.ts";
import {
  type Field,
  fieldAt,
  makeFields,
  NODE_STEP,
  NODES,
  nearestNode,
  nodesOf,
  onPlate,
  type Places,
  type Plate,
  sortedValues,
} from "../field.ts";
import { clamp, cosine, div, mul, ONE, sine, step } from "../integer.ts";
import { bind } from "../net.ts";
import { noise } from "../noise.ts";
import { type Finish, type OldFamily, type OldSetup, params } from "./family.ts";
import { type Composition, calmest, composition, fieldNet } from "./ground.ts";

export const strata: OldFamily = {
  params: params("pull drift ripple thickness tooth edge accent uneven slip", 0, 255),
  nets: [fieldNet(2)],
  make,
};

const COMPOSITIONS: readonly Composition[] = ["horizon", "diagonal", "island", "column"];
/** Distances of the shadow's taps. */
export const TAPS = [18, 44, 74, 110, 152, 202, 262, 336, 430, 550];
export const BACK_TAPS = [22, 62, 112, 172, 250];
export const WHITE = Int32Array.of(4096, 0, 16);

function make(setup: OldSetup): Finish {
  const { params: p, palette, plate, generator: g, bleed } = setup;
  const [compositionOption, sheetsOption, hourOption, discOption, lightOption] = setup.options as [
    number,
    number,
    number,
    number,
    number,
  ];
  const [pullWeight, drift, ripple, thickness, tooth, edge, accentChance, uneven, slip] = p as unknown as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const sheets = sheetsOption + 5;
  const pull = composition(COMPOSITIONS[compositionOption]!, g, 2600);
  const turn = g.range(4750, 5550);
  const lightTurn = lightOption === 0 ? turn : 12288 - turn;
  const lx = cosine(lightTurn);
  const ly = sine(lightTurn);

  // Faults: beyond a steep line everything has slipped along it.
  const faults = slip === 0 ? 0 : g.range(1, 2);
  const breaks = Array.from({ length: faults }, () => {
    const steep = g.range(-420, 420);
    return { x: g.range(-5200, 5200), cos: cosine(steep), sin: sine(steep), by: mul(g.range(4096, ONE), slip << 4) };
  });

  /** Height and bend at places, Q13. */
  const bedOf = ({ z, lattice }: Latents, given: Places) => {
    const xs = given.xs.slice();
    const ys = given.ys.slice();
    for (const { x: at, cos, sin, by } of breaks) {
      for (let n = 0; n < xs.length; n++) {
        // Over a few nodes, not one: a hard step would show the lattice as teeth.
        const moved = mul(by, step(-200, 200, mul(given.xs[n]! - at, cos) + mul(given.ys[n]!, sin)));
        xs[n] = clamp(xs[n]! + mul(moved, sin), -9344, 9344);
        ys[n] = clamp(ys[n]! - mul(moved, cos), -9344, 9344);
      }
    }
    const o = setup.askAll({ net: bind(setup.nets[0]!, z), lattice, stone: false }, { xs, ys });
    return (n: number, out: Int32Array): void => {
      const x = xs[n]!;
      const y = ys[n]!;
      const fine = noise((x * 5) >> 1, (y * 5) >> 1, lattice + 8);
      out[0] = (o[n]! >> 1) + ((pull(x, y) * pullWeight) >> 8) + mul(fine, ripple << 3);
      out[1] =
        (o[xs.length + n]! >> 1) +
        noise((x * 3) >> 1, (y * 3) >> 1, lattice + 21) +
        (noise(x * 3, y * 3, lattice + 22) >> 2);
    };
  };
  const trial = new Int32Array(2);
  const latents = calmest(plate, setup.latents, (each, places) => {
    const bed = bedOf(each, places);
    return (n) => {
      bed(n, trial);
      return trial[0]!;
    };
  });
  const { lattice } = latents;
  const bed = bedOf(latents, nodesOf(plate));
  const [main, bend] = makeFields(plate, 2, (_x, _y, out, _k, n) => bed(n, out)) as [Field, Field];

  // Each sheet bends on its own; its level is the quantile that leaves it its share of the plate.
  const bends = Int32Array.from({ length: sheets }, () => mul(g.range(-8192, 8192), drift << 4));
  const shares = Int32Array.from({ length: sheets }, () => 256 + g.range(0, uneven * 3));
  shares[0] = shares[0]! + 200 + uneven;
  const total = shares.reduce((a, b) => a + b, 0);
  const levels = new Int32Array(sheets);
  let below = shares[0]!;
  for (let i = 1; i < sheets; i++) {
    const sorted = sortedValues(plate, (x, y) => fieldAt(main, x, y) + mul(fieldAt(bend, x, y), bends[i]!));
    levels[i] = sorted[div(below * (sorted.length - 1), total)]!;
    below += shares[i]!;
  }

  // The disc lies on the farthest sheet, where that is widest.
  let discX = 0;
  let discY = 0;
  let far = 0x7fffffff;
  for (let k = 0; k < 24; k++) {
    const x = g.range(-mul(plate.halfWidth, 5000), mul(plate.halfWidth, 5000));
    const y = g.range(-mul(plate.halfHeight, 5000), mul(plate.halfHeight, 5000));
    const v = fieldAt(main, x, y);
    if (v < far) {
      far = v;
      discX = x;
      discY = y;
    }
  }
  const discSize = discOption === 0 ? 0 : g.range(900, 2300);
  const discSheet = g.below(2);
  const accented = discOption !== 1 && g.chance(accentChance) ? (g.chance(190) ? sheets - 1 : 0) : -1;

  const night = hourOption === 1;
  const colours: Lab[] = Array.from({ length: sheets }, (_, i) => {
    const colour = new Int32Array(3);
    const place = night ? sheets - 1 - i : i;
    ramp(colour, palette, div(place * (ONE - 1), sheets - 1));
    return i === accented ? palette[5]! : colour;
  });
  const discColour = discOption === 1 ? palette[5]! : palette[night ? 0 : 1]!;
  if (discOption === 2 && !night) blend(colours[0]!, palette[2]!, 2600);

  const mat = 2 * sheets + 1;
  // Bounds of the level around each node: where both agree no field need be read. Speed only; the pixels do not change.
  const { lowest, highest } = levelBounds(main, bend, bends, levels);
  for (let k = 0; k < highest.length; k++) {
    const x = ((k % NODES) - (NODES >> 1)) * NODE_STEP;
    const y = (div(k, NODES) - (NODES >> 1)) * NODE_STEP;
    const r = NODE_STEP >> 1;
    const dx = x - discX;
    const dy = y - discY;
    const near = discSize + NODE_STEP;
    if (discSize > 0 && lowest[k]! <= 2 * discSheet && dx * dx + dy * dy < near * near) {
      highest[k] = Math.max(highest[k]!, 2 * discSheet + 1);
    }
    const inside =
      bleed ||
      (plate.inside(x - r, y - r) &&
        plate.inside(x + r, y - r) &&
        plate.inside(x - r, y + r) &&
        plate.inside(x + r, y + r));
    if (!inside) highest[k] = mat;
  }

  const state: Strata = {
    ...{ plate, bleed, main, bend, bends, levels, lowest, highest, sheets, mat, colours, discColour },
    ...{ discX, discY, discSize, discSheet, lattice, lx, ly, tooth, edge, reach: 40 + thickness },
  };
  return { linear: false, state, shade: (x, y, out) => shadeStrata(state, x, y, out) };
}

/** What the finish reads. */
export interface Strata {
  readonly plate: Plate;
  readonly bleed: boolean;
  readonly main: Field;
  readonly bend: Field;
  /** How much each sheet bends, and the level at which it begins. */
  readonly bends: Int32Array;
  readonly levels: Int32Array;
  /** Least and greatest of twice the sheet near each node. */
  readonly lowest: Int8Array;
  readonly highest: Int8Array;
  readonly sheets: number;
  /** The mat's level: above all sheets. */
  readonly mat: number;
  readonly colours: readonly Lab[];
  readonly discColour: Lab;
  readonly discX: number;
  readonly discY: number;
  readonly discSize: number;
  readonly discSheet: number;
  readonly lattice: number;
  /** Direction to the lamp. */
  readonly lx: number;
  readonly ly: number;
  readonly tooth: number;
  readonly edge: number;
  /** Length of a shadow for each level. */
  readonly reach: number;
}

export function shadeStrata(s: Strata, x: number, y: number, out: Colour): void {
  const { lattice, edge } = s;
  const level = levelAt(s, x, y);
  if ((level & 1) === 1) paint(out, s.discColour);
  else paint(out, s.colours[level >> 1]!);

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
  if (s.lowest[node]! === s.highest[node]!) return s.lowest[node]!;
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
    const above = s.highest[nearestNode(s.main, tx, ty)]! - level <= last ? 0 : levelAt(s, tx, ty) - level;
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

/** Least and greatest of twice the sheet near each node, from the hull of the spline, with room for its rounding. */
function levelBounds(
  main: Field,
  bend: Field,
  bends: Int32Array,
  levels: Int32Array,
): { lowest: Int8Array; highest: Int8Array } {
  const lowest = new Int8Array(NODES * NODES);
  const highest = new Int8Array(NODES * NODES);
  const slack = 64;
  const bent = new Int32Array(NODES * NODES);
  for (let i = 1; i < levels.length; i++) {
    for (let k = 0; k < bent.length; k++) bent[k] = (main.nodes[k]! << 3) + mul(bend.nodes[k]! << 3, bends[i]!);
    const level = levels[i]!;
    for (let j = 1; j < NODES - 1; j++) {
      for (let k = j * NODES + 1; k < (j + 1) * NODES - 1; k++) {
        let least = bent[k]!;
        let most = least;
        for (const d of AROUND) {
          const v = bent[k + d]!;
          if (v < least) least = v;
          else if (v > most) most = v;
        }
        if (least - slack >= level) lowest[k] = 2 * i;
        if (most + slack >= level) highest[k] = 2 * i;
      }
    }
  }
  return { lowest, highest };
}

const AROUND = [-NODES - 1, -NODES, -NODES + 1, -1, 1, NODES - 1, NODES, NODES + 1];
