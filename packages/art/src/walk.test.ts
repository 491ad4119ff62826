/** A walk begins at the piece, moves it little by little and comes home; the kernels see its frames as the reference does. */
import { seeded } from "@carrara/base/random";
import { expect, test } from "vitest";
import { distance, signatureOf } from "./descriptors.ts";
import { drawHash, latentsOf } from "./draws.ts";
import { fastest } from "./kernels.ts";
import { prepare, render } from "./render.ts";
import { parseStyle } from "./style.ts";
import { STYLES } from "./styles.ts";
import { frameOf } from "./walk.ts";

const styles = STYLES.filter((_, i) => i % 3 === 1);
const seed = seeded(3).bytes(32);
const small = { size: 24, samples: 1 } as const;

test.each(styles)("$name: frame 0 is the piece, and so is frame n; the way between is another", ({ bytes }) => {
  const still = prepare(parseStyle(bytes), seed);
  const expected = render(still, small);
  expect(render(frameOf(still, 0, 48), small)).toEqual(expected);
  expect(render(frameOf(still, 48, 48), small)).toEqual(expected);
  const away = frameOf(still, 17, 48);
  expect(render(away, small)).not.toEqual(expected);
  expect(away.latents.lattice).toBe(still.latents.lattice);
  const drawn = new Uint8Array(24 * 24 * 3);
  fastest(still.style.family).renderTile(away, { ...small, x0: 0, y0: 0, x1: 24, y1: 24 }, drawn);
  expect(drawn).toEqual(render(away, small));
});

test.each(["strata", "marble"])("%s: the way begins at the draw that the calm rule took", (name) => {
  const style = parseStyle(STYLES.find(({ family }) => family === name)!.bytes);
  const taken = new Set<number>();
  for (let n = 0; n < 12; n++) {
    const seed = seeded(n).bytes(32);
    const still = prepare(style, seed);
    const hash = drawHash(style.format, seed);
    taken.add([0, 1, 2, 3].findIndex((k) => latentsOf(hash, k).lattice === still.latents.lattice));
    expect(render(frameOf(still, 0, 9), { size: 16, samples: 1 })).toEqual(render(still, { size: 16, samples: 1 }));
  }
  expect(taken.size).toBeGreaterThan(2);
});

test("the way of a seed is the same everywhere", () => {
  const still = prepare(parseStyle(styles[1]!.bytes), seed);
  const way = [0, 10, 20, 30].map((k) => Array.from(frameOf(still, k, 40).latents.z));
  expect(way[0]).toEqual(Array.from(still.latents.z));
  expect(way).toMatchInlineSnapshot(`
    [
      [
        34,
        -69,
        44,
        -99,
        25,
        47,
        -8,
        109,
      ],
      [
        62,
        -18,
        14,
        -82,
        45,
        37,
        -52,
        91,
      ],
      [
        58,
        -20,
        21,
        -53,
        70,
        28,
        -49,
        124,
      ],
      [
        29,
        -71,
        51,
        -71,
        49,
        37,
        -5,
        127,
      ],
    ]
  `);
});

test("no latent jumps: of 48 steps none is longer than 8 of 256, for any seed", () => {
  const style = parseStyle(STYLES.find(({ family }) => family === "vessel")!.bytes);
  for (let n = 0; n < 20; n++) {
    const still = prepare(style, seeded(n).bytes(32));
    const frames = Array.from({ length: 49 }, (_, k) => frameOf(still, k, 48).latents.z);
    for (const [k, z] of frames.slice(1).entries()) {
      for (let i = 0; i < 8; i++) expect(Math.abs(z[i]! - frames[k]![i]!)).toBeLessThanOrEqual(8);
    }
  }
});

test("neighbouring frames are nearer than pieces are, in every family but block, whose cuts are decisions", () => {
  for (const { bytes, family } of styles.filter(({ family }) => family !== "block")) {
    const style = parseStyle(bytes);
    const kernel = fastest(style.family);
    const thumb = (piece: ReturnType<typeof prepare>) => {
      const pixels = new Uint8Array(64 * 64 * 3);
      kernel.renderTile(piece, { size: 64, samples: 1, x0: 0, y0: 0, x1: 64, y1: 64 }, pixels);
      return signatureOf(pixels, 64);
    };
    const still = prepare(style, seed);
    const [a, b] = [thumb(frameOf(still, 20, 60)), thumb(frameOf(still, 21, 60))];
    expect(distance(a, b), family).toBeLessThan(distance(a, thumb(prepare(style, seeded(4).bytes(32)))) / 2);
  }
});
