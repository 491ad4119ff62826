import { toHex } from "@carrara/base/bytes";
import { seeded } from "@carrara/base/random";
import type { Store } from "@carrara/core/ports/store";
import {
  CLAIMS_KEPT,
  type ClaimRecord,
  SPAN_MS,
  saveBlock,
  saveBlockAnswer,
  saveClaim,
  saveShares,
  tidy,
} from "@carrara/core/quarry/records";
import { bestShare, boreHoles, machines, rateNow, rates, readSpans } from "@carrara/core/quarry/view";
import { HASHES_PER_DIFFICULTY } from "@carrara/optimiser/rate";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { STORES } from "./test/stores.ts";

const NOW = Date.UTC(2026, 10, 22, 12);
const HOUR = 3_600_000;

describe.each(STORES)("the quarry on %s", (_, open) => {
  const opened = open();
  let store: Store;
  beforeEach(async () => {
    store = await opened;
    for (const table of ["worker", "share_span", "deep_share", "claim", "block_found", "outbox"])
      await store.query(`delete from ${table}`);
  });
  afterAll(async () => (await opened).close());

  const shares = (worker: string, time: number, count: number, difficulty = 0.01, log2 = 25) => ({
    worker,
    time,
    accepted: count,
    rejected: 1,
    stale: 0,
    work: count * difficulty,
    blocksDue: count / 1000,
    agent: "test/1",
    deepest: [{ hash: toHex(seeded(time * 7 + count).bytes(32)), time, log2, difficulty }],
  });

  test("shares of one span add up, and the best of a worker stays", async () => {
    await saveShares(store, [shares("a.one", NOW, 3, 0.01, 26)]);
    await saveShares(store, [shares("a.one", NOW + 1, 2, 0.01, 24), shares("a.two", NOW, 1)]);
    const spans = await readSpans(store, NOW + SPAN_MS);
    expect(spans.map(({ worker, accepted, rejected }) => [worker, accepted, rejected]).sort()).toEqual([
      ["a.one", 5, 2],
      ["a.two", 1, 1],
    ]);
    expect(await bestShare(store, 0)).toMatchObject({ log2: 26, time: NOW });
    expect(await bestShare(store, NOW + 1)).toMatchObject({ log2: 24 });
  });

  test("the rate is that of the shares, and unknown before ten of them", async () => {
    const difficulty = 0.01;
    for (let i = 0; i < 60; i++) await saveShares(store, [shares("a", NOW + i * SPAN_MS, 2, difficulty)]);
    const now = NOW + 60 * SPAN_MS;
    const spans = await readSpans(store, now);
    const expected = (120 * difficulty * HASHES_PER_DIFFICULTY) / 600;
    expect((rateNow(spans, now) ?? 0) / expected).toBeCloseTo(1, 6);
    expect(rateNow(spans.slice(0, 4), now)).toBeNull();
    const { points, windowSeconds } = rates(spans, now);
    // Two shares in ten seconds: a minute is the shortest window in which eight are due.
    expect(windowSeconds).toBe(60);
    expect(points).toHaveLength(10);
    for (const point of points) {
      expect(point.rate / expected).toBeCloseTo(1, 6);
      expect(point.low).toBeLessThan(point.rate);
      expect(point.high).toBeGreaterThan(point.rate);
    }
  });

  test("silence is a rate of nothing, not a gap", async () => {
    await saveShares(store, [shares("a", NOW, 50)]);
    await saveShares(store, [shares("a", NOW + 100_000, 50)]);
    const { points } = rates(await readSpans(store, NOW + 110_000), NOW + 110_000);
    expect(points.filter(({ rate }) => rate === 0)).toHaveLength(9);
  });

  const claim = (i: number, log2: number, worker = "a"): ClaimRecord => ({
    tokenId: toHex(seeded(1000 + i).bytes(32)),
    collection: `0x${"c0".repeat(20)}`,
    round: 1,
    recipient: `0x${"aa".repeat(20)}`,
    anchor: "11".repeat(32),
    header: new Uint8Array(80),
    coinbase: new Uint8Array(100),
    branch: [new Uint8Array(32)],
    worker,
    time: NOW + i,
    log2,
  });

  test("only the best claims of a worker and round are kept, but none that is on its way to a token", async () => {
    const first = claim(0, 1);
    expect(await saveClaim(store, first)).toBe(true);
    expect(await saveClaim(store, first)).toBe(false);
    await store.query(
      "insert into outbox (hash, sender, nonce, raw, purpose, token_id, created_at, state) values ('0x1', '0x2', 0, '0x', '{\"kind\":\"forge\"}', $1, 0, 'sent')",
      [first.tokenId],
    );
    for (let i = 1; i <= CLAIMS_KEPT + 20; i++) await saveClaim(store, claim(i, 20 + i / 100));
    await saveClaim(store, claim(500, 30, "b"));
    expect(await saveClaim(store, claim(501, 2))).toBe(false);
    const rows = await store.query<{ worker: string; log2: number }>("select worker, log2 from claim order by log2");
    expect(rows.filter(({ worker }) => worker === "a")).toHaveLength(CLAIMS_KEPT + 1);
    expect(rows[0]?.log2).toBe(1);
    expect(rows[1]?.log2).toBeGreaterThan(20.2);
    expect(rows.filter(({ worker }) => worker === "b")).toHaveLength(1);
  });

  test("bore holes carry the token of a claim, and end after a day", async () => {
    const kept = claim(7, 28);
    await saveClaim(store, kept);
    await saveShares(store, [
      { ...shares("a", NOW, 1), deepest: [{ hash: kept.tokenId, time: NOW, log2: 28, difficulty: 0.01 }] },
      shares("a", NOW - 25 * HOUR, 1),
    ]);
    const holes = await boreHoles(store, NOW + 1, null);
    expect(holes).toEqual([{ time: NOW, worker: "a…", log2: 28, tokenId: kept.tokenId }]);
  });

  test("tidying keeps the sums and bounds the rows", async () => {
    for (let i = 0; i < 90; i++) await saveShares(store, [shares("a", NOW + i * SPAN_MS, 1)]);
    const sum = async () =>
      (
        await store.query(
          "select sum(accepted)::integer as n, round(sum(blocks_due) * 1000)::integer as due, count(*)::integer as rows from share_span",
        )
      )[0];
    expect(await sum()).toEqual({ n: 90, due: 90, rows: 90 });
    await tidy(store, NOW + 49 * HOUR);
    expect(await sum()).toEqual({ n: 90, due: 90, rows: 2 });
    await tidy(store, NOW + 49 * HOUR);
    expect(await sum()).toEqual({ n: 90, due: 90, rows: 2 });
    expect(await store.query("select * from deep_share")).toEqual([]);
    expect(await bestShare(store, 0)).toMatchObject({ log2: 25 });
  });

  test("machines: this computer first, each with its own rate and what was due", async () => {
    for (let i = 0; i < 12; i++)
      await saveShares(store, [shares("z.cpu", NOW + i * SPAN_MS, 2), shares("a.rig", NOW + i * SPAN_MS, 4)]);
    const now = NOW + 12 * SPAN_MS;
    const spans = await readSpans(store, now);
    const list = await machines(
      store,
      now,
      {
        own: "z.cpu",
        ownRate: null,
        online: (name) => name === "z.cpu",
        detail: (_, agent) => agent ?? "",
        pieceHashes: 1e9,
      },
      spans,
    );
    expect(list.map(({ name, kind, online, accepted }) => [name, kind, online, accepted])).toEqual([
      ["This computer", "cpu", true, 24],
      ["rig", "stratum", false, 48],
    ]);
    const [cpu, rig] = list;
    expect((rig?.hashRate ?? 0) / (cpu?.hashRate ?? 1)).toBeCloseTo(2, 6);
    expect(cpu?.pieceEverySeconds).toBeCloseTo(1e9 / (cpu?.hashRate ?? 1), 6);
  });

  test("a block is written before it is submitted, once", async () => {
    const block = {
      hash: "ab".repeat(32),
      chain: "regtest",
      height: 7,
      time: NOW,
      worker: "a",
      payout: "a",
      valueSats: 5_000_000_000n,
      hex: "00",
    };
    await saveBlock(store, block);
    await saveBlock(store, block);
    await saveBlockAnswer(store, block.hash, "accepted");
    expect(await store.query("select height, value_sats, answer, confirmations from block_found")).toEqual([
      { height: 7, value_sats: "5000000000", answer: "accepted", confirmations: 0 },
    ]);
  });
});
