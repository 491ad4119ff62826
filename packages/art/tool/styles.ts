/**
 * Writes src/styles.ts from definitions.ts, or with --check compares.
 *   node packages/art/tool/styles.ts [--check]
 */
import { writeFileSync } from "node:fs";
import { toHex } from "@carrara/base/bytes";
import { keccak_256 } from "@noble/hashes/sha3.js";
import { parseStyle } from "../src/style.ts";
import { DEFINITIONS } from "./definitions.ts";
import { styleBytes } from "./style-bytes.ts";

const file = new URL("../src/styles.ts", import.meta.url);
const entries = DEFINITIONS.map((definition) => {
  const bytes = styleBytes(definition);
  parseStyle(bytes);
  const lines = toHex(bytes).match(/.{1,108}/g)!;
  return `  // keccak256 ${toHex(keccak_256(bytes))}, ${bytes.length} bytes
  style(
    ${JSON.stringify(definition.name)},
    ${JSON.stringify(definition.about)},
${lines.map((line) => `    "${line}"`).join(" +\n")},
  ),`;
});
const text = `/**
 * The house styles: frozen bytes. tool/styles.ts made them from tool/definitions.ts; what counts is what stands here.
 * @module
 */
import { fromHex } from "@carrara/base/bytes";
import { FAMILY_TRAITS } from "./traits.ts";

/** A style that comes with the program. */
export interface BuiltInStyle {
  readonly name: string;
  /** Family name in lower case: block, strata ... */
  readonly family: string;
  readonly bytes: Uint8Array;
  /** One sentence for a person. */
  readonly about: string;
}

/** In the order in which a newcomer should see them. */
export const STYLES: readonly BuiltInStyle[] = [
${entries.join("\n")}
];

function style(name: string, about: string, hex: string): BuiltInStyle {
  const bytes = fromHex(hex);
  return { name, family: FAMILY_TRAITS[bytes[1]!]!.name.toLowerCase(), bytes, about };
}
`;
if (process.argv.includes("--check")) {
  // The formatter may wrap lines otherwise; the bytes are what is frozen.
  const { STYLES } = await import("../src/styles.ts");
  const made = DEFINITIONS.map((d) => `${d.name} ${d.about} ${toHex(styleBytes(d))}`).join("\n");
  if (STYLES.map((s) => `${s.name} ${s.about} ${toHex(s.bytes)}`).join("\n") !== made) {
    console.error("src/styles.ts is not what tool/definitions.ts makes: run node packages/art/tool/styles.ts");
    process.exit(1);
  }
} else writeFileSync(file, text);
