import { bitcoinContract } from "@carrara/core/ports/bitcoin.contract";
import { sha256d } from "@carrara/mining/hash";
import { connectBtcNode } from "./rpc.ts";
import { scryptWork } from "./test/litecoind.ts";

/** Any node on regtest: `BTC_RPC_URL=http://127.0.0.1:18443 BTC_RPC_COOKIE=~/.bitcoin/regtest/.cookie npm test`. */
const { BTC_RPC_URL, BTC_RPC_COOKIE } = process.env;

bitcoinContract(
  "the node at BTC_RPC_URL",
  async () => {
    const node = await connectBtcNode({ url: BTC_RPC_URL!, auth: { cookieFile: BTC_RPC_COOKIE! } });
    // The suite mines, spends and takes blocks back: never on a chain that anybody values.
    if (node.chain.chain !== "regtest") throw new Error(`${BTC_RPC_URL} is on ${node.chain.chain}, not on regtest.`);
    return { node, work: node.chain.algorithm === "scrypt" ? scryptWork : sha256d, close: async () => {} };
  },
  BTC_RPC_URL && BTC_RPC_COOKIE ? undefined : "BTC_RPC_URL and BTC_RPC_COOKIE do not name a regtest node",
);
