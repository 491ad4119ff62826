import { concat, fromHex, toHex } from "@carrara/base/bytes";
import { address, sats } from "@carrara/base/units";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ClaimProof } from "./claim.ts";
import { verifyClaim } from "./claim.ts";
import { assembleCoinbase, buildCoinbase, withWitness } from "./coinbase.ts";
import { commitment, commitmentScript, findCommitment } from "./commitment.ts";
import { sha256d } from "./hash.ts";
import { encodeHeader } from "./header.ts";
import { createSha256d } from "./kernel/hasher.ts";
import { coinbaseBranch, foldLeft, merkleBranch, merkleRoot } from "./merkle.ts";
import { hashToNumber, MAX_TARGET } from "./target.ts";
import type { Tx, TxOutput } from "./transaction.ts";
import { decodeTx, encodeTx } from "./transaction.ts";

const terms = {
  chainId: 31337n,
  collection: address("0x5fbdb2315678afecb367f032d93f642f64180aa3"),
  recipient: address("0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266"),
  anchor: new Uint8Array(32).fill(0x11),
};
const others = Array.from({ length: 11 }, (_, i) => sha256d(Uint8Array.of(i)));

function coinbaseTx(): Tx {
  const halves = buildCoinbase({
    height: 840000,
    extranonceSize: 8,
    value: sats(312_500_000n),
    payoutScript: fromHex("0014751e76e8199196d454941c45d1b3a323f1433bd6"),
    commitment: commitment(terms),
    tag: "/Carrara/",
  });
  return decodeTx(assembleCoinbase(halves, Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8)));
}

/** A claim whose header holds the root of exactly this coinbase and branch, so that nothing else can be wrong. */
function claim(coinbase: Uint8Array, branch: Uint8Array[] = coinbaseBranch(others)): ClaimProof {
  const merkle = foldLeft(sha256d(coinbase), branch);
  const prevHash = new Uint8Array(32);
  const header = encodeHeader({
    version: 0x20000000,
    prevHash,
    merkleRoot: merkle,
    time: 1,
    bits: 0x207fffff,
    nonce: 7,
  });
  return { ...terms, header, coinbase, branch, target: MAX_TARGET };
}

/** A claim of the honest coinbase after a change. */
function changed(change: (tx: Tx) => void): ClaimProof {
  const tx = coinbaseTx();
  change(tx);
  return claim(encodeTx(tx, { witness: false }));
}

const honest = claim(encodeTx(coinbaseTx(), { witness: false }));

/** The verdict as one line. */
function told(proof: ClaimProof): string {
  const verdict = verifyClaim(proof);
  return verdict.ok ? "ok" : `${verdict.code}: ${verdict.why} ${verdict.mend}`;
}

describe("commitment: keccak256(abi.encode(...)), as viem and ethers encode it", () => {
  test.each([
    [
      31337n,
      "0x5fbdb2315678afecb367f032d93f642f64180aa3",
      "0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266",
      "11".repeat(32),
      "f16ba005cfddbf2490b2a4cea934a4ce24468dcb45bb0e0d585152dec1c2d1bd",
    ],
    [
      1n,
      "0x0000000000000000000000000000000000000001",
      "0xffffffffffffffffffffffffffffffffffffffff",
      `${"00".repeat(31)}2a`,
      "62136669cbff9fa6ed55d1bb404cf48731f3bdb04af8af55870dbc93487d3233",
    ],
    [
      (1n << 256n) - 1n,
      "0x70997970c51812dc3a010c7d01b50e0d17dc79c8",
      "0x3c44cdddb6a900fa2b585dd299e03d12fa4293bc",
      "ab".repeat(32),
      "e0e7fd9f6bb5420eae3911f95cb52089a7dd0dd872780512405f622217689120",
    ],
  ])("chain %i", (chainId, collection, recipient, anchor, expected) => {
    const bytes = commitment({
      chainId,
      collection: address(collection),
      recipient: address(recipient),
      anchor: fromHex(anchor),
    });
    expect(toHex(bytes)).toBe(expected);
    expect(toHex(commitmentScript(bytes))).toBe(`6a2443415252${expected}`);
  });

  test("a chain id beyond 256 bits, an anchor of another length", () => {
    expect(() => commitment({ ...terms, chainId: 1n << 256n })).toThrow(RangeError);
    expect(() => commitment({ ...terms, anchor: new Uint8Array(20) })).toThrow("The anchor has 20 bytes.");
  });
});

