/**
 * Recipes: canonical JSON (RFC 8785) that says how a piece was made, enough to make it again and compare.
 * @module
 */
import { fromHex, toHex } from "@carrara/base/bytes";
import { CarraraError } from "@carrara/base/errors";
import { sha256 } from "@noble/hashes/sha2.js";
import { keccak_256 } from "@noble/hashes/sha3.js";
import { pixelsHash, SIZE_LIMIT } from "./render.ts";
import { parseStyle, STYLE_LIMIT } from "./style.ts";
import { titleOf, traitsOf } from "./traits.ts";

/** All fields of a recipe; every value is a string, a safe integer, or an array or object of such. */
export interface Recipe {
  readonly carrara: "recipe";
  readonly version: 1;
  readonly title: string;
  /** 64 hex digits: the token id, most significant byte first. */
  readonly seed: string;
  readonly style: { readonly keccak256: string; readonly bytes: string };
  readonly render: { readonly size: number; readonly samples: number; readonly pixels: string };
  readonly traits: readonly { readonly name: string; readonly value: string }[];
}

/**
 * The recipe of a piece whose pixels are at hand.
 * @param input.pixels RGB of that size, or their hash as `pixelsHash` gives it
 * @example canonical(recipeOf({ styleBytes, seed, size: 512, samples: 2, pixels }))
 */
export function recipeOf(input: {
  styleBytes: Uint8Array;
  seed: Uint8Array;
  size: number;
  samples: number;
  pixels: Uint8Array | string;
}): Recipe {
  const { styleBytes, seed, size, samples, pixels } = input;
  const style = parseStyle(styleBytes);
  return {
    carrara: "recipe",
    version: 1,
    title: titleOf(style, seed),
    seed: toHex(seed),
    style: { keccak256: toHex(keccak_256(styleBytes)), bytes: toHex(styleBytes) },
    render: { size, samples, pixels: typeof pixels === "string" ? pixels : pixelsHash(pixels, size) },
    traits: traitsOf(style, seed),
  };
}

/** Canonical text: keys sorted by UTF-16 code units, no spaces, shortest escapes (RFC 8785 for strings and integers). */
export function canonical(recipe: Recipe): string {
  return serialise(recipe);
}

/** SHA-256 of the canonical text, as hex. */
export function recipeHash(recipe: Recipe): string {
  const text = canonical(recipe);
  return toHex(sha256(Uint8Array.from(text, (c) => c.charCodeAt(0))));
}

/**
 * Reads a recipe and proves that it agrees with itself: style hash, title and traits follow from style and seed. Whether
 * the pixels are right only rendering can tell: compare {@link pixelsHash} of `render` with `recipe.render.pixels`.
 * @throws BadRecipeError naming the field, its value and the mend
 */
export function parseRecipe(text: string): Recipe {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new BadRecipeError("the text", text, "JSON", cause);
  }
  const top = record(value, "the recipe", "carrara render seed style title traits version");
  if (top.carrara !== "recipe") throw new BadRecipeError("carrara", top.carrara, `"recipe"`);
  if (top.version !== 1) throw new BadRecipeError("version", top.version, "1, the only version so far");
  const seed = hex(top.seed, "seed", 32, 32);
  const style = record(top.style, "style", "bytes keccak256");
  const styleBytes = hex(style.bytes, "style.bytes", 5, STYLE_LIMIT);
  const made = record(top.render, "render", "pixels samples size");
  const size = whole(made.size, "render.size", 1, SIZE_LIMIT);
  const samples = whole(made.samples, "render.samples", 1, 8);
  const pixels = toHex(hex(made.pixels, "render.pixels", 32, 32));
  const recipe = recipeOf({ styleBytes, seed, size, samples, pixels });
  for (const field of ["title", "seed", "style", "render", "traits"] as const) {
    if (serialise(top[field]) !== serialise(recipe[field])) {
      throw new BadRecipeError(
        field,
        top[field],
        `what style and seed give: ${serialise(recipe[field]).slice(0, 200)}`,
      );
    }
  }
  return recipe;
}

function serialise(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(serialise).join(",")}]`;
  if (typeof value === "object" && value !== null) {
    const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
    return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${serialise(item)}`).join(",")}}`;
  }
  if (typeof value === "string" || (typeof value === "number" && Number.isSafeInteger(value))) {
    return JSON.stringify(value);
  }
  throw new BadRecipeError("a value", value, "strings, whole numbers, arrays and objects only");
}

function record(value: unknown, field: string, keys: string): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new BadRecipeError(field, value, `an object with the keys ${keys}`);
  }
  const found = Object.keys(value).sort().join(" ");
  if (found !== keys) throw new BadRecipeError(`keys of ${field}`, found, keys);
  return value as Record<string, unknown>;
}

function hex(value: unknown, field: string, least: number, most: number): Uint8Array {
  const form = least === most ? `${2 * least} lower-case hex digits` : `lower-case hex of ${least} to ${most} bytes`;
  if (typeof value !== "string" || !/^([0-9a-f]{2})+$/.test(value)) throw new BadRecipeError(field, value, form);
  const bytes = fromHex(value);
  if (bytes.length < least || bytes.length > most) throw new BadRecipeError(field, value, form);
  return bytes;
}

function whole(value: unknown, field: string, least: number, most: number): number {
  if (typeof value !== "number" || !Number.isInteger(value) || value < least || value > most) {
    throw new BadRecipeError(field, value, `a whole number from ${least} to ${most}`);
  }
  return value;
}

/** A text that is no recipe, or one that contradicts itself. */
export class BadRecipeError extends CarraraError {
  constructor(field: string, value: unknown, form: string, cause?: unknown) {
    const shown = typeof value === "string" ? value : JSON.stringify(value);
    super("bad-recipe", `In the recipe ${field} is ${(shown ?? "missing").slice(0, 120)}.`, {
      hint: `Give ${form}.`,
      ...(cause === undefined ? {} : { cause }),
    });
  }
}
