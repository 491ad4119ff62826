/**
 * One machine, drawn from the silicon lottery, and its physics at rest: which part of its cores work at a setting, what
 * it draws, how warm it gets. Made on another principle than the tuner's surrogate, so that a figure on twins is no echo
 * of the fit: cores fail chip by chip by the alpha-power law of delay (Sakurai and Newton 1990), leakage grows with
 * heat and heat with leakage, fans follow the heat, and below the cliff the rate is erratic, as the measured grid shows.
 * @module
 */
import { CarraraError } from "@carrara/base/errors";
import { type Random, seeded } from "@carrara/base/random";
import { normal, uniform } from "../draw.ts";
import type { Setting, TwinModel } from "./model.ts";

/** What makes one machine differ from the next of its model. All constant; ageing comes in `Wear`. */
export interface Unit {
  readonly model: TwinModel;
  readonly seed: number;
  /** Least voltage of the middle chip at stock frequency and 60 C. mV */
  readonly leastVoltage: number;
  /** Alpha-power law: f = K (V - threshold)^alpha / V. */
  readonly alpha: number;
  readonly threshold: number;
  /** Softness of a chip's cliff and its rise by temperature, as parts of the voltage. */
  readonly softness: number;
  readonly perKelvin: number;
  /** Each chip's own place, as a part of the voltage: a bad chip needs more. */
  readonly chips: Float64Array;
  /** Above this the rate grows no more (job rate of the controller, or the chip's limit), and falls by `drop`. MHz */
  readonly ceiling: number;
  readonly drop: number;
  /** W at stock, 60 C: by switching, by leakage; the part of the leakage that each K adds. */
  readonly switching: number;
  readonly leakage: number;
  readonly leakagePerKelvin: number;
  /** What the power supply passes on. */
  readonly supply: number;
  /** K/W of chips and voltage regulator with fans at full speed. */
  readonly chipResistance: number;
  readonly regulatorResistance: number;
}

/** What time and dirt did to a machine. Zero and one when new. */
export interface Wear {
  /** Added to the least voltage, as a part: silicon that slows. */
  readonly slow: number;
  /** Factor on the resistance to heat: dust, dry paste. */
  readonly dirt: number;
  /** Factor on the regulator's resistance. */
  readonly regulator: number;
  /** Part of the fans' air that still comes. */
  readonly air: number;
  /** Part of each board's chips that still work. */
  readonly alive: readonly number[];
}

export const NEW: Omit<Wear, "alive"> = { slow: 0, dirt: 1, regulator: 1, air: 1 };

/** A machine that has come to rest at a setting. */
export interface Rest {
  /** TH/s, of the whole machine and of each board. */
  readonly rate: number;
  readonly boards: readonly number[];
  /** W at the wall. */
  readonly power: number;
  /** C */
  readonly chip: number;
  readonly regulator: number;
  /** 0 to 1 */
  readonly fan: number;
  /** Part of the work that comes out wrong. */
  readonly errors: number;
  /** The frequency that the firmware allowed. MHz */
  readonly frequency: number;
}

/** Chips that stand for all chips of a board: more change no figure and cost time. */
const CHIPS_SEEN = 12;

/**
 * Draws a machine.
 * @param seed the same seed is the same machine
 * @param lot machines of one lot share what the design and the firmware fix: delay law, ceiling, supply, part of leakage
 * @example drawUnit(S21, 7)
 */
