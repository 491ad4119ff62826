/** The client of sales for bitcoin: trees, ids, calls, events and refusals, against viem's own coding of the ABI. */
import { fromHex } from "@carrara/base/bytes";
import fc from "fast-check";
import {
  type Abi,
  concatHex,
  decodeFunctionData,
  encodeAbiParameters,
  encodeDeployData,
  encodeErrorResult,
  encodeEventTopics,
  encodeFunctionData,
  keccak256,
  type Log,
  parseAbiParameters,
  toHex,
} from "viem";
import { expect, test } from "vitest";
import {
  BITCOIN_ESCROW,
  EMBEDDED_ESCROW,
  escrowArguments,
  escrowCalls,
  explainRefusal,
  type Hex,
  MAX_SCRIPTS,
  REGTEST_ESCROW,
  relayCalls,
  saleEvents,
  saleId,
  scriptTree,
  type Terms,
} from "./btc-sale.ts";
import { escrowAbi } from "./generated/Escrow.ts";
import { relayAbi } from "./generated/Relay.ts";

const SELLER = "0x1111111111111111111111111111111111111111";
const BUYER = "0x2222222222222222222222222222222222222222";
const ESCROW = "0x3333333333333333333333333333333333333333";
const NFT = "0x4444444444444444444444444444444444444444";
const script = (n: number) => fromHex(`0014${n.toString(16).padStart(40, "0")}`);
const TREE = scriptTree([script(1), script(2), script(3)]);
const TERMS: Terms = {
  seller: SELLER,
  nft: NFT,
  tokenId: 7n,
  priceSats: 1_000_000n,
  scriptRoot: TREE.root,
  confirmations: 6,
  depositWei: 10n ** 16n,
  proverFeeWei: 10n ** 15n,
  salt: 5n,
  required: [{ sats: 50_000n, script: "0x0014ff" }],
};

test("each script of a tree of 1 to 16 leads to its root by sorted pairs, in at most four steps", () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.integer({ min: 0, max: 9999 }), { minLength: 1, maxLength: MAX_SCRIPTS }), (ns) => {
      const { root, scripts } = scriptTree(ns.map(script));
      expect(scripts.map((offered) => offered.script)).toEqual(ns.map((n) => toHex(script(n))));
      for (const { script, branch } of scripts) {
        const leaf = keccak256(keccak256(script));
        const top = branch.reduce((node, other) => keccak256(concatHex([node, other].sort())), leaf);
        expect(top).toBe(root);
        expect(branch.length).toBeLessThanOrEqual(4);
      }
    }),
  );
});

test("scripts that make no tree", () => {
  expect(() => scriptTree([])).toThrow("0 scripts.");
  expect(() => scriptTree(Array.from({ length: 17 }, (_, n) => script(n)))).toThrow("17 scripts.");
  expect(() => scriptTree([script(1), script(2), script(1)])).toThrow(`The script ${toHex(script(1))} is there twice.`);
});

test("a sale's id tells apart terms that differ in any field", () => {
  const required = [{ sats: 50_001n, script: "0x0014ff" }] as const;
  const others: Partial<Terms>[] = [
    ...[{ seller: BUYER }, { nft: ESCROW }, { tokenId: 8n }, { priceSats: 1n }, { scriptRoot: saleId(TERMS) }],
    ...[{ confirmations: 3 }, { depositWei: 0n }, { proverFeeWei: 0n }, { salt: 6n }, { required: [] }, { required }],
  ] as const;
  const ids = [TERMS, ...others.map((other) => ({ ...TERMS, ...other }))].map(saleId);
  expect(others.flatMap(Object.keys)).toEqual(expect.arrayContaining(Object.keys(TERMS)));
  expect(new Set(ids).size).toBe(others.length + 1);
});

