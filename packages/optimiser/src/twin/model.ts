/**
 * Machine models for the twin: what the maker's sheet and a probe of the board tell, before silicon differs.
 * Rates and powers at stock are from data sheets and the recorded profiles; heat figures are estimates, drawn widely.
 * @module
 */

/** A frequency of the chips and a voltage of their supply. */
export interface Setting {
  /** MHz */
  readonly frequency: number;
  /** mV; of the core for single-chip boards, of the chain for others. */
  readonly voltage: number;
}

/** Values that a setting may take. */
export interface Range {
  readonly low: number;
  readonly high: number;
  readonly step: number;
}

/** A model of machine. */
export interface TwinModel {
  readonly name: string;
  readonly boards: number;
  readonly chipsPerBoard: number;
  /** TH/s for each MHz of the whole machine, when every core works. */
  readonly ratePerMhz: number;
  readonly stock: Setting;
  readonly frequency: Range;
  readonly voltage: Range;
  /** W at the wall, at stock, at 25 C, of the machine in the middle of the lottery. */
  readonly stockPower: number;
  /** What it draws when it does not hash. W */
  readonly idlePower: number;
  /** Of one fan set at full speed. W, rpm */
  readonly fan: { readonly power: number; readonly rpm: number };
  /** The firmware aims for this chip temperature by its fans, and lowers the clock above the limits. C */
  readonly chip: { readonly target: number; readonly throttle: number; readonly stop: number };
  readonly vrThrottle: number;
  /** Difficulty at which its shares are judged, so that some come each minute. */
  readonly shareDifficulty: number;
}

const around = (middle: number, below: number, above: number, step: number): Range => ({
  low: middle - below * step,
  high: middle + above * step,
  step,
});

/** One BM1368 on a small board (Bitaxe Supra): 1,276 cores; a core reports 1.078 hashes a clock on the one machine measured. */
export const BITAXE_SUPRA: TwinModel = {
  name: "Bitaxe Supra",
  boards: 1,
  chipsPerBoard: 1,
  ratePerMhz: 0.001375,
  stock: { frequency: 500, voltage: 1175 },
  frequency: around(500, 4, 5, 25),
  voltage: around(1175, 3, 4, 25),
  stockPower: 12.7,
  idlePower: 1.2,
  fan: { power: 1, rpm: 5000 },
  chip: { target: 58, throttle: 72, stop: 80 },
  vrThrottle: 95,
  shareDifficulty: 1024,
};

/** Antminer S21: 200 TH/s at 3,500 W. */
export const S21: TwinModel = {
  name: "Antminer S21",
  boards: 3,
  chipsPerBoard: 108,
  ratePerMhz: 200 / 490,
  stock: { frequency: 490, voltage: 13_700 },
  frequency: around(490, 4, 5, 20),
  voltage: around(13_700, 4, 4, 200),
  stockPower: 3500,
  idlePower: 60,
  fan: { power: 90, rpm: 6000 },
  chip: { target: 65, throttle: 85, stop: 95 },
  vrThrottle: 115,
  shareDifficulty: 500_000,
};

/** Antminer S19k Pro: 121.8 TH/s at 590 MHz and 2,794 W (its recorded profile). */
export const S19K_PRO: TwinModel = {
  name: "Antminer S19k Pro",
  boards: 3,
  chipsPerBoard: 77,
  ratePerMhz: 121.8 / 590,
  stock: { frequency: 590, voltage: 13_800 },
  frequency: around(590, 5, 4, 25),
  voltage: around(13_800, 4, 3, 200),
  stockPower: 2794,
  idlePower: 45,
  fan: { power: 80, rpm: 6000 },
  chip: { target: 65, throttle: 85, stop: 95 },
  vrThrottle: 115,
  shareDifficulty: 250_000,
};

/** Antminer S19j Pro: 100 TH/s at 3,050 W. */
export const S19J_PRO: TwinModel = {
  name: "Antminer S19j Pro",
  boards: 3,
  chipsPerBoard: 126,
  ratePerMhz: 100 / 545,
  stock: { frequency: 545, voltage: 13_700 },
  frequency: around(545, 4, 4, 25),
  voltage: around(13_700, 4, 4, 200),
  stockPower: 3050,
  idlePower: 45,
  fan: { power: 80, rpm: 6000 },
  chip: { target: 65, throttle: 85, stop: 95 },
  vrThrottle: 115,
  shareDifficulty: 250_000,
};

/** All models of this file. */
export const TWIN_MODELS: readonly TwinModel[] = [BITAXE_SUPRA, S21, S19K_PRO, S19J_PRO];

/** Every setting of a model's grid, by rising frequency, then voltage. */
export function settingsOf(model: Pick<TwinModel, "frequency" | "voltage">): Setting[] {
  const values = ({ low, high, step }: Range) =>
    Array.from({ length: Math.floor((high - low) / step + 1.000001) }, (_, i) => low + i * step);
  return values(model.frequency).flatMap((frequency) =>
    values(model.voltage).map((voltage) => ({ frequency, voltage })),
  );
}
