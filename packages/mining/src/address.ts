/**
 * Payout addresses to output scripts and back: base58check (P2PKH, P2SH) and segwit (BIP173, BIP350).
 * An address says which networks it may belong to; test networks share their prefixes.
 * @module
 */
import { concat } from "@carrara/base/bytes";
import { CarraraError } from "@carrara/base/errors";
import { bech32, bech32m, createBase58check } from "@scure/base";
import { sha256 } from "./hash.ts";

/** The chains whose addresses we know. */
export type Network =
  | "mainnet"
  | "testnet"
  | "signet"
  | "regtest"
  | "litecoin"
  | "litecoin-testnet"
  | "litecoin-regtest";

/** An address, read. */
export interface Payout {
  script: Uint8Array;
  /** Networks on which this text is an address, the likeliest first. */
  network: Network[];
}

/**
 * The output script of an address of any known network.
 * @throws AddressError (address-empty, address-unknown, address-private-key, address-checksum, address-case, address-program,
 * address-future-version): each tells the mend.
 * @example scriptOfAddress("bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4").network // ["mainnet"]
 */
export function scriptOfAddress(text: string): Payout {
  if (text === "") throw new AddressError("address-empty", "The address is empty.", "Give a Bitcoin address.");
  const separator = text.lastIndexOf("1");
  const prefix = text.slice(0, Math.max(separator, 0)).toLowerCase();
  const network = NETWORKS.filter((name) => PREFIXES[name].bech32 === prefix);
  return network.length > 0 ? { script: segwitScript(text), network } : base58Script(text);
}

/**
 * The address of a script on one network, or undefined when the script has none (OP_RETURN, bare keys).
 * @example addressOfScript(fromHex("0014751e76e8199196d454941c45d1b3a323f1433bd6"), "mainnet")
 */
export function addressOfScript(script: Uint8Array, network: Network): string | undefined {
  const { bech32: prefix, p2pkh, p2sh } = PREFIXES[network];
  if (matches(script, [0x76, 0xa9, 20], 20, [0x88, 0xac])) return encodeBase58(p2pkh, script.subarray(3, 23));
  if (matches(script, [0xa9, 20], 20, [0x87])) return encodeBase58(p2sh.at(-1)!, script.subarray(2, 22));
  if (matches(script, [0x00, 20], 20, []) || matches(script, [0x00, 32], 32, [])) {
    return bech32.encode(prefix, [0, ...bech32.toWords(script.subarray(2))]);
  }
  if (matches(script, [0x51, 32], 32, [])) return bech32m.encode(prefix, [1, ...bech32m.toWords(script.subarray(2))]);
  return undefined;
}

interface Prefixes {
  bech32: string;
  p2pkh: number;
  /** Version bytes that are read; the last is the one written. */
  p2sh: readonly number[];
}

// Bitcoin Core and Litecoin Core, src/kernel/chainparams.cpp (base58Prefixes, bech32_hrp). Litecoin still reads
// Bitcoin's script versions beside its own.
const PREFIXES: Record<Network, Prefixes> = {
  mainnet: { bech32: "bc", p2pkh: 0x00, p2sh: [0x05] },
  testnet: { bech32: "tb", p2pkh: 0x6f, p2sh: [0xc4] },
  signet: { bech32: "tb", p2pkh: 0x6f, p2sh: [0xc4] },
  regtest: { bech32: "bcrt", p2pkh: 0x6f, p2sh: [0xc4] },
  litecoin: { bech32: "ltc", p2pkh: 0x30, p2sh: [0x05, 0x32] },
  "litecoin-testnet": { bech32: "tltc", p2pkh: 0x6f, p2sh: [0xc4, 0x3a] },
  "litecoin-regtest": { bech32: "rltc", p2pkh: 0x6f, p2sh: [0xc4, 0x3a] },
};
const NETWORKS = Object.keys(PREFIXES) as Network[];

const base58 = createBase58check(sha256);

