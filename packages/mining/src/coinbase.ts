/**
 * The coinbase transaction of our jobs: BIP34 height, extranonce, payout, witness commitment, claim commitment.
 * Stratum hands it out in two halves around the extranonce, without witness.
 * @module
 */
import { concat } from "@carrara/base/bytes";
import { CarraraError } from "@carrara/base/errors";
import type { Sats } from "@carrara/base/units";
import { commitmentScript } from "./commitment.ts";
import { encodeU32, encodeVarbytes, encodeVarint } from "./varint.ts";

/** The longest coinbase, without witness, that a claim may hold: the contract parses it in full, and gas is money. */
export const COINBASE_MAX = 1000;

/** What a coinbase is made of. */
export interface CoinbaseParts {
  height: number;
  /** Bytes between the halves: both extranonces together, 1 to 75. */
  extranonceSize: number;
  /** Subsidy and fees, satoshis: all to the payout. */
  value: Sats;
  payoutScript: Uint8Array;
  /** The 32 bytes of a claim; see commitment.ts. Absent where a job counts for no collection. */
  commitment?: Uint8Array;
  /** The whole script of the witness commitment output: `6a24aa21a9ed…`, from the template. */
  witnessCommitmentScript?: Uint8Array;
  /** ASCII in the scriptSig, the mark of the pool; 40 characters at most. */
  tag?: string;
}

/** A coinbase without its extranonce. */
export interface Coinbase {
  coinb1: Uint8Array;
  coinb2: Uint8Array;
  /** Where the extranonce stands in the whole: coinb1's length. */
  extranonceOffset: number;
  extranonceSize: number;
}

/**
 * The script that begins a coinbase's scriptSig (BIP34), as Core makes it: `CScript() << height`, so the heights
 * 1 to 16 are OP_1 to OP_16 and 0 is OP_0. A length byte before those is refused as bad-cb-height.
 * @example toHex(bip34Height(840000)) === "0340d10c"
 */
export function bip34Height(height: number): Uint8Array {
  if (!Number.isInteger(height) || height < 0 || height > 0x7fffffff) {
    throw new CoinbaseError("bad-height", `${height} is not a block height.`, "Give a whole number, 0 to 2^31 - 1.");
  }
  if (height === 0) return Uint8Array.of(0x00);
  if (height <= 16) return Uint8Array.of(0x50 + height);
  const bytes: number[] = [];
  for (let rest = height; rest > 0; rest = Math.floor(rest / 256)) bytes.push(rest % 256);
  // Script numbers are signed: a top bit of 1 would make it negative.
  if (bytes.at(-1)! >= 0x80) bytes.push(0);
  return Uint8Array.of(bytes.length, ...bytes);
}

/**
 * The two halves of a coinbase in the form without witness. The extranonce is a script push, so its bytes never count
 * as signature operations. Outputs: payout, witness commitment, claim commitment.
 * @throws CoinbaseError (bad-height, bad-extranonce-size, bad-coinbase-tag, coinbase-script-size, coinbase-too-long,
 * bad-value); BadCommitmentError when the commitment is not 32 bytes.
 * @example
 * const halves = buildCoinbase({ height: 200, extranonceSize: 8, value: sats(50n), payoutScript });
 * const raw = assembleCoinbase(halves, extranonce);
 */
