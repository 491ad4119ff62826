/**
 * Who acts: on the embedded chain one of three well-known development accounts, chosen in the top bar.
 * @module
 */
import { type ActorName, actorName } from "@carrara/api/schemas";
import { useSyncExternalStore } from "react";

const KEY = "actor";
const listeners = new Set<() => void>();
let chosen: ActorName = stored();

export const ACTORS: readonly ActorName[] = actorName.options;

export function useActor(): ActorName {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => chosen,
  );
}

export function chooseActor(name: ActorName): void {
  chosen = name;
  try {
    localStorage.setItem(KEY, name);
  } catch {
    // Storage may be forbidden; the choice lasts until the page is closed.
  }
  for (const listener of listeners) listener();
}

function stored(): ActorName {
  try {
    const parsed = actorName.safeParse(localStorage.getItem(KEY));
    if (parsed.success) return parsed.data;
  } catch {
    // As above.
  }
  return "miner";
}
