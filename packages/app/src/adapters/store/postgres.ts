/**
 * A PostgreSQL server as the store.
 * @module
 */
import type { Sql, SqlValue, Store } from "@carrara/core/ports/store";
import pg from "pg";
import { storeFault } from "./faults.ts";

/** What `openPostgres` takes. */
export interface PostgresOptions {
  /** postgresql://user:password@host:port/database */
  url: string;
  /** All tables live in this schema; it is created when missing. */
  schema?: string;
  /** Connections held at most. */
  connections?: number;
}

/** @throws StoreUnavailableError when the server does not answer or refuses. */
export async function openPostgres({ url, schema = "carrara", connections = 4 }: PostgresOptions): Promise<Store> {
  const where = withoutPassword(url);
  if (!/^[a-z_][a-z0-9_]{0,62}$/.test(schema)) throw new TypeError(`"${schema}" is not a plain schema name`);
  const pool = new pg.Pool({
    connectionString: url,
    max: connections,
    connectionTimeoutMillis: 10_000,
    options: `-c search_path=${schema} -c statement_timeout=30000`,
    types: { getTypeParser: (oid, format) => parser(oid) ?? pg.types.getTypeParser(oid, format as "text") },
  });
  // An idle connection that the server drops must not end the process; the next query reports it.
  pool.on("error", () => {});
  try {
    await pool.query(`create schema if not exists ${schema}`);
  } catch (error) {
    await pool.end();
    throw storeFault(error, where);
  }
  return {
    about: { kind: "postgresql", where },
    ...runner(pool, where),
    async transaction(work) {
      const client = await pool.connect().catch((error) => {
        throw storeFault(error, where);
      });
      let fault: Error | undefined;
      try {
        const sql = runner(client, where);
        await sql.query("begin");
        const result = await work(sql);
        await sql.query("commit");
        return result;
      } catch (error) {
        fault = error instanceof Error ? error : new Error(String(error));
        await client.query("rollback").then(
          () => {
            fault = undefined;
          },
          () => {},
        );
        throw error;
      } finally {
        client.release(fault);
      }
    },
    close: () => pool.end(),
  };
}

function runner(client: Pick<pg.Pool, "query"> | pg.PoolClient, where: string): Sql {
  return {
    async query<Row>(text: string, values: readonly SqlValue[] = []) {
      try {
        const sent = values.map((value) => (typeof value === "bigint" ? value.toString() : value));
        const result = await (client as pg.Pool).query(text, sent);
        return result.rows as Row[];
      } catch (error) {
        throw storeFault(error, where);
      }
    },
  };
}

const INT8 = 20;
const NUMERIC = 1700;
const BYTEA = 17;

function parser(oid: number) {
  if (oid === INT8 || oid === NUMERIC) return (text: string) => text;
  if (oid === BYTEA) return (text: string) => Uint8Array.from(Buffer.from(text.slice(2), "hex"));
  return undefined;
}

function withoutPassword(url: string): string {
  try {
    const { hostname, port, pathname } = new URL(url);
    return `${hostname}${port ? `:${port}` : ""}${pathname}`;
  } catch {
    return "a PostgreSQL server";
  }
}
