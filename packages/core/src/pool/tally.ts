/**
 * Shares added up per worker: what goes to the sink each second, and the rates of the last ten minutes. Memory is bounded
 * by the number of workers, whatever they send.
 * @module
 */
import { display } from "@carrara/mining/hash";
import type { ShareEffect, WorkerName } from "@carrara/mining/stratum/session";
import type { DeepShare, ShareBatch, WorkerStatus } from "./types.ts";

/** Deepest shares of a batch that are told one by one. */
export const DEEPEST = 8;
/** Workers that are remembered; the one that was silent longest goes first. */
export const MAX_TALLIES = 4096;
const SLOT_MS = 10_000;
const SLOTS = 60;
const LEAST_SHARES = 10;
const HASHES_PER_UNIT = 2 ** 32;

/** One worker's counts. */
interface Tally {
  address: string;
  name: string;
  agent: string | null;
  accepted: number;
  rejected: number;
  stale: number;
  firstShareAt: number | null;
  lastShareAt: number | null;
  best: DeepShare | null;
  /** Work and shares by slot of ten seconds, a ring; `slot` is the newest. */
  slot: number;
  ring: Float64Array;
  counts: Uint32Array;
  /** Not yet with the sink. */
  pending: ShareBatch | null;
}

/** All workers' counts. */
export interface Tallies {
  join(worker: WorkerName, agent: string): void;
  share(share: ShareEffect): void;
  reject(worker: string, stale: boolean, now: number): void;
  /** Takes what waits for the sink. */
  take(): ShareBatch[];
  /** Gives back what the sink did not take. */
  putBack(batches: readonly ShareBatch[]): void;
  status(now: number, live: (worker: string) => { connections: number; difficulty: number | null }): WorkerStatus[];
  size(): number;
}

/** The name of a worker in tables, API and pages. */
export function workerId({ address, worker }: Pick<WorkerName, "address" | "worker">): string {
  return worker === "" ? address : `${address}.${worker}`;
}

/** @param unitsPerDifficulty work of one share of difficulty 1, in 2^32 hashes: 1 for sha256d, 2^-16 for scrypt. */
export function createTallies(unitsPerDifficulty: number): Tallies {
  const tallies = new Map<string, Tally>();

  const join = (worker: WorkerName, agent: string) => {
    const id = workerId(worker);
    const known = tallies.get(id);
    if (known) {
      known.agent = agent || known.agent;
      return;
    }
    if (tallies.size >= MAX_TALLIES) forgetOne(tallies);
    tallies.set(id, freshTally(worker, agent));
  };

  const pendingOf = (id: string, tally: Tally, now: number): ShareBatch => {
    tally.pending ??= emptyBatch(id, tally.agent, now);
    tally.pending.time = now;
    return tally.pending;
  };

  const share = (effect: ShareEffect) => {
    const id = workerId(effect.worker);
    const tally = tallies.get(id);
    if (!tally) return;
    const work = effect.credited * unitsPerDifficulty;
    const now = effect.time;
    tally.accepted += 1;
    tally.firstShareAt ??= now;
    tally.lastShareAt = now;
    turnTo(tally, now);
    const at = tally.slot % SLOTS;
    tally.ring[at] = tally.ring[at]! + work;
    tally.counts[at] = tally.counts[at]! + 1;
    const batch = pendingOf(id, tally, now);
    batch.accepted += 1;
    batch.work += work;
    const last = batch.deepest.at(-1);
    const isDeep = batch.deepest.length < DEEPEST || effect.rarity > last!.log2;
    const isBest = !tally.best || effect.rarity > tally.best.log2;
    if (!isDeep && !isBest) return;
    const deep: DeepShare = {
      hash: display(effect.hash),
      time: now,
      log2: effect.rarity,
      difficulty: effect.difficulty * unitsPerDifficulty,
    };
    if (isBest) tally.best = deep;
    if (isDeep) insertDeep(batch.deepest, deep);
  };

  const reject = (worker: string, stale: boolean, now: number) => {
    const tally = tallies.get(worker);
    if (!tally) return;
    const batch = pendingOf(worker, tally, now);
    if (stale) {
      tally.stale += 1;
      batch.stale += 1;
    } else {
      tally.rejected += 1;
      batch.rejected += 1;
    }
  };

  const take = () => {
    const batches: ShareBatch[] = [];
    for (const tally of tallies.values()) {
      if (!tally.pending) continue;
      batches.push(tally.pending);
      tally.pending = null;
    }
    return batches;
  };

  const putBack = (batches: readonly ShareBatch[]) => {
    for (const batch of batches) {
      const tally = tallies.get(batch.worker);
      if (!tally) continue;
      const into = tally.pending;
      if (!into) {
        tally.pending = batch;
        continue;
      }
      into.accepted += batch.accepted;
      into.rejected += batch.rejected;
      into.stale += batch.stale;
      into.work += batch.work;
      for (const deep of batch.deepest) insertDeep(into.deepest, deep);
    }
  };

  const status: Tallies["status"] = (now, live) =>
    [...tallies].map(([worker, tally]) => ({
      worker,
      address: tally.address,
      name: tally.name,
      agent: tally.agent,
      ...live(worker),
      hashRate: rateOf(tally, now),
      accepted: tally.accepted,
      rejected: tally.rejected,
      stale: tally.stale,
      lastShareAt: tally.lastShareAt,
      best: tally.best,
    }));

  return { join, share, reject, take, putBack, status, size: () => tallies.size };
}

