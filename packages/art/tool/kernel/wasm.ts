/**
 * A program of `ir.ts` as WebAssembly with SIMD128: four samples at once, one in each lane, in the manner of ispc (Pharr and
 * Mark, "ispc: A SPMD compiler for high-performance CPU programming", 2012).
 *
 * A value is *uniform* when all four lanes have the same one by construction (a piece's own numbers, loop counters): it
 * stays a scalar, its tests are real branches. Any other value *varies*: it is a vector, and where a varying test parts
 * the lanes both sides run, each under the mask of its lanes, or not at all when it has none. A function is written once
 * for each pattern of uniform and varying arguments that it is called with.
 * @module
 */

import {
  brIf,
  END,
  encodeModule,
  type FunctionParts,
  I32,
  I32_ADD,
  I32_LT_U,
  i32Const,
  LOOP,
  localGet,
  localSet,
  localTee,
  simd,
  V128,
} from "@carrara/base/wasm";
import type { Binary, Call, Expr, Program, Routine, Scratch, Statement, Variable } from "./ir.ts";
import { unroll } from "./unroll.ts";

/** Bytes of one group's part of an array: four int32. */
const GROUP = 16;

/** An entry as a function of the module. */
export interface Exported {
  readonly name: string;
  readonly routine: Routine;
  /** How many int parameters after the record are the same for all samples. */
  readonly shared: number;
  /** How many items of the last parameter count, where that is a colour or another short array; else the result does. */
  readonly outputs: number;
  /** Whether outputs are held to int16, without -32768. */
  readonly held: boolean;
  /**
   * Whether groups are summed: `NAME(state, arrays, pixels, groups)` calls the entry for so many groups of each pixel; the
   * last input has one word a pixel, and the outputs' sums stand pixel after pixel in one array.
   */
  readonly summed?: boolean;
}

/**
 * A module with `memory` and, for each entry, `NAME(state, arrays, groups, ...shared)`: calls it for each group of four
 * samples. The entry's first parameter is a record, at the address `state`; then come the shared ones. At `arrays` stand
 * addresses: of an array of int32 for each other int parameter, and of one for each output.
 * `constants` are the words that must stand in memory from `program.free` on.
 * @param unrolled first arguments of routines without a result, for which they are written out
 */
export function kernelModule(
  program: Program,
  exported: readonly Exported[],
  unrolled: Unrolled = {},
): { wasm: Uint8Array<ArrayBuffer>; constants: readonly number[] } {
  const functions: (FunctionParts | undefined)[] = exported.map(() => undefined);
  const variants = new Map<string, Variant>();
  const variantOf = (routine: Routine, varying: readonly boolean[]): Variant => {
    const key = `${routine.name} ${varying.map((v) => (v ? "v" : "u")).join("")}`;
    const known = variants.get(key);
    if (known) return known;
    let index = 0;
    const variant: Variant = {
      varying,
      ...analyse(routine, varying, variantOf),
      // Written when it is first called: what stands in place everywhere needs no function.
      get index() {
        if (index === 0) {
          index = functions.push(undefined) - 1;
          functions[index] = write(routine, variant, variantOf, program.coherent, unrolledOf, constantAt);
        }
        return index;
      },
    };
    variants.set(key, variant);
    return variant;
  };
  const cases = new Map<string, Case[]>();
  const unrolledOf = (routine: Routine): readonly Case[] => {
    const known = cases.get(routine.name);
    if (known) return known;
    const made = (unrolled[routine.name] ?? []).map((given) => ({
      given,
      to: unroll(routine, given),
    }));
    cases.set(routine.name, made);
    return made;
  };
  const constants: number[] = [];
  const constantAt = (value: number): number => {
    const known = constants.indexOf(value);
    return program.free + 4 * (known < 0 ? constants.push(value) - 1 : known);
  };
  for (const [i, each] of exported.entries()) functions[i] = (each.summed ? summing : entrance)(each, variantOf);
  return { wasm: encodeModule(functions as FunctionParts[]), constants };
}

/** First arguments of some routines, by name. */
export type Unrolled = Readonly<Record<string, readonly (readonly number[])[]>>;

/** A routine for some first arguments. */
interface Case {
  readonly given: readonly number[];
  readonly to: Routine;
}

