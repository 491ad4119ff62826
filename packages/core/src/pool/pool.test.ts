import { fromHex, toHex } from "@carrara/base/bytes";
import { scriptOfAddress } from "@carrara/mining/address";
import { verifyClaim } from "@carrara/mining/claim";
import { sha256d } from "@carrara/mining/hash";
import type { ClientSession } from "@carrara/mining/stratum/client";
import { createClient, headerWork, receive, submitLine } from "@carrara/mining/stratum/client";
import { MAX_JOBS, MAX_SHARES_PER_JOB } from "@carrara/mining/stratum/session";
import { MAX_TARGET_DIFFICULTY_1, meets, targetToBits } from "@carrara/mining/target";
import { expect, test } from "vitest";
import { CLAIMS_KEPT, createClaims } from "./claims.ts";
import { POOL_DEFAULTS } from "./pool.ts";
import { DEEPEST } from "./tally.ts";
import type { Peer } from "./test/world.ts";
import { authorize, COLLECTION, connect, memorySink, OWNER, PAYOUT, START, SUBSCRIBE, world } from "./test/world.ts";
import type { ForgeTerms, Pool, PoolClaim } from "./types.ts";

const EASY = (1n << 256n) / 50n;

function terms(changes: Partial<ForgeTerms> = {}): ForgeTerms {
  return {
    chainId: 31337n,
    collection: COLLECTION,
    owner: OWNER,
    round: 1,
    anchor: new Uint8Array(32).fill(0xaa),
    target: (1n << 256n) / 20n,
    ...changes,
  };
}

/** A miner on a peer: reads what the pool sent since last time and searches for a hash. */
function miner(pool: Pool, remote?: string, password?: string, user?: string) {
  const peer = connect(pool, remote);
  const client: ClientSession = createClient({
    user: user ?? `${PAYOUT}.rig`,
    password: password ?? "x",
    agent: "test/1",
    host: remote ?? "10.0.0.1",
    sha256d,
    unit: MAX_TARGET_DIFFICULTY_1,
  });
  peer.say(SUBSCRIBE);
  peer.say(authorize(password, user));
  let read = 0;
  let from = 0;
  const listen = () => {
    const text = peer.sent.slice(read);
    read = peer.sent.length;
    return text
      .split("\n")
      .filter((line) => line !== "")
      .flatMap((line) => receive(client, line, 0).effects);
  };
  /** Finds a hash at or below the target on the newest job, and gives the line that submits it. */
  const find = (target: bigint) => {
    listen();
    const work = headerWork(client, client.job!, 0)!;
    const view = new DataView(work.header.buffer);
    for (let nonce = from; ; nonce++) {
      view.setUint32(76, nonce, true);
      if (!meets(sha256d(work.header), target)) continue;
      from = nonce + 1;
      return `${submitLine(client, work, nonce, 0)}\n`;
    }
  };
  return { peer, client, listen, find, mine: (target: bigint) => peer.say(find(target)) };
}

const answers = (peer: Peer) => peer.lines().filter((line) => typeof line.id === "number" && line.id >= 10);

test("a miner finds a block: it is written down, then submitted, the height rises, and a new job follows at once", async () => {
  const { pool, chain, sink, clock } = await world();
  const rig = miner(pool);
  rig.mine(EASY);
  await clock.move(10);
  expect(chain.blocks.map(({ payout }) => payout)).toEqual([toHex(scriptOfAddress(PAYOUT).script)]);
  expect(sink.order).toEqual(["worker", "block", "answer"]);
  expect(sink.blocks[0]).toMatchObject({
    height: 1,
    worker: `${PAYOUT}.rig`,
    payout: PAYOUT,
    valueSats: 5_000_000_000n,
  });
  expect(sink.answers).toEqual(["accepted"]);
  const jobs = rig.listen().filter((effect) => effect.type === "job");
  expect(jobs.at(-1)).toMatchObject({ clean: true });
  expect(pool.status()).toMatchObject({ height: 2, blocks: { found: 1, accepted: 1, refused: 0, siblings: 0 } });
});

test("one block per tip: siblings are shares, counted, never submitted", async () => {
  const { pool, chain, clock } = await world();
  const rig = miner(pool);
  const lines = Array.from({ length: 5 }, () => rig.find(EASY));
  rig.peer.say(lines.join(""));
  await clock.move(10);
  expect(answers(rig.peer).every((answer) => answer.result === true)).toBe(true);
  expect(chain.submitted).toHaveLength(1);
  expect(chain.blocks).toHaveLength(1);
  expect(pool.status().blocks).toEqual({ found: 1, accepted: 1, refused: 0, siblings: 4 });
});

