/**
 * The families' engines: packages/art's reference compiled for the EVM, one contract for each family.
 * @module
 */
import { blockEngineBytecode } from "./generated/engines/block.ts";
import { engraveEngineBytecode } from "./generated/engines/engrave.ts";
import { fieldEngineBytecode } from "./generated/engines/field.ts";
import { marbleEngineBytecode } from "./generated/engines/marble.ts";
import { reliefEngineBytecode } from "./generated/engines/relief.ts";
import { strataEngineBytecode } from "./generated/engines/strata.ts";
import { terrazzoEngineBytecode } from "./generated/engines/terrazzo.ts";
import { vesselEngineBytecode } from "./generated/engines/vessel.ts";
import { washEngineBytecode } from "./generated/engines/wash.ts";
import { weaveEngineBytecode } from "./generated/engines/weave.ts";

type Hex = `0x${string}`;

/** One family's engine. */
export interface FamilyEngine {
  /** As packages/art names it. */
  family: string;
  /** Creation code; none where a family has no engine. */
  bytecode: Hex | undefined;
  /** Pixels a side of the picture that tokenURI computes; 0 where the family's set-up takes more gas than a call has. */
  side: number;
}

/** Index = the code in byte 1 of a style. `npm run bench -- evm` measures how large the sides could be. */
export const ENGINES: readonly FamilyEngine[] = [
  { family: "block", bytecode: blockEngineBytecode, side: 20 },
  { family: "strata", bytecode: strataEngineBytecode, side: 0 },
  { family: "vessel", bytecode: vesselEngineBytecode, side: 42 },
  { family: "wash", bytecode: washEngineBytecode, side: 0 },
  { family: "marble", bytecode: marbleEngineBytecode, side: 0 },
  { family: "engrave", bytecode: engraveEngineBytecode, side: 0 },
  { family: "relief", bytecode: reliefEngineBytecode, side: 0 },
  { family: "field", bytecode: fieldEngineBytecode, side: 0 },
  { family: "weave", bytecode: weaveEngineBytecode, side: 0 },
  { family: "terrazzo", bytecode: terrazzoEngineBytecode, side: 0 },
];
