/**
 * What the tests of sales for bitcoin stand on: an anvil with relay, escrow and a token contract, two litecoind with a
 * wallet of the seller's and one of the buyer's, and one clock for all.
 * @module
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { concat, fromHex, toHex } from "@carrara/base/bytes";
import {
  escrowArguments,
  escrowCalls,
  explainRefusal,
  type Hex,
  type OfferedScript,
  REGTEST_ESCROW,
  type RequiredOutput,
  type SaleEvent,
  saleEvents,
  scriptTree,
  type Terms,
} from "@carrara/contracts/btc-sale";
import { escrowAbi, escrowBytecode } from "@carrara/contracts/generated/Escrow";
import { fixedTargetRelayAbi, fixedTargetRelayBytecode } from "@carrara/contracts/generated/FixedTargetRelay";
import { plainMintAbi, plainMintBytecode } from "@carrara/contracts/generated/PlainMint";
import { REGTEST_BITS } from "@carrara/contracts/relay-deployments";
import type { BtcNode } from "@carrara/core/ports/bitcoin";
import { addressOfScript, scriptOfAddress } from "@carrara/mining/address";
import { display, fromDisplay } from "@carrara/mining/hash";
import { buildSpvProof, type SpvProof } from "@carrara/mining/spv";
import { decodeTx } from "@carrara/mining/transaction";
import {
  type Abi,
  createTestClient,
  getAddress,
  http,
  publicActions,
  type TransactionReceipt,
  walletActions,
} from "viem";
import { foundry } from "viem/chains";
import {
  findLitecoind,
  type Litecoind,
  openWallet,
  scryptWork,
  startLitecoind,
} from "../packages/app/src/adapters/bitcoin/test/litecoind.ts";
import { templateBlock, withoutTransactions } from "../packages/app/src/adapters/bitcoin/test/template-block.ts";
import { startAnvil } from "../packages/app/src/adapters/ethereum/anvil.ts";
import { until } from "./node.ts";

export const litecoind = findLitecoind();

/** Satoshis that a header backs: few, so that tests reach them. */
export const CAP = 1_000_000n;
export const PRICE = 500_000n;
export const DEEP_HEADERS = Number(REGTEST_ESCROW.deepHeaders);
/** Seconds. */
export const HOUR = 3600;

/** A call as btc-sale.ts gives it. */
type Call = { address: Hex; abi: Abi; functionName: string; args: readonly unknown[]; value?: bigint };

/** A sale that is listed. */
export interface TestSale {
  id: Hex;
  terms: Terms;
  scripts: readonly OfferedScript[];
}

/** A sale that the buyer has reserved. */
export interface Reservation extends TestSale {
  /** Where to pay. */
  script: Hex;
}

export type BtcMarket = Awaited<ReturnType<typeof openBtcMarket>>;

