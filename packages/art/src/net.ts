/**
 * The network: int8 weights (int16 in the first layer), int32 sums, activations by polynomials of a 12-bit phase.
 *
 * An activation is 11 bits (aq = 5 of Q15 dropped), a phase z is bits of the wrapped sum, so nothing saturates and every
 * machine wraps alike. Weights are in steps of 1/32, biases in steps of 1/4096, first-layer weights in steps of 1/64.
 * @module
 */
import { CarraraError } from "@carrara/base/errors";

/** Sizes of a network. Latents enter as an extra bias of the first layer, so they cost nothing per sample. */
export interface NetShape {
  readonly inputs: number;
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

/** A network with its latents set; `run` writes the outputs (Q13, |out| < 2^18) into the array that it returns. */
export type Run = (inputs: Int32Array) => Int32Array;

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

/** Binds latents (int8) to a network. The scratch is the piece's own: do not share one runner between two threads. */
export function runner(net: Net, latents: ArrayLike<number>): Run {
  const first = net.layers[0]!;
  const start = new Int32Array(first.size);
  for (let j = 0; j < first.size; j++) {
    let sum = 0;
    for (let i = 0; i < net.shape.latents; i++) sum += net.latentWeights[j * net.shape.latents + i]! * latents[i]!;
    start[j] = (sum << 8) + (first.biases[j]! << 8) + 2048;
  }
  const rest = net.layers.slice(1).map(({ biases }) => Int32Array.from(biases, (b) => (b << 3) + 64));
  const widest = Math.max(...net.layers.map((layer) => layer.size));
  const one = new Int32Array(widest);
  const two = new Int32Array(widest);
  const outputs = new Int32Array(net.shape.outputs);
  return (inputs) => {
    let a = one;
    let b = two;
    fill(a, inputs, first, start, 12);
    for (let l = 1; l < net.layers.length - 1; l++) {
      fill(b, a, net.layers[l]!, rest[l - 1]!, 7);
      const swap = a;
      a = b;
      b = swap;
    }
    const last = net.layers[net.layers.length - 1]!;
    const begin = rest[rest.length - 1]!;
    for (let j = 0, w = 0; j < last.size; j++) {
      let sum = begin[j]!;
      for (let i = 0; i < last.inputs; i++, w++) sum = (sum + Math.imul(last.weights[w]!, a[i]!)) | 0;
      outputs[j] = sum >> 2;
    }
    return outputs;
  };
}

/** Activations of one layer; `shift` picks the twelve phase bits out of the sum. */
function fill(out: Int32Array, inputs: Int32Array, layer: Layer, start: Int32Array, shift: number): void {
  const { weights, kinds, size } = layer;
  const n = layer.inputs;
  for (let j = 0, w = 0; j < size; j++) {
    let sum = start[j]!;
    for (let i = 0; i < n; i++, w++) sum = (sum + Math.imul(weights[w]!, inputs[i]!)) | 0;
    out[j] = ACTIVATIONS[(kinds[j]! << 12) | ((sum >>> shift) & 4095)]!;
  }
}

/** Four activations for each of 4,096 phases, cut to 11 bits. */
const ACTIVATIONS = Int16Array.from({ length: 4 * 4096 }, (_, i) => activation(i >> 12, ((i << 20) >> 20) << 4) >> 5);

/** The polynomials of SPEC.md section 4: z is int16 with four low zero bits, the result int16 Q15. */
function activation(kind: number, z: number): number {
  const sign = z >> 15;
  const n = z ^ sign;
  if (kind === 3) return 32767 - 2 * n;
  if (kind === 2) {
    const u = 4 * Math.min(n, 8191);
    const v = 32767 - roundedProduct(u, u);
    return 2 * roundedProduct(v, v) - 32767;
  }
  const e = kind === 0 ? 32767 - 2 * n : 32767 - 4 * Math.min(n, 8191);
  return (32767 - roundedProduct(e, e)) ^ sign;
}

function roundedProduct(a: number, b: number): number {
  return (Math.imul(a, b) + 0x4000) >> 15;
}

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

function div(a: number, b: number): number {
  return (a / b) | 0;
}

/** A network whose sums could leave their bounds, or with an unknown activation. */
export class BadNetError extends CarraraError {
  constructor(layer: number, neuron: number, what: string, form: string) {
    super("bad-style", `Layer ${layer}, neuron ${neuron} of the network ${what}.`, { hint: `Give ${form}.` });
  }
}
