/**
 * The walls between the packages: each is proved by planting a violation in a copy of the tree and seeing it caught.
 * @module
 */
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const root = join(import.meta.dirname, "..");

/** ARCHITECTURE.md, Layers: what each package may import of ours. */
const LAYERS: Record<string, readonly string[]> = {
  base: [],
  mining: ["base"],
  art: ["base"],
  optimiser: ["base"],
  contracts: ["base"],
  api: ["base"],
  core: ["base", "mining", "art", "optimiser", "contracts", "api"],
  app: ["base", "mining", "art", "optimiser", "contracts", "api", "core"],
  web: ["base", "api", "art"],
};

interface Manifest {
  name: string;
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
}
const manifest = (name: string) =>
  JSON.parse(readFileSync(join(root, "packages", name, "package.json"), "utf8")) as Manifest;

test("the packages are those of the table, and each declares only what is below it", () => {
  expect(readdirSync(join(root, "packages")).sort()).toEqual(Object.keys(LAYERS).sort());
  for (const [name, below] of Object.entries(LAYERS)) {
    const { dependencies = {} } = manifest(name);
    const ours = Object.keys(dependencies).filter((dependency) => dependency.startsWith("@carrara/"));
    expect(
      ours.filter((dependency) => !below.includes(dependency.slice("@carrara/".length))),
      name,
    ).toEqual([]);
  }
});

describe("a planted violation is caught", () => {
  let copy: string;
  beforeAll(() => {
    copy = mkdtempSync(join(tmpdir(), "carrara-walls-"));
    for (const file of [
      "package.json",
      "biome.json",
      "knip.json",
      "tsconfig.base.json",
      "tsconfig.json",
      ".gitignore",
    ]) {
      cpSync(join(root, file), join(copy, file));
    }
    for (const name of Object.keys(LAYERS)) {
      const from = join(root, "packages", name);
      const to = join(copy, "packages", name);
      mkdirSync(join(to, "src"), { recursive: true });
      cpSync(join(from, "package.json"), join(to, "package.json"));
      cpSync(join(from, "tsconfig.json"), join(to, "tsconfig.json"));
    }
    cpSync(join(root, "packages/base/src"), join(copy, "packages/base/src"), { recursive: true });
    mkdirSync(join(copy, "node_modules/@carrara"), { recursive: true });
    for (const entry of readdirSync(join(root, "node_modules"))) {
      if (entry !== "@carrara") symlinkSync(join(root, "node_modules", entry), join(copy, "node_modules", entry));
    }
    for (const name of Object.keys(LAYERS))
      symlinkSync(join(copy, "packages", name), join(copy, "node_modules/@carrara", name));
  });
  afterAll(() => rmSync(copy, { recursive: true, force: true }));

  const plant = (file: string, text: string) => {
    const path = join(copy, file);
    mkdirSync(join(path, ".."), { recursive: true });
    writeFileSync(path, text);
    return () => rmSync(path);
  };
  const run = (command: string, ...args: string[]) => {
    const done = spawnSync(join(root, "node_modules/.bin", command), args, { cwd: copy, encoding: "utf8" });
    return { status: done.status, output: `${done.stdout}${done.stderr}` };
  };

  test.each([
    ['import "node:fs";\n', "node:fs"],
    ["export const page = () => fetch('http://example.org');\n", "fetch"],
    ["export const mode = process.env;\n", "process"],
    ["export const later = () => setTimeout(() => {}, 1);\n", "setTimeout"],
    ["export const roll = () => document.title;\n", "document"],
  ])("by the compiler, in a pure package: %j", (text, word) => {
    const remove = plant("packages/mining/src/planted.ts", text);
    const { status, output } = run("tsc", "-p", "packages/mining");
    remove();
    expect(status).not.toBe(0);
    expect(output).toContain("planted.ts");
    expect(output).toContain(word);
  });

  test("by the linter: an import upwards, with the mend in the message", () => {
    const remove = plant(
      "packages/mining/src/planted.ts",
      'import { x } from "@carrara/core/planted";\n\nexport const y = x;\n',
    );
    const { status, output } = run("biome", "lint", "packages/mining");
    remove();
    expect(status).not.toBe(0);
    expect(output).toContain("packages/mining imports only base");
  });

  test("by the linter: a driver in a pure package", () => {
    const remove = plant(
      "packages/api/src/planted.ts",
      'import { Hono } from "hono";\n\nexport const app = new Hono();\n',
    );
    const { status, output } = run("biome", "lint", "packages/api");
    remove();
    expect(status).not.toBe(0);
    expect(output).toContain("drivers and frameworks belong to app or web");
  });

  test("by the linter: a cycle of imports", () => {
    const removeA = plant(
      "packages/base/src/planted-a.ts",
      'import { b } from "./planted-b.ts";\n\nexport const a = (): number => b();\n',
    );
    const removeB = plant(
      "packages/base/src/planted-b.ts",
      'import { a } from "./planted-a.ts";\n\nexport const b = (): number => a();\n',
    );
    const { status, output } = run("biome", "lint", "packages/base");
    removeA();
    removeB();
    expect(status).not.toBe(0);
    expect(output).toContain("noImportCycles");
  });

  test("by knip: a package of ours that is imported but not declared", () => {
    const remove = plant(
      "packages/base/src/planted.ts",
      'import { x } from "@carrara/api/planted";\n\nexport const y = x;\n',
    );
    const other = plant("packages/api/src/planted.ts", "export const x = 1;\n");
    const { status, output } = run("knip", "--strict", "--include", "unlisted,unresolved");
    remove();
    other();
    expect(status).not.toBe(0);
    expect(output).toContain("@carrara/api");
  });
});
