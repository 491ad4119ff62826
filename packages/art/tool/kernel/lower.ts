/**
 * From the reference's TypeScript to the tree of `ir.ts`. What a picture is made of is written once, in plain functions
 * over int32; this reads those very functions, so that a kernel cannot say anything else.
 *
 * The language is small: top-level functions; `const` and `let`; if, switch (each case ends in return or break), for,
 * while, break, continue, return; the int32 operators; `Math.imul min max abs`; records, arrays of numbers and of
 * records, read only; the type `Colour`, three numbers that the callee may change, and other short arrays that a function makes;
 * a module's own `new Int32Array(n)`, scratch of each sample. `/` is refused but between constants: say `div`.
 *
 * Anything else is a {@link NotCompilable} that names the place.
 * @module
 */
import { readFileSync } from "node:fs";
import { CarraraError } from "@carrara/base/errors";
import { type Node, parseSync } from "oxc-parser";
import type { Binary, Call, Expr, Layout, Member, Program, Routine, Scratch, Statement, Type, Variable } from "./ir.ts";
import { BOOL, INT, VOID, wordsOf } from "./ir.ts";

/** What is compiled. */
export interface Sources {
  /** Files whose top-level functions, interfaces and number constants may be used; names are unique over all. */
  readonly files: readonly string[];
  /** Values of the module-level tables, by name. */
  readonly tables: Readonly<Record<string, ArrayLike<number>>>;
  /** Functions and types that a kernel replaces by others: a table by its polynomial, any finish by a family's own. */
  readonly instead?: Readonly<Record<string, string>>;
  /** See {@link Program.coherent}. */
  readonly coherent?: Readonly<Record<string, number>>;
}

/** Tables begin here; the words below are the caller's. */
export const TABLES_AT = 64;

// biome-ignore lint/suspicious/noExplicitAny: the tree of the parser, of which each branch is checked by its `type`.
type Tree = any;

/**
 * The program that the entries need.
 * @param entries names of functions
 * @param outputs how many numbers the last parameter of each holds, where that is an array and no colour
 */
