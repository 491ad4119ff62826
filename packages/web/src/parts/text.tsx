/**
 * Small pieces of text: powers, hashes, money marks.
 * @module
 */
import type { ReactNode } from "react";
import { Fragment } from "react";
import type { Failure } from "../api.ts";
import { shortAddress } from "../format.ts";
import type { Phrase } from "../phrase.ts";

/** Two to a power, raised. @example <Two of="62" /> */
export function Two({ of }: { of: string }) {
  return (
    <span className="num">
      2<sup aria-hidden="true">{of}</sup>
      <span className="gone">^{of}</span>
    </span>
  );
}

/** A phrase with its powers raised. The parts of a phrase are few and keep their order. */
export function Words({ of }: { of: Phrase }) {
  return of.map((part, i) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: parts have no other name
    <Fragment key={i}>{typeof part === "string" ? part : <Two of={part.of} />}</Fragment>
  ));
}

/** The exponent inside an SVG text. */
export function TwoSvg({ of, before = "" }: { of: string | number; before?: string }) {
  return (
    <>
      {before}2
      <tspan dy="-4" fontSize="9">
        {of}
      </tspan>
    </>
  );
}

/** A transaction or address, short, whole on hover. */
export function Short({ hash }: { hash: string }) {
  return (
    <span className="mono whole" title={hash}>
      {shortAddress(hash)}
    </span>
  );
}

/** Hatched means not real. */
export function Hatched({ children }: { children: ReactNode }) {
  return <span className="sim">{children}</span>;
}

/** What a refused or failed call says: what happened, then the mend. */
export function Refused({ failure }: { failure: Failure | null }) {
  if (failure === null) return null;
  return (
    <p className="refused" role="alert">
      <b>{failure.code === "node-unreachable" ? "Not sent." : "Refused."}</b> {failure.message}
      {failure.hint ? ` ${failure.hint}` : ""}
    </p>
  );
}
