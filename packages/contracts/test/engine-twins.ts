/**
 * Engines on a chain beside the reference that they are compiled from: the same piece, pixel by pixel and value by value.
 * @module
 */
import { type Baker, PLAIN } from "@carrara/art/bake";
import type { Places } from "@carrara/art/field";
import { givenBytes, givenOf } from "@carrara/art/given";
import { CANONICAL, prepare, type Resolution, renderTile } from "@carrara/art/render";
import { parseStyle } from "@carrara/art/style";
import { STYLES } from "@carrara/art/styles";
import { FAMILY_TRAITS } from "@carrara/art/traits";
import { concat, toHex } from "@carrara/base/bytes";
import type { seeded } from "@carrara/base/random";
import type { Hex } from "viem";
import { type BenchChain, openChain } from "./bench-chain.ts";

/** Gas of a call at the usual providers. */
const CALL_GAS = 30_000_000n;

/** Rows of a picture that any engine draws in one call. */
const ROWS = 4;

/** What a comparison found. */
export interface Compared {
  /** Bytes that differ, of pixels and values. */
  readonly differing: number;
  /** Distinct values among the bytes of the reference: a comparison of one flat colour would prove little. */
  readonly distinct: number;
  /** Pixels, values of lists, values of the calm rule. */
  readonly pixels: number;
  readonly values: number;
  readonly eyes: number;
}

/** Engines of all families that have one. */
export interface EngineTwins {
  /**
   * Draws piece `number` of a run, a style in turn and a seed by `random`: so many pixels at drawn places, and whole
   * pictures of these sizes, one sample a pixel.
   */
  compare(
    number: number,
    random: ReturnType<typeof seeded>,
    points: number,
    at?: Resolution,
    wholes?: readonly number[],
  ): Promise<Compared>;
  /** What a family's engine answers, as hex. */
  ask: Ask;
  stop(): void;
}

/** A chain with the engines. */
export async function openEngines(): Promise<EngineTwins> {
  const chain = await openChain();
  const addresses = await Promise.all(FAMILY_TRAITS.map(({ name }, code) => install(chain, name.toLowerCase(), code)));
  const ask = async (family: number, question: Uint8Array): Promise<string> => {
    const { data } = await chain.client.call({ to: addresses[family]!, data: `0x${toHex(question)}`, gas: CALL_GAS });
    return data ?? "0x";
  };
  return {
    compare: (number, random, points, at = CANONICAL, wholes = []) => compare(ask, number, random, points, at, wholes),
    ask,
    stop: chain.stop,
  };
}

/** Puts the code that creation would leave at an address, whatever its deployment would cost. */
async function install({ client }: BenchChain, family: string, code: number): Promise<Hex> {
  const module: Record<string, Hex> = await import(`../src/generated/engines/${family}.ts`);
  const { data } = await client.call({ data: module[`${family}EngineBytecode`]! });
  const address: Hex = `0x${(0xe0000 + code).toString(16).padStart(40, "0")}`;
  await client.setCode({ address, bytecode: data! });
  return address;
}

/** Asks an engine by its family's code. */
type Ask = (family: number, question: Uint8Array) => Promise<string>;

/** Values that the reference found at places, as it asked for them. */
interface Found {
  readonly values: Int32Array;
  readonly places: Places;
}

async function compare(
  ask: Ask,
  number: number,
  random: ReturnType<typeof seeded>,
  points: number,
  { size, samples }: Resolution,
  wholes: readonly number[],
): Promise<Compared> {
  const style = parseStyle(STYLES[number % STYLES.length]!.bytes);
  const seed = random.bytes(32);
  const lists: Found[] = [];
  const calms: Found[] = [];
  const listening: Baker = {
    ...PLAIN,
    values(family, step, s, i, places) {
      const values = PLAIN.values(family, step, s, i, places);
      (step ? lists : calms).push({ values: values.slice(), places });
      return values;
    },
  };
  const piece = prepare(style, seed, undefined, listening);
  const given = givenOf(style, seed);
  const question = (op: number, k: number, ...rest: Uint8Array[]) =>
    concat(Uint8Array.of(op), seed, int16(style.bytes.length), style.bytes, givenBytes({ ...given, draw: k }), ...rest);

  const seen = new Set<string>();
  let differing = 0;
  const same = (found: string, expected: Uint8Array) => {
    const hex = toHex(expected);
    for (let i = 0; i < hex.length; i += 2) {
      seen.add(hex.slice(i, i + 2));
      if (found.slice(2 + i, 4 + i) !== hex.slice(i, i + 2)) differing++;
    }
    if (found.length !== hex.length + 2) differing++;
  };
  const whole = new Uint8Array(3 * size * size);
  for (let n = 0; n < points; n++) {
    const [x, y] = [random.below(size), random.below(size)];
    renderTile(piece, { size, samples, x0: x, y0: y, x1: x + 1, y1: y + 1 }, whole);
    const at = 3 * (y * size + x);
    const tile = concat(int16(size), Uint8Array.of(samples), ...[x, y, x + 1, y + 1].map((v) => int16(v)));
    // Every other one as a BMP wants it.
    const [op, pixel] = n % 2 === 0 ? [0, whole.slice(at, at + 3)] : [3, whole.slice(at, at + 3).reverse()];
    same(await ask(style.family, question(op, given.draw, tile)), pixel);
  }
  let pixels = points;
  for (const side of wholes) {
    for (let y0 = 0; y0 < side; y0 += ROWS) {
      const tile = { size: side, samples: 1, x0: 0, y0, x1: side, y1: Math.min(side, y0 + ROWS) };
      const picture = new Uint8Array(3 * side * side);
      renderTile(piece, tile, picture);
      const asked = concat(int16(side), Uint8Array.of(1), ...[0, y0, side, tile.y1].map((v) => int16(v)));
      same(await ask(style.family, question(0, given.draw, asked)), picture.slice(3 * side * y0, 3 * side * tile.y1));
      pixels += side * (tile.y1 - y0);
    }
  }
  let values = 0;
  for (const [i, { places, values: expected }] of lists.entries()) {
    const chosen = Array.from({ length: 3 }, () => random.below(expected.length));
    values += chosen.length;
    same(
      await ask(style.family, question(1, given.draw, Uint8Array.of(i), placesOf(places, chosen))),
      int32(Int32Array.from(chosen, (n) => expected[n]!)),
    );
  }
  let eyes = 0;
  for (const [k, { places, values: expected }] of calms.entries()) {
    const chosen = Array.from({ length: 3 }, () => random.below(expected.length));
    eyes += chosen.length;
    same(
      await ask(style.family, question(2, k, placesOf(places, chosen))),
      int32(Int32Array.from(chosen, (n) => expected[n]!)),
    );
  }
  return { differing, distinct: seen.size, pixels, values, eyes };
}

function placesOf({ xs, ys }: Places, chosen: readonly number[]): Uint8Array {
  return concat(int16(chosen.length), ...chosen.flatMap((n) => [int16(xs[n]!), int16(ys[n]!)]));
}

function int16(value: number): Uint8Array {
  return Uint8Array.of(value >> 8, value);
}

function int32(values: Int32Array): Uint8Array {
  const view = new DataView(new ArrayBuffer(4 * values.length));
  values.forEach((value, i) => {
    view.setInt32(4 * i, value);
  });
  return new Uint8Array(view.buffer);
}
