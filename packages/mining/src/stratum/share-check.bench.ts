/**
 * How many shares a second one core can check: a line in, its answer out, with every test that a real share gets.
 *
 * The baseline does for each share what public-pool does (benjamin-wilson/public-pool, src/models/StratumV1Client.ts,
 * MiningJob.ts, utils/difficulty.utils.ts, as read): parse, copy to an object and validate its fields, a text key made
 * of a hash, a copy of every transaction of the block, the coinbase through hex, a Buffer per merkle level, difficulty by
 * a division of big numbers. It is our own writing of those steps without its libraries (class-transformer,
 * class-validator, bitcoinjs-lib, big.js), so it is faster than public-pool itself: 2,668 shares a CPU-second at 4,000
 * transactions were measured with its own code.
 */
import { createHash } from "node:crypto";
import { seeded } from "@carrara/base/random";
import type { Bench, Row } from "../../../../tool/bench-types.ts";
import { createSha256d } from "../kernel/hasher.ts";
import { encodeUtf8, lineBuffer, splitLines } from "./line.ts";
import type { Session } from "./session.ts";
import { createSession, step } from "./session.ts";
import { config, PAYOUT, readNotify, START, terms, UNIT, work } from "./test/fixture.ts";

const COUNTS = [0, 100, 1000, 4000];
const SHARES = 2000;
const PEER_SHARES = 500;
const WINDOWS = 7;

export const bench: Bench = {
  name: "share-check",
  about: "full share checks per CPU-second, line in to reply out, by transactions in the template",
  async *run(args) {
    const wanted = COUNTS.filter((count) => args.length === 0 || args.includes(`${count}-tx`));
    for (const count of wanted) yield* measure(count);
  },
};

function* measure(count: number): Generator<Row> {
  const ours: number[] = [];
  const theirs: number[] = [];
  for (let i = 0; i < WINDOWS; i++) {
    ours.push(ownWindow(count, i));
    theirs.push(peerWindow(count, i));
  }
  const base = median(theirs);
  const value = median(ours);
  const name = `share-check/${count}-tx`;
  yield {
    name: `${name}-public-pool-steps`,
    value: Math.round(base),
    unit: "shares/CPU-s",
    note: "the same work per share as public-pool, re-written",
  };
  yield {
    name,
    value: Math.round(value),
    unit: "shares/CPU-s",
    baseline: `${name}-public-pool-steps`,
    ratio: Number((value / base).toFixed(2)),
    note: `median of ${WINDOWS} windows of ${SHARES} shares, the generated WebAssembly hash, as the pool uses it`,
  };
}

const sha256d = createSha256d();
const decoder = new TextDecoder("utf-8", { fatal: true });

/** Lines of shares that differ by nonce, on a session where every hash is a share and none a block or a claim. */
function ownWindow(count: number, seed: number): number {
  const session = createSession(
    config({ sha256d, startDifficulty: 1 / 16, extranonce1: () => Uint8Array.of(1, 2, 3, seed) }),
    {
      now: START,
      work: { ...work({ count, tip: seed + 1 }), target: 0n },
      terms: [terms({ target: 0n })],
    },
  );
  const say = (line: string) => step(session, { type: "line", line, now: START }).replies;
  say('{"id":1,"method":"mining.subscribe","params":["bench"]}');
  say('{"id":2,"method":"mining.configure","params":[["version-rolling"],{"version-rolling.mask":"ffffffff"}]}');
  const lines = say(`{"id":3,"method":"mining.authorize","params":["${PAYOUT}.rig","d=0.0625"]}`);
  const notify = readNotify(JSON.parse(lines.at(-1)!).params);
  hold(session);
  const random = seeded(seed);
  const chunks = Array.from({ length: SHARES }, (_, i) =>
    encodeUtf8(`${submitLine(notify.id, notify.ntime, i, random.u32())}\n`),
  );
  const buffer = lineBuffer();
  let accepted = 0;
  const begin = process.cpuUsage();
  for (const chunk of chunks) {
    for (const line of splitLines(buffer, chunk, decode).lines) {
      const { replies } = step(session, { type: "line", line, now: START });
      if (replies[0]!.includes('"result":true')) accepted += 1;
    }
  }
  const seconds = cpuSeconds(begin);
  if (accepted !== SHARES) throw new Error(`${accepted} of ${SHARES} shares were accepted`);
  return SHARES / seconds;
}

