/**
 * Marble: a polished slab. The network bends the bed of the stone; clouds follow the bent bed, and veins are level lines of
 * a phase across it (level lines of plain noise would close into eyes). A second mask keeps whole parts of a slab calm.
 * @module
 */
import { blend, type Colour, dim, type Lab, labOf, ramp } from "../colour.ts";
import type { Latents } from "../draws.ts";
import {
  equalise,
  type Field,
  fieldAt,
  makeFields,
  nodesOf,
  onPlate,
  type Places,
  type Plate,
  quantilesOf,
} from "../field.ts";
import { clamp, cosine, div, mul, ONE, sine, step, triangle } from "../integer.ts";
import { bind } from "../net.ts";
import { fractal, noise } from "../noise.ts";
import { type Family, type Finish, params, type Setup } from "./family.ts";
import { calmest, fieldNet, sheetShadow } from "./ground.ts";

export const marble: Family = {
  params: params("warp stretch veins weight cloud threads gloss", 0, 255),
  nets: [fieldNet(5)],
  make,
};

export const GOLD = labOf(0xb8, 0x92, 0x4a);
export const GLINT = labOf(0xf0, 0xd8, 0x9a);

function make(setup: Setup): Finish {
  const { params: p, plate, generator: g } = setup;
  const [veinOption, slabOption, bedOption, cutOption] = setup.options as [number, number, number, number];
  const [warp, stretch, veins, weight, cloud, threads, gloss] = p as unknown as number[] as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const [steepest, flattest] = [
    [1300, 1700],
    [750, 1200],
    [200, 620],
  ][bedOption] as [number, number];
  const angle = g.range(steepest, flattest) * (g.chance(128) ? 1 : -1);
  const ca = cosine(angle);
  const sa = sine(angle);
  const bend = 1500 + g.range(0, 2600) + warp * 20;
  const across = 14 + div(stretch, 16) + g.range(0, 6);
  const rate = 4 + div(veins, 40) + g.range(0, 2);
  const palette: readonly Lab[] =
    slabOption === 1 ? [4, 3, 2, 1, 0].map((i) => setup.palette[i]!) : setup.palette.slice(0, 5);

  /** The bent bed at places: along, across (halved), and the raw outputs for cloud, mask and phase. */
  const bedOf = ({ z, lattice }: Latents, { xs, ys }: Places) => {
    const turned = {
      xs: xs.map((x, n) => mul(x, ca) + mul(ys[n]!, sa)),
      ys: ys.map((y, n) => mul(y, ca) - mul(xs[n]!, sa)),
    };
    const o = setup.askAll({ net: bind(setup.nets[0]!, z), lattice, stone: true }, turned);
    const length = xs.length;
    return (n: number, out: Int32Array): void => {
      const u = turned.xs[n]!;
      const v = turned.ys[n]!;
      const rough = fractal(u, v << 1, lattice + 9, 4);
      out[0] = (u >> 1) + (mul(o[n]! >> 1, bend) >> 1) + (rough >> 3);
      out[1] = (((v * across) >> 3) + mul(o[length + n]! >> 1, bend) + (rough >> 2)) >> 1;
      out[2] = o[2 * length + n]! >> 1;
      out[3] = (o[3 * length + n]! >> 1) + (noise(xs[n]!, ys[n]!, lattice + 3) >> 1);
      out[4] = o[4 * length + n]! >> 1;
    };
  };
  const trial = new Int32Array(5);
  const latents = calmest(plate, setup.latents, (each, places) => {
    const bed = bedOf(each, places);
    return (n) => {
      bed(n, trial);
      return ((trial[1]! * rate) >> 2) + (trial[4]! >> 2);
    };
  });
  const { lattice } = latents;
  const bed = bedOf(latents, nodesOf(plate));
  const [along, over, tint, mask, phase] = makeFields(plate, 5, (_x, _y, out, _k, n) => bed(n, out)) as [
    Field,
    Field,
    Field,
    Field,
    Field,
  ];
  const tone = quantilesOf(plate, (x, y) =>
    cloudsAt(lattice, fieldAt(along, x, y) >> 3, fieldAt(over, x, y) >> 2, fieldAt(tint, x, y) >> 3),
  );
  const veined = quantilesOf(plate, (x, y) => fieldAt(mask, x, y));
  const slip = cutOption === 1 ? g.range(500, 880) * (g.chance(128) ? 1 : -1) : 0;
  const seam = cutOption === 1 ? g.range(-2600, 2600) : 0;
  const state: Marble = {
    ...{
      lattice,
      rate,
      cloud,
      threads,
      gloss,
      slip,
      seam,
      palette,
      plate,
      along,
      over,
      tint,
      mask,
      phase,
      tone,
      veined,
    },
    ...{ body: veinOption === 1 ? 1500 + weight * 4 : 500 + weight * 3, gold: veinOption === 2, cut: cutOption === 1 },
    bleed: setup.bleed,
  };
  return {
    linear: false,
    state,
    shade: (x, y, out) => shadeMarble(state, x, y, out),
    surround: (x, y, out) => surroundMarble(state, x, y, out),
  };
}

