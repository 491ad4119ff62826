/**
 * The block of a template, solved: the shortest way from getblocktemplate to submitblock.
 * @module
 */
import { fromHex, toHex } from "@carrara/base/bytes";
import { sats } from "@carrara/base/units";
import type { BlockTemplate } from "@carrara/core/ports/bitcoin";
import { encodeBlock, witnessCommitmentScript } from "@carrara/mining/block";
import { assembleCoinbase, buildCoinbase, withWitness } from "@carrara/mining/coinbase";
import { display, fromDisplay, type Hash, sha256d } from "@carrara/mining/hash";
import { encodeHeader } from "@carrara/mining/header";
import { coinbaseBranch, foldLeft } from "@carrara/mining/merkle";
import { bitsToTarget, meets } from "@carrara/mining/target";

/**
 * @param extranonce tells siblings apart
 * @param work a node's own proof of work, which must meet the same target as sha256d: with litecoind's scrypt, its
 * blocks are proof for who checks Bitcoin's work too (some four tries on regtest)
 */
export function templateBlock(
  template: BlockTemplate,
  extranonce = 0,
  work: Hash = sha256d,
): { raw: Uint8Array; hash: string } {
  const halves = buildCoinbase({
    height: template.height,
    extranonceSize: 1,
    value: sats(BigInt(template.coinbasevalue)),
    payoutScript: Uint8Array.of(0x51),
    witnessCommitmentScript: fromHex(template.default_witness_commitment!),
  });
  const coinbase = assembleCoinbase(halves, Uint8Array.of(extranonce));
  const header = {
    version: template.version,
    prevHash: fromDisplay(template.previousblockhash),
    merkleRoot: foldLeft(sha256d(coinbase), coinbaseBranch(template.transactions.map(({ txid }) => fromDisplay(txid)))),
    time: template.curtime,
    bits: Number.parseInt(template.bits, 16),
    nonce: 0,
  };
  const target = bitsToTarget(header.bits);
  let bytes = encodeHeader(header);
  while (!meets(sha256d(bytes), target) || !meets(work(bytes), target)) {
    header.nonce++;
    bytes = encodeHeader(header);
  }
  const others = template.transactions.map(({ data }) => fromHex(data));
  return { raw: encodeBlock(bytes, [withWitness(coinbase), ...others]), hash: display(sha256d(bytes)) };
}

/** The template of a block on the same tip in which nothing but the coinbase stands: what waits goes on waiting. */
export function withoutTransactions(template: BlockTemplate): BlockTemplate {
  return {
    ...template,
    transactions: [],
    coinbasevalue: template.transactions.reduce((value, { fee }) => value - fee, template.coinbasevalue),
    default_witness_commitment: toHex(witnessCommitmentScript([])),
  };
}
