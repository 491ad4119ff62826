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
/**
 * Pixels a side of the largest picture here: 50 MB, and as much again while it is packed. `carrara art` draws larger ones,
 * in bands that go to the file as they come; here a picture is an answer, so it has to be whole.
 */
const SIDE_MOST = 4096;
/** Samples of a picture that one thread draws at a time; a larger one is cut into bands of that many, for all threads. */
const BAND_SAMPLES = 2 ** 21;
/** Pictures in bands that are begun at once, each holding its pixels: while one is packed the other is drawn. */
const LARGE_AT_ONCE = 2;

/** What a thread is asked: a whole picture, the rows y0 to y1 of it, or the file of pixels that were drawn in bands. */
export interface Task {
  drawing: Drawing;
  rows?: readonly [y0: number, y1: number];
  pixels?: Uint8Array<ArrayBuffer>;
}

/** What it answers: a picture, or the pixels of a band. */
export type Answer = Drawn | { band: Uint8Array } | { fault: { code: string; message: string; hint?: string } };

/** One picture. Over when it is there, when a part of it failed, or when nobody wants it any more. */
interface Work {
  over: boolean;
}

/** Somebody's turn that is to come: the least effort goes first. */
interface Waiting<Turn> {
  work: Work;
  effort: number;
  resolve(turn: Turn): void;
  reject(error: unknown): void;
}

interface Asked extends Waiting<Answer> {
  task: Task;
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
  const team = new Map<Worker, Asked | undefined>();
  let closed = false;
  let made = 0;
  let unfinished = 0;
  let large = 0;
  const queue: Asked[] = [];
  /** Large pictures that are not begun. */
  const outside: Waiting<void>[] = [];
  const running = new Map<string, Shared>();
  const runningAgain = new Map<string, Shared>();

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
    // A thread may end with an error or without one; what it was at is lost, and the next picture gets a new thread.
    const lost = (cause: unknown) => {
      const busy = team.get(thread);
      if (!team.delete(thread)) return;
      busy?.reject(new ThreadLostError(cause));
      next();
    };
    thread.on("error", lost);
    thread.on("exit", (code) => lost(new Error(`exit code ${code}`)));
    team.set(thread, undefined);
    return thread;
  };

  const next = () => {
    while (!closed && queue.length > 0) {
      const idle = team.entries().find(([, busy]) => busy === undefined)?.[0];
      if (!idle && team.size >= threads) return;
      const asked = takeLeast(queue);
      const thread = idle ?? start();
      team.set(thread, asked);
      const { task } = asked;
      thread.postMessage(task, task.pixels ? [task.pixels.buffer] : []);
    }
  };

  const ask = async (work: Work, task: Task) => {
    if (closed) throw ending();
    if (work.over) throw new NotWantedError();
    return new Promise<Answer>((resolve, reject) => {
      queue.push({ work, task, effort: effort(task.drawing), resolve, reject });
      next();
    });
  };

  const admit = () => {
    while (large < LARGE_AT_ONCE && outside.length > 0) {
      large++;
      takeLeast(outside).resolve();
    }
  };

  const drawn = async (work: Work, task: Task): Promise<Drawn> => {
    const answer = await ask(work, task);
    if ("png" in answer) return answer;
    throw new Error("a thread answered something else");
  };

  const drawBands = async (work: Work, drawing: Drawing): Promise<Drawn> => {
    const { size, samples } = drawing;
    await new Promise<void>((resolve, reject) => {
      outside.push({ work, effort: effort(drawing), resolve, reject });
      admit();
    });
    try {
      const pixels = new Uint8Array(size * size * 3);
      const rows = Math.max(1, Math.floor(BAND_SAMPLES / (size * samples * samples)));
      const bands = Array.from({ length: Math.ceil(size / rows) }, async (_, k) => {
        const answer = await ask(work, { drawing, rows: [k * rows, Math.min(size, (k + 1) * rows)] });
        if ("band" in answer) pixels.set(answer.band, k * rows * size * 3);
      });
      await Promise.all(bands);
      return await drawn(work, { drawing, pixels });
    } finally {
      large--;
      admit();
    }
  };

  /** What waits for a picture that is over never gets its turn. */
  const drop = (work: Work) => {
    work.over = true;
    for (const { reject } of [...takeOver(queue), ...takeOver(outside)]) reject(new NotWantedError());
  };

  const draw = async (drawing: Drawing, signal: AbortSignal): Promise<Drawn> => {
    const { size, samples } = drawing;
    if (closed) throw ending();
    checkSize(size, samples);
    if (unfinished >= UNFINISHED_MOST) {
      throw new CarraraError("renderer-busy", `${UNFINISHED_MOST} pictures wait to be drawn.`, {
        hint: "Ask again in a moment.",
        retryable: true,
      });
    }
    unfinished++;
    const work = { over: false };
    signal.addEventListener("abort", () => drop(work));
    try {
      const cut = size * size * samples * samples > BAND_SAMPLES;
      return await (cut ? drawBands(work, drawing) : drawn(work, { drawing }));
    } finally {
      drop(work);
      unfinished--;
    }
  };

  const get = async (drawing: Drawing, signal: AbortSignal, key: string): Promise<Drawn> => {
    const kept = folder && (await readKept(folder, key));
    if (kept) return kept;
    signal.throwIfAborted();
    const drawn = await draw(drawing, signal);
    if (folder) {
      await keep(folder, key, drawn);
      if (++made % TIDY_EVERY === 0) await tidy(folder);
    }
    return drawn;
  };

  return {
    draw: (drawing, signal) => together(running, drawing, signal, get),
    drawAgain: (drawing, signal) => together(runningAgain, drawing, signal, draw),
    async close() {
      closed = true;
      for (const waiting of [...queue.splice(0), ...outside.splice(0)]) waiting.reject(ending());
      for (const busy of team.values()) busy?.reject(ending());
      await Promise.all(Array.from(team.keys(), (thread) => thread.terminate()));
    },
  };
}

