/**
 * What the tests of the Ethereum side stand on: a real anvil in a temporary folder, and each store in turn.
 * @module
 */
import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Clock } from "@carrara/core/ports/clock";
import type { Store } from "@carrara/core/ports/store";
import { migrate } from "@carrara/core/store/schema";
import { openPglite } from "../../store/pglite.ts";
import { openPostgres } from "../../store/postgres.ts";
import { type EmbeddedEthChain, startAnvil } from "../anvil.ts";

/** Real time. */
export const clock: Clock = {
  now: Date.now,
  after(ms, task) {
    const timer = setTimeout(task, ms);
    return () => clearTimeout(timer);
  },
  sleep: (ms) => new Promise((done) => setTimeout(done, ms)),
};

/** Each store that the suite runs on: PGlite always, PostgreSQL when DATABASE_URL is set. */
export const stores: { name: string; open: () => Promise<Store> }[] = [
  { name: "PGlite", open: () => openPglite(null) },
];
const url = process.env.DATABASE_URL;
if (url) {
  const schema = () => `test_${randomBytes(6).toString("hex")}`;
  stores.push({ name: "PostgreSQL", open: () => openPostgres({ url, schema: schema() }) });
}

/** An empty store with tables, and an anvil; both go with `end`. */
export interface Rig {
  store: Store;
  chain: EmbeddedEthChain;
  folder: string;
  lines: string[];
  /** Kills anvil at once and waits until it has been started again on its last dump. */
  killAnvil(): Promise<void>;
  end(): Promise<void>;
}

export async function openRig(open: () => Promise<Store>): Promise<Rig> {
  const folder = await mkdtemp(join(tmpdir(), "carrara-ethereum-"));
  const lines: string[] = [];
  const store = await open();
  await migrate(store);
  const chain = await startAnvil({ folder, saveEveryMs: 3_600_000, log: (line) => lines.push(line) });
  // From here on it is saved only when a test says so, which decides what a kill takes away.
  await chain.dump();
  return {
    store,
    chain,
    folder,
    lines,
    async killAnvil() {
      const { pid } = chain;
      process.kill(pid, "SIGKILL");
      while (chain.pid === pid) await clock.sleep(20);
    },
    async end() {
      await chain.close();
      await store.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
