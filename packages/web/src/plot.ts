/**
 * Geometry of the plots: from figures to coordinates and path text, without a browser.
 * @module
 */
import type { RatePoint, ShareBrief } from "@carrara/api/schemas";
import * as f from "./format.ts";

/** A mark on an axis. */
export interface Tick {
  readonly at: number;
  readonly label: string;
}

/** Where a plot draws: the box of the SVG and its margins. */
export interface Frame {
  readonly width: number;
  readonly height: number;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** See {@link ratePlot}. Paths are empty where there is nothing to draw. */
export interface RatePlot {
  readonly unit: string;
  readonly yTicks: readonly Tick[];
  readonly xTicks: readonly Tick[];
  readonly line: string;
  readonly band: string;
  readonly end: { readonly x: number; readonly y: number } | null;
  /** Height of the nominal rate; the rectangle where the line is expected, before the band means something. */
  readonly nominal: number | null;
  readonly expected: { readonly x: number; readonly y: number; readonly width: number; readonly height: number } | null;
}

/** See {@link boreHoles}. */
export interface BoreHoles {
  readonly yTicks: readonly { readonly at: number; readonly exponent: number }[];
  readonly xTicks: readonly Tick[];
  /** All ordinary shares as one path. */
  readonly holes: string;
  /** Shares that became a piece, shallow first. */
  readonly hits: readonly { readonly x: number; readonly y: number; readonly tokenId: string; readonly log2: number }[];
  /** Those of the hits whose picture hangs, without one covering another. */
  readonly hung: readonly { readonly x: number; readonly y: number; readonly tokenId: string; readonly log2: number }[];
  readonly surface: number;
  readonly sill: number | null;
  readonly best: number | null;
  readonly bedrock: number | null;
  readonly floor: number;
  readonly left: number;
  readonly right: number;
  readonly now: number;
  readonly spanSeconds: number;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** Lengths of a time axis. Each holds for a while as the plot grows to the right, then the next is taken. */
const SPANS = [3, 5, 8, 12, 20, 30, 45, 60, 90, 120, 180, 240, 360, 480, 720, 960, 1440].map((n) => n * MINUTE);
const STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 180, 360].map((n) => n * MINUTE);

/** The time axis: from `from` for `span` ms, with a label every `step` ms. */
export interface TimeAxis {
  readonly from: number;
  readonly span: number;
  readonly step: number;
}

/**
 * The shortest axis that holds all since `earliest`, a day at most. Younger plots begin at the left edge and grow, so
 * that what is drawn stays where it is.
 */
export function timeAxis(earliest: number | null, now: number, labels: number): TimeAxis {
  const age = earliest === null ? 0 : now - earliest;
  const span = SPANS.find((length) => length >= age) ?? 24 * HOUR;
  const step = STEPS.find((length) => span / length <= labels) ?? 6 * HOUR;
  return { from: age > span ? now - span : (earliest ?? now), span, step };
}

/** Round values from 0 to at least `max`, about `count` of them. @example niceTicks(7.3, 5) // [0, 2, 4, 6, 8] */
export function niceTicks(max: number, count: number): number[] {
  if (!(max > 0)) return [0, 1];
  const raw = max / count;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = ([1, 2, 2.5, 5, 10].find((m) => m * power >= raw) ?? 10) * power;
  const ticks = [];
  for (let i = 0; i * step < max + step * 0.999; i++) ticks.push(Number((i * step).toPrecision(12)));
  return ticks;
}

/**
 * The hash rate over time with the range that chance allows. With `early` the band is not drawn: of a handful of
 * shares the scatter says nothing yet, so the nominal rate is marked as expected instead.
 */
export function ratePlot(
  points: readonly RatePoint[],
  options: { frame: Frame; now: number; windowMs: number; nominal: number | null; early: boolean; phone: boolean },
): RatePlot {
  const { frame, now, windowMs, nominal, early, phone } = options;
  const { from, span, step } = timeAxis(points[0] ? points[0].time - windowMs : null, now, phone ? 4 : 8);
  const shown = points.filter((point) => point.time >= from);
  // A band of few shares reaches far up; the line and the nominal rate decide the scale, the band may be cut.
  const peak = Math.max(nominal ?? 0, ...shown.map((point) => point.rate));
  const bandPeak = early ? 0 : Math.max(0, ...shown.map((point) => point.high));
  const max = Math.max(peak * 1.08, Math.min(bandPeak * 1.02, peak * 1.6), nominal === null ? 1 : nominal * 1.25);
  const bare = peak === 0 && nominal === null;
  const { unit, factor } = f.rateUnit(max);
  const ticks = niceTicks(max / factor, phone ? 4 : 5);
  const top = (ticks.at(-1) ?? 1) * factor;
  const right = frame.width - frame.right;
  const floor = frame.height - frame.bottom;
  const x = (time: number) => round(frame.left + ((time - from) / span) * (right - frame.left));
  const y = (rate: number) => round(frame.top + (1 - Math.min(rate, top) / top) * (floor - frame.top));
  const last = shown.at(-1);
  const startX = last ? x(last.time) : frame.left;
  return {
    unit,
    // Nothing measured, nothing expected: lines without numbers.
    yTicks: ticks.map((tick) => ({ at: y(tick * factor), label: bare && tick > 0 ? "" : String(tick) })),
    xTicks: timeTicks(from, from + span, step).map(({ time, label }) => ({ at: x(time), label })),
    line: runs(shown, windowMs)
      .map((run) =>
        early ? stairs(run, windowMs, x, y, frame.left) : polyline(run.map((p) => [x(p.time), y(p.rate)])),
      )
      .join(""),
    band: early ? "" : bands(shown, windowMs, x, y),
    end: last ? { x: startX, y: y(last.rate) } : null,
    nominal: nominal === null || early ? null : y(nominal),
    expected:
      early && nominal !== null && right - startX > 120
        ? { x: startX, y: y(nominal * 1.15), width: right - startX, height: y(nominal * 0.85) - y(nominal * 1.15) }
        : null,
  };
}

/**
 * Shares as holes, drilled as deep as their hash is rare, from the surface down to bedrock (a block).
 * @param shares oldest first
 */
export function boreHoles(
  shares: readonly ShareBrief[],
  options: {
    frame: Frame;
    now: number;
    sillLog2: number | null;
    blockLog2: number | null;
    bestLog2: number | null;
    picture: number;
    phone: boolean;
  },
): BoreHoles {
  const { frame, now, sillLog2, blockLog2, bestLog2, picture, phone } = options;
  const { from, span, step } = timeAxis(shares[0]?.time ?? null, now, phone ? 4 : 8);
  const shown = shares.filter((share) => share.time >= from);
  const depths = shown.map((share) => share.log2).sort((a, b) => a - b);
  const shallow = depths[0] ?? (sillLog2 === null ? 20 : sillLog2 - 4);
  const surface = Math.floor(Math.min(shallow, (sillLog2 ?? shallow + 4) - 1) + 1e-9);
  const rock = blockLog2 ?? (sillLog2 ?? surface) + 8;
  // Where blocks are common the deepest holes go through bedrock; the stone below is drawn as far as they reach.
  const deepest = Math.max(rock + (rock - surface) * 0.08, ...depths.slice(-1), bestLog2 ?? 0);
  const right = frame.width - frame.right;
  const floor = frame.height - frame.bottom;
  const y = (log2: number) => round(frame.top + ((log2 - surface) / (deepest - surface)) * (floor - frame.top));
  const x = (time: number) => round(frame.left + ((time - from) / span) * (right - frame.left));
  const hits = shown
    .flatMap(({ time, log2, tokenId }) => (tokenId === null ? [] : [{ x: x(time), y: y(log2), tokenId, log2 }]))
    .sort((a, b) => a.log2 - b.log2);
  const stepBits = [1, 2, 4, 5, 10, 20].find((bits) => (deepest - surface) / bits <= 7) ?? 20;
  const yTicks = [];
  for (let bits = surface; bits < rock - stepBits * 0.3; bits += stepBits) yTicks.push({ at: y(bits), exponent: bits });
  return {
    yTicks,
    xTicks: timeTicks(from, from + span, step)
      .map(({ time, label }) => ({ at: x(time), label }))
      .filter(({ at }) => Math.abs(at - x(now)) > 34),
    holes: shown
      .flatMap(({ time, log2, tokenId }) => (tokenId === null ? [`M${x(time)} ${frame.top}V${y(log2)}`] : []))
      .join(""),
    hits,
    hung: hang(hits, picture, frame.left, right, floor),
    surface: frame.top,
    sill: sillLog2 === null ? null : y(sillLog2),
    best: bestLog2 === null ? null : y(bestLog2),
    bedrock: blockLog2 === null ? null : y(blockLog2),
    floor,
    left: frame.left,
    right,
    now: x(now),
    spanSeconds: Math.min(span, now - from) / 1000,
  };
}

/** Labels of one axis moved apart so that none covers another; the order is kept. */
export function spread(at: readonly number[], gap: number, low: number, high: number): number[] {
  const order = at.map((value, index) => ({ value, index })).sort((a, b) => a.value - b.value);
  let last = low - gap;
  for (const mark of order) {
    mark.value = Math.max(mark.value, last + gap);
    last = mark.value;
  }
  let next = high + gap;
  for (const mark of order.reverse()) {
    mark.value = Math.min(mark.value, next - gap);
    next = mark.value;
  }
  const out = [...at];
  for (const { value, index } of order) out[index] = value;
  return out;
}

/** @example polyline([[0, 1], [2, 3]]) // "M0 1L2 3" */
export function polyline(points: readonly (readonly [number, number])[]): string {
  return points.map(([x, y], i) => `${i === 0 ? "M" : "L"}${x} ${y}`).join("");
}

/** The small line of a machine's rate over a day. */
export function sparkline(values: readonly number[], width: number, height: number): string {
  const top = Math.max(...values, 0);
  if (values.length < 2 || top === 0) return "";
  return polyline(
    values.map((value, i) => [
      round((i / (values.length - 1)) * width),
      round(height - 1.5 - (value / (top * 1.15)) * (height - 4)),
    ]),
  );
}

function timeTicks(from: number, to: number, step: number): { time: number; label: string }[] {
  // Ticks stand on round local times, so the offset of the zone comes in.
  const zone = new Date(to).getTimezoneOffset() * MINUTE;
  const ticks = [];
  const edge = (to - from) * 0.03;
  for (let time = Math.ceil((from - zone) / step) * step + zone; time <= to; time += step) {
    if (time - from > edge && to - time > edge) ticks.push({ time, label: f.hourMinute(time) });
  }
  return ticks;
}

/** Runs without a pause: a line is not drawn across a time when nothing was measured. */
function runs(points: readonly RatePoint[], windowMs: number): RatePoint[][] {
  const all: RatePoint[][] = [];
  let previous: RatePoint | null = null;
  for (const point of points) {
    if (previous === null || point.time - previous.time > 4 * windowMs) all.push([]);
    all.at(-1)?.push(point);
    previous = point;
  }
  return all;
}

function stairs(
  run: readonly RatePoint[],
  windowMs: number,
  x: (time: number) => number,
  y: (rate: number) => number,
  left: number,
): string {
  let path = "";
  let before = (run[0]?.time ?? 0) - windowMs;
  for (const point of run) {
    path += `${path === "" ? `M${Math.max(left, x(before))} ${y(0)}` : ""}V${y(point.rate)}H${x(point.time)}`;
    before = point.time;
  }
  return path;
}

function bands(
  points: readonly RatePoint[],
  windowMs: number,
  x: (time: number) => number,
  y: (rate: number) => number,
): string {
  return runs(points, windowMs)
    .filter((run) => run.length > 1)
    .map((run) => {
      const upper = run.map((point) => [x(point.time), y(point.high)] as const);
      const lower = run.map((point) => [x(point.time), y(point.low)] as const).reverse();
      return `${polyline([...upper, ...lower])}z`;
    })
    .join("");
}

/** Deepest first, each picture where it covers no other. */
function hang<T extends { x: number; y: number }>(
  hits: readonly T[],
  picture: number,
  left: number,
  right: number,
  floor: number,
): T[] {
  const hung: T[] = [];
  for (const hit of [...hits].reverse()) {
    const x = Math.min(right - picture, Math.max(left, hit.x - picture / 2));
    const y = Math.min(floor - picture, hit.y + 3);
    const free = hung.every((other) => Math.abs(other.x - x) > picture + 4 || Math.abs(other.y - y) > picture + 4);
    if (free && hung.length < 12) hung.push({ ...hit, x, y });
  }
  return hung;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
