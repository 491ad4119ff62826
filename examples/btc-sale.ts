/**
 * One sale for bitcoin from beginning to end, on chains that are gone afterwards: an anvil, and two litecoind whose blocks
 * meet Bitcoin's rules of work besides their own. The seller needs a wallet's addresses, the buyer any Bitcoin wallet,
 * and whoever likes brings the proof.
 *
 * Run: `npx node examples/btc-sale.ts` (npx takes the pinned Node 24). It needs litecoind, and takes some seconds.
 * @module
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { concat, fromHex, toHex } from "@carrara/base/bytes";
import { explain } from "@carrara/base/errors";
import {
  escrowArguments,
  escrowCalls,
  explainRefusal,
  REGTEST_ESCROW,
  saleEvents,
  saleId,
  scriptTree,
  type Terms,
} from "@carrara/contracts/btc-sale";
import { escrowAbi, escrowBytecode } from "@carrara/contracts/generated/Escrow";
import { fixedTargetRelayAbi, fixedTargetRelayBytecode } from "@carrara/contracts/generated/FixedTargetRelay";
import { plainMintAbi, plainMintBytecode } from "@carrara/contracts/generated/PlainMint";
import { REGTEST_BITS } from "@carrara/contracts/relay-deployments";
import type { BtcNode } from "@carrara/core/ports/bitcoin";
import { addressOfScript, scriptOfAddress } from "@carrara/mining/address";
import { fromDisplay } from "@carrara/mining/hash";
import { fixedRelay } from "@carrara/mining/relay";
import { buildSpvProof, verifySpvProof } from "@carrara/mining/spv";
import { createWalletClient, formatEther, type Hex, http, parseEther, publicActions } from "viem";
import { foundry } from "viem/chains";
import {
  findLitecoind,
  type Litecoind,
  openWallet,
  scryptWork,
  startLitecoind,
} from "../packages/app/src/adapters/bitcoin/test/litecoind.ts";
import { templateBlock } from "../packages/app/src/adapters/bitcoin/test/template-block.ts";
import { startAnvil } from "../packages/app/src/adapters/ethereum/anvil.ts";

async function sale(url: string, bitcoin: Litecoind): Promise<void> {
  const client = createWalletClient({ chain: foundry, transport: http(url), pollingInterval: 20 }).extend(
    publicActions,
  );
  const [seller, buyer, anybody] = (await client.getAddresses()) as [Hex, Hex, Hex];
  const { node } = bitcoin;
  const sellersWallet = await openWallet(bitcoin, "seller");
  const buyersWallet = await openWallet(bitcoin, "buyer");
  // A coinbase can be spent after 100 blocks.
  await node.call("generatetoaddress", [101, await newAddress(buyersWallet)]);

  /** Waits for a transaction, prints what it was for and its gas. */
  const done = async (what: string, hash: Hex) => {
    const receipt = await client.waitForTransactionReceipt({ hash });
    say(what, `${receipt.gasUsed.toLocaleString("en")} gas`);
    return receipt;
  };

  say("The chains run; the contracts are laid.");
  const relayCode = { abi: fixedTargetRelayAbi, bytecode: fixedTargetRelayBytecode, args: [REGTEST_BITS] } as const;
  const relay = await done("deploy FixedTargetRelay", await client.deployContract({ account: seller, ...relayCode }));
  const args = escrowArguments(relay.contractAddress!, REGTEST_ESCROW);
  const escrowCode = { abi: escrowAbi, bytecode: escrowBytecode, args } as const;
  const { contractAddress } = await done(
    "deploy Escrow",
    await client.deployContract({ account: seller, ...escrowCode }),
  );
  const escrow = contractAddress!;
  const tokenCode = { abi: plainMintAbi, bytecode: plainMintBytecode } as const;
  const token = await done("deploy an ERC-721", await client.deployContract({ account: seller, ...tokenCode }));
  const nft = { address: token.contractAddress!, abi: plainMintAbi } as const;
  const tokenId = 1n;
  const mint = { ...nft, functionName: "mint", args: [seller, tokenId] } as const;
  await done("mint token 1 to the seller", await client.writeContract({ account: seller, ...mint }));

  say("The seller lists it: 0.005 coins, six confirmations, to one of four addresses of the seller's own wallet.");
  const addresses: string[] = [];
  while (addresses.length < 4) addresses.push(await newAddress(sellersWallet));
  const tree = scriptTree(addresses.map((address) => scriptOfAddress(address).script));
  const terms: Terms = {
    ...{ seller, nft: nft.address, tokenId, priceSats: 500_000n, scriptRoot: tree.root, confirmations: 6 },
    ...{ depositWei: parseEther("0.01"), proverFeeWei: parseEther("0.001"), salt: 0n, required: [] },
  };
  const { list, reserve, pay } = escrowCalls(escrow);
  const approve = { ...nft, functionName: "approve", args: [escrow, tokenId] } as const;
  await done("approve", await client.writeContract({ account: seller, ...approve }));
  await done("list", await client.writeContract({ account: seller, ...list(terms) }));
  say(`sale ${saleId(terms)}`);

  say(`The buyer reserves it with a deposit of ${formatEther(terms.depositWei)} ETH.`);
  const { logs } = await done(
    "reserve",
    await client.writeContract({ account: buyer, ...reserve(terms, buyer, tree.scripts[0]!) }),
  );
  const [reserved] = saleEvents(escrow, logs);
  if (reserved?.kind !== "reserved") throw new Error("The escrow told of no reservation.");
  // Where to pay is read from the chain, never taken from a page's word.
  const address = addressOfScript(fromHex(reserved.script.slice(2)), "litecoin-regtest");
  say(`pay to ${address} by ${new Date(reserved.payBy * 1000).toISOString()}`);

  say("The buyer pays from an ordinary wallet, and six blocks are mined.");
  const txid = await buyersWallet.call<string>("sendtoaddress", [address, Number(terms.priceSats) / 1e8]);
  say(`transaction ${txid}`);
  const blocks: string[] = [];
  while (blocks.length < terms.confirmations) blocks.push(await mine(node));
  say(`block ${blocks[0]}`);

  say("Anybody proves the payment; the fee for that is in the deposit.");
  const headers = await Promise.all(blocks.slice(1).map((hash) => node.getBlockHeaderHex(hash)));
  const proof = buildSpvProof({
    block: fromHex(await node.getBlockHex(blocks[0]!)),
    txid: fromDisplay(txid),
    following: concat(...headers.map(fromHex)),
  });
  const verdict = verifySpvProof(proof, fixedRelay(Number(REGTEST_BITS)), Math.floor(Date.now() / 1000));
  if (!verdict.ok) throw new Error(`${verdict.code}: ${verdict.why} ${verdict.mend}`);
  const call = pay(terms, reserved.script, proof);
  await client.simulateContract({ account: anybody, ...call });
  const paid = await done("pay, and deliver", await client.writeContract({ account: anybody, ...call }));
  for (const event of saleEvents(escrow, paid.logs)) say(`event: ${event.kind}`);

  const owner = await client.readContract({ ...nft, functionName: "ownerOf", args: [tokenId] });
  const received = await sellersWallet.call<number>("getreceivedbyaddress", [address, terms.confirmations]);
  say(
    `Token 1 is ${owner === buyer ? "the buyer's" : `of ${owner}`}; the seller's wallet has received ${received} coins.`,
  );
}

