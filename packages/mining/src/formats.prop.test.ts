import { concat, equal, fromHex } from "@carrara/base/bytes";
import { CarraraError } from "@carrara/base/errors";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { BLOCK_OF_NINE, WITNESS_BLOCK } from "../test/blocks.ts";
import { decodeBlock, encodeBlock } from "./block.ts";
import { decodeHeader, encodeHeader } from "./header.ts";
import { decodeTx, encodeTx, hasWitness, stripWitness, txid, wtxid } from "./transaction.ts";
import { createReader, encodeVarbytes, encodeVarint, MAX_SIZE } from "./varint.ts";

const u32 = fc.integer({ min: 0, max: 0xffffffff });
const hash = fc.uint8Array({ minLength: 32, maxLength: 32 });
const script = fc.uint8Array({ maxLength: 300 });
const tx = fc.record({
  version: u32,
  inputs: fc.array(
    fc.record({
      prevHash: hash,
      prevIndex: u32,
      script,
      sequence: u32,
      witness: fc.array(fc.uint8Array({ maxLength: 80 }), { maxLength: 3 }),
    }),
    { minLength: 1, maxLength: 4 },
  ),
  outputs: fc.array(fc.record({ value: fc.bigInt(0n, (1n << 64n) - 1n), script }), { maxLength: 4 }),
  lockTime: u32,
});

/** The result, or undefined when one of our errors was thrown; any other error fails the test. */
function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    if (error instanceof CarraraError) return undefined;
    throw error;
  }
}

describe("round trips", () => {
  test("header", () => {
    const header = fc.record({ version: u32, prevHash: hash, merkleRoot: hash, time: u32, bits: u32, nonce: u32 });
    fc.assert(
      fc.property(header, (h) => {
        expect(decodeHeader(encodeHeader(h))).toEqual(h);
      }),
    );
  });

  test("varint", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: MAX_SIZE }), (n) => {
        const reader = createReader(encodeVarint(n));
        expect(reader.varint()).toBe(n);
        reader.end();
      }),
    );
  });

  test("transaction in both forms", () => {
    fc.assert(
      fc.property(tx, (t) => {
        const bare = { ...t, inputs: t.inputs.map((input) => ({ ...input, witness: [] })) };
        expect(decodeTx(encodeTx(t, { witness: true }))).toEqual(t);
        expect(decodeTx(encodeTx(t, { witness: false }))).toEqual(bare);
        expect(stripWitness(encodeTx(t, { witness: true }))).toEqual(encodeTx(t, { witness: false }));
        expect(equal(txid(t), wtxid(t))).toBe(!hasWitness(t));
      }),
    );
  });

  test("block", () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 80, maxLength: 80 }),
        fc.array(tx, { minLength: 1, maxLength: 5 }),
        (h, txs) => {
          const raw = txs.map((t) => encodeTx(t, { witness: true }));
          const block = decodeBlock(encodeBlock(h, raw));
          expect(block.raw).toEqual(raw);
          expect(block.txs).toEqual(txs);
          expect(encodeHeader(block.header)).toEqual(h);
        },
      ),
    );
  });
});

describe("bad input", () => {
  test.each([
    ["fdfc00", "varint-not-canonical"],
    ["feffff0000", "varint-not-canonical"],
    ["ffffffffff00000000", "varint-not-canonical"],
    ["fe01000002", "size-too-large"],
    ["ffffffffffffffffff", "size-too-large"],
    ["fd01", "truncated"],
    ["", "truncated"],
  ])("varint %s", (hex, code) => {
    expect(() => createReader(fromHex(hex)).varint()).toThrow(expect.objectContaining({ code }));
  });

  test("a varint that cannot be written", () => {
    for (const n of [-1, 0.5, MAX_SIZE + 1, Number.NaN]) expect(() => encodeVarint(n)).toThrow(CarraraError);
  });

  test("random bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        attempt(() => decodeTx(bytes));
        attempt(() => decodeBlock(bytes));
        attempt(() => decodeHeader(bytes));
        attempt(() => createReader(bytes).varbytes());
      }),
      { numRuns: 2000 },
    );
  });

  test.each([
    ["without witness", BLOCK_OF_NINE.hex],
    ["with witness", WITNESS_BLOCK.hex],
  ])("every truncation and flipped bit of a real block %s", (_name, hex) => {
    const bytes = fromHex(hex);
    for (let end = 0; end < bytes.length; end++) {
      expect(attempt(() => decodeBlock(bytes.subarray(0, end)))).toBeUndefined();
    }
    expect(attempt(() => decodeBlock(concat(bytes, Uint8Array.of(0))))).toBeUndefined();
    for (let i = 80; i < bytes.length; i++) {
      const damaged = bytes.slice();
      damaged[i]! ^= 1 << (i % 8);
      // What still reads must be written as the same bytes: there is one serialisation of everything.
      const block = attempt(() => decodeBlock(damaged));
      if (!block) continue;
      const written = block.txs.map((t) => encodeTx(t, { witness: true }));
      expect(equal(encodeBlock(block.headerBytes, written), damaged)).toBe(true);
    }
  });

  test("a count that claims more than is there does not take the memory", () => {
    const many = concat(new Uint8Array(4), encodeVarint(MAX_SIZE), encodeVarbytes(new Uint8Array(40)));
    expect(() => decodeTx(many)).toThrow(expect.objectContaining({ code: "truncated" }));
  });

  test("forms that are no transaction", () => {
    const code = (hex: string) => {
      try {
        decodeTx(fromHex(hex));
      } catch (error) {
        return (error as CarraraError).code;
      }
      return "none";
    };
    expect(code("010000000000")).toBe("tx-no-inputs");
    expect(code("010000000008")).toBe("tx-unknown-flag");
    expect(code("01000000000100")).toBe("tx-no-inputs");
    const input = `${"00".repeat(36)}00ffffffff`;
    expect(code(`01000000000101${input}000000000000`)).toBe("tx-superfluous-witness");
    expect(code(`0100000001${input}000000000000`)).toBe("trailing-bytes");
    expect(code(`0100000001${input}0000000000`)).toBe("none");
  });

  test("a header field beyond 32 bits", () => {
    const header = decodeHeader(fromHex(WITNESS_BLOCK.hex));
    for (const nonce of [-1, 2 ** 32, 0.5, Number.NaN]) {
      expect(() => encodeHeader({ ...header, nonce })).toThrow(expect.objectContaining({ code: "bad-header" }));
    }
    expect(() => encodeHeader({ ...header, prevHash: new Uint8Array(31) })).toThrow("prevHash has 31 bytes.");
    expect(() => decodeHeader(new Uint8Array(90), 11)).toThrow("79 bytes are too few for a header.");
  });
});
