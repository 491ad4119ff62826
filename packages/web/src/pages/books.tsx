/**
 * The Books: every sat and wei in and out, with its source.
 * @module
 */
import type { Output } from "@carrara/api/routes";
import type { BooksEntry } from "@carrara/api/schemas";
import { useId, useState } from "react";
import { api } from "../api.ts";
import { booksSentence, type DayFigure, dayBars, kindWord, totalsOf } from "../books-view.ts";
import * as f from "../format.ts";
import { UncutBlock } from "../parts/marks.tsx";
import { Hatched, Refused } from "../parts/text.tsx";
import { Link } from "../router.tsx";
import { useCall } from "../use-call.ts";
import { PHONE, useAnswer, useLive, useMedia } from "../use-live.ts";
import { Waiting } from "./waiting.tsx";

export function BooksPage() {
  const { value: books, failure } = useAnswer("books", {});
  const { status } = useLive();
  const [earlier, setEarlier] = useState<readonly Output<"books">[]>([]);
  if (!books || !status) return <Waiting what="the books" failure={failure} />;
  const hatched = books.totals.every((total) => !total.real);
  const bare = books.entries.length === 0 && books.totals.length === 0;
  // Practice blocks pay whole coins; sats by the milliard are no axis for a person.
  const coins = books.days.some((each) => BigInt(each.minedSats) >= 1_000_000_000n);
  const last = earlier.at(-1) ?? books;
  const known = new Set<string>();
  const entries = [books, ...earlier]
    .flatMap((page) => page.entries)
    .filter((entry) => !known.has(entry.id) && known.add(entry.id));
  return (
    <>
      <section className="lede">
        <h1>{booksSentence(books)}</h1>
        <p>
          {bare
            ? "A block pays sats, a sale pays ETH. The two are kept apart, each in a column of its own."
            : hatched
              ? "Embedded chains pay in money that is worth nothing, so all of it is hatched. Sats and ETH are kept apart."
              : "Sats and ETH are kept apart. What is hatched is practice money and is never added to the rest."}
        </p>
      </section>
      {bare ? (
        <section className="empty">
          <UncutBlock />
          <div>
            <div className="title">No entry</div>
            <p className="q">
              The first block that is found, or the first piece that is forged, writes the first line.{" "}
              <Link href="/">See the quarry</Link>
            </p>
          </div>
        </section>
      ) : (
        <>
          <dl className="reads few">
            {totalsOf(books).map((total) => (
              <div key={`${total.label} ${total.unit} ${total.real}`}>
                <dt>
                  {total.label}
                  {total.real ? null : <Hatched>practice</Hatched>}
                </dt>
                <dd>
                  {total.value}
                  <i>{total.unit}</i>
                </dd>
                <dd className="small">{total.context}</dd>
              </div>
            ))}
          </dl>
          {books.days.length > 0 ? (
            <div className="pair">
              <Days
                title={`Mined by day, ${coins ? "BTC" : "sat"}`}
                unit={coins ? 100_000_000n : 1n}
                colour="var(--slate)"
                hatched={status.bitcoin.kind === "embedded"}
                days={books.days.map((each) => ({ day: each.day, in: BigInt(each.minedSats), out: 0n }))}
                format={f.satText}
                none="No block has been found yet. By chance one comes; the Quarry says how often."
              />
              <Days
                title="Art by day, ETH"
                unit={10n ** 18n}
                colour="var(--ochre)"
                hatched={status.ethereum.kind === "embedded"}
                days={books.days.map((each) => ({
                  day: each.day,
                  in: BigInt(each.artWei),
                  out: size(BigInt(each.spentWei)),
                }))}
                format={f.ethText}
                note="in above the line, gas and prices below"
                none="Nothing has been forged or sold yet."
              />
            </div>
          ) : null}
          <Entries entries={entries} next={last.next} add={(page) => setEarlier((pages) => [...pages, page])} />
        </>
      )}
    </>
  );
}

