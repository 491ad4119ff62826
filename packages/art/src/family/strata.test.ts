import { seeded } from "@carrara/base/random";
import { expect, test } from "vitest";
import { NODES, onPlate } from "../field.ts";
import { prepare } from "../render.ts";
import { parseStyle } from "../style.ts";
import { STYLES } from "../styles.ts";
import { highestOf, lowestOf, type Strata, shadeStrata } from "./strata.ts";

const styles = STYLES.filter(({ family }) => family === "strata");

test.each(styles)("$name: bounds that were baked change no colour", ({ bytes }) => {
  for (let n = 0; n < 6; n++) {
    const random = seeded(n);
    const baked = prepare(parseStyle(bytes), random.bytes(32)).canvas.finish.state as Strata;
    const plain = {
      ...baked,
      lowest: Int32Array.from({ length: NODES * NODES }, (_, k) => lowestOf(baked, k)),
      highest: Int32Array.from({ length: NODES * NODES }, (_, k) => highestOf(baked, k)),
    };
    expect(baked.lowest.filter((lowest, k) => lowest === baked.highest[k]).length).toBeGreaterThan(2000);
    for (let k = 0; k < 400; k++) {
      const [x, y] = [random.below(16384) - 8192, random.below(16384) - 8192];
      if (!onPlate(baked.plate, x, y)) continue;
      const [expected, found] = [new Int32Array(3), new Int32Array(3)];
      shadeStrata(plain, x, y, expected);
      shadeStrata(baked, x, y, found);
      expect(found, `${x}, ${y}`).toEqual(expected);
    }
  }
});
