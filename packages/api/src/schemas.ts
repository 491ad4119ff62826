/**
 * What travels: the shapes of every answer and event, as zod schemas from which the types are taken.
 * Amounts are decimal text in the smallest unit (sat, wei); times are milliseconds since 1970; rarity is log2 of the
 * expected number of hashes (`log2` 28.3 reads "1 in 2^28.3").
 * @module
 */
import { z } from "zod";

export const addressText = z
  .string()
  .regex(/^0x[0-9a-fA-F]{40}$/, "must be 0x and 40 hex digits")
  .transform((text) => text.toLowerCase());
export const tokenIdText = z
  .string()
  .regex(/^(0x)?[0-9a-fA-F]{64}$/, "must be 64 hex digits, most significant (the zeros) first")
  .transform((text) => text.toLowerCase().replace(/^0x/, ""));
export const amountText = z.string().regex(/^(0|[1-9][0-9]{0,77})$/, "must be a whole number in the smallest unit");
export const actorName = z.enum(["artist", "miner", "collector"]);

export const pieceState = z.enum(["claim", "forging", "forged", "listed", "sold", "lapsed"]);

export const actor = z.object({ name: actorName, address: z.string(), balanceWei: z.string() });

export const collectionBrief = z.object({
  address: z.string(),
  name: z.string(),
  /** Name of the style and of its family, as on a label. */
  style: z.string(),
  family: z.string(),
  artist: z.string(),
  artistName: z.string(),
  /** Rarity at which a share becomes a claim in the present round. */
  sillLog2: z.number(),
  round: z.number().int(),
  roundStart: z.number(),
  mintedInRound: z.number().int(),
  mintsPerRound: z.number().int(),
  supply: z.number().int(),
  cap: z.number().int(),
  priceWei: z.string(),
  /** Basis points of the first sale and of royalties. */
  artistShareBps: z.number().int(),
  royaltyBps: z.number().int(),
});

export const collectionDetail = collectionBrief.extend({
  symbol: z.string(),
  styleHex: z.string(),
  renderer: z.string(),
  createdAt: z.number(),
});

export const chainPart = z.object({
  kind: z.enum(["embedded", "real"]),
  name: z.string(),
  agent: z.string(),
  reachable: z.boolean(),
  height: z.number().int(),
  /** What is wrong and how to mend it, when it is not reachable. */
  problem: z.string().nullable(),
});

export const status = z.object({
  version: z.string(),
  startedAt: z.number(),
  now: z.number(),
  bitcoin: chainPart.extend({
    algorithm: z.enum(["sha256d", "scrypt"]),
    /** Rarity of a block: log2 of the hashes that one is expected to take. */
    blockLog2: z.number().nullable(),
    tipTime: z.number().nullable(),
  }),
  ethereum: chainPart.extend({ chainId: z.number().int() }),
  stratum: z.object({ url: z.string(), host: z.string(), port: z.number().int(), connections: z.number().int() }),
  miner: z.object({
    state: z.enum(["mining", "paused", "waiting"]),
    threads: z.number().int(),
    maxThreads: z.number().int(),
    hashRate: z.number(),
    about: z.string(),
    problem: z.string().nullable(),
  }),
  /** From shares over the last 10 minutes, all machines; null before there are enough. */
  hashRate: z.number().nullable(),
  actors: z.array(actor),
  /** Whether this node may write to its Ethereum chain; the reason when it may not. */
  writable: z.object({ allowed: z.boolean(), reason: z.string().nullable() }),
  collection: collectionBrief.nullable(),
  /** What the first start is busy with (laying contracts, measuring the CPU); null when ready. */
  preparing: z.string().nullable(),
  simulatedParts: z.number().int(),
});

export const ratePoint = z.object({
  time: z.number(),
  /** H/s over the window that ends at `time`; low and high: 95 % Poisson interval of the count. */
  rate: z.number(),
  low: z.number(),
  high: z.number(),
  shares: z.number().int(),
});

export const shareBrief = z.object({
  time: z.number(),
  worker: z.string(),
  log2: z.number(),
  /** Present when this share is a claim. */
  tokenId: z.string().nullable(),
});

