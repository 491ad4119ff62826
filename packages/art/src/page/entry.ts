/**
 * The program of the on-chain page: renders the piece of the globals S (style) and T (seed), both hex, coarse to fine,
 * as large as the window. tool/build-page.ts packs it into one script.
 * @module
 */
import { fromHex } from "@carrara/base/bytes";
import { carve, prepare } from "../render.ts";
import { parseStyle } from "../style.ts";

/** The little of a browser that the page needs; the package itself knows no DOM. */
interface Canvas {
  width: number;
  height: number;
  style: { width: string; height: string };
  getContext(kind: "2d"): {
    createImageData(width: number, height: number): { data: Uint8ClampedArray };
    putImageData(data: { data: Uint8ClampedArray }, x: number, y: number): void;
  };
}
declare const S: string;
declare const T: string;
declare const document: { body: { style: { background: string } }; querySelector(selector: string): Canvas };
declare const innerWidth: number;
declare const innerHeight: number;
declare const devicePixelRatio: number;
declare function setTimeout(run: () => void, ms: number): number;
declare function addEventListener(event: string, run: () => void): void;

const piece = prepare(parseStyle(fromHex(S)), fromHex(T));
const canvas = document.querySelector("canvas");
let turn = 0;

/** Begins again at the window's size; an older run sees that its turn is over and ends. */
function begin(): void {
  const mine = ++turn;
  const side = Math.max(16, Math.min(innerWidth, innerHeight));
  const size = Math.min(2048, Math.round(side * (devicePixelRatio || 1)));
  canvas.width = size;
  canvas.height = size;
  canvas.style.width = `${side}px`;
  canvas.style.height = `${side}px`;
  const context = canvas.getContext("2d");
  const image = context.createImageData(size, size);
  const passes = carve(piece, { size, samples: 2 });
  const go = () => {
    if (mine !== turn) return;
    const pass = passes.next();
    if (pass.done) return;
    const { pixels } = pass.value;
    for (let i = 0, j = 0; i < pixels.length; i += 3, j += 4) {
      image.data[j] = pixels[i]!;
      image.data[j + 1] = pixels[i + 1]!;
      image.data[j + 2] = pixels[i + 2]!;
      image.data[j + 3] = 255;
    }
    context.putImageData(image, 0, 0);
    document.body.style.background = `rgb(${pixels[0]},${pixels[1]},${pixels[2]})`;
    setTimeout(go, 0);
  };
  go();
}

begin();
let wait = 0;
addEventListener("resize", () => {
  const mine = ++wait;
  setTimeout(() => {
    if (mine === wait) begin();
  }, 200);
});
