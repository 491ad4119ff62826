/**
 * kill -9 at any moment loses nothing that was acknowledged: the node, its anvil, and both, in the middle of mining,
 * forging and selling.
 */
import { readFileSync } from "node:fs";
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

/** The anvil that the node started, by the file that it keeps beside the state. */
function anvilPid(): number {
  const { pid } = JSON.parse(readFileSync(join(folder.path, "ethereum", "anvil.json"), "utf8")) as { pid: number };
  expect(readFileSync(`/proc/${pid}/cmdline`, "utf8")).toContain("anvil");
  return pid;
}

const ready = (from: RunningNode) => until(async () => (await from.api("status", {})).preparing === null, "ready");
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
  await ready(node);
  await node.api("list", { tokenId: first.tokenId, as: "miner", priceWei: "1000000000000000" });
  await node.kill();
  node = await startNode(folder.path);
  await until(
    async () => (await (node as RunningNode).api("piece", { tokenId: first.tokenId })).state === "listed",
    "listed after the node was killed",
  );

  await ready(node);
  // the chain alone, right after a purchase was acknowledged
  await node.api("buy", { tokenId: first.tokenId, as: "collector" });
  process.kill(anvilPid(), "SIGKILL");
  await until(async () => {
    const piece = await (node as RunningNode).api("piece", { tokenId: first.tokenId });
    return piece.state === "sold" && piece.ownerName === "collector" && piece;
  }, "sold after the chain was killed");

  // and mining goes on
  const before = (await node.api("pieces", { state: "all" })).counts.all;
  await until(
    async () => (await (node as RunningNode).api("pieces", { state: "all" })).counts.all > before,
    "another claim",
    180,
  );
});
