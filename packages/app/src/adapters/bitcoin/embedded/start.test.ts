import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { request } from "node:http";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { toHex } from "@carrara/base/bytes";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { connectBtcNode } from "../rpc.ts";
import { templateBlock } from "../test/template-block.ts";
import { type EmbeddedChain, startEmbeddedChain } from "./start.ts";

const EASY = { startBits: 0x207fffff, limitBits: 0x207fffff, interval: 100_000 };
const newFolder = () => mkdtempSync(join(tmpdir(), "carrara-embedded-"));

describe("the server", () => {
  let folder: string;
  let chain: EmbeddedChain;
  const warnings: string[] = [];
  beforeAll(async () => {
    folder = newFolder();
    chain = await startEmbeddedChain({
      dataDir: folder,
      port: 0,
      clock: Date.now,
      ...EASY,
      onWarning: (text) => warnings.push(text),
    });
  });
  afterAll(async () => {
    await chain.close();
    rmSync(folder, { recursive: true });
    expect(warnings).toEqual([]);
  });

  const cookie = () => readFileSync(chain.cookieFile, "utf8");

  interface Reply {
    status: number;
    body: string;
    json: () => { result?: unknown; error?: { code: number; message: string } | null; id?: unknown };
  }
  const post = (body: string, headers: Record<string, string> = {}, method = "POST"): Promise<Reply> =>
    new Promise((resolve, reject) => {
      const outgoing = request(
        chain.url,
        {
          method,
          agent: false,
          headers: { authorization: `Basic ${Buffer.from(cookie()).toString("base64")}`, ...headers },
        },
        (response) => {
          const chunks: Buffer[] = [];
          response.on("data", (chunk: Buffer) => chunks.push(chunk));
          response.on("end", () => {
            const text = Buffer.concat(chunks).toString();
            resolve({ status: response.statusCode!, body: text, json: () => JSON.parse(text) });
          });
        },
      );
      outgoing.on("error", reject);
      outgoing.end(body);
    });
  const call = (method: string, params: unknown = [], more: object = {}) =>
    post(JSON.stringify({ id: "x", method, params, ...more }));

  test("the cookie: its form, its mode, and no entry without it", async () => {
    expect(cookie()).toMatch(/^__cookie__:[0-9a-f]{64}$/);
    expect(statSync(chain.cookieFile).mode & 0o777).toBe(0o600);
    const body = JSON.stringify({ method: "getblockcount" });
    for (const authorization of ["", "Basic x", `Basic ${Buffer.from("__cookie__:0").toString("base64")}`]) {
      expect((await post(body, { authorization })).status).toBe(401);
    }
  });

  test("only loopback names, and no browser", async () => {
    const body = JSON.stringify({ method: "getblockcount" });
    expect((await post(body, { host: "evil.example:80" })).status).toBe(403);
    expect((await post(body, { host: "127.0.0.1.evil.example" })).status).toBe(403);
    expect((await post(body, { origin: "http://localhost" })).status).toBe(403);
    expect((await post(body, { host: "localhost:1234" })).status).toBe(200);
    expect((await post("", {}, "GET")).status).toBe(405);
  });

  test("JSON-RPC 1.0 as Core answers it", async () => {
    const good = await call("getblockcount");
    expect([good.status, good.json()]).toEqual([200, { result: 0, error: null, id: "x" }]);
    const none = await call("nothing");
    expect([none.status, none.json()]).toEqual([
      404,
      { result: null, error: { code: -32601, message: "Method not found" }, id: "x" },
    ]);
    const broken = await post("{");
    expect([broken.status, broken.json().error]).toEqual([500, { code: -32700, message: "Parse error" }]);
    for (const body of ["5", "null", '"x"']) expect((await post(body)).json().error?.code).toBe(-32600);
    expect((await post("{}")).json().error).toEqual({ code: -32600, message: "Method must be a string" });
    expect((await call("getblockcount", "x")).json().error?.code).toBe(-32600);
  });

  test("JSON-RPC 2.0: errors with status 200, no answer to a notification", async () => {
    const modern = { jsonrpc: "2.0" };
    const good = await call("getblockcount", [], modern);
    expect([good.status, good.json()]).toEqual([200, { jsonrpc: "2.0", result: 0, id: "x" }]);
    const none = await call("nothing", [], modern);
    expect([none.status, none.json()]).toEqual([
      200,
      { jsonrpc: "2.0", error: { code: -32601, message: "Method not found" }, id: "x" },
    ]);
    const silent = await post(JSON.stringify({ ...modern, method: "getblockcount" }));
    expect([silent.status, silent.body]).toEqual([204, ""]);
  });

  test("batches: each call its own answer, in order", async () => {
    const batch = [
      { id: 1, method: "getblockcount" },
      { id: 2, method: "nothing" },
      7,
      { jsonrpc: "2.0", method: "uptime" },
    ];
    const reply = await post(JSON.stringify(batch));
    expect(reply.status).toBe(200);
    expect(reply.json()).toMatchObject([
      { id: 1, result: 0 },
      { id: 2, error: { code: -32601 } },
      { error: { code: -32600 } },
    ]);
    expect((await post(JSON.stringify(Array.from({ length: 1001 }, () => ({ method: "uptime" }))))).status).toBe(400);
    expect((await post("[]")).body).toBe("[]\n");
  });

  test("parameters: by name, missing, too many, of a wrong type", async () => {
    const hash = (await call("getblockhash", [0])).json().result;
    expect((await call("getblockhash", { height: 0 })).json().result).toBe(hash);
    const error = async (method: string, params: unknown) => (await call(method, params)).json().error;
    expect(await error("getblockhash", { depth: 0 })).toEqual({ code: -8, message: "Unknown named parameter depth" });
    expect(await error("getblockhash", [])).toEqual({ code: -1, message: "getblockhash height" });
    expect(await error("getblockhash", [0, 1])).toEqual({ code: -1, message: "getblockhash height" });
    expect((await error("getblockhash", ["0"]))?.code).toBe(-3);
    expect((await error("getblockhash", [0.5]))?.code).toBe(-1);
    expect(await error("getblockhash", [-1])).toEqual({ code: -8, message: "Block height out of range" });
    expect((await error("getblockheader", ["zz"]))?.code).toBe(-8);
    expect((await error("getblockheader", ["z".repeat(64)]))?.code).toBe(-8);
    expect((await error("submitblock", ["xy"]))?.code).toBe(-22);
    expect((await error("submitblock", [5]))?.code).toBe(-3);
    expect((await error("sendrawtransaction", ["00"]))?.code).toBe(-22);
    expect((await error("getblocktemplate", [{ mode: "other" }]))?.code).toBe(-8);
    expect((await error("getblocktemplate", [{ mode: "proposal" }]))?.code).toBe(-3);
    expect((await error("getblocktemplate", []))?.code).toBe(-8);
    expect((await error("gettxoutproof", [[]]))?.code).toBe(-8);
    expect((await error("gettxoutproof", [["00".repeat(32)]]))?.code).toBe(-5);
    expect((await error("verifytxoutproof", ["00"]))?.code).toBe(-22);
    expect((await error("stop", []))?.message).toBe("The embedded chain runs inside the Carrara node: stop that one.");
    expect((await error("invalidateblock", [hash]))?.code).toBe(-8);
    expect((await error("scantxoutset", ["start", ["pkh(x)"]]))?.code).toBe(-5);
  });

  test("a body too long is refused before it is read, declared or not", async () => {
    expect((await post("x".repeat(9 * 1024 * 1024)).catch(() => ({ status: 413 }))).status).toBe(413);
    const { port } = new URL(chain.url);
    const socket = connect(Number(port), "127.0.0.1");
    socket.on("error", () => {});
    socket.write(
      `POST / HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Basic ${Buffer.from(cookie()).toString("base64")}\r\ntransfer-encoding: chunked\r\n\r\n`,
    );
    const chunk = `100000\r\n${"x".repeat(0x100000)}\r\n`;
    for (let i = 0; i < 9; i++) socket.write(chunk);
    const answered = await new Promise<string>((resolve) => {
      socket.once("data", (data: Buffer) => resolve(data.toString()));
      socket.once("close", () => resolve("closed"));
    });
    expect(answered).toMatch(/^(HTTP\/1\.1 413|closed)/);
    socket.destroy();
    expect((await call("getblockcount")).status).toBe(200);
  });

  test("more calls at one time than there is room for: 503, and the room comes back", async () => {
    const { longpollid } = (await call("getblocktemplate", [{ rules: ["segwit"] }])).json().result as {
      longpollid: string;
    };
    const node = await connectBtcNode({ url: chain.url, auth: { cookieFile: chain.cookieFile } });
    const stop = new AbortController();
    let refused = 0;
    const polls = Array.from({ length: 140 }, () =>
      node.getBlockTemplate(longpollid, stop.signal).catch((error: { code: string }) => {
        if (error.code === "btc-unreachable") refused++;
      }),
    );
    await vi.waitFor(() => expect(refused).toBe(12), { timeout: 20_000 });
    stop.abort();
    await Promise.all(polls);
    expect((await call("getblockcount")).status).toBe(200);
  });

  test("every method names its parameters", async () => {
    const help = (await call("help")).json().result as string;
    expect(help.split("\n")).toContain("getblock blockhash ( verbosity )");
    expect((await call("help", ["uptime"])).json().result).toBe("uptime");
  });
});