export function lower(sources: Sources, entries: string | readonly string[], outputs = 3): Program {
  const found = collect(sources.files);
  const layouts = new Map<string, Layout>();
  const tables = new Map<string, { address: number; values: ArrayLike<number> }>();
  const routines = new Map<string, Routine>();
  const order: Routine[] = [];
  const scratches = new Map<string, Scratch>();
  /** Where the elements of an array variable begin: read once, where the variable is declared, if anybody asks. */
  const elementsOf = new Map<Variable, Variable>();
  const unasked = new Set<Variable>();
  let free = TABLES_AT;

  const layoutOf = (name: string, at: Node): Layout => {
    const known = layouts.get(name);
    if (known) return known;
    const declared = found.interfaces.get(name);
    if (!declared) throw new NotCompilable(`unknown type ${name}`, at, found);
    const members = new Map<string, Member>();
    let offset = 0;
    for (const item of declared.body.body) {
      // What only the reference calls has no place in memory.
      if (item.type === "TSMethodSignature") continue;
      if (item.type !== "TSPropertySignature" || item.computed) throw new NotCompilable("member", item, found);
      const type = typeOf(item.typeAnnotation, item);
      members.set(item.key.name, { type, offset });
      offset += 4 * wordsOf(type, layouts);
    }
    const layout = { size: offset, members };
    layouts.set(name, layout);
    return layout;
  };

  const typeOf = (annotation: Tree, at: Node): Type => {
    const node = annotation?.type === "TSTypeAnnotation" ? annotation.typeAnnotation : annotation;
    switch (node?.type) {
      case "TSNumberKeyword":
        return INT;
      case "TSBooleanKeyword":
        return BOOL;
      case "TSVoidKeyword":
        return VOID;
      case "TSTypeOperator":
        return typeOf(node.typeAnnotation, at);
      case "TSArrayType":
        return { kind: "array", of: typeOf(node.elementType, at) };
      case "TSTypeReference": {
        const name: string = node.typeName.name;
        if (ARRAYS.has(name)) {
          return { kind: "array", of: INT };
        }
        if (name === "Colour") return { kind: "local", size: 3 };
        const record = sources.instead?.[name] ?? name;
        layoutOf(record, at);
        return { kind: "record", name: record };
      }
      default:
        throw new NotCompilable("a type that is missing or not in the language", at, found);
    }
  };

  const tableAt = (name: string): number => {
    const known = tables.get(name);
    if (known) return known.address;
    const values = sources.tables[name]!;
    const address = free;
    free += 8 + 4 * values.length;
    tables.set(name, { address, values });
    return address;
  };

  /** A module's own scratch, if the name is one. */
  const scratchOf = (tree: Tree, scope: Scope): Scratch | undefined => {
    const name: string = tree.name;
    if (tree.type !== "Identifier" || scope.has(name) || name in sources.tables) return undefined;
    const made = found.constants.get(name);
    if (made?.type !== "NewExpression" || made.callee.name !== "Int32Array") return undefined;
    const known = scratches.get(name);
    if (known) return known;
    const size: number = made.arguments[0].value;
    const address = (free + 15) & ~15;
    free = address + 16 * size;
    const scratch: Scratch = { name, size, address };
    scratches.set(name, scratch);
    return scratch;
  };

  /** @param given types of the arguments: a colour may stand where the reference takes any array of three. */
  const routineOf = (called: string, at: Node, given: readonly Type[] = []): Routine => {
    const plain = sources.instead?.[called] ?? called;
    const name = given.reduce((text, type, i) => (type.kind === "local" ? `${text}${i}` : text), plain);
    const known = routines.get(name);
    if (known) return known;
    const tree = found.functions.get(plain);
    if (!tree) throw new NotCompilable(`unknown function ${plain}`, at, found);
    if (found.twice.has(plain)) throw new NotCompilable(`two functions are called ${plain}`, at, found);
    const params: Variable[] = tree.params.map((p: Tree, i: number) => {
      const type = typeOf(p.typeAnnotation, p);
      const local = given[i]?.kind === "local" ? given[i] : undefined;
      if (given[i] && given[i].kind !== type.kind && !(local && type.kind === "array")) {
        throw new NotCompilable(`argument ${i + 1} of ${plain} is no ${type.kind}`, at, found);
      }
      return { name: p.name, type: local ?? type };
    });
    const routine: Routine = { name, params, result: typeOf(tree.returnType, tree), body: [] };
    routines.set(name, routine);
    const prologue = params.flatMap(elements);
    const body = block(tree.body.body, new Map(params.map((p) => [p.name, p])));
    routine.body = withoutUnasked([...prologue, ...body]);
    order.push(routine);
    return routine;
  };

  const resultOf = (called: string, at: Node): Type => {
    const tree = found.functions.get(sources.instead?.[called] ?? called);
    if (!tree) throw new NotCompilable(`unknown function ${called}`, at, found);
    return typeOf(tree.returnType, tree);
  };

  const elements = (variable: Variable): Statement[] => {
    if (variable.type.kind !== "array") return [];
    const first: Variable = { name: `${variable.name}At`, type: INT };
    elementsOf.set(variable, first);
    unasked.add(first);
    return [{ op: "declare", variable: first, value: load({ op: "variable", variable }) }];
  };

  const withoutUnasked = (list: readonly Statement[]): Statement[] =>
    list.flatMap((s): Statement[] => {
      if (s.op === "declare" && unasked.has(s.variable)) return [];
      if (s.op === "if") return [{ ...s, yes: withoutUnasked(s.yes), no: withoutUnasked(s.no) }];
      if (s.op === "loop") return [{ ...s, first: withoutUnasked(s.first), body: withoutUnasked(s.body) }];
      return [s];
    });

  type Scope = Map<string, Variable>;

  const block = (trees: readonly Tree[], outer: Scope): Statement[] => {
    const scope: Scope = new Map(outer);
    return trees.flatMap((tree) => statement(tree, scope));
  };

  const statement = (tree: Tree, scope: Scope): Statement[] => {
    switch (tree.type) {
      case "BlockStatement":
        return block(tree.body, scope);
      case "EmptyStatement":
        return [];
      case "VariableDeclaration":
        return tree.declarations.flatMap((each: Tree) => declare(each, scope, tree.kind === "const"));
      case "ExpressionStatement":
        return effect(tree.expression, scope);
      case "ReturnStatement":
        return [{ op: "return", value: tree.argument ? expression(tree.argument, scope) : undefined }];
      case "BreakStatement":
        return [{ op: "break" }];
      case "ContinueStatement":
        return [{ op: "continue" }];
      case "IfStatement":
        return [
          {
            op: "if",
            test: test(tree.test, scope),
            yes: block([tree.consequent], scope),
            no: tree.alternate ? block([tree.alternate], scope) : [],
          },
        ];
      case "WhileStatement":
        return [{ op: "loop", first: [], test: test(tree.test, scope), next: [], body: block([tree.body], scope) }];
      case "ForStatement": {
        const inner: Scope = new Map(scope);
        const first = tree.init ? statement(tree.init, inner) : [];
        return [
          {
            op: "loop",
            first,
            test: tree.test ? test(tree.test, inner) : { op: "binary", name: "eq", a: int(0), b: int(0) },
            next: tree.update ? effect(tree.update, inner) : [],
            body: block([tree.body], inner),
          },
        ];
      }
      case "SwitchStatement":
        return choice(tree, scope);
      default:
        throw new NotCompilable(tree.type, tree, found);
    }
  };

  /** `const x = e`, `let x: T`, `const { a, b } = record`, `const colour = new Int32Array(3)`. */
  const declare = (tree: Tree, scope: Scope, constant: boolean): Statement[] => {
    if (tree.id.type === "ObjectPattern") {
      return tree.id.properties.flatMap((property: Tree): Statement[] => {
        const { value, type } = member(tree.init, property.key.name, scope);
        const variable: Variable = { name: property.value.name, type };
        scope.set(variable.name, variable);
        return [{ op: "declare", variable, value }, ...elements(variable)];
      });
    }
    const name: string = tree.id.name;
    if (tree.init?.type === "NewExpression" && tree.init.callee.name === "Int32Array") {
      const size: unknown = tree.init.arguments[0]?.value;
      if (typeof size !== "number" || size > 16) throw new NotCompilable("a local array of unknown size", tree, found);
      const variable: Variable = { name, type: { kind: "local", size } };
      scope.set(name, variable);
      return [{ op: "declareLocal", variable }];
    }
    const value: Expr = tree.init ? expression(tree.init, scope) : int(0);
    const type = tree.init ? typeOfExpression(tree.init, scope) : typeOf(tree.id.typeAnnotation, tree);
    const variable: Variable = { name, type };
    scope.set(name, variable);
    return [{ op: "declare", variable, value }, ...(constant ? elements(variable) : [])];
  };

  /** Cases become a chain of ifs; an empty case joins the next one. */
  const choice = (tree: Tree, scope: Scope): Statement[] => {
    const subject: Variable = { name: "subject", type: INT };
    const of: Expr = { op: "variable", variable: subject };
    let chain: Statement[] = [];
    let waiting: Expr | undefined;
    const branches: { when: Expr | undefined; body: Statement[] }[] = [];
    for (const each of tree.cases) {
      const same: Expr | undefined = each.test
        ? { op: "binary", name: "eq", a: of, b: expression(each.test, scope) }
        : undefined;
      const when: Expr | undefined = same && waiting ? { op: "either", a: waiting, b: same } : same;
      if (each.consequent.length === 0) {
        waiting = when;
        continue;
      }
      waiting = undefined;
      const list =
        each.consequent.length === 1 && each.consequent[0].type === "BlockStatement"
          ? each.consequent[0].body
          : each.consequent;
      const last = list.at(-1);
      if (last.type !== "BreakStatement" && last.type !== "ReturnStatement" && each !== tree.cases.at(-1)) {
        throw new NotCompilable("a case that falls through", each, found);
      }
      branches.push({ when, body: block(last.type === "BreakStatement" ? list.slice(0, -1) : list, scope) });
    }
    for (const { when, body } of branches.reverse()) {
      chain = when ? [{ op: "if", test: when, yes: body, no: chain }] : body;
    }
    return [{ op: "declare", variable: subject, value: expression(tree.discriminant, scope) }, ...chain];
  };

  /** An expression for what it does. */
  const effect = (given: Tree, scope: Scope): Statement[] => {
    const tree = bare(given);
    if (tree.type === "SequenceExpression") return tree.expressions.flatMap((each: Tree) => effect(each, scope));
    if (tree.type === "CallExpression") {
      const value = expression(tree, scope);
      if (value.op !== "call") throw new NotCompilable("a value that nobody takes", tree, found);
      return [{ op: "do", call: value }];
    }
    if (tree.type === "UpdateExpression") {
      const by = { type: "Literal", value: 1, start: tree.start };
      const operator = tree.operator === "++" ? "+=" : "-=";
      return effect(
        { type: "AssignmentExpression", operator, left: tree.argument, right: by, start: tree.start },
        scope,
      );
    }
    if (tree.type !== "AssignmentExpression") throw new NotCompilable(tree.type, tree, found);
    const left = bare(tree.left);
    const operator: string = tree.operator.slice(0, -1);
    const value =
      operator === ""
        ? expression(tree.right, scope)
        : expression({ type: "BinaryExpression", operator, left, right: tree.right, start: tree.start }, scope);
    if (left.type === "Identifier") {
      const variable = scope.get(left.name);
      if (!variable || variable.type.kind === "local") throw new NotCompilable(`cannot set ${left.name}`, left, found);
      return [{ op: "set", variable, value }];
    }
    const scratch = left.type === "MemberExpression" && left.computed ? scratchOf(left.object, scope) : undefined;
    if (scratch) return [{ op: "setSlot", of: scratch, index: expression(left.property, scope), value }];
    const item = left.type === "MemberExpression" ? expression(left, scope) : undefined;
    if (item?.op !== "item") throw new NotCompilable("arrays and records are read only", left, found);
    return [{ op: "setItem", of: item.of, index: item.index, value }];
  };

  /** A field of a record: its value (the address itself of records and arrays) and its type. */
  const member = (object: Tree, name: string, scope: Scope): { value: Expr; type: Type } => {
    const type = typeOfExpression(object, scope);
    const at = expression(object, scope);
    if (type.kind === "array" && name === "length") return { value: load(add(at, int(4))), type: INT };
    if (type.kind !== "record") throw new NotCompilable(`.${name} of no record`, object, found);
    const field = layoutOf(type.name, object).members.get(name);
    if (!field) throw new NotCompilable(`${type.name} has no field ${name}`, object, found);
    const address = add(at, int(field.offset));
    const { type: of } = field;
    if (of.kind === "record" || of.kind === "array") return { value: address, type: of };
    // In memory a bool is any word but 0.
    return { value: of.kind === "bool" ? binary("ne", load(address), int(0)) : load(address), type: of };
  };

  const test = (tree: Tree, scope: Scope): Expr => {
    const value = expression(tree, scope);
    const type = typeOfExpression(tree, scope);
    if (type.kind !== "bool") throw new NotCompilable("a test that is no comparison", tree, found);
    return value;
  };

  const typeOfExpression = (given: Tree, scope: Scope): Type => {
    const tree = bare(given);
    switch (tree.type) {
      case "Identifier": {
        const variable = scope.get(tree.name);
        if (variable) return variable.type;
        return tree.name in sources.tables ? { kind: "array", of: INT } : INT;
      }
      case "Literal":
        return typeof tree.value === "boolean" ? BOOL : INT;
      case "BinaryExpression":
        return tree.operator in COMPARISONS ? BOOL : INT;
      case "LogicalExpression":
        return BOOL;
      case "UnaryExpression":
        return tree.operator === "!" ? BOOL : INT;
      case "ConditionalExpression":
        return typeOfExpression(tree.consequent, scope);
      case "CallExpression":
        return tree.callee.type === "Identifier" && !(tree.callee.name in OPERATORS)
          ? resultOf(tree.callee.name, tree)
          : INT;
      case "MemberExpression": {
        if (tree.computed && scratchOf(tree.object, scope)) return INT;
        const of = typeOfExpression(tree.object, scope);
        if (!tree.computed) return member(tree.object, tree.property.name, scope).type;
        return of.kind === "array" ? of.of : INT;
      }
      default:
        throw new NotCompilable(tree.type, tree, found);
    }
  };

  const expression = (given: Tree, scope: Scope): Expr => {
    const tree = bare(given);
    switch (tree.type) {
      case "Literal":
        if (typeof tree.value === "boolean")
          return { op: "binary", name: tree.value ? "eq" : "ne", a: int(0), b: int(0) };
        if (typeof tree.value === "number" && Number.isInteger(tree.value)) return int(tree.value | 0);
        throw new NotCompilable("a literal that is no integer", tree, found);
      case "Identifier": {
        const variable = scope.get(tree.name);
        if (variable) return { op: "variable", variable };
        if (tree.name in sources.tables) return int(tableAt(tree.name));
        const constant = found.constants.get(tree.name);
        if (found.twice.has(tree.name)) throw new NotCompilable(`two names ${tree.name}`, tree, found);
        if (constant) return expression(constant, new Map());
        throw new NotCompilable(`unknown name ${tree.name}`, tree, found);
      }
      case "UnaryExpression": {
        const a = tree.operator === "!" ? test(tree.argument, scope) : expression(tree.argument, scope);
        if (tree.operator === "!") return { op: "not", a };
        if (tree.operator === "-") return a.op === "int" ? int(-a.value) : binary("sub", int(0), a);
        if (tree.operator === "~") return binary("xor", a, int(-1));
        throw new NotCompilable(`operator ${tree.operator}`, tree, found);
      }
      case "BinaryExpression": {
        const name: Binary | undefined = COMPARISONS[tree.operator] ?? ARITHMETIC[tree.operator];
        if (tree.operator === "/") {
          const [a, b] = [expression(tree.left, scope), expression(tree.right, scope)];
          if (a.op === "int" && b.op === "int" && a.value % b.value === 0) return int(a.value / b.value);
        }
        if (!name) throw new NotCompilable(`operator ${tree.operator}`, tree, found);
        return binary(name, expression(tree.left, scope), expression(tree.right, scope));
      }
      case "LogicalExpression": {
        if (tree.operator === "??") throw new NotCompilable("operator ??", tree, found);
        const op = tree.operator === "&&" ? "both" : "either";
        return { op, a: test(tree.left, scope), b: test(tree.right, scope) };
      }
      case "ConditionalExpression":
        return {
          op: "choose",
          test: test(tree.test, scope),
          a: expression(tree.consequent, scope),
          b: expression(tree.alternate, scope),
        };
      case "MemberExpression":
        return tree.computed ? element(tree, scope) : member(tree.object, tree.property.name, scope).value;
      case "CallExpression":
        return call(tree, scope);
      default:
        throw new NotCompilable(tree.type, tree, found);
    }
  };

  const element = (tree: Tree, scope: Scope): Expr => {
    const scratch = scratchOf(tree.object, scope);
    if (scratch) return { op: "slot", of: scratch, index: expression(tree.property, scope) };
    const type = typeOfExpression(tree.object, scope);
    const index = expression(tree.property, scope);
    const object = expression(tree.object, scope);
    if (type.kind === "local") {
      if (object.op !== "variable" || index.op !== "int") throw new NotCompilable("item of a colour", tree, found);
      return { op: "item", of: object.variable, index: index.value };
    }
    if (type.kind !== "array") throw new NotCompilable("[] of no array", tree, found);
    const stride = 4 * wordsOf(type.of, layouts);
    const known = object.op === "int" ? tables.values().find(({ address }) => address === object.value) : undefined;
    const first = object.op === "variable" ? elementsOf.get(object.variable) : undefined;
    if (first) unasked.delete(first);
    const start: Expr = known ? int(known.address + 8) : first ? { op: "variable", variable: first } : load(object);
    const address = add(start, times(index, stride));
    return type.of.kind === "record" || type.of.kind === "array" ? address : load(address);
  };

  const call = (tree: Tree, scope: Scope): Expr => {
    const args: Expr[] = tree.arguments.map((each: Tree) => expression(each, scope));
    if (tree.callee.type === "MemberExpression" && tree.callee.object.name === "Math") {
      const name: string = tree.callee.property.name;
      if (name === "imul") return binary("mul", args[0]!, args[1]!);
      if (name === "min" || name === "max") return args.reduce((a, b) => binary(name, a, b));
      if (name === "abs") return { op: "binary", name: "max", a: args[0]!, b: binary("sub", int(0), args[0]!) };
    }
    if (tree.callee.type !== "Identifier") throw new NotCompilable("a call of no function", tree, found);
    const operator = OPERATORS[tree.callee.name];
    if (operator) return binary(operator, args[0]!, args[1]!);
    const given: Type[] = tree.arguments.map((each: Tree) => typeOfExpression(each, scope));
    const to = routineOf(tree.callee.name, tree, given);
    if (to.params.length !== args.length) throw new NotCompilable("number of arguments", tree, found);
    return { op: "call", to, args } satisfies Call;
  };

  const place = { type: "Program", start: 0, end: 0 } as Node;
  const started = [entries].flat().map((entry): Routine => {
    const types: Type[] = found.functions.get(entry)?.params.map((p: Tree) => typeOf(p.typeAnnotation, p)) ?? [];
    // A colour says how many it holds; of another array the caller does.
    const given: Type[] =
      types.at(-1)?.kind === "array" ? [...types.slice(0, -1), { kind: "local", size: outputs }] : [];
    return routineOf(entry, place, given);
  });
  return {
    entry: started[0]!,
    entries: started,
    routines: order,
    layouts,
    tables: Array.from(tables, ([name, table]) => ({ name, ...table })),
    scratches: Array.from(scratches.values()),
    coherent: sources.coherent ?? {},
    free,
  };
}

