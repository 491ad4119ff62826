/**
 * PNG (ISO/IEC 15948) and its animation (APNG, third edition): RGB of 8 or 16 bits with text, sRGB and print size, in
 * parts, so that a large picture need never be whole. Pure; deflate and inflate are handed in.
 * @module
 */
import { concat } from "@carrara/base/bytes";
import { CarraraError } from "@carrara/base/errors";

/** Width and height in pixels. */
export interface Extent {
  readonly width: number;
  readonly height: number;
}

/** What stands before the pixels. */
export interface PngForm extends Extent {
  /** Bits a channel. */
  readonly depth: 8 | 16;
  /** Pixels an inch, when the picture has a size on paper. */
  readonly dpi?: number;
  /** Frames of a loop. */
  readonly frames?: number;
}

/** Keyword -> text of tEXt chunks (Latin-1, without NUL; keywords 1 to 79 characters). */
export type PngText = Readonly<Record<string, string>>;

/**
 * A PNG file of eight bits.
 * @param size side of a square picture, or width and height
 * @param deflate zlib deflate (RFC 1950); without it the data are stored, which is valid but large
 * @throws BadPictureError when the bytes do not fit the size or a keyword is bad
 * @example encodePng(render(piece, CANONICAL), 512, { recipe: recipeText })
 */
export function encodePng(
  rgb: Uint8Array,
  size: number | Extent,
  text: PngText = {},
  deflate: (bytes: Uint8Array) => Uint8Array = stored,
): Uint8Array {
  const { width, height } = typeof size === "number" ? { width: size, height: size } : size;
  if (width < 1 || height < 1 || rgb.length !== width * height * 3) {
    throw new BadPictureError(`${rgb.length} bytes are not ${width} x ${height} RGB pixels.`);
  }
  const data = deflate(filterRows(rgb, width * 3, 3));
  return concat(pngHead({ width, height, depth: 8 }), pngChunk("IDAT", data), pngEnd(text));
}

/** Signature and the chunks that stand before the pixels. */
export function pngHead({ width, height, depth, dpi, frames }: PngForm): Uint8Array {
  const parts = [
    SIGNATURE,
    pngChunk("IHDR", concat(u32(width), u32(height), Uint8Array.of(depth, 2, 0, 0, 0))),
    pngChunk("sRGB", Uint8Array.of(0)),
  ];
  if (dpi !== undefined) {
    // Pixels a metre; an inch is 0.0254 m.
    const perMetre = u32(Math.round(dpi / 0.0254));
    parts.push(pngChunk("pHYs", concat(perMetre, perMetre, Uint8Array.of(1))));
  }
  if (frames !== undefined) parts.push(pngChunk("acTL", concat(u32(frames), u32(0))));
  return concat(...parts);
}

/** Texts and the end of the file. Texts stand last, so that one may tell the hash of the pixels before it. */
export function pngEnd(text: PngText): Uint8Array {
  const parts = Object.entries(text).map(([keyword, value]) => {
    if (keyword.length < 1 || keyword.length > 79) throw new BadPictureError(`"${keyword}" is no PNG keyword.`);
    return pngChunk("tEXt", concat(latin1(keyword), Uint8Array.of(0), latin1(value)));
  });
  return concat(...parts, pngChunk("IEND", new Uint8Array(0)));
}

/**
 * The chunks of frame k of an animation: all of them full pictures. Frame 0 is also what a reader sees that knows no
 * animation.
 * @param data the deflated rows of the frame
 * @param fps frames a second, 1 to 1000
 */
export function pngFrame({ width, height }: Extent, k: number, data: Uint8Array, fps: number): Uint8Array {
  // Sequence numbers run through fcTL and fdAT alike: 0 and no fdAT for frame 0, then two a frame.
  const sequence = k === 0 ? 0 : 2 * k - 1;
  const control = concat(
    u32(sequence),
    u32(width),
    u32(height),
    u32(0),
    u32(0),
    Uint8Array.of(0, 1, fps >> 8, fps, 0, 0),
  );
  const pixels = k === 0 ? pngChunk("IDAT", data) : pngChunk("fdAT", concat(u32(sequence + 1), data));
  return concat(pngChunk("fcTL", control), pixels);
}

