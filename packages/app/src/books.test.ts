import { toHex } from "@carrara/base/bytes";
import { CarraraError } from "@carrara/base/errors";
import { seeded } from "@carrara/base/random";
import { followBlocks, resubmitBlocks } from "@carrara/core/books/blocks";
import { type BooksContext, readBooks } from "@carrara/core/books/books";
import type { BtcNode } from "@carrara/core/ports/bitcoin";
import type { Store } from "@carrara/core/ports/store";
import { saveBlock, saveBlockAnswer } from "@carrara/core/quarry/records";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { STORES } from "./test/stores.ts";

const DAY = 86_400_000;
const NOW = Date.UTC(2026, 10, 22, 12);
const artist = `0x${"a1".repeat(20)}`;
const miner = `0x${"b2".repeat(20)}`;
const collector = `0x${"c3".repeat(20)}`;
const splitter = `0x${"d4".repeat(20)}`;
const collection = `0x${"c0".repeat(20)}`;
const names = new Map([
  [artist, "artist"],
  [miner, "miner"],
  [collector, "collector"],
]);

const context: BooksContext = {
  realEthereum: false,
  ownWorker: "bcrt1qx.this-computer",
  nameOf: (address) => names.get(address) ?? null,
  titleOf: async (tokenId) => `Piece ${tokenId.slice(0, 2)}`,
  finalBlock: 10,
};

