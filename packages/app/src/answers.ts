/**
 * What stands behind each route: reads the services, calls the use cases, gives the shapes of the API.
 * @module
 */
import { availableParallelism } from "node:os";
import type { CollectionBrief, PieceBrief, Quarry, Settings, Status } from "@carrara/api/schemas";
import { canonical, recipeHash, recipeOf } from "@carrara/art/recipe";
import { CANONICAL } from "@carrara/art/render";
import { FAMILY_TRAITS } from "@carrara/art/traits";
import { fromHex } from "@carrara/base/bytes";
import { CarraraError } from "@carrara/base/errors";
import { readBooks } from "@carrara/core/books/books";
import { nameOf } from "@carrara/core/ethereum/actors";
import { PieceUnknownError } from "@carrara/core/forge/forge";
import { countByCollection, countPieces, readPiece } from "@carrara/core/forge/state";
import { brief, briefs, detail, type PieceContext } from "@carrara/core/pieces/view";
import type { Clock } from "@carrara/core/ports/clock";
import { bestShare, boreHoles, machines, rates, readSpans } from "@carrara/core/quarry/view";
import { readCollections } from "@carrara/core/studio/collections";
import { expectedHashes } from "@carrara/mining/target";
import { expectedSeconds, HASHES_PER_DIFFICULTY } from "@carrara/optimiser/rate";
import type { Config } from "./config.ts";
import type { Handlers } from "./http/server.ts";
import { isLoopback, isWildcard, LOOPBACK, lanAddresses, stratumUrl } from "./net.ts";
import { need, type Services } from "./services.ts";

/** What answers need. */
export interface AnswerDeps {
  services: Services;
  config: Config;
  clock: Clock;
  startedAt: number;
  version: string;
  /** The canonical drawing of a piece has been made for the first time. */
  onDrawn(tokenId: string): void;
  /** Opens or closes the Stratum port to the local network. */
  openStratum(open: boolean): Promise<void>;
}

/** The handlers and what they are made of, for events. */
export interface Answers {
  handlers: Handlers;
  status(): Promise<Status>;
  brief(tokenId: string): Promise<PieceBrief>;
  picture(tokenId: string, size: number, signal: AbortSignal): Promise<Uint8Array>;
  collectionBriefs(): Promise<CollectionBrief[]>;
}

