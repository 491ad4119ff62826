/**
 * As much of the WebAssembly binary format as our kernels need: a module with one memory and some functions.
 * Source: WebAssembly Core Specification 2.0, section 5 (binary format), with the vector instructions of SIMD128.
 * @module
 */

/** Value types. */
export const I32 = 0x7f;
export const V128 = 0x7b;

/** A function; its index is its place in the list. */
export interface FunctionParts {
  /** The name that it is exported by; without one it is the module's own. */
  name?: string;
  params: readonly number[];
  results: readonly number[];
  /** Types of the locals that follow the parameters, as runs. */
  locals: readonly { count: number; type: number }[];
  /** The body without its final `end`. */
  body: readonly number[];
}

/** The bytes of a module that exports its named functions and `memory`, of that many pages of 64 KiB, which may grow. */
export function encodeModule(functions: readonly FunctionParts[], pages = 1): Uint8Array<ArrayBuffer> {
  const types = functions.map(({ params, results }) => [0x60, ...typeList(params), ...typeList(results)]);
  const exported = functions.flatMap(({ name }, i) =>
    name === undefined ? [] : [[...text(name), 0x00, ...unsigned(i)]],
  );
  const bodies = functions.map(({ locals, body }) => {
    const code = [...vector(locals.map(({ count, type }) => [...unsigned(count), type])), ...body, END];
    return [...unsigned(code.length), ...code];
  });
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...section(1, vector(types)),
    ...section(3, vector(functions.map((_, i) => unsigned(i)))),
    ...section(5, vector([[0x00, ...unsigned(pages)]])),
    ...section(7, vector([[...text("memory"), 0x02, 0], ...exported])),
    ...section(10, vector(bodies)),
  ]);
}

/** `end` of a loop, if or function. */
export const END = 0x0b;
/** `i32.add`. */
export const I32_ADD = 0x6a;
/** `i32.and`. */
export const I32_AND = 0x71;
/** `i32.or`. */
export const I32_OR = 0x72;
/** `i32.xor`. */
export const I32_XOR = 0x73;
/** `i32.shr_u`. */
export const I32_SHR_U = 0x76;
/** `i32.rotr`. */
export const I32_ROTR = 0x78;
/** `i32.lt_u`. */
export const I32_LT_U = 0x49;

export const localGet = (index: number): number[] => [0x20, ...unsigned(index)];
export const localSet = (index: number): number[] => [0x21, ...unsigned(index)];
export const localTee = (index: number): number[] => [0x22, ...unsigned(index)];
export const i32Const = (value: number): number[] => [0x41, ...signed(value | 0)];
/** Replaces the address on top by the i32 there. */
export const i32Load = (offset: number): number[] => [0x28, 2, ...unsigned(offset)];
/** Stores the i32 on top at the address below it. */
export const i32Store = (offset: number): number[] => [0x36, 2, ...unsigned(offset)];
/** `loop` and `if` without results. */
export const LOOP = [0x03, 0x40];
export const IF = [0x04, 0x40];
export const brIf = (depth: number): number[] => [0x0d, ...unsigned(depth)];

/** A vector instruction without immediates. */
export const simd = (opcode: number): number[] => [0xfd, ...unsigned(opcode)];
/** `v128.load` from a constant address. */
export const v128Load = (address: number): number[] => [...i32Const(0), ...simd(0x00), 4, ...unsigned(address)];
/** `i8x16.shuffle` of two vectors by 16 byte numbers. */
export const shuffle = (bytes: readonly number[]): number[] => [...simd(0x0d), ...bytes];

/** Opcodes after the 0xfd prefix. */
export const SPLAT_I32 = 0x11;
export const LE_U_I32 = 0x3e;
export const AND = 0x4e;
export const OR = 0x50;
export const XOR = 0x51;
export const BITMASK_I32 = 0xa4;
export const SHL_I32 = 0xab;
export const SHR_U_I32 = 0xad;
export const ADD_I32 = 0xae;

function section(id: number, content: readonly number[]): number[] {
  return [id, ...unsigned(content.length), ...content];
}

function vector(items: readonly (readonly number[])[]): number[] {
  return [...unsigned(items.length), ...items.flat()];
}

function typeList(types: readonly number[]): number[] {
  return vector(types.map((type) => [type]));
}

function text(name: string): number[] {
  return vector(Array.from(name, (char) => [char.charCodeAt(0)]));
}

// LEB128, section 5.2.2.
function unsigned(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  do {
    bytes.push((rest & 0x7f) | (rest > 0x7f ? 0x80 : 0));
    rest >>>= 7;
  } while (rest > 0);
  return bytes;
}

function signed(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (;;) {
    const byte = rest & 0x7f;
    rest >>= 7;
    if ((rest === 0 && (byte & 0x40) === 0) || (rest === -1 && (byte & 0x40) !== 0)) return [...bytes, byte];
    bytes.push(byte | 0x80);
  }
}
