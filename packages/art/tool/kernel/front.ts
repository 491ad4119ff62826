/**
 * What only an engine on the EVM needs, in the language that `lower.ts` reads: from calldata to a family's setup, and from
 * a canvas to pixels. Functions that are only declared are written by hand in `natives.ts`.
 * @module
 */
import type { Lab } from "../../src/colour.ts";
import { cubeRoot, LINEAR } from "../../src/colour.ts";
import { type Generator, pickByte } from "../../src/draws.ts";
import type { Numbers, Setup } from "../../src/family/family.ts";
import type { Plate } from "../../src/field.ts";
import { FIELD_MARGIN } from "../../src/field.ts";
import { div, ONE } from "../../src/integer.ts";
import type { Net } from "../../src/net.ts";
import { latticeHash } from "../../src/noise.ts";
import { type Canvas, sampleLight } from "../../src/render.ts";

/** A network as it stands in the style: its number there. */
export interface NetCode {
  readonly number: number;
}

/** A network with its latents, packed: its number in the style, and where the words lie. */
export interface NetWords {
  readonly number: number;
  readonly at: number;
}

/** A field whose nodes are evaluated when somebody reads them: which step makes it (0 none yet), and which of its outputs it is. */
export interface FieldCode {
  readonly step: number;
  readonly output: number;
  readonly reachX: number;
  readonly reachY: number;
}

/** Byte i of the style. */
declare function styleByte(i: number): number;
/** Byte i of the draw hash. */
declare function drawByte(i: number): number;
/** Byte i of the hash that the latents come from. */
declare function latentByte(i: number): number;
/** Ends the call without an answer. */
declare function refuse(): void;

/** In place of `emptyField` of field.ts. */
export function emptyFieldCode(plate: Plate): FieldCode {
  return { step: 0, output: 0, reachX: plate.halfWidth + FIELD_MARGIN, reachY: plate.halfHeight + FIELD_MARGIN };
}

/** In place of `fieldAt` and `nodeOf` of field.ts. */
export declare function fieldCodeAt(field: FieldCode, x: number, y: number): number;
export declare function nodeCodeOf(field: FieldCode, k: number): number;

/** In place of `bind` and `ask` of net.ts. */
export declare function bindCode(net: NetCode, latents: Int8Array): NetWords;
export declare function askWords(net: NetWords): void;

/** In place of functions of noise.ts, whose products wrap. */
export declare function latticeMix(x: number, y: number, seed: number): number;
export declare function latticeNoise(x: number, y: number, seed: number): number;

/** A family's own; see engine.ts. */
declare function drawOf(setup: Setup): Canvas["finish"];
declare function isLinear(): boolean;

export function yes(): boolean {
  return true;
}

export function no(): boolean {
  return false;
}

/** Half width and height of each format on a canvas of half side 8192. */
const PLATES = [
  [6960, 6960],
  [5500, 6960],
  [6960, 5300],
  [6800, 6800],
  [8192, 8192],
];
const TONDO = 3;
const BLEED = 4;

/** Number of the family's traits, parameters and networks, and all of its traits' thresholds; see engine.ts. */
declare const TRAITS: number;
declare const PARAMS: number;
declare const NETS: number;
declare const THRESHOLDS: number[][];
/** `ENCODE` at each fourth and each 64th place, and twice the light at which the next byte begins. */
declare const ENCODE_FINE: number[];
declare const ENCODE_COARSE: number[];
declare const ENCODE_STEPS: number[];
/** Bytes of the family's networks. */
declare const NET_BYTES: number;

