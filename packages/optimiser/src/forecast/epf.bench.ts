/**
 * `npm run bench -- epf [--data FILE] [--forecasts FILE] [--days N] [--market NP|DE] [--keep FILE] [--unit UNIT]`: rolling
 * forecasts of the last 728 days with a refit each day, beside the plain rules and, where their file is given, the
 * published forecasts of the EPF benchmark. Each day is kept in a file as soon as it is done: a run that was stopped
 * goes on where it was.
 * @module
 */
import { createHash } from "node:crypto";
import { appendFileSync, existsSync, globSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Bench, Row } from "../../../../tool/bench-types.ts";
import { option } from "../../tool/data-sets.ts";
import { loadMarket, loadPublished, marketFiles, type Published } from "../../tool/markets.ts";
import { formatHour } from "../series.ts";
import { rolling } from "./backtest.ts";
import { beginBlend, blended, membersFor, observe, stepsAside } from "./blend.ts";
import { meanOf } from "./ensemble.ts";
import { addErrors, createErrors, intervalOf } from "./interval.ts";
import { naive, weeklyNaive } from "./naive.ts";
import { type Day, ForecastError, type Forecaster, type Market } from "./past.ts";
import { coverage, dieboldMariano, errorCorrelation, meanAbsoluteError, pinball } from "./score.ts";

const LEVELS = [0.5, 0.8, 0.9];
const TEST_DAYS = 728;

export const bench: Bench = {
  name: "epf",
  about:
    "Day-ahead prices: MAE of 728 days with daily refit (--data FILE [--forecasts FILE] [--days N] [--market NP]).",
  async *run(args) {
    const files = marketFiles(args);
    const market = loadMarket(files.data, option(args, "unit") ?? "EUR/MWh");
    const published = files.forecasts === null ? null : loadPublished(files.forecasts);
    const days = Number(option(args, "days") ?? TEST_DAYS);
    const last = published === null ? market.firstDay + market.days : published.firstDay + published.days;
    const to = Math.min(last, market.firstDay + market.days);
    const from = to - days;
    if (!Number.isInteger(days) || days < 1 || from - market.firstDay < 28) {
      throw new ForecastError(
        "forecast-history",
        `${days} test days leave ${from - market.firstDay} days to learn from, of ${market.days}.`,
        "Give fewer with --days, and a file of 28 days more.",
      );
    }
    const members = membersFor(from - market.firstDay);
    const methods = [weeklyNaive, naive, ...members];
    const keep = option(args, "keep") ?? join(tmpdir(), `carrara-epf-${keyOf(files.data, methods)}.csv`);
    const kept = forecastAll(market, methods, { from, to }, keep);
    yield* rowsOf(market, methods, kept, { from, to }, published);
  },
};

/** The forecasts of the span, day after day, method after method; and the seconds of each day that was computed. */
interface Kept {
  readonly forecasts: ReadonlyMap<string, Float64Array>;
  readonly seconds: readonly number[];
}

