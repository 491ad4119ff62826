/**
 * Sales for bitcoin from end to end: payments from a real wallet, blocks and reorganisations of two real nodes, proofs
 * that the escrow judges. The nodes' own work is scrypt; the blocks here meet Bitcoin's sha256d as well.
 */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { type Hex, saleId } from "@carrara/contracts/btc-sale";
import { getAddress } from "viem";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  type BtcMarket,
  CAP,
  DEEP_HEADERS,
  freshScript,
  HOUR,
  litecoind,
  openBtcMarket,
  PRICE,
  type Reservation,
} from "./btc-market.ts";

const title = litecoind
  ? "sales for bitcoin"
  : "sales for bitcoin: litecoind is not on the PATH (apt-get install litecoind)";

describe("examples/btc-sale.ts", () => {
  const example = (environment: NodeJS.ProcessEnv) =>
    spawnSync(process.execPath, [join(import.meta.dirname, "../examples/btc-sale.ts")], {
      encoding: "utf8",
      env: environment,
      timeout: 120_000,
    });

  test.skipIf(litecoind === undefined)("sells, tells each step with its gas, and ends", () => {
    const { status, stdout, stderr } = example(process.env);
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    for (const step of ["list", "reserve", "pay, and deliver"]) {
      expect(stdout).toMatch(new RegExp(`^ {2}${step} +[\\d,]+ gas$`, "m"));
    }
    expect(stdout).toContain("Token 1 is the buyer's; the seller's wallet has received 0.005 coins.");
  });

  test("says how to get litecoind where there is none", () => {
    const { status, stdout, stderr } = example({ ...process.env, PATH: "" });
    expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
    expect(stderr).toBe("litecoind is not on the PATH. On Debian and Ubuntu: apt-get install litecoind\n");
  });
});

