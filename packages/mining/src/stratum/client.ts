/**
 * The miner's side of Stratum V1, pure: lines in, lines and effects out. This computer's own miner speaks it to the
 * pool, over the same wire as any other device.
 * @module
 */
import { concat, fromHex } from "@carrara/base/bytes";
import type { Hash } from "../hash.ts";
import { foldLeft } from "../merkle.ts";
import { targetOfDifficulty } from "../target.ts";
import { hex32, wordsRestored } from "./job.ts";
import { readLine } from "./line.ts";

/** Submits that wait for an answer; the oldest is forgotten beyond it. */
export const MAX_PENDING = 256;

/** Who we are and where we connected. */
export interface ClientConfig {
  user: string;
  password: string;
  /** Name and version, for the pool. */
  agent: string;
  /** Host that we connected to: a `client.reconnect` to any other is refused. */
  host: string;
  /** sha256d, for coinbase and merkle root. */
  sha256d: Hash;
  /** The target of difficulty 1. */
  unit: bigint;
}

/** A job as notify tells it. */
export interface ClientJob {
  id: string;
  prevHash: Uint8Array;
  coinb1: Uint8Array;
  coinb2: Uint8Array;
  branch: readonly Uint8Array[];
  version: number;
  bits: number;
  ntime: number;
  /** Told with the job: later changes count for later jobs (as minerd does). */
  target: bigint;
  difficulty: number;
  extranonce1: Uint8Array;
  extranonce2Size: number;
}

/** State of one connection; changed in place by {@link receive}. */
export interface ClientSession {
  readonly config: ClientConfig;
  extranonce1: Uint8Array | undefined;
  extranonce2Size: number;
  authorized: boolean;
  difficulty: number;
  versionMask: number;
  job: ClientJob | undefined;
  nextId: number;
  /** Submits without an answer: id to the time they were sent, ms. */
  pending: Map<number, number>;
}

/** What a line from the pool means. */
export type ClientEffect =
  | { type: "job"; job: ClientJob; clean: boolean }
  | { type: "authorized" }
  /** Subscribe or authorize was refused: mining cannot begin; the text is the pool's. */
  | { type: "refused"; text: string }
  | { type: "accepted"; ms: number }
  | { type: "rejected"; code: number; text: string; ms: number }
  | { type: "message"; text: string }
  | { type: "reconnect"; port: number | undefined; waitMs: number }
  | { type: "fault"; text: string };

/** What {@link receive} gives: lines to send, without their ends, and effects. */
export interface Received {
  replies: string[];
  effects: ClientEffect[];
}

/** One header to search: all 2^32 nonces of it. */
export interface HeaderWork {
  job: ClientJob;
  /** 80 bytes, nonce 0. */
  header: Uint8Array;
  extranonce2: string;
  ntime: number;
}

/** A connection that has just opened. */
export function createClient(config: ClientConfig): ClientSession {
  return {
    config,
    extranonce1: undefined,
    extranonce2Size: 0,
    authorized: false,
    difficulty: 1,
    versionMask: 0,
    job: undefined,
    nextId: FIRST_SUBMIT_ID,
    pending: new Map(),
  };
}

/** The lines to send when the connection opens. */
export function openingLines(client: ClientSession): string[] {
  const { agent, user, password } = client.config;
  return [
    JSON.stringify({ id: SUBSCRIBE_ID, method: "mining.subscribe", params: [agent] }),
    JSON.stringify({ id: AUTHORIZE_ID, method: "mining.authorize", params: [user, password] }),
    JSON.stringify({ id: EXTRANONCE_ID, method: "mining.extranonce.subscribe", params: [] }),
  ];
}

/** Takes one line of the pool. Never throws; what cannot be read is a `fault` effect. */
export function receive(client: ClientSession, text: string | null, now: number): Received {
  const out: Received = { replies: [], effects: [] };
  const line = readLine(text);
  if (line.kind === "fault") out.effects.push({ type: "fault", text: line.why });
  else if (line.kind === "answer") takeAnswer(client, line, now, out);
  else takeNotification(client, line.id, line.method, line.params, out);
  return out;
}

