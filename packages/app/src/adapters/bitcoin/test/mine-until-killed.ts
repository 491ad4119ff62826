/**
 * A program for the restart test: opens the embedded chain of a folder, mines on it without end, and prints the hash of
 * each block once it was acknowledged. It is killed with SIGKILL.
 * @module
 */
import { toHex } from "@carrara/base/bytes";
import { startEmbeddedChain } from "../embedded/start.ts";
import { connectBtcNode } from "../rpc.ts";
import { templateBlock } from "./template-block.ts";

const dataDir = process.argv[2]!;
const chain = await startEmbeddedChain({
  dataDir,
  port: 0,
  clock: Date.now,
  startBits: 0x207fffff,
  limitBits: 0x207fffff,
  interval: 100_000,
});
const node = await connectBtcNode({ url: chain.url, auth: { cookieFile: chain.cookieFile } });
process.stdout.write(`ready ${chain.replayed}\n`);
for (;;) {
  const block = templateBlock(await node.getBlockTemplate());
  const verdict = await node.submitBlock(toHex(block.raw));
  process.stdout.write(verdict === null ? `kept ${block.hash}\n` : `refused ${verdict}\n`);
}