test("an honest claim", () => {
  const verdict = verifyClaim(honest);
  expect(verdict).toEqual({
    ok: true,
    tokenId: hashToNumber(sha256d(honest.header)),
    hash: sha256d(honest.header),
    coinbaseTxid: sha256d(honest.coinbase),
    commitment: commitment(terms),
  });
  expect(verifyClaim(honest, createSha256d())).toEqual(verdict);
});

test("a block with nothing but the coinbase, and the deepest tree", () => {
  expect(told(claim(honest.coinbase, []))).toBe("ok");
  expect(
    told(
      claim(
        honest.coinbase,
        Array.from({ length: 32 }, (_, i) => new Uint8Array(32).fill(i)),
      ),
    ),
  ).toBe("ok");
});

test("the target itself is met, one less is not", () => {
  const tokenId = hashToNumber(sha256d(honest.header));
  expect(told({ ...honest, target: tokenId })).toBe("ok");
  expect(told({ ...honest, target: tokenId - 1n })).toMatch(/^above-target/);
});

const tag = commitmentScript(commitment(terms));

describe("every refusal", () => {
  const refused: [string, ClaimProof][] = [
    ["a short header", { ...honest, header: honest.header.subarray(1) }],
    ["a long header", { ...honest, header: concat(honest.header, Uint8Array.of(0)) }],
    ["a short anchor", { ...honest, anchor: new Uint8Array(31) }],
    ["a target above 256 bits", { ...honest, target: MAX_TARGET + 1n }],
    ["a negative target", { ...honest, target: -1n }],
    ["a 64-byte transaction", claim(new Uint8Array(64))],
    ["an empty coinbase", claim(new Uint8Array(0))],
    ["a coinbase of 1,001 bytes", claim(concat(honest.coinbase, new Uint8Array(1001 - honest.coinbase.length)))],
    ["the witness form", claim(withWitness(honest.coinbase))],
    ["a coinbase cut off", claim(honest.coinbase.subarray(0, honest.coinbase.length - 1))],
    ["a byte too many", claim(concat(honest.coinbase, Uint8Array.of(0)))],
    ["a second input", changed((tx) => tx.inputs.push(tx.inputs[0]!))],
    ["an input that spends", changed((tx) => tx.inputs[0]!.prevHash.fill(1, 31))],
    [
      "an input that spends output 0 of nothing",
      changed((tx) => {
        tx.inputs[0]!.prevIndex = 0;
      }),
    ],
    [
      "a scriptSig of one byte",
      changed((tx) => {
        tx.inputs[0]!.script = Uint8Array.of(0x51);
      }),
    ],
    [
      "a scriptSig of 101 bytes",
      changed((tx) => {
        tx.inputs[0]!.script = new Uint8Array(101);
      }),
    ],
    ["a piece for nobody", { ...honest, recipient: address(`0x${"00".repeat(20)}`) }],
    ["no commitment", changed((tx) => void tx.outputs.pop())],
    [
      "a commitment in the scriptSig only",
      changed((tx) => {
        tx.outputs.pop();
        tx.inputs[0]!.script = tag;
      }),
    ],
    [
      "a commitment followed by a byte",
      changed((tx) => {
        tx.outputs[1]!.script = concat(tag, Uint8Array.of(0));
      }),
    ],
    [
      "a commitment inside a longer script",
      changed((tx) => {
        tx.outputs[1]!.script = concat(Uint8Array.of(0), tag);
      }),
    ],
    [
      "a commitment cut off",
      changed((tx) => {
        tx.outputs[1]!.script = tag.subarray(0, 37);
      }),
    ],
    [
      "a commitment across two outputs",
      changed((tx) => {
        tx.outputs[1]!.script = tag.subarray(0, 6);
        tx.outputs.push({ value: 0n, script: tag.subarray(6) });
      }),
    ],
    ["two commitments", changed((tx) => tx.outputs.push({ value: 0n, script: commitmentScript(new Uint8Array(32)) }))],
    ["the same commitment twice", changed((tx) => tx.outputs.push({ value: 0n, script: tag }))],
    [
      "a commitment with a value",
      changed((tx) => {
        tx.outputs[1]!.value = 1n;
      }),
    ],
    ["another's recipient", { ...honest, recipient: address(`0x${"22".repeat(20)}`) }],
    ["another collection", { ...honest, collection: address(`0x${"33".repeat(20)}`) }],
    ["another chain", { ...honest, chainId: 1n }],
    ["another round", { ...honest, anchor: new Uint8Array(32) }],
    ["33 branch nodes", claim(honest.coinbase, Array<Uint8Array>(33).fill(new Uint8Array(32)))],
    ["a branch node of 31 bytes", { ...honest, branch: [new Uint8Array(31), ...honest.branch.slice(1)] }],
    ["a branch node missing", { ...honest, branch: honest.branch.slice(1) }],
    ["branch nodes in another order", { ...honest, branch: honest.branch.toReversed() }],
    ["another merkle root", { ...honest, header: concat(honest.header.subarray(0, 67), new Uint8Array(13)) }],
    ["a target missed", { ...honest, target: 0n }],
  ];
  test.each(refused)("%s", (_name, proof) => {
    expect(told(proof)).toMatchSnapshot();
  });

  test("a leaf that is not the first", () => {
    const leaves = [sha256d(Uint8Array.of(9)), sha256d(honest.coinbase), ...others];
    const header = honest.header.slice();
    header.set(merkleRoot(leaves), 36);
    expect(told({ ...honest, header, branch: merkleBranch(leaves, 1) })).toMatch(/^wrong-merkle-root/);
  });

  test("each has its own code", () => {
    const codes = new Set(refused.map(([, proof]) => told(proof).split(":")[0]));
    expect([...codes].sort()).toEqual([
      "above-target",
      "bad-anchor-length",
      "bad-header-length",
      "bad-target",
      "branch-node-length",
      "branch-too-long",
      "coinbase-input-count",
      "coinbase-malformed",
      "coinbase-not-null-outpoint",
      "coinbase-script-size",
      "coinbase-too-long",
      "coinbase-too-short",
      "coinbase-trailing-bytes",
      "coinbase-witness-form",
      "commitment-with-value",
      "no-commitment",
      "two-commitments",
      "wrong-commitment",
      "wrong-merkle-root",
      "zero-recipient",
    ]);
  });
});

