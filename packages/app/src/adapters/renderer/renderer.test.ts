import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pixelsHash, prepare, render } from "@carrara/art/render";
import { parseStyle } from "@carrara/art/style";
import { STYLES } from "@carrara/art/styles";
import { seeded } from "@carrara/base/random";
import { afterAll, describe, expect, test } from "vitest";
import { createRenderer } from "./renderer.ts";

const styleBytes = STYLES[0]?.bytes ?? new Uint8Array();
const drawing = (seed: number, size = 32) => ({ styleBytes, seed: seeded(seed).bytes(32), size, samples: 1 });

describe("the renderer's thread", () => {
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
    expect(one.pixelsSha256).toBe(other.pixelsSha256);
    expect(Buffer.from(one.png).equals(Buffer.from(other.png))).toBe(true);
    await expect(team.draw(drawing(1, 16385))).rejects.toMatchObject({ code: "bad-resolution" });
    await expect(team.draw(drawing(1, 0))).rejects.toMatchObject({ code: "bad-resolution" });
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
});
