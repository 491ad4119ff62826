/**
 * Writing a file whole or not at all.
 * @module
 */
import { randomBytes } from "node:crypto";
import { rmSync } from "node:fs";
import { open, rename, stat } from "node:fs/promises";
import { CarraraError } from "@carrara/base/errors";

/**
 * Writes parts to a temporary name beside the file, then renames. Whatever fails or stops on the way leaves the file as it
 * was and nothing beside it, also when the process is told to exit. Only kill -9 leaves a `FILE.xxxxxxxx.part`, which
 * nobody reads.
 * @returns the length in bytes
 * @throws WriteError when the place cannot be written, before the first part is made where that can be known; what
 * `parts` throws
 */
export async function writeWhole(file: string, parts: AsyncIterable<Uint8Array>): Promise<number> {
  await mayBeReplaced(file);
  // A name that nobody can guess and that must be new: in a folder of all, nobody can have laid a link there.
  const partial = `${file}.${randomBytes(4).toString("hex")}.part`;
  const failed = (cause: unknown) => {
    throw new WriteError(file, reasonOf(cause), cause);
  };
  const handle = await open(partial, "wx").catch(failed);
  const remove = () => rmSync(partial, { force: true });
  process.once("exit", remove);
  let length = 0;
  try {
    for await (const part of parts) {
      length += part.length;
      await handle.writeFile(part).catch(failed);
    }
    // A name must not reach the disk before what it stands for.
    await handle.sync().catch(failed);
    await handle.close().catch(failed);
    await rename(partial, file).catch(failed);
  } catch (error) {
    await handle.close().catch(() => {});
    remove();
    if (error instanceof RangeError) throw new MemoryError(error);
    throw error;
  } finally {
    process.off("exit", remove);
  }
  return length;
}

/** What stands there and cannot give way is told at once, not after an hour of drawing. */
async function mayBeReplaced(file: string): Promise<void> {
  const present = await stat(file).catch(() => undefined);
  if (present === undefined) return;
  if (!present.isFile()) throw new WriteError(file, present.isDirectory() ? "it is a folder" : "it is no plain file");
  // Renaming onto it would not ask.
  if ((present.mode & 0o222) === 0) throw new WriteError(file, "it is there and marked as read-only");
}

/** The system's own words, without the name that the file has while it is written. */
function reasonOf(cause: unknown): string {
  const { code, message } = cause as NodeJS.ErrnoException;
  return REASONS[code ?? ""] ?? message;
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "its folder does not exist",
  ENOTDIR: "what should be its folder is a file",
  EACCES: "its folder may not be written to",
  EPERM: "its folder may not be written to",
  EROFS: "its disk is read-only",
  ENOSPC: "its disk is full",
  EDQUOT: "the quota is used up",
  EFBIG: "it would be larger than files may be here",
  ENAMETOOLONG: "its name is too long",
};

/** The file cannot be written. */
class WriteError extends CarraraError {
  constructor(file: string, why: string, cause?: unknown) {
    super("cannot-write", `${file} cannot be written: ${why}.`, {
      hint: "Give a file that is new or may be replaced, in a folder that you may write to, on a disk that has room.",
      cause,
    });
  }
}

/** An array that the engine would not give. */
class MemoryError extends CarraraError {
  constructor(cause: RangeError) {
    super("out-of-memory", `There is not enough memory for this picture (${cause.message}).`, {
      hint: "Give a smaller --size, or a .png, which is written in bands.",
      cause,
    });
  }
}
