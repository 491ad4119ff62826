/**
 * The sha256d kernel of this computer: WebAssembly SIMD from our own generator, every find confirmed by the plain twin.
 * Runs in Node's worker threads and in browser workers; needs no asynchronous start.
 * @module
 */

import { instantiate } from "@carrara/base/instantiate";
import type { Kernel } from "./generate.ts";
import { generateKernel, LANES } from "./generate.ts";
import type { Sha256dScanner } from "./plain.ts";
import { checkScan, createNonceHash, digestNumber, MAX_HITS, midstate } from "./plain.ts";

/**
 * A scanner on one thread. Make one per worker and keep it: the engine's optimising compiler takes over after the first
 * few calls, so the first second is slower.
 * @throws WasmError when the engine lacks WebAssembly or its SIMD.
 * @example
 * const scanner = createSha256dScanner();
 * for (let from = 0; from < 2 ** 32; from += 2 ** 18) {
 *   const { hits } = scanner.scan({ header, target, from, count: 2 ** 18 });
 * }
 */
export function createSha256dScanner(): Sha256dScanner {
  const kernel = generateKernel();
  const { memory, scan } = instantiate<KernelExports>(kernel.module);
  const words = new Int32Array(memory.buffer);
  const maxGroups = 2 ** 30;
  return {
    scan(input) {
      checkScan(input);
      const { header, target, from, count } = input;
      const view = new DataView(header.buffer, header.byteOffset, 80);
      const tail = Int32Array.of(view.getInt32(64), view.getInt32(68), view.getInt32(72));
      words.set(kernel.uniforms(midstate(header), tail));
      const top = Number(target >> 224n) | 0;
      const hashNonce = createNonceHash(header);
      const hits: number[] = [];
      for (let done = 0; done < count; ) {
        const groups = Math.min(Math.ceil((count - done) / LANES), maxGroups);
        const triedGroups = scan((from + done) | 0, groups, top) >>> 0;
        for (const nonce of readCandidates(words, kernel)) {
          const offset = (nonce - from) >>> 0;
          if (offset >= count || digestNumber(hashNonce(nonce)) > target) continue;
          hits.push(nonce);
          if (hits.length === MAX_HITS) return { hits, done: offset + 1 };
        }
        done += triedGroups * LANES;
      }
      return { hits, done: count };
    },
  };
}

interface KernelExports {
  memory: { buffer: ArrayBuffer };
  scan(nonce: number, groups: number, top: number): number;
}

/** Nonces whose highest word passed, in the order tried. */
function* readCandidates(words: Int32Array, kernel: Kernel): Iterable<number> {
  const first = kernel.candidates / 4;
  const end = first + words[kernel.found / 4]! / 4;
  for (let i = first; i < end; i += 2) {
    for (let lane = 0; lane < LANES; lane++) {
      if (((words[i + 1]! >>> lane) & 1) === 1) yield (words[i]! + lane) >>> 0;
    }
  }
}
