/**
 * What is compiled: the sample of `render.ts`, with a family's own finish in it, and what its set-up asks at many places.
 * @module
 */
import { fileURLToPath } from "node:url";
import { FAMILIES } from "../../src/families.ts";
import { AFTER, TAPS as BLOCK_TAPS, WHITE as BLOCK_WHITE } from "../../src/family/block.ts";
import { GLINT, GOLD } from "../../src/family/marble.ts";
import { BACK_TAPS, TAPS, WHITE } from "../../src/family/strata.ts";
import { BRASS, CHIPS, GLEAM } from "../../src/family/terrazzo.ts";
import { CIRCLE, WARM } from "../../src/family/vessel.ts";
import { EXPONENTIAL } from "../../src/family/wash.ts";
import { DIRECTIONS } from "../../src/noise.ts";
import type { Program } from "./ir.ts";
import { lower } from "./lower.ts";
import type { Exported, Unrolled } from "./wasm.ts";

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
  compiled("terrazzo", { BRASS, GLEAM, CHIPS }),
];

/** A large table is no place for four lanes to look into one by one; two halves of a word are multiplied at once. */
const INSTEAD = { noiseIn: "noiseOf", activate: "activationOf" };

function compiled(file: string, tables: Readonly<Record<string, ArrayLike<number>>> = {}): Compiled {
  const state = file.replace(/^./, (letter) => letter.toUpperCase());
  return {
    file,
    state,
    shade: `shade${state}`,
    surround: `surround${state}`,
    tables,
  };
}

/** A program, and the functions that its module gives away. */
export interface Parts {
  readonly program: Program;
  readonly exported: readonly Exported[];
  readonly unrolled: Unrolled;
}

/** A network of five inputs and two layers of so many neurons. */
function layersOf(width: number): Unrolled {
  return {
    fire: [
      [3, 0, 12],
      [width >> 1, 12, 7],
    ],
    give: [[width >> 1, 0]],
  };
}

/** A bare network. */
export function netProgram(): Parts {
  const program = lower({ files: ["halves", "net"].map(source), tables: {}, instead: INSTEAD }, "askAt");
  const [wide, usual] = [layersOf(24), layersOf(16)];
  const unrolled = {
    fire: [...wide.fire!, ...usual.fire!.slice(1)],
    give: [...wide.give!, ...usual.give!],
  };
  return { ...run(program, 3), unrolled };
}

/** The program of one family: `run` from `sampleLight` down, and `node`, `value` and `calm` by the number of their step. */
export function programOf({ file, state, shade, surround, tables }: Compiled): Parts {
  const asked = asks(file);
  const program = lower(
    {
      files: [
        "integer",
        "halves",
        "noise",
        "colour",
        "net",
        "field",
        "draws",
        "family/ground",
        `family/${file}`,
        "render",
      ].map(source),
      tables: { DIRECTIONS, ...tables },
      instead: { ...INSTEAD, shade, surround, Finish: state },
      coherent: {
        noiseOf: 3,
        splineIn: 2,
        levelIn: 2,
        carveMotif: 1,
        shadeLeaf: 2,
      },
    },
    ["sampleLight", ...asked.map(({ entry }) => entry)],
    NODE_OUTPUTS,
  );
  const rest = asked.map(({ entry: _, ...each }, i) => ({
    ...each,
    routine: program.entries[i + 1]!,
  }));
  const pixels = {
    name: "pixels",
    routine: program.entry,
    shared: 0,
    outputs: 3,
    held: false,
    summed: true,
  };
  return {
    program,
    exported: [...run(program, 3).exported, pixels, ...rest],
    unrolled: layersOf(file === "vessel" ? 12 : 16),
  };
}

/** A node's function has room for all outputs of a field network, whether its family keeps them or not. */
const NODE_OUTPUTS = 5;

function run(program: Program, outputs: number): Parts {
  return {
    program,
    exported: [{ name: "run", routine: program.entry, shared: 0, outputs, held: false }],
    unrolled: layersOf(16),
  };
}

/** The functions of a family that its set-up asks, by name. */
function asks(file: string): (Omit<Exported, "routine"> & { entry: string })[] {
  const family = FAMILIES[COMPILED.findIndex((each) => each.file === file)]!;
  if ("make" in family) return [];
  const steps = family.steps.flatMap((step, i) => {
    if ("node" in step) {
      return [
        {
          name: `node${i}`,
          entry: step.node.name,
          shared: 0,
          outputs: step.fields.length,
          held: true,
        },
      ];
    }
    if ("value" in step)
      return [
        {
          name: `value${i}`,
          entry: step.value.name,
          shared: 1,
          outputs: 1,
          held: false,
        },
      ];
    return [];
  });
  const calm = family.calm && {
    name: "calm",
    entry: family.calm.name,
    shared: 0,
    outputs: 1,
    held: false,
  };
  return calm ? [...steps, calm] : steps;
}

function source(name: string): string {
  return fileURLToPath(new URL(`../../src/${name}.ts`, import.meta.url));
}
