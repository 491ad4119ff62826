/**
 * How long a newcomer waits: from `npm start` (installed, empty data folder) to the page, to the first claim; and what
 * all processes hold in memory after a minute.
 * @module
 */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClient } from "@carrara/api/client";
import type { Bench, Row } from "../../../tool/bench-types.ts";

const root = join(import.meta.dirname, "../../..");
const STARTS = 5;
const MINUTE_MS = 60_000;
const FIRST_CLAIM_LIMIT_MS = 300_000;

export const bench: Bench = {
  name: "start",
  about: "npm start: seconds to the page, to the first claim; memory after a minute",
  async *run() {
    const pages: number[] = [];
    const claims: number[] = [];
    let memory = 0;
    for (let i = 0; i < STARTS; i++) {
      const node = await startNode();
      try {
        pages.push(node.pageSeconds);
        claims.push(await firstClaim(node.url));
        if (i === 0) {
          await sleep(Math.max(0, MINUTE_MS - (Date.now() - node.startedAt)));
          memory = await pssOfTree(node.child.pid ?? 0);
        }
      } finally {
        await node.end();
      }
    }
    yield row("start/page", median(pages), "s", `median of ${STARTS}, slowest ${Math.max(...pages).toFixed(1)}`);
    yield row(
      "start/first-claim",
      median(claims),
      "s",
      `median of ${STARTS}, 95th percentile ${percentile(claims, 0.95).toFixed(1)}`,
    );
    yield row("start/memory", memory / 1e6, "MB", "sum of PSS of all processes after a minute");
  },
};

function row(name: string, value: number, unit: Row["unit"], note: string): Row {
  return { name, value, unit, note };
}

async function startNode() {
  const data = await mkdtemp(join(tmpdir(), "carrara-bench-"));
  const startedAt = Date.now();
  const child = spawn(
    "npm",
    ["start", "--silent", "--", "--http.port", "0", "--stratum.port", "0", "--data.dir", data],
    {
      cwd: root,
      stdio: ["ignore", "pipe", "inherit"],
      detached: true,
    },
  );
  const url = await firstUrl(child);
  for (;;) {
    const answer = await fetch(url).catch(() => undefined);
    if (answer?.ok && (await answer.text()).includes("<title>")) break;
    await sleep(20);
  }
  return {
    url,
    child,
    startedAt,
    pageSeconds: (Date.now() - startedAt) / 1000,
    end: async () => {
      // The whole group: npm, the node and its anvil.
      if (child.pid) process.kill(-child.pid, "SIGTERM");
      await new Promise((resolve) => child.once("exit", resolve));
      await sleep(500);
      await rm(data, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

function firstUrl(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = "";
    child.stdout?.on("data", (data) => {
      text += data;
      const found = /https?:\/\/\S+/.exec(text);
      if (found) resolve(found[0]);
    });
    child.once("exit", (code) => reject(new Error(`npm start ended with ${code}: ${text}`)));
  });
}

/** Seconds from now, when the page answers, to the first claim. */
async function firstClaim(url: string): Promise<number> {
  const api = createClient({ base: url.replace(/\/$/, "") });
  const from = Date.now();
  while (Date.now() - from < FIRST_CLAIM_LIMIT_MS) {
    const found = await api("pieces", { state: "claim", limit: 1 }).catch(() => undefined);
    if (found && found.pieces.length > 0) return (Date.now() - from) / 1000;
    await sleep(100);
  }
  throw new Error(`no claim in ${FIRST_CLAIM_LIMIT_MS / 1000} s`);
}

/** Proportional set size of a process and all its descendants, in bytes (Linux: /proc/PID/smaps_rollup). */
async function pssOfTree(pid: number): Promise<number> {
  const parents = new Map<number, number>();
  for (const name of await readdir("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const stat = await readFile(`/proc/${name}/stat`, "utf8").catch(() => "");
    const parent = /\) \S (\d+)/.exec(stat)?.[1];
    if (parent) parents.set(Number(name), Number(parent));
  }
  const within = (candidate: number): boolean =>
    candidate === pid || (candidate > 1 && within(parents.get(candidate) ?? 0));
  let bytes = 0;
  for (const candidate of parents.keys()) {
    if (!within(candidate)) continue;
    const rollup = await readFile(`/proc/${candidate}/smaps_rollup`, "utf8").catch(() => "");
    bytes += Number(/^Pss:\s+(\d+) kB/m.exec(rollup)?.[1] ?? 0) * 1024;
  }
  return bytes;
}

function median(values: readonly number[]): number {
  return percentile(values, 0.5);
}

function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.round(share * (sorted.length - 1)))] ?? Number.NaN;
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
