import { seeded } from "@carrara/base/random";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { encodePng } from "./png.ts";
import { BadRecipeError, canonical, parseRecipe, recipeHash, recipeOf } from "./recipe.ts";
import { BadResolutionError, carve, pixelsHash, prepare, RenderStopped, render, renderTile } from "./render.ts";
import { parseStyle } from "./style.ts";
import { STYLES } from "./styles.ts";
import { FAMILY_TRAITS, titleOf, traitsOf } from "./traits.ts";

const families = FAMILY_TRAITS.map(({ name }) => STYLES.find((style) => style.family === name.toLowerCase())!);
const seed = Uint8Array.from({ length: 32 }, (_, i) => (i < 4 ? 0 : i * 7));

describe.each(families)("$family", ({ bytes }) => {
  const piece = () => prepare(parseStyle(bytes), seed);

  test("the last pass of carve is the render, and the share done rises to 1", { timeout: 60_000 }, () => {
    const passes = carve(piece(), { size: 61, samples: 2 });
    let done = 0;
    let pixels = new Uint8Array(0);
    for (const pass of passes) {
      expect(pass.done).toBeGreaterThan(done);
      done = pass.done;
      pixels = Uint8Array.from(pass.pixels);
    }
    expect(done).toBe(1);
    expect(pixels).toEqual(render(piece(), { size: 61, samples: 2 }));
  });

  test("tiles in any order make the same picture", { timeout: 60_000 }, () => {
    const p = piece();
    const out = new Uint8Array(40 * 40 * 3);
    for (const [x0, y0, x1, y1] of [
      [17, 0, 40, 40],
      [0, 23, 17, 40],
      [0, 0, 17, 23],
    ] as const) {
      renderTile(p, { size: 40, samples: 1, x0, y0, x1, y1 }, out);
    }
    expect(out).toEqual(render(piece(), { size: 40, samples: 1 }));
  });

  test("every seed gives a picture that is neither blank nor flooded", { timeout: 120_000 }, () => {
    const random = seeded(5);
    const style = parseStyle(bytes);
    for (let i = 0; i < 12; i++) {
      const pixels = render(prepare(style, random.bytes(32)), { size: 24, samples: 1 });
      const tones = new Set<number>();
      for (let k = 0; k < pixels.length; k += 3)
        tones.add((pixels[k]! >> 4) * 256 + (pixels[k + 1]! >> 4) * 16 + (pixels[k + 2]! >> 4));
      expect(tones.size).toBeGreaterThan(5);
    }
  });
});

test("traits and title need no network and hold for every seed", () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), fc.nat(STYLES.length - 1), (bytes, i) => {
      const style = parseStyle(STYLES[i]!.bytes);
      const traits = traitsOf(style, bytes);
      expect(traits[0]!.value.toLowerCase()).toBe(STYLES[i]!.family);
      for (const trait of traits) expect(trait.value.length).toBeGreaterThan(0);
      expect(titleOf(style, bytes)).toMatch(/^[A-Z][a-z]+ [a-z].+$/);
    }),
    { numRuns: 300 },
  );
});

test("a render can be stopped and says how far it came; sizes are checked", () => {
  const piece = prepare(parseStyle(families[0]!.bytes), seed);
  expect(() => render(piece, { size: 64, samples: 1, shouldStop: () => true })).toThrow(RenderStopped);
  expect(() => render(piece, { size: 0, samples: 1 })).toThrow(BadResolutionError);
  expect(() => render(piece, { size: 64, samples: 9 })).toThrow(/samples 9/);
  expect(() => prepare(piece.style, new Uint8Array(31))).toThrow(/31 bytes/);
  const seen: number[] = [];
  render(piece, { size: 32, samples: 1, onProgress: (done) => seen.push(done) });
  expect(seen.at(-1)).toBe(1);
});

test("a recipe is canonical, round, and refuses what contradicts it", () => {
  const { bytes } = families[3]!;
  const pixels = render(prepare(parseStyle(bytes), seed), { size: 16, samples: 1 });
  const recipe = recipeOf({ styleBytes: bytes, seed, size: 16, samples: 1, pixels });
  const text = canonical(recipe);
  expect(text.startsWith('{"carrara":"recipe","render":{"pixels":"')).toBe(true);
  expect(parseRecipe(text)).toEqual(recipe);
  expect(recipeHash(parseRecipe(JSON.stringify(recipe, null, 2)))).toBe(recipeHash(recipe));
  expect(recipe.render.pixels).toBe(pixelsHash(pixels, 16));
  const spoilt = (from: string, to: string) => () => parseRecipe(text.replace(from, to));
  expect(spoilt('"size":16', '"size":0')).toThrow(BadRecipeError);
  expect(spoilt('"version":1', '"version":2')).toThrow(/version is 2/);
  expect(spoilt(recipe.title, "Sole Falso")).toThrow(/title is Sole Falso/);
  expect(spoilt(recipe.style.keccak256, "0".repeat(64))).toThrow(/style is/);
  expect(spoilt('"samples":1', '"samples":1,"more":1')).toThrow(/keys of render/);
  expect(() => parseRecipe("{")).toThrow(/the text is \{/);
});

test("a PNG has its chunks in order and its text", () => {
  const png = encodePng(new Uint8Array(12).fill(200), 2, { recipe: "{}" });
  expect([...png.subarray(0, 8)]).toEqual([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10]);
  expect(String.fromCharCode(...png)).toMatch(/IHDR[\s\S]*sRGB[\s\S]*IDAT[\s\S]*tEXtrecipe\0\{\}[\s\S]*IEND/);
  expect(() => encodePng(new Uint8Array(11), 2)).toThrow(/11 bytes/);
});
