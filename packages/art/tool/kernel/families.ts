/**
 * What is compiled: the sample of `render.ts`, with a family's own finish in it.
 * @module
 */
import { fileURLToPath } from "node:url";
import { AFTER, TAPS as BLOCK_TAPS, WHITE as BLOCK_WHITE } from "../../src/family/block.ts";
import { GLINT, GOLD } from "../../src/family/marble.ts";
import { BACK_TAPS, TAPS, WHITE } from "../../src/family/strata.ts";
import { CIRCLE, WARM } from "../../src/family/vessel.ts";
import { EXPONENTIAL } from "../../src/family/wash.ts";
import { DIRECTIONS } from "../../src/noise.ts";
import type { Program } from "./ir.ts";
import { lower } from "./lower.ts";

/** A family whose finish is written as plain functions of a state. */
export interface Compiled {
  /** Its file in `src/family`, and its kernel's in `src/kernel`. */
  readonly file: string;
  /** The interface of its state, and its functions. */
  readonly state: string;
  readonly shade: string;
  readonly surround: string;
  /** Its own module-level arrays. */
  readonly tables: Readonly<Record<string, ArrayLike<number>>>;
}

export const COMPILED: readonly Compiled[] = [
  compiled("block", { AFTER, TAPS: BLOCK_TAPS, WHITE: BLOCK_WHITE }),
  compiled("strata", { TAPS, BACK_TAPS, WHITE }),
  compiled("vessel", { CIRCLE, WARM }),
  compiled("wash", { EXPONENTIAL }),
  compiled("marble", { GOLD, GLINT }),
  compiled("engrave"),
  compiled("relief"),
  { ...compiled("field"), state: "Fields" },
  compiled("weave"),
];

/** A large table is no place for four lanes to look into one by one; two halves of a word are multiplied at once. */
const INSTEAD = { fade: "fadeOf", gradient: "gradientOf", activate: "activationOf" };

function compiled(file: string, tables: Readonly<Record<string, ArrayLike<number>>> = {}): Compiled {
  const state = file.replace(/^./, (letter) => letter.toUpperCase());
  return { file, state, shade: `shade${state}`, surround: `surround${state}`, tables };
}

/** A bare network. */
export function netProgram(): Program {
  return lower({ files: ["halves", "net"].map(source), tables: {}, instead: INSTEAD }, "askAt");
}

/** What a field network answers at a place, its noises included. */
export function bedProgram(): Program {
  return lower(
    {
      files: ["integer", "halves", "noise", "net", "family/ground"].map(source),
      tables: { DIRECTIONS },
      instead: INSTEAD,
      coherent: { noiseIn: 3 },
    },
    "bedAt",
    5,
  );
}

/** The program of one family, from `sampleLight` down. */
export function programOf({ file, state, shade, surround, tables }: Compiled): Program {
  return lower(
    {
      files: ["integer", "halves", "noise", "colour", "net", "field", "family/ground", `family/${file}`, "render"].map(
        source,
      ),
      tables: { DIRECTIONS, ...tables },
      instead: { ...INSTEAD, shade, surround, Finish: state },
      coherent: { noiseIn: 3, splineIn: 2, levelIn: 2, carveMotif: 1, shadeLeaf: 2 },
    },
    "sampleLight",
  );
}

function source(name: string): string {
  return fileURLToPath(new URL(`../../src/${name}.ts`, import.meta.url));
}
