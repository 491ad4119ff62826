/**
 * The table of machines; this computer's can be paused and given threads.
 * @module
 */
import type { Machine, Quarry, Status } from "@carrara/api/schemas";
import { api } from "../api.ts";
import * as f from "../format.ts";
import { sparkline } from "../plot.ts";
import { machinesOf } from "../quarry-view.ts";
import { useCall } from "../use-call.ts";
import { live, PHONE, useLive, useMedia } from "../use-live.ts";
import { Icon } from "./marks.tsx";
import { Refused, Two } from "./text.tsx";

export function Machines({ quarry, first }: { quarry: Quarry; first: boolean }) {
  const { status } = useLive();
  const machines = status ? machinesOf(status, quarry) : quarry.machines;
  const resting = status?.miner.state === "mining" ? 0 : 1;
  const awake = machines.filter(({ online, kind }) => online && !(kind === "cpu" && resting)).length;
  return (
    <section className="sec">
      <div className="sechead">
        <h2>Machines</h2>
        <span className="small">
          {first
            ? `${awake} of ${machines.length} awake`
            : "Every share is counted. Blocks arrive as luck, not as wages."}
        </span>
      </div>
      <table className="mach">
        <thead>
          <tr>
            <th>Machine</th>
            <th className="r">Hash rate</th>
            {first ? null : <th className="np np2">24 h</th>}
            <th className="r np">Shares</th>
            {first ? null : (
              <>
                <th className="r np np2">Rejected</th>
                <th className="r np">Best</th>
                <th className="r np np2">Last share</th>
              </>
            )}
            <th className="r np">A piece every</th>
            <th>
              <span className="gone">Pause</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {machines.map((machine) => (
            <Row
              key={`${machine.kind} ${machine.name}`}
              machine={machine}
              first={first}
              now={quarry.now}
              status={status}
            />
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Row({
  machine,
  first,
  now,
  status,
}: {
  machine: Machine;
  first: boolean;
  now: number;
  status: Status | null;
}) {
  const total = machine.accepted + machine.rejected;
  const rejected = total === 0 ? f.UNKNOWN : f.percent(machine.rejected / total);
  const phone = useMedia(PHONE);
  const miner = machine.kind === "cpu" ? (status?.miner ?? null) : null;
  // Before ten shares tell the rate, this computer knows what it counted itself.
  const counted = machine.hashRate ?? (miner && miner.hashRate > 0 ? miner.hashRate : null);
  // A pause is known at once; the rate from shares would stand for minutes yet.
  const resting = miner?.state === "paused";
  const rate = resting ? null : counted;
  const sill = status?.collection?.sillLog2 ?? null;
  const every = f.span(
    resting ? null : (machine.pieceEverySeconds ?? (rate !== null && sill !== null ? 2 ** sill / rate : null)),
  );
  const line = sparkline(machine.spark, 132, 26);
  return (
    <tr className={machine.online ? "" : "away"}>
      <td>
        {machine.name}
        <span className="small">{machine.online ? machine.detail : `${machine.detail} · not connected`}</span>
        <span className="small only-phone">
          {f.plural(machine.accepted, "share")} · {rejected} rejected
          <br />a piece every {every}
        </span>
        {miner && phone ? <ThreadsBelow miner={miner} /> : null}
      </td>
      <td className="r num">{f.hashRate(rate)}</td>
      {first ? null : (
        <td className="np np2">
          <svg width="132" height="26" viewBox="0 0 132 26" aria-hidden="true">
            <path d="M0 25.5H132" className="ax" />
            <path d={line} fill="none" stroke="var(--slate)" strokeWidth="1.25" />
          </svg>
        </td>
      )}
      <td className="r num np">{f.grouped(machine.accepted)}</td>
      {first ? null : (
        <>
          <td className="r num np np2">{rejected}</td>
          <td className="r num np">
            {machine.bestLog2 === null ? f.UNKNOWN : <Two of={f.exponent(machine.bestLog2)} />}
          </td>
          <td className="r num np np2">
            {machine.lastShareAt === null ? f.UNKNOWN : f.clockOrDay(machine.lastShareAt, now)}
          </td>
        </>
      )}
      <td className="r num np">{every}</td>
      <td className="r">{miner ? <ThisComputer miner={miner} threads={!phone} /> : null}</td>
    </tr>
  );
}

function ThisComputer({ miner, threads }: { miner: Status["miner"]; threads: boolean }) {
  const call = useCall();
  const paused = miner.state === "paused";
  const set = (change: { running?: boolean; threads?: number }) =>
    call.run(async () => {
      await api("miner", change);
      live.refresh("status", "quarry");
    });
  return (
    <div className="controls">
      {threads ? <Threads miner={miner} busy={call.running} set={(count) => set({ threads: count })} /> : null}
      <button
        type="button"
        className="btn sm"
        data-testid="pause-cpu"
        aria-label={paused ? "Resume CPU" : "Pause CPU"}
        disabled={call.running}
        onClick={() => set({ running: paused })}
      >
        <Icon name={paused ? "play" : "pause"} />
        <span>{paused ? "Resume CPU" : "Pause CPU"}</span>
      </button>
      <Refused failure={call.failure} />
    </div>
  );
}

/** On a phone the stepper stands under the machine's name, where there is room for a thumb. */
function ThreadsBelow({ miner }: { miner: Status["miner"] }) {
  const call = useCall();
  const set = (threads: number) =>
    call.run(async () => {
      await api("miner", { threads });
      live.refresh("status", "quarry");
    });
  return (
    <>
      <Threads miner={miner} busy={call.running} set={set} />
      <Refused failure={call.failure} />
    </>
  );
}

function Threads(props: { miner: Status["miner"]; busy: boolean; set: (count: number) => void }) {
  const { miner, busy, set } = props;
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset cannot stand in a line of a table
    <span className="step" role="group" aria-label="Threads of this computer’s miner">
      <button
        type="button"
        className="icon"
        aria-label="One thread fewer"
        disabled={busy || miner.threads <= 1}
        onClick={() => set(miner.threads - 1)}
      >
        −
      </button>
      <span className="num">{f.plural(miner.threads, "thread")}</span>
      <button
        type="button"
        className="icon"
        aria-label="One thread more"
        disabled={busy || miner.threads >= miner.maxThreads}
        onClick={() => set(miner.threads + 1)}
      >
        +
      </button>
    </span>
  );
}
