/**
 * Vessel: ceramics on a table, after Morandi. A small network throws each profile, a second one glazes it; the vessels of a
 * piece share most of their latents, so that they look like one hand's work.
 * @module
 */
import { blend, type Colour, type Lab, paint } from "../colour.ts";
import { halves } from "../halves.ts";
import { clamp, div, mix, mul, ONE, root, step, triangle } from "../integer.ts";
import { ask, type BoundNet, bind, INPUTS, OUTPUTS, runner, SLOTS } from "../net.ts";
import { fractal, noise } from "../noise.ts";
import { type Finish, type OldFamily, type OldSetup, params } from "./family.ts";

export const vessel: OldFamily = {
  params: params("belly neck waist spread girth tall drip accent", 0, 255),
  nets: [
    { inputs: 2, hidden: [8], outputs: 1, latents: 8 },
    { inputs: 5, hidden: [12, 12], outputs: 3, latents: 8 },
  ],
  make,
};

/** One thrown pot. */
export interface Pot {
  /** Radius at 65 heights, foot to lip. */
  readonly profile: Int32Array;
  readonly height: number;
  readonly x: number;
  /** Where its foot stands. */
  readonly y: number;
  readonly glaze: number;
  readonly dip: number;
  readonly seed: number;
  readonly clay: Lab;
  readonly glazed: Lab;
}

/** A ball on the table: a fruit. */
export interface Fruit {
  readonly x: number;
  readonly y: number;
  readonly size: number;
  readonly colour: Lab;
}

/** sqrt(1 - n^2) for n = 0, 8, 16 ... 8192 in Q13. */
export const CIRCLE = Int32Array.from({ length: 1025 }, (_, i) => root(ONE * ONE - i * i * 64));
/** Height of the mouth's ellipse over its width, Q13: seen a little from above. */
const TILT = 1300;
export const WARM = Int32Array.of(4010, 0, 28);

