/** The language of engines on a chain: each construct does there what it does in JavaScript. */
import { createRequire } from "node:module";
import { join } from "node:path";
import { seeded } from "@carrara/base/random";
import { type Hex, hexToBigInt, toHex } from "viem";
import { afterAll, beforeAll, expect, test } from "vitest";
import { lower } from "../../art/tool/kernel/lower.ts";
import { HEAP, yulProgram } from "../../art/tool/kernel/yul.ts";
import { type BenchChain, openChain } from "./bench-chain.ts";
import { languageOf } from "./language.fixture.ts";

const compiler: { compile(input: string): string } = createRequire(import.meta.url)("solc");
let chain: BenchChain;
beforeAll(async () => {
  chain = await openChain();
});
afterAll(() => chain?.stop());

test("the language of engines says on a chain what it says in JavaScript", { timeout: 120_000 }, async () => {
  const files = [join(import.meta.dirname, "language.fixture.ts")];
  const wraps = ["languageOf", "next", "bitsOf"];
  const program = lower({ files, tables: {}, word: 32, wraps }, "languageOf");
  const { functions, start, data, free, nameOf } = yulProgram(program, new Set(), new Set());
  const code = `{
mstore(${HEAP}, memoryguard(${free}))
${start}
mstore(0, ${nameOf(program.entry)}(calldataload(0)))
return(0, 32)
}
${functions}`;
  const yul = `object "language" {
code { datacopy(0, dataoffset("runtime"), datasize("runtime")) return(0, datasize("runtime")) }
object "runtime" { code { ${code} } data "tables" hex"${data}" }
}`;
  const to = "0x00000000000000000000000000000000000e3000";
  // With the optimizer and without, whose orders of evaluation may differ.
  for (const enabled of [true, false]) {
    const { data: runtime } = await chain.client.call({ data: compiled(yul, enabled) });
    await chain.client.setCode({ address: to, bytecode: runtime! });
    const random = seeded(8);
    const seen = new Set<number>();
    for (let i = 0; i < 100; i++) {
      const seed = i < 10 ? i - 5 : random.u32() | 0;
      const { data: found } = await chain.client.call({
        to,
        data: toHex(BigInt.asUintN(256, BigInt(seed)), { size: 32 }),
      });
      const value = Number(BigInt.asIntN(256, hexToBigInt(found!)));
      seen.add(value);
      expect(value, `seed ${seed}, optimizer ${enabled}`).toBe(languageOf(seed));
    }
    expect(seen.size).toBeGreaterThan(95);
  }
});

function compiled(yul: string, enabled: boolean): Hex {
  const settings = {
    evmVersion: "osaka",
    optimizer: enabled ? { enabled, details: { yul: true, yulDetails: { stackAllocation: true } } } : { enabled },
    outputSelection: { "*": { "*": ["evm.bytecode.object"] } },
  };
  const input = { language: "Yul", sources: { language: { content: yul } }, settings };
  const { errors = [], contracts } = JSON.parse(compiler.compile(JSON.stringify(input)));
  expect(errors.filter(({ severity }: { severity: string }) => severity === "error")).toEqual([]);
  return `0x${contracts.language.language.evm.bytecode.object}`;
}
