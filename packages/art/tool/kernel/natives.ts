/**
 * What an engine has that is written by hand in Yul: hashes and noise, networks with several neurons in a word, fields
 * whose nodes are evaluated when somebody reads them. The functions bear the names under which `front.ts` declares them.
 * @module
 */
import type { NetShape } from "../../src/net.ts";

/** Addresses in memory below the tables. */
export const DRAW_HASH = 0x260;
export const LATENT_HASH = 0x280;
export const STATE = 0x2a0;
/** Where a field was read last: its step, x and y, and the words of all its outputs there. */
export const LAST_READ = 0x2c0;
export const LAST_VALUE = 0x2e0;
export const REACH_X = 0x300;
export const REACH_Y = 0x320;
/** The style begins here in calldata. */
export const STYLE_AT = 35;

/** Functions that change what others read. */
export const WRITERS: ReadonlySet<string> = new Set(["askWords", "refuse"]);
/** Functions whose results may lie outside int32. */
export const WIDE: ReadonlySet<string> = new Set(["latticeMix"]);

/** Bytes of calldata and of the hashes. */
export const BYTES = `
function styleByte(i) -> b { b := byte(0, calldataload(add(${STYLE_AT}, i))) }
function drawByte(i) -> b { b := byte(i, mload(${DRAW_HASH})) }
function latentByte(i) -> b { b := byte(i, mload(${LATENT_HASH})) }
function refuse() { revert(0, 0) }
`;

/** At address 0, sixteen words: the directions of noise.ts, the cosine in the lower half of a word and the sine in the upper. */
const DIRECTIONS_BYTES = 512;

/** Fills the directions, over what was hashed there: the cosines, int16 each from the top, and the same list four places on is the sines. */
export const NOISE_START = `
{
  let cosines := 0x10000ec80b50061f0000f9e1f4b0f138f000f138f4b0f9e10000061f0b500ec8
  let sines := or(shr(64, cosines), shl(192, cosines))
  for { let at := 0 } lt(at, ${DIRECTIONS_BYTES}) { at := add(at, 32) } {
    mstore(at, add(sar(240, cosines), shl(128, sar(240, sines))))
    cosines := shl(16, cosines)
    sines := shl(16, sines)
  }
}
`;

/** Half a unit of a word's upper half, and one lattice cell to the right there. */
const HALF = `0x8${"0".repeat(31)}`;
const ONE_RIGHT = `0x2000${"0".repeat(32)}`;
/** One in each of four lanes, and what a corner's hash has more than that of the upper left one. */
const EACH = `0x${"0000000000000001".repeat(4)}`;
const RIGHT_KX = "0x0000000027d4eb2d00000000000000000000000027d4eb2d0000000000000000";
const LOWER_KY = "0x00000000165667b100000000165667b100000000000000000000000000000000";
/** The low 32 bits of four lanes. */
const LOW32 = `0x${"00000000ffffffff".repeat(4)}`;

/**
 * Noise (noise.ts). The hashes of a cell's four corners go together, in lanes of 64 bits: a product of two 32-bit numbers
 * fits, and of what it leaves only the low half counts.
 *
 * A gradient is one product: (c + s 2^128) (dy + dx 2^128) has c dx + s dy in its upper half. Half a unit there keeps what the
 * lower half borrows from rounding it down.
 */