/** The loop over groups around an entry. */
function entrance({ name, routine, shared, outputs, held }: Exported, variantOf: VariantOf): FunctionParts {
  const colour = routine.params.find(({ type }) => type.kind === "local");
  const size = colour?.type.kind === "local" ? colour.type.size : 0;
  // A parameter that is never read would only part this entry's code from another caller's.
  const wanted = routine.params.map((p, i) => i > shared && p !== colour && reads(routine.body, p));
  const variant = variantOf(
    routine,
    routine.params.map((p, i) => wanted[i]! || p === colour),
  );

  // Parameters state, arrays, groups and the shared ones; then an address for each array, the byte at which the present
  // group begins in all of them, and the results.
  const [state, arrays, groups] = [0, 1, 2];
  const inputs = routine.params.length - 1 - shared - (colour ? 1 : 0);
  const addresses = Array.from({ length: inputs + outputs }, (_, k) => 3 + shared + k);
  const at = 3 + shared + addresses.length;
  const results = Array.from({ length: Math.max(size, 1) }, (_, k) => at + 1 + k);
  const place = (k: number) => [...localGet(addresses[k]!), ...localGet(at), I32_ADD];
  let next = 0;
  const body = [
    ...addresses.flatMap((local, k) => [...localGet(arrays), 0x28, 2, ...unsigned(4 * k), ...localSet(local)]),
    ...LOOP,
    ...vectorOf([-1, -1, -1, -1]),
    ...routine.params.flatMap((p, i) => {
      if (i === 0) return localGet(state);
      if (i <= shared) return localGet(2 + i);
      if (p === colour) return results.flatMap(() => vectorOf([0, 0, 0, 0]));
      const k = next++;
      return wanted[i] ? [...place(k), ...simd(0x00), 4, 0] : i32Const(0);
    }),
    ...[0x10, ...unsigned(variant.index)],
    ...(colour || variant.resultVaries ? [] : simd(SPLAT)),
    ...results.toReversed().flatMap((local) => localSet(local)),
    ...results
      .slice(0, outputs)
      .flatMap((local, k) => [
        ...place(inputs + k),
        ...localGet(local),
        ...(held ? [...vectorOf(MOST), ...simd(VECTOR.min!), ...vectorOf(LEAST), ...simd(VECTOR.max!)] : []),
        ...[...simd(0x0b), 4, 0],
      ]),
    ...[...localGet(at), ...i32Const(GROUP), I32_ADD, ...localTee(at)],
    ...[...localGet(groups), ...i32Const(GROUP), 0x6c, I32_LT_U, ...brIf(0)],
    END,
  ];
  return {
    name,
    params: [I32, I32, I32, ...Array.from({ length: shared }, () => I32)],
    results: [],
    locals: [
      { count: addresses.length + 1, type: I32 },
      { count: results.length, type: V128 },
    ],
    body,
  };
}

/** The loops over pixels and their groups around an entry. */
function summing({ name, routine, outputs }: Exported, variantOf: VariantOf): FunctionParts {
  const variant = variantOf(
    routine,
    routine.params.map((_, i) => i > 0),
  );
  const inputs = routine.params.length - 2;
  const [state, arrays, pixels, groups, left] = [0, 1, 2, 3, 4];
  const addresses = Array.from({ length: inputs + 1 }, (_, k) => left + 1 + k);
  const [each, to] = addresses.slice(-2) as [number, number];
  const results = Array.from({ length: outputs }, (_, k) => to + 1 + k);
  const sums = results.map((local) => local + outputs);
  const last = sums.at(-1)! + 1;
  const more = (local: number, by: number) => [...localGet(local), ...i32Const(by), I32_ADD, ...localSet(local)];
  const folded = (bytes: readonly number[]) => [
    ...localTee(last),
    ...localGet(last),
    ...simd(SHUFFLE),
    ...bytes,
    ...localGet(last),
    ...simd(VECTOR.add!),
  ];
  const body = [
    ...addresses.flatMap((local, k) => [...localGet(arrays), 0x28, 2, ...unsigned(4 * k), ...localSet(local)]),
    ...LOOP,
    ...sums.flatMap((sum) => [...vectorOf([0, 0, 0, 0]), ...localSet(sum)]),
    ...[...localGet(groups), ...localSet(left)],
    ...LOOP,
    ...vectorOf([-1, -1, -1, -1]),
    ...localGet(state),
    ...addresses.slice(0, -2).flatMap((local) => [...localGet(local), ...simd(0x00), 4, 0]),
    ...[...localGet(each), ...simd(LOAD_SPLAT), 2, 0],
    ...results.flatMap(() => vectorOf([0, 0, 0, 0])),
    ...[0x10, ...unsigned(variant.index)],
    ...results.toReversed().flatMap((local) => localSet(local)),
    ...results.flatMap((local, k) => [
      ...localGet(local),
      ...localGet(sums[k]!),
      ...simd(VECTOR.add!),
      ...localSet(sums[k]!),
    ]),
    ...addresses.slice(0, -2).flatMap((local) => more(local, GROUP)),
    ...[...localGet(left), ...i32Const(1), 0x6b, ...localTee(left), ...brIf(0)],
    END,
    ...sums.flatMap((sum, k) => [
      ...localGet(to),
      ...localGet(sum),
      ...folded([8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7]),
      ...folded([4, 5, 6, 7, 0, 1, 2, 3, 12, 13, 14, 15, 8, 9, 10, 11]),
      ...[...simd(EXTRACT), 0, 0x36, 2, ...unsigned(4 * k)],
    ]),
    ...[...more(each, 4), ...more(to, 4 * outputs)],
    ...[...localGet(pixels), ...i32Const(1), 0x6b, ...localTee(pixels), ...brIf(0)],
    END,
  ];
  return {
    name,
    params: [I32, I32, I32, I32],
    results: [],
    locals: [
      { count: addresses.length + 1, type: I32 },
      { count: 2 * outputs + 1, type: V128 },
    ],
    body,
  };
}

const MOST = [32767, 32767, 32767, 32767];
const LEAST = [-32767, -32767, -32767, -32767];

/** Whether a tree mentions a variable. */
function reads(tree: unknown, variable: Variable): boolean {
  if (tree === variable) return true;
  if (Array.isArray(tree)) return tree.some((each) => reads(each, variable));
  if (typeof tree !== "object" || tree === null) return false;
  // A routine that is called has variables of its own.
  return Object.entries(tree).some(([key, each]) => key !== "to" && reads(each, variable));
}

/** A routine for one pattern of arguments. */
interface Variant extends Analysis {
  readonly index: number;
  readonly varying: readonly boolean[];
}

type VariantOf = (routine: Routine, varying: readonly boolean[]) => Variant;

