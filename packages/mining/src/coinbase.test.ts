import { toHex } from "@carrara/base/bytes";
import { sats } from "@carrara/base/units";
import { expect, test } from "vitest";
import type { CoinbaseParts } from "./coinbase.ts";
import { assembleCoinbase, buildCoinbase, withWitness } from "./coinbase.ts";
import { commitmentScript } from "./commitment.ts";
import { decodeTx, stripWitness } from "./transaction.ts";

const parts: CoinbaseParts = {
  height: 840000,
  extranonceSize: 12,
  value: sats(312_500_000n),
  payoutScript: new Uint8Array(34).fill(0x51),
  commitment: new Uint8Array(32).fill(7),
  witnessCommitmentScript: new Uint8Array(38).fill(0x6a),
  tag: "/Carrara/",
};

test("halves around the extranonce", () => {
  const coinbase = buildCoinbase(parts);
  const extranonce = Uint8Array.from({ length: 12 }, (_, i) => i);
  const raw = assembleCoinbase(coinbase, extranonce);
  expect(raw.subarray(coinbase.extranonceOffset, coinbase.extranonceOffset + 12)).toEqual(extranonce);
  const tx = decodeTx(raw);
  expect(toHex(tx.inputs[0]!.script)).toBe("0340d10c0c000102030405060708090a0b092f436172726172612f");
  expect(tx.outputs).toEqual([
    { value: 312_500_000n, script: parts.payoutScript },
    { value: 0n, script: parts.witnessCommitmentScript },
    { value: 0n, script: commitmentScript(parts.commitment!) },
  ]);
  expect(stripWitness(withWitness(raw))).toEqual(raw);
});

test.each([
  ["an extranonce of the wrong length", () => assembleCoinbase(buildCoinbase(parts), new Uint8Array(11))],
  ["no extranonce", () => buildCoinbase({ ...parts, extranonceSize: 0 })],
  ["an extranonce beyond a push", () => buildCoinbase({ ...parts, extranonceSize: 76 })],
  ["a scriptSig over 100 bytes", () => buildCoinbase({ ...parts, extranonceSize: 75, tag: "x".repeat(40) })],
  ["a tag that is not ASCII", () => buildCoinbase({ ...parts, tag: "ü" })],
  ["a tag that is too long", () => buildCoinbase({ ...parts, tag: "x".repeat(41) })],
  ["a coinbase over 1,000 bytes", () => buildCoinbase({ ...parts, payoutScript: new Uint8Array(900) })],
  ["a value beyond 63 bits", () => buildCoinbase({ ...parts, value: sats(1n << 63n) })],
  ["a commitment of 31 bytes", () => buildCoinbase({ ...parts, commitment: new Uint8Array(31) })],
  [
    "a witness on what has one",
    () => withWitness(withWitness(assembleCoinbase(buildCoinbase(parts), new Uint8Array(12)))),
  ],
])("%s is refused", (_name, make) => {
  let told = "";
  try {
    make();
  } catch (error) {
    const { code, message, hint } = error as { code: string; message: string; hint: string };
    told = `${code}: ${message} ${hint}`;
  }
  expect(told).toMatchSnapshot();
});

test("the longest coinbase", () => {
  const longest = buildCoinbase({ ...parts, payoutScript: new Uint8Array(1) });
  const room = 1000 - (longest.coinb1.length + 12 + longest.coinb2.length);
  // A script above 252 bytes has a length of three bytes.
  const full = buildCoinbase({ ...parts, payoutScript: new Uint8Array(1 + room - 2) });
  expect(assembleCoinbase(full, new Uint8Array(12))).toHaveLength(1000);
  expect(() => buildCoinbase({ ...parts, payoutScript: new Uint8Array(room) })).toThrow("1001 bytes");
});
