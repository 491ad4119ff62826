import { CarraraError } from "@carrara/base/errors";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  formatHour,
  fromPairs,
  hourly,
  parseHour,
  readTable,
  requireVariation,
  slice,
  valueAt,
  wholeDays,
  yearOf,
} from "./series.ts";

const price = { column: "usd_mwh", unit: "USD/MWh", clock: "utc" } as const;
const file = (...rows: string[]) => `utc,usd_mwh\n${rows.join("\n")}\n`;
const read = (text: string, options: Partial<Parameters<typeof hourly>[1]> = {}) =>
  hourly(readTable(text), { ...price, ...options });

/** The code and the hint of what `make` throws. */
function fault(make: () => unknown): string {
  try {
    make();
  } catch (error) {
    if (error instanceof CarraraError) return `${error.code}: ${error.message} ${error.hint}`;
    throw error;
  }
  return "nothing was thrown";
}

describe("a file of prices", () => {
  test("is read, negative and extreme prices too", () => {
    const series = read(file("2024-01-01T00:00Z,12.5", "2024-01-01T01:00Z,-90", "2024-01-01T02:00Z,9000"));
    expect([...series.values]).toEqual([12.5, -90, 9000]);
    expect(formatHour(series.start)).toBe("2024-01-01T00:00");
    expect(valueAt(series, series.start + 1)).toBe(-90);
    expect(valueAt(series, series.start + 3)).toBeNull();
    expect(series.repairs).toEqual([]);
  });

  test("times may carry an offset, a space, seconds; a semicolon and quotes may part the fields", () => {
    expect(parseHour("2024-01-31T06:00+01:00", "utc")).toBe(parseHour("2024-01-31 05:00:00", "utc"));
    expect([...read('"utc";"usd_mwh"\n"2024-01-01 00:00:00";"1.5"\n').values]).toEqual([1.5]);
  });

  test.each([
    ["a gap", file("2024-01-01T00:00Z,1", "2024-01-01T05:00Z,1")],
    ["a 23-hour day read as UTC", file("2024-03-31T01:00Z,1", "2024-03-31T03:00Z,1")],
    ["a 25-hour day read as UTC", file("2024-10-27T02:00Z,1", "2024-10-27T02:00Z,1")],
    ["a duplicate", file("2024-01-01T10:00Z,1", "2024-01-01T10:00Z,1")],
    ["a wrong order", file("2024-01-01T10:00Z,1", "2024-01-01T11:00Z,1", "2024-01-01T09:00Z,1")],
    ["a word", file("2024-01-01T10:00Z,dear")],
    ["a decimal comma", 'utc,usd_mwh\n2024-01-01T10:00Z,"1,5"\n'],
    ["a missing last value", file("2024-01-01T10:00Z,1", "2024-01-01T11:00Z,")],
    ["half hours", file("2024-01-01T10:30Z,1")],
    ["no such day", file("2024-02-30T10:00Z,1")],
    ["another form of time", file("31.01.2024 10:00,1")],
    ["a short row", file("2024-01-01T10:00Z")],
    ["no rows", "utc,usd_mwh\n"],
    ["another currency", "utc,eur_mwh\n2024-01-01T10:00Z,1\n"],
  ])("%s is refused, with the mend", (_, text) => {
    const column = text.includes("eur") ? "eur_mwh" : "usd_mwh";
    expect(fault(() => read(text, { column }))).toMatchSnapshot();
  });

  test("no such column", () => {
    expect(fault(() => read(file("2024-01-01T10:00Z,1"), { column: "price" }))).toMatchInlineSnapshot(
      `"series-column: There is no column "price". There are: "utc", "usd_mwh"."`,
    );
  });

  test("prices per kWh said to be per MWh are seen after a week", () => {
    const hours = Array.from({ length: 168 }, (_, i) => 480_000 + i);
    const values = hours.map((hour) => 0.05 + 0.01 * (hour % 24));
    expect(fault(() => fromPairs(hours, values, price))).toMatch(/series-unit: .*per kWh/);
  });

  test("holes that are allowed are filled by a straight line and written down", () => {
    const text = file("2024-01-01T10:00Z,10", "2024-01-01T11:00Z,NA", "2024-01-01T13:00Z,40");
    const series = read(text, { fillGaps: 2 });
    expect([...series.values]).toEqual([10, 20, 30, 40]);
    expect(series.repairs.map(({ kind, value }) => [kind, value])).toEqual([
      ["gap", 20],
      ["gap", 30],
    ]);
    expect(fault(() => read(text, { fillGaps: 1 }))).toMatch(/series-gap/);
  });
});

describe("local time", () => {
  test("the lost hour of spring is its neighbours' mean, the double hour of autumn the mean of both", () => {
    const spring = read(file("2024-03-31 01:00,10", "2024-03-31 03:00,30"), { clock: "wall" });
    expect([...spring.values]).toEqual([10, 20, 30]);
    expect(spring.repairs[0]?.kind).toBe("spring");
    const autumn = read(file("2024-10-27 02:00,10", "2024-10-27 02:00,30", "2024-10-27 03:00,5"), { clock: "wall" });
    expect([...autumn.values]).toEqual([20, 5]);
    expect(autumn.repairs[0]?.kind).toBe("autumn");
  });

  test("times with a zone are not local", () => {
    expect(fault(() => read(file("2024-03-31T01:00Z,10"), { clock: "wall" }))).toMatch(/series-time: .*"utc"/);
  });
});

describe("what a method may ask of a series", () => {
  const start = parseHour("2024-01-01T05:00Z", "utc");
  const series = fromPairs(
    Array.from({ length: 60 }, (_, i) => start + i),
    Array.from({ length: 60 }, (_, i) => i),
    price,
  );

  test("whole days", () => {
    const days = wholeDays(series);
    expect(formatHour(days.start)).toBe("2024-01-02T00:00");
    expect(days.values.length).toBe(24);
    expect(fault(() => wholeDays(series, 56))).toMatch(/series-short: The series has 1 whole days, and 56 are needed/);
  });

  test("variation", () => {
    expect(() => requireVariation(series)).not.toThrow();
    expect(fault(() => requireVariation(fromPairs([1, 2, 3], [7, 7, 7], price)))).toMatch(/series-constant/);
  });

  test("a slice is clipped to what there is", () => {
    expect(slice(series, start + 50, start + 99).values.length).toBe(10);
    expect(slice(series, start - 50, start - 9).values.length).toBe(0);
    expect(yearOf(start)).toBe(2024);
  });

  test("hours are read back as they were written", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 800_000 }), (hour) => parseHour(`${formatHour(hour)}Z`, "utc") === hour),
    );
  });
});
