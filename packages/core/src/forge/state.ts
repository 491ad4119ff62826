/**
 * What state a piece is in, from claims, chain events, listings and the outbox: one query that gallery, page, forge and
 * market all use, so that they never disagree. Nothing is stored twice, so a reorganisation needs no repair here.
 *
 * claim    found here, can be forged
 * forging  its transaction is on the way
 * forged   a token
 * listed   a token that can be bought now
 * sold     a token that has been bought (or is being bought) and is not listed again
 * lapsed   found here, can no longer be forged: `problem` tells why
 * @module
 */

import type { PieceState } from "@carrara/api/schemas";
import { bigintFromBE, fromHex } from "@carrara/base/bytes";
import type { Address } from "@carrara/base/units";
import type { Sql, SqlValue } from "../ports/store.ts";

/** One piece, as far as the store knows it. */
export interface PieceRow {
  /** 64 hex digits, zeros first. */
  tokenId: string;
  collection: Address;
  state: PieceState;
  /** Why a claim has lapsed. */
  problem: string | null;
  /** ms since 1970; null for a piece that was found elsewhere. */
  foundAt: number | null;
  worker: string | null;
  /** log2 of the expected hashes. */
  log2: number;
  round: number;
  /** Recipient named in the work. */
  miner: Address;
  owner: Address | null;
  forgedAt: number | null;
  forgedTx: `0x${string}` | null;
  /** Number of the token in its collection, 1 is the first; null for a claim. */
  edition: number | null;
  /** The listing that can be bought now. */
  orderHash: `0x${string}` | null;
  priceWei: bigint | null;
  /** Sales on Seaport so far. */
  sales: number;
}

/** Which pieces. */
export interface PieceFilter {
  /** `listed`, `sold` ...; `forged` means all tokens, whatever became of them. Default: all. */
  state?: "all" | "claim" | "forged" | "listed" | "sold";
  collection?: string;
  /** The piece after which to go on. */
  after?: string;
  limit: number;
}

/**
 * Pieces, newest first (by the time they were found, or forged if they were found elsewhere).
 * @param now ms since 1970: listings end
 * @example await readPieces(store, clock.now(), { state: "listed", limit: 60 })
 */
export async function readPieces(sql: Sql, now: number, filter: PieceFilter): Promise<PieceRow[]> {
  const values: SqlValue[] = [now];
  const where: string[] = [WHERE[filter.state ?? "all"]];
  const add = (value: SqlValue) => `$${values.push(value)}`;
  if (filter.collection !== undefined) where.push(`collection = ${add(filter.collection)}`);
  if (filter.after !== undefined) {
    where.push(`(made_at, token_id) < (select made_at, token_id from piece where token_id = ${add(filter.after)})`);
  }
  const rows = await sql.query<Row>(
    `with ${PIECE} select * from piece where ${where.join(" and ")} order by made_at desc, token_id desc limit ${add(filter.limit)}`,
    values,
  );
  return rows.map(ofRow);
}

/** Null when no claim and no token has this id. */
export async function readPiece(sql: Sql, now: number, tokenId: string): Promise<PieceRow | null> {
  const [row] = await sql.query<Row>(`with ${PIECE} select * from piece where token_id = $2`, [now, tokenId]);
  return row ? ofRow(row) : null;
}

/** Counts by what the gallery filters by; `forged` counts all tokens. */
export async function countPieces(
  sql: Sql,
  now: number,
  collection?: string,
): Promise<Record<"all" | "claim" | "forged" | "listed" | "sold", number>> {
  const [row] = await sql.query<Record<"all" | "claim" | "forged" | "listed" | "sold", number>>(
    `with ${PIECE}
     select count(*)::integer as "all",
       ${(["claim", "forged", "listed", "sold"] as const).map((name) => `count(*) filter (where ${WHERE[name]})::integer as ${name}`).join(", ")}
     from piece where $2::text is null or collection = $2`,
    [now, collection ?? null],
  );
  return row ?? { all: 0, claim: 0, forged: 0, listed: 0, sold: 0 };
}

