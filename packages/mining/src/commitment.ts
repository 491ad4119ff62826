/**
 * The claim commitment: the coinbase output that binds work to one chain, collection, recipient and round.
 * Script exactly `6a24 43415252 <32 bytes>` ("CARR"), value 0, exactly one per coinbase.
 * @module
 */
import { bigintToBE, concat, fromHex } from "@carrara/base/bytes";
import { CarraraError } from "@carrara/base/errors";
import type { Address } from "@carrara/base/units";
import { keccak_256 } from "@noble/hashes/sha3.js";
import type { Tx } from "./transaction.ts";

/** The four bytes after OP_RETURN and the push of 36; not BIP141's `aa21a9ed`. */
export const TAG = "CARR";

/** What a coinbase is bound to. */
export interface CommitmentTerms {
  /** EIP-155 chain id of the collection's chain. */
  chainId: bigint;
  collection: Address;
  /** Who receives the piece. */
  recipient: Address;
  /** The round's anchor, 32 bytes: no work for the round can be older than it. */
  anchor: Uint8Array;
}

/** A normal refusal: what is wrong and what would mend it. */
export interface Refusal<Code extends string = string> {
  ok: false;
  code: Code;
  why: string;
  mend: string;
}

/** Why a coinbase has no usable commitment. */
export type CommitmentRefusal = Refusal<"no-commitment" | "two-commitments" | "commitment-with-value">;

/**
 * keccak256(abi.encode(uint256 chainId, address collection, address recipient, bytes32 anchor)).
 * @throws BadCommitmentError when the anchor is not 32 bytes; RangeError when the chain id is not a uint256.
 */
export function commitment({ chainId, collection, recipient, anchor }: CommitmentTerms): Uint8Array {
  checkLength(anchor, "The anchor");
  return keccak_256(concat(bigintToBE(chainId, 32), word(collection), word(recipient), anchor));
}

/**
 * The output script that carries a commitment.
 * @example toHex(commitmentScript(new Uint8Array(32))).startsWith("6a2443415252")
 */
export function commitmentScript(bytes: Uint8Array): Uint8Array {
  checkLength(bytes, "The commitment");
  return concat(PREFIX, bytes);
}

/**
 * The one commitment of a coinbase, or why it has none. Only whole output scripts count: the same bytes in the
 * scriptSig, in a longer script or across outputs are nothing.
 * @example
 * const found = findCommitment(tx);
 * if (found instanceof Uint8Array) … else found.code
 */
export function findCommitment(coinbase: Pick<Tx, "outputs">): Uint8Array | CommitmentRefusal {
  const tagged = coinbase.outputs.filter(({ script }) => isCommitmentScript(script));
  const [only] = tagged;
  if (only === undefined) {
    return refuse("no-commitment", "No output of the coinbase carries the tag.", "Mine with a job of the collection.");
  }
  if (tagged.length > 1) {
    return refuse(
      "two-commitments",
      `${tagged.length} outputs of the coinbase carry the tag.`,
      "One block header counts for one claim: put in one such output.",
    );
  }
  if (only.value !== 0n) {
    return refuse("commitment-with-value", `The tagged output pays ${only.value} satoshis.`, "Its value must be 0.");
  }
  return only.script.slice(PREFIX.length);
}

const PREFIX = Uint8Array.of(0x6a, 0x24, ...Array.from(TAG, (char) => char.charCodeAt(0)));

function isCommitmentScript(script: Uint8Array): boolean {
  return script.length === PREFIX.length + 32 && PREFIX.every((byte, i) => script[i] === byte);
}

function word(address: Address): Uint8Array {
  return concat(new Uint8Array(12), fromHex(address));
}

function refuse(code: CommitmentRefusal["code"], why: string, mend: string): CommitmentRefusal {
  return { ok: false, code, why, mend };
}

function checkLength(bytes: Uint8Array, what: string): void {
  if (bytes.length !== 32) throw new BadCommitmentError(what, bytes.length);
}

/** A part of a commitment has the wrong length. */
export class BadCommitmentError extends CarraraError {
  constructor(what: string, length: number) {
    super("bad-commitment-length", `${what} has ${length} bytes.`, { hint: "Give 32 bytes." });
  }
}
