/**
 * The kernel of every family, and the reference where an engine cannot run one.
 * @module
 */
import { WasmError } from "@carrara/base/instantiate";
import { PLAIN } from "./bake.ts";
import { block } from "./kernel/block.generated.ts";
import { engrave } from "./kernel/engrave.generated.ts";
import { field } from "./kernel/field.generated.ts";
import { marble } from "./kernel/marble.generated.ts";
import { relief } from "./kernel/relief.generated.ts";
import { strata } from "./kernel/strata.generated.ts";
import { terrazzo } from "./kernel/terrazzo.generated.ts";
import { vessel } from "./kernel/vessel.generated.ts";
import { wash } from "./kernel/wash.generated.ts";
import { weave } from "./kernel/weave.generated.ts";
import { createKernel, type Kernel, type KernelCode } from "./kernel.ts";
import { lightTile, renderTile } from "./render.ts";

/** Index = the code in byte 1 of a style, as in families.ts. */
const KERNELS: readonly KernelCode[] = [block, strata, vessel, wash, marble, engrave, relief, field, weave, terrazzo];

/**
 * The fastest way to a family's pieces here; all ways give the same bytes. Holds memory: every thread has one of each family.
 * @param family the family's code: `style.family`
 * @example
 * const kernel = fastest(style.family);
 * kernel.renderTile(prepare(style, seed, undefined, kernel), tile, out);
 */
export function fastest(family: number): Kernel {
  const kernel = MADE.get(family) ?? make(family);
  MADE.set(family, kernel);
  return kernel;
}

const MADE = new Map<number, Kernel>();

function make(family: number): Kernel {
  try {
    return createKernel(KERNELS[family]!);
  } catch (error) {
    if (error instanceof WasmError) return PLAIN_KERNEL;
    throw error;
  }
}

/** The reference as a kernel. */
export const PLAIN_KERNEL: Kernel = { ...PLAIN, renderTile, lightTile };
