/**
 * A twin in time: a unit that runs, reads, ages and falls ill. What comes out is what a machine, a pool and a meter would
 * say; the truth stays with the twin. Intervals are minutes, longer than heat takes to settle, so each one is at rest.
 * @module
 */
import type { Random } from "@carrara/base/random";
import { normal, poisson } from "../draw.ts";
import { HASHES_PER_DIFFICULTY } from "../rate.ts";
import type { Setting } from "./model.ts";
import { NEW, type Rest, rest, stopped, TwinError, type Unit, type Wear } from "./unit.ts";

/** An illness. `size` means what the kind says; where it is not given, a middling one. */
export interface Fault {
  readonly kind: FaultKind;
  /** Seconds from when on. */
  readonly from: number;
  readonly size?: number;
}

/** With the size that each has when none is given. */
export const FAULTS = {
  /** Hashes no more; the figures go on as they were, to the last digit. */
  frozen: 1,
  /** Hashes no more, and says so. */
  stopped: 1,
  /** Part of one board's chips that has fallen out. */
  "dead-board": 1,
  "dying-board": 0.25,
  /** Factor on the regulator's resistance to heat. */
  "hot-regulator": 1.25,
  /** Part of the air that is gone. */
  "clogged-fan": 0.35,
  /** Part by which the reported rate is above the true one. */
  "over-reported": 0.15,
  /** Factor of the reported power. */
  "wrong-power": 0.85,
  /** It mines elsewhere. */
  "wrong-pool": 1,
  "wrong-user": 1,
} as const;
export type FaultKind = keyof typeof FAULTS;

export interface TwinOptions {
  readonly unit: Unit;
  readonly setting: Setting;
  readonly random: Random;
  /** Intake temperature over time. C; the days of a temperate place when not given. */
  readonly ambient?: (at: number) => number;
  readonly faults?: readonly Fault[];
  /** Years that it has run already. */
  readonly age?: number;
  readonly pool?: string;
  readonly user?: string;
  /** Relative error of one interval's reported rate and power. */
  readonly noise?: number;
}

/** What is told of an interval. */
export interface TwinReading {
  readonly at: number;
  readonly told: boolean;
  readonly rate: number;
  readonly boards: readonly number[];
  readonly power: number;
  readonly meter: number;
  readonly chip: number;
  readonly regulator: number;
  readonly intake: number;
  readonly fan: number;
  readonly shares: number;
  readonly difficulty: number;
  readonly pool: string;
  readonly user: string;
}

const YEAR = 365.25 * 86_400;
/** 12 C in the mean of the year, 8 more in summer, 5 more in the afternoon, in a hall that adds 8. */
const temperate = (at: number): number =>
  20 - 8 * Math.cos((2 * Math.PI * at) / YEAR) - 5 * Math.cos((2 * Math.PI * (at - 3 * 3600)) / 86_400);

/**
 * Sets a machine going.
 * @throws TwinError when a fault's size is none.
 * @example createTwin({ unit: drawUnit(S21, 1), setting: S21.stock, random: seeded(2) }).interval(300)
 */
export function createTwin(options: TwinOptions) {
  const { unit, random, noise = 0.01, ambient = temperate, faults = [], pool = "pool", user = "user" } = options;
  const { model } = unit;
  for (const { kind, size } of faults) {
    if (size !== undefined && !(size > 0 && Number.isFinite(size))) {
      throw new TwinError(`A fault "${kind}" of size ${size}.`, "Give a size above 0, or none.");
    }
  }
  let setting = options.setting;
  let on = true;
  let clock = 0;
  let frozen: TwinReading | null = null;
  const calm = new Map<string, Rest>();
  const has = (kind: FaultKind) => faults.find((fault) => fault.kind === kind && clock >= fault.from);
  const sizeOf = (kind: FaultKind) => {
    const fault = has(kind);
    return fault ? (fault.size ?? FAULTS[kind]) : null;
  };
  /** Silicon slows by 0.3 % of voltage a year and dust adds 4 % of resistance (estimates). */
  const wearNow = (): Wear => {
    const years = (options.age ?? 0) + Math.floor((clock / YEAR) * 52) / 52;
    const gone = sizeOf("dead-board") ?? sizeOf("dying-board") ?? 0;
    return {
      ...NEW,
      slow: 0.003 * years,
      dirt: 1 + 0.04 * years,
      regulator: sizeOf("hot-regulator") ?? 1,
      air: 1 - (sizeOf("clogged-fan") ?? 0),
      alive: Array.from({ length: model.boards }, (_, b) => (b === 0 ? 1 - gone : 1)),
    };
  };
  /** Memory of points at rest, by half degrees: a year of 5 minutes has only some hundred of them. */
  const restNow = (intake: number): Rest => {
    if (!on || has("stopped") || has("frozen")) return stopped(unit, intake);
    const wear = wearNow();
    const rounded = Math.round(intake * 2) / 2;
    const name = `${rounded} ${setting.frequency} ${setting.voltage} ${JSON.stringify(wear)}`;
    const known = calm.get(name) ?? rest(unit, setting, rounded, wear);
    if (calm.size > 5000) calm.clear();
    calm.set(name, known);
    return known;
  };
  return {
    /** Runs for `seconds`, and tells what was told in that time. */
    interval(seconds: number): TwinReading {
      if (!(seconds >= 30 && seconds <= 86_400)) {
        throw new TwinError(
          `An interval of ${seconds} s.`,
          "Give 30 s or more, so that heat has settled, and a day at most.",
        );
      }
      clock += seconds;
      const intake = ambient(clock);
      const true_ = restNow(intake);
      const elsewhere = has("wrong-pool") || has("wrong-user");
      const due = (true_.rate * 1e12 * seconds) / (model.shareDifficulty * HASHES_PER_DIFFICULTY);
      const blur = (value: number) => value * (1 + noise * normal(random));
      const told = 1 + (sizeOf("over-reported") ?? 0);
      const boards = true_.boards.map((rate) => blur(rate) * told);
      const reading: TwinReading = {
        at: clock,
        told: on,
        rate: boards.reduce((sum, rate) => sum + rate, 0),
        boards,
        power: blur(true_.power) * (sizeOf("wrong-power") ?? 1),
        meter: true_.power * (1 + 0.003 * normal(random)),
        chip: true_.chip + normal(random, 0, 0.5),
        regulator: true_.regulator + normal(random, 0, 0.5),
        intake: intake + normal(random, 0, 0.3),
        fan: true_.fan,
        // A part of a percent comes too late for its job.
        shares: elsewhere ? 0 : poisson(random, due * 0.995),
        difficulty: model.shareDifficulty,
        pool: has("wrong-pool") ? "elsewhere" : pool,
        user: has("wrong-user") ? "somebody" : user,
      };
      if (!has("frozen")) {
        frozen = reading;
        return reading;
      }
      const { at, shares, intake: air, meter } = reading;
      return { ...(frozen ?? reading), at, shares, intake: air, meter };
    },
    /** What a command does. */
    set(to: Setting): void {
      setting = to;
    },
    turn(to: "on" | "off"): void {
      on = to === "on";
    },
    /** The truth, for those who test: not for those who are tested. */
    truth: (): Rest => restNow(ambient(clock)),
    clock: () => clock,
  };
}
