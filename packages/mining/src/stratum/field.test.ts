/**
 * What is easy to get wrong in Stratum, each point a test, and the dialogues of real programs as their sources write
 * them (pooler/cpuminer, JayDDee/cpuminer-opt, bitaxeorg/ESP-Miner, BitMaker-hub/NerdMiner_v2, Antminer firmware).
 */
import { concat, fromHex, reversed, toHex } from "@carrara/base/bytes";
import { expect, test } from "vitest";
import { bip34Height } from "../coinbase.ts";
import { fromDisplay, sha256d } from "../hash.ts";
import { merkleRoot } from "../merkle.ts";
import { bitsToTarget, difficultyOfTarget, MAX_TARGET_DIFFICULTY_1, targetOfDifficulty } from "../target.ts";
import { decodeTx } from "../transaction.ts";
import { blockHex, createWork, DEFAULT_VERSION_MASK, wordsReversed } from "./job.ts";
import { lineBuffer, splitLines } from "./line.ts";
import { createSession, MAX_TIME_AHEAD, step } from "./session.ts";
import {
  COLLECTION,
  config,
  device,
  deviceHeader,
  EASY_BITS,
  mine,
  OWNER,
  ofType,
  PAYOUT,
  readNotify,
  START,
  shown,
  template,
  terms,
  UNIT,
  work,
} from "./test/fixture.ts";
import { countShare, countTime, startVardiff } from "./vardiff.ts";

const HASH_END = (1n << 256n) - 1n;
/** A share that is neither block nor claim. */
const PLAIN = { above: terms().target };

test("prevhash: words of Core's display hex in reverse order; the manual's job gives a header of difficulty 1", () => {
  // Job "bf" and its share from the Stratum manual of slushpool (the protocol's first description).
  const notify = readNotify([
    "bf",
    "4d16b6f85af6e2198f44ae2a6de67f78487ae5611b77c6c0440b921e00000000",
    "01000000010000000000000000000000000000000000000000000000000000000000000000ffffffff20020862062f503253482f04b8864e5008",
    "072f736c7573682f000000000100f2052a010000001976a914d23fcdf86f7e756a64a7a9688ef9903327048ed988ac00000000",
    [],
    "00000002",
    "1c2ac4af",
    "504e86b9",
    false,
  ]);
  const { header } = deviceHeader(notify, "08000002", {
    extranonce2: "00000001",
    ntime: "504e86ed",
    nonce: "b2957c02",
  });
  expect(shown(sha256d(header))).toBe("000000002076870fe65a2b6eeed84fa892c0db924f1482243a6247d931dcab32");
  expect(wordsReversed(wordsReversed(notify.prevHash))).toBe(notify.prevHash);
  const internal = reversed(fromHex(wordsReversed(notify.prevHash)));
  const swapped = Array.from({ length: 8 }, (_, i) => reversed(internal.subarray(4 * i, 4 * i + 4)));
  expect(toHex(concat(...swapped))).toBe(notify.prevHash);
});

test("version, nbits and ntime travel as 8 hex digits, zero padded, also when they are small", () => {
  const small = device({
    work: work({ version: 2, bits: "0200ffff".replace("0200ffff", EASY_BITS), curtime: START / 1000 }),
  });
  small.begin();
  expect(small.notify!.version).toBe("00000002");
  const early = createWork(template({ version: 1, curtime: 0x00abcdef }), { id: 1, receivedAt: START, versionMask: 0 });
  expect(early.notify.tail).toBe(`"00000001","${EASY_BITS}","00abcdef"`);
});

test("nonce and ntime in submit are the big-endian digits of numbers that stand little-endian in the header", () => {
  const miner = device();
  miner.begin();
  const share = mine(miner, {});
  miner.submit(share);
  const { header } = ofType(miner.effects, "share")[0]!;
  expect(toHex(reversed(header.subarray(68, 72)))).toBe(share.ntime);
  expect(toHex(reversed(header.subarray(76, 80)))).toBe(share.nonce);
});

test("extranonce2 is raw bytes: it stands in the coinbase as it was sent", () => {
  const miner = device();
  miner.begin();
  const share = mine(miner, { extranonce2: "0102030405060708" });
  expect(miner.submit(share).result).toBe(true);
  expect(toHex(share.coinbase)).toContain(`${miner.extranonce1}0102030405060708`);
});

