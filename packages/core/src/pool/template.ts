/**
 * Fresh templates: longpoll, a refresh when nothing comes, and patience with a node that is down.
 * @module
 */
import { explain } from "@carrara/base/errors";
import type { Hash256 } from "@carrara/base/units";
import type { Work } from "@carrara/mining/stratum/job";
import { createWork } from "@carrara/mining/stratum/job";
import type { Abort, PoolDeps } from "./types.ts";

const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 10_000;

/** Whether the node answers. */
export type NodeState = { up: true } | { up: false; since: number; why: string };

/** The loop. */
export interface Templates {
  start(): void;
  /** A block of ours became the tip: asks for work on it at once, unless a longpoll has brought it already. */
  hurry(hash: Hash256): void;
  node(): NodeState;
  stop(): void;
}

/** @param made called with each new work, in order. */
export function createTemplates(
  { btc, clock, log, newAbort, hashes }: Pick<PoolDeps, "btc" | "clock" | "log" | "newAbort" | "hashes">,
  { versionMask, refreshMs }: { versionMask: number; refreshMs: number },
  made: (work: Work) => void,
): Templates {
  let node: NodeState = { up: false, since: clock.now(), why: "It has not been asked yet." };
  let stopped = false;
  let current: Abort | undefined;
  let count = 0;
  let awaited: string | undefined;
  let tip = "";
  let newTip = false;

  const fetch = async (longpollid: string | undefined): Promise<string> => {
    const abort = newAbort();
    current = abort;
    const cancel = clock.after(refreshMs, () => abort.abort());
    try {
      const template = await btc.getBlockTemplate(longpollid, abort.signal);
      count += 1;
      const about = { id: count, receivedAt: clock.now(), versionMask };
      const work = createWork(template, about, hashes.sha256d);
      if (!node.up) log.info("The Bitcoin node gives work.", { height: work.height, agent: btc.chain.agent });
      node = { up: true };
      newTip = tip !== template.previousblockhash;
      tip = template.previousblockhash;
      if (!stopped) made(work);
      return template.longpollid;
    } finally {
      cancel();
      current = undefined;
    }
  };

  const run = async () => {
    let longpollid: string | undefined;
    let wait = FIRST_WAIT_MS;
    while (!stopped) {
      const polled = longpollid;
      const asked = clock.now();
      try {
        if (awaited !== undefined && awaited !== tip) longpollid = undefined;
        awaited = undefined;
        longpollid = await fetch(longpollid);
        wait = FIRST_WAIT_MS;
        // A node that does not know longpolling, or whose mempool changes all the time, is asked once a second.
        if (polled !== undefined && !newTip && clock.now() - asked < 1000) await pause(1000);
      } catch (error) {
        if (stopped) return;
        // The longpoll was cut off by the refresh or by a block of ours; the node is well.
        const ours = awaited !== undefined || (polled !== undefined && clock.now() - asked >= refreshMs);
        longpollid = undefined;
        if (ours) continue;
        if (node.up || node.why !== explain(error)) {
          log.warn("The Bitcoin node gives no work; it is asked again.", { why: explain(error) });
          node = { up: false, since: node.up ? clock.now() : node.since, why: explain(error) };
        }
        await pause(wait);
        wait = Math.min(2 * wait, LONGEST_WAIT_MS);
      }
    }
  };

  const pause = async (ms: number) => {
    const abort = newAbort();
    current = abort;
    await clock.sleep(ms, abort.signal);
    if (current === abort) current = undefined;
  };

  return {
    start: () => void run(),
    hurry: (hash) => {
      if (tip === hash) return;
      awaited = hash;
      current?.abort();
    },
    node: () => node,
    stop: () => {
      stopped = true;
      current?.abort();
    },
  };
}
