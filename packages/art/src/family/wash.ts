/**
 * Wash: water-colour. Each pigment is a mask of a set share of the paper; its density pools at dry edges, sinks into the
 * grain, fades inward as mist does, and bleeds where the paper was wet. Absorbances add, so overlaps are true glazes.
 * @module
 */
import { type Colour, type Lab, paint, toLinear } from "../colour.ts";
import { equalise, type Field, fieldAt, makeFields, nodesOf, type Plate, quantilesOf } from "../field.ts";
import { clamp, div, mul, ONE, step } from "../integer.ts";
import { bind } from "../net.ts";
import { fractal, latticeHash, noise } from "../noise.ts";
import { type Finish, type OldFamily, type OldSetup, params } from "./family.ts";
import { type Composition, composition, fieldNet, sheetShadow } from "./ground.ts";

export const wash: OldFamily = {
  params: [
    ...params("density rim fade granulation bleed ragged pull", 0, 255),
    { name: "nested", min: 0, max: 1 },
    ...params("cover sun", 0, 255),
  ],
  nets: [fieldNet(2), fieldNet(2)],
  make,
};

const COMPOSITIONS: readonly Composition[] = ["island", "horizon", "column", "diagonal"];

/** One pigment on the paper. */
export interface Layer {
  readonly field: Field;
  readonly quantiles: Int32Array;
  /** Share of the plate, Q13. */
  readonly cover: number;
  /** Softest edge, in area share; 0 for a dry one. */
  readonly wet: number;
  readonly seed: number;
  /** Absorbance of full density in red, green, blue, Q9. */
  readonly a0: number;
  readonly a1: number;
  readonly a2: number;
}

function make(setup: OldSetup): Finish {
  const { params: p, plate, generator: g } = setup;
  const [compositionOption, edgesOption, pigmentsOption, accentOption, splatterOption] = setup.options as [
    number,
    number,
    number,
    number,
    number,
  ];
  const [density, rimWeight, fade, granulation, bleed, ragged, pullWeight, nested, cover, sun] =
    p as unknown as number[] as [number, number, number, number, number, number, number, number, number, number];
  const dark = setup.palette[0]![0]! < setup.palette[4]![0]!;
  const palette = dark ? [4, 3, 2, 1, 0, 5].map((i) => setup.palette[i]!) : setup.palette;
  const { z, lattice } = setup.latents(0);

  const count = pigmentsOption + 2;
  const kind = COMPOSITIONS[compositionOption]!;
  const later: Composition = nested === 1 ? kind : "island";
  const first = composition(kind, g, 2600);
  const pulls = [first, composition(kind, g, 3200), composition(later, g, 2800), composition(later, g, 3600)];
  // Two pigments need the first network only.
  const asked = count > 2 || accentOption === 2 ? 2 : 1;
  const nodes = nodesOf(plate);
  const warped = (along: Int32Array, seed: number) =>
    along.map((v, n) => clamp(v + (fractal(nodes.xs[n]! << 1, nodes.ys[n]! << 1, seed, 3) >> 4), -9344, 9344));
  const moved = { xs: warped(nodes.xs, lattice + 90), ys: warped(nodes.ys, lattice + 95) };
  const answers = setup.nets
    .slice(0, asked)
    .map((net, k) => setup.askAll({ net: bind(net, z), lattice: lattice + k * 9, stone: false }, moved));
  const fields = makeFields(plate, 4, (x, y, out, _k, at) => {
    for (let n = 0; n < 2 * asked; n++) {
      const o = answers[n >> 1]![(n & 1) * moved.xs.length + at]!;
      const rough = fractal(x << 2, y << 2, lattice + 40 + n, 2);
      const pulled = (pulls[n]!(moved.xs[at]!, moved.ys[at]!) * pullWeight) >> 8;
      out[n] = (o >> 1) + pulled + (mul(rough, ragged << 5) >> 2);
    }
  });

  // Large and pale first, small and dark last; nested ones (ridges in mist) hide one behind the other.
  const roles = ROLES[pigmentsOption]![g.below(2)]!;
  const covers = Array.from({ length: count }, (_, k) =>
    nested === 1
      ? clamp(7200 - div(5600 * k, count) - g.range(0, 1100), 700, 7400)
      : [g.range(2600, 5000), g.range(1500, 2900), g.range(600, 1500), g.range(260, 620)][k]!,
  );
  const wetFrom = [0, 1, 2][edgesOption]! + (edgesOption === 0 ? 0 : g.below(2));
  const layers: Layer[] = [];
  for (let k = 0; k < count; k++) {
    const wet = k < wetFrom ? mul(g.range(700, 1900), bleed << 6) : 0;
    layers.push(pigment(fields[k]!, mul(covers[k]!, 4096 + (cover << 5)), wet, lattice + k * 3 + 200, roles[k]!));
  }
  if (accentOption === 2) {
    layers.push(pigment(fields[3]!, g.range(180, 460), 0, lattice + 230, 5));
  }
  function pigment(field: Field, share: number, wet: number, seed: number, role: number): Layer {
    const light = new Int32Array(3);
    paint(light, palette[role]!);
    toLinear(light);
    const value = (x: number, y: number) => fieldAt(field, x, y);
    return {
      field,
      quantiles: quantilesOf(plate, value),
      cover: share,
      wet,
      seed,
      a0: absorbance(light[0]!),
      a1: absorbance(light[1]!),
      a2: absorbance(light[2]!),
    };
  }

  // The drop: a round wash, often a sun.
  const dropX = g.range(-mul(plate.halfWidth, 5200), mul(plate.halfWidth, 5200));
  const dropY = g.range(-mul(plate.halfHeight, 5200), nested === 1 ? -900 : mul(plate.halfHeight, 5200));
  const dropSize = accentOption === 1 ? g.range(420, 900) + sun * 3 : 0;
  const dropLight = new Int32Array(3);
  paint(dropLight, palette[5]!);
  toLinear(dropLight);
  const drop = [absorbance(dropLight[0]!), absorbance(dropLight[1]!), absorbance(dropLight[2]!)];

  const ground = new Int32Array(3);
  paint(ground, palette[0]!);
  toLinear(ground);
  const sown = splatterOption === 1 ? g.range(70, 130) : 0;
  const fades = nested === 1 ? fade : fade >> 1;

  const state: Wash = {
    ...{ plate, layers, lattice, ragged, granulation, density, fades, rim: rimWeight },
    ...{ dropX, dropY, dropSize, drop, sown, ground },
  };
  return {
    linear: true,
    state,
    shade: (x, y, out) => shadeWash(state, x, y, out),
    surround: (x, y, out) => surroundWash(state, x, y, out),
  };
}

