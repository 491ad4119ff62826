import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bitcoinContract } from "@carrara/core/ports/bitcoin.contract";
import { sha256d } from "@carrara/mining/hash";
import { startEmbeddedChain } from "./embedded/start.ts";
import { connectBtcNode } from "./rpc.ts";

bitcoinContract("embedded", async () => {
  const dataDir = mkdtempSync(join(tmpdir(), "carrara-chain-"));
  const chain = await startEmbeddedChain({
    dataDir,
    port: 0,
    clock: Date.now,
    startBits: 0x207fffff,
    limitBits: 0x207fffff,
    // The suite mines faster than time goes by; retargets have tests of their own.
    interval: 2016,
    spacing: 600,
  });
  const node = await connectBtcNode({ url: chain.url, auth: { cookieFile: chain.cookieFile } });
  return {
    node,
    work: sha256d,
    async close() {
      await chain.close();
      rmSync(dataDir, { recursive: true });
    },
  };
});
