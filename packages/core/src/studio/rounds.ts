/**
 * The rounds of all known collections: what a share must meet now, and the keeper that turns them on the embedded chain.
 *
 * The keeper turns a round only when it is full (E pieces forged) and may be turned, or when four times its expected time
 * has passed and nobody has found a claim in it. It never turns one in which claims wait: a claim is taken in its own
 * round and the next, so whoever looks at a picture for an hour before forging it finds it still forgeable.
 * @module
 */
import { fromHex, toHex } from "@carrara/base/bytes";
import { explain } from "@carrara/base/errors";
import type { Address } from "@carrara/base/units";
import { collectionAbi } from "@carrara/contracts/generated/Collection";
import type { ForgeTerms } from "@carrara/mining/stratum/session";
import { encodeFunctionData } from "viem";
import { read } from "../ethereum/contract.ts";
import { isUnreachable } from "../ethereum/errors.ts";
import type { Follower } from "../ethereum/follower.ts";
import type { Outbox } from "../ethereum/outbox.ts";
import { TransactionRefusedError } from "../ethereum/refusal.ts";
import type { Clock } from "../ports/clock.ts";
import type { EthChain } from "../ports/ethereum.ts";
import type { Store } from "../ports/store.ts";
import { type Collection, readCollections } from "./collections.ts";

/** Where a collection stands. */
export interface RoundState {
  collection: Address;
  round: number;
  anchor: `0x${string}`;
  target: bigint;
  /** ms since 1970. */
  openedAt: number;
  /** Pieces of this round's claims so far, and the most there can be. */
  taken: number;
  limit: number;
  /** ms since 1970; as things stand. */
  turnableAt: number;
  supply: number;
  cap: number;
  /** Pieces forged since the round opened, of whichever round's claims; with E of them it may be turned early. */
  mints: number;
  /** E. */
  expected: number;
}

/** Rounds, read from chain and kept. */
export interface Rounds {
  /** What a share must meet, per collection, as last read. Empty before the first `refresh`. */
  terms(): readonly ForgeTerms[];
  states(): readonly RoundState[];
  /** Reads all from chain; tells listeners when anything changed. */
  refresh(): Promise<void>;
  listen(listener: (terms: readonly ForgeTerms[]) => void): () => void;
  /** Turns what the keeper may turn now. True when something was turned. */
  keep(): Promise<boolean>;
  start(): void;
  stop(): Promise<void>;
}

/** What rounds need. */
export interface RoundsDeps {
  store: Store;
  chain: EthChain;
  outbox: Outbox;
  follower: Follower;
  clock: Clock;
  log?: (line: string) => void;
}

/** @example const rounds = createRounds({ store, chain, outbox, follower, clock }); rounds.start(); */
export function createRounds({ store, chain, outbox, follower, clock, log = () => {} }: RoundsDeps): Rounds {
  const listeners = new Set<(terms: readonly ForgeTerms[]) => void>();
  let states: readonly RoundState[] = [];
  let terms: readonly ForgeTerms[] = [];
  let fingerprint = "";
  let running = false;
  let cancelTimer: (() => void) | null = null;
  let working: Promise<unknown> = Promise.resolve();

  async function refresh(): Promise<void> {
    const collections = (await readCollections(store)).filter((one) => one.chainId === chain.chainId);
    states = await Promise.all(collections.map(stateOf));
    // Whose pieces they are when a miner names nobody; other chains have no owner here, so a miner must name one.
    const owner = chain.actors.find((actor) => actor.name === "miner")?.address;
    terms = owner
      ? states
          .filter((state) => state.round > 0 && state.supply < state.cap)
          .map(({ collection, round, anchor, target }) => ({
            chainId: BigInt(chain.chainId),
            collection,
            owner,
            round,
            anchor: fromHex(anchor),
            target,
          }))
      : [];
    const print = terms.map((one) => `${one.collection}/${one.round}/${one.target}/${toHex(one.anchor)}`).join(" ");
    if (print === fingerprint) return;
    fingerprint = print;
    for (const listener of listeners) listener(terms);
  }

  async function stateOf({ address, terms: fixed }: Collection): Promise<RoundState> {
    const at = { address, abi: collectionAbi } as const;
    const [{ mints, openedAt, turnableAt, present }, supply] = await Promise.all([
      read(chain, { ...at, functionName: "rounds" }),
      read(chain, { ...at, functionName: "totalSupply" }),
    ]);
    return {
      collection: address,
      round: Number(present.round),
      anchor: present.anchor,
      target: present.target,
      openedAt: Number(openedAt) * 1_000,
      taken: Number(present.taken),
      limit: Number(present.limit),
      turnableAt: Number(turnableAt) * 1_000,
      mints: Number(mints),
      supply: Number(supply),
      cap: fixed.supplyCap,
      expected: fixed.mintsPerRound,
    };
  }

  async function keep(): Promise<boolean> {
    const artist = chain.actors.find((actor) => actor.name === "artist");
    if (!artist) return false;
    await refresh();
    let turned = false;
    for (const state of states) {
      if (state.round === 0 || state.supply >= state.cap || clock.now() < state.turnableAt) continue;
      if (state.mints < state.expected && (await hasClaims(state))) continue;
      try {
        const data = encodeFunctionData({ abi: collectionAbi, functionName: "turn" });
        const purpose = { kind: "turn", collection: state.collection, round: String(state.round + 1) };
        const { hash } = await outbox.send({ from: artist, to: state.collection, data, purpose });
        await outbox.settled(hash);
        turned = true;
      } catch (error) {
        // Somebody else turned it, or the chain's clock is a second behind.
        if (!(error instanceof TransactionRefusedError)) throw error;
      }
    }
    if (turned) await follower.poll();
    return turned;
  }

  async function hasClaims({ collection, round }: RoundState): Promise<boolean> {
    const rows = await store.query("select 1 from claim where collection = $1 and round = $2 limit 1", [
      collection,
      round,
    ]);
    return rows.length > 0;
  }

  async function tick(): Promise<void> {
    working = keep().catch((error) => {
      if (!isUnreachable(error)) log(`rounds: ${explain(error)}`);
    });
    await working;
    if (running) cancelTimer = clock.after(KEEP_MS, () => void tick());
  }

  /** At once, not at the next tick: a job of a round that is over is work for nothing. */
  function soon(): void {
    if (!running) return;
    working = refresh().catch((error) => {
      if (!isUnreachable(error)) log(`rounds: ${explain(error)}`);
    });
  }

  follower.listen((news) => {
    if (news.type === "undone") soon();
    if (news.type === "events" && news.events.some(({ name }) => name === "RoundOpened" || name === "Forged")) soon();
  });

  return {
    terms: () => terms,
    states: () => states,
    refresh,
    listen(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    keep,
    start() {
      if (running) return;
      running = true;
      void tick();
    },
    async stop() {
      running = false;
      cancelTimer?.();
      await working;
    },
  };
}

const KEEP_MS = 5_000;
