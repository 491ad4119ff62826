/**
 * Lays the contracts that everything else stands on: the page's chunks, the families' engines, the loupe, the renderer,
 * the factory, and Seaport.
 * Every address follows from the bytes (CREATE2 through the deterministic deployer), so a node that was killed in the
 * middle looks what is there and goes on with the rest.
 * @module
 */

import { PAGE_HEAD, PAGE_MID, PAGE_SEP, PAGE_TAIL } from "@carrara/art/page";
import { PAGE_SCRIPT_GZIP_BASE64 } from "@carrara/art/page.generated";
import { traitTable } from "@carrara/art/traits";
import { CarraraError } from "@carrara/base/errors";
import { type Address, address } from "@carrara/base/units";
import { DETERMINISTIC_DEPLOYER, type DeployStep, deployPlan, SALT } from "@carrara/contracts/deploy-plan";
import type { FamilyEngine } from "@carrara/contracts/engines";
import { type Abi, concatHex, encodeDeployData, getCreate2Address, keccak256 } from "viem";
import { hasCode } from "../ethereum/contract.ts";
import type { Outbox } from "../ethereum/outbox.ts";
import { seaportAbi } from "../market/seaport.ts";
import type { Actor, EthChain } from "../ports/ethereum.ts";
import type { Store } from "../ports/store.ts";

/** Creation code from npm's artifacts; see the adapter that reads them. */
export interface SeaportCode {
  seaport: `0x${string}`;
  conduitController: `0x${string}`;
}

/** Where the contracts are. */
export interface Contracts {
  factory: Address;
  renderer: Address;
  seaport: Address;
}

/** Deployments in order, each with the address that its bytes give. */
export interface Laying {
  name: string;
  address: Address;
  /** Salt and creation code, for the deterministic deployer. */
  data: `0x${string}`;
  gas: bigint;
}

/** All deployments. Needs no chain. */
export function layings(seaport: SeaportCode): Laying[] {
  return addressed([
    ...pieceContracts(),
    // Measured: 2.0 to 2.3 million and 5.15 to 5.3 million gas.
    { name: "conduit-controller", abi: [], bytecode: seaport.conduitController, args: () => [], gas: 4_000_000n },
    {
      name: "seaport",
      abi: seaportAbi,
      bytecode: seaport.seaport,
      args: (of) => [of("conduit-controller")],
      gas: 8_000_000n,
    },
  ]);
}

/**
 * The contracts that make pieces and show them, with the page that packages/art builds.
 * @param engines other engines or sides than the product's: for measuring
 */
export function pieceContracts(engines?: readonly FamilyEngine[]): DeployStep[] {
  const parts = {
    front: ascii(PAGE_HEAD + PAGE_SCRIPT_GZIP_BASE64 + PAGE_MID),
    between: ascii(PAGE_SEP),
    tail: ascii(PAGE_TAIL),
    table: traitTable(),
  };
  return deployPlan(parts, engines);
}

/** Each step with its address, which follows from its bytes and those of the steps before. */
export function addressed(steps: readonly DeployStep[]): Laying[] {
  const done: Laying[] = [];
  const addressOf = (name: string) => {
    const found = done.find((one) => one.name === name);
    if (!found) throw new RangeError(`${name} is not laid before it is needed`);
    return found.address;
  };
  for (const { name, abi, bytecode, args, gas } of steps) {
    const given = args(addressOf);
    const code = given.length === 0 ? bytecode : encodeDeployData({ abi: abi as Abi, bytecode, args: given });
    const where = getCreate2Address({ from: DETERMINISTIC_DEPLOYER, salt: SALT, bytecodeHash: keccak256(code) });
    done.push({ name, address: address(where), data: concatHex([SALT, code]), gas });
  }
  return done;
}

/**
 * Sends what is missing, all at once, and waits until all is there.
 * @param onProgress how many of how many are there
 * @throws LayingError when one of them fails; a chain that goes away is waited for.
 */
export async function lay(
  deps: { chain: EthChain; outbox: Outbox; store: Store; actor: Actor },
  all: readonly Laying[],
  onProgress: (done: number, of: number) => void,
): Promise<Contracts> {
  const { chain, outbox, store, actor } = deps;
  const there = await Promise.all(all.map((one) => hasCode(chain, one.address)));
  let done = there.filter(Boolean).length;
  onProgress(done, all.length);
  const missing = all.filter((_, i) => !there[i]);
  if (missing.length > 0 && !(await hasCode(chain, address(DETERMINISTIC_DEPLOYER)))) {
    throw new LayingError("the deterministic deployer", "it is not on this chain");
  }
  const sent: { one: Laying; hash: `0x${string}` }[] = [];
  for (const one of missing) {
    // A node that was killed after sending finds its transaction in the outbox.
    const [kept] = await store.query<{ hash: `0x${string}` }>(
      `select hash from outbox where purpose ->> 'kind' = 'deploy' and purpose ->> 'address' = $1 and state <> 'failed'`,
      [one.address],
    );
    const hash = kept?.hash ?? (await send(one)).hash;
    sent.push({ one, hash });
  }
  for (const { one, hash } of sent) {
    let entry = await outbox.settled(hash);
    while (entry.state === "sent") entry = await outbox.settled(hash);
    if (!(await hasCode(chain, one.address))) throw new LayingError(one.name, entry.problem ?? "no code is there");
    onProgress(++done, all.length);
  }
  const of = (name: string) => {
    const found = all.find((one) => one.name === name);
    if (!found) throw new RangeError(`${name} is not among the contracts`);
    return found.address;
  };
  return { factory: of("factory"), renderer: of("renderer"), seaport: of("seaport") };

  function send({ name, address: where, data, gas }: Laying) {
    const purpose = { kind: "deploy", name, address: where };
    return outbox.send({ from: actor, to: address(DETERMINISTIC_DEPLOYER), data, gas, purpose });
  }
}

function ascii(text: string): Uint8Array {
  return Uint8Array.from(text, (char) => char.charCodeAt(0));
}

/** A contract that all else needs could not be deployed. */
export class LayingError extends CarraraError {
  constructor(name: string, why: string) {
    super("not-ready", `The contract ${name} could not be laid: ${why}.`, {
      hint: "Look into the log of the node. On the embedded chain: end the node, remove its data folder's ethereum and store folders, start again.",
    });
  }
}
