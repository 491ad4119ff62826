/**
 * A family as one contract for the EVM: the whole way from seed and style to pixels, compiled from the reference's own
 * functions. No state, no storage, no ABI: raw calldata
 *
 *     [op: 1][seed: 32][style length: 2][style][k: 1][n: 1] n x ([count: 2] count x int32)
 *
 * and behind it, most significant byte first, by op:
 *
 * - 0, 3, pixels: `[size: 2][samples: 1][x0: 2][y0: 2][x1: 2][y1: 2]`; gives three bytes a pixel, RGB (0) or BGR (3);
 * - 1, values: `[list: 1][count: 2] count x ([x: int16][y: int16])`; gives count x int32: what that list says at these places;
 * - 2, eyes: `[count: 2]` and places as 1; gives count x int32: what the calm rule looks at, for draw k.
 *
 * `k` is the draw of latents that the calm rule took. The lists are those of a family's list steps, sorted, one after the
 * other: what needs a thousand networks is handed in, and anybody can check it by ops 1 and 2. Fields are never handed in:
 * their nodes are evaluated when a reading wants them. Whatever is malformed reverts without a word.
 * @module
 */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import * as colour from "../../src/colour.ts";
import type { Family } from "../../src/family/family.ts";
import { netLength } from "../../src/net.ts";
import { FAMILY_TRAITS } from "../../src/traits.ts";
import type { Program } from "./ir.ts";
import { type Constant, lower } from "./lower.ts";
import {
  BYTES,
  DRAW_HASH,
  type FieldStep,
  fieldsText,
  LAST_READ,
  LATENT_HASH,
  MEMO_NODES,
  NOISE,
  netsText,
  REACH_X,
  REACH_Y,
  STATE,
  STYLE_AT,
  TABLE_BYTES,
  WIDE,
  WRITERS,
} from "./natives.ts";
import { HEAP, yulProgram } from "./yul.ts";

/** Names of the families that have an engine, in the order of their codes. */
export const ENGINES: readonly string[] = FAMILY_TRAITS.map(({ name }) => name.toLowerCase());

/** In an engine there are no structures that only make a finish faster, and hashes, networks and fields are written by hand. */
const INSTEAD: Readonly<Record<string, string>> = {
  Net: "NetCode",
  BoundNet: "NetWords",
  Field: "FieldCode",
  emptyField: "emptyFieldCode",
  fieldAt: "fieldCodeAt",
  nodeOf: "nodeCodeOf",
  bind: "bindCode",
  ask: "askWords",
  latticeHash: "latticeMix",
  noise: "latticeNoise",
};

/** The same in some families: what their bakes make is said anew whenever somebody asks. */
const UNBAKED: Readonly<Record<string, string>> = {
  heightAt: "heightNear",
  hidden: "seldomHidden",
  lowestAt: "lowestOf",
  highestAt: "highestOf",
  roleAt: "roleOf",
};

/** Functions in which products, sums and shifts wrap on purpose. */
const WRAPS = ["u32", "fractal"];

/** The Yul object of a family's engine, creation and runtime code. */
export async function engineText(name: string): Promise<string> {
  const code = ENGINES.indexOf(name);
  const own: Record<string, unknown> = await import(`../../src/family/${name}.ts`);
  const family = own[name] as Family<object>;
  const unbaked = Object.fromEntries(Object.entries(UNBAKED).filter(([, other]) => other in own));
  const program = programOf(name, code, family, unbaked, constantsOf(own));
  const { functions, start, data, free, nameOf } = yulProgram(program, WRITERS, WIDE);

  // Behind the tables: what nodes write to, activations, memos; then the heap.
  let at = free;
  const take = (bytes: number) => {
    at += bytes;
    return at - bytes;
  };
  const entry = (fn: (...args: never[]) => unknown) => {
    const routine = program.entries.find((each) => each.name.replace(/\d+$/, "") === fn.name);
    if (!routine) throw new Error(`${name}: ${fn.name} was not compiled`);
    return nameOf(routine);
  };
  const fields: FieldStep[] = [];
  for (const step of family.steps) {
    if (!("node" in step)) continue;
    fields.push({ call: entry(step.node), out: take(32 * 5), count: step.fields.length, memo: 0 });
  }
  const slots = program.scratches.find((each) => each.name === "SLOTS");
  const table = take(TABLE_BYTES);
  const steps = fields.map((step) => ({ ...step, memo: take(32 * MEMO_NODES) }));

  const lengths = family.nets.map(netLength);
  const nets = family.nets.map((shape, i) => ({ shape, from: lengths.slice(i).reduce((a, b) => a + b, 0) }));
  const natives = [
    BYTES,
    NOISE,
    slots ? netsText(nets, { at: slots.address, inputs: 0, outputs: 24 }, table) : "",
    fieldsText(steps),
  ];
  return `object "${name}" {
code {
datacopy(0, dataoffset("runtime"), datasize("runtime"))
return(0, datasize("runtime"))
}
object "runtime" {
code {
{
mstore(${HEAP}, memoryguard(${at}))
${start}${mainText(name, program, code, family, entry)}
${natives.join("\n")}
${functions}
}
data "tables" hex"${data}"
}
}
`;
}

