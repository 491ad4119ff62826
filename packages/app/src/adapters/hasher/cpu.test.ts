import type { HasherEvents, HashHit } from "@carrara/core/ports/hasher";
import { scryptPow as plainScrypt, sha256d } from "@carrara/mining/hash";
import { meets } from "@carrara/mining/target";
import { afterEach, expect, test } from "vitest";
import { createCpuHasher } from "./cpu.ts";
import { scryptPow } from "./scrypt.ts";

const endings: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0)) await end();
});

function open(algorithm: "sha256d" | "scrypt") {
  const heard = { hits: [] as HashHit[], hashes: 0, faults: [] as string[] };
  const events: HasherEvents = {
    hit: (hit) => void heard.hits.push(hit),
    hashes: (count) => {
      heard.hashes += count;
    },
    exhausted() {},
    fault: (message) => void heard.faults.push(message),
  };
  const hasher = createCpuHasher(algorithm, events, 20);
  endings.push(() => hasher.close());
  return { hasher, heard };
}

async function until(holds: () => boolean): Promise<void> {
  const end = Date.now() + 30_000;
  while (!holds()) {
    if (Date.now() > end) throw new Error("waited 30 s");
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

const header = (fill: number) => new Uint8Array(80).fill(fill);
const withNonce = (bytes: Uint8Array, nonce: number) => {
  const copy = bytes.slice();
  new DataView(copy.buffer).setUint32(76, nonce, true);
  return copy;
};

test.each([
  ["sha256d", sha256d, (1n << 256n) / 100_000n],
  ["scrypt", plainScrypt, (1n << 256n) / 200n],
] as const)(
  "%s: each thread finds nonces of its own work, and every hit meets the target",
  async (algorithm, pow, target) => {
    const { hasher, heard } = open(algorithm);
    await hasher.setThreads(2);
    hasher.assign(0, { id: 1, header: header(1), target });
    hasher.assign(1, { id: 2, header: header(2), target });
    await until(() => heard.hits.some(({ workId }) => workId === 1) && heard.hits.some(({ workId }) => workId === 2));
    for (const { workId, nonce } of heard.hits.slice(0, 20)) {
      expect(meets(pow(withNonce(header(workId), nonce)), target)).toBe(true);
    }
    expect(heard.hashes).toBeGreaterThan(0);
  },
);

test("new work takes hold at once, null rests, and a thread more or less disturbs no other", async () => {
  const { hasher, heard } = open("sha256d");
  const target = (1n << 256n) / 50_000n;
  await hasher.setThreads(1);
  hasher.assign(0, { id: 1, header: header(1), target });
  await until(() => heard.hits.length > 0);
  hasher.assign(0, { id: 2, header: header(3), target });
  await until(() => heard.hits.at(-1)?.workId === 2);
  await hasher.setThreads(2);
  await hasher.setThreads(1);
  const before = heard.hashes;
  await until(() => heard.hashes > before);
  hasher.assign(0, null);
  await new Promise((resolve) => setTimeout(resolve, 300));
  const rested = heard.hashes;
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(heard.hashes).toBe(rested);
});

test("a thread that ends by a fault is told and started again", async () => {
  const { hasher, heard } = open("sha256d");
  await hasher.setThreads(1);
  hasher.assign(0, { id: 1, header: new Uint8Array(3), target: 1n });
  await until(() => heard.faults.length > 0);
  hasher.assign(0, { id: 2, header: header(1), target: (1n << 256n) / 1000n });
  // The order may have been given to the dying thread: it is the work of the next one.
  await until(() => heard.hits.some(({ workId }) => workId === 2));
});

test("a rate is measured without touching the threads", async () => {
  const { hasher } = open("sha256d");
  expect(await hasher.measure(200)).toBeGreaterThan(10_000);
});

test("node's scrypt is Litecoin's, as the plain one", () => {
  expect(Uint8Array.from(scryptPow(header(5)))).toEqual(plainScrypt(header(5)));
});
