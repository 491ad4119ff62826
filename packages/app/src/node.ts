/**
 * The node: brings its parts up behind the page, keeps trying where a part is down, wires what one tells to what another
 * must know, and ends in order. What each part does is core's; what it is made of is compose.ts's.
 * @module
 */
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { LiveEvent } from "@carrara/api/schemas";
import { CarraraError, explain } from "@carrara/base/errors";
import { followBlocks, resubmitBlocks } from "@carrara/core/books/blocks";
import { createFollower } from "@carrara/core/ethereum/follower";
import { bindChain } from "@carrara/core/ethereum/identity";
import { createOutbox } from "@carrara/core/ethereum/outbox";
import { createForge } from "@carrara/core/forge/forge";
import { countPieces } from "@carrara/core/forge/state";
import { createChannel } from "@carrara/core/live";
import { createMarket } from "@carrara/core/market/market";
import { createMiner } from "@carrara/core/miner/miner";
import { createPool } from "@carrara/core/pool/pool";
import type { PoolSink } from "@carrara/core/pool/types";
import type { BtcNode } from "@carrara/core/ports/bitcoin";
import type { Clock } from "@carrara/core/ports/clock";
import type { EthChain } from "@carrara/core/ports/ethereum";
import type { Log } from "@carrara/core/ports/log";
import type { Store } from "@carrara/core/ports/store";
import { SPAN_MS, saveBlock, saveBlockAnswer, saveClaim, saveShares, tidy } from "@carrara/core/quarry/records";
import { rates, readSpans, workerName } from "@carrara/core/quarry/view";
import { migrate } from "@carrara/core/store/schema";
import { ensureOpening } from "@carrara/core/studio/opening";
import { createRounds } from "@carrara/core/studio/rounds";
import { createVerify } from "@carrara/core/verify/verify";
import { createSha256d } from "@carrara/mining/kernel/hasher";
import {
  bitsToTarget,
  expectedHashes,
  MAX_TARGET_DIFFICULTY_1,
  SCRYPT_TARGET_DIFFICULTY_1,
} from "@carrara/mining/target";
import { HASHES_PER_DIFFICULTY } from "@carrara/optimiser/rate";
import { developmentPayout } from "./adapters/bitcoin/payout.ts";
import { readSeaportCode } from "./adapters/ethereum/seaport.ts";
import { createCpuHasher } from "./adapters/hasher/cpu.ts";
import { scryptPow } from "./adapters/hasher/scrypt.ts";
import { connectStratum } from "./adapters/stratum/connect.ts";
import { listenStratum } from "./adapters/stratum/server.ts";
import { createAnswers } from "./answers.ts";
import type { Parts } from "./compose.ts";
import { type Config, keepSetting } from "./config.ts";
import { metricsText } from "./http/metrics.ts";
import type { Handlers } from "./http/server.ts";
import { isWildcard, LOOPBACK } from "./net.ts";
import { need, noServices, type Services } from "./services.ts";

/** What a node is made of. */
export interface NodeDeps {
  config: Config;
  parts: Parts;
  log: Log;
  clock: Clock;
}

/** A node: its answers work from the first moment, with `not-ready` for what is not up yet. */
export interface CarraraNode {
  handlers: Handlers;
  picture(tokenId: string, size: number, signal: AbortSignal): Promise<Uint8Array>;
  metrics(): Promise<string>;
  events(listen: (event: LiveEvent) => void): () => void;
  countFault(): void;
  /** Brings everything up; resolves when all is up or the node is closed. */
  start(): Promise<void>;
  close(): Promise<void>;
}

const VERSION = (JSON.parse(readFileSync(join(import.meta.dirname, "../package.json"), "utf8")) as { version: string })
  .version;
