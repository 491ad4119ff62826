/**
 * What the chain computes of a piece is what packages/art's reference draws: single pixels and tiles through the loupe, and
 * the picture in tokenURI. And nobody need believe what an engine is given.
 * @module
 */
import { readFileSync } from "node:fs";
import { countEyes, eyePlaces, gridPlaces, type Places } from "@carrara/art/field";
import { type Given, givenBytes, givenOf } from "@carrara/art/given";
import { CANONICAL, prepare, render, renderTile, type Tile } from "@carrara/art/render";
import { parseStyle } from "@carrara/art/style";
import { STYLES } from "@carrara/art/styles";
import { FAMILY_TRAITS, traitTable } from "@carrara/art/traits";
import { fromHex, toHex } from "@carrara/base/bytes";
import { seeded } from "@carrara/base/random";
import { storeCode } from "@carrara/contracts/chunks";
import { ENGINES } from "@carrara/contracts/engines";
import { loupeAbi } from "@carrara/contracts/generated/Loupe";
import { rendererAbi } from "@carrara/contracts/generated/Renderer";
import sharp from "sharp";
import type { Hex } from "viem";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type LaidChain, startLaidChain, VIEW_GAS } from "../../test/laid-chain.ts";

const random = seeded(0x4c4f5550);
const seedOf = () => random.bytes(32).fill(0, 0, 5);
const hexOf = (bytes: Uint8Array): Hex => `0x${toHex(bytes)}`;

let chain: LaidChain;
let loupe: Hex;
let renderer: Hex;

beforeAll(async () => {
  chain = await startLaidChain();
  ({ loupe, renderer } = await chain.lay());
}, 120_000);

afterAll(() => chain?.stop());

test("the engines stand in the order of the families' codes", () => {
  expect(ENGINES.map(({ family }) => family)).toEqual(FAMILY_TRAITS.map(({ name }) => name.toLowerCase()));
});

const compiled = ENGINES.filter(({ bytecode }) => bytecode !== undefined).map(({ family }) => family);
const stylesOf = (family: string) => STYLES.filter((style) => style.family === family);

describe("the loupe shows the reference's pixels", () => {
  test.each(compiled)(
    "%s",
    async (family) => {
      for (const { bytes } of stylesOf(family)) {
        const [style, seed, pointer] = [parseStyle(bytes), seedOf(), await chain.create(storeCode(bytes))];
        const piece = prepare(style, seed);
        const given = hexOf(givenBytes(givenOf(style, seed)));
        const id = BigInt(hexOf(seed));
        const wanted = (tile: Tile) => {
          const whole = new Uint8Array(3 * tile.size ** 2);
          renderTile(piece, tile, whole);
          const rows = Array.from({ length: tile.y1 - tile.y0 }, (_, i) => {
            const from = 3 * ((tile.y0 + i) * tile.size + tile.x0);
            return toHex(whole.subarray(from, from + 3 * (tile.x1 - tile.x0)));
          });
          return `0x${rows.join("")}`;
        };
        const ask = { address: loupe, abi: loupeAbi, gas: VIEW_GAS } as const;
        for (let i = 0; i < 4; i++) {
          const [x, y] = [random.below(512), random.below(512)];
          const where = [BigInt(x), BigInt(y), BigInt(CANONICAL.size), BigInt(CANONICAL.samples)] as const;
          const args = [pointer, id, given, ...where] as const;
          const pixel = await chain.client.readContract({ ...ask, functionName: "pixelOf", args });
          const one = wanted({ x0: x, y0: y, x1: x + 1, y1: y + 1, ...CANONICAL });
          expect(`0x${pixel.toString(16).padStart(6, "0")}`, `${x}, ${y}`).toBe(one);
        }
        // Over the plate's edge, where paper, shadow and piece meet.
        const tile = { x0: 1, y0: 9, x1: 6, y1: 12, size: 20, samples: 1 };
        const window = {
          ...{ x0: BigInt(tile.x0), y0: BigInt(tile.y0), x1: BigInt(tile.x1), y1: BigInt(tile.y1) },
          ...{ size: BigInt(tile.size), samples: BigInt(tile.samples) },
        };
        const args = [hexOf(bytes), id, given, window] as const;
        expect(await chain.client.readContract({ ...ask, functionName: "tile", args })).toBe(wanted(tile));
      }
    },
    120_000,
  );
});

