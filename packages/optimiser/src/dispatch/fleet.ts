/**
 * The plan of thousands of machines under a site's limits: Lagrangian relaxation with repair, and a bound on how far it
 * can be from the best.
 *
 * Each limit of the site gets a price per W (cap, breaker, ramp, demand charge); at given prices every machine is
 * planned alone, exactly. The prices are moved against what is broken: each by its own step, which grows while the sign
 * stays and shrinks when it turns (Rprop, Riedmiller and Braun 1993), since a limit is nearly a question of one price.
 * Whatever the prices, the relaxed value is an upper bound (weak duality; Geoffrion 1974), so `bound` is proven. Then
 * the machines are put into the room that is left, best first, at those prices, and again without them until nothing is
 * gained: every step keeps every limit. With n machines and c limits the gap shrinks as c / n (Shapley-Folkman;
 * Bertsekas et al. 1983 for unit commitment).
 * @module
 */
import { type Chain, type ChainMemory, createChainMemory, type Room, solveChain, worthOf } from "./chain.ts";
import {
  breachOfSite,
  checkSite,
  type Placed,
  powerOf,
  quietChain,
  type Site,
  SiteError,
  type SitePlan,
  worthOfSite,
} from "./site.ts";

export interface FleetOptions {
  /** How often prices are moved. */
  readonly rounds: number;
  /** How often every machine is put in anew; it ends earlier when nothing is gained. */
  readonly passes: number;
}

export const FLEET_DEFAULTS: FleetOptions = { rounds: 80, passes: 3 };

/**
 * Plans a site of any size.
 * @throws SiteError `bad-site`, or `site-infeasible` when even shedding as fast as allowed breaks a limit.
 * @example const { modes, profit, bound } = planFleet(machines, site)
 */
export function planFleet(machines: readonly Placed[], site: Site, options: FleetOptions = FLEET_DEFAULTS): SitePlan {
  checkSite(machines, site);
  const memory = createChainMemory();
  const chains = machines.map((machine) => quietChain(machine, site));
  const plan = shed(machines, chains, site, memory);
  const breach = breachOfSite(machines, site, plan);
  if (breach !== null) {
    throw new SiteError(
      "site-infeasible",
      `Shedding as fast as allowed still breaks a limit: ${breach}.`,
      "Raise the cap, or the fall of the breakers, or shorten the least times on.",
    );
  }
  const classes = [...new Set(machines.map(({ priority }) => priority))].sort((a, b) => a - b);
  let price: Float64Array = new Float64Array(site.hours);
  let bound = Number.POSITIVE_INFINITY;
  for (const priority of classes) {
    const members = machines.flatMap((machine, i) => (machine.priority === priority ? [i] : []));
    const dual = relax(machines, chains, site, plan, members, options.rounds, memory);
    price = dual.site.map((usdPerW) => usdPerW * 1000);
    if (classes.length === 1) bound = dual.bound;
    fit(machines, chains, site, plan, members, dual, options.passes, memory);
  }
  if (classes.length > 1) {
    // The order of classes is a limit more: the bound without it holds with it too.
    const all = machines.map((_, i) => i);
    bound = relax(machines, chains, site, plan, all, options.rounds, memory).bound;
  }
  const profit = worthOfSite(machines, site, plan);
  return { modes: plan, profit, bound: Math.max(bound, profit), price, method: "dual" };
}

/** Every machine off as soon as its least time and the breakers' fall let it: the plan that others start from. */
function shed(machines: readonly Placed[], chains: readonly Chain[], site: Site, memory: ChainMemory): Uint8Array[] {
  const lightest = (i: number): Chain => {
    const chain = chains[i] as Chain;
    const { power } = machines[i] as Placed;
    const profit = new Float64Array(chain.hours * chain.modes);
    for (let k = 0; k < profit.length; k++) profit[k] = -(power[k % chain.modes] as number);
    const none = new Float64Array(profit.length);
    return { ...chain, profit, start: none, change: none, end: new Float64Array(chain.modes) };
  };
  const plan = machines.map(({ id, from }, i) => {
    const hold = new Uint8Array(site.hours).fill(from.mode);
    const chain = chains[i] as Chain;
    const may = chain.allowed === undefined || hold.every((m, h) => chain.allowed?.[h * chain.modes + m] === 1);
    const path = may ? hold : solveChain(lightest(i), from, memory)?.modes;
    if (path === undefined) {
      throw new SiteError("site-infeasible", `Machine "${id}" has no plan that its own limits allow.`, "Allow off.");
    }
    return path;
  });
  const load = createLoad(machines, site, plan);
  for (let i = machines.length - 1; i >= 0; i--) {
    const { from, power } = machines[i] as Placed;
    load.remove(i);
    const free = load.room(i, null);
    const room: Room = { ...free, power, most: new Float64Array(site.hours).fill(Number.POSITIVE_INFINITY) };
    const path = solveChain({ ...lightest(i), room }, from, memory)?.modes;
    if (path !== undefined) plan[i] = path;
    load.add(i);
  }
  return plan;
}

