/**
 * Is a piece what it says it is? The work is checked from chain data alone: the forge transaction's input, the round's
 * event, the style bytes and words that the contract gives. The pixels are made again from those. What this node has
 * stored of its own is not believed; the chain's RPC is.
 * @module
 */
import type { Verification } from "@carrara/api/schemas";
import { pageHtml } from "@carrara/art/page";
import { parseRecipe, type Recipe } from "@carrara/art/recipe";
import { CANONICAL } from "@carrara/art/render";
import { parseStyle } from "@carrara/art/style";
import { titleOf, traitsOf } from "@carrara/art/traits";
import { fromHex, toHex } from "@carrara/base/bytes";
import { CarraraError, explain } from "@carrara/base/errors";
import { type Address, address } from "@carrara/base/units";
import { collectionAbi } from "@carrara/contracts/generated/Collection";
import { verifyClaim } from "@carrara/mining/claim";
import { log2Rarity } from "@carrara/mining/target";
import { decodeFunctionData, encodeEventTopics, hexToString } from "viem";
import { ask, type Reader, read } from "../ethereum/contract.ts";
import { TransactionRefusedError } from "../ethereum/refusal.ts";
import { PieceUnknownError } from "../forge/forge.ts";
import { readPiece } from "../forge/state.ts";
import type { Clock } from "../ports/clock.ts";
import type { Drawing, Drawn } from "../ports/renderer.ts";
import type { Store } from "../ports/store.ts";
import { readCollections } from "../studio/collections.ts";

/** Makes a picture again, off the main loop: it takes seconds. */
export type Render = (drawing: Drawing) => Promise<Pick<Drawn, "pixelsSha256">>;

/** Checks pieces and recipes. */
export interface Verify {
  /** @throws PieceUnknownError when no known collection has the token and no claim has the id. */
  token(tokenId: string): Promise<Verification>;
  /**
   * A recipe as text: that it agrees with itself and that the pixels are those; and if a known collection has the token,
   * the token too.
   * @throws BadRecipeError, RecipeTooLargeError
   */
  recipe(text: string): Promise<Verification>;
}

/** What verifying needs. */
export interface VerifyDeps {
  /** Only to look up which collection an id belongs to. */
  store: Store;
  chain: Reader & { chainId: number };
  clock: Clock;
  render: Render;
}

/** @example (await createVerify(deps).token(tokenId)).ok */
export function createVerify({ store, chain, clock, render }: VerifyDeps): Verify {
  async function collectionOf(tokenId: string): Promise<Address | null> {
    const piece = await readPiece(store, clock.now(), tokenId);
    if (piece) return piece.collection;
    for (const { address: collection } of await readCollections(store)) {
      if (await ownerOf(chain, collection, BigInt(`0x${tokenId}`))) return collection;
    }
    return null;
  }

  return {
    async token(tokenId) {
      const collection = await collectionOf(tokenId);
      if (!collection) throw new PieceUnknownError(tokenId);
      return verifyToken({ chain, clock, render, collection, tokenId });
    },
    async recipe(text) {
      const recipe = parseRecipe(text);
      const { size, samples } = recipe.render;
      if (size * size * samples * samples > MOST_SAMPLES) throw new RecipeTooLargeError(size, samples);
      const collection = await collectionOf(recipe.seed);
      if (!collection) return verifyRecipe({ recipe, clock, render });
      return verifyToken({ chain, clock, render, collection, tokenId: recipe.seed, recipe });
    },
  };
}

/**
 * All checks of one token. A check that fails does not end the others, unless they need what it looked for.
 * @param of.recipe what is held to be true of it; compared field by field
 */
