/**
 * A Piece: the picture, how deep it lay, who holds it, and the proof.
 * @module
 */
import type { PieceDetail } from "@carrara/api/schemas";
import { useEffect, useRef, useState } from "react";
import * as f from "../format.ts";
import { TallGauge, WideGauge } from "../parts/depth-gauge.tsx";
import { Drawing } from "../parts/drawing.tsx";
import { MakeAgain, useMakeAgain } from "../parts/make-again.tsx";
import { Offer } from "../parts/offer.tsx";
import { Proof } from "../parts/proof.tsx";
import { Short, Words } from "../parts/text.tsx";
import { beadsOf, rarityOf, raritySentence, stateWord } from "../piece-view.ts";
import { Link } from "../router.tsx";
import { live, NARROW, useAnswer, useHeight, useLive, useMedia } from "../use-live.ts";
import { Waiting } from "./waiting.tsx";

export function PiecePage({ tokenId }: { tokenId: string }) {
  const { value: piece, failure } = useAnswer("piece", { tokenId });
  useEffect(() => {
    if (piece) document.title = `${piece.title} · Carrara`;
  }, [piece]);
  if (!piece && failure?.code === "piece-unknown") return <Unknown message={failure.message} hint={failure.hint} />;
  if (!piece && failure) return <Waiting what="the piece" failure={failure} />;
  return <Sheet piece={piece} />;
}

function Sheet({ piece }: { piece: PieceDetail | null }) {
  const narrow = useMedia(NARROW);
  const place = useRef<HTMLDivElement>(null);
  const height = useHeight(place);
  const canvas = useRef<HTMLCanvasElement>(null);
  const making = useMakeAgain(piece, canvas);
  const over = making.begun && making.carving.failure === null;
  return (
    <>
      <article className="piece">
        <div className="pic" ref={place}>
          {piece ? <Picture piece={piece} /> : null}
          {over && piece ? (
            <canvas
              ref={canvas}
              width={piece.drawnSize}
              height={piece.drawnSize}
              role="img"
              aria-label="The picture, drawn again here"
            />
          ) : null}
        </div>
        {narrow ? null : (
          <div className="gauge">{piece && height ? <TallGauge piece={piece} height={height} /> : null}</div>
        )}
        <div className="label">
          {piece ? <Label piece={piece} narrow={narrow} /> : <h1 aria-busy="true">&nbsp;</h1>}
          {piece ? <MakeAgain piece={piece} making={making} /> : null}
          {piece ? <Provenance piece={piece} /> : null}
        </div>
      </article>
      {piece ? <Proof piece={piece} /> : null}
    </>
  );
}

/** The size at which the picture fills its place on most screens. */
const FINE = 1024;

/** The size of the gallery, which is often there already, the canonical drawing, then the finer one. */
function Picture({ piece }: { piece: PieceDetail }) {
  const canonical = piece.drawnSize;
  return (
    <Drawing
      tokenId={piece.tokenId}
      sizes={[320, canonical, FINE]}
      alt={`${piece.title}, ${piece.style}`}
      onDrawn={(size) => {
        // The node knows the hash of its own drawing once it has drawn.
        if (size >= canonical && piece.pixelsSha256 === null) live.refresh("piece");
      }}
    />
  );
}

function Label({ piece, narrow }: { piece: PieceDetail; narrow: boolean }) {
  const { status } = useLive();
  const year = new Date(piece.foundAt ?? status?.now ?? 0).getFullYear();
  const number = piece.edition === null ? stateWord(piece.state) : `no. ${f.grouped(piece.edition)}`;
  const bytes = f.grouped(piece.styleHex.replace(/^0x/, "").length / 2);
  return (
    <>
      <h1>{piece.title}</h1>
      <p className="by">
        <b>
          {piece.artistName}, {year}
        </b>
        <br />
        {piece.collectionName}, {number}. A neural field of {bytes} bytes, drawn from one hash.
      </p>
      <p className="rar">{raritySentence(piece)}</p>
      <p className="small q" style={{ marginTop: 6 }}>
        <Words of={rarityOf(piece)} /> · {piece.zeroBits} leading zero bits · sill{" "}
        <Words of={[{ of: f.exponent1(piece.sillLog2) }]} />
      </p>
      {narrow ? (
        <div style={{ marginTop: 18, maxWidth: 480 }}>
          <WideGauge piece={piece} />
        </div>
      ) : null}
      <Offer piece={piece} />
    </>
  );
}

function Provenance({ piece }: { piece: PieceDetail }) {
  const [now] = useState(Date.now);
  return (
    <div className="sec" style={{ marginTop: 22 }}>
      <ol className="line" aria-label="Provenance">
        {beadsOf(piece, now).map((bead) => (
          <li key={`${bead.title} ${bead.text}`} className={bead.look}>
            <b>{bead.title}</b>
            {bead.text}
            {bead.txHash ? (
              <>
                {" · "}
                <Short hash={bead.txHash} />
              </>
            ) : null}
          </li>
        ))}
      </ol>
    </div>
  );
}

function Unknown({ message, hint }: { message: string; hint: string | null }) {
  return (
    <section className="lede">
      <h1>{message}</h1>
      <p>
        {hint ?? "It was never found here, or its link is cut short."} <Link href="/gallery">See the gallery</Link>
      </p>
    </section>
  );
}