/** The int32 image of all tables: words 0 up to `free / 4`. */
export function tableImage(program: Program): Int32Array {
  const words = new Int32Array(program.free >> 2);
  for (const { address, values } of program.tables) {
    words[address >> 2] = address + 8;
    words[(address >> 2) + 1] = values.length;
    words.set(Int32Array.from(values), (address >> 2) + 2);
  }
  return words;
}

const ARRAYS: ReadonlySet<string> = new Set(["Int32Array", "Int16Array", "Int8Array", "Uint8Array", "Lab"]);
const COMPARISONS: Readonly<Record<string, Binary>> = {
  "<": "lt",
  "<=": "le",
  ">": "gt",
  ">=": "ge",
  "===": "eq",
  "!==": "ne",
};
const ARITHMETIC: Readonly<Record<string, Binary>> = {
  "+": "add",
  "-": "sub",
  "*": "mul",
  "%": "rem",
  "<<": "shl",
  ">>": "shr",
  ">>>": "ushr",
  "&": "and",
  "|": "or",
  "^": "xor",
};
/** Functions of the reference that are one operator here. */
const OPERATORS: Readonly<Record<string, Binary>> = {
  div: "div",
  ...{ dot16: "dot16", sub16: "sub16", min16: "min16", mul16: "mul16", shl16: "shl16", shr16: "shr16" },
};