test("merkle_branch: raw internal order, of txids; coinb1+en1+en2+coinb2 is the form without witness", () => {
  const fields = template({ count: 7 });
  const miner = device({ work: createWork(fields, { id: 1, receivedAt: START, versionMask: 0 }) });
  miner.begin();
  const share = mine(miner, {});
  const txids = fields.transactions.map((tx) => fromDisplay(tx.txid));
  const root = merkleRoot([sha256d(share.coinbase), ...txids]);
  expect(share.header.slice(36, 68)).toEqual(root);
  expect(share.coinbase[4]).toBe(1);
  expect(decodeTx(share.coinbase).inputs[0]!.witness).toEqual([]);
});

test("the block for the node is the segwit one, with a 32-byte zero reserved value", () => {
  const miner = device({ work: work({ count: 0 }) });
  miner.begin();
  miner.submit(mine(miner, { target: bitsToTarget(Number.parseInt(EASY_BITS, 16)) }));
  const [found] = ofType(miner.effects, "block");
  const hex = blockHex(found!.work, found!.header, found!.coinbase);
  expect(hex.slice(160, 162)).toBe("01");
  expect(hex.slice(170, 174)).toBe("0001");
  expect(hex.endsWith(`0120${"00".repeat(32)}00000000`)).toBe(true);
});

test("before segwit the coinbase has no witness; with MWEB the extension block follows behind 01", () => {
  const old = template({ count: 0 });
  delete old.default_witness_commitment;
  const plain = createWork(old, { id: 1, receivedAt: START, versionMask: 0 });
  expect(blockHex(plain, new Uint8Array(80), Uint8Array.of(1, 2, 3))).toBe(`${"00".repeat(80)}01010203`);
  const mweb = createWork({ ...old, mweb: "abcd" }, { id: 1, receivedAt: START, versionMask: 0 });
  expect(blockHex(mweb, new Uint8Array(80), Uint8Array.of(1, 2, 3)).endsWith("01abcd")).toBe(true);
});

test("the witness commitment is the node's, whatever the extranonce", () => {
  const miner = device();
  miner.begin();
  expect(miner.notify!.coinb2).toContain(`6a24aa21a9ed${"77".repeat(32)}`);
});

test("bip310: the answer is the intersection of both masks, and only for what was asked", () => {
  const miner = device();
  const ask = (params: unknown[]) => miner.send("mining.configure", params)[0]!.result;
  expect(
    ask([["version-rolling"], { "version-rolling.mask": "00ffff00", "version-rolling.min-bit-count": 2 }]),
  ).toEqual({
    "version-rolling": true,
    "version-rolling.mask": "00ffe000",
  });
  expect(ask([["minimum-difficulty"], { "minimum-difficulty.value": 4 }])).toEqual({ "minimum-difficulty": true });
  expect(ask([["subscribe-extranonce", "info", "teleport"], {}])).toEqual({
    "subscribe-extranonce": true,
    info: true,
    teleport: false,
  });
  expect(ask([[], {}])).toEqual({});
});

test("bip310: no mask means ffffffff; no common bit means no rolling; nonsense gets a text", () => {
  const ask = (parameters: unknown) =>
    device().send("mining.configure", [["version-rolling"], parameters])[0]!.result as Record<string, unknown>;
  expect(ask({})).toEqual({ "version-rolling": true, "version-rolling.mask": "1fffe000" });
  expect(ask(undefined)).toEqual({ "version-rolling": true, "version-rolling.mask": "1fffe000" });
  expect(ask({ "version-rolling.mask": "00000fff" })).toEqual({ "version-rolling": false });
  expect(ask({ "version-rolling.mask": "fff" })["version-rolling"]).toBe("version-rolling.mask is not 8 hex digits");
  expect(device().send("mining.configure", ["version-rolling"])[0]!.error![0]).toBe(20);
});

test("bip310: nVersion = (job & ~mask) | (bits & mask), and without version bits the job's own", () => {
  const miner = device();
  miner.send("mining.configure", [["version-rolling"], { "version-rolling.mask": "1fffe000" }]);
  miner.begin();
  expect(miner.submit(mine(miner, { bits: "1fffe000", version: "3fffe000" })).result).toBe(true);
  expect(miner.submit(mine(miner, { bits: "00000000", version: "20000000" })).result).toBe(true);
  expect(miner.submit(mine(miner, { extranonce2: "11".repeat(8) })).result).toBe(true);
});

