/**
 * Style bytes at random: whatever comes is refused by the check that failed, or keeps every bound and draws.
 *
 * The judge is a second reading of SPEC.md, sections 3 and 4, written from the text: it shares no code with the parser,
 * says for each string all that is wrong with it, and follows the sums of accepted networks through the intervals that
 * their inputs can take. `npm test` asks a fixed hundred thousand strings; STYLE_FUZZ=1000000 asks as many new ones.
 */
import { CarraraError } from "@carrara/base/errors";
import { type Random, seeded } from "@carrara/base/random";
import { expect, test } from "vitest";
import { fastest } from "./kernels.ts";
import { prepare, render } from "./render.ts";
import { parseStyle } from "./style.ts";
import { STYLES } from "./styles.ts";

test("100,000 strings: refused by name, or within every bound and drawn alike by reference and kernel", {
  timeout: 300_000,
}, () => {
  const { accepted, refused, drawn } = fuzz(1, 100_000, 500);
  expect(drawn).toBeGreaterThan(80);
  for (const kind of KINDS) {
    if (kind !== "noise" && kind !== "cut") expect(accepted[kind], `${kind}: accepted`).toBeGreaterThan(500);
  }
  // Each check of section 3 had something to refuse.
  expect(Object.keys(refused).sort()).toEqual([...CHECKS].sort());
});

const more = Number(process.env.STYLE_FUZZ ?? 0);
if (more > 0) {
  test(`${more} random strings more (STYLE_FUZZ)`, { timeout: 1e7 }, () => {
    const seed = Date.now() & 0x7fffffff;
    const started = performance.now();
    const found = fuzz(seed, more, 500);
    console.log(JSON.stringify({ seed, seconds: Math.round((performance.now() - started) / 1000), ...found }, null, 1));
  });
} else {
  test.skip("as many random styles more as you like, on demand (set STYLE_FUZZ, for instance to 1000000)", () => {});
}

/** What a string is made of. */
const KINDS = ["noise", "header", "bytes", "bit", "cut", "crossed", "edge"] as const;
type Kind = (typeof KINDS)[number];

/** Everything that section 3 refuses. */
const CHECKS = [
  ...["length", "format", "family", "palettes", "formats", "traits", "palette name", "format code", "range"],
  ...["parameter", "activation", "least weight", "sum", "tanh"],
] as const;
type Check = (typeof CHECKS)[number];

interface Found {
  readonly accepted: Record<Kind, number>;
  readonly refused: Partial<Record<Check, number>>;
  drawn: number;
}

/** Judges `count` strings; draws one of `every` accepted ones by reference and kernel. */
function fuzz(seed: number, count: number, every: number): Found {
  const random = seeded(seed);
  const found: Found = {
    accepted: { noise: 0, header: 0, bytes: 0, bit: 0, cut: 0, crossed: 0, edge: 0 },
    refused: {},
    drawn: 0,
  };
  const kernels = FAMILIES.map((_, family) => fastest(family));
  let whole = 0;
  for (let i = 0; i < count; i++) {
    const kind = KINDS[i % KINDS.length]!;
    const bytes = MAKERS[kind](random);
    const where = `string ${i} of seed ${seed} (${kind})`;
    const wrong = faultsOf(bytes);
    const check = checkOf(bytes, where);
    if (check === undefined) {
      if (wrong.length > 0) throw new Error(`${where} was accepted in spite of its ${wrong.join(", ")}`);
      found.accepted[kind]++;
      if (whole++ % every !== 0) continue;
      const style = parseStyle(bytes);
      const token = random.bytes(32);
      const size = 1 + random.below(16);
      const expected = render(prepare(style, token), { size, samples: 1 });
      const pixels = new Uint8Array(size * size * 3);
      const tile = { size, samples: 1, x0: 0, y0: 0, x1: size, y1: size };
      const kernel = kernels[style.family]!;
      kernel.renderTile(prepare(style, token, undefined, kernel), tile, pixels);
      expect(pixels, where).toEqual(expected);
      found.drawn++;
    } else {
      if (!wrong.includes(check))
        throw new Error(`${where} was refused for its ${check}; it has ${wrong.join(", ") || "no fault"}`);
      found.refused[check] = (found.refused[check] ?? 0) + 1;
    }
  }
  return found;
}

