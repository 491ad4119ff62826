/**
 * Agreement: the relay in Solidity and its twin in TypeScript go through the same random histories, honest, damaged and
 * forged, and answer each call with the same words and the same state.
 * @module
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { concat, toHex } from "@carrara/base/bytes";
import { type Random, seeded } from "@carrara/base/random";
import { relayAbi } from "@carrara/contracts/generated/Relay";
import { relayProbeAbi, relayProbeBytecode } from "@carrara/contracts/generated/RelayProbe";
import { encodeHeader, HEADER_SIZE } from "@carrara/mining/header";
import { createSha256d } from "@carrara/mining/kernel/hasher";
import { type Epoch, type LightRelay, lightRelay, reorganise, retarget, verifyHeaders } from "@carrara/mining/relay";
import { bitsToTarget, meets, retarget as nextBits } from "@carrara/mining/target";
import { decodeErrorResult, decodeFunctionResult, encodeFunctionData, type Hex } from "viem";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type EmbeddedEthChain, startAnvil } from "./anvil.ts";

const HISTORIES = 400;
const CALLS = 10;
const EASIEST = 0x207fffff;
const HOUR = 3600;

/** What a header states that matters here; the rest is chance. */
interface Stated {
  time: number;
  bits: number;
}

/** A call, and what the twin says that it does. */
interface Step {
  name: string;
  data: Hex;
  wanted: string;
}

const hash = createSha256d();
let folder: string;
let chain: EmbeddedEthChain;
let probe: Hex;
let now: number;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "carrara-relay-"));
  chain = await startAnvil({ folder, saveEveryMs: 3_600_000 });
  const params = [{ from: chain.actors[0]!.address, data: relayProbeBytecode, gas: "0xb00000" }];
  const sent = await chain.request({ method: "eth_sendTransaction", params });
  let receipt: unknown = null;
  while (receipt === null) receipt = await chain.request({ method: "eth_getTransactionReceipt", params: [sent] });
  probe = (receipt as { contractAddress: Hex }).contractAddress;
  const head = await chain.request({ method: "eth_getBlockByNumber", params: ["latest", false] });
  now = Number((head as { timestamp: Hex }).timestamp);
});
afterAll(async () => {
  await chain?.close();
  await rm(folder, { recursive: true, force: true });
});

test(`${HISTORIES * CALLS} calls in ${HISTORIES} histories`, async () => {
  const heard = new Map<string, number>();
  for (let seed = 1; seed <= HISTORIES; seed++) {
    const { relay, steps } = history(seeded(seed));
    const answers = await ask(relay, steps);
    for (const [i, { name, wanted }] of steps.entries()) {
      expect(answers[i], `history ${seed}, call ${i + 1}: ${name}`).toBe(wanted);
      const word = `${name} ${wanted.split("(", 1)[0]}`;
      heard.set(word, (heard.get(word) ?? 0) + 1);
    }
  }
  // Every answer that there is was heard from every call that can give it.
  const seam = ["HeadersLength", "HeaderCount", "NotWholeEpoch", "SeamNotPast", "SeamGoesBack"];
  const headers = ["ok", "WrongBits", "TimeInFuture", "NotLinked", "WorkMissing"];
  const wanted = [
    ...[...headers, "HeadersLength", "RelayStale", "TimeOutsideEpoch"].map((word) => `verify ${word}`),
    ...[...headers, ...seam].map((word) => `retarget ${word}`),
    ...[...headers, ...seam, "NoEpochBefore", "NotHeavier"].map((word) => `reorganise ${word}`),
    ...["ok", "WrongBits", "HeaderCount"].map((word) => `retargets ${word}`),
  ];
  expect(wanted.filter((word) => !heard.has(word))).toEqual([]);
}, 120_000);

