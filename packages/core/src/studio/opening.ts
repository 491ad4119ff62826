/**
 * The opening collection: on the embedded chain a newcomer finds one open, whose pieces this computer finds at a pace to
 * watch. Every step can be killed and is taken up again: contracts have addresses that follow from their bytes, and the
 * terms are written down before they are sent.
 * @module
 */
import { STYLES } from "@carrara/art/styles";
import { toHex } from "@carrara/base/bytes";
import { CarraraError, explain } from "@carrara/base/errors";
import { address } from "@carrara/base/units";
import { factoryAbi } from "@carrara/contracts/generated/Factory";
import { encodeFunctionData } from "viem";
import { actorOf } from "../ethereum/actors.ts";
import { hasCode, read } from "../ethereum/contract.ts";
import type { Follower } from "../ethereum/follower.ts";
import type { Outbox } from "../ethereum/outbox.ts";
import type { Clock } from "../ports/clock.ts";
import type { EthChain } from "../ports/ethereum.ts";
import type { Store } from "../ports/store.ts";
import { type Collection, collectionOnChain, findCollection, readCollections, saveCollection } from "./collections.ts";
import { type Contracts, lay, layings, type SeaportCode } from "./laying.ts";

/** Mean seconds to a claim at the measured hash rate. */
const CLAIM_SECONDS = 10;
/** E. A round lasts 320 s at that pace, and a claim is taken for two rounds: long enough to look at it. */
const MINTS_PER_ROUND = 32;
const SUPPLY_CAP = 1_000;
/** Half of the first sale and of royalties is the artist's. */
const ARTIST_BPS = 5_000;
const ROYALTY_BPS = 500;
/** The factory takes no easier target: one hash in four. */
const EASIEST_EVER = (1n << 254n) - 1n;

/** What opening needs. */
export interface OpeningDeps {
  store: Store;
  chain: EthChain;
  outbox: Outbox;
  follower: Follower;
  clock: Clock;
  seaport: SeaportCode;
  /** Name of one of the built-in styles. */
  style?: string;
}

/** What is there once all is laid. */
export interface Opened {
  contracts: Contracts;
  collection: Collection;
}

/**
 * The target whose claims take {@link CLAIM_SECONDS} on average at a hash rate.
 * @param hashRate H/s
 * @example openingTarget(5e6) // about 2^256 / 5e7
 */
export function openingTarget(hashRate: number): bigint {
  const hashes = BigInt(Math.max(4, Math.round(hashRate * CLAIM_SECONDS)));
  const target = (1n << 256n) / hashes;
  return target > EASIEST_EVER ? EASIEST_EVER : target;
}

/**
 * Lays contracts and opening collection where they are missing. Again: reads what is there.
 * @param hashRate measures, in H/s; asked only when terms have to be made
 * @param onProgress what is being done, as a line for the page
 * @throws ChainNotWritableError on any chain but the embedded one; LayingError; EthUnreachableError.
 */
export async function ensureOpening(
  deps: OpeningDeps,
  hashRate: () => Promise<number>,
  onProgress: (line: string) => void,
): Promise<Opened> {
  const { store, chain, outbox, follower, clock } = deps;
  const artist = actorOf(chain, "artist");
  // A chain restored from an older dump gets back first what it had.
  await outbox.sync();
  const present = await presentOpening(deps);
  if (present) return present;
  const all = layings(deps.seaport);
  const steps = all.length + 1;
  const contracts = await lay({ chain, outbox, store, actor: artist }, all, (done) => {
    if (done < steps - 1) onProgress(`laying contracts ${done + 1} of ${steps}`);
  });
  await setting(store, "ethereum.contracts", contracts);

  onProgress(`laying contracts ${steps} of ${steps}`);
  const plan = await planOf(store, deps.style, hashRate);
  const terms = { ...plan.terms, artist: artist.address };
  const style = `0x${plan.style}` as const;
  const make = { abi: factoryAbi, functionName: "create", args: [terms, style, plan.salt] } as const;
  const factory = { address: contracts.factory, abi: factoryAbi } as const;
  const where = address(
    await read(chain, { ...factory, functionName: "predict", args: [terms, style, plan.salt, artist.address] }),
  );
  if (!(await hasCode(chain, where))) {
    const [kept] = await store.query<{ hash: `0x${string}` }>(
      "select hash from outbox where purpose ->> 'kind' = 'collection' and purpose ->> 'address' = $1 and state <> 'failed'",
      [where],
    );
    const purpose = { kind: "collection", address: where };
    const hash =
      kept?.hash ??
      (await outbox.send({ from: artist, to: contracts.factory, data: encodeFunctionData(make), purpose })).hash;
    let entry = await outbox.settled(hash);
    while (entry.state === "sent") entry = await outbox.settled(hash);
    if (!(await hasCode(chain, where))) throw new OpeningError(entry.problem ?? "no code is there");
  }
  const collection = (await findCollection(store, where)) ?? {
    ...(await collectionOnChain(chain, where)),
    address: where,
    chainId: chain.chainId,
    opened: true,
    artistName: "The artist",
    styleName: plan.styleName,
    createdAt: clock.now(),
  };
  await saveCollection(store, collection);
  await watchAll(follower, contracts, collection);
  return { contracts, collection };
}

