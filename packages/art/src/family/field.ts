/**
 * Field: colour and its edges, nothing else. Soft bands on a ground, nested frames that glow, or veils poured over bare
 * canvas. The network bends the edges and moves the hue inside a form, so that no plane is flat and no border is ruled.
 * @module
 */
import { blend, type Colour, dim, type Lab, paint } from "../colour.ts";
import { below, chance, range } from "../draws.ts";
import { emptyField, type Field, fieldAt, type Plate } from "../field.ts";
import { clamp, div, mul, ONE, root, step } from "../integer.ts";
import { bind } from "../net.ts";
import { fractal, noise } from "../noise.ts";
import { type Family, params, type Setup } from "./family.ts";
import { type Bed, bedAt, fieldNet, sheetShadow } from "./ground.ts";

export const field: Family<Fields> = {
  params: params("softness bend drift brush margin glow density canvas", 0, 255),
  nets: [fieldNet(4)],
  linear: false,
  draw: drawFields,
  steps: [{ fields: ["across", "down", "hue", "thin"], margin: 0, node: nodeOfField }],
  shade: shadeField,
  surround: surroundField,
};

const BANDS = 0;
const VEILS = 2;
/** The palette's last role. */
const ACCENT = 5;

export function drawFields(setup: Setup): Fields {
  const { plate, palette, lattice, generator: g } = setup;
  const [layout, partsOption, groundOption, edgeOption, weightOption] = setup.options;
  const [softness, bend, drift, brush, margin, glow, density, canvas] = setup.params;
  const torn = edgeOption === 1;
  const ground = groundOption === 0 ? below(g, 2) : groundOption === 1 ? 3 + below(g, 2) : 2;
  const plan: Plan = {
    parts: partsOption + 2,
    ground,
    heavy: weightOption === 0 ? 1 : -1,
    accent: chance(g, 120),
    margin,
    torn,
    softness,
  };
  const forms =
    layout === BANDS ? bandsOf(setup, plan) : layout === VEILS ? veilsOf(setup, plan) : framesOf(setup, plan);
  return {
    plate,
    lattice,
    bed: { net: bind(setup.nets[0]!, setup.z), lattice, stone: false },
    forms,
    poured: layout === VEILS,
    ground: palette[ground]!,
    groundSecond: secondOf(setup, ground),
    bend: bend << 4,
    torn: torn && layout !== BANDS ? 2 : 1,
    drift: drift << 5,
    brush: brush << 6,
    glow: glow << 4,
    density: density << 3,
    canvas: canvas << 6,
    across: emptyField(plate),
    down: emptyField(plate),
    hue: emptyField(plate),
    thin: emptyField(plate),
  };
}

/** What all layouts are told. */
interface Plan {
  readonly parts: number;
  /** The ground's role. */
  readonly ground: number;
  /** 1 heavy below, -1 above. */
  readonly heavy: number;
  /** Whether one form wears the accent. */
  readonly accent: boolean;
  readonly margin: number;
  readonly torn: boolean;
  readonly softness: number;
}

/** Draws the softness of an edge. */
function edgeOf(setup: Setup, plan: Plan): number {
  const { generator: g } = setup;
  return plan.torn ? range(g, 40, 130) : mul(range(g, 160, 900), 2000 + plan.softness * 48);
}

/** Draws the colour toward which a role's own moves: a neighbour in the palette; the accent has always the same. */
function secondOf(setup: Setup, role: number): Lab {
  const { palette, generator: g } = setup;
  return palette[role === ACCENT ? 2 : clamp(role + (chance(g, 128) ? 1 : -1), 0, 4)]!;
}

/** Bands one above the other, none of its neighbour's colour. */
function bandsOf(setup: Setup, plan: Plan): Form[] {
  const { plate, palette, generator: g } = setup;
  const { parts, ground } = plan;
  const reach = plate.halfHeight - 260 - plan.margin * 3;
  const width = plate.halfWidth - 300 - plan.margin * 4 - range(g, 0, 400);
  const shares = new Int32Array(parts);
  let total = 0;
  for (let i = 0; i < parts; i++) {
    const low = plan.heavy > 0 ? i : parts - 1 - i;
    shares[i] = range(g, 260, 900) + div(range(g, 200, 1200) * low, parts - 1);
    total += shares[i]!;
  }
  const accented = plan.accent ? below(g, parts) : -1;
  const forms: Form[] = [];
  let y = -reach;
  let last = ground;
  for (let i = 0; i < parts; i++) {
    const half = div(reach * shares[i]!, total);
    let role = below(g, 5);
    while (role === last || role === ground) role = (role + 1) % 5;
    last = role;
    const shown = i === accented ? ACCENT : role;
    const soft = edgeOf(setup, plan);
    const height = Math.max(160, half - 40 - (soft >> 1) - range(g, 0, 90));
    forms.push({
      x: 0,
      y: y + half,
      width: width - range(g, 0, 420),
      height,
      round: 0,
      soft,
      colour: palette[shown]!,
      second: secondOf(setup, shown),
      slope: 0,
    });
    y += 2 * half;
  }
  return forms;
}

