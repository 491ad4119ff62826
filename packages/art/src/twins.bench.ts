/** Near twins: the closest pair among many pieces of each style. */
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import type { Bench } from "../../../tool/bench-types.ts";
import { describe, distance, type Signature, signatureOf } from "./descriptors.ts";
import { fastest } from "./kernels.ts";
import { prepare } from "./render.ts";
import { sheetSeed } from "./sheet.ts";
import { parseStyle } from "./style.ts";
import { STYLES } from "./styles.ts";

const THUMB = { size: 64, samples: 1, x0: 0, y0: 0, x1: 64, y1: 64 } as const;

export const bench: Bench = {
  name: "twins",
  about: "The closest pair among unpicked pieces of each style: --pieces 60, --style NAME.",
  async *run(args) {
    const { values } = parseArgs({
      args: [...args],
      options: { pieces: { type: "string", default: "60" }, style: { type: "string" } },
    });
    const pieces = Number(values.pieces);
    if (!Number.isInteger(pieces) || pieces < 2) throw new Error("--pieces is a whole number from 2 on");
    const wanted = STYLES.filter(({ name }) => values.style === undefined || values.style === name);
    if (wanted.length === 0) throw new Error(`there is no style ${values.style}`);
    yield {
      name: "twins/describe",
      value: Number(describing().toFixed(3)),
      unit: "ms",
      note: "descriptors of 64 px, CPU",
    };
    for (const { name, bytes } of wanted) {
      const start = performance.now();
      const signatures = signaturesOf(bytes, pieces);
      const pair = closest(signatures);
      const seconds = ((performance.now() - start) / 1000).toFixed(0);
      yield {
        name: `twins/${name}`,
        value: pair.apart,
        unit: "distance",
        note: `seeds ${pair.a} and ${pair.b} of ${pieces}; median of neighbours ${pair.usual}; ${seconds} s`,
      };
    }
  },
};

function signaturesOf(bytes: Uint8Array, pieces: number): Signature[] {
  const style = parseStyle(bytes);
  const kernel = fastest(style.family);
  const pixels = new Uint8Array(64 * 64 * 3);
  return Array.from({ length: pieces }, (_, n) => {
    kernel.renderTile(prepare(style, sheetSeed(n), undefined, kernel), THUMB, pixels);
    return signatureOf(pixels, 64);
  });
}

/** CPU milliseconds of one set of descriptors and its signature. */
function describing(): number {
  const pixels = new Uint8Array(64 * 64 * 3);
  const style = parseStyle(STYLES[0]!.bytes);
  fastest(style.family).renderTile(prepare(style, sheetSeed(0)), THUMB, pixels);
  const rounds = 500;
  let start = process.cpuUsage();
  for (let i = 0; i < 2 * rounds; i++) {
    // The first half warms the engine up.
    if (i === rounds) start = process.cpuUsage();
    describe(pixels, 64);
    signatureOf(pixels, 64);
  }
  return process.cpuUsage(start).user / 1000 / rounds;
}

/** The closest pair; `usual` is the median distance of pieces whose seeds follow one another, so of two that were not sought. */
function closest(signatures: readonly Signature[]): { a: number; b: number; apart: number; usual: number } {
  let best = { a: 0, b: 1, apart: Number.POSITIVE_INFINITY };
  for (let b = 1; b < signatures.length; b++) {
    for (let a = 0; a < b; a++) {
      const apart = distance(signatures[a]!, signatures[b]!, best.apart);
      if (apart < best.apart) best = { a, b, apart };
    }
  }
  const neighbours = signatures.slice(1).map((signature, n) => distance(signature, signatures[n]!));
  return { ...best, usual: neighbours.sort((a, b) => a - b)[neighbours.length >> 1]! };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for await (const row of bench.run(process.argv.slice(2))) console.log(JSON.stringify(row));
}