/** What the finish reads. */
export interface Marble {
  readonly lattice: number;
  readonly rate: number;
  readonly cloud: number;
  readonly threads: number;
  readonly gloss: number;
  readonly slip: number;
  readonly seam: number;
  readonly palette: readonly Lab[];
  readonly plate: Plate;
  readonly along: Field;
  readonly over: Field;
  readonly tint: Field;
  readonly mask: Field;
  readonly phase: Field;
  readonly tone: Int32Array;
  readonly veined: Int32Array;
  readonly body: number;
  readonly gold: boolean;
  readonly cut: boolean;
  readonly bleed: boolean;
}

function cloudsAt(lattice: number, u: number, v: number, c: number): number {
  return fractal(u, v, lattice + 31, 4) + (c >> 1);
}

function vein(distance: number, width: number): number {
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
  const halo = vein(d1, mul(m, 3600) + 300);
  const core = vein(d1, mul(mul(m, m), s.body) + 60);
  const second = vein(d2, mul(m, 340 + s.threads));
  const third = vein(d3, mul(mul(m, t), 160 + s.threads));
  blend(out, palette[2]!, mul(mul(halo, halo), mul(m, 6200)));
  blend(out, palette[3]!, mul(halo, mul(mul(m, m), 3500)));
  blend(out, palette[4]!, mul(step(0, ONE, core), 1800 + mul(m, 5600)));
  blend(out, palette[3]!, mul(second, mul(m, 6500)));
  blend(out, palette[3]!, mul(third, 5200));
  if (s.gold && m > 3000) {
    const line = vein(d1, mul(m - 3000, 700) + 50);
    const leaf = mul(step(500, 3500, line), step(3000, 4400, m));
    blend(out, GOLD, leaf);
    blend(out, GLINT, mul(leaf, clamp((noise(x * 3, y * 9, lattice + 12) >> 1) + (line >> 2), 0, 5000)));
  }
  // Polish: one broad soft reflection from the upper left, and the crystal's own grain.
  const shine = clamp(5200 - ((x + y) >> 1) - (noise(x >> 1, y >> 1, lattice + 40) >> 1), 0, ONE);
  out[0] = out[0]! + mul(mul(shine, shine), gloss) + (fine >> 7) + (noise(x * 20, y * 20, lattice) >> 8);
  const rimmed = onPlate(plate, px - 36, py - 36) ? (onPlate(plate, px + 36, py + 36) ? 0 : -1) : 1;
  if (rimmed !== 0 && !s.bleed) {
    if (rimmed > 0) out[0] = out[0]! + 150;
    else dim(out, ONE - 700);
  }
}
