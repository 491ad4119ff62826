/**
 * The pool: connections in, jobs out, and what their shares lead to. Sessions and share check are pure
 * (@carrara/mining/stratum); here they meet the node, the clock and the sink.
 * @module
 */
import { explain } from "@carrara/base/errors";
import type { Network } from "@carrara/mining/address";
import { AddressError, scriptOfAddress } from "@carrara/mining/address";
import { display } from "@carrara/mining/hash";
import type { Work } from "@carrara/mining/stratum/job";
import { DEFAULT_VERSION_MASK } from "@carrara/mining/stratum/job";
import type { LineBuffer } from "@carrara/mining/stratum/line";
import { decodeUtf8, lineBuffer, splitLines } from "@carrara/mining/stratum/line";
import type { Session, SessionConfig, SessionEffect, SessionEvent } from "@carrara/mining/stratum/session";
import { createSession, ERROR, isMining, step } from "@carrara/mining/stratum/session";
import { difficultyOfTarget, MAX_TARGET_DIFFICULTY_1, SCRYPT_TARGET_DIFFICULTY_1 } from "@carrara/mining/target";
import type { BtcChain } from "../ports/bitcoin.ts";
import { createBlocks } from "./blocks.ts";
import { createClaims } from "./claims.ts";
import type { Bucket } from "./limits.ts";
import { fullBucket, takeTokens } from "./limits.ts";
import { createTallies, workerId } from "./tally.ts";
import { createTemplates } from "./template.ts";
import type { Connection, ForgeTerms, Pool, PoolDeps, PoolOptions, PoolStatus, Wire } from "./types.ts";

/** What a pool does unless told otherwise. */
export const POOL_DEFAULTS: PoolOptions = {
  versionMask: DEFAULT_VERSION_MASK,
  extranonce2Size: 8,
  startDifficulty: 1,
  maxConnections: 1024,
  maxPerAddress: 128,
  idleMs: 60_000,
  refreshMs: 45_000,
  maxUnsent: 256 * 1024,
  linesPerSecond: 100,
  lineBurst: 10_000,
};

/** Lines of one address are worth this many connections' lines. */
const ADDRESS_SHARE = 4;
const FLUSH_MS = 1000;
const TICK_MS = 10_000;
const LOG_LIMIT = { burst: 60, perSecond: 1 };
/** A reader that has not taken a byte for so long is gone. */
const STALLED_MS = 60_000;

/** One connection's state in the pool. */
interface Client {
  connection: Connection;
  session: Session;
  lines: LineBuffer;
  bucket: Bucket;
  since: number;
  /** Characters sent since the system's buffer was full; undefined while it is not. */
  unsent: { count: number; since: number } | undefined;
  /** Workers that it authorised, by their ids. */
  workers: Set<string>;
  open: boolean;
}

/**
 * A pool on one chain.
 * @example
 * const pool = createPool({ btc, clock, log, sink, hashes, newAbort, seed: 7 });
 * pool.setTerms([terms]);
 * pool.start();
 */
