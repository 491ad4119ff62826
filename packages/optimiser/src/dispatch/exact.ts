/**
 * The best plan of a few machines under a site's limits, exactly: dynamic programming over the states of all machines
 * together. The demand charge makes the peak a state too; it is taken out by solving once for each peak that can be
 * (every sum of the machines' powers), as a cap in the hours that count.
 * @module
 */
import { gain } from "./chain.ts";
import { checkSite, type Placed, quietChain, type Site, SiteError, type SitePlan, worthOfSite } from "./site.ts";

/** Joint states that are still planned: six machines of on and off with least times of one hour are 64. */
const MOST_STATES = 1024;

/**
 * The plan that earns most of all that keep the limits.
 * @throws SiteError `site-classes` when the machines are of several classes of priority, since then money alone does not
 * decide; `site-too-large` (use `planFleet` for both), `site-infeasible`, or `bad-site`.
 */
export function planExact(machines: readonly Placed[], site: Site): SitePlan {
  checkSite(machines, site);
  const classes = new Set(machines.map(({ priority }) => priority));
  if (classes.size > 1) {
    throw new SiteError(
      "site-classes",
      `Machines of the classes ${[...classes].sort((a, b) => a - b).join(", ")} are not planned exactly.`,
      "Use planFleet, which keeps their order, or give all machines one class to let money decide.",
    );
  }
  const peaks = peakCaps(machines, site);
  let best: { modes: Uint8Array[]; profit: number } | null = null;
  for (const peak of peaks) {
    const most = site.most.map((cap, h) => (site.demand?.window[h] === 1 ? Math.min(cap, peak) : cap));
    const modes = solveJoint(machines, { ...site, most });
    if (modes === null) continue;
    const profit = worthOfSite(machines, site, modes);
    if (best === null || profit > best.profit) best = { modes, profit };
  }
  if (best === null) {
    throw new SiteError(
      "site-infeasible",
      "No plan keeps the site's limits.",
      "Raise the cap, or the fall of the breakers, or shorten the least times on.",
    );
  }
  return { ...best, bound: best.profit, price: new Float64Array(site.hours), method: "exact" };
}

/** The peaks worth trying: the one that is paid for, and every sum of powers above it. */
function peakCaps(machines: readonly Placed[], site: Site): number[] {
  if (site.demand === undefined) return [Number.POSITIVE_INFINITY];
  let sums = new Set([0]);
  for (const { power } of machines) {
    const next = new Set<number>();
    for (const sum of sums) for (const own of power) next.add(sum + own);
    sums = next;
    if (sums.size > 4 * MOST_STATES) tooLarge();
  }
  const paid: number = site.demand.peak;
  return [paid, ...[...sums].filter((sum) => sum > paid)];
}

interface Local {
  readonly mode: number;
  readonly age: number;
}

