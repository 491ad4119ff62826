/**
 * The rolling back-test: for each day of a span every method is given the past of that day (`pastOf`: copies that end
 * before it) and nothing else, then its forecast is kept beside what came. A test that looks ahead cannot be written
 * with it, since no later value is in any memory that a method gets.
 * @module
 */
import { type Day, type Forecaster, type Market, pastOf } from "./past.ts";

/** One day of a back-test. */
export interface Tested {
  readonly day: Day;
  /** The 24 prices that came. */
  readonly actual: Float64Array;
  /** 24 prices for each method, in the order given. */
  readonly forecasts: readonly Float64Array[];
}

/**
 * Goes through the days `from` (inclusive) to `to` (exclusive), one at a time, so that a caller can show progress, stop,
 * and go on later from any day: every method gives the same forecast for a day whatever days it was asked before.
 * @throws ForecastError as the methods do: too little history, a value that is no number.
 * @example for (const { day, actual, forecasts } of rolling(market, [naive], { from, to: from + 7 })) ...
 */
export function* rolling(
  market: Market,
  methods: readonly Forecaster[],
  { from, to }: { from: Day; to: Day },
): Generator<Tested> {
  for (let day = from; day < to; day++) {
    const at = 24 * (day - market.firstDay);
    yield {
      day,
      // Each method has a past of its own: one that writes into it harms no other.
      forecasts: methods.map((method) => method.forecast(pastOf(market, day))),
      actual: market.price.slice(at, at + 24),
    };
  }
}
