/**
 * This computer's CPU as a hasher: one worker thread per mining thread, so that the event loop stays free.
 * @module
 */
import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import type { Hasher, HasherEvents, HashWork } from "@carrara/core/ports/hasher";
import type { FromThread, ToThread } from "./cpu.worker.ts";

/** A thread that ended by itself is started again after this. */
const RESTART_MS = 1000;

/** One thread and what it was last told. */
interface Thread {
  worker: Worker;
  work: HashWork | null;
  /** Whether its end is wanted. */
  ending: boolean;
}

/**
 * Threads on this CPU: WebAssembly for sha256d, node:crypto for scrypt. None runs until `setThreads`.
 * @param restartMs for tests.
 * @example const hasher = createCpuHasher("sha256d", events); await hasher.setThreads(1);
 */
export function createCpuHasher(
  algorithm: Hasher["algorithm"],
  events: HasherEvents,
  restartMs: number = RESTART_MS,
): Hasher {
  const threads: (Thread | undefined)[] = [];
  const timers = new Set<NodeJS.Timeout>();
  let wanted = 0;

  const begin = (index: number, work: HashWork | null) => {
    const worker = newWorker(algorithm);
    const thread: Thread = { worker, work, ending: false };
    threads[index] = thread;
    worker.on("message", (message: FromThread) => {
      if (message.type !== "slice") return;
      take(events, index, message);
    });
    let reason = "it ended without a word";
    worker.on("error", (error) => {
      reason = error instanceof Error ? error.message : String(error);
    });
    worker.on("exit", () => {
      if (thread.ending) return;
      events.fault(reason);
      const timer = setTimeout(() => {
        timers.delete(timer);
        if (index < wanted && threads[index] === thread) begin(index, thread.work);
      }, restartMs);
      timers.add(timer);
    });
    tell(thread, work);
  };

  const tell = (thread: Thread, work: HashWork | null) => {
    thread.work = work;
    const message: ToThread = work ? { type: "work", ...work } : { type: "rest" };
    thread.worker.postMessage(message);
  };

  const end = async (thread: Thread | undefined) => {
    if (!thread) return;
    thread.ending = true;
    await thread.worker.terminate();
  };

  return {
    algorithm,
    about: algorithm === "sha256d" ? "WebAssembly SIMD, 4 lanes" : "scrypt of node:crypto",
    maxThreads: availableParallelism(),
    async setThreads(count) {
      wanted = count;
      for (let index = threads.length; index < count; index++) begin(index, null);
      const surplus = threads.splice(count);
      await Promise.all(surplus.map(end));
    },
    assign(index, work) {
      const thread = threads[index];
      if (thread) tell(thread, work);
    },
    measure: (ms) => measure(algorithm, ms),
    async close() {
      wanted = 0;
      for (const timer of timers) clearTimeout(timer);
      await Promise.all(threads.splice(0).map(end));
    },
  };
}

function take(events: HasherEvents, thread: number, slice: Extract<FromThread, { type: "slice" }>): void {
  events.hashes(slice.hashes);
  // A slice that was begun before the thread got other work still counts: its hits are of the work named.
  for (const nonce of slice.hits) events.hit({ workId: slice.workId, nonce });
  if (slice.exhausted) events.exhausted(thread, slice.workId);
}

/** On a thread of its own, which ends afterwards. */
async function measure(algorithm: Hasher["algorithm"], ms: number): Promise<number> {
  const worker = newWorker(algorithm);
  try {
    return await new Promise<number>((resolve, reject) => {
      worker.on("message", (message: FromThread) => {
        if (message.type === "rate") resolve(message.rate);
      });
      worker.on("error", reject);
      worker.on("exit", () => reject(new Error("the measuring thread ended without a figure")));
      const message: ToThread = { type: "measure", ms };
      worker.postMessage(message);
    });
  } finally {
    await worker.terminate();
  }
}

function newWorker(algorithm: Hasher["algorithm"]): Worker {
  return new Worker(new URL("./cpu.worker.ts", import.meta.url), {
    workerData: { algorithm },
    name: `hasher ${algorithm}`,
  });
}
