/**
 * A whole node as a process of its own, for tests: everything embedded, free ports, a folder that goes away.
 * @module
 */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Client, createClient } from "@carrara/api/client";

const root = join(import.meta.dirname, "..");
const cli = join(root, "packages/app/src/cli/main.ts");

/** A running node. */
export interface RunningNode {
  url: string;
  data: string;
  api: Client;
  process: ChildProcess;
  /** Everything that it printed. */
  output(): string;
  /** SIGTERM, and waits for the end. */
  end(): Promise<number | null>;
  /** SIGKILL to the node alone: what it started lives on. */
  kill(): Promise<void>;
}

/** An empty data folder that is removed by the returned function. */
export async function dataFolder(): Promise<{ path: string; remove(): Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), "carrara-e2e-"));
  return { path, remove: () => rm(path, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 }) };
}

/** Starts a node and waits until its page answers. */
export async function startNode(
  data: string,
  args: readonly string[] = [],
  environment: Record<string, string> = {},
): Promise<RunningNode> {
  const child = spawn(
    process.execPath,
    [cli, "start", "--http.port", "0", "--stratum.port", "0", "--data.dir", data, ...args],
    {
      cwd: root,
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, DATABASE_URL: "", ...environment },
    },
  );
  let output = "";
  const url = await new Promise<string>((resolve, reject) => {
    const read = (text: Buffer) => {
      output += text;
      const found = /http:\/\/127\.0\.0\.1:\d+/.exec(output);
      if (found) resolve(found[0]);
    };
    child.stdout?.on("data", read);
    child.stderr?.on("data", read);
    child.once("exit", (code) => reject(new Error(`the node ended with ${code}:\n${output}`)));
  });
  const ended = new Promise<number | null>((resolve) => child.once("exit", resolve));
  return {
    url,
    data,
    api: createClient({ base: url }),
    process: child,
    output: () => output,
    end: () => {
      child.kill("SIGTERM");
      return ended;
    },
    kill: async () => {
      child.kill("SIGKILL");
      await ended;
    },
  };
}

/** Runs one command of the command line. */
export function carrara(...args: string[]): Promise<{ code: number | null; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [cli, ...args], { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
    let stdout = "";
    let stderr = "";
    child.stdout.on("data", (text) => {
      stdout += text;
    });
    child.stderr.on("data", (text) => {
      stderr += text;
    });
    child.once("close", (code) => resolve({ code, stdout, stderr }));
  });
}

/** Asks until the answer is there. */
export async function until<T>(
  ask: () => Promise<T | undefined | null | false>,
  what: string,
  seconds = 120,
): Promise<T> {
  const end = Date.now() + seconds * 1000;
  let last: unknown;
  while (Date.now() < end) {
    try {
      const answer = await ask();
      if (answer) return answer;
    } catch (error) {
      last = error;
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error(`${what}: not within ${seconds} s${last ? ` (last: ${last})` : ""}`);
}
