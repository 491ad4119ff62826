/**
 * One miner's connection to the pool, Stratum V1, as a state machine without sockets, clock or store:
 * `step(session, event)` gives the lines to send and the effects that the pool must see to.
 *
 * What is decided here where the field differs (sources: facts read in ckpool, NOMP, Miningcore, BIP 310):
 * - Configure, subscribe, authorize and suggest come in any order. Difficulty and the first job follow as soon as the
 *   connection is both subscribed and authorised; never before.
 * - A second subscribe starts over: a new extranonce1, old jobs gone, a new job when authorised.
 * - One payout, one recipient and one collection per connection; several worker names of that account are fine.
 * - `clean_jobs` is true for the first job and for a new tip only. A new round of the collection changes the commitment
 *   and so brings a job, but not a clean one: claims of the round before are still taken, at its own target.
 * - A share needs the difficulty of its own job, or a lower one that was set since: no honest share in flight is lost.
 * - A share that is rare enough for a block or a claim is taken whatever difficulty was asked for.
 * - A share of a job from before the last tip is stale (21); if it meets the collection's target it is still a claim,
 *   because the contract does not look at the previous block.
 * @module
 */
import { equal, toHex } from "@carrara/base/bytes";
import { CarraraError, explain } from "@carrara/base/errors";
import type { Address } from "@carrara/base/units";
import { commitment } from "../commitment.ts";
import type { Hash } from "../hash.ts";
import { difficultyOfHash, difficultyOfTarget, log2Rarity, numberToHash, targetOfDifficulty } from "../target.ts";
import { MAX_DIFFICULTY, readPassword, readUser } from "./account.ts";
import type { Job, Work } from "./job.ts";
import { createJob, headerOf, hex32, notifyLine } from "./job.ts";
import type { StratumRequest } from "./line.ts";
import { MAX_LINE_BYTES, readLine } from "./line.ts";
import type { Ceiling, Vardiff } from "./vardiff.ts";
import { countShare, countTime, MIN_DIFFICULTY, moveDifficulty, startDifficulty, startVardiff } from "./vardiff.ts";

/** Lines that are no requests, until the connection is closed. */
export const MAX_FAULTS = 8;
/** Jobs whose shares are taken; an older one is stale. At a job each 30 seconds these are eight minutes. */
export const MAX_JOBS = 16;
/** Shares taken of one job. At half of it a new job is sent; at all of it the job is stale. Bounds the duplicate test. */
export const MAX_SHARES_PER_JOB = 2048;
/** Worker names on one connection (proxies have several). */
export const MAX_WORKERS = 64;
/** Seconds that a share's time may be ahead of our clock: consensus allows 7,200 from the node's, a margin is left. */
export const MAX_TIME_AHEAD = 7000;
/** How long jobs of the tip before are kept, for claims on their way. */
const STALE_KEPT_MS = 30_000;

/** Error codes of Stratum V1 (as in Miningcore's StratumError and NOMP): 20 is everything that has no code of its own. */
export const ERROR = { other: 20, stale: 21, duplicate: 22, low: 23, unauthorized: 24, unsubscribed: 25 } as const;
export type ErrorCode = (typeof ERROR)[keyof typeof ERROR];

/** What a collection asks of a share, for the round that is open now. */
export interface ForgeTerms {
  chainId: bigint;
  collection: Address;
  /** Owner of forged pieces where the miner names nobody. */
  owner: Address;
  round: number;
  /** 32 bytes. */
  anchor: Uint8Array;
  /** A hash at or below it is a claim. */
  target: bigint;
}

/** What all sessions of one pool share. Functions are the host's: hashes, addresses, extranonces. */
export interface SessionConfig {
  /** One-shot sha256d; the app passes node:crypto's. */
  sha256d: Hash;
  /** Proof of work where it is not sha256d: the chain's scrypt. Shares of such chains are never claims. */
  proofOfWork?: Hash;
  /** The target of difficulty 1: 0xffff * 2^208, or 2^16 times that for scrypt. */
  unit: bigint;
  versionMask: number;
  /** 4 to 8: WhatsMiners want 8 or less, NiceHash 4 or more. */
  extranonce2Size: number;
  /** For user agents that say nothing about the device. */
  startDifficulty: number;
  /** The output script that an address is paid by. @throws CarraraError whose hint is sent to the miner. */
  payoutScript(address: string): Uint8Array;
  /** An extranonce1 that no other connection has; 4 bytes. */
  extranonce1(): Uint8Array;
}

