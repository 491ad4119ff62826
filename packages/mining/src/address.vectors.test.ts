import { fromHex, toHex } from "@carrara/base/bytes";
import { createBase58check } from "@scure/base";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Network } from "./address.ts";
import { AddressError, addressOfScript, scriptOfAddress } from "./address.ts";
import { sha256 } from "./hash.ts";

const TESTS = ["testnet", "signet", "regtest", "litecoin-testnet", "litecoin-regtest"];

describe("bip350: valid segwit addresses", () => {
  test.each([
    ["BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4", "0014751e76e8199196d454941c45d1b3a323f1433bd6", ["mainnet"]],
    [
      "tb1qrp33g0q5c5txsp9arysrx4k6zdkfs4nce4xj0gdcccefvpysxf3q0sl5k7",
      "00201863143c14c5166804bd19203356da136c985678cd4d27a1b8c6329604903262",
      ["testnet", "signet"],
    ],
    [
      "tb1qqqqqp399et2xygdj5xreqhjjvcmzhxw4aywxecjdzew6hylgvsesrxh6hy",
      "0020000000c4a5cad46221b2a187905e5266362b99d5e91c6ce24d165dab93e86433",
      ["testnet", "signet"],
    ],
    [
      "tb1pqqqqp399et2xygdj5xreqhjjvcmzhxw4aywxecjdzew6hylgvsesf3hn0c",
      "5120000000c4a5cad46221b2a187905e5266362b99d5e91c6ce24d165dab93e86433",
      ["testnet", "signet"],
    ],
    [
      "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0",
      "512079be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798",
      ["mainnet"],
    ],
  ])("%s", (address, script, network) => {
    expect(toHex(scriptOfAddress(address).script)).toBe(script);
    expect(scriptOfAddress(address).network).toEqual(network);
    expect(addressOfScript(fromHex(script), network[0] as Network)).toBe(address.toLowerCase());
  });

  test.each([
    "bc1pw508d6qejxtdg4y5r3zarvary0c5xw7kw508d6qejxtdg4y5r3zarvary0c5xw7kt5nd6y",
    "BC1SW50QGDZ25J",
    "bc1zw508d6qejxtdg4y5r3zarvaryvaxxpcs",
  ])("%s is valid, but nobody could be paid by it", (address) => {
    expect(() => scriptOfAddress(address)).toThrow(expect.objectContaining({ code: "address-future-version" }));
  });
});

describe("bip350: invalid segwit addresses", () => {
  test.each([
    ["tc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vq5zuyut", "address-unknown"],
    ["bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqh2y7hd", "address-checksum"],
    ["tb1z0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqglt7rf", "address-checksum"],
    ["BC1S0XLXVLHEMJA6C4DQV22UAPCTQUPFHLXM9H8Z3K2E72Q4K9HCZ7VQ54WELL", "address-checksum"],
    ["bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kemeawh", "address-checksum"],
    ["tb1q0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vq24jc47", "address-checksum"],
    ["bc1p38j9r5y49hruaue7wxjce0updqjuyyx0kh56v8s25huc6995vvpql3jow4", "address-checksum"],
    ["BC130XLXVLHEMJA6C4DQV22UAPCTQUPFHLXM9H8Z3K2E72Q4K9HCZ7VQ7ZWS8R", "address-program"],
    ["bc1pw5dgrnzv", "address-program"],
    ["bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7v8n0nx0muaewav253zgeav", "address-program"],
    ["BC1QR508D6QEJXTDG4Y5R3ZARVARYV98GJ9P", "address-program"],
    ["tb1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vq47Zagq", "address-case"],
    ["bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7v07qwwzcrf", "address-program"],
    ["tb1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vpggkg4j", "address-program"],
    ["bc1gmk9yu", "address-program"],
  ])("%s", (address, code) => {
    expect(() => scriptOfAddress(address)).toThrow(expect.objectContaining({ code }));
  });
});