interface Analysis {
  /** Variables that vary; all others are scalars. */
  readonly vectors: ReadonlySet<Variable>;
  /** Ifs and loops that part the lanes. */
  readonly parting: ReadonlySet<Statement>;
  /** Loops with a `continue` that some lanes take and others do not. */
  readonly resultVaries: boolean;
  /** Whether some lanes may return before others. */
  readonly early: boolean;
}

/** What varies: the least set that is closed under the rules above, found by repetition. */
function analyse(routine: Routine, varying: readonly boolean[], variantOf: VariantOf): Analysis {
  const vectors = new Set(routine.params.filter((p, i) => varying[i] || p.type.kind === "local"));
  const parting = new Set<Statement>();
  /** How many parting constructs stand around a variable's declaration. */
  const depthOf = new Map<Variable, number>(routine.params.map((p) => [p, 0]));
  let resultVaries = false;
  let early = false;
  let changed = true;
  const vary = <T>(set: Set<T>, item: T) => {
    if (set.has(item)) return;
    set.add(item);
    changed = true;
  };
  const varies = (e: Expr): boolean => variesWith(e, (v) => vectors.has(v) || v.type.kind === "local", variantOf);
  const walk = (
    list: readonly Statement[],
    depth: number,
    loop: { of: Statement; depth: number } | undefined,
  ): undefined => {
    for (const s of list) {
      switch (s.op) {
        case "declare":
          depthOf.set(s.variable, depth);
          if (varies(s.value)) vary(vectors, s.variable);
          break;
        case "declareLocal":
          depthOf.set(s.variable, depth);
          break;
        case "set":
          if (varies(s.value) || depth > depthOf.get(s.variable)!) vary(vectors, s.variable);
          break;
        case "if": {
          if (varies(s.test)) vary(parting, s);
          const inner = parting.has(s) ? depth + 1 : depth;
          walk(s.yes, inner, loop);
          walk(s.no, inner, loop);
          break;
        }
        case "loop": {
          if (varies(s.test)) vary(parting, s);
          const inner = parting.has(s) ? depth + 1 : depth;
          walk(s.first, inner, loop);
          const here = { of: s, depth: inner };
          walk(s.body, inner, here);
          walk(s.next, inner, here);
          break;
        }
        case "break":
        case "continue":
          if (loop && depth > loop.depth) vary(parting, loop.of);
          break;
        case "return":
          if (depth > 0) {
            early = true;
            if (loop) vary(parting, loop.of);
          }
          if (s.value && (varies(s.value) || depth > 0)) resultVaries = true;
          break;
        default:
          break;
      }
    }
  };
  while (changed) {
    changed = false;
    walk(routine.body, 0, undefined);
  }
  return {
    vectors,
    parting,
    resultVaries: resultVaries || (early && routine.result.kind !== "void"),
    early,
  };
}

/** Whether an expression varies, given which variables do. */
function variesWith(e: Expr, variable: (v: Variable) => boolean, variantOf: VariantOf): boolean {
  const go = (x: Expr) => variesWith(x, variable, variantOf);
  switch (e.op) {
    case "int":
      return false;
    case "variable":
      return variable(e.variable);
    case "item":
    case "slot":
      return true;
    case "load":
      return go(e.address);
    case "binary":
    case "both":
    case "either":
      return go(e.a) || go(e.b);
    case "not":
      return go(e.a);
    case "choose":
      return go(e.test) || go(e.a) || go(e.b);
    case "call": {
      const one = single(e.to);
      const args = e.args.map(go);
      if (one) return variesWith(one, (v) => args[e.to.params.indexOf(v)]!, variantOf);
      return variantOf(e.to, args).resultVaries;
    }
  }
}

/** Whether a routine stands in its caller's code: small, and nobody leaves it before its end. */
function inPlace(routine: Routine): boolean {
  const known = IN_PLACE.get(routine);
  if (known !== undefined) return known;
  const last = routine.body.at(-1);
  const before = last?.op === "return" ? routine.body.slice(0, -1) : routine.body;
  const small =
    (last?.op === "return" || routine.result.kind === "void") &&
    !before.some(returns) &&
    sizeOf(routine.body) <= MOST_IN_PLACE;
  IN_PLACE.set(routine, small);
  return small;
}

const IN_PLACE = new WeakMap<Routine, boolean>();
/** In nodes of the tree. */
const MOST_IN_PLACE = 170;

function sizeOf(of: unknown): number {
  if (Array.isArray(of)) return of.reduce((sum: number, each) => sum + sizeOf(each), 0);
  if (typeof of !== "object" || of === null || !("op" in of)) return 0;
  return Object.values(of).reduce((sum: number, each) => sum + sizeOf(each), 1);
}

/** The expression of a routine that is nothing else, so that it can stand in the caller's code. */
function single(routine: Routine): Expr | undefined {
  const [only] = routine.body;
  const plain = routine.params.every((p) => p.type.kind !== "local");
  return plain && routine.body.length === 1 && only?.op === "return" ? only.value : undefined;
}

/** Where a variable lives. */
interface Home {
  readonly locals: readonly number[];
  readonly varies: boolean;
  /** The mask under which it was declared: there a plain assignment is enough. */
  readonly mask: number;
}

interface LoopMarks {
  /** WebAssembly blocks that were open when the loop's `block` was the innermost. */
  readonly breakDepth: number;
  readonly continueDepth: number;
  readonly parting: boolean;
  /** Lanes still in the loop; lanes that took `continue` in this turn. */
  readonly alive: number;
  readonly skipped: number;
}

