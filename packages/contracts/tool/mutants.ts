/**
 * Small faults for Solidity sources, found in the compiler's own syntax tree, and one source that holds them all.
 *
 * A build of a contract takes seconds and a run of its tests a fraction of one, so the faults are not compiled one by one.
 * `instrument` writes each as a switch, `(Mutant.on(7) ? (a <= b) : (a < b))`, and the number that is on comes from the
 * environment of the run: see `switches`. One build then serves every mutant.
 * @module
 */

/** A node of solc's syntax tree ("ast" of its standard JSON). */
export interface Node {
  readonly nodeType: string;
  /** start:length:file, in bytes. */
  readonly src: string;
  readonly [field: string]: unknown;
}

/** A source file as the compiler saw it. */
export interface Source {
  readonly file: string;
  readonly text: string;
  readonly ast: Node;
}

/** One fault: `[start, end)` of the file, in bytes, becomes `replacement`. */
export interface Mutant {
  /** What it is, wherever it stands: file, function, change. Lines do not matter, so a list of keys lasts. */
  readonly key: string;
  readonly file: string;
  /** 1 is the first. */
  readonly line: number;
  readonly start: number;
  readonly end: number;
  readonly replacement: string;
  /** What is written before and after the range so that the fault is there only when the number `id` is on. */
  readonly wrap: (id: number) => readonly [string, string];
  /** Where it lies in inline assembly: the whole statement, and where its first line begins. */
  readonly assembly?: { readonly start: number; readonly end: number; readonly body: number };
}

/** The library that the switches ask. The number is read from `block.coinbase`, which no contract here looks at. */
export const switches = `// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

library Mutant {
    function on(uint256 id) internal pure returns (bool) {
        return number() == id;
    }

    function number() internal pure returns (uint256) {
        function() internal view returns (uint256) plain = _number;
        function() internal pure returns (uint256) called;
        // Only so can a pure function be a mutant as well.
        assembly {
            called := plain
        }
        return called();
    }

    function _number() private view returns (uint256) {
        return uint160(address(block.coinbase)) >> 96;
    }
}
`;

/** The value of `block.coinbase` that turns a mutant on. @example coinbase(1) === "0x0000000000000001000000000000000000000000" */
export function coinbase(id: number): string {
  return `0x${id.toString(16).padStart(16, "0")}${"0".repeat(24)}`;
}

const BOUNDARY: Readonly<Record<string, string>> = { "<": "<=", "<=": "<", ">": ">=", ">=": ">" };
const NEGATION: Readonly<Record<string, string>> = {
  "<": ">=",
  "<=": ">",
  ">": "<=",
  ">=": "<",
  "==": "!=",
  "!=": "==",
};
const EXCHANGED: Readonly<Record<string, string>> = {
  "&&": "||",
  "||": "&&",
  "+": "-",
  "-": "+",
  "*": "/",
  "/": "*",
  "%": "*",
  "<<": ">>",
  ">>": "<<",
  "&": "|",
  "|": "&",
  "^": "&",
};
const YUL_EXCHANGED: Readonly<Record<string, string>> = {
  add: "sub",
  sub: "add",
  mul: "div",
  div: "mul",
  shl: "shr",
  shr: "shl",
  and: "or",
  or: "and",
  xor: "and",
};
const YUL_BOUNDARY: Readonly<Record<string, string>> = { lt: "gt", gt: "lt", slt: "sgt", sgt: "slt" };
/** Calls whose result is 0 or 1. */
const YUL_TRUTHS = new Set(["lt", "gt", "slt", "sgt", "eq", "iszero"]);
/** Calls in assembly that change nothing: both they and their mutant may be evaluated, and one result taken. */
const YUL_HARMLESS = new Set([
  ..."add sub mul div mod shl shr sar and or xor not lt gt slt sgt eq iszero byte exp addmod mulmod clz".split(" "),
  ..."mload calldataload sload tload calldatasize returndatasize codesize caller callvalue address timestamp".split(
    " ",
  ),
  ..."number keccak256 extcodesize".split(" "),
]);

/**
 * Every mutant of some files, in the order of their places. Constants and what they stand for are found in all of
 * `sources`, so give what the files import as well.
 * @example mutantsOf(sources, ["src/A.sol"]).map((mutant) => mutant.key)
 */
export function mutantsOf(sources: readonly Source[], files: readonly string[]): readonly Mutant[] {
  const constants = new Set<unknown>();
  const collect = (node: Node): void => {
    if (node.nodeType === "VariableDeclaration" && node.constant === true && /^u?int\d+$/.test(typeOf(node))) {
      constants.add(node.id);
    }
    for (const child of children(node)) collect(child);
  };
  for (const { ast } of sources) collect(ast);
  return sources.filter(({ file }) => files.includes(file)).flatMap((source) => ofSource(source, constants));
}

