/**
 * The tree that kernels are made from: functions over int32, their names and types resolved. `lower.ts` makes it from
 * the reference's own TypeScript; `wasm.ts`, `wgsl.ts` and `yul.ts` write it down for a machine.
 *
 * Memory is one image of words: 32 bits, or 256 for the EVM. A record is the address of its first byte. An array is the
 * address of two words: where its elements begin, and how many there are.
 * @module
 */

/** What a value is. `local` is a short array that lives in a function's variables: a colour. */
export type Type =
  | { readonly kind: "int" | "bool" | "void" }
  | { readonly kind: "record"; readonly name: string }
  | { readonly kind: "array"; readonly of: Type }
  | { readonly kind: "local"; readonly size: number };

export const INT: Type = { kind: "int" };
export const BOOL: Type = { kind: "bool" };
export const VOID: Type = { kind: "void" };

/** A parameter or variable. */
export interface Variable {
  readonly name: string;
  readonly type: Type;
}

/** Words that every sample has for itself, whose index is the same for all samples: `const X = new Int32Array(n)` of a module. */
export interface Scratch {
  readonly name: string;
  readonly size: number;
  /** Where it begins where four samples lie side by side: 16 bytes for each word. */
  readonly address: number;
}

/**
 * All wrap at 32 bits. `div` cuts toward zero, `shr` is arithmetic, `ushr` logical, those that end in 16 are
 * the functions of halves.ts on both halves of a word; the last row gives a bool.
 *
 * Where words have 256 bits, `add`, `sub` and `mul` do not wrap, as in JavaScript; then `Math.imul` is `imul`, and
 * `x | 0` and `x >>> 0`, which do nothing to an int32, stay in the tree.
 */
export type Binary =
  | ("add" | "sub" | "mul" | "imul" | "div" | "rem" | "shl" | "shr" | "ushr" | "and" | "or" | "xor" | "min" | "max")
  | ("dot16" | "sub16" | "min16" | "mul16" | "shl16" | "shr16")
  | ("lt" | "le" | "gt" | "ge" | "eq" | "ne");

export type Expr =
  | { readonly op: "int"; readonly value: number }
  | { readonly op: "variable"; readonly variable: Variable }
  /** Element of a `local`. */
  | { readonly op: "item"; readonly of: Variable; readonly index: number }
  | { readonly op: "slot"; readonly of: Scratch; readonly index: Expr }
  /** The word at a byte address. */
  | { readonly op: "load"; readonly address: Expr }
  | { readonly op: "binary"; readonly name: Binary; readonly a: Expr; readonly b: Expr }
  /** Short-circuit in the source; no side effect may depend on that. */
  | { readonly op: "both" | "either"; readonly a: Expr; readonly b: Expr }
  | { readonly op: "not"; readonly a: Expr }
  | { readonly op: "choose"; readonly test: Expr; readonly a: Expr; readonly b: Expr }
  | Call;

/** A call. An argument for a `local` is the variable itself: the function changes it. */
export interface Call {
  readonly op: "call";
  readonly to: Routine;
  readonly args: readonly Expr[];
}

export type Statement =
  | { readonly op: "declare" | "set"; readonly variable: Variable; readonly value: Expr }
  | { readonly op: "declareLocal"; readonly variable: Variable }
  | { readonly op: "setItem"; readonly of: Variable; readonly index: number; readonly value: Expr }
  | { readonly op: "setSlot"; readonly of: Scratch; readonly index: Expr; readonly value: Expr }
  | { readonly op: "do"; readonly call: Call }
  | { readonly op: "if"; readonly test: Expr; readonly yes: readonly Statement[]; readonly no: readonly Statement[] }
  /** `first` runs once, in the loop's own scope; `next` after each turn, also after `continue`. */
  | {
      readonly op: "loop";
      readonly first: readonly Statement[];
      readonly test: Expr;
      readonly next: readonly Statement[];
      readonly body: readonly Statement[];
    }
  | { readonly op: "return"; readonly value: Expr | undefined }
  | { readonly op: "break" | "continue" };

/** A function. `body` is filled after the object exists, so that calls can point at it. */
export interface Routine {
  readonly name: string;
  readonly params: readonly Variable[];
  readonly result: Type;
  body: readonly Statement[];
  /** What the machine does in place of a body; only where words have 256 bits. */
  readonly native?: Native;
}

/** Code that is not made from a body. The arguments are those of the call. */
export type Native =
  /** A function by the routine's name that is written by hand: `declare function` in the source. */
  | { readonly kind: "function" }
  /** New array of as many zeros as the argument says, and `room` for more. */
  | { readonly kind: "array"; readonly words: number; readonly room: number }
  /** New array of the arguments. */
  | { readonly kind: "list"; readonly of: Type }
  /** New record: argument i becomes the field at `fields[i]`. */
  | { readonly kind: "record"; readonly size: number; readonly fields: readonly Member[] }
  /** New array, a copy of a `local`. */
  | { readonly kind: "box"; readonly size: number }
  /** Writes argument 1 to the address that is argument 0; records and the two words of arrays are copied. */
  | { readonly kind: "store"; readonly type: Type }
  /** Appends argument 1 to the array that is argument 0. */
  | { readonly kind: "push"; readonly type: Type }
  /** Element of a table of numbers that nobody needs as an array. */
  | { readonly kind: "peek"; readonly table: Peeked }
  | { readonly kind: "abs" };

/** A table of numbers that is only ever read element by element. */
export interface Peeked {
  readonly name: string;
  readonly values: ArrayLike<number>;
}

/** A field of a record at its byte offset. */
export interface Member {
  readonly type: Type;
  readonly offset: number;
}

/** A record's size in bytes and its fields, in the order of its interface. */
export interface Layout {
  readonly size: number;
  readonly members: ReadonlyMap<string, Member>;
}

/** Everything that some functions reach. */
export interface Program {
  /** The first of the entries. */
  readonly entry: Routine;
  readonly entries: readonly Routine[];
  /** Reached from the entries, callees before callers. */
  readonly routines: readonly Routine[];
  readonly layouts: ReadonlyMap<string, Layout>;
  /** Module-level tables in use, each with the address of its two words; their elements follow. */
  readonly tables: readonly { readonly name: string; readonly address: number; readonly values: ArrayLike<number> }[];
  readonly scratches: readonly Scratch[];
  readonly peeked: readonly Peeked[];
  /** Words of tables that are arrays of arrays or records, or are handed on as arrays; only where words have 256 bits. */
  readonly image: ReadonlyMap<number, number>;
  /** Names of routines in which products and shifts wrap on purpose; in all others nothing leaves int32. */
  readonly wraps: readonly string[];
  /** Routines whose first n arguments mostly agree among neighbouring samples: the cell of a lattice, a stone. */
  readonly coherent: Readonly<Record<string, number>>;
  /** The first free byte behind tables and scratch: where a state may begin. */
  readonly free: number;
}

/** Words of `word` bytes that a value takes inside a record. */
export function wordsOf(type: Type, layouts: ReadonlyMap<string, Layout>, word = 4): number {
  switch (type.kind) {
    case "record":
      return layouts.get(type.name)!.size / word;
    case "array":
      return 2;
    default:
      return 1;
  }
}

/** Operators of two constants, where the result is one. */
export const FOLD: Readonly<Partial<Record<Binary, (a: number, b: number) => number>>> = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: Math.imul,
  shl: (a, b) => a << b,
  shr: (a, b) => a >> b,
  or: (a, b) => a | b,
};