/** From the first block: the embedded chain is short, and nothing of it may be missed. */
async function watchAll(follower: Follower, contracts: Contracts, collection: Collection): Promise<void> {
  await follower.watch(collection.address, "collection", 0);
  await follower.watch(contracts.seaport, "seaport", 0);
  await follower.poll();
}

/** Written down before it is sent: the measured hash rate of a second try would give another collection. */
interface Plan {
  styleName: string;
  /** Hex without 0x. */
  style: string;
  salt: `0x${string}`;
  terms: {
    name: string;
    symbol: string;
    price: bigint;
    supplyCap: number;
    mintsPerRound: number;
    roundSeconds: number;
    royaltyBps: number;
    artistBps: number;
    initialTarget: bigint;
    easiestTarget: bigint;
  };
}

async function planOf(store: Store, styleName: string | undefined, hashRate: () => Promise<number>): Promise<Plan> {
  const [row] = await store.query<{ value: { style: string; bytes: string; target: string } }>(
    "select value from setting where name = 'studio.opening'",
  );
  let kept = row?.value;
  if (!kept) {
    const style = STYLES.find((one) => one.name === (styleName ?? OPENING_STYLE)) ?? STYLES[0];
    if (!style) throw new OpeningError("there is no built-in style");
    kept = { style: style.name, bytes: toHex(style.bytes), target: openingTarget(await hashRate()).toString() };
    await setting(store, "studio.opening", kept);
  }
  const target = BigInt(kept.target);
  return {
    styleName: kept.style,
    style: kept.bytes,
    salt: `0x${"00".repeat(32)}`,
    terms: {
      name: kept.style,
      symbol: kept.style.toUpperCase().slice(0, 8),
      price: 0n,
      supplyCap: SUPPLY_CAP,
      mintsPerRound: MINTS_PER_ROUND,
      roundSeconds: MINTS_PER_ROUND * CLAIM_SECONDS,
      royaltyBps: ROYALTY_BPS,
      artistBps: ARTIST_BPS,
      initialTarget: target,
      easiestTarget: target,
    },
  };
}

const OPENING_STYLE = "Duna";

async function setting(store: Store, name: string, value: unknown): Promise<void> {
  await store.query(
    "insert into setting (name, value) values ($1, $2) on conflict (name) do update set value = excluded.value",
    [name, JSON.stringify(value)],
  );
}

/**
 * What an earlier start laid, when the chain still has all of it. A newer program brings another renderer and so other
 * addresses; the collection that is open stays the one that is open.
 */
async function presentOpening({ store, chain, follower }: OpeningDeps): Promise<Opened | null> {
  const contracts = await contractsOf(store);
  const collection = (await readCollections(store)).find((one) => one.opened && one.chainId === chain.chainId);
  if (!contracts || !collection) return null;
  const all = [contracts.factory, contracts.renderer, contracts.seaport, collection.address];
  if (!(await Promise.all(all.map((one) => hasCode(chain, one)))).every(Boolean)) return null;
  await watchAll(follower, contracts, collection);
  return { contracts, collection };
}

/** Where the contracts were laid, or null before the first start is through. */
export async function contractsOf(store: Pick<Store, "query">): Promise<Contracts | null> {
  const [row] = await store.query<{ value: Contracts }>("select value from setting where name = 'ethereum.contracts'");
  return row?.value ?? null;
}

/** The opening collection could not be made. */
export class OpeningError extends CarraraError {
  constructor(why: unknown) {
    super("not-ready", `The opening collection could not be made: ${typeof why === "string" ? why : explain(why)}.`, {
      hint: "Look into the log of the node; it is tried again at the next start.",
    });
  }
}
