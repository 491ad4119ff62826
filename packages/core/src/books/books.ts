/**
 * The books: every sat and wei in and out, with its source. Nothing is entered by hand: each entry is read off a block
 * that was found, an event that a chain gave, or a transaction that this node sent. A reorganisation that takes back the
 * event takes back the entry.
 * @module
 */
import type { Books, BooksEntry } from "@carrara/api/schemas";
import { CarraraError } from "@carrara/base/errors";
import type { Sql } from "../ports/store.ts";
import { workerName } from "../quarry/view.ts";

/** What the books must know beside the store. */
export interface BooksContext {
  /** Whether the ether is money: an embedded chain's is not, and the page hatches it. */
  realEthereum: boolean;
  /** This computer's worker. */
  ownWorker: string | null;
  /** Name of an actor of this node, or `null` for an address that is somebody else's. */
  nameOf(address: string): string | null;
  /** Title of a piece for the entry's line. */
  titleOf(tokenId: string): Promise<string>;
  /** Newest block that counts as final. */
  finalBlock: number;
}

/** Blocks until a coinbase output may be spent (Bitcoin Core, COINBASE_MATURITY). */
const COINBASE_MATURITY = 100;
/**
 * Core's name of the chain whose coins are money. It goes with each block, not with the node as it is set today: practice
 * blocks of yesterday do not become money when the node is pointed at the real chain.
 */
const REAL_CHAIN = "main";

interface Entry extends Omit<BooksEntry, "amount"> {
  amount: bigint;
}

/**
 * One page of entries, newest first, with the totals over all of them. Blocks come by the thousand, so they are read by
 * the page and added up by the store; sales and gas come at the pace of people and are read whole.
 */
export async function readBooks(
  sql: Sql,
  context: BooksContext,
  { limit, after }: { limit: number; after?: string | undefined },
): Promise<Books> {
  const from = after === undefined ? START : cursorOf(after);
  const whole = [...(await sales(sql, context)), ...(await forgePrices(sql, context)), ...(await fees(sql, context))];
  const entries = [
    ...whole.filter((entry) => newestFirst(from, entry) < 0),
    ...(await blocks(sql, context, from, limit + 1)),
  ].sort(newestFirst);
  const page = entries.slice(0, limit);
  const last = page.at(-1);
  return {
    entries: page.map((entry) => ({ ...entry, amount: entry.amount.toString() })),
    totals: await totals(sql, whole),
    next: last && limit < entries.length ? `${last.time}/${last.id}` : null,
    days: await days(sql, whole),
  };
}

/** Where a page begins: behind the entry of this time and id. */
interface Cursor {
  time: number;
  id: string;
}

const START: Cursor = { time: Number.MAX_SAFE_INTEGER, id: "~" };

/** Newest first, and within one millisecond by id, so that pages follow one another without gap or double. */
function newestFirst(a: Cursor, b: Cursor): number {
  return b.time - a.time || (a.id < b.id ? 1 : a.id > b.id ? -1 : 0);
}

function cursorOf(after: string): Cursor {
  const [, time, id] = /^(\d{1,15})\/([!-~]+)$/.exec(after) ?? [];
  if (time === undefined || id === undefined) throw new BadCursorError(after);
  return { time: Number(time), id };
}

/** What counts as income: not orphaned, and not merely hoped for. */
const COUNTED_BLOCK = "answer is not null and (confirmations > 0 or (answer = 'accepted' and confirmations = 0))";

/** Coin from blocks. A block that the chain no longer has stays in the books, as orphaned, and counts nothing. */
async function blocks(sql: Sql, { ownWorker }: BooksContext, from: Cursor, most: number): Promise<Entry[]> {
  const rows = await sql.query<{
    hash: string;
    chain: string;
    height: number;
    time: string;
    worker: string;
    value_sats: string;
    confirmations: number;
  }>(
    `select hash, chain, height, time, worker, value_sats, confirmations from block_found
     where answer is not null and (answer = 'accepted' or confirmations <> 0) and (time < $1 or (time = $1 and ('block/' || hash) collate "C" < $2))
     order by time desc, hash collate "C" desc limit $3`,
    [from.time, from.id, most],
  );
  return rows.map((row) => ({
    id: `block/${row.hash}`,
    time: Number(row.time),
    kind: "block",
    amount: BigInt(row.value_sats),
    asset: "BTC",
    who: "miner",
    text: `Block ${row.height.toLocaleString("en-US")}, found by ${workerName(row.worker, ownWorker)}`,
    source: row.hash,
    state:
      row.confirmations < 0
        ? "orphaned"
        : row.confirmations === 0
          ? "pending"
          : row.confirmations <= COINBASE_MATURITY
            ? "immature"
            : "final",
    real: row.chain === REAL_CHAIN,
    tokenId: null,
  }));
}

