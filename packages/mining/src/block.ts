/**
 * Whole blocks, and the commitment to their witnesses (BIP141).
 * @module
 */
import { concat } from "@carrara/base/bytes";
import { CarraraError } from "@carrara/base/errors";
import type { Hash } from "./hash.ts";
import { sha256d } from "./hash.ts";
import type { Header } from "./header.ts";
import { decodeHeader, HEADER_SIZE } from "./header.ts";
import { merkleRoot } from "./merkle.ts";
import type { Tx } from "./transaction.ts";
import { readTx } from "./transaction.ts";
import { createReader, encodeVarint } from "./varint.ts";

/** A block, its transactions both read and as their bytes. */
export interface Block {
  header: Header;
  /** The 80 bytes that were hashed. */
  headerBytes: Uint8Array;
  txs: Tx[];
  /** The bytes of each transaction, in the form they had in the block. */
  raw: Uint8Array[];
}

/**
 * The bytes that submitblock takes.
 * @param txs raw transactions, the coinbase first, in witness form where they have one.
 */
export function encodeBlock(header: Uint8Array, txs: readonly Uint8Array[]): Uint8Array {
  if (header.length !== HEADER_SIZE) throw new BlockError(`The header has ${header.length} bytes.`);
  if (txs.length === 0) throw new BlockError("The block has no transaction.");
  return concat(header, encodeVarint(txs.length), ...txs);
}

/**
 * The block that these bytes are. Its rules (work, root, amounts) are not checked.
 * @throws BlockError, BadHeaderError, TransactionError or an error of varint.ts.
 */
export function decodeBlock(bytes: Uint8Array): Block {
  const header = decodeHeader(bytes);
  const reader = createReader(bytes, HEADER_SIZE);
  const txs: Tx[] = [];
  const raw: Uint8Array[] = [];
  const count = reader.varint();
  if (count === 0) throw new BlockError("The block has no transaction.");
  for (let i = 0; i < count; i++) {
    const start = reader.at();
    txs.push(readTx(reader));
    raw.push(bytes.slice(start, reader.at()));
  }
  reader.end();
  return { header, headerBytes: bytes.slice(0, HEADER_SIZE), txs, raw };
}

/**
 * The script of the witness commitment output: `6a24aa21a9ed` and sha256d(witness root, reserved value), the reserved
 * value being 32 zero bytes (BIP141). It does not change with the extranonce, since the coinbase counts as zeros.
 * @param otherWtxids witness ids of every transaction but the coinbase, internal order.
 */
export function witnessCommitmentScript(otherWtxids: readonly Uint8Array[], hash: Hash = sha256d): Uint8Array {
  const root = merkleRoot([new Uint8Array(32), ...otherWtxids], hash);
  return concat(Uint8Array.of(0x6a, 0x24, 0xaa, 0x21, 0xa9, 0xed), hash(concat(root, new Uint8Array(32))));
}

/**
 * The hash of a header, internal order.
 * @throws BlockError when it is not 80 bytes.
 */
export function blockHash(header: Uint8Array, hash: Hash = sha256d): Uint8Array {
  if (header.length !== HEADER_SIZE) throw new BlockError(`The header has ${header.length} bytes.`);
  return hash(header);
}

/** The parts are no block. */
export class BlockError extends CarraraError {
  constructor(message: string) {
    super("bad-block", message, { hint: "Give an 80-byte header and all transactions, the coinbase first." });
  }
}