function forecastAll(
  market: Market,
  methods: readonly Forecaster[],
  { from, to }: { from: Day; to: Day },
  keep: string,
): Kept {
  const lines = new Map<Day, number[]>();
  if (existsSync(keep)) {
    for (const line of readFileSync(keep, "utf8").split("\n")) {
      const fields = line.split(",").map(Number);
      // A line that was cut off when the run was stopped is done again.
      if (fields.length === 2 + 24 * methods.length && fields.every(Number.isFinite))
        lines.set(fields[0] as Day, fields);
    }
  } else writeFileSync(keep, "");
  const missing = Array.from({ length: to - from }, (_, i) => from + i).filter((day) => !lines.has(day));
  console.error(`${to - from} days, ${missing.length} to do; kept in ${keep}`);
  let told = performance.now();
  for (const [done, day] of missing.entries()) {
    // The time of this thread, so that what else the computer does is not measured.
    const start = process.threadCpuUsage();
    for (const { forecasts } of rolling(market, methods, { from: day, to: day + 1 })) {
      const { user, system } = process.threadCpuUsage(start);
      const seconds = (user + system) / 1e6;
      const fields = [
        day,
        Number(seconds.toFixed(4)),
        ...forecasts.flatMap((f) => [...f].map((x) => Number(x.toFixed(4)))),
      ];
      lines.set(day, fields);
      appendFileSync(keep, `${fields.join(",")}\n`);
    }
    if (performance.now() - told > 10_000) {
      told = performance.now();
      console.error(`${formatHour(24 * day).slice(0, 10)}: ${done + 1} of ${missing.length} days`);
    }
  }
  const forecasts = new Map(methods.map(({ name }) => [name, new Float64Array(24 * (to - from))]));
  for (let day = from; day < to; day++) {
    const fields = lines.get(day) as number[];
    for (const [k, { name }] of methods.entries()) {
      (forecasts.get(name) as Float64Array).set(fields.slice(2 + 24 * k, 26 + 24 * k), 24 * (day - from));
    }
  }
  // The first day of a process builds its factor; the median is what a day costs.
  return { forecasts, seconds: missing.map((day) => lines.get(day)?.[1] as number) };
}

function* rowsOf(
  market: Market,
  methods: readonly Forecaster[],
  { forecasts: kept, seconds }: Kept,
  { from, to }: { from: Day; to: Day },
  published: Published | null,
): Generator<Row> {
  const days = to - from;
  const actual = market.price.slice(24 * (from - market.firstDay), 24 * (to - market.firstDay));
  const forecasts = new Map(kept);
  const members = methods.slice(2).map(({ name }) => name);
  const columns = (names: readonly string[]) => names.map((name) => forecasts.get(name) as Float64Array);
  const lear = members.filter((name) => name.startsWith("lear-"));
  if (lear.length > 0) forecasts.set("lear", meanOf(columns(lear)));
  // Both kinds with the same weight, whatever the number of windows.
  if (lear.length > 0) forecasts.set("mean", meanOf(columns(["lear", "process"])));
  const { blend, low, high, weights, first, aside } = blendOf(members, forecasts, actual);
  forecasts.set("blend", blend);
  const span = published === null ? null : publishedSpan(published, from, to);
  for (const [name, values] of span ?? []) forecasts.set(name, values);

  const rule = meanAbsoluteError(forecasts.get("weekly-naive") as Float64Array, actual);
  const unit = market.unit as Row["unit"];
  for (const [name, values] of forecasts) {
    const mae = meanAbsoluteError(values, actual);
    const weight =
      members.indexOf(name) < 0 ? "" : `; weight in blend at the end ${share(weights, members.indexOf(name))}`;
    yield {
      name: `epf/mae-${name}`,
      value: mae,
      unit,
      baseline: "epf/mae-weekly-naive",
      ratio: rule / mae,
      note: `${days} days, rMAE ${(mae / rule).toFixed(3)}${weight}${name === "blend" ? `; stepped aside on ${aside} days` : ""}`,
    };
  }
  for (const [name, values] of span ?? []) {
    if (/\d$/.test(name)) continue;
    for (const own of ["lear", "process", "mean", "blend"]) {
      const mine = forecasts.get(own);
      if (mine === undefined) continue;
      const { statistic, p } = dieboldMariano(values, mine, actual);
      yield {
        name: `epf/dm-${own}-over-${name}`,
        value: p,
        unit: "fraction",
        note: `one-sided p that ${own} is no better; statistic ${statistic.toFixed(2)}`,
      };
    }
  }
  for (const [name, values] of span ?? []) {
    const own = name.replace("published-", "");
    const mine = forecasts.get(own);
    if (mine === undefined || own === "mean") continue;
    yield {
      name: `epf/correlation-${own}`,
      value: errorCorrelation(mine, values, actual),
      unit: "fraction",
      note: "errors",
    };
  }
  const tested = actual.subarray(24 * first);
  for (const level of LEVELS) {
    if (tested.length === 0) break;
    const [l, h] = [low.get(level) as Float64Array, high.get(level) as Float64Array];
    const { inside, width } = coverage(l.subarray(24 * first), h.subarray(24 * first), tested);
    const loss =
      (pinball(l.subarray(24 * first), (1 - level) / 2, tested) +
        pinball(h.subarray(24 * first), (1 + level) / 2, tested)) /
      2;
    yield {
      name: `epf/coverage-${Math.round(100 * level)}`,
      value: inside,
      unit: "fraction",
      note: `${days - first} days; mean width ${width.toFixed(3)}, pinball ${loss.toFixed(4)} ${market.unit}`,
    };
  }
  if (seconds.length > 0) {
    const sorted = Float64Array.from(seconds).sort();
    yield {
      name: "epf/day",
      value: sorted[sorted.length >> 1] as number,
      unit: "s",
      note: `refit and forecast of all members, one thread's own time; median of ${seconds.length} days, most ${sorted.at(-1)?.toFixed(2)}`,
    };
  }
}