describe("methods on a small chain", () => {
  test("what an explorer and the books ask for", async () => {
    const folder = newFolder();
    let now = 1_800_000_000_000;
    const chain = await startEmbeddedChain({ dataDir: folder, port: 0, clock: () => now, ...EASY });
    const node = await connectBtcNode({ url: chain.url, auth: { cookieFile: chain.cookieFile } });
    for (let i = 0; i < 3; i++) {
      now += 30_000;
      expect(await node.submitBlock(toHex(templateBlock(await node.getBlockTemplate()).raw))).toBe(null);
    }
    const tip = await node.call<string>("getbestblockhash");
    const block = await node.call<{ tx: { txid: string; vout: { value: number }[] }[] }>("getblock", [tip, 2]);
    expect(block).toMatchObject({
      height: 3,
      confirmations: 1,
      nTx: 1,
      tx: [{ vin: [{ coinbase: expect.any(String) }] }],
    });
    const [{ txid, vout }] = block.tx as [(typeof block.tx)[0]];
    expect(vout[0]!.value).toBe(50);
    expect(await node.call("getrawtransaction", [txid, true])).toMatchObject({
      txid,
      blockhash: tip,
      confirmations: 1,
    });
    expect(await node.call("gettxout", [txid, 0])).toMatchObject({ value: 50, coinbase: true, confirmations: 1 });
    expect(await node.call("scantxoutset", ["start", ["raw(51)"]])).toMatchObject({
      success: true,
      height: 3,
      total_amount: 150,
    });
    expect(await node.call("getmininginfo")).toMatchObject({ blocks: 3, chain: "regtest", pooledtx: 0 });
    expect(await node.call("getnetworkhashps")).toBeCloseTo(6 / 150, 6);
    expect(await node.call("getchaintips")).toEqual([{ height: 3, hash: tip, branchlen: 0, status: "active" }]);
    expect(await node.call("uptime")).toBe(90);
    const { longpollid } = await node.getBlockTemplate();
    const sibling = templateBlock(
      { ...(await node.getBlockTemplate()), previousblockhash: await node.getBlockHash(2), height: 3 },
      1,
    );
    expect(await node.submitBlock(toHex(sibling.raw))).toBe("inconclusive");
    expect((await node.call<{ status: string }[]>("getchaintips")).map(({ status }) => status).sort()).toEqual([
      "active",
      "valid-headers",
    ]);
    expect((await node.getBlockTemplate()).longpollid).toBe(longpollid);

    for (const address of [
      "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4",
      "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa",
      "2MsFDzHRUAMpjHxKyoEHU3aMCMsVtMqs1PV",
    ]) {
      expect(await node.call("validateaddress", [address])).toMatchObject({ isvalid: true });
    }
    for (const address of ["ltc1qw508d6qejxtdg4y5r3zarvary0c5xw7kgmn4n9", "bc1qqqqqq", ""]) {
      expect(await node.call("validateaddress", [address])).toMatchObject({ isvalid: false });
    }
    const polled = node.getBlockTemplate(longpollid).catch((error: unknown) => error);
    await node.getBlockchainInfo();
    await chain.close();
    expect(await polled).toMatchObject({ retryable: true });
    rmSync(folder, { recursive: true });
  });
});

