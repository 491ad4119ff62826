/**
 * The Quarry's figures from the store: rates with their band, bore holes, machines, what is due by chance.
 * @module
 */
import type { Machine, RatePoint, ShareBrief } from "@carrara/api/schemas";
import { HASHES_PER_DIFFICULTY, hashRate, poissonBand } from "@carrara/optimiser/rate";
import type { Sql } from "../ports/store.ts";
import { SPAN_MS } from "./records.ts";

const DAY_MS = 86_400_000;
/** Windows that the plot may use: the shortest that has enough shares due and gives at most {@link MOST_POINTS} points. */
const WINDOWS_S = [10, 20, 30, 60, 120, 300, 600];
const MOST_POINTS = 144;
/** Below this the plot is a comb of nothing and one; in the first minutes three must do, so that there is a plot. */
const DUE_PER_WINDOW = 8;
const DUE_AT_FIRST = 3;
const FIRST_S = 600;
/** Rate "now": work of the last ten minutes, or of the time since the first share when that is shorter. */
const RATE_WINDOW_MS = 600_000;

interface Span {
  worker: string;
  start: number;
  accepted: number;
  rejected: number;
  work: number;
}

/** Rates over at most the last 24 hours. */
export interface RateView {
  points: RatePoint[];
  windowSeconds: number;
  /** Over the last 10 minutes; `null` before ten shares. */
  rate: number | null;
  shareCount: number;
}

/** Reads the spans of the last day, oldest first. */
export async function readSpans(sql: Sql, now: number): Promise<Span[]> {
  const rows = await sql.query<{ worker: string; start: string; accepted: number; rejected: number; work: number }>(
    "select worker, start, accepted, rejected, work from share_span where start >= $1 order by start",
    [now - DAY_MS],
  );
  return rows.map((row) => ({ ...row, start: Number(row.start) }));
}

/**
 * The plot: one point per window, each with the band in which 95 % of the counts fall if the mean rate holds.
 * The last, unfinished window is left out. A window of silence is a point of rate 0.
 */
export function rates(spans: readonly Span[], now: number): RateView {
  const first = spans[0]?.start ?? now;
  const seconds = Math.max(1, (now - first) / 1000);
  const shareCount = spans.reduce((sum, span) => sum + span.accepted, 0);
  const due = seconds < FIRST_S ? DUE_AT_FIRST : DUE_PER_WINDOW;
  const window =
    WINDOWS_S.find((length) => seconds / length <= MOST_POINTS && (shareCount / seconds) * length >= due) ?? 600;
  const length = window * 1000;
  const work = spans.reduce((sum, span) => sum + span.work, 0);
  const points: RatePoint[] = [];
  const from = Math.floor(first / length) * length;
  const perShare = shareCount > 0 ? work / shareCount : 0;
  const workPerWindow = (work / seconds) * window;
  let i = 0;
  for (let start = from; start + length <= now; start += length) {
    let inWindow = 0;
    let shares = 0;
    for (; i < spans.length && (spans[i]?.start ?? 0) < start + length; i++) {
      inWindow += spans[i]?.work ?? 0;
      shares += spans[i]?.accepted ?? 0;
    }
    const unit = shares > 0 ? inWindow / shares : perShare;
    const band = unit > 0 ? poissonBand(workPerWindow / unit) : { low: 0, high: 0 };
    const hashes = (difficulty: number) => (difficulty * HASHES_PER_DIFFICULTY) / window;
    points.push({
      time: start + length,
      rate: hashes(inWindow),
      low: hashes(band.low * unit),
      high: hashes(band.high * unit),
      shares,
    });
  }
  return { points, windowSeconds: window, rate: rateNow(spans, now), shareCount };
}

/** H/s over the last ten minutes, or since the first share when that is shorter; `null` below ten shares. */
export function rateNow(spans: readonly Span[], now: number): number | null {
  const since = now - RATE_WINDOW_MS;
  const recent = spans.filter(({ start }) => start >= since);
  const shares = recent.reduce((sum, span) => sum + span.accepted, 0);
  if (shares < 10) return null;
  const begin = Math.max(since, spans[0]?.start ?? since);
  const work = recent.reduce((sum, span) => sum + span.work, 0);
  return hashRate({ work, shares, seconds: Math.max(SPAN_MS, now - begin) / 1000 }).rate;
}

