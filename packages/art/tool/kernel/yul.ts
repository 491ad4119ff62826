/**
 * A program of `ir.ts` as functions of Yul, the language that solc makes EVM bytecode from: one sample after the other,
 * words of 256 bits. A number is a signed word that behaves as JavaScript's: sums and products are exact, so nothing needs
 * to be cut where nothing leaves int32 (overflow.test.ts proves that for all that is compiled but the hashes).
 *
 * Memory, all at fixed addresses: scratch of the natives, tables, short arrays of the routines; behind them what is made
 * while it runs (the heap), whose first free byte stands at {@link HEAP}. Memory that was never written is zero.
 * @module
 */
import type { Binary, Call, Expr, Native, Program, Routine, Statement, Type, Variable } from "./ir.ts";
import { wordsOf } from "./ir.ts";

/** Where the address of the first free byte of the heap stands. */
export const HEAP = 0x240;

const WORD = 32;

/** Yul of a program: its functions, the statements that fill its tables, and the data that those read. */
export interface YulProgram {
  readonly functions: string;
  /** Fills the tables from `dataoffset("tables")`. */
  readonly start: string;
  /** Hex. */
  readonly data: string;
  /** The first byte behind tables and short arrays. */
  readonly free: number;
  readonly nameOf: (routine: Routine) => string;
}

/** How much of a value the word on the stack is: all of it; all, but it may lie outside int32; the low 32 bits only. */
type Form = "int" | "wide" | "low";

/** A Yul expression, and what must not be moved past it. */
interface Value {
  readonly text: string;
  readonly form: Form;
  readonly reads: boolean;
  readonly writes: boolean;
}

/**
 * The program's functions.
 * @param writers names of the functions written by hand that change what others read
 * @param wide names of those whose results may lie outside int32
 */
export function yulProgram(program: Program, writers: ReadonlySet<string>, wide: ReadonlySet<string>): YulProgram {
  let free = program.free;
  const names = new Map<Routine, string>();
  const nameOf = (routine: Routine): string => {
    if (routine.native) return routine.name;
    const known = names.get(routine);
    if (known) return known;
    const made = `f_${routine.name}`;
    names.set(routine, made);
    return made;
  };
  const locals = new Map<Variable, number>();
  const localAt = (variable: Variable, size: number): number => {
    const known = locals.get(variable);
    if (known !== undefined) return known;
    locals.set(variable, free);
    free += WORD * size;
    return free - WORD * size;
  };

  // Tables: numbers in as few bytes as the largest needs, behind each other.
  const tables = new Map<string, { at: number; bytes: number; signed: boolean }>();
  let data = "";
  const tablesAt = free;
  for (const { name, values } of program.peeked) {
    const list = Array.from(values);
    const signed = list.some((v) => v < 0);
    const most = Math.max(...list.map((v) => (v < 0 ? -2 * v - 1 : signed ? 2 * v : v)));
    const bytes = most < 256 ? 1 : most < 65536 ? 2 : 4;
    tables.set(name, { at: tablesAt + data.length / 2, bytes, signed });
    for (const v of list) data += hexOf(v, bytes);
  }
  const imageAt = tablesAt + data.length / 2;
  const image = Array.from(program.image).sort(([a], [b]) => a - b);
  let start = "";
  if (image.length > 0) {
    const from = image[0]![0];
    const to = image.at(-1)![0] + WORD;
    for (let at = from; at < to; at += WORD) data += hexOf(program.image.get(at) ?? 0, 4);
    // The packed words are dead once they are spread.
    start += `datacopy(${tablesAt}, dataoffset("tables"), datasize("tables"))
for { let i := 0 } lt(i, ${to - from}) { i := add(i, 32) } {
  mstore(add(${from}, i), signextend(3, shr(224, mload(add(${imageAt}, shr(3, i))))))
}
`;
  } else if (data !== "") start += `datacopy(${tablesAt}, dataoffset("tables"), datasize("tables"))\n`;
  free = tablesAt + (((data.length / 2 + 63) >> 5) << 5);
  for (const scratch of program.scratches) {
    if (scratch.address % WORD !== 0) throw new Error(`${scratch.name} is not aligned`);
  }

  const writing = writersOf(program.routines, writers);
  const forms = formsOf(program, wide);
  const spread = { tables, localAt, nameOf, writing, forms, program };
  const functions = program.routines.map((routine) => routineText(routine, spread)).join("\n");
  return { functions: functions + HELPERS, start, data, free, nameOf };
}

