import { expect, test } from "vitest";
import { decodeUtf8, encodeUtf8, lineBuffer, MAX_LINE_BYTES, readLine, splitLines } from "./line.ts";

const bytes = (text: string) => Uint8Array.from(Buffer.from(text));

test("a line of a megabyte is cut off at 8 KiB, in one chunk or in many, and leaves nothing in memory", () => {
  const whole = lineBuffer();
  expect(splitLines(whole, new Uint8Array(1 << 20).fill(97))).toEqual({ lines: [], tooLong: true });
  const drip = lineBuffer();
  let sent = 0;
  while (!splitLines(drip, new Uint8Array(100).fill(97)).tooLong) sent += 100;
  expect(sent).toBe(Math.floor(MAX_LINE_BYTES / 100) * 100);
  expect([whole.pending.length, drip.pending.length]).toEqual([0, 0]);
});

test("what came before a line that is too long is still given", () => {
  const { lines, tooLong } = splitLines(lineBuffer(), bytes(`{"id":1}\n${"x".repeat(MAX_LINE_BYTES + 1)}\n`));
  expect({ lines, tooLong }).toEqual({ lines: ['{"id":1}'], tooLong: true });
});

test("a line of exactly the limit passes", () => {
  const line = "y".repeat(MAX_LINE_BYTES);
  expect(splitLines(lineBuffer(), bytes(`${line}\n`)).lines).toEqual([line]);
});

test("one byte at a time gives the same lines, and the rest is a copy of its own", () => {
  const buffer = lineBuffer();
  const text = '{"id":1,"ü":"€🎨"}\n{"id":2}\n';
  const lines = [...bytes(text)].flatMap((byte) => splitLines(buffer, Uint8Array.of(byte)).lines);
  expect(lines).toEqual(['{"id":1,"ü":"€🎨"}', '{"id":2}']);
  const chunk = bytes('{"id"');
  splitLines(buffer, chunk);
  chunk.fill(0);
  expect(splitLines(buffer, bytes(":3}\n")).lines).toEqual(['{"id":3}']);
});

test.each([
  ["a lone continuation", [0x80]],
  ["an overlong slash", [0xc0, 0xaf]],
  ["an overlong three bytes", [0xe0, 0x80, 0x80]],
  ["a surrogate", [0xed, 0xa0, 0x80]],
  ["beyond U+10FFFF", [0xf4, 0x90, 0x80, 0x80]],
  ["cut short", [0xe2, 0x82]],
  ["a byte that never is", [0xff]],
])("rfc3629: %s is not UTF-8", (_name, raw) => {
  expect(decodeUtf8(Uint8Array.from(raw))).toBeNull();
  expect(splitLines(lineBuffer(), Uint8Array.from([...raw, 10])).lines).toEqual([null]);
});

test("utf-8 goes there and back as the platform's does", () => {
  for (const text of ["", "plain", "ü€🎨", "\u07ff\u0800\uffff", String.fromCodePoint(0x10ffff)]) {
    expect([...encodeUtf8(text)]).toEqual([...new TextEncoder().encode(text)]);
    expect(decodeUtf8(encodeUtf8(text))).toBe(text);
  }
});

test.each([
  ["nonsense", { kind: "fault", id: "null", why: "The line is not JSON" }],
  ["[1]", { kind: "fault", id: "null", why: "The line is not a JSON object" }],
  ["null", { kind: "fault", id: "null", why: "The line is not a JSON object" }],
  ['{"id":3}', { kind: "fault", id: "3", why: "The request has no method" }],
  ['{"id":3,"method":{}}', { kind: "fault", id: "3", why: "The request has no method" }],
  ['{"id":3,"method":"a","params":"b"}', { kind: "fault", id: "3", why: "The params are not an array" }],
  ['{"id":3,"method":"a","params":null}', { kind: "request", id: "3", method: "a", params: [] }],
  ['{"id":3,"result":null,"error":null}', { kind: "answer", id: 3, result: null, error: null }],
  ["[".repeat(8000), { kind: "fault", id: "null", why: "The line is not JSON" }],
])("readLine(%j)", (line, read) => {
  expect(readLine(line)).toEqual(read);
});
