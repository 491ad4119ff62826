/**
 * Pieces as the API shows them: what the store knows, with the names that art gives.
 * @module
 */
import type { PieceBrief, PieceDetail } from "@carrara/api/schemas";
import { CANONICAL } from "@carrara/art/render";
import { parseStyle, type Style } from "@carrara/art/style";
import { FAMILY_TRAITS, titleOf, traitsOf } from "@carrara/art/traits";
import { fromHex, toHex } from "@carrara/base/bytes";
import { address } from "@carrara/base/units";
import { commitment } from "@carrara/mining/commitment";
import { display } from "@carrara/mining/hash";
import { decodeHeader } from "@carrara/mining/header";
import { PieceUnknownError } from "../forge/forge.ts";
import { readProvenance } from "../forge/provenance.ts";
import { type PieceFilter, type PieceRow, readPiece, readPieces } from "../forge/state.ts";
import type { Sql } from "../ports/store.ts";
import { workerName } from "../quarry/view.ts";
import { type Collection, findCollection } from "../studio/collections.ts";

/** What the view must know beside the store. */
export interface PieceContext {
  now: number;
  /** Name of an actor of this node, or `null`. */
  nameOf(address: string | null): string | null;
  /** This computer's own worker, shown by name. */
  ownWorker: string | null;
  /** Present sill of a collection, log2. */
  sillOf(collection: string): number | null;
  blockLog2: number | null;
}

/** Collections by address with their parsed style; a style never changes, so neither does an entry. */
export interface StyleCache {
  get(sql: Sql, collection: string): Promise<{ collection: Collection; style: Style }>;
  /** Title of a piece; the beginning of its id when it is not known here. */
  title(sql: Sql, tokenId: string): Promise<string>;
}

/** Titles that are remembered. */
const TITLES_MOST = 10_000;

export function createStyleCache(): StyleCache {
  const known = new Map<string, { collection: Collection; style: Style }>();
  const titles = new Map<string, string>();

  async function get(sql: Sql, contract: string) {
    const present = known.get(contract);
    if (present) return present;
    const collection = await findCollection(sql, contract);
    if (!collection) throw new PieceUnknownError(contract);
    const entry = { collection, style: parseStyle(collection.style) };
    known.set(contract, entry);
    return entry;
  }

  return {
    get,
    async title(sql, tokenId) {
      const present = titles.get(tokenId);
      if (present !== undefined) return present;
      const [row] = await sql.query<{ collection: string | null }>(
        `select coalesce((select address from eth_event where token_id = $1 and name = 'Forged' limit 1),
           (select collection from claim where token_id = $1)) as collection`,
        [tokenId],
      );
      if (!row?.collection) return tokenId.replace(/^0+/, "").slice(0, 8);
      const title = titleOf((await get(sql, row.collection)).style, fromHex(tokenId));
      if (titles.size >= TITLES_MOST) titles.clear();
      titles.set(tokenId, title);
      return title;
    },
  };
}

/** @param filter as the gallery asks */
export async function briefs(
  sql: Sql,
  styles: StyleCache,
  context: PieceContext,
  filter: PieceFilter,
): Promise<PieceBrief[]> {
  const rows = await readPieces(sql, context.now, filter);
  return Promise.all(rows.map((row) => briefOf(sql, styles, context, row)));
}

/** @throws PieceUnknownError */
export async function brief(sql: Sql, styles: StyleCache, context: PieceContext, tokenId: string): Promise<PieceBrief> {
  return briefOf(sql, styles, context, await rowOf(sql, context, tokenId));
}

async function rowOf(sql: Sql, context: PieceContext, tokenId: string): Promise<PieceRow> {
  const row = await readPiece(sql, context.now, tokenId);
  if (!row) throw new PieceUnknownError(tokenId);
  return row;
}

