/**
 * Reading and writing Bitcoin's wire format: little-endian integers and CompactSize lengths.
 * @module
 */
import { concat } from "@carrara/base/bytes";
import { CarraraError } from "@carrara/base/errors";

/** The longest length that Core reads (serialize.h MAX_SIZE, 32 MiB): a bound on what a few bytes can claim. */
export const MAX_SIZE = 0x02000000;

/** Takes values off the front of a byte string. Every method throws TruncatedError when the bytes run out. */
export interface Reader {
  /** Where the next byte is read. */
  at(): number;
  /** How many bytes are left. */
  rest(): number;
  u8(): number;
  u16(): number;
  u32(): number;
  u64(): bigint;
  /**
   * A CompactSize of at most {@link MAX_SIZE}.
   * @throws NotCanonicalError when a shorter form exists; SizeTooLargeError above the bound.
   */
  varint(): number;
  /** The next `length` bytes, copied. */
  bytes(length: number): Uint8Array;
  /** A CompactSize, then that many bytes. */
  varbytes(): Uint8Array;
  /** @throws TrailingBytesError when anything is left. */
  end(): void;
}

/**
 * A reader of `source` from byte `from`.
 * @example createReader(fromHex("fd0302")).varint() === 515
 */
export function createReader(source: Uint8Array, from = 0): Reader {
  let position = from;
  const take = (length: number) => {
    const start = position;
    if (length > source.length - start) throw new TruncatedError(length, start, source.length);
    position = start + length;
    return start;
  };
  const u8 = () => source[take(1)]!;
  const u16 = () => {
    const i = take(2);
    return source[i]! | (source[i + 1]! << 8);
  };
  const u32 = () => {
    const i = take(4);
    return (source[i]! | (source[i + 1]! << 8) | (source[i + 2]! << 16) | (source[i + 3]! << 24)) >>> 0;
  };
  const u64 = () => {
    const low = u32();
    return (BigInt(u32()) << 32n) | BigInt(low);
  };
  const varint = () => {
    const start = position;
    const first = u8();
    if (first < 0xfd) return first;
    const value = first === 0xfd ? u16() : first === 0xfe ? u32() : Number(u64());
    const least = first === 0xfd ? 0xfd : first === 0xfe ? 0x10000 : 0x100000000;
    if (value < least) throw new NotCanonicalError(value, start);
    if (value > MAX_SIZE) throw new SizeTooLargeError(value, start);
    return value;
  };
  const bytes = (length: number) => {
    const start = take(length);
    return source.slice(start, start + length);
  };
  const rest = () => source.length - position;
  return {
    at: () => position,
    rest,
    u8,
    u16,
    u32,
    u64,
    varint,
    bytes,
    varbytes: () => bytes(varint()),
    end() {
      if (rest() !== 0) throw new TrailingBytesError(rest(), position);
    },
  };
}

/**
 * The CompactSize of a length.
 * @throws SizeTooLargeError when it is above {@link MAX_SIZE} or not a whole number.
 */
export function encodeVarint(value: number): Uint8Array {
  if (!Number.isInteger(value) || value < 0 || value > MAX_SIZE) throw new SizeTooLargeError(value, 0);
  if (value < 0xfd) return Uint8Array.of(value);
  if (value <= 0xffff) return Uint8Array.of(0xfd, value & 0xff, value >>> 8);
  return concat(Uint8Array.of(0xfe), encodeU32(value));
}

/** A CompactSize length, then the bytes. */
export function encodeVarbytes(bytes: Uint8Array): Uint8Array {
  return concat(encodeVarint(bytes.length), bytes);
}

/** Four little-endian bytes. */
export function encodeU32(value: number): Uint8Array {
  return Uint8Array.of(value & 0xff, (value >>> 8) & 0xff, (value >>> 16) & 0xff, value >>> 24);
}

/** The bytes end before the value does. */
export class TruncatedError extends CarraraError {
  constructor(wanted: number, at: number, length: number) {
    super("truncated", `${wanted} bytes were wanted at byte ${at}, but only ${length} are there.`, {
      hint: "Give the whole serialisation.",
    });
  }
}

/** A length written longer than it must be: two serialisations of one thing. */
export class NotCanonicalError extends CarraraError {
  constructor(value: number, at: number) {
    super("varint-not-canonical", `The length ${value} at byte ${at} is not in its shortest form.`, {
      hint: "Write lengths as CompactSize, shortest form.",
    });
  }
}

/** A length beyond what Core reads. */
export class SizeTooLargeError extends CarraraError {
  constructor(value: number, at: number) {
    super("size-too-large", `The length ${value} at byte ${at} is not a whole number up to ${MAX_SIZE}.`, {
      hint: "Give a real serialisation: no block or transaction is that long.",
    });
  }
}

/** Something follows where the value must end. */
export class TrailingBytesError extends CarraraError {
  constructor(left: number, at: number) {
    super("trailing-bytes", `${left} bytes follow after the end at byte ${at}.`, { hint: "Cut them off." });
  }
}