/** Keeps the vardiff from changing jobs in the middle of a window. */
function hold(session: Session): void {
  session.vardiff.minimum = session.vardiff.difficulty;
  session.vardiff.settled = true;
  session.vardiff.since = START - 3_600_000 * 24 * 365;
}

const decode = (bytes: Uint8Array) => decoder.decode(bytes);

function submitLine(job: string, ntime: string, counter: number, nonce: number): string {
  const extranonce2 = counter.toString(16).padStart(16, "0");
  const params = [`${PAYOUT}.rig`, job, extranonce2, ntime, nonce.toString(16).padStart(8, "0"), "00002000"];
  return JSON.stringify({ id: 4, method: "mining.submit", params });
}

interface PeerBlock {
  version: number;
  prevHash: Buffer;
  merkleRoot?: Buffer;
  timestamp: number;
  bits: number;
  nonce: number;
  transactions: { data: string; version: number }[];
}

/** The steps of public-pool for each share, in its order. */
function peerWindow(count: number, seed: number): number {
  const template = work({ count, tip: seed + 1 });
  const random = seeded(seed);
  const branch = template.branch.map((node) => Buffer.from(node).toString("hex"));
  const block: PeerBlock = {
    version: template.version,
    prevHash: Buffer.from(template.prevHash),
    timestamp: template.curtime,
    bits: template.bits,
    nonce: 0,
    transactions: template.transactions.map((data) => ({ data, version: 1 })),
  };
  const coinb1 = "00".repeat(60);
  const coinb2 = "00".repeat(150);
  const seen = new Set<string>();
  const lines = Array.from({ length: PEER_SHARES }, (_, i) => submitLine("1", "6b01e800", i, random.u32()));
  const begin = process.cpuUsage();
  for (const line of lines) {
    const message = Object.assign({ id: 0, method: "", params: [] as string[] }, JSON.parse(line));
    if (!Array.isArray(message.params) || message.params.length < 5) throw new Error("invalid");
    for (const each of message.params) if (typeof each !== "string") throw new Error("invalid");
    const [, job, extranonce2, ntime, nonce, versionMask] = message.params;
    const key = twice(Buffer.from(`${versionMask}${nonce}${extranonce2}${ntime}${job}`)).toString("base64");
    if (seen.has(key)) throw new Error("duplicate");
    seen.add(key);
    const copy: PeerBlock = Object.assign({}, block);
    copy.transactions = block.transactions.map((tx) => Object.assign({}, tx));
    copy.nonce = Number.parseInt(nonce!, 16);
    copy.version = block.version ^ Number.parseInt(versionMask!, 16);
    const coinbase = Buffer.from(`${coinb1}01020304${extranonce2}${coinb2}`, "hex");
    let root = twice(coinbase);
    for (const node of branch) root = twice(Buffer.concat([root, Buffer.from(node, "hex")]));
    copy.merkleRoot = root;
    copy.timestamp = Number.parseInt(ntime!, 16);
    const header = Buffer.alloc(80);
    header.writeInt32LE(copy.version, 0);
    copy.prevHash.copy(header, 4);
    copy.merkleRoot.copy(header, 36);
    header.writeUInt32LE(copy.timestamp, 68);
    header.writeUInt32LE(copy.bits, 72);
    header.writeUInt32LE(copy.nonce, 76);
    const number = BigInt(`0x${Buffer.from(twice(header)).reverse().toString("hex")}`);
    const difficulty = Number((UNIT * 1_000_000n) / number) / 1_000_000;
    if (difficulty < 0) throw new Error("low");
    JSON.stringify({ id: message.id, error: null, result: true });
  }
  return PEER_SHARES / cpuSeconds(begin);
}

/** As bitcoinjs-lib's hash256 does: a hash object each time. */
function twice(bytes: Buffer): Buffer {
  const first = createHash("sha256").update(bytes).digest();
  return createHash("sha256").update(first).digest();
}

function cpuSeconds(begin: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(begin);
  return (user + system) / 1e6;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1]!;
}
