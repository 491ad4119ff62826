/**
 * Markets for the benches and tests of forecasts: files whose first column is the time, the second the price, and the
 * others what is known a day ahead; and the published forecasts of the EPF benchmark in their authors' form.
 * @module
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Day, type Market, marketOf } from "../src/forecast/past.ts";
import { hourly, readTable } from "../src/series.ts";
import { dataSets, fileOption, option } from "./data-sets.ts";

/** `--data FILE [--forecasts FILE]`, else the benchmark's market named by `--market`, NP when not given. */
export function marketFiles(args: readonly string[]): { data: string; forecasts: string | null } {
  const name = option(args, "market") ?? "NP";
  const given = option(args, "data");
  const data = fileOption(args, "data", "epf", `${name}_dataset.csv`);
  const beside = given === undefined ? join(dataSets, "epf", `${name}_test_forecasts.csv`) : undefined;
  const forecasts = option(args, "forecasts") ?? beside;
  if (option(args, "forecasts") === undefined && (beside === undefined || !existsSync(beside))) {
    return { data, forecasts: null };
  }
  return { data, forecasts: forecasts ?? null };
}

/**
 * A market from such a file. Times that end in Z are UTC; others are a wall clock, whose clock-change days are mended as
 * `hourly` says.
 */
export function loadMarket(file: string, unit: string): Market {
  const table = readTable(readFileSync(file, "utf8"));
  const [, price, ...rest] = table.columns;
  if (price === undefined) throw new Error(`${file} has no second column: give time, price, and what is known ahead.`);
  const clock = /Z|[+-]\d\d:?\d\d$/.test(table.rows[0]?.[0] ?? "") ? "utc" : "wall";
  const said = /usd/i.test(price) ? "USD/MWh" : unit;
  return marketOf(
    hourly(table, { column: price, unit: said, clock }),
    rest.map((column) => hourly(table, { column, unit: "MW", clock })),
  );
}

/** The authors' forecasts, by name: lear-56 ... lear-1456, lear, dnn. */
export interface Published {
  readonly firstDay: Day;
  readonly days: number;
  readonly forecasts: ReadonlyMap<string, Float64Array>;
}

/** Reads the authors' file: columns `LEAR 56`, ..., `LEAR Ensemble`, `DNN Ensemble`. */
export function loadPublished(file: string): Published {
  const table = readTable(readFileSync(file, "utf8"));
  const forecasts = new Map<string, Float64Array>();
  let firstDay = 0;
  for (const column of table.columns) {
    const found = /^(LEAR|DNN) (\d+|Ensemble)$/.exec(column);
    if (!found) continue;
    const series = hourly(table, { column, unit: "forecast", clock: "wall" });
    firstDay = series.start / 24;
    const window = found[2] === "Ensemble" ? "" : `-${found[2]}`;
    forecasts.set(`${(found[1] as string).toLowerCase()}${window}`, series.values);
  }
  const days = Math.min(...[...forecasts.values()].map((values) => values.length / 24));
  return { firstDay, days, forecasts };
}
