/**
 * The two kinds of spend that the embedded chain verifies: P2WPKH (BIP 141, 143) and P2TR by key path (BIP 341, 340).
 * Every other output may be created and held, and is refused when spent: a rule that is not checked must not look as if
 * it were. All functions are pure; a refusal is a text, success is null.
 * @module
 */
import { concat, equal } from "@carrara/base/bytes";
import { sha256, sha256d } from "@carrara/mining/hash";
import type { Tx, TxInput, TxOutput } from "@carrara/mining/transaction";
import { encodeU32, encodeVarbytes } from "@carrara/mining/varint";
import { schnorr, secp256k1 } from "@noble/curves/secp256k1.js";
import { ripemd160 } from "@noble/hashes/legacy.js";

/** What an input spends, as far as its signature says it. */
export type SpentOutput = Pick<TxOutput, "value" | "script">;

/** The kinds of output script that we name; Core's words of `scriptPubKey.type`. */
export type ScriptKind =
  | "witness_v0_keyhash"
  | "witness_v0_scripthash"
  | "witness_v1_taproot"
  | "pubkeyhash"
  | "scripthash"
  | "nulldata"
  | "nonstandard";

/** @example scriptKind(Uint8Array.of(0x6a)) === "nulldata" */
export function scriptKind(script: Uint8Array): ScriptKind {
  const { length } = script;
  if (length === 22 && script[0] === 0x00 && script[1] === 20) return "witness_v0_keyhash";
  if (length === 34 && script[0] === 0x00 && script[1] === 32) return "witness_v0_scripthash";
  if (length === 34 && script[0] === 0x51 && script[1] === 32) return "witness_v1_taproot";
  if (length === 25 && script[0] === 0x76 && script[1] === 0xa9 && script[2] === 20 && script[23] === 0x88) {
    return script[24] === 0xac ? "pubkeyhash" : "nonstandard";
  }
  if (length === 23 && script[0] === 0xa9 && script[1] === 20 && script[22] === 0x87) return "scripthash";
  return script[0] === 0x6a ? "nulldata" : "nonstandard";
}

/** Whether no input can ever spend it, so that it is no coin (Core's IsUnspendable). */
export function isUnspendable(script: Uint8Array): boolean {
  return script[0] === 0x6a || script.length > 10_000;
}

/**
 * Whether every input of a transaction is signed by the key of what it spends.
 * @param spent what each input spends, in the order of the inputs.
 * @returns null, or why not.
 */
export function verifyInputs(tx: Tx, spent: readonly SpentOutput[]): string | null {
  const digests = commonDigests(tx, spent);
  for (const index of spent.keys()) {
    const why = verifyInput(tx, index, spent, digests);
    if (why) return `input ${index}: ${why}`;
  }
  return null;
}

/** The same of one input. */
export function verifyInput(
  tx: Tx,
  index: number,
  spent: readonly SpentOutput[],
  digests: Digests = commonDigests(tx, spent),
): string | null {
  const output = spent[index]!;
  const input = tx.inputs[index]!;
  const kind = scriptKind(output.script);
  if (kind !== "witness_v0_keyhash" && kind !== "witness_v1_taproot") {
    return `the embedded chain verifies spends of P2WPKH and of P2TR by key path, not of ${kind}`;
  }
  // BIP 141: a native witness program is spent with an empty scriptSig.
  if (input.script.length !== 0) return "Witness requires empty scriptSig";
  return kind === "witness_v0_keyhash"
    ? verifyKeyHash(tx, index, output, digests)
    : verifyTaproot(tx, index, spent, digests, output);
}

