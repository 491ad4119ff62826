/** Descriptors of pictures whose values are known, against plain formulas, and of pieces. */
import { seeded } from "@carrara/base/random";
import { expect, describe as group, test } from "vitest";
import { describe, distance, signatureOf } from "./descriptors.ts";
import { prepare, render } from "./render.ts";
import { parseStyle } from "./style.ts";
import { STYLES } from "./styles.ts";

type Rgb = readonly [number, number, number];
const BLACK: Rgb = [0, 0, 0];
const WHITE: Rgb = [255, 255, 255];

function picture(colour: (x: number, y: number) => Rgb, size = 64): Uint8Array {
  return Uint8Array.from({ length: size * size * 3 }, (_, i) => {
    const pixel = Math.floor(i / 3);
    return colour(pixel % size, Math.floor(pixel / size))[i % 3]!;
  });
}

const checker = (side: number) =>
  picture((x, y) => ((Math.floor(x / side) + Math.floor(y / side)) % 2 ? WHITE : BLACK));

group("pictures whose values are known", () => {
  test("one colour", () => {
    expect(
      describe(
        picture(() => [120, 120, 120]),
        64,
      ),
    ).toEqual({
      complexity: 0,
      symmetry: 1000,
      warmth: 0,
      contrast: 0,
      scale: 0,
      colourfulness: 0,
      balance: 1000,
    });
  });

  test("half black, half white: the greatest contrast, at the greatest scale, of four parts", () => {
    const half = describe(
      picture((x) => (x < 32 ? BLACK : WHITE)),
      64,
    );
    expect(half).toMatchObject({ complexity: 0, symmetry: 1000, scale: 1000, colourfulness: 0, balance: 1000 });
    // The largest that there is: the cube root of section 6 gives black an L of 163.
    expect(half.contrast).toBe(959);
  });

  test("one white quarter: no mirror, and mass toward the corner", () => {
    const quarter = describe(
      picture((x, y) => (x < 32 && y < 32 ? WHITE : BLACK)),
      64,
    );
    // Opposite places differ on half of the picture; from their mean they differ by 3/4 on a quarter, 1/4 on the rest.
    expect(quarter.symmetry).toBe(334);
    // Half of the mass lies at -1/2 of the half side, half at +1/6: sqrt(2) / 6 from the middle.
    expect(quarter.balance).toBe(765);
  });

  test("a checker tells its scale", () => {
    const values = [1, 2, 4, 8, 16, 32].map((side) => describe(checker(side), 64));
    expect(values.map(({ scale }) => scale)).toEqual([0, 200, 400, 600, 800, 1000]);
    expect(values.map(({ complexity }) => complexity)).toEqual([1000, 249, 62, 15, 3, 0]);
  });

  test("warmth has its poles at orange and blue", () => {
    const warmth = (colour: Rgb) =>
      describe(
        picture(() => colour),
        64,
      ).warmth;
    expect(warmth([255, 120, 40])).toBeGreaterThan(600);
    expect(warmth([40, 110, 255])).toBeLessThan(-600);
    expect(Math.abs(warmth([128, 128, 128]))).toBeLessThan(3);
  });

  test("other sizes are averaged to the measure", () => {
    const large = picture(
      (x, y) => ((Math.floor(x / 24) + Math.floor(y / 24)) % 2 ? [200, 60, 60] : [60, 60, 200]),
      192,
    );
    const small = picture((x, y) => ((Math.floor(x / 8) + Math.floor(y / 8)) % 2 ? [200, 60, 60] : [60, 60, 200]), 64);
    expect(describe(large, 192)).toEqual(describe(small, 64));
    expect(distance(signatureOf(large, 192), signatureOf(small, 64))).toBe(0);
  });
});

test("contrast and colourfulness are those of the formulas in floating point", () => {
  const random = seeded(11);
  for (let n = 0; n < 20; n++) {
    const grey = random.bytes(4096);
    const pixels = picture((x, y) => [grey[y * 64 + x]!, grey[y * 64 + x]!, grey[y * 64 + x]!]);
    const coloured = Uint8Array.from(random.bytes(4096 * 3), (byte) => byte >> (n % 4));
    const light = Array.from(grey, (byte) => lightness(byte));
    expect(Math.abs(describe(pixels, 64).contrast - deviation(light) * 2000)).toBeLessThan(4);
    expect(Math.abs(describe(coloured, 64).colourfulness - 10 * colourful(coloured))).toBeLessThan(3);
  }
});

