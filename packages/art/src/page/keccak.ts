/**
 * Keccak-256 in a kilobyte, for the on-chain page only, where every byte is paid for; a test holds it equal to the audited
 * one. Lanes are BigInt: a page hashes twice.
 * @module
 */

/** keccak256 of bytes (the original padding 0x01, as Ethereum has it). */
export function keccak_256(bytes: Uint8Array): Uint8Array {
  const state = new BigUint64Array(25);
  const padded = new Uint8Array(136 * (Math.floor(bytes.length / 136) + 1));
  padded.set(bytes);
  padded[bytes.length] = padded[bytes.length]! | 1;
  padded[padded.length - 1] = padded[padded.length - 1]! | 128;
  const view = new DataView(padded.buffer);
  for (let at = 0; at < padded.length; at += 136) {
    for (let i = 0; i < 17; i++) state[i] = state[i]! ^ view.getBigUint64(at + 8 * i, true);
    permute(state);
  }
  const out = new DataView(new ArrayBuffer(32));
  for (let i = 0; i < 4; i++) out.setBigUint64(8 * i, state[i]!, true);
  return new Uint8Array(out.buffer);
}

/** Keccak-f[1600], FIPS 202 section 3; round constants and rotations come from their own recurrences. */
function permute(a: BigUint64Array): void {
  let lfsr = 1;
  for (let round = 0; round < 24; round++) {
    const c = Array.from({ length: 5 }, (_, x) => a[x]! ^ a[x + 5]! ^ a[x + 10]! ^ a[x + 15]! ^ a[x + 20]!);
    for (let i = 0; i < 25; i++) a[i] = a[i]! ^ c[(i + 4) % 5]! ^ turn(c[(i + 1) % 5]!, 1);
    let x = 1;
    let y = 0;
    let current = a[1]!;
    for (let t = 0; t < 24; t++) {
      [x, y] = [y, (2 * x + 3 * y) % 5];
      const next = a[x + 5 * y]!;
      a[x + 5 * y] = turn(current, (((t + 1) * (t + 2)) / 2) % 64);
      current = next;
    }
    for (let row = 0; row < 25; row += 5) {
      const r = a.slice(row, row + 5);
      for (let i = 0; i < 5; i++) a[row + i] = r[i]! ^ (~r[(i + 1) % 5]! & r[(i + 2) % 5]!);
    }
    for (let j = 0; j < 7; j++) {
      if (lfsr & 1) a[0] = a[0]! ^ (1n << BigInt((1 << j) - 1));
      lfsr = (lfsr << 1) ^ ((lfsr >> 7) * 0x171);
    }
  }
}

function turn(lane: bigint, by: number): bigint {
  return BigInt.asUintN(64, (lane << BigInt(by)) | (lane >> BigInt(64 - by)));
}
