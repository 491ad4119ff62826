import { expect, test } from "vitest";
import { isLoopback, isWildcard, stratumUrl } from "./net.ts";

test("who reaches what listens on an address", () => {
  expect(["127.0.0.1", "127.0.0.2", "::1"].map(isLoopback)).toEqual([true, true, true]);
  expect(["0.0.0.0", "::", "192.168.1.5", "fe80::1"].map(isLoopback)).toEqual([false, false, false, false]);
  expect(["0.0.0.0", "::", "0:0:0:0:0:0:0:0"].map(isWildcard)).toEqual([true, true, true]);
  expect(["127.0.0.1", "::1", "10.0.0.1"].map(isWildcard)).toEqual([false, false, false]);
});

test("an IPv6 address stands in brackets", () => {
  expect(stratumUrl("::1", 3333)).toBe("stratum+tcp://[::1]:3333");
  expect(stratumUrl("192.168.1.5", 3333)).toBe("stratum+tcp://192.168.1.5:3333");
});
