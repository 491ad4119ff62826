/**
 * The Books' words and bars. Two currencies are never added, nor set in one column; practice money is hatched.
 * @module
 */
import type { Books } from "@carrara/api/schemas";
import * as f from "./format.ts";
import { niceTicks } from "./plot.ts";

/** One total: who, in which currency, what came in and went out. */
export interface Total {
  readonly label: string;
  readonly value: string;
  readonly unit: string;
  readonly context: string;
  readonly real: boolean;
}

/** Bars of one currency. */
export interface DayBars {
  readonly yTicks: readonly { readonly at: number; readonly label: string }[];
  readonly zero: number;
  readonly bars: readonly {
    readonly x: number;
    readonly width: number;
    readonly top: number;
    readonly bottom: number;
    readonly label: string | null;
    readonly title: string;
  }[];
}

/** A day's figures of one currency, in its smallest unit. */
export interface DayFigure {
  readonly day: string;
  readonly in: bigint;
  readonly out: bigint;
}

const KINDS: Record<Books["entries"][number]["kind"], string> = {
  block: "Block",
  sale: "Sale",
  "artist-share": "Artist’s share",
  royalty: "Royalty",
  "forge-price": "Forging price",
  purchase: "Purchase",
  gas: "Gas",
};

/** @example kindWord("artist-share") // "Artist’s share" */
export function kindWord(kind: Books["entries"][number]["kind"]): string {
  return KINDS[kind];
}

/**
 * What came in, in a sentence. Real money alone is named when there is some; practice money is called so.
 * @example booksSentence(books) // "100,000,000 sat mined and 0.084 ETH from art, all of it practice money."
 */
export function booksSentence(books: Books): string {
  if (books.entries.length === 0 && books.totals.length === 0) return "Nothing has come in or gone out yet.";
  const real = books.totals.some((total) => total.real && (total.in !== "0" || total.out !== "0"));
  const mined = sum(books, "BTC", real);
  const art = sum(books, "ETH", real);
  const parts = [
    mined > 0n ? `${coinText(mined)} mined` : "no block mined",
    art > 0n ? `${f.ethText(art)} from art` : "no piece sold",
  ];
  return `${capital(parts.join(" and "))}${real ? "." : ", all of it practice money."}`;
}

/** One reading for each person and currency. */
export function totalsOf(books: Books): Total[] {
  return books.totals.map((total) => {
    const btc = total.asset === "BTC";
    const large = btc && BigInt(total.in) >= 1_000_000_000n;
    const sums = BigInt(total.in);
    return {
      label: `${capital(total.who)}, ${btc ? "mined" : "in"}`,
      value: btc ? (large ? f.grouped(sums / 100_000_000n) : f.grouped(sums)) : f.eth(sums),
      unit: btc ? (large ? "BTC" : "sat") : "ETH",
      context: btc
        ? large
          ? f.satText(sums)
          : f.btcText(sums)
        : BigInt(total.out) === 0n
          ? "nothing out"
          : `${f.ethText(abs(BigInt(total.out)))} out`,
      real: total.real,
    };
  });
}

/** Geometry of the bars: in above the line, out below. */
export function dayBars(
  days: readonly DayFigure[],
  options: { width: number; height: number; left: number; unit: bigint; format: (amount: bigint) => string },
): DayBars {
  const { width, height, left, unit, format } = options;
  const number = (amount: bigint) => Number(amount) / Number(unit);
  const up = Math.max(0, ...days.map((day) => number(day.in)));
  const down = Math.max(0, ...days.map((day) => number(day.out)));
  // One scale for both sides: the steps suit the greater of them.
  const top = stepsTo(up, niceTicks(Math.max(up, down), 3));
  const high = top.at(-1) ?? 1;
  const step = top[1] ?? 1;
  const below = down > 0 ? Math.max(1, Math.ceil(down / step)) : 0;
  const low = below * step;
  const bottom = height - 24;
  const y = (value: number) => Math.round((8 + ((high - value) / (high + low)) * (bottom - 8)) * 10) / 10;
  const slot = (width - left) / Math.max(days.length, 7);
  const bar = Math.min(44, slot * 0.5);
  const every = Math.ceil(days.length / 8);
  return {
    yTicks: [...Array.from({ length: below }, (_, i) => (i - below) * step), ...top].map((value) => ({
      at: y(value),
      label: compact(Number(value.toPrecision(6))),
    })),
    zero: y(0),
    bars: days.map((day, i) => ({
      x: Math.round((left + i * slot + (slot - bar) / 2) * 10) / 10,
      width: Math.round(bar * 10) / 10,
      top: y(number(day.in)),
      bottom: y(-number(day.out)),
      label: (days.length - 1 - i) % every === 0 ? dayLabel(day.day) : null,
      title: `${dayLabel(day.day)}: ${format(day.in)} in${day.out > 0n ? `, ${format(day.out)} out` : ""}`,
    })),
  };
}

/** A UTC day as the API names it, read without a time zone. @example dayLabel("2026-11-19") // "19 Nov" */
export function dayLabel(day: string): string {
  const [year = 1970, month = 1, date = 1] = day.split("-").map(Number);
  return f.day(new Date(year, month - 1, date, 12).getTime());
}

function sum(books: Books, asset: "BTC" | "ETH", real: boolean): bigint {
  let total = 0n;
  for (const each of books.totals) if (each.asset === asset && each.real === real) total += BigInt(each.in);
  return total;
}

function coinText(sats: bigint): string {
  return sats >= 1_000_000_000n ? `${f.grouped(sats / 100_000_000n)}\u00a0BTC` : f.satText(sats);
}

/** The ticks up to the first that is not below `value`; two at least, so that there is a step. */
function stepsTo(value: number, ticks: readonly number[]): number[] {
  const end = ticks.findIndex((tick) => tick >= value);
  return ticks.slice(0, Math.max(2, end + 1));
}

function compact(value: number): string {
  if (value < 0) return `−${compact(-value)}`;
  if (value >= 1e9) return `${value / 1e9} G`;
  if (value >= 1e6) return `${value / 1e6} M`;
  return value >= 1e4 ? f.grouped(value) : String(value);
}

function abs(value: bigint): bigint {
  return value < 0n ? -value : value;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
