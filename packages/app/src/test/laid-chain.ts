/**
 * A fresh embedded chain with the contracts that make pieces, for tests and benches that ask them for pictures.
 * @module
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { toHex } from "@carrara/base/bytes";
import { addressed, pieceContracts } from "@carrara/core/studio/laying";
import { createTestClient, type Hex, http, publicActions, walletActions } from "viem";
import { mnemonicToAccount } from "viem/accounts";
import { foundry } from "viem/chains";
import { startAnvil } from "../adapters/ethereum/anvil.ts";

/** What a view call may use: providers give no less, and blocks once had no more. */
export const VIEW_GAS = 30_000_000n;

/** Arachnid's deterministic deployment proxy. */
const DEPLOYER = "0x4e59b44847b379578588920cA78FbF26c0B4956C";

export type LaidChain = Awaited<ReturnType<typeof startLaidChain>>;

/**
 * @example
 * const chain = await startLaidChain();
 * const { loupe } = await chain.lay();
 */
export async function startLaidChain() {
  const folder = await mkdtemp(join(tmpdir(), "carrara-laid-"));
  const chain = await startAnvil({ folder });
  const client = createTestClient({
    mode: "anvil",
    chain: foundry,
    account: mnemonicToAccount("test test test test test test test test test test test junk"),
    transport: http(chain.url),
    pollingInterval: 10,
  })
    .extend(publicActions)
    .extend(walletActions);

  const send = async (to: Hex | undefined, data: Hex, gas?: bigint): Promise<Hex | null | undefined> => {
    const hash = await client.sendTransaction({ data, ...(to && { to }), ...(gas && { gas }) } as Parameters<
      typeof client.sendTransaction
    >[0]);
    const receipt = await client.waitForTransactionReceipt({ hash });
    if (receipt.status !== "success") throw new Error(`${hash} was reverted`);
    return receipt.contractAddress;
  };

  return {
    client,
    /** Lays what is missing; with other engines or sides than the product's, another loupe and another renderer. */
    async lay(engines?: Parameters<typeof pieceContracts>[0]): Promise<{ loupe: Hex; renderer: Hex }> {
      const all = addressed(pieceContracts(engines));
      for (const { address, data, gas } of all) {
        if ((await client.getCode({ address })) === undefined) await send(DEPLOYER, data, gas);
      }
      const of = (name: string) => all.find((one) => one.name === name)!.address;
      return { loupe: of("loupe"), renderer: of("renderer") };
    },
    /** Where the contract is that this creation code makes: a style's pointer, for one. */
    async create(code: Uint8Array): Promise<Hex> {
      return (await send(undefined, `0x${toHex(code)}`))!;
    },
    /** Gas of a view call, as a transaction would use it. */
    async gasOf(to: Hex, data: Hex): Promise<number> {
      const call = { to, data, gas: `0x${VIEW_GAS.toString(16)}` };
      const request = { method: "debug_traceCall", params: [call, "latest", { tracer: "callTracer" }] } as unknown;
      const trace = (await client.request(request as Parameters<typeof client.request>[0])) as unknown;
      return Number((trace as { gasUsed: Hex }).gasUsed);
    },
    async stop() {
      await chain.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
