/**
 * sha256d for the share check: scalar WebAssembly from the same generator, with the padding of a merkle node and of the
 * second hash folded in. Measured on one core: a 64-byte node in about a fifth of the time of node:crypto's one-shot
 * hash, which spends most of it on crossing into C++, and of the pure JavaScript one.
 * @module
 */

import { instantiate } from "@carrara/base/instantiate";
import {
  brIf,
  END,
  encodeModule,
  I32,
  I32_ADD,
  I32_AND,
  I32_OR,
  I32_ROTR,
  I32_SHR_U,
  I32_XOR,
  i32Const,
  i32Load,
  i32Store,
  LOOP,
  localGet,
  localSet,
  localTee,
} from "@carrara/base/wasm";
import type { Hash } from "../hash.ts";
import { sha256d } from "../hash.ts";
import type { Emitter, Graph, Op, Word } from "./graph.ts";
import { compressWords, createGraph, emit } from "./graph.ts";
import { INITIAL } from "./plain.ts";

/**
 * A fast {@link Hash}: sha256d by generated WebAssembly. Make one and pass it to foldLeft, verifyClaim and the share
 * check. Inputs above 60 KiB go the plain way.
 * @throws WasmError when the engine lacks WebAssembly.
 * @example
 * const hash = createSha256d();
 * foldLeft(hash(coinbase), branch, hash);
 */
export function createSha256d(): Hash {
  const exports = instantiate<HasherExports>(generateHasher());
  const memory = new Uint8Array(exports.memory.buffer);
  const view = new DataView(exports.memory.buffer);
  return (bytes) => {
    const { length } = bytes;
    if (length > LONGEST) return sha256d(bytes);
    memory.set(bytes, MESSAGE);
    if (length === 64) {
      exports.hash64(MESSAGE);
    } else {
      // FIPS 180-4, 5.1.1: a one bit, zeros, the length in bits as 64 bits, to a multiple of 64 bytes.
      const blocks = (length + 9 + 63) >>> 6;
      const end = MESSAGE + 64 * blocks;
      memory.fill(0, MESSAGE + length, end);
      memory[MESSAGE + length] = 0x80;
      view.setUint32(end - 4, 8 * length);
      exports.hash(MESSAGE, blocks);
    }
    return memory.slice(DIGEST, DIGEST + 32);
  };
}

interface HasherExports {
  memory: { buffer: ArrayBuffer };
  /** Hashes the 64 bytes at an address. */
  hash64(at: number): void;
  /** Hashes so many padded blocks, at least one, from an address on. */
  hash(at: number, blocks: number): void;
}

const DIGEST = 0;
const MESSAGE = 64;
const LONGEST = 60 * 1024;

// Locals: the parameters, then in `hash` the eight words of the state.
const AT = 0;
const BLOCKS = 1;
const STATE = 2;

function generateHasher(): Uint8Array {
  const node = generateHash64();
  const loop = generateBlock();
  const last = generateLast();
  return encodeModule([
    {
      name: "hash64",
      params: [I32],
      results: [],
      locals: [{ count: node.nextLocal - 1, type: I32 }],
      body: [...node.code, ...storeDigest(node.nextLocal - 1)],
    },
    {
      name: "hash",
      params: [I32, I32],
      results: [],
      locals: [{ count: Math.max(loop.nextLocal, last.nextLocal) - 2, type: I32 }],
      body: [
        ...Array.from(INITIAL, (word, i) => [...i32Const(word), ...localSet(STATE + i)]).flat(),
        ...LOOP,
        ...loop.code,
        ...[7, 6, 5, 4, 3, 2, 1, 0].flatMap((i) => localSet(STATE + i)),
        ...[...localGet(AT), ...i32Const(64), I32_ADD, ...localSet(AT)],
        ...[...localGet(BLOCKS), ...i32Const(-1), I32_ADD, ...localTee(BLOCKS), ...brIf(0)],
        END,
        ...last.code,
        ...storeDigest(Math.max(loop.nextLocal, last.nextLocal) - 1),
      ],
    },
  ]);
}

/** Both hashes of 64 bytes: three compressions, the second one with a schedule known in full. */
function generateHash64() {
  const graph = createGraph("scalar");
  const block = Array.from({ length: 16 }, (_, i) => graph.swapBytes(graph.variable(i)));
  const initial = Array.from(INITIAL, graph.constant);
  const middle = compressWords(graph, initial, block).map((word) => word());
  const first = compressWords(graph, middle, padding(graph, 14, 512)).map((word) => word());
  return emit(graph, digestOf(graph, first), emitter(1, loadWord));
}

/** One block of a longer message, from and to the state in locals. */
function generateBlock() {
  const graph = createGraph("scalar");
  const state = Array.from({ length: 8 }, (_, i) => graph.variable(16 + i));
  const block = Array.from({ length: 16 }, (_, i) => graph.swapBytes(graph.variable(i)));
  const next = compressWords(graph, state, block).map((word) => word());
  return emit(
    graph,
    next,
    emitter(STATE + 8, (i) => (i < 16 ? loadWord(i) : localGet(STATE + i - 16))),
  );
}

/** The second hash, of the state in locals. */
function generateLast() {
  const graph = createGraph("scalar");
  const state = Array.from({ length: 8 }, (_, i) => graph.variable(i));
  return emit(
    graph,
    digestOf(graph, state),
    emitter(STATE + 8, (i) => localGet(STATE + i)),
  );
}

function digestOf(graph: Graph, first: readonly Word[]): Word[] {
  const initial = Array.from(INITIAL, graph.constant);
  return compressWords(graph, initial, [...first, ...padding(graph, 6, 256)]).map((word) => graph.swapBytes(word()));
}

function padding(graph: Graph, zeros: number, bits: number): Word[] {
  return [graph.constant(0x80000000), ...Array<Word>(zeros).fill(graph.constant(0)), graph.constant(bits)];
}

function loadWord(index: number): number[] {
  return [...localGet(AT), ...i32Load(4 * index)];
}

/** Stores the eight words on the stack, the last on top, at {@link DIGEST}. */
function storeDigest(spare: number): number[] {
  return [7, 6, 5, 4, 3, 2, 1, 0].flatMap((i) => [
    ...localSet(spare),
    ...i32Const(DIGEST),
    ...localGet(spare),
    ...i32Store(4 * i),
  ]);
}

function emitter(firstLocal: number, variable: Emitter["variable"]): Emitter {
  return {
    firstLocal,
    variable,
    known: (word) => i32Const(word.immediate),
    operation: ({ op, immediate }) =>
      op === "shr" || op === "rotr" ? [...i32Const(immediate), ...CODE[op]!] : CODE[op]!,
  };
}

const CODE: Partial<Record<Op, number[]>> = {
  add: [I32_ADD],
  xor: [I32_XOR],
  and: [I32_AND],
  or: [I32_OR],
  shr: [I32_SHR_U],
  rotr: [I32_ROTR],
};
