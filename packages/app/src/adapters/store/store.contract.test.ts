import { randomBytes } from "node:crypto";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { storeContract } from "@carrara/core/ports/store.contract";
import { afterAll, describe, expect, test } from "vitest";
import { openPglite } from "./pglite.ts";
import { openPostgres } from "./postgres.ts";

storeContract("PGlite in memory", () => openPglite(null));

const url = process.env.DATABASE_URL;
if (url) storeContract("PostgreSQL", () => openPostgres({ url, schema: `test_${randomBytes(6).toString("hex")}` }));
else test.skip("store: PostgreSQL (set DATABASE_URL to run it)", () => {});

describe("PGlite in a folder", () => {
  const folder = mkdtemp(join(tmpdir(), "carrara-store-"));
  afterAll(async () => rm(await folder, { recursive: true, force: true }));

  test("what was written is there after it is opened again", { timeout: 60_000 }, async () => {
    const first = await openPglite(await folder);
    await first.query("create table kept (n integer)");
    await first.query("insert into kept values (7)");
    await first.close();
    const second = await openPglite(await folder);
    expect(await second.query("select n from kept")).toEqual([{ n: 7 }]);
    await second.close();
  });
});

test("a folder whose first start was killed while unpacking is begun again", { timeout: 60_000 }, async () => {
  const root = await mkdtemp(join(tmpdir(), "carrara-store-"));
  await mkdir(join(root, "store"));
  await writeFile(join(root, "store", "PG_VERSION"), "18\n");
  const store = await openPglite(join(root, "store"));
  expect(await store.query("select 1 as one")).toEqual([{ one: 1 }]);
  await store.close();
  await rm(root, { recursive: true });
});

test("a PostgreSQL server that does not answer is named, with the mend and without the password", async () => {
  await expect(openPostgres({ url: "postgresql://me:secret@127.0.0.1:1/carrara" })).rejects.toMatchObject({
    code: "store-unavailable",
    retryable: true,
    message: expect.not.stringContaining("secret"),
  });
});
