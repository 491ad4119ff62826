/**
 * Bitcoin Core's methods over the embedded chain: parameters, answers, error numbers and words as Core 27 has them, for
 * what a pool, a payer, a prover and an explorer call. What only a networked node or a wallet has is not here.
 * @module
 */
import { fromHex, reversed, toHex } from "@carrara/base/bytes";
import { CarraraError } from "@carrara/base/errors";
import { addressOfScript, scriptOfAddress } from "@carrara/mining/address";
import { encodeBlock, blockHash as hashOf } from "@carrara/mining/block";
import { withWitness } from "@carrara/mining/coinbase";
import { display, type Hash } from "@carrara/mining/hash";
import { bitsToTarget, difficultyOfTarget } from "@carrara/mining/target";
import { decodeTx, hasWitness, type Tx, txid, wtxid } from "@carrara/mining/transaction";
import { type BlockNode, type Chain, medianTimeOf } from "./chain.ts";
import { MEMPOOL_LIMITS, type Mempool, type MempoolEntry } from "./mempool.ts";
import { encodeMerkleBlock, readMerkleBlock } from "./merkle-block.ts";
import { commitmentPlace, isCoinbase, type ReadBlock, readBlock, strippedSizeOf, txWeight, weightOf } from "./rules.ts";
import { isUnspendable, scriptKind } from "./script.ts";
import { createTemplates, readLongpollId } from "./template.ts";

/** What the methods stand on. */
export interface MethodsOptions {
  chain: Chain;
  mempool: Mempool;
  /** Milliseconds since 1970. */
  clock: () => number;
  /** Resolves when the tip has moved, or after `ms`; rejects when the signal aborts. */
  tipMoved(tip: string, ms: number, signal: AbortSignal): Promise<void>;
  /** How long a longpoll does not mind a changed pool (Core: a minute, then every 10 s). */
  longpollMempoolMs: number;
  /** Name in getnetworkinfo, "/CarraraEmbedded:0.1.0/". */
  agent: string;
  /** Node's own where there is one: it makes large templates faster. */
  hash?: Hash;
}

/** One method. Named parameters are put into the order of `params`. */
export interface Method {
  /** Names, in order; the first `needed` of them must be given. */
  params: readonly string[];
  needed: number;
  run(params: readonly unknown[], signal: AbortSignal): unknown;
}

