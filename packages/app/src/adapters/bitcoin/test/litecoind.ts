/**
 * Two real nodes for tests: Litecoin Core in regtest, of the Bitcoin Core family, with scrypt as its work.
 * A lone node refuses `getblocktemplate` (-9), so a second one is connected to it; a chain without blocks refuses it too
 * (-10), so one block is made; MWEB, which would be active from height 432 and wants a peg-in, is kept off.
 * @module
 */
import { type ChildProcess, spawn } from "node:child_process";
import { scryptSync } from "node:crypto";
import { accessSync, constants, existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import type { BtcNode } from "@carrara/core/ports/bitcoin";
import { addressOfScript } from "@carrara/mining/address";
import { connectBtcNode } from "../rpc.ts";

/** A running pair; the first is the one to talk to, and no wallet is open on it. */
export interface Litecoind {
  node: BtcNode;
  /** The second, which hears of each block from the first. */
  peer: BtcNode;
  url: string;
  cookieFile: string;
  close(): Promise<void>;
}

/** The binary on the PATH, or undefined. */
export function findLitecoind(): string | undefined {
  const folders = (process.env.PATH ?? "").split(delimiter).filter(Boolean);
  return folders
    .map((folder) => join(folder, "litecoind"))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

/** Litecoin's proof of work by Node's own scrypt, some ten times as fast as the pure one. */
export function scryptWork(header: Uint8Array): Uint8Array {
  return scryptSync(header, header, 32, { N: 1024, r: 1, p: 1 });
}

/** Starts both and waits until a template can be asked for. */
export async function startLitecoind(binary: string): Promise<Litecoind> {
  const folder = mkdtempSync(join(tmpdir(), "carrara-litecoind-"));
  const [p2p, rpc, otherRpc] = await freePorts(3);
  const children = [
    start(binary, join(folder, "a"), rpc!, ["-listen=1", `-bind=127.0.0.1:${p2p}`, "-listenonion=0"]),
    start(binary, join(folder, "b"), otherRpc!, ["-listen=0", `-connect=127.0.0.1:${p2p}`]),
  ];
  const close = async () => {
    await Promise.all(children.map(stop));
    rmSync(folder, { recursive: true, force: true });
  };
  const connected = (child: ChildProcess, url: string, cookieFile: string) =>
    until("it answers", child, async () => {
      if (!existsSync(cookieFile)) return undefined;
      const found = await connectBtcNode({ url, auth: { cookieFile } });
      return (await found.call<number>("getconnectioncount")) > 0 ? found : undefined;
    });
  const cookieOf = (name: string) => join(folder, name, "regtest", ".cookie");
  try {
    const url = `http://127.0.0.1:${rpc}`;
    const cookieFile = cookieOf("a");
    const node = await connected(children[0]!, url, cookieFile);
    const peer = await connected(children[1]!, `http://127.0.0.1:${otherRpc}`, cookieOf("b"));
    await node.call("generatetoaddress", [1, NOBODY]);
    await until("it gives templates", children[0]!, () => node.getBlockTemplate());
    return { node, peer, url, cookieFile, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/**
 * A new wallet of the first node, as a node whose calls that need a wallet are this wallet's.
 * @example const buyer = await openWallet(litecoind, "buyer"); await buyer.call("getnewaddress", ["", "bech32"]);
 */
export async function openWallet({ node, url, cookieFile }: Litecoind, name: string): Promise<BtcNode> {
  await node.call("createwallet", [name]);
  return connectBtcNode({ url: `${url}/wallet/${name}`, auth: { cookieFile } });
}

/** An address of which nobody has the key. */
const NOBODY = addressOfScript(Uint8Array.from([0, 20, ...new Uint8Array(20).fill(9)]), "litecoin-regtest");

function start(binary: string, dataDir: string, rpcPort: number, more: readonly string[]): ChildProcess {
  mkdirSync(dataDir);
  const options = [
    "-regtest",
    "-server",
    `-datadir=${dataDir}`,
    `-rpcport=${rpcPort}`,
    "-rpcbind=127.0.0.1",
    "-rpcallowip=127.0.0.1",
    "-dnsseed=0",
    "-upnp=0",
    "-txindex=1",
    // For wallets: few keys made ahead, payments that may be replaced (BIP125; Litecoin's nodes refuse it by default), a
    // fee where no block has taught one.
    "-keypool=20",
    "-walletrbf=1",
    "-mempoolreplacement=1",
    "-fallbackfee=0.0002",
    "-dbcache=8",
    "-par=1",
    "-printtoconsole=0",
    "-vbparams=mweb:9999999998:9999999999",
  ];
  return spawn(binary, [...options, ...more], { stdio: ["ignore", "ignore", "inherit"] });
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGTERM");
  const hard = setTimeout(() => child.kill("SIGKILL"), 20_000);
  await ended;
  clearTimeout(hard);
}

async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer();
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      return server;
    }),
  );
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

/** Asks every 100 ms for half a minute; a node that is starting refuses in many ways, so the last one is told at the end. */
async function until<T>(what: string, child: ChildProcess, ask: () => Promise<T | undefined>): Promise<T> {
  let last: unknown;
  for (let tries = 0; tries < 300; tries++) {
    if (child.exitCode !== null) throw new Error(`litecoind ended with ${child.exitCode} before ${what}.`);
    try {
      const found = await ask();
      if (found !== undefined) return found;
    } catch (error) {
      last = error;
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`litecoind: waited 30 s until ${what}.`, { cause: last });
}
