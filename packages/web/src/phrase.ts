/**
 * Text that holds powers of two: parts for the page, plain text for tests, titles and screen readers.
 * @module
 */

/** A power of two inside a phrase; `of` is the exponent as text. */
export interface Power {
  readonly of: string;
}
export type Phrase = readonly (string | Power)[];

/** @example two("62") // the part that is shown as 2 with a raised 62 */
export function two(exponent: string): Power {
  return { of: exponent };
}

/** @example phraseText(["1 in ", two("62")]) // "1 in 2^62" */
export function phraseText(phrase: Phrase): string {
  return phrase.map((part) => (typeof part === "string" ? part : `2^${part.of}`)).join("");
}