test("bip310: set_version_mask is valid at once, also for the present job", () => {
  const miner = device();
  miner.send("mining.configure", [["version-rolling"], { "version-rolling.mask": "ffffffff" }]);
  miner.begin();
  const share = mine(miner, { bits: "00004000", version: "20004000" });
  const { replies } = step(miner.session, { type: "version-mask", mask: 0x00006000 });
  expect(replies).toEqual(['{"id":null,"method":"mining.set_version_mask","params":["00006000"]}']);
  expect(miner.submit(mine(miner, { bits: "00008000", version: "20008000" })).error![0]).toBe(20);
  expect(miner.submit(share).result).toBe(true);
});

test("ESP-Miner submits rolled XOR job version: the job's version has no bit inside the mask, so both readings agree", () => {
  // A BIP9 signal on bit 13 in the template.
  const miner = device({ work: work({ version: 0x20002000 }) });
  miner.send("mining.configure", [["version-rolling"], { "version-rolling.mask": "ffffffff" }], 1);
  miner.begin();
  const jobVersion = Number.parseInt(miner.notify!.version, 16);
  expect(jobVersion & DEFAULT_VERSION_MASK).toBe(0);
  const rolled = 0x20006000;
  const bits = ((rolled ^ jobVersion) >>> 0).toString(16).padStart(8, "0");
  expect(miner.submit(mine(miner, { bits, version: rolled.toString(16) })).result).toBe(true);
});

test("bip323: the mask can be widened to 1fffffe0", () => {
  const miner = device({ config: config({ versionMask: 0x1fffffe0 }) });
  const [reply] = miner.send("mining.configure", [["version-rolling"], { "version-rolling.mask": "ffffffff" }]);
  expect(reply!.result).toMatchObject({ "version-rolling.mask": "1fffffe0" });
});

test("ntime: from mintime to 7,000 s ahead of our clock, and of the node's where that is behind", () => {
  const miner = device();
  miner.begin();
  const at = (seconds: number) => (START / 1000 + seconds).toString(16);
  expect(miner.submit(mine(miner, { ntime: at(-600) })).result).toBe(true);
  expect(miner.submit(mine(miner, { ntime: at(127) })).result).toBe(true);
  expect(miner.submit(mine(miner, { ntime: at(MAX_TIME_AHEAD) })).result).toBe(true);
  miner.now += 60_000;
  expect(miner.submit(mine(miner, { ntime: at(MAX_TIME_AHEAD + 60) })).result).toBe(true);
  const behind = device({ work: work({ curtime: START / 1000 - 300 }) });
  behind.begin();
  expect(behind.submit(mine(behind, { ntime: at(MAX_TIME_AHEAD) })).error).toEqual([20, "ntime out of range", null]);
});

test("nonce 0 is legal, and so is ffffffff", () => {
  // Every hash is a share here, so that the two ends of the range can be tried.
  const miner = device({ config: config({ startDifficulty: 1 / 16 }), terms: [] });
  miner.begin();
  const share = mine(miner, { target: HASH_END });
  expect(miner.submit({ ...share, nonce: "00000000" }).result).toBe(true);
  expect(miner.submit({ ...share, nonce: "ffffffff" }).result).toBe(true);
});

test("difficulty 1 is the target 0xffff * 2^208; scrypt's is 65,536 times easier", () => {
  expect(MAX_TARGET_DIFFICULTY_1).toBe(26959535291011309493156476344723991336010898738574164086137773096960n);
  expect(targetOfDifficulty(1, MAX_TARGET_DIFFICULTY_1 << 16n)).toBe(MAX_TARGET_DIFFICULTY_1 << 16n);
});

test("the block test compares whole integers: a hash one above the chain's target is no block", () => {
  const miner = device();
  miner.begin();
  const share = mine(miner, { target: bitsToTarget(Number.parseInt(EASY_BITS, 16)) });
  const number = BigInt(`0x${shown(share.hash)}`);
  for (const [target, blocks] of [
    [number, 1],
    [number - 1n, 0],
  ] as const) {
    const exact = device({ work: { ...work(), target } });
    exact.begin();
    exact.submit(share);
    expect(ofType(exact.effects, "block")).toHaveLength(blocks);
  }
});

