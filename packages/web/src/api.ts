/**
 * The one client of the node that the page has.
 * @module
 */
import { ApiCallError, createClient } from "@carrara/api/client";

export const api = createClient({ base: "" });

/** A failed call as a page says it: what happened, and the mend. */
export interface Failure {
  readonly code: string;
  readonly message: string;
  readonly hint: string | null;
}

/** @example failureOf(error).message // "The node does not answer." */
export function failureOf(error: unknown): Failure {
  if (error instanceof ApiCallError) return { code: error.code, message: error.message, hint: error.hint ?? null };
  if (error instanceof Error && error.name === "ZodError")
    return {
      code: "version-mismatch",
      message: "The node answered in a form that this page does not know.",
      hint: "Load the page again; after an update the old page may still be open.",
    };
  return { code: "unexpected", message: error instanceof Error ? error.message : String(error), hint: null };
}