function int(value: number): Expr {
  return { op: "int", value: value | 0 };
}

function load(address: Expr): Expr {
  return { op: "load", address };
}

function add(a: Expr, b: Expr): Expr {
  return binary("add", a, b);
}

function times(a: Expr, k: number): Expr {
  // What is constant in an index comes to the end of the address, where an instruction takes it for nothing.
  if (a.op === "binary" && a.name === "add" && a.b.op === "int") return add(times(a.a, k), int(a.b.value * k));
  if (a.op === "binary" && a.name === "sub" && a.b.op === "int") return add(times(a.a, k), int(-a.b.value * k));
  return (k & (k - 1)) === 0 ? binary("shl", a, int(31 - Math.clz32(k))) : binary("mul", a, int(k));
}

/** Constants are folded, and what does nothing is left out (`x | 0`, `x >>> 0`: an int32 is an int32). */
function binary(name: Binary, a: Expr, b: Expr): Expr {
  if (b.op === "int" && b.value === 0 && UNCHANGED.has(name)) return a;
  if (a.op === "int" && a.value === 0 && name === "add") return b;
  if (a.op === "int" && b.op === "int" && name in FOLD) return int(FOLD[name]!(a.value, b.value));
  if (name === "add" && b.op === "int" && a.op === "binary" && a.name === "add" && a.b.op === "int") {
    return binary("add", a.a, int(a.b.value + b.value));
  }
  if (name === "add" && b.op === "binary" && b.name === "add" && b.b.op === "int") return add(add(a, b.a), b.b);
  return { op: "binary", name, a, b };
}

