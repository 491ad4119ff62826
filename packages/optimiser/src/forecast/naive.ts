/**
 * The plain rules that a learnt forecast has to beat: the same hour of a week ago, and of yesterday for days that are
 * like their yesterday (the naive benchmark of the EPF literature: Monday, Saturday and Sunday take the week before).
 * @module
 */
import { type Forecaster, requireHistory, weekday } from "./past.ts";

/** The prices of the same day of the week before. @example weeklyNaive.forecast(past) */
export const weeklyNaive: Forecaster = {
  name: "weekly-naive",
  needs: 7,
  forecast(past) {
    requireHistory(past, weeklyNaive);
    return past.price.slice(24 * (past.days - 7), 24 * (past.days - 6));
  },
};

/** Yesterday's prices from Tuesday to Friday, those of a week ago on the other days. */
export const naive: Forecaster = {
  name: "naive",
  needs: 7,
  forecast(past) {
    requireHistory(past, naive);
    const today = weekday(past.firstDay + past.days);
    const back = today >= 1 && today <= 4 ? 1 : 7;
    return past.price.slice(24 * (past.days - back), 24 * (past.days - back + 1));
  },
};
