import { describe, expect, test } from "vitest";
import * as f from "./format.ts";

/** No-break spaces are told from plain ones nowhere in these expectations. */
const plain = (text: string) => text.replaceAll("\u00a0", " ");

describe("rarity", () => {
  test("a piece counts the bits it reached, a share has one decimal", () => {
    expect(f.exponent(62.9)).toBe("62");
    expect(f.exponent1(62.64)).toBe("62.6");
    expect(f.exponent1(62.02)).toBe("62");
  });
  test("a piece never reads shallower than its sill", () => {
    expect(f.pieceExponent(66.4, 62)).toBe("66");
    expect(f.pieceExponent(25.93, 25.8)).toBe("25.9");
  });
  test.each([
    [66, "74 quintillion"],
    [68, "295 quintillion"],
    [46, "70 trillion"],
    [26, "67 million"],
    [22.5, "5.9 million"],
    [9.966, "1 thousand"],
    [5, "32"],
  ])("2^%s in words", (log2, words) => expect(f.inWords(log2)).toBe(words));
});

describe("hash rate", () => {
  test.each([
    [201.24e12, "201.2 TH/s"],
    [1.21e12, "1.21 TH/s"],
    [6.1e6, "6.1 MH/s"],
    [12.345e6, "12.35 MH/s"],
    [999_960, "1.0 MH/s"],
    [12, "12 H/s"],
    [0, "0 H/s"],
  ])("%s H/s", (rate, text) => expect(plain(f.hashRate(rate))).toBe(text));
  test("unknown is an en dash", () => expect(f.hashRate(null)).toBe("–"));
  test("an axis has one unit", () => expect(f.rateUnit(6_100_000)).toEqual({ unit: "MH/s", factor: 1e6 }));
});

describe("difficulty", () => {
  test.each([
    [4.0e9, "4.0 G"],
    [362e9, "362 G"],
    [0.015625, "0.016"],
    [3, "3.0"],
  ])("%s", (value, text) => expect(plain(f.difficulty(value))).toBe(text));
});

describe("spans", () => {
  test.each([
    [0.4, "less than a second"],
    [4.26, "4.3 s"],
    [44, "44 s"],
    [600, "10 min"],
    [22_920, "6 h 22 min"],
    [7200, "2 h"],
    [44 * 86_400, "44 days"],
    [85 * 365.25 * 86_400, "85 years"],
    [24_123 * 365.25 * 86_400, "24,000 years"],
    [7.4e9 * 365.25 * 86_400, "7.4 billion years"],
  ])("%s s", (seconds, text) => expect(plain(f.span(seconds))).toBe(text));
  test("in a sentence", () => {
    expect(plain(f.spanInWords(44))).toBe("44 seconds");
    expect(plain(f.spanInWords(1))).toBe("1 second");
    expect(plain(f.spanInWords(600))).toBe("10 minutes");
    expect(f.span(null)).toBe("–");
  });
});

describe("times", () => {
  const at = new Date(2026, 8, 19, 4, 31, 7).getTime();
  test("24 h clock, short months", () => {
    expect(f.moment(at)).toBe("19 Sep 2026, 04:31:07");
    expect(f.hourMinute(at)).toBe("04:31");
    expect(f.dayLong(at)).toBe("19 September");
    expect(f.clockOrDay(at, at + 3_600_000)).toBe("04:31");
    expect(f.clockOrDay(at, at + 90_000_000)).toBe("19 Sep");
  });
});

describe("money", () => {
  test.each([
    ["42000000000000000", "0.042"],
    ["1500000000000000000", "1.5"],
    ["10000000000000000000000", "10,000"],
    ["999123456789000000000", "999"],
    ["-130234000000000", "−0.00013"],
    ["910000", "9.10 × 10⁻¹³"],
    ["0", "0"],
  ])("%s wei", (wei, text) => expect(plain(f.eth(wei))).toBe(text));
  test("sat with commas, BTC grouped", () => {
    expect(plain(f.satText("120000"))).toBe("120,000 sat");
    expect(plain(f.satText("-11500"))).toBe("−11,500 sat");
    expect(plain(f.btcText("120000"))).toBe("0.00 120 000 BTC");
    expect(plain(f.btcText("5000000000"))).toBe("50.00 000 000 BTC");
  });
  test("a typed price", () => {
    expect(f.parseEth("0.042")).toBe(42_000_000_000_000_000n);
    expect(f.parseEth(" 1,5 ")).toBe(1_500_000_000_000_000_000n);
    expect(f.parseEth(".5")).toBe(500_000_000_000_000_000n);
    for (const bad of ["", ".", "0", "-1", "1e3", "1.2.3", "0.0000000000000000001", "abc"])
      expect(f.parseEth(bad)).toBeNull();
  });
});

describe("counts", () => {
  test("what was due", () => {
    expect(f.due(3.14)).toBe("3.1");
    expect(f.due(0.0031)).toBe("0.003");
    expect(f.due(8640.2)).toBe("8,640");
    expect(f.due(null)).toBe("–");
  });
  test("per cent", () => {
    expect(plain(f.percent(0.0006))).toBe("0.06 %");
    expect(plain(f.percent(0.000032))).toBe("0.0032 %");
    expect(plain(f.percent(0))).toBe("0.00 %");
  });
  test("plural", () => {
    expect(f.plural(1, "piece")).toBe("1 piece");
    expect(f.plural(412, "piece")).toBe("412 pieces");
  });
});

describe("hashes", () => {
  test("are shortened in text", () => {
    expect(f.shortHash("9c41d07e00000000000000000000000000000000000000000000000005b1fe2a8")).toBe("9c41d07e…5b1fe2a8");
    expect(f.shortAddress("0x41c9000000000000000000000000000000000000e07d")).toBe("0x41c9…e07d");
  });
});
