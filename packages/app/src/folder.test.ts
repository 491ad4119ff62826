import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { FolderHeldError, FolderUnusableError, holdFolder } from "./folder.ts";

const root = mkdtempSync(join(tmpdir(), "carrara-folder-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

test("a folder is held by one node and freed by its end", () => {
  const folder = join(root, "a");
  const held = holdFolder(folder);
  held.announce("http://127.0.0.1:1");
  expect(existsSync(join(folder, "node.json"))).toBe(true);
  held.release();
  expect(existsSync(join(folder, "node.json"))).toBe(false);
  holdFolder(folder).release();
});

test("a folder whose node still runs is refused, with its number", () => {
  const folder = join(root, "b");
  holdFolder(folder).release();
  // The parent of this process runs and is a node.
  writeFileSync(join(folder, "node.pid"), String(process.ppid));
  expect(() => holdFolder(folder)).toThrow(FolderHeldError);
});

test("the lock of a node that was killed is taken over", () => {
  const folder = join(root, "c");
  holdFolder(folder).release();
  writeFileSync(join(folder, "node.pid"), "999999999");
  holdFolder(folder).release();
  writeFileSync(join(folder, "node.pid"), "");
  holdFolder(folder).release();
});

test("a folder that cannot be made says what to do", () => {
  writeFileSync(join(root, "file"), "");
  expect(() => holdFolder(join(root, "file", "below"))).toThrow(FolderUnusableError);
  chmodSync(join(root, "file"), 0o600);
});
