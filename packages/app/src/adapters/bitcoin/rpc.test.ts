import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { explain } from "@carrara/base/errors";
import { afterEach, expect, test } from "vitest";
import { startEmbeddedChain } from "./embedded/start.ts";
import { type BtcNodeOptions, connectBtcNode } from "./rpc.ts";

const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const task of undo.splice(0).reverse()) await task();
});

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), "carrara-rpc-"));
  undo.push(() => rmSync(path, { recursive: true }));
  return path;
}

async function embedded(dataDir: string, port = 0) {
  const chain = await startEmbeddedChain({
    dataDir,
    port,
    clock: Date.now,
    startBits: 0x207fffff,
    limitBits: 0x207fffff,
  });
  undo.push(() => chain.close());
  return chain;
}

/** A server of our own that answers as it is told to: what a node may do wrong on the wire. */
async function server(listener: RequestListener): Promise<string> {
  const made = createServer(listener);
  await new Promise<void>((resolve) => made.listen(0, "127.0.0.1", resolve));
  undo.push(() => {
    made.closeAllConnections();
    made.close();
  });
  return `http://127.0.0.1:${(made.address() as AddressInfo).port}`;
}

const told = async (options: Partial<BtcNodeOptions> & { url: string }) => {
  const error = await connectBtcNode({ auth: { user: "u", password: "p" }, timeoutMs: 20_000, ...options }).then(
    () => "connected",
    (reason: unknown) => reason,
  );
  return error as { code: string; retryable: boolean };
};
const text = (error: unknown) =>
  explain(error)
    .replace(/127\.0\.0\.1:\d+/, "HOST")
    .replace(/\/\S*\.cookie/, "COOKIE");

test("the node names itself", async () => {
  const { url, cookieFile } = await embedded(folder());
  const { chain } = await connectBtcNode({ url, auth: { cookieFile } });
  expect(chain).toEqual({
    kind: "embedded",
    chain: "regtest",
    algorithm: "sha256d",
    rules: ["segwit"],
    agent: "CarraraEmbedded:0.1.0",
  });
  const called = await connectBtcNode({ url, auth: { cookieFile }, kind: "real" });
  expect(called.chain.kind).toBe("real");
});

test("a restarted node has a new cookie, and the same client goes on", async () => {
  const dataDir = folder();
  const first = await embedded(dataDir);
  const node = await connectBtcNode({ url: first.url, auth: { cookieFile: first.cookieFile } });
  await first.close();
  undo.pop();
  await expect(node.getBlockchainInfo()).rejects.toMatchObject({ code: "btc-unreachable", retryable: true });
  await embedded(dataDir, Number(new URL(first.url).port));
  expect((await node.getBlockchainInfo()).blocks).toBe(0);
});

test("nobody there", async () => {
  const url = await server(() => {});
  await undo.pop()!();
  const error = await told({ url });
  expect(error).toMatchObject({ code: "btc-unreachable", retryable: true });
  expect(text(error)).toMatchInlineSnapshot(
    `"The Bitcoin node at http://HOST cannot be reached: ECONNREFUSED. Is it running, with server=1, and is BTC_RPC_URL its RPC port? It is tried again."`,
  );
});

test("no cookie file", async () => {
  const error = await told({ url: await server(() => {}), auth: { cookieFile: join(folder(), ".cookie") } });
  expect(error.retryable).toBe(true);
  expect(text(error)).toMatchInlineSnapshot(
    `"The Bitcoin node at http://HOST cannot be reached: its cookie file COOKIE cannot be read. Is it running, with server=1, and is BTC_RPC_URL its RPC port? It is tried again."`,
  );
});

test("a wrong cookie and a wrong password", async () => {
  const { url } = await embedded(folder());
  const cookieFile = join(folder(), ".cookie");
  writeFileSync(cookieFile, "__cookie__:0");
  const error = await told({ url, auth: { cookieFile } });
  expect(error).toMatchObject({ code: "btc-auth", retryable: false });
  expect(text(error)).toMatchInlineSnapshot(
    `"The Bitcoin node at http://HOST refuses the cookie of COOKIE (HTTP 401). Give the .cookie file of the data folder of that very node, or the user and password of its rpcauth line; see its rpcallowip too."`,
  );
  expect(text(await told({ url }))).toContain('refuses user "u" (HTTP 401)');
});

