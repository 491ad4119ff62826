/**
 * `carrara art`: pieces as files, without a node: pictures for print and for the web, loops, contact sheets, and the check
 * that a file is what it says.
 * @module
 */
import { readFileSync, statSync } from "node:fs";
import { extname, join } from "node:path";
import { parseArgs } from "node:util";
import { fastest } from "@carrara/art/kernels";
import { prepare, SIZE_LIMIT } from "@carrara/art/render";
import { sheetExtent, sheetSeed } from "@carrara/art/sheet";
import { parseStyle, type Style } from "@carrara/art/style";
import { STYLES } from "@carrara/art/styles";
import { titleOf } from "@carrara/art/traits";
import { FRAME_LIMIT } from "@carrara/art/walk";
import { fromHex } from "@carrara/base/bytes";
import { CarraraError } from "@carrara/base/errors";
import type { Told } from "../pictures/bands.ts";
import { writeWhole } from "../pictures/file.ts";
import { compare, pngOf, pngSheetOf, pngWalkOf } from "../pictures/png.ts";
import { webOf } from "../pictures/web.ts";
import type { Terminal } from "./main.ts";
import * as print from "./print.ts";

const HELP = `carrara art: pieces as files; no node is needed.

  carrara art render  STYLE SEED OUT.png     a picture: .png, .webp or .avif
    --size 1024       pixels a side, 1 to 16384
    --samples 2       samples a side in each pixel, 1 to 8
    --depth 8         or 16 bits a channel (PNG)
    --print 40cm      size on paper (cm, mm or in) in place of --size
    --dpi 300         dots an inch: with --print the size, and a note in the PNG
    --quality 90      of WebP and AVIF, 1 to 100; --lossless for WebP
  carrara art animate STYLE SEED OUT.png     a looping walk in latent space: .png (APNG) or .webp
    --size 512  --samples 2  --frames 96  --fps 24  --quality 80
  carrara art sheet   STYLE... OUT.png       unpicked pieces side by side; a family stands for its styles
    --count 24        pieces of each style
    --size 196  --samples 3  --columns 6  --from 0
  carrara art sheet   --gallery FOLDER       the sheets of docs/gallery.md, to the last byte
  carrara art check   FILE.png               draw it again from its own recipe; exit code 0 equal, 1 not

STYLE is a name (${STYLES.slice(0, 3)
  .map(({ name }) => name)
  .join(", ")} ...) or a file of style bytes, plain or hex. SEED is a token id,
64 hex digits, or sheet:N for piece N of the contact sheets. A file that exists is replaced
when the new one is whole; whatever goes wrong before, and Ctrl-C, leaves it as it was.
  --json            JSON on stdout, for scripts
`;

/** Each family's sheet in docs/gallery.md. */
const GALLERY = { count: 24, from: 0, size: 72, samples: 3, columns: 12 } as const;

const OPTIONS = {
  json: { type: "boolean" },
  help: { type: "boolean", short: "h" },
  lossless: { type: "boolean" },
  ...Object.fromEntries(
    ["size", "samples", "depth", "print", "dpi", "quality", "frames", "fps", "count", "columns", "from", "gallery"].map(
      (name) => [name, { type: "string" as const }],
    ),
  ),
} as const;

/** What each command takes; anything else is a mistake worth telling. */
const TAKES: Readonly<Record<string, readonly string[]>> = {
  render: ["size", "samples", "depth", "print", "dpi", "quality", "lossless"],
  animate: ["size", "samples", "frames", "fps", "quality", "lossless"],
  sheet: ["count", "size", "samples", "columns", "from", "gallery"],
  check: [],
};

/**
 * Runs `carrara art ...`; gives the exit code.
 * @param argv what stands after `art`
 */
