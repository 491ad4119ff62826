/**
 * `npm run bench -- commit --data FILE [--btc FILE] [--test YEAR]`: how much of the way from persistence to the oracle is
 * recovered when a price is not known: an hour ahead and a day ahead. Learns from the years before the last one of the
 * file, and is tested on that.
 * @module
 */
import type { Bench, Row } from "../../../../tool/bench-types.ts";
import {
  benchMachines,
  bitcoinFile,
  fileOption,
  loadHashprice,
  loadPrices,
  option,
  TERMS,
} from "../../tool/data-sets.ts";
import type { Mode } from "../dispatch/machine.ts";
import { strike } from "../economics/strike.ts";
import { parseHour, yearOf } from "../series.ts";
import { efficiency } from "../units.ts";
import { backtestCommit } from "./backtest.ts";

export const bench: Bench = {
  name: "commit",
  about: "Deciding without the price, 1 and 24 hours ahead: gap to the oracle recovered (--data FILE [--btc FILE]).",
  async *run(args) {
    const file = fileOption(args, "data", "electricity", "DE-LU_2021-2024_hourly.csv");
    const prices = loadPrices(file);
    const hashprice = loadHashprice(bitcoinFile(args, file));
    const end = prices.start + prices.values.length;
    const year = Number(option(args, "test") ?? yearOf(end - 1));
    const from = parseHour(`${year}-01-01T00:00Z`, "utc") - prices.start;
    const to = Math.min(prices.values.length, parseHour(`${year + 1}-01-01T00:00Z`, "utc") - prices.start);
    for (const lag of [1, 24] as const) {
      for (const { name, machine } of benchMachines(15)) {
        const mode = machine.modes[0] as Mode;
        const own = efficiency(mode.power, mode.rate);
        const strikes = prices.values.map((_, i) => strike(own, hashprice(prices.start + i), TERMS));
        const { minutes, wear } = machine.restart;
        const stakes = { megawatts: mode.power / 1e6, adder: TERMS.adder, minutes, wear };
        const result = backtestCommit({ prices, strikes, stakes }, lag, from, to, 1);
        const what = `${lag}h-${name}`;
        const gap = result.oracle - result.persistence;
        // A market without a gap has nothing to recover.
        const recovered = (value: number) => (gap > 0 ? (value - result.persistence) / gap : 0);
        const row = (rule: string, value: number, note: string): Row => ({
          name: `commit/${rule}-${what}`,
          value,
          unit: "fraction",
          note,
        });
        const dollars = (value: number) => `${value.toFixed(2)} of ${result.oracle.toFixed(2)} USD in ${year}`;
        yield row("persistence-share", result.persistence / result.oracle, dollars(result.persistence));
        yield row("stock-recovered", recovered(result.stock), `${dollars(result.stock)}; classifier of price > strike`);
        yield row("unguarded-recovered", recovered(result.learnt), `${dollars(result.learnt)}; without retreat`);
        yield {
          ...row("recovered", recovered(result.shipped), dollars(result.shipped)),
          baseline: `commit/persistence-share-${what}`,
          ratio: result.shipped / result.persistence,
        };
        yield row("harm", Math.max(0, result.persistence - result.shipped) / Math.abs(result.persistence), "of profit");
        yield row("retreated-days", result.retreated, "part of the days on which persistence ran");
        yield {
          ...row("loss-brier", result.brier, "mean squared error of P(loss)"),
          baseline: `commit/persistence-brier-${what}`,
          ratio: result.brierPersistence / result.brier,
        };
        yield row("persistence-brier", result.brierPersistence, "of saying: as when last known");
      }
    }
  },
};
