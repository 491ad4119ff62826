/**
 * A world for pool tests: a clock moved by hand, a chain that checks what it is given, a sink that remembers.
 * @module
 */
import { fromHex, toHex } from "@carrara/base/bytes";
import { CarraraError } from "@carrara/base/errors";
import type { Address, Hash256 } from "@carrara/base/units";
import { decodeBlock } from "@carrara/mining/block";
import type { Hash } from "@carrara/mining/hash";
import { display, sha256d } from "@carrara/mining/hash";
import { decodeHeader } from "@carrara/mining/header";
import { merkleRoot } from "@carrara/mining/merkle";
import { bitsToTarget, meets, retarget, targetToBits } from "@carrara/mining/target";
import { txid } from "@carrara/mining/transaction";
import type { BlockTemplate, BtcNode } from "../../ports/bitcoin.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Log } from "../../ports/log.ts";
import { createPool } from "../pool.ts";
import type {
  Abort,
  Connection,
  ForgeTerms,
  FoundBlock,
  Pool,
  PoolClaim,
  PoolDeps,
  PoolSink,
  ShareBatch,
  Wire,
} from "../types.ts";

export const START = 1_795_305_600_000;
export const PAYOUT = "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4";
export const COLLECTION = `0x${"c0".repeat(20)}` as Address;
export const OWNER = `0x${"11".repeat(20)}` as Address;

/** A clock whose timers run when it is moved, in order; waiting code runs in between. */
export interface HandClock extends Clock {
  move(ms: number): Promise<void>;
}

export function handClock(): HandClock {
  let now = START;
  let timers: { at: number; task: () => void }[] = [];
  const settle = async () => {
    for (let i = 0; i < 12; i++) await Promise.resolve();
  };
  const after = (ms: number, task: () => void) => {
    const timer = { at: now + ms, task };
    timers.push(timer);
    return () => {
      timers = timers.filter((each) => each !== timer);
    };
  };
  return {
    now: () => now,
    after,
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        const cancel = after(ms, resolve);
        signal?.addEventListener("abort", () => {
          cancel();
          resolve();
        });
      }),
    async move(ms) {
      const end = now + ms;
      await settle();
      for (;;) {
        const next = timers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
        if (!next) break;
        timers = timers.filter((each) => each !== next);
        now = Math.max(now, next.at);
        next.task();
        await settle();
      }
      now = end;
      await settle();
    },
  };
}

/** A chain of blocks that are checked as far as a pool can get them wrong; difficulty as the embedded chain's. */
export interface TestChain extends BtcNode {
  blocks: { hash: Hash256; payout: string }[];
  submitted: string[];
  /** A new tip from elsewhere. */
  foreignBlock(): void;
  /** Makes the node unreachable, or reachable again. */
  setDown(down: boolean): void;
  /** The next answers of submitBlock, before its own judgement. */
  answers: string[];
}

export function testChain(clock: Clock, options: { bits?: number; pow?: Hash; retargets?: boolean } = {}): TestChain {
  const pow = options.pow ?? sha256d;
  let bits = options.bits ?? targetToBits((1n << 256n) / 50n);
  let tip = "00".repeat(32) as Hash256;
  let down = false;
  const times: number[] = [Math.floor(clock.now() / 1000)];
  const polls = new Set<() => void>();
  const blocks: TestChain["blocks"] = [];
  const submitted: string[] = [];
  const answers: string[] = [];
  const seconds = () => Math.floor(clock.now() / 1000);
  const advance = (hash: Hash256, payout: string) => {
    tip = hash;
    blocks.push({ hash, payout });
    times.push(seconds());
    if (options.retargets && blocks.length % 20 === 0) {
      const input = { bits, firstTime: times.at(-20)!, lastTime: times.at(-1)!, interval: 20, spacing: 30 };
      bits = retarget({ ...input, limit: (1n << 255n) - 1n });
    }
    for (const wake of [...polls]) wake();
  };
  const template = (): BlockTemplate => ({
    version: 0x20000000,
    previousblockhash: tip,
    transactions: [],
    coinbasevalue: 5_000_000_000,
    longpollid: `${tip}0`,
    target: bitsToTarget(bits).toString(16).padStart(64, "0"),
    mintime: times.at(-1)! - 3600,
    curtime: seconds(),
    bits: bits.toString(16).padStart(8, "0"),
    height: blocks.length + 1,
    default_witness_commitment: `6a24aa21a9ed${"77".repeat(32)}`,
  });
  const check = () => {
    if (down) throw new CarraraError("btc-unreachable", "The Bitcoin node cannot be reached.", { retryable: true });
  };
  const judge = (hex: string): string | null => {
    const block = decodeBlock(fromHex(hex));
    if (display(block.header.prevHash) !== tip) return "inconclusive";
    if (toHex(merkleRoot(block.txs.map((tx) => txid(tx)))) !== toHex(block.header.merkleRoot)) return "bad-txnmrklroot";
    const hash = pow(block.headerBytes);
    if (decodeHeader(block.headerBytes).bits !== bits || !meets(hash, bitsToTarget(bits))) return "high-hash";
    advance(display(hash), toHex(block.txs[0]!.outputs[0]!.script));
    return null;
  };
  const unused = () => Promise.reject(new Error("not used here"));
  return {
    chain: { kind: "embedded", chain: "regtest", algorithm: "sha256d", rules: ["segwit"], agent: "test" },
    blocks,
    submitted,
    answers,
    foreignBlock: () => advance(display(sha256d(fromHex(tip))), "elsewhere"),
    setDown: (value) => {
      down = value;
      if (down) for (const wake of [...polls]) wake();
    },
    async getBlockTemplate(longpollid, signal) {
      check();
      if (longpollid === template().longpollid) {
        await new Promise<void>((resolve, reject) => {
          const wake = () => {
            polls.delete(wake);
            resolve();
          };
          polls.add(wake);
          signal?.addEventListener("abort", () => {
            polls.delete(wake);
            reject(new Error("aborted"));
          });
        });
        check();
      }
      return template();
    },
    async submitBlock(hex) {
      check();
      submitted.push(hex);
      return answers.shift() ?? judge(hex);
    },
    getBlockchainInfo: unused,
    getBlockHash: unused,
    getBlockHex: unused,
    getBlockHeader: unused,
    getBlockHeaderHex: unused,
    sendRawTransaction: unused,
    getRawTransaction: unused,
    getTxOutProof: unused,
    call: unused,
  };
}

