/**
 * `npm run bench -- sha256d`: nonces per second on one thread, our kernel beside its plain twin and node:crypto.
 * @module
 */
import { hash } from "node:crypto";
import type { Bench, Row } from "../../../../tool/bench-types.ts";
import { createPlainScanner } from "./plain.ts";
import { createSha256dScanner } from "./sha256d.ts";

const HEADER = Uint8Array.from({ length: 80 }, (_, i) => (i * 151 + 7) & 0xff);
const WINDOWS = 9;

export const bench: Bench = {
  name: "sha256d",
  about: "Double SHA-256 of headers on one thread: WebAssembly SIMD, plain TypeScript, node:crypto.",
  async *run() {
    const kernel = createSha256dScanner();
    const plain = createPlainScanner();
    // Target 0 has no hits, so nothing but the scan is measured.
    const subjects: { name: string; count: number; scan(count: number, from: number): void }[] = [
      {
        name: "sha256d/wasm",
        count: 2 ** 20,
        scan: (count, from) => void kernel.scan({ header: HEADER, target: 0n, from, count }),
      },
      {
        name: "sha256d/plain",
        count: 2 ** 16,
        scan: (count, from) => void plain.scan({ header: HEADER, target: 0n, from, count }),
      },
      { name: "sha256d/node-crypto", count: 2 ** 16, scan: scanNodeCrypto },
    ];
    for (const { scan, count } of subjects) for (let i = 0; i < 4; i++) scan(count, i);
    const rates = subjects.map((): number[] => []);
    // Windows take turns, so that a busy moment of the machine falls on all alike.
    for (let window = 0; window < WINDOWS; window++) {
      for (const [i, { scan, count }] of subjects.entries()) {
        const start = threadMicroseconds();
        scan(count, window * count);
        rates[i]!.push(count / (threadMicroseconds() - start));
      }
    }
    const values = rates.map(median);
    const baseline = values.at(-1)!;
    const note = `one thread, by its CPU time, median of ${WINDOWS} windows`;
    for (const [i, { name }] of subjects.entries()) {
      const row: Row = { name, value: values[i]!, unit: "MH/s", note };
      const compared = { baseline: "sha256d/node-crypto", ratio: values[i]! / baseline };
      yield name === compared.baseline ? row : { ...row, ...compared };
    }
  },
};

function scanNodeCrypto(count: number, from: number): void {
  const header = Buffer.from(HEADER);
  for (let i = 0; i < count; i++) {
    header.writeUInt32LE((from + i) >>> 0, 76);
    const digest = hash("sha256", hash("sha256", header, "buffer"), "buffer");
    // Keeps the digest in use; no hash of this header is all zeros.
    if (digest.readUInt32LE(28) === 0 && digest.readUInt32LE(24) === 0) throw new Error("a hit where none can be");
  }
}

// CPU time of this thread: the same as wall time on a quiet machine, and the scanner's own figure on a busy one.
function threadMicroseconds(): number {
  const { user, system } = process.threadCpuUsage();
  return user + system;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!;
}
