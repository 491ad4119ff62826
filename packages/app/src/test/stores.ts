/**
 * Empty stores for tests, of each kind that this computer has: PGlite always, PostgreSQL where DATABASE_URL is set.
 * @module
 */
import { randomBytes } from "node:crypto";
import type { Store } from "@carrara/core/ports/store";
import { migrate } from "@carrara/core/store/schema";
import { openPglite } from "../adapters/store/pglite.ts";
import { openPostgres } from "../adapters/store/postgres.ts";

const url = process.env.DATABASE_URL;

/** `[name, open]` for `describe.each`. */
export const STORES: readonly (readonly [string, () => Promise<Store>])[] = [
  ["PGlite", () => ready(openPglite(null))],
  ...(url
    ? [["PostgreSQL", () => ready(openPostgres({ url, schema: `test_${randomBytes(6).toString("hex")}` }))] as const]
    : []),
];

async function ready(opening: Promise<Store>): Promise<Store> {
  const store = await opening;
  await migrate(store);
  return store;
}
