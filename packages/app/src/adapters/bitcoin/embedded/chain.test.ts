import { fromHex, toHex } from "@carrara/base/bytes";
import { bitsToTarget, retarget } from "@carrara/mining/target";
import { decodeTx, encodeTx } from "@carrara/mining/transaction";
import { describe, expect, test } from "vitest";
import { coinsText, idOf, LATE, makeBlock, mine, PAYEE, payment, TEST_PARAMS, testChain } from "../test/blocks.ts";
import { medianTimeOf } from "./chain.ts";
import { DEFAULT_PARAMS, genesisBlock, subsidyAt } from "./params.ts";
import { readBlock } from "./rules.ts";

/** A chain with `count` coinbases of the payee. */
function mined(count: number, params = {}) {
  const made = testChain(params);
  const blocks = Array.from({ length: count }, () => mine(made.chain));
  return { ...made, blocks };
}

const word = (verdict: { word: string } | null) => verdict?.word ?? null;

describe("constants", () => {
  test("the genesis block of the same constants is the same", () => {
    const { hash } = readBlock(genesisBlock({ ...DEFAULT_PARAMS, genesisTime: 1_700_000_000 }));
    expect(hash).toMatchInlineSnapshot(`"2676c70222cfeae502368c86009d097261b1429f9ce2590a1e0ff437ae54527f"`);
    expect(readBlock(genesisBlock({ ...DEFAULT_PARAMS, genesisTime: 1_700_000_001 })).hash).not.toBe(hash);
  });

  test("the start takes one thread at 6 MH/s half a minute", () => {
    const hashes = Number(2n ** 256n / (bitsToTarget(DEFAULT_PARAMS.startBits) + 1n));
    expect(hashes / 6e6).toBeCloseTo(30, 1);
    expect(bitsToTarget(DEFAULT_PARAMS.limitBits)).toBeGreaterThan(bitsToTarget(DEFAULT_PARAMS.startBits));
  });

  test("the subsidy halves, down to nothing", () => {
    const params = { ...TEST_PARAMS, halving: 10 };
    expect([0, 9, 10, 20, 329, 330, 640].map((height) => subsidyAt(height, params))).toEqual([
      5_000_000_000n,
      5_000_000_000n,
      2_500_000_000n,
      1_250_000_000n,
      1n,
      0n,
      0n,
    ]);
  });
});

describe("retarget", () => {
  const params = { interval: 20, spacing: 30, startBits: 0x2000ffff };
  const grow = (seconds: number) => {
    const { chain } = testChain(params);
    for (let i = 0; i < 20; i++) mine(chain, { time: chain.tip().time + seconds });
    return chain;
  };

  test("bits stay for 20 blocks and then follow the time that 19 gaps took", () => {
    const chain = grow(45);
    expect(chain.at(19)!.bits).toBe(0x2000ffff);
    const expected = retarget({
      bits: 0x2000ffff,
      firstTime: chain.at(0)!.time,
      lastTime: chain.at(19)!.time,
      interval: 20,
      spacing: 30,
      limit: bitsToTarget(0x207fffff),
    });
    expect(chain.at(20)!.bits).toBe(expected);
    // 19 gaps of 45 s against 20 of 30 s.
    expect(Number((bitsToTarget(expected) * 1000n) / bitsToTarget(0x2000ffff))).toBe(1424);
  });

  test("at most four times harder or easier", () => {
    const ratio = (seconds: number) =>
      Number((bitsToTarget(grow(seconds).tip().bits) * 100n) / bitsToTarget(0x2000ffff));
    expect(ratio(1)).toBe(25);
    expect(ratio(1000)).toBe(400);
  });

  test("never easier than the limit", () => {
    const { chain } = testChain({ ...params, startBits: 0x207fffff });
    for (let i = 0; i < 20; i++) mine(chain, { time: chain.tip().time + 1000 });
    expect(chain.tip().bits).toBe(0x207fffff);
  });

  test("the old bits are refused at the turn", () => {
    const { chain } = testChain(params);
    for (let i = 0; i < 19; i++) mine(chain, { time: chain.tip().time + 45 });
    const block = makeBlock(chain, chain.tip(), { header: { bits: 0x2000ffff } });
    expect(word(chain.accept(block.raw, LATE))).toBe("bad-diffbits");
  });
});

