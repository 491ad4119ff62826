/**
 * `npm run bench -- dispatch --data FILE [--btc FILE] [--curve FILE]`: the share of the oracle that the plan on published prices earns,
 * beside threshold and run length, for each year of the file.
 * @module
 */
import { seeded } from "@carrara/base/random";
import type { Bench, Row } from "../../../../tool/bench-types.ts";
import {
  benchMachines,
  bitcoinFile,
  dataSet,
  fileOption,
  loadCurve,
  loadHashprice,
  loadPrices,
  option,
  TERMS,
} from "../../tool/data-sets.ts";
import { type Hour, parseHour, yearOf } from "../series.ts";
import { terahash, usdPerMwh, usdPerTerahashDay, watts } from "../units.ts";
import { backtestPublished, type Past } from "./backtest.ts";
import { planFleet } from "./fleet.ts";
import { chainOf, machine, machineCurve, powers } from "./machine.ts";
import { byMerit } from "./rules.ts";
import { breachOfSite, type Placed, type Site, worthOfSite } from "./site.ts";

const DEFAULT_FILE = "DE-LU_2021-2024_hourly.csv";

export const bench: Bench = {
  name: "dispatch",
  about: "Share of the oracle by year (--data FILE [--btc FILE]); 2,000 machines under a site's cap.",
  async *run(args) {
    yield* planMany();
    if (option(args, "data") === undefined && dataSet("electricity", DEFAULT_FILE) === null) return;
    const file = fileOption(args, "data", "electricity", DEFAULT_FILE);
    const prices = loadPrices(file);
    const past = { prices, hashprice: loadHashprice(bitcoinFile(args, file)) };
    const end = prices.start + prices.values.length;
    for (const minutes of [15, 60]) {
      for (const { name, machine } of benchMachines(minutes)) {
        for (let year = yearOf(prices.start); year <= yearOf(end - 1); year++) {
          const from = Math.max(prices.start, parseHour(`${year}-01-01T00:00Z`, "utc"));
          const to = Math.min(end, parseHour(`${year + 1}-01-01T00:00Z`, "utc"));
          const result = backtestPublished(machine, past, { from, to }, TERMS);
          const what = `${name}-${minutes}min-${year}`;
          const share = (value: number): number => value / result.oracle;
          const row = (rule: string, value: number, note: string): Row => ({
            name: `dispatch/${rule}-${what}`,
            value: share(value),
            unit: "fraction",
            note,
          });
          const dollars = (value: number) => `${value.toFixed(2)} of ${result.oracle.toFixed(2)} USD, ${to - from} h`;
          yield row("threshold-share", result.threshold, dollars(result.threshold));
          yield row("run-length-share", result.runLength, dollars(result.runLength));
          yield {
            ...row("oracle-share", result.plan, dollars(result.plan)),
            baseline: `dispatch/threshold-share-${what}`,
            ratio: result.plan / result.threshold,
          };
        }
      }
    }
    const curve = option(args, "curve") ?? dataSet("tuning", "s19kpro_luxos_profiles.csv");
    const year = parseHour(`${yearOf(end - 1)}-01-01T00:00Z`, "utc");
    if (curve !== null) yield* planModes(curve, past, Math.max(prices.start, year), end);
  },
};

/** A measured curve, up to the machine's default of 590 MHz: what modes add to off and on, in the last year of the file. */
function* planModes(file: string, past: Past, from: Hour, to: Hour): Generator<Row> {
  const curve = loadCurve(file);
  const until = curve.modes.findIndex(({ name }) => name === "590 MHz");
  const modes = until < 0 ? curve.modes : curve.modes.slice(0, until + 1);
  const all = backtestPublished(machine("modes", { modes, dropped: [] }), past, { from, to }, TERMS);
  const one = backtestPublished(machine("default", { modes: modes.slice(-1), dropped: [] }), past, { from, to }, TERMS);
  const year = yearOf(from);
  const row = (rule: string, value: number, what: string): Row => ({
    name: `dispatch/modes-${rule}-${year}`,
    value: value / all.oracle,
    unit: "fraction",
    note: `${what}: ${value.toFixed(2)} of ${all.oracle.toFixed(2)} USD`,
  });
  yield row("default", one.plan, "planned, off and default only");
  yield row("argmax", all.threshold, "best mode of each hour, switches not looked at");
  yield {
    ...row("plan", all.plan, `planned over ${modes.length} modes`),
    baseline: `dispatch/modes-default-${year}`,
    ratio: all.plan / one.plan,
  };
}