/** A relay and what happens to it, as the twin tells it. */
function history(random: Random): { relay: LightRelay; steps: Step[] } {
  const interval = 4 + random.below(17);
  const spacing = pick(random, [30, 600, 60_480]);
  const proof = 1 + random.below(3);
  const deepProof = proof + random.below(interval - proof);
  const staleAfter = Math.floor(interval * spacing * pick(random, [1, 1.5, 4, 50]));
  const rules = { interval, spacing, limit: EASIEST, proof, deepProof, staleAfter };
  const age = Math.floor((interval * spacing * (20 + random.below(500))) / 100);
  const genesis = { start: now - age, bits: pick(random, [EASIEST, EASIEST, 0x203fffff, 0x201ffffe, 0x200fffff]) };
  const first = lightRelay(rules, random.below(1000), genesis, now);
  let relay = first;
  const steps: Step[] = [];
  const ok = (verdict: ReturnType<typeof retarget>): string => {
    if (!verdict.ok) return refused(verdict);
    relay = verdict.relay;
    return `ok(${state(relay)})`;
  };
  for (let i = 0; i < CALLS; i++) {
    const name = pick(random, ["verify", "verify", "retarget", "retarget", "reorganise", "retargets"] as const);
    if (name === "retargets") {
      const { seams, verdict } = batch(random, relay);
      const data = encodeFunctionData({ abi: relayAbi, functionName: name, args: [seams.map(hex)] });
      steps.push({ name, data, wanted: ok(verdict) });
      continue;
    }
    const stated = name === "verify" ? chainOf(random, relay) : seamOf(random, relay, name === "retarget" ? 0 : 1);
    const headers = damaged(random, mined(random, altered(random, stated)));
    const data = encodeFunctionData({ abi: relayAbi, functionName: name, args: [hex(headers)] });
    if (name === "verify") {
      const verdict = verifyHeaders(relay, headers, now, hash);
      const wanted = verdict.ok ? `ok(${hex(verdict.first)}, ${verdict.firstTime})` : refused(verdict);
      steps.push({ name, data, wanted });
    } else {
      const change = name === "retarget" ? retarget : reorganise;
      steps.push({ name, data, wanted: ok(change(relay, headers, now, hash)) });
    }
  }
  return { relay: first, steps };
}

/** Several seams one after the other, now and then a wrong one among them, and what becomes of all together. */
function batch(random: Random, relay: LightRelay) {
  const seams: Uint8Array[] = [];
  let verdict: ReturnType<typeof retarget> = { ok: true, relay };
  for (let n = random.below(4); n >= 0 && verdict.ok; n--) {
    const honest = seamOf(random, verdict.relay, 0);
    const headers = mined(random, random.below(8) === 0 ? altered(random, honest) : honest);
    seams.push(headers);
    verdict = retarget(verdict.relay, headers, now, hash);
  }
  return { seams, verdict };
}

/** An honest seam after the epoch of this age, or one as honest as the time left allows. */
function seamOf(random: Random, { rules, epochs }: LightRelay, age: number): Stated[] {
  const { interval, spacing, proof, deepProof, staleAfter } = rules;
  const { start, bits } = epochs[age]!.bits === 0 ? epochs[0] : epochs[age]!;
  const taken = Math.floor(interval * spacing * pick(random, [0.3, 0.5, 0.9, 1, 1, 1.2, 2, 4]));
  const end = Math.min(start + taken, now - 1 - random.below(2));
  const limit = bitsToTarget(rules.limit);
  const next = nextBits({ bits, firstTime: start, lastTime: end, interval, spacing, limit });
  const whole = next === bits;
  const before = whole ? interval : proof;
  const old = Array.from({ length: before }, (_, i) => {
    return { time: whole && i === 0 ? start : end - (before - 1 - i), bits };
  });
  const least = now > start + staleAfter ? deepProof : proof;
  const count = Math.min(least + random.below(4), interval);
  const nextStart = Math.min(now - 1, end + random.below(2 * spacing) - Math.floor(spacing / 2));
  return [...old, ...Array.from({ length: count }, (_, i) => ({ time: nextStart + i, bits: next }))];
}

/** Headers from some place in a known epoch on, into those that follow. */
function chainOf(random: Random, { rules, epochs }: LightRelay): Stated[] {
  const known = epochs.filter(({ bits }) => bits !== 0);
  let age = random.below(known.length);
  const headers: Stated[] = [];
  for (let epoch: Epoch | undefined = known[age]; epoch; epoch = known[--age]) {
    const from = headers.length > 0 ? epoch.start : epoch.start + random.below(3 * HOUR) - HOUR;
    const count = 1 + random.below(rules.interval);
    for (let i = 0; i < count; i++) headers.push({ time: from + i * random.below(60), bits: epoch.bits });
    if (random.below(3) === 0) break;
  }
  return headers;
}

