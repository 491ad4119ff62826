/**
 * The embedded chain itself: a tree of blocks, the branch with the most work in it, and the coins of that branch.
 * No input or output but through {@link BlockBodies}; time comes in as an argument.
 *
 * There is no undo file. Every transaction of the active branch is in an index, so the coins that a block spent are read
 * back from the blocks that made them when it is disconnected.
 * @module
 */
import { CarraraError } from "@carrara/base/errors";
import { type Hash, sha256d } from "@carrara/mining/hash";
import { bitsToTarget, retarget, work } from "@carrara/mining/target";
import type { Tx } from "@carrara/mining/transaction";
import { type ChainParams, subsidyAt } from "./params.ts";
import {
  type Coin,
  type CoinLookup,
  type Connected,
  type Context,
  checkBlock,
  checkBlockInContext,
  checkHeaderInContext,
  connectBlock,
  outpointOf,
  type ReadBlock,
  type Refusal,
  readBlock,
} from "./rules.ts";

/** Where block bytes are kept. Positions are the keeper's own affair. */
export interface BlockBodies {
  /** Keeps a block for good before it returns. Throws when it cannot; then nothing was kept. */
  append(raw: Uint8Array, kind: BodyKind): number;
  /** The bytes that were appended at this position. */
  read(position: number): Uint8Array;
  /** Keeps a command of the owner (invalidateblock, reconsiderblock), which a replay must repeat. */
  note(command: Command, hash: string): void;
}

/** `tip`: its signatures were checked before it was kept. `side`: they are checked when its branch becomes active. */
export type BodyKind = "tip" | "side";
export type Command = "invalidate" | "reconsider";

/** A block in the tree. */
export interface BlockNode {
  readonly hash: string;
  readonly height: number;
  readonly version: number;
  readonly time: number;
  readonly bits: number;
  readonly prev: BlockNode | undefined;
  /** Expected hashes from the genesis block up to and with this one. */
  readonly work: bigint;
  /** Order of arrival: of two branches with equal work the first one stays. */
  readonly order: number;
  readonly position: number;
  readonly txCount: number;
  /** Why it cannot be active: a rule, the owner's word, or a parent with one of these. */
  failed: false | "rule" | "command" | "parent";
  /** The rule that it breaks, when that is why. */
  refusal?: Refusal;
  scriptsChecked: boolean;
}

/** Blocks that left the active branch and that joined it, each in the order of heights. */
export interface TipChange {
  disconnected: readonly ReadBlock[];
  connected: readonly ReadBlock[];
}

/** What became of a block: null when it is the tip, else Core's word for it. */
export type Verdict = Refusal | null;

/** The tree, its tip and its coins. */
export interface Chain {
  readonly params: ChainParams;
  readonly genesis: BlockNode;
  tip(): BlockNode;
  /** The block of the active branch at a height. */
  at(height: number): BlockNode | undefined;
  node(hash: string): BlockNode | undefined;
  isActive(node: BlockNode): boolean;
  /** Ends of all branches. */
  leaves(): BlockNode[];
  /** The lowest block that both branches have. */
  forkOf(node: BlockNode): BlockNode;
  block(node: BlockNode): ReadBlock;
  coin: CoinLookup;
  coins(): IterableIterator<[string, Coin]>;
  /** The block of the active branch that holds a transaction. */
  blockOf(txid: string): BlockNode | undefined;
  /** What the rules need of the branch that ends in `prev`. */
  contextOn(prev: BlockNode): Context;
  /** Bits that the block on top of `prev` must have. */
  bitsOn(prev: BlockNode): number;
  /**
   * Judges a block and, when it is sound, keeps it; the tip moves when its branch has the most work.
   * @param now seconds since 1970
   */
  accept(raw: Uint8Array, now: number): Verdict;
  /** Judges a block on the tip as a proposal (BIP 23): all but its work; nothing is kept. */
  propose(raw: Uint8Array, now: number): Verdict;
  invalidate(node: BlockNode): void;
  reconsider(node: BlockNode): void;
  /** Puts back what the keeper of bodies had, in the order in which it came. Nothing is appended. */
  replay(raw: Uint8Array, kind: BodyKind, position: number): Verdict;
  replayCommand(command: Command, hash: string): void;
  /** Called after each change of the tip. */
  onTip(listener: (change: TipChange) => void): void;
  /** How many transactions and coins the indexes hold. */
  counts(): { blocks: number; transactions: number; coins: number };
}

