import { fromHex } from "@carrara/base/bytes";
import { decodeTx, encodeTx } from "@carrara/mining/transaction";
import { describe, expect, test } from "vitest";
import { idOf, LATE, makeBlock, mine, PAYEE, payment, testChain } from "../test/blocks.ts";
import { createMempool, MEMPOOL_LIMITS, type MempoolLimits } from "./mempool.ts";
import { createTemplates } from "./template.ts";

const NOW = 1_700_000_500;

function funded(count: number, limits: Partial<MempoolLimits> = {}) {
  const { chain, scripts } = testChain();
  const mempool = createMempool(chain, scripts, { ...MEMPOOL_LIMITS, ...limits });
  const coins = Array.from({ length: count }, () => {
    const { coinbaseId, value } = mine(chain);
    return { id: coinbaseId, value };
  });
  mine(chain);
  const send = (raw: Uint8Array) => {
    const taken = mempool.accept(raw, NOW);
    return "word" in taken ? taken.word : "taken";
  };
  return { chain, mempool, coins, send, template: createTemplates(chain, mempool) };
}

describe("what is taken and what is not", () => {
  const { coins, send, mempool, chain } = funded(8);
  const [first, second, third, fourth] = coins as [
    (typeof coins)[0],
    (typeof coins)[0],
    (typeof coins)[0],
    (typeof coins)[0],
  ];

  test("a payment, once", () => {
    const raw = payment([first], { to: [first.value - 1000n] });
    expect(send(raw)).toBe("taken");
    expect(send(raw)).toBe("txn-already-in-mempool");
    expect(mempool.get(idOf(raw))).toMatchObject({ fee: 1000n, vsize: 110 });
    expect(mempool.coin(`${first.id}:0`)).toBe(undefined);
    expect(mempool.coin(`${idOf(raw)}:0`)).toMatchObject({ value: first.value - 1000n });
    const signature = decodeTx(raw);
    signature.inputs[0]!.witness.push(Uint8Array.of(1));
    expect(send(encodeTx(signature, { witness: true }))).toBe("txn-same-nonwitness-data-in-mempool");
  });

  test("too little fee, no such coin, a coinbase, a lock time, 64 bytes", () => {
    expect(send(payment([second], { to: [second.value - 109n] }))).toBe("min relay fee not met");
    expect(send(payment([{ id: "77".repeat(32), value: 5000n }], { to: [1000n] }))).toBe(
      "bad-txns-inputs-missingorspent",
    );
    expect(send(chain.block(chain.tip()).raw[0]!)).toBe("coinbase");
    expect(send(payment([second], { to: [1000n], lockTime: chain.tip().height + 1 }))).toBe("non-final");
    expect(send(payment([second], { to: [1000n], sequence: 100 }))).toBe("non-BIP68-final");
    const small = payment([second], { to: [1000n], script: Uint8Array.of(0x51) });
    expect(send(small)).toBe("tx-size-small");
  });

  test("a broken signature", () => {
    const tx = decodeTx(payment([second], { to: [1000n] }));
    tx.outputs[0]!.script = PAYEE.script.with(5, 0);
    expect(send(encodeTx(tx, { witness: true }))).toMatch(/^mandatory-script-verify-flag-failed/);
  });

  test("a replacement pays for what it replaces, and for itself, or is refused", () => {
    const { value } = third;
    const parent = payment([third], { to: [value - 1000n] });
    const child = payment([{ id: idOf(parent), value: value - 1000n }], { to: [value - 3000n] });
    expect([send(parent), send(child)]).toEqual(["taken", "taken"]);
    expect(send(payment([third], { to: [value - 1001n] }))).toBe("insufficient fee");
    expect(send(payment([third], { to: [value - 3109n] }))).toBe("insufficient fee");
    const better = payment([third], { to: [value - 3110n] });
    expect(send(better)).toBe("taken");
    expect([mempool.get(idOf(parent)), mempool.get(idOf(child))]).toEqual([undefined, undefined]);
    const greedy = payment([{ id: idOf(better), value: value - 3110n }, third], { to: [1000n] });
    expect(send(greedy)).toBe("bad-txns-spends-conflicting-tx");
  });

  test("a chain of waiting payments ends at the limit", () => {
    let coin = fourth;
    for (let i = 0; i < 25; i++) {
      const raw = payment([coin], { to: [coin.value - 200n] });
      expect(send(raw)).toBe("taken");
      coin = { id: idOf(raw), value: coin.value - 200n };
    }
    expect(send(payment([coin], { to: [coin.value - 200n] }))).toBe("too-long-mempool-chain");
  });
});

