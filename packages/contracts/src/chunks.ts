/**
 * Bytes on chain are the code of contracts that begin with STOP (SSTORE2), so EIP-170 bounds each of them.
 * @module
 */
import { concat, fromHex } from "@carrara/base/bytes";

/** The most bytes of one chunk: EIP-170's 24,576 bytes of code less the STOP in front. */
export const MAX_CHUNK = 24_575;

/**
 * Bytes in pieces of at most {@link MAX_CHUNK}, in order. No bytes give no chunk.
 * @example chunks(new Uint8Array(30_000)).map((chunk) => chunk.length) // [24575, 5425]
 */
export function chunks(bytes: Uint8Array): Uint8Array[] {
  const out: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += MAX_CHUNK) out.push(bytes.slice(at, at + MAX_CHUNK));
  return out;
}

/**
 * Creation code that stores `bytes` behind a STOP: what Solady's SSTORE2 writes, without a contract to call.
 * @throws RangeError when there are none or more than {@link MAX_CHUNK}.
 */
export function storeCode(bytes: Uint8Array): Uint8Array {
  if (bytes.length < 1 || bytes.length > MAX_CHUNK) {
    throw new RangeError(`${bytes.length} bytes cannot be stored in one contract; 1 to ${MAX_CHUNK} can.`);
  }
  const size = bytes.length + 1;
  // PUSH2 size, DUP1, PUSH1 10, RETURNDATASIZE, CODECOPY, RETURNDATASIZE, RETURN; the code: STOP and the bytes.
  return concat(Uint8Array.of(0x61, size >> 8, size & 255), fromHex("80600a3d393df300"), bytes);
}
