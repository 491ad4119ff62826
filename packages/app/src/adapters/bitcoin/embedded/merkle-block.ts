/**
 * CMerkleBlock: a header with a partial merkle tree that proves some of its transactions (BIP 37; Core's merkleblock.cpp).
 * @module
 */
import { concat, equal } from "@carrara/base/bytes";
import { type Hash, sha256d } from "@carrara/mining/hash";
import { decodeHeader, HEADER_SIZE } from "@carrara/mining/header";
import { createReader, encodeU32, encodeVarbytes, encodeVarint } from "@carrara/mining/varint";

/**
 * The proof that the leaves at `wanted` are in the tree of `ids`.
 * @param header the block's 80 bytes
 * @param ids all transaction ids, internal order
 */
export function encodeMerkleBlock(
  header: Uint8Array,
  ids: readonly Uint8Array[],
  wanted: ReadonlySet<number>,
  hash: Hash = sha256d,
): Uint8Array {
  const levels: Uint8Array[][] = [[...ids]];
  for (let level = levels[0]!; level.length > 1; level = levels.at(-1)!) {
    levels.push(
      Array.from({ length: Math.ceil(level.length / 2) }, (_, i) =>
        hash(concat(level[2 * i]!, level[2 * i + 1] ?? level[2 * i]!)),
      ),
    );
  }
  const bits: boolean[] = [];
  const hashes: Uint8Array[] = [];
  const walk = (height: number, place: number): void => {
    const first = place << height;
    let holds = false;
    for (let leaf = first; leaf < first + (1 << height) && leaf < ids.length; leaf++) holds ||= wanted.has(leaf);
    bits.push(holds);
    if (height === 0 || !holds) {
      hashes.push(levels[height]![place]!);
      return;
    }
    walk(height - 1, 2 * place);
    if (2 * place + 1 < levels[height - 1]!.length) walk(height - 1, 2 * place + 1);
  };
  walk(levels.length - 1, 0);
  const flags = new Uint8Array(Math.ceil(bits.length / 8));
  for (const [index, bit] of bits.entries()) if (bit) flags[index >> 3]! |= 1 << (index & 7);
  return concat(header, encodeU32(ids.length), encodeVarint(hashes.length), ...hashes, encodeVarbytes(flags));
}

/** What a proof proves. */
export interface MerkleProof {
  header: Uint8Array;
  /** Number of transactions that it claims for the block. */
  total: number;
  /** Proven ids, internal order, and their places. */
  ids: Uint8Array[];
  places: number[];
}

/**
 * Reads a proof and folds it up to its header's root.
 * @returns undefined when it is malformed or does not fold to the root (Core's ExtractMatches gives 0 then).
 * @throws errors of mining's reader when the bytes end early.
 */
export function readMerkleBlock(bytes: Uint8Array, hash: Hash = sha256d): MerkleProof | undefined {
  const header = bytes.slice(0, HEADER_SIZE);
  const { merkleRoot } = decodeHeader(header);
  const reader = createReader(bytes, HEADER_SIZE);
  const total = reader.u32();
  const hashes = Array.from({ length: reader.varint() }, () => reader.bytes(32));
  const flags = reader.varbytes();
  reader.end();
  // A block holds at most 4,000,000 / (4 * 60) transactions, and a proof no more hashes than those.
  if (total === 0 || total > 16_666 || hashes.length > total || flags.length * 8 < hashes.length) return undefined;
  let bitsUsed = 0;
  let hashesUsed = 0;
  let bad = false;
  const ids: Uint8Array[] = [];
  const places: number[] = [];
  const width = (height: number) => Math.ceil(total / 2 ** height);
  const walk = (height: number, place: number): Uint8Array => {
    if (bitsUsed >= flags.length * 8) bad = true;
    if (bad) return EMPTY;
    const holds = ((flags[bitsUsed >> 3]! >> (bitsUsed & 7)) & 1) === 1;
    bitsUsed++;
    if (height === 0 || !holds) {
      const found = hashes[hashesUsed++];
      if (!found) bad = true;
      else if (height === 0 && holds) {
        ids.push(found);
        places.push(place);
      }
      return found ?? EMPTY;
    }
    const left = walk(height - 1, 2 * place);
    const hasRight = 2 * place + 1 < width(height - 1);
    const right = hasRight ? walk(height - 1, 2 * place + 1) : left;
    // CVE-2012-2459: two equal children are never a real pair.
    if (hasRight && equal(left, right)) bad = true;
    return hash(concat(left, right));
  };
  let height = 0;
  while (width(height) > 1) height++;
  const root = walk(height, 0);
  const wholeUsed = Math.ceil(bitsUsed / 8) === flags.length && hashesUsed === hashes.length;
  return bad || !wholeUsed || !equal(root, merkleRoot) ? undefined : { header, total, ids, places };
}

const EMPTY = new Uint8Array(32);
