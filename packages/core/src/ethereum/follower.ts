/**
 * Follows the chain: reads the events of known contracts, block after block, into `eth_event`, and takes back what a
 * reorganisation removed. All state is derived from those rows, so deleting them undoes everything that they did.
 *
 * A reorganisation, and an embedded chain restored from an older dump, look the same: a stored block whose hash the chain
 * no longer has. The newest stored block that it still has is the common ancestor; everything above goes.
 * @module
 */
import { explain } from "@carrara/base/errors";
import { type Address, address } from "@carrara/base/units";
import { collectionAbi } from "@carrara/contracts/generated/Collection";
import { type Abi, decodeEventLog, encodeEventTopics } from "viem";
import { seaportAbi } from "../market/seaport.ts";
import type { Clock } from "../ports/clock.ts";
import type { EthChain } from "../ports/ethereum.ts";
import type { Store } from "../ports/store.ts";
import { quantity } from "./contract.ts";
import { EthRpcError, isUnreachable } from "./errors.ts";
import { createLock } from "./lock.ts";

/** What a followed contract is. */
export type WatchKind = "collection" | "seaport";

/** A decoded event as it is stored. */
export interface ChainEvent {
  block: number;
  logIndex: number;
  blockHash: string;
  /** ms since 1970, the block's. */
  time: number;
  txHash: `0x${string}`;
  address: Address;
  /** Forged, RoundOpened, Transfer, OrderFulfilled ... */
  name: string;
  /** 64 hex digits, when it is about a piece. */
  tokenId: string | null;
  orderHash: string | null;
  /** By parameter name; bigint as decimal text, addresses in lower case. */
  args: Record<string, unknown>;
}

/** Told by the follower. */
export type FollowerNews =
  | { type: "events"; events: readonly ChainEvent[] }
  /** Everything above block `ancestor` has been taken back; -1 is everything. */
  | { type: "undone"; ancestor: number; events: number }
  | { type: "head"; number: number; hash: string; time: number };

/** Follows one chain. */
export interface Follower {
  /** Follows a contract from a block on; what lies before the present head is read at the next poll. Again: no effect. */
  watch(contract: Address, kind: WatchKind, fromBlock: number): Promise<void>;
  /** Reads up to the chain's head. Calls wait for one another. */
  poll(): Promise<void>;
  listen(listener: (news: FollowerNews) => void): () => void;
  /** The head last read and the error that stopped the last poll, for the status. */
  state(): { height: number; time: number; problem: unknown };
  start(): void;
  stop(): Promise<void>;
}

/** What the follower works with. */
export interface FollowerDeps {
  store: Store;
  chain: EthChain;
  clock: Clock;
  log?: (line: string) => void;
  /** Between looks, in ms. Default: 500 on the embedded chain, 4,000 elsewhere (a third of a slot). */
  intervalMs?: number;
  /** Blocks per eth_getLogs; hosted nodes refuse more than some thousands. */
  batch?: number;
}

