/**
 * A routine for arguments that are known: its loops over them are written out, and what is constant in an address goes into
 * the instruction. Worth it for the loop of a network, which is short and runs most often of all.
 * @module
 */
import { type Binary, type Call, type Expr, FOLD, type Routine, type Statement, type Variable } from "./ir.ts";

/** The routine for these first arguments; it takes the others only. */
export function unroll(routine: Routine, given: readonly number[]): Routine {
  const known = new Map(given.map((value, i) => [routine.params[i]!, value]));
  const changing = new Set<Variable>();
  forEach(routine.body, (s) => {
    if (s.op === "set") changing.add(s.variable);
  });

  const go = (e: Expr): Expr => {
    switch (e.op) {
      case "variable": {
        const value = known.get(e.variable);
        return value === undefined ? e : int(value);
      }
      case "slot":
        return { ...e, index: go(e.index) };
      case "load":
        return { ...e, address: go(e.address) };
      case "binary":
        return binary(e.name, go(e.a), go(e.b));
      case "both":
      case "either":
        return { ...e, a: go(e.a), b: go(e.b) };
      case "not":
        return { ...e, a: go(e.a) };
      case "choose":
        return { ...e, test: go(e.test), a: go(e.a), b: go(e.b) };
      case "call":
        return called(e);
      default:
        return e;
    }
  };
  const called = (e: Call): Call => ({ ...e, args: e.args.map(go) });

  const statements = (list: readonly Statement[]): Statement[] => list.flatMap(statement);
  const statement = (s: Statement): Statement[] => {
    switch (s.op) {
      case "declare": {
        const value = go(s.value);
        if (value.op !== "int" || changing.has(s.variable)) return [{ ...s, value }];
        known.set(s.variable, value.value);
        return [];
      }
      case "set":
      case "setItem":
        return [{ ...s, value: go(s.value) }];
      case "setSlot":
        return [{ ...s, index: go(s.index), value: go(s.value) }];
      case "do":
        return [{ ...s, call: called(s.call) }];
      case "if":
        return [{ ...s, test: go(s.test), yes: statements(s.yes), no: statements(s.no) }];
      case "loop":
        return (
          turns(s) ?? [
            { ...s, first: statements(s.first), test: go(s.test), next: statements(s.next), body: statements(s.body) },
          ]
        );
      case "return":
        return [{ ...s, value: s.value && go(s.value) }];
      default:
        return [s];
    }
  };

  /** The turns of a loop from one constant to another, when nothing leaves it and only its end changes its counter. */
  const turns = (loop: Extract<Statement, { op: "loop" }>): Statement[] | undefined => {
    const [first, next] = [loop.first[0], loop.next[0]];
    if (first?.op !== "declare" || next?.op !== "set" || next.variable !== first.variable) return undefined;
    if (loop.first.length > 1 || loop.next.length > 1 || !closed(loop.body, first.variable)) return undefined;
    let at = go(first.value);
    const written: Statement[] = [];
    for (;;) {
      if (at.op !== "int" || written.length > MOST_WRITTEN) break;
      known.set(first.variable, at.value);
      const more = compare(go(loop.test));
      if (more === undefined) break;
      if (!more) {
        known.delete(first.variable);
        return written;
      }
      written.push(...statements(loop.body));
      at = go(next.value);
    }
    known.delete(first.variable);
    return undefined;
  };

  return {
    ...routine,
    name: `${routine.name}${given.map((value) => `_${value}`).join("")}`,
    params: routine.params.slice(given.length),
    body: statements(routine.body),
  };
}

/** In statements. */
const MOST_WRITTEN = 200;

/** Whether nothing leaves a loop's body and nothing there sets the variable. */
function closed(body: readonly Statement[], variable: Variable): boolean {
  let all = true;
  forEach(body, (s) => {
    if (s.op === "return" || s.op === "break" || s.op === "continue") all = false;
    if (s.op === "set" && s.variable === variable) all = false;
  });
  return all;
}

function forEach(list: readonly Statement[], visit: (s: Statement) => void): void {
  for (const s of list) {
    visit(s);
    if (s.op === "if") forEach([...s.yes, ...s.no], visit);
    if (s.op === "loop") forEach([...s.first, ...s.next, ...s.body], visit);
  }
}

/** A comparison of constants. */
function compare(e: Expr): boolean | undefined {
  if (e.op !== "binary" || e.a.op !== "int" || e.b.op !== "int") return undefined;
  const [a, b] = [e.a.value, e.b.value];
  switch (e.name) {
    case "lt":
      return a < b;
    case "le":
      return a <= b;
    case "gt":
      return a > b;
    case "ge":
      return a >= b;
    default:
      return undefined;
  }
}

function int(value: number): Expr {
  return { op: "int", value: value | 0 };
}

/** Constants are folded, and come to the end of a sum. */
function binary(name: Binary, a: Expr, b: Expr): Expr {
  const fold = FOLD_ALL[name];
  if (fold && a.op === "int" && b.op === "int") return int(fold(a.value, b.value));
  if (name === "add") {
    if (a.op === "int") return b.op === "int" ? b : binary("add", b, a);
    if (b.op === "int" && b.value === 0) return a;
    const [left, right] = [sum(a), sum(b)];
    if (left.more !== 0 || (right.more !== 0 && b.op !== "int")) {
      const both: Expr = right.of ? binary("add", left.of!, right.of) : left.of!;
      return binary("add", both, int(left.more + right.more));
    }
  }
  // (x + c) << k is (x << k) + (c << k): both wrap.
  if (name === "shl" && b.op === "int" && a.op === "binary" && a.name === "add" && a.b.op === "int") {
    return binary("add", binary("shl", a.a, b), int(a.b.value << b.value));
  }
  return { op: "binary", name, a, b };
}

/** A sum as what varies of it, if anything, and a constant. */
function sum(e: Expr): { of: Expr | undefined; more: number } {
  if (e.op === "int") return { of: undefined, more: e.value };
  if (e.op === "binary" && e.name === "add" && e.b.op === "int") return { of: e.a, more: e.b.value };
  return { of: e, more: 0 };
}

/** Here a wrapped number stays an int32, so this one can be folded as well. */
const FOLD_ALL: typeof FOLD = { ...FOLD, ushr: (a, b) => a >>> b };
