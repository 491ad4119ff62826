/**
 * Proof by instruments that no sum, product or shift of the pixel path leaves int32, no quotient has a zero divisor and no
 * operand is a fraction: the renderer is bundled with every arithmetic operator replaced by one that looks.
 */
import { fileURLToPath } from "node:url";
import { fromHex } from "@carrara/base/bytes";
import { build, type Plugin, parseAst } from "vite";
import { expect, test } from "vitest";

/** Hashes and halves.ts wrap on purpose; style checks and recipes are not in the pixel path. */
const WATCHED = /packages\/art\/src\/(integer|colour|field|net|noise|render|families|family\/\w+)\.ts$/;

interface Node {
  type: string;
  start: number;
  end: number;
  operator?: string;
  left?: Node;
  right?: Node;
  callee?: Node;
  arguments?: Node[];
}

test("nothing wraps, nothing is a fraction", { timeout: 300_000 }, async () => {
  const result = await build({
    configFile: false,
    logLevel: "silent",
    plugins: [instruments()],
    build: {
      write: false,
      minify: false,
      target: "esnext",
      lib: { entry: fileURLToPath(new URL("./overflow.fixture.ts", import.meta.url)), formats: ["es"] },
    },
  });
  const [bundle] = Array.isArray(result) ? result : [result];
  if (bundle === undefined || !("output" in bundle)) throw new Error("no bundle");
  const faults = new Map<string, number>();
  let looked = 0;
  let largest = 0;
  Object.assign(globalThis, {
    watchArithmetic: (operator: string, a: unknown, b: unknown, where: string): unknown => {
      if (typeof a !== "number" || typeof b !== "number") {
        // biome-ignore lint/suspicious/noExplicitAny: strings and bigints pass through as they came
        const [x, y] = [a as any, b as any];
        return operator === "+" ? x + y : operator === "-" ? x - y : operator === "*" ? x * y : x / y;
      }
      looked++;
      const exact =
        operator === "+"
          ? a + b
          : operator === "-"
            ? a - b
            : operator === "/"
              ? a / b
              : operator === "<<"
                ? a * 2 ** b
                : a * b;
      const size = Math.abs(exact);
      if (operator !== "/" && size <= 2 ** 31 && size > largest) largest = size;
      const hash = where.startsWith("noise.ts") && (Math.abs(a) > 2 ** 24 || Math.abs(b) > 2 ** 24);
      const bad =
        !Number.isInteger(a) ||
        !Number.isInteger(b) ||
        (operator === "/" ? b === 0 : exact >= 2 ** 31 || exact < -(2 ** 31));
      const signExtension = operator === "<<" && b >= 20;
      if (bad && !hash && !signExtension) {
        const key = `${operator} at ${where}`;
        faults.set(key, (faults.get(key) ?? 0) + 1);
      }
      if (operator === "imul") return Math.imul(a, b);
      return operator === "<<" ? a << b : exact;
    },
  });
  const code = bundle.output[0].code;
  const module = (await import(`data:text/javascript;base64,${Buffer.from(code).toString("base64")}`)) as {
    draw(style: number, seed: Uint8Array): void;
    count: number;
  };
  for (let i = 0; i < module.count; i++) {
    module.draw(i, fromHex((i * 37 + 11).toString(16).padStart(64, "0")));
  }
  expect([...faults.keys()]).toEqual([]);
  expect(looked).toBeGreaterThan(1_000_000);
  expect(largest).toBeGreaterThan(2 ** 26);
});

function instruments(): Plugin {
  return {
    name: "instruments",
    enforce: "post",
    transform(code, id) {
      const file = id.split("?")[0]!;
      if (!WATCHED.test(file)) return null;
      const name = file.split("/").at(-1)!;
      const line = (at: number) => code.slice(0, at).split("\n").length;
      return { code: rewrite(code, parseAst(code).body, name, line), map: null };
    },
  };
}

/** Prints a tree back from its source, operators replaced. */
function rewrite(code: string, body: unknown, name: string, line: (at: number) => number): string {
  const find = (node: unknown, out: Node[]): void => {
    if (Array.isArray(node)) {
      for (const item of node) find(item, out);
      return;
    }
    if (typeof node !== "object" || node === null) return;
    const n = node as Node;
    const imul = n.type === "CallExpression" && code.slice(n.callee!.start, n.callee!.end) === "Math.imul";
    if (imul || (n.type === "BinaryExpression" && ["+", "-", "*", "/", "<<"].includes(n.operator!))) {
      out.push(n);
      return;
    }
    for (const value of Object.values(node)) if (typeof value === "object") find(value, out);
  };
  const print = (from: number, to: number, inside: unknown): string => {
    const found: Node[] = [];
    find(inside, found);
    let text = "";
    let at = from;
    for (const n of found.sort((a, b) => a.start - b.start)) {
      const imul = n.type === "CallExpression";
      const [left, right] = imul ? (n.arguments as [Node, Node]) : [n.left!, n.right!];
      const where = JSON.stringify(`${name}:${line(n.start)} ${code.slice(n.start, n.end).slice(0, 60)}`);
      const a = print(left.start, left.end, [left]);
      const b = print(right.start, right.end, [right]);
      text += `${code.slice(at, n.start)}watchArithmetic("${imul ? "imul" : n.operator}",(${a}),(${b}),${where})`;
      at = n.end;
    }
    return text + code.slice(at, to);
  };
  return print(0, code.length, body);
}