/** Power that the plan draws, and the room that it leaves. */
function createLoad(machines: readonly Placed[], site: Site, plan: Uint8Array[]) {
  const total = powerOf(machines, plan);
  const breakers = site.breakers.map((_, b) => powerOf(machines, plan, b));
  const hours = site.hours;
  const room: Room = {
    power: new Float64Array(),
    most: new Float64Array(hours),
    rise: new Float64Array(hours),
    fall: new Float64Array(hours),
  };
  const put = (i: number, sign: number) => {
    const { power, from, breaker } = machines[i] as Placed;
    const path = plan[i] as Uint8Array;
    const own = breakers[breaker] as Float64Array;
    for (let h = 0; h <= hours; h++) {
      const watts = sign * (power[h === 0 ? from.mode : (path[h - 1] as number)] as number);
      total[h] = (total[h] as number) + watts;
      own[h] = (own[h] as number) + watts;
    }
  };
  return {
    total,
    breakers,
    add: (i: number) => put(i, 1),
    remove: (i: number) => put(i, -1),
    /** What is left for machine `i`, which was removed before; shared memory, valid until the next call. */
    room(i: number, peak: number | null): Room {
      const { breaker, power } = machines[i] as Placed;
      const own = breakers[breaker] as Float64Array;
      const { most, rise, fall } = site.breakers[breaker] as Site["breakers"][number];
      for (let h = 0; h < hours; h++) {
        let left = (site.most[h] as number) - (total[h + 1] as number);
        if (most !== undefined) left = Math.min(left, most - (own[h + 1] as number));
        if (peak !== null && site.demand?.window[h] === 1) left = Math.min(left, peak - (total[h + 1] as number));
        room.most[h] = left;
        const step = (own[h + 1] as number) - (own[h] as number);
        room.rise[h] = (rise ?? Number.POSITIVE_INFINITY) - step;
        room.fall[h] = (fall ?? Number.POSITIVE_INFINITY) + step;
      }
      return { ...room, power };
    },
  };
}

/** Prices of the limits, USD per W and hour, and what they prove. */
interface Dual {
  /** All that a W costs on each breaker. */
  readonly price: readonly Float64Array[];
  /** The part of the site's cap. */
  readonly site: Float64Array;
  /** The most that the members and what is fixed can earn. */
  readonly bound: number;
  /** Value of each member at these prices, for the order in which they are put in. */
  readonly merit: Float64Array;
}

/** One limit hour by hour: what the members may use of it, and its price. */
interface Limit {
  readonly breaker: number | null;
  readonly kind: "most" | "rise" | "fall" | "demand";
  readonly left: Float64Array;
  readonly price: Float64Array;
  readonly step: Float64Array;
  readonly sign: Float64Array;
}

function relax(
  machines: readonly Placed[],
  chains: readonly Chain[],
  site: Site,
  plan: readonly Uint8Array[],
  members: readonly number[],
  rounds: number,
  memory: ChainMemory,
): Dual {
  const { hours } = site;
  const before = new Float64Array(site.breakers.length);
  for (const i of members) {
    const { breaker, power, from } = machines[i] as Placed;
    before[breaker] = (before[breaker] as number) + (power[from.mode] as number);
  }
  const inside = new Set(members);
  const fixed = machines.map((_, i) => i).filter((i) => !inside.has(i));
  let fixedWorth = 0;
  for (const i of fixed) {
    fixedWorth += worthOf(chains[i] as Chain, (machines[i] as Placed).from, plan[i] as Uint8Array);
  }
  const limits = limitsOf(machines, site, plan, fixed, before, startStep(machines, chains, members));
  const cap = limits.find(({ kind, breaker }) => kind === "most" && breaker === null);

  let best: Dual | null = null;
  let settled = Number.POSITIVE_INFINITY;
  let since = 0;
  const price = site.breakers.map(() => new Float64Array(hours));
  const drawn = site.breakers.map(() => new Float64Array(hours));
  const total = new Float64Array(hours);
  const merit = new Float64Array(members.length);
  for (let round = 0; round < rounds; round++) {
    for (const [b, own] of price.entries()) priceOf(limits, b, own);
    for (const watts of drawn) watts.fill(0);
    let bound = fixedWorth;
    for (const [k, i] of members.entries()) {
      const { breaker, power, from } = machines[i] as Placed;
      const toll = { power, price: price[breaker] as Float64Array };
      const found = solveChain({ ...(chains[i] as Chain), toll }, from, memory);
      // `shed` has found a run of modes for each.
      if (found === null) continue;
      merit[k] = found.value;
      bound += found.value;
      const watts = drawn[breaker] as Float64Array;
      for (let h = 0; h < hours; h++) watts[h] = (watts[h] as number) + (power[found.modes[h] as number] as number);
    }
    for (let h = 0; h < hours; h++) {
      total[h] = 0;
      for (const watts of drawn) total[h] = (total[h] as number) + (watts[h] as number);
    }
    for (const { left, price: own } of limits) {
      for (let h = 0; h < hours; h++) if ((own[h] as number) > 0) bound += (own[h] as number) * (left[h] as number);
    }
    if (best === null || bound < best.bound) {
      const copies = price.map((own) => own.slice());
      best = { bound, price: copies, site: cap?.price.slice() ?? new Float64Array(hours), merit: merit.slice() };
    }
    // Prices that have settled are not moved on: eight rounds without a gain of a part in 20,000.
    if (best.bound < settled - 5e-5 * Math.abs(settled) || round === 0) {
      settled = best.bound;
      since = round;
    } else if (round - since >= 8) break;
    for (const limit of limits) movePrices(limit, limit.breaker === null ? total : drawn[limit.breaker], site, round);
  }
  return best ?? { bound: Number.POSITIVE_INFINITY, price, site: new Float64Array(hours), merit };
}

