/**
 * Something that makes pictures: integer neural fields, here, off the main event loop.
 * @module
 */

/** One picture to make. */
export interface Drawing {
  styleBytes: Uint8Array;
  /** 32 bytes. */
  seed: Uint8Array;
  /** Pixels of a side. */
  size: number;
  /** Samples per pixel and axis. */
  samples: number;
  /** Somebody looks at just this one: it goes before the others that wait. */
  urgent?: boolean;
}

/** A picture that was made. */
export interface Drawn {
  png: Uint8Array;
  /** As art's `pixelsHash` gives it: hex. */
  pixelsSha256: string;
}

/** Makes pictures one after the other; urgent ones first, then small ones. */
export interface Renderer {
  /**
   * @param signal who aborts it does not want the picture any more; when nobody does, what is left of it is not drawn
   * @throws CarraraError `renderer-busy`, `thread-lost`, `stopped` (all retryable), `bad-resolution`, or what art throws
   * for a bad style.
   */
  draw(drawing: Drawing, signal?: AbortSignal): Promise<Drawn>;
  /** The same, made anew even when a finished picture is kept: what a verification compares. */
  drawAgain(drawing: Drawing, signal?: AbortSignal): Promise<Drawn>;
  close(): Promise<void>;
}
