/**
 * Every route, once: the server, the client and the OpenAPI document are made from this table.
 * @module
 */
import { z } from "zod";
import * as s from "./schemas.ts";

/** One route. `path` has `:name` parameters; absent schemas mean that nothing is taken there. */
export interface Route {
  method: "GET" | "POST" | "PUT";
  path: string;
  summary: string;
  params?: z.ZodObject;
  query?: z.ZodObject;
  body?: z.ZodObject;
  response: z.ZodType;
  /** Codes that this route answers beside `bad-request`, each with its HTTP status. */
  errors: Record<string, number>;
}

const writes = { "chain-not-writable": 403, "eth-unreachable": 503, "not-ready": 503, "store-unavailable": 503 };
const onePiece = z.object({ tokenId: s.tokenIdText });
const as = z.object({ as: s.actorName }).strict();

export const routes = {
  status: {
    method: "GET",
    path: "/api/status",
    summary: "What runs, what is embedded, what is real.",
    response: s.status,
    errors: {},
  },
  quarry: {
    method: "GET",
    path: "/api/quarry",
    summary: "Hash rate, shares, machines, and the newest claim.",
    response: s.quarry,
    errors: {},
  },
  pieces: {
    method: "GET",
    path: "/api/pieces",
    summary: "Pieces, newest first.",
    query: z
      .object({
        state: z.enum(["all", "claim", "forged", "listed", "sold"]).default("all"),
        collection: s.addressText.optional(),
        limit: z.coerce.number().int().min(1).max(200).default(60),
        after: s.tokenIdText.optional(),
      })
      .strict(),
    response: z.object({
      pieces: z.array(s.pieceBrief),
      counts: z.object({
        all: z.number().int(),
        claim: z.number().int(),
        forged: z.number().int(),
        listed: z.number().int(),
        sold: z.number().int(),
      }),
      collections: z.array(z.object({ address: z.string(), name: z.string(), count: z.number().int() })),
      next: z.string().nullable(),
    }),
    errors: {},
  },
  piece: {
    method: "GET",
    path: "/api/pieces/:tokenId",
    summary: "One piece with its proof of work, recipe and provenance.",
    params: onePiece,
    response: s.pieceDetail,
    errors: { "piece-unknown": 404 },
  },
  forge: {
    method: "POST",
    path: "/api/pieces/:tokenId/forge",
    summary: "Turn a claim into a token.",
    params: onePiece,
    body: as,
    response: s.sent,
    errors: { ...writes, "piece-unknown": 404, "claim-lapsed": 409, "already-forged": 409, "forge-refused": 409 },
  },
  list: {
    method: "POST",
    path: "/api/pieces/:tokenId/list",
    summary: "Offer a piece for ETH with a signed Seaport order.",
    params: onePiece,
    body: z.object({ as: s.actorName, priceWei: s.amountText }).strict(),
    response: s.sent,
    errors: { ...writes, "piece-unknown": 404, "not-owner": 409, "already-listed": 409, "bad-price": 400 },
  },
  cancel: {
    method: "POST",
    path: "/api/pieces/:tokenId/cancel",
    summary: "Withdraw a listing on chain.",
    params: onePiece,
    body: as,
    response: s.sent,
    errors: { ...writes, "piece-unknown": 404, "not-listed": 409, "not-owner": 409 },
  },
  buy: {
    method: "POST",
    path: "/api/pieces/:tokenId/buy",
    summary: "Fulfil the listing of a piece.",
    params: onePiece,
    body: as,
    response: s.sent,
    errors: { ...writes, "piece-unknown": 404, "not-listed": 409, "own-listing": 409, "not-enough-eth": 409 },
  },
  verify: {
    method: "POST",
    path: "/api/verify",
    summary: "Make the pixels again and check the work from chain data alone.",
    body: z
      .object({ tokenId: s.tokenIdText.optional(), recipe: z.string().max(16_384).optional() })
      .strict()
      .refine(
        (body) => (body.tokenId === undefined) !== (body.recipe === undefined),
        "give tokenId or recipe, one of them",
      ),
    response: s.verification,
    errors: { "piece-unknown": 404, "bad-recipe": 400, "eth-unreachable": 503 },
  },
  recipe: {
    method: "GET",
    path: "/api/pieces/:tokenId/recipe",
    summary: "The canonical recipe of a piece: how it was made, enough to make it again.",
    params: onePiece,
    response: z.object({ recipe: z.string(), hash: z.string() }),
    errors: { "piece-unknown": 404 },
  },
  collections: {
    method: "GET",
    path: "/api/collections",
    summary: "Collections that this node knows.",
    response: z.object({ collections: z.array(s.collectionDetail) }),
    errors: {},
  },
  books: {
    method: "GET",
    path: "/api/books",
    summary: "Every sat and wei in and out, with its source.",
    query: z
      .object({
        limit: z.coerce.number().int().min(1).max(500).default(100),
        after: z.string().max(120).optional(),
      })
      .strict(),
    response: s.books,
    errors: {},
  },
  miner: {
    method: "POST",
    path: "/api/miner",
    summary: "Pause, resume, or set the number of threads of this computer's miner.",
    body: z.object({ running: z.boolean().optional(), threads: z.number().int().min(1).max(256).optional() }).strict(),
    response: s.status.shape.miner,
    errors: { "too-many-threads": 400, "not-ready": 503 },
  },
  settings: {
    method: "GET",
    path: "/api/settings",
    summary: "Which part is embedded, which is real, and every setting with its origin.",
    response: s.settings,
    errors: {},
  },
  setStratum: {
    method: "PUT",
    path: "/api/settings/stratum",
    summary: "Open the Stratum port to the local network, or close it again.",
    body: z.object({ open: z.boolean() }).strict(),
    response: s.settings,
    errors: { "port-taken": 409 },
  },
} as const satisfies Record<string, Route>;

export type Routes = typeof routes;
export type RouteName = keyof Routes;

type Part<R, K extends string> = R extends Record<K, z.ZodType> ? z.input<R[K & keyof R] & z.ZodType> : unknown;
/** What a caller gives: path parameters, query and body in one object. */
export type Input<N extends RouteName> = Part<Routes[N], "params"> & Part<Routes[N], "query"> & Part<Routes[N], "body">;
/** What comes back. */
export type Output<N extends RouteName> = z.output<Routes[N]["response"]>;
