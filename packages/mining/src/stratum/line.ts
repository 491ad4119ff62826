/**
 * Stratum on the wire: a stream of bytes cut into lines, and a line read as a request.
 * Stratum V1 is JSON-RPC with one JSON object per line; several lines may come in one packet and a line may come in many.
 * @module
 */

/**
 * A longer line closes the connection. The longest honest line seen is a `mining.configure` of about 400 bytes; the
 * longest honest notify (12 branch nodes, 1,000 bytes of coinbase) has 3 KiB, which our own client must be able to read.
 */
export const MAX_LINE_BYTES = 8192;

/** Bytes of a line that is not yet whole. Its size is bounded by {@link MAX_LINE_BYTES}. */
export interface LineBuffer {
  /** Grown by doubling; the first `length` bytes count. A copy, so that no socket's slab of memory is kept alive. */
  pending: Uint8Array;
  length: number;
}

/** What a chunk of bytes completed. */
export interface Lines {
  /** Text of each whole line without its end, blank lines left out; `null` for one that is not UTF-8. */
  lines: (string | null)[];
  /** A line went over {@link MAX_LINE_BYTES}: close the connection. What came before it is in `lines`. */
  tooLong: boolean;
}

/** A JSON-RPC request as miners send it. */
export interface StratumRequest {
  kind: "request";
  /** The id as JSON text, to be echoed as it was given (not unique, and not always a number). */
  id: string;
  method: string;
  params: readonly unknown[];
}

/** Any line: a request, an answer to a request of ours, or something else. */
export type StratumLine =
  | StratumRequest
  | { kind: "answer"; id: unknown; result: unknown; error: unknown }
  | { kind: "fault"; id: string; why: string };

/** An empty buffer, one per connection. */
export function lineBuffer(): LineBuffer {
  return { pending: new Uint8Array(0), length: 0 };
}

/**
 * Adds a chunk and takes out every line that it completes. `\n` ends a line, a `\r` before it is dropped.
 * @param decode Text of bytes or `null`; the app passes the platform's decoder, the default is {@link decodeUtf8}.
 * @example splitLines(lineBuffer(), bytes('{"id":1}\n{"id"')).lines // ['{"id":1}'], the rest waits
 */
export function splitLines(buffer: LineBuffer, chunk: Uint8Array, decode = decodeUtf8): Lines {
  const lines: (string | null)[] = [];
  let start = 0;
  for (;;) {
    const end = chunk.indexOf(NEWLINE, start);
    const stop = end < 0 ? chunk.length : end;
    if (buffer.length + stop - start > MAX_LINE_BYTES) {
      buffer.pending = new Uint8Array(0);
      buffer.length = 0;
      return { lines, tooLong: true };
    }
    if (end < 0) break;
    let line = chunk.subarray(start, end);
    if (buffer.length > 0) {
      append(buffer, line);
      line = buffer.pending.subarray(0, buffer.length);
      buffer.length = 0;
    }
    const text = decode(line.at(-1) === RETURN ? line.subarray(0, -1) : line);
    if (text === null || text.trim() !== "") lines.push(text);
    start = end + 1;
  }
  if (start < chunk.length) append(buffer, chunk.subarray(start));
  return { lines, tooLong: false };
}

/**
 * Reads one line as a request or an answer. Never throws.
 * A request without `params` has none; `params` that are not an array are a fault, as in every pool read.
 */
export function readLine(text: string | null): StratumLine {
  if (text === null) return { kind: "fault", id: "null", why: "The line is not UTF-8 text" };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { kind: "fault", id: "null", why: "The line is not JSON" };
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return { kind: "fault", id: "null", why: "The line is not a JSON object" };
  }
  const { id, method, params, result, error } = value as Record<string, unknown>;
  if (method === undefined && (result !== undefined || error !== undefined)) {
    return { kind: "answer", id: id ?? null, result: result ?? null, error: error ?? null };
  }
  const idText = echoOf(id, text);
  if (typeof method !== "string") return { kind: "fault", id: idText, why: "The request has no method" };
  if (params !== undefined && params !== null && !Array.isArray(params)) {
    return { kind: "fault", id: idText, why: "The params are not an array" };
  }
  return { kind: "request", id: idText, method, params: (params as unknown[] | null | undefined) ?? [] };
}

