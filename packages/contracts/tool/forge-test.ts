/**
 * Runs the Solidity tests and compares the gas snapshots. Last line: `forge: N passed, N failed, N skipped`.
 *
 * Run: `node packages/contracts/tool/forge-test.ts [--update] [forge test options]`. `--update` writes the snapshots in
 * place of comparing them: with options, which may leave tests out, what was not measured stays. `FOUNDRY_PROFILE=ci`
 * fuzzes longer.
 * @module
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { forge, root } from "./forge.ts";

/** forge compares snapshots only without `--json`, so it is done here, from the values in the report. */
const MEND = "If that is meant: node packages/contracts/tool/forge-test.ts --update";

interface TestResult {
  status: "Success" | "Failure" | "Skipped";
  reason: string | null;
  counterexample: unknown;
  gas_snapshots?: Record<string, Record<string, string>>;
}

type Report = Record<string, { test_results: Record<string, TestResult>; warnings: readonly string[] }>;

const given = process.argv.slice(2);
const update = given.includes("--update");
const options = given.filter((option) => option !== "--update");
const run = forge(["test", "--json", ...options]);

const report = parse(run.stdout);
if (report === undefined) {
  process.stdout.write(`${run.stdout}\n${run.stderr}\nforge: 0 passed, 1 failed, 0 skipped\n`);
  process.exit(1);
}

const counts = { Success: 0, Failure: 0, Skipped: 0 };
for (const [suite, { test_results }] of Object.entries(report)) {
  for (const [name, test] of Object.entries(test_results)) {
    counts[test.status] += 1;
    if (test.status === "Failure") {
      const example = test.counterexample === null ? "" : `\n  ${JSON.stringify(test.counterexample)}`;
      process.stdout.write(`FAILED ${suite} ${name}: ${test.reason ?? "no reason given"}${example}\n`);
    }
    if (test.status === "Skipped") process.stdout.write(`skipped ${suite} ${name}: ${test.reason ?? ""}\n`);
  }
}
for (const [group, found] of Object.entries(measured(report))) {
  const file = join(root, "snapshots", `${group}.json`);
  const kept: Record<string, string> = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : {};
  if (update) {
    const values = options.length === 0 ? found : { ...kept, ...found };
    writeFileSync(file, `${JSON.stringify(values, Object.keys(values).sort(), 2)}\n`);
    continue;
  }
  for (const [name, value] of Object.entries(found)) {
    if (kept[name] === value) continue;
    counts.Failure += 1;
    process.stdout.write(`FAILED snapshot ${group}, ${name}: ${kept[name] ?? "none"} before, ${value} now. ${MEND}\n`);
  }
}
if (run.status !== 0 && counts.Failure === 0) {
  counts.Failure = 1;
  process.stdout.write(`FAILED forge ended with ${run.status}\n${run.stderr}\n`);
}
process.stdout.write(`forge: ${counts.Success} passed, ${counts.Failure} failed, ${counts.Skipped} skipped\n`);
process.exit(counts.Failure === 0 && counts.Success > 0 ? 0 : 1);

/** All snapshots of a run, by file and name. */
function measured(report: Report): Record<string, Record<string, string>> {
  const groups: Record<string, Record<string, string>> = {};
  for (const { test_results } of Object.values(report)) {
    for (const { gas_snapshots } of Object.values(test_results)) {
      for (const [group, values] of Object.entries(gas_snapshots ?? {}))
        groups[group] = { ...groups[group], ...values };
    }
  }
  return groups;
}

/** The report is the line that is an object; compiler output may stand before and after it. */
function parse(stdout: string): Report | undefined {
  const line = stdout.split("\n").find((text) => text.startsWith('{"'));
  if (line === undefined) return undefined;
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
