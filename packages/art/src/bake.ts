/**
 * What follows from the networks of a piece: the calm rule, then the steps of its family, one after the other.
 * @module
 */
import type { Latents } from "./draws.ts";
import type { Family, FieldsStep, Step } from "./family/family.ts";
import { countEyes, eyePlaces, type Field, NODES, type Nodes, nodesOf, type Places, type Plate } from "./field.ts";
import { clamp } from "./integer.ts";

/** Asks a family's functions at many places. A kernel does the same, some at a time. */
export interface Baker {
  /** Output f of `node` at node n goes to element `nodes.ks[n]` of `into[f]`, held to int16. */
  nodes<S extends object>(
    family: Family<S>,
    step: FieldsStep<S>,
    s: S,
    nodes: Nodes,
    into: readonly Int32Array[],
  ): void;
  /** `value` of list i of a step at each place; of the calm rule when no step is given. */
  values<S extends object>(family: Family<S>, step: Step<S> | undefined, s: S, i: number, places: Places): Int32Array;
}

/** The plain twin of all bakers. */
export const PLAIN: Baker = {
  nodes(_family, { node }, s, { ks, xs, ys }, into) {
    const out = new Int32Array(into.length);
    for (let n = 0; n < ks.length; n++) {
      node(s, xs[n]!, ys[n]!, ks[n]!, out);
      for (let f = 0; f < into.length; f++) into[f]![ks[n]!] = clamp(out[f]!, -32767, 32767);
    }
  },
  values(family, step, s, i, { xs, ys }) {
    const { calm } = family;
    if (step && "value" in step) return xs.map((x, n) => step.value(s, i, x, ys[n]!));
    return xs.map((x, n) => calm!(s, x, ys[n]!));
  },
};

/** Goes through the steps of a family: what a state holds of fields and lists is there afterwards. */
export function bake<S extends object>(family: Family<S>, s: S, plate: Plate, by: Baker): void {
  for (const step of family.steps) {
    if ("node" in step) {
      const fields = step.fields.map((name) => {
        const field = s[name] as Field;
        field.nodes = new Int32Array(NODES * NODES);
        return field.nodes;
      });
      by.nodes(family, step, s, nodesOf(plate, step.margin), fields);
    } else if ("value" in step) {
      const rounds = step.rounds(s);
      for (let i = 0; i < rounds; i++) step.keep(s, i, by.values(family, step, s, i, step.places(s)).sort());
    } else if ("settle" in step) {
      step.settle(s);
    } else {
      step.bake(s);
    }
  }
}

/**
 * The calm rule: of four draws of latents and lattice the piece takes the first with the fewest eyes in its main field.
 * Deterministic, so nobody can choose; traits are not touched.
 * @param draw the family's state for these latents
 */
export function calmest<S extends object>(
  family: Family<S>,
  plate: Plate,
  by: Baker,
  latents: (k: number) => Latents,
  draw: (latents: Latents) => S,
): { latents: Latents; state: S } {
  const drawn = (k: number) => {
    const taken = latents(k);
    return { latents: taken, state: draw(taken) };
  };
  let best = drawn(0);
  if (!family.calm) return best;
  const places = eyePlaces(plate);
  const eyesOf = (s: S) => {
    const values = by.values(family, undefined, s, 0, places);
    return countEyes((n) => values[n]!);
  };
  let fewest = eyesOf(best.state);
  for (let k = 1; k < 4 && fewest > 0; k++) {
    const next = drawn(k);
    const eyes = eyesOf(next.state);
    if (eyes < fewest) {
      best = next;
      fewest = eyes;
    }
  }
  return best;
}
