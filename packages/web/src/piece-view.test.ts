import type { PieceDetail, Status } from "@carrara/api/schemas";
import { describe, expect, test } from "vitest";
import { phraseText } from "./phrase.ts";
import { beadsOf, offerOf, rarityOf, raritySentence, zerosOf } from "./piece-view.ts";
import { roomOf } from "./router.tsx";

const MINER = "0x2222222222222222222222222222222222222222";
const COLLECTOR = "0x3333333333333333333333333333333333333333";
const FOUND = new Date(2026, 10, 19, 4, 31, 7).getTime();
const plain = (text: string) => text.replaceAll("\u00a0", " ");

const status = {
  writable: { allowed: true, reason: null },
  actors: [
    { name: "miner", address: MINER.toUpperCase().replace("0X", "0x"), balanceWei: "0" },
    { name: "collector", address: COLLECTOR, balanceWei: "0" },
  ],
} as unknown as Status;

const claim = {
  log2: 66.4,
  zeroBits: 66,
  sillLog2: 62,
  state: "claim",
  foundAt: FOUND,
  owner: null,
  ownerName: null,
  priceWei: null,
  listing: null,
  problem: null,
  provenance: [
    {
      kind: "found",
      time: FOUND,
      text: "Found by S21 “cellar”, rarity 1 in 2^66.4",
      txHash: null,
      gasUsed: null,
      priceWei: null,
    },
  ],
} as unknown as PieceDetail;

const listing = {
  orderHash: "0x",
  seller: MINER,
  sellerName: "miner",
  priceWei: "42000000000000000",
  artistWei: "0",
  listedAt: FOUND,
};

describe("rarity", () => {
  test("in words and as a power", () => {
    expect(raritySentence(claim)).toBe("One hash in 74 quintillion falls this deep. This one came up on 19 November.");
    expect(phraseText(rarityOf(claim))).toBe("1 in 2^66");
  });
  test("never shallower than the sill", () => {
    expect(phraseText(rarityOf({ log2: 25.93, sillLog2: 25.8 }))).toBe("1 in 2^25.9");
  });
});

describe("what an actor may do", () => {
  const forged: PieceDetail = { ...claim, state: "forged", owner: MINER };
  const listed: PieceDetail = { ...forged, state: "listed", listing };
  test.each<[string, PieceDetail, "miner" | "collector", object]>([
    ["a claim is forged by anybody", claim, "collector", { act: "forge" }],
    ["a claim with a problem is not", { ...claim, problem: "Its round is full." }, "miner", { act: "none" }],
    ["the owner lists", forged, "miner", { act: "list" }],
    ["another is told who can", forged, "collector", { act: "switch", to: "miner" }],
    ["the seller withdraws", listed, "miner", { act: "cancel" }],
    ["another buys", listed, "collector", { act: "buy" }],
    ["the buyer lists again", { ...forged, state: "sold", owner: COLLECTOR }, "collector", { act: "list" }],
    ["a stranger's piece is looked at", { ...forged, owner: "0x9", ownerName: null }, "miner", { act: "none" }],
    ["a lapsed claim stays", { ...claim, state: "lapsed" }, "miner", { act: "none" }],
    ["what was sent is waited for", { ...claim, state: "forging" }, "miner", { act: "wait" }],
  ])("%s", (_, piece, actor, offer) => expect(offerOf(piece, actor, status)).toMatchObject(offer));
  test("nothing on a chain that the node may not write to", () => {
    const shut = { ...status, writable: { allowed: false, reason: "Wallets come later." } };
    expect(offerOf(claim, "miner", shut)).toEqual({ act: "none", reason: "Wallets come later." });
  });
});

test("provenance ends with the step to come", () => {
  const beads = beadsOf(claim, FOUND);
  expect(beads).toEqual([
    { title: "Share found", text: "19 Nov 2026, 04:31:07 · by S21 “cellar”", txHash: null, look: "now" },
    { title: "Forged", text: "", txHash: null, look: "todo" },
  ]);
  const forged = { kind: "forged", time: FOUND, text: "", txHash: "0x7be1", gasUsed: 105_212, priceWei: null } as const;
  expect(
    plain(beadsOf({ ...claim, state: "forged", provenance: [...claim.provenance, forged] }, FOUND)[1]?.text ?? ""),
  ).toBe("19 Nov, 04:31 · 105,212 gas");
});

test("zeros of the hash", () => {
  expect(zerosOf("00000000000000002".padEnd(64, "f"), 66)).toEqual({
    zeros: "0000000000000000",
    rest: "2".padEnd(48, "f"),
    sentence: "Each red zero is four bits of luck. Sixteen of them, and two bits more.",
  });
});

test("paths lead to rooms", () => {
  const id = "0a".repeat(32);
  expect(roomOf("/")).toEqual({ room: "quarry" });
  expect(roomOf("/gallery/")).toEqual({ room: "gallery" });
  expect(roomOf(`/piece/0x${id.toUpperCase()}`)).toEqual({ room: "piece", tokenId: id });
  expect(roomOf("/piece/12")).toEqual({ room: "nowhere" });
});
