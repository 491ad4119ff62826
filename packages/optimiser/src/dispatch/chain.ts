/**
 * The best run of modes for one machine over hours whose profits are known: dynamic programming (Bellman), exact, with
 * what it costs to start and to change, least times on and off, and optional room that others leave on power and ramps.
 * Plan, oracle and fleet all stand on this one solver.
 * @module
 */
import { CarraraError } from "@carrara/base/errors";

/** Modes are numbers: 0 is off, 1 and more are on. Arrays are hour after hour, `modes` values each. */
export interface Chain {
  readonly hours: number;
  /** How many modes there are, off included. */
  readonly modes: number;
  /** USD in the hour when the machine is in the mode for all of it. */
  readonly profit: Float64Array;
  /** USD lost by coming into the mode from off. */
  readonly start: Float64Array;
  /** USD lost by coming into the mode from another one that is on. */
  readonly change: Float64Array;
  /** Hours that a machine once started stays on, and once stopped stays off; 1 or more. */
  readonly minOn: number;
  readonly minOff: number;
  /** 0 where a mode is forbidden in an hour; all are allowed when not given. Off may be forbidden too. */
  readonly allowed?: Uint8Array;
  /** What it is worth to be in the mode when the hours are over; 0 when not given. */
  readonly end?: Float64Array;
  /** Room on power, in W. */
  readonly room?: Room;
  /** A price on power beside the market's, in USD per W and hour: how a site's limits are felt by one machine. */
  readonly toll?: { readonly power: Float64Array; readonly price: Float64Array };
}

/** What other machines leave of a site's limits, hour by hour, in W. */
export interface Room {
  /** Power of each mode. */
  readonly power: Float64Array;
  readonly most: Float64Array;
  /** The most that power may rise, and fall, from the hour before into the hour. */
  readonly rise: Float64Array;
  readonly fall: Float64Array;
}

/** Where the machine is before the first hour. */
export interface ChainState {
  readonly mode: number;
  /** Hours that it has been on, or off; large when unknown, so that it is free. */
  readonly age: number;
}

/** Watts that rounding may cost: sums of thousands of doubles are not exact. */
const SLACK_W = 1e-6;

/** Memory of a solver, to be used again: planning thousands of machines allocates once. */
export interface ChainMemory {
  value: Float64Array;
  next: Float64Array;
  choice: Uint8Array;
  earns: Float64Array;
}

export function createChainMemory(): ChainMemory {
  return {
    value: new Float64Array(8),
    next: new Float64Array(8),
    choice: new Uint8Array(8),
    earns: new Float64Array(256),
  };
}

/**
 * The best modes and their value, end value included.
 * @returns `null` when no run of modes keeps the limits.
 * @example solveChain(chain, { mode: 1, age: 99 })?.modes
 */
export function solveChain(
  chain: Chain,
  from: ChainState,
  memory: ChainMemory = createChainMemory(),
): { modes: Uint8Array; value: number } | null {
  const { hours, modes, minOn, minOff } = chain;
  const states = minOff + (modes - 1) * minOn;
  if (states > 255) throw new ChainTooLargeError(modes, minOn, minOff);
  if (memory.value.length < states) {
    memory.value = new Float64Array(states);
    memory.next = new Float64Array(states);
  }
  if (memory.choice.length < states * hours) memory.choice = new Uint8Array(states * hours);
  const { choice } = memory;
  let { value, next } = memory;
  // State 0..minOff-1: off for 1, 2, ... hours. State minOff + (m-1) * minOn + a: mode m, on for a+1 hours.
  const end = chain.end;
  for (let s = 0; s < states; s++) next[s] = end === undefined ? 0 : (end[modeOf(s, minOn, minOff)] as number);

  const step = chain.room === undefined ? freeStep : roomStep;
  for (let h = hours - 1; h >= 0; h--) {
    step(chain, h, next, value, choice, states, memory.earns);
    [value, next] = [next, value];
  }

  // The first hour starts from a state that need not be one of the grid's: its age saturates.
  const first =
    from.mode === 0
      ? Math.min(Math.max(from.age, 1), minOff) - 1
      : minOff + (from.mode - 1) * minOn + Math.min(Math.max(from.age, 1), minOn) - 1;
  const total = next[first] as number;
  if (total === Number.NEGATIVE_INFINITY) return null;
  const plan = new Uint8Array(hours);
  let s = first;
  for (let h = 0; h < hours; h++) {
    s = choice[h * states + s] as number;
    plan[h] = modeOf(s, minOn, minOff);
  }
  return { modes: plan, value: total };
}

/** One hour back for any chain: every pair of modes is tried. The plain twin of `freeStep`. */
function roomStep(
  chain: Chain,
  h: number,
  next: Float64Array,
  value: Float64Array,
  choice: Uint8Array,
  states: number,
): void {
  const { modes, minOn, minOff } = chain;
  for (let s = 0; s < states; s++) {
    const state = modeOf(s, minOn, minOff);
    const age = s < minOff ? s + 1 : ((s - minOff) % minOn) + 1;
    let best = Number.NEGATIVE_INFINITY;
    let bestState = 0;
    for (let m = 0; m < modes; m++) {
      if (state === 0 ? m !== 0 && age < minOff : m === 0 && age < minOn) continue;
      if (!open(chain, h, state, m)) continue;
      const to = follow(state, age, m, minOn, minOff);
      const worth = gain(chain, h, state, m) - toll(chain, h, m) + (next[to] as number);
      // Ties go to staying: a switch that earns nothing is not made.
      if (worth > best || (worth === best && m === state)) {
        best = worth;
        bestState = to;
      }
    }
    value[s] = best;
    choice[h * states + s] = bestState;
  }
}

