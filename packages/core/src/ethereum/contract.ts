/**
 * Reading contracts through the port: typed by their ABI, with refusals as sentences.
 * @module
 */
import type { Address } from "@carrara/base/units";
import {
  type Abi,
  type ContractFunctionArgs,
  type ContractFunctionName,
  type ContractFunctionReturnType,
  type DecodeFunctionResultParameters,
  decodeFunctionResult,
  type EncodeFunctionDataParameters,
  encodeFunctionData,
} from "viem";
import type { EthChain } from "../ports/ethereum.ts";
import { EthRpcError } from "./errors.ts";
import { refusalOfRpc, TransactionRefusedError } from "./refusal.ts";

/** Only what reading needs, so that a test or a verifier may pass any EIP-1193 function. */
export type Reader = Pick<EthChain, "request">;

type View = "view" | "pure";

/**
 * Calls a view function.
 * @param block number or "latest"
 * @throws TransactionRefusedError when the contract reverts; EthUnreachableError; EthRpcError.
 * @example await read(chain, { address, abi: collectionAbi, functionName: "totalSupply" }) // 12n
 */
export async function read<
  const A extends Abi,
  N extends ContractFunctionName<A, View>,
  const Args extends ContractFunctionArgs<A, View, N>,
>(
  chain: Reader,
  call: { address: Address; abi: A; functionName: N; args?: Args; block?: bigint; from?: Address },
): Promise<ContractFunctionReturnType<A, View, N, Args>> {
  const { address, abi, functionName, args, block, from } = call;
  const data = encodeFunctionData({ abi, functionName, args } as EncodeFunctionDataParameters);
  const result = await ask(chain, "eth_call", { to: address, data, ...(from ? { from } : {}) }, blockTag(block));
  return decodeFunctionResult({ abi, functionName, args, data: result } as DecodeFunctionResultParameters) as never;
}

/**
 * One request whose refusal is decoded.
 * @throws TransactionRefusedError when the refusal carries revert data or says "revert"; else what `request` throws.
 */
export async function ask(chain: Reader, method: string, ...params: unknown[]): Promise<`0x${string}`> {
  try {
    return (await chain.request({ method, params })) as `0x${string}`;
  } catch (error) {
    if (
      error instanceof EthRpcError &&
      (error.data !== undefined || error.rpcCode === 3 || /revert/i.test(error.rpcMessage))
    ) {
      throw new TransactionRefusedError(refusalOfRpc(error), error);
    }
    throw error;
  }
}

/** A number as JSON-RPC quantity; undefined is "latest". */
export function blockTag(block: bigint | number | undefined): string {
  return block === undefined ? "latest" : quantity(block);
}

/** `quantity(26) === "0x1a"` */
export function quantity(value: bigint | number): `0x${string}` {
  return `0x${value.toString(16)}`;
}

/** Whether there is code at an address. */
export async function hasCode(chain: Reader, address: Address): Promise<boolean> {
  return (await ask(chain, "eth_getCode", address, "latest")) !== "0x";
}