/** What a chain stands on. */
export interface ChainOptions {
  params: ChainParams;
  /** The genesis block and where it lies among the bodies. */
  genesis: { raw: Uint8Array; position: number };
  bodies: BlockBodies;
  /** Of a transaction whose signatures were found right before (the mempool's), by witness id. */
  scriptsKnown?: (wtxid: string) => boolean;
  hash?: Hash;
}

/**
 * A chain of its genesis block.
 * @example chain.accept(fromHex(blockHex), nowSeconds) // null: it is the tip
 */
export function createChain({ params, genesis: first, bodies, scriptsKnown, hash = sha256d }: ChainOptions): Chain {
  const limit = bitsToTarget(params.limitBits);
  const nodes = new Map<string, BlockNode>();
  const leaves = new Set<BlockNode>();
  const active: BlockNode[] = [];
  const coins = new Map<string, Coin>();
  const places = new Map<string, BlockNode>();
  const listeners: ((change: TipChange) => void)[] = [];

  const genesis = addNode(readBlock(first.raw, hash), undefined, first.position, true);
  active.push(genesis);
  const tip = () => active.at(-1)!;

  function addNode(
    block: ReadBlock,
    prev: BlockNode | undefined,
    position: number,
    scriptsChecked: boolean,
  ): BlockNode {
    const { version, time, bits } = block.header;
    const node: BlockNode = {
      hash: block.hash,
      height: prev ? prev.height + 1 : 0,
      version,
      time,
      bits,
      prev,
      work: (prev?.work ?? 0n) + work(bitsToTarget(bits)),
      order: nodes.size,
      position,
      txCount: block.txs.length,
      failed: prev?.failed ? "parent" : false,
      scriptsChecked,
    };
    nodes.set(node.hash, node);
    if (prev) leaves.delete(prev);
    leaves.add(node);
    return node;
  }

  const isActive = (node: BlockNode) => active[node.height] === node;

  function forkOf(node: BlockNode): BlockNode {
    let fork = node;
    while (!isActive(fork)) fork = fork.prev!;
    return fork;
  }

  function contextOn(prev: BlockNode): Context {
    return {
      height: prev.height + 1,
      medianTime: medianTimeOf(prev),
      medianTimeAt(height) {
        let node = prev;
        // Coins lie on the branch itself; below the fork the active array is the short way.
        while (node.height > height) node = isActive(node) ? active[height]! : node.prev!;
        return medianTimeOf(node);
      },
      maturity: params.maturity,
    };
  }

  function bitsOn(prev: BlockNode): number {
    const height = prev.height + 1;
    if (height % params.interval !== 0) return prev.bits;
    let start = prev;
    for (let steps = params.interval - 1; steps > 0; steps--) start = start.prev!;
    return retarget({
      bits: prev.bits,
      firstTime: start.time,
      lastTime: prev.time,
      interval: params.interval,
      spacing: params.spacing,
      limit,
    });
  }

  /** Everything about a block on `prev` but its coins. `now` undefined: the clock rule was applied when it came in. */
  function judge(block: ReadBlock, prev: BlockNode, now: number | undefined): Refusal | null {
    const context = contextOn(prev);
    const clock = now ?? block.header.time;
    const expected = { bits: bitsOn(prev), medianTime: context.medianTime, now: clock };
    return checkHeaderInContext(block.header, expected) ?? checkBlockInContext(block, context, hash);
  }

  function connectable(block: ReadBlock, prev: BlockNode, checkScripts: boolean): Connected | Refusal {
    const context = contextOn(prev);
    const scripts = { check: checkScripts, ...(scriptsKnown === undefined ? {} : { known: scriptsKnown }) };
    return connectBlock(
      block,
      (outpoint) => coins.get(outpoint),
      context,
      subsidyAt(context.height, params),
      scripts,
      hash,
    );
  }

  function connect(node: BlockNode, block: ReadBlock, change: Connected): void {
    for (const outpoint of change.spent) coins.delete(outpoint);
    for (const [outpoint, coin] of change.created) coins.set(outpoint, coin);
    for (const id of block.txids) places.set(id, node);
    active.push(node);
  }

  /** Takes the tip off: its coins go, and what it spent is read back from the blocks that made it. */
  function disconnect(): ReadBlock {
    const node = active.pop()!;
    const block = readBlock(bodies.read(node.position), hash);
    for (let place = block.txs.length - 1; place >= 0; place--) {
      const tx = block.txs[place]!;
      const id = block.txids[place]!;
      for (const index of tx.outputs.keys()) coins.delete(`${id}:${index}`);
      if (place > 0) restoreSpent(tx);
      places.delete(id);
    }
    return block;
  }

  function restoreSpent(tx: Tx): void {
    for (const input of tx.inputs) {
      const outpoint = outpointOf(input);
      const id = outpoint.slice(0, 64);
      const origin = places.get(id);
      if (!origin) throw new ChainBrokenError(`the transaction ${id} is not in the index`);
      const from = readBlock(bodies.read(origin.position), hash);
      const place = from.txids.indexOf(id);
      const { value, script } = from.txs[place]!.outputs[input.prevIndex]!;
      coins.set(outpoint, { value, script, height: origin.height, coinbase: place === 0 });
    }
  }

  /** The block with the most work among those that may be active; of equal ones the first that came. */
  function best(): BlockNode {
    let chosen = genesis;
    for (const leaf of leaves) {
      let node = leaf;
      while (node.failed) node = node.prev!;
      if (node.work > chosen.work || (node.work === chosen.work && node.order < chosen.order)) chosen = node;
    }
    return chosen;
  }

  /** Moves the tip to the best branch, block by block; a branch that breaks a rule is marked and the next best taken. */
  function activate(): void {
    const disconnected: ReadBlock[] = [];
    const connected: ReadBlock[] = [];
    for (let goal = best(); goal !== tip() && (goal.work > tip().work || tip().failed); goal = best()) {
      const fork = forkOf(goal);
      while (tip() !== fork) {
        const block = disconnect();
        // A branch that was tried and dropped again never was the tip for anybody else.
        if (connected.at(-1)?.hash === block.hash) connected.pop();
        else disconnected.unshift(block);
      }
      const path: BlockNode[] = [];
      for (let node = goal; node !== fork; node = node.prev!) path.unshift(node);
      for (const node of path) {
        const block = readBlock(bodies.read(node.position), hash);
        const change = connectable(block, node.prev!, !node.scriptsChecked);
        if ("word" in change) {
          node.refusal = change;
          markFailed(node, "rule");
          break;
        }
        node.scriptsChecked = true;
        connect(node, block, change);
        if (disconnected[0]?.hash === block.hash) disconnected.shift();
        else connected.push(block);
      }
    }
    tell({ disconnected, connected });
  }

  function tell(change: TipChange): void {
    if (change.disconnected.length + change.connected.length === 0) return;
    for (const listener of listeners) listener(change);
  }

  function markFailed(node: BlockNode, why: "rule" | "command"): void {
    node.failed = why;
    for (const leaf of leaves) {
      if (ancestorAt(leaf, node.height) !== node) continue;
      for (let above = leaf; above !== node; above = above.prev!) if (!above.failed) above.failed = "parent";
    }
  }

  function invalidate(node: BlockNode): void {
    if (node === genesis) throw new ChainBrokenError("the genesis block cannot be invalidated");
    markFailed(node, "command");
    activate();
  }

  function reconsider(node: BlockNode): void {
    for (const other of nodes.values()) {
      if (!other.failed) continue;
      const related =
        other.height >= node.height
          ? ancestorAt(other, node.height) === node
          : ancestorAt(node, other.height) === other;
      if (!related) continue;
      other.failed = false;
      delete other.refusal;
    }
    activate();
  }

  /** The known block of this hash, as Core's submitblock words it. */
  function seen(hashText: string): Refusal | undefined {
    const node = nodes.get(hashText);
    if (!node) return undefined;
    if (node.failed) return { word: "duplicate-invalid" };
    return { word: node.scriptsChecked ? "duplicate" : "duplicate-inconclusive" };
  }

  function take(raw: Uint8Array, now: number | undefined, keep: (kind: BodyKind) => number): Verdict {
    const block = readBlock(raw, hash);
    const known = seen(block.hash);
    if (known) return known;
    const alone = checkBlock(block, limit, { work: true }, hash);
    if (alone) return alone;
    const prev = nodes.get(prevHashOf(block));
    if (!prev) return { word: "prev-blk-not-found" };
    if (prev.failed) return { word: "bad-prevblk" };
    const refusal = judge(block, prev, now);
    if (refusal) return refusal;
    if (prev === tip()) return extend(block, prev, () => keep("tip"), true);
    const node = addNode(block, prev, keep("side"), false);
    activate();
    if (node.failed) return node.refusal ?? { word: "bad-prevblk", detail: "its branch breaks a rule" };
    return tip() === node ? null : { word: "inconclusive" };
  }

  function extend(block: ReadBlock, prev: BlockNode, keep: () => number, checkScripts: boolean): Verdict {
    const change = connectable(block, prev, checkScripts);
    if ("word" in change) return change;
    const node = addNode(block, prev, keep(), true);
    connect(node, block, change);
    tell({ disconnected: [], connected: [block] });
    return null;
  }

  /** What was on the tip when it was kept had passed every rule, and its record's checksum says that it is still the same. */
  function replay(raw: Uint8Array, kind: BodyKind, position: number): Verdict {
    if (kind === "side") return take(raw, undefined, () => position);
    const block = readBlock(raw, hash);
    const prev = tip();
    if (prevHashOf(block) !== prev.hash) return { word: "prev-blk-not-found" };
    return extend(block, prev, () => position, false);
  }

  return {
    params,
    genesis,
    tip,
    at: (height) => active[height],
    node: (hashText) => nodes.get(hashText),
    isActive,
    leaves: () => [...leaves],
    forkOf,
    block: (node) => readBlock(bodies.read(node.position), hash),
    coin: (outpoint) => coins.get(outpoint),
    coins: () => coins.entries(),
    blockOf: (id) => places.get(id),
    contextOn,
    bitsOn,
    accept: (raw, now) => take(raw, now, (kind) => bodies.append(raw, kind)),
    propose(raw, now) {
      const block = readBlock(raw, hash);
      const known = seen(block.hash);
      if (known) return known;
      if (prevHashOf(block) !== tip().hash) return { word: "inconclusive-not-best-prevblk" };
      const refusal = checkBlock(block, limit, { work: false }, hash) ?? judge(block, tip(), now);
      if (refusal) return refusal;
      const change = connectable(block, tip(), true);
      return "word" in change ? change : null;
    },
    invalidate(node) {
      bodies.note("invalidate", node.hash);
      invalidate(node);
    },
    reconsider(node) {
      bodies.note("reconsider", node.hash);
      reconsider(node);
    },
    replay,
    replayCommand(command, hashText) {
      const node = nodes.get(hashText);
      if (node) (command === "invalidate" ? invalidate : reconsider)(node);
    },
    onTip: (listener) => {
      listeners.push(listener);
    },
    counts: () => ({ blocks: nodes.size, transactions: places.size, coins: coins.size }),
  };
}

/** Median of the times of a block and the ten beneath it (Core's GetMedianTimePast). */
export function medianTimeOf(node: BlockNode): number {
  const times: number[] = [];
  for (let at: BlockNode | undefined = node; at && times.length < 11; at = at.prev) times.push(at.time);
  times.sort((a, b) => a - b);
  return times[Math.floor(times.length / 2)]!;
}

function ancestorAt(node: BlockNode, height: number): BlockNode | undefined {
  let at: BlockNode | undefined = node;
  while (at && at.height > height) at = at.prev;
  return at?.height === height ? at : undefined;
}

function prevHashOf(block: ReadBlock): string {
  return outpointOf({ prevHash: block.header.prevHash, prevIndex: 0 }).slice(0, 64);
}

/** The chain's own data contradict each other, or what is asked would make them do so. */
export class ChainBrokenError extends CarraraError {
  constructor(why: string) {
    super("embedded-chain-broken", `The embedded chain cannot go on: ${why}.`, {
      hint: "Start the node again: the chain is built anew from its block file.",
    });
  }
}
