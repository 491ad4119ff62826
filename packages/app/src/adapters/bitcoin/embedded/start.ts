/**
 * Starts the embedded chain: block file, chain, pool of transactions, methods, server.
 * @module
 */
import { hash as nodeHash, randomBytes } from "node:crypto";
import { chmodSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Hash } from "@carrara/mining/hash";
import { EMBEDDED_AGENT } from "../rpc.ts";
import { type BlockBodies, type Chain, createChain } from "./chain.ts";
import { createMempool, createScriptCache } from "./mempool.ts";
import { createMethods } from "./methods.ts";
import { type ChainParams, DEFAULT_PARAMS, genesisBlock } from "./params.ts";
import { serveRpc } from "./server.ts";
import { type BlockFile, openBlockFile } from "./store.ts";

/** How the embedded chain is started. The constants of an existing chain in the folder win over those given. */
export interface EmbeddedChainOptions extends Partial<Omit<ChainParams, "chain">> {
  /** Holds blocks.dat and .cookie. Only one process may use it at a time; who starts us sees to that. */
  dataDir: string;
  /** 0 for any free one. */
  port: number;
  /** Milliseconds since 1970. */
  clock: () => number;
  /** How long a longpoll does not mind a changed pool of transactions; default 10 s. */
  longpollMempoolMs?: number;
  /** Whether a block waits for the disk before it is acknowledged; default true. */
  sync?: boolean;
  /** Told what a person should know: a torn record was cut off, a call failed by our fault. */
  onWarning?: (message: string) => void;
}

/** A running embedded chain. */
export interface EmbeddedChain {
  /** For connectBtcNode. */
  url: string;
  /** Holds `__cookie__:<64 hex digits>`, mode 0600, new at each start. */
  cookieFile: string;
  /** Blocks read back from the file at the start. */
  replayed: number;
  close(): Promise<void>;
}

/**
 * Starts the chain of a folder, or begins one.
 * @throws BlockFileError; the error of `listen` when the port is taken.
 * @example
 * const chain = await startEmbeddedChain({ dataDir, port: 0, clock: Date.now });
 * const node = await connectBtcNode({ url: chain.url, auth: { cookieFile: chain.cookieFile } });
 */
export async function startEmbeddedChain(options: EmbeddedChainOptions): Promise<EmbeddedChain> {
  const { dataDir, port, clock, longpollMempoolMs = 10_000, sync = true, onWarning = () => {} } = options;
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const file = openBlockFile(dataDir, freshParams(options), sync);
  try {
    if (file.cut > 0)
      onWarning(`The embedded chain's file ended in ${file.cut} bytes of a torn record; they were cut off.`);
    const scripts = createScriptCache(10_000);
    const chain = restoreChain(file, scripts.has, onWarning);
    const replayed = chain.counts().blocks - 1;
    const mempool = createMempool(chain, scripts);
    const methods = createMethods({
      chain,
      mempool,
      clock,
      longpollMempoolMs,
      tipMoved: createTipSignal(chain),
      agent: `${EMBEDDED_AGENT}0.1.0/`,
      hash: sha256d,
    });
    const credentials = `__cookie__:${randomBytes(32).toString("hex")}`;
    const server = await serveRpc({
      methods,
      credentials,
      port,
      onError: (error) =>
        onWarning(`The embedded chain failed in a call: ${error instanceof Error ? error.message : error}`),
    });
    const cookieFile = join(dataDir, ".cookie");
    writeCookie(cookieFile, credentials);
    return {
      url: server.url,
      cookieFile,
      replayed,
      async close() {
        await server.close();
        rmSync(cookieFile, { force: true });
        file.close();
      },
    };
  } catch (error) {
    file.close();
    throw error;
  }
}

/** Builds the chain anew from its file. A block that the rules of now refuse ends nothing: it is told and left out. */
export function restoreChain(
  file: BlockFile,
  scriptsKnown: (wtxid: string) => boolean,
  onWarning: (message: string) => void,
): Chain {
  const raw = genesisBlock(file.params);
  const bodies: BlockBodies = {
    append: file.append,
    note: file.note,
    // The genesis block is made from the constants and is not in the file.
    read: (position) => (position === GENESIS_POSITION ? raw : file.read(position)),
  };
  const chain = createChain({
    params: file.params,
    genesis: { raw, position: GENESIS_POSITION },
    bodies,
    scriptsKnown,
    hash: sha256d,
  });
  for (const record of file.records()) {
    if (record.kind === "command") {
      chain.replayCommand(record.command, record.hash);
      continue;
    }
    const verdict = chain.replay(record.raw, record.as, record.position);
    if (verdict && verdict.word !== "inconclusive" && record.as === "tip") {
      onWarning(`A block at byte ${record.position} of the embedded chain's file is refused: ${verdict.word}.`);
    }
  }
  return chain;
}

const GENESIS_POSITION = -1;

/** Node's own SHA-256, twice: a start with many blocks is mostly hashing. A plain array, because a Buffer's slice is a view. */
const sha256d: Hash = (bytes) => {
  const twice = nodeHash("sha256", nodeHash("sha256", bytes, "buffer"), "buffer");
  return new Uint8Array(twice.buffer, twice.byteOffset, twice.length);
};

function freshParams(options: EmbeddedChainOptions): ChainParams {
  const given = (name: Exclude<keyof ChainParams, "chain" | "genesisTime">) => options[name] ?? DEFAULT_PARAMS[name];
  return {
    chain: "regtest",
    // A minute back, so that the first block can be found in the first second (its time must be above the median).
    genesisTime: options.genesisTime ?? Math.floor(options.clock() / 1000) - 60,
    startBits: given("startBits"),
    limitBits: given("limitBits"),
    interval: given("interval"),
    spacing: given("spacing"),
    subsidy: given("subsidy"),
    halving: given("halving"),
    maturity: given("maturity"),
  };
}

/** A promise of the next change of the tip, with a time limit; nothing is left behind whichever way it ends. */
function createTipSignal(chain: Chain): (tip: string, ms: number, signal: AbortSignal) => Promise<void> {
  const waiting = new Set<() => void>();
  chain.onTip(() => {
    for (const wake of [...waiting]) wake();
  });
  return (tip, ms, signal) =>
    new Promise((resolve, reject) => {
      if (chain.tip().hash !== tip) return resolve();
      if (signal.aborted) return reject(signal.reason);
      const end = (finish: () => void) => () => {
        clearTimeout(timer);
        waiting.delete(wake);
        signal.removeEventListener("abort", abort);
        finish();
      };
      const wake = end(resolve);
      const abort = end(() => reject(signal.reason));
      const timer = setTimeout(wake, ms);
      waiting.add(wake);
      signal.addEventListener("abort", abort, { once: true });
    });
}

/** Written beside and moved, so that nobody reads half a cookie, and never readable for others. */
function writeCookie(path: string, credentials: string): void {
  const beside = `${path}.new`;
  rmSync(beside, { force: true });
  writeFileSync(beside, credentials, { mode: 0o600 });
  chmodSync(beside, 0o600);
  renameSync(beside, path);
}
