import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClient } from "@carrara/api/client";
import { type Route, routes } from "@carrara/api/routes";
import type { LiveEvent } from "@carrara/api/schemas";
import { CarraraError } from "@carrara/base/errors";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Handlers, type HttpServer, PortTakenError, serveHttp } from "./server.ts";

/** Handlers that give back what they were given: what is tested here is the way to them. */
const seen: { name: string; input: unknown }[] = [];
const handlers = Object.fromEntries(
  Object.keys(routes).map((name) => [
    name,
    async (input: unknown) => {
      seen.push({ name, input });
      if (name === "forge")
        throw new CarraraError("claim-lapsed", "Its round is over.", { hint: "Forge a newer claim." });
      if (name === "books") throw new Error("a secret of the inside");
      return { name };
    },
  ]),
) as unknown as Handlers;

const token = "0".repeat(16) + "ab".repeat(24);
let pages: string;
let server: HttpServer;
const faults: unknown[] = [];
/** A picture of this size is drawn until nobody waits for it. */
const SLOW = 77;
const drawing: AbortSignal[] = [];
const listeners = new Set<(event: LiveEvent) => void>();

beforeAll(async () => {
  pages = mkdtempSync(join(tmpdir(), "carrara-pages-"));
  writeFileSync(join(pages, "index.html"), "<!doctype html><title>Carrara</title>");
  writeFileSync(join(pages, "..", "outside.txt"), "outside");
  server = await serveHttp({
    host: "127.0.0.1",
    port: 0,
    handlers,
    picture: (_, size, signal) =>
      new Promise((resolve, reject) => {
        if (size !== SLOW) return resolve(Uint8Array.of(size & 255));
        drawing.push(signal);
        signal.addEventListener("abort", () => reject(new CarraraError("stopped", "Nobody waits.")));
      }),
    metrics: async () => "carrara_up 1\n",
    events: (listen) => {
      listeners.add(listen);
      return () => listeners.delete(listen);
    },
    pages,
    onFault: (error) => faults.push(error),
  });
});
afterAll(async () => {
  await server.close();
  rmSync(pages, { recursive: true });
});

/** A request with headers that `fetch` does not let through. */
function raw(
  path: string,
  { method = "GET", headers = {}, body = "" } = {},
): Promise<{ status: number; body: string; headers: NodeJS.Dict<string | string[]> }> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: "127.0.0.1", port: server.port, path, method, headers }, (response) => {
      let text = "";
      response.on("data", (data) => {
        text += data;
      });
      response.on("end", () => resolve({ status: response.statusCode ?? 0, body: text, headers: response.headers }));
    });
    sent.on("error", reject);
    sent.end(body);
  });
}

const json = { "content-type": "application/json" };

describe("who may speak to the node", () => {
  test("a name of the outside in Host is refused (DNS rebinding)", async () => {
    for (const host of ["evil.example", "evil.example:80", "127.0.0.1.evil.example", "localhost.evil.example"]) {
      const { status, body } = await raw("/api/status", { headers: { host } });
      expect([400, 403], host).toContain(status);
      if (status === 403) expect(JSON.parse(body).error.code).toBe("wrong-host");
    }
    for (const host of [`127.0.0.1:${server.port}`, `localhost:${server.port}`, "[::1]:1"]) {
      expect((await raw("/api/status", { headers: { host } })).status).toBe(200);
    }
  });

  test("a page of another origin cannot command it (CSRF)", async () => {
    const post = { method: "POST", body: "{}" };
    const elsewhere = [{ origin: "http://evil.example" }, { origin: "null" }, { "sec-fetch-site": "cross-site" }];
    for (const headers of elsewhere) {
      const { status, body } = await raw("/api/miner", { ...post, headers: { ...json, ...headers } });
      expect(status).toBe(403);
      expect(JSON.parse(body).error.code).toBe("wrong-origin");
    }
    const own = { ...json, origin: `http://127.0.0.1:${server.port}`, "sec-fetch-site": "same-origin" };
    expect((await raw("/api/miner", { ...post, headers: own })).status).toBe(200);
  });

  test("a page of another site cannot keep it busy; a link to it may be followed", async () => {
    const image = `/api/pieces/${token}/image.png?size=64`;
    for (const site of ["cross-site", "same-site"]) {
      const headers = { "sec-fetch-site": site, "sec-fetch-mode": "no-cors" };
      expect((await raw(image, { headers })).status).toBe(403);
      expect((await raw("/api/events", { headers })).status).toBe(403);
    }
    const link = { "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate" };
    expect((await raw("/", { headers: link })).status).toBe(200);
    expect((await raw(image, { headers: link })).status).toBe(200);
    expect((await raw(image, { headers: { "sec-fetch-site": "same-origin" } })).status).toBe(200);
  });

  test("a form cannot be posted: only JSON that is declared so", async () => {
    const { status, body } = await raw("/api/miner", {
      method: "POST",
      headers: { "content-type": "text/plain" },
      body: "{}",
    });
    expect(status).toBe(400);
    expect(JSON.parse(body).error.hint).toContain("application/json");
  });

  test("answers carry the security headers", async () => {
    const { headers } = await raw("/");
    expect(headers["content-security-policy"]).toContain("default-src 'self'");
    expect(headers["x-content-type-options"]).toBe("nosniff");
  });
});