describe.each(STORES)("the books on %s", (_, open) => {
  const opened = open();
  let store: Store;
  beforeEach(async () => {
    store = await opened;
    for (const table of ["block_found", "eth_event", "outbox", "listing", "collection"])
      await store.query(`delete from ${table}`);
    await store.query(
      `insert into collection (address, chain_id, name, symbol, artist, artist_name, style_name, style, terms, created_at)
       values ($1, 31337, 'Cava', 'CAVA', $2, 'artist', 'Cava', '\\x00', '{"price":"1000"}', 0)`,
      [collection, artist],
    );
  });
  afterAll(async () => (await opened).close());

  const read = (limit = 100, after?: string) => readBooks(store, context, { limit, after });
  const hash = (n: number) => toHex(seeded(n).bytes(32));

  async function block(
    n: number,
    answer: string | null,
    confirmations: number,
    time = NOW,
    chain = "regtest",
  ): Promise<void> {
    await saveBlock(store, {
      hash: hash(n),
      chain,
      height: n,
      time,
      worker: "bcrt1qx.rig",
      payout: "bcrt1qx",
      valueSats: 5_000_000_000n,
      hex: "00",
    });
    if (answer) await saveBlockAnswer(store, hash(n), answer);
    await store.query("update block_found set confirmations = $2 where hash = $1", [hash(n), confirmations]);
  }

  /** A sale as the chain tells it; the seller's, the artist's or the splitter's part. */
  async function sale(
    blockNumber: number,
    parts: [string, bigint][],
    seller = miner,
    buyer = collector,
  ): Promise<void> {
    const orderHash = `0x${hash(blockNumber)}`;
    await store.query(
      `insert into listing (order_hash, collection, token_id, seller, price_wei, artist_wei, parameters, signature, counter, listed_at, ends_at)
       values ($1, $2, $3, $4, 0, 0, '{}', '0x', '0', 0, 0)`,
      [orderHash, collection, hash(1), seller],
    );
    const args = {
      offerer: seller,
      recipient: buyer,
      consideration: parts.map(([recipient, amount]) => ({ recipient, amount: amount.toString() })),
    };
    await store.query(
      `insert into eth_event (block_number, log_index, block_hash, time, tx_hash, address, name, token_id, order_hash, args)
       values ($1, 0, '0x', $2, $3, '0x5ea', 'OrderFulfilled', $4, $5, $6)`,
      [blockNumber, NOW, `0x${hash(900 + blockNumber)}`, hash(1), orderHash, JSON.stringify(args)],
    );
  }

  test("empty books are empty", async () => {
    expect(await read()).toEqual({ entries: [], totals: [], next: null, days: [] });
  });

  test("a block counts by what became of it", async () => {
    await block(1, "accepted", 101);
    await block(2, "accepted", 7);
    await block(3, "accepted", -1);
    await block(4, "inconclusive", 0);
    await block(5, null, 0);
    await block(6, "accepted", 0);
    const { entries, totals } = await read();
    expect(entries.map(({ text, state }) => [text, state]).sort()).toEqual([
      ["Block 1, found by rig", "final"],
      ["Block 2, found by rig", "immature"],
      ["Block 3, found by rig", "orphaned"],
      ["Block 6, found by rig", "pending"],
    ]);
    expect(totals).toEqual([{ asset: "BTC", who: "miner", in: "15000000000", out: "0", real: false }]);
  });

  test("practice blocks of yesterday do not become money when the node is pointed at the real chain", async () => {
    await block(1, "accepted", 101);
    await block(2, "accepted", 101, NOW, "main");
    const { entries, totals, days } = await read();
    expect(entries.map(({ text, real }) => [text, real]).sort()).toEqual([
      ["Block 1, found by rig", false],
      ["Block 2, found by rig", true],
    ]);
    expect(totals).toEqual([
      { asset: "BTC", who: "miner", in: "5000000000", out: "0", real: true },
      { asset: "BTC", who: "miner", in: "5000000000", out: "0", real: false },
    ]);
    expect(days).toMatchObject([{ minedSats: "5000000000" }]);
  });

  test.each(["", "x", "1", "/a", "-1/a", "1e3/a", "1/", "1/\u0000", `${"9".repeat(16)}/a`])(
    "a page after %j is refused, not taken for the first",
    async (after) => {
      await expect(read(10, after)).rejects.toMatchObject({ code: "bad-request" });
    },
  );

  test("a block that a reorganisation took is orphaned, one that came back counts again", async () => {
    await block(1, "accepted", 3);
    let confirmations = -1;
    const node = { getBlockHeader: async () => ({ confirmations }) } as unknown as BtcNode;
    expect(await followBlocks(store, node)).toBe(true);
    expect((await read()).entries[0]?.state).toBe("orphaned");
    expect(await followBlocks(store, node)).toBe(false);
    confirmations = 4;
    expect(await followBlocks(store, node)).toBe(true);
    expect((await read()).entries[0]?.state).toBe("immature");
  });

  test("a block that was not answered for is submitted again, once", async () => {
    await block(1, null, 0);
    await block(2, null, 0);
    const submitted: string[] = [];
    const node = {
      chain: { chain: "regtest" },
      submitBlock: async (hex: string) => (submitted.push(hex) === 1 ? "duplicate" : "high-hash"),
    } as unknown as BtcNode;
    await resubmitBlocks(store, node);
    await resubmitBlocks(store, node);
    expect(submitted).toHaveLength(2);
    const rows = await store.query("select height, answer, hex from block_found order by height");
    expect(rows).toEqual([
      { height: 1, answer: "accepted", hex: null },
      { height: 2, answer: "high-hash", hex: null },
    ]);
  });

  test("a block that the node cannot read does not hold up mining; one that is down is asked again", async () => {
    await block(1, null, 0);
    const node = (error: Error) =>
      ({ chain: { chain: "regtest" }, submitBlock: () => Promise.reject(error) }) as unknown as BtcNode;
    const down = new CarraraError("btc-unreachable", "It is down.", { retryable: true });
    await expect(resubmitBlocks(store, node(down))).rejects.toBe(down);
    const closed = new CarraraError("btc-auth", "It does not let us in.");
    await expect(resubmitBlocks(store, node(closed))).rejects.toBe(closed);
    expect(await store.query("select answer, hex from block_found")).toEqual([{ answer: null, hex: "00" }]);
    await resubmitBlocks(store, node(new CarraraError("btc-rpc", "Block decode failed")));
    expect(await store.query("select answer, hex from block_found")).toEqual([
      { answer: "Block decode failed", hex: null },
    ]);
  });

  test("a first sale: what seller and artist got is what the buyer paid", async () => {
    await sale(5, [
      [miner, 30n],
      [artist, 20n],
    ]);
    const { entries, totals, days } = await read();
    expect(entries.map(({ kind, who, amount, state }) => [kind, who, amount, state]).sort()).toEqual([
      ["artist-share", "artist", "20", "final"],
      ["purchase", "collector", "-50", "final"],
      ["sale", "miner", "30", "final"],
    ]);
    expect(entries.reduce((sum, { amount }) => sum + BigInt(amount), 0n)).toBe(0n);
    expect(totals.map(({ who, in: received, out }) => [who, received, out]).sort()).toEqual([
      ["artist", "20", "0"],
      ["collector", "0", "50"],
      ["miner", "30", "0"],
    ]);
    expect(days).toEqual([{ day: "2026-11-22", minedSats: "0", artWei: "50", spentWei: "50" }]);
  });

  test("a later sale: the royalty goes to the splitter; a stranger's part is not ours", async () => {
    await sale(
      11,
      [
        [`0x${"99".repeat(20)}`, 95n],
        [splitter, 5n],
      ],
      `0x${"99".repeat(20)}`,
      collector,
    );
    const { entries } = await read();
    expect(entries.map(({ kind, who, amount, state }) => [kind, who, amount, state]).sort()).toEqual([
      ["purchase", "collector", "-100", "pending"],
      ["royalty", "artist and miner", "5", "pending"],
    ]);
  });

  test("a sale that a reorganisation takes back leaves no trace", async () => {
    await sale(5, [[miner, 30n]]);
    await store.query("delete from eth_event where block_number > 4");
    expect((await read()).entries).toEqual([]);
  });

  test("gas and the price of forging, from receipts and events; laying the contracts is one entry", async () => {
    const sent = (n: number, kind: string, tokenId: string | null) =>
      store.query(
        `insert into outbox (hash, sender, nonce, raw, purpose, token_id, created_at, state, fee_wei, gas_used)
         values ($1, $2, $3, '0x', $4, $5, $6, 'final', 7, 21000)`,
        [`0x${hash(n)}`, miner, n, JSON.stringify({ kind }), tokenId, NOW + n],
      );
    await sent(1, "deploy", null);
    await sent(2, "deploy", null);
    await sent(3, "forge", hash(1));
    await store.query(
      `insert into eth_event (block_number, log_index, block_hash, time, tx_hash, address, name, token_id, args)
       values (3, 0, '0x', $1, $2, $3, 'Forged', $4, '{}')`,
      [NOW, `0x${hash(3)}`, collection, hash(1)],
    );
    const { entries } = await read();
    expect(entries.map(({ kind, who, amount, text }) => [kind, who, amount, text]).sort()).toEqual([
      ["forge-price", "artist", "1000", `Price of forging Piece ${hash(1).slice(0, 2)}`],
      ["forge-price", "miner", "-1000", `Price of forging Piece ${hash(1).slice(0, 2)}`],
      ["gas", "miner", "-14", "Gas of laying the contracts, 2 transactions"],
      ["gas", "miner", "-7", `Gas of forging Piece ${hash(1).slice(0, 2)}`],
    ]);
  });

  test("pages follow one another without gap or double", async () => {
    for (let n = 1; n <= 23; n++) await block(n, "accepted", 5, NOW - Math.floor(n / 3) * DAY);
    await sale(5, [[miner, 30n]]);
    const all = (await read(100)).entries.map(({ id }) => id);
    const paged: string[] = [];
    let after: string | undefined;
    do {
      const { entries, next } = await read(4, after);
      paged.push(...entries.map(({ id }) => id));
      after = next ?? undefined;
    } while (after);
    expect(paged).toEqual(all);
    expect(all).toHaveLength(25);
  });
});
