/**
 * Ethereum's JSON-RPC over HTTP as the port `EthChain.request`, for any node.
 * @module
 */
import { BadUnitError } from "@carrara/base/units";
import { EthRpcError, EthUnreachableError } from "@carrara/core/ethereum/errors";
import type { EthChain } from "@carrara/core/ports/ethereum";

/** What `createRpc` takes. */
export interface RpcOptions {
  /** http or https; a user and password in it are sent as basic authentication. */
  url: string;
  /** For one answer, in ms. */
  timeoutMs?: number;
}

/** A function that asks, and the place it asks, without secrets. */
export interface Rpc {
  request: EthChain["request"];
  where: string;
}

/**
 * A client of one JSON-RPC endpoint. Nothing is tried again here: whether a call may be repeated, only its caller knows.
 * @throws BadUnitError when the URL is not http or https.
 * @example await createRpc({ url: "http://127.0.0.1:8545" }).request({ method: "eth_chainId" }) // "0x7a69"
 */
export function createRpc({ url, timeoutMs = 20_000 }: RpcOptions): Rpc {
  const endpoint = parseUrl(url);
  const headers: Record<string, string> = { "content-type": "application/json" };
  if (endpoint.username !== "") {
    const login = `${decodeURIComponent(endpoint.username)}:${decodeURIComponent(endpoint.password)}`;
    headers.authorization = `Basic ${Buffer.from(login).toString("base64")}`;
    endpoint.username = "";
    endpoint.password = "";
  }
  // Hosted nodes carry their key in path or query, so only the host is ever shown.
  const where = endpoint.host;
  let lastId = 0;

  return {
    where,
    async request({ method, params = [] }) {
      const body = JSON.stringify({ jsonrpc: "2.0", id: ++lastId, method, params });
      let answer: Answer;
      try {
        const response = await fetch(endpoint, {
          method: "POST",
          headers,
          body,
          signal: AbortSignal.timeout(timeoutMs),
        });
        const text = await response.text();
        answer = parseAnswer(text, response.status);
      } catch (error) {
        throw new EthUnreachableError(where, reason(error, timeoutMs), error);
      }
      if (answer.error) throw new EthRpcError(method, answer.error.code, answer.error.message, answer.error.data);
      return answer.result;
    },
  };
}

/**
 * Connects to a node that somebody else runs, and asks who it is. There are no actors there: nothing is signed.
 * @param confirmations Blocks until an event counts as final; 12 is the depth that exchanges have long asked for.
 * @throws EthUnreachableError, EthRpcError
 */
export async function connectEthChain({
  confirmations = 12,
  ...options
}: RpcOptions & { confirmations?: number }): Promise<EthChain> {
  const { request } = createRpc(options);
  const chainId = Number(await request({ method: "eth_chainId" }));
  const agent = String(await request({ method: "web3_clientVersion" }).catch(() => "unnamed"));
  return { kind: "real", chainId, agent, confirmations, request, actors: [], close: async () => {} };
}

interface Answer {
  result?: unknown;
  error?: { code: number; message: string; data?: unknown };
}

function parseAnswer(text: string, status: number): Answer {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new TypeError(`HTTP ${status} without JSON: ${text.slice(0, 80)}`);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value) || !("result" in value || "error" in value)) {
    throw new TypeError(`HTTP ${status} without a JSON-RPC answer`);
  }
  const { error } = value as { error?: unknown };
  if (error === undefined || error === null) return value as Answer;
  const { code, message, data } = error as { code?: unknown; message?: unknown; data?: unknown };
  // Overload is said in HTTP as well as in JSON-RPC; both mean "later".
  if (status === 429 || status === 502 || status === 503 || status === 504) throw new TypeError(`HTTP ${status}`);
  return { error: { code: Number(code ?? -32000), message: String(message ?? "no reason given"), data } };
}

function reason(error: unknown, timeoutMs: number): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === "TimeoutError") return `no answer within ${timeoutMs / 1000} s`;
  const { cause } = error;
  if (cause instanceof Error && "code" in cause) return String(cause.code);
  return cause instanceof Error ? cause.message : error.message;
}

function parseUrl(text: string): URL {
  const form = "an http or https address, for instance http://127.0.0.1:8545";
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw new BadUnitError("the address of an Ethereum node", text, form);
  }
  if (url.protocol !== "http:" && url.protocol !== "https:") {
    throw new BadUnitError("the address of an Ethereum node", url.protocol, form);
  }
  return url;
}