function Days(props: {
  title: string;
  unit: bigint;
  colour: string;
  hatched: boolean;
  days: readonly DayFigure[];
  format: (amount: bigint) => string;
  note?: string;
  /** What is said where no day has any. */
  none: string;
}) {
  const phone = useMedia(PHONE);
  const hatch = useId();
  const width = phone ? 354 : 640;
  const height = phone ? 210 : 250;
  const left = 46;
  if (props.days.every((each) => each.in === 0n && each.out === 0n)) {
    return (
      <section>
        <div className="sechead">
          <h2>{props.title}</h2>
        </div>
        <p className="q">{props.none}</p>
      </section>
    );
  }
  const plot = dayBars(props.days, { width, height, left, unit: props.unit, format: props.format });
  const fill = props.hatched ? `url(#${hatch})` : props.colour;
  const edge = props.hatched ? props.colour : "none";
  return (
    <section>
      <div className="sechead">
        <h2>{props.title}</h2>
        <div className="keyline">
          {props.note ? <span>{props.note}</span> : null}
          {props.hatched ? <Hatched>practice money</Hatched> : null}
        </div>
      </div>
      <svg className="plot" viewBox={`0 0 ${width} ${height}`} role="img" aria-label={props.title}>
        <defs>
          <pattern id={hatch} width="4" height="4" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
            <path d="M0 0V4" stroke={props.colour} />
          </pattern>
        </defs>
        {plot.yTicks.map((tick) => (
          <g key={tick.label}>
            <path className={tick.at === plot.zero ? "ax2" : "ax"} d={`M${left} ${tick.at}H${width}`} />
            <text x={left - 10} y={tick.at + 4} textAnchor="end">
              {tick.label}
            </text>
          </g>
        ))}
        {plot.bars.map((bar) => (
          <g key={bar.x}>
            <title>{bar.title}</title>
            {bar.top < plot.zero ? (
              <rect x={bar.x} y={bar.top} width={bar.width} height={plot.zero - bar.top} fill={fill} stroke={edge} />
            ) : null}
            {bar.bottom > plot.zero ? (
              <rect
                x={bar.x}
                y={plot.zero}
                width={bar.width}
                height={bar.bottom - plot.zero}
                fill={fill}
                stroke={edge}
                opacity=".5"
              />
            ) : null}
            {bar.label === null ? null : (
              <text className="t2" x={bar.x + bar.width / 2} y={height - 4} textAnchor="middle">
                {bar.label}
              </text>
            )}
          </g>
        ))}
      </svg>
    </section>
  );
}

function Entries(props: { entries: readonly BooksEntry[]; next: string | null; add: (page: Output<"books">) => void }) {
  const call = useCall();
  const { next } = props;
  const load = (after: string) => call.run(async () => props.add(await api("books", { after })));
  return (
    <section className="sec">
      <div className="sechead">
        <h2>Every entry</h2>
        <span className="small">
          A square before an amount says what money it is: <i className="sq" /> real, <i className="sq emb" /> practice.
        </span>
      </div>
      <table>
        <thead>
          <tr>
            <th>Date</th>
            <th>What</th>
            <th className="np">Who</th>
            <th className="np">Source</th>
            <th className="r np">Mined, sat</th>
            <th className="r np last">Art, ETH</th>
            <th className="r only-cell">Amount</th>
          </tr>
        </thead>
        <tbody>
          {props.entries.map((entry) => (
            <Line key={entry.id} entry={entry} />
          ))}
        </tbody>
      </table>
      {next === null ? null : (
        <div className="more">
          <button type="button" className="btn" disabled={call.running} onClick={() => load(next)}>
            Earlier entries
          </button>
        </div>
      )}
      <Refused failure={call.failure} />
    </section>
  );
}

function Line({ entry }: { entry: BooksEntry }) {
  const btc = entry.asset === "BTC";
  const digits = btc ? f.grouped(BigInt(entry.amount)) : f.eth(entry.amount);
  const amount = (
    <span className={entry.state === "orphaned" ? "struck" : ""}>
      <i className={entry.real ? "sq" : "sq emb"} role="img" aria-label={entry.real ? "real" : "practice"} />{" "}
      {entry.amount.startsWith("-") || entry.amount === "0" ? digits : `+${digits}`}
    </span>
  );
  const what = entry.text === "" ? kindWord(entry.kind) : entry.text;
  const state = entry.state === "final" ? "" : entry.state;
  return (
    <tr>
      <td className="num q">{f.clockOrDay(entry.time, Date.now())}</td>
      <td>
        {entry.tokenId === null ? what : <Link href={`/piece/${entry.tokenId}`}>{what}</Link>}
        {state ? <span className="qq"> · {state}</span> : null}
        <span className="small only-phone">{entry.who}</span>
      </td>
      <td className="np q">{entry.who}</td>
      <td className="np mono qq" title={entry.source}>
        {entry.source.length > 40 ? f.shortHash(entry.source.replace(/^0x/, "")) : entry.source}
      </td>
      <td className="r num np">{btc ? amount : ""}</td>
      <td className="r num np last">{btc ? "" : amount}</td>
      <td className="r num only-cell">
        {amount} {btc ? "sat" : "ETH"}
      </td>
    </tr>
  );
}

function size(amount: bigint): bigint {
  return amount < 0n ? -amount : amount;
}