test("calls hold what they were given; bytes of a proof stay in their order", () => {
  const calls = escrowCalls(ESCROW);
  const node = Uint8Array.from({ length: 32 }, (_, i) => i);
  const proof = {
    headers: new Uint8Array(160).fill(1),
    transaction: Uint8Array.of(2, 0, 0, 0),
    index: 9n,
    branch: [node, node],
    coinbasePreimage: node,
    coinbaseBranch: [node],
  };
  const offered = TREE.scripts[1]!;
  const reserve = calls.reserve(TERMS, BUYER, offered);
  expect(reserve).toMatchObject({ address: ESCROW, value: TERMS.depositWei });
  const of = (data: Hex) => decodeFunctionData({ abi: escrowAbi, data });
  expect(of(encodeFunctionData(reserve)).args).toEqual([TERMS, BUYER, offered.script, offered.branch]);
  expect(of(encodeFunctionData(calls.pay(TERMS, offered.script, proof))).args?.[2]).toEqual({
    headers: toHex(proof.headers),
    transaction: "0x02000000",
    index: 9n,
    branch: [toHex(node), toHex(node)],
    coinbasePreimage: "0x000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
    coinbaseBranch: [toHex(node)],
  });
  const writes = escrowAbi.flatMap((entry) => (entry.type === "function" && changes(entry) ? [entry.name] : []));
  expect(Object.keys(calls).sort()).toEqual([...writes, "saleOf"].sort());
});

function changes({ stateMutability }: { stateMutability: string }): boolean {
  return stateMutability === "nonpayable" || stateMutability === "payable";
}

test("calls of a relay", () => {
  const calls = relayCalls(ESCROW);
  const headers = new Uint8Array(960).fill(7);
  const of = (data: Hex) => decodeFunctionData({ abi: relayAbi, data });
  for (const call of [calls.retarget(headers), calls.reorganise(headers), calls.verify(headers)]) {
    expect(of(encodeFunctionData<Abi>(call))).toEqual({ functionName: call.functionName, args: [toHex(headers)] });
  }
  expect(of(encodeFunctionData(calls.retargets([headers, headers]))).args).toEqual([[toHex(headers), toHex(headers)]]);
  const writes = relayAbi.flatMap((entry) => (entry.type === "function" && changes(entry) ? [entry.name] : []));
  expect(Object.keys(calls).sort()).toEqual([...writes, "epochs", "verify"].sort());
});

test("escrows are deployed with the windows of the sale's rules, and with fewer deep headers on a test chain alone", () => {
  for (const deployment of [BITCOIN_ESCROW, EMBEDDED_ESCROW, REGTEST_ESCROW]) {
    const args = escrowArguments(NFT, deployment);
    const data = encodeDeployData({ abi: escrowAbi, bytecode: "0x", args });
    expect(data.length).toBe(2 + 64 * 8);
  }
  const { windows, subsidySats, deepHeaders } = BITCOIN_ESCROW;
  expect({ subsidySats, deepHeaders }).toEqual({ subsidySats: 50_0000_0000n >> 5n, deepHeaders: 144n });
  expect(windows).toEqual({ pay: 7200, grace: 86_400, coolDown: 43_200, leave: 86_400, lapse: 1_209_600 });
  expect(EMBEDDED_ESCROW.deepHeaders).toBe(144n);
});

/** A log of the escrow as a node gives it. */
function log(eventName: string, args: Record<string, unknown>, address: Hex = ESCROW): Log {
  const event = escrowAbi.find((entry) => entry.type === "event" && entry.name === eventName);
  if (event?.type !== "event") throw new Error(`no event ${eventName}`);
  const plain = event.inputs.filter(({ indexed }) => !indexed);
  return {
    address,
    topics: encodeEventTopics({ abi: [event], eventName: event.name, args } as never),
    data: encodeAbiParameters(plain, plain.map(({ name }) => args[name]) as never),
    ...{ blockHash: `0x${"aa".repeat(32)}`, blockNumber: 12n, logIndex: 0, removed: false, transactionIndex: 0 },
    transactionHash: `0x${"bb".repeat(32)}`,
    blockTimestamp: 0n,
  } as Log;
}