interface Context {
  readonly tables: ReadonlyMap<string, { at: number; bytes: number; signed: boolean }>;
  readonly localAt: (variable: Variable, size: number) => number;
  readonly nameOf: (routine: Routine) => string;
  readonly writing: ReadonlySet<Routine | string>;
  readonly forms: Forms;
  readonly program: Program;
}

/** What may lie outside int32. */
interface Forms {
  readonly variables: ReadonlySet<Variable>;
  readonly routines: ReadonlySet<Routine | string>;
}

function hexOf(value: number, bytes: number): string {
  return BigInt.asUintN(8 * bytes, BigInt(value))
    .toString(16)
    .padStart(2 * bytes, "0");
}

/** Routines that change memory which others can read; a routine's own short arrays are nobody else's. */
function writersOf(routines: readonly Routine[], natives: ReadonlySet<string>): ReadonlySet<Routine | string> {
  const writing = new Set<Routine | string>(natives);
  const callWrites = ({ to }: Call): boolean =>
    to.native ? to.native.kind === "store" || to.native.kind === "push" || writing.has(to.name) : writing.has(to);
  let changed = true;
  while (changed) {
    changed = false;
    for (const routine of routines) {
      if (writing.has(routine)) continue;
      let writes = false;
      walk(
        routine.body,
        (s) => {
          if (s.op === "setSlot" || (s.op === "setItem" && routine.params.includes(s.of))) writes = true;
        },
        (e) => {
          if (e.op === "call" && callWrites(e)) writes = true;
        },
      );
      if (writes) {
        writing.add(routine);
        changed = true;
      }
    }
  }
  return writing;
}

/** Which variables, parameters and results may hold what is no int32 (`x >>> 0`): the least set that is closed. */
function formsOf(program: Program, natives: ReadonlySet<string>): Forms {
  const variables = new Set<Variable>();
  const routines = new Set<Routine | string>(natives);
  const forms: Forms = { variables, routines };
  let size = -1;
  while (size !== variables.size + routines.size) {
    size = variables.size + routines.size;
    for (const routine of program.routines) {
      const wraps = program.wraps.includes(routine.name);
      const isWide = (e: Expr) => formOf(e, forms, wraps) === "wide";
      walk(
        routine.body,
        (s) => {
          if ((s.op === "declare" || s.op === "set") && isWide(s.value)) variables.add(s.variable);
          if (s.op === "return" && s.value && isWide(s.value)) routines.add(routine);
        },
        (e) => {
          if (e.op !== "call" || e.to.native) return;
          for (const [i, arg] of e.args.entries()) if (isWide(arg)) variables.add(e.to.params[i]!);
        },
      );
    }
  }
  return forms;
}

function formOf(e: Expr, forms: Forms, wraps: boolean): Form {
  switch (e.op) {
    case "variable":
      return forms.variables.has(e.variable) ? "wide" : "int";
    case "choose": {
      const [a, b] = [formOf(e.a, forms, wraps), formOf(e.b, forms, wraps)];
      return a === b ? a : a === "low" || b === "low" ? "int" : "wide";
    }
    case "call":
      return forms.routines.has(e.to.native ? e.to.name : e.to) ? "wide" : "int";
    case "binary":
      return formOfBinary(e.name, e.a, e.b, formOf(e.a, forms, wraps), formOf(e.b, forms, wraps), wraps);
    default:
      return "int";
  }
}

