/**
 * What every Bitcoin-like node must do for a miner, a payer and a prover; each adapter runs this.
 * Work is found here by trying nonces, so the chain must be a regtest one with the easiest target.
 * @module
 */
import { concat, equal, fromHex, toHex } from "@carrara/base/bytes";
import { type Sats, sats } from "@carrara/base/units";
import { encodeBlock, witnessCommitmentScript } from "@carrara/mining/block";
import { assembleCoinbase, buildCoinbase, withWitness } from "@carrara/mining/coinbase";
import { display, fromDisplay, sha256d } from "@carrara/mining/hash";
import { decodeHeader, encodeHeader, type Header } from "@carrara/mining/header";
import { coinbaseBranch, foldLeft, merkleRoot } from "@carrara/mining/merkle";
import { bitsToTarget, meets } from "@carrara/mining/target";
import { decodeTx, encodeTx, stripWitness, txid } from "@carrara/mining/transaction";
import { createReader, encodeU32 } from "@carrara/mining/varint";
import { p2tr, p2wpkh, Transaction } from "@scure/btc-signer";
import { pubECDSA, pubSchnorr } from "@scure/btc-signer/utils.js";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { BlockTemplate, BtcNode } from "./bitcoin.ts";

/** A node, and how its proof of work is hashed. */
export interface BitcoinHarness {
  node: BtcNode;
  /** 80 bytes to the 32 that are compared with the target, internal order. */
  work(header: Uint8Array): Uint8Array;
  close(): Promise<void>;
}

/**
 * @param open gives a regtest chain of any height.
 * @param skipped why it cannot be opened here; printed, and the suite is counted as skipped.
 */
