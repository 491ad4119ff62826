/**
 * Makes style bytes from a definition: random weights from a seed, palettes by name, formats, ranges, parameters.
 * Floats are allowed here: what counts is the bytes, which are committed.
 */
import { type Random, seeded } from "@carrara/base/random";
import { FAMILIES } from "../src/families.ts";
import { INPUT_REACH, type NetShape } from "../src/net.ts";
import { FAMILY_TRAITS, FORMAT_NAMES, PALETTE_NAMES } from "../src/traits.ts";
import { PALETTES } from "./palettes.ts";

/** How random weights are drawn for one network. */
export interface Draw {
  /** Scale of the first layer per input, in the unit of tanh's knee. */
  readonly inputs: readonly number[];
  /** Activation kinds to choose from: 0 wave, 1 tanh, 2 gauss, 3 triangle. */
  readonly kinds: readonly number[];
  readonly latent?: number;
  readonly hidden?: number;
  readonly output?: number;
}

/** All that an artist decides. */
export interface Definition {
  readonly name: string;
  readonly about: string;
  /** Family code. */
  readonly family: number;
  readonly weights: number;
  readonly palettes: string;
  /** Format names, repetition is weight. */
  readonly formats: string;
  /** Trait name -> first and last option allowed. */
  readonly allow?: Readonly<Record<string, readonly [string, string]>>;
  readonly params: readonly number[];
  readonly nets: readonly Draw[];
}

export function styleBytes(definition: Definition): Uint8Array {
  const family = FAMILIES[definition.family]!;
  const random = seeded(definition.weights);
  const bytes: number[] = [];
  const palettes = definition.palettes.split(",").map((name) => name.trim());
  const formats = definition.formats.split(" ");
  const traits = FAMILY_TRAITS[definition.family]!.traits;
  bytes.push(1, definition.family, palettes.length, formats.length, traits.length);
  for (const wanted of palettes) {
    // ~Name turns the ramp round: dark grounds become light ones.
    const name = wanted.replace("~", "");
    const [ground, light, mid, deep, ink, accent] = (PALETTES[name] ?? "").split(" ");
    const colours = name === wanted ? PALETTES[name] : [ink, deep, mid, light, ground, accent].join(" ");
    const index = PALETTE_NAMES.indexOf(name);
    if (colours === undefined || index < 0) throw new Error(`no palette ${name}`);
    bytes.push(index);
    for (const hex of colours.split(" "))
      for (const i of [1, 3, 5]) bytes.push(Number.parseInt(hex.slice(i, i + 2), 16));
  }
  for (const name of formats) bytes.push(FORMAT_NAMES.indexOf(name));
  for (const trait of traits) {
    const allowed = definition.allow?.[trait.name];
    if (allowed === undefined) {
      bytes.push(0, 255);
      continue;
    }
    const first = trait.options.findIndex((o) => o.name === allowed[0]);
    const last = trait.options.findIndex((o) => o.name === allowed[1]);
    bytes.push(first === 0 ? 0 : trait.options[first - 1]!.upTo + 1, trait.options[last]!.upTo);
  }
  bytes.push(...definition.params);
  for (const [i, shape] of family.nets.entries()) bytes.push(...netBytes(random, shape, definition.nets[i]!));
  return Uint8Array.from(bytes);
}

/** Waves turn slower than tanh bends, so their weights are larger. */
const KIND_SCALE = [2.5, 1, 1, 3];

function netBytes(random: Random, shape: NetShape, draw: Draw): number[] {
  const bytes: number[] = [];
  const gauss = () => {
    let sum = 0;
    for (let i = 0; i < 12; i++) sum += random.u32() / 2 ** 32;
    return sum - 6;
  };
  const int16 = (v: number) => {
    const n = Math.max(-32767, Math.min(32767, Math.round(v)));
    bytes.push((n >> 8) & 255, n & 255);
  };
  const sizes = [...shape.hidden, shape.outputs];
  let inputs = shape.inputs;
  for (const [l, size] of sizes.entries()) {
    const last = l === shape.hidden.length;
    const kinds: number[] = [];
    if (!last) {
      for (let j = 0; j < size; j += 2) kinds.push(draw.kinds[random.below(draw.kinds.length)]!);
      kinds.sort();
      bytes.push(...kinds);
    }
    const rows: number[][] = [];
    const latents: number[][] = [];
    const biases: number[] = [];
    for (let j = 0; j < size; j++) {
      const kind = last ? -1 : kinds[j >> 1]!;
      const scale = last ? 1 : KIND_SCALE[kind]!;
      const spread = (i: number) =>
        l === 0
          ? draw.inputs[i]! * 64
          : last
            ? ((draw.output ?? 1.1) * 1.6 * 32) / Math.sqrt(inputs)
            : ((draw.hidden ?? 1.25) * 1.5 * 32) / Math.sqrt(inputs);
      const row = Array.from({ length: inputs }, (_, i) => gauss() * spread(i) * scale);
      const latent =
        l === 0 ? Array.from({ length: shape.latents }, () => gauss() * (draw.latent ?? 0.6) * 32 * scale) : [];
      const bias = gauss() * 0.4 * 4096 * scale;
      let shrink = 1;
      if (kind === 1) {
        const reach = (ws: number[], f: (i: number) => number) => ws.reduce((s, w, i) => s + Math.abs(w) * f(i), 0);
        const sum =
          l === 0
            ? reach(row, (i) => INPUT_REACH[i] ?? 32768) + reach(latent, () => 32768) + Math.abs(bias) * 256
            : reach(row, () => 1024) + Math.abs(bias) * 8 + 4096;
        const limit = l === 0 ? 2 ** 23 : 2 ** 18;
        // Rounding may add half a step to each weight.
        shrink = Math.min(1, (0.93 * limit) / sum);
      }
      rows.push(row.map((w) => w * shrink));
      latents.push(latent.map((w) => w * shrink));
      biases.push(bias * shrink);
    }
    for (const row of rows) for (const w of row) l === 0 ? int16(w) : bytes.push(int8(w));
    for (const row of latents) for (const w of row) bytes.push(int8(w));
    for (const b of biases) int16(b);
    inputs = size;
  }
  return bytes;
}

function int8(v: number): number {
  return Math.max(-127, Math.min(127, Math.round(v))) & 255;
}
