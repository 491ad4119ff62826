import { expect, test } from "vitest";
import { carvingOrder, cellBox, LEVELS } from "./carving.ts";

test("every cell of every level is painted once, every tile drawn once", () => {
  const seen = new Set(carvingOrder().map(({ cells, column, row, final }) => `${cells} ${column} ${row} ${final}`));
  const cells = LEVELS.slice(1).reduce((sum, n) => sum + n * n, 0) + 28 * 28;
  expect(seen.size).toBe(cells);
  expect(carvingOrder()).toHaveLength(cells);
});

test("a coarse cell never covers what was drawn finer", () => {
  const size = 512;
  const fineness = new Uint8Array(size * size);
  for (const { cells, column, row, final } of carvingOrder()) {
    const { x0, x1, y0, y1 } = cellBox(cells, column, row, size);
    const level = final ? 100 : cells;
    for (let y = y0; y < y1; y++)
      for (let x = x0; x < x1; x++) {
        const at = y * size + x;
        if ((fineness[at] ?? 0) > level) throw new Error(`${cells} over ${fineness[at]} at ${x}, ${y}`);
        fineness[at] = level;
      }
  }
  expect(fineness.every((value) => value === 100)).toBe(true);
});
