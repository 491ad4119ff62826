/**
 * Bitcoin transactions, with and without witness (BIP141, BIP144).
 * @module
 */
import { concat } from "@carrara/base/bytes";
import { CarraraError } from "@carrara/base/errors";
import type { Hash } from "./hash.ts";
import { checkHash, sha256d } from "./hash.ts";
import type { Reader } from "./varint.ts";
import { createReader, encodeU32, encodeVarbytes, encodeVarint } from "./varint.ts";

/** What a transaction spends. */
export interface TxInput {
  /** Id of the transaction spent from, internal order; zeros in a coinbase. */
  prevHash: Uint8Array;
  /** Output number in it; 0xffffffff in a coinbase. */
  prevIndex: number;
  script: Uint8Array;
  sequence: number;
  /** The witness stack; empty for an input without one. */
  witness: Uint8Array[];
}

/** What a transaction pays. */
export interface TxOutput {
  /** Satoshis as the 64 bits say; whether they are allowed is consensus, not format. */
  value: bigint;
  script: Uint8Array;
}

/** A transaction. */
export interface Tx {
  /** Unsigned 32 bits. */
  version: number;
  inputs: TxInput[];
  outputs: TxOutput[];
  lockTime: number;
}

/**
 * The transaction that these bytes are, in either form.
 * @throws TransactionError, TruncatedError, NotCanonicalError, SizeTooLargeError or TrailingBytesError.
 */
export function decodeTx(bytes: Uint8Array): Tx {
  const reader = createReader(bytes);
  const tx = readTx(reader);
  reader.end();
  return tx;
}

/** Takes one transaction off a reader; see {@link decodeTx}. */
export function readTx(reader: Reader): Tx {
  const version = reader.u32();
  let count = reader.varint();
  const segwit = count === 0;
  if (segwit) {
    const flag = reader.u8();
    if (flag === 0) throw new TransactionError("tx-no-inputs", "The transaction has no input.");
    if (flag !== 1) {
      throw new TransactionError("tx-unknown-flag", `The transaction's extension flag is ${flag}; only 1 is known.`);
    }
    count = reader.varint();
    if (count === 0) throw new TransactionError("tx-no-inputs", "The transaction has no input.");
  }
  const inputs: TxInput[] = [];
  for (let i = 0; i < count; i++) {
    const prevHash = reader.bytes(32);
    const prevIndex = reader.u32();
    const script = reader.varbytes();
    inputs.push({ prevHash, prevIndex, script, sequence: reader.u32(), witness: [] });
  }
  const outputs: TxOutput[] = [];
  for (let left = reader.varint(); left > 0; left--) {
    const value = reader.u64();
    outputs.push({ value, script: reader.varbytes() });
  }
  if (segwit) {
    for (const input of inputs) {
      for (let left = reader.varint(); left > 0; left--) input.witness.push(reader.varbytes());
    }
    if (!hasWitness({ inputs })) {
      throw new TransactionError("tx-superfluous-witness", "The transaction is in witness form but has no witness.");
    }
  }
  return { version, inputs, outputs, lockTime: reader.u32() };
}

/**
 * The bytes of a transaction.
 * @param form witness: whether to write the BIP144 form; a transaction without any witness has only the plain one.
 * @throws TransactionError when it has no input (its bytes would read as the witness form).
 */
export function encodeTx(tx: Tx, form: { witness: boolean }): Uint8Array {
  if (tx.inputs.length === 0) throw new TransactionError("tx-no-inputs", "The transaction has no input.");
  const segwit = form.witness && hasWitness(tx);
  const parts: Uint8Array[] = [encodeU32(tx.version)];
  if (segwit) parts.push(Uint8Array.of(0, 1));
  parts.push(encodeVarint(tx.inputs.length));
  for (const input of tx.inputs) {
    checkHash(input.prevHash, "prevHash");
    parts.push(input.prevHash, encodeU32(input.prevIndex), encodeVarbytes(input.script), encodeU32(input.sequence));
  }
  parts.push(encodeVarint(tx.outputs.length));
  for (const output of tx.outputs) parts.push(encodeU64(output.value), encodeVarbytes(output.script));
  if (segwit) {
    for (const input of tx.inputs) parts.push(encodeVarint(input.witness.length), ...input.witness.map(encodeVarbytes));
  }
  parts.push(encodeU32(tx.lockTime));
  return concat(...parts);
}

/** Whether any input carries a witness. */
export function hasWitness(tx: Pick<Tx, "inputs">): boolean {
  return tx.inputs.some((input) => input.witness.length > 0);
}

/** The id, internal order: sha256d of the form without witness. */
export function txid(tx: Tx, hash: Hash = sha256d): Uint8Array {
  return hash(encodeTx(tx, { witness: false }));
}

/** The witness id (BIP141), internal order. A coinbase counts as 32 zero bytes in the witness tree, not as this. */
export function wtxid(tx: Tx, hash: Hash = sha256d): Uint8Array {
  return hash(encodeTx(tx, { witness: true }));
}

/** The bytes without witness: what a transaction id, a merkle leaf and a contract see. */
export function stripWitness(raw: Uint8Array): Uint8Array {
  return encodeTx(decodeTx(raw), { witness: false });
}

function encodeU64(value: bigint): Uint8Array {
  if (value < 0n || value >> 64n !== 0n) {
    throw new TransactionError("tx-bad-value", `The output value ${value} is not an unsigned 64-bit number.`);
  }
  return concat(encodeU32(Number(value & 0xffffffffn)), encodeU32(Number(value >> 32n)));
}

/** The bytes or fields are no transaction. */
export class TransactionError extends CarraraError {
  constructor(code: "tx-no-inputs" | "tx-unknown-flag" | "tx-superfluous-witness" | "tx-bad-value", message: string) {
    super(code, message, { hint: "Give a transaction as Bitcoin Core serialises it." });
  }
}
