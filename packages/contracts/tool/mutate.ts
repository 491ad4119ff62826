/**
 * Mutation testing of the Solidity: for each small fault in a contract at least one forge test must fail.
 *
 * Run: `node packages/contracts/tool/mutate.ts [--tenth] [--quick] [--list] [FILE...]`. All mutants, or the fixed tenth
 * that `npm test` runs; of all TARGETS, or of the files named (`src/bitcoin/Header.sol`). `--quick` stops after the first
 * draws of each test, so that what it lets live is only suspected; `--list` prints the mutants and runs nothing.
 * Everything happens in a copy in the system's temporary folder. Last line: `mutation: N passed, N failed, N skipped`,
 * where a failure is a mutant that lives without a reason in survivors.ts.
 * @module
 */
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  appendFileSync,
  chmodSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { availableParallelism, tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { binary, root } from "./forge.ts";
import { coinbase, instrument, type Mutant, mutantsOf, mutated, type Node, type Source, switches } from "./mutants.ts";
import { survivors } from "./survivors.ts";

/** What is mutated. Renderer and its parts are held to packages/art by tests that are not forge's. */
const TARGETS = [
  ...readdirSync(join(root, "src/bitcoin")).map((name) => `src/bitcoin/${name}`),
  ...["Escrow", "EscrowState", "Collection", "Counters", "Terms", "Splitter", "Factory"].map(
    (name) => `src/${name}.sol`,
  ),
].filter((file) => file.endsWith(".sol") && existsSync(join(root, file)));

/** Suites that measure: the copy is built without the optimiser and with switches in it, so their figures are others. */
const MEASURING = /Gas\.t\.sol$/;
/** Which of the ten parts `npm test` runs. */
const TENTH = 0;
/** A mutant that runs this many times as long as the tests do without it will not end. */
const PATIENCE = 10;

interface Compiler {
  compile(input: string, callbacks: { import: (path: string) => { contents: string } | { error: string } }): string;
  version(): string;
}

interface CompilerOutput {
  errors?: readonly {
    severity: string;
    formattedMessage: string;
    sourceLocation?: { file: string; start: number };
  }[];
  sources?: Readonly<Record<string, { ast: Node }>>;
}

/** What forge's environment says of how much is drawn. */
type Effort = Readonly<Record<string, string>>;

/** Most mutants die of the first draws of fuzz and invariant tests; only what lives gets all that the tests ask. */
const THOROUGH: Effort = {};
const QUICK: Effort = {
  FOUNDRY_FUZZ_RUNS: "8",
  FOUNDRY_INVARIANT_RUNS: "1",
  FOUNDRY_INVARIANT_DEPTH: "32",
};

const solc: Compiler = createRequire(import.meta.url)("solc");
const began = performance.now();
const options = process.argv.slice(2);
const files = options.filter((option) => !option.startsWith("--"));
const unknown = files.filter((file) => !TARGETS.includes(file));
if (unknown.length > 0) {
  process.stderr.write(`Not mutated: ${unknown.join(", ")}. There are:\n${TARGETS.join("\n")}\n`);
  process.exit(2);
}

const targets = files.length > 0 ? files : TARGETS;
const all = mutantsOf(sourcesOf(new Map()), targets);
/** A run of a part does not ask again whether a mutant with a reason to live still lives. */
const trusted = options.includes("--tenth");
const chosen = trusted ? all.filter(({ key }) => partOf(key) === TENTH) : all;
if (options.includes("--list")) {
  for (const mutant of chosen) process.stdout.write(`${shown(mutant)}\n`);
  process.stdout.write(`${chosen.length} of ${all.length} mutants\n`);
  process.exit(0);
}

const folder = mkdtempSync(join(tmpdir(), "carrara-mutants-"));
if (process.env.KEEP) console.log(folder);
else process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => process.exit(1));

