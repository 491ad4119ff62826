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
import { ENCODE, LINEAR } from "../../src/colour.ts";
import type { Family } from "../../src/family/family.ts";
import { FIELD_MARGIN, NODE_STEP } from "../../src/field.ts";
import { netLength } from "../../src/net.ts";
import { SIZE_LIMIT } from "../../src/render.ts";
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
  NOISE_START,
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
  EXPONENTIAL: "exponentialAt",
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
    slots ? netsText(nets, { at: slots.address, inputs: 0, outputs: 24 }, table, take) : "",
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
  return { ...Object.fromEntries(lists), LINEAR } as Record<string, ArrayLike<number>>;
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
    ENCODE_FINE: ENCODE.filter((_, i) => i % 4 === 0 && i < 1024),
    ENCODE_COARSE: ENCODE.filter((_, i) => i % 64 === 0),
    ENCODE_STEPS: LINEAR.map((light, i) => light + (LINEAR[i + 1] ?? light)),
    EXPONENTIAL_ANCHORS: exponentialAnchors(),
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

/** The recurrence of `exponentialTable` in wash.ts, every sixteenth number. */
function exponentialAnchors(): Int32Array {
  const anchors = new Int32Array(257);
  let e = 1 << 28;
  for (let i = 0; i <= 4096; i++) {
    if (i % 16 === 0) anchors[i >> 4] = e;
    e = e - (e >> 9) + (e >> 19);
  }
  return anchors;
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

/** Words of memory where the whole call keeps what it must not forget: the EVM's stack is short. */
const OP = 0x340;
const REQUEST = 0x360;
/** Where the next list stands in calldata, its number, and how many there are. */
const LIST_AT = 0x380;
const LIST = 0x3a0;
const GIVEN = 0x3c0;
/** The places of a request: the next one, and where they end. */
const PLACE = 0x3e0;
const PLACES_END = 0x400;
/** Where the next bytes of the answer go. */
const ANSWER = 0x420;
/** Number of a list within its step, and how many the step has. */
const ROUND = 0x440;
const ROUNDS = 0x460;
/** The pixels of a request: the present one, and the bounds. */
const X = 0x480;
const Y = 0x4a0;
const X0 = 0x4c0;
const X1 = 0x4e0;
const Y1 = 0x500;
const SIZE = 0x520;
const SAMPLES = 0x540;
const CANVAS = 0x560;

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
  /** Answers with what an expression says of each place. */
  const answer = (value: string) => `
  mstore(${ANSWER}, room_(add(sub(mload(${PLACES_END}), mload(${PLACE})), 32)))
  let answer := mload(${ANSWER})
  for {} lt(mload(${PLACE}), mload(${PLACES_END})) { mstore(${PLACE}, add(mload(${PLACE}), 4)) } {
    let value := ${value}
    mstore(mload(${ANSWER}), shl(224, value))
    mstore(${ANSWER}, add(mload(${ANSWER}), 4))
  }
  return(answer, sub(mload(${ANSWER}), answer))`;
  const x = `sar(240, calldataload(mload(${PLACE})))`;
  const y = `sar(240, calldataload(add(mload(${PLACE}), 2)))`;
  const s = `mload(${STATE})`;

  let fieldSteps = 0;
  const steps = family.steps.map((step) => {
    if ("node" in step) {
      fieldSteps++;
      return step.fields
        .map((field, j) => {
          const at = `add(${s}, ${offsetOf(state, field)})`;
          return `mstore(${at}, ${fieldSteps}) mstore(add(${at}, 32), ${j})\n`;
        })
        .join("");
    }
    if ("value" in step) {
      return `
mstore(${ROUND}, 0)
mstore(${ROUNDS}, ${entry(step.rounds)}(${s}))
for {} slt(mload(${ROUND}), mload(${ROUNDS})) { mstore(${ROUND}, add(mload(${ROUND}), 1)) } {
  // Which list is wanted stands before the places.
  if and(eq(mload(${OP}), 1), eq(mload(${LIST}), byte(0, calldataload(mload(${REQUEST}))))) {${answer(
    `${entry(step.value)}(${s}, mload(${ROUND}), ${x}, ${y})`,
  )}
  }
  if iszero(lt(mload(${LIST}), mload(${GIVEN}))) { revert(0, 0) }
  mstore(${LIST}, add(mload(${LIST}), 1))
  ${entry(step.keep)}(${s}, mload(${ROUND}), takeList())
}
`;
    }
    return "settle" in step ? `${entry(step.settle)}(${s})\n` : "";
  });
  const eyes = family.calm
    ? `
if eq(mload(${OP}), 2) {${answer(`${entry(family.calm)}(${s}, ${x}, ${y})`)}
}`
    : "";
  return `
mstore(${LAST_READ}, not(0))
mstore(${OP}, byte(0, calldataload(0)))
if gt(mload(${OP}), 3) { revert(0, 0) }
// The family's code is the style's second byte.
if iszero(eq(byte(0, calldataload(${STYLE_AT + 1})), ${code})) { revert(0, 0) }
readRequest()
${NOISE_START}mstore(${CANVAS}, f_canvasOf(shr(240, calldataload(33))))
mstore(${STATE}, add(mload(${CANVAS}), ${offsetOf(canvas, "finish")}))
{
  let plate := add(mload(${CANVAS}), ${offsetOf(canvas, "plate")})
  mstore(${REACH_X}, add(mload(add(plate, ${offsetOf(plate, "halfWidth")})), ${NODES_REACH}))
  mstore(${REACH_Y}, add(mload(add(plate, ${offsetOf(plate, "halfHeight")})), ${NODES_REACH}))
}
${eyes}
${steps.join("")}
// Of ops 1 and 2 nobody comes here but those who asked for what this family does not have.
if and(mload(${OP}), lt(mload(${OP}), 3)) { revert(0, 0) }
pixels()
}

// Hashes, and where lists and operands lie.
function readRequest() {
  mstore8(0, byte(0, calldataload(${STYLE_AT})))
  calldatacopy(1, 1, 32)
  let hash := keccak256(0, 33)
  mstore(${DRAW_HASH}, hash)
  let at := add(${STYLE_AT}, shr(240, calldataload(33)))
  let k := byte(0, calldataload(at))
  if k {
    if gt(k, 3) { revert(0, 0) }
    mstore(0, hash)
    mstore8(32, k)
    hash := keccak256(0, 33)
  }
  mstore(${LATENT_HASH}, hash)
  k := byte(1, calldataload(at))
  mstore(${GIVEN}, k)
  at := add(at, 2)
  mstore(${LIST_AT}, at)
  for {} k { k := sub(k, 1) } { at := add(add(at, 2), shl(2, uint16(at))) }
  mstore(${REQUEST}, at)
  switch mod(mload(${OP}), 3)
  case 0 { at := add(at, 11) }
  default {
    at := add(at, mod(mload(${OP}), 2))
    mstore(${PLACE}, add(at, 2))
    at := add(mload(${PLACE}), shl(2, uint16(at)))
    mstore(${PLACES_END}, at)
  }
  if gt(at, calldatasize()) { revert(0, 0) }
}
function takeList() -> values {
  let at := mload(${LIST_AT})
  let count := uint16(at)
  if iszero(count) { revert(0, 0) }
  at := add(at, 2)
  mstore(${LIST_AT}, add(at, shl(2, count)))
  values := array_(count, 1, 0)
  let to := mload(values)
  for { let end := add(to, shl(5, count)) } lt(to, end) { to := add(to, 32) } {
    mstore(to, sar(224, calldataload(at)))
    at := add(at, 4)
  }
}
function uint16(at) -> v { v := shr(240, calldataload(at)) }
function pixels() {
  let at := mload(${REQUEST})
  mstore(${SIZE}, uint16(at))
  mstore(${SAMPLES}, byte(2, calldataload(at)))
  let x0 := uint16(add(at, 3))
  let y0 := uint16(add(at, 5))
  let x1 := uint16(add(at, 7))
  let y1 := uint16(add(at, 9))
  if gt(sub(mload(${SAMPLES}), 1), 7) { revert(0, 0) }
  if gt(sub(mload(${SIZE}), 1), ${SIZE_LIMIT - 1}) { revert(0, 0) }
  if or(or(gt(x0, x1), gt(x1, mload(${SIZE}))), or(gt(y0, y1), gt(y1, mload(${SIZE})))) { revert(0, 0) }
  mstore(${X0}, x0)
  mstore(${X1}, x1)
  mstore(${Y}, y0)
  mstore(${Y1}, y1)
  at := room_(add(mul(3, mul(sub(x1, x0), sub(y1, y0))), 32))
  mstore(${ANSWER}, at)
  for {} lt(mload(${Y}), mload(${Y1})) { mstore(${Y}, add(mload(${Y}), 1)) } {
    mstore(${X}, mload(${X0}))
    for {} lt(mload(${X}), mload(${X1})) { mstore(${X}, add(mload(${X}), 1)) } {
      let rgb := f_pixelOf(mload(${CANVAS}), mload(${X}), mload(${Y}), mload(${SIZE}), mload(${SAMPLES}))
      if mload(${OP}) { rgb := or(or(shl(16, and(rgb, 255)), and(rgb, 0xff00)), shr(16, rgb)) }
      mstore(mload(${ANSWER}), shl(232, rgb))
      mstore(${ANSWER}, add(mload(${ANSWER}), 3))
    }
  }
  return(at, sub(mload(${ANSWER}), at))
}
`;
}

/** How far beyond the plate nodes are evaluated: `nodesOf` of field.ts. */
const NODES_REACH = FIELD_MARGIN + 2 * NODE_STEP;
