/**
 * What every store must do; each adapter runs this.
 * @module
 */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { migrate } from "../store/schema.ts";
import type { Store } from "./store.ts";

/** @param open gives an empty store. */
export function storeContract(name: string, open: () => Promise<Store>): void {
  describe(`store: ${name}`, () => {
    let store: Store;
    beforeAll(async () => {
      store = await open();
      await migrate(store);
    }, 60_000);
    afterAll(() => store?.close());

    test("migrations run once and again without effect", async () => {
      await migrate(store);
      const rows = await store.query<{ version: number }>("select version from migration order by version");
      expect(rows.map((row) => row.version)).toEqual(rows.map((_, i) => i + 1));
    });

    test("a store of a newer form is refused", async () => {
      await store.query("insert into migration (version) values (9999)");
      await expect(migrate(store)).rejects.toMatchObject({ code: "store-newer" });
      await store.query("delete from migration where version = 9999");
    });

    test("values keep their type: bigint and numeric as text, bytes, JSON, double, boolean, null", async () => {
      const bytes = Uint8Array.of(0, 1, 254, 255);
      const [row] = await store.query(
        `select $1::bigint as a, $2::numeric(78,0) as b, $3::bytea as c, $4::jsonb as d, $5::double precision as e,
                $6::boolean as f, $7::text as g, $8::integer as h`,
        [2n ** 60n, 2n ** 255n, bytes, JSON.stringify({ x: [1, "2"] }), 28.25, true, null, 7],
      );
      expect(row).toEqual({
        a: (2n ** 60n).toString(),
        b: (2n ** 255n).toString(),
        c: expect.anything(),
        d: { x: [1, "2"] },
        e: 28.25,
        f: true,
        g: null,
        h: 7,
      });
      expect(Uint8Array.from((row as { c: Uint8Array }).c)).toEqual(bytes);
    });

    test("a transaction that throws leaves nothing behind and the store usable", async () => {
      await expect(
        store.transaction(async (sql) => {
          await sql.query("insert into setting (name, value) values ('gone', '1')");
          throw new Error("on purpose");
        }),
      ).rejects.toThrow("on purpose");
      expect(await store.query("select * from setting where name = 'gone'")).toEqual([]);
    });

    test("a transaction that ends is seen by all", async () => {
      const given = await store.transaction(async (sql) => {
        await sql.query("insert into setting (name, value) values ('kept', '{\"a\":1}')");
        return 5;
      });
      expect(given).toBe(5);
      expect(await store.query("select value from setting where name = 'kept'")).toEqual([{ value: { a: 1 } }]);
    });

    test("transactions at the same time do not mix", async () => {
      await store.query(
        "insert into setting (name, value) values ('count', '0') on conflict (name) do update set value = '0'",
      );
      await Promise.all(
        Array.from({ length: 8 }, () =>
          store.transaction(async (sql) => {
            await sql.query("update setting set value = to_jsonb((value::text)::integer + 1) where name = 'count'");
          }),
        ),
      );
      expect(await store.query("select value from setting where name = 'count'")).toEqual([{ value: 8 }]);
    });

    test("a refused statement says so and does not look like an outage", async () => {
      await expect(store.query("select * from nowhere")).rejects.toThrow(/nowhere/);
      await expect(store.query("select * from nowhere")).rejects.not.toMatchObject({ code: "store-unavailable" });
    });
  });
}