test("the bound holds: the worst payer goes first, with what depends on it", () => {
  const { coins, send, mempool } = funded(5, { transactions: 4 });
  const raws = coins.map((coin, index) => payment([coin], { to: [coin.value - 1000n * BigInt(5 - index)] }));
  const child = payment([{ id: idOf(raws[3]!), value: coins[3]!.value - 2000n }], { to: [1000n] });
  expect(raws.slice(0, 3).map(send)).toEqual(["taken", "taken", "taken"]);
  expect(send(raws[3]!)).toBe("taken");
  expect(send(child)).toBe("mempool full");
  expect([...mempool.entries()].map(({ txid }) => txid)).toEqual(raws.slice(0, 3).map(idOf));
  expect(send(raws[4]!)).toBe("taken");
  expect(mempool.size().transactions).toBeLessThanOrEqual(4);
  expect(mempool.get(idOf(raws[0]!))).toBeDefined();
});

describe("templates", () => {
  test("best payers first, parents before children, fees summed; made anew only on a change", () => {
    const { coins, send, template, chain } = funded(4);
    const cheap = payment([coins[0]!], { to: [coins[0]!.value - 200n] });
    const child = payment([{ id: idOf(cheap), value: coins[0]!.value - 200n }], { to: [coins[0]!.value - 90_000n] });
    const middle = payment([coins[1]!], { to: [coins[1]!.value - 5000n] });
    for (const raw of [cheap, child, middle]) expect(send(raw)).toBe("taken");
    const made = template(NOW);
    expect(made.transactions.map(({ txid }) => txid)).toEqual([middle, cheap, child].map(idOf));
    expect(made.transactions.map(({ depends }) => depends)).toEqual([[], [], [2]]);
    expect(made.coinbasevalue).toBe(5_000_000_000 + 90_000 + 5000);
    expect(template(NOW + 5)).toEqual({ ...made, curtime: NOW + 5 });
    expect(template(NOW).transactions).toBe(made.transactions);
    expect(made.mintime).toBeLessThan(NOW);
    expect(template(0).curtime).toBe(made.mintime);

    mine(chain, { others: [cheap, child, middle], extra: 95_000n });
    const next = template(NOW);
    expect(next.transactions).toEqual([]);
    expect(next.longpollid).not.toBe(made.longpollid);
  });
});

describe("a block", () => {
  test("takes out what it holds and what it contradicts", () => {
    const { coins, send, mempool, chain } = funded(3);
    const kept = payment([coins[0]!], { to: [1000n] });
    const beaten = payment([coins[1]!], { to: [coins[1]!.value - 1000n] });
    const child = payment([{ id: idOf(beaten), value: coins[1]!.value - 1000n }], { to: [1000n] });
    for (const raw of [kept, beaten, child]) expect(send(raw)).toBe("taken");
    mine(chain, { others: [payment([coins[1]!], { to: [77n] })] });
    expect([...mempool.entries()].map(({ txid }) => txid)).toEqual([idOf(kept)]);
    mine(chain, { others: [kept] });
    expect(mempool.size()).toEqual({ transactions: 0, weight: 0, fees: 0n });
    expect(send(kept)).toBe("txn-already-known");
  });

  test("that leaves the chain gives back what it held, and what rested on its coins is dropped", () => {
    const { coins, send, mempool, chain } = funded(3);
    const fork = chain.tip();
    const paid = payment([coins[0]!], { to: [coins[0]!.value - 1000n] });
    const { coinbaseId, value } = mine(chain, { others: [paid] });
    mine(chain);
    const rests = payment([{ id: coinbaseId, value }], { to: [1000n] });
    const child = payment([{ id: idOf(paid), value: coins[0]!.value - 1000n }], { to: [1000n] });
    expect([send(rests), send(child)]).toEqual(["taken", "taken"]);
    let prev = fork;
    for (let i = 0; i < 3; i++) {
      const block = makeBlock(chain, prev);
      chain.accept(block.raw, LATE);
      prev = chain.node(block.hash)!;
    }
    expect(chain.tip()).toBe(prev);
    expect([...mempool.entries()].map(({ txid }) => txid)).toEqual([idOf(paid), idOf(child)]);
    expect(mempool.get(idOf(child))!.parents).toEqual(new Set([idOf(paid)]));
  });
});

test("bytes that are no transaction are the caller's error", () => {
  const { mempool } = funded(1);
  expect(() => mempool.accept(fromHex("00"), NOW)).toThrow();
});
