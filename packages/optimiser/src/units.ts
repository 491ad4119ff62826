/**
 * The units of the trade as types: a price cannot be given where an efficiency is wanted, and a bare number fits nowhere.
 * Values are plain numbers at run time. They are made here, where form and plausibility are checked once; arithmetic on
 * them gives a bare number, so a result has to be named again before it can be passed on. Coins and difficulty are
 * bigint (`@carrara/base/units`, `economics/hashprice`).
 * @module
 */
import { CarraraError } from "@carrara/base/errors";

declare const unit: unique symbol;
/** A number that carries its unit in its type. */
export type Quantity<Unit extends string> = number & { readonly [unit]: Unit };

/** A price of energy. May be negative. */
export type UsdPerMwh = Quantity<"USD/MWh">;
/** Energy per hash at the wall. */
export type JoulesPerTerahash = Quantity<"J/TH">;
/** A hash rate. */
export type TerahashPerSecond = Quantity<"TH/s">;
/** Power at the wall. */
export type Watts = Quantity<"W">;
/** Carbon intensity of energy. */
export type GramsCo2PerKwh = Quantity<"gCO2/kWh">;
/** A price of carbon, market's or the owner's own. */
export type UsdPerTonneCo2 = Quantity<"USD/tCO2">;
/** What a unit of hash rate earns in a day, before pool fee. */
export type UsdPerTerahashDay = Quantity<"USD/TH/day">;
/** Money for planning. What is booked is bigint, in sats. */
export type Usd = Quantity<"USD">;
/** Money per time. */
export type UsdPerHour = Quantity<"USD/h">;
/** The price of one whole coin. */
export type UsdPerCoin = Quantity<"USD/BTC">;
/** What the grid charges for each kW of the peak, once in a billing period. */
export type UsdPerKw = Quantity<"USD/kW">;
/** A part of one: 0.01 is one percent. */
export type Fraction = Quantity<"1">;

/**
 * A price per MWh.
 * @throws BadQuantityError when it is not finite or beyond 100,000 either way: no market's cap is near that, so it is
 * another unit or a fault. Negative prices are prices.
 * @example usdPerMwh(-12.5)
 */
export function usdPerMwh(value: number): UsdPerMwh {
  if (!(Math.abs(value) <= 100_000)) {
    throw new BadQuantityError(
      "a price in USD/MWh",
      value,
      "a finite number from -100,000 to 100,000",
      "Is it per GWh?",
    );
  }
  return value as UsdPerMwh;
}

/**
 * A price per kWh, as bills give it, in the unit of the trade.
 * @throws BadQuantityError beyond 100 USD/kWh: that is a price per MWh.
 * @example usdPerKwh(0.08) // 80 USD/MWh
 */
export function usdPerKwh(value: number): UsdPerMwh {
  if (!(Math.abs(value) <= 100)) {
    throw new BadQuantityError(
      "a price in USD/kWh",
      value,
      "a number from -100 to 100",
      "Is it per MWh? Use usdPerMwh.",
    );
  }
  return (value * 1000) as UsdPerMwh;
}

/**
 * A price in another currency, with the rate that turns it into dollars.
 * @param rate dollars for one unit of the currency, above 0
 * @example fromCurrency(70, 1.08) // 75.6 USD/MWh
 */
export function fromCurrency(perMwh: number, rate: number): UsdPerMwh {
  if (!(rate > 0 && Number.isFinite(rate))) {
    throw new BadQuantityError("an exchange rate", rate, "dollars for one unit of the currency, above 0");
  }
  return usdPerMwh(perMwh * rate);
}

/**
 * An efficiency.
 * @throws BadQuantityError below 1 J/TH: no machine of 2026 is under 8, so the figure is in J/GH.
 * @example joulesPerTerahash(17.5)
 */
export function joulesPerTerahash(value: number): JoulesPerTerahash {
  if (!(value >= 1 && Number.isFinite(value))) {
    throw new BadQuantityError("an efficiency in J/TH", value, "1 or more", "Is it in J/GH? Multiply by 1000.");
  }
  return value as JoulesPerTerahash;
}

/** The efficiency of a machine that draws `power` for `rate`. @example efficiency(watts(3500), terahash(200)) // 17.5 */
export function efficiency(power: Watts, rate: TerahashPerSecond): JoulesPerTerahash {
  if (!(rate > 0)) throw new BadQuantityError("a hash rate to divide by", rate, "more than 0 TH/s");
  return joulesPerTerahash(power / rate);
}

