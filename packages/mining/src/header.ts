/**
 * The 80 bytes that are hashed: version, previous hash, merkle root, time, bits, nonce.
 * @module
 */
import { CarraraError } from "@carrara/base/errors";
import { checkHash } from "./hash.ts";

/** Bytes of a header. */
export const HEADER_SIZE = 80;

/** A block header. Numbers are unsigned 32 bits; hashes are in internal order. */
export interface Header {
  /** nVersion as an unsigned number: with BIP310 rolling, any of its masked bits. */
  version: number;
  prevHash: Uint8Array;
  merkleRoot: Uint8Array;
  /** Seconds since 1970, the miner's to write within consensus bounds. */
  time: number;
  /** Compact target; see bitsToTarget. */
  bits: number;
  nonce: number;
}

/**
 * The 80 bytes of a header.
 * @throws BadHeaderError when a number is not an unsigned 32-bit integer; HashLengthError when a hash is not 32 bytes.
 * @example sha256d(encodeHeader(header)) // the block hash
 */
export function encodeHeader(header: Header): Uint8Array {
  checkHash(header.prevHash, "prevHash");
  checkHash(header.merkleRoot, "merkleRoot");
  const bytes = new Uint8Array(HEADER_SIZE);
  put(bytes, 0, header.version, "version");
  bytes.set(header.prevHash, 4);
  bytes.set(header.merkleRoot, 36);
  put(bytes, 68, header.time, "time");
  put(bytes, 72, header.bits, "bits");
  put(bytes, 76, header.nonce, "nonce");
  return bytes;
}

/**
 * The header that begins at byte `at`. Hashes are copies.
 * @throws BadHeaderError when fewer than 80 bytes are there. What follows is the caller's to judge.
 */
export function decodeHeader(bytes: Uint8Array, at = 0): Header {
  if (bytes.length - at < HEADER_SIZE) {
    throw new BadHeaderError(`${Math.max(0, bytes.length - at)} bytes are too few for a header.`, "Give all 80 bytes.");
  }
  return {
    version: get(bytes, at),
    prevHash: bytes.slice(at + 4, at + 36),
    merkleRoot: bytes.slice(at + 36, at + 68),
    time: get(bytes, at + 68),
    bits: get(bytes, at + 72),
    nonce: get(bytes, at + 76),
  };
}

function put(bytes: Uint8Array, at: number, value: number, name: string): void {
  if (value >>> 0 !== value) throw new BadHeaderError(`${name} ${value} is not 32 bits.`, "Give 0 to 4294967295.");
  bytes[at] = value;
  bytes[at + 1] = value >>> 8;
  bytes[at + 2] = value >>> 16;
  bytes[at + 3] = value >>> 24;
}

function get(bytes: Uint8Array, at: number): number {
  return (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)) >>> 0;
}

/** No header: a field or the length is wrong. */
export class BadHeaderError extends CarraraError {
  constructor(message: string, hint: string) {
    super("bad-header", message, { hint });
  }
}
