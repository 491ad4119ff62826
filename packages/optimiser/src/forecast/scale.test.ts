import fc from "fast-check";
import { expect, test } from "vitest";
import { median, restore, scaleOf, transform } from "./scale.ts";

test("the median is that of the sorted values", () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 60 }),
      (values) => {
        const sorted = Float64Array.from(values).sort();
        const middle = sorted.length >> 1;
        const plain =
          sorted.length % 2 === 1
            ? (sorted[middle] as number)
            : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2;
        expect(median(Float64Array.from(values))).toBe(plain);
      },
    ),
  );
});

test("median absolute deviation of a normal sample is its standard deviation, and a spike does not move it", () => {
  const values = Float64Array.of(1, 2, 3, 4, 5);
  expect(scaleOf(values)).toEqual({ centre: 3, spread: 1 / 0.6744897501960817 });
  expect(scaleOf(Float64Array.of(1, 2, 3, 4, 5000))).toEqual(scaleOf(values));
});

test("more than half alike: the standard deviation; all alike: 1", () => {
  expect(scaleOf(Float64Array.of(0, 0, 0, 4)).spread).toBeCloseTo(Math.sqrt(4), 12);
  expect(scaleOf(Float64Array.of(7, 7, 7))).toEqual({ centre: 7, spread: 1 });
});

test("a transformed price comes back, negative and extreme ones too", () => {
  const scale = { centre: 30, spread: 8 };
  for (const price of [-500, -1, 0, 30, 4000]) expect(restore(scale, transform(scale, price))).toBeCloseTo(price, 8);
});
