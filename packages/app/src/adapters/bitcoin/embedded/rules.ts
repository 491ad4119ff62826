/**
 * The rules of consensus, each as a pure function of what it judges. Order and words are Bitcoin Core's
 * (validation.cpp, tx_check.cpp, tx_verify.cpp of 27.x), because miners and pools act on the words.
 * @module
 */
import { concat, equal, reversed, toHex } from "@carrara/base/bytes";
import { type Block, decodeBlock } from "@carrara/mining/block";
import { bip34Height } from "@carrara/mining/coinbase";
import { display, type Hash, sha256d } from "@carrara/mining/hash";
import { merkleRoot } from "@carrara/mining/merkle";
import { bitsToTarget, hashToNumber } from "@carrara/mining/target";
import { hasWitness, type Tx, type TxInput, txid, wtxid } from "@carrara/mining/transaction";
import { isUnspendable, scriptKind, verifyInputs } from "./script.ts";

/** Why something is refused: Core's word, and in brackets what it leaves out. */
export interface Refusal {
  word: string;
  detail?: string;
}

/** An unspent output. */
export interface Coin {
  value: bigint;
  script: Uint8Array;
  /** Of the block that made it. */
  height: number;
  coinbase: boolean;
}

/** The coin of an outpoint, or undefined when it is spent or never was. */
export type CoinLookup = (outpoint: string) => Coin | undefined;

/** A block with the hashes that every rule asks for. */
export interface ReadBlock extends Block {
  /** Display form, Core's. */
  hash: string;
  /** Internal order, one for each transaction. */
  ids: Uint8Array[];
  /** Display form. */
  txids: string[];
  /** Bytes of the whole. */
  size: number;
}

/** What the rules need of the chain beneath a block. */
export interface Context {
  /** Of the block or transaction that is judged. */
  height: number;
  /** Median time past of the block beneath it (BIP 113). */
  medianTime: number;
  /** Median time past of the block at a height of the same branch. */
  medianTimeAt(height: number): number;
  /** Confirmations that a coinbase needs. */
  maturity: number;
}

export const MAX_BLOCK_WEIGHT = 4_000_000;
export const MAX_BLOCK_SIGOPS_COST = 80_000;
/** 21 million coins, Core's MAX_MONEY. */
export const MAX_MONEY = 21_000_000n * 100_000_000n;
/** Seconds that a header may run ahead of the clock (Core's MAX_FUTURE_BLOCK_TIME). */
export const MAX_FUTURE = 7200;
/** Where a lock time changes its meaning from height to time. */
const LOCKTIME_THRESHOLD = 500_000_000;

/**
 * A block from its bytes.
 * @throws CarraraError of mining's formats when they are no block.
 */
export function readBlock(raw: Uint8Array, hash: Hash = sha256d): ReadBlock {
  // A node Buffer's slice is a view, and the reader's copies would keep the whole request alive.
  const bytes = raw.constructor === Uint8Array ? raw : Uint8Array.from(raw);
  const block = decodeBlock(bytes);
  const ids = block.txs.map((tx) => txid(tx, hash));
  return { ...block, hash: display(hash(block.headerBytes)), ids, txids: ids.map(display), size: bytes.length };
}

/** The name of an output in the set of coins. */
export function outpointOf(input: Pick<TxInput, "prevHash" | "prevIndex">): string {
  return `${toHex(reversed(input.prevHash))}:${input.prevIndex}`;
}

/** Whether this is a coinbase: one input with the null outpoint. */
export function isCoinbase(tx: Tx): boolean {
  return tx.inputs.length === 1 && isNull(tx.inputs[0]!);
}

/** What can be said of a transaction alone (Core's CheckTransaction). */
export function checkTransaction(tx: Tx, strippedSize: number): Refusal | null {
  if (tx.outputs.length === 0) return { word: "bad-txns-vout-empty" };
  if (strippedSize * 4 > MAX_BLOCK_WEIGHT) return { word: "bad-txns-oversize" };
  let total = 0n;
  for (const { value } of tx.outputs) {
    if (value >= 1n << 63n) return { word: "bad-txns-vout-negative" };
    if (value > MAX_MONEY) return { word: "bad-txns-vout-toolarge" };
    total += value;
    if (total > MAX_MONEY) return { word: "bad-txns-txouttotal-toolarge" };
  }
  const outpoints = new Set(tx.inputs.map(outpointOf));
  // CVE-2018-17144: one coin spent twice within one transaction.
  if (outpoints.size !== tx.inputs.length) return { word: "bad-txns-inputs-duplicate" };
  if (isCoinbase(tx)) {
    const { length } = tx.inputs[0]!.script;
    return length < 2 || length > 100 ? { word: "bad-cb-length" } : null;
  }
  return tx.inputs.some(isNull) ? { word: "bad-txns-prevout-null" } : null;
}

