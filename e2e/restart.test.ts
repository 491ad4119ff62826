/**
 * kill -9 at any moment loses nothing that was acknowledged: the node, its anvil, and both, in the middle of mining,
 * forging and selling.
 */
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { dataFolder, type RunningNode, startNode, until } from "./node.ts";

let folder: Awaited<ReturnType<typeof dataFolder>>;
let node: RunningNode | undefined;

beforeAll(async () => {
  folder = await dataFolder();
});
afterAll(async () => {
  await node?.end();
  await folder.remove();
});

/** The anvil that the node started, by its pid file. */
function anvilPid(): number {
  const [file] = globSync("**/*.pid", { cwd: folder.path });
  if (!file) throw new Error("no pid file");
  const pid = Number.parseInt(readFileSync(join(folder.path, file), "utf8").replace(/\D*(\d+)[\s\S]*/, "$1"), 10);
  expect(pid).toBeGreaterThan(1);
  return pid;
}

const claims = async (from: RunningNode) => (await from.api("pieces", { state: "claim" })).pieces;

test("the node, the chain, and both are killed in the middle of everything, and all goes on", {
  timeout: 600_000,
}, async () => {
  node = await startNode(folder.path);
  const first = (
    await until(
      async () => (await claims(node as RunningNode)).length >= 1 && claims(node as RunningNode),
      "a claim",
      180,
    )
  )[0];
  if (!first) throw new Error("unreachable");

  // acknowledged, then everything dies at once
  const forged = await node.api("forge", { tokenId: first.tokenId, as: "miner" });
  expect(forged.txHash).toMatch(/^0x[0-9a-f]{64}$/);
  process.kill(anvilPid(), "SIGKILL");
  await node.kill();

  node = await startNode(folder.path);
  await until(
    async () => (await (node as RunningNode).api("piece", { tokenId: first.tokenId })).state === "forged",
    "forged after both were killed",
  );

  // the node alone, while it lists
  await until(async () => (await (node as RunningNode).api("status", {})).preparing === null, "ready");
  await node.api("list", { tokenId: first.tokenId, as: "miner", priceWei: "1000000000000000" });
  await node.kill();
  node = await startNode(folder.path);
  await until(
    async () => (await (node as RunningNode).api("piece", { tokenId: first.tokenId })).state === "listed",
    "listed after the node was killed",
  );

  // the chain alone, right after a purchase was acknowledged
  await node.api("buy", { tokenId: first.tokenId, as: "collector" });
  process.kill(anvilPid(), "SIGKILL");
  const sold = await until(async () => {
    const piece = await (node as RunningNode).api("piece", { tokenId: first.tokenId });
    return piece.state === "sold" && piece;
  }, "sold after the chain was killed");
  expect(sold.ownerName).toBe("collector");

  // and mining goes on
  const before = (await node.api("pieces", { state: "all" })).counts.all;
  await until(
    async () => (await (node as RunningNode).api("pieces", { state: "all" })).counts.all > before,
    "another claim",
    180,
  );
});