export async function verifyToken(of: {
  chain: Reader & { chainId: number };
  clock: Clock;
  render: Render;
  collection: Address;
  tokenId: string;
  recipe?: Recipe;
}): Promise<Verification> {
  const { chain, clock, render, collection, tokenId, recipe } = of;
  const began = clock.now();
  const id = BigInt(`0x${tokenId}`);
  const seed = fromHex(tokenId);
  const checks: Verification["checks"] = [];
  const note = (name: string, ok: boolean, detail: string) => checks.push({ name, ok, detail });
  let title: string | null = null;
  let pixelsSha256: string | null = null;
  const done = (): Verification => ({
    ok: checks.every(({ ok }) => ok),
    tokenId,
    title,
    checks,
    pixelsSha256,
    seconds: (clock.now() - began) / 1000,
  });

  const owner = await ownerOf(chain, collection, id);
  note(
    "token",
    owner !== null,
    owner
      ? `${collection} has it; it belongs to ${owner}.`
      : `${collection} has no such token: it has not been forged.`,
  );
  if (!owner) return done();

  const at = { address: collection, abi: collectionAbi } as const;
  const [round, miner, studio] = await read(chain, { ...at, functionName: "pieceOf", args: [id] });
  await checkWork();

  const styleHex = (await read(chain, { ...at, functionName: "style" })).slice(2);
  const styleBytes = fromHex(styleHex);
  try {
    const style = parseStyle(styleBytes);
    title = titleOf(style, seed);
    note("style", true, `${styleBytes.length} bytes from the contract, format ${style.format}.`);
    checkWords(await read(chain, { ...at, functionName: "tokenURI", args: [id] }), traitsOf(style, seed));
  } catch (error) {
    note("style", false, explain(error));
    return done();
  }

  const made = await render({ styleBytes, seed, ...(recipe ? recipe.render : CANONICAL), urgent: true });
  pixelsSha256 = made.pixelsSha256;
  const { size, samples } = recipe ? recipe.render : CANONICAL;
  const how = `made again at ${size} px, ${samples} samples: SHA-256 ${pixelsSha256}`;
  if (recipe) {
    note(
      "recipe",
      recipe.seed === tokenId && recipe.style.bytes === styleHex,
      recipe.style.bytes === styleHex
        ? "Its style and seed are the token's."
        : "Its style is another than the contract's.",
    );
    note(
      "pixels",
      recipe.render.pixels === pixelsSha256,
      recipe.render.pixels === pixelsSha256
        ? `The recipe's pixels, ${how}.`
        : `The recipe names ${recipe.render.pixels}; ${how}.`,
    );
  } else note("pixels", true, `From the contract's style and the id, ${how}.`);
  return done();

  async function checkWork(): Promise<void> {
    if (studio) return void note("work", false, "A studio piece: no work stands behind its id.");
    const forged = await logOf("Forged", { tokenId: id });
    const opened = await logOf("RoundOpened", { round });
    if (!forged) return void note("work", false, "The chain gives no Forged event of it.");
    if (!opened) return void note("round", false, `The chain gives no RoundOpened event of round ${round}.`);
    const target = BigInt(`0x${opened.data.slice(66, 130)}`);
    const anchor = fromHex(opened.data.slice(2, 66));
    const before = Number(opened.blockNumber) < Number(forged.blockNumber);
    note(
      "round",
      before,
      `Round ${round} opened in block ${Number(opened.blockNumber)}, the piece was forged in block ${Number(forged.blockNumber)}.`,
    );
    const tx = (await chain.request({ method: "eth_getTransactionByHash", params: [forged.transactionHash] })) as {
      input: `0x${string}`;
    } | null;
    const proof = tx && proofOf(tx.input);
    if (!proof)
      return void note(
        "work",
        false,
        `The input of ${forged.transactionHash} is no forge call: it went through another contract, and the proof is not to be read there.`,
      );
    const recipient = address(proof.recipient);
    const verdict = verifyClaim({ ...proof, recipient, chainId: BigInt(chain.chainId), collection, anchor, target });
    if (!verdict.ok) return void note("work", false, `${verdict.why} ${verdict.mend}`);
    const same = verdict.tokenId === id;
    note(
      "work",
      same,
      same
        ? `One hash in 2^${log2Rarity(verdict.hash).toFixed(1)}; header, coinbase and ${proof.branch.length} branch nodes lead to it.`
        : "The proof gives another id.",
    );
    const bound = recipient === address(miner) && proof.round === round;
    note(
      "binding",
      bound,
      bound
        ? `The work names ${recipient}, this collection, this chain and round ${round}.`
        : `The work names ${recipient} and round ${proof.round}; the contract says ${miner} and ${round}.`,
    );
  }

  function checkWords(uri: string, traits: readonly { name: string; value: string }[]): void {
    const words = wordsOf(uri);
    if (!words) return void note("words", false, "tokenURI is no JSON in base64.");
    const wrong: string[] = [];
    if (words.name !== title) wrong.push(`it is named "${words.name}", not "${title}"`);
    if (words.seed !== `0x${tokenId}`) wrong.push("its seed is another");
    const given = new Map(words.attributes.map((one) => [one.trait_type, String(one.value)]));
    for (const { name, value } of traits)
      if (given.get(name) !== value) wrong.push(`${name} is ${given.get(name) ?? "missing"}, not ${value}`);
    note(
      "words",
      wrong.length === 0,
      wrong.length === 0
        ? `"${title}" and ${traits.length} traits, as style and seed give them.`
        : `The contract says otherwise: ${wrong.join("; ")}.`,
    );
    const page = decodeBase64(words.animation_url, "data:text/html;base64,");
    const same = page === pageHtml(styleHex, tokenId);
    note(
      "page",
      same,
      same
        ? "The page on chain is this program's renderer with this style and seed."
        : "The page on chain is another than this program makes: its pixels are not checked here.",
    );
  }

  async function logOf(eventName: "Forged" | "RoundOpened", args: Record<string, bigint>): Promise<LogEntry | null> {
    const topics = encodeEventTopics({ abi: collectionAbi, eventName, args } as never);
    const filter = { address: collection, topics, fromBlock: "0x0", toBlock: "latest" };
    const logs = (await ask(chain, "eth_getLogs", filter)) as unknown as LogEntry[];
    return logs[0] ?? null;
  }
}