/** 2,000 machines of three models, each with its own measured curve, on four breakers, for 36 hours. */
function* planMany(): Generator<Row> {
  const { machines, site } = largeSite(2_000, 36);
  const times: number[] = [];
  const walls: number[] = [];
  let plan = planFleet(machines, site);
  for (let window = 0; window < 5; window++) {
    const start = performance.now();
    // The time of this thread, so that what else the computer does is not measured.
    const before = process.threadCpuUsage();
    plan = planFleet(machines, site);
    const { user, system } = process.threadCpuUsage(before);
    times.push((user + system) / 1e6);
    walls.push((performance.now() - start) / 1000);
  }
  const breach = breachOfSite(machines, site, plan.modes);
  if (breach !== null) throw new Error(`The plan breaks a limit: ${breach}`);
  const rule = byMerit(machines, site);
  const ruleBreach = breachOfSite(machines, site, rule);
  const merit = worthOfSite(machines, site, rule);
  const median = times.sort((a, b) => a - b)[2] as number;
  const wall = walls.sort((a, b) => a - b)[2]?.toFixed(2);
  yield {
    name: "dispatch/plan-2000",
    value: median,
    unit: "s",
    note: `one thread, median of 5 (${wall} s by the clock); 3 modes, cap, 4 breakers with ramps`,
  };
  yield {
    name: "dispatch/plan-2000-merit-order",
    value: merit / plan.bound,
    unit: "fraction",
    note: `hour by hour, best J/TH first; ${merit.toFixed(2)} USD; breaks: ${ruleBreach ?? "nothing"}`,
  };
  yield {
    name: "dispatch/plan-2000-of-bound",
    value: plan.profit / plan.bound,
    unit: "fraction",
    baseline: "dispatch/plan-2000-merit-order",
    ratio: plan.profit / merit,
    note: `${plan.profit.toFixed(2)} of at most ${plan.bound.toFixed(2)} USD`,
  };
}

function largeSite(count: number, hours: number): { machines: Placed[]; site: Site } {
  const random = seeded(2_000);
  const of = (low: number, high: number) => low + ((high - low) * random.u32()) / 2 ** 32;
  const models = [
    { th: 200, w: 3500 },
    { th: 110, w: 3250 },
    { th: 95, w: 3100 },
  ];
  // A day of two peaks, and the half of the next one.
  const prices = Array.from({ length: hours }, (_, h) => ({
    energy: usdPerMwh(45 + 35 * Math.sin(((h - 4) / 12) * Math.PI) + 30 * Math.cos(((h - 8) / 6) * Math.PI)),
    hashprice: usdPerTerahashDay(0.05),
  }));
  const machines = Array.from({ length: count }, (_, i): Placed => {
    const { th, w } = models[random.below(3)] as (typeof models)[number];
    // Silicon differs by some percent from one to the next.
    const own = w * of(0.95, 1.07);
    const curve = machineCurve([
      { name: "eco", power: watts(own * 0.6), rate: terahash(th * 0.68) },
      { name: "default", power: watts(own), rate: terahash(th) },
      { name: "turbo", power: watts(own * 1.2), rate: terahash(th * 1.12) },
    ]);
    const planned = machine(`m${i}`, curve, { minOn: 1 + random.below(2), minOff: 1 + random.below(2) });
    return {
      id: planned.id,
      chain: chainOf(planned, prices, TERMS),
      from: { mode: 2, age: 99 },
      power: powers(planned),
      breaker: i % 4,
      priority: 0,
    };
  });
  const whole = machines.reduce((sum, { power }) => sum + (power[2] as number), 0);
  return {
    machines,
    site: {
      hours,
      most: Float64Array.from({ length: hours }, (_, h) => whole * (h % 24 >= 17 && h % 24 < 21 ? 0.4 : 0.8)),
      breakers: Array.from({ length: 4 }, () => ({
        most: watts(whole * 0.24),
        rise: watts(whole * 0.08),
        fall: watts(whole * 0.16),
      })),
    },
  };
}