describe("what a miner can get wrong", () => {
  const { chain } = mined(20);
  const judged = (options: Parameters<typeof makeBlock>[2], now = LATE) =>
    word(chain.accept(makeBlock(chain, chain.tip(), options).raw, now));

  test("easier bits than the limit, or none, are no work", () => {
    const bytes = Uint8Array.from(makeBlock(chain, chain.tip()).raw);
    for (const bits of ["0000ff21", "00000000", "0000800f"]) {
      bytes.set(fromHex(bits), 72);
      expect(word(chain.accept(bytes, LATE))).toBe("high-hash");
    }
  });

  test("clock: above the median of eleven, not over two hours ahead", () => {
    const median = medianTimeOf(chain.tip());
    expect(median).toBe(chain.at(chain.tip().height - 5)!.time);
    expect(judged({ time: median })).toBe("time-too-old");
    const { time } = chain.tip();
    expect(judged({ time: time + 7201 }, time)).toBe("time-too-new");
    expect(judged({ time: median + 1 })).toBe(null);
    expect(judged({ time: time + 7200 }, time)).toBe(null);
  });

  test("coinbase: height, length, amount", () => {
    const script = (text: string) => (tx: { inputs: { script: Uint8Array }[] }) => {
      tx.inputs[0]!.script = fromHex(text);
    };
    expect(judged({ coinbase: script("0102") })).toBe("bad-cb-height");
    expect(judged({ coinbase: script("01") })).toBe("bad-cb-length");
    expect(judged({ coinbase: script("00".repeat(101)) })).toBe("bad-cb-length");
    expect(judged({ extra: 1n })).toBe("bad-cb-amount");
    expect(judged({ extra: -1n })).toBe(null);
  });

  test("BIP 34 heights up to 16 are single opcodes", () => {
    const fresh = testChain().chain;
    const long = makeBlock(fresh, fresh.tip(), {
      coinbase: (tx) => {
        tx.inputs[0]!.script = fromHex("010100");
      },
    });
    expect(word(fresh.accept(long.raw, LATE))).toBe("bad-cb-height");
    mine(fresh);
  });

  test("outputs: none, too large, too large in all, negative", () => {
    const out = (...values: bigint[]) => ({ outputs: values.map((value) => ({ value, script: PAYEE.script })) });
    expect(judged({ ...out(), commitment: false })).toBe("bad-txns-vout-empty");
    expect(judged({ ...out(21_000_000n * 10n ** 8n + 1n), commitment: false })).toBe("bad-txns-vout-toolarge");
    expect(judged({ ...out(20_000_000n * 10n ** 8n, 20_000_000n * 10n ** 8n), commitment: false })).toBe(
      "bad-txns-txouttotal-toolarge",
    );
    expect(judged({ ...out(2n ** 63n), commitment: false })).toBe("bad-txns-vout-negative");
  });

  test("witness: no commitment and no witness is a block; a witness without commitment is none", () => {
    expect(judged({ commitment: false })).toBe(null);
    const witness = (tx: { inputs: { witness: Uint8Array[] }[] }) => {
      tx.inputs[0]!.witness = [new Uint8Array(32)];
    };
    expect(judged({ commitment: false, coinbase: witness })).toBe("unexpected-witness");
  });

  test("weight and signature operations", () => {
    const big = (size: number, fill: number) => ({
      coinbase: (tx: { outputs: { value: bigint; script: Uint8Array }[] }) => {
        tx.outputs.push({ value: 0n, script: new Uint8Array(size).fill(fill) });
      },
    });
    expect(judged(big(1_000_000, 0x6a))).toBe("bad-blk-length");
    expect(judged(big(20_001, 0xac))).toBe("bad-blk-sigops");
    expect(judged(big(1001, 0xae))).toBe("bad-blk-sigops");
    const heavy = {
      coinbase: (tx: { inputs: { witness: Uint8Array[] }[]; outputs: { script: Uint8Array }[] }) => {
        tx.outputs.push({ value: 0n, script: new Uint8Array(999_000).fill(0x6a) } as never);
        tx.inputs[0]!.witness = [new Uint8Array(32)];
      },
    };
    expect(judged(heavy)).toBe(null);
  });

  test("CVE-2012-2459: a repeated tail has the same root, and is refused", () => {
    const local = mined(8);
    const tx = payment([{ id: local.blocks[0]!.coinbaseId, value: local.blocks[0]!.value }], { to: [1000n] });
    const more = payment([{ id: local.blocks[1]!.coinbaseId, value: local.blocks[1]!.value }], { to: [1000n] });
    const good = makeBlock(local.chain, local.chain.tip(), { others: [tx, more], nonce: 5 });
    const twice = makeBlock(local.chain, local.chain.tip(), { others: [tx, more, more], nonce: 5 });
    expect(word(local.chain.accept(twice.raw, LATE))).toBe("bad-txns-duplicate");
    expect(local.chain.accept(good.raw, LATE)).toBe(null);
  });

  test("a block on an unknown or a broken parent", () => {
    const local = mined(3);
    const orphan = makeBlock(local.chain, local.chain.tip(), { header: { prevHash: new Uint8Array(32).fill(1) } });
    expect(word(local.chain.accept(orphan.raw, LATE))).toBe("prev-blk-not-found");
    const dropped = local.chain.tip();
    const child = makeBlock(local.chain, dropped);
    local.chain.invalidate(dropped);
    expect(word(local.chain.accept(child.raw, LATE))).toBe("bad-prevblk");
  });
});

