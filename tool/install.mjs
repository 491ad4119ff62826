// Brings node_modules to what package-lock.json says, and with --web the built pages to what packages/web says.
// Plain JavaScript without imports but Node's own: it runs before anything is installed, on the host's Node (20 or newer).
//
// Why not `npm ci`: a lock made where the registry lacks other platforms' binary packages fails there (anvil, forge, Biome).
// Why twice on an old host: npm skips optional packages that want a newer Node without a word; so when the host is older
// than the pinned Node, everything is installed again under the Node that the first pass brought.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const modules = join(root, "node_modules");
const pinned = join(modules, "node", "bin", process.platform === "win32" ? "node.exe" : "node");

if (Number(process.versions.node.split(".")[0]) < 20) {
  fail(`Carrara needs Node 20 or newer to install itself; this is ${process.version}.`, "Install Node 20, 22 or 24.");
}
install();
if (process.argv.includes("--web")) buildWeb();

function install() {
  const manifests = [
    "package.json",
    "package-lock.json",
    ".npmrc",
    ...readdirSync(join(root, "packages")).map((name) => `packages/${name}/package.json`),
  ];
  const stamp = digest(
    manifests.map((name) => join(root, name)),
    `${process.platform}-${process.arch}`,
  );
  const stampFile = join(modules, ".carrara-install");
  if (read(stampFile) === stamp && existsSync(pinned)) return;
  console.error("Installing what Carrara needs (about half a minute, once) ...");
  const started = Date.now();
  npm(process.execPath);
  if (!existsSync(pinned))
    fail("The npm package `node` brought no binary.", "Run `npm install` here and read what it says.");
  if (majorOf(process.version) < majorOf(versionOf(pinned))) npm(pinned);
  // The lock may have gained this platform's entries; what counts is the state after the installation.
  writeFileSync(
    stampFile,
    digest(
      manifests.map((name) => join(root, name)),
      `${process.platform}-${process.arch}`,
    ),
  );
  console.error(`Installed in ${Math.round((Date.now() - started) / 1000)} s.`);
}

/** Runs `npm install` under the given Node, with its own output only when it fails. */
function npm(node) {
  const cli = process.env.npm_execpath;
  const args = ["install", "--no-audit", "--no-fund", "--loglevel=error"];
  const env = {
    ...process.env,
    PATH: `${dirname(node)}${process.platform === "win32" ? ";" : ":"}${process.env.PATH}`,
  };
  const done =
    cli && /\.c?js$/.test(cli)
      ? spawnSync(node, [cli, ...args], { cwd: root, env, encoding: "utf8" })
      : spawnSync("npm", args, { cwd: root, env, encoding: "utf8", shell: process.platform === "win32" });
  if (done.status !== 0) {
    fail(
      `npm install failed:\n${done.stdout ?? ""}${done.stderr ?? done.error ?? ""}`.trim(),
      "Mend what npm names (network, disk, permissions) and run the same command again; nothing is half done.",
    );
  }
}

function buildWeb() {
  const web = join(root, "packages", "web");
  const sources = ["web", "api", "art", "base"].flatMap((name) => files(join(root, "packages", name, "src")));
  const extra = ["index.html", "vite.config.ts", "package.json"].map((name) => join(web, name)).filter(existsSync);
  const stamp = digest([...sources, ...extra], read(join(modules, ".carrara-install")) ?? "");
  const stampFile = join(web, "dist", ".stamp");
  if (read(stampFile) === stamp) return;
  console.error("Building the pages ...");
  const vite = join(modules, "vite", "bin", "vite.js");
  const done = spawnSync(pinned, [vite, "build", "--logLevel", "error"], { cwd: web, encoding: "utf8" });
  if (done.status !== 0)
    fail(`The pages could not be built:\n${done.stdout}${done.stderr}`, "Run `npm run check` to see the fault.");
  mkdirSync(dirname(stampFile), { recursive: true });
  writeFileSync(stampFile, stamp);
}

function files(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !/\.(test|bench|contract)\.tsx?$/.test(entry.name))
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .sort();
}

/** One hash over names and contents; what is missing counts as missing. */
function digest(names, more) {
  const hash = createHash("sha256").update(more);
  for (const name of names) {
    hash.update(`\0${name.slice(root.length)}\0`);
    if (existsSync(name) && statSync(name).isFile()) hash.update(readFileSync(name));
  }
  return hash.digest("hex");
}

function read(name) {
  return existsSync(name) ? readFileSync(name, "utf8") : undefined;
}

function versionOf(node) {
  return spawnSync(node, ["--version"], { encoding: "utf8" }).stdout.trim();
}

function majorOf(version) {
  return Number(version.replace("v", "").split(".")[0]);
}

function fail(what, mend) {
  console.error(`${what}\n${mend}`);
  process.exit(1);
}