/** The file with one fault in it, as a person would write it. */
export function mutated(text: string, mutant: Mutant): string {
  const bytes = Buffer.from(text).toString("latin1");
  return latin(`${bytes.slice(0, mutant.start)}${mutant.replacement}${bytes.slice(mutant.end)}`);
}

/** A file with switches in it, and whose switch begins where. */
export interface Instrumented {
  readonly text: string;
  /** The mutant whose switch stands at this byte of the text. */
  readonly at: (byte: number) => number | undefined;
}

/** Writes mutants, by number, into their file as switches; `library` is how the file imports `switches`. */
export function instrument(text: string, mutants: ReadonlyMap<number, Mutant>, library: string): Instrumented {
  const bytes = Buffer.from(text).toString("latin1");
  const openings = new Map<number, [string, number | undefined][]>();
  const closings = new Map<number, string[]>();
  const assemblies = new Set<number>();
  const put = (start: number, end: number, [before, after]: readonly [string, string], id?: number) => {
    openings.set(start, [...(openings.get(start) ?? []), [before, id]]);
    closings.set(end, [after, ...(closings.get(end) ?? [])]);
  };
  for (const [id, mutant] of mutants) {
    const { assembly } = mutant;
    if (assembly && !assemblies.has(assembly.start)) {
      assemblies.add(assembly.start);
      put(assembly.start, assembly.end, ["{ uint256 mutant_ = Mutant.number(); ", " }"]);
      put(assembly.body, assembly.body, [
        " function mutant_choose(on, other, plain) -> it { it := plain if on { it := other } } ",
        "",
      ]);
    }
    put(mutant.start, mutant.end, mutant.wrap(id), id);
  }
  let out = "";
  let from = 0;
  const spans: { start: number; end: number; id: number }[] = [];
  for (const place of [...new Set([...openings.keys(), ...closings.keys()])].sort((a, b) => a - b)) {
    out += bytes.slice(from, place) + (closings.get(place) ?? []).join("");
    for (const [before, id] of openings.get(place) ?? []) {
      if (id !== undefined) spans.push({ start: out.length, end: out.length + before.length, id });
      out += before;
    }
    from = place;
  }
  out += `${bytes.slice(from)}\nimport {Mutant} from "${library}";\n`;
  return {
    text: latin(out),
    at: (byte) => spans.find(({ start, end }) => start <= byte && byte < end)?.id,
  };
}

