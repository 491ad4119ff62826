/**
 * Variable difficulty: how rare a share must be so that a device sends about six a minute.
 * Etiquette of the field (facts read in ckpool, DATUM, NOMP, Miningcore): first change after 10 shares or a minute, at most
 * four times harder a step, a dead band of 40 %, never below what the miner asks for, fractions for CPUs, and no easing
 * for a device that has not yet sent a share.
 * @module
 */

/** Middle of the 4 to 8 shares a minute that pools aim at. */
export const SHARE_INTERVAL_MS = 10_000;
/** More than this is never wanted, even where it would lose blocks or claims of a very fast device on a very easy chain. */
export const MAX_SHARES_PER_SECOND = 2;
/** Below it a share costs less to find than to check (2^32 * 1e-6 = 4,295 hashes). */
export const MIN_DIFFICULTY = 1e-6;

/** State of one connection's vardiff; changed in place by the functions below. */
export interface Vardiff {
  /** What is asked for now. */
  difficulty: number;
  /** What the user (`d=`) or the device (`minimum-difficulty`) set; 0 when neither did. */
  minimum: number;
  /** Start of the running window, ms. */
  since: number;
  /** Shares in the window, and the sum of their difficulties. */
  shares: number;
  work: number;
  /** Difficulty that gave one share per interval in the last whole window; 0 before one has ended. */
  measured: number;
  /** Whether any share was ever accepted. */
  proven: boolean;
  /** Whether a window has ended since the start difficulty was set. */
  settled: boolean;
}

/** Rarities that must not be missed: the chain's difficulty, and the collection's where shares can be claims. */
export interface Ceiling {
  /** The easier of the chain's difficulty and the collection's, in units of this pool's difficulty 1. */
  difficulty: number;
}

/** A fresh state. */
export function startVardiff(difficulty: number, now: number): Vardiff {
  return { difficulty, minimum: 0, since: now, shares: 0, work: 0, measured: 0, proven: false, settled: false };
}

/**
 * Counts an accepted share of `credited` difficulty at time `now` (ms).
 * @returns the new difficulty when it is to change, else undefined. The caller announces it.
 */
export function countShare(state: Vardiff, credited: number, now: number, ceiling: Ceiling): number | undefined {
  state.shares += 1;
  state.work += credited;
  state.proven = true;
  return evaluate(state, now, ceiling);
}

/** The passing of time: eases the difficulty of a device that went quiet. To be called every few seconds. */
export function countTime(state: Vardiff, now: number, ceiling: Ceiling): number | undefined {
  return state.proven ? evaluate(state, now, ceiling) : undefined;
}

/**
 * Moves the difficulty to what a miner or the ceiling asks, within the limits, and starts a new window.
 * @returns the difficulty when it changed, else undefined.
 */
export function moveDifficulty(state: Vardiff, wanted: number, now: number, ceiling: Ceiling): number | undefined {
  return change(state, limited(state, wanted, rateOf(state, now), ceiling), now);
}

/**
 * Difficulty to begin with, by the name that the miner gives itself: a third of what its kind usually needs, since
 * going up takes 10 shares and coming down takes minutes.
 * @param hashesPerDifficulty 2^32 for sha256d, 2^16 for scrypt.
 * @param fallback For names that say nothing.
 */
export function startDifficulty(agent: string, hashesPerDifficulty: number, fallback: number): number {
  const scrypt = hashesPerDifficulty < 2 ** 32;
  for (const [pattern, sha256dRate, scryptRate] of RATES) {
    if (pattern.test(agent)) {
      const rate = scrypt ? scryptRate : sha256dRate;
      return rounded(((rate / 3) * (SHARE_INTERVAL_MS / 1000)) / hashesPerDifficulty);
    }
  }
  return fallback;
}

/** Four significant digits, rounded down: the target of the result is never harder than that of `difficulty`. */
export function rounded(difficulty: number): number {
  const near = Number(difficulty.toPrecision(4));
  if (near <= difficulty) return near;
  const unit = 10 ** (Math.floor(Math.log10(difficulty)) - 3);
  const down = Number((near - unit).toPrecision(4));
  return down > 0 ? down : difficulty;
}

