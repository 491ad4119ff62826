/**
 * What was sent is kept: every transaction is stored raw before it goes out, and sent again whenever the chain turns out
 * not to have it (it was down, it was killed and restored an older state, it reorganised).
 *
 * The account's nonce on the chain tells all. A stored transaction whose nonce lies below it is in a block, or another
 * took its place; one at or above it is not in the chain, whatever was believed before, and is sent again in nonce order.
 * So nothing here depends on having seen the restart or reorganisation happen.
 *
 * States: `sent` (in nobody's block yet) -> `mined` -> `final` (deep enough), or `failed` with the reason. A chain that
 * goes back even behind `final`, as only a restored embedded chain does, opens those again.
 * @module
 */
import { CarraraError, explain } from "@carrara/base/errors";
import { type Address, address } from "@carrara/base/units";
import { keccak256, parseTransaction } from "viem";
import type { Clock } from "../ports/clock.ts";
import type { Actor, EthChain } from "../ports/ethereum.ts";
import type { Store } from "../ports/store.ts";
import { ask, quantity } from "./contract.ts";
import { EthRpcError, isUnreachable } from "./errors.ts";
import { createLock } from "./lock.ts";
import { refusalOfRpc, TransactionRefusedError } from "./refusal.ts";

/** EIP-7825: no transaction may ask for more gas than 2^24. */
export const TRANSACTION_GAS_CAP = 16_777_216n;

/** What a transaction is for: `kind` and whatever its sender wants to find again. */
export type Purpose = { readonly kind: string } & Readonly<Record<string, string>>;

/** What `send` takes. */
export interface Sending {
  from: Actor;
  /** Absent: a contract creation. */
  to?: Address;
  data: `0x${string}`;
  /** Wei. */
  value?: bigint;
  purpose: Purpose;
  /** 64 hex digits, when it is about a piece. */
  tokenId?: string;
  /** A limit known to suffice: then nothing is simulated first. */
  gas?: bigint;
}

/** `sent`, `mined`, `final` or `failed`: see the module's comment. */
export type OutboxState = "sent" | "mined" | "final" | "failed";

/** One transaction of ours. */
export interface OutboxEntry {
  hash: `0x${string}`;
  sender: Address;
  nonce: number;
  purpose: Purpose;
  tokenId: string | null;
  /** ms since 1970. */
  createdAt: number;
  state: OutboxState;
  block: number | null;
  gasUsed: bigint | null;
  feeWei: bigint | null;
  /** Why it failed. */
  problem: string | null;
}

/** Sends, keeps, and tells what became of it. */
export interface Outbox {
  /**
   * Simulates, signs, stores, sends. When the chain is down at the last step the transaction is kept all the same and goes
   * out later.
   * @throws TransactionRefusedError when the simulation reverts (nothing was sent); NotEnoughEthError; GasCapError;
   * EthUnreachableError when the chain is down before anything was decided.
   */
  send(sending: Sending): Promise<OutboxEntry>;
  /** The entry once it is no longer `sent`, or as it is when `timeoutMs` have passed. */
  settled(hash: `0x${string}`, timeoutMs?: number): Promise<OutboxEntry>;
  find(hash: `0x${string}`): Promise<OutboxEntry | null>;
  /** Compares all entries with the chain and sends again what is missing. */
  sync(): Promise<void>;
  /** Told whenever an entry changes its state. Returns what stops it. */
  listen(listener: (entry: OutboxEntry) => void): () => void;
  start(): void;
  stop(): Promise<void>;
}

/** What the outbox works with. */
export interface OutboxDeps {
  store: Store;
  chain: EthChain;
  clock: Clock;
  /** One line for the operator. */
  log?: (line: string) => void;
}

