/**
 * `npm run bench -- NAME [--json] [arguments]`: NAME is a bench (`forge-gas`) or one row (`forge-gas/depth-12`);
 * `--list` names all. With --json only JSON goes to stdout, one object a line.
 * @module
 */
import { globSync } from "node:fs";
import { join } from "node:path";
import type { Bench } from "./bench-types.ts";

const root = join(import.meta.dirname, "..");
const args = process.argv.slice(2);
const json = args.includes("--json");
const [wanted, ...rest] = args.filter((arg) => arg !== "--json");

const benches: Bench[] = [];
for (const file of globSync("packages/*/src/**/*.bench.ts", { cwd: root })
  .concat(globSync("e2e/*.bench.ts", { cwd: root }))
  .sort()) {
  benches.push(((await import(join(root, file))) as { bench: Bench }).bench);
}
benches.sort((a, b) => a.name.localeCompare(b.name));

if (wanted === undefined || wanted === "--list") {
  for (const { name, about } of benches) console.log(`${name.padEnd(16)} ${about}`);
  if (wanted === undefined) console.error("Give a name: npm run bench -- NAME [--json]");
  process.exit(wanted === undefined ? 2 : 0);
}

const [benchName] = wanted.split("/");
const bench = benches.find(({ name }) => name === wanted || name === benchName);
if (!bench) {
  console.error(`There is no bench "${wanted}". There are: ${benches.map(({ name }) => name).join(", ")}.`);
  process.exit(2);
}
let rows = 0;
for await (const row of bench.run(rest)) {
  if (wanted.includes("/") && row.name !== wanted && bench.name !== wanted) continue;
  rows++;
  if (json) console.log(JSON.stringify(row));
  else {
    const compared = row.ratio === undefined ? "" : `  ${row.ratio.toFixed(2)} x ${row.baseline}`;
    console.log(
      `${row.name.padEnd(30)} ${figure(row.value).padStart(12)} ${row.unit}${compared}${row.note ? `  (${row.note})` : ""}`,
    );
  }
}
if (rows === 0) {
  console.error(`The bench "${bench.name}" has no row "${wanted}".`);
  process.exit(2);
}
process.exit(0);

function figure(value: number): string {
  return Number.isInteger(value) ? value.toLocaleString("en-US") : value.toPrecision(4);
}
