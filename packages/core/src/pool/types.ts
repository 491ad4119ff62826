/**
 * What the pool needs of the outside and what it tells it.
 * @module
 */
import type { Address, Hash256 } from "@carrara/base/units";
import type { Hash } from "@carrara/mining/hash";
import type * as session from "@carrara/mining/stratum/session";
import type { BtcNode } from "../ports/bitcoin.ts";
import type { Clock } from "../ports/clock.ts";
import type { Log } from "../ports/log.ts";

/** What a collection asks of a share in its open round. */
export type ForgeTerms = session.ForgeTerms;

/** One of the deepest shares of a batch. */
export interface DeepShare {
  hash: Hash256;
  /** Milliseconds since 1970. */
  time: number;
  /** log2 of the hashes that one as rare takes. */
  log2: number;
  /** In hashes of difficulty 1, 2^32. */
  difficulty: number;
}

/** One worker's shares of about a second. */
export interface ShareBatch {
  /** `address.name`, or the address alone. */
  worker: string;
  /** Of the newest share in it. */
  time: number;
  accepted: number;
  /** Refused for any reason but stale. */
  rejected: number;
  stale: number;
  /** Work of the accepted shares, in units of 2^32 hashes on every chain. */
  work: number;
  agent: string | null;
  deepest: DeepShare[];
}

/** A claim: the proof that the contract wants, and whose it is. */
export interface PoolClaim {
  /** The header's hash as the number that is compared with the target. */
  tokenId: Hash256;
  terms: ForgeTerms;
  recipient: Address;
  header: Uint8Array;
  coinbase: Uint8Array;
  branch: readonly Uint8Array[];
  worker: string;
  time: number;
  log2: number;
  height: number;
}

/** A block, told before it is submitted. */
export interface FoundBlock {
  hash: Hash256;
  height: number;
  time: number;
  worker: string;
  /** The address that its coinbase pays. */
  payout: string;
  valueSats: bigint;
  /** As submitblock takes it. */
  hex: string;
}

/** A worker that was let in. */
export interface WorkerInfo {
  worker: string;
  address: string;
  agent: string;
  remote: string;
  /** Password options that nobody knows, as written. */
  unknownOptions: readonly string[];
  time: number;
}

/**
 * Where the pool's results go. What a method rejects is kept in memory and tried again, bounded: shares are added up,
 * the best claims are kept, blocks are submitted whatever the sink says.
 */
export interface PoolSink {
  shares(batches: readonly ShareBatch[]): Promise<void> | void;
  claim(claim: PoolClaim): Promise<void> | void;
  /** Before submission. */
  block(block: FoundBlock): Promise<void> | void;
  /** What the node said to it: `accepted`, Core's word, or why it could not be asked. */
  blockAnswer(hash: Hash256, answer: string): Promise<void> | void;
  worker(info: WorkerInfo): Promise<void> | void;
}

/** A connection as the pool sees it; the adapter has the socket. */
export interface Connection {
  /** For the log: any text that tells connections apart. */
  id: string;
  /** Address of the other end, for the limits. */
  remote: string;
  /** Sends; false when the system's buffer is full, then {@link Wire.drained} is to be called when it is empty. */
  write(text: string): boolean;
  /** Ends the connection; the reason is for the log. */
  close(reason: string): void;
}

/** What the adapter tells the pool about a connection. */
export interface Wire {
  data(bytes: Uint8Array): void;
  closed(): void;
  drained(): void;
}

/** A signal and its trigger: the platform's AbortController, which this package does not see. */
export interface Abort {
  signal: AbortSignal;
  abort(): void;
}

/** Limits and habits of a pool; all have defaults. */
export interface PoolOptions {
  versionMask: number;
  extranonce2Size: number;
  /** For devices whose user agent tells nothing. */
  startDifficulty: number;
  maxConnections: number;
  maxPerAddress: number;
  /** A connection that is not subscribed and authorised after this is closed. */
  idleMs: number;
  /** A template that the node has not replaced is fetched again after this. */
  refreshMs: number;
  /** Bytes that a connection may leave unread. */
  maxUnsent: number;
  /** Lines: refill per second, and how many at once. The burst lets a very fast device find its difficulty. */
  linesPerSecond: number;
  lineBurst: number;
}

/** What the pool is made of. */
export interface PoolDeps {
  btc: BtcNode;
  clock: Clock;
  log: Log;
  sink: PoolSink;
  /** The app's fast hashes. `scrypt` is the proof of work of scrypt chains, of a header. */
  hashes: { sha256d: Hash; scrypt: Hash };
  newAbort(): Abort;
  /** Seed of the extranonces, so that two runs do not give the same ones. */
  seed: number;
  /** The platform's strict UTF-8 decoder. */
  decode?: (bytes: Uint8Array) => string | null;
  options?: Partial<PoolOptions>;
}

/** One worker now. */
export interface WorkerStatus {
  worker: string;
  address: string;
  name: string;
  agent: string | null;
  connections: number;
  /** Asked of its newest connection; null when it has none. */
  difficulty: number | null;
  /** H/s over the last ten minutes, or since its first share; null before ten shares. */
  hashRate: number | null;
  accepted: number;
  rejected: number;
  stale: number;
  lastShareAt: number | null;
  best: DeepShare | null;
}

/** The pool now. */
export interface PoolStatus {
  node: { up: true } | { up: false; since: number; why: string };
  /** Of the block that is being mined; null before the first template. */
  height: number | null;
  /** The chain's difficulty in units of 2^32 hashes. */
  difficulty: number | null;
  transactions: number | null;
  /** Subsidy and fees of the block that is being mined. */
  valueSats: bigint | null;
  templateAt: number | null;
  connections: number;
  workers: WorkerStatus[];
  hashRate: number | null;
  lastShareAt: number | null;
  blocks: { found: number; accepted: number; refused: number; siblings: number };
  /** What waits for the sink. */
  pending: { claims: number; blocks: number };
}

/** The pool. */
export interface Pool {
  /** Begins to ask the node for templates. */
  start(): void;
  accept(connection: Connection): Wire;
  /** The open collections, the node's own first. A changed round sends jobs. */
  setTerms(terms: readonly ForgeTerms[]): void;
  status(): PoolStatus;
  /** Whether a worker is connected now. */
  online(worker: string): boolean;
  /** Ends all connections and loops, and hands the last shares to the sink. */
  stop(): Promise<void>;
}
