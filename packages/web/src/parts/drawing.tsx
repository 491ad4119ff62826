/**
 * A picture from the node: a small drawing at once, then the size that is wanted. The node draws the small ones first,
 * so a wall of new pieces fills coarse to fine instead of one after the other.
 * @module
 */
import { useState } from "react";

const SMALL = 128;

/** @param sizes in pixels, each asked for when the one before is there */
export function Drawing(props: {
  tokenId: string;
  sizes: readonly number[];
  alt: string;
  lazy?: boolean;
  onDrawn?: (size: number) => void;
}) {
  const { tokenId, alt } = props;
  const sizes = [SMALL, ...props.sizes];
  const [step, setStep] = useState(0);
  const urlOf = (size: number) => `/api/pieces/${tokenId}/image.png?size=${size}`;
  const size = sizes[Math.min(step, sizes.length - 1)] ?? SMALL;
  const box = sizes.at(-1) ?? SMALL;
  const loaded = () => {
    props.onDrawn?.(size);
    const next = sizes[step + 1];
    if (next === undefined) return;
    const finer = new Image();
    finer.onload = () => setStep((now) => Math.max(now, step + 1));
    finer.src = urlOf(next);
  };
  return (
    <img
      src={urlOf(size)}
      width={box}
      height={box}
      alt={alt}
      loading={props.lazy ? "lazy" : "eager"}
      decoding="async"
      onLoad={loaded}
    />
  );
}
