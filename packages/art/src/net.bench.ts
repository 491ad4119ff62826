/** A bare network: the generator's loop over pairs of int16 against the same source as plain TypeScript. */
import { fileURLToPath } from "node:url";
import { fromHex } from "@carrara/base/bytes";
import { instantiate } from "@carrara/base/instantiate";
import { seeded } from "@carrara/base/random";
import type { Bench, Row } from "../../../tool/bench-types.ts";
import { net as code } from "./kernel/net.generated.ts";
import { imageOf, type KernelExports, stateAt } from "./kernel.ts";
import { askAt, type BoundNet, bind, netLength, parseNet } from "./net.ts";

/** Samples of a run. */
const COUNT = 1 << 14;
const ROUNDS = 40;

export const bench: Bench = {
  name: "net",
  about: "Million samples per second of a bare network, compiled and plain, one core.",
  async *run() {
    for (const width of [24, 16]) {
      const net = randomNet(width);
      const inputs = seeded(width).bytes(10 * COUNT);
      // Five inputs of 14 bits for each sample, one array after the other; then three outputs.
      const words = Int32Array.from(
        { length: 5 * COUNT },
        (_, i) => (((inputs[2 * i]! << 8) | inputs[2 * i + 1]!) >> 1) - 16384,
      );
      const fast = compiled(net, words);
      const plain = reference(net, words);
      const distinct = new Set(plain.outputs).size;
      const differing = plain.outputs.reduce((sum, v, i) => sum + Number(v !== fast.outputs[i]), 0);
      if (differing > 0) throw new Error(`${differing} outputs of the kernel are not the reference's`);
      const slow: Row = { name: `net/plain-${width}x2`, value: plain.rate, unit: "M/s", note: "the reference" };
      yield slow;
      yield {
        name: `net/wasm-${width}x2`,
        value: fast.rate,
        unit: "M/s",
        baseline: slow.name,
        ratio: Number((fast.rate / plain.rate).toFixed(1)),
        note: `5 inputs, 3 outputs, best of ${ROUNDS} runs; ${3 * COUNT} outputs equal, ${distinct} distinct`,
      };
    }
  },
};

function compiled(net: BoundNet, words: Int32Array): { rate: number; outputs: Int32Array } {
  const { memory, run } = instantiate<KernelExports>(fromHex(code.wasm));
  const image = imageOf(code, net, "BoundNet");
  const list = (image.length + 3) & ~3;
  const from = list + 8;
  memory.grow(Math.ceil((4 * (from + 8 * COUNT)) / 65536));
  const all = new Int32Array(memory.buffer);
  all.set(image);
  all.set(words, from);
  for (let k = 0; k < 8; k++) all[list + k] = 4 * (from + k * COUNT);
  const rate = best(() => run(stateAt(code), 4 * list, COUNT >> 2));
  return { rate, outputs: all.slice(from + 5 * COUNT, from + 8 * COUNT) };
}

function reference(net: BoundNet, words: Int32Array): { rate: number; outputs: Int32Array } {
  const outputs = new Int32Array(3 * COUNT);
  const out = new Int32Array(3);
  const rate = best(() => {
    for (let k = 0; k < COUNT; k++) {
      askAt(
        net,
        words[k]!,
        words[k + COUNT]!,
        words[k + 2 * COUNT]!,
        words[k + 3 * COUNT]!,
        words[k + 4 * COUNT]!,
        out,
      );
      for (let c = 0; c < 3; c++) outputs[k + c * COUNT] = out[c]!;
    }
  });
  return { rate, outputs };
}

/** Million samples per second of the fastest round: on a busy machine the one that nobody disturbed. */
function best(round: () => void): number {
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < ROUNDS; i++) {
    const start = performance.now();
    round();
    least = Math.min(least, performance.now() - start);
  }
  return Number((COUNT / least / 1000).toFixed(2));
}

/** All four activations, weights and biases as loud as the check lets most through. */
function randomNet(width: number): BoundNet {
  const shape = { inputs: 5, hidden: [width, width], outputs: 3, latents: 8 };
  const g = seeded(width);
  const small = (most: number) => (g.bytes(1)[0]! % (2 * most + 1)) - most;
  const word = (most: number) => {
    const value = small(most);
    return [(value >> 8) & 255, value & 255];
  };
  const layer = (size: number, inputs: number, latents: number, hidden: boolean): number[] => [
    ...Array.from({ length: hidden ? size >> 1 : 0 }, (_, j) => (j & 3) % 4),
    ...Array.from({ length: size * inputs }, () => (latents > 0 ? word(60) : [small(12) & 255])).flat(),
    ...Array.from({ length: size * latents }, () => small(4) & 255),
    ...Array.from({ length: size }, () => word(100)).flat(),
  ];
  const bytes = [...layer(width, 5, 8, true), ...layer(width, width, 0, true), ...layer(3, width, 0, false)];
  if (bytes.length !== netLength(shape)) throw new Error("the net has another length");
  return bind(parseNet(Uint8Array.from(bytes), shape), Int8Array.from(g.bytes(8)));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for await (const row of bench.run([])) console.log(JSON.stringify(row));
}