/** What the parser says: nothing, or the check that its error names. */
function checkOf(bytes: Uint8Array, where: string): Check | undefined {
  try {
    const style = parseStyle(bytes);
    if (style.family !== bytes[1] || style.bytes.length !== bytes.length) throw new Error(`${where}: another style`);
    return undefined;
  } catch (error) {
    if (!(error instanceof CarraraError) || error.code !== "bad-style") throw error;
    const text = `${error.message} ${error.hint}`;
    const check = CHECKS.find((name) => WORDS[name].test(text));
    if (check === undefined) throw new Error(`${where}: nobody knows what is meant by "${text}"`);
    return check;
  }
}

const WORDS: Readonly<Record<Check, RegExp>> = {
  length: /^A style of \d+ bytes was given\. Give /,
  format: /^Byte 0 of the style is \d+\. Give the format byte 1\.$/,
  family: /^Byte 1 of the style is \d+\. Give a family code/,
  palettes: /^Byte 2 of the style is \d+\. Give 1 to 24 palettes\.$/,
  formats: /^Byte 3 of the style is \d+\. Give 1 to 8 formats\.$/,
  traits: /^Byte 4 of the style is \d+\. Give the family's \d traits\.$/,
  "palette name": /^Byte \d+ of the style is \d+\. Give a palette name's index/,
  "format code": /^Byte \d+ of the style is \d+\. Give a format code from 0 to 4\.$/,
  range: /^Byte \d+ of the style is \d+\. Give a lower end that is not above/,
  parameter: /^Byte \d+ of the style is \d+\. Give [a-z]+ from \d+ to \d+\.$/,
  activation: /^Layer \d, neuron \d+ of the network has activation kind \d+\. Give 0 wave/,
  "least weight": /^Layer \d, neuron \d+ of the network has the weight -(128|32768)\. Give /,
  tanh: /^Layer \d, neuron \d+ of the network is a tanh /,
  sum: /^Layer \d, neuron \d+ of the network can sum to \d+\. Give weights whose sums stay below 2\^(20|30)\.$/,
};

// --- The second reading. ---

interface Shape {
  readonly traits: number;
  readonly params: readonly (readonly [number, number])[];
  /** Inputs, hidden layers, outputs. */
  readonly nets: readonly (readonly number[])[];
}

const anything = (count: number) => Array.from({ length: count }, () => [0, 255] as const);

/** Sections 9 to 18, in the order of the codes. */
const FAMILIES: readonly Shape[] = [
  { traits: 5, params: [...anything(12), [6, 24], [20, 255], ...anything(2)], nets: [[3, 12, 12, 6]] },
  { traits: 5, params: anything(9), nets: [[5, 16, 16, 2]] },
  {
    traits: 4,
    params: anything(8),
    nets: [
      [2, 8, 1],
      [5, 12, 12, 3],
    ],
  },
  {
    traits: 5,
    params: [...anything(7), [0, 1], ...anything(2)],
    nets: [
      [5, 16, 16, 2],
      [5, 16, 16, 2],
    ],
  },
  { traits: 4, params: anything(7), nets: [[5, 16, 16, 5]] },
  { traits: 5, params: anything(8), nets: [[5, 16, 16, 2]] },
  { traits: 5, params: anything(8), nets: [[5, 16, 16, 4]] },
  { traits: 5, params: anything(8), nets: [[5, 16, 16, 4]] },
  { traits: 6, params: anything(8), nets: [[5, 16, 16, 2]] },
  { traits: 4, params: anything(10), nets: [[5, 16, 16, 2]] },
];

/** What a network's input i can be at most. */
const REACH = [18688, 18688, 16384, 16384, 16384];
const TANH = 1;

