/**
 * What a newcomer does in the first minutes, in a real browser against a whole node: a claim appears, is forged, listed,
 * bought, made again; and the command line agrees.
 */
import { existsSync } from "node:fs";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { carrara, dataFolder, type RunningNode, startNode, until } from "./node.ts";

const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
const present = existsSync(executablePath);

let folder: Awaited<ReturnType<typeof dataFolder>>;
let node: RunningNode;
let browser: Browser;
let page: Page;
const faults: string[] = [];

beforeAll(async () => {
  if (!present) return;
  folder = await dataFolder();
  node = await startNode(folder.path);
  browser = await chromium.launch({
    executablePath,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
  page = await browser.newPage({ viewport: { width: 1440, height: 1000 } });
  page.on("pageerror", (error) => faults.push(String(error)));
  page.on("console", (message) => {
    if (message.type() === "error") faults.push(message.text());
  });
});
afterAll(async () => {
  await browser?.close();
  await node?.end();
  await folder?.remove();
});

const id = (name: string) => page.locator(`[data-testid="${name}"]`).first();

test.runIf(present)(
  "a share becomes a picture, a token, is sold, and is the same to the bit",
  { timeout: 300_000 },
  async () => {
    await page.goto(node.url);
    await expect.poll(() => page.title()).toContain("Carrara");

    const [claim] = await until(
      async () => {
        const { pieces } = await node.api("pieces", { state: "claim" });
        return pieces.length > 0 && pieces;
      },
      "the first claim",
      180,
    );
    if (!claim) throw new Error("unreachable");
    await id("bench").waitFor({ timeout: 30_000 });

    await page.goto(`${node.url}/piece/${claim.tokenId}`);
    await id("forge").click();
    await until(async () => (await node.api("piece", { tokenId: claim.tokenId })).state === "forged", "forged");

    await id("list").click();
    await id("price").fill("0.05");
    if (
      await id("list-confirm")
        .isVisible()
        .catch(() => false)
    )
      await id("list-confirm").click();
    else await id("list").click();
    await until(async () => (await node.api("piece", { tokenId: claim.tokenId })).state === "listed", "listed");

    await id("actor").selectOption("collector");
    await id("buy").click();
    const sold = await until(async () => {
      const piece = await node.api("piece", { tokenId: claim.tokenId });
      return piece.state === "sold" && piece.ownerName === "collector" && piece;
    }, "sold");
    expect(sold.provenance.map(({ kind }) => kind)).toEqual(["found", "forged", "listed", "sold"]);

    await id("make-again").click();
    await expect.poll(() => id("again-result").textContent(), { timeout: 120_000 }).toContain("The same, to the bit");

    const books = await node.api("books", {});
    expect(books.entries.some(({ kind, who }) => kind === "sale" && who === "miner")).toBe(true);
    expect(
      books.entries.some(
        ({ kind, who, amount }) => kind === "purchase" && who === "collector" && amount === `-${5n * 10n ** 16n}`,
      ),
    ).toBe(true);

    const verified = await carrara("verify", claim.tokenId, "--data.dir", folder.path);
    expect(verified.stdout).toContain("the same, to the bit");
    expect(verified.code).toBe(0);
    expect(faults).toEqual([]);
  },
);

test.skipIf(present)("the first minute in a browser (install chromium, or set CHROMIUM, to run it)", () => {});
