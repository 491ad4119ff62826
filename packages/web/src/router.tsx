/**
 * History routing: paths are what the server serves index.html for.
 * @module
 */
import type { AnchorHTMLAttributes, MouseEvent } from "react";
import { useSyncExternalStore } from "react";

/** The room that a path leads to. */
export type Room =
  | { readonly room: "quarry" | "gallery" | "books" | "settings" | "nowhere" }
  | { readonly room: "piece"; readonly tokenId: string };

const ROOMS: Record<string, Room> = {
  "/": { room: "quarry" },
  "/gallery": { room: "gallery" },
  "/books": { room: "books" },
  "/settings": { room: "settings" },
};

/** @example roomOf("/piece/00ab…") // { room: "piece", tokenId: "00ab…" } */
export function roomOf(path: string): Room {
  const plain = path.length > 1 ? path.replace(/\/+$/, "") : path;
  const piece = /^\/piece\/(?:0x)?([0-9a-fA-F]{64})$/.exec(plain);
  if (piece?.[1]) return { room: "piece", tokenId: piece[1].toLowerCase() };
  return ROOMS[plain] ?? { room: "nowhere" };
}

const listeners = new Set<() => void>();
const tell = () => {
  for (const listener of listeners) listener();
};

export function usePath(): string {
  return useSyncExternalStore(
    (listener) => {
      if (listeners.size === 0) addEventListener("popstate", tell);
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
        if (listeners.size === 0) removeEventListener("popstate", tell);
      };
    },
    () => location.pathname,
  );
}

/** Goes to a path of this page and to its top. */
export function navigate(path: string): void {
  if (path === location.pathname) return;
  history.pushState(null, "", path);
  tell();
  scrollTo(0, 0);
}

/** An anchor that changes the room without loading the page; with a modifier key it is an ordinary link. */
export function Link({ href, onClick, ...rest }: AnchorHTMLAttributes<HTMLAnchorElement> & { href: string }) {
  const go = (event: MouseEvent<HTMLAnchorElement>) => {
    onClick?.(event);
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    navigate(href);
  };
  return <a {...rest} href={href} onClick={go} />;
}