function solveJoint(machines: readonly Placed[], site: Site): Uint8Array[] | null {
  const chains = machines.map((machine) => quietChain(machine, site));
  const locals = chains.map(({ modes, minOn, minOff }) => {
    const states: Local[] = [];
    for (let age = 1; age <= minOff; age++) states.push({ mode: 0, age });
    for (let mode = 1; mode < modes; mode++) for (let age = 1; age <= minOn; age++) states.push({ mode, age });
    return states;
  });
  let count = 1;
  for (const states of locals) {
    count *= states.length;
    if (count > MOST_STATES) tooLarge();
  }
  const joint: Local[][] = Array.from({ length: count }, (_, index) => {
    let rest = index;
    return locals.map((states) => {
      const local = states[rest % states.length] as Local;
      rest = Math.floor(rest / states.length);
      return local;
    });
  });
  const indexOf = (state: readonly Local[]) => {
    let index = 0;
    let radix = 1;
    for (const [i, { mode, age }] of state.entries()) {
      const { minOn, minOff } = chains[i] as Placed["chain"];
      index += radix * (mode === 0 ? age - 1 : minOff + (mode - 1) * minOn + age - 1);
      radix *= (locals[i] as Local[]).length;
    }
    return index;
  };
  const saturate = (i: number, mode: number, age: number): Local => {
    const { minOn, minOff } = chains[i] as Placed["chain"];
    return { mode, age: Math.min(age, mode === 0 ? minOff : minOn) };
  };
  const start = machines.map(({ from }, i) => saturate(i, from.mode, Math.max(1, from.age)));
  const successors = (state: readonly Local[]): Local[][] => {
    let all: Local[][] = [[]];
    for (const [i, { mode, age }] of state.entries()) {
      const { modes, minOn, minOff } = chains[i] as Placed["chain"];
      const next: Local[] = [];
      for (let m = 0; m < modes; m++) {
        if (mode === 0 ? m !== 0 && age < minOff : m === 0 && age < minOn) continue;
        next.push(saturate(i, m, (m === 0) === (mode === 0) ? age + 1 : 1));
      }
      all = all.flatMap((head) => next.map((local) => [...head, local]));
    }
    return all;
  };
  const moves = joint.map((state) => successors(state).map((to) => ({ to, index: indexOf(to) })));

  let value = new Float64Array(count);
  for (let s = 0; s < count; s++) {
    for (const [i, { mode }] of (joint[s] as Local[]).entries())
      value[s] = (value[s] as number) + (chains[i]?.end?.[mode] ?? 0);
  }
  const choice = Array.from({ length: site.hours }, () => new Int32Array(count).fill(-1));
  for (let h = site.hours - 1; h >= 0; h--) {
    const now = new Float64Array(count).fill(Number.NEGATIVE_INFINITY);
    for (let s = 0; s < count; s++) {
      const state = joint[s] as Local[];
      for (const { to, index } of moves[s] as { to: Local[]; index: number }[]) {
        if (value[index] === Number.NEGATIVE_INFINITY || !keeps(machines, chains, site, h, state, to)) continue;
        let worth = value[index] as number;
        for (const [i, { mode }] of to.entries())
          worth += gain(chains[i] as Placed["chain"], h, (state[i] as Local).mode, mode);
        if (worth > (now[s] as number)) {
          now[s] = worth;
          (choice[h] as Int32Array)[s] = index;
        }
      }
    }
    value = now;
  }
  const plan = machines.map(() => new Uint8Array(site.hours));
  let s = indexOf(start);
  if (value[s] === Number.NEGATIVE_INFINITY) return null;
  for (let h = 0; h < site.hours; h++) {
    s = (choice[h] as Int32Array)[s] as number;
    for (const [i, { mode }] of (joint[s] as Local[]).entries()) (plan[i] as Uint8Array)[h] = mode;
  }
  return plan;
}

function keeps(
  machines: readonly Placed[],
  chains: readonly Placed["chain"][],
  site: Site,
  hour: number,
  state: readonly Local[],
  to: readonly Local[],
): boolean {
  const now = new Float64Array(site.breakers.length);
  const before = new Float64Array(site.breakers.length);
  let total = 0;
  for (const [i, { mode }] of to.entries()) {
    const { allowed, modes } = chains[i] as Placed["chain"];
    if (allowed !== undefined && allowed[hour * modes + mode] === 0) return false;
    const { power, breaker } = machines[i] as Placed;
    total += power[mode] as number;
    now[breaker] = (now[breaker] as number) + (power[mode] as number);
    before[breaker] = (before[breaker] as number) + (power[(state[i] as Local).mode] as number);
  }
  if (total > (site.most[hour] as number) + SLACK_W) return false;
  return site.breakers.every(({ most, rise, fall }, b) => {
    const step = (now[b] as number) - (before[b] as number);
    return !(
      (now[b] as number) > (most ?? Number.POSITIVE_INFINITY) + SLACK_W ||
      step > (rise ?? Number.POSITIVE_INFINITY) + SLACK_W ||
      -step > (fall ?? Number.POSITIVE_INFINITY) + SLACK_W
    );
  });
}

const SLACK_W = 1e-6;

function tooLarge(): never {
  throw new SiteError(
    "site-too-large",
    `More than ${MOST_STATES} states of the machines together are not planned exactly.`,
    "Use planFleet: it plans thousands and tells how far from the best it can be.",
  );
}