describe("bad input", () => {
  const bad: [string, string, object][] = [
    ["POST", "/api/pieces/xyz/forge", { as: "miner" }],
    ["POST", `/api/pieces/${token}/forge`, {}],
    ["POST", `/api/pieces/${token}/forge`, { as: "somebody" }],
    ["POST", `/api/pieces/${token}/forge`, { as: "miner", more: 1 }],
    ["POST", `/api/pieces/${token}/list`, { as: "miner", priceWei: "-1" }],
    ["POST", `/api/pieces/${token}/list`, { as: "miner", priceWei: 1 }],
    ["POST", `/api/pieces/${token}/list`, { as: "miner", priceWei: "9".repeat(90) }],
    ["POST", "/api/miner", { threads: 0 }],
    ["POST", "/api/miner", { threads: 1.5 }],
    ["POST", "/api/miner", { threads: "1" }],
    ["POST", "/api/verify", {}],
    ["POST", "/api/verify", { tokenId: token, recipe: "{}" }],
    ["PUT", "/api/settings/stratum", { open: "yes" }],
  ];
  test.each(bad)("%s %s %j is a typed 400 that names the place", async (method, path, body) => {
    const answer = await raw(path, { method, headers: json, body: JSON.stringify(body) });
    expect(answer.status).toBe(400);
    const { error } = JSON.parse(answer.body);
    expect(error).toMatchObject({ code: "bad-request", retryable: false, hint: expect.any(String) });
    expect(error.issues[0].path).toMatch(/^(path|query|body)/);
  });

  test.each(["{", "[]", "null", "1", '"x"', "\u0000", ""])(
    "a body that is not an object is a 400: %j",
    async (body) => {
      expect((await raw("/api/miner", { method: "POST", headers: json, body })).status).toBe(400);
    },
  );

  test.each(["?limit=0", "?limit=x", "?limit=1e9", "?state=gone", "?limit=1&limit=2", "?after=1", "?other=1"])(
    "query %s is a 400",
    async (query) => {
      expect((await raw(`/api/pieces${query}`)).status).toBe(400);
    },
  );

  test("a body over the limit is cut off", async () => {
    const answer = await raw("/api/miner", { method: "POST", headers: json, body: `{"x":"${"a".repeat(70_000)}"}` });
    expect(answer.status).toBe(400);
    expect(answer.body).toContain("over 65536 bytes");
  });

  test("a picture's size has limits", async () => {
    expect((await raw(`/api/pieces/${token}/image.png?size=64`)).status).toBe(200);
    for (const size of [
      "0",
      "15",
      "1025",
      "16384",
      "16385",
      "-64",
      "64.5",
      "64x64",
      "x",
      "1e3x",
      "NaN",
      "Infinity",
      "",
    ]) {
      expect((await raw(`/api/pieces/${token}/image.png?size=${size}`)).status).toBe(400);
    }
  });

  test("who hangs up does not wait for the picture any more, and that is no fault", async () => {
    const stop = new AbortController();
    const asked = fetch(`${server.url}/api/pieces/${token}/image.png?size=${SLOW}`, { signal: stop.signal });
    await expect.poll(() => drawing.length, { timeout: 10_000 }).toBe(1);
    expect(drawing[0]?.aborted).toBe(false);
    stop.abort();
    await expect(asked).rejects.toThrow(/abort/);
    await expect.poll(() => drawing[0]?.aborted, { timeout: 10_000 }).toBe(true);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(faults).toEqual([]);
  });

  test("whatever comes, every route answers with JSON and a code, never with a stack", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...(Object.values(routes) as Route[])),
        fc.jsonValue(),
        fc.string({ maxLength: 60 }),
        async (route, value, text) => {
          const path = route.path.replace(":tokenId", encodeURIComponent(text) || "x");
          const answer = await raw(path, {
            method: route.method,
            ...(route.method === "GET" ? {} : { headers: json, body: JSON.stringify(value) }),
          });
          if (route.path.includes(":tokenId") && /^\.{1,2}$/.test(text)) return;
          expect([200, 400, 404, 409, 500]).toContain(answer.status);
          expect(answer.body).not.toContain("at ");
          if (answer.status !== 200 && answer.headers["content-type"]?.includes("json"))
            expect(JSON.parse(answer.body).error.code).toBeTypeOf("string");
        },
      ),
      { numRuns: 150 },
    );
  }, 60_000);
});