/** A miner on a connection. */
export interface WorkerName {
  /** As the miner writes it in each submit. */
  user: string;
  address: string;
  worker: string;
}

/** A connection's state. Owned by {@link step}, which changes it in place: keep no copies of its parts. */
export interface Session {
  readonly config: SessionConfig;
  extranonce1: Uint8Array;
  subscribed: boolean;
  agent: string;
  /** By user name. */
  workers: Map<string, WorkerName>;
  account: Account | undefined;
  /** Bits that this miner may roll now; 0 until it asked. */
  versionMask: number;
  /** What the device can roll, as it said; undefined until it asked. */
  deviceMask: number | undefined;
  vardiff: Vardiff;
  /** Least difficulties, by the user (`d=`) and by the device (`minimum-difficulty`): the greater holds. */
  minimum: { user: number; device: number };
  /** The last suggestion, to tell a keepalive from a wish. */
  suggested: number | undefined;
  work: Work | undefined;
  terms: readonly ForgeTerms[];
  /** By id, oldest first. */
  jobs: Map<string, LiveJob>;
  jobsMade: number;
  faults: number;
  closed: boolean;
}

/** Who is paid and who owns the pieces. */
export interface Account {
  address: string;
  payoutScript: Uint8Array;
  /** What the miner chose; undefined follows the node's own. */
  collection: Address | undefined;
  recipient: Address | undefined;
}

/** What happens to a session. `now` is milliseconds since 1970. */
export type SessionEvent =
  | { type: "line"; line: string | null; now: number }
  | { type: "too-long"; now: number }
  | { type: "work"; work: Work; now: number }
  | { type: "terms"; terms: readonly ForgeTerms[]; now: number }
  | { type: "version-mask"; mask: number }
  | { type: "tick"; now: number };

/** A share that was taken. */
export interface ShareEffect {
  type: "share";
  worker: WorkerName;
  /** What it counts for; 0 when only its block or claim made it good. */
  credited: number;
  /** sha256d(header), internal order. */
  hash: Uint8Array;
  header: Uint8Array;
  /** The highest difficulty that the hash meets (of the proof of work). */
  difficulty: number;
  /** log2 of the hashes that one as rare takes. */
  rarity: number;
  height: number;
  time: number;
  isBlock: boolean;
  isClaim: boolean;
}

/** A share that is a block of the chain. */
export interface BlockEffect {
  type: "block";
  worker: WorkerName;
  work: Work;
  hash: Uint8Array;
  header: Uint8Array;
  /** Without witness; `blockHex(work, header, coinbase)` is what submitblock takes. */
  coinbase: Uint8Array;
  time: number;
}

/** A share that meets its collection's target, with all that the contract wants. */
export interface ClaimEffect {
  type: "claim";
  worker: WorkerName;
  hash: Uint8Array;
  header: Uint8Array;
  coinbase: Uint8Array;
  branch: readonly Uint8Array[];
  terms: ForgeTerms;
  recipient: Address;
  rarity: number;
  height: number;
  time: number;
}

/** What the pool must see to. */
export type SessionEffect =
  | ShareEffect
  | BlockEffect
  | ClaimEffect
  | { type: "rejected"; code: ErrorCode; user: string }
  | { type: "authorized"; worker: WorkerName; account: Account; agent: string; unknownOptions: readonly string[] }
  | { type: "close"; reason: string };

/** The outcome of a step: lines without their ends, in order. */
export interface Step {
  state: Session;
  replies: string[];
  effects: SessionEffect[];
}

