import { concat, equal, fromHex, toHex } from "@carrara/base/bytes";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { BLOCK_OF_NINE, HEADERS, TXIDS_100000, WITNESS_BLOCK } from "../test/blocks.ts";
import { atRandom, bitFlips, deceits, reshaped } from "../test/damage.ts";
import {
  coinbaseOf,
  EASY_BITS,
  easyProof,
  FIRST_TIME,
  idsAround,
  mineHeaders,
  PAID_SATS,
  PAID_SCRIPT,
  payment,
  proofOf,
} from "../test/spv.ts";
import { decodeBlock } from "./block.ts";
import { display, fromDisplay, sha256, sha256d } from "./hash.ts";
import { createSha256d } from "./kernel/hasher.ts";
import { merkleRoot } from "./merkle.ts";
import { fixedRelay } from "./relay.ts";
import type { SpvProof, SpvSource } from "./spv.ts";
import { buildSpvProof, PROVABLE_MAX, paymentsTo, verifySpvProof } from "./spv.ts";
import { decodeTx, encodeTx, stripWitness, txid } from "./transaction.ts";
import { encodeVarint } from "./varint.ts";

const easy = fixedRelay(EASY_BITS);
const NOW = FIRST_TIME + 86_400;
const hash = createSha256d();
const empty = new Uint8Array();

/** The verdict as text: the error as Solidity would write it, and the sentences. */
function told(proof: SpvProof, relay = easy, now = NOW): string {
  const verdict = verifySpvProof(proof, relay, now, hash);
  if (verdict.ok) return "ok";
  const args = verdict.args.map((arg) => (typeof arg === "bigint" ? String(arg) : display(arg).slice(0, 12)));
  return `${verdict.code}(${args.join(", ")}): ${verdict.why} ${verdict.mend}`;
}

/** The verdict's code alone. */
function code(proof: SpvProof): string {
  const verdict = verifySpvProof(proof, easy, NOW, hash);
  return verdict.ok ? "ok" : verdict.code;
}

const honest = easyProof();

describe("mainnet", () => {
  const block = decodeBlock(fromHex(BLOCK_OF_NINE.hex));
  const relay = fixedRelay(block.header.bits);

  test.each([1, 2, 3, 4, 5, 6, 7, 8])("transaction %i of a block of nine", (index) => {
    const tx = block.txs[index]!;
    const proof = buildSpvProof({ block: fromHex(BLOCK_OF_NINE.hex), txid: txid(tx), following: empty });
    expect(proof).toMatchObject({ index: BigInt(index), transaction: block.raw[index], headers: block.headerBytes });
    expect(proof.branch).toHaveLength(4);
    expect(verifySpvProof(proof, relay, NOW)).toEqual({
      ok: true,
      txid: txid(tx),
      outputs: tx.outputs,
      first: fromDisplay(BLOCK_OF_NINE.hash),
      firstTime: block.header.time,
    });
  });

  test("no single bit of such a proof can be another", () => {
    const proof = buildSpvProof({ block: fromHex(BLOCK_OF_NINE.hex), txid: txid(block.txs[1]!), following: empty });
    let flips = 0;
    for (const [, flipped] of bitFlips(proof)) {
      expect(verifySpvProof(flipped, relay, NOW, hash).ok).toBe(false);
      flips++;
    }
    expect(flips).toBe(8 * (80 + proof.transaction.length + 32 + 9 * 32));
  });

  test("the ids of block 100000 are all of them", () => {
    const [coinbaseId, ...ids] = TXIDS_100000.map(fromDisplay);
    const header = fromHex(HEADERS[3].hex);
    // The transactions' bytes are not at hand, so the ids show by which of the checks the parts are judged.
    const source = { header, following: empty, transaction: payment(), coinbase: coinbaseOf(1) };
    expect(() => buildSpvProof({ ...source, txids: [coinbaseId!, ...ids] })).toThrow("is not among the 4");
  });
});