interface Received {
  amount: string;
  recipient: string;
}

/** A sale is several entries: what the seller got, what the artist and the royalty splitter got, what the buyer paid. */
async function sales(sql: Sql, context: BooksContext): Promise<Entry[]> {
  const rows = await sql.query<{
    block_number: string;
    log_index: number;
    time: string;
    tx_hash: string;
    token_id: string | null;
    artist: string | null;
    args: { offerer: string; recipient: string; consideration: Received[] };
  }>(
    `select e.block_number, e.log_index, e.time, e.tx_hash, e.token_id, c.artist, e.args
     from eth_event e left join listing l on l.order_hash = e.order_hash left join collection c on c.address = l.collection
     where e.name = 'OrderFulfilled'`,
  );
  const entries: Entry[] = [];
  for (const row of rows) {
    if (row.token_id === null) continue;
    const { offerer, recipient, consideration } = row.args;
    const title = await context.titleOf(row.token_id);
    const common = {
      time: Number(row.time),
      asset: "ETH",
      source: row.tx_hash,
      state: Number(row.block_number) <= context.finalBlock ? "final" : "pending",
      real: context.realEthereum,
      tokenId: row.token_id,
    } as const;
    const id = `sale/${row.block_number}/${row.log_index}`;
    const add = (part: string, kind: Entry["kind"], who: string | null, amount: bigint, text: string) => {
      if (who !== null && amount !== 0n) entries.push({ ...common, id: `${id}/${part}`, kind, who, amount, text });
    };
    let paid = 0n;
    for (const [i, item] of consideration.entries()) {
      const amount = BigInt(item.amount);
      paid += amount;
      if (item.recipient === offerer) add(`${i}`, "sale", context.nameOf(offerer), amount, `Sold ${title}`);
      else if (item.recipient === row.artist)
        add(`${i}`, "artist-share", context.nameOf(item.recipient), amount, `Artist’s share of ${title}`);
      else add(`${i}`, "royalty", "artist and miner", amount, `Royalty of ${title}, to its splitter`);
    }
    add("paid", "purchase", context.nameOf(recipient), -paid, `Bought ${title}`);
  }
  return entries;
}

/** The price of a forge, all of it the artist's. */
async function forgePrices(sql: Sql, context: BooksContext): Promise<Entry[]> {
  const rows = await sql.query<{
    block_number: string;
    log_index: number;
    time: string;
    tx_hash: string;
    token_id: string;
    artist: string;
    price: string;
    sender: string | null;
  }>(
    `select e.block_number, e.log_index, e.time, e.tx_hash, e.token_id, c.artist, c.terms->>'price' as price, o.sender
     from eth_event e join collection c on c.address = e.address left join outbox o on o.hash = e.tx_hash
     where e.name = 'Forged' and coalesce(c.terms->>'price', '0') <> '0'`,
  );
  const entries: Entry[] = [];
  for (const row of rows) {
    const title = await context.titleOf(row.token_id);
    const price = BigInt(row.price);
    const common = {
      time: Number(row.time),
      kind: "forge-price",
      asset: "ETH",
      source: row.tx_hash,
      state: Number(row.block_number) <= context.finalBlock ? "final" : "pending",
      real: context.realEthereum,
      tokenId: row.token_id,
    } as const;
    const id = `price/${row.block_number}/${row.log_index}`;
    const artist = context.nameOf(row.artist);
    const sender = row.sender === null ? null : context.nameOf(row.sender);
    if (artist)
      entries.push({ ...common, id: `${id}/artist`, who: artist, amount: price, text: `Price of forging ${title}` });
    if (sender)
      entries.push({ ...common, id: `${id}/sender`, who: sender, amount: -price, text: `Price of forging ${title}` });
  }
  return entries;
}

