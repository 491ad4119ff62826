/**
 * Fixed point for pictures: int32 sums, shifts and truncating division, equal in JavaScript, WebAssembly, WGSL and the EVM.
 * The unit is Q13: 8192 is one. Every product stays below 2^31 by the bounds of SPEC.md, so nothing ever wraps here.
 * @module
 */

/** One in Q13; also half the longer side of a plate, and a whole turn. */
export const ONE = 8192;

/** `x` held between `low` and `high`. */
export function clamp(x: number, low: number, high: number): number {
  return Math.min(Math.max(x, low), high);
}

/** Q13 product, rounded down. */
export function mul(a: number, b: number): number {
  return Math.imul(a, b) >> 13;
}

/** From `a` (t = 0) to `b` (t = 8192). */
export function mix(a: number, b: number, t: number): number {
  return (a + (Math.imul(b - a, t) >> 13)) | 0;
}

/** Quotient cut toward zero, as `i32 /` in WGSL and `sdiv` in the EVM. The double quotient of two int32 cuts exactly. */
export function div(a: number, b: number): number {
  return (a / b) | 0;
}

/** Smooth step from 0 at `a` to 8192 at `b` (either order). |x - a| must stay below 2^18. */
export function step(a: number, b: number, x: number): number {
  if (a === b) return x < a ? 0 : ONE;
  const t = clamp(div(Math.imul(x - a, ONE), b - a), 0, ONE);
  return mul(mul(t, t), 3 * ONE - 2 * t);
}

/** Triangle wave of period 8192: 0, up to 8192 at the middle, back to 0. */
export function triangle(phase: number): number {
  const p = phase & 8191;
  return p < 4096 ? p * 2 : (8192 - p) * 2;
}

/** Sine of an angle in turns (8192 = one turn), Q13, by a fifth-order polynomial: off by 2 at most. */
export function sine(turn: number): number {
  const t = turn & 8191;
  const quarter = (t & 4095) < 2048 ? t & 2047 : 2048 - (t & 2047);
  const q = quarter << 2;
  const square = mul(q, q);
  const s = mul(q, 12866 - mul(square, 5270 - mul(square, 596)));
  return t < 4096 ? s : -s;
}

/** Cosine, as {@link sine}. */
export function cosine(turn: number): number {
  return sine(turn + 2048);
}

/** The whole square root of n, 0 <= n < 2^31, digit by digit. */
export function root(n: number): number {
  let rest = n;
  let result = 0;
  for (let bit = 1 << 30; bit !== 0; bit >>>= 2) {
    const trial = result + bit;
    result >>= 1;
    if (rest >= trial) {
      rest -= trial;
      result += bit;
    }
  }
  return result;
}