describe("base58check", () => {
  test.each([
    ["1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", "76a91462e907b15cbf27d5425399ebf6f0fb50ebb88f1888ac", ["mainnet"]],
    ["1BgGZ9tcN4rm9KBzDn7KprQz87SZ26SAMH", "76a914751e76e8199196d454941c45d1b3a323f1433bd688ac", ["mainnet"]],
    ["mrCDrCybB6J1vRfbwM5hemdJz73FwDBC8r", "76a914751e76e8199196d454941c45d1b3a323f1433bd688ac", TESTS],
    ["3LRW7jeCvQCRdPF8S3yUCfRAx4eqXFmdcr", "a914cd7b44d0b03f2d026d1e586d7ae18903b0d385f687", ["mainnet", "litecoin"]],
    ["2NByiBUaEXrhmqAsg7BbLpcQSAQs1EDwt5w", "a914cd7b44d0b03f2d026d1e586d7ae18903b0d385f687", TESTS],
  ])("%s", (address, script, network) => {
    expect(toHex(scriptOfAddress(address).script)).toBe(script);
    expect(scriptOfAddress(address).network).toEqual(network);
    expect(addressOfScript(fromHex(script), network[0] as Network)).toBe(address);
  });

  test("litecoin's own versions", () => {
    const p2pkh = fromHex("76a914751e76e8199196d454941c45d1b3a323f1433bd688ac");
    const p2sh = fromHex("a914cd7b44d0b03f2d026d1e586d7ae18903b0d385f687");
    expect(addressOfScript(p2pkh, "litecoin")).toMatch(/^L/);
    expect(addressOfScript(p2sh, "litecoin")).toMatch(/^M/);
    expect(scriptOfAddress(addressOfScript(p2pkh, "litecoin")!).network).toEqual(["litecoin"]);
    expect(scriptOfAddress(addressOfScript(p2sh, "litecoin")!).network).toEqual(["litecoin"]);
  });
});

test.each([
  ["empty", ""],
  ["a word", "satoshi"],
  ["one wrong letter", "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb"],
  ["a WIF key", "5HueCGU8rMjxEXxiPuD5BDku4MkFqeZyd4dZ1jvhTVqvbTLvyTJ"],
  ["an extended private key", `xprv${"9".repeat(107)}`],
  ["an address of another coin", createBase58check(sha256).encode(new Uint8Array(21).fill(0x1e))],
  ["an Ethereum address", "0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266"],
  ["mixed case", "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kV8f3t4"],
  ["very long", "1".repeat(100_000)],
  ["future version", "bc1zw508d6qejxtdg4y5r3zarvaryvaxxpcs"],
])("%s is refused with the mend", (_name, text) => {
  let told = "";
  try {
    scriptOfAddress(text);
  } catch (error) {
    const { code, message, hint } = error as AddressError;
    told = `${code}: ${message} ${hint}`;
  }
  expect(told).toMatchSnapshot();
});

test("any text is an address or one of our errors", () => {
  const prefix = fc.constantFrom("", "bc1", "tb1p", "1", "3", "ltc1");
  fc.assert(
    fc.property(prefix, fc.string({ maxLength: 120 }), (start, rest) => {
      try {
        expect(scriptOfAddress(start + rest).script.length).toBeGreaterThan(0);
      } catch (error) {
        expect(error).toBeInstanceOf(AddressError);
      }
    }),
    { numRuns: 1000 },
  );
});

test("script to address and back, on every network", () => {
  const networks: Network[] = [
    "mainnet",
    "testnet",
    "signet",
    "regtest",
    "litecoin",
    "litecoin-testnet",
    "litecoin-regtest",
  ];
  const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length }).map(toHex);
  const script = fc.oneof(
    bytes(20).map((hash) => `76a914${hash}88ac`),
    bytes(20).map((hash) => `a914${hash}87`),
    bytes(20).map((hash) => `0014${hash}`),
    bytes(32).map((hash) => `0020${hash}`),
    bytes(32).map((key) => `5120${key}`),
  );
  fc.assert(
    fc.property(script, fc.constantFrom(...networks), (hex, network) => {
      const read = scriptOfAddress(addressOfScript(fromHex(hex), network)!);
      expect(toHex(read.script)).toBe(hex);
      expect(read.network).toContain(network);
    }),
  );
  expect(addressOfScript(fromHex("6a00"), "mainnet")).toBeUndefined();
});
