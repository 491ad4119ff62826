/**
 * What overflow.test.ts bundles under instruments: one house style per family, and the worst styles that the check lets
 * through: parameters at both ends, and output weights as loud as allowed.
 * @module
 */
import { FAMILIES } from "./families.ts";
import { netLength } from "./net.ts";
import { prepare, render } from "./render.ts";
import { parseStyle } from "./style.ts";
import { STYLES } from "./styles.ts";

const firsts = FAMILIES.map((_, code) => STYLES.find((style) => style.bytes[1] === code)!.bytes);
const styles = [
  ...firsts,
  ...firsts.map((bytes) => extreme(bytes, "min", false)),
  ...firsts.map((bytes) => extreme(bytes, "max", true)),
];

/** Styles to draw. */
export const count = styles.length;

/** Renders style i large enough to reach every branch of its finish. */
export function draw(i: number, seed: Uint8Array): void {
  render(prepare(parseStyle(styles[i]!), seed), { size: 32, samples: 1 });
}

function extreme(bytes: Uint8Array, end: "min" | "max", loud: boolean): Uint8Array {
  const copy = bytes.slice();
  const { params, nets } = FAMILIES[bytes[1]!]!;
  let at = bytes.length - params.length - nets.reduce((sum, shape) => sum + netLength(shape), 0);
  for (const param of params) copy[at++] = param[end];
  for (const shape of nets) {
    at += netLength(shape);
    if (!loud) continue;
    const inputs = shape.hidden.at(-1)!;
    // |w| * 1024 summed over the inputs must stay below 2^20.
    const most = Math.min(127, Math.floor(930 / inputs));
    const weights = at - 2 * shape.outputs - inputs * shape.outputs;
    for (let k = 0; k < inputs * shape.outputs; k++) copy[weights + k] = (k % 3 === 0 ? -most : most) & 255;
  }
  return copy;
}
