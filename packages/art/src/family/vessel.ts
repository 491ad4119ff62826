/**
 * Vessel: ceramics on a table, after Morandi. A small network throws each profile, a second one glazes it; the vessels of a
 * piece share most of their latents, so that they look like one hand's work.
 * @module
 */
import { blend, type Colour, type Lab, paint } from "../colour.ts";
import { below, chance, type Generator, range, u32 } from "../draws.ts";
import { halves } from "../halves.ts";
import { clamp, div, mix, mul, ONE, root, step, triangle } from "../integer.ts";
import { ask, type BoundNet, bind, INPUTS, OUTPUTS, SLOTS } from "../net.ts";
import { fractal, noise } from "../noise.ts";
import { type Family, params, type Setup } from "./family.ts";

export const vessel: Family<Vessel> = {
  params: params("belly neck waist spread girth tall drip accent", 0, 255),
  nets: [
    { inputs: 2, hidden: [8], outputs: 1, latents: 8 },
    { inputs: 5, hidden: [12, 12], outputs: 3, latents: 8 },
  ],
  linear: false,
  draw: drawVessel,
  steps: [],
  shade: shadeVessel,
  surround: surroundVessel,
};

/** sqrt(1 - n^2) for n = 0, 8, 16 ... 8192 in Q13. */
export const CIRCLE = Int32Array.from({ length: 1025 }, (_, i) => root(ONE * ONE - i * i * 64));
/** Height of the mouth's ellipse over its width, Q13: seen a little from above. */
const TILT = 1300;
export const WARM = Int32Array.of(4010, 0, 28);

/** All that a piece is made from. */
export interface Vessel {
  /** Seed of the piece's noises. */
  readonly lattice: number;
  /** -1: the light comes from the left; 1: from the right. */
  readonly hand: number;
  /** Where the table's far edge lies. */
  readonly table: number;
  /** How far the glaze of dipped pots runs down. */
  readonly drip: number;
  /** Back to front. */
  readonly pots: readonly Pot[];
  /** A later one hides an earlier one, and each hides the pots. */
  readonly fruits: readonly Fruit[];
  /** The network that glazes all pots. */
  readonly glazer: BoundNet;
  readonly ink: Lab;
  /** The wall, and where the light falls on it. */
  readonly wall: Lab;
  readonly lit: Lab;
  /** The table, and its part near the viewer. */
  readonly desk: Lab;
  readonly near: Lab;
}

/** One thrown pot. */
export interface Pot {
  /** Radius at 65 heights, foot to lip. */
  readonly profile: Int32Array;
  readonly height: number;
  readonly x: number;
  /** Where its foot stands. */
  readonly y: number;
  /** 0 bare, 1 dipped, 2 banded. */
  readonly glaze: number;
  /** How far up from the foot the clay stays bare where it is dipped. */
  readonly dip: number;
  /** Sets its noises and bands apart from those of the others. */
  readonly seed: number;
  readonly clay: Lab;
  readonly glazed: Lab;
}

/** A ball on the table: a fruit. */
export interface Fruit {
  readonly x: number;
  /** Where it lies on the table. */
  readonly y: number;
  /** Its radius. */
  readonly size: number;
  readonly colour: Lab;
}

