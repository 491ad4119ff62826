/**
 * Proofs of a payment for a contract that follows Bitcoin's work (SPV): built from a block, and judged before gas is
 * spent. {@link verifySpvProof} is the plain twin of `Spv.sol` and `Transaction.sol`: the same rules in the same order,
 * and a refusal's code is the name of the contract's error.
 *
 * What each rule is against: a transaction of 64 bytes or fewer could be an inner merkle node (CVE-2017-12842), and so
 * could any node posing as a leaf, which is why the coinbase must lie at the same depth, shown by the sha256 that its id
 * is the sha256 of; an index beyond the tree would name one transaction twice; a witness form has another hash.
 * @module
 */
import { concat, equal } from "@carrara/base/bytes";
import { CarraraError } from "@carrara/base/errors";
import { decodeBlock } from "./block.ts";
import type { Hash } from "./hash.ts";
import { checkHash, display, sha256, sha256d } from "./hash.ts";
import { HEADER_SIZE } from "./header.ts";
import { fold, merkleBranch, merkleRoot } from "./merkle.ts";
import type { RelayRefusal, RelayState } from "./relay.ts";
import { verifyHeaders } from "./relay.ts";
import type { TxOutput } from "./transaction.ts";
import { stripWitness, txid } from "./transaction.ts";

/** The least bytes of a transaction that can be proved: one more than a merkle node has. */
export const PROVABLE_MIN = 65;

/** The most bytes of a transaction that can be proved: as many as nodes relay (Core's MAX_STANDARD_TX_WEIGHT / 4). */
export const PROVABLE_MAX = 100_000;

/** The most levels of a merkle branch; 2^32 transactions are beyond any block. */
const BRANCH_MAX = 32;

/** All that a contract needs to believe a transaction; the fields and their order are those of `Spv.Proof`. */
export interface SpvProof {
  /** 80 bytes each, one after the other; the first holds the transaction, each other one confirms it. */
  headers: Uint8Array;
  /** Without witness: the bytes whose hash is the transaction id. */
  transaction: Uint8Array;
  /** Place of the transaction in the block; a uint256 to the contract. */
  index: bigint;
  /** Siblings of the transaction up to the root, lowest first, internal order. */
  branch: readonly Uint8Array[];
  /** sha256, once, of the coinbase without witness: its sha256 is the coinbase's id. */
  coinbasePreimage: Uint8Array;
  /** Siblings of the coinbase up to the root, as many as `branch` has. */
  coinbaseBranch: readonly Uint8Array[];
}

/** Where a proof is made from: a whole block, or the parts of one that a node gives one by one. */
export type SpvSource = {
  /** The headers that follow the block's, 80 bytes each; one fewer than the confirmations wanted. */
  following: Uint8Array;
} & (
  | {
      /** The raw block, as getblock with verbosity 0 gives it. */
      block: Uint8Array;
      /** Id of the transaction to prove, internal order. */
      txid: Uint8Array;
    }
  | {
      /** The block's 80 bytes. */
      header: Uint8Array;
      /** The ids of all the block's transactions, in order, internal order. */
      txids: readonly Uint8Array[];
      /** The transaction to prove, with or without witness. */
      transaction: Uint8Array;
      /** The block's first transaction, with or without witness. */
      coinbase: Uint8Array;
    }
);

/** An output that pays a script. */
export interface Payment {
  /** Number of the output in its transaction. */
  vout: number;
  sats: bigint;
}

/** Why a proof is refused: the contract's error by name and arguments, what is wrong, and what would mend it. */
export interface SpvRefusal {
  ok: false;
  code: SpvRefusalCode | RelayRefusal["code"];
  /** The error's arguments in order: numbers, and hashes in internal order. */
  args: readonly (bigint | Uint8Array)[];
  why: string;
  mend: string;
}

/** Names of the errors of Spv.sol and Transaction.sol, and the one of what no call can carry. */
export type SpvRefusalCode =
  | "NotEncodable"
  | "CoinbasePayment"
  | "IndexBeyondTree"
  | "BranchLengths"
  | "BranchLength"
  | "HeadersLength"
  | "TransactionNotInBlock"
  | "CoinbaseNotInBlock"
  | "TransactionLength"
  | "WitnessForm"
  | "BadCompactSize"
  | "Truncated"
  | "NoOutputs"
  | "TrailingBytes";

