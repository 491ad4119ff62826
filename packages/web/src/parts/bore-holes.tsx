/**
 * Shares as bore holes, and the newest of them as a list.
 * @module
 */
import type { Quarry, ShareBrief } from "@carrara/api/schemas";
import { useId, useMemo } from "react";
import * as f from "../format.ts";
import { boreHoles, type Frame, spread } from "../plot.ts";
import { workerLabel } from "../quarry-view.ts";
import { navigate } from "../router.tsx";
import { PHONE, useMedia } from "../use-live.ts";
import { Two, TwoSvg } from "./text.tsx";

const WIDE: Frame = { width: 944, height: 404, left: 46, right: 150, top: 26, bottom: 24 };
const NARROW: Frame = { width: 354, height: 330, left: 38, right: 0, top: 26, bottom: 24 };
const ROWS = 11;

export function BoreHoles({ quarry, now }: { quarry: Quarry; now: number }) {
  const phone = useMedia(PHONE);
  const frame = phone ? NARROW : WIDE;
  const picture = phone ? 30 : 52;
  const { collection } = quarry;
  const holes = useMemo(
    () =>
      boreHoles(quarry.shares, {
        frame,
        now,
        sillLog2: collection?.sillLog2 ?? null,
        blockLog2: quarry.blockLog2,
        bestLog2: quarry.bestEver?.log2 ?? null,
        picture,
        phone,
      }),
    [quarry.shares, quarry.blockLog2, quarry.bestEver, collection, frame, now, picture, phone],
  );
  return (
    <section className="sec">
      <div className="sechead">
        <h2>Bore holes</h2>
        <span className="small">
          Each line is a share of the last {f.span(Math.max(60, holes.spanSeconds))}, drilled as deep as its hash is
          rare: 1 in 2<sup>n</sup>.
        </span>
      </div>
      <div className="ticker">
        <Drawing quarry={quarry} holes={holes} frame={frame} picture={picture} phone={phone} />
        <ShareList shares={quarry.shares.slice(-ROWS).reverse()} />
      </div>
    </section>
  );
}

function Drawing(props: {
  quarry: Quarry;
  holes: ReturnType<typeof boreHoles>;
  frame: Frame;
  picture: number;
  phone: boolean;
}) {
  const { quarry, holes, frame, picture, phone } = props;
  const rock = useId();
  const hanging = new Set(holes.hung.map((hit) => hit.tokenId));
  const { left, right } = holes;
  return (
    // biome-ignore lint/a11y/useSemanticElements: a drawing with links inside; a fieldset is for forms
    <svg
      className="plot holes"
      viewBox={`0 0 ${frame.width} ${frame.height}`}
      role="group"
      aria-label={`Shares as bore holes: the rarer the hash, the deeper. ${holes.hits.length} of them became a piece.`}
    >
      <defs>
        <pattern id={rock} width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
          <path d="M0 0V7" stroke="var(--hatch)" />
        </pattern>
      </defs>
      {holes.yTicks.map(({ at, exponent }) => (
        <g key={exponent}>
          <text x={left - 10} y={at + 4} textAnchor="end">
            <TwoSvg of={exponent} />
          </text>
          {at > holes.surface ? <path className="ax" d={`M${left} ${at}H${right}`} /> : null}
        </g>
      ))}
      {holes.bedrock !== null ? (
        <>
          <path d={`M${left} ${holes.bedrock}H${right}V${holes.floor}H${left}z`} fill={`url(#${rock})`} />
          <path d={`M${left} ${holes.bedrock}H${right}`} stroke="var(--ink)" />
        </>
      ) : null}
      <path d={holes.holes} stroke="var(--ink3)" strokeWidth="1" opacity=".75" />
      <path d={`M${left} ${holes.surface}H${right}`} stroke="var(--ink)" />
      {holes.sill !== null ? <path d={`M${left} ${holes.sill}H${right}`} stroke="var(--vein)" /> : null}
      {holes.hits.map((hit) => (
        <path
          key={hit.tokenId}
          d={`M${hit.x} ${holes.surface}V${hit.y}`}
          stroke="var(--vein)"
          strokeWidth={hanging.has(hit.tokenId) ? 2 : 1}
        />
      ))}
      {holes.hung.map((hit) => (
        <a
          key={hit.tokenId}
          href={`/piece/${hit.tokenId}`}
          aria-label={`A piece, 1 in 2^${f.exponent1(hit.log2)}`}
          onClick={(event) => {
            if (event.metaKey || event.ctrlKey || event.shiftKey) return;
            event.preventDefault();
            navigate(`/piece/${hit.tokenId}`);
          }}
        >
          <image
            href={`/api/pieces/${hit.tokenId}/image.png?size=128`}
            x={hit.x}
            y={hit.y}
            width={picture}
            height={picture}
            onError={(event) => {
              // A picture that does not come leaves its place bare, not a torn page.
              event.currentTarget.style.visibility = "hidden";
            }}
          />
        </a>
      ))}
      <Marks quarry={quarry} holes={holes} phone={phone} />
      {holes.xTicks.map((tick) => (
        <text key={tick.label} x={tick.at} y={frame.height - 4} textAnchor="middle">
          {tick.label}
        </text>
      ))}
      <text x={holes.now} y={frame.height - 4} textAnchor={right - holes.now < 20 ? "end" : "middle"}>
        now
      </text>
    </svg>
  );
}

