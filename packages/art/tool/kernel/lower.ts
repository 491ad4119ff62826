/**
 * From the reference's TypeScript to the tree of `ir.ts`. What a picture is made of is written once, in plain functions
 * over int32; this reads those very functions, so that a kernel cannot say anything else.
 *
 * The language is small: top-level functions; `const` and `let`; if, switch (each case ends in return or break), for,
 * while, break, continue, return; the int32 operators; `Math.imul min max abs`; records, arrays of numbers and of
 * records, read only; the type `Colour`, three numbers that the callee may change, and other short arrays that a function makes;
 * a module's own `new Int32Array(n)`, scratch of each sample. `/` is refused but between constants: say `div`.
 *
 * Where words have 256 bits (the EVM) the language is larger, for what happens once a piece: arrays in memory of any
 * length (`new Int32Array(n)`, `Int32Array.of(a, b)`, `[a, b]`) whose elements may be set, `const list: T[] = []` and
 * `list.push(x)`, literals of records whose type is known, fields that are set, array patterns, functions that give back
 * records and arrays, recursion, module-level arrays of arrays and of records, and functions that are only declared:
 * those the back end writes by hand. A record or array that is put into a record is copied (not the array's elements).
 *
 * Anything else is a {@link NotCompilable} that names the place.
 * @module
 */
import { readFileSync } from "node:fs";
import { CarraraError } from "@carrara/base/errors";
import { type Node, parseSync } from "oxc-parser";
import type {
  Binary,
  Call,
  Expr,
  Layout,
  Member,
  Native,
  Peeked,
  Program,
  Routine,
  Scratch,
  Statement,
  Type,
  Variable,
} from "./ir.ts";
import { BOOL, FOLD, INT, VOID, wordsOf } from "./ir.ts";

/** What is compiled. */
export interface Sources {
  /** Files whose top-level functions, interfaces and number constants may be used; names are unique over all. */
  readonly files: readonly string[];
  /** Values of the module-level tables, by name; where words have 256 bits, of those that are no plain literals. */
  readonly tables: Readonly<Record<string, ArrayLike<number>>>;
  /** Names that are only declared in the source, and what they stand for; only where words have 256 bits. */
  readonly constants?: Readonly<Record<string, Constant>>;
  /**
   * Functions and types that a kernel replaces by others: a table by its polynomial, any finish by a family's own. Where
   * words have 256 bits a table by a function too: then its elements are calls.
   */
  readonly instead?: Readonly<Record<string, string>>;
  /** See {@link Program.coherent}. */
  readonly coherent?: Readonly<Record<string, number>>;
  /** Bytes of a word, 4 if nothing is said. */
  readonly word?: 4 | 32;
  /** See {@link Program.wraps}. */
  readonly wraps?: readonly string[];
}

/** Tables begin here; the words below are the caller's. */
export const TABLES_AT = 64;
/** The same where words have 256 bits. */
export const WIDE_TABLES_AT = 2048;
/** Elements that an array which begins as `[]` has room for. */
const ROOM = 64;

// biome-ignore lint/suspicious/noExplicitAny: the tree of the parser, of which each branch is checked by its `type`.
type Tree = any;

/**
 * The program that the entries need.
 * @param entries names of functions
 * @param outputs how many numbers the last parameter of each holds, where that is a short array and no colour; for an
 * entry whose last parameter is any array, nothing
 */