export const machine = z.object({
  name: z.string(),
  kind: z.enum(["cpu", "stratum"]),
  detail: z.string(),
  online: z.boolean(),
  hashRate: z.number().nullable(),
  spark: z.array(z.number()),
  accepted: z.number().int(),
  rejected: z.number().int(),
  bestLog2: z.number().nullable(),
  pieceEverySeconds: z.number().nullable(),
  lastShareAt: z.number().nullable(),
});

export const pieceBrief = z.object({
  /** 64 hex digits, the zeros first. */
  tokenId: z.string(),
  collection: z.string(),
  collectionName: z.string(),
  style: z.string(),
  family: z.string(),
  title: z.string(),
  log2: z.number(),
  zeroBits: z.number().int(),
  sillLog2: z.number(),
  state: pieceState,
  foundAt: z.number().nullable(),
  worker: z.string().nullable(),
  owner: z.string().nullable(),
  ownerName: z.string().nullable(),
  priceWei: z.string().nullable(),
});

export const provenance = z.object({
  kind: z.enum(["found", "forged", "listed", "cancelled", "sold", "transferred"]),
  time: z.number(),
  /** One line for a person. */
  text: z.string(),
  txHash: z.string().nullable(),
  gasUsed: z.number().int().nullable(),
  priceWei: z.string().nullable(),
});

export const proof = z.object({
  headerHex: z.string(),
  coinbaseHex: z.string(),
  branchHex: z.array(z.string()),
  round: z.number().int(),
  recipient: z.string(),
  anchor: z.string(),
  commitment: z.string(),
  version: z.number().int(),
  previousBlock: z.string(),
  merkleRoot: z.string(),
  time: z.number().int(),
  bits: z.string(),
  nonce: z.number().int(),
});

export const listing = z.object({
  orderHash: z.string(),
  seller: z.string(),
  sellerName: z.string().nullable(),
  priceWei: z.string(),
  /** The artist's share inside the price. */
  artistWei: z.string(),
  listedAt: z.number(),
});

export const pieceDetail = pieceBrief.extend({
  seedHex: z.string(),
  styleHex: z.string(),
  artist: z.string(),
  artistName: z.string(),
  /** Recipient named in the work: the forging miner. */
  miner: z.string().nullable(),
  minerName: z.string().nullable(),
  traits: z.array(z.object({ name: z.string(), value: z.string() })),
  proof: proof.nullable(),
  provenance: z.array(provenance),
  listing: listing.nullable(),
  /** Of the canonical drawing, once this node has made it. */
  pixelsSha256: z.string().nullable(),
  recipeHash: z.string().nullable(),
  drawnSize: z.number().int(),
  drawnSamples: z.number().int(),
  blockLog2: z.number().nullable(),
  edition: z.number().int().nullable(),
  /** Why a claim cannot be forged (any more), when it cannot. */
  problem: z.string().nullable(),
});

export const quarry = z.object({
  now: z.number(),
  collection: collectionBrief.nullable(),
  /** Measured or nominal H/s that expectations are computed from; null when nothing hashes. */
  rate: z.number().nullable(),
  rateSource: z.enum(["shares", "miner", "none"]),
  pieceEverySeconds: z.number().nullable(),
  pieces24h: z.number().int(),
  pieces24hDue: z.number().nullable(),
  bestToday: z.object({ log2: z.number(), difficulty: z.number(), time: z.number() }).nullable(),
  bestEver: z.object({ log2: z.number(), difficulty: z.number(), time: z.number() }).nullable(),
  blockEverySeconds: z.number().nullable(),
  blockLog2: z.number().nullable(),
  blocksFound: z.number().int(),
  blocksDue: z.number().nullable(),
  since: z.number(),
  shareCount: z.number().int(),
  windowSeconds: z.number(),
  points: z.array(ratePoint),
  shares: z.array(shareBrief),
  machines: z.array(machine),
  bench: pieceBrief.nullable(),
  connect: z.object({ url: z.string(), user: z.string(), password: z.string(), note: z.string() }),
});