/**
 * A hash rate in TH/s.
 * @throws BadQuantityError when negative, or above 100,000: one machine of 2026 does a few hundred, so it is in GH/s.
 * @example terahash(200)
 */
export function terahash(value: number): TerahashPerSecond {
  if (!(value >= 0 && value <= 100_000)) {
    throw new BadQuantityError(
      "a machine's hash rate in TH/s",
      value,
      "0 to 100,000",
      "Is it in GH/s? Divide by 1000.",
    );
  }
  return value as TerahashPerSecond;
}

/**
 * Power at the wall.
 * @throws BadQuantityError when negative or not finite.
 * @example watts(3500)
 */
export function watts(value: number): Watts {
  if (!(value >= 0 && Number.isFinite(value))) throw new BadQuantityError("a power in W", value, "0 or more");
  return value as Watts;
}

/** Power given in kW. @example kilowatts(3.5) // 3500 W */
export function kilowatts(value: number): Watts {
  if (!(value >= 0 && Number.isFinite(value))) throw new BadQuantityError("a power in kW", value, "0 or more");
  return (value * 1000) as Watts;
}

/**
 * Carbon intensity.
 * @throws BadQuantityError outside 0 to 5,000: lignite is near 1,100, so more is in another unit.
 * @example gramsCo2PerKwh(380)
 */
export function gramsCo2PerKwh(value: number): GramsCo2PerKwh {
  if (!(value >= 0 && value <= 5_000)) {
    throw new BadQuantityError("a carbon intensity in gCO2/kWh", value, "0 to 5,000", "Is it per MWh? Divide by 1000.");
  }
  return value as GramsCo2PerKwh;
}

/** A price of carbon, 0 or more. @example usdPerTonneCo2(50) */
export function usdPerTonneCo2(value: number): UsdPerTonneCo2 {
  return atLeastZero("a carbon price in USD/tCO2", value) as UsdPerTonneCo2;
}

/**
 * A hashprice.
 * @throws BadQuantityError when negative or above 100 USD/TH/day: then it is per PH.
 * @example usdPerTerahashDay(0.0366)
 */
export function usdPerTerahashDay(value: number): UsdPerTerahashDay {
  if (!(value >= 0 && value <= 100)) {
    const form = "0 to 100";
    throw new BadQuantityError("a hashprice in USD/TH/day", value, form, "Is it per PH? Divide by 1000.");
  }
  return value as UsdPerTerahashDay;
}

/** Money, for planning. */
export function usd(value: number): Usd {
  return finite("an amount in USD", value) as Usd;
}

/** Money per hour. */
export function usdPerHour(value: number): UsdPerHour {
  return finite("an amount in USD/h", value) as UsdPerHour;
}

/** The price of a coin, 0 or more. */
export function usdPerCoin(value: number): UsdPerCoin {
  return atLeastZero("a price in USD/BTC", value) as UsdPerCoin;
}

/** A demand charge, 0 or more. */
export function usdPerKw(value: number): UsdPerKw {
  return atLeastZero("a demand charge in USD/kW", value) as UsdPerKw;
}

/**
 * A part of one.
 * @throws BadQuantityError outside 0 to 1: percent are to be divided by 100.
 * @example fraction(0.01) // one percent
 */
export function fraction(value: number): Fraction {
  if (!(value >= 0 && value <= 1)) {
    throw new BadQuantityError("a fraction", value, "0 to 1", "Is it in percent? Divide by 100.");
  }
  return value as Fraction;
}

function finite(what: string, value: number): number {
  if (!Number.isFinite(value)) throw new BadQuantityError(what, value, "a finite number");
  return value;
}

function atLeastZero(what: string, value: number): number {
  if (!(value >= 0 && Number.isFinite(value))) throw new BadQuantityError(what, value, "0 or more");
  return value;
}

/** A number that cannot be a quantity of the unit named. */
export class BadQuantityError extends CarraraError {
  constructor(what: string, value: number, form: string, guess = "") {
    super("bad-quantity", `${value} is not ${what}.`, { hint: `Give ${form}.${guess ? ` ${guess}` : ""}` });
  }
}