/** The blend and its intervals as they would have been known before each day. */
function blendOf(names: readonly string[], forecasts: ReadonlyMap<string, Float64Array>, actual: Float64Array) {
  const days = actual.length / 24;
  let state = beginBlend(names.map((name) => ({ name })));
  let errors = createErrors(LEVELS);
  let [first, aside] = [0, 0];
  const blend = new Float64Array(24 * days);
  const low = new Map(LEVELS.map((level) => [level, new Float64Array(24 * days)]));
  const high = new Map(LEVELS.map((level) => [level, new Float64Array(24 * days)]));
  const at = (name: string, d: number) => (forecasts.get(name) as Float64Array).subarray(24 * d, 24 * d + 24);
  for (let d = 0; d < days; d++) {
    const today = names.map((name) => at(name, d));
    const rule = at(naive.name, d);
    const came = actual.subarray(24 * d, 24 * d + 24);
    const forecast = blended(state, today, rule);
    if (stepsAside(state)) aside++;
    blend.set(forecast, 24 * d);
    for (const level of LEVELS) {
      const interval = intervalOf(errors, forecast, level);
      if (interval === null) first = d + 1;
      else {
        (low.get(level) as Float64Array).set(interval.low, 24 * d);
        (high.get(level) as Float64Array).set(interval.high, 24 * d);
      }
    }
    state = observe(state, today, rule, came);
    errors = addErrors(errors, forecast, came);
  }
  return { blend, low, high, weights: state.mixer.weights, first, aside };
}

function publishedSpan(published: Published, from: Day, to: Day): Map<string, Float64Array> {
  const at = 24 * (from - published.firstDay);
  const out = new Map<string, Float64Array>();
  for (const [name, values] of published.forecasts)
    out.set(`published-${name}`, values.slice(at, at + 24 * (to - from)));
  const both = ["published-lear", "published-dnn"].map((name) => out.get(name));
  if (both.every((values) => values !== undefined)) out.set("published-mean", meanOf(both as Float64Array[]));
  return out;
}

function share(weights: Float64Array, k: number): string {
  return `${(100 * (weights[k] as number)).toFixed(0)} %`;
}

/** Same data, same methods, same code: the same file. */
function keyOf(data: string, methods: readonly Forecaster[]): string {
  const hash = createHash("sha256").update(readFileSync(data));
  for (const { name } of methods) hash.update(name);
  for (const file of globSync("*.ts", { cwd: import.meta.dirname }).sort()) {
    if (!/\.(test|bench)\.ts$/.test(file)) hash.update(readFileSync(join(import.meta.dirname, file)));
  }
  return hash.digest("hex").slice(0, 12);
}
