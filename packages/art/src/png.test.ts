/** PNG files are written and read back; what is damaged is refused. An outside reader tries them in package app. */
import { deflateSync, inflateSync } from "node:zlib";
import { concat } from "@carrara/base/bytes";
import { seeded } from "@carrara/base/random";
import { expect, test } from "vitest";
import {
  BadPictureError,
  bigEndian,
  encodePng,
  filterRows,
  type PngForm,
  pngChunk,
  pngEnd,
  pngFrame,
  pngHead,
  readPng,
  unfilterRows,
} from "./png.ts";

const random = seeded(5);

test("eight bits, with text, stored or deflated, come back", () => {
  for (const deflate of [undefined, (bytes: Uint8Array) => new Uint8Array(deflateSync(bytes))]) {
    const rgb = random.bytes(7 * 300 * 3);
    const file = readPng(encodePng(rgb, { width: 7, height: 300 }, { recipe: "{}", Title: "été" }, deflate));
    expect(file).toMatchObject({ width: 7, height: 300, depth: 8, text: { recipe: "{}", Title: "été" } });
    expect(unfilterRows(inflateSync(file.data[0]!), 21, 3)).toEqual(rgb);
  }
});

test("sixteen bits in parts, most significant byte first, with a size on paper", () => {
  const words = Uint16Array.from({ length: 8 * 8 * 3 }, () => random.below(65536));
  const rows = bigEndian(words);
  expect([rows[0], rows[1]]).toEqual([words[0]! >> 8, words[0]! & 255]);
  const stride = 8 * 6;
  const upper = rows.subarray(0, 3 * stride);
  const lower = filterRows(rows.subarray(3 * stride), stride, 6, upper.subarray(2 * stride));
  const data = deflateSync(concat(filterRows(upper, stride, 6), lower));
  const form: PngForm = { width: 8, height: 8, depth: 16, dpi: 300 };
  const [a, b] = [pngChunk("IDAT", data.subarray(0, 9)), pngChunk("IDAT", data.subarray(9))];
  const bytes = concat(pngHead(form), a, b, pngEnd({}));
  const file = readPng(bytes);
  expect(file).toMatchObject(form);
  expect(unfilterRows(inflateSync(file.data[0]!), stride, 6)).toEqual(rows);
  // 300 dots an inch are 11,811 a metre.
  expect(Buffer.from(bytes).includes(Buffer.from("pHYs\0\0\x2e\x23\0\0\x2e\x23\x01", "latin1"))).toBe(true);
});

test("frames keep their order, and sequence numbers run through", () => {
  const extent = { width: 4, height: 4 };
  const frames = [0, 1, 2].map(() => random.bytes(48));
  const parts = frames.map((rgb, k) => pngFrame(extent, k, deflateSync(filterRows(rgb, 12, 3)), 24));
  const bytes = concat(pngHead({ ...extent, depth: 8, frames: 3 }), ...parts, pngEnd({}));
  const file = readPng(bytes);
  expect(file.frames).toBe(3);
  expect(file.data.map((data) => unfilterRows(inflateSync(data), 12, 3))).toEqual(frames);
  const sequence = [
    ...Buffer.from(bytes)
      .toString("latin1")
      .matchAll(/(?:fcTL|fdAT)\0\0\0([\s\S])/g),
  ];
  expect(sequence.map((match) => match[1]!.charCodeAt(0))).toEqual([0, 1, 2, 3, 4]);
});

test("every filter of the standard is undone", () => {
  // Rows 1 2 3, 4 5 6 ... of one pixel each, behind the filters in turn; worked by hand from ISO/IEC 15948, 9.2.
  const filtered = Uint8Array.of(0, 10, 20, 30, 1, 1, 1, 1, 2, 5, 5, 5, 3, 2, 2, 2, 4, 1, 1, 1, 4, 255, 255, 255);
  expect([...unfilterRows(filtered, 3, 3)]).toEqual([10, 20, 30, 1, 1, 1, 6, 6, 6, 5, 5, 5, 6, 6, 6, 5, 5, 5]);
  expect(() => unfilterRows(Uint8Array.of(5, 0, 0, 0), 3, 3)).toThrow(/filter 5/);
});

test("a byte changed, a tail cut off, another format: refused, never a crash", () => {
  const png = encodePng(random.bytes(300), 10, { recipe: "{}" });
  for (let i = 0; i < png.length; i++) {
    const damaged = png.slice();
    damaged[i] = damaged[i]! ^ (1 << (i & 7));
    expect(() => readPng(damaged), `byte ${i}`).toThrow(BadPictureError);
    expect(() => readPng(png.subarray(0, i)), `cut at ${i}`).toThrow(BadPictureError);
  }
  const grey = concat(png.subarray(0, 8), pngChunk("IHDR", Uint8Array.of(0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0)));
  expect(() => readPng(concat(grey, pngEnd({})))).toThrow("not plain RGB of 8 or 16 bits (depth 8, colour type 0)");
  expect(() => readPng(concat(pngHead({ width: 1, height: 1, depth: 8 }), pngEnd({})))).toThrow("has no pixels");
});