export const NOISE = `
function latticeMix(x, y, seed) -> h {
  h := and(xor(xor(mul(x, 0x27d4eb2d), mul(y, 0x165667b1)), mul(add(seed, 1), 0x9e3779b1)), 0xffffffff)
  h := and(mul(xor(h, shr(15, h)), 0x85ebca6b), 0xffffffff)
  h := and(mul(xor(h, shr(13, h)), 0xc2b2ae35), 0xffffffff)
  h := xor(h, shr(16, h))
}
function latticeNoise(x, y, seed) -> n {
  // From the lowest lane: upper left, upper right, lower left, lower right.
  let h := and(
    xor(
      xor(
        add(mul(and(mul(sar(13, x), 0x27d4eb2d), 0xffffffff), ${EACH}), ${RIGHT_KX}),
        add(mul(and(mul(sar(13, y), 0x165667b1), 0xffffffff), ${EACH}), ${LOWER_KY})),
      mul(and(mul(add(seed, 1), 0x9e3779b1), 0xffffffff), ${EACH})),
    ${LOW32})
  h := and(mul(xor(h, and(shr(15, h), ${LOW32})), 0x85ebca6b), ${LOW32})
  h := mul(xor(h, and(shr(13, h), ${LOW32})), 0xc2b2ae35)
  h := xor(h, shr(16, h))
  x := and(x, 8191)
  y := and(y, 8191)
  let place := add(shl(128, x), y)
  // The fade, 6t^5 - 15t^4 + 10t^3: of x here, of y below.
  x := sar(13, mul(shr(13, mul(shr(13, mul(x, x)), x)), add(sar(13, mul(sub(mul(6, x), 122880), x)), 81920)))
  n := sar(140, add(mul(mload(and(shl(5, h), 480)), place), ${HALF}))
  let other := sar(140, add(mul(mload(and(shr(59, h), 480)), sub(place, ${ONE_RIGHT})), ${HALF}))
  n := add(n, sar(13, mul(sub(other, n), x)))
  place := sub(place, 8192)
  let low := sar(140, add(mul(mload(and(shr(123, h), 480)), place), ${HALF}))
  other := sar(140, add(mul(mload(and(shr(187, h), 480)), sub(place, ${ONE_RIGHT})), ${HALF}))
  low := add(low, sar(13, mul(sub(other, low), x)))
  y := sar(13, mul(shr(13, mul(shr(13, mul(y, y)), y)), add(sar(13, mul(sub(mul(6, y), 122880), y)), 81920)))
  n := sar(1, mul(3, add(n, sar(13, mul(sub(low, n), y)))))
}
`;

/** Bits of a lane, how many lie in a word, and where the twelve bits of the phase begin. */
interface Lanes {
  readonly bits: number;
  readonly each: number;
  readonly phase: number;
}

/** The first layer's sums stay below 2^30 in size, all others below 2^20: `checkBounds` of net.ts. */
const FIRST: Lanes = { bits: 32, each: 8, phase: 12 };
const REST: Lanes = { bits: 21, each: 12, phase: 7 };

/** Activations that have been asked for: 4 kinds x 4,096 phases x 2 bytes, {@link OFFSET} more than they are; 0 is not asked yet. */
export const TABLE_BYTES = 32768;
/** What is added to an activation so that it is positive. The start words of the layer behind it take it off again. */
const OFFSET = 2048;

/**
 * The networks of a family: `bindCode` packs the weights, `askWords` runs them. A word holds one weight of 8 or 12 neurons
 * in lanes, so one product serves them all; a signed weight borrows from the lane above it, which the word's sum gives
 * back. Half a lane is added to each sum, so that lanes are never negative when they are taken apart.
 * @param nets shapes, and how many bytes there are from the beginning of each to the end of the style
 *
 * A network runs where its addresses are constants: it is moved there when it is not the one that ran last.
 * @param slots address of SLOTS of net.ts, and INPUTS and OUTPUTS in it
 * @param table where {@link TABLE_BYTES} bytes are free
 * @param take gives the address of so many bytes
 */
export function netsText(
  nets: readonly { shape: NetShape; from: number }[],
  slots: { at: number; inputs: number; outputs: number },
  table: number,
  take: (bytes: number) => number,
): string {
  const shapes = nets.map(({ shape }) => JSON.stringify(shape));
  const kinds = Array.from(new Set(shapes)).map((text): NetShape => JSON.parse(text));
  const kindOf = (i: number) => kinds.findIndex((shape) => JSON.stringify(shape) === shapes[i]);
  const cases = (call: (kind: number) => string) => {
    if (kinds.length === 1) return call(0);
    return `switch which ${nets.map((_, i) => `case ${i} { ${call(kindOf(i))} }`).join(" ")} default { revert(0, 0) }`;
  };
  const from = nets.map(({ from: at }, i) => `case ${i} { from := ${at} }`).join(" ");
  return `
function bindCode(net, latents) -> words {
  let which := mload(net)
  let from
  switch which ${from} default { revert(0, 0) }
  // Networks end the style.
  from := sub(add(${STYLE_AT}, shr(240, calldataload(33))), from)
  words := room_(64)
  mstore(words, which)
  ${cases((kind) => `mstore(add(words, 32), bind${kind}(from, mload(latents)))`)}
}
function askWords(net) {
  ${kinds.length === 1 ? "" : "let which := mload(net)"}
  ${cases((kind) => `ask${kind}(mload(add(net, 32)))`)}
}
${kinds.map((shape, kind) => bindText(shape, kind, table) + askText(shape, kind, slots, take)).join("\n")}
function activated(at) -> a {
  a := shr(240, mload(at))
  if a { leave }
  let phase := sub(at, ${table})
  let kind := shr(13, phase)
  phase := and(shr(1, phase), 4095)
  // The phase as an int16 with four low zero bits; n is z or its complement, never negative.
  let z := signextend(1, shl(4, phase))
  let s := sar(15, z)
  let n := xor(z, s)
  switch kind
  case 3 { a := sub(32767, shl(1, n)) }
  case 2 {
    let u := shl(2, min_(n, 8191))
    let v := sub(32767, shr(15, add(mul(u, u), 0x4000)))
    a := sub(shl(1, shr(15, add(mul(v, v), 0x4000))), 32767)
  }
  default {
    if kind { n := shl(1, min_(n, 8191)) }
    let e := sub(32767, shl(1, n))
    a := xor(sub(32767, shr(15, add(mul(e, e), 0x4000))), s)
  }
  a := add(sar(5, a), ${OFFSET})
  mstore8(at, shr(8, a))
  mstore8(add(at, 1), a)
}
function int16At(at) -> v { v := sar(240, calldataload(at)) }
function int8At(at) -> v { v := sar(248, calldataload(at)) }
`;
}