/** A proof that the contract would believe. */
export interface SpvAccepted {
  ok: true;
  /** Id of the transaction, internal order. */
  txid: Uint8Array;
  /** The transaction's outputs, all of them, in order. */
  outputs: TxOutput[];
  /** Hash of the header that holds the transaction, internal order. */
  first: Uint8Array;
  /** That header's time, seconds since 1970. */
  firstTime: number;
}

/**
 * A proof of one transaction, with every witness stripped. Whether its work is enough is {@link verifySpvProof}'s to say.
 * @param hash sha256d; see {@link Hash}.
 * @throws SpvSourceError saying which part is missing or wrong; an error of block.ts, transaction.ts or varint.ts when
 * bytes are no block or transaction.
 * @example
 * const proof = buildSpvProof({ block: fromHex(await getblock(hash, 0)), txid: fromDisplay(paid), following });
 */
export function buildSpvProof(source: SpvSource, hash: Hash = sha256d): SpvProof {
  const { header, txids, transaction, coinbase } = "block" in source ? partsOf(source, hash) : source;
  const { following } = source;
  if (header.length !== HEADER_SIZE) {
    throw new SpvSourceError("spv-header", `The block's header has ${header.length} bytes.`, "Give its 80 bytes.");
  }
  if (following.length % HEADER_SIZE !== 0) {
    throw new SpvSourceError(
      "spv-following",
      `${following.length} bytes are no row of headers.`,
      "Give the headers after the block's, 80 bytes each, oldest first.",
    );
  }
  const headers = concat(header, following);
  for (let at = HEADER_SIZE; at < headers.length; at += HEADER_SIZE) {
    if (equal(headers.subarray(at + 4, at + 36), hash(headers.subarray(at - HEADER_SIZE, at)))) continue;
    throw new SpvSourceError(
      "spv-following",
      `Header ${at / HEADER_SIZE} does not name the one before it as its parent.`,
      "Give the headers that follow the block's, oldest first, all of one branch: ask the node again after a reorganisation.",
    );
  }
  const stripped = stripWitness(transaction);
  const id = hash(stripped);
  const index = placeOf(id, txids);
  if (index === 0) {
    throw new SpvSourceError(
      "spv-coinbase",
      `Transaction ${display(id)} is the block's coinbase.`,
      "Pay with an ordinary transaction: what a coinbase pays can be spent only after 100 blocks, so it proves too little.",
    );
  }
  if (stripped.length < PROVABLE_MIN || stripped.length > PROVABLE_MAX) {
    throw new SpvSourceError(
      "spv-transaction-length",
      `Transaction ${display(id)} has ${stripped.length} bytes without witness.`,
      `A transaction of ${PROVABLE_MIN} to ${PROVABLE_MAX} bytes can be proved: pay with another one.`,
    );
  }
  const root = merkleRoot(txids, hash);
  if (!equal(root, header.subarray(36, 68))) {
    throw new SpvSourceError(
      "spv-txids",
      `The ${txids.length} transaction ids give the root ${display(root)}, not the header's.`,
      "Give the ids of all the block's transactions in their order, the coinbase's first, in internal byte order.",
    );
  }
  const strippedCoinbase = stripWitness(coinbase);
  if (!equal(hash(strippedCoinbase), txids[0]!)) {
    throw new SpvSourceError(
      "spv-wrong-coinbase",
      `The coinbase given has the id ${display(hash(strippedCoinbase))}, the block's has ${display(txids[0]!)}.`,
      "Give the first transaction of the same block.",
    );
  }
  return {
    headers,
    transaction: stripped,
    index: BigInt(index),
    branch: merkleBranch(txids, index, hash),
    coinbasePreimage: sha256(strippedCoinbase),
    coinbaseBranch: merkleBranch(txids, 0, hash),
  };
}

function partsOf({ block, txid: wanted }: { block: Uint8Array; txid: Uint8Array }, hash: Hash) {
  checkHash(wanted, "txid");
  const { headerBytes, txs, raw } = decodeBlock(block);
  const txids = txs.map((tx) => txid(tx, hash));
  return { header: headerBytes, txids, transaction: raw[placeOf(wanted, txids)]!, coinbase: raw[0]! };
}

