/**
 * A light relay: what a contract on another chain knows of Bitcoin's targets, and so whether headers are Bitcoin's work.
 * The plain twin of `Relay.sol` and `FixedTargetRelay.sol`: the same rules in the same order, state in and state out, and
 * a refusal's code is the name of the contract's error. What each rule is against stands in the contract's source.
 * @module
 */
import { equal } from "@carrara/base/bytes";
import { CarraraError } from "@carrara/base/errors";
import type { Hash } from "./hash.ts";
import { sha256d } from "./hash.ts";
import type { Header } from "./header.ts";
import { decodeHeader, HEADER_SIZE } from "./header.ts";
import { bitsToTarget, hashToNumber, retarget as nextBits, work } from "./target.ts";

/** Seconds by which a header's time may be ahead of a clock (Bitcoin Core, MAX_FUTURE_BLOCK_TIME). */
const AHEAD = 2 * 3600;

/** Seconds by which an epoch may start before the last one started or ended; Relay.sol says why so many. */
const BACK = 12 * 3600;

/** What makes a chain this chain; `Relay.Rules`. */
export interface RelayRules {
  /** Headers of an epoch. */
  interval: number;
  /** Seconds that a block should take. */
  spacing: number;
  /** Compact form of the easiest target. */
  limit: number;
  /** Headers that prove a seam: so many before it, so many or more after it. */
  proof: number;
  /** Headers after the seam that ends a stale epoch. */
  deepProof: number;
  /** Seconds after its start from which an epoch is stale. */
  staleAfter: number;
}

/** A time between two retargets: its first header's time, seconds since 1970, and the compact target of all its headers. */
export interface Epoch {
  start: number;
  bits: number;
}

/** What `Relay.sol` knows; `epochs()` on chain gives it. */
export interface LightRelay {
  kind: "light";
  rules: RelayRules;
  /** Number of the newest epoch. */
  number: number;
  /** The newest first; zeros where there is none. */
  epochs: readonly [Epoch, Epoch, Epoch];
  /** Headers after the last seam that were shown. */
  headers: number;
}

/** What `FixedTargetRelay.sol` knows: the one target of a test chain. */
export interface FixedRelay {
  kind: "fixed";
  bits: number;
}

/** Either contract. */
export type RelayState = LightRelay | FixedRelay;

/** Names of the errors of Relay.sol, FixedTargetRelay.sol and the libraries under them. */
export type RelayRefusalCode =
  | "HeadersLength"
  | "NotLinked"
  | "WorkMissing"
  | "BadBits"
  | "WrongBits"
  | "TimeInFuture"
  | "RelayStale"
  | "TimeOutsideEpoch"
  | "HeaderCount"
  | "NotWholeEpoch"
  | "SeamNotPast"
  | "SeamGoesBack"
  | "NoEpochBefore"
  | "NotHeavier";

/** Why headers are refused: the contract's error by name and arguments, what is wrong, and what would mend it. */
export interface RelayRefusal {
  ok: false;
  code: RelayRefusalCode;
  args: readonly bigint[];
  why: string;
  mend: string;
}

/** Headers that are the chain's work. */
export interface HeadersAccepted {
  ok: true;
  /** Hash of the first header, internal order. */
  first: Uint8Array;
  /** Its time, seconds since 1970. */
  firstTime: number;
}

/** The relay after a change. */
export interface RelayAccepted {
  ok: true;
  relay: LightRelay;
}

/**
 * A relay of a chain whose target never changes, as regtest's 207fffff.
 * @throws RelayTermsError when the bits are no target of a chain.
 */
export function fixedRelay(bits: number): FixedRelay {
  targetOf(bits);
  return { kind: "fixed", bits };
}

/**
 * A relay that begins with one epoch, as the contract's constructor makes it.
 * @param number of the epoch: height of its first header / interval.
 * @param now seconds since 1970.
 * @throws RelayTermsError when the contract would refuse them.
 */
