import { explain } from "@carrara/base/errors";
import { expect, test } from "vitest";
import { BadStyleError, parseStyle } from "./style.ts";
import { STYLES } from "./styles.ts";
import { FAMILY_TRAITS } from "./traits.ts";

test("every house style is whole, small, and of the family it says", () => {
  for (const { name, family, bytes, about } of STYLES) {
    const style = parseStyle(bytes);
    expect(bytes.length).toBeLessThanOrEqual(2048);
    expect(name).toMatch(/^[A-Z][a-z]+$/);
    expect(about).toMatch(/\.$/);
    expect(style.bytes).toEqual(bytes);
    expect(family).toBe(FAMILY_TRAITS[bytes[1]!]!.name.toLowerCase());
  }
  expect(new Set(STYLES.map((style) => style.name)).size).toBe(STYLES.length);
});

test("what is wrong with a style is named with its byte, its value and the mend", () => {
  const good = STYLES[0]!.bytes;
  const edit = (at: number, value: number) => {
    const bytes = good.slice();
    bytes[at] = value;
    return bytes;
  };
  const message = (bytes: Uint8Array) => {
    try {
      parseStyle(bytes);
    } catch (error) {
      expect(error).toBeInstanceOf(BadStyleError);
      return explain(error);
    }
    return "accepted";
  };
  expect(message(edit(0, 2))).toMatchInlineSnapshot(`"Byte 0 of the style is 2. Give the format byte 1."`);
  expect(message(edit(1, 10))).toMatchInlineSnapshot(`"Byte 1 of the style is 10. Give a family code from 0 to 9."`);
  expect(message(edit(2, 0))).toMatchInlineSnapshot(`"Byte 2 of the style is 0. Give 1 to 24 palettes."`);
  expect(message(edit(3, 9))).toMatchInlineSnapshot(`"Byte 3 of the style is 9. Give 1 to 8 formats."`);
  expect(message(edit(4, 3))).toMatchInlineSnapshot(`"Byte 4 of the style is 3. Give the family's 5 traits."`);
  expect(message(edit(5, 200))).toMatchInlineSnapshot(
    `"Byte 5 of the style is 200. Give a palette name's index, or 255."`,
  );
  expect(message(new Uint8Array(3))).toMatchInlineSnapshot(`"A style of 3 bytes was given. Give a whole style."`);
  expect(message(new Uint8Array(2049))).toMatchInlineSnapshot(
    `"A style of 2049 bytes was given. Give 2048 bytes or fewer."`,
  );
  expect(message(good.slice(0, -1))).toMatch(/^A style of \d+ bytes was given\. Give the \d+ bytes of its header\.$/);
});

test("weights beyond the bounds are refused before anything can overflow", () => {
  for (const { bytes } of STYLES) {
    const loud = bytes.slice();
    const { params, nets } = parseStyle(bytes);
    const net = nets[0]!;
    // The first layer's int16 weights begin after the activation kinds.
    const start =
      bytes.indexOf(params[0]!, 5) < 0
        ? 0
        : bytes.length - bodyLength(net.shape, nets.length > 1 ? nets[1]!.shape : undefined);
    for (let i = 0; i < net.shape.inputs * net.shape.hidden[0]!; i++) {
      loud[start + kindBytes(net.shape.hidden) + 2 * i] = 0x7f;
      loud[start + kindBytes(net.shape.hidden) + 2 * i + 1] = 0xff;
    }
    expect(() => parseStyle(loud)).toThrow(/network/);
  }
});

type Shape = { inputs: number; hidden: readonly number[]; outputs: number; latents: number };
function kindBytes(hidden: readonly number[]): number {
  return hidden[0]! >> 1;
}
function bodyLength(...shapes: (Shape | undefined)[]): number {
  let sum = 0;
  for (const shape of shapes) {
    if (shape === undefined) continue;
    let inputs = shape.inputs;
    for (const [l, size] of [...shape.hidden, shape.outputs].entries()) {
      sum += size * inputs * (l === 0 ? 2 : 1) + 2 * size + (l === 0 ? size * shape.latents : 0);
      if (l < shape.hidden.length) sum += size >> 1;
      inputs = size;
    }
  }
  return sum;
}