const first = join(folder, "0");
for (const part of ["src", "test", "foundry.toml"]) cpSync(join(root, part), join(first, part), { recursive: true });
cpSync(join(root, "lib"), join(first, "lib"), { recursive: true, filter: (path) => path === join(root, "lib") });
for (const name of readdirSync(join(root, "lib"))) {
  symlinkSync(realpathSync(join(root, "lib", name)), join(first, "lib", name));
}
// The optimiser costs most of a build and changes no result; but without this part of it the stack is too short for some.
appendFileSync(
  join(first, "foundry.toml"),
  "\n[profile.default.optimizer_details]\norderLiterals = true\npeephole = true\njumpdestRemover = true\n",
);
// forge asks the compiler for its version at each start, and npm's takes longer to answer than most mutants live.
const compiler = join(folder, "solc");
const wrapper = join(root, "tool/solc.mjs");
writeFileSync(
  compiler,
  `#!/bin/sh\ncase "$*" in *--version*) cat '${compiler}.version';; *) exec '${process.execPath}' '${wrapper}' "$@";; esac\n`,
);
writeFileSync(`${compiler}.version`, spawnSync(process.execPath, [wrapper, "--version"]).stdout);
chmodSync(compiler, 0o755);

const { switched, broken } = withSwitches(chosen);
const build = await forge(first, ["build"], 600);
if (build.status !== 0) {
  process.stderr.write(`${build.output}\nThe mutants do not compile together.\n`);
  process.exit(1);
}
process.stdout.write(`${switched.size} mutants in one build after ${seconds(began)} s\n`);

const suites = suitesOf(first);
const limits = new Map<Effort, Promise<number>>();
await limitOf(QUICK);
/** The suite that killed the last mutant of a file, by file. */
const lastKillers = new Map<string, string>();
const workers = availableParallelism();
for (let worker = 1; worker <= workers; ++worker) {
  cpSync(first, join(folder, `${worker}`), { recursive: true, verbatimSymlinks: true });
}

const queue = [...switched].filter(([, { key }]) => !trusted || !(key in survivors));
const lived: Mutant[] = [];
const allowed: Mutant[] = [];
let killed = 0;
await Promise.all(
  Array.from({ length: workers }, async (_, before) => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const [id, mutant] = next;
      if (await dies(join(folder, `${before + 1}`), id, mutant)) {
        killed += 1;
      } else if (mutant.key in survivors) {
        allowed.push(mutant);
      } else {
        lived.push(mutant);
        process.stdout.write(`LIVES ${shown(mutant)}\n`);
      }
    }
  }),
);

const known = new Set(all.map(({ key }) => key));
const stale = Object.keys(survivors).filter((key) => targets.includes(key.split(" ")[0] ?? "") && !known.has(key));
for (const key of stale) process.stdout.write(`NO SUCH MUTANT in survivors.ts: ${key}\n`);
const reasoned = chosen.filter(({ key }) => key in survivors);
const wrong = trusted ? [] : reasoned.filter((mutant) => !allowed.includes(mutant));
for (const mutant of wrong)
  process.stdout.write(`DIES, though survivors.ts gives a reason why not: ${shown(mutant)}\n`);
process.stdout.write(
  `${chosen.length} mutants of ${all.length}: ${killed} killed, ${reasoned.length - wrong.length} live with a reason, ` +
    `${lived.length} live, ${broken.length} do not compile; ${seconds(began)} s\n`,
);
const failed = lived.length + stale.length + wrong.length;
process.stdout.write(`mutation: ${failed === 0 ? 1 : 0} passed, ${failed} failed, 0 skipped\n`);
process.exitCode = failed === 0 ? 0 : 1;

/** Sources with their trees; `texts` stand in place of files. */
function sourcesOf(texts: ReadonlyMap<string, string>): readonly Source[] {
  const { read, output } = analysed(TARGETS, texts);
  const error = output.errors?.find(({ severity }) => severity === "error");
  if (error) throw new Error(error.formattedMessage);
  return Object.entries(output.sources ?? {}).map(([file, { ast }]) => ({ file, text: read(file), ast }));
}

