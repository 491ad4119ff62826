/**
 * A page before its first answer: it keeps its room and says what it waits for.
 * @module
 */
import type { Failure } from "../api.ts";
import { openingLede } from "../quarry-view.ts";
import { live, useLive } from "../use-live.ts";

export function Waiting({ what, failure }: { what: string; failure: Failure | null }) {
  const { status } = useLive();
  if (failure?.code === "not-ready" || (status && status.preparing !== null)) {
    const { title, note } = openingLede(status?.preparing ?? null);
    return (
      <section className="lede" aria-busy="true">
        <h1>{title}</h1>
        <p>{note}</p>
      </section>
    );
  }
  if (failure === null || failure.code === "node-unreachable") {
    return (
      <section className="lede" aria-busy="true">
        <h1 className="qq">{failure === null ? "" : `Waiting for ${what}.`}</h1>
      </section>
    );
  }
  return (
    <section className="lede">
      <h1>{failure.message}</h1>
      <p>
        {failure.hint ?? ""}{" "}
        <button type="button" className="word" onClick={() => live.reconnect()}>
          Try again
        </button>
      </p>
    </section>
  );
}
