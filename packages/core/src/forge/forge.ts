/**
 * Forging: a stored claim becomes a token.
 * @module
 */
import type { PieceState } from "@carrara/api/schemas";
import { toHex } from "@carrara/base/bytes";
import { CarraraError } from "@carrara/base/errors";
import { type Address, address } from "@carrara/base/units";
import { collectionAbi } from "@carrara/contracts/generated/Collection";
import { encodeFunctionData } from "viem";
import { actorOf } from "../ethereum/actors.ts";
import type { Follower } from "../ethereum/follower.ts";
import { createLock } from "../ethereum/lock.ts";
import type { Outbox, OutboxEntry } from "../ethereum/outbox.ts";
import { TransactionRefusedError } from "../ethereum/refusal.ts";
import type { Clock } from "../ports/clock.ts";
import type { ActorName, EthChain } from "../ports/ethereum.ts";
import type { Store } from "../ports/store.ts";
import { findCollection } from "../studio/collections.ts";
import { readPiece } from "./state.ts";

/** What a write answers. */
export interface Sent {
  txHash: string;
  tokenId: string;
  state: PieceState;
}

/** A claim as the pool stored it. */
export interface StoredClaim {
  tokenId: string;
  collection: Address;
  round: number;
  recipient: Address;
  /** 64 hex digits. */
  anchor: string;
  header: Uint8Array;
  coinbase: Uint8Array;
  branch: readonly Uint8Array[];
}

/** Turns claims into tokens. */
export interface Forge {
  /**
   * Sends the claim's proof to its collection. Waits a little for the block, so that on a chain that mines at once the
   * answer is already `forged`. A claim that is being forged gives the transaction that does it.
   * @throws CarraraError `piece-unknown`, `already-forged`, `claim-lapsed`, `forge-refused`, `not-enough-eth`,
   * `chain-not-writable`, `eth-unreachable`
   */
  forge(tokenId: string, as: ActorName): Promise<Sent>;
}

/** What forging needs. */
export interface ForgeDeps {
  store: Store;
  chain: EthChain;
  outbox: Outbox;
  follower: Follower;
  clock: Clock;
}

/** @example await createForge(deps).forge(tokenId, "miner") // { txHash: "0x...", tokenId, state: "forged" } */
export function createForge({ store, chain, outbox, follower, clock }: ForgeDeps): Forge {
  const lock = createLock();

  async function forge(tokenId: string, as: ActorName): Promise<Sent> {
    const actor = actorOf(chain, as);
    const piece = await readPiece(store, clock.now(), tokenId);
    if (!piece) throw new PieceUnknownError(tokenId);
    if (piece.state === "forging") return { txHash: await hashOf(tokenId), tokenId, state: "forging" };
    if (piece.state === "lapsed") throw new ClaimLapsedError(piece.problem ?? "");
    if (piece.state !== "claim") throw new AlreadyForgedError(tokenId);
    const claim = await findClaim(store, tokenId);
    const collection = claim && (await findCollection(store, claim.collection));
    if (!claim || !collection) throw new PieceUnknownError(tokenId);
    let entry: OutboxEntry;
    try {
      entry = await outbox.send({
        from: actor,
        to: claim.collection,
        data: forgeCall(claim),
        value: collection.terms.price,
        purpose: { kind: "forge", tokenId, collection: claim.collection },
        tokenId,
      });
    } catch (error) {
      throw error instanceof TransactionRefusedError ? refused(error, tokenId) : error;
    }
    return { txHash: entry.hash, tokenId, state: await arrived(entry.hash, tokenId) };
  }

  async function arrived(hash: `0x${string}`, tokenId: string): Promise<PieceState> {
    const entry = await outbox.settled(hash, PATIENCE_MS);
    if (entry.state === "failed") throw new ForgeRefusedError(entry.problem ?? "It reverted.", "");
    if (entry.state !== "sent") await follower.poll();
    return (await readPiece(store, clock.now(), tokenId))?.state ?? "forging";
  }

  async function hashOf(tokenId: string): Promise<string> {
    const [row] = await store.query<{ hash: string }>(
      "select hash from outbox where token_id = $1 and purpose ->> 'kind' = 'forge' and state <> 'failed' limit 1",
      [tokenId],
    );
    return row?.hash ?? "";
  }

  return { forge: (tokenId, as) => lock(tokenId, () => forge(tokenId, as)) };
}

/** The claim of an id; null when it was not found here. */
export async function findClaim(store: Pick<Store, "query">, tokenId: string): Promise<StoredClaim | null> {
  const [row] = await store.query<ClaimRow>("select * from claim where token_id = $1", [tokenId]);
  if (!row) return null;
  const joined = Uint8Array.from(row.branch);
  return {
    tokenId,
    collection: address(row.collection),
    round: row.round,
    recipient: address(row.recipient),
    anchor: row.anchor.replace(/^0x/, ""),
    header: Uint8Array.from(row.header),
    coinbase: Uint8Array.from(row.coinbase),
    branch: Array.from({ length: joined.length / 32 }, (_, i) => joined.slice(32 * i, 32 * i + 32)),
  };
}

/** Calldata of `forge` for a claim. */
export function forgeCall({
  header,
  coinbase,
  branch,
  round,
  recipient,
}: Omit<StoredClaim, "tokenId" | "anchor">): `0x${string}` {
  const hex = (bytes: Uint8Array): `0x${string}` => `0x${toHex(bytes)}`;
  return encodeFunctionData({
    abi: collectionAbi,
    functionName: "forge",
    args: [hex(header), hex(coinbase), branch.map(hex), BigInt(round), recipient],
  });
}

/** An answer within this time tells the outcome; a slower chain tells it by event. */
const PATIENCE_MS = 3_000;
const OVER = new Set(["RoundLapsed", "RoundFull", "RoundUnknown", "SoldOut", "NotOpen"]);
const DONE = new Set(["AlreadyForged", "TokenAlreadyExists"]);

interface ClaimRow {
  collection: string;
  round: number;
  recipient: string;
  anchor: string;
  header: Uint8Array;
  coinbase: Uint8Array;
  branch: Uint8Array;
}

function refused(error: TransactionRefusedError, tokenId: string): CarraraError {
  const { name, text, mend } = error.refusal;
  if (DONE.has(name)) return new AlreadyForgedError(tokenId, error);
  if (OVER.has(name)) return new ClaimLapsedError(text, error);
  return new ForgeRefusedError(text, mend, error);
}

/** No claim and no token has this id. */
export class PieceUnknownError extends CarraraError {
  constructor(tokenId: string) {
    super("piece-unknown", `No piece ${tokenId} is known here.`, {
      hint: "Look the id up in the gallery: 64 hex digits, the zeros first.",
    });
  }
}

/** The work is a token already. */
export class AlreadyForgedError extends CarraraError {
  constructor(tokenId: string, cause?: unknown) {
    super("already-forged", `The piece ${tokenId} has been forged.`, {
      hint: "One share makes one piece. Look at it instead.",
      cause,
    });
  }
}

/** Its round no longer takes claims. */
export class ClaimLapsedError extends CarraraError {
  constructor(why: string, cause?: unknown) {
    super("claim-lapsed", `The claim can no longer be forged. ${why}`, {
      hint: "Mine on: new claims are of the present round.",
      cause,
    });
  }
}

/** The contract refuses the proof. */
export class ForgeRefusedError extends CarraraError {
  constructor(why: string, mend: string, cause?: unknown) {
    super("forge-refused", `The contract refuses the claim. ${why}`, { ...(mend === "" ? {} : { hint: mend }), cause });
  }
}