test("a block that the node refuses makes room for another of the same tip, three times at most", async () => {
  const { pool, chain, sink, clock } = await world();
  chain.answers.push("bad-cb-height", "high-hash", "rejected");
  const rig = miner(pool);
  for (let i = 0; i < 5; i++) {
    rig.mine(EASY);
    await clock.move(10);
  }
  expect(sink.answers).toEqual(["bad-cb-height", "high-hash", "rejected"]);
  expect(pool.status().blocks).toEqual({ found: 3, accepted: 0, refused: 3, siblings: 2 });
});

test("a block found while the node is down is submitted when it is back", async () => {
  const { pool, chain, sink, clock } = await world();
  const rig = miner(pool);
  chain.setDown(true);
  rig.mine(EASY);
  await clock.move(20_000);
  expect(pool.status().node).toMatchObject({ up: false, why: "The Bitcoin node cannot be reached." });
  expect(pool.status().pending.blocks).toBe(1);
  expect(sink.blocks).toHaveLength(1);
  chain.setDown(false);
  await clock.move(20_000);
  expect(chain.blocks).toHaveLength(1);
  expect(sink.answers).toEqual(["accepted"]);
  expect(pool.status().node).toEqual({ up: true });
});

test("a block is submitted though the store is gone, and though it never answers", async () => {
  const broken = await world();
  broken.sink.broken = true;
  miner(broken.pool).mine(EASY);
  await broken.clock.move(10);
  expect(broken.chain.blocks).toHaveLength(1);

  const silent = await world({ deps: { sink: { ...memorySink(), block: () => new Promise<void>(() => {}) } } });
  miner(silent.pool).mine(EASY);
  await silent.clock.move(3000);
  expect(silent.chain.blocks).toHaveLength(1);
});

test("a new tip from elsewhere reaches the miners by longpoll; a quiet chain gives a fresh job after 45 s", async () => {
  const { pool, chain, clock } = await world();
  const rig = miner(pool);
  rig.listen();
  chain.foreignBlock();
  await clock.move(10);
  expect(rig.listen()).toMatchObject([{ type: "job", clean: true }]);
  await clock.move(44_000);
  expect(rig.listen()).toEqual([]);
  await clock.move(2000);
  expect(rig.listen()).toMatchObject([{ type: "job", clean: false }]);
});

test("a claim reaches the sink with a proof that the contract's twin takes, and a round's turn sends a job", async () => {
  const { pool, sink, clock } = await world({ terms: [terms()] });
  const rig = miner(pool, "10.0.0.1", `to=0x${"ab".repeat(20)}`);
  rig.mine(terms().target);
  await clock.move(10);
  const [claim] = sink.claims;
  const { chainId, collection, anchor, target } = claim!.terms;
  expect(verifyClaim({ ...claim!, chainId, collection, anchor, target })).toMatchObject({
    ok: true,
    tokenId: BigInt(`0x${claim!.tokenId}`),
  });
  rig.listen();
  pool.setTerms([terms({ round: 2 })]);
  expect(rig.listen()).toMatchObject([{ type: "job", clean: false }]);
});

test("shares go to the sink each second, added up per worker, with the deepest of them; nothing when there are none", async () => {
  const { pool, sink, clock } = await world();
  const rig = miner(pool);
  for (let i = 0; i < 12; i++) rig.mine(EASY);
  rig.peer.say(
    `{"id":99,"method":"mining.submit","params":["${PAYOUT}.rig","ffff","${"00".repeat(8)}","00000000","00000000"]}\n`,
  );
  await clock.move(1000);
  expect(sink.batches).toHaveLength(1);
  const [batch] = sink.batches;
  expect(batch).toMatchObject({ worker: `${PAYOUT}.rig`, accepted: 12, rejected: 0, stale: 1, agent: "test/1" });
  expect(batch!.deepest).toHaveLength(DEEPEST);
  const depths = batch!.deepest.map(({ log2 }) => log2);
  expect(depths).toEqual([...depths].sort((a, b) => b - a));
  await clock.move(5000);
  expect(sink.batches).toHaveLength(1);
});

test("what a lost store did not take is added up and given again", async () => {
  const { pool, sink, clock } = await world({ terms: [terms()] });
  const rig = miner(pool);
  sink.broken = true;
  rig.mine(terms().target);
  await clock.move(5000);
  rig.mine(terms().target);
  await clock.move(5000);
  expect([sink.batches.length, sink.claims.length]).toEqual([0, 0]);
  expect(pool.status().pending.claims).toBe(2);
  sink.broken = false;
  await clock.move(2000);
  expect(sink.batches).toMatchObject([{ accepted: 2 }]);
  expect(sink.claims).toHaveLength(2);
  expect(pool.status().pending.claims).toBe(0);
});

