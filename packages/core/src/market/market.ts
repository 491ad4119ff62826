/**
 * The market: listings are signed Seaport orders, kept here and checked again whenever they are used; buying is
 * Seaport's own `fulfillOrder`. Nobody holds a piece or the money.
 * @module
 */
import { bigintFromBE } from "@carrara/base/bytes";
import { CarraraError } from "@carrara/base/errors";
import { type Address, address } from "@carrara/base/units";
import { collectionAbi } from "@carrara/contracts/generated/Collection";
import { encodeFunctionData } from "viem";
import { actorOf } from "../ethereum/actors.ts";
import { read } from "../ethereum/contract.ts";
import type { Follower } from "../ethereum/follower.ts";
import { createLock } from "../ethereum/lock.ts";
import type { Outbox, Sending } from "../ethereum/outbox.ts";
import { type Refusal, TransactionRefusedError } from "../ethereum/refusal.ts";
import { PieceUnknownError, type Sent } from "../forge/forge.ts";
import { type PieceRow, readPiece } from "../forge/state.ts";
import type { Clock } from "../ports/clock.ts";
import type { ActorName, EthChain } from "../ports/ethereum.ts";
import type { Store } from "../ports/store.ts";
import { type Collection, findCollection } from "../studio/collections.ts";
import { contractsOf } from "../studio/opening.ts";
import {
  listingOrder,
  type OrderFacts,
  orderFault,
  PRICE_LEAST,
  PRICE_MOST,
  priceOf,
  type Share,
  shareOf,
} from "./order.ts";
import {
  type ConsiderationItem,
  type OfferItem,
  type OrderComponents,
  orderTypedData,
  seaportAbi,
  ZERO_BYTES32,
} from "./seaport.ts";

/** A listing that can be bought now. */
export interface OpenListing {
  orderHash: `0x${string}`;
  tokenId: string;
  seller: Address;
  priceWei: bigint;
  /** The share of artist or splitter inside the price. */
  artistWei: bigint;
  /** ms since 1970. */
  listedAt: number;
}

/** Lists, withdraws, buys. */
export interface Market {
  /**
   * Signs and keeps a listing; sends the approval of Seaport first when the seller has never given it. `txHash` is the
   * approval's, else the order's hash: signing is no transaction.
   * @throws CarraraError `piece-unknown`, `not-owner`, `already-listed`, `bad-price`, `not-ready`, `chain-not-writable`
   */
  list(tokenId: string, as: ActorName, priceWei: bigint): Promise<Sent>;
  /** Cancels the order on chain: a signature once given is worth something until then. @throws `not-listed`, `not-owner` */
  cancel(tokenId: string, as: ActorName): Promise<Sent>;
  /** @throws `not-listed`, `own-listing`, `not-enough-eth` */
  buy(tokenId: string, as: ActorName): Promise<Sent>;
  /**
   * Takes a signed order from elsewhere into the book, if there is nothing wrong with it.
   * @throws OrderRefusedError with what is wrong
   */
  take(order: OrderComponents, signature: `0x${string}`): Promise<OpenListing>;
  listing(tokenId: string): Promise<OpenListing | null>;
}

/** What the market needs. */
export interface MarketDeps {
  store: Store;
  chain: EthChain;
  outbox: Outbox;
  follower: Follower;
  clock: Clock;
  /** Unpredictable bytes, for the salt of an order. */
  random(length: number): Uint8Array;
}

