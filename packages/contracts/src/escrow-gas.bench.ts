/**
 * Whole-transaction gas of a sale for bitcoin on anvil, with blocks that are mined here.
 * @module
 */
import { createHash, randomBytes } from "node:crypto";
import { bigintFromLE, bigintToLE, concat, fromHex } from "@carrara/base/bytes";
import { type Hex, parseEther, toHex } from "viem";
import { mnemonicToAccount } from "viem/accounts";
import type { Bench, Row } from "../../../tool/bench-types.ts";
import { type BenchChain, CONDITIONS, median, openChain } from "../test/bench-chain.ts";
import { BITCOIN_ESCROW, escrowArguments, escrowCalls, type SpvProof, scriptTree, type Terms } from "./btc-sale.ts";
import { escrowAbi, escrowBytecode } from "./generated/Escrow.ts";
import { fixedTargetRelayAbi, fixedTargetRelayBytecode } from "./generated/FixedTargetRelay.ts";
import { plainMintAbi, plainMintBytecode } from "./generated/PlainMint.ts";

/** Every second hash meets it. The gas of a check does not depend on the target. */
const BITS = 0x207fffff;
const CAP = BITCOIN_ESCROW.subsidySats / 3n;
const HOUR = 3600;

export const bench: Bench = {
  name: "escrow-gas",
  about: "Gas of selling a token for bitcoin, whole transactions, from the listing to the settlement",
  async *run() {
    const chain = await openChain();
    try {
      yield* measure(chain);
    } finally {
      chain.stop();
    }
  },
};

async function* measure({ client, send }: BenchChain): AsyncGenerator<Row> {
  const account = client.account.address;
  const { contractAddress: relay } = await send(
    client.deployContract({ abi: fixedTargetRelayAbi, bytecode: fixedTargetRelayBytecode, args: [BigInt(BITS)] }),
  );
  const { contractAddress: nft } = await send(
    client.deployContract({ abi: plainMintAbi, bytecode: plainMintBytecode }),
  );
  const deployed = await send(
    client.deployContract({
      abi: escrowAbi,
      bytecode: escrowBytecode,
      args: escrowArguments(relay!, BITCOIN_ESCROW),
    }),
  );
  const escrow = deployed.contractAddress!;
  const calls = escrowCalls(escrow);

  let tokens = 1000n;
  const mint = (to: Hex, id: bigint) =>
    send(client.writeContract({ address: nft!, abi: plainMintAbi, functionName: "mint", args: [to, id] }));
  // Seller and escrow have held tokens before, as they have for most of their lives.
  await mint(account, 1n);
  await mint(escrow, 2n);
  const approval = { address: nft!, abi: plainMintAbi, functionName: "setApprovalForAll" } as const;
  await send(client.writeContract({ ...approval, args: [escrow, true] }));

  /** A token of the first account's, and terms that sell it. */
  const offered = async (change: Partial<Terms> = {}) => {
    const tree = scriptTree(Array.from({ length: 16 }, () => fromHex(script(20).slice(2))));
    const tokenId = ++tokens;
    await mint(account, tokenId);
    const [depositWei, proverFeeWei] = [parseEther("0.01"), parseEther("0.002")];
    const sale = {
      seller: account,
      nft: nft!,
      tokenId,
      priceSats: 1_000_000n,
      scriptRoot: tree.root,
      confirmations: 6,
    };
    const terms: Terms = { ...sale, depositWei, proverFeeWei, salt: 1n, required: [], ...change };
    return { terms, script: tree.scripts[5]! };
  };
  const list = (terms: Terms) => send(client.writeContract(calls.list(terms)));
  const reserved = async (change: Partial<Terms> = {}, buyer = address()) => {
    const sale = await offered(change);
    await list(sale.terms);
    return { ...sale, reservation: await send(client.writeContract(calls.reserve(sale.terms, buyer, sale.script))) };
  };
  /** An account with ETH of its own and without a token. */
  const buyer = async () => {
    const one = address();
    await client.setBalance({ address: one, value: parseEther("1") });
    return one;
  };
  const time = async () => Number((await client.getBlock()).timestamp);
  const pay = (terms: Terms, script: Hex, proof: SpvProof) =>
    send(client.writeContract(calls.pay(terms, script, proof)));
  const settle = async (to: Hex, change: Partial<Terms> = {}) => {
    const { terms, script } = await reserved(change, to);
    return pay(terms, script.script, proofOf(script.script, terms.priceSats, 6, await time()));
  };
  const row = (name: string, value: number, note: string): Row => {
    return { name: `escrow-gas/${name}`, value, unit: "gas", note };
  };

  yield row(
    "list",
    await median(async () => list((await offered()).terms)),
    `token taken in, terms logged; ${CONDITIONS}`,
  );
  const royalty = () => offered({ required: [{ sats: 50_000n, script: script(20) }] });
  yield row("list-royalty", await median(async () => list((await royalty()).terms)), "with one required output");
  yield row("reserve", await median(async () => (await reserved()).reservation), "16 scripts, by a sponsor");
  const proven = "6 headers, 125-byte transaction, branches of 10, by a third party";
  const sold = `${proven}; token, fee and refund delivered`;
  yield row("settle", await median(async () => settle(await buyer())), `${sold}; the buyer has ETH and no such token`);
  const known = await buyer();
  await mint(known, 3n);
  yield row("settle-holder", await median(async () => settle(known)), `${sold}; the buyer has ETH and such a token`);
  yield row(
    "settle-new-account",
    await median(async () => settle(address())),
    `${sold}; the buyer's first ETH and token`,
  );
  const large = await median(async () => settle(await buyer(), { priceSats: 6n * CAP }));
  yield row("settle-class-b", large, `${sold}; the price spread over 6 headers`);

  /** A sale whose header has no room, and the headers with which it has enough. */
  const overCap = async () => {
    const { terms, script } = await reserved({ priceSats: CAP }, await buyer());
    const other = await reserved({ priceSats: CAP }, await buyer());
    const outputs = [script.script, other.script.script] as const;
    const deep = proofOf(outputs[0], CAP, Number(BITCOIN_ESCROW.deepHeaders), await time(), outputs[1]);
    const proof = { ...deep, headers: deep.headers.slice(0, 480) };
    await pay(other.terms, other.script.script, proof);
    const waits = await pay(terms, script.script, proof);
    return { waits, released: () => pay(terms, script.script, deep) };
  };
  yield row("settle-over-cap", await median(async () => (await overCap()).waits), `${proven}; the token is kept`);
  const release = await median(async () => (await overCap()).released());
  yield row("release", release, `${BITCOIN_ESCROW.deepHeaders} headers over what waited; token delivered`);

  const anybody = mnemonicToAccount("test test test test test test test test test test test junk", { addressIndex: 1 });
  const expired = async () => {
    const { terms } = await reserved();
    await client.increaseTime({ seconds: 26 * HOUR });
    return { terms, receipt: await send(client.writeContract({ ...calls.expire(terms), account: anybody })) };
  };
  const note = "by a third party; the deposit goes to the seller; a token id or a salt of 32 bytes costs 360 more";
  yield row("expire", await median(async () => (await expired()).receipt), note);
  const leave = (terms: Terms) => send(client.writeContract(calls.requestWithdraw(terms)));
  yield row("request-withdraw", await median(async () => leave((await expired()).terms)), "by the seller");
  const withdraw = await median(async () => {
    const { terms } = await expired();
    await leave(terms);
    await client.increaseTime({ seconds: 24 * HOUR });
    return send(client.writeContract(calls.close(terms, account)));
  });
  yield row("withdraw", withdraw, "the seller takes the token back");
  yield row(
    "deploy",
    Number(deployed.gasUsed),
    `code of ${(await client.getCode({ address: escrow }))!.length / 2 - 1} bytes`,
  );
}

