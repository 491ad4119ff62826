/**
 * Generates the WebAssembly module that scans nonces, four at a time.
 *
 * SHA-256 is written once, below, over symbolic words, and evaluated in part: what is known now (constants) is folded
 * now; what is the same for all nonces of a header ("uniform": the midstate, rounds 0 to 2, schedule words without the
 * nonce) is computed once per scan in TypeScript and read from memory; only the rest becomes vector code. What the one
 * wanted word of the second hash does not need (its last three rounds, half of four more) is never emitted.
 * @module
 */
import {
  ADD_I32,
  AND,
  BITMASK_I32,
  brIf,
  END,
  encodeModule,
  I32,
  I32_ADD,
  I32_AND,
  I32_LT_U,
  IF,
  i32Const,
  i32Store,
  LE_U_I32,
  LOOP,
  localGet,
  localSet,
  localTee,
  OR,
  SHL_I32,
  SHR_U_I32,
  SPLAT_I32,
  shuffle,
  simd,
  V128,
  v128Load,
  XOR,
} from "./assembler.ts";
import { INITIAL, ROUND } from "./plain.ts";

/** A generated kernel. */
export interface Kernel {
  /** A module that exports `memory` and `scan(nonce, groups, top) -> groups done`. */
  module: Uint8Array;
  /**
   * The uniform words for one header, in the order in which they stand in memory, each four times (16 bytes).
   * @param midstate eight words after the header's first 64 bytes.
   * @param tail the three words before the nonce.
   */
  uniforms(midstate: Int32Array, tail: Int32Array): Int32Array;
  /** Where the number of bytes of candidates is written. */
  found: number;
  /** Where the candidates are written: pairs of nonce of the first lane and mask of lanes, 8 bytes each. */
  candidates: number;
  /** A scan stops when so many pairs are written. */
  maxCandidates: number;
  /** Vector instructions for four hashes, for the curious and the bench. */
  vectorOps: number;
}

/** Lanes of a vector: nonces per group. */
export const LANES = 4;

/**
 * Generates the kernel; some milliseconds.
 * The module's scan tries `groups` groups of four nonces from `nonce` on, and writes down each group in which a hash's
 * highest word is not above `top` (unsigned, so any target works; for targets below 2^224 it is the test for zero).
 */
export function generateKernel(): Kernel {
  const graph = createGraph();
  const middle = Array.from({ length: 8 }, (_, i) => graph.input(i));
  const tail = Array.from({ length: 3 }, (_, i) => graph.input(8 + i));
  const zero = graph.constant(0);
  const one = graph.constant(0x80000000);
  const padding = (zeros: number, bits: number) => [one, ...Array<Word>(zeros).fill(zero), graph.constant(bits)];
  const first = compress(graph, middle, [...tail, graph.nonce, ...padding(10, 640)]);
  const initial = Array.from(INITIAL, (word) => graph.constant(word));
  const second = compress(graph, initial, [...first.map((word) => word()), ...padding(6, 256)]);
  return assemble(graph, graph.swapBytes(second[7]!()));
}

/** What is known of a 32-bit word: its value, a value per header, or four values in a vector. */
interface Word {
  readonly id: number;
  readonly kind: "constant" | "uniform" | "lanes";
  readonly op: Op;
  readonly operands: readonly Word[];
  /** The value of a constant, the amount of a shift, the number of an input. */
  readonly immediate: number;
}

type Op = "constant" | "input" | "nonce" | "add" | "xor" | "and" | "or" | "shl" | "shr" | "swap";

interface Graph {
  readonly words: readonly Word[];
  readonly nonce: Word;
  constant(value: number): Word;
  input(index: number): Word;
  sum(...terms: readonly Word[]): Word;
  xor(a: Word, b: Word): Word;
  and(a: Word, b: Word): Word;
  shr(a: Word, amount: number): Word;
  rotr(a: Word, amount: number): Word;
  swapBytes(a: Word): Word;
}