test("the best 64 claims per worker and round pass, in memory as well while the store is gone", async () => {
  const sink = memorySink();
  const claims = createClaims({ sink, log: { info() {}, warn() {}, error() {} } });
  const offer = (log2: number, worker = "a", round = 1) =>
    claims.offer({ worker, log2, terms: terms({ round }) } as unknown as PoolClaim);
  for (let i = 0; i < 1000; i++) offer(20 + (i % 100) / 100);
  await Promise.resolve();
  await claims.flush();
  expect(sink.claims.length).toBeLessThan(250);
  offer(1);
  await claims.flush();
  expect(sink.claims.at(-1)!.log2).not.toBe(1);
  sink.broken = true;
  for (let i = 0; i < 1000; i++) offer(30 + i, "b", 2);
  await claims.flush();
  expect(claims.pending()).toBeLessThanOrEqual(CLAIMS_KEPT + 1);
  sink.broken = false;
  await claims.flush();
  expect(sink.claims.filter(({ worker }) => worker === "b").some(({ log2 }) => log2 === 1029)).toBe(true);
});

test("a slow reader is cut off when too much is unread; others are unharmed", async () => {
  const { pool, clock } = await world();
  const slow = miner(pool, "10.0.0.2");
  const well = miner(pool, "10.0.0.3");
  slow.peer.flows = false;
  for (let i = 0; i < 4000 && slow.peer.closed === undefined; i++) {
    slow.peer.say('{"id":1,"method":"mining.subscribe","params":[]}\n');
  }
  expect(slow.peer.closed).toMatch(/it left \d+ bytes unread/);
  expect(slow.peer.sent.length).toBeLessThan(POOL_DEFAULTS.maxUnsent + 10_000);
  const before = well.peer.sent.length;
  well.mine(EASY);
  await clock.move(10);
  expect(well.peer.sent.length).toBeGreaterThan(before);
  expect(pool.status().connections).toBe(1);
});

test("a reader that stops for a minute is gone; one that catches up stays", async () => {
  const { pool, clock } = await world();
  const gone = miner(pool, "10.0.0.2");
  const late = miner(pool, "10.0.0.3");
  gone.peer.flows = false;
  late.peer.flows = false;
  pool.setTerms([terms()]);
  await clock.move(50_000);
  late.peer.flows = true;
  late.peer.wire.drained();
  await clock.move(30_000);
  expect(gone.peer.closed).toBe("it has stopped reading");
  expect(late.peer.closed).toBeUndefined();
});

test("a flood is cut off, by connection and by address, and a new connection does not forgive it", async () => {
  const { pool } = await world();
  const ping = '{"id":1,"method":"mining.ping"}\n'.repeat(500);
  const flood = (remote: string) => {
    const peer = connect(pool, remote);
    let sent = 0;
    while (peer.closed === undefined && sent < 100_000) {
      peer.say(ping);
      sent += 500;
    }
    return sent;
  };
  expect(flood("10.0.0.9")).toBe(POOL_DEFAULTS.lineBurst + 500);
  for (let i = 0; i < 4; i++) flood("10.0.0.9");
  expect(flood("10.0.0.9")).toBe(500);
  expect(flood("10.0.0.8")).toBe(POOL_DEFAULTS.lineBurst + 500);
  expect(pool.status().connections).toBe(0);
});

test("a flood of connections does not fill the disk by its log", async () => {
  const { pool, logged, clock } = await world({ deps: { options: { maxPerAddress: 1 } } });
  connect(pool, "10.0.0.1");
  const before = logged.length;
  for (let i = 0; i < 10_000; i++) connect(pool, "10.0.0.1");
  expect(logged.length - before).toBe(60);
  await clock.move(2000);
  connect(pool, "10.0.0.1");
  expect(logged.at(-1)).toContain('"untold":9940');
});

test("bytes without a line's end are a flood as well", async () => {
  const { pool } = await world();
  const peer = connect(pool);
  peer.say("x".repeat(9000));
  expect(peer.closed).toBe("a line longer than 8192 bytes");
});

test("connections are limited in all and per address; a closed one makes room", async () => {
  const { pool } = await world({ deps: { options: { maxConnections: 3, maxPerAddress: 2 } } });
  const first = connect(pool, "10.0.0.1");
  connect(pool, "10.0.0.1");
  expect(connect(pool, "10.0.0.1").closed).toBe("the address has its 2 connections");
  connect(pool, "10.0.0.2");
  expect(connect(pool, "10.0.0.3").closed).toBe("the pool has its 3 connections");
  first.wire.closed();
  expect(connect(pool, "10.0.0.3").closed).toBeUndefined();
});

