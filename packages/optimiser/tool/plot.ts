/**
 * Rows of a bench as a bar chart in SVG: `npm run bench -- NAME --json | node packages/optimiser/tool/plot.ts --title
 * TEXT [--match REGEX] [--from 0.99] > plots/NAME.svg`. One bar a row; nothing is drawn that is not in the rows.
 * @module
 */
import { text } from "node:stream/consumers";

interface Row {
  name: string;
  value: number;
  unit: string;
}

const option = (name: string) => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? undefined : process.argv[at + 1];
};
const match = new RegExp(option("match") ?? "");
const from = Number(option("from") ?? 0);
const rows = (await text(process.stdin))
  .split("\n")
  .filter((line) => line.startsWith("{"))
  .map((line) => JSON.parse(line) as Row)
  .filter(({ name }) => match.test(name));
if (rows.length === 0) {
  console.error("No row fits: pipe the bench's --json output in, and look at --match.");
  process.exit(2);
}
process.stdout.write(chart(option("title") ?? "", rows, from));

/** Bars start at `from`; values below it are drawn to the left of the line. */
function chart(title: string, bars: readonly Row[], start: number): string {
  const [left, width, line] = [290, 360, 18];
  const values = bars.map(({ value }) => value);
  const low = Math.min(start, ...values);
  const high = Math.max(start, ...values);
  const x = (value: number) => left + ((value - low) / (high - low || 1)) * width;
  const height = 40 + bars.length * line;
  const body = bars.map(({ name, value, unit }, i) => {
    const y = 34 + i * line;
    const [a, b] = [Math.min(x(start), x(value)), Math.max(x(start), x(value))];
    return [
      `<text x="${left - 8}" y="${y + 11}" text-anchor="end">${escaped(name.replace(/^[^/]*\//, ""))}</text>`,
      `<rect x="${a.toFixed(1)}" y="${y + 2}" width="${Math.max(0.5, b - a).toFixed(1)}" height="${line - 6}" fill="#7a6a58"/>`,
      `<text x="${left + width + 8}" y="${y + 11}">${value.toFixed(4)} ${escaped(unit)}</text>`,
    ].join("");
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" width="800" height="${height}" font-family="sans-serif" font-size="11" fill="#222">
<rect width="800" height="${height}" fill="#fff"/><text x="8" y="20" font-size="13">${escaped(title)}</text>
<line x1="${x(start).toFixed(1)}" x2="${x(start).toFixed(1)}" y1="30" y2="${height - 4}" stroke="#999"/>
${body.join("\n")}
</svg>
`;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}