/** SHA-256's compression. The results are thunks, so that an unwanted word costs no final addition. */
function compress(graph: Graph, state: readonly Word[], block: readonly Word[]): (() => Word)[] {
  const { sum, xor, and, shr, rotr } = graph;
  const xor3 = (a: Word, b: Word, c: Word) => xor(xor(a, b), c);
  const w = [...block];
  for (let t = 16; t < 64; t++) {
    const w2 = w[t - 2]!;
    const w15 = w[t - 15]!;
    const sigma0 = xor3(rotr(w15, 7), rotr(w15, 18), shr(w15, 3));
    const sigma1 = xor3(rotr(w2, 17), rotr(w2, 19), shr(w2, 10));
    w.push(sum(sigma1, w[t - 7]!, sigma0, w[t - 16]!));
  }
  let [a, b, c, d, e, f, g, h] = state as [Word, Word, Word, Word, Word, Word, Word, Word];
  for (let t = 0; t < 64; t++) {
    const choice = xor(g, and(e, xor(f, g)));
    const t1 = sum(h, xor3(rotr(e, 6), rotr(e, 11), rotr(e, 25)), choice, graph.constant(ROUND[t]!), w[t]!);
    // maj(a, b, c) in three operations, one of them shared: b ^ c was a ^ b in the round before.
    const majority = xor(b, and(xor(a, b), xor(b, c)));
    const t2 = sum(xor3(rotr(a, 2), rotr(a, 13), rotr(a, 22)), majority);
    [h, g, f, e, d, c, b, a] = [g, f, e, sum(d, t1), c, b, a, sum(t1, t2)];
  }
  return [a, b, c, d, e, f, g, h].map((word, i) => () => sum(word, state[i]!));
}

function createGraph(): Graph {
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
    // u + (v + lanes) is (u + v) + lanes: uniform parts gather where they cost nothing.
    if (a.kind !== "lanes" && b.kind === "lanes" && b.op === "add") {
      const [x, y] = b.operands as [Word, Word];
      if (x.kind !== "lanes") return add(add(a, x), y);
      if (y.kind !== "lanes") return add(add(a, y), x);
    }
    if (b.kind !== "lanes" && a.kind === "lanes") return add(b, a);
    return commutative("add", a, b);
  };
  const xor = (a: Word, b: Word) => (is(a, 0) ? b : is(b, 0) ? a : a === b ? constant(0) : commutative("xor", a, b));
  const and = (a: Word, b: Word) => (is(a, 0) || is(b, 0) ? constant(0) : commutative("and", a, b));
  const shr = (a: Word, amount: number) => make("shr", [a], amount);
  return {
    words,
    nonce: make("nonce", []),
    constant,
    input: (index) => make("input", [], index),
    sum(...terms) {
      const known = terms.filter((word) => word.kind !== "lanes").reduce(add, constant(0));
      const lanes = terms.filter((word) => word.kind === "lanes");
      return lanes.length === 0 ? known : add(known, lanes.reduce(add));
    },
    xor,
    and,
    shr,
    rotr: (a, amount) => commutative("or", shr(a, amount), make("shl", [a], 32 - amount)),
    swapBytes: (a) => make("swap", [a]),
  };
}

function kindOf(op: Op, operands: readonly Word[]): Word["kind"] {
  if (op === "nonce" || operands.some((word) => word.kind === "lanes")) return "lanes";
  return op === "input" || operands.some((word) => word.kind === "uniform") ? "uniform" : "constant";
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
    case "swap":
      return (a << 24) | ((a & 0xff00) << 8) | ((a >>> 8) & 0xff00) | (a >>> 24);
    default:
      return immediate;
  }
}

const SWAP_BYTES = [3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12];
const CODE: Partial<Record<Op, number[]>> = {
  add: simd(ADD_I32),
  xor: simd(XOR),
  and: simd(AND),
  or: simd(OR),
  shl: simd(SHL_I32),
  shr: simd(SHR_U_I32),
};

// Locals of the function, the parameters first.
const NONCE = 0;
const GROUPS = 1;
const TOP = 2;
const DONE = 3;
const OUT = 4;
const MASK = 5;
const TOP_LANES = 6;
const LANE_NONCE = 7;
const FIRST_FREE = 8;