/** Text of UTF-8 bytes, or `null` when they are not well-formed (RFC 3629: no overlong forms, no surrogates). */
export function decodeUtf8(bytes: Uint8Array): string | null {
  let ascii = true;
  for (let i = 0; i < bytes.length; i++) {
    if (bytes[i]! >= 0x80) {
      ascii = false;
      break;
    }
  }
  // Arguments of one call are bounded by the line limit, far below the engine's.
  if (ascii) return String.fromCharCode.apply(null, bytes as unknown as number[]);
  let text = "";
  for (let i = 0; i < bytes.length; ) {
    const first = bytes[i++]!;
    if (first < 0x80) {
      text += String.fromCharCode(first);
      continue;
    }
    const more = first >= 0xf0 ? 3 : first >= 0xe0 ? 2 : 1;
    if (first < 0xc2 || first > 0xf4 || i + more > bytes.length) return null;
    let point = first & (0x3f >> more);
    for (let k = 0; k < more; k++) {
      const next = bytes[i++]!;
      if ((next & 0xc0) !== 0x80) return null;
      point = (point << 6) | (next & 0x3f);
    }
    const least = more === 3 ? 0x10000 : more === 2 ? 0x800 : 0x80;
    if (point < least || point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff)) return null;
    text += String.fromCodePoint(point);
  }
  return text;
}

/** UTF-8 bytes of a text. Lone surrogates become U+FFFD, as the platform's encoder does. */
export function encodeUtf8(text: string): Uint8Array {
  const bytes: number[] = [];
  for (const character of text) {
    const raw = character.codePointAt(0)!;
    const point = raw >= 0xd800 && raw <= 0xdfff ? 0xfffd : raw;
    if (point < 0x80) bytes.push(point);
    else if (point < 0x800) bytes.push(0xc0 | (point >> 6), 0x80 | (point & 0x3f));
    else if (point < 0x10000) bytes.push(0xe0 | (point >> 12), 0x80 | ((point >> 6) & 0x3f), 0x80 | (point & 0x3f));
    else {
      bytes.push(
        0xf0 | (point >> 18),
        0x80 | ((point >> 12) & 0x3f),
        0x80 | ((point >> 6) & 0x3f),
        0x80 | (point & 0x3f),
      );
    }
  }
  return Uint8Array.from(bytes);
}

const NEWLINE = 10;
const RETURN = 13;

function append(buffer: LineBuffer, part: Uint8Array): void {
  const length = buffer.length + part.length;
  if (length > buffer.pending.length) {
    const grown = new Uint8Array(Math.min(MAX_LINE_BYTES, Math.max(256, 2 ** Math.ceil(Math.log2(length)))));
    grown.set(buffer.pending.subarray(0, buffer.length));
    buffer.pending = grown;
  }
  buffer.pending.set(part, buffer.length);
  buffer.length = length;
}

/** JSON text of an id. A number that a double cannot hold is echoed from the line itself, digit by digit. */
function echoOf(id: unknown, line: string): string {
  if (typeof id === "number") {
    return Number.isSafeInteger(id) ? String(id) : sourceOfId(line);
  }
  return id === undefined ? "null" : JSON.stringify(id);
}

function sourceOfId(line: string): string {
  let source = "null";
  // `context.source` is the text of a primitive (ECMAScript proposal "JSON.parse source text access", in V8 since 11.4).
  JSON.parse(line, function (this: unknown, key: string, value: unknown, ...context: { source?: string }[]) {
    const holder = this as Record<string, unknown> | null;
    if (key === "id" && typeof value === "number" && holder && "method" in holder)
      source = context[0]?.source ?? "null";
    return value;
  } as (this: unknown, key: string, value: unknown) => unknown);
  return source;
}