/** The limits that a site has, with what is left of them when all but the members are fixed. */
function limitsOf(
  machines: readonly Placed[],
  site: Site,
  plan: readonly Uint8Array[],
  fixed: readonly number[],
  before: Float64Array,
  step: number,
): Limit[] {
  const { hours, demand } = site;
  const others = fixed.map((i) => machines[i] as Placed);
  const othersPlan = fixed.map((i) => plan[i] as Uint8Array);
  const power = (breaker?: number) =>
    fixed.length === 0 ? new Float64Array(hours + 1) : powerOf(others, othersPlan, breaker);
  const limits: Limit[] = [];
  const add = (kind: Limit["kind"], breaker: number | null, left: (h: number) => number) => {
    limits.push({
      kind,
      breaker,
      left: Float64Array.from({ length: hours }, (_, h) => left(h)),
      price: new Float64Array(hours),
      step: new Float64Array(hours).fill(step),
      sign: new Float64Array(hours),
    });
  };
  const total = power();
  if (site.most.some(Number.isFinite)) add("most", null, (h) => (site.most[h] as number) - (total[h + 1] as number));
  if (demand !== undefined && demand.price > 0) add("demand", null, (h) => demand.peak - (total[h + 1] as number));
  for (const [b, { most, rise, fall }] of site.breakers.entries()) {
    const own = power(b);
    // At hour 0 the members' power before is given, so that it stands on the side of what is left.
    const stepOf = (h: number) => (own[h + 1] as number) - (own[h] as number) - (h === 0 ? (before[b] as number) : 0);
    if (most !== undefined) add("most", b, (h) => most - (own[h + 1] as number));
    if (rise !== undefined) add("rise", b, (h) => rise - stepOf(h));
    if (fall !== undefined) add("fall", b, (h) => fall + stepOf(h));
  }
  return limits;
}

/** What a W costs on breaker `b`: a ramp's price is paid in its hour and given back in the one before. */
function priceOf(limits: readonly Limit[], b: number, into: Float64Array): void {
  into.fill(0);
  for (const { kind, breaker, price } of limits) {
    if (breaker !== null && breaker !== b) continue;
    for (let h = 0; h < into.length; h++) {
      const now = price[h] as number;
      const next = price[h + 1] ?? 0;
      into[h] = (into[h] as number) + (kind === "rise" ? now - next : kind === "fall" ? next - now : now);
    }
  }
}

function movePrices(limit: Limit, watts: Float64Array | undefined, site: Site, round: number): void {
  if (watts === undefined) return;
  const { kind, left, price, step, sign } = limit;
  if (kind === "demand") {
    moveDemand(price, watts, site, round);
    return;
  }
  for (let h = 0; h < price.length; h++) {
    const now = watts[h] as number;
    const last = h === 0 ? 0 : (watts[h - 1] as number);
    const use = kind === "rise" ? now - last : kind === "fall" ? last - now : now;
    const turn = Math.sign(use - (left[h] as number));
    if (turn !== 0 && sign[h] !== 0) step[h] = (step[h] as number) * (turn === sign[h] ? 1.2 : 0.5);
    price[h] = Math.max(0, (price[h] as number) + turn * (step[h] as number));
    sign[h] = turn;
  }
}