/** What the finish reads. */
export interface Wash {
  readonly plate: Plate;
  /** From the palest to the darkest. */
  readonly layers: readonly Layer[];
  readonly lattice: number;
  readonly ragged: number;
  readonly granulation: number;
  readonly density: number;
  /** How much a pigment thins inward. */
  readonly fades: number;
  readonly rim: number;
  readonly dropX: number;
  readonly dropY: number;
  /** 0: there is no drop. */
  readonly dropSize: number;
  /** Absorbances of the drop. */
  readonly drop: readonly number[];
  /** How many cells of 256 are spattered. */
  readonly sown: number;
  /** Linear light of the paper. */
  readonly ground: Lab;
}

export function shadeWash(s: Wash, x: number, y: number, out: Colour): void {
  const { lattice } = s;
  const slow = noise(x, y, lattice + 55) + (noise(x << 1, y << 1, lattice + 56) >> 1);
  const tooth = noise(x * 23, y * 23, lattice + 51);
  const grains = noise(x * 9 + (slow << 1), y * 9, lattice + 50);
  const frayed = (noise(x << 4, y << 4, lattice + 60) >> 1) + (noise(x << 5, y << 5, lattice + 61) >> 2);
  const fray = mul(frayed, s.ragged << 4);
  const grain = mul((grains >> 1) + tooth, s.granulation << 2);
  let r = 0;
  let gr = 0;
  let b = 0;
  for (let k = 0; k < s.layers.length; k++) {
    const layer = s.layers[k]!;
    const v = fieldAt(layer.field, x, y);
    const share = equalise(layer.quantiles, v + fray);
    const d = share - (ONE - layer.cover);
    let soft = 36;
    if (layer.wet > 0) soft += mul(step(-1200, 5200, noise(x, y, layer.seed)), layer.wet);
    if (d < -soft) continue;
    const body = step(-soft, soft > 200 ? soft : 36, d);
    let amount = 1700 + (s.density << 4) + (slow >> 1);
    // Inward the pigment thins: mist on ridges, pale hearts in blobs.
    amount -= mul(div(clamp(d, 0, ONE) * ONE, layer.cover + 1), s.fades << 4);
    if (soft < 300) {
      const away = d < 0 ? -d : d;
      const line = ONE - clamp(away * 20, 0, ONE);
      const pool = ONE - clamp(away * 4, 0, ONE);
      amount += mul(mul(mul(line, line), 3200) + mul(pool, 1200), s.rim << 6);
    }
    const w = mul(body, clamp(amount + mul(amount, grain) + (grain >> 2), 300, 12000));
    r += mul(layer.a0, w);
    gr += mul(layer.a1, w);
    b += mul(layer.a2, w);
  }
  if (s.dropSize > 0) {
    const dx = x - s.dropX + (slow >> 6) + (fray >> 3);
    const dy = y - s.dropY + (noise(x * 3, y * 3, lattice + 70) >> 6);
    const reach = s.dropSize + 40;
    if (dx < reach && dx > -reach && dy < reach && dy > -reach) {
      const far = div((dx * dx + dy * dy) * 4, s.dropSize);
      const body = step((s.dropSize << 2) + 130, (s.dropSize << 2) - 130, far);
      const pool = clamp(ONE - Math.abs(far - (s.dropSize << 2)) * 7, 0, ONE);
      const w = mul(body, clamp(5600 + (slow >> 1) + grain + mul(pool, 1800), 300, 12000));
      r += mul(s.drop[0]!, w);
      gr += mul(s.drop[1]!, w);
      b += mul(s.drop[2]!, w);
    }
  }
  if (s.sown > 0) {
    const h = latticeHash(x >> 9, y >> 9, lattice + 80);
    if ((h & 255) < s.sown && noise(x, y, lattice + 81) > 1200) {
      const size = 14 + ((h >>> 8) & 31) + ((h >>> 13) & 3) * ((h >>> 15) & 15);
      const dx = (x & 511) - 128 - ((h >>> 16) & 255);
      const dy = (y & 511) - 128 - ((h >>> 24) & 255);
      const far = dx * dx + dy * dy;
      if (far < size * size) {
        const w = 3000 + ((h >>> 20) & 4095) + (grain >> 1);
        const layer = s.layers[s.layers.length - 1]!;
        r += mul(layer.a0, w);
        gr += mul(layer.a1, w);
        b += mul(layer.a2, w);
      }
    }
  }
  const paper = (noise(x * 50, y * 50, lattice + 2) >> 9) + (tooth >> 10);
  out[0] = Math.imul(s.ground[0]!, EXPONENTIAL[clamp(r + paper, 0, 4096)]!) >> 14;
  out[1] = Math.imul(s.ground[1]!, EXPONENTIAL[clamp(gr + paper, 0, 4096)]!) >> 14;
  out[2] = Math.imul(s.ground[2]!, EXPONENTIAL[clamp(b + paper, 0, 4096)]!) >> 14;
}

export function surroundWash(s: Wash, x: number, y: number, out: Colour): void {
  sheetShadow(s.plate, x, y, out);
}

/** Palette roles of two, three and four pigments, pale to dark, two ways each. */
const ROLES = [
  [
    [1, 4],
    [2, 4],
  ],
  [
    [1, 2, 4],
    [2, 3, 4],
  ],
  [
    [1, 2, 3, 4],
    [2, 1, 3, 4],
  ],
];

/** 2^14 exp(-i / 512) for i = 0..4096, by the recurrence e - e/2^9 + e/2^19 in Q28. */
export const EXPONENTIAL = exponentialTable();

function exponentialTable(): Int32Array {
  const table = new Int32Array(4097);
  let e = 1 << 28;
  for (let i = 0; i <= 4096; i++) {
    table[i] = (e + 8192) >> 14;
    e = e - (e >> 9) + (e >> 19);
  }
  return table;
}

/** The smallest i with exp(-i / 512) not above linear light (Q14, at least 60). */
function absorbance(light: number): number {
  const wanted = Math.max(60, light);
  let low = 0;
  let high = 4096;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (EXPONENTIAL[middle]! <= wanted) high = middle;
    else low = middle + 1;
  }
  return low;
}
