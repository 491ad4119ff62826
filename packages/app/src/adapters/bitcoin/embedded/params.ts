/**
 * What makes the embedded chain this chain and no other: its constants and its genesis block.
 * They are written into the head of the block file, so a chain keeps the constants with which it began.
 * @module
 */
import { concat } from "@carrara/base/bytes";
import { encodeBlock } from "@carrara/mining/block";
import { bip34Height } from "@carrara/mining/coinbase";
import { encodeHeader } from "@carrara/mining/header";
import { encodeTx, type Tx, txid } from "@carrara/mining/transaction";

/** Constants of one chain; plain JSON. */
export interface ChainParams {
  /** Core's name of the chain in `getblockchaininfo`; always "regtest", because nothing here is worth anything. */
  chain: "regtest";
  /** Seconds since 1970: the genesis block's time. */
  genesisTime: number;
  /** Compact target of the genesis block and so of the first retarget interval. */
  startBits: number;
  /** Compact form of the easiest target that a retarget may reach. */
  limitBits: number;
  /** Blocks between retargets (Bitcoin: 2016). */
  interval: number;
  /** Seconds that a block should take (Bitcoin: 600). */
  spacing: number;
  /** Satoshis of the first subsidy. */
  subsidy: number;
  /** Blocks after which the subsidy halves. */
  halving: number;
  /** Confirmations that a coinbase output needs before it may be spent (Core's COINBASE_MATURITY). */
  maturity: number;
}

/**
 * The constants of the chain that a node opens by itself: 1.8e8 hashes a block at the start, 30 s of one CPU thread at
 * 6 MH/s, a retarget each 20 blocks, never easier than 2^20 hashes a block.
 */
export const DEFAULT_PARAMS: Omit<ChainParams, "genesisTime"> = {
  chain: "regtest",
  // 2^256 / 1.8e8 = 0x17dc65… · 2^208, cut to three bytes.
  startBits: 0x1d17dc65,
  limitBits: 0x1e0fffff,
  interval: 20,
  spacing: 30,
  subsidy: 50_0000_0000,
  halving: 210_000,
  maturity: 100,
};

/**
 * The genesis block of these constants. It is known by its hash and so needs no work: its nonce is 0. Its one output
 * is an OP_RETURN, and like Core's it is not in the set of coins.
 */
export function genesisBlock(params: ChainParams): Uint8Array {
  const coinbase: Tx = {
    version: 1,
    inputs: [
      {
        prevHash: new Uint8Array(32),
        prevIndex: 0xffffffff,
        script: concat(bip34Height(0), Uint8Array.of(GENESIS_TEXT.length), asciiBytes(GENESIS_TEXT)),
        sequence: 0xffffffff,
        witness: [],
      },
    ],
    outputs: [{ value: 0n, script: Uint8Array.of(0x6a) }],
    lockTime: 0,
  };
  const header = encodeHeader({
    version: 1,
    prevHash: new Uint8Array(32),
    merkleRoot: txid(coinbase),
    time: params.genesisTime,
    bits: params.startBits,
    nonce: 0,
  });
  return encodeBlock(header, [encodeTx(coinbase, { witness: false })]);
}

/** Satoshis that the block at `height` creates: Core's GetBlockSubsidy. */
export function subsidyAt(height: number, params: ChainParams): bigint {
  const halvings = Math.floor(height / params.halving);
  return halvings >= 64 ? 0n : BigInt(params.subsidy) >> BigInt(halvings);
}

const GENESIS_TEXT = "Carrara embedded chain: worth nothing, works like Bitcoin";

function asciiBytes(text: string): Uint8Array {
  return Uint8Array.from(text, (char) => char.charCodeAt(0));
}