/** The charge is one sum of money that the hours of the window share: projected subgradient on that simplex. */
function moveDemand(price: Float64Array, watts: Float64Array, site: Site, round: number): void {
  const { demand } = site;
  if (demand === undefined) return;
  const charge = demand.price / 1000;
  const hours = [...demand.window.keys()].filter((h) => demand.window[h] === 1);
  const most = Math.max(1, ...hours.map((h) => watts[h] as number));
  for (const h of hours) {
    const over = ((watts[h] as number) - demand.peak) / most;
    price[h] = Math.max(0, (price[h] as number) + (charge * over) / Math.sqrt(hours.length * (1 + round)));
  }
  const sum = hours.reduce((a, h) => a + (price[h] as number), 0);
  if (sum <= charge) return;
  // Projection (Held, Wolfe, Crowder 1974): take the same from all, none below 0, until the sum is the charge.
  const sorted = hours.map((h) => price[h] as number).sort((a, b) => b - a);
  let cut = 0;
  let kept = 0;
  for (const [k, value] of sorted.entries()) {
    kept += value;
    const level = (kept - charge) / (k + 1);
    if (value > level) cut = level;
  }
  for (const h of hours) price[h] = Math.max(0, (price[h] as number) - cut);
}

/** A tenth of what a W earns in a good hour: prices begin there. */
function startStep(machines: readonly Placed[], chains: readonly Chain[], members: readonly number[]): number {
  let sum = 0;
  for (const i of members) {
    const { power } = machines[i] as Placed;
    const { profit, modes } = chains[i] as Chain;
    let most = 0;
    for (let k = 0; k < profit.length; k++) {
      const watts = power[k % modes] as number;
      if (watts > 0) most = Math.max(most, (profit[k] as number) / watts);
    }
    sum += most;
  }
  return Math.max(1e-9, (0.1 * sum) / Math.max(1, members.length));
}

/** Puts the members into what is left, best first, at the dual's prices and then without. The plan is changed. */
function fit(
  machines: readonly Placed[],
  chains: readonly Chain[],
  site: Site,
  plan: Uint8Array[],
  members: readonly number[],
  dual: Dual,
  passes: number,
  memory: ChainMemory,
): void {
  const merit = new Map(members.map((i, k) => [i, (dual.merit[k] as number) / mostOf(machines[i] as Placed)]));
  const order = members.toSorted((a, b) => (merit.get(b) as number) - (merit.get(a) as number));
  const pass = (peak: number | null, tolled: boolean) => {
    const load = createLoad(machines, site, plan);
    for (const i of order) {
      const { from, power, breaker } = machines[i] as Placed;
      load.remove(i);
      const room = load.room(i, peak);
      const toll = { power, price: dual.price[breaker] as Float64Array };
      const chain = { ...(chains[i] as Chain), room, ...(tolled ? { toll } : {}) };
      const found = solveChain(chain, from, memory);
      if (found !== null) plan[i] = found.modes;
      load.add(i);
    }
    return worthOfSite(machines, site, plan);
  };
  const fill = (peak: number | null) => {
    pass(peak, true);
    return pass(peak, false);
  };

  const { demand } = site;
  let peak: number | null = null;
  let worth: number;
  if (demand === undefined || demand.price === 0) worth = fill(null);
  else {
    // The peak is one number: each level is a plan of its own, and the best is kept. Shedding's own peak is the least.
    const shedPlan = plan.slice();
    const peakNow = () => {
      const power = powerOf(machines, plan);
      let most: number = demand.peak;
      for (let h = 0; h < site.hours; h++) if (demand.window[h] === 1) most = Math.max(most, power[h + 1] as number);
      return most;
    };
    const least = peakNow();
    worth = fill(null);
    let best = plan.slice();
    const whole = peakNow();
    peak = whole;
    let [low, high] = [least, whole];
    for (let zoom = 0; zoom < 3; zoom++) {
      for (let k = 0; k <= PEAK_LEVELS; k++) {
        const level = low + ((high - low) * k) / PEAK_LEVELS;
        plan.splice(0, plan.length, ...shedPlan);
        const tried = fill(level);
        if (tried > worth) {
          worth = tried;
          best = plan.slice();
          peak = level;
        }
      }
      const width: number = (high - low) / PEAK_LEVELS;
      low = Math.max(least, peak - width);
      high = Math.min(whole, peak + width);
    }
    plan.splice(0, plan.length, ...best);
  }
  for (let k = 0; k < passes; k++) {
    const next = pass(peak, false);
    if (next - worth <= 1e-6 * Math.abs(worth)) break;
    worth = next;
  }
}

const PEAK_LEVELS = 6;

function mostOf({ power }: Placed): number {
  return Math.max(1, ...power);
}
