/**
 * The mark and the few icons.
 * @module
 */

export function Mark() {
  return (
    <svg viewBox="0 0 32 32" aria-hidden="true">
      <path d="M0 0h32v10H9v6h5v4.5h6v4.5h12v7H0z" fill="var(--ink)" />
      <path
        d="M26.9 0C25.9 4.2 23.5 6 22.5 10M18.4 20.5C17.5 24.2 14.2 27 13.2 32"
        fill="none"
        stroke="var(--vein)"
        strokeWidth="1.5"
      />
    </svg>
  );
}

const ICONS = {
  pause: <path d="M4 3h2.6v10H4zM9.4 3H12v10H9.4z" fill="currentColor" />,
  play: <path d="M4 2.6 13 8l-9 5.4z" fill="currentColor" />,
  theme: (
    <>
      <circle cx="8" cy="8" r="6.2" fill="none" stroke="currentColor" strokeWidth="1.3" />
      <path d="M8 1.8a6.2 6.2 0 0 1 0 12.4z" fill="currentColor" />
    </>
  ),
  settings: (
    <path
      d="M1.5 4.5H9M12.5 4.5h2M1.5 11.5h2M7 11.5h7.5M9 2.5h3.5v4H9zM3.5 9.5H7v4H3.5z"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.3"
    />
  ),
  again: <path d="M13.5 8A5.5 5.5 0 1 1 11.6 3.8M12 .8v3.4H8.6" fill="none" stroke="currentColor" strokeWidth="1.5" />,
  check: <path d="M2 8.6 6.2 13 14 3.4" fill="none" stroke="currentColor" strokeWidth="2" />,
  cross: <path d="M3 3l10 10M13 3L3 13" fill="none" stroke="currentColor" strokeWidth="2" />,
};

export function Icon({ name }: { name: keyof typeof ICONS }) {
  return (
    <svg viewBox="0 0 16 16" aria-hidden="true">
      {ICONS[name]}
    </svg>
  );
}

const ROOM_ICONS = {
  quarry: "M2 15h16M2 10.5h5.5M2 6h9M11 6v4.5M7.5 10.5V15",
  gallery: "M3 3h6v14H3zM12 3h5v6h-5zM12 12h5v5h-5z",
  books: "M3.5 3h13v14h-13zM10 3v14M5.5 7h2.5M5.5 10h2.5M12 7h2.5M12 13h2.5",
  settings: "M2 6h9M16 6h2M2 14h2M9 14h9M11 3.5h5v5h-5zM4 11.5h5v5H4z",
};

export function RoomIcon({ room }: { room: keyof typeof ROOM_ICONS }) {
  return (
    <svg viewBox="0 0 20 20" aria-hidden="true">
      <path d={ROOM_ICONS[room]} fill="none" stroke="currentColor" strokeWidth="1.4" />
    </svg>
  );
}

/** A block from which nothing has been cut: the picture of an empty state. */
export function UncutBlock() {
  return (
    <svg viewBox="0 0 392 392" style={{ width: "100%" }} role="img" aria-label="An uncut block of stone">
      <path d="M.5.5h391v391H.5z" fill="var(--raised)" stroke="var(--line2)" />
      <path d="M392 36 340 96l-22 60-74 38-40 66-72 38L66 392" fill="none" stroke="var(--line2)" />
      <path d="M318 156l-60-28M204 260l34 46" fill="none" stroke="var(--line)" />
    </svg>
  );
}
