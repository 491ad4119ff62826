/** The engines on a chain: the reference's pixels and values, and no answer to what is malformed. */

import { STYLES } from "@carrara/art/styles";
import { FAMILY_TRAITS } from "@carrara/art/traits";
import { seeded } from "@carrara/base/random";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type EngineTwins, openEngines } from "./engine-twins.ts";

/** Block and vessel. */
const SHOWN: ReadonlySet<number> = new Set([0, 2]);

let engines: EngineTwins;
beforeAll(async () => {
  engines = await openEngines();
});
afterAll(() => engines?.stop());

test("engines give the reference's pixels, lists and eyes, byte for byte", { timeout: 300_000 }, async () => {
  // Two styles of each family, the second one at another size; of blocks and vessels a whole picture as well.
  const random = seeded(0x45564d);
  const seen = new Map<number, number>();
  let [pixels, values, eyes] = [0, 0, 0];
  for (const [i, { bytes, name }] of STYLES.entries()) {
    const family = bytes[1]!;
    const times = seen.get(family) ?? 0;
    if (times === 2) continue;
    seen.set(family, times + 1);
    const compared = await engines.compare(
      i,
      random,
      3,
      times === 0 ? { size: 512, samples: 2 } : { size: 97, samples: 3 },
      times === 0 && SHOWN.has(family) ? [16] : [],
    );
    expect(compared.differing, name).toBe(0);
    expect(compared.distinct, name).toBeGreaterThan(4);
    pixels += compared.pixels;
    values += compared.values;
    eyes += compared.eyes;
  }
  expect(seen.size).toBe(FAMILY_TRAITS.length);
  expect([pixels, values > 60, eyes > 12]).toEqual([6 * FAMILY_TRAITS.length + 2 * 16 * 16, true, true]);
});

test("engines refuse what is malformed", async () => {
  const styleOf = (family: string) => STYLES.find((style) => style.family === family)!.bytes;
  const parts = { op: [0], seed: new Array(32).fill(9), style: styleOf("block"), draw: [0], lists: [0] };
  const tile = { size: [0, 64], samples: [1], x0: [0, 3], y0: [0, 4], x1: [0, 5], y1: [0, 5] };
  const question = (change: Partial<Record<keyof typeof parts | keyof typeof tile, ArrayLike<number>>> = {}) => {
    const { op, seed, style, draw, lists, ...rest } = { ...parts, ...tile, ...change };
    const { length } = style;
    return Uint8Array.from(
      [op, seed, [length >> 8, length & 255], style, draw, lists, ...Object.values(rest)].flatMap((each) =>
        Array.from(each),
      ),
    );
  };
  const [block, marble] = [0, 4];
  expect(await engines.ask(block, question())).toMatch(/^0x[0-9a-f]{12}$/);
  expect(await engines.ask(block, question({ x1: [0, 3] }))).toBe("0x");
  const dear = question({ style: styleOf("marble") });
  for (const [family, asked] of [
    [block, new Uint8Array()],
    [block, question().subarray(0, -1)],
    [block, question({ op: [4] })],
    // Block has no lists and no calm rule, whatever follows.
    [block, question({ op: [1] })],
    [block, question({ op: [2] })],
    [block, question({ draw: [4] })],
    [block, question({ size: [0, 0] })],
    [block, question({ size: [0x40, 1] })],
    [block, question({ samples: [0] })],
    [block, question({ samples: [9] })],
    [block, question({ x1: [0, 65] })],
    [block, question({ x0: [0, 6] })],
    [block, question({ y0: [0, 6] })],
    [block, question({ style: parts.style.subarray(0, -1) })],
    [block, question({ style: parts.style.with(0, 2) })],
    [block, question({ style: parts.style.with(4, 1) })],
    [block, dear],
    // Marble wants two lists; one, or one that is empty, is too little.
    [marble, dear],
    [marble, question({ style: styleOf("marble"), lists: [1, 0, 1, 0, 0, 0, 7] })],
    [marble, question({ style: styleOf("marble"), lists: [2, 0, 0, 0, 0] })],
  ] as const) {
    await expect(engines.ask(family, asked), String(asked.length)).rejects.toThrow(/revert/i);
  }
});
