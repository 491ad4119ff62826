/**
 * Contact sheets of styles that are not yet in the house: as `carrara art sheet`, of drafts.
 *   node packages/art/tool/sheet.ts OUT.png STYLE [--count 24] [--size 196] [--columns 6] [--samples 3] [--from 0]
 * STYLE is a name (Cava), a family (block: its styles one after the other), as tool/definitions.ts has them now, or
 * draft:NAME:WEIGHTSEED to try other weights. --count is for each style.
 */

import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { constants, deflateSync } from "node:zlib";
import { encodePng } from "../src/png.ts";
import { drawSheet, sheetExtent } from "../src/sheet.ts";
import { parseStyle } from "../src/style.ts";
import { FAMILY_TRAITS } from "../src/traits.ts";
import { DEFINITIONS } from "./definitions.ts";
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
const sheet = {
  styles: styles.map(parseStyle),
  count: Number(values.count),
  from: Number(values.from),
  size: Number(values.size),
  samples: Number(values.samples),
  columns: Number(values.columns),
};
const steps = drawSheet(sheet);
let step = steps.next();
while (!step.done) step = steps.next();
const deflate = (rows: Uint8Array) => deflateSync(rows, { level: 9, strategy: constants.Z_RLE });
writeFileSync(file, encodePng(step.value, sheetExtent(sheet), {}, deflate));
