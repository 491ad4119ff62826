/**
 * The Piece's words, and what the chosen actor may do with it.
 * @module
 */
import type { ActorName, PieceBrief, PieceDetail, Provenance, Status } from "@carrara/api/schemas";
import * as f from "./format.ts";
import { type Phrase, two } from "./phrase.ts";

/** What the label offers below the sentence. `act` names the one write; the others explain why there is none. */
export type Offer =
  | { readonly act: "forge" | "list" | "cancel" | "buy" }
  | { readonly act: "wait"; readonly reason: string }
  /** Another of the node's actors could act. */
  | { readonly act: "switch"; readonly to: ActorName; readonly reason: string }
  | { readonly act: "none"; readonly reason: string };

/** A bead of the provenance line. */
export interface Bead {
  readonly title: string;
  readonly text: string;
  readonly txHash: string | null;
  readonly look: "done" | "now" | "todo";
}

const STATE_WORDS: Record<PieceBrief["state"], string> = {
  claim: "claim",
  forging: "forging",
  forged: "forged",
  listed: "for sale",
  sold: "sold",
  lapsed: "lapsed",
};

const STEP_WORDS: Record<Provenance["kind"], string> = {
  found: "Share found",
  forged: "Forged",
  listed: "Listed",
  cancelled: "Listing withdrawn",
  sold: "Sold",
  transferred: "Moved",
};

/** @example stateWord("listed") // "for sale" */
export function stateWord(state: PieceBrief["state"]): string {
  return STATE_WORDS[state];
}

/** "1 in 2^66": whole bits, or one decimal where the floor would read shallower than the sill. */
export function rarityOf(piece: Pick<PieceBrief, "log2" | "sillLog2">): Phrase {
  return ["1 in ", two(f.pieceExponent(piece.log2, piece.sillLog2))];
}

/** @example "One hash in 74 quintillion falls this deep. This one came up on 19 November." */
export function raritySentence(piece: Pick<PieceBrief, "log2" | "sillLog2" | "foundAt">): string {
  const bits = Number(f.pieceExponent(piece.log2, piece.sillLog2));
  const found = piece.foundAt === null ? "" : ` This one came up on ${f.dayLong(piece.foundAt)}.`;
  return `One hash in ${f.inWords(bits)} falls this deep.${found}`;
}

/** What `actor` may do now, or why nothing can be done. */
export function offerOf(piece: PieceDetail, actor: ActorName, status: Status): Offer {
  if (!status.writable.allowed)
    return { act: "none", reason: status.writable.reason ?? "This node may not write to its Ethereum chain." };
  switch (piece.state) {
    case "lapsed":
      return { act: "none", reason: piece.problem ?? "The claim has lapsed: its round is over." };
    case "forging":
      return { act: "wait", reason: "Sent. The next Ethereum block makes it a token." };
    case "claim":
      return piece.problem === null ? { act: "forge" } : { act: "none", reason: piece.problem };
    case "listed": {
      const seller = piece.listing?.seller ?? piece.owner;
      return isActor(seller, actor, status) ? { act: "cancel" } : { act: "buy" };
    }
    default: {
      if (isActor(piece.owner, actor, status)) return { act: "list" };
      const owner = status.actors.find(({ address }) => same(address, piece.owner));
      if (owner)
        return { act: "switch", to: owner.name, reason: `It belongs to the ${owner.name}, who alone can list it.` };
      const who = piece.ownerName ?? (piece.owner === null ? "somebody" : f.shortAddress(piece.owner));
      return { act: "none", reason: `It belongs to ${who}, who alone can list it.` };
    }
  }
}

/** The line of beads: what was, with the newest in vein, and the next step to come. */
export function beadsOf(piece: PieceDetail, now: number): Bead[] {
  const done = piece.provenance.map((step, i): Bead => {
    const when = i === 0 ? f.moment(step.time) : `${f.day(step.time)}, ${f.hourMinute(step.time)}`;
    const parts = [when, besideTitle(step.text)];
    if (step.gasUsed !== null) parts.push(`${f.grouped(step.gasUsed)} gas`);
    if (step.priceWei !== null && !step.text.includes("ETH")) parts.push(f.ethText(step.priceWei));
    return {
      title: STEP_WORDS[step.kind],
      text: parts.filter((part) => part !== "").join(" · "),
      txHash: step.txHash,
      look: i === piece.provenance.length - 1 ? "now" : "done",
    };
  });
  const next: Partial<Record<PieceBrief["state"], string>> = {
    claim: "Forged",
    forging: "Forged",
    forged: "Listed",
    listed: "Sold",
  };
  const todo = piece.problem === null ? next[piece.state] : undefined;
  if (piece.state === "lapsed")
    done.push({ title: "Lapsed", text: `by ${f.clockOrDay(now, now)}, never forged`, txHash: null, look: "todo" });
  else if (todo) done.push({ title: todo, text: "", txHash: null, look: "todo" });
  return done;
}

/** The line beside the bead's title, which has said the verb already. @example besideTitle("Listed by miner") // "by the miner" */
function besideTitle(text: string): string {
  return text
    .replace(/^(Share found|Found|Forged|Listed|Listing withdrawn|Sold|Passed on|Moved)\b\s*/, "")
    .replace(/,? rarity 1 in 2\^[\d.]+/, "")
    .replace(/\bthis-computer\b/, "This computer")
    .replace(/\b(by|for|to) (artist|miner|collector)\b/g, "$1 the $2");
}

/** The token id in two parts: hex zeros that are luck, and the rest. */
export function zerosOf(tokenId: string, zeroBits: number): { zeros: string; rest: string; sentence: string } {
  const count = Math.floor(zeroBits / 4);
  const bits = zeroBits % 4;
  const more = bits === 0 ? "" : `, and ${["no", "one", "two", "three"][bits]} bit${bits === 1 ? "" : "s"} more`;
  return {
    zeros: tokenId.slice(0, count),
    rest: tokenId.slice(count),
    sentence: `Each red zero is four bits of luck. ${f.countWord(count)} of them${more}.`,
  };
}

function isActor(address: string | null, actor: ActorName, status: Status): boolean {
  return status.actors.some((each) => each.name === actor && same(each.address, address));
}

function same(a: string, b: string | null): boolean {
  return b !== null && a.toLowerCase() === b.toLowerCase();
}
