/**
 * Vessel: ceramics on a table, after Morandi. A small network throws each profile, a second one glazes it; the vessels of a
 * piece share most of their latents, so that they look like one hand's work.
 * @module
 */
import { blend, type Lab } from "../colour.ts";
import { clamp, div, mix, mul, ONE, root, step, triangle } from "../integer.ts";
import { runner } from "../net.ts";
import { fractal, noise } from "../noise.ts";
import { type Family, type Finish, params, type Setup } from "./family.ts";

export const vessel: Family = {
  params: params("belly neck waist spread girth tall drip accent", 0, 255),
  nets: [
    { inputs: 2, hidden: [8], outputs: 1, latents: 8 },
    { inputs: 5, hidden: [12, 12], outputs: 3, latents: 8 },
  ],
  make,
};

/** One thrown pot. */
interface Pot {
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
interface Fruit {
  readonly x: number;
  readonly y: number;
  readonly size: number;
  readonly colour: Lab;
}

/** Where a sample meets a pot. */
interface Hit {
  /** 0 nothing, 1 wall, 2 inside of the mouth, 3 rim. */
  part: number;
  /** Height along the profile, Q13. */
  t: number;
  nx: number;
  nz: number;
  slope: number;
}

/** sqrt(1 - n^2) for n = 0, 8, 16 ... 8192 in Q13. */
const CIRCLE = Int32Array.from({ length: 1025 }, (_, i) => root(ONE * ONE - i * i * 64));
/** Height of the mouth's ellipse over its width, Q13: seen a little from above. */
const TILT = 1300;
const WARM = Int32Array.of(4010, 0, 28);

function make(setup: Setup): Finish {
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

  const glazer = runner(nets[1]!, z);
  const edgeAt = (x: number) => table + (noise(x, 0, lattice) >> 7);
  const hit: Hit = { part: 0, t: 0, nx: 0, nz: 0, slope: 0 };
  const ink = palette[4]!;
  const wallTone = palette[wall]!;
  const deskTone = palette[desk]!;
  const swing = hand * 1250;

  return {
    linear: false,
    shade(x, y, out) {
      const edge = edgeAt(x);
      out.set(wallTone);
      // The wall brightens toward the light, the table toward the viewer.
      const glow = clamp(3600 + ((hand * x + y) >> 1), 0, ONE);
      blend(out, palette[wall + 1]!, mul(glow, 2600));
      const onTable = step(edge - 26, edge + 26, y);
      if (onTable > 0) {
        blend(out, deskTone, onTable);
        blend(out, palette[Math.min(4, desk + 1)]!, mul(onTable, clamp((y - edge) >> 2, 0, 1700)));
      }
      const brush = noise(x * 5, y * 17, lattice + 71) + (noise(x * 30, y * 9, lattice + 72) >> 1);
      out[0] = out[0]! + (fractal(x << 1, y << 1, lattice + 70, 3) >> 7) + (brush >> 8);

      for (const pot of pots) {
        const foot = pot.profile[6]! + 380;
        castShadow(out, x - pot.x + mul(pot.height, swing), y - pot.y, foot, pot.height, y > edge - 120);
      }
      for (const { x: fx, y: fy, size } of fruits) {
        castShadow(out, x - fx + hand * (size >> 1), y - fy, size, size * 2, y > edge - 120);
      }

      for (const pot of pots) {
        meet(pot, x, y, hit);
        if (hit.part === 0) continue;
        if (hit.part === 3) {
          out.set(pot.clay);
          blend(out, WARM, 2100);
          continue;
        }
        if (hit.part === 2) {
          out.set(ink);
          blend(out, pot.clay, clamp(2600 - mul(hand * hit.nx, 1900), 500, 5000));
          continue;
        }
        glazePot(pot, out);
      }
      for (const fruit of fruits) {
        const dx = x - fruit.x;
        const dy = y - fruit.y + fruit.size;
        if (dx * dx + dy * dy >= fruit.size * fruit.size) continue;
        const nx = div(dx * ONE, fruit.size);
        const ny = div(dy * ONE, fruit.size);
        const nz = root(Math.max(0, ONE * ONE - nx * nx - ny * ny));
        out.set(fruit.colour);
        light(out, nx, nz, -ny >> 1);
        out[0] = out[0]! + (noise(dx * 20, dy * 20, lattice + 90) >> 7);
      }
    },
  };

  /** A soft ellipse behind the foot, longer on the side away from the light, only on the table. */
  function castShadow(out: Int32Array, dx: number, dy: number, foot: number, height: number, onTable: boolean): void {
    if (!onTable) return;
    const away = hand * dx < 0;
    const ex = away ? div(dx * ONE, foot + (height >> 2)) : div(dx * ONE, foot);
    const ey = div(dy * ONE, (foot * 5) >> 3);
    if (ex > 9000 || ex < -9000 || ey > 9000 || ey < -9000) return;
    const far = mul(ex, ex) + mul(ey, ey);
    if (far >= ONE) return;
    const k = ONE - far;
    blend(out, ink, mul(mul(k, k), 4700));
  }

  /** Wall, mouth or rim of a pot at a place. */
  function meet(pot: Pot, x: number, y: number, out: Hit): void {
    out.part = 0;
    const dx = x - pot.x;
    const up = pot.y - y;
    if (up > pot.height + 1200 || up < -900) return;
    const { profile } = pot;
    const lip = profile[63]!;
    if (dx < lip && dx > -lip) {
      const ny = clamp(div((up - pot.height) * ONE, Math.max(60, mul(lip, TILT))), -16000, 16000);
      const nx = div(dx * ONE, Math.max(1, lip));
      const far = mul(nx, nx) + mul(ny, ny);
      if (far < ONE) {
        out.part = far > 6500 ? 3 : 2;
        out.nx = nx;
        return;
      }
    }
    let t = div(up * 16384, pot.height);
    if (t > 16384) return;
    let k = clamp(t, 0, 16383);
    let radius = mix(profile[k >> 8]!, profile[(k >> 8) + 1]!, (k & 255) << 5);
    if (dx > radius || dx < -radius) return;
    let nz = CIRCLE[clamp(Math.abs(div(dx * ONE, Math.max(1, radius))) >> 3, 0, 1024)]!;
    t = div((up + mul(mul(radius, TILT), nz)) * 16384, pot.height);
    if (t < 0) return;
    k = clamp(t, 0, 16383);
    radius = mix(profile[k >> 8]!, profile[(k >> 8) + 1]!, (k & 255) << 5);
    if (dx > radius || dx < -radius || radius <= 0) return;
    const nx = div(dx * ONE, radius);
    nz = CIRCLE[clamp(Math.abs(nx) >> 3, 0, 1024)]!;
    out.part = 1;
    out.t = k >> 1;
    out.nx = nx;
    out.nz = nz;
    out.slope = clamp(div((profile[(k >> 8) + 1]! - profile[k >> 8]!) * 16 * ONE, pot.height), -ONE, ONE);
  }

  function glazePot(pot: Pot, out: Int32Array): void {
    const { nx, nz, slope, t } = hit;
    inputs[0] = nx << 1;
    inputs[1] = (t * 2 - ONE) << 1;
    inputs[2] = clamp((pot.seed & 8191) - 4096, -8192, 8191) << 1;
    inputs[3] = clamp(noise(nx, t * 2, lattice + pot.seed) << 1, -16384, 16383);
    inputs[4] = clamp(noise(nx * 3, t * 2, lattice + pot.seed + 2) << 1, -16384, 16383);
    const o = glazer(inputs);
    const a = clamp(o[0]! >> 1, -ONE, ONE);
    const b = clamp(o[1]! >> 1, -ONE, ONE);
    const c = clamp(o[2]! >> 1, -ONE, ONE);
    out.set(pot.clay);
    if (pot.glaze === 1) {
      const line = pot.dip + mul(noise(nx * 2, 0, lattice + pot.seed + 5), drip << 4) + (a >> 4);
      if (t > line) {
        blend(out, pot.glazed, step(line, line + 80, t));
        blend(out, ink, mul(ONE - step(line, line + 420, t), 900));
      }
    } else if (pot.glaze === 2) {
      const band = triangle(t * 3 + (b >> 2) + (pot.seed & 4095));
      blend(out, pot.glazed, mul(step(5300, 5700, band), 7600));
    }
    blend(out, ink, mul(step(-1500, ONE, c + (inputs[4]! >> 1)), 1300));
    light(out, nx, nz, slope);
    out[0] = out[0]! + (noise(nx * 14, t * 30, lattice + pot.seed) >> 7) + (noise(nx, t * 60, lattice + 6) >> 8);
  }

  /** Light from the side and above, ink in the shade, a small gloss. */
  function light(out: Int32Array, nx: number, nz: number, slope: number): void {
    const side = hand * nx;
    const lit = clamp(mul(nz, 5400) + mul(side, 5200) - mul(slope, 1600), -3000, 9000);
    blend(out, ink, mul(step(6800, -2600, lit), 5600));
    blend(out, WARM, mul(step(6200, 9200, lit), 1500));
    const gloss = step(7700, 8250, mul(nz, 5000) + mul(side, 6400));
    blend(out, WARM, mul(gloss, 2600));
  }
}
