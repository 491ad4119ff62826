/**
 * Seaport 1.6 as npm delivers it: the artifacts in @opensea/seaport-js, compiled by its authors (solc 0.8.24, 200 runs).
 * @module
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { SeaportCode } from "@carrara/core/studio/laying";

/**
 * Reads the creation code. By path and not by import: the package exports only its library.
 * @throws Error of the file system when the package is not whole
 */
export function readSeaportCode(): SeaportCode {
  const entry = createRequire(import.meta.url).resolve("@opensea/seaport-js");
  const contracts = join(dirname(entry), "../src/artifacts/seaport/contracts");
  const code = (path: string) =>
    (JSON.parse(readFileSync(join(contracts, path), "utf8")) as { bytecode: `0x${string}` }).bytecode;
  return {
    seaport: code("Seaport.sol/Seaport.json"),
    conduitController: code("conduit/ConduitController.sol/LocalConduitController.json"),
  };
}