test("a URL that is none", async () => {
  expect(text(await told({ url: "localhost:8332" }))).toMatchInlineSnapshot(
    `""localhost:8332" is not the URL of a node. Give http://HOST:PORT, for instance http://HOST."`,
  );
});

test("silence, an answer too long, no JSON, half an answer", async () => {
  const silent = await told({ url: await server(() => {}), timeoutMs: 200 });
  expect(text(silent)).toContain("it did not answer getnetworkinfo within 200 ms");
  const long = await told({ url: await server((_, response) => response.end("x".repeat(2000))), maxAnswerBytes: 1000 });
  expect(text(long)).toContain("is longer than 1000 bytes");
  const busy = await told({
    url: await server((_, response) => response.writeHead(503).end("Work queue depth exceeded")),
  });
  expect(text(busy)).toContain('HTTP 503 with "Work queue depth exceeded"');
  const half = await told({
    url: await server((_, response) => {
      response.writeHead(200, { "content-length": 100 });
      response.write("{");
      setImmediate(() => response.destroy());
    }),
  });
  expect(half).toMatchObject({ code: "btc-unreachable", retryable: true });
  for (const odd of ["null", "7"]) {
    const error = await told({ url: await server((_, response) => response.end(odd)) });
    expect(error).toMatchObject({ code: "btc-unreachable" });
  }
});

test("a refusal carries Core's number and words, and says whether to try again", async () => {
  const { url, cookieFile } = await embedded(folder());
  const node = await connectBtcNode({ url, auth: { cookieFile } });
  const refusal = await node.getBlockHash(5).catch((error: unknown) => error);
  expect(refusal).toMatchObject({
    code: "btc-rpc",
    rpcCode: -8,
    method: "getblockhash",
    rpcMessage: "Block height out of range",
    retryable: false,
  });
  const starting = await server((_, response) =>
    response
      .writeHead(500)
      .end(JSON.stringify({ result: null, error: { code: -28, message: "Loading block index…" }, id: 1 })),
  );
  const error = await told({ url: starting });
  expect(error).toMatchObject({ code: "btc-rpc", retryable: true });
  expect(text(error)).toMatchInlineSnapshot(
    `"The Bitcoin node refused getnetworkinfo: Loading block index… (-28). The node is starting; it is tried again."`,
  );
});

test("a chain whose header does not meet its bits by its algorithm is refused", async () => {
  // The genesis header of Bitcoin with the difficulty of a merged-mined chain.
  const header =
    "0100000000000000000000000000000000000000000000000000000000000000000000003ba3edfd7a7b12b27ac72c3e67768f617fc81bc3888a51323a9fb8aa4b1e5e4a29ab5f49ffff001d00000000";
  const answers: Record<string, unknown> = {
    getnetworkinfo: { subversion: "/Namecoin:27.0.0/" },
    getblockchaininfo: { chain: "main", blocks: 5, bestblockhash: "00".repeat(32) },
    getblockheader: header,
  };
  const url = await server((request, response) => {
    let body = "";
    request.on("data", (chunk) => {
      body += chunk;
    });
    request.on("end", () =>
      response.end(JSON.stringify({ result: answers[JSON.parse(body).method], error: null, id: 1 })),
    );
  });
  const error = await told({ url });
  expect(error).toMatchObject({ code: "btc-unknown-chain", retryable: false });
  expect(text(error)).toMatchInlineSnapshot(
    `"/Namecoin:27.0.0/ does not mine by sha256d: its block 0000000000000000000000000000000000000000000000000000000000000000 has the number 2bc1a7f50ab3c6d73bac757d75c7f35c6ba94de37339115abf4cb4a9983948bf, over its target. Give a node of Bitcoin or Litecoin; chains with merged mining or another proof of work are not supported."`,
  );
});
