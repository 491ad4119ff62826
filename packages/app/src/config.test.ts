import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { keepSetting, loadConfig } from "./config.ts";

const none = { environment: {}, flags: {}, readFile: () => undefined };

describe("config", () => {
  test("every default is a good value", () => {
    const config = loadConfig(none);
    expect(config.list().every(({ origin }) => origin === "default")).toBe(true);
    expect(config.get("http.port")).toBe(8420);
    expect(config.get("database.url")).toBeNull();
  });

  test("default < file < environment < flag, each with its origin", () => {
    const config = loadConfig({
      environment: { CARRARA_STRATUM_PORT: "2222", CARRARA_HTTP_PORT: "2000" },
      flags: { "http.port": "3000" },
      readFile: () => '{ "stratum.port": 1111, "http.port": 1000, "miner.threads": 2 }',
    });
    expect(
      ["miner.threads", "stratum.port", "http.port"].map((name) => [
        config.get(name as "http.port"),
        config.origin(name as "http.port"),
      ]),
    ).toEqual([
      [2, "file"],
      [2222, "environment"],
      [3000, "flag"],
    ]);
  });

  test.each([
    [{ environment: { CARRARA_HTTP_PORT: "99999" }, flags: {} }],
    [{ environment: {}, flags: { "stratum.host": "everywhere" } }],
    [{ environment: { ETH_RPC_URL: "ftp://x" }, flags: {} }],
    [{ environment: {}, flags: { "stratum.prot": "1" } }],
    [{ environment: { CARRARA_MINER_THREADS: "many" }, flags: {} }],
  ])("a bad value names variable, value and form: %j", (sources) => {
    let said = "";
    try {
      loadConfig({ ...none, ...sources });
    } catch (error) {
      said = `${(error as Error).message} ${(error as { hint: string }).hint}`;
    }
    expect(said).toMatchSnapshot();
  });

  test("a file that is not JSON, or not an object, is named", () => {
    expect(() => loadConfig({ ...none, readFile: () => "{" })).toThrow(/carrara.json is not JSON/);
    expect(() => loadConfig({ ...none, readFile: () => "[1]" })).toThrow(/does not hold a JSON object/);
    expect(() => loadConfig({ ...none, readFile: () => '{"a.b":1}' })).toThrow(/no setting a\.b in carrara\.json/);
  });

  test("secrets are hidden in the list and in errors", () => {
    const config = loadConfig({ ...none, environment: { DATABASE_URL: "postgresql://me:secret@host/db" } });
    expect(JSON.stringify(config.list())).not.toContain("secret@");
    expect(() => loadConfig({ ...none, environment: { DATABASE_URL: "mysql://me:secret@host" } })).toThrow(
      /\(hidden\)/,
    );
  });

  test("what the page switches is kept beside what the file already says", () => {
    const folder = mkdtempSync(join(tmpdir(), "carrara-config-"));
    writeFileSync(join(folder, "carrara.json"), '{ "stratum.port": 4444 }');
    keepSetting(folder, "stratum.host", "0.0.0.0");
    const config = loadConfig({ environment: { CARRARA_DATA: folder }, flags: {} });
    expect([config.get("stratum.host"), config.origin("stratum.host"), config.get("stratum.port")]).toEqual([
      "0.0.0.0",
      "file",
      4444,
    ]);
    rmSync(folder, { recursive: true });
  });
});
