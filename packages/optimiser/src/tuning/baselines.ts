/**
 * The plain rules that the tuner must beat, in its own form: grid, random, coordinate hill-climb, plain Bayesian
 * optimisation, and the logic of the community's script.
 * @module
 */
import type { Random } from "@carrara/base/random";
import { placeOf } from "./cliff.ts";
import { condition, normalBelow, normalDensity } from "./gaussian.ts";
import { brokenLimit, type Setting, STABLE, type Trial, worth } from "./trial.ts";
import type { TunerOptions } from "./tuner.ts";

/**
 * Anything that asks for settings and is told what was measured. One `ask`, one `tell`, in turns: a driver sets what
 * `ask` gave, waits until the machine is at rest, measures, and tells that trial before it asks again. Asking changes
 * nothing that is measured, and a search does no waiting of its own, so that it serves any driver. A trial that could not
 * be measured is not told: the machine goes to `best()` instead, and the search ends there.
 * @example for (let next = search.ask(); next; next = search.ask()) search.tell(await measureAt(next));
 */
export interface Search {
  /** The next setting to try; `null` when it is done, and from then on. */
  ask(): Setting | null;
  /** Takes the trial of the setting asked for last. */
  tell(trial: Trial): void;
  /** Where it would leave the machine now: a setting that was told and broke no limit, or `null` while there is none. */
  best(): Setting | null;
}

type Steps = Generator<Setting, void, Trial>;

/** The rules by name. Each looks only at settings inside the limits of frequency and voltage. */
export const BASELINES: Readonly<Record<string, (options: TunerOptions, random: Random) => Search>> = {
  grid: (options) => search(options, grid(options)),
  random: (options, random) => search(options, atRandom(options, random)),
  "hill-climb": (options, random) => search(options, hillClimb(options, random)),
  bayes: (options, random) => search(options, bayes(options, random)),
  script: (options) => search(options, script(options)),
};

/** Runs steps as a search; the best is the best measured one that broke no limit. */
function search(options: TunerOptions, steps: Steps): Search {
  let next = steps.next();
  let best: Trial | null = null;
  return {
    ask: () => (next.done ? null : next.value),
    tell(trial) {
      const good = brokenLimit(trial, options.limits) === null;
      const value = (t: Trial) => worth(options.objective, t.rate, t.power);
      if (good && (best === null || value(trial) > value(best))) best = trial;
      next = steps.next(trial);
    },
    best: () => best?.setting ?? null,
  };
}

function inside({ settings, limits }: TunerOptions): Setting[] {
  return settings.filter(
    ({ frequency, voltage }) =>
      frequency >= limits.frequency.low &&
      frequency <= limits.frequency.high &&
      voltage >= limits.voltage.low &&
      voltage <= limits.voltage.high,
  );
}

function* grid(options: TunerOptions): Steps {
  yield* inside(options);
}

function* atRandom(options: TunerOptions, random: Random): Steps {
  yield options.start;
  const left = inside(options).filter((setting) => !same(setting, options.start));
  while (left.length > 0) yield left.splice(random.below(left.length), 1)[0] as Setting;
}

/** One step of frequency or voltage at a time, to the first that measures better; ends where none does. */
function* hillClimb(options: TunerOptions, random: Random): Steps {
  const settings = inside(options);
  const value = (trial: Trial) =>
    brokenLimit(trial, options.limits) === null ? worth(options.objective, trial.rate, trial.power) : -Infinity;
  const sorted = (of: (setting: Setting) => number) => [...new Set(settings.map(of))].sort((a, b) => a - b);
  const frequencies = sorted(({ frequency }) => frequency);
  const voltages = sorted(({ voltage }) => voltage);
  const seen: Setting[] = [options.start];
  let at = options.start;
  let best = value(yield at);
  for (;;) {
    const i = frequencies.indexOf(at.frequency);
    const j = voltages.indexOf(at.voltage);
    const around = [
      [i, j - 1],
      [i - 1, j],
      [i, j + 1],
      [i + 1, j],
    ].map(([a, b]) => ({ frequency: frequencies[a as number], voltage: voltages[b as number] }));
    const ways = around.filter((way) =>
      settings.some((s) => s.frequency === way.frequency && s.voltage === way.voltage),
    );
    let moved = false;
    const open = (ways as Setting[]).filter((way) => !seen.some((other) => same(other, way)));
    // Downwards first, as one who wants to save energy does; ties of the two at random.
    if (open.length > 1 && random.below(2) === 0) open.unshift(...open.splice(1, 1));
    for (const way of open) {
      seen.push(way);
      const measured = value(yield way);
      if (measured <= best) continue;
      best = measured;
      at = way;
      moved = true;
      break;
    }
    if (!moved) return;
  }
}

/** Matern 5/2 on the standardised worth, expected improvement, after the start and three at random. */
function* bayes(options: TunerOptions, random: Random): Steps {
  const settings = inside(options);
  const trials: Trial[] = [yield options.start];
  const open = () => settings.filter((setting) => !trials.some((trial) => same(trial.setting, setting)));
  for (;;) {
    const left = open();
    if (left.length === 0) return;
    if (trials.length < 4) {
      trials.push(yield left[random.below(left.length)] as Setting);
      continue;
    }
    const raw = trials.map((trial) => worth(options.objective, trial.rate, trial.power));
    const worst = Math.min(...raw.filter(Number.isFinite));
    const values = raw.map((value) => (Number.isFinite(value) ? value : worst));
    const mean = values.reduce((a, b) => a + b, 0) / values.length;
    const sd = Math.sqrt(values.reduce((a, b) => a + (b - mean) ** 2, 0) / values.length) || 1;
    const model = condition(
      { mean: [0], sd: [1], residual: 1, lengths: [0.15, 0.06] },
      trials.map((trial, k) => ({
        place: placeOf(options.model, trial.setting),
        features: [1],
        value: ((values[k] as number) - mean) / sd,
        noise: Math.max(0.05, (0.01 * Math.abs(values[k] as number)) / sd),
      })),
    );
    const best = (Math.max(...values) - mean) / sd;
    let chosen = left[0] as Setting;
    let top = -1;
    for (const setting of left) {
      const said = model.predict(placeOf(options.model, setting), [1]);
      const z = (said.mean - best) / Math.max(said.sd, 1e-9);
      const gain = (said.mean - best) * normalBelow(z) + said.sd * normalDensity(z);
      if (gain > top) [top, chosen] = [gain, setting];
    }
    trials.push(yield chosen);
  }
}

/** One step of frequency more while the machine gives 94 % of its full rate, else one of voltage more; up to the limits. */
function* script(options: TunerOptions): Steps {
  const settings = inside(options);
  const next = (from: Setting, key: keyof Setting) =>
    settings
      .filter(
        (s) => s[key] > from[key] && (key === "voltage" ? s.frequency === from.frequency : s.voltage === from.voltage),
      )
      .sort((a, b) => a[key] - b[key])[0];
  let at = options.start;
  for (;;) {
    const trial = yield at;
    if (brokenLimit(trial, options.limits) !== null) return;
    const good = trial.rate >= STABLE * options.model.ratePerMhz * at.frequency;
    const step = next(at, good ? "frequency" : "voltage");
    if (!step) return;
    at = step;
  }
}

function same(a: Setting, b: Setting): boolean {
  return a.frequency === b.frequency && a.voltage === b.voltage;
}
