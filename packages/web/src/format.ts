/**
 * How figures are written: one function for each kind of quantity, so that a page never formats by hand.
 * Unknown is an en dash, never 0; the minus is a real minus; a unit follows a no-break space.
 * @module
 */

export const UNKNOWN = "–";
const NBSP = "\u00a0";
const MINUS = "−";
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const MONTHS_LONG = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
];
const PREFIXES = ["", "k", "M", "G", "T", "P", "E", "Z"];
const SCALES = [
  "",
  "thousand",
  "million",
  "billion",
  "trillion",
  "quadrillion",
  "quintillion",
  "sextillion",
  "septillion",
  "octillion",
  "nonillion",
  "decillion",
];
const SUPERSCRIPT = "⁰¹²³⁴⁵⁶⁷⁸⁹";

/** A whole number with commas. @example grouped(120000) // "120,000" */
export function grouped(value: number | bigint): string {
  const text = (typeof value === "bigint" ? value : Math.round(value)).toString();
  return text.replace("-", MINUS).replace(/\B(?=(\d{3})+$)/g, ",");
}

/** The exponent of a rarity as a whole number of bits that were reached. @example exponent(62.9) // "62" */
export function exponent(log2: number): string {
  return String(Math.floor(log2 + 1e-9));
}

/** The exponent with one decimal, dropped where it is 0. @example exponent1(62.64) // "62.6" */
export function exponent1(log2: number): string {
  return log2.toFixed(1).replace(/\.0$/, "");
}

/**
 * The exponent of a piece beside its sill. Whole bits, except where the floor would read shallower than the sill:
 * a piece of 25.9 bits over a sill of 25.8 is not "1 in 2^25".
 */
export function pieceExponent(log2: number, sillLog2: number): string {
  return Math.floor(log2 + 1e-9) >= sillLog2 ? exponent(log2) : exponent1(log2);
}

/** 2^log2 in words. @example inWords(66) // "74 quintillion" */
export function inWords(log2: number): string {
  const log10 = log2 * Math.log10(2);
  let scale = Math.max(0, Math.min(SCALES.length - 1, Math.floor(log10 / 3)));
  let value = 10 ** (log10 - 3 * scale);
  if (value >= 999.5 && scale < SCALES.length - 1) {
    scale += 1;
    value /= 1000;
  }
  const digits = scale > 0 && value < 9.95 ? value.toFixed(1).replace(/\.0$/, "") : grouped(value);
  return scale === 0 ? digits : `${digits} ${SCALES[scale]}`;
}

/** A rate in hashes per second. @example hashRate(201_240_000_000_000) // "201.2 TH/s" */
export function hashRate(rate: number | null): string {
  if (rate === null) return UNKNOWN;
  const { digits, prefix } = prefixed(rate);
  return `${digits}${NBSP}${prefix}H/s`;
}

/** The prefix that suits `rate`, and the factor to divide by: for an axis that has one unit. */
export function rateUnit(rate: number): { unit: string; factor: number } {
  const index = prefixIndex(rate);
  return { unit: `${PREFIXES[index]}H/s`, factor: 1000 ** index };
}

/** Pool difficulty as a miner knows it. @example difficulty(4.0e9) // "4.0 G" */
export function difficulty(value: number): string {
  if (value < 1) return value === 0 ? "0" : Number(value.toPrecision(2)).toString();
  const index = prefixIndex(value);
  const scaled = value / 1000 ** index;
  return `${scaled < 10 ? scaled.toFixed(1) : scaled.toFixed(0)}${index > 0 ? NBSP + PREFIXES[index] : ""}`;
}

/** A span of time, short. @example span(22_920) // "6 h 22 min" */
export function span(seconds: number | null): string {
  return spanWith(seconds, "s", "min");
}

/** A span of time inside a sentence: seconds and minutes written out. @example spanInWords(44) // "44 seconds" */
export function spanInWords(seconds: number | null): string {
  return spanWith(seconds, "seconds", "minutes");
}