function ofSource({ file, text, ast }: Source, constants: ReadonlySet<unknown>): readonly Mutant[] {
  const bytes = Buffer.from(text).toString("latin1");
  const found: Mutant[] = [];
  const times = new Map<string, number>();
  const inside: string[] = [];
  let assembly: Mutant["assembly"];
  walk(ast, undefined);
  return found;

  function original(node: Node): string {
    return bytes.slice(...range(node));
  }

  function add(start: number, end: number, change: string, wrap: Mutant["wrap"], replacement = change): void {
    const difference = `${squeeze(bytes.slice(start, end))} => ${squeeze(change)}`;
    const name = `${file} ${inside.join(".")}: ${difference}`;
    const count = (times.get(name) ?? 0) + 1;
    times.set(name, count);
    const key = count === 1 ? name : `${name} #${count}`;
    const line = bytes.slice(0, start).split("\n").length;
    found.push({ key, file, line, start, end, replacement, wrap, ...(assembly ? { assembly } : {}) });
  }

  function walk(node: Node, parent: Node | undefined): void {
    const name = NAMED.has(node.nodeType) ? String(node.name || node.kind) : undefined;
    if (name !== undefined) inside.push(name);
    if (node.nodeType === "InlineAssembly") {
      const block = part(node, "AST");
      const [start, end] = range(node);
      assembly = { start, end, body: range(block)[0] + 1 };
      walkYul(block);
      assembly = undefined;
    } else if (visitNode(node, parent)) {
      for (const child of children(node)) walk(child, node);
    }
    if (name !== undefined) inside.pop();
  }

  /** Adds the mutants of one node, and tells whether there is more below it. */
  function visitNode(node: Node, parent: Node | undefined): boolean {
    if (typeOf(node).startsWith("int_const")) {
      number(node, node, typeWanted(node, parent));
      return false;
    }
    switch (node.nodeType) {
      case "ArrayTypeName":
        return false;
      case "VariableDeclaration": // A constant's value is changed where it is used; a type is no expression.
        return node.constant !== true && isNode(node.value);
      case "IfStatement":
        expression(part(node, "condition"), "false");
        if (!isRevert(part(node, "trueBody"))) expression(part(node, "condition"), "true");
        condition(part(node, "condition"));
        return true;
      case "Conditional":
      case "WhileStatement":
      case "DoWhileStatement":
      case "ForStatement":
        if (isNode(node.condition)) condition(node.condition);
        return true;
      case "ExpressionStatement":
      case "EmitStatement":
        if (parent?.nodeType !== "ForStatement" || parent.body === node) removal(node);
        return true;
      case "Return":
        if (!isNode(node.expression)) removal(node);
        return true;
      case "BinaryOperation":
        for (const operators of [BOUNDARY, NEGATION, EXCHANGED]) {
          const operator = operators[String(node.operator)];
          const [left, right] = [part(node, "leftExpression"), part(node, "rightExpression")];
          if (operator !== undefined) expression(node, `(${original(left)}) ${operator} (${original(right)})`);
        }
        return true;
      case "Assignment": {
        const operator = EXCHANGED[String(node.operator).slice(0, -1)];
        const [left, right] = [part(node, "leftHandSide"), part(node, "rightHandSide")];
        if (operator !== undefined) expression(node, `${original(left)} ${operator}= ${original(right)}`);
        return true;
      }
      case "UnaryOperation":
        if (node.operator === "!" || node.operator === "~" || node.operator === "-") {
          expression(node, original(part(node, "subExpression")));
        } else if (node.operator !== "delete") {
          const other = node.operator === "++" ? "--" : "++";
          expression(node, original(node).replace(String(node.operator), other));
        }
        return true;
      case "Literal":
        if (node.kind === "bool") expression(node, node.value === "true" ? "false" : "true");
        return false;
      case "Identifier":
      case "MemberAccess":
        if (constants.has(node.referencedDeclaration)) {
          for (const step of ["+", "-"]) expression(node, `${original(node)} ${step} 1`);
          return false;
        }
        return true;
      case "FunctionCall": {
        const [only, ...more] = list(node, "arguments");
        if (node.kind !== "typeConversion" || only === undefined || more.length > 0) return true;
        if (!typeOf(only).startsWith("int_const")) return true;
        number(node, only, typeOf(node));
        return false;
      }
      default:
        return true;
    }
  }

  function expression(node: Node, replacement: string): void {
    add(...range(node), replacement, (id) => [`(Mutant.on(${id}) ? (${replacement}) : (`, "))"], `(${replacement})`);
  }

  /** A statement's range ends before its semicolon, save that of a bare `return`. */
  function removal(node: Node): void {
    const [start, end] = range(node);
    add(start, bytes.indexOf(";", end - 1) + 1, "{}", (id) => [`{ if (!Mutant.on(${id})) { `, " } }"]);
  }

  /** Comparisons and `!` are negated by their own rules. */
  function condition(node: Node): void {
    if (!(String(node.operator) in NEGATION || node.operator === "!")) expression(node, `!(${original(node)})`);
  }

  /** One more and one less in place of `value`, which is `node` or what `node` converts to a type. */
  function number(node: Node, value: Node, type: string): void {
    for (const step of typeOf(value) === "int_const 0" ? ["+"] : ["+", "-"]) {
      const changed = `${value.nodeType === "Literal" ? original(value) : `(${original(value)})`} ${step} 1`;
      const [head, tail] = node === value ? conversion(type) : ["(", ")"];
      const [otherHead, otherTail] = conversion(type);
      const other = `${otherHead}${changed}${otherTail}`;
      // Bits, unlike numbers, take no sum of literals.
      const plain = node === value && /^(u?int\d+)?$/.test(type) ? `(${changed})` : other;
      add(...range(node), changed, (id) => [`(Mutant.on(${id}) ? ${other} : ${head}`, `${tail})`], plain);
    }
  }

  function walkYul(node: Node): void {
    if (visitYul(node)) for (const child of children(node)) walkYul(child);
  }

  function visitYul(node: Node): boolean {
    switch (node.nodeType) {
      case "YulFunctionDefinition": // Sees no variable of Solidity, so no switch.
        return false;
      case "YulCase":
        walkYul(part(node, "body"));
        return false;
      case "YulIf": {
        const test = part(node, "condition");
        add(...range(test), "0", (id) => [`mul(iszero(eq(mutant_, ${id})), `, ")"]);
        if (!YUL_TRUTHS.has(callName(test))) {
          const negated = `iszero(${original(test)})`;
          add(...range(test), negated, (id) => [`xor(eq(mutant_, ${id}), iszero(iszero(`, ")))"]);
        }
        return true;
      }
      case "YulExpressionStatement":
      case "YulAssignment":
        if (node.nodeType === "YulExpressionStatement" && callName(part(node, "expression")) === "revert") {
          // The condition above it is what is removed; what follows an empty revert's two zeros is never read.
          return !/^revert\((0x0+|0), *(0x0+|0)\)$/.test(original(node));
        }
        // A place in calldata must be set before it is used, or the compiler refuses.
        if (list(node, "variableNames").some(({ name }) => /\.(offset|length)$/.test(String(name)))) return true;
        add(...range(node), "{}", (id) => [`if iszero(eq(mutant_, ${id})) { `, " }"]);
        return true;
      case "YulLiteral":
        if (node.kind !== "number") return false;
        add(...range(node), `add(${original(node)}, 1)`, (id) => ["add(", `, eq(mutant_, ${id}))`]);
        if (!/^(0x)?0+$/.test(original(node))) {
          add(...range(node), `sub(${original(node)}, 1)`, (id) => ["sub(", `, eq(mutant_, ${id}))`]);
        }
        return false;
      case "YulFunctionCall":
        call(node);
        return true;
      default:
        return true;
    }
  }

  function call(node: Node): void {
    const name = callName(node);
    const operands = list(node, "arguments");
    if (YUL_TRUTHS.has(name)) {
      add(...range(node), `iszero(${original(node)})`, (id) => [`xor(eq(mutant_, ${id}), `, ")"]);
    }
    const [a, b] = operands.map(original);
    const other =
      name in YUL_BOUNDARY ? `iszero(${YUL_BOUNDARY[name]}(${a}, ${b}))` : `${YUL_EXCHANGED[name]}(${a}, ${b})`;
    if ((name in YUL_BOUNDARY || name in YUL_EXCHANGED) && harmless(node)) {
      add(...range(node), other, (id) => [`mutant_choose(eq(mutant_, ${id}), ${other}, `, ")"]);
    }
  }
}

