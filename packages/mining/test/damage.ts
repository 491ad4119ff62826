/**
 * Ways to damage a proof of payment, and to deceive with one: each with a name that says what was done.
 * @module
 */
import { concat, fromHex } from "@carrara/base/bytes";
import { type Random, seeded } from "@carrara/base/random";
import { sha256d } from "../src/hash.ts";
import type { SpvProof } from "../src/spv.ts";
import { stripWitness } from "../src/transaction.ts";
import { payment, proofOf } from "./spv.ts";

/** A proof and what was done to it. */
export type Mutant = [name: string, proof: SpvProof];

/** Every proof that differs from this one in a single bit of one field. */
export function* bitFlips(proof: SpvProof): Generator<Mutant> {
  for (const field of ["headers", "transaction", "coinbasePreimage"] as const) {
    for (const [bit, bytes] of flips(proof[field])) yield [`${field} bit ${bit}`, { ...proof, [field]: bytes }];
  }
  for (let bit = 0n; bit < 256n; bit++) yield [`index bit ${bit}`, { ...proof, index: proof.index ^ (1n << bit) }];
  for (const field of ["branch", "coinbaseBranch"] as const) {
    for (const [place, node] of proof[field].entries()) {
      for (const [bit, bytes] of flips(node)) {
        yield [`${field} ${place} bit ${bit}`, { ...proof, [field]: proof[field].with(place, bytes) }];
      }
    }
  }
}

function* flips(bytes: Uint8Array): Generator<[bit: number, flipped: Uint8Array]> {
  for (let bit = 0; bit < 8 * bytes.length; bit++) {
    const flipped = bytes.slice();
    flipped[bit >> 3]! ^= 1 << (bit & 7);
    yield [bit, flipped];
  }
}

/** Every proof of which a part is cut, longer, in another place, or deeper than the tree. */
export function* reshaped(proof: SpvProof): Generator<Mutant> {
  const { headers, transaction, branch, coinbaseBranch, index } = proof;
  const node = sha256d(Uint8Array.of(4));
  for (const field of ["headers", "transaction"] as const) {
    const bytes = proof[field];
    for (let length = 0; length < bytes.length; length++) {
      yield [`${field} cut to ${length}`, { ...proof, [field]: bytes.subarray(0, length) }];
    }
    for (let more = 1; more <= 81; more++) {
      yield [`${field} and ${more} zeros`, { ...proof, [field]: concat(bytes, new Uint8Array(more)) }];
    }
  }
  for (let at = 0; at < headers.length; at += 80) {
    const [before, header, after] = [headers.subarray(0, at), headers.subarray(at, at + 80), headers.subarray(at + 80)];
    yield [`header at ${at} left out`, { ...proof, headers: concat(before, after) }];
    yield [`header at ${at} twice`, { ...proof, headers: concat(before, header, header, after) }];
    yield [`header at ${at} last`, { ...proof, headers: concat(before, after, header) }];
  }
  for (const field of ["branch", "coinbaseBranch"] as const) {
    const nodes = proof[field];
    for (let place = 0; place <= nodes.length; place++) {
      yield [`${field} without ${place}`, { ...proof, [field]: nodes.toSpliced(place, 1) }];
      yield [`${field} with one more at ${place}`, { ...proof, [field]: nodes.toSpliced(place, 0, node) }];
      yield [`${field} cut to ${place}`, { ...proof, [field]: nodes.slice(0, place) }];
    }
    yield [`${field} turned around`, { ...proof, [field]: nodes.toReversed() }];
  }
  const higher = { ...proof, branch: branch.slice(1), coinbaseBranch: coinbaseBranch.slice(1) };
  yield ["branches in each other's place", { ...proof, branch: coinbaseBranch, coinbaseBranch: branch }];
  yield ["both branches one higher", higher];
  yield ["both branches one higher, and the index", { ...higher, index: index >> 1n }];
  for (const depth of [32, 33, 255, 256, 257]) {
    const nodes = Array.from({ length: depth }, (_, i) => branch[i] ?? node);
    const others = Array.from({ length: depth }, (_, i) => coinbaseBranch[i] ?? node);
    for (const place of [index, (1n << 256n) - 1n, 1n << BigInt(branch.length)]) {
      yield [`index ${place} in ${depth} levels`, { ...proof, index: place, branch: nodes, coinbaseBranch: others }];
    }
  }
  for (let bit = 0n; bit < 256n; bit++) yield [`index 2^${bit}`, { ...proof, index: 1n << bit }];
  for (const place of [0n, index - 1n, index + 1n, (1n << 256n) - 1n]) {
    yield [`index ${place}`, { ...proof, index: place }];
  }
  yield ["the transaction's hash for the coinbase's", { ...proof, coinbasePreimage: sha256d(transaction) }];
}

