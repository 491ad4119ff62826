import type { Books } from "@carrara/api/schemas";
import { describe, expect, test } from "vitest";
import { booksSentence, dayBars, dayLabel, totalsOf } from "./books-view.ts";
import { ethText } from "./format.ts";

const plain = (text: string) => text.replaceAll("\u00a0", " ");
const total = (asset: "BTC" | "ETH", who: string, amounts: [string, string], real = false) => ({
  asset,
  who,
  in: amounts[0],
  out: amounts[1],
  real,
});
const books = (...totals: Books["totals"]): Books => ({ entries: [], totals, next: null, days: [] });

describe("the sentence", () => {
  test("of empty books", () => expect(booksSentence(books())).toBe("Nothing has come in or gone out yet."));
  test("names practice money", () => {
    expect(
      plain(
        booksSentence(
          books(total("BTC", "miner", ["155000000000", "0"]), total("ETH", "miner", ["84000000000000000", "0"])),
        ),
      ),
    ).toBe("1,550 BTC mined and 0.084 ETH from art, all of it practice money.");
  });
  test("names real money alone when there is some", () => {
    expect(
      plain(
        booksSentence(
          books(total("BTC", "miner", ["5000000000", "0"]), total("ETH", "artist", ["31000000000000000", "0"], true)),
        ),
      ),
    ).toBe("No block mined and 0.031 ETH from art.");
  });
});

test("totals keep currencies apart, with sats beside coins", () => {
  const rows = totalsOf(
    books(
      total("BTC", "miner", ["120000", "0"]),
      total("BTC", "pool", ["5000000000", "0"]),
      total("ETH", "miner", ["75600000000000000", "-930000000000000"]),
    ),
  );
  expect(rows.map((row) => plain(`${row.label}: ${row.value} ${row.unit} (${row.context})`))).toEqual([
    "Miner, mined: 120,000 sat (0.00 120 000 BTC)",
    "Pool, mined: 50 BTC (5,000,000,000 sat)",
    "Miner, in: 0.0756 ETH (0.00093 ETH out)",
  ]);
});

test("bars stand on the line; what went out hangs below", () => {
  const unit = 10n ** 18n;
  const { bars, zero } = dayBars(
    [
      { day: "2026-11-21", in: unit, out: 0n },
      { day: "2026-11-22", in: 2n * unit, out: unit },
    ],
    { width: 640, height: 250, left: 46, unit, format: ethText },
  );
  expect(bars[0]?.bottom).toBe(zero);
  expect(bars[1]?.bottom).toBeGreaterThan(zero);
  expect(zero - (bars[1]?.top ?? 0)).toBeCloseTo(2 * (zero - (bars[0]?.top ?? 0)), 0);
  expect(plain(bars[1]?.title ?? "")).toBe("22 Nov: 2 ETH in, 1 ETH out");
});

test("a day is read without a time zone", () => expect(dayLabel("2026-11-19")).toBe("19 Nov"));
