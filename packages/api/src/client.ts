/**
 * The client made from the routes: `const api = createClient({ base: "" }); await api("forge", { tokenId, as: "miner" })`.
 * @module
 */
import { CarraraError } from "@carrara/base/errors";
import { type Input, type Output, type Route, type RouteName, routes } from "./routes.ts";
import { apiError } from "./schemas.ts";

/** What the client needs; `fetch` can be another than the platform's. */
export interface ClientOptions {
  /** For instance "http://127.0.0.1:8420", or "" on the page itself. */
  base: string;
  fetch?: typeof fetch;
}

/** Calls one route. Rejects with {@link ApiCallError}. */
export type Client = <N extends RouteName>(name: N, input: Input<N>, signal?: AbortSignal) => Promise<Output<N>>;

export function createClient({ base, fetch: request = fetch }: ClientOptions): Client {
  return async (name, input, signal) => {
    const route: Route = routes[name];
    const given: Record<string, unknown> = { ...(input as object) };
    const path = route.path.replace(/:([a-zA-Z]+)/g, (_, key: string) => {
      const value = String(given[key]);
      delete given[key];
      return encodeURIComponent(value);
    });
    const query = new URLSearchParams();
    if (route.query) {
      for (const key of Object.keys(route.query.shape)) {
        if (given[key] !== undefined) query.set(key, String(given[key]));
        delete given[key];
      }
    }
    const search = query.size > 0 ? `?${query}` : "";
    const init: RequestInit = { method: route.method, ...(signal ? { signal } : {}) };
    if (route.body) {
      init.body = JSON.stringify(given);
      init.headers = { "content-type": "application/json" };
    }
    let response: Response;
    try {
      response = await request(`${base}${path}${search}`, init);
    } catch (cause) {
      if (signal?.aborted) throw cause;
      throw new ApiCallError(
        "node-unreachable",
        "The node does not answer.",
        "Start it with: npm start",
        true,
        0,
        cause,
      );
    }
    const body: unknown = await response.json().catch(() => null);
    if (!response.ok) {
      const parsed = apiError.safeParse(body);
      if (!parsed.success) {
        throw new ApiCallError(
          "bad-answer",
          `The node answered ${response.status} without a reason.`,
          null,
          false,
          response.status,
        );
      }
      const { code, message, hint, retryable } = parsed.data.error;
      throw new ApiCallError(code, message, hint, retryable, response.status);
    }
    return route.response.parse(body) as never;
  };
}

/** A refusal by the node, with its code, or the failure to reach it. */
export class ApiCallError extends CarraraError {
  readonly status: number;
  constructor(code: string, message: string, hint: string | null, retryable: boolean, status: number, cause?: unknown) {
    super(code, message, { ...(hint ? { hint } : {}), retryable, cause });
    this.status = status;
  }
}
