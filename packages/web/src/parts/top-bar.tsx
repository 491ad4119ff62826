/**
 * The bar at the top: rooms, what runs, what is real. On a phone the rooms stand at the bottom.
 * @module
 */
import type { Status } from "@carrara/api/schemas";
import { api } from "../api.ts";
import * as f from "../format.ts";
import { isIdle } from "../quarry-view.ts";
import { Link, type Room } from "../router.tsx";
import { useCall } from "../use-call.ts";
import { live, PHONE, useLive, useMedia } from "../use-live.ts";
import { ActorChoice } from "./actor-choice.tsx";
import { Icon, Mark, RoomIcon } from "./marks.tsx";
import { Notice } from "./notice.tsx";

const ROOMS = [
  { room: "quarry", href: "/", name: "Quarry" },
  { room: "gallery", href: "/gallery", name: "Gallery" },
  { room: "books", href: "/books", name: "Books" },
] as const;
const SETTINGS = { room: "settings", href: "/settings", name: "Settings" } as const;

export function TopBar({ room }: { room: Room["room"] }) {
  const phone = useMedia(PHONE);
  const { status } = useLive();
  const here = room === "piece" ? "gallery" : room;
  return (
    <header className="top">
      <a className="skip gone" href="#main">
        To the page
      </a>
      <div className="wrap bar-row">
        <Link className="brand" href="/">
          <Mark />
          <span>Carrara</span>
        </Link>
        <nav className="nav" aria-label="Rooms">
          {[...ROOMS, ...(phone ? [SETTINGS] : [])].map((each) => (
            <Link
              key={each.room}
              href={each.href}
              className={each.room === here ? "on" : ""}
              aria-current={each.room === here ? "page" : undefined}
            >
              <RoomIcon room={each.room} />
              {each.name}
            </Link>
          ))}
        </nav>
        <div className={`status ${status === null ? "unknown" : status.miner.state === "mining" ? "" : "paused"}`}>
          <MiningStatus status={status} />
          <span className="sep no-phone" />
          <Chain name="Bitcoin" part={status?.bitcoin ?? null} starting={status?.preparing != null} />
          <Chain name="Ethereum" part={status?.ethereum ?? null} starting={status?.preparing != null} />
          {practice(status) ? (
            <span className="sim opt" title="Practice money: both chains are embedded, nothing here is worth anything.">
              <span className="no-phone">practice money</span>
            </span>
          ) : null}
          {phone ? null : <ActorChoice />}
          <span className="icons">
            {phone ? null : (
              <Link
                className={here === "settings" ? "icon on" : "icon"}
                href="/settings"
                title="Settings"
                aria-label="Settings"
                aria-current={here === "settings" ? "page" : undefined}
              >
                <Icon name="settings" />
              </Link>
            )}
            <button type="button" className="icon" title="Light or dark" aria-label="Light or dark" onClick={turnTheme}>
              <Icon name="theme" />
            </button>
          </span>
        </div>
      </div>
      <Notice />
    </header>
  );
}

function MiningStatus({ status }: { status: Status | null }) {
  const call = useCall();
  const mining = status?.miner.state === "mining";
  const measured = status && !isIdle(status) ? (status.hashRate ?? status.miner.hashRate) : null;
  // Before the first figure the miner tells 0: not known yet.
  const rate = measured === 0 ? null : measured;
  const word =
    status === null ? "Mining" : { mining: "Mining", paused: "Paused", waiting: "Waiting" }[status.miner.state];
  const toggle = () =>
    call.run(async () => {
      await api("miner", { running: !mining });
      live.refresh("status", "quarry");
    });
  return (
    <>
      <span title={status?.miner.problem ?? status?.miner.about}>
        <i className="dot" />
        <span className="word1 no-phone">{word} </span>
        <b className="num">{f.hashRate(rate)}</b>
      </span>
      <button
        type="button"
        className="icon"
        data-testid="pause"
        disabled={status === null || call.running}
        title={mining ? "Pause this computer’s mining" : "Resume this computer’s mining"}
        aria-label={mining ? "Pause mining" : "Resume mining"}
        onClick={toggle}
      >
        <Icon name={mining ? "pause" : "play"} />
      </button>
      <span className="gone" role="status">
        {call.failure ? `${call.failure.message} ${call.failure.hint ?? ""}` : ""}
      </span>
    </>
  );
}

function Chain(props: { name: string; part: Status["ethereum"] | Status["bitcoin"] | null; starting: boolean }) {
  const { name, part, starting } = props;
  const embedded = part?.kind === "embedded";
  const away = starting ? "starting" : "down";
  const look = part === null || !part.reachable ? away : embedded ? "emb" : "";
  const words = part === null ? name : `${name} ${part.reachable ? part.kind : away}`;
  return (
    <span
      className="chain"
      role="img"
      aria-label={words}
      title={part?.reachable ? `${words}: ${part.agent}, height ${f.grouped(part.height)}` : words}
    >
      <i className={`sq ${look}`} />
      <span className="no-phone">{words}</span>
    </span>
  );
}

/** Whether all money here is practice money. */
export function practice(status: Status | null): boolean {
  return status !== null && status.bitcoin.kind === "embedded" && status.ethereum.kind === "embedded";
}

function turnTheme(): void {
  const root = document.documentElement;
  const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = dark ? "light" : "dark";
  try {
    localStorage.setItem("theme", root.dataset.theme);
  } catch {
    // Storage may be forbidden; the theme lasts until the page is closed.
  }
}
