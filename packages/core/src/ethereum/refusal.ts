/**
 * Why a contract refuses, as sentences: the named errors of our contracts and of Seaport, each with its mend.
 * @module
 */
import { CarraraError } from "@carrara/base/errors";
import { collectionAbi } from "@carrara/contracts/generated/Collection";
import { factoryAbi } from "@carrara/contracts/generated/Factory";
import { splitterAbi } from "@carrara/contracts/generated/Splitter";
import { type Abi, decodeErrorResult } from "viem";
import { seaportAbi } from "../market/seaport.ts";
import type { EthRpcError } from "./errors.ts";

/** A decoded custom error. */
export interface Refusal {
  /** Name of the Solidity error; `Error` for a text, `unknown` when nobody here knows it. */
  name: string;
  args: readonly unknown[];
  /** What happened, as a sentence. */
  text: string;
  /** What to do about it. */
  mend: string;
}

/** What the chain says about a call that it would not carry out. */
export class TransactionRefusedError extends CarraraError {
  readonly refusal: Refusal;

  constructor(refusal: Refusal, cause?: unknown) {
    super("transaction-refused", refusal.text, { hint: refusal.mend, cause });
    this.refusal = refusal;
  }
}

/**
 * Names a refusal from revert data, or from the chain's words when there are none.
 * @example refusalOf("0x...") // { name: "RoundLapsed", args: [3n, 5n], text: "The claim is of round 3 ...", ... }
 */
export function refusalOf(data: `0x${string}` | undefined, words = ""): Refusal {
  if (data === undefined || data === "0x") {
    return { name: "unknown", args: [], text: `The contract refused${words === "" ? "" : `: ${words}`}.`, mend: "" };
  }
  try {
    const { errorName, args = [] } = decodeErrorResult({ abi: ERRORS, data });
    const list = args as readonly unknown[];
    const sentence = SENTENCES[errorName];
    if (sentence) {
      const [text, mend] = sentence(...list.map(shown));
      return { name: errorName, args: list, text, mend };
    }
    if (errorName === "Error")
      return { name: "Error", args: list, text: `The contract refused: ${list[0]}.`, mend: "" };
    const given = list.length === 0 ? "" : ` (${list.map(shown).join(", ")})`;
    return { name: errorName, args: list, text: `The contract refused with ${errorName}${given}.`, mend: "" };
  } catch {
    return { name: "unknown", args: [], text: `The contract refused with data ${data.slice(0, 74)}.`, mend: "" };
  }
}

/** The same for an error that the chain answered to `eth_call` or `eth_estimateGas`. */
export function refusalOfRpc(error: EthRpcError): Refusal {
  return refusalOf(
    error.data,
    error.rpcMessage.replace(/^(VM Exception while processing transaction: )?(execution )?reverted:?\s*/, ""),
  );
}

const ERRORS: Abi = [...collectionAbi, ...factoryAbi, ...splitterAbi, ...seaportAbi].filter(
  (entry) => entry.type === "error",
) as Abi;

function shown(value: unknown): string {
  // Targets and ids are 256-bit numbers: their hex shows the zeros that they are about.
  if (typeof value === "bigint" && value >= 1n << 64n) return `0x${value.toString(16).padStart(64, "0")}`;
  return String(value);
}

const TAMPERED = "Forge with the header, coinbase and branch that the pool kept; they prove one share and no other.";
const LAPSED = "Its round is over for good. Mine on: new claims are of the present round.";

