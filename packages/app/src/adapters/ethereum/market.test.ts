import { toHex } from "@carrara/base/bytes";
import { type Address, address } from "@carrara/base/units";
import { collectionAbi } from "@carrara/contracts/generated/Collection";
import { splitterAbi } from "@carrara/contracts/generated/Splitter";
import { nameOf } from "@carrara/core/ethereum/actors";
import { read } from "@carrara/core/ethereum/contract";
import { readProvenance } from "@carrara/core/forge/provenance";
import { readPiece } from "@carrara/core/forge/state";
import { listingOrder, type OrderFacts, orderFault } from "@carrara/core/market/order";
import { type OrderComponents, orderTypedData, seaportAbi, ZERO_ADDRESS } from "@carrara/core/market/seaport";
import type { Actor } from "@carrara/core/ports/ethereum";
import { encodeFunctionData } from "viem";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { developmentActors } from "./actors.ts";
import { storeClaim } from "./test/claim.ts";
import { openTestNode, type TestNode } from "./test/node.ts";
import { clock, stores } from "./test/rig.ts";

const ETH = 10n ** 18n;

describe.each(stores)("market on $name", ({ open }) => {
  let node: TestNode;
  beforeAll(async () => {
    node = await openTestNode(open);
  });
  afterAll(() => node?.end());

  const forged = async () => {
    const { tokenId } = await storeClaim(node.store, await node.terms());
    await node.forge.forge(tokenId, "miner");
    return tokenId;
  };
  const piece = (tokenId: string) => readPiece(node.store, clock.now(), tokenId);
  const balances = () =>
    Promise.all([node.artist, node.miner, node.collector].map((actor) => node.balance(actor.address)));
  const feeOf = async (hash: string) => (await node.outbox.find(hash as `0x${string}`))?.feeWei ?? 0n;

  test("list, buy: the price goes to seller and artist to the wei, the piece to the buyer", async () => {
    const tokenId = await forged();
    const listed = await node.market.list(tokenId, "miner", ETH / 3n);
    expect(listed.state).toBe("listed");
    expect(await piece(tokenId)).toMatchObject({ state: "listed", priceWei: ETH / 3n, owner: node.miner.address });
    expect(await node.market.listing(tokenId)).toMatchObject({
      seller: node.miner.address,
      priceWei: ETH / 3n,
      artistWei: ETH / 6n,
    });
    await expect(node.market.list(tokenId, "miner", ETH)).rejects.toMatchObject({ code: "already-listed" });
    await expect(node.market.buy(tokenId, "miner")).rejects.toMatchObject({ code: "own-listing" });
    const before = await balances();
    const bought = await node.market.buy(tokenId, "collector");
    expect(bought.state).toBe("sold");
    const after = await balances();
    const fee = await feeOf(bought.txHash);
    expect(after.map((now, i) => now - (before[i] ?? 0n))).toEqual([ETH / 6n, ETH / 3n - ETH / 6n, -(ETH / 3n) - fee]);
    expect(await piece(tokenId)).toMatchObject({
      state: "sold",
      owner: node.collector.address,
      sales: 1,
      priceWei: null,
    });
    await expect(node.market.buy(tokenId, "artist")).rejects.toMatchObject({ code: "not-listed" });
  });

  test("resale pays the royalty to the piece's splitter, which divides it between artist and forging miner", async () => {
    const tokenId = await forged();
    await node.market.list(tokenId, "miner", ETH);
    await node.market.buy(tokenId, "collector");
    await node.market.list(tokenId, "collector", 2n * ETH + 7n);
    const royalty = ((2n * ETH + 7n) * 500n) / 10_000n;
    expect((await node.market.listing(tokenId))?.artistWei).toBe(royalty);
    const at = { address: node.collection.address, abi: collectionAbi, args: [BigInt(`0x${tokenId}`)] } as const;
    const splitter = address(await read(node.chain, { ...at, functionName: "splitterOf" }));
    const before = await balances();
    await node.market.buy(tokenId, "artist");
    expect(await node.balance(splitter)).toBe(royalty);
    expect((await node.balance(node.collector.address)) - (before[2] ?? 0n)).toBe(2n * ETH + 7n - royalty);
    // Anybody may have the splitter made and the parts paid.
    const made = encodeFunctionData({ ...at, functionName: "createSplitter" });
    const paid = encodeFunctionData({ abi: splitterAbi, functionName: "releaseAll", args: [ZERO_ADDRESS] });
    const [artist, miner] = await balances();
    for (const [to, data] of [
      [node.collection.address, made],
      [splitter, paid],
    ] as const) {
      const { hash } = await node.outbox.send({ from: node.collector, to, data, purpose: { kind: "test" } });
      expect(await node.outbox.settled(hash)).toMatchObject({ problem: null });
    }
    expect(await node.balance(node.artist.address)).toBe((artist ?? 0n) + royalty / 2n);
    expect(await node.balance(node.miner.address)).toBe((miner ?? 0n) + royalty - royalty / 2n);
  });

  test("a listing that was cancelled cannot be bought, and the piece can be listed again at another price", async () => {
    const tokenId = await forged();
    await node.market.list(tokenId, "miner", ETH);
    await expect(node.market.cancel(tokenId, "collector")).rejects.toMatchObject({ code: "not-owner" });
    expect(await node.market.cancel(tokenId, "miner")).toMatchObject({ state: "forged" });
    await expect(node.market.buy(tokenId, "collector")).rejects.toMatchObject({ code: "not-listed" });
    await expect(node.market.cancel(tokenId, "miner")).rejects.toMatchObject({ code: "not-listed" });
    await node.market.list(tokenId, "miner", ETH / 2n);
    expect(await node.market.buy(tokenId, "collector")).toMatchObject({ state: "sold" });
    const history = await readProvenance(node.store, tokenId, (who) => nameOf(node.chain, who));
    expect(history.map(({ kind }) => kind).filter((kind) => kind !== "listed")).toEqual([
      "found",
      "forged",
      "cancelled",
      "sold",
    ]);
    expect(history.at(-1)).toMatchObject({ text: "Sold by miner to collector", priceWei: (ETH / 2n).toString() });
  });

  test("only the owner lists, only what is forged, only at a price that is one", async () => {
    const tokenId = await forged();
    await expect(node.market.list(tokenId, "collector", ETH)).rejects.toMatchObject({ code: "not-owner" });
    await expect(node.market.list(tokenId, "miner", 0n)).rejects.toMatchObject({ code: "bad-price" });
    await expect(node.market.list(tokenId, "miner", 10n ** 60n)).rejects.toMatchObject({ code: "bad-price" });
    await expect(node.market.list("cd".repeat(32), "miner", ETH)).rejects.toMatchObject({ code: "piece-unknown" });
    const claim = await storeClaim(node.store, await node.terms());
    await expect(node.market.list(claim.tokenId, "miner", ETH)).rejects.toMatchObject({
      code: "not-owner",
      message: expect.stringContaining("has not been forged"),
    });
  });

  test("who cannot pay is told before anything is sent", async () => {
    const tokenId = await forged();
    await node.market.list(tokenId, "miner", 50_000n * ETH);
    await expect(node.market.buy(tokenId, "collector")).rejects.toMatchObject({ code: "not-enough-eth" });
    expect((await piece(tokenId))?.state).toBe("listed");
  });

  test("a piece that is given away is no longer for sale; a counter that was bumped ends all listings", async () => {
    const given = await forged();
    const kept = await forged();
    await node.market.list(given, "miner", ETH);
    await node.market.list(kept, "miner", ETH);
    const send = async (to: Address, data: `0x${string}`) => {
      const { hash } = await node.outbox.send({ from: node.miner, to, data, purpose: { kind: "test" } });
      await node.outbox.settled(hash);
      await node.follower.poll();
    };
    const args = [node.miner.address, node.artist.address, BigInt(`0x${given}`)] as const;
    await send(node.collection.address, encodeFunctionData({ abi: collectionAbi, functionName: "transferFrom", args }));
    expect(await piece(given)).toMatchObject({ state: "forged", owner: node.artist.address });
    expect(await piece(kept)).toMatchObject({ state: "listed" });
    await send(node.contracts.seaport, encodeFunctionData({ abi: seaportAbi, functionName: "incrementCounter" }));
    expect(await piece(kept)).toMatchObject({ state: "forged" });
    await node.market.list(kept, "miner", ETH);
    expect(await node.market.buy(kept, "collector")).toMatchObject({ state: "sold" });
    // Passed on before any sale, the artist's share of the first sale is still due.
    await node.market.list(given, "artist", ETH);
    expect(await node.market.listing(given)).toMatchObject({ artistWei: ETH / 2n });
  });

  test("two buyers at once: one gets it, the other is told", async () => {
    const tokenId = await forged();
    await node.market.list(tokenId, "miner", ETH);
    const both = await Promise.allSettled([node.market.buy(tokenId, "collector"), node.market.buy(tokenId, "artist")]);
    expect(both.map(({ status }) => status)).toEqual(["fulfilled", "rejected"]);
    expect((both[1] as PromiseRejectedResult).reason).toMatchObject({ code: "not-listed" });
  });

  test("a sale that a reorganisation takes back is for sale no longer until it is done again", async () => {
    const tokenId = await forged();
    await node.market.list(tokenId, "miner", ETH);
    await node.market.buy(tokenId, "collector");
    await node.chain.request({ method: "anvil_rollback", params: [1] });
    await node.follower.poll();
    expect(await piece(tokenId)).toMatchObject({ owner: node.miner.address, sales: 0, orderHash: null });
    await node.outbox.sync();
    await expect
      .poll(
        async () => {
          await node.follower.poll();
          return (await piece(tokenId))?.owner;
        },
        { timeout: 20_000 },
      )
      .toBe(node.collector.address);
  });

  test("a stranger's order is taken if it is as ours would be, and refused if its share is missing", async () => {
    const tokenId = await forged();
    const facts = await factsOf(tokenId);
    const sign = (order: OrderComponents) =>
      node.miner.signTypedData(orderTypedData(order, 31337, node.contracts.seaport));
    const good = listingOrder(facts, node.miner.address, ETH, facts.now + 3_600n, 1n);
    const bad = { ...good, consideration: good.consideration.slice(0, 1) };
    await expect(node.market.take(bad, await sign(bad))).rejects.toMatchObject({
      code: "bad-order",
      message: expect.stringMatching(/share of 0x.* is missing/),
    });
    const taken = await node.market.take(good, await sign(good));
    expect(taken).toMatchObject({ tokenId, priceWei: ETH });
    expect(await node.market.buy(tokenId, "collector")).toMatchObject({ state: "sold" });
  });

  async function factsOf(tokenId: string): Promise<OrderFacts> {
    const { seaport } = node.contracts;
    return {
      chainId: 31337,
      seaport,
      collection: node.collection.address,
      tokenId: BigInt(`0x${tokenId}`),
      owner: node.miner.address,
      share: { recipient: node.artist.address, bps: 5_000 },
      counter: await read(node.chain, {
        address: seaport,
        abi: seaportAbi,
        functionName: "getCounter",
        args: [node.miner.address],
      }),
      now: BigInt(Math.floor(Date.now() / 1000)),
    };
  }
});

