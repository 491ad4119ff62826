/**
 * The embedded Ethereum chain: an anvil of our own on loopback, whose state is kept in a folder.
 *
 * Why anvil does not keep its own state (`--state --state-interval 1`), measured on 1.7.1: it writes in place, so that a
 * kill in the middle leaves a truncated file, which the next start refuses ("EOF while parsing"); and it writes each
 * second whether or not a block has come, which on a chain of some megabytes wears out a disk for nothing. So the state is
 * asked for by `anvil_dumpState` when a block has come, at most each second, and goes to disk as a new file that is synced
 * and then renamed, with the one before kept. The dump is gzip, whose checksum tells a damaged file from a good one.
 *
 * What a kill can still take is the last second. The outbox sends it again.
 * @module
 */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { mkdir, open, readFile, rename, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { createServer } from "node:net";
import { basename, join, resolve } from "node:path";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { CarraraError, explain } from "@carrara/base/errors";
import { EthUnreachableError } from "@carrara/core/ethereum/errors";
import type { EthChain } from "@carrara/core/ports/ethereum";
import { developmentActors, EMBEDDED_CHAIN_ID } from "./actors.ts";
import { createRpc, type Rpc } from "./rpc.ts";

/** What `startAnvil` takes. */
export interface AnvilOptions {
  /** State, pid file and log live here; made when missing. One node per folder. */
  folder: string;
  /** Default: the binary of @foundry-rs/anvil for this platform. */
  binary?: string;
  /** The state goes to disk at most this often, in ms; what a kill can take is as much. Default 1,000. */
  saveEveryMs?: number;
  /** One line for the operator: restarts, a state that could not be saved or read. */
  log?: (line: string) => void;
}

/** The embedded chain, with what only it has. */
export interface EmbeddedEthChain extends EthChain {
  readonly kind: "embedded";
  /** http://127.0.0.1:port; the port may change when anvil had to be restarted. */
  readonly url: string;
  readonly pid: number;
  /** Why the state is not on disk, or null when all is well. */
  readonly problem: string | null;
  /** Writes the state to disk now. */
  dump(): Promise<void>;
}

/**
 * Starts anvil, or takes over the one that a killed node left running on the same folder.
 * @throws AnvilMissingError when npm did not install the binary of this platform; AnvilStartError when it does not come up.
 * @example const chain = await startAnvil({ folder: join(dataDir, "ethereum") });
 */
export async function startAnvil(options: AnvilOptions): Promise<EmbeddedEthChain> {
  const folder = resolve(options.folder);
  const binary = options.binary ?? anvilBinary();
  const log = options.log ?? (() => {});
  const saveEveryMs = options.saveEveryMs ?? 1_000;
  await mkdir(folder, { recursive: true });

  let running: Running;
  let closing = false;
  let problem: string | null = null;
  /** Pending while anvil is down and being started again. */
  let up: Promise<void> = Promise.resolve();
  let restarts = 0;
  let startedAt = 0;

  let dirty = false;
  let dumped = "";
  let dumping: Promise<void> | null = null;
  let dumpTimer: NodeJS.Timeout | undefined;
  let lastDumpEnd = 0;
  let lastDumpCost = 0;

  const killOnExit = () => signal(running.pid, "SIGTERM");
  const adopted = await adopt(folder, binary, log);
  running = adopted ?? (await launch(folder, binary, undefined, log));
  dirty = adopted !== null;
  startedAt = Date.now();
  watchExit(running);
  process.once("exit", killOnExit);
  const agent = String(await running.rpc.request({ method: "web3_clientVersion" }));
  const heartbeat = setInterval(() => void beat(), 1_000);
  heartbeat.unref();

  function watchExit(process_: Running): void {
    process_.child?.once("exit", (code, by) => died(process_, by ?? `code ${code}`));
  }

  function died(which: Running, how: string): void {
    if (closing || which !== running) return;
    if (Date.now() - startedAt > 30_000) restarts = 0;
    const wait = Math.min(5_000, 100 * 2 ** restarts++);
    log(`anvil (pid ${which.pid}) ended by ${how}; it is started again in ${wait} ms`);
    up = again(wait);
    up.catch(() => {});
  }

  async function again(wait: number): Promise<void> {
    for (;;) {
      await new Promise((done) => setTimeout(done, wait));
      if (closing) throw new EthUnreachableError(running.rpc.where, "it has been closed");
      try {
        const launched = await launch(folder, binary, running.port, log);
        // Closed while it was coming up: then nobody else will end it.
        if (closing) await end(launched.pid);
        running = launched;
        startedAt = Date.now();
        watchExit(running);
        log(`anvil runs again (pid ${running.pid}, port ${running.port})`);
        return;
      } catch (error) {
        log(explain(error));
        wait = 5_000;
      }
    }
  }

  /** Each second: is it alive (one that was taken over has no exit event), and did somebody else make a block? */
  async function beat(): Promise<void> {
    if (closing || restarting()) return;
    if (!running.child && !alive(running.pid)) return died(running, "somebody else");
    try {
      const head = (await running.rpc.request({ method: "eth_getBlockByNumber", params: ["latest", false] })) as {
        hash: string;
      };
      if (head.hash !== dumped) dirty = true;
    } catch {
      return;
    }
    if (dirty) scheduleDump();
  }

  function restarting(): boolean {
    return running.child !== null && (running.child.exitCode !== null || running.child.signalCode !== null);
  }

  /**
   * The first change after a quiet time is saved at once, then at most each `saveEveryMs`; on a chain so long that its dump
   * takes a while, a twentieth of the time is spent on it.
   */
  function scheduleDump(): void {
    if (dumpTimer || closing) return;
    const pause = Math.max(saveEveryMs, 20 * lastDumpCost);
    dumpTimer = setTimeout(
      () => {
        dumpTimer = undefined;
        void dump().catch(() => {});
      },
      Math.max(50, lastDumpEnd + pause - Date.now()),
    );
    dumpTimer.unref();
  }

  async function dump(): Promise<void> {
    while (dumping) await dumping.catch(() => {});
    dumping = saveState();
    try {
      await dumping;
    } finally {
      dumping = null;
    }
  }

  async function saveState(): Promise<void> {
    const begin = Date.now();
    dirty = false;
    try {
      const head = (await running.rpc.request({ method: "eth_getBlockByNumber", params: ["latest", false] })) as {
        hash: string;
      };
      const hex = String(await running.rpc.request({ method: "anvil_dumpState" }));
      await replaceState(folder, Buffer.from(hex.slice(2), "hex"));
      dumped = head.hash;
      if (problem) log("the state of the embedded Ethereum chain is saved again");
      problem = null;
    } catch (error) {
      dirty = true;
      const why = explain(error);
      if (problem !== why && !closing) log(`the state of the embedded Ethereum chain could not be saved: ${why}`);
      problem = why;
      throw error;
    } finally {
      lastDumpEnd = Date.now();
      lastDumpCost = lastDumpEnd - begin;
    }
  }

  return {
    kind: "embedded",
    chainId: EMBEDDED_CHAIN_ID,
    agent,
    confirmations: 1,
    actors: developmentActors(),
    get url() {
      return `http://127.0.0.1:${running.port}`;
    },
    get pid() {
      return running.pid;
    },
    get problem() {
      return problem;
    },
    dump,
    async request(call) {
      if (closing) throw new EthUnreachableError(running.rpc.where, "it has been closed");
      await within(up, 10_000, running.rpc.where);
      try {
        return await running.rpc.request(call);
      } finally {
        if (CHANGES.test(call.method)) {
          dirty = true;
          scheduleDump();
        }
      }
    },
    async close() {
      if (closing) return;
      closing = true;
      clearInterval(heartbeat);
      clearTimeout(dumpTimer);
      process.removeListener("exit", killOnExit);
      await up.catch(() => {});
      if (dirty || dumping) await dump().catch((error) => log(`the last state was not saved: ${explain(error)}`));
      await end(running.pid);
      await rm(join(folder, PID_FILE), { force: true });
    },
  };
}

/**
 * Path of the anvil binary that npm installed for this platform.
 * @throws AnvilMissingError with the package to install.
 */
export function anvilBinary(): string {
  const name = `@foundry-rs/anvil-${process.platform}-${process.arch === "x64" ? "amd64" : process.arch}`;
  const file = process.platform === "win32" ? "anvil.exe" : "anvil";
  const require = createRequire(import.meta.url);
  // The platform's package is a dependency of @foundry-rs/anvil, so it may lie beneath it.
  for (const from of [require, nested(require, "@foundry-rs/anvil/package.json")]) {
    try {
      if (from) return from.resolve(`${name}/bin/${file}`);
    } catch {
      // Not there: the next place, or the error below.
    }
  }
  throw new AnvilMissingError(name);
}

function nested(require: NodeJS.Require, packageJson: string): NodeJS.Require | null {
  try {
    return createRequire(require.resolve(packageJson));
  } catch {
    return null;
  }
}

interface Running {
  pid: number;
  port: number;
  rpc: Rpc;
  /** Null when another node started it. */
  child: ChildProcess | null;
}

const PID_FILE = "anvil.json";
const STATE = "state.json.gz";
const STATE_NEW = "state.new.json.gz";
const STATE_BEFORE = "state.before.json.gz";
const CHANGES = /^(eth_sendRawTransaction|eth_sendTransaction|evm_|anvil_(?!dumpState|nodeInfo|metadata)|hardhat_)/;
const START_MS = 20_000;

/** Everything but port and state, so that an anvil of another version of this program is not taken over. */
function fixedArguments(folder: string): string[] {
  return [
    ...["--host", "127.0.0.1"],
    // Web pages must not read this chain. They can still reach the port: anvil checks neither Host nor Origin.
    "--no-cors",
    ...["--chain-id", String(EMBEDDED_CHAIN_ID), "--accounts", "3", "--balance", "10000"],
    // A plain anvil takes transactions that EIP-7825 forbids.
    ...["--hardfork", "osaka", "--enable-tx-gas-limit"],
    // Transactions that are sent again must be carried out in the order in which they come, whatever they pay.
    ...["--order", "fifo"],
    // States of old blocks are kept for calls into the past, which we do not make; logs and receipts are kept regardless.
    // Without this, states go to files under the home directory.
    ...["--prune-history", "16"],
    // It also marks the process as ours: see `isOurs`.
    ...["--cache-path", join(folder, "cache")],
    "--quiet",
  ];
}

/** Starts on the newest state that can be read. */
async function launch(
  folder: string,
  binary: string,
  wantedPort: number | undefined,
  log: (line: string) => void,
): Promise<Running> {
  let found = 0;
  for (const name of [STATE_NEW, STATE, STATE_BEFORE]) {
    const state = await readState(join(folder, name), log);
    if (state === null) continue;
    found++;
    if (state === "damaged") continue;
    const file = join(folder, "load.json");
    await writeFile(file, state);
    try {
      const running = await launchWith(folder, binary, wantedPort, ["--load-state", file]);
      // Since the EVM's table of block hashes is empty after loading (foundry-rs/foundry#15167, mended after 1.7.1), the
      // next block would see a made-up BLOCKHASH. One empty block later it sees a real one.
      await running.rpc.request({ method: "evm_mine" });
      return running;
    } catch (error) {
      if (!(error instanceof AnvilStartError)) throw error;
      log(`${join(folder, name)} cannot be loaded: ${error.message}`);
    } finally {
      await rm(file, { force: true });
    }
  }
  if (found > 0)
    log("no saved state of the embedded Ethereum chain can be loaded: it begins anew, and the outbox sends again");
  return launchWith(folder, binary, wantedPort, []);
}

async function launchWith(
  folder: string,
  binary: string,
  wantedPort: number | undefined,
  more: string[],
): Promise<Running> {
  let failure = new AnvilStartError("no port was tried");
  for (let attempt = 0; attempt < 4; attempt++) {
    const port = attempt === 0 && wantedPort !== undefined ? wantedPort : await freePort();
    const logFile = join(folder, "anvil.log");
    const output = openSync(logFile, "w");
    const child = spawn(binary, [...fixedArguments(folder), "--port", String(port), ...more], {
      // A terminal's Ctrl-C must reach only the node, which saves the state before it ends anvil.
      detached: process.platform !== "win32",
      stdio: ["ignore", output, output],
      windowsHide: true,
    });
    closeSync(output);
    child.unref();
    const failed = new Promise<string>((done) => {
      child.once("error", (error) => done(error.message));
      child.once("exit", (code, by) => done(`it ended by ${by ?? `code ${code}`}`));
    });
    if (child.pid !== undefined) await writePid(folder, { pid: child.pid, port });
    const rpc = createRpc({ url: `http://127.0.0.1:${port}` });
    const why = await Promise.race([failed, answers(rpc, START_MS)]);
    if (why === null && child.pid !== undefined) return { pid: child.pid, port, rpc, child };
    if (child.pid !== undefined) await end(child.pid);
    const said = (await readFile(logFile, "utf8").catch(() => "")).replace(/\s+/g, " ").trim().slice(0, 300);
    failure = new AnvilStartError(said === "" ? String(why) : `${why}; it said: ${said}`);
    if (!/in use/i.test(said)) break;
  }
  throw failure;
}

/** Null when the chain has answered with our chain id; else the reason. */
async function answers(rpc: Rpc, withinMs: number): Promise<string | null> {
  const until = Date.now() + withinMs;
  for (;;) {
    try {
      const id = Number(await rpc.request({ method: "eth_chainId" }));
      return id === EMBEDDED_CHAIN_ID ? null : `another chain (${id}) answers at ${rpc.where}`;
    } catch (error) {
      if (Date.now() > until) return explain(error);
      await new Promise((done) => setTimeout(done, 20));
    }
  }
}

/** Takes over the anvil that a killed node left behind; one that does not answer, or was started otherwise, is ended. */
async function adopt(folder: string, binary: string, log: (line: string) => void): Promise<Running | null> {
  const left = await readPid(folder);
  if (!left || !(await isOurs(left.pid, folder))) return null;
  const rpc = createRpc({ url: `http://127.0.0.1:${left.port}`, timeoutMs: 5_000 });
  const why = await answers(rpc, 2_000);
  const command = (await commandLine(left.pid)) ?? [];
  const same = command[0] === binary && fixedArguments(folder).every((argument) => command.includes(argument));
  if (why === null && same) {
    log(`the anvil of an earlier run is still there (pid ${left.pid}, port ${left.port}) and is used on`);
    return { ...left, rpc: createRpc({ url: `http://127.0.0.1:${left.port}` }), child: null };
  }
  log(`the anvil of an earlier run (pid ${left.pid}) is ended: ${why ?? "it was started with other options"}`);
  if (why === null) {
    const hex = String(await rpc.request({ method: "anvil_dumpState" }));
    await replaceState(folder, Buffer.from(hex.slice(2), "hex"));
  }
  await end(left.pid);
  return null;
}

async function readPid(folder: string): Promise<{ pid: number; port: number } | null> {
  try {
    const { pid, port } = JSON.parse(await readFile(join(folder, PID_FILE), "utf8")) as { pid: unknown; port: unknown };
    return Number.isInteger(pid) && Number.isInteger(port) && Number(pid) > 1
      ? { pid: Number(pid), port: Number(port) }
      : null;
  } catch {
    return null;
  }
}

async function writePid(folder: string, running: { pid: number; port: number }): Promise<void> {
  const file = join(folder, PID_FILE);
  await writeFile(`${file}.new`, JSON.stringify(running));
  await rename(`${file}.new`, file);
}

/** A pid may have been given to another program since: only an anvil with our folder on its command line is ours. */
async function isOurs(pid: number, folder: string): Promise<boolean> {
  if (!alive(pid)) return false;
  const command = await commandLine(pid);
  return command !== null && basename(command[0] ?? "").startsWith("anvil") && command.includes(join(folder, "cache"));
}

/** Null where it cannot be told (Windows): then nothing is taken over and nothing is ended. */
async function commandLine(pid: number): Promise<string[] | null> {
  try {
    if (process.platform === "linux") return (await readFile(`/proc/${pid}/cmdline`, "utf8")).split("\0").slice(0, -1);
    if (process.platform === "win32") return null;
    const { stdout } = await promisify(execFile)("ps", ["-ww", "-o", "command=", "-p", String(pid)]);
    return stdout.trim().split(" ");
  } catch {
    return null;
  }
}

function alive(pid: number): boolean {
  return signal(pid, 0);
}

function signal(pid: number, which: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, which);
  } catch {
    return false;
  }
}

