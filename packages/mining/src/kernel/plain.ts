/**
 * The plain twin of the sha256d kernel: SHA-256 as FIPS 180-4 writes it, one nonce after the other.
 * It defines what a scan is; the WebAssembly kernel is held equal to it, and asks it to confirm each find.
 * @module
 */
import { CarraraError } from "@carrara/base/errors";

/** One stretch of nonces to try. */
export interface ScanInput {
  /** 80 bytes; the four of the nonce are ignored. */
  header: Uint8Array;
  /** A hash meets it when, read as a little-endian integer, it is not above it. */
  target: bigint;
  /** The first nonce. */
  from: number;
  /** How many nonces, 1 to 2^32; after 0xffffffff comes 0. */
  count: number;
}

/** What a scan found. */
export interface ScanOutput {
  /** Nonces whose hash meets the target, in the order tried. */
  hits: number[];
  /**
   * Nonces tried: `count`, or fewer when there were so many hits that the scan stopped early ({@link MAX_HITS}).
   * Go on at `from + done`.
   */
  done: number;
}

/** Tries nonces. Keep `count` small enough that the thread stays responsive: 2^18 take about 50 ms in the kernel. */
export interface Sha256dScanner {
  scan(input: ScanInput): ScanOutput;
}

/** A scan stops when it has this many hits, so that an easy target does not fill the memory. */
export const MAX_HITS = 4096;

/** The initial hash value of SHA-256. */
export const INITIAL = Int32Array.of(
  0x6a09e667,
  0xbb67ae85,
  0x3c6ef372,
  0xa54ff53a,
  0x510e527f,
  0x9b05688c,
  0x1f83d9ab,
  0x5be0cd19,
);

/** The round constants of SHA-256: the first 32 bits of the fractions of the cube roots of the first 64 primes. */
export const ROUND = cubeRootFractions();

/**
 * A scanner in plain TypeScript.
 * @example createPlainScanner().scan({ header: genesis, target: bitsToTarget(0x1d00ffff), from: 2083236893, count: 1 })
 */
export function createPlainScanner(): Sha256dScanner {
  return {
    scan(input) {
      checkScan(input);
      const { target, from, count } = input;
      const hashNonce = createNonceHash(input.header);
      const hits: number[] = [];
      for (let done = 0; done < count; done++) {
        const nonce = (from + done) >>> 0;
        if (digestNumber(hashNonce(nonce)) > target) continue;
        hits.push(nonce);
        if (hits.length === MAX_HITS) return { hits, done: done + 1 };
      }
      return { hits, done: count };
    },
  };
}

/**
 * sha256d of one header as a function of its nonce: the eight words, in an array that the next call overwrites.
 * The first 64 bytes do not hold the nonce, so they are compressed once (the midstate).
 */
export function createNonceHash(header: Uint8Array): (nonce: number) => Int32Array {
  const view = new DataView(header.buffer, header.byteOffset, 80);
  const word = (i: number) => view.getInt32(4 * i);
  const middle = midstate(header);
  const schedule = new Int32Array(64);
  const first = new Int32Array(8);
  const second = new Int32Array(8);
  // FIPS 180-4, 5.1.1: a one bit, zeros, and the length of the message in bits.
  const tail = Int32Array.of(word(16), word(17), word(18), 0, 0x80000000, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 640);
  const digest = Int32Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0x80000000, 0, 0, 0, 0, 0, 0, 256);
  return (nonce) => {
    tail[3] = swapBytes(nonce);
    schedule.set(tail);
    compress(middle, schedule, first);
    digest.set(first);
    schedule.set(digest);
    compress(INITIAL, schedule, second);
    return second;
  };
}

/** The state after the first 64 bytes of a header. */
export function midstate(header: Uint8Array): Int32Array {
  const view = new DataView(header.buffer, header.byteOffset, 64);
  const schedule = new Int32Array(64);
  for (let i = 0; i < 16; i++) schedule[i] = view.getInt32(4 * i);
  const state = new Int32Array(8);
  compress(INITIAL, schedule, state);
  return state;
}

/**
 * One compression (FIPS 180-4, 6.2.2): `out` becomes the state after a block.
 * @param w the message schedule; its first 16 words are the block, the others are written here.
 */
