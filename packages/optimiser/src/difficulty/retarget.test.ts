import { seeded } from "@carrara/base/random";
import { describe, expect, test } from "vitest";
import { EPOCH_BLOCKS, EPOCH_SECONDS, nextRetarget, RetargetError } from "./retarget.ts";

const START = 862_848;
const at = (height: number, time: number) => ({ height, time: 1_727_000_000 + time });

/** An epoch of blocks found at `pace` times the usual rate, which wanders a little. */
function epoch(seed: number, drift: number): number[] {
  const random = seeded(seed);
  const uniform = () => (random.u32() + 0.5) / 2 ** 32;
  const normal = () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
  let pace = Math.exp(0.04 * normal());
  const times = [0];
  for (let block = 1; block < EPOCH_BLOCKS; block++) {
    pace *= Math.exp(drift * Math.sqrt(1 / 1008) * normal());
    times.push((times[block - 1] as number) + (-Math.log(uniform()) * 600) / pace);
  }
  return times;
}

describe("the next retarget", () => {
  test("at the last block is what the chain's own rule gives", () => {
    const seconds = 0.95 * EPOCH_SECONDS;
    const forecast = nextRetarget(at(START, 0), at(START + EPOCH_BLOCKS - 1, seconds));
    expect(forecast.change).toBeCloseTo(1 / 0.95, 12);
    expect(forecast.changeLow).toBeCloseTo(forecast.changeHigh, 12);
    expect(forecast.height).toBe(START + EPOCH_BLOCKS);
    expect(forecast.blocks).toBe(1);
  });

  test("moves by a factor of four at most", () => {
    expect(nextRetarget(at(START, 0), at(START + 2015, EPOCH_SECONDS / 9)).change).toBe(4);
    expect(nextRetarget(at(START, 0), at(START + 2015, EPOCH_SECONDS * 9)).change).toBe(0.25);
  });

  test("says no change when there is too little to go by", () => {
    const forecast = nextRetarget(at(START, 0), at(START + 20, 20 * 300));
    expect(forecast.from).toBe("none");
    expect(forecast.change).toBe(1);
    expect(forecast.changeLow).toBeLessThan(0.95);
    expect(forecast.changeHigh).toBeGreaterThan(1.05);
  });

  test("holds the truth in 90 to 99 of 100 simulated epochs, half way and at three quarters, and errs less than before", () => {
    const errors: number[] = [];
    for (const part of [0.1, 0.5, 0.75]) {
      let inside = 0;
      let error = 0;
      const runs = 400;
      for (let seed = 0; seed < runs; seed++) {
        const times = epoch(seed, 0.02);
        const block = Math.floor(part * EPOCH_BLOCKS);
        const forecast = nextRetarget(at(START, 0), at(START + block, Math.round(times[block] as number)));
        const truth = EPOCH_SECONDS / (times[EPOCH_BLOCKS - 1] as number);
        if (truth >= forecast.changeLow && truth <= forecast.changeHigh) inside++;
        error += Math.abs(forecast.change - truth) / runs;
      }
      expect(inside / 400).toBeGreaterThan(0.9);
      expect(inside / 400).toBeLessThan(0.995);
      errors.push(error);
    }
    expect(errors[0]).toBeGreaterThan(errors[1] as number);
    expect(errors[1]).toBeGreaterThan(errors[2] as number);
  });

  test.each([
    ["blocks of two epochs", at(START, 0), at(START + 2016, 9)],
    ["a first block that is none", at(START + 1, 0), at(START + 20, 9)],
    ["times that run backwards", at(START, 0), at(START + 20, -7201)],
    ["a time that is no number", at(START, 0), { height: START + 9, time: Number.NaN }],
  ])("%s are refused", (_, first, tip) => expect(() => nextRetarget(first, tip)).toThrow(RetargetError));
});
