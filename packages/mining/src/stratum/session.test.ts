import { toHex } from "@carrara/base/bytes";
import { expect, test } from "vitest";
import { addressOfScript } from "../address.ts";
import { decodeBlock } from "../block.ts";
import { verifyClaim } from "../claim.ts";
import { sha256d } from "../hash.ts";
import { bitsToTarget, hashToNumber, targetOfDifficulty } from "../target.ts";
import { decodeTx } from "../transaction.ts";
import { blockHex } from "./job.ts";
import { MAX_FAULTS, MAX_JOBS, MAX_SHARES_PER_JOB, MAX_TIME_AHEAD, step } from "./session.ts";
import {
  COLLECTION,
  config,
  device,
  EASY_BITS,
  mine,
  OTHER_COLLECTION,
  OTHER_PAYOUT,
  OWNER,
  ofType,
  PAYOUT,
  START,
  terms,
  UNIT,
  work,
} from "./test/fixture.ts";

const CHAIN = bitsToTarget(Number.parseInt(EASY_BITS, 16));
const CLAIM = terms().target;
const SHARE = targetOfDifficulty(1, UNIT);
const RECIPIENT = `0x${"ab".repeat(20)}`;

test("a share is answered true, and tells hash, header, difficulty and rarity", () => {
  const miner = device();
  miner.begin();
  const share = mine(miner, { above: CLAIM });
  expect(miner.submit(share)).toEqual({ id: 4, result: true, error: null });
  const [effect] = ofType(miner.effects, "share");
  expect(effect).toMatchObject({ credited: 1, isBlock: false, isClaim: false, height: 900_000, time: START });
  expect(effect!.worker).toEqual({ user: `${PAYOUT}.rig`, address: PAYOUT, worker: "rig" });
  expect(effect!.hash).toEqual(share.hash);
  expect(effect!.header).toEqual(share.header);
  expect(effect!.difficulty).toBeGreaterThanOrEqual(1);
  expect(effect!.rarity).toBeCloseTo(256 - Math.log2(Number(hashToNumber(share.hash))), 6);
});

test("a block is given with its rolled header, and its bytes decode to a whole block that pays the worker", () => {
  const miner = device();
  miner.send("mining.configure", [["version-rolling"], { "version-rolling.mask": "ffffffff" }]);
  miner.begin();
  const share = mine(miner, { target: CHAIN, bits: "00002000", version: "20002000" });
  expect(miner.submit(share).result).toBe(true);
  const [found] = ofType(miner.effects, "block");
  expect(found!.header).toEqual(share.header);
  const hex = blockHex(found!.work, found!.header, found!.coinbase);
  expect(hex.startsWith(toHex(share.header))).toBe(true);
  // The fixture's other transactions are random bytes, so only the front of the block is read as Bitcoin.
  const coinbase = decodeTx(Uint8Array.from(found!.coinbase));
  expect(addressOfScript(coinbase.outputs[0]!.script, "mainnet")).toBe(PAYOUT);
  expect(coinbase.outputs[0]!.value).toBe(312_500_000n);
  expect(sha256d(found!.coinbase)).toEqual(sha256d(share.coinbase));
});

test("a block without other transactions decodes, with the witness reserved value of BIP 141", () => {
  const miner = device({ work: work({ count: 0 }) });
  miner.begin();
  miner.submit(mine(miner, { target: CHAIN }));
  const [found] = ofType(miner.effects, "block");
  const bytes = Uint8Array.from(Buffer.from(blockHex(found!.work, found!.header, found!.coinbase), "hex"));
  const block = decodeBlock(bytes);
  expect(block.txs).toHaveLength(1);
  expect(block.txs[0]!.inputs[0]!.witness).toEqual([new Uint8Array(32)]);
  expect(block.header.version).toBe(0x20000000);
});

