import { sha256d } from "@carrara/mining/hash";
import { MAX_TARGET_DIFFICULTY_1, meets } from "@carrara/mining/target";
import { expect, test } from "vitest";
import type { HandClock } from "../pool/test/world.ts";
import { PAYOUT, world } from "../pool/test/world.ts";
import type { Pool, Wire } from "../pool/types.ts";
import type { Hasher, HasherEvents, HashWork } from "../ports/hasher.ts";
import { createMiner } from "./miner.ts";

/** A hasher whose searching the test does by hand, one thread after the other. */
function handHasher() {
  const assigned: (HashWork | null)[] = [];
  let events: HasherEvents | undefined;
  const hasher: Hasher = {
    algorithm: "sha256d",
    about: "by hand",
    maxThreads: 4,
    setThreads: async (count) => {
      while (assigned.length < count) assigned.push(null);
      assigned.length = count;
    },
    assign: (thread, work) => {
      assigned[thread] = work;
    },
    measure: async () => 1,
    close: async () => {
      assigned.length = 0;
    },
  };
  const search = (thread: number) => {
    const work = assigned[thread]!;
    const header = work.header.slice();
    const view = new DataView(header.buffer);
    for (let nonce = 0; ; nonce++) {
      view.setUint32(76, nonce, true);
      if (!meets(sha256d(header), work.target)) continue;
      events!.hashes(nonce + 1);
      return { workId: work.id, nonce };
    }
  };
  return {
    assigned,
    newHasher: (heard: HasherEvents) => {
      events = heard;
      return hasher;
    },
    events: () => events!,
    search,
  };
}

/** The pool's other end without a socket; lines arrive in the next turn of the clock. */
function plug(pool: () => Pool | undefined, clock: HandClock) {
  const cuts: (() => void)[] = [];
  return {
    cut: () => {
      for (const cut of cuts.splice(0)) cut();
    },
    connect: (events: { opened(): void; data(bytes: Uint8Array): void; closed(why: string): void }) => {
      let wire: Wire | undefined;
      let over = false;
      const end = (why: string) => {
        if (over) return;
        over = true;
        wire?.closed();
        clock.after(0, () => events.closed(why));
      };
      cuts.push(() => end("the plug was pulled"));
      clock.after(0, () => {
        const there = pool();
        if (!there) return end("nothing listens");
        wire = there.accept({
          id: "plug",
          remote: "127.0.0.1",
          write: (text) => {
            clock.after(0, () => events.data(Uint8Array.from(Buffer.from(text))));
            return true;
          },
          close: end,
        });
        return events.opened();
      });
      return {
        send: (text: string) => void clock.after(0, () => wire?.data(Uint8Array.from(Buffer.from(text)))),
        close: () => end("closed"),
      };
    },
  };
}

async function setUp(user = `${PAYOUT}.cpu`) {
  const { pool, clock, chain } = await world();
  const hand = handHasher();
  let there: Pool | undefined = pool;
  const socket = plug(() => there, clock);
  const miner = createMiner({
    newHasher: hand.newHasher,
    connect: socket.connect,
    clock,
    log: { info() {}, warn() {}, error() {} },
    user,
    password: "x",
    host: "127.0.0.1",
    agent: "carrara/test",
    sha256d,
    unit: MAX_TARGET_DIFFICULTY_1,
  });
  return { pool, clock, chain, hand, socket, miner, setPool: (next: Pool | undefined) => (there = next) };
}

test("each thread gets a header of its own, a hit is submitted, and the answer counts", async () => {
  const { clock, hand, miner, pool } = await setUp();
  await miner.start(3);
  await clock.move(100);
  expect(miner.status()).toMatchObject({ state: "mining", threads: 3, about: "by hand" });
  const roots = new Set(hand.assigned.map((work) => work!.header.slice(36, 68).join()));
  expect(roots.size).toBe(3);
  hand.events().hit(hand.search(1));
  await clock.move(100);
  expect(miner.status()).toMatchObject({ accepted: 1, rejected: 0, lastShareAt: clock.now() - 100 });
  expect(pool.status().workers).toMatchObject([{ name: "cpu", accepted: 1 }]);
});