const FIRST_SHARES = 10;
const FIRST_MS = 60_000;
// Nearly three standard deviations of a Poisson count of 48 are the dead band. With 24 a device of constant rate had its
// difficulty changed every twelfth minute (simulated), by chance alone.
const LATER_SHARES = 48;
const LATER_MS = 480_000;
const STEP = 4;
const BAND = 0.4;
// Three times too fast over ten shares is chance once in 300 windows.
const RUSH = 3;
// Shares of one packet have one time; without a least duration their rate would be infinite.
const LEAST_MS = 10;

/** Typical hash rates (H/s) by user agent: sha256d, scrypt. */
const RATES: readonly (readonly [RegExp, number, number])[] = [
  [/nerdminer/i, 5e4, 5e2],
  [/cpuminer|minerd|carrara|xmrig/i, 5e6, 1e4],
  [/bitaxe|esp-?miner|nerd(q?axe|octaxe)/i, 5e11, 5e8],
  [/antminer|bmminer|bosminer|braiins|whatsminer|btminer|luxminer|luxos|avalon|cgminer/i, 5e12, 5e8],
];

function evaluate(state: Vardiff, now: number, ceiling: Ceiling): number | undefined {
  const elapsed = now - state.since;
  const wanted = rateOf(state, now);
  const goal = limited(state, wanted, wanted, ceiling);
  const rush = state.shares >= FIRST_SHARES && goal >= RUSH * state.difficulty;
  const first = !state.settled && (state.shares >= FIRST_SHARES || elapsed >= FIRST_MS);
  const later = elapsed >= LATER_MS || (state.shares >= LATER_SHARES && elapsed >= FIRST_MS);
  // Six shares a minute are expected: none in a minute happens by chance once in 400.
  const silent = state.shares === 0 && elapsed >= FIRST_MS;
  if (!rush && !first && !later && !silent) return undefined;
  state.settled = true;
  state.measured = wanted;
  const next = Math.max(Math.min(goal, state.difficulty * STEP), state.difficulty / STEP, floorOf(state));
  const ratio = next / state.difficulty;
  // Inside the dead band the difficulty stays, unless it stands above a ceiling that holds for this hash rate.
  const missing = state.difficulty > goal && goal === rounded(ceiling.difficulty) && state.difficulty > state.minimum;
  if (ratio > 1 - BAND && ratio < 1 + BAND && !missing) {
    restart(state, now);
    return undefined;
  }
  return change(state, next, now);
}

/** The difficulty at which this device sends one share per interval, by the running window if it has shares enough. */
function rateOf(state: Vardiff, now: number): number {
  const elapsed = Math.max(now - state.since, LEAST_MS);
  if (state.shares >= FIRST_SHARES || elapsed >= FIRST_MS) {
    // With no share at all the estimate is "less than one in this time".
    return Math.max(state.work, state.shares === 0 ? state.difficulty : 0) * (SHARE_INTERVAL_MS / elapsed);
  }
  return state.measured;
}

function limited(state: Vardiff, wanted: number, rateShare: number, ceiling: Ceiling): number {
  // rateShare is hashes per interval; divided by the shares that the fastest allowed rate gives in an interval.
  const busiest = rateShare / (MAX_SHARES_PER_SECOND * (SHARE_INTERVAL_MS / 1000));
  return Math.max(Math.min(wanted, Math.max(rounded(ceiling.difficulty), busiest)), floorOf(state));
}

function floorOf(state: Vardiff): number {
  return Math.max(state.minimum, MIN_DIFFICULTY);
}

function change(state: Vardiff, difficulty: number, now: number): number | undefined {
  const next = Math.max(rounded(difficulty), state.minimum);
  restart(state, now);
  if (next === state.difficulty) return undefined;
  state.difficulty = next;
  return next;
}

function restart(state: Vardiff, now: number): void {
  state.since = now;
  state.shares = 0;
  state.work = 0;
}