export function drawVessel(setup: Setup): Vessel {
  const { nets, palette, plate, z, generator: g } = setup;
  const [countOption, glazeOption, lightOption, fruitOption] = setup.options;
  const [belly, neck, waist, spread, girth, tall, drip, accentChance] = setup.params;
  const count = countOption + 1;
  const table = range(g, 2000, 3200);
  const wall = below(g, 3) === 0 ? 1 : 0;
  const desk = wall + 1;
  // Ramp roles of clay and glaze: those that neither wall nor table has.
  const roles = [wall === 0 ? 2 : 0, 3, 4];
  const narrow = div(plate.halfWidth * 10, count * 11 + 7);
  let role = below(g, 3);
  const thrown: Pot[] = [];
  for (let i = 0; i < count; i++) {
    const own = latentsOfPot(g, z, spread);
    const wanted = count === 1 ? range(g, 7400, 9800) : count < 4 ? range(g, 5600, 9200) : range(g, 4600, 8600);
    const height = clamp(wanted, 2600, plate.halfHeight + table - 1500);
    const widest = Math.min(count === 1 ? range(g, 3000, 4300) : range(g, 1600, 3100), narrow + 500);
    const radius = clamp(mul(widest, 6400 + girth * 14), 700, (height * 5) >> 3);
    const profile = throwPot(g, bind(nets[0]!, own), radius, belly, neck, waist);
    const place = (2 * i - (count - 1)) * narrow + range(g, -300, 300);
    role = (role + 1 + below(g, 2)) % 3;
    const accent = i === 0 && chance(g, accentChance);
    const other = (role + 1 + below(g, 2)) % 3;
    thrown.push({
      profile,
      height: mul(height, 5200 + tall * 12),
      x: clamp(place, radius + 400 - plate.halfWidth, plate.halfWidth - radius - 400),
      y: Math.min(table + range(g, 500, 2300), plate.halfHeight - 700),
      glaze: glazeOption === 3 ? below(g, 3) : glazeOption,
      dip: range(g, 2300, 6300),
      seed: below(g, 60000),
      clay: palette[accent ? 5 : roles[role]!]!,
      glazed: palette[roles[other]!]!,
    });
  }
  const reach = mul(plate.halfWidth, 6000);
  const fruits: Fruit[] = [];
  for (let i = 0; i < fruitOption; i++) {
    const size = range(g, 620, 940);
    fruits.push({
      x: range(g, -reach, reach),
      y: Math.min(table + range(g, 2000, 3000), plate.halfHeight - 500),
      size,
      colour: palette[i === 0 ? 5 : roles[below(g, 3)]!]!,
    });
  }
  return {
    lattice: setup.lattice,
    hand: lightOption === 0 ? -1 : 1,
    table,
    drip,
    pots: backToFront(thrown),
    fruits,
    glazer: bind(nets[1]!, z),
    ink: palette[4]!,
    wall: palette[wall]!,
    lit: palette[wall + 1]!,
    desk: palette[desk]!,
    near: palette[Math.min(4, desk + 1)]!,
  };
}

/** A pot's own latents: the first five near the piece's, so that its pots look like one hand's work, the rest free. */
function latentsOfPot(g: Generator, z: Int8Array, spread: number): Int32Array {
  const own = new Int32Array(z.length);
  for (let k = 0; k < own.length; k++) {
    const value = k < 5 ? z[k]! + mul(gauss(g, 42), spread << 5) : gauss(g, 70);
    own[k] = clamp(value, -128, 127);
  }
  return own;
}

/** About normal around 0: a sum of six. */
function gauss(g: Generator, scale: number): number {
  let sum = -196605;
  for (let i = 0; i < 6; i++) sum += u32(g) >>> 16;
  return div(sum * scale, 46341);
}

/** Radii from the profile network: stretched to 27..100 %, belly and neck pulled by the style, foot drawn in. */
function throwPot(g: Generator, net: BoundNet, radius: number, belly: number, neck: number, waist: number): Int32Array {
  const profile = new Int32Array(65);
  let least = 0x7fffffff;
  let most = -0x7fffffff;
  for (let k = 0; k <= 64; k++) {
    const t = k * 256 - ONE;
    const low = t + 2600;
    const hump = ONE - mul(low, low);
    const high = t - 3300;
    const pinch = clamp(ONE - 3 * mul(high, high), -ONE, ONE);
    SLOTS[INPUTS] = halves(t << 1, (mul(t, t) - 4096) << 1);
    ask(net);
    const bent = clamp(SLOTS[OUTPUTS]! >> 1, -16000, 16000);
    const value = bent + mul(hump, belly << 5) - mul(pinch, neck << 5) + mul(t, (waist - 128) << 4);
    profile[k] = value;
    least = Math.min(least, value);
    most = Math.max(most, value);
  }
  const floor = range(g, 2100, 4200);
  for (let k = 0; k <= 64; k++) {
    const t = div((profile[k]! - least) * ONE, Math.max(1500, most - least));
    const drawn = k < 5 ? ONE - (5 - k) * (5 - k) * 70 : ONE;
    profile[k] = mul(mul(floor + mul(t, ONE - floor), radius), drawn);
  }
  return profile;
}

/** By rising y, ties as thrown. */
function backToFront(thrown: readonly Pot[]): Pot[] {
  const order = new Int32Array(thrown.length);
  for (let i = 0; i < thrown.length; i++) {
    let k = i;
    for (; k > 0 && thrown[order[k - 1]!]!.y > thrown[i]!.y; k--) order[k] = order[k - 1]!;
    order[k] = i;
  }
  const pots: Pot[] = [];
  for (let i = 0; i < thrown.length; i++) pots.push(thrown[order[i]!]!);
  return pots;
}

