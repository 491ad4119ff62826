/**
 * This computer's own miner: what it needs and what it tells.
 * @module
 */
import type { Hash } from "@carrara/mining/hash";
import type { Clock } from "../ports/clock.ts";
import type { Hasher, HasherEvents } from "../ports/hasher.ts";
import type { Log } from "../ports/log.ts";

/** A connection to a pool; the adapter has the socket. */
export interface PoolConnection {
  send(text: string): void;
  close(): void;
}

/** What a connection tells. `closed` comes once, also when it never opened. */
export interface PoolConnectionEvents {
  opened(): void;
  data(bytes: Uint8Array): void;
  closed(why: string): void;
}

/** What a miner is made of. */
export interface MinerDeps {
  newHasher(events: HasherEvents): Hasher;
  connect(events: PoolConnectionEvents): PoolConnection;
  clock: Clock;
  log: Log;
  /** Payout address and worker name. */
  user: string;
  password: string;
  /** Host of the pool, for client.reconnect. */
  host: string;
  /** Name and version told to the pool. */
  agent: string;
  sha256d: Hash;
  /** Target of difficulty 1. */
  unit: bigint;
}

/** What it does now. */
export interface MinerStatus {
  state: "stopped" | "connecting" | "refused" | "waiting" | "mining" | "paused";
  /** Why it is not mining, in words; null when it is, or when it was told not to. */
  why: string | null;
  threads: number;
  maxThreads: number;
  /** For instance "WebAssembly SIMD, 4 lanes". */
  about: string;
  /** H/s over the last ten seconds; null while not mining or before the second second. */
  hashRate: number | null;
  /** Since the start. */
  hashes: number;
  accepted: number;
  rejected: number;
  stale: number;
  lastShareAt: number | null;
  /** Of the job that is worked on. */
  difficulty: number | null;
  connectedSince: number | null;
}

/** The miner. */
export interface Miner {
  /** Connects and begins with so many threads. */
  start(threads: number): Promise<void>;
  /** 0 rests; more than the computer has is cut to what it has. */
  setThreads(count: number): Promise<void>;
  /** Lets the threads rest; the connection stays. */
  pause(): void;
  resume(): void;
  /** H/s of one thread, before any work. */
  measure(ms: number): Promise<number>;
  status(): MinerStatus;
  stop(): Promise<void>;
}
