import { expect, test } from "vitest";
import { sha256d } from "../hash.ts";
import { meets } from "../target.ts";
import type { ClientEffect } from "./client.ts";
import { createClient, headerWork, MAX_PENDING, openingLines, receive, submitLine } from "./client.ts";
import { createSession, step } from "./session.ts";
import { config, PAYOUT, START, terms, UNIT, work } from "./test/fixture.ts";

function client() {
  return createClient({
    user: `${PAYOUT}.cpu`,
    password: "x",
    agent: "carrara/0.1",
    host: "127.0.0.1",
    sha256d,
    unit: UNIT,
  });
}

/** Client and server session on one wire. */
function wire() {
  const miner = client();
  const session = createSession(config(), { now: START, work: work(), terms: [terms()] });
  const effects: ClientEffect[] = [];
  const take = (replies: string[]) => {
    for (const reply of replies) {
      const received = receive(miner, reply, START + 5);
      effects.push(...received.effects);
      for (const line of received.replies) send(line);
    }
  };
  const send = (line: string) => take(step(session, { type: "line", line, now: START }).replies);
  return { miner, session, effects, send, take };
}

test("client and server agree on the header: what the client finds is accepted", () => {
  const { miner, effects, send } = wire();
  for (const line of openingLines(miner)) send(line);
  expect(effects.map((effect) => effect.type)).toEqual(["authorized", "job"]);
  for (const counter of [0, 1, 77]) {
    const found = headerWork(miner, miner.job!, counter, miner.job!.ntime + counter)!;
    const view = new DataView(found.header.buffer);
    for (let nonce = 0; ; nonce++) {
      view.setUint32(76, nonce, true);
      if (!meets(sha256d(found.header), found.job.target)) continue;
      send(submitLine(miner, found, nonce, START));
      break;
    }
    expect(effects.filter((effect) => effect.type === "accepted" || effect.type === "rejected").at(-1)).toEqual({
      type: "accepted",
      ms: 5,
    });
  }
  expect(miner.pending.size).toBe(0);
});

test("a difficulty counts for the jobs after it, an extranonce likewise", () => {
  const { miner, send } = wire();
  for (const line of openingLines(miner)) send(line);
  const before = miner.job!;
  receive(miner, '{"id":null,"method":"mining.set_difficulty","params":[64]}', START);
  receive(miner, '{"id":null,"method":"mining.set_extranonce","params":["ffffffff",4]}', START);
  expect(miner.job).toBe(before);
  expect(headerWork(miner, before, 0)!.extranonce2).toHaveLength(16);
  send('{"id":9,"method":"mining.suggest_difficulty","params":[2]}');
  expect(miner.job!.extranonce2Size).toBe(4);
});

test("extranonce2 runs out instead of beginning again", () => {
  const { miner, send } = wire();
  for (const line of openingLines(miner)) send(line);
  const tiny = { ...miner.job!, extranonce2Size: 1 };
  expect(headerWork(miner, tiny, 255)!.extranonce2).toBe("ff");
  expect(headerWork(miner, tiny, 256)).toBeUndefined();
});

test("client.reconnect is followed to the same host only", () => {
  const miner = client();
  const say = (params: unknown[]) =>
    receive(miner, JSON.stringify({ id: null, method: "client.reconnect", params }), START).effects[0];
  expect(say(["127.0.0.1", 3334, 5])).toEqual({ type: "reconnect", port: 3334, waitMs: 5000 });
  expect(say([])).toEqual({ type: "reconnect", port: undefined, waitMs: 0 });
  expect(say(["evil.example", 3333])).toEqual({
    type: "fault",
    text: "A client.reconnect to another host is refused (evil.example)",
  });
});

test("refusals of the pool are told in its words", () => {
  const miner = client();
  const [refused] = receive(miner, '{"id":2,"result":null,"error":[24,"Who are you?",null]}', START).effects;
  expect(refused).toEqual({ type: "refused", text: "Who are you?" });
});

test.each([
  '{"id":null,"method":"mining.notify","params":[]}',
  '{"id":null,"method":"mining.set_difficulty","params":[0]}',
  '{"id":null,"method":"mining.set_extranonce","params":["zz",4]}',
  "rubbish",
])("what a pool cannot mean is a fault, never an exception: %s", (line) => {
  expect(receive(client(), line, START).effects[0]!.type).toBe("fault");
});

test("ping, version and message", () => {
  const miner = client();
  const say = (method: string, params: unknown[] = []) =>
    receive(miner, JSON.stringify({ id: 5, method, params }), START);
  expect(say("mining.ping").replies).toEqual(['{"id":5,"result":"pong","error":null}']);
  expect(say("client.get_version").replies).toEqual(['{"id":5,"result":"carrara/0.1","error":null}']);
  expect(say("client.show_message", ["hello"]).effects).toEqual([{ type: "message", text: "hello" }]);
  expect(say("client.dance").replies[0]).toContain("Unknown method");
});

test("submits without an answer are bounded", () => {
  const { miner, send } = wire();
  for (const line of openingLines(miner)) send(line);
  const some = headerWork(miner, miner.job!, 0)!;
  for (let i = 0; i < MAX_PENDING + 50; i++) submitLine(miner, some, i, START);
  expect(miner.pending.size).toBe(MAX_PENDING);
});
