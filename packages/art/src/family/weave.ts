/**
 * Weave: cloth, thread by thread. The network and a plan of repeats give every crossing its colour once; the finish lays
 * round threads over and under each other. Ikat is dyed along the warp, a kilim is stepped, a plaid mixes two orders of stripes.
 * @module
 */
import { type Colour, dim, type Lab, paint } from "../colour.ts";
import { below, chance, type Generator, range } from "../draws.ts";
import { onPlate, type Places, type Plate } from "../field.ts";
import { clamp, div, mul, ONE, triangle } from "../integer.ts";
import { bind } from "../net.ts";
import { latticeHash, noise } from "../noise.ts";
import { type Family, params, type Setup } from "./family.ts";
import { type Bed, bedAt, fieldNet, sheetShadow } from "./ground.ts";

export const weave: Family<Weave> = {
  params: params("shape wild feather step border accent fibre relief", 0, 255),
  nets: [fieldNet(2)],
  linear: false,
  draw: drawWeave,
  steps: [{ places: crossings, rounds: roundsOfWeave, value: valueOfWeave, keep: keepWeave }, { bake: bakeRoles }],
  shade: shadeWeave,
  surround: surroundWeave,
};

const IKAT = 0;
const KILIM = 1;
const PLAID = 2;
const DIAMOND = 0;
const CHEVRON = 1;

const THREADS = [84, 104, 126];
/** Roles by rank, so that neighbours in value contrast. */
const ORDERS = [
  [0, 3, 1, 4, 2],
  [4, 1, 3, 0, 2],
  [1, 4, 0, 3, 2],
  [2, 0, 4, 1, 3],
  [3, 0, 2, 4, 1],
];
/** Shares of the ranks, as ends in 256ths; the fifth takes the rest. */
const ENDS = [98, 158, 202, 236];

export function drawWeave(setup: Setup): Weave {
  const { plate, palette, lattice, generator: g } = setup;
  const [cloth, threadsOption, binding, motif, repeatOption, fringe] = setup.options;
  const [shape, wild, feather, stepped, border, accent, fibre, relief] = setup.params;
  const threads = THREADS[threadsOption]!;
  const bed: Bed = { net: bind(setup.nets[0]!, setup.z), lattice, stone: false };
  const accented = chance(g, accent);
  const order = ORDERS[below(g, ORDERS.length)]!;
  const bordered = chance(g, border);

  const warp = new Int32Array(threads);
  const weft = new Int32Array(threads);
  let shift = 0;
  let down = 0;
  let lean = 0;
  const repeats = repeatOption + 1;
  if (cloth === PLAID) {
    layStripes(g, bed, 0, order, accented, stepped, warp);
    if (chance(g, 150)) for (let t = 0; t < threads; t++) weft[t] = warp[t]!;
    else layStripes(g, bed, 5000, order, accented, stepped, weft);
    shift = range(g, -div(threads, 5), div(threads, 5));
  } else {
    down = range(g, 1, 2) + (repeats > 2 ? 1 : 0);
    lean = range(g, 5000, 9500);
  }
  return {
    plate,
    lattice,
    palette,
    bed,
    cloth,
    threads,
    twill: binding === 1,
    order,
    accented,
    bordered,
    motif,
    shape,
    wild,
    feather,
    repeats,
    down,
    lean,
    block: cloth === KILIM ? div((2 + div(stepped, 100)) * 16384, threads) : 1,
    ends: new Int32Array(ENDS.length),
    sorted: new Int32Array(0),
    warp,
    weft,
    shift,
    roles: new Int32Array(0),
    fringe: setup.bleed ? 0 : fringe,
    fibre: fibre << 5,
    relief: relief << 5,
  };
}

/**
 * Writes colours of threads from the middle outward: broad stripes whose role the network names, and thin lines in them.
 * @param y where across the network's plane this order lies
 */
function layStripes(
  g: Generator,
  bed: Bed,
  y: number,
  order: readonly number[],
  accented: boolean,
  stepped: number,
  stripes: Int32Array,
): void {
  const length = stripes.length;
  const answer = new Int32Array(5);
  let last = -1;
  let line = accented;
  for (let t = 0; t < length; ) {
    bedAt(bed, div(t * 16384, length) - 8192, y, answer);
    let rank = clamp(((answer[0]! >> 1) + 4096 + range(g, -2000, 2000)) >> 11, 0, 4);
    if (rank === last) rank = (rank + 1) % 4;
    last = rank;
    const broad = range(g, 4, 6 + div(stepped, 12));
    const split = broad > 7 && chance(g, 150) ? broad >> 1 : -1;
    for (let k = 0; k < broad && t < length; k++, t++) {
      const thin = split >= 0 && k >= split && k < split + 2;
      stripes[t] = thin && line ? 5 : order[thin ? (rank + 2) % 5 : rank]!;
    }
    if (split >= 0) line = false;
  }
}

