/**
 * The network: int8 weights (int16 in the first layer), int32 sums, activations by polynomials of a 12-bit phase.
 *
 * An activation is 11 bits (aq = 5 of Q15 dropped), a phase z is bits of the wrapped sum, so nothing saturates and every
 * machine wraps alike. Weights are in steps of 1/32, biases in steps of 1/4096, first-layer weights in steps of 1/64.
 * @module
 */
import { CarraraError } from "@carrara/base/errors";
import type { Colour } from "./colour.ts";
import { dot16, halves, min16, mul16, phases, shl16, shr16, sub16 } from "./halves.ts";
import { div } from "./integer.ts";

/** Sizes of a network. Latents enter as an extra bias of the first layer, so they cost nothing per sample. */
export interface NetShape {
  readonly inputs: number;
  /** Neurons of each hidden layer: 4 to 24, by fours. */
  readonly hidden: readonly number[];
  readonly outputs: number;
  readonly latents: number;
}

/** One fully connected layer. */
interface Layer {
  readonly inputs: number;
  readonly size: number;
  /** Activation kind per neuron: 0 wave, 1 tanh, 2 gauss, 3 triangle; empty for the output layer. */
  readonly kinds: Uint8Array;
  /** Row after row. */
  readonly weights: Int32Array;
  readonly biases: Int32Array;
}

/** Weights as they stand in a style. */
export interface Net {
  readonly shape: NetShape;
  readonly layers: readonly Layer[];
  /** First layer: `latents` weights per neuron. */
  readonly latentWeights: Int32Array;
}

/** A network with its latents set, ready for {@link ask}. */
export interface BoundNet {
  readonly layers: readonly BoundLayer[];
}

/** A layer as {@link ask} reads it: inputs by twos, the weights of both in one word. */
export interface BoundLayer {
  readonly pairs: number;
  readonly size: number;
  /** The twelve phase bits of a sum begin here. */
  readonly shift: number;
  /** Activation of each two neurons; empty for the output layer. */
  readonly kinds: Uint8Array;
  /** Of hidden layers four rows at once, pair by pair; of the output layer row after row. */
  readonly weights: Int32Array;
  /** Bias, latents, and what turns the cut of a sum into rounding. */
  readonly start: Int32Array;
}

/** Largest absolute value that each input of a field network takes: x, y, roundness, noise, noise. */
export const INPUT_REACH = [18688, 18688, 16384, 16384, 16384];

/** Bytes that a network takes in a style. */
export function netLength(shape: NetShape): number {
  const sizes = [...shape.hidden, shape.outputs];
  let length = 0;
  let inputs = shape.inputs;
  for (const [l, size] of sizes.entries()) {
    if (l < shape.hidden.length) length += size >> 1;
    length += size * inputs * (l === 0 ? 2 : 1) + 2 * size;
    if (l === 0) length += size * shape.latents;
    inputs = size;
  }
  return length;
}

/**
 * Reads a network and proves its bounds: no sum can leave int32, no lane of 21 bits can spill, no tanh can wrap.
 * @throws BadNetError naming layer, neuron and bound.
 */
export function parseNet(bytes: Uint8Array, shape: NetShape): Net {
  let at = 0;
  const int8 = () => (bytes[at++]! << 24) >> 24;
  const int16 = () => {
    at += 2;
    return ((bytes[at - 2]! << 24) >> 16) | bytes[at - 1]!;
  };
  const sizes = [...shape.hidden, shape.outputs];
  const layers: Layer[] = [];
  let latentWeights = new Int32Array(0);
  let inputs = shape.inputs;
  for (const [l, size] of sizes.entries()) {
    const kinds = new Uint8Array(l < shape.hidden.length ? size : 0);
    for (let j = 0; j < kinds.length; j += 2) {
      const kind = bytes[at++]!;
      if (kind > 3) throw new BadNetError(l, j, `has activation kind ${kind}`, "0 wave, 1 tanh, 2 gauss or 3 triangle");
      kinds.fill(kind, j, j + 2);
    }
    const weights = new Int32Array(size * inputs);
    for (let i = 0; i < weights.length; i++) {
      weights[i] = l === 0 ? int16() : int8();
      if (weights[i] === (l === 0 ? -32768 : -128)) {
        throw new BadNetError(l, div(i, inputs), `has the weight ${weights[i]}`, "a weight whose negative exists too");
      }
    }
    if (l === 0) latentWeights = Int32Array.from({ length: size * shape.latents }, int8);
    const biases = Int32Array.from({ length: size }, int16);
    const layer = { inputs, size, kinds, weights, biases };
    checkBounds(layer, l, latentWeights, shape.latents);
    layers.push(layer);
    inputs = size;
  }
  return { shape, layers, latentWeights };
}

