/**
 * The contract and packages/art must say the same of a piece: its title, its traits, its page. And the contract takes
 * exactly the claims that packages/mining takes.
 * @module
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pageHtml } from "@carrara/art/page";
import { parseStyle } from "@carrara/art/style";
import { STYLES } from "@carrara/art/styles";
import { titleOf, traitsOf } from "@carrara/art/traits";
import { bigintToBE, bigintToLE, concat, fromHex, toHex } from "@carrara/base/bytes";
import { seeded } from "@carrara/base/random";
import { type Address, address } from "@carrara/base/units";
import { storeCode } from "@carrara/contracts/chunks";
import { collectionAbi } from "@carrara/contracts/generated/Collection";
import { factoryAbi } from "@carrara/contracts/generated/Factory";
import { rendererAbi } from "@carrara/contracts/generated/Renderer";
import { layings } from "@carrara/core/studio/laying";
import { type ClaimProof, verifyClaim } from "@carrara/mining/claim";
import { commitmentScript, commitment as minedCommitment } from "@carrara/mining/commitment";
import { sha256d } from "@carrara/mining/hash";
import { foldLeft } from "@carrara/mining/merkle";
import {
  createTestClient,
  type Hex,
  http,
  type PublicActions,
  publicActions,
  type TestClient,
  type WalletActions,
  walletActions,
} from "viem";
import { mnemonicToAccount } from "viem/accounts";
import { foundry } from "viem/chains";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type EmbeddedEthChain, startAnvil } from "./anvil.ts";

const EASY = 2n ** 254n - 1n;
const account = mnemonicToAccount("test test test test test test test test test test test junk");
const random = seeded(0x43415252);

let folder: string;
let chain: EmbeddedEthChain;
let client: TestClient & PublicActions & WalletActions<typeof foundry, typeof account>;
let renderer: Hex;
let factory: Hex;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "carrara-token-uri-"));
  chain = await startAnvil({ folder });
  client = createTestClient({ mode: "anvil", chain: foundry, account, transport: http(chain.url), pollingInterval: 20 })
    .extend(publicActions)
    .extend(walletActions) as unknown as typeof client;
  for (const { name, address: where, data, gas } of layings({ seaport: "0x", conduitController: "0x" })) {
    if (name === "seaport" || name === "conduit-controller") continue;
    await mined(client.sendTransaction({ to: "0x4e59b44847b379578588920cA78FbF26c0B4956C", data, gas }));
    expect(await client.getCode({ address: where }), name).toBeDefined();
    if (name === "renderer") renderer = where;
    if (name === "factory") factory = where;
  }
}, 120_000);

afterAll(async () => {
  await chain.close();
  await rm(folder, { recursive: true, force: true });
});

describe("tokenURI on chain and packages/art say the same", () => {
  test.each(STYLES.map((style) => [style.name, style] as const))(
    "%s",
    async (_, { bytes }) => {
      const stored = await mined(client.sendTransaction({ data: `0x${toHex(storeCode(bytes))}` }));
      const style = parseStyle(bytes);
      for (let i = 0; i < 6; i++) {
        const bits = 20 + 8 * i;
        const id = (BigInt(`0x${toHex(random.bytes(32))}`) | (1n << 255n)) >> BigInt(bits);
        const seed = bigintToBE(id, 32);
        const piece = { id, round: 3n, studio: false, miner: account.address, collection: "Études «1»", style: stored };
        const uri = await client.readContract({
          address: renderer,
          abi: rendererAbi,
          functionName: "tokenURI",
          args: [piece],
        });
        expect(uri.length).toBeLessThanOrEqual(131_072);
        const json = JSON.parse(decoded(uri, "data:application/json;base64,"));
        expect(json.name).toBe(titleOf(style, seed));
        const named = traitsOf(style, seed).map(({ name, value }) => ({ trait_type: name, value }));
        expect(json.attributes).toEqual([
          ...named,
          { trait_type: "Origin", value: "Forged" },
          { display_type: "number", trait_type: "Zero bits", value: bits },
          { display_type: "number", trait_type: "Round", value: 3 },
        ]);
        expect(json.collection).toBe("Études «1»");
        expect(json.seed).toBe(`0x${toHex(seed)}`);
        expect(decoded(json.animation_url, "data:text/html;base64,")).toBe(pageHtml(toHex(bytes), toHex(seed)));
        expect(decoded(json.image, "data:image/svg+xml;base64,")).toMatch(/^<svg .*Études «1».*<\/svg>$/s);
      }
    },
    120_000,
  );
});

describe("the contract takes exactly the claims that packages/mining takes", () => {
  let collection: Address;

  beforeAll(async () => {
    const terms = {
      ...{ name: "Twins", symbol: "TWIN", artist: account.address, price: 0n, supplyCap: 1000, mintsPerRound: 500 },
      ...{ roundSeconds: 600, royaltyBps: 500, artistBps: 5000, initialTarget: EASY, easiestTarget: EASY },
    };
    const salt = `0x${"11".repeat(32)}` as const;
    const create = { address: factory, abi: factoryAbi, args: [terms, `0x${toHex(STYLES[0]!.bytes)}`, salt] } as const;
    const args = [...create.args, account.address] as const;
    collection = address(await client.readContract({ ...create, functionName: "predict", args }));
    await mined(client.writeContract({ ...create, functionName: "create" }));
  }, 60_000);

  test("the same commitment", async () => {
    const proof = await claim(collection, 0);
    const onChain = await client.readContract({
      address: collection,
      abi: collectionAbi,
      functionName: "commitment",
      args: [proof.recipient, `0x${toHex(proof.anchor)}`],
    });
    expect(onChain).toBe(`0x${toHex(minedCommitment(proof))}`);
  });

  test("whole claims, and claims with one byte changed, cut off or put behind", async () => {
    const verdicts = { taken: 0, refused: 0 };
    for (let i = 0; i < 160; i++) {
      const proof = await claim(collection, i % 5);
      if (i % 8 !== 0) damage(proof, i);
      const ours = verifyClaim(proof);
      const theirs = await simulated(proof);
      expect(theirs, `claim ${i}: ${ours.ok ? "taken" : `${ours.code}, ${ours.why}`}`).toBe(ours.ok);
      verdicts[ours.ok ? "taken" : "refused"]++;
      if (ours.ok) expect(ours.tokenId).toBeLessThanOrEqual(EASY);
    }
    expect(verdicts.taken).toBeGreaterThanOrEqual(20);
    expect(verdicts.refused).toBeGreaterThanOrEqual(60);
  }, 120_000);

  async function simulated({ header, coinbase, branch, recipient }: ClaimProof): Promise<boolean> {
    const nodes = branch.map((node): Hex => `0x${toHex(node)}`);
    try {
      await client.simulateContract({
        address: collection,
        abi: collectionAbi,
        functionName: "forge",
        args: [`0x${toHex(header)}`, `0x${toHex(coinbase)}`, nodes, 1n, recipient],
      });
      return true;
    } catch (error) {
      // A refusal is a revert by name; anything else is a broken test.
      expect(String(error)).toMatch(/reverted/);
      return false;
    }
  }
});

async function claim(collection: Address, depth: number): Promise<ClaimProof> {
  const { present } = await client.readContract({ address: collection, abi: collectionAbi, functionName: "rounds" });
  const recipient = address(`0x${toHex(random.bytes(20))}`);
  const terms = { chainId: BigInt(foundry.id), collection, recipient, anchor: fromHex(present.anchor) };
  const script = commitmentScript(minedCommitment(terms));
  const coinbase = concat(
    fromHex(`0200000001${"00".repeat(32)}ffffffff08`),
    random.bytes(8),
    fromHex("ffffffff02"),
    concat(bigintToLE(5_000_000_000n, 8), Uint8Array.of(22, 0, 20), random.bytes(20)),
    concat(bigintToLE(0n, 8), Uint8Array.of(script.length), script),
    fromHex("00000000"),
  );
  const branch = Array.from({ length: depth }, () => random.bytes(32));
  const root = foldLeft(sha256d(coinbase), branch);
  for (;;) {
    const header = concat(random.bytes(36), root, random.bytes(12));
    const proof = { header, coinbase, branch, ...terms, target: EASY };
    if (verifyClaim(proof).ok) return proof;
  }
}

/** Changes a claim in one of seven ways; where it says so, root and work are made to fit again, so that parsing decides. */
function damage(proof: ClaimProof, i: number): void {
  const place = Math.floor((proof.coinbase.length * (i % 97)) / 97);
  const changed = () => {
    const bytes = proof.coinbase.slice();
    bytes[place] = bytes[place]! ^ (1 << (i % 8));
    return bytes;
  };
  if (i % 8 === 1) proof.header = proof.header.map((byte, k) => (k === i % 80 ? byte ^ 1 : byte));
  if (i % 8 === 2) proof.coinbase = changed();
  if (i % 8 === 3) proof.branch = [...proof.branch, random.bytes(32)];
  if (i % 8 === 4) proof.recipient = address(`0x${toHex(random.bytes(20))}`);
  if (i % 8 === 5) remade(proof, changed());
  if (i % 8 === 6) remade(proof, proof.coinbase.slice(0, place));
  if (i % 8 === 7) remade(proof, concat(proof.coinbase, random.bytes(1 + (i % 40))));
}

function remade(proof: ClaimProof, coinbase: Uint8Array): void {
  proof.coinbase = coinbase;
  const root = foldLeft(sha256d(coinbase), proof.branch);
  do proof.header = concat(random.bytes(36), root, random.bytes(12));
  while (sha256d(proof.header)[31]! > 0x3f);
}

function decoded(uri: string, head: string): string {
  expect(uri.slice(0, head.length)).toBe(head);
  return Buffer.from(uri.slice(head.length), "base64").toString("utf8");
}

/** Waits for a transaction; the address of the contract that it made. */
async function mined(hash: Promise<Hex>): Promise<Hex> {
  const receipt = await client.waitForTransactionReceipt({ hash: await hash });
  expect(receipt.status).toBe("success");
  return receipt.contractAddress ?? "0x";
}
