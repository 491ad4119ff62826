/**
 * Runs npm's forge in this package. Its postinstall script need not have run: the platform's package holds the binary.
 * @module
 */
import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";

/** The package's folder, where foundry.toml lies. */
export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** What forge wrote, and how it ended (`null` when it was killed). */
export interface ForgeResult {
  status: number | null;
  stdout: string;
  stderr: string;
}

/** The platform's binary itself: the launcher beside it ends with 0 whatever forge ended with. */
export function binary(): string {
  const launcher = createRequire(import.meta.url).resolve("@foundry-rs/forge/package.json");
  const [processor, suffix] = [
    process.arch === "x64" ? "amd64" : process.arch,
    process.platform === "win32" ? ".exe" : "",
  ];
  return createRequire(launcher).resolve(`@foundry-rs/forge-${process.platform}-${processor}/bin/forge${suffix}`);
}

/**
 * One run of forge to its end, offline.
 * @example forge(["build"]).status === 0
 */
export function forge(args: readonly string[], env: Readonly<Record<string, string>> = {}): ForgeResult {
  const run = spawnSync(binary(), [...args, "--offline"], {
    cwd: root,
    encoding: "utf8",
    // The compiler wrapper starts with `#!/usr/bin/env node`: let it find the node that runs this.
    env: {
      ...process.env,
      PATH: `${dirname(process.execPath)}:${process.env.PATH ?? ""}`,
      ...env,
    },
    maxBuffer: 256 * 1024 * 1024,
  });
  if (run.error) throw run.error;
  return { status: run.status, stdout: run.stdout, stderr: run.stderr };
}