function make(setup: OldSetup): Finish {
  const { params: p, palette, plate, generator: g, nets } = setup;
  const [countOption, glazeOption, lightOption, fruitOption] = setup.options as [number, number, number, number];
  const [belly, neck, waist, spread, girth, tall, drip, accentChance] = p as unknown as number[] as [
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
  const count = countOption + 1;
  const hand = lightOption === 0 ? -1 : 1;
  const table = g.range(2000, 3200);
  const wall = g.below(3) === 0 ? 1 : 0;
  const desk = wall + 1;
  const inputs = new Int32Array(5);

  const gauss = (scale: number): number => {
    let sum = -196605;
    for (let i = 0; i < 6; i++) sum += g.u32() >>> 16;
    return div(sum * scale, 46341);
  };
  const roles = [0, 1, 2, 3, 4].filter((role) => role !== wall && role !== desk);
  const pots: Pot[] = [];
  const narrow = div(plate.halfWidth * 10, count * 11 + 7);
  let role = g.below(roles.length);
  for (let i = 0; i < count; i++) {
    const own = Int8Array.from(z, (v, k) => clamp(k < 5 ? v + mul(gauss(42), spread << 5) : gauss(70), -128, 127));
    const height = clamp(
      count === 1 ? g.range(7400, 9800) : count < 4 ? g.range(5600, 9200) : g.range(4600, 8600),
      2600,
      plate.halfHeight + table - 1500,
    );
    const widest = Math.min(count === 1 ? g.range(3000, 4300) : g.range(1600, 3100), narrow + 500);
    const radius = clamp(mul(widest, 6400 + girth * 14), 700, (height * 5) >> 3);
    const profile = throwPot(runner(nets[0]!, own), radius);
    const place = (2 * i - (count - 1)) * narrow + g.range(-300, 300);
    const x = clamp(place, radius + 400 - plate.halfWidth, plate.halfWidth - radius - 400);
    role = (role + 1 + g.below(2)) % roles.length;
    const accent = i === 0 && g.chance(accentChance);
    const clay = accent ? palette[5]! : palette[roles[role]!]!;
    const other = roles[(role + 1 + g.below(2)) % roles.length]!;
    pots.push({
      profile,
      height: mul(height, 5200 + tall * 12),
      x,
      y: Math.min(table + g.range(500, 2300), plate.halfHeight - 700),
      glaze: glazeOption === 3 ? g.below(3) : glazeOption,
      dip: g.range(2300, 6300),
      seed: g.below(60000),
      clay,
      glazed: palette[other]!,
    });
  }
  pots.sort((a, b) => a.y - b.y);
  const fruits: Fruit[] = [];
  for (let i = 0; i < fruitOption; i++) {
    const size = g.range(620, 940);
    fruits.push({
      x: g.range(-mul(plate.halfWidth, 6000), mul(plate.halfWidth, 6000)),
      y: Math.min(table + g.range(2000, 3000), plate.halfHeight - 500),
      size,
      colour: palette[i === 0 ? 5 : roles[g.below(roles.length)]!]!,
    });
  }

  /** Radii from the profile network: stretched to 27..100 %, belly and neck pulled by the style, foot drawn in. */
  function throwPot(run: ReturnType<typeof runner>, radius: number): Int32Array {
    const profile = new Int32Array(65);
    let least = 0x7fffffff;
    let most = -0x7fffffff;
    for (let k = 0; k <= 64; k++) {
      const t = k * 256 - ONE;
      inputs[0] = t << 1;
      inputs[1] = (mul(t, t) - 4096) << 1;
      const low = t + 2600;
      const hump = ONE - mul(low, low);
      const high = t - 3300;
      const pinch = clamp(ONE - 3 * mul(high, high), -ONE, ONE);
      const value =
        clamp(run(inputs)[0]! >> 1, -16000, 16000) +
        mul(hump, belly << 5) -
        mul(pinch, neck << 5) +
        mul(t, (waist - 128) << 4);
      profile[k] = value;
      least = Math.min(least, value);
      most = Math.max(most, value);
    }
    const floor = g.range(2100, 4200);
    for (let k = 0; k <= 64; k++) {
      const t = div((profile[k]! - least) * ONE, Math.max(1500, most - least));
      const drawn = k < 5 ? ONE - (5 - k) * (5 - k) * 70 : ONE;
      profile[k] = mul(mul(floor + mul(t, ONE - floor), radius), drawn);
    }
    return profile;
  }

  const state: Vessel = {
    ...{ lattice, hand, table, drip, pots, fruits, ink: palette[4]!, glazer: bind(nets[1]!, z) },
    ...{ wall: palette[wall]!, lit: palette[wall + 1]!, desk: palette[desk]!, near: palette[Math.min(4, desk + 1)]! },
  };
  return { linear: false, state, shade: (x, y, out) => shadeVessel(state, x, y, out) };
}

/** What the finish reads. */
export interface Vessel {
  readonly lattice: number;
  /** -1: the light comes from the left; 1: from the right. */
  readonly hand: number;
  /** Where the table's far edge lies. */
  readonly table: number;
  readonly drip: number;
  /** Back to front. */
  readonly pots: readonly Pot[];
  readonly fruits: readonly Fruit[];
  readonly glazer: BoundNet;
  readonly ink: Lab;
  /** The wall, and where the light falls on it. */
  readonly wall: Lab;
  readonly lit: Lab;
  /** The table, and its part near the viewer. */
  readonly desk: Lab;
  readonly near: Lab;
}

export function shadeVessel(s: Vessel, x: number, y: number, out: Colour): void {
  const { lattice, hand, pots, fruits } = s;
  const edge = s.table + (noise(x, 0, lattice) >> 7);
  paint(out, s.wall);
  // The wall brightens toward the light, the table toward the viewer.
  const glow = clamp(3600 + ((hand * x + y) >> 1), 0, ONE);
  blend(out, s.lit, mul(glow, 2600));
  const onTable = step(edge - 26, edge + 26, y);
  if (onTable > 0) {
    blend(out, s.desk, onTable);
    blend(out, s.near, mul(onTable, clamp((y - edge) >> 2, 0, 1700)));
  }
  const brush = noise(x * 5, y * 17, lattice + 71) + (noise(x * 30, y * 9, lattice + 72) >> 1);
  out[0] = out[0]! + (fractal(x << 1, y << 1, lattice + 70, 3) >> 7) + (brush >> 8);

  if (y > edge - 120) {
    for (let i = 0; i < pots.length; i++) {
      const pot = pots[i]!;
      castShadow(s, x - pot.x + mul(pot.height, hand * 1250), y - pot.y, pot.profile[6]! + 380, pot.height, out);
    }
    for (let i = 0; i < fruits.length; i++) {
      const fruit = fruits[i]!;
      castShadow(s, x - fruit.x + hand * (fruit.size >> 1), y - fruit.y, fruit.size, fruit.size * 2, out);
    }
  }
  for (let i = 0; i < pots.length; i++) {
    const pot = pots[i]!;
    const up = pot.y - y;
    if (up <= pot.height + 1200 && up >= -900) paintPot(s, pot, x - pot.x, up, out);
  }
  for (let i = 0; i < fruits.length; i++) {
    const { x: fx, y: fy, size, colour } = fruits[i]!;
    const dx = x - fx;
    const dy = y - fy + size;
    if (dx * dx + dy * dy < size * size) {
      const nx = div(dx * ONE, size);
      const ny = div(dy * ONE, size);
      const nz = root(Math.max(0, ONE * ONE - nx * nx - ny * ny));
      paint(out, colour);
      light(s, nx, nz, -ny >> 1, out);
      out[0] = out[0]! + (noise(dx * 20, dy * 20, lattice + 90) >> 7);
    }
  }
}

/** Vessels stand on their table and throw nothing on the paper. */
export function surroundVessel(_s: Vessel, _x: number, _y: number, _out: Colour): void {}

/** A soft ellipse behind the foot, longer on the side away from the light. */
function castShadow(s: Vessel, dx: number, dy: number, foot: number, height: number, out: Colour): void {
  const ex = div(dx * ONE, s.hand * dx < 0 ? foot + (height >> 2) : foot);
  const ey = div(dy * ONE, (foot * 5) >> 3);
  if (ex > 9000 || ex < -9000 || ey > 9000 || ey < -9000) return;
  const far = mul(ex, ex) + mul(ey, ey);
  if (far >= ONE) return;
  const k = ONE - far;
  blend(out, s.ink, mul(mul(k, k), 4700));
}

/** Rim, mouth or wall of a pot, `dx` from its middle and `up` above its foot. */
function paintPot(s: Vessel, pot: Pot, dx: number, up: number, out: Colour): void {
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
      return;
    }
  }
  const flat = div(up * 16384, height);
  if (flat > 16384) return;
  const flatRadius = radiusAt(profile, clamp(flat, 0, 16383));
  if (dx > flatRadius || dx < -flatRadius) return;
  const bulge = CIRCLE[clamp(Math.abs(div(dx * ONE, Math.max(1, flatRadius))) >> 3, 0, 1024)]!;
  const t = div((up + mul(mul(flatRadius, TILT), bulge)) * 16384, height);
  if (t < 0) return;
  const k = clamp(t, 0, 16383);
  const radius = radiusAt(profile, k);
  if (dx > radius || dx < -radius || radius <= 0) return;
  const nx = div(dx * ONE, radius);
  const nz = CIRCLE[clamp(Math.abs(nx) >> 3, 0, 1024)]!;
  const slope = clamp(div((profile[(k >> 8) + 1]! - profile[k >> 8]!) * 16 * ONE, height), -ONE, ONE);
  glazePot(s, pot, nx, nz, slope, k >> 1, out);
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