/** A layer of a network, and where its parts lie. */
interface Layer extends Lanes {
  readonly inputs: number;
  readonly size: number;
  readonly words: number;
  /** Bytes behind the beginning of the packed network: start words, the words of each input, and the table of each two neurons. */
  readonly at: number;
  readonly tablesAt: number;
  /** Bytes behind the beginning of the network in the style. */
  readonly kindsAt: number;
  readonly weightsAt: number;
  readonly weightBytes: number;
  readonly latentsAt: number;
  readonly biasesAt: number;
  readonly first: boolean;
  readonly last: boolean;
}

function layersOf(shape: NetShape): Layer[] {
  let source = 0;
  let at = 0;
  let inputs = shape.inputs;
  return [...shape.hidden, shape.outputs].map((size, l): Layer => {
    const first = l === 0;
    const last = l === shape.hidden.length;
    const lanes = first ? FIRST : REST;
    const words = Math.ceil(size / lanes.each);
    const weightBytes = first ? 2 : 1;
    const kindsAt = source;
    const weightsAt = kindsAt + (last ? 0 : size >> 1);
    const latentsAt = weightsAt + size * inputs * weightBytes;
    const biasesAt = latentsAt + (first ? size * shape.latents : 0);
    const tablesAt = at + 32 * words * (inputs + 1);
    const layer = {
      ...lanes,
      inputs,
      size,
      words,
      at,
      tablesAt,
      kindsAt,
      weightsAt,
      weightBytes,
      latentsAt,
      biasesAt,
      first,
      last,
    };
    source = biasesAt + 2 * size;
    at = tablesAt + (last ? 0 : 16 * size);
    inputs = size;
    return layer;
  });
}

/** Bytes that a network takes when it is packed. */
function packedBytes(layers: readonly Layer[]): number {
  return layers.at(-1)!.tablesAt;
}

function bindText(shape: NetShape, kind: number, table: number): string {
  const layers = layersOf(shape);
  const blocks = layers.map((layer) => {
    const { bits, each, inputs, size, words, first } = layer;
    const latents = first
      ? `let sum := 0
      for { let i := 0 } lt(i, ${shape.latents}) { i := add(i, 1) } {
        sum := add(sum, mul(int8At(add(add(from, ${layer.latentsAt}), add(mul(j, ${shape.latents}), i))), mload(add(latents, shl(5, i)))))
      }
      start := add(add(shl(8, add(sum, start)), 2048), ${1 << 30})`
      : `start := add(add(shl(3, start), 64), ${1 << 20})`;
    const tables = layer.last
      ? ""
      : `
    for { let j := 0 } lt(j, ${size >> 1}) { j := add(j, 1) } {
      let kind := and(3, byte(0, calldataload(add(add(from, ${layer.kindsAt}), j))))
      mstore(add(add(at, ${layer.tablesAt}), shl(5, j)), add(${table}, shl(13, kind)))
    }`;
    return `
  {
    let place := add(at, ${layer.at})
    for { let j := 0 } lt(j, ${size}) { j := add(j, 1) } {
      let shift := mul(${bits}, mod(j, ${each}))
      let word := add(place, shl(5, div(j, ${each})))
      let start := int16At(add(add(from, ${layer.biasesAt}), shl(1, j)))
      ${latents}
      let startAt := word
      let row := add(add(from, ${layer.weightsAt}), mul(j, ${inputs * layer.weightBytes}))
      for { let i := 0 } lt(i, ${inputs}) { i := add(i, 1) } {
        word := add(word, ${32 * words})
        let weight := ${first ? "int16At(add(row, shl(1, i)))" : "int8At(add(row, i))"}
        mstore(word, add(mload(word), shl(shift, weight)))${
          first
            ? ""
            : `
        start := sub(start, mul(${OFFSET}, weight))`
        }
      }
      mstore(startAt, add(mload(startAt), shl(shift, start)))
    }${tables}
  }`;
  });
  return `
function bind${kind}(from, latents) -> at {
  at := room_(${packedBytes(layers)})${blocks.join("")}
}`;
}

