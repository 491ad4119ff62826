/**
 * What is wrong with a machine, with the evidence, ranked by what it costs a day. Each symptom has a sequential test whose
 * false alarms are bounded (`cusum`): all of them together raise one in a machine-year or fewer. Names that can be compared
 * (pool, user) are compared. Nothing is guessed: a symptom without its sensor is not judged, and `unjudged` says so.
 * @module
 */
import { CarraraError } from "@carrara/base/errors";
import { alarmLevel, type Cusum, normalRatio, poissonRatio, QUIET, step } from "../cusum.ts";
import { HASHES_PER_DIFFICULTY } from "../rate.ts";
import { checkReading, type Expected, type Reading } from "./reading.ts";

export type Symptom =
  | "no-telemetry"
  | "silent"
  | "not-delivered"
  | "slow"
  | "dead-board"
  | "dying-board"
  | "hot-regulator"
  | "weak-cooling"
  | "wrong-power"
  | "wrong-pool"
  | "wrong-user";

/** One fact that a finding rests on. */
export interface Evidence {
  readonly what: string;
  readonly measured: number | string;
  readonly expected: number | string;
  readonly unit: string;
}

/** Something that is wrong. */
export interface Finding {
  readonly symptom: Symptom;
  /** Which board, from 0; `null` for the whole machine. */
  readonly board: number | null;
  /** Likeliest start, seconds. */
  readonly since: number;
  readonly at: number;
  /** What it costs while it lasts; 0 when it costs nothing yet. USD a day. */
  readonly costPerDay: number;
  readonly evidence: readonly Evidence[];
  /** What to do about it. */
  readonly mend: string;
}

export interface DiagnosisOptions {
  readonly expected: Expected;
  /** Length of an interval. s */
  readonly interval: number;
  /** For all tests of the machine together; 1 when not given. */
  readonly falseAlarmsPerYear?: number;
  /** Readings from which the machine's own normal is learnt; a week of 5 minutes when not given. */
  readonly learning?: number;
}

/** Parts of the reported rate that the pool should miss before it is said: large losses are found in minutes, small in hours. */
const SILENT = 0.1;
const DELIVERED = [SILENT, 0.6, 0.85] as const;
/** Rejects, stale shares and rounding of the firmware's rate: no fault. */
const TOLERANCE = 0.03;
/** A firmware's power figure is a model; so much it may be off. */
const POWER_TOLERANCE = 0.04;
/** Intervals without any figure until that is a finding. */
const MUTE = 3;
const YEAR = 365.25 * 86_400;

/**
 * Watches one machine. Feed it a reading for each interval.
 * @throws DiagnosisError for an interval or rate that cannot be.
 * @example
 * const diagnosis = createDiagnosis({ expected, interval: 300 });
 * for (const reading of readings) for (const finding of diagnosis.reading(reading)) report(finding);
 */
