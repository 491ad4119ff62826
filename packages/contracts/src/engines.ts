/**
 * The families' engines: packages/art's reference compiled for the EVM, one contract for each family.
 * @module
 */

type Hex = `0x${string}`;

/** One family's engine. */
export interface FamilyEngine {
  /** As packages/art names it. */
  family: string;
  /** Creation code; none where the family is not compiled yet. */
  bytecode: Hex | undefined;
  /** Pixels a side of the picture that tokenURI computes; 0 where the family's set-up takes more gas than a call has. */
  side: number;
}

/** Index = the code in byte 1 of a style. `npm run bench -- evm` measures how large the sides could be. */
export const ENGINES: readonly FamilyEngine[] = [
  { family: "block", bytecode: undefined, side: 0 },
  { family: "strata", bytecode: undefined, side: 0 },
  { family: "vessel", bytecode: undefined, side: 0 },
  { family: "wash", bytecode: undefined, side: 0 },
  { family: "marble", bytecode: undefined, side: 0 },
  { family: "engrave", bytecode: undefined, side: 0 },
  { family: "relief", bytecode: undefined, side: 0 },
  { family: "field", bytecode: undefined, side: 0 },
  { family: "weave", bytecode: undefined, side: 0 },
  { family: "terrazzo", bytecode: undefined, side: 0 },
];