group("pieces", () => {
  const seedOf = (n: number) => seeded(n).bytes(32);
  const styles = STYLES.filter((_, i) => i % 3 === 0).map(({ bytes }) => parseStyle(bytes));
  const thumb = (style: number, seed: number, size = 64, samples = 2) =>
    render(prepare(styles[style]!, seedOf(seed)), { size, samples });

  test("turned and mirrored a picture is described alike, but is another picture", () => {
    for (let k = 0; k < styles.length; k++) {
      const pixels = thumb(k, k);
      const at = (x: number, y: number): Rgb => {
        const i = (y * 64 + x) * 3;
        return [pixels[i]!, pixels[i + 1]!, pixels[i + 2]!];
      };
      const expected = describe(pixels, 64);
      const mirrored = picture((x, y) => at(63 - x, y));
      const turned = picture((x, y) => at(63 - y, x));
      expect(describe(mirrored, 64)).toEqual(expected);
      expect(describe(turned, 64)).toEqual(expected);
      expect(distance(signatureOf(turned, 64), signatureOf(pixels, 64))).toBeGreaterThan(30);
    }
  });

  test("the same piece at another size, or with grains changed, is nearer than any two pieces", () => {
    const apart: number[] = [];
    const twins: number[] = [];
    for (let k = 0; k < styles.length; k++) {
      const signatures = [0, 1, 2, 3].map((seed) => {
        const pixels = thumb(k, seed);
        const signature = signatureOf(pixels, 64);
        const grained = pixels.map((byte, i) => (i % 97 === seed ? Math.min(255, byte + 3) : byte));
        twins.push(distance(signature, signatureOf(thumb(k, seed, 96), 96)));
        twins.push(distance(signature, signatureOf(grained, 64)));
        return signature;
      });
      for (const [i, a] of signatures.entries()) {
        for (const b of signatures.slice(0, i)) apart.push(distance(a, b));
      }
    }
    expect(Math.max(...twins)).toBeLessThan(Math.min(...apart));
    expect(apart.length).toBe(styles.length * 6);
  });
});

test("the values of a fixed picture, so that no machine and no change may move them", () => {
  const pixels = Uint8Array.from({ length: 64 * 64 * 3 }, (_, i) => ((i * i) >> 9) ^ (i >> 4));
  expect(describe(pixels, 64)).toMatchInlineSnapshot(`
    {
      "balance": 961,
      "colourfulness": 1072,
      "complexity": 1000,
      "contrast": 425,
      "scale": 73,
      "symmetry": 355,
      "warmth": 0,
    }
  `);
  const { layout, form } = signatureOf(pixels, 64);
  expect(Array.from(layout.subarray(0, 12))).toMatchInlineSnapshot(`
    [
      115,
      124,
      130,
      150,
      126,
      125,
      120,
      132,
      129,
      138,
      124,
      125,
    ]
  `);
  expect(Array.from(form)).toMatchInlineSnapshot(`
    [
      -821493992,
      2131287816,
      2056809096,
      -1024957512,
      -1830104920,
      275284200,
      -1654122776,
      1063261416,
    ]
  `);
});

test("early ends of a distance stay above the limit", () => {
  const a = signatureOf(checker(1), 64);
  const b = signatureOf(checker(16), 64);
  expect(distance(a, b)).toBeGreaterThan(5);
  expect(distance(a, b, 5)).toBeGreaterThan(5);
  expect(distance(a, a, 0)).toBe(0);
});

test.each([
  [12288, 63],
  [12287, 64],
  [15 * 15 * 3, 15],
  [0, 0],
  [12288, 64.5],
])("%d bytes at %d px are refused", (length, size) => {
  expect(() => describe(new Uint8Array(length), size)).toThrow(`${length} bytes at ${size} px a side`);
});

function lightness(byte: number): number {
  const x = byte / 255;
  return Math.cbrt(x <= 0.04045 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4);
}

function deviation(values: readonly number[]): number {
  const mean = values.reduce((a, b) => a + b) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
}

function colourful(rgb: Uint8Array): number {
  const redGreen: number[] = [];
  const yellowBlue: number[] = [];
  for (let i = 0; i < rgb.length; i += 3) {
    redGreen.push(rgb[i]! - rgb[i + 1]!);
    yellowBlue.push((rgb[i]! + rgb[i + 1]!) / 2 - rgb[i + 2]!);
  }
  const mean = (values: number[]) => values.reduce((a, b) => a + b) / values.length;
  return Math.hypot(deviation(redGreen), deviation(yellowBlue)) + 0.3 * Math.hypot(mean(redGreen), mean(yellowBlue));
}