/** A chunk with its length and check sum. */
export function pngChunk(type: string, data: Uint8Array): Uint8Array {
  const body = concat(latin1(type), data);
  return concat(u32(data.length), body, u32(crc32(body)));
}

/** The bytes of a row of 16 bits a channel: most significant first. */
export function bigEndian(words: Uint16Array): Uint8Array {
  const bytes = new Uint8Array(words.length * 2);
  for (const [i, word] of words.entries()) {
    bytes[2 * i] = word >> 8;
    bytes[2 * i + 1] = word;
  }
  return bytes;
}

/**
 * Rows as PNG stores them: each behind its filter byte, filter 4 (Paeth), which of all single filters left most pictures
 * the smallest.
 * @param pixel bytes of a pixel
 * @param above the row before the first one, when these rows continue others
 */
export function filterRows(rows: Uint8Array, stride: number, pixel: number, above?: Uint8Array): Uint8Array {
  const count = rows.length / stride;
  const out = new Uint8Array(rows.length + count);
  for (let y = 0; y < count; y++) {
    const row = rows.subarray(y * stride, (y + 1) * stride);
    const before = y === 0 ? above : rows.subarray((y - 1) * stride, y * stride);
    const to = y * (stride + 1) + 1;
    out[to - 1] = 4;
    for (let i = 0; i < stride; i++) {
      out[to + i] = row[i]! - paeth(row, before, i, pixel);
    }
  }
  return out;
}

/** What has been read of a PNG file of ours; its pixels are still packed. */
export interface PngFile extends PngForm {
  readonly text: PngText;
  /** Deflated rows: of the picture, or of each frame. */
  readonly data: readonly Uint8Array[];
}

/**
 * Takes a PNG of RGB apart and proves its check sums.
 * @throws BadPictureError naming the chunk that is wrong
 */
export function readPng(file: Uint8Array): PngFile {
  if (file.length < 8 || SIGNATURE.some((byte, i) => file[i] !== byte))
    throw new BadPictureError("This is no PNG file.");
  let form: PngForm | undefined;
  let dpi: number | undefined;
  let frames: number | undefined;
  const text: Record<string, string> = {};
  const data: Uint8Array[][] = [];
  for (let at = 8; ; ) {
    const length = at + 12 <= file.length ? read32(file, at) : file.length;
    if (at + 12 + length > file.length) throw new BadPictureError("The PNG ends in the middle of a chunk.");
    const type = String.fromCharCode(...file.subarray(at + 4, at + 8));
    const body = file.subarray(at + 8, at + 8 + length);
    if (crc32(file.subarray(at + 4, at + 8 + length)) !== read32(file, at + 8 + length)) {
      throw new BadPictureError(`The check sum of chunk ${type} at byte ${at} is wrong.`);
    }
    at += 12 + length;
    if (type === "IEND") break;
    if (form === undefined && type !== "IHDR") throw new BadPictureError("The PNG does not begin with IHDR.");
    if (type === "IHDR") form = formOf(body);
    else if (type === "pHYs" && length === 9 && body[8] === 1) dpi = Math.round(read32(body, 0) * 0.0254);
    else if (type === "acTL" && length === 8) frames = read32(body, 0);
    else if (type === "fcTL" || (type === "IDAT" && data.length === 0)) data.push([]);
    else if (type === "tEXt") {
      const end = body.indexOf(0);
      text[latin1Text(body.subarray(0, end))] = latin1Text(body.subarray(end + 1));
    }
    if (type === "IDAT") data.at(-1)!.push(body);
    else if (type === "fdAT" && data.length > 0 && length > 4) data.at(-1)!.push(body.subarray(4));
  }
  if (form === undefined || data.length === 0) throw new BadPictureError("The PNG has no pixels.");
  if (data.length !== (frames ?? 1))
    throw new BadPictureError(`The PNG has ${data.length} frames, not ${frames ?? 1}.`);
  return {
    ...form,
    ...(dpi === undefined ? {} : { dpi }),
    ...(frames === undefined ? {} : { frames }),
    text,
    data: data.map((parts) => concat(...parts)),
  };
}

