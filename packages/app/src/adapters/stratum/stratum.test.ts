/**
 * Sockets, threads and real chains together: the pool and this computer's miner on the embedded chain, and scrypt on a
 * real litecoind.
 */
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { toHex } from "@carrara/base/bytes";
import type { Address } from "@carrara/base/units";
import { createMiner } from "@carrara/core/miner/miner";
import type { Miner } from "@carrara/core/miner/types";
import { createPool } from "@carrara/core/pool/pool";
import type {
  ForgeTerms,
  FoundBlock,
  Pool,
  PoolClaim,
  PoolOptions,
  PoolSink,
  ShareBatch,
} from "@carrara/core/pool/types";
import type { BtcNode } from "@carrara/core/ports/bitcoin";
import type { Log } from "@carrara/core/ports/log";
import { addressOfScript, scriptOfAddress } from "@carrara/mining/address";
import { verifyClaim } from "@carrara/mining/claim";
import { createSha256d } from "@carrara/mining/kernel/hasher";
import { MAX_TARGET_DIFFICULTY_1, SCRYPT_TARGET_DIFFICULTY_1, targetToBits } from "@carrara/mining/target";
import { afterEach, expect, test } from "vitest";
import { startEmbeddedChain } from "../bitcoin/embedded/start.ts";
import { connectBtcNode } from "../bitcoin/rpc.ts";
import { findLitecoind, startLitecoind } from "../bitcoin/test/litecoind.ts";
import { systemClock } from "../clock/system.ts";
import { createCpuHasher } from "../hasher/cpu.ts";
import { scryptPow } from "../hasher/scrypt.ts";
import { connectStratum } from "./connect.ts";
import { listenStratum, type StratumServer } from "./server.ts";

const PAYOUT = "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4";
const LITE_PAYOUT = addressOfScript(Uint8Array.from([0, 20, ...new Uint8Array(20).fill(7)]), "litecoin-regtest")!;
const quiet: Log = { info() {}, warn() {}, error() {} };

/** What the pool handed on. */
interface Kept extends PoolSink {
  batches: ShareBatch[];
  claims: PoolClaim[];
  blocks: FoundBlock[];
  accepted: string[];
}

function keeper(): Kept {
  const kept: Kept = {
    batches: [],
    claims: [],
    blocks: [],
    accepted: [],
    shares: (batches) => void kept.batches.push(...batches),
    claim: (claim) => void kept.claims.push(claim),
    block: (block) => void kept.blocks.push(block),
    blockAnswer: (hash, answer) => void (answer === "accepted" && kept.accepted.push(hash)),
    worker: () => {},
  };
  return kept;
}

const endings: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

async function embedded(hashesPerBlock: bigint): Promise<BtcNode> {
  const dataDir = mkdtempSync(join(tmpdir(), "carrara-stratum-"));
  const bits = targetToBits((1n << 256n) / hashesPerBlock);
  const chain = await startEmbeddedChain({
    dataDir,
    port: 0,
    clock: Date.now,
    startBits: bits,
    limitBits: bits,
    interval: 2016,
    spacing: 600,
    sync: false,
  });
  endings.push(async () => {
    await chain.close();
    rmSync(dataDir, { recursive: true });
  });
  return connectBtcNode({ url: chain.url, auth: { cookieFile: chain.cookieFile } });
}

async function openPool(
  btc: BtcNode,
  terms: ForgeTerms[] = [],
  port = 0,
  options: Partial<PoolOptions> = {},
): Promise<{ pool: Pool; server: StratumServer; kept: Kept; close(): Promise<void> }> {
  const kept = keeper();
  const pool = createPool({
    btc,
    clock: systemClock,
    log: quiet,
    sink: kept,
    hashes: { sha256d: createSha256d(), scrypt: scryptPow },
    newAbort: () => {
      const controller = new AbortController();
      return { signal: controller.signal, abort: () => controller.abort() };
    },
    seed: 1,
    options,
  });
  pool.setTerms(terms);
  pool.start();
  const server = await listenStratum(pool, { host: "127.0.0.1", port });
  const close = async () => {
    await pool.stop();
    await server.close();
  };
  endings.push(close);
  return { pool, server, kept, close };
}

