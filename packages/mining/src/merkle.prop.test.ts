import fc from "fast-check";
import { expect, test } from "vitest";
import { coinbaseBranch, fold, foldLeft, merkleBranch, merkleRoot } from "./merkle.ts";

const id = fc.uint8Array({ minLength: 32, maxLength: 32 });
const ids = fc.array(id, { minLength: 1, maxLength: 40 });

test("every leaf and its branch fold to the root", () => {
  fc.assert(
    fc.property(ids, fc.nat(), (list, n) => {
      const index = n % list.length;
      expect(fold(list[index]!, merkleBranch(list, index), index)).toEqual(merkleRoot(list));
    }),
  );
});

test("a coinbase's branch does not need the coinbase", () => {
  fc.assert(
    fc.property(ids, (list) => {
      const branch = coinbaseBranch(list.slice(1));
      expect(branch).toEqual(merkleBranch(list, 0));
      expect(foldLeft(list[0]!, branch)).toEqual(merkleRoot(list));
    }),
  );
});

test("nothing given is written to", () => {
  fc.assert(
    fc.property(ids, (list) => {
      const before = structuredClone(list);
      const [first] = list;
      merkleRoot(list).fill(0);
      for (const node of coinbaseBranch(list)) node.fill(0);
      for (const node of merkleBranch(list, 0)) node.fill(0);
      foldLeft(first!, merkleBranch(list, 0));
      expect(list).toEqual(before);
    }),
  );
});

test("a tree that does not exist", () => {
  expect(() => merkleRoot([])).toThrow("There is no transaction to make a root of.");
  expect(() => merkleBranch([new Uint8Array(32)], 1)).toThrow("There is no leaf 1 among 1.");
  expect(() => merkleRoot([new Uint8Array(33)])).toThrow("a transaction id has 33 bytes.");
});