function askText(
  shape: NetShape,
  kind: number,
  slots: { at: number; inputs: number; outputs: number },
  take: (bytes: number) => number,
): string {
  const layers = layersOf(shape);
  const present = take(32);
  const area = take(packedBytes(layers));
  const names = (l: number) => Array.from({ length: layers[l]!.words }, (_, w) => `s${l}_${w}`);
  const lines: string[] = [];
  const start = (l: number) => {
    for (const [w, name] of names(l).entries()) lines.push(`let ${name} := mload(${area + layers[l]!.at + 32 * w})`);
  };
  /** Adds what comes from input i of a layer to all its sums. */
  const weigh = (l: number, i: number, value: string) => {
    const { at, words } = layers[l]!;
    for (const [w, name] of names(l).entries()) {
      lines.push(`${name} := add(${name}, mul(mload(${area + at + 32 * (words * (i + 1) + w)}), ${value}))`);
    }
  };
  start(0);
  for (let i = 0; i < shape.inputs; i++) {
    // Two inputs stand in each slot, as halves.
    const slot = `mload(${slots.at + 32 * (slots.inputs + (i >> 1))})`;
    lines.push(`{ let x := signextend(1, ${i % 2 === 0 ? slot : `shr(16, ${slot})`})`);
    weigh(0, i, "x");
    lines.push("}");
  }
  for (let l = 1; l < layers.length; l++) {
    const from = layers[l - 1]!;
    start(l);
    for (let j = 0; j < from.size; j += 2) {
      // Two neurons have one kind: one table.
      lines.push(`{ let table := mload(${area + from.tablesAt + 16 * j})`);
      for (const k of [j, j + 1]) {
        const sums = names(l - 1)[Math.floor(k / from.each)]!;
        const shift = (k % from.each) * from.bits + from.phase - 1;
        lines.push(`let place${k - j} := add(table, and(shr(${shift}, ${sums}), 8190))`);
      }
      lines.push("let a := shr(240, mload(place0))", "let b := shr(240, mload(place1))");
      lines.push("if iszero(mul(a, b)) { a := activated(place0) b := activated(place1) }");
      weigh(l, j, "a");
      weigh(l, j + 1, "b");
      lines.push("}");
    }
  }
  const last = layers.at(-1)!;
  for (let j = 0; j < last.size; j++) {
    const sums = names(layers.length - 1)[Math.floor(j / last.each)]!;
    const lane = `and(shr(${last.bits * (j % last.each)}, ${sums}), ${(1 << last.bits) - 1})`;
    lines.push(`mstore(${slots.at + 32 * (slots.outputs + j)}, sar(2, sub(${lane}, ${1 << 20})))`);
  }
  return `
function ask${kind}(at) {
if iszero(eq(mload(${present}), at)) {
  mstore(${present}, at)
  mcopy(${area}, at, ${packedBytes(layers)})
}
${lines.join("\n")}
}`;
}

/** A step that evaluates fields: its function's name, where its outputs go, and how many there are. */
export interface FieldStep {
  readonly call: string;
  readonly out: number;
  readonly count: number;
  /** Address of its memo. */
  readonly memo: number;
}

/** Nodes that a memo holds: 13 rows of the lattice and more, so that the neighbours of a place never push each other out. */
export const MEMO_NODES = 4096;

/** A lane of a node's word: 48 bits, so that weights of the spline can be multiplied with all outputs at once. */
const LANE = 48;
const LANES_LOW36 = `0x${"000fffffffff".repeat(5)}`;

