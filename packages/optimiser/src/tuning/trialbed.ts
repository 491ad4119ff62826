/**
 * A bed on which searches are tried: a machine of which the truth is known (a measured grid, or a twin), what is measured
 * with noise upon it, and the count of what a search cost.
 * @module
 */
import type { Random } from "@carrara/base/random";
import { normal } from "../draw.ts";
import { settingsOf, TWIN_MODELS } from "../twin/model.ts";
import { drawUnit, rest } from "../twin/unit.ts";
import { terahash, watts } from "../units.ts";
import type { Search } from "./baselines.ts";
import {
  brokenLimit,
  type Limits,
  type Model,
  type Objective,
  regret,
  type Setting,
  STABLE,
  type Trial,
  TrialError,
  worth,
} from "./trial.ts";

/** A machine whose truth is known. */
export interface Bed {
  readonly name: string;
  readonly model: Model;
  readonly limits: Limits;
  readonly settings: readonly Setting[];
  /** Without noise. */
  readonly truth: ReadonlyMap<string, Trial>;
  /** Four places to start from: stock, an overclock, an underclock, and too little voltage. */
  readonly starts: Readonly<Record<StartName, Setting>>;
}
export type StartName = "stock" | "overclock" | "underclock" | "undervolt";
export const STARTS: readonly StartName[] = ["stock", "overclock", "underclock", "undervolt"];

/** What a search cost, and what it brought. */
export interface Outcome {
  /** Trials until a setting within 1 % of the best had been visited; infinite when none was. */
  readonly trials: number;
  /** Unstable settings visited until then, or until the end. */
  readonly unstable: number;
  /** Settings visited that truly break a limit by more than the instruments' error, the start not counted. */
  readonly over: number;
  /** All trials until the search stopped by itself or by the most allowed. */
  readonly length: number;
  /** Unstable settings in the whole search. */
  readonly unstableInAll: number;
  /** True regret of the setting at which it leaves the machine. */
  readonly regret: number;
}

const key = ({ frequency, voltage }: Setting): string => `${frequency}/${voltage}`;

/**
 * A bed from a table of measurements, such as community benchmarks write: frequency (MHz), voltage (mV), rate (GH/s),
 * J/TH and chip temperature.
 * @param stock the setting by which it is sold
 * @throws TrialError when a row is no measurement or stock is not among them.
 */
export function measuredBed(
  name: string,
  rows: readonly {
    coreVoltage: number;
    frequency: number;
    averageHashRate: number;
    efficiencyJTH: number;
    averageTemperature?: number;
  }[],
  stock: Setting,
  starts: Bed["starts"],
): Bed {
  const truth = new Map<string, Trial>();
  for (const row of rows) {
    const rate = row.averageHashRate / 1000;
    const setting = { frequency: row.frequency, voltage: row.coreVoltage };
    truth.set(key(setting), {
      setting,
      rate: terahash(rate),
      power: watts(rate * row.efficiencyJTH),
      chip: row.averageTemperature ?? null,
      regulator: null,
      errors: null,
      noise: null,
    });
  }
  const sold = truth.get(key(stock));
  if (!sold) throw new TrialError(`The table has no row for stock, ${key(stock)}.`, "Name a setting that it has.");
  const settings = [...truth.values()].map(({ setting }) => setting);
  const lowest = Math.min(...settings.map(({ frequency }) => frequency));
  // Full rate per MHz as the table itself shows it, at the lowest clock: the median of its upper half of voltages.
  const slow = [...truth.values()]
    .filter(({ setting }) => setting.frequency === lowest)
    .map(({ rate }) => rate / lowest);
  const ratePerMhz = slow.sort((a, b) => a - b)[Math.floor(slow.length * 0.75)] as number;
  const model: Model = { stock, ratePerMhz, stockPower: sold.power };
  return { name, model, settings, limits: { ...boundsOf(settings), chip: 65 }, truth, starts };
}

/**
 * A bed from a twin: model and machine by the seed; limits that bind on some machines and not on others.
 * @param lot machines of one lot are of one model and design
 */
