/**
 * Agreement: the verifier of payments in Solidity and the one in TypeScript say the same of every proof, by the same
 * name and with the same arguments, whether the proof is true, damaged, or made to deceive. How a relay goes on from
 * epoch to epoch is compared in relay-histories.test.ts; here it knows one target.
 * @module
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fromHex, toHex } from "@carrara/base/bytes";
import { fixedTargetRelayAbi, fixedTargetRelayBytecode } from "@carrara/contracts/generated/FixedTargetRelay";
import { spvProbeAbi, spvProbeBytecode } from "@carrara/contracts/generated/SpvProbe";
import { scriptOfAddress } from "@carrara/mining/address";
import { decodeBlock } from "@carrara/mining/block";
import { fromDisplay } from "@carrara/mining/hash";
import { createSha256d } from "@carrara/mining/kernel/hasher";
import { fixedRelay } from "@carrara/mining/relay";
import { buildSpvProof, paymentsTo, type SpvProof, verifySpvProof } from "@carrara/mining/spv";
import { BLOCK_OF_NINE } from "@carrara/mining/test/blocks";
import { atRandom, bitFlips, deceits, type Mutant, reshaped } from "@carrara/mining/test/damage";
import { EASY_BITS, easyProof, FIRST_TIME, PAID_SATS, PAID_SCRIPT, payment } from "@carrara/mining/test/spv";
import { txid } from "@carrara/mining/transaction";
import { decodeErrorResult, decodeFunctionResult, encodeDeployData, encodeFunctionData, type Hex } from "viem";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findLitecoind, type Litecoind, openWallet, scryptWork, startLitecoind } from "../bitcoin/test/litecoind.ts";
import { templateBlock } from "../bitcoin/test/template-block.ts";
import { type EmbeddedEthChain, startAnvil } from "./anvil.ts";

/** How often each verdict was heard: "ok", or the name of a refusal. */
type Heard = ReadonlyMap<string, number>;

/** The verifier before a relay that knows one target, and its twin; both add up what a script is paid. */
interface Probe {
  agree(mutants: Iterable<Mutant>): Promise<Heard>;
}

const hash = createSha256d();
const abi = [...spvProbeAbi, ...fixedTargetRelayAbi] as const;
let folder: string;
let chain: EmbeddedEthChain;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "carrara-spv-"));
  chain = await startAnvil({ folder, saveEveryMs: 3_600_000 });
});
afterAll(async () => {
  await chain?.close();
  await rm(folder, { recursive: true, force: true });
});

describe("a payment of mainnet's shape: 125 bytes, ten levels, six headers", () => {
  const proof = easyProof();
  let probe: Probe;
  beforeAll(async () => {
    probe = await openProbe(EASY_BITS, PAID_SCRIPT);
  });

  test("is believed by both", async () => {
    const twice = payment((tx) => tx.outputs.push({ value: PAID_SATS, script: PAID_SCRIPT }));
    const heard = await probe.agree([
      ["honest", proof],
      ["paid twice", easyProof(twice)],
      ["one header", easyProof(payment(), { confirmations: 1 })],
      ["144 headers", easyProof(payment(), { confirmations: 144 })],
      ["the last of an odd number", easyProof(payment(), { index: 12, count: 13 })],
    ]);
    expect([...heard]).toEqual([["ok", 5]]);
  });

  test("each single bit", async () => {
    const heard = await probe.agree(bitFlips(proof));
    expect([...heard.values()].reduce((sum, times) => sum + times)).toBe(8 * (480 + 125 + 32 + 32 + 640));
  });

  test("cut, longer, elsewhere, deeper", async () => {
    await probe.agree(reshaped(proof));
  });

  test("transactions that are none, in trees of their own", async () => {
    const heard = await probe.agree(deceits());
    for (const name of TRANSACTION_ERRORS) expect(heard.get(name), name).toBeGreaterThan(5);
  });

  test("three thousand random changes", async () => {
    const heard = await probe.agree(atRandom(proof, 1, 3000));
    expect(heard.size).toBeGreaterThan(10);
  });
});

const TRANSACTION_ERRORS = [
  "ok",
  "TransactionLength",
  "WitnessForm",
  "BadCompactSize",
  "Truncated",
  "NoOutputs",
  "TrailingBytes",
];

