import { collectionAbi } from "@carrara/contracts/generated/Collection";
import { read } from "@carrara/core/ethereum/contract";
import { createFollower } from "@carrara/core/ethereum/follower";
import { createOutbox } from "@carrara/core/ethereum/outbox";
import type { EthChain } from "@carrara/core/ports/ethereum";
import { contractsOf, ensureOpening, openingTarget } from "@carrara/core/studio/opening";
import { createRounds } from "@carrara/core/studio/rounds";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { readSeaportCode } from "./seaport.ts";
import { clock, openRig, type Rig, stores } from "./test/rig.ts";

const seaport = readSeaportCode();
const rate = async () => 5e6;

describe.each(stores)("opening collection on $name", ({ open }) => {
  let rig: Rig;
  beforeEach(async () => {
    rig = await openRig(open);
  });
  afterEach(() => rig.end());

  const parts = (chain: EthChain = rig.chain) => {
    const outbox = createOutbox({ store: rig.store, chain, clock });
    const follower = createFollower({ store: rig.store, chain, clock });
    return { store: rig.store, chain, outbox, follower, clock, seaport };
  };

  test("is laid once, with its terms and progress; again it is only read", async () => {
    const lines: string[] = [];
    const { contracts, collection } = await ensureOpening(parts(), rate, (line) => lines.push(line));
    expect(lines.at(-1)).toBe(`laying contracts ${lines.length} of ${lines.length}`);
    expect(lines[0]).toBe(`laying contracts 1 of ${lines.length}`);
    expect(collection).toMatchObject({ opened: true, chainId: 31337, artist: rig.chain.actors[0]?.address });
    expect(collection.terms).toMatchObject({
      price: 0n,
      supplyCap: 1000,
      mintsPerRound: 32,
      roundSeconds: 320,
      royaltyBps: 500,
      artistBps: 5000,
      initialTarget: openingTarget(5e6),
      easiestTarget: openingTarget(5e6),
    });
    expect(await read(rig.chain, { address: collection.address, abi: collectionAbi, functionName: "name" })).toBe(
      collection.name,
    );
    expect(await contractsOf(rig.store)).toEqual(contracts);
    const height = await rig.chain.request({ method: "eth_blockNumber" });
    const again = await ensureOpening(
      parts(),
      () => Promise.reject(new Error("measured again")),
      () => {},
    );
    expect(again).toEqual({ contracts, collection });
    expect(await rig.chain.request({ method: "eth_blockNumber" })).toBe(height);
    const [opened] = await rig.store.query("select args from eth_event where name = 'RoundOpened'");
    expect(opened).toMatchObject({ args: { round: "1", target: openingTarget(5e6).toString() } });
  });

  test("killed after any transaction, node or anvil or both, it goes on and ends the same", async () => {
    class Killed extends Error {}
    /** Dies at its next transaction, before or after the chain has it. */
    const dying = (before: boolean): EthChain => ({
      ...rig.chain,
      kind: "embedded",
      async request(call) {
        if (call.method === "eth_sendRawTransaction") {
          if (!before) await rig.chain.request(call);
          throw new Killed();
        }
        return rig.chain.request(call);
      },
    });
    let kills = 0;
    for (let sends = 0; sends < 9; sends++) {
      await ensureOpening(parts(dying(sends % 2 === 0)), rate, () => {}).catch((error: unknown) => {
        if (!(error instanceof Killed)) throw error;
        kills++;
      });
      if (sends % 3 === 0) await rig.killAnvil();
    }
    expect(kills).toBeGreaterThan(5);
    const { collection } = await ensureOpening(parts(), rate, () => {});
    expect(collection.terms.initialTarget).toBe(openingTarget(5e6));
    expect(await rig.store.query("select 1 from collection")).toHaveLength(1);
    const failed = await rig.store.query("select purpose from outbox where state = 'failed'");
    expect(failed).toEqual([]);
  });

  test("on another chain nothing is written", async () => {
    const other: EthChain = { ...rig.chain, kind: "real", chainId: 1, actors: [] };
    await expect(ensureOpening(parts(other), rate, () => {})).rejects.toThrowErrorMatchingInlineSnapshot(
      `[ChainNotWritableError: This node does not write to the Ethereum chain 1: it holds no key for it.]`,
    );
  });

  test("rounds tell the terms; the keeper turns one that nobody found a claim in, and no other", async () => {
    const deps = parts();
    const { collection } = await ensureOpening(deps, rate, () => {});
    const rounds = createRounds(deps);
    const told: number[] = [];
    rounds.listen((terms) => told.push(...terms.map(({ round }) => round)));
    await rounds.refresh();
    expect(rounds.terms()).toMatchObject([
      {
        chainId: 31337n,
        collection: collection.address,
        round: 1,
        target: openingTarget(5e6),
        owner: rig.chain.actors[1]?.address,
      },
    ]);
    expect(await rounds.keep()).toBe(false);
    // Four times 320 s later nobody has forged, and the chain would let anybody turn.
    await rig.chain.request({ method: "evm_increaseTime", params: [1_281] });
    await rig.chain.request({ method: "evm_mine" });
    const later = createRounds({ ...deps, clock: { ...clock, now: () => Date.now() + 1_281_000 } });
    await rig.store.query(
      `insert into claim (token_id, collection, round, recipient, anchor, header, coinbase, branch, worker, found_at, log2)
       values ('00', $1, 1, '', '', '', '', '', '', 0, 0)`,
      [collection.address],
    );
    expect(await later.keep()).toBe(false);
    await rig.store.query("delete from claim");
    expect(await later.keep()).toBe(true);
    await rounds.refresh();
    expect(told).toEqual([1, 2]);
    expect(await later.keep()).toBe(false);
  });
});

test("the opening target is met after ten seconds on average, and is never easier than the factory takes", () => {
  expect(Number((1n << 256n) / openingTarget(5e6))).toBeCloseTo(5e7, -1);
  expect(openingTarget(0)).toBe((1n << 254n) - 1n);
});
