import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { coinsText, LATE, makeBlock, TEST_PARAMS } from "../test/blocks.ts";
import type { Chain } from "./chain.ts";
import { restoreChain } from "./start.ts";
import { type BlockFile, openBlockFile } from "./store.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "carrara-blocks-"));
});
afterEach(() => rmSync(folder, { recursive: true }));
const path = () => join(folder, "blocks.dat");

function opened(): { file: BlockFile; chain: Chain } {
  const file = openBlockFile(folder, TEST_PARAMS, false);
  const chain = restoreChain(
    file,
    () => false,
    (message) => {
      throw new Error(message);
    },
  );
  return { file, chain };
}

function grow(chain: Chain, count: number): void {
  for (let i = 0; i < count; i++) expect(chain.accept(makeBlock(chain, chain.tip()).raw, LATE)).toBe(null);
}

test("what was kept is there again: branches, commands, coins", () => {
  const { file, chain } = opened();
  grow(chain, 3);
  const fork = chain.at(2)!;
  const side = makeBlock(chain, fork);
  chain.accept(side.raw, LATE);
  chain.accept(makeBlock(chain, chain.node(side.hash)!).raw, LATE);
  grow(chain, 1);
  chain.invalidate(chain.tip());
  const state = (one: Chain) => [
    one.tip().hash,
    coinsText(one),
    one.counts(),
    one.leaves().map(({ hash, failed }) => [hash, failed]),
  ];
  const before = state(chain);
  file.close();

  const again = opened();
  expect(state(again.chain)).toEqual(before);
  expect(again.file.cut).toBe(0);
  again.chain.reconsider(again.chain.leaves().find(({ failed }) => failed)!);
  const after = state(again.chain);
  again.file.close();
  const third = opened();
  expect(state(third.chain)).toEqual(after);
  third.file.close();
});

test("the file keeps its chain's constants, whatever is asked later; only its owner may read it", () => {
  opened().file.close();
  const file = openBlockFile(folder, { ...TEST_PARAMS, genesisTime: 5, spacing: 7 });
  expect(file.params).toEqual(TEST_PARAMS);
  file.close();
  expect(statSync(path()).mode & 0o777).toBe(0o600);
});

describe("a kill in the middle of a write", () => {
  test("cut at each byte of the last record, the chain is the one before it and goes on", () => {
    const { file, chain } = opened();
    grow(chain, 2);
    const whole = statSync(path()).size;
    const tip = chain.tip().hash;
    grow(chain, 1);
    file.close();
    const bytes = readFileSync(path());
    for (let length = whole; length < bytes.length; length++) {
      writeFileSync(path(), bytes.subarray(0, length));
      const torn = opened();
      expect(torn.chain.tip().hash).toBe(tip);
      expect(torn.file.cut).toBe(length - whole);
      expect(statSync(path()).size).toBe(whole);
      if (length % 50 === 0) {
        grow(torn.chain, 1);
        const next = torn.chain.tip().hash;
        torn.file.close();
        const after = opened();
        expect(after.chain.tip().hash).toBe(next);
        after.file.close();
      } else torn.file.close();
    }
  });

  test("cut at each byte of the head, a new chain begins", () => {
    opened().file.close();
    const bytes = readFileSync(path());
    for (let length = 0; length < bytes.length; length++) {
      writeFileSync(path(), bytes.subarray(0, length));
      const { file, chain } = opened();
      expect(chain.tip().height).toBe(0);
      file.close();
      expect(readFileSync(path())).toEqual(bytes);
    }
  });

  test("zeros in place of the last record, as a power cut leaves them, are cut off and kept beside", () => {
    const { file, chain } = opened();
    grow(chain, 2);
    const { size } = statSync(path());
    file.close();
    appendFileSync(path(), new Uint8Array(500));
    const again = opened();
    expect(again.chain.tip().height).toBe(2);
    expect(again.file.cut).toBe(500);
    again.file.close();
    expect(readdirSync(folder).sort()).toEqual([`blocks.cut-at-${size}.dat`, "blocks.dat"]);
  });
});

test("damage that sound records follow is told and nothing is cut", () => {
  const { file, chain } = opened();
  grow(chain, 3);
  file.close();
  const bytes = readFileSync(path());
  const middle = Math.floor(bytes.length / 2);
  bytes[middle]! ^= 1;
  writeFileSync(path(), bytes);
  expect(() => opened()).toThrow(
    /^The embedded chain's file .*blocks\.dat: the record at byte \d+ is damaged, and sound ones follow it\.$/,
  );
  expect(readFileSync(path())).toEqual(bytes);
});

test("another file of that name is left alone", () => {
  writeFileSync(path(), "a shopping list");
  expect(() => opened()).toThrow("is not a block file of the embedded chain");
  expect(readFileSync(path(), "utf8")).toBe("a shopping list");
});

test("a write that fails leaves the file as it was", () => {
  const { file, chain } = opened();
  grow(chain, 1);
  const before = readFileSync(path());
  file.close();
  const block = makeBlock(chain, chain.tip());
  expect(() => chain.accept(block.raw, LATE)).toThrow("a record cannot be written (EBADF)");
  expect(chain.tip().height).toBe(1);
  expect(readFileSync(path())).toEqual(before);
});