/** Pieces per collection. */
export async function countByCollection(
  sql: Sql,
  now: number,
): Promise<{ address: Address; name: string; count: number }[]> {
  return sql.query(
    `with ${PIECE} select c.address, c.name, count(p.token_id)::integer as count from collection c
     left join piece p on p.collection = c.address group by c.address, c.name, c.created_at order by c.created_at`,
    [now],
  );
}

const WHERE = {
  all: "true",
  claim: "state in ('claim', 'forging')",
  forged: "state in ('forged', 'listed', 'sold')",
  listed: "state = 'listed'",
  sold: "state = 'sold'",
} as const;

/**
 * Common table expressions; $1 is now. A listing can be bought when its order is neither filled nor cancelled, its
 * seller still owns the piece and has not bumped the counter, its time is not over, and nobody here is buying or
 * cancelling it at this moment. A transaction that is on its way counts as done for what it forbids.
 */
const PIECE = `
  present as (
    select address, max((args ->> 'round')::integer) as round from eth_event where name = 'RoundOpened' group by address
  ),
  token as (
    select token_id, address, (args ->> 'round')::integer as round, args ->> 'recipient' as miner, time, tx_hash,
      row_number() over (partition by address order by block_number, log_index)::integer as edition
    from eth_event where name = 'Forged'
  ),
  taken as (select address, round, count(*) as n from token group by address, round),
  supply as (select address, count(*) as n from token group by address),
  owner as (
    select distinct on (token_id) token_id, args ->> 'to' as owner from eth_event
    where name = 'Transfer' and token_id is not null order by token_id, block_number desc, log_index desc
  ),
  sale as (select token_id, count(*)::integer as n from eth_event where name = 'OrderFulfilled' group by token_id),
  counter as (
    select args ->> 'offerer' as offerer, max((args ->> 'newCounter')::numeric) as counter
    from eth_event where name = 'CounterIncremented' group by 1
  ),
  pending as (
    select token_id, purpose ->> 'kind' as kind, purpose ->> 'order' as order_hash from outbox
    where state <> 'failed' and token_id is not null and (
      purpose ->> 'kind' = 'forge'
      or (purpose ->> 'kind' in ('buy', 'cancel') and not exists (
        select 1 from eth_event e where e.order_hash = purpose ->> 'order' and e.name in ('OrderFulfilled', 'OrderCancelled'))))
  ),
  open_listing as (
    select distinct on (l.token_id) l.token_id, l.order_hash, l.price_wei from listing l
    join owner o on o.token_id = l.token_id and o.owner = l.seller
    left join counter c on c.offerer = l.seller
    where l.ends_at > $1 and l.counter::numeric = coalesce(c.counter, 0)
      and not exists (select 1 from eth_event e where e.order_hash = l.order_hash and e.name in ('OrderFulfilled', 'OrderCancelled'))
      and not exists (select 1 from pending p where p.order_hash = l.order_hash)
    order by l.token_id, l.listed_at desc
  ),
  found as (
    select coalesce(t.token_id, c.token_id) as token_id, coalesce(t.address, c.collection) as collection,
      coalesce(t.round, c.round) as round, coalesce(t.miner, c.recipient) as miner, c.anchor, c.worker, c.log2,
      c.found_at, t.time as forged_at, t.tx_hash as forged_tx, t.edition, coalesce(c.found_at, t.time) as made_at
    from claim c full join token t on t.token_id = c.token_id
  ),
  piece as (
    select f.*, o.owner, l.order_hash, l.price_wei, coalesce(s.n, 0) as sales,
      r.round as present_round, (k.terms ->> 'mintsPerRound')::integer as expected, k.terms ->> 'supplyCap' as cap,
      case
        when f.forged_at is not null then case
          when l.order_hash is not null then 'listed'
          when s.n > 0 or exists (select 1 from pending p where p.token_id = f.token_id and p.kind = 'buy') then 'sold'
          else 'forged' end
        when exists (select 1 from pending p where p.token_id = f.token_id and p.kind = 'forge') then 'forging'
        when f.round < r.round - 1 or coalesce(t.n, 0) >= 2 * (k.terms ->> 'mintsPerRound')::integer
          or coalesce(u.n, 0) >= (k.terms ->> 'supplyCap')::bigint or a.anchor is not null then 'lapsed'
        else 'claim' end as state,
      case
        when f.round < r.round - 1 then 'round'
        when coalesce(u.n, 0) >= (k.terms ->> 'supplyCap')::bigint then 'cap'
        when coalesce(t.n, 0) >= 2 * (k.terms ->> 'mintsPerRound')::integer then 'full'
        when a.anchor is not null then 'anchor' end as lapse
    from found f
    left join present r on r.address = f.collection
    left join taken t on t.address = f.collection and t.round = f.round
    left join supply u on u.address = f.collection
    left join collection k on k.address = f.collection
    left join owner o on o.token_id = f.token_id
    left join sale s on s.token_id = f.token_id
    left join open_listing l on l.token_id = f.token_id
    -- A chain restored to before the round was opened opened it anew, with another anchor.
    left join lateral (
      select e.args ->> 'anchor' as anchor from eth_event e
      where e.name = 'RoundOpened' and e.address = f.collection and (e.args ->> 'round')::integer = f.round
        and f.anchor is not null and e.args ->> 'anchor' <> '0x' || replace(f.anchor, '0x', '') limit 1
    ) a on true
  )`;