async function briefOf(sql: Sql, styles: StyleCache, context: PieceContext, row: PieceRow): Promise<PieceBrief> {
  const { collection, style } = await styles.get(sql, row.collection);
  return {
    tokenId: row.tokenId,
    collection: row.collection,
    collectionName: collection.name,
    style: collection.styleName,
    family: FAMILY_TRAITS[style.family]?.name ?? "",
    title: titleOf(style, fromHex(row.tokenId)),
    log2: row.log2,
    zeroBits: zeroBitsOf(row.tokenId),
    sillLog2: context.sillOf(row.collection) ?? row.log2,
    state: row.state,
    foundAt: row.foundAt ?? row.forgedAt,
    worker: row.worker === null ? null : workerName(row.worker, context.ownWorker),
    owner: row.owner,
    ownerName: context.nameOf(row.owner),
    priceWei: row.priceWei?.toString() ?? null,
  };
}

/** @throws PieceUnknownError */
export async function detail(
  sql: Sql,
  styles: StyleCache,
  context: PieceContext,
  tokenId: string,
): Promise<PieceDetail> {
  const row = await rowOf(sql, context, tokenId);
  const { collection, style } = await styles.get(sql, row.collection);
  const seed = fromHex(tokenId);
  const [drawing] = await sql.query<{ pixels_sha256: string; recipe_hash: string }>(
    "select pixels_sha256, recipe_hash from drawing where token_id = $1",
    [tokenId],
  );
  return {
    ...(await briefOf(sql, styles, context, row)),
    seedHex: tokenId,
    styleHex: toHex(collection.style),
    artist: collection.artist,
    artistName: collection.artistName,
    miner: row.miner,
    minerName: context.nameOf(row.miner),
    traits: traitsOf(style, seed).map(({ name, value }) => ({ name, value })),
    proof: await proofOf(sql, collection, tokenId),
    provenance: await readProvenance(sql, tokenId, context.nameOf, context.ownWorker),
    listing: await listingOf(sql, row, context),
    pixelsSha256: drawing?.pixels_sha256 ?? null,
    recipeHash: drawing?.recipe_hash ?? null,
    drawnSize: CANONICAL.size,
    drawnSamples: CANONICAL.samples,
    blockLog2: context.blockLog2,
    edition: row.edition,
    problem: row.problem,
  };
}

async function proofOf(sql: Sql, { chainId }: Collection, tokenId: string): Promise<PieceDetail["proof"]> {
  const [claim] = await sql.query<{
    header: Uint8Array;
    coinbase: Uint8Array;
    branch: Uint8Array;
    round: number;
    recipient: string;
    anchor: string;
    collection: string;
  }>("select header, coinbase, branch, round, recipient, anchor, collection from claim where token_id = $1", [tokenId]);
  if (!claim) return null;
  const header = decodeHeader(claim.header);
  const anchor = fromHex(claim.anchor);
  const branch = toHex(claim.branch);
  return {
    headerHex: toHex(claim.header),
    coinbaseHex: toHex(claim.coinbase),
    branchHex: branch.match(/.{64}/g) ?? [],
    round: claim.round,
    recipient: claim.recipient,
    anchor: toHex(anchor),
    commitment: toHex(
      commitment({
        chainId: BigInt(chainId),
        collection: address(claim.collection),
        recipient: address(claim.recipient),
        anchor,
      }),
    ),
    version: header.version,
    previousBlock: display(header.prevHash),
    merkleRoot: display(header.merkleRoot),
    time: header.time,
    bits: header.bits.toString(16).padStart(8, "0"),
    nonce: header.nonce,
  };
}

async function listingOf(sql: Sql, row: PieceRow, context: PieceContext): Promise<PieceDetail["listing"]> {
  if (row.orderHash === null) return null;
  const [order] = await sql.query<{ seller: string; price_wei: string; artist_wei: string; listed_at: string }>(
    "select seller, price_wei, artist_wei, listed_at from listing where order_hash = $1",
    [row.orderHash],
  );
  if (!order) return null;
  return {
    orderHash: row.orderHash,
    seller: order.seller,
    sellerName: context.nameOf(order.seller),
    priceWei: order.price_wei,
    artistWei: order.artist_wei,
    listedAt: Number(order.listed_at),
  };
}

function zeroBitsOf(tokenId: string): number {
  const value = BigInt(`0x${tokenId}`);
  return value === 0n ? 256 : 256 - value.toString(2).length;
}
