/** Time to render: the canonical picture of each family, and thumbnails. */
import { fileURLToPath } from "node:url";
import type { Bench } from "../../../tool/bench-types.ts";
import { CANONICAL, prepare, render } from "./render.ts";
import { parseStyle } from "./style.ts";
import { STYLES } from "./styles.ts";

const FAMILIES = [...new Set(STYLES.map((style) => style.family))];
const seedOf = (n: number) => Uint8Array.from({ length: 32 }, (_, i) => (i * 31 + n * 97) & 255);
const median = (times: number[]) => times.sort((a, b) => a - b)[times.length >> 1]!;

export const bench: Bench = {
  name: "render",
  about: "Seconds for a canonical picture of each family, thumbnails a second.",
  async *run() {
    for (const family of FAMILIES) {
      const styles = STYLES.filter((style) => style.family === family).map((style) => parseStyle(style.bytes));
      const times = styles.map((style, i) => {
        const start = process.cpuUsage();
        render(prepare(style, seedOf(i)), CANONICAL);
        return process.cpuUsage(start).user / 1e6;
      });
      yield {
        name: `render/${family}-512`,
        value: Number(median(times).toFixed(3)),
        unit: "s",
        note: "512 x 512, 2 x 2 samples, set-up included, CPU seconds of one core, median of the family's styles",
      };
    }
    const styles = STYLES.map((style) => parseStyle(style.bytes));
    const start = process.cpuUsage();
    for (const [i, style] of styles.entries()) render(prepare(style, seedOf(i)), { size: 64, samples: 1 });
    const seconds = process.cpuUsage(start).user / 1e6;
    yield {
      name: "render/thumb-64",
      value: Number((styles.length / seconds).toFixed(1)),
      unit: "1/s",
      note: "64 x 64, 1 sample, set-up included, CPU time, all house styles in turn",
    };
  },
};

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for await (const row of bench.run([])) console.log(JSON.stringify(row));
}