function formOfBinary(name: Binary, ea: Expr, eb: Expr, a: Form, b: Form, wraps: boolean): Form {
  const low = a === "low" || b === "low";
  const wide = a === "wide" || b === "wide";
  switch (name) {
    case "add":
    case "sub":
    case "mul":
      return low ? "low" : wide ? "wide" : "int";
    case "imul":
      return wraps || low || wide ? "low" : "int";
    case "shl":
      // Farther than that a shift is half of a sign extension.
      return wraps || low || wide || (eb.op === "int" && eb.value >= 20) ? "low" : "int";
    case "ushr":
      return eb.op === "int" && eb.value > 0 ? "int" : "wide";
    case "and":
      if ([ea, eb].some((e) => e.op === "int" && e.value >= 0)) return "int";
      return low || wide || wraps ? "low" : "int";
    case "or":
      // `x | 0` cuts x to an int32.
      if (eb.op === "int" && eb.value === 0) return "int";
      return low || wide || wraps ? "low" : "int";
    case "xor":
      return low || wide || wraps ? "low" : "int";
    case "min":
    case "max":
      return wide ? "wide" : "int";
    default:
      return "int";
  }
}

/** The expressions that an expression is made of. */
function partsOf(e: Expr): readonly Expr[] {
  switch (e.op) {
    case "slot":
      return [e.index];
    case "load":
      return [e.address];
    case "binary":
    case "both":
    case "either":
      return [e.a, e.b];
    case "not":
      return [e.a];
    case "choose":
      return [e.test, e.a, e.b];
    case "call":
      return e.args;
    default:
      return [];
  }
}

/** Calls `statement` and `expression` for everything in a body. */
function walk(list: readonly Statement[], statement: (s: Statement) => void, expression: (e: Expr) => void): void {
  const value = (e: Expr): void => {
    expression(e);
    for (const part of partsOf(e)) value(part);
  };
  for (const s of list) {
    statement(s);
    switch (s.op) {
      case "declare":
      case "set":
      case "setItem":
        value(s.value);
        break;
      case "setSlot":
        value(s.index);
        value(s.value);
        break;
      case "do":
        value(s.call);
        break;
      case "if":
        value(s.test);
        walk(s.yes, statement, expression);
        walk(s.no, statement, expression);
        break;
      case "loop":
        walk(s.first, statement, expression);
        value(s.test);
        walk(s.next, statement, expression);
        walk(s.body, statement, expression);
        break;
      case "return":
        if (s.value) value(s.value);
        break;
      default:
        break;
    }
  }
}