interface Row {
  token_id: string;
  collection: Address;
  state: PieceState;
  lapse: "round" | "cap" | "full" | "anchor" | null;
  found_at: string | null;
  worker: string | null;
  log2: number | null;
  round: number;
  miner: Address;
  owner: Address | null;
  forged_at: string | null;
  forged_tx: `0x${string}` | null;
  edition: number | null;
  order_hash: `0x${string}` | null;
  price_wei: string | null;
  sales: number;
  present_round: number | null;
  expected: number | null;
  cap: string | null;
}

function ofRow(row: Row): PieceRow {
  return {
    tokenId: row.token_id,
    collection: row.collection,
    state: row.state,
    problem: row.state === "lapsed" ? problemOf(row) : null,
    foundAt: row.found_at === null ? null : Number(row.found_at),
    worker: row.worker,
    log2: row.log2 ?? rarityOf(row.token_id),
    round: row.round,
    miner: row.miner,
    owner: row.owner,
    forgedAt: row.forged_at === null ? null : Number(row.forged_at),
    forgedTx: row.forged_tx,
    edition: row.edition,
    orderHash: row.order_hash,
    priceWei: row.price_wei === null ? null : BigInt(row.price_wei),
    sales: row.sales,
  };
}

function problemOf({ lapse, round, present_round, expected, cap }: Row): string {
  if (lapse === "cap") return `All ${cap} pieces of the collection have been forged.`;
  if (lapse === "full") return `Round ${round} has its ${2 * (expected ?? 0)} pieces and takes no more.`;
  if (lapse === "anchor")
    return `The chain went back and opened round ${round} anew; work for the old one no longer counts.`;
  return `It was found in round ${round}; the present one is ${present_round}, and only the last two are taken.`;
}

/** log2 of the hashes that an id this small takes: 2^256 / (id + 1). */
function rarityOf(tokenId: string): number {
  const value = bigintFromBE(fromHex(tokenId)) + 1n;
  const bits = value.toString(2).length;
  const top = Number(bits > 53 ? value >> BigInt(bits - 53) : value);
  return 256 - Math.log2(top) - Math.max(0, bits - 53);
}
