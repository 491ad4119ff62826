/**
 * A typed client of Bitcoin Core's JSON-RPC, for Core, Knots, Litecoin Core and the embedded chain alike.
 *
 * Why `node:http` and not `fetch`: undici's fetch gives up on an answer after 300 s, and a longpoll on a quiet chain takes
 * longer. Each call opens its own connection: Core drops an idle one after `rpcservertimeout` (30 s), and a request that is
 * sent into a connection just being dropped can be lost or done twice, which `submitblock` must not be.
 * @module
 */
import { readFile } from "node:fs/promises";
import { request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import { fromHex } from "@carrara/base/bytes";
import { CarraraError } from "@carrara/base/errors";
import type { BlockchainInfo, BlockHeaderInfo, BlockTemplate, BtcChain, BtcNode } from "@carrara/core/ports/bitcoin";
import { scryptPow, sha256d } from "@carrara/mining/hash";
import { decodeHeader } from "@carrara/mining/header";
import { bitsToTarget, hashToNumber, meets } from "@carrara/mining/target";

/** How to prove to the node that we may ask: its cookie file, or the `rpcauth` user of its configuration. */
export type BtcAuth = { cookieFile: string } | { user: string; password: string };

/** Where the node is. */
export interface BtcNodeOptions {
  /** http or https, for instance "http://127.0.0.1:8332", with "/wallet/NAME" behind it where a wallet is meant. */
  url: string;
  auth: BtcAuth;
  /** For one answer; a longpoll has none. */
  timeoutMs?: number;
  /** Default: `embedded` when the node says that it is the embedded chain, else `real`. */
  kind?: BtcChain["kind"];
  /** Longest answer that is read, in bytes. A mainnet template is 8 MB at most, a block with details some 20 MB. */
  maxAnswerBytes?: number;
}

/**
 * Connects to a node and asks it who it is. The algorithm is not only believed: the tip's header must meet its own bits
 * by it (a chain with merged mining, where it does not, is refused).
 * @throws BtcUnreachableError, BtcAuthError, BtcRpcError, BtcUnknownChainError
 * @example const node = await connectBtcNode({ url: "http://127.0.0.1:18443", auth: { cookieFile } });
 */
export async function connectBtcNode(options: BtcNodeOptions): Promise<BtcNode> {
  const call = createCaller(options);
  const network = await call<{ subversion: string }>("getnetworkinfo");
  const info = await call<BlockchainInfo>("getblockchaininfo");
  const algorithm = await algorithmOf(call, network.subversion, info);
  return btcNode(call, {
    kind: options.kind ?? (network.subversion.startsWith(EMBEDDED_AGENT) ? "embedded" : "real"),
    chain: info.chain,
    algorithm,
    rules: rulesOf(network.subversion, info.chain),
    agent: network.subversion.replace(/^\/|\/$/g, ""),
  });
}

/** The agent by which the embedded chain names itself in `getnetworkinfo`; the version follows. */
export const EMBEDDED_AGENT = "/CarraraEmbedded:";

type Call = BtcNode["call"];

function btcNode(call: Call, chain: BtcChain): BtcNode {
  return {
    chain,
    call,
    getBlockchainInfo: () => call<BlockchainInfo>("getblockchaininfo"),
    getBlockTemplate: (longpollid, signal) =>
      call<BlockTemplate>(
        "getblocktemplate",
        [{ rules: chain.rules, ...(longpollid === undefined ? {} : { longpollid }) }],
        signal,
      ),
    submitBlock: (hex) => call<string | null>("submitblock", [hex]),
    getBlockHash: (height) => call<string>("getblockhash", [height]),
    getBlockHex: (hash) => call<string>("getblock", [hash, 0]),
    getBlockHeader: (hash) => call<BlockHeaderInfo>("getblockheader", [hash]),
    getBlockHeaderHex: (hash) => call<string>("getblockheader", [hash, false]),
    sendRawTransaction: (hex) => call<string>("sendrawtransaction", [hex]),
    getRawTransaction: (txid, blockhash) =>
      call<string>("getrawtransaction", blockhash === undefined ? [txid, false] : [txid, false, blockhash]),
    getTxOutProof: (txids, blockhash) =>
      call<string>("gettxoutproof", blockhash === undefined ? [txids] : [txids, blockhash]),
  };
}

function rulesOf(agent: string, chain: string): string[] {
  const rules = agent.startsWith("/LitecoinCore:") ? ["mweb", "segwit"] : ["segwit"];
  return chain === "signet" ? [...rules, "signet"] : rules;
}

async function algorithmOf(call: Call, agent: string, info: BlockchainInfo): Promise<BtcChain["algorithm"]> {
  const named = agent.startsWith("/LitecoinCore:") ? "scrypt" : "sha256d";
  // A genesis block proves nothing: ours is exempt from work, and Litecoin's regtest one meets its bits by scrypt only by luck.
  if (info.blocks === 0) return named;
  const header = fromHex(await call<string>("getblockheader", [info.bestblockhash, false]));
  const target = bitsToTarget(decodeHeader(header).bits);
  if (meets((named === "scrypt" ? scryptPow : sha256d)(header), target)) return named;
  throw new BtcUnknownChainError(agent, named, info.bestblockhash, hashToNumber(sha256d(header)));
}

interface Answer {
  status: number;
  body: string;
}

/** One JSON-RPC call as a function, with the cookie kept and read again after a 401 (a restarted node has a new one). */
function createCaller(options: BtcNodeOptions): Call {
  const url = parseUrl(options.url);
  // Hosted nodes carry their key in path or query: of these only a wallet's name is ever shown.
  const shown = `${url.protocol}//${url.host}${url.pathname.startsWith("/wallet/") ? url.pathname : ""}`;
  const timeoutMs = options.timeoutMs ?? 30_000;
  const maxBytes = options.maxAnswerBytes ?? 64 * 1024 * 1024;
  let credentials: string | undefined;
  let lastId = 0;

  const readCredentials = async (): Promise<string> => {
    if ("user" in options.auth) return `${options.auth.user}:${options.auth.password}`;
    try {
      return (await readFile(options.auth.cookieFile, "utf8")).trim();
    } catch (cause) {
      throw new BtcUnreachableError(shown, `its cookie file ${options.auth.cookieFile} cannot be read`, cause);
    }
  };

  const post = (method: string, body: string, signal: AbortSignal | undefined, endless: boolean): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const unreachable = (why: string, cause?: unknown) => reject(new BtcUnreachableError(shown, why, cause));
      const request = (url.protocol === "https:" ? httpsRequest : httpRequest)(
        url,
        {
          method: "POST",
          agent: false,
          ...(signal === undefined ? {} : { signal }),
          headers: {
            authorization: `Basic ${Buffer.from(credentials ?? "").toString("base64")}`,
            "content-type": "application/json",
            "content-length": Buffer.byteLength(body),
          },
        },
        (response) => {
          const chunks: Buffer[] = [];
          let length = 0;
          response.on("data", (chunk: Buffer) => {
            length += chunk.length;
            if (length > maxBytes) {
              response.destroy();
              unreachable(`its answer to ${method} is longer than ${maxBytes} bytes`);
            } else chunks.push(chunk);
          });
          response.on("end", () =>
            resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString("utf8") }),
          );
          response.on("error", (cause) => unreachable(`it broke off its answer to ${method}`, cause));
        },
      );
      const timer = endless
        ? undefined
        : setTimeout(() => {
            request.destroy();
            unreachable(`it did not answer ${method} within ${timeoutMs} ms`);
          }, timeoutMs);
      request.on("close", () => clearTimeout(timer));
      request.on("error", (cause: NodeJS.ErrnoException) => {
        if (signal?.aborted) reject(cause);
        else unreachable(cause.code ?? cause.message, cause);
      });
      request.end(body);
    });

  return async <T>(method: string, params: readonly unknown[] = [], signal?: AbortSignal): Promise<T> => {
    const id = ++lastId;
    const body = JSON.stringify({ jsonrpc: "1.0", id, method, params });
    const endless = method === "getblocktemplate" && hasLongpoll(params);
    credentials ??= await readCredentials();
    let answer = await post(method, body, signal, endless);
    if (answer.status === 401 && "cookieFile" in options.auth) {
      const again = await readCredentials();
      if (again !== credentials) {
        credentials = again;
        answer = await post(method, body, signal, endless);
      }
    }
    if (answer.status === 401 || answer.status === 403) throw new BtcAuthError(shown, answer.status, options.auth);
    return readAnswer<T>(shown, method, answer);
  };
}

