/**
 * Two int16 in one word, the first one low: what vectors of a kernel hold, one instruction for each function. Bits leave a
 * word here on purpose; what is cut is said at each place.
 * @module
 */

/** Both in one word; they must be int16. */
export function halves(low: number, high: number): number {
  return (low & 0xffff) | (high << 16);
}

/** Sum of the products of the low halves and of the high halves. */
export function dot16(a: number, b: number): number {
  return (Math.imul((a << 16) >> 16, (b << 16) >> 16) + Math.imul(a >> 16, b >> 16)) | 0;
}

/** Difference of each half, wrapped. */
export function sub16(a: number, b: number): number {
  return halves((a & 0xffff) - (b & 0xffff), (a >> 16) - (b >> 16));
}

/** The lesser of each half, as signed numbers. */
export function min16(a: number, b: number): number {
  return halves(Math.min((a << 16) >> 16, (b << 16) >> 16), Math.min(a >> 16, b >> 16));
}

/** Q15 product of each half, rounded half up; never both -32768. */
export function mul16(a: number, b: number): number {
  return halves(
    (Math.imul((a << 16) >> 16, (b << 16) >> 16) + 0x4000) >> 15,
    (Math.imul(a >> 16, b >> 16) + 0x4000) >> 15,
  );
}

/** Each half times 2^n, wrapped. */
export function shl16(a: number, n: number): number {
  return halves(a << n, (a >> 16) << n);
}

/** Each half by 2^n, rounded down. */
export function shr16(a: number, n: number): number {
  return halves(((a << 16) >> 16) >> n, (a >> 16) >> n);
}

/** Phases of two sums for an activation: twelve bits of each from bit `from` on, as the upper bits of the halves. */
export function phases(one: number, two: number, from: number): number {
  return ((one >>> (from - 4)) & 0xfff0) | ((two << (20 - from)) & -0x100000);
}
