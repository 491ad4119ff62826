/**
 * The block file: what the embedded chain must not lose.
 *
 * `blocks.dat` is only ever appended to. Its head is `CARRCHN1`; then come records of a kind (u8), a length (u32), a
 * CRC-32 over kind and payload (u32, all little-endian), and the payload. The first record holds the constants of the chain. Each
 * append is one write and one fdatasync before the caller goes on, so an acknowledged block outlives a kill -9 and a
 * power cut; at most the record being written is lost. On opening, a record that is cut short or does not match its
 * checksum ends the file, unless a sound one follows it: that is damage and not a torn write, and is told.
 * What is cut off is kept in a file beside.
 * @module
 */
import {
  closeSync,
  constants,
  fdatasyncSync,
  fstatSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { fromHex, toHex } from "@carrara/base/bytes";
import { CarraraError } from "@carrara/base/errors";
import type { BlockBodies, BodyKind, Command } from "./chain.ts";
import type { ChainParams } from "./params.ts";

/** One record, as a replay gives it. */
export type StoredRecord =
  | { kind: "block"; as: BodyKind; raw: Uint8Array; position: number }
  | { kind: "command"; command: Command; hash: string };

/** An open block file. */
export interface BlockFile extends BlockBodies {
  readonly params: ChainParams;
  /** All records after the constants, in the order in which they were written. */
  records(): Generator<StoredRecord>;
  /** Bytes that the last opening cut off, 0 when the file was whole. */
  readonly cut: number;
  close(): void;
}

/**
 * Opens or begins the block file in a folder.
 * @param fresh the constants of a chain that is begun now; a file that exists keeps its own.
 * @param sync whether each append waits for the disk; false only for measurements.
 * @throws BlockFileError
 */
export function openBlockFile(folder: string, fresh: ChainParams, sync = true): BlockFile {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, "blocks.dat");
  const fd = openSync(path, constants.O_RDWR | constants.O_CREAT, 0o600);
  try {
    return openedFile(fd, folder, path, fresh, sync);
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

function openedFile(fd: number, folder: string, path: string, fresh: ChainParams, sync: boolean): BlockFile {
  const head = readAt(fd, 0, HEAD.length);
  // A crash while the head was being written leaves a part of it, and nothing behind that is worth keeping.
  if (head.length === HEAD.length ? !head.equals(HEAD) : !HEAD.subarray(0, head.length).equals(head)) {
    throw new BlockFileError(path, "it is not a block file of the embedded chain");
  }
  const found = scan(fd);
  if (found.damagedAt !== undefined) {
    throw new BlockFileError(path, `the record at byte ${found.damagedAt} is damaged, and sound ones follow it`);
  }
  const length = fstatSync(fd).size;
  const cut = Math.max(0, length - found.end);
  if (cut > 0) {
    writeFileSync(join(folder, `blocks.cut-at-${found.end}.dat`), readAt(fd, found.end, cut), { mode: 0o600 });
    ftruncateSync(fd, found.end);
  }
  let end = found.end;
  const [first, ...rest] = found.starts;
  if (first === undefined) {
    const begin = Buffer.concat([HEAD, record(KIND.params, Buffer.from(JSON.stringify(fresh)))]);
    writeAll(fd, begin, 0);
    fdatasyncSync(fd);
    end = begin.length;
  }

  const read = (position: number): Uint8Array =>
    Uint8Array.from(readAt(fd, position + RECORD_HEAD, readAt(fd, position, RECORD_HEAD).readUInt32LE(1)));

  const put = (kind: number, payload: Uint8Array): number => {
    const start = end;
    const whole = record(kind, payload);
    try {
      writeAll(fd, whole, start);
      if (sync) fdatasyncSync(fd);
    } catch (cause) {
      // A full disk must not leave half a record in front of the next one. The next write would begin at the same place anyway.
      try {
        ftruncateSync(fd, start);
      } catch {
        // What remains is a torn record, which the next opening cuts off.
      }
      const { code } = cause as NodeJS.ErrnoException;
      throw new BlockFileError(path, `a record cannot be written (${code ?? cause})`, cause);
    }
    end = start + whole.length;
    return start;
  };

  return {
    params: first === undefined ? fresh : parseParams(path, readAt(fd, first, 1)[0], read(first)),
    cut,
    append: (raw, as) => put(KIND[as], raw),
    note: (command, hash) => {
      put(KIND[command], fromHex(hash));
    },
    read,
    *records() {
      const at = createWindow(fd);
      for (const start of rest) {
        const head = at(start, RECORD_HEAD);
        yield storedRecord(head[0], Uint8Array.from(at(start + RECORD_HEAD, head.readUInt32LE(1))), start);
      }
    },
    close: () => closeSync(fd),
  };
}

/** Bytes before the payload of a record. */
export const RECORD_HEAD = 9;

const HEAD = Buffer.from("CARRCHN1", "latin1");
const KIND = { params: 1, tip: 2, side: 3, invalidate: 4, reconsider: 5 } as const;
const MAX_RECORD = 8 * 1024 * 1024;

function record(kind: number, payload: Uint8Array): Buffer {
  const whole = Buffer.alloc(RECORD_HEAD + payload.length);
  whole[0] = kind;
  whole.writeUInt32LE(payload.length, 1);
  whole.writeUInt32LE(crc32(payload, crc32(Uint8Array.of(kind))), 5);
  whole.set(payload, RECORD_HEAD);
  return whole;
}

function scan(fd: number): { starts: number[]; end: number; damagedAt?: number } {
  const starts: number[] = [];
  const window = createWindow(fd);
  const { size } = fstatSync(fd);
  let at = HEAD.length;
  while (at < size) {
    const length = soundLength(window, at);
    if (length === undefined) break;
    starts.push(at);
    at += RECORD_HEAD + length;
  }
  // The head itself is written in one go with the first record.
  if (starts.length === 0) return { starts, end: 0 };
  const head = window(at, RECORD_HEAD);
  if (head.length === RECORD_HEAD && soundLength(window, at + RECORD_HEAD + head.readUInt32LE(1)) !== undefined) {
    return { starts, end: at, damagedAt: at };
  }
  return { starts, end: at };
}

/** Length of the payload when a whole record with the right checksum begins here. */
function soundLength(window: Window, start: number): number | undefined {
  const head = window(start, RECORD_HEAD);
  if (head.length < RECORD_HEAD) return undefined;
  const [kind, length, checksum] = [head[0]!, head.readUInt32LE(1), head.readUInt32LE(5)];
  if (length > MAX_RECORD) return undefined;
  const payload = window(start + RECORD_HEAD, length);
  if (payload.length < length) return undefined;
  return crc32(payload, crc32(Uint8Array.of(kind))) === checksum ? length : undefined;
}

/** Bytes of the file, valid until the next call; fewer than asked for where the file ends. */
type Window = (position: number, length: number) => Buffer;

/** Reads ahead by a mebibyte: a start needs neither the memory of the whole file nor a system call per record. */
function createWindow(fd: number): Window {
  let from = 0;
  let held: Buffer = Buffer.alloc(0);
  return (position, length) => {
    if (position < from || position + length > from + held.length) {
      held = readAt(fd, position, Math.max(length, 1024 * 1024));
      from = position;
    }
    return held.subarray(position - from, position - from + length);
  };
}

/** Fewer bytes than asked for where the file ends. */
function readAt(fd: number, position: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  let done = 0;
  while (done < length) {
    const count = readSync(fd, bytes, done, length - done, position + done);
    if (count === 0) break;
    done += count;
  }
  return bytes.subarray(0, done);
}

function storedRecord(kind: number | undefined, payload: Uint8Array, position: number): StoredRecord {
  if (kind === KIND.tip) return { kind: "block", as: "tip", raw: payload, position };
  if (kind === KIND.side) return { kind: "block", as: "side", raw: payload, position };
  return { kind: "command", command: kind === KIND.invalidate ? "invalidate" : "reconsider", hash: toHex(payload) };
}

function parseParams(path: string, kind: number | undefined, payload: Uint8Array): ChainParams {
  if (kind !== KIND.params) throw new BlockFileError(path, "its first record does not hold the chain's constants");
  return JSON.parse(Buffer.from(payload).toString("utf8")) as ChainParams;
}

function writeAll(fd: number, bytes: Uint8Array, position: number): number {
  for (let done = 0; done < bytes.length; ) done += writeSync(fd, bytes, done, bytes.length - done, position + done);
  return bytes.length;
}

/** The block file is damaged or cannot be written. */
export class BlockFileError extends CarraraError {
  constructor(path: string, why: string, cause?: unknown) {
    super("embedded-block-file", `The embedded chain's file ${path}: ${why}.`, {
      hint: "Make room on the disk, or move the file away to begin a new chain.",
      cause,
    });
  }
}
