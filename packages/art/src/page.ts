/**
 * The page of a token, byte for byte as the contract concatenates it:
 * PAGE_HEAD + PAGE_SCRIPT_GZIP_BASE64 + PAGE_MID + style hex + PAGE_SEP + seed hex + PAGE_TAIL.
 * @module
 */
import { PAGE_SCRIPT_GZIP_BASE64 } from "./page.generated.ts";

/** Up to the packed program. */
export const PAGE_HEAD =
  '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">' +
  "<title>Carrara</title><style>html,body{height:100%;margin:0;background:#f3f0ea}" +
  "body{display:grid;place-items:center;overflow:hidden}canvas{display:block}</style></head>" +
  '<body><canvas width="1" height="1"></canvas><script>var B="';
/** Between the packed program and the style, hex without 0x. */
export const PAGE_MID = '",S="';
/** Between style and seed, 64 hex digits. */
export const PAGE_SEP = '",T="';
/** The loader: unpacks the program with the browser's own gunzip and runs it. No network, no eval. */
export const PAGE_TAIL =
  '";new Response(new Blob([Uint8Array.from(atob(B),function(c){return c.charCodeAt(0)})]).stream()' +
  '.pipeThrough(new DecompressionStream("gzip"))).text().then(function(t){var e=document.createElement("script");' +
  "e.textContent=t;document.body.appendChild(e)})</script></body></html>";

/**
 * The whole page of a piece, ASCII.
 * @param styleHex lower-case hex of the style bytes
 * @param seedHex 64 lower-case hex digits
 */
export function pageHtml(styleHex: string, seedHex: string): string {
  return PAGE_HEAD + PAGE_SCRIPT_GZIP_BASE64 + PAGE_MID + styleHex + PAGE_SEP + seedHex + PAGE_TAIL;
}