/** What can be said of a block alone (Core's CheckBlock). */
export function checkBlock(
  block: ReadBlock,
  limit: bigint,
  checks: { work: boolean },
  hash: Hash = sha256d,
): Refusal | null {
  if (checks.work && !meetsOwnBits(block, limit, hash)) return { word: "high-hash", detail: "proof of work failed" };
  if (!equal(merkleRoot(block.ids, hash), block.header.merkleRoot)) return { word: "bad-txnmrklroot" };
  if (isMutated(block.ids, hash)) return { word: "bad-txns-duplicate", detail: "duplicate transaction" };
  if (strippedSizeOf(block) * 4 > MAX_BLOCK_WEIGHT) return { word: "bad-blk-length" };
  if (!isCoinbase(block.txs[0]!)) return { word: "bad-cb-missing" };
  if (block.txs.slice(1).some(isCoinbase)) return { word: "bad-cb-multiple" };
  let sigops = 0;
  for (const [index, tx] of block.txs.entries()) {
    const refusal = checkTransaction(tx, strippedSize(tx, block.raw[index]!.length));
    if (refusal) return refusal;
    sigops += legacySigops(tx);
  }
  return sigops * 4 > MAX_BLOCK_SIGOPS_COST ? { word: "bad-blk-sigops" } : null;
}

/** What a header owes to the chain beneath it (Core's ContextualCheckBlockHeader). */
export function checkHeaderInContext(
  header: { version: number; time: number; bits: number },
  expected: { bits: number; medianTime: number; now: number },
): Refusal | null {
  if (header.bits !== expected.bits) return { word: "bad-diffbits", detail: "incorrect proof of work" };
  if (header.time <= expected.medianTime) return { word: "time-too-old", detail: "block's timestamp is too early" };
  if (header.time > expected.now + MAX_FUTURE) {
    return { word: "time-too-new", detail: "block timestamp too far in the future" };
  }
  // BIP 34, 65 and 66 are active from the first block on; the version is signed.
  if ((header.version | 0) < 4) return { word: `bad-version(0x${header.version.toString(16).padStart(8, "0")})` };
  return null;
}

/** What a block owes to the chain beneath it, coins aside (Core's ContextualCheckBlock). */
export function checkBlockInContext(block: ReadBlock, context: Context, hash: Hash = sha256d): Refusal | null {
  if (block.txs.some((tx) => !isFinal(tx, context.height, context.medianTime))) {
    return { word: "bad-txns-nonfinal", detail: "non-final transaction" };
  }
  const height = bip34Height(context.height);
  const { script } = block.txs[0]!.inputs[0]!;
  if (script.length < height.length || !equal(script.subarray(0, height.length), height)) {
    return { word: "bad-cb-height", detail: "block height mismatch in coinbase" };
  }
  const refusal = checkWitnessCommitment(block, hash);
  if (refusal) return refusal;
  return weightOf(block) > MAX_BLOCK_WEIGHT ? { word: "bad-blk-weight" } : null;
}

/** BIP 141: the last output that begins with the mark commits to every witness; without one there may be no witness. */
function checkWitnessCommitment(block: ReadBlock, hash: Hash): Refusal | null {
  const place = commitmentPlace(block.txs[0]!);
  if (place < 0) {
    return block.txs.some(hasWitness) ? { word: "unexpected-witness", detail: "unexpected witness data found" } : null;
  }
  const witness = block.txs[0]!.inputs[0]!.witness;
  const reserved = witness[0];
  if (witness.length !== 1 || reserved?.length !== 32) return { word: "bad-witness-nonce-size" };
  const leaves = block.txs.map((tx, index) => (index === 0 ? new Uint8Array(32) : wtxid(tx, hash)));
  const commitment = hash(concat(merkleRoot(leaves, hash), reserved));
  const script = block.txs[0]!.outputs[place]!.script;
  return equal(commitment, script.subarray(6, 38)) ? null : { word: "bad-witness-merkle-match" };
}

