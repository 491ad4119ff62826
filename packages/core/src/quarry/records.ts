/**
 * What mining leaves in the store: work per span of time, the deepest shares, claims, blocks.
 * @module
 */
import { toHex } from "@carrara/base/bytes";
import type { Sql, Store } from "../ports/store.ts";

/** Length of one span of the hash-rate plot. */
export const SPAN_MS = 10_000;
/** Spans older than this are merged to longer ones. */
const FINE_SPANS_MS = 48 * 3_600_000;
const COARSE_SPAN_MS = 600_000;
/** Bore holes are drawn for a day; what is older and not the best of its day goes. */
const DEEP_SHARES_KEPT_MS = 26 * 3_600_000;
/** A claim that lapsed is shown as such for so long. */
const LAPSED_CLAIMS_KEPT_MS = 7 * 86_400_000;
/** Claims of one worker and round that are kept: the best. */
export const CLAIMS_KEPT = 64;

/** One worker's shares since the last record. */
export interface ShareRecord {
  worker: string;
  /** Milliseconds since 1970; decides the span. */
  time: number;
  accepted: number;
  rejected: number;
  stale: number;
  /** Sum of the difficulties that the accepted shares were judged by. */
  work: number;
  /** Blocks that this work is worth at the chain's target of now; targets move, so it cannot be told later. */
  blocksDue: number;
  agent: string | null;
  /** The deepest of them, each by its own hash. */
  deepest: readonly { hash: string; time: number; log2: number; difficulty: number }[];
}

/** Adds up shares; one transaction for all workers. */
export function saveShares(store: Store, records: readonly ShareRecord[]): Promise<void> {
  return store.transaction(async (sql) => {
    for (const record of records) {
      const best = record.deepest.reduce<{ log2: number; time: number } | null>(
        (a, b) => (a && a.log2 >= b.log2 ? a : b),
        null,
      );
      await sql.query(
        `insert into worker (name, first_seen, last_seen, agent, best_log2, best_time) values ($1, $2, $2, $3, $4, $5)
         on conflict (name) do update set
           last_seen = greatest(worker.last_seen, excluded.last_seen),
           agent = coalesce(excluded.agent, worker.agent),
           best_time = case when excluded.best_log2 > coalesce(worker.best_log2, -1) then excluded.best_time else worker.best_time end,
           best_log2 = greatest(worker.best_log2, excluded.best_log2)`,
        [record.worker, record.time, record.agent, best?.log2 ?? null, best?.time ?? null],
      );
      await sql.query(
        `insert into share_span (worker, start, accepted, rejected, stale, work, blocks_due) values ($1, $2, $3, $4, $5, $6, $7)
         on conflict (worker, start) do update set
           accepted = share_span.accepted + excluded.accepted,
           rejected = share_span.rejected + excluded.rejected,
           stale = share_span.stale + excluded.stale,
           work = share_span.work + excluded.work,
           blocks_due = share_span.blocks_due + excluded.blocks_due`,
        [
          record.worker,
          Math.floor(record.time / SPAN_MS) * SPAN_MS,
          record.accepted,
          record.rejected,
          record.stale,
          record.work,
          record.blocksDue,
        ],
      );
      for (const share of record.deepest) {
        await sql.query(
          "insert into deep_share (hash, worker, time, log2, difficulty) values ($1, $2, $3, $4, $5) on conflict (hash) do nothing",
          [share.hash, record.worker, share.time, share.log2, share.difficulty],
        );
      }
    }
  });
}

/** A share that meets a collection's terms, with what the contract wants to see. */
export interface ClaimRecord {
  /** 64 hex digits, zeros first. */
  tokenId: string;
  collection: string;
  round: number;
  recipient: string;
  anchor: string;
  header: Uint8Array;
  coinbase: Uint8Array;
  branch: readonly Uint8Array[];
  worker: string;
  time: number;
  log2: number;
}

/**
 * Keeps a claim if it is among the best {@link CLAIMS_KEPT} of its worker and round; those that it pushes out go, except
 * those on their way to a token.
 * @returns whether it was kept and is new
 */