test("a tampered proof never passes and never throws", () => {
  const part = fc.constantFrom("header", "coinbase", "branch" as const);
  fc.assert(
    fc.property(part, fc.nat(), fc.integer({ min: 0, max: 7 }), (name, at, bit) => {
      const proof = structuredClone(honest);
      const bytes = name === "branch" ? proof.branch[at % proof.branch.length]! : proof[name as "header" | "coinbase"];
      // Work is not at stake here: version, time, bits and nonce of the header are the miner's to choose.
      const place = name === "header" ? 36 + (at % 32) : at % bytes.length;
      bytes[place]! ^= 1 << bit;
      expect(verifyClaim(proof).ok).toBe(false);
    }),
    { numRuns: 500 },
  );
});

test("random bytes as a coinbase are refused, whatever they are", () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 65, maxLength: 1000 }), (bytes) => {
      expect(verifyClaim(claim(bytes)).ok).toBe(false);
    }),
    { numRuns: 500 },
  );
});

test("a commitment is found wherever its output stands", () => {
  const script = commitmentScript(new Uint8Array(32).fill(5));
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 37 }), { maxLength: 6 }), fc.nat(), (scripts, n) => {
      const outputs: TxOutput[] = scripts.map((other) => ({ value: 1n, script: other }));
      outputs.splice(n % (outputs.length + 1), 0, { value: 0n, script });
      expect(findCommitment({ outputs })).toEqual(new Uint8Array(32).fill(5));
    }),
  );
});
