import { expect, test } from "vitest";
import { FAMILY_TRAITS, FORMAT_NAMES, PALETTE_NAMES, TITLE_NOUNS, TITLE_TAILS, traitTable } from "./traits.ts";

test("the shares of every trait make 256, in rising order", () => {
  for (const family of FAMILY_TRAITS) {
    expect(family.traits.length).toBeLessThanOrEqual(14);
    for (const trait of family.traits) {
      expect(trait.options.at(-1)!.upTo).toBe(255);
      for (let i = 1; i < trait.options.length; i++) {
        expect(trait.options[i]!.upTo).toBeGreaterThan(trait.options[i - 1]!.upTo);
      }
    }
  }
});

test("the trait table decodes as the contract decodes it", () => {
  const bytes = traitTable();
  let at = 0;
  const byte = () => bytes[at++]!;
  const text = () => {
    const length = byte();
    at += length;
    return String.fromCharCode(...bytes.subarray(at - length, at));
  };
  const list = <T>(read: () => T) => Array.from({ length: byte() }, read);
  expect(byte()).toBe(1);
  expect(list(text)).toEqual(PALETTE_NAMES);
  expect(list(text)).toEqual(FORMAT_NAMES);
  const families = list(() => ({
    name: text(),
    traits: list(() => ({ name: text(), options: list(() => ({ upTo: byte(), name: text() })) })),
  }));
  expect(families).toEqual(FAMILY_TRAITS);
  expect(list(text)).toEqual(TITLE_NOUNS);
  expect(list(text)).toEqual(TITLE_TAILS);
  expect(at).toBe(bytes.length);
});

test("the titles are many, short, and safe in JSON and SVG", () => {
  expect(TITLE_NOUNS.length).toBeGreaterThanOrEqual(32);
  expect(TITLE_TAILS.length).toBeGreaterThanOrEqual(32);
  for (const word of [...TITLE_NOUNS, ...TITLE_TAILS, ...PALETTE_NAMES]) expect(word).toMatch(/^[A-Za-z' ]+$/);
  expect(new Set(TITLE_NOUNS).size).toBe(TITLE_NOUNS.length);
  expect(new Set(TITLE_TAILS).size).toBe(TITLE_TAILS.length);
  expect(traitTable().length).toBeLessThanOrEqual(3072);
});