function routineText(routine: Routine, context: Context): string {
  const { tables, localAt, nameOf, writing, forms, program } = context;
  const wraps = program.wraps.includes(routine.name);
  const names = new Map<Variable, string>();
  const spilled = spills(routine, context.localAt);
  /** What the parameters of a routine that stands in its caller's code are there. */
  const bound = new Map<Variable, Value>();
  let temporaries = 0;
  const variableName = (v: Variable): string => {
    const known = names.get(v);
    if (known) return known;
    const made = `v_${v.name}_${names.size}`;
    names.set(v, made);
    return made;
  };
  const own = new Set(routine.params);
  /** Address of a short array: a parameter has it, others lie where they lie. */
  const localText = (v: Variable): string => {
    if (v.type.kind !== "local") throw new Error(`${v.name} is no short array`);
    if (bound.has(v)) return bound.get(v)!.text;
    if (spilled.has(v)) return `mload(${spilled.get(v)})`;
    return own.has(v) ? variableName(v) : String(localAt(v, v.type.size));
  };
  const offset = (base: string, bytes: number): string => {
    if (bytes === 0) return base;
    return /^\d+$/.test(base) ? String(Number(base) + bytes) : `add(${base}, ${bytes})`;
  };

  const plain = (text: string, form: Form = "int"): Value => ({ text, form, reads: false, writes: false });

  /** Puts a value into a variable of its own. */
  const hoist = (value: Value, before: string[]): Value => {
    const name = `t${temporaries++}`;
    before.push(`let ${name} := ${value.text}`);
    return plain(name, value.form);
  };

  /** Values of several expressions as if each were finished before the next begins. Yul evaluates arguments from the last to the first. */
  const inOrder = (list: readonly Expr[], before: string[]): Value[] => {
    const parts = list.map((e) => {
      const own: string[] = [];
      return { value: evaluate(e, own), own };
    });
    let laterReads = false;
    let laterWrites = false;
    let laterSteps = false;
    const values = parts.map(({ value }) => value);
    const hoisted = new Array<boolean>(parts.length).fill(false);
    for (let i = parts.length - 1; i >= 0; i--) {
      const { value, own } = parts[i]!;
      if ((value.writes && (laterReads || laterWrites || laterSteps)) || (value.reads && (laterWrites || laterSteps))) {
        hoisted[i] = true;
      }
      laterReads ||= value.reads;
      laterWrites ||= value.writes;
      laterSteps ||= own.length > 0;
    }
    for (const [i, { value, own }] of parts.entries()) {
      before.push(...own);
      if (hoisted[i]) values[i] = hoist(value, before);
    }
    return values;
  };

  /** The whole value of a word of which only the low 32 bits count. */
  const exact = (value: Value): Value =>
    value.form === "low" ? { ...value, text: `signextend(3, ${value.text})`, form: "int" } : value;
  const int32 = (value: Value): Value =>
    value.form === "int" ? value : { ...value, text: `signextend(3, ${value.text})`, form: "int" };

  const combine = (text: string, form: Form, parts: readonly Value[], reads = false, writes = false): Value => ({
    text,
    form,
    reads: reads || parts.some((p) => p.reads),
    writes: writes || parts.some((p) => p.writes),
  });

  const evaluate = (e: Expr, before: string[]): Value => {
    switch (e.op) {
      case "int":
        return plain(number(e.value));
      case "variable":
        if (bound.has(e.variable)) return bound.get(e.variable)!;
        if (e.variable.type.kind === "local") return plain(localText(e.variable));
        if (spilled.has(e.variable)) return plain(`mload(${spilled.get(e.variable)})`, formOf(e, forms, wraps));
        return plain(variableName(e.variable), formOf(e, forms, wraps));
      case "item":
        return combine(`mload(${offset(localText(e.of), WORD * e.index)})`, "int", [], true);
      case "slot": {
        if (e.index.op === "int") return combine(`mload(${e.of.address + WORD * e.index.value})`, "int", [], true);
        const index = evaluate(e.index, before);
        return combine(`mload(add(${e.of.address}, shl(5, ${index.text})))`, "int", [index], true);
      }
      case "load": {
        const address = evaluate(e.address, before);
        return combine(`mload(${address.text})`, "int", [address], true);
      }
      case "binary":
        return binary(e.name, e, before);
      case "both":
      case "either": {
        const a = evaluate(e.a, before);
        const own: string[] = [];
        const b = evaluate(e.b, own);
        if (own.length === 0 && !b.reads && !b.writes && b.text.length < 60) {
          return combine(`${e.op === "both" ? "and" : "or"}(${a.text}, ${b.text})`, "int", [a, b]);
        }
        const name = `t${temporaries++}`;
        before.push(`let ${name} := ${a.text}`);
        before.push(`if ${e.op === "both" ? name : `iszero(${name})`} {`, ...own, `${name} := ${b.text}`, "}");
        return plain(name);
      }
      case "not": {
        const a = evaluate(e.a, before);
        return combine(`iszero(${a.text})`, "int", [a]);
      }
      case "choose":
        return choose(e, before);
      case "call":
        return call(e, before);
    }
  };

  const choose = (e: Extract<Expr, { op: "choose" }>, before: string[]): Value => {
    const test = evaluate(e.test, before);
    const [first, second]: [string[], string[]] = [[], []];
    const form = formOf(e, forms, wraps);
    const [a, b] = [evaluate(e.a, first), evaluate(e.b, second)].map((v) => (form === "int" ? int32(v) : exact(v))) as [
      Value,
      Value,
    ];
    const name = `t${temporaries++}`;
    if (second.length === 0 && !b.writes && !b.reads && b.text.length < 24) {
      before.push(`let ${name} := ${b.text}`, `if ${test.text} {`, ...first, `${name} := ${a.text}`, "}");
    } else {
      before.push(`let ${name}`, `switch ${test.text} case 0 {`, ...second, `${name} := ${b.text}`, "} default {");
      before.push(...first, `${name} := ${a.text}`, "}");
    }
    return plain(name, form);
  };

  const binary = (name: Binary, e: Extract<Expr, { op: "binary" }>, before: string[]): Value => {
    const [a, b] = inOrder([e.a, e.b], before) as [Value, Value];
    const form = formOfBinary(name, e.a, e.b, a.form, b.form, wraps);
    const both = (text: (x: string, y: string) => string, cut: (v: Value) => Value = (v) => v): Value => {
      const [x, y] = [cut(a), cut(b)];
      return combine(text(x.text, y.text), form, [x, y]);
    };
    switch (name) {
      case "add":
      case "sub":
      case "mul":
        return both((x, y) => `${name}(${x}, ${y})`);
      case "imul":
        return both((x, y) => `mul(${x}, ${y})`);
      case "or":
        if (e.b.op === "int" && e.b.value === 0)
          return combine(wraps ? `signextend(3, ${a.text})` : int32(a).text, "int", [a]);
        return both((x, y) => `or(${x}, ${y})`);
      case "and":
      case "xor":
        return both((x, y) => `${name}(${x}, ${y})`);
      case "shl":
        return both((x, y) => `shl(${y}, ${x})`);
      case "shr":
        return combine(`sar(${b.text}, ${int32(a).text})`, "int", [a, b]);
      case "ushr":
        return combine(`shr(${b.text}, and(${a.text}, 0xffffffff))`, form, [a, b]);
      case "div":
        return both((x, y) => `sdiv(${x}, ${y})`, exact);
      case "rem":
        return both((x, y) => `smod(${x}, ${y})`, exact);
      case "min":
      case "max":
        return least(name, [a, b].map(exact) as [Value, Value], form, before);
      case "lt":
        return both((x, y) => `slt(${x}, ${y})`, exact);
      case "gt":
        return both((x, y) => `sgt(${x}, ${y})`, exact);
      case "le":
        return both((x, y) => `iszero(sgt(${x}, ${y}))`, exact);
      case "ge":
        return both((x, y) => `iszero(slt(${x}, ${y}))`, exact);
      case "eq":
        return both((x, y) => `eq(${x}, ${y})`, exact);
      case "ne":
        return both((x, y) => `iszero(eq(${x}, ${y}))`, exact);
      default:
        throw new Error(`${routine.name}: ${name} is not made for the EVM`);
    }
  };

  /** The lesser or the greater of two numbers without a branch. */
  const least = (name: "min" | "max", parts: readonly [Value, Value], form: Form, before: string[]): Value => {
    const [a, b] = parts.map((part) => (isSimple(part) ? part : hoist(part, before))) as [Value, Value];
    const test = `${name === "min" ? "slt" : "sgt"}(${a.text}, ${b.text})`;
    return combine(`xor(${b.text}, mul(xor(${a.text}, ${b.text}), ${test}))`, form, []);
  };

  const call = (e: Call, before: string[]): Value => {
    const { to } = e;
    if (to.native && to.native.kind !== "function") return nativeCall(e, to.native, before);
    const values = inOrder(e.args, before).map(exact);
    const only = single(to, program);
    if (only) {
      // Parameters of the same routine may be bound further out: `mul(mul(a, b), c)`.
      const outer = to.params.map((p) => bound.get(p));
      for (const [i, p] of to.params.entries()) {
        const value = values[i]!;
        bound.set(p, isSimple(value) ? value : hoist(value, before));
      }
      const result = exact(evaluate(only, before));
      for (const [i, p] of to.params.entries()) {
        if (outer[i]) bound.set(p, outer[i]);
        else bound.delete(p);
      }
      return result;
    }
    const writes = writing.has(to.native ? to.name : to);
    const form: Form = forms.routines.has(to.native ? to.name : to) ? "wide" : "int";
    return combine(`${nameOf(to)}(${values.map((v) => v.text).join(", ")})`, form, values, true, writes);
  };

  /** Writes a value to an address: one word, or a copy. */
  const storeAt = (address: string, type: Type, value: Value, into: string[]): void => {
    if (type.kind === "record" || type.kind === "array") {
      into.push(`mcopy(${address}, ${value.text}, ${WORD * wordsOf(type, program.layouts, WORD)})`);
    } else into.push(`mstore(${address}, ${exact(value).text})`);
  };

  const nativeCall = (e: Call, kind: Native, before: string[]): Value => {
    switch (kind.kind) {
      case "abs": {
        const [a] = inOrder(e.args, before).map(exact) as [Value];
        return combine(`abs_(${a.text})`, "int", [a]);
      }
      case "peek": {
        const { at, bytes, signed } = tables.get(kind.table.name)!;
        const [a] = inOrder(e.args, before).map(exact) as [Value];
        const place = bytes === 1 ? a.text : `shl(${bytes >> 1}, ${a.text})`;
        return combine(`${signed ? "sar" : "shr"}(${256 - 8 * bytes}, mload(add(${at}, ${place})))`, "int", [a]);
      }
      case "array": {
        const [count] = inOrder(e.args, before).map(exact) as [Value];
        return combine(`array_(${count.text}, ${kind.words}, ${kind.room})`, "int", [count], true);
      }
      case "list": {
        const values = inOrder(e.args, before).map((v) => hoist(v, before));
        const words = wordsOf(kind.of, program.layouts, WORD);
        const list = hoist(plain(`array_(${values.length}, ${words}, 0)`), before);
        for (const [i, value] of values.entries()) {
          storeAt(`add(${list.text}, ${WORD * (2 + i * words)})`, kind.of, value, before);
        }
        return list;
      }
      case "record": {
        // Each field is written as soon as its value is there, so that no more than one waits.
        const record = hoist(plain(`room_(${kind.size})`), before);
        for (const [i, field] of kind.fields.entries()) {
          const [value] = inOrder([e.args[i]!], before) as [Value];
          storeAt(offset(record.text, field.offset), field.type, value, before);
        }
        return record;
      }
      case "box": {
        const [from] = inOrder(e.args, before) as [Value];
        return combine(`box_(${from.text}, ${kind.size})`, "int", [from], true);
      }
      case "store": {
        const [address, value] = inOrder(e.args, before) as [Value, Value];
        storeAt(address.text, kind.type, value, before);
        return plain("");
      }
      case "push": {
        const [list, value] = inOrder(e.args, before) as [Value, Value];
        const words = wordsOf(kind.type, program.layouts, WORD);
        const item = hoist(value, before);
        const place = hoist(plain(`push_(${list.text}, ${words})`), before);
        storeAt(place.text, kind.type, item, before);
        return plain("");
      }
      default:
        throw new Error(`${routine.name}: ${e.to.name}`);
    }
  };

  const lines = (list: readonly Statement[]): string[] => list.flatMap(statement);

  /** Statements whose helping variables nobody else sees. */
  const block = (list: readonly string[]): string[] => (list.length > 1 ? ["{", ...list, "}"] : [...list]);

  const statement = (s: Statement): string[] => {
    const before: string[] = [];
    switch (s.op) {
      case "declare": {
        const value = exact(evaluate(s.value, before));
        if (spilled.has(s.variable)) return block([...before, `mstore(${spilled.get(s.variable)}, ${value.text})`]);
        const name = variableName(s.variable);
        if (before.length === 0) return [`let ${name} := ${value.text}`];
        return [`let ${name}`, "{", ...before, `${name} := ${value.text}`, "}"];
      }
      case "declareLocal": {
        if (s.variable.type.kind !== "local") throw new Error("no short array");
        const at = Number(localText(s.variable));
        return Array.from({ length: s.variable.type.size }, (_, i) => `mstore(${at + WORD * i}, 0)`);
      }
      case "set": {
        const value = exact(evaluate(s.value, before));
        const home = spilled.get(s.variable);
        return block([
          ...before,
          home === undefined ? `${variableName(s.variable)} := ${value.text}` : `mstore(${home}, ${value.text})`,
        ]);
      }
      case "setItem": {
        const value = exact(evaluate(s.value, before));
        return block([...before, `mstore(${offset(localText(s.of), WORD * s.index)}, ${value.text})`]);
      }
      case "setSlot": {
        const [index, value] = inOrder([s.index, s.value], before) as [Value, Value];
        const at =
          s.index.op === "int" ? s.of.address + WORD * s.index.value : `add(${s.of.address}, shl(5, ${index.text}))`;
        return block([...before, `mstore(${at}, ${value.text})`]);
      }
      case "do": {
        const value = call(s.call, before);
        if (value.text !== "") before.push(s.call.to.result.kind === "void" ? value.text : `pop(${value.text})`);
        return block(before);
      }
      case "if": {
        const test = evaluate(s.test, before);
        const [yes, no] = [lines(s.yes), lines(s.no)];
        if (no.length === 0) return block([...before, `if ${test.text} {`, ...yes, "}"]);
        return block([...before, `switch ${test.text} case 0 {`, ...no, "} default {", ...yes, "}"]);
      }
      case "loop": {
        const test = evaluate(s.test, before);
        const first = lines(s.first);
        const head =
          before.length === 0
            ? [`for {} ${test.text} {`, ...lines(s.next), "} {"]
            : ["for {} 1 {", ...lines(s.next), "} {", ...block([...before, `if iszero(${test.text}) { break }`])];
        return ["{", ...first, ...head, ...lines(s.body), "}", "}"];
      }
      case "return": {
        if (!s.value) return ["leave"];
        const value = exact(evaluate(s.value, before));
        return block([...before, `result_ := ${value.text}`, "leave"]);
      }
      case "break":
      case "continue":
        return [s.op];
    }
  };

  const params = routine.params.map(variableName).join(", ");
  const arrivals = routine.params
    .filter((p) => spilled.has(p))
    .map((p) => `mstore(${spilled.get(p)}, ${variableName(p)})`);
  const result = routine.result.kind === "void" ? "" : " -> result_";
  const body = lines(routine.body);
  if (body.at(-1) === "leave") body.pop();
  return `function ${nameOf(routine)}(${params})${result} {\n${[...arrivals, ...body].join("\n")}\n}`;
}

