/** How many bytes of the kernels differ from the reference: none may. */
import { parseArgs } from "node:util";
import { fastest } from "@carrara/art/kernels";
import { CANONICAL, prepare, render } from "@carrara/art/render";
import { parseStyle } from "@carrara/art/style";
import { STYLES } from "@carrara/art/styles";
import { seeded } from "@carrara/base/random";
import { openEngines } from "../packages/contracts/test/engine-twins.ts";
import type { Bench } from "../tool/bench-types.ts";
import { compareOnGpu, hasChromium } from "./wgsl.ts";
import type { Compared, Wanted } from "./wgsl-page.ts";

export const bench: Bench = {
  name: "exact",
  about:
    "Bytes of WebAssembly, WGSL and the EVM that differ from the reference. --wasm 500 --large 20 --wgsl 100 --evm 200.",
  async *run(args) {
    const { values } = parseArgs({
      args: [...args],
      options: {
        wasm: { type: "string", default: "500" },
        large: { type: "string", default: "20" },
        wgsl: { type: "string", default: "100" },
        evm: { type: "string", default: "200" },
      },
    });
    const small = pieces(Number(values.wasm), 1, [16, 33, 64, 97, 128, 200, 512]);
    const large = pieces(Number(values.large), 2, [2048]).map((piece) => ({ ...piece, samples: 1 }));
    yield rowOf("exact/wasm", await sum([...small, ...large].values().map(byKernel)));
    yield await compareEngines(Number(values.evm));
    if (!hasChromium) return;
    yield rowOf("exact/wgsl", await sum(compareOnGpu(pieces(Number(values.wgsl), 3, [16, 33, 64, 97, 128, 256]))));
  },
};

/** All styles in turn, with drawn seeds and sizes. */
function pieces(count: number, seed: number, sizes: readonly number[]): Wanted[] {
  const g = seeded(seed);
  return Array.from({ length: count }, (_, k) => {
    const [a, b, c, d] = g.bytes(4) as unknown as [number, number, number, number];
    return {
      style: k % STYLES.length,
      seed: (a << 16) | (b << 8) | c,
      size: sizes[d % sizes.length]!,
      samples: 1 + (d >> 7),
    };
  });
}

function byKernel(piece: Wanted): Compared {
  const { size, samples } = piece;
  const style = parseStyle(STYLES[piece.style]!.bytes);
  const seed = new Uint8Array(32);
  new DataView(seed.buffer).setUint32(28, piece.seed);
  const expected = render(prepare(style, seed), { size, samples });
  const found = new Uint8Array(expected.length);
  const kernel = fastest(style.family);
  kernel.renderTile(
    prepare(style, seed, undefined, kernel),
    { size, samples, x0: 0, y0: 0, x1: size, y1: size },
    found,
  );
  let differing = 0;
  for (let i = 0; i < expected.length; i++) if (expected[i] !== found[i]) differing++;
  return { differing, distinct: new Set(expected).size };
}

/** Families whose pictures the contract shows: they are compared whole too. */
const SHOWN: ReadonlySet<string> = new Set(["block", "vessel"]);

/** Eight canonical pixels of each piece, and places of each of its lists and of the calm rule. */
async function compareEngines(count: number) {
  const engines = await openEngines();
  const random = seeded(4);
  const total = { differing: 0, pixels: 0, values: 0, eyes: 0, distinct: 0 };
  try {
    for (let i = 0; i < count; i++) {
      const { differing, pixels, values, eyes, distinct } = await engines.compare(
        i,
        random,
        8,
        CANONICAL,
        SHOWN.has(STYLES[i % STYLES.length]!.family) ? [16, 32] : [],
      );
      total.differing += differing;
      total.pixels += pixels;
      total.values += values;
      total.eyes += eyes;
      total.distinct = Math.max(total.distinct, distinct);
    }
  } finally {
    engines.stop();
  }
  const note =
    `differing bytes over ${count} pieces of all styles in calls of 30,000,000 gas: ${total.pixels} pixels, ` +
    `${total.values} values of lists and ${total.eyes} of the calm rule; up to ${total.distinct} distinct bytes a piece`;
  return { name: "exact/evm", value: total.differing, unit: "bytes" as const, note };
}

interface Total {
  pieces: number;
  differing: number;
  least: number;
}

async function sum(all: Iterable<Compared> | AsyncIterable<Compared>): Promise<Total> {
  const total: Total = { pieces: 0, differing: 0, least: 256 };
  for await (const { differing, distinct } of all) {
    total.pieces++;
    total.differing += differing;
    total.least = Math.min(total.least, distinct);
  }
  return total;
}

function rowOf(name: string, { pieces: count, differing, least }: Total) {
  const note = `differing bytes over ${count} pieces of all styles; the flattest has ${least} distinct byte values`;
  return { name, value: differing, unit: "bytes" as const, note };
}
