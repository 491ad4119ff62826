#!/usr/bin/env node
/**
 * The command line: the same node from the terminal. `start` runs it; everything else talks to a running one by its API.
 * With --json, stdout holds JSON only.
 * @module
 */
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { ApiCallError, type Client, createClient } from "@carrara/api/client";
import type { Output } from "@carrara/api/routes";
import type { ActorName, PieceBrief } from "@carrara/api/schemas";
import { CarraraError } from "@carrara/base/errors";
import { type Config, loadConfig, SETTINGS } from "../config.ts";
import * as print from "./print.ts";

const HELP = `carrara: mine coin, make art, sell it; one node.

  carrara start                      run the node; prints the page's address
  carrara status                     what runs, what is embedded, what is real
  carrara mine [pause | resume | threads N]
  carrara pieces [all | claim | forged | listed | sold]
  carrara forge  TOKEN [--as miner]  turn a claim into a token
  carrara list   TOKEN --price ETH [--as miner]
  carrara cancel TOKEN [--as miner]  withdraw a listing
  carrara buy    TOKEN [--as collector]
  carrara verify TOKEN | RECIPE.json make it again and check the work; exit code 0 yes, 1 no
  carrara books                      what came in and went out
  carrara art [render | animate | sheet | check]   pieces as files, without a node; see carrara art --help
  carrara config                     every setting, its value and where it came from

TOKEN is a token id or the first digits after its zeros, or "latest".
  --json            JSON on stdout, for scripts
  --node URL        a node elsewhere than the one in the data folder
  --SETTING VALUE   any setting of "carrara config", for instance --http.port 8420
`;

/** What ends a command that listens for it: Ctrl-C, kill, a terminal that was closed. */
const STOPPING = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Everything from outside, so that a test can run a command in process. */
export interface Terminal {
  out(text: string): void;
  err(text: string): void;
  /** Calls back at Ctrl-C or another wish to end, once; the returned function stops listening. */
  onInterrupt(hear: () => void): () => void;
  environment: Record<string, string | undefined>;
}

/** Runs one command; gives the exit code. 2: wrong usage. 75: may succeed later (EX_TEMPFAIL). 130: stopped by Ctrl-C. */
export async function main(argv: readonly string[], terminal: Terminal): Promise<number> {
  try {
    return await run(argv, terminal);
  } catch (error) {
    if (error instanceof CarraraError) {
      const { code, message, hint, retryable } = error;
      if (argv.includes("--json"))
        terminal.out(JSON.stringify({ error: { code, message, hint: hint ?? null, retryable } }));
      else terminal.err(hint ? `${message}\n${hint}` : message);
      return code === "usage" ? 2 : code === "stopped" ? 130 : retryable ? 75 : 1;
    }
    throw error;
  }
}

