/**
 * Writing a file whole or not at all.
 * @module
 */
import { open, rename, rm } from "node:fs/promises";
import { CarraraError } from "@carrara/base/errors";

/**
 * Writes parts to a temporary name beside the file, then renames. Whatever fails or stops on the way leaves the file as it
 * was and nothing beside it.
 * @returns the length in bytes
 * @throws WriteError when the place cannot be written; what `parts` throws
 */
export async function writeWhole(file: string, parts: AsyncIterable<Uint8Array>): Promise<number> {
  const partial = `${file}.${process.pid}.part`;
  const handle = await open(partial, "w").catch((cause) => {
    throw new WriteError(file, cause);
  });
  let length = 0;
  try {
    for await (const part of parts) {
      length += part.length;
      await handle.writeFile(part).catch((cause) => {
        throw new WriteError(file, cause);
      });
    }
    await handle.close();
    await rename(partial, file).catch((cause) => {
      throw new WriteError(file, cause);
    });
  } catch (error) {
    await handle.close().catch(() => {});
    await rm(partial, { force: true });
    if (error instanceof RangeError) throw new MemoryError(error);
    throw error;
  }
  return length;
}

/** The file cannot be written. */
class WriteError extends CarraraError {
  constructor(file: string, cause: unknown) {
    const why = cause instanceof Error ? cause.message : String(cause);
    super("cannot-write", `${file} cannot be written: ${why}.`, {
      hint: "Give a file in a folder that exists and that you may write to, on a disk that has room.",
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
