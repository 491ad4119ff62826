/**
 * The tuner: asks for a setting, is told what was measured there, and ends with the setting to leave the machine at.
 * Surrogate: the cliff cloud for the rate and, for power, offset + switching f V^2 + leakage V^2, each with a Gaussian
 * residual. Acquisition: expected improvement (Jones, Schonlau and Welch 1998) over the best of all settings tried, guess
 * by guess, times the chance that the setting is within all limits (Gardner et al. 2014); settings whose chance of that or
 * of being stable is too low are never asked for. A guess is one machine: its cliff, and draws of both residuals and of
 * the power's coefficients for all settings together (Frazier, Powell and Dayanik 2009 say why the correlation counts), so
 * that what settings have in common, such as a meter's error in the machine's power, is no reason to try another one.
 * @module
 */
import type { Random } from "@carrara/base/random";
import { normal } from "../draw.ts";
import { ANY_CLIFF, type CliffPrior, type Cloud, drawCloud, foresee, learn, logRate, placeOf } from "./cliff.ts";
import { condition, type GaussianModel, type GaussianPrior, normalBelow } from "./gaussian.ts";
import {
  checkTrial,
  type Limits,
  type Model,
  type Objective,
  type Setting,
  type Trial,
  TrialError,
  worth,
} from "./trial.ts";

/** What a tuner is made for. */
export interface TunerOptions {
  readonly model: Model;
  /** The settings that the firmware takes; those outside the limits are left out. */
  readonly settings: readonly Setting[];
  readonly limits: Limits;
  readonly objective: Objective;
  /** Where the machine is now. Tried first, whatever it is, since it is running there. */
  readonly start: Setting;
  /** What other machines of the model taught (`transfer`); the prior for any machine when not given. */
  readonly prior?: TuningPrior;
  /** Relative error of a measured rate and power. */
  readonly noise?: number;
  /** Most trials; 12 when not given. */
  readonly trials?: number;
  /** Guesses in the cloud; 256 when not given. */
  readonly guesses?: number;
}

/** What is believed of a model before its next machine is tuned. */
export interface TuningPrior {
  readonly cliff: CliffPrior;
  /** Power over the stock power: offset, switching, leakage. */
  readonly power: GaussianPrior;
}

/** For any machine: a tenth of the power does not depend on the setting, a seventh leaks. */
export const ANY_MACHINE: TuningPrior = {
  cliff: ANY_CLIFF,
  power: { mean: [0.1, 0.75, 0.15], sd: [0.06, 0.12, 0.08], residual: 0.006, lengths: [0.15, 0.06] },
};

/** A setting that the tuner wants to be tried, with its reasons. */
export interface Proposal {
  readonly setting: Setting;
  readonly why: "start" | "improve" | "recover";
  /** Expected gain over the best so far, as a part of it. */
  readonly gain: number;
  readonly chanceStable: number;
  readonly chanceWithinLimits: number;
}

/** The setting to leave the machine at. */
export interface Recommendation {
  readonly setting: Setting;
  /** What the surrogate, with all trials, expects there. */
  readonly rate: number;
  readonly power: number;
  readonly worth: number;
  readonly chanceStable: number;
}

/** Gains below three parts in ten thousand are not worth a trial. */
const GAIN_WANTED = 0.0003;
/** Of the stock power: no draw is taken for less. */
const LEAST_POWER = 0.02;
/** Chance of a stable point below which nothing is tried; more is asked after each unstable one. */
const STABLE_WANTED = [0.4, 0.45, 0.5, 0.6, 0.85] as const;
const WITHIN_LIMITS_WANTED = 0.9;
/** Enough while every setting tried has broken one, and the way back is looked for. */
const WITHIN_LIMITS_HOPED = 0.1;

