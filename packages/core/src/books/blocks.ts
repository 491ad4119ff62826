/**
 * What became of the blocks that the pool found: how deep they lie, or that the chain has another in their place.
 * @module
 */
import { CarraraError, explain } from "@carrara/base/errors";
import type { BtcNode } from "../ports/bitcoin.ts";
import type { Sql } from "../ports/store.ts";
import { saveBlockAnswer } from "../quarry/records.ts";

/** Blocks deeper than this are left alone: their coin may be spent, and no chain that is worth its name goes back so far. */
const SETTLED_DEPTH = 120;
/** Core's RPC_INVALID_ADDRESS_OR_KEY: the node does not know the block. */
const UNKNOWN_BLOCK = -5;

/**
 * Asks the node about every block that is not settled and writes its confirmations (-1: not in the best chain).
 * @returns whether anything changed
 */
export async function followBlocks(sql: Sql, node: BtcNode): Promise<boolean> {
  const rows = await sql.query<{ hash: string; confirmations: number; answer: string | null }>(
    "select hash, confirmations, answer from block_found where confirmations between -1 and $1 order by time desc limit 300",
    [SETTLED_DEPTH],
  );
  let changed = false;
  for (const { hash, confirmations } of rows) {
    let depth: number;
    try {
      depth = (await node.getBlockHeader(hash)).confirmations;
    } catch (error) {
      if ((error as { rpcCode?: number }).rpcCode !== UNKNOWN_BLOCK) throw error;
      continue;
    }
    if (depth === confirmations) continue;
    await sql.query("update block_found set confirmations = $2 where hash = $1", [hash, depth]);
    changed = true;
  }
  return changed;
}

/**
 * Submits the blocks that were found but not answered for when the node was ended. The node knows best what they are
 * still worth: "duplicate" means that it had taken one before we heard.
 */
export async function resubmitBlocks(sql: Sql, node: BtcNode): Promise<void> {
  const rows = await sql.query<{ hash: string; hex: string }>(
    "select hash, hex from block_found where answer is null and hex is not null and chain = $1 order by height",
    [node.chain.chain],
  );
  for (const { hash, hex } of rows) {
    let answer: string | null;
    try {
      answer = await node.submitBlock(hex);
    } catch (error) {
      // The node has answered by an error of its own (it cannot read the block): mining must not wait for that for ever.
      if (!(error instanceof CarraraError) || error.code !== "btc-rpc" || error.retryable) throw error;
      answer = explain(error);
    }
    await saveBlockAnswer(sql, hash, answer === null || answer === "duplicate" ? "accepted" : answer);
  }
}
