/**
 * One store, one chain: what is kept (events, listings, transactions to send again) means nothing on another.
 * @module
 */
import { CarraraError } from "@carrara/base/errors";
import type { EthChain } from "../ports/ethereum.ts";
import type { Store } from "../ports/store.ts";

/**
 * Binds a new store to the chain, and refuses a store of another chain. To be called before outbox and follower start.
 * @throws OtherChainError
 */
export async function bindChain(store: Store, chain: Pick<EthChain, "chainId" | "kind">): Promise<void> {
  const own = { chainId: chain.chainId, kind: chain.kind };
  await store.query("insert into setting (name, value) values ('ethereum.chain', $1) on conflict (name) do nothing", [
    JSON.stringify(own),
  ]);
  const [row] = await store.query<{ value: typeof own }>("select value from setting where name = 'ethereum.chain'");
  if (row && (row.value.chainId !== own.chainId || row.value.kind !== own.kind))
    throw new OtherChainError(row.value, own);
}

/** The store holds what happened on another chain. */
export class OtherChainError extends CarraraError {
  constructor(stored: { chainId: number; kind: string }, present: { chainId: number; kind: string }) {
    super(
      "other-chain",
      `The store belongs to the ${stored.kind} Ethereum chain ${stored.chainId}, but the node is set to the ${present.kind} chain ${present.chainId}.`,
      {
        hint: "Set data.dir (or DATABASE_URL) to a place of its own for this chain, or set ETH_RPC_URL back.",
      },
    );
  }
}