describe.skipIf(litecoind === undefined)(title, () => {
  let market: BtcMarket;
  beforeAll(async () => {
    market = await openBtcMarket();
  });
  afterAll(() => market?.close());

  /** Sends the proof by somebody who is neither seller nor buyer. */
  async function prove({ terms, script }: Reservation, txid: string, blocks: readonly string[]) {
    return market.send(market.prover, market.calls.pay(terms, script, await market.proof(txid, blocks)));
  }

  /** The name of the error with which that would end; undefined where it would not. */
  async function refusal({ terms, script }: Reservation, txid: string, blocks: readonly string[]) {
    return market.refusalOf(market.prover, market.calls.pay(terms, script, await market.proof(txid, blocks)));
  }

  const kinds = (events: readonly { kind: string }[]) => events.map(({ kind }) => kind);
  const balance = (address: Hex) => market.client.getBalance({ address });

  /** Takes the chain's last blocks away: one more, without payments, take their place, and the second node follows. */
  async function reorganise(blocks: readonly string[]): Promise<void> {
    await market.node.call("invalidateblock", [blocks[0]]);
    await market.mine(blocks.length + 1, { empty: true });
    await market.agree();
    for (const hash of blocks) expect(await market.peer.getBlockHeader(hash)).toMatchObject({ confirmations: -1 });
  }

  test("paid in time: the token goes to the buyer, the fee to the prover, the rest of the deposit back", async () => {
    const sale = await market.reserved();
    const { id, terms, script } = sale;
    expect(id).toBe(saleId(terms));
    const txid = await market.pay(script);
    const blocks = await market.mine(3);
    expect(await refusal(sale, txid, blocks.slice(0, 2))).toBe("TooFewHeaders");
    const [buyer, escrow] = [await balance(market.buyer), await balance(market.escrow)];
    expect(await prove(sale, txid, blocks)).toMatchObject([
      { kind: "credited", sale: id, txid, header: blocks[0], sats: PRICE, total: PRICE },
      { kind: "sold", sale: id, buyer: market.buyer, prover: market.prover, feeWei: terms.proverFeeWei },
    ]);
    expect(await market.ownerOf(terms.tokenId)).toBe(market.buyer);
    expect(await balance(market.buyer)).toBe(buyer + terms.depositWei - terms.proverFeeWei);
    expect(await balance(market.escrow)).toBe(escrow - terms.depositWei);
    expect(await market.received(script)).toBe(PRICE);
  });

  test("an under-payment counts, and a top-up completes it", async () => {
    const sale = await market.reserved();
    const first = await market.pay(sale.script, PRICE - 200_000n);
    const early = await market.mine(3);
    expect(await prove(sale, first, early)).toMatchObject([{ kind: "credited", total: PRICE - 200_000n }]);
    expect(await refusal(sale, first, early)).toBe("AlreadyCredited");
    const second = await market.pay(sale.script, 200_000n);
    expect(kinds(await prove(sale, second, await market.mine(3)))).toEqual(["credited", "sold"]);
  });

  test("two payments in two blocks, the later one proved first", async () => {
    const sale = await market.reserved();
    const a = await market.pay(sale.script, 300_000n);
    const [blockOfA = ""] = await market.mine();
    const b = await market.pay(sale.script, 200_000n);
    const rest = await market.mine(3);
    expect(kinds(await prove(sale, b, rest))).toEqual(["credited"]);
    expect(kinds(await prove(sale, a, [blockOfA, ...rest]))).toEqual(["credited", "sold"]);
  });

  test("an over-payment sells, and the excess is told", async () => {
    const sale = await market.reserved();
    const txid = await market.pay(sale.script, PRICE + 12_345n);
    const events = await prove(sale, txid, await market.mine(3));
    expect(events).toMatchObject([{ kind: "credited" }, { kind: "paid-over", excess: 12_345n }, { kind: "sold" }]);
  });

  test("a royalty is paid by the same transaction or the sale is not complete", async () => {
    const royalty = { sats: 50_000n, script: await freshScript(market.sellerWallet) };
    const sale = await market.reserved({ required: [royalty] });
    const without = await market.pay(sale.script);
    expect(kinds(await prove(sale, without, await market.mine(3)))).toEqual(["credited"]);
    const withIt = await market.pay(sale.script, 10_000n, royalty);
    expect(kinds(await prove(sale, withIt, await market.mine(3)))).toEqual(["credited", "paid-over", "sold"]);
  });

  test("replaced by a higher fee to the same script: what was mined counts", async () => {
    const sale = await market.reserved();
    const first = await market.pay(sale.script);
    const { txid } = await market.buyerWallet.call<{ txid: string }>("bumpfee", [first]);
    const blocks = await market.mine(3);
    await expect(market.proof(first, blocks)).rejects.toThrow(`Transaction ${first} is not among the`);
    expect(kinds(await prove(sale, txid, blocks))).toEqual(["credited", "sold"]);
  });

  test("replaced by a payment to another script: nothing is paid, and the buyer may pay anew", async () => {
    const sale = await market.reserved();
    const replaced = await market.replace(await market.pay(sale.script), await freshScript(market.buyerWallet));
    expect(await refusal(sale, replaced, await market.mine(3))).toBe("NothingPaid");
    expect(await market.ownerOf(sale.terms.tokenId)).toBe(market.escrow);
    expect(kinds(await prove(sale, await market.pay(sale.script), await market.mine(3)))).toContain("sold");
  });

  const DEPTHS = [1, 2, 3, 4, 5, 6, 7, 8];

  test.each(DEPTHS)(
    "a reorganisation of %i blocks before the proof: the payment counts where it is mined again",
    async (depth) => {
      const sale = await market.reserved();
      const txid = await market.pay(sale.script);
      const stale = await market.mine(depth);
      await reorganise(stale);
      expect(await market.node.call("getrawmempool")).toContain(txid);
      // Work is work: a chain that Bitcoin has left still proves, which is why a sale asks for enough of it.
      expect(await refusal(sale, txid, stale)).toBe(depth < 3 ? "TooFewHeaders" : undefined);
      const blocks = await market.mine(3);
      expect(await prove(sale, txid, blocks)).toMatchObject([{ header: blocks[0] }, { kind: "sold" }]);
    },
  );

  test.each(DEPTHS)(
    "a reorganisation of %i blocks after the proof: what counts does not count twice",
    async (depth) => {
      const sale = await market.reserved();
      const first = await market.pay(sale.script, 300_000n);
      const blocks = await market.mine(Math.max(3, depth));
      expect(kinds(await prove(sale, first, blocks))).toEqual(["credited"]);
      await reorganise(blocks.slice(-depth));
      const second = await market.pay(sale.script, 200_000n);
      const again = await market.mine(3);
      // Less deep than the proof, and the payment's block stands as it was.
      const { blockhash } = await market.node.call<{ blockhash: string }>("getrawtransaction", [first, true]);
      expect(blockhash).toBe(depth < 3 ? blocks[0] : again[0]);
      if (depth >= 3) expect(await refusal(sale, first, again)).toBe("AlreadyCredited");
      expect(kinds(await prove(sale, second, again))).toEqual(["credited", "sold"]);
    },
  );

  test("a reorganisation of all confirmations can take the money back: the token stays sold", async () => {
    const sale = await market.reserved();
    const txid = await market.pay(sale.script);
    const blocks = await market.mine(3);
    expect(kinds(await prove(sale, txid, blocks))).toContain("sold");
    await market.node.call("invalidateblock", [blocks[0]]);
    await market.replace(txid, await freshScript(market.buyerWallet));
    await market.mine(4);
    await market.agree();
    expect(await market.received(sale.script)).toBe(0n);
    expect(await market.ownerOf(sale.terms.tokenId)).toBe(market.buyer);
  });

  test("a price over one header's cap is spread over the headers of its six confirmations", async () => {
    const sale = await market.reserved({ priceSats: 3n * CAP, confirmations: 6 });
    const txid = await market.pay(sale.script, 3n * CAP);
    const blocks = await market.mine(6);
    expect(await refusal(sale, txid, blocks.slice(0, 5))).toBe("TooFewHeaders");
    expect(kinds(await prove(sale, txid, blocks))).toEqual(["credited", "sold"]);
    // Each of the six backs half of what it may: so much room is left, and no satoshi more.
    for (const hash of blocks) expect(await market.exposure(hash)).toBe(CAP / 2n);
  });

  test("over the cap: paid, for this buyer only, and delivered by many more headers", async () => {
    const priceSats = (CAP * 6n) / 10n;
    const [a, b] = [await market.reserved({ priceSats }), await market.reserved({ priceSats })];
    const payments = [await market.pay(a.script, priceSats), await market.pay(b.script, priceSats)] as const;
    const blocks = await market.mine(4);
    expect(kinds(await prove(a, payments[0], blocks))).toEqual(["credited", "sold"]);
    const buyer = await balance(market.buyer);
    expect(await prove(b, payments[1], blocks)).toMatchObject([
      { kind: "waiting", txid: payments[1], header: blocks[0], sats: priceSats, total: priceSats },
      { kind: "paid", buyer: market.buyer, prover: market.prover, feeWei: b.terms.proverFeeWei },
    ]);
    expect(await balance(market.buyer)).toBe(buyer + b.terms.depositWei - b.terms.proverFeeWei);
    expect(await refusal(b, payments[1], blocks)).toBe("StillWaiting");
    const other = market.calls.reserve(b.terms, market.prover, b.scripts[1]!);
    expect(await market.refusalOf(market.prover, other)).toBe("WrongStatus");
    const deep = [...blocks, ...(await market.mine(DEEP_HEADERS - 4))];
    expect(await refusal(b, payments[1], deep.slice(0, -1))).toBe("StillWaiting");
    expect(await prove(b, payments[1], deep)).toMatchObject([{ kind: "credited" }, { kind: "sold", feeWei: 0n }]);
    expect(await market.ownerOf(b.terms.tokenId)).toBe(market.buyer);
  });

  test("over the cap for two weeks: it lapses, and a deep proof still delivers it", async () => {
    const priceSats = (CAP * 6n) / 10n;
    const [a, b] = [await market.reserved({ priceSats }), await market.reserved({ priceSats })];
    const payments = [await market.pay(a.script, priceSats), await market.pay(b.script, priceSats)] as const;
    const blocks = await market.mine(3);
    await prove(a, payments[0], blocks);
    expect(kinds(await prove(b, payments[1], blocks))).toEqual(["waiting", "paid"]);
    expect(await market.refusalOf(market.prover, market.calls.lapse(b.terms))).toBe("TooEarly");
    await market.travel(14 * 24 * HOUR);
    const lapsed = await market.send(market.prover, market.calls.lapse(b.terms));
    expect(lapsed).toMatchObject([{ kind: "lapsed", paid: priceSats }]);
    const deep = [...blocks, ...(await market.mine(DEEP_HEADERS - 3))];
    expect(kinds(await prove(b, payments[1], deep))).toEqual(["credited", "sold"]);
  });

  test("late: the deposit is the seller's, and the payment still wins the token, even one that is leaving", async () => {
    for (const leaving of [false, true]) {
      const sale = await market.reserved();
      expect(await market.refusalOf(market.prover, market.calls.expire(sale.terms))).toBe("TooEarly");
      await market.travel(26 * HOUR);
      const seller = await balance(market.seller);
      expect(kinds(await market.send(market.prover, market.calls.expire(sale.terms)))).toEqual(["expired"]);
      expect(await balance(market.seller)).toBe(seller + sale.terms.depositWei);
      if (leaving) await market.send(market.seller, market.calls.requestWithdraw(sale.terms));
      const txid = await market.pay(sale.script);
      const events = await prove(sale, txid, await market.mine(3));
      expect(events).toMatchObject([{ kind: "credited" }, { kind: "sold", buyer: market.buyer, feeWei: 0n }]);
      expect(await market.ownerOf(sale.terms.tokenId)).toBe(market.buyer);
    }
  });

  test("two buyers one after the other: cool-down, another script, and what the first paid is a claim", async () => {
    const sale = await market.reserved();
    const early = await market.pay(sale.script, 200_000n);
    await prove(sale, early, await market.mine(3));
    await market.travel(26 * HOUR);
    const expired = await market.send(market.prover, market.calls.expire(sale.terms));
    expect(expired).toMatchObject([{ kind: "expired", paid: 200_000n }]);

    // The prover lays down the deposit for somebody who has no ETH at all.
    const second = getAddress("0x5ec0000000000000000000000000000000000002");
    const [used, fresh] = [sale.scripts[0]!, sale.scripts[1]!];
    const reserve = market.calls.reserve(sale.terms, second, fresh);
    expect(await market.refusalOf(market.prover, reserve)).toBe("TooEarly");
    await market.travel(12 * HOUR);
    const taken = market.calls.reserve(sale.terms, second, used);
    expect(await market.refusalOf(market.prover, taken)).toBe("ScriptTaken");
    const reserved = await market.send(market.prover, reserve);
    expect(reserved).toMatchObject([{ kind: "reserved", buyer: second, sponsor: market.prover, number: 2 }]);

    const late = await market.pay(sale.script, 300_000n);
    expect(await refusal(sale, late, await market.mine(3))).toBe("ScriptNotReserved");
    const txid = await market.pay(fresh.script);
    const events = await prove({ ...sale, script: fresh.script }, txid, await market.mine(3));
    expect(events).toMatchObject([{ kind: "credited", total: PRICE }, { kind: "sold" }]);
    expect(await market.ownerOf(sale.terms.tokenId)).toBe(second);
  });

  test("nobody buys: the seller takes the token back, a day after saying so", async () => {
    const { terms } = await market.list();
    await market.send(market.seller, market.calls.requestWithdraw(terms));
    const close = market.calls.close(terms, market.seller);
    expect(await market.refusalOf(market.seller, close)).toBe("TooEarly");
    await market.travel(24 * HOUR);
    expect(kinds(await market.send(market.seller, close))).toEqual(["closed"]);
    expect(await market.ownerOf(terms.tokenId)).toBe(market.seller);
  });
});