/** @example const outbox = createOutbox({ store, chain, clock }); outbox.start(); */
export function createOutbox({ store, chain, clock, log = () => {} }: OutboxDeps): Outbox {
  const lock = createLock();
  const listeners = new Set<(entry: OutboxEntry) => void>();
  let cancelTimer: (() => void) | null = null;
  let running = false;
  let busy = false;
  let working: Promise<void> = Promise.resolve();
  /** Grows while nothing happens: a transaction on a chain that mines at once is seen within 25 ms. */
  let pause = QUIET_MS;

  function tell(entry: OutboxEntry): void {
    for (const listener of listeners) listener(entry);
  }

  function schedule(ms: number): void {
    cancelTimer?.();
    if (running) cancelTimer = clock.after(ms, () => void tick());
  }

  async function tick(): Promise<void> {
    // What came up during a look is seen by the next one, which is soon.
    if (busy) return schedule(SOON_MS);
    busy = true;
    working = syncAll().then(
      (open) => {
        pause = open ? Math.min(QUIET_MS, pause * 2) : QUIET_MS;
      },
      (error) => {
        if (!isUnreachable(error)) log(`outbox: ${explain(error)}`);
        pause = Math.min(QUIET_MS, pause * 2);
      },
    );
    await working;
    busy = false;
    schedule(pause);
  }

  function soon(): void {
    pause = SOON_MS;
    schedule(pause);
  }

  /** Whether anything still waits for its block. */
  async function syncAll(): Promise<boolean> {
    const senders = await store.query<{ sender: string }>("select distinct sender from outbox");
    const head = senders.length === 0 ? 0 : Number(await ask(chain, "eth_blockNumber"));
    const missing: Row[] = [];
    for (const { sender } of senders) missing.push(...(await lock(sender, () => syncSender(address(sender), head))));
    // In the order in which they were made, over all accounts: a forge that comes before its collection calls nobody, and
    // that succeeds. The embedded chain keeps the order of arrival.
    missing.sort((a, b) => Number(a.created_at) - Number(b.created_at) || a.nonce - b.nonce);
    let open = false;
    for (const row of missing) {
      if ((await lock(row.sender, () => sendAgain(row))) === "sent") open = true;
    }
    return open;
  }

  /** Settles what has its nonce used; what is not in the chain is given back. */
  async function syncSender(sender: Address, head: number): Promise<Row[]> {
    const count = Number(await ask(chain, "eth_getTransactionCount", sender, "latest"));
    const rows = await store.query<Row>(
      // A transaction that reverted has used its nonce; one that was refused has not and is over.
      `select * from outbox where sender = $1 and (state in ('sent', 'mined') or (block_number is not null and nonce >= $2))
       order by nonce, created_at`,
      [sender, count],
    );
    if (await wentBack(sender, count, rows)) rows.unshift(...(await settledBelow(sender, count)));
    const missing: Row[] = [];
    for (const row of rows) {
      if (row.nonce < count) await settle(row, head);
      else missing.push(row);
    }
    return missing;
  }

  /** Whether the chain has lost something that was in a block: then what lies before may be lost as well. */
  async function wentBack(sender: Address, count: number, rows: readonly Row[]): Promise<boolean> {
    if (rows.some((row) => row.block_number !== null && row.nonce >= count)) return true;
    const [newest] = await store.query<Row>(
      "select * from outbox where sender = $1 and block_number is not null and nonce < $2 order by nonce desc limit 1",
      [sender, count],
    );
    if (!newest) return false;
    const receipt = await chain.request({ method: "eth_getTransactionReceipt", params: [newest.hash] });
    return Number((receipt as Receipt | null)?.blockNumber ?? -1) !== Number(newest.block_number);
  }

  function settledBelow(sender: Address, count: number): Promise<Row[]> {
    return store.query<Row>(
      `select * from outbox where sender = $1 and block_number is not null and state in ('final', 'failed')
       and nonce < $2 and nonce >= $3 order by nonce`,
      [sender, count, count - LOOK_BACK],
    );
  }

  /** Its nonce is used: by itself, or by another. */
  async function settle(row: Row, head: number): Promise<OutboxState> {
    const receipt = (await chain.request({
      method: "eth_getTransactionReceipt",
      params: [row.hash],
    })) as Receipt | null;
    if (!receipt) {
      // The chain may have gone back between the two questions; then the nonce is free again.
      const count = Number(await ask(chain, "eth_getTransactionCount", row.sender, "latest"));
      if (row.nonce >= count) return sendAgain(row);
      const problem = `Another transaction of ${row.sender} took the nonce ${row.nonce}.`;
      return change(row, { state: "failed", problem, block_number: null, gas_used: null, fee_wei: null });
    }
    const block = Number(receipt.blockNumber);
    const gasUsed = BigInt(receipt.gasUsed);
    const paid = { block_number: block, gas_used: gasUsed, fee_wei: gasUsed * BigInt(receipt.effectiveGasPrice) };
    if (receipt.status === "0x0") {
      const problem = row.state === "failed" && row.problem ? row.problem : await whyReverted(row, block);
      return change(row, { ...paid, state: "failed", problem });
    }
    // The head was read before the receipt, which may be of a later block.
    const state = Math.max(head, block) - block + 1 >= chain.confirmations ? "final" : "mined";
    return change(row, { ...paid, state, problem: null });
  }

  async function sendAgain(row: Row): Promise<OutboxState> {
    const known = await chain.request({ method: "eth_getTransactionByHash", params: [row.hash] });
    if (known === null) {
      const refused = await submit(row.raw);
      if (refused) {
        log(`outbox: transaction ${row.hash} (${row.purpose.kind}) can no longer be sent: ${refused}`);
        await change(row, { state: "failed", problem: refused, block_number: null, gas_used: null, fee_wei: null });
        await fillGap(row);
        return "failed";
      }
      log(`outbox: sent transaction ${row.hash} (${row.purpose.kind}) again, since the chain did not have it`);
    }
    return change(row, { state: "sent", problem: null, block_number: null, gas_used: null, fee_wei: null });
  }

  /** Later transactions of the account wait for this nonce: an empty payment to itself takes it. */
  async function fillGap(row: Row): Promise<void> {
    const actor = chain.actors.find((one) => one.address === row.sender);
    const later = await store.query(
      "select 1 from outbox where sender = $1 and nonce > $2 and (state <> 'failed' or block_number is not null) limit 1",
      [row.sender, row.nonce],
    );
    if (!actor || later.length === 0 || row.purpose.kind === GAP) return;
    await signAndStore(
      { from: actor, to: actor.address, data: "0x", gas: 21_000n, purpose: { kind: GAP } },
      21_000n,
      row.nonce,
    );
  }

  /** Null when the chain took it, or had it; else why it never will. */
  async function submit(raw: string): Promise<string | null> {
    try {
      await chain.request({ method: "eth_sendRawTransaction", params: [raw] });
      return null;
    } catch (error) {
      if (!(error instanceof EthRpcError)) throw error;
      if (/already (known|imported)|nonce too low/i.test(error.rpcMessage)) return null;
      return error.rpcMessage;
    }
  }

  async function change(row: Row, to: Partial<Row>): Promise<OutboxState> {
    const next = { ...row, ...to };
    const same =
      row.state === next.state &&
      String(row.block_number) === String(next.block_number) &&
      String(row.fee_wei) === String(next.fee_wei) &&
      row.problem === next.problem;
    if (same) return next.state;
    await store.query(
      "update outbox set state = $2, block_number = $3, gas_used = $4, fee_wei = $5, problem = $6 where hash = $1",
      [row.hash, next.state, next.block_number, next.gas_used, next.fee_wei, next.problem],
    );
    tell(entryOf(next));
    return next.state;
  }

  async function whyReverted(row: Row, block: number): Promise<string> {
    const tx = parseTransaction(row.raw as `0x02${string}`);
    const call = {
      from: row.sender,
      to: tx.to,
      data: tx.data ?? "0x",
      value: quantity(tx.value ?? 0n),
      gas: quantity(tx.gas ?? 0n),
    };
    try {
      await ask(chain, "eth_call", call, quantity(block - 1));
      return "The transaction was carried out in vain: it reverted in its block.";
    } catch (error) {
      return error instanceof TransactionRefusedError ? explain(error) : "The transaction reverted.";
    }
  }

  async function nextNonce(sender: Address): Promise<number> {
    const pending = Number(await ask(chain, "eth_getTransactionCount", sender, "pending"));
    const [row] = await store.query<{ next: number }>(
      `select coalesce(max(nonce) + 1, 0)::integer as next from outbox
       where sender = $1 and (state <> 'failed' or block_number is not null)`,
      [sender],
    );
    return Math.max(pending, row?.next ?? 0);
  }

  async function gasFor({ from, to, data, value = 0n, gas }: Sending): Promise<bigint> {
    if (gas !== undefined) return gas;
    const call = { from: from.address, ...(to ? { to } : {}), data, value: quantity(value) };
    let estimate: bigint;
    try {
      estimate = BigInt(await ask(chain, "eth_estimateGas", call));
    } catch (error) {
      if (error instanceof EthRpcError && OUT_OF_ETH.test(error.rpcMessage))
        throw new NotEnoughEthError(from, value, error);
      if (error instanceof EthRpcError && !isUnreachable(error))
        throw new TransactionRefusedError(refusalOfRpc(error), error);
      throw error;
    }
    // What is estimated on one block can cost more on the next (a slot that was set is then empty); a quarter is spare.
    const limit = estimate + estimate / 4n;
    if (estimate > TRANSACTION_GAS_CAP) throw new GasCapError(estimate);
    return limit > TRANSACTION_GAS_CAP ? TRANSACTION_GAS_CAP : limit;
  }

  /** Not left to the simulation: for a plain payment anvil says 21,000 gas without looking at the balance. */
  async function checkBalance({ from, value = 0n }: Sending, gas: bigint): Promise<void> {
    const balance = BigInt(await ask(chain, "eth_getBalance", from.address, "latest"));
    const price = BigInt(await ask(chain, "eth_gasPrice"));
    if (balance < value + gas * price) throw new NotEnoughEthError(from, value);
  }

  async function signAndStore(sending: Sending, gas: bigint, nonce: number): Promise<Row> {
    const { from, to, data, value = 0n, purpose, tokenId = null } = sending;
    const block = (await chain.request({ method: "eth_getBlockByNumber", params: ["latest", false] })) as {
      baseFeePerGas: string;
    };
    const tip = BigInt(await ask(chain, "eth_maxPriorityFeePerGas"));
    // Kept transactions may go out much later, on a chain that began anew with its first, higher fee.
    const least = chain.kind === "embedded" ? EMBEDDED_FEE : 0n;
    const raw = await from.signTransaction({
      chainId: chain.chainId,
      nonce,
      ...(to ? { to } : {}),
      data,
      value,
      gas,
      maxFeePerGas: 2n * BigInt(block.baseFeePerGas) + tip + least,
      maxPriorityFeePerGas: tip,
    });
    const row: Row = {
      hash: keccak256(raw),
      sender: from.address,
      nonce,
      raw,
      purpose,
      token_id: tokenId,
      created_at: clock.now(),
      state: "sent",
      block_number: null,
      gas_used: null,
      fee_wei: null,
      problem: null,
    };
    await store.query(
      `insert into outbox (hash, sender, nonce, raw, purpose, token_id, created_at, state)
       values ($1, $2, $3, $4, $5, $6, $7, 'sent')`,
      [row.hash, row.sender, nonce, raw, JSON.stringify(purpose), tokenId, row.created_at],
    );
    tell(entryOf(row));
    return row;
  }

  async function find(hash: `0x${string}`): Promise<OutboxEntry | null> {
    const [row] = await store.query<Row>("select * from outbox where hash = $1", [hash]);
    return row ? entryOf(row) : null;
  }

  return {
    async send(sending) {
      const sender = sending.from.address;
      const row = await lock(sender, async () => {
        const gas = await gasFor(sending);
        await checkBalance(sending, gas);
        const stored = await signAndStore(sending, gas, await nextNonce(sender));
        let refused: string | null = null;
        try {
          refused = await submit(stored.raw);
        } catch (error) {
          // Kept, and sent when the chain is back.
          if (!isUnreachable(error)) throw error;
        }
        if (refused !== null) {
          await change(stored, { state: "failed", problem: refused });
          if (OUT_OF_ETH.test(refused)) throw new NotEnoughEthError(sending.from, sending.value ?? 0n);
          throw new TransactionRefusedError({
            name: "unknown",
            args: [],
            text: `The chain refused the transaction: ${refused}.`,
            mend: "",
          });
        }
        return stored;
      });
      soon();
      return entryOf(row);
    },
    async settled(hash, timeoutMs = 30_000) {
      const until = clock.now() + timeoutMs;
      for (let wait = SOON_MS; ; wait = Math.min(1_000, wait * 2)) {
        await syncAll().catch((error) => {
          if (!isUnreachable(error)) throw error;
        });
        const entry = await find(hash);
        if (!entry) throw new RangeError(`no transaction ${hash} is kept here`);
        if (entry.state !== "sent" || clock.now() >= until) return entry;
        await clock.sleep(wait);
      }
    },
    find,
    async sync() {
      await syncAll();
    },
    listen(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    start() {
      if (running) return;
      running = true;
      schedule(0);
    },
    async stop() {
      running = false;
      cancelTimer?.();
      await working;
    },
  };
}

const SOON_MS = 25;
/** Between looks when nothing waits: notices a chain that went back to an older state. */
const QUIET_MS = 2_000;
/** Transactions of an account that are looked at again after the chain went back. */
const LOOK_BACK = 256;
const GAP = "gap";
/** 10 gwei: ten times the base fee with which an anvil begins. Practice money. */
const EMBEDDED_FEE = 10_000_000_000n;
const OUT_OF_ETH = /insufficient funds|out of funds|not have enough funds/i;

interface Row {
  hash: string;
  sender: Address;
  nonce: number;
  raw: string;
  purpose: Purpose;
  token_id: string | null;
  created_at: string | number;
  state: OutboxState;
  block_number: string | number | null;
  gas_used: string | bigint | null;
  fee_wei: string | bigint | null;
  problem: string | null;
}

interface Receipt {
  status: string;
  blockNumber: string;
  gasUsed: string;
  effectiveGasPrice: string;
}

function entryOf(row: Row): OutboxEntry {
  return {
    hash: row.hash as `0x${string}`,
    sender: row.sender,
    nonce: row.nonce,
    purpose: row.purpose,
    tokenId: row.token_id,
    createdAt: Number(row.created_at),
    state: row.state,
    block: row.block_number === null ? null : Number(row.block_number),
    gasUsed: row.gas_used === null ? null : BigInt(row.gas_used),
    feeWei: row.fee_wei === null ? null : BigInt(row.fee_wei),
    problem: row.problem,
  };
}

/** The account cannot pay value and gas. */
export class NotEnoughEthError extends CarraraError {
  constructor(actor: Pick<Actor, "name" | "address">, value: bigint, cause?: unknown) {
    super("not-enough-eth", `The ${actor.name} (${actor.address}) has not enough ETH for ${value} wei and the gas.`, {
      hint: "Act as another account, or choose a cheaper piece.",
      cause,
    });
  }
}

/** EIP-7825 forbids so large a transaction. */
export class GasCapError extends CarraraError {
  constructor(estimate: bigint) {
    super("gas-cap", `The transaction would take ${estimate} gas; ${TRANSACTION_GAS_CAP} are the most (EIP-7825).`, {
      hint: "Divide it into smaller ones.",
    });
  }
}
