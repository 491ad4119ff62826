/**
 * The plain rule beside the sequential tests: means of the last hour (of the last day, for shares) against fixed
 * thresholds, as fleet software has them.
 * @module
 */
import { HASHES_PER_DIFFICULTY } from "../rate.ts";
import type { Symptom } from "./diagnose.ts";
import type { Expected, Reading } from "./reading.ts";

/**
 * @param interval s
 * @returns the symptoms that a reading brings to light
 * @example const rule = createPlainRule(expected, 300); rule(reading) // ["slow"]
 */
export function createPlainRule(expected: Expected, interval: number): (reading: Reading) => Symptom[] {
  const hour = Math.max(1, Math.round(3600 / interval));
  const windows = new Map<string, number[]>();
  const mean = (name: string, value: number | null, length: number): number | null => {
    const window = windows.get(name) ?? [];
    if (value !== null) window.push(value);
    if (window.length > length) window.shift();
    windows.set(name, window);
    return window.length < length ? null : window.reduce((a, b) => a + b, 0) / length;
  };
  return (reading) => {
    const found: Symptom[] = [];
    const rate = mean("rate", reading.rate, hour);
    if (rate !== null && rate < 0.9 * expected.rate) found.push("slow");
    for (let b = 0; b < expected.boards; b++) {
      const board = mean(`board ${b}`, reading.boards[b] ?? null, hour);
      const should = expected.rate / expected.boards;
      if (board !== null && board < 0.8 * should) found.push(board < 0.05 * should ? "dead-board" : "dying-board");
    }
    const due = ((reading.rate ?? 0) * 1e12 * interval) / ((reading.difficulty ?? 1) * HASHES_PER_DIFFICULTY);
    const shares = mean("shares", reading.shares, hour);
    if (shares === 0) found.push("silent");
    const day = mean("delivered", reading.shares, hour * 24);
    const dueDay = mean("due", due, hour * 24);
    if (day !== null && dueDay !== null && day < 0.9 * dueDay) found.push("not-delivered");
    const chip = mean("chip", reading.chip, hour);
    if (chip !== null && chip > expected.chip) found.push("weak-cooling");
    const regulator = mean("regulator", reading.regulator, hour);
    if (regulator !== null && regulator > expected.regulator) found.push("hot-regulator");
    const off = reading.power === null || reading.meter === null ? null : reading.power / reading.meter - 1;
    const power = mean("power", off, hour);
    if (power !== null && Math.abs(power) > 0.1) found.push("wrong-power");
    if (reading.pool !== null && reading.pool !== expected.pool) found.push("wrong-pool");
    if (reading.user !== null && reading.user !== expected.user) found.push("wrong-user");
    return found;
  };
}
