/**
 * Whole-transaction gas of a forge on anvil, beside a plain Solady mint on the same chain.
 * @module
 */
import { createHash, randomBytes } from "node:crypto";
import { bigintFromLE, bigintToLE, concat, fromHex } from "@carrara/base/bytes";
import { concatHex, encodeAbiParameters, encodeDeployData, getContractAddress, type Hex, keccak256, toHex } from "viem";
import { foundry } from "viem/chains";
import type { Bench, Row } from "../../../tool/bench-types.ts";
import { type BenchChain, CONDITIONS, median, openChain } from "../test/bench-chain.ts";
import { DETERMINISTIC_DEPLOYER, deployPlan, SALT } from "./deploy-plan.ts";
import { collectionAbi } from "./generated/Collection.ts";
import { factoryAbi } from "./generated/Factory.ts";
import { plainMintAbi, plainMintBytecode } from "./generated/PlainMint.ts";

/** One hash in four meets it: the gas of a check does not depend on the target. */
const EASY = 2n ** 254n - 1n;
const PRICE = 10n ** 16n;

export const bench: Bench = {
  name: "forge-gas",
  about: "Gas of forging a token, whole transaction, new holder, at three merkle depths",
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
  type Call = Parameters<typeof client.sendTransaction>[0];
  const addresses = new Map<string, Hex>();
  for (const step of deployPlan(SMALL_PAGE)) {
    const args = step.args((name) => addresses.get(name)!);
    const code = encodeDeployData({ abi: step.abi, bytecode: step.bytecode, args } as Parameters<
      typeof encodeDeployData
    >[0]);
    const from = DETERMINISTIC_DEPLOYER;
    addresses.set(step.name, getContractAddress({ opcode: "CREATE2", bytecode: code, from, salt: SALT }));
    await send(client.sendTransaction({ to: from, data: concatHex([SALT, code]), gas: step.gas } as Call));
  }
  const factory = addresses.get("factory")!;
  const artist = client.account.address;
  const terms = {
    ...{ name: "Gas", symbol: "GAS", artist, price: PRICE, supplyCap: 1000, mintsPerRound: 100, roundSeconds: 60 },
    ...{ royaltyBps: 500, artistBps: 5000, initialTarget: EASY, easiestTarget: EASY },
  };
  const create = { address: factory, abi: factoryAbi, args: [terms, toHex(STYLE), SALT] } as const;
  const collection = await client.readContract({ ...create, functionName: "predict", args: [...create.args, artist] });
  await send(client.writeContract({ ...create, functionName: "create" }));

  const forge = async (recipient: Hex, depth: number, late = false) => {
    const rounds = await client.readContract({ address: collection, abi: collectionAbi, functionName: "rounds" });
    const { round, anchor } = late ? rounds.previous : rounds.present;
    const { header, coinbase, branch } = claim(BigInt(foundry.id), collection, recipient, anchor, depth);
    const args = [toHex(header), toHex(coinbase), branch.map((node) => toHex(node)), round, recipient] as const;
    const call = { address: collection, abi: collectionAbi, functionName: "forge", args, value: PRICE } as const;
    return (await send(client.writeContract(call))).gasUsed;
  };
  const turn = async () => {
    await client.increaseTime({ seconds: 240 });
    return (await send(client.writeContract({ address: collection, abi: collectionAbi, functionName: "turn" })))
      .gasUsed;
  };

  // From the third round on all slots of the rounds are in use, as they are for the rest of a collection's life.
  await turn();
  await turn();
  const miner = address();
  await forge(miner, 0);

  const deployed = await send(client.deployContract({ abi: plainMintAbi, bytecode: plainMintBytecode }));
  const plainMint = deployed.contractAddress!;
  const plain = await median(() => {
    const args = [address(), BigInt(toHex(randomBytes(32)))] as const;
    return send(client.writeContract({ address: plainMint, abi: plainMintAbi, functionName: "mint", args }));
  });
  const baseline = "forge-gas/plain-mint";
  yield { name: baseline, value: plain, unit: "gas", note: `Solady ERC-721, new holder; ${CONDITIONS}` };

  const of = (name: string, value: number, note: string): Row => {
    return { name: `forge-gas/${name}`, value, unit: "gas", baseline, ratio: Number((plain / value).toFixed(3)), note };
  };
  for (const depth of [0, 6, 12]) {
    const gas = await median(async () => ({ gasUsed: await forge(address(), depth) }));
    yield of(`depth-${depth}`, gas, `new holder and new miner, coinbase of 236 bytes, rounds included; ${CONDITIONS}`);
  }
  const known = await median(async () => ({ gasUsed: await forge(miner, 12) }));
  yield of("depth-12-known-miner", known, "an account that has forged here before");
  await turn();
  const late = await median(async () => ({ gasUsed: await forge(address(), 12, true) }));
  yield of("depth-12-late", late, "a claim of the previous round");
  yield { name: "forge-gas/turn", value: Number(await turn()), unit: "gas", note: "once per round, by anybody" };
}

/** A claim as a pool makes it, with its nonce found. */
function claim(chainId: bigint, collection: Hex, recipient: Hex, anchor: Hex, depth: number) {
  const types = [{ type: "uint256" }, { type: "address" }, { type: "address" }, { type: "bytes32" }] as const;
  const committed = fromHex(keccak256(encodeAbiParameters(types, [chainId, collection, recipient, anchor])));
  const scriptSig = concat(fromHex("03a0bb0d"), randomBytes(56));
  const coinbase = concat(
    fromHex(`0200000001${"00".repeat(32)}ffffffff3c`),
    scriptSig,
    fromHex("ffffffff03"),
    output(312_500_000n, concat(fromHex("0014"), randomBytes(20))),
    output(0n, concat(fromHex("6a2443415252"), committed)),
    output(0n, concat(fromHex("6a24aa21a9ed"), randomBytes(32))),
    fromHex("00000000"),
  );
  const branch = Array.from({ length: depth }, () => randomBytes(32));
  const root = branch.reduce<Uint8Array>((node, sibling) => sha256d(concat(node, sibling)), sha256d(coinbase));
  for (let nonce = 0n; ; nonce++) {
    const header = concat(fromHex("00000020"), randomBytes(32), root, randomBytes(8), bigintToLE(nonce, 4));
    if (bigintFromLE(sha256d(header)) <= EASY) return { header, coinbase, branch };
  }
}

function output(value: bigint, script: Uint8Array): Uint8Array {
  return concat(bigintToLE(value, 8), Uint8Array.of(script.length), script);
}

function sha256d(bytes: Uint8Array): Uint8Array {
  return createHash("sha256").update(createHash("sha256").update(bytes).digest()).digest();
}

/** A random address without zero bytes, as nearly all are. */
function address(): Hex {
  return toHex(randomBytes(20).map((byte) => byte || 1));
}

/** Format 1, family 0, one palette without a name, one format, no traits. */
const STYLE = fromHex(`0100010100ff${"808080".repeat(6)}00`);

const SMALL_PAGE = {
  front: fromHex("3c623e"),
  between: fromHex("20"),
  tail: fromHex("20"),
  // Palettes A; formats B; family C without traits; title words D and E.
  table: fromHex("01 010141 010142 01 0143 00 010144 010145".replaceAll(" ", "")),
};
