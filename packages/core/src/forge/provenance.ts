/**
 * Where a piece comes from: found, forged, listed, withdrawn, sold, passed on; each with its transaction.
 * @module
 */
import type { Provenance } from "@carrara/api/schemas";
import type { Sql } from "../ports/store.ts";
import { workerName } from "../quarry/view.ts";

/**
 * Oldest first.
 * @param nameOf name of an actor of this node, or null
 * @param own this computer's worker
 * @example await readProvenance(store, tokenId, (address) => nameOf(chain, address))
 */
export async function readProvenance(
  sql: Sql,
  tokenId: string,
  nameOf: (address: string) => string | null,
  own: string | null = null,
): Promise<Provenance[]> {
  const who = (address: unknown) => nameOf(String(address)) ?? short(String(address));
  const entries: (Provenance & { order: number })[] = [];
  const [claim] = await sql.query<{ found_at: string; worker: string; log2: number }>(
    "select found_at, worker, log2 from claim where token_id = $1",
    [tokenId],
  );
  if (claim) {
    const text = `Found by ${workerName(claim.worker, own)}, rarity 1 in 2^${claim.log2.toFixed(1)}`;
    entries.push({
      kind: "found",
      time: Number(claim.found_at),
      text,
      txHash: null,
      gasUsed: null,
      priceWei: null,
      order: -1,
    });
  }
  const events = await sql.query<EventRow>(
    `select e.name, e.time, e.tx_hash, e.order_hash, e.args, o.gas_used,
       (e.block_number * 100000 + e.log_index)::text as place from eth_event e left join outbox o on o.hash = e.tx_hash
     where e.token_id = $1 or e.order_hash in (select order_hash from listing where token_id = $1)
     order by e.block_number, e.log_index`,
    [tokenId],
  );
  const soldIn = new Set(events.filter(({ name }) => name === "OrderFulfilled").map((row) => row.tx_hash));
  for (const row of events) {
    const { args } = row;
    const base = {
      time: Number(row.time),
      txHash: row.tx_hash,
      gasUsed: row.gas_used === null ? null : Number(row.gas_used),
      priceWei: null,
      order: Number(row.place),
    };
    if (row.name === "Forged")
      entries.push({ ...base, kind: "forged", text: `Forged for ${who(args.recipient)} in round ${args.round}` });
    if (row.name === "OrderCancelled")
      entries.push({ ...base, kind: "cancelled", text: `Listing withdrawn by ${who(args.offerer)}` });
    if (row.name === "OrderFulfilled") {
      const price = (args.consideration as { amount: string }[]).reduce((sum, item) => sum + BigInt(item.amount), 0n);
      const text = `Sold by ${who(args.offerer)} to ${who(args.recipient)}`;
      entries.push({ ...base, kind: "sold", text, priceWei: price.toString() });
    }
    // A forge and a sale move the token too, and say so better.
    if (row.name === "Transfer" && args.from !== ZERO && !soldIn.has(row.tx_hash)) {
      entries.push({ ...base, kind: "transferred", text: `Passed on by ${who(args.from)} to ${who(args.to)}` });
    }
  }
  const listings = await sql.query<{ listed_at: string; seller: string; price_wei: string }>(
    "select listed_at, seller, price_wei from listing where token_id = $1",
    [tokenId],
  );
  for (const row of listings) {
    const text = `Listed by ${who(row.seller)}`;
    entries.push({
      kind: "listed",
      time: Number(row.listed_at),
      text,
      txHash: null,
      gasUsed: null,
      priceWei: row.price_wei,
      order: 0,
    });
  }
  // Blocks tell whole seconds, listings milliseconds: within one second the chain's own order and the life of a piece decide.
  return entries
    .sort(
      (a, b) =>
        Math.floor(a.time / 1000) - Math.floor(b.time / 1000) || RANK[a.kind] - RANK[b.kind] || a.order - b.order,
    )
    .map(({ order: _, ...entry }) => entry);
}

const ZERO = `0x${"00".repeat(20)}`;
const RANK = { found: 0, forged: 1, transferred: 2, listed: 3, cancelled: 4, sold: 5 } as const;

interface EventRow {
  name: string;
  time: string;
  tx_hash: string;
  order_hash: string | null;
  gas_used: string | null;
  args: Record<string, unknown>;
  place: string;
}

function short(address: string): string {
  return `${address.slice(0, 6)}…${address.slice(-4)}`;
}
