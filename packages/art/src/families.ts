/**
 * The families by code. A family is a finish and the fields that it wants: it says which parameters and networks a style
 * must bring, and turns them with a seed's draws into a function from a place to a colour.
 * @module
 */
import { block } from "./family/block.ts";
import { engrave } from "./family/engrave.ts";
import type { Family } from "./family/family.ts";
import { field } from "./family/field.ts";
import { marble } from "./family/marble.ts";
import { relief } from "./family/relief.ts";
import { strata } from "./family/strata.ts";
import { terrazzo } from "./family/terrazzo.ts";
import { vessel } from "./family/vessel.ts";
import { wash } from "./family/wash.ts";
import { weave } from "./family/weave.ts";

/** Index = the code in byte 1 of a style. */
// biome-ignore lint/suspicious/noExplicitAny: each family has a state of its own, which only its own functions read.
export const FAMILIES: readonly Family<any>[] = [
  block,
  strata,
  vessel,
  wash,
  marble,
  engrave,
  relief,
  field,
  weave,
  terrazzo,
];