export function bitcoinContract(name: string, open: () => Promise<BitcoinHarness>, skipped?: string): void {
  if (skipped !== undefined) console.warn(`Skipped: the Bitcoin contract for ${name}: ${skipped}`);
  describe.skipIf(skipped !== undefined)(`Bitcoin chain: ${name}`, () => {
    let harness: BitcoinHarness;
    let node: BtcNode;
    beforeAll(async () => {
      harness = await open();
      node = harness.node;
    }, 120_000);
    afterAll(() => harness?.close());

    const submit = (draft: Draft) => node.submitBlock(blockHex(solved(draft, harness.work)));
    const height = async () => (await node.getBlockchainInfo()).blocks;
    const best = async () => (await node.getBlockchainInfo()).bestblockhash;

    test("says who it is", () => {
      expect(node.chain.chain).toBe("regtest");
      expect(node.chain.agent).toMatch(/^\w+:\d/);
      expect(node.chain.rules).toContain("segwit");
    });

    test("template, coinbase, work, submit: the best height rises, and the block is the tip", async () => {
      const before = await height();
      const template = await node.getBlockTemplate();
      expect(template.height).toBe(before + 1);
      expect(template.target).toBe(bitsToTarget(Number.parseInt(template.bits, 16)).toString(16).padStart(64, "0"));
      const block = solved(draftOn(template), harness.work);
      expect(await node.submitBlock(blockHex(block))).toBe(null);
      expect(await height()).toBe(before + 1);
      const hash = display(sha256d(encodeHeader(block.header)));
      expect(await best()).toBe(hash);
      expect(await node.getBlockHash(before + 1)).toBe(hash);
      expect(await node.getBlockHeaderHex(hash)).toBe(toHex(encodeHeader(block.header)));
      expect((await node.getBlockHex(hash)).startsWith(blockHex(block))).toBe(true);
      expect(await node.getBlockHeader(hash)).toMatchObject({
        hash,
        height: before + 1,
        confirmations: 1,
        time: block.header.time,
        bits: template.bits,
        previousblockhash: template.previousblockhash,
      });
    });

    test("a coinbase without its witness gets the reserved value from the node", async () => {
      const block = solved(draftOn(await node.getBlockTemplate()), harness.work);
      const bare = { ...block, coinbase: stripWitness(block.coinbase) };
      expect(await node.submitBlock(blockHex(bare))).toBe(null);
      expect(await node.getBlockHex(await best())).toContain(toHex(block.coinbase));
    });

    test("a longpoll answers on a new tip and not before", async () => {
      const template = await node.getBlockTemplate();
      let answered = false;
      const waiting = node.getBlockTemplate(template.longpollid).then((next) => {
        answered = true;
        return next;
      });
      for (let i = 0; i < 3; i++) await node.getBlockchainInfo();
      expect(answered).toBe(false);
      expect(await submit(draftOn(template))).toBe(null);
      expect((await waiting).previousblockhash).toBe(await best());
    });

    test("a longpoll ends by its signal, and the node goes on", async () => {
      const { longpollid } = await node.getBlockTemplate();
      const stop = new AbortController();
      const waiting = node.getBlockTemplate(longpollid, stop.signal);
      setImmediate(() => stop.abort());
      await expect(waiting).rejects.toThrow();
      await node.getBlockchainInfo();
    });

    test("a longpollid of an older tip is answered at once", async () => {
      const old = await node.getBlockTemplate();
      expect(await submit(draftOn(old))).toBe(null);
      expect((await node.getBlockTemplate(old.longpollid)).height).toBe(old.height + 1);
    });

    describe("a broken block is refused by the right word, and the tip stays", () => {
      const cases: [RegExp, string, (draft: Draft, template: BlockTemplate) => Draft][] = [
        [/^bad-txnmrklroot$/, "merkle root", (draft) => withHeader(draft, { merkleRoot: new Uint8Array(32).fill(7) })],
        [
          /^prev-blk-not-found$/,
          "unknown parent",
          (draft) => withHeader(draft, { prevHash: new Uint8Array(32).fill(7) }),
        ],
        [/^bad-diffbits$/, "bits", (draft) => withHeader(draft, { bits: 0x207ffffe })],
        [
          /^time-too-old$/,
          "time not above the median",
          (draft, { mintime }) => withHeader(draft, { time: mintime - 1 }),
        ],
        [
          /^time-too-new$/,
          "time more than two hours ahead",
          (draft, { curtime }) => withHeader(draft, { time: curtime + 7300 }),
        ],
        [/^bad-version/, "version 1", (draft) => withHeader(draft, { version: 1 })],
        [
          /^bad-cb-amount$/,
          "one satoshi too much",
          (_, template) => draftOn(template, { value: BigInt(template.coinbasevalue) + 1n }),
        ],
        [
          /^bad-witness-merkle-match$/,
          "witness commitment",
          (_, template) => draftOn(template, { commitment: witnessCommitmentScript([new Uint8Array(32)]) }),
        ],
        [/^bad-witness-nonce-size$/, "reserved value", (draft) => withReserved(draft, new Uint8Array(31))],
        [/^bad-cb-multiple$/, "two coinbases", (draft) => withTransactions(draft, [draft.coinbase])],
        [
          /^bad-txns-inputs-missingorspent$/,
          "a coin that is not there",
          (draft, template) => draftOn(template, { others: [spendOf(sha256d(draft.coinbase), 0, 1n)] }),
        ],
      ];
      test.each(cases)("%s: %s", async (word, _, change) => {
        const template = await node.getBlockTemplate();
        expect(await submit(change(draftOn(template), template))).toMatch(word);
        expect(await best()).toBe(template.previousblockhash);
      });

      test("high-hash: too little work", async () => {
        const template = await node.getBlockTemplate();
        const draft = draftOn(template);
        const target = bitsToTarget(draft.header.bits);
        while (meets(harness.work(encodeHeader(draft.header)), target)) draft.header.nonce++;
        expect(await node.submitBlock(blockHex(draft))).toBe("high-hash");
        expect(await best()).toBe(template.previousblockhash);
      });

      test("bad-cb-height: the height of the block before", async () => {
        // Litecoin's regtest asks for BIP 34 from height 500 only, so the chain is asked whether the rule is on.
        const template = await node.getBlockTemplate();
        const word = await submit(draftOn({ ...template, height: template.height - 1 }));
        if (await bip34Active(node)) expect(word).toBe("bad-cb-height");
        else expect(word).toBe(null);
      });

      test("duplicate: the tip once more", async () => {
        const hash = await best();
        expect(await node.submitBlock(await node.getBlockHex(hash))).toBe("duplicate");
      });

      test("what is no block is an error and not a word", async () => {
        await expect(node.submitBlock("00")).rejects.toMatchObject({ code: "btc-rpc", rpcCode: -22 });
      });

      test("a proposal is judged without work", async () => {
        const template = await node.getBlockTemplate();
        const propose = (draft: Draft) =>
          node.call<string | null>("getblocktemplate", [
            { mode: "proposal", rules: node.chain.rules, data: blockHex(draft) },
          ]);
        expect(await propose(draftOn(template))).toBe(null);
        expect(await propose(draftOn(template, { value: BigInt(template.coinbasevalue) + 1n }))).toBe("bad-cb-amount");
        expect(await best()).toBe(template.previousblockhash);
      });
    });

    test("more work wins: two blocks on the parent replace one", async () => {
      const template = await node.getBlockTemplate();
      const first = solved(draftOn(template), harness.work);
      expect(await node.submitBlock(blockHex(first))).toBe(null);
      const rival = solved(draftOn(template, { extranonce: 2 }), harness.work);
      expect(await node.submitBlock(blockHex(rival))).toBe("inconclusive");
      expect(await best()).toBe(display(sha256d(encodeHeader(first.header))));
      const rivalHash = display(sha256d(encodeHeader(rival.header)));
      const upon = {
        ...template,
        height: template.height + 1,
        previousblockhash: rivalHash,
        curtime: template.curtime + 1,
      };
      const second = solved(draftOn({ ...upon, coinbasevalue: await subsidyOf(node, template) }), harness.work);
      expect(await node.submitBlock(blockHex(second))).toBe(null);
      expect(await best()).toBe(display(sha256d(encodeHeader(second.header))));
      expect((await node.getBlockHeader(display(sha256d(encodeHeader(first.header))))).confirmations).toBe(-1);
    });

    test("invalidateblock and reconsiderblock go back and forth", async () => {
      // One more block, so that no sibling of the parent has as much work as the parent.
      expect(await submit(draftOn(await node.getBlockTemplate()))).toBe(null);
      const tip = await best();
      const { previousblockhash } = await node.getBlockHeader(tip);
      await node.call("invalidateblock", [tip]);
      expect(await best()).toBe(previousblockhash);
      await node.call("reconsiderblock", [tip]);
      expect(await best()).toBe(tip);
    });

    test("a proof of a transaction folds to the root of its header", async () => {
      const hash = await best();
      const block = await node.call<{ tx: string[] }>("getblock", [hash, 1]);
      const proof = fromHex(await node.getTxOutProof([block.tx[0]!], hash));
      expect(toHex(proof.subarray(0, 80))).toBe(await node.getBlockHeaderHex(hash));
      expect(foldProof(proof)).toEqual({ root: toHex(decodeHeader(proof).merkleRoot), ids: [block.tx[0]] });
      expect(await node.call("verifytxoutproof", [toHex(proof)])).toEqual([block.tx[0]]);
    });

    test("unknown things are refused by Core's numbers", async () => {
      const none = `${"00".repeat(31)}07`;
      await expect(node.getBlockHeader(none)).rejects.toMatchObject({ code: "btc-rpc", rpcCode: -5 });
      await expect(node.getBlockHash(1_000_000)).rejects.toMatchObject({ rpcCode: -8 });
      await expect(node.getRawTransaction(none)).rejects.toMatchObject({ rpcCode: -5 });
      await expect(node.sendRawTransaction("00")).rejects.toMatchObject({ rpcCode: -22 });
      await expect(node.call("carrara_none")).rejects.toMatchObject({ rpcCode: -32601 });
      await expect(node.call("getblocktemplate", [{ rules: [] }])).rejects.toMatchObject({ rpcCode: -8 });
    });

    describe("payments signed by a wallet's library", () => {
      const coins: Record<"p2wpkh" | "p2tr", { id: string; value: bigint }> = {
        p2wpkh: { id: "", value: 0n },
        p2tr: { id: "", value: 0n },
      };
      beforeAll(async () => {
        for (const kind of ["p2wpkh", "p2tr"] as const) {
          const template = await node.getBlockTemplate();
          const block = solved(draftOn(template, { script: PAYEES[kind].script }), harness.work);
          expect(await node.submitBlock(blockHex(block))).toBe(null);
          coins[kind] = { id: display(txid(decodeTx(block.coinbase))), value: BigInt(template.coinbasevalue) };
        }
      }, 120_000);

      test("a coinbase output may not be spent before its time", async () => {
        const { id, value } = coins.p2wpkh;
        const early = toHex(pay("p2wpkh", id, value, value - 10_000n));
        await expect(node.sendRawTransaction(early)).rejects.toMatchObject({ rpcCode: -26 });
        const template = await node.getBlockTemplate();
        const word = await submit(draftOn(template, { others: [fromHex(early)] }));
        expect(word).toMatch(/^bad-txns-premature-spend-of-coinbase/);
      });

      test("a hundred blocks later P2WPKH and P2TR are taken, mined and proven", async () => {
        for (let i = 0; i < 100; i++) expect(await submit(draftOn(await node.getBlockTemplate()))).toBe(null);
        const ids: string[] = [];
        for (const kind of ["p2wpkh", "p2tr"] as const) {
          const { id, value } = coins[kind];
          const good = pay(kind, id, value, value - 10_000n);
          const broken = toHex(withBrokenSignature(good));
          await expect(node.sendRawTransaction(broken)).rejects.toMatchObject({ rpcCode: -26 });
          const refused = await submit(draftOn(await node.getBlockTemplate(), { others: [fromHex(broken)] }));
          expect(refused).toMatch(/script-verify-flag|block-validation-failed/);
          const inflated = pay(kind, id, value, value + 1n);
          expect(await submit(draftOn(await node.getBlockTemplate(), { others: [inflated] }))).toMatch(
            /^bad-txns-in-belowout/,
          );

          expect(await node.call("testmempoolaccept", [[toHex(good)]])).toMatchObject([{ allowed: true }]);
          ids.push(await node.sendRawTransaction(toHex(good)));
          expect(ids.at(-1)).toBe(display(txid(decodeTx(good))));
          expect(await node.getRawTransaction(ids.at(-1)!)).toBe(toHex(good));
        }
        // Core keeps a template for 5 s when only the pool of transactions changed.
        let template = await node.getBlockTemplate();
        while (template.transactions.length < ids.length) {
          await new Promise((resolve) => setTimeout(resolve, 250));
          template = await node.getBlockTemplate();
        }
        expect(template.transactions.map(({ txid }) => txid).sort()).toEqual([...ids].sort());
        expect(template.transactions.map(({ fee }) => fee)).toEqual([10_000, 10_000]);
        const block = solved(
          draftOn(template, { others: template.transactions.map(({ data }) => fromHex(data)) }),
          harness.work,
        );
        expect(await node.submitBlock(blockHex(block))).toBe(null);
        expect(await node.call("getrawmempool")).toEqual([]);

        const hash = await best();
        const proof = fromHex(await node.getTxOutProof([ids[1]!], hash));
        expect(foldProof(proof)).toEqual({ root: toHex(block.header.merkleRoot), ids: [ids[1]] });
        expect(await node.getRawTransaction(ids[0]!, hash)).toMatch(/^02000000/);
        expect(await node.call("gettxout", [ids[0], 0])).toMatchObject({ confirmations: 1, coinbase: false });
        expect(await node.call("gettxout", [coins.p2wpkh.id, 0])).toBe(null);

        // The same coin again: spent in the chain, so there is nothing to spend.
        const again = pay("p2tr", coins.p2tr.id, coins.p2tr.value, coins.p2tr.value - 20_000n);
        await expect(node.sendRawTransaction(toHex(again))).rejects.toMatchObject({ rpcCode: -25 });
        // A block that leaves the chain gives its payments back to the pool.
        await node.call("invalidateblock", [hash]);
        expect((await node.call<string[]>("getrawmempool")).sort()).toEqual([...ids].sort());
        await node.call("reconsiderblock", [hash]);
        expect(await node.call("getrawmempool")).toEqual([]);
      }, 120_000);
    });
  });
}

