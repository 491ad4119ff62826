/**
 * Make it again: this browser draws the piece from style and seed, and compares the bits with the node's.
 * @module
 */
import type { PieceDetail } from "@carrara/api/schemas";
import { type RefObject, useState } from "react";
import { shortHash, UNKNOWN } from "../format.ts";
import { type Carving, useCarving } from "../use-carving.ts";
import { Icon } from "./marks.tsx";

/** State of the drawing, shared by the button in the label and the canvas over the picture. */
export interface MakingAgain {
  readonly carving: Carving;
  readonly begun: boolean;
  readonly start: () => void;
}

export function useMakeAgain(piece: PieceDetail | null, canvas: RefObject<HTMLCanvasElement | null>): MakingAgain {
  const [run, setRun] = useState(0);
  const request =
    run > 0 && piece
      ? { styleHex: piece.styleHex, seedHex: piece.seedHex, size: piece.drawnSize, samples: piece.drawnSamples }
      : null;
  const carving = useCarving(canvas, request, run);
  return { carving, begun: run > 0, start: () => setRun((n) => n + 1) };
}

export function MakeAgain({ piece, making }: { piece: PieceDetail; making: MakingAgain }) {
  const { carving, begun, start } = making;
  const drawing = begun && carving.sha256 === null && carving.failure === null;
  return (
    <div className="sec" style={{ marginTop: 28 }}>
      <div className="again">
        <button type="button" className="btn" data-testid="make-again" disabled={drawing} onClick={start}>
          <Icon name="again" />
          Make it again
        </button>
        <Verdict piece={piece} making={making} />
      </div>
      <div
        className="bar"
        style={{ marginTop: 12, visibility: drawing ? "visible" : "hidden" }}
        role="progressbar"
        aria-label="Drawn"
        aria-valuenow={Math.floor(carving.done * 100)}
      >
        <i style={{ width: `${carving.done * 100}%` }} />
      </div>
      <dl className="kv" style={{ marginTop: 10 }}>
        <dt>Node’s pixels</dt>
        <dd className="mono" title={piece.pixelsSha256 ?? undefined}>
          {piece.pixelsSha256 === null ? "not drawn yet" : shortHash(piece.pixelsSha256)}
        </dd>
        <dt>Pixels here</dt>
        <dd className="mono" title={carving.sha256 ?? undefined}>
          {carving.sha256 === null ? UNKNOWN : shortHash(carving.sha256)}
        </dd>
      </dl>
    </div>
  );
}

function Verdict({ piece, making: { carving, begun } }: { piece: PieceDetail; making: MakingAgain }) {
  const hook = { "data-testid": "again-result", role: "status" } as const;
  if (!begun)
    return (
      <span className="small q" {...hook}>
        {piece.drawnSize} × {piece.drawnSize}, in this browser
      </span>
    );
  if (carving.failure !== null)
    return (
      <span className="ok fault small" {...hook}>
        <Icon name="cross" />
        <span>Not drawn: {carving.failure}</span>
      </span>
    );
  if (carving.sha256 === null)
    return (
      <span className="small q num" {...hook}>
        drawing, {Math.floor(carving.done * 100)} %
      </span>
    );
  if (piece.pixelsSha256 === null)
    return (
      <span className="small q" {...hook}>
        The node has not drawn it yet.
      </span>
    );
  return carving.sha256 === piece.pixelsSha256 ? (
    <span className="ok small" {...hook}>
      <Icon name="check" />
      <span>The same, to the bit</span>
    </span>
  ) : (
    <span className="ok fault small" {...hook}>
      <Icon name="cross" />
      <span>Not the same picture</span>
    </span>
  );
}
