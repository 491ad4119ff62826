/**
 * The pool's TCP port.
 * @module
 */
import type { AddressInfo, Socket } from "node:net";
import { createServer } from "node:net";
import { CarraraError } from "@carrara/base/errors";
import type { Pool, Wire } from "@carrara/core/pool/types";

/** Where to listen; port 0 takes a free one. */
export interface StratumServerOptions {
  host: string;
  port: number;
}

/** A listening server. */
export interface StratumServer {
  host: string;
  /** The one that was taken. */
  port: number;
  /** Ends all connections. */
  close(): Promise<void>;
}

/** A dead peer is noticed after this and some minutes, by the system's keepalive. */
const KEEPALIVE_MS = 60_000;
/** A closing socket may send its last words for so long. */
const LINGER_MS = 2000;

/**
 * Listens for miners.
 * @throws StratumListenError when the port cannot be had: its code and hint say why and what to do.
 * @example const server = await listenStratum(pool, { host: "127.0.0.1", port: 3333 });
 */
export async function listenStratum(pool: Pick<Pool, "accept">, options: StratumServerOptions): Promise<StratumServer> {
  const sockets = new Set<Socket>();
  let connections = 0;
  const server = createServer({ noDelay: true, keepAlive: true, keepAliveInitialDelay: KEEPALIVE_MS }, (socket) => {
    sockets.add(socket);
    connections += 1;
    const wire = wireOf(pool, socket, String(connections));
    socket.on("data", (bytes) => wire.data(bytes));
    socket.on("drain", () => wire.drained());
    // An error is followed by close; without a listener it would end the program.
    socket.on("error", () => {});
    socket.on("close", () => {
      sockets.delete(socket);
      wire.closed();
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", (cause: NodeJS.ErrnoException) => reject(new StratumListenError(options, cause)));
    server.listen({ host: options.host, port: options.port }, () => resolve());
  });
  // Too many open files and the like: what is open goes on.
  server.on("error", () => {});
  const { port } = server.address() as AddressInfo;
  return {
    host: options.host,
    port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

function wireOf(pool: Pick<Pool, "accept">, socket: Socket, id: string): Wire {
  return pool.accept({
    id,
    // A socket that was closed before it was accepted has no address any more.
    remote: socket.remoteAddress ?? "unknown",
    write: (text) => (socket.writable ? socket.write(text) : true),
    close() {
      socket.end();
      // One that reads nothing never takes the end either.
      setTimeout(() => socket.destroy(), LINGER_MS).unref();
      socket.pause();
    },
  });
}

/** The port for miners cannot be opened. */
export class StratumListenError extends CarraraError {
  constructor({ host, port }: StratumServerOptions, cause: NodeJS.ErrnoException) {
    const [code, why, hint] =
      cause.code === "EADDRINUSE"
        ? ["port-taken", "is taken by another program", "Set stratum.port to a free port, or 0 for any."]
        : cause.code === "EACCES"
          ? ["port-forbidden", "may not be opened by this user", "Set stratum.port to 1024 or more."]
          : cause.code === "EADDRNOTAVAIL" || cause.code === "ENOTFOUND"
            ? [
                "host-unknown",
                "is not an address of this computer",
                "Set stratum.host to 127.0.0.1, or to 0.0.0.0 for your network.",
              ]
            : [
                "stratum-listen",
                `cannot be opened (${cause.code ?? cause.message})`,
                "See stratum.host and stratum.port.",
              ];
    super(code!, `The miners' port ${host}:${port} ${why}.`, {
      hint: hint!,
      retryable: cause.code === "EADDRINUSE",
      cause,
    });
  }
}