async function run(argv: readonly string[], terminal: Terminal): Promise<number> {
  const first = argv.findIndex((word) => !word.startsWith("-"));
  if (argv[first] === "art") {
    const { art } = await import("./art.ts");
    return art(argv.toSpliced(first, 1), terminal);
  }
  const { words, options, settings } = readArguments(argv);
  const [command = "help", ...rest] = words;
  const json = options.json === true;
  if (options.help === true || command === "help") {
    terminal.out(HELP.trimEnd());
    return 0;
  }
  const config = loadConfig({ environment: terminal.environment, flags: settings });
  const say = (value: unknown, text: () => string) => terminal.out(json ? JSON.stringify(value) : text());
  const call: Client = (name, input, signal) => connect(config, options.node)(name, input, signal);

  switch (command) {
    case "start": {
      const { startNode } = await import("../start.ts");
      return startNode(config, { json, out: terminal.out, err: terminal.err });
    }
    case "config":
      say(config.list(), () => print.settings(config.list()));
      return 0;
    case "status": {
      const status = await call("status", {});
      say(status, () => print.status(status));
      return 0;
    }
    case "mine": {
      const [what, number] = rest;
      if (what !== undefined && !["pause", "resume", "threads"].includes(what))
        throw new UsageError(`"mine ${what}" is not known: say mine pause, mine resume or mine threads N`);
      if (what === "threads" && !/^[1-9]\d{0,3}$/.test(number ?? ""))
        throw new UsageError("give a number from 1 on: carrara mine threads 2 (none: carrara mine pause)");
      const input =
        what === "pause"
          ? { running: false }
          : what === "resume"
            ? { running: true }
            : what === "threads"
              ? { threads: Number(number) }
              : {};
      const miner = what === undefined ? (await call("status", {})).miner : await call("miner", input);
      say(miner, () => print.miner(miner));
      return 0;
    }
    case "pieces": {
      const state = pieceState(rest[0] ?? "all");
      const found = await call("pieces", { state, limit: 60 });
      say(found, () => print.pieces(found.pieces));
      return 0;
    }
    case "forge":
    case "cancel":
    case "buy": {
      const as = actor(options.as, command === "buy" ? "collector" : "miner");
      const tokenId = await findToken(call, rest[0], command === "forge" ? "claim" : "listed");
      const sent = await call(command, { tokenId, as });
      say(sent, () => print.sent(command, sent));
      return 0;
    }
    case "list": {
      if (typeof options.price !== "string") throw new UsageError("give a price in ETH: --price 0.05");
      const priceWei = weiOf(options.price).toString();
      const as = actor(options.as, "miner");
      const tokenId = await findToken(call, rest[0], "forged");
      const sent = await call("list", { tokenId, as, priceWei });
      say(sent, () => print.sent("list", sent));
      return 0;
    }
    case "verify": {
      const [what] = rest;
      if (what === undefined) throw new UsageError("say what to verify: a token id or a recipe file");
      const stop = json ? () => {} : print.progress(terminal.err, "Making it again");
      const input = /\.json$/.test(what)
        ? { recipe: readRecipe(what) }
        : { tokenId: await findToken(call, what, "all") };
      const verdict = await call("verify", input).finally(stop);
      say(verdict, () => print.verification(verdict));
      return verdict.ok ? 0 : 1;
    }
    case "books": {
      const books = await call("books", { limit: 200 });
      say(books, () => print.books(books));
      return 0;
    }
    default:
      throw new UsageError(`there is no command "${command}"`);
  }
}

function readArguments(argv: readonly string[]) {
  const settings: Record<string, string> = {};
  const own = Object.fromEntries(Object.keys(SETTINGS).map((name) => [name, { type: "string" as const }]));
  try {
    const { values, positionals } = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        json: { type: "boolean" },
        help: { type: "boolean", short: "h" },
        as: { type: "string" },
        price: { type: "string" },
        node: { type: "string" },
        ...own,
      },
    });
    const { json, help, as, price, node, ...rest } = values as Record<string, string | boolean | undefined>;
    for (const [name, value] of Object.entries(rest)) settings[name] = String(value);
    return { words: positionals, options: { json, help, as, price, node }, settings };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    // Node adds how a positional argument may begin with a dash, which nobody meant.
    throw new UsageError(why.replace(/\. To specify a positional argument.*$/s, "").replace(/\.$/, ""));
  }
}

/** The running node: named by --node, else by the file that it keeps in its data folder while it runs. */
function connect(config: Config, node: string | boolean | undefined): Client {
  if (typeof node === "string") return createClient({ base: node.replace(/\/$/, "") });
  const file = join(resolve(config.get("data.dir")), "node.json");
  try {
    const { url } = JSON.parse(readFileSync(file, "utf8")) as { url: string };
    return createClient({ base: url });
  } catch {
    throw new ApiCallError("node-unreachable", "No node runs here.", "Start it with: npm start", true, 0);
  }
}

