/**
 * This computer as a miner: a Stratum client of the pool like any other, with its own threads. Nothing here hashes: the
 * event loop only hands out headers and passes on what was found.
 * @module
 */
import { explain } from "@carrara/base/errors";
import type { ClientEffect, ClientJob, ClientSession, HeaderWork } from "@carrara/mining/stratum/client";
import { createClient, headerWork, openingLines, receive, submitLine } from "@carrara/mining/stratum/client";
import { lineBuffer, splitLines } from "@carrara/mining/stratum/line";
import type { HasherEvents } from "../ports/hasher.ts";
import type { Miner, MinerDeps, MinerStatus, PoolConnection } from "./types.ts";

const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 10_000;
/** A pool that refused our name is asked again after this: its collection may open later. */
const REFUSED_WAIT_MS = 30_000;
/** Hash counts are kept for so many seconds. */
const WINDOW_S = 10;
/** Works whose hits are still submitted: those of the job before are on their way when a new one comes. */
const WORKS_KEPT = 512;

/** One connection's state. */
interface Link {
  connection: PoolConnection;
  client: ClientSession;
  openedAt: number | null;
}

/**
 * @example
 * const miner = createMiner({ newHasher, connect, clock, log, user, password: "x", host, agent, sha256d, unit });
 * await miner.start(1);
 */
