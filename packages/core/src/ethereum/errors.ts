/**
 * What an Ethereum chain can answer besides a result, as errors that tell the mend.
 * @module
 */
import { CarraraError } from "@carrara/base/errors";

/** The chain does not answer: it is down, starting, or cannot be reached. The same call may succeed later. */
export class EthUnreachableError extends CarraraError {
  constructor(where: string, why: string, cause?: unknown) {
    super("eth-unreachable", `The Ethereum chain at ${where} does not answer: ${why}.`, {
      hint: "It is tried again by itself. If it stays so, see that the node runs and that ETH_RPC_URL names it.",
      retryable: true,
      cause,
    });
  }
}

/** The chain answered with a JSON-RPC error. `data` holds revert data where the chain gives it. */
export class EthRpcError extends CarraraError {
  /** JSON-RPC or EIP-1474 code: 3 is a revert, -32601 an unknown method. */
  readonly rpcCode: number;
  /** The chain's words, unchanged. */
  readonly rpcMessage: string;
  /** 0x and hex of the revert data, when the chain gives it. */
  readonly data: `0x${string}` | undefined;

  constructor(method: string, rpcCode: number, rpcMessage: string, data: unknown) {
    super("eth-rpc", `The Ethereum chain refused ${method}: ${rpcMessage} (code ${rpcCode}).`);
    this.rpcCode = rpcCode;
    this.rpcMessage = rpcMessage;
    this.data = revertData(data);
  }
}

/** Writes happen on the embedded chain only, until wallets are connected. */
export class ChainNotWritableError extends CarraraError {
  constructor(chainId: number) {
    super("chain-not-writable", `This node does not write to the Ethereum chain ${chainId}: it holds no key for it.`, {
      hint: "Only the embedded chain has actors that sign here; connecting a wallet is not built yet. Leave ETH_RPC_URL empty to use the embedded chain.",
    });
  }
}

/** Whether an error says that the chain was not reached, rather than that it refused. */
export function isUnreachable(error: unknown): boolean {
  return error instanceof CarraraError && error.code === "eth-unreachable";
}

/** Clients differ: `data` is the hex itself (anvil, geth), or an object that holds it (older ones). */
function revertData(data: unknown): `0x${string}` | undefined {
  if (typeof data === "string") return /^0x([0-9a-fA-F]{2})*$/.test(data) ? (data as `0x${string}`) : undefined;
  if (typeof data === "object" && data !== null && "data" in data) return revertData(data.data);
  return undefined;
}
