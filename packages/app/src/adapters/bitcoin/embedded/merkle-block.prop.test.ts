import { display, sha256d } from "@carrara/mining/hash";
import { encodeHeader } from "@carrara/mining/header";
import { merkleRoot } from "@carrara/mining/merkle";
import fc from "fast-check";
import { expect, test } from "vitest";
import { encodeMerkleBlock, readMerkleBlock } from "./merkle-block.ts";

const headerOf = (root: Uint8Array) =>
  encodeHeader({ version: 4, prevHash: new Uint8Array(32), merkleRoot: root, time: 1, bits: 0x207fffff, nonce: 0 });

/** A block of `count` transactions, and some of them. */
const proofs = fc.integer({ min: 1, max: 40 }).chain((count) => {
  const ids = Array.from({ length: count }, (_, i) => sha256d(Uint8Array.of(i)));
  return fc
    .uniqueArray(fc.nat(count - 1), { minLength: 1 })
    .map((wanted) => ({ ids, wanted: wanted.sort((a, b) => a - b) }));
});

test("any choice of transactions is proven, with their places", () => {
  fc.assert(
    fc.property(proofs, ({ ids, wanted }) => {
      const header = headerOf(merkleRoot(ids));
      const proof = readMerkleBlock(encodeMerkleBlock(header, ids, new Set(wanted)));
      expect(proof?.total).toBe(ids.length);
      expect(proof?.places).toEqual(wanted);
      expect(proof?.ids.map(display)).toEqual(wanted.map((index) => display(ids[index]!)));
    }),
  );
});

test("a proof with one bit changed proves nothing else", () => {
  fc.assert(
    fc.property(proofs, fc.nat(), fc.nat(7), ({ ids, wanted }, place, bit) => {
      const header = headerOf(merkleRoot(ids));
      const whole = encodeMerkleBlock(header, ids, new Set(wanted));
      const changed = Uint8Array.from(whole);
      // The rest of the header is proven by its work and not by the tree.
      changed[80 + (place % (whole.length - 80))]! ^= 1 << bit;
      let proof: ReturnType<typeof readMerkleBlock>;
      try {
        proof = readMerkleBlock(changed);
      } catch (error) {
        expect((error as { code?: string }).code).toMatch(
          /^(truncated|trailing-bytes|varint-not-canonical|size-too-large)$/,
        );
        return;
      }
      // The count alone may change without the tree noticing when the shape stays; who trusts it compares it, as we do.
      const known = new Set(ids.map((id) => display(id)));
      for (const id of proof?.ids ?? []) expect(known.has(display(id))).toBe(true);
    }),
    { numRuns: 500 },
  );
});

test("an inner node does not pass for a transaction when the count is told", () => {
  const ids = Array.from({ length: 4 }, (_, i) => sha256d(Uint8Array.of(i)));
  const proof = readMerkleBlock(encodeMerkleBlock(headerOf(merkleRoot(ids)), ids, new Set([2])));
  expect(proof).toMatchObject({ total: 4, places: [2] });
});
