/**
 * Bytes and hex: the few functions that every package needs.
 * @module
 */
import { CarraraError } from "./errors.ts";

/** Lower-case hex of bytes, without `0x`. `toHex(Uint8Array.of(1, 255)) === "01ff"` */
export function toHex(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += HEX[byte];
  return text;
}

/**
 * Bytes of a hex string (either case, with or without `0x`).
 * @throws BadHexError when the length is odd or a character is not a hex digit.
 * @example fromHex("01ff") // Uint8Array [1, 255]
 */
export function fromHex(text: string): Uint8Array {
  const start = text.startsWith("0x") || text.startsWith("0X") ? 2 : 0;
  const length = text.length - start;
  if (length % 2 !== 0) throw new BadHexError(text);
  const bytes = new Uint8Array(length / 2);
  for (let i = 0; i < bytes.length; i++) {
    const high = digit(text.charCodeAt(start + 2 * i));
    const low = digit(text.charCodeAt(start + 2 * i + 1));
    if (high < 0 || low < 0) throw new BadHexError(text);
    bytes[i] = high * 16 + low;
  }
  return bytes;
}

/** All parts, one after the other, in a new array. */
export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const part of parts) length += part.length;
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** Whether both hold the same bytes. Not constant in time: never for secrets. */
export function equal(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** A copy in reverse order: Bitcoin's internal hash to Core's display form and back. */
export function reversed(bytes: Uint8Array): Uint8Array {
  return Uint8Array.from(bytes).reverse();
}

/** The number whose little-endian bytes these are. */
export function bigintFromLE(bytes: Uint8Array): bigint {
  return bigintFromBE(reversed(bytes));
}

/** The number whose big-endian bytes these are. */
export function bigintFromBE(bytes: Uint8Array): bigint {
  return bytes.length === 0 ? 0n : BigInt(`0x${toHex(bytes)}`);
}

/**
 * A number as `length` big-endian bytes.
 * @throws RangeError when it is negative or does not fit.
 */
export function bigintToBE(value: bigint, length: number): Uint8Array {
  if (value < 0n || value >> BigInt(8 * length) !== 0n) {
    throw new RangeError(`${value} does not fit into ${length} unsigned bytes`);
  }
  return fromHex(value.toString(16).padStart(2 * length, "0"));
}

/** A number as `length` little-endian bytes; see {@link bigintToBE}. */
export function bigintToLE(value: bigint, length: number): Uint8Array {
  return bigintToBE(value, length).reverse();
}

const HEX = Array.from({ length: 256 }, (_, i) => i.toString(16).padStart(2, "0"));

function digit(code: number): number {
  if (code >= 48 && code <= 57) return code - 48;
  const lower = code | 32;
  return lower >= 97 && lower <= 102 ? lower - 87 : -1;
}

/** The text is not hex. */
export class BadHexError extends CarraraError {
  constructor(text: string) {
    const shown = text.length > 40 ? `${text.slice(0, 40)}… (${text.length} characters)` : text;
    super("bad-hex", `"${shown}" is not hex.`, {
      hint: "Give an even number of the digits 0-9 and a-f, with or without 0x in front.",
    });
  }
}
