import { canonical, type Recipe, recipeOf } from "@carrara/art/recipe";
import { render as draw, pixelsHash, prepare } from "@carrara/art/render";
import { parseStyle } from "@carrara/art/style";
import { fromHex } from "@carrara/base/bytes";
import type { EthChain } from "@carrara/core/ports/ethereum";
import type { Drawing } from "@carrara/core/ports/renderer";
import { createVerify } from "@carrara/core/verify/verify";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { storeClaim } from "./test/claim.ts";
import { openTestNode, type TestNode } from "./test/node.ts";
import { clock, stores } from "./test/rig.ts";

const [first] = stores;
if (!first) throw new Error("no store");

const render = async ({ styleBytes, seed, size, samples }: Drawing) => {
  const pixels = draw(prepare(parseStyle(styleBytes), seed), { size, samples });
  return { pixelsSha256: pixelsHash(pixels, size) };
};

describe("verify", () => {
  let node: TestNode;
  let tokenId: string;
  let recipe: Recipe;
  const verify = (chain: Pick<EthChain, "request" | "chainId"> = node.chain) =>
    createVerify({ store: node.store, chain, clock, render });
  beforeAll(async () => {
    node = await openTestNode(first.open);
    ({ tokenId } = await storeClaim(node.store, await node.terms()));
    await node.forge.forge(tokenId, "miner");
    const seed = fromHex(tokenId);
    const small = { styleBytes: node.collection.style, seed, size: 32, samples: 1 };
    recipe = recipeOf({ ...small, pixels: (await render(small)).pixelsSha256 });
  }, 120_000);
  afterAll(() => node?.end());

  test("a forged piece: every check passes, from chain data alone", { timeout: 120_000 }, async () => {
    const found = await verify().token(tokenId);
    expect(found.checks.filter(({ ok }) => !ok)).toEqual([]);
    expect(found).toMatchObject({ ok: true, tokenId, title: recipe.title });
    expect(found.checks.map(({ name }) => name)).toEqual([
      "token",
      "round",
      "work",
      "binding",
      "style",
      "words",
      "page",
      "pixels",
    ]);
    // The store is asked only where to look: without the claim and its events the answer is the same.
    await node.store.query("delete from claim");
    const { seconds: _, ...again } = await verify().token(tokenId);
    expect(again).toMatchObject({ ok: true, pixelsSha256: found.pixelsSha256 });
  });

  test("its recipe: pixels, style and work", async () => {
    const found = await verify().recipe(canonical(recipe));
    expect(found.checks.filter(({ ok }) => !ok)).toEqual([]);
    expect(found.checks.map(({ name }) => name)).toContain("recipe");
  });

  test("a recipe that would take hours is refused with what is taken", async () => {
    const huge = { ...recipe, render: { ...recipe.render, size: 8192, samples: 8 } };
    await expect(verify().recipe(canonical(huge))).rejects.toMatchObject({
      code: "bad-recipe",
      message: "The recipe asks for 8192 px at 8 x 8 samples.",
    });
  });

  test("a recipe whose pixels are others is told so, with both hashes", async () => {
    const wrong = { ...recipe, render: { ...recipe.render, pixels: "ab".repeat(32) } };
    const found = await verify().recipe(canonical(wrong));
    expect(found.ok).toBe(false);
    expect(found.checks.find(({ name }) => name === "pixels")).toMatchObject({
      ok: false,
      detail: expect.stringMatching(/The recipe names abab.*made again at 32 px/),
    });
  });

  test("a recipe of a piece that is no token is checked by its pixels", async () => {
    const seed = fromHex("00".repeat(16) + "77".repeat(16));
    const small = { styleBytes: node.collection.style, seed, size: 24, samples: 1 };
    const lonely = recipeOf({ ...small, pixels: (await render(small)).pixelsSha256 });
    const found = await verify().recipe(canonical(lonely));
    expect(found).toMatchObject({
      ok: true,
      checks: [
        { name: "recipe" },
        { name: "pixels" },
        { name: "token", detail: expect.stringContaining("work is not checked") },
      ],
    });
    await expect(verify().recipe("{}")).rejects.toMatchObject({ code: "bad-recipe" });
  });

  test("an id that nobody knows, and a claim that is no token yet", async () => {
    await expect(verify().token("ee".repeat(32))).rejects.toMatchObject({ code: "piece-unknown" });
    const claim = await storeClaim(node.store, await node.terms());
    const found = await verify().token(claim.tokenId);
    expect(found).toMatchObject({
      ok: false,
      checks: [{ name: "token", ok: false, detail: expect.stringContaining("has not been forged") }],
    });
  });

  /** The chain's answers, one of them changed. */
  const lying = (method: string, change: (answer: never) => unknown): EthChain => ({
    ...node.chain,
    kind: "embedded",
    async request(call) {
      const answer = await node.chain.request(call);
      return call.method === method ? change(answer as never) : answer;
    },
  });
  const failed = async (chain: Pick<EthChain, "request" | "chainId">) => {
    const found = await createVerify({
      store: node.store,
      chain,
      clock,
      render: async () => ({ pixelsSha256: "00".repeat(32) }),
    }).token(tokenId);
    return found.checks.filter(({ ok }) => !ok).map(({ name, detail }) => `${name}: ${detail}`);
  };

  test("another chain id, proof, round or transaction is noticed", async () => {
    expect(await failed({ ...node.chain, chainId: 1 })).toEqual([
      expect.stringMatching(/^work: The coinbase commits to another chain/),
    ]);
    const input = (from: RegExp, to: string) =>
      lying("eth_getTransactionByHash", (tx: { input: string }) => ({ ...tx, input: tx.input.replace(from, to) }));
    // A bit of the coinbase's tag, of the header's end, and the selector.
    expect(await failed(input(/43415252/, "43415253"))).toEqual([expect.stringMatching(/^work: No output/)]);
    expect(await failed(input(/ffff7f20(.{8})/, "ffff7f21$1"))).toEqual([expect.stringMatching(/^work: /)]);
    expect(await failed(input(/^0x.{8}/, "0x12345678"))).toEqual([expect.stringMatching(/^work: .* is no forge call/)]);
    expect(await failed(lying("eth_getLogs", () => []))).toEqual([
      expect.stringMatching(/^work: The chain gives no Forged event/),
    ]);
    const moved = lying("eth_getLogs", (logs: { blockNumber: string }[]) =>
      logs.map((log) => ({ ...log, blockNumber: "0x1" })),
    );
    expect(await failed(moved)).toEqual([expect.stringMatching(/^round: /)]);
  });
});
