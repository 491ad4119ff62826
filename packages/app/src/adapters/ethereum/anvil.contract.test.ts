import { spawn } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { ethChainContract } from "@carrara/core/ports/ethereum.contract";
import { afterAll, afterEach, beforeEach, describe, expect, test } from "vitest";
import { type EmbeddedEthChain, startAnvil } from "./anvil.ts";
import { connectEthChain, createRpc } from "./rpc.ts";

const folders: string[] = [];
async function temporary(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "carrara-anvil-"));
  folders.push(folder);
  return folder;
}
afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true }))));

ethChainContract("anvil", async () => startAnvil({ folder: await temporary() }));

const url = process.env.ETH_RPC_URL;
if (url) ethChainContract("ETH_RPC_URL", () => connectEthChain({ url }));
else test.skip("Ethereum chain: a node of your own (set ETH_RPC_URL to run it)", () => {});

describe("anvil", () => {
  let folder: string;
  let open: EmbeddedEthChain[] = [];
  const lines: string[] = [];
  const start = async () => {
    const chain = await startAnvil({ folder, log: (line) => lines.push(line) });
    open.push(chain);
    return chain;
  };
  const height = async (chain: EmbeddedEthChain) => Number(await chain.request({ method: "eth_blockNumber" }));
  const pay = async (chain: EmbeddedEthChain) => {
    const [artist, miner] = chain.actors;
    if (!artist || !miner) throw new Error("no actors");
    const nonce = Number(
      await chain.request({ method: "eth_getTransactionCount", params: [artist.address, "pending"] }),
    );
    const fees = { gas: 21_000n, maxFeePerGas: 10n ** 10n, maxPriorityFeePerGas: 1n };
    const raw = await artist.signTransaction({
      chainId: 31337,
      nonce,
      to: miner.address,
      data: "0x",
      value: 1n,
      ...fees,
    });
    const hash = String(await chain.request({ method: "eth_sendRawTransaction", params: [raw] }));
    // anvil answers before it has mined.
    await expect.poll(() => receipt(chain, hash), { timeout: 20_000 }).not.toBeNull();
    return hash;
  };
  const receipt = (chain: EmbeddedEthChain, hash: string) =>
    chain.request({ method: "eth_getTransactionReceipt", params: [hash] });

  beforeEach(async () => {
    folder = await temporary();
    lines.length = 0;
  });
  afterEach(async () => {
    for (const chain of open) await chain.close();
    open = [];
  });

  test("closed and started again, it has the same blocks, receipts and logs, and its time is real", async () => {
    const first = await start();
    const hash = await pay(first);
    const block = await first.request({ method: "eth_getBlockByNumber", params: ["0x1", false] });
    await first.close();
    await expect(first.request({ method: "eth_chainId" })).rejects.toMatchObject({ code: "eth-unreachable" });
    const second = await start();
    expect(await receipt(second, hash)).toMatchObject({ status: "0x1" });
    expect(await second.request({ method: "eth_getBlockByNumber", params: ["0x1", false] })).toEqual(block);
    const head = (await second.request({ method: "eth_getBlockByNumber", params: ["latest", false] })) as {
      timestamp: string;
    };
    expect(Math.abs(Number(head.timestamp) - Date.now() / 1000)).toBeLessThan(60);
    expect(await readdir(folder)).not.toContain("load.json");
  });

  test("killed, it is started again by itself on the last dump, on the same port", async () => {
    const chain = await start();
    const { url: before, pid } = chain;
    const hash = await pay(chain);
    await chain.dump();
    process.kill(pid, "SIGKILL");
    await expect.poll(() => chain.pid, { timeout: 20_000 }).not.toBe(pid);
    expect(await receipt(chain, hash)).toMatchObject({ status: "0x1" });
    expect(chain.url).toBe(before);
    expect(lines.join("\n")).toMatch(/ended by SIGKILL/);
  });

  test("a change is saved without being asked for", async () => {
    const chain = await start();
    await pay(chain);
    await expect.poll(() => readdir(folder), { timeout: 20_000 }).toContain("state.json.gz");
  });

  test("a damaged dump is noticed and the one before is used", async () => {
    const first = await start();
    const hash = await pay(first);
    await first.dump();
    await pay(first);
    await first.close();
    const file = join(folder, "state.json.gz");
    await truncate(file, (await readFile(file)).length - 20);
    const second = await start();
    expect(lines.join("\n")).toMatch(/state\.json\.gz is damaged .* passed over/);
    expect(await receipt(second, hash)).toMatchObject({ status: "0x1" });
    // Block 1, the second payment's where a dump of the second came in between, and the empty block after loading.
    expect([2, 3]).toContain(await height(second));
  });

  test("dumps that are no state at all are passed over, and the chain begins anew", async () => {
    await writeFile(join(folder, "state.json.gz"), "not gzip");
    await writeFile(join(folder, "state.before.json.gz"), gzipSync('{"block":1}'));
    const chain = await start();
    expect(await height(chain)).toBe(0);
    expect(lines.join("\n")).toMatch(/state.json.gz is damaged .*\n.*cannot be loaded.*\n.*begins anew/);
  });

  test("the anvil of a node that was killed is found and used on, and ended by the next", async () => {
    const first = await start();
    await pay(first);
    const second = await start();
    expect(second.pid).toBe(first.pid);
    expect(await height(second)).toBe(1);
    await second.close();
    expect(() => process.kill(first.pid, 0)).toThrow();
  });

  test("another program that has got the pid since is left alone", async () => {
    const stranger = spawn("sleep", ["60"], { stdio: "ignore" });
    await writeFile(join(folder, "anvil.json"), JSON.stringify({ pid: stranger.pid, port: 1 }));
    const chain = await start();
    expect(chain.pid).not.toBe(stranger.pid);
    expect(stranger.exitCode).toBeNull();
    stranger.kill();
  });

  test("a transaction over the cap of EIP-7825 is refused", async () => {
    const chain = await start();
    const [artist] = chain.actors;
    const raw = await artist?.signTransaction({
      chainId: 31337,
      nonce: 0,
      data: "0x00",
      value: 0n,
      gas: 16_777_217n,
      maxFeePerGas: 10n ** 10n,
      maxPriorityFeePerGas: 1n,
    });
    await expect(chain.request({ method: "eth_sendRawTransaction", params: [raw] })).rejects.toMatchObject({
      code: "eth-rpc",
    });
  });

  test("a web page gets no CORS permission", async () => {
    const chain = await start();
    const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "eth_chainId", params: [] });
    const headers = { "content-type": "application/json", origin: "http://evil.example" };
    const answer = await fetch(chain.url, { method: "POST", headers, body });
    expect(answer.headers.get("access-control-allow-origin")).toBeNull();
    // A form or text/plain needs no permission from anybody, so it must not be taken for a request.
    const plain = await fetch(chain.url, { method: "POST", headers: { "content-type": "text/plain" }, body });
    expect(plain.ok && JSON.parse(await plain.text()).result).toBeFalsy();
  });

  test("a missing binary is named", async () => {
    const chain = startAnvil({ folder, binary: join(folder, "anvil") });
    await expect(chain).rejects.toMatchObject({ code: "anvil-start", message: expect.stringContaining("ENOENT") });
  });
});

