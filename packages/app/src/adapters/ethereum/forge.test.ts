import { fromHex, toHex } from "@carrara/base/bytes";
import { explain } from "@carrara/base/errors";
import { address } from "@carrara/base/units";
import { nameOf } from "@carrara/core/ethereum/actors";
import { forgeCall } from "@carrara/core/forge/forge";
import { readProvenance } from "@carrara/core/forge/provenance";
import { countByCollection, countPieces, readPiece, readPieces } from "@carrara/core/forge/state";
import type { ClaimRecord } from "@carrara/core/quarry/records";
import { createRounds } from "@carrara/core/studio/rounds";
import { commitment, commitmentScript } from "@carrara/mining/commitment";
import { sha256d } from "@carrara/mining/hash";
import type { ForgeTerms } from "@carrara/mining/stratum/session";
import { meets } from "@carrara/mining/target";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { mineClaim, storeClaim } from "./test/claim.ts";
import { openTestNode, type TestNode } from "./test/node.ts";
import { clock, stores } from "./test/rig.ts";

describe.each(stores)("forge on $name", ({ open }) => {
  let node: TestNode;
  let terms: ForgeTerms;
  beforeAll(async () => {
    node = await openTestNode(open);
    terms = await node.terms();
  });
  afterAll(() => node?.end());
  const state = async (tokenId: string) => (await readPiece(node.store, clock.now(), tokenId))?.state;

  test("a claim becomes a token of the recipient that it names, whoever sends", async () => {
    const claim = await storeClaim(node.store, terms);
    expect(await state(claim.tokenId)).toBe("claim");
    const sent = await node.forge.forge(claim.tokenId, "collector");
    expect(sent).toMatchObject({ tokenId: claim.tokenId, state: "forged" });
    expect(await readPiece(node.store, clock.now(), claim.tokenId)).toMatchObject({
      state: "forged",
      owner: node.miner.address,
      miner: node.miner.address,
      edition: 1,
      round: 1,
      forgedTx: sent.txHash,
      worker: claim.worker,
    });
    await expect(node.forge.forge(claim.tokenId, "miner")).rejects.toMatchObject({ code: "already-forged" });
    const history = await readProvenance(node.store, claim.tokenId, (who) => nameOf(node.chain, who));
    expect(history.map(({ kind, text }) => [kind, text])).toEqual([
      ["found", `Found by cpu, rarity 1 in 2^${claim.log2.toFixed(1)}`],
      ["forged", "Forged for miner in round 1"],
    ]);
    expect(history[1]).toMatchObject({ txHash: sent.txHash, gasUsed: expect.any(Number) });
  });

  test("an id that nobody has found, and an actor on a chain without any", async () => {
    await expect(node.forge.forge("ab".repeat(32), "miner")).rejects.toMatchObject({ code: "piece-unknown" });
  });

  test("forging twice at once sends one transaction", async () => {
    const { tokenId } = await storeClaim(node.store, terms);
    const both = await Promise.allSettled([node.forge.forge(tokenId, "miner"), node.forge.forge(tokenId, "miner")]);
    expect(both.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    expect(await node.store.query("select 1 from outbox where token_id = $1", [tokenId])).toHaveLength(1);
  });

  test("a token that was forged by a stranger's node is known by its event", async () => {
    const claim = mineClaim(terms, { recipient: node.artist.address });
    const data = forgeCall({ ...claim, collection: node.collection.address, recipient: node.artist.address });
    const { hash } = await node.outbox.send({
      from: node.collector,
      to: node.collection.address,
      data,
      purpose: { kind: "test" },
    });
    await node.outbox.settled(hash);
    await node.follower.poll();
    const piece = await readPiece(node.store, clock.now(), claim.tokenId);
    expect(piece).toMatchObject({ state: "forged", owner: node.artist.address, foundAt: null, worker: null });
    expect(piece?.log2).toBeCloseTo(claim.log2, 6);
  });

  /** Each tampering of the proof, and the sentence that tells it. */
  const tag = (anchor: Uint8Array) =>
    commitmentScript(
      commitment({ chainId: 31337n, collection: node.collection.address, recipient: node.miner.address, anchor }),
    );
  const tampered: Record<string, () => Partial<ClaimRecord>> = {
    // Of the changed headers one that is not by luck as rare again.
    "a header that was changed": () => {
      const { header } = mineClaim(terms);
      const changed = Array.from({ length: 32 }, (_, i) => flipped(header, 36 + i));
      return { header: changed.find((one) => !meets(sha256d(one), terms.target)) ?? header };
    },
    "a header that is too short": () => ({ header: mineClaim(terms).header.slice(1) }),
    "a coinbase that was changed": () => {
      const base = mineClaim(terms);
      return { ...base, coinbase: flipped(base.coinbase, 47) };
    },
    "a branch that was changed": () => {
      const base = mineClaim(terms);
      return { ...base, branch: [...base.branch].reverse() };
    },
    "a branch that is too long": () => ({
      ...mineClaim(terms),
      branch: Array.from({ length: 33 }, () => new Uint8Array(32)),
    }),
    "another's recipient": () => ({ ...mineClaim(terms), recipient: node.collector.address }),
    "work for another collection": () => ({
      ...mineClaim({ ...terms, collection: address(`0x${"12".repeat(20)}`) }),
      collection: node.collection.address,
    }),
    "work for another chain": () => mineClaim({ ...terms, chainId: 1n }),
    "an anchor of no round": () => mineClaim({ ...terms, anchor: new Uint8Array(32).fill(3) }),
    "a 64-byte transaction": () => ({ ...mineClaim(terms), coinbase: new Uint8Array(64) }),
    "a coinbase with bytes behind it": () => {
      const base = mineClaim(terms);
      return { ...base, coinbase: Uint8Array.of(...base.coinbase, 0) };
    },
    "no commitment": () => mineClaim(terms, { outputs: [] }),
    "two commitments": () => mineClaim(terms, { outputs: [tag(terms.anchor), tag(terms.anchor)] }),
    "a target that is missed": () => mineClaim(terms, { above: true }),
    "a round that is still to come": () => ({ ...mineClaim(terms), round: 7 }),
  };

  test.each(Object.keys(tampered))("refused with a sentence: %s", async (name) => {
    const claim = { ...mineClaim(terms), ...tampered[name]?.() } as ClaimRecord;
    const { tokenId } = claim;
    await node.store.query("delete from claim where token_id = $1", [tokenId]);
    const { branch } = claim;
    await node.store.query(
      `insert into claim (token_id, collection, round, recipient, anchor, header, coinbase, branch, worker, found_at, log2)
       values ($1, $2, $3, $4, $5, $6, $7, $8, 'w', 1, 2)`,
      [
        tokenId,
        claim.collection,
        claim.round,
        claim.recipient,
        toHex(terms.anchor),
        claim.header,
        claim.coinbase,
        fromHex(branch.map(toHex).join("")),
      ],
    );
    const error = await node.forge.forge(tokenId, "miner").catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: expect.stringMatching(/^(forge-refused|claim-lapsed)$/) });
    expect(explain(error).replace(/0x[0-9a-f]{40,}/g, "0x…")).toBe(SENTENCES[name]);
    expect(await node.store.query("select 1 from outbox where token_id = $1", [tokenId])).toEqual([]);
    await node.store.query("delete from claim where token_id = $1", [tokenId]);
  });

  test("gallery: newest first, by state, page by page, with counts", async () => {
    const claim = await storeClaim(node.store, terms);
    const all = await readPieces(node.store, clock.now(), { limit: 100 });
    expect(all[0]?.tokenId).toBe(claim.tokenId);
    const counts = await countPieces(node.store, clock.now());
    expect(counts).toEqual({ all: all.length, claim: 1, forged: all.length - 1, listed: 0, sold: 0 });
    const first = await readPieces(node.store, clock.now(), { limit: 2 });
    const after = first[1]?.tokenId ?? "";
    const rest = await readPieces(node.store, clock.now(), { limit: 100, after });
    expect([...first, ...rest].map(({ tokenId }) => tokenId)).toEqual(all.map(({ tokenId }) => tokenId));
    expect(await readPieces(node.store, clock.now(), { limit: 9, state: "claim" })).toHaveLength(1);
    expect(await readPieces(node.store, clock.now(), { limit: 9, collection: `0x${"12".repeat(20)}` })).toEqual([]);
    expect(await countByCollection(node.store)).toEqual([
      { address: node.collection.address, name: node.collection.name, count: all.length },
    ]);
  });

  test("a reorganisation undoes the forge and everything that followed from it; the outbox does it again", async () => {
    const { tokenId } = await storeClaim(node.store, terms);
    await node.forge.forge(tokenId, "miner");
    expect(await state(tokenId)).toBe("forged");
    await node.chain.request({ method: "anvil_rollback", params: [1] });
    await node.follower.poll();
    expect(await state(tokenId)).toBe("forging");
    expect(await readPiece(node.store, clock.now(), tokenId)).toMatchObject({ owner: null, edition: null });
    await node.outbox.sync();
    await expect
      .poll(
        async () => {
          await node.follower.poll();
          return state(tokenId);
        },
        { timeout: 20_000 },
      )
      .toBe("forged");
  });

  test("a round turns when it is full; claims of the one before are still taken, older ones lapse", async () => {
    const waiting = await storeClaim(node.store, terms);
    const late = await storeClaim(node.store, terms);
    const { expected } = node.rounds.states()[0] ?? { expected: 0 };
    for (let i = 0; i < 2; i++) {
      const present = await node.terms();
      for (let made = node.rounds.states()[0]?.mints ?? 0; made < expected; made++) {
        const claim = mineClaim(present);
        const data = forgeCall({ ...claim, collection: node.collection.address, recipient: node.miner.address });
        await node.outbox.send({
          from: node.miner,
          to: node.collection.address,
          data,
          gas: 400_000n,
          purpose: { kind: "test" },
        });
      }
      expect(await node.rounds.keep()).toBe(false);
      await node.chain.request({ method: "evm_increaseTime", params: [81] });
      await node.chain.request({ method: "evm_mine" });
      const stamp = Number(
        (
          (await node.chain.request({ method: "eth_getBlockByNumber", params: ["latest", false] })) as {
            timestamp: string;
          }
        ).timestamp,
      );
      const later = { ...clock, now: () => Math.max(Date.now(), stamp * 1000) };
      await expect.poll(() => createRounds({ ...node, clock: later }).keep(), { timeout: 20_000 }).toBe(true);
      expect((await node.terms()).round).toBe(i + 2);
      if (i === 0) expect(await node.forge.forge(waiting.tokenId, "miner")).toMatchObject({ state: "forged" });
    }
    await node.follower.poll();
    expect(await readPiece(node.store, clock.now(), late.tokenId)).toMatchObject({
      state: "lapsed",
      problem: "It was found in round 1; the present one is 3, and only the last two are taken.",
    });
    await expect(node.forge.forge(late.tokenId, "miner")).rejects.toMatchObject({ code: "claim-lapsed" });
  });

  test("an anvil that lost everything is filled again from the outbox; work for rounds that opened anew lapses with the reason", async () => {
    const whole = await openTestNode(open);
    try {
      const present = await whole.terms();
      const { tokenId } = await storeClaim(whole.store, present);
      await whole.forge.forge(tokenId, "miner");
      // The only dump is that of the empty chain.
      await whole.killAnvil();
      await whole.outbox.sync();
      const [made] = await whole.store.query<{ hash: `0x${string}` }>(
        "select hash from outbox where purpose ->> 'kind' = 'forge'",
      );
      await whole.outbox.settled(made?.hash ?? "0x");
      await whole.follower.poll();
      const again = await whole.terms();
      expect(again).toMatchObject({ collection: present.collection, round: 1 });
      expect(again.anchor).not.toEqual(present.anchor);
      expect(await readPiece(whole.store, clock.now(), tokenId)).toMatchObject({
        state: "lapsed",
        problem: "The chain went back and opened round 1 anew; work for the old one no longer counts.",
      });
      const next = await storeClaim(whole.store, again);
      expect(await whole.forge.forge(next.tokenId, "miner")).toMatchObject({ state: "forged" });
    } finally {
      await whole.end();
    }
  });

  function flipped(bytes: Uint8Array, at: number): Uint8Array {
    const copy = Uint8Array.from(bytes);
    copy[at] = (copy[at] ?? 0) ^ 1;
    return copy;
  }
});

