/**
 * The hashes of Bitcoin-like chains, and their two forms.
 * A hash is 32 bytes in internal order, as the hash function gives them and as they stand in a header;
 * Core displays it reversed, with the zeros of a block hash first. Only {@link display} and {@link fromDisplay} cross.
 * @module
 */

import { reversed, toHex } from "@carrara/base/bytes";
import { CarraraError } from "@carrara/base/errors";
import type { Hash256 } from "@carrara/base/units";
import { hash256 } from "@carrara/base/units";
import { scrypt } from "@noble/hashes/scrypt.js";
import { sha256 as nobleSha256 } from "@noble/hashes/sha2.js";

/**
 * Bytes to 32 bytes. Hot functions take one as a last argument, {@link sha256d} by default: this package is pure
 * JavaScript, and a caller that has node:crypto can pass its one-shot hash, which is several times as fast on the
 * short inputs of a share check. The result must be a fresh array, and the input must not be kept.
 */
export type Hash = (bytes: Uint8Array) => Uint8Array;

/** SHA-256 (FIPS 180-4). */
export function sha256(bytes: Uint8Array): Uint8Array {
  return nobleSha256(bytes);
}

/**
 * SHA-256 twice: Bitcoin's hash of headers, transactions and merkle nodes.
 * @example display(sha256d(header)) // "000000000019d668…" for the genesis block
 */
export function sha256d(bytes: Uint8Array): Uint8Array {
  return nobleSha256(nobleSha256(bytes));
}

/**
 * Litecoin's proof of work: scrypt with N = 1024, r = p = 1, the header as password and as salt.
 * About 1,000 times the cost of {@link sha256d}; pass node:crypto's scrypt where there is one.
 */
export function scryptPow(header: Uint8Array): Uint8Array {
  return scrypt(header, header, { N: 1024, r: 1, p: 1, dkLen: 32 });
}

/**
 * The hash as Core displays it.
 * @throws HashLengthError when it is not 32 bytes.
 */
export function display(hash: Uint8Array): Hash256 {
  checkHash(hash, "a hash");
  return hash256(toHex(reversed(hash)));
}

/**
 * The internal bytes of a hash in Core's display form; the inverse of {@link display}.
 * @throws BadUnitError when the text is not 64 hex digits.
 */
export function fromDisplay(text: string): Uint8Array {
  const plain = hash256(text);
  return Uint8Array.from({ length: 32 }, (_, i) => Number.parseInt(plain.slice(62 - 2 * i, 64 - 2 * i), 16));
}

/** @throws HashLengthError when it is not 32 bytes. */
export function checkHash(hash: Uint8Array, what: string): void {
  if (hash.length !== 32) throw new HashLengthError(what, hash.length);
}

/** A value that must be a hash has another length. */
export class HashLengthError extends CarraraError {
  constructor(what: string, length: number) {
    super("bad-hash-length", `${what} has ${length} bytes.`, { hint: "Give 32 bytes, in internal order." });
  }
}