/** A session that has just connected. */
export function createSession(
  config: SessionConfig,
  start: { now: number; work?: Work | undefined; terms?: readonly ForgeTerms[] },
): Session {
  return {
    config,
    extranonce1: config.extranonce1(),
    subscribed: false,
    agent: "",
    workers: new Map(),
    account: undefined,
    versionMask: 0,
    deviceMask: undefined,
    vardiff: startVardiff(config.startDifficulty, start.now),
    minimum: { user: 0, device: 0 },
    suggested: undefined,
    work: start.work,
    terms: start.terms ?? [],
    jobs: new Map(),
    jobsMade: 0,
    faults: 0,
    closed: false,
  };
}

/**
 * What one event leads to. Never throws, whatever the line. The session is changed in place and given back as `state`;
 * a closed session answers nothing.
 * @example
 * const { replies, effects } = step(session, { type: "line", line: '{"id":1,"method":"mining.ping"}', now });
 * // replies: ['{"id":1,"result":"pong","error":null}']
 */
export function step(session: Session, event: SessionEvent): Step {
  const out: Step = { state: session, replies: [], effects: [] };
  if (session.closed) return out;
  switch (event.type) {
    case "line":
      takeLine(session, event.line, event.now, out);
      break;
    case "too-long":
      refuse(out, "null", ERROR.other, `The line is longer than ${MAX_LINE_BYTES} bytes`);
      close(session, out, `a line longer than ${MAX_LINE_BYTES} bytes`);
      break;
    case "work":
      takeWork(session, event.work, event.now, out);
      break;
    case "terms":
      takeTerms(session, event.terms, event.now, out);
      break;
    case "version-mask":
      takeServerMask(session, event.mask, out);
      break;
    case "tick":
      takeTick(session, event.now, out);
      break;
  }
  return out;
}

/** Whether jobs are being sent: subscribed and authorised. */
export function isMining(session: Session): boolean {
  return session.subscribed && session.account !== undefined;
}

/** The terms that this connection's shares count for now, and their recipient; undefined when for none. */
export function claimTerms(session: Session): { terms: ForgeTerms; recipient: Address } | undefined {
  const { account } = session;
  if (!account || session.config.proofOfWork) return undefined;
  const chosen = account.collection;
  const terms = chosen ? session.terms.find((each) => each.collection === chosen) : session.terms[0];
  return terms && { terms, recipient: account.recipient ?? terms.owner };
}

/** A job that is out, with what its shares are held against. */
interface LiveJob {
  job: Job;
  /** Difficulty that its shares need: the one at its sending, or a lower one set since. */
  difficulty: number;
  shareTarget: Uint8Array;
  blockTarget: Uint8Array;
  claim: { terms: ForgeTerms; recipient: Address; target: Uint8Array } | undefined;
  /** Header hashes of its shares. The job's number is in its coinbase, so no other job can have them. */
  seen: Set<string>;
  /** When a new tip made it stale. */
  staleSince: number | undefined;
  /** Whether a successor was sent because it has many shares. */
  succeeded: boolean;
}

/** A refusal is a value: code and sentence of the error that is sent. */
interface Refusal {
  code: ErrorCode;
  text: string;
}

/** Takes one request; answers it itself, or gives back why it is refused. */
type Handler = (session: Session, request: StratumRequest, now: number, out: Step) => Refusal | undefined;

const METHODS = new Map<string, Handler>([
  ["mining.submit", submit],
  ["mining.subscribe", subscribe],
  ["mining.authorize", authorize],
  ["mining.configure", configure],
  ["mining.suggest_difficulty", suggestDifficulty],
  ["mining.extranonce.subscribe", subscribeExtranonce],
  ["mining.multi_version", multiVersion],
  ["mining.ping", ping],
  // The answer to a ping, sent as a request by some firmwares: nothing is expected back.
  ["mining.pong", () => undefined],
  [
    "mining.get_transactions",
    () => ({ code: ERROR.other, text: "Not served: ask your own node for the transactions of a template" }),
  ],
]);

function takeLine(session: Session, text: string | null, now: number, out: Step): void {
  const line = readLine(text);
  if (line.kind === "answer") return;
  if (line.kind === "fault") {
    refuse(out, line.id, ERROR.other, line.why);
    session.faults += 1;
    if (session.faults >= MAX_FAULTS) close(session, out, `${MAX_FAULTS} lines that are no Stratum requests`);
    return;
  }
  const handler = METHODS.get(line.method) ?? unknownMethod;
  const refused = handler(session, line, now, out);
  if (refused) refuse(out, line.id, refused.code, refused.text);
}