/** A name or a number: may be said twice. */
function isSimple({ text }: Value): boolean {
  return /^\w+$/.test(text);
}

/** The expression of a small routine that is nothing else, so that it can stand in its caller's code. */
function single(routine: Routine, program: Program): Expr | undefined {
  const [only] = routine.body;
  if (routine.native || routine.body.length !== 1 || only?.op !== "return" || !only.value) return undefined;
  if (program.wraps.includes(routine.name)) return undefined;
  let size = 0;
  let calls = false;
  walk(
    routine.body,
    () => {},
    (e) => {
      size++;
      if (e.op === "call" && !e.to.native && !single(e.to, program)) calls = true;
    },
  );
  return size <= MOST_IN_PLACE && !calls ? only.value : undefined;
}

/** In nodes of the tree. */
const MOST_IN_PLACE = 16;
/** Variables of a routine that may wait at once: the EVM reaches sixteen deep, and what is being calculated needs room. */
const MOST_ALIVE = 9;

/**
 * Homes in memory for variables of routines that hold too many at once, those that wait longest for fewest uses. A routine
 * that calls itself has none.
 */
function spills(
  routine: Routine,
  localAt: (variable: Variable, size: number) => number,
): ReadonlyMap<Variable, number> {
  const homes = new Map<Variable, number>();
  if (reaches(routine, routine)) return homes;
  const spans = new Map<Variable, { first: number; last: number; uses: number; depth: number }>();
  let now = 0;
  /** The loops that stand around, by the place where they begin. */
  const loops: { begins: number; ended: Variable[] }[] = [];
  const born = (v: Variable) => spans.set(v, { first: now, last: now, uses: 0, depth: loops.length });
  for (const p of routine.params) born(p);
  const used = (v: Variable) => {
    const span = spans.get(v);
    if (!span) return;
    span.last = now;
    span.uses += 4 ** (loops.length - span.depth);
    // What comes from outside a loop is wanted again in its next turn.
    loops[span.depth]?.ended.push(v);
  };
  const look = (e: Expr) => {
    walk(
      [{ op: "return", value: e }],
      () => {},
      (x) => {
        if (x.op === "variable") used(x.variable);
        if (x.op === "item") used(x.of);
      },
    );
  };
  const visit = (list: readonly Statement[]): void => {
    for (const s of list) {
      now++;
      switch (s.op) {
        case "declare":
          look(s.value);
          born(s.variable);
          break;
        case "set":
          look(s.value);
          used(s.variable);
          break;
        case "setItem":
          look(s.value);
          used(s.of);
          break;
        case "setSlot":
          look(s.index);
          look(s.value);
          break;
        case "do":
          look(s.call);
          break;
        case "if":
          look(s.test);
          visit(s.yes);
          visit(s.no);
          break;
        case "loop": {
          visit(s.first);
          const loop = { begins: now, ended: [] as Variable[] };
          loops.push(loop);
          now++;
          look(s.test);
          visit(s.body);
          visit(s.next);
          now++;
          loops.pop();
          for (const v of loop.ended) spans.get(v)!.last = now;
          break;
        }
        case "return":
          if (s.value) look(s.value);
          break;
        default:
          break;
      }
    }
  };
  visit(routine.body);
  const alive = () => {
    let most: Variable[] = [];
    for (let t = 0; t <= now; t++) {
      const here = Array.from(spans)
        .filter(([v, { first, last }]) => !homes.has(v) && first <= t && last >= t && last > first)
        .map(([v]) => v);
      if (here.length > most.length) most = here;
    }
    return most;
  };
  for (let most = alive(); most.length > MOST_ALIVE; most = alive()) {
    const worth = (v: Variable) => {
      const { first, last, uses } = spans.get(v)!;
      return (last - first) / (1 + uses);
    };
    const [chosen] = most.toSorted((a, b) => worth(b) - worth(a));
    homes.set(chosen!, localAt({ name: `${chosen!.name} of ${routine.name}`, type: chosen!.type }, 1));
  }
  return homes;
}

