import { bitsToTarget, work } from "@carrara/mining/target";
import fc from "fast-check";
import { expect, test } from "vitest";
import { coinsText, LATE, type MemoryBodies, makeBlock, payment, testChain } from "../test/blocks.ts";
import type { BlockNode, BodyKind, Chain, Command } from "./chain.ts";

/** One block of a random tree: which earlier one it stands on, how long it took, and whether it moves a coin. */
const step = fc.record({
  parent: fc.nat(1_000_000),
  seconds: fc.integer({ min: 1, max: 200 }),
  spends: fc.boolean(),
  /** 0: the owner takes a branch back; 1: gives all back. */
  command: fc.option(fc.nat(1), { freq: 8 }),
});

const params = { interval: 4, spacing: 30, maturity: 1 };

/** A payment of the parent's coinbase, when the branch can have it. */
function spendOf(chain: Chain, parent: BlockNode): Uint8Array[] {
  const coin = chain.isActive(parent) && parent.height > 0 ? chain.block(parent) : undefined;
  if (!coin || !chain.coin(`${coin.txids[0]}:0`)) return [];
  return [payment([{ id: coin.txids[0]!, value: coin.txs[0]!.outputs[0]!.value }], { to: [1000n, 2000n] })];
}

function mayBeActive(node: BlockNode): boolean {
  for (let at: BlockNode | undefined = node; at; at = at.prev) if (at.failed) return false;
  return true;
}

test("any tree of blocks, in any order of arrival, ends at the most work, and its coins are those of that branch alone", () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 24 }), (steps) => {
      const { chain, bodies } = testChain(params);
      const nodes: BlockNode[] = [chain.genesis];
      for (const { parent, seconds, spends, command } of steps) {
        // Mostly near the newest blocks, so that branches grow.
        const prev = nodes[Math.max(0, nodes.length - 1 - (parent % 5))]!;
        if (command === 0 && prev !== chain.genesis) chain.invalidate(prev);
        if (command === 1) chain.reconsider(prev);
        const block = makeBlock(chain, prev, { time: prev.time + seconds, others: spends ? spendOf(chain, prev) : [] });
        chain.accept(block.raw, LATE);
        const node = chain.node(block.hash);
        if (node) nodes.push(node);
        expectBest(chain, nodes);
      }
      expectSameAs(chain);

      const again = replayed(bodies);
      expect(again.tip().hash).toBe(chain.tip().hash);
      expect(again.counts()).toEqual(chain.counts());
      expect(coinsText(again)).toBe(coinsText(chain));
    }),
    { numRuns: 40 },
  );
}, 120_000);

function expectBest(chain: Chain, nodes: BlockNode[]): void {
  const heavier = nodes.filter((node) => mayBeActive(node) && node.work > chain.tip().work);
  expect(heavier).toEqual([]);
  expect(mayBeActive(chain.tip())).toBe(true);
}

/** A second chain that is shown only the active branch has the same coins and the same work. */
function expectSameAs(chain: Chain): void {
  const { chain: straight } = testChain(params);
  let total = work(bitsToTarget(chain.genesis.bits));
  for (let height = 1; height <= chain.tip().height; height++) {
    const node = chain.at(height)!;
    const { headerBytes, raw } = chain.block(node);
    expect(straight.accept(joined(headerBytes, raw), LATE)).toBe(null);
    total += work(bitsToTarget(node.bits));
  }
  expect(straight.tip().hash).toBe(chain.tip().hash);
  expect(coinsText(straight)).toBe(coinsText(chain));
  expect(chain.tip().work).toBe(total);
  for (const [outpoint] of chain.coins()) expect(chain.blockOf(outpoint.slice(0, 64))).toBeDefined();
}

/** A chain started anew from what the first one kept. */
function replayed({ log }: MemoryBodies): Chain {
  const { chain, bodies } = testChain(params);
  bodies.log.push(...log.slice(1));
  for (const { raw, kind, hash, position } of log.slice(1)) {
    if (raw) chain.replay(raw, kind as BodyKind, position);
    else chain.replayCommand(kind as Command, hash!);
  }
  return chain;
}

function joined(header: Uint8Array, raw: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from([...header, raw.length, ...raw.flatMap((tx) => [...tx])]);
}