function Marks({ quarry, holes, phone }: { quarry: Quarry; holes: ReturnType<typeof boreHoles>; phone: boolean }) {
  const { left, right } = holes;
  const { collection, bestEver, blockLog2 } = quarry;
  const tick =
    holes.best === null ? null : (
      <path d={`M${right - 8} ${holes.best}H${right + (phone ? 0 : 6)}`} stroke="var(--ink)" strokeWidth="2" />
    );
  if (phone) {
    return (
      <>
        {tick}
        {holes.sill !== null ? (
          <text className="tv halo" x={left + 6} y={holes.sill + 15}>
            deeper is a piece
          </text>
        ) : null}
        {holes.bedrock !== null ? (
          <text className="t1 halo" x={left + 6} y={holes.bedrock + 16}>
            deeper is a block
          </text>
        ) : null}
        {holes.best !== null ? (
          <text className="t1 halo" x={right - 12} y={holes.best + 4} textAnchor="end">
            best ever
          </text>
        ) : null}
      </>
    );
  }
  const marks = [
    ...(holes.sill !== null && collection
      ? [
          {
            at: holes.sill,
            look: "tv",
            word: `sill of ${collection.name}, `,
            of: collection.sillLog2,
            note: "deeper is a piece",
          },
        ]
      : []),
    ...(holes.best !== null && bestEver
      ? [{ at: holes.best, look: "t1", word: "best ever, ", of: bestEver.log2, note: f.dayLong(bestEver.time) }]
      : []),
    ...(holes.bedrock !== null && blockLog2 !== null
      ? [{ at: holes.bedrock, look: "t1", word: "bedrock, ", of: blockLog2, note: "deeper is a block" }]
      : []),
  ];
  const texts = spread(
    marks.map((mark) => mark.at),
    36,
    holes.surface,
    holes.floor - 14,
  );
  return (
    <>
      {tick}
      {marks.map((mark, i) => (
        <g key={mark.word}>
          <text className={mark.look} x={right + 12} y={(texts[i] ?? mark.at) + 4}>
            <TwoSvg before={mark.word} of={f.exponent1(mark.of)} />
          </text>
          <text x={right + 12} y={(texts[i] ?? mark.at) + 20}>
            {mark.note}
          </text>
        </g>
      ))}
    </>
  );
}

function ShareList({ shares }: { shares: readonly ShareBrief[] }) {
  if (shares.length === 0) {
    return (
      <ol aria-label="Newest shares">
        <li>
          <span>{f.UNKNOWN}</span>
          <span>no share yet</span>
          <b>{f.UNKNOWN}</b>
        </li>
      </ol>
    );
  }
  return (
    <ol aria-label="Newest shares">
      {shares.map((share, row) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: rows of a board; their text changes, they do not move
        <li key={row} className={share.tokenId === null ? "" : "hit"}>
          <span className="num">{f.clock(share.time)}</span>
          <span>
            {workerLabel(share.worker)}
            {share.tokenId === null ? "" : ", a piece"}
          </span>
          <b>
            <Two of={share.log2.toFixed(1)} />
          </b>
        </li>
      ))}
    </ol>
  );
}
