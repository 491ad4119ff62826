import type { LiveEvent, PieceBrief, Quarry, Status } from "@carrara/api/schemas";
import { describe, expect, test } from "vitest";
import { phraseText } from "./phrase.ts";
import { applyToQuarry, frequency, hasPieces, ledeOf, machinesOf, readingsOf, workerLabel } from "./quarry-view.ts";

const NOW = new Date(2026, 10, 22, 14, 20).getTime();
const plain = (text: string) => text.replaceAll("\u00a0", " ");

const collection: NonNullable<Quarry["collection"]> = {
  address: "0x41c9",
  name: "Acqua",
  style: "Acqua",
  family: "wash",
  artist: "0xa",
  artistName: "Ada Ferri",
  sillLog2: 62,
  round: 3,
  roundStart: NOW - 86_400_000,
  mintedInRound: 5,
  mintsPerRound: 64,
  supply: 133,
  cap: 4096,
  priceWei: "0",
  artistShareBps: 5000,
  royaltyBps: 500,
};

const piece: PieceBrief = {
  tokenId: "0".repeat(64),
  collection: "0x41c9",
  collectionName: "Acqua",
  style: "Acqua",
  family: "wash",
  title: "Giorno Rosso",
  log2: 62.6,
  zeroBits: 62,
  sillLog2: 62,
  state: "claim",
  foundAt: NOW,
  worker: "S21",
  owner: null,
  ownerName: null,
  priceWei: null,
};

const status: Status = {
  version: "0.1.0",
  startedAt: NOW,
  now: NOW,
  bitcoin: {
    kind: "embedded",
    name: "regtest",
    agent: "carrara",
    reachable: true,
    height: 1,
    problem: null,
    algorithm: "sha256d",
    blockLog2: 27.4,
    tipTime: NOW,
  },
  ethereum: {
    kind: "embedded",
    name: "anvil",
    agent: "anvil",
    reachable: true,
    height: 1,
    problem: null,
    chainId: 31337,
  },
  stratum: { url: "stratum+tcp://127.0.0.1:3333", host: "127.0.0.1", port: 3333, connections: 1 },
  miner: { state: "mining", threads: 1, maxThreads: 8, hashRate: 6.1e6, about: "", problem: null },
  hashRate: 6.1e6,
  actors: [],
  writable: { allowed: true, reason: null },
  collection,
  preparing: null,
  simulatedParts: 2,
};

const quarry: Quarry = {
  now: NOW,
  collection,
  rate: 201.2e12,
  rateSource: "shares",
  pieceEverySeconds: 2 ** 62 / 201.2e12,
  pieces24h: 4,
  pieces24hDue: 3.12,
  bestToday: { log2: 63.9, difficulty: 4.0e9, time: NOW - 3_600_000 },
  bestEver: { log2: 70.4, difficulty: 362e9, time: new Date(2026, 8, 19, 9).getTime() },
  blockEverySeconds: 2 ** 78.84 / 201.2e12,
  blockLog2: 78.84,
  blocksFound: 0,
  blocksDue: 0.0031,
  since: new Date(2026, 7, 24, 9).getTime(),
  shareCount: 205,
  windowSeconds: 600,
  points: [],
  shares: [],
  machines: [],
  bench: piece,
  connect: { url: "", user: "", password: "", note: "" },
};

describe("the sentence", () => {
  test("never counts from the last piece", () => {
    const { title, note } = ledeOf(status, quarry);
    expect(plain(title)).toBe("The next piece is about 6 h 22 min away, however long you have waited.");
    expect(plain(phraseText(note))).toBe(
      "Chance has no memory. At 201.2 TH/s one hash in 2^62 turns up 3.8 times a day, and one in 2^78.8 is a block.",
    );
  });
  test("in the first minute", () => {
    const bare = { ...quarry, bench: null, pieces24h: 0, rate: 6.1e6, pieceEverySeconds: 44 };
    expect(hasPieces(bare)).toBe(false);
    const { title, note } = ledeOf(status, bare);
    expect(plain(title)).toBe("Nothing carved yet. The first piece is about 44 seconds away.");
    expect(phraseText(note)).toBe(
      "This computer is mining with one thread on a chain of its own. Pause it at any time, above.",
    );
  });
  test.each<[string, Partial<Status>, Partial<Quarry>]>([
    ["The quarry is being opened.", { preparing: "laying the contracts" }, {}],
    [
      "Nothing can be mined: the Bitcoin chain does not answer.",
      { bitcoin: { ...status.bitcoin, reachable: false } },
      {},
    ],
    ["No collection is open, so no share can become a piece.", { collection: null }, { collection: null }],
    [
      "Mining is paused, so no piece is on its way.",
      { miner: { ...status.miner, state: "paused" } },
      { rate: null, pieceEverySeconds: null },
    ],
    // The rate from shares outlives the pause.
    ["Mining is paused, so no piece is on its way.", { miner: { ...status.miner, state: "paused" } }, {}],
    [
      "The next piece is about 6 h 22 min away, however long you have waited.",
      { miner: { ...status.miner, state: "paused" }, stratum: { ...status.stratum, connections: 2 } },
      {},
    ],
    ["The hash rate is being measured.", {}, { rate: null, pieceEverySeconds: null }],
  ])("%s", (title, of, on) =>
    expect(ledeOf({ ...status, ...of }, { ...quarry, ...on }).title.replaceAll("\u00a0", " ")).toBe(title),
  );
});