async function end(pid: number): Promise<void> {
  for (const [which, waitMs] of [
    ["SIGTERM", 3_000],
    ["SIGKILL", 3_000],
  ] as const) {
    if (!signal(pid, which)) return;
    for (let waited = 0; waited < waitMs; waited += 20) {
      if (!alive(pid)) return;
      await new Promise((done) => setTimeout(done, 20));
    }
  }
}

/** New file, synced, then renamed: at every moment one of the two names holds a whole dump. */
async function replaceState(folder: string, dump: Buffer): Promise<void> {
  const [fresh, present, before] = [join(folder, STATE_NEW), join(folder, STATE), join(folder, STATE_BEFORE)];
  const file = await open(fresh, "w");
  try {
    await file.writeFile(dump);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(present, before).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "ENOENT") throw error;
  });
  await rename(fresh, present);
}

/** The JSON of a dump; null when there is none; gzip's checksum says whether it is whole. */
async function readState(file: string, log: (line: string) => void): Promise<Buffer | "damaged" | null> {
  let packed: Buffer;
  try {
    packed = await readFile(file);
  } catch {
    return null;
  }
  try {
    return await promisify(gunzip)(packed);
  } catch (error) {
    log(`${file} is damaged (${explain(error)}) and passed over`);
    return "damaged";
  }
}