export function lightRelay(rules: RelayRules, number: number, genesis: Epoch, now: number): LightRelay {
  const { interval, spacing, proof, deepProof, staleAfter } = rules;
  const due = interval * spacing;
  const ordered = proof !== 0 && proof <= deepProof && deepProof <= interval;
  if (!ordered || due < 4 || due >= 2 ** 30 || staleAfter < due) {
    throw new RelayTermsError(
      "BadRules",
      "No chain has such rules.",
      "Give 1 <= proof <= deepProof <= interval, interval x spacing from 4 to 2^30 - 1, and staleAfter not below it.",
    );
  }
  const limit = targetOf(rules.limit);
  if (genesis.start === 0 || genesis.start > now || targetOf(genesis.bits) > limit) {
    throw new RelayTermsError(
      "BadGenesis",
      "The first epoch begins after now or at 0, or is easier than the limit.",
      "Give time and bits of the header with which the chain's present epoch began.",
    );
  }
  return { kind: "light", rules, number, epochs: [genesis, NONE, NONE], headers: 0 };
}

/**
 * Whether the contract's `verify` takes these headers.
 * @param headers 80 bytes each, oldest first.
 * @param now the contract's clock, seconds since 1970.
 * @param hash sha256d; see {@link Hash}.
 * @example
 * const verdict = verifyHeaders(relay, headers, now);
 * if (!verdict.ok) console.log(verdict.code, verdict.why, verdict.mend);
 */
export function verifyHeaders(
  relay: RelayState,
  headers: Uint8Array,
  now: number,
  hash: Hash = sha256d,
): HeadersAccepted | RelayRefusal {
  const count = countOf(headers);
  if (typeof count !== "number") return count;
  const stale = relay.kind === "light" && now > relay.epochs[0].start + relay.rules.staleAfter;
  if (stale) return refuse("RelayStale", [relay.epochs[0].start, now]);
  const placed = relay.kind === "light" ? inEpochs(relay.epochs) : atTarget(relay.bits);
  const first = decodeHeader(headers);
  let previous: Uint8Array | undefined;
  for (let index = 0; index < count; index++) {
    const header = decodeHeader(headers, index * HEADER_SIZE);
    const followed =
      future(header, index, now) ?? placed(header, index) ?? follow(headers, header, index, previous, hash);
    if (!(followed instanceof Uint8Array)) return followed;
    previous = followed;
  }
  return { ok: true, first: hash(headers.subarray(0, HEADER_SIZE)), firstTime: first.time };
}

/**
 * The relay gone on to the next epoch, as the contract's `retarget` does it.
 * @param headers the last `proof` headers of the newest epoch and at least as many of the next, of a stale epoch
 * `deepProof`; where both have the same target, all headers of the newest epoch.
 */
export function retarget(
  relay: LightRelay,
  headers: Uint8Array,
  now: number,
  hash: Hash = sha256d,
): RelayAccepted | RelayRefusal {
  const [newest, before] = relay.epochs;
  const seam = seamAfter(relay.rules, newest, headers, now, hash);
  if (!seam.ok) return seam;
  const number = (relay.number + 1) % 2 ** 32;
  return { ok: true, relay: { ...relay, number, epochs: [seam.next, newest, before], headers: seam.headers } };
}

/**
 * The relay with another newest epoch, which has more work after its seam, as the contract's `reorganise` does it.
 * @param headers as for {@link retarget}, from the epoch before the newest.
 */
export function reorganise(
  relay: LightRelay,
  headers: Uint8Array,
  now: number,
  hash: Hash = sha256d,
): RelayAccepted | RelayRefusal {
  const [newest, before, oldest] = relay.epochs;
  if (before.bits === 0) return refuse("NoEpochBefore", []);
  const seam = seamAfter(relay.rules, before, headers, now, hash);
  if (!seam.ok) return seam;
  const shown = BigInt(seam.headers) * work(bitsToTarget(seam.next.bits));
  const known = BigInt(relay.headers) * work(bitsToTarget(newest.bits));
  if (shown <= known) return refuse("NotHeavier", [shown, known]);
  return { ok: true, relay: { ...relay, epochs: [seam.next, before, oldest], headers: seam.headers } };
}

