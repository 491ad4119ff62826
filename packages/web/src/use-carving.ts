/**
 * Runs the carving worker for one canvas.
 * @module
 */
import { type RefObject, useEffect, useState } from "react";
import type { CarveReply, CarveRequest } from "./carve.worker.ts";
import { CALM, useMedia } from "./use-live.ts";

/** How far a drawing is. `sha256` once it is done; `failure` when this browser could not draw it. */
export interface Carving {
  readonly done: number;
  readonly sha256: string | null;
  readonly failure: string | null;
}

const IDLE: Carving = { done: 0, sha256: null, failure: null };

/**
 * Draws `request` into the canvas from coarse to fine; null stops. With reduced motion the picture appears when it is
 * done. `run` starts the same drawing once more when it changes.
 */
export function useCarving(
  canvas: RefObject<HTMLCanvasElement | null>,
  request: CarveRequest | null,
  run: number | string,
): Carving {
  const calm = useMedia(CALM);
  const [carving, setCarving] = useState<Carving>(IDLE);
  const key =
    request === null ? null : `${run} ${request.seedHex} ${request.size} ${request.samples} ${request.styleHex}`;

  // biome-ignore lint/correctness/useExhaustiveDependencies: the key stands for the request and the run
  useEffect(() => {
    setCarving(IDLE);
    if (request === null) return;
    const worker = new Worker(new URL("./carve.worker.ts", import.meta.url), { type: "module" });
    const paper = calm ? document.createElement("canvas") : canvas.current;
    if (calm && paper) paper.width = paper.height = request.size;
    const pen = paper?.getContext("2d") ?? null;
    worker.onmessage = ({ data }: MessageEvent<CarveReply>) => {
      if (data.kind === "failed") {
        setCarving({ ...IDLE, failure: data.message });
        worker.terminate();
      } else if (data.kind === "done") {
        if (calm && paper) canvas.current?.getContext("2d")?.drawImage(paper, 0, 0);
        setCarving({ done: 1, sha256: data.sha256, failure: null });
        worker.terminate();
      } else {
        for (const { x, y, width, height, rgba } of data.patches)
          pen?.putImageData(new ImageData(rgba, width, height), x, y);
        setCarving({ done: data.done, sha256: null, failure: null });
      }
    };
    worker.onerror = () => setCarving({ ...IDLE, failure: "This browser could not start the renderer." });
    worker.postMessage(request);
    return () => worker.terminate();
  }, [key, calm]);

  return carving;
}