function segwitScript(text: string): Uint8Array {
  if (text !== text.toLowerCase() && text !== text.toUpperCase()) {
    throw new AddressError("address-case", `"${text}" mixes upper and lower case.`, "Write it in one case (BIP173).");
  }
  const plain = text.toLowerCase();
  const old = bech32.decodeUnsafe(plain);
  const words = (old ?? bech32m.decodeUnsafe(plain))?.words;
  if (words === undefined) {
    throw new AddressError("address-checksum", `"${shorten(text)}" has a typing error.`, "Copy the address again.");
  }
  const version = words[0];
  const program = (old ? bech32 : bech32m).fromWordsUnsafe(words.slice(1));
  if (version === undefined || version > 16 || !program || program.length < 2 || program.length > 40) {
    throw new AddressError(
      "address-program",
      `"${shorten(text)}" holds no witness program.`,
      "Copy the address again.",
    );
  }
  // BIP350: version 0 is bech32, all others bech32m; the wrong checksum is a damaged or badly made address.
  if ((version === 0) !== (old !== undefined)) {
    const wanted = version === 0 ? "bech32" : "bech32m";
    throw new AddressError(
      "address-checksum",
      `"${shorten(text)}" has the wrong checksum for witness version ${version}.`,
      `Use an address made by a current wallet (${wanted}, BIP350).`,
    );
  }
  if (version === 0 && program.length !== 20 && program.length !== 32) {
    throw new AddressError(
      "address-program",
      `"${shorten(text)}" has a version 0 program of ${program.length} bytes.`,
      "Copy the address again: 20 or 32 bytes are possible.",
    );
  }
  if (version > 1 || (version === 1 && program.length !== 32)) {
    throw new AddressError(
      "address-future-version",
      `"${shorten(text)}" is of witness version ${version} with ${program.length} bytes, which anybody could spend.`,
      "Use a P2WPKH, P2WSH or P2TR address.",
    );
  }
  return concat(Uint8Array.of(version === 0 ? 0 : 0x50 + version, program.length), program);
}

function base58Script(text: string): Payout {
  // A private key pasted by mistake must not go into a log: this is the one text that is not repeated.
  if (/^([5KL9c][1-9A-HJ-NP-Za-km-z]{50,51}|[xyzt]prv[1-9A-HJ-NP-Za-km-z]{40,})$/.test(text)) {
    throw new AddressError(
      "address-private-key",
      "That looks like a private key, not an address.",
      "Give the address that belongs to it, and move the coins if anybody saw the key.",
    );
  }
  const known = /^[1-9A-HJ-NP-Za-km-z]{25,36}$/.test(text);
  if (!known) {
    throw new AddressError(
      "address-unknown",
      `"${shorten(text)}" is not an address of Bitcoin or Litecoin.`,
      "Give an address that begins with bc1, 1, 3, tb1, bcrt1, m, n, 2, ltc1, tltc1, rltc1, L or M.",
    );
  }
  const decoded = decodeBase58(text);
  const version = decoded[0]!;
  const hash = decoded.subarray(1);
  const p2pkh = NETWORKS.filter((name) => PREFIXES[name].p2pkh === version);
  const p2sh = NETWORKS.filter((name) => PREFIXES[name].p2sh.includes(version));
  if (hash.length !== 20 || p2pkh.length + p2sh.length === 0) {
    throw new AddressError(
      "address-unknown",
      `"${shorten(text)}" is not an address of Bitcoin or Litecoin (version ${version}, ${hash.length} bytes).`,
      "Give a payout address, not a key or an address of another coin.",
    );
  }
  return p2pkh.length > 0
    ? { script: concat(Uint8Array.of(0x76, 0xa9, 20), hash, Uint8Array.of(0x88, 0xac)), network: p2pkh }
    : { script: concat(Uint8Array.of(0xa9, 20), hash, Uint8Array.of(0x87)), network: p2sh };
}

function decodeBase58(text: string): Uint8Array {
  try {
    return base58.decode(text);
  } catch (cause) {
    throw new AddressError(
      "address-checksum",
      `"${shorten(text)}" has a typing error.`,
      "Copy the address again.",
      cause,
    );
  }
}

function encodeBase58(version: number, hash: Uint8Array): string {
  return base58.encode(concat(Uint8Array.of(version), hash));
}

function matches(script: Uint8Array, head: readonly number[], size: number, tail: readonly number[]): boolean {
  return (
    script.length === head.length + size + tail.length &&
    head.every((byte, i) => script[i] === byte) &&
    tail.every((byte, i) => script[head.length + size + i] === byte)
  );
}

function shorten(text: string): string {
  return text.length > 100 ? `${text.slice(0, 100)}…` : text;
}

/** The text is no address that we can pay. */
export class AddressError extends CarraraError {
  constructor(
    code:
      | "address-empty"
      | "address-unknown"
      | "address-private-key"
      | "address-checksum"
      | "address-case"
      | "address-program"
      | "address-future-version",
    message: string,
    hint: string,
    cause?: unknown,
  ) {
    super(code, message, { hint, cause });
  }
}
