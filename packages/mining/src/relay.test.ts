import { concat, fromHex } from "@carrara/base/bytes";
import { describe, expect, test } from "vitest";
import { EPOCH_367, SEAM_368 } from "../test/blocks.ts";
import { display } from "./hash.ts";
import { HEADER_SIZE } from "./header.ts";
import { fixedRelay, lightRelay, reorganise, retarget, verifyHeaders } from "./relay.ts";

const RULES = { interval: 2016, spacing: 600, limit: 0x1d00ffff, proof: 6, deepProof: 144, staleAfter: 21 * 86_400 };
const NOW = 1_655_930_000;
const SEAM = fromHex(SEAM_368);
const genesis = { start: 1_654_686_448, bits: 0x17094b6a };
const relay = lightRelay(RULES, 367, genesis, NOW);
const part = (from: number, to: number) => SEAM.slice(from * HEADER_SIZE, to * HEADER_SIZE);

describe("Bitcoin's retarget of 2022-06-22", () => {
  test("epoch 367 is followed by 368", () => {
    expect(verifyHeaders(relay, fromHex(EPOCH_367), NOW)).toMatchObject({ ok: true, firstTime: genesis.start });
    const next = retarget(relay, SEAM, NOW);
    expect(next).toEqual({
      ok: true,
      relay: {
        ...relay,
        number: 368,
        epochs: [{ start: 1_655_925_489, bits: 0x170984cc }, genesis, { start: 0, bits: 0 }],
        headers: 6,
      },
    });
    if (!next.ok) return;
    const verdict = verifyHeaders(next.relay, SEAM, NOW);
    expect(verdict.ok && display(verdict.first)).toBe(
      "000000000000000000093c8f5b3cf50318d8b63a56c77d1719416f101a6bd750",
    );
  });

  test.each([
    ["no header", part(0, 0), NOW],
    ["half a header", SEAM.slice(0, 100), NOW],
    ["a header left out", concat(part(0, 3), part(4, 6)), NOW],
    ["a nonce changed", changed(79), NOW],
    ["the new epoch before it is known", SEAM, NOW],
    ["a header of another epoch", part(6, 12), NOW],
    ["zeros, which are the time and target of no epoch", new Uint8Array(HEADER_SIZE), NOW],
    ["too long after the epoch began", SEAM, genesis.start + RULES.staleAfter + 1],
    ["a clock that is behind", SEAM, 1_655_900_000],
  ])("refused: %s", (_name, headers, now) => {
    expect(told(verifyHeaders(relay, headers, now))).toMatchSnapshot();
  });

  test.each([
    ["five headers after the seam", part(0, 11), NOW],
    ["the seam one header later", part(1, 12), NOW],
    ["the new epoch alone", part(6, 12), NOW],
    ["before the seam is past", SEAM, 1_655_925_200],
    ["a stale epoch's seam without the deep proof", SEAM, genesis.start + RULES.staleAfter + 1],
  ])("no retarget: %s", (_name, headers, now) => {
    expect(told(retarget(relay, headers, now))).toMatchSnapshot();
  });

  test("no reorganisation without more work, nor before the first epoch", () => {
    expect(told(reorganise(relay, SEAM, NOW))).toMatchSnapshot();
    const next = retarget(relay, SEAM, NOW);
    expect(next.ok && told(reorganise(next.relay, SEAM, NOW))).toMatchSnapshot();
  });
});

test("an old target at the wrong time", () => {
  const next = retarget(relay, SEAM, NOW);
  const late = lightRelay(RULES, 367, { ...genesis, start: genesis.start + 8000 }, NOW);
  expect(told(verifyHeaders(late, fromHex(EPOCH_367), NOW))).toMatchSnapshot();
  expect(next.ok && told(retarget(next.relay, SEAM, NOW))).toMatchSnapshot();
});

test("a test chain's fixed target", () => {
  expect(verifyHeaders(fixedRelay(0x17094b6a), part(0, 6), NOW)).toMatchObject({ ok: true, firstTime: 1_655_920_887 });
  expect(told(verifyHeaders(fixedRelay(0x207fffff), part(0, 6), NOW))).toMatch(/^WrongBits/);
  expect(() => fixedRelay(0x2100ffff)).toThrow(expect.objectContaining({ code: "BadBits" }));
});

test("terms with which the contract would not begin", () => {
  const code = (rules: Partial<typeof RULES>, first = genesis) => {
    try {
      lightRelay({ ...RULES, ...rules }, 367, first, NOW);
      return "taken";
    } catch (error) {
      return error instanceof Error && "code" in error ? error.code : error;
    }
  };
  expect(code({})).toBe("taken");
  expect(code({ proof: 0 })).toBe("BadRules");
  expect(code({ proof: 145 })).toBe("BadRules");
  expect(code({ deepProof: 2017 })).toBe("BadRules");
  expect(code({ staleAfter: 1_209_599 })).toBe("BadRules");
  expect(code({ spacing: 0 })).toBe("BadRules");
  expect(code({ spacing: 2 ** 30 })).toBe("BadRules");
  expect(code({ limit: 0x2100ffff })).toBe("BadBits");
  expect(code({}, { ...genesis, start: 0 })).toBe("BadGenesis");
  expect(code({}, { ...genesis, start: NOW + 1 })).toBe("BadGenesis");
  expect(code({}, { ...genesis, bits: 0x1d010000 })).toBe("BadGenesis");
});

function changed(at: number): Uint8Array {
  const headers = SEAM.slice();
  headers[at]! ^= 1;
  return headers;
}

function told(verdict: ReturnType<typeof verifyHeaders | typeof retarget>): string {
  return verdict.ok ? "taken" : `${verdict.code}(${verdict.args.join(", ")}): ${verdict.why} ${verdict.mend}`;
}
