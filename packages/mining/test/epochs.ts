/**
 * A chain of several epochs that anybody can mine, for what follows targets from epoch to epoch.
 * @module
 */
import { concat } from "@carrara/base/bytes";
import { sha256d } from "../src/hash.ts";
import { encodeHeader } from "../src/header.ts";
import { bitsToTarget, meets, retarget } from "../src/target.ts";
import { EASY_BITS, FIRST_TIME } from "./spv.ts";

/** The chain's rules, as the embedded chain has them but for the target. */
export const EASY_RULES = { interval: 20, spacing: 30, limit: EASY_BITS };

/** A chain, header by header, and where its epochs begin. */
export interface EasyChain {
  headers: Uint8Array[];
  epochs: { start: number; bits: number }[];
}

/**
 * @param paces seconds between headers, for one whole epoch each
 * @param root the merkle root of every header, so that each of them can be the first of a proof
 * @param from a chain to go on from, which is not changed
 */
export function mineEpochs(
  paces: readonly number[],
  root: Uint8Array,
  from: EasyChain = { headers: [], epochs: [] },
): EasyChain {
  const { interval, spacing } = EASY_RULES;
  const limit = bitsToTarget(EASY_RULES.limit);
  const headers = [...from.headers];
  const epochs = [...from.epochs];
  let last = headers.at(-1);
  let time = last ? timeOf(last) : FIRST_TIME;
  for (const pace of paces) {
    const ended = epochs.at(-1);
    const bits = ended
      ? retarget({ bits: ended.bits, firstTime: ended.start, lastTime: time, interval, spacing, limit })
      : EASY_BITS;
    if (last) time += pace;
    epochs.push({ start: time, bits });
    for (let i = 0; i < interval; i++) {
      if (i > 0) time += pace;
      const prevHash = last ? sha256d(last) : new Uint8Array(32);
      const header = { version: 0x20000000, prevHash, merkleRoot: root, time, bits, nonce: 0 };
      last = encodeHeader(header);
      while (!meets(sha256d(last), bitsToTarget(bits))) {
        header.nonce++;
        last = encodeHeader(header);
      }
      headers.push(last);
    }
  }
  return { headers, epochs };
}

/** Headers `from` to `to`, the last not among them, one after the other. */
export function row({ headers }: EasyChain, from: number, to: number): Uint8Array {
  return concat(...headers.slice(from, to));
}

function timeOf(header: Uint8Array): number {
  return new DataView(header.buffer, header.byteOffset).getUint32(68, true);
}
