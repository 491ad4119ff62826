import { type Address, address } from "@carrara/base/units";
import { EthRpcError } from "@carrara/core/ethereum/errors";
import { createFollower, type Follower, type FollowerNews } from "@carrara/core/ethereum/follower";
import { createOutbox, type Outbox } from "@carrara/core/ethereum/outbox";
import { seaportAbi } from "@carrara/core/market/seaport";
import type { Actor, EthChain } from "@carrara/core/ports/ethereum";
import { concatHex, encodeEventTopics, numberToHex } from "viem";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { clock, openRig, type Rig, stores } from "./test/rig.ts";

/**
 * Runtime code that emits CounterIncremented(calldata word 0, caller): a Seaport as far as the follower can see.
 * CALLDATALOAD(0) -> MSTORE(0); LOG2(0, 32, topic, CALLER).
 */
function emitter(): `0x${string}` {
  const [topic] = encodeEventTopics({ abi: seaportAbi, eventName: "CounterIncremented" });
  const runtime = concatHex(["0x5f355f52337f", topic as `0x${string}`, "0x60205fa200"]);
  const size = (runtime.length - 2) / 2;
  return concatHex(["0x60", numberToHex(size, { size: 1 }), "0x8060095f395ff3", runtime]);
}

describe.each(stores)("follower on $name", ({ open }) => {
  let rig: Rig;
  let outbox: Outbox;
  let follower: Follower;
  let artist: Actor;
  let contract: Address;
  const news: FollowerNews[] = [];

  beforeAll(async () => {
    rig = await openRig(open);
    outbox = createOutbox({ store: rig.store, chain: rig.chain, clock });
    [artist] = rig.chain.actors as [Actor];
    contract = await deploy();
  });
  afterAll(() => rig.end());
  beforeEach(async () => {
    await rig.store.query("delete from eth_event");
    await rig.store.query("delete from eth_block");
    await rig.store.query("delete from eth_watch");
    follower = createFollower({ store: rig.store, chain: rig.chain, clock, batch: 7 });
    follower.listen((one) => news.push(one));
    await follower.watch(contract, "seaport", 0);
    await follower.poll();
    news.length = 0;
  });

  async function deploy(): Promise<Address> {
    const { hash } = await outbox.send({ from: artist, data: emitter(), purpose: { kind: "test" } });
    await outbox.settled(hash);
    const receipt = await rig.chain.request({ method: "eth_getTransactionReceipt", params: [hash] });
    return address((receipt as { contractAddress: string }).contractAddress);
  }
  const emit = async (value: number, to = contract) => {
    const { hash } = await outbox.send({
      from: artist,
      to,
      data: numberToHex(value, { size: 32 }),
      purpose: { kind: "test" },
    });
    return outbox.settled(hash);
  };
  const stored = async () =>
    (
      await rig.store.query<{ n: string }>(
        "select args ->> 'newCounter' as n from eth_event order by block_number, log_index",
      )
    ).map(({ n }) => Number(n));
  const mine = (blocks: number) => rig.chain.request({ method: "anvil_mine", params: [`0x${blocks.toString(16)}`] });

  test("events are read once, decoded, with the time of their block", async () => {
    const before = await stored();
    await emit(101);
    const { block } = await emit(102);
    await follower.poll();
    await follower.poll();
    expect(await stored()).toEqual([...before, 101, 102]);
    const [row] = await rig.store.query("select * from eth_event order by block_number desc limit 1");
    expect(row).toMatchObject({
      name: "CounterIncremented",
      address: contract,
      args: { newCounter: "102", offerer: artist.address },
    });
    expect(Number((row as { block_number: string }).block_number)).toBe(block);
    expect(Math.abs(Number((row as { time: string }).time) - Date.now())).toBeLessThan(120_000);
    expect(news.filter(({ type }) => type === "head")).toHaveLength(1);
  });

  test("ranges longer than a batch are read in parts, and a host that refuses a range gets smaller ones", async () => {
    await mine(30);
    await emit(201);
    await follower.poll();
    const all = await stored();
    let refused = 0;
    const picky: EthChain = {
      ...rig.chain,
      kind: "embedded",
      request(call) {
        const [filter] = (call.params ?? []) as { fromBlock: string; toBlock: string }[];
        if (call.method === "eth_getLogs" && filter && Number(filter.toBlock) - Number(filter.fromBlock) > 3) {
          refused++;
          throw new EthRpcError("eth_getLogs", -32005, "query returned more than 3 blocks", undefined);
        }
        return rig.chain.request(call);
      },
    };
    await rig.store.query("delete from eth_event");
    await rig.store.query("delete from eth_block");
    await rig.store.query("update eth_watch set scanned_to = -1");
    await createFollower({ store: rig.store, chain: picky, clock }).poll();
    expect(await stored()).toEqual(all);
    expect(refused).toBeGreaterThan(0);
  });

  test("a contract that becomes known later is read from its beginning", async () => {
    const late = await deploy();
    const { block } = await emit(301, late);
    await emit(302, late);
    await mine(20);
    await follower.poll();
    expect(await stored()).not.toContain(301);
    await follower.watch(late, "seaport", block ?? 0);
    await follower.poll();
    expect(await stored()).toEqual(expect.arrayContaining([301, 302]));
  });

  test("a reorganisation takes back what it removed and reads what came instead", async () => {
    await emit(401);
    await follower.poll();
    const kept = await stored();
    await emit(402);
    await emit(403);
    await follower.poll();
    expect(await stored()).toEqual([...kept, 402, 403]);
    // The last two blocks are replaced: by one with another event, and an empty one.
    const nonce =
      Number(await rig.chain.request({ method: "eth_getTransactionCount", params: [artist.address, "latest"] })) - 2;
    const raw = await artist.signTransaction({
      chainId: 31337,
      nonce,
      to: contract,
      data: numberToHex(499, { size: 32 }),
      value: 0n,
      gas: 100_000n,
      maxFeePerGas: 10n ** 11n,
      maxPriorityFeePerGas: 1n,
    });
    await rig.chain.request({ method: "anvil_reorg", params: [2, [[raw, 0]]] });
    news.length = 0;
    await follower.poll();
    expect(await stored()).toEqual([...kept, 499]);
    expect(news[0]).toMatchObject({ type: "undone", events: 2 });
  });

  test("a chain that became shorter is noticed", async () => {
    await emit(501);
    await follower.poll();
    const kept = await stored();
    await emit(502);
    await follower.poll();
    await rig.chain.request({ method: "anvil_rollback", params: [1] });
    await follower.poll();
    expect(await stored()).toEqual(kept);
  });

  test("evm_revert to a snapshot is noticed even when the chain has grown as long again", async () => {
    const snapshot = await rig.chain.request({ method: "evm_snapshot" });
    const kept = await stored();
    await emit(601);
    await follower.poll();
    await rig.chain.request({ method: "evm_revert", params: [snapshot] });
    await mine(3);
    await follower.poll();
    expect(await stored()).toEqual(kept);
  });

  test("an anvil killed and restored from an older dump heals: undone, sent again, read again", async () => {
    // What the tests before took out of the chain, the outbox puts back: that is what it is for.
    await outbox.sync();
    await follower.poll();
    await rig.chain.dump();
    const kept = await stored();
    await emit(701);
    await emit(702);
    await follower.poll();
    expect(await stored()).toEqual([...kept, 701, 702]);
    await rig.killAnvil();
    await follower.poll();
    expect(await stored()).toEqual(kept);
    await outbox.sync();
    await expect
      .poll(
        async () => {
          await follower.poll();
          return stored();
        },
        { timeout: 20_000 },
      )
      .toEqual([...kept, 701, 702]);
  });

  test("a reorganisation in the middle of reading leaves nothing false", async () => {
    await emit(801);
    await follower.poll();
    const kept = await stored();
    await emit(802);
    let once = true;
    const shaky: EthChain = {
      ...rig.chain,
      kind: "embedded",
      async request(call) {
        const answer = await rig.chain.request(call);
        if (call.method === "eth_getLogs" && once) {
          once = false;
          await rig.chain.request({ method: "anvil_rollback", params: [2] });
          await mine(4);
        }
        return answer;
      },
    };
    const other = createFollower({ store: rig.store, chain: shaky, clock });
    await other.poll();
    await other.poll();
    expect(await stored()).toEqual(kept.slice(0, -1));
  });
});
