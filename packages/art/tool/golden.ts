/**
 * Writes vectors/golden.json: hash draws, traits, pixel and recipe hashes of every house style.
 *   node packages/art/tool/golden.ts
 * Run it only when the norm changes; the test compares, so that nothing changes unseen.
 */
import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { toHex } from "@carrara/base/bytes";
import { keccak_256 } from "@noble/hashes/sha3.js";
import { drawHash } from "../src/draws.ts";
import { recipeHash, recipeOf } from "../src/recipe.ts";
import { pixelsHash, prepare, render } from "../src/render.ts";
import { parseStyle } from "../src/style.ts";
import { STYLES } from "../src/styles.ts";
import { titleOf, traitsOf, traitTable } from "../src/traits.ts";

/** As token ids are: zeros first, then what a hash looks like. */
const seedOf = (n: number) => {
  const seed = Uint8Array.from(createHash("sha256").update(`golden ${n}`).digest());
  seed.fill(0, 0, 4 + (n % 5));
  return seed;
};
const draws = STYLES.flatMap(({ name, bytes }, s) =>
  [0, 1, 2].map((i) => {
    const style = parseStyle(bytes);
    const seed = seedOf(3 * s + i);
    return {
      style: name,
      seed: toHex(seed),
      hash: toHex(drawHash(1, seed)),
      title: titleOf(style, seed),
      traits: traitsOf(style, seed),
    };
  }),
);
const pieces = STYLES.flatMap(({ name, bytes, family }, s) => {
  const sizes = [
    { size: 48, samples: 1 },
    { size: 97, samples: 2 },
    { size: 64, samples: 3 },
  ];
  // The canonical size for two families, a smaller one for the others: the suite runs these on every change.
  if (STYLES.findIndex((style) => style.family === family) === s) {
    sizes.push({ size: family === "wash" || family === "vessel" ? 512 : 192, samples: 2 });
  }
  return sizes.map(({ size, samples }, i) => {
    const seed = seedOf(3 * s + (i % 3));
    const pixels = render(prepare(parseStyle(bytes), seed), { size, samples });
    const recipe = recipeOf({ styleBytes: bytes, seed, size, samples, pixels });
    return {
      style: name,
      seed: toHex(seed),
      size,
      samples,
      pixels: pixelsHash(pixels, size),
      recipe: recipeHash(recipe),
    };
  });
});
const golden = {
  traitTable: toHex(keccak_256(traitTable())),
  styles: STYLES.map(({ name, bytes }) => ({ name, keccak256: toHex(keccak_256(bytes)) })),
  draws,
  pieces,
};
writeFileSync(new URL("../vectors/golden.json", import.meta.url), `${JSON.stringify(golden, null, 1)}\n`);
console.error(`${draws.length} draws, ${pieces.length} pieces`);