/** Index of the output with the witness commitment in a coinbase, or -1. */
export function commitmentPlace(coinbase: Tx): number {
  return coinbase.outputs.findLastIndex(
    ({ script }) => script.length >= 38 && MARK.every((byte, index) => script[index] === byte),
  );
}

/** What one block does to the set of coins. */
export interface Connected {
  created: Map<string, Coin>;
  /** Outpoints of coins that were there before the block. */
  spent: Set<string>;
  fees: bigint;
}

/**
 * What a block's transactions do to the coins, or why they may not (Core's ConnectBlock).
 * @param checked says of a witness id that its signatures are known to be right.
 */
export function connectBlock(
  block: ReadBlock,
  coin: CoinLookup,
  context: Context,
  reward: bigint,
  scripts: { check: boolean; known?: (wtxid: string) => boolean },
  hash: Hash = sha256d,
): Connected | Refusal {
  const created = new Map<string, Coin>();
  const spent = new Set<string>();
  const view: CoinLookup = (outpoint) => created.get(outpoint) ?? (spent.has(outpoint) ? undefined : coin(outpoint));
  let fees = 0n;
  let sigops = 0;
  for (const [place, tx] of block.txs.entries()) {
    const id = block.txids[place]!;
    // BIP 30. BIP 34 makes it impossible to reach, but the check costs one look-up.
    if (tx.outputs.some((_, index) => view(`${id}:${index}`))) return { word: "bad-txns-BIP30" };
    sigops += 4 * legacySigops(tx);
    if (place > 0) {
      const coins = coinsOf(tx, view);
      if (!coins) return { word: "bad-txns-inputs-missingorspent" };
      const inputs = checkInputs(tx, coins, context);
      if ("word" in inputs) return inputs;
      fees += inputs.fee;
      sigops += witnessSigops(coins);
      if (!sequenceLocksMet(tx, coins, context)) return { word: "bad-txns-nonfinal" };
      if (scripts.check && !scripts.known?.(toHex(wtxid(tx, hash)))) {
        const why = verifyInputs(tx, coins);
        if (why) return { word: `mandatory-script-verify-flag-failed (${why})` };
      }
      for (const input of tx.inputs) {
        const outpoint = outpointOf(input);
        if (!created.delete(outpoint)) spent.add(outpoint);
      }
    }
    for (const [index, { value, script }] of tx.outputs.entries()) {
      if (isUnspendable(script)) continue;
      created.set(`${id}:${index}`, { value, script, height: context.height, coinbase: place === 0 });
    }
  }
  if (sigops > MAX_BLOCK_SIGOPS_COST) return { word: "bad-blk-sigops" };
  const paid = outputTotal(block.txs[0]!);
  if (paid > reward + fees) {
    return { word: "bad-cb-amount", detail: `coinbase pays too much (actual=${paid} vs limit=${reward + fees})` };
  }
  return { created, spent, fees };
}

/** What a transaction spends, in the order of its inputs, or undefined when a coin is not there. */
export function coinsOf(tx: Tx, coin: CoinLookup): Coin[] | undefined {
  const coins: Coin[] = [];
  for (const input of tx.inputs) {
    const found = coin(outpointOf(input));
    if (!found) return undefined;
    coins.push(found);
  }
  return coins;
}

/** Maturity and amounts (Core's CheckTxInputs). */
export function checkInputs(tx: Tx, coins: readonly Coin[], context: Context): { fee: bigint } | Refusal {
  let total = 0n;
  for (const { value, coinbase, height } of coins) {
    if (coinbase && context.height - height < context.maturity) {
      return {
        word: "bad-txns-premature-spend-of-coinbase",
        detail: `tried to spend coinbase at depth ${context.height - height}`,
      };
    }
    total += value;
  }
  const paid = outputTotal(tx);
  if (total < paid) return { word: "bad-txns-in-belowout", detail: `value in (${total}) < value out (${paid})` };
  return { fee: total - paid };
}

/** Lock time (Core's IsFinalTx; BIP 113 for the time it is compared with). */
export function isFinal(tx: Tx, height: number, medianTime: number): boolean {
  if (tx.lockTime === 0) return true;
  if (tx.lockTime < (tx.lockTime < LOCKTIME_THRESHOLD ? height : medianTime)) return true;
  return tx.inputs.every((input) => input.sequence === 0xffffffff);
}

