/**
 * The Ethereum chain: an EIP-1193 request function beside what we must know about who serves it.
 * @module
 */
import type { Address } from "@carrara/base/units";

/** Names of the well-known development accounts that act on the embedded chain. */
export type ActorName = "artist" | "miner" | "collector";

/** Somebody who can sign here. On any chain but the embedded one there is none until wallets are connected. */
export interface Actor {
  name: ActorName;
  address: Address;
  /** A signed EIP-1559 transaction, serialised. */
  signTransaction(tx: TransactionToSign): Promise<`0x${string}`>;
  /** EIP-712. */
  signTypedData(data: TypedDataToSign): Promise<`0x${string}`>;
}

/** The fields of an EIP-1559 transaction; all decided before it is signed. */
export interface TransactionToSign {
  chainId: number;
  nonce: number;
  /** Absent: a contract creation. */
  to?: Address;
  data: `0x${string}`;
  value: bigint;
  gas: bigint;
  maxFeePerGas: bigint;
  maxPriorityFeePerGas: bigint;
}

/** EIP-712 input in the shape that viem and wallets use. */
export interface TypedDataToSign {
  domain: { name: string; version: string; chainId: number; verifyingContract: Address };
  types: Record<string, readonly { name: string; type: string }[]>;
  primaryType: string;
  message: Record<string, unknown>;
}

/**
 * One chain. `request` rejects with `EthUnreachableError` (code `eth-unreachable`, retryable) while the chain does not
 * answer, and with an error that carries the JSON-RPC `code`, `message` and `data` when it refuses.
 */
export interface EthChain {
  /** `embedded` is an anvil of our own: its ETH is practice money, and the page says so. */
  readonly kind: "embedded" | "real";
  readonly chainId: number;
  readonly agent: string;
  /** Blocks until a transaction counts as final: 1 on the embedded chain. */
  readonly confirmations: number;
  request(call: { method: string; params?: unknown }): Promise<unknown>;
  /** Empty on any chain but the embedded one. */
  readonly actors: readonly Actor[];
  close(): Promise<void>;
}