/**
 * The header for one value of extranonce2; undefined when the counter has gone through all of them.
 * @param counter 0, 1, 2 ...: counted up by the caller, so that no two threads search the same ground.
 * @param ntime seconds, not before the job's own.
 */
export function headerWork(
  client: ClientSession,
  job: ClientJob,
  counter: number,
  ntime: number = job.ntime,
): HeaderWork | undefined {
  const size = job.extranonce2Size;
  if (counter >= 2 ** (8 * Math.min(size, 6))) return undefined;
  const extranonce2 = counter.toString(16).padStart(2 * size, "0");
  const { sha256d } = client.config;
  const root = foldLeft(
    sha256d(concat(job.coinb1, job.extranonce1, fromHex(extranonce2), job.coinb2)),
    job.branch,
    sha256d,
  );
  const header = new Uint8Array(80);
  const view = new DataView(header.buffer);
  view.setUint32(0, job.version, true);
  header.set(job.prevHash, 4);
  header.set(root, 36);
  view.setUint32(68, ntime, true);
  view.setUint32(72, job.bits, true);
  return { job, header, extranonce2, ntime };
}

/** The line that submits a found nonce; its answer comes as an `accepted` or `rejected` effect. */
export function submitLine(client: ClientSession, work: HeaderWork, nonce: number, now: number): string {
  const id = client.nextId;
  client.nextId += 1;
  client.pending.set(id, now);
  for (const old of client.pending.keys()) {
    if (client.pending.size <= MAX_PENDING) break;
    client.pending.delete(old);
  }
  const params = [client.config.user, work.job.id, work.extranonce2, hex32(work.ntime), hex32(nonce)];
  return JSON.stringify({ id, method: "mining.submit", params });
}

const SUBSCRIBE_ID = 1;
const AUTHORIZE_ID = 2;
const EXTRANONCE_ID = 3;
const FIRST_SUBMIT_ID = 10;

function takeAnswer(
  client: ClientSession,
  line: { id: unknown; result: unknown; error: unknown },
  now: number,
  out: Received,
): void {
  const { id, result, error } = line;
  if (id === SUBSCRIBE_ID) {
    const [, nonce, size] = Array.isArray(result) ? (result as unknown[]) : [];
    if (!takeExtranonce(client, nonce, size)) out.effects.push({ type: "refused", text: reason(error) });
  } else if (id === AUTHORIZE_ID) {
    client.authorized = result === true;
    out.effects.push(client.authorized ? { type: "authorized" } : { type: "refused", text: reason(error) });
  } else if (typeof id === "number" && client.pending.has(id)) {
    const ms = now - client.pending.get(id)!;
    client.pending.delete(id);
    if (result === true) out.effects.push({ type: "accepted", ms });
    else {
      const code = Array.isArray(error) && typeof error[0] === "number" ? error[0] : 20;
      out.effects.push({ type: "rejected", code, text: reason(error), ms });
    }
  }
}

