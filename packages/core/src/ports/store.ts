/**
 * The store: PostgreSQL's dialect, by PGlite in the data folder or by a PostgreSQL server. Nothing above the adapter knows
 * which. Values come back as strings for bigint and numeric (parse with BigInt), Uint8Array for bytea, number for
 * integer and double precision, parsed JSON for jsonb, boolean, string.
 * @module
 */

/** A value that a statement takes. bigint is sent as text; plain objects and arrays must be passed as JSON text for jsonb. */
export type SqlValue = string | number | bigint | boolean | null | Uint8Array;

/** Runs statements. */
export interface Sql {
  /** Rows of one statement with `$1`-style parameters. */
  query<Row = Record<string, unknown>>(text: string, values?: readonly SqlValue[]): Promise<Row[]>;
}

/**
 * A connection to the store. Errors: `StoreUnavailableError` (code `store-unavailable`, retryable) when it cannot be
 * reached or its disk is full; anything else is a fault in a statement.
 */
export interface Store extends Sql {
  /** For the Settings page: `pglite` or `postgresql`, and where. No password in it. */
  readonly about: { kind: "pglite" | "postgresql"; where: string };
  /** All or nothing: an exception rolls back and is thrown on. Transactions do not nest. */
  transaction<T>(work: (sql: Sql) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}