/**
 * Makes a tuner. A driver sets what `ask` gives, waits for rest, measures, and calls `tell`; `ask` gives `null` when no
 * trial is worth its time. Any setting may be told, also one that was not asked for, and more than once; `ask` without a
 * `tell` between gives the same again. Nothing is kept but the trials: a tuner that is told the same trials with the same
 * seed asks the same.
 * @throws TrialError when the limits leave no setting, or start or model are no numbers.
 * @example
 * const tuner = createTuner(options, seeded(1));
 * for (let next = tuner.ask(); next; next = tuner.ask()) tuner.tell(await tryOut(next.setting));
 */
export function createTuner(options: TunerOptions, random: Random) {
  const { model, limits, objective, start } = options;
  const { ratePerMhz, stock, stockPower } = model;
  if (!(ratePerMhz > 0 && stock.frequency > 0 && stock.voltage > 0 && stockPower > 0)) {
    throw new TrialError("The model has no stock setting.", "Give MHz, mV, W and TH/s per MHz of the maker's sheet.");
  }
  const inside = ({ frequency, voltage }: Setting) =>
    frequency >= limits.frequency.low &&
    frequency <= limits.frequency.high &&
    voltage >= limits.voltage.low &&
    voltage <= limits.voltage.high;
  const settings = options.settings.filter(inside);
  if (settings.length === 0) {
    throw new TrialError(
      "No setting is within the limits.",
      "Widen the limits of frequency and voltage, in MHz and mV.",
    );
  }
  const prior = options.prior ?? ANY_MACHINE;
  const noise = options.noise ?? 0.01;
  const places = settings.map((setting) => placeOf(model, setting));
  const full = ratePerMhz * stock.frequency;
  const trials: Trial[] = [];
  let cloud: Cloud = drawCloud(prior.cliff, options.guesses ?? 256, random);

  // The same numbers at every question, so that an answer changes only by what was learnt. For each setting, then each trial.
  const drawLuck = () => ({
    rate: Float64Array.from({ length: cloud.count }, () => normal(random)),
    power: Float64Array.from({ length: cloud.count }, () => normal(random)),
  });
  const luck = settings.map(drawLuck);

  /** Everything that the trials tell about all settings and the tried ones. */
  const think = () => {
    const tried = trials.map(({ setting }) => placeOf(model, setting));
    const all = [...places, ...tried];
    const seen = foresee(cloud, all);
    const offset = places.length;
    const rate = condition(
      { mean: [], sd: [], residual: 0.008, lengths: [0.08, 0.04] },
      trials.map((trial, k) => ({
        place: tried[k] as [number, number],
        features: [],
        value: logRate(model, trial) - Math.log(seen.meanRate[offset + k] as number),
        noise: Math.hypot(noise, 0.5 * (1 - (seen.meanGood[offset + k] as number))),
      })),
    );
    const power = condition(
      prior.power,
      trials.map((trial, k) => ({
        place: tried[k] as [number, number],
        features: powerFeatures(tried[k] as [number, number]),
        value: trial.power / stockPower,
        noise: (noise * trial.power) / stockPower,
      })),
    );
    return { all, seen, rate, power, offset };
  };

  /** Worth of each setting by each guess, and its mean. */
  const worths = ({ all, seen, rate, power }: ReturnType<typeof think>) => {
    const cells = all.map((place) => ({ place, features: powerFeatures(place) }));
    const rates = rate.sample(
      cells.map(({ place }) => ({ place, features: [] })),
      luck.map((one) => one.rate),
    );
    const powers = power.sample(
      cells,
      luck.map((one) => one.power),
    );
    return cells.map(({ place, features }, c) => {
      const said = power.predict(place, features);
      const watts = { mean: Math.max(said.mean, LEAST_POWER), sd: said.sd };
      const residual = Math.exp(rate.predict(place, []).mean);
      const values = new Float64Array(cloud.count);
      let mean = 0;
      for (let i = 0; i < cloud.count; i++) {
        const own = full * (seen.rate[i * all.length + c] as number);
        const drawn = Math.max((powers[c] as Float64Array)[i] as number, LEAST_POWER);
        values[i] = worth(objective, own * Math.exp((rates[c] as Float64Array)[i] as number), drawn * stockPower);
        mean += worth(objective, own * residual, watts.mean * stockPower) / cloud.count;
      }
      return { values, mean, watts, rate: full * residual * (seen.meanRate[c] as number) };
    });
  };

  let kept: { thought: ReturnType<typeof think>; found: ReturnType<typeof worths> } | null = null;
  const known = () => {
    if (kept === null) {
      const thought = think();
      kept = { thought, found: worths(thought) };
    }
    return kept;
  };

  /** Chance that the limits hold at a setting of the given power. */
  const limitCheck = () => {
    const sensors = (
      [
        ["chip", limits.chip],
        ["regulator", limits.regulator],
        ["noise", limits.noise],
      ] as const
    ).flatMap(([sensor, limit]) => {
      const known = trials.filter((trial) => trial[sensor] !== null);
      if (limit === undefined || known.length === 0) return [];
      const heat = heatModel(sensor, known, stockPower);
      return [{ limit, heat, slope: heat.coefficients().mean[1] as number }];
    });
    return (power: { mean: number; sd: number }, good: number): number => {
      let chance =
        limits.power === undefined ? 1 : below(limits.power / stockPower, power.mean, Math.max(power.sd, 0.002));
      for (const { limit, heat, slope } of sensors) {
        const expected = heat.predict([power.mean], [1, power.mean]);
        chance *= below(limit, expected.mean, Math.hypot(expected.sd, slope * power.sd));
      }
      if (limits.errors !== undefined) chance *= 1 - good <= limits.errors ? 1 : 0.5;
      return chance;
    };
  };

  /** Tried settings that are stable with chance `sure` and keep the limits: one reading may be off, so all trials judge. */
  const usable = (thought: ReturnType<typeof think>, found: ReturnType<typeof worths>, sure: number): number[] => {
    const withinLimits = limitCheck();
    return trials.flatMap((trial, k) => {
      const c = thought.offset + k;
      const { watts } = found[c] as (typeof found)[number];
      const kept = withinLimits(watts, thought.seen.meanGood[c] as number) >= 0.5;
      return inside(trial.setting) && kept && (thought.seen.stable[c] as number) >= sure ? [c] : [];
    });
  };
  const bestOf = (among: readonly number[], found: ReturnType<typeof worths>): number =>
    among.reduce((best, c) => {
      const mean = (at: number) => found[at]?.mean ?? Number.NEGATIVE_INFINITY;
      return mean(c) > mean(best) ? c : best;
    }, -1);

  return {
    /** The next setting to try, or `null` when it is time to stop. */
    ask(): Proposal | null {
      if (trials.length === 0) {
        return { setting: start, why: "start", gain: 0, chanceStable: 1, chanceWithinLimits: 1 };
      }
      if (trials.length >= (options.trials ?? 12)) return null;
      const { thought, found } = known();
      const open = usable(thought, found, 0.5);
      const best = bestOf(open, found);
      const reference = best < 0 ? null : bestOfEach(open.map((c) => (found[c] as (typeof found)[number]).values));
      const scale = Math.abs(found[best]?.mean ?? worth(objective, full, stockPower)) || Math.abs(full * 0.01);
      const unstable = thought.seen.stable.subarray(thought.offset).filter((chance) => chance < 0.5).length;
      const wanted = STABLE_WANTED[Math.min(unstable, STABLE_WANTED.length - 1)] as number;
      const withinLimits = limitCheck();
      let [chosen, top]: [Proposal | null, number] = [null, 0];
      for (let c = 0; c < settings.length; c++) {
        const setting = settings[c] as Setting;
        if (trials.some((trial) => same(trial.setting, setting))) continue;
        const { values, mean, watts } = found[c] as (typeof found)[number];
        const chanceStable = thought.seen.stable[c] as number;
        const chanceWithinLimits = withinLimits(watts, thought.seen.meanGood[c] as number);
        if (chanceWithinLimits < (best < 0 ? WITHIN_LIMITS_HOPED : WITHIN_LIMITS_WANTED)) continue;
        let gain: number;
        let score: number;
        if (reference === null) {
          // Nothing usable is known yet: to solid ground first, and there to the better place.
          gain = 0;
          score = chanceStable ** 2 * chanceWithinLimits ** 4 * Math.exp((2 * mean) / Math.max(scale, 1e-12));
        } else {
          if (chanceStable < wanted) continue;
          gain = expectedGain(values, reference) / scale;
          score = gain * chanceWithinLimits;
        }
        if (score > top) {
          top = score;
          const why = reference === null ? "recover" : "improve";
          chosen = { setting, why, gain, chanceStable, chanceWithinLimits };
        }
      }
      return chosen !== null && (chosen.why === "recover" || chosen.gain >= GAIN_WANTED) ? chosen : null;
    },

    /**
     * Takes a measurement, of the proposal or of any other setting.
     * @throws TrialError for what is no measurement.
     */
    tell(trial: Trial): void {
      checkTrial(trial, model);
      trials.push(trial);
      luck.push(drawLuck());
      cloud = learn(cloud, prior.cliff, model, trials, noise, random);
      kept = null;
    },

    /** The best tried setting that is stable and breaks no limit, or `null` while there is none. */
    best(): Recommendation | null {
      if (trials.length === 0) return null;
      const { thought, found } = known();
      const sure = bestOf(usable(thought, found, 0.8), found);
      const c = sure < 0 ? bestOf(usable(thought, found, 0.5), found) : sure;
      if (c < 0) return null;
      const { watts, mean, rate } = found[c] as (typeof found)[number];
      return {
        setting: (trials[c - thought.offset] as Trial).setting,
        rate,
        power: watts.mean * stockPower,
        worth: mean,
        chanceStable: thought.seen.stable[c] as number,
      };
    },

    /** All trials so far, to be kept: told again in order they make the same tuner. */
    trials: (): readonly Trial[] => trials,

    /** What was learnt, for `transfer` and for drift. */
    learnt: () => ({ cloud, power: known().thought.power, model }),
  };
}

