import { toHex } from "@carrara/base/bytes";
import fc from "fast-check";
import { expect, test } from "vitest";
import { lineBuffer, splitLines } from "./line.ts";
import type { Session, SessionEffect } from "./session.ts";
import { createSession, isMining, MAX_JOBS, step } from "./session.ts";
import { config, device, mine, OTHER_PAYOUT, ofType, PAYOUT, START, terms, work } from "./test/fixture.ts";

/** Feeds bytes and checks what must hold after any input. */
function feed(session: Session, chunk: Uint8Array, buffer = lineBuffer()) {
  const replies: string[] = [];
  const effects: SessionEffect[] = [];
  for (const line of splitLines(buffer, chunk).lines) {
    const out = step(session, { type: "line", line, now: START });
    replies.push(...out.replies);
    effects.push(...out.effects);
  }
  for (const reply of replies) expect(() => JSON.parse(reply)).not.toThrow();
  expect(session.jobs.size).toBeLessThanOrEqual(MAX_JOBS);
  return { replies, effects };
}

const fresh = () => createSession(config(), { now: START, work: work(), terms: [terms()] });

test("random bytes never throw, and are never a share", () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 20 }), (chunks) => {
      const session = fresh();
      const buffer = lineBuffer();
      for (const chunk of chunks) {
        expect(ofType(feed(session, Uint8Array.from([...chunk, 10]), buffer).effects, "share")).toEqual([]);
      }
    }),
  );
});

test("random JSON never throws", () => {
  fc.assert(
    fc.property(fc.array(fc.json({ maxDepth: 4 }), { maxLength: 12 }), (lines) => {
      feed(fresh(), Uint8Array.from(Buffer.from(`${lines.join("\n")}\n`)));
    }),
  );
});

const METHODS = [
  "mining.configure",
  "mining.subscribe",
  "mining.authorize",
  "mining.submit",
  "mining.suggest_difficulty",
  "mining.extranonce.subscribe",
  "mining.multi_version",
  "mining.ping",
  "mining.get_transactions",
  "__proto__",
  "constructor",
];

test("requests of known methods with any parameters never throw, and each gets at most one answer", () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.record({ id: fc.jsonValue(), method: fc.constantFrom(...METHODS), params: fc.array(fc.jsonValue()) }),
        {
          maxLength: 15,
        },
      ),
      (requests) => {
        const session = fresh();
        for (const request of requests) {
          const { replies } = feed(session, Uint8Array.from(Buffer.from(`${JSON.stringify(request)}\n`)));
          const answers = replies.map((reply) => JSON.parse(reply)).filter((reply) => reply.method === undefined);
          expect(answers.length).toBeLessThanOrEqual(1);
        }
      },
    ),
  );
});

type Move =
  | { kind: "subscribe" | "configure" | "round" | "tip" | "refresh" | "again" | "mine" | "garble" | "tick" }
  | { kind: "authorize"; user: string; password: string }
  | { kind: "suggest"; difficulty: number };

const move: fc.Arbitrary<Move> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("mine" as const) }) },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constantFrom(
        ...(["subscribe", "configure", "round", "tip", "refresh", "again", "garble", "tick"] as const),
      ),
    }),
  },
  fc.record({
    kind: fc.constant("authorize" as const),
    user: fc.constantFrom(`${PAYOUT}.rig`, PAYOUT, `${OTHER_PAYOUT}.rig`, "nobody"),
    password: fc.constantFrom("x", "d=2", "to=0x", `to=0x${"11".repeat(20)}`),
  }),
  fc.record({ kind: fc.constant("suggest" as const), difficulty: fc.constantFrom(0.5, 1, 2, 4) }),
);

test("in any order: no notify before authorize, no acceptance without work, no hash accepted twice", () => {
  fc.assert(
    fc.property(fc.array(move, { maxLength: 40 }), fc.boolean(), (moves, withWork) => {
      const miner = device({ work: withWork ? work() : (undefined as never) });
      const accepted = new Set<string>();
      let last: ReturnType<typeof mine> | undefined;
      let tips = 1;
      let works = 1;
      for (const each of moves) {
        const lines = miner.lines.length;
        const effects = miner.effects.length;
        switch (each.kind) {
          case "subscribe":
            miner.send("mining.subscribe", ["prop/1"]);
            break;
          case "configure":
            miner.send("mining.configure", [
              ["version-rolling", "minimum-difficulty"],
              { "minimum-difficulty.value": 1 },
            ]);
            break;
          case "authorize":
            miner.send("mining.authorize", [each.user, each.password]);
            break;
          case "suggest":
            miner.send("mining.suggest_difficulty", [each.difficulty]);
            break;
          case "round":
            works += 1;
            miner.event({ type: "terms", terms: [terms({ round: works })] });
            break;
          case "tip":
            tips += 1;
            works += 1;
            miner.event({ type: "work", work: work({ id: works, tip: tips }) });
            break;
          case "refresh":
            works += 1;
            miner.event({ type: "work", work: work({ id: works, tip: tips }) });
            break;
          case "tick":
            miner.now += 61_000;
            miner.event({ type: "tick" });
            break;
          case "mine":
            if (miner.notify && miner.difficulty) last = mine(miner, { from: works * 1000 });
            if (last) miner.submit(last);
            break;
          case "again":
            if (last) miner.submit(last);
            break;
          case "garble":
            if (last) miner.submit({ ...last, nonce: "0", bits: "ffffffff" });
            break;
        }
        const said = miner.lines.slice(lines);
        // One that was not mining before this event may begin by it; one that is not mining after it hears of no job.
        if (!isMining(miner.session)) expect(said.join()).not.toContain('"method":"mining.notify"');
        for (const share of ofType(miner.effects.slice(effects), "share")) {
          expect(miner.session.work).toBeDefined();
          const key = toHex(share.hash);
          expect(accepted.has(key)).toBe(false);
          accepted.add(key);
        }
      }
    }),
    { numRuns: 200 },
  );
});