describe("built", () => {
  const txids = idsAround(payment(), 619, 1000);
  const headers = mineHeaders(merkleRoot(txids), 6);
  const parts = {
    header: headers.subarray(0, 80),
    following: headers.subarray(80),
    txids,
    transaction: payment(),
    coinbase: coinbaseOf(840_000),
  };

  test("the shape that mainnet's proofs have: 125 bytes, ten levels, six headers, no witness", () => {
    const proof = buildSpvProof(parts, hash);
    expect(proof).toEqual(honest);
    expect(proof.transaction).toHaveLength(125);
    expect(proof.transaction).toEqual(stripWitness(payment()));
    expect(proof.branch).toHaveLength(10);
    expect(proof.coinbaseBranch).toHaveLength(10);
    expect(proof.headers).toHaveLength(480);
    expect(sha256(proof.coinbasePreimage)).toEqual(txids[0]);
    expect(buildSpvProof({ ...parts, transaction: stripWitness(payment()) })).toEqual(proof);
    expect(told(proof)).toBe("ok");
  });

  test("of a whole block with witnesses, by a real node", () => {
    const block = fromHex(WITNESS_BLOCK.hex);
    for (const [index, id] of WITNESS_BLOCK.txids.entries()) {
      if (index === 0) continue;
      const proof = buildSpvProof({ block, txid: fromDisplay(id), following: empty });
      expect(display(sha256d(proof.transaction))).toBe(id);
      expect(proof).toMatchObject({ index: BigInt(index) });
      // Its work is scrypt, so that all but the work is proved.
      const time = decodeBlock(block).header.time;
      expect(verifySpvProof(proof, easy, time)).toMatchObject({ ok: false, code: "WorkMissing" });
    }
  });

  const raw = fromHex(BLOCK_OF_NINE.hex);
  const [coinbase, first] = decodeBlock(raw).txs;
  const wrong: [string, SpvSource][] = [
    ["half a header", { ...parts, header: parts.header.subarray(1) }],
    ["half a following header", { ...parts, following: parts.following.subarray(1) }],
    ["a following header left out", { ...parts, following: parts.following.subarray(80) }],
    ["the following headers turned around", { ...parts, following: turned(parts.following) }],
    ["another transaction", { ...parts, transaction: payment((tx) => tx.lockTime++) }],
    ["another block", { block: raw, txid: sha256d(payment()), following: empty }],
    ["a coinbase", { block: raw, txid: txid(coinbase!), following: empty }],
    ["an id left out", { ...parts, txids: txids.slice(0, -1) }],
    ["ids in another order", { ...parts, txids: [txids[0]!, txids[2]!, txids[1]!, ...txids.slice(3)] }],
    ["the coinbase of another block", { ...parts, coinbase: coinbaseOf(1) }],
    ["a transaction as short as a merkle node", short(64)],
    ["a transaction beyond what nodes relay", short(PROVABLE_MAX + 1)],
  ];
  test.each(wrong)("not of %s", (_name, source) => {
    expect(() => buildSpvProof(source)).toThrow(expect.objectContaining({ name: "SpvSourceError" }));
    expect(thrown(() => buildSpvProof(source))).toMatchSnapshot();
  });

  test("not of bytes that are no block or transaction", () => {
    expect(thrown(() => buildSpvProof({ block: raw.subarray(1), txid: txid(first!), following: empty }))).toMatch(/:/);
    expect(thrown(() => buildSpvProof({ block: raw, txid: empty, following: empty }))).toContain("bad-hash-length");
    expect(thrown(() => buildSpvProof({ ...parts, transaction: fromHex("00") }))).toContain("truncated");
  });

  /** A block whose second transaction has this many bytes. */
  function short(length: number): SpvSource {
    const transaction = sized(length);
    const ids = idsAround(transaction, 1, 2);
    return { ...parts, transaction, txids: ids, header: mineHeaders(merkleRoot(ids), 1), following: empty };
  }
});