export async function openBtcMarket() {
  const folder = mkdtempSync(join(tmpdir(), "carrara-btc-market-"));
  const chain = await startAnvil({ folder, saveEveryMs: 3_600_000 });
  const pair = await startLitecoind(litecoind!).catch(async (error) => {
    await chain.close();
    throw error;
  });
  const close = async () => {
    await Promise.all([chain.close(), pair.close()]);
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    return { ...(await openOn(chain.url, pair)), close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function openOn(url: string, pair: Litecoind) {
  const { node, peer } = pair;
  const client = createTestClient({ mode: "anvil", chain: foundry, transport: http(url), pollingInterval: 10 })
    .extend(publicActions)
    .extend(walletActions);
  const [seller, buyer, prover] = (await client.getAddresses()) as [Hex, Hex, Hex];

  const receiptOf = async (hash: Hex): Promise<TransactionReceipt> => {
    const receipt = await client.waitForTransactionReceipt({ hash });
    if (receipt.status !== "success") throw new Error(`transaction ${hash} was reverted`);
    return receipt;
  };
  const deploy = async (abi: Abi, bytecode: Hex, args: readonly unknown[]): Promise<Hex> => {
    const hash = await client.deployContract({ account: seller, abi, bytecode, args });
    return getAddress((await receiptOf(hash)).contractAddress!);
  };
  const relay = await deploy(fixedTargetRelayAbi, fixedTargetRelayBytecode, [REGTEST_BITS]);
  const rules = { ...REGTEST_ESCROW, subsidySats: 3n * CAP };
  const escrow = await deploy(escrowAbi, escrowBytecode, escrowArguments(relay, rules));
  const nft = await deploy(plainMintAbi, plainMintBytecode, []);
  const calls = escrowCalls(escrow);

  const sellerWallet = await openWallet(pair, "seller");
  const buyerWallet = await openWallet(pair, "buyer");
  // Coins that can be spent, more than one: a payment is not to hang on the change of the one before.
  await node.call("generatetoaddress", [130, await freshAddress(buyerWallet)]);

  /** Sends a call; what it changed, as events. */
  async function send(from: Hex, call: Call): Promise<SaleEvent[]> {
    await client.simulateContract({ account: from, ...call });
    const hash = await client.writeContract({ account: from, ...call });
    return saleEvents(escrow, (await receiptOf(hash)).logs);
  }

  /** The name of the error with which the call ends now. */
  async function refusalOf(from: Hex, call: Call): Promise<string | undefined> {
    try {
      await client.simulateContract({ account: from, ...call });
      return undefined;
    } catch (error) {
      const refusal = explainRefusal(error);
      if (!refusal) throw error;
      return refusal.code;
    }
  }

  let blocksMade = 0;
  /** Blocks that are proof to both chains' rules, on the node's tip; their hashes. `empty`: what waits goes on waiting. */
  async function mine(count = 1, { empty = false } = {}): Promise<string[]> {
    const hashes: string[] = [];
    for (let i = 0; i < count; i++) {
      const template = await node.getBlockTemplate();
      // Two blocks on one tip within a second are to differ.
      const extranonce = ++blocksMade & 0xff;
      const { raw, hash } = templateBlock(empty ? withoutTransactions(template) : template, extranonce, scryptWork);
      const word = await node.submitBlock(toHex(raw));
      if (word !== null) throw new Error(`the block was refused: ${word}`);
      hashes.push(hash);
    }
    return hashes;
  }

  /** Waits until the second node has followed the first. */
  async function agree(): Promise<void> {
    const { bestblockhash } = await node.getBlockchainInfo();
    await until(
      async () => (await peer.getBlockchainInfo()).bestblockhash === bestblockhash,
      "the second node follows",
      20,
    );
  }

  /** The clock of all three chains goes on. */
  async function travel(seconds: number): Promise<void> {
    await client.increaseTime({ seconds });
    await client.mine({ blocks: 1 });
    const { timestamp } = await client.getBlock();
    for (const each of [node, peer]) await each.call("setmocktime", [Number(timestamp)]);
  }

  let tokens = 0n;
  /** Mints a token and lists it, with fresh addresses of the seller's own wallet. */
  async function list(more: Partial<Terms> = {}): Promise<TestSale> {
    const addresses = [await freshAddress(sellerWallet), await freshAddress(sellerWallet)];
    const tree = scriptTree(addresses.map((address) => scriptOfAddress(address).script));
    const tokenId = ++tokens;
    const terms: Terms = {
      ...{ seller, nft, tokenId, priceSats: PRICE, scriptRoot: tree.root, confirmations: 3 },
      ...{ depositWei: 10n ** 16n, proverFeeWei: 10n ** 15n, salt: 0n, required: [], ...more },
    };
    const token = { address: nft, abi: plainMintAbi } as const;
    await send(seller, { ...token, functionName: "mint", args: [seller, tokenId] });
    await send(seller, { ...token, functionName: "approve", args: [escrow, tokenId] });
    const [listed] = await send(seller, calls.list(terms));
    if (listed?.kind !== "listed") throw new Error("the escrow told of no listing");
    // All further calls stand on what the chain tells.
    return { id: listed.sale, terms: listed.terms, scripts: tree.scripts };
  }

  /** Lists, and reserves for the buyer. */
  async function reserved(more: Partial<Terms> = {}): Promise<Reservation> {
    const sale = await list(more);
    await send(buyer, calls.reserve(sale.terms, buyer, sale.scripts[0]!));
    return { ...sale, script: sale.scripts[0]!.script };
  }

  /** By the buyer's wallet, one transaction; its id. */
  function pay(script: Hex, sats = PRICE, ...more: readonly RequiredOutput[]): Promise<string> {
    return buyerWallet.call<string>("sendmany", ["", amounts({ script, sats }, ...more)]);
  }

  /** The wallet's payment once more, to another script and with a higher fee (BIP125); the new id. */
  async function replace(txid: string, script: Hex, sats = PRICE): Promise<string> {
    const { hex } = await buyerWallet.call<{ hex: string }>("gettransaction", [txid]);
    const { inputs, outputs } = decodeTx(fromHex(hex));
    const coins = inputs.map(({ prevHash, prevIndex }) => ({ txid: display(prevHash), vout: prevIndex }));
    const change = outputs.reduce((sum, { value }) => sum + value, -sats - 20_000n);
    const back = await freshScript(buyerWallet);
    const raw = await node.call<string>("createrawtransaction", [
      coins.map((coin) => ({ ...coin, sequence: 0xfffffffd })),
      amounts({ script, sats }, { script: back, sats: change }),
    ]);
    const signed = await buyerWallet.call<{ hex: string }>("signrawtransactionwithwallet", [raw]);
    return node.sendRawTransaction(signed.hex);
  }

  /** Of a transaction in the first of these blocks, which follow each other. */
  async function proof(txid: string, [first, ...following]: readonly string[]): Promise<SpvProof> {
    const block = fromHex(await node.getBlockHex(first!));
    const headers = await Promise.all(following.map((hash) => node.getBlockHeaderHex(hash)));
    return buildSpvProof({ block, txid: fromDisplay(txid), following: concat(...headers.map(fromHex)) });
  }

  /** What blocks hold for the script, by the seller's wallet. */
  async function received(script: Hex): Promise<bigint> {
    const coins = await sellerWallet.call<number>("getreceivedbyaddress", [addressOf(script)]);
    return BigInt(Math.round(coins * 1e8));
  }

  /** Satoshis that a block's header backs so far. */
  function exposure(block: string): Promise<bigint> {
    const header = `0x${toHex(fromDisplay(block))}` as const;
    return client.readContract({ address: escrow, abi: escrowAbi, functionName: "exposure", args: [header] });
  }

  const ownerOf = (tokenId: bigint) =>
    client.readContract({ address: nft, abi: plainMintAbi, functionName: "ownerOf", args: [tokenId] });

  return {
    ...{ client, node, peer, buyerWallet, sellerWallet, escrow, nft, seller, buyer, prover, calls },
    ...{ send, refusalOf, mine, agree, travel, list, reserved, pay, replace, proof, received, exposure, ownerOf },
  };
}

/** The script of a new address of the wallet. */
export async function freshScript(wallet: BtcNode): Promise<Hex> {
  return `0x${toHex(scriptOfAddress(await freshAddress(wallet)).script)}`;
}

function freshAddress(wallet: BtcNode): Promise<string> {
  return wallet.call<string>("getnewaddress", ["", "bech32"]);
}

/** As sendmany and createrawtransaction take it: coins by address. */
function amounts(...outputs: readonly RequiredOutput[]): Record<string, number> {
  return Object.fromEntries(outputs.map(({ script, sats }) => [addressOf(script), Number(sats) / 1e8]));
}

/** The address of a P2WPKH script on litecoind's regtest. */
function addressOf(script: Hex): string {
  const address = addressOfScript(fromHex(script.slice(2)), "litecoin-regtest");
  if (address === undefined) throw new Error(`${script} has no address`);
  return address;
}