test("a difficulty counts from the next job: shares of the job before need the old one only", () => {
  const miner = device();
  miner.begin();
  const before = miner.notify!;
  miner.send("mining.configure", [["minimum-difficulty"], { "minimum-difficulty.value": 2 }]);
  expect(miner.difficulty).toBe(2);
  expect(miner.notify!.id).not.toBe(before.id);
  const easy = { target: targetOfDifficulty(1, UNIT), above: targetOfDifficulty(2, UNIT) };
  expect(miner.submit(mine(miner, { ...easy, notify: before })).result).toBe(true);
  expect(miner.submit(mine(miner, easy)).error![0]).toBe(23);
  expect(ofType(miner.effects, "share").map((share) => share.credited)).toEqual([1]);
});

test("a miner that uses a lower difficulty at once is not refused on the job before", () => {
  const miner = device({ config: config({ startDifficulty: 4 }) });
  miner.begin();
  const before = miner.notify!;
  miner.send("mining.suggest_difficulty", [1]);
  const share = mine(miner, {
    notify: before,
    target: targetOfDifficulty(1, UNIT),
    above: targetOfDifficulty(4, UNIT),
  });
  expect(miner.submit(share).result).toBe(true);
  expect(ofType(miner.effects, "share")[0]!.credited).toBe(1);
});

test("set_difficulty is never 0, and fractions are sent as such", () => {
  const miner = device({ config: config({ startDifficulty: 0.00015 }) });
  miner.begin();
  expect(miner.lines).toContain('{"id":null,"method":"mining.set_difficulty","params":[0.00015]}');
  for (const wish of [0, -1, "0", "", "abc", null, [], Number.MAX_VALUE]) {
    expect(miner.send("mining.suggest_difficulty", [wish])[0]!.error![0]).toBe(20);
  }
  miner.send("mining.suggest_difficulty", [1e-30]);
  expect(miner.difficulty).toBe(1e-6);
});

test("duplicates go by the header's hash: letter case cannot make two shares of one", () => {
  const miner = device();
  miner.begin();
  const share = mine(miner, { extranonce2: "aabbccddeeff0011" });
  expect(miner.submit(share).result).toBe(true);
  expect(miner.submit({ ...share, extranonce2: "AABBCCDDEEFF0011" }).error![0]).toBe(22);
  expect(miner.submit({ ...share, nonce: share.nonce.toUpperCase(), ntime: share.ntime.toUpperCase() }).error![0]).toBe(
    22,
  );
});

test("duplicates: the same nonce with another rolled version is another share", () => {
  const miner = device({ config: config({ startDifficulty: 1 / 16 }), terms: [] });
  miner.send("mining.configure", [["version-rolling"], {}]);
  miner.begin();
  const share = mine(miner, { target: HASH_END, bits: "00000000" });
  expect(miner.submit(share).result).toBe(true);
  expect(miner.submit({ ...share, bits: "00002000" }).result).toBe(true);
  expect(miner.submit({ ...share, bits: "00002000" }).error![0]).toBe(22);
});

test("duplicates are known until their job ends, not until the next notify", () => {
  const miner = device();
  miner.begin();
  const share = mine(miner, {});
  miner.submit(share);
  miner.event({ type: "work", work: work({ id: 2 }) });
  miner.event({ type: "work", work: work({ id: 3 }) });
  expect(miner.submit(share).error![0]).toBe(22);
});

test("every refusal has the form [code, text, null] beside a null result", () => {
  const miner = device();
  const [line] = step(miner.session, {
    type: "line",
    line: '{"id":9,"method":"mining.submit","params":[]}',
    now: START,
  }).replies;
  expect(JSON.parse(line!)).toEqual({
    id: 9,
    result: null,
    error: [25, "Not subscribed: send mining.subscribe first", null],
  });
});

test("clean_jobs is true for a new tip only: not for a new template, a new difficulty or a new round", () => {
  const miner = device();
  miner.begin();
  const clean = () => miner.notify!.clean;
  expect(clean()).toBe(true);
  miner.event({ type: "work", work: work({ id: 2 }) });
  expect(clean()).toBe(false);
  miner.send("mining.suggest_difficulty", [2]);
  expect(clean()).toBe(false);
  miner.event({ type: "terms", terms: [terms({ round: 4 })] });
  expect(clean()).toBe(false);
  miner.event({ type: "work", work: work({ id: 3, tip: 2 }) });
  expect(clean()).toBe(true);
});