function unknownMethod(_session: Session, request: StratumRequest): Refusal {
  // DATUM answers -3 and JSON-RPC -32601; miners that look at the code at all know 20 to 25.
  return { code: ERROR.other, text: `Unknown method "${printable(request.method, 40)}"` };
}

function ping(_session: Session, request: StratumRequest, _now: number, out: Step): undefined {
  answer(out, request.id, '"pong"');
}

function subscribe(session: Session, request: StratumRequest, now: number, out: Step): undefined {
  const [agent] = request.params;
  if (session.subscribed) {
    session.extranonce1 = session.config.extranonce1();
    session.jobs.clear();
  }
  session.subscribed = true;
  session.agent = typeof agent === "string" ? printable(agent, 100) : "";
  const { config, vardiff } = session;
  if (!vardiff.proven && session.suggested === undefined) {
    const start = startDifficulty(session.agent, hashesPerDifficulty(config), config.startDifficulty);
    moveDifficulty(vardiff, start, now, ceilingOf(session));
  }
  const nonce = toHex(session.extranonce1);
  answer(
    out,
    request.id,
    `[[["mining.set_difficulty","${nonce}"],["mining.notify","${nonce}"]],"${nonce}",${config.extranonce2Size}]`,
  );
  const { account } = session;
  if (account) {
    // Authorised before it said who it is.
    for (const worker of session.workers.values()) {
      out.effects.push({ type: "authorized", worker, account, agent: session.agent, unknownOptions: [] });
    }
  }
  beginMining(session, now, out);
}

function authorize(session: Session, request: StratumRequest, now: number, out: Step): Refusal | undefined {
  const [user, password] = request.params;
  if (typeof user !== "string") {
    return { code: ERROR.other, text: "The user name is not a text: use your Bitcoin address" };
  }
  try {
    const name = readUser(user);
    const options = readPassword(typeof password === "string" ? password : "");
    const account: Account = {
      address: name.address,
      payoutScript: session.config.payoutScript(name.address),
      collection: options.collection,
      recipient: options.recipient,
    };
    const problem = accountProblem(session, account);
    if (problem) return { code: ERROR.unauthorized, text: problem };
    if (!session.workers.has(user) && session.workers.size >= MAX_WORKERS) {
      return { code: ERROR.unauthorized, text: `More than ${MAX_WORKERS} workers: open another connection` };
    }
    const worker: WorkerName = { user, ...name };
    session.workers.set(user, worker);
    const first = session.account === undefined;
    session.account ??= account;
    answer(out, request.id, "true");
    out.effects.push({ type: "authorized", worker, account, agent: session.agent, unknownOptions: options.unknown });
    if (options.difficulty !== undefined) setMinimum(session, { user: options.difficulty });
    if (first) beginMining(session, now, out);
    else if (options.difficulty !== undefined) {
      announce(session, moveDifficulty(session.vardiff, session.vardiff.difficulty, now, ceilingOf(session)), out);
    }
    return undefined;
  } catch (error) {
    if (!(error instanceof CarraraError)) throw error;
    return { code: ERROR.unauthorized, text: explain(error) };
  }
}

function setMinimum(session: Session, given: Partial<Session["minimum"]>): void {
  session.minimum = { ...session.minimum, ...given };
  session.vardiff.minimum = Math.max(session.minimum.user, session.minimum.device);
}

/** Why this account cannot be taken on this connection, as a sentence with its mend. */
function accountProblem(session: Session, account: Account): string | undefined {
  if (account.collection && !session.config.proofOfWork) {
    if (!session.terms.some((terms) => terms.collection === account.collection)) {
      return `The collection ${account.collection} is not open here: leave c= out to mine for the node's own`;
    }
  }
  const present = session.account;
  if (!present) return undefined;
  if (!equal(present.payoutScript, account.payoutScript)) {
    return `This connection pays ${present.address}: open another connection for another address`;
  }
  const before = claimTerms(session);
  const after = claimTerms({ ...session, account });
  if (before?.terms.collection !== after?.terms.collection || before?.recipient !== after?.recipient) {
    return "This connection's pieces already have a collection and an owner: open another connection for others";
  }
  return undefined;
}

