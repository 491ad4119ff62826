import { equal, fromHex, toHex } from "@carrara/base/bytes";
import { sats } from "@carrara/base/units";
import { describe, expect, test } from "vitest";
import { BLOCK_OF_NINE, CORE_HEIGHTS, GENESIS_BLOCK, HEADERS, TXIDS_100000, WITNESS_BLOCK } from "../test/blocks.ts";
import { addressOfScript, scriptOfAddress } from "./address.ts";
import { blockHash, decodeBlock, encodeBlock, witnessCommitmentScript } from "./block.ts";
import { assembleCoinbase, bip34Height, buildCoinbase, withWitness } from "./coinbase.ts";
import { display, fromDisplay } from "./hash.ts";
import { decodeHeader, encodeHeader } from "./header.ts";
import { coinbaseBranch, foldLeft, merkleRoot } from "./merkle.ts";
import { decodeTx, encodeTx, stripWitness, txid, wtxid } from "./transaction.ts";

describe("mainnet blocks", () => {
  test.each(HEADERS)("header $height", ({ hex, hash, bits, nonce }) => {
    const header = decodeHeader(fromHex(hex));
    expect(header).toMatchObject({ bits, nonce });
    expect(toHex(encodeHeader(header))).toBe(hex);
    expect(display(blockHash(fromHex(hex)))).toBe(hash);
  });

  test.each([
    ["genesis", GENESIS_BLOCK, HEADERS[0].hash, 1],
    ["nine transactions, an odd count on two levels", BLOCK_OF_NINE.hex, BLOCK_OF_NINE.hash, 9],
  ])("%s", (_name, hex, hash, count) => {
    const block = decodeBlock(fromHex(hex));
    expect(display(blockHash(block.headerBytes))).toBe(hash);
    expect(block.txs).toHaveLength(count);
    const ids = block.txs.map((tx) => txid(tx));
    expect(toHex(merkleRoot(ids))).toBe(toHex(block.header.merkleRoot));
    expect(foldLeft(ids[0]!, coinbaseBranch(ids.slice(1)))).toEqual(block.header.merkleRoot);
    expect(toHex(encodeBlock(block.headerBytes, block.raw))).toBe(hex);
  });

  test("block 100000 by its ids", () => {
    const { merkleRoot: root } = decodeHeader(fromHex(HEADERS[3].hex));
    expect(merkleRoot(TXIDS_100000.map(fromDisplay))).toEqual(root);
  });

  test("the genesis coinbase", () => {
    const coinbase = decodeBlock(fromHex(GENESIS_BLOCK)).txs[0]!;
    expect(new TextDecoder().decode(coinbase.inputs[0]!.script)).toContain("The Times 03/Jan/2009 Chancellor");
    expect(coinbase.outputs[0]!.value).toBe(5_000_000_000n);
  });
});

describe("bip141, by a block of a real node", () => {
  const block = decodeBlock(fromHex(WITNESS_BLOCK.hex));
  const coinbase = block.txs[0]!;

  test("ids with and without witness", () => {
    expect(display(blockHash(block.headerBytes))).toBe(WITNESS_BLOCK.hash);
    expect(block.txs.map((tx) => display(txid(tx)))).toEqual(WITNESS_BLOCK.txids);
    expect(block.txs.map((tx) => display(wtxid(tx)))).toEqual(WITNESS_BLOCK.wtxids);
    expect(merkleRoot(block.txs.map((tx) => txid(tx)))).toEqual(block.header.merkleRoot);
  });

  test("witness commitment", () => {
    const others = WITNESS_BLOCK.wtxids.slice(1).map(fromDisplay);
    expect(toHex(witnessCommitmentScript(others))).toBe(toHex(coinbase.outputs[1]!.script));
  });

  test("witness commitment of a block with a coinbase only, as many empty blocks carry it", () => {
    expect(toHex(witnessCommitmentScript([]))).toBe(
      "6a24aa21a9ede2f61c3f71d1defd3fa999dfa36953755c690689799962b48bebd836974e8cf9",
    );
  });

  test("the coinbase loses its witness and gets it back", () => {
    const raw = block.raw[0]!;
    expect(withWitness(stripWitness(raw))).toEqual(raw);
    expect(toHex(encodeTx(coinbase, { witness: true }))).toBe(toHex(raw));
  });

  test("our coinbase with the node's outputs", () => {
    const [payout, witness] = coinbase.outputs;
    const halves = buildCoinbase({
      height: WITNESS_BLOCK.height,
      extranonceSize: 4,
      value: sats(payout!.value),
      payoutScript: payout!.script,
      witnessCommitmentScript: witness!.script,
    });
    const ours = decodeTx(assembleCoinbase(halves, Uint8Array.of(1, 2, 3, 4)));
    expect(ours.outputs).toEqual(coinbase.outputs);
    expect(toHex(ours.inputs[0]!.script)).toBe("022d010401020304");
    expect(ours.inputs[0]).toMatchObject({ prevIndex: 0xffffffff, prevHash: new Uint8Array(32), sequence: 0xffffffff });
    expect(ours.lockTime).toBe(0);
  });

  test("its payout address", () => {
    const script = coinbase.outputs[0]!.script;
    expect(scriptOfAddress(WITNESS_BLOCK.payout)).toEqual({ script, network: ["litecoin-regtest"] });
    expect(addressOfScript(script, "litecoin-regtest")).toBe(WITNESS_BLOCK.payout);
  });
});

describe("bip34", () => {
  test.each(CORE_HEIGHTS)("height %i as Core writes it", (height, script) => {
    expect(`${toHex(bip34Height(height))}0101`).toBe(script);
  });

  test.each([
    [0, "00"],
    [32767, "02ff7f"],
    [32768, "03008000"],
    [227836, "03fc7903"],
    [840000, "0340d10c"],
    [8388607, "03ffff7f"],
    [8388608, "0400008000"],
    [0x7fffffff, "04ffffff7f"],
  ])("height %i", (height, script) => {
    expect(toHex(bip34Height(height))).toBe(script);
  });

  test.each([-1, 0.5, 2 ** 31, Number.NaN])("height %d is refused", (height) => {
    expect(() => bip34Height(height)).toThrow(expect.objectContaining({ code: "bad-height" }));
  });
});

test("equal roots for a list and for the list with its odd last id twice (CVE-2012-2459)", () => {
  const ids = TXIDS_100000.slice(0, 3).map(fromDisplay);
  expect(equal(merkleRoot(ids), merkleRoot([...ids, ids[2]!]))).toBe(true);
});