export function createPool(deps: PoolDeps): Pool {
  const { btc, clock, log, sink, hashes } = deps;
  const options: PoolOptions = { ...POOL_DEFAULTS, ...deps.options };
  const decode = deps.decode ?? decodeUtf8;
  const scrypt = btc.chain.algorithm === "scrypt";
  const unit = scrypt ? SCRYPT_TARGET_DIFFICULTY_1 : MAX_TARGET_DIFFICULTY_1;
  const clients = new Set<Client>();
  const perAddress = new Map<string, { connections: number; bucket: Bucket }>();
  const tallies = createTallies(scrypt ? 2 ** -16 : 1);
  const claims = createClaims(deps);
  const templates = createTemplates(deps, options, takeWork);
  const blocks = createBlocks(deps, (hash) => templates.hurry(hash));
  let work: Work | undefined;
  let terms: readonly ForgeTerms[] = [];
  let extranonce = deps.seed >>> 0;
  let lastShareAt: number | null = null;
  let stopped = false;
  const logBucket = fullBucket(LOG_LIMIT.burst, clock.now());
  let untold = 0;
  const timers = new Set<() => void>();
  let flushing: Promise<void> = Promise.resolve();

  const config: SessionConfig = {
    sha256d: hashes.sha256d,
    ...(scrypt ? { proofOfWork: hashes.scrypt } : {}),
    unit,
    versionMask: options.versionMask,
    extranonce2Size: options.extranonce2Size,
    startDifficulty: options.startDifficulty,
    payoutScript: (address) => payoutScript(address, btc.chain),
    extranonce1: () => {
      extranonce = (extranonce + 1) >>> 0;
      return Uint8Array.of(extranonce >>> 24, extranonce >>> 16, extranonce >>> 8, extranonce);
    },
  };

  function takeWork(next: Work): void {
    work = next;
    for (const client of clients) advance(client, { type: "work", work: next, now: clock.now() });
  }

  function advance(client: Client, event: SessionEvent): void {
    if (!client.open) return;
    const { replies, effects } = step(client.session, event);
    if (replies.length > 0) send(client, `${replies.join("\n")}\n`);
    for (const effect of effects) see(client, effect);
  }

  function send(client: Client, text: string): void {
    const { unsent } = client;
    if (unsent) {
      unsent.count += text.length;
      if (unsent.count > options.maxUnsent) {
        cut(client, `it left ${unsent.count} bytes unread`);
        return;
      }
    }
    if (!client.connection.write(text)) client.unsent ??= { count: text.length, since: clock.now() };
  }

  function see(client: Client, effect: SessionEffect): void {
    switch (effect.type) {
      case "share":
        lastShareAt = effect.time;
        tallies.share(effect);
        break;
      case "block":
        blocks.take(effect);
        break;
      case "claim":
        claims.offer({
          tokenId: display(effect.hash),
          terms: effect.terms,
          recipient: effect.recipient,
          header: effect.header,
          coinbase: effect.coinbase,
          branch: effect.branch,
          worker: workerId(effect.worker),
          time: effect.time,
          log2: effect.rarity,
          height: effect.height,
        });
        break;
      case "rejected": {
        const worker = client.session.workers.get(effect.user);
        if (worker) tallies.reject(workerId(worker), effect.code === ERROR.stale, clock.now());
        break;
      }
      case "authorized": {
        const worker = workerId(effect.worker);
        client.workers.add(worker);
        tallies.join(effect.worker, effect.agent);
        if (effect.unknownOptions.length > 0) {
          tell("A miner's password has options that mean nothing here.", {
            worker,
            options: effect.unknownOptions,
          });
        }
        void quietly("A worker could not be written down.", () =>
          sink.worker({
            worker,
            address: effect.worker.address,
            agent: effect.agent,
            remote: client.connection.remote,
            unknownOptions: effect.unknownOptions,
            time: clock.now(),
          }),
        );
        break;
      }
      case "close":
        cut(client, effect.reason);
        break;
    }
  }

  /** Ends a connection; the sessions of others go on. */
  function cut(client: Client, reason: string): void {
    if (!client.open) return;
    tell("A miner's connection was closed.", { remote: client.connection.remote, why: reason });
    forget(client);
    client.connection.close(reason);
  }

  /** What strangers bring about is told at most once a second, so that a flood does not fill the disk by its log. */
  function tell(message: string, fields: Record<string, unknown>): void {
    if (!takeTokens(logBucket, 1, clock.now(), LOG_LIMIT)) {
      untold += 1;
      return;
    }
    log.info(message, untold > 0 ? { ...fields, untold } : fields);
    untold = 0;
  }

  function forget(client: Client): void {
    if (!client.open) return;
    client.open = false;
    clients.delete(client);
    const address = perAddress.get(client.connection.remote);
    if (!address) return;
    address.connections -= 1;
    tidyAddress(client.connection.remote, address, clock.now());
  }

  /** An address is remembered until its bucket is full again, so that a flood is not forgiven by connecting anew. */
  function tidyAddress(remote: string, address: { connections: number; bucket: Bucket }, now: number): void {
    if (address.connections > 0) return;
    takeTokens(address.bucket, 0, now, addressLimit);
    if (address.bucket.tokens >= addressLimit.burst) perAddress.delete(remote);
  }

  const lineLimit = { burst: options.lineBurst, perSecond: options.linesPerSecond };
  const addressLimit = { burst: ADDRESS_SHARE * lineLimit.burst, perSecond: ADDRESS_SHARE * lineLimit.perSecond };

  function accept(connection: Connection): Wire {
    const now = clock.now();
    const { remote } = connection;
    const known = perAddress.get(remote);
    const refusal = stopped
      ? "the pool is stopping"
      : clients.size >= options.maxConnections
        ? `the pool has its ${options.maxConnections} connections`
        : (known?.connections ?? 0) >= options.maxPerAddress
          ? `the address has its ${options.maxPerAddress} connections`
          : undefined;
    if (refusal) {
      tell("A connection was refused.", { remote, why: refusal });
      connection.close(refusal);
      return { data: () => {}, closed: () => {}, drained: () => {} };
    }
    const address = known ?? { connections: 0, bucket: fullBucket(addressLimit.burst, now) };
    address.connections += 1;
    perAddress.set(remote, address);
    const client: Client = {
      connection,
      session: createSession(config, { now, work, terms }),
      lines: lineBuffer(),
      bucket: fullBucket(lineLimit.burst, now),
      since: now,
      unsent: undefined,
      workers: new Set(),
      open: true,
    };
    clients.add(client);
    return {
      data: (bytes) => read(client, address.bucket, bytes),
      closed: () => forget(client),
      drained: () => {
        client.unsent = undefined;
      },
    };
  }

  function read(client: Client, addressBucket: Bucket, bytes: Uint8Array): void {
    if (!client.open) return;
    const now = clock.now();
    const { lines, tooLong } = splitLines(client.lines, bytes, decode);
    // A line costs one token, and bytes without a line's end cost as well: a token for each 256.
    const cost = Math.max(lines.length, bytes.length / 256);
    const calm = takeTokens(client.bucket, cost, now, lineLimit) && takeTokens(addressBucket, cost, now, addressLimit);
    if (!calm) {
      cut(client, "it sent more lines than any miner does");
      return;
    }
    for (const line of lines) advance(client, { type: "line", line, now });
    if (tooLong) advance(client, { type: "too-long", now });
  }

  function tick(): void {
    const now = clock.now();
    for (const client of clients) {
      if (client.unsent && now - client.unsent.since > STALLED_MS) cut(client, "it has stopped reading");
      else if (!isMining(client.session) && now - client.since > options.idleMs) {
        cut(client, "it did not subscribe and authorize");
      } else advance(client, { type: "tick", now });
    }
    for (const [remote, address] of perAddress) tidyAddress(remote, address, now);
  }

  async function flush(): Promise<void> {
    const batches = tallies.take();
    if (batches.length > 0) {
      try {
        await sink.shares(batches);
      } catch (error) {
        tallies.putBack(batches);
        log.warn("Shares could not be kept yet and are tried again.", { why: explain(error) });
      }
    }
    await claims.flush();
  }

  async function quietly(what: string, work: () => Promise<void> | void): Promise<void> {
    try {
      await work();
    } catch (error) {
      log.warn(what, { why: explain(error) });
    }
  }

  function every(ms: number, task: () => void): void {
    let cancel = () => {};
    const run = () => {
      timers.delete(cancel);
      if (stopped) return;
      task();
      cancel = clock.after(ms, run);
      timers.add(cancel);
    };
    cancel = clock.after(ms, run);
    timers.add(cancel);
  }

  return {
    start() {
      templates.start();
      every(TICK_MS, tick);
      every(FLUSH_MS, () => {
        flushing = flushing.then(flush);
      });
    },
    accept,
    setTerms(next) {
      terms = next;
      for (const client of clients) advance(client, { type: "terms", terms: next, now: clock.now() });
    },
    status(): PoolStatus {
      const now = clock.now();
      const live = new Map<string, { connections: number; difficulty: number | null }>();
      for (const { workers: own, session } of clients) {
        for (const worker of own) {
          const connections = (live.get(worker)?.connections ?? 0) + 1;
          live.set(worker, { connections, difficulty: session.vardiff.difficulty });
        }
      }
      const workers = tallies.status(now, (worker) => live.get(worker) ?? { connections: 0, difficulty: null });
      const rates = workers.filter(({ hashRate }) => hashRate !== null);
      return {
        node: templates.node(),
        height: work?.height ?? null,
        difficulty: work ? difficultyOfTarget(work.target) : null,
        transactions: work ? work.transactions.length : null,
        valueSats: work?.value ?? null,
        templateAt: work?.receivedAt ?? null,
        connections: clients.size,
        workers,
        hashRate: rates.length > 0 ? rates.reduce((sum, { hashRate }) => sum + hashRate!, 0) : null,
        lastShareAt,
        blocks: blocks.counts(),
        pending: { claims: claims.pending(), blocks: blocks.pending() },
      };
    },
    online: (worker) => [...clients].some((client) => client.workers.has(worker)),
    async stop() {
      stopped = true;
      templates.stop();
      blocks.stop();
      for (const cancel of timers) cancel();
      for (const client of [...clients]) {
        forget(client);
        client.connection.close("the pool is stopping");
      }
      await flushing;
      await flush();
    },
  };
}

/**
 * The output script of a payout on this chain. The embedded chain pays any address by its script: its coins are practice
 * money, and a newcomer has an address of the real chain.
 */
function payoutScript(address: string, chain: BtcChain): Uint8Array {
  const { script, network } = scriptOfAddress(address);
  const own = networkOf(chain);
  if (chain.kind !== "embedded" && !network.includes(own)) {
    throw new AddressError(
      "address-unknown",
      `"${address}" is an address of ${network.join(" or ")}, and this pool mines on ${own}.`,
      `Use an address of ${own}.`,
    );
  }
  return script;
}

function networkOf({ chain, algorithm }: BtcChain): Network {
  const litecoin = algorithm === "scrypt";
  if (chain === "main") return litecoin ? "litecoin" : "mainnet";
  if (chain === "regtest") return litecoin ? "litecoin-regtest" : "regtest";
  if (chain === "signet") return "signet";
  return litecoin ? "litecoin-testnet" : "testnet";
}