test("request ids are not unique and not always numbers: each answer has the id as given", () => {
  const miner = device();
  miner.begin();
  const first = mine(miner, PLAIN);
  const second = mine(miner, { ...PLAIN, from: Number.parseInt(first.nonce, 16) + 1 });
  // minerd sends every submit with id 4.
  expect(miner.submit(first, 4)).toMatchObject({ id: 4, result: true });
  expect(miner.submit(second, 4)).toMatchObject({ id: 4, result: true });
  const echo = (id: string) =>
    step(miner.session, { type: "line", line: `{"id":${id},"method":"mining.ping"}`, now: START });
  for (const id of ['"abc"', "null", "1.5", "-3", '{"a":[1]}', "12345678901234567890", '"\\u0000"']) {
    expect(echo(id).replies).toEqual([`{"id":${id},"result":"pong","error":null}`]);
  }
  expect(step(miner.session, { type: "line", line: '{"method":"mining.ping"}', now: START }).replies[0]).toContain(
    '"id":null',
  );
});

test("suggest_difficulty comes as a number or as a text, before or after authorize", () => {
  const early = device();
  early.send("mining.suggest_difficulty", [2]);
  early.begin();
  expect(early.difficulty).toBe(2);
  const text = device();
  text.begin();
  expect(text.send("mining.suggest_difficulty", ["3.000000"])[0]!.result).toBe(true);
  expect(text.difficulty).toBe(3);
});

test("order is not fixed: authorize, suggest and configure before subscribe; the first notify waits for both", () => {
  const miner = device();
  miner.send("mining.authorize", [`${PAYOUT}.rig`, "x"], 1);
  miner.send("mining.suggest_difficulty", [2], 2);
  expect(miner.notify).toBeUndefined();
  miner.send("mining.subscribe", [], 3);
  expect(miner.notify).toBeDefined();
  miner.send("mining.configure", [["version-rolling"], {}], 4);
  expect(miner.submit(mine(miner, { bits: "00002000", version: "20002000" })).result).toBe(true);
});

test("several lines in one packet, one line in several packets", () => {
  const buffer = lineBuffer();
  const bytes = (text: string) => Uint8Array.from(Buffer.from(text));
  expect(splitLines(buffer, bytes('{"id":1}\r\n{"id":2}\n{"i')).lines).toEqual(['{"id":1}', '{"id":2}']);
  expect(splitLines(buffer, bytes('d":')).lines).toEqual([]);
  expect(splitLines(buffer, bytes("3}\n\n \n")).lines).toEqual(['{"id":3}']);
});

test("vardiff: 10 shares in 10 s bring the first step, at most four times harder", () => {
  const state = startVardiff(1, 0);
  const changes = Array.from({ length: 10 }, (_, i) => countShare(state, 1, (i + 1) * 1000, { difficulty: 1e9 }));
  expect(changes.slice(0, 9).every((change) => change === undefined)).toBe(true);
  expect(changes[9]).toBe(4);
});

test("vardiff: a device that never sent a share is never eased, one that went quiet is", () => {
  const fresh = startVardiff(64, 0);
  expect(countTime(fresh, 3_600_000, { difficulty: 1e9 })).toBeUndefined();
  countShare(fresh, 64, 3_600_000, { difficulty: 1e9 });
  expect(countTime(fresh, 3_660_000, { difficulty: 1e9 })).toBeLessThan(64);
});

test("vardiff: never harder than the chain or the collection, unless that were over two shares a second", () => {
  const settle = (rate: number, ceiling: number) => {
    const state = startVardiff(1, 0);
    let now = 0;
    for (let i = 0; i < 500; i++) {
      now += (1000 * state.difficulty) / rate;
      countShare(state, state.difficulty, now, { difficulty: ceiling });
    }
    return state.difficulty;
  };
  // One difficulty-1 share a second wants 10; the ceiling of 3 gives a share in 3 s, which is allowed.
  expect(settle(1, 3)).toBeCloseTo(3, 5);
  expect(settle(1, 100)).toBeGreaterThan(7);
  // 100 a second under a ceiling of 3 would be 33 shares a second: two it is, at difficulty 50.
  expect(settle(100, 3)).toBeGreaterThan(35);
  expect(settle(100, 3)).toBeLessThan(75);
});