/** @example await createMarket(deps).list(tokenId, "miner", 10n ** 17n) */
export function createMarket(deps: MarketDeps): Market {
  const { store, chain, outbox, follower, clock, random } = deps;
  const lock = createLock();

  async function list(tokenId: string, as: ActorName, priceWei: bigint): Promise<Sent> {
    const actor = actorOf(chain, as);
    if (priceWei < PRICE_LEAST || priceWei > PRICE_MOST) throw new BadPriceError(priceWei);
    const { piece, collection } = await tokenOf(tokenId);
    const facts = await factsOf(piece, collection);
    if (facts.owner !== actor.address) throw new NotOwnerError(tokenId, as, facts.owner);
    if (piece.state === "listed") throw new AlreadyListedError(tokenId);
    const approval = await approve(actor.address, as, facts.seaport, collection.address);
    const until = facts.now + LISTED_SECONDS;
    const order = listingOrder(facts, actor.address, priceWei, until, bigintFromBE(random(32)));
    const signature = await actor.signTypedData(orderTypedData(order, chain.chainId, facts.seaport));
    const { orderHash } = await keep(order, signature, facts);
    return { txHash: approval ?? orderHash, tokenId, state: "listed" };
  }

  /** Null when Seaport may already move the seller's pieces. */
  async function approve(owner: Address, as: ActorName, seaport: Address, collection: Address): Promise<string | null> {
    const args = [owner, seaport] as const;
    if (await read(chain, { address: collection, abi: collectionAbi, functionName: "isApprovedForAll", args }))
      return null;
    const data = encodeFunctionData({ abi: collectionAbi, functionName: "setApprovalForAll", args: [seaport, true] });
    const { hash } = await send({
      from: actorOf(chain, as),
      to: collection,
      data,
      purpose: { kind: "approve", collection },
    });
    return hash;
  }

  /** Checks an order as if a stranger had given it, and keeps it. */
  async function keep(order: OrderComponents, signature: `0x${string}`, facts: OrderFacts): Promise<OpenListing> {
    const fault = await orderFault(order, signature, facts);
    if (fault) throw new OrderRefusedError(fault.code, fault.text);
    const at = { address: facts.seaport, abi: seaportAbi } as const;
    const orderHash = await read(chain, { ...at, functionName: "getOrderHash", args: [order] });
    const [, cancelled, filled] = await read(chain, { ...at, functionName: "getOrderStatus", args: [orderHash] });
    if (cancelled || filled > 0n)
      throw new OrderRefusedError("order-over", cancelled ? "It was withdrawn." : "It has been bought.");
    const row: OpenListing = {
      orderHash,
      tokenId: hexOf(facts.tokenId),
      seller: order.offerer,
      priceWei: priceOf(order),
      artistWei: shareOf(priceOf(order), facts.share),
      listedAt: clock.now(),
    };
    await store.query(
      `insert into listing (order_hash, collection, token_id, seller, price_wei, artist_wei, parameters, signature, counter, listed_at, ends_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) on conflict (order_hash) do nothing`,
      [
        orderHash,
        facts.collection,
        row.tokenId,
        row.seller,
        row.priceWei,
        row.artistWei,
        packOrder(order),
        signature,
        order.counter.toString(),
        row.listedAt,
        order.endTime * 1_000n,
      ],
    );
    return row;
  }

  async function take(order: OrderComponents, signature: `0x${string}`): Promise<OpenListing> {
    const plain = lowerCase(order);
    const tokenId = hexOf(plain.offer[0]?.identifierOrCriteria ?? 0n);
    const { piece, collection } = await tokenOf(tokenId);
    if (piece.state === "listed") throw new AlreadyListedError(tokenId);
    return keep(plain, signature, await factsOf(piece, collection));
  }

  async function cancel(tokenId: string, as: ActorName): Promise<Sent> {
    const actor = actorOf(chain, as);
    const { orderHash, order, seller } = await openOrder(tokenId);
    if (seller !== actor.address) throw new NotOwnerError(tokenId, as, seller);
    const { seaport } = await contracts();
    const data = encodeFunctionData({ abi: seaportAbi, functionName: "cancel", args: [[order]] });
    const { hash } = await send({
      from: actor,
      to: seaport,
      data,
      purpose: { kind: "cancel", order: orderHash },
      tokenId,
    });
    return { txHash: hash, tokenId, state: await stateOf(tokenId) };
  }

  async function buy(tokenId: string, as: ActorName): Promise<Sent> {
    const actor = actorOf(chain, as);
    const { orderHash, order, signature, seller } = await openOrder(tokenId);
    if (seller === actor.address) throw new OwnListingError(tokenId, as);
    const { piece, collection } = await tokenOf(tokenId);
    const facts = await factsOf(piece, collection);
    const fault = await orderFault(order, signature, facts);
    if (fault) throw new NotListedError(tokenId, fault.text);
    const { counter: _, ...parameters } = order;
    const full = { ...parameters, totalOriginalConsiderationItems: BigInt(order.consideration.length) };
    const data = encodeFunctionData({
      abi: seaportAbi,
      functionName: "fulfillOrder",
      args: [{ parameters: full, signature }, ZERO_BYTES32],
    });
    const value = priceOf(order);
    const purpose = { kind: "buy", order: orderHash, price: value.toString() };
    const { hash } = await send({ from: actor, to: facts.seaport, data, value, purpose, tokenId }, (refusal) =>
      OVER.has(refusal.name) ? new NotListedError(tokenId, refusal.text) : null,
    );
    return { txHash: hash, tokenId, state: await stateOf(tokenId) };
  }

  /** Sends and waits a little for the block. */
  async function send(sending: Sending, meaning: (refusal: Refusal) => CarraraError | null = () => null) {
    try {
      const sent = await outbox.send(sending);
      const entry = await outbox.settled(sent.hash, PATIENCE_MS);
      if (entry.state === "failed") throw new MarketRefusedError(entry.problem ?? "It reverted.");
      if (entry.state !== "sent") await follower.poll();
      return entry;
    } catch (error) {
      throw (error instanceof TransactionRefusedError && meaning(error.refusal)) || error;
    }
  }

  async function stateOf(tokenId: string) {
    return (await readPiece(store, clock.now(), tokenId))?.state ?? "forged";
  }

  async function contracts() {
    const found = await contractsOf(store);
    if (!found) throw new MarketNotReadyError();
    return found;
  }

  async function tokenOf(tokenId: string): Promise<{ piece: PieceRow; collection: Collection }> {
    const piece = await readPiece(store, clock.now(), tokenId);
    if (!piece) throw new PieceUnknownError(tokenId);
    const collection = await findCollection(store, piece.collection);
    if (!collection) throw new PieceUnknownError(tokenId);
    return { piece, collection };
  }

  /** From the chain itself, not from what was read of it some time ago. */
  async function factsOf(piece: PieceRow, collection: Collection): Promise<OrderFacts> {
    const { seaport } = await contracts();
    const tokenId = BigInt(`0x${piece.tokenId}`);
    const owner = await ownerOf(collection.address, tokenId);
    const block = (await chain.request({ method: "eth_getBlockByNumber", params: ["latest", false] })) as {
      timestamp: string;
    };
    const now = BigInt(Math.floor(clock.now() / 1_000));
    return {
      chainId: chain.chainId,
      seaport,
      collection: collection.address,
      tokenId,
      owner,
      share:
        piece.sales === 0
          ? { recipient: collection.artist, bps: collection.terms.artistBps }
          : await royaltyOf(collection, tokenId),
      counter: owner
        ? await read(chain, { address: seaport, abi: seaportAbi, functionName: "getCounter", args: [owner] })
        : 0n,
      now: BigInt(block.timestamp) > now ? BigInt(block.timestamp) : now,
    };
  }

  async function ownerOf(collection: Address, tokenId: bigint): Promise<Address | null> {
    try {
      return address(
        await read(chain, { address: collection, abi: collectionAbi, functionName: "ownerOf", args: [tokenId] }),
      );
    } catch (error) {
      if (error instanceof TransactionRefusedError) return null;
      throw error;
    }
  }

  /** ERC-2981, asked with a price of 10,000 so that the answer is in hundredths of a percent. */
  async function royaltyOf(collection: Collection, tokenId: bigint): Promise<Share> {
    const args = [tokenId, 10_000n] as const;
    const [recipient, bps] = await read(chain, {
      address: collection.address,
      abi: collectionAbi,
      functionName: "royaltyInfo",
      args,
    });
    return { recipient: address(recipient), bps: Number(bps) };
  }

  async function openOrder(
    tokenId: string,
  ): Promise<OpenListing & { order: OrderComponents; signature: `0x${string}` }> {
    const { piece } = await tokenOf(tokenId);
    const [row] = piece.orderHash
      ? await store.query<ListingRow>("select * from listing where order_hash = $1", [piece.orderHash])
      : [];
    if (!row) throw new NotListedError(tokenId, "");
    return { ...listingOf(row), order: unpackOrder(row.parameters), signature: row.signature };
  }

  return {
    list: (tokenId, as, priceWei) => lock(tokenId, () => list(tokenId, as, priceWei)),
    cancel: (tokenId, as) => lock(tokenId, () => cancel(tokenId, as)),
    buy: (tokenId, as) => lock(tokenId, () => buy(tokenId, as)),
    take: (order, signature) => lock(hexOf(order.offer[0]?.identifierOrCriteria ?? 0n), () => take(order, signature)),
    async listing(tokenId) {
      const piece = await readPiece(store, clock.now(), tokenId);
      if (!piece?.orderHash) return null;
      const [row] = await store.query<ListingRow>("select * from listing where order_hash = $1", [piece.orderHash]);
      return row ? listingOf(row) : null;
    },
  };
}