export async function art(argv: readonly string[], terminal: Terminal): Promise<number> {
  const { words, given } = readArguments(argv);
  const [command = "help", ...rest] = words;
  if (given.help !== undefined || command === "help") {
    terminal.out(HELP.trimEnd());
    return 0;
  }
  const takes = Object.hasOwn(TAKES, command) ? TAKES[command] : undefined;
  if (takes === undefined) throw new ArtUsageError(`there is no command "art ${command}"`);
  for (const name of Object.keys(given)) {
    if (name !== "json" && !takes.includes(name)) throw new ArtUsageError(`"art ${command}" takes no --${name}`);
  }
  const json = given.json !== undefined;
  const stop = new AbortController();
  const deaf = terminal.onInterrupt(() => stop.abort());
  const started = performance.now();
  try {
    // All words are read before the first pixel; what is wrong with them is said at once.
    const work = COMMANDS[command as keyof typeof COMMANDS](rest, given, stop.signal);
    const told: Told = {};
    const shown = json ? undefined : print.progress(terminal.err, "Drawing", () => told.done);
    const done = await work(told).finally(shown);
    const seconds = (performance.now() - started) / 1000;
    terminal.out(json ? JSON.stringify({ ...done.facts, seconds }) : `${done.text} (${seconds.toFixed(1)} s)`);
    return done.ok ? 0 : 1;
  } finally {
    deaf();
  }
}

/** What a command has to say: for a person, for a script. */
interface Done {
  readonly ok: boolean;
  readonly text: string;
  readonly facts: Record<string, unknown>;
}

type Given = Readonly<Record<string, string | undefined>>;
/** Reads the words of a command and gives its work. */
type Command = (words: readonly string[], given: Given, signal: AbortSignal) => (told: Told) => Promise<Done>;

const render: Command = (words, given, signal) => {
  const { style, seed, out } = pieceOf(words, "render");
  const kind = kindOf(out, ["png", "webp", "avif"]);
  const dpi =
    given.dpi === undefined ? (given.print === undefined ? undefined : 300) : whole(given, "dpi", 300, 1, 9600);
  if (given.print !== undefined && given.size !== undefined)
    throw new ArtUsageError("give --print or --size, not both");
  const size = given.print === undefined ? sizeOf(given, 1024) : sizeOnPaper(given.print, dpi ?? 300);
  const samples = whole(given, "samples", 2, 1, 8);
  const depth = whole(given, "depth", 8, 8, 16);
  if (depth !== 8 && depth !== 16) throw new ArtUsageError(`--depth is 8 or 16, not ${depth}`);
  if (depth === 16 && kind !== "png") throw new ArtUsageError("--depth 16 is for .png");
  if (kind === "png" && (given.quality ?? given.lossless) !== undefined)
    throw new ArtUsageError("a .png is always lossless: no --quality, no --lossless");
  const quality = whole(given, "quality", 90, 1, 100);
  const lossless = given.lossless !== undefined;
  return async (told) => {
    const piece = prepare(style, seed, undefined, fastest(style.family));
    const parts =
      kind === "png"
        ? pngOf(piece, { size, samples, depth, ...(dpi === undefined ? {} : { dpi }) }, signal, told)
        : webOf(piece, { kind, size, samples, quality, lossless, frames: 1, fps: 1 }, signal, told);
    const bytes = await writeWhole(out, parts);
    const title = titleOf(style, seed);
    return {
      ok: true,
      text: `${title}: ${out}, ${size} px, ${depth} bits, ${megabytes(bytes)}`,
      facts: { file: out, title, size, samples, depth, dpi: dpi ?? null, bytes, pixels: told.recipe?.render.pixels },
    };
  };
};

const animate: Command = (words, given, signal) => {
  const { style, seed, out } = pieceOf(words, "animate");
  const kind = kindOf(out, ["png", "webp"]);
  const size = sizeOf(given, 512);
  const samples = whole(given, "samples", 2, 1, 8);
  const frames = whole(given, "frames", 96, 2, FRAME_LIMIT);
  const fps = whole(given, "fps", 24, 1, 1000);
  if (kind === "png" && (given.quality ?? given.lossless) !== undefined)
    throw new ArtUsageError("a .png is always lossless: no --quality, no --lossless");
  const quality = whole(given, "quality", 80, 1, 100);
  const lossless = given.lossless !== undefined;
  return async (told) => {
    const piece = prepare(style, seed, undefined, fastest(style.family));
    const bytes = await writeWhole(
      out,
      kind === "png"
        ? pngWalkOf(piece, { size, samples, frames, fps }, signal, told)
        : webOf(piece, { kind: "webp", size, samples, quality, lossless, frames, fps }, signal, told),
    );
    const title = titleOf(style, seed);
    return {
      ok: true,
      text: `${title}: ${out}, ${frames} frames of ${size} px, ${megabytes(bytes)}`,
      facts: { file: out, title, size, samples, frames, fps, bytes },
    };
  };
};

