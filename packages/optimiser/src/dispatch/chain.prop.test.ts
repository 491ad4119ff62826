import { seeded } from "@carrara/base/random";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { breachOf, type Chain, type ChainState, solveChain, worthOf } from "./chain.ts";

/** A chain of random profits and costs. */
function random(seed: number, hours: number, modes: number, minOn: number, minOff: number): Chain {
  const draw = seeded(seed);
  const of = (low: number, high: number) => low + ((high - low) * draw.u32()) / 2 ** 32;
  const fill = (low: number, high: number) => Float64Array.from({ length: hours * modes }, () => of(low, high));
  return {
    hours,
    modes,
    profit: fill(-1, 1),
    start: fill(0, 1),
    change: fill(0, 0.3),
    minOn,
    minOff,
    end: Float64Array.from({ length: modes }, () => of(0, 0.5)),
  };
}

/** Every run of modes there is: the definition that the solver is held to. */
function best(chain: Chain, from: ChainState): number {
  let most = Number.NEGATIVE_INFINITY;
  const plan = new Uint8Array(chain.hours);
  const go = (h: number) => {
    if (h === chain.hours) {
      if (breachOf(chain, from, plan) === null) {
        most = Math.max(most, worthOf(chain, from, plan) + (chain.end?.[plan[h - 1] as number] ?? 0));
      }
      return;
    }
    for (let m = 0; m < chain.modes; m++) {
      plan[h] = m;
      go(h + 1);
    }
  };
  go(0);
  return most;
}

const shape = fc.record({
  seed: fc.nat(),
  hours: fc.integer({ min: 1, max: 6 }),
  modes: fc.integer({ min: 2, max: 3 }),
  minOn: fc.integer({ min: 1, max: 3 }),
  minOff: fc.integer({ min: 1, max: 3 }),
  mode: fc.integer({ min: 0, max: 2 }),
  age: fc.integer({ min: 1, max: 4 }),
});

describe("the best run of modes", () => {
  test("is the best of all runs, with least times, end values and forbidden hours", () => {
    fc.assert(
      fc.property(shape, fc.boolean(), ({ seed, hours, modes, minOn, minOff, mode, age }, forbid) => {
        const free = random(seed, hours, modes, minOn, minOff);
        const draw = seeded(seed + 1);
        const allowed = Uint8Array.from({ length: hours * modes }, () => (draw.below(4) === 0 ? 0 : 1));
        const chain = forbid ? { ...free, allowed } : free;
        const from = { mode: Math.min(mode, modes - 1), age };
        const found = solveChain(chain, from);
        const most = best(chain, from);
        if (found === null) return most === Number.NEGATIVE_INFINITY;
        expect(breachOf(chain, from, found.modes)).toBeNull();
        return Math.abs(found.value - most) < 1e-9;
      }),
      { numRuns: 300 },
    );
  });

  test("is the same by the quick step and by its plain twin", () => {
    fc.assert(
      fc.property(shape, ({ seed, modes, minOn, minOff, mode, age }) => {
        const chain = random(seed, 40, modes, minOn, minOff);
        const from = { mode: Math.min(mode, modes - 1), age };
        const endless = () => new Float64Array(40).fill(Number.POSITIVE_INFINITY);
        const room = { power: new Float64Array(modes), most: endless(), rise: endless(), fall: endless() };
        const quick = solveChain(chain, from);
        const plain = solveChain({ ...chain, room }, from);
        return Math.abs((quick?.value ?? 0) - (plain?.value ?? 1)) < 1e-9;
      }),
      { numRuns: 200 },
    );
  });

  test("never loses by knowing more hours", () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 1, max: 30 }), (seed, known) => {
        const chain = { ...random(seed, 48, 2, 1, 1), end: new Float64Array(2) };
        const from = { mode: 1, age: 9 };
        const part = (hours: number): Chain => ({ ...chain, hours });
        // A plan of fewer hours, carried on by the best that its last state allows, is one that the longer sight had too.
        const short = solveChain(part(known), from);
        const last = { mode: short?.modes[known - 1] ?? 0, age: 9 };
        const rest: Chain = {
          ...chain,
          hours: 48 - known,
          profit: chain.profit.subarray(2 * known),
          start: chain.start.subarray(2 * known),
          change: chain.change.subarray(2 * known),
        };
        const carried = worthOf(part(known), from, short?.modes ?? []) + (solveChain(rest, last)?.value ?? 0);
        return (solveChain(chain, from)?.value ?? 0) >= carried - 1e-9;
      }),
    );
  });

  test("stays within the room that is left, and says when there is none", () => {
    const chain = { ...random(3, 12, 3, 1, 1), end: new Float64Array(3) };
    const power = Float64Array.from([0, 1000, 2000]);
    const of = (watts: number) => new Float64Array(12).fill(watts);
    const from = { mode: 2, age: 9 };
    const found = solveChain({ ...chain, room: { power, most: of(2500), rise: of(1000), fall: of(1000) } }, from);
    let last = 2;
    for (const mode of found?.modes ?? []) {
      expect(Math.abs(mode - last)).toBeLessThanOrEqual(1);
      last = mode;
    }
    expect(solveChain({ ...chain, room: { power, most: of(500), rise: of(0), fall: of(1000) } }, from)).toBeNull();
  });
});