/** Thirty days: a forgotten listing must not sell a piece next year. */
const LISTED_SECONDS = 30n * 86_400n;
const PATIENCE_MS = 3_000;
/** Refusals of Seaport that mean: this listing is no more. */
const OVER = new Set([
  "OrderAlreadyFilled",
  "OrderIsCancelled",
  "InvalidTime",
  "InvalidSigner",
  "TransferFromIncorrectOwner",
  "NotOwnerNorApproved",
]);

interface ListingRow {
  order_hash: `0x${string}`;
  token_id: string;
  seller: Address;
  price_wei: string;
  artist_wei: string;
  parameters: PackedOrder;
  signature: `0x${string}`;
  listed_at: string;
}

function listingOf(row: ListingRow): OpenListing {
  return {
    orderHash: row.order_hash,
    tokenId: row.token_id,
    seller: row.seller,
    priceWei: BigInt(row.price_wei),
    artistWei: BigInt(row.artist_wei),
    listedAt: Number(row.listed_at),
  };
}

/** An order as JSON: bigint as decimal text. */
type Packed<T> = { [K in keyof T]: T[K] extends bigint ? string : T[K] };
type PackedOrder = Packed<Omit<OrderComponents, "offer" | "consideration">> & {
  offer: Packed<OfferItem>[];
  consideration: Packed<ConsiderationItem>[];
};

