/**
 * Transactions that wait for a block: checked by the same rules as in one, bounded, and kept in memory only (who sends a
 * transaction keeps it until it is final, and sends it again).
 * @module
 */
import { toHex } from "@carrara/base/bytes";
import { display } from "@carrara/mining/hash";
import { decodeTx, type Tx, txid, wtxid } from "@carrara/mining/transaction";
import type { Chain, TipChange } from "./chain.ts";
import {
  type Coin,
  checkInputs,
  checkTransaction,
  coinsOf,
  isCoinbase,
  isFinal,
  legacySigops,
  outpointOf,
  type Refusal,
  sequenceLocksMet,
  strippedSize,
  txWeight,
  witnessSigops,
} from "./rules.ts";
import { isUnspendable, verifyInputs } from "./script.ts";

/** A transaction that waits. */
export interface MempoolEntry {
  readonly tx: Tx;
  readonly raw: Uint8Array;
  /** Display form. */
  readonly txid: string;
  readonly wtxid: string;
  /** The same as 32 bytes, internal order. */
  readonly witnessId: Uint8Array;
  /** Satoshis. */
  readonly fee: bigint;
  readonly weight: number;
  /** Weight / 4, rounded up. */
  readonly vsize: number;
  /** Satoshis per virtual byte. */
  readonly feeRate: number;
  /** Signature operations cost (BIP 141). */
  readonly sigops: number;
  /** Seconds since 1970, and the height of the tip, when it came. */
  readonly time: number;
  readonly height: number;
  /** Ids of waiting transactions that it spends from, and that spend from it. */
  readonly parents: Set<string>;
  readonly children: Set<string>;
}

/** Bounds of the pool. */
export interface MempoolLimits {
  transactions: number;
  /** Sum of weights. */
  weight: number;
  /** Longest chain of waiting transactions, both ways (Core's -limitancestorcount). */
  relatives: number;
  /** Satoshis per virtual byte below which nothing is taken (Core's -minrelaytxfee). */
  minFeeRate: number;
}

/** 5 blocks of transactions at most: with their decoded form about 60 MB at the very worst. */
export const MEMPOOL_LIMITS: MempoolLimits = { transactions: 5000, weight: 20_000_000, relatives: 25, minFeeRate: 1 };

/** The waiting transactions of one chain. */
export interface Mempool {
  /** Takes a transaction, or only says whether it would; `now` in seconds. */
  accept(raw: Uint8Array, now: number, keep?: boolean): MempoolEntry | Refusal;
  get(txid: string): MempoolEntry | undefined;
  /** In the order of arrival, parents before children. */
  entries(): IterableIterator<MempoolEntry>;
  /** The coin of an outpoint, waiting outputs included and waiting spends left out. */
  coin(outpoint: string): Coin | undefined;
  /** Counts every change. */
  sequence(): number;
  size(): { transactions: number; weight: number; fees: bigint };
}

/** Witness ids whose signatures were found right; the block that holds them need not check them again. */
export interface ScriptCache {
  has(wtxid: string): boolean;
  add(wtxid: string): void;
}

/** The last `size` ids. A witness id names the spent outpoints too, so what was right once is right in any block. */
export function createScriptCache(size: number): ScriptCache {
  const ids = new Set<string>();
  return {
    has: (id) => ids.has(id),
    add(id) {
      ids.add(id);
      if (ids.size > size) ids.delete(ids.values().next().value!);
    },
  };
}