test("a claim holds what the contract wants: the plain twin of its check takes it", () => {
  const miner = device();
  miner.begin(`to=${RECIPIENT}`);
  miner.submit(mine(miner, { target: CLAIM }));
  const [claim] = ofType(miner.effects, "claim");
  expect(claim!.terms.round).toBe(3);
  expect(claim!.recipient).toBe(RECIPIENT);
  const verdict = verifyClaim({
    ...claim!,
    chainId: claim!.terms.chainId,
    collection: claim!.terms.collection,
    anchor: claim!.terms.anchor,
    target: claim!.terms.target,
  });
  expect(verdict).toMatchObject({ ok: true, tokenId: hashToNumber(claim!.hash) });
});

test("without options the node's open collection and its owner are meant", () => {
  const miner = device();
  miner.begin("x");
  miner.submit(mine(miner, { target: CLAIM }));
  const [claim] = ofType(miner.effects, "claim");
  expect(claim!.terms.collection).toBe(COLLECTION);
  expect(claim!.recipient).toBe(OWNER);
});

test("c= chooses another open collection; one that is not open is refused with the mend", () => {
  const open = [terms(), terms({ collection: OTHER_COLLECTION, round: 9 })];
  const miner = device({ terms: open });
  miner.begin(`c=${OTHER_COLLECTION},to=${RECIPIENT}`);
  miner.submit(mine(miner, { target: CLAIM }));
  expect(ofType(miner.effects, "claim")[0]!.terms.round).toBe(9);

  const lost = device();
  lost.send("mining.subscribe", []);
  const [reply] = lost.send("mining.authorize", [PAYOUT, `c=${OTHER_COLLECTION}`]);
  expect(reply!.error).toEqual([
    24,
    `The collection ${OTHER_COLLECTION} is not open here: leave c= out to mine for the node's own`,
    null,
  ]);
});

test("a share of a scrypt chain is never a claim, and its jobs carry no commitment", () => {
  const miner = device({ config: config({ proofOfWork: sha256d }) });
  miner.begin();
  miner.submit(mine(miner, { target: CLAIM }));
  expect(ofType(miner.effects, "share")[0]!.isClaim).toBe(false);
  expect(ofType(miner.effects, "claim")).toEqual([]);
  expect(miner.notify!.coinb2).not.toContain("43415252");
});

test("with no open collection the pool mines on, without a commitment", () => {
  const miner = device({ terms: [] });
  miner.begin();
  expect(miner.notify!.coinb2).not.toContain("43415252");
  expect(miner.submit(mine(miner, {})).result).toBe(true);
});

test("error 20: unknown methods, with their name", () => {
  const miner = device();
  expect(miner.send("mining.dance", [], 7)).toEqual([
    { id: 7, result: null, error: [20, 'Unknown method "mining.dance"', null] },
  ]);
});

test("error 20: lines that are no requests; the connection lives until the eighth", () => {
  const miner = device();
  const bad = ["nonsense", "[]", "42", '"x"', '{"id":1}', '{"id":1,"method":7}', '{"id":1,"method":"x","params":{}}'];
  for (const line of bad) expect(miner.raw(line)[0]!.error![0]).toBe(20);
  miner.begin();
  expect(miner.submit(mine(miner, {})).result).toBe(true);
  expect(step(miner.session, { type: "line", line: null, now: START }).replies[0]).toContain("not UTF-8");
  expect(bad.length + 1).toBe(MAX_FAULTS);
  expect(miner.session.closed).toBe(true);
  expect(miner.raw('{"id":1,"method":"mining.ping"}')).toEqual([]);
});

test("a line that is too long is answered with 20 and closes the connection", () => {
  const miner = device();
  const { replies, effects } = step(miner.session, { type: "too-long", now: START });
  expect(replies[0]).toContain("[20,");
  expect(effects).toEqual([{ type: "close", reason: "a line longer than 8192 bytes" }]);
});

test("error 21: a job that never was, and a job of the tip before", () => {
  const miner = device();
  miner.begin();
  const share = mine(miner, { above: CLAIM });
  expect(miner.submit({ ...share, job: "ffff" }).error).toEqual([21, "Job not found", null]);
  miner.event({ type: "work", work: work({ id: 2, tip: 2 }) });
  expect(miner.submit(share).error).toEqual([21, "Stale: the chain has a new tip", null]);
  expect(ofType(miner.effects, "rejected").map((each) => each.code)).toEqual([21, 21]);
});

