import { readFileSync } from "node:fs";
import { explain } from "@carrara/base/errors";
import { seeded } from "@carrara/base/random";
import { describe, expect, test } from "vitest";
import { dataSet } from "../../tool/data-sets.ts";
import { normal } from "../draw.ts";
import { usdPerMwh, usdPerTerahashDay, watts } from "../units.ts";
import { BASELINES } from "./baselines.ts";
import { createDrift } from "./drift.ts";
import { condition } from "./gaussian.ts";
import { transfer } from "./transfer.ts";
import { type Objective, type Setting, type Trial, worth } from "./trial.ts";
import { type Bed, bestOf, isStable, measuredBed, STARTS, tryOut, twinBed } from "./trialbed.ts";
import { ANY_MACHINE, createTuner, type TunerOptions } from "./tuner.ts";

const efficiency: Objective = { kind: "efficiency" };

function optionsOf(bed: Bed, start: Setting, objective: Objective = efficiency): TunerOptions {
  return { model: bed.model, settings: bed.settings, limits: bed.limits, objective, start };
}

function asked(bed: Bed, options: TunerOptions, seed: number) {
  const tuner = createTuner(options, seeded(seed));
  const settings: Setting[] = [];
  const search = {
    ask: () => {
      const setting = tuner.ask()?.setting ?? null;
      if (setting) settings.push(setting);
      return setting;
    },
    tell: tuner.tell,
    best: () => tuner.best()?.setting ?? null,
  };
  const outcome = tryOut(bed, search, options.objective, 30, 0.01, seeded(seed + 1));
  return { tuner, settings, outcome };
}

describe("the tuner", () => {
  test("on twins it had not seen: near the best after few trials, and never far over a limit", () => {
    for (const seed of [40_001, 40_002, 40_003, 40_004]) {
      for (const start of STARTS) {
        const bed = twinBed(seed);
        const { outcome, settings } = asked(bed, optionsOf(bed, bed.starts[start]), seed);
        expect(outcome.length).toBeLessThanOrEqual(12);
        expect(outcome.unstableInAll).toBeLessThanOrEqual(6);
        expect(outcome.regret).toBeLessThan(0.08);
        expect(settings.every((setting) => bed.settings.some((one) => one.frequency === setting.frequency))).toBe(true);
      }
    }
  });

  test("the same seed and the same trials make the same tuner, also when told again", () => {
    const bed = twinBed(40_009);
    const options = optionsOf(bed, bed.starts.stock);
    const one = asked(bed, options, 5);
    const two = asked(bed, options, 5);
    expect(two.settings).toEqual(one.settings);
    const again = createTuner(options, seeded(5));
    for (const trial of one.tuner.trials()) again.tell(trial);
    expect(again.best()).toEqual(one.tuner.best());
  });

  test("limits of frequency and voltage bound every proposal but the start", () => {
    const bed = twinBed(40_012);
    const { frequency, voltage } = bed.model.stock;
    const limits = { ...bed.limits, frequency: { low: 0, high: frequency }, voltage: { low: 0, high: voltage } };
    const { settings } = asked(bed, { ...optionsOf(bed, bed.starts.overclock), limits }, 3);
    expect(settings.slice(1).every((one) => one.frequency <= frequency && one.voltage <= voltage)).toBe(true);
    expect(settings.length).toBeGreaterThan(1);
  });

  test("it recommends nothing when every setting breaks a limit, and stops", () => {
    const bed = twinBed(40_012);
    const limits = { ...bed.limits, power: watts(bed.model.stockPower * 0.2) };
    const { tuner, outcome } = asked(bed, { ...optionsOf(bed, bed.starts.stock), limits }, 3);
    expect(tuner.best()).toBeNull();
    expect(outcome.length).toBeLessThan(6);
  });

  test("a trial that is none is refused, with the mend", () => {
    const bed = twinBed(40_012);
    const tuner = createTuner(optionsOf(bed, bed.starts.stock), seeded(1));
    const trial: Trial = { ...(bed.truth.values().next().value as Trial), setting: bed.model.stock };
    const told = (change: Partial<Trial>) => {
      try {
        tuner.tell({ ...trial, ...change });
      } catch (error) {
        return explain(error);
      }
      return "taken";
    };
    expect(told({ rate: (trial.rate * 1000) as Trial["rate"] })).toMatch(
      /times what all cores can do\. Is the rate in GH\/s/,
    );
    expect(told({ power: Number.NaN as Trial["power"] })).toMatch(/Leave a trial out when it was not measured/);
    expect(told({ chip: 900 })).toMatch(/900 is not a chip temperature/);
    expect(told({ errors: 3 })).toMatch(/3 is not an error rate/);
    expect(told({ setting: { frequency: 0, voltage: 1 } })).toMatch(/at no setting/);
    expect(tuner.trials()).toHaveLength(0);
    const nowhere = { ...optionsOf(bed, bed.starts.stock), settings: [] };
    expect(() => createTuner(nowhere, seeded(1))).toThrow("No setting is within the limits.");
  });

  test("what five machines taught shortens the sixth, and no donors teach nothing", () => {
    expect(transfer([])).toBe(ANY_MACHINE);
    const donors = [0, 1, 2].map((k) => {
      const bed = twinBed(810 + k, 3);
      return asked(bed, optionsOf(bed, bed.starts.stock), k).tuner.learnt();
    });
    const prior = transfer(donors);
    expect(prior.cliff.foot.sd).toBeLessThanOrEqual(ANY_MACHINE.cliff.foot.sd);
    expect(prior.cliff.slope.sd).toBeLessThanOrEqual(ANY_MACHINE.cliff.slope.sd);
  });
});

