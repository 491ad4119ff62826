import { toHex } from "@carrara/base/bytes";
import { seeded } from "@carrara/base/random";
import { keccak_256 as audited } from "@noble/hashes/sha3.js";
import { expect, test } from "vitest";
import { keccak_256 } from "./keccak.ts";

test("the page's keccak equals the audited one at every length around its block", () => {
  const random = seeded(1);
  for (const length of [0, 1, 33, 34, 135, 136, 137, 271, 272, 1000]) {
    const bytes = random.bytes(length);
    expect(toHex(keccak_256(bytes))).toBe(toHex(audited(bytes)));
  }
});
