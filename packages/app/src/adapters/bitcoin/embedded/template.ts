/**
 * What `getblocktemplate` answers (BIP 22, 23, 145): the next block, all but its coinbase and its work.
 * @module
 */
import { toHex } from "@carrara/base/bytes";
import { witnessCommitmentScript } from "@carrara/mining/block";
import { type Hash, sha256d } from "@carrara/mining/hash";
import { bitsToTarget } from "@carrara/mining/target";
import { type BlockNode, type Chain, medianTimeOf } from "./chain.ts";
import type { Mempool, MempoolEntry } from "./mempool.ts";
import { subsidyAt } from "./params.ts";
import { MAX_BLOCK_SIGOPS_COST, MAX_BLOCK_WEIGHT } from "./rules.ts";

/** Weight and signature operations left for header and coinbase, as Core leaves them. */
const RESERVED_WEIGHT = 4000;
const RESERVED_SIGOPS = 400;

/** Core's answer, all of its fields. */
export type TemplateAnswer = ReturnType<typeof assemble>;

/** Makes templates; the costly part is made again only when the tip or the pool has changed. */
export function createTemplates(chain: Chain, mempool: Mempool, hash: Hash = sha256d): (now: number) => TemplateAnswer {
  // Most of the cost is hex, and most transactions were in the template before.
  const hex = new WeakMap<MempoolEntry, string>();
  const hexOf = (entry: MempoolEntry): string => {
    const known = hex.get(entry) ?? toHex(entry.raw);
    hex.set(entry, known);
    return known;
  };
  let made: { tip: BlockNode; sequence: number; answer: TemplateAnswer } | undefined;
  return (now) => {
    const tip = chain.tip();
    const sequence = mempool.sequence();
    if (made?.tip !== tip || made.sequence !== sequence) {
      made = { tip, sequence, answer: assemble(chain, mempool, hexOf, hash) };
    }
    const { mintime } = made.answer;
    return { ...made.answer, curtime: Math.max(mintime, now) };
  };
}

/** Names the state that a longpoll waits to see changed: the tip and the count of the pool's changes. */
export function longpollId(tip: string, sequence: number): string {
  return `${tip}${sequence}`;
}

/** Its parts; a text that is no longpollid has a tip that no block has. */
export function readLongpollId(text: string): { tip: string; sequence: number } {
  return { tip: text.slice(0, 64), sequence: Number(text.slice(64)) };
}

function assemble(chain: Chain, mempool: Mempool, hexOf: (entry: MempoolEntry) => string, hash: Hash) {
  const tip = chain.tip();
  const chosen = choose(mempool);
  const places = new Map(chosen.map((entry, index) => [entry.txid, index + 1]));
  const bits = chain.bitsOn(tip);
  const height = tip.height + 1;
  const fees = chosen.reduce((sum, { fee }) => sum + fee, 0n);
  const mintime = medianTimeOf(tip) + 1;
  return {
    capabilities: ["proposal"],
    version: 0x20000000,
    rules: ["csv", "!segwit", "taproot"],
    vbavailable: {},
    vbrequired: 0,
    previousblockhash: tip.hash,
    transactions: chosen.map((entry) => ({
      data: hexOf(entry),
      txid: entry.txid,
      hash: entry.wtxid,
      depends: [...entry.parents].map((id) => places.get(id)!),
      fee: Number(entry.fee),
      sigops: entry.sigops,
      weight: entry.weight,
    })),
    coinbaseaux: {},
    coinbasevalue: Number(subsidyAt(height, chain.params) + fees),
    longpollid: longpollId(tip.hash, mempool.sequence()),
    target: bitsToTarget(bits).toString(16).padStart(64, "0"),
    mintime,
    mutable: ["time", "transactions", "prevblock"],
    noncerange: "00000000ffffffff",
    sigoplimit: MAX_BLOCK_SIGOPS_COST,
    sizelimit: MAX_BLOCK_WEIGHT,
    weightlimit: MAX_BLOCK_WEIGHT,
    curtime: mintime,
    bits: bits.toString(16).padStart(8, "0"),
    height,
    default_witness_commitment: toHex(
      witnessCommitmentScript(
        chosen.map(({ witnessId }) => witnessId),
        hash,
      ),
    ),
  };
}

/** Best payers first, no child before its parents. A child does not pay for its parent, as it does in Core. */
function choose(mempool: Mempool): MempoolEntry[] {
  const byRate = [...mempool.entries()].sort((a, b) => b.feeRate - a.feeRate);
  const chosen: MempoolEntry[] = [];
  const taken = new Set<string>();
  let weight = RESERVED_WEIGHT;
  let sigops = RESERVED_SIGOPS;
  const add = (entry: MempoolEntry) => {
    if (taken.has(entry.txid)) return;
    if ([...entry.parents].some((id) => !taken.has(id))) return;
    if (weight + entry.weight > MAX_BLOCK_WEIGHT || sigops + entry.sigops > MAX_BLOCK_SIGOPS_COST) return;
    taken.add(entry.txid);
    chosen.push(entry);
    weight += entry.weight;
    sigops += entry.sigops;
    for (const id of entry.children) {
      const child = mempool.get(id);
      // A child that came up before its parent gets its turn now, if it pays at least as well.
      if (child && child.feeRate >= entry.feeRate) add(child);
    }
  };
  for (const entry of byRate) add(entry);
  // What is left waited for a parent that pays less.
  for (const entry of mempool.entries()) add(entry);
  return chosen;
}
