/**
 * Contact sheets of unpicked seeds.
 *   node packages/art/tool/sheet.ts OUT.png STYLE [--count 24] [--size 196] [--columns 6] [--samples 3] [--from 0]
 * STYLE is a name (Cava), a family (block: one row per style), or draft:NAME:WEIGHTSEED to try other weights.
 */

import { createHash } from "node:crypto";
import { parseArgs } from "node:util";
import { prepare, render } from "../src/render.ts";
import { parseStyle } from "../src/style.ts";
import { FAMILY_TRAITS } from "../src/traits.ts";
import { DEFINITIONS } from "./definitions.ts";
import { writeSheet } from "./png-out.ts";
import { styleBytes } from "./style-bytes.ts";

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    count: { type: "string", default: "24" },
    size: { type: "string", default: "196" },
    columns: { type: "string", default: "6" },
    samples: { type: "string", default: "3" },
    from: { type: "string", default: "0" },
  },
});
const [file, ...wanted] = positionals;
if (file === undefined || wanted.length === 0) {
  console.error("usage: node packages/art/tool/sheet.ts OUT.png STYLE... [--count 24] [--size 196] [--columns 6]");
  process.exit(2);
}
const styles = wanted.flatMap((name) => {
  const [head, drafted, weights] = name.split(":");
  if (head === "draft") {
    const definition = DEFINITIONS.find((d) => d.name === drafted);
    if (definition === undefined) throw new Error(`no style ${drafted}`);
    return [styleBytes({ ...definition, weights: Number(weights) })];
  }
  const family = FAMILY_TRAITS.findIndex((f) => f.name.toLowerCase() === name.toLowerCase());
  return DEFINITIONS.filter((d) => d.name === name || d.family === family).map(styleBytes);
});
const size = Number(values.size);
const each = Math.max(1, Math.floor(Number(values.count) / styles.length));
const pictures: Uint8Array[] = [];
const start = performance.now();
for (const bytes of styles) {
  const style = parseStyle(bytes);
  for (let i = 0; i < each; i++) {
    const seed = createHash("sha256")
      .update(`carrara sheet ${Number(values.from) + i}`)
      .digest();
    pictures.push(render(prepare(style, seed), { size, samples: Number(values.samples) }));
  }
}
writeSheet(file, pictures, size, Number(values.columns));
console.error(`${pictures.length} pictures, ${Math.round(performance.now() - start)} ms`);