function readAnswer<T>(shown: string, method: string, answer: Answer): T {
  let parsed: unknown;
  try {
    parsed = JSON.parse(answer.body);
  } catch (cause) {
    // Core answers 503 with plain text while its work queue is full.
    const text = answer.body.slice(0, 120).trim() || "nothing";
    throw new BtcUnreachableError(shown, `its answer to ${method} is HTTP ${answer.status} with "${text}"`, cause);
  }
  if (typeof parsed !== "object" || parsed === null) {
    throw new BtcUnreachableError(shown, `its answer to ${method} is not a JSON-RPC answer`);
  }
  const { result, error } = parsed as { result?: T; error?: { code?: unknown; message?: unknown } | null };
  if (error) throw new BtcRpcError(method, Number(error.code ?? 0), String(error.message ?? "no message"));
  return (result ?? null) as T;
}

function hasLongpoll(params: readonly unknown[]): boolean {
  const first = params[0];
  return typeof first === "object" && first !== null && "longpollid" in first;
}

function parseUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== "http:" && url?.protocol !== "https:") {
    throw new CarraraError("btc-bad-url", `"${text.slice(0, 80)}" is not the URL of a node.`, {
      hint: "Give http://HOST:PORT, for instance http://127.0.0.1:8332.",
    });
  }
  return url;
}

