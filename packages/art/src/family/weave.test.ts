import { seeded } from "@carrara/base/random";
import { expect, test } from "vitest";
import { prepare, render } from "../render.ts";
import { parseStyle } from "../style.ts";
import { STYLES } from "../styles.ts";
import { roleOf, type Weave } from "./weave.ts";

const styles = STYLES.filter(({ family }) => family === "weave");

test.each(styles)(
  "$name: baked roles are those that are found one by one, and all that a picture reads",
  ({ bytes }) => {
    const style = parseStyle(bytes);
    for (let n = 0; n < 8; n++) {
      const piece = prepare(style, seeded(n).bytes(32));
      const state = piece.canvas.finish.state as Weave;
      const { roles, threads } = state;
      const read = new Set<number>();
      const watched = new Proxy(roles, {
        get: (target, key) => {
          if (typeof key === "string" && /^\d+$/.test(key)) read.add(Number(key));
          return Reflect.get(target, key, target);
        },
      });
      state.roles = watched;
      render(piece, { size: 256, samples: 1 });
      const different = [...read].filter((k) => roles[k] !== roleOf(state, k % threads, Math.floor(k / threads)));
      expect(different).toEqual([]);
      expect(read.size).toBeGreaterThan((threads * threads) / 3);
      expect(new Set(roles).size).toBeGreaterThan(1);
    }
  },
);