export function drawUnit(model: TwinModel, seed: number, lot = seed): Unit {
  const design = seeded(lot ^ 0x5bd1e995);
  const random = seeded(seed);
  // Margin that the maker leaves under the stock voltage, by the lottery 1 to 6.5 %.
  const margin = uniform(random, 0.01, 0.065);
  const leastVoltage = model.stock.voltage * (1 - margin);
  const alpha = uniform(design, 1.2, 1.6);
  // d ln V / d ln f of the cliff: 0.2 to 0.3 on the grid that was measured; wider here.
  const elasticity = uniform(design, 0.12, 0.45);
  const threshold = leastVoltage * (1 - alpha / (1 / elasticity + 1));
  const spread = uniform(design, 0.002, 0.01);
  const chips = Float64Array.from({ length: model.boards * Math.min(CHIPS_SEEN, model.chipsPerBoard) }, () =>
    normal(random, 0, spread),
  );
  const capped = design.below(2) === 0;
  const ceiling = capped ? model.stock.frequency * uniform(design, 1, 1.22) : Number.POSITIVE_INFINITY;
  const supply = uniform(design, 0.92, 0.96);
  const chipsPower = (model.stockPower * normal(random, 1, 0.03) - model.idlePower - model.fan.power * 0.3) * supply;
  const leak = uniform(design, 0.06, 0.25);
  const heat = model.chip.target - 25;
  return {
    model,
    seed,
    leastVoltage,
    alpha,
    threshold,
    softness: uniform(design, 0.0015, 0.006),
    perKelvin: uniform(random, 0, 0.0002),
    chips,
    ceiling,
    drop: capped ? uniform(design, 0, 0.05) : 0,
    switching: chipsPower * (1 - leak),
    leakage: chipsPower * leak,
    leakagePerKelvin: uniform(random, 0.01, 0.025),
    supply,
    chipResistance: (heat / model.stockPower) * uniform(random, 0.45, 0.75),
    regulatorResistance: ((model.vrThrottle - 25) / model.stockPower) * uniform(random, 0.3, 0.5),
  };
}

/**
 * Where the machine comes to rest. Limits of the firmware act: above `throttle` the clock falls, above `stop` it stops.
 * @param ambient C
 * @throws TwinError for a setting that is no number above 0.
 */
export function rest(unit: Unit, setting: Setting, ambient = 25, wear?: Wear): Rest {
  if (!(setting.frequency > 0 && setting.voltage > 0 && Number.isFinite(setting.frequency + setting.voltage))) {
    const message = `${setting.frequency} MHz at ${setting.voltage} mV is no setting.`;
    throw new TwinError(message, "Give two numbers above 0; to stop a twin, switch it off.");
  }
  const { model } = unit;
  let frequency = setting.frequency;
  for (;;) {
    const found = settle(unit, frequency, setting.voltage, ambient, wear);
    if (found.chip <= model.chip.throttle && found.regulator <= model.vrThrottle) return found;
    frequency -= model.frequency.step;
    if (frequency < model.frequency.low * 0.6) return stopped(unit, ambient);
  }
}

/** A machine that is switched on and does not hash. */
export function stopped(unit: Unit, ambient: number): Rest {
  const { model } = unit;
  return {
    rate: 0,
    boards: Array.from({ length: model.boards }, () => 0),
    power: model.idlePower,
    chip: ambient + 2,
    regulator: ambient + 2,
    fan: 0.2,
    errors: 0,
    frequency: 0,
  };
}

