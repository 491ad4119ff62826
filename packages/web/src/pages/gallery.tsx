/**
 * The Gallery: every piece of this node, hung by depth or evenly.
 * @module
 */
import type { Input, Output } from "@carrara/api/routes";
import type { PieceBrief } from "@carrara/api/schemas";
import { useEffect, useMemo, useState } from "react";
import { api } from "../api.ts";
import * as f from "../format.ts";
import { Drawing } from "../parts/drawing.tsx";
import { UncutBlock } from "../parts/marks.tsx";
import { Refused, Two } from "../parts/text.tsx";
import { stateWord } from "../piece-view.ts";
import { Link } from "../router.tsx";
import { useCall } from "../use-call.ts";
import { live, useAnnounced, useAnswer, useNewest } from "../use-live.ts";
import { Waiting } from "./waiting.tsx";

type State = NonNullable<Input<"pieces">["state"]>;
type Page = Output<"pieces">;

const STATES: readonly (readonly [State, string])[] = [
  ["all", "All"],
  ["claim", "Claims"],
  ["forged", "Forged"],
  ["listed", "For sale"],
  ["sold", "Sold"],
];
/** A stone this many bits below its sill hangs in 2 x 2 cells. */
const DEEP_BITS = 3;

export function GalleryPage() {
  const [state, setState] = useState<State>("all");
  const [collection, setCollection] = useState<string | null>(null);
  const [even, setEven] = useState(false);
  const query = { state, ...(collection === null ? {} : { collection }) };
  const { value: newest, failure } = useAnswer("pieces", query);
  const key = `${state} ${collection}`;
  // The list is held as it was when it was opened; new pieces are announced, not pushed in under the reader's eyes.
  const [held, setHeld] = useState<{ key: string; pages: readonly Page[] } | null>(null);
  const current = held?.key === key ? held.pages : null;
  const bare = current?.[0]?.pieces.length === 0;
  useEffect(() => {
    if (newest && (current === null || bare)) setHeld({ key, pages: [newest] });
  }, [newest, current, bare, key]);
  const pages = current ?? (held ? held.pages : null);
  const waiting = useUnseen(pages);

  useEffect(() => {
    if (bare && waiting > 0) live.refresh("pieces");
  }, [bare, waiting]);

  const last = pages?.at(-1);
  if (!pages || !last) return <Waiting what="the gallery" failure={failure} />;
  const pieces = pages.flatMap((page) => page.pieces);
  // While another filter is fetched the list before stays, with its counts.
  const { counts, collections } = newest ?? last;
  const showNew = async () => {
    const page = await api("pieces", query);
    setHeld({ key, pages: [page] });
    live.refresh("pieces");
  };
  return (
    <>
      <section className="lede short">
        <h1>{sentence(counts)}</h1>
        <p className="no-phone">
          {waiting > 0 && state === "all" ? (
            <button type="button" className="word" onClick={showNew}>
              Hang {f.plural(waiting, "new piece")}
            </button>
          ) : counts.all > 0 ? (
            "Newest first. The deeper a stone lay, the larger it hangs."
          ) : (
            ""
          )}
        </p>
      </section>
      {counts.all === 0 ? (
        <Empty />
      ) : (
        <>
          <div className="filters">
            <Words
              label="State"
              options={STATES.map(([value, word]) => ({ value, word, count: counts[value] }))}
              chosen={state}
              choose={setState}
            />
            {collections.length > 1 ? (
              <Words
                label="Collection"
                options={[
                  { value: "", word: "Every collection" },
                  ...collections.map(({ address, name }) => ({ value: address, word: name })),
                ]}
                chosen={collection ?? ""}
                choose={(value) => setCollection(value === "" ? null : value)}
              />
            ) : null}
            <Words
              label="Hang"
              className="end no-phone"
              options={[
                { value: "depth", word: "By depth" },
                { value: "even", word: "Even" },
              ]}
              chosen={even ? "even" : "depth"}
              choose={(value) => setEven(value === "even")}
            />
          </div>
          {pieces.length === 0 ? (
            <p className="q">{NONE[state]}</p>
          ) : (
            <ul className="hang">
              {pieces.map((piece) => (
                <Hung key={piece.tokenId} piece={piece} even={even} />
              ))}
            </ul>
          )}
          <More
            shown={pieces.length}
            of={counts[state]}
            next={last.next}
            load={async (after) => {
              const page = await api("pieces", { ...query, after });
              setHeld({ key, pages: [...pages, page] });
            }}
          />
        </>
      )}
    </>
  );
}