describe("what a payer can get wrong", () => {
  const spendBlock = (setup: ReturnType<typeof mined>, others: Uint8Array[], extra = 0n) =>
    word(setup.chain.accept(makeBlock(setup.chain, setup.chain.tip(), { others, extra }).raw, LATE));
  const coin = (setup: ReturnType<typeof mined>, index: number) => ({
    id: setup.blocks[index]!.coinbaseId,
    value: setup.blocks[index]!.value,
  });

  test("a coinbase matures after exactly its confirmations", () => {
    const setup = mined(9, { maturity: 10 });
    const tx = payment([coin(setup, 0)], { to: [1n] });
    expect(spendBlock(setup, [tx])).toBe("bad-txns-premature-spend-of-coinbase");
    mine(setup.chain);
    expect(spendBlock(setup, [tx])).toBe(null);
  });

  test("fees go to the miner to the satoshi, also through coins made in the block", () => {
    const setup = mined(5);
    const { value } = coin(setup, 0);
    const first = payment([coin(setup, 0)], { to: [value - 300n] });
    const second = payment([{ id: idOf(first), value: value - 300n }], { to: [value - 1000n] });
    expect(spendBlock(setup, [first, second], 1001n)).toBe("bad-cb-amount");
    expect(spendBlock(setup, [second, first], 1000n)).toBe("bad-txns-inputs-missingorspent");
    expect(spendBlock(setup, [first, second], 1000n)).toBe(null);
    expect(setup.chain.coin(`${idOf(first)}:0`)).toBe(undefined);
    expect(setup.chain.coin(`${idOf(second)}:0`)).toMatchObject({ value: value - 1000n, coinbase: false });
  });

  test("one coin twice: within a transaction, a block, the chain", () => {
    const setup = mined(6);
    const one = payment([coin(setup, 0)], { to: [1000n] });
    const two = payment([coin(setup, 0)], { to: [2000n] });
    expect(spendBlock(setup, [one, two])).toBe("bad-txns-inputs-missingorspent");
    const twice = decodeTx(one);
    twice.inputs.push(twice.inputs[0]!);
    expect(spendBlock(setup, [encodeTx(twice, { witness: true })])).toBe("bad-txns-inputs-duplicate");
    expect(spendBlock(setup, [one])).toBe(null);
    expect(spendBlock(setup, [two])).toBe("bad-txns-inputs-missingorspent");
  });

  test("more out than in", () => {
    const setup = mined(4);
    const { id, value } = coin(setup, 0);
    expect(spendBlock(setup, [payment([{ id, value: value + 2n }], { to: [value + 1n] })])).toBe(
      "bad-txns-in-belowout",
    );
  });

  test("absolute and relative lock times", () => {
    const setup = mined(12);
    const next = setup.chain.tip().height + 1;
    const locked = (lockTime: number, sequence?: number) =>
      payment([coin(setup, 0)], { to: [1000n], lockTime, ...(sequence === undefined ? {} : { sequence }) });
    expect(spendBlock(setup, [locked(next)])).toBe("bad-txns-nonfinal");
    expect(spendBlock(setup, [locked(medianTimeOf(setup.chain.tip()))])).toBe("bad-txns-nonfinal");
    // Coinbase of height 1, so it has `next - 1` confirmations in the next block.
    const relative = (sequence: number) => locked(0, sequence);
    expect(spendBlock(setup, [relative(next)])).toBe("bad-txns-nonfinal");
    expect(spendBlock(setup, [relative((1 << 22) | 2)])).toBe("bad-txns-nonfinal");
    expect(spendBlock(setup, [relative(next - 1)])).toBe(null);
    const again = mined(12);
    const free = payment([coin(again, 0)], { to: [1000n], lockTime: again.chain.tip().height });
    expect(spendBlock(again, [free])).toBe(null);
  });

  test("a wrong signature, and an output of a kind that is not verified", () => {
    const setup = mined(5);
    const { value } = coin(setup, 0);
    const bad = decodeTx(payment([coin(setup, 0)], { to: [1000n] }));
    bad.outputs[0]!.value = 2000n;
    expect(spendBlock(setup, [encodeTx(bad, { witness: true })])).toMatch(
      /^mandatory-script-verify-flag-failed \(input 0: Signature must be zero/,
    );
    const legacy = fromHex("76a914751e76e8199196d454941c45d1b3a323f1433bd688ac");
    const toLegacy = payment([coin(setup, 0)], { to: [value], script: legacy });
    expect(spendBlock(setup, [toLegacy])).toBe(null);
    const fromLegacy = payment([{ id: idOf(toLegacy), value }], { to: [1000n] });
    expect(spendBlock(setup, [fromLegacy])).toMatch(
      /verifies spends of P2WPKH and of P2TR by key path, not of pubkeyhash/,
    );
  });
});

describe("branches", () => {
  test("more work wins; coins are those of a chain that never saw the other branch", () => {
    const { chain, blocks } = mined(6);
    const fork = chain.tip();
    const { value } = blocks[0]!;
    const spend = payment([{ id: blocks[0]!.coinbaseId, value }], { to: [value - 500n, 500n] });
    const a1 = mine(chain, { others: [spend] });
    mine(chain, { others: [payment([{ id: idOf(spend), index: 0, value: value - 500n }], { to: [value - 500n] })] });
    const onA = coinsText(chain);

    const b1 = makeBlock(chain, fork);
    expect(word(chain.accept(b1.raw, LATE))).toBe("inconclusive");
    expect(word(chain.accept(b1.raw, LATE))).toBe("duplicate-inconclusive");
    const b2 = makeBlock(chain, chain.node(b1.hash)!);
    expect(word(chain.accept(b2.raw, LATE))).toBe("inconclusive");
    const b3 = makeBlock(chain, chain.node(b2.hash)!);
    const changes: [string[], string[]][] = [];
    chain.onTip(({ disconnected, connected }) =>
      changes.push([disconnected.map(({ hash }) => hash), connected.map(({ hash }) => hash)]),
    );
    expect(chain.accept(b3.raw, LATE)).toBe(null);
    expect(changes).toEqual([
      [
        [a1.hash, expect.any(String)],
        [b1.hash, b2.hash, b3.hash],
      ],
    ]);
    expect(chain.coin(`${blocks[0]!.coinbaseId}:0`)).toMatchObject({ value, height: 1, coinbase: true });
    expect(chain.blockOf(idOf(spend))).toBe(undefined);

    chain.invalidate(chain.node(b1.hash)!);
    expect(coinsText(chain)).toBe(onA);
    expect(chain.node(b3.hash)!.failed).toBe("parent");
    chain.reconsider(chain.node(b2.hash)!);
    expect(chain.tip().hash).toBe(b3.hash);
  });

  test("a branch that breaks a rule is tried, told, and left again", () => {
    const { chain, blocks } = mined(4);
    const fork = chain.tip();
    mine(chain);
    const a2 = mine(chain);
    const before = coinsText(chain);
    const changes: unknown[] = [];
    chain.onTip((change) => changes.push(change));
    const b1 = makeBlock(chain, fork);
    chain.accept(b1.raw, LATE);
    // Spends nothing that exists: seen only when its branch is connected.
    const thief = payment([{ id: blocks[0]!.coinbaseId, index: 1, value: 9n }], { to: [9n] });
    const b2 = makeBlock(chain, chain.node(b1.hash)!, { others: [thief] });
    expect(word(chain.accept(b2.raw, LATE))).toBe("inconclusive");
    const b3 = makeBlock(chain, chain.node(b2.hash)!);
    expect(word(chain.accept(b3.raw, LATE))).toBe("bad-prevblk");
    expect(chain.node(b2.hash)).toMatchObject({ failed: "rule", refusal: { word: "bad-txns-inputs-missingorspent" } });
    expect(word(chain.accept(b2.raw, LATE))).toBe("duplicate-invalid");
    expect(chain.tip().hash).toBe(a2.hash);
    expect(coinsText(chain)).toBe(before);
    // Nothing changed for anybody who follows the tip.
    expect(changes).toEqual([]);
  });

  test("the block itself breaks the rule: its own word", () => {
    const { chain } = mined(3);
    const fork = chain.tip();
    mine(chain);
    const b1 = makeBlock(chain, fork);
    chain.accept(b1.raw, LATE);
    const b2 = makeBlock(chain, chain.node(b1.hash)!, { extra: 1n });
    expect(word(chain.accept(b2.raw, LATE))).toBe("bad-cb-amount");
  });

  test("when the disk refuses a block nothing has changed", () => {
    const { chain, bodies } = mined(3);
    const before = [coinsText(chain), chain.tip(), chain.counts()];
    const block = makeBlock(chain, chain.tip());
    const { append } = bodies;
    bodies.append = () => {
      throw new Error("ENOSPC");
    };
    expect(() => chain.accept(block.raw, LATE)).toThrow("ENOSPC");
    expect([coinsText(chain), chain.tip(), chain.counts()]).toEqual(before);
    bodies.append = append;
    expect(chain.accept(block.raw, LATE)).toBe(null);
  });

  test("a proposal is judged like a block, and leaves nothing", () => {
    const { chain } = mined(3);
    const before = chain.counts();
    const tip = chain.tip();
    expect(chain.propose(makeBlock(chain, tip).raw, LATE)).toBe(null);
    expect(word(chain.propose(makeBlock(chain, tip, { extra: 1n }).raw, LATE))).toBe("bad-cb-amount");
    expect(word(chain.propose(makeBlock(chain, tip.prev!).raw, LATE))).toBe("inconclusive-not-best-prevblk");
    expect(chain.counts()).toEqual(before);
    expect(toHex(chain.block(tip).headerBytes)).toHaveLength(160);
  });
});
