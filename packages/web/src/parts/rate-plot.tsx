/**
 * The hash rate with the range that chance allows.
 * @module
 */
import type { Quarry } from "@carrara/api/schemas";
import { useId } from "react";
import * as f from "../format.ts";
import { type Frame, ratePlot } from "../plot.ts";
import { BAND_FROM } from "../quarry-view.ts";
import { PHONE, useMedia } from "../use-live.ts";

const WIDE: Frame = { width: 848, height: 412, left: 44, right: 0, top: 10, bottom: 24 };
const NARROW: Frame = { width: 354, height: 210, left: 34, right: 0, top: 10, bottom: 24 };

export function RatePlot({ quarry, now }: { quarry: Quarry; now: number }) {
  const phone = useMedia(PHONE);
  const hatch = useId();
  const frame = phone ? NARROW : WIDE;
  const early = quarry.shareCount < BAND_FROM;
  const plot = ratePlot(quarry.points, {
    frame,
    now,
    windowMs: quarry.windowSeconds * 1000,
    nominal: quarry.rate,
    early,
    phone,
  });
  const right = frame.width - frame.right;
  const caption = early
    ? `${f.plural(quarry.shareCount, "share")} so far; the band begins after ten`
    : `${plot.unit} from shares, ${f.span(quarry.windowSeconds)} windows. In the band, it is only luck.`;
  return (
    <div>
      <div className="sechead">
        <h2>Hash rate</h2>
        <span className="small">{caption}</span>
      </div>
      <svg
        className="plot"
        viewBox={`0 0 ${frame.width} ${frame.height}`}
        role="img"
        aria-label={`Hash rate over time with the range that chance allows, now ${f.hashRate(quarry.points.at(-1)?.rate ?? quarry.rate)}`}
      >
        <defs>
          <pattern id={hatch} width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
            <path d="M0 0V7" stroke="var(--hatch)" />
          </pattern>
        </defs>
        {plot.yTicks.map((tick) => (
          <g key={tick.at}>
            <path className="ax" d={`M${frame.left} ${tick.at}H${right}`} />
            <text x={frame.left - 10} y={tick.at + 4} textAnchor="end">
              {tick.label}
            </text>
          </g>
        ))}
        {plot.xTicks.map((tick) => (
          <text key={tick.label} x={tick.at} y={frame.height - 4} textAnchor="middle">
            {tick.label}
          </text>
        ))}
        {plot.expected ? (
          <>
            <rect {...plot.expected} fill={`url(#${hatch})`} opacity=".6" />
            <text
              className="t2 halo"
              x={plot.expected.x + plot.expected.width / 2}
              y={plot.expected.y + plot.expected.height / 2 + 4}
              textAnchor="middle"
            >
              expected, {f.hashRate(quarry.rate)}
            </text>
          </>
        ) : null}
        {plot.band ? <path d={plot.band} fill="var(--slate-wash)" /> : null}
        {plot.nominal !== null ? (
          <path d={`M${frame.left} ${plot.nominal}H${right}`} stroke="var(--slate)" strokeDasharray="1 4" fill="none" />
        ) : null}
        <path d={plot.line} fill="none" stroke="var(--slate)" strokeWidth="1.6" strokeLinejoin="round" />
        {plot.end ? <circle cx={plot.end.x} cy={plot.end.y} r="3.5" fill="var(--slate)" /> : null}
      </svg>
    </div>
  );
}
