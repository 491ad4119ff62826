#!/usr/bin/env node
/**
 * npm's solc-js with the command line of the native compiler, as forge calls it: `--version`, and standard JSON from
 * stdin to stdout. forge sends all sources in the JSON, so no path option matters.
 */
import { readFileSync } from "node:fs";
import solc from "solc";

if (process.argv.includes("--version")) {
  // forge reads the version by a pattern that wants a native platform behind the commit.
  const version = solc.version().replace("Emscripten.clang", "Linux.g++");
  process.stdout.write(`solc, the solidity compiler commandline interface\nVersion: ${version}\n`);
} else {
  process.stdout.write(solc.compile(readFileSync(0, "utf8")));
}
