/**
 * What tuning is about: settings, what was measured at them, limits that must hold, and what is wanted.
 * @module
 */
import { CarraraError } from "@carrara/base/errors";
import type { TerahashPerSecond, UsdPerMwh, UsdPerTerahashDay, Watts } from "../units.ts";

/** A frequency of the chips (MHz) and a voltage of their supply (mV), as the firmware takes them. */
export interface Setting {
  readonly frequency: number;
  readonly voltage: number;
}

/** A setting held until the machine was at rest, and what was measured there. */
export interface Trial {
  readonly setting: Setting;
  /** By the chips' own count of correct nonces, or by shares. */
  readonly rate: TerahashPerSecond;
  /** At the wall, or what the machine says where there is no meter: J/TH is then the firmware's claim. */
  readonly power: Watts;
  /** C; `null` where there is no such sensor. */
  readonly chip: number | null;
  readonly regulator: number | null;
  /** Part of the work that came out wrong, 0 to 1, where the firmware counts it. */
  readonly errors: number | null;
  /** dB(A) or duty of the fan, in the unit of the limit. */
  readonly noise: number | null;
}

/** Bounds that no proposal may be expected to break. What is not given does not bind. */
export interface Limits {
  readonly frequency: { readonly low: number; readonly high: number };
  readonly voltage: { readonly low: number; readonly high: number };
  readonly power?: Watts;
  readonly chip?: number;
  readonly regulator?: number;
  readonly errors?: number;
  readonly noise?: number;
}

/** What is wanted. */
export type Objective =
  | { readonly kind: "efficiency" }
  | { readonly kind: "rate" }
  | { readonly kind: "profit"; readonly hashprice: UsdPerTerahashDay; readonly energy: UsdPerMwh };

/** What is known of the model before the first trial. */
export interface Model {
  /** The maker's setting, at which the model is sold: known to work on most of them. */
  readonly stock: Setting;
  /** TH/s for each MHz when every core works: chips x cores. */
  readonly ratePerMhz: number;
  /** W at stock, from the sheet; only a starting point, a quarter off does no harm. */
  readonly stockPower: Watts;
}

/** Below this part of the full rate of its frequency a setting counts as unstable, whether by voltage or by a ceiling. */
export const STABLE = 0.94;

/** Money of a day, J/TH or TH/s, of a measured point; larger is better, so J/TH is negative. */
export function worth(objective: Objective, rate: number, power: number): number {
  switch (objective.kind) {
    case "efficiency":
      return rate > 0 ? -power / rate : Number.NEGATIVE_INFINITY;
    case "rate":
      return rate;
    case "profit":
      return rate * objective.hashprice - (power * 24 * objective.energy) / 1e6;
  }
}

/** How far `value` is behind `best`, as a part of the best. */
export function regret(best: number, value: number): number {
  return (best - value) / Math.abs(best);
}

/**
 * Refuses a trial that is no measurement.
 * @throws TrialError for a rate, power or temperature that is not a number, negative, or in another unit.
 */
export function checkTrial(trial: Trial, model: Model): void {
  const { setting, rate, power, chip, regulator, errors, noise } = trial;
  const where = `at ${setting.frequency} MHz and ${setting.voltage} mV`;
  if (!(setting.frequency > 0 && setting.voltage > 0 && Number.isFinite(setting.frequency * setting.voltage))) {
    throw new TrialError(`A trial ${where} is at no setting.`, "Give MHz and mV, both above 0.");
  }
  if (!(rate >= 0 && Number.isFinite(rate)) || !(power > 0 && Number.isFinite(power))) {
    throw new TrialError(
      `A trial ${where} gave ${rate} TH/s and ${power} W.`,
      "Leave a trial out when it was not measured; a machine that hashes nothing has rate 0 and its standing power.",
    );
  }
  const full = model.ratePerMhz * setting.frequency;
  if (rate > 3 * full) {
    throw new TrialError(
      `${rate} TH/s ${where} is ${(rate / full).toFixed(0)} times what all cores can do.`,
      "Is the rate in GH/s or H/s? Give TH/s.",
    );
  }
  for (const [what, value, most] of [
    ["a chip temperature", chip, 200],
    ["a regulator temperature", regulator, 250],
    ["an error rate", errors, 1],
    ["a noise", noise, 200],
  ] as const) {
    if (value !== null && !(value >= (most === 1 || most === 200 ? 0 : -60) && value <= most)) {
      throw new TrialError(`${value} is not ${what} (${where}).`, "Give null when the sensor gave nothing of use.");
    }
  }
}

/** Whether a measured trial broke a limit, and which. */
export function brokenLimit(trial: Trial, limits: Limits): string | null {
  const over = (name: string, value: number | null, limit: number | undefined) =>
    value !== null && limit !== undefined && value > limit ? `${name} ${value.toFixed(1)} above ${limit}` : null;
  return (
    over("power", trial.power, limits.power) ??
    over("chip", trial.chip, limits.chip) ??
    over("regulator", trial.regulator, limits.regulator) ??
    over("errors", trial.errors, limits.errors) ??
    over("noise", trial.noise, limits.noise)
  );
}

/** A trial, a limit or a model that no tuning can be built upon. */
export class TrialError extends CarraraError {
  constructor(message: string, hint: string) {
    super("trial", message, { hint });
  }
}
