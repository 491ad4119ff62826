/**
 * Hourly series: how a file of prices becomes numbers that a plan or a forecast may trust. A fault in the file (a gap, a
 * double hour, a day of 23 or 25 hours, a word where a number belongs, another unit) is an error that says where and
 * what to do, or is mended in the way that the caller chose and written down in `repairs`. Never a silent number.
 * @module
 */
import { CarraraError } from "@carrara/base/errors";

/** Hours since 1970-01-01T00:00 of the clock of the series (UTC, or a wall clock with 24 hours each day). */
export type Hour = number;

/** Values of hour after hour, without holes. */
export interface HourlySeries<Unit extends string = string> {
  readonly unit: Unit;
  /** The first hour. */
  readonly start: Hour;
  readonly values: Float64Array;
  /** `utc`: every day has 24 hours. `wall`: local time, of which clock-change days were brought to 24. */
  readonly clock: "utc" | "wall";
  /** What was mended when the series was made; empty for a sound file. */
  readonly repairs: readonly Repair[];
}

/** One mended hour. */
export interface Repair {
  readonly hour: Hour;
  readonly kind: "gap" | "spring" | "autumn";
  readonly value: number;
}

/** A file of columns, as text. */
export interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** How a column is to be read. */
export interface HourlyOptions<Unit extends string> {
  /** Name of the column with the values. */
  column: string;
  /** Name of the column with the times; the first one when not given. */
  time?: string;
  unit: Unit;
  /**
   * `utc` (times end in Z, carry an offset, or are known to be UTC), or `wall`: local time without an offset, where a
   * spring day lacks one hour and an autumn day has one twice.
   */
  clock: "utc" | "wall";
  /**
   * The longest hole, in hours, that is filled by a straight line between its ends; 0 when not given: any hole is an
   * error. The one hour of a spring day (`wall`) is no hole: it is filled by its neighbours' mean.
   */
  fillGaps?: number;
}

/**
 * Splits text with commas (or semicolons) into a table; quotes may surround a field.
 * @throws SeriesError `series-empty`, or `series-row` when a row has another number of fields than the head.
 * @example readTable("utc,usd_mwh\n2024-01-01T00:00Z,12.5\n")
 */
export function readTable(text: string): Table {
  const lines = text.replace(/^\uFEFF/, "").split(/\r?\n/);
  while (lines.length > 0 && lines[lines.length - 1]?.trim() === "") lines.pop();
  const head = lines[0];
  if (head === undefined || lines.length < 2) {
    throw new SeriesError("series-empty", "The table has no rows.", "Give a head line and one line for each hour.");
  }
  const mark = head.includes(",") ? "," : head.includes(";") ? ";" : ",";
  const split = (line: string) => (line.includes('"') ? quoted(line, mark) : line.split(mark)).map((x) => x.trim());
  const columns = split(head);
  const rows = lines.slice(1).map(split);
  for (const [i, row] of rows.entries()) {
    if (row.length !== columns.length) {
      throw new SeriesError(
        "series-row",
        `Line ${i + 2} has ${row.length} fields and the head has ${columns.length}.`,
        "Mend that line, or cut the file after the last whole one.",
      );
    }
  }
  return { columns, rows };
}

/**
 * One column of a table as an hourly series.
 * @throws SeriesError with a code for each fault: `series-column`, `series-time`, `series-number`, `series-order`,
 * `series-duplicate`, `series-gap`, `series-clock-change`, `series-unit`.
 * @example hourly(readTable(text), { column: "usd_mwh", unit: "USD/MWh", clock: "utc" })
 */
export function hourly<Unit extends string>(table: Table, options: HourlyOptions<Unit>): HourlySeries<Unit> {
  const at = columnIndex(table, options.column);
  const timeAt = options.time === undefined ? 0 : columnIndex(table, options.time);
  checkColumnUnit(options.column, options.unit);
  const hours: Hour[] = [];
  const values: number[] = [];
  for (const [i, row] of table.rows.entries()) {
    hours.push(parseHour(row[timeAt] ?? "", options.clock, i + 2));
    values.push(parseValue(row[at] ?? "", options.column, i + 2));
  }
  return fromPairs(hours, values, options);
}

/**
 * Pairs of hour and value as a series: the same checks as for a file. A value that is NaN counts as missing.
 * @throws SeriesError as `hourly`.
 * @example fromPairs([480000, 480001], [12.5, 13], { unit: "USD/MWh", clock: "utc" })
 */
