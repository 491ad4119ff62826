/**
 * A machine as a planner sees it: measured modes, what a start and a change of mode cost, and its profits hour by hour.
 * @module
 */
import { CarraraError } from "@carrara/base/errors";
import type { HourPrices, OperatingPoint, Terms } from "../economics/strike.ts";
import { costPerHour, revenuePerHour } from "../economics/strike.ts";
import { type Usd, usd, type Watts, watts } from "../units.ts";
import type { Chain } from "./chain.ts";

/** An operating point with a name that the machine's driver understands. */
export interface Mode extends OperatingPoint {
  readonly name: string;
}

/** What a switch costs: hash that is not done while it goes on, at full power, and wear. */
export interface SwitchCost {
  readonly minutes: number;
  readonly wear: Usd;
}

export interface Machine {
  readonly id: string;
  /** The modes in which it hashes, by rising power: mode 1 is the first of them, mode 0 is off. */
  readonly modes: readonly Mode[];
  /** What it draws when off: the controller. */
  readonly standby: Watts;
  readonly restart: SwitchCost;
  readonly change: SwitchCost;
  /** Hours that it stays on once started, and off once stopped; 1 or more. */
  readonly minOn: number;
  readonly minOff: number;
}

/** 15 minutes of hash and 5 cents (facts of the trade are thin here: an estimate, to be replaced by the machine's own). */
export const RESTART_ESTIMATE: SwitchCost = { minutes: 15, wear: usd(0.05) };
/** A change of profile without a restart: an estimate as well. */
export const CHANGE_ESTIMATE: SwitchCost = { minutes: 2, wear: usd(0) };

/** A curve as it was measured, and what had to be left out of it. */
export interface Curve {
  readonly modes: readonly Mode[];
  /** Points that draw more than another one and hash no more: nobody should run them. */
  readonly dropped: readonly Mode[];
}

/**
 * A measured curve, made fit for planning: sorted by power, and without the points that another point beats in both
 * power and hash rate (an unstable overclock, a measurement error). They are given back in `dropped`, to be shown.
 * @throws BadMachineError when it has no point, or one that draws or hashes nothing.
 * @example machineCurve([{ name: "eco", power: watts(2200), rate: terahash(120) }])
 */
export function machineCurve(points: readonly Mode[]): Curve {
  if (points.length === 0) throw new BadMachineError("A curve has no points.", "Measure at least one mode.");
  if (points.length > 200) throw new BadMachineError(`${points.length} modes.`, "Give 200 or fewer.");
  for (const { name, power, rate } of points) {
    if (!(power > 0 && rate > 0 && Number.isFinite(power + rate))) {
      throw new BadMachineError(
        `Mode "${name}" has ${rate} TH/s at ${power} W.`,
        "Measure it again; off is no point of the curve.",
      );
    }
  }
  const modes: Mode[] = [];
  const dropped: Mode[] = [];
  let most = 0;
  for (const point of points.toSorted((a, b) => a.power - b.power || b.rate - a.rate)) {
    if (point.rate > most) {
      modes.push(point);
      most = point.rate;
    } else dropped.push(point);
  }
  return { modes, dropped };
}

/**
 * A machine with the usual costs where none are given.
 * @throws BadMachineError for a curve that was not made by `machineCurve`, or a least time below one hour.
 */
export function machine(id: string, curve: Curve, set: Partial<Omit<Machine, "id" | "modes">> = {}): Machine {
  const { restart = RESTART_ESTIMATE, change = CHANGE_ESTIMATE, standby = watts(0), minOn = 1, minOff = 1 } = set;
  for (const hours of [minOn, minOff]) {
    if (!Number.isSafeInteger(hours) || hours < 1) {
      throw new BadMachineError(`${hours} hours is no least time.`, "Give whole hours, 1 or more.");
    }
  }
  for (const { minutes, wear } of [restart, change]) {
    if (!(minutes >= 0 && minutes <= 60 && wear >= 0)) {
      throw new BadMachineError(
        `A switch of ${minutes} minutes and ${wear} USD.`,
        "Give 0 to 60 minutes, wear from 0.",
      );
    }
  }
  return { id, modes: curve.modes, restart, change, standby, minOn, minOff };
}

/** Power of each mode, off first. */
export function powers(machine: Machine): Float64Array {
  return Float64Array.from([machine.standby, ...machine.modes.map(({ power }) => power)]);
}

/**
 * The chain of a machine over hours with known or assumed prices. Off costs what standby draws.
 * @param prices one entry for each hour
 */
export function chainOf(machine: Machine, prices: readonly HourPrices[], terms: Terms): Chain {
  const modes = machine.modes.length + 1;
  const hours = prices.length;
  const profit = new Float64Array(hours * modes);
  const start = new Float64Array(hours * modes);
  const change = new Float64Array(hours * modes);
  for (let h = 0; h < hours; h++) {
    const at = prices[h] as HourPrices;
    // A cost is linear in power, so that one W is priced once for all modes of the hour.
    const perWatt = costPerHour(ONE_WATT, at, terms);
    profit[h * modes] = -machine.standby * perWatt;
    for (let m = 1; m < modes; m++) {
      const mode = machine.modes[m - 1] as Mode;
      const revenue = revenuePerHour(mode, at.hashprice, terms);
      profit[h * modes + m] = revenue - mode.power * perWatt;
      start[h * modes + m] = (revenue * machine.restart.minutes) / 60 + machine.restart.wear;
      change[h * modes + m] = (revenue * machine.change.minutes) / 60 + machine.change.wear;
    }
  }
  return { hours, modes, profit, start, change, minOn: machine.minOn, minOff: machine.minOff };
}

const ONE_WATT = { power: 1, rate: 0 } as OperatingPoint;

/** A machine that cannot be planned. */
export class BadMachineError extends CarraraError {
  constructor(message: string, hint: string) {
    super("bad-machine", message, { hint });
  }
}