test("events of a sale, from a listing to a refund that is owed", () => {
  const id = saleId(TERMS);
  const txid = toHex(Uint8Array.from({ length: 32 }, (_, i) => i));
  const shown = "1f1e1d1c1b1a191817161514131211100f0e0d0c0b0a09080706050403020100";
  const reserved = { id, buyer: BUYER, sponsor: SELLER, number: 1n, script: "0x0014", payBy: 100n, lockUntil: 200n };
  const paid = { id, buyer: BUYER, prover: SELLER, fee: 3n };
  const events = saleEvents(ESCROW, [
    log("Listed", { id, seller: SELLER, nft: NFT, terms: TERMS }),
    log("Reserved", reserved),
    log("Reserved", reserved, NFT),
    log("Credited", { id, txid, header: txid, sats: 5n, total: 6n }),
    log("Waiting", { id, txid, header: txid, sats: 7n, total: 7n }),
    log("Paid", { ...paid, lapsesAt: 300n }),
    log("PaidOver", { id, excess: 8n }),
    log("Sold", paid),
    log("Owed", { account: BUYER, amount: 1n }),
    log("Held", { id, buyer: BUYER }),
    log("Collected", { id, to: BUYER }),
    log("Expired", { id, paid: 4n }),
    log("Lapsed", { id, paid: 4n }),
    log("Leaving", { id, closesAt: 400n }),
    log("Closed", { id, to: SELLER }),
  ]);
  const at = { sale: id, transaction: `0x${"bb".repeat(32)}`, block: 12n };
  expect(events).toEqual(
    [
      { kind: "listed", terms: TERMS },
      { kind: "reserved", buyer: BUYER, sponsor: SELLER, number: 1, script: "0x0014", payBy: 100, lockUntil: 200 },
      { kind: "credited", txid: shown, header: shown, sats: 5n, total: 6n },
      { kind: "waiting", txid: shown, header: shown, sats: 7n, total: 7n },
      { kind: "paid", buyer: BUYER, prover: SELLER, feeWei: 3n, lapsesAt: 300 },
      { kind: "paid-over", excess: 8n },
      { kind: "sold", buyer: BUYER, prover: SELLER, feeWei: 3n },
      { kind: "held", buyer: BUYER },
      { kind: "collected", to: BUYER },
      { kind: "expired", paid: 4n },
      { kind: "lapsed", paid: 4n },
      { kind: "leaving", closesAt: 400 },
      { kind: "closed", to: SELLER },
    ].map((event) => ({ ...at, ...event })),
  );
});

/** A value of the type, another one in each place. */
function sample(type: string, place: number): unknown {
  if (type === "address") return toHex(place + 1, { size: 20 });
  if (type === "bytes32") return toHex(place + 1, { size: 32 });
  if (type === "tuple") return { interval: 1, spacing: 1, limit: 1, proof: 1, deepProof: 1, staleAfter: 1 };
  return type === "uint8" ? 6 : 1_800_000_000n + BigInt(place);
}

test("every error of the escrow and its relay has its words, with all its arguments put in", () => {
  const errors = escrowAbi.filter((entry) => entry.type === "error");
  const words = errors.map(({ name, inputs }) => {
    const args = inputs.map(({ type }, place) => sample(type, place));
    const data = encodeErrorResult({ abi: escrowAbi, errorName: name, args } as never);
    const refusal = explainRefusal(data);
    expect(refusal?.code).toBe(name);
    const text = `${name}: ${refusal?.why} ${refusal?.mend}`;
    expect(text).not.toMatch(/[{}]|undefined/);
    return text;
  });
  expect(words.join("\n")).toMatchSnapshot();
});

test("what is no error of these contracts is left to others", () => {
  expect(explainRefusal("0x")).toBeUndefined();
  expect(explainRefusal("0x12345678")).toBeUndefined();
  // Solidity's own Error("no").
  const text = encodeAbiParameters(parseAbiParameters("string"), ["no"]);
  expect(explainRefusal(concatHex(["0x08c379a0", text]))).toBeUndefined();
  expect(explainRefusal(new Error("timeout"))).toBeUndefined();
  expect(explainRefusal(undefined)).toBeUndefined();
});