/** A block in the making: everything but its work. */
interface Draft {
  header: Header;
  /** In witness form. */
  coinbase: Uint8Array;
  others: Uint8Array[];
}

interface DraftOptions {
  script?: Uint8Array;
  value?: bigint;
  extranonce?: number;
  others?: Uint8Array[];
  /** In place of the right witness commitment. */
  commitment?: Uint8Array;
}

/** Test keys, known to the world. */
const KEY = new Uint8Array(32).fill(1);
const PAYEES = { p2wpkh: p2wpkh(pubECDSA(KEY)), p2tr: p2tr(pubSchnorr(KEY)) };
/** A program of which nobody has the key, told apart from {@link PAYEES}. */
const SINK = concat(Uint8Array.of(0, 20), new Uint8Array(20).fill(9));

let nextExtranonce = 1000;

function draftOn(template: BlockTemplate, options: DraftOptions = {}): Draft {
  const others = options.others ?? [];
  const ids = others.map((raw) => txid(decodeTx(raw)));
  const halves = buildCoinbase({
    height: template.height,
    extranonceSize: 8,
    // Fees of transactions that are left out are not ours to take.
    value: sats(options.value ?? ownValue(template, others)),
    payoutScript: options.script ?? SINK,
    witnessCommitmentScript:
      options.commitment ??
      witnessCommitmentScript(others.map((raw) => sha256d(encodeTx(decodeTx(raw), { witness: true })))),
  });
  const extranonce = encodeU32(options.extranonce ?? nextExtranonce++);
  const plain = assembleCoinbase(halves, concat(extranonce, new Uint8Array(4)));
  return {
    header: {
      version: template.version,
      prevHash: fromDisplay(template.previousblockhash),
      merkleRoot: foldLeft(sha256d(plain), coinbaseBranch(ids)),
      time: template.curtime,
      bits: Number.parseInt(template.bits, 16),
      nonce: 0,
    },
    coinbase: withWitness(plain),
    others,
  };
}

