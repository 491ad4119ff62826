/**
 * `npm run check`: types, format and lint (with the import walls), dead code, generated files. Says what failed; exit code 1.
 * @module
 */
import { spawn } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");
const bin = (name: string) => join(root, "node_modules", ".bin", name);
const node = process.execPath;

const packages = readdirSync(join(root, "packages"));
const steps: { name: string; command: string; args: string[] }[] = [
  { name: "format and lint", command: bin("biome"), args: ["check", "--error-on-warnings", "."] },
  ...packages.map((name) => ({ name: `types of ${name}`, command: bin("tsc"), args: ["-p", `packages/${name}`] })),
  { name: "types of tests and tools", command: bin("tsc"), args: ["-p", "."] },
  { name: "dead code and undeclared imports", command: bin("knip"), args: ["--strict"] },
  ...generators().map((file) => ({ name: `generated: ${file}`, command: node, args: [file, "--check"] })),
];

let failed = 0;
for (const step of steps) {
  const started = Date.now();
  const { code, output } = await run(step.command, step.args);
  const seconds = ((Date.now() - started) / 1000).toFixed(1);
  console.log(`${code === 0 ? "ok  " : "FAIL"} ${step.name} (${seconds} s)`);
  if (code !== 0) {
    failed++;
    console.log(output.trimEnd().split("\n").slice(-60).join("\n"));
  }
}
process.exit(failed === 0 ? 0 : 1);

/** Tools that rebuild a committed file and compare it. */
function generators(): string[] {
  return [
    "packages/art/tool/styles.ts",
    "packages/art/tool/build-page.ts",
    "packages/art/tool/build-kernels.ts",
    "packages/contracts/tool/generate.ts",
    "packages/contracts/tool/engines.ts",
  ].filter((file) => existsSync(join(root, file)));
}

function run(command: string, args: string[]): Promise<{ code: number; output: string }> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    child.stdout.on("data", (data) => {
      output += data;
    });
    child.stderr.on("data", (data) => {
      output += data;
    });
    child.on("error", (error) => resolve({ code: 1, output: String(error) }));
    child.on("close", (code) => resolve({ code: code ?? 1, output }));
  });
}
