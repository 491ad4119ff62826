/**
 * Compiles the families to WebAssembly: `src/kernel/FAMILY.generated.ts`.
 *   node packages/art/tool/build-kernels.ts [--check]
 * --check rebuilds and compares, so that the committed bytes are what the reference says.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { COMPILED, netProgram, type Parts, programOf } from "./kernel/families.ts";
import type { Program, Routine, Type } from "./kernel/ir.ts";
import { tableImage } from "./kernel/lower.ts";
import { kernelModule } from "./kernel/wasm.ts";
import { shaderFunctions } from "./kernel/wgsl.ts";

const check = process.argv.includes("--check");
let stale = 0;
for (const family of COMPILED) {
  const parts = programOf(family);
  put(`${family.file}.generated.ts`, kernelText(family.file, parts));
  put(`${family.file}-gpu.generated.ts`, shaderText(family.file, parts.program));
}
put("net.generated.ts", kernelText("net", netProgram()));
if (stale > 0) {
  console.error(`${stale} kernels are not what the reference makes: run node packages/art/tool/build-kernels.ts`);
  process.exit(1);
}

function put(name: string, text: string): void {
  const file = new URL(`../src/kernel/${name}`, import.meta.url);
  if (!check) writeFileSync(file, text);
  else if (read(file) !== text) stale += 1;
}

function kernelText(name: string, { program, exported, unrolled }: Parts): string {
  const { wasm, constants } = kernelModule(program, exported, unrolled);
  const tables = Int32Array.from([...tableImage(program), ...constants]);
  const layouts = Object.fromEntries(
    Array.from(program.layouts, ([record, { members }]) => [
      record,
      Object.fromEntries(Array.from(members, ([member, { type }]) => [member, shortType(type)])),
    ]),
  );
  return `/** Made by tool/build-kernels.ts from the reference: ${wasm.length} bytes. Do not edit. */
import type { KernelCode } from "../kernel.ts";

export const ${name}: KernelCode = {
  layouts: ${JSON.stringify(layouts)},
  tables: "${Buffer.from(tables.buffer).toString("hex")}",
  wasm: "${Buffer.from(wasm).toString("hex")}",
};
`;
}

/** A shader is the finish alone. */
function shaderText(name: string, program: Program): string {
  return `/** Made by tool/build-kernels.ts from the reference. Do not edit. */

/** WGSL; gpu.ts adds the bindings and the entry point. */
export const ${name}Shader = \`
${shaderFunctions({ ...program, routines: reachedFrom(program.entry, program) })}\`;
`;
}

function reachedFrom(entry: Routine, { routines }: Program): Routine[] {
  const reached = new Set<Routine>();
  const reach = (tree: unknown): void => {
    if (typeof tree !== "object" || tree === null) return;
    const { op, to } = tree as { op?: string; to?: Routine };
    if (op === "call" && to) enter(to);
    for (const [key, each] of Object.entries(tree)) if (key !== "to") reach(each);
  };
  const enter = (routine: Routine): void => {
    if (reached.has(routine)) return;
    reached.add(routine);
    reach(routine.body);
  };
  enter(entry);
  return routines.filter((routine) => reached.has(routine));
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