function ownValue(template: BlockTemplate, others: readonly Uint8Array[]): Sats {
  const taken = new Set(others.map((raw) => toHex(raw)));
  const left = template.transactions.filter(({ data }) => !taken.has(data)).reduce((sum, { fee }) => sum + fee, 0);
  return sats(BigInt(template.coinbasevalue - left));
}

function solved(draft: Draft, work: (header: Uint8Array) => Uint8Array): Draft {
  const header = { ...draft.header };
  // A header with wrong bits is solved by its own bits: the node looks at the work first.
  const target = bitsToTarget(header.bits);
  while (!meets(work(encodeHeader(header)), target)) header.nonce++;
  return { ...draft, header };
}

function blockHex({ header, coinbase, others }: Draft): string {
  return toHex(encodeBlock(encodeHeader(header), [coinbase, ...others]));
}

function withHeader(draft: Draft, fields: Partial<Header>): Draft {
  return { ...draft, header: { ...draft.header, ...fields } };
}

/** Transactions put in behind the coinbase, with the root that they make and without a new commitment. */
function withTransactions(draft: Draft, others: Uint8Array[]): Draft {
  const ids = [draft.coinbase, ...others].map((raw) => txid(decodeTx(raw)));
  const changed = equal(ids[0]!, ids[1]!) ? [changedLockTime(others[0]!)] : others;
  const root = merkleRoot([ids[0]!, ...changed.map((raw) => txid(decodeTx(raw)))]);
  return { ...withHeader(draft, { merkleRoot: root }), others: changed };
}

