import { seeded } from "@carrara/base/random";
import { describe, expect, test } from "vitest";
import { beginBlend, blended, createBlend, membersFor, observe, priorOf, stepsAside } from "./blend.ts";
import { createMixer, learn, meanOf, weighted } from "./ensemble.ts";
import { addErrors, createErrors, intervalOf } from "./interval.ts";
import { pastOf } from "./past.ts";
import {
  coverage,
  dieboldMariano,
  errorCorrelation,
  meanAbsoluteError,
  normalTail,
  pinball,
  relativeError,
} from "./score.ts";
import { normal, syntheticMarket } from "./test/synthetic.ts";

const day = (value: number) => new Float64Array(24).fill(value);

describe("mixing", () => {
  test("the mean is the mean; none is refused", () => {
    expect(meanOf([day(1), day(3)])).toEqual(day(2));
    expect(() => meanOf([])).toThrowErrorMatchingSnapshot();
    expect(() => createMixer([1, 0])).toThrow(/nothing|no forecast/i);
  });

  test("weight goes to the method that is right, and back when the other becomes right", () => {
    let mixer = createMixer([1, 1]);
    for (let d = 0; d < 60; d++) mixer = learn(mixer, [day(50), day(58)], day(50 - (d % 3)));
    expect(mixer.weights[0]).toBeGreaterThan(0.9);
    for (let d = 0; d < 400; d++) mixer = learn(mixer, [day(50), day(58)], day(58));
    expect(mixer.weights[1]).toBeGreaterThan(0.9);
    expect((mixer.weights[0] as number) + (mixer.weights[1] as number)).toBeCloseTo(1, 12);
  });

  test("methods whose errors cancel are kept together", () => {
    let mixer = createMixer([1, 1]);
    const random = seeded(1);
    let [mixed, best] = [0, 0];
    for (let d = 0; d < 200; d++) {
      const [a, b] = [normal(random), normal(random)];
      const today = [day(50 + 3 * a), day(50 + 3 * b)];
      mixed += Math.abs((weighted(today, mixer.weights)[0] as number) - 50);
      best += Math.abs(3 * a);
      mixer = learn(mixer, today, day(50));
    }
    expect(mixed).toBeLessThan(0.85 * best);
  });

  test("a blend learns from the day before, keeps its state as plain data, and goes on from it", () => {
    const market = syntheticMarket(75, 8);
    const whole = createBlend(membersFor(60));
    expect(whole.members).toEqual(["lear-56", "process"]);
    expect(priorOf([{ name: "lear-56" }, { name: "lear-84" }, { name: "process" }])).toEqual([0.5, 0.5, 1]);
    let state = whole.state();
    for (let at = 60; at < 66; at++) {
      const past = pastOf(market, market.firstDay + at);
      const resumed = createBlend(membersFor(60), structuredClone(state));
      const [a, b] = [whole.forecast(past), resumed.forecast(past)];
      for (let h = 0; h < 24; h++) expect(b[h]).toBeCloseTo(a[h] as number, 6);
      state = whole.state();
    }
    expect(state.mixer.weights).not.toEqual(state.mixer.prior);
  });
});

describe("stepping aside", () => {
  test("a blend that has been worse than the plain rule for four weeks gives way to it, and comes back", () => {
    let state = beginBlend([{ name: "lear-56" }, { name: "process" }]);
    for (let d = 0; d < 28; d++) {
      expect(stepsAside(state)).toBe(false);
      state = observe(state, [day(60), day(61)], day(51), day(50));
    }
    expect(blended(state, [day(60), day(61)], day(51))).toEqual(day(51));
    for (let d = 0; d < 200; d++) state = observe(state, [day(50), day(50)], day(58), day(50));
    expect(blended(state, [day(50), day(50)], day(58))[0]).toBeCloseTo(50, 9);
  });
});

describe("intervals", () => {
  test("cover what they promise, also after the errors have doubled", () => {
    const random = seeded(3);
    let errors = createErrors([0.5, 0.9]);
    const seen: Record<number, { inside: number; of: number }> = {
      0.5: { inside: 0, of: 0 },
      0.9: { inside: 0, of: 0 },
    };
    for (let d = 0; d < 300; d++) {
      const forecast = day(40);
      const actual = forecast.map((value) => value + (d < 150 ? 2 : 4) * normal(random));
      for (const level of [0.5, 0.9]) {
        const interval = intervalOf(errors, forecast, level);
        if (interval === null) continue;
        const count = seen[level] as { inside: number; of: number };
        count.inside += coverage(interval.low, interval.high, actual).inside;
        count.of++;
      }
      errors = addErrors(errors, forecast, actual);
    }
    expect(seen[0.5]?.of).toBe(300 - 28);
    for (const level of [0.5, 0.9]) {
      const { inside, of } = seen[level] as { inside: number; of: number };
      expect(Math.abs(inside / of - level)).toBeLessThan(0.03);
    }
  });

  test("no level that was not asked for, and none that is no coverage", () => {
    expect(() => createErrors([90])).toThrowErrorMatchingSnapshot();
    expect(() => intervalOf(createErrors([0.9]), day(1), 0.8)).toThrowErrorMatchingSnapshot();
  });

  test("a forecast without error, day after day, gives a narrow interval and no division by 0", () => {
    let errors = createErrors([0.9]);
    for (let d = 0; d < 40; d++) errors = addErrors(errors, day(10), day(10));
    const interval = intervalOf(errors, day(10), 0.9);
    expect(interval?.low[0]).toBeCloseTo(10, 6);
    expect(interval?.high[0]).toBeCloseTo(10, 6);
  });
});

describe("scores", () => {
  test("by hand", () => {
    const [actual, forecast] = [Float64Array.of(1, 2, 3, 4), Float64Array.of(2, 2, 1, 4)];
    expect(meanAbsoluteError(forecast, actual)).toBe(0.75);
    expect(relativeError(forecast, Float64Array.of(0, 0, 0, 0), actual)).toBe(0.3);
    expect(pinball(Float64Array.of(2, 2, 2, 2), 0.9, actual)).toBeCloseTo((0.1 * 1 + 0 + 0.9 * 1 + 0.9 * 2) / 4, 12);
    expect(errorCorrelation(forecast, Float64Array.of(3, 2, -1, 4), actual)).toBeCloseTo(1, 12);
    expect(() => meanAbsoluteError(forecast, new Float64Array())).toThrowErrorMatchingSnapshot();
  });

  test("normal tail against tables", () => {
    for (const [x, p] of [
      [0, 0.5],
      [1, 0.158655],
      [1.644854, 0.05],
      [-1.959964, 0.975],
      [3, 0.00135],
    ] as const) {
      expect(normalTail(x)).toBeCloseTo(p, 5);
    }
  });

  test("Diebold and Mariano: the better one has a small p, the worse a large one, the same 0.5", () => {
    const random = seeded(9);
    const actual = new Float64Array(24 * 200);
    const good = actual.map(() => normal(random));
    const bad = actual.map(() => 1.1 * normal(random));
    const { statistic, p } = dieboldMariano(bad, good, actual);
    expect(statistic).toBeGreaterThan(3);
    expect(p).toBeLessThan(0.01);
    expect(dieboldMariano(good, bad, actual).p).toBeCloseTo(1 - p, 6);
    expect(dieboldMariano(good, good, actual)).toEqual({ statistic: 0, p: 0.5 });
  });
});
