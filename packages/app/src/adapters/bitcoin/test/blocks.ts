/**
 * Blocks and payments for tests of the embedded chain, made from the chain's own state and solved by trying nonces.
 * @module
 */
import { concat, toHex } from "@carrara/base/bytes";
import { encodeBlock, witnessCommitmentScript } from "@carrara/mining/block";
import { bip34Height } from "@carrara/mining/coinbase";
import { display, fromDisplay, sha256d } from "@carrara/mining/hash";
import { encodeHeader, type Header } from "@carrara/mining/header";
import { merkleRoot } from "@carrara/mining/merkle";
import { bitsToTarget, meets } from "@carrara/mining/target";
import { decodeTx, encodeTx, type Tx, type TxOutput, txid, wtxid } from "@carrara/mining/transaction";
import { encodeU32 } from "@carrara/mining/varint";
import { p2wpkh, Transaction } from "@scure/btc-signer";
import { pubECDSA } from "@scure/btc-signer/utils.js";
import { type BlockBodies, type BlockNode, type Chain, createChain } from "../embedded/chain.ts";
import { createScriptCache } from "../embedded/mempool.ts";
import { type ChainParams, DEFAULT_PARAMS, genesisBlock, subsidyAt } from "../embedded/params.ts";

/** Easy to mine, matures at once, never retargets unless told. */
export const TEST_PARAMS: ChainParams = {
  ...DEFAULT_PARAMS,
  genesisTime: 1_700_000_000,
  startBits: 0x207fffff,
  limitBits: 0x207fffff,
  interval: 100_000,
  maturity: 2,
};

/** Bodies in memory, with what was noted. */
export interface MemoryBodies extends BlockBodies {
  log: { raw?: Uint8Array; kind: string; hash?: string; position: number }[];
}

export function memoryBodies(genesis: Uint8Array): MemoryBodies {
  const log: MemoryBodies["log"] = [{ raw: genesis, kind: "genesis", position: 0 }];
  return {
    log,
    append(raw, kind) {
      log.push({ raw, kind, position: log.length });
      return log.length - 1;
    },
    note(kind, hash) {
      log.push({ kind, hash, position: log.length });
    },
    read: (position) => log[position]!.raw!,
  };
}

/** A chain in memory. */
export function testChain(params: Partial<ChainParams> = {}): {
  chain: Chain;
  bodies: MemoryBodies;
  scripts: ReturnType<typeof createScriptCache>;
} {
  const whole = { ...TEST_PARAMS, ...params };
  const raw = genesisBlock(whole);
  const bodies = memoryBodies(raw);
  const scripts = createScriptCache(1000);
  return {
    chain: createChain({ params: whole, genesis: { raw, position: 0 }, bodies, scriptsKnown: scripts.has }),
    bodies,
    scripts,
  };
}

export interface BlockOptions {
  time?: number;
  /** Raw, in witness form. */
  others?: Uint8Array[];
  /** Added to subsidy and fees; fees are given here too. */
  extra?: bigint;
  script?: Uint8Array;
  outputs?: TxOutput[];
  /** Tells siblings apart. */
  nonce?: number;
  header?: Partial<Header>;
  /** Last change of the coinbase before its hash is taken. */
  coinbase?: (tx: Tx) => void;
  /** In place of the ids that the root is made of. */
  ids?: (ids: Uint8Array[]) => Uint8Array[];
  commitment?: boolean;
}

export interface MadeBlock {
  raw: Uint8Array;
  hash: string;
  coinbaseId: string;
  /** Of the coinbase's first output. */
  value: bigint;
}

let counter = 0;

/** A block on `prev`, solved. */
export function makeBlock(chain: Chain, prev: BlockNode, options: BlockOptions = {}): MadeBlock {
  const height = prev.height + 1;
  const others = options.others ?? [];
  const decoded = others.map((raw) => decodeTx(raw));
  const value = subsidyAt(height, chain.params) + (options.extra ?? 0n);
  const commitment = { value: 0n, script: witnessCommitmentScript(decoded.map((tx) => wtxid(tx))) };
  const coinbase: Tx = {
    version: 2,
    inputs: [
      {
        prevHash: new Uint8Array(32),
        prevIndex: 0xffffffff,
        script: concat(bip34Height(height), Uint8Array.of(4), encodeU32(options.nonce ?? counter++)),
        sequence: 0xffffffff,
        witness: options.commitment === false ? [] : [new Uint8Array(32)],
      },
    ],
    outputs: options.outputs ?? [
      { value, script: options.script ?? PAYEE.script },
      ...(options.commitment === false ? [] : [commitment]),
    ],
    lockTime: 0,
  };
  options.coinbase?.(coinbase);
  const ids = [txid(coinbase), ...decoded.map((tx) => txid(tx))];
  const header: Header = {
    version: 0x20000000,
    prevHash: fromDisplay(prev.hash),
    merkleRoot: merkleRoot(options.ids ? options.ids(ids) : ids),
    time: options.time ?? prev.time + 30,
    bits: chain.bitsOn(prev),
    nonce: 0,
    ...options.header,
  };
  const target = bitsToTarget(header.bits);
  while (!meets(sha256d(encodeHeader(header)), target)) header.nonce++;
  const bytes = encodeHeader(header);
  return {
    raw: encodeBlock(bytes, [encodeTx(coinbase, { witness: true }), ...others]),
    hash: display(sha256d(bytes)),
    coinbaseId: display(ids[0]!),
    value,
  };
}

/** Far in the future, so that no test meets the clock rule by accident. */
export const LATE = 4_000_000_000;

/** Mines on the tip; the block must be taken. */
export function mine(chain: Chain, options: BlockOptions = {}): MadeBlock {
  const block = makeBlock(chain, chain.tip(), options);
  const verdict = chain.accept(block.raw, LATE);
  if (verdict) throw new Error(`the block was refused: ${verdict.word} ${verdict.detail ?? ""}`);
  return block;
}

/** A key known to the world. */
const KEY = new Uint8Array(32).fill(1);
export const PAYEE = p2wpkh(pubECDSA(KEY));

export interface PaymentOptions {
  /** One output of each value, all back to the payee. */
  to: bigint[];
  lockTime?: number;
  sequence?: number;
  script?: Uint8Array;
}

/** A signed P2WPKH payment of coins that belong to the payee. */
export function payment(coins: { id: string; index?: number; value: bigint }[], options: PaymentOptions): Uint8Array {
  const tx = new Transaction({ version: 2, lockTime: options.lockTime ?? 0, allowUnknownOutputs: true });
  for (const { id, index = 0, value } of coins) {
    tx.addInput({
      txid: id,
      index,
      sequence: options.sequence ?? 0xfffffffd,
      witnessUtxo: { script: PAYEE.script, amount: value },
    });
  }
  for (const amount of options.to) tx.addOutput({ script: options.script ?? PAYEE.script, amount });
  tx.sign(KEY);
  tx.finalize();
  return tx.extract();
}

/** The id of a raw transaction, display form. */
export function idOf(raw: Uint8Array): string {
  return display(txid(decodeTx(raw)));
}

/** All coins as text, in order: two chains with the same text have the same coins. */
export function coinsText(chain: Chain): string {
  return [...chain.coins()]
    .map(
      ([outpoint, { value, script, height, coinbase }]) =>
        `${outpoint} ${value} ${toHex(script)} ${height} ${coinbase}`,
    )
    .sort()
    .join("\n");
}
