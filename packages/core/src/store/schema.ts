/**
 * The tables, as numbered migrations in PostgreSQL's dialect. What a chain says is kept as the events it gave
 * (`eth_event`), and every state that follows from them is computed by query: a reorganisation deletes rows, and with
 * them all that they did.
 * @module
 */
import { CarraraError } from "@carrara/base/errors";
import type { Store } from "../ports/store.ts";

/** Amounts in wei are numeric(78,0); token ids, hashes and addresses are lower-case hex text without and with 0x as in the API. */
const MIGRATIONS: readonly string[] = [
  `
  create table setting (name text primary key, value jsonb not null);

  -- Who has ever mined here. name = payout address[.worker]
  create table worker (
    name text primary key,
    first_seen bigint not null,
    last_seen bigint not null,
    agent text,
    best_log2 double precision,
    best_time bigint
  );
  -- Accepted work per worker and span of time: the hash-rate plot. work = sum of share difficulties.
  -- Spans are 10 s long at first and are merged to 10 min after two days.
  create table share_span (
    worker text not null,
    start bigint not null,
    accepted integer not null,
    rejected integer not null,
    stale integer not null,
    work double precision not null,
    -- blocks that the work was worth at the chain's target of its time
    blocks_due double precision not null,
    primary key (worker, start)
  );
  create index share_span_start on share_span (start);
  -- The deepest shares: the bore holes.
  create table deep_share (
    hash text primary key,
    worker text not null,
    time bigint not null,
    log2 double precision not null,
    difficulty double precision not null
  );
  create index deep_share_time on deep_share (time);

  create table block_found (
    hash text primary key,
    chain text not null,
    height integer not null,
    time bigint not null,
    worker text not null,
    payout text not null,
    value_sats bigint not null,
    -- the whole block, until the node has answered
    hex text,
    -- what submitblock said: accepted, or Core's word
    answer text,
    confirmations integer not null default 0
  );

  create table claim (
    token_id text primary key,
    collection text not null,
    round integer not null,
    recipient text not null,
    anchor text not null,
    header bytea not null,
    coinbase bytea not null,
    branch bytea not null,
    worker text not null,
    found_at bigint not null,
    log2 double precision not null
  );
  create index claim_round on claim (collection, round, log2 desc);
  create index claim_found on claim (found_at desc, token_id desc);

  create table collection (
    address text primary key,
    chain_id bigint not null,
    opened boolean not null default false,
    name text not null,
    symbol text not null,
    artist text not null,
    artist_name text not null,
    style_name text not null,
    style bytea not null,
    -- the deployment's terms, as the contract returns them; bigint as decimal text
    terms jsonb not null,
    created_at bigint not null
  );

  -- Contracts whose events are followed, and how far. kind: collection, seaport
  create table eth_watch (
    address text primary key,
    kind text not null,
    scanned_to bigint not null
  );
  -- Blocks seen, to notice a reorganisation: the newest, and all that hold events.
  create table eth_block (
    number bigint primary key,
    hash text not null,
    time bigint not null
  );
  -- Decoded events of collections and of Seaport. args: bigint as decimal text.
  create table eth_event (
    block_number bigint not null,
    log_index integer not null,
    block_hash text not null,
    time bigint not null,
    tx_hash text not null,
    address text not null,
    name text not null,
    -- the token or order that it is about, for look-ups
    token_id text,
    order_hash text,
    args jsonb not null,
    primary key (block_number, log_index)
  );
  create index eth_event_token on eth_event (token_id, block_number, log_index);
  create index eth_event_order on eth_event (order_hash);
  create index eth_event_name on eth_event (address, name, block_number);

  -- Every transaction that this node sends, raw, until it is final.
  create table outbox (
    hash text primary key,
    sender text not null,
    nonce integer not null,
    raw text not null,
    -- what it is for: {"kind":"forge","tokenId":"..."} ...
    purpose jsonb not null,
    token_id text,
    created_at bigint not null,
    state text not null check (state in ('sent', 'mined', 'final', 'failed')),
    block_number bigint,
    gas_used bigint,
    fee_wei numeric(78, 0),
    problem text,
    unique (sender, nonce, hash)
  );
  create index outbox_token on outbox (token_id);
  create index outbox_state on outbox (state);

  -- Seaport orders. Whether one is open follows from eth_event and from who owns the token.
  create table listing (
    order_hash text primary key,
    collection text not null,
    token_id text not null,
    seller text not null,
    price_wei numeric(78, 0) not null,
    artist_wei numeric(78, 0) not null,
    parameters jsonb not null,
    signature text not null,
    counter text not null,
    listed_at bigint not null,
    ends_at bigint not null
  );
  create index listing_token on listing (collection, token_id, listed_at desc);

  -- The canonical drawing of a piece, once made here.
  create table drawing (
    token_id text primary key,
    pixels_sha256 text not null,
    recipe text not null,
    recipe_hash text not null,
    made_at bigint not null
  );
  `,
];

/**
 * Brings the store to the newest form; each migration runs once, in its own transaction.
 * @throws CarraraError (code `store-newer`) when the store was written by a newer version.
 */
export async function migrate(store: Store): Promise<void> {
  await store.query(
    "create table if not exists migration (version integer primary key, applied_at timestamptz not null default now())",
  );
  const [row] = await store.query<{ version: number }>(
    "select coalesce(max(version), 0)::integer as version from migration",
  );
  const present = row?.version ?? 0;
  if (present > MIGRATIONS.length) throw new StoreNewerError(present, MIGRATIONS.length);
  for (let version = present + 1; version <= MIGRATIONS.length; version++) {
    await store.transaction(async (sql) => {
      for (const statement of statements(MIGRATIONS[version - 1] ?? "")) await sql.query(statement);
      await sql.query("insert into migration (version) values ($1)", [version]);
    });
  }
}

function statements(script: string): string[] {
  return script
    .replace(/--.*$/gm, "")
    .split(";")
    .map((statement) => statement.trim())
    .filter((statement) => statement !== "");
}

/** The store was written by a newer version of the program. */
export class StoreNewerError extends CarraraError {
  constructor(found: number, known: number) {
    super("store-newer", `The store has form ${found}; this version knows forms up to ${known}.`, {
      hint: "Start the newer version again, or point data.dir (or DATABASE_URL) at another store.",
    });
  }
}