/** The epoch after `epoch`, as headers around the seam prove it, and how many of them lie in it. */
function seamAfter(
  rules: RelayRules,
  { start, bits }: Epoch,
  headers: Uint8Array,
  now: number,
  hash: Hash,
): { ok: true; next: Epoch; headers: number } | RelayRefusal {
  const count = countOf(headers);
  if (typeof count !== "number") return count;
  const at = (index: number) => decodeHeader(headers, index * HEADER_SIZE);
  if (at(0).bits !== bits) return refuse("WrongBits", [0, at(0).bits]);
  // Same target on both sides: any header could pose as the seam, so the epoch is counted from its start on.
  const whole = count > rules.proof && at(rules.proof).bits === bits;
  const seam = whole ? rules.interval : rules.proof;
  const least = seam + (now > start + rules.staleAfter ? rules.deepProof : rules.proof);
  const most = seam + rules.interval;
  if (count < least || count > most) return refuse("HeaderCount", [count, least, most]);
  if (whole && at(0).time !== start) return refuse("NotWholeEpoch", [at(0).time, start]);

  const end = at(seam - 1).time;
  const nextStart = at(seam).time;
  if (end >= now || nextStart >= now) return refuse("SeamNotPast", [end, nextStart, now]);
  const latest = Math.max(end, start);
  if (nextStart + BACK < latest) return refuse("SeamGoesBack", [nextStart, latest]);
  const { interval, spacing } = rules;
  const limit = bitsToTarget(rules.limit);
  const next = {
    start: nextStart,
    bits: nextBits({ bits, firstTime: start, lastTime: end, interval, spacing, limit }),
  };
  let previous: Uint8Array | undefined;
  for (let index = 0; index < count; index++) {
    const header = at(index);
    const wanted = index < seam ? bits : next.bits;
    if (wanted === 0) return refuse("BadBits", [0]);
    if (header.bits !== wanted) return refuse("WrongBits", [index, header.bits]);
    const followed = future(header, index, now) ?? follow(headers, header, index, previous, hash);
    if (!(followed instanceof Uint8Array)) return followed;
    previous = followed;
  }
  return { ok: true, next, headers: count - seam };
}

/** Whether each header in turn is in its place; called with index 0, 1, 2 and so on. */
type Placed = (header: Header, index: number) => RelayRefusal | undefined;

function atTarget(bits: number): Placed {
  return (header, index) => (header.bits === bits ? undefined : refuse("WrongBits", [index, header.bits]));
}

function inEpochs(epochs: LightRelay["epochs"]): Placed {
  /** Ages of the epochs that the last header can be in: two epochs can have the same target. */
  let ages: readonly number[] = [];
  return ({ time, bits }, index) => {
    // An epoch that is not known has bits 0.
    const stated = [0, 1, 2].filter((age) => bits !== 0 && epochs[age]!.bits === bits);
    if (index > 0) {
      const before = ages;
      ages = stated.filter((age) => before.includes(age) || (before.includes(age + 1) && time === epochs[age]!.start));
      return ages.length === 0 ? refuse("WrongBits", [index, bits]) : undefined;
    }
    if (stated.length === 0) return refuse("WrongBits", [0, bits]);
    ages = stated.filter((age) => {
      const until = epochs[age - 1]?.start ?? Number.POSITIVE_INFINITY;
      return time + AHEAD >= epochs[age]!.start && time <= until + AHEAD;
    });
    return ages.length === 0 ? refuse("TimeOutsideEpoch", [time, bits]) : undefined;
  };
}

function future({ time }: Header, index: number, now: number): RelayRefusal | undefined {
  return time > now + AHEAD ? refuse("TimeInFuture", [index, time, now]) : undefined;
}

/** The hash of header `index`, which names `previous` and meets its own target. */
function follow(
  headers: Uint8Array,
  header: Header,
  index: number,
  previous: Uint8Array | undefined,
  hash: Hash,
): Uint8Array | RelayRefusal {
  if (previous && !equal(header.prevHash, previous)) return refuse("NotLinked", [index]);
  const found = hash(headers.subarray(index * HEADER_SIZE, (index + 1) * HEADER_SIZE));
  const [number, target] = [hashToNumber(found), bitsToTarget(header.bits)];
  return number > target ? refuse("WorkMissing", [index, number, target]) : found;
}

