/**
 * JSON-RPC over HTTP on loopback, as Bitcoin Core serves it (httprpc.cpp, request.cpp of 27.x and the JSON-RPC 2.0 of 28).
 * Guards: cookie authentication, a Host that is loopback (DNS rebinding), no Origin (no browser has business here), bounds
 * on body, batch and waiting calls.
 * @module
 */
import { timingSafeEqual } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { CarraraError } from "@carrara/base/errors";
import { type Method, RpcError } from "./methods.ts";

/** What is served. */
export interface RpcServerOptions {
  methods: Map<string, Method>;
  /** `user:password` that a caller must show. */
  credentials: string;
  /** 0 for any free one. */
  port: number;
  /** Told of an error that is ours and not the caller's. */
  onError(error: unknown): void;
}

/** A running server. */
export interface RpcServer {
  url: string;
  close(): Promise<void>;
}

/** The hex of the heaviest block there can be is 8,000,000 characters. */
const MAX_BODY = 8 * 1024 * 1024;
const MAX_BATCH = 1000;
/** Calls at one time, longpolls among them; Core's work queue is 64 deep. */
const MAX_CALLS = 128;
/** Core waits as long before it answers a wrong password. */
const WRONG_PASSWORD_MS = 250;

/** Listens on 127.0.0.1. Rejects when the port is taken. */
export async function serveRpc({ methods, credentials, port, onError }: RpcServerOptions): Promise<RpcServer> {
  const expected = Buffer.from(`Basic ${Buffer.from(credentials).toString("base64")}`);
  const closing = new AbortController();
  let calls = 0;

  const server = createServer((request, response) => {
    handle(request, response).catch((error: unknown) => {
      onError(error);
      answer(response, 500, "");
    });
  });
  // A slow or silent client must not hold a connection for ever.
  server.headersTimeout = 10_000;
  server.requestTimeout = 60_000;

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (!isLoopbackHost(request.headers.host) || request.headers.origin !== undefined) return answer(response, 403, "");
    if (request.method !== "POST") return answer(response, 405, "JSONRPC server handles only POST requests");
    if (!isAuthorised(request.headers.authorization, expected)) {
      await new Promise((resolve) => setTimeout(resolve, WRONG_PASSWORD_MS));
      response.setHeader("www-authenticate", 'Basic realm="jsonrpc"');
      return answer(response, 401, "");
    }
    if (calls >= MAX_CALLS) return answer(response, 503, "Work queue depth exceeded");
    calls++;
    try {
      const body = await readBody(request);
      if (body === undefined) return answer(response, 413, "");
      const gone = new AbortController();
      response.on("close", () => gone.abort());
      const reply = await respond(body, AbortSignal.any([gone.signal, closing.signal]));
      answer(response, reply.status, reply.text);
    } finally {
      calls--;
    }
  }

  async function respond(body: string, signal: AbortSignal): Promise<{ status: number; text: string }> {
    let parsed: unknown;
    try {
      parsed = JSON.parse(body);
    } catch {
      return { status: 500, text: line(failure(null, false, -32700, "Parse error")) };
    }
    if (!Array.isArray(parsed)) {
      const reply = await call(parsed, signal);
      return reply ? { status: reply.status, text: line(reply.body) } : { status: 204, text: "" };
    }
    if (parsed.length > MAX_BATCH) {
      return { status: 400, text: line(failure(null, false, -32600, `A batch holds at most ${MAX_BATCH} calls`)) };
    }
    const replies: unknown[] = [];
    for (const one of parsed) {
      const reply = await call(one, signal);
      if (reply) replies.push(reply.body);
    }
    return { status: 200, text: line(replies) };
  }

  /** One call; undefined for a JSON-RPC 2.0 notification. */
  async function call(request: unknown, signal: AbortSignal): Promise<{ status: number; body: unknown } | undefined> {
    if (typeof request !== "object" || request === null || Array.isArray(request)) {
      return { status: 400, body: failure(null, false, -32600, "Invalid Request object") };
    }
    const { id = null, method, params, jsonrpc } = request as Record<string, unknown>;
    const modern = jsonrpc === "2.0";
    const silent = modern && !("id" in request);
    const refuse = (code: number, message: string) => {
      const status = modern ? 200 : code === -32601 ? 404 : code === -32600 ? 400 : 500;
      return silent ? undefined : { status, body: failure(id, modern, code, message) };
    };
    if (typeof method !== "string") return refuse(-32600, "Method must be a string");
    const found = methods.get(method);
    if (!found) return refuse(-32601, "Method not found");
    try {
      const result = (await found.run(positional(method, found, params), signal)) ?? null;
      if (silent) return undefined;
      return { status: 200, body: modern ? { jsonrpc: "2.0", result, id } : { result, error: null, id } };
    } catch (error) {
      if (error instanceof RpcError) return refuse(error.rpcCode, error.message);
      if (signal.aborted) return refuse(-9, "Shutting down");
      onError(error);
      // RPC_DATABASE_ERROR: the block file could not be written.
      if (error instanceof CarraraError) return refuse(-20, error.message);
      return refuse(-32603, "Internal error");
    }
  }

  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  const { port: bound } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${bound}`,
    async close() {
      closing.abort();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      // Longpolls have been told; give their answers a turn of the loop to leave.
      await new Promise((resolve) => setImmediate(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

function positional(name: string, method: Method, params: unknown): readonly unknown[] {
  let list: unknown[];
  if (params === undefined || params === null) list = [];
  else if (Array.isArray(params)) list = params;
  else if (typeof params === "object") {
    const named = params as Record<string, unknown>;
    const unknown = Object.keys(named).find((key) => !method.params.includes(key) && key !== "args");
    if (unknown !== undefined) throw new RpcError(-8, `Unknown named parameter ${unknown}`);
    const first = Array.isArray(named.args) ? named.args : [];
    list = method.params.map((param, index) => first[index] ?? named[param]);
  } else throw new RpcError(-32600, "Params must be an array or object");
  const given = list.findLastIndex((value) => value !== undefined) + 1;
  if (given < method.needed || given > method.params.length) {
    const usage = method.params.map((param, index) => (index < method.needed ? param : `( ${param} )`));
    throw new RpcError(-1, [name, ...usage].join(" "));
  }
  return list.map((value) => (value === null ? undefined : value));
}

function isLoopbackHost(host: string | undefined): boolean {
  return host !== undefined && /^(127\.0\.0\.1|localhost|\[::1\])(:\d{1,5})?$/i.test(host);
}

function isAuthorised(header: string | undefined, expected: Buffer): boolean {
  const given = Buffer.from(header ?? "");
  return given.length === expected.length && timingSafeEqual(given, expected);
}

/** The body as text, or undefined when it is too long; the rest of a long one is not read. */
async function readBody(request: IncomingMessage): Promise<string | undefined> {
  if (Number(request.headers["content-length"] ?? 0) > MAX_BODY) return undefined;
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > MAX_BODY) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function failure(id: unknown, modern: boolean, code: number, message: string): unknown {
  const error = { code, message };
  return modern ? { jsonrpc: "2.0", error, id } : { result: null, error, id };
}

function line(value: unknown): string {
  return `${JSON.stringify(value)}\n`;
}

function answer(response: ServerResponse, status: number, text: string): void {
  if (response.headersSent || response.destroyed) return;
  // What was not read of a refused request must not be taken for the next one.
  if (status >= 400 && status !== 404 && status !== 500) response.setHeader("connection", "close");
  response.writeHead(status, {
    "content-type": text.startsWith("{") || text.startsWith("[") ? "application/json" : "text/plain",
  });
  response.end(text);
}
