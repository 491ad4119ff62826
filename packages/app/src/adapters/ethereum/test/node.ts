/**
 * The whole Ethereum side on one anvil and store, with an opening collection that any fourth hash meets.
 * @module
 */
import { randomBytes } from "node:crypto";
import { createFollower, type Follower } from "@carrara/core/ethereum/follower";
import { createOutbox, type Outbox } from "@carrara/core/ethereum/outbox";
import { createForge, type Forge } from "@carrara/core/forge/forge";
import { createMarket, type Market } from "@carrara/core/market/market";
import type { Actor } from "@carrara/core/ports/ethereum";
import type { Store } from "@carrara/core/ports/store";
import { ensureOpening, type Opened } from "@carrara/core/studio/opening";
import { createRounds, type Rounds } from "@carrara/core/studio/rounds";
import type { ForgeTerms } from "@carrara/mining/stratum/session";
import { readSeaportCode } from "../seaport.ts";
import { clock, openRig, type Rig } from "./rig.ts";

export interface TestNode extends Rig, Opened {
  outbox: Outbox;
  follower: Follower;
  rounds: Rounds;
  forge: Forge;
  market: Market;
  artist: Actor;
  miner: Actor;
  collector: Actor;
  /** Of the present round. */
  terms(): Promise<ForgeTerms>;
  balance(address: string): Promise<bigint>;
}

export async function openTestNode(open: () => Promise<Store>): Promise<TestNode> {
  const rig = await openRig(open);
  try {
    return await openOn(rig);
  } catch (error) {
    await rig.end();
    throw error;
  }
}

async function openOn(rig: Rig): Promise<TestNode> {
  const { store, chain } = rig;
  const log = (line: string) => rig.lines.push(line);
  const outbox = createOutbox({ store, chain, clock, log });
  const follower = createFollower({ store, chain, clock, log });
  const deps = { store, chain, outbox, follower, clock };
  const opened = await ensureOpening(
    { ...deps, seaport: readSeaportCode() },
    async () => 0,
    () => {},
  );
  const rounds = createRounds(deps);
  const [artist, miner, collector] = chain.actors as [Actor, Actor, Actor];
  return {
    ...rig,
    ...opened,
    outbox,
    follower,
    rounds,
    forge: createForge(deps),
    market: createMarket({ ...deps, random: (length) => new Uint8Array(randomBytes(length)) }),
    artist,
    miner,
    collector,
    async terms() {
      await rounds.refresh();
      const [terms] = rounds.terms();
      if (!terms) throw new Error("no collection is open");
      return terms;
    },
    balance: async (address) =>
      BigInt(String(await chain.request({ method: "eth_getBalance", params: [address, "latest"] }))),
  };
}
