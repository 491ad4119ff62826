/**
 * Sixteen bits a channel: the light of a pixel before it is cut to a byte, encoded by a table that is exact. For print and
 * for editing; the eight-bit picture stays the one that is hashed and compared.
 * @module
 */
import { div } from "./integer.ts";
import type { Resolution, Sink } from "./render.ts";

/**
 * 65,537 entries: the sixteen-bit sRGB number v that is nearest to linear light i / 65536, made with whole numbers only
 * (SPEC.md, Sixteen bits). Made once, when it is first asked for: 0.1 s.
 */
export function encodeDeep(): Uint16Array {
  if (deep === undefined) {
    deep = new Uint16Array(65537);
    let v = 0;
    let next = threshold(1);
    for (let i = 0; i <= 65536; i++) {
      const light = BigInt(i);
      const fifth = light ** 5n * UNIT;
      while (v < 65535 && (next.power === 1 ? light * UNIT : fifth) >= next.light) next = threshold(++v + 1);
      deep[i] = v;
    }
  }
  return deep;
}
let deep: Uint16Array | undefined;

/** Encodes each pixel to three numbers of sixteen bits of a whole picture. */
export function toWords({ samples }: Resolution, out: Uint16Array): Sink {
  const shared = samples * samples;
  const table = encodeDeep();
  return (at, red, green, blue) => {
    out[3 * at] = table[div(4 * red, shared)]!;
    out[3 * at + 1] = table[div(4 * green, shared)]!;
    out[3 * at + 2] = table[div(4 * blue, shared)]!;
  };
}

/** 1.055 of section 6's curve, on the scale of s = (2v - 1) / 131070, to the twelfth power. */
const UNIT = (1055n * 131070n) ** 12n;

/**
 * Light of v - 1/2, where v begins (IEC 61966-2-1: s / 12.92 to s = 0.04045, above it ((s + 0.055) / 1.055)^2.4), times
 * 65536 and UNIT; or its fifth power, so that 2.4 becomes 12 and only whole numbers meet.
 */
function threshold(v: number): { power: 1 | 5; light: bigint } {
  const s = BigInt(2 * v - 1);
  // s = 0.04045 lies at v = 2651.39.
  if (v <= 2651) return { power: 1, light: (s * 65536n * 100n * UNIT + 131070n * 1292n - 1n) / (131070n * 1292n) };
  return { power: 5, light: (s * 1000n + 55n * 131070n) ** 12n * 65536n ** 5n };
}
