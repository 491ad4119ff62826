/**
 * What an engine on chain is told of a piece, because finding it out takes more gas than a call has: the draw of latents
 * that the calm rule took, and the sorted lists that levels are read from. Whoever doubts it asks the engine for the same
 * values at the same places, some at a time.
 * @module
 */
import { concat } from "@carrara/base/bytes";
import { type Baker, PLAIN } from "./bake.ts";
import { drawHash, latentsOf } from "./draws.ts";
import { prepare } from "./render.ts";
import type { Style } from "./style.ts";

/** Format: draw of latents 1 byte; number of lists 1; each list: count 2, values 4 each, most significant byte first. */
export interface Given {
  readonly draw: number;
  /** In rising order. */
  readonly lists: readonly Int32Array[];
}

/**
 * What is to be told of this piece; draw 0 and no lists where its family can do without.
 * @param seed 32 bytes: the token id, most significant byte first
 */
export function givenOf(style: Style, seed: Uint8Array): Given {
  const lists: Int32Array[] = [];
  const listening: Baker = {
    ...PLAIN,
    values(family, step, s, i, places) {
      const values = PLAIN.values(family, step, s, i, places);
      // Without a step it is the calm rule that asks.
      if (step) lists.push(values.toSorted());
      return values;
    },
  };
  const { latents } = prepare(style, seed, undefined, listening);
  const hash = drawHash(style.format, seed);
  const same = (k: number) => latentsOf(hash, k).z.every((z, i) => z === latents.z[i]);
  return { draw: [0, 1, 2, 3].find(same)!, lists };
}

/** The bytes that Loupe.sol takes as `given`. */
export function givenBytes({ draw, lists }: Given): Uint8Array {
  const parts = lists.map((list) => {
    const view = new DataView(new ArrayBuffer(2 + 4 * list.length));
    view.setUint16(0, list.length);
    list.forEach((value, i) => {
      view.setInt32(2 + 4 * i, value);
    });
    return new Uint8Array(view.buffer);
  });
  return concat(Uint8Array.of(draw, lists.length), ...parts);
}