/** A whole token id, or the digits after its zeros, or "latest" in the given state. */
async function findToken(call: Client, text: string | undefined, state: PieceState): Promise<string> {
  if (text === undefined)
    throw new UsageError('say which piece: a token id, its first digits after the zeros, or "latest"');
  const plain = text.toLowerCase().replace(/^0x/, "");
  if (/^[0-9a-f]{64}$/.test(plain)) return plain;
  const digits = plain.replace(/^0+/, "");
  if (plain !== "latest" && !/^[0-9a-f]+$/.test(digits))
    throw new UsageError(`"${text}" is no token: give its first digits after the zeros, or "latest"`);
  const found: PieceBrief[] = [];
  let after: string | null = null;
  do {
    const page: Output<"pieces"> = await call("pieces", {
      state: plain === "latest" ? state : "all",
      limit: plain === "latest" ? 1 : 200,
      ...(after === null ? {} : { after }),
    });
    found.push(
      ...page.pieces.filter(({ tokenId }) => plain === "latest" || tokenId.replace(/^0+/, "").startsWith(digits)),
    );
    after = plain === "latest" ? null : page.next;
  } while (after !== null);
  if (found.length !== 1 || !found[0]) {
    if (plain === "latest")
      throw new CarraraError("piece-unknown", `${NONE[state]}.`, { hint: "See `carrara pieces`." });
    throw new CarraraError(
      "piece-unknown",
      found.length === 0 ? `No piece is "${text}".` : `${found.length} pieces begin with "${text}".`,
      {
        hint: found.length === 0 ? "See `carrara pieces`." : "Give more digits; `carrara pieces` shows eight.",
      },
    );
  }
  return found[0].tokenId;
}

const NONE = {
  all: "There is no piece yet",
  claim: "No claim is waiting to be forged",
  forged: "Nothing is forged and unlisted",
  listed: "Nothing is listed",
  sold: "Nothing has been sold",
} as const;
type PieceState = keyof typeof NONE;

function pieceState(given: string): PieceState {
  if (Object.hasOwn(NONE, given)) return given as PieceState;
  throw new UsageError(`pieces are ${Object.keys(NONE).join(", ")}, not "${given}"`);
}

function actor(given: string | boolean | undefined, fallback: ActorName): ActorName {
  if (given === undefined) return fallback;
  if (given === "artist" || given === "miner" || given === "collector") return given;
  throw new UsageError(`--as is artist, miner or collector, not "${given}"`);
}

/** ETH as written by a person to wei. `weiOf("0.05") === 50000000000000000n` */
function weiOf(text: string): bigint {
  const match = /^(\d{1,12})(?:\.(\d{1,18}))?$/.exec(text);
  if (!match) throw new UsageError(`"${text}" is not an amount of ETH such as 0.05`);
  return BigInt(match[1] ?? "0") * 10n ** 18n + BigInt((match[2] ?? "").padEnd(18, "0"));
}

function readRecipe(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (cause) {
    throw new CarraraError("bad-recipe", `${file} cannot be read.`, {
      hint: "Give the path of a recipe that a piece's page has saved.",
      cause,
    });
  }
}

/** The command line is not of the wanted form. */
class UsageError extends CarraraError {
  constructor(why: string) {
    super("usage", `${why[0]?.toUpperCase()}${why.slice(1)}.`, { hint: "See: carrara --help" });
  }
}

if (import.meta.main) {
  let stopped: NodeJS.Signals | undefined;
  process.exitCode = await main(process.argv.slice(2), {
    out: (text) => console.log(text),
    err: (text) => console.error(text),
    onInterrupt(hear) {
      const onSignal = (signal: NodeJS.Signals) => {
        stopped ??= signal;
        hear();
      };
      for (const signal of STOPPING) process.on(signal, onSignal);
      return () => {
        for (const signal of STOPPING) process.off(signal, onSignal);
      };
    },
    environment: process.env,
  });
  // Ends by the signal itself, as a shell expects: process.exit would wait for an encoder that cannot be stopped.
  if (stopped !== undefined && process.exitCode === 130) process.kill(process.pid, stopped);
}