/** The same again would be the mutation of CVE-2012-2459, which has a word of its own. */
function changedLockTime(raw: Uint8Array): Uint8Array {
  return encodeTx({ ...decodeTx(raw), lockTime: 1 }, { witness: true });
}

function withReserved(draft: Draft, reserved: Uint8Array): Draft {
  const tx = decodeTx(draft.coinbase);
  tx.inputs[0]!.witness = [reserved];
  return { ...draft, coinbase: encodeTx(tx, { witness: true }) };
}

function spendOf(id: Uint8Array, index: number, value: bigint): Uint8Array {
  const input = { prevHash: id, prevIndex: index, script: new Uint8Array(0), sequence: 0xffffffff, witness: [] };
  return encodeTx({ version: 2, inputs: [input], outputs: [{ value, script: SINK }], lockTime: 0 }, { witness: false });
}

function pay(kind: "p2wpkh" | "p2tr", id: string, value: bigint, paid: bigint): Uint8Array {
  const { script } = PAYEES[kind];
  // The library refuses to make more out of less, so the lie is told to it as the value of the coin.
  const believed = paid > value ? paid + 10_000n : value;
  const tx = new Transaction({ version: 2 });
  tx.addInput({
    txid: id,
    index: 0,
    witnessUtxo: { script, amount: believed },
    ...(kind === "p2tr" ? { tapInternalKey: pubSchnorr(KEY) } : {}),
  });
  tx.addOutput({ script: SINK, amount: paid });
  tx.sign(KEY);
  tx.finalize();
  return tx.extract();
}

