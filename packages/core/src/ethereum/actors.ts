/**
 * Who may act here.
 * @module
 */
import type { Actor, ActorName, EthChain } from "../ports/ethereum.ts";
import { ChainNotWritableError } from "./errors.ts";

/**
 * The actor of a name.
 * @throws ChainNotWritableError on any chain but the embedded one.
 */
export function actorOf(chain: Pick<EthChain, "actors" | "chainId">, name: ActorName): Actor {
  const actor = chain.actors.find((one) => one.name === name);
  if (!actor) throw new ChainNotWritableError(chain.chainId);
  return actor;
}

/** The name of the actor that has this address, for display; null for strangers. */
export function nameOf(chain: Pick<EthChain, "actors">, address: string | null): ActorName | null {
  return chain.actors.find((one) => one.address === address?.toLowerCase())?.name ?? null;
}