export function createDiagnosis({ expected, interval, falseAlarmsPerYear = 1, learning = 2016 }: DiagnosisOptions) {
  if (!(interval > 0 && interval <= 86_400 && falseAlarmsPerYear > 0 && learning >= 24)) {
    throw new DiagnosisError(
      `Intervals of ${interval} s, ${falseAlarmsPerYear} false alarms a year, ${learning} readings to learn from.`,
      "Give an interval of a day or less, a rate above 0, and 24 readings or more.",
    );
  }
  const tests = DELIVERED.length + 1 + expected.boards + 2 + 2;
  const level = alarmLevel(Math.max(1, YEAR / interval / falseAlarmsPerYear), tests);
  const running = new Map<string, Cusum>();
  const sums = new Map<string, number>();
  /** Readings above a limit in a row. */
  const over = new Map<Symptom, number>();
  /** Since when a name is another one. */
  const strangers = new Map<Symptom, number>();
  const boards = Array.from({ length: expected.boards }, () => learner(learning, false));
  const rates = learner(learning, false);
  const chips = learner(learning, true);
  const regulators = learner(learning, true);
  let last: number | null = null;
  let mute = 0;

  /** Feeds a test; since when, and the mean of `value` since then, once it is proved. */
  const feed = (name: string, ratio: number, at: number, value: number): { since: number; mean: number } | null => {
    const now = step(running.get(name) ?? QUIET, ratio, at);
    running.set(name, now);
    const sum = now.readings <= 1 ? value : (sums.get(name) ?? 0) + value;
    sums.set(name, sum);
    return now.sum >= level ? { since: now.since ?? at, mean: sum / now.readings } : null;
  };
  const worth = (rate: number) => Math.max(0, rate) * expected.hashprice;

  return {
    /** What this reading proves, dearest first. A finding is repeated while it lasts. */
    reading(reading: Reading): Finding[] {
      checkReading(reading, expected, last);
      last = reading.at;
      const { at } = reading;
      const found: Finding[] = [];
      const add = (
        symptom: Symptom,
        since: number,
        costPerDay: number,
        mend: string,
        evidence: Evidence[],
        board: number | null = null,
      ) => found.push({ symptom, board, since, at, costPerDay, evidence, mend });
      if (!reading.told) {
        running.clear();
        mute = 0;
        return found;
      }

      mute = reading.rate === null && reading.shares === null && reading.meter === null ? mute + 1 : 0;
      if (mute >= MUTE) {
        const since = at - mute * interval;
        const seen = { what: "time without a figure", measured: mute * interval, expected: 0, unit: "s" };
        add("no-telemetry", since, worth(expected.rate), "Look whether it has power and network.", [seen]);
      }
      for (const [symptom, is, should] of [
        ["wrong-pool", reading.pool, expected.pool],
        ["wrong-user", reading.user, expected.user],
      ] as const) {
        if (is === should) strangers.delete(symptom);
        if (is === null || is === should) continue;
        const since = strangers.get(symptom) ?? at;
        strangers.set(symptom, since);
        const seen = { what: symptom === "wrong-pool" ? "pool" : "user", measured: is, expected: should, unit: "" };
        const mend = "Set it back, change the machine's password, and look who can reach it.";
        add(symptom, since, worth(reading.rate ?? expected.rate), mend, [seen]);
      }

      if (reading.shares !== null && reading.difficulty !== null) {
        const dueOf = (rate: number) =>
          (rate * 1e12 * interval) / ((reading.difficulty as number) * HASHES_PER_DIFFICULTY);
        // Silence against what is expected of it, whatever it reports; a shortfall against what it reports.
        const claimed = Math.min(reading.rate ?? expected.rate, expected.rate * 1.5);
        for (const part of DELIVERED) {
          const rate = part === SILENT ? expected.rate : claimed;
          const due = dueOf(rate);
          const ratio = poissonRatio(reading.shares, due * (1 - TOLERANCE), part);
          const proof = feed(`delivered ${part}`, ratio, at, reading.shares - due);
          if (!proof || due === 0 || found.some(({ symptom }) => symptom === "silent" || symptom === "not-delivered"))
            continue;
          const got = Math.max(0, due + proof.mean);
          const silent = got < 0.05 * due;
          if (part === SILENT && !silent) continue;
          const delivered = (got / due) * rate;
          const seen = { what: "shares in an interval", measured: got, expected: due, unit: "shares" };
          const said = { what: "rate that it reports", measured: claimed, expected: delivered, unit: "TH/s" };
          const mend = silent
            ? "Restart it; if that does not last, look at pool and network."
            : "Trust the shares, not the figure; look at rejects and firmware.";
          add(silent ? "silent" : "not-delivered", proof.since, worth(rate - delivered), mend, [seen, said]);
        }
      }

      const normal = reading.rate === null ? null : rates.normal(reading.rate);
      if (normal && reading.rate !== null) {
        const noise = Math.max(normal.noise, 0.01 * expected.rate);
        const z = held((Math.min(normal.mean, expected.rate) * (1 - TOLERANCE) - reading.rate) / noise);
        const proof = feed("slow", normalRatio(z, 2), at, reading.rate);
        if (proof) {
          const seen = { what: "rate", measured: proof.mean, expected: normal.mean, unit: "TH/s" };
          add(
            "slow",
            proof.since,
            worth(normal.mean - proof.mean),
            "See the boards' and the heat's findings; else tune again.",
            [seen],
          );
        }
      }
      for (let b = 0; b < expected.boards; b++) {
        const rate = reading.boards[b] ?? null;
        const own = rate === null ? null : (boards[b] as Learner).normal(rate);
        if (!own || rate === null) continue;
        const should = Math.max(own.mean, (0.8 * expected.rate) / expected.boards);
        const noise = Math.max(own.noise, 0.01 * should);
        const proof = feed(`board ${b}`, normalRatio(held((should * (1 - TOLERANCE) - rate) / noise), 2), at, rate);
        if (!proof) continue;
        const dead = proof.mean < 0.05 * should;
        const seen = { what: `rate of board ${b + 1}`, measured: proof.mean, expected: should, unit: "TH/s" };
        const mend = dead
          ? "Check its cable and supply, then change the board."
          : "Lower its clock or raise its voltage one step; order a board.";
        add(dead ? "dead-board" : "dying-board", proof.since, worth(should - proof.mean), mend, [seen], b);
      }

      // The limit itself needs no learning: it stands beside the tests, for heat that came too slowly to be a change.
      for (const [symptom, warm, limit] of [
        ["weak-cooling", reading.chip, expected.chip],
        ["hot-regulator", reading.regulator, expected.regulator],
      ] as const) {
        const times = warm !== null && warm > limit ? (over.get(symptom) ?? 0) + 1 : 0;
        over.set(symptom, times);
        if (warm === null || times * interval < 3600) continue;
        const seen = { what: "temperature", measured: warm, expected: limit, unit: "C at most" };
        add(symptom, at - times * interval, worth(expected.rate), "Lower the clock now; then clean it.", [seen]);
      }

      const drawn = reading.meter ?? reading.power;
      if (drawn !== null && reading.intake !== null && reading.fan !== null && (reading.rate ?? 1) > 0) {
        for (const [symptom, warm, learnt, limit] of [
          ["weak-cooling", reading.chip, chips, expected.chip],
          ["hot-regulator", reading.regulator, regulators, expected.regulator],
        ] as const) {
          if (warm === null || warm - reading.intake < 3) continue;
          // W per K rises as a straight line with the air that the fans move; so the weather and the fans' duty cancel.
          const conductance = drawn / (warm - reading.intake);
          const own = learnt.normal(conductance, reading.fan, (running.get(symptom)?.sum ?? 0) < level / 4);
          if (!own) continue;
          const z = held((own.mean * (1 - TOLERANCE) - conductance) / Math.max(own.noise, 0.02 * own.mean));
          const proof = feed(symptom, normalRatio(z, 2), at, conductance);
          if (!proof || found.some((other) => other.symptom === symptom)) continue;
          const seen = { what: "heat carried away", measured: proof.mean, expected: own.mean, unit: "W/K" };
          const now = { what: "temperature", measured: warm, expected: limit, unit: "C at most" };
          const mend =
            symptom === "weak-cooling"
              ? "Clean filter and fins, look at the fans."
              : "Stop it when it nears its limit; look at the regulator's heat sink.";
          // Nothing is lost until it throttles; the loss of rate is the finding `slow`.
          add(symptom, proof.since, warm > limit ? worth(expected.rate) : 0, mend, [seen, now]);
        }
      }

      if (reading.power !== null && reading.meter !== null && reading.meter > 0 && reading.power > 0) {
        const off = Math.log(reading.power / reading.meter);
        for (const [name, sign] of [
          ["power below", -1],
          ["power above", 1],
        ] as const) {
          const proof = feed(name, normalRatio(held((sign * off - POWER_TOLERANCE) / 0.02), 2), at, off);
          if (!proof) continue;
          const says = reading.meter * Math.exp(proof.mean);
          const seen = { what: "power that it reports", measured: says, expected: reading.meter, unit: "W" };
          const cost = (Math.abs(says - reading.meter) * 24 * Math.max(0, expected.energy)) / 1e6;
          add("wrong-power", proof.since, cost, "Use the meter's figure for strike and plan.", [seen]);
        }
      }
      return found.sort((a, b) => b.costPerDay - a.costPerDay);
    },

    /** Symptoms that cannot be judged with what this reading has. */
    unjudged(reading: Reading): Symptom[] {
      const heat = reading.intake === null || reading.fan === null || (reading.meter ?? reading.power) === null;
      const cases: [Symptom, boolean][] = [
        ["not-delivered", reading.shares === null],
        ["slow", reading.rate === null],
        ["dead-board", reading.boards.length === 0 || reading.boards.every((rate) => rate === null)],
        ["hot-regulator", heat || reading.regulator === null],
        ["weak-cooling", heat || reading.chip === null],
        ["wrong-power", reading.meter === null || reading.power === null],
        ["wrong-pool", reading.pool === null],
        ["wrong-user", reading.user === null],
      ];
      return cases.filter(([, missing]) => missing).map(([symptom]) => symptom);
    },
  };
}