function placeOf(id: Uint8Array, txids: readonly Uint8Array[]): number {
  const place = txids.findIndex((other) => equal(other, id));
  if (place >= 0) return place;
  throw new SpvSourceError(
    "spv-not-in-block",
    `Transaction ${display(id)} is not among the ${txids.length} of the block.`,
    "Ask the node in which block it is: it may still wait for one, or be in another one after a reorganisation.",
  );
}

/**
 * Whether the contract would believe this proof. What a sale asks beyond it (confirmations, time, script, value) is not
 * asked here; see {@link paymentsTo}.
 * @param relay which targets are Bitcoin's; see relay.ts.
 * @param now the Ethereum block's time, seconds since 1970.
 * @param hash sha256d; see {@link Hash}.
 * @example
 * const verdict = verifySpvProof(proof, relay, Math.floor(Date.now() / 1000));
 * if (verdict.ok) paymentsTo(verdict, script); else console.log(verdict.code, verdict.why, verdict.mend);
 */
export function verifySpvProof(
  proof: SpvProof,
  relay: RelayState,
  now: number,
  hash: Hash = sha256d,
): SpvAccepted | SpvRefusal {
  const { headers, transaction, index, branch, coinbasePreimage, coinbaseBranch } = proof;
  const crooked = [coinbasePreimage, ...branch, ...coinbaseBranch].find((node) => node.length !== 32);
  if (crooked || index < 0n || index >> 256n !== 0n) {
    return refuse(
      "NotEncodable",
      [],
      crooked ? `A merkle node or the preimage has ${crooked.length} bytes.` : `The index ${index} is no uint256.`,
      "Give 32 bytes for each node and for the preimage, and the place in the block as the index.",
    );
  }
  const depth = branch.length;
  if (index === 0n) {
    return refuse(
      "CoinbasePayment",
      [],
      "The transaction is said to be the block's coinbase, whose outputs may never become spendable.",
      "Pay with an ordinary transaction.",
    );
  }
  if (index >> BigInt(depth) !== 0n) {
    return refuse(
      "IndexBeyondTree",
      [index, BigInt(depth)],
      `A tree of ${depth} levels has no leaf ${index}.`,
      "Give the transaction's place in the block, counted from the coinbase as 0, and the whole branch.",
    );
  }
  if (depth !== coinbaseBranch.length) {
    return refuse(
      "BranchLengths",
      [BigInt(depth), BigInt(coinbaseBranch.length)],
      `The transaction's branch has ${depth} nodes and the coinbase's ${coinbaseBranch.length}, yet one tree is equally deep everywhere.`,
      "Give both branches of the same block.",
    );
  }
  if (depth > BRANCH_MAX) {
    return refuse(
      "BranchLength",
      [BigInt(depth), BigInt(BRANCH_MAX)],
      `The branches have ${depth} nodes.`,
      `Give ${BRANCH_MAX} or fewer: no block has more levels.`,
    );
  }
  if (headers.length === 0 || headers.length % HEADER_SIZE !== 0) {
    return refuse(
      "HeadersLength",
      [BigInt(headers.length)],
      `${headers.length} bytes are no row of headers.`,
      "Give 80 bytes for each header, the block's first.",
    );
  }
  const root = headers.subarray(36, 68);
  const id = hash(transaction);
  const found = fold(id, branch, Number(index), hash);
  if (!equal(found, root)) {
    return refuse(
      "TransactionNotInBlock",
      [found, root],
      `Transaction ${display(id)} and its branch lead to the root ${display(found)}, the first header's is ${display(root)}.`,
      "Give the transaction without witness, its place and branch, and the header of its own block first.",
    );
  }
  const coinbaseFound = fold(sha256(coinbasePreimage), coinbaseBranch, 0, hash);
  if (!equal(coinbaseFound, root)) {
    return refuse(
      "CoinbaseNotInBlock",
      [coinbaseFound, root],
      `The coinbase and its branch lead to the root ${display(coinbaseFound)}, the first header's is ${display(root)}.`,
      "Give the sha256, taken once, of the block's coinbase without witness, and the branch of leaf 0.",
    );
  }
  const work = verifyHeaders(relay, headers, now, hash);
  if (!work.ok) return work;
  const outputs = readOutputs(transaction);
  if ("ok" in outputs) return outputs;
  return { ok: true, txid: id, outputs, first: work.first, firstTime: work.firstTime };
}

