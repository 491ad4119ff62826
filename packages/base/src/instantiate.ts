/**
 * Starting a generated module. This package compiles without the DOM's types, so the few names of the WebAssembly
 * JavaScript interface that we use are written down here.
 * @module
 */
import { CarraraError } from "./errors.ts";

interface WebAssemblyInterface {
  validate(bytes: Uint8Array): boolean;
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object) => { exports: unknown };
}

/**
 * The exports of a module that imports nothing.
 * @throws WasmError when the engine cannot run it.
 */
export function instantiate<Exports>(bytes: Uint8Array): Exports {
  const { WebAssembly } = globalThis as { WebAssembly?: WebAssemblyInterface };
  if (!WebAssembly?.validate(bytes)) throw new WasmError(WebAssembly === undefined);
  return new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports as Exports;
}

/** The engine cannot run our kernels. */
export class WasmError extends CarraraError {
  constructor(missing: boolean) {
    super(
      "wasm-missing",
      missing ? "There is no WebAssembly here." : "WebAssembly here lacks 128-bit vectors (SIMD).",
      { hint: "Use Node 24 or a current browser; the plain functions work anywhere, at a tenth of the rate." },
    );
  }
}