function freshTally({ address, worker }: WorkerName, agent: string): Tally {
  return {
    address,
    name: worker,
    agent: agent || null,
    accepted: 0,
    rejected: 0,
    stale: 0,
    firstShareAt: null,
    lastShareAt: null,
    best: null,
    slot: 0,
    ring: new Float64Array(SLOTS),
    counts: new Uint32Array(SLOTS),
    pending: null,
  };
}

function emptyBatch(worker: string, agent: string | null, time: number): ShareBatch {
  return { worker, time, accepted: 0, rejected: 0, stale: 0, work: 0, agent, deepest: [] };
}

function insertDeep(deepest: DeepShare[], deep: DeepShare): void {
  let at = deepest.length;
  while (at > 0 && deepest[at - 1]!.log2 < deep.log2) at--;
  deepest.splice(at, 0, deep);
  if (deepest.length > DEEPEST) deepest.pop();
}

/** Moves the ring on to the slot of `now`, emptying those that were skipped. */
function turnTo(tally: Tally, now: number): void {
  const slot = Math.floor(now / SLOT_MS);
  if (slot <= tally.slot) return;
  const steps = Math.min(SLOTS, slot - tally.slot);
  for (let i = 1; i <= steps; i++) {
    tally.ring[(tally.slot + i) % SLOTS] = 0;
    tally.counts[(tally.slot + i) % SLOTS] = 0;
  }
  if (slot - tally.slot >= SLOTS) {
    tally.ring.fill(0);
    tally.counts.fill(0);
  }
  tally.slot = slot;
}

function rateOf(tally: Tally, now: number): number | null {
  if (tally.firstShareAt === null) return null;
  turnTo(tally, now);
  const shares = tally.counts.reduce((sum, count) => sum + count, 0);
  if (shares < LEAST_SHARES) return null;
  const work = tally.ring.reduce((sum, part) => sum + part, 0);
  const begin = Math.max(tally.firstShareAt, (tally.slot - SLOTS + 1) * SLOT_MS);
  return (work * HASHES_PER_UNIT) / (Math.max(SLOT_MS, now - begin) / 1000);
}

function forgetOne(tallies: Map<string, Tally>): void {
  let oldest: string | undefined;
  let oldestAt = Number.POSITIVE_INFINITY;
  for (const [id, tally] of tallies) {
    const at = tally.lastShareAt ?? 0;
    if (tally.pending === null && at < oldestAt) {
      oldest = id;
      oldestAt = at;
    }
  }
  oldest ??= tallies.keys().next().value;
  if (oldest !== undefined) tallies.delete(oldest);
}
