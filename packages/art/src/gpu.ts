/**
 * A family's pixels by WebGPU: the same functions as `kernel.ts`, compiled to WGSL, one thread for each pixel. Integers
 * only, so a GPU gives the bytes of the reference. The device is the caller's: a browser's, or npm's `webgpu` in Node.
 * @module
 */
import { ENCODE } from "./colour.ts";
import { div } from "./integer.ts";
import { imageOf, type KernelCode, stateAt } from "./kernel.ts";
import { latticeHash } from "./noise.ts";
import { type Canvas, checkTile, type Piece, sampleAt, type Tile } from "./render.ts";

/** Draws tiles of one family on a GPU, one after the other. */
export interface GpuKernel {
  /**
   * As `renderTile` of render.ts, to the last byte; a tile has at most 2^20 pixels.
   * @throws RangeError for a larger tile; the device's own errors otherwise
   */
  renderTile(piece: Piece, tile: Tile, out: Uint8Array): Promise<void>;
  /** Frees the device's memory. */
  destroy(): void;
}

/**
 * @param shader the family's functions, of `kernel/FAMILY-gpu.generated.ts`
 * @example
 * const kernel = await createGpuKernel(await adapter.requestDevice(), marble, marbleShader);
 * await kernel.renderTile(piece, { size: 512, samples: 2, x0: 0, y0: 0, x1: 512, y1: 512 }, rgb);
 */
export async function createGpuKernel(device: GpuDevice, code: KernelCode, shader: string): Promise<GpuKernel> {
  const module = device.createShaderModule({ code: `${bindings(stateAt(code))}\n${shader}` });
  const pipeline = await device.createComputePipelineAsync({ layout: "auto", compute: { module, entryPoint: "main" } });
  const upload = (words: Int32Array, usage: number): GpuBuffer => {
    const buffer = device.createBuffer({ size: Math.max(16, words.byteLength), usage: usage | COPY_DST });
    device.queue.writeBuffer(buffer, 0, words);
    return buffer;
  };
  let held: Canvas | undefined;
  let memory: GpuBuffer | undefined;

  return {
    async renderTile({ canvas }, tile, out) {
      const { size, samples, x0, y0, x1, y1 } = checkTile(tile);
      const width = x1 - x0;
      const pixels = width * (y1 - y0);
      if (pixels > MOST_PIXELS) throw new RangeError(`A tile of ${pixels} pixels is more than ${MOST_PIXELS}: cut it.`);
      if (held !== canvas) {
        memory?.destroy();
        memory = upload(imageOf(code, canvas), STORAGE);
        held = canvas;
      }
      const bytes = 12 * pixels;
      const light = device.createBuffer({ size: bytes, usage: STORAGE | COPY_SRC });
      const back = device.createBuffer({ size: bytes, usage: MAP_READ | COPY_DST });
      const buffers = [
        memory!,
        upload(placesOf(tile), STORAGE),
        light,
        upload(Int32Array.of(width, y1 - y0, samples, 0), UNIFORM),
      ];
      try {
        const encoder = device.createCommandEncoder();
        const pass = encoder.beginComputePass();
        pass.setPipeline(pipeline);
        const entries = buffers.map((buffer, binding) => ({ binding, resource: { buffer } }));
        pass.setBindGroup(0, device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries }));
        pass.dispatchWorkgroups(Math.ceil(pixels / 64));
        pass.end();
        encoder.copyBufferToBuffer(light, 0, back, 0, bytes);
        device.queue.submit([encoder.finish()]);
        await back.mapAsync(1);
        const sums = new Int32Array(back.getMappedRange());
        const shared = samples * samples;
        for (let k = 0; k < pixels; k++) {
          const row = div(k, width);
          const at = ((y0 + row) * size + x0 + k - row * width) * 3;
          for (let c = 0; c < 3; c++) out[at + c] = ENCODE[div(sums[3 * k + c]!, shared)]!;
        }
      } finally {
        for (const buffer of [...buffers.slice(1), back]) buffer.destroy();
      }
    },
    destroy: () => memory?.destroy(),
  };
}

