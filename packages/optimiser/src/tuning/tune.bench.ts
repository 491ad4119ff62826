/**
 * `npm run bench -- tune [--data FILE] [--seeds N] [--first SEED] [--noise PART] [--beds ..] [--objectives ..]
 * [--methods ..]`: what a search costs until it has found a setting within 1 % of the best, on a measured grid and on
 * twins, for four objectives, four starts and N seeds.
 * @module
 */
import { readFileSync } from "node:fs";
import { type Random, seeded } from "@carrara/base/random";
import type { Bench, Row } from "../../../../tool/bench-types.ts";
import { fileOption, option } from "../../tool/data-sets.ts";
import { usdPerMwh, usdPerTerahashDay } from "../units.ts";
import { BASELINES, type Search } from "./baselines.ts";
import { transfer } from "./transfer.ts";
import type { Objective, Setting } from "./trial.ts";
import { type Bed, measuredBed, type Outcome, STARTS, tryOut, twinBed } from "./trialbed.ts";
import { createTuner, type TunerOptions, type TuningPrior } from "./tuner.ts";

/** Of every search but the grid, which has to see all. */
const MOST = 30;

export const bench: Bench = {
  name: "tune",
  about:
    "Trials and unstable visits to within 1 % of the best, grid and twins (--data FILE --seeds N --first SEED --noise PART --methods A,B --objectives A,B --beds A,B).",
  async *run(args) {
    const seeds = Number(option(args, "seeds") ?? 200);
    const first = Number(option(args, "first") ?? 0);
    const noise = Number(option(args, "noise") ?? 0.01);
    const rows = JSON.parse(readFileSync(fileOption(args, "data", "tuning", "bitaxe_bm1368_grid79_ref.json"), "utf8"));
    const at = (frequency: number, voltage: number): Setting => ({ frequency, voltage });
    const stock = at(Number(option(args, "stock-mhz") ?? 500), Number(option(args, "stock-mv") ?? 1175));
    const measured = measuredBed("grid", rows, stock, {
      stock,
      overclock: at(575, 1250),
      underclock: at(425, 1150),
      undervolt: at(525, 1125),
    });
    // Parts of the table, for short runs: each figure depends on its own seeds alone.
    const wanted = (name: string, all: readonly string[]): string[] => {
      const named = option(args, name)?.split(",") ?? all;
      const unknown = named.find((one) => !all.includes(one));
      if (unknown !== undefined) throw new Error(`--${name} has no ${unknown}; it has ${all.join(", ")}.`);
      return all.filter((one) => named.includes(one));
    };
    const beds = wanted("beds", ["grid", "twins", "lots"]);
    const objectives = wanted("objectives", Object.keys(OBJECTIVES)) as (keyof typeof OBJECTIVES)[];
    const methods = wanted("methods", [...Object.keys(BASELINES), "tuner"]);
    for (const place of beds.filter((bed) => bed !== "lots")) {
      const bedOf = place === "grid" ? () => measured : (seed: number) => twinBed(seed);
      for (const objective of objectives) {
        const found = new Map<string, Row>();
        for (const method of methods) {
          const outcomes: Outcome[] = [];
          for (let seed = first; seed < first + seeds; seed++) {
            const bed = bedOf(seed);
            for (const start of STARTS) {
              const goal = OBJECTIVES[objective](bed);
              outcomes.push(once(method, bed, goal, bed.starts[start], noise, seed));
            }
          }
          const row = summarise(`tune/${method}-${objective}-${place}`, outcomes);
          found.set(method, row);
          if (method !== "tuner") yield row;
        }
        const own = found.get("tuner");
        const rival = [...found.values()].filter((row) => row !== own).sort((a, b) => b.value - a.value)[0];
        if (!own) continue;
        const ratio = rival && rival.value > 0 ? { ratio: own.value / rival.value } : {};
        yield { ...own, ...(rival ? { baseline: rival.name } : {}), ...ratio };
      }
    }
    if (beds.includes("lots")) yield* taught(Math.min(seeds, 60), noise);
  },
};

/** Energy takes the same part of the revenue on every model as on the measured machine at 50 and 80 USD/MWh. */
const energyFor = (bed: Bed, part: number): Objective => {
  const { ratePerMhz, stock, stockPower } = bed.model;
  const revenue = ratePerMhz * stock.frequency * 0.05;
  return {
    kind: "profit",
    hashprice: usdPerTerahashDay(0.05),
    energy: usdPerMwh((part * revenue) / ((stockPower * 24) / 1e6)),
  };
};

const OBJECTIVES = {
  efficiency: (_: Bed): Objective => ({ kind: "efficiency" }),
  rate: (_: Bed): Objective => ({ kind: "rate" }),
  profit: (bed: Bed): Objective => energyFor(bed, 0.447),
  "thin-profit": (bed: Bed): Objective => energyFor(bed, 0.715),
};

