/** `carrara art`, command by command, read back by an outside decoder (libvips). */
import { spawn } from "node:child_process";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deflateSync } from "node:zlib";
import { toWords } from "@carrara/art/deep";
import { encodePng, pngChunk, pngEnd, pngHead, readPng } from "@carrara/art/png";
import type { Recipe } from "@carrara/art/recipe";
import { lightTile, prepare, render } from "@carrara/art/render";
import { sheetSeed } from "@carrara/art/sheet";
import { parseStyle } from "@carrara/art/style";
import { STYLES } from "@carrara/art/styles";
import { frameOf } from "@carrara/art/walk";
import { concat, toHex } from "@carrara/base/bytes";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Told } from "../pictures/bands.ts";
import { pngOf, pngSheetOf, pngWalkOf } from "../pictures/png.ts";
import { webOf } from "../pictures/web.ts";
import { main } from "./main.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "carrara-art-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

const at = (name: string) => join(folder, name);
const vasaio = STYLES.find(({ name }) => name === "Vasaio")!.bytes;
const still = prepare(parseStyle(vasaio), sheetSeed(5));

/** Runs a command; gives its exit code and all that it said. */
async function run(words: readonly string[], stopAfter?: number): Promise<{ code: number; said: string }> {
  const said: string[] = [];
  let timer: NodeJS.Timeout | undefined;
  const code = await main(["art", ...words], {
    out: (text) => said.push(text),
    err: (text) => said.push(text),
    onInterrupt(hear) {
      if (stopAfter !== undefined) timer = setTimeout(hear, stopAfter);
      return () => clearTimeout(timer);
    },
    environment: {},
  });
  return { code, said: said.filter((text) => text !== "Drawing ...").join("\n") };
}