const sheet: Command = (words, given, signal) => {
  if (given.gallery !== undefined) {
    const folder = given.gallery;
    const other = Object.keys(given).find((name) => name !== "gallery" && name !== "json");
    if (words.length > 0 || other !== undefined) throw new ArtUsageError("--gallery FOLDER stands alone");
    const families = [...new Set(STYLES.map(({ family }) => family))];
    return async (told) => {
      for (const family of families) {
        const form = { ...GALLERY, styles: stylesOf(family) };
        await writeWhole(join(folder, `${family}.png`), pngSheetOf(form, signal, told));
      }
      return { ok: true, text: `${families.length} sheets in ${folder}`, facts: { folder, sheets: families } };
    };
  }
  const out = words.at(-1);
  if (out === undefined || words.length < 2) throw new ArtUsageError("say art sheet STYLE... OUT.png");
  kindOf(out, ["png"]);
  const styles = words.slice(0, -1).flatMap(stylesOf);
  const form = {
    styles,
    count: whole(given, "count", 24, 1, 10_000),
    from: whole(given, "from", 0, 0, 2 ** 31),
    size: sizeOf(given, 196),
    samples: whole(given, "samples", 3, 1, 8),
    columns: whole(given, "columns", 6, 1, 1000),
  };
  const { width, height } = sheetExtent(form);
  if (width * height > SIZE_LIMIT * SIZE_LIMIT) {
    throw new ArtUsageError(`a sheet of ${width} x ${height} px is too large: give fewer or smaller pieces`);
  }
  return async (told) => {
    const bytes = await writeWhole(out, pngSheetOf(form, signal, told));
    const pieces = styles.length * form.count;
    return {
      ok: true,
      text: `${pieces} pieces: ${out}, ${width} x ${height} px, ${megabytes(bytes)}`,
      facts: { file: out, pieces, width, height, bytes },
    };
  };
};

const check: Command = ([file, ...more], _, signal) => {
  if (file === undefined || more.length > 0) throw new ArtUsageError("say art check FILE.png");
  return async (told) => {
    const { equal, difference, ...facts } = await compare(read(file), signal, told);
    const form = `${facts.size} px, ${facts.depth} bits${facts.frames > 1 ? `, ${facts.frames} frames` : ""}`;
    const text = equal ? `the same, to the bit; ${form}` : `NOT what it says it is. ${difference}`;
    return { ok: equal, text: `${facts.title}: ${text}`, facts: { file, equal, difference, ...facts } };
  };
};

const COMMANDS = { render, animate, sheet, check } as const;

function readArguments(argv: readonly string[]): { words: string[]; given: Given } {
  try {
    const { values, positionals } = parseArgs({ args: [...argv], allowPositionals: true, options: OPTIONS });
    const given: Record<string, string> = {};
    for (const [name, value] of Object.entries(values)) given[name] = String(value);
    return { words: positionals, given };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new ArtUsageError(why.replace(/\. To specify a positional argument.*$/s, "").replace(/\.$/, ""));
  }
}

function pieceOf(words: readonly string[], command: string): { style: Style; seed: Uint8Array; out: string } {
  const [style, seed, out, more] = words;
  if (style === undefined || seed === undefined || out === undefined || more !== undefined) {
    throw new ArtUsageError(`say art ${command} STYLE SEED OUT.png`);
  }
  return { style: styleOf(style), seed: seedOf(seed), out };
}

/** A style that comes with the program, or the bytes in a file. */
function styleOf(word: string): Style {
  const known = STYLES.find(({ name }) => name.toLowerCase() === word.toLowerCase());
  if (known) return parseStyle(known.bytes);
  if (statSync(word, { throwIfNoEntry: false })?.isFile() !== true) throw new UnknownStyleError(word);
  const bytes = read(word, 2 ** 20);
  const text = Buffer.from(bytes).toString("latin1").trim().replace(/^0x/i, "");
  if (!/^[0-9a-f]+$/i.test(text)) return parseStyle(bytes);
  if (text.length % 2 === 1) throw new StyleTextError(word, text.length);
  return parseStyle(fromHex(text.toLowerCase()));
}

function stylesOf(word: string): Style[] {
  const family = STYLES.filter(({ family }) => family === word.toLowerCase());
  return family.length > 0 ? family.map(({ bytes }) => parseStyle(bytes)) : [styleOf(word)];
}

