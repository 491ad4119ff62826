/**
 * The embedded renderer: a few worker threads, a short queue, and a bounded folder of finished pictures.
 * @module
 */
import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { SIZE_LIMIT } from "@carrara/art/render";
import { CarraraError } from "@carrara/base/errors";
import type { Drawing, Drawn, Renderer } from "@carrara/core/ports/renderer";

/** Pictures that may wait or be drawn. */
const UNFINISHED_MOST = 257;
/** Finished pictures kept on disk. */
const KEPT_BYTES = 256 * 1024 * 1024;
/** Between two clean-ups of the folder. */
const TIDY_EVERY = 200;
/** Samples of a picture that one thread draws whole; a larger one is cut into bands of that many, for all threads. */
const BAND_SAMPLES = 2 ** 21;

/** What a thread is asked: a whole picture, the rows y0 to y1 of it, or the file of pixels that were drawn in bands. */
export interface Task {
  drawing: Drawing;
  rows?: readonly [y0: number, y1: number];
  pixels?: Uint8Array<ArrayBuffer>;
}

/** What it answers: a picture, or the pixels of a band. */
export type Answer = Drawn | { band: Uint8Array } | { fault: { code: string; message: string; hint?: string } };

interface Waiting {
  task: Task;
  effort: number;
  resolve(answer: Answer): void;
  reject(error: unknown): void;
}

/**
 * @param folder where finished pictures are kept, named by what they were made from; `null` keeps none
 * @param threads how many draw at once; half the cores by itself, four at most, for the node has other work
 */
export function createRenderer(
  folder: string | null,
  threads: number = Math.min(4, Math.max(1, availableParallelism() >> 1)),
): Renderer {
  /** Each thread with what it does now. */
  const team = new Map<Worker, Waiting | undefined>();
  let closed = false;
  let made = 0;
  let unfinished = 0;
  const queue: Waiting[] = [];
  const running = new Map<string, Promise<Drawn>>();
  const runningAgain = new Map<string, Promise<Drawn>>();

  const start = (): Worker => {
    const thread = new Worker(new URL("./renderer.worker.ts", import.meta.url), { name: "renderer" });
    thread.unref();
    thread.on("message", (answer: Answer) => {
      const done = team.get(thread);
      team.set(thread, undefined);
      if ("fault" in answer) {
        const { code, message, hint } = answer.fault;
        done?.reject(new CarraraError(code, message, hint ? { hint } : {}));
      } else done?.resolve(answer);
      next();
    });
    thread.on("error", (error) => {
      team.get(thread)?.reject(error);
      team.delete(thread);
      if (!closed) next();
    });
    team.set(thread, undefined);
    return thread;
  };

  const next = () => {
    while (!closed && queue.length > 0) {
      const idle = team.entries().find(([, busy]) => busy === undefined)?.[0];
      if (!idle && team.size >= threads) return;
      let best = 0;
      for (const [i, { effort }] of queue.entries()) if (effort < queue[best]!.effort) best = i;
      const [waiting] = queue.splice(best, 1);
      const thread = idle ?? start();
      team.set(thread, waiting);
      const { task } = waiting!;
      thread.postMessage(task, task.pixels ? [task.pixels.buffer] : []);
    }
  };

  const ask = (task: Task) =>
    new Promise<Answer>((resolve, reject) => {
      queue.push({ task, effort: effort(task.drawing), resolve, reject });
      next();
    });

  const drawn = async (task: Task): Promise<Drawn> => {
    const answer = await ask(task);
    if ("png" in answer) return answer;
    throw new Error("a thread answered something else");
  };

  const drawBands = async (drawing: Drawing): Promise<Drawn> => {
    const { size, samples } = drawing;
    const pixels = new Uint8Array(size * size * 3);
    const rows = Math.max(1, Math.floor(BAND_SAMPLES / (size * samples * samples)));
    const bands = Array.from({ length: Math.ceil(size / rows) }, async (_, k) => {
      const answer = await ask({ drawing, rows: [k * rows, Math.min(size, (k + 1) * rows)] });
      if ("band" in answer) pixels.set(answer.band, k * rows * size * 3);
    });
    await Promise.all(bands);
    return drawn({ drawing, pixels });
  };

  const draw = async (drawing: Drawing): Promise<Drawn> => {
    if (unfinished >= UNFINISHED_MOST) {
      throw new CarraraError("renderer-busy", `${UNFINISHED_MOST} pictures wait to be drawn.`, {
        hint: "Ask again in a moment.",
        retryable: true,
      });
    }
    unfinished++;
    try {
      const { size, samples } = drawing;
      const large = threads > 1 && size <= SIZE_LIMIT && size * size * samples * samples > BAND_SAMPLES;
      return await (large ? drawBands(drawing) : drawn({ drawing }));
    } finally {
      unfinished--;
    }
  };

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
      for (const busy of team.values()) busy?.reject(ending);
      await Promise.all(Array.from(team.keys(), (thread) => thread.terminate()));
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