describe("the picture in tokenURI is the piece", () => {
  test.each(ENGINES.filter(({ side }) => side > 0).map(({ family, side }) => [family, side] as const))(
    "%s at %i pixels, within 30 million gas",
    async (family, side) => {
      for (const { bytes } of stylesOf(family)) {
        const [style, pointer] = [parseStyle(bytes), await chain.create(storeCode(bytes))];
        for (let i = 0; i < 4; i++) {
          const seed = seedOf();
          const { json, png } = await tokenOf(pointer, BigInt(hexOf(seed)));
          expect(json.description).toContain(`the piece at ${side} x ${side} pixels, computed by the contract`);
          const { data, info } = await sharp(png).removeAlpha().raw().toBuffer({ resolveWithObject: true });
          expect([info.width, info.height, info.channels]).toEqual([side, side, 3]);
          expect(toHex(data)).toBe(toHex(render(prepare(style, seed), { size: side, samples: 1 })));
        }
      }
    },
    120_000,
  );

  test("and is there where SVG is drawn without a browser", async () => {
    const { bytes } = stylesOf("vessel")[0]!;
    const { svg } = await tokenOf(await chain.create(storeCode(bytes)), 7n);
    const { data, info } = await sharp(Buffer.from(svg)).resize(200, 200).raw().toBuffer({ resolveWithObject: true });
    const colours = new Set(
      Array.from({ length: 100 * 100 }, (_, i) => {
        const at = info.channels * ((40 + Math.floor(i / 100)) * 200 + 40 + (i % 100));
        return data.readUIntBE(at, 3);
      }),
    );
    expect(colours.size).toBeGreaterThan(50);
  });

  async function tokenOf(style: Hex, id: bigint) {
    const piece = { id, round: 1n, studio: false, miner: chain.client.account.address, collection: "Loupe", style };
    const call = {
      address: renderer,
      abi: rendererAbi,
      functionName: "tokenURI",
      args: [piece],
      gas: VIEW_GAS,
    } as const;
    const uri = await chain.client.readContract(call);
    expect(uri.length).toBeLessThanOrEqual(131_072);
    const text = (data: string, head: string) => {
      expect(data.slice(0, head.length)).toBe(head);
      return Buffer.from(data.slice(head.length), "base64");
    };
    const json = JSON.parse(text(uri, "data:application/json;base64,").toString()) as Record<string, string>;
    const svg = text(json.image!, "data:image/svg+xml;base64,").toString();
    const png = /href="data:image\/png;base64,([^"]+)"/.exec(svg)?.[1] ?? "";
    return { json, svg, png: Buffer.from(png, "base64") };
  }
});

describe("what is given can be checked by anybody", () => {
  test("marble: its list, and the draw of latents that the calm rule took", async () => {
    const { bytes } = stylesOf("marble")[0]!;
    const style = parseStyle(bytes);
    // A piece whose first draw of latents was not the calmest.
    let [seed, given] = [seedOf(), {} as Given];
    for (;;) {
      given = givenOf(style, seed);
      if (given.draw > 0) break;
      seed = seedOf();
    }
    const { plate } = prepare(style, seed).canvas;
    const ask = async (what: "values" | "eyes", draw: number, { xs, ys }: Places) => {
      const out: number[] = [];
      for (let at = 0; at < xs.length; at += 64) {
        const places = Array.from(xs.subarray(at, at + 64), (x, i) => ({ x, y: ys[at + i]! }));
        const asked = [hexOf(bytes), BigInt(hexOf(seed)), `0x0${draw}00`] as const;
        const call = { address: loupe, abi: loupeAbi, gas: VIEW_GAS } as const;
        out.push(
          ...(what === "eyes"
            ? await chain.client.readContract({ ...call, functionName: "eyes", args: [...asked, places] })
            : await chain.client.readContract({ ...call, functionName: "values", args: [...asked, 0, places] })),
        );
      }
      return out;
    };
    const eyes: number[] = [];
    for (let draw = 0; draw <= given.draw; draw++) {
      const values = await ask("eyes", draw, eyePlaces(plate));
      eyes.push(countEyes((n) => values[n]!));
    }
    // The first with the fewest: all before it have more.
    expect(Math.min(...eyes.slice(0, -1))).toBeGreaterThan(eyes.at(-1)!);
    const list = await ask("values", given.draw, gridPlaces(plate));
    expect(Int32Array.from(list).sort()).toEqual(given.lists[0]);
  }, 120_000);

  test("pictures are made of families that need be told nothing", () => {
    for (const { family } of ENGINES.filter(({ side }) => side > 0)) {
      for (const { bytes } of stylesOf(family)) {
        const style = parseStyle(bytes);
        for (let i = 0; i < 4; i++) expect(toHex(givenBytes(givenOf(style, seedOf()))), family).toBe("0000");
      }
    }
  });
});

test("the vectors of the forge tests are the reference's", () => {
  const file = new URL("../../../../contracts/test/vectors/pixels.json", import.meta.url);
  const { table, vectors } = JSON.parse(readFileSync(file, "utf8")) as { table: string; vectors: Vector[] };
  expect(table).toBe(hexOf(traitTable()));
  expect(vectors.map(({ family }) => family)).toEqual(ENGINES.map(({ family }) => family));
  for (const { style: bytes, id, given, pixels, tile } of vectors) {
    const style = parseStyle(fromHex(bytes.slice(2)));
    const seed = fromHex(id.slice(2));
    const piece = prepare(style, seed);
    expect(hexOf(givenBytes(givenOf(style, seed)))).toBe(given);
    const tiles = [...pixels.map(({ x, y, ...rest }) => ({ ...rest, x0: x, y0: y, x1: x + 1, y1: y + 1 })), tile];
    for (const { rgb, ...where } of tiles) {
      const whole = new Uint8Array(3 * where.size ** 2);
      renderTile(piece, where, whole);
      const rows = Array.from({ length: where.y1 - where.y0 }, (_, i) => {
        const from = 3 * ((where.y0 + i) * where.size + where.x0);
        return toHex(whole.subarray(from, from + 3 * (where.x1 - where.x0)));
      });
      expect(`0x${rows.join("")}`).toBe(rgb);
    }
  }
}, 60_000);

interface Vector {
  family: string;
  style: string;
  id: string;
  given: string;
  pixels: { x: number; y: number; size: number; samples: number; rgb: string }[];
  tile: Tile & { rgb: string };
}
