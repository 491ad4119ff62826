import type { Client } from "@carrara/api/client";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { failureOf } from "./api.ts";
import { createLive } from "./live.ts";

/** The node's side of an event stream, held in the hand. */
class Stream extends EventTarget {
  onopen: (() => void) | null = null;
  onerror: (() => void) | null = null;
  closed = false;
  close() {
    this.closed = true;
  }
  say(event: { type: string }) {
    this.dispatchEvent(new MessageEvent(event.type, { data: JSON.stringify(event) }));
  }
}

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

function begin() {
  const streams: Stream[] = [];
  const asked: string[] = [];
  let answer: () => unknown = () => ({ entries: [] });
  const live = createLive({
    api: (async (name: string) => {
      asked.push(name);
      return answer();
    }) as unknown as Client,
    failureOf,
    openEvents: () => {
      const stream = new Stream();
      streams.push(stream);
      return stream as unknown as EventSource;
    },
    now: () => 1000,
  });
  return { live, streams, asked, answerWith: (next: () => unknown) => (answer = next) };
}

test("an answer is asked for once, however many look, and again when the node says so", async () => {
  const { live, streams, asked } = begin();
  live.start();
  asked.length = 0;
  const letGo = [live.hold("books", {}), live.hold("books", {})];
  await vi.advanceTimersByTimeAsync(1);
  expect(asked).toEqual(["books"]);
  expect(live.entry("books", {}).value).toEqual({ entries: [] });
  for (let i = 0; i < 5; i++) streams[0]?.say({ type: "books" });
  await vi.advanceTimersByTimeAsync(1000);
  expect(asked).toEqual(["books", "books"]);
  for (const go of letGo) go();
  streams[0]?.say({ type: "books" });
  await vi.advanceTimersByTimeAsync(1000);
  expect(asked).toHaveLength(2);
});

test("a lost node is tried again, later and later, and all is read anew when it is back", async () => {
  const { live, streams, asked } = begin();
  live.start();
  live.hold("books", {});
  await vi.advanceTimersByTimeAsync(1);
  streams[0]?.onopen?.();
  expect(live.state().link).toBe("live");
  streams[0]?.onerror?.();
  expect(live.state().link).toBe("lost");
  expect(streams[0]?.closed).toBe(true);
  await vi.advanceTimersByTimeAsync(500);
  expect(streams).toHaveLength(2);
  streams[1]?.onerror?.();
  await vi.advanceTimersByTimeAsync(500);
  expect(streams).toHaveLength(2);
  await vi.advanceTimersByTimeAsync(500);
  expect(streams).toHaveLength(3);
  asked.length = 0;
  streams[2]?.onopen?.();
  await vi.advanceTimersByTimeAsync(1);
  expect(live.state().link).toBe("live");
  expect(asked.sort()).toEqual(["books", "status"]);
});

test("what was known stays while the node is away", async () => {
  const { live, answerWith } = begin();
  live.hold("books", {});
  await vi.advanceTimersByTimeAsync(1);
  answerWith(() => {
    throw new Error("gone");
  });
  live.refresh("books");
  await vi.advanceTimersByTimeAsync(1000);
  const { value, failure } = live.entry("books", {});
  expect(value).toEqual({ entries: [] });
  expect(failure?.message).toBe("gone");
});

test("an event of a form that is not known is passed over", async () => {
  const { live, streams } = begin();
  live.start();
  streams[0]?.say({ type: "claim" });
  streams[0]?.dispatchEvent(new MessageEvent("share", { data: "{" }));
  await vi.advanceTimersByTimeAsync(1000);
  expect(live.announced()).toEqual([]);
});

test("listeners hear ten times a second at most", async () => {
  const { live, streams } = begin();
  live.start();
  let heard = 0;
  live.subscribe(() => heard++);
  for (let i = 0; i < 1000; i++)
    streams[0]?.say({ type: "share", share: { time: i, worker: "S21", log2: 52.1, tokenId: null } } as {
      type: string;
    });
  await vi.advanceTimersByTimeAsync(1000);
  expect(heard).toBeLessThanOrEqual(2);
});