function seedOf(word: string): Uint8Array {
  const piece = /^sheet:(.*)$/s.exec(word)?.[1];
  if (piece !== undefined && !/^\d{1,9}$/.test(piece)) {
    throw new SeedError(`"${piece}" is no number of a piece from 0 to 999999999.`);
  }
  if (piece !== undefined) return sheetSeed(Number(piece));
  const digits = word.replace(/^0x/i, "").toLowerCase();
  const wrong = digits.search(/[^0-9a-f]/);
  if (wrong >= 0) throw new SeedError(`"${digits[wrong]}" in the seed, at place ${wrong + 1}, is no hex digit.`);
  if (digits.length !== 64) throw new SeedError(`The seed has ${digits.length} hex digits, not 64.`);
  return fromHex(digits);
}

function kindOf<Kind extends string>(file: string, kinds: readonly Kind[]): Kind {
  const kind = kinds.find((name) => extname(file).toLowerCase() === `.${name}`);
  if (kind === undefined)
    throw new ArtUsageError(`"${file}" must end in ${kinds.map((name) => `.${name}`).join(" or ")}`);
  return kind;
}

function whole(given: Given, name: string, fallback: number, least: number, most: number): number {
  const text = given[name];
  if (text === undefined) return fallback;
  const value = Number(text);
  if (!/^\d{1,10}$/.test(text) || value < least || value > most) {
    throw new ArtUsageError(`--${name} is a whole number from ${least} to ${most}, not "${text}"`);
  }
  return value;
}

function sizeOf(given: Given, fallback: number): number {
  const sides = /^(\d+)[x*](\d+)$/.exec(given.size ?? "");
  if (sides) throw new ArtUsageError(`pieces are square: give one number, --size ${sides[1]}, not "${given.size}"`);
  return whole(given, "size", fallback, 1, SIZE_LIMIT);
}

/** Pixels of a length on paper. `sizeOnPaper("40cm", 300) === 4724` */
function sizeOnPaper(text: string, dpi: number): number {
  const match = /^(\d{1,5}(?:\.\d{1,3})?)(cm|mm|in)$/.exec(text);
  if (!match) throw new ArtUsageError(`--print is a length such as 40cm, 400mm or 16in, not "${text}"`);
  const inches = Number(match[1]) / { cm: 2.54, mm: 25.4, in: 1 }[match[2] as "cm" | "mm" | "in"];
  const size = Math.round(inches * dpi);
  if (size < 1 || size > SIZE_LIMIT) {
    throw new ArtUsageError(`${text} at ${dpi} dpi are ${size} px; pieces have 1 to ${SIZE_LIMIT}: give another --dpi`);
  }
  return size;
}

function read(file: string, most = 2 ** 31 - 1): Uint8Array {
  try {
    const { size } = statSync(file);
    if (size > most)
      throw new CarraraError("too-large", `${file} has ${size} bytes.`, { hint: `Give at most ${most}.` });
    return new Uint8Array(readFileSync(file));
  } catch (cause) {
    if (cause instanceof CarraraError) throw cause;
    throw new CarraraError("cannot-read", `${file} cannot be read.`, { hint: "Give the path of a file.", cause });
  }
}

function megabytes(bytes: number): string {
  return bytes < 100_000 ? `${(bytes / 1000).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

/** The words after `art` are not of the wanted form. */
class ArtUsageError extends CarraraError {
  constructor(why: string) {
    super("usage", `${why[0]?.toUpperCase()}${why.slice(1)}.`, { hint: "See: carrara art --help" });
  }
}

/** A name that no style has. */
class UnknownStyleError extends CarraraError {
  constructor(word: string) {
    super("style-unknown", `There is no style and no file "${word}".`, {
      hint: `Give a file of style bytes, or one of ${STYLES.map(({ name }) => name).join(", ")}.`,
    });
  }
}

/** Hex digits of which one is missing. */
class StyleTextError extends CarraraError {
  constructor(file: string, digits: number) {
    super("bad-style", `${file} holds ${digits} hex digits, an odd number.`, {
      hint: "Give two digits for each byte of the style.",
    });
  }
}

/** A word that is no seed. */
class SeedError extends CarraraError {
  constructor(message: string) {
    super("bad-seed", message, {
      hint: "Give a token id, 64 hex digits, or sheet:0 for a piece of the contact sheets.",
    });
  }
}