/** Remembers everything; can be broken. */
export interface MemorySink extends PoolSink {
  batches: ShareBatch[];
  claims: PoolClaim[];
  blocks: FoundBlock[];
  answers: string[];
  order: string[];
  broken: boolean;
}

export function memorySink(): MemorySink {
  const sink: MemorySink = {
    batches: [],
    claims: [],
    blocks: [],
    answers: [],
    order: [],
    broken: false,
    shares: (batches) => keep("shares", () => sink.batches.push(...batches)),
    claim: (claim) => keep("claim", () => sink.claims.push(claim)),
    block: (block) => keep("block", () => sink.blocks.push(block)),
    blockAnswer: (_hash, answer) => keep("answer", () => sink.answers.push(answer)),
    worker: () => keep("worker", () => {}),
  };
  const keep = async (what: string, task: () => void) => {
    if (sink.broken) throw new CarraraError("store-unavailable", "The store is gone.", { retryable: true });
    sink.order.push(what);
    task();
  };
  return sink;
}

export interface World {
  clock: HandClock;
  chain: TestChain;
  sink: MemorySink;
  pool: Pool;
  logged: string[];
}

export async function world(
  changes: { chain?: Parameters<typeof testChain>[1]; deps?: Partial<PoolDeps>; terms?: ForgeTerms[] } = {},
): Promise<World> {
  const clock = handClock();
  const chain = testChain(clock, changes.chain);
  const sink = memorySink();
  const logged: string[] = [];
  const note = (message: string, fields?: Record<string, unknown>) => {
    logged.push(`${message} ${JSON.stringify(fields ?? {})}`);
  };
  const log: Log = { info: note, warn: note, error: note };
  const pool = createPool({
    btc: chain,
    clock,
    log,
    sink,
    hashes: { sha256d, scrypt: sha256d },
    newAbort,
    seed: 7,
    ...changes.deps,
  });
  pool.setTerms(changes.terms ?? []);
  pool.start();
  await clock.move(1);
  return { clock, chain, sink, pool, logged };
}

function newAbort(): Abort {
  const listeners = new Set<() => void>();
  const signal = {
    aborted: false,
    addEventListener: (_type: "abort", listener: () => void) => void listeners.add(listener),
    removeEventListener: (_type: "abort", listener: () => void) => void listeners.delete(listener),
  };
  const abort = () => {
    signal.aborted = true;
    for (const listener of listeners) listener();
  };
  return { signal: signal as unknown as AbortSignal, abort };
}

/** The other end of a connection. */
export interface Peer {
  wire: Wire;
  sent: string;
  closed: string | undefined;
  /** Whether the system's buffer takes more. */
  flows: boolean;
  say(text: string): void;
  lines(): { id: unknown; method?: string; params?: unknown[]; result?: unknown; error?: unknown }[];
}

export function connect(pool: Pool, remote = "10.0.0.1"): Peer {
  const peer: Peer = {
    wire: { data: () => {}, closed: () => {}, drained: () => {} },
    sent: "",
    closed: undefined,
    flows: true,
    say: (text) => peer.wire.data(Uint8Array.from(text, (character) => character.charCodeAt(0))),
    lines: () =>
      peer.sent
        .split("\n")
        .filter((line) => line !== "")
        .map((line) => JSON.parse(line)),
  };
  const connection: Connection = {
    id: remote,
    remote,
    write: (text) => {
      peer.sent += text;
      return peer.flows;
    },
    close: (reason) => {
      peer.closed = reason;
    },
  };
  peer.wire = pool.accept(connection);
  return peer;
}

export const SUBSCRIBE = '{"id":1,"method":"mining.subscribe","params":["test/1"]}\n';
export const authorize = (password = "x", user = `${PAYOUT}.rig`) =>
  `{"id":2,"method":"mining.authorize","params":["${user}","${password}"]}\n`;
