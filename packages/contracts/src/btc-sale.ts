/**
 * Sales for bitcoin by Escrow.sol, from TypeScript: the scripts that terms offer, calls as viem takes them, events for an
 * invoice, refusals in words. Pure: whoever calls has the client and the keys.
 *
 * One sale, in order: the seller makes a {@link scriptTree} of addresses of their own wallet, approves the escrow for the
 * token and sends `list`; a buyer sends `reserve` with one of the scripts; any Bitcoin wallet pays to it; when the block
 * has its confirmations anybody sends `pay` with a proof by packages/mining (`buildSpvProof`).
 *
 * Byte order: what contracts take and give are hashes in internal order, as headers hold them; what people see, events
 * here included, is Core's display order.
 * @module
 */
import { fromHex, reversed, toHex } from "@carrara/base/bytes";
import { CarraraError } from "@carrara/base/errors";
import {
  BaseError,
  type ContractErrorName,
  ContractFunctionRevertedError,
  concatHex,
  decodeErrorResult,
  encodeAbiParameters,
  isHex,
  keccak256,
  type Log,
  parseAbiParameters,
  parseEventLogs,
} from "viem";
import { escrowAbi } from "./generated/Escrow.ts";
import { relayAbi } from "./generated/Relay.ts";

/** 0x and hex digits: addresses, scripts, hashes as the ABI has them. */
export type Hex = `0x${string}`;

/** What a sale asks for. The contract keeps only a hash of it, so whoever calls must have it: `Listed` gives it. */
export interface Terms {
  seller: Hex;
  /** The ERC-721 contract. */
  nft: Hex;
  tokenId: bigint;
  priceSats: bigint;
  /** Of {@link scriptTree}. */
  scriptRoot: Hex;
  /** Headers that a payment needs, its own block's among them: 3 to 12. */
  confirmations: number;
  /** What a reservation costs, in wei: lost to the seller when it expires, else returned, less the prover's fee. */
  depositWei: bigint;
  /** Of the deposit, for whoever sends the proof that completes the payment. */
  proverFeeWei: bigint;
  /** Tells sales of the same terms apart: no sale can be listed twice. */
  salt: bigint;
  /** Up to four further payments, such as a share of royalties; one transaction pays them all and some of the price. */
  required: readonly RequiredOutput[];
}

/** A payment besides the price, to a script that no other open sale names. */
export interface RequiredOutput {
  sats: bigint;
  script: Hex;
}

/**
 * The name of a sale in calls and events: `idOf` of the contract.
 * @example saleEvents(escrow, logs).filter(({ sale }) => sale === saleId(terms))
 */
export function saleId(terms: Terms): Hex {
  const { seller, nft, tokenId, priceSats, scriptRoot, confirmations, depositWei, proverFeeWei, salt } = terms;
  const required = keccak256(encodeAbiParameters(REQUIRED, [terms.required]));
  return keccak256(
    encodeAbiParameters(NAMED, [
      ...([seller, nft, tokenId, priceSats, scriptRoot, confirmations, depositWei, proverFeeWei, salt] as const),
      required,
    ]),
  );
}

const REQUIRED = parseAbiParameters("(uint64 sats, bytes script)[]");
const NAMED = parseAbiParameters(
  "address, address, uint256, uint64, bytes32, uint8, uint128, uint128, uint256, bytes32 required",
);

/** A script of the seller's that a reservation may take, with its proof. */
export interface OfferedScript {
  /** The output script: where the buyer pays. */
  script: Hex;
  /** Siblings in the tree, lowest first. */
  branch: readonly Hex[];
}

/** All scripts that a sale offers. */
export interface ScriptTree {
  /** For {@link Terms.scriptRoot}. */
  root: Hex;
  scripts: readonly OfferedScript[];
}

/** Scripts in one tree: fewer than the 20 unused addresses after which a wallet stops to look (BIP44). */
export const MAX_SCRIPTS = 16;