/** The whole text of each refusal; addresses and hashes are left out. */
const SENTENCES: Record<string, string> = {
  "a 64-byte transaction":
    "The contract refuses the claim. The coinbase has 64 bytes; 65 to 1000 are taken (one of 64 could be an inner node of the tree). Forge with the header, coinbase and branch that the pool kept; they prove one share and no other.",
  "a branch that is too long":
    "The contract refuses the claim. The branch has 33 nodes; 32 are the most. Forge with the header, coinbase and branch that the pool kept; they prove one share and no other.",
  "a branch that was changed":
    "The contract refuses the claim. Coinbase and branch lead to the merkle root 0x…, but the header holds 0x…. Header, coinbase or branch was changed, or the coinbase is not the first leaf. Forge with the header, coinbase and branch that the pool kept; they prove one share and no other.",
  "a coinbase that was changed":
    "The contract refuses the claim. Coinbase and branch lead to the merkle root 0x…, but the header holds 0x…. Header, coinbase or branch was changed, or the coinbase is not the first leaf. Forge with the header, coinbase and branch that the pool kept; they prove one share and no other.",
  "a coinbase with bytes behind it":
    "The contract refuses the claim. 1 bytes follow after the coinbase. Forge with the header, coinbase and branch that the pool kept; they prove one share and no other.",
  "a header that is too short":
    "The contract refuses the claim. The header has 79 bytes, not 80. Forge with the header, coinbase and branch that the pool kept; they prove one share and no other.",
  "a header that was changed":
    "The contract refuses the claim. The hash 0x… is above the round's target 0x…. This share is too common. Mine on.",
  "a round that is still to come":
    "The claim can no longer be forged. Round 7 has not been opened; the present one is 1. Mine on: new claims are of the present round.",
  "a target that is missed":
    "The contract refuses the claim. The hash 0x… is above the round's target 0x…. This share is too common. Mine on.",
  "an anchor of no round":
    "The contract refuses the claim. The coinbase commits to 0x…, wanted is 0x…: the work is for another recipient, collection, chain or round. Forge it where it was mined for; work cannot be moved.",
  "another's recipient":
    "The contract refuses the claim. The coinbase commits to 0x…, wanted is 0x…: the work is for another recipient, collection, chain or round. Forge it where it was mined for; work cannot be moved.",
  "no commitment":
    "The contract refuses the claim. No output of the coinbase carries the claim's tag. Mine with a job of this collection; a tag elsewhere than in an output does not count.",
  "two commitments":
    "The contract refuses the claim. A second tagged output begins at byte 133 of the coinbase. One header counts for one claim: a coinbase with two is void.",
  "work for another chain":
    "The contract refuses the claim. The coinbase commits to 0x…, wanted is 0x…: the work is for another recipient, collection, chain or round. Forge it where it was mined for; work cannot be moved.",
  "work for another collection":
    "The contract refuses the claim. The coinbase commits to 0x…, wanted is 0x…: the work is for another recipient, collection, chain or round. Forge it where it was mined for; work cannot be moved.",
};
