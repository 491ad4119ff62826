/** Writing PNG files for eyes, with Node's own deflate. */
import { writeFileSync } from "node:fs";
import { deflateSync } from "node:zlib";
import { encodePng } from "../src/png.ts";

/** One contact sheet: pictures of `size` in rows of `columns`, six pixels of grey between them. */
export function writeSheet(file: string, pictures: readonly Uint8Array[], size: number, columns: number): void {
  const gap = 6;
  const rows = Math.ceil(pictures.length / columns);
  const width = columns * (size + gap) - gap;
  const height = rows * (size + gap) - gap;
  const rgb = new Uint8Array(width * height * 3).fill(0x75);
  for (const [i, picture] of pictures.entries()) {
    const left = (i % columns) * (size + gap);
    const top = Math.floor(i / columns) * (size + gap);
    for (let y = 0; y < size; y++) {
      rgb.set(picture.subarray(y * size * 3, (y + 1) * size * 3), ((top + y) * width + left) * 3);
    }
  }
  writeFileSync(
    file,
    encodePng(rgb, { width, height }, {}, (bytes) => deflateSync(bytes, { level: 9 })),
  );
}
