/**
 * What the page knows of the node: answers of the API by key, brought up to date by live events.
 * One store outside React; components read it with the hooks of `use-live.ts`.
 * @module
 */
import type { Client } from "@carrara/api/client";
import type { Input, Output, RouteName } from "@carrara/api/routes";
import { type LiveEvent, liveEvent, type PieceBrief, type Status } from "@carrara/api/schemas";
import type { Failure } from "./api.ts";
import { applyToQuarry } from "./quarry-view.ts";

/** `lost` once the node did not answer; the pages keep what they had and say so. */
export type Link = "connecting" | "live" | "lost";

/** The part of the store that every page shows. */
export interface LiveState {
  readonly link: Link;
  /** Browser time of the last word from the node. */
  readonly lastHeard: number | null;
  readonly status: Status | null;
}

/** One answer. `value` is kept while it is fetched again, so that a page does not empty itself. */
export interface Entry<N extends RouteName> {
  readonly value: Output<N> | null;
  readonly failure: Failure | null;
}

/** See {@link createLive}. */
export interface Live {
  state(): LiveState;
  entry<N extends RouteName>(name: N, input: Input<N>): Entry<N>;
  /** Newest word of a piece from events, which may be newer than a list that holds it. */
  piece(tokenId: string): PieceBrief | null;
  /** Claims and pieces announced since the page was opened, oldest first. */
  announced(): readonly PieceBrief[];
  subscribe(listener: () => void): () => void;
  /** Fetches when needed and keeps the answer fresh until the returned function is called. */
  hold<N extends RouteName>(name: N, input: Input<N>): () => void;
  /** Fetches again now, what is held under these routes. */
  refresh(...names: RouteName[]): void;
  /** After a loss: opens the event stream and fetches all that is held. */
  reconnect(): void;
  start(): () => void;
}

/** What the store needs of the browser. */
export interface LiveDeps {
  readonly api: Client;
  readonly failureOf: (error: unknown) => Failure;
  readonly openEvents: () => EventSource;
  readonly now: () => number;
}

interface Held {
  readonly name: RouteName;
  readonly input: object;
  entry: Entry<RouteName>;
  users: number;
  loading: boolean;
  /** Asked for again while loading, or while nobody looked. */
  stale: boolean;
}

const EVENT_TYPES = liveEvent.options.map((option) => option.shape.type.value);
const EMPTY: Entry<RouteName> = { value: null, failure: null };
/** A pool of ASICs sends shares faster than eyes read: listeners hear of changes ten times a second at most. */
const TELL_MS = 100;
/** Several events of one cause (claim, piece, round) make one fetch. */
const REFETCH_MS = 400;
const NOT_READY_MS = 600;
const RETRY_MS = [500, 1000, 2000, 5000];
const ANNOUNCED_LIMIT = 500;

