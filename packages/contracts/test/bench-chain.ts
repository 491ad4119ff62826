/**
 * A fresh anvil for the gas benches, and the client that they send with.
 * @module
 */
import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { createTestClient, type Hex, http, publicActions, walletActions } from "viem";
import { mnemonicToAccount } from "viem/accounts";
import { foundry } from "viem/chains";

/** What a row's note says of the conditions. */
export const CONDITIONS = "anvil, osaka, legacy code generator, 1,000,000 runs";

/** Transactions per figure. */
const SAMPLES = 5;

/** The chain that {@link openChain} opens. */
export type BenchChain = Awaited<ReturnType<typeof openChain>>;

/**
 * npm's anvil on a free port of loopback, with the rules of DESIGN.md, and its first account.
 * @example
 * const { client, send, stop } = await openChain();
 * const { gasUsed } = await send(client.writeContract(call));
 */
export async function openChain() {
  const { url, stop } = await startAnvil();
  const client = createTestClient({
    mode: "anvil",
    chain: foundry,
    // The well-known development account 0.
    account: mnemonicToAccount("test test test test test test test test test test test junk"),
    transport: http(url),
    pollingInterval: 20,
  })
    .extend(publicActions)
    .extend(walletActions);
  /** The receipt of a transaction that succeeds. */
  const send = async (hash: Promise<Hex>) => {
    const receipt = await client.waitForTransactionReceipt({ hash: await hash });
    if (receipt.status !== "success") throw new Error(`transaction ${receipt.transactionHash} was reverted`);
    return receipt;
  };
  return { client, send, stop };
}

/** The middle of five transactions: addresses and hashes differ in zero bytes, which are cheaper. */
export async function median(transaction: () => Promise<{ gasUsed: bigint }>): Promise<number> {
  const values: number[] = [];
  for (let i = 0; i < SAMPLES; i++) values.push(Number((await transaction()).gasUsed));
  return values.sort((a, b) => a - b)[SAMPLES >> 1]!;
}

async function startAnvil(): Promise<{ url: string; stop: () => void }> {
  const launcher = join(dirname(createRequire(import.meta.url).resolve("@foundry-rs/anvil/package.json")), "bin.mjs");
  const flags = ["--port", "0", "--hardfork", "osaka", "--enable-tx-gas-limit"];
  const env = { ...process.env, TARGET_TOOL: "anvil" };
  const child = spawn(process.execPath, [launcher, ...flags], { env, stdio: ["ignore", "pipe", "inherit"] });
  const url = await new Promise<string>((resolve, reject) => {
    let text = "";
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`anvil ended with ${code}`)));
    child.stdout.on("data", (data: Buffer) => {
      text += data.toString();
      const listening = text.match(/Listening on (127\.0\.0\.1:\d+)/);
      if (listening) resolve(`http://${listening[1]}`);
    });
  });
  // The launcher passes SIGTERM on to the binary that it started.
  return { url, stop: () => child.kill("SIGTERM") };
}