describe("orders that are not as ours would be", () => {
  const [artist, miner, collector] = developmentActors() as [Actor, Actor, Actor];
  const seaport = address(`0x${"5e".repeat(20)}`);
  const facts: OrderFacts = {
    chainId: 31337,
    seaport,
    collection: address(`0x${"c0".repeat(20)}`),
    tokenId: 77n,
    owner: miner.address,
    share: { recipient: artist.address, bps: 5_000 },
    counter: 3n,
    now: 1_000_000n,
  };
  const good = listingOrder(facts, miner.address, 1_000_001n, 2_000_000n, 5n);
  const [toSeller, toArtist] = good.consideration as [(typeof good.consideration)[0], (typeof good.consideration)[0]];
  const offer = good.offer[0] as (typeof good.offer)[0];
  const amount = (item: typeof toSeller, wei: bigint) => ({ ...item, startAmount: wei, endAmount: wei });
  const fault = async (order: OrderComponents, by: Actor = miner, about: OrderFacts = facts) =>
    (await orderFault(order, await by.signTypedData(orderTypedData(order, 31337, seaport)), about))?.code ?? null;

  test("ours has no fault", async () => {
    expect(await fault(good)).toBeNull();
    expect(toSeller.startAmount + toArtist.startAmount).toBe(1_000_001n);
    expect(toArtist.startAmount).toBe(500_000n);
  });

  const hostile: [string, string, Partial<OrderComponents>][] = [
    [
      "the share goes to somebody else",
      "bad-order",
      { consideration: [toSeller, { ...toArtist, recipient: collector.address }] },
    ],
    ["the share is missing", "bad-order", { consideration: [amount(toSeller, 1_000_001n)] }],
    [
      "the share is a wei short",
      "bad-order",
      { consideration: [amount(toSeller, 500_002n), amount(toArtist, 499_999n)] },
    ],
    [
      "a fee for a stranger is added",
      "bad-order",
      { consideration: [toSeller, toArtist, { ...amount(toArtist, 5n), recipient: collector.address }] },
    ],
    ["nothing is paid", "bad-order", { consideration: [amount(toSeller, 0n), amount(toArtist, 0n)] }],
    ["there is no consideration", "bad-price", { consideration: [] }],
    ["the price is next to nothing", "bad-price", { consideration: [amount(toSeller, 1n), amount(toArtist, 1n)] }],
    [
      "the seller is not paid",
      "bad-order",
      { consideration: [{ ...toSeller, recipient: collector.address }, toArtist] },
    ],
    ["the price falls with time", "bad-order", { consideration: [{ ...toSeller, endAmount: 1n }, toArtist] }],
    [
      "another token is asked for",
      "bad-order",
      { consideration: [{ ...toSeller, itemType: 1, token: seaport }, toArtist] },
    ],
    ["another collection's token", "bad-order", { offer: [{ ...offer, token: seaport }] }],
    ["another token of the collection", "bad-order", { offer: [{ ...offer, identifierOrCriteria: 78n }] }],
    ["any token of the collection", "bad-order", { offer: [{ ...offer, itemType: 4 }] }],
    ["two tokens", "bad-order", { offer: [offer, offer] }],
    ["no token", "bad-order", { offer: [] }],
    ["a zone", "bad-order", { zone: collector.address }],
    ["a zone hash", "bad-order", { zoneHash: `0x${"01".repeat(32)}` }],
    ["a conduit", "bad-order", { conduitKey: `0x${"01".repeat(32)}` }],
    ["a restricted order", "bad-order", { orderType: 2 }],
    ["one that has ended", "order-over", { endTime: 1_000_000n }],
    ["one that has not begun", "order-over", { startTime: 1_000_001n }],
    ["one of before the counter was bumped", "order-over", { counter: 2n }],
  ];
  test.each(hostile)("refused: %s", async (_, code, change) => {
    expect(await fault({ ...good, ...change })).toBe(code);
  });

  test("refused: signed by somebody else, changed after it was signed, or not signed at all", async () => {
    expect(await fault(good, collector)).toBe("bad-signature");
    const signature = await miner.signTypedData(orderTypedData(good, 31337, seaport));
    expect(await orderFault({ ...good, salt: 6n }, signature, facts)).toMatchObject({ code: "bad-signature" });
    expect(await orderFault(good, signature, { ...facts, chainId: 1 })).toMatchObject({ code: "bad-signature" });
    for (const text of ["0x", "0x00", "nonsense", `0x${toHex(new Uint8Array(65))}`, `0x${"ff".repeat(65)}`]) {
      expect(await orderFault(good, text, facts)).toMatchObject({ code: "bad-signature" });
    }
  });

  test("refused: the seller does not own the piece, or nobody does", async () => {
    expect(await fault(good, miner, { ...facts, owner: collector.address })).toBe("not-owner");
    expect(await fault(good, miner, { ...facts, owner: null })).toBe("not-owner");
  });

  test("where nobody has a share, nobody but the seller is paid", async () => {
    const free = { ...facts, share: { recipient: artist.address, bps: 0 } };
    const alone = listingOrder(free, miner.address, 20_000n, 2_000_000n, 5n);
    expect(alone.consideration).toHaveLength(1);
    expect(await fault(alone, miner, free)).toBeNull();
    expect(await fault(good, miner, free)).toBe("bad-order");
  });
});