export const booksEntry = z.object({
  id: z.string(),
  time: z.number(),
  kind: z.enum(["block", "sale", "artist-share", "royalty", "forge-price", "purchase", "gas"]),
  /** Signed decimal text in the smallest unit: "-2100000" wei went out. */
  amount: z.string(),
  asset: z.enum(["BTC", "ETH"]),
  who: z.string(),
  text: z.string(),
  /** Block hash or transaction hash. */
  source: z.string(),
  state: z.enum(["final", "pending", "immature", "orphaned"]),
  real: z.boolean(),
  tokenId: z.string().nullable(),
});

export const booksTotal = z.object({
  asset: z.enum(["BTC", "ETH"]),
  who: z.string(),
  in: z.string(),
  out: z.string(),
  real: z.boolean(),
});

export const books = z.object({
  entries: z.array(booksEntry),
  totals: z.array(booksTotal),
  next: z.string().nullable(),
  /** Earnings per UTC day: mined sats and ETH from art (proceeds, shares, royalties), gas and prices paid. */
  days: z.array(z.object({ day: z.string(), minedSats: z.string(), artWei: z.string(), spentWei: z.string() })),
});

export const setting = z.object({
  name: z.string(),
  value: z.string(),
  origin: z.enum(["default", "file", "environment", "flag"]),
  secret: z.boolean(),
});

export const settings = z.object({
  parts: z.array(
    z.object({
      part: z.string(),
      name: z.string(),
      real: z.boolean(),
      detail: z.string(),
      mend: z.string().nullable(),
    }),
  ),
  settings: z.array(setting),
  stratum: z.object({ host: z.string(), url: z.string(), open: z.boolean(), lanUrls: z.array(z.string()) }),
});

export const check = z.object({ name: z.string(), ok: z.boolean(), detail: z.string() });
export const verification = z.object({
  ok: z.boolean(),
  tokenId: z.string().nullable(),
  title: z.string().nullable(),
  checks: z.array(check),
  pixelsSha256: z.string().nullable(),
  seconds: z.number(),
});

export const sent = z.object({ txHash: z.string(), tokenId: z.string(), state: pieceState });

export const apiError = z.object({
  error: z.object({
    code: z.string(),
    message: z.string(),
    hint: z.string().nullable(),
    retryable: z.boolean(),
    /** For a bad value: where it stood and what was wrong with it. */
    issues: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
  }),
});

/** Live events by SSE at /api/events; `event:` is the type, `data:` the JSON of the rest. */
export const liveEvent = z.discriminatedUnion("type", [
  z.object({ type: z.literal("status"), status }),
  z.object({ type: z.literal("rate"), point: ratePoint }),
  z.object({ type: z.literal("share"), share: shareBrief }),
  z.object({ type: z.literal("claim"), piece: pieceBrief }),
  z.object({ type: z.literal("piece"), piece: pieceBrief }),
  z.object({ type: z.literal("block"), height: z.number().int(), hash: z.string(), ours: z.boolean() }),
  z.object({ type: z.literal("round"), collection: collectionBrief }),
  z.object({ type: z.literal("books") }),
]);

export type Status = z.output<typeof status>;
export type Quarry = z.output<typeof quarry>;
export type RatePoint = z.output<typeof ratePoint>;
export type ShareBrief = z.output<typeof shareBrief>;
export type Machine = z.output<typeof machine>;
export type PieceBrief = z.output<typeof pieceBrief>;
export type PieceDetail = z.output<typeof pieceDetail>;
export type PieceState = z.output<typeof pieceState>;
export type Provenance = z.output<typeof provenance>;
export type CollectionBrief = z.output<typeof collectionBrief>;
export type CollectionDetail = z.output<typeof collectionDetail>;
export type Books = z.output<typeof books>;
export type BooksEntry = z.output<typeof booksEntry>;
export type Settings = z.output<typeof settings>;
export type Verification = z.output<typeof verification>;
export type LiveEvent = z.output<typeof liveEvent>;
export type ActorName = z.output<typeof actorName>;
export type ApiError = z.output<typeof apiError>;
export type Sent = z.output<typeof sent>;
