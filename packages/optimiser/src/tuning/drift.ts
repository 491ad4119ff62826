/**
 * Whether a tuned machine is still the one that was tuned: rate and power against what the tuner expects at its setting,
 * by sequential tests with a stated false-alarm rate. A drift is a reason to tune again, from where the machine is.
 * @module
 */
import { alarmLevel, type Cusum, normalRatio, QUIET, step } from "../cusum.ts";
import type { Recommendation } from "./tuner.ts";

export interface DriftOptions {
  readonly expected: Pick<Recommendation, "rate" | "power">;
  /** Relative error of one reading of each, as seen while it was tuned. */
  readonly noise: number;
  /** One false alarm in so many readings, or rarer. */
  readonly readings: number;
  /** The change that should be found soonest, in units of the noise; smaller ones take longer. 2 when not given. */
  readonly shift?: number;
}

/** What drifted, since when, and by how much on average since then. */
export interface Drift {
  readonly what: "rate" | "power";
  readonly direction: "up" | "down";
  readonly since: number;
  readonly part: number;
}

const TESTS = [
  ["rate", "down"],
  ["rate", "up"],
  ["power", "up"],
  ["power", "down"],
] as const;

/**
 * Watches a tuned machine.
 * @example const drift = createDrift({ expected: tuner.best(), noise: 0.01, readings: 8760 }).reading(at, rate, power)
 */
export function createDrift({ expected, noise, readings, shift = 2 }: DriftOptions) {
  const level = alarmLevel(readings, TESTS.length);
  const tests: Cusum[] = TESTS.map(() => QUIET);
  const sums = TESTS.map(() => 0);
  return {
    /** One reading; the drift that it proves, or `null`. A value that was not measured is left out. */
    reading(at: number, rate: number | null, power: number | null): Drift | null {
      let found: Drift | null = null;
      for (const [i, [what, direction]] of TESTS.entries()) {
        const value = what === "rate" ? rate : power;
        if (value === null || !Number.isFinite(value)) continue;
        const off = value / expected[what] - 1;
        // A reading that is far out counts as five sigmas, so that a single fault of a sensor proves nothing.
        const z = Math.max(-5, Math.min(5, off / noise)) * (direction === "up" ? 1 : -1);
        const before = tests[i] as Cusum;
        const now = step(before, normalRatio(z, shift), at);
        tests[i] = now;
        sums[i] = now.readings <= 1 ? off : (sums[i] as number) + off;
        if (now.sum >= level && found === null) {
          found = { what, direction, since: now.since ?? at, part: (sums[i] as number) / now.readings };
        }
      }
      return found;
    },
  };
}
