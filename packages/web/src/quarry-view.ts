/**
 * The Quarry's words and figures, computed from live answers: the sentence, the readings, what an event changes.
 * @module
 */
import type { LiveEvent, Machine, Quarry, ShareBrief, Status } from "@carrara/api/schemas";
import * as f from "./format.ts";
import { type Phrase, type Power, two } from "./phrase.ts";

/** Shares that are kept between two fetches; the server sends at most as many of its own. */
const SHARES_KEPT = 2000;
const POINTS_KEPT = 1440;
/** From this many shares on, the scatter of the count means something. */
export const BAND_FROM = 10;
const DAY = 86_400;

/** The page's true sentence and the note beside it. */
export interface Lede {
  readonly title: string;
  readonly note: Phrase;
}

/** One instrument of the row: a label, a value, a line of context. */
export interface Reading {
  readonly label: string;
  /** Marks what is not real money. */
  readonly embedded: boolean;
  readonly value: Phrase;
  readonly context: string;
}

/**
 * What is so, now. Chance has no memory, so the wait never counts from the last piece.
 * @example ledeOf(status, quarry).title // "The next piece is about 44 seconds away, however long you have waited."
 */
export function ledeOf(status: Status, quarry: Quarry): Lede {
  const { collection, pieceEverySeconds, rate } = quarry;
  if (status.preparing !== null) {
    const { title, note } = openingLede(status.preparing);
    return { title, note: [note] };
  }
  if (!status.bitcoin.reachable)
    return {
      title: "Nothing can be mined: the Bitcoin chain does not answer.",
      note: ["Mining goes on by itself when it is back; nothing that was found is lost."],
    };
  if (collection === null && status.collection === null)
    return {
      title: "No collection is open, so no share can become a piece.",
      note: ["Shares are counted all the same, and a block pays as ever."],
    };
  const bare = !hasPieces(quarry);
  if (pieceEverySeconds === null || rate === null || rate === 0 || isIdle(status))
    return status.miner.state === "paused"
      ? {
          title: bare ? "Nothing carved yet, and mining is paused." : "Mining is paused, so no piece is on its way.",
          note: ["Resume it above, or connect a miner below."],
        }
      : {
          title: bare ? "Nothing carved yet. The hash rate is being measured." : "The hash rate is being measured.",
          note: [status.miner.problem ?? "The first shares tell how far away a piece is."],
        };
  const wait = f.spanInWords(pieceEverySeconds);
  if (bare)
    return {
      title: `Nothing carved yet. The first piece is about ${wait} away.`,
      note: [minersSentence(status)],
    };
  const note: (string | Power)[] = [
    `Chance has no memory. At ${f.hashRate(rate)} one hash in `,
    two(f.exponent1(Math.log2(rate * pieceEverySeconds))),
    ` turns up ${frequency(pieceEverySeconds)}`,
  ];
  if (quarry.blockLog2 !== null) note.push(", and one in ", two(f.exponent1(quarry.blockLog2)), " is a block.");
  else note.push(".");
  return { title: `The next piece is about ${wait} away, however long you have waited.`, note };
}

/** While the node comes up. @param busyWith what it says that it is busy with */
export function openingLede(busyWith: string | null): { title: string; note: string } {
  const busy = busyWith === null ? "" : `Busy with: ${busyWith.replace(/\.$/, "")}. `;
  return { title: "The quarry is being opened.", note: `${busy}The first start takes longest.` };
}

/** Whether this node has ever cut a piece: until then the page is in its first minute. */
export function hasPieces(quarry: Quarry): boolean {
  return quarry.bench !== null || quarry.pieces24h > 0;
}

/** Whether nothing mines: this computer rests and no other machine is connected. The rate from shares outlives a pause. */
export function isIdle({ miner, stratum }: Status): boolean {
  const own = miner.threads > 0 ? 1 : 0;
  return miner.state === "paused" && stratum.connections <= own;
}

/** The row of instruments; the context says what chance owed. */
export function readingsOf(status: Status | null, quarry: Quarry): Reading[] {
  const embedded = status?.bitcoin.kind === "embedded";
  const best = (label: string, share: Quarry["bestToday"]): Reading => ({
    label,
    embedded: false,
    value: share ? ["1 in ", two(f.exponent(share.log2))] : [f.UNKNOWN],
    context: share
      ? `difficulty ${f.difficulty(share.difficulty)}, ${f.clockOrDay(share.time, quarry.now)}`
      : "no share yet",
  });
  const { collection } = quarry;
  const blockEvery = status && isIdle(status) ? null : quarry.blockEverySeconds;
  return [
    {
      label: "Pieces in 24 h",
      embedded: false,
      value: [f.grouped(quarry.pieces24h)],
      context: quarry.pieces24hDue === null ? "what was due is not known" : `${f.due(quarry.pieces24hDue)} were due`,
    },
    best("Best share today", quarry.bestToday),
    best("Best share ever", quarry.bestEver),
    {
      label: "Next block",
      embedded,
      value: [f.span(blockEvery)],
      context: blockChance(blockEvery),
    },
    {
      label: "Blocks found",
      embedded,
      value: [f.grouped(quarry.blocksFound)],
      context:
        quarry.blocksDue === null
          ? `since ${f.clockOrDay(quarry.since, quarry.now)}`
          : `${f.due(quarry.blocksDue)} were due since ${f.clockOrDay(quarry.since, quarry.now)}`,
    },
    collection
      ? {
          label: `Round ${collection.round} of ${collection.name}`,
          embedded: false,
          value: [`${collection.mintedInRound} of ${collection.mintsPerRound}`],
          context: "forged; then the sill moves",
        }
      : { label: "Round", embedded: false, value: [f.UNKNOWN], context: "no collection is open" },
  ];
}

