/** Chunks and the plan of deployments, against the limits of EIP-170, EIP-3860 and EIP-7825. */
import { concat } from "@carrara/base/bytes";
import fc from "fast-check";
import { type Hex, keccak256 } from "viem";
import { expect, test } from "vitest";
import { chunks, MAX_CHUNK, storeCode } from "./chunks.ts";
import { deployPlan, TRANSACTION_GAS_CAP } from "./deploy-plan.ts";
import { ENGINES } from "./engines.ts";

const part = (length: number) => new Uint8Array(length).fill(0xff);

test("chunks join to what was split, each full but the last", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 4 * MAX_CHUNK }), (length) => {
      const bytes = Uint8Array.from({ length }, (_, i) => i * 31);
      const split = chunks(bytes);
      expect(keccak256(concat(...split))).toBe(keccak256(bytes));
      expect(split.length).toBe(Math.ceil(length / MAX_CHUNK));
      expect(split.slice(0, -1).every((chunk) => chunk.length === MAX_CHUNK)).toBe(true);
    }),
    { numRuns: 50 },
  );
});

test("a chunk that cannot be stored is refused with its length", () => {
  expect(() => storeCode(new Uint8Array(0))).toThrow("0 bytes cannot be stored in one contract; 1 to 24575 can.");
  expect(() => storeCode(part(MAX_CHUNK + 1))).toThrow("24576 bytes cannot be stored in one contract; 1 to 24575 can.");
  // The code that it leaves is STOP and the bytes: EIP-170's limit exactly.
  expect(storeCode(part(MAX_CHUNK)).length - 10).toBe(24_576);
});

test("every step fits one transaction, with the largest page and table there can be", () => {
  const plan = deployPlan({ front: part(59_800), between: part(20), tail: part(20), table: part(8_000) });
  const engines = ENGINES.filter(({ bytecode }) => bytecode !== undefined).map(({ family }) => `engine/${family}`);
  const pages = ["page/0", "page/1", "page/2"];
  expect(plan.map((step) => step.name)).toEqual([...pages, ...engines, "loupe", "renderer", "factory"]);
  for (const { name, gas, bytecode } of plan) {
    expect(gas, name).toBeLessThan(TRANSACTION_GAS_CAP);
    expect((bytecode.length - 2) / 2, name).toBeLessThan(49_152);
  }
});

test("arguments are addresses of steps before", () => {
  const engines = [
    { family: "block", bytecode: "0x00", side: 40 },
    { family: "strata", bytecode: undefined, side: 0 },
    { family: "vessel", bytecode: "0x01", side: 41 },
  ] as const;
  const plan = deployPlan({ front: part(MAX_CHUNK + 1), between: part(1), tail: part(2), table: part(3) }, engines);
  const done: string[] = [];
  const addressOf = (name: string): Hex => {
    expect(done).toContain(name);
    return `0x${done.indexOf(name).toString(16).padStart(40, "0")}`;
  };
  const args = plan.map((step) => {
    const given = step.args(addressOf);
    done.push(step.name);
    return given;
  });
  const at = (name: string) => `0x${done.indexOf(name).toString(16).padStart(40, "0")}`;
  expect(done.slice(2)).toEqual(["engine/block", "engine/vessel", "loupe", "renderer", "factory"]);
  expect(args[4]).toEqual([[at("engine/block"), `0x${"0".repeat(40)}`, at("engine/vessel")]]);
  const bytes = ["0xff", "0xffff", "0xffffff"];
  expect(args[5]).toEqual([[at("page/0"), at("page/1")], ...bytes, at("loupe"), `0x280029${"00".repeat(29)}`]);
  expect(args[6]).toEqual([at("renderer")]);
});
