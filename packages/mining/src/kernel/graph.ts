/**
 * SHA-256 over symbolic words, evaluated in part: what is known when the code is generated is folded then, what is the
 * same for a whole scan is left to be computed once per scan, and only the rest becomes instructions. Unwanted words
 * are never emitted, so a caller that needs one word of a digest pays for no other.
 * @module
 */
import { localGet, localSet } from "@carrara/base/wasm";
import { ROUND } from "./plain.ts";

/** A 32-bit word: its value is known now ("constant"), once per scan ("uniform"), or only to the code ("code"). */
export interface Word {
  readonly id: number;
  readonly kind: "constant" | "uniform" | "code";
  readonly op: Op;
  readonly operands: readonly Word[];
  /** The value of a constant, the amount of a shift, the number of an input. */
  readonly immediate: number;
}

/** What makes a word. `uniform` and `variable` are inputs; the emitter says where a variable comes from. */
export type Op = "constant" | "uniform" | "variable" | "add" | "xor" | "and" | "or" | "shl" | "shr" | "rotr" | "swap";

/** Makes words, equal ones once. */
export interface Graph {
  /** All words, each after its operands. */
  readonly words: readonly Word[];
  constant(value: number): Word;
  uniform(index: number): Word;
  variable(index: number): Word;
  sum(...terms: readonly Word[]): Word;
  xor(a: Word, b: Word): Word;
  and(a: Word, b: Word): Word;
  shr(a: Word, amount: number): Word;
  rotr(a: Word, amount: number): Word;
  swapBytes(a: Word): Word;
}

/**
 * An empty graph.
 * @param machine vector: no rotation, but a byte shuffle; scalar: a rotation, but no shuffle.
 */
export function createGraph(machine: "vector" | "scalar"): Graph {
  const words: Word[] = [];
  const known = new Map<string, Word>();

  const make = (op: Op, operands: readonly Word[], immediate = 0): Word => {
    const kind = kindOf(op, operands);
    if (kind === "constant" && op !== "constant") {
      return constant(
        evaluate(
          op,
          operands.map((word) => word.immediate),
          immediate,
        ),
      );
    }
    const key = `${op} ${operands.map((word) => word.id).join(" ")} ${immediate}`;
    const old = known.get(key);
    if (old) return old;
    const word: Word = { id: words.length, kind, op, operands, immediate };
    words.push(word);
    known.set(key, word);
    return word;
  };
  // The order of operands says nothing in these, so one order is enough to find equals.
  const commutative = (op: Op, a: Word, b: Word) => make(op, a.id < b.id ? [a, b] : [b, a]);
  const is = (word: Word, value: number) => word.op === "constant" && word.immediate === value;
  const constant = (value: number) => make("constant", [], value | 0);

  const add = (a: Word, b: Word): Word => {
    if (is(a, 0)) return b;
    if (is(b, 0)) return a;
    // u + (v + code) is (u + v) + code: known parts gather where they cost nothing.
    if (a.kind !== "code" && b.kind === "code" && b.op === "add") {
      const [x, y] = b.operands as [Word, Word];
      if (x.kind !== "code") return add(add(a, x), y);
      if (y.kind !== "code") return add(add(a, y), x);
    }
    if (b.kind !== "code" && a.kind === "code") return add(b, a);
    return commutative("add", a, b);
  };
  const xor = (a: Word, b: Word) => (is(a, 0) ? b : is(b, 0) ? a : a === b ? constant(0) : commutative("xor", a, b));
  const and = (a: Word, b: Word) => (is(a, 0) || is(b, 0) ? constant(0) : commutative("and", a, b));
  const or = (a: Word, b: Word) => commutative("or", a, b);
  const shr = (a: Word, amount: number) => make("shr", [a], amount);
  const rotr = (a: Word, amount: number) =>
    machine === "scalar" ? make("rotr", [a], amount) : or(shr(a, amount), make("shl", [a], 32 - amount));
  return {
    words,
    constant,
    uniform: (index) => make("uniform", [], index),
    variable: (index) => make("variable", [], index),
    sum(...terms) {
      const folded = terms.filter((word) => word.kind !== "code").reduce(add, constant(0));
      const rest = terms.filter((word) => word.kind === "code");
      return rest.length === 0 ? folded : add(folded, rest.reduce(add));
    },
    xor,
    and,
    shr,
    rotr,
    swapBytes: (a) =>
      machine === "vector"
        ? make("swap", [a])
        : or(and(rotr(a, 8), constant(0xff00ff00)), and(rotr(a, 24), constant(0x00ff00ff))),
  };
}

