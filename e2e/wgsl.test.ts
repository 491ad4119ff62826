/** The shaders of all families in a browser: a tenth of the pieces that `npm run bench -- exact` compares. */
import { STYLES } from "@carrara/art/styles";
import { expect, test } from "vitest";
import { compareOnGpu, hasChromium } from "./wgsl.ts";

test.skipIf(hasChromium)("WGSL in a browser (install chromium, or set CHROMIUM, to run it)", () => {});

test.runIf(hasChromium)("WGSL draws the bytes of the reference, one piece of each family", async () => {
  const families = new Map(STYLES.map(({ family }, style) => [family, style]));
  const wanted = Array.from(families.values(), (style, k) => ({
    style,
    seed: 11 + k,
    size: [96, 64, 128][k % 3]!,
    samples: 1 + (k % 2),
  }));
  let compared = 0;
  for await (const { style, differing, distinct } of compareOnGpu(wanted)) {
    expect(differing, STYLES[style]!.name).toBe(0);
    expect(distinct, STYLES[style]!.name).toBeGreaterThan(30);
    compared++;
  }
  expect(compared).toBe(families.size);
});