/** Text and mend by the error's name. */
const SENTENCES: Record<string, (...args: string[]) => [text: string, mend: string]> = {
  // Collection: rounds and supply
  NotOpen: () => ["The collection is not open.", "Use a collection that a factory has made."],
  RoundUnknown: (round, present) => [
    `Round ${round} has not been opened; the present one is ${present}.`,
    "Wait until the chain has caught up, then try again.",
  ],
  RoundLapsed: (round, present) => [
    `The claim is of round ${round}; only rounds ${Number(present) - 1} and ${present} are taken.`,
    LAPSED,
  ],
  RoundFull: (round, limit) => [`Round ${round} has its ${limit} pieces and takes no more.`, LAPSED],
  SoldOut: (cap) => [`All ${cap} pieces of the collection are forged.`, "Mine for another collection."],
  TurnTooEarly: (elapsed, needed) => [
    `The round has lasted ${elapsed} of the ${needed} seconds that it must.`,
    "Try again later.",
  ],
  AlreadyForged: (id) => [`This work has been forged: ${id}.`, "One share makes one piece. Look at the piece instead."],
  TokenAlreadyExists: () => ["This piece exists.", "One share makes one piece. Look at the piece instead."],
  WrongPayment: (sent, price) => [`${sent} wei were sent; forging costs ${price} wei.`, `Send exactly ${price} wei.`],
  ZeroRecipient: () => ["The recipient is the zero address.", "Name the recipient that the share was mined for."],
  // Collection: the proof
  TargetMissed: (work, target) => [
    `The hash ${work} is above the round's target ${target}.`,
    "This share is too common. Mine on.",
  ],
  WrongCommitment: (found, wanted) => [
    `The coinbase commits to ${found}, wanted is ${wanted}: the work is for another recipient, collection, chain or round.`,
    "Forge it where it was mined for; work cannot be moved.",
  ],
  WrongMerkleRoot: (found, inHeader) => [
    `Coinbase and branch lead to the merkle root ${found}, but the header holds ${inHeader}.`,
    `Header, coinbase or branch was changed, or the coinbase is not the first leaf. ${TAMPERED}`,
  ],
  HeaderLength: (length) => [`The header has ${length} bytes, not 80.`, TAMPERED],
  BranchLength: (length, most) => [`The branch has ${length} nodes; ${most} are the most.`, TAMPERED],
  TransactionLength: (length, least, most) => [
    `The coinbase has ${length} bytes; ${least} to ${most} are taken (one of 64 could be an inner node of the tree).`,
    TAMPERED,
  ],
  Truncated: (end, length) => [`The coinbase ends at byte ${length}, but its fields need ${end}.`, TAMPERED],
  TrailingBytes: (end, length) => [`${Number(length) - Number(end)} bytes follow after the coinbase.`, TAMPERED],
  BadCompactSize: (offset) => [`At byte ${offset} of the coinbase stands no canonical length.`, TAMPERED],
  WitnessForm: () => [
    "The coinbase is in the form with witness, whose hash is not in the block's tree.",
    "Give it without witness.",
  ],
  NoOutputs: () => ["The coinbase has no outputs.", TAMPERED],
  InputCount: (count) => [
    `The transaction has ${count} inputs; a coinbase has one.`,
    "Give the first transaction of the block.",
  ],
  NotNullOutpoint: () => [
    "The transaction spends a real output, so it is no coinbase.",
    "Give the first transaction of the block.",
  ],
  ScriptSigLength: (length) => [`The coinbase's input script has ${length} bytes; 2 to 100 are allowed.`, TAMPERED],
  NoCommitment: () => [
    "No output of the coinbase carries the claim's tag.",
    "Mine with a job of this collection; a tag elsewhere than in an output does not count.",
  ],
  SecondCommitment: (offset) => [
    `A second tagged output begins at byte ${offset} of the coinbase.`,
    "One header counts for one claim: a coinbase with two is void.",
  ],
  MalformedCommitment: (offset, paid) => [
    `The tagged output at byte ${offset} of the coinbase pays ${paid} satoshis; it must pay none.`,
    TAMPERED,
  ],
  // ERC-721
  TokenDoesNotExist: () => ["The piece has not been forged.", "Forge it first."],
  NotOwnerNorApproved: () => ["The sender neither owns the piece nor is approved for it.", "Act as its owner."],
  TransferFromIncorrectOwner: () => [
    "The piece does not belong to the account that it was to come from.",
    "Look who owns it now.",
  ],
  PaymentRefused: (artist, amount) => [
    `${artist} refused ${amount} wei.`,
    "The artist's account must be able to receive ETH.",
  ],
  // Factory
  BadTerm: (term, value, least, most) => [
    `The term ${term} is ${value}; ${least} to ${most} are allowed.`,
    `Choose ${term} within these bounds.`,
  ],
  BadText: (field, offset) => [`The text of ${field} is not valid UTF-8 at byte ${offset}.`, "Choose another text."],
  CollectionExists: (collection) => [`The collection has been made: ${collection}.`, "Use it, or choose another salt."],
  // Splitter
  NotAPayee: (account) => [`${account} has no part in this splitter.`, "Only the artist and the forging miner have."],
  NothingDue: (_, payee) => [`Nothing is due to ${payee}.`, "Wait for a sale."],
  // Seaport
  OrderAlreadyFilled: () => ["The listing has been bought.", "Look who owns the piece now."],
  OrderIsCancelled: () => ["The listing was withdrawn.", "Ask the owner to list it again."],
  InvalidTime: () => ["The listing has ended, or has not begun.", "Ask the owner to list it again."],
  InvalidSigner: () => [
    "The listing was not signed by its seller, or the seller has withdrawn all listings since.",
    "Ask the owner to list it again.",
  ],
  InvalidSignature: () => ["The signature of the listing is no signature.", "Ask the owner to list it again."],
  InsufficientNativeTokensSupplied: () => ["Less ETH was sent than the listing asks.", "Send the whole price."],
  NativeTokenTransferGenericFailure: (account, amount) => [
    `${account} could not be paid ${amount} wei.`,
    "It must be an account that can receive ETH.",
  ],
  CannotCancelOrder: () => ["Only the seller may withdraw a listing.", "Act as its seller."],
};
