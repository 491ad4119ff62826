/**
 * A program of `ir.ts` as WGSL: one thread for each sample, all in int32, so that a GPU of any maker gives the same bytes.
 * WGSL's `+ - *` on i32 wrap, `/` and `%` cut toward zero and `>>` is arithmetic, as in the tree (W3C, WebGPU Shading
 * Language, sections 8.7 and 8.9).
 * @module
 */
import type { Binary, Expr, Program, Routine, Statement, Variable } from "./ir.ts";

/**
 * The module's functions. They read `memory`, an `array<i32>` in storage that the caller declares, and the entry is called
 * `fn NAME(state: i32, ...)`; a colour is a `ptr<function, array<i32, 3>>`.
 */
export function shaderFunctions(program: Program): string {
  const scratches = program.scratches.map(({ name, size }) => `var<private> ${name}: array<i32, ${size}>;\n`);
  return [scratches.join("") + HALVES, ...program.routines.map(routineText)].join("\n");
}

function routineText(routine: Routine): string {
  const names = new Map<Variable, string>();
  /** Colours that came by pointer. */
  const pointers = new Set(routine.params.filter((p) => p.type.kind === "local"));
  const nameOf = (v: Variable): string => {
    const known = names.get(v);
    if (known) return known;
    const made = `${v.name}_${names.size}`;
    names.set(v, made);
    return made;
  };

  const value = (e: Expr): string => {
    switch (e.op) {
      case "int":
        return e.value < 0 ? `i32(${e.value})` : `${e.value}`;
      case "variable":
        if (e.variable.type.kind === "local")
          return pointers.has(e.variable) ? nameOf(e.variable) : `&${nameOf(e.variable)}`;
        return nameOf(e.variable);
      case "item":
        return pointers.has(e.of) ? `(*${nameOf(e.of)})[${e.index}]` : `${nameOf(e.of)}[${e.index}]`;
      case "slot":
        return `${e.of.name}[${value(e.index)}]`;
      case "load":
        return `memory[(${value(e.address)}) >> 2u]`;
      case "binary":
        return binary(e.name, value(e.a), value(e.b));
      case "both":
        return `(${value(e.a)} && ${value(e.b)})`;
      case "either":
        return `(${value(e.a)} || ${value(e.b)})`;
      case "not":
        return `!(${value(e.a)})`;
      case "choose":
        return `select(${value(e.b)}, ${value(e.a)}, ${value(e.test)})`;
      case "call":
        return `${functionName(e.to)}(${e.args.map(value).join(", ")})`;
    }
  };

  const block = (list: readonly Statement[], indent: string): string => list.map((s) => statement(s, indent)).join("");

  const statement = (s: Statement, indent: string): string => {
    const line = (text: string) => `${indent}${text}\n`;
    const inner = `${indent}  `;
    switch (s.op) {
      case "declare":
        return line(`var ${nameOf(s.variable)}: ${typeName(s.variable)} = ${value(s.value)};`);
      case "declareLocal":
        return line(`var ${nameOf(s.variable)}: ${typeName(s.variable)};`);
      case "set":
        return line(`${nameOf(s.variable)} = ${value(s.value)};`);
      case "setItem":
        return line(`${value({ op: "item", of: s.of, index: s.index })} = ${value(s.value)};`);
      case "setSlot":
        return line(`${s.of.name}[${value(s.index)}] = ${value(s.value)};`);
      case "do":
        return line(`${s.call.to.result.kind === "void" ? "" : "_ = "}${value(s.call)};`);
      case "if": {
        const rest = s.no.length > 0 ? `${indent}} else {\n${block(s.no, inner)}` : "";
        return `${indent}if (${value(s.test)}) {\n${block(s.yes, inner)}${rest}${indent}}\n`;
      }
      case "loop":
        return (
          `${indent}{\n${block(s.first, inner)}${inner}loop {\n${inner}  if (!(${value(s.test)})) { break; }\n` +
          `${block(s.body, `${inner}  `)}${inner}  continuing {\n${block(s.next, `${inner}    `)}${inner}  }\n${inner}}\n${indent}}\n`
        );
      case "return":
        return line(s.value ? `return ${value(s.value)};` : "return;");
      case "break":
      case "continue":
        return line(`${s.op};`);
    }
  };

  // Parameters are constants in WGSL: those that the body changes get a variable.
  const changed = new Set<Variable>();
  collectSets(routine.body, changed);
  const copies: string[] = [];
  const params = routine.params.map((p) => {
    if (p.type.kind === "local") return `${nameOf(p)}: ptr<function, ${typeName(p)}>`;
    if (!changed.has(p)) return `${nameOf(p)}: ${typeName(p)}`;
    copies.push(`  var ${nameOf(p)}: ${typeName(p)} = given_${nameOf(p)};\n`);
    return `given_${nameOf(p)}: ${typeName(p)}`;
  });
  const { kind } = routine.result;
  const result = kind === "void" ? "" : ` -> ${kind === "bool" ? "bool" : "i32"}`;
  // What ends in a branch needs a last word, even one that is never reached.
  const ends =
    routine.body.at(-1)?.op === "return" || kind === "void" ? "" : `  return ${kind === "bool" ? "false" : "0"};\n`;
  return `fn ${functionName(routine)}(${params.join(", ")})${result} {\n${copies.join("")}${block(routine.body, "  ")}${ends}}\n`;
}

