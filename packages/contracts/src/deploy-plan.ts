/**
 * What must be deployed, in order, before collections can be made: the page's chunks, the families' engines, the loupe, the
 * renderer, the factory.
 *
 * Each step is one transaction to the deterministic deployer, whose data are a salt and the creation code. So every
 * address follows from the bytes: whoever lost an answer looks whether there is code and goes on, and two nodes with the
 * same program share one renderer. Encoding and hashing are the caller's (viem), which keeps this a pure table.
 * @module
 */
import { concat, toHex } from "@carrara/base/bytes";
import { chunks, storeCode } from "./chunks.ts";
import { ENGINES, type FamilyEngine } from "./engines.ts";
import { factoryAbi, factoryBytecode } from "./generated/Factory.ts";
import { loupeAbi, loupeBytecode } from "./generated/Loupe.ts";
import { rendererAbi, rendererBytecode } from "./generated/Renderer.ts";

type Hex = `0x${string}`;

/** Arachnid's deterministic deployment proxy: on anvil from the start, on public chains at this address. */
export const DETERMINISTIC_DEPLOYER = "0x4e59b44847b379578588920cA78FbF26c0B4956C" as const;

/** The salt of every step: the bytes alone shall decide the address. */
export const SALT = `0x${"00".repeat(32)}` as const;

/** EIP-7825: no transaction may ask for more gas. */
export const TRANSACTION_GAS_CAP = 16_777_216n;

/** What a loupe is told where a family has no engine. */
const NO_ENGINE = `0x${"00".repeat(20)}` as const;

/** The bytes that packages/art hands over for the page and the names. */
export interface PageParts {
  /** All before the hex of the style: head, the script (gzip, base64), and what follows it. */
  front: Uint8Array;
  /** Between the hex of the style and the hex of the seed. */
  between: Uint8Array;
  /** After the seed. */
  tail: Uint8Array;
  /** Names of palettes, formats, families, traits and title words. */
  table: Uint8Array;
}

/** One deployment. `args` are the constructor's, from the addresses of steps before; `abi` encodes them. */
export interface DeployStep {
  /** `page/0` ..., `engine/block` ..., `loupe`, `renderer`, `factory`. */
  name: string;
  abi: readonly unknown[];
  bytecode: Hex;
  args: (addressOf: (name: string) => Hex) => readonly unknown[];
  /** A limit that suffices, under {@link TRANSACTION_GAS_CAP}. */
  gas: bigint;
}

/**
 * The steps in order.
 * @example
 * for (const step of deployPlan(parts)) {
 *   const code = encodeDeployData({ abi: step.abi, bytecode: step.bytecode, args: step.args(addressOf) });
 *   // send { to: DETERMINISTIC_DEPLOYER, data: concat([SALT, code]), gas: step.gas }
 * }
 * @param engines other engines or other sides than the product's: for measuring
 */
export function deployPlan(parts: PageParts, engines: readonly FamilyEngine[] = ENGINES): DeployStep[] {
  const page = chunks(parts.front).map((chunk, i): DeployStep => {
    const code = storeCode(chunk);
    return {
      name: `page/${i}`,
      abi: [],
      bytecode: `0x${toHex(code)}`,
      args: () => [],
      gas: gasOf(code.length, chunk.length),
    };
  });
  const compiled = engines.flatMap(({ family, bytecode }): DeployStep[] => {
    if (bytecode === undefined) return [];
    const step = { name: `engine/${family}`, abi: [], bytecode, args: () => [] };
    return [{ ...step, gas: gasOf(size(bytecode), size(bytecode)) }];
  });
  const stored = parts.between.length + parts.tail.length + parts.table.length + 20 * page.length;
  const own = [parts.between, parts.tail, parts.table];
  return [
    ...page,
    ...compiled,
    {
      name: "loupe",
      abi: loupeAbi,
      bytecode: loupeBytecode,
      args: (addressOf) => [
        engines.map(({ family, bytecode }) => (bytecode === undefined ? NO_ENGINE : addressOf(`engine/${family}`))),
      ],
      gas: gasOf(size(loupeBytecode) + 32 * engines.length, size(loupeBytecode) + 20 * engines.length) + 60_000n,
    },
    {
      name: "renderer",
      abi: rendererAbi,
      bytecode: rendererBytecode,
      args: (addressOf) => [
        page.map((step) => addressOf(step.name)),
        ...own.map((bytes): Hex => `0x${toHex(bytes)}`),
        addressOf("loupe"),
        `0x${toHex(Uint8Array.from({ length: 32 }, (_, family) => engines[family]?.side ?? 0))}`,
      ],
      gas: gasOf(size(rendererBytecode) + concat(...own).length, size(rendererBytecode) + stored) + 4n * 60_000n,
    },
    {
      name: "factory",
      abi: factoryAbi,
      bytecode: factoryBytecode,
      args: (addressOf) => [addressOf("renderer")],
      // The factory's creation code holds the collection's and the splitter's, and all three are stored.
      gas: gasOf(size(factoryBytecode), size(factoryBytecode)) + 200_000n,
    },
  ];
}

/**
 * Gas that suffices to send `sent` bytes and store `kept`: 21,000, creation 32,000, calldata 16 (EIP-7623 floor 40), init
 * code 2 per word (EIP-3860), code 200 per byte; a tenth and 150,000 on top for what constructors do.
 */
function gasOf(sent: number, kept: number): bigint {
  const gas = 53_000 + 40 * sent + 200 * kept;
  return BigInt(Math.ceil(gas * 1.1)) + 150_000n;
}

function size(bytecode: Hex): number {
  return (bytecode.length - 2) / 2;
}
