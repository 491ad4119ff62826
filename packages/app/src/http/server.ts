/**
 * The HTTP server: the routes of the API over their handlers, live events, pictures, and the built pages. It answers on
 * loopback unless told otherwise; Host and Origin are checked, so that a web page elsewhere can neither rebind its name to
 * this node (DNS rebinding) nor post to it (CSRF).
 * @module
 */
import type { AddressInfo } from "node:net";
import { type Input, type Output, type Route, type RouteName, routes } from "@carrara/api/routes";
import type { ApiError, LiveEvent } from "@carrara/api/schemas";
import { CarraraError } from "@carrara/base/errors";
import { type HttpBindings, type ServerType, serve } from "@hono/node-server";
import { serveStatic } from "@hono/node-server/serve-static";
import { type Context, Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { streamSSE } from "hono/streaming";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import type { z } from "zod";
import { openApi } from "./openapi.ts";

/** What stands behind each route: parsed input in, answer out; refusals are thrown as CarraraError with a code of the route. */
export type Handlers = { [N in RouteName]: (input: Parsed<N>) => Promise<Output<N>> };
type ParsedPart<R, K extends string> = R extends Record<K, z.ZodType> ? z.output<R[K & keyof R] & z.ZodType> : unknown;
/** Input after its schemas have parsed it, with defaults filled in. */
export type Parsed<N extends RouteName> = ParsedPart<(typeof routes)[N], "params"> &
  ParsedPart<(typeof routes)[N], "query"> &
  ParsedPart<(typeof routes)[N], "body">;

/** What the server needs. */
export interface HttpOptions {
  host: string;
  /** 0 takes any free port. */
  port: number;
  handlers: Handlers;
  /** A PNG of a piece; refuses like a handler. */
  picture(tokenId: string, size: number, signal: AbortSignal): Promise<Uint8Array>;
  /** Prometheus text. */
  metrics(): Promise<string>;
  /** Calls `listen` with each event until the returned function is called. */
  events(listen: (event: LiveEvent) => void): () => void;
  /** Folder of the built pages. */
  pages: string;
  /** A fault that is ours: logged with its stack, told to the caller without it. */
  onFault(error: unknown, where: string): void;
}

/** A running server. */
export interface HttpServer {
  readonly url: string;
  readonly port: number;
  close(): Promise<void>;
}

const BODY_LIMIT_BYTES = 64 * 1024;
/** Events held for one slow reader before it is cut off; it connects again and reads the present state. */
const EVENTS_HELD = 512;
const EVENT_READERS = 64;

/** @throws PortTakenError when the port is taken. */
export async function serveHttp(options: HttpOptions): Promise<HttpServer> {
  const app = createApp(options);
  const server = await new Promise<ServerType>((resolve, reject) => {
    const starting = serve({ fetch: app.fetch, hostname: options.host, port: options.port });
    starting.once("listening", () => resolve(starting));
    starting.once("error", (error: NodeJS.ErrnoException) => {
      reject(error.code === "EADDRINUSE" ? new PortTakenError("http.port", options.port, error) : error);
    });
  });
  const { port } = server.address() as AddressInfo;
  const shown = options.host === "0.0.0.0" || options.host === "::" ? "127.0.0.1" : options.host;
  return {
    url: `http://${shown.includes(":") ? `[${shown}]` : shown}:${port}`,
    port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        if ("closeAllConnections" in server) server.closeAllConnections();
      }),
  };
}