/** Binds latents (int8) to a network. */
export function bind(net: Net, latents: ArrayLike<number>): BoundNet {
  const last = net.layers.length - 1;
  const layers = net.layers.map(({ inputs, size, kinds, weights, biases }, l): BoundLayer => {
    const pairs = (inputs + 1) >> 1;
    const start = biases.map((bias, j) => {
      if (l > 0) return (bias << 3) + 64;
      let sum = 0;
      for (let i = 0; i < net.shape.latents; i++) sum += net.latentWeights[j * net.shape.latents + i]! * latents[i]!;
      return (sum << 8) + (bias << 8) + 2048;
    });
    const abreast = l === last ? 1 : 4;
    const packed = new Int32Array(pairs * size);
    for (let row = 0, k = 0; row < size; row += abreast) {
      for (let i = 0; i < inputs; i += 2) {
        for (let j = row; j < row + abreast; j++, k++) {
          const at = j * inputs + i;
          packed[k] = halves(weights[at]!, i + 1 < inputs ? weights[at + 1]! : 0);
        }
      }
    }
    const by = l === last ? new Uint8Array(0) : Uint8Array.from({ length: size >> 1 }, (_, j) => kinds[2 * j]!);
    return { pairs, size, shift: l === 0 ? 12 : 7, kinds: by, weights: packed, start };
  });
  return { layers };
}

/**
 * Where a network is asked: inputs from INPUTS on, two in each word ({@link halves}); {@link ask} writes the outputs (Q13,
 * |out| < 2^18) from OUTPUTS on. Scratch: nobody keeps anything here. Layers of up
 * to 24 neurons take turns in its two parts.
 */
export const SLOTS = new Int32Array(32);
export const INPUTS = 0;
export const OUTPUTS = 24;

/** Runs a network. */
export function ask(net: BoundNet): void {
  const last = net.layers.length - 1;
  let from = INPUTS;
  for (let l = 0; l < last; l++) {
    const layer = net.layers[l]!;
    fire(layer.pairs, from, layer.shift, layer);
    from = 12 - from;
  }
  const layer = net.layers[last]!;
  give(layer.pairs, from, layer);
}

/** Runs a hidden layer. What its loops run over comes first, so that a kernel can write them out for the usual networks. */
function fire(pairs: number, from: number, shift: number, layer: BoundLayer): void {
  const { size, kinds, weights, start } = layer;
  const to = 12 - from;
  for (let j = 0; j < size; j += 4) {
    const w = j * pairs;
    let a = start[j]!;
    let b = start[j + 1]!;
    let c = start[j + 2]!;
    let d = start[j + 3]!;
    for (let i = 0; i < pairs; i++) {
      const both = SLOTS[from + i]!;
      a = (a + dot16(weights[w + 4 * i]!, both)) | 0;
      b = (b + dot16(weights[w + 4 * i + 1]!, both)) | 0;
      c = (c + dot16(weights[w + 4 * i + 2]!, both)) | 0;
      d = (d + dot16(weights[w + 4 * i + 3]!, both)) | 0;
    }
    const k = j >> 1;
    SLOTS[to + k] = activate(kinds[k]!, phases(a, b, shift));
    SLOTS[to + k + 1] = activate(kinds[k + 1]!, phases(c, d, shift));
  }
}

/** Runs the output layer. */
function give(pairs: number, from: number, layer: BoundLayer): void {
  const { size, weights, start } = layer;
  for (let j = 0; j < size; j++) {
    const w = j * pairs;
    let sum = start[j]!;
    for (let i = 0; i < pairs; i++) sum = (sum + dot16(weights[w + i]!, SLOTS[from + i]!)) | 0;
    SLOTS[OUTPUTS + j] = sum >> 2;
  }
}