/** Heat and leakage feed one another: a fixed point; a machine that runs away ends at the stop of the firmware. */
function settle(unit: Unit, frequency: number, voltage: number, ambient: number, wear: Wear | undefined): Rest {
  const { model } = unit;
  const { stock, fan } = model;
  const { slow, dirt, regulator, air } = wear ?? NEW;
  const alive = wear?.alive;
  const working = alive ? alive.reduce((sum, part) => sum + part, 0) / alive.length : 1;
  const level = voltage / stock.voltage;
  const switching = unit.switching * working * (frequency / stock.frequency) * level * level;
  const draw = (chip: number, duty: number) => {
    const leakage = unit.leakage * working * level * level * Math.exp(unit.leakagePerKelvin * (chip - 60));
    return (switching + leakage) / unit.supply + model.idlePower + fan.power * duty ** 3;
  };
  // The fans hold the chips at their target as long as they can; which duty that takes follows from the heat.
  let chip = model.chip.target;
  let duty = 0.5;
  for (let step = 0; step < 6; step++) {
    const needed = (model.chip.target - ambient) / draw(chip, duty);
    duty = Math.min(1, Math.max(0.2, ((unit.chipResistance * dirt) / Math.max(needed, 1e-9) - 0.25) / (0.75 * air)));
  }
  const resistance = (unit.chipResistance * dirt) / (0.25 + 0.75 * duty * air);
  if (duty === 1 || duty === 0.2) {
    for (let step = 0; step < 40; step++) {
      const moved = ambient + resistance * draw(chip, duty) - chip;
      chip = Math.min(200, chip + 0.7 * moved);
      if (Math.abs(moved) < 0.01) break;
    }
  }
  const power = draw(chip, duty);
  const regulatorHeat = ambient + (unit.regulatorResistance * regulator * power) / (0.5 + 0.5 * duty * air);
  const least = voltageNeeded(unit, frequency) * (1 + slow + unit.perKelvin * (chip - 60));
  const seen = unit.chips.length / model.boards;
  const clock = frequency > unit.ceiling ? unit.ceiling * (1 - unit.drop) : frequency;
  const full = (model.ratePerMhz * clock) / model.boards;
  let errors = 0;
  const boards = Array.from({ length: model.boards }, (_, board) => {
    let good = 0;
    for (let i = 0; i < seen; i++) {
      const own = least * (1 + (unit.chips[board * seen + i] as number));
      good += 1 / (1 + Math.exp((own - voltage) / (unit.softness * own)));
    }
    good /= seen;
    errors += (1 - good) / model.boards;
    // Below the cliff the measured rate jumps about between a tenth and two thirds of the full one.
    const left = 0.1 + 0.55 * mixed(unit.seed, frequency, voltage);
    return full * (alive?.[board] ?? 1) * (good + (1 - good) * left * (good < 0.97 ? 1 : 0));
  });
  return {
    rate: boards.reduce((sum, rate) => sum + rate, 0),
    boards,
    power,
    chip,
    regulator: regulatorHeat,
    fan: duty,
    errors,
    frequency,
  };
}

/** The alpha-power law, solved for the voltage by Newton; it is smooth and rising, so a few steps do. */
export function voltageNeeded(unit: Unit, frequency: number): number {
  const { alpha, threshold, leastVoltage, model } = unit;
  const speed = (volt: number) => (volt - threshold) ** alpha / volt;
  const wanted = (speed(leastVoltage) * frequency) / model.stock.frequency;
  let volt = leastVoltage;
  for (let step = 0; step < 30; step++) {
    const slope = speed(volt) * (alpha / (volt - threshold) - 1 / volt);
    const next = volt - (speed(volt) - wanted) / slope;
    const held = Math.max(next, threshold + 0.2 * (volt - threshold));
    if (Math.abs(held - volt) < 1e-6 * volt) return held;
    volt = held;
  }
  return volt;
}

/** A number from 0 to 1 that belongs to a setting: erratic, but the same each time. */
function mixed(seed: number, frequency: number, voltage: number): number {
  return seeded((seed * 7919) ^ (frequency * 104_729) ^ (voltage * 1_299_709)).u32() / 2 ** 32;
}

/** What is measured of a machine at rest, with the error of the instruments. */
export function measure(
  found: Rest,
  noise: number,
  random: Random,
): Pick<Rest, "rate" | "power" | "chip" | "regulator" | "errors"> {
  return {
    rate: Math.max(0, found.rate * (1 + noise * normal(random))),
    power: Math.max(0, found.power * (1 + noise * normal(random))),
    chip: found.chip + normal(random, 0, 0.5),
    regulator: found.regulator + normal(random, 0, 0.5),
    errors: found.errors,
  };
}

/** What a twin cannot do. */
export class TwinError extends CarraraError {
  constructor(message: string, hint: string) {
    super("twin", message, { hint });
  }
}
