/**
 * Found blocks on their way to the node: told to the sink first, then submitted, one per tip, tried again while the node
 * does not answer.
 *
 * One per tip, because on an easy chain each template gives thousands of valid siblings (measured on regtest: 8,461
 * "accepted" shares in 10 s, height 1). Another is submitted only where the first was refused.
 * @module
 */
import { toHex } from "@carrara/base/bytes";
import { CarraraError, explain } from "@carrara/base/errors";
import type { Hash256 } from "@carrara/base/units";
import { display } from "@carrara/mining/hash";
import { blockHex } from "@carrara/mining/stratum/job";
import type { BlockEffect } from "@carrara/mining/stratum/session";
import { workerId } from "./tally.ts";
import type { FoundBlock, PoolDeps } from "./types.ts";

/** Blocks of one tip that are submitted at most, when the node refuses them. */
export const MAX_TRIES_PER_TIP = 3;
/** How long a node that does not answer is asked again; after that the chain has moved on for certain. */
export const SUBMIT_FOR_MS = 30 * 60_000;
/** The store gets this long to write a block down before it is submitted: a slow disk must not cost a block. */
const SINK_MS = 2000;
const TIPS_KEPT = 64;
const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 15_000;

/** Counts since the start. */
export interface BlockCounts {
  found: number;
  accepted: number;
  refused: number;
  /** Valid blocks of a tip that already had one. */
  siblings: number;
}

/** The submitter. */
export interface Blocks {
  take(found: BlockEffect): void;
  counts(): BlockCounts;
  pending(): number;
  stop(): void;
}

/** @param accepted called when the node has taken a block: its tip is new. */
export function createBlocks(
  { btc, clock, log, sink }: Pick<PoolDeps, "btc" | "clock" | "log" | "sink">,
  accepted: (hash: Hash256) => void,
): Blocks {
  const counts: BlockCounts = { found: 0, accepted: 0, refused: 0, siblings: 0 };
  /** By previous block: whether one is on its way or taken, and how many were refused. */
  const tips = new Map<string, { busy: boolean; tries: number }>();
  let waiting = 0;
  let stopped = false;

  const take = (effect: BlockEffect) => {
    const key = toHex(effect.work.prevHash);
    const tip = tips.get(key) ?? { busy: false, tries: 0 };
    if (tip.busy || tip.tries >= MAX_TRIES_PER_TIP) {
      counts.siblings += 1;
      return;
    }
    tip.busy = true;
    tip.tries += 1;
    tips.set(key, tip);
    if (tips.size > TIPS_KEPT) tips.delete(tips.keys().next().value!);
    counts.found += 1;
    waiting += 1;
    const block: FoundBlock = {
      hash: display(effect.hash),
      height: effect.work.height,
      time: effect.time,
      worker: workerId(effect.worker),
      payout: effect.worker.address,
      valueSats: effect.work.value,
      hex: blockHex(effect.work, effect.header, effect.coinbase),
    };
    void submit(block).then((answer) => {
      waiting -= 1;
      // Without an answer it stays as it was written down, and is submitted at the next start.
      if (answer === null) return;
      if (answer === "accepted") {
        counts.accepted += 1;
        log.info("The node took a block of ours.", { height: block.height, hash: block.hash });
        accepted(block.hash);
      } else {
        counts.refused += 1;
        tip.busy = false;
        log.error("A block of ours was not taken.", { height: block.height, hash: block.hash, answer });
      }
      return tell(block.hash, answer);
    });
  };

  /** What the node says to it, or why it cannot be asked; null when the pool ends before. */
  const submit = async (block: FoundBlock): Promise<string | null> => {
    await writeDown(block);
    const end = clock.now() + SUBMIT_FOR_MS;
    for (let wait = FIRST_WAIT_MS; ; wait = Math.min(2 * wait, LONGEST_WAIT_MS)) {
      try {
        const word = await btc.submitBlock(block.hex);
        // "duplicate" is the answer when an earlier try arrived but its own answer was lost.
        return word === null || word === "duplicate" ? "accepted" : word;
      } catch (error) {
        const again = error instanceof CarraraError && error.retryable;
        if (!again || clock.now() >= end) return explain(error);
        if (stopped) return null;
        log.warn("A block could not be submitted yet and is tried again.", { hash: block.hash, why: explain(error) });
        await clock.sleep(wait);
      }
    }
  };

  const writeDown = async (block: FoundBlock) => {
    let cancel = () => {};
    const late = new Promise<void>((resolve) => {
      cancel = clock.after(SINK_MS, resolve);
    });
    try {
      await Promise.race([sink.block(block), late]);
    } catch (error) {
      log.error("A found block could not be written down; it is submitted all the same.", { why: explain(error) });
    } finally {
      cancel();
    }
  };

  const tell = async (hash: Hash256, answer: string) => {
    try {
      await sink.blockAnswer(hash, answer);
    } catch (error) {
      log.error("The node's answer to a block could not be written down.", { hash, answer, why: explain(error) });
    }
  };

  return {
    take,
    counts: () => ({ ...counts }),
    pending: () => waiting,
    stop: () => {
      stopped = true;
    },
  };
}
