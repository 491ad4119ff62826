/**
 * Weave: cloth, thread by thread. The network and a plan of repeats give every crossing its colour once; the finish lays
 * round threads over and under each other. Ikat is dyed along the warp, a kilim is stepped, a plaid mixes two orders of stripes.
 * @module
 */
import { type Colour, dim, type Lab, paint } from "../colour.ts";
import type { Generator } from "../draws.ts";
import type { Plate } from "../field.ts";
import { clamp, div, mul, ONE, triangle } from "../integer.ts";
import { type Run, runner } from "../net.ts";
import { latticeHash, noise } from "../noise.ts";
import { type Finish, type OldFamily, type OldSetup, params } from "./family.ts";
import { fieldInputs, fieldNet, sheetShadow } from "./ground.ts";

export const weave: OldFamily = {
  params: params("shape wild feather step border accent fibre relief", 0, 255),
  nets: [fieldNet(2)],
  make,
};

const IKAT = 0;
const KILIM = 1;
const PLAID = 2;

function make(setup: OldSetup): Finish {
  const { params: p, palette, plate, generator: g } = setup;
  const [cloth, threadsOption, bindingOption, motif, repeatOption, fringeOption] = setup.options as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const [shape, wild, feather, stepped, border, accentChance, fibre, relief] = p as unknown as number[] as [
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
  const run = runner(setup.nets[0]!, z);
  const threads = [84, 104, 126][threadsOption]!;
  const twill = bindingOption === 1;
  const roles = new Int32Array(threads * threads);
  const plan: Plan = {
    threads,
    motif,
    repeats: repeatOption + 1,
    shape,
    wild,
    feather,
    stepped,
    accent: g.chance(accentChance),
    order: ORDERS[g.below(ORDERS.length)]!,
    bordered: g.chance(border),
    lattice,
  };
  if (cloth === PLAID) plaid(setup, plan, run, roles, twill);
  else figured(setup, plan, cloth === KILIM, run, roles);
  const state: Weave = {
    plate,
    cloth,
    threads,
    twill,
    fringe: setup.bleed ? 0 : fringeOption,
    roles,
    palette,
    lattice,
    fibre: fibre << 5,
    relief: relief << 5,
  };
  return {
    linear: false,
    state,
    shade: (x, y, out) => shadeWeave(state, x, y, out),
    surround: (x, y, out) => surroundWeave(state, x, y, out),
  };
}

/** Roles by rank, so that neighbours in value contrast. */
const ORDERS: readonly (readonly number[])[] = [
  [0, 3, 1, 4, 2],
  [4, 1, 3, 0, 2],
  [1, 4, 0, 3, 2],
  [2, 0, 4, 1, 3],
  [3, 0, 2, 4, 1],
];
/** Shares of the five ranks, as ends in 256ths. */
const ENDS = [98, 158, 202, 236, 256];

interface Plan {
  readonly threads: number;
  /** 0 diamond, 1 chevron, 2 free. */
  readonly motif: number;
  readonly repeats: number;
  readonly shape: number;
  readonly wild: number;
  readonly feather: number;
  readonly stepped: number;
  readonly bordered: boolean;
  readonly order: readonly number[];
  readonly accent: boolean;
  readonly lattice: number;
}

/** Ikat and kilim: one value for each crossing of a figure that is mirrored and repeated, ranked by area. */
function figured({ plate, generator: g }: OldSetup, plan: Plan, kilim: boolean, run: Run, roles: Int32Array): void {
  const { threads, lattice, repeats } = plan;
  const inputs = new Int32Array(5);
  const down = g.range(1, 2) + (repeats > 2 ? 1 : 0);
  const lean = g.range(5000, 9500);
  const zoom = repeats > 2 ? 1 : 4 - repeats;
  const block = kilim ? div((2 + div(plan.stepped, 100)) * 16384, threads) : 1;
  const values = new Int32Array(threads * threads);
  const all: number[] = [];
  for (let j = 0; j < threads; j++) {
    const y = div((2 * j + 1 - threads) * ONE, threads);
    for (let i = 0; i < threads; i++) {
      const x = div((2 * i + 1 - threads) * ONE, threads);
      // Each warp thread slips a little before it is woven; bundles slip together.
      const one = (latticeHash(i, 1, lattice) & 1023) - 512;
      const bundle = (latticeHash(div(i, 4), 2, lattice) & 1023) - 512;
      const slip = kilim ? 0 : Math.imul(one + bundle, plan.feather) >> 7;
      const u = folded(x, plate.halfWidth, repeats, block);
      const w = folded(y + slip, plate.halfHeight, down, block);
      fieldInputs(inputs, (u * zoom) >> 1, (w * zoom) >> 1, lattice);
      const o = run(inputs);
      let figure = 0;
      if (plan.motif === 0) figure = u + mul(w, lean);
      else if (plan.motif === 1) figure = triangle(u + mul(kilim ? w : y + (slip >> 1), lean)) - 4096;
      const v = mul(clamp(o[0]! >> 1, -16000, 16000), plan.wild << 5) + mul(figure, plan.shape << 6);
      values[j * threads + i] = v;
      if (plate.inside(x, y)) all.push(v);
    }
  }
  const sorted = Int32Array.from(all).sort();
  const ends = ENDS.map((end) => sorted[Math.min(sorted.length - 1, (sorted.length * end) >> 8)]!);
  for (let k = 0; k < values.length; k++) {
    let rank = 0;
    while (rank < 4 && values[k]! >= ends[rank]!) rank++;
    const edge = plan.bordered ? borderAt(plate, k % threads, div(k, threads), threads, kilim) : -1;
    roles[k] = edge >= 0 ? plan.order[edge]! : rank === 4 && plan.accent ? 5 : plan.order[rank]!;
  }
}

/** Distance from the middle of a repeat, -4096 there to 4096 at its ends, in whole blocks. */
function folded(x: number, half: number, repeats: number, block: number): number {
  const period = div(2 * half, repeats);
  const at = (x + half + 8 * period) % period;
  const from = Math.abs(at - (period >> 1));
  const stepped = div(from, block) * block + (block >> 1);
  return div(Math.min(stepped, period >> 1) * ONE, period >> 1) - 4096;
}

/** Rank of the border at a crossing, or -1 inside it: stripes at the sides of an ikat, a toothed frame round a kilim. */
function borderAt(plate: Plate, i: number, j: number, threads: number, kilim: boolean): number {
  const marginX = div((ONE - plate.halfWidth) * threads, 16384);
  const marginY = div((ONE - plate.halfHeight) * threads, 16384);
  const side = Math.min(i, threads - 1 - i) - marginX;
  const end = Math.min(j, threads - 1 - j) - marginY;
  const e = kilim ? Math.min(side, end) : side;
  if (e < 2) return 1;
  if (!kilim) return e < 4 ? 0 : e < 5 ? 3 : -1;
  const run = side < end ? j : i;
  if (e < 7) return e - 2 < Math.abs((run % 10) - 5) ? 0 : 3;
  return e < 9 ? 1 : -1;
}

/** Plaid: an order of stripes for the warp, another for the weft, both mirrored at their middle. */
function plaid({ generator: g }: OldSetup, plan: Plan, run: Run, roles: Int32Array, twill: boolean): void {
  const { threads } = plan;
  const warp = sett(g, plan, run, 0);
  const weft = g.chance(150) ? warp : sett(g, plan, run, 5000);
  const shift = g.range(-div(threads, 5), div(threads, 5));
  for (let j = 0; j < threads; j++) {
    for (let i = 0; i < threads; i++) {
      const a = warp[Math.abs(2 * i + 1 - threads + shift) >> 1]!;
      const b = weft[Math.abs(2 * j + 1 - threads + shift) >> 1]!;
      roles[j * threads + i] = isUp(i, j, twill) ? a : b;
    }
  }
}

/** Colours of threads from the middle outward: broad stripes whose role the network names, and thin lines in them. */
function sett(g: Generator, plan: Plan, run: Run, y: number): Int32Array {
  const length = plan.threads;
  const stripes = new Int32Array(length);
  const inputs = new Int32Array(5);
  let last = -1;
  let line = plan.accent;
  for (let t = 0; t < length; ) {
    fieldInputs(inputs, div(t * 16384, length) - 8192, y, plan.lattice);
    const o = run(inputs);
    let rank = clamp(((o[0]! >> 1) + 4096 + g.range(-2000, 2000)) >> 11, 0, 4);
    if (rank === last) rank = (rank + 1) % 4;
    last = rank;
    const broad = g.range(4, 6 + div(plan.stepped, 12));
    const split = broad > 7 && g.chance(150) ? broad >> 1 : -1;
    for (let k = 0; k < broad && t < length; k++, t++) {
      const thin = split >= 0 && k >= split && k < split + 2;
      stripes[t] = thin && line ? 5 : plan.order[thin ? (rank + 2) % 5 : rank]!;
    }
    if (split >= 0) line = false;
  }
  return stripes;
}

/** Whether the warp lies on top at a crossing. */
function isUp(i: number, j: number, twill: boolean): boolean {
  return twill ? ((i + j) & 3) < 2 : ((i + j) & 1) === 0;
}

/** What the finish reads. */
export interface Weave {
  readonly plate: Plate;
  /** 0 ikat, 1 kilim, 2 plaid. */
  readonly cloth: number;
  /** Threads across the longer side. */
  readonly threads: number;
  readonly twill: boolean;
  /** 0 none, 1 cut, 2 knotted. */
  readonly fringe: number;
  /** Palette role of each crossing, row after row. */
  readonly roles: Int32Array;
  readonly palette: readonly Lab[];
  readonly lattice: number;
  readonly fibre: number;
  readonly relief: number;
}

export function shadeWeave(c: Weave, x: number, y: number, out: Colour): void {
  const s = c.lattice;
  const px = (x + ONE) * c.threads;
  const py = (y + ONE) * c.threads;
  const i = clamp(px >> 14, 0, c.threads - 1);
  const j = clamp(py >> 14, 0, c.threads - 1);
  const fx = (px & 16383) - ONE;
  const fy = (py & 16383) - ONE;
  const up = isUp(i, j, c.twill);
  const warp = c.cloth === IKAT ? true : c.cloth === KILIM ? false : up;
  paint(out, c.palette[c.roles[j * c.threads + i]!]!);
  const across = warp ? fx : fy;
  const along = warp ? fy : fx;
  const thread = warp ? i : j;
  const own = ((latticeHash(thread, warp ? 3 : 4, s) & 1023) - 512) >> 1;
  const cell = ((latticeHash(i, j, s + 9) & 1023) - 512) >> 1;
  const twist = warp
    ? noise(x * 30, y * 5 + x * 9, s + 5) + (noise(x * 60, y * 14, s + 6) >> 1)
    : noise(x * 5 + y * 9, y * 30, s + 5) + (noise(x * 14, y * 60, s + 6) >> 1);
  // Round threads: dark between them, darker where one dips under the next.
  const dip = c.cloth === PLAID || up ? mul(along, along) : mul(along, along) >> 1;
  const round = mul(mul(across, across), 1900) + mul(dip, 1300) + (up ? 0 : 500);
  dim(out, ONE - mul(round, c.relief) + own + cell + mul(twist >> 3, c.fibre) - mul(across, 300));
}

/** The warp's ends beyond the cloth, and the shadow of both. */
export function surroundWeave(c: Weave, x: number, y: number, out: Colour): void {
  const { halfWidth, halfHeight } = c.plate;
  if (c.fringe > 0 && x < halfWidth + 40 && x >= -halfWidth) {
    const below = Math.abs(y) - halfHeight;
    if (below >= 0 && below < 900) {
      const shaded = tassel(c, x - 26, y, below - 26);
      const own = tassel(c, x, y, below);
      if (own >= 0) {
        const i = clamp(((x + ONE) * c.threads) >> 14, 0, c.threads - 1);
        const edge =
          y < 0
            ? div((ONE - halfHeight) * c.threads, 16384)
            : c.threads - 1 - div((ONE - halfHeight) * c.threads, 16384);
        paint(out, c.palette[c.cloth === KILIM ? 0 : c.roles[clamp(edge, 0, c.threads - 1) * c.threads + i]!]!);
        dim(out, ONE - 500 - mul(mul(own, own), 2600) + (noise(x * 40, y * 6, c.lattice + 8) >> 3));
        return;
      }
      if (shaded >= 0) {
        dim(out, ONE - 1100);
        return;
      }
    }
  }
  sheetShadow(c.plate, x, y, out);
}

/** How far a place lies from the middle of its tassel, 0 to 8192, or less than 0 beside it. */
function tassel(c: Weave, x: number, y: number, below: number): number {
  if (below < 0 || x >= c.plate.halfWidth || x < -c.plate.halfWidth) return -1;
  const bundle = c.fringe === 1 ? 2 : 4;
  const pitch = div(16384 * bundle, c.threads);
  const n = div(x + ONE, pitch);
  const h = latticeHash(n, y < 0 ? 1 : 2, c.lattice + 70);
  if (below > 420 + (h & 255)) return -1;
  const sway = mul(below, ((h >> 8) & 2047) - 1024) + (noise(below * 12, n * 5000, c.lattice + 71) >> 7);
  const from = Math.abs(((x + ONE) % pitch) - (pitch >> 1) - sway);
  const wide =
    c.fringe === 1 ? (pitch >> 1) - (below >> 5) : below > 110 && below < 170 ? pitch >> 2 : (pitch * 3) >> 3;
  return from < wide ? div(from * ONE, wide) : -1;
}