/** SHA-256's compression. The results are thunks, so that an unwanted word costs no final addition. */
export function compressWords(graph: Graph, state: readonly Word[], block: readonly Word[]): (() => Word)[] {
  const { sum, xor, and, shr, rotr } = graph;
  const xor3 = (a: Word, b: Word, c: Word) => xor(xor(a, b), c);
  const w = [...block];
  let [a, b, c, d, e, f, g, h] = state as [Word, Word, Word, Word, Word, Word, Word, Word];
  for (let t = 0; t < 64; t++) {
    // Code is emitted in the order its words are made: the schedule runs with the rounds, so that 16 words of it live,
    // not 64 (8 % of the vector kernel's rate).
    if (t >= 16) {
      const w2 = w[t - 2]!;
      const w15 = w[t - 15]!;
      const sigma0 = xor3(rotr(w15, 7), rotr(w15, 18), shr(w15, 3));
      const sigma1 = xor3(rotr(w2, 17), rotr(w2, 19), shr(w2, 10));
      w.push(sum(w[t - 16]!, sigma0, w[t - 7]!, sigma1));
    }
    const choice = xor(g, and(e, xor(f, g)));
    const t1 = sum(h, w[t]!, graph.constant(ROUND[t]!), choice, xor3(rotr(e, 6), rotr(e, 11), rotr(e, 25)));
    // maj(a, b, c) in three operations, one of them shared: b ^ c was a ^ b in the round before.
    const majority = xor(b, and(xor(a, b), xor(b, c)));
    const t2 = sum(xor3(rotr(a, 2), rotr(a, 13), rotr(a, 22)), majority);
    [h, g, f, e, d, c, b, a] = [g, f, e, sum(d, t1), c, b, a, sum(t1, t2)];
  }
  return [a, b, c, d, e, f, g, h].map((word, i) => () => sum(word, state[i]!));
}

/** The value of each known word, by id, for these uniform inputs. */
export function evaluateUniforms(graph: Graph, inputs: Int32Array): number[] {
  const values: number[] = [];
  for (const { id, kind, op, operands, immediate } of graph.words) {
    if (kind === "code") continue;
    const known = operands.map((word) => values[word.id]!);
    values[id] = op === "uniform" ? inputs[immediate]! : evaluate(op, known, immediate);
  }
  return values;
}

/** How words become instructions on one machine. */
export interface Emitter {
  /** Type-correct first free local; those after it are used as needed. */
  firstLocal: number;
  /** Code that puts a known word on the stack. */
  known(word: Word): readonly number[];
  /** Code that puts a variable on the stack. */
  variable(index: number): readonly number[];
  /**
   * Code that replaces the operands on the stack by the result.
   * @param spare a local that may be overwritten.
   */
  operation(word: Word, spare: number): readonly number[];
}

/** Emitted code that leaves the wanted words on the stack, in order. */
export interface Emitted {
  code: number[];
  /** The first local after those used. */
  nextLocal: number;
  /** Computed words. */
  operations: number;
}

/**
 * The code of `wanted` and of all it needs. A word used more than once is held in a local, which another takes over
 * after its last use; the rest stays on the stack.
 */
export function emit(graph: Graph, wanted: readonly Word[], emitter: Emitter): Emitted {
  const left = countUses(graph, wanted);
  const local = new Map<Word, number>();
  const free: number[] = [];
  const code: number[] = [];
  let nextLocal = emitter.firstLocal;
  let operations = 0;
  const append = (bytes: readonly number[]) => {
    for (const byte of bytes) code.push(byte);
  };
  const takeLocal = () => free.pop() ?? nextLocal++;
  const push = (word: Word): void => {
    const place = local.get(word);
    if (word.kind !== "code") {
      append(emitter.known(word));
    } else if (place === undefined) {
      compute(word);
    } else {
      append(localGet(place));
      left.set(word, left.get(word)! - 1);
      if (left.get(word) === 0) free.push(place);
    }
  };
  const compute = (word: Word): void => {
    if (word.op === "variable") {
      append(emitter.variable(word.immediate));
      return;
    }
    operations++;
    for (const operand of word.operands) push(operand);
    const spare = takeLocal();
    free.push(spare);
    append(emitter.operation(word, spare));
  };
  for (const word of graph.words) {
    if ((left.get(word) ?? 0) < 2) continue;
    compute(word);
    const place = takeLocal();
    local.set(word, place);
    append(localSet(place));
  }
  for (const word of wanted) push(word);
  return { code, nextLocal, operations };
}

function countUses(graph: Graph, wanted: readonly Word[]): Map<Word, number> {
  const uses = new Map<Word, number>();
  const count = (word: Word) => {
    if (word.kind === "code") uses.set(word, (uses.get(word) ?? 0) + 1);
  };
  wanted.forEach(count);
  // Operands are older than their users, so one pass from the newest finds all that is needed and nothing else.
  for (let id = graph.words.length - 1; id >= 0; id--) {
    const word = graph.words[id]!;
    if (uses.has(word)) word.operands.forEach(count);
  }
  return uses;
}

function kindOf(op: Op, operands: readonly Word[]): Word["kind"] {
  if (op === "variable" || operands.some((word) => word.kind === "code")) return "code";
  return op === "uniform" || operands.some((word) => word.kind === "uniform") ? "uniform" : "constant";
}

function evaluate(op: Op, [a = 0, b = 0]: readonly number[], immediate: number): number {
  switch (op) {
    case "add":
      return (a + b) | 0;
    case "xor":
      return a ^ b;
    case "and":
      return a & b;
    case "or":
      return a | b;
    case "shl":
      return a << immediate;
    case "shr":
      return (a >>> immediate) | 0;
    case "rotr":
      return (a >>> immediate) | (a << (32 - immediate));
    case "swap":
      return (a << 24) | ((a & 0xff00) << 8) | ((a >>> 8) & 0xff00) | (a >>> 24);
    default:
      return immediate;
  }
}
