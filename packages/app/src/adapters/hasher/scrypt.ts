/**
 * Litecoin's proof of work by OpenSSL, the fastest that Node has.
 * @module
 */
import { scryptSync } from "node:crypto";

/** scrypt with N = 1024, r = p = 1, the header as password and as salt: 80 bytes to 32. */
export function scryptPow(header: Uint8Array): Uint8Array {
  return scryptSync(header, header, 32, { N: 1024, r: 1, p: 1 });
}
