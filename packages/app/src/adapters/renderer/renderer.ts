/**
 * The embedded renderer: one worker thread, a short queue, and a bounded folder of finished pictures.
 * @module
 */
import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { CarraraError } from "@carrara/base/errors";
import type { Drawing, Drawn, Renderer } from "@carrara/core/ports/renderer";

/** Pictures that may wait. */
const QUEUE_MOST = 256;
/** Finished pictures kept on disk. */
const KEPT_BYTES = 256 * 1024 * 1024;
/** Between two clean-ups of the folder. */
const TIDY_EVERY = 200;

interface Waiting {
  drawing: Drawing;
  resolve(drawn: Drawn): void;
  reject(error: unknown): void;
}

/**
 * @param folder where finished pictures are kept, named by what they were made from; `null` keeps none
 */
export function createRenderer(folder: string | null): Renderer {
  let worker: Worker | undefined;
  let busy: Waiting | undefined;
  let closed = false;
  let made = 0;
  const queue: Waiting[] = [];
  const running = new Map<string, Promise<Drawn>>();
  const runningAgain = new Map<string, Promise<Drawn>>();

  const start = (): Worker => {
    const thread = new Worker(new URL("./renderer.worker.ts", import.meta.url), { name: "renderer" });
    thread.unref();
    thread.on(
      "message",
      (message: {
        png: Uint8Array;
        pixelsSha256: string;
        fault?: { code: string; message: string; hint?: string };
      }) => {
        const done = busy;
        busy = undefined;
        if (message.fault) {
          const { code, message: text, hint } = message.fault;
          done?.reject(new CarraraError(code, text, hint ? { hint } : {}));
        } else {
          done?.resolve({ png: message.png, pixelsSha256: message.pixelsSha256 });
        }
        next();
      },
    );
    thread.on("error", (error) => {
      worker = undefined;
      busy?.reject(error);
      busy = undefined;
      if (!closed) next();
    });
    return thread;
  };

  const next = () => {
    if (busy || closed) return;
    let best = 0;
    for (const [i, { drawing }] of queue.entries()) {
      if (effort(drawing) < effort(queue[best]?.drawing ?? drawing)) best = i;
    }
    const [waiting] = queue.splice(best, 1);
    if (!waiting) return;
    busy = waiting;
    worker ??= start();
    worker.postMessage({ drawing: waiting.drawing });
  };

  const draw = (drawing: Drawing) =>
    new Promise<Drawn>((resolve, reject) => {
      if (queue.length >= QUEUE_MOST) {
        reject(
          new CarraraError("renderer-busy", `${QUEUE_MOST} pictures wait to be drawn.`, {
            hint: "Ask again in a moment.",
            retryable: true,
          }),
        );
        return;
      }
      queue.push({ drawing, resolve, reject });
      next();
    });

  const get = async (drawing: Drawing, key: string): Promise<Drawn> => {
    const kept = folder && (await readKept(folder, key));
    if (kept) return kept;
    const drawn = await draw(drawing);
    if (folder) {
      await keep(folder, key, drawn);
      if (++made % TIDY_EVERY === 0) await tidy(folder);
    }
    return drawn;
  };

  return {
    draw: (drawing) => together(running, drawing, get),
    drawAgain: (drawing) => together(runningAgain, drawing, draw),
    async close() {
      closed = true;
      const ending = new CarraraError("closing", "The node is ending.", { retryable: true });
      for (const waiting of queue.splice(0)) waiting.reject(ending);
      busy?.reject(ending);
      await worker?.terminate();
    },
  };
}

/** Who asks for what is being made already waits for that one. */
function together(
  running: Map<string, Promise<Drawn>>,
  drawing: Drawing,
  make: (drawing: Drawing, key: string) => Promise<Drawn>,
): Promise<Drawn> {
  const key = keyOf(drawing);
  const present = running.get(key);
  if (present) return present;
  const promise = make(drawing, key).finally(() => running.delete(key));
  running.set(key, promise);
  return promise;
}

/** What waits least goes first. */
function effort({ size, samples, urgent }: Drawing): number {
  return urgent ? 0 : size * size * samples * samples;
}

function keyOf({ styleBytes, seed, size, samples }: Drawing): string {
  return createHash("sha256").update(styleBytes).update(seed).update(`${size}/${samples}`).digest("hex");
}

/** A kept file: the pixels' hash (64 hex digits), then the PNG. A damaged one is as good as none. */
async function readKept(folder: string, key: string): Promise<Drawn | null> {
  const file = join(folder, `${key}.drawn`);
  try {
    const bytes = await readFile(file);
    const pixelsSha256 = bytes.subarray(0, 64).toString("latin1");
    const end = bytes.subarray(-8, -4).toString("latin1");
    if (!/^[0-9a-f]{64}$/.test(pixelsSha256) || end !== "IEND") return null;
    const now = new Date();
    void utimes(file, now, now).catch(() => {});
    return { png: new Uint8Array(bytes.subarray(64)), pixelsSha256 };
  } catch {
    return null;
  }
}

/** Keeping is a convenience: a full disk must not cost anybody the picture. */
async function keep(folder: string, key: string, { png, pixelsSha256 }: Drawn): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
    const file = join(folder, `${key}.drawn`);
    await writeFile(`${file}.part`, Buffer.concat([Buffer.from(pixelsSha256, "latin1"), png]));
    await rename(`${file}.part`, file);
  } catch {}
}

/** Removes the longest unused until the folder is under three quarters of its limit. */
async function tidy(folder: string): Promise<void> {
  try {
    const files = await Promise.all(
      (await readdir(folder)).map(async (name) => {
        const { size, mtimeMs } = await stat(join(folder, name));
        return { name, size, mtimeMs };
      }),
    );
    let total = files.reduce((sum, { size }) => sum + size, 0);
    if (total <= KEPT_BYTES) return;
    for (const { name, size } of files.sort((a, b) => a.mtimeMs - b.mtimeMs)) {
      if (total <= (KEPT_BYTES * 3) / 4) break;
      await rm(join(folder, name), { force: true });
      total -= size;
    }
  } catch {}
}