/** All that a piece is made from. */
export interface Weave {
  readonly plate: Plate;
  readonly lattice: number;
  readonly palette: readonly Lab[];
  /** The network of the figure, or of a plaid's stripes. */
  readonly bed: Bed;
  /** 0 ikat, 1 kilim, 2 plaid. */
  readonly cloth: number;
  /** Threads across the longer side. */
  readonly threads: number;
  readonly twill: boolean;
  /** Palette role of each rank; whether the fifth is the accent instead. */
  readonly order: readonly number[];
  readonly accented: boolean;
  readonly bordered: boolean;

  /** Ikat and kilim: 0 diamond, 1 chevron, 2 free; how much of it there is, and how much of the network. */
  readonly motif: number;
  readonly shape: number;
  readonly wild: number;
  /** How far the warp slips before it is woven. */
  readonly feather: number;
  /** Times that the figure is mirrored across and down, and how steep it is. */
  readonly repeats: number;
  readonly down: number;
  readonly lean: number;
  /** Steps of the figure, Q13. */
  readonly block: number;
  /** Values at which all ranks but the first begin. */
  ends: Int32Array;
  /** The list that the ends were found in, until it is baked. */
  sorted: Int32Array;

  /** Plaid: roles of the threads from the middle outward, and how far that lies from the middle of the cloth. */
  readonly warp: Int32Array;
  readonly weft: Int32Array;
  readonly shift: number;

  /** Palette role of each crossing, row after row, once baked: {@link roleAt}. */
  roles: Int32Array;
  /** 0 none, 1 cut, 2 knotted. */
  readonly fringe: number;
  readonly fibre: number;
  readonly relief: number;
}

/** The middles of all crossings that a finish may show: also those of which the plate cuts the middle off. */
function crossings({ plate, threads }: Weave): Places {
  const [left, top] = [beyond(plate.halfWidth, threads), beyond(plate.halfHeight, threads)];
  const [wide, high] = [threads - 2 * left, threads - 2 * top];
  const [xs, ys] = [new Int32Array(wide * high), new Int32Array(wide * high)];
  for (let n = 0; n < xs.length; n++) {
    xs[n] = middleOf(left + (n % wide), threads);
    ys[n] = middleOf(top + div(n, wide), threads);
  }
  return { xs, ys };
}

/** Threads of the square that lie wholly beyond one side of the plate. */
function beyond(half: number, threads: number): number {
  return div((ONE - half) * threads, 16384);
}

/** The middle of a thread. */
function middleOf(i: number, threads: number): number {
  return div((2 * i + 1 - threads) * ONE, threads);
}

/** The thread at a place. */
function threadAt(x: number, threads: number): number {
  return clamp(((x + ONE) * threads) >> 14, 0, threads - 1);
}

export function roundsOfWeave(s: Weave): number {
  return s.cloth === PLAID ? 0 : 1;
}

/**
 * The figure's value at a crossing, and behind it the crossing's number, so that roles can be baked from the list. Values
 * are moved below 0 on the plate and above it beside the plate, where they do not count.
 */
export function valueOfWeave(s: Weave, _i: number, x: number, y: number): number {
  const i = threadAt(x, s.threads);
  const j = threadAt(y, s.threads);
  const moved = figureAt(s, i, j) + (onPlate(s.plate, x, y) ? -BESIDE : BESIDE);
  return (moved << 14) + j * s.threads + i;
}

/** More than any value of a figure. */
const BESIDE = 49152;

export function keepWeave(s: Weave, _i: number, sorted: Int32Array): void {
  let count = 0;
  let most = sorted.length;
  while (count < most) {
    const middle = (count + most) >> 1;
    if (sorted[middle]! < 0) count = middle + 1;
    else most = middle;
  }
  for (let k = 0; k < s.ends.length; k++) {
    s.ends[k] = (sorted[Math.min(count - 1, (count * ENDS[k]!) >> 8)]! >> 14) + BESIDE;
  }
  s.sorted = sorted;
}