/** Between two tries to open a part that is down. */
const RETRY_MS = [500, 1_000, 2_000, 5_000, 10_000];
/** The page hears of the status this often while it changes. */
const STATUS_MS = 1_000;
const TIDY_MS = 600_000;
/** H/s of one thread is measured this long at the very first start. */
const MEASURE_MS = 400;
const STRATUM_PORTS = 20;
const OWN_WORKER = "this-computer";
/** Mining begins when the opening collection is there, or after this: blocks count even without claims. */
const CLAIMS_WITHIN_MS = 30_000;

export function createNode({ config, parts, log, clock }: NodeDeps): CarraraNode {
  const startedAt = clock.now();
  const services = noServices(parts.renderer());
  const channel = createChannel<LiveEvent>((error) => log.error("a listener failed", { error }));
  const stop = new AbortController();
  const counts = { sharesAccepted: 0, sharesRejected: 0, httpFaults: 0 };
  const cancels: (() => void)[] = [];
  const opening = new Set<Promise<unknown>>();
  let lastStatus = "";
  const answers = createAnswers({
    services,
    config,
    clock,
    startedAt,
    version: VERSION,
    openStratum,
    onDrawn: (tokenId) => void tellPiece(tokenId),
  });

  /** Opens a part, again and again until it is up. */
  async function insist<T>(what: keyof Services["problems"] | "store", open: () => Promise<T>): Promise<T> {
    for (let tries = 0; ; tries++) {
      try {
        const part = await open();
        if (what !== "store") services.problems[what] = null;
        return part;
      } catch (error) {
        if (stop.signal.aborted) throw error;
        if (what !== "store") services.problems[what] = explain(error);
        else services.preparing = explain(error);
        if (tries === 0) log.warn(`${what} is not up`, { reason: explain(error) });
        aside(tellStatus);
        await clock.sleep(RETRY_MS[Math.min(tries, RETRY_MS.length - 1)] ?? 10_000, stop.signal);
        if (stop.signal.aborted) throw error;
      }
    }
  }

  /** Opens a chain. One that comes up after the end has begun is closed at once: its process would outlive the node. */
  function bringUp<P extends { close(): Promise<void> }>(open: () => Promise<P>): Promise<P> {
    const coming = open().then(async (part) => {
      if (!stop.signal.aborted) return part;
      await part.close();
      throw new CarraraError("closing", "The node is ending.");
    });
    const settled = coming.then(
      () => {},
      () => {},
    );
    opening.add(settled);
    void settled.then(() => opening.delete(settled));
    return coming;
  }

  /** A look or a word in passing: what fails in it is tried again by whoever does it regularly, and ends nothing. */
  function aside(task: () => Promise<unknown>): void {
    task().catch((error) => {
      if (!stop.signal.aborted) log.info("something could not be told", { reason: explain(error) });
    });
  }

  async function start(): Promise<void> {
    every(STATUS_MS, tellStatus);
    const store = await insist("store", async () => {
      const opened = await parts.store();
      try {
        await migrate(opened);
        return opened;
      } catch (error) {
        await opened.close();
        throw error;
      }
    });
    if (stop.signal.aborted) return store.close();
    services.store = store;
    services.preparing = "starting the chains";
    const giveUp = (chain: "bitcoin" | "ethereum") => (error: unknown) => {
      if (stop.signal.aborted) return;
      services.problems[chain] = explain(error);
      log.error(`${chain} cannot be used`, { reason: explain(error) });
    };
    const collectionOpen = startEthereum(store).catch(giveUp("ethereum"));
    const claimsPossible = Promise.race([collectionOpen, clock.sleep(CLAIMS_WITHIN_MS, stop.signal)]);
    const mining = startBitcoin(store, claimsPossible).catch(giveUp("bitcoin"));
    every(TIDY_MS, () => tidy(store, clock.now()));
    every(SPAN_MS, () => tellRate(store));
    await Promise.all([collectionOpen, mining]);
    services.preparing = null;
    await tellStatus();
  }

  async function startEthereum(store: Store): Promise<void> {
    const chain = await insist("ethereum", () => bringUp(parts.ethereum));
    services.ethereum = chain;
    await insist("ethereum", () => bindChain(store, chain));
    const line = (text: string) => log.info(text);
    const outbox = createOutbox({ store, chain, clock, log: line });
    const follower = createFollower({ store, chain, clock, log: line });
    services.outbox = outbox;
    services.follower = follower;
    outbox.start();
    if (chain.kind === "embedded") {
      await insist("ethereum", () =>
        ensureOpening({ store, chain, outbox, follower, clock, seaport: readSeaportCode() }, measureRate, (text) => {
          services.preparing = text;
          aside(tellStatus);
        }),
      );
    }
    follower.start();
    await insist("ethereum", () => follower.poll());
    const rounds = createRounds({ store, chain, outbox, follower, clock, log: line });
    services.rounds = rounds;
    services.forge = createForge({ store, chain, outbox, follower, clock });
    services.market = createMarket({
      store,
      chain,
      outbox,
      follower,
      clock,
      random: (length) => new Uint8Array(randomBytes(length)),
    });
    services.verify = createVerify({ store, chain, clock, render: services.renderer.drawAgain });
    rounds.listen((terms) => {
      services.pool?.setTerms(terms);
      aside(tellRounds);
    });
    await insist("ethereum", () => rounds.refresh());
    rounds.start();
    services.pool?.setTerms(rounds.terms());
    await readBalances(chain);
    follower.listen((news) => {
      if (news.type === "head") aside(() => readBalances(chain));
      if (news.type === "events") {
        for (const tokenId of new Set(news.events.flatMap((event) => event.tokenId ?? []))) void tellPiece(tokenId);
        channel.publish({ type: "books" });
      }
      if (news.type === "undone") channel.publish({ type: "books" });
    });
    outbox.listen((entry) => {
      if (entry.tokenId) void tellPiece(entry.tokenId);
      if (entry.state !== "sent") channel.publish({ type: "books" });
    });
  }

  async function startBitcoin(store: Store, claimsPossible: Promise<unknown>): Promise<void> {
    const bitcoin = await insist("bitcoin", () => bringUp(parts.bitcoin));
    services.bitcoin = bitcoin;
    const pool = createPool({
      btc: bitcoin.node,
      clock,
      log,
      sink: sink(store, bitcoin.node.chain.chain),
      hashes: { sha256d: createSha256d(), scrypt: scryptPow },
      newAbort: () => {
        const controller = new AbortController();
        return { signal: controller.signal, abort: () => controller.abort() };
      },
      seed: randomBytes(4).readUInt32LE(),
      decode: decodeUtf8,
    });
    services.pool = pool;
    pool.setTerms(services.rounds?.terms() ?? []);
    pool.start();
    await insist("bitcoin", () => resubmitBlocks(store, bitcoin.node));
    await insist("bitcoin", () => readTip());
    every(STATUS_MS, readTip);
    services.stratum = await insist("stratum", () => listen(config.get("stratum.host"), config.get("stratum.port")));
    await claimsPossible;
    if (stop.signal.aborted) return;
    await startMiner(bitcoin.node);
  }

  async function startMiner(node: BtcNode): Promise<void> {
    const payout = config.get("miner.payout") ?? (node.chain.kind === "embedded" ? developmentPayout() : null);
    if (payout === null) {
      log.warn("this computer does not mine: set miner.payout to your Bitcoin address");
      return;
    }
    const { algorithm } = node.chain;
    services.ownWorker = `${payout}.${OWN_WORKER}`;
    services.miner = createMiner({
      newHasher: (events) => createCpuHasher(algorithm, events),
      connect: (events) => connectStratum(ownStratum(), events),
      clock,
      log,
      user: services.ownWorker,
      password: "x",
      host: LOOPBACK,
      agent: `carrara/${VERSION}`,
      sha256d: createSha256d(),
      unit: algorithm === "scrypt" ? SCRYPT_TARGET_DIFFICULTY_1 : MAX_TARGET_DIFFICULTY_1,
    });
    await services.miner.start(config.get("miner.threads"));
  }

  /** Where this computer reaches its own Stratum port: on loopback, unless the port is bound to one other address. */
  function ownStratum(): { host: string; port: number } {
    const { host, port } = services.stratum ?? { host: LOOPBACK, port: 0 };
    return { host: isWildcard(host) ? LOOPBACK : host, port };
  }

  /** H/s of one thread of this CPU; asked once, when the opening collection's terms are made. */
  async function measureRate(): Promise<number> {
    const nothing = () => {};
    const hasher = createCpuHasher("sha256d", { hit: nothing, hashes: nothing, exhausted: nothing, fault: nothing });
    try {
      return await hasher.measure(MEASURE_MS);
    } finally {
      await hasher.close();
    }
  }

  async function listen(host: string, port: number) {
    const pool = need(services, "pool");
    const named = config.origin("stratum.port") !== "default";
    for (let tried = port; ; tried++) {
      try {
        return await listenStratum(pool, { host, port: tried });
      } catch (error) {
        if (named || (error as { code?: string }).code !== "port-taken" || tried >= port + STRATUM_PORTS) throw error;
      }
    }
  }

  async function openStratum(open: boolean): Promise<void> {
    const present = need(services, "stratum");
    const host = open ? "0.0.0.0" : LOOPBACK;
    if (present.host === host) return;
    const pool = need(services, "pool");
    services.stratum = null;
    await present.close();
    try {
      services.stratum = await listenStratum(pool, { host, port: present.port });
    } catch (error) {
      // Another program holds the port on the other networks: miners must not lose the one that they had.
      services.stratum = await insist("stratum", () => listenStratum(pool, { host: present.host, port: present.port }));
      throw error;
    }
    keepSetting(parts.folder, "stratum.host", host);
    await tellStatus();
  }

  /** What the pool finds goes to the store, then to the page. */
  function sink(store: Store, chain: string): PoolSink {
    return {
      async shares(batches) {
        const { bitcoinTip } = services;
        const blocks = bitcoinTip ? HASHES_PER_DIFFICULTY / Number(expectedHashes(bitcoinTip.target)) : 0;
        await saveShares(
          store,
          batches.map((batch) => ({ ...batch, blocksDue: batch.work * blocks })),
        );
        for (const batch of batches) {
          counts.sharesAccepted += batch.accepted;
          counts.sharesRejected += batch.rejected + batch.stale;
          for (const share of batch.deepest) {
            channel.publish({
              type: "share",
              share: {
                time: share.time,
                worker: workerName(batch.worker, services.ownWorker),
                log2: share.log2,
                tokenId: null,
              },
            });
          }
        }
      },
      async claim({ terms, ...claim }) {
        const kept = await saveClaim(store, {
          ...claim,
          collection: terms.collection,
          round: terms.round,
          anchor: Buffer.from(terms.anchor).toString("hex"),
        });
        if (kept) channel.publish({ type: "claim", piece: await answers.brief(claim.tokenId) });
      },
      async block(block) {
        await saveBlock(store, { ...block, chain });
      },
      async blockAnswer(hash, answer) {
        await saveBlockAnswer(store, hash, answer);
        if (answer === "accepted") channel.publish({ type: "books" });
      },
      worker({ worker, agent, remote, unknownOptions }) {
        log.info("a worker was let in", {
          worker,
          agent,
          remote,
          ...(unknownOptions.length > 0 ? { unknownOptions } : {}),
        });
      },
    };
  }

  /** Reads the tip; on a new one looks after the blocks that we found. */
  async function readTip(): Promise<void> {
    const { bitcoin, store } = services;
    if (!bitcoin || !store) return;
    const { blocks: height, bestblockhash } = await bitcoin.node.getBlockchainInfo();
    if (services.bitcoinTip?.hash === bestblockhash) return;
    const header = await bitcoin.node.getBlockHeader(bestblockhash);
    services.bitcoinTip = {
      height,
      hash: bestblockhash,
      time: header.time * 1000,
      target: bitsToTarget(Number.parseInt(header.bits, 16)),
    };
    const [ours] = await store.query<{ hash: string }>("select hash from block_found where hash = $1", [bestblockhash]);
    channel.publish({ type: "block", height, hash: bestblockhash, ours: ours !== undefined });
    if (await followBlocks(store, bitcoin.node)) channel.publish({ type: "books" });
  }

  async function readBalances(chain: EthChain): Promise<void> {
    for (const { address } of chain.actors) {
      const balance = await chain.request({ method: "eth_getBalance", params: [address, "latest"] }).catch(() => null);
      if (typeof balance === "string") services.balances.set(address, BigInt(balance));
    }
  }

  async function tellStatus(): Promise<void> {
    const status = await answers.status();
    const { now: _, ...rest } = status;
    const text = JSON.stringify(rest);
    if (text === lastStatus) return;
    lastStatus = text;
    channel.publish({ type: "status", status });
  }

  async function tellRate(store: Store): Promise<void> {
    const now = clock.now();
    const point = rates(await readSpans(store, now), now).points.at(-1);
    if (point) channel.publish({ type: "rate", point });
  }

  async function tellPiece(tokenId: string): Promise<void> {
    try {
      channel.publish({ type: "piece", piece: await answers.brief(tokenId) });
    } catch {
      // A piece that a reorganisation took back between event and look-up.
    }
  }

  async function tellRounds(): Promise<void> {
    for (const collection of await answers.collectionBriefs()) channel.publish({ type: "round", collection });
  }

  /** Runs a task again and again until the node ends; a failure is logged once until it succeeds again. */
  function every(ms: number, task: () => Promise<unknown>): void {
    let cancel = () => {};
    let failing = false;
    const run = async () => {
      try {
        await task();
        failing = false;
      } catch (error) {
        if (!failing && !stop.signal.aborted) log.warn("a regular task failed", { reason: explain(error) });
        failing = true;
      }
      if (!stop.signal.aborted) cancel = clock.after(ms, run);
    };
    cancel = clock.after(ms, run);
    cancels.push(() => cancel());
  }

  return {
    handlers: answers.handlers,
    picture: answers.picture,
    async metrics() {
      const { store } = services;
      const [row] = store
        ? await store.query<{ blocks: number }>(
            "select count(*)::integer as blocks from block_found where answer = 'accepted'",
          )
        : [];
      const pieces = store ? await countPieces(store, clock.now()) : null;
      return metricsText(await answers.status(), {
        ...counts,
        blocksFound: row?.blocks ?? 0,
        claims: pieces?.claim ?? 0,
        pieces: pieces?.forged ?? 0,
      });
    },
    events: channel.listen,
    countFault: () => {
      counts.httpFaults++;
    },
    start: () =>
      start().catch((error) => {
        if (!stop.signal.aborted) throw error;
      }),
    async close() {
      stop.abort();
      for (const cancel of cancels) cancel();
      await Promise.all(opening);
      const end = async (what: string, task: (() => Promise<unknown>) | undefined) => {
        await task?.().catch((error) => log.warn(`${what} did not end well`, { reason: explain(error) }));
      };
      await end("the miner", services.miner?.stop);
      await end("the Stratum server", services.stratum?.close);
      await end("the pool", services.pool?.stop);
      await end("the rounds", services.rounds?.stop);
      await end("the follower", services.follower?.stop);
      await end("the outbox", services.outbox?.stop);
      await end("the renderer", services.renderer.close);
      await Promise.all([end("Bitcoin", services.bitcoin?.close), end("Ethereum", services.ethereum?.close)]);
      await end("the store", services.store?.close);
    },
  };
}

const UTF8 = new TextDecoder("utf-8", { fatal: true });

function decodeUtf8(bytes: Uint8Array): string | null {
  try {
    return UTF8.decode(bytes);
  } catch {
    return null;
  }
}