/** Relative lock times (BIP 68). */
export function sequenceLocksMet(tx: Tx, coins: readonly Coin[], context: Context): boolean {
  if (tx.version < 2) return true;
  return tx.inputs.every(({ sequence }, index) => {
    if (sequence >= 0x80000000) return true;
    const { height } = coins[index]!;
    const amount = sequence & 0xffff;
    if ((sequence & (1 << 22)) === 0) return height + amount - 1 < context.height;
    return context.medianTimeAt(Math.max(height - 1, 0)) + amount * 512 - 1 < context.medianTime;
  });
}

/** Three times the size without witness and once the size with it (BIP 141). */
export function txWeight(tx: Tx, size: number): number {
  return strippedSize(tx, size) * 3 + size;
}

/** Bytes without marker, flag and witness. */
export function strippedSize(tx: Tx, size: number): number {
  if (!hasWitness(tx)) return size;
  let witness = 2;
  for (const input of tx.inputs) {
    witness += varintSize(input.witness.length);
    for (const item of input.witness) witness += varintSize(item.length) + item.length;
  }
  return size - witness;
}

/** Bytes of a block without any witness. */
export function strippedSizeOf(block: ReadBlock): number {
  return block.txs.reduce(
    (sum, tx, index) => sum + strippedSize(tx, block.raw[index]!.length),
    80 + varintSize(block.txs.length),
  );
}

/** Weight of a block (BIP 141). */
export function weightOf(block: ReadBlock): number {
  return strippedSizeOf(block) * 3 + block.size;
}

/** Signature operations in scripts, bare multisig counting as 20 (Core's GetLegacySigOpCount). */
export function legacySigops(tx: Tx): number {
  let count = 0;
  for (const { script } of tx.inputs) count += scriptSigops(script);
  for (const { script } of tx.outputs) count += scriptSigops(script);
  return count;
}

/** Signature operations of witnesses (BIP 141): one for a P2WPKH; taproot counts against its own witness. */
export function witnessSigops(coins: readonly Coin[]): number {
  return coins.filter(({ script }) => scriptKind(script) === "witness_v0_keyhash").length;
}

const MARK = [0x6a, 0x24, 0xaa, 0x21, 0xa9, 0xed];

function meetsOwnBits(block: ReadBlock, limit: bigint, hash: Hash): boolean {
  try {
    const target = bitsToTarget(block.header.bits);
    return target <= limit && hashToNumber(hash(block.headerBytes)) <= target;
  } catch {
    // Negative, overflowing or zero bits: no hash meets them.
    return false;
  }
}

/** CVE-2012-2459: a list with a repeated tail has the root of the list without; seen at any level, it is refused. */
function isMutated(ids: readonly Uint8Array[], hash: Hash): boolean {
  let level = ids;
  while (level.length > 1) {
    for (let i = 0; i + 1 < level.length; i += 2) if (equal(level[i]!, level[i + 1]!)) return true;
    level = Array.from({ length: Math.ceil(level.length / 2) }, (_, i) =>
      hash(concat(level[2 * i]!, level[2 * i + 1] ?? level[2 * i]!)),
    );
  }
  return false;
}

function isNull(input: TxInput): boolean {
  return input.prevIndex === 0xffffffff && input.prevHash.every((byte) => byte === 0);
}

function outputTotal(tx: Tx): bigint {
  return tx.outputs.reduce((sum, { value }) => sum + value, 0n);
}

function scriptSigops(script: Uint8Array): number {
  let count = 0;
  for (let at = 0; at < script.length; ) {
    const op = script[at++]!;
    if (op <= 0x4b) at += op;
    else if (op === 0x4c) at += 1 + (script[at] ?? 0);
    else if (op === 0x4d) at += 2 + (script[at] ?? 0) + (script[at + 1] ?? 0) * 256;
    else if (op === 0x4e)
      at +=
        4 +
        (script[at] ?? 0) +
        (script[at + 1] ?? 0) * 256 +
        (script[at + 2] ?? 0) * 65536 +
        (script[at + 3] ?? 0) * 2 ** 24;
    else if (op === 0xac || op === 0xad) count += 1;
    else if (op === 0xae || op === 0xaf) count += 20;
  }
  return count;
}

function varintSize(value: number): number {
  return value < 0xfd ? 1 : value <= 0xffff ? 3 : 5;
}
