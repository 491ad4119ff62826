/**
 * The embedded store: PostgreSQL compiled to WebAssembly (PGlite), in a folder or in memory.
 * @module
 */
import { existsSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import type { Sql, SqlValue, Store } from "@carrara/core/ports/store";
import { PGlite, types } from "@electric-sql/pglite";
import { dataDir } from "@electric-sql/pglite-prepopulatedfs";
import { storeFault } from "./faults.ts";

/**
 * Opens the store in `folder`, or in memory when it is `null`. A new one begins from the package's prepared folder:
 * PostgreSQL's own initdb takes 7 s of CPU time in WebAssembly, unpacking takes 1.
 * @throws StoreUnavailableError when the folder cannot be written or another process holds it.
 */
export async function openPglite(folder: string | null): Promise<Store> {
  const where = folder ?? "memory";
  try {
    // Beside the folder, written once it is whole: a first start that was killed while unpacking begins again.
    const whole = folder !== null && existsSync(`${folder}.whole`);
    if (folder && !whole) await rm(folder, { recursive: true, force: true });
    if (folder) await mkdir(folder, { recursive: true });
    const db = await PGlite.create({
      ...(folder ? { dataDir: folder } : {}),
      ...(whole ? {} : { loadDataDir: await dataDir() }),
      // PostgreSQL's own 128 MB of buffers cost 90 MB of memory here and gain a store of this size nothing.
      postgresqlconf: ["shared_buffers = 8MB"],
      parsers: { [types.INT8]: (text: string) => text, [types.NUMERIC]: (text: string) => text },
    });
    if (folder && !whole) await writeFile(`${folder}.whole`, "");
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
