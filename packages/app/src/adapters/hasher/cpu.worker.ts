/**
 * One mining thread. It hashes in slices of about 50 ms and looks at its messages in between, so that new work or a pause
 * takes hold within a slice.
 * @module
 */
import { readlinkSync } from "node:fs";
import { setPriority } from "node:os";
import { parentPort, workerData } from "node:worker_threads";
import { createSha256dScanner } from "@carrara/mining/kernel/sha256d";
import { meets } from "@carrara/mining/target";
import { scryptPow } from "./scrypt.ts";

/** What the thread is told. */
export type ToThread =
  | { type: "work"; id: number; header: Uint8Array; target: bigint }
  | { type: "rest" }
  | { type: "measure"; ms: number };

/** What it tells. */
export type FromThread =
  | { type: "slice"; workId: number; hashes: number; hits: number[]; exhausted: boolean }
  | { type: "rate"; rate: number };

type Scan = (input: { header: Uint8Array; target: bigint; from: number; count: number }) => {
  hits: number[];
  done: number;
};

const SLICE_MS = 50;
const NONCES = 2 ** 32;
/** Nonces of the first slice, small enough for the slowest computer. */
const FIRST_COUNT = { sha256d: 65_536, scrypt: 256 };
/** The engine compiles the kernel again after a few calls, twice as fast: not to be measured before. */
const WARM_UP_MS = 150;

const { algorithm } = workerData as { algorithm: "sha256d" | "scrypt" };
const scan = algorithm === "sha256d" ? sha256dScan() : scryptScan;
const port = parentPort;
let work: Extract<ToThread, { type: "work" }> | undefined;
let next = 0;
let count = FIRST_COUNT[algorithm];
let scheduled = false;

lowerPriority();
port?.on("message", (message: ToThread) => {
  if (message.type === "measure") {
    measureFor(WARM_UP_MS);
    tell({ type: "rate", rate: measureFor(message.ms) });
    return;
  }
  work = message.type === "work" ? message : undefined;
  next = 0;
  schedule();
});

function schedule(): void {
  if (scheduled || !work) return;
  scheduled = true;
  // setImmediate lets messages in between two slices.
  setImmediate(() => {
    scheduled = false;
    if (work) slice(work);
    schedule();
  });
}

function slice(current: Extract<ToThread, { type: "work" }>): void {
  const begin = performance.now();
  const { hits, done } = scan({
    header: current.header,
    target: current.target,
    from: next,
    count: Math.min(count, NONCES - next),
  });
  adapt(done, performance.now() - begin);
  next += done;
  const exhausted = next >= NONCES;
  if (exhausted) work = undefined;
  tell({ type: "slice", workId: current.id, hashes: done, hits, exhausted });
}

/** The next slice is to take its time, whatever the computer or what else runs on it. */
function adapt(done: number, ms: number): void {
  const fitting = (done / Math.max(ms, 1)) * SLICE_MS;
  count = Math.max(16, Math.min(Math.round(Math.min(fitting, count * 4)), 2 ** 26));
}

function measureFor(ms: number): number {
  const header = new Uint8Array(80);
  const begin = performance.now();
  let hashes = 0;
  let from = 0;
  while (performance.now() - begin < ms) {
    const started = performance.now();
    const { done } = scan({ header, target: 0n, from, count });
    adapt(done, performance.now() - started);
    hashes += done;
    from = (from + done) % (NONCES / 2);
  }
  return (1000 * hashes) / (performance.now() - begin);
}

function sha256dScan(): Scan {
  const scanner = createSha256dScanner();
  return (input) => scanner.scan(input);
}

/** About 10,000 a second on one thread. */
function scryptScan(input: Parameters<Scan>[0]): ReturnType<Scan> {
  const header = input.header.slice();
  const view = new DataView(header.buffer);
  const hits: number[] = [];
  for (let i = 0; i < input.count; i++) {
    const nonce = input.from + i;
    view.setUint32(76, nonce, true);
    if (meets(scryptPow(header), input.target)) hits.push(nonce);
  }
  return { hits, done: input.count };
}

function tell(message: FromThread): void {
  port?.postMessage(message);
}

/**
 * Lets everything else go first. Linux gives each thread its own priority, by the thread's id; where the id cannot be
 * had, mining runs at the priority of the program, because no other system lets a thread be told apart.
 */
function lowerPriority(): void {
  try {
    const id = Number(readlinkSync("/proc/thread-self").split("/").at(-1));
    setPriority(id, 10);
  } catch {
    // Not Linux, or not allowed: it works as well without.
  }
}