/** BIP 310. */
function configure(session: Session, request: StratumRequest, now: number, out: Step): Refusal | undefined {
  const [codes, given] = request.params;
  if (!Array.isArray(codes) || codes.some((code) => typeof code !== "string")) {
    return { code: ERROR.other, text: "The first parameter is not a list of extension names" };
  }
  const parameters = typeof given === "object" && given !== null ? (given as Record<string, unknown>) : {};
  const results = new Map<string, boolean | string>();
  for (const code of (codes as string[]).slice(0, 32)) {
    if (code === "version-rolling") configureVersion(session, parameters["version-rolling.mask"], results);
    else if (code === "minimum-difficulty") {
      const value = parameters["minimum-difficulty.value"];
      const usable = typeof value === "number" && value >= 0 && value <= MAX_DIFFICULTY;
      results.set(code, usable ? true : "minimum-difficulty.value is not a number of 0 or more");
      if (!usable) continue;
      setMinimum(session, { device: value });
      const moved = moveDifficulty(session.vardiff, session.vardiff.difficulty, now, ceilingOf(session));
      announce(session, moved, out);
    } else if (code === "subscribe-extranonce") {
      results.set(code, true);
    } else results.set(code.slice(0, 64), code === "info");
  }
  // The answer stands before what follows from it.
  out.replies.unshift(`{"id":${request.id},"result":${JSON.stringify(Object.fromEntries(results))},"error":null}`);
  return undefined;
}

function configureVersion(session: Session, given: unknown, results: Map<string, boolean | string>): void {
  const asked = given === undefined ? 0xffffffff : parseHex32(given);
  if (asked === undefined) {
    results.set("version-rolling", "version-rolling.mask is not 8 hex digits");
    return;
  }
  session.deviceMask = asked;
  session.versionMask = (asked & session.config.versionMask) >>> 0;
  // BIP 310: a miner that wants more bits than there are (min-bit-count) works on with those it got.
  results.set("version-rolling", session.versionMask !== 0);
  if (session.versionMask !== 0) results.set("version-rolling.mask", hex32(session.versionMask));
}

/** The forerunner of version-rolling in old Antminer firmware: [4] says that four versions are wanted. */
function multiVersion(session: Session, request: StratumRequest, _now: number, out: Step): undefined {
  answer(out, request.id, "true");
  const [count] = request.params;
  if (typeof count !== "number" || count <= 1 || session.versionMask !== 0) return undefined;
  session.deviceMask = 0xffffffff;
  session.versionMask = session.config.versionMask;
  out.replies.push(maskLine(session.versionMask));
  return undefined;
}

function takeServerMask(session: Session, mask: number, out: Step): void {
  if (session.deviceMask === undefined) return;
  const next = (session.deviceMask & mask) >>> 0;
  if (next === session.versionMask) return;
  session.versionMask = next;
  out.replies.push(maskLine(next));
}

function suggestDifficulty(session: Session, request: StratumRequest, now: number, out: Step): Refusal | undefined {
  const [given] = request.params;
  // cpuminer-opt sends a text, ["%f"].
  const wanted = typeof given === "string" && given.trim() !== "" ? Number(given) : given;
  if (typeof wanted !== "number" || !(wanted > 0 && wanted <= MAX_DIFFICULTY)) {
    return { code: ERROR.other, text: "The difficulty is not a number above 0" };
  }
  answer(out, request.id, "true");
  // The same again is a keepalive (NerdMiner, every 30 s); after a share, the shares themselves say what fits.
  if (wanted === session.suggested || session.vardiff.shares > 0) return undefined;
  session.suggested = wanted;
  const moved = moveDifficulty(session.vardiff, wanted, now, ceilingOf(session));
  announce(session, moved, out);
  return undefined;
}

/** Taken, and never made use of: an extranonce1 changes only by a new subscribe, whose answer tells it. */
function subscribeExtranonce(_session: Session, request: StratumRequest, _now: number, out: Step): undefined {
  answer(out, request.id, "true");
}

