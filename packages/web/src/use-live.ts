/**
 * Hooks over the store: what React components read.
 * @module
 */
import type { Input, RouteName } from "@carrara/api/routes";
import type { PieceBrief } from "@carrara/api/schemas";
import { type RefObject, useEffect, useLayoutEffect, useMemo, useState, useSyncExternalStore } from "react";
import { api, failureOf } from "./api.ts";
import { createLive, type Entry, type LiveState } from "./live.ts";

/** The page's only store. */
export const live = createLive({ api, failureOf, openEvents: () => new EventSource("/api/events"), now: Date.now });

export function useLive(): LiveState {
  return useSyncExternalStore(live.subscribe, live.state);
}

/** An answer of the API, fetched on first use and kept fresh by events. */
export function useAnswer<N extends RouteName>(name: N, input: Input<N>): Entry<N> {
  const key = JSON.stringify(input);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key stands for the input, which is a new object each time
  const stable = useMemo(() => input, [key]);
  useEffect(() => live.hold(name, stable), [name, stable]);
  return useSyncExternalStore(live.subscribe, () => live.entry(name, stable));
}

/** A piece of a list as the newest event has it. */
export function useNewest(piece: PieceBrief): PieceBrief {
  return useSyncExternalStore(live.subscribe, () => live.piece(piece.tokenId)) ?? piece;
}

export function useAnnounced(): readonly PieceBrief[] {
  return useSyncExternalStore(live.subscribe, live.announced);
}

/** Browser time, renewed every `ms`. */
export function useNow(ms: number): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), ms);
    return () => clearInterval(timer);
  }, [ms]);
  return now;
}

/** @example useMedia("(max-width: 640px)") */
export function useMedia(query: string): boolean {
  const list = useMemo(() => matchMedia(query), [query]);
  return useSyncExternalStore(
    (changed) => {
      list.addEventListener("change", changed);
      return () => list.removeEventListener("change", changed);
    },
    () => list.matches,
  );
}

/** Height of an element in CSS pixels, as it is laid out now and whenever it changes; null before the first layout. */
export function useHeight(element: RefObject<HTMLElement | null>): number | null {
  const [height, setHeight] = useState<number | null>(null);
  useLayoutEffect(() => {
    if (!element.current) return;
    setHeight(element.current.clientHeight);
    const observer = new ResizeObserver(([entry]) => {
      if (entry) setHeight(Math.round(entry.contentRect.height));
    });
    observer.observe(element.current);
    return () => observer.disconnect();
  }, [element]);
  return height;
}

export const PHONE = "(max-width: 640px)";
/** Below this the picture takes the whole width and the gauge lies under the sentence. */
export const NARROW = "(max-width: 1180px)";
export const CALM = "(prefers-reduced-motion: reduce)";