const NAMED = new Set(["ContractDefinition", "FunctionDefinition", "ModifierDefinition"]);

/** The type that a number must have in its place; none where it may be the least that holds it. */
function typeWanted(node: Node, parent: Node | undefined): string {
  switch (parent?.nodeType) {
    case "BinaryOperation":
      if (!["<<", ">>", "**"].includes(String(parent.operator))) return typeString(parent.commonType);
      return parent.leftExpression === node ? typeOf(parent) : "uint256";
    case "Assignment":
      return typeOf(part(parent, "leftHandSide"));
    case "VariableDeclarationStatement":
      return typeOf(list(parent, "declarations")[0] ?? parent);
    case "FunctionCall": {
      const parameters = /^function \(([^()]*)\)/.exec(typeOf(part(parent, "expression")))?.[1]?.split(",") ?? [];
      const given = list(parent, "arguments");
      // What a function is attached to comes first and is no argument.
      return parameters[given.indexOf(node) + parameters.length - given.length] ?? "";
    }
    default:
      return "";
  }
}

/** What stands around a number to make it a value of a type. */
function conversion(type: string): readonly [string, string] {
  if (/^u?int\d+$/.test(type)) return [`${type}(`, ")"];
  if (type === "address") return ["address(uint160(", "))"];
  const width = /^bytes(\d+)$/.exec(type)?.[1];
  return width === undefined ? ["(", ")"] : [`${type}(uint${8 * Number(width)}(`, "))"];
}

function isRevert(body: Node): boolean {
  const statements = body.nodeType === "Block" ? list(body, "statements") : [body];
  return statements.length === 1 && statements[0]?.nodeType === "RevertStatement";
}

function harmless(node: Node): boolean {
  if (node.nodeType === "YulFunctionCall" && !YUL_HARMLESS.has(callName(node))) return false;
  return children(node).every(harmless);
}

function callName(node: Node): string {
  return isNode(node.functionName) ? String(node.functionName.name) : "";
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && "nodeType" in value && "src" in value;
}

function part(node: Node, field: string): Node {
  const child = node[field];
  if (!isNode(child)) throw new Error(`${node.nodeType} at ${node.src} has no ${field}`);
  return child;
}

function list(node: Node, field: string): readonly Node[] {
  const items = node[field];
  return Array.isArray(items) ? items.filter(isNode) : [];
}

/** The nodes right below, in the order of the text. */
function children(node: Node): readonly Node[] {
  return Object.values(node)
    .flatMap((value): unknown[] => (Array.isArray(value) ? value : [value]))
    .filter(isNode)
    .sort((a, b) => range(a)[0] - range(b)[0]);
}

function range(node: Node): [number, number] {
  const [start = 0, length = 0] = node.src.split(":").map(Number);
  return [start, start + length];
}

function typeOf(node: Node): string {
  return typeString(node.typeDescriptions);
}

function typeString(descriptions: unknown): string {
  if (typeof descriptions !== "object" || descriptions === null || !("typeString" in descriptions)) return "";
  return String(descriptions.typeString);
}

function squeeze(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}

/** Text from bytes that were read as one character each, so that places in the tree are places in the text. */
function latin(bytes: string): string {
  return Buffer.from(bytes, "latin1").toString();
}
