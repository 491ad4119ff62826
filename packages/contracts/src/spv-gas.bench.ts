/**
 * Whole-transaction gas of proving a payment, on anvil: a transaction of 125 bytes, branches of ten, one script matched.
 * The vector has the sizes of the one on which tBTC asserts 95,000 gas, without a match, for six headers.
 * @module
 */
import { createHash, randomBytes } from "node:crypto";
import { bigintFromLE, bigintToLE, concat, fromHex } from "@carrara/base/bytes";
import { encodeFunctionData, type Hex, hexToBytes, toHex } from "viem";
import type { Bench, Row } from "../../../tool/bench-types.ts";
import { type BenchChain, CONDITIONS, median, openChain } from "../test/bench-chain.ts";
import { fixedTargetRelayAbi, fixedTargetRelayBytecode } from "./generated/FixedTargetRelay.ts";
import { spvProbeAbi, spvProbeBytecode } from "./generated/SpvProbe.ts";
import { REGTEST_BITS } from "./relay-deployments.ts";

/** What {@link REGTEST_BITS} stands for: every second hash meets it. The gas of a check does not depend on the target. */
const EASY = 0x7fffffn << 232n;
const DEPTH = 10;
const INDEX = 0b1010110101n;
const SATS = 150_000n;

export const bench: Bench = {
  name: "spv-gas",
  about: "Gas of proving a bitcoin payment, whole transaction, under 1, 3 and 6 headers",
  async *run() {
    const chain = await openChain();
    try {
      yield* measure(chain);
    } finally {
      chain.stop();
    }
  },
};

async function* measure({ client, send }: BenchChain): AsyncGenerator<Row> {
  const time = Number((await client.getBlock()).timestamp);
  const deploy = { abi: fixedTargetRelayAbi, bytecode: fixedTargetRelayBytecode } as const;
  const relay = (await send(client.deployContract({ ...deploy, args: [REGTEST_BITS] }))).contractAddress!;
  const probe = (await send(client.deployContract({ abi: spvProbeAbi, bytecode: spvProbeBytecode, args: [relay] })))
    .contractAddress!;

  const call = (headers: number) => {
    const args = payment(headers, time);
    return { to: probe, data: encodeFunctionData({ abi: spvProbeAbi, functionName: "prove", args }) } as const;
  };
  const gas = new Map<number, number>();
  for (const headers of [1, 3, 6]) {
    gas.set(headers, await median(() => send(client.sendTransaction(call(headers)))));
    const least = floor(call(headers).data);
    const note = `transaction of 125 bytes, branches of ${DEPTH}, output matched; calldata floor ${least}; ${CONDITIONS}`;
    yield { name: `spv-gas/${headers}-header${headers > 1 ? "s" : ""}`, value: gas.get(headers)!, unit: "gas", note };
  }
  const slope = Math.round((gas.get(6)! - gas.get(1)!) / 5);
  yield { name: "spv-gas/per-header", value: slope, unit: "gas", note: "each further header, from 1 and 6" };
}

/** The least that a transaction with this calldata pays: 10 gas for a zero byte, 40 for any other (EIP-7623). */
function floor(data: Hex): number {
  return 21_000 + hexToBytes(data).reduce((sum, byte) => sum + (byte === 0 ? 10 : 40), 0);
}

/** A payment in a block of up to 2^10 transactions, with so many headers. */
function payment(count: number, time: number) {
  const script = concat(fromHex("0014"), randomBytes(20));
  // Version 4, input count 1, outpoint 36, signature script 1 + 12, sequence 4, output count 1, outputs 31 + 31, lock time
  // 4: 125 bytes.
  const transaction = concat(
    fromHex("0200000001"),
    randomBytes(32),
    fromHex("000000000c"),
    randomBytes(12),
    fromHex("fdffffff02"),
    output(SATS, script),
    output(2_345_678n, concat(fromHex("0014"), randomBytes(20))),
    fromHex("00000000"),
  );
  const preimage = randomBytes(32);
  const row = (siblings: readonly Uint8Array[], leaf: Uint8Array, index: bigint): Uint8Array =>
    siblings.reduce<Uint8Array>((node, sibling, level) => {
      const right = (index >> BigInt(level)) & 1n;
      return sha256d(right === 1n ? concat(sibling, node) : concat(node, sibling));
    }, leaf);
  // Two branches meet below the root: all but the last level are any nodes, and each last sibling is the other's node.
  const branch = Array.from({ length: DEPTH - 1 }, () => randomBytes(32));
  const coinbaseBranch = Array.from({ length: DEPTH - 1 }, () => randomBytes(32));
  const right = row(branch, sha256d(transaction), INDEX);
  const left = row(coinbaseBranch, sha256(preimage), 0n);
  const headers: Uint8Array[] = [];
  for (let root = sha256d(concat(left, right)); headers.length < count; root = sha256d(root)) {
    const previous = headers.length === 0 ? randomBytes(32) : sha256d(headers.at(-1)!);
    headers.push(mine(previous, root, time));
  }
  const proof = {
    headers: toHex(concat(...headers)),
    transaction: toHex(transaction),
    index: INDEX,
    branch: [...branch, left].map((node) => toHex(node)),
    coinbasePreimage: toHex(preimage),
    coinbaseBranch: [...coinbaseBranch, right].map((node) => toHex(node)),
  };
  return [proof, toHex(script), SATS] as const;
}

function mine(previous: Uint8Array, root: Uint8Array, time: number): Uint8Array {
  for (let nonce = 0n; ; nonce++) {
    const tail = [bigintToLE(BigInt(time), 4), bigintToLE(REGTEST_BITS, 4), bigintToLE(nonce, 4)];
    const header = concat(fromHex("00000020"), previous, root, ...tail);
    if (bigintFromLE(sha256d(header)) <= EASY) return header;
  }
}

function output(value: bigint, script: Uint8Array): Uint8Array {
  return concat(bigintToLE(value, 8), Uint8Array.of(script.length), script);
}

function sha256d(bytes: Uint8Array): Uint8Array {
  return sha256(sha256(bytes));
}

function sha256(bytes: Uint8Array): Uint8Array {
  return createHash("sha256").update(bytes).digest();
}