test("a thread that has searched all nonces gets the next extranonce2; an old request is not answered twice", async () => {
  const { clock, hand, miner } = await setUp();
  await miner.start(2);
  await clock.move(100);
  const [first, second] = hand.assigned.map((work) => work!);
  hand.events().exhausted(0, first!.id);
  const next = hand.assigned[0]!;
  expect(next.id).not.toBe(first!.id);
  expect([first!, second!].some(({ header }) => header.join() === next.header.join())).toBe(false);
  hand.events().exhausted(0, 999);
  expect(hand.assigned[0]).toBe(next);
});

test("a new tip replaces the work of all threads at once; a late hit of the old work is told as stale", async () => {
  const { clock, chain, hand, miner } = await setUp();
  await miner.start(2);
  await clock.move(100);
  const late = hand.search(0);
  const before = hand.assigned.map((work) => work!.id);
  chain.foreignBlock();
  await clock.move(100);
  expect(hand.assigned.every((work) => work !== null && !before.includes(work.id))).toBe(true);
  hand.events().hit(late);
  await clock.move(100);
  expect(miner.status()).toMatchObject({ accepted: 0, stale: 1, rejected: 0 });
});

test("pause rests the threads and keeps the connection; resume gives them the newest work", async () => {
  const { clock, chain, hand, miner, pool } = await setUp();
  await miner.start(2);
  await clock.move(100);
  miner.pause();
  expect(hand.assigned).toEqual([null, null]);
  chain.foreignBlock();
  await clock.move(100);
  expect(hand.assigned).toEqual([null, null]);
  expect(miner.status()).toMatchObject({ state: "paused", hashRate: null });
  expect(pool.status().connections).toBe(1);
  miner.resume();
  expect(hand.assigned.every((work) => work !== null)).toBe(true);
});

test("the hash rate counts whole seconds of the last ten", async () => {
  const { clock, hand, miner } = await setUp();
  await miner.start(1);
  await clock.move(100);
  expect(miner.status().hashRate).toBeNull();
  for (let i = 0; i < 20; i++) {
    await clock.move(1000);
    hand.events().hashes(i < 5 ? 1_000_000 : 2_000_000);
  }
  await clock.move(1000);
  expect(miner.status().hashRate).toBe(2_000_000);
  expect(miner.status().hashes).toBe(35_000_000);
});

test("a pool that goes away: threads rest, tries follow with longer waits, work comes back by itself", async () => {
  const { clock, hand, miner, pool, socket, setPool } = await setUp();
  await miner.start(1);
  await clock.move(100);
  setPool(undefined);
  socket.cut();
  await clock.move(5);
  expect(hand.assigned).toEqual([null]);
  expect(miner.status()).toMatchObject({ state: "connecting", why: "The pool cannot be reached: the plug was pulled" });
  await clock.move(60_000);
  expect(miner.status().why).toBe("The pool cannot be reached: nothing listens");
  setPool(pool);
  await clock.move(11_000);
  expect(miner.status()).toMatchObject({ state: "mining", why: null });
  expect(hand.assigned[0]).not.toBeNull();
});

test("a refusal is told in the pool's words and tried again after half a minute", async () => {
  const { clock, miner, pool } = await setUp("nobody.cpu");
  await miner.start(1);
  await clock.move(100);
  expect(miner.status().state).toBe("refused");
  expect(miner.status().why).toContain('"nobody" is not an address');
  expect(pool.status().connections).toBe(0);
  await clock.move(30_000);
  expect(miner.status().state).toBe("refused");
});

test("threads: none, some, more than there are; stop ends everything", async () => {
  const { clock, hand, miner, pool } = await setUp();
  await miner.start(0);
  await clock.move(100);
  expect(miner.status()).toMatchObject({ state: "waiting", threads: 0 });
  await miner.setThreads(99);
  expect(miner.status()).toMatchObject({ state: "mining", threads: 4 });
  expect(hand.assigned.every((work) => work !== null)).toBe(true);
  await miner.setThreads(1);
  expect(hand.assigned).toHaveLength(1);
  await miner.stop();
  await clock.move(20_000);
  expect(miner.status().state).toBe("stopped");
  expect(pool.status().connections).toBe(0);
});
