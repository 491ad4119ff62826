/**
 * What the chain computes of pieces: how large a picture fits a tokenURI, and what one pixel costs.
 * @module
 */
import { givenBytes, givenOf } from "@carrara/art/given";
import { CANONICAL } from "@carrara/art/render";
import { parseStyle } from "@carrara/art/style";
import { STYLES } from "@carrara/art/styles";
import { toHex } from "@carrara/base/bytes";
import { seeded } from "@carrara/base/random";
import { storeCode } from "@carrara/contracts/chunks";
import { ENGINES } from "@carrara/contracts/engines";
import { loupeAbi } from "@carrara/contracts/generated/Loupe";
import { rendererAbi } from "@carrara/contracts/generated/Renderer";
import { decodeFunctionResult, encodeFunctionData, type Hex } from "viem";
import type { Bench, Row } from "../../../../../tool/bench-types.ts";
import { type LaidChain, startLaidChain, VIEW_GAS } from "../../test/laid-chain.ts";

/** Seeds of each style. */
const SEEDS = 8;
/** Pixels of each style that are timed. */
const PIXELS = 12;
/** Png.sol draws no more pixels a side. */
const MOST = 147;

interface Token {
  style: Hex;
  bytes: Uint8Array;
  seed: Uint8Array;
}

export const bench: Bench = {
  name: "evm",
  about: "Pieces computed on chain: largest picture in a tokenURI of 30 million gas; gas of one pixel",
  async *run() {
    const chain = await startLaidChain();
    try {
      yield* measure(chain);
    } finally {
      await chain.stop();
    }
  },
};

async function* measure(chain: LaidChain): AsyncGenerator<Row> {
  const random = seeded(0x45564d);
  const tokens = new Map<string, Token[]>();
  for (const { family } of ENGINES) tokens.set(family, []);
  for (const { family, bytes } of STYLES) {
    const style = await chain.create(storeCode(bytes));
    for (let i = 0; i < SEEDS; i++) tokens.get(family)?.push({ style, bytes, seed: random.bytes(32).fill(0, 0, 5) });
  }

  const drawn = await chain.lay(ENGINES.map((engine) => ({ ...engine, side: 0 })));
  const gas: number[] = [];
  for (const token of tokens.values()) gas.push(await chain.gasOf(drawn.renderer, tokenURI(token[0]!)));
  const baseline = "evm/drawn";
  const base = median(gas);
  yield { name: baseline, value: base, unit: "gas", note: `tokenURI with the drawn SVG, worst ${Math.max(...gas)}` };

  for (const { family, bytecode } of ENGINES) {
    const pieces = tokens.get(family)!;
    const without = pieces.every(({ bytes, seed }) =>
      givenBytes(givenOf(parseStyle(bytes), seed)).every((b) => b === 0),
    );
    if (bytecode === undefined || !without) continue;
    const sides: number[] = [];
    const renderers = new Map<number, Hex>();
    for (const piece of pieces) sides.push(await largest(chain, family, piece, renderers));
    const note = `largest square for all of ${pieces.length} pieces; median ${median(sides)}; anvil, ${VIEW_GAS} gas`;
    yield { name: `evm/${family}`, value: Math.min(...sides), unit: "px", note };
  }

  const { loupe } = await chain.lay();
  for (const { family, bytecode } of ENGINES) {
    if (bytecode === undefined) continue;
    const gas: number[] = [];
    for (const { style, bytes, seed } of tokens.get(family)!) {
      const given: Hex = `0x${toHex(givenBytes(givenOf(parseStyle(bytes), seed)))}`;
      for (let i = 0; i < PIXELS / SEEDS; i++) {
        const where = [BigInt(random.below(CANONICAL.size)), BigInt(random.below(CANONICAL.size))] as const;
        const args = [style, idOf(seed), given, ...where, BigInt(CANONICAL.size), BigInt(CANONICAL.samples)] as const;
        gas.push(await chain.gasOf(loupe, encodeFunctionData({ abi: loupeAbi, functionName: "pixelOf", args })));
      }
    }
    const value = median(gas);
    const note = `one of ${CANONICAL.size} px with ${CANONICAL.samples} x ${CANONICAL.samples} samples; worst ${Math.max(...gas)} of ${gas.length}`;
    yield { name: `evm/pixel-${family}`, value, unit: "gas", baseline, ratio: Number((base / value).toFixed(3)), note };
  }
}

/** The largest side of which this piece's tokenURI still has its picture. */
async function largest(chain: LaidChain, family: string, token: Token, renderers: Map<number, Hex>): Promise<number> {
  let [least, most] = [0, MOST];
  while (least < most) {
    const side = (least + most + 1) >> 1;
    const engines = ENGINES.map((each) => ({ ...each, side: each.family === family ? side : 0 }));
    const to = renderers.get(side) ?? (await chain.lay(engines)).renderer;
    renderers.set(side, to);
    const { data } = await chain.client.call({ to, data: tokenURI(token), gas: VIEW_GAS });
    const uri = decodeFunctionResult({ abi: rendererAbi, functionName: "tokenURI", data: data! });
    const json = JSON.parse(Buffer.from(uri.slice(uri.indexOf(",") + 1), "base64").toString()) as {
      description: string;
    };
    if (json.description.includes(`${side} x ${side} pixels`)) least = side;
    else most = side - 1;
  }
  return least;
}

function tokenURI({ style, seed }: Token): Hex {
  const miner = `0x${"c5".repeat(20)}` as const;
  const piece = { id: idOf(seed), round: 3n, studio: false, miner, collection: "First strata", style };
  return encodeFunctionData({ abi: rendererAbi, functionName: "tokenURI", args: [piece] });
}

function idOf(seed: Uint8Array): bigint {
  return BigInt(`0x${toHex(seed)}`);
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!;
}