/** Frames one inside the other: doors, windows, suns. */
function framesOf(setup: Setup, plan: Plan): Form[] {
  const { plate, palette, generator: g } = setup;
  const count = plan.parts + 1;
  const shape = below(g, 3);
  const least = Math.min(plate.halfWidth, plate.halfHeight);
  let width = shape === 0 ? mul(least, 5200) : least - 260 - plan.margin * 3;
  let height = shape === 0 ? plate.halfHeight - 260 - plan.margin * 4 : width;
  let y = 0;
  let role = plan.ground;
  const turn = role < 2 ? 1 : role > 2 ? -1 : chance(g, 128) ? 1 : -1;
  const forms: Form[] = [];
  for (let i = 0; i < count; i++) {
    role = clamp(role + turn, 0, 4);
    const shown = i === count - 1 && plan.accent ? ACCENT : role;
    const soft = Math.min(edgeOf(setup, plan), width >> 1);
    const round = shape === 2 ? width : mul(width, range(g, 0, 1) * 1200);
    forms.push({
      x: 0,
      y,
      width,
      height,
      round,
      soft,
      colour: palette[shown]!,
      second: secondOf(setup, shown),
      slope: 0,
    });
    const less = range(g, 5000, 6400);
    const was = height;
    width = mul(width, less);
    height = mul(height, shape === 0 ? less + 600 : less);
    y += plan.heavy * mul(was - height, range(g, 1500, 5200));
  }
  return forms;
}

/** Veils poured from one edge of the canvas, each to its own depth. */
function veilsOf(setup: Setup, plan: Plan): Form[] {
  const { plate, palette, generator: g } = setup;
  const { ground } = plan;
  const count = plan.parts * 2 + range(g, 0, 2);
  const fan = range(g, -2600, 2600);
  const forms: Form[] = [];
  let last = ground;
  for (let i = 0; i < count; i++) {
    const x = div((2 * i + 1 - count) * mul(plate.halfWidth, 6600), count) + range(g, -500, 500);
    const width = div(plate.halfWidth * range(g, 450, 1500), 1000 * plan.parts) + 250;
    let role = 1 + below(g, 4);
    if (role === last || role === ground) role = 1 + (role % 4);
    last = role;
    const shown = plan.accent && i === count >> 1 ? ACCENT : role;
    const height = 2 * (mul(plate.halfHeight, range(g, 4200, 8000)) - plan.margin * 4);
    const slope = div(x * fan, plate.halfWidth) + range(g, -300, 300);
    const soft = edgeOf(setup, plan) >> 2;
    forms.push({
      x,
      y: plan.heavy * plate.halfHeight,
      width,
      height,
      round: width,
      soft,
      colour: palette[shown]!,
      second: secondOf(setup, shown),
      slope,
    });
  }
  return forms;
}

/** A soft-edged form: a rectangle with round corners, or a poured veil. */
export interface Form {
  readonly x: number;
  readonly y: number;
  /** Half sizes. */
  readonly width: number;
  readonly height: number;
  /** Radius of the corners. */
  readonly round: number;
  /** Half the breadth of its edge. */
  readonly soft: number;
  /** Its colour, and the one toward which the hue moves it. */
  readonly colour: Lab;
  readonly second: Lab;
  /** How far a veil leans, Q13. */
  readonly slope: number;
}