function takeNotification(
  client: ClientSession,
  id: string,
  method: string,
  params: readonly unknown[],
  out: Received,
): void {
  const [first, second, third] = params;
  switch (method) {
    case "mining.notify": {
      const job = readJob(client, params);
      if (!job) {
        out.effects.push({ type: "fault", text: "A mining.notify cannot be read" });
        return;
      }
      client.job = job;
      out.effects.push({ type: "job", job, clean: params[8] === true });
      return;
    }
    case "mining.set_difficulty":
      // 0 or less would divide by zero; minerd drops such a message too.
      if (typeof first === "number" && first > 0 && Number.isFinite(first)) client.difficulty = first;
      else out.effects.push({ type: "fault", text: "A mining.set_difficulty has no difficulty" });
      return;
    case "mining.set_extranonce":
      if (!takeExtranonce(client, first, second)) {
        out.effects.push({ type: "fault", text: "A mining.set_extranonce cannot be read" });
      }
      return;
    case "mining.set_version_mask":
      if (typeof first === "string" && HEX8.test(first)) client.versionMask = Number.parseInt(first, 16);
      return;
    case "mining.ping":
      out.replies.push(`{"id":${id},"result":"pong","error":null}`);
      return;
    case "client.get_version":
      out.replies.push(`{"id":${id},"result":${JSON.stringify(client.config.agent)},"error":null}`);
      return;
    case "client.show_message":
      if (typeof first === "string") out.effects.push({ type: "message", text: first.slice(0, 500) });
      return;
    case "client.reconnect":
      reconnect(client, first, second, third, out);
      return;
    default:
      if (id !== "null") out.replies.push(`{"id":${id},"result":null,"error":[20,"Unknown method",null]}`);
  }
}

/** A pool that was taken over must not be able to send the work elsewhere: only another port of the same host is taken. */
function reconnect(client: ClientSession, host: unknown, port: unknown, wait: unknown, out: Received): void {
  if (host !== undefined && host !== null && host !== "" && host !== client.config.host) {
    out.effects.push({
      type: "fault",
      text: `A client.reconnect to another host is refused (${String(host).slice(0, 80)})`,
    });
    return;
  }
  const number = Number(port);
  const usable = Number.isInteger(number) && number > 0 && number < 65536;
  const seconds = typeof wait === "number" && wait > 0 ? Math.min(wait, 600) : 0;
  out.effects.push({ type: "reconnect", port: usable ? number : undefined, waitMs: seconds * 1000 });
}

function takeExtranonce(client: ClientSession, nonce: unknown, size: unknown): boolean {
  if (typeof nonce !== "string" || nonce.length > 32 || nonce.length % 2 !== 0 || !HEX.test(nonce)) return false;
  if (typeof size !== "number" || !Number.isInteger(size) || size < 1 || size > 16) return false;
  client.extranonce1 = fromHex(nonce);
  client.extranonce2Size = size;
  return true;
}

function readJob(client: ClientSession, params: readonly unknown[]): ClientJob | undefined {
  const [id, prevHash, coinb1, coinb2, branch, version, bits, ntime] = params;
  const isHex = (value: unknown, digits?: number): value is string =>
    typeof value === "string" && HEX.test(value) && value.length % 2 === 0 && (!digits || value.length === digits);
  if (typeof id !== "string" || !isHex(prevHash, 64) || !isHex(coinb1) || !isHex(coinb2)) return undefined;
  if (!Array.isArray(branch) || branch.length > 32 || !branch.every((node) => isHex(node, 64))) return undefined;
  if (!isHex(version, 8) || !isHex(bits, 8) || !isHex(ntime, 8)) return undefined;
  if (!client.extranonce1) return undefined;
  return {
    id,
    prevHash: wordsRestored(prevHash),
    coinb1: fromHex(coinb1),
    coinb2: fromHex(coinb2),
    branch: branch.map((node) => fromHex(node as string)),
    version: Number.parseInt(version, 16),
    bits: Number.parseInt(bits, 16),
    ntime: Number.parseInt(ntime, 16),
    target: targetOfDifficulty(client.difficulty, client.config.unit),
    difficulty: client.difficulty,
    extranonce1: client.extranonce1,
    extranonce2Size: client.extranonce2Size,
  };
}

const HEX = /^[0-9a-fA-F]*$/;
const HEX8 = /^[0-9a-fA-F]{8}$/;

function reason(error: unknown): string {
  if (Array.isArray(error) && typeof error[1] === "string") return error[1].slice(0, 500);
  return error === null ? "The pool gave no reason" : toText(error);
}

function toText(error: unknown): string {
  return (JSON.stringify(error) ?? "").slice(0, 500);
}
