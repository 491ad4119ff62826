/**
 * Who acts, where the chain is embedded.
 * @module
 */
import type { ActorName } from "@carrara/api/schemas";
import { ACTORS, chooseActor, useActor } from "../actor.ts";
import { ethText } from "../format.ts";
import { useLive } from "../use-live.ts";

export const ACTORS_ARE =
  "Artist, miner and collector are well-known development accounts of the embedded chain: their keys are public.";

/** The chooser; nothing where the node has no accounts of its own to act with. */
export function ActorChoice() {
  const { status } = useLive();
  const chosen = useActor();
  if (!status || status.actors.length === 0) return null;
  const balance = status.actors.find(({ name }) => name === chosen)?.balanceWei;
  return (
    <label
      className="as"
      title={`${ACTORS_ARE}${balance ? ` The ${chosen} has ${ethText(balance)} to practise with.` : ""}`}
    >
      as
      <span>
        <select
          data-testid="actor"
          aria-label="Act as"
          value={chosen}
          onChange={(event) => chooseActor(event.target.value as ActorName)}
        >
          {ACTORS.map((name) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </select>
      </span>
    </label>
  );
}