/** Half of the time as it was; else one header states something else, or one is missing or more. */
function altered(random: Random, stated: Stated[]): Stated[] {
  if (random.below(2) === 0) return stated;
  const at = random.below(stated.length);
  const one = stated[at]!;
  const seconds = pick(random, [1, -1, 60, 2 * HOUR, -2 * HOUR - 1, -12 * HOUR - 1, 13 * HOUR, -30 * 24 * HOUR]);
  const changes: readonly (() => Stated[])[] = [
    () => stated.with(at, { ...one, time: one.time + seconds }),
    () => stated.map(({ time, bits }) => ({ time: time + seconds, bits })),
    () => stated.with(at, { ...one, time: now + pick(random, [-1, 0, 2 * HOUR, 2 * HOUR + 1]) }),
    () => stated.with(at, { ...one, bits: one.bits + pick(random, [-1, 1, -0x100]) }),
    () => stated.with(at, { ...one, bits: pick(random, [EASIEST, stated[0]!.bits, stated.at(-1)!.bits]) }),
    () => stated.toSpliced(at, 1),
    () => stated.toSpliced(at, 0, one),
    () => stated.slice(at),
    () => stated.slice(0, at + 1),
    () => [...stated, ...stated],
    () => stated.map(({ time }, i) => ({ time, bits: i < at ? stated[0]!.bits : stated.at(-1)!.bits })),
  ];
  const changed = pick(random, changes)();
  return changed.length === 0 ? stated : changed;
}

/** Headers that link and have their work, unless that takes more than some hundred tries. */
function mined(random: Random, stated: readonly Stated[]): Uint8Array {
  let prevHash = random.bytes(32);
  const headers: Uint8Array[] = [];
  for (const { time, bits } of stated) {
    const fields = { version: 0x20000000, prevHash, merkleRoot: random.bytes(32), time, bits, nonce: 0 };
    let header = encodeHeader(fields);
    const easy = bits > 0x20010000 && bits <= EASIEST;
    while (easy && !meets(hash(header), bitsToTarget(bits))) {
      fields.nonce++;
      header = encodeHeader(fields);
    }
    headers.push(header);
    prevHash = hash(header);
  }
  return concat(...headers);
}

/** Mostly as they were; else cut, a bit flipped, some twice or out of order. */
function damaged(random: Random, headers: Uint8Array): Uint8Array {
  if (random.below(4) !== 0) return headers;
  const at = random.below(headers.length);
  const edge = at - (at % HEADER_SIZE);
  const flipped = headers.slice();
  flipped[at]! ^= 1 << random.below(8);
  return pick(random, [
    flipped,
    headers.slice(0, at),
    concat(headers, headers.slice(0, 1 + random.below(HEADER_SIZE))),
    concat(headers.slice(edge), headers.slice(0, edge)),
    concat(headers.slice(0, edge), headers.slice(edge, edge + HEADER_SIZE), headers.slice(edge)),
  ]);
}

/** What the contract says to the same calls, with its state after each that changes it. */
async function ask(relay: LightRelay, steps: readonly Step[]): Promise<string[]> {
  const epochs = encodeFunctionData({ abi: relayAbi, functionName: "epochs" });
  const calls = steps.flatMap(({ data }) => [data, epochs]);
  const args = [relay.rules, relay.number, relay.epochs[0], calls] as const;
  const data = encodeFunctionData({ abi: relayProbeAbi, functionName: "run", args });
  // Gas far above what it takes; the time is the twin's, whatever the chain's is by now.
  const call = { to: probe, data, gas: "0x1000000000" };
  const params = [call, "latest", {}, { time: `0x${now.toString(16)}` }];
  const answer = await chain.request({ method: "eth_call", params });
  const results = decodeFunctionResult({ abi: relayProbeAbi, functionName: "run", data: answer as Hex });
  return steps.map(({ name }, i) => {
    const [result, after] = [results[2 * i]!, results[2 * i + 1]!];
    const bytes: Hex = `0x${result.slice(4)}`;
    if (result.startsWith("0x00")) {
      if (bytes === "0x") return "reverted without a name";
      const { errorName, args: told = [] } = decodeErrorResult({ abi: relayAbi, data: bytes });
      return `${errorName}(${told.join(", ")})`;
    }
    if (name === "verify") {
      return `ok(${decodeFunctionResult({ abi: relayAbi, functionName: "verify", data: bytes }).join(", ")})`;
    }
    const stored = decodeFunctionResult({ abi: relayAbi, functionName: "epochs", data: `0x${after.slice(4)}` });
    const [number, newest, headers] = stored;
    return `ok(${state({ number: Number(number), epochs: newest, headers: Number(headers) })})`;
  });
}

function state({
  number,
  epochs,
  headers,
}: Omit<LightRelay, "kind" | "rules" | "epochs"> & { epochs: readonly Epoch[] }) {
  return [number, ...epochs.flatMap(({ start, bits }) => [start, bits]), headers].join(" ");
}

function refused({ code, args }: { code: string; args: readonly bigint[] }): string {
  return `${code}(${args.join(", ")})`;
}

function hex(bytes: Uint8Array): Hex {
  return `0x${toHex(bytes)}`;
}

function pick<T>(random: Random, values: readonly T[]): T {
  return values[random.below(values.length)]!;
}
