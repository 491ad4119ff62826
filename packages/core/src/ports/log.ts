/**
 * What the node tells its owner about itself. Never a secret: no key, password, signature or cookie.
 * @module
 */

/** One line a call; fields are added as name=value. */
export interface Log {
  info(message: string, fields?: Record<string, unknown>): void;
  warn(message: string, fields?: Record<string, unknown>): void;
  error(message: string, fields?: Record<string, unknown>): void;
}
