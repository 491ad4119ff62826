/**
 * When a machine earns: revenue, cost, profit, strike, pay-back and what-if, from its own measured power and hash rate.
 * @module
 */
import {
  efficiency,
  type Fraction,
  type GramsCo2PerKwh,
  type JoulesPerTerahash,
  type TerahashPerSecond,
  type Usd,
  type UsdPerHour,
  type UsdPerMwh,
  type UsdPerTerahashDay,
  type UsdPerTonneCo2,
  usd,
  usdPerHour,
  usdPerMwh,
  usdPerTerahashDay,
  type Watts,
} from "../units.ts";
import { BadEconomicsError } from "./hashprice.ts";

/** A machine at one operating point, measured: power at the wall, hash rate by its shares. */
export interface OperatingPoint {
  readonly power: Watts;
  readonly rate: TerahashPerSecond;
}

/** What lies between the market's price and the machine. */
export interface Terms {
  /** What the pool keeps. */
  readonly poolFee: Fraction;
  /** Delivery, taxes, losses: what each MWh costs beyond the market's price. */
  readonly adder: UsdPerMwh;
  /** A price on carbon, beyond what the market's price holds already; 0 when not wanted. */
  readonly carbonPrice: UsdPerTonneCo2;
}

/** What an hour costs and pays. */
export interface HourPrices {
  readonly energy: UsdPerMwh;
  readonly hashprice: UsdPerTerahashDay;
  /** Needed when the terms price carbon. */
  readonly carbon?: GramsCo2PerKwh;
}

/** MWh that one TH/s draws in a day at 1 J/TH: 86,400 J of 3.6e9. */
const MWH_PER_DAY_OF_ONE_J_TH = 86_400 / 3.6e9;

/**
 * Strike: the market price at which the machine stops earning. Above it, off.
 * Revenue of a MWh, after pool fee, less adder and carbon.
 * @example strike(joulesPerTerahash(17.5), hashprice, terms, gramsCo2PerKwh(0))
 */
export function strike(
  efficiency: JoulesPerTerahash,
  hashprice: UsdPerTerahashDay,
  terms: Terms,
  carbon?: GramsCo2PerKwh,
): UsdPerMwh {
  const perMwh = (hashprice * (1 - terms.poolFee)) / (MWH_PER_DAY_OF_ONE_J_TH * efficiency);
  return usdPerMwh(perMwh - terms.adder - carbonCost(terms, carbon));
}

/** What the point earns in an hour, after pool fee. */
export function revenuePerHour(point: OperatingPoint, hashprice: UsdPerTerahashDay, terms: Terms): UsdPerHour {
  return usdPerHour(((point.rate * hashprice) / 24) * (1 - terms.poolFee));
}

/** What the point costs in an hour: energy, adder, carbon. */
export function costPerHour(point: OperatingPoint, prices: HourPrices, terms: Terms): UsdPerHour {
  return usdPerHour((point.power / 1e6) * (prices.energy + terms.adder + carbonCost(terms, prices.carbon)));
}

/** Revenue less cost. */
export function profitPerHour(point: OperatingPoint, prices: HourPrices, terms: Terms): UsdPerHour {
  return usdPerHour(revenuePerHour(point, prices.hashprice, terms) - costPerHour(point, prices, terms));
}

/** The hashprice below which the point loses at this price of energy: break-even the other way round. */
export function breakEvenHashprice(
  efficiency: JoulesPerTerahash,
  energy: UsdPerMwh,
  terms: Terms,
  carbon?: GramsCo2PerKwh,
): UsdPerTerahashDay {
  if (terms.poolFee === 1) throw new BadEconomicsError("A pool that keeps all pays nothing.", "Give a fee below 1.");
  const cost = energy + terms.adder + carbonCost(terms, carbon);
  return usdPerTerahashDay((Math.max(0, cost) * MWH_PER_DAY_OF_ONE_J_TH * efficiency) / (1 - terms.poolFee));
}

/**
 * Days until what is paid for a machine has come back, when its revenue falls by a constant part each day (difficulty
 * that grows) and its cost stays; `null` when it never does: it is switched off on the day that it stops earning.
 * @param decline part of the revenue lost per day; 0.0008 is about 25 % a year
 */
export function paybackDays(spent: Usd, revenuePerDay: Usd, costPerDay: Usd, decline: Fraction): number | null {
  if (spent <= 0) return 0;
  let back = 0;
  let revenue: number = revenuePerDay;
  for (let day = 1; day <= LONGEST_PAYBACK_DAYS; day++) {
    const profit = revenue - costPerDay;
    if (profit <= 0) return null;
    if (back + profit >= spent) return day - 1 + (spent - back) / profit;
    back += profit;
    revenue *= 1 - decline;
  }
  return null;
}

/** A machine of today is scrap in ten years. */
const LONGEST_PAYBACK_DAYS = 3652;

/** One line of a what-if: the same machine with one thing changed. */
export interface WhatIf {
  readonly change: string;
  readonly strike: UsdPerMwh;
  readonly profitPerDay: Usd;
  /** Against the first line, which has nothing changed. */
  readonly difference: Usd;
}

/**
 * Profit of a day with things as they are, and with one thing changed at a time.
 * @example whatIf(point, prices, terms, [{ change: "coin -20 %", hashprice: 0.8 }])
 */
export function whatIf(
  point: OperatingPoint,
  prices: HourPrices,
  terms: Terms,
  changes: readonly { change: string; hashprice?: number; energy?: number; power?: number; rate?: number }[],
): WhatIf[] {
  const line = (change: string, factor: { hashprice?: number; energy?: number; power?: number; rate?: number }) => {
    const changed: OperatingPoint = {
      power: (point.power * (factor.power ?? 1)) as Watts,
      rate: (point.rate * (factor.rate ?? 1)) as TerahashPerSecond,
    };
    const at: HourPrices = {
      ...prices,
      hashprice: usdPerTerahashDay(prices.hashprice * (factor.hashprice ?? 1)),
      energy: usdPerMwh(prices.energy * (factor.energy ?? 1)),
    };
    const profitPerDay = usd(24 * profitPerHour(changed, at, terms));
    const own = efficiency(changed.power, changed.rate);
    return { change, strike: strike(own, at.hashprice, terms, at.carbon), profitPerDay };
  };
  const now = line("as it is", {});
  return [{ change: "as it is" }, ...changes].map(({ change, ...factor }) => {
    const changed = line(change, factor);
    return { ...changed, difference: usd(changed.profitPerDay - now.profitPerDay) };
  });
}

/** USD per MWh: g/kWh is kg/MWh. A carbon price without an intensity is an error, never 0. */
function carbonCost(terms: Terms, carbon: GramsCo2PerKwh | undefined): number {
  if (terms.carbonPrice === 0) return 0;
  if (carbon === undefined) {
    throw new BadEconomicsError(
      "Carbon has a price, but its intensity is not known.",
      "Give the grid's gCO2/kWh of this hour, or set the carbon price to 0.",
    );
  }
  return (terms.carbonPrice * carbon) / 1000;
}