/** Types are checked and the tree is made, but no code: that takes a second. */
function analysed(names: readonly string[], texts: ReadonlyMap<string, string>) {
  const read = (file: string) =>
    texts.get(file) ?? readFileSync(join(root, file.replace(/^solady\//, "lib/solady/src/")), "utf8");
  const input = {
    language: "Solidity",
    sources: Object.fromEntries(names.map((file) => [file, { content: read(file) }])),
    settings: { evmVersion: "osaka", outputSelection: { "*": { "": ["ast"] } } },
  };
  const found = (file: string) => {
    try {
      return { contents: read(file) };
    } catch {
      return { error: `no ${file}` };
    }
  };
  const output: CompilerOutput = JSON.parse(solc.compile(JSON.stringify(input), { import: found }));
  return { read, output };
}

/**
 * Writes the copy's sources with switches in them. A mutant that the compiler refuses is left out and counted; one that
 * it refuses only as a switch is an error of this tool.
 */
function withSwitches(mutants: readonly Mutant[]) {
  const switched = new Map(mutants.map((mutant, place) => [place + 1, mutant]));
  const broken: Mutant[] = [];
  for (;;) {
    const written = new Map<string, ReturnType<typeof instrument>>();
    for (const file of new Set([...switched.values()].map((mutant) => mutant.file))) {
      const own = new Map([...switched].filter(([, mutant]) => mutant.file === file));
      const library = relative(dirname(file), "src/Mutant.sol");
      const text = readFileSync(join(root, file), "utf8");
      written.set(file, instrument(text, own, library.startsWith(".") ? library : `./${library}`));
    }
    const texts = new Map([...written].map(([file, { text }]) => [file, text]));
    texts.set("src/Mutant.sol", switches);
    const errors = analysed(TARGETS, texts).output.errors?.filter(({ severity }) => severity === "error") ?? [];
    if (errors.length === 0) {
      for (const [file, text] of texts) writeFileSync(join(first, file), text);
      return { switched, broken };
    }
    const refused = new Set<number>();
    for (const { sourceLocation, formattedMessage } of errors) {
      const id = sourceLocation && written.get(sourceLocation.file)?.at(sourceLocation.start);
      if (id === undefined) throw new Error(formattedMessage);
      refused.add(id);
    }
    for (const id of refused) {
      const mutant = switched.get(id);
      if (mutant === undefined) throw new Error(`no mutant ${id}`);
      const text = mutated(readFileSync(join(root, mutant.file), "utf8"), mutant);
      const plain = analysed(TARGETS, new Map([[mutant.file, text]])).output.errors ?? [];
      if (!plain.some(({ severity }) => severity === "error")) {
        throw new Error(
          `No switch can be written for ${mutant.key}\n${errors.map((error) => error.formattedMessage).join("\n")}`,
        );
      }
      broken.push(mutant);
      switched.delete(id);
    }
  }
}

/** The suites, each with all files that it imports, near or far. */
function suitesOf(folder: string): ReadonlyMap<string, ReadonlySet<string>> {
  const cache: { files: Record<string, { imports: string[] }> } = JSON.parse(
    readFileSync(join(folder, "cache/solidity-files-cache.json"), "utf8"),
  );
  const suites = new Map<string, ReadonlySet<string>>();
  for (const suite of Object.keys(cache.files)) {
    if (!suite.endsWith(".t.sol") || MEASURING.test(suite)) continue;
    const imports = new Set([suite]);
    for (const file of imports) for (const one of cache.files[file]?.imports ?? []) imports.add(one);
    // A suite that reaches nothing mutated can kill nothing; those of the engines also count on the optimiser.
    if (TARGETS.some((target) => imports.has(target))) suites.set(suite, imports);
  }
  return suites;
}

/** For how many seconds a mutant may run. */
function limitOf(effort: Effort): Promise<number> {
  const limit = limits.get(effort) ?? baseline(effort);
  limits.set(effort, limit);
  return limit;
}

/** All suites with no mutant on: they must pass, and tell how long that takes. */
async function baseline(effort: Effort): Promise<number> {
  const start = performance.now();
  const run = await forge(first, ["test", "--json", "--match-path", pattern([...suites.keys()])], 600, effort);
  if (run.status !== 0) throw new Error(`The tests fail without a mutant:\n${run.output.slice(-4000)}`);
  return 20 + (PATIENCE * (performance.now() - start)) / 1000;
}

/**
 * Whether a test fails with this mutant on, or does not end. First each suite on its own draws little: the one that killed
 * the last mutant of the file, then those that import least, which stand nearest to it. Then all of them draw everything.
 */
async function dies(folder: string, id: number, { file }: Mutant): Promise<boolean> {
  const tests = [...suites].filter(([, imports]) => imports.has(file)).sort(([, a], [, b]) => a.size - b.size);
  const names = new Set([lastKillers.get(file), ...tests.map(([name]) => name)].filter((name) => name !== undefined));
  const steps = [...names].map((name) => ({ effort: QUICK, names: [name] }));
  if (!options.includes("--quick") && names.size > 0) steps.push({ effort: THOROUGH, names: [...names] });
  for (const { effort, names } of steps) {
    // What one mutant made fail is kept by forge and tried first with the next: no mutant may depend on another.
    for (const kept of ["fuzz", "invariant", "test-failures"]) {
      rmSync(join(folder, "cache", kept), { recursive: true, force: true });
    }
    const args = ["test", "--json", "--fail-fast", "-j1", "--match-path", pattern(names)];
    const run = await forge(folder, [...args, "--block-coinbase", coinbase(id)], await limitOf(effort), effort);
    if (run.status === 0) continue;
    if (run.status === null) return true;
    const killer = killerIn(run.output);
    if (killer === undefined) throw new Error(`forge failed, not a test: ${run.output}`);
    lastKillers.set(file, killer);
    return true;
  }
  return false;
}

/** The first suite with a test that failed. */
function killerIn(output: string): string | undefined {
  const line = output.split("\n").find((text) => text.startsWith('{"') && text.includes('"test_results"'));
  const report: Readonly<Record<string, unknown>> = line === undefined ? {} : JSON.parse(line);
  const killer = Object.keys(report).find((suite) => JSON.stringify(report[suite]).includes('"status":"Failure"'));
  return killer?.split(":")[0];
}

function pattern(suites: readonly string[]): string {
  return `test/{${suites.map((suite) => suite.slice("test/".length)).join(",")}}`;
}

function shown({ file, line, key }: Mutant): string {
  return `${file}:${line} ${key.slice(file.length + 1)}`;
}

/** One run of forge in a copy; status `null` when it took too long. */
function forge(
  folder: string,
  args: readonly string[],
  limit: number,
  env: Effort = {},
): Promise<{ status: number | null; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(binary(), [...args, "--offline", "--root", folder], {
      cwd: folder,
      stdio: ["ignore", "pipe", "pipe"],
      timeout: Math.round(limit * 1000),
      env: {
        ...process.env,
        FOUNDRY_OUT: "out",
        FOUNDRY_CACHE_PATH: "cache",
        FOUNDRY_SOLC: compiler,
        FOUNDRY_OPTIMIZER: "false",
        // A failure is enough: no shorter sequence is looked for.
        FOUNDRY_INVARIANT_SHRINK_RUN_LIMIT: "0",
        ...env,
      },
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (data: Buffer) => {
        output += data;
      });
    }
    child.on("error", reject);
    child.on("close", (status) => resolve({ status, output }));
  });
}

function partOf(key: string): number {
  return createHash("sha256").update(key).digest().readUInt32BE(0) % 10;
}

function seconds(since: number): number {
  return Math.round((performance.now() - since) / 1000);
}