/** @example const follower = createFollower({ store, chain, clock }); follower.start(); */
export function createFollower({
  store,
  chain,
  clock,
  log = () => {},
  intervalMs,
  batch = 2_000,
}: FollowerDeps): Follower {
  const interval = intervalMs ?? (chain.kind === "embedded" ? 500 : 4_000);
  const lock = createLock();
  const listeners = new Set<(news: FollowerNews) => void>();
  let cancelTimer: (() => void) | null = null;
  let running = false;
  let working: Promise<void> = Promise.resolve();
  let head: Block = { number: 0, hash: "", time: 0 };
  let problem: unknown = null;
  let span = batch;

  function tell(news: FollowerNews): void {
    for (const listener of listeners) listener(news);
  }

  async function tick(): Promise<void> {
    working = lock("poll", poll).catch((error) => {
      if (problem === null && !isUnreachable(error)) log(`following the Ethereum chain: ${explain(error)}`);
      problem = error;
    });
    await working;
    if (running) cancelTimer = clock.after(interval, () => void tick());
  }

  async function poll(): Promise<void> {
    const seen = await block("latest");
    if (!seen) return;
    await undoLost();
    while (await readOn(seen)) {}
    problem = null;
    if (seen.hash === head.hash) return;
    head = seen;
    tell({ type: "head", ...seen });
  }

  /** Deletes what the chain no longer has. Stored blocks that it has are a prefix, so halving finds the last of them. */
  async function undoLost(): Promise<void> {
    if (await stillHas(Number.MAX_SAFE_INTEGER)) return;
    const rows = await store.query<{ number: string; hash: string }>(
      "select number, hash from eth_block order by number",
    );
    const has = async (i: number) => (await block(Number(rows[i]?.number)))?.hash === rows[i]?.hash;
    let low = -1;
    let high = rows.length - 1;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (await has(middle)) low = middle;
      else high = middle;
    }
    const ancestor = low < 0 ? -1 : Number(rows[low]?.number);
    const gone = await store.transaction(async (sql) => {
      const events = await sql.query("delete from eth_event where block_number > $1 returning log_index", [ancestor]);
      await sql.query("delete from eth_block where number > $1", [ancestor]);
      await sql.query("update eth_watch set scanned_to = $1 where scanned_to > $1", [ancestor]);
      return events.length;
    });
    log(`the Ethereum chain was reorganised above block ${ancestor}: ${gone} events were taken back`);
    tell({ type: "undone", ancestor, events: gone });
  }

  /** One range for the contracts that lag most. False when all have reached `to`. */
  async function readOn(newest: Block): Promise<boolean> {
    const watches = await store.query<Watch>("select address, kind, scanned_to from eth_watch order by address");
    const least = Math.min(...watches.map((watch) => Number(watch.scanned_to)));
    if (watches.length === 0 || least >= newest.number) return false;
    const lagging = watches.filter((watch) => Number(watch.scanned_to) === least);
    // Those that are ahead bound the range, so that all go on together from there.
    const next = Math.min(newest.number, ...watches.map((watch) => Number(watch.scanned_to)).filter((n) => n > least));
    const to = Math.min(next, least + span);
    const end = await block(to);
    if (!end) return false;
    const logs = await logsOf(
      lagging.map((watch) => watch.address),
      least + 1,
      to,
    );
    if (logs === "too many") return true;
    const collections = new Set(watches.filter((watch) => watch.kind === "collection").map((watch) => watch.address));
    const events: ChainEvent[] = [];
    for (const one of logs) {
      const kind = lagging.find((watch) => watch.address === one.address.toLowerCase())?.kind;
      const event = kind && decode(one, kind, collections, await timeOf(one));
      if (event) events.push(event);
    }
    // The chain may have changed while it was read: then nothing of this is kept, and the next poll sees it.
    if ((await block(to))?.hash !== end.hash || !(await stillHas(least))) return false;
    await store.transaction(async (sql) => {
      for (const event of events) {
        await sql.query(
          `insert into eth_event (block_number, log_index, block_hash, time, tx_hash, address, name, token_id, order_hash, args)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) on conflict do nothing`,
          [
            event.block,
            event.logIndex,
            event.blockHash,
            event.time,
            event.txHash,
            event.address,
            event.name,
            event.tokenId,
            event.orderHash,
            JSON.stringify(event.args),
          ],
        );
        await keepBlock(sql, { number: event.block, hash: event.blockHash, time: event.time });
      }
      await keepBlock(sql, end);
      await sql.query(
        `delete from eth_block where number < $1 and not exists
           (select 1 from eth_event where eth_event.block_number = eth_block.number)`,
        [to - KEPT_BLOCKS],
      );
      for (const watch of lagging) {
        await sql.query("update eth_watch set scanned_to = $2 where address = $1", [watch.address, to]);
      }
    });
    span = Math.min(batch, span * 2);
    if (events.length > 0) tell({ type: "events", events });
    return true;
  }

  /** Whether the chain has the newest stored block at or below a number. */
  async function stillHas(number: number): Promise<boolean> {
    const [row] = await store.query<{ number: string; hash: string }>(
      "select number, hash from eth_block where number <= $1 order by number desc limit 1",
      [number],
    );
    return !row || (await block(Number(row.number)))?.hash === row.hash;
  }

  async function logsOf(addresses: string[], from: number, to: number): Promise<Log[] | "too many"> {
    try {
      const filter = { address: addresses, fromBlock: quantity(from), toBlock: quantity(to), topics: [TOPICS] };
      return (await chain.request({ method: "eth_getLogs", params: [filter] })) as Log[];
    } catch (error) {
      // Every host words its limit differently; halving the range meets all of them.
      if (!(error instanceof EthRpcError) || to === from) throw error;
      span = Math.max(1, Math.floor((to - from) / 2));
      return "too many";
    }
  }

  const times = new Map<string, number>();
  async function timeOf(one: Log): Promise<number> {
    if (one.blockTimestamp) return Number(one.blockTimestamp) * 1_000;
    const known = times.get(one.blockHash);
    if (known !== undefined) return known;
    const time = (await block(Number(one.blockNumber)))?.time ?? 0;
    if (times.size > 500) times.clear();
    times.set(one.blockHash, time);
    return time;
  }

  async function block(which: number | "latest"): Promise<Block | null> {
    const tag = which === "latest" ? which : quantity(which);
    const found = (await chain.request({ method: "eth_getBlockByNumber", params: [tag, false] })) as RawBlock | null;
    return found && { number: Number(found.number), hash: found.hash, time: Number(found.timestamp) * 1_000 };
  }

  return {
    async watch(contract, kind, fromBlock) {
      await store.query(
        "insert into eth_watch (address, kind, scanned_to) values ($1, $2, $3) on conflict (address) do nothing",
        [contract, kind, fromBlock - 1],
      );
    },
    poll: () => lock("poll", poll),
    listen(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    state: () => ({ height: head.number, time: head.time, problem }),
    start() {
      if (running) return;
      running = true;
      void tick();
    },
    async stop() {
      running = false;
      cancelTimer?.();
      await working;
    },
  };
}