/** Arrays that a family's module gives away: those that the source does not say as literals are taken as they are. */
function constantsOf(own: Record<string, unknown>): Record<string, ArrayLike<number>> {
  const lists = Object.entries(own).filter(([, value]) => ArrayBuffer.isView(value) || Array.isArray(value));
  return { ...Object.fromEntries(lists), LINEAR: colour.LINEAR } as Record<string, ArrayLike<number>>;
}

function programOf(
  name: string,
  code: number,
  family: Family<object>,
  unbaked: Readonly<Record<string, string>>,
  tables: Record<string, ArrayLike<number>>,
): Program {
  const { traits } = FAMILY_TRAITS[code]!;
  const constants: Record<string, Constant> = {
    TRAITS: traits.length,
    PARAMS: family.params.length,
    NETS: family.nets.length,
    NET_BYTES: family.nets.reduce((sum, shape) => sum + netLength(shape), 0),
    THRESHOLDS: traits.map(({ options }) => options.map(({ upTo }) => upTo)),
  };
  const instead = {
    ...INSTEAD,
    ...unbaked,
    Finish: stateOf(name, family),
    drawOf: family.draw.name,
    isLinear: family.linear ? "yes" : "no",
    shade: family.shade.name,
    surround: family.surround.name,
  };
  const entries = family.steps.flatMap((step) => {
    if ("node" in step) return [step.node.name];
    if ("value" in step) return [step.rounds.name, step.value.name, step.keep.name];
    return "settle" in step ? [step.settle.name] : [];
  });
  if (family.calm) entries.push(family.calm.name);
  const files = ["integer", "halves", "noise", "colour", "draws", "net", "field", "family/family", "family/ground"];
  return lower(
    {
      files: [
        ...[...files, `family/${name}`, "render"].map((file) => path(`../../src/${file}.ts`)),
        path("./front.ts"),
      ],
      tables,
      constants,
      instead,
      wraps: WRAPS,
      word: 32,
    },
    ["canvasOf", "pixelOf", ...entries],
    // Nodes are written to five words; sorted lists have any length.
    (entry) => (family.steps.some((step) => "node" in step && step.node.name === entry) ? 5 : undefined),
  );
}

/** The type that a family's `draw` gives back, as its source says. */
function stateOf(name: string, { draw }: Family<object>): string {
  const source = readFileSync(path(`../../src/family/${name}.ts`), "utf8");
  const declared = source.match(new RegExp(`function ${draw.name}\\(.*\\): (\\w+)`));
  if (!declared) throw new Error(`${name}: nobody says what ${draw.name} gives back`);
  return declared[1]!;
}

function path(name: string): string {
  return fileURLToPath(new URL(name, import.meta.url));
}

