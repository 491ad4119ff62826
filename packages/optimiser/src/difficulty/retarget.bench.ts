/**
 * `npm run bench -- retarget [--btc FILE]`: error of the next retarget, forecast a quarter, half and three quarters into
 * each epoch of a daily file, beside "no change". The file's columns `difficulty` and `hashrate_ths` (which such files
 * compute from the day's blocks) give back how many blocks each day had, and on the day of a retarget, whose difficulty
 * is the mean over its blocks, how many of them came before it. So heights are exact at the end of each day; only the
 * time of an epoch's first block is taken from its place among the blocks of its day, which is off by an hour or less.
 * @module
 */
import { readFileSync } from "node:fs";
import type { Bench, Row } from "../../../../tool/bench-types.ts";
import { bitcoinFile } from "../../tool/data-sets.ts";
import { parseHour, readTable } from "../series.ts";
import { EPOCH_BLOCKS, nextRetarget, type SeenBlock } from "./retarget.ts";

const DAY = 86_400;
/** The forecast's prior and drift were measured on the retargets from here on; those before are the harder test. */
const MEASURED_FROM = Date.UTC(2021, 11, 1) / 1000;

export const bench: Bench = {
  name: "retarget",
  about: "The next difficulty from the blocks so far: error and coverage on every epoch of a daily file (--btc FILE).",
  async *run(args) {
    const epochs = epochsOf(daysOf(bitcoinFile(args, "")));
    const spans: [string, (epoch: Epoch) => boolean][] = [
      ["before", ({ first }) => first.time < MEASURED_FROM],
      ["after", ({ first }) => first.time >= MEASURED_FROM],
    ];
    for (const [span, within] of spans) {
      const own = epochs.filter(within);
      if (own.length === 0) continue;
      const from = new Date((own[0] as Epoch).first.time * 1000).toISOString().slice(0, 10);
      for (const part of [0.25, 0.5, 0.75]) yield* errorsAt(part, own, span, from);
    }
  },
};

interface Epoch {
  readonly first: SeenBlock;
  /** The last block known at the end of each day within it. */
  readonly tips: readonly SeenBlock[];
  /** New difficulty over old, as it came. */
  readonly change: number;
}

function* errorsAt(part: number, epochs: readonly Epoch[], span: string, from: string): Generator<Row> {
  let [error, still, inside] = [0, 0, 0];
  for (const { first, tips, change } of epochs) {
    const away = ({ height }: SeenBlock) => Math.abs((height - first.height) / EPOCH_BLOCKS - part);
    const tip = tips.reduce((best, one) => (away(one) < away(best) ? one : best));
    const said = nextRetarget(first, tip);
    error += Math.abs(said.change - change) / epochs.length;
    still += Math.abs(1 - change) / epochs.length;
    if (said.changeLow <= change && change <= said.changeHigh) inside += 1 / epochs.length;
  }
  const what = `${100 * part}-${span}`;
  const note = `${epochs.length} epochs from ${from}`;
  const baseline = `retarget/no-change-${span}`;
  if (part === 0.25) yield { name: baseline, value: still, unit: "fraction", note: `mean absolute change, ${note}` };
  yield { name: `retarget/error-${what}`, value: error, unit: "fraction", baseline, ratio: still / error, note };
  yield { name: `retarget/coverage-${what}`, value: inside, unit: "fraction", note: `of the 95 % interval, ${note}` };
}

interface Day {
  /** Its end, in seconds since 1970. */
  readonly end: number;
  readonly blocks: number;
  readonly difficulty: number;
}

function daysOf(file: string): Day[] {
  const { columns, rows } = readTable(readFileSync(file, "utf8"));
  const at = (name: string): number => {
    const found = columns.indexOf(name);
    if (found < 0) throw new Error(`${file} needs the columns date, difficulty and hashrate_ths.`);
    return found;
  };
  const [date, difficulty, hashrate] = [at("date"), at("difficulty"), at("hashrate_ths")];
  return rows.map((row) => {
    const own = Number(row[difficulty]);
    // Hash rate is difficulty x 2^32 hashes a block, over the day.
    const blocks = (Number(row[hashrate]) * 1e12 * DAY) / (own * 2 ** 32);
    if (!(Math.abs(blocks - Math.round(blocks)) < 0.02)) {
      throw new Error(
        `${row[date]} in ${file} has ${blocks} blocks: its hash rate was not computed from the day's blocks.`,
      );
    }
    return { end: parseHour(`${row[date]}T00:00Z`, "utc") * 3600 + DAY, blocks: Math.round(blocks), difficulty: own };
  });
}

/** Whole epochs: from one retarget in the file to the next. */
function epochsOf(days: readonly Day[]): Epoch[] {
  const epochs: Epoch[] = [];
  let open: { first: SeenBlock; tips: SeenBlock[] } | null = null;
  let difficulty = (days[0] as Day).difficulty;
  let [height, count] = [0, 0];
  for (let d = 1; d < days.length - 1; d++) {
    const day = days[d] as Day;
    // An epoch with a day that the file does not have is left out.
    if (day.end !== (days[d - 1] as Day).end + DAY) open = null;
    // Means of one figure differ by rounding.
    if (Math.abs(day.difficulty / difficulty - 1) < 1e-9) {
      height += day.blocks;
      open?.tips.push({ height, time: day.end });
      continue;
    }
    const next = (days[d + 1] as Day).difficulty;
    const old = Math.round((day.blocks * (day.difficulty - next)) / (difficulty - next));
    if (open !== null) {
      const blocks: number = height + old + 1 - open.first.height;
      if (blocks !== EPOCH_BLOCKS)
        throw new Error(`An epoch has ${blocks} blocks: a day of the file is not as it was.`);
      epochs.push({ ...open, change: next / difficulty });
    }
    const first: { height: number; time: number } = {
      height: ++count * EPOCH_BLOCKS,
      time: day.end - DAY * (1 - (old + 0.5) / day.blocks),
    };
    height = first.height + day.blocks - old - 1;
    open = { first, tips: [{ height, time: day.end }] };
    difficulty = next;
  }
  return epochs;
}