const NONE: Record<State, string> = {
  all: "Nothing hangs here yet.",
  claim: "No claim is waiting: what was found is forged, or has lapsed.",
  forged: "Nothing is forged and unlisted. A claim becomes a token with Forge, on its page.",
  listed: "Nothing is for sale. The owner of a forged piece lists it on its page.",
  sold: "Nothing has been sold yet.",
};

function sentence(counts: Page["counts"]): string {
  if (counts.all === 0) return "Nothing hangs here yet.";
  const pieces = counts.all - counts.claim;
  const claims = counts.claim === 0 ? "" : `${f.plural(counts.claim, "claim")} still in the rough`;
  if (pieces === 0) return `${claims}, and nothing forged yet.`;
  return claims === ""
    ? `${f.plural(pieces, "piece")}, all of them forged.`
    : `${f.plural(pieces, "piece")}, and ${claims}.`;
}

function Empty() {
  const { value: quarry } = useAnswer("quarry", {});
  const wait = quarry?.pieceEverySeconds ?? null;
  return (
    <section className="empty">
      <UncutBlock />
      <div>
        <div className="title">An uncut block</div>
        <p className="q">
          The first share below the target becomes the first picture
          {wait === null ? "" : `, in about ${f.spanInWords(wait)}`}. <Link href="/">See the quarry</Link>
        </p>
      </div>
    </section>
  );
}

function Hung({ piece: given, even }: { piece: PieceBrief; even: boolean }) {
  const piece = useNewest(given);
  const deep = !even && piece.log2 >= piece.sillLog2 + DEEP_BITS;
  return (
    <li className={deep ? "deep" : ""}>
      <Link href={`/piece/${piece.tokenId}`} data-testid="piece-link">
        <figure>
          <Drawing
            key={String(deep)}
            tokenId={piece.tokenId}
            sizes={deep ? [320, 512] : [320]}
            alt={piece.title}
            lazy
          />
          <figcaption>
            <div className="title">{piece.title}</div>
            {deep ? <p>One hash in {f.inWords(Math.floor(piece.log2))}.</p> : null}
            <div className="row">
              <span>
                1 in <Two of={f.exponent(piece.log2)} />
              </span>
              {piece.state === "listed" && piece.priceWei !== null ? (
                <span className="st asked num">{f.ethText(piece.priceWei)}</span>
              ) : (
                <span className={`st ${piece.state === "claim" ? "claim" : ""}`}>{stateWord(piece.state)}</span>
              )}
            </div>
          </figcaption>
        </figure>
      </Link>
    </li>
  );
}

interface Option<T extends string> {
  readonly value: T;
  readonly word: string;
  readonly count?: number;
}

function Words<T extends string>(props: {
  label: string;
  className?: string;
  options: readonly Option<T>[];
  chosen: T;
  choose: (value: T) => void;
}) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: words in a line, not a fieldset
    <div className={`seg ${props.className ?? ""}`} role="group" aria-label={props.label}>
      {props.options.map(({ value, word, count }) => (
        <button key={value} type="button" aria-pressed={value === props.chosen} onClick={() => props.choose(value)}>
          {word}
          {count === undefined ? null : <span>{f.grouped(count)}</span>}
        </button>
      ))}
    </div>
  );
}

function More({
  shown,
  of,
  next,
  load,
}: {
  shown: number;
  of: number;
  next: string | null;
  load: (after: string) => Promise<void>;
}) {
  const call = useCall();
  return (
    <div className="more">
      {next === null ? (
        <span />
      ) : (
        <button type="button" className="btn" disabled={call.running} onClick={() => call.run(() => load(next))}>
          Earlier pieces
        </button>
      )}
      <Refused failure={call.failure} />
      <span className="q small num">
        {f.grouped(shown)} of {f.grouped(Math.max(shown, of))} shown
      </span>
    </div>
  );
}

/** How many pieces were announced that the list does not hold. */
function useUnseen(pages: readonly Page[] | null): number {
  const announced = useAnnounced();
  return useMemo(() => {
    const known = new Set(pages?.flatMap((page) => page.pieces.map((piece) => piece.tokenId)));
    return announced.filter((piece) => piece.state !== "lapsed" && !known.has(piece.tokenId)).length;
  }, [announced, pages]);
}
