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
  const { state = "all", collection, after, limit } = filter;
  const values: SqlValue[] = [now, collection ?? null, after ?? null, limit];
  const rows = await sql.query<Row>(
    `${pieces(CANDIDATES[state])}
     select * from piece where ${WHERE[state]} and ($2::text is null or collection = $2)
       and ($3::text is null or (made_at, token_id) < (select made_at, token_id from cursor))
     order by made_at desc, token_id desc limit $4`,
    values,
  );
  return rows.map(ofRow);
}

/** Null when no claim and no token has this id. */
export async function readPiece(sql: Sql, now: number, tokenId: string): Promise<PieceRow | null> {
  // All four parameters must stand in the text, or PostgreSQL cannot tell their types.
  const [row] = await sql.query<Row>(
    `${pieces("select $3::text as token_id where $2::text is null and $4::integer = 1")} select * from piece`,
    [now, null, tokenId, 1],
  );
  return row ? ofRow(row) : null;
}

/** Counts by what the gallery filters by; `forged` counts all tokens, `all` also claims that have lapsed. */
export async function countPieces(
  sql: Sql,
  now: number,
  collection?: string,
): Promise<Record<"all" | "claim" | "forged" | "listed" | "sold", number>> {
  const [row] = await sql.query<Record<"all" | "claim" | "forged" | "listed" | "sold", number>>(
    `${pieces(`${CANDIDATES.claim} union ${CANDIDATES.forged}`)},
     counted as (
       select ${(["claim", "forged", "listed", "sold"] as const).map((name) => `count(*) filter (where ${WHERE[name]})::integer as ${name}`).join(", ")}
       from piece where $2::text is null or collection = $2
     )
     select counted.*, (
       (select count(*) from claim where $2::text is null or collection = $2)
       + (select count(*) from token where ($2::text is null or address = $2)
            and not exists (select 1 from claim c where c.token_id = token.token_id)))::integer as "all"
     from counted where $3::text is null and $4::integer = 1`,
    [now, collection ?? null, null, 1],
  );
  return row ?? { all: 0, claim: 0, forged: 0, listed: 0, sold: 0 };
}

/** Pieces per collection, claims and tokens. */
export async function countByCollection(sql: Sql): Promise<{ address: Address; name: string; count: number }[]> {
  return sql.query(
    `select k.address, k.name, (
       (select count(*) from claim c where c.collection = k.address)
       + (select count(*) from eth_event e where e.address = k.address and e.name = 'Forged'
            and not exists (select 1 from claim c where c.token_id = e.token_id)))::integer as count
     from collection k order by k.created_at, k.address`,
  );
}

const WHERE = {
  all: "true",
  claim: "state in ('claim', 'forging')",
  forged: "state in ('forged', 'listed', 'sold')",
  listed: "state = 'listed'",
  sold: "state = 'sold'",
} as const;

const TOKENS = "select token_id from token where $2::text is null or address = $2";

/**
 * The ids that can be in a state at all, so that states are worked out for these alone: claims pile up by the ten
 * thousand (64 a worker and round), but those that can still be forged are of the last two rounds, and tokens are few.
 * $2 is the collection or null, $3 the id after which to go on or null, $4 the limit.
 */
const CANDIDATES = {
  all: `
    (select token_id from claim where ($2::text is null or collection = $2)
       and ($3::text is null or (found_at, token_id) < (select made_at, token_id from cursor))
     order by found_at desc, token_id desc limit $4)
    union
    (select token_id from token where ($2::text is null or address = $2)
       and not exists (select 1 from claim c where c.token_id = token.token_id)
       and ($3::text is null or (time, token_id) < (select made_at, token_id from cursor))
     order by time desc, token_id desc limit $4)`,
  claim: `
    select c.token_id from collection k join claim c on c.collection = k.address
      and c.round >= coalesce((select p.round from present p where p.address = k.address), 0) - 1
    union select token_id from outbox where token_id is not null and purpose ->> 'kind' = 'forge' and state <> 'failed'`,
  forged: TOKENS,
  listed: TOKENS,
  sold: TOKENS,
} as const;

/** Of an outbox row: its outcome is still to be read; it is in no block, or in one that the follower has not reached. */
const unread = (row: string): string => `${row}.state <> 'failed' and (${row}.block_number is null
  or ${row}.block_number > coalesce((select min(w.scanned_to) from eth_watch w), -1))`;

