/**
 * The order in which a picture is carved: coarse blocks that split along a front from the upper left corner, each at
 * last drawn at full size by the renderer. Pure, so that the worker only has to do the steps.
 * @module
 */

/** One step: paint a cell of a coarse drawing, or draw a tile for good. */
export interface Step {
  /** Cells a side: of the coarse drawing that gives the colour, or of the tiling. */
  readonly cells: number;
  readonly column: number;
  readonly row: number;
  /** Whether the renderer draws these pixels at full size. */
  readonly final: boolean;
}

/** Cells a side of the coarse drawings, each twice the one before, so that a block splits in four. */
export const LEVELS = [7, 14, 28, 56] as const;
/** Tiles a side of the final drawing. */
const TILES = 28;
/** How far behind the front a block splits for the 1st, 2nd, 3rd time, and is drawn for good. */
const DELAY = [-0.04, 0.06, 0.16] as const;
const FINAL_DELAY = 0.34;
const QUARTERS = [
  [0, 0],
  [1, 0],
  [0, 1],
  [1, 1],
] as const;

/**
 * All steps but the first drawing of {@link LEVELS}[0], which is painted whole before.
 * @example carvingOrder().filter((step) => step.final).length // 784
 */
export function carvingOrder(): Step[] {
  const steps: { at: number; step: Step }[] = [];
  // When a cell was laid bare: a child never splits before its parent, whatever its own scatter says.
  let bare: (column: number, row: number) => number = () => 0;
  for (const [k, delay] of DELAY.entries()) {
    const parents = LEVELS[k] ?? 0;
    const splits: number[] = [];
    eachCell(parents, (column, row) => {
      const at = Math.max(frontAt(parents, column, row, k) + delay, bare(column, row));
      splits.push(at);
      for (const [dx, dy] of QUARTERS)
        steps.push({ at, step: { cells: parents * 2, column: column * 2 + dx, row: row * 2 + dy, final: false } });
    });
    bare = (column, row) => splits[(row >> 1) * parents + (column >> 1)] ?? 0;
  }
  eachCell(TILES, (column, row) => {
    const at = Math.max(frontAt(TILES, column, row, 2) + FINAL_DELAY, bare(column * 2, row * 2));
    steps.push({ at, step: { cells: TILES, column, row, final: true } });
  });
  return steps.sort((a, b) => a.at - b.at).map(({ step }) => step);
}

/** Pixels of a cell: neighbours share no pixel and leave none out. @example cellBox(28, 0, 0, 512) // x 0 to 18 */
export function cellBox(cells: number, column: number, row: number, size: number) {
  const edge = (index: number) => Math.floor((index * size) / cells);
  return { x0: edge(column), x1: edge(column + 1), y0: edge(row), y1: edge(row + 1) };
}

function eachCell(cells: number, visit: (column: number, row: number) => void): void {
  for (let row = 0; row < cells; row++) for (let column = 0; column < cells; column++) visit(column, row);
}

/** When the front passes a cell: along the diagonal, a little ragged, as stone splits. */
function frontAt(cells: number, column: number, row: number, level: number): number {
  return ((column + 0.5) * 0.45 + (row + 0.5) * 0.75) / cells + (scatter(column, row + level * 97) - 0.5) * 0.24;
}

function scatter(x: number, y: number): number {
  let t = (Math.imul(x, 374_761_393) + Math.imul(y, 668_265_263)) | 0;
  t = Math.imul(t ^ (t >>> 13), 1_274_126_177);
  return ((t ^ (t >>> 16)) >>> 0) / 4_294_967_296;
}