function write(
  routine: Routine,
  variant: Variant,
  variantOf: VariantOf,
  coherent: Program["coherent"],
  unrolledOf: (routine: Routine) => readonly Case[],
  constantAt: (value: number) => number,
): FunctionParts {
  const types: number[] = [];
  const params: number[] = [V128];
  const homes = new Map<Variable, Home>();
  const colours: Variable[] = [];
  routine.params.forEach((p, i) => {
    const width = p.type.kind === "local" ? p.type.size : 1;
    const locals = Array.from({ length: width }, (_, k) => params.length + k);
    const varies = variant.varying[i] === true || p.type.kind === "local";
    if (p.type.kind === "local") colours.push(p);
    params.push(...locals.map(() => (varies ? V128 : I32)));
    // A colour belongs to the caller: lanes that have returned must keep theirs.
    homes.set(p, {
      locals,
      varies,
      mask: p.type.kind === "local" && variant.early ? -1 : 0,
    });
  });
  const fresh = (type: number): number => {
    types.push(type);
    return params.length + types.length - 1;
  };
  const resultType = variant.resultVaries ? V128 : I32;
  const result = valued(routine) ? fresh(resultType) : -1;
  const returned = variant.early ? fresh(V128) : -1;
  const results = [
    ...(valued(routine) ? [resultType] : []),
    ...colours.flatMap((c) => homes.get(c)!.locals.map(() => V128)),
  ];

  const code: number[] = [];
  const emit = (...bytes: number[]): undefined => {
    for (const byte of bytes) code.push(byte);
  };
  let mask = 0;
  let depth = 0;
  let loop: LoopMarks | undefined;
  /** Whose statements are being written: ours, or those of a routine that stands in place. */
  let present: Analysis = variant;

  const home = (v: Variable): Home => {
    const known = homes.get(v);
    if (!known) throw new Error(`${routine.name}: ${v.name} has no home`);
    return known;
  };
  const varies = (e: Expr): boolean => variesWith(e, (v) => home(v).varies, variantOf);
  const settle = (v: Variable): Home => {
    const isVector = present.vectors.has(v) || v.type.kind === "local";
    const width = v.type.kind === "local" ? v.type.size : 1;
    const made: Home = {
      locals: Array.from({ length: width }, () => fresh(isVector ? V128 : I32)),
      varies: isVector,
      mask,
    };
    homes.set(v, made);
    return made;
  };

  /** Takes the vector on the stack into a local, for the lanes of the present mask only where others may look on. */
  const keep = (local: number, declaredUnder: number): undefined => {
    if (declaredUnder !== mask) emit(...localGet(local), ...localGet(mask), ...simd(BITSELECT));
    emit(...localSet(local));
  };

  /** Puts a value on the stack; as a vector when `wide`. */
  const value = (e: Expr, wide: boolean): undefined => {
    if (!varies(e)) {
      if (wide && e.op === "load") {
        const { at, offset } = split(e.address);
        scalar(at);
        return emit(...simd(LOAD_SPLAT), 2, ...unsigned(offset));
      }
      if (wide && e.op === "int" && e.value !== 0 && e.value !== -1) {
        // From memory a constant comes to all lanes in one step.
        return emit(...i32Const(0), ...simd(LOAD_SPLAT), 2, ...unsigned(constantAt(e.value)));
      }
      scalar(e);
      if (wide) {
        if (isBool(e)) {
          // 0 or 1 becomes no bit or all bits.
          const t = fresh(I32);
          emit(...localSet(t), ...i32Const(0), ...localGet(t), 0x6b);
        }
        emit(...simd(SPLAT));
      }
      return;
    }
    vector(e);
  };

  const scalar = (e: Expr): undefined => {
    switch (e.op) {
      case "int":
        return emit(...i32Const(e.value));
      case "variable":
        return emit(...localGet(home(e.variable).locals[0]!));
      case "load": {
        const { at, offset } = split(e.address);
        scalar(at);
        return emit(0x28, 2, ...unsigned(offset));
      }
      case "binary": {
        if (HALVES.has(e.name)) {
          // Only vectors have this one.
          value(e.a, true);
          value(e.b, !SHIFTS.has(e.name));
          return emit(...simd(VECTOR[e.name]!), ...simd(EXTRACT), 0);
        }
        scalar(e.a);
        scalar(e.b);
        if (e.name !== "min" && e.name !== "max") return emit(SCALAR[e.name]!);
        const a = fresh(I32);
        const b = fresh(I32);
        emit(...localSet(b), ...localTee(a), ...localGet(b), ...localGet(a), ...localGet(b));
        return emit(e.name === "min" ? 0x48 : 0x4a, 0x1b);
      }
      case "both":
      case "either":
        scalar(e.a);
        emit(0x04, I32);
        depth++;
        if (e.op === "both") scalar(e.b);
        else emit(...i32Const(1));
        emit(0x05);
        if (e.op === "both") emit(...i32Const(0));
        else scalar(e.b);
        depth--;
        return emit(END);
      case "not":
        scalar(e.a);
        return emit(0x45);
      case "choose":
        scalar(e.test);
        emit(0x04, I32);
        depth++;
        scalar(e.a);
        emit(0x05);
        scalar(e.b);
        depth--;
        return emit(END);
      case "call":
        return call(e);
      case "item":
      case "slot":
        throw new Error("an item varies");
    }
  };

  const vector = (e: Expr): undefined => {
    switch (e.op) {
      case "variable":
        return emit(...localGet(home(e.variable).locals[0]!));
      case "item":
        return emit(...localGet(home(e.of).locals[e.index]!));
      case "slot":
        return emit(...slotAddress(e.of, e.index, simd(0x00)));
      case "load":
        return gather(e.address);
      case "binary":
        return operation(e.name, e.a, e.b);
      case "both":
      case "either": {
        value(e.a, true);
        if (!touches(e.b)) {
          value(e.b, true);
          return emit(...simd(e.op === "both" ? AND : OR));
        }
        // The right side may look where only the lanes that need it may look.
        const left = fresh(V128);
        const outer = mask;
        mask = fresh(V128);
        emit(
          ...localSet(left),
          ...localGet(outer),
          ...localGet(left),
          ...simd(e.op === "both" ? AND : ANDNOT),
          ...localSet(mask),
        );
        emit(...vectorOf(e.op === "both" ? [0, 0, 0, 0] : [-1, -1, -1, -1]));
        const right = fresh(V128);
        emit(...localSet(right), ...localGet(mask), ...simd(ANY), 0x04, 0x40);
        depth++;
        value(e.b, true);
        emit(...localSet(right));
        depth--;
        emit(END, ...localGet(left), ...localGet(right), ...simd(e.op === "both" ? AND : OR));
        mask = outer;
        return;
      }
      case "not":
        value(e.a, true);
        return emit(...simd(NOT));
      case "choose":
        return choose(e.test, e.a, e.b);
      case "call":
        return call(e);
      case "int":
        throw new Error("an int does not vary");
    }
  };

  /** Puts the address of a slot on the stack; gives the instruction with what is constant of it. */
  const slotAddress = (of: Scratch, index: Expr, instruction: readonly number[]): number[] => {
    const { at, offset } = split(index);
    if (varies(at)) throw new Error(`${routine.name}: a slot at an index that varies`);
    scalar(at);
    emit(...i32Const(4), 0x74);
    return [...instruction, 4, ...unsigned(of.address + 16 * offset)];
  };

  const choose = (test: Expr, a: Expr, b: Expr): undefined => {
    if (!varies(test)) {
      scalar(test);
      emit(0x04, V128);
      depth++;
      value(a, true);
      emit(0x05);
      value(b, true);
      depth--;
      return emit(END);
    }
    if (!touches(a) && !touches(b)) {
      value(a, true);
      value(b, true);
      value(test, true);
      return emit(...simd(BITSELECT));
    }
    const outer = mask;
    const when = fresh(V128);
    const out = fresh(V128);
    value(test, true);
    emit(...localSet(when));
    for (const [side, take] of [
      [a, AND],
      [b, ANDNOT],
    ] as const) {
      mask = fresh(V128);
      emit(...localGet(outer), ...localGet(when), ...simd(take), ...localTee(mask), ...simd(ANY), 0x04, 0x40);
      depth++;
      value(side, true);
      emit(...localGet(out), ...localGet(mask), ...simd(BITSELECT), ...localSet(out));
      depth--;
      emit(END);
      mask = outer;
    }
    emit(...localGet(out));
  };

  /** Four loads, of lanes that are masked out from address 0. */
  const gather = (address: Expr): undefined => {
    const { at, offset } = split(address);
    const where = fresh(V128);
    const out = fresh(V128);
    value(at, true);
    emit(
      ...localGet(mask),
      ...simd(AND),
      ...localTee(where),
      ...simd(EXTRACT),
      0,
      ...simd(0x5c),
      2,
      ...unsigned(offset),
    );
    for (let lane = 1; lane < 4; lane++) {
      emit(...localSet(out), ...localGet(where), ...simd(EXTRACT), lane);
      emit(...localGet(out), ...simd(0x56), 2, ...unsigned(offset), lane);
    }
  };

  const operation = (name: Binary, a: Expr, b: Expr): undefined => {
    if (SHIFTS.has(name)) {
      if (varies(b)) throw new Error(`${routine.name}: a shift by a count that varies`);
      value(a, true);
      scalar(b);
      return emit(...simd(VECTOR[name]!));
    }
    value(a, true);
    if (name !== "div" && name !== "rem") {
      value(b, true);
      return emit(...simd(VECTOR[name]!));
    }
    // The quotient of two int32 as doubles, cut toward zero, is exact. There is no integer division of vectors.
    const x = fresh(V128);
    const y = fresh(V128);
    const q = fresh(V128);
    emit(...localSet(x));
    const same = !varies(b);
    value(b, !same);
    let divisor = -1;
    if (same) {
      divisor = fresh(I32);
      emit(...localTee(divisor), 0xb7, ...simd(0x14));
    }
    emit(...localSet(y));
    for (const high of [false, true]) {
      emit(...localGet(x), ...(high ? upper(x) : []), ...simd(0xfe));
      emit(...localGet(y));
      if (!same) emit(...(high ? upper(y) : []), ...simd(0xfe));
      emit(...simd(0xf3), ...simd(0xfc));
      if (!high) emit(...localSet(q));
    }
    const both = fresh(V128);
    emit(...localSet(both), ...localGet(q), ...localGet(both));
    emit(...LOWS);
    if (name === "rem") {
      emit(...localSet(q), ...localGet(x), ...localGet(q));
      emit(...(same ? [...localGet(divisor), ...simd(SPLAT)] : localGet(y)));
      emit(...simd(VECTOR.mul!), ...simd(VECTOR.sub!));
    }
  };

  /** The digits of integer.ts `root` at once: the root of an int32 as a double, cut, is exact. */
  const squareRoot = (n: Expr): undefined => {
    if (!varies(n)) {
      scalar(n);
      return emit(0xb7, 0x9f, 0xfc, 0x02);
    }
    const x = fresh(V128);
    value(n, true);
    emit(...localTee(x), ...simd(0xfe), ...simd(0xef), ...simd(0xfc));
    emit(...localGet(x), ...upper(x), ...simd(0xfe), ...simd(0xef), ...simd(0xfc), ...LOWS);
  };

  const call = (e: Call): undefined => {
    if (e.to.name === "root") return squareRoot(e.args[0]!);
    const one = single(e.to);
    if (one) {
      // In place: parameters become variables of ours. The same routine may stand inside its own argument.
      const before = e.to.params.map((p) => [p, homes.get(p)] as const);
      const made = e.args.map((arg): Home => {
        if (arg.op === "variable") return home(arg.variable);
        const wide = varies(arg);
        value(arg, wide);
        const local = fresh(wide ? V128 : I32);
        emit(...localSet(local));
        return { locals: [local], varies: wide, mask };
      });
      for (const [i, p] of e.to.params.entries()) homes.set(p, made[i]!);
      value(one, varies(one));
      for (const [p, old] of before) {
        if (old) homes.set(p, old);
        else homes.delete(p);
      }
      return;
    }
    const cases = unrolledOf(e.to);
    if (cases.length > 0) return byCase(e, cases);
    return callOne(e);
  };

  /** A call of a routine that has been written out for some arguments. */
  const byCase = (e: Call, cases: readonly Case[]): undefined => {
    for (const { given, to } of cases) {
      for (const [i, value] of given.entries()) {
        scalar(e.args[i]!);
        emit(...i32Const(value), SCALAR.eq!);
        if (i > 0) emit(SCALAR.and!);
      }
      emit(0x04, 0x40);
      depth++;
      callOne({ ...e, to, args: e.args.slice(given.length) });
      emit(0x05);
    }
    callOne(e);
    for (const _ of cases) {
      depth--;
      emit(END);
    }
  };

  const callOne = (e: Call): undefined => {
    const args = e.args.map((arg, i) => e.to.params[i]!.type.kind === "local" || varies(arg));
    const to = variantOf(e.to, args);
    const leading = coherent[e.to.name] ?? 0;
    if (args.some((wide, i) => wide && i < leading)) return together(e, to, leading);
    if (inPlace(e.to)) return here(e, to);
    emit(...localGet(mask));
    const taken: Home[] = [];
    e.args.forEach((arg, i) => {
      if (e.to.params[i]!.type.kind === "local" && arg.op === "variable") {
        const place = home(arg.variable);
        taken.push(place);
        for (const local of place.locals) emit(...localGet(local));
      } else value(arg, to.varying[i]!);
    });
    emit(0x10, ...unsigned(to.index));
    for (const place of taken.toReversed()) for (const local of place.locals.toReversed()) keep(local, place.mask);
  };

  /** A call whose first arguments mostly agree: where they do in all lanes that count, a variant takes them as scalars. */
  const together = (e: Call, to: Variant, leading: number): undefined => {
    const taken: Home[] = [];
    const made = e.args.map((arg, i): readonly number[] => {
      if (e.to.params[i]!.type.kind === "local" && arg.op === "variable") {
        taken.push(home(arg.variable));
        return home(arg.variable).locals;
      }
      value(arg, to.varying[i]!);
      const local = fresh(to.varying[i] ? V128 : I32);
      emit(...localSet(local));
      return [local];
    });
    const told = made.flatMap(([local], i) => (i < leading && to.varying[i] ? [local!] : []));
    for (const [i, local] of told.entries()) {
      emit(...localGet(local), ...localGet(local), ...localGet(local), ...simd(SHUFFLE));
      emit(0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3, ...simd(VECTOR.eq!));
      if (i > 0) emit(...simd(AND));
    }
    emit(...localGet(mask), ...simd(NOT), ...simd(OR), ...simd(ALL));
    const result = to.resultVaries ? fresh(V128) : fresh(I32);
    const one = variantOf(
      e.to,
      to.varying.map((wide, i) => wide && i >= leading),
    );
    emit(0x04, 0x40);
    depth++;
    for (const variant of [one, to]) {
      emit(...localGet(mask));
      for (const [i, locals] of made.entries()) {
        for (const local of locals) emit(...localGet(local));
        if (to.varying[i] && !variant.varying[i]) emit(...simd(EXTRACT), 0);
      }
      emit(0x10, ...unsigned(variant.index));
      for (const place of taken.toReversed()) for (const local of place.locals.toReversed()) keep(local, place.mask);
      if (valued(e.to)) {
        if (to.resultVaries && !variant.resultVaries) emit(...simd(SPLAT));
        emit(...localSet(result));
      }
      if (variant === one) emit(0x05);
    }
    depth--;
    emit(END);
    if (valued(e.to)) emit(...localGet(result));
  };

  const here = (e: Call, to: Variant): undefined => {
    const set = new Set<Variable>();
    collectSets(e.to.body, set);
    const made = e.to.params.map((p, i): Home => {
      const arg = e.args[i]!;
      const wide = to.vectors.has(p);
      if (arg.op === "variable" && (p.type.kind === "local" || (!set.has(p) && home(arg.variable).varies === wide))) {
        return home(arg.variable);
      }
      value(arg, wide);
      const local = fresh(wide ? V128 : I32);
      emit(...localSet(local));
      return { locals: [local], varies: wide, mask };
    });
    for (const [i, p] of e.to.params.entries()) homes.set(p, made[i]!);
    const outer = present;
    present = to;
    for (const s of e.to.body) {
      if (s.op !== "return") statement(s);
      else if (s.value) value(s.value, to.resultVaries);
    }
    present = outer;
  };

  const statements = (list: readonly Statement[]): undefined => {
    for (const s of list) statement(s);
  };

  const statement = (s: Statement): undefined => {
    switch (s.op) {
      case "declare": {
        const wide = present.vectors.has(s.variable);
        value(s.value, wide);
        return emit(...localSet(settle(s.variable).locals[0]!));
      }
      case "declareLocal":
        for (const local of settle(s.variable).locals) emit(...vectorOf([0, 0, 0, 0]), ...localSet(local));
        return;
      case "set": {
        const place = home(s.variable);
        value(s.value, place.varies);
        return place.varies ? keep(place.locals[0]!, place.mask) : emit(...localSet(place.locals[0]!));
      }
      case "setItem": {
        const place = home(s.of);
        value(s.value, true);
        return keep(place.locals[s.index]!, place.mask);
      }
      case "setSlot": {
        const store = slotAddress(s.of, s.index, simd(0x0b));
        value(s.value, true);
        emit(...slotAddress(s.of, s.index, simd(0x00)), ...localGet(mask), ...simd(BITSELECT));
        return emit(...store);
      }
      case "do": {
        call(s.call);
        if (s.call.to.result.kind !== "void") emit(0x1a);
        return;
      }
      case "if":
        return present.parting.has(s) ? part(s) : branch(s);
      case "loop":
        return present.parting.has(s) ? partingLoop(s) : plainLoop(s);
      case "return":
        return leave(s.value);
      case "break":
      case "continue":
        return jump(s.op);
    }
  };

  const branch = (s: Extract<Statement, { op: "if" }>): undefined => {
    scalar(s.test);
    emit(0x04, 0x40);
    depth++;
    statements(s.yes);
    if (s.no.length > 0) {
      emit(0x05);
      statements(s.no);
    }
    depth--;
    emit(END);
  };

  const part = (s: Extract<Statement, { op: "if" }>): undefined => {
    const outer = mask;
    value(s.test, true);
    const when = fresh(V128);
    emit(...localSet(when));
    for (const [side, take] of [
      [s.yes, AND],
      [s.no, ANDNOT],
    ] as const) {
      if (side.length === 0) continue;
      mask = fresh(V128);
      emit(...localGet(outer), ...localGet(when), ...simd(take), ...localTee(mask), ...simd(ANY), 0x04, 0x40);
      depth++;
      statements(side);
      depth--;
      emit(END);
      mask = outer;
    }
    if (escapes(s)) prune();
  };

  /** Takes lanes that have left out of the present mask. */
  const prune = (): undefined => {
    const drop = [returned, loop?.parting ? loop.skipped : -1].filter((local) => local >= 0);
    if (loop?.parting) emit(...localGet(mask), ...localGet(loop.alive), ...simd(AND), ...localSet(mask));
    for (const local of drop) emit(...localGet(mask), ...localGet(local), ...simd(ANDNOT), ...localSet(mask));
  };

  const plainLoop = (s: Extract<Statement, { op: "loop" }>): undefined => {
    statements(s.first);
    const outer = loop;
    emit(0x02, 0x40, 0x03, 0x40);
    depth += 2;
    scalar(s.test);
    emit(0x45, 0x0d, 1, 0x02, 0x40);
    depth++;
    loop = {
      breakDepth: depth - 2,
      continueDepth: depth,
      parting: false,
      alive: -1,
      skipped: -1,
    };
    statements(s.body);
    loop = outer;
    emit(END);
    depth--;
    statements(s.next);
    emit(0x0c, 0, END, END);
    depth -= 2;
  };

  const partingLoop = (s: Extract<Statement, { op: "loop" }>): undefined => {
    const outer = mask;
    const outerLoop = loop;
    const alive = fresh(V128);
    const body = fresh(V128);
    const skipped = fresh(V128);
    emit(...localGet(outer), ...localSet(alive));
    mask = alive;
    // What the loop counts with is declared under the loop's own mask: who has left does not look at it any more.
    statements(s.first);
    emit(0x02, 0x40, 0x03, 0x40);
    depth += 2;
    value(s.test, true);
    emit(...localGet(alive), ...simd(AND), ...localTee(alive), ...simd(ANY), 0x45, 0x0d, 1);
    emit(...localGet(alive), ...localSet(body), ...vectorOf([0, 0, 0, 0]), ...localSet(skipped));
    loop = { breakDepth: -1, continueDepth: -1, parting: true, alive, skipped };
    mask = body;
    statements(s.body);
    loop = outerLoop;
    mask = alive;
    if (returned >= 0) emit(...localGet(alive), ...localGet(returned), ...simd(ANDNOT), ...localSet(alive));
    statements(s.next);
    emit(0x0c, 0, END, END);
    depth -= 2;
    mask = outer;
    if (s.body.some(returns)) prune();
  };

  const jump = (op: "break" | "continue"): undefined => {
    if (!loop) throw new Error(`${op} outside a loop`);
    if (!loop.parting)
      return emit(0x0c, ...unsigned(depth - (op === "break" ? loop.breakDepth + 1 : loop.continueDepth)));
    if (op === "break") emit(...localGet(loop.alive), ...localGet(mask), ...simd(ANDNOT), ...localSet(loop.alive));
    else emit(...localGet(loop.skipped), ...localGet(mask), ...simd(OR), ...localSet(loop.skipped));
    emit(...vectorOf([0, 0, 0, 0]), ...localSet(mask));
  };

  const give = (): undefined => {
    if (valued(routine)) emit(...localGet(result));
    for (const c of colours) for (const local of home(c).locals) emit(...localGet(local));
  };

  const leave = (e: Expr | undefined): undefined => {
    if (e) {
      value(e, variant.resultVaries);
      if (variant.early) emit(...localGet(result), ...localGet(mask), ...simd(BITSELECT));
      emit(...localSet(result));
    }
    if (mask === 0) {
      give();
      return emit(0x0f);
    }
    emit(...localGet(returned), ...localGet(mask), ...simd(OR), ...localSet(returned));
    emit(...vectorOf([0, 0, 0, 0]), ...localSet(mask));
  };

  statements(routine.body);
  give();
  return {
    params,
    results,
    locals: types.map((type) => ({ count: 1, type })),
    body: code,
  };
}