export function twinBed(seed: number, lot = seed): Bed {
  const sold = TWIN_MODELS[lot % TWIN_MODELS.length] as (typeof TWIN_MODELS)[number];
  const unit = drawUnit(sold, seed, lot);
  const settings = settingsOf(sold);
  const truth = new Map<string, Trial>();
  for (const setting of settings) {
    const found = rest(unit, setting);
    truth.set(key(setting), {
      setting,
      rate: terahash(found.rate),
      power: watts(found.power),
      chip: found.chip,
      regulator: found.regulator,
      errors: null,
      noise: null,
    });
  }
  const at = (f: number, v: number): Setting => ({
    frequency: sold.stock.frequency + f * sold.frequency.step,
    voltage: sold.stock.voltage + v * sold.voltage.step,
  });
  return {
    name: `${sold.name} ${seed}`,
    model: { stock: sold.stock, ratePerMhz: sold.ratePerMhz, stockPower: watts(sold.stockPower) },
    limits: {
      ...boundsOf(settings),
      power: watts(sold.stockPower * 1.25),
      chip: sold.chip.throttle - 3,
      regulator: sold.vrThrottle - 8,
    },
    settings,
    truth,
    starts: { stock: sold.stock, overclock: at(3, 3), underclock: at(-3, -1), undervolt: at(1, -2) },
  };
}

function boundsOf(settings: readonly Setting[]): Pick<Limits, "frequency" | "voltage"> {
  const range = (values: number[]) => ({ low: Math.min(...values), high: Math.max(...values) });
  return {
    frequency: range(settings.map(({ frequency }) => frequency)),
    voltage: range(settings.map(({ voltage }) => voltage)),
  };
}

/** Error of the instruments, for judging limits: C, and a part of the power. */
const SENSOR_ERROR = 1;
const METER_ERROR = 0.01;

/**
 * The best true worth among settings that are stable and keep the limits by more than the instruments' error: nearer to a
 * limit nobody who may not break it can go.
 */
export function bestOf(bed: Bed, objective: Objective): number {
  const limits = shifted(bed.limits, -1);
  let best = Number.NEGATIVE_INFINITY;
  for (const trial of bed.truth.values()) {
    if (isStable(bed, trial) && brokenLimit(trial, limits) === null) {
      best = Math.max(best, worth(objective, trial.rate, trial.power));
    }
  }
  return best;
}

/** Limits, looser or tighter by the instruments' error. */
function shifted(limits: Limits, by: 1 | -1): Limits {
  return {
    ...limits,
    ...(limits.power === undefined ? {} : { power: watts(limits.power * (1 + by * METER_ERROR)) }),
    ...(limits.chip === undefined ? {} : { chip: limits.chip + by * SENSOR_ERROR }),
    ...(limits.regulator === undefined ? {} : { regulator: limits.regulator + by * SENSOR_ERROR }),
  };
}

/** Whether a true point gives 94 % of the full rate of its frequency. */
export function isStable(bed: Bed, { rate, setting }: Trial): boolean {
  return rate >= STABLE * bed.model.ratePerMhz * setting.frequency;
}

/**
 * Lets a search run on a bed.
 * @param noise relative error of a measured rate and of a measured power, each
 */
export function tryOut(
  bed: Bed,
  search: Search,
  objective: Objective,
  most: number,
  noise: number,
  random: Random,
): Outcome {
  const best = bestOf(bed, objective);
  const limits = shifted(bed.limits, 1);
  let [trials, unstable, over, length, unstableInAll] = [Number.POSITIVE_INFINITY, 0, 0, 0, 0];
  for (let setting = search.ask(); setting !== null && length < most; setting = search.ask()) {
    const true_ = bed.truth.get(key(setting));
    if (!true_) throw new TrialError(`The bed has no ${key(setting)}.`, "Ask for settings of the bed.");
    length++;
    const stable = isStable(bed, true_);
    if (!stable) unstableInAll++;
    const kept = brokenLimit(true_, limits) === null;
    if (!kept && length > 1) over++;
    if (trials === Number.POSITIVE_INFINITY) {
      if (!stable) unstable++;
      if (stable && kept && regret(best, worth(objective, true_.rate, true_.power)) <= 0.01) trials = length;
    }
    search.tell({
      ...true_,
      rate: terahash(Math.max(0, true_.rate * (1 + noise * normal(random)))),
      power: watts(Math.max(0.01, true_.power * (1 + noise * normal(random)))),
      chip: true_.chip === null ? null : true_.chip + normal(random, 0, 0.5),
      regulator: true_.regulator === null ? null : true_.regulator + normal(random, 0, 0.5),
    });
  }
  const last = search.best();
  const left = last === null ? undefined : bed.truth.get(key(last));
  return {
    trials,
    unstable,
    over,
    length,
    unstableInAll,
    regret: left ? regret(best, worth(objective, left.rate, left.power)) : 1,
  };
}