/** The outputs that pay exactly this script, as an escrow finds them: of a proof's verdict, or of any transaction. */
export function paymentsTo({ outputs }: { outputs: readonly TxOutput[] }, script: Uint8Array): Payment[] {
  return outputs.flatMap((output, vout) => (equal(output.script, script) ? [{ vout, sats: output.value }] : []));
}

/**
 * The outputs of a transaction by the contract's one walk. Narrower than `decodeTx`, which reads whatever Core reads:
 * no witness form, {@link PROVABLE_MIN} to {@link PROVABLE_MAX} bytes, counts and lengths below 65,536. What it takes,
 * decodeTx reads to the same outputs.
 */
function readOutputs(bytes: Uint8Array): TxOutput[] | SpvRefusal {
  const { length } = bytes;
  if (length < PROVABLE_MIN || length > PROVABLE_MAX) {
    return refuse(
      "TransactionLength",
      [BigInt(length), BigInt(PROVABLE_MIN), BigInt(PROVABLE_MAX)],
      `The transaction has ${length} bytes${length === 64 ? ", as an inner node of the merkle tree has" : ""}.`,
      `Give a transaction of ${PROVABLE_MIN} to ${PROVABLE_MAX} bytes, without witness.`,
    );
  }
  const inputs = readCount(bytes, 4);
  if ("ok" in inputs) return inputs;
  if (inputs.value === 0) {
    return refuse(
      "WitnessForm",
      [],
      "The transaction has no inputs: a zero there marks the form with witness.",
      "Give the bytes without witness, whose hash is the transaction's id.",
    );
  }
  let at = inputs.next;
  for (let left = inputs.value; left > 0; left--) {
    const script = readCount(bytes, at + 36);
    if ("ok" in script) return script;
    at = script.next + script.value + 4;
  }
  const count = readCount(bytes, at);
  if ("ok" in count) return count;
  if (count.value === 0) return refuse("NoOutputs", [], "The transaction pays nobody.", "Give one that has outputs.");
  at = count.next;
  const view = new DataView(bytes.buffer, bytes.byteOffset, length);
  const outputs: TxOutput[] = [];
  for (let left = count.value; left > 0; left--) {
    const script = readCount(bytes, at + 8);
    if ("ok" in script) return script;
    const end = script.next + script.value;
    // The lock time follows the last output, so four bytes follow any.
    if (end + 4 > length) return truncated(end + 4, length);
    outputs.push({ value: view.getBigUint64(at, true), script: bytes.slice(script.next, end) });
    at = end;
  }
  at += 4;
  if (at < length) {
    return refuse(
      "TrailingBytes",
      [BigInt(at), BigInt(length)],
      `The transaction ends at byte ${at} and ${length - at} more follow.`,
      "Give the transaction alone, without witness.",
    );
  }
  return outputs;
}

/** The CompactSize at `at` and where it ends. At least the four bytes of the lock time follow any count, so five are wanted. */
function readCount(bytes: Uint8Array, at: number): { value: number; next: number } | SpvRefusal {
  if (at + 5 > bytes.length) return truncated(at + 5, bytes.length);
  const first = bytes[at]!;
  if (first < 0xfd) return { value: first, next: at + 1 };
  const value = bytes[at + 1]! | (bytes[at + 2]! << 8);
  if (first === 0xfd && value >= 0xfd) return { value, next: at + 3 };
  return refuse(
    "BadCompactSize",
    [BigInt(at)],
    `The count or length at byte ${at} is 65,536 or more, or not in its shortest form.`,
    "Give the transaction as a node serialises it; one with a script of 65,536 bytes cannot be proved.",
  );
}

function truncated(end: number, length: number): SpvRefusal {
  return refuse(
    "Truncated",
    [BigInt(end), BigInt(length)],
    `The transaction's fields need ${end} bytes or more, but ${length} are there.`,
    "Give the whole transaction, without witness.",
  );
}

function refuse(code: SpvRefusalCode, args: SpvRefusal["args"], why: string, mend: string): SpvRefusal {
  return { ok: false, code, args, why, mend };
}

/** A proof cannot be made of these parts: one is missing, wrong, or of another block. */
export class SpvSourceError extends CarraraError {
  constructor(
    code:
      | "spv-header"
      | "spv-following"
      | "spv-not-in-block"
      | "spv-coinbase"
      | "spv-transaction-length"
      | "spv-txids"
      | "spv-wrong-coinbase",
    message: string,
    hint: string,
  ) {
    super(code, message, { hint });
  }
}
