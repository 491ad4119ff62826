import { bindChain } from "@carrara/core/ethereum/identity";
import { createOutbox, type Outbox, type OutboxEntry } from "@carrara/core/ethereum/outbox";
import type { Actor } from "@carrara/core/ports/ethereum";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { clock, openRig, type Rig, stores } from "./test/rig.ts";

/** Init code of a contract that always reverts with the four bytes deadbeef. */
const REVERTER = "0x6b63deadbeef5f526004601cfd5f52600c6014f3";

describe.each(stores)("outbox on $name", ({ open }) => {
  let rig: Rig;
  let outbox: Outbox;
  let artist: Actor;
  let miner: Actor;
  const told: OutboxEntry[] = [];

  beforeAll(async () => {
    rig = await openRig(open);
    outbox = createOutbox({ store: rig.store, chain: rig.chain, clock, log: (line) => rig.lines.push(line) });
    outbox.listen((entry) => told.push(entry));
    [artist, miner] = rig.chain.actors as [Actor, Actor];
  });
  afterAll(async () => {
    await outbox.stop();
    await rig.end();
  });
  beforeEach(() => {
    told.length = 0;
  });

  const pay = (value: bigint, from = artist) =>
    outbox.send({ from, to: miner.address, data: "0x", value, gas: 21_000n, purpose: { kind: "test" } });
  const count = async (actor: Actor) =>
    Number(await rig.chain.request({ method: "eth_getTransactionCount", params: [actor.address, "latest"] }));

  test("a transaction goes from sent to final, with its gas and fee", async () => {
    const next = await count(artist);
    const sent = await pay(1n);
    expect(sent).toMatchObject({ state: "sent", nonce: next, purpose: { kind: "test" } });
    const entry = await outbox.settled(sent.hash);
    expect(entry).toMatchObject({ state: "final", gasUsed: 21_000n, problem: null });
    expect(entry.feeWei).toBeGreaterThan(0n);
    expect(told.map(({ state }) => state)).toEqual(["sent", "final"]);
  });

  test("many at once get one nonce each", async () => {
    const entries = await Promise.all(Array.from({ length: 12 }, (_, i) => pay(BigInt(i))));
    const nonces = entries.map(({ nonce }) => nonce).sort((a, b) => a - b);
    expect(nonces).toEqual(nonces.map((_, i) => (nonces[0] ?? 0) + i));
    for (const { hash } of entries) expect(await outbox.settled(hash)).toMatchObject({ state: "final" });
  });

  test("what would revert is refused before anything is sent or stored", async () => {
    const deployed = await outbox.settled(
      (await outbox.send({ from: artist, data: REVERTER, purpose: { kind: "test" } })).hash,
    );
    const receipt = await rig.chain.request({ method: "eth_getTransactionReceipt", params: [deployed.hash] });
    const to = (receipt as { contractAddress: Actor["address"] }).contractAddress;
    const before = await count(artist);
    await expect(outbox.send({ from: artist, to, data: "0x", purpose: { kind: "test" } })).rejects.toMatchObject({
      code: "transaction-refused",
      message: "The contract refused with data 0xdeadbeef.",
    });
    expect(await count(artist)).toBe(before);
    // Sent blindly it fails in its block, and says why.
    const blind = await outbox.send({ from: artist, to, data: "0x", gas: 100_000n, purpose: { kind: "test" } });
    expect(await outbox.settled(blind.hash)).toMatchObject({
      state: "failed",
      problem: "The contract refused with data 0xdeadbeef.",
    });
    expect(await outbox.settled((await pay(1n)).hash)).toMatchObject({ state: "final" });
  });

  test("who cannot pay is told so", async () => {
    const rich = outbox.send({
      from: miner,
      to: artist.address,
      data: "0x",
      value: 10n ** 24n,
      purpose: { kind: "test" },
    });
    await expect(rich).rejects.toMatchObject({ code: "not-enough-eth" });
  });

  test("what would need more gas than EIP-7825 allows is refused", async () => {
    // JUMPDEST PUSH0 JUMP, for ever.
    const endless = outbox.send({ from: artist, data: "0x5b5f56", purpose: { kind: "test" } });
    await expect(endless).rejects.toMatchObject({ code: expect.stringMatching(/gas-cap|transaction-refused/) });
  });

  test("anvil killed with an old dump: all that was acknowledged is sent again, in order, also what had reverted", async () => {
    await rig.chain.dump();
    const before = await count(artist);
    const first = await pay(5n);
    const failing = await outbox.send({ from: artist, data: "0x5ffd", gas: 60_000n, purpose: { kind: "test" } });
    const last = await pay(7n);
    for (const { hash } of [first, failing, last]) await outbox.settled(hash);
    await rig.killAnvil();
    expect(await count(artist)).toBe(before);
    await outbox.sync();
    expect(await outbox.settled(last.hash)).toMatchObject({ state: "final" });
    expect(await count(artist)).toBe(before + 3);
    expect(await outbox.find(first.hash)).toMatchObject({ state: "final" });
    expect(await outbox.find(failing.hash)).toMatchObject({ state: "failed" });
    expect(rig.lines.join("\n")).toMatch(/sent transaction .* again/);
  });

  test("sent while anvil is being killed: kept, and mined when it is back", async () => {
    outbox.start();
    const before = await count(miner);
    const sends: Promise<OutboxEntry>[] = [];
    for (let i = 0; i < 20; i++) {
      sends.push(
        outbox.send({
          from: miner,
          to: artist.address,
          data: "0x",
          value: 1n,
          gas: 21_000n,
          purpose: { kind: "test" },
        }),
      );
      sends[i]?.catch(() => {});
      if (i === 8) await rig.killAnvil();
    }
    const done = await Promise.allSettled(sends);
    const kept = done.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
    for (const one of done)
      if (one.status === "rejected") expect(one.reason).toMatchObject({ code: "eth-unreachable" });
    for (const { hash } of kept) expect(await outbox.settled(hash)).toMatchObject({ state: "final" });
    // One that was stored when its caller heard of the outage is mined as well; none is mined twice.
    const rows = await rig.store.query("select 1 from outbox where sender = $1", [miner.address]);
    expect(rows.length).toBeGreaterThanOrEqual(kept.length);
    await expect.poll(() => count(miner), { timeout: 20_000 }).toBe(before + rows.length);
    await outbox.stop();
  });

  test("a new outbox on the same store goes on where the killed one stopped", async () => {
    await rig.chain.dump();
    const before = await count(artist);
    const entry = await pay(3n);
    await outbox.settled(entry.hash);
    await rig.killAnvil();
    const heir = createOutbox({ store: rig.store, chain: rig.chain, clock });
    heir.start();
    await expect.poll(() => count(artist), { timeout: 20_000 }).toBe(before + 1);
    expect(await heir.settled(entry.hash)).toMatchObject({ state: "final" });
    await heir.stop();
  });

  test("a nonce that somebody else used ends the transaction with the reason", async () => {
    await rig.chain.dump();
    const mine = await pay(11n);
    await outbox.settled(mine.hash);
    await rig.killAnvil();
    const fees = { gas: 21_000n, maxFeePerGas: 10n ** 11n, maxPriorityFeePerGas: 1n };
    const other = await artist.signTransaction({
      chainId: 31337,
      nonce: mine.nonce,
      to: miner.address,
      data: "0x",
      value: 999n,
      ...fees,
    });
    await rig.chain.request({ method: "eth_sendRawTransaction", params: [other] });
    await expect.poll(() => count(artist), { timeout: 20_000 }).toBe(mine.nonce + 1);
    expect(await outbox.settled(mine.hash)).toMatchObject({
      state: "failed",
      problem: `Another transaction of ${artist.address} took the nonce ${mine.nonce}.`,
    });
    expect(await outbox.settled((await pay(1n)).hash)).toMatchObject({ state: "final" });
  });

  test("one that can never be sent again leaves no gap before later ones", async () => {
    await rig.chain.dump();
    const poor = await pay(13n);
    const after = await pay(17n);
    await outbox.settled(after.hash);
    await rig.killAnvil();
    const balance = (wei: bigint) =>
      rig.chain.request({ method: "anvil_setBalance", params: [artist.address, `0x${wei.toString(16)}`] });
    await rig.store.query("update outbox set raw = '0x02c0' where hash = $1", [poor.hash]);
    await balance(10n ** 21n);
    expect(await outbox.settled(after.hash)).toMatchObject({ state: "final" });
    expect(await outbox.find(poor.hash)).toMatchObject({ state: "failed", block: null });
    expect(
      await rig.store.query("select 1 from outbox where purpose ->> 'kind' = 'gap' and state = 'final'"),
    ).toHaveLength(1);
  });

  test("a store of another chain is refused", async () => {
    await bindChain(rig.store, rig.chain);
    await bindChain(rig.store, rig.chain);
    await expect(bindChain(rig.store, { chainId: 1, kind: "real" })).rejects.toThrowErrorMatchingInlineSnapshot(
      `[OtherChainError: The store belongs to the embedded Ethereum chain 31337, but the node is set to the real chain 1.]`,
    );
  });
});