/**
 * A Merkle tree of scripts, one for each reservation that there can be. A leaf is keccak256 of the script's keccak256, a
 * node is keccak256 of its two children in the order of their values, as in OpenZeppelin's trees; a node without a
 * sibling rises by itself.
 * @param scripts 1 to 16 output scripts, all different and never given to anybody, of the seller's own wallet.
 * @throws ScriptTreeError (script-count, script-twice)
 * @example
 * const tree = scriptTree(addresses.map((address) => scriptOfAddress(address).script));
 * escrowCalls(escrow).reserve(terms, buyer, tree.scripts[0]);
 */
export function scriptTree(scripts: readonly Uint8Array[]): ScriptTree {
  if (scripts.length < 1 || scripts.length > MAX_SCRIPTS) {
    throw new ScriptTreeError("script-count", `${scripts.length} scripts`, `Give 1 to ${MAX_SCRIPTS} scripts.`);
  }
  const offered = scripts.map((script) => ({ script: hex(script), branch: [] as Hex[] }));
  let level = offered.map((leaf) => ({ hash: keccak256(keccak256(leaf.script)), leaves: [leaf] }));
  const seen = new Set<Hex>();
  for (const { script } of offered) {
    if (seen.has(script)) {
      const hint = "Take a fresh address for each: a script serves one reservation, ever.";
      throw new ScriptTreeError("script-twice", `The script ${script} is there twice`, hint);
    }
    seen.add(script);
  }
  while (level.length > 1) {
    const parents: typeof level = [];
    for (let i = 0; i < level.length; i += 2) {
      const [left, right] = [level[i]!, level[i + 1]];
      if (!right) {
        parents.push(left);
        continue;
      }
      for (const leaf of left.leaves) leaf.branch.push(right.hash);
      for (const leaf of right.leaves) leaf.branch.push(left.hash);
      const pair = left.hash < right.hash ? [left.hash, right.hash] : [right.hash, left.hash];
      parents.push({ hash: keccak256(concatHex(pair)), leaves: [...left.leaves, ...right.leaves] });
    }
    level = parents;
  }
  return { root: level[0]!.hash, scripts: offered };
}

/** A proof as `buildSpvProof` of packages/mining makes it. All bytes are in internal order, as the contract wants them. */
export interface SpvProof {
  headers: Uint8Array;
  transaction: Uint8Array;
  index: bigint;
  branch: readonly Uint8Array[];
  coinbasePreimage: Uint8Array;
  coinbaseBranch: readonly Uint8Array[];
}

/**
 * The calls of an escrow, each as what `simulateContract`, `writeContract` and `encodeFunctionData` of viem take.
 * @param address of the escrow.
 * @example
 * const { reserve } = escrowCalls(escrow);
 * await client.writeContract({ account, ...reserve(terms, buyer, tree.scripts[0]) });
 */
export function escrowCalls(address: Hex) {
  const escrow = { address, abi: escrowAbi } as const;
  return {
    /** By the seller, who has approved the escrow for the token. */
    list: (terms: Terms) => ({ ...escrow, functionName: "list", args: [terms] }) as const,
    /** For `buyer`, by anybody who lays down the deposit. Pay only when this is final. */
    reserve: (terms: Terms, buyer: Hex, { script, branch }: OfferedScript) =>
      ({
        ...escrow,
        functionName: "reserve",
        args: [terms, buyer, script, branch],
        value: terms.depositWei,
      }) as const,
    /** By anybody; also with more headers for a payment that waits. */
    pay: (terms: Terms, script: Hex, proof: SpvProof) =>
      ({ ...escrow, functionName: "pay", args: [terms, script, proofArgument(proof)] }) as const,
    /** By anybody, when the reservation's time is over. */
    expire: (terms: Terms) => ({ ...escrow, functionName: "expire", args: [terms] }) as const,
    /** By anybody, when what was paid over the cap has waited for too long. */
    lapse: (terms: Terms) => ({ ...escrow, functionName: "lapse", args: [terms] }) as const,
    /** By the seller, while nobody has reserved. */
    requestWithdraw: (terms: Terms) => ({ ...escrow, functionName: "requestWithdraw", args: [terms] }) as const,
    /** By the seller, some time after requestWithdraw: the token goes to `to`. */
    close: (terms: Terms, to: Hex) => ({ ...escrow, functionName: "close", args: [terms, to] }) as const,
    /** By the buyer, where the token could not be delivered; by anybody where `to` is the buyer. */
    collect: (terms: Terms, to: Hex) => ({ ...escrow, functionName: "collect", args: [terms, to] }) as const,
    /** By an account to which ETH could not be sent. */
    withdraw: (to: Hex) => ({ ...escrow, functionName: "withdraw", args: [to] }) as const,
    /** A view: state of the sale, and what was paid for its last reservation without delivering it at once. */
    saleOf: (sale: Hex) => ({ ...escrow, functionName: "saleOf", args: [sale] }) as const,
  };
}

