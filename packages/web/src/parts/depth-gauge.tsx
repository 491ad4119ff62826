/**
 * How deep the stone lay: beside the picture as tall as it, on a phone as wide as the page.
 * @module
 */
import type { PieceDetail } from "@carrara/api/schemas";
import { exponent1 } from "../format.ts";
import { type Gauge, gaugeOf } from "../gauge.ts";
import { TwoSvg } from "./text.tsx";

const TALL = { top: 8, bottom: 8 };
const WIDE = { left: 4, length: 346, width: 354 };

type Depth = Pick<PieceDetail, "log2" | "zeroBits" | "sillLog2" | "blockLog2">;

function labelOf({ zeroBits, sillLog2, blockLog2 }: Depth): string {
  const block = blockLog2 === null ? "" : `, a block at ${exponent1(blockLog2)}`;
  return `Depth gauge: ${zeroBits} leading zero bits; the sill at ${exponent1(sillLog2)}${block}`;
}

export function TallGauge({ piece, height }: { piece: Depth; height: number }) {
  const gauge = gaugeOf({ ...piece, length: height - TALL.top - TALL.bottom, gap: 18 });
  const y = (at: number) => TALL.top + at;
  return (
    <svg
      width="100"
      height={height}
      viewBox={`0 0 100 ${height}`}
      style={{ overflow: "visible", maxWidth: "none" }}
      role="img"
      aria-label={labelOf(piece)}
    >
      <path d={`M.5 ${y(0)}V${y(gauge.piece.at)}`} stroke="var(--vein)" strokeWidth="2" />
      {gauge.ticks.map((tick) => (
        <g key={tick.bits}>
          <path d={`M0 ${y(tick.at)}H${tick.big ? 14 : 5}`} stroke={colour(gauge, tick.at)} />
          {tick.label ? (
            <text x="20" y={y(tick.at) + 4}>
              <TwoSvg before={tick.bits === gauge.low ? "1 in " : ""} of={tick.bits} />
            </text>
          ) : null}
        </g>
      ))}
      <path d={`M0 ${y(gauge.sill.at)}H14`} stroke="var(--ink)" />
      <text className="t1" x="20" y={y(gauge.sill.textAt) + 4}>
        sill
      </text>
      {gauge.block ? (
        <>
          <path d={`M0 ${y(gauge.block.at)}H14`} stroke="var(--ink)" />
          <text className="t1" x="20" y={y(gauge.block.textAt) + 4}>
            block
          </text>
        </>
      ) : null}
      <path
        d={`M0 ${y(gauge.piece.at)}H22L30 ${y(gauge.piece.textAt)}`}
        stroke="var(--vein)"
        strokeWidth="2"
        fill="none"
      />
      <text className="tv" x="34" y={y(gauge.piece.textAt) + 5} style={{ fontSize: 15, fontWeight: 500 }}>
        {piece.zeroBits}
      </text>
    </svg>
  );
}

export function WideGauge({ piece }: { piece: Depth }) {
  const gauge = gaugeOf({ ...piece, length: WIDE.length, gap: 0 });
  const x = (at: number) => WIDE.left + at;
  const right = gauge.piece.at > WIDE.length * 0.45;
  // The words stand above the scale; the piece's own takes the room, the others keep their ticks.
  const reach = right ? [gauge.piece.at - 96, gauge.piece.at + 8] : [gauge.piece.at - 8, gauge.piece.at + 96];
  const free = (at: number, width: number) => at + width < (reach[0] ?? 0) || at - width > (reach[1] ?? 0);
  const close = gauge.block !== null && Math.abs(gauge.block.at - gauge.sill.at) < 34;
  return (
    <svg className="plot" viewBox={`0 0 ${WIDE.width} 56`} role="img" aria-label={labelOf(piece)}>
      <path d={`M${x(0)} 22H${x(gauge.piece.at)}`} stroke="var(--vein)" strokeWidth="2" />
      {gauge.ticks.map((tick) => (
        <g key={tick.bits}>
          <path d={`M${x(tick.at)} 22v${tick.big ? 11 : 5}`} stroke={colour(gauge, tick.at)} />
          {tick.big ? (
            <text x={x(tick.at)} y="50" textAnchor={tick.bits === gauge.low ? "start" : "middle"}>
              <TwoSvg of={tick.bits} />
            </text>
          ) : null}
        </g>
      ))}
      <path d={`M${x(gauge.sill.at)} 16v12`} stroke="var(--ink)" />
      {free(gauge.sill.at, 12) && !close ? (
        <text className="t1" x={x(gauge.sill.at)} y="13" textAnchor="middle">
          sill
        </text>
      ) : null}
      {gauge.block ? (
        <>
          <path d={`M${x(gauge.block.at)} 16v12`} stroke="var(--ink)" />
          {free(gauge.block.at, 16) ? (
            <text className="t1" x={Math.min(x(gauge.block.at), WIDE.width - 16)} y="13" textAnchor="middle">
              block
            </text>
          ) : null}
        </>
      ) : null}
      <path d={`M${x(gauge.piece.at)} 14v20`} stroke="var(--vein)" strokeWidth="2" />
      <text
        className="tv"
        x={x(gauge.piece.at) + (right ? -6 : 6)}
        y="13"
        textAnchor={right ? "end" : "start"}
        style={{ fontWeight: 500 }}
      >
        {piece.zeroBits} zero bits
      </text>
    </svg>
  );
}

function colour(gauge: Gauge, at: number): string {
  return at <= gauge.piece.at ? "var(--vein)" : "var(--line2)";
}