/**
 * The same without limits between modes. What it costs to come into a mode does not depend on where from but for off or
 * on, so that the best arrival of an hour is found once for all states: modes, not modes squared.
 */
function freeStep(
  chain: Chain,
  h: number,
  next: Float64Array,
  value: Float64Array,
  choice: Uint8Array,
  states: number,
  earns: Float64Array,
): void {
  const { modes, minOn, minOff, profit, start, change, allowed } = chain;
  const at = h * modes;
  const price = chain.toll === undefined ? 0 : (chain.toll.price[h] as number);
  const power = chain.toll?.power;
  for (let m = 0; m < modes; m++) {
    const own = (profit[at + m] as number) - (power === undefined ? 0 : price * (power[m] as number));
    earns[m] = allowed !== undefined && allowed[at + m] === 0 ? Number.NEGATIVE_INFINITY : own;
  }
  const offEarns = earns[0] as number;
  let bestStart = Number.NEGATIVE_INFINITY;
  let started = 0;
  for (let m = 1; m < modes; m++) {
    const to = minOff + (m - 1) * minOn;
    const worth = (earns[m] as number) - (start[at + m] as number) + (next[to] as number);
    if (worth > bestStart) {
      bestStart = worth;
      started = to;
    }
  }
  for (let age = 1; age <= minOff; age++) {
    const stay = Math.min(age + 1, minOff) - 1;
    const worth = offEarns + (next[stay] as number);
    const starts = age >= minOff && bestStart > worth;
    value[age - 1] = starts ? bestStart : worth;
    choice[h * states + age - 1] = starts ? started : stay;
  }
  const stop = offEarns + (next[0] as number);
  for (let age = 1; age <= minOn; age++) {
    const later = Math.min(age + 1, minOn) - 1;
    let bestChange = Number.NEGATIVE_INFINITY;
    let changed = 0;
    for (let m = 1; m < modes; m++) {
      const to = minOff + (m - 1) * minOn + later;
      const worth = (earns[m] as number) - (change[at + m] as number) + (next[to] as number);
      if (worth > bestChange) {
        bestChange = worth;
        changed = to;
      }
    }
    for (let m = 1; m < modes; m++) {
      const s = minOff + (m - 1) * minOn + age - 1;
      let to = minOff + (m - 1) * minOn + later;
      let best = (earns[m] as number) + (next[to] as number);
      if (bestChange > best) {
        best = bestChange;
        to = changed;
      }
      if (age >= minOn && stop > best) {
        best = stop;
        to = 0;
      }
      value[s] = best;
      choice[h * states + s] = to;
    }
  }
}

/** USD of an hour in mode `m` that is come into from `state`. */
export function gain(chain: Chain, hour: number, state: number, m: number): number {
  const at = hour * chain.modes + m;
  const profit = chain.profit[at] as number;
  if (m === 0 || m === state) return profit;
  return profit - ((state === 0 ? chain.start[at] : chain.change[at]) as number);
}

/** What a run of modes is worth, end value left out. */
export function worthOf(chain: Chain, from: ChainState, plan: ArrayLike<number>): number {
  let sum = 0;
  let state = from.mode;
  for (let h = 0; h < chain.hours; h++) {
    const m = plan[h] as number;
    sum += gain(chain, h, state, m);
    state = m;
  }
  return sum;
}

/** The first thing about a run of modes that a chain forbids, or `null`: the twin of the solver's own checks. */
export function breachOf(chain: Chain, from: ChainState, plan: ArrayLike<number>): string | null {
  let { mode, age } = from;
  for (let h = 0; h < chain.hours; h++) {
    const m = plan[h] as number;
    if (mode === 0 && m !== 0 && age < chain.minOff) return `hour ${h}: on after ${age} hours off`;
    if (mode !== 0 && m === 0 && age < chain.minOn) return `hour ${h}: off after ${age} hours on`;
    if (!open(chain, h, mode, m)) return `hour ${h}: mode ${m} is not allowed`;
    age = (m === 0) === (mode === 0) ? age + 1 : 1;
    mode = m;
  }
  return null;
}

function toll({ toll }: Chain, hour: number, m: number): number {
  return toll === undefined ? 0 : (toll.price[hour] as number) * (toll.power[m] as number);
}

function open(chain: Chain, hour: number, state: number, m: number): boolean {
  if (chain.allowed !== undefined && chain.allowed[hour * chain.modes + m] === 0) return false;
  const { room } = chain;
  if (room === undefined) return true;
  const power = room.power[m] as number;
  const step = power - (room.power[state] as number);
  return (
    power <= (room.most[hour] as number) + SLACK_W &&
    step <= (room.rise[hour] as number) + SLACK_W &&
    -step <= (room.fall[hour] as number) + SLACK_W
  );
}

function follow(state: number, age: number, m: number, minOn: number, minOff: number): number {
  if (m === 0) return state === 0 ? Math.min(age + 1, minOff) - 1 : 0;
  return minOff + (m - 1) * minOn + (state === 0 ? 0 : Math.min(age + 1, minOn) - 1);
}

function modeOf(state: number, minOn: number, minOff: number): number {
  return state < minOff ? 0 : Math.floor((state - minOff) / minOn) + 1;
}

/** The solver keeps a state in one byte. */
export class ChainTooLargeError extends CarraraError {
  constructor(modes: number, minOn: number, minOff: number) {
    super("chain-too-large", `${modes} modes with ${minOn} hours on and ${minOff} off are too many states.`, {
      hint: "Keep (modes - 1) x hours on + hours off at 255 or below: fewer modes, or shorter least times.",
    });
  }
}
