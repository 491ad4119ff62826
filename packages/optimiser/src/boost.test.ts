import { seeded } from "@carrara/base/random";
import { describe, expect, test } from "vitest";
import { BOOST_DEFAULTS, BoostError, predict, train } from "./boost.ts";

/** Two features decide, four say nothing; a tenth of the first one is missing. */
function sample(n: number, seed: number) {
  const random = seeded(seed);
  const uniform = () => random.u32() / 2 ** 32;
  const values = Float64Array.from({ length: n * 6 }, uniform);
  const target = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    const [a, b] = [values[6 * i] as number, values[6 * i + 1] as number];
    target[i] = (a > 0.5 ? 2 : 0) + (a > 0.5 === b > 0.3 ? 1 : 0);
    if (random.below(10) === 0) values[6 * i] = Number.NaN;
  }
  return { features: { values, width: 6 }, target };
}

const row = (values: Float64Array, i: number) => values.subarray(6 * i, 6 * i + 6);

describe("boosted trees", () => {
  test("find steps and their interaction, among features that say nothing", () => {
    const { features, target } = sample(4000, 1);
    const model = train(features, target, null, { ...BOOST_DEFAULTS, depth: 3 }, seeded(2));
    const fresh = sample(1000, 9);
    let [error, spread] = [0, 0];
    for (let i = 0; i < 1000; i++) {
      if (Number.isNaN(fresh.features.values[6 * i] as number)) continue;
      error += (predict(model, row(fresh.features.values, i)) - (fresh.target[i] as number)) ** 2;
      spread += ((fresh.target[i] as number) - 1.5) ** 2;
    }
    expect(error / spread).toBeLessThan(0.05);
  });

  test("give the same model for the same seed, and another for another", () => {
    const { features, target } = sample(500, 1);
    const of = (seed: number) => train(features, target, null, { ...BOOST_DEFAULTS, trees: 20 }, seeded(seed));
    expect(of(3)).toEqual(of(3));
    expect(of(3).leaves).not.toEqual(of(4).leaves);
  });

  test("logistic with weights gives the log-odds of the weights", () => {
    // One feature that never changes: only the base can be learnt, 3 of weight for one side and 1 for the other.
    const target = Float64Array.from({ length: 100 }, (_, i) => i % 2);
    const weight = Float64Array.from({ length: 100 }, (_, i) => (i % 2 === 1 ? 3 : 1));
    const features = { values: new Float64Array(100).fill(7), width: 1 };
    const model = train(features, target, weight, { ...BOOST_DEFAULTS, loss: "logistic" }, seeded(1));
    expect(predict(model, [7])).toBeCloseTo(Math.log(3), 1);
  });

  test("refuse too few rows, and a target that is not a number", () => {
    const { features, target } = sample(60, 1);
    expect(() => train(features, target.subarray(0, 20), null, BOOST_DEFAULTS, seeded(1))).toThrow(BoostError);
    expect(() => train(features, target.fill(Number.NaN, 5, 6), null, BOOST_DEFAULTS, seeded(1))).toThrow(/Row 5/);
  });
});