export function createLive({ api, failureOf, openEvents, now }: LiveDeps): Live {
  let state: LiveState = { link: "connecting", lastHeard: null, status: null };
  let announced: readonly PieceBrief[] = [];
  const pieces = new Map<string, PieceBrief>();
  const entries = new Map<string, Held>();
  const listeners = new Set<() => void>();
  const due = new Set<RouteName>();
  let telling: ReturnType<typeof setTimeout> | null = null;
  let refetching: ReturnType<typeof setTimeout> | null = null;
  let reopening: ReturnType<typeof setTimeout> | null = null;
  let source: EventSource | null = null;
  let attempts = 0;

  const keyOf = (name: RouteName, input: object) => `${name} ${JSON.stringify(input)}`;

  function tell(): void {
    telling ??= setTimeout(() => {
      telling = null;
      for (const listener of listeners) listener();
    }, TELL_MS);
  }

  function set(change: Partial<LiveState>): void {
    state = { ...state, ...change };
    tell();
  }

  function heard(): void {
    attempts = 0;
    if (state.link === "lost") {
      set({ link: "live", lastHeard: now() });
      for (const held of entries.values()) if (held.users > 0) void load(held);
    } else set({ link: "live", lastHeard: now() });
  }

  async function load(held: Held): Promise<void> {
    if (held.loading) {
      held.stale = true;
      return;
    }
    held.loading = true;
    held.stale = false;
    try {
      const value = await api(held.name, held.input as never);
      held.entry = { value, failure: null };
      if (held.name === "status") set({ status: value as Status });
      heard();
    } catch (error) {
      const failure = failureOf(error);
      held.entry = { value: held.entry.value, failure };
      if (failure.code === "node-unreachable") lose();
      // The first start opens the page before all parts are up.
      if (failure.code === "not-ready") setTimeout(() => refetch(held.name), NOT_READY_MS);
    }
    held.loading = false;
    tell();
    if (held.stale && held.users > 0) void load(held);
  }

  function refetch(...names: RouteName[]): void {
    for (const name of names) due.add(name);
    refetching ??= setTimeout(() => {
      refetching = null;
      for (const held of entries.values()) {
        if (!due.has(held.name)) continue;
        if (held.users > 0) void load(held);
        else held.stale = true;
      }
      due.clear();
    }, REFETCH_MS);
  }

  function patch<N extends RouteName>(name: N, change: (value: Output<N>) => Output<N>): void {
    for (const held of entries.values()) {
      if (held.name !== name || held.entry.value === null) continue;
      held.entry = { ...held.entry, value: change(held.entry.value as Output<N>) };
    }
    tell();
  }

  function onEvent(event: LiveEvent): void {
    heard();
    switch (event.type) {
      case "status":
        set({ status: event.status });
        return;
      case "books":
        refetch("books");
        return;
      case "claim":
      case "piece":
        note(event.piece);
        patch("quarry", (quarry) => applyToQuarry(quarry, event));
        refetch("piece", ...(event.type === "claim" ? (["quarry"] as const) : []));
        return;
      case "round":
      case "block":
        patch("quarry", (quarry) => applyToQuarry(quarry, event));
        refetch("quarry");
        return;
      default:
        patch("quarry", (quarry) => applyToQuarry(quarry, event));
    }
  }

  function note(piece: PieceBrief): void {
    if (!pieces.has(piece.tokenId)) announced = [...announced, piece].slice(-ANNOUNCED_LIMIT);
    pieces.set(piece.tokenId, piece);
    if (pieces.size > ANNOUNCED_LIMIT) pieces.delete(pieces.keys().next().value as string);
  }

  function lose(): void {
    if (state.link !== "lost") set({ link: "lost" });
    source?.close();
    source = null;
    if (reopening !== null) return;
    const wait = RETRY_MS[Math.min(attempts, RETRY_MS.length - 1)];
    attempts += 1;
    reopening = setTimeout(() => {
      reopening = null;
      open();
    }, wait);
  }

  function open(): void {
    source?.close();
    const stream = openEvents();
    source = stream;
    stream.onopen = heard;
    stream.onerror = () => {
      if (source === stream) lose();
    };
    for (const type of EVENT_TYPES) {
      stream.addEventListener(type, (message: MessageEvent<string>) => {
        const parsed = liveEvent.safeParse(parseJson(message.data));
        if (parsed.success) onEvent(parsed.data);
      });
    }
  }

  function held(name: RouteName, input: object): Held {
    const key = keyOf(name, input);
    let found = entries.get(key);
    if (!found) {
      found = { name, input, entry: EMPTY, users: 0, loading: false, stale: true };
      entries.set(key, found);
    }
    return found;
  }

  return {
    state: () => state,
    entry: (name, input) => (entries.get(keyOf(name, input as object))?.entry ?? EMPTY) as Entry<typeof name>,
    piece: (tokenId) => pieces.get(tokenId) ?? null,
    announced: () => announced,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    hold(name, input) {
      const mine = held(name, input as object);
      mine.users += 1;
      if (mine.stale || mine.entry.failure) void load(mine);
      return () => {
        mine.users -= 1;
        // The answer stays for the way back, but it will be asked for again.
        mine.stale = true;
      };
    },
    refresh: (...names) => refetch(...names),
    reconnect() {
      if (reopening !== null) clearTimeout(reopening);
      reopening = null;
      attempts = 0;
      open();
      for (const each of entries.values()) if (each.users > 0) void load(each);
    },
    start() {
      open();
      const status = held("status", {});
      status.users += 1;
      void load(status);
      return () => {
        status.users -= 1;
        source?.close();
        source = null;
        for (const timer of [telling, refetching, reopening]) if (timer !== null) clearTimeout(timer);
      };
    },
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
