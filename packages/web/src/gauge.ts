/**
 * The depth gauge: a scale of bits that runs from the surface past bedrock, for a collection of any depth.
 * @module
 */
import { spread } from "./plot.ts";

/** A mark that has a word or a number of its own. */
export interface GaugeMark {
  readonly at: number;
  /** Where its text stands, moved away from its neighbours. */
  readonly textAt: number;
}

/** Positions along the gauge, in the unit of its length. */
export interface Gauge {
  readonly low: number;
  readonly high: number;
  readonly ticks: readonly {
    readonly at: number;
    readonly bits: number;
    readonly big: boolean;
    readonly label: boolean;
  }[];
  readonly piece: GaugeMark;
  readonly sill: GaugeMark;
  readonly block: GaugeMark | null;
}

/**
 * @param length of the scale; `gap` is the room that one text needs along it
 * @example gaugeOf({ log2: 66.4, sillLog2: 62, blockLog2: 78.8, length: 784, gap: 18 }).low // 30
 */
export function gaugeOf(options: {
  log2: number;
  sillLog2: number;
  blockLog2: number | null;
  length: number;
  gap: number;
}): Gauge {
  const { log2, sillLog2, blockLog2, length, gap } = options;
  const low = Math.max(0, Math.floor((sillLog2 * 0.5) / 10) * 10);
  const deepest = Math.max(log2, sillLog2, blockLog2 ?? 0);
  const high = Math.ceil(deepest + Math.max(2, (deepest - low) * 0.06));
  const at = (bits: number) => Math.round(((bits - low) / (high - low)) * length * 10) / 10;
  const marks = [log2, sillLog2, ...(blockLog2 === null ? [] : [blockLog2])].map(at);
  const texts = spread(marks, gap, 0, length);
  const step = high - low > 24 ? 10 : 5;
  const ticks = [];
  for (let bits = low; bits <= high; bits++) {
    const big = bits % step === 0;
    const free = texts.every((text) => Math.abs(text - at(bits)) >= gap);
    ticks.push({ at: at(bits), bits, big, label: big && free });
  }
  const mark = (index: number): GaugeMark => ({ at: marks[index] ?? 0, textAt: texts[index] ?? 0 });
  return { low, high, ticks, piece: mark(0), sill: mark(1), block: blockLog2 === null ? null : mark(2) };
}