export function fromPairs<Unit extends string>(
  hours: readonly Hour[],
  values: readonly number[],
  { unit, clock, fillGaps = 0 }: { unit: Unit; clock: "utc" | "wall"; fillGaps?: number },
): HourlySeries<Unit> {
  const start = hours[0];
  if (start === undefined || hours.length !== values.length) {
    const text = `${hours.length} hours and ${values.length} values make no series.`;
    throw new SeriesError("series-empty", text, "Give one value for each hour, and at least one.");
  }
  const out: number[] = [];
  const repairs: Repair[] = [];
  let missing = 0;
  for (const [i, hour] of hours.entries()) {
    const value = values[i] as number;
    const due = start + out.length + missing;
    if (hour === due - 1 && i > 0 && clock === "wall" && isAutumnHour(hour) && hours[i - 1] === hour) {
      // The hour that comes twice on an autumn day: its mean, as the authors of the EPF benchmark do.
      const mean = ((out[out.length - 1] as number) + value) / 2;
      out[out.length - 1] = mean;
      repairs.push({ hour, kind: "autumn", value: mean });
      continue;
    }
    if (hour < due) {
      const twice = i > 0 && hours[i - 1] === hour;
      throw new SeriesError(
        twice ? "series-duplicate" : "series-order",
        twice ? `${formatHour(hour)} comes twice.` : `${formatHour(hour)} comes after ${formatHour(due - 1)}.`,
        clock === "wall" || !twice || !isAutumnHour(hour)
          ? "Sort the rows by time and keep one for each hour."
          : 'Is it local time with a 25-hour day? Then read it with clock "wall".',
      );
    }
    missing += hour - due;
    if (Number.isNaN(value)) {
      missing++;
      continue;
    }
    if (missing > 0) {
      fill(out, repairs, { start, missing, value, clock, fillGaps });
      missing = 0;
    }
    if (!Number.isFinite(value)) {
      const text = `The value of ${formatHour(hour)} is ${value}.`;
      throw new SeriesError("series-number", text, "Give a finite number, or leave the hour out.");
    }
    out.push(value);
  }
  if (missing > 0) {
    const text = `The last ${missing} hours have no value.`;
    throw new SeriesError("series-gap", text, "Cut the series after its last value.");
  }
  const series = { unit, start, values: Float64Array.from(out), clock, repairs };
  checkScale(series);
  return series;
}

/** The value of an hour; `null` outside the series. */
export function valueAt(series: HourlySeries, hour: Hour): number | null {
  return series.values[hour - series.start] ?? null;
}

/** The part from `from` (inclusive) to `to` (exclusive), clipped to what there is; shares memory. */
export function slice<Unit extends string>(series: HourlySeries<Unit>, from: Hour, to: Hour): HourlySeries<Unit> {
  const first = Math.max(from, series.start);
  const last = Math.max(first, Math.min(to, series.start + series.values.length));
  return {
    ...series,
    start: first,
    values: series.values.subarray(first - series.start, last - series.start),
    repairs: series.repairs.filter(({ hour }) => hour >= first && hour < last),
  };
}

/**
 * The whole days of a series: the hours before the first midnight and after the last are left out.
 * @throws SeriesError `series-short` when fewer than `least` days remain.
 */
export function wholeDays<Unit extends string>(series: HourlySeries<Unit>, least = 1): HourlySeries<Unit> {
  const from = Math.ceil(series.start / 24) * 24;
  const to = Math.floor((series.start + series.values.length) / 24) * 24;
  const days = Math.max(0, (to - from) / 24);
  if (days < least) {
    const text = `The series has ${days} whole days, and ${least} are needed.`;
    throw new SeriesError("series-short", text, "Give a longer history, or choose a method with a shorter window.");
  }
  return slice(series, from, to);
}

/**
 * Refuses a series that never changes: a feed that froze looks like this, and no method can learn from it.
 * @throws SeriesError `series-constant`
 */
export function requireVariation(series: HourlySeries): void {
  const first = series.values[0];
  if (series.values.length > 1 && series.values.every((value) => value === first)) {
    throw new SeriesError(
      "series-constant",
      `All ${series.values.length} hours have the same value, ${first}.`,
      "A feed that froze? For a flat tariff no forecast is needed: give the price as one figure.",
    );
  }
}

/** The hour of a time as files write it: 2024-01-31T05:00Z, 2024-01-31 05:00:00, 2024-01-31T06:00+01:00. */
export function parseHour(text: string, clock: "utc" | "wall", line = 0): Hour {
  const found = TIME.exec(text);
  const where = line > 0 ? ` in line ${line}` : "";
  if (!found) {
    const message = `"${text.slice(0, 40)}"${where} is not an hour.`;
    throw new SeriesError("series-time", message, "Give times such as 2024-01-31T05:00Z.");
  }
  const [, year, month, day, hour, minute = "00", second = "00", zone] = found;
  if (zone !== undefined && clock === "wall") {
    throw new SeriesError(
      "series-time",
      `"${text.slice(0, 40)}"${where} names its zone, but the series is said to be in local time.`,
      'Read it with clock "utc".',
    );
  }
  const ms = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour));
  const wrong = Number(minute) !== 0 || Number(second) !== 0 || Number(hour) > 23;
  if (wrong || new Date(ms).getUTCDate() !== Number(day) || new Date(ms).getUTCMonth() !== Number(month) - 1) {
    const message = `"${text.slice(0, 40)}"${where} is not a full hour of the calendar.`;
    throw new SeriesError("series-time", message, "Give one row for each hour; average shorter steps first.");
  }
  const offset = zone === undefined || zone === "Z" ? 0 : Number(`${zone[0]}1`) * Number(zone.slice(1, 3));
  if (zone !== undefined && zone !== "Z" && !/00$/.test(zone)) {
    throw new SeriesError("series-time", `The offset of "${text}"${where} is not in hours.`, "Give times in UTC.");
  }
  return ms / 3_600_000 - offset;
}