/**
 * Undoes {@link filterRows}, with any of the five filters.
 * @param filtered whole rows, each behind its filter byte
 * @throws BadPictureError when a filter is unknown
 */
export function unfilterRows(filtered: Uint8Array, stride: number, pixel: number, above?: Uint8Array): Uint8Array {
  const count = filtered.length / (stride + 1);
  const rows = new Uint8Array(count * stride);
  for (let y = 0; y < count; y++) {
    const from = y * (stride + 1);
    const filter = filtered[from]!;
    if (filter > 4) throw new BadPictureError(`Row ${y} has filter ${filter}, which PNG does not have.`);
    const row = rows.subarray(y * stride, (y + 1) * stride);
    const before = y === 0 ? above : rows.subarray((y - 1) * stride, y * stride);
    for (let i = 0; i < stride; i++) {
      const left = i < pixel ? 0 : row[i - pixel]!;
      const up = before === undefined ? 0 : before[i]!;
      const guess =
        filter === 0
          ? 0
          : filter === 1
            ? left
            : filter === 2
              ? up
              : filter === 3
                ? (left + up) >> 1
                : paeth(row, before, i, pixel);
      row[i] = filtered[from + 1 + i]! + guess;
    }
  }
  return rows;
}

/** The neighbour nearest to left + up - corner (ISO/IEC 15948, 9.4). */
function paeth(row: Uint8Array, before: Uint8Array | undefined, i: number, pixel: number): number {
  const left = i < pixel ? 0 : row[i - pixel]!;
  if (before === undefined) return left;
  const up = before[i]!;
  const corner = i < pixel ? 0 : before[i - pixel]!;
  const toLeft = Math.abs(up - corner);
  const toUp = Math.abs(left - corner);
  const toCorner = Math.abs(left + up - 2 * corner);
  return toLeft <= toUp && toLeft <= toCorner ? left : toUp <= toCorner ? up : corner;
}

function formOf(body: Uint8Array): PngForm {
  const [width, height] = [read32(body, 0), read32(body, 4)];
  const [depth, colour, , , interlaced] = body.subarray(8);
  if (body.length !== 13 || width === 0 || height === 0) throw new BadPictureError("The PNG has no size.");
  if ((depth !== 8 && depth !== 16) || colour !== 2 || interlaced !== 0) {
    throw new BadPictureError(`The PNG is not plain RGB of 8 or 16 bits (depth ${depth}, colour type ${colour}).`);
  }
  return { width, height, depth };
}

/** zlib stream of stored blocks (RFC 1951 section 3.2.4). */
function stored(bytes: Uint8Array): Uint8Array {
  const parts: Uint8Array[] = [Uint8Array.of(0x78, 0x01)];
  for (let at = 0; at < bytes.length; at += 65535) {
    const part = bytes.subarray(at, at + 65535);
    const last = at + 65535 >= bytes.length ? 1 : 0;
    const n = part.length;
    parts.push(Uint8Array.of(last, n & 255, n >> 8, ~n & 255, (~n >> 8) & 255), part);
  }
  let a = 1;
  let b = 0;
  for (const byte of bytes) {
    a = (a + byte) % 65521;
    b = (b + a) % 65521;
  }
  parts.push(u32(((b << 16) | a) >>> 0));
  return concat(...parts);
}

const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);

const CRC = Int32Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  return c;
});

function crc32(bytes: Uint8Array): number {
  let c = -1;
  for (const byte of bytes) c = CRC[(c ^ byte) & 255]! ^ (c >>> 8);
  return ~c >>> 0;
}

function u32(value: number): Uint8Array {
  return Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value);
}

function read32(bytes: Uint8Array, at: number): number {
  return ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0;
}

function latin1(text: string): Uint8Array {
  return Uint8Array.from(text, (c) => {
    const code = c.charCodeAt(0);
    if (code === 0 || code > 255) throw new BadPictureError(`"${c}" cannot stand in a PNG text chunk.`);
    return code;
  });
}

function latin1Text(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}

/** Pixels or texts that do not make a PNG, or a file that is none of ours. */
export class BadPictureError extends CarraraError {
  constructor(message: string) {
    super("bad-picture", message, { hint: "Give RGB pixels and Latin-1 texts, or a PNG file as it was written." });
  }
}