describe("readings", () => {
  test("say what was due by chance", () => {
    expect(
      readingsOf(status, quarry).map(
        ({ label, value, context }) => `${label}: ${plain(phraseText(value))} (${plain(context)})`,
      ),
    ).toEqual([
      "Pieces in 24 h: 4 (3.1 were due)",
      "Best share today: 1 in 2^63 (difficulty 4.0 G, 13:20)",
      "Best share ever: 1 in 2^70 (difficulty 362 G, 19 Sep)",
      "Next block: 85 years (0.0032 % a day)",
      "Blocks found: 0 (0.003 were due since 24 Aug)",
      "Round 3 of Acqua: 5 of 64 (forged; then the sill moves)",
    ]);
  });
  test("unknown is an en dash, never 0", () => {
    const empty = { ...quarry, bestToday: null, bestEver: null, blockEverySeconds: null, collection: null };
    expect(readingsOf(null, empty).map(({ value }) => phraseText(value))).toEqual(["4", "–", "–", "–", "0", "–"]);
  });
});

test("this computer stands among the machines before its first share", () => {
  expect(machinesOf(status, quarry)).toMatchObject([{ name: "This computer", kind: "cpu", detail: "1 of 8 threads" }]);
  const known = machinesOf(status, quarry);
  expect(machinesOf(status, { ...quarry, machines: [...known] })).toHaveLength(1);
});

test.each([
  [10, "6 times a minute"],
  [22_920, "3.8 times a day"],
  [86_400, "once a day"],
  [300_000, "once in 3 days"],
  [0.2, "5 times a second"],
])("every %s s is %s", (seconds, words) => expect(plain(frequency(seconds))).toBe(words));

describe("events", () => {
  const after = (event: LiveEvent) => applyToQuarry(quarry, event);
  test("a share is set after the others and counted", () => {
    const share = { time: NOW + 1000, worker: "S21", log2: 57, tokenId: null };
    const before = { ...share, log2: 56, time: NOW };
    expect(applyToQuarry({ ...quarry, shares: [before] }, { type: "share", share })).toMatchObject({
      shareCount: 206,
      shares: [before, share],
      now: NOW + 1000,
    });
  });
  test("a claim takes the bench", () => {
    const next = { ...piece, tokenId: "1".repeat(64) };
    expect(after({ type: "claim", piece: next })).toMatchObject({ bench: next, pieces24h: 5 });
  });
  test("a claim and its share are one bore hole, whichever is told first", () => {
    const share = { time: NOW, worker: "S21", log2: piece.log2, tokenId: null };
    const hole = [{ ...share, tokenId: piece.tokenId }];
    const events: LiveEvent[] = [
      { type: "claim", piece },
      { type: "share", share },
    ];
    for (const order of [events, events.toReversed()]) {
      const { shares, shareCount, bestToday } = order.reduce(applyToQuarry, { ...quarry, bestToday: null });
      expect(bestToday).toMatchObject({ log2: piece.log2, time: NOW });
      expect({ shares, shareCount }).toEqual({ shares: hole, shareCount: 206 });
    }
  });
  test("only the piece on the bench is renewed", () => {
    expect(after({ type: "piece", piece: { ...piece, state: "forged" } }).bench?.state).toBe("forged");
    expect(after({ type: "piece", piece: { ...piece, tokenId: "2".repeat(64) } })).toBe(quarry);
  });
  test("a block of another is not ours", () => {
    expect(after({ type: "block", height: 2, hash: "", ours: false })).toBe(quarry);
    expect(after({ type: "block", height: 2, hash: "", ours: true }).blocksFound).toBe(1);
  });
});

test.each([
  ["bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080.study", "study"],
  ["bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080", "bcrt1qw5…"],
  ["bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080.this-computer", "This computer"],
  ["This computer", "This computer"],
  ["S21.cellar", "S21.cellar"],
])("worker %s is called %s", (worker, label) => expect(workerLabel(worker)).toBe(label));
