/**
 * Branded ids and amounts: made only by parsing at the edge, then trusted.
 * Money is bigint, in the smallest unit.
 * @module
 */
import { CarraraError } from "./errors.ts";

declare const brand: unique symbol;
type Branded<T, Name extends string> = T & { readonly [brand]: Name };

/** Satoshis, 10^-8 of a coin. */
export type Sats = Branded<bigint, "Sats">;
/** Wei, 10^-18 ETH. */
export type Wei = Branded<bigint, "Wei">;
/** 64 lower-case hex digits as Bitcoin Core displays a hash: most significant byte (the zeros) first. */
export type Hash256 = Branded<string, "Hash256">;
/** An Ethereum address, 0x and 40 lower-case hex digits. Checksums (EIP-55) are for display only. */
export type Address = Branded<`0x${string}`, "Address">;

/** @throws BadUnitError when the value is negative. */
export function sats(value: bigint): Sats {
  if (value < 0n) throw new BadUnitError("an amount of satoshis", String(value), "a whole number, 0 or more");
  return value as Sats;
}

/** @throws BadUnitError when the value is negative. */
export function wei(value: bigint): Wei {
  if (value < 0n) throw new BadUnitError("an amount of wei", String(value), "a whole number, 0 or more");
  return value as Wei;
}

/** @throws BadUnitError when the text is not 64 hex digits (either case, `0x` allowed). */
export function hash256(text: string): Hash256 {
  const plain = text.toLowerCase().replace(/^0x/, "");
  if (!/^[0-9a-f]{64}$/.test(plain)) throw new BadUnitError("a 256-bit hash", text, "64 hex digits");
  return plain as Hash256;
}

/** @throws BadUnitError when the text is not 0x and 40 hex digits. Checksum case is not verified here. */
export function address(text: string): Address {
  const lower = text.toLowerCase();
  if (!/^0x[0-9a-f]{40}$/.test(lower)) throw new BadUnitError("an Ethereum address", text, "0x and 40 hex digits");
  return lower as Address;
}

/** A text or number that is not of the wanted form. */
export class BadUnitError extends CarraraError {
  constructor(what: string, value: string, form: string) {
    super("bad-value", `"${value.slice(0, 80)}" is not ${what}.`, { hint: `Give ${form}.` });
  }
}
