/**
 * `npm run bench -- diagnose [--years N] [--machines N]`: on twins, false alarms in healthy years and the delay until a
 * fault is found, by the sequential tests and by the plain rule.
 * @module
 */
import { seeded } from "@carrara/base/random";
import type { Bench, Row } from "../../../../tool/bench-types.ts";
import { option } from "../../tool/data-sets.ts";
import { TWIN_MODELS } from "../twin/model.ts";
import { createTwin, FAULTS, type Fault, type FaultKind } from "../twin/run.ts";
import { drawUnit, rest } from "../twin/unit.ts";
import { terahash, usdPerMwh, usdPerTerahashDay, watts } from "../units.ts";
import { createDiagnosis, type Symptom } from "./diagnose.ts";
import { createPlainRule } from "./plain.ts";
import type { Expected, Reading } from "./reading.ts";

const INTERVAL = 300;
const DAY = 86_400;
const LEARN_DAYS = 7;

/** Which findings name a fault rightly. */
const NAMES: Record<FaultKind, readonly Symptom[]> = {
  frozen: ["silent", "not-delivered"],
  stopped: ["silent", "slow", "dead-board", "not-delivered"],
  "dead-board": ["dead-board"],
  "dying-board": ["dying-board"],
  "hot-regulator": ["hot-regulator"],
  "clogged-fan": ["weak-cooling"],
  "over-reported": ["not-delivered"],
  "wrong-power": ["wrong-power"],
  "wrong-pool": ["wrong-pool"],
  "wrong-user": ["wrong-user"],
};

export const bench: Bench = {
  name: "diagnose",
  about: "False alarms a machine-year and hours until a fault is found, on twins (--years N --machines N).",
  async *run(args) {
    const years = Number(option(args, "years") ?? 12);
    const machines = Number(option(args, "machines") ?? 40);
    const alarms = { tests: 0, plain: 0 };
    for (let seed = 0; seed < years; seed++) {
      const counted = watch(900_000 + seed, [], 365, "all");
      alarms.tests += counted.tests.raised;
      alarms.plain += counted.plain.raised;
    }
    yield {
      name: "diagnose/false-alarms-plain",
      value: alarms.plain / years,
      unit: "1/year",
      note: `of one machine, ${years} healthy twin-years`,
    };
    yield {
      name: "diagnose/false-alarms-tests",
      value: alarms.tests / years,
      unit: "1/year",
      baseline: "diagnose/false-alarms-plain",
      note: `of one machine, ${years} healthy twin-years; the bound is 1`,
    };
    for (const kind of Object.keys(FAULTS) as FaultKind[]) {
      const delays: Record<"tests" | "plain", number[]> = { tests: [], plain: [] };
      for (let seed = 0; seed < machines; seed++) {
        const from = (LEARN_DAYS + 1) * DAY + ((seed * 7919) % DAY);
        const found = watch(700_000 + seed, [{ kind, from }], LEARN_DAYS + 9, NAMES[kind]);
        delays.tests.push(found.tests.first - from);
        delays.plain.push(found.plain.first - from);
      }
      const plain = delayRow(`diagnose/${kind}-plain`, delays.plain);
      yield plain;
      const own = delayRow(`diagnose/${kind}-tests`, delays.tests);
      yield { ...own, baseline: plain.name, ratio: plain.value / own.value };
    }
  },
};

interface Watched {
  /** Rises of any finding: it counts once while it lasts. */
  raised: number;
  /** When the first finding that names the fault came. */
  first: number;
}

/** Runs a twin for some days under both. */
function watch(
  seed: number,
  faults: readonly Fault[],
  days: number,
  names: readonly Symptom[] | "all",
): Record<"tests" | "plain", Watched> {
  const model = TWIN_MODELS[seed % TWIN_MODELS.length] as (typeof TWIN_MODELS)[number];
  const unit = drawUnit(model, seed);
  // Run where it is stable, as a tuned machine is: stock voltage, one step below stock clock.
  const setting = { frequency: model.stock.frequency - model.frequency.step, voltage: model.stock.voltage };
  const normal = rest(unit, setting, 20);
  const expected: Expected = {
    rate: terahash(normal.rate),
    power: watts(normal.power),
    boards: model.boards,
    pool: "pool",
    user: "user",
    chip: model.chip.throttle - 5,
    regulator: model.vrThrottle - 10,
    hashprice: usdPerTerahashDay(0.05),
    energy: usdPerMwh(50),
  };
  const twin = createTwin({ unit, setting, random: seeded(seed), faults });
  const diagnosis = createDiagnosis({ expected, interval: INTERVAL, learning: (LEARN_DAYS * DAY) / INTERVAL });
  const plainRule = createPlainRule(expected, INTERVAL);
  const result = {
    tests: { raised: 0, first: Number.POSITIVE_INFINITY },
    plain: { raised: 0, first: Number.POSITIVE_INFINITY },
  };
  const before = { tests: new Set<string>(), plain: new Set<string>() };
  const start = faults[0]?.from ?? 0;
  for (let n = 0; n < (days * DAY) / INTERVAL; n++) {
    const reading: Reading = twin.interval(INTERVAL);
    const said = {
      tests: new Set(diagnosis.reading(reading).map(({ symptom }) => symptom)),
      plain: new Set(plainRule(reading)),
    };
    for (const who of ["tests", "plain"] as const) {
      for (const symptom of said[who]) if (!before[who].has(symptom)) result[who].raised++;
      before[who] = said[who];
      if (reading.at >= start && names !== "all" && names.some((name) => said[who].has(name))) {
        result[who].first = Math.min(result[who].first, reading.at);
      }
    }
    if (names !== "all" && Number.isFinite(result.tests.first + result.plain.first)) break;
  }
  return result;
}

/** The median delay, in s; a fault that was never found within the 8 days watched counts as those 8 days. */
function delayRow(name: string, delays: readonly number[]): Row {
  const cut = 8 * DAY;
  const sorted = delays.map((delay) => Math.min(delay, cut)).sort((a, b) => a - b);
  const at = (part: number) => sorted[Math.min(sorted.length - 1, Math.ceil(part * sorted.length) - 1)] as number;
  const never = delays.filter((delay) => delay >= cut).length;
  return {
    name,
    value: Math.max(1, at(0.5)),
    unit: "s",
    note: `median of ${delays.length}; 95 % ${Math.round(at(0.95) / 60)} min; not found within 8 days: ${never}`,
  };
}