export function createAnswers({
  services,
  config,
  clock,
  startedAt,
  version,
  onDrawn,
  openStratum,
}: AnswerDeps): Answers {
  const sillOf = (collection: string) => {
    const terms = services.rounds?.terms().find((one) => one.collection === collection);
    return terms ? log2(expectedHashes(terms.target)) : null;
  };
  const blockLog2 = () => (services.bitcoinTip ? log2(expectedHashes(services.bitcoinTip.target)) : null);
  const nameOfAddress = (address: string | null) => (services.ethereum ? nameOf(services.ethereum, address) : null);

  const context = (): PieceContext => ({
    now: clock.now(),
    nameOf: nameOfAddress,
    ownWorker: services.ownWorker,
    sillOf,
    blockLog2: blockLog2(),
  });

  async function collectionBriefs(): Promise<CollectionBrief[]> {
    const { store } = services;
    if (!store) return [];
    const found = await readCollections(store);
    const states = services.rounds?.states() ?? [];
    return Promise.all(
      found.map(async (one) => {
        const { style } = await services.styles.get(store, one.address);
        const state = states.find(({ collection }) => collection === one.address);
        return {
          address: one.address,
          name: one.name,
          style: one.styleName,
          family: FAMILY_TRAITS[style.family]?.name ?? "",
          artist: one.artist,
          artistName: one.artistName,
          sillLog2: log2(expectedHashes(state?.target ?? one.terms.initialTarget)),
          round: state?.round ?? 0,
          roundStart: state?.openedAt ?? one.createdAt,
          mintedInRound: state?.mints ?? 0,
          mintsPerRound: one.terms.mintsPerRound,
          supply: state?.supply ?? 0,
          cap: one.terms.supplyCap,
          priceWei: one.terms.price.toString(),
          artistShareBps: one.terms.artistBps,
          royaltyBps: one.terms.royaltyBps,
        };
      }),
    );
  }

  async function openCollection(): Promise<CollectionBrief | null> {
    const all = await collectionBriefs();
    const [first] = services.rounds?.terms() ?? [];
    return all.find(({ address }) => address === first?.collection) ?? all[0] ?? null;
  }

  async function status(): Promise<Status> {
    const { bitcoin, ethereum, follower, pool, stratum, preparing, problems } = services;
    const poolStatus = pool?.status();
    const followed = follower?.state();
    const bitcoinKind = config.get("bitcoin.rpc") ? "real" : "embedded";
    const ethereumKind = config.get("ethereum.rpc") ? "real" : "embedded";
    const bitcoinProblem = problems.bitcoin ?? (poolStatus && !poolStatus.node.up ? poolStatus.node.why : null);
    const ethereumProblem = problems.ethereum ?? (followed?.problem ? sentence(followed.problem) : null);
    return {
      version,
      startedAt,
      now: clock.now(),
      bitcoin: {
        kind: bitcoinKind,
        name: bitcoin?.node.chain.chain ?? "",
        agent: bitcoin?.node.chain.agent ?? "",
        algorithm: bitcoin?.node.chain.algorithm ?? "sha256d",
        reachable: bitcoin !== null && bitcoinProblem === null,
        height: services.bitcoinTip?.height ?? 0,
        tipTime: services.bitcoinTip?.time ?? null,
        blockLog2: blockLog2(),
        problem: bitcoinProblem,
      },
      ethereum: {
        kind: ethereumKind,
        name: ethereumKind === "embedded" ? "embedded" : `chain ${ethereum?.chainId ?? "?"}`,
        agent: ethereum?.agent ?? "",
        chainId: ethereum?.chainId ?? 0,
        reachable: ethereum !== null && ethereumProblem === null,
        height: followed?.height ?? 0,
        problem: ethereumProblem,
      },
      stratum: {
        url: stratum ? stratumUrl(shownHost(stratum.host), stratum.port) : "",
        host: stratum?.host ?? config.get("stratum.host"),
        port: stratum?.port ?? 0,
        connections: poolStatus?.connections ?? 0,
      },
      miner: minerStatus(),
      hashRate: poolStatus?.hashRate ?? null,
      actors: (ethereum?.actors ?? []).map(({ name, address }) => ({
        name,
        address,
        balanceWei: (services.balances.get(address) ?? 0n).toString(),
      })),
      writable:
        ethereumKind === "embedded"
          ? { allowed: true, reason: null }
          : {
              allowed: false,
              reason: "This version writes to its embedded chain only; wallets come with a later one.",
            },
      collection: await openCollection(),
      preparing,
      simulatedParts: 0,
    };
  }

  function minerStatus(): Status["miner"] {
    const now = services.miner?.status();
    return {
      state: now === undefined ? "waiting" : MINER_STATES[now.state],
      threads: now?.threads ?? config.get("miner.threads"),
      maxThreads: now?.maxThreads ?? availableParallelism(),
      hashRate: now?.hashRate ?? 0,
      about: now?.about ?? "",
      problem: now?.why ?? services.problems.stratum,
    };
  }

  async function quarry(): Promise<Quarry> {
    const store = need(services, "store");
    const now = clock.now();
    const spans = await readSpans(store, now);
    const { points, windowSeconds, rate: fromShares, shareCount } = rates(spans, now);
    const counted = services.miner?.status().hashRate ?? 0;
    const rate = fromShares ?? (counted > 0 ? counted : null);
    const collection = await openCollection();
    const target = services.rounds?.terms()[0]?.target;
    // Claims come from SHA-256d chains only: scrypt work finds no piece.
    const pieceHashes =
      target && services.bitcoin?.node.chain.algorithm !== "scrypt" ? Number(expectedHashes(target)) : null;
    const blockHashes = services.bitcoinTip ? Number(expectedHashes(services.bitcoinTip.target)) : null;
    const holes = await boreHoles(store, now, services.ownWorker);
    const [blocks] = await store.query<{ count: number }>(
      "select count(*)::integer as count from block_found where answer = 'accepted'",
    );
    const [ever] = await store.query<{ since: string | null; due: number }>(
      `select (select min(first_seen) from worker) as since,
              (select coalesce(sum(blocks_due), 0) from share_span)::double precision as due`,
    );
    const since = Number(ever?.since ?? now);
    const counts = await countPieces(store, now);
    const dayWork = spans.reduce((sum, span) => sum + span.work, 0) * HASHES_PER_DIFFICULTY;
    const newest =
      counts.claim > 0 ? await briefs(store, services.styles, context(), { state: "claim", limit: 1 }) : [];
    // Every share below the sill, also those that were not among the best that are kept as claims.
    const [deep] = await store.query<{ count: number }>(
      "select count(*)::integer as count from deep_share where time >= $1 and log2 >= $2",
      [now - 86_400_000, collection?.sillLog2 ?? 256],
    );
    const agents = new Map(services.pool?.status().workers.map((worker) => [worker.worker, worker]) ?? []);
    const minerNow = services.miner?.status();
    return {
      now,
      collection,
      rate,
      rateSource: fromShares !== null ? "shares" : rate !== null ? "miner" : "none",
      pieceEverySeconds: rate && pieceHashes ? expectedSeconds(pieceHashes, rate) : null,
      pieces24h: deep?.count ?? 0,
      pieces24hDue: pieceHashes ? dayWork / pieceHashes : null,
      bestToday: await bestShare(store, now - 86_400_000),
      bestEver: await bestShare(store, 0),
      blockEverySeconds: rate && blockHashes ? expectedSeconds(blockHashes, rate) : null,
      blockLog2: blockLog2(),
      blocksFound: blocks?.count ?? 0,
      blocksDue: blockHashes && ever ? ever.due : null,
      since,
      shareCount,
      windowSeconds,
      points,
      shares: holes,
      machines: await machines(
        store,
        now,
        {
          own: services.ownWorker,
          ownRate: minerNow?.hashRate ?? null,
          online: (worker) => services.pool?.online(worker) ?? false,
          detail: (worker, agent) =>
            worker === services.ownWorker && minerNow
              ? `${minerNow.threads} of ${minerNow.maxThreads} threads`
              : (agents.get(worker)?.agent ?? agent ?? "unnamed program"),
          pieceHashes,
        },
        spans,
      ),
      bench: newest[0] ?? null,
      connect: connectHint(),
    };
  }

  function connectHint(): Quarry["connect"] {
    const { stratum } = services;
    const open = stratum !== null && !isLoopback(stratum.host);
    return {
      url: stratum ? stratumUrl(shownHost(stratum.host), stratum.port) : "",
      user: `${payoutOf(services.ownWorker)}.name`,
      password: "x",
      note: open
        ? "Any machine in your network can reach this port; anybody there can mine here."
        : "Only this computer can reach the port. Open it to your network in Settings.",
    };
  }

  async function settings(): Promise<Settings> {
    const { store, bitcoin, ethereum, stratum } = services;
    const open = stratum !== null && !isLoopback(stratum.host);
    return {
      parts: [
        {
          part: "Bitcoin",
          name: bitcoin?.node.chain.kind === "real" ? bitcoin.node.chain.agent : "Embedded chain",
          real: config.get("bitcoin.rpc") !== null,
          detail: config.get("bitcoin.rpc")
            ? `chain ${bitcoin?.node.chain.chain ?? "?"}`
            : "A small chain of its own on this computer; its coins are practice money.",
          mend: config.get("bitcoin.rpc") ? null : "Set BTC_RPC_URL to mine on a real chain.",
        },
        {
          part: "Ethereum",
          name: config.get("ethereum.rpc") ? (ethereum?.agent ?? "JSON-RPC") : "Embedded chain (anvil)",
          real: config.get("ethereum.rpc") !== null,
          detail: config.get("ethereum.rpc")
            ? `chain ${ethereum?.chainId ?? "?"}, read only`
            : "Three well-known development accounts act on it; their ETH is practice money.",
          mend: config.get("ethereum.rpc") ? null : "Set ETH_RPC_URL to read a real chain.",
        },
        {
          part: "Store",
          name: store?.about.kind === "postgresql" ? "PostgreSQL" : "PGlite",
          real: true,
          detail: store?.about.where ?? "",
          mend: store?.about.kind === "postgresql" ? null : "Set DATABASE_URL to use a PostgreSQL server.",
        },
        { part: "Miner", name: "This CPU", real: true, detail: minerStatus().about, mend: null },
        {
          part: "Renderer",
          name: "Integer neural fields",
          real: true,
          detail: "Drawn here; the same bits on every machine.",
          mend: null,
        },
      ],
      settings: config.list().map(({ name, value, origin, secret }) => ({ name, value, origin, secret })),
      stratum: {
        host: stratum?.host ?? "",
        url: stratum ? stratumUrl(shownHost(stratum.host), stratum.port) : "",
        open,
        lanUrls: stratum ? lanHosts(stratum.host).map((address) => stratumUrl(address, stratum.port)) : [],
      },
    };
  }

  /** The canonical drawing is made once and written down, so that a page can compare its own with it. */
  async function draw(tokenId: string, size: number, samples: number, urgent = false, signal?: AbortSignal) {
    const store = need(services, "store");
    const row = await readPiece(store, clock.now(), tokenId);
    if (!row) throw new PieceUnknownError(tokenId);
    const { collection } = await services.styles.get(store, row.collection);
    const { style: styleBytes } = collection;
    const drawing = { styleBytes, seed: fromHex(tokenId), size, samples, urgent };
    const drawn = await services.renderer.draw(drawing, signal);
    if (size === CANONICAL.size && samples === CANONICAL.samples) {
      const recipe = recipeOf({
        styleBytes: collection.style,
        seed: fromHex(tokenId),
        size,
        samples,
        pixels: drawn.pixelsSha256,
      });
      const [first] = await store.query(
        "insert into drawing (token_id, pixels_sha256, recipe, recipe_hash, made_at) values ($1, $2, $3, $4, $5) on conflict (token_id) do nothing returning token_id",
        [tokenId, drawn.pixelsSha256, canonical(recipe), recipeHash(recipe), clock.now()],
      );
      if (first) onDrawn(tokenId);
    }
    return drawn;
  }

  const handlers: Handlers = {
    status,
    quarry,
    async pieces({ state, collection, limit, after }) {
      const store = need(services, "store");
      const now = clock.now();
      const found = await briefs(store, services.styles, context(), {
        state,
        limit: limit + 1,
        ...(collection ? { collection } : {}),
        ...(after ? { after } : {}),
      });
      const page = found.slice(0, limit);
      return {
        pieces: page,
        counts: await countPieces(store, now, collection),
        collections: await countByCollection(store),
        next: found.length > limit ? (page.at(-1)?.tokenId ?? null) : null,
      };
    },
    async piece({ tokenId }) {
      const store = need(services, "store");
      const found = await detail(store, services.styles, context(), tokenId);
      if (found.pixelsSha256 === null) void draw(tokenId, CANONICAL.size, CANONICAL.samples, true).catch(() => {});
      return found;
    },
    forge: ({ tokenId, as }) => need(services, "forge").forge(tokenId, as),
    list: ({ tokenId, as, priceWei }) => need(services, "market").list(tokenId, as, BigInt(priceWei)),
    cancel: ({ tokenId, as }) => need(services, "market").cancel(tokenId, as),
    buy: ({ tokenId, as }) => need(services, "market").buy(tokenId, as),
    verify({ tokenId, recipe }) {
      const verify = need(services, "verify");
      return recipe === undefined ? verify.token(tokenId ?? "") : verify.recipe(recipe);
    },
    async recipe({ tokenId }) {
      await draw(tokenId, CANONICAL.size, CANONICAL.samples, true);
      const [row] = await need(services, "store").query<{ recipe: string; recipe_hash: string }>(
        "select recipe, recipe_hash from drawing where token_id = $1",
        [tokenId],
      );
      return { recipe: row?.recipe ?? "", hash: row?.recipe_hash ?? "" };
    },
    async collections() {
      const store = need(services, "store");
      const found = await readCollections(store);
      const all = await collectionBriefs();
      return {
        collections: found.flatMap((one) => {
          const short = all.find(({ address }) => address === one.address);
          return short
            ? [
                {
                  ...short,
                  symbol: one.symbol,
                  styleHex: Buffer.from(one.style).toString("hex"),
                  renderer: one.terms.renderer,
                  createdAt: one.createdAt,
                },
              ]
            : [];
        }),
      };
    },
    async books({ limit, after }) {
      const store = need(services, "store");
      const confirmations = services.ethereum?.confirmations ?? 1;
      const height = services.follower?.state().height ?? 0;
      return readBooks(
        store,
        {
          realEthereum: config.get("ethereum.rpc") !== null,
          ownWorker: services.ownWorker,
          nameOf: nameOfAddress,
          titleOf: (tokenId) => services.styles.title(store, tokenId),
          finalBlock: height - confirmations + 1,
        },
        { limit, after },
      );
    },
    async miner({ running, threads }) {
      const miner = need(services, "miner");
      if (threads !== undefined) {
        const { maxThreads } = miner.status();
        if (threads > maxThreads) throw new TooManyThreadsError(threads, maxThreads);
        await miner.setThreads(threads);
      }
      if (running === false) miner.pause();
      if (running === true) miner.resume();
      return (await status()).miner;
    },
    settings,
    async setStratum({ open }) {
      await openStratum(open);
      return settings();
    },
  };

  return {
    handlers,
    status,
    brief: (tokenId) => brief(need(services, "store"), services.styles, context(), tokenId),
    async picture(tokenId, size, signal) {
      // Small pictures need more samples to be calm; large ones are the canonical drawing or slower.
      return (await draw(tokenId, size, size <= 128 ? 3 : 2, false, signal)).png;
    },
    collectionBriefs,
  };
}

/** The miner's own words for what it does, as the three that a page tells apart. */
const MINER_STATES = {
  stopped: "waiting",
  connecting: "waiting",
  refused: "waiting",
  waiting: "waiting",
  mining: "mining",
  paused: "paused",
} as const;

function log2(hashes: bigint): number {
  const bits = hashes.toString(2).length;
  const top = Number(bits > 53 ? hashes >> BigInt(bits - 53) : hashes);
  return Math.log2(top) + Math.max(0, bits - 53);
}

function sentence(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function shownHost(host: string): string {
  return isWildcard(host) ? (lanAddresses()[0] ?? LOOPBACK) : host;
}

/** Where others reach a port: when it is bound to all networks, or to the one named; on loopback after it has been opened. */
function lanHosts(host: string): string[] {
  return isWildcard(host) || isLoopback(host) ? lanAddresses() : [host];
}

function payoutOf(worker: string | null): string {
  return worker?.split(".")[0] ?? "your-address";
}

/** More threads than the CPU has. */
class TooManyThreadsError extends CarraraError {
  constructor(asked: number, most: number) {
    super("too-many-threads", `${asked} threads were asked for; this CPU runs ${most}.`, {
      hint: `Give 1 to ${most}.`,
    });
  }
}
