/**
 * A miner for tests that builds headers from notify by the field's own rules, not by job.ts, and a chain and collection
 * easy enough for a plain loop.
 * @module
 */
import { concat, fromHex, reversed, toHex } from "@carrara/base/bytes";
import { seeded } from "@carrara/base/random";
import type { Address } from "@carrara/base/units";
import { scriptOfAddress } from "../../address.ts";
import { display, sha256d } from "../../hash.ts";
import { hashToNumber, targetOfDifficulty } from "../../target.ts";
import type { TemplateFields, Work } from "../job.ts";
import { createWork, DEFAULT_VERSION_MASK, hex32 } from "../job.ts";
import type { ForgeTerms, Session, SessionConfig, SessionEffect } from "../session.ts";
import { createSession, step } from "../session.ts";

/** BIP 173 and BIP 350 test vectors: a P2WPKH and a P2TR address of the main chain. */
export const PAYOUT = "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4";
export const OTHER_PAYOUT = "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0";
export const OWNER = `0x${"11".repeat(20)}` as Address;
export const COLLECTION = `0x${"c0".repeat(20)}` as Address;
export const OTHER_COLLECTION = `0x${"c1".repeat(20)}` as Address;

/** 2026-11-22, in ms; all tests start here. */
export const START = 1_795_305_600_000;

/** Difficulty 1 of the tests is 16 hashes. */
export const UNIT = (1n << 252n) - 1n;

/** A chain target of 4,096 hashes. */
export const EASY_BITS = "1f0fffff";

export function template(changes: Partial<TemplateFields> & { count?: number; tip?: number } = {}): TemplateFields {
  const { count = 5, tip = 1, ...fields } = changes;
  const random = seeded(tip);
  return {
    version: 0x20000000,
    previousblockhash: `00000000${toHex(random.bytes(28))}`,
    transactions: Array.from({ length: count }, () => ({
      data: toHex(random.bytes(80)),
      txid: toHex(random.bytes(32)),
    })),
    coinbasevalue: 312_500_000,
    mintime: START / 1000 - 600,
    curtime: START / 1000,
    bits: EASY_BITS,
    height: 900_000,
    default_witness_commitment: `6a24aa21a9ed${"77".repeat(32)}`,
    ...fields,
  };
}

export function work(changes: Parameters<typeof template>[0] & { id?: number; receivedAt?: number } = {}): Work {
  const { id = 1, receivedAt = START, ...rest } = changes;
  return createWork(template(rest), { id, receivedAt, versionMask: DEFAULT_VERSION_MASK });
}

export function terms(changes: Partial<ForgeTerms> = {}): ForgeTerms {
  return {
    chainId: 31337n,
    collection: COLLECTION,
    owner: OWNER,
    round: 3,
    anchor: new Uint8Array(32).fill(0xaa),
    target: targetOfDifficulty(8, UNIT),
    ...changes,
  };
}

export function config(changes: Partial<SessionConfig> = {}): SessionConfig {
  let connections = 0;
  return {
    sha256d,
    unit: UNIT,
    versionMask: DEFAULT_VERSION_MASK,
    extranonce2Size: 8,
    startDifficulty: 1,
    payoutScript: (address) => scriptOfAddress(address).script,
    extranonce1: () => {
      connections += 1;
      return fromHex(hex32(connections));
    },
    ...changes,
  };
}

/** A JSON-RPC line from the pool, read. */
export interface Reply {
  id: unknown;
  method?: string;
  params?: unknown[];
  result?: unknown;
  error?: [number, string, null] | null;
}

/** What a notify says, by its place. */
export interface Notify {
  id: string;
  prevHash: string;
  coinb1: string;
  coinb2: string;
  branch: string[];
  version: string;
  bits: string;
  ntime: string;
  clean: boolean;
}

export interface Share {
  user: string;
  job: string;
  extranonce2: string;
  ntime: string;
  nonce: string;
  bits?: string;
}

/** A device on one session. */
export interface Device {
  session: Session;
  now: number;
  effects: SessionEffect[];
  /** Every line that the pool sent. */
  lines: string[];
  difficulty: number | undefined;
  notify: Notify | undefined;
  extranonce1: string;
  extranonce2Size: number;
  /** Sends one raw line and gives the replies of this step. */
  raw(line: string): Reply[];
  send(method: string, params: unknown, id?: unknown): Reply[];
  event(event: { type: "work"; work: Work } | { type: "terms"; terms: ForgeTerms[] } | { type: "tick" }): Reply[];
  /** Subscribes and authorizes. */
  begin(password?: string, user?: string): void;
  submit(share: Share, id?: unknown): Reply;
}