/** Blocks without events that are kept: two weeks of reorganisations could not reach deeper on any live chain. */
const KEPT_BLOCKS = 1_024;

const EVENTS: Record<WatchKind, Abi> = {
  collection: collectionAbi.filter((entry) => entry.type === "event"),
  seaport: seaportAbi.filter((entry) => entry.type === "event"),
};
const TOPICS = Object.values(EVENTS).flatMap((abi) =>
  abi.flatMap((entry) => (entry.type === "event" ? (encodeEventTopics({ abi: [entry] })[0] ?? []) : [])),
);

interface Block {
  number: number;
  hash: string;
  time: number;
}

interface RawBlock {
  number: string;
  hash: string;
  timestamp: string;
}

interface Watch {
  address: string;
  kind: WatchKind;
  scanned_to: string;
}

interface Log {
  address: string;
  topics: [`0x${string}`, ...`0x${string}`[]];
  data: `0x${string}`;
  blockNumber: string;
  blockHash: string;
  blockTimestamp?: string;
  transactionHash: `0x${string}`;
  logIndex: string;
}

async function keepBlock(sql: Pick<Store, "query">, { number, hash, time }: Block): Promise<void> {
  await sql.query(
    "insert into eth_block (number, hash, time) values ($1, $2, $3) on conflict (number) do update set hash = $2, time = $3",
    [number, hash, time],
  );
}

/** Null when it is no event of ours: Seaport sells for all the world. */
function decode(log: Log, kind: WatchKind, collections: ReadonlySet<string>, time: number): ChainEvent | null {
  let decoded: { eventName: string | undefined; args: unknown };
  try {
    decoded = decodeEventLog({ abi: EVENTS[kind], topics: log.topics, data: log.data });
  } catch {
    return null;
  }
  const args = plain(decoded.args ?? {}) as Record<string, unknown>;
  let token =
    args.tokenId ?? (decoded.eventName === "Transfer" || decoded.eventName === "Approval" ? args.id : undefined);
  if (decoded.eventName === "OrderFulfilled") {
    const [offered] = args.offer as { token: string; identifier: string }[];
    if (!offered || !collections.has(offered.token)) return null;
    token = offered.identifier;
  }
  return {
    block: Number(log.blockNumber),
    logIndex: Number(log.logIndex),
    blockHash: log.blockHash,
    time,
    txHash: log.transactionHash,
    address: address(log.address),
    name: decoded.eventName ?? "",
    tokenId: typeof token === "string" ? BigInt(token).toString(16).padStart(64, "0") : null,
    orderHash: typeof args.orderHash === "string" ? args.orderHash : null,
    args,
  };
}

/** JSON can hold it: bigint as decimal text, addresses in the lower case that all tables use. */
function plain(value: unknown): unknown {
  if (typeof value === "bigint") return value.toString();
  if (typeof value === "string") return /^0x[0-9a-fA-F]{40}$/.test(value) ? value.toLowerCase() : value;
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, plain(part)]));
  }
  return value;
}
