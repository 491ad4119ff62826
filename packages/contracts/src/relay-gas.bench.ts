/**
 * Whole-transaction gas of following a chain's target, on anvil, with headers that are mined here.
 * @module
 */
import { createHash, randomBytes } from "node:crypto";
import { bigintFromLE, bigintToLE, concat, fromHex } from "@carrara/base/bytes";
import { encodeFunctionData, type Hex, toHex } from "viem";
import type { Bench, Row } from "../../../tool/bench-types.ts";
import { type BenchChain, CONDITIONS, median, openChain } from "../test/bench-chain.ts";
import { relayAbi, relayBytecode } from "./generated/Relay.ts";
import { BITCOIN_RELAY } from "./relay-deployments.ts";

const DAY = 86_400;
const DUE = BITCOIN_RELAY.interval * BITCOIN_RELAY.spacing;
const { proof: PROOF, deepProof: DEEP } = BITCOIN_RELAY;
/** Bitcoin's rules, but for the limit: every second hash meets it. The gas of a check does not depend on the target. */
const EASY = 0x207fffff;

interface Epoch {
  start: number;
  bits: number;
}

export const bench: Bench = {
  name: "relay-gas",
  about: "Gas of telling a relay of retargets, whole transactions, six headers on each side",
  async *run() {
    const chain = await openChain();
    try {
      yield* measure(chain);
    } finally {
      chain.stop();
    }
  },
};

async function* measure({ client, send }: BenchChain): AsyncGenerator<Row> {
  const now = async () => Number((await client.getBlock()).timestamp);
  const waitUntil = async (time: number) => {
    await client.setNextBlockTimestamp({ timestamp: BigInt(time) });
    await client.mine({ blocks: 1 });
  };
  let epoch: Epoch = { start: (await now()) - 60, bits: EASY };
  const rules = { ...BITCOIN_RELAY, limit: EASY };
  const deployed = await send(
    client.deployContract({ abi: relayAbi, bytecode: relayBytecode, args: [rules, 450, epoch] }),
  );
  const relay = { address: deployed.contractAddress!, abi: relayAbi } as const;

  /** The next seam, after an epoch of so many days, once its time has come. */
  const step = async (days: number, headers: number): Promise<Hex> => {
    const { shown, next } = seam(epoch, days, headers);
    await waitUntil(next.start + 600 * headers);
    epoch = next;
    return shown;
  };
  const retarget = (shown: Hex) => send(client.writeContract({ ...relay, functionName: "retarget", args: [shown] }));

  // From the third epoch on the ring is in use, as it is for the rest of the relay's life.
  await retarget(await step(13, PROOF));
  await retarget(await step(13, PROOF));
  const row = (name: string, value: number, note: string): Row => ({
    name: `relay-gas/${name}`,
    value,
    unit: "gas",
    note,
  });
  const both = `${PROOF} + ${PROOF} headers`;
  yield row("retarget", await median(async () => retarget(await step(13, PROOF))), `${both}; ${CONDITIONS}`);

  const seams = [await step(5, PROOF), await step(5, PROOF), await step(5, PROOF)];
  const batch = await send(client.writeContract({ ...relay, functionName: "retargets", args: [seams] }));
  yield row("retarget-batch-3", Number(batch.gasUsed), `three epochs of five days, ${both} each`);

  const before = epoch;
  await retarget(await step(13, PROOF));
  let count: number = PROOF;
  const reorganise = () => {
    const { shown } = seam(before, 13, ++count);
    return send(client.writeContract({ ...relay, functionName: "reorganise", args: [shown] }));
  };
  yield row("reorganise", await median(reorganise), `${PROOF} + ${PROOF + 3} headers`);

  const verify = () => {
    const shown = toHex(row80(randomBytes(32), PROOF, epoch.start + 600, epoch.bits).headers);
    return send(
      client.sendTransaction({
        to: relay.address,
        data: encodeFunctionData({ abi: relayAbi, functionName: "verify", args: [shown] }),
      }),
    );
  };
  yield row(
    "verify-6",
    await median(verify),
    "the view as a transaction of its own; a sale pays for it within its own",
  );

  const revival = await retarget(await step(50, DEEP));
  yield row("retarget-stale", Number(revival.gasUsed), `${PROOF} + ${DEEP} headers, after 50 days without a retarget`);
  yield row("deploy", Number(deployed.gasUsed), `code of ${(await client.getCode(relay))!.length / 2 - 1} bytes`);
}

/** Headers around the end of an epoch of so many days. */
function seam({ start, bits }: Epoch, days: number, count: number): { shown: Hex; next: Epoch } {
  const end = start + days * DAY;
  // All targets here are a mantissa below 2^23 at exponent 32, so the rule can be applied to the mantissa.
  const mantissa = Math.floor(((bits & 0x7fffff) * Math.min(days * DAY, DUE * 4)) / DUE);
  const next = { start: end + 600, bits: 0x20000000 + Math.min(mantissa, 0x7fffff) };
  const old = row80(randomBytes(32), PROOF, end - 600 * (PROOF - 1), bits);
  const young = row80(old.tip, count, next.start, next.bits);
  return { shown: toHex(concat(old.headers, young.headers)), next };
}

/** `count` headers of 80 bytes, each linked to the one before it and ten minutes later. */
function row80(previous: Uint8Array, count: number, time: number, bits: number) {
  let headers: Uint8Array = new Uint8Array();
  let tip = previous;
  for (let i = 0; i < count; i++) {
    const header = mine(tip, time + 600 * i, bits);
    headers = concat(headers, header);
    tip = sha256d(header);
  }
  return { headers, tip };
}

function mine(previous: Uint8Array, time: number, bits: number): Uint8Array {
  const target = BigInt(bits & 0x7fffff) << 232n;
  const stated = concat(bigintToLE(BigInt(time), 4), bigintToLE(BigInt(bits), 4));
  const start = concat(fromHex("00000020"), previous, randomBytes(32), stated);
  for (let nonce = 0n; ; nonce++) {
    const header = concat(start, bigintToLE(nonce, 4));
    if (bigintFromLE(sha256d(header)) <= target) return header;
  }
}

function sha256d(bytes: Uint8Array): Uint8Array {
  return createHash("sha256").update(createHash("sha256").update(bytes).digest()).digest();
}
