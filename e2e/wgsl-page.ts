/** What the browser of wgsl.ts runs: pieces by WGSL and by the reference, compared there. */
import { createGpuKernel, type GpuDevice } from "@carrara/art/gpu";
import { block } from "@carrara/art/kernel/block.generated";
import { blockShader } from "@carrara/art/kernel/block-gpu.generated";
import { engrave } from "@carrara/art/kernel/engrave.generated";
import { engraveShader } from "@carrara/art/kernel/engrave-gpu.generated";
import { field } from "@carrara/art/kernel/field.generated";
import { fieldShader } from "@carrara/art/kernel/field-gpu.generated";
import { marble } from "@carrara/art/kernel/marble.generated";
import { marbleShader } from "@carrara/art/kernel/marble-gpu.generated";
import { relief } from "@carrara/art/kernel/relief.generated";
import { reliefShader } from "@carrara/art/kernel/relief-gpu.generated";
import { strata } from "@carrara/art/kernel/strata.generated";
import { strataShader } from "@carrara/art/kernel/strata-gpu.generated";
import { terrazzo } from "@carrara/art/kernel/terrazzo.generated";
import { terrazzoShader } from "@carrara/art/kernel/terrazzo-gpu.generated";
import { vessel } from "@carrara/art/kernel/vessel.generated";
import { vesselShader } from "@carrara/art/kernel/vessel-gpu.generated";
import { wash } from "@carrara/art/kernel/wash.generated";
import { washShader } from "@carrara/art/kernel/wash-gpu.generated";
import { weave } from "@carrara/art/kernel/weave.generated";
import { weaveShader } from "@carrara/art/kernel/weave-gpu.generated";
import { prepare, render } from "@carrara/art/render";
import { parseStyle } from "@carrara/art/style";
import { STYLES } from "@carrara/art/styles";

/** By family code. */
const KERNELS = [
  [block, blockShader],
  [strata, strataShader],
  [vessel, vesselShader],
  [wash, washShader],
  [marble, marbleShader],
  [engrave, engraveShader],
  [relief, reliefShader],
  [field, fieldShader],
  [weave, weaveShader],
  [terrazzo, terrazzoShader],
] as const;

/** A piece to compare: index of a house style, first word of its seed, pixels, samples. */
export interface Wanted {
  readonly style: number;
  readonly seed: number;
  readonly size: number;
  readonly samples: number;
}

/** How a comparison ended. */
export interface Compared {
  readonly differing: number;
  /** Distinct values among the bytes: a flat picture proves little. */
  readonly distinct: number;
}

async function compare({ style: index, seed, size, samples }: Wanted): Promise<Compared> {
  const { gpu } = navigator as unknown as {
    gpu?: { requestAdapter(): Promise<{ requestDevice(): Promise<GpuDevice> } | null> };
  };
  const adapter = await gpu?.requestAdapter();
  if (!adapter) throw new Error("there is no WebGPU adapter");
  const style = parseStyle(STYLES[index]!.bytes);
  const bytes = new Uint8Array(32);
  new DataView(bytes.buffer).setUint32(28, seed);
  const piece = prepare(style, bytes);
  const expected = render(piece, { size, samples });
  const found = new Uint8Array(expected.length);
  const [code, shader] = KERNELS[style.family]!;
  const kernel = await createGpuKernel(await adapter.requestDevice(), code, shader);
  await kernel.renderTile(piece, { size, samples, x0: 0, y0: 0, x1: size, y1: size }, found);
  let differing = 0;
  for (let i = 0; i < expected.length; i++) if (expected[i] !== found[i]) differing++;
  return { differing, distinct: new Set(expected).size };
}

Object.assign(globalThis, { compare });