/** The most pixels of a tile: within the 65,535 workgroups and the 128 MiB of a binding that every device offers. */
const MOST_PIXELS = 2 ** 20;

/** Canvas places of the tile's sample columns, of its sample rows, and the grain of each pixel. */
function placesOf({ size, samples, x0, y0, x1, y1 }: Tile): Int32Array {
  const [width, height] = [x1 - x0, y1 - y0];
  const places = new Int32Array((width + height) * samples + width * height);
  for (let i = 0; i < width * samples; i++) places[i] = sampleAt(x0 * samples + i, size * samples);
  for (let i = 0; i < height * samples; i++) {
    places[width * samples + i] = sampleAt(y0 * samples + i, size * samples);
  }
  for (let k = 0; k < width * height; k++) {
    const row = div(k, width);
    places[(width + height) * samples + k] = (latticeHash(x0 + k - row * width, y0 + row, 7) & 31) - 16;
  }
  return places;
}

function bindings(state: number): string {
  return `
@group(0) @binding(0) var<storage, read> memory: array<i32>;
@group(0) @binding(1) var<storage, read> places: array<i32>;
@group(0) @binding(2) var<storage, read_write> light: array<i32>;
@group(0) @binding(3) var<uniform> tile: vec4<i32>;

@compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  let k = i32(id.x);
  let width = tile.x;
  let height = tile.y;
  let samples = tile.z;
  if (k >= width * height) { return; }
  let row = k / width;
  let column = k - row * width;
  let grain = places[(width + height) * samples + k];
  var sum = array<i32, 3>(0, 0, 0);
  for (var sy = 0; sy < samples; sy++) {
    let y = places[(width + row) * samples + sy];
    for (var sx = 0; sx < samples; sx++) {
      var colour: array<i32, 3>;
      sampleLight_(${state}, places[column * samples + sx], y, grain, &colour);
      sum[0] += colour[0];
      sum[1] += colour[1];
      sum[2] += colour[2];
    }
  }
  light[3 * k] = sum[0];
  light[3 * k + 1] = sum[1];
  light[3 * k + 2] = sum[2];
}`;
}

// GPUBufferUsage, by the numbers of the standard (W3C WebGPU, section 5.1.2).
const MAP_READ = 0x1;
const COPY_SRC = 0x4;
const COPY_DST = 0x8;
const UNIFORM = 0x40;
const STORAGE = 0x80;

/** As much of WebGPU as is used here; this package compiles without the DOM's types. */
export interface GpuDevice {
  createShaderModule(of: { code: string }): object;
  createComputePipelineAsync(of: {
    layout: "auto";
    compute: { module: object; entryPoint: string };
  }): Promise<GpuPipeline>;
  createBuffer(of: { size: number; usage: number }): GpuBuffer;
  createBindGroup(of: { layout: object; entries: { binding: number; resource: { buffer: GpuBuffer } }[] }): object;
  createCommandEncoder(): {
    beginComputePass(): {
      setPipeline(pipeline: GpuPipeline): void;
      setBindGroup(index: number, group: object): void;
      dispatchWorkgroups(x: number): void;
      end(): void;
    };
    copyBufferToBuffer(from: GpuBuffer, fromAt: number, to: GpuBuffer, toAt: number, size: number): void;
    finish(): object;
  };
  readonly queue: {
    writeBuffer(buffer: GpuBuffer, at: number, words: Int32Array): void;
    submit(commands: object[]): void;
  };
}

interface GpuPipeline {
  getBindGroupLayout(index: number): object;
}

interface GpuBuffer {
  mapAsync(mode: number): Promise<void>;
  getMappedRange(): ArrayBuffer;
  destroy(): void;
}