/** Three outputs of a network for five inputs: a bare network as a kernel, for measuring. */
export function askAt(net: BoundNet, x: number, y: number, r: number, m: number, n: number, out: Colour): void {
  SLOTS[INPUTS] = halves(x, y);
  SLOTS[INPUTS + 1] = halves(r, m);
  SLOTS[INPUTS + 2] = halves(n, 0);
  ask(net);
  out[0] = SLOTS[OUTPUTS]!;
  out[1] = SLOTS[OUTPUTS + 1]!;
  out[2] = SLOTS[OUTPUTS + 2]!;
}

/** The activations of two phases, each in the upper twelve bits of its half. A kernel calculates them; here a table is faster. */
function activate(kind: number, z: number): number {
  return (ACTIVATIONS[(kind << 12) | ((z >>> 4) & 4095)]! & 0xffff) | (ACTIVATIONS[(kind << 12) | (z >>> 20)]! << 16);
}

/** The polynomials of SPEC.md section 4 on both halves of a word: z is int16 with four low zero bits, the result int16 Q15, cut to 11 bits. */
function activationOf(kind: number, z: number): number {
  const sign = shr16(z, 15);
  const n = z ^ sign;
  let height = 0;
  if (kind === 3) height = sub16(MOST, shl16(n, 1));
  else if (kind === 2) {
    const u = shl16(min16(n, QUARTER_TURN), 2);
    const v = sub16(MOST, mul16(u, u));
    height = sub16(shl16(mul16(v, v), 1), MOST);
  } else {
    const e = sub16(MOST, kind === 0 ? shl16(n, 1) : shl16(min16(n, QUARTER_TURN), 2));
    height = sub16(MOST, mul16(e, e)) ^ sign;
  }
  return shr16(height, 5);
}

/** 32767 and 8191 in both halves. */
const MOST = 0x7fff7fff;
const QUARTER_TURN = 0x1fff1fff;

/** Four activations for each of 4,096 phases. */
const ACTIVATIONS = Int16Array.from({ length: 4 * 4096 }, (_, i) => activationOf(i >> 12, (i & 4095) << 4));

function checkBounds(layer: Layer, l: number, latentWeights: Int32Array, latents: number): void {
  for (let j = 0; j < layer.size; j++) {
    let any = 0;
    let held = 0;
    for (let i = 0; i < layer.inputs; i++) {
      const w = Math.abs(layer.weights[j * layer.inputs + i]!);
      any += w * 32768;
      held += w * (INPUT_REACH[i] ?? 32768);
    }
    const bias = Math.abs(layer.biases[j]!);
    if (l > 0) {
      const sum = (any >> 5) + bias * 8 + 4096;
      if (sum >= 1 << 20) throw new BadNetError(l, j, `can sum to ${sum}`, "weights whose sums stay below 2^20");
      if (layer.kinds[j] === 1 && sum >= 1 << 18) {
        throw new BadNetError(l, j, `is a tanh that can sum to ${sum}`, "weights whose sums stay below 2^18");
      }
      continue;
    }
    let latent = 0;
    for (let i = 0; i < latents; i++) latent += Math.abs(latentWeights[j * latents + i]!) * 32768;
    const sum = any + latent + bias * 256 + 2048;
    if (sum >= 2 ** 30) throw new BadNetError(l, j, `can sum to ${sum}`, "weights whose sums stay below 2^30");
    if (layer.kinds[j] === 1 && held + latent + bias * 256 + 2048 >= 1 << 23) {
      throw new BadNetError(l, j, "is a tanh whose sum can wrap", "weights whose sums stay below 2^23");
    }
  }
}

/** A network whose sums could leave their bounds, or with an unknown activation. */
export class BadNetError extends CarraraError {
  constructor(layer: number, neuron: number, what: string, form: string) {
    super("bad-style", `Layer ${layer}, neuron ${neuron} of the network ${what}.`, { hint: `Give ${form}.` });
  }
}
