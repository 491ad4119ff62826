import { toHex } from "@carrara/base/bytes";
import fc from "fast-check";
import { expect, test } from "vitest";
import { coinsText, LATE, makeBlock, mine, payment, testChain } from "../test/blocks.ts";
import { createMempool } from "./mempool.ts";
import { createMethods, RpcError } from "./methods.ts";

/** Some bytes overwritten, then perhaps cut or lengthened. */
const damage = fc.record({
  at: fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 3 }),
  length: fc.option(fc.double({ min: 0, max: 1.2, noNaN: true }), { freq: 3 }),
});

interface Damage {
  at: [number, number][];
  length: number | null;
}

/** @param from the first byte that may be overwritten */
function damaged(bytes: Uint8Array, { at, length }: Damage, from = 0): Uint8Array {
  const changed = Uint8Array.from(bytes);
  for (const [place, value] of at) changed[from + (place % (changed.length - from))] = value;
  if (length === null) return changed;
  const whole = new Uint8Array(Math.floor(changed.length * length));
  whole.set(changed.subarray(0, whole.length));
  return whole;
}

const { chain, scripts } = testChain();
const mempool = createMempool(chain, scripts);
const methods = createMethods({
  chain,
  mempool,
  clock: () => LATE * 1000,
  tipMoved: () => Promise.resolve(),
  longpollMempoolMs: 1,
  agent: "/test/",
});
const first = mine(chain);
for (let i = 0; i < 3; i++) mine(chain);
const spend = payment([{ id: first.coinbaseId, value: first.value }], { to: [first.value - 1000n] });
const call = async (method: string, ...params: unknown[]) =>
  methods.get(method)!.run(params, new AbortController().signal);

test("whatever bytes are submitted as a block, the answer is a word or Core's number, and the coins stay whole", async () => {
  const block = makeBlock(chain, chain.tip(), { others: [spend], extra: 1000n });
  const before = coinsText(chain);
  await fc.assert(
    fc.asyncProperty(damage, async (how) => {
      expect(await proposed(damaged(block.raw, how)).catch(refusal)).toBeTypeOf("string");
      // Every second changed header has work enough for this chain, so only what is behind it is damaged here.
      const bytes = damaged(block.raw, how, 80);
      if (toHex(bytes) === toHex(block.raw)) return;
      expect(await call("submitblock", toHex(bytes)).catch(refusal)).toBeTypeOf("string");
      expect(coinsText(chain)).toBe(before);
    }),
    { numRuns: 400 },
  );
  expect(await call("submitblock", toHex(block.raw))).toBe(null);
});

test("whatever bytes are sent as a payment or a proof, the answer is one of Core's numbers", async () => {
  const waiting = payment([{ id: chain.block(chain.at(2)!).txids[0]!, value: first.value }], { to: [1000n] });
  await fc.assert(
    fc.asyncProperty(damage, async (how) => {
      const bytes = damaged(waiting, how);
      if (toHex(bytes) === toHex(waiting)) return;
      for (const method of ["sendrawtransaction", "decoderawtransaction", "verifytxoutproof"]) {
        const answer = await call(method, toHex(bytes)).catch(refusal);
        if (method === "sendrawtransaction") expect(answer).toBeTypeOf("string");
      }
      expect(mempool.size().transactions).toBe(0);
    }),
    { numRuns: 400 },
  );
});

async function proposed(bytes: Uint8Array): Promise<unknown> {
  const word = await call("getblocktemplate", { mode: "proposal", data: toHex(bytes) });
  // A header with other free fields (its nonce) is a sound proposal.
  return word ?? "sound";
}

/** An error that is not Core's is ours: the test fails by it. */
function refusal(error: unknown): string {
  if (error instanceof RpcError) return `${error.rpcCode}`;
  throw error;
}