describe("render", () => {
  test("a PNG is the reference's picture, with its recipe, and checks", async () => {
    const { code, said } = await run(["render", "vasaio", "sheet:5", at("a.png"), "--size", "96", "--json"]);
    expect(code).toBe(0);
    const facts = JSON.parse(said);
    expect(facts).toMatchObject({
      file: at("a.png"),
      title: "Faro sul Mare",
      size: 96,
      samples: 2,
      depth: 8,
      dpi: null,
    });
    const pixels = await sharp(at("a.png")).raw().toBuffer();
    expect(new Uint8Array(pixels)).toEqual(render(still, { size: 96, samples: 2 }));
    expect(readPng(readFileSync(at("a.png"))).text).toMatchObject({ Title: "Faro sul Mare", Software: "Carrara" });
    expect(readPng(readFileSync(at("a.png"))).text.recipe).toContain(facts.pixels);
    expect(await run(["check", at("a.png")])).toMatchObject({
      code: 0,
      said: expect.stringMatching(/^Faro sul Mare: the same, to the bit; 96 px, 8 bits \(/),
    });
  });

  test("sixteen bits, with a size on paper; the style from a file, the seed as a token id", async () => {
    writeFileSync(at("style.hex"), `0x${toHex(vasaio)}\n`);
    writeFileSync(at("style.bin"), vasaio);
    const token = toHex(sheetSeed(5));
    const words = ["--print", "10mm", "--dpi", "150", "--depth", "16"];
    expect((await run(["render", at("style.hex"), `0x${token.toUpperCase()}`, at("b.png"), ...words])).code).toBe(0);
    const { width, density, depth } = await sharp(at("b.png")).metadata();
    expect({ width, density, depth }).toEqual({ width: 59, density: 150, depth: "ushort" });
    const expected = new Uint16Array(59 * 59 * 3);
    const tile = { size: 59, samples: 2, x0: 0, y0: 0, x1: 59, y1: 59 };
    lightTile(still, tile, toWords(tile, expected));
    const raw = await sharp(at("b.png")).toColourspace("rgb16").raw({ depth: "ushort" }).toBuffer();
    expect(new Uint16Array(raw.buffer, raw.byteOffset, raw.length / 2)).toEqual(expected);
    expect((await run(["check", at("b.png")])).code).toBe(0);
    await run(["render", at("style.bin"), token, at("c.png"), ...words]);
    expect(readFileSync(at("c.png"))).toEqual(readFileSync(at("b.png")));
  });

  test("WebP and AVIF carry profile and recipe; lossless WebP is the picture", async () => {
    await run(["render", "Vasaio", "sheet:5", at("a.webp"), "--size", "64", "--lossless"]);
    const pixels = await sharp(at("a.webp")).raw().toBuffer();
    expect(new Uint8Array(pixels)).toEqual(render(still, { size: 64, samples: 2 }));
    expect((await run(["render", "Vasaio", "sheet:5", at("a.avif"), "--size", "64", "--quality", "80"])).code).toBe(0);
    for (const [name, format] of [
      ["a.webp", "webp"],
      ["a.avif", "heif"],
    ] as const) {
      const { exif, icc, ...rest } = await sharp(at(name)).metadata();
      expect(rest).toMatchObject({ format, width: 64, height: 64 });
      expect(exif?.toString("latin1")).toContain('"carrara":"recipe"');
      expect(icc?.length).toBeGreaterThan(300);
    }
    const near = await sharp(at("a.avif")).removeAlpha().raw().toBuffer();
    const apart = near.reduce((sum, byte, i) => sum + Math.abs(byte - pixels[i]!), 0) / near.length;
    expect(apart).toBeLessThan(4);
  });
});

describe("animate", () => {
  test("an APNG holds every frame of the walk, and checks; WebP loops", async () => {
    const words = ["--size", "40", "--frames", "5", "--fps", "20"];
    expect((await run(["animate", "Vasaio", "sheet:5", at("w.png"), ...words])).code).toBe(0);
    expect((await run(["check", at("w.png")])).said).toMatch(/to the bit; 40 px, 8 bits, 5 frames/);
    const pixels = await sharp(at("w.png")).raw().toBuffer();
    expect(new Uint8Array(pixels)).toEqual(render(still, { size: 40, samples: 2 }));
    await run(["animate", "Vasaio", "sheet:5", at("w.webp"), ...words, "--lossless"]);
    const { pages, loop, delay } = await sharp(at("w.webp")).metadata();
    expect({ pages, loop, delay }).toEqual({ pages: 5, loop: 0, delay: [50, 50, 50, 50, 50] });
    const third = await sharp(at("w.webp"), { page: 3 }).removeAlpha().raw().toBuffer();
    expect(new Uint8Array(third)).toEqual(render(frameOf(still, 3, 5), { size: 40, samples: 2 }));
  });
});

describe("sheet", () => {
  test("a family stands for its styles, in rows", async () => {
    const form = ["--count", "2", "--size", "30", "--columns", "2", "--samples", "1", "--from", "5"];
    const { said } = await run(["sheet", "vessel", "Cava", at("s.png"), ...form]);
    expect(said).toContain("8 pieces");
    const { data, info } = await sharp(at("s.png")).raw().toBuffer({ resolveWithObject: true });
    expect([info.width, info.height]).toEqual([66, 138]);
    const first = render(still, { size: 30, samples: 1 });
    for (let y = 0; y < 30; y++) {
      expect(new Uint8Array(data.subarray(y * 198, y * 198 + 90))).toEqual(first.subarray(y * 90, (y + 1) * 90));
    }
    expect([...data.subarray(30 * 3, 36 * 3)]).toEqual(Array(18).fill(0x75));
  });

  test("the gallery's sheet of vessels is the one in docs, to the last byte", { timeout: 120_000 }, async () => {
    const form = ["--count", "24", "--size", "72", "--columns", "12"];
    expect((await run(["sheet", "vessel", at("vessel.png"), ...form])).code).toBe(0);
    const committed = new URL("../../../../docs/gallery/vessel.png", import.meta.url);
    expect(readFileSync(at("vessel.png")).equals(readFileSync(committed))).toBe(true);
  });
});

describe("check", () => {
  const size = 24;
  const write = (name: string, bytes: Uint8Array) => {
    writeFileSync(at(name), bytes);
    return run(["check", at(name)]);
  };
  let pixels = new Uint8Array();
  let recipe = "";
  beforeAll(async () => {
    await run(["render", "Vasaio", "sheet:5", at("d.png"), "--size", `${size}`]);
    pixels = new Uint8Array(await sharp(at("d.png")).raw().toBuffer());
    recipe = readPng(readFileSync(at("d.png"))).text.recipe!;
  });

  test("one bit of one channel", async () => {
    const changed = pixels.slice();
    changed[(7 * size + 9) * 3 + 1]! ^= 1;
    expect(await write("e.png", encodePng(changed, size, { recipe }, deflateSync))).toMatchObject({
      code: 1,
      said: expect.stringContaining("NOT what it says it is. From pixel 9 of row 7 on it differs."),
    });
  });

  test("other files that are not what they say", async () => {
    const other = recipe.replace(/"pixels":"../, '"pixels":"00');
    const half = deflateSync(new Uint8Array(10 * (size * 3 + 1)));
    const form = { width: size, height: size, depth: 8 } as const;
    const rows = (data: Uint8Array) => concat(pngHead(form), pngChunk("IDAT", data), pngEnd({ recipe }));
    const stored = (lines: number) => {
      const filtered = new Uint8Array(lines * (size * 3 + 1));
      for (let y = 0; y < lines; y++) filtered.set(pixels.subarray((y % size) * 72, (y % size) * 72 + 72), y * 73 + 1);
      return deflateSync(filtered);
    };
    const said = async (name: string, bytes: Uint8Array) => (await write(name, bytes)).said.replace(folder, "");
    expect(await said("f.png", encodePng(pixels, size, { recipe: other }, deflateSync))).toContain(
      "names other pixels",
    );
    expect(await said("g.png", rows(half))).toMatch(/From pixel 0 of row 0 on/);
    expect(await said("h.png", rows(stored(size - 4)))).toMatch(/ends before row 20/);
    expect(await said("i.png", rows(stored(size + 1)))).toMatch(/more rows than its recipe/);
    expect(await said("j.png", rows(stored(size).subarray(0, 60)))).toMatch(/ends before row \d+/);
    expect(await said("k.png", rows(Uint8Array.of(1, 2, 3)))).toMatch(/ends before row 0/);
    expect(await said("l.png", encodePng(pixels, size))).toMatchInlineSnapshot(`
      "The PNG carries no recipe.
      Give a file that \`carrara art render\` or \`carrara art animate\` wrote, unchanged by other programs."
    `);
    expect(await said("m.png", encodePng(pixels, size, { recipe: "{}" }))).toMatchInlineSnapshot(`
      "In the recipe keys of the recipe is .
      Give carrara render seed style title traits version."
    `);
    expect(await said("n.png", readFileSync(at("d.png")).subarray(0, 500))).toMatchInlineSnapshot(`
      "The PNG ends in the middle of a chunk.
      Give RGB pixels and Latin-1 texts, or a PNG file as it was written."
    `);
    const small = encodePng(pixels.subarray(0, 12 * 12 * 3), 12, { recipe });
    expect(await said("o.png", small)).toContain("The picture is 12 x 12 px, its recipe says 24 x 24.");
  });
});

describe("what is wrong is said with its mend, and no file is left", () => {
  const long = "0".repeat(63);
  test.each([
    [["render", "Nessuno", "sheet:1", "x.png"]],
    [["render", "BAD-STYLE", "sheet:1", "x.png"]],
    [["render", "EMPTY-STYLE", "sheet:1", "x.png"]],
    [["render", "LONG-STYLE", "sheet:1", "x.png"]],
    [["render", "Vasaio", long, "x.png"]],
    [["render", "Vasaio", `${long}00`, "x.png"]],
    [["render", "Vasaio", `${long}g`, "x.png"]],
    [["render", "Vasaio", "", "x.png"]],
    [["render", "Vasaio", "0x", "x.png"]],
    [["render", "Vasaio", "sheet:", "x.png"]],
    [["render", "Vasaio", "sheet:1e3", "x.png"]],
    [["render", "Vasaio", "sheet:9999999999", "x.png"]],
    [["render", "ODD-HEX", "sheet:1", "x.png"]],
    [["render", "CUT-HEX", "sheet:1", "x.png"]],
    [["render", "HUGE-FILE", "sheet:1", "x.png"]],
    [["render", "Vasaio", "sheet:1"]],
    [["render", "Vasaio", "sheet:1", "x.png", "y.png"]],
    [["render", "Vasaio", "sheet:1", "x.jpg"]],
    [["render", "Vasaio", "sheet:1", "nowhere/x.png", "--size", "1"]],
    [["render", "Vasaio", "sheet:1", "x.png", "--size", "0"]],
    [["render", "Vasaio", "sheet:1", "x.png", "--size", "16385"]],
    [["render", "Vasaio", "sheet:1", "x.png", "--size", "12.5"]],
    [["render", "Vasaio", "sheet:1", "x.png", "--size", "640x480"]],
    [["render", "Vasaio", "sheet:1", "x.png", "--samples", "9"]],
    [["render", "Vasaio", "sheet:1", "x.png", "--depth", "12"]],
    [["render", "Vasaio", "sheet:1", "x.webp", "--depth", "16"]],
    [["render", "Vasaio", "sheet:1", "x.png", "--quality", "90"]],
    [["render", "Vasaio", "sheet:1", "x.avif", "--lossless"]],
    [["render", "Vasaio", "sheet:1", "x.webp", "--size", "16384"]],
    [["render", "Vasaio", "sheet:1", "x.png", "--print", "2 feet"]],
    [["render", "Vasaio", "sheet:1", "x.png", "--print", "300cm"]],
    [["render", "Vasaio", "sheet:1", "x.png", "--frames", "3"]],
    [["render", "Vasaio", "sheet:1", "x.png", "--colour", "red"]],
    [["animate", "Vasaio", "sheet:1", "x.avif"]],
    [["animate", "Vasaio", "sheet:1", "x.png", "--frames", "1"]],
    [["animate", "Vasaio", "sheet:1", "x.webp", "--size", "4096"]],
    [["sheet", "x.png"]],
    [["sheet", "nobody", "x.png"]],
    [["sheet", "vessel", "x.png", "--count", "10000", "--size", "300"]],
    [["sheet", "vessel", "--gallery", "x"]],
    [["check"]],
    [["check", "missing.png"]],
    [["paint", "x.png"]],
    [["constructor"]],
  ])("%j", async (words) => {
    const styles: Record<string, Uint8Array> = {
      "BAD-STYLE": vasaio.map((byte, i) => (i === 1 ? 200 : byte)),
      "EMPTY-STYLE": new Uint8Array(),
      "LONG-STYLE": new Uint8Array(9000),
      "ODD-HEX": Buffer.from(`0x${toHex(vasaio)}0\n`),
      "CUT-HEX": Buffer.from(toHex(vasaio.subarray(0, -1))),
      "HUGE-FILE": new Uint8Array(2 ** 20 + 1),
    };
    const own = mkdtempSync(join(folder, "wrong-"));
    const placed = words.map((word) => {
      const bytes = Object.hasOwn(styles, word) ? styles[word] : undefined;
      if (bytes === undefined) return /\.(png|webp|avif|jpg)$/.test(word) ? join(own, word) : word;
      writeFileSync(at(word), bytes);
      return at(word);
    });
    const { code, said } = await run(placed);
    expect(code).toBeGreaterThan(0);
    expect(readdirSync(own)).toEqual([]);
    expect(said.replaceAll(`${own}/`, "").replaceAll(`${folder}/`, "")).toMatchSnapshot();
  });

  test("a place that cannot be written is told before anything is drawn, and stays as it is", async () => {
    const own = mkdtempSync(join(folder, "places-"));
    mkdirSync(join(own, "folder.png"));
    writeFileSync(join(own, "kept.png"), "before", { mode: 0o444 });
    const long = `${"a".repeat(300)}.png`;
    const before = readdirSync(own);
    for (const [place, why] of [
      ["folder.png", "it is a folder"],
      ["kept.png", "it is there and marked as read-only"],
      ["kept.png/x.png", "what should be its folder is a file"],
      ["none/x.png", "its folder does not exist"],
      [long, "its name is too long"],
    ]) {
      for (const words of [
        ["render", "Vasaio", "sheet:1", join(own, place!), "--size", "16384"],
        ["animate", "Vasaio", "sheet:1", join(own, place!), "--size", "16384"],
        ["sheet", "Vasaio", "Cava", join(own, place!), "--size", "4096", "--count", "1"],
      ]) {
        const { code, said } = await run(words);
        expect(code).toBe(1);
        expect(said.replace(`${own}/`, "")).toBe(
          `${place} cannot be written: ${why}.\nGive a file that is new or may be replaced, in a folder that you may write to, on a disk that has room.`,
        );
      }
    }
    expect(readdirSync(own)).toEqual(before);
    expect(readFileSync(join(own, "kept.png"), "utf8")).toBe("before");
  });

  test("a file that is there is replaced, whole; where a link stood, stands the file", async () => {
    const own = mkdtempSync(join(folder, "replaced-"));
    writeFileSync(join(own, "elsewhere"), "before");
    writeFileSync(join(own, "x.png"), "before");
    symlinkSync(join(own, "elsewhere"), join(own, "y.png"));
    for (const name of ["x.png", "y.png"]) {
      expect((await run(["render", "Vasaio", "sheet:1", join(own, name), "--size", "8"])).code).toBe(0);
      expect((await run(["check", join(own, name)])).code).toBe(0);
    }
    expect(readdirSync(own).sort()).toEqual(["elsewhere", "x.png", "y.png"]);
    expect(readFileSync(join(own, "elsewhere"), "utf8")).toBe("before");
  });

  test("to a script the same in JSON", async () => {
    const { code, said } = await run(["render", "Vasaio", "12", at("z.png"), "--json"]);
    expect(code).toBe(1);
    expect(JSON.parse(said).error).toMatchObject({
      code: "bad-seed",
      message: "The seed has 2 hex digits, not 64.",
      hint: expect.stringContaining("64 hex digits"),
    });
  });
});

/** Commands that would take minutes, each with the place where its file goes. */
const LONG = [
  ["big.png", ["render", "Vasaio", "sheet:5", "big.png", "--size", "16384"]],
  ["big.webp", ["render", "Vasaio", "sheet:5", "big.webp", "--size", "16000"]],
  ["walk.png", ["animate", "Vasaio", "sheet:5", "walk.png", "--size", "4000"]],
  ["walk.webp", ["animate", "Vasaio", "sheet:5", "walk.webp", "--size", "900", "--frames", "300"]],
  ["sheet.png", ["sheet", "vessel", "sheet.png", "--size", "5000", "--count", "1", "--columns", "1"]],
] as const;

test("the share done rises to 1 while a file is made", async () => {
  const { signal } = new AbortController();
  const form = { size: 300, samples: 1, frames: 3, fps: 9, quality: 50, lossless: false } as const;
  const styles = [still.style];
  for (const make of [
    (told: Told) => pngOf(still, { ...form, depth: 8 }, signal, told),
    (told: Told) => pngWalkOf(still, form, signal, told),
    (told: Told) => webOf(still, { ...form, kind: "webp" }, signal, told),
    (told: Told) => pngSheetOf({ styles, ...form, count: 5, from: 0, columns: 5 }, signal, told),
  ]) {
    const shares: number[] = [];
    const told: Told = {
      set done(share: number) {
        shares.push(share);
      },
    };
    for await (const part of make(told)) expect(part.length).toBeGreaterThan(0);
    expect(shares.length).toBeGreaterThan(4);
    expect(shares).toEqual(shares.toSorted((a, b) => a - b));
    expect(shares.at(-1)).toBe(1);
  }
});

describe("Ctrl-C", () => {
  test.each(LONG)("leaves %s as it was and nothing beside it", async (name, words) => {
    const own = mkdtempSync(join(folder, "stopped-"));
    writeFileSync(join(own, name), "before");
    const { code, said } = await run(
      words.map((word) => (word === name ? join(own, name) : word)),
      300,
    );
    expect(code).toBe(130);
    expect(said).toBe("Stopped; no file was written.\nStart it again.");
    expect(readdirSync(own)).toEqual([name]);
    expect(readFileSync(join(own, name), "utf8")).toBe("before");
  });

  test("does not wait for an encoder", async () => {
    const stop = new AbortController();
    let began = 0;
    let drawn: Recipe | undefined;
    const told: Told = {
      get recipe() {
        return drawn!;
      },
      // Told when all is drawn.
      set recipe(recipe: Recipe) {
        drawn = recipe;
        setTimeout(() => {
          began = performance.now();
          stop.abort();
        }, 100);
      },
    };
    const form = { kind: "avif", size: 700, samples: 1, quality: 100, lossless: false, frames: 1, fps: 1 } as const;
    const parts = async () => {
      for await (const part of webOf(still, form, stop.signal, told)) throw new Error(`${part.length} bytes came`);
    };
    await expect(parts()).rejects.toMatchObject({ code: "stopped" });
    expect(performance.now() - began).toBeLessThan(500);
  });
});

describe("a process of its own", () => {
  const cli = new URL("./main.ts", import.meta.url).pathname;

  /** Runs a command in a folder that holds a file "before" at its place, under a shell's limit. */
  function start(name: string, words: readonly string[], limit = ":") {
    const own = mkdtempSync(join(folder, "process-"));
    writeFileSync(join(own, name), "before");
    const shell = `ulimit -c 0; ${limit}; exec "$0" "$@"`;
    const child = spawn("/bin/bash", ["-c", shell, process.execPath, cli, "art", ...words], {
      cwd: own,
      stdio: ["ignore", "ignore", "pipe"],
    });
    let said = "";
    child.stderr.on("data", (data) => {
      said += data;
    });
    const ended = new Promise<{ code: number | null; signal: NodeJS.Signals | null; said: string }>((resolve) =>
      child.once("close", (code, signal) => resolve({ code, signal, said: said.replace("Drawing ...\n", "").trim() })),
    );
    /** Once it writes: the names in the folder. */
    const writing = async () => {
      const partial = () => readdirSync(own).find((file) => file !== name);
      while ((partial() === undefined || statSync(join(own, partial()!)).size === 0) && child.exitCode === null)
        await new Promise((next) => setTimeout(next, 20));
      return readdirSync(own);
    };
    return { own, child, ended, writing };
  }

  test.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)("%s leaves the file as it was", async (signal) => {
    const { own, child, ended, writing } = start(...LONG[0]);
    expect(await writing()).toEqual(["big.png", expect.stringMatching(/^big\.png\.[0-9a-f]{8}\.part$/)]);
    child.kill(signal);
    expect(await ended).toEqual({ code: null, signal, said: "Stopped; no file was written.\nStart it again." });
    expect(readdirSync(own)).toEqual(["big.png"]);
    expect(readFileSync(join(own, "big.png"), "utf8")).toBe("before");
  });

  // SIGABRT is how the engine ends when its heap is full.
  test.each(["SIGKILL", "SIGABRT"] as const)("%s leaves what nobody takes for a picture", async (signal) => {
    const { own, child, ended, writing } = start(...LONG[0]);
    const [, partial] = await writing();
    child.kill(signal);
    expect((await ended).signal).toBe(signal);
    expect(readFileSync(join(own, "big.png"), "utf8")).toBe("before");
    const left = readdirSync(own);
    expect(left).toEqual(["big.png", partial]);
    expect((await run(["check", join(own, partial!)])).said).toMatch(/^The PNG ends/);
    // The next run does not mind it.
    expect((await run(["render", "Vasaio", "sheet:5", join(own, "big.png"), "--size", "8"])).code).toBe(0);
    expect(readdirSync(own)).toEqual(left);
    expect((await run(["check", join(own, "big.png")])).code).toBe(0);
  });

  test.each([
    ["big.png", ["render", "Vasaio", "sheet:5", "big.png", "--size", "700"]],
    ["big.webp", ["render", "Vasaio", "sheet:5", "big.webp", "--size", "700", "--lossless"]],
    ["walk.png", ["animate", "Vasaio", "sheet:5", "walk.png", "--size", "300", "--frames", "4"]],
    ["sheet.png", ["sheet", "vessel", "sheet.png", "--size", "300", "--count", "1"]],
  ])("no room for %s", async (name, words) => {
    // 64 KiB a file, as a full disk: the write fails in the middle.
    const { own, ended } = start(name, words, "ulimit -f 64");
    const { code, said } = await ended;
    expect(said).toMatch(`${name} cannot be written: it would be larger than files may be here.`);
    expect(code).toBe(1);
    expect(readdirSync(own)).toEqual([name]);
    expect(readFileSync(join(own, name), "utf8")).toBe("before");
  });

  test("too little memory for a picture that has to be whole", async () => {
    const words = ["render", "Vasaio", "sheet:5", "big.webp", "--size", "16383"];
    const { own, ended } = start("big.webp", words, "ulimit -v 2000000");
    expect(await ended).toMatchObject({
      code: 1,
      said: "There is not enough memory for this picture (Array buffer allocation failed).\nGive a smaller --size, or a .png, which is written in bands.",
    });
    expect(readdirSync(own)).toEqual(["big.webp"]);
    expect(readFileSync(join(own, "big.webp"), "utf8")).toBe("before");
  });
});

test("help names every command", async () => {
  const { code, said } = await run(["--help"]);
  expect(code).toBe(0);
  expect(said).toMatchSnapshot();
});