function verifyKeyHash(tx: Tx, index: number, output: SpentOutput, digests: Digests): string | null {
  const [signature, key, ...more] = tx.inputs[index]!.witness;
  if (!signature || !key || more.length > 0) return "Witness program hash mismatch";
  if (!equal(hash160(key), output.script.subarray(2))) return "Witness program hash mismatch";
  // Consensus knows uncompressed keys here, relay does not (Core: SCRIPT_VERIFY_WITNESS_PUBKEYTYPE); no wallet makes them.
  if (key.length !== 33) return "Using non-compressed keys in segwit";
  if (!isStrictDer(signature)) return "Non-canonical DER signature";
  const hashType = signature.at(-1)!;
  const compact = compactOfDer(signature);
  const message = sighashV0(tx, index, output, hashType, digests);
  const failed = "Signature must be zero for failed CHECK(MULTI)SIG operation";
  if (!compact) return failed;
  return truthOf(() => secp256k1.verify(compact, message, key, { prehash: false, lowS: false })) ? null : failed;
}

function verifyTaproot(
  tx: Tx,
  index: number,
  spent: readonly SpentOutput[],
  digests: Digests,
  output: SpentOutput,
): string | null {
  const { witness } = tx.inputs[index]!;
  const last = witness.at(-1);
  const annex = witness.length >= 2 && last?.[0] === 0x50 ? last : undefined;
  const stack = annex ? witness.slice(0, -1) : witness;
  if (stack.length === 0) return "Witness program was passed an empty witness";
  if (stack.length > 1) return "the embedded chain verifies P2TR by key path, not by script path";
  const signature = stack[0]!;
  if (signature.length !== 64 && signature.length !== 65) return "Invalid Schnorr signature size";
  const hashType = signature.length === 65 ? signature[64]! : 0;
  if (signature.length === 65 && hashType === 0) return "Invalid Schnorr signature hash type";
  const message = sighashV1(tx, index, spent, hashType, digests, annex);
  if (!message) return "Invalid Schnorr signature hash type";
  const ok = truthOf(() => schnorr.verify(signature.subarray(0, 64), message, output.script.subarray(2)));
  return ok ? null : "Invalid Schnorr signature";
}

/** Hashes over the whole transaction, made once for all its inputs: without them n inputs cost n^2 (BIP 143). */
interface Digests {
  prevouts: Uint8Array;
  sequences: Uint8Array;
  outputs: Uint8Array;
  amounts: Uint8Array;
  scripts: Uint8Array;
}

/** Single SHA-256, as BIP 341 wants them; BIP 143 hashes them once more. */
function commonDigests(tx: Tx, spent: readonly SpentOutput[]): Digests {
  return {
    prevouts: sha256(concat(...tx.inputs.map(outpointBytes))),
    sequences: sha256(concat(...tx.inputs.map((input) => encodeU32(input.sequence)))),
    outputs: sha256(concat(...tx.outputs.map(outputBytes))),
    amounts: sha256(concat(...spent.map((output) => u64(output.value)))),
    scripts: sha256(concat(...spent.map((output) => encodeVarbytes(output.script)))),
  };
}

const ANYONE_CAN_PAY = 0x80;
const NONE = 2;
const SINGLE = 3;
const ZERO = new Uint8Array(32);

/** The message that a P2WPKH signature signs (BIP 143). Unknown hash types sign as ALL does, as in Core. */
export function sighashV0(
  tx: Tx,
  index: number,
  output: SpentOutput,
  hashType: number,
  digests: Pick<Digests, "prevouts" | "sequences" | "outputs"> = commonDigests(tx, []),
): Uint8Array {
  const input = tx.inputs[index]!;
  const base = hashType & 0x1f;
  const anyone = (hashType & ANYONE_CAN_PAY) !== 0;
  const own = tx.outputs[index];
  const outputs =
    base !== SINGLE && base !== NONE
      ? sha256(digests.outputs)
      : base === SINGLE && own
        ? sha256d(outputBytes(own))
        : ZERO;
  const scriptCode = concat(Uint8Array.of(25, 0x76, 0xa9, 20), output.script.subarray(2), Uint8Array.of(0x88, 0xac));
  return sha256d(
    concat(
      encodeU32(tx.version),
      anyone ? ZERO : sha256(digests.prevouts),
      anyone || base === SINGLE || base === NONE ? ZERO : sha256(digests.sequences),
      outpointBytes(input),
      scriptCode,
      u64(output.value),
      encodeU32(input.sequence),
      outputs,
      encodeU32(tx.lockTime),
      encodeU32(hashType),
    ),
  );
}