/** All that a piece is made from. */
export interface Fields {
  readonly plate: Plate;
  readonly lattice: number;
  /** The network that bends the edges and moves the hue. */
  readonly bed: Bed;
  /** From the lowest to what lies on top. */
  readonly forms: readonly Form[];
  /** Whether the forms are veils. */
  readonly poured: boolean;
  readonly ground: Lab;
  readonly groundSecond: Lab;
  /** How far the network bends edges, and how much the noise frays them. */
  readonly bend: number;
  readonly torn: number;
  /** How far colours move to their second. */
  readonly drift: number;
  readonly brush: number;
  readonly glow: number;
  readonly density: number;
  readonly canvas: number;
  /** How far a place is moved. */
  readonly across: Field;
  readonly down: Field;
  /** Where colours move to, and where the brush was dry. */
  readonly hue: Field;
  readonly thin: Field;
}

export function nodeOfField(f: Fields, x: number, y: number, _k: number, out: Int32Array): void {
  bedAt(f.bed, x, y, out);
  out[0] = clamp(out[0]! >> 1, -16000, 16000);
  out[1] = clamp(out[1]! >> 1, -16000, 16000);
  out[2] = clamp(out[2]! >> 1, -16000, 16000);
  out[3] = clamp(out[3]! >> 1, -16000, 16000);
}

/** How far a place lies inside a form, about; negative outside. */
function insideForm(form: Form, x: number, y: number): number {
  const r = form.round;
  const dx = Math.abs(x - form.x) - form.width + r;
  const dy = Math.abs(y - form.y) - form.height + r;
  if (dx <= 0 || dy <= 0) return r - Math.max(dx, dy);
  return r - root(dx * dx + dy * dy);
}

export function shadeField(f: Fields, x: number, y: number, out: Colour): void {
  const s = f.lattice;
  const cloud = fractal(x << 1, y << 1, s + 3, 4);
  const strokes = f.poured
    ? noise(x * 26, y, s + 4) >> 1
    : noise(x * 3, y * 24, s + 4) + (noise(x * 8, y * 60, s + 6) >> 1);
  const dab = fractal(x * 5, y * 7, s + 12, 3);
  const hue = fieldAt(f.hue, x, y) >> 3;
  const worn = fieldAt(f.thin, x, y) >> 3;
  const ragged = f.poured ? cloud >> 9 : Math.imul((cloud >> 6) + (dab >> 7), f.torn);
  const X = x + mul(fieldAt(f.across, x, y) >> 6, f.bend) + ragged + (strokes >> 7);
  const Y = y + mul(fieldAt(f.down, x, y) >> 6, f.bend) + ragged + (noise(x << 1, y, s + 41) >> 6);
  paint(out, f.ground);
  blend(out, f.groundSecond, mul(clamp(2600 + (hue >> 1) + (cloud >> 2), 0, 6000), f.drift));
  const colour = new Int32Array(3);
  for (let i = 0; i < f.forms.length; i++) {
    const form = f.forms[i]!;
    const lean = f.poured ? mul(Y, form.slope) : 0;
    const deep = insideForm(form, X - lean, Y);
    const body = step(-form.soft, form.soft, deep);
    if (body <= 0) continue;
    paint(colour, form.colour);
    const turned = (i & 1) === 0 ? hue : -hue;
    blend(colour, form.second, mul(clamp(3000 + (turned >> 1) + (cloud >> 1), 0, ONE), f.drift));
    if (f.poured) {
      // A glaze: what lies under it shows, and pigment gathers at its edge.
      const rim = ONE - clamp(Math.abs(deep) * 70, 0, ONE);
      const t = mul(body, clamp(3300 + (turned >> 2) + (cloud >> 3) + mul(rim, 1700), 1400, ONE));
      out[0] = out[0]! - mul(out[0]! - ((out[0]! * colour[0]!) >> 12), t);
      out[1] = out[1]! - mul(out[1]!, (t * 3) >> 3) + mul(colour[1]!, t);
      out[2] = out[2]! - mul(out[2]!, (t * 3) >> 3) + mul(colour[2]!, t);
      continue;
    }
    // Lighter and fuller inward; thin where the brush was dry.
    dim(colour, ONE - (f.glow >> 2) + mul(clamp(deep, 0, 3000), f.glow));
    blend(out, colour, mul(body, clamp(7900 - mul(clamp(worn + dab, 0, ONE), f.density) + (strokes >> 5), 4000, ONE)));
  }
  out[0] = out[0]! + mul((strokes >> 7) + (dab >> 7), f.brush) + mul(noise(x * 46, y * 46, s) >> 7, f.canvas);
}

export function surroundField(f: Fields, x: number, y: number, out: Colour): void {
  sheetShadow(f.plate, x, y, out);
}
