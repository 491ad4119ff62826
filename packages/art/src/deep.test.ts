/** Sixteen bits: the table against its formula, and pictures against the eight-bit ones. */
import { toHex } from "@carrara/base/bytes";
import { seeded } from "@carrara/base/random";
import { sha256 } from "@noble/hashes/sha2.js";
import { expect, test } from "vitest";
import { encodeDeep, toWords } from "./deep.ts";
import { fastest } from "./kernels.ts";
import { bigEndian } from "./png.ts";
import { lightTile, prepare, render } from "./render.ts";
import { parseStyle } from "./style.ts";
import { STYLES } from "./styles.ts";

test("the table is the nearest sRGB number of every light, and has the hash of SPEC.md", () => {
  const table = encodeDeep();
  expect(table.length).toBe(65537);
  let worst = 0;
  for (const [i, v] of table.entries()) {
    const light = i / 65536;
    const exact = light <= 0.0031308 ? light * 12.92 : 1.055 * light ** (1 / 2.4) - 0.055;
    worst = Math.max(worst, Math.abs(exact * 65535 - v));
  }
  expect(worst).toBeLessThanOrEqual(0.5);
  expect(toHex(sha256(bigEndian(table)))).toBe("eaffe97db5061866a8704e431625300dfb6842b49c5857b4e4c615e025ae1322");
});

test.each(STYLES.filter((_, i) => i % 3 === 2))(
  "$name: a kernel's words are the reference's, and round to its bytes",
  ({ bytes }) => {
    const piece = prepare(parseStyle(bytes), seeded(8).bytes(32));
    const tile = { size: 40, samples: 2, x0: 0, y0: 0, x1: 40, y1: 40 };
    const [expected, found] = [new Uint16Array(4800), new Uint16Array(4800)];
    lightTile(piece, tile, toWords(tile, expected));
    fastest(piece.style.family).lightTile(piece, tile, toWords(tile, found));
    expect(found).toEqual(expected);
    const eight = render(piece, tile);
    const apart = eight.map((byte, i) => Math.abs(byte * 257 - expected[i]!));
    // Half a byte, and in the dark what the table of section 6 rounds.
    expect(apart.reduce((a, b) => Math.max(a, b))).toBeLessThanOrEqual(200);
    expect(new Set(expected).size).toBeGreaterThan(new Set(eight).size);
  },
);
