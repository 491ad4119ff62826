/**
 * Work and jobs: a block template made ready once for all connections, one connection's job on it, the notify that
 * tells it, and the way back from a share to its header and to the block.
 * @module
 */
import { fromHex, reversed, toHex } from "@carrara/base/bytes";
import { sats } from "@carrara/base/units";
import { buildCoinbase, withWitness } from "../coinbase.ts";
import type { Hash } from "../hash.ts";
import { fromDisplay } from "../hash.ts";
import { coinbaseBranch, foldLeft } from "../merkle.ts";
import { bitsToTarget } from "../target.ts";
import { encodeVarint } from "../varint.ts";

/** Bits 13 to 28: what BIP 320 leaves to miners. BIP 323 (draft) would widen it to 1fffffe0. */
export const DEFAULT_VERSION_MASK = 0x1fffe000;

/** Bytes of the coinbase that no other job of the connection has; see {@link createJob}. */
const JOB_NONCE_SIZE = 4;

/** The mark of the pool in the coinbase. */
const COINBASE_TAG = "/carrara/";

/** `getblocktemplate` (BIP 22, 145): the fields that make a job. */
export interface TemplateFields {
  version: number;
  previousblockhash: string;
  transactions: readonly { data: string; txid: string }[];
  coinbasevalue: number;
  mintime: number;
  curtime: number;
  bits: string;
  height: number;
  default_witness_commitment?: string;
  mweb?: string;
}

/** One template, read once, shared by every connection. Never changed after it is made. */
export interface Work {
  readonly id: number;
  readonly height: number;
  /** The template's version with every rollable bit cleared, so that "rolled bits" and "rolled XOR job" are the same. */
  readonly version: number;
  /** Internal order. */
  readonly prevHash: Uint8Array;
  readonly bits: number;
  /** The chain's target, from bits. */
  readonly target: bigint;
  /** Seconds, from the template. */
  readonly mintime: number;
  readonly curtime: number;
  /** Our clock when the template came, ms. */
  readonly receivedAt: number;
  readonly value: bigint;
  /** The output script of BIP 141, absent before segwit is active. */
  readonly witnessCommitment: Uint8Array | undefined;
  /** Siblings of the coinbase, internal order. */
  readonly branch: readonly Uint8Array[];
  /** Every other transaction, hex, as the block holds it. */
  readonly transactions: readonly string[];
  /** Litecoin's extension block, hex. */
  readonly mweb: string | undefined;
  /** Parts of the notify that all connections share, as JSON text. */
  readonly notify: { prevHash: string; branch: string; tail: string };
}

/** What a job is made of, beside its template. */
export interface JobParts {
  /** Counts the jobs of this connection, from 1; its hex is the job id. */
  number: number;
  work: Work;
  payoutScript: Uint8Array;
  /** The 32 bytes that bind a claim, when this job counts for a collection. */
  commitment: Uint8Array | undefined;
  extranonce1: Uint8Array;
  extranonce2Size: number;
}

/** One connection's job: the template with its own coinbase. The buffers are scratch space, overwritten by each share. */
export interface Job {
  readonly id: string;
  readonly work: Work;
  /** What stands before and after the extranonces, hex, as notify tells it. */
  readonly coinb1: string;
  readonly coinb2: string;
  /** Whole coinbase without witness; extranonce2 is written at `extranonce2At`. */
  readonly coinbase: Uint8Array;
  readonly extranonce2At: number;
  readonly extranonce2Size: number;
  /** 80 bytes; version, root, time and nonce are written for each share. */
  readonly header: Uint8Array;
  readonly headerView: DataView;
}

/** What a miner chose in its search. */
export interface Solution {
  /** Hex digits, two for each byte of extranonce2; checked by the caller. */
  extranonce2: string;
  ntime: number;
  nonce: number;
  /** The whole nVersion, rolled bits included. */
  version: number;
}

/**
 * Reads a template: ids parsed, branch folded, texts of the notify made. The one part of a job that grows with the
 * block (4,000 transactions take about 10 ms with node's hash), so it is done once per template.
 * @param versionMask the bits that miners may roll: cleared in the version that is sent.
 * @throws CarraraError when a field of the template has a wrong form.
 */
export function createWork(
  template: TemplateFields,
  about: { id: number; receivedAt: number; versionMask: number },
  hash?: Hash,
): Work {
  const version = (template.version & ~about.versionMask) >>> 0;
  const bits = Number.parseInt(template.bits, 16);
  const branch = coinbaseBranch(
    // fromDisplay checks each form by a pattern: 4,000 of them take 30 ms, these 2. The branch checks the lengths.
    template.transactions.map((tx) => fromHex(tx.txid).reverse()),
    hash,
  );
  return {
    id: about.id,
    height: template.height,
    version,
    prevHash: fromDisplay(template.previousblockhash),
    bits,
    target: bitsToTarget(bits),
    mintime: template.mintime,
    curtime: template.curtime,
    receivedAt: about.receivedAt,
    value: BigInt(template.coinbasevalue),
    witnessCommitment: template.default_witness_commitment ? fromHex(template.default_witness_commitment) : undefined,
    branch,
    transactions: template.transactions.map((tx) => tx.data),
    mweb: template.mweb,
    notify: {
      prevHash: wordsReversed(template.previousblockhash),
      branch: JSON.stringify(branch.map(toHex)),
      tail: `"${hex32(version)}","${hex32(bits)}","${hex32(template.curtime)}"`,
    },
  };
}

