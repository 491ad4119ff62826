/**
 * Claims: shares that meet a collection's terms, with the proof that its contract wants.
 * {@link verifyClaim} is the plain twin of the contract's own check: the node asks it before it spends gas, and its
 * refusals say what the contract would refuse.
 * @module
 */
import { equal } from "@carrara/base/bytes";
import { CarraraError } from "@carrara/base/errors";
import type { Address } from "@carrara/base/units";
import { COINBASE_MAX } from "./coinbase.ts";
import type { CommitmentRefusal, Refusal } from "./commitment.ts";
import { commitment, findCommitment } from "./commitment.ts";
import type { Hash } from "./hash.ts";
import { sha256d } from "./hash.ts";
import { HEADER_SIZE } from "./header.ts";
import { foldLeft } from "./merkle.ts";
import { hashToNumber, MAX_TARGET } from "./target.ts";
import type { Tx } from "./transaction.ts";
import { readTx } from "./transaction.ts";
import { createReader } from "./varint.ts";

/**
 * A coinbase must be longer than this. A merkle node is 64 bytes, so a 64-byte "transaction" could be an inner node
 * that somebody else's tree holds.
 */
export const COINBASE_MIN_EXCLUSIVE = 64;

/** The most merkle levels of a claim; 2^32 transactions are beyond any block. */
export const BRANCH_MAX = 32;

/** All that one claim says, and the terms it must meet. */
export interface ClaimProof {
  /** 80 bytes. */
  header: Uint8Array;
  /** Without witness, as it is hashed for the merkle root. */
  coinbase: Uint8Array;
  /** Siblings of the leftmost leaf, lowest first, internal order. */
  branch: readonly Uint8Array[];
  chainId: bigint;
  collection: Address;
  recipient: Address;
  /** The anchor of the round that the claim is for, 32 bytes. */
  anchor: Uint8Array;
  /** The target of that round. */
  target: bigint;
}

/** Why a claim is refused. */
export type ClaimRefusalCode =
  | CommitmentRefusal["code"]
  | "bad-header-length"
  | "bad-anchor-length"
  | "bad-target"
  | "zero-recipient"
  | "coinbase-too-short"
  | "coinbase-too-long"
  | "coinbase-malformed"
  | "coinbase-witness-form"
  | "coinbase-input-count"
  | "coinbase-not-null-outpoint"
  | "coinbase-script-size"
  | "coinbase-trailing-bytes"
  | "branch-too-long"
  | "branch-node-length"
  | "wrong-commitment"
  | "wrong-merkle-root"
  | "above-target";

/** A refused claim: normal, so a value. */
export type ClaimRefusal = Refusal<ClaimRefusalCode>;

/** A claim that the contract would take, as far as work and commitment go. */
export interface ClaimAccepted {
  ok: true;
  /** sha256d(header) as a little-endian integer. */
  tokenId: bigint;
  /** The same hash, internal order. */
  hash: Uint8Array;
  /** Id of the coinbase, internal order. */
  coinbaseTxid: Uint8Array;
  commitment: Uint8Array;
}

/**
 * Whether the contract would take this claim. What only the chain knows (is the round open, is the id forged, is the
 * cap reached) is not asked here.
 * @param hash sha256d; see {@link Hash}.
 * @throws RangeError when the chain id is not a uint256; nothing else throws, whatever the bytes.
 * @example
 * const verdict = verifyClaim(proof);
 * if (!verdict.ok) console.log(verdict.code, verdict.why, verdict.mend);
 */