/** A picture that is being made, for all who have asked for it. */
interface Shared {
  promise: Promise<Drawn>;
  stop: AbortController;
  /** How many still want it. */
  wanted: number;
}

/** Who asks for what is being made already waits for that one; it ends when nobody wants it any more. */
async function together(
  running: Map<string, Shared>,
  drawing: Drawing,
  signal: AbortSignal | undefined,
  make: (drawing: Drawing, signal: AbortSignal, key: string) => Promise<Drawn>,
): Promise<Drawn> {
  if (signal?.aborted) throw new NotWantedError();
  const key = keyOf(drawing);
  const shared = running.get(key) ?? begin();
  shared.wanted++;
  if (!signal) return shared.promise;
  return new Promise((resolve, reject) => {
    const leave = () => {
      reject(new NotWantedError());
      if (--shared.wanted > 0) return;
      // Whoever asks now begins anew.
      if (running.get(key) === shared) running.delete(key);
      shared.stop.abort(new NotWantedError());
    };
    signal.addEventListener("abort", leave);
    const settle = () => signal.removeEventListener("abort", leave);
    shared.promise.finally(settle).then(resolve, reject);
  });

  function begin(): Shared {
    const stop = new AbortController();
    const promise = make(drawing, stop.signal, key).finally(() => {
      if (running.get(key) === shared) running.delete(key);
    });
    const shared = { promise, stop, wanted: 0 };
    running.set(key, shared);
    return shared;
  }
}

/** Takes out what waits least. */
function takeLeast<One extends { effort: number }>(list: One[]): One {
  let best = 0;
  for (const [i, { effort }] of list.entries()) if (effort < list[best]!.effort) best = i;
  return list.splice(best, 1)[0]!;
}

/** Takes out what is over. */
function takeOver<One extends { work: Work }>(list: One[]): One[] {
  const all = list.splice(0);
  list.push(...all.filter(({ work }) => !work.over));
  return all.filter(({ work }) => work.over);
}

function checkSize(size: number, samples: number): void {
  const whole = Number.isInteger(size) && Number.isInteger(samples);
  if (!whole || size < 1 || size > SIDE_MOST || samples < 1 || samples > 8) throw new SizeError(size, samples);
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

function ending(): CarraraError {
  return new CarraraError("closing", "The node is ending.", { retryable: true });
}

/** A picture that is not drawn here. */
class SizeError extends CarraraError {
  constructor(size: number, samples: number) {
    super("bad-resolution", `The node draws no picture of ${size} px with ${samples} x ${samples} samples.`, {
      hint: `Give 1 to ${SIDE_MOST} pixels and 1 to 8 samples a side; \`carrara art render\` draws up to ${SIZE_LIMIT} pixels.`,
    });
  }
}

/** A thread ended in the middle of a picture. */
class ThreadLostError extends CarraraError {
  constructor(cause: unknown) {
    const why = cause instanceof Error ? cause.message : String(cause);
    super("thread-lost", `The thread that drew this picture ended (${why}).`, {
      hint: "Ask again: another thread stands in.",
      retryable: true,
      cause,
    });
  }
}

/** All who had asked for a picture have left. */
class NotWantedError extends CarraraError {
  constructor() {
    super("stopped", "The picture is not wanted any more.", { hint: "Ask again.", retryable: true });
  }
}