function openMiner(algorithm: "sha256d" | "scrypt", port: () => number, user: string): Miner {
  const miner = createMiner({
    newHasher: (events) => createCpuHasher(algorithm, events),
    connect: (events) => connectStratum({ host: "127.0.0.1", port: port() }, events),
    clock: systemClock,
    log: quiet,
    user,
    password: "x",
    host: "127.0.0.1",
    agent: "carrara/test",
    sha256d: createSha256d(),
    unit: algorithm === "scrypt" ? SCRYPT_TARGET_DIFFICULTY_1 : MAX_TARGET_DIFFICULTY_1,
  });
  endings.push(() => miner.stop());
  return miner;
}

async function until(what: string, holds: () => boolean | Promise<boolean>, ms = 60_000): Promise<void> {
  const end = Date.now() + ms;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`waited ${ms} ms until ${what}`);
    await sleep(20);
  }
}

/** The script that the best block pays, read from the node. */
async function bestPayee(node: BtcNode): Promise<string> {
  const { bestblockhash } = await node.getBlockchainInfo();
  return node.getBlockHex(bestblockhash);
}

test("pool and this computer's miner on the embedded chain: the height rises, claims are proven, pause rests", async () => {
  const node = await embedded(300_000n);
  const terms: ForgeTerms = {
    chainId: 31337n,
    collection: `0x${"c0".repeat(20)}` as Address,
    owner: `0x${"11".repeat(20)}` as Address,
    round: 1,
    anchor: new Uint8Array(32).fill(1),
    target: (1n << 256n) / 100_000n,
  };
  const { pool, server, kept } = await openPool(node, [terms]);
  const miner = openMiner("sha256d", () => server.port, `${PAYOUT}.cpu`);
  await miner.start(1);
  await until("three blocks are there", async () => (await node.getBlockchainInfo()).blocks >= 3);
  await until("a claim is there", () => kept.claims.length > 0);
  await until("a hash rate is measured", () => (miner.status().hashRate ?? 0) > 0);
  expect(await bestPayee(node)).toContain(toHex(scriptOfAddress(PAYOUT).script));
  const { bestblockhash, blocks } = await node.getBlockchainInfo();
  expect(kept.blocks.map(({ hash }) => hash)).toContain(bestblockhash);
  expect(pool.status().blocks.refused).toBe(0);
  expect(pool.status().blocks.accepted).toBeGreaterThanOrEqual(blocks - 1);
  const [claim] = kept.claims;
  const { chainId, collection, anchor, target } = claim!.terms;
  expect(verifyClaim({ ...claim!, chainId, collection, anchor, target })).toMatchObject({ ok: true });
  expect(miner.status()).toMatchObject({ state: "mining", why: null, threads: 1 });
  expect(pool.online(`${PAYOUT}.cpu`)).toBe(true);

  miner.pause();
  await sleep(300);
  const rested = miner.status().hashes;
  await sleep(300);
  expect(miner.status()).toMatchObject({ state: "paused", hashes: rested, hashRate: null });
  miner.resume();
  await until("it hashes again", () => miner.status().hashes > rested);
  await miner.setThreads(0);
  expect(miner.status()).toMatchObject({ state: "waiting", threads: 0 });
  await miner.setThreads(99);
  expect(miner.status().threads).toBe(miner.status().maxThreads);
}, 120_000);

test("the miner comes back when the pool was away, and tells why it does not mine", async () => {
  const node = await embedded(300_000n);
  const first = await openPool(node);
  const { port } = first.server;
  const miner = openMiner("sha256d", () => port, `${PAYOUT}.cpu`);
  await miner.start(1);
  await until("it mines", () => miner.status().state === "mining");
  await first.close();
  await until("it knows", () => miner.status().state === "connecting");
  await until(
    "it says so",
    () => miner.status().why === `The pool cannot be reached: nothing listens on 127.0.0.1:${port}`,
  );
  await openPool(node, [], port);
  await until("it mines again", () => miner.status().state === "mining");
  const before = miner.status().accepted;
  await until("a share is accepted", () => miner.status().accepted > before);
  expect(miner.status().why).toBeNull();
}, 120_000);

test("a pool that refuses the user name: the miner says the pool's words", async () => {
  const { server } = await openPool(await embedded(300_000n));
  const miner = openMiner("sha256d", () => server.port, "nobody.cpu");
  await miner.start(1);
  await until("it is refused", () => miner.status().state === "refused");
  expect(miner.status().why).toContain('The pool refuses this miner: "nobody" is not an address');
}, 60_000);

const litecoind = findLitecoind();

