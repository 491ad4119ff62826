import { seeded } from "@carrara/base/random";
import { expect, test } from "vitest";
import { countShare, countTime, moveDifficulty, rounded, startDifficulty, startVardiff } from "./vardiff.ts";

const HASHES = 2 ** 32;
const OPEN = { difficulty: Number.POSITIVE_INFINITY };

/** A device of a hash rate, its shares falling by chance; ticks each ten seconds as the pool gives them. */
function simulate(rate: number, start: number, hours: number, ceiling = OPEN, seed = 1) {
  const random = seeded(seed);
  const state = startVardiff(start, 0);
  const end = hours * 3_600_000;
  let now = 0;
  let tick = 10_000;
  let late = 0;
  let lateChanges = 0;
  let settledAt: number | undefined;
  const told: number[] = [];
  while (now < end) {
    const wait = (-Math.log((random.u32() + 1) / 2 ** 32) * state.difficulty * HASHES * 1000) / rate;
    const share = now + wait;
    const at = Math.min(share, tick);
    now = at;
    const change = at === tick ? countTime(state, now, ceiling) : countShare(state, state.difficulty, now, ceiling);
    if (at === tick) tick += 10_000;
    else if (now > end / 2) late += 1;
    if (change !== undefined) {
      told.push(change);
      if (now > end / 2) lateChanges += 1;
      else settledAt = now;
    }
  }
  return { perMinute: late / ((hours * 60) / 2), lateChanges, state, told, settledAt };
}

test.each([
  ["a NerdMiner", 50e3, 0.00015],
  ["one CPU thread", 5e6, 0.004],
  ["a Bitaxe that starts at 1", 1.2e12, 1],
  ["an S21 that starts at 1", 200e12, 1],
  ["an S21 that starts at 512", 200e12, 512],
])("%s settles at four to eight shares a minute and stays there", (_name, rate, start) => {
  for (let seed = 1; seed <= 5; seed++) {
    const { perMinute, lateChanges } = simulate(rate, start, 8, OPEN, seed);
    expect(perMinute).toBeGreaterThan(4);
    expect(perMinute).toBeLessThan(8);
    // Four hours of a constant rate: chance alone leaves the dead band a few times.
    expect(lateChanges).toBeLessThan(16);
  }
});

test("a device that starts far too hard is eased once it has proved that it mines", () => {
  const { perMinute } = simulate(1e9, 16, 6);
  expect(perMinute).toBeGreaterThan(3.5);
});

test("no step is more than four times harder", () => {
  const { told } = simulate(200e12, 0.01, 0.1);
  expect(told.length).toBeGreaterThan(8);
  let before = 0.01;
  for (const next of told) {
    expect(next / before).toBeLessThanOrEqual(4.0001);
    before = next;
  }
});

test("at the ceiling the difficulty is the ceiling's, whatever chance says, so that no claim is lost", () => {
  for (let seed = 1; seed <= 5; seed++) {
    const { state, lateChanges } = simulate(5e6, 0.004, 2, { difficulty: 0.001 }, seed);
    expect(state.difficulty).toBe(0.001);
    expect(lateChanges).toBe(0);
  }
});

test("above two shares a second at the ceiling, the rate is two and the difficulty does not wander", () => {
  for (let seed = 1; seed <= 5; seed++) {
    const { perMinute, lateChanges } = simulate(200e12, 1, 2, { difficulty: 0.035 }, seed);
    expect(perMinute).toBeGreaterThan(70);
    expect(perMinute).toBeLessThan(180);
    expect(lateChanges).toBeLessThan(10);
  }
});

test("a wish is kept within the limits", () => {
  const state = startVardiff(1, 0);
  expect(moveDifficulty(state, 1e9, 0, { difficulty: 64 })).toBe(64);
  expect(moveDifficulty(state, 1e-9, 0, { difficulty: 64 })).toBe(1e-6);
  state.minimum = 3;
  expect(moveDifficulty(state, 1, 0, { difficulty: 64 })).toBe(3);
  expect(moveDifficulty(state, 1, 0, { difficulty: 64 })).toBeUndefined();
});

test("rounding keeps four digits and never makes it harder", () => {
  expect(rounded(0.00015)).toBe(0.00015);
  expect(rounded(123456)).toBe(123400);
  expect(rounded(0.0116415321)).toBe(0.01164);
  expect(rounded(999.99)).toBe(999.9);
  const random = seeded(3);
  for (let i = 0; i < 1000; i++) {
    const difficulty = 10 ** ((random.u32() / 2 ** 32) * 20 - 6);
    expect(rounded(difficulty)).toBeLessThanOrEqual(difficulty);
    expect(rounded(difficulty)).toBeGreaterThan(difficulty * 0.998);
  }
});

test.each([
  ["NerdMinerV2/V1.8.3", 0.0000388],
  ["cpuminer/2.5.1", 0.00388],
  ["bitaxe/BM1368/v2.4.0", 388],
  ["bmminer/2.0.0/Antminer S19/430", 3880],
  ["something/1.0", 1],
  ["", 1],
])("a device that calls itself %j begins at %f", (agent, difficulty) => {
  const start = startDifficulty(agent, HASHES, 1);
  expect(start / difficulty).toBeGreaterThan(0.98);
  expect(start / difficulty).toBeLessThan(1.02);
});