/** Names of the reference may be words of WGSL (`fract`, `step`, `mix`). */
export function functionName(routine: Routine): string {
  return `${routine.name}_`;
}

function typeName({ type }: Variable): string {
  if (type.kind === "local") return `array<i32, ${type.size}>`;
  return type.kind === "bool" ? "bool" : "i32";
}

function collectSets(list: readonly Statement[], into: Set<Variable>): void {
  for (const s of list) {
    if (s.op === "set") into.add(s.variable);
    if (s.op === "if") collectSets([...s.yes, ...s.no], into);
    if (s.op === "loop") collectSets([...s.first, ...s.next, ...s.body], into);
  }
}

function binary(name: Binary, a: string, b: string): string {
  switch (name) {
    case "shl":
    case "shr":
      return `((${a}) ${name === "shl" ? "<<" : ">>"} u32(${b}))`;
    case "ushr":
      return `bitcast<i32>(bitcast<u32>(${a}) >> u32(${b}))`;
    case "min":
    case "max":
      return `${name}(${a}, ${b})`;
    case "dot16":
    case "sub16":
    case "min16":
    case "mul16":
    case "shl16":
    case "shr16":
      return `${name}(${a}, ${b})`;
    default:
      return `((${a}) ${SIGNS[name]} (${b}))`;
  }
}

/** The operators on both halves of a word. */
const HALVES = `
fn low16(a: i32) -> i32 { return (a << 16u) >> 16u; }
fn halves16(low: i32, high: i32) -> i32 { return (low & 0xffff) | (high << 16u); }
fn dot16(a: i32, b: i32) -> i32 { return low16(a) * low16(b) + (a >> 16u) * (b >> 16u); }
fn sub16(a: i32, b: i32) -> i32 { return halves16(a - b, (a >> 16u) - (b >> 16u)); }
fn min16(a: i32, b: i32) -> i32 { return halves16(min(low16(a), low16(b)), min(a >> 16u, b >> 16u)); }
fn mul16(a: i32, b: i32) -> i32 {
  return halves16((low16(a) * low16(b) + 0x4000) >> 15u, ((a >> 16u) * (b >> 16u) + 0x4000) >> 15u);
}
fn shl16(a: i32, n: i32) -> i32 { return halves16(a << u32(n), (a >> 16u) << u32(n)); }
fn shr16(a: i32, n: i32) -> i32 { return halves16(low16(a) >> u32(n), (a >> 16u) >> u32(n)); }
`;

const SIGNS: Readonly<Partial<Record<Binary, string>>> = {
  ...{ add: "+", sub: "-", mul: "*", div: "/", rem: "%", and: "&", or: "|", xor: "^" },
  ...{ lt: "<", le: "<=", gt: ">", ge: ">=", eq: "==", ne: "!=" },
};
