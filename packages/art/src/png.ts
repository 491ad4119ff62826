/**
 * PNG (ISO/IEC 15948) writer: eight-bit RGB with text chunks. Pure; a deflate may be handed in, else blocks are stored.
 * @module
 */
import { concat } from "@carrara/base/bytes";
import { CarraraError } from "@carrara/base/errors";

/** Width and height in pixels. */
export interface Extent {
  readonly width: number;
  readonly height: number;
}

/**
 * A PNG file.
 * @param size side of a square picture, or width and height
 * @param text keyword -> text of tEXt chunks (Latin-1, without NUL; keywords 1 to 79 characters)
 * @param deflate zlib deflate (RFC 1950); without it the data are stored, which is valid but large
 * @throws BadPictureError when the bytes do not fit the size or a keyword is bad
 * @example encodePng(render(piece, CANONICAL), 512, { recipe: recipeText })
 */
export function encodePng(
  rgb: Uint8Array,
  size: number | Extent,
  text: Readonly<Record<string, string>> = {},
  deflate: (bytes: Uint8Array) => Uint8Array = stored,
): Uint8Array {
  const { width, height } = typeof size === "number" ? { width: size, height: size } : size;
  if (width < 1 || height < 1 || rgb.length !== width * height * 3) {
    throw new BadPictureError(`${rgb.length} bytes are not ${width} x ${height} RGB pixels.`);
  }
  const rows = new Uint8Array(height * (width * 3 + 1));
  for (let y = 0; y < height; y++) filterRow(rgb, y, width * 3, rows);
  const header = new Uint8Array(13);
  header.set(u32(width), 0);
  header.set(u32(height), 4);
  header.set([8, 2, 0, 0, 0], 8);
  const chunks = [Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a), chunk("IHDR", header)];
  for (const [keyword, value] of Object.entries(text)) {
    if (keyword.length < 1 || keyword.length > 79) throw new BadPictureError(`"${keyword}" is no PNG keyword.`);
    chunks.push(chunk("tEXt", concat(latin1(keyword), Uint8Array.of(0), latin1(value))));
  }
  chunks.push(chunk("sRGB", Uint8Array.of(0)), chunk("IDAT", deflate(rows)), chunk("IEND", new Uint8Array(0)));
  return concat(...chunks);
}

/** Filter 2 (up), better than none for pictures such as ours; row 0 is unfiltered. */
function filterRow(rgb: Uint8Array, y: number, stride: number, rows: Uint8Array): void {
  const at = y * (stride + 1);
  rows[at] = y === 0 ? 0 : 2;
  for (let i = 0; i < stride; i++) {
    const above = y === 0 ? 0 : rgb[(y - 1) * stride + i]!;
    rows[at + 1 + i] = rgb[y * stride + i]! - above;
  }
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

function chunk(type: string, data: Uint8Array): Uint8Array {
  const body = concat(latin1(type), data);
  return concat(u32(data.length), body, u32(crc32(body)));
}

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

function latin1(text: string): Uint8Array {
  return Uint8Array.from(text, (c) => {
    const code = c.charCodeAt(0);
    if (code === 0 || code > 255) throw new BadPictureError(`"${c}" cannot stand in a PNG text chunk.`);
    return code;
  });
}

/** Pixels or texts that do not make a PNG. */
export class BadPictureError extends CarraraError {
  constructor(message: string) {
    super("bad-picture", message, { hint: "Give width x height x 3 RGB bytes and Latin-1 texts." });
  }
}
