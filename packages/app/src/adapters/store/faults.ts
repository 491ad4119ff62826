/**
 * What a failing store says, sorted by what a person can do about it.
 * @module
 */
import { CarraraError } from "@carrara/base/errors";

/**
 * Turns what a driver throws into an error that tells the mend. A refused statement (SQLSTATE classes 22, 23, 40, 42 ...)
 * stays what it is: that is a fault in the caller.
 */
export function storeFault(error: unknown, where: string): unknown {
  if (error instanceof CarraraError) return error;
  const code = typeof error === "object" && error !== null && "code" in error ? String(error.code) : "";
  const message = error instanceof Error ? error.message : String(error);
  if (code === "53100" || code === "ENOSPC" || /no space left/i.test(message)) {
    return new StoreUnavailableError(
      where,
      "its disk is full",
      "Free some space there; what was acknowledged is kept.",
      error,
    );
  }
  if (code === "28P01" || code === "28000") {
    return new StoreUnavailableError(where, "it refused the user or password", "Correct DATABASE_URL.", error);
  }
  if (code === "3D000") {
    return new StoreUnavailableError(
      where,
      "the database does not exist",
      "Create it (createdb), or correct DATABASE_URL.",
      error,
    );
  }
  if (code === "EACCES" || code === "EPERM" || code === "EROFS") {
    return new StoreUnavailableError(
      where,
      "it cannot be written",
      "Give this user write permission, or set data.dir.",
      error,
    );
  }
  const lost = /^(08|57P0|53)/.test(code) || /^E(CONN|PIPE|HOST|NET|TIMEDOUT|AI_AGAIN|NOTFOUND)/.test(code);
  if (lost || /terminated|connection (closed|ended|timeout)|PGlite is closed/i.test(message)) {
    return new StoreUnavailableError(
      where,
      message,
      "It is tried again; see that the server runs and is reachable.",
      error,
    );
  }
  return error;
}

/** The store does not answer, or cannot write. */
export class StoreUnavailableError extends CarraraError {
  constructor(where: string, why: string, hint: string, cause: unknown) {
    super("store-unavailable", `The store at ${where} is not usable: ${why}.`, { hint, retryable: true, cause });
  }
}