describe("answers", () => {
  test("a refusal has its status, code and mend; the client throws it", async () => {
    const client = createClient({ base: server.url });
    await expect(client("forge", { tokenId: token, as: "miner" })).rejects.toMatchObject({
      code: "claim-lapsed",
      status: 409,
      message: "Its round is over.",
      hint: "Forge a newer claim.",
    });
  });

  test("a fault of ours is a 500 without its text, and is logged", async () => {
    const answer = await raw("/api/books");
    expect(answer.status).toBe(500);
    expect(answer.body).not.toContain("secret");
    expect(faults.at(-1)).toMatchObject({ message: "a secret of the inside" });
  });

  test("input reaches the handler parsed, with defaults", async () => {
    await raw(`/api/pieces/0X${token.slice(2)}ab/forge`.replace("0X", "0x"), {
      method: "POST",
      headers: json,
      body: "{}",
    });
    await raw(`/api/pieces?limit=5`);
    expect(seen.findLast(({ name }) => name === "pieces")?.input).toEqual({ state: "all", limit: 5 });
    await raw(`/api/pieces/${token.toUpperCase()}`);
    expect(seen.findLast(({ name }) => name === "piece")?.input).toEqual({ tokenId: token });
  });

  test("the node that does not answer is said so", async () => {
    const client = createClient({ base: "http://127.0.0.1:1" });
    await expect(client("status", {})).rejects.toMatchObject({ code: "node-unreachable", retryable: true });
  });

  test("every route stands in the OpenAPI document", async () => {
    const document = JSON.parse((await raw("/api/openapi.json")).body);
    expect(document.openapi).toBe("3.1.0");
    for (const route of Object.values(routes) as Route[]) {
      expect(
        document.paths[route.path.replace(":tokenId", "{tokenId}")]?.[route.method.toLowerCase()],
        route.path,
      ).toBeDefined();
    }
  });

  test("unknown pages get the app, unknown API routes a 404, nothing outside the folder is served", async () => {
    expect((await raw("/piece/123")).body).toContain("<title>Carrara</title>");
    expect((await raw("/api/nothing")).status).toBe(404);
    for (const path of ["/../outside.txt", "/..%2foutside.txt", "/assets/../../outside.txt", "/%2e%2e/outside.txt"]) {
      expect((await raw(path)).body).not.toBe("outside");
    }
  });

  test("a taken port is said with the mend", async () => {
    await expect(
      serveHttp({
        host: "127.0.0.1",
        port: server.port,
        handlers,
        picture: async () => new Uint8Array(),
        metrics: async () => "",
        events: () => () => {},
        pages,
        onFault: () => {},
      }),
    ).rejects.toThrow(PortTakenError);
  });
});

describe("live events", () => {
  test("an event reaches the reader; a reader that leaves is forgotten", async () => {
    const stop = new AbortController();
    const response = await fetch(`${server.url}/api/events`, { signal: stop.signal });
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    let text = "";
    while (listeners.size === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    for (const listen of listeners) listen({ type: "books" });
    while (!text.includes("books")) text += (await reader?.read())?.value ?? "";
    expect(text).toContain('event: books\ndata: {"type":"books"}');
    stop.abort();
    await expect.poll(() => listeners.size).toBe(0);
  });

  test("a reader that takes nothing is cut off instead of filling the memory", async () => {
    const socket = connect(server.port, "127.0.0.1");
    const gone = new Promise((resolve) => socket.once("close", resolve));
    socket.on("error", () => {});
    socket.write(`GET /api/events HTTP/1.1\r\nhost: 127.0.0.1:${server.port}\r\n\r\n`);
    await expect.poll(() => listeners.size).toBe(1);
    socket.pause();
    const [listen] = listeners;
    const event = { type: "block", height: 1, hash: "a".repeat(16_384), ours: false } as const;
    // What the system's buffers take is megabytes; between events the server gets its turn to write them.
    for (let sent = 0; sent < 4_096 && listeners.size > 0; sent++) {
      listen?.(event);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await expect.poll(() => listeners.size).toBe(0);
    socket.resume();
    await gone;
  });
});