/** Whether a statement may make lanes leave what stands around it. */
function escapes(s: Statement): boolean {
  if (s.op === "return" || s.op === "break" || s.op === "continue") return true;
  if (s.op === "if") return [...s.yes, ...s.no].some(escapes);
  return s.op === "loop" && s.body.some(returns);
}

function returns(s: Statement): boolean {
  if (s.op === "return") return true;
  if (s.op === "if") return [...s.yes, ...s.no].some(returns);
  return s.op === "loop" && s.body.some(returns);
}

function collectSets(list: readonly Statement[], into: Set<Variable>): void {
  for (const s of list) {
    if (s.op === "set") into.add(s.variable);
    if (s.op === "if") collectSets([...s.yes, ...s.no], into);
    if (s.op === "loop") collectSets([...s.first, ...s.next, ...s.body], into);
  }
}

function valued(routine: Routine): boolean {
  return routine.result.kind !== "void";
}

/** Whether an expression reads memory or calls: then it must run under the mask of its own lanes. */
function touches(e: Expr): boolean {
  switch (e.op) {
    case "load":
      return true;
    case "call":
      return single(e.to) ? touches(single(e.to)!) || e.args.some(touches) : true;
    case "binary":
    case "both":
    case "either":
      return touches(e.a) || touches(e.b);
    case "not":
      return touches(e.a);
    case "choose":
      return touches(e.test) || touches(e.a) || touches(e.b);
    default:
      return false;
  }
}