/** The node understood the call and refused it. */
export class BtcRpcError extends CarraraError {
  /** Core's number, for instance -5 (not found), -8 (bad parameter), -25/-26/-27 (transaction refused). */
  readonly rpcCode: number;
  readonly method: string;
  /** Core's own words, without ours around them. */
  readonly rpcMessage: string;

  constructor(method: string, rpcCode: number, rpcMessage: string) {
    const hint = RPC_HINTS[rpcCode];
    super("btc-rpc", `The Bitcoin node refused ${method}: ${rpcMessage} (${rpcCode}).`, {
      ...(hint === undefined ? {} : { hint }),
      retryable: RETRYABLE.has(rpcCode),
    });
    this.rpcCode = rpcCode;
    this.method = method;
    this.rpcMessage = rpcMessage;
  }
}

/** The node does not answer, or with something that is not JSON-RPC. */
export class BtcUnreachableError extends CarraraError {
  constructor(url: string, why: string, cause?: unknown) {
    super("btc-unreachable", `The Bitcoin node at ${url} cannot be reached: ${why}.`, {
      hint: "Is it running, with server=1, and is BTC_RPC_URL its RPC port? It is tried again.",
      retryable: true,
      cause,
    });
  }
}

/** The node answers, but does not let us in. */
export class BtcAuthError extends CarraraError {
  constructor(url: string, status: number, auth: BtcAuth) {
    const by = "user" in auth ? `user "${auth.user}"` : `the cookie of ${auth.cookieFile}`;
    super("btc-auth", `The Bitcoin node at ${url} refuses ${by} (HTTP ${status}).`, {
      hint: "Give the .cookie file of the data folder of that very node, or the user and password of its rpcauth line; see its rpcallowip too.",
    });
  }
}

/** The tip's header does not meet its bits by the algorithm that the node's name promises. */
export class BtcUnknownChainError extends CarraraError {
  constructor(agent: string, algorithm: string, hash: string, value: bigint) {
    super(
      "btc-unknown-chain",
      `${agent} does not mine by ${algorithm}: its block ${hash} has the number ${value.toString(16).padStart(64, "0")}, over its target.`,
      {
        hint: "Give a node of Bitcoin or Litecoin; chains with merged mining or another proof of work are not supported.",
      },
    );
  }
}

const RETRYABLE = new Set([-9, -10, -20, -28]);

const RPC_HINTS: Record<number, string> = {
  [-5]: "Nothing of that name is known to this node; an old transaction wants its block hash, or txindex=1.",
  [-9]: "The node has no peers yet; it is tried again.",
  [-10]: "The node is still loading blocks; it is tried again.",
  [-20]: "It cannot write to its disk: make room there. The same call may be made again.",
  [-25]: "An input is missing or spent: wait for its transaction, or make the transaction anew.",
  [-26]: "The transaction breaks a rule; the words in front say which.",
  [-27]: "It is in a block already: nothing is left to do.",
  [-28]: "The node is starting; it is tried again.",
  [-32601]: "The node is too old, or not of the Bitcoin Core family.",
};