function submit(session: Session, request: StratumRequest, now: number, out: Step): Refusal | undefined {
  const refused = judge(session, request, now, out);
  if (refused) {
    const [user] = request.params;
    out.effects.push({
      type: "rejected",
      code: refused.code,
      user: typeof user === "string" ? printable(user, 200) : "",
    });
  }
  return refused;
}

/** The share check: everything about one submit, cheapest tests first. */
function judge(session: Session, request: StratumRequest, now: number, out: Step): Refusal | undefined {
  const [user, jobId, extranonce2, ntime, nonce, versionBits] = request.params;
  if (!session.subscribed) return refusal(ERROR.unsubscribed, "Not subscribed: send mining.subscribe first");
  if (
    typeof user !== "string" ||
    typeof jobId !== "string" ||
    typeof extranonce2 !== "string" ||
    typeof ntime !== "string" ||
    typeof nonce !== "string" ||
    (versionBits !== undefined && versionBits !== null && typeof versionBits !== "string")
  ) {
    return refusal(ERROR.other, "Send five or six texts: worker, job, extranonce2, ntime, nonce, version bits");
  }
  const worker = session.workers.get(user);
  if (!worker) return refusal(ERROR.unauthorized, "Unauthorized worker: send mining.authorize for it first");
  const live = session.jobs.get(jobId);
  if (!live) return refusal(ERROR.stale, "Job not found");
  const { job } = live;
  if (extranonce2.length !== 2 * job.extranonce2Size || !isHex(extranonce2)) {
    return refusal(ERROR.other, `extranonce2 is not ${2 * job.extranonce2Size} hex digits`);
  }
  const time = parseHex32(ntime);
  if (time === undefined) return refusal(ERROR.other, "ntime is not 8 hex digits");
  const number = parseHex32(nonce);
  if (number === undefined) return refusal(ERROR.other, "nonce is not 8 hex digits");
  const bits = typeof versionBits === "string" ? parseHex32(versionBits) : 0;
  if (bits === undefined) return refusal(ERROR.other, "The version bits are not 8 hex digits");
  // BIP 310: version_bits & ~last_mask must be 0.
  if ((bits & ~session.versionMask) !== 0) {
    return refusal(ERROR.other, `The version bits go beyond the mask ${hex32(session.versionMask)}`);
  }
  if (!timeFits(job.work, time, now)) return refusal(ERROR.other, "ntime out of range");
  if (!live.staleSince && live.seen.size >= MAX_SHARES_PER_JOB) {
    return refusal(ERROR.stale, "Stale: this job has had all its shares, use the newest");
  }
  const version = ((job.work.version & ~session.versionMask) | bits) >>> 0;
  const header = headerOf(job, { extranonce2, ntime: time, nonce: number, version }, session.config.sha256d);
  const hash = session.config.sha256d(header);
  const key = keyOf(hash);
  if (live.seen.has(key)) return refusal(ERROR.duplicate, "Duplicate share");
  const isClaim = live.claim !== undefined && atMost(hash, live.claim.target) && claimStands(session, live.claim.terms);
  if (live.staleSince !== undefined) {
    if (isClaim && live.seen.size < MAX_SHARES_PER_JOB) {
      live.seen.add(key);
      out.effects.push(claimOf(live, worker, hash, now));
    }
    return refusal(ERROR.stale, "Stale: the chain has a new tip");
  }
  const work = session.config.proofOfWork ? session.config.proofOfWork(header) : hash;
  const isBlock = atMost(work, live.blockTarget);
  const isShare = atMost(work, live.shareTarget);
  if (!isShare && !isBlock && !isClaim) return refusal(ERROR.low, "Low difficulty share");

  live.seen.add(key);
  answer(out, request.id, "true");
  const credited = isShare ? live.difficulty : 0;
  out.effects.push({
    type: "share",
    worker,
    credited,
    hash,
    header: header.slice(),
    difficulty: difficultyOfHash(work, session.config.unit),
    rarity: log2Rarity(work),
    height: job.work.height,
    time: now,
    isBlock,
    isClaim,
  });
  if (isBlock) {
    const coinbase = job.coinbase.slice();
    out.effects.push({ type: "block", worker, work: job.work, hash, header: header.slice(), coinbase, time: now });
  }
  if (isClaim) out.effects.push(claimOf(live, worker, hash, now));
  announce(session, countShare(session.vardiff, credited, now, ceilingOf(session)), out);
  if (live.seen.size >= MAX_SHARES_PER_JOB / 2 && !live.succeeded) {
    live.succeeded = true;
    sendJob(session, false, out);
  }
  return undefined;
}

