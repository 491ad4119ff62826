/**
 * Something that searches nonces: this computer's CPU in worker threads; a GPU later. ASICs come by Stratum instead.
 * @module
 */

/** One range of work. */
export interface HashWork {
  /** Given back with each hit. */
  id: number;
  /** 80 bytes; the nonce field is overwritten. */
  header: Uint8Array;
  /** Hits are hashes at or below it. */
  target: bigint;
}

/** A nonce that meets the target. */
export interface HashHit {
  workId: number;
  nonce: number;
}

/** Told while work runs. */
export interface HasherEvents {
  hit(hit: HashHit): void;
  /** Hashes done since the last call, over all threads. */
  hashes(count: number): void;
  /** A thread has searched all 2^32 nonces of its work and asks for more (a new extranonce2 or ntime). */
  exhausted(thread: number, workId: number): void;
  /** A thread ended unexpectedly; it is started again by the adapter. */
  fault(message: string): void;
}

/** Threads that hash. Each thread gets work of its own, so that none repeats another's. */
export interface Hasher {
  readonly algorithm: "sha256d" | "scrypt";
  /** For instance "WebAssembly SIMD, 4 lanes". */
  readonly about: string;
  readonly maxThreads: number;
  /** Starts or ends threads until `count` run. */
  setThreads(count: number): Promise<void>;
  /** Replaces the work of one thread at once. `null` lets it rest. */
  assign(thread: number, work: HashWork | null): void;
  /** Hash rate in H/s of one thread, measured over `ms`, before any work: used to choose the opening target. */
  measure(ms: number): Promise<number>;
  close(): Promise<void>;
}