/** A pool that follows the tip of `chain`. */
export function createMempool(chain: Chain, cache: ScriptCache, limits: MempoolLimits = MEMPOOL_LIMITS): Mempool {
  const pool = new Map<string, MempoolEntry>();
  const spentBy = new Map<string, string>();
  let weight = 0;
  let fees = 0n;
  let changes = 0;

  const coin = (outpoint: string): Coin | undefined => (spentBy.has(outpoint) ? undefined : anyCoin(outpoint));

  /** A coin of the chain or of a waiting transaction, spent by another waiting one or not. */
  function anyCoin(outpoint: string): Coin | undefined {
    const [id, index] = outpoint.split(":") as [string, string];
    const output = pool.get(id)?.tx.outputs[Number(index)];
    if (!output || isUnspendable(output.script)) return chain.coin(outpoint);
    return { ...output, height: chain.tip().height + 1, coinbase: false };
  }

  function judge(
    raw: Uint8Array,
    now: number,
    relay: boolean,
  ): { entry: MempoolEntry; replaced: MempoolEntry[] } | Refusal {
    const tx = decodeTx(raw);
    const size = raw.length;
    const stripped = strippedSize(tx, size);
    const alone = checkTransaction(tx, stripped);
    if (alone) return alone;
    if (isCoinbase(tx)) return { word: "coinbase" };
    const cost = txWeight(tx, size);
    if (cost > MAX_STANDARD_WEIGHT) return { word: "tx-size" };
    // CVE-2017-12842: 64 bytes could pass for an inner node of the merkle tree.
    if (stripped < 65) return { word: "tx-size-small" };
    const context = chain.contextOn(chain.tip());
    if (!isFinal(tx, context.height, context.medianTime)) return { word: "non-final" };

    const id = display(txid(tx));
    const witnessId = wtxid(tx);
    const known = pool.get(id);
    if (known) {
      const same = known.wtxid === display(witnessId);
      return { word: same ? "txn-already-in-mempool" : "txn-same-nonwitness-data-in-mempool" };
    }
    const coins = coinsOf(tx, anyCoin);
    if (!coins) {
      const there = tx.outputs.some((_, index) => chain.coin(`${id}:${index}`));
      return { word: there ? "txn-already-known" : "bad-txns-inputs-missingorspent" };
    }
    if (!sequenceLocksMet(tx, coins, context)) return { word: "non-BIP68-final" };
    const inputs = checkInputs(tx, coins, context);
    if ("word" in inputs) return inputs;

    const parents = new Set(
      tx.inputs.map((input) => outpointOf(input).slice(0, 64)).filter((parent) => pool.has(parent)),
    );
    const entry: MempoolEntry = {
      tx,
      raw,
      txid: id,
      wtxid: display(witnessId),
      witnessId,
      fee: inputs.fee,
      weight: cost,
      vsize: Math.ceil(cost / 4),
      feeRate: Number(inputs.fee) / Math.ceil(cost / 4),
      sigops: 4 * legacySigops(tx) + witnessSigops(coins),
      time: now,
      height: chain.tip().height,
      parents,
      children: new Set(),
    };
    const least = Math.ceil(entry.vsize * limits.minFeeRate);
    if (relay && entry.fee < least) return { word: "min relay fee not met", detail: `${entry.fee} < ${least}` };
    const family = relatives([...parents], (one) => one.parents);
    if (family.size >= limits.relatives) return tooLong(limits.relatives);
    for (const id of family) {
      if (relatives([id], (one) => one.children).size >= limits.relatives) return tooLong(limits.relatives);
    }
    const replaced = replacedBy(entry, family, limits);
    if ("word" in replaced) return replaced;
    const key = toHex(witnessId);
    if (!cache.has(key)) {
      const why = verifyInputs(tx, coins);
      if (why) return { word: `mandatory-script-verify-flag-failed (${why})` };
      cache.add(key);
    }
    return { entry, replaced: replaced.entries };
  }

  /** Full replacement by fee (BIP 125 without its signal, as Core does by default since 28): pays more, in all and per byte. */
  function replacedBy(
    entry: MempoolEntry,
    family: Set<string>,
    { minFeeRate }: MempoolLimits,
  ): { entries: MempoolEntry[] } | Refusal {
    const direct = new Set<string>();
    for (const input of entry.tx.inputs) {
      const rival = spentBy.get(outpointOf(input));
      if (rival) direct.add(rival);
    }
    if (direct.size === 0) return { entries: [] };
    const all = relatives([...direct], (one) => one.children);
    for (const id of all) if (family.has(id)) return { word: "bad-txns-spends-conflicting-tx" };
    if (all.size > 100) return { word: "too many potential replacements" };
    const entries = [...all].map((id) => pool.get(id)!);
    const lost = entries.reduce((sum, { fee }) => sum + fee, 0n);
    const needed = lost + BigInt(Math.ceil(entry.vsize * minFeeRate));
    const cheaper = [...direct].some((id) => entry.feeRate <= pool.get(id)!.feeRate);
    if (cheaper || entry.fee < needed)
      return { word: "insufficient fee", detail: `rejecting replacement, ${entry.fee} < ${needed}` };
    return { entries };
  }

  /** Ids given and everything that they lead to, themselves included. */
  function relatives(ids: readonly string[], step: (entry: MempoolEntry) => Set<string>): Set<string> {
    const found = new Set<string>();
    const open = [...ids];
    for (let id = open.pop(); id !== undefined; id = open.pop()) {
      const entry = pool.get(id);
      if (!entry || found.has(id)) continue;
      found.add(id);
      open.push(...step(entry));
    }
    return found;
  }

  function put(entry: MempoolEntry): void {
    pool.set(entry.txid, entry);
    for (const input of entry.tx.inputs) spentBy.set(outpointOf(input), entry.txid);
    for (const parent of entry.parents) pool.get(parent)!.children.add(entry.txid);
    weight += entry.weight;
    fees += entry.fee;
    changes++;
  }

  function drop(entry: MempoolEntry): void {
    if (!pool.delete(entry.txid)) return;
    for (const input of entry.tx.inputs) {
      const outpoint = outpointOf(input);
      if (spentBy.get(outpoint) === entry.txid) spentBy.delete(outpoint);
    }
    for (const parent of entry.parents) pool.get(parent)?.children.delete(entry.txid);
    for (const child of entry.children) pool.get(child)?.parents.delete(entry.txid);
    weight -= entry.weight;
    fees -= entry.fee;
    changes++;
  }

  function dropWithChildren(id: string): void {
    for (const one of relatives([id], (entry) => entry.children)) drop(pool.get(one)!);
  }

  /** Drops the worst payers, with what depends on them, until the bounds hold. */
  function trim(): void {
    while (pool.size > limits.transactions || weight > limits.weight) {
      let worst: MempoolEntry | undefined;
      for (const entry of pool.values()) if (!worst || entry.feeRate < worst.feeRate) worst = entry;
      dropWithChildren(worst!.txid);
    }
  }

  function follow({ disconnected, connected }: TipChange): void {
    changes++;
    for (const block of connected) {
      for (const [place, tx] of block.txs.entries()) {
        const confirmed = pool.get(block.txids[place]!);
        if (confirmed) drop(confirmed);
        for (const input of tx.inputs) {
          const rival = spentBy.get(outpointOf(input));
          if (rival) dropWithChildren(rival);
        }
      }
    }
    if (disconnected.length === 0) return;
    // Coins went away and heights fell: judge everything anew, what was in a block first.
    const waiting = [...pool.values()];
    for (const entry of waiting) drop(entry);
    for (const block of disconnected) {
      for (const [place, raw] of block.raw.entries()) if (place > 0) readmit(raw, block.header.time);
    }
    for (const { raw, time } of waiting) readmit(raw, time);
    trim();
  }

  function readmit(raw: Uint8Array, time: number): void {
    const judged = judge(raw, time, false);
    if (!("word" in judged) && judged.replaced.length === 0) put(judged.entry);
  }

  chain.onTip(follow);

  return {
    accept(raw, now, keep = true) {
      const judged = judge(Uint8Array.from(raw), now, true);
      if ("word" in judged) return judged;
      if (!keep) return judged.entry;
      for (const entry of judged.replaced) drop(entry);
      put(judged.entry);
      trim();
      return pool.has(judged.entry.txid) ? judged.entry : { word: "mempool full" };
    },
    get: (id) => pool.get(id),
    entries: () => pool.values(),
    coin,
    sequence: () => changes,
    size: () => ({ transactions: pool.size, weight, fees }),
  };
}

/** Core's MAX_STANDARD_TX_WEIGHT. */
const MAX_STANDARD_WEIGHT = 400_000;

function tooLong(limit: number): Refusal {
  return { word: "too-long-mempool-chain", detail: `more than ${limit} transactions that depend on each other` };
}