function countOf(headers: Uint8Array): number | RelayRefusal {
  const count = headers.length / HEADER_SIZE;
  return count > 0 && Number.isInteger(count) ? count : refuse("HeadersLength", [headers.length]);
}

const NONE: Epoch = { start: 0, bits: 0 };

/** The target of bits that a header of a chain can state: below 2^255, as Target.sol has it. */
function targetOf(bits: number): bigint {
  if (bits >= 33 * 2 ** 24) {
    throw new RelayTermsError(
      "BadBits",
      `No chain has a target as easy as bits ${hex(bits)}.`,
      "Give 207fffff or less.",
    );
  }
  return bitsToTarget(bits);
}

const TEXTS: Readonly<Record<RelayRefusalCode, readonly [why: (...args: bigint[]) => string, mend: string]>> = {
  HeadersLength: [
    (length) => `${length} bytes are no row of headers.`,
    "Give 80 bytes for each header, one header at least, oldest first.",
  ],
  NotLinked: [
    (index) => `Header ${index} names another previous block than header ${index - 1n}.`,
    "Give headers that follow each other on one branch.",
  ],
  WorkMissing: [
    (index) => `Header ${index} hashes to more than its target.`,
    "Give the header as it was mined, byte by byte.",
  ],
  BadBits: [(bits) => `Bits ${hex(bits)} give no target.`, "Give headers of this chain."],
  WrongBits: [
    (index, bits) => `Header ${index} states bits ${hex(bits)}, which the relay does not know for its place.`,
    "Give headers of this chain; if they are, show the relay the retarget first, or these are older than it remembers.",
  ],
  TimeInFuture: [
    (index, time, now) => `Header ${index} is ${time - now} seconds ahead of the clock.`,
    "Wait: two hours ahead are allowed.",
  ],
  RelayStale: [
    (start, now) => `The relay's newest epoch began ${now - start} seconds ago.`,
    "Show the relay the retargets since then, with as many headers as a stale epoch takes.",
  ],
  TimeOutsideEpoch: [
    (time, bits) => `The first header's time ${time} is not in the epoch of bits ${hex(bits)}.`,
    "Give headers of the chain with the most work.",
  ],
  HeaderCount: [
    (count, least, most) => `${count} headers do not prove a seam: ${least} to ${most} do.`,
    "Give exactly the proof's number of the old epoch's headers (all of them where both targets are the same), " +
      "then enough of the new epoch.",
  ],
  NotWholeEpoch: [
    (time, start) =>
      `Both targets are the same, and the first header's time ${time} is not the epoch's start ${start}.`,
    "Give all headers of the old epoch, from its first one on.",
  ],
  SeamNotPast: [
    (end, start, now) => `The seam at ${end} and ${start} is not before ${now}.`,
    "Wait until both times have passed.",
  ],
  SeamGoesBack: [
    (start, latest) => `The new epoch starts ${latest - start} seconds before the old one's start or end.`,
    "Give headers of the chain with the most work: no honest clock is twelve hours behind.",
  ],
  NoEpochBefore: [() => "The relay knows one epoch only.", "Retarget it first."],
  NotHeavier: [
    (shown, known) => `The work after the seam, ${shown} hashes, is not above the ${known} that are known.`,
    "Give more headers after the seam, if this chain is the one with the most work.",
  ],
};

function refuse(code: RelayRefusalCode, values: readonly (number | bigint)[]): RelayRefusal {
  const args = values.map(BigInt);
  const [why, mend] = TEXTS[code];
  return { ok: false, code, args, why: why(...args), mend };
}

function hex(bits: number | bigint): string {
  return bits.toString(16).padStart(8, "0");
}

/** Terms with which the contract's constructor refuses to begin; the code is its error's name. */
export class RelayTermsError extends CarraraError {
  constructor(code: "BadRules" | "BadGenesis" | "BadBits", message: string, hint: string) {
    super(code, message, { hint });
  }
}