function proofArgument(proof: SpvProof) {
  return {
    headers: hex(proof.headers),
    transaction: hex(proof.transaction),
    index: proof.index,
    branch: proof.branch.map(hex),
    coinbasePreimage: hex(proof.coinbasePreimage),
    coinbaseBranch: proof.coinbaseBranch.map(hex),
  };
}

/**
 * The calls of a relay (`Relay.sol`), for whoever keeps it fresh; anybody may. Headers are 80 bytes each, oldest first.
 * @example await client.writeContract({ account, ...relayCalls(relay).retarget(headers) });
 */
export function relayCalls(address: Hex) {
  const relay = { address, abi: relayAbi } as const;
  return {
    /** Goes on to the next epoch: the last headers of the newest one and as many of the next. */
    retarget: (headers: Uint8Array) => ({ ...relay, functionName: "retarget", args: [hex(headers)] }) as const,
    /** Goes on by several epochs in one call. */
    retargets: (seams: readonly Uint8Array[]) =>
      ({ ...relay, functionName: "retargets", args: [seams.map(hex)] }) as const,
    /** Replaces the newest epoch by one with more work, or lengthens its own proof. */
    reorganise: (headers: Uint8Array) => ({ ...relay, functionName: "reorganise", args: [hex(headers)] }) as const,
    /** A view: hash and time of the first header, where all are the chain's work. */
    verify: (headers: Uint8Array) => ({ ...relay, functionName: "verify", args: [hex(headers)] }) as const,
    /** A view: what it knows. `retarget` of packages/mining tells from it what a call would do. */
    epochs: () => ({ ...relay, functionName: "epochs" }) as const,
  };
}

/** With what an escrow is deployed, besides its relay; the rules of relays are in relay-deployments.ts. */
export interface EscrowDeployment {
  /** What a block earns after the next halving: a header backs a third of it. */
  subsidySats: bigint;
  /** Headers for which no cap holds. */
  deepHeaders: bigint;
  /** Seconds: see `Windows` of Escrow.sol. */
  windows: Readonly<Record<"pay" | "grace" | "coolDown" | "leave" | "lapse", number>>;
}

const HOUR = 3600;

/** Bitcoin: the subsidy of 2028, a day's blocks. Deploy it anew before the halving of 2032. */
export const BITCOIN_ESCROW: EscrowDeployment = {
  subsidySats: 156_250_000n,
  deepHeaders: 144n,
  windows: { pay: 2 * HOUR, grace: 24 * HOUR, coolDown: 12 * HOUR, leave: 24 * HOUR, lapse: 14 * 24 * HOUR },
};

/** The chain that a node opens by itself: 50 coins a block at first; a block takes 30 s, so 144 take some hour. */
export const EMBEDDED_ESCROW: EscrowDeployment = { ...BITCOIN_ESCROW, subsidySats: 2_500_000_000n };

/** litecoind's regtest, where blocks are for the asking: Bitcoin's cap, and as few deep headers as an escrow takes. */
export const REGTEST_ESCROW: EscrowDeployment = { ...BITCOIN_ESCROW, deepHeaders: 13n };