function mainText(
  name: string,
  program: Program,
  code: number,
  family: Family<object>,
  entry: (fn: (...args: never[]) => unknown) => string,
): string {
  const canvas = program.layouts.get("Canvas")!;
  const plate = program.layouts.get("Plate")!;
  const state = program.layouts.get(stateOf(name, family))!;
  const offsetOf = (layout: typeof canvas, field: string) => layout.members.get(field)!.offset;
  let fieldSteps = 0;
  const steps = family.steps.map((step) => {
    if ("node" in step) {
      fieldSteps++;
      return step.fields
        .map((field, j) => {
          const at = `add(s, ${offsetOf(state, field)})`;
          return `mstore(${at}, ${fieldSteps}) mstore(add(${at}, 32), ${j})\n`;
        })
        .join("");
    }
    if ("value" in step) {
      return `
for { let i := 0 let rounds := ${entry(step.rounds)}(s) } slt(i, rounds) { i := add(i, 1) } {
  if and(eq(op, 1), eq(list, wanted)) {
    // What this list says at places.
    let answer := room_(add(sub(end, at), 32))
    for { let to := answer } lt(at, end) { at := add(at, 4) to := add(to, 4) } {
      let both := calldataload(at)
      mstore(to, shl(224, ${entry(step.value)}(s, i, sar(240, both), sar(240, shl(16, both)))))
    }
    return(answer, shl(2, shr(240, calldataload(add(request, 1)))))
  }
  if iszero(lt(list, given)) { revert(0, 0) }
  let values
  lists, values := takeList(lists)
  list := add(list, 1)
  ${entry(step.keep)}(s, i, values)
}
`;
    }
    return "settle" in step ? `${entry(step.settle)}(s)\n` : "";
  });
  const eyes = family.calm
    ? `
if eq(op, 2) {
  let answer := room_(add(sub(end, at), 32))
  for { let to := answer } lt(at, end) { at := add(at, 4) to := add(to, 4) } {
    let both := calldataload(at)
    mstore(to, shl(224, ${entry(family.calm)}(s, sar(240, both), sar(240, shl(16, both)))))
  }
  return(answer, shl(2, shr(240, calldataload(request))))
}`
    : "";
  return `
mstore(${LAST_READ}, not(0))
let op := byte(0, calldataload(0))
if gt(op, 3) { revert(0, 0) }
let at := shr(240, calldataload(33))
// The family's code is the style's second byte.
if iszero(eq(byte(0, calldataload(${STYLE_AT + 1})), ${code})) { revert(0, 0) }
{
  mstore8(0, byte(0, calldataload(${STYLE_AT})))
  calldatacopy(1, 1, 32)
  mstore(${DRAW_HASH}, keccak256(0, 33))
}
let styleLength := at
at := add(${STYLE_AT}, at)
{
  let k := byte(0, calldataload(at))
  let hash := mload(${DRAW_HASH})
  if k {
    if gt(k, 3) { revert(0, 0) }
    mstore(0, hash)
    mstore8(32, k)
    hash := keccak256(0, 33)
  }
  mstore(${LATENT_HASH}, hash)
}
let given := byte(1, calldataload(at))
let lists := add(at, 2)
at := lists
for { let i := 0 } lt(i, given) { i := add(i, 1) } {
  at := add(add(at, 2), shl(2, shr(240, calldataload(at))))
}
let request := at
let wanted := 0
let end := 0
switch or(eq(op, 1), eq(op, 2))
case 0 {
  at := add(at, 11)
  end := at
}
default {
  if eq(op, 1) {
    wanted := byte(0, calldataload(at))
    at := add(at, 1)
  }
  end := shl(2, shr(240, calldataload(at)))
  at := add(at, 2)
  end := add(at, end)
}
if gt(end, calldatasize()) { revert(0, 0) }
let list := 0
let canvas := f_canvasOf(styleLength)
let s := add(canvas, ${offsetOf(canvas, "finish")})
mstore(${STATE}, s)
{
  let reachX := add(mload(add(canvas, ${offsetOf(canvas, "plate") + offsetOf(plate, "halfWidth")})), 1152)
  mstore(${REACH_X}, reachX)
  mstore(${REACH_Y}, add(mload(add(canvas, ${offsetOf(canvas, "plate") + offsetOf(plate, "halfHeight")})), 1152))
}
${eyes}
${steps.join("")}
if iszero(or(iszero(op), eq(op, 3))) { revert(0, 0) }
pixels(canvas, op, request)
}
function takeList(from) -> next, values {
  let count := shr(240, calldataload(from))
  if iszero(count) { revert(0, 0) }
  next := add(add(from, 2), shl(2, count))
  values := array_(count, 1, 0)
  let to := mload(values)
  for { from := add(from, 2) } lt(from, next) { from := add(from, 4) } {
    mstore(to, sar(224, calldataload(from)))
    to := add(to, 32)
  }
}
function uint16(at) -> v { v := shr(240, calldataload(at)) }
function pixels(canvas, op, request) {
  let size := uint16(request)
  let samples := byte(2, calldataload(request))
  let x0 := uint16(add(request, 3))
  let y0 := uint16(add(request, 5))
  let x1 := uint16(add(request, 7))
  let y1 := uint16(add(request, 9))
  // SIZE_LIMIT and the samples of render.ts.
  if or(iszero(samples), gt(samples, 8)) { revert(0, 0) }
  if or(iszero(size), gt(size, 16384)) { revert(0, 0) }
  if or(or(gt(x0, x1), gt(x1, size)), or(gt(y0, y1), gt(y1, size))) { revert(0, 0) }
  let length := mul(3, mul(sub(x1, x0), sub(y1, y0)))
  let from := room_(add(length, 32))
  let to := from
  for { let y := y0 } lt(y, y1) { y := add(y, 1) } {
    for { let x := x0 } lt(x, x1) { x := add(x, 1) } {
      let rgb := f_pixelOf(canvas, x, y, size, samples)
      if op { rgb := or(or(shl(16, and(rgb, 255)), and(rgb, 0xff00)), shr(16, rgb)) }
      mstore(to, shl(232, rgb))
      to := add(to, 3)
    }
  }
  return(from, length)
}
`;
}
