/**
 * Every construct of the language that engines are compiled from (packages/art/tool/kernel/lower.ts), once more than any
 * family uses it: yul.test.ts runs these functions on a chain and here.
 * @module
 */

interface Spot {
  readonly x: number;
  readonly y: number;
}

interface Mark {
  spot: Spot;
  readonly list: readonly number[];
  weight: number;
  big: boolean;
}

interface Counter {
  state: number;
}

const STEPS = [
  [3, 5],
  [700, 11, 13],
  [-20000, 4],
];
const PAIRS = [
  { turn: 50, rise: -8 },
  { turn: -7, rise: 1300 },
];
const FLAGS = [true, false, true];
const SMALL = [1, 2, 4, 8, 16, 200, 255];
const SIGNED = Int32Array.of(-70000, 5, 70000);

/** A number for any int32. */
export function languageOf(seed: number): number {
  const c: Counter = { state: seed };
  let sum = orderOf(c) + tablesOf(seed) + bitsOf(seed);
  sum = (sum ^ Math.imul(recordsOf(c), 31)) | 0;
  sum = (sum + Math.imul(listsOf(c), 17)) | 0;
  sum = (sum + flowOf(seed & 63)) | 0;
  return (sum + depthOf(seed & 7, 3)) | 0;
}

function next(c: Counter): number {
  c.state = (Math.imul(c.state, 1103515245) + 12345) | 0;
  return (c.state >>> 16) & 1023;
}

/** Calls happen as they are written, and only those that JavaScript makes. */
function orderOf(c: Counter): number {
  const first = next(c) * 3 - next(c);
  let skipped = 0;
  if (next(c) > 512 && next(c) > 256) skipped++;
  if (next(c) > 512 || next(c) > 256) skipped += 2;
  const chosen = (c.state & 1) === 0 ? next(c) : -next(c);
  return first + 1000 * skipped + chosen + (c.state % 1000);
}

function tablesOf(seed: number): number {
  const i = (seed >>> 1) % 3;
  const [a, b] = STEPS[i]!;
  const { turn, rise } = PAIRS[seed & 1]!;
  const flag = FLAGS[i]! ? 1 : 2;
  const own = [7, 9, seed & 15][i]!;
  return (
    a! + b! * STEPS[i]!.length + turn * rise + flag * SMALL[seed & 3]! + SMALL.length + SIGNED[i]! + own + reach(SMALL)
  );
}

function reach(list: readonly number[]): number {
  let most = 0;
  for (let i = 0; i < list.length; i++) most = Math.max(most, list[i]!);
  return most;
}

function bitsOf(seed: number): number {
  const high = seed >>> 0;
  const half = high % 65537;
  const low = (seed << 24) >> 24;
  const mixed = (seed ^ (seed >>> 7)) & ~(seed >> 3);
  const nothing = divided(seed, low - low);
  return (half + low * 3 + (mixed | 0) + nothing + Math.abs(low) - Math.min(low, 5, half) + (seed % 7)) | 0;
}

function divided(a: number, b: number): number {
  return div(a, b);
}

/** As integer.ts: the quotient cut toward zero, and 0 where there is none. */
function div(a: number, b: number): number {
  return (a / b) | 0;
}

function recordsOf(c: Counter): number {
  const mark: Mark = { spot: spotOf(c), list: [next(c), 2, next(c)], weight: 1, big: next(c) > 500 };
  mark.weight += mark.list.length;
  mark.spot = { x: mark.spot.y, y: mark.spot.x };
  if (mark.big) mark.weight = -mark.weight;
  mark.big = !mark.big;
  const other: Mark = mark.big ? { ...{ spot: spotOf(c), list: [5] }, weight: 3, big: false } : mark;
  return mark.spot.x - 2 * mark.spot.y + 5 * other.weight + other.list[0]! + (other.big ? 7 : 9);
}

function spotOf(c: Counter): Spot {
  const x = next(c);
  return { x, y: next(c) };
}

function listsOf(c: Counter): number {
  const spots: Spot[] = [];
  const heights = new Int32Array(20 + (c.state & 3));
  for (let i = 0; i < 20; i++) {
    if (next(c) < 300) continue;
    spots.push(spotOf(c));
    heights[i] = next(c);
    heights[i]! += i;
  }
  let best: Spot = { x: -1, y: -1 };
  for (let i = 0; i < spots.length; i++) if (spots[i]!.x > best.x) best = spots[i]!;
  const short = new Int32Array(3);
  fill(short, best.x);
  const kept = copied(short);
  short[0] = 0;
  let sum = kept[0]! + short[2]!;
  for (let i = 0; i < heights.length; i++) sum += heights[i]! * (i + 1);
  return sum + best.y + spots.length;
}

function fill(out: Int32Array, value: number): void {
  for (let i = 0; i < out.length; i++) out[i] = value + i;
}

function copied(of: Int32Array): Int32Array {
  const made = new Int32Array(3);
  for (let i = 0; i < 3; i++) made[i] = of[i]!;
  return made;
}

function flowOf(n: number): number {
  let sum = 0;
  let i = n;
  while (i > 0) {
    i--;
    switch (i % 5) {
      case 0:
      case 3:
        sum += 10;
        break;
      case 1: {
        if (i > 40) return sum;
        sum -= 3;
        break;
      }
      default:
        sum ^= i;
    }
    if (sum > 200) break;
  }
  return sum;
}

function depthOf(n: number, by: number): number {
  const before = n * by;
  if (n <= 0) return by;
  const one = depthOf(n - 1, by + 1);
  return before + one - depthOf(n - 2, by) + n;
}
