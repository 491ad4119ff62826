/**
 * What a forecast may know. A market is an hourly price and, beside it, columns that are known a day ahead (load, wind);
 * a forecast of a day is given a `Past`: copies of the prices up to the last hour before that day, and of those columns
 * up to its last hour. Looking ahead is not forbidden but impossible: the later hours are not in the memory that a
 * forecast is handed.
 * @module
 */
import { CarraraError } from "@carrara/base/errors";
import { formatHour, type HourlySeries, requireVariation, wholeDays } from "../series.ts";

/** Whole days since 1970-01-01 of the clock of the series. */
export type Day = number;

/** A price and what is known beside it, day by day, 24 hours each. */
export interface Market {
  readonly unit: string;
  readonly firstDay: Day;
  /** Days of prices. */
  readonly days: number;
  readonly price: Float64Array;
  /** Each covers the days of the prices, and may go on for later days. */
  readonly exogenous: readonly Float64Array[];
}

/** All that is known at noon before `day`, the first day without prices. */
export interface Past {
  readonly firstDay: Day;
  /** Days of prices; the day to forecast is `firstDay + days`. */
  readonly days: number;
  /** 24 x days. */
  readonly price: Float64Array;
  /** Each 24 x (days + 1): the day to forecast is in it. */
  readonly exogenous: readonly Float64Array[];
}

/** A method: 24 prices from the past alone. */
export interface Forecaster {
  readonly name: string;
  /** Days of prices without which it refuses. */
  readonly needs: number;
  /**
   * The 24 prices of day `past.firstDay + past.days`, in the unit of the past.
   * @throws ForecastError `forecast-history` with fewer days than it needs.
   */
  forecast(past: Past): Float64Array;
}

/**
 * A market from series of the same clock: cut to whole days that all of them have.
 * @param exogenous each known a day ahead; may end later than the price
 * @throws SeriesError `series-short`, `series-constant` (price); ForecastError `forecast-clock`, `forecast-cover`.
 * @example marketOf(price, [load, wind])
 */
export function marketOf(price: HourlySeries, exogenous: readonly HourlySeries[] = []): Market {
  requireVariation(price);
  const whole = wholeDays(price);
  const from = Math.max(whole.start, ...exogenous.map(({ start }) => Math.ceil(start / 24) * 24));
  const end = whole.start + whole.values.length;
  for (const [i, column] of exogenous.entries()) {
    if (column.clock !== price.clock) {
      throw new ForecastError(
        "forecast-clock",
        `The price is in ${price.clock} time and column ${i + 1} beside it in ${column.clock} time.`,
        "Read both on one clock.",
      );
    }
    if (column.start + column.values.length < end || from >= end) {
      throw new ForecastError(
        "forecast-cover",
        `Column ${i + 1} beside the price ends before ${formatHour(end)}, the end of the prices.`,
        "Give a longer column, or leave it out: every method works without.",
      );
    }
  }
  return {
    unit: price.unit,
    firstDay: from / 24,
    days: (end - from) / 24,
    price: whole.values.slice(from - whole.start),
    exogenous: exogenous.map(({ values, start }) => {
      const last = Math.floor((start + values.length) / 24) * 24;
      return values.slice(from - start, last - start);
    }),
  };
}

/**
 * What is known before `day`: copies, so that nothing later can be reached from it.
 * @throws ForecastError `forecast-history` when the market has no price before that day, or ends earlier;
 * `forecast-cover` when a column beside the price does not have the day itself.
 */
export function pastOf(market: Market, day: Day): Past {
  const days = day - market.firstDay;
  if (!Number.isInteger(days) || days < 1 || days > market.days) {
    throw new ForecastError(
      "forecast-history",
      `There are prices of ${market.days} days from ${formatHour(market.firstDay * 24)}, and day ${day} was asked for.`,
      "Ask for a day within the series or the one after its end.",
    );
  }
  const exogenous = market.exogenous.map((values, i) => {
    if (values.length < 24 * (days + 1)) {
      throw new ForecastError(
        "forecast-cover",
        `Column ${i + 1} beside the price has no values for the day to forecast, ${formatHour(day * 24).slice(0, 10)}.`,
        "Add the published values of that day, or leave the column out.",
      );
    }
    return values.slice(0, 24 * (days + 1));
  });
  return { firstDay: market.firstDay, days, price: market.price.slice(0, 24 * days), exogenous };
}

/** Refuses a past that is shorter than a method needs, or has values that are no numbers. */
export function requireHistory(past: Past, { name, needs }: { name: string; needs: number }): void {
  if (past.days < needs) {
    throw new ForecastError(
      "forecast-history",
      `${name} needs ${needs} days of prices and there are ${past.days}.`,
      "Give a longer history, or choose a method with a shorter window; naive needs 7 days.",
    );
  }
  const from = 24 * (past.days - needs);
  for (const values of [past.price, ...past.exogenous]) {
    for (let i = from; i < values.length; i++) {
      if (!Number.isFinite(values[i] as number)) {
        throw new ForecastError(
          "forecast-number",
          `The value of ${formatHour(past.firstDay * 24 + i)} is ${values[i]}.`,
          "Read the file with hourly(), which refuses or mends such values.",
        );
      }
    }
  }
}

/** 0 Monday to 6 Sunday. */
export function weekday(day: Day): number {
  return (((day + 3) % 7) + 7) % 7;
}

/** What no forecast can be made from, and the mend. */
export class ForecastError extends CarraraError {
  constructor(code: `forecast-${string}`, message: string, hint: string) {
    super(code, message, { hint });
  }
}