/** The quarry after an event, without asking the node again. */
export function applyToQuarry(quarry: Quarry, event: LiveEvent): Quarry {
  switch (event.type) {
    case "rate":
      return { ...quarry, now: event.point.time, points: [...quarry.points, event.point].slice(-POINTS_KEPT) };
    case "share":
      return withShare(quarry, event.share);
    case "claim": {
      const { tokenId, foundAt, worker, log2 } = event.piece;
      const share = { time: foundAt ?? quarry.now, worker: worker ?? "", log2, tokenId };
      return { ...withShare(quarry, share), bench: event.piece, pieces24h: quarry.pieces24h + 1 };
    }
    case "piece":
      return quarry.bench?.tokenId === event.piece.tokenId ? { ...quarry, bench: event.piece } : quarry;
    case "round":
      return quarry.collection?.address === event.collection.address
        ? { ...quarry, collection: event.collection }
        : quarry;
    case "block":
      return event.ours ? { ...quarry, blocksFound: quarry.blocksFound + 1 } : quarry;
    default:
      return quarry;
  }
}

/** A claim is told of twice, as a share and as a piece, in either order: it is one bore hole. */
function withShare(quarry: Quarry, share: ShareBrief): Quarry {
  const now = Math.max(quarry.now, share.time);
  const at = quarry.shares.findLastIndex((known) => known.log2 === share.log2);
  const known = quarry.shares[at];
  if (known) {
    const shares = quarry.shares.with(at, { ...known, tokenId: known.tokenId ?? share.tokenId });
    return { ...quarry, now, shares };
  }
  const better = (best: Quarry["bestToday"]) =>
    best === null || share.log2 > best.log2
      ? { log2: share.log2, difficulty: 2 ** (share.log2 - 32), time: share.time }
      : best;
  return {
    ...quarry,
    now,
    shareCount: quarry.shareCount + 1,
    shares: [...quarry.shares, share].slice(-SHARES_KEPT),
    bestToday: better(quarry.bestToday),
    bestEver: better(quarry.bestEver),
  };
}

/** The machines, this computer among them from the first second: the node tells of it after its first share. */
export function machinesOf(status: Status, quarry: Quarry): readonly Machine[] {
  const { miner } = status;
  if (miner.threads === 0 || quarry.machines.some(({ kind }) => kind === "cpu")) return quarry.machines;
  const own: Machine = {
    name: "This computer",
    kind: "cpu",
    detail: `${miner.threads} of ${miner.maxThreads} threads`,
    online: true,
    hashRate: null,
    spark: [],
    accepted: 0,
    rejected: 0,
    bestLog2: null,
    pieceEverySeconds: null,
    lastShareAt: null,
  };
  return [own, ...quarry.machines];
}

/** What is shown while there is nothing to show: axes without a line. */
export const NOTHING_YET: Quarry = {
  now: 0,
  collection: null,
  rate: null,
  rateSource: "none",
  pieceEverySeconds: null,
  pieces24h: 0,
  pieces24hDue: null,
  bestToday: null,
  bestEver: null,
  blockEverySeconds: null,
  blockLog2: null,
  blocksFound: 0,
  blocksDue: null,
  since: 0,
  shareCount: 0,
  windowSeconds: 10,
  points: [],
  shares: [],
  machines: [],
  bench: null,
  connect: { url: "", user: "", password: "", note: "" },
};

/**
 * A worker as a person calls it: of "bc1q….study" the name after the payout address.
 * @example workerLabel("bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080.study") // "study"
 */
export function workerLabel(worker: string): string {
  const match = /^[0-9a-zA-Z]{26,}(?:\.(.+))?$/.exec(worker);
  const name = match ? (match[1] ?? `${worker.slice(0, 8)}…`) : worker;
  return name === "this-computer" ? "This computer" : name;
}

/** How often, in the unit that gives a number a person can picture. @example frequency(10) // "6 times a minute" */
export function frequency(everySeconds: number): string {
  const units: readonly [number, string][] = [
    [DAY, "a day"],
    [3600, "an hour"],
    [60, "a minute"],
    [1, "a second"],
  ];
  if (everySeconds > DAY) return `once in ${f.span(everySeconds)}`;
  const [unit, name] = units.find(([seconds]) => seconds / everySeconds < 30) ?? [1, "a second"];
  const count = unit / everySeconds;
  const digits = count < 9.95 ? count.toFixed(1).replace(/\.0$/, "") : f.grouped(count);
  return digits === "1" ? `once ${name}` : `${digits} times ${name}`;
}

function blockChance(everySeconds: number | null): string {
  if (everySeconds === null) return "nothing is mining";
  const chance = 1 - Math.exp(-DAY / everySeconds);
  return chance < 0.95 ? `${f.percent(chance)} a day` : "on average";
}

function minersSentence(status: Status): string {
  const { miner, bitcoin } = status;
  const where = bitcoin.kind === "embedded" ? "on a chain of its own" : `on ${bitcoin.name}`;
  if (miner.state !== "mining") return `Machines by Stratum are mining ${where}.`;
  const threads = miner.threads === 1 ? "one thread" : `${miner.threads} threads`;
  return `This computer is mining with ${threads} ${where}. Pause it at any time, above.`;
}
