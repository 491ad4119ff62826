/**
 * Generates the WebAssembly module that scans nonces, four at a time: double SHA-256 of an 80-byte header, cut to the
 * one word that tells almost every nonce from a hit. The midstate, rounds 0 to 2 and the schedule words without the
 * nonce are uniform, so computed once per scan; the second hash's last three rounds and half of four more are unwanted.
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
} from "@carrara/base/wasm";
import type { Op, Word } from "./graph.ts";
import { compressWords, createGraph, emit, evaluateUniforms } from "./graph.ts";
import { INITIAL } from "./plain.ts";

/** A generated kernel. */
export interface Kernel {
  /** A module that exports `memory` and `scan(nonce, groups, top) -> groups done`. */
  module: Uint8Array;
  /**
   * The uniform words for one header as they stand at the start of the memory, each four times (16 bytes).
   * @param midstate eight words after the header's first 64 bytes.
   * @param tail the three words before the nonce.
   */
  uniforms(midstate: Int32Array, tail: Int32Array): Int32Array;
  /** Where the number of bytes of candidates is written. */
  found: number;
  /** Where the candidates are written: pairs of nonce of the first lane and mask of lanes, 8 bytes each. */
  candidates: number;
  /** Vector instructions for four hashes. */
  operations: number;
}

/** Lanes of a vector: nonces per group. */
export const LANES = 4;

/**
 * Generates the kernel; about 50 ms.
 * The module's scan tries `groups` groups of four nonces from `nonce` on, and writes down each group in which a hash's
 * highest word is not above `top` (unsigned, so any target works; for targets below 2^224 it is the test for zero).
 * It stops early when it has written {@link MAX_CANDIDATES} groups.
 */
export function generateKernel(): Kernel {
  const graph = createGraph("vector");
  const zero = graph.constant(0);
  const padding = (zeros: number, bits: number) => [
    graph.constant(0x80000000),
    ...Array<Word>(zeros).fill(zero),
    graph.constant(bits),
  ];
  const middle = Array.from({ length: 8 }, (_, i) => graph.uniform(i));
  const tail = Array.from({ length: 3 }, (_, i) => graph.uniform(8 + i));
  const nonce = graph.swapBytes(graph.variable(0));
  const first = compressWords(graph, middle, [...tail, nonce, ...padding(10, 640)]);
  const initial = Array.from(INITIAL, graph.constant);
  const second = compressWords(graph, initial, [...first.map((word) => word()), ...padding(6, 256)]);

  const slots = new Map<Word, number>();
  const { code, nextLocal, operations } = emit(graph, [graph.swapBytes(second[7]!())], {
    firstLocal: FIRST_FREE,
    known(word) {
      const slot = slots.get(word) ?? slots.size;
      slots.set(word, slot);
      return v128Load(16 * slot);
    },
    variable: () => localGet(LANE_NONCE),
    operation: ({ op, immediate }, spare) =>
      op === "swap"
        ? [...localTee(spare), ...localGet(spare), ...shuffle(SWAP_BYTES)]
        : op === "shl" || op === "shr"
          ? [...i32Const(immediate), ...CODE[op]!]
          : CODE[op]!,
  });

  const laneNumbers = 16 * slots.size;
  const laneStep = laneNumbers + 16;
  const found = laneStep + 16;
  const candidates = found + 16;
  const body = [
    ...[...localGet(TOP), ...simd(SPLAT_I32), ...localSet(TOP_LANES)],
    ...[...localGet(NONCE), ...simd(SPLAT_I32), ...v128Load(laneNumbers), ...simd(ADD_I32), ...localSet(LANE_NONCE)],
    ...LOOP,
    ...code,
    ...[...localGet(TOP_LANES), ...simd(LE_U_I32), ...simd(BITMASK_I32), ...localTee(MASK)],
    ...IF,
    ...[...localGet(OUT), ...localGet(NONCE), ...i32Store(candidates)],
    ...[...localGet(OUT), ...localGet(MASK), ...i32Store(candidates + 4)],
    ...[...localGet(OUT), ...i32Const(8), I32_ADD, ...localSet(OUT)],
    END,
    ...[...localGet(NONCE), ...i32Const(LANES), I32_ADD, ...localSet(NONCE)],
    ...[...localGet(LANE_NONCE), ...v128Load(laneStep), ...simd(ADD_I32), ...localSet(LANE_NONCE)],
    ...[...localGet(DONE), ...i32Const(1), I32_ADD, ...localTee(DONE), ...localGet(GROUPS), I32_LT_U],
    ...[...localGet(OUT), ...i32Const(8 * MAX_CANDIDATES), I32_LT_U, I32_AND, ...brIf(0)],
    END,
    ...[...i32Const(0), ...localGet(OUT), ...i32Store(found)],
    ...localGet(DONE),
  ];
  const module = encodeModule([
    {
      name: "scan",
      params: [I32, I32, I32],
      results: [I32],
      locals: [
        { count: TOP_LANES - DONE, type: I32 },
        { count: nextLocal - TOP_LANES, type: V128 },
      ],
      body,
    },
  ]);
  const order = [...slots.keys()];
  return {
    module,
    found,
    candidates,
    operations,
    uniforms(midstate, tailWords) {
      const values = evaluateUniforms(graph, Int32Array.of(...midstate, ...tailWords));
      const lanes = order.flatMap(({ id }) => Array<number>(LANES).fill(values[id]!));
      return Int32Array.from([...lanes, 0, 1, 2, 3, ...Array<number>(LANES).fill(LANES)]);
    },
  };
}

/** Groups written down before a scan stops; 8 KiB of memory. */
export const MAX_CANDIDATES = 1024;

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

const SWAP_BYTES = [3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12];
const CODE: Partial<Record<Op, number[]>> = {
  add: simd(ADD_I32),
  xor: simd(XOR),
  and: simd(AND),
  or: simd(OR),
  shl: simd(SHL_I32),
  shr: simd(SHR_U_I32),
};
