/**
 * The parts of a running node, each `null` until it is up. Answers read them; only node.ts sets them.
 * @module
 */
import { CarraraError } from "@carrara/base/errors";
import type { Follower } from "@carrara/core/ethereum/follower";
import type { Outbox } from "@carrara/core/ethereum/outbox";
import type { Forge } from "@carrara/core/forge/forge";
import type { Market } from "@carrara/core/market/market";
import type { Miner } from "@carrara/core/miner/types";
import { createStyleCache, type StyleCache } from "@carrara/core/pieces/view";
import type { Pool } from "@carrara/core/pool/types";
import type { BtcNode } from "@carrara/core/ports/bitcoin";
import type { EthChain } from "@carrara/core/ports/ethereum";
import type { Renderer } from "@carrara/core/ports/renderer";
import type { Store } from "@carrara/core/ports/store";
import type { Rounds } from "@carrara/core/studio/rounds";
import type { Verify } from "@carrara/core/verify/verify";
import type { StratumServer } from "./adapters/stratum/server.ts";

/** Everything that may be up. */
export interface Services {
  store: Store | null;
  bitcoin: { node: BtcNode; close(): Promise<void> } | null;
  ethereum: EthChain | null;
  outbox: Outbox | null;
  follower: Follower | null;
  rounds: Rounds | null;
  forge: Forge | null;
  market: Market | null;
  verify: Verify | null;
  pool: Pool | null;
  stratum: StratumServer | null;
  miner: Miner | null;
  renderer: Renderer;
  styles: StyleCache;
  /** What the first start is busy with. */
  preparing: string | null;
  /** Why a chain is not up. */
  problems: { bitcoin: string | null; ethereum: string | null; stratum: string | null };
  /** The Bitcoin chain's tip, as last read. */
  bitcoinTip: { height: number; hash: string; time: number; target: bigint } | null;
  /** Practice balances of the actors, as last read. */
  balances: Map<string, bigint>;
  /** This computer's worker name in the pool. */
  ownWorker: string | null;
}

export function noServices(renderer: Renderer): Services {
  return {
    store: null,
    bitcoin: null,
    ethereum: null,
    outbox: null,
    follower: null,
    rounds: null,
    forge: null,
    market: null,
    verify: null,
    pool: null,
    stratum: null,
    miner: null,
    renderer,
    styles: createStyleCache(),
    preparing: "opening the store",
    problems: { bitcoin: null, ethereum: null, stratum: null },
    bitcoinTip: null,
    balances: new Map(),
    ownWorker: null,
  };
}

/** @throws NotReadyError while the part is not up. */
export function need<K extends keyof Services>(services: Services, part: K): NonNullable<Services[K]> {
  const value = services[part];
  if (value === null || value === undefined) throw new NotReadyError(part, services);
  return value as NonNullable<Services[K]>;
}

/** The node is still starting, or a part of it is down. */
export class NotReadyError extends CarraraError {
  constructor(part: string, { preparing, problems }: Services) {
    const why =
      problems.ethereum ?? problems.bitcoin ?? (preparing ? `the node is ${preparing}` : `its ${part} is not up`);
    super("not-ready", `The node is not ready for this: ${why}.`, { hint: "Try again in a moment.", retryable: true });
  }
}
