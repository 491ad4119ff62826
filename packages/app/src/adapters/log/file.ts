/**
 * The log as a file in the data folder, bounded: at its limit the file becomes `.old` and a new one begins. Own because
 * rotation is all that is needed beside appending a line.
 * @module
 */
import { appendFileSync, mkdirSync, renameSync, statSync } from "node:fs";
import { dirname } from "node:path";
import type { Log } from "@carrara/core/ports/log";

const LIMIT_BYTES = 8 * 1024 * 1024;

/** @param echo also told of warnings and errors, for the terminal */
export function fileLog(path: string, echo: (line: string) => void): Log {
  let size = 0;
  try {
    mkdirSync(dirname(path), { recursive: true });
    size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  } catch {}
  const write = (level: string, message: string, fields: Record<string, unknown> = {}) => {
    const rest = Object.entries(fields).map(([name, value]) => ` ${name}=${shown(value)}`);
    const line = `${level} ${message}${rest.join("")}`;
    if (level !== "info ") echo(line);
    const stamped = `${new Date().toISOString()} ${line}\n`;
    try {
      if (size > LIMIT_BYTES) {
        renameSync(path, `${path}.old`);
        size = 0;
      }
      appendFileSync(path, stamped);
      size += stamped.length;
    } catch {
      // A log that cannot be written (a full disk) must not stop what it tells about.
    }
  };
  return {
    info: (message, fields) => write("info ", message, fields),
    warn: (message, fields) => write("warn ", message, fields),
    error: (message, fields) => write("error", message, fields),
  };
}

function shown(value: unknown): string {
  if (value instanceof Error) return JSON.stringify(value.stack ?? value.message);
  if (typeof value === "bigint" || typeof value === "number" || typeof value === "boolean") return String(value);
  return JSON.stringify(value, (_, part) => (typeof part === "bigint" ? part.toString() : part)) ?? "undefined";
}