describe("JSON-RPC", () => {
  test("a node that is not there is unreachable, without secrets in the words", async () => {
    const { request } = createRpc({ url: "http://me:secret@127.0.0.1:1/key" });
    const error = await request({ method: "eth_chainId" }).catch((thrown: Error) => thrown);
    expect(error).toMatchObject({ code: "eth-unreachable", retryable: true });
    expect(String((error as Error).message)).toMatchInlineSnapshot(
      `"The Ethereum chain at 127.0.0.1:1 does not answer: bad port."`,
    );
  });

  test("silence, overload and nonsense are outages; a user and password are sent", async () => {
    let answer: (path: string) => { status: number; body: string } | null = () => null;
    let authorization: string | undefined;
    const server = createServer((request, response) => {
      authorization = request.headers.authorization;
      const what = answer(request.url ?? "");
      if (what) response.writeHead(what.status).end(what.body);
    });
    const port = await new Promise<number>((done) => {
      server.listen(0, "127.0.0.1", () => done((server.address() as { port: number }).port));
    });
    const { request } = createRpc({ url: `http://me:pass%20word@127.0.0.1:${port}`, timeoutMs: 300 });
    const ask = () => request({ method: "eth_chainId" });
    await expect(ask()).rejects.toMatchObject({
      code: "eth-unreachable",
      message: expect.stringContaining("no answer within 0.3 s"),
    });
    answer = () => ({ status: 502, body: "<html>Bad Gateway</html>" });
    await expect(ask()).rejects.toMatchObject({
      code: "eth-unreachable",
      message: expect.stringContaining("HTTP 502"),
    });
    answer = () => ({ status: 429, body: '{"error":{"code":-32005,"message":"slow down"}}' });
    await expect(ask()).rejects.toMatchObject({ code: "eth-unreachable" });
    answer = () => ({ status: 200, body: "[]" });
    await expect(ask()).rejects.toMatchObject({ code: "eth-unreachable" });
    answer = () => ({
      status: 200,
      body: '{"jsonrpc":"2.0","id":1,"error":{"code":3,"message":"execution reverted","data":{"data":"0x01"}}}',
    });
    await expect(ask()).rejects.toMatchObject({ code: "eth-rpc", rpcCode: 3, data: "0x01" });
    answer = () => ({ status: 200, body: '{"jsonrpc":"2.0","id":1,"result":"0x1"}' });
    expect(await ask()).toBe("0x1");
    expect(authorization).toBe(`Basic ${Buffer.from("me:pass word").toString("base64")}`);
    server.closeAllConnections();
    server.close();
  });

  test("an address that is none is refused with its form", () => {
    expect(() => createRpc({ url: "localhost:8545" })).toThrow(/is not the address of an Ethereum node/);
    expect(() => createRpc({ url: "nonsense" })).toThrow(/is not the address of an Ethereum node/);
  });
});
