/**
 * Blocks that anybody can mine, at regtest's target, in the shape of mainnet's: for proofs whose every part can be made
 * and broken at will.
 * @module
 */
import { concat, fromHex } from "@carrara/base/bytes";
import { sha256, sha256d } from "../src/hash.ts";
import { encodeHeader } from "../src/header.ts";
import { merkleRoot } from "../src/merkle.ts";
import type { SpvProof } from "../src/spv.ts";
import { buildSpvProof } from "../src/spv.ts";
import { bitsToTarget, meets } from "../src/target.ts";
import type { Tx } from "../src/transaction.ts";
import { encodeTx, stripWitness } from "../src/transaction.ts";

/** Regtest's compact target: every other hash meets it. */
export const EASY_BITS = 0x207fffff;

/** The time of the first header mined here, seconds. */
export const FIRST_TIME = 1_700_000_000;

/** What {@link payment} pays: P2TR of a key that nobody has. */
export const PAID_SCRIPT = concat(fromHex("5120"), new Uint8Array(32).fill(0x21));

/** Satoshis that {@link payment} pays to {@link PAID_SCRIPT}. */
export const PAID_SATS = 1_234_567n;

/** An ordinary payment with change, in witness form; 125 bytes without witness. */
export function payment(change: (tx: Tx) => void = () => {}): Uint8Array {
  const tx: Tx = {
    version: 2,
    inputs: [
      {
        prevHash: sha256d(Uint8Array.of(1)),
        prevIndex: 3,
        script: new Uint8Array(),
        sequence: 0xfffffffd,
        witness: [new Uint8Array(71).fill(0x30), new Uint8Array(33).fill(2)],
      },
    ],
    outputs: [
      { value: PAID_SATS, script: PAID_SCRIPT },
      { value: 98_765_432n, script: concat(fromHex("0014"), new Uint8Array(20).fill(0x14)) },
    ],
    lockTime: 840_000,
  };
  change(tx);
  return encodeTx(tx, { witness: true });
}

/** A coinbase without meaning, in witness form. */
export function coinbaseOf(height: number): Uint8Array {
  const tx: Tx = {
    version: 2,
    inputs: [
      {
        prevHash: new Uint8Array(32),
        prevIndex: 0xffffffff,
        script: Uint8Array.of(3, height & 255, (height >> 8) & 255, height >> 16),
        sequence: 0xffffffff,
        witness: [new Uint8Array(32)],
      },
    ],
    outputs: [{ value: 312_500_000n, script: concat(fromHex("0014"), new Uint8Array(20).fill(0x15)) }],
    lockTime: 0,
  };
  return encodeTx(tx, { witness: true });
}

/** Headers mined one upon the other, ten minutes apart; the first has this merkle root. */
export function mineHeaders(root: Uint8Array, count: number, bits = EASY_BITS): Uint8Array {
  const target = bitsToTarget(bits);
  const headers: Uint8Array[] = [];
  let [prevHash, merkle] = [sha256d(Uint8Array.of(2)), root];
  for (let i = 0; i < count; i++) {
    const header = { version: 0x20000000, prevHash, merkleRoot: merkle, time: FIRST_TIME + 600 * i, bits, nonce: 0 };
    while (!meets(sha256d(encodeHeader(header)), target)) header.nonce++;
    headers.push(encodeHeader(header));
    [prevHash, merkle] = [sha256d(encodeHeader(header)), sha256d(prevHash)];
  }
  return concat(...headers);
}

/** A block's ids: the coinbase, the transaction at `index`, and ids of nothing. */
export function idsAround(transaction: Uint8Array, index: number, count: number): Uint8Array[] {
  const ids = Array.from({ length: count }, (_, i) => sha256d(Uint8Array.of(3, i & 255, i >> 8)));
  ids[0] = sha256d(stripWitness(coinbaseOf(840_000)));
  ids[index] = sha256d(stripWitness(transaction));
  return ids;
}

/**
 * A proof as mainnet gives it: of 1,000 transactions, so ten levels, with six headers.
 * @param transaction in either form
 */
export function easyProof(
  transaction: Uint8Array = payment(),
  { index = 619, count = 1000, confirmations = 6 } = {},
): SpvProof {
  const txids = idsAround(transaction, index, count);
  const headers = mineHeaders(merkleRoot(txids), confirmations);
  return buildSpvProof({
    header: headers.subarray(0, 80),
    following: headers.subarray(80),
    txids,
    transaction,
    coinbase: coinbaseOf(840_000),
  });
}

/** A proof of bytes that may be no transaction at all: each level and each header is as true as in any proof. */
export function proofOf(bytes: Uint8Array): SpvProof {
  const coinbase = stripWitness(coinbaseOf(840_000));
  const [left, right] = [sha256d(coinbase), sha256d(bytes)];
  return {
    headers: mineHeaders(merkleRoot([left, right]), 1),
    transaction: bytes,
    index: 1n,
    branch: [left],
    coinbasePreimage: sha256(coinbase),
    coinbaseBranch: [right],
  };
}
