import { bitcoinContract } from "@carrara/core/ports/bitcoin.contract";
import { findLitecoind, scryptWork, startLitecoind } from "./test/litecoind.ts";

const binary = findLitecoind();

bitcoinContract(
  "litecoind",
  async () => {
    const { node, close } = await startLitecoind(binary!);
    return { node, work: scryptWork, close };
  },
  binary === undefined ? "litecoind is not on the PATH (Debian: apt-get install litecoind)" : undefined,
);
