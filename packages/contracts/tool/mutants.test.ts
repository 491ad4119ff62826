import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { forge, root } from "./forge.ts";
import { instrument, mutantsOf, mutated, type Node, switches } from "./mutants.ts";
import { survivors } from "./survivors.ts";

const compiler: { compile(input: string): string } = createRequire(import.meta.url)("solc");
const folder = mkdtempSync(join(tmpdir(), "carrara-mutants-test-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** One of everything that there is a rule for; the sign outside ASCII moves bytes away from characters. */
const SAMPLE = `// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

// Größe
contract Sample {
    uint256 private constant MOST = 40;
    uint256[2] private kept;
    error TooMany(uint256 x, uint256 most);
    error Zero();

    function checks(uint256 x) public pure returns (uint256 y) {
        if (x > MOST || x == 1 << 5) revert TooMany(x, MOST);
        if (x < 2 || x == 7 && x != 9) revert Zero();
        y = x >= 20 ? x - 3 : x + 2 minutes;
        if (!odd(x)) y *= 2;
        else y /= 3;
        unchecked {
            for (uint256 i = 1; i < 5; ++i) y += 1 << i;
        }
        while (y % 5 != 0) --y;
    }

    function odd(uint256 x) internal pure returns (bool is_) {
        if (x == 11) return true;
        is_ = x & 1 == 1;
        if (x == 12) {
            is_ = true;
            return is_;
        }
    }

    function types(uint256 x) public pure returns (address a, bytes4 b, uint8 c, bytes32 d) {
        a = x == 3 ? address(0) : address(uint160(x << 8 | 5));
        b = bytes4(uint32(x)) | 0x00000010;
        c = uint8(x >> 1 ^ 6);
        d = ~bytes32(x);
    }

    function state(uint256 x) public returns (uint256) {
        kept[0] = x;
        kept[x & 1] += 4;
        return sum();
    }

    function sum() internal view returns (uint256) {
        return kept[0] + kept[1];
    }

    function yul(uint256 x) public pure returns (uint256 y) {
        assembly ("memory-safe") {
            mstore(0x00, x)
            y := add(mload(0x00), 3)
            if lt(y, 10) { y := mul(y, 2) }
            if iszero(and(x, 1)) { y := shl(2, y) }
            if byte(31, x) { y := xor(y, 5) }
            for { let i := 0 } lt(i, 3) { i := add(i, 1) } { y := sub(y, i) }
            if gt(y, 300) { revert(0, 0) }
        }
    }
}
`;

const mutants = mutantsOf([{ file: "Sample.sol", text: SAMPLE, ast: tree(SAMPLE) }], ["Sample.sol"]);

test("every rule finds its faults, and names them by what they change", () => {
  expect(mutants.map(({ line, key }) => `${line} ${key.slice("Sample.sol ".length)}`).join("\n")).toMatchSnapshot();
  expect(new Set(mutants.map(({ key }) => key)).size).toBe(mutants.length);
  expect(mutantsOf([{ file: "Sample.sol", text: SAMPLE, ast: tree(SAMPLE) }], ["Other.sol"])).toEqual([]);
});

test("a mutant is the file with one change, also behind signs of several bytes", () => {
  const mutant = mutants.find(({ key }) => key.endsWith(": x > MOST => (x) >= (MOST)"));
  if (mutant === undefined) throw new Error("no such mutant");
  expect(mutated(SAMPLE, mutant)).toBe(SAMPLE.replace("x > MOST", "((x) >= (MOST))"));
});

test("a switch that is on does what the changed file does, and all of them off what the file does", () => {
  const numbered = new Map(mutants.map((mutant, place) => [place + 1, mutant]));
  const whole = instrument(SAMPLE, numbered, "./Mutant.sol");
  for (const part of ["src", "test"]) mkdirSync(join(folder, part), { recursive: true });
  writeFileSync(join(folder, "src/Mutant.sol"), switches);
  writeFileSync(join(folder, "src/Sample.sol"), whole.text);
  writeFileSync(join(folder, "src/Sample0.sol"), SAMPLE.replace("contract Sample", "contract Sample0"));
  const names = ["Sample0"];
  for (const [id, mutant] of numbered) {
    const text = mutated(SAMPLE, mutant);
    if (!compiles(text)) continue;
    names.push(`Sample${id}`);
    writeFileSync(join(folder, `src/Sample${id}.sol`), text.replace("contract Sample", `contract Sample${id}`));
  }
  const broken = [...numbered].filter(([id]) => !names.includes(`Sample${id}`)).map(([, { key }]) => key);
  // A place behind the end of a fixed array: the compiler refuses it, and the switch panics.
  expect(broken).toEqual(["Sample.sol Sample.sum: 1 => 1 + 1"]);
  writeFileSync(join(folder, "test/Twins.t.sol"), twins(names));
  writeFileSync(join(folder, "foundry.toml"), settings());
  const run = forge(["test", "--json", "--root", folder], { FOUNDRY_OUT: "out", FOUNDRY_CACHE_PATH: "cache" });
  expect(run.stdout, run.stderr).toContain('"status":"Success"');
  const results: Record<string, { reason: string | null }> = JSON.parse(run.stdout)["test/Twins.t.sol:TwinsTest"]
    .test_results;
  const differing = Object.entries(results).flatMap(([name, { reason }]) => {
    const key = numbered.get(Number(/\d+/.exec(name)?.[0]))?.key ?? "none";
    return reason === null ? [] : [`${key}: ${reason}`];
  });
  expect(differing).toEqual([]);
}, 300_000);

test("README.md shows what no test can notice, and why", () => {
  const cell = (text: string) => text.replaceAll("|", "\\|");
  const rows = Object.entries(survivors).map(([key, reason]) => {
    const [, name, change] = /^\S+ (.*?): (.*)$/.exec(key) ?? [];
    return `| \`${name}\` | \`${cell(change ?? key)}\` | ${reason} |`;
  });
  const table = ["| in | change | why no test can tell |", "| --- | --- | --- |", ...rows].join("\n");
  expect(readFileSync(join(root, "README.md"), "utf8")).toContain(table);
});

/** Calls each function of both forms with inputs on both sides of every bound, and compares results and refusals. */
function twins(names: readonly string[]): string {
  const cases = names.map((name) => {
    const id = Number(name.slice("Sample".length));
    return `    function test_${id}() external { _same(address(uint160(${id}) << 96), address(new ${name}())); }`;
  });
  return `pragma solidity 0.8.37;
import {Sample} from "../src/Sample.sol";
${names.map((name) => `import {${name}} from "../src/${name}.sol";`).join("\n")}
interface Vm { function coinbase(address) external; }
contract TwinsTest {
    Vm private constant vm = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));
    error Differ(uint256 x, bytes4 selector, bytes found, bytes wanted);
    function _same(address on, address plain) private {
        vm.coinbase(on);
        address switched = address(new Sample());
        for (uint256 x; x < 45; ++x) {
            _compare(switched, plain, x, Sample.checks.selector);
            _compare(switched, plain, x, Sample.types.selector);
            _compare(switched, plain, x, Sample.state.selector);
            _compare(switched, plain, x * 3, Sample.yul.selector);
        }
    }
    function _compare(address switched, address plain, uint256 x, bytes4 selector) private {
        bytes memory data = abi.encodeWithSelector(selector, x);
        (bool done, bytes memory found) = switched.call{gas: 1e6}(data);
        (bool did, bytes memory wanted) = plain.call{gas: 1e6}(data);
        if (done != did || keccak256(found) != keccak256(wanted)) revert Differ(x, selector, found, wanted);
    }
${cases.join("\n")}
}
`;
}

function settings(): string {
  const wrapper = join(folder, "solc");
  writeFileSync(wrapper, `#!/bin/sh\nexec '${process.execPath}' '${join(root, "tool/solc.mjs")}' "$@"\n`);
  chmodSync(wrapper, 0o755);
  return `[profile.default]\nsolc = "${wrapper}"\noffline = true\nevm_version = "osaka"\noptimizer = false\n`;
}

function tree(text: string): Node {
  return output(text).sources["Sample.sol"].ast;
}

function compiles(text: string): boolean {
  return !(output(text).errors ?? []).some(({ severity }: { severity: string }) => severity === "error");
}

function output(text: string) {
  return JSON.parse(
    compiler.compile(
      JSON.stringify({
        language: "Solidity",
        sources: { "Sample.sol": { content: text } },
        settings: { evmVersion: "osaka", outputSelection: { "*": { "": ["ast"] } } },
      }),
    ),
  );
}
