/**
 * The frame of every page: bar, room, foot.
 * @module
 */
import { useEffect, useRef } from "react";
import { BooksPage } from "./pages/books.tsx";
import { GalleryPage } from "./pages/gallery.tsx";
import { PiecePage } from "./pages/piece.tsx";
import { QuarryPage } from "./pages/quarry.tsx";
import { SettingsPage } from "./pages/settings.tsx";
import { practice, TopBar } from "./parts/top-bar.tsx";
import { Link, type Room, roomOf, usePath } from "./router.tsx";
import { live, useLive } from "./use-live.ts";

const TITLES: Record<Exclude<Room["room"], "piece">, string> = {
  quarry: "Quarry",
  gallery: "Gallery",
  books: "Books",
  settings: "Settings",
  nowhere: "Not here",
};

export function App() {
  const path = usePath();
  const room = roomOf(path);
  const main = useRef<HTMLElement>(null);
  const arrived = useRef(path);
  useEffect(() => live.start(), []);
  useEffect(() => {
    // A piece gives the page its own title, once it is known.
    if (room.room !== "piece") document.title = `${TITLES[room.room]} · Carrara`;
    // A reader by ear is put at the new page's beginning; on the first load the browser does that.
    if (arrived.current !== path) main.current?.focus({ preventScroll: true });
    arrived.current = path;
  }, [room.room, path]);
  return (
    <>
      <TopBar room={room.room} />
      <main className="wrap" id="main" ref={main} tabIndex={-1}>
        <InRoom room={room} />
      </main>
      <Foot />
    </>
  );
}

function InRoom({ room }: { room: Room }) {
  switch (room.room) {
    case "quarry":
      return <QuarryPage />;
    case "gallery":
      return <GalleryPage />;
    case "piece":
      return <PiecePage key={room.tokenId} tokenId={room.tokenId} />;
    case "books":
      return <BooksPage />;
    case "settings":
      return <SettingsPage />;
    case "nowhere":
      return (
        <section className="lede">
          <h1>There is no room here.</h1>
          <p>
            The address leads nowhere. <Link href="/">Go to the quarry</Link>
          </p>
        </section>
      );
  }
}

function Foot() {
  const { status } = useLive();
  return (
    <footer className="wrap">
      <div className="foot">
        <span>
          {practice(status)
            ? "Nothing here is real money. Artist, miner and collector are well-known development accounts of the embedded chain."
            : `${location.hostname} · this node holds no keys of yours`}
        </span>
        <span>Hatched means not real: simulated, embedded, forecast or expected.</span>
      </div>
    </footer>
  );
}