const UNCHANGED: ReadonlySet<Binary> = new Set(["add", "sub", "or", "xor", "shl", "shr", "ushr"]);
const FOLD: Readonly<Partial<Record<Binary, (a: number, b: number) => number>>> = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: Math.imul,
  shl: (a, b) => a << b,
  shr: (a, b) => a >> b,
  or: (a, b) => a | b,
};

/** Without brackets, `!` and `as`. */
function bare(tree: Tree): Tree {
  let t = tree;
  while (["ParenthesizedExpression", "TSNonNullExpression", "TSAsExpression"].includes(t.type)) t = t.expression;
  return t;
}

interface Found {
  readonly functions: Map<string, Tree>;
  readonly interfaces: Map<string, Tree>;
  readonly constants: Map<string, Tree>;
  /** Names with two meanings: nobody may use them. */
  readonly twice: Set<string>;
}

function collect(files: readonly string[]): Found {
  const found: Found = { functions: new Map(), interfaces: new Map(), constants: new Map(), twice: new Set() };
  const texts = new Map<string, string>();
  const once = (name: string, text: string) => {
    if ((texts.get(name) ?? text) !== text) found.twice.add(name);
    texts.set(name, text);
  };
  for (const file of files) {
    const source = readFileSync(file, "utf8");
    const { program, errors } = parseSync(file, source);
    if (errors.length > 0) throw new Error(`${file}: ${errors[0]?.message}`);
    for (const item of program.body) {
      const tree: Tree = item.type === "ExportNamedDeclaration" ? item.declaration : item;
      const place = { file, source };
      if (tree?.type === "FunctionDeclaration") once(tree.id.name, source.slice(tree.start, tree.end));
      if (tree?.type === "FunctionDeclaration") found.functions.set(tree.id.name, mark(tree, place));
      if (tree?.type === "TSInterfaceDeclaration") found.interfaces.set(tree.id.name, mark(tree, place));
      if (tree?.type === "VariableDeclaration") {
        for (const each of tree.declarations) {
          once(each.id.name, source.slice(each.start, each.end));
          if (each.id.type === "Identifier" && each.init) found.constants.set(each.id.name, mark(each.init, place));
        }
      }
    }
  }
  return found;
}

/** Remembers where each node stands, for errors. */
function mark(tree: Tree, place: { file: string; source: string }): Tree {
  PLACES.push({ tree, ...place });
  return tree;
}

const PLACES: { tree: Tree; file: string; source: string }[] = [];

/** The reference says something that kernels cannot. */
class NotCompilable extends CarraraError {
  constructor(what: string, at: Node, found: Found) {
    void found;
    const home = PLACES.find(({ tree }) => contains(tree, at));
    const line = home ? home.source.slice(0, at.start).split("\n").length : 0;
    super("not-compilable", `${home?.file ?? "?"}:${line}: ${what}`, {
      hint: "Write it with the language that tool/kernel/lower.ts describes.",
    });
  }
}

function contains(tree: Tree, node: Node): boolean {
  if (tree === node) return true;
  if (typeof tree !== "object" || tree === null) return false;
  return Object.values(tree).some((child) => contains(child as Tree, node));
}
