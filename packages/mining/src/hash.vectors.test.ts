import { fromHex, toHex } from "@carrara/base/bytes";
import { describe, expect, test } from "vitest";
import { HEADERS, LITECOIN_GENESIS } from "../test/blocks.ts";
import { display, fromDisplay, scryptPow, sha256, sha256d } from "./hash.ts";
import { decodeHeader } from "./header.ts";
import { bitsToTarget, meets } from "./target.ts";

describe("fips 180-4", () => {
  test.each([
    ["", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"],
    ["abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"],
    [
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
    ],
  ])("sha256 of %j", (text, digest) => {
    expect(toHex(sha256(new TextEncoder().encode(text)))).toBe(digest);
  });
});

describe("real headers", () => {
  test.each(HEADERS)("block $height", ({ hex, hash, bits }) => {
    const header = fromHex(hex);
    expect(display(sha256d(header))).toBe(hash);
    expect(fromDisplay(hash)).toEqual(sha256d(header));
    expect(meets(sha256d(header), bitsToTarget(bits))).toBe(true);
  });

  test("litecoin genesis: id by sha256d, work by scrypt", () => {
    const header = fromHex(LITECOIN_GENESIS.hex);
    expect(display(sha256d(header))).toBe(LITECOIN_GENESIS.hash);
    const target = bitsToTarget(decodeHeader(header).bits);
    expect(meets(scryptPow(header), target)).toBe(true);
    expect(meets(sha256d(header), target)).toBe(false);
  });
});

test("a hash has 32 bytes", () => {
  expect(() => display(new Uint8Array(31))).toThrow("a hash has 31 bytes.");
  expect(() => fromDisplay("00")).toThrow('"00" is not a 256-bit hash.');
});