test("a block of mainnet: its transactions are believed, and no bit of a proof can be another", async () => {
  const raw = fromHex(BLOCK_OF_NINE.hex);
  const { header, txs } = decodeBlock(raw);
  const probe = await openProbe(header.bits, txs[1]!.outputs[0]!.script);
  const proofs = txs.slice(1).map((tx) => buildSpvProof({ block: raw, txid: txid(tx), following: new Uint8Array() }));
  expect([...(await probe.agree(named("transaction", proofs)))]).toEqual([["ok", 8]]);
  expect((await probe.agree(bitFlips(proofs[0]!))).has("ok")).toBe(false);
  await probe.agree([...reshaped(proofs[0]!), ...atRandom(proofs[6]!, 2, 200)]);
});

const litecoind = findLitecoind();
const missing = litecoind === undefined ? ": litecoind is not on the PATH (Debian: apt-get install litecoind)" : "";

describe.skipIf(missing !== "")(`litecoind${missing}`, () => {
  let pair: Litecoind;
  beforeAll(async () => {
    pair = await startLitecoind(litecoind!);
  });
  afterAll(() => pair?.close());

  test("its block, whose work is Bitcoin's as well, paid by its wallet", async () => {
    const { node } = pair;
    const wallet = await openWallet(pair, "buyer");
    await wallet.call("generatetoaddress", [101, await wallet.call("getnewaddress", ["", "bech32"])]);
    const paid = await wallet.call<string>("getnewaddress", ["", "bech32"]);
    const ids: string[] = [];
    for (const amount of [1.5, 0.25]) ids.push(await wallet.call<string>("sendtoaddress", [paid, amount]));
    const hashes: string[] = [];
    for (let i = 0; i < 3; i++) {
      const block = templateBlock(await node.getBlockTemplate(), i, scryptWork);
      expect(await node.submitBlock(toHex(block.raw))).toBe(null);
      hashes.push(block.hash);
    }
    const [block, ...following] = await Promise.all(
      hashes.map((hash, i) =>
        i === 0 ? node.call<string>("getblock", [hash, 0]) : node.call<string>("getblockheader", [hash, false]),
      ),
    );
    const raw = fromHex(block!);
    const { header, raw: transactions } = decodeBlock(raw);
    const probe = await openProbe(header.bits, scriptOfAddress(paid).script);
    const proofs = ids.map((id) =>
      buildSpvProof({ block: raw, txid: fromDisplay(id), following: fromHex(following.join("")) }),
    );
    // Signed by witness: what is proved is shorter than what stands in the block.
    expect(transactions[1]!.length).toBeGreaterThan(proofs[0]!.transaction.length);
    expect([...(await probe.agree(named("payment", proofs)))]).toEqual([["ok", 2]]);
    await probe.agree([...bitFlips(proofs[0]!), ...reshaped(proofs[0]!), ...atRandom(proofs[1]!, 3, 300)]);
  });

  test("it reads what the twin takes for a transaction, to the same outputs, and none of what the twin refuses", async () => {
    const rest = [...deceits()];
    let taken = 0;
    // A node works at sixteen calls at a time.
    while (rest.length > 0) {
      await Promise.all(
        rest.splice(0, 16).map(async ([name, proof]) => {
          const verdict = verifySpvProof(proof, fixedRelay(EASY_BITS), FIRST_TIME);
          // Core's format allows these; its rules do not (CheckTransaction), but for lengths.
          if (!verdict.ok && ["WitnessForm", "NoOutputs", "TransactionLength"].includes(verdict.code)) return;
          const read = await pair.node
            .call<{ vout: { scriptPubKey: { hex: string } }[] }>("decoderawtransaction", [
              toHex(proof.transaction),
              false,
            ])
            .catch(() => undefined);
          expect(
            read?.vout.map(({ scriptPubKey }) => scriptPubKey.hex),
            name,
          ).toEqual(verdict.ok ? verdict.outputs.map(({ script }) => toHex(script)) : undefined);
          if (verdict.ok) taken++;
        }),
      );
    }
    expect(taken).toBeGreaterThan(500);
  });
});

const more = Number(process.env.SPV_MUTANTS ?? 0);
if (more > 0) {
  test(`${more} random changes more (SPV_MUTANTS)`, { timeout: 1e7 }, async () => {
    const probe = await openProbe(EASY_BITS, PAID_SCRIPT);
    const proof = easyProof();
    const seed = Date.now() & 0x7fffffff;
    for (let done = 0; done < more; done += 10_000) {
      await probe.agree(atRandom(proof, seed + done, Math.min(10_000, more - done)));
    }
  });
} else {
  test.skip("as many random changes more as you like (set SPV_MUTANTS, for instance to 1000000)", () => {});
}