test("a stale share that meets the collection's target is refused to the miner but kept as a claim, once", () => {
  const miner = device();
  miner.begin();
  const share = mine(miner, { target: CLAIM });
  miner.event({ type: "work", work: work({ id: 2, tip: 2 }) });
  expect(miner.submit(share).error![0]).toBe(21);
  expect(miner.submit(share).error![0]).toBe(22);
  expect(ofType(miner.effects, "claim")).toHaveLength(1);
  miner.now += 31_000;
  miner.event({ type: "tick" });
  expect(miner.submit(share).error).toEqual([21, "Job not found", null]);
});

test("error 22: the same header twice", () => {
  const miner = device();
  miner.begin();
  const share = mine(miner, {});
  expect(miner.submit(share).result).toBe(true);
  expect(miner.submit(share).error).toEqual([22, "Duplicate share", null]);
});

test("error 23: a share above its target", () => {
  const miner = device();
  miner.begin();
  expect(miner.submit(mine(miner, { above: SHARE, target: (1n << 256n) - 1n })).error).toEqual([
    23,
    "Low difficulty share",
    null,
  ]);
});

test("error 24: a worker that was not authorised, on a connection that is", () => {
  const miner = device();
  miner.begin();
  expect(miner.submit({ ...mine(miner, {}), user: `${PAYOUT}.stranger` }).error![0]).toBe(24);
});

test("error 25: a submit before subscribe", () => {
  const miner = device();
  miner.send("mining.authorize", [PAYOUT, "x"]);
  expect(miner.send("mining.submit", [PAYOUT, "1", "00", "00000000", "00000000"])[0]!.error![0]).toBe(25);
});

test.each([
  ["extranonce2 too short", { extranonce2: "00" }, "extranonce2 is not 16 hex digits"],
  ["extranonce2 too long", { extranonce2: "00".repeat(9) }, "extranonce2 is not 16 hex digits"],
  ["extranonce2 not hex", { extranonce2: "zz".repeat(8) }, "extranonce2 is not 16 hex digits"],
  ["ntime too short", { ntime: "6b0f" }, "ntime is not 8 hex digits"],
  ["ntime with 0x", { ntime: "0x6b0f00" }, "ntime is not 8 hex digits"],
  ["nonce too long", { nonce: "0000000000" }, "nonce is not 8 hex digits"],
  ["nonce not hex", { nonce: "0000000g" }, "nonce is not 8 hex digits"],
  ["version bits too short", { bits: "2000" }, "The version bits are not 8 hex digits"],
  ["version bits never asked for", { bits: "00002000" }, "The version bits go beyond the mask 00000000"],
  ["ntime before mintime", { ntime: ((START / 1000 - 601) >>> 0).toString(16) }, "ntime out of range"],
  ["ntime too far ahead", { ntime: (START / 1000 + MAX_TIME_AHEAD + 1).toString(16) }, "ntime out of range"],
])("error 20: %s", (_name, change, text) => {
  const miner = device();
  miner.begin();
  const share = mine(miner, {});
  expect(miner.submit({ ...share, ...change }).error).toEqual([20, text, null]);
  expect(miner.submit(share).result).toBe(true);
});

test.each([
  ["too few", ["u", "1", "00"]],
  ["numbers", [1, 2, 3, 4, 5]],
  ["null", [null, null, null, null, null]],
  ["objects", [{}, {}, {}, {}, {}]],
  ["a number as version bits", [`${PAYOUT}.rig`, "1", "00".repeat(8), "00000000", "00000000", 5]],
])("error 20: submit parameters of the wrong type (%s)", (_name, params) => {
  const miner = device();
  miner.begin();
  expect(miner.send("mining.submit", params)[0]!.error![0]).toBe(20);
});