function compress(state: Int32Array, w: Int32Array, out: Int32Array): void {
  for (let t = 16; t < 64; t++) {
    w[t] = (((smallSigma1(w[t - 2]!) + w[t - 7]!) | 0) + ((smallSigma0(w[t - 15]!) + w[t - 16]!) | 0)) | 0;
  }
  let a = state[0]!;
  let b = state[1]!;
  let c = state[2]!;
  let d = state[3]!;
  let e = state[4]!;
  let f = state[5]!;
  let g = state[6]!;
  let h = state[7]!;
  for (let t = 0; t < 64; t++) {
    const t1 = (((((h + bigSigma1(e)) | 0) + ((e & f) ^ (~e & g))) | 0) + ((ROUND[t]! + w[t]!) | 0)) | 0;
    const t2 = (bigSigma0(a) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + t1) | 0;
    d = c;
    c = b;
    b = a;
    a = (t1 + t2) | 0;
  }
  out[0] = a + state[0]!;
  out[1] = b + state[1]!;
  out[2] = c + state[2]!;
  out[3] = d + state[3]!;
  out[4] = e + state[4]!;
  out[5] = f + state[5]!;
  out[6] = g + state[6]!;
  out[7] = h + state[7]!;
}

/** @throws ScanError when the scan cannot be made. */
export function checkScan({ header, target, from, count }: ScanInput): void {
  if (header.length !== 80) throw new ScanError(`The header has ${header.length} bytes.`, "Give 80 bytes.");
  if (target < 0n || target >> 256n !== 0n) throw new ScanError(`The target is ${target}.`, "Give 0 to 2^256 - 1.");
  if (from >>> 0 !== from) throw new ScanError(`The first nonce is ${from}.`, "Give 0 to 4294967295.");
  if (!Number.isInteger(count) || count < 1 || count > 0x100000000) {
    throw new ScanError(`${count} nonces were asked for.`, "Give 1 to 4294967296.");
  }
}

/** A digest as a number: its bytes are its words in big-endian order, and the number reads them little-endian. */
export function digestNumber(words: Int32Array): bigint {
  let number = 0n;
  for (let i = 7; i >= 0; i--) number = (number << 32n) | BigInt(swapBytes(words[i]!));
  return number;
}

/** The four bytes of a word in reverse order. */
function swapBytes(x: number): number {
  return (((x & 0xff) << 24) | ((x & 0xff00) << 8) | ((x >>> 8) & 0xff00) | (x >>> 24)) >>> 0;
}

/** Σ0 of FIPS 180-4, 4.1.2. */
function bigSigma0(x: number): number {
  return rotr(x, 2) ^ rotr(x, 13) ^ rotr(x, 22);
}

/** Σ1. */
function bigSigma1(x: number): number {
  return rotr(x, 6) ^ rotr(x, 11) ^ rotr(x, 25);
}

/** σ0. */
function smallSigma0(x: number): number {
  return rotr(x, 7) ^ rotr(x, 18) ^ (x >>> 3);
}

/** σ1. */
function smallSigma1(x: number): number {
  return rotr(x, 17) ^ rotr(x, 19) ^ (x >>> 10);
}

function rotr(x: number, n: number): number {
  return (x >>> n) | (x << (32 - n));
}

// Found by integer search rather than from Math.cbrt: exact on every engine, and nothing to mistype.
function cubeRootFractions(): Int32Array {
  const primes: bigint[] = [];
  for (let n = 2n; primes.length < 64; n++) if (primes.every((p) => n % p !== 0n)) primes.push(n);
  return Int32Array.from(primes, (prime) => {
    // The largest root with root^3 <= prime · 2^96 is floor(cbrt(prime) · 2^32).
    let root = 0n;
    for (let bit = 1n << 35n; bit > 0n; bit >>= 1n) {
      const next = root | bit;
      if (next ** 3n <= prime << 96n) root = next;
    }
    return Number(BigInt.asIntN(32, root));
  });
}

/** The scan cannot be made. */
export class ScanError extends CarraraError {
  constructor(message: string, hint: string) {
    super("bad-scan", message, { hint });
  }
}
