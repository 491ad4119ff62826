/**
 * The embedded store: PostgreSQL compiled to WebAssembly (PGlite), in a folder or in memory.
 * @module
 */
import { mkdir } from "node:fs/promises";
import type { Sql, SqlValue, Store } from "@carrara/core/ports/store";
import { PGlite, types } from "@electric-sql/pglite";
import { storeFault } from "./faults.ts";

/**
 * Opens the store in `folder`, or in memory when it is `null`.
 * @throws StoreUnavailableError when the folder cannot be written or another process holds it.
 */
export async function openPglite(folder: string | null): Promise<Store> {
  const where = folder ?? "memory";
  try {
    if (folder) await mkdir(folder, { recursive: true });
    const db = await PGlite.create({
      ...(folder ? { dataDir: folder } : {}),
      parsers: { [types.INT8]: (text: string) => text, [types.NUMERIC]: (text: string) => text },
    });
    return {
      about: { kind: "pglite", where },
      ...runner(db, where),
      transaction: (work) => db.transaction((tx) => work(runner(tx, where))) as never,
      close: () => db.close(),
    };
  } catch (error) {
    throw storeFault(error, where);
  }
}

function runner(db: Pick<PGlite, "query">, where: string): Sql {
  return {
    async query<Row>(text: string, values: readonly SqlValue[] = []) {
      try {
        const sent = values.map((value) => (typeof value === "bigint" ? value.toString() : value));
        return (await db.query<Row>(text, sent)).rows;
      } catch (error) {
        throw storeFault(error, where);
      }
    },
  };
}
