import type { RatePoint, ShareBrief } from "@carrara/api/schemas";
import { describe, expect, test } from "vitest";
import { gaugeOf } from "./gauge.ts";
import { boreHoles, type Frame, niceTicks, ratePlot, sparkline, spread, timeAxis } from "./plot.ts";

const NOW = new Date(2026, 10, 22, 14, 20).getTime();
const MINUTE = 60_000;
const frame: Frame = { width: 848, height: 412, left: 44, right: 0, top: 10, bottom: 24 };

describe("axes", () => {
  test("ticks are round and reach beyond the greatest value", () => {
    expect(niceTicks(7.3, 5)).toEqual([0, 2, 4, 6, 8]);
    expect(niceTicks(0.84, 5)).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1]);
    expect(niceTicks(0, 5)).toEqual([0, 1]);
  });
  test("a young plot begins at the left edge and keeps its scale until it is full", () => {
    const start = NOW - 6 * MINUTE;
    expect(timeAxis(start, NOW, 8)).toMatchObject({ from: start, span: 8 * MINUTE });
    expect(timeAxis(start, NOW + 2 * MINUTE, 8)).toMatchObject({ from: start, span: 8 * MINUTE });
  });
  test("an old one shows the last day", () => {
    expect(timeAxis(NOW - 48 * 60 * MINUTE, NOW, 8)).toEqual({
      from: NOW - 24 * 60 * MINUTE,
      span: 24 * 60 * MINUTE,
      step: 180 * MINUTE,
    });
  });
  test("labels are moved apart and stay in order and inside", () => {
    expect(spread([10, 12, 11], 18, 0, 100)).toEqual([10, 46, 28]);
    expect(spread([95, 99], 18, 0, 100)).toEqual([82, 100]);
  });
});

describe("rate plot", () => {
  const point = (minutesAgo: number, rate: number): RatePoint => ({
    time: NOW - minutesAgo * MINUTE,
    rate,
    low: 4e6,
    high: 9e6,
    shares: 12,
  });
  const points = [point(5, 6e6), point(4, 5e6), point(3, 7e6), point(2, 6.1e6)];
  const options = { frame, now: NOW, windowMs: MINUTE, nominal: 6.1e6, phone: false };

  test("has a band and a line, and no expectation, once there are enough shares", () => {
    const plot = ratePlot(points, { ...options, early: false });
    expect(plot.unit).toBe("MH/s");
    expect(plot.band.startsWith("M")).toBe(true);
    expect(plot.band.endsWith("z")).toBe(true);
    expect(plot.line.match(/L/g)).toHaveLength(3);
    expect(plot.expected).toBeNull();
    expect(plot.nominal).not.toBeNull();
  });
  test("in the first minute marks what is expected instead of a band", () => {
    const plot = ratePlot(points, { ...options, early: true });
    expect(plot.band).toBe("");
    expect(plot.line).toMatch(/^M44 388V/);
    expect(plot.expected?.x).toBe(plot.end?.x);
  });
  test("no line crosses a time when nothing was measured", () => {
    const plot = ratePlot([point(60, 6e6), point(59, 6e6), ...points], { ...options, early: false });
    expect(plot.line.match(/M/g)).toHaveLength(2);
  });
  test("nothing measured is an empty plot with axes", () => {
    const plot = ratePlot([], { ...options, nominal: null, early: true });
    expect(plot).toMatchObject({ line: "", band: "", end: null, nominal: null, expected: null });
    expect(plot.yTicks.length).toBeGreaterThan(1);
  });
});

describe("bore holes", () => {
  const share = (log2: number, secondsAgo: number, tokenId: string | null = null): ShareBrief => ({
    time: NOW - secondsAgo * 1000,
    worker: "This computer",
    log2,
    tokenId,
  });
  const options = {
    frame,
    now: NOW,
    sillLog2: 25.8,
    blockLog2: 27.4,
    bestLog2: 26.5,
    picture: 52,
    phone: false,
  };
  test("run from the surface through the sill to bedrock", () => {
    const holes = boreHoles([share(22.4, 40), share(26.5, 20, "aa"), share(23.1, 5)], options);
    expect(holes.yTicks[0]?.exponent).toBe(22);
    expect(holes.holes.match(/M/g)).toHaveLength(2);
    expect(holes.hits).toHaveLength(1);
    expect(holes.surface).toBeLessThan(holes.sill ?? 0);
    expect(holes.sill ?? 0).toBeLessThan(holes.bedrock ?? 0);
    expect(holes.bedrock ?? 0).toBeLessThan(holes.floor);
  });
  test("where blocks are common the deepest hole still ends inside", () => {
    const holes = boreHoles([share(22.4, 40), share(34, 5, "aa")], { ...options, bestLog2: 34 });
    expect(holes.hits[0]?.y).toBeLessThanOrEqual(holes.floor);
  });
  test("no picture covers another; the deepest hang first", () => {
    const many = Array.from({ length: 60 }, (_, i) => share(26 + (i % 7) * 0.2, 120 - i * 2, `t${i}`));
    const { hung } = boreHoles(many, options);
    expect(hung[0]?.log2).toBeCloseTo(27.2);
    for (const a of hung)
      for (const b of hung) if (a !== b) expect(Math.abs(a.x - b.x) > 52 || Math.abs(a.y - b.y) > 52).toBe(true);
  });
});

describe("depth gauge", () => {
  test("of a deep collection", () => {
    const gauge = gaugeOf({ log2: 66.4, sillLog2: 62, blockLog2: 78.8, length: 784, gap: 18 });
    expect([gauge.low, gauge.high]).toEqual([30, 82]);
    expect(gauge.sill.at).toBeLessThan(gauge.piece.at);
    expect(gauge.piece.at).toBeLessThan(gauge.block?.at ?? 0);
  });
  test("of a computer's own chain, where sill, piece and block are close", () => {
    const gauge = gaugeOf({ log2: 26.1, sillLog2: 25.8, blockLog2: 26.3, length: 784, gap: 18 });
    const texts = [gauge.sill.textAt, gauge.piece.textAt, gauge.block?.textAt ?? 0];
    expect((texts[1] ?? 0) - (texts[0] ?? 0)).toBeGreaterThanOrEqual(18);
    expect((texts[2] ?? 0) - (texts[1] ?? 0)).toBeGreaterThanOrEqual(18);
  });
});

test("a sparkline spans its box, and a machine without a past has none", () => {
  expect(sparkline([1, 2], 132, 26)).toMatch(/^M0 .*L132 /);
  expect(sparkline([], 132, 26)).toBe("");
});