function assemble(graph: Graph, wanted: Word): Kernel {
  const { uses, order } = reachable(graph, wanted);
  const slots = new Map<Word, number>();
  const slotOf = (word: Word) => {
    const slot = slots.get(word) ?? slots.size;
    slots.set(word, slot);
    return slot;
  };

  // A word used more than once gets a local, which the next one takes over after its last use; the others are left on
  // the stack where they are used.
  const held = order.filter((word) => uses.get(word)! > 1 || word === wanted);
  const local = new Map<Word, number>();
  const free: number[] = [];
  let nextLocal = FIRST_FREE;
  let vectorOps = 0;
  const body: number[] = [];
  const left = new Map(uses);
  const push = (word: Word): void => {
    if (word.kind !== "lanes") body.push(...v128Load(16 * slotOf(word)));
    else if (local.has(word)) use(word);
    else compute(word);
  };
  const use = (word: Word): void => {
    const place = local.get(word)!;
    body.push(...localGet(place));
    left.set(word, left.get(word)! - 1);
    if (left.get(word) === 0) free.push(place);
  };
  const compute = (word: Word): void => {
    vectorOps++;
    if (word.op === "nonce") {
      body.push(...localGet(LANE_NONCE), ...localGet(LANE_NONCE), ...shuffle(SWAP_BYTES));
      return;
    }
    for (const operand of word.operands) push(operand);
    if (word.op === "swap") {
      const place = free.at(-1) ?? nextLocal++;
      body.push(...localTee(place), ...localGet(place), ...shuffle(SWAP_BYTES));
      return;
    }
    if (word.op === "shl" || word.op === "shr") body.push(...i32Const(word.immediate));
    body.push(...CODE[word.op]!);
  };
  for (const word of held) {
    compute(word);
    if (word === wanted) continue;
    const place = free.pop() ?? nextLocal++;
    local.set(word, place);
    body.push(...localSet(place));
  }

  const laneNumbers = slots.size;
  const found = 16 * (laneNumbers + 2);
  const candidates = found + 16;
  const maxCandidates = 1024;
  const code = [
    ...localGet(TOP),
    ...simd(SPLAT_I32),
    ...localSet(TOP_LANES),
    ...localGet(NONCE),
    ...simd(SPLAT_I32),
    ...v128Load(16 * laneNumbers),
    ...simd(ADD_I32),
    ...localSet(LANE_NONCE),
    ...LOOP,
    ...body,
    ...localGet(TOP_LANES),
    ...simd(LE_U_I32),
    ...simd(BITMASK_I32),
    ...localTee(MASK),
    ...IF,
    ...[...localGet(OUT), ...localGet(NONCE), ...i32Store(candidates)],
    ...[...localGet(OUT), ...localGet(MASK), ...i32Store(candidates + 4)],
    ...[...localGet(OUT), ...i32Const(8), I32_ADD, ...localSet(OUT)],
    END,
    ...[...localGet(NONCE), ...i32Const(LANES), I32_ADD, ...localSet(NONCE)],
    ...[...localGet(LANE_NONCE), ...v128Load(16 * (laneNumbers + 1)), ...simd(ADD_I32), ...localSet(LANE_NONCE)],
    ...[...localGet(DONE), ...i32Const(1), I32_ADD, ...localTee(DONE), ...localGet(GROUPS), I32_LT_U],
    ...[...localGet(OUT), ...i32Const(8 * maxCandidates), I32_LT_U, I32_AND, ...brIf(0)],
    END,
    ...[...i32Const(0), ...localGet(OUT), ...i32Store(found)],
    ...localGet(DONE),
  ];
  const module = encodeModule({
    params: [I32, I32, I32],
    locals: [
      { count: 3, type: I32 },
      { count: nextLocal - TOP_LANES, type: V128 },
    ],
    body: code,
    pages: 1,
    name: "scan",
  });
  const uniformWords = [...slots.keys()];
  return {
    module,
    found,
    candidates,
    maxCandidates,
    vectorOps,
    uniforms(middle, tail) {
      const inputs = [...middle, ...tail];
      const values: number[] = [];
      for (const word of graph.words) {
        if (word.kind === "lanes") continue;
        values[word.id] =
          word.op === "input"
            ? inputs[word.immediate]!
            : evaluate(
                word.op,
                word.operands.map(({ id }) => values[id]!),
                word.immediate,
              );
      }
      const splats = uniformWords.flatMap(({ id }) => Array<number>(LANES).fill(values[id]!));
      return Int32Array.from([...splats, 0, 1, 2, 3, ...Array<number>(LANES).fill(LANES)]);
    },
  };
}

/** The lane words that `wanted` needs, in the order they were made, and how often each is used. */
function reachable(graph: Graph, wanted: Word): { uses: Map<Word, number>; order: Word[] } {
  const uses = new Map<Word, number>([[wanted, 0]]);
  // Operands are always older than their users, so one pass from the newest finds everything.
  for (let id = wanted.id; id >= 0; id--) {
    const word = graph.words[id]!;
    if (!uses.has(word)) continue;
    for (const operand of word.operands) {
      if (operand.kind === "lanes") uses.set(operand, (uses.get(operand) ?? 0) + 1);
    }
  }
  return { uses, order: graph.words.filter((word) => uses.has(word)) };
}
