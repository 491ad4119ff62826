/** Scans once in a worker thread and posts what it found. */
import { parentPort, workerData } from "node:worker_threads";
import { createSha256dScanner } from "../src/kernel/sha256d.ts";

parentPort?.postMessage(createSha256dScanner().scan(workerData));
