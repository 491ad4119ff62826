/**
 * Bitcoin's merkle tree: sha256d of pairs, an odd last node paired with itself.
 * That pairing lets two different lists have one root (CVE-2012-2459) and an inner node looks like a 64-byte
 * transaction; who trusts a branch from others must check the leaf's own form, as claims do.
 * @module
 */
import { CarraraError } from "@carrara/base/errors";
import type { Hash } from "./hash.ts";
import { checkHash, sha256d } from "./hash.ts";

/**
 * The root over all ids, the coinbase's first.
 * @throws MerkleError when there is none.
 */
export function merkleRoot(txids: readonly Uint8Array[], hash: Hash = sha256d): Uint8Array {
  if (txids.length === 0) throw new MerkleError("There is no transaction to make a root of.");
  const pair = createPair(hash);
  let level = checked(txids);
  while (level.length > 1) level = parents(level, 0, pair);
  return level[0]!.slice();
}

/**
 * The siblings from leaf `index` up to the root, lowest first.
 * @throws MerkleError when there is no such leaf.
 */
export function merkleBranch(txids: readonly Uint8Array[], index: number, hash: Hash = sha256d): Uint8Array[] {
  if (!Number.isInteger(index) || index < 0 || index >= txids.length) {
    throw new MerkleError(`There is no leaf ${index} among ${txids.length}.`);
  }
  const pair = createPair(hash);
  const branch: Uint8Array[] = [];
  let level = checked(txids);
  for (let i = index; level.length > 1; i >>>= 1) {
    branch.push((level[i ^ 1] ?? level[i]!).slice());
    level = parents(level, 0, pair);
  }
  return branch;
}

/**
 * The branch of a coinbase that is not known yet: Stratum's merkle_branch, made once per job.
 * @param otherTxids every other transaction of the block, in order, without the coinbase.
 * @example foldLeft(coinbaseTxid, coinbaseBranch(others)) // equals merkleRoot([coinbaseTxid, ...others])
 */
export function coinbaseBranch(otherTxids: readonly Uint8Array[], hash: Hash = sha256d): Uint8Array[] {
  const pair = createPair(hash);
  const branch: Uint8Array[] = [];
  // The unknown leftmost node is left out of each level, so its sibling is the first one kept.
  let level = checked(otherTxids);
  while (level.length > 0) {
    branch.push(level[0]!.slice());
    level = parents(level, 1, pair);
  }
  return branch;
}

/**
 * The root from the leftmost leaf and its branch; what a miner and the contract do. One hash per level, no copies: the
 * hottest part of a share check beside the header's own hash, so pass node:crypto's hash where there is one.
 */
export function foldLeft(leaf: Uint8Array, branch: readonly Uint8Array[], hash: Hash = sha256d): Uint8Array {
  const both = new Uint8Array(64);
  let node = leaf;
  for (const sibling of branch) {
    both.set(node, 0);
    both.set(sibling, 32);
    node = hash(both);
  }
  return node;
}

/** The root from leaf number `index` and its branch. */
export function fold(leaf: Uint8Array, branch: readonly Uint8Array[], index: number, hash: Hash = sha256d): Uint8Array {
  const pair = createPair(hash);
  let node = leaf;
  let place = index;
  for (const sibling of branch) {
    node = place % 2 === 0 ? pair(node, sibling) : pair(sibling, node);
    place = Math.floor(place / 2);
  }
  return node;
}

type Pair = (left: Uint8Array, right: Uint8Array) => Uint8Array;

function createPair(hash: Hash): Pair {
  const both = new Uint8Array(64);
  return (left, right) => {
    both.set(left, 0);
    both.set(right, 32);
    return hash(both);
  };
}

function parents(level: readonly Uint8Array[], from: number, pair: Pair): Uint8Array[] {
  const next: Uint8Array[] = [];
  for (let i = from; i < level.length; i += 2) next.push(pair(level[i]!, level[i + 1] ?? level[i]!));
  return next;
}

function checked(txids: readonly Uint8Array[]): readonly Uint8Array[] {
  for (const id of txids) checkHash(id, "a transaction id");
  return txids;
}

/** A tree or leaf that does not exist. */
export class MerkleError extends CarraraError {
  constructor(message: string) {
    super("bad-merkle", message, { hint: "Give the block's transaction ids, the coinbase's first." });
  }
}