function isBool(e: Expr): boolean {
  if (e.op === "variable") return e.variable.type.kind === "bool";
  if (e.op === "call") return e.to.result.kind === "bool";
  if (e.op === "choose") return isBool(e.a);
  return e.op === "both" || e.op === "either" || e.op === "not" || (e.op === "binary" && COMPARISONS.has(e.name));
}

/** An address as base and constant offset, which the instruction itself can add. */
function split(address: Expr): { at: Expr; offset: number } {
  if (address.op === "int" && address.value >= 0) return { at: { op: "int", value: 0 }, offset: address.value };
  if (address.op === "binary" && address.name === "add") {
    if (address.b.op === "int" && address.b.value >= 0) return { at: address.a, offset: address.b.value };
    if (address.a.op === "int" && address.a.value >= 0) return { at: address.b, offset: address.a.value };
  }
  return { at: address, offset: 0 };
}

const COMPARISONS: ReadonlySet<Binary> = new Set<Binary>(["lt", "le", "gt", "ge", "eq", "ne"]);
const SHIFTS: ReadonlySet<Binary> = new Set<Binary>(["shl", "shr", "ushr", "shl16", "shr16"]);
const HALVES: ReadonlySet<Binary> = new Set<Binary>(["dot16", "sub16", "min16", "mul16", "shl16", "shr16"]);
const SCALAR: Readonly<Partial<Record<Binary, number>>> = {
  ...{
    add: 0x6a,
    sub: 0x6b,
    mul: 0x6c,
    div: 0x6d,
    rem: 0x6f,
    and: 0x71,
    or: 0x72,
    xor: 0x73,
  },
  ...{
    shl: 0x74,
    shr: 0x75,
    ushr: 0x76,
    lt: 0x48,
    gt: 0x4a,
    le: 0x4c,
    ge: 0x4e,
    eq: 0x46,
    ne: 0x47,
  },
};
const VECTOR: Readonly<Partial<Record<Binary, number>>> = {
  ...{
    add: 0xae,
    sub: 0xb1,
    mul: 0xb5,
    min: 0xb6,
    max: 0xb8,
    and: 0x4e,
    or: 0x50,
    xor: 0x51,
  },
  ...{
    shl: 0xab,
    shr: 0xac,
    ushr: 0xad,
    lt: 0x39,
    gt: 0x3b,
    le: 0x3d,
    ge: 0x3f,
    eq: 0x37,
    ne: 0x38,
  },
  ...{
    dot16: 0xba,
    sub16: 0x91,
    min16: 0x96,
    mul16: 0x82,
    shl16: 0x8b,
    shr16: 0x8c,
  },
};
const LOAD_SPLAT = 0x09;
const SHUFFLE = 0x0d;
const SPLAT = 0x11;
const EXTRACT = 0x1b;
const NOT = 0x4d;
const AND = 0x4e;
const ANDNOT = 0x4f;
const OR = 0x50;
const BITSELECT = 0x52;
const ANY = 0x53;
const ALL = 0xa3;
/** The upper half of the vector on the stack and of the same in a local, twice. */
const upper = (same: number) => [
  ...localGet(same),
  ...simd(SHUFFLE),
  ...[8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15],
];
/** The lower halves of two vectors. */
const LOWS = [...simd(SHUFFLE), 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23];

function vectorOf(lanes: readonly number[]): number[] {
  return [...simd(0x0c), ...new Uint8Array(Int32Array.from(lanes).buffer)];
}

function unsigned(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...unsigned(value >>> 7)];
}