export function device(options: { config?: SessionConfig; work?: Work; terms?: ForgeTerms[] } = {}): Device {
  const session = createSession(options.config ?? config(), {
    now: START,
    work: "work" in options ? options.work : work(),
    terms: options.terms ?? [terms()],
  });
  const self: Device = {
    session,
    now: START,
    effects: [],
    lines: [],
    difficulty: undefined,
    notify: undefined,
    extranonce1: "",
    extranonce2Size: 0,
    raw: (line) => take(step(session, { type: "line", line, now: self.now })),
    send: (method, params, id = 1) => self.raw(JSON.stringify({ id, method, params })),
    event: (event) => take(step(session, { ...event, now: self.now })),
    begin: (password = "x", user = `${PAYOUT}.rig`) => {
      self.send("mining.subscribe", ["test/1.0"], 1);
      self.send("mining.authorize", [user, password], 2);
    },
    submit: (share, id = 4) => {
      const { user, job, extranonce2, ntime, nonce, bits } = share;
      const params = [user, job, extranonce2, ntime, nonce, ...(bits === undefined ? [] : [bits])];
      return self.send("mining.submit", params, id)[0]!;
    },
  };
  const take = ({ replies, effects }: { replies: string[]; effects: SessionEffect[] }): Reply[] => {
    self.lines.push(...replies);
    self.effects.push(...effects);
    const read = replies.map((line) => JSON.parse(line) as Reply);
    for (const reply of read) {
      if (reply.method === "mining.notify") self.notify = readNotify(reply.params!);
      if (reply.method === "mining.set_difficulty") self.difficulty = reply.params![0] as number;
      if (Array.isArray(reply.result) && Array.isArray(reply.result[0])) {
        self.extranonce1 = reply.result[1] as string;
        self.extranonce2Size = reply.result[2] as number;
      }
    }
    return read;
  };
  return self;
}

export function readNotify(params: unknown[]): Notify {
  const [id, prevHash, coinb1, coinb2, branch, version, bits, ntime, clean] = params as [
    string,
    string,
    string,
    string,
    string[],
    string,
    string,
    string,
    boolean,
  ];
  return { id, prevHash, coinb1, coinb2, branch, version, bits, ntime, clean };
}

/**
 * The header as a device makes it: every 4-byte word of the previous hash swapped, branch nodes as they are, numbers
 * little-endian (pooler/cpuminer, stratum_gen_work).
 */
export function deviceHeader(
  notify: Notify,
  extranonce1: string,
  choice: { extranonce2: string; ntime: string; nonce: string; version?: string },
): { header: Uint8Array; coinbase: Uint8Array } {
  const coinbase = fromHex(notify.coinb1 + extranonce1 + choice.extranonce2 + notify.coinb2);
  let root = sha256d(coinbase);
  for (const node of notify.branch) root = sha256d(concat(root, fromHex(node)));
  const prev = concat(
    ...Array.from({ length: 8 }, (_, i) => reversed(fromHex(notify.prevHash.slice(8 * i, 8 * i + 8)))),
  );
  const little = (hex: string) => reversed(fromHex(hex));
  const header = concat(
    little(choice.version ?? notify.version),
    prev,
    root,
    little(choice.ntime),
    little(notify.bits),
    little(choice.nonce),
  );
  return { header, coinbase };
}

/** Searches nonces until a hash falls between two targets (above `above`, at or below `target`). */
export function mine(
  self: Device,
  want: {
    target?: bigint;
    above?: bigint;
    extranonce2?: string;
    ntime?: string;
    bits?: string;
    version?: string;
    from?: number;
    notify?: Notify;
  },
): Share & { hash: Uint8Array; header: Uint8Array; coinbase: Uint8Array } {
  const notify = want.notify ?? self.notify!;
  const target = want.target ?? targetOfDifficulty(self.difficulty!, UNIT);
  const extranonce2 = want.extranonce2 ?? "00".repeat(self.extranonce2Size);
  const ntime = want.ntime ?? notify.ntime;
  const choice = { extranonce2, ntime, nonce: "00000000", ...(want.version ? { version: want.version } : {}) };
  const { header, coinbase } = deviceHeader(notify, self.extranonce1, choice);
  const view = new DataView(header.buffer);
  for (let nonce = want.from ?? 0; nonce < 2_000_000; nonce++) {
    view.setUint32(76, nonce, true);
    const hash = sha256d(header);
    const number = hashToNumber(hash);
    if (number > target || number <= (want.above ?? -1n)) continue;
    const share: Share = { user: `${PAYOUT}.rig`, job: notify.id, extranonce2, ntime, nonce: hex32(nonce) };
    if (want.bits !== undefined) share.bits = want.bits;
    return { ...share, hash, header: header.slice(), coinbase };
  }
  throw new Error("no nonce of two million falls between these targets");
}

export function ofType<T extends SessionEffect["type"]>(
  effects: readonly SessionEffect[],
  type: T,
): Extract<SessionEffect, { type: T }>[] {
  return effects.filter((effect): effect is Extract<SessionEffect, { type: T }> => effect.type === type);
}

/** Core's display form of a hash. */
export const shown = (hash: Uint8Array): string => display(hash);
