import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Worker } from "node:worker_threads";
import { fastest } from "@carrara/art/kernels";
import { pixelsHash, prepare, render } from "@carrara/art/render";
import { parseStyle } from "@carrara/art/style";
import { STYLES } from "@carrara/art/styles";
import { seeded } from "@carrara/base/random";
import { afterAll, describe, expect, test } from "vitest";
import { createRenderer } from "./renderer.ts";

const styleBytes = STYLES[0]?.bytes ?? new Uint8Array();
const drawing = (seed: number, size = 32) => ({ styleBytes, seed: seeded(seed).bytes(32), size, samples: 1 });

describe("the renderer's thread", { timeout: 120_000 }, () => {
  const folders: string[] = [];
  const folder = async () => {
    folders.push(await mkdtemp(join(tmpdir(), "carrara-drawn-")));
    return folders.at(-1) as string;
  };
  afterAll(() => Promise.all(folders.map((path) => rm(path, { recursive: true }))));

  test("draws what the reference draws", async () => {
    const renderer = createRenderer(null);
    const { png, pixelsSha256 } = await renderer.draw(drawing(1));
    const pixels = render(prepare(parseStyle(styleBytes), drawing(1).seed), { size: 32, samples: 1 });
    expect(pixelsSha256).toBe(pixelsHash(pixels, 32));
    expect([...png.subarray(0, 4)]).toEqual([0x89, 0x50, 0x4e, 0x47]);
    await renderer.close();
  });

  test("several threads draw a large picture in bands, and it is the one that a single thread draws", async () => {
    const team = createRenderer(null, 3);
    const alone = createRenderer(null, 1);
    const large = { ...drawing(1, 1100), samples: 2 };
    const [one, other] = await Promise.all([team.draw(large), alone.draw(large)]);
    const kernel = fastest(styleBytes[1]!);
    const pixels = new Uint8Array(1100 * 1100 * 3);
    const tile = { size: 1100, samples: 2, x0: 0, y0: 0, x1: 1100, y1: 1100 };
    kernel.renderTile(prepare(parseStyle(styleBytes), large.seed, undefined, kernel), tile, pixels);
    expect(one.pixelsSha256).toBe(pixelsHash(pixels, 1100));
    expect(one.pixelsSha256).toBe(other.pixelsSha256);
    expect(Buffer.from(one.png).equals(Buffer.from(other.png))).toBe(true);
    await Promise.all([team.close(), alone.close()]);
  });

  test("keeps what it drew, and draws again what was damaged", async () => {
    const path = await folder();
    const first = createRenderer(path);
    const drawn = await first.draw(drawing(2));
    await first.close();
    const [file] = await readdir(path);
    const second = createRenderer(path);
    expect(Buffer.from((await second.draw(drawing(2))).png)).toEqual(Buffer.from(drawn.png));
    const bytes = await readFile(join(path, file as string));
    await writeFile(join(path, file as string), bytes.subarray(0, bytes.length - 20));
    expect((await second.draw(drawing(2))).pixelsSha256).toBe(drawn.pixelsSha256);
    await second.close();
  });

  test("a style that is none is refused with art's reason, and the next picture is drawn", async () => {
    const renderer = createRenderer(null);
    await expect(renderer.draw({ ...drawing(3), styleBytes: Uint8Array.of(9) })).rejects.toMatchObject({
      code: expect.stringContaining("style"),
    });
    expect((await renderer.draw(drawing(3))).pixelsSha256).toMatch(/^[0-9a-f]{64}$/);
    await renderer.close();
  });

  test("too many at once are told to come again", async () => {
    const renderer = createRenderer(null);
    const asked = Array.from({ length: 300 }, (_, i) => renderer.draw(drawing(i, 512)));
    const results = Promise.allSettled(asked);
    await expect(asked[299]).rejects.toMatchObject({ code: "renderer-busy" });
    await renderer.close();
    const codes = (await results).flatMap((result) => (result.status === "rejected" ? [result.reason.code] : []));
    expect(codes.filter((code) => code === "renderer-busy").length).toBe(300 - 256 - 1);
    expect(codes.filter((code) => code === "closing").length).toBeGreaterThan(200);
  });

  test("sizes that it does not draw are refused at once, with the command that does", async () => {
    const renderer = createRenderer(null);
    for (const size of [4097, 16384, 16385, 0, -1, 12.5, Number.NaN, 2 ** 53]) {
      await expect(renderer.draw(drawing(1, size))).rejects.toMatchObject({
        code: "bad-resolution",
        message: `The node draws no picture of ${size} px with 1 x 1 samples.`,
        hint: "Give 1 to 4096 pixels and 1 to 8 samples a side; `carrara art render` draws up to 16384 pixels.",
      });
    }
    for (const samples of [0, 9, 1.5]) {
      await expect(renderer.draw({ ...drawing(1), samples })).rejects.toMatchObject({ code: "bad-resolution" });
    }
    await renderer.close();
  });

  test("large pictures take turns, so that memory does not grow with those that wait", async () => {
    const renderer = createRenderer(null, 2);
    // 770 MB, if all of them were begun.
    const asked = Array.from({ length: 100 }, (_, i) => renderer.draw(drawing(i, 1600)));
    const results = Promise.allSettled(asked);
    const before = process.memoryUsage().arrayBuffers;
    await asked[0];
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(100_000_000);
    await renderer.close();
    const codes = (await results).flatMap((result) => (result.status === "rejected" ? [result.reason.code] : []));
    expect(codes.length).toBeGreaterThan(90);
    expect(new Set(codes)).toEqual(new Set(["closing"]));
    await expect(renderer.draw(drawing(1))).rejects.toMatchObject({ code: "closing" });
  });

  test("a picture that nobody wants any more is not drawn on, and the next one is", async () => {
    const renderer = createRenderer(null, 2);
    // Minutes of work.
    const endless = { ...drawing(1, 4096), samples: 8 };
    const [first, second] = [new AbortController(), new AbortController()];
    const one = renderer.draw(endless, first.signal);
    const other = renderer.draw(endless, second.signal);
    await new Promise((resolve) => setTimeout(resolve, 500));
    first.abort();
    await expect(one).rejects.toMatchObject({ code: "stopped", retryable: true });
    const still = await Promise.race([other.catch(() => "over"), new Promise((resolve) => setTimeout(resolve, 50))]);
    expect(still).toBeUndefined();
    second.abort();
    await expect(other).rejects.toMatchObject({ code: "stopped" });
    await expect(renderer.draw(endless, first.signal)).rejects.toMatchObject({ code: "stopped" });
    // Neither its bands nor its place among the large ones stand in the way.
    const drawn = await Promise.all([2, 3, 4].map((seed) => renderer.draw({ ...drawing(seed, 730), samples: 2 })));
    expect(new Set(drawn.map(({ pixelsSha256 }) => pixelsSha256)).size).toBe(3);
    // What is asked for again begins anew.
    const third = new AbortController();
    const again = renderer.draw(endless, third.signal);
    const waiting = [1, 2, 3].map((seed) => renderer.draw({ ...endless, seed: drawing(seed).seed }, third.signal));
    const results = Promise.allSettled([again, ...waiting]);
    await new Promise((resolve) => setTimeout(resolve, 100));
    third.abort();
    for (const result of await results) expect(result).toMatchObject({ reason: { code: "stopped" } });
    expect((await renderer.draw(drawing(5))).pixelsSha256).toMatch(/^[0-9a-f]{64}$/);
    await renderer.close();
  });

  // A picture in bands, and one that a single thread draws; a thread hears a message between two bands only.
  const inBands = { ...drawing(2, 2000), samples: 2 };
  test.each([
    ["is ended from outside", drawing(1, 1400), 0, (thread: Worker) => void thread.terminate(), /exit code \d/],
    ["is ended between bands", inBands, 300, (thread: Worker) => void thread.terminate(), /exit code \d/],
    ["fails", inBands, 0, (thread: Worker) => thread.postMessage(undefined), /Cannot destructure/],
  ])("a thread that %s costs the picture that it drew, no other", async (_, drawn, after, end, why) => {
    const threads: Worker[] = [];
    const onThread = (message: unknown) => threads.push((message as { worker: Worker }).worker);
    subscribe("worker_threads", onThread);
    const renderer = createRenderer(null, 2);
    const lost = expect(renderer.draw(drawn)).rejects.toMatchObject({
      code: "thread-lost",
      message: expect.stringMatching(why),
      hint: "Ask again: another thread stands in.",
      retryable: true,
    });
    await expect.poll(() => threads.length, { timeout: 20_000 }).toBeGreaterThan(0);
    await new Promise((resolve) => setTimeout(resolve, after));
    end(threads[0]!);
    await lost;
    const pixels = render(prepare(parseStyle(styleBytes), drawing(4).seed), { size: 32, samples: 1 });
    expect((await renderer.draw(drawing(4))).pixelsSha256).toBe(pixelsHash(pixels, 32));
    unsubscribe("worker_threads", onThread);
    await renderer.close();
  });
});