/** One reading counts as four sigmas at most: no single one may prove anything, and errors have tails. */
function held(z: number): number {
  return Math.max(-4, Math.min(4, z));
}

interface Learner {
  /**
   * The normal of this machine at these circumstances, or `null` while it is being learnt.
   * @param calm whether the value may be learnt from after the first ones: not while a test is rising
   */
  normal(value: number, circumstance?: number, calm?: boolean): { mean: number; noise: number } | null;
}

/**
 * Learns a straight line over a circumstance (or a mean) from the first `count` values. `follows`: goes on with a memory of
 * as many values, so that seasons and dust are normal and a change within days is not.
 */
function learner(count: number, follows: boolean): Learner {
  let n = 0;
  let [sx, sy, sxx, sxy, syy] = [0, 0, 0, 0, 0];
  return {
    normal(value, x = 0, calm = true) {
      const known = n >= count;
      const [mx, my] = [sx / n, sy / n];
      const spread = sxx / n - mx * mx;
      // A circumstance that hardly varied teaches no slope.
      const slope = known && spread > 1e-5 ? (sxy / n - mx * my) / spread : 0;
      const rest = Math.max(0, syy / n - my * my - slope * slope * Math.max(0, spread));
      if (!known || (follows && calm)) {
        const keep = known ? 1 - 1 / count : 1;
        n = n * keep + 1;
        sx = sx * keep + x;
        sy = sy * keep + value;
        sxx = sxx * keep + x * x;
        sxy = sxy * keep + x * value;
        syy = syy * keep + value * value;
      }
      return known ? { mean: my + slope * (x - mx), noise: Math.sqrt(rest) } : null;
    },
  };
}

/** A diagnosis that cannot be set up so. */
export class DiagnosisError extends CarraraError {
  constructor(message: string, hint: string) {
    super("diagnosis", message, { hint });
  }
}