/** Whether a routine may call another one, itself or through others. */
function reaches(from: Routine, to: Routine, seen = new Set<Routine>()): boolean {
  let found = false;
  walk(
    from.body,
    () => {},
    (e) => {
      if (e.op !== "call" || found) return;
      if (e.to === to) found = true;
      else if (!seen.has(e.to)) {
        seen.add(e.to);
        found = reaches(e.to, to, seen);
      }
    },
  );
  return found;
}

function number(value: number): string {
  return value < 0 ? `sub(0, ${-value})` : String(value);
}

const HELPERS = `
function min_(a, b) -> r { r := xor(b, mul(xor(a, b), slt(a, b))) }
function max_(a, b) -> r { r := xor(b, mul(xor(a, b), sgt(a, b))) }
function abs_(a) -> r { let s := sar(255, a) r := sub(xor(a, s), s) }
function room_(bytes) -> at { at := mload(${HEAP}) mstore(${HEAP}, add(at, bytes)) }
function array_(count, words, room) -> at {
  if gt(count, 65535) { revert(0, 0) }
  at := room_(add(64, mul(32, mul(words, add(count, room)))))
  mstore(at, add(at, 64))
  mstore(add(at, 32), count)
}
function box_(from, count) -> at {
  at := array_(count, 1, 0)
  mcopy(add(at, 64), from, mul(32, count))
}
function push_(list, words) -> at {
  let count := mload(add(list, 32))
  if gt(count, 63) { revert(0, 0) }
  at := add(mload(list), mul(32, mul(words, count)))
  mstore(add(list, 32), add(count, 1))
}
`;
