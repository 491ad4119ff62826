/**
 * The Quarry: what the machines find.
 * @module
 */
import type { Quarry, Status } from "@carrara/api/schemas";
import { useEffect, useRef, useState } from "react";
import { Bench } from "../parts/bench.tsx";
import { BoreHoles } from "../parts/bore-holes.tsx";
import { Connect } from "../parts/connect.tsx";
import { Machines } from "../parts/machines.tsx";
import { RatePlot } from "../parts/rate-plot.tsx";
import { Hatched, Words } from "../parts/text.tsx";
import { hasPieces, ledeOf, NOTHING_YET, openingLede, readingsOf } from "../quarry-view.ts";
import { live, useAnswer, useLive, useNow } from "../use-live.ts";
import { Waiting } from "./waiting.tsx";

/** Machines and due counts move without events; they are read again this often. */
const POLL_MS = 15_000;

export function QuarryPage() {
  const { status } = useLive();
  // From the opening to the first answer its page stays.
  const opening = useRef(false);
  const known = live.entry("quarry", {}).value !== null;
  // While the first start is busy there is nothing to ask for yet.
  if (!status) return <Waiting what="the quarry" failure={null} />;
  if (status.preparing !== null && !known) {
    opening.current = true;
    return <Opening status={status} />;
  }
  return <Open status={status} opening={opening.current} />;
}

/** The page of the first minute before there is anything in it. */
function Opening({ status }: { status: Status }) {
  const { title, note } = openingLede(status.preparing);
  return (
    <>
      <section className="lede" aria-busy="true">
        <h1>{title}</h1>
        <p>{note}</p>
      </section>
      <section className="face">
        <RatePlot quarry={{ ...NOTHING_YET, now: status.now }} now={status.now} />
        <Bench quarry={NOTHING_YET} />
      </section>
    </>
  );
}

function Open({ status, opening }: { status: Status; opening: boolean }) {
  const { value: quarry, failure } = useAnswer("quarry", {});
  useEffect(() => {
    const timer = setInterval(() => {
      if (document.visibilityState === "visible") live.refresh("quarry");
    }, POLL_MS);
    return () => clearInterval(timer);
  }, []);
  if (!quarry && opening) return <Opening status={status} />;
  if (!quarry) return <Waiting what="the quarry" failure={failure} />;
  return <Rooms status={status} quarry={quarry} />;
}

function Rooms({ status, quarry }: { status: Status; quarry: Quarry }) {
  const now = useServerNow(quarry);
  const first = useFirstMinute(quarry);
  const bare = !hasPieces(quarry);
  const lede = ledeOf(status, quarry);
  const readings = <Readings status={status} quarry={quarry} />;
  return (
    <>
      <section className="lede">
        <h1>{lede.title}</h1>
        <p className={bare ? "" : "no-phone"}>
          <Words of={lede.note} />
        </p>
      </section>
      {first ? null : readings}
      <section className="face">
        <RatePlot quarry={quarry} now={now} />
        <Bench quarry={quarry} />
      </section>
      {first ? (
        <>
          <Machines quarry={quarry} first />
          <p className="q after">
            Have a Bitaxe or an ASIC? Point it at <span className="mono">{quarry.connect.url}</span>, user{" "}
            <span className="mono">{quarry.connect.user}</span>, password{" "}
            <span className="mono">{quarry.connect.password}</span>.
          </p>
          {bare ? null : (
            <>
              <div className="apart">{readings}</div>
              <BoreHoles quarry={quarry} now={now} />
            </>
          )}
        </>
      ) : (
        <>
          <BoreHoles quarry={quarry} now={now} />
          <Machines quarry={quarry} first={false} />
          <Connect connect={quarry.connect} />
        </>
      )}
    </>
  );
}

function Readings({ status, quarry }: { status: Status; quarry: Quarry }) {
  return (
    <dl className="reads">
      {readingsOf(status, quarry).map(({ label, embedded, value, context }) => {
        const [head, ...rest] = value;
        return (
          <div key={label}>
            <dt>
              {label}
              {embedded ? <Hatched>embedded</Hatched> : null}
            </dt>
            <dd>
              {rest.length > 0 ? <i className="before">1 in</i> : (head as string)}
              <Words of={rest} />
            </dd>
            <dd className="small">{context}</dd>
          </div>
        );
      })}
    </dl>
  );
}

/**
 * The page of the first minute stays in its order while it is looked at: what comes with the first piece is set below,
 * and the full order is taken on the next visit or while the page is hidden. Nothing moves under the reader's eyes.
 */
function useFirstMinute(quarry: Quarry): boolean {
  const bare = !hasPieces(quarry);
  const [first, setFirst] = useState(bare);
  useEffect(() => {
    if (!first || bare) return;
    const settle = () => {
      if (document.visibilityState === "hidden") setFirst(false);
    };
    document.addEventListener("visibilitychange", settle);
    return () => document.removeEventListener("visibilitychange", settle);
  }, [first, bare]);
  return first;
}

/** The node's clock, carried on by the browser's between two answers. */
function useServerNow(quarry: Quarry): number {
  const browser = useNow(5000);
  const [anchor, setAnchor] = useState({ node: quarry.now, browser });
  if (anchor.node !== quarry.now) setAnchor({ node: quarry.now, browser: Date.now() });
  return Math.max(quarry.now, anchor.node + browser - anchor.browser);
}