export function createMiner(deps: MinerDeps): Miner {
  const { clock, log } = deps;
  let link: Link | undefined;
  let job: ClientJob | undefined;
  /** Next value of extranonce2, and seconds added to the job's time once all values are used up. */
  let counter = 0;
  let rolled = 0;
  let threads = 0;
  let paused = false;
  let running = false;
  let why: string | null = null;
  let refused = false;
  let wait = FIRST_WAIT_MS;
  let cancelRetry = () => {};
  const works = new Map<number, HeaderWork>();
  let worksMade = 0;
  const totals = { hashes: 0, accepted: 0, rejected: 0, stale: 0, lastShareAt: null as number | null };
  const seconds = new Map<number, number>();
  let countingSince: number | null = null;

  const events: HasherEvents = {
    hit({ workId, nonce }) {
      const work = works.get(workId);
      if (!work || !link || work.job.extranonce1 !== link.client.extranonce1) return;
      link.connection.send(`${submitLine(link.client, work, nonce, clock.now())}\n`);
    },
    hashes(count) {
      totals.hashes += count;
      const second = Math.floor(clock.now() / 1000);
      seconds.set(second, (seconds.get(second) ?? 0) + count);
      for (const old of seconds.keys()) if (old < second - WINDOW_S) seconds.delete(old);
    },
    exhausted(thread, workId) {
      if (works.get(workId)?.job === job) assign(thread);
    },
    fault(message) {
      log.warn("A mining thread ended and is started again.", { why: message });
    },
  };
  const hasher = deps.newHasher(events);

  const idle = () => paused || !running || !job || !link;

  function assign(thread: number): void {
    const work = idle() ? undefined : nextWork();
    if (!work) {
      hasher.assign(thread, null);
      return;
    }
    worksMade += 1;
    works.set(worksMade, work);
    for (const id of works.keys()) {
      if (works.size <= WORKS_KEPT) break;
      works.delete(id);
    }
    hasher.assign(thread, { id: worksMade, header: work.header, target: work.job.target });
  }

  function nextWork(): HeaderWork | undefined {
    const { client } = link!;
    const work = headerWork(client, job!, counter, job!.ntime + rolled);
    counter += 1;
    if (work) return work;
    // 2^48 headers are never used up by a CPU, but a pool may give one byte of extranonce2.
    rolled += 1;
    counter = 1;
    return headerWork(client, job!, 0, job!.ntime + rolled);
  }

  function assignAll(): void {
    for (let thread = 0; thread < threads; thread++) assign(thread);
    countingSince = idle() || threads === 0 ? null : (countingSince ?? clock.now());
    if (countingSince === null) seconds.clear();
  }

  function take(effect: ClientEffect): void {
    switch (effect.type) {
      case "job":
        job = effect.job;
        counter = 0;
        rolled = 0;
        assignAll();
        break;
      case "authorized":
        why = null;
        wait = FIRST_WAIT_MS;
        break;
      case "refused":
        refused = true;
        why = `The pool refuses this miner: ${effect.text}`;
        log.warn("The pool refuses this computer's miner.", { why: effect.text });
        link?.connection.close();
        break;
      case "accepted":
        totals.accepted += 1;
        totals.lastShareAt = clock.now();
        break;
      case "rejected":
        if (effect.code === 21) totals.stale += 1;
        else {
          totals.rejected += 1;
          log.warn("The pool refused a share of this computer.", { code: effect.code, why: effect.text });
        }
        break;
      case "message":
        log.info("The pool says:", { text: effect.text });
        break;
      case "fault":
        log.warn("The pool said something that cannot be read.", { why: effect.text });
        break;
      case "reconnect":
        wait = Math.max(effect.waitMs, FIRST_WAIT_MS);
        link?.connection.close();
        break;
    }
  }

  function connect(): void {
    if (!running) return;
    refused = false;
    const lines = lineBuffer();
    const { user, password, agent, host, sha256d, unit } = deps;
    const client = createClient({ user, password, agent, host, sha256d, unit });
    const own: Link = { connection: { send() {}, close() {} }, client, openedAt: null };
    link = own;
    own.connection = deps.connect({
      opened() {
        own.openedAt = clock.now();
        own.connection.send(`${openingLines(client).join("\n")}\n`);
      },
      data(bytes) {
        const { lines: whole, tooLong } = splitLines(lines, bytes);
        for (const line of whole) {
          const { replies, effects } = receive(client, line, clock.now());
          if (replies.length > 0) own.connection.send(`${replies.join("\n")}\n`);
          for (const effect of effects) take(effect);
        }
        if (tooLong) own.connection.close();
      },
      closed(reason) {
        if (link !== own) return;
        link = undefined;
        job = undefined;
        assignAll();
        if (!running) return;
        if (!refused) why = `The pool cannot be reached: ${reason}`;
        cancelRetry = clock.after(refused ? REFUSED_WAIT_MS : wait, connect);
        wait = Math.min(2 * wait, LONGEST_WAIT_MS);
      },
    });
  }

  function state(): MinerStatus["state"] {
    if (!running) return "stopped";
    if (paused) return "paused";
    if (refused) return "refused";
    if (!link?.client.authorized) return "connecting";
    return job && threads > 0 ? "mining" : "waiting";
  }

  function hashRate(): number | null {
    if (countingSince === null) return null;
    const now = clock.now();
    // The present second is not over; whole seconds only, back to the start of work.
    const current = Math.floor(now / 1000);
    const first = Math.max(current - WINDOW_S, Math.ceil(countingSince / 1000));
    if (first >= current) return null;
    let sum = 0;
    for (const [second, count] of seconds) if (second >= first && second < current) sum += count;
    return sum / (current - first);
  }

  async function setThreads(count: number): Promise<void> {
    const wanted = Math.max(0, Math.min(Math.floor(count), hasher.maxThreads));
    const before = threads;
    threads = wanted;
    await hasher.setThreads(wanted);
    if (wanted === 0) countingSince = null;
    for (let thread = before; thread < wanted; thread++) assign(thread);
    if (wanted > 0 && !idle()) countingSince ??= clock.now();
  }

  return {
    async start(count) {
      running = true;
      connect();
      await setThreads(count);
    },
    setThreads,
    pause() {
      paused = true;
      assignAll();
    },
    resume() {
      paused = false;
      assignAll();
    },
    measure: (ms) => hasher.measure(ms),
    status: () => ({
      state: state(),
      why,
      threads,
      maxThreads: hasher.maxThreads,
      about: hasher.about,
      hashRate: hashRate(),
      ...totals,
      difficulty: job?.difficulty ?? null,
      connectedSince: link?.openedAt ?? null,
    }),
    async stop() {
      running = false;
      cancelRetry();
      const last = link;
      link = undefined;
      job = undefined;
      last?.connection.close();
      try {
        await hasher.close();
      } catch (error) {
        log.warn("The mining threads did not end well.", { why: explain(error) });
      }
    },
  };
}
