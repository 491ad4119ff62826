import { seeded } from "@carrara/base/random";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { usdPerKw, watts } from "../units.ts";
import { planExact } from "./exact.ts";
import { planFleet } from "./fleet.ts";
import { breachOfSite, openSite, type Placed, powerOf, type Site, SiteError, worthOfSite } from "./site.ts";

const HOURS = 10;

/** Machines and a site with every kind of limit, drawn at random. */
function draw(seed: number, count: number, modes: number, hours = HOURS): { machines: Placed[]; site: Site } {
  const random = seeded(seed);
  const of = (low: number, high: number) => low + ((high - low) * random.u32()) / 2 ** 32;
  const chance = (n: number) => random.below(n) === 0;
  const prices = Array.from({ length: hours }, () => of(-20, 180));
  const machines = Array.from({ length: count }, (_, i): Placed => {
    const power = Float64Array.from({ length: modes }, (_, m) => (m === 0 ? 0 : 1500 * m * of(0.9, 1.1)));
    const worth = of(60, 140);
    const size = hours * modes;
    const profit = new Float64Array(size);
    const start = new Float64Array(size);
    for (let h = 0; h < hours; h++) {
      for (let m = 1; m < modes; m++) {
        const watt = power[m] as number;
        profit[h * modes + m] = ((worth - 3 * m - (prices[h] as number)) * watt) / 1e6;
        start[h * modes + m] = (worth * watt * 0.25) / 1e6;
      }
    }
    return {
      id: `m${i}`,
      chain: {
        hours,
        modes,
        profit,
        start,
        change: new Float64Array(size),
        minOn: 1 + random.below(2),
        minOff: 1 + random.below(2),
      },
      from: { mode: random.below(modes), age: 1 + random.below(3) },
      power,
      breaker: random.below(2),
      priority: 0,
    };
  });
  const whole = machines.reduce((sum, { power }) => sum + (power.at(-1) as number), 0);
  const limit = (part: number) => watts(whole * of(part, 1));
  const breaker = () => ({
    ...(chance(2) ? { most: limit(0.5) } : {}),
    ...(chance(2) ? { rise: limit(0.3) } : {}),
    ...(chance(3) ? { fall: limit(0.5) } : {}),
  });
  const site: Site = {
    hours,
    most: Float64Array.from({ length: hours }, () => (chance(3) ? whole * of(0.4, 1) : Number.POSITIVE_INFINITY)),
    breakers: [breaker(), breaker()],
    ...(chance(2) ? { quiet: { hours: Uint8Array.from({ length: hours }, () => random.below(2)), mode: 1 } } : {}),
    ...(chance(2)
      ? {
          demand: {
            price: usdPerKw(of(0, 0.6)),
            window: Uint8Array.from({ length: hours }, () => random.below(2)),
            peak: watts(whole * of(0, 0.5)),
          },
        }
      : {}),
  };
  return { machines, site };
}

/** The plan, or `null` where the site cannot be planned. */
function feasible<T>(make: () => T): T | null {
  try {
    return make();
  } catch (error) {
    if (error instanceof SiteError && error.code === "site-infeasible") return null;
    throw error;
  }
}