/** Clock time. @example clock(0) // "01:00:00" in Rome */
export function clock(ms: number): string {
  const date = new Date(ms);
  return [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(":");
}

/** @example hourMinute(0) // "01:00" in Rome */
export function hourMinute(ms: number): string {
  return clock(ms).slice(0, 5);
}

/** @example day(1_795_000_000_000) // "18 Nov" */
export function day(ms: number): string {
  const date = new Date(ms);
  return `${date.getDate()} ${MONTHS[date.getMonth()]}`;
}

/** @example dayLong(1_795_000_000_000) // "18 November" */
export function dayLong(ms: number): string {
  const date = new Date(ms);
  return `${date.getDate()} ${MONTHS_LONG[date.getMonth()]}`;
}

/** @example moment(1_795_000_000_000) // "18 Nov 2026, 13:26:40" */
export function moment(ms: number): string {
  return `${day(ms)} ${new Date(ms).getFullYear()}, ${clock(ms)}`;
}

/** The clock for today, the day for earlier: what a list of mixed ages shows. */
export function clockOrDay(ms: number, now: number): string {
  return new Date(ms).toDateString() === new Date(now).toDateString() ? hourMinute(ms) : day(ms);
}

/** A count that was due by chance. @example due(3.14) // "3.1" */
export function due(count: number | null): string {
  if (count === null) return UNKNOWN;
  if (count >= 9.95) return grouped(count);
  if (count >= 0.095) return count.toFixed(1);
  return count === 0 ? "0" : trimmed(count, 1);
}

/** A share of one as per cent. @example percent(0.0006) // "0.06 %" */
export function percent(fraction: number): string {
  const value = fraction * 100;
  const digits =
    value >= 99.5 ? value.toFixed(0) : value >= 0.095 || value === 0 ? value.toFixed(2) : trimmed(value, 2);
  return `${digits}${NBSP}%`;
}

/** Wei as ETH, to 3 significant figures, without the unit; whole ETH above 1,000. @example eth("42000000000000000") // "0.042" */
export function eth(amount: string | bigint): string {
  const wei = BigInt(amount);
  if (wei === 0n) return "0";
  const sign = wei < 0n ? MINUS : "";
  const size = wei < 0n ? -wei : wei;
  if (size >= 1000n * 10n ** 18n) return sign + grouped((size + 5n * 10n ** 17n) / 10n ** 18n);
  const value = Number(size) / 1e18;
  if (value < 1e-7) {
    const [digits = "", power = "0"] = value.toExponential(2).split("e");
    return `${sign}${digits}${NBSP}×${NBSP}10⁻${[...power.slice(1)].map((d) => SUPERSCRIPT[Number(d)]).join("")}`;
  }
  return sign + trimmed(value, 3);
}

/** @example ethText("42000000000000000") // "0.042 ETH" */
export function ethText(amount: string | bigint): string {
  return `${eth(amount)}${NBSP}ETH`;
}

/** @example satText("120000") // "120,000 sat" */
export function satText(amount: string | bigint): string {
  return `${grouped(BigInt(amount))}${NBSP}sat`;
}

/** Satoshis as BTC, grouped so that the sat can still be read. @example btcText("120000") // "0.00 120 000 BTC" */
export function btcText(amount: string | bigint): string {
  const sats = BigInt(amount);
  const size = sats < 0n ? -sats : sats;
  const rest = (size % 100_000_000n).toString().padStart(8, "0");
  const parts = `${rest.slice(0, 2)}${NBSP}${rest.slice(2, 5)}${NBSP}${rest.slice(5)}`;
  return `${sats < 0n ? MINUS : ""}${grouped(size / 100_000_000n)}.${parts}${NBSP}BTC`;
}

/**
 * ETH as a person types it, in wei; null when it is no amount above zero with at most 18 decimals.
 * @example parseEth("0.042") // 42000000000000000n
 */
export function parseEth(text: string): bigint | null {
  const match = /^(\d{1,12})?(?:[.,](\d{1,18}))?$/.exec(text.trim());
  if (!match || (match[1] === undefined && match[2] === undefined)) return null;
  const wei = BigInt(match[1] ?? "0") * 10n ** 18n + BigInt((match[2] ?? "").padEnd(18, "0"));
  return wei > 0n ? wei : null;
}

/** First 8 and last 8 digits of a hash. @example shortHash("9c41d07e…") // "9c41d07e…5b1fe2a8" */
export function shortHash(hash: string): string {
  return hash.length <= 17 ? hash : `${hash.slice(0, 8)}…${hash.slice(-8)}`;
}

/** An address or transaction hash: 0x, 4 digits, 4 digits. @example shortAddress("0x41c9…") // "0x41c9…e07d" */
export function shortAddress(address: string): string {
  return address.length <= 13 ? address : `${address.slice(0, 6)}…${address.slice(-4)}`;
}

/** A small count as a sentence begins with it. @example countWord(6) // "Six" */
export function countWord(count: number): string {
  const words = [
    "None",
    "One",
    "Two",
    "Three",
    "Four",
    "Five",
    "Six",
    "Seven",
    "Eight",
    "Nine",
    "Ten",
    "Eleven",
    "Twelve",
    "Thirteen",
    "Fourteen",
    "Fifteen",
    "Sixteen",
    "Seventeen",
    "Eighteen",
    "Nineteen",
    "Twenty",
  ];
  return words[count] ?? String(count);
}

/** @example plural(1, "piece") // "1 piece" */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${grouped(count)} ${count === 1 ? one : many}`;
}

function spanWith(seconds: number | null, second: string, minute: string): string {
  if (seconds === null || !Number.isFinite(seconds)) return UNKNOWN;
  if (seconds < 0.95) return `less than a${NBSP}second`;
  if (seconds < 9.5) {
    const short = Number(seconds.toFixed(1));
    return `${short}${NBSP}${short === 1 && second === "seconds" ? "second" : second}`;
  }
  if (seconds < 119.5) return `${Math.round(seconds)}${NBSP}${second}`;
  if (seconds < 3570) return `${Math.round(seconds / 60)}${NBSP}${minute}`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 48 * 60) {
    const rest = minutes % 60;
    return `${Math.floor(minutes / 60)}${NBSP}h${rest > 0 ? `${NBSP}${rest}${NBSP}min` : ""}`;
  }
  const days = seconds / 86_400;
  if (days < 730) return `${Math.round(days)}${NBSP}days`;
  const years = days / 365.25;
  if (years < 1000) return `${Math.round(years)}${NBSP}years`;
  return years < 1e6
    ? `${grouped(Number(years.toPrecision(2)))}${NBSP}years`
    : `${inWords(Math.log2(years))}${NBSP}years`;
}

function prefixIndex(value: number): number {
  let index = 0;
  let rest = value;
  while (rest >= 999.95 && index < PREFIXES.length - 1) {
    rest /= 1000;
    index += 1;
  }
  return index;
}

function prefixed(value: number): { digits: string; prefix: string } {
  const index = prefixIndex(value);
  const scaled = value / 1000 ** index;
  const fixed = scaled >= 99.995 ? scaled.toFixed(1) : scaled.toFixed(2).replace(/(\.\d)0$/, "$1");
  return { digits: index === 0 ? scaled.toFixed(0) : fixed, prefix: PREFIXES[index] ?? "" };
}

/** `figures` significant figures in plain notation, trailing zeros dropped. */
function trimmed(value: number, figures: number): string {
  const decimals = Math.max(0, figures - 1 - Math.floor(Math.log10(value)));
  return value
    .toFixed(Math.min(20, decimals))
    .replace(/(\.\d*?)0+$/, "$1")
    .replace(/\.$/, "");
}

function two(value: number): string {
  return String(value).padStart(2, "0");
}