/**
 * A payment to `to` in a block of a thousand transactions, under `count` headers, and as much to `other`: 125 bytes
 * where that is taproot, as of a wallet that spends one input and keeps change.
 */
function proofOf(to: Hex, sats: bigint, count: number, time: number, other: Hex = script(32)): SpvProof {
  const outputs = concat(output(sats, to), output(sats, other));
  const spent = concat(fromHex("0200000001"), randomBytes(36), fromHex("00fdffffff02"));
  const transaction = concat(spent, outputs, bigintToLE(0n, 4));
  const coinbasePreimage = randomBytes(32);
  // The paths of transaction and coinbase meet below the root only: bit 9 of the index is set.
  const index = 614n;
  const [right, left] = [nine(), nine()];
  const [node, coinbase] = [fold(sha256d(transaction), right, index), fold(sha256(coinbasePreimage), left, 0n)];
  const headers = chain(sha256d(concat(coinbase, node)), count, time);
  const [branch, coinbaseBranch] = [
    [...right, coinbase],
    [...left, node],
  ];
  return { headers, transaction, index, branch, coinbasePreimage, coinbaseBranch };
}

const nine = () => Array.from({ length: 9 }, () => randomBytes(32));

function fold(leaf: Uint8Array, branch: readonly Uint8Array[], index: bigint): Uint8Array {
  return branch.reduce(
    (node, sibling, level) => sha256d((index >> BigInt(level)) & 1n ? concat(sibling, node) : concat(node, sibling)),
    leaf,
  );
}

/** Headers of 80 bytes, the first over `root`, all within minutes, so that many of them are not in the future. */
function chain(root: Uint8Array, count: number, time: number): Uint8Array {
  let headers: Uint8Array = new Uint8Array();
  let tip: Uint8Array = randomBytes(32);
  for (let i = 0; i < count; i++) {
    const merkleRoot = i === 0 ? root : randomBytes(32);
    const stated = concat(bigintToLE(BigInt(time + i), 4), bigintToLE(BigInt(BITS), 4));
    const header = mined(concat(fromHex("00000020"), tip, merkleRoot, stated));
    headers = concat(headers, header);
    tip = sha256d(header);
  }
  return headers;
}

function mined(start: Uint8Array): Uint8Array {
  for (let nonce = 0n; ; nonce++) {
    const header = concat(start, bigintToLE(nonce, 4));
    if (bigintFromLE(sha256d(header)) < 0x7fffffn << 232n) return header;
  }
}

function output(sats: bigint, to: Hex): Uint8Array {
  const bytes = fromHex(to.slice(2));
  return concat(bigintToLE(sats, 8), Uint8Array.of(bytes.length), bytes);
}

/** A wallet's script: 20 bytes are P2WPKH, 32 are taproot. */
function script(length: number): Hex {
  return toHex(concat(Uint8Array.of(length === 20 ? 0 : 0x51, length), randomBytes(length)));
}

function sha256(bytes: Uint8Array): Uint8Array {
  return createHash("sha256").update(bytes).digest();
}

function sha256d(bytes: Uint8Array): Uint8Array {
  return sha256(sha256(bytes));
}

/** A random address without zero bytes, as nearly all are. */
function address(): Hex {
  return toHex(randomBytes(20).map((byte) => byte || 1));
}