describe("a plan of a site", () => {
  test("of a few machines: exact keeps all limits; the planner for many keeps them too, below exact, below its bound", () => {
    let shortfall = 0;
    let plans = 0;
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 1, max: 3 }), fc.integer({ min: 2, max: 3 }), (seed, count, modes) => {
        const { machines, site } = draw(seed, count, modes);
        const exact = feasible(() => planExact(machines, site));
        const many = feasible(() => planFleet(machines, site));
        if (many === null) return true;
        expect(breachOfSite(machines, site, many.modes)).toBeNull();
        expect(many.profit).toBeCloseTo(worthOfSite(machines, site, many.modes), 9);
        if (exact === null) throw new Error("the exact planner found none where the other did");
        expect(breachOfSite(machines, site, exact.modes)).toBeNull();
        expect(many.profit).toBeLessThanOrEqual(exact.profit + 1e-9);
        expect(exact.profit).toBeLessThanOrEqual(many.bound + 1e-9);
        shortfall += exact.profit - many.profit;
        plans += Math.abs(exact.profit);
        return true;
      }),
      { numRuns: 25 },
    );
    // Few machines are the worst case of the method: one machine more or less is a large part of the whole.
    expect(shortfall / plans).toBeLessThan(0.05);
  }, 300_000);

  test("of a hundred machines keeps all limits and is near its bound", () => {
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const { machines, site } = draw(seed, 100, 3, 24);
        const plan = feasible(() => planFleet(machines, site));
        if (plan === null) return true;
        expect(breachOfSite(machines, site, plan.modes)).toBeNull();
        return plan.bound >= plan.profit - 1e-9;
      }),
      { numRuns: 3 },
    );
  }, 300_000);

  test("a later class gets what the earlier leaves", () => {
    const { machines } = draw(5, 20, 2, 6);
    const always = machines.map((machine, i): Placed => {
      const profit = machine.chain.profit.map((_, k) => (k % 2 === 1 ? 0.05 + 0.01 * i : 0));
      const chain = { ...machine.chain, profit, minOn: 1, minOff: 1 };
      return { ...machine, chain, breaker: 0, from: { mode: 0, age: 9 }, priority: i < 10 ? 0 : 1 };
    });
    const half = always.slice(0, 10).reduce((sum, { power }) => sum + (power[1] as number), 0);
    const site: Site = { ...openSite(6), most: new Float64Array(6).fill(half + 100) };
    const plan = planFleet(always, site);
    expect(plan.modes.map((modes) => modes[3])).toEqual([...Array(10).fill(1), ...Array(10).fill(0)]);
    const moneyOnly = planFleet(
      always.map((machine) => ({ ...machine, priority: 0 })),
      site,
    );
    expect(moneyOnly.profit).toBeGreaterThan(plan.profit);
    expect(plan.bound).toBeGreaterThanOrEqual(moneyOnly.profit - 1e-9);
    expect(() => planExact(always, site)).toThrow(/classes 0, 1 are not planned exactly/);
  });

  test("pays a demand charge only where it is worth it", () => {
    const { machines } = draw(7, 10, 2, 4);
    const flat = machines.map((machine): Placed => {
      const profit = machine.chain.profit.map((_, k) => (k % 2 === 1 ? 0.1 : 0));
      return {
        ...machine,
        chain: { ...machine.chain, profit, minOn: 1, minOff: 1 },
        breaker: 0,
        from: { mode: 1, age: 9 },
      };
    });
    const demand = (price: number) => ({
      price: usdPerKw(price),
      window: Uint8Array.from([0, 1, 1, 0]),
      peak: watts(0),
    });
    const dear = planFleet(flat, { ...openSite(4), demand: demand(5) });
    expect(Math.max(...powerOf(flat, dear.modes).slice(2, 4))).toBe(0);
    const cheap = planFleet(flat, { ...openSite(4), demand: demand(0.01) });
    expect(cheap.modes.every((modes) => modes.every((mode) => mode === 1))).toBe(true);
  });

  test("that cannot be is refused, with the mend", () => {
    const { machines } = draw(9, 3, 2);
    const stuck = machines.map((machine) => ({
      ...machine,
      chain: { ...machine.chain, minOn: 8 },
      from: { mode: 1, age: 1 },
    }));
    const site: Site = { ...openSite(HOURS), most: new Float64Array(HOURS).fill(1000), breakers: [{}, {}] };
    expect(() => planFleet(stuck, site)).toThrow(/Shedding as fast as allowed still breaks a limit/);
    expect(() => planExact(stuck, site)).toThrow(/No plan keeps/);
    const many = Array.from({ length: 20 }, (_, i) => ({ ...(machines[0] as Placed), id: `m${i}` }));
    expect(() => planExact(many, site)).toThrow(/not planned exactly/);
    expect(() => planFleet(machines, { ...site, most: new Float64Array(3) })).toThrow(SiteError);
  });
});
