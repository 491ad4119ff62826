/**
 * Every setting, once: its default, its form, and where its value came from. Order: default < file < environment < flag.
 * This is the one file that reads the environment.
 * @module
 */
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { isIP } from "node:net";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { CarraraError } from "@carrara/base/errors";

/** Where a value came from. */
export type Origin = "default" | "file" | "environment" | "flag";

interface Kind<T> {
  /** What a good value looks like, for the error. */
  form: string;
  parse(text: string): T | undefined;
}

const port: Kind<number> = {
  form: "a port from 0 (any free one) to 65535",
  parse: (text) => (/^\d{1,5}$/.test(text) && Number(text) <= 65535 ? Number(text) : undefined),
};
const count = (from: number, to: number): Kind<number> => ({
  form: `a whole number from ${from} to ${to}`,
  parse: (text) => (/^\d{1,6}$/.test(text) && Number(text) >= from && Number(text) <= to ? Number(text) : undefined),
});
const text = (form: string, pattern: RegExp): Kind<string> => ({
  form,
  parse: (value) => (pattern.test(value) ? value : undefined),
});
const optional = <T>(kind: Kind<T>): Kind<T | null> => ({
  form: `${kind.form}, or nothing`,
  parse: (value) => (value === "" ? null : kind.parse(value)),
});
const onOff: Kind<boolean> = {
  form: "on or off",
  parse: (value) => (/^(on|true|yes|1)$/i.test(value) ? true : /^(off|false|no|0)$/i.test(value) ? false : undefined),
};
const host: Kind<string> = {
  form: "an IP address such as 127.0.0.1, or 0.0.0.0 for every network of this computer",
  parse: (value) => (isIP(value) !== 0 ? value : undefined),
};
const url = (schemes: string): Kind<string> => ({
  form: `a URL that begins with ${schemes.replaceAll("|", " or ")}`,
  parse: (value) => {
    if (!new RegExp(`^(${schemes})://`).test(value)) return undefined;
    return URL.canParse(value) ? value : undefined;
  },
});

interface Spec<T> {
  env: string;
  kind: Kind<T>;
  default: string;
  about: string;
  secret?: boolean;
}
const spec = <T>(env: string, kind: Kind<T>, fallback: string, about: string, secret = false): Spec<T> => ({
  env,
  kind,
  default: fallback,
  about,
  secret,
});

/** The table of settings; names are those of the file and of the flags (`--http.port 8420`). */
export const SETTINGS = {
  "data.dir": spec(
    "CARRARA_DATA",
    text("a folder", /\S/),
    join(homedir(), ".carrara"),
    "Folder of everything that this node keeps.",
  ),
  "http.host": spec("CARRARA_HTTP_HOST", host, "127.0.0.1", "Address that the page and the API listen on."),
  "http.port": spec(
    "CARRARA_HTTP_PORT",
    port,
    "8420",
    "Port of the page; when it is taken and not set, the next free one.",
  ),
  "stratum.host": spec(
    "CARRARA_STRATUM_HOST",
    host,
    "127.0.0.1",
    "Address that miners connect to; 0.0.0.0 opens it to your network.",
  ),
  "stratum.port": spec(
    "CARRARA_STRATUM_PORT",
    port,
    "3333",
    "Port that miners connect to; when it is taken and not set, the next free one.",
  ),
  "miner.threads": spec("CARRARA_MINER_THREADS", count(0, 256), "1", "Threads of this computer that hash; 0 rests."),
  "miner.payout": spec(
    "CARRARA_MINER_PAYOUT",
    optional(text("a Bitcoin address", /^[a-zA-Z0-9]{20,90}$/)),
    "",
    "Bitcoin address that this computer mines to; on the embedded chain one is made.",
  ),
  "database.url": spec(
    "DATABASE_URL",
    optional(url("postgresql|postgres")),
    "",
    "PostgreSQL to use in place of the embedded store.",
    true,
  ),
  "bitcoin.rpc": spec(
    "BTC_RPC_URL",
    optional(url("http|https")),
    "",
    "JSON-RPC of Bitcoin Core, Knots or Litecoin Core in place of the embedded chain; user and password may stand in it.",
    true,
  ),
  "bitcoin.cookie": spec(
    "BTC_RPC_COOKIE",
    optional(text("a file", /\S/)),
    "",
    "Cookie file of that node, when the URL names no user.",
  ),
  "ethereum.rpc": spec(
    "ETH_RPC_URL",
    optional(url("http|https")),
    "",
    "JSON-RPC of an Ethereum node in place of the embedded chain (read only for now).",
    true,
  ),
  "page.open": spec("CARRARA_OPEN", onOff, "off", "Whether `start` opens the page in the browser."),
} as const;

export type SettingName = keyof typeof SETTINGS;

