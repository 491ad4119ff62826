/** Time to render: a finished piece of each family and thumbnails, by the kernels and by the reference. */
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import type { Bench, Row } from "../../../tool/bench-types.ts";
import type { Kernel } from "./kernel.ts";
import { fastest, PLAIN_KERNEL } from "./kernels.ts";
import { prepare } from "./render.ts";
import { parseStyle, type Style } from "./style.ts";
import { STYLES } from "./styles.ts";

const FAMILIES = [...new Set(STYLES.map((style) => style.family))];
const seedOf = (n: number) => Uint8Array.from({ length: 32 }, (_, i) => (i * 31 + n * 97) & 255);
const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[values.length >> 1]!;

export const bench: Bench = {
  name: "render",
  about: "CPU seconds of a finished piece of each family, 1,024 px; thumbnails a second. --family NAME.",
  async *run(args) {
    const { values } = parseArgs({ args: [...args], options: { family: { type: "string" } } });
    const wanted = FAMILIES.filter((name) => values.family === undefined || name === values.family);
    for (const family of wanted) {
      const styles = STYLES.filter((style) => style.family === family).map((style) => parseStyle(style.bytes));
      const kernel = fastest(styles[0]!.family);
      // Engines compile what runs often once more, and better: that is done before anything counts.
      for (const style of styles) secondsOf(style, kernel, 9, 512);
      const note =
        "1024 x 1024, 2 x 2 samples, set-up included, CPU seconds, the better of two, median of the family's styles";
      const twice = (style: Style, by: Kernel, i: number) =>
        Math.min(secondsOf(style, by, i, 1024), secondsOf(style, by, i, 1024));
      const times = (by: Kernel) => median(styles.map((style, i) => twice(style, by, i)));
      const plain: Row = { name: `render/${family}-1024-plain`, value: times(PLAIN_KERNEL), unit: "s", note };
      yield plain;
      const value = times(kernel);
      yield {
        name: `render/${family}-1024`,
        value,
        unit: "s",
        baseline: plain.name,
        ratio: Number((plain.value / value).toFixed(1)),
        note,
      };
    }
    const styles = STYLES.map((style) => parseStyle(style.bytes)).filter(({ family }) =>
      wanted.includes(familyOf(family)),
    );
    const kernels = styles.map(({ family }) => fastest(family));
    const rate = (by: (i: number) => Kernel) => {
      const round = () => styles.reduce((sum, style, i) => sum + secondsOf(style, by(i), i, 64, 1), 0);
      round();
      return Number((styles.length / Math.min(round(), round(), round())).toFixed(1));
    };
    const note = "64 x 64, 1 sample, set-up included, all house styles in turn, one core";
    const plain: Row = { name: "render/thumb-64-plain", value: rate(() => PLAIN_KERNEL), unit: "1/s", note };
    yield plain;
    const value = rate((i) => kernels[i]!);
    const ratio = Number((value / plain.value).toFixed(1));
    yield { name: "render/thumb-64", value, unit: "1/s", baseline: plain.name, ratio, note };
  },
};

function familyOf(code: number): string {
  return STYLES.find(({ bytes }) => bytes[1] === code)!.family;
}

/** CPU seconds of a piece from style and seed to its last byte. */
function secondsOf(style: Style, by: Kernel, seed: number, size: number, samples = 2): number {
  const out = new Uint8Array(size * size * 3);
  const start = process.cpuUsage();
  by.renderTile(prepare(style, seedOf(seed), undefined, by), { size, samples, x0: 0, y0: 0, x1: size, y1: size }, out);
  const { user, system } = process.cpuUsage(start);
  return Number(((user + system) / 1e6).toFixed(3));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for await (const row of bench.run(process.argv.slice(2))) console.log(JSON.stringify(row));
}