test("a connection that never subscribes and authorizes is closed; a mining one is not", async () => {
  const { pool, clock } = await world();
  const idle = connect(pool);
  idle.say(SUBSCRIBE);
  const rig = miner(pool);
  await clock.move(75_000);
  expect(idle.closed).toBe("it did not subscribe and authorize");
  expect(rig.peer.closed).toBeUndefined();
});

test("the embedded chain pays an address of any network; a real one only its own", async () => {
  const { pool } = await world();
  const other = miner(pool, "10.0.0.1", "x", "ltc1qg82u8my75w4q8k4s4w9q3k6v7d9s8g0jdhtx6t");
  expect(other.peer.lines().find((line) => line.id === 2)!.error).toBeTruthy();
  const { chain } = await world();
  const real = await world({
    deps: { btc: { ...chain, chain: { ...chain.chain, kind: "real", chain: "signet" } } },
  });
  const refused = miner(real.pool)
    .peer.lines()
    .find((line) => line.id === 2);
  expect(refused!.error).toEqual([
    24,
    `"${PAYOUT}" is an address of mainnet, and this pool mines on signet. Use an address of signet.`,
    null,
  ]);
});

test("status tells rates, workers, best share and what is being mined", async () => {
  const { pool, clock } = await world();
  const rig = miner(pool);
  for (let i = 0; i < 20; i++) {
    rig.mine(EASY / 100n);
    await clock.move(1000);
  }
  const status = pool.status();
  expect(status.workers).toMatchObject([
    { worker: `${PAYOUT}.rig`, address: PAYOUT, name: "rig", agent: "test/1", connections: 1, accepted: 20 },
  ]);
  expect(status.workers[0]!.hashRate).toBeGreaterThan(0);
  expect(status.workers[0]!.best!.log2).toBeGreaterThan(12);
  expect(status.difficulty).toBeCloseTo(50 / 2 ** 32, 10);
  expect(pool.online(`${PAYOUT}.rig`)).toBe(true);
  rig.peer.wire.closed();
  expect(pool.online(`${PAYOUT}.rig`)).toBe(false);
});

test("stop hands the last shares over and closes every connection", async () => {
  const { pool, sink } = await world();
  const rig = miner(pool);
  rig.mine(EASY);
  await pool.stop();
  expect(rig.peer.closed).toBe("the pool is stopping");
  expect(sink.batches).toMatchObject([{ accepted: 1 }]);
});

test("a block without an answer when the pool ends stays whole, to be submitted at the next start", async () => {
  const { pool, sink, chain, clock } = await world();
  const rig = miner(pool);
  chain.setDown(true);
  rig.mine(EASY / 50n);
  await clock.move(500);
  expect(pool.status().pending.blocks).toBe(1);
  await pool.stop();
  await clock.move(20_000);
  expect(pool.status().pending.blocks).toBe(0);
  expect(sink.blocks).toHaveLength(1);
  expect(sink.answers).toEqual([]);
});

test("a template of 4,000 transactions is read once for all miners, in well under a second", async () => {
  const transactions = Array.from({ length: 4000 }, (_, i) => {
    const id = i.toString(16).padStart(64, "0");
    return { data: "00", txid: id, hash: id, fee: 1, weight: 4 };
  });
  const { chain } = await world();
  let hashes = 0;
  const counted = (bytes: Uint8Array) => {
    hashes += 1;
    return sha256d(bytes);
  };
  const btc = {
    ...chain,
    getBlockTemplate: async (id?: string, signal?: AbortSignal) => ({
      ...(await chain.getBlockTemplate(id, signal)),
      transactions,
    }),
  };
  const { pool } = await world({ deps: { btc, hashes: { sha256d: counted, scrypt: sha256d } } });
  expect(pool.status().transactions).toBe(4000);
  expect(hashes).toBeGreaterThan(3980);
  hashes = 0;
  const rigs = Array.from({ length: 20 }, () => miner(pool));
  expect(hashes).toBe(0);
  rigs[0]!.mine(EASY);
  // A coinbase, 12 levels, a header.
  expect(hashes).toBe(14);
});