export function buildCoinbase(parts: CoinbaseParts): Coinbase {
  const { extranonceSize } = parts;
  if (!Number.isInteger(extranonceSize) || extranonceSize < 1 || extranonceSize > 75) {
    throw new CoinbaseError("bad-extranonce-size", `${extranonceSize} bytes of extranonce.`, "Give 1 to 75 bytes.");
  }
  const beforeNonce = concat(bip34Height(parts.height), Uint8Array.of(extranonceSize));
  const afterNonce = tagPush(parts.tag ?? "");
  const scriptSize = beforeNonce.length + extranonceSize + afterNonce.length;
  // Consensus (Core tx_check.cpp): a coinbase scriptSig has 2 to 100 bytes.
  if (scriptSize > 100) {
    throw new CoinbaseError(
      "coinbase-script-size",
      `The scriptSig would have ${scriptSize} bytes.`,
      "Shorten the tag or the extranonce: 100 bytes at most.",
    );
  }
  const outputs = [encodeOutput(parts.value, parts.payoutScript)];
  if (parts.witnessCommitmentScript) outputs.push(encodeOutput(0n, parts.witnessCommitmentScript));
  if (parts.commitment) outputs.push(encodeOutput(0n, commitmentScript(parts.commitment)));
  const coinb1 = concat(
    encodeU32(1),
    Uint8Array.of(1),
    new Uint8Array(32),
    encodeU32(0xffffffff),
    encodeVarint(scriptSize),
    beforeNonce,
  );
  const coinb2 = concat(afterNonce, encodeU32(0xffffffff), encodeVarint(outputs.length), ...outputs, encodeU32(0));
  const length = coinb1.length + extranonceSize + coinb2.length;
  if (length > COINBASE_MAX) {
    throw new CoinbaseError(
      "coinbase-too-long",
      `The coinbase would have ${length} bytes.`,
      `Shorten the payout script or the tag: ${COINBASE_MAX} bytes at most.`,
    );
  }
  return { coinb1, coinb2, extranonceOffset: coinb1.length, extranonceSize };
}

/**
 * The whole coinbase without witness: what is hashed for the merkle root, and what a claim holds.
 * @throws CoinbaseError (bad-extranonce-size) when the extranonce is not as long as the halves were made for.
 */
export function assembleCoinbase(
  coinbase: Pick<Coinbase, "coinb1" | "coinb2" | "extranonceSize">,
  extranonce: Uint8Array,
): Uint8Array {
  if (extranonce.length !== coinbase.extranonceSize) {
    throw new CoinbaseError(
      "bad-extranonce-size",
      `The extranonce has ${extranonce.length} bytes.`,
      `Give ${coinbase.extranonceSize} bytes, extranonce1 then extranonce2.`,
    );
  }
  return concat(coinbase.coinb1, extranonce, coinbase.coinb2);
}

/**
 * The form for the block: marker, flag, and one witness item of 32 zero bytes, the reserved value of BIP141.
 * @param raw a coinbase without witness, as {@link assembleCoinbase} gives it.
 */
export function withWitness(raw: Uint8Array): Uint8Array {
  if (raw.length < 60 || raw[4] !== 1) {
    throw new CoinbaseError(
      "not-a-plain-coinbase",
      "The bytes are no coinbase without witness.",
      "Give the bytes of assembleCoinbase.",
    );
  }
  return concat(
    raw.subarray(0, 4),
    Uint8Array.of(0, 1),
    raw.subarray(4, raw.length - 4),
    Uint8Array.of(1, 32),
    new Uint8Array(32),
    raw.subarray(raw.length - 4),
  );
}

function encodeOutput(value: bigint, script: Uint8Array): Uint8Array {
  if (value < 0n || value >> 63n !== 0n) {
    throw new CoinbaseError("bad-value", `${value} is not an amount of satoshis.`, "Give 0 to 2^63 - 1.");
  }
  const low = encodeU32(Number(value & 0xffffffffn));
  return concat(low, encodeU32(Number(value >> 32n)), encodeVarbytes(script));
}

function tagPush(tag: string): Uint8Array {
  if (tag === "") return new Uint8Array(0);
  if (tag.length > 40 || !/^[\x20-\x7e]*$/.test(tag)) {
    throw new CoinbaseError("bad-coinbase-tag", `The tag "${tag}" cannot be used.`, "Give up to 40 ASCII characters.");
  }
  return Uint8Array.from([tag.length, ...Array.from(tag, (char) => char.charCodeAt(0))]);
}

/** No coinbase can be made of this. */
export class CoinbaseError extends CarraraError {
  constructor(
    code:
      | "bad-height"
      | "bad-extranonce-size"
      | "bad-coinbase-tag"
      | "bad-value"
      | "coinbase-script-size"
      | "coinbase-too-long"
      | "not-a-plain-coinbase",
    message: string,
    hint: string,
  ) {
    super(code, message, { hint });
  }
}