/** One block with all that waits, on the node's tip; its hash. */
async function mine(node: BtcNode): Promise<string> {
  const { raw, hash } = templateBlock(await node.getBlockTemplate(), 0, scryptWork);
  const refusal = await node.submitBlock(toHex(raw));
  if (refusal !== null) throw new Error(`litecoind refused the block: ${refusal}`);
  return hash;
}

/** A P2WPKH address. */
function newAddress(wallet: BtcNode): Promise<string> {
  return wallet.call<string>("getnewaddress", ["", "bech32"]);
}

/** Sentences stand by themselves; what is done stands below them. */
function say(what: string, figure = ""): void {
  console.log(what.endsWith(".") ? `\n${what}` : `  ${what.padEnd(30)}${figure.padStart(15)}`.trimEnd());
}

const litecoind = findLitecoind();
if (litecoind === undefined) {
  console.error("litecoind is not on the PATH. On Debian and Ubuntu: apt-get install litecoind");
  process.exit(1);
}
// An exit that is asked for ends anvil too; litecoind hears Ctrl-C itself.
process.once("SIGINT", () => process.exit(130));
const folder = mkdtempSync(join(tmpdir(), "carrara-example-"));
const anvil = await startAnvil({ folder });
try {
  const bitcoin = await startLitecoind(litecoind);
  await sale(anvil.url, bitcoin).finally(bitcoin.close);
} catch (error) {
  const refusal = explainRefusal(error);
  console.error(refusal ? `${refusal.code}: ${refusal.why} ${refusal.mend}` : explain(error));
  process.exitCode = 1;
} finally {
  await anvil.close();
  rmSync(folder, { recursive: true, force: true });
}
