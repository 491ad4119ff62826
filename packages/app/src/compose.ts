/**
 * The one place to swap a part: from the settings to the adapter of each port, embedded beside real. Everything above
 * knows only the ports.
 * @module
 */
import { join, resolve } from "node:path";
import type { BtcNode } from "@carrara/core/ports/bitcoin";
import type { EthChain } from "@carrara/core/ports/ethereum";
import type { Log } from "@carrara/core/ports/log";
import type { Renderer } from "@carrara/core/ports/renderer";
import type { Store } from "@carrara/core/ports/store";
import { startEmbeddedChain } from "./adapters/bitcoin/embedded/start.ts";
import { type BtcAuth, connectBtcNode } from "./adapters/bitcoin/rpc.ts";
import { startAnvil } from "./adapters/ethereum/anvil.ts";
import { connectEthChain } from "./adapters/ethereum/rpc.ts";
import { createRenderer } from "./adapters/renderer/renderer.ts";
import { openPglite } from "./adapters/store/pglite.ts";
import { openPostgres } from "./adapters/store/postgres.ts";
import type { Config } from "./config.ts";

/** How each part is opened. Opening may fail with a retryable error; who composes tries again. */
export interface Parts {
  folder: string;
  store(): Promise<Store>;
  bitcoin(): Promise<{ node: BtcNode; close(): Promise<void> }>;
  ethereum(): Promise<EthChain>;
  renderer(): Renderer;
}

/** Reads the settings; opens nothing. */
export function compose(config: Config, log: Log): Parts {
  const folder = resolve(config.get("data.dir"));
  const databaseUrl = config.get("database.url");
  const bitcoinUrl = config.get("bitcoin.rpc");
  const ethereumUrl = config.get("ethereum.rpc");
  return {
    folder,
    store: () => (databaseUrl ? openPostgres({ url: databaseUrl }) : openPglite(join(folder, "store"))),
    bitcoin: () => (bitcoinUrl ? realBitcoin(bitcoinUrl, config.get("bitcoin.cookie")) : embeddedBitcoin(folder, log)),
    ethereum: () =>
      ethereumUrl
        ? connectEthChain({ url: ethereumUrl })
        : startAnvil({ folder: join(folder, "ethereum"), log: (line) => log.warn(line) }),
    renderer: () => createRenderer(join(folder, "drawn")),
  };
}

async function embeddedBitcoin(folder: string, log: Log) {
  const chain = await startEmbeddedChain({
    dataDir: join(folder, "bitcoin"),
    port: 0,
    clock: Date.now,
    onWarning: (message) => log.warn(message),
  });
  try {
    const node = await connectBtcNode({ url: chain.url, auth: { cookieFile: chain.cookieFile } });
    return { node, close: () => chain.close() };
  } catch (error) {
    await chain.close();
    throw error;
  }
}

async function realBitcoin(text: string, cookieFile: string | null) {
  const url = new URL(text);
  const auth: BtcAuth = cookieFile
    ? { cookieFile }
    : { user: decodeURIComponent(url.username), password: decodeURIComponent(url.password) };
  url.username = "";
  url.password = "";
  return { node: await connectBtcNode({ url: url.href, auth }), close: async () => {} };
}