describe("the parts", () => {
  test("worth: J/TH, TH/s, and the books' arithmetic of a day", () => {
    expect(worth(efficiency, 200, 3500)).toBe(-17.5);
    const profit: Objective = { kind: "profit", hashprice: usdPerTerahashDay(0.05), energy: usdPerMwh(50) };
    expect(worth(profit, 200, 3500)).toBeCloseTo(200 * 0.05 - 3.5 * 24 * 0.05, 12);
  });

  test("Gaussian regression passes through exact observations and finds the line's coefficients", () => {
    const line = (x: number) => 2 + 3 * x;
    const seen = [0, 0.3, 0.8, 1.4].map((x) => ({ place: [x], features: [1, x], value: line(x), noise: 1e-6 }));
    const model = condition({ mean: [0, 0], sd: [100, 100], residual: 1e-6, lengths: [1] }, seen);
    expect(model.predict([2], [1, 2]).mean).toBeCloseTo(line(2), 4);
    const { mean, sd } = model.coefficients();
    expect(mean[0]).toBeCloseTo(2, 4);
    expect(mean[1]).toBeCloseTo(3, 4);
    expect(Math.max(...sd)).toBeLessThan(1e-3);
  });

  test("draws of a Gaussian have the mean and spread of its prediction, and keep what two places share", () => {
    const prior = { mean: [1, 0.5], sd: [0.3, 0.2], residual: 0.05, lengths: [0.5] };
    const model = condition(prior, [{ place: [0], features: [1, 0], value: 1.2, noise: 0.1 }]);
    const random = seeded(6);
    const cells = [1, 1.01, 4].map((x) => ({ place: [x], features: [1, x] }));
    const luck = cells.map(() => Float64Array.from({ length: 20_000 }, () => normal(random)));
    const [a, b, c] = model.sample(cells, luck) as [Float64Array, Float64Array, Float64Array];
    const mean = (of: (i: number) => number) => a.reduce((sum, _, i) => sum + of(i), 0) / a.length;
    const said = model.predict([4], [1, 4]);
    expect(mean((i) => c[i] as number)).toBeCloseTo(said.mean, 1);
    expect(Math.sqrt(mean((i) => ((c[i] as number) - said.mean) ** 2))).toBeCloseTo(said.sd, 1);
    // Alone each is uncertain by a fifth; of their difference nearly nothing is.
    expect(Math.sqrt(mean((i) => ((a[i] as number) - (b[i] as number)) ** 2))).toBeLessThan(0.01);
    expect(model.sample(cells, luck)).toEqual([a, b, c]);
  });

  test("drift: nothing in a year of hours without one; 3 % less rate is found within days", () => {
    const random = seeded(8);
    const expected = { rate: 200, power: 3500 };
    const calm = createDrift({ expected, noise: 0.01, readings: 10 * 8760 });
    const blur = (value: number) => value * (1 + 0.01 * normal(random));
    for (let at = 0; at < 8760; at++) expect(calm.reading(at, blur(200), blur(3500))).toBeNull();
    const worn = createDrift({ expected, noise: 0.01, readings: 10 * 8760 });
    let found = null;
    let at = 0;
    while (found === null && at < 200) found = worn.reading(at++, blur(194), at % 3 ? blur(3500) : null);
    expect(found).toMatchObject({ what: "rate", direction: "down" });
    expect(at).toBeLessThan(40);
    expect(found?.part).toBeCloseTo(-0.03, 1);
  });

  test("each plain rule ends, and names a setting", () => {
    const bed = twinBed(40_021);
    for (const [name, make] of Object.entries(BASELINES)) {
      const search = make(optionsOf(bed, bed.starts.stock), seeded(2));
      const outcome = tryOut(bed, search, efficiency, 100, 0.01, seeded(3));
      expect(outcome.length, name).toBeGreaterThan(0);
      expect(search.best(), name).not.toBeNull();
    }
  });
});

const file = dataSet("tuning", "bitaxe_bm1368_grid79_ref.json");
describe.skipIf(file === null)("the measured grid", () => {
  const at = (frequency: number, voltage: number): Setting => ({ frequency, voltage });
  const bed = () =>
    measuredBed("grid", JSON.parse(readFileSync(file as string, "utf8")), at(500, 1175), {
      stock: at(500, 1175),
      overclock: at(575, 1250),
      underclock: at(425, 1150),
      undervolt: at(525, 1125),
    });

  test("it has 79 points, 47 of them unstable, and its best is 17.62 J/TH", () => {
    const grid = bed();
    expect(grid.settings).toHaveLength(79);
    expect([...grid.truth.values()].filter((trial) => !isStable(grid, trial))).toHaveLength(47);
    expect(-bestOf(grid, efficiency)).toBeCloseTo(17.62, 2);
  });

  test("from each start the tuner comes within 2 % of the best J/TH", () => {
    const grid = bed();
    for (const start of STARTS) {
      const { outcome } = asked(grid, optionsOf(grid, grid.starts[start]), 12);
      expect(outcome.trials, start).toBeLessThanOrEqual(8);
      expect(outcome.regret, start).toBeLessThan(0.02);
    }
  });

  test("a stock that the table does not have", () => {
    expect(() => measuredBed("none", [], at(1, 1), bed().starts)).toThrow("The table has no row for stock, 1/1.");
  });
});