/**
 * The message that a P2TR key-path signature signs (BIP 341, common signature message with epoch 0).
 * @returns undefined when the hash type is not one of BIP 341's, or SINGLE has no output of its own.
 */
export function sighashV1(
  tx: Tx,
  index: number,
  spent: readonly SpentOutput[],
  hashType: number,
  digests: Digests = commonDigests(tx, spent),
  annex?: Uint8Array,
): Uint8Array | undefined {
  if (!(hashType <= 3 || (hashType >= 0x81 && hashType <= 0x83))) return undefined;
  const input = tx.inputs[index]!;
  const base = hashType === 0 ? 1 : hashType & 3;
  const anyone = (hashType & ANYONE_CAN_PAY) !== 0;
  const own = tx.outputs[index];
  if (base === SINGLE && !own) return undefined;
  const parts = [Uint8Array.of(0, hashType), encodeU32(tx.version), encodeU32(tx.lockTime)];
  if (!anyone) parts.push(digests.prevouts, digests.amounts, digests.scripts, digests.sequences);
  if (base !== NONE && base !== SINGLE) parts.push(digests.outputs);
  parts.push(Uint8Array.of(annex ? 1 : 0));
  if (anyone) {
    const output = spent[index]!;
    parts.push(outpointBytes(input), u64(output.value), encodeVarbytes(output.script), encodeU32(input.sequence));
  } else {
    parts.push(encodeU32(index));
  }
  if (annex) parts.push(sha256(encodeVarbytes(annex)));
  if (base === SINGLE && own) parts.push(sha256(outputBytes(own)));
  return schnorr.utils.taggedHash("TapSighash", concat(...parts));
}

function outpointBytes(input: TxInput): Uint8Array {
  return concat(input.prevHash, encodeU32(input.prevIndex));
}

function outputBytes(output: TxOutput): Uint8Array {
  return concat(u64(output.value), encodeVarbytes(output.script));
}

function u64(value: bigint): Uint8Array {
  return concat(encodeU32(Number(value & 0xffffffffn)), encodeU32(Number(value >> 32n)));
}

function hash160(bytes: Uint8Array): Uint8Array {
  return ripemd160(sha256(bytes));
}

/** noble throws on a key or signature that is no point or no scalar; for consensus that is a failed signature. */
function truthOf(check: () => boolean): boolean {
  try {
    return check();
  } catch {
    return false;
  }
}

/** BIP 66's IsValidSignatureEncoding, the hash type byte included. */
export function isStrictDer(sig: Uint8Array): boolean {
  if (sig.length < 9 || sig.length > 73) return false;
  if (sig[0] !== 0x30 || sig[1] !== sig.length - 3) return false;
  const lengthR = sig[3]!;
  if (5 + lengthR >= sig.length) return false;
  const lengthS = sig[5 + lengthR]!;
  if (lengthR + lengthS + 7 !== sig.length) return false;
  if (sig[2] !== 0x02 || lengthR === 0 || sig[4]! >= 0x80) return false;
  if (lengthR > 1 && sig[4] === 0 && sig[5]! < 0x80) return false;
  if (sig[lengthR + 4] !== 0x02 || lengthS === 0 || sig[lengthR + 6]! >= 0x80) return false;
  return !(lengthS > 1 && sig[lengthR + 6] === 0 && sig[lengthR + 7]! < 0x80);
}

/** r and s of a strict DER signature as 64 bytes; undefined when one has more than 256 bits. */
function compactOfDer(sig: Uint8Array): Uint8Array | undefined {
  const lengthR = sig[3]!;
  const r = unsigned(sig.subarray(4, 4 + lengthR));
  const s = unsigned(sig.subarray(6 + lengthR, sig.length - 1));
  return r && s ? concat(r, s) : undefined;
}

function unsigned(bytes: Uint8Array): Uint8Array | undefined {
  const plain = bytes[0] === 0 ? bytes.subarray(1) : bytes;
  return plain.length > 32 ? undefined : concat(new Uint8Array(32 - plain.length), plain);
}