describe("refused, by the name that the contract gives", () => {
  const { branch, coinbaseBranch, headers, transaction } = honest;
  const node = new Uint8Array(32).fill(7);
  const witnessForm = payment();
  const cases: [string, SpvProof][] = [
    ["a node of 31 bytes", { ...honest, branch: [...branch.slice(1), node.subarray(1)] }],
    ["a negative index", { ...honest, index: -1n }],
    ["the coinbase's place", { ...honest, index: 0n }],
    ["a bit above the tree", { ...honest, index: honest.index + 1024n }],
    ["the highest index", { ...honest, index: (1n << 256n) - 1n }],
    ["no branch", { ...honest, branch: [] }],
    ["a deeper coinbase", { ...honest, coinbaseBranch: [...coinbaseBranch, node] }],
    ["a higher coinbase", { ...honest, coinbaseBranch: coinbaseBranch.slice(1) }],
    ["33 levels", { ...honest, branch: Array(33).fill(node), coinbaseBranch: Array(33).fill(node) }],
    ["no headers", { ...honest, headers: empty }],
    ["half a header", { ...honest, headers: headers.subarray(0, 520 - 41) }],
    ["another place", { ...honest, index: honest.index ^ 1n }],
    ["branches in each other's place", { ...honest, branch: coinbaseBranch, coinbaseBranch: branch }],
    ["another coinbase", { ...honest, coinbasePreimage: node }],
    ["a header left out", { ...honest, headers: concat(headers.subarray(0, 160), headers.subarray(240)) }],
    ["the witness", { ...honest, transaction: witnessForm }],
    ["the witness, in a tree over it", proofOf(witnessForm)],
    ["64 bytes that are an inner node", proofOf(new Uint8Array(64).fill(1))],
    ["100,001 bytes", proofOf(sized(PROVABLE_MAX + 1))],
    ["no inputs and no outputs", proofOf(concat(fromHex("020000000000"), new Uint8Array(80)))],
    ["no outputs", proofOf(spliced(46, 47, "00"))],
    ["an end that is missing", proofOf(transaction.subarray(0, 124))],
    ["an end twice", proofOf(concat(transaction, new Uint8Array(4)))],
    ["an input too many", proofOf(spliced(4, 5, "02"))],
    ["an output too many", proofOf(spliced(46, 47, "03"))],
    ["a script beyond the end", proofOf(spliced(55, 56, "7f"))],
    ["a count of two bytes for one", proofOf(spliced(46, 47, "fd0200"))],
    ["a count of four bytes", proofOf(spliced(46, 47, "fe02000000"))],
    ["a count of eight bytes", proofOf(spliced(46, 47, "ff0200000000000000"))],
  ];
  test.each(cases)("%s", (_name, proof) => {
    expect(told(proof)).toMatchSnapshot();
  });

  test("work by the relay's names: another target, and a time to come", () => {
    expect(told(honest, fixedRelay(0x1d00ffff))).toMatch(/^WrongBits\(/);
    expect(told(honest, easy, FIRST_TIME - 7201)).toMatch(/^TimeInFuture\(/);
  });

  test("each way to cut the transaction or to add to it", () => {
    for (let length = 0; length < transaction.length; length++) {
      expect(["TransactionLength", "Truncated"]).toContain(code(proofOf(transaction.subarray(0, length))));
    }
    for (let more = 1; more < 70; more++) {
      expect(code(proofOf(concat(transaction, new Uint8Array(more))))).toBe("TrailingBytes");
    }
  });

  test("each single bit; what is taken is another last header, which is work as well", () => {
    const codes = new Map<string, number>();
    const before = honest.headers.subarray(0, 400);
    for (const [, flipped] of bitFlips(honest)) {
      const verdict = code(flipped);
      codes.set(verdict, (codes.get(verdict) ?? 0) + 1);
      if (verdict !== "ok") continue;
      expect(equal(flipped.headers.subarray(0, 400), before)).toBe(true);
      expect({ ...flipped, headers: empty }).toEqual({ ...honest, headers: empty });
    }
    expect([...codes].sort()).toMatchSnapshot();
  });
});

test("taken at the bounds: the shortest, the longest, the deepest, a count in three bytes", () => {
  expect(code(proofOf(sized(65)))).toBe("ok");
  expect(code(proofOf(sized(PROVABLE_MAX)))).toBe("ok");
  const deep = Array.from({ length: 32 }, (_, i) => sha256d(Uint8Array.of(i)));
  expect(code({ ...honest, branch: deep, coinbaseBranch: deep, index: 0xffffffffn })).toBe("TransactionNotInBlock");
  const many = payment((tx) => {
    tx.outputs = Array.from({ length: 300 }, (_, i) => ({ value: BigInt(i), script: Uint8Array.of(i & 255) }));
  });
  const verdict = verifySpvProof(easyProof(many), easy, NOW);
  expect(verdict).toMatchObject({ ok: true, outputs: decodeTx(many).outputs });
});

describe("paymentsTo", () => {
  test("every output that pays the script and no other, from a verdict or a transaction", () => {
    const twice = payment((tx) => tx.outputs.push({ value: 5n, script: PAID_SCRIPT }));
    const verdict = verifySpvProof(easyProof(twice), easy, NOW);
    if (!verdict.ok) throw new Error(verdict.why);
    const found = [
      { vout: 0, sats: PAID_SATS },
      { vout: 2, sats: 5n },
    ];
    expect(paymentsTo(verdict, PAID_SCRIPT)).toEqual(found);
    expect(paymentsTo(decodeTx(twice), PAID_SCRIPT)).toEqual(found);
    expect(paymentsTo(verdict, PAID_SCRIPT.subarray(1))).toEqual([]);
    expect(paymentsTo(verdict, concat(PAID_SCRIPT, Uint8Array.of(0)))).toEqual([]);
  });
});

describe("by property", () => {
  const bytes32 = fc.uint8Array({ minLength: 32, maxLength: 32 });
  const tx = fc.record({
    version: fc.nat(),
    inputs: fc.array(
      fc.record({
        prevHash: bytes32,
        prevIndex: fc.nat(),
        script: fc.uint8Array({ maxLength: 300 }),
        sequence: fc.nat(),
        witness: fc.constant<Uint8Array[]>([]),
      }),
      { minLength: 1, maxLength: 4 },
    ),
    outputs: fc.array(
      fc.record({ value: fc.bigInt(0n, (1n << 64n) - 1n), script: fc.uint8Array({ maxLength: 300 }) }),
      { minLength: 1, maxLength: 4 },
    ),
    lockTime: fc.nat(),
  });

  test("whatever the walk takes, the full parser reads to the same outputs and bytes; it takes every transaction in bounds", () => {
    const change = fc.option(fc.record({ at: fc.nat(200), byte: fc.constantFrom(0, 1, 2, 0xfc, 0xfd, 0xfe, 0xff) }));
    fc.assert(
      fc.property(tx, change, fc.nat(3), (fields, changed, cut) => {
        const bytes = encodeTx(fields, { witness: false });
        const broken = bytes.subarray(0, bytes.length - cut).slice();
        if (changed && changed.at < broken.length) broken[changed.at] = changed.byte;
        const verdict = verifySpvProof(proofOf(broken), easy, NOW, hash);
        if (verdict.ok) {
          const read = decodeTx(broken);
          expect(verdict.outputs).toEqual(read.outputs);
          expect(toHex(encodeTx(read, { witness: false }))).toBe(toHex(broken));
        } else if (broken.length >= 65) {
          // All of these are far below 65,536, so that nothing but damage or the witness form is refused.
          expect(verdict.code).not.toBe("TransactionLength");
          if (!["WitnessForm", "NoOutputs"].includes(verdict.code)) expect(() => decodeTx(broken)).toThrow();
        }
      }),
      { numRuns: 300 },
    );
  });

  test("nothing throws, whatever the bytes", () => {
    const anything = fc.record({
      headers: fc.oneof(fc.uint8Array({ maxLength: 400 }), fc.uint8Array({ minLength: 160, maxLength: 160 })),
      transaction: fc.uint8Array({ maxLength: 300 }),
      index: fc.bigInt(),
      branch: fc.array(fc.oneof(bytes32, fc.uint8Array({ maxLength: 40 })), { maxLength: 34 }),
      coinbasePreimage: fc.oneof(bytes32, fc.uint8Array({ maxLength: 40 })),
      coinbaseBranch: fc.array(bytes32, { maxLength: 34 }),
    });
    fc.assert(
      fc.property(anything, (proof) => {
        const verdict = verifySpvProof(proof, easy, NOW, hash);
        expect(verdict.ok).toBe(false);
      }),
      { numRuns: 1000 },
    );
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 60, maxLength: 200 }), (bytes) => {
        bytes[4] = 1;
        expect(verifySpvProof(proofOf(bytes), easy, NOW, hash).ok).toBeTypeOf("boolean");
      }),
      { numRuns: 500 },
    );
    for (const [name, proof] of [...reshaped(honest), ...deceits(), ...atRandom(honest, 4, 500)]) {
      const verdict = verifySpvProof(proof, easy, NOW, hash);
      if (!verdict.ok) expect([verdict.why, verdict.mend].join(" "), name).toMatch(/^\S.+\.$/s);
    }
  });
});