/** What stands in front hides what is behind it: the first that is met from the front decides. */
export function shadeVessel(s: Vessel, x: number, y: number, out: Colour): void {
  const { pots, fruits } = s;
  for (let i = fruits.length - 1; i >= 0; i--) {
    if (paintFruit(s, fruits[i]!, x, y, out)) return;
  }
  for (let i = pots.length - 1; i >= 0; i--) {
    const pot = pots[i]!;
    const up = pot.y - y;
    if (up <= pot.height + 1200 && up >= -900) {
      if (paintPot(s, pot, x - pot.x, up, out)) return;
    }
  }
  paintRoom(s, x, y, out);
}

/** Vessels stand on their table and throw nothing on the paper. */
export function surroundVessel(_s: Vessel, _x: number, _y: number, _out: Colour): void {}

/** Wall and table, and the shadows on the table. */
function paintRoom(s: Vessel, x: number, y: number, out: Colour): void {
  const { lattice, hand, table, pots, fruits } = s;
  // The edge is bent by 96 at most: far above it nobody need know where it is.
  const edge = y < table - 216 ? table : table + (noise(x, 0, lattice) >> 7);
  const onTable = step(edge - 26, edge + 26, y);
  paint(out, s.wall);
  // The wall brightens toward the light, the table toward the viewer.
  blend(out, s.lit, mul(clamp(3600 + ((hand * x + y) >> 1), 0, ONE), 2600));
  if (onTable > 0) {
    blend(out, s.desk, onTable);
    blend(out, s.near, mul(onTable, clamp((y - edge) >> 2, 0, 1700)));
  }
  const brush = noise(x * 5, y * 17, lattice + 71) + (noise(x * 30, y * 9, lattice + 72) >> 1);
  out[0] = out[0]! + (fractal(x << 1, y << 1, lattice + 70, 3) >> 7) + (brush >> 8);
  if (y <= edge - 120) return;
  for (let i = 0; i < pots.length; i++) {
    const pot = pots[i]!;
    castShadow(s, x - pot.x + mul(pot.height, hand * 1250), y - pot.y, pot.profile[6]! + 380, pot.height, out);
  }
  for (let i = 0; i < fruits.length; i++) {
    const fruit = fruits[i]!;
    castShadow(s, x - fruit.x + hand * (fruit.size >> 1), y - fruit.y, fruit.size, fruit.size * 2, out);
  }
}

/** A soft ellipse behind the foot, longer on the side away from the light. */
function castShadow(s: Vessel, dx: number, dy: number, foot: number, height: number, out: Colour): void {
  const ey = div(dy * ONE, (foot * 5) >> 3);
  if (ey >= ONE || ey <= -ONE) return;
  const ex = div(dx * ONE, s.hand * dx < 0 ? foot + (height >> 2) : foot);
  if (ex >= ONE || ex <= -ONE) return;
  const far = mul(ex, ex) + mul(ey, ey);
  if (far >= ONE) return;
  const k = ONE - far;
  blend(out, s.ink, mul(mul(k, k), 4700));
}

/** A fruit, if the place lies on it. */
function paintFruit(s: Vessel, fruit: Fruit, x: number, y: number, out: Colour): boolean {
  const { size } = fruit;
  const dx = x - fruit.x;
  const dy = y - fruit.y + size;
  if (dx * dx + dy * dy >= size * size) return false;
  const nx = div(dx * ONE, size);
  const ny = div(dy * ONE, size);
  const nz = root(Math.max(0, ONE * ONE - nx * nx - ny * ny));
  paint(out, fruit.colour);
  light(s, nx, nz, -ny >> 1, out);
  out[0] = out[0]! + (noise(dx * 20, dy * 20, s.lattice + 90) >> 7);
  return true;
}