function takeWork(session: Session, work: Work, now: number, out: Step): void {
  const newTip = session.work === undefined || !equal(session.work.prevHash, work.prevHash);
  session.work = work;
  if (newTip) for (const live of session.jobs.values()) live.staleSince ??= now;
  if (!isMining(session)) return;
  lowerToCeiling(session, now, out);
  sendJob(session, newTip, out);
}

function takeTerms(session: Session, terms: readonly ForgeTerms[], now: number, out: Step): void {
  const before = claimTerms(session);
  session.terms = terms;
  const after = claimTerms(session);
  if (!isMining(session) || sameTerms(before, after)) return;
  lowerToCeiling(session, now, out);
  sendJob(session, false, out);
}

function takeTick(session: Session, now: number, out: Step): void {
  for (const [id, live] of session.jobs) {
    if (live.staleSince !== undefined && now - live.staleSince > STALE_KEPT_MS) session.jobs.delete(id);
  }
  announce(session, countTime(session.vardiff, now, ceilingOf(session)), out);
}

/** The first difficulty and job, as soon as the connection is both subscribed and authorised and there is work. */
function beginMining(session: Session, now: number, out: Step): void {
  if (!isMining(session)) return;
  moveDifficulty(session.vardiff, session.vardiff.difficulty, now, ceilingOf(session));
  out.replies.push(difficultyLine(session.vardiff.difficulty));
  sendJob(session, true, out);
}

/** A chain or a collection that became easier must not lose blocks or claims by the old difficulty. */
function lowerToCeiling(session: Session, now: number, out: Step): void {
  const ceiling = ceilingOf(session);
  if (session.vardiff.difficulty <= ceiling.difficulty) return;
  const moved = moveDifficulty(session.vardiff, session.vardiff.difficulty, now, ceiling);
  if (moved === undefined) return;
  out.replies.push(difficultyLine(moved));
  easeJobs(session, moved);
}

/** Tells a changed difficulty, and a job with it: a difficulty counts from the next job on. */
function announce(session: Session, difficulty: number | undefined, out: Step): void {
  if (difficulty === undefined || !isMining(session)) return;
  out.replies.push(difficultyLine(difficulty));
  easeJobs(session, difficulty);
  sendJob(session, false, out);
}

/** Some miners use a lower difficulty at once: their shares of older jobs need no more than it. */
function easeJobs(session: Session, difficulty: number): void {
  const target = shareTargetOf(session, difficulty);
  for (const live of session.jobs.values()) {
    if (live.difficulty <= difficulty) continue;
    live.difficulty = difficulty;
    live.shareTarget = target;
  }
}

function sendJob(session: Session, clean: boolean, out: Step): void {
  const { work, account, config } = session;
  if (!work || !account) return;
  const claim = claimTerms(session);
  const bound = claim && commitment({ ...claim.terms, recipient: claim.recipient });
  session.jobsMade += 1;
  const job = createJob({
    number: session.jobsMade,
    work,
    payoutScript: account.payoutScript,
    commitment: bound,
    extranonce1: session.extranonce1,
    extranonce2Size: config.extranonce2Size,
  });
  const { difficulty } = session.vardiff;
  session.jobs.set(job.id, {
    job,
    difficulty,
    shareTarget: shareTargetOf(session, difficulty),
    blockTarget: numberToHash(work.target),
    claim: claim && { ...claim, target: numberToHash(claim.terms.target) },
    seen: new Set(),
    staleSince: undefined,
    succeeded: false,
  });
  for (const id of session.jobs.keys()) {
    if (session.jobs.size <= MAX_JOBS) break;
    session.jobs.delete(id);
  }
  out.replies.push(notifyLine(job, clean));
}