/** One bit of the signature's last third, away from its lengths and its hash type. */
function withBrokenSignature(raw: Uint8Array): Uint8Array {
  const tx = decodeTx(raw);
  const signature = tx.inputs[0]!.witness[0]!;
  signature[signature.length - 10]! ^= 1;
  return encodeTx(tx, { witness: true });
}

async function bip34Active(node: BtcNode): Promise<boolean> {
  const info = await node.call<{ softforks?: { bip34?: { active?: boolean } } }>("getblockchaininfo");
  return info.softforks?.bip34?.active ?? true;
}

/** The value of a block without transactions one above the template's, which may lie behind a halving. */
async function subsidyOf(node: BtcNode, template: BlockTemplate): Promise<number> {
  const { coinbasevalue, transactions } = await node.getBlockTemplate();
  const fees = transactions.reduce((sum, { fee }) => sum + fee, 0);
  return Math.min(coinbasevalue - fees, template.coinbasevalue);
}

/** Reads a CMerkleBlock (BIP 37) and folds it, as a prover would: the root it leads to and the ids it marks. */
function foldProof(bytes: Uint8Array): { root: string; ids: string[] } {
  const reader = createReader(bytes, 80);
  const total = reader.u32();
  const hashes = Array.from({ length: reader.varint() }, () => reader.bytes(32));
  const flags = reader.varbytes();
  reader.end();
  const width = (level: number) => Math.ceil(total / 2 ** level);
  const ids: string[] = [];
  let flag = 0;
  const walk = (level: number, place: number): Uint8Array => {
    const marked = ((flags[flag >> 3]! >> (flag & 7)) & 1) === 1;
    flag++;
    if (level === 0 || !marked) {
      const hash = hashes.shift()!;
      if (level === 0 && marked) ids.push(display(hash));
      return hash;
    }
    const left = walk(level - 1, 2 * place);
    const right = 2 * place + 1 < width(level - 1) ? walk(level - 1, 2 * place + 1) : left;
    return sha256d(concat(left, right));
  };
  const top = Math.ceil(Math.log2(total));
  return { root: toHex(walk(top, 0)), ids };
}
