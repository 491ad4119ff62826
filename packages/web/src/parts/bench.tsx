/**
 * On the bench: the newest claim, carved by this browser as it comes.
 * @module
 */
import type { PieceBrief, Quarry } from "@carrara/api/schemas";
import { useEffect, useRef, useState } from "react";
import { useActor } from "../actor.ts";
import { api } from "../api.ts";
import * as f from "../format.ts";
import { phraseText, two } from "../phrase.ts";
import { rarityOf } from "../piece-view.ts";
import { hasPieces, workerLabel } from "../quarry-view.ts";
import { Link } from "../router.tsx";
import { useCall } from "../use-call.ts";
import { useCarving } from "../use-carving.ts";
import { live, useAnswer, useLive, useNewest } from "../use-live.ts";
import { UncutBlock } from "./marks.tsx";
import { Refused, Words } from "./text.tsx";

/** Twice the 392 px of the column, so that it is sharp on a fine screen. */
const CARVED = { size: 784, samples: 1 };

export function Bench({ quarry }: { quarry: Quarry }) {
  const held = useRef<HTMLDivElement>(null);
  const [touched, setTouched] = useState(false);
  const [drawn, setDrawn] = useState(true);
  const shown = useHeld(quarry.bench, touched || !drawn);
  const { collection } = quarry;
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: only keeps the piece still while somebody is about to press
    <div
      className="carve"
      ref={held}
      data-testid="bench"
      onPointerEnter={() => setTouched(true)}
      onPointerLeave={() => setTouched(false)}
      onFocus={() => setTouched(true)}
      onBlur={() => setTouched(false)}
    >
      <div className="sechead">
        <h2>On the bench</h2>
        <span className="small num">
          {shown ? (
            `found ${shown.foundAt === null ? f.UNKNOWN : f.clock(shown.foundAt)} by ${shown.worker === null ? "a machine" : workerLabel(shown.worker)}`
          ) : collection ? (
            <>
              <Words of={["1 in ", two(f.exponent1(collection.sillLog2))]} /> is a piece here
            </>
          ) : (
            ""
          )}
        </span>
      </div>
      {shown ? (
        <OnBench key={shown.tokenId} piece={shown} onDrawn={setDrawn} />
      ) : (
        <>
          <UncutBlock />
          <div className="bar" />
          <div className="cap">
            <div>
              <div className="title">An uncut block</div>
              <div className="small q">
                {hasPieces(quarry)
                  ? "Every claim is forged or has lapsed. The next one comes here."
                  : "The first share below the target becomes its picture."}
              </div>
            </div>
          </div>
        </>
      )}
    </div>
  );
}

function OnBench({ piece: given, onDrawn }: { piece: PieceBrief; onDrawn: (drawn: boolean) => void }) {
  const piece = useNewest(given);
  const canvas = useRef<HTMLCanvasElement>(null);
  const { value: detail, failure } = useAnswer("piece", { tokenId: piece.tokenId });
  const request = detail ? { styleHex: detail.styleHex, seedHex: detail.seedHex, ...CARVED } : null;
  const carving = useCarving(canvas, request, 0);
  // Without the recipe, or without a renderer in this browser, the node's own drawing hangs there.
  const undrawable = carving.failure !== null || (detail === null && failure !== null);
  const finished = carving.sha256 !== null || undrawable;
  useEffect(() => {
    onDrawn(finished);
    return () => onDrawn(true);
  }, [finished, onDrawn]);
  const progress = finished ? "carved" : `${Math.floor(carving.done * 100)}\u00a0% carved`;
  return (
    <>
      <Link className="stone" href={`/piece/${piece.tokenId}`} data-testid="piece-link" aria-label={piece.title}>
        {undrawable ? (
          <img src={`/api/pieces/${piece.tokenId}/image.png?size=512`} width="512" height="512" alt={piece.title} />
        ) : (
          <canvas
            ref={canvas}
            width={CARVED.size}
            height={CARVED.size}
            role="img"
            aria-label={`${piece.title}, ${progress}`}
          />
        )}
      </Link>
      <div className="bar" role="progressbar" aria-label="Carved" aria-valuenow={Math.floor(carving.done * 100)}>
        <i style={{ width: `${finished ? 100 : carving.done * 100}%` }} />
      </div>
      <div className="cap">
        <div>
          <div className="title">{piece.title}</div>
          <div className="small q">
            <Words of={rarityOf(piece)} /> · {piece.style} · <span className="num">{progress}</span>
          </div>
        </div>
        <BenchForge piece={piece} />
      </div>
    </>
  );
}

function BenchForge({ piece }: { piece: PieceBrief }) {
  const { status } = useLive();
  const actor = useActor();
  const call = useCall();
  if (piece.state !== "claim" && piece.state !== "forging") {
    return (
      <Link className="btn" href={`/piece/${piece.tokenId}`}>
        {piece.state === "lapsed" ? "Lapsed" : "See it"}
      </Link>
    );
  }
  const forging = piece.state === "forging" || call.running;
  const forge = () =>
    call.run(async () => {
      await api("forge", { tokenId: piece.tokenId, as: actor });
      live.refresh("piece", "quarry");
    });
  return (
    <div className="r">
      <button
        type="button"
        className="btn solid"
        data-testid="forge"
        disabled={forging || !status?.writable.allowed}
        title={status?.writable.reason ?? `Forge ${phraseText(rarityOf(piece))} as the ${actor}`}
        onClick={forge}
      >
        {forging ? "Forging…" : "Forge"}
      </button>
      <Refused failure={call.failure} />
    </div>
  );
}

/** The newest value, except that `still` keeps the one that is shown: a button must not change under a finger. */
function useHeld<T>(newest: T | null, still: boolean): T | null {
  const shown = useRef(newest);
  if (shown.current === null || !still) shown.current = newest;
  return shown.current;
}