/** A recipe alone: that its pixels are what style and seed give. */
export async function verifyRecipe(of: { recipe: Recipe; clock: Clock; render: Render }): Promise<Verification> {
  const { recipe, clock, render } = of;
  const began = clock.now();
  const { size, samples, pixels } = recipe.render;
  const drawing = { styleBytes: fromHex(recipe.style.bytes), seed: fromHex(recipe.seed), size, samples, urgent: true };
  const { pixelsSha256 } = await render(drawing);
  const same = pixelsSha256 === pixels;
  return {
    ok: same,
    tokenId: recipe.seed,
    title: recipe.title,
    checks: [
      { name: "recipe", ok: true, detail: "Title, traits and style hash follow from its style and seed." },
      {
        name: "pixels",
        ok: same,
        detail: same
          ? `Made again at ${size} px, ${samples} samples: SHA-256 ${pixels}.`
          : `The recipe names ${pixels}; made again at ${size} px, ${samples} samples they are ${pixelsSha256}.`,
      },
      // Not a failure: nobody says that there is a token.
      { name: "token", ok: true, detail: "No collection that this node knows has this id, so work is not checked." },
    ],
    pixelsSha256,
    seconds: (clock.now() - began) / 1000,
  };
}

interface LogEntry {
  data: `0x${string}`;
  blockNumber: string;
  transactionHash: string;
}

interface Words {
  name: string;
  seed: string;
  animation_url: string;
  attributes: { trait_type: string; value: unknown }[];
}

async function ownerOf(chain: Reader, collection: Address, id: bigint): Promise<Address | null> {
  try {
    return address(await read(chain, { address: collection, abi: collectionAbi, functionName: "ownerOf", args: [id] }));
  } catch (error) {
    if (error instanceof TransactionRefusedError) return null;
    throw error;
  }
}

function proofOf(input: `0x${string}`) {
  try {
    const call = decodeFunctionData({ abi: collectionAbi, data: input });
    if (call.functionName !== "forge") return null;
    const [header, coinbase, branch, round, recipient] = call.args;
    return {
      header: fromHex(header),
      coinbase: fromHex(coinbase),
      branch: branch.map((node) => fromHex(node)),
      round,
      recipient,
    };
  } catch {
    return null;
  }
}

function wordsOf(uri: string): Words | null {
  try {
    const text = decodeBase64(uri, "data:application/json;base64,");
    const words = JSON.parse(text ?? "") as Words;
    return Array.isArray(words.attributes) ? words : null;
  } catch {
    return null;
  }
}

/** Text behind a data URI's prefix, as UTF-8; null when it is none. */
function decodeBase64(uri: string, prefix: string): string | null {
  if (typeof uri !== "string" || !uri.startsWith(prefix)) return null;
  const digits = uri.slice(prefix.length).replace(/=+$/, "");
  const bytes = new Uint8Array(Math.floor((digits.length * 3) / 4));
  let bits = 0;
  let held = 0;
  let at = 0;
  for (const digit of digits) {
    const value = BASE64.indexOf(digit);
    if (value < 0) return null;
    bits = ((bits << 6) | value) & 0xffffff;
    held += 6;
    if (held >= 8) {
      held -= 8;
      bytes[at++] = (bits >> held) & 255;
    }
  }
  return hexToString(`0x${toHex(bytes)}`);
}

/** 2,048 pixels at 2 x 2 samples: sixteen canonical drawings, half a minute. A larger one would hold up all others. */
const MOST_SAMPLES = 2_048 ** 2 * 4;

const BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** A recipe that would take too long to make again. */
export class RecipeTooLargeError extends CarraraError {
  constructor(size: number, samples: number) {
    super("bad-recipe", `The recipe asks for ${size} px at ${samples} x ${samples} samples.`, {
      hint: `Give one of at most ${MOST_SAMPLES} samples in all, for instance 2048 px at 2 x 2.`,
    });
  }
}