/** Reads the style and makes the canvas of a piece, with its family's state, from which all fields and lists are still missing. */
export function canvasOf(styleLength: number): Canvas {
  const palettes = styleByte(2);
  const formats = styleByte(3);
  const rangesAt = 5 + 19 * palettes + formats;
  const paramsAt = rangesAt + 2 * TRAITS;
  if (styleByte(0) !== 1 || palettes === 0 || formats === 0 || styleByte(4) !== TRAITS) refuse();
  if (styleLength !== paramsAt + PARAMS + NET_BYTES) refuse();

  const rgbAt = 6 + 19 * (drawByte(16) % palettes);
  const palette: Lab[] = [];
  for (let i = 0; i < 6; i++) palette.push(labOfBytes(rgbAt + 3 * i));
  const options: number[] = [];
  for (let i = 0; i < TRAITS; i++) options.push(optionOf(i, rangesAt + 2 * i));
  const params = new Uint8Array(PARAMS);
  for (let i = 0; i < PARAMS; i++) params[i] = styleByte(paramsAt + i);
  const nets: NetCode[] = [];
  for (let i = 0; i < NETS; i++) nets.push({ number: i });
  const z = new Int8Array(8);
  for (let i = 0; i < 8; i++) z[i] = (latentByte(i) << 24) >> 24;

  const format = styleByte(5 + 19 * palettes + (drawByte(17) % formats));
  if (format > BLEED) refuse();
  const size = PLATES[format]!;
  const longer = Math.max(size[0]!, size[1]!);
  const plate: Plate = {
    halfWidth: div(size[0]! * ONE, longer),
    halfHeight: div(size[1]! * ONE, longer),
    round: format === TONDO,
  } as Plate;
  const state = (drawByte(12) << 24) | (drawByte(13) << 16) | (drawByte(14) << 8) | drawByte(15);
  const setup: Setup = {
    params: params as unknown as Numbers,
    nets: nets as unknown as Net[],
    palette,
    options: options as unknown as Numbers,
    plate,
    bleed: format === BLEED,
    z,
    lattice: (latentByte(8) << 8) | latentByte(9),
    generator: { state } as Generator,
  };
  return {
    plate,
    scale: div(ONE * 4096, longer),
    paper: palette[0]![0]! < 1500 ? [560, 4, 6] : [3950, 4, 26],
    linear: isLinear(),
    finish: drawOf(setup),
  } as unknown as Canvas;
}

function labOfBytes(at: number): Lab {
  const out = new Int32Array(3);
  const r = LINEAR[styleByte(at)]!;
  const g = LINEAR[styleByte(at + 1)]!;
  const b = LINEAR[styleByte(at + 2)]!;
  const l = cubeRoot((6754 * r + 8787 * g + 843 * b) >> 14);
  const m = cubeRoot((3472 * r + 11153 * g + 1759 * b) >> 14);
  const s = cubeRoot((1447 * r + 4616 * g + 10321 * b) >> 14);
  out[0] = (3448 * l + 13003 * m - 67 * s) >> 14;
  out[1] = (32407 * l - 39790 * m + 7383 * s) >> 14;
  out[2] = (424 * l + 12825 * m - 13249 * s) >> 14;
  return out;
}

/** The option of trait i whose thresholds stand at `at` in the style. */
function optionOf(i: number, at: number): number {
  const byte = pickByte(drawByte(18 + i), styleByte(at), styleByte(at + 1));
  const upTo = THRESHOLDS[i]!;
  let option = 0;
  while (upTo[option]! < byte) option++;
  return option;
}

/** One pixel, its bytes as 65536 red + 256 green + blue. */
export function pixelOf(canvas: Canvas, px: number, py: number, size: number, samples: number): number {
  const count = size * samples;
  const grain = (latticeHash(px, py, 7) & 31) - 16;
  const light = new Int32Array(3);
  let red = 0;
  let green = 0;
  let blue = 0;
  for (let sy = 0; sy < samples; sy++) {
    const y = centreOf(py * samples + sy, count);
    for (let sx = 0; sx < samples; sx++) {
      sampleLight(canvas, centreOf(px * samples + sx, count), y, grain, light);
      red += light[0]!;
      green += light[1]!;
      blue += light[2]!;
    }
  }
  const shared = samples * samples;
  return 65536 * encode(div(red, shared)) + 256 * encode(div(green, shared)) + encode(div(blue, shared));
}

/** `sampleAt` of render.ts. The dividend passes 2^32, but never 2^53. */
function centreOf(i: number, n: number): number {
  return div((2 * i + 1) * 32768, n) - 32768;
}

/** `ENCODE` of colour.ts: from a byte a little below the right one to the largest whose step begins at or below twice the light. */
function encode(light: number): number {
  let byte = light < 1024 ? ENCODE_FINE[light >> 2]! : ENCODE_COARSE[light >> 6]!;
  while (byte < 255 && ENCODE_STEPS[byte]! <= 2 * light) byte++;
  return byte;
}

/** Every sixteenth of the numbers that wash.ts makes `EXPONENTIAL` of, in Q28. */
declare const EXPONENTIAL_ANCHORS: number[];

/** In place of the table `EXPONENTIAL` of wash.ts, which is a third of all code that a contract may have. */
export function exponentialAt(i: number): number {
  let e = EXPONENTIAL_ANCHORS[i >> 4]!;
  for (let k = i & 15; k > 0; k--) e = e - (e >> 9) + (e >> 19);
  return (e + 8192) >> 14;
}
