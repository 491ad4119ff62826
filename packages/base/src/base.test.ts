import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  bigintFromBE,
  bigintFromLE,
  bigintToBE,
  bigintToLE,
  concat,
  equal,
  fromHex,
  reversed,
  toHex,
} from "./bytes.ts";
import { CarraraError, explain } from "./errors.ts";
import { seeded } from "./random.ts";
import { address, hash256, sats, wei } from "./units.ts";

describe("bytes", () => {
  test("hex there and back is the same as Node's", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const hex = toHex(bytes);
        expect(hex).toBe(Buffer.from(bytes).toString("hex"));
        expect(fromHex(hex)).toEqual(Uint8Array.from(bytes));
        expect(fromHex(`0x${hex.toUpperCase()}`)).toEqual(Uint8Array.from(bytes));
      }),
    );
  });

  test("what is not hex is refused with the mend", () => {
    for (const bad of ["0", "0x0", "zz", "0x0g", " 00", "1é"]) {
      expect(() => fromHex(bad)).toThrowErrorMatchingSnapshot(`"${bad}"`);
    }
  });

  test("numbers there and back, both ends first", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 256n - 1n }), (value) => {
        expect(bigintFromBE(bigintToBE(value, 32))).toBe(value);
        expect(bigintFromLE(bigintToLE(value, 32))).toBe(value);
        expect(reversed(bigintToLE(value, 32))).toEqual(bigintToBE(value, 32));
      }),
    );
    expect(bigintFromBE(new Uint8Array())).toBe(0n);
    expect(() => bigintToBE(256n, 1)).toThrow(RangeError);
    expect(() => bigintToBE(-1n, 1)).toThrow(RangeError);
  });

  test("concat and equal", () => {
    expect(concat(Uint8Array.of(1), new Uint8Array(), Uint8Array.of(2, 3))).toEqual(Uint8Array.of(1, 2, 3));
    expect(equal(Uint8Array.of(1, 2), Uint8Array.of(1, 2))).toBe(true);
    expect(equal(Uint8Array.of(1, 2), Uint8Array.of(1, 3))).toBe(false);
    expect(equal(Uint8Array.of(1), Uint8Array.of(1, 2))).toBe(false);
  });
});

describe("units", () => {
  test("parsing gives the one form", () => {
    expect(hash256(`0x${"AB".repeat(32)}`)).toBe("ab".repeat(32));
    expect(address(`0x${"AB".repeat(20)}`)).toBe(`0x${"ab".repeat(20)}`);
    expect(sats(21n)).toBe(21n);
    expect(wei(0n)).toBe(0n);
  });

  test("anything else says what was wanted", () => {
    expect(() => hash256("12")).toThrow('"12" is not a 256-bit hash.');
    expect(() => address("0x12")).toThrow('"0x12" is not an Ethereum address.');
    expect(() => sats(-1n)).toThrow('"-1" is not an amount of satoshis.');
    expect(() => wei(-1n)).toThrow('"-1" is not an amount of wei.');
  });
});

describe("errors", () => {
  test("a message for a person holds the mend", () => {
    const error = new CarraraError("port-taken", "Port 1 is taken.", { hint: "Set another.", retryable: true });
    expect(explain(error)).toBe("Port 1 is taken. Set another.");
    expect(explain(new CarraraError("x", "Plain."))).toBe("Plain.");
    expect(explain(new Error("other"))).toBe("other");
    expect(explain("text")).toBe("text");
    expect(error).toMatchObject({ code: "port-taken", retryable: true, name: "CarraraError" });
  });
});

describe("random", () => {
  test("one seed, one sequence", () => {
    expect(seeded(1).bytes(8)).toEqual(seeded(1).bytes(8));
    expect(seeded(1).bytes(8)).not.toEqual(seeded(2).bytes(8));
  });

  test("draws stay below their bound and reach every value", () => {
    const random = seeded(7);
    const seen = new Set(Array.from({ length: 400 }, () => random.below(6)));
    expect([...seen].sort()).toEqual([0, 1, 2, 3, 4, 5]);
  });
});
