/**
 * Collections that this node knows, as rows: what a contract fixed for good, so that it need be read from chain once.
 * @module
 */
import { fromHex } from "@carrara/base/bytes";
import { type Address, address } from "@carrara/base/units";
import { collectionAbi } from "@carrara/contracts/generated/Collection";
import { type Reader, read } from "../ethereum/contract.ts";
import type { Sql } from "../ports/store.ts";

/** Terms as the contract returns them. */
export interface CollectionTerms {
  /** Wei per forge. */
  price: bigint;
  supplyCap: number;
  /** E: pieces that a round expects. A round takes 2E at most. */
  mintsPerRound: number;
  /** Seconds in which they are expected. */
  roundSeconds: number;
  /** Royalty on resale, in hundredths of a percent. */
  royaltyBps: number;
  /** The artist's part of the first sale and of royalties, in hundredths of a percent. */
  artistBps: number;
  initialTarget: bigint;
  easiestTarget: bigint;
  renderer: Address;
}

/** One collection. */
export interface Collection {
  address: Address;
  chainId: number;
  /** Made by this node at its first start. */
  opened: boolean;
  name: string;
  symbol: string;
  artist: Address;
  artistName: string;
  styleName: string;
  style: Uint8Array;
  terms: CollectionTerms;
  /** ms since 1970. */
  createdAt: number;
}

/** All collections, in the order in which they became known. */
export async function readCollections(sql: Sql): Promise<Collection[]> {
  return (await sql.query<Row>("select * from collection order by created_at, address")).map(ofRow);
}

/** Null when this node does not know it. */
export async function findCollection(sql: Sql, contract: string): Promise<Collection | null> {
  const [row] = await sql.query<Row>("select * from collection where address = $1", [contract]);
  return row ? ofRow(row) : null;
}

/** Keeps it; again: no effect. */
export async function saveCollection(sql: Sql, one: Collection): Promise<void> {
  const terms = Object.fromEntries(
    Object.entries(one.terms).map(([name, value]) => [name, typeof value === "bigint" ? value.toString() : value]),
  );
  await sql.query(
    `insert into collection (address, chain_id, opened, name, symbol, artist, artist_name, style_name, style, terms, created_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) on conflict (address) do nothing`,
    [
      one.address,
      one.chainId,
      one.opened,
      one.name,
      one.symbol,
      one.artist,
      one.artistName,
      one.styleName,
      one.style,
      JSON.stringify(terms),
      one.createdAt,
    ],
  );
}

/** What the contract itself says: terms, style bytes and renderer. */
export async function collectionOnChain(
  chain: Reader,
  contract: Address,
): Promise<Pick<Collection, "name" | "symbol" | "artist" | "style" | "terms">> {
  const at = { address: contract, abi: collectionAbi } as const;
  const [terms, style, renderer] = await Promise.all([
    read(chain, { ...at, functionName: "terms" }),
    read(chain, { ...at, functionName: "style" }),
    read(chain, { ...at, functionName: "renderer" }),
  ]);
  const { name, symbol, artist, ...rest } = terms;
  return {
    name,
    symbol,
    artist: address(artist),
    style: fromHex(style),
    terms: { ...rest, renderer: address(renderer) },
  };
}

interface Row {
  address: Address;
  chain_id: string;
  opened: boolean;
  name: string;
  symbol: string;
  artist: Address;
  artist_name: string;
  style_name: string;
  style: Uint8Array;
  terms: Record<"price" | "initialTarget" | "easiestTarget", string> &
    Omit<CollectionTerms, "price" | "initialTarget" | "easiestTarget">;
  created_at: string;
}

function ofRow(row: Row): Collection {
  const { price, initialTarget, easiestTarget } = row.terms;
  return {
    address: row.address,
    chainId: Number(row.chain_id),
    opened: row.opened,
    name: row.name,
    symbol: row.symbol,
    artist: row.artist,
    artistName: row.artist_name,
    styleName: row.style_name,
    style: Uint8Array.from(row.style),
    terms: {
      ...row.terms,
      price: BigInt(price),
      initialTarget: BigInt(initialTarget),
      easiestTarget: BigInt(easiestTarget),
    },
    createdAt: Number(row.created_at),
  };
}
