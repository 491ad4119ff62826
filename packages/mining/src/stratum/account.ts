/**
 * Who a miner says it is: the user name `<bitcoin address>[.worker]` and the options in the password.
 * @module
 */
import { CarraraError } from "@carrara/base/errors";
import type { Address } from "@carrara/base/units";
import { address } from "@carrara/base/units";

/** Longest name of a worker behind the address. */
export const MAX_WORKER_NAME = 64;

/** A user name, read. The address is not checked here. */
export interface UserName {
  /** Payout address as written, a bech32 one in lower case. */
  address: string;
  /** Empty when the miner gave none. */
  worker: string;
}

/** The options of a password; all may be absent. */
export interface PasswordOptions {
  /** `c=`: the collection that shares count for. */
  collection?: Address;
  /** `to=`: who owns what is forged. */
  recipient?: Address;
  /** `d=`: the least difficulty wanted. */
  difficulty?: number;
  /** Options that we do not know, as written: told to the owner, never a reason to refuse. */
  unknown: string[];
}

/**
 * Reads a user name.
 * @throws AccountError when it is empty, or the worker's name is too long or has characters that names do not have.
 * @example readUser("bcrt1q....rig7") // { address: "bcrt1q...", worker: "rig7" }
 */
export function readUser(text: string): UserName {
  const dot = text.indexOf(".");
  const written = dot < 0 ? text : text.slice(0, dot);
  const worker = dot < 0 ? "" : text.slice(dot + 1);
  if (written === "") {
    throw new AccountError(
      "The user name is empty.",
      "Use your Bitcoin address, and .name behind it for each machine.",
    );
  }
  if (worker.length > MAX_WORKER_NAME || !/^[A-Za-z0-9._:@+-]*$/.test(worker)) {
    throw new AccountError(
      `The worker name "${worker.slice(0, MAX_WORKER_NAME)}" cannot be used.`,
      `Use up to ${MAX_WORKER_NAME} of the characters A-Z a-z 0-9 . _ : @ + -`,
    );
  }
  // BIP 173 allows a bech32 address in capitals (QR codes): the same payee as in small letters.
  const capitals = written === written.toUpperCase() && /^(BC|TB|BCRT|LTC|TLTC|RLTC)1/.test(written);
  return { address: capitals ? written.toLowerCase() : written, worker };
}

/**
 * Reads a password: options separated by commas, spaces around them ignored. Words without `=` ("x", "123": what most
 * miners send) mean nothing.
 * @throws AccountError when the value of a known option has the wrong form.
 * @example readPassword("c=0x00000000000000000000000000000000000000c0, d=64").difficulty // 64
 */
export function readPassword(text: string): PasswordOptions {
  const options: PasswordOptions = { unknown: [] };
  for (const piece of text.split(",")) {
    const equals = piece.indexOf("=");
    if (equals < 0) continue;
    const name = piece.slice(0, equals).trim();
    const value = piece.slice(equals + 1).trim();
    if (name === "c") options.collection = ethereumAddress("c", "the collection", value);
    else if (name === "to") options.recipient = ethereumAddress("to", "who shall own the pieces", value);
    else if (name === "d") options.difficulty = positive(value);
    else options.unknown.push(piece.trim().slice(0, MAX_WORKER_NAME));
  }
  return options;
}

function ethereumAddress(name: string, what: string, value: string): Address {
  try {
    return address(value);
  } catch {
    throw new AccountError(
      `The password option ${name}=${value.slice(0, 50)} is not an Ethereum address.`,
      `Give ${what} as ${name}=0x and 40 hex digits, or leave the option out.`,
    );
  }
}

function positive(value: string): number {
  const number = /^(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(value) ? Number(value) : Number.NaN;
  if (!(number > 0 && number <= MAX_DIFFICULTY)) {
    throw new AccountError(
      `The password option d=${value.slice(0, 50)} is not a difficulty.`,
      "Give a number above 0, for instance d=512 or d=0.01.",
    );
  }
  return number;
}

/** No device on earth sends one share of this difficulty in a day; larger numbers are typing errors. */
export const MAX_DIFFICULTY = 1e12;

/** The user name or password cannot be used. */
export class AccountError extends CarraraError {
  constructor(message: string, hint: string) {
    super("bad-account", message, { hint });
  }
}