function freePort(): Promise<number> {
  return new Promise((done, fail) => {
    const server = createServer();
    server.once("error", fail);
    server.listen(0, "127.0.0.1", () => {
      const bound = server.address();
      server.close(() => done(typeof bound === "object" && bound ? bound.port : 0));
    });
  });
}

async function within(task: Promise<void>, ms: number, where: string): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, fail) => {
    timer = setTimeout(() => fail(new EthUnreachableError(where, "it is being started again")), ms);
  });
  try {
    await Promise.race([task, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** npm leaves out optional packages of platforms that the lock file does not know. */
export class AnvilMissingError extends CarraraError {
  constructor(name: string) {
    super("anvil-missing", `The program anvil for this platform (${name}) is not installed.`, {
      hint: `Run: npm install --no-save ${name}@1.7.1. Or set ETH_RPC_URL to an Ethereum node that runs elsewhere.`,
    });
  }
}

/** Anvil is there but does not come up. */
export class AnvilStartError extends CarraraError {
  constructor(why: string) {
    super("anvil-start", `Anvil, the embedded Ethereum chain, did not start: ${why}.`, {
      hint: "Its words are in anvil.log in the chain's folder. Or set ETH_RPC_URL to an Ethereum node that runs elsewhere.",
      retryable: true,
    });
  }
}