test("vardiff: never below what minimum-difficulty or d= asks", () => {
  const miner = device();
  miner.send("mining.configure", [["minimum-difficulty"], { "minimum-difficulty.value": 5 }]);
  miner.begin();
  expect(miner.difficulty).toBe(5);
  miner.send("mining.suggest_difficulty", [1]);
  expect(miner.difficulty).toBe(5);
  const password = device();
  password.begin("d=7.5");
  expect(password.difficulty).toBe(7.5);
  password.send("mining.configure", [["minimum-difficulty"], { "minimum-difficulty.value": 2 }]);
  expect(password.session.vardiff.minimum).toBe(7.5);
});

test("vardiff: a chain or a round that becomes easier lowers the difficulty at once, so that nothing is lost", () => {
  const miner = device({ config: config({ startDifficulty: 8 }) });
  miner.begin();
  expect(miner.difficulty).toBe(8);
  const easier = targetOfDifficulty(2, UNIT);
  miner.event({ type: "terms", terms: [terms({ round: 4, target: easier })] });
  expect(targetOfDifficulty(miner.difficulty!, UNIT)).toBeGreaterThanOrEqual(easier);
  expect(miner.difficulty).toBeCloseTo(difficultyOfTarget(easier, UNIT), 2);
});

test("extranonce1 is unique per connection, extranonce2 has 4 to 8 bytes; a second subscribe gets fresh ones", () => {
  const shared = config();
  const one = device({ config: shared });
  const two = device({ config: shared });
  one.begin();
  two.begin();
  expect(one.extranonce1).toMatch(/^[0-9a-f]{8}$/);
  expect(one.extranonce1).not.toBe(two.extranonce1);
  expect(one.extranonce2Size).toBe(8);
  const before = { nonce: one.extranonce1, job: one.notify!.id };
  one.send("mining.subscribe", ["again/1.0"]);
  expect(one.extranonce1).not.toBe(before.nonce);
  expect(one.notify).toMatchObject({ clean: true });
  expect(one.submit({ ...mine(one, {}), job: before.job }).error![0]).toBe(21);
  expect(one.submit(mine(one, {})).result).toBe(true);
});

test("bip34: heights 1 to 16 are OP_1 to OP_16 in the coinbase of the job", () => {
  const miner = device({ work: work({ height: 7 }) });
  miner.begin();
  const script = decodeTx(mine(miner, {}).coinbase).inputs[0]!.script;
  expect(script[0]).toBe(0x57);
  expect(script.length).toBeLessThanOrEqual(100);
  expect(bip34Height(7)).toEqual(Uint8Array.of(0x57));
});

test("dialogue of minerd 2.5.1: subscribe 1, authorize 2, every submit 4", () => {
  const miner = device();
  const said: string[] = [];
  const say = (line: string) => {
    said.push(...miner.raw(line).map((reply) => reply.method ?? `answer ${reply.id}`));
  };
  say('{"id": 1, "method": "mining.subscribe", "params": ["cpuminer/2.5.1"]}');
  say(`{"id": 2, "method": "mining.authorize", "params": ["${PAYOUT}", "x"]}`);
  expect(said).toEqual(["answer 1", "answer 2", "mining.set_difficulty", "mining.notify"]);
  const share = mine(miner, {});
  say(
    `{"method": "mining.submit", "params": ["${PAYOUT}", "${share.job}", "${share.extranonce2}", "${share.ntime}", "${share.nonce}"], "id":4}`,
  );
  expect(said.at(-1)).toBe("answer 4");
  expect(ofType(miner.effects, "share")).toHaveLength(1);
});

test("dialogue of cpuminer-opt: a text as suggestion, with the id of another request, and its keepalive of half", () => {
  const miner = device({ config: config({ startDifficulty: 4 }) });
  miner.raw('{"id": 1, "method": "mining.subscribe", "params": ["cpuminer-opt-26.1-x64L"]}');
  miner.raw('{"id": 3, "method": "mining.extranonce.subscribe", "params": []}');
  miner.raw(`{"id": 2, "method": "mining.authorize", "params": ["${PAYOUT}.opt", "x"]}`);
  expect(miner.raw('{"id": 1, "method": "mining.suggest_difficulty", "params": ["2.000000"]}')[0]).toMatchObject({
    id: 1,
    result: true,
  });
  expect(miner.difficulty).toBe(2);
  miner.now += 240_000;
  miner.raw('{"id": 1, "method": "mining.suggest_difficulty", "params": ["1.000000"]}');
  expect(miner.difficulty).toBe(1);
});