/** The deepest shares of the last day, oldest first, at most `most`; those that are claims carry their token id. */
export async function boreHoles(sql: Sql, now: number, own: string | null, most = 1500): Promise<ShareBrief[]> {
  const rows = await sql.query<{ time: string; worker: string; log2: number; token_id: string | null }>(
    `select * from (
       select d.time, d.worker, d.log2, c.token_id from deep_share d left join claim c on c.token_id = d.hash
       where d.time >= $1 order by (c.token_id is not null) desc, d.time desc limit $2
     ) newest order by time`,
    [now - DAY_MS, most],
  );
  return rows.map((row) => ({
    time: Number(row.time),
    worker: workerName(row.worker, own),
    log2: row.log2,
    tokenId: row.token_id,
  }));
}

/** The best share since a time, or ever. */
export async function bestShare(
  sql: Sql,
  since: number,
): Promise<{ log2: number; difficulty: number; time: number } | null> {
  const [row] =
    since > 0
      ? await sql.query<{ log2: number; time: string }>(
          "select log2, time from deep_share where time >= $1 order by log2 desc limit 1",
          [since],
        )
      : await sql.query<{ log2: number; time: string }>(
          "select best_log2 as log2, best_time as time from worker where best_log2 is not null order by best_log2 desc limit 1",
        );
  return row ? { log2: row.log2, difficulty: 2 ** row.log2 / HASHES_PER_DIFFICULTY, time: Number(row.time) } : null;
}

/** Machines that have mined in the last day, this computer first. */
export async function machines(
  sql: Sql,
  now: number,
  {
    own,
    ownRate,
    online,
    detail,
    pieceHashes,
  }: {
    own: string | null;
    /** H/s that this computer counts itself: known before shares can tell. */
    ownRate: number | null;
    online: (worker: string) => boolean;
    detail: (worker: string, agent: string | null) => string;
    pieceHashes: number | null;
  },
  spans: readonly Span[],
): Promise<Machine[]> {
  const rows = await sql.query<{ name: string; agent: string | null; last_seen: string }>(
    "select name, agent, last_seen from worker where last_seen >= $1 order by name",
    [now - DAY_MS],
  );
  const best = new Map(
    (
      await sql.query<{ worker: string; log2: number }>(
        "select worker, max(log2) as log2 from deep_share where time >= $1 group by worker",
        [now - DAY_MS],
      )
    ).map((row) => [row.worker, row.log2]),
  );
  const byWorker = Map.groupBy(spans, ({ worker }) => worker);
  const found = rows.map(({ name, agent, last_seen }): Machine => {
    const mine = byWorker.get(name) ?? [];
    const rate = rateNow(mine, now) ?? (name === own ? ownRate : null);
    return {
      name: workerName(name, own),
      kind: name === own ? "cpu" : "stratum",
      detail: detail(name, agent),
      online: online(name),
      hashRate: rate,
      spark: rates(mine, now)
        .points.slice(-48)
        .map((point) => point.rate),
      accepted: mine.reduce((sum, span) => sum + span.accepted, 0),
      rejected: mine.reduce((sum, span) => sum + span.rejected, 0),
      bestLog2: best.get(name) ?? null,
      pieceEverySeconds: rate && pieceHashes ? pieceHashes / rate : null,
      lastShareAt: Number(last_seen),
    };
  });
  return found.sort((a, b) => Number(b.kind === "cpu") - Number(a.kind === "cpu"));
}

/** `bcrt1q....study` reads "study", a bare address its beginning; our own worker is "This computer". */
export function workerName(worker: string, own: string | null): string {
  if (worker === own) return "This computer";
  const dot = worker.indexOf(".");
  return dot < 0 ? `${worker.slice(0, 12)}…` : worker.slice(dot + 1);
}