/** All that is wrong with a string, by section 3; where its length is wrong nothing further is read. */
function faultsOf(bytes: Uint8Array): Check[] {
  if (bytes.length > 2048 || bytes.length < 5) return ["length"];
  const faults = new Set<Check>();
  const [format, code, P, F, T] = [bytes[0]!, bytes[1]!, bytes[2]!, bytes[3]!, bytes[4]!];
  if (format !== 1) faults.add("format");
  if (P < 1 || P > 24) faults.add("palettes");
  if (F < 1 || F > 8) faults.add("formats");
  const family = FAMILIES[code];
  if (family === undefined) return [...faults, "family"];
  if (T !== family.traits) return [...faults, "traits"];
  if (bytes.length !== lengthOf(code, P, F)) return [...faults, "length"];

  let at = 5;
  for (let p = 0; p < P; p++, at += 19) if (bytes[at]! > 31 && bytes[at] !== 255) faults.add("palette name");
  for (let f = 0; f < F; f++, at++) if (bytes[at]! > 4) faults.add("format code");
  for (let t = 0; t < T; t++, at += 2) if (bytes[at]! > bytes[at + 1]!) faults.add("range");
  for (const [least, most] of family.params) {
    if (bytes[at]! < least || bytes[at]! > most) faults.add("parameter");
    at++;
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  for (const sizes of family.nets) at = netFaults(view, at, sizes, faults);
  return [...faults];
}

/** Reads a network from `at` on; gives where it ends. */
function netFaults(view: DataView, at: number, sizes: readonly number[], faults: Set<Check>): number {
  for (let l = 1; l < sizes.length; l++) {
    const inputs = sizes[l - 1]!;
    const size = sizes[l]!;
    const first = l === 1;
    const kinds = at;
    if (l < sizes.length - 1) at += size / 2;
    for (let k = kinds; k < at; k++) if (view.getUint8(k) > 3) faults.add("activation");
    const weights = at;
    at += size * inputs * (first ? 2 : 1);
    const latents = at;
    if (first) at += size * 8;
    const biases = at;
    at += size * 2;
    for (let j = 0; j < size; j++) {
      const tanh = kinds < weights && view.getUint8(kinds + (j >> 1)) === TANH;
      const bias = view.getInt16(biases + 2 * j);
      let W = 0;
      // The least and the greatest that the sum can be, input by input, as section 4 adds it.
      let low = first ? bias * 256 + 2048 : bias * 8 + 64;
      let high = low;
      let L = 0;
      let held = 0;
      for (let i = 0; i < inputs; i++) {
        const w = first ? view.getInt16(weights + 2 * (j * inputs + i)) : view.getInt8(weights + j * inputs + i);
        if (w === (first ? -32768 : -128)) faults.add("least weight");
        W += Math.abs(w);
        held += Math.abs(w) * REACH[i % 5]!;
        // Activations are 16 bits >> 5.
        const [a, b] = first ? [-REACH[i]!, REACH[i]!] : [-1024, 1023];
        low += Math.min(w * a!, w * b!);
        high += Math.max(w * a!, w * b!);
      }
      if (first) {
        for (let i = 0; i < 8; i++) {
          const w = view.getInt8(latents + j * 8 + i);
          L += Math.abs(w) * 32768;
          low += Math.min(w * 127, w * -128) * 256;
          high += Math.max(w * 127, w * -128) * 256;
        }
      }
      const b = Math.abs(bias);
      const sum = first ? W * 32768 + L + b * 256 + 2048 : Math.floor((W * 32768) / 32) + b * 8 + 4096;
      const loud = sum >= 2 ** (first ? 30 : 20);
      const wraps = tanh && (first ? held + L + b * 256 + 2048 >= 2 ** 23 : sum >= 2 ** 18);
      if (loud) faults.add("sum");
      if (wraps) faults.add("tanh");
      // What the rules are for. A rule that lets one of these happen is wrong, whoever reads it.
      const most = Math.max(-low, high + 1);
      if (!loud && most > 2 ** (first ? 30 : 20)) throw new Error(`a sum of ${most} passes the rule of layer ${l}`);
      if (!wraps && tanh && !loud && most > 2 ** (first ? 23 : 18))
        throw new Error(`a tanh of layer ${l} wraps at ${most}`);
    }
  }
  return at;
}

function lengthOf(code: number, palettes: number, formats: number): number {
  const { traits, params, nets } = FAMILIES[code]!;
  let length = 5 + 19 * palettes + formats + 2 * traits + params.length;
  for (const sizes of nets) {
    for (let l = 1; l < sizes.length; l++) {
      const [inputs, size] = [sizes[l - 1]!, sizes[l]!];
      length += size * inputs * (l === 1 ? 2 : 1) + 2 * size;
      if (l === 1) length += 8 * size;
      if (l < sizes.length - 1) length += size / 2;
    }
  }
  return length;
}

// --- The strings. ---

const MAKERS: Readonly<Record<Kind, (random: Random) => Uint8Array>> = {
  /** Nothing but chance; now and then with the right first bytes. */
  noise(random) {
    const bytes = chance(random, random.below(random.below(50) === 0 ? 9000 : 2060));
    for (let at = 0; at < random.below(6) && at < bytes.length; at++) bytes[at] = [1, random.below(9), 4, 3, 5][at]!;
    return bytes;
  },
  /** Right in header and length; everything behind it by chance, softly or loudly. */
  header: (random) => assembled(random, () => random.below(16), random.below(16) === 0),
  /** A house style with some bytes replaced. */
  bytes(random) {
    const bytes = house(random);
    for (let k = random.below(6); k >= 0; k--) bytes[random.below(bytes.length)] = random.u32() & 255;
    return bytes;
  },
  /** A house style with one bit turned. */
  bit(random) {
    const bytes = house(random);
    bytes[random.below(bytes.length)]! ^= 1 << random.below(8);
    return bytes;
  },
  /** A house style cut short, or with more behind it. */
  cut(random) {
    const bytes = house(random);
    if (random.below(2) === 0) return bytes.slice(0, random.below(bytes.length));
    const longer = new Uint8Array(bytes.length + 1 + random.below(1000));
    longer.set(bytes);
    return longer;
  },
  /** Two house styles of one family and one length, byte by byte from either. */
  crossed(random) {
    const bytes = house(random);
    const others = STYLES.filter((one) => one.bytes[1] === bytes[1] && one.bytes.length === bytes.length);
    const other = others[random.below(others.length)]!.bytes;
    for (let at = 5; at < bytes.length; at++) if ((random.u32() & 7) === 0) bytes[at] = other[at]!;
    return bytes;
  },
  /** Every neuron as loud as is allowed; in half of the strings one of them a little louder. */
  edge(random) {
    return assembled(random, undefined, false);
  },
};

/** Bytes at random, four a draw. */
function chance(random: Random, length: number): Uint8Array {
  const words = new Uint32Array((length + 3) >> 2);
  for (let i = 0; i < words.length; i++) words[i] = random.u32();
  return new Uint8Array(words.buffer, 0, length);
}

function house(random: Random): Uint8Array {
  return STYLES[random.below(STYLES.length)]!.bytes.slice();
}

/**
 * A style with a right header.
 * @param quiet bits that weights of a layer are shifted down by; without it neurons stand at their bounds
 * @param any whether names, codes and ranges, too, are whatever comes
 */
function assembled(random: Random, quiet: (() => number) | undefined, any: boolean): Uint8Array {
  const code = random.below(FAMILIES.length);
  const { traits, params, nets } = FAMILIES[code]!;
  // Now and then one more or one fewer than there may be, and all else right.
  const wide = quiet !== undefined && random.below(16) === 0;
  const [P, F] = wide ? [random.below(26), random.below(10)] : [1 + random.below(24), 1 + random.below(8)];
  const bytes = chance(random, lengthOf(code, P, F));
  bytes.set([1, code, P, F, traits]);
  let at = 5;
  for (let p = 0; p < P; p++, at += 19) if (!any) bytes[at] = random.below(2) === 0 ? 255 : random.below(32);
  for (let f = 0; f < F; f++, at++) if (!any) bytes[at] = random.below(5);
  for (let t = 0; t < traits; t++, at += 2) if (!any) bytes.subarray(at, at + 2).sort();
  for (const [least, most] of params) {
    if (!any) bytes[at] = quiet ? least + random.below(most - least + 1) : random.below(2) === 0 ? least : most;
    at++;
  }
  const view = new DataView(bytes.buffer);
  let neurons = 0;
  for (const sizes of nets) for (let l = 1; l < sizes.length; l++) neurons += sizes[l]!;
  // The neuron that goes too far, if any.
  const over = quiet === undefined && random.below(2) === 0 ? random.below(neurons) : -1;
  for (const sizes of nets) {
    for (let l = 1; l < sizes.length; l++) {
      const [inputs, size, first] = [sizes[l - 1]!, sizes[l]!, l === 1];
      const kinds = at;
      if (l < sizes.length - 1) {
        for (let k = 0; k < size / 2; k++, at++) if (!any) bytes[at] = random.below(4);
      }
      const shift = quiet?.() ?? 0;
      const weights = at;
      const latents = weights + size * inputs * (first ? 2 : 1);
      const biases = latents + (first ? 8 * size : 0);
      at = biases + 2 * size;
      for (let j = 0; j < size; j++, neurons--) {
        const put = (i: number, w: number) =>
          first ? view.setInt16(weights + 2 * (j * inputs + i), w) : view.setInt8(weights + j * inputs + i, w);
        if (quiet) {
          for (let i = 0; i < inputs; i++)
            put(i, first ? (random.u32() | 0) >> (16 + shift) : (random.u32() | 0) >> (24 + (shift >> 1)));
          if (first)
            for (let i = 0; i < 8; i++) view.setInt8(latents + 8 * j + i, (random.u32() | 0) >> (24 + (shift >> 1)));
          view.setInt16(biases + 2 * j, (random.u32() | 0) >> (16 + (shift >> 1)));
          continue;
        }
        const tanh = kinds < weights && bytes[kinds + (j >> 1)] === TANH;
        loudNeuron(
          random,
          { first, tanh, inputs, over: neurons - 1 === over },
          put,
          (i, w) => view.setInt8(latents + 8 * j + i, w),
          (b) => view.setInt16(biases + 2 * j, b),
        );
      }
    }
  }
  return bytes;
}

/** Latents and weights take random parts of what a neuron may sum to, its bias the rest to the last step, or one more. */
function loudNeuron(
  random: Random,
  { first, tanh, inputs, over }: { first: boolean; tanh: boolean; inputs: number; over: boolean },
  weight: (i: number, w: number) => void,
  latent: (i: number, w: number) => void,
  setBias: (b: number) => void,
): void {
  const sign = () => (random.below(2) === 0 ? 1 : -1);
  const part = () => (random.below(3) === 0 ? 0 : random.below(3) === 0 ? 1 : random.below(1000) / 1000);
  const ofBias = first ? 256 : 8;
  let left = first ? 2 ** (tanh ? 23 : 30) - 1 - 2048 : 2 ** (tanh ? 18 : 20) - 1 - 4096;
  const kept = Math.min(32700, Math.floor((left * part()) / 2 / ofBias));
  left -= kept * ofBias;
  if (first) {
    const each = Math.min(127, Math.floor((left * part()) / 2 / 8 / 32768));
    for (let i = 0; i < 8; i++) latent(i, sign() * each);
    left -= 8 * each * 32768;
  }
  const start = random.below(inputs);
  const heavy = random.below(2) === 0;
  for (let n = 0; n < inputs; n++) {
    const i = (start + n) % inputs;
    const reach = first ? (tanh ? REACH[i]! : 2 ** 15) : 2 ** 10;
    const share = heavy || n === inputs - 1 ? left : left / (inputs - n);
    const w = Math.min(first ? 32767 : 127, Math.floor(share / reach));
    left -= w * reach;
    weight(i, sign() * w);
  }
  setBias(sign() * Math.min(32767, kept + Math.floor(left / ofBias) + (over ? 1 : 0)));
}