test("version bits beyond the agreed mask are refused, those inside it taken", () => {
  const miner = device();
  miner.send("mining.configure", [["version-rolling"], { "version-rolling.mask": "00006000" }]);
  miner.begin();
  const bad = mine(miner, { bits: "00008000", version: "20008000" });
  expect(miner.submit(bad).error).toEqual([20, "The version bits go beyond the mask 00006000", null]);
  expect(miner.submit(mine(miner, { bits: "00006000", version: "20006000" })).result).toBe(true);
});

test.each([
  ["an unknown address", "hello", "x", "is not an address of Bitcoin or Litecoin"],
  ["a mistyped address", `${PAYOUT.slice(0, -1)}5`, "x", "typing error"],
  ["an empty name", "", "x", "The user name is empty"],
  ["a worker name with a line break", `${PAYOUT}.a\nb`, "x", "cannot be used"],
  ["a worker name that is too long", `${PAYOUT}.${"a".repeat(65)}`, "x", "cannot be used"],
  ["a recipient that is none", PAYOUT, "to=me", "to=me is not an Ethereum address"],
  ["a collection that is none", PAYOUT, "c=0x12", "c=0x12 is not an Ethereum address"],
  ["a difficulty of 0", PAYOUT, "d=0", "d=0 is not a difficulty"],
  ["a difficulty of hex", PAYOUT, "d=0x10", "d=0x10 is not a difficulty"],
])("authorize refuses %s with 24, saying why", (_name, user, password, why) => {
  const miner = device();
  miner.send("mining.subscribe", []);
  const [reply] = miner.send("mining.authorize", [user, password]);
  expect(reply!.error![0]).toBe(24);
  expect(reply!.error![1]).toContain(why);
  expect(miner.notify).toBeUndefined();
});

test("unknown password options do not refuse a miner; they are told to the owner", () => {
  const miner = device();
  miner.begin("x,zip=7, d = 2 ,");
  expect(ofType(miner.effects, "authorized")[0]!.unknownOptions).toEqual(["zip=7"]);
  expect(miner.difficulty).toBe(2);
});

test("one payout and one recipient per connection: a second authorize with another is refused (24)", () => {
  const miner = device();
  miner.begin("x");
  const code = (user: string, password: string) => miner.send("mining.authorize", [user, password])[0]!;
  expect(code(`${OTHER_PAYOUT}.rig`, "x").error![0]).toBe(24);
  expect(code(`${PAYOUT}.rig2`, `to=${RECIPIENT}`).error![0]).toBe(24);
  expect(code(`${PAYOUT}.rig2`, "x").result).toBe(true);
  expect(code(`${PAYOUT}.rig3`, `to=${OWNER},c=${COLLECTION}`).result).toBe(true);
  expect(miner.submit({ ...mine(miner, {}), user: `${PAYOUT}.rig2` }).result).toBe(true);
});

test("several jobs live at once, the oldest is dropped, and no header of one is a header of another", () => {
  const miner = device();
  miner.begin();
  const first = miner.notify!;
  const early = mine(miner, { notify: first });
  for (let i = 2; i <= MAX_JOBS; i++) miner.event({ type: "work", work: work({ id: i }) });
  const late = mine(miner, {});
  expect(late.hash).not.toEqual(early.hash);
  expect(miner.submit(late).result).toBe(true);
  expect(miner.submit(early).result).toBe(true);
  miner.event({ type: "work", work: work({ id: 99 }) });
  expect(miner.session.jobs.size).toBe(MAX_JOBS);
  expect(miner.submit(early).error![0]).toBe(21);
});