/**
 * The relation `piece` over the candidates; $1 is now. A listing can be bought when its order is neither filled nor
 * cancelled, its seller still owns the piece and has not bumped the counter, its time is not over, and nobody here is
 * buying or cancelling it at this moment. A transaction that is on its way counts as done for what it forbids.
 *
 * What belongs to one id is looked up by index, id by id; joins over whole tables were tried first and took seconds for
 * a gallery of 1,000 tokens among 5,000 claims, since the planner knows nothing of the sizes.
 */
const pieces = (candidates: string): string => `
  with present as (
    select address, max((args ->> 'round')::integer) as round from eth_event where name = 'RoundOpened' group by address
  ),
  token as materialized (
    select token_id, address, (args ->> 'round')::integer as round, args ->> 'recipient' as miner, time, tx_hash,
      row_number() over (partition by address order by block_number, log_index)::integer as edition
    from eth_event where name = 'Forged'
  ),
  taken as materialized (select address, round, count(*) as n from token group by address, round),
  supply as materialized (select address, count(*) as n from token group by address),
  cursor as (
    select $3::text as token_id, coalesce(
      (select found_at from claim where token_id = $3), (select time from token where token_id = $3)) as made_at
  ),
  candidate as materialized (${candidates}),
  found as (
    select d.token_id, coalesce(t.address, c.collection) as collection, coalesce(t.round, c.round) as round,
      coalesce(t.miner, c.recipient) as miner, c.anchor, c.worker, c.log2, c.found_at, t.time as forged_at,
      t.tx_hash as forged_tx, t.edition, coalesce(c.found_at, t.time) as made_at
    from candidate d left join claim c on c.token_id = d.token_id left join token t on t.token_id = d.token_id
    where c.token_id is not null or t.token_id is not null
  ),
  looked_up as (
    select f.*, k.terms, r.round as present_round, coalesce(n.n, 0) as taken, coalesce(u.n, 0) as supply,
      (select e.args ->> 'to' from eth_event e where e.token_id = f.token_id and e.name = 'Transfer'
        order by e.block_number desc, e.log_index desc limit 1) as owner,
      (select count(*)::integer from eth_event e where e.token_id = f.token_id and e.name = 'OrderFulfilled') as sales,
      exists (select 1 from outbox o where o.token_id = f.token_id and ${unread("o")} and o.purpose ->> 'kind' = 'forge') as forging,
      exists (select 1 from outbox o where o.token_id = f.token_id and ${unread("o")} and o.purpose ->> 'kind' = 'buy') as buying,
      -- A chain restored to before the round was opened opened it anew, with another anchor.
      exists (select 1 from eth_event e where e.address = f.collection and e.name = 'RoundOpened'
        and f.forged_at is null and e.args ->> 'round' = f.round::text
        and e.args ->> 'anchor' <> '0x' || replace(f.anchor, '0x', '')) as reopened
    from found f
    left join collection k on k.address = f.collection
    left join present r on r.address = f.collection
    left join taken n on n.address = f.collection and n.round = f.round
    left join supply u on u.address = f.collection
  ),
  piece as (
    select f.*, l.order_hash, l.price_wei, (f.terms ->> 'mintsPerRound')::integer as expected,
      f.terms ->> 'supplyCap' as cap,
      case
        when f.forged_at is not null then
          case when l.order_hash is not null then 'listed' when f.sales > 0 or f.buying then 'sold' else 'forged' end
        when f.forging then 'forging'
        when f.round < f.present_round - 1 or f.taken >= 2 * (f.terms ->> 'mintsPerRound')::integer
          or f.supply >= (f.terms ->> 'supplyCap')::bigint or f.reopened then 'lapsed'
        else 'claim' end as state,
      case
        when f.round < f.present_round - 1 then 'round'
        when f.supply >= (f.terms ->> 'supplyCap')::bigint then 'cap'
        when f.taken >= 2 * (f.terms ->> 'mintsPerRound')::integer then 'full'
        when f.reopened then 'anchor' end as lapse
    from looked_up f
    left join lateral (
      select o.order_hash, o.price_wei from listing o
      where o.collection = f.collection and o.token_id = f.token_id and o.seller = f.owner and o.ends_at > $1
        and o.counter::numeric = coalesce((select max((e.args ->> 'newCounter')::numeric) from eth_event e
          where e.name = 'CounterIncremented' and e.args ->> 'offerer' = o.seller), 0)
        and not exists (select 1 from eth_event e where e.order_hash = o.order_hash
          and e.name in ('OrderFulfilled', 'OrderCancelled'))
        and not exists (select 1 from outbox b where b.token_id = o.token_id and ${unread("b")}
          and b.purpose ->> 'kind' in ('buy', 'cancel') and b.purpose ->> 'order' = o.order_hash)
      order by o.listed_at desc limit 1
    ) l on true
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