describe("restarts", () => {
  test("killed in the middle of mining, again and again: each acknowledged block is there", async () => {
    const folder = newFolder();
    const program = fileURLToPath(new URL("../test/mine-until-killed.ts", import.meta.url));
    const acknowledged: string[] = [];
    for (let round = 0; round < 3; round++) {
      const child = spawn(process.execPath, [program, folder], { stdio: ["ignore", "pipe", "inherit"] });
      const ended = new Promise((resolve) => child.once("exit", resolve));
      for await (const line of createInterface({ input: child.stdout })) {
        const [word, value] = line.split(" ") as [string, string];
        if (word === "ready") expect(Number(value)).toBeGreaterThanOrEqual(acknowledged.length);
        else {
          expect(word).toBe("kept");
          acknowledged.push(value);
          if (acknowledged.length === (round + 1) * 20) child.kill("SIGKILL");
        }
      }
      await ended;
    }
    const chain = await startEmbeddedChain({ dataDir: folder, port: 0, clock: Date.now });
    const node = await connectBtcNode({ url: chain.url, auth: { cookieFile: chain.cookieFile } });
    for (const hash of acknowledged) expect((await node.getBlockHeader(hash)).confirmations).toBeGreaterThan(0);
    await chain.close();
    rmSync(folder, { recursive: true });
  }, 120_000);

  test("a port that is taken is told by its number", async () => {
    const folder = newFolder();
    const chain = await startEmbeddedChain({ dataDir: folder, port: 0, clock: Date.now, ...EASY });
    const other = newFolder();
    const port = Number(new URL(chain.url).port);
    await expect(startEmbeddedChain({ dataDir: other, port, clock: Date.now, ...EASY })).rejects.toMatchObject({
      code: "EADDRINUSE",
    });
    await chain.close();
    for (const one of [folder, other]) rmSync(one, { recursive: true });
  });
});