/** Ikat and kilim: the value of a figure that is mirrored and repeated. */
function figureAt(s: Weave, i: number, j: number): number {
  const { plate, threads, lattice, lean, repeats } = s;
  const x = middleOf(i, threads);
  const y = middleOf(j, threads);
  // Each warp thread slips a little before it is woven; bundles slip together.
  const one = (latticeHash(i, 1, lattice) & 1023) - 512;
  const bundle = (latticeHash(i >> 2, 2, lattice) & 1023) - 512;
  const slip = s.cloth === KILIM ? 0 : Math.imul(one + bundle, s.feather) >> 7;
  const u = folded(x, plate.halfWidth, repeats, s.block);
  const w = folded(y + slip, plate.halfHeight, s.down, s.block);
  const zoom = repeats > 2 ? 1 : 4 - repeats;
  const answer = new Int32Array(5);
  bedAt(s.bed, (u * zoom) >> 1, (w * zoom) >> 1, answer);
  let figure = 0;
  if (s.motif === DIAMOND) figure = u + mul(w, lean);
  else if (s.motif === CHEVRON) figure = triangle(u + mul(s.cloth === KILIM ? w : y + (slip >> 1), lean)) - 4096;
  return mul(clamp(answer[0]! >> 1, -16000, 16000), s.wild << 5) + mul(figure, s.shape << 6);
}

/** Distance from the middle of a repeat, -4096 there to 4096 at its ends, in whole blocks. */
function folded(x: number, half: number, repeats: number, block: number): number {
  const period = div(2 * half, repeats);
  const at = (x + half + 8 * period) % period;
  const from = Math.abs(at - (period >> 1));
  const stepped = div(from, block) * block + (block >> 1);
  return div(Math.min(stepped, period >> 1) * ONE, period >> 1) - 4096;
}

/** The role of a crossing with this value: that of its rank by area, or the border's. */
function dyed(s: Weave, i: number, j: number, value: number): number {
  const edge = s.bordered ? borderAt(s, i, j) : -1;
  if (edge >= 0) return s.order[edge]!;
  let rank = 0;
  for (let k = 0; k < s.ends.length; k++) if (value >= s.ends[k]!) rank = k + 1;
  return rank === 4 && s.accented ? 5 : s.order[rank]!;
}

/** Rank of the border at a crossing, or -1 inside it: stripes at the sides of an ikat, a toothed frame round a kilim. */
function borderAt(s: Weave, i: number, j: number): number {
  const { plate, threads } = s;
  const kilim = s.cloth === KILIM;
  const side = Math.min(i, threads - 1 - i) - beyond(plate.halfWidth, threads);
  const end = Math.min(j, threads - 1 - j) - beyond(plate.halfHeight, threads);
  const e = kilim ? Math.min(side, end) : side;
  if (e < 2) return 1;
  if (!kilim) return e < 4 ? 0 : e < 5 ? 3 : -1;
  const along = side < end ? j : i;
  if (e < 7) return e - 2 < Math.abs((along % 10) - 5) ? 0 : 3;
  return e < 9 ? 1 : -1;
}

/** Plaid: an order of stripes for the warp, another for the weft, both mirrored at their middle. */
function stripeAt(s: Weave, i: number, j: number): number {
  return isUp(i, j, s.twill)
    ? s.warp[Math.abs(2 * i + 1 - s.threads + s.shift) >> 1]!
    : s.weft[Math.abs(2 * j + 1 - s.threads + s.shift) >> 1]!;
}

/** Whether the warp lies on top at a crossing. */
function isUp(i: number, j: number, twill: boolean): boolean {
  return twill ? ((i + j) & 3) < 2 : ((i + j) & 1) === 0;
}

/** Palette role of a crossing. */
function roleAt(s: Weave, i: number, j: number): number {
  return s.roles[j * s.threads + i]!;
}

/** {@link roleAt} for whoever reads few places: the role found anew. */
export function roleOf(s: Weave, i: number, j: number): number {
  return s.cloth === PLAID ? stripeAt(s, i, j) : dyed(s, i, j, figureAt(s, i, j));
}

/** The roles of all crossings that a finish may show. */
function bakeRoles(s: Weave): void {
  const { threads, cloth } = s;
  const roles = new Int32Array(threads * threads);
  if (cloth === PLAID) {
    for (let k = 0; k < roles.length; k++) roles[k] = stripeAt(s, k % threads, div(k, threads));
  }
  for (const packed of s.sorted) {
    const k = packed & 16383;
    const value = (packed >> 14) + (packed < 0 ? BESIDE : -BESIDE);
    roles[k] = dyed(s, k % threads, div(k, threads), value);
  }
  s.roles = roles;
  s.sorted = new Int32Array(0);
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
  paint(out, c.palette[roleAt(c, i, j)]!);
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
        const first = beyond(halfHeight, c.threads);
        const edge = y < 0 ? first : c.threads - 1 - first;
        paint(out, c.palette[c.cloth === KILIM ? 0 : roleAt(c, threadAt(x, c.threads), edge)]!);
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