function packOrder(order: OrderComponents): string {
  return JSON.stringify(order, (_, value) => (typeof value === "bigint" ? value.toString() : value));
}

function unpackOrder(packed: PackedOrder): OrderComponents {
  const amounts = <T extends Packed<OfferItem>>(item: T) => ({
    ...item,
    identifierOrCriteria: BigInt(item.identifierOrCriteria),
    startAmount: BigInt(item.startAmount),
    endAmount: BigInt(item.endAmount),
  });
  return {
    ...packed,
    offer: packed.offer.map(amounts),
    consideration: packed.consideration.map(amounts),
    startTime: BigInt(packed.startTime),
    endTime: BigInt(packed.endTime),
    salt: BigInt(packed.salt),
    counter: BigInt(packed.counter),
  };
}

/** Wallets write addresses in EIP-55 case; here they are compared as text. */
function lowerCase(order: OrderComponents): OrderComponents {
  return {
    ...order,
    offerer: address(order.offerer),
    zone: address(order.zone),
    offer: order.offer.map((item) => ({ ...item, token: address(item.token) })),
    consideration: order.consideration.map((item) => ({
      ...item,
      token: address(item.token),
      recipient: address(item.recipient),
    })),
  };
}

function hexOf(tokenId: bigint): string {
  return tokenId.toString(16).padStart(64, "0");
}

/** The contracts are still being laid. */
export class MarketNotReadyError extends CarraraError {
  constructor() {
    super("not-ready", "The market is not open yet: its contracts are being laid.", {
      hint: "Try again in a moment.",
      retryable: true,
    });
  }
}

/** Only the owner sells, only the seller withdraws. */
export class NotOwnerError extends CarraraError {
  constructor(tokenId: string, as: ActorName, owner: string | null) {
    const who = owner === null ? "it has not been forged" : `it belongs to ${owner}`;
    super("not-owner", `The ${as} does not own the piece ${tokenId}: ${who}.`, {
      hint: owner === null ? "Forge it first." : "Act as its owner.",
    });
  }
}

/** One listing of a piece at a time. */
export class AlreadyListedError extends CarraraError {
  constructor(tokenId: string) {
    super("already-listed", `The piece ${tokenId} is listed.`, {
      hint: "Withdraw the listing first: its signature stays good until it is cancelled on chain.",
    });
  }
}

/** A price that nobody means. */
export class BadPriceError extends CarraraError {
  constructor(priceWei: bigint) {
    super("bad-price", `The price is ${priceWei} wei.`, { hint: `Give ${PRICE_LEAST} to ${PRICE_MOST} wei.` });
  }
}

/** There is nothing to buy or to withdraw. */
export class NotListedError extends CarraraError {
  constructor(tokenId: string, why: string) {
    super(
      "not-listed",
      `The piece ${tokenId} is not listed${why === "" ? "" : `: ${why}`}${why.endsWith(".") ? "" : "."}`,
      {
        hint: "Ask its owner to list it.",
      },
    );
  }
}

/** A buyer is never the seller. */
export class OwnListingError extends CarraraError {
  constructor(tokenId: string, as: ActorName) {
    super("own-listing", `The ${as} is the seller of the piece ${tokenId}.`, {
      hint: "Act as another account, or withdraw the listing.",
    });
  }
}

/** The order book takes no such order. */
export class OrderRefusedError extends CarraraError {
  constructor(code: string, text: string) {
    super(code, `The order is not taken. ${text}`, {
      hint: "Let this node make the order (list), or correct what is named.",
    });
  }
}

/** A transaction of the market failed in its block. */
export class MarketRefusedError extends CarraraError {
  constructor(why: string) {
    super("transaction-refused", why, { hint: "Look at the piece as it is now, then try again." });
  }
}
