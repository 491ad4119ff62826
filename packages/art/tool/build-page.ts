/**
 * Bundles src/page/entry.ts into one script, minifies and packs it into src/page.generated.ts.
 *   node packages/art/tool/build-page.ts [--check]
 * --check rebuilds and compares, so that the committed bytes are what the source makes.
 */
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "vite";
import { PAGE_HEAD, PAGE_MID, PAGE_SEP, PAGE_TAIL } from "../src/page.ts";
import { STYLE_LIMIT } from "../src/style.ts";

/** The most bytes of a page that Renderer.sol serves (MAX_PAGE): with it a token's URI stays under 128 KiB. */
const LIMIT = 64_000;
const file = new URL("../src/page.generated.ts", import.meta.url);
const result = await build({
  configFile: false,
  logLevel: "error",
  root: fileURLToPath(new URL("..", import.meta.url)),
  // The page hashes twice, so the small twin serves; keccak.test.ts holds it equal.
  resolve: {
    alias: { "@noble/hashes/sha3.js": fileURLToPath(new URL("../src/page/keccak.ts", import.meta.url)) },
  },
  build: {
    write: false,
    minify: true,
    target: "es2022",
    lib: { entry: fileURLToPath(new URL("../src/page/entry.ts", import.meta.url)), formats: ["iife"], name: "carrara" },
  },
});
const [bundle] = Array.isArray(result) ? result : [result];
if (bundle === undefined || !("output" in bundle)) throw new Error("vite gave no bundle");
// Outside strings a minified bundle is ASCII; inside them an escape says the same.
const script = bundle.output[0].code
  .trim()
  .replace(/[^\x20-\x7e\n]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);
const packed = gzipSync(script, { level: 9 });
// Byte 9 of a gzip header names the operating system; unknown, so that every machine packs alike.
packed[9] = 255;
const base64 = packed.toString("base64");
const around = [PAGE_HEAD, PAGE_MID, PAGE_SEP, PAGE_TAIL].reduce((sum, { length }) => sum + length, 0);
const longest = around + base64.length + 2 * STYLE_LIMIT + 64;
if (longest > LIMIT) throw new Error(`the page can have ${longest} bytes, more than ${LIMIT}`);
const sum = createHash("sha256").update(packed).digest("hex");
const text = `/** Made by tool/build-page.ts from src/page/entry.ts: ${script.length} bytes, ${packed.length} packed. Do not edit. */

/** The page's program, gzip, base64. */
export const PAGE_SCRIPT_GZIP_BASE64 =
  "${base64}";
/** SHA-256 of the gzip bytes, hex. */
export const PAGE_SCRIPT_SHA256 = "${sum}";
`;
if (process.argv.includes("--check")) {
  if (readFileSync(file, "utf8") !== text) {
    console.error(
      "src/page.generated.ts is not what src/page/entry.ts makes: run node packages/art/tool/build-page.ts",
    );
    process.exit(1);
  }
} else {
  writeFileSync(file, text);
  console.error(`page script ${script.length} bytes, packed ${packed.length}, page ${longest} at most, sha256 ${sum}`);
}
