/**
 * What is wrong now: the node does not answer, a chain is down, the first start is still busy.
 * @module
 */
import { clock } from "../format.ts";
import { live, useLive } from "../use-live.ts";

export function Notice() {
  const { link, status, lastHeard } = useLive();
  if (link === "lost") {
    return (
      <div className="notice" role="alert">
        <div className="wrap small">
          <span>
            <b>The node does not answer.</b>{" "}
            {lastHeard === null ? "" : `Last heard ${clock(lastHeard)}; the figures below are of then. `}
            Start it with <span className="mono">npm start</span>. This page tries again by itself.
          </span>
          <button type="button" className="btn sm" onClick={() => live.reconnect()}>
            Try now
          </button>
        </div>
      </div>
    );
  }
  const problem = problemOf(status);
  if (problem === null) return null;
  return (
    <div className="notice" role="status">
      <div className="wrap small">
        <span>
          <b>{problem.title}</b> {problem.text}
        </span>
      </div>
    </div>
  );
}

function problemOf(status: ReturnType<typeof useLive>["status"]): { title: string; text: string } | null {
  if (status === null || status.preparing !== null) return null;
  const again = "It is tried again by itself; nothing that was sent is lost.";
  if (!status.bitcoin.reachable) return { title: "Bitcoin is down.", text: status.bitcoin.problem ?? again };
  if (!status.ethereum.reachable) return { title: "Ethereum is down.", text: status.ethereum.problem ?? again };
  return null;
}