/** All methods by name. */
export function createMethods(options: MethodsOptions): Map<string, Method> {
  const { chain, mempool, clock } = options;
  const started = clock();
  const templates = createTemplates(chain, mempool, options.hash);
  const seconds = () => Math.floor(clock() / 1000);
  const methods = new Map<string, Method>();
  const define = (usage: string, run: Method["run"]): void => {
    const [name, ...params] = usage.split(" ") as [string, ...string[]];
    const needed = params.filter((param) => !param.endsWith("?")).length;
    methods.set(name, { params: params.map((param) => param.replace("?", "")), needed, run });
  };

  const nodeOf = (value: unknown): BlockNode => {
    const node = chain.node(hashParam(value, "blockhash"));
    if (!node) throw new RpcError(-5, "Block not found");
    return node;
  };
  const confirmations = (node: BlockNode): number => (chain.isActive(node) ? chain.tip().height - node.height + 1 : -1);

  // Mining

  define("getblocktemplate template_request?", async (params, signal) => {
    const request = objectParam(params[0] ?? {}, "template_request");
    const mode = request.mode ?? "template";
    if (mode === "proposal") {
      const raw = hexParam(request.data, "data", -3);
      const verdict = decoded(raw, "Block decode failed", (bytes) => chain.propose(bytes, seconds()));
      return verdict ? verdict.word : null;
    }
    if (mode !== "template") throw new RpcError(-8, "Invalid mode");
    if (!Array.isArray(request.rules) || !request.rules.includes("segwit")) {
      throw new RpcError(
        -8,
        'getblocktemplate must be called with the segwit rule set (call with {"rules": ["segwit"]})',
      );
    }
    if (request.longpollid !== undefined) await longpoll(textParam(request.longpollid, "longpollid"), signal);
    return templates(seconds());
  });

  async function longpoll(id: string, signal: AbortSignal): Promise<void> {
    const asked = readLongpollId(id);
    while (chain.tip().hash === asked.tip) {
      await options.tipMoved(asked.tip, options.longpollMempoolMs, signal);
      if (chain.tip().hash === asked.tip && mempool.sequence() !== asked.sequence) return;
    }
  }

  define("submitblock hexdata dummy?", ([data]) => {
    const raw = hexParam(data, "hexdata", -22);
    const verdict = decoded(raw, "Block decode failed", (bytes) => {
      const block = readBlock(bytes);
      if (!isCoinbase(block.txs[0]!)) throw new RpcError(-22, "Block does not start with a coinbase");
      return chain.accept(withReservedValue(block, bytes), seconds());
    });
    return verdict ? verdict.word : null;
  });

  define("getmininginfo", () => {
    const tip = chain.tip();
    return {
      blocks: tip.height,
      ...bitsFields(tip.bits),
      networkhashps: hashRate(tip),
      pooledtx: mempool.size().transactions,
      chain: chain.params.chain,
      warnings: WARNING,
      next: { height: tip.height + 1, ...bitsFields(chain.bitsOn(tip)) },
    };
  });
  define("getnetworkhashps nblocks? height?", () => hashRate(chain.tip()));
  define("prioritisetransaction txid dummy? fee_delta?", () => {
    throw new RpcError(-1, "The embedded chain orders transactions by their fee only.");
  });

  // Blocks

  define("getblockchaininfo", () => {
    const tip = chain.tip();
    return {
      chain: chain.params.chain,
      blocks: tip.height,
      headers: tip.height,
      bestblockhash: tip.hash,
      ...bitsFields(tip.bits),
      time: tip.time,
      mediantime: medianTimeOf(tip),
      verificationprogress: 1,
      initialblockdownload: false,
      chainwork: hex256(tip.work),
      pruned: false,
      warnings: WARNING,
    };
  });
  define("getblockcount", () => chain.tip().height);
  define("getbestblockhash", () => chain.tip().hash);
  define("getdifficulty", () => bitsFields(chain.tip().bits).difficulty);
  define("getblockhash height", ([height]) => {
    const node = chain.at(intParam(height, "height"));
    if (!node) throw new RpcError(-8, "Block height out of range");
    return node.hash;
  });
  define("getblockheader blockhash verbose?", ([hash, verbose]) => {
    const node = nodeOf(hash);
    const block = chain.block(node);
    return verbose === false ? toHex(block.headerBytes) : headerFields(node, block);
  });
  define("getblock blockhash verbosity?", ([hash, verbosity = 1]) => {
    const node = nodeOf(hash);
    const block = chain.block(node);
    if (verbosity === 0 || verbosity === false) return toHex(encodeBlock(block.headerBytes, block.raw));
    const txs =
      verbosity === 2 || verbosity === 3 ? block.txs.map((tx, index) => txFields(tx, block.raw[index]!)) : block.txids;
    return {
      ...headerFields(node, block),
      strippedsize: strippedSizeOf(block),
      size: block.size,
      weight: weightOf(block),
      tx: txs,
    };
  });
  define("getchaintips", () =>
    [...new Set([chain.tip(), ...chain.leaves()])]
      .sort((a, b) => b.height - a.height)
      .map((node) => ({
        height: node.height,
        hash: node.hash,
        branchlen: node.height - chain.forkOf(node).height,
        status: chain.isActive(node)
          ? "active"
          : node.failed
            ? "invalid"
            : node.scriptsChecked
              ? "valid-fork"
              : "valid-headers",
      })),
  );
  define("invalidateblock blockhash", ([hash]) => {
    const node = nodeOf(hash);
    if (node === chain.genesis) throw new RpcError(-8, "The genesis block cannot be invalidated");
    chain.invalidate(node);
    return null;
  });
  define("reconsiderblock blockhash", ([hash]) => {
    chain.reconsider(nodeOf(hash));
    return null;
  });

  function headerFields(node: BlockNode, block: ReadBlock) {
    const next = chain.isActive(node) ? chain.at(node.height + 1) : undefined;
    return {
      hash: node.hash,
      confirmations: confirmations(node),
      height: node.height,
      version: node.version | 0,
      versionHex: hex32(node.version),
      merkleroot: toHex(reversed(block.header.merkleRoot)),
      time: node.time,
      mediantime: medianTimeOf(node),
      nonce: block.header.nonce,
      ...bitsFields(node.bits),
      chainwork: hex256(node.work),
      nTx: node.txCount,
      ...(node.prev ? { previousblockhash: node.prev.hash } : {}),
      ...(next ? { nextblockhash: next.hash } : {}),
    };
  }

  /** Hashes per second that the last 120 blocks (or all) stand for, by their own times. */
  function hashRate(tip: BlockNode): number {
    let first = tip;
    for (let steps = Math.min(120, tip.height); steps > 0; steps--) first = first.prev!;
    const took = tip.time - first.time;
    return took > 0 ? Number(tip.work - first.work) / took : 0;
  }

  // Transactions

  define("sendrawtransaction hexstring maxfeerate? maxburnamount?", ([hex, maxFeeRate]) => {
    const raw = txParam(hex);
    const id = display(txid(decodeTx(raw)));
    if (mempool.get(id)) return id;
    const trial = mempool.accept(raw, seconds(), false);
    if ("word" in trial) throw refusedTransaction(trial);
    refuseHighFee(trial, maxFeeRate);
    const taken = mempool.accept(raw, seconds());
    if ("word" in taken) throw refusedTransaction(taken);
    return taken.txid;
  });
  define("testmempoolaccept rawtxs maxfeerate?", ([rawTxs, maxFeeRate]) => {
    if (!Array.isArray(rawTxs) || rawTxs.length < 1 || rawTxs.length > 25) {
      throw new RpcError(-8, "Array must contain between 1 and 25 transactions.");
    }
    return rawTxs.map((hex) => {
      const raw = txParam(hex);
      const tx = decodeTx(raw);
      const ids = { txid: display(txid(tx)), wtxid: display(wtxid(tx)) };
      const trial = mempool.accept(raw, seconds(), false);
      if ("word" in trial) return { ...ids, allowed: false, "reject-reason": trial.word };
      if (feeTooHigh(trial, maxFeeRate)) return { ...ids, allowed: false, "reject-reason": "max-fee-exceeded" };
      return { ...ids, allowed: true, vsize: trial.vsize, fees: { base: coins(trial.fee) } };
    });
  });
  define("decoderawtransaction hexstring iswitness?", ([hex]) => {
    const raw = txParam(hex);
    return txFields(decodeTx(raw), raw);
  });
  define("getrawtransaction txid verbosity? blockhash?", ([id, verbosity = 0, blockHash]) => {
    const wanted = hashParam(id, "txid");
    const waiting = blockHash === undefined || blockHash === null ? mempool.get(wanted) : undefined;
    if (waiting) {
      return verbosity === 0 || verbosity === false ? toHex(waiting.raw) : txFields(waiting.tx, waiting.raw);
    }
    const node = blockHash === undefined || blockHash === null ? chain.blockOf(wanted) : nodeOf(blockHash);
    const block = node && chain.block(node);
    const place = block ? block.txids.indexOf(wanted) : -1;
    if (!node || !block || place < 0) {
      throw new RpcError(-5, "No such mempool or blockchain transaction. Use gettransaction for wallet transactions.");
    }
    const raw = block.raw[place]!;
    if (verbosity === 0 || verbosity === false) return toHex(raw);
    return {
      ...txFields(block.txs[place]!, raw),
      blockhash: node.hash,
      confirmations: Math.max(confirmations(node), 0),
      time: node.time,
      blocktime: node.time,
    };
  });
  define("gettxout txid n include_mempool?", ([id, n, includeMempool = true]) => {
    const outpoint = `${hashParam(id, "txid")}:${intParam(n, "n")}`;
    const coin = includeMempool === false ? chain.coin(outpoint) : mempool.coin(outpoint);
    if (!coin) return null;
    const { height } = chain.tip();
    return {
      bestblock: chain.tip().hash,
      confirmations: coin.height > height ? 0 : height - coin.height + 1,
      value: coins(coin.value),
      scriptPubKey: scriptFields(coin.script),
      coinbase: coin.coinbase,
    };
  });
  define("gettxoutproof txids blockhash?", ([ids, blockHash]) => {
    if (!Array.isArray(ids) || ids.length === 0) throw new RpcError(-8, "Parameter 'txids' cannot be empty");
    const wanted = ids.map((id) => hashParam(id, "txid"));
    if (new Set(wanted).size !== wanted.length) throw new RpcError(-8, "Invalid parameter, duplicated txid");
    const node = blockHash === undefined || blockHash === null ? chain.blockOf(wanted[0]!) : nodeOf(blockHash);
    if (!node) throw new RpcError(-5, "Transaction not yet in block");
    const block = chain.block(node);
    const places = new Set(wanted.map((id) => block.txids.indexOf(id)));
    if (places.has(-1)) throw new RpcError(-5, "Not all transactions found in specified or retrieved block");
    return toHex(encodeMerkleBlock(block.headerBytes, block.ids, places));
  });
  define("verifytxoutproof proof", ([hex]) => {
    const proof = decoded(hexParam(hex, "proof", -8), "Proof decode failed", (bytes) => readMerkleBlock(bytes));
    if (!proof) return [];
    const node = chain.node(display(hashOf(proof.header)));
    if (!node || !chain.isActive(node)) throw new RpcError(-5, "Block not found in chain");
    return node.txCount === proof.total ? proof.ids.map(display) : [];
  });
  define("scantxoutset action scanobjects?", ([action, objects]) => {
    if (action === "status") return null;
    if (action === "abort") return false;
    if (action !== "start") throw new RpcError(-8, `Invalid action '${String(action)}'`);
    if (!Array.isArray(objects)) throw new RpcError(-1, "scanobjects argument is required for the start action");
    const wanted = new Map(objects.map((object) => descriptorScript(object)));
    const unspents = [];
    let total = 0n;
    for (const [outpoint, coin] of chain.coins()) {
      const script = toHex(coin.script);
      const desc = wanted.get(script);
      if (desc === undefined) continue;
      total += coin.value;
      unspents.push({
        txid: outpoint.slice(0, 64),
        vout: Number(outpoint.slice(65)),
        scriptPubKey: script,
        desc,
        amount: coins(coin.value),
        coinbase: coin.coinbase,
        height: coin.height,
        blockhash: chain.at(coin.height)!.hash,
        confirmations: chain.tip().height - coin.height + 1,
      });
    }
    const { height, hash } = chain.tip();
    const txouts = chain.counts().coins;
    return { success: true, txouts, height, bestblock: hash, unspents, total_amount: coins(total) };
  });

  // Pool of transactions

  define("getmempoolinfo", () => {
    const { transactions, weight, fees } = mempool.size();
    return {
      loaded: true,
      size: transactions,
      bytes: Math.ceil(weight / 4),
      usage: weight,
      total_fee: coins(fees),
      maxmempool: MEMPOOL_LIMITS.weight,
      mempoolminfee: RELAY_FEE,
      minrelaytxfee: RELAY_FEE,
      unbroadcastcount: 0,
      fullrbf: true,
    };
  });
  define("getrawmempool verbose? mempool_sequence?", ([verbose, withSequence]) => {
    const entries = [...mempool.entries()];
    if (verbose === true) return Object.fromEntries(entries.map((entry) => [entry.txid, entryFields(entry)]));
    const txids = entries.map((entry) => entry.txid);
    return withSequence === true ? { txids, mempool_sequence: mempool.sequence() } : txids;
  });
  define("getmempoolentry txid", ([id]) => {
    const entry = mempool.get(hashParam(id, "txid"));
    if (!entry) throw new RpcError(-5, "Transaction not in mempool");
    return entryFields(entry);
  });
  define("estimatesmartfee conf_target estimate_mode?", ([target]) => ({
    // Blocks here are never full: what is taken at all is mined next.
    feerate: RELAY_FEE,
    blocks: Math.max(2, intParam(target, "conf_target")),
  }));

  // The rest

  define("validateaddress address", ([text]) => {
    const given = textParam(text, "address");
    try {
      const { script, network } = scriptOfAddress(given);
      if (network.some((name) => !name.startsWith("litecoin"))) {
        const program =
          script.length >= 4 && (script[0] === 0 || script[0] === 0x51) && script[1] === script.length - 2;
        const witness = program
          ? { witness_version: script[0] === 0 ? 0 : 1, witness_program: toHex(script.subarray(2)) }
          : {};
        const kind = scriptKind(script);
        const isscript = kind === "scripthash" || kind === "witness_v0_scripthash" || kind === "witness_v1_taproot";
        return { isvalid: true, address: given, scriptPubKey: toHex(script), isscript, iswitness: program, ...witness };
      }
    } catch (error) {
      if (!(error instanceof CarraraError)) throw error;
      return { isvalid: false, error_locations: [], error: error.message };
    }
    return { isvalid: false, error_locations: [], error: "This is an address of another coin." };
  });
  define("getnetworkinfo", () => ({
    version: 270000,
    subversion: options.agent,
    protocolversion: 70016,
    localservices: "0000000000000000",
    localservicesnames: [],
    localrelay: false,
    timeoffset: 0,
    networkactive: false,
    connections: 0,
    connections_in: 0,
    connections_out: 0,
    networks: [],
    relayfee: RELAY_FEE,
    incrementalfee: RELAY_FEE,
    localaddresses: [],
    warnings: WARNING,
  }));
  define("getconnectioncount", () => 0);
  define("getpeerinfo", () => []);
  define("uptime", () => Math.floor((clock() - started) / 1000));
  define("stop", () => {
    throw new RpcError(-1, "The embedded chain runs inside the Carrara node: stop that one.");
  });
  define("help command?", ([command]) => {
    const usages = [...methods].map(([name, { params, needed }]) =>
      [name, ...params.map((param, index) => (index < needed ? param : `( ${param} )`))].join(" "),
    );
    if (command === undefined || command === null) return usages.sort().join("\n");
    const usage = usages.find((line) => line.split(" ")[0] === command);
    return usage ?? `help: unknown command: ${String(command)}`;
  });

  return methods;
}