export type Tuner = ReturnType<typeof createTuner>;

/** Offset, switching (f V^2) and leakage (V^2), each over stock. */
export function powerFeatures([x, y]: readonly [number, number]): number[] {
  return [1, Math.exp(x + 2 * y), Math.exp(2 * y)];
}

/** A sensor over the power: a straight line with a wide prior, and a residual of a few K. */
function heatModel(sensor: "chip" | "regulator" | "noise", known: readonly Trial[], stockPower: number): GaussianModel {
  const prior: GaussianPrior = { mean: [25, 35], sd: [25, 15], residual: 1, lengths: [0.3] };
  return condition(
    sensor === "noise" ? { ...prior, mean: [0, 30], sd: [100, 30] } : prior,
    known.map((trial) => ({
      place: [trial.power / stockPower],
      features: [1, trial.power / stockPower],
      value: trial[sensor] as number,
      noise: 0.7,
    })),
  );
}

function below(limit: number, mean: number, sd: number): number {
  return normalBelow((limit - mean) / Math.max(sd, 1e-9));
}

/** The best of several settings in each guess. */
function bestOfEach(settings: readonly Float64Array[]): Float64Array {
  const [first, ...others] = settings as [Float64Array, ...Float64Array[]];
  const best = first.slice();
  for (const values of others) {
    for (let i = 0; i < best.length; i++) best[i] = Math.max(best[i] as number, values[i] as number);
  }
  return best;
}

/** Expected improvement, guess by guess: what settings share (the machine's own scale, a coefficient) cancels. */
function expectedGain(values: Float64Array, reference: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += Math.max(0, (values[i] as number) - (reference[i] as number));
  return sum / values.length;
}

function same(a: Setting, b: Setting): boolean {
  return a.frequency === b.frequency && a.voltage === b.voltage;
}