/**
 * The constructor's arguments.
 * @example await client.deployContract({ abi: escrowAbi, bytecode: escrowBytecode, args: escrowArguments(relay, BITCOIN_ESCROW) });
 */
export function escrowArguments(relay: Hex, { subsidySats, deepHeaders, windows }: EscrowDeployment) {
  return [relay, subsidySats, deepHeaders, windows] as const;
}

/** States of a sale in the order of the contract's numbers, in `saleOf` and WrongStatus. */
export const SALE_STATUS = ["none", "listed", "reserved", "paid", "leaving", "held", "sold", "closed"] as const;

/** Something that happened to a sale. Times are Unix seconds; txid and header are in display order. */
export type SaleEvent = {
  sale: Hex;
  /** Where in the Ethereum chain. */
  transaction: Hex | null;
  block: bigint | null;
} & (
  | { kind: "listed"; terms: Terms }
  | {
      kind: "reserved";
      buyer: Hex;
      sponsor: Hex;
      /** The sale's first reservation has number 1. */
      number: number;
      /** Where to pay. */
      script: Hex;
      payBy: number;
      /** Until then no other buyer. */
      lockUntil: number;
    }
  /** A payment that counts; `total` satoshis count now. */
  | { kind: "credited"; txid: string; header: string; sats: bigint; total: bigint }
  /** A payment over the cap of its block, which counts when many more headers prove it; `total` satoshis wait now. */
  | { kind: "waiting"; txid: string; header: string; sats: bigint; total: bigint }
  /** All is paid, some of it waits. The token is this buyer's until then. */
  | { kind: "paid"; buyer: Hex; prover: Hex; feeWei: bigint; lapsesAt: number }
  | { kind: "sold"; buyer: Hex; prover: Hex; feeWei: bigint }
  /** The seller owes this to the buyer, outside of the contract. */
  | { kind: "paid-over"; excess: bigint }
  /** The buyer's account took no token: it waits for `collect`. */
  | { kind: "held"; buyer: Hex }
  | { kind: "collected"; to: Hex }
  /** The last reservation is over. The seller owes `paid` satoshis to its buyer, outside of the contract. */
  | { kind: "expired" | "lapsed"; paid: bigint }
  | { kind: "leaving"; closesAt: number }
  | { kind: "closed"; to: Hex }
);

/**
 * What happened to the sales of one escrow, in the order of the logs. Logs of other contracts are passed over: anybody
 * can emit an event that looks alike. So are Owed and Withdrawn, which are about accounts.
 * @example const receipt = await client.getTransactionReceipt({ hash }); saleEvents(escrow, receipt.logs)
 */
export function saleEvents(escrow: Hex, logs: readonly Log[]): SaleEvent[] {
  const own = logs.filter((log) => log.address.toLowerCase() === escrow.toLowerCase());
  return parseEventLogs({ abi: escrowAbi, logs: own }).flatMap(eventOf);
}

function eventOf(log: ReturnType<typeof parseEventLogs<typeof escrowAbi>>[number]): SaleEvent[] {
  if (log.eventName === "Owed" || log.eventName === "Withdrawn") return [];
  const at = { sale: log.args.id, transaction: log.transactionHash, block: log.blockNumber };
  switch (log.eventName) {
    case "Listed":
      return [{ ...at, kind: "listed", terms: log.args.terms }];
    case "Reserved": {
      const { buyer, sponsor, number, script, payBy, lockUntil } = log.args;
      const times = { payBy: Number(payBy), lockUntil: Number(lockUntil) };
      return [{ ...at, kind: "reserved", buyer, sponsor, number: Number(number), script, ...times }];
    }
    case "Credited":
    case "Waiting": {
      const { txid, header, sats, total } = log.args;
      const kind = log.eventName === "Credited" ? "credited" : "waiting";
      return [{ ...at, kind, txid: display(txid), header: display(header), sats, total }];
    }
    case "Paid": {
      const { buyer, prover, fee, lapsesAt } = log.args;
      return [{ ...at, kind: "paid", buyer, prover, feeWei: fee, lapsesAt: Number(lapsesAt) }];
    }
    case "Sold":
      return [{ ...at, kind: "sold", buyer: log.args.buyer, prover: log.args.prover, feeWei: log.args.fee }];
    case "PaidOver":
      return [{ ...at, kind: "paid-over", excess: log.args.excess }];
    case "Held":
      return [{ ...at, kind: "held", buyer: log.args.buyer }];
    case "Collected":
      return [{ ...at, kind: "collected", to: log.args.to }];
    case "Expired":
      return [{ ...at, kind: "expired", paid: log.args.paid }];
    case "Lapsed":
      return [{ ...at, kind: "lapsed", paid: log.args.paid }];
    case "Leaving":
      return [{ ...at, kind: "leaving", closesAt: Number(log.args.closesAt) }];
    case "Closed":
      return [{ ...at, kind: "closed", to: log.args.to }];
  }
}

