import { readFileSync } from "node:fs";
import { fromHex, toHex } from "@carrara/base/bytes";
import { keccak_256 } from "@noble/hashes/sha3.js";
import { describe, expect, test } from "vitest";
import { drawHash } from "./draws.ts";
import { recipeHash, recipeOf } from "./recipe.ts";
import { pixelsHash, prepare, render } from "./render.ts";
import { parseStyle } from "./style.ts";
import { STYLES } from "./styles.ts";
import { titleOf, traitsOf, traitTable } from "./traits.ts";

/** tool/golden.ts writes this file; it changes only when the norm does. */
interface Golden {
  traitTable: string;
  styles: { name: string; keccak256: string }[];
  draws: { style: string; seed: string; hash: string; title: string; traits: { name: string; value: string }[] }[];
  pieces: { style: string; seed: string; size: number; samples: number; pixels: string; recipe: string }[];
}

const golden = JSON.parse(readFileSync(new URL("../vectors/golden.json", import.meta.url), "utf8")) as Golden;
const bytesOf = (name: string) => STYLES.find((style) => style.name === name)!.bytes;

test("the trait table and the house styles are the committed ones", () => {
  expect(toHex(keccak_256(traitTable()))).toBe(golden.traitTable);
  expect(STYLES.map(({ name, bytes }) => ({ name, keccak256: toHex(keccak_256(bytes)) }))).toEqual(golden.styles);
});

test("draws: hash, title and traits follow from style and seed", () => {
  for (const { style, seed, hash, title, traits } of golden.draws) {
    const parsed = parseStyle(bytesOf(style));
    expect(toHex(drawHash(1, fromHex(seed)))).toBe(hash);
    expect(titleOf(parsed, fromHex(seed))).toBe(title);
    expect(traitsOf(parsed, fromHex(seed))).toEqual(traits);
  }
});

describe("golden pieces", () => {
  test.each(golden.pieces)("$style $size px, $samples samples, seed $seed", { timeout: 120_000 }, (piece) => {
    const seed = fromHex(piece.seed);
    const { size, samples } = piece;
    const pixels = render(prepare(parseStyle(bytesOf(piece.style)), seed), { size, samples });
    expect(pixelsHash(pixels, size)).toBe(piece.pixels);
    const recipe = recipeOf({ styleBytes: bytesOf(piece.style), seed, size, samples, pixels });
    expect(recipeHash(recipe)).toBe(piece.recipe);
  });
});