test("dialogue of ESP-Miner: configure, subscribe, authorize, suggest, extranonce, all before any answer is read", () => {
  const miner = device();
  const replies = [
    '{"id": 1, "method": "mining.configure", "params": [["version-rolling"], {"version-rolling.mask": "ffffffff"}]}',
    '{"id": 2, "method": "mining.subscribe", "params": ["bitaxe/BM1368/v2.4.0-6-g04d027b"]}',
    `{"id": 3, "method": "mining.authorize", "params": ["${PAYOUT}.bitaxe", "c=${COLLECTION},to=${OWNER}"]}`,
    '{"id": 4, "method": "mining.suggest_difficulty", "params": [1000]}',
    '{"id": 5, "method": "mining.extranonce.subscribe", "params": []}',
  ].flatMap((line) => miner.raw(line));
  expect(replies.filter((reply) => reply.method === undefined).map((reply) => [reply.id, reply.error])).toEqual([
    [1, null],
    [2, null],
    [3, null],
    [4, null],
    [5, null],
  ]);
  const jobVersion = Number.parseInt(miner.notify!.version, 16);
  const bits = ((0x21ffe000 ^ jobVersion) >>> 0).toString(16).padStart(8, "0");
  const share = mine(miner, { bits, version: "21ffe000" });
  expect(miner.submit({ ...share, user: `${PAYOUT}.bitaxe` }, 6).result).toBe(true);
});

test("dialogue of NerdMiner: 0.00015 suggested every 30 s is a keepalive, not a wish", () => {
  const miner = device({
    config: config({ unit: MAX_TARGET_DIFFICULTY_1 }),
    work: work({ bits: "1d00ffff" }),
    terms: [],
  });
  miner.raw('{"id": 1, "method": "mining.subscribe", "params": ["NerdMinerV2/V1.8.3"]}');
  miner.raw(`{"id": 2, "method": "mining.authorize", "params": ["${PAYOUT}.nerd", "x"]}`);
  miner.raw('{"id": 3, "method": "mining.suggest_difficulty", "params": [0.00015]}');
  expect(miner.difficulty).toBe(0.00015);
  const lines = miner.lines.length;
  for (let i = 0; i < 20; i++) {
    miner.now += 30_000;
    expect(miner.raw('{"id": 4, "method": "mining.suggest_difficulty", "params": [0.00015]}')).toHaveLength(1);
  }
  expect(miner.lines.length).toBe(lines + 20);
});

test("dialogue of an Antminer: configure with a bit count, subscribe with a session id, several submits in one packet", () => {
  const session = createSession(config(), { now: START, work: work(), terms: [] });
  const miner = device({ terms: [] });
  const buffer = lineBuffer();
  const packet = Uint8Array.from(
    Buffer.from(
      `${[
        '{"id":2,"method":"mining.configure","params":[["version-rolling"],{"version-rolling.min-bit-count":16,"version-rolling.mask":"00c00000"}]}',
        '{"id":0,"method":"mining.subscribe","params":["bmminer/2.0.0/Antminer S19/430","deadbeef"]}',
        `{"id":1,"method":"mining.authorize","params":["${PAYOUT}.s19","123"]}`,
      ].join("\n")}\n`,
    ),
  );
  const replies = splitLines(buffer, packet).lines.flatMap((line) => miner.raw(line!));
  // Fewer bits than it wants: it may work on with those (BIP 310), and the connection stays.
  expect(replies[0]!.result).toEqual({ "version-rolling": true, "version-rolling.mask": "00c00000" });
  expect(replies.map((reply) => reply.method ?? reply.id)).toEqual([2, 0, 1, "mining.set_difficulty", "mining.notify"]);
  const share = mine(miner, { bits: "00400000", version: "20400000" });
  expect(miner.submit({ ...share, user: `${PAYOUT}.s19` }, 7).result).toBe(true);
  expect(session.closed).toBe(false);
});
