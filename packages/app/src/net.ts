/**
 * Addresses that the node listens on, and what they mean for people.
 * @module
 */
import { isIPv6 } from "node:net";
import { networkInterfaces } from "node:os";

/** This computer alone. */
export const LOOPBACK = "127.0.0.1";

/** Whether only this computer reaches what listens there. `isLoopback("127.0.0.2") === true` */
export function isLoopback(host: string): boolean {
  return host === "::1" || host.startsWith("127.");
}

/** Whether every network of this computer reaches it. */
export function isWildcard(host: string): boolean {
  return host === "0.0.0.0" || /^[0:]+$/.test(host);
}

/** Stratum's URL; IPv6 in brackets. `stratumUrl("::1", 3333) === "stratum+tcp://[::1]:3333"` */
export function stratumUrl(host: string, port: number): string {
  return `stratum+tcp://${isIPv6(host) ? `[${host}]` : host}:${port}`;
}

/** IPv4 addresses of this computer in its networks. */
export function lanAddresses(): string[] {
  return Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ family, internal }) => family === "IPv4" && !internal)
    .map(({ address }) => address);
}
