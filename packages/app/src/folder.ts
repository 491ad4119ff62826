/**
 * The data folder: one node at a time, and where the running one is found.
 * @module
 */
import { closeSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { CarraraError } from "@carrara/base/errors";

/** The folder, held. */
export interface HeldFolder {
  /** Says where the page is; read by the command line. */
  announce(url: string): void;
  release(): void;
}

/**
 * Takes the folder for this process. A lock whose process is gone (kill -9, a power cut) is taken over.
 * @throws FolderHeldError when another node runs on it; FolderUnusableError when it cannot be written.
 */
export function holdFolder(folder: string): HeldFolder {
  const lock = join(folder, "node.pid");
  const file = join(folder, "node.json");
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    takeLock(lock, folder);
  } catch (error) {
    if (error instanceof CarraraError) throw error;
    throw new FolderUnusableError(folder, error);
  }
  return {
    announce(url) {
      writeFileSync(`${file}.part`, `${JSON.stringify({ url, pid: process.pid })}\n`);
      renameSync(`${file}.part`, file);
    },
    release() {
      rmSync(file, { force: true });
      rmSync(lock, { force: true });
    },
  };
}

function takeLock(lock: string, folder: string): void {
  for (let tries = 0; tries < 3; tries++) {
    try {
      const handle = openSync(lock, "wx");
      writeSync(handle, String(process.pid));
      closeSync(handle);
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
      const holder = Number(readFileSync(lock, "utf8"));
      if (holder !== process.pid && alive(holder)) throw new FolderHeldError(folder, holder);
      rmSync(lock, { force: true });
    }
  }
  throw new FolderUnusableError(folder, `the lock ${lock} comes back each time that it is taken over`);
}

/** Whether a node runs under this number. A number that another program has got since is told apart where /proc says so. */
function alive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("node");
  } catch {
    return true;
  }
}

/** Another node runs on the folder. */
export class FolderHeldError extends CarraraError {
  constructor(folder: string, pid: number) {
    super("folder-held", `A node already runs on ${folder} (process ${pid}).`, {
      hint: "Use that one, end it, or give another folder with --data.dir.",
    });
  }
}

/** The folder cannot be written. */
export class FolderUnusableError extends CarraraError {
  constructor(folder: string, cause: unknown) {
    super("folder-unusable", `${folder} cannot be used: ${cause instanceof Error ? cause.message : cause}.`, {
      hint: "Free space, give this user write permission, or set data.dir (CARRARA_DATA) to another folder.",
      cause,
    });
  }
}
