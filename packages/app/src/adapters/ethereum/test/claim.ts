/**
 * Claims for tests: a coinbase with its commitment, a header over it, and a nonce found by trying.
 * @module
 */
import { createHash } from "node:crypto";
import { toHex } from "@carrara/base/bytes";
import type { Address } from "@carrara/base/units";
import type { Store } from "@carrara/core/ports/store";
import { type ClaimRecord, saveClaim } from "@carrara/core/quarry/records";
import { commitment, commitmentScript } from "@carrara/mining/commitment";
import { encodeHeader } from "@carrara/mining/header";
import { foldLeft } from "@carrara/mining/merkle";
import type { ForgeTerms } from "@carrara/mining/stratum/session";
import { hashToNumber, log2Rarity } from "@carrara/mining/target";
import { encodeTx } from "@carrara/mining/transaction";

export const sha256d = (bytes: Uint8Array): Uint8Array => {
  const once = createHash("sha256").update(bytes).digest();
  return new Uint8Array(createHash("sha256").update(once).digest());
};

let extranonce = 0;

/** Work for one collection, recipient and round, whose hash meets `target` (the round's when it is not given). */
export function mineClaim(
  terms: ForgeTerms,
  options: { recipient?: Address; depth?: number; above?: boolean; outputs?: Uint8Array[] } = {},
): ClaimRecord {
  const { recipient = terms.owner, depth = 2, above = false } = options;
  const bound = commitmentScript(
    commitment({ chainId: terms.chainId, collection: terms.collection, recipient, anchor: terms.anchor }),
  );
  const scripts = options.outputs ?? [bound];
  const coinbase = encodeTx(
    {
      version: 2,
      inputs: [
        {
          prevHash: new Uint8Array(32),
          prevIndex: 0xffffffff,
          script: Uint8Array.of(3, 1, 2, 3, 4, ++extranonce & 255, (extranonce >> 8) & 255, 0),
          sequence: 0xffffffff,
          witness: [],
        },
      ],
      outputs: [
        { value: 5_000_000_000n, script: Uint8Array.of(0, 20, ...new Uint8Array(20).fill(7)) },
        ...scripts.map((script) => ({ value: 0n, script })),
      ],
      lockTime: 0,
    },
    { witness: false },
  );
  const branch = Array.from({ length: depth }, (_, i) => sha256d(Uint8Array.of(i, extranonce & 255)));
  const merkleRoot = foldLeft(sha256d(coinbase), branch, sha256d);
  for (let nonce = 0; ; nonce++) {
    const header = encodeHeader({
      version: 0x20000000,
      prevHash: new Uint8Array(32).fill(9),
      merkleRoot,
      time: 1_795_000_000,
      bits: 0x207fffff,
      nonce,
    });
    const hash = sha256d(header);
    const id = hashToNumber(hash);
    if (id <= terms.target === above) continue;
    return {
      tokenId: id.toString(16).padStart(64, "0"),
      collection: terms.collection,
      round: terms.round,
      recipient,
      anchor: toHex(terms.anchor),
      header,
      coinbase,
      branch,
      worker: "bcrt1qtest.cpu",
      time: Date.now(),
      log2: log2Rarity(hash),
    };
  }
}

/** The same, kept in the store as the pool keeps it. */
export async function storeClaim(
  store: Store,
  terms: ForgeTerms,
  options?: Parameters<typeof mineClaim>[1],
): Promise<ClaimRecord> {
  const claim = mineClaim(terms, options);
  await saveClaim(store, claim);
  return claim;
}