/**
 * Fields (field.ts). The word of a node holds up to five outputs, each 32768 more than it is, in lanes of 48 bits, and on
 * top the node's index and one more: what a memo looks at. One spline reads all outputs of a step at a place.
 */
export function fieldsText(steps: readonly FieldStep[]): string {
  const each = (call: (n: number) => string, otherwise = "") => {
    if (steps.length === 1) return `if step { ${call(1)} } ${otherwise}`;
    return `switch step ${steps.map((_, i) => `case ${i + 1} { ${call(i + 1)} }`).join(" ")} ${otherwise === "" ? "" : `default { ${otherwise} }`}`;
  };
  if (steps.length === 0) return "";
  return `
function fieldCodeAt(field, x, y) -> v {
  let step := mload(field)
  let output := mload(add(field, 32))
  let key := or(shl(64, step), or(shl(32, and(x, 0xffffffff)), and(y, 0xffffffff)))
  let words
  switch eq(key, mload(${LAST_READ}))
  case 0 {
    if iszero(step) { leave }
    let reach := mload(add(field, 64))
    let u := add(min_(max_(x, sub(0, reach)), reach), 9408)
    reach := mload(add(field, 96))
    let w := add(min_(max_(y, sub(0, reach)), reach), 9408)
    let k := add(mul(sub(shr(7, w), 1), 147), sub(shr(7, u), 1))
    ${each((n) => `words := spline${n}(k, and(u, 127), and(w, 127))`)}
    mstore(${LAST_READ}, key)
    mstore(${LAST_VALUE}, words)
  }
  default { words := mload(${LAST_VALUE}) }
  v := sub(and(shr(mul(${LANE}, output), words), 0xffffffff), ${1 << 18})
}
function nodeCodeOf(field, k) -> v {
  let step := mload(field)
  if gt(k, 21608) { leave }
  let words
  ${each((n) => `words := node${n}(k)`)}
  if step { v := sub(and(shr(mul(${LANE}, mload(add(field, 32))), words), 0xffff), 32768) }
}
${steps.map((step, i) => stepText(step, i + 1)).join("\n")}
`;
}

function stepText({ call, out, count, memo }: FieldStep, n: number): string {
  const lanes = Array.from(
    { length: count },
    (_, j) => `shl(${LANE * j}, add(32768, min_(max_(mload(${out + 32 * j}), sub(0, 32767)), 32767)))`,
  ).reduce((a, b) => `or(${a}, ${b})`);
  // A field where no node was evaluated is 0.
  const zeros = `0x${Array.from({ length: count }, () => "000000008000").join("")}`;
  return `
function node${n}(k) -> words {
  let at := add(${memo}, shl(5, and(k, ${MEMO_NODES - 1})))
  words := mload(at)
  if iszero(eq(shr(240, words), add(k, 1))) {
    let x := shl(7, sub(mod(k, 147), 73))
    let y := shl(7, sub(div(k, 147), 73))
    switch or(sgt(abs_(x), mload(${REACH_X})), sgt(abs_(y), mload(${REACH_Y})))
    case 0 {
      ${call}(mload(${STATE}), x, y, k, ${out})
      words := ${lanes}
    }
    default { words := ${zeros} }
    words := or(words, shl(240, add(k, 1)))
    mstore(at, words)
  }
}
function spline${n}(k, fx, fy) -> words {
  let left := mul(sub(128, fx), sub(128, fx))
  let right := mul(fx, fx)
  let middle := sub(sub(32768, left), right)
  let a := and(shr(12, add(add(mul(left, node${n}(k)), mul(middle, node${n}(add(k, 1)))), mul(right, node${n}(add(k, 2))))), ${LANES_LOW36})
  let b := and(shr(12, add(add(mul(left, node${n}(add(k, 147))), mul(middle, node${n}(add(k, 148)))), mul(right, node${n}(add(k, 149))))), ${LANES_LOW36})
  let c := and(shr(12, add(add(mul(left, node${n}(add(k, 294))), mul(middle, node${n}(add(k, 295)))), mul(right, node${n}(add(k, 296))))), ${LANES_LOW36})
  left := shr(3, mul(sub(128, fy), sub(128, fy)))
  right := shr(3, mul(fy, fy))
  words := shr(12, add(add(mul(left, a), mul(sub(sub(4096, left), right), b)), mul(right, c)))
}`;
}