/** The application without a socket, for tests. */
export function createApp(options: Omit<HttpOptions, "port">): Hono {
  const app = new Hono();
  app.onError((error, c) => refuse(c, error, options.onFault));
  app.use(async (c, next) => {
    guardHost(c, options.host);
    guardOrigin(c);
    await next();
    c.header("content-security-policy", CONTENT_SECURITY_POLICY);
    c.header("x-content-type-options", "nosniff");
    c.header("referrer-policy", "no-referrer");
    c.header("cross-origin-resource-policy", "same-origin");
  });
  app.use(
    "/api/*",
    bodyLimit({
      maxSize: BODY_LIMIT_BYTES,
      onError: () => {
        throw new BadRequestError(`The body is over ${BODY_LIMIT_BYTES} bytes.`, "Send less.");
      },
    }),
  );

  for (const name of Object.keys(routes) as RouteName[]) {
    const route: Route = routes[name];
    app.on(route.method, route.path, async (c) => {
      const input = await parseInput(route, c);
      const handler = options.handlers[name] as (input: unknown) => Promise<unknown>;
      c.header("cache-control", "no-store");
      return c.json((await handler(input)) as object);
    });
  }

  const document = openApi();
  app.get("/api/openapi.json", (c) => c.json(document));
  app.get("/metrics", async (c) => c.text(await options.metrics()));
  app.get("/api/pieces/:tokenId/image.png", async (c) => {
    const { tokenId } = parsePart(routes.piece.params, c.req.param(), "path") as { tokenId: string };
    const size = Number(c.req.query("size") ?? "512");
    if (!Number.isInteger(size) || size < 16 || size > 1024) {
      throw new BadRequestError(`size is "${c.req.query("size")}".`, "Give a whole number of pixels from 16 to 1024.");
    }
    // A page that scrolls on leaves requests behind: what nobody waits for need not be drawn.
    const png = await options.picture(tokenId, size, c.req.raw.signal);
    // A token id and a style never change, so neither does the picture.
    return c.body(png as Uint8Array<ArrayBuffer>, 200, {
      "content-type": "image/png",
      "cache-control": "private, max-age=31536000, immutable",
    });
  });

  let readers = 0;
  app.get("/api/events", (c) => {
    if (readers >= EVENT_READERS) {
      throw new CarraraError("too-many-readers", `${EVENT_READERS} pages already read live events.`, {
        hint: "Close one.",
        retryable: true,
      });
    }
    readers++;
    return streamSSE(c, async (stream) => {
      const held: LiveEvent[] = [];
      let wake = () => {};
      let over = false;
      const stop = options.events((event) => {
        if (over) return;
        held.push(event);
        if (held.length > EVENTS_HELD) cutOff();
        wake();
      });
      // A reader that takes nothing leaves a write waiting for ever: only the end of its socket ends that.
      const cutOff = () => {
        over = true;
        held.length = 0;
        stream.abort();
        (c.env as Partial<HttpBindings> | undefined)?.outgoing?.destroy();
      };
      const end = () => {
        over = true;
        wake();
      };
      stream.onAbort(end);
      const beat = setInterval(() => void stream.write(": still here\n\n"), 20_000);
      try {
        await stream.write("retry: 1000\n\n");
        while (!over) {
          const event = held.shift();
          if (event) await stream.writeSSE({ event: event.type, data: JSON.stringify(event) });
          else
            await new Promise<void>((resolve) => {
              wake = resolve;
            });
        }
      } finally {
        clearInterval(beat);
        stop();
        readers--;
      }
    });
  });

  app.all("/api/*", (c) => {
    throw new CarraraError("no-such-route", `There is no ${c.req.method} ${new URL(c.req.url).pathname}.`, {
      hint: "See /api/openapi.json.",
    });
  });
  app.use(
    "/assets/*",
    serveStatic({
      root: options.pages,
      onFound: (_, c) => c.header("cache-control", "public, max-age=31536000, immutable"),
    }),
  );
  app.use("*", serveStatic({ root: options.pages }));
  app.get("*", serveStatic({ root: options.pages, path: "index.html" }));
  return app;
}

const CONTENT_SECURITY_POLICY =
  "default-src 'self'; img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'; worker-src 'self' blob:; " +
  "object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

async function parseInput(route: Route, c: Context): Promise<unknown> {
  const input: Record<string, unknown> = {};
  if (route.params) Object.assign(input, parsePart(route.params, c.req.param(), "path"));
  if (route.query) Object.assign(input, parsePart(route.query, singles(c.req.queries()), "query"));
  if (route.body) {
    if (!/^application\/json\b/.test(c.req.header("content-type") ?? "")) {
      throw new BadRequestError("The body is not declared as JSON.", "Send the header content-type: application/json.");
    }
    let body: unknown;
    try {
      body = await c.req.json();
    } catch (error) {
      if (error instanceof CarraraError) throw error;
      throw new BadRequestError("The body is not JSON.", "Send an object such as {}.");
    }
    Object.assign(input, parsePart(route.body, body, "body"));
  }
  return input;
}

function singles(queries: Record<string, string[]>): Record<string, string> {
  const single: Record<string, string> = {};
  for (const [name, values] of Object.entries(queries)) {
    if (values.length > 1) throw new BadRequestError(`${name} is given ${values.length} times.`, "Give it once.");
    single[name] = values[0] ?? "";
  }
  return single;
}

