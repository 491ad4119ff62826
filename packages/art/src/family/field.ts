/**
 * Field: colour and its edges, nothing else. Soft bands on a ground, nested frames that glow, or veils poured over bare
 * canvas. The network bends the edges and moves the hue inside a form, so that no plane is flat and no border is ruled.
 * @module
 */
import { blend, type Colour, dim, type Lab, paint } from "../colour.ts";
import { type Field, fieldAt, makeFields, nodesOf, type Plate } from "../field.ts";
import { clamp, div, mul, ONE, root, step } from "../integer.ts";
import { bind } from "../net.ts";
import { fractal, noise } from "../noise.ts";
import { type Finish, type OldFamily, type OldSetup, params } from "./family.ts";
import { fieldNet, sheetShadow } from "./ground.ts";

export const field: OldFamily = {
  params: params("softness bend drift brush margin glow density canvas", 0, 255),
  nets: [fieldNet(4)],
  make,
};

const BANDS = 0;
const VEILS = 2;

function make(setup: OldSetup): Finish {
  const { params: p, palette, plate, generator: g } = setup;
  const [layout, partsOption, groundOption, edgeOption, weightOption] = setup.options as [
    number,
    number,
    number,
    number,
    number,
  ];
  const [softness, bend, drift, brush, margin, glow, density, canvas] = p as unknown as number[] as [
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
  const nodes = nodesOf(plate);
  const o = setup.askAll({ net: bind(setup.nets[0]!, z), lattice, stone: false }, nodes);
  const [across, down, hue, thin] = makeFields(plate, 4, (_x, _y, out, _k, n) => {
    for (let i = 0; i < 4; i++) out[i] = clamp(o[i * nodes.ks.length + n]! >> 1, -16000, 16000);
  }) as [Field, Field, Field, Field];

  const ground = groundOption === 0 ? g.below(2) : groundOption === 1 ? 3 + g.below(2) : 2;
  const parts = partsOption + 2;
  const heavy = weightOption === 0 ? 1 : -1;
  const accent = g.chance(120);
  const torn = edgeOption === 1;
  const edge = () => (torn ? g.range(40, 130) : mul(g.range(160, 900), 2000 + softness * 48));
  const form = (role: number, box: Omit<Form, "colour" | "second">): Form => ({
    ...box,
    colour: palette[role]!,
    second: palette[role === 5 ? 2 : clamp(role + (g.chance(128) ? 1 : -1), 0, 4)]!,
  });
  const forms =
    layout === BANDS
      ? bands(setup, { parts, ground, heavy, accent, margin, edge, form })
      : layout === VEILS
        ? veils(setup, { parts, ground, heavy, accent, margin, edge, form })
        : frames(setup, { parts, ground, heavy, accent, margin, edge, form });
  const state: Fields = {
    plate,
    poured: layout === VEILS,
    across,
    down,
    hue,
    thin,
    forms,
    lattice,
    ground: palette[ground]!,
    groundSecond: palette[clamp(ground + (g.chance(128) ? 1 : -1), 0, 4)]!,
    bend: bend << 4,
    torn: torn && layout !== BANDS ? 2 : 1,
    drift: drift << 5,
    brush: brush << 6,
    glow: glow << 4,
    density: density << 3,
    canvas: canvas << 6,
  };
  return {
    linear: false,
    state,
    shade: (x, y, out) => shadeField(state, x, y, out),
    surround: (x, y, out) => surroundField(state, x, y, out),
  };
}

/** What all layouts are told. */
interface Plan {
  readonly parts: number;
  readonly ground: number;
  /** 1 heavy below, -1 above. */
  readonly heavy: number;
  readonly accent: boolean;
  readonly margin: number;
  /** Draws the softness of an edge. */
  edge(): number;
  form(role: number, box: Omit<Form, "colour" | "second">): Form;
}

/** Bands one above the other, none of its neighbour's colour. */
function bands({ plate, generator: g }: OldSetup, plan: Plan): Form[] {
  const { parts } = plan;
  const reach = plate.halfHeight - 260 - plan.margin * 3;
  const width = plate.halfWidth - 300 - plan.margin * 4 - g.range(0, 400);
  const shares = Array.from({ length: parts }, (_, i) => {
    const low = plan.heavy > 0 ? i : parts - 1 - i;
    return g.range(260, 900) + div(g.range(200, 1200) * low, parts - 1);
  });
  const total = shares.reduce((a, b) => a + b, 0);
  const accented = plan.accent ? g.below(parts) : -1;
  const forms: Form[] = [];
  let y = -reach;
  let last = plan.ground;
  for (let i = 0; i < parts; i++) {
    const half = div(reach * shares[i]!, total);
    let role = g.below(5);
    while (role === last || role === plan.ground) role = (role + 1) % 5;
    last = role;
    const soft = plan.edge();
    const height = Math.max(160, half - 40 - (soft >> 1) - g.range(0, 90));
    const box = { x: 0, y: y + half, width: width - g.range(0, 420), height, round: 0, soft, slope: 0 };
    forms.push(plan.form(i === accented ? 5 : role, box));
    y += 2 * half;
  }
  return forms;
}

/** Frames one inside the other: doors, windows, suns. */
function frames({ plate, generator: g }: OldSetup, plan: Plan): Form[] {
  const count = plan.parts + 1;
  const shape = g.below(3);
  const least = Math.min(plate.halfWidth, plate.halfHeight);
  let width = shape === 0 ? mul(least, 5200) : least - 260 - plan.margin * 3;
  let height = shape === 0 ? plate.halfHeight - 260 - plan.margin * 4 : width;
  let y = 0;
  let role = plan.ground;
  const turn = role < 2 ? 1 : role > 2 ? -1 : g.chance(128) ? 1 : -1;
  const forms: Form[] = [];
  for (let i = 0; i < count; i++) {
    role = clamp(role + turn, 0, 4);
    const soft = Math.min(plan.edge(), width >> 1);
    const round = shape === 2 ? width : mul(width, g.range(0, 1) * 1200);
    const inner = i === count - 1 && plan.accent;
    forms.push(plan.form(inner ? 5 : role, { x: 0, y, width, height, round, soft, slope: 0 }));
    const less = g.range(5000, 6400);
    const was = height;
    width = mul(width, less);
    height = mul(height, shape === 0 ? less + 600 : less);
    y += plan.heavy * mul(was - height, g.range(1500, 5200));
  }
  return forms;
}

/** Veils poured from one edge of the canvas, each to its own depth. */
function veils({ plate, generator: g }: OldSetup, plan: Plan): Form[] {
  const count = plan.parts * 2 + g.range(0, 2);
  const fan = g.range(-2600, 2600);
  const forms: Form[] = [];
  let last = plan.ground;
  for (let i = 0; i < count; i++) {
    const at = div((2 * i + 1 - count) * mul(plate.halfWidth, 6600), count) + g.range(-500, 500);
    const width = div(plate.halfWidth * g.range(450, 1500), 1000 * plan.parts) + 250;
    let role = 1 + g.below(4);
    if (role === last || role === plan.ground) role = 1 + (role % 4);
    last = role;
    const height = mul(plate.halfHeight, g.range(4200, 8000)) - plan.margin * 4;
    const slope = div(at * fan, plate.halfWidth) + g.range(-300, 300);
    const box = { x: at, y: plan.heavy * plate.halfHeight, width, height: height * 2, round: width, slope };
    forms.push(plan.form(plan.accent && i === count >> 1 ? 5 : role, { ...box, soft: plan.edge() >> 2 }));
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
  readonly round: number;
  readonly soft: number;
  readonly colour: Lab;
  readonly second: Lab;
  readonly slope: number;
}

/** What the finish reads. */
export interface Fields {
  readonly plate: Plate;
  readonly poured: boolean;
  readonly across: Field;
  readonly down: Field;
  readonly hue: Field;
  readonly thin: Field;
  readonly forms: readonly Form[];
  readonly lattice: number;
  readonly ground: Lab;
  readonly groundSecond: Lab;
  readonly bend: number;
  readonly torn: number;
  readonly drift: number;
  readonly brush: number;
  readonly glow: number;
  readonly density: number;
  readonly canvas: number;
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
