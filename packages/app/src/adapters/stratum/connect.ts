/**
 * A TCP connection to a pool, for this computer's own miner.
 * @module
 */
import { connect } from "node:net";
import type { PoolConnection, PoolConnectionEvents } from "@carrara/core/miner/types";

const CONNECT_MS = 10_000;

/**
 * Connects; `closed` comes exactly once, also when the pool cannot be reached.
 * @example createMiner({ connect: (events) => connectStratum({ host: "127.0.0.1", port: 3333 }, events), ... })
 */
export function connectStratum(
  { host, port }: { host: string; port: number },
  events: PoolConnectionEvents,
): PoolConnection {
  const socket = connect({ host, port, noDelay: true, keepAlive: true, keepAliveInitialDelay: 60_000 });
  let why = "the pool closed the connection";
  const timer = setTimeout(() => socket.destroy(new Error(`no answer from ${host}:${port}`)), CONNECT_MS);
  socket.on("connect", () => {
    clearTimeout(timer);
    events.opened();
  });
  socket.on("data", (bytes) => events.data(bytes));
  socket.on("error", (error: NodeJS.ErrnoException) => {
    why = error.code === "ECONNREFUSED" ? `nothing listens on ${host}:${port}` : error.message;
  });
  socket.on("close", () => {
    clearTimeout(timer);
    events.closed(why);
  });
  return {
    send: (text) => {
      if (socket.writable) socket.write(text);
    },
    close: () => {
      socket.destroy();
    },
  };
}