export function saveClaim(store: Store, claim: ClaimRecord): Promise<boolean> {
  return store.transaction(async (sql) => {
    const inserted = await sql.query(
      `insert into claim (token_id, collection, round, recipient, anchor, header, coinbase, branch, worker, found_at, log2)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) on conflict (token_id) do nothing returning token_id`,
      [
        claim.tokenId,
        claim.collection,
        claim.round,
        claim.recipient,
        claim.anchor,
        claim.header,
        claim.coinbase,
        joined(claim.branch),
        claim.worker,
        claim.time,
        claim.log2,
      ],
    );
    if (inserted.length === 0) return false;
    const dropped = await sql.query<{ token_id: string }>(
      `delete from claim where token_id in (
         select c.token_id from claim c
         where c.collection = $1 and c.round = $2 and c.worker = $3
           and not exists (select 1 from outbox o where o.token_id = c.token_id and o.state <> 'failed')
           and not exists (select 1 from eth_event e where e.token_id = c.token_id)
         order by c.log2 desc offset $4)
       returning token_id`,
      [claim.collection, claim.round, claim.worker, CLAIMS_KEPT],
    );
    return !dropped.some((row) => row.token_id === claim.tokenId);
  });
}

/** A block that the pool found. Written before it is submitted, so that none is ever lost. */
export interface BlockRecord {
  hash: string;
  chain: string;
  height: number;
  time: number;
  worker: string;
  payout: string;
  valueSats: bigint;
  /** As submitblock takes it. */
  hex: string;
}

export async function saveBlock(sql: Sql, block: BlockRecord): Promise<void> {
  await sql.query(
    `insert into block_found (hash, chain, height, time, worker, payout, value_sats, hex) values ($1, $2, $3, $4, $5, $6, $7, $8)
     on conflict (hash) do nothing`,
    [block.hash, block.chain, block.height, block.time, block.worker, block.payout, block.valueSats, block.hex],
  );
}

/** What the node said to it: `accepted` or Core's word. */
export async function saveBlockAnswer(sql: Sql, hash: string, answer: string): Promise<void> {
  await sql.query("update block_found set answer = $2, hex = null where hash = $1", [hash, answer]);
}

/** Merges old spans, drops old bore holes and claims that lapsed long ago; called now and then. The best share of each worker stays in `worker`. */
export async function tidy(store: Store, now: number): Promise<void> {
  await store.transaction(async (sql) => {
    await sql.query(
      `with old as (
         delete from share_span where start < $1 and start % $2 <> 0 returning *
       ), merged as (
         select worker, (start / $2) * $2 as start, sum(accepted)::integer as accepted, sum(rejected)::integer as rejected,
                sum(stale)::integer as stale, sum(work) as work, sum(blocks_due) as blocks_due
         from old group by worker, (start / $2) * $2
       )
       insert into share_span (worker, start, accepted, rejected, stale, work, blocks_due) select * from merged
       on conflict (worker, start) do update set
         accepted = share_span.accepted + excluded.accepted,
         rejected = share_span.rejected + excluded.rejected,
         stale = share_span.stale + excluded.stale,
         work = share_span.work + excluded.work,
         blocks_due = share_span.blocks_due + excluded.blocks_due`,
      [now - FINE_SPANS_MS, COARSE_SPAN_MS],
    );
    await sql.query("delete from deep_share where time < $1", [now - DEEP_SHARES_KEPT_MS]);
    await sql.query(
      `delete from claim c where found_at < $1
         and round < (select max((args ->> 'round')::integer) - 1 from eth_event where name = 'RoundOpened' and address = c.collection)
         and not exists (select 1 from outbox o where o.token_id = c.token_id and o.state <> 'failed')
         and not exists (select 1 from eth_event e where e.token_id = c.token_id)`,
      [now - LAPSED_CLAIMS_KEPT_MS],
    );
  });
}

/** The branch as one run of 32-byte nodes. */
function joined(branch: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(32 * branch.length);
  for (const [i, node] of branch.entries()) {
    if (node.length !== 32) throw new RangeError(`a branch node has ${node.length} bytes: ${toHex(node)}`);
    bytes.set(node, 32 * i);
  }
  return bytes;
}
