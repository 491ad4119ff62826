/**
 * Where this computer mines to on the embedded chain, where coin is practice money: the P2WPKH address of the well-known
 * development key (the private key of the miner's account on the embedded Ethereum chain). On a real chain nobody mines
 * to it.
 * @module
 */
import { fromHex } from "@carrara/base/bytes";
import { p2wpkh, TEST_NETWORK } from "@scure/btc-signer";
import { pubECDSA } from "@scure/btc-signer/utils.js";

/** The second key of the well-known mnemonic "test test … junk", as anvil prints it. */
const DEVELOPMENT_KEY = "59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d";
const REGTEST = { ...TEST_NETWORK, bech32: "bcrt" };

/** A bcrt1 address. */
export function developmentPayout(): string {
  const { address } = p2wpkh(pubECDSA(fromHex(DEVELOPMENT_KEY)), REGTEST);
  if (address === undefined) throw new TypeError("a P2WPKH payment has an address");
  return address;
}