/** In the data folder. */
const FILE = "carrara.json";
type ValueOf<S> = S extends Spec<infer T> ? T : never;

/** Values by name, and where each came from. */
export interface Config {
  get<N extends SettingName>(name: N): ValueOf<(typeof SETTINGS)[N]>;
  origin(name: SettingName): Origin;
  /** For people: secrets hidden. */
  list(): { name: SettingName; value: string; origin: Origin; secret: boolean; about: string }[];
}

/** Everything that `loadConfig` reads from outside. */
export interface ConfigSources {
  environment: Record<string, string | undefined>;
  /** `--name value` pairs, already split. */
  flags: Record<string, string>;
  /** Reads the file, `undefined` when there is none. */
  readFile?: (path: string) => string | undefined;
}

/**
 * Merges all sources; the file is `carrara.json` in the data folder, a flat object of name and value.
 * @throws BadSettingError on the first value that is not of its form, with its name, origin, value and the form.
 */
export function loadConfig({ environment, flags, readFile = readIfThere }: ConfigSources): Config {
  for (const name of Object.keys(flags)) {
    if (!(name in SETTINGS)) throw new UnknownSettingError(`--${name}`);
  }
  const values = new Map<string, { value: unknown; origin: Origin; text: string }>();
  const take = (name: SettingName, given: string, origin: Origin, from: string) => {
    const value = SETTINGS[name].kind.parse(given);
    if (value === undefined) {
      throw new BadSettingError(from, SETTINGS[name].secret ? "(hidden)" : given, SETTINGS[name].kind.form);
    }
    values.set(name, { value, origin, text: given });
  };
  const names = Object.keys(SETTINGS) as SettingName[];
  const early = ["data.dir"] as SettingName[];
  let file: Record<string, unknown> = {};
  for (const name of [...early, ...names.filter((other) => !early.includes(other))]) {
    take(name, SETTINGS[name].default, "default", name);
    if (name in file) take(name, String(file[name]), "file", `${name} in carrara.json`);
    const set = environment[SETTINGS[name].env];
    if (set !== undefined && set !== "") take(name, set, "environment", SETTINGS[name].env);
    const flag = flags[name];
    if (flag !== undefined) take(name, flag, "flag", `--${name}`);
    if (name === "data.dir") file = parseFile(join(resolve(String(values.get(name)?.value)), FILE), readFile);
  }
  return {
    get: (name) => values.get(name)?.value as never,
    origin: (name) => values.get(name)?.origin ?? "default",
    list: () =>
      names.map((name) => {
        const secret = SETTINGS[name].secret ?? false;
        const shown = values.get(name)?.text ?? "";
        return {
          name,
          value: secret && shown !== "" ? "(hidden)" : shown,
          origin: values.get(name)?.origin ?? "default",
          secret,
          about: SETTINGS[name].about,
        };
      }),
  };
}

/**
 * Writes one setting into the file, for what is switched on the page; it holds from the next start on unless the
 * environment or a flag says otherwise. The file is replaced whole, so that a crash leaves the old or the new one.
 */
export function keepSetting(folder: string, name: SettingName, value: string): void {
  const path = join(resolve(folder), FILE);
  const kept = { ...parseFile(path, readIfThere), [name]: value };
  writeFileSync(`${path}.part`, `${JSON.stringify(kept, null, 2)}\n`);
  renameSync(`${path}.part`, path);
}

function parseFile(path: string, readFile: (path: string) => string | undefined): Record<string, unknown> {
  const content = readFile(path);
  if (content === undefined) return {};
  let parsed: unknown;
  try {
    parsed = JSON.parse(content);
  } catch (cause) {
    throw new CarraraError("bad-config-file", `${path} is not JSON.`, {
      hint: `Mend or remove it. ${String(cause)}`,
      cause,
    });
  }
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) {
    throw new CarraraError("bad-config-file", `${path} does not hold a JSON object.`, {
      hint: 'Write it like { "stratum.port": 3333 }.',
    });
  }
  for (const name of Object.keys(parsed))
    if (!(name in SETTINGS)) throw new UnknownSettingError(`${name} in carrara.json`);
  return parsed as Record<string, unknown>;
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw new CarraraError("bad-config-file", `${path} cannot be read (${code}).`, {
      hint: "Give this user permission to read it, or remove it.",
      cause,
    });
  }
}

/** A value that is not of the form that its setting wants. */
export class BadSettingError extends CarraraError {
  constructor(name: string, value: string, form: string) {
    super("bad-setting", `${name} is "${value.slice(0, 120)}".`, { hint: `Give ${form}.` });
  }
}

/** A name that is no setting. */
export class UnknownSettingError extends CarraraError {
  constructor(name: string) {
    super("unknown-setting", `There is no setting ${name}.`, {
      hint: "See `npm run carrara -- config` for all of them.",
    });
  }
}