export function verifyClaim(proof: ClaimProof, hash: Hash = sha256d): ClaimAccepted | ClaimRefusal {
  const { header, coinbase, branch, anchor, target } = proof;
  if (header.length !== HEADER_SIZE) {
    return refuse("bad-header-length", `The header has ${header.length} bytes.`, "Give all 80 bytes.");
  }
  if (anchor.length !== 32) {
    return refuse("bad-anchor-length", `The anchor has ${anchor.length} bytes.`, "Give the 32 bytes of the round.");
  }
  if (target < 0n || target > MAX_TARGET) {
    return refuse("bad-target", `${target} is not a 256-bit target.`, "Give the target of the round.");
  }
  if (/^0x0+$/.test(proof.recipient)) {
    return refuse("zero-recipient", "The recipient is the zero address.", "Name who shall own the piece.");
  }
  const parsed = parseCoinbase(coinbase);
  if ("ok" in parsed) return parsed;
  const found = findCommitment(parsed);
  if (!(found instanceof Uint8Array)) return found;
  if (!equal(found, commitment(proof))) {
    return refuse(
      "wrong-commitment",
      "The coinbase commits to another chain, collection, recipient or round.",
      "Forge with the terms of the job that the share was mined for.",
    );
  }
  if (branch.length > BRANCH_MAX) {
    return refuse("branch-too-long", `The branch has ${branch.length} nodes.`, `Give ${BRANCH_MAX} or fewer.`);
  }
  const crooked = branch.find((node) => node.length !== 32);
  if (crooked) {
    return refuse("branch-node-length", `A branch node has ${crooked.length} bytes.`, "Give 32 bytes each.");
  }
  const coinbaseTxid = hash(coinbase);
  if (!equal(foldLeft(coinbaseTxid, branch, hash), header.subarray(36, 68))) {
    return refuse(
      "wrong-merkle-root",
      "Coinbase and branch do not lead to the header's merkle root.",
      "Give the coinbase with the extranonce of this share, and the branch of its job; the coinbase is the first leaf.",
    );
  }
  const headerHash = hash(header);
  const tokenId = hashToNumber(headerHash);
  if (tokenId > target) {
    return refuse("above-target", "The hash is above the round's target.", "Mine on: this share is too common.");
  }
  return { ok: true, tokenId, hash: headerHash, coinbaseTxid, commitment: found };
}

function parseCoinbase(bytes: Uint8Array): Tx | ClaimRefusal {
  if (bytes.length <= COINBASE_MIN_EXCLUSIVE) {
    return refuse(
      "coinbase-too-short",
      `The coinbase has ${bytes.length} bytes: it could be an inner merkle node.`,
      `Give a coinbase of more than ${COINBASE_MIN_EXCLUSIVE} bytes.`,
    );
  }
  if (bytes.length > COINBASE_MAX) {
    return refuse("coinbase-too-long", `The coinbase has ${bytes.length} bytes.`, `${COINBASE_MAX} are the most.`);
  }
  // In the witness form a zero marker stands where the input count is.
  if (bytes[4] === 0) {
    return refuse("coinbase-witness-form", "The coinbase has no input count.", "Give the form without witness.");
  }
  const reader = createReader(bytes);
  let tx: Tx;
  try {
    tx = readTx(reader);
  } catch (error) {
    if (!(error instanceof CarraraError)) throw error;
    return refuse("coinbase-malformed", `The coinbase is no transaction: ${error.message}`, "Give it as it was mined.");
  }
  if (reader.rest() > 0) {
    return refuse(
      "coinbase-trailing-bytes",
      `${reader.rest()} bytes follow after the coinbase's lock time.`,
      "Give the coinbase alone.",
    );
  }
  if (tx.inputs.length !== 1) {
    return refuse("coinbase-input-count", `The transaction has ${tx.inputs.length} inputs.`, "Give the coinbase.");
  }
  const [input] = tx.inputs;
  if (input === undefined || input.prevIndex !== 0xffffffff || input.prevHash.some((byte) => byte !== 0)) {
    return refuse(
      "coinbase-not-null-outpoint",
      "The transaction spends a real output.",
      "Give the coinbase, whose outpoint is 32 zero bytes and ffffffff.",
    );
  }
  // Consensus (Core tx_check.cpp), and the contract holds to it.
  if (input.script.length < 2 || input.script.length > 100) {
    return refuse(
      "coinbase-script-size",
      `The coinbase's scriptSig has ${input.script.length} bytes.`,
      "2 to 100 are allowed: give a coinbase that a block could hold.",
    );
  }
  return tx;
}

function refuse(code: ClaimRefusalCode, why: string, mend: string): ClaimRefusal {
  return { ok: false, code, why, mend };
}
