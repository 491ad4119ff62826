/**
 * `carrara start`: takes the data folder, serves the page at once, brings the parts up behind it, and ends in order.
 * @module
 */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { explain } from "@carrara/base/errors";
import { systemClock } from "./adapters/clock/system.ts";
import { fileLog } from "./adapters/log/file.ts";
import { compose } from "./compose.ts";
import type { Config } from "./config.ts";
import { holdFolder } from "./folder.ts";
import { type HttpOptions, type HttpServer, PortTakenError, serveHttp } from "./http/server.ts";
import { createNode } from "./node.ts";

/** Where the terminal is. */
export interface Output {
  json: boolean;
  out(text: string): void;
  err(text: string): void;
}

const PAGES = join(import.meta.dirname, "../../web/dist");
/** Ports tried after the default one when nobody has named one. */
const NEXT_PORTS = 20;
/** Ending takes no longer: what is not closed by then is safe on disk anyway. */
const END_WITHIN_MS = 8_000;

/**
 * Runs until SIGINT, SIGTERM or SIGHUP.
 * @returns the exit code
 * @throws what stops a start: a held or unusable folder, a taken port that was named
 */
export async function startNode(config: Config, { json, out, err }: Output): Promise<number> {
  const folder = resolve(config.get("data.dir"));
  const held = holdFolder(folder);
  const log = fileLog(join(folder, "carrara.log"), err);
  const ended = signalled();
  const fatal = (error: unknown) => {
    log.error("the node failed", { error: error instanceof Error ? error : String(error) });
    held.release();
    process.exit(1);
  };
  // A terminal that is gone, or a pipe that is closed, is no reason to stop mining.
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});
  process.on("uncaughtException", fatal);
  process.on("unhandledRejection", fatal);

  const node = createNode({ config, parts: compose(config, log), log, clock: systemClock });
  let http: HttpServer;
  try {
    http = await listen(config, {
      host: config.get("http.host"),
      handlers: node.handlers,
      picture: node.picture,
      metrics: node.metrics,
      events: node.events,
      pages: PAGES,
      onFault: (error, where) => {
        node.countFault();
        log.error("a request failed", { where, error });
      },
    });
  } catch (error) {
    held.release();
    throw error;
  }
  held.announce(http.url);
  out(
    json
      ? JSON.stringify({ url: http.url, data: folder })
      : `Carrara is at ${http.url}\nIts data: ${folder}   Its log: carrara.log there   End it with Ctrl-C`,
  );
  if (!existsSync(PAGES)) err("The pages are not built. Run: npm start");
  if (config.get("page.open")) openPage(http.url);

  void node.start().catch((error) => log.error("the node could not start", { reason: explain(error) }));
  await ended;
  if (!json) err("Ending ...");
  await Promise.race([Promise.all([node.close(), http.close()]), systemClock.sleep(END_WITHIN_MS)]);
  held.release();
  process.exit(0);
}

async function listen(config: Config, options: Omit<HttpOptions, "port">): Promise<HttpServer> {
  const first = config.get("http.port");
  const named = config.origin("http.port") !== "default";
  for (let port = first; ; port++) {
    try {
      return await serveHttp({ ...options, port });
    } catch (error) {
      if (named || !(error instanceof PortTakenError) || port >= first + NEXT_PORTS) throw error;
    }
  }
}

/** Resolves at the first SIGINT, SIGTERM or SIGHUP (a terminal that was closed); the second ends at once. */
function signalled(): Promise<void> {
  return new Promise((resolve) => {
    let times = 0;
    const hear = () => {
      if (++times > 1) process.exit(130);
      resolve();
    };
    process.on("SIGINT", hear);
    process.on("SIGTERM", hear);
    process.on("SIGHUP", hear);
  });
}

/** Best effort: a computer without a browser is no fault. */
function openPage(url: string): void {
  const command = process.platform === "darwin" ? "open" : process.platform === "win32" ? "explorer" : "xdg-open";
  spawn(command, [url], { stdio: "ignore", detached: true })
    .on("error", () => {})
    .unref();
}
