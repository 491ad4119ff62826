import type { ShareEffect } from "@carrara/mining/stratum/session";
import { expect, test } from "vitest";
import { createTallies, MAX_TALLIES } from "./tally.ts";

const START = 1_795_305_600_000;
const worker = (name: string) => ({ user: `addr.${name}`, address: "addr", worker: name });
const none = () => ({ connections: 0, difficulty: null });

function share(name: string, time: number, credited = 1): ShareEffect {
  const hash = new Uint8Array(32).fill(1);
  const rest = { header: new Uint8Array(80), difficulty: 2, rarity: 33, height: 1, isBlock: false, isClaim: false };
  return { type: "share", worker: worker(name), credited, hash, time, ...rest };
}

test("the rate is work over time since the first share, then over the last ten minutes", () => {
  const tallies = createTallies(1);
  tallies.join(worker("a"), "x");
  for (let i = 0; i < 9; i++) tallies.share(share("a", START + i * 1000));
  expect(tallies.status(START + 9000, none)[0]!.hashRate).toBeNull();
  for (let i = 9; i < 100; i++) tallies.share(share("a", START + i * 1000));
  expect(tallies.status(START + 100_000, none)[0]!.hashRate).toBe(2 ** 32);
  for (let i = 100; i < 2000; i++) tallies.share(share("a", START + i * 1000, 2));
  const now = START + 2_000_000;
  expect(tallies.status(now, none)[0]!.hashRate! / 2 ** 33).toBeCloseTo(1, 1);
  expect(tallies.status(now + 3_600_000, none)[0]!.hashRate).toBeNull();
  expect(tallies.status(now + 3_600_000, none)[0]!.accepted).toBe(2000);
});

test("scrypt's difficulty is counted in the same unit of work", () => {
  const tallies = createTallies(2 ** -16);
  tallies.join(worker("a"), "x");
  tallies.share(share("a", START, 65_536));
  expect(tallies.take()).toMatchObject([{ work: 1, accepted: 1, deepest: [{ difficulty: 2 / 65_536 }] }]);
});

test("workers are bounded: the one silent longest is forgotten, none whose shares wait for the store", () => {
  const tallies = createTallies(1);
  for (let i = 0; i < MAX_TALLIES; i++) {
    tallies.join(worker(`w${i}`), "x");
    tallies.share(share(`w${i}`, START + i));
  }
  const batches = tallies.take();
  expect(batches).toHaveLength(MAX_TALLIES);
  tallies.share(share("w0", START + 1e6));
  tallies.join(worker("new"), "x");
  expect(tallies.size()).toBe(MAX_TALLIES);
  const names = tallies.status(START + 1e6, none).map(({ name }) => name);
  expect(names).toContain("w0");
  expect(names).not.toContain("w1");
});

test("what is put back is added to what came since", () => {
  const tallies = createTallies(1);
  tallies.join(worker("a"), "x");
  tallies.share(share("a", START));
  tallies.reject("addr.a", true, START);
  const lost = tallies.take();
  tallies.share(share("a", START + 1000));
  tallies.reject("addr.a", false, START + 1000);
  tallies.putBack(lost);
  expect(tallies.take()).toMatchObject([{ accepted: 2, stale: 1, rejected: 1, work: 2, time: START + 1000 }]);
  expect(tallies.take()).toEqual([]);
});