function once(method: string, bed: Bed, objective: Objective, start: Setting, noise: number, seed: number): Outcome {
  const { model, settings, limits } = bed;
  const options: TunerOptions = { model, settings, limits, objective, start, noise: Math.max(noise, 0.002) };
  const random = seeded(seed * 31 + 1);
  const search = method === "tuner" ? searchOf(options, random) : BASELINES[method]?.(options, random);
  if (!search) throw new Error(`There is no method ${method}.`);
  const most = method === "grid" ? settings.length : MOST;
  const outcome = tryOut(bed, search, objective, most, noise, seeded(seed * 17 + 5));
  // A grid knows its best when it has seen all of it.
  return method === "grid" ? { ...outcome, trials: outcome.length, unstable: outcome.unstableInAll } : outcome;
}

function searchOf(options: TunerOptions, random: Random): Search {
  const tuner = createTuner(options, random);
  return {
    ask: () => tuner.ask()?.setting ?? null,
    tell: (trial) => tuner.tell(trial),
    best: () => tuner.best()?.setting ?? null,
  };
}

/** The tuner on the sixth machine of a lot, with and without what it learnt on five. */
function* taught(seeds: number, noise: number): Generator<Row> {
  const outcomes: Record<"alone" | "taught", Outcome[]> = { alone: [], taught: [] };
  const objective: Objective = { kind: "efficiency" };
  for (let seed = 0; seed < seeds; seed++) {
    const lot = 500_000 + seed;
    const donors = Array.from({ length: 5 }, (_, k) => {
      const bed = twinBed(lot * 10 + k, lot);
      const { model, settings, limits, starts } = bed;
      const tuner = createTuner({ model, settings, limits, objective, start: starts.stock }, seeded(seed * 10 + k));
      const search = { ask: () => tuner.ask()?.setting ?? null, tell: tuner.tell, best: () => null };
      tryOut(bed, search, objective, MOST, noise, seeded(seed * 13 + k));
      return tuner.learnt();
    });
    const bed = twinBed(lot * 10 + 9, lot);
    const { model, settings, limits } = bed;
    const priors: [keyof typeof outcomes, TuningPrior | null][] = [
      ["alone", null],
      ["taught", transfer(donors)],
    ];
    for (const [name, prior] of priors) {
      for (const start of STARTS) {
        const options = { model, settings, limits, objective, start: bed.starts[start], ...(prior ? { prior } : {}) };
        const search = searchOf(options, seeded(seed + 77));
        outcomes[name].push(tryOut(bed, search, objective, MOST, noise, seeded(seed + 99)));
      }
    }
  }
  const mean = (of: readonly Outcome[]) => of.reduce((sum, { length }) => sum + length, 0) / of.length;
  const alone = summarise("tune/alone-efficiency-twins", outcomes.alone);
  yield alone;
  yield {
    ...summarise("tune/taught-efficiency-twins", outcomes.taught),
    baseline: alone.name,
    // Trials until it stops by itself: what a site pays for each machine.
    ratio: mean(outcomes.alone) / mean(outcomes.taught),
  };
}

/** Share of the runs with 8 trials and 4 unstable visits or less, and the quantiles in words. */
function summarise(name: string, outcomes: readonly Outcome[]): Row {
  const quantile = (of: (outcome: Outcome) => number, part: number): number => {
    const sorted = outcomes.map(of).sort((a, b) => a - b);
    return sorted[Math.min(sorted.length - 1, Math.ceil(part * sorted.length) - 1)] as number;
  };
  const both = (of: (outcome: Outcome) => number) =>
    `${quantile(of, 0.5)} / ${quantile(of, 0.95)}`.replaceAll("Infinity", "never");
  const met = outcomes.filter(({ trials, unstable }) => trials <= 8 && unstable <= 4).length;
  const missed = outcomes.filter(({ trials }) => !Number.isFinite(trials)).length;
  const percent = (part: number) => `${(100 * part).toFixed(1)} %`;
  const over = outcomes.reduce((sum, outcome) => sum + outcome.over, 0) / outcomes.length;
  return {
    name,
    value: met / outcomes.length,
    unit: "fraction",
    note:
      `${outcomes.length} runs with 8 trials and 4 unstable or less; median / 95 %: trials ${both((o) => o.trials)}, ` +
      `unstable ${both((o) => o.unstable)}, stops after ${both((o) => o.length)}; missed ${percent(missed / outcomes.length)}; ` +
      `left at a regret of ${percent(quantile((o) => o.regret, 0.5))} / ${percent(quantile((o) => o.regret, 0.95))}; ` +
      `over a limit ${over.toFixed(2)} times a run`,
  };
}