/** A transaction of exactly this many bytes: one input, one output whose script fills the rest with small pushes. */
function sized(length: number): Uint8Array {
  const tx = decodeTx(stripWitness(payment()));
  const fixed = 4 + 1 + 41 + 1 + 8 + 4;
  const scripts: Uint8Array[] = [];
  let left = length - fixed;
  while (left > 65_000) {
    scripts.push(new Uint8Array(60_000).fill(0x51));
    left -= 60_000 + 3 + 8;
  }
  const prefix = encodeVarint(left - 1).length;
  scripts.push(new Uint8Array(left - prefix).fill(0x51));
  return encodeTx({ ...tx, outputs: scripts.map((script) => ({ value: 1n, script })) }, { witness: false });
}

/** The honest transaction with the bytes from `from` to `to` replaced. */
function spliced(from: number, to: number, hex: string): Uint8Array {
  return concat(honest.transaction.subarray(0, from), fromHex(hex), honest.transaction.subarray(to));
}

function turned(headers: Uint8Array): Uint8Array {
  const list = Array.from({ length: headers.length / 80 }, (_, i) => headers.subarray(80 * i, 80 * i + 80));
  return concat(...list.reverse());
}

function thrown(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof Error && "code" in error && "hint" in error) {
      return `${error.code}: ${error.message} ${error.hint}`;
    }
    throw error;
  }
  throw new Error("nothing was thrown");
}
