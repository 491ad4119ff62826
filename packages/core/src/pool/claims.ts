/**
 * Claims on their way to the sink: the best 64 per worker and round pass, the rest is dropped before it costs anything.
 * @module
 */
import { explain } from "@carrara/base/errors";
import type { PoolClaim, PoolDeps } from "./types.ts";

/** Claims kept per worker and round. */
export const CLAIMS_KEPT = 64;
/** Rounds of workers that are remembered; the oldest goes first. */
export const MAX_GATES = 8192;

/** The gate and the queue behind it. */
export interface Claims {
  /** Passes a claim on if it is among the best of its worker and round so far. */
  offer(claim: PoolClaim): void;
  /** Hands what waits to the sink; stops at the first failure. */
  flush(): Promise<void>;
  pending(): number;
  gates(): number;
}

export function createClaims({ sink, log }: Pick<PoolDeps, "sink" | "log">): Claims {
  /** Rarities of the best claims by worker and round, each a heap with the least rare first. */
  const gates = new Map<string, number[]>();
  /** Waiting for the sink, by the same key, least rare first when over the bound. */
  const waiting = new Map<string, PoolClaim[]>();
  let running: Promise<void> | undefined;

  const flush = () => {
    running ??= hand().finally(() => {
      running = undefined;
    });
    return running;
  };

  const hand = async () => {
    try {
      for (const [key, queue] of waiting) {
        while (queue.length > 0) {
          await sink.claim(queue[0]!);
          queue.shift();
        }
        waiting.delete(key);
      }
    } catch (error) {
      log.warn("A claim could not be kept yet and is tried again.", { why: explain(error) });
    }
  };

  const offer = (claim: PoolClaim) => {
    const key = `${claim.terms.chainId}/${claim.terms.collection}/${claim.terms.round}/${claim.worker}`;
    let heap = gates.get(key);
    if (!heap) {
      heap = [];
      gates.set(key, heap);
      if (gates.size > MAX_GATES) gates.delete(gates.keys().next().value!);
    }
    if (heap.length >= CLAIMS_KEPT && claim.log2 <= heap[0]!) return;
    if (heap.length >= CLAIMS_KEPT) popLeast(heap);
    push(heap, claim.log2);
    const queue = waiting.get(key) ?? [];
    waiting.set(key, queue);
    queue.push(claim);
    // While the sink is down the queue grows by what passes the gate; only the best of it can be kept in the end.
    // The first is left out: it may be with the sink right now.
    if (queue.length > CLAIMS_KEPT + 1) queue.splice(leastRare(queue), 1);
    void flush();
  };

  return {
    offer,
    flush,
    pending: () => [...waiting.values()].reduce((sum, queue) => sum + queue.length, 0),
    gates: () => gates.size,
  };
}

function leastRare(queue: readonly PoolClaim[]): number {
  let least = 1;
  for (let i = 2; i < queue.length; i++) if (queue[i]!.log2 < queue[least]!.log2) least = i;
  return least;
}

function push(heap: number[], value: number): void {
  let at = heap.push(value) - 1;
  while (at > 0) {
    const parent = (at - 1) >> 1;
    if (heap[parent]! <= heap[at]!) return;
    [heap[parent], heap[at]] = [heap[at]!, heap[parent]!];
    at = parent;
  }
}

function popLeast(heap: number[]): void {
  const last = heap.pop()!;
  if (heap.length === 0) return;
  heap[0] = last;
  for (let at = 0; ; ) {
    const left = 2 * at + 1;
    const right = left + 1;
    let least = at;
    if (left < heap.length && heap[left]! < heap[least]!) least = left;
    if (right < heap.length && heap[right]! < heap[least]!) least = right;
    if (least === at) return;
    [heap[least], heap[at]] = [heap[at]!, heap[least]!];
    at = least;
  }
}