/** 2024-01-31T05:00 */
export function formatHour(hour: Hour): string {
  return new Date(hour * 3_600_000).toISOString().slice(0, 16);
}

/** 2024 */
export function yearOf(hour: Hour): number {
  return new Date(hour * 3_600_000).getUTCFullYear();
}

const TIME = /^(\d{4})-(\d\d)-(\d\d)[T ](\d\d)(?::(\d\d)(?::(\d\d)(?:\.0+)?)?)?\s*(Z|[+-]\d\d:?\d\d)?$/;

/** Europe changes at 2 or 3 of the last Sunday of October, America at 1 of the first of November, others up to 3. */
function isAutumnHour(hour: Hour): boolean {
  return hour % 24 <= 3;
}

function fill(
  out: number[],
  repairs: Repair[],
  gap: { start: Hour; missing: number; value: number; clock: "utc" | "wall"; fillGaps: number },
): void {
  const { missing, value } = gap;
  const from = gap.start + out.length;
  const before = out[out.length - 1];
  const spring = gap.clock === "wall" && missing === 1 && from % 24 >= 1 && from % 24 <= 3;
  if (before === undefined || (!spring && missing > gap.fillGaps)) {
    const local = gap.clock === "utc" && missing === 1 && from % 24 >= 1 && from % 24 <= 3;
    throw new SeriesError(
      "series-gap",
      `${missing === 1 ? "One hour is" : `${missing} hours are`} missing from ${formatHour(from)} on.`,
      local
        ? 'Is it local time with a 23-hour day? Then read it with clock "wall"; else add the hour, or allow fillGaps.'
        : `Add the missing rows, or allow holes of that length with fillGaps: ${missing}.`,
    );
  }
  for (let k = 1; k <= missing; k++) {
    const filled = before + ((value - before) * k) / (missing + 1);
    repairs.push({ hour: from + k - 1, kind: spring ? "spring" : "gap", value: filled });
    out.push(filled);
  }
}

function quoted(line: string, mark: string): string[] {
  const fields: string[] = [];
  let field = "";
  let inside = false;
  for (const char of line) {
    if (char === '"') inside = !inside;
    else if (char === mark && !inside) {
      fields.push(field);
      field = "";
    } else field += char;
  }
  fields.push(field);
  return fields;
}

function columnIndex(table: Table, column: string): number {
  const index = table.columns.indexOf(column);
  if (index < 0) {
    const there = table.columns.map((name) => `"${name}"`).join(", ");
    throw new SeriesError("series-column", `There is no column "${column}".`, `There are: ${there}.`);
  }
  return index;
}

/** Empty, NA, null, nan and - are how files say "missing"; anything else has to be a number. */
function parseValue(text: string, column: string, line: number): number {
  if (/^(|na|n\/a|nan|null|none|-)$/i.test(text)) return Number.NaN;
  const value = Number(text);
  if (!Number.isFinite(value)) {
    throw new SeriesError(
      "series-number",
      `"${text.slice(0, 40)}" in column "${column}", line ${line}, is not a number.`,
      /^-?[\d.]*,\d+$/.test(text) ? "Write decimals with a point." : "Mend the value, or leave it empty.",
    );
  }
  return value;
}

/** A column that names a currency or an energy unit has to name the one that is wanted. */
function checkColumnUnit(column: string, unit: string): void {
  const said = /(usd|eur|gbp|aud|cad|sgd|nok|sek)[_/ ]?(?:per[_ ])?(kwh|mwh)/i.exec(column);
  const want = /^([A-Z]{3})\/(kWh|MWh)$/.exec(unit);
  if (!said || !want) return;
  if (said[1]?.toUpperCase() !== want[1] || said[2]?.toLowerCase() !== want[2]?.toLowerCase()) {
    throw new SeriesError(
      "series-unit",
      `The column "${column}" is not in ${unit}.`,
      "Read it in its own unit and convert (fromCurrency, usdPerKwh).",
    );
  }
}

/** A week or more of prices per MWh that never leave -2 to 2, but are not all 0, are prices per kWh. */
function checkScale(series: HourlySeries): void {
  if (!/\/MWh$/.test(series.unit) || series.values.length < 168) return;
  let most = 0;
  for (const value of series.values) most = Math.max(most, Math.abs(value));
  if (most > 100_000 || (most > 0 && most < 2)) {
    throw new SeriesError(
      "series-unit",
      `The largest value is ${most}, which is not plausible in ${series.unit}.`,
      most < 2 ? "Is it per kWh? Multiply by 1000." : "Is it per GWh, or in cents? Or is one value a fault?",
    );
  }
}

/** What is wrong with a series, and the mend. */
export class SeriesError extends CarraraError {
  constructor(code: `series-${string}`, message: string, hint: string) {
    super(code, message, { hint });
  }
}