/** Core's error: its number, and its message. */
export class RpcError extends CarraraError {
  readonly rpcCode: number;
  constructor(rpcCode: number, message: string) {
    super("embedded-rpc", message);
    this.rpcCode = rpcCode;
  }
}

const WARNING = "Embedded chain of this Carrara node: its coins are worth nothing.";
/** Coins per 1,000 virtual bytes. */
const RELAY_FEE = (MEMPOOL_LIMITS.minFeeRate * 1000) / 1e8;

/** Core's submitblock gives a coinbase without witness the reserved value when it has the commitment output. */
function withReservedValue(block: ReadBlock, bytes: Uint8Array): Uint8Array {
  const [coinbase] = block.txs;
  if (commitmentPlace(coinbase!) < 0 || hasWitness(coinbase!)) return bytes;
  const [raw, ...others] = block.raw;
  return encodeBlock(block.headerBytes, [withWitness(raw!), ...others]);
}

function refusedTransaction({ word, detail }: { word: string; detail?: string }): RpcError {
  if (word === "txn-already-known") return new RpcError(-27, "Transaction outputs already in utxo set");
  const message = detail === undefined ? word : `${word}, ${detail}`;
  return new RpcError(word === "bad-txns-inputs-missingorspent" ? -25 : -26, message);
}