test("200 TH/s on the embedded chain for ten minutes: bounded memory, one block per tip, two shares a second", async () => {
  // The device's hashes are made to order: sha256d of the header with as many zeros in front as its target has, so that
  // shares come as fast as from a real machine of this rate, without its work.
  let zeros = 0;
  const pow = (bytes: Uint8Array) => {
    const hash = sha256d(bytes);
    if (bytes.length !== 80) return hash;
    hash.fill(0, 32 - Math.floor(zeros / 8));
    const at = 31 - Math.floor(zeros / 8);
    hash[at] = hash[at]! >> (zeros % 8);
    return hash;
  };
  const RATE = 200e12;
  const { pool, chain, sink, clock } = await world({
    // 5 MH/s for 30 s: where the embedded chain begins.
    chain: { bits: targetToBits((1n << 256n) / 150_000_000n), pow, retargets: true },
    deps: { hashes: { sha256d: pow, scrypt: pow } },
    terms: [terms({ target: (1n << 256n) / 50_000_000n })],
  });
  const peer = connect(pool, "10.0.0.1");
  let read = 0;
  let difficulty = 0;
  let job: string | undefined;
  let ntime = "";
  const listen = () => {
    for (const line of peer.sent.slice(read).split("\n")) {
      if (line === "") continue;
      const { method, params } = JSON.parse(line) as { method?: string; params: unknown[] };
      if (method === "mining.set_difficulty") difficulty = params[0] as number;
      if (method === "mining.notify") {
        job = params[0] as string;
        ntime = params[7] as string;
        zeros = Math.ceil(Math.log2(difficulty * 2 ** 32));
      }
    }
    peer.sent = "";
    read = 0;
  };
  peer.say(SUBSCRIBE);
  peer.say(authorize("x", `${PAYOUT}.s21`));
  let counter = 0;
  let due = 0;
  const perSecond: number[] = [];
  const minutes = 10;
  for (let second = 0; second < 60 * minutes; second++) {
    const start = counter;
    // The first second in steps of a millisecond, the time that a line needs on a LAN: the difficulty is found there.
    const steps = second < 3 ? 1000 : 10;
    for (let i = 0; i < steps; i++) {
      listen();
      due += RATE / steps / (difficulty * 2 ** 32);
      // 200 lines in a millisecond fill a link of 200 Mbit/s; what does not fit is dropped by the device.
      const count = Math.min(Math.floor(due), (200 * 1000) / steps);
      due -= Math.floor(due);
      let text = "";
      for (let k = 0; k < count; k++) {
        counter += 1;
        const nonce = counter.toString(16).padStart(8, "0");
        text += `{"id":4,"method":"mining.submit","params":["${PAYOUT}.s21","${job}","${"00".repeat(8)}","${ntime}","${nonce}"]}\n`;
      }
      if (text !== "") peer.say(text);
      await clock.move(1000 / steps);
    }
    perSecond.push(counter - start);
  }
  expect(peer.closed).toBeUndefined();
  const status = pool.status();
  // One block per tip, and the chain took each of them.
  expect(status.blocks.refused).toBe(0);
  expect(chain.submitted.length).toBe(chain.blocks.length);
  expect(status.blocks.found).toBe(chain.blocks.length);
  expect(chain.blocks.length).toBeGreaterThan(100);
  expect(sink.answers.every((answer) => answer === "accepted")).toBe(true);
  // Two shares a second after the first ten seconds, with a dead band of 40 %.
  const settled = perSecond.slice(10);
  expect(settled.reduce((sum, count) => sum + count, 0) / settled.length).toBeLessThan(3);
  expect(perSecond[0]).toBeLessThan(5000);
  // Nothing grows with the shares: claims pass a gate of 64, batches come once a second with their deepest eight.
  expect(sink.batches.length).toBeLessThanOrEqual(60 * minutes + 1);
  expect(Math.max(...sink.batches.map(({ deepest }) => deepest.length))).toBeLessThanOrEqual(DEEPEST);
  // While the difficulty is being found each step is rarer than all before; once it is found the gate closes.
  expect(sink.claims.length).toBeLessThan(1000);
  expect(sink.claims.filter(({ time }) => time > START + 60_000 * (minutes - 1)).length).toBeLessThan(40);
  expect(status.pending).toEqual({ claims: 0, blocks: 0 });
  expect(status.workers).toHaveLength(1);
  expect(status.workers[0]!.hashRate! / RATE).toBeGreaterThan(0.5);
  expect(status.workers[0]!.hashRate! / RATE).toBeLessThan(2);
  expect(MAX_JOBS * MAX_SHARES_PER_JOB).toBeLessThanOrEqual(32_768);
  expect(status.templateAt).toBeGreaterThan(START);
  expect(fromHex(chain.submitted.at(-1)!).length).toBeLessThan(1000);
}, 60_000);