/** Gas of every transaction that this node sent. Laying the contracts is one entry. */
async function fees(sql: Sql, context: BooksContext): Promise<Entry[]> {
  const rows = await sql.query<{
    hash: string;
    sender: string;
    created_at: string;
    state: string;
    fee_wei: string;
    gas_used: string;
    token_id: string | null;
    kind: string;
  }>(
    `select hash, sender, created_at, state, fee_wei, gas_used, token_id, purpose->>'kind' as kind
     from outbox where fee_wei is not null order by created_at`,
  );
  const entries: Entry[] = [];
  const laying = new Map<string, Entry & { count: number }>();
  for (const row of rows) {
    const who = context.nameOf(row.sender) ?? row.sender;
    const entry: Entry = {
      id: `gas/${row.hash}`,
      time: Number(row.created_at),
      kind: "gas",
      amount: -BigInt(row.fee_wei),
      asset: "ETH",
      who,
      text: row.token_id
        ? `Gas of ${doing(row.kind)} ${await context.titleOf(row.token_id)}`
        : `Gas of ${doing(row.kind)}`,
      source: row.hash,
      state: row.state === "final" ? "final" : "pending",
      real: context.realEthereum,
      tokenId: row.token_id,
    };
    if (row.token_id !== null || !LAYING.has(row.kind)) {
      entries.push(entry);
      continue;
    }
    const sum = laying.get(who);
    if (!sum) {
      const first = { ...entry, count: 1, text: "Gas of laying the contracts" };
      laying.set(who, first);
      entries.push(first);
    } else {
      sum.amount += entry.amount;
      sum.count++;
      sum.text = `Gas of laying the contracts, ${sum.count} transactions`;
      if (entry.state === "pending") sum.state = "pending";
    }
  }
  return entries.map(({ id, time, kind, amount, asset, who, text, source, state, real, tokenId }) => ({
    id,
    time,
    kind,
    amount,
    asset,
    who,
    text,
    source,
    state,
    real,
    tokenId,
  }));
}

/** What a transaction did, by its purpose. */
const DOING: Readonly<Record<string, string>> = {
  forge: "forging",
  buy: "buying",
  cancel: "withdrawing",
  approve: "letting the market move pieces",
  turn: "turning a round",
};

function doing(kind: string): string {
  return DOING[kind] ?? kind;
}

/** Purposes of the transactions that set the node up. */
const LAYING: ReadonlySet<string> = new Set(["deploy", "collection"]);

/** In and out by who and asset; orphaned blocks count nothing, and real money is never added to practice money. */
async function totals(sql: Sql, entries: readonly Entry[]): Promise<Books["totals"]> {
  const sums = new Map<string, { asset: "BTC" | "ETH"; who: string; in: bigint; out: bigint; real: boolean }>();
  const mined = await sql.query<{ real: boolean; sats: string }>(
    `select chain = $1 as real, sum(value_sats) as sats from block_found where ${COUNTED_BLOCK} group by 1 order by 1 desc`,
    [REAL_CHAIN],
  );
  for (const { real, sats } of mined)
    sums.set(`BTC/miner/${real}`, { asset: "BTC", who: "miner", in: BigInt(sats), out: 0n, real });
  for (const { asset, who, amount, real } of entries) {
    const key = `${asset}/${who}/${real}`;
    const sum = sums.get(key) ?? { asset, who, in: 0n, out: 0n, real };
    if (amount >= 0n) sum.in += amount;
    else sum.out -= amount;
    sums.set(key, sum);
  }
  return [...sums.values()].map((sum) => ({ ...sum, in: sum.in.toString(), out: sum.out.toString() }));
}

/** Earnings and costs per UTC day, oldest first, the last 30 with entries. Practice coin counts as long as there is no other. */
async function days(sql: Sql, entries: readonly Entry[]): Promise<Books["days"]> {
  const byDay = new Map<string, { minedSats: bigint; artWei: bigint; spentWei: bigint }>();
  const of = (day: string) => {
    const sum = byDay.get(day) ?? { minedSats: 0n, artWei: 0n, spentWei: 0n };
    byDay.set(day, sum);
    return sum;
  };
  const mined = await sql.query<{ day: string; sats: string }>(
    `select time / 86400000 as day, sum(value_sats) as sats from block_found
     where ${COUNTED_BLOCK} and (chain = $1 or not exists (select 1 from block_found where chain = $1)) group by 1`,
    [REAL_CHAIN],
  );
  for (const { day, sats } of mined) of(dayOf(Number(day) * 86_400_000)).minedSats += BigInt(sats);
  for (const { time, amount } of entries) {
    if (amount >= 0n) of(dayOf(time)).artWei += amount;
    else of(dayOf(time)).spentWei -= amount;
  }
  return [...byDay]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .slice(-30)
    .map(([day, sum]) => ({
      day,
      minedSats: sum.minedSats.toString(),
      artWei: sum.artWei.toString(),
      spentWei: sum.spentWei.toString(),
    }));
}

function dayOf(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}

/** Not the `next` of any page. */
export class BadCursorError extends CarraraError {
  constructor(after: string) {
    super("bad-request", `query.after: "${after.slice(0, 40)}" is no place in the books.`, {
      hint: "Give the `next` of the page before, or leave it out.",
    });
  }
}