/** Why a contract refused a call. */
export interface Refusal {
  /** Name of the Solidity error; the same as packages/mining gives for a proof that it refuses. */
  code: RefusalCode;
  why: string;
  mend: string;
}

/** Names of all errors with which a call of Escrow, or of its relay, may end. */
export type RefusalCode = ContractErrorName<typeof escrowAbi>;

/**
 * The refusal in words, or undefined where it is no error of these contracts, such as one of the token's.
 * @param refused what viem has thrown, or the revert data.
 * @example
 * await client.simulateContract(pay(terms, script, proof)).catch((error) => {
 *   const refusal = explainRefusal(error);
 *   throw refusal ? new CarraraError("sale-refused", refusal.why, { hint: refusal.mend }) : error;
 * });
 */
export function explainRefusal(refused: unknown): Refusal | undefined {
  const data = revertData(refused);
  if (data === undefined) return undefined;
  let decoded: ReturnType<typeof decodeErrorResult<typeof escrowAbi>>;
  try {
    decoded = decodeErrorResult({ abi: escrowAbi, data });
  } catch {
    return undefined;
  }
  const { errorName: code, args = [], abiItem } = decoded;
  // Solidity's own Error(string) and Panic(uint256) are decoded too, whatever the type says.
  if (!(code in SENTENCES)) return undefined;
  const values = new Map(abiItem.inputs.map(({ name }, i) => [name as string, args[i]]));
  const [why, mend] = SENTENCES[code].map((sentence) =>
    sentence.replace(/\{(\w+)(?:\|(\w+))?\}/g, (_, name: string, as?: string) => shown(values.get(name), as)),
  );
  return { code, why: why!, mend: mend! };
}

function revertData(refused: unknown): Hex | undefined {
  if (typeof refused === "string") return isHex(refused) ? refused : undefined;
  const reverted = refused instanceof BaseError && refused.walk((e) => e instanceof ContractFunctionRevertedError);
  return reverted instanceof ContractFunctionRevertedError ? reverted.raw : undefined;
}

/** An argument as text: a hash in display order, Unix seconds as a date, a state by its name, any other as it is. */
function shown(value: unknown, as?: string): string {
  if (as === "hash" && isHex(value)) return display(value);
  if (as === "utc") return new Date(Number(value) * 1000).toISOString();
  if (as === "status") return SALE_STATUS[Number(value)] ?? String(value);
  if (as === "target") return `0x${BigInt(String(value)).toString(16).padStart(64, "0")}`;
  return String(value);
}

/** Core's form of a hash, zeros first. */
function display(hash: Hex): string {
  return toHex(reversed(fromHex(hash.slice(2))));
}

function hex(bytes: Uint8Array): Hex {
  return `0x${toHex(bytes)}`;
}

const ANOTHER_PROOF = "Build the proof anew from the raw block.";
const WHOLE_TRANSACTION = "Give the whole transaction without witness, the bytes whose hash is its id.";
const NODE_HEADERS = "Take the headers from a node that follows the chain with the most work.";
const SELLER_TERMS = "Change the terms and list again.";