function parsePart(schema: z.ZodType, value: unknown, where: string): object {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data as object;
  const issues = parsed.error.issues.map((issue) => ({
    path: [where, ...issue.path.map(String)].join("."),
    message: issue.message,
  }));
  const [first] = issues;
  throw new BadRequestError(
    `${first?.path ?? where}: ${first?.message ?? "is not of the wanted form"}.`,
    "Mend the value; the forms are in /api/openapi.json.",
    issues,
  );
}

/** A name other than an address of this computer in Host means that a page elsewhere has pointed its name at us. */
function guardHost(c: Context, listens: string): void {
  const given = (c.req.header("host") ?? "").toLowerCase();
  const name = given.replace(/:\d+$/, "");
  const local = name === "127.0.0.1" || name === "localhost" || name === "[::1]";
  const numeric = /^(\d{1,3}\.){3}\d{1,3}$|^\[[0-9a-f:]+\]$/.test(name);
  if (local || (numeric && listens !== "127.0.0.1" && listens !== "::1")) return;
  throw new CarraraError("wrong-host", `This node does not answer to the name "${given.slice(0, 80)}".`, {
    hint: "Open it by its address, for instance http://127.0.0.1.",
  });
}

/**
 * A page of another site may neither command this node nor keep it busy: an `<img>` there could ask for drawings by the
 * hundred. Following a link to a page of ours is allowed.
 */
function guardOrigin(c: Context): void {
  const reads = c.req.method === "GET" || c.req.method === "HEAD";
  if (reads && (!c.req.path.startsWith("/api/") || c.req.header("sec-fetch-mode") === "navigate")) return;
  const origin = c.req.header("origin");
  const site = c.req.header("sec-fetch-site");
  if (
    origin !== undefined &&
    origin.replace(/^https?:\/\//, "").toLowerCase() !== (c.req.header("host") ?? "").toLowerCase()
  ) {
    throw new CarraraError("wrong-origin", `A page of ${origin.slice(0, 80)} may not use this node.`, {
      hint: "Use the node's own page.",
    });
  }
  if (site !== undefined && site !== "same-origin" && site !== "none") {
    throw new CarraraError("wrong-origin", "A page of another site may not use this node.", {
      hint: "Use the node's own page.",
    });
  }
}

const STATUS: Record<string, number> = {
  "bad-request": 400,
  "wrong-host": 403,
  "wrong-origin": 403,
  "no-such-route": 404,
  "too-many-readers": 503,
  "store-unavailable": 503,
  "eth-unreachable": 503,
  "btc-unreachable": 503,
  "not-ready": 503,
  "renderer-busy": 503,
  "thread-lost": 503,
  // Only to somebody who has hung up.
  stopped: 503,
  closing: 503,
  "eth-rpc": 502,
  "btc-rpc": 502,
  // What a contract or the order book says to a write; each with its reason and mend.
  "transaction-refused": 409,
  "gas-cap": 409,
  "bad-order": 409,
  "order-over": 409,
  "bad-signature": 409,
  "port-forbidden": 409,
  "host-unknown": 409,
  "stratum-listen": 409,
};
for (const route of Object.values(routes)) Object.assign(STATUS, route.errors);

function refuse(c: Context, error: unknown, onFault: HttpOptions["onFault"]): Response {
  if (error instanceof CarraraError) {
    const status = STATUS[error.code];
    if (status !== undefined) {
      const body: ApiError = {
        error: {
          code: error.code,
          message: error.message,
          hint: error.hint ?? null,
          retryable: error.retryable,
          ...(error instanceof BadRequestError && error.issues.length > 0 ? { issues: error.issues } : {}),
        },
      };
      return c.json(body, status as ContentfulStatusCode);
    }
  }
  onFault(error, `${c.req.method} ${new URL(c.req.url).pathname}`);
  const body: ApiError = {
    error: {
      code: "internal",
      message: "Something in this node failed.",
      hint: "Its log says what; nothing was changed by this request.",
      retryable: false,
    },
  };
  return c.json(body, 500);
}

/** A request whose values are not of the wanted form. */
export class BadRequestError extends CarraraError {
  readonly issues: { path: string; message: string }[];
  constructor(message: string, hint: string, issues: { path: string; message: string }[] = []) {
    super("bad-request", message, { hint });
    this.issues = issues;
  }
}

/** The port is in use. */
export class PortTakenError extends CarraraError {
  constructor(setting: string, port: number, cause: unknown) {
    super("port-taken", `Port ${port} is taken.`, {
      hint: `End the program that holds it, or set ${setting} to a free port (0 takes any).`,
      cause,
    });
  }
}

/** What a caller of a route writes, for the command line. */
export type { Input };