/** Core's guard against a mistaken fee: 0.1 coins per 1,000 virtual bytes unless another is given; 0 is none. */
function feeTooHigh(entry: MempoolEntry, maxFeeRate: unknown): boolean {
  const rate = maxFeeRate === undefined || maxFeeRate === null ? 0.1 : Number(maxFeeRate);
  return rate > 0 && Number(entry.fee) / 1e8 > (rate * entry.vsize) / 1000;
}

function refuseHighFee(entry: MempoolEntry, maxFeeRate: unknown): void {
  if (!feeTooHigh(entry, maxFeeRate)) return;
  throw new RpcError(-25, "Fee exceeds maximum configured by user (e.g. -maxtxfee, maxfeerate)");
}

function txFields(tx: Tx, raw: Uint8Array) {
  const weight = txWeight(tx, raw.length);
  const coinbase = isCoinbase(tx);
  return {
    txid: display(txid(tx)),
    hash: display(wtxid(tx)),
    version: tx.version,
    size: raw.length,
    vsize: Math.ceil(weight / 4),
    weight,
    locktime: tx.lockTime,
    vin: tx.inputs.map((input) => ({
      ...(coinbase
        ? { coinbase: toHex(input.script) }
        : {
            txid: toHex(reversed(input.prevHash)),
            vout: input.prevIndex,
            scriptSig: { asm: "", hex: toHex(input.script) },
          }),
      ...(input.witness.length > 0 ? { txinwitness: input.witness.map((item) => toHex(item)) } : {}),
      sequence: input.sequence,
    })),
    vout: tx.outputs.map(({ value, script }, n) => ({ value: coins(value), n, scriptPubKey: scriptFields(script) })),
    hex: toHex(raw),
  };
}

