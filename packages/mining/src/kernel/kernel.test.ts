import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { fromHex, toHex } from "@carrara/base/bytes";
import { seeded } from "@carrara/base/random";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { HEADERS } from "../../test/blocks.ts";
import { sha256d } from "../hash.ts";
import { bitsToTarget, hashToNumber, MAX_TARGET } from "../target.ts";
import { createSha256d } from "./hasher.ts";
import type { Sha256dScanner } from "./plain.ts";
import { createPlainScanner, INITIAL, MAX_HITS, ROUND } from "./plain.ts";
import { createSha256dScanner } from "./sha256d.ts";

const kernel = createSha256dScanner();
const plain = createPlainScanner();
const header = seeded(1).bytes(80);

/** Both scanners' answer, after they were found equal. */
function both(input: Parameters<Sha256dScanner["scan"]>[0]) {
  const wanted = plain.scan(input);
  expect(kernel.scan(input)).toEqual(wanted);
  return wanted;
}

/** The hash of a header with another nonce, by the audited library. */
function numberOf(bytes: Uint8Array, nonce: number): bigint {
  const copy = bytes.slice();
  new DataView(copy.buffer).setUint32(76, nonce, true);
  return hashToNumber(sha256d(copy));
}

test("fips 180-4: constants", () => {
  const hex = (words: Int32Array) => Array.from(words, (word) => (word >>> 0).toString(16).padStart(8, "0"));
  expect(hex(INITIAL).join(" ")).toBe("6a09e667 bb67ae85 3c6ef372 a54ff53a 510e527f 9b05688c 1f83d9ab 5be0cd19");
  expect(hex(ROUND).slice(0, 4).join(" ")).toBe("428a2f98 71374491 b5c0fbcf e9b5dba5");
  expect(hex(ROUND).slice(60).join(" ")).toBe("90befffa a4506ceb bef9a3f7 c67178f2");
});

describe.each([
  ["kernel", kernel],
  ["plain twin", plain],
])("%s: real blocks", (_name, scanner) => {
  test.each(HEADERS)("finds the nonce of block $height and no other near it", ({ hex, bits, nonce }) => {
    // In each of the four lanes, and last in an incomplete group.
    for (const before of [0, 1, 2, 3, 500]) {
      const from = nonce - before;
      const found = { hits: [nonce], done: before + 1 };
      expect(scanner.scan({ header: fromHex(hex), target: bitsToTarget(bits), from, count: before + 1 })).toEqual(
        found,
      );
    }
    const around = { header: fromHex(hex), target: bitsToTarget(bits), from: nonce - 1000, count: 2001 };
    expect(scanner.scan(around)).toEqual({ hits: [nonce], done: 2001 });
  });
});

describe("the kernel equals its plain twin", () => {
  test("on random headers, targets of every size, starts and counts", () => {
    const bytes = fc.uint8Array({ minLength: 80, maxLength: 80 });
    const target = fc
      .tuple(fc.bigInt(0n, MAX_TARGET), fc.integer({ min: 0, max: 20 }))
      .map(([n, cut]) => n >> BigInt(cut));
    const from = fc.oneof(fc.integer({ min: 0, max: 0xffffffff }), fc.integer({ min: 0xffffffe0, max: 0xffffffff }));
    fc.assert(
      fc.property(bytes, target, from, fc.integer({ min: 1, max: 300 }), (random, t, first, count) => {
        both({ header: random, target: t, from: first, count });
      }),
      { numRuns: 200 },
    );
  });

  test("over many nonces with a rare target, as the audited library sees it", () => {
    const { hits } = both({ header, target: 1n << 242n, from: 0, count: 60_000 });
    expect(hits.length).toBeGreaterThan(0);
    for (const nonce of hits) expect(numberOf(header, nonce) <= 1n << 242n).toBe(true);
  });

  test("to the last unit of the target", () => {
    for (const nonce of [0, 1, 2, 3, 0x7fffffff, 0x80000000, 0xffffffff]) {
      const number = numberOf(header, nonce);
      expect(both({ header, target: number, from: nonce, count: 1 }).hits).toEqual([nonce]);
      expect(both({ header, target: number - 1n, from: nonce, count: 1 }).hits).toEqual([]);
    }
  });

  test("when nonces wrap around", () => {
    const { hits } = both({ header, target: MAX_TARGET >> 1n, from: 0xfffffffd, count: 9 });
    const tried = [0xfffffffd, 0xfffffffe, 0xffffffff, 0, 1, 2, 3, 4, 5];
    expect(hits).toEqual(tried.filter((nonce) => numberOf(header, nonce) <= MAX_TARGET >> 1n));
  });

  test.each([1, 2, 3, 4, 5, 7, 4095, 4096, 4097])("with %i nonces, each a hit", (count) => {
    const { hits, done } = both({ header, target: MAX_TARGET, from: 11, count });
    expect(hits).toEqual(Array.from({ length: Math.min(count, MAX_HITS) }, (_, i) => 11 + i));
    expect(done).toBe(Math.min(count, MAX_HITS));
  });

  test("stopping early and going on misses nothing", () => {
    const input = { header, target: MAX_TARGET >> 1n, count: 30_000 };
    const first = both({ ...input, from: 5 });
    expect(first.hits).toHaveLength(MAX_HITS);
    expect(first.hits.at(-1)).toBe(5 + first.done - 1);
    const second = both({ ...input, from: 5 + first.done, count: 5000 });
    const third = both({ ...input, from: 5, count: first.done + 100 });
    expect(third).toEqual(first);
    expect(second.hits[0]).toBeGreaterThan(first.hits.at(-1)!);
  });

  test("more candidates than the buffer holds, fewer hits than stop it", () => {
    // One hash in 85 passes, so 120,000 fill the 1,024 places for candidates, but not the hits.
    const { hits, done } = both({ header, target: 3n << 248n, from: 0, count: 120_000 });
    expect(hits.length).toBeGreaterThan(1100);
    expect(hits.length).toBeLessThan(MAX_HITS);
    expect(done).toBe(120_000);
  });
});

