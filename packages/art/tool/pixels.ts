/**
 * Writes the pixels that packages/contracts' forge tests hold the engines to: `test/vectors/pixels.json`. Run:
 * `node packages/art/tool/pixels.ts`. That the file is what the reference gives is tested in packages/app (loupe.test.ts).
 * @module
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { toHex } from "@carrara/base/bytes";
import { seeded } from "@carrara/base/random";
import { givenBytes, givenOf } from "../src/given.ts";
import { CANONICAL, prepare, renderTile, type Tile } from "../src/render.ts";
import { parseStyle } from "../src/style.ts";
import { STYLES } from "../src/styles.ts";
import { FAMILY_TRAITS, traitTable } from "../src/traits.ts";

const file = join(import.meta.dirname, "../../contracts/test/vectors/pixels.json");
const random = seeded(0x50495845);

/** Of the first style of each family: two canonical pixels on the plate, and a small tile over one of its edges. */
const vectors = FAMILY_TRAITS.map(({ name }) => {
  const family = name.toLowerCase();
  const { bytes } = STYLES.find((style) => style.family === family)!;
  const seed = random.bytes(32).fill(0, 0, 4);
  const style = parseStyle(bytes);
  const piece = prepare(style, seed);
  const shown = (tile: Tile) => {
    const whole = new Uint8Array(3 * tile.size ** 2);
    renderTile(piece, tile, whole);
    const rows = Array.from({ length: tile.y1 - tile.y0 }, (_, y) => {
      const from = 3 * ((tile.y0 + y) * tile.size + tile.x0);
      return toHex(whole.subarray(from, from + 3 * (tile.x1 - tile.x0)));
    });
    return `0x${rows.join("")}`;
  };
  const pixels = [0, 1].map(() => {
    const [x, y] = [128 + random.below(256), 128 + random.below(256)];
    return { x, y, ...CANONICAL, rgb: shown({ x0: x, y0: y, x1: x + 1, y1: y + 1, ...CANONICAL }) };
  });
  const tile = { x0: 2, y0: 12, x1: 7, y1: 15, size: 24, samples: 1 };
  const given = `0x${toHex(givenBytes(givenOf(style, seed)))}`;
  return {
    family,
    style: `0x${toHex(bytes)}`,
    id: `0x${toHex(seed)}`,
    given,
    pixels,
    tile: { ...tile, rgb: shown(tile) },
  };
});

mkdirSync(dirname(file), { recursive: true });
writeFileSync(file, `${JSON.stringify({ table: `0x${toHex(traitTable())}`, vectors }, null, 1)}\n`);