function scriptFields(script: Uint8Array) {
  const address = isUnspendable(script) ? undefined : addressOfScript(script, "regtest");
  return { hex: toHex(script), ...(address === undefined ? {} : { address }), type: scriptKind(script) };
}

function entryFields(entry: MempoolEntry) {
  return {
    vsize: entry.vsize,
    weight: entry.weight,
    time: entry.time,
    height: entry.height,
    wtxid: entry.wtxid,
    fees: { base: coins(entry.fee) },
    depends: [...entry.parents],
    spentby: [...entry.children],
  };
}

function bitsFields(bits: number) {
  const target = bitsToTarget(bits);
  return { bits: hex32(bits), target: hex256(target), difficulty: difficultyOfTarget(target) };
}

function coins(value: bigint): number {
  return Number(value) / 1e8;
}

function hex32(value: number): string {
  return value.toString(16).padStart(8, "0");
}

function hex256(value: bigint): string {
  return value.toString(16).padStart(64, "0");
}

/** Runs what reads foreign bytes; bytes that are not what they should be are Core's -22. */
function decoded<T>(bytes: Uint8Array, message: string, read: (bytes: Uint8Array) => T): T {
  try {
    return read(bytes);
  } catch (error) {
    if (error instanceof CarraraError && FORMAT_CODES.has(error.code)) throw new RpcError(-22, message);
    throw error;
  }
}