test.skipIf(litecoind === undefined)(
  "litecoind -regtest: the pool mines scrypt to real blocks, judged by the node's best height and hash",
  async () => {
    const { node, close } = await startLitecoind(litecoind!);
    endings.push(close);
    const before = await node.getBlockchainInfo();
    const { pool, server, kept } = await openPool(node);
    const miner = openMiner("scrypt", () => server.port, `${LITE_PAYOUT}.cpu`);
    await miner.start(1);
    await until("five blocks are there", async () => (await node.getBlockchainInfo()).blocks >= before.blocks + 5);
    miner.pause();
    await until("no block is on its way", () => pool.status().pending.blocks === 0);
    const after = await node.getBlockchainInfo();
    // Each height has exactly one block of ours; the shares that the miner counts are many more.
    expect(pool.status().blocks).toMatchObject({ accepted: after.blocks - before.blocks, refused: 0 });
    expect(kept.accepted.at(-1)).toBe(after.bestblockhash);
    expect(await bestPayee(node)).toContain(toHex(scriptOfAddress(LITE_PAYOUT).script));
    const header = await node.getBlockHeader(after.bestblockhash);
    expect(header.confirmations).toBe(1);
    expect(kept.claims).toEqual([]);
  },
  120_000,
);

test("an address of another network is refused on a real chain", async () => {
  const node = await embedded(300_000n);
  const real: BtcNode = { ...node, chain: { ...node.chain, kind: "real", chain: "main" } };
  const { server } = await openPool(real);
  const miner = openMiner("sha256d", () => server.port, `${LITE_PAYOUT}.cpu`);
  await miner.start(1);
  await until("it is refused", () => miner.status().state === "refused");
  expect(miner.status().why).toContain("this pool mines on mainnet");
}, 60_000);

/** A raw client. */
async function raw(port: number): Promise<{ socket: Socket; heard(): string; ended: Promise<unknown> }> {
  const socket = connect(port, "127.0.0.1");
  await once(socket, "connect");
  let text = "";
  socket.on("data", (bytes) => {
    text += bytes.toString("latin1");
  });
  socket.on("error", () => {});
  return { socket, heard: () => text, ended: once(socket, "close") };
}

test("bad input on the socket: split and merged lines are read, a megabyte line is cut off, others are unharmed", async () => {
  const { server } = await openPool(await embedded(300_000n));
  const good = await raw(server.port);
  const bad = await raw(server.port);
  good.socket.write('{"id":1,"method":"mining.pi');
  await sleep(30);
  good.socket.write('ng"}\r\n{"id":2,"method":"mining.ping"}\n{"id":3,');
  bad.socket.write("x".repeat(1 << 20));
  await bad.ended;
  expect(bad.heard()).toContain('"error":[20,"The line is longer than 8192 bytes",null]');
  good.socket.write('"method":"mining.ping"}\n');
  await until("all three are answered", () => good.heard().split("pong").length === 4, 10_000);
  good.socket.destroy();
}, 60_000);

test("a client that reads nothing is cut off while the pool goes on", async () => {
  // No limit of lines here, so that it is the unread bytes that cut it off.
  const { server, pool } = await openPool(await embedded(300_000n), [], 0, { lineBurst: 1e9 });
  const slow = await raw(server.port);
  slow.socket.pause();
  // Subscribes have the longest answers; the system's own buffers (some MB on loopback) have to fill first.
  const line = '{"id":1,"method":"mining.subscribe","params":[]}\n'.repeat(100);
  let open = true;
  void slow.ended.then(() => {
    open = false;
  });
  for (let i = 0; i < 2000 && open && pool.status().connections > 0; i++) {
    slow.socket.write(line);
    if (i % 10 === 0) await sleep(1);
  }
  await until("it is cut off", () => pool.status().connections === 0, 20_000);
  const other = await raw(server.port);
  other.socket.write('{"id":1,"method":"mining.ping"}\n');
  await until("another is answered", () => other.heard().includes("pong"), 10_000);
  other.socket.destroy();
  slow.socket.destroy();
}, 60_000);

test("a taken port is an error that tells the mend", async () => {
  const { server, pool } = await openPool(await embedded(300_000n));
  const error = await listenStratum(pool, { host: "127.0.0.1", port: server.port }).catch((caught) => caught);
  expect(error).toMatchObject({
    code: "port-taken",
    message: `The miners' port 127.0.0.1:${server.port} is taken by another program.`,
    hint: "Set stratum.port to a free port, or 0 for any.",
  });
  const nowhere = await listenStratum(pool, { host: "192.0.2.1", port: 0 }).catch((caught) => caught);
  expect(nowhere).toMatchObject({ code: "host-unknown" });
});