/** Transactions that are none, or of a form that does not count, each in a block of its own whose work is true. */
export function* deceits(): Generator<Mutant> {
  const honest = stripWitness(payment());
  const bytes: [string, Uint8Array][] = [["the honest one", honest]];
  bytes.push(["the witness form", payment()]);
  bytes.push(["the witness form without its marker", concat(payment().subarray(0, 4), payment().subarray(6))]);
  for (const fill of [0, 1, 0xff]) bytes.push([`64 bytes of ${fill}`, new Uint8Array(64).fill(fill)]);
  bytes.push(["two nodes", concat(sha256d(Uint8Array.of(5)), sha256d(Uint8Array.of(6)))]);
  bytes.push(["100,000 zeros", new Uint8Array(100_000)], ["100,001 zeros", new Uint8Array(100_001)]);
  for (let length = 0; length < honest.length; length++) bytes.push([`cut to ${length}`, honest.subarray(0, length)]);
  for (let more = 1; more <= 40; more++) {
    bytes.push([`with ${more} zeros`, concat(honest, new Uint8Array(more))]);
    bytes.push([`with ${more} of ff`, concat(honest, new Uint8Array(more).fill(0xff))]);
  }
  // Each byte is taken for a count somewhere: by the honest walk, or by one led astray.
  const prefixes = ["00", "01", "02", "fc", "fd", "fdfc00", "fdfd00", "fdff00", "fdffff", "fe", "fe02000000"];
  prefixes.push("fe00000100", "ff", "ff0200000000000000", "ffffffffffffffffff");
  for (let at = 0; at < honest.length; at++) {
    const [before, after] = [honest.subarray(0, at), honest.subarray(at + 1)];
    for (const prefix of prefixes) bytes.push([`byte ${at} is ${prefix}`, concat(before, fromHex(prefix), after)]);
  }
  // Ends in the middle of a count, at every distance from the end that a count can have.
  for (let kept = 60; kept < 80; kept++) {
    for (const prefix of prefixes) {
      bytes.push([`${kept} bytes and ${prefix}`, concat(honest.subarray(0, kept), fromHex(prefix))]);
    }
  }
  for (const [name, transaction] of bytes) yield [name, proofOf(transaction)];
  for (const [bit, transaction] of flips(honest)) yield [`bit ${bit} in a tree over it`, proofOf(transaction)];
}

/** As many proofs with one to four random changes, the same for the same seed. */
export function* atRandom(proof: SpvProof, seed: number, count: number): Generator<Mutant> {
  const random = seeded(seed);
  for (let number = 0; number < count; number++) {
    let mutant = proof;
    for (let changes = 1 + random.below(4); changes > 0; changes--) mutant = changed(mutant, random);
    yield [`random ${number} of seed ${seed}`, mutant];
  }
}

function changed(proof: SpvProof, random: Random): SpvProof {
  const bytes = Uint8Array.from({ length: random.below(5) }, () => pick(random, [random.below(256), ...MARKS]));
  const out = pick(random, [0, 0, 1, 1, 1, 2, 8, 32, 80]);
  const spliced = (from: Uint8Array) => {
    const at = random.below(from.length + 1);
    return concat(from.subarray(0, at), bytes, from.subarray(at + out));
  };
  const nodes = (from: readonly Uint8Array[]) =>
    from.toSpliced(
      random.below(from.length + 1),
      out % 3,
      ...Array.from(bytes, (byte) => sha256d(Uint8Array.of(byte))),
    );
  return pick(random, [
    () => ({ ...proof, headers: spliced(proof.headers) }),
    () => ({ ...proof, transaction: spliced(proof.transaction) }),
    () => proofOf(spliced(proof.transaction)),
    () => ({ ...proof, index: BigInt(random.below(1 << random.below(20))) }),
    () => ({ ...proof, branch: nodes(proof.branch) }),
    () => ({ ...proof, coinbaseBranch: nodes(proof.coinbaseBranch) }),
    () => ({ ...proof, coinbasePreimage: sha256d(bytes) }),
  ])();
}

/** Bytes that mean something where a count is read. */
const MARKS = [0, 1, 0xfc, 0xfd, 0xfe, 0xff];

function pick<T>(random: Random, values: readonly T[]): T {
  return values[random.below(values.length)]!;
}
