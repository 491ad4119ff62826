/**
 * Trouble from outside: taken ports, bad settings, a chain that is down, a held folder, a store that drops its
 * connections. Said plainly, retried where it can be, nothing lost.
 */
import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { join } from "node:path";
import pg from "pg";
import { afterEach, describe, expect, test } from "vitest";
import { startEmbeddedChain } from "../packages/app/src/adapters/bitcoin/embedded/start.ts";
import { carrara, dataFolder, type RunningNode, startNode, until } from "./node.ts";

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function folder(): Promise<string> {
  const made = await dataFolder();
  cleanups.push(made.remove);
  return made.path;
}

async function running(...args: Parameters<typeof startNode>): Promise<RunningNode> {
  const node = await startNode(...args);
  cleanups.push(node.end);
  return node;
}

async function takenPort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  cleanups.push(() => new Promise((resolve) => server.close(resolve)));
  return (server.address() as AddressInfo).port;
}

describe("a start that cannot be", () => {
  test("a named port that is taken", async () => {
    const port = await takenPort();
    const { code, stderr } = await carrara("start", "--http.port", String(port), "--data.dir", await folder());
    expect(code).toBe(1);
    expect(stderr).toContain(`Port ${port} is taken.`);
    expect(stderr).toContain("set http.port to a free port");
  });

  test("a bad setting names variable, value and form", async () => {
    const { code, stderr } = await carrara("start", "--http.port", "eighty", "--data.dir", await folder());
    expect(code).toBe(1);
    expect(stderr.trim()).toBe('--http.port is "eighty".\nGive a port from 0 (any free one) to 65535.');
  });

  test("a folder on which another node runs", async () => {
    const path = await folder();
    await running(path, ["--miner.threads", "0"]);
    const second = await carrara("start", "--http.port", "0", "--data.dir", path);
    expect(second.code).toBe(1);
    expect(second.stderr).toContain(`A node already runs on ${path}`);
  });

  test("no node, and commands that are none", async () => {
    const path = await folder();
    const lonely = await carrara("status", "--data.dir", path);
    expect(lonely).toMatchObject({ code: 75, stderr: "No node runs here.\nStart it with: npm start\n" });
    const json = await carrara("status", "--json", "--data.dir", path);
    expect(JSON.parse(json.stdout).error.code).toBe("node-unreachable");
    expect((await carrara("mien")).code).toBe(2);
    expect((await carrara("list", "latest", "--data.dir", path)).code).toBe(2);
    expect((await carrara("list", "latest", "--price", "0.05", "--data.dir", path)).code).toBe(75);
    expect((await carrara("--nonsense")).code).toBe(2);
    expect((await carrara("--help")).stdout).toContain("carrara verify");
  });
});

describe("a part that is down", () => {
  test("a Bitcoin node that does not answer is said, asked again, and taken up when it does", async () => {
    const chainFolder = await folder();
    const port = await takenPort();
    const release = cleanups.pop();
    await release?.();
    const node = await running(await folder(), [
      "--bitcoin.rpc",
      `http://127.0.0.1:${port}`,
      "--bitcoin.cookie",
      join(chainFolder, ".cookie"),
      "--miner.threads",
      "0",
    ]);
    const down = await until(async () => {
      const { bitcoin } = await node.api("status", {});
      return bitcoin.problem !== null && bitcoin;
    }, "the problem");
    expect(down.reachable).toBe(false);
    const chain = await startEmbeddedChain({ dataDir: chainFolder, port, clock: Date.now });
    cleanups.push(chain.close);
    await until(async () => (await node.api("status", {})).bitcoin.reachable, "reachable");
  });

  test("an Ethereum node that does not answer leaves mining alone; writes are refused with the reason", async () => {
    const port = await takenPort();
    await cleanups.pop()?.();
    const node = await running(await folder(), ["--ethereum.rpc", `http://127.0.0.1:${port}`]);
    const status = await until(async () => {
      const now = await node.api("status", {});
      return now.ethereum.problem !== null && now.bitcoin.reachable && now;
    }, "the problem");
    expect(status.writable).toMatchObject({ allowed: false });
    await expect(node.api("forge", { tokenId: "0".repeat(64), as: "miner" })).rejects.toMatchObject({
      retryable: true,
    });
  });

  const url = process.env.DATABASE_URL;
  test.runIf(url)("a PostgreSQL server that drops all connections costs nothing", async () => {
    const admin = new pg.Client({ connectionString: url });
    await admin.connect();
    cleanups.push(() => admin.end());
    // The node's tables live in the schema "carrara" of a database of their own.
    const name = `e2e_${randomBytes(6).toString("hex")}`;
    await admin.query(`create database ${name}`);
    cleanups.push(() => admin.query(`drop database if exists ${name} with (force)`));
    const own = new URL(url as string);
    own.pathname = `/${name}`;
    const node = await running(await folder(), [], { DATABASE_URL: own.href });
    await until(async () => (await node.api("pieces", { state: "claim" })).pieces.length > 0, "a claim", 180);
    const before = (await node.api("pieces", {})).counts.all;
    await admin.query("select pg_terminate_backend(pid) from pg_stat_activity where datname = $1", [name]);
    await until(async () => (await node.api("pieces", {})).counts.all > before, "claims go on", 180);
    expect(node.process.exitCode).toBeNull();
    expect((await node.api("settings", {})).parts.find(({ part }) => part === "Store")?.name).toBe("PostgreSQL");
    expect(node.output()).not.toContain("password");
  });
  test.skipIf(url)("a PostgreSQL server that drops all connections (set DATABASE_URL to run it)", () => {});
});

const root = process.getuid?.() === 0;
test.runIf(root && process.platform === "linux")(
  "a full disk is said, and the node goes on when there is room",
  { timeout: 180_000 },
  async () => {
    const path = await folder();
    const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", "size=96m", "tmpfs", path]).status === 0;
    if (!mounted) return;
    const node = await startNode(path);
    cleanups.push(async () => {
      await node.end();
      spawnSync("umount", [path]);
    });
    await until(async () => (await node.api("pieces", {})).counts.all > 0, "a claim", 180);
    spawnSync("dd", ["if=/dev/zero", `of=${join(path, "filler")}`, "bs=1M"]);
    // Whatever fails now is refused or retried; the process lives and answers.
    for (let i = 0; i < 20; i++) {
      await node.api("status", {});
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
    expect(node.process.exitCode).toBeNull();
    spawnSync("rm", [join(path, "filler")]);
    const before = (await node.api("pieces", {})).counts.all;
    await until(async () => (await node.api("pieces", {})).counts.all > before, "claims go on", 180);
  },
);
