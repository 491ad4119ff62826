/**
 * What a machine, its pool and its meter say in one interval; and what is expected of it.
 * @module
 */
import { CarraraError } from "@carrara/base/errors";
import type { TerahashPerSecond, UsdPerMwh, UsdPerTerahashDay, Watts } from "../units.ts";

/** Means over the interval that ends at `at`. `null` where nothing of use was told; never a stale or made-up number. */
export interface Reading {
  /** Seconds. */
  readonly at: number;
  /** Whether it was told to hash in all of the interval; a machine that is off by plan is not sick. */
  readonly told: boolean;
  /** As the machine reports them. TH/s */
  readonly rate: number | null;
  readonly boards: readonly (number | null)[];
  /** As the machine reports it, and by a meter of its own. W */
  readonly power: number | null;
  readonly meter: number | null;
  /** C */
  readonly chip: number | null;
  readonly regulator: number | null;
  readonly intake: number | null;
  /** 0 to 1 */
  readonly fan: number | null;
  /** Shares that the pool accepted in the interval, by the pool's own count, and the difficulty of each. */
  readonly shares: number | null;
  readonly difficulty: number | null;
  /** Where it says that it mines, and for whom. */
  readonly pool: string | null;
  readonly user: string | null;
}

/** What a machine should do. */
export interface Expected {
  readonly rate: TerahashPerSecond;
  readonly power: Watts;
  readonly boards: number;
  readonly pool: string;
  readonly user: string;
  readonly chip: number;
  readonly regulator: number;
  readonly hashprice: UsdPerTerahashDay;
  readonly energy: UsdPerMwh;
}

/**
 * Refuses a reading that is no measurement.
 * @throws ReadingError for time that does not run forwards, a value that is not a number, or one in another unit.
 */
export function checkReading(reading: Reading, expected: Expected, last: number | null): void {
  const { at, rate, power, meter, shares, difficulty } = reading;
  if (!Number.isFinite(at) || (last !== null && at <= last)) {
    throw new ReadingError(
      `A reading at ${at} s after one at ${last} s.`,
      "Give readings once each, in order of time.",
    );
  }
  const values = { rate, power, meter, shares, difficulty, chip: reading.chip, regulator: reading.regulator };
  for (const [name, value] of Object.entries({ ...values, intake: reading.intake, fan: reading.fan })) {
    if (value !== null && !Number.isFinite(value)) {
      throw new ReadingError(`${name} is ${value}.`, "Give null when nothing was measured.");
    }
  }
  for (const [name, value] of Object.entries(values).filter(([name]) => name !== "chip" && name !== "regulator")) {
    if (value !== null && value < 0) throw new ReadingError(`${name} is ${value}.`, "It cannot be below 0.");
  }
  if (rate !== null && rate > 20 * expected.rate) {
    const hint = "Is it in GH/s or H/s? Give TH/s.";
    throw new ReadingError(`A rate of ${rate} TH/s, where ${expected.rate} are expected.`, hint);
  }
  for (const watts of [power, meter]) {
    if (watts !== null && watts > 20 * expected.power) {
      throw new ReadingError(`${watts} W, where ${expected.power} are expected.`, "Is it in mW? Give W.");
    }
  }
  if (reading.fan !== null && (reading.fan < 0 || reading.fan > 1)) {
    throw new ReadingError(`A fan at ${reading.fan}.`, "Give its duty from 0 to 1; percent are to be divided by 100.");
  }
  if (shares !== null && !(difficulty !== null && difficulty > 0)) {
    throw new ReadingError("Shares without a difficulty.", "Give the difficulty that they were judged by.");
  }
}

/** A reading that nothing can be concluded from. */
export class ReadingError extends CarraraError {
  constructor(message: string, hint: string) {
    super("reading", message, { hint });
  }
}