function claimOf(live: LiveJob, worker: WorkerName, hash: Uint8Array, now: number): ClaimEffect {
  const { job, claim } = live;
  return {
    type: "claim",
    worker,
    hash,
    header: job.header.slice(),
    coinbase: job.coinbase.slice(),
    branch: job.work.branch,
    terms: claim!.terms,
    recipient: claim!.recipient,
    rarity: log2Rarity(hash),
    height: job.work.height,
    time: now,
  };
}

/** Claims of the present round and of the one before are taken by the contract; older ones have lapsed. */
function claimStands(session: Session, terms: ForgeTerms): boolean {
  const present = session.terms.find((each) => each.collection === terms.collection);
  return present !== undefined && terms.round >= present.round - 1;
}

function ceilingOf(session: Session): Ceiling {
  const { work, config } = session;
  if (!work) return { difficulty: Number.POSITIVE_INFINITY };
  const claim = claimTerms(session);
  const target = claim && claim.terms.target > work.target ? claim.terms.target : work.target;
  return { difficulty: Math.max(difficultyOfTarget(target, config.unit), MIN_DIFFICULTY) };
}

/** Consensus: not before mintime, not 7,200 s after the node's clock, which may differ from ours. */
function timeFits(work: Work, time: number, now: number): boolean {
  const nodeNow = work.curtime + (now - work.receivedAt) / 1000;
  return time >= work.mintime && time <= Math.min(now / 1000, nodeNow) + MAX_TIME_AHEAD;
}

function sameTerms(a: ReturnType<typeof claimTerms>, b: ReturnType<typeof claimTerms>): boolean {
  if (!a || !b) return a === b;
  return (
    a.recipient === b.recipient &&
    a.terms.collection === b.terms.collection &&
    a.terms.round === b.terms.round &&
    a.terms.target === b.terms.target &&
    equal(a.terms.anchor, b.terms.anchor)
  );
}

function shareTargetOf(session: Session, difficulty: number): Uint8Array {
  return numberToHash(targetOfDifficulty(difficulty, session.config.unit));
}

function hashesPerDifficulty(config: SessionConfig): number {
  return Number((1n << 256n) / config.unit);
}

/** Whether the hash is at or below the target, both little-endian: `meets` without making a bigint of each share. */
function atMost(hash: Uint8Array, target: Uint8Array): boolean {
  for (let i = 31; i >= 0; i--) {
    const difference = hash[i]! - target[i]!;
    if (difference !== 0) return difference < 0;
  }
  return true;
}

/** 32 bytes as 16 characters: a set's key at a fifth of the cost of hex. */
function keyOf(h: Uint8Array): string {
  let key = "";
  for (let i = 0; i < 32; i += 2) key += String.fromCharCode(h[i]! | (h[i + 1]! << 8));
  return key;
}

function isHex(text: string): boolean {
  return /^[0-9a-fA-F]*$/.test(text);
}

function parseHex32(text: unknown): number | undefined {
  return typeof text === "string" && text.length === 8 && isHex(text) ? Number.parseInt(text, 16) : undefined;
}

function printable(text: string, length: number): string {
  return text.slice(0, length).replace(/[^\x20-\x7e]/g, "?");
}

function difficultyLine(difficulty: number): string {
  return `{"id":null,"method":"mining.set_difficulty","params":[${difficulty}]}`;
}

function maskLine(mask: number): string {
  return `{"id":null,"method":"mining.set_version_mask","params":["${hex32(mask)}"]}`;
}

function refusal(code: ErrorCode, text: string): Refusal {
  return { code, text };
}

function answer(out: Step, id: string, result: string): void {
  out.replies.push(`{"id":${id},"result":${result},"error":null}`);
}

function refuse(out: Step, id: string, code: ErrorCode, text: string): void {
  out.replies.push(`{"id":${id},"result":null,"error":[${code},${JSON.stringify(text)},null]}`);
}

function close(session: Session, out: Step, reason: string): void {
  session.closed = true;
  out.effects.push({ type: "close", reason });
}