export function lower(
  sources: Sources,
  entries: string | readonly string[],
  outputs: number | ((entry: string) => number | undefined) = 3,
): Program {
  const found = collect(sources.files);
  const word = sources.word ?? 4;
  const large = word === 32;
  const layouts = new Map<string, Layout>();
  const tables = new Map<string, { address: number; values: ArrayLike<number> }>();
  const routines = new Map<string, Routine>();
  const order: Routine[] = [];
  const scratches = new Map<string, Scratch>();
  /** Where the elements of an array variable begin: read once, where the variable is declared, if anybody asks. */
  const elementsOf = new Map<Variable, Variable>();
  const unasked = new Set<Variable>();
  const image = new Map<number, number>();
  const peeked = new Map<string, Peeked>();
  let free = large ? WIDE_TABLES_AT : TABLES_AT;
  let literals = 0;

  /** What the function that is being read gives back. */
  let result: Type = VOID;

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
      offset += word * wordsOf(type, layouts, word);
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
      case "TSParenthesizedType":
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

  /** Value and type of what stands in the source as a literal or has the name of a table; only where words are wide. */
  const constantOf = (given: Tree): Constant | undefined => {
    const tree = bare(given);
    switch (tree?.type) {
      case "Literal":
        return typeof tree.value === "string" ? undefined : tree.value;
      case "UnaryExpression": {
        const a = constantOf(tree.argument);
        return tree.operator === "-" && typeof a === "number" ? -a : undefined;
      }
      case "BinaryExpression": {
        const [a, b] = [constantOf(tree.left), constantOf(tree.right)];
        const name = ARITHMETIC[tree.operator];
        if (typeof a !== "number" || typeof b !== "number") return undefined;
        if (tree.operator === "/") return a % b === 0 ? a / b : undefined;
        return name && name in FOLD ? FOLD[name]!(a, b) : undefined;
      }
      case "Identifier": {
        if (sources.constants && tree.name in sources.constants) return sources.constants[tree.name];
        if (tree.name in sources.tables) return sources.tables[tree.name];
        const made = found.constants.get(tree.name);
        return made && !found.twice.has(tree.name) ? constantOf(made) : undefined;
      }
      case "ArrayExpression":
        return all(tree.elements.map(constantOf));
      case "CallExpression":
      case "NewExpression": {
        const of = tree.callee.type === "MemberExpression" ? tree.callee.object.name : tree.callee.name;
        if (!ARRAYS.has(of)) return undefined;
        if (tree.callee.property?.name === "of") return all(tree.arguments.map(constantOf));
        const list = constantOf(tree.arguments[0]);
        return typeof list === "object" ? list : undefined;
      }
      case "ObjectExpression": {
        const fields = tree.properties.map((each: Tree) => [each.key?.name, constantOf(each.value)]);
        if (fields.some(([name, value]: [string, Constant]) => name === undefined || value === undefined))
          return undefined;
        return Object.fromEntries(fields);
      }
      default:
        return undefined;
    }
  };

  const typeOfConstant = (value: Constant): Type => {
    if (typeof value === "number") return INT;
    if (typeof value === "boolean") return BOOL;
    if (isList(value)) return { kind: "array", of: value.length === 0 ? INT : typeOfConstant(value[0]!) };
    const name = `{ ${Object.keys(value).join(", ")} }`;
    if (!layouts.has(name)) {
      const members = new Map<string, Member>();
      let size = 0;
      for (const [field, of] of Object.entries(value)) {
        const type = typeOfConstant(of);
        members.set(field, { type, offset: size });
        size += word * wordsOf(type, layouts, word);
      }
      layouts.set(name, { size, members });
    }
    return { kind: "record", name };
  };

  /** Writes a constant into the image, and what it points to behind everything. */
  const place = (value: Constant, type: Type, at: number): void => {
    if (type.kind === "array" && isList(value)) {
      const stride = word * wordsOf(type.of, layouts, word);
      const first = free;
      free += stride * value.length;
      image.set(at, first).set(at + word, value.length);
      for (let i = 0; i < value.length; i++) place(value[i]!, type.of, first + i * stride);
    } else if (type.kind === "record" && typeof value === "object" && !isList(value)) {
      for (const [name, member] of layouts.get(type.name)!.members)
        place((value as Constants)[name]!, member.type, at + member.offset);
    } else image.set(at, Number(value));
  };

  /** Address of a constant in the image. */
  const imageAt = (value: Constant, key: string): number => {
    const known = tables.get(key);
    if (known) return known.address;
    const type = typeOfConstant(value);
    const address = free;
    free += word * wordsOf(type, layouts, word);
    tables.set(key, { address, values: [] });
    place(value, type, address);
    return address;
  };

  /** A constant array: a table by its name, or a literal that is read where it stands. */
  const constantArray = (given: Tree, scope: Scope): { value: ArrayLike<Constant>; key: string } | undefined => {
    const tree = bare(given);
    if (!large || (tree.type === "Identifier" && scope.has(tree.name))) return undefined;
    if (tree.type !== "Identifier" && tree.type !== "ArrayExpression") return undefined;
    const value = constantOf(tree);
    if (value === undefined || !isList(value)) return undefined;
    return { value, key: tree.type === "Identifier" ? tree.name : `literal ${JSON.stringify(value)}` };
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
    const address = large ? free : (free + 15) & ~15;
    free = address + (large ? word : 16) * size;
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
    if (!tree.body) {
      if (!large) throw new NotCompilable(`${plain} has no body`, at, found);
      const routine: Routine = {
        name: plain,
        params: tree.params.map((p: Tree) => ({ name: p.name, type: typeOf(p.typeAnnotation, p) })),
        result: typeOf(tree.returnType, tree),
        body: [],
        native: { kind: "function" },
      };
      routines.set(plain, routine);
      return routine;
    }
    const params: Variable[] = tree.params.map((p: Tree, i: number) => {
      const type = typeOf(p.typeAnnotation, p);
      const local = given[i]?.kind === "local" ? given[i] : undefined;
      const unboxed = large && type.kind === "local" && given[i]?.kind === "array";
      if (given[i] && given[i].kind !== type.kind && !(local && type.kind === "array") && !unboxed) {
        throw new NotCompilable(`argument ${i + 1} of ${plain} is no ${type.kind}`, at, found);
      }
      return { name: p.name, type: local ?? type };
    });
    const routine: Routine = { name, params, result: typeOf(tree.returnType, tree), body: [] };
    routines.set(name, routine);
    const prologue = params.flatMap(elements);
    const outer = result;
    result = routine.result;
    const body = block(tree.body.body, new Map(params.map((p) => [p.name, p])));
    result = outer;
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
    if (variable.type.kind !== "array" || large) return [];
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
        return [{ op: "return", value: tree.argument ? valueAs(tree.argument, scope, result) : undefined }];
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

  /** `const x = e`, `let x: T`, `const { a, b } = record`, `const [a, b] = array`, `const colour = new Int32Array(3)`. */
  const declare = (tree: Tree, scope: Scope, constant: boolean): Statement[] => {
    if (large && tree.id.type === "ArrayPattern") return declareElements(tree, scope);
    if (tree.id.type === "ObjectPattern") {
      if (large && bare(tree.init).type === "CallExpression") {
        const record = `record${literals++}`;
        const before = declareAs(record, typeOfExpression(tree.init, scope), expression(tree.init, scope), scope);
        const init = { type: "Identifier", name: record, start: tree.start, end: tree.end };
        return [...before, ...declare({ ...tree, init }, scope, constant)];
      }
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
      const short = typeof size === "number" && size <= 16;
      if (!short && !large) throw new NotCompilable("a local array of unknown size", tree, found);
      if (!short) return declareAs(name, ARRAY_OF_INT, expression(tree.init, scope), scope);
      const variable: Variable = { name, type: { kind: "local", size } };
      scope.set(name, variable);
      return [{ op: "declareLocal", variable }];
    }
    if (large && tree.init && tree.id.typeAnnotation) {
      const type = typeOf(tree.id.typeAnnotation, tree);
      return declareAs(name, type, valueAs(tree.init, scope, type), scope);
    }
    const value: Expr = tree.init ? expression(tree.init, scope) : int(0);
    const type = tree.init ? typeOfExpression(tree.init, scope) : typeOf(tree.id.typeAnnotation, tree);
    const variable: Variable = { name, type };
    scope.set(name, variable);
    return [{ op: "declare", variable, value }, ...(constant ? elements(variable) : [])];
  };

  const declareAs = (name: string, type: Type, value: Expr, scope: Scope): Statement[] => {
    const variable: Variable = { name, type };
    scope.set(name, variable);
    return [{ op: "declare", variable, value }];
  };

  /** The elements of an array, one after the other. */
  const declareElements = (tree: Tree, scope: Scope): Statement[] => {
    const list = `list${literals++}`;
    const held = constantArray(tree.init, scope);
    const type = typeOfExpression(tree.init, scope);
    const before = declareAs(
      list,
      type,
      held ? int(imageAt(held.value, held.key)) : expression(tree.init, scope),
      scope,
    );
    const after = tree.id.elements.flatMap((each: Tree, i: number): Statement[] => {
      if (!each) return [];
      const place = { start: each.start, end: each.end };
      const property = { type: "Literal", value: i, ...place };
      const object = { type: "Identifier", name: list, ...place };
      const item = { type: "MemberExpression", computed: true, object, property, ...place };
      return declareAs(each.name, typeOfExpression(item, scope), expression(item, scope), scope);
    });
    return [...before, ...after];
  };

  /** A value where the type is known: literals take it, and a short array becomes one in memory or the other way round. */
  const valueAs = (tree: Tree, scope: Scope, expected: Type): Expr => {
    const value = expression(tree, scope, expected);
    if (!large) return value;
    const type = typeOfExpression(tree, scope, expected);
    if (expected.kind === "array" && type.kind === "local") {
      return native({ kind: "box", size: type.size }, expected, [value]);
    }
    return expected.kind === "local" && type.kind === "array" ? load(value) : value;
  };

  const store = (address: Expr, type: Type, value: Expr): Statement => ({
    op: "do",
    call: native({ kind: "store", type }, VOID, [address, value]),
  });

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
      if (large && tree.callee.type === "MemberExpression" && tree.callee.property.name === "push") {
        const type = typeOfExpression(tree.callee.object, scope);
        if (type.kind !== "array") throw new NotCompilable("push to no array", tree, found);
        const args = [expression(tree.callee.object, scope), valueAs(tree.arguments[0], scope, type.of)];
        return [{ op: "do", call: native({ kind: "push", type: type.of }, VOID, args) }];
      }
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
    const scratch = left.type === "MemberExpression" && left.computed ? scratchOf(left.object, scope) : undefined;
    const type = large && !scratch ? typeOfExpression(left, scope) : INT;
    const value =
      operator === ""
        ? valueAs(tree.right, scope, type)
        : expression({ type: "BinaryExpression", operator, left, right: tree.right, start: tree.start }, scope);
    if (left.type === "Identifier") {
      const variable = scope.get(left.name);
      if (!variable || variable.type.kind === "local") throw new NotCompilable(`cannot set ${left.name}`, left, found);
      return [{ op: "set", variable, value }];
    }
    if (scratch) return [{ op: "setSlot", of: scratch, index: expression(left.property, scope), value }];
    const item = left.type === "MemberExpression" ? expression(left, scope) : undefined;
    if (large && item && item.op !== "item") {
      const array = left.computed ? left.object : undefined;
      if (array && constantArray(array, scope)) throw new NotCompilable("a constant cannot be set", left, found);
      return [store(addressOf(item, left), type, value)];
    }
    if (item?.op !== "item") throw new NotCompilable("arrays and records are read only", left, found);
    return [{ op: "setItem", of: item.of, index: item.index, value }];
  };

  /** Where a value was read. */
  const addressOf = (value: Expr, at: Tree): Expr => {
    if (value.op === "load") return value.address;
    // A bool is the test whether its word is other than 0.
    if (value.op === "binary" && value.name === "ne" && value.a.op === "load") return value.a.address;
    if (value.op === "binary" || value.op === "variable" || value.op === "int") return value;
    throw new NotCompilable("what cannot be set", at, found);
  };

  /** A field of a record: its value (the address itself of records and arrays) and its type. */
  const member = (object: Tree, name: string, scope: Scope): { value: Expr; type: Type } => {
    const type = typeOfExpression(object, scope);
    const at = large && name === "length" && constantArray(object, scope) ? int(0) : expression(object, scope);
    if (name === "length") {
      const held = constantArray(object, scope);
      if (held) return { value: int(held.value.length), type: INT };
      if (type.kind === "array") return { value: load(add(at, int(word))), type: INT };
      if (type.kind === "local") return { value: int(type.size), type: INT };
    }
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

  const typeOfExpression = (given: Tree, scope: Scope, expected?: Type): Type => {
    const tree = bare(given);
    switch (tree.type) {
      case "ObjectExpression":
        if (expected?.kind === "record") return expected;
        throw new NotCompilable("a record whose type is not declared", tree, found);
      case "ArrayExpression": {
        if (expected?.kind === "array") return expected;
        const held = constantArray(tree, scope);
        if (held) return typeOfConstant(held.value);
        if (tree.elements.length === 0) throw new NotCompilable("an array whose type is not declared", tree, found);
        return { kind: "array", of: typeOfExpression(tree.elements[0], scope) };
      }
      case "NewExpression":
        return ARRAY_OF_INT;
      case "Identifier": {
        const variable = scope.get(tree.name);
        if (variable) return variable.type;
        const held = constantArray(tree, scope);
        if (held) return typeOfConstant(held.value);
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
        return typeOfExpression(tree.consequent, scope, expected);
      case "CallExpression":
        if (large && isArrayOf(tree)) return ARRAY_OF_INT;
        return tree.callee.type === "Identifier" && !(tree.callee.name in OPERATORS)
          ? resultOf(tree.callee.name, tree)
          : INT;
      case "MemberExpression": {
        if (tree.computed && scratchOf(tree.object, scope)) return INT;
        const of = typeOfExpression(tree.object, scope);
        if (!tree.computed) return member(tree.object, tree.property.name, scope).type;
        return of.kind === "array" ? of.of : INT;
      }
      case "SequenceExpression":
      case "AssignmentExpression":
        throw new NotCompilable("an assignment inside an expression", tree, found);
      default:
        throw new NotCompilable(tree.type, tree, found);
    }
  };

  const expression = (given: Tree, scope: Scope, expected?: Type): Expr => {
    const tree = bare(given);
    if (large) {
      const made = wideExpression(tree, scope, expected);
      if (made) return made;
    }
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
          a: expected ? valueAs(tree.consequent, scope, expected) : expression(tree.consequent, scope),
          b: expected ? valueAs(tree.alternate, scope, expected) : expression(tree.alternate, scope),
        };
      case "MemberExpression":
        return tree.computed ? element(tree, scope) : member(tree.object, tree.property.name, scope).value;
      case "CallExpression":
        return call(tree, scope);
      default:
        throw new NotCompilable(tree.type, tree, found);
    }
  };

  /** What only the larger language has, or says otherwise. */
  const wideExpression = (tree: Tree, scope: Scope, expected?: Type): Expr | undefined => {
    switch (tree.type) {
      case "Identifier": {
        const held = constantArray(tree, scope);
        if (held) return int(imageAt(held.value, held.key));
        const value = scope.has(tree.name) ? undefined : sources.constants?.[tree.name];
        return typeof value === "number" ? int(value) : undefined;
      }
      case "BinaryExpression": {
        // `x | 0` and `x >>> 0` say that x may leave int32.
        const nothing = bare(tree.right).type === "Literal" && bare(tree.right).value === 0;
        if (!nothing || (tree.operator !== "|" && tree.operator !== ">>>")) return undefined;
        const a = expression(tree.left, scope);
        if (a.op === "int") return tree.operator === "|" ? a : undefined;
        return { op: "binary", name: tree.operator === "|" ? "or" : "ushr", a, b: int(0) };
      }
      case "ObjectExpression":
        return recordLiteral(tree, scope, expected);
      case "ArrayExpression": {
        const type = typeOfExpression(tree, scope, expected);
        if (type.kind !== "array") throw new NotCompilable("an array that is no array", tree, found);
        const words = wordsOf(type.of, layouts, word);
        if (tree.elements.length === 0) return native({ kind: "array", words, room: ROOM }, type, [int(0)]);
        return listOf(tree.elements, type, scope);
      }
      case "NewExpression": {
        if (!ARRAYS.has(tree.callee.name)) throw new NotCompilable(`new ${tree.callee.name}`, tree, found);
        return native({ kind: "array", words: 1, room: 0 }, ARRAY_OF_INT, [expression(tree.arguments[0], scope)]);
      }
      case "CallExpression":
        return isArrayOf(tree) ? listOf(tree.arguments, ARRAY_OF_INT, scope) : undefined;
      default:
        return undefined;
    }
  };

  const listOf = (trees: readonly Tree[], type: Type & { kind: "array" }, scope: Scope): Expr =>
    native(
      { kind: "list", of: type.of },
      type,
      trees.map((each) => valueAs(each, scope, type.of)),
    );

  const recordLiteral = (tree: Tree, scope: Scope, expected: Type | undefined): Expr => {
    if (expected?.kind !== "record") throw new NotCompilable("a record whose type is not declared", tree, found);
    const { size, members } = layoutOf(expected.name, tree);
    // `...{ a, b }` is only a way to write it shorter.
    const flat = (of: Tree): Tree[] =>
      of.properties.flatMap((each: Tree) => {
        if (each.type !== "SpreadElement") return [each];
        const inner = bare(each.argument);
        if (inner.type !== "ObjectExpression") throw new NotCompilable("a spread record", each, found);
        return flat(inner);
      });
    const properties = flat(tree);
    const missing = Array.from(members.keys()).filter((name) => !properties.some((each) => each.key.name === name));
    if (missing.length > 0) throw new NotCompilable(`${expected.name} without ${missing.join(", ")}`, tree, found);
    const fields = properties.map((each) => {
      const field = members.get(each.key.name);
      if (!field) throw new NotCompilable(`${expected.name} has no field ${each.key.name}`, each, found);
      return field;
    });
    const args = properties.map((each, i) => valueAs(each.value, scope, fields[i]!.type));
    return native({ kind: "record", size, fields }, expected, args);
  };

  const element = (tree: Tree, scope: Scope): Expr => {
    const scratch = scratchOf(tree.object, scope);
    if (scratch) return { op: "slot", of: scratch, index: expression(tree.property, scope) };
    const asked = bare(tree.object);
    const other = large && asked.type === "Identifier" && !scope.has(asked.name) && sources.instead?.[asked.name];
    if (other) return { op: "call", to: routineOf(other, tree), args: [expression(tree.property, scope)] };
    const held = constantArray(tree.object, scope);
    if (held) return elementOf(held, expression(tree.property, scope));
    const type = typeOfExpression(tree.object, scope);
    const index = expression(tree.property, scope);
    const object = expression(tree.object, scope);
    if (type.kind === "local") {
      if (large && index.op !== "int") return load(add(object, times(index, word)));
      if (object.op !== "variable" || index.op !== "int") throw new NotCompilable("item of a colour", tree, found);
      return { op: "item", of: object.variable, index: index.value };
    }
    if (type.kind !== "array") throw new NotCompilable("[] of no array", tree, found);
    const stride = word * wordsOf(type.of, layouts, word);
    const known = object.op === "int" ? tables.values().find(({ address }) => address === object.value) : undefined;
    const first = object.op === "variable" ? elementsOf.get(object.variable) : undefined;
    if (first) unasked.delete(first);
    const start: Expr = known ? int(known.address + 8) : first ? { op: "variable", variable: first } : load(object);
    const address = add(start, times(index, stride));
    if (type.of.kind === "bool") return binary("ne", load(address), int(0));
    return type.of.kind === "record" || type.of.kind === "array" ? address : load(address);
  };

  /** Element of a constant array: numbers are read in place. */
  const elementOf = ({ value, key }: { value: ArrayLike<Constant>; key: string }, index: Expr): Expr => {
    const type = typeOfConstant(value);
    if (type.kind !== "array") throw new Error("no array");
    if (type.of.kind === "int") {
      const table = peeked.get(key) ?? { name: key, values: value as ArrayLike<number> };
      peeked.set(key, table);
      return native({ kind: "peek", table }, INT, [index]);
    }
    const start = image.get(imageAt(value, key))!;
    const address = add(int(start), times(index, word * wordsOf(type.of, layouts, word)));
    return type.of.kind === "bool" ? binary("ne", load(address), int(0)) : address;
  };

  const call = (tree: Tree, scope: Scope): Expr => {
    if (large && tree.callee.type === "Identifier" && !(tree.callee.name in OPERATORS)) return wideCall(tree, scope);
    const args: Expr[] = tree.arguments.map((each: Tree) => expression(each, scope));
    if (tree.callee.type === "MemberExpression" && tree.callee.object.name === "Math") {
      const name: string = tree.callee.property.name;
      if (name === "imul") return binary(large ? "imul" : "mul", args[0]!, args[1]!);
      if (name === "abs" && large) return native({ kind: "abs" }, INT, args);
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

  /** A call whose arguments take the types of the parameters. */
  const wideCall = (tree: Tree, scope: Scope): Expr => {
    const name: string = sources.instead?.[tree.callee.name] ?? tree.callee.name;
    const declared = found.functions.get(name);
    if (!declared) throw new NotCompilable(`unknown function ${name}`, tree, found);
    if (declared.params.length !== tree.arguments.length) throw new NotCompilable("number of arguments", tree, found);
    const wanted: Type[] = declared.params.map((p: Tree) => typeOf(p.typeAnnotation, p));
    const given: Type[] = tree.arguments.map((each: Tree, i: number) => typeOfExpression(each, scope, wanted[i]));
    // A short array may stand for any other where the function is compiled for it.
    if (!declared.body) {
      const args: Expr[] = tree.arguments.map((each: Tree, i: number) => valueAs(each, scope, wanted[i]!));
      return { op: "call", to: routineOf(tree.callee.name, tree), args };
    }
    const to = routineOf(tree.callee.name, tree, given);
    const args: Expr[] = tree.arguments.map((each: Tree, i: number) => valueAs(each, scope, to.params[i]!.type));
    return { op: "call", to, args };
  };

  const start = { type: "Program", start: 0, end: 0 } as Node;
  const started = [entries].flat().map((entry): Routine => {
    const types: Type[] = found.functions.get(entry)?.params.map((p: Tree) => typeOf(p.typeAnnotation, p)) ?? [];
    // A colour says how many it holds; of another array the caller does.
    const size = typeof outputs === "number" ? outputs : outputs(entry);
    const short: Type[] = size === undefined || types.at(-1)?.kind !== "array" ? [] : [{ kind: "local", size }];
    const given: Type[] = short.length === 0 ? [] : [...types.slice(0, -1), ...short];
    return routineOf(entry, start, given);
  });
  return {
    entry: started[0]!,
    entries: started,
    routines: order,
    layouts,
    tables: Array.from(tables, ([name, table]) => ({ name, ...table })),
    scratches: Array.from(scratches.values()),
    peeked: Array.from(peeked.values()),
    image,
    wraps: sources.wraps ?? [],
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

const ARRAYS: ReadonlySet<string> = new Set(["Int32Array", "Int16Array", "Int8Array", "Uint8Array", "Lab", "Numbers"]);
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

/** What is known before anything runs. */
export type Constant = number | boolean | ArrayLike<Constant> | Constants;

export interface Constants {
  readonly [name: string]: Constant;
}

function isList(value: Constant): value is ArrayLike<Constant> {
  return typeof value === "object" && (Array.isArray(value) || ArrayBuffer.isView(value));
}

function all(values: readonly (Constant | undefined)[]): readonly Constant[] | undefined {
  return values.some((each) => each === undefined) ? undefined : (values as readonly Constant[]);
}

/** `Int32Array.of(...)`. */
function isArrayOf(tree: Tree): boolean {
  const { callee } = tree;
  return callee?.type === "MemberExpression" && ARRAYS.has(callee.object.name) && callee.property.name === "of";
}

const ARRAY_OF_INT = { kind: "array", of: INT } as const;

function native(kind: Native, result: Type, args: readonly Expr[]): Call {
  const to: Routine = { name: kind.kind, params: [], result, body: [], native: kind };
  return { op: "call", to, args };
}

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
      const isFunction = tree?.type === "FunctionDeclaration" || tree?.type === "TSDeclareFunction";
      if (isFunction) once(tree.id.name, source.slice(tree.start, tree.end));
      if (isFunction) found.functions.set(tree.id.name, mark(tree, place));
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
