/** The engines on a chain: the reference's pixels and values, and no answer to what is malformed. */

import { STYLES } from "@carrara/art/styles";
import { FAMILY_TRAITS } from "@carrara/art/traits";
import { seeded } from "@carrara/base/random";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type EngineTwins, openEngines } from "./engine-twins.ts";

let engines: EngineTwins;
beforeAll(async () => {
  engines = await openEngines();
});
afterAll(() => engines?.stop());

test("engines give the reference's pixels, lists and eyes, byte for byte", { timeout: 300_000 }, async () => {
  // Two styles of each family, and the second one of a family first at another size.
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
    );
    expect(compared.differing, name).toBe(0);
    expect(compared.distinct, name).toBeGreaterThan(4);
    pixels += compared.pixels;
    values += compared.values;
    eyes += compared.eyes;
  }
  expect(seen.size).toBe(FAMILY_TRAITS.length);
  expect([pixels, values > 60, eyes > 12]).toEqual([6 * FAMILY_TRAITS.length, true, true]);
});
