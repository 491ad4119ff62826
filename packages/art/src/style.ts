/**
 * Styles: an artist's network with its family, palettes, formats and ranges, as 2,048 bytes or fewer.
 *
 * Layout: [0] format byte 1; [1] family; [2] P palettes; [3] F formats; [4] T family traits; P x 19 bytes (name index or
 * 255, then six RGB colours: ground, light, mid, deep, ink, accent); F format codes (repetition is weight); T x (lo, hi);
 * then the family's body: parameters, then networks.
 * @module
 */
import { CarraraError } from "@carrara/base/errors";
import { FAMILIES } from "./families.ts";
import { type Net, netLength, parseNet } from "./net.ts";
import { FAMILY_TRAITS, FORMAT_NAMES, PALETTE_NAMES } from "./traits.ts";

/** The only edition of the renderer. */
export const STYLE_FORMAT = 1;
/** Longest style in bytes: what a collection stores once. */
export const STYLE_LIMIT = 2048;

/** Six sRGB colours with roles. */
export interface StylePalette {
  /** Index into PALETTE_NAMES, 255 for none. */
  readonly name: number;
  /** 18 bytes: ground, light, mid, deep, ink, accent. */
  readonly rgb: Uint8Array;
}

/** A style that was read and proved safe: any seed renders without leaving a bound. */
export interface Style {
  readonly bytes: Uint8Array;
  readonly format: number;
  readonly family: number;
  readonly palettes: readonly StylePalette[];
  readonly formats: readonly number[];
  readonly ranges: readonly (readonly [number, number])[];
  readonly params: Uint8Array;
  readonly nets: readonly Net[];
}

/**
 * Reads a style and checks every bound.
 * @throws BadStyleError naming the byte, its value and the mend; BadNetError for weights that could overflow.
 * @example parseStyle(STYLES[0].bytes).family // 0, block
 */
export function parseStyle(bytes: Uint8Array): Style {
  if (bytes.length > STYLE_LIMIT) {
    throw new BadStyleError(`A style of ${bytes.length} bytes was given.`, `Give ${STYLE_LIMIT} bytes or fewer.`);
  }
  if (bytes.length < 5) throw new BadStyleError(`A style of ${bytes.length} bytes was given.`, "Give a whole style.");
  const [format, code, paletteCount, formatCount, traitCount] = bytes as unknown as [
    number,
    number,
    number,
    number,
    number,
  ];
  if (format !== STYLE_FORMAT) throw wrong(0, format, "the format byte 1");
  const family = FAMILIES[code];
  if (family === undefined) throw wrong(1, code, `a family code from 0 to ${FAMILIES.length - 1}`);
  if (paletteCount < 1 || paletteCount > 24) throw wrong(2, paletteCount, "1 to 24 palettes");
  if (formatCount < 1 || formatCount > 8) throw wrong(3, formatCount, "1 to 8 formats");
  const traits = FAMILY_TRAITS[code]!.traits;
  if (traitCount !== traits.length) throw wrong(4, traitCount, `the family's ${traits.length} traits`);

  const head = 5 + 19 * paletteCount + formatCount + 2 * traitCount;
  const length = head + family.params.length + family.nets.reduce((sum, shape) => sum + netLength(shape), 0);
  if (bytes.length !== length) {
    throw new BadStyleError(`A style of ${bytes.length} bytes was given.`, `Give the ${length} bytes of its header.`);
  }
  let at = 5;
  const palettes = Array.from({ length: paletteCount }, () => {
    const name = bytes[at]!;
    if (name !== 255 && name >= PALETTE_NAMES.length) throw wrong(at, name, "a palette name's index, or 255");
    at += 19;
    return { name, rgb: bytes.slice(at - 18, at) };
  });
  const formats = Array.from({ length: formatCount }, () => {
    const value = bytes[at++]!;
    if (value >= FORMAT_NAMES.length) throw wrong(at - 1, value, `a format code from 0 to ${FORMAT_NAMES.length - 1}`);
    return value;
  });
  const ranges = Array.from({ length: traitCount }, () => {
    at += 2;
    const low = bytes[at - 2]!;
    const high = bytes[at - 1]!;
    if (low > high) throw wrong(at - 2, low, `a lower end that is not above the upper end ${high}`);
    return [low, high] as const;
  });
  const params = bytes.slice(at, at + family.params.length);
  for (const [i, { name, min, max }] of family.params.entries()) {
    const value = params[i]!;
    if (value < min || value > max) throw wrong(at + i, value, `${name} from ${min} to ${max}`);
  }
  at += params.length;
  const nets = family.nets.map((shape) => {
    at += netLength(shape);
    return parseNet(bytes.subarray(at - netLength(shape), at), shape);
  });
  return { bytes: bytes.slice(), format, family: code, palettes, formats, ranges, params, nets };
}

/** Bytes that are not a style of this edition. */
export class BadStyleError extends CarraraError {
  constructor(message: string, hint: string) {
    super("bad-style", message, { hint });
  }
}

function wrong(at: number, value: number, form: string): BadStyleError {
  return new BadStyleError(`Byte ${at} of the style is ${value}.`, `Give ${form}.`);
}
