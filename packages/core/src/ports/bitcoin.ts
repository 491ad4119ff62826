/**
 * The Bitcoin chain, as Bitcoin Core's JSON-RPC. The embedded chain, Core, Knots and Litecoin Core all speak it, so one
 * client serves them all; what differs is said in {@link BtcChain}. Field names are Core's.
 * @module
 */

/** What is fixed for as long as the node runs. */
export interface BtcChain {
  /** `embedded` is our own small in-process chain: shown as not real wherever it appears. */
  kind: "embedded" | "real";
  /** Core's name of the chain: main, test, testnet4, signet, regtest. */
  chain: string;
  /** What a header is hashed with for its proof of work. Claims come from sha256d chains only. */
  algorithm: "sha256d" | "scrypt";
  /** Rules that `getblocktemplate` wants named (BIP 9, BIP 145), for instance ["segwit"] or ["mweb","segwit"]. */
  rules: readonly string[];
  /** Client name and version as the node tells it, for the Settings page. */
  agent: string;
}

/** `getblocktemplate` (BIP 22, 23, 145): the fields that a solo miner needs. */
export interface BlockTemplate {
  version: number;
  previousblockhash: string;
  transactions: readonly { data: string; txid: string; hash: string; fee: number; weight: number }[];
  /** Subsidy and fees in satoshis. Below 2^53 on every chain. */
  coinbasevalue: number;
  longpollid: string;
  /** 64 hex digits, most significant first. */
  target: string;
  mintime: number;
  curtime: number;
  bits: string;
  height: number;
  /** The BIP 141 output script, when the chain has segwit active. */
  default_witness_commitment?: string;
  /** Litecoin: extension block appended to the block once MWEB is active. */
  mweb?: string;
}

/** `getblockheader` verbose, the fields we use. */
export interface BlockHeaderInfo {
  hash: string;
  /** -1 when the block is not in the best chain. */
  confirmations: number;
  height: number;
  time: number;
  mediantime: number;
  bits: string;
  difficulty: number;
  previousblockhash?: string;
  nextblockhash?: string;
}

/** `getblockchaininfo`, the fields we use. */
export interface BlockchainInfo {
  chain: string;
  blocks: number;
  bestblockhash: string;
  difficulty: number;
  mediantime: number;
  initialblockdownload: boolean;
}

/**
 * One Bitcoin-like full node.
 * Every method rejects with a `BtcRpcError` (code `btc-rpc`, Core's numeric code in `rpcCode`) when the node refuses, and
 * with `BtcUnreachableError` (code `btc-unreachable`, retryable) when it does not answer.
 */
export interface BtcNode {
  readonly chain: BtcChain;
  getBlockchainInfo(): Promise<BlockchainInfo>;
  /** With a longpollid it answers when the tip or (after a while) the mempool has changed. Abort by signal. */
  getBlockTemplate(longpollid?: string, signal?: AbortSignal): Promise<BlockTemplate>;
  /** `null` when the block became the tip; else Core's word: "duplicate", "inconclusive", "high-hash", "bad-cb-height" ... */
  submitBlock(hex: string): Promise<string | null>;
  getBlockHash(height: number): Promise<string>;
  /** Whole block as hex (verbosity 0). */
  getBlockHex(hash: string): Promise<string>;
  getBlockHeader(hash: string): Promise<BlockHeaderInfo>;
  /** The 80 bytes as hex (verbose false). */
  getBlockHeaderHex(hash: string): Promise<string>;
  /** txid, after the mempool has taken it. */
  sendRawTransaction(hex: string): Promise<string>;
  getRawTransaction(txid: string, blockhash?: string): Promise<string>;
  /** A CMerkleBlock as hex. */
  getTxOutProof(txids: readonly string[], blockhash?: string): Promise<string>;
  /** Any other method, for tests and for calls that only one chain has. */
  call<T>(method: string, params?: readonly unknown[], signal?: AbortSignal): Promise<T>;
}

declare global {
  /** Present in every engine that we run on; declared here because this package sees no platform library. */
  interface AbortSignal {
    readonly aborted: boolean;
    addEventListener(type: "abort", listener: () => void, options?: { once?: boolean }): void;
    removeEventListener(type: "abort", listener: () => void): void;
  }
}
