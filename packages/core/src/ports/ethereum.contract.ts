/**
 * What every Ethereum chain must do; each adapter runs this. Nothing is sent where there are no actors.
 * @module
 */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { EthChain } from "./ethereum.ts";

/** @param open gives a chain; it is closed at the end. */
export function ethChainContract(name: string, open: () => Promise<EthChain>): void {
  describe(`Ethereum chain: ${name}`, () => {
    let chain: EthChain;
    beforeAll(async () => {
      chain = await open();
    }, 60_000);
    afterAll(() => chain?.close());
    const ask = (method: string, ...params: unknown[]) => chain.request({ method, params });

    test("says who it is", async () => {
      expect(Number(await ask("eth_chainId"))).toBe(chain.chainId);
      expect(chain.agent).not.toBe("");
      expect(chain.confirmations).toBeGreaterThanOrEqual(1);
      expect(chain.actors.length === 0).toBe(chain.kind === "real");
    });

    test("answers many questions at once, each with its own answer", async () => {
      const head = Number(await ask("eth_blockNumber"));
      const heights = Array.from({ length: 16 }, (_, i) => Math.max(0, head - i));
      const blocks = await Promise.all(heights.map((n) => ask("eth_getBlockByNumber", `0x${n.toString(16)}`, false)));
      expect(blocks.map((block) => Number((block as { number: string }).number))).toEqual(heights);
    });

    test("blocks name their parents", async () => {
      const head = (await ask("eth_getBlockByNumber", "latest", false)) as { number: string; parentHash: string };
      if (Number(head.number) === 0) return;
      const parent = await ask("eth_getBlockByNumber", `0x${(Number(head.number) - 1).toString(16)}`, false);
      expect((parent as { hash: string }).hash).toBe(head.parentHash);
    });

    test("a method that it does not know is refused with its code, and is no outage", async () => {
      await expect(ask("carrara_noSuchMethod")).rejects.toMatchObject({
        code: "eth-rpc",
        rpcCode: -32601,
        retryable: false,
      });
    });

    test("a revert carries its data", async () => {
      // PUSH4 deadbeef PUSH0 MSTORE PUSH1 4 PUSH1 28 REVERT, run as init code.
      const call = ask("eth_call", { data: "0x63deadbeef5f526004601cfd" }, "latest");
      await expect(call).rejects.toMatchObject({ code: "eth-rpc", data: "0xdeadbeef" });
    });

    test("what an actor signs is mined, once", async () => {
      const [actor, other] = chain.actors;
      if (!actor || !other) return;
      const nonce = Number(await ask("eth_getTransactionCount", actor.address, "pending"));
      const before = BigInt(String(await ask("eth_getBalance", other.address, "latest")));
      const raw = await actor.signTransaction({
        chainId: chain.chainId,
        nonce,
        to: other.address,
        data: "0x",
        value: 1n,
        gas: 21_000n,
        maxFeePerGas: 10n ** 10n,
        maxPriorityFeePerGas: 1n,
      });
      const hash = await ask("eth_sendRawTransaction", raw);
      await expect
        .poll(() => ask("eth_getTransactionReceipt", hash), { timeout: 20_000 })
        .toMatchObject({ status: "0x1" });
      expect(BigInt(String(await ask("eth_getBalance", other.address, "latest")))).toBe(before + 1n);
      await expect(ask("eth_sendRawTransaction", raw)).rejects.toMatchObject({ code: "eth-rpc" });
    });

    test("an actor signs typed data by EIP-712", async () => {
      const [actor] = chain.actors;
      if (!actor) return;
      const signature = await actor.signTypedData({
        domain: { name: "Test", version: "1", chainId: chain.chainId, verifyingContract: actor.address },
        types: { Note: [{ name: "text", type: "string" }] },
        primaryType: "Note",
        message: { text: "marble" },
      });
      expect(signature).toMatch(/^0x[0-9a-f]{130}$/);
    });
  });
}