/**
 * One connection's job. Four bytes of the coinbase hold the job's number, so no header of one job can be a header of
 * another: duplicates need to be known only as long as their job lives, and a new job on an unchanged template never
 * sends a miner through ground that it has searched.
 * @throws CoinbaseError when payout script and extranonces do not fit into a coinbase.
 */
export function createJob(parts: JobParts): Job {
  const { number, work, extranonce1, extranonce2Size } = parts;
  const extranonceSize = JOB_NONCE_SIZE + extranonce1.length + extranonce2Size;
  const halves = buildCoinbase({
    height: work.height,
    extranonceSize,
    value: sats(work.value),
    payoutScript: parts.payoutScript,
    tag: COINBASE_TAG,
    ...(parts.commitment ? { commitment: parts.commitment } : {}),
    ...(work.witnessCommitment ? { witnessCommitmentScript: work.witnessCommitment } : {}),
  });
  const extranonce2At = halves.coinb1.length + JOB_NONCE_SIZE + extranonce1.length;
  const coinbase = new Uint8Array(halves.coinb1.length + extranonceSize + halves.coinb2.length);
  coinbase.set(halves.coinb1);
  new DataView(coinbase.buffer).setUint32(halves.coinb1.length, number, false);
  coinbase.set(extranonce1, halves.coinb1.length + JOB_NONCE_SIZE);
  coinbase.set(halves.coinb2, extranonce2At + extranonce2Size);
  const header = new Uint8Array(80);
  const headerView = new DataView(header.buffer);
  header.set(work.prevHash, 4);
  headerView.setUint32(72, work.bits, true);
  return {
    id: number.toString(16),
    work,
    coinb1: toHex(coinbase.subarray(0, halves.coinb1.length + JOB_NONCE_SIZE)),
    coinb2: toHex(halves.coinb2),
    coinbase,
    extranonce2At,
    extranonce2Size,
    header,
    headerView,
  };
}

/** The `mining.notify` of a job, one line without its end. */
export function notifyLine(job: Job, clean: boolean): string {
  const { prevHash, branch, tail } = job.work.notify;
  return `{"id":null,"method":"mining.notify","params":["${job.id}","${prevHash}","${job.coinb1}","${job.coinb2}",${branch},${tail},${clean}]}`;
}

/**
 * The header that a solution of this job has. The result is the job's scratch space, as is `job.coinbase`: copy both to
 * keep them.
 * @param hash sha256d.
 */
export function headerOf(job: Job, solution: Solution, hash: Hash): Uint8Array {
  writeHex(job.coinbase, job.extranonce2At, solution.extranonce2);
  job.headerView.setUint32(0, solution.version, true);
  job.header.set(foldLeft(hash(job.coinbase), job.work.branch, hash), 36);
  job.headerView.setUint32(68, solution.ntime, true);
  job.headerView.setUint32(76, solution.nonce, true);
  return job.header;
}

/**
 * The whole block as `submitblock` takes it, hex: the header as it was rolled, the coinbase in witness form (BIP 141)
 * where the chain has it, the template's transactions, Litecoin's extension block behind a 01.
 */
export function blockHex(work: Work, header: Uint8Array, coinbase: Uint8Array): string {
  const own = work.witnessCommitment ? withWitness(coinbase) : coinbase;
  const head = toHex(header) + toHex(encodeVarint(1 + work.transactions.length)) + toHex(own);
  return head + work.transactions.join("") + (work.mweb ? `01${work.mweb}` : "");
}

/** A number as 8 hex digits, most significant first: minerd drops a notify whose fields have another length. */
export function hex32(value: number): string {
  return (value >>> 0).toString(16).padStart(8, "0");
}

/**
 * Stratum's form of a previous block's hash: Core's display hex with its eight words in reverse order and the bytes in
 * each word untouched, which is the internal hash with each 4-byte word byte-swapped.
 */
export function wordsReversed(displayHex: string): string {
  let text = "";
  for (let i = 56; i >= 0; i -= 8) text += displayHex.slice(i, i + 8);
  return text.toLowerCase();
}

/** The internal bytes of {@link wordsReversed}'s text. */
export function wordsRestored(text: string): Uint8Array {
  return reversed(fromHex(wordsReversed(text)));
}

function writeHex(target: Uint8Array, at: number, text: string): void {
  for (let i = 0; i < text.length; i += 2) {
    target[at + (i >> 1)] = (nibble(text.charCodeAt(i)) << 4) | nibble(text.charCodeAt(i + 1));
  }
}

function nibble(code: number): number {
  return code <= 57 ? code - 48 : (code | 32) - 87;
}