test("a header elsewhere in a buffer, and the nonce in it, make no difference", () => {
  const buffer = new Uint8Array(200).fill(9);
  buffer.set(header, 57);
  buffer.fill(0xff, 57 + 76, 57 + 80);
  const input = { target: MAX_TARGET >> 4n, from: 0, count: 200 };
  expect(kernel.scan({ ...input, header: buffer.subarray(57, 137) })).toEqual(kernel.scan({ ...input, header }));
  expect(plain.scan({ ...input, header: buffer.subarray(57, 137) })).toEqual(plain.scan({ ...input, header }));
  expect(buffer[0]).toBe(9);
});

test("one scanner serves many headers in turn", () => {
  for (let seed = 2; seed < 12; seed++)
    both({ header: seeded(seed).bytes(80), target: MAX_TARGET >> 3n, from: seed, count: 50 });
});

test("in a worker thread", async () => {
  const { hex, bits, nonce } = HEADERS[0];
  const workerData = { header: fromHex(hex), target: bitsToTarget(bits), from: nonce - 100, count: 200 };
  const worker = new Worker(new URL("../../test/scan-worker.ts", import.meta.url), { workerData });
  const [found] = await once(worker, "message");
  await worker.terminate();
  expect(found).toEqual({ hits: [nonce], done: 200 });
}, 60_000);

test.each([
  ["a short header", { header: new Uint8Array(79) }],
  ["no nonces", { count: 0 }],
  ["too many nonces", { count: 2 ** 32 + 1 }],
  ["half a nonce", { from: 0.5 }],
  ["a negative target", { target: -1n }],
  ["a target above 256 bits", { target: 1n << 256n }],
])("%s is refused by both", (_name, wrong) => {
  const input = { header, target: 1n, from: 0, count: 1, ...wrong };
  expect(() => kernel.scan(input)).toThrow(expect.objectContaining({ code: "bad-scan" }));
  expect(() => plain.scan(input)).toThrow(expect.objectContaining({ code: "bad-scan" }));
});

describe("the hasher equals the audited library", () => {
  const hash = createSha256d();

  test("on every length to 300 bytes, and long ones", () => {
    const random = seeded(7);
    for (const length of [...Array(301).keys(), 1000, 4095, 60 * 1024, 60 * 1024 + 1, 100_000]) {
      const bytes = random.bytes(length);
      expect(toHex(hash(bytes))).toBe(toHex(sha256d(bytes)));
    }
  });

  test("on real headers", () => {
    for (const { hex } of HEADERS) expect(hash(fromHex(hex))).toEqual(sha256d(fromHex(hex)));
  });

  test("a result is the caller's own", () => {
    const first = hash(Uint8Array.of(1));
    const copy = first.slice();
    hash(Uint8Array.of(2));
    expect(first).toEqual(copy);
  });
});