/** What happened, and what to do about it. A word in braces is an argument of the error, behind a bar how it is shown. */
const SENTENCES: Readonly<Record<RefusalCode, readonly [why: string, mend: string]>> = {
  Reentered: ["The escrow was called from within one of its own calls.", "Call it again when the first call is over."],
  WrongStatus: [
    "The sale {id} is {status|status}, and this call is not for that state.",
    "Look the sale up with saleOf: somebody may have been faster, or the terms may differ from the listed ones.",
  ],
  TooEarly: ["It is {now_|utc}; this is possible from {from|utc} on.", "Call again then."],
  NotSeller: ["{caller} is not the seller, {seller}.", "Send this from the seller's account."],
  NotBuyer: ["{caller} is not the buyer, {buyer}.", "Let the buyer call, or name the buyer as the receiver."],
  BadRecipient: ["A token sent to {to} would be lost.", "Name an account that can hold it."],
  ZeroPrice: ["The price is 0 satoshis.", SELLER_TERMS],
  ConfirmationsOutOfRange: ["{confirmations} confirmations.", `Give {least} to {most}. ${SELLER_TERMS}`],
  FeeOverDeposit: [
    "The prover's fee of {fee} wei is to be paid from a deposit of {deposit} wei.",
    `Make the fee smaller or the deposit larger. ${SELLER_TERMS}`,
  ],
  TooManyRequired: ["{count} required outputs.", `Give {most} at most. ${SELLER_TERMS}`],
  PriceOverCap: [
    "Price and required outputs are worth {sats} satoshis; at these confirmations {most} are safe.",
    "Ask for less, or for more confirmations: from 6 on each adds to what is safe, up to 12.",
  ],
  TokenNotReceived: [
    "Token {tokenId} of {nft} did not come to the escrow with the transfer.",
    "Only tokens that keep to ERC-721 can be sold here.",
  ],
  TokenGone: [
    "Token {tokenId} of {nft} is no longer here for this sale: it was burnt, and perhaps minted again.",
    "This sale is over. Another sale may hold the token now.",
  ],
  WrongDeposit: ["{sent} wei came with the reservation, the deposit is {wanted}.", "Send exactly the deposit."],
  BranchTooLong: ["The script's branch has {length} nodes.", "Give the branch of a tree of 16 scripts or fewer."],
  ScriptNotOffered: [
    "The script with the hash {scriptHash} is none of those that the seller offers.",
    "Take script and branch from the tree whose root is in the terms.",
  ],
  ScriptTaken: [
    "The script with the hash {scriptHash} serves another reservation or sale already.",
    "Take the next script of the tree; when all are taken, the seller lists again with fresh ones.",
  ],
  ScriptNotReserved: [
    "The script with the hash {scriptHash} is not that of the sale's present or last reservation.",
    "Give the script that the last Reserved event names.",
  ],
  TooFewHeaders: [
    "{count} headers stand for the payment, the sale wants {least}.",
    "Wait until the block has its confirmations, and build the proof then.",
  ],
  PaymentTooOld: [
    "The payment's block is of {time|utc}; for this reservation it may not be older than {least|utc}.",
    "Pay anew: only payments made for this reservation count.",
  ],
  NothingPaid: [
    "Transaction {txid|hash} pays nothing to the reservation's script.",
    "Prove the transaction that pays to the script of the Reserved event.",
  ],
  AlreadyCredited: ["Transaction {txid|hash} counts already.", "Nothing is to be done; pay what is missing, if any."],
  StillWaiting: [
    "Transaction {txid|hash} waits already, and these headers are too few to let it count.",
    "Prove it again when many more blocks stand over it: DEEP_HEADERS of the escrow says how many.",
  ],
  GasTooLow: [
    "{left} gas was left for the token's or the money's receiver, {needed} must be.",
    "Send the same call with more gas.",
  ],
  NothingOwed: ["Nothing is owed to {account}.", "Nothing is to be done: what was due has been sent."],
  TransferRefused: ["{to} refused {amount} wei.", "Name an account that takes ETH."],
  DeepHeadersTooFew: ["{count} deep headers are too few for an escrow.", "Deploy it with {least} or more."],

  CoinbasePayment: [
    "The transaction is said to be a block's coinbase, whose outputs may never become spendable.",
    "Pay with an ordinary transaction.",
  ],
  IndexBeyondTree: ["A tree of {depth} levels has no leaf {index}.", ANOTHER_PROOF],
  BranchLengths: [
    "The transaction's branch has {transaction} nodes and the coinbase's {coinbase}, yet a tree is equally deep everywhere.",
    ANOTHER_PROOF,
  ],
  BranchLength: ["The branches have {length} nodes, and {most} are the most.", ANOTHER_PROOF],
  TransactionNotInBlock: [
    "Transaction and branch lead to the root {found|hash}, the first header's is {wanted|hash}.",
    `Give the header of the transaction's own block first. ${ANOTHER_PROOF}`,
  ],
  CoinbaseNotInBlock: [
    "Coinbase and branch lead to the root {found|hash}, the first header's is {wanted|hash}.",
    ANOTHER_PROOF,
  ],
  TransactionLength: ["The transaction has {length} bytes.", "One of {least} to {most} bytes can be proved."],
  WitnessForm: ["The transaction is in witness form.", WHOLE_TRANSACTION],
  NoOutputs: ["The transaction pays nobody.", WHOLE_TRANSACTION],
  BadCompactSize: [
    "The count at byte {offset} of the transaction is 65,536 or more, or not in its shortest form.",
    WHOLE_TRANSACTION,
  ],
  Truncated: ["A field of the transaction ends at byte {end}, but {length} bytes are there.", WHOLE_TRANSACTION],
  TrailingBytes: ["The transaction ends at byte {end} of {length}.", WHOLE_TRANSACTION],

  HeadersLength: ["{length} bytes are no row of headers.", "Give 80 bytes for each, oldest first."],
  NotLinked: ["Header {index} does not follow the one before it.", `Give them oldest first. ${NODE_HEADERS}`],
  WorkMissing: ["Header {index} has the hash {hash|target}, above its target {target|target}.", NODE_HEADERS],
  WrongBits: ["Header {index} states the target {bits}, which is not the chain's there.", NODE_HEADERS],
  BadBits: ["{bits} is no compact target.", NODE_HEADERS],
  RelayStale: [
    "The newest epoch that the relay knows began {start|utc}, and it is {now_|utc}.",
    "Send it the headers around the next retarget; anybody may.",
  ],
  TimeOutsideEpoch: ["The first header is of {time|utc}, which is not in the epoch of its target.", NODE_HEADERS],
  HeaderCount: ["{count} headers cannot prove a retarget.", "Give {least} to {most}, from both sides of it."],
  NotWholeEpoch: [
    "Old and new epoch have one target, and the headers begin at {time|utc} instead of the epoch's start, {start|utc}.",
    "Give all headers of the old epoch and some of the new one.",
  ],
  SeamNotPast: [
    "The old epoch ends {end|utc}, the new one starts {start|utc}, and it is {now_|utc}.",
    "Send them again when both are past.",
  ],
  SeamGoesBack: ["The new epoch starts {start|utc}, long before {latest|utc}.", NODE_HEADERS],
  NoEpochBefore: ["The relay knows one epoch only, so none can be replaced.", "Send a retarget first."],
  NotHeavier: ["The chain shown has work of {work}, the known one of {known}.", "Show more headers of the new epoch."],
  BadRules: ["No chain has these rules.", "Take those of relay-deployments.ts."],
  BadGenesis: [
    "The first epoch is to start {start|utc} with the target {bits}.",
    "Give the start and target of an epoch that has begun, no easier than the limit.",
  ],
  TimeInFuture: ["Header {index} is of {time|utc}, and it is {now_|utc}.", "Wait: two hours ahead are the most."],
};

/** No tree can be made of these scripts. */
export class ScriptTreeError extends CarraraError {
  constructor(code: "script-count" | "script-twice", what: string, hint: string) {
    super(code, `${what}.`, { hint });
  }
}