test("the duplicate test is bounded: a job ends after its shares, its successor was sent long before", () => {
  const miner = device({ config: config({ startDifficulty: 1e-6 }), terms: [] });
  // Six hashes a share whatever the difficulty says: the vardiff is held by a device that never comes to rest.
  miner.begin();
  const first = miner.notify!;
  const seen = miner.session.jobs.get(first.id)!.seen;
  for (let i = 0; i < MAX_SHARES_PER_JOB; i++) seen.add(String(i));
  const share = mine(miner, { notify: first });
  expect(miner.submit(share).error).toEqual([21, "Stale: this job has had all its shares, use the newest", null]);
  seen.clear();
  for (let i = 0; i < MAX_SHARES_PER_JOB / 2 - 1; i++) seen.add(String(i));
  expect(miner.submit(share).result).toBe(true);
  expect(miner.notify!.id).not.toBe(first.id);
});

test("a new round brings a job with the new commitment; claims of the round before are still taken, older ones not", () => {
  const miner = device();
  miner.begin();
  const old = mine(miner, { target: CLAIM });
  const older = mine(miner, { target: CLAIM, from: Number.parseInt(old.nonce, 16) + 1 });
  miner.event({ type: "terms", terms: [terms({ round: 4, anchor: new Uint8Array(32).fill(0xbb) })] });
  expect(miner.notify).toMatchObject({ clean: false });
  expect(miner.submit(old).result).toBe(true);
  expect(ofType(miner.effects, "claim").map((claim) => claim.terms.round)).toEqual([3]);
  miner.event({ type: "terms", terms: [terms({ round: 5 })] });
  expect(miner.submit(older).result).toBe(true);
  expect(ofType(miner.effects, "claim")).toHaveLength(1);
});

test("the same terms again send no job", () => {
  const miner = device();
  miner.begin();
  expect(miner.event({ type: "terms", terms: [terms()] })).toEqual([]);
});

test("while the node is down there is no job; the first one follows when it is back", () => {
  const miner = device({ work: undefined as never });
  miner.begin();
  expect(miner.notify).toBeUndefined();
  expect(miner.difficulty).toBe(1);
  miner.event({ type: "work", work: work() });
  expect(miner.notify).toMatchObject({ clean: true });
});

test("get_transactions is refused kindly, ping is answered, pong is not", () => {
  const miner = device();
  expect(miner.send("mining.get_transactions", ["1"])[0]!.error).toEqual([
    20,
    "Not served: ask your own node for the transactions of a template",
    null,
  ]);
  expect(miner.send("mining.ping", [])[0]!.result).toBe("pong");
  expect(miner.send("mining.pong", [])).toEqual([]);
  expect(miner.raw('{"id":5,"result":true,"error":null}')).toEqual([]);
});

test("multi_version of old Antminer firmware opens the version mask", () => {
  const miner = device();
  const replies = miner.send("mining.multi_version", [4]);
  expect(replies[0]!.result).toBe(true);
  expect(replies[1]).toMatchObject({ method: "mining.set_version_mask", params: ["1fffe000"] });
});

test("extranonce2 of four bytes, as some pools give it", () => {
  const miner = device({ config: config({ extranonce2Size: 4 }) });
  miner.begin();
  expect(miner.extranonce2Size).toBe(4);
  expect(miner.submit(mine(miner, { extranonce2: "01020304" })).result).toBe(true);
  expect(miner.submit(mine(miner, { extranonce2: "0102030405060708" })).error).toEqual([
    20,
    "extranonce2 is not 8 hex digits",
    null,
  ]);
});

test("a miner that authorises before it subscribes is told with its agent once it has one", () => {
  const miner = device();
  miner.send("mining.authorize", [`${PAYOUT}.rig`, "x"]);
  miner.send("mining.subscribe", ["late/1.0"]);
  expect(ofType(miner.effects, "authorized").map(({ agent }) => agent)).toEqual(["", "late/1.0"]);
});

test("a second authorize with d= before subscribe sends no job yet (found by the fuzz)", () => {
  const miner = device();
  miner.send("mining.authorize", [`${PAYOUT}.rig`, "x"]);
  expect(miner.send("mining.authorize", [`${PAYOUT}.rig`, "d=2"])).toEqual([{ id: 1, result: true, error: null }]);
  miner.send("mining.subscribe", []);
  expect(miner.difficulty).toBe(2);
});