/** Rim, mouth or wall of a pot, `dx` from its middle and `up` above its foot, if the place lies on it. */
function paintPot(s: Vessel, pot: Pot, dx: number, up: number, out: Colour): boolean {
  const { profile, height } = pot;
  const lip = profile[63]!;
  if (dx < lip && dx > -lip) {
    const ny = clamp(div((up - height) * ONE, Math.max(60, mul(lip, TILT))), -16000, 16000);
    const nx = div(dx * ONE, Math.max(1, lip));
    const far = mul(nx, nx) + mul(ny, ny);
    if (far < ONE) {
      if (far > 6500) {
        paint(out, pot.clay);
        blend(out, WARM, 2100);
      } else {
        paint(out, s.ink);
        blend(out, pot.clay, clamp(2600 - mul(s.hand * nx, 1900), 500, 5000));
      }
      return true;
    }
  }
  const flat = div(up * 16384, height);
  if (flat > 16384) return false;
  const flatRadius = radiusAt(profile, clamp(flat, 0, 16383));
  if (dx > flatRadius || dx < -flatRadius) return false;
  const bulge = CIRCLE[clamp(Math.abs(div(dx * ONE, Math.max(1, flatRadius))) >> 3, 0, 1024)]!;
  const t = div((up + mul(mul(flatRadius, TILT), bulge)) * 16384, height);
  if (t < 0) return false;
  const k = clamp(t, 0, 16383);
  const radius = radiusAt(profile, k);
  if (dx > radius || dx < -radius || radius <= 0) return false;
  const nx = div(dx * ONE, radius);
  const nz = CIRCLE[clamp(Math.abs(nx) >> 3, 0, 1024)]!;
  const slope = clamp(div((profile[(k >> 8) + 1]! - profile[k >> 8]!) * 16 * ONE, height), -ONE, ONE);
  glazePot(s, pot, nx, nz, slope, k >> 1, out);
  return true;
}

/** The profile's radius at k, 0 (foot) to 16383 (lip). */
function radiusAt(profile: Int32Array, k: number): number {
  return mix(profile[k >> 8]!, profile[(k >> 8) + 1]!, (k & 255) << 5);
}

function glazePot(s: Vessel, pot: Pot, nx: number, nz: number, slope: number, t: number, out: Colour): void {
  const { lattice, ink } = s;
  const { seed } = pot;
  const cloud = clamp(noise(nx * 3, t * 2, lattice + seed + 2) << 1, -16384, 16383);
  SLOTS[INPUTS] = halves(nx << 1, (t * 2 - ONE) << 1);
  SLOTS[INPUTS + 1] = halves(
    clamp((seed & 8191) - 4096, -8192, 8191) << 1,
    clamp(noise(nx, t * 2, lattice + seed) << 1, -16384, 16383),
  );
  SLOTS[INPUTS + 2] = halves(cloud, 0);
  ask(s.glazer);
  const a = clamp(SLOTS[OUTPUTS]! >> 1, -ONE, ONE);
  const b = clamp(SLOTS[OUTPUTS + 1]! >> 1, -ONE, ONE);
  const c = clamp(SLOTS[OUTPUTS + 2]! >> 1, -ONE, ONE);
  paint(out, pot.clay);
  if (pot.glaze === 1) {
    const line = pot.dip + mul(noise(nx * 2, 0, lattice + seed + 5), s.drip << 4) + (a >> 4);
    if (t > line) {
      blend(out, pot.glazed, step(line, line + 80, t));
      blend(out, ink, mul(ONE - step(line, line + 420, t), 900));
    }
  } else if (pot.glaze === 2) {
    const band = triangle(t * 3 + (b >> 2) + (seed & 4095));
    blend(out, pot.glazed, mul(step(5300, 5700, band), 7600));
  }
  blend(out, ink, mul(step(-1500, ONE, c + (cloud >> 1)), 1300));
  light(s, nx, nz, slope, out);
  out[0] = out[0]! + (noise(nx * 14, t * 30, lattice + seed) >> 7) + (noise(nx, t * 60, lattice + 6) >> 8);
}

/** Light from the side and above, ink in the shade, a small gloss. */
function light(s: Vessel, nx: number, nz: number, slope: number, out: Colour): void {
  const side = s.hand * nx;
  const lit = clamp(mul(nz, 5400) + mul(side, 5200) - mul(slope, 1600), -3000, 9000);
  blend(out, s.ink, mul(step(6800, -2600, lit), 5600));
  blend(out, WARM, mul(step(6200, 9200, lit), 1500));
  const gloss = step(7700, 8250, mul(nz, 5000) + mul(side, 6400));
  blend(out, WARM, mul(gloss, 2600));
}
