/**
 * `npm test [-- vitest arguments]`: all of vitest, then the contracts' own tests by forge and a tenth of their mutants, and
 * one last line that sums up: `N passed, N failed, N skipped`.
 * @module
 */
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");
const given = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), "carrara-test-"));
const report = join(folder, "vitest.json");

const sum = { passed: 0, failed: 0, skipped: 0 };
const vitest = join(root, "node_modules", "vitest", "vitest.mjs");
const code = await run([
  vitest,
  "run",
  "--reporter=default",
  "--reporter=json",
  `--outputFile.json=${report}`,
  ...given,
]);
try {
  const result = JSON.parse(readFileSync(report, "utf8")) as {
    numPassedTests: number;
    numFailedTests: number;
    numPendingTests: number;
    numTodoTests: number;
    numFailedTestSuites: number;
    testResults: { name: string; status: string; assertionResults: { status: string; fullName: string }[] }[];
  };
  sum.passed += result.numPassedTests;
  sum.failed += result.numFailedTests;
  sum.skipped += result.numPendingTests + result.numTodoTests;
  // A file that failed before its first test (a bad import) has no test to count.
  sum.failed += result.testResults.filter(
    (file) => file.status === "failed" && file.assertionResults.length === 0,
  ).length;
  for (const file of result.testResults) {
    for (const test of file.assertionResults) {
      if (test.status === "skipped" || test.status === "pending") console.log(`skipped: ${test.fullName.trim()}`);
    }
  }
} catch {
  sum.failed += 1;
}
if (code !== 0 && sum.failed === 0) sum.failed += 1;
rmSync(folder, { recursive: true, force: true });

// The contracts' own tests, and whether those notice faults: each ends with a line of its own like the one below.
const ofContracts = given.length === 0 ? [["forge-test.ts"], ["mutate.ts", "--tenth"]] : [];
for (const [script, ...options] of ofContracts) {
  let failed: number | undefined;
  const code = await run([`packages/contracts/tool/${script}`, ...options], (text) => {
    const found = /^(?:forge|mutation): (\d+) passed, (\d+) failed, (\d+) skipped$/.exec(text);
    if (!found) return;
    failed = Number(found[2]);
    sum.passed += Number(found[1]);
    sum.failed += failed;
    sum.skipped += Number(found[3]);
  });
  if (code !== 0 && !failed) sum.failed += 1;
}

console.log(`${sum.passed} passed, ${sum.failed} failed, ${sum.skipped} skipped`);
process.exit(sum.failed === 0 ? 0 : 1);

function run(args: string[], onLine?: (line: string) => void): Promise<number> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, args, {
      cwd: root,
      stdio: ["ignore", onLine ? "pipe" : "inherit", "inherit"],
    });
    let rest = "";
    child.stdout?.on("data", (data: Buffer) => {
      process.stdout.write(data);
      rest += data;
      const lines = rest.split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) onLine?.(line);
    });
    child.on("close", (status) => {
      if (rest) onLine?.(rest);
      resolve(status ?? 1);
    });
  });
}
