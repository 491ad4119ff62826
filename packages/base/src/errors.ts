/**
 * The one shape of an error: what failed, with which value, and the mend.
 * Refusals that are normal (a low share, a lost bid) are return values, not errors.
 * @module
 */

/** What goes with an error beside its code and message. */
export interface ErrorDetails {
  /** What the reader can do about it, as a sentence. */
  hint?: string;
  /** Whether the same call may succeed later without a change (a chain that is down, a busy port). */
  retryable?: boolean;
  cause?: unknown;
}

/**
 * An error that a person can act on.
 * @example throw new CarraraError("port-taken", "Port 3333 is taken.", { hint: "Set stratum.port to a free port." })
 */
export class CarraraError extends Error {
  /** Stable, documented, kebab-case. */
  readonly code: string;
  readonly hint: string | undefined;
  readonly retryable: boolean;

  constructor(code: string, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = new.target.name;
    this.code = code;
    this.hint = details.hint;
    this.retryable = details.retryable ?? false;
  }
}

/** Any thrown value as one line of text for a person: message, then the hint. */
export function explain(error: unknown): string {
  if (error instanceof CarraraError) return error.hint ? `${error.message} ${error.hint}` : error.message;
  return error instanceof Error ? error.message : String(error);
}