async function openProbe(bits: number, script: Uint8Array): Promise<Probe> {
  const args = [BigInt(bits)] as const;
  const relay = await deploy(encodeDeployData({ abi: fixedTargetRelayAbi, bytecode: fixedTargetRelayBytecode, args }));
  const probe = await deploy(encodeDeployData({ abi: spvProbeAbi, bytecode: spvProbeBytecode, args: [relay] }));
  const head = await chain.request({ method: "eth_getBlockByNumber", params: ["latest", false] });
  const { timestamp } = head as { timestamp: Hex };

  const askContract = async (batch: readonly Mutant[]) => {
    const calls = batch.map(([, proof]) =>
      encodeFunctionData({ abi, functionName: "prove", args: [encoded(proof), hex(script), 0n] }),
    );
    // Gas far above what a batch takes; the time is the twin's, whatever the chain's is by now.
    const call = {
      to: probe,
      data: encodeFunctionData({ abi, functionName: "many", args: [calls] }),
      gas: "0x1000000000",
    };
    const answer = await chain.request({ method: "eth_call", params: [call, "latest", {}, { time: timestamp }] });
    return decodeFunctionResult({ abi, functionName: "many", data: answer as Hex }).map((result) => {
      const rest: Hex = `0x${result.slice(4)}`;
      if (result.startsWith("0x01")) {
        return shown("ok", decodeFunctionResult({ abi, functionName: "prove", data: rest }));
      }
      if (rest === "0x") return "refused without a name";
      const { errorName, args = [] } = decodeErrorResult({ abi, data: rest });
      return shown(errorName, args);
    });
  };

  const askTwin = (proof: SpvProof) => {
    const verdict = verifySpvProof(proof, fixedRelay(bits), Number(timestamp), hash);
    if (!verdict.ok) return shown(verdict.code, verdict.args);
    const sats = paymentsTo(verdict, script).reduce((sum, paid) => sum + paid.sats, 0n);
    return shown("ok", [verdict.txid, verdict.first, BigInt(verdict.firstTime), sats]);
  };

  return {
    async agree(mutants) {
      const heard = new Map<string, number>();
      const disagreements: string[] = [];
      for (const batch of batches(mutants)) {
        const asked = askContract(batch);
        const twin = batch.map(([, proof]) => askTwin(proof));
        const contract = await asked;
        for (const [i, [name]] of batch.entries()) {
          const code = twin[i]!.split("(", 1)[0]!;
          heard.set(code, (heard.get(code) ?? 0) + 1);
          if (contract[i] !== twin[i]) disagreements.push(`${name}: ${contract[i]}, but the twin says ${twin[i]}`);
        }
      }
      expect(disagreements).toEqual([]);
      return heard;
    },
  };
}

async function deploy(data: Hex): Promise<Hex> {
  const params = [{ from: chain.actors[0]!.address, data, gas: "0xb00000" }];
  const sent = await chain.request({ method: "eth_sendTransaction", params });
  for (;;) {
    const receipt = await chain.request({ method: "eth_getTransactionReceipt", params: [sent] });
    if (receipt !== null) return (receipt as { contractAddress: Hex }).contractAddress;
  }
}

function encoded(proof: SpvProof) {
  return {
    headers: hex(proof.headers),
    transaction: hex(proof.transaction),
    index: proof.index,
    branch: proof.branch.map(hex),
    coinbasePreimage: hex(proof.coinbasePreimage),
    coinbaseBranch: proof.coinbaseBranch.map(hex),
  };
}

function hex(bytes: Uint8Array): Hex {
  return `0x${toHex(bytes)}`;
}

function shown(name: string, args: readonly unknown[]): string {
  return `${name}(${args.map((arg) => (arg instanceof Uint8Array ? hex(arg) : String(arg))).join(", ")})`;
}

function named(name: string, proofs: readonly SpvProof[]): Mutant[] {
  return proofs.map((proof, i) => [`${name} ${i + 1}`, proof]);
}

/** As many proofs as a request of anvil's two megabytes holds. */
function* batches(mutants: Iterable<Mutant>): Generator<Mutant[]> {
  let batch: Mutant[] = [];
  let size = 0;
  for (const mutant of mutants) {
    const [, { headers, transaction, branch, coinbaseBranch }] = mutant;
    const bytes = 700 + headers.length + transaction.length + 32 * (branch.length + coinbaseBranch.length);
    if (batch.length > 0 && size + bytes > 950_000) {
      yield batch;
      [batch, size] = [[], 0];
    }
    batch.push(mutant);
    size += bytes;
  }
  if (batch.length > 0) yield batch;
}
