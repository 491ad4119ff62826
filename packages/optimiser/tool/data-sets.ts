/**
 * Files for benches and tests: where they are, and how they become series. The package itself reads no file. No data is
 * committed: a test that finds none says so and is skipped, a bench takes the path as an argument.
 * @module
 */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type Machine, machine, machineCurve } from "../src/dispatch/machine.ts";
import { hashprice, subsidyOn, targetOf } from "../src/economics/hashprice.ts";
import type { Terms } from "../src/economics/strike.ts";
import { type Hour, type HourlySeries, hourly, parseHour, readTable, SeriesError } from "../src/series.ts";
import {
  fraction,
  terahash,
  type UsdPerTerahashDay,
  usd,
  usdPerCoin,
  usdPerMwh,
  usdPerTonneCo2,
  watts,
} from "../src/units.ts";

/** `CARRARA_DATA_SETS`, or `shared/data` beside the repository. */
export const dataSets =
  process.env.CARRARA_DATA_SETS ?? join(import.meta.dirname, "..", "..", "..", "..", "shared", "data");

/** The path of a data set, or `null` (and a line that says so) where it is not there. */
export function dataSet(...path: string[]): string | null {
  const file = join(dataSets, ...path);
  if (existsSync(file)) return file;
  console.warn(`skipped: there is no ${path.join("/")}; set CARRARA_DATA_SETS to the folder that has it`);
  return null;
}

/** `--name value` of a bench's arguments. */
export function option(args: readonly string[], name: string): string | undefined {
  const at = args.indexOf(`--${name}`);
  return at < 0 ? undefined : args[at + 1];
}

/** The option, or what stands in the data sets by that path; an error that tells the mend when neither is there. */
export function fileOption(args: readonly string[], name: string, ...path: string[]): string {
  const file = option(args, name) ?? join(dataSets, ...path);
  if (!existsSync(file)) throw new Error(`There is no file ${file}: give one with --${name} FILE.`);
  return file;
}

/** Hourly prices in USD/MWh, UTC: columns `utc` and `usd_mwh`. */
export function loadPrices(file: string): HourlySeries<"USD/MWh"> {
  return hourly(readTable(readFileSync(file, "utf8")), { column: "usd_mwh", unit: "USD/MWh", clock: "utc" });
}

/** `--btc FILE`, else `btc_daily*.csv` in the folder of the prices, in `../btc` beside it, or among the data sets. */
export function bitcoinFile(args: readonly string[], prices: string): string {
  const given = option(args, "btc");
  const near = dirname(prices);
  const name = "btc_daily_2019-2026.csv";
  const places = given ? [given] : [join(near, name), join(near, "..", "btc", name), join(dataSets, "btc", name)];
  const found = places.find((place) => existsSync(place));
  if (!found)
    throw new Error(`There is no daily difficulty and price at ${places.join(", ")}: give one with --btc FILE.`);
  return found;
}

/**
 * Hashprice of each day, from the columns `date`, `difficulty` and `price_usd`; without transaction fees.
 * @returns a function that throws for an hour whose day the file does not have
 */
export function loadHashprice(file: string): (hour: Hour) => UsdPerTerahashDay {
  const { columns, rows } = readTable(readFileSync(file, "utf8"));
  const [date, difficulty, price] = ["date", "difficulty", "price_usd"].map((name) => columns.indexOf(name));
  if (date === undefined || difficulty === undefined || price === undefined || Math.min(date, difficulty, price) < 0) {
    throw new Error(`${file} needs the columns date, difficulty and price_usd.`);
  }
  const days = new Map<number, UsdPerTerahashDay>();
  for (const row of rows) {
    const day = row[date] as string;
    const network = {
      target: targetOf(Number(row[difficulty])),
      reward: subsidyOn(day),
      price: usdPerCoin(Number(row[price])),
    };
    days.set(parseHour(`${day}T00:00Z`, "utc") / 24, hashprice(network));
  }
  return (hour) => {
    const value = days.get(Math.floor(hour / 24));
    if (value === undefined) {
      const day = new Date(hour * 3_600_000).toISOString().slice(0, 10);
      throw new SeriesError(
        "series-gap",
        `${file} has no row for ${day}.`,
        "Give a file that covers the prices' days.",
      );
    }
    return value;
  };
}

/** The terms of all figures: pool fee 1 %, delivery 10 USD/MWh, no carbon price. */
export const TERMS: Terms = { poolFee: fraction(0.01), adder: usdPerMwh(10), carbonPrice: usdPerTonneCo2(0) };

/** The two machines of the figures, by their data sheets, with the restart named. */
export function benchMachines(minutes: number): { name: string; machine: Machine }[] {
  const of = (id: string, th: number, w: number) =>
    machine(id, machineCurve([{ name: "default", power: watts(w), rate: terahash(th) }]), {
      restart: { minutes, wear: usd(0.05) },
    });
  return [
    { name: "s21", machine: of("s21", 200, 3500) },
    { name: "s19j-pro", machine: of("s19j-pro", 100, 3050) },
  ];
}

/** The modes of a table of profiles: columns `freq_mhz`, `th`, `kw`. */
export function loadCurve(file: string) {
  const { rows } = readTable(readFileSync(file, "utf8"));
  return machineCurve(
    rows.map(([mhz, th, kw]) => ({
      name: `${mhz} MHz`,
      power: watts(Number(kw) * 1000),
      rate: terahash(Number(th)),
    })),
  );
}
