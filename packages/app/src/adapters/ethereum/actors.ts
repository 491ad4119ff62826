/**
 * The three accounts that act on the embedded chain. Their keys are printed by every anvil and hardhat in the world
 * ("test test test test test test test test test test test junk", m/44'/60'/0'/0/n): whoever sends real money to one of
 * them has lost it. They sign for chain 31337 only.
 * @module
 */
import { type Address, address } from "@carrara/base/units";
import type { Actor, ActorName } from "@carrara/core/ports/ethereum";
import { privateKeyToAccount } from "viem/accounts";

/** The chain id of every development chain; no public network has it. */
export const EMBEDDED_CHAIN_ID = 31337;

// The keys and not the mnemonic: deriving them takes 2,048 rounds of PBKDF2.
const KEYS: Record<ActorName, `0x${string}`> = {
  artist: "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80",
  miner: "0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d",
  collector: "0x5de4111afa1a4b94908f83103eb1f1706367c2e68ca870fc3fb9a804cdab365a",
};

/** Artist, miner and collector: accounts 0, 1 and 2. */
export function developmentActors(): Actor[] {
  return (["artist", "miner", "collector"] as const).map((name) => {
    const account = privateKeyToAccount(KEYS[name]);
    return {
      name,
      address: address(account.address) as Address,
      async signTransaction(tx) {
        embeddedOnly(tx.chainId);
        return account.signTransaction({ type: "eip1559", ...tx });
      },
      async signTypedData(data) {
        embeddedOnly(data.domain.chainId);
        return account.signTypedData(data);
      },
    };
  });
}

function embeddedOnly(chainId: number): void {
  if (chainId !== EMBEDDED_CHAIN_ID)
    throw new RangeError(`a development account signs for ${EMBEDDED_CHAIN_ID}, not ${chainId}`);
}
