/**
 * Compiles the families' finishes to WebAssembly: `src/kernel/FAMILY.generated.ts`.
 *   node packages/art/tool/build-kernels.ts [--check]
 * --check rebuilds and compares, so that the committed bytes are what the reference says.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { COMPILED, programOf } from "./kernel/families.ts";
import type { Program, Type } from "./kernel/ir.ts";
import { kernelModule } from "./kernel/wasm.ts";

const check = process.argv.includes("--check");
let stale = 0;
for (const family of COMPILED) {
  const program = programOf(family);
  const file = new URL(`../src/kernel/${family.file}.generated.ts`, import.meta.url);
  const text = moduleText(family.file, program, kernelModule(program));
  if (!check) writeFileSync(file, text);
  else if (read(file) !== text) stale += 1;
}
if (stale > 0) {
  console.error(`${stale} kernels are not what the reference makes: run node packages/art/tool/build-kernels.ts`);
  process.exit(1);
}

function moduleText(name: string, program: Program, wasm: Uint8Array): string {
  const layouts = Object.fromEntries(
    Array.from(program.layouts, ([record, { members }]) => [
      record,
      Object.fromEntries(Array.from(members, ([member, { type }]) => [member, shortType(type)])),
    ]),
  );
  return `/** Made by tool/build-kernels.ts from the reference: ${wasm.length} bytes. Do not edit. */
import type { KernelCode } from "../kernel.ts";

export const ${name}: KernelCode = {
  state: ${program.free},
  layouts: ${JSON.stringify(layouts)},
  wasm: "${Buffer.from(wasm).toString("hex")}",
};
`;
}

/** `int`, a record's name, or an element type and `[]`. */
function shortType(type: Type): string {
  if (type.kind === "array") return `${shortType(type.of)}[]`;
  return type.kind === "record" ? type.name : "int";
}

function read(file: URL): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