const FORMAT_CODES = new Set([
  "bad-block",
  "bad-header",
  "size-too-large",
  "trailing-bytes",
  "truncated",
  "tx-no-inputs",
  "tx-superfluous-witness",
  "tx-unknown-flag",
  "varint-not-canonical",
]);

function txParam(value: unknown): Uint8Array {
  const message = "TX decode failed. Make sure the tx has at least one input.";
  const raw = hexParam(value, "hexstring", -22, message);
  decoded(raw, message, (bytes) => decodeTx(bytes));
  return raw;
}

function hexParam(value: unknown, name: string, code: number, message?: string): Uint8Array {
  const text = textParam(value, name);
  if (text.length % 2 !== 0 || !/^[0-9a-fA-F]*$/.test(text)) {
    throw new RpcError(code, message ?? (code === -22 ? "Block decode failed" : `${name} must be hexadecimal string`));
  }
  return fromHex(text);
}

function textParam(value: unknown, name: string): string {
  if (typeof value !== "string") throw wrongType(value, name, "string");
  return value;
}

function intParam(value: unknown, name: string): number {
  if (typeof value !== "number") throw wrongType(value, name, "number");
  if (!Number.isSafeInteger(value)) throw new RpcError(-1, "JSON integer out of range");
  return value;
}

function objectParam(value: unknown, name: string): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw wrongType(value, name, "object");
  return value as Record<string, unknown>;
}

function hashParam(value: unknown, name: string): string {
  const text = textParam(value, name);
  if (text.length !== 64)
    throw new RpcError(-8, `${name} must be of length 64 (not ${text.length}, for '${text.slice(0, 80)}')`);
  if (!/^[0-9a-fA-F]{64}$/.test(text)) throw new RpcError(-8, `${name} must be hexadecimal string (not '${text}')`);
  return text.toLowerCase();
}

function wrongType(value: unknown, name: string, wanted: string): RpcError {
  const type = value === null || value === undefined ? "null" : Array.isArray(value) ? "array" : typeof value;
  return new RpcError(
    -3,
    `Wrong type passed: JSON value of type ${type} for ${name} is not of expected type ${wanted}`,
  );
}

/** `addr(ADDRESS)` or `raw(HEX)`, as text or as {desc}: the script as hex, and the text. */
function descriptorScript(object: unknown): [string, string] {
  const text = typeof object === "string" ? object : textParam(objectParam(object, "scanobject").desc, "desc");
  const [, kind, inner] = /^(addr|raw)\(([^()]*)\)(?:#[a-z0-9]{8})?$/.exec(text) ?? [];
  if (kind === "raw") return [toHex(hexParam(inner, "raw", -5)), text];
  if (kind !== "addr")
    throw new RpcError(
      -5,
      `'${text.slice(0, 80)}' is not addr(ADDRESS) or raw(HEX), all that the embedded chain scans for`,
    );
  try {
    return [toHex(scriptOfAddress(inner!).script), text];
  } catch {
    throw new RpcError(-5, "Address is not valid");
  }
}
