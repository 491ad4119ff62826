/**
 * Answers as text for a terminal: aligned columns, units behind numbers.
 * @module
 */
import type { Books, PieceBrief, Sent, Status, Verification } from "@carrara/api/schemas";
import type { Config } from "../config.ts";

/** `6.1 MH/s` */
export function rate(hashesPerSecond: number): string {
  if (hashesPerSecond === 0) return "0 H/s";
  const units = ["H/s", "kH/s", "MH/s", "GH/s", "TH/s", "PH/s", "EH/s"];
  let value = hashesPerSecond;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${value.toPrecision(4)} ${units[unit]}`;
}

/** Wei as ETH, exact, without trailing zeros. `eth(50000000000000000n) === "0.05"` */
export function eth(wei: bigint): string {
  const sign = wei < 0n ? "-" : "";
  const size = wei < 0n ? -wei : wei;
  const fraction = (size % 10n ** 18n).toString().padStart(18, "0").replace(/0+$/, "");
  return `${sign}${size / 10n ** 18n}${fraction ? `.${fraction}` : ""}`;
}

const kindOf = (kind: string) => (kind === "embedded" ? "embedded, not real" : "real");

export function status(now: Status): string {
  const lines = [
    [
      "Bitcoin",
      `${now.bitcoin.name}, ${kindOf(now.bitcoin.kind)}, height ${now.bitcoin.height}${now.bitcoin.problem ? `: ${now.bitcoin.problem}` : ""}`,
    ],
    [
      "Ethereum",
      `chain ${now.ethereum.chainId}, ${kindOf(now.ethereum.kind)}, block ${now.ethereum.height}${now.ethereum.problem ? `: ${now.ethereum.problem}` : ""}`,
    ],
    ["Stratum", `${now.stratum.url}, ${now.stratum.connections} connected`],
    [
      "Miner",
      `${now.miner.state}, ${now.miner.threads} of ${now.miner.maxThreads} threads, ${rate(now.miner.hashRate)}`,
    ],
  ];
  if (now.collection) {
    const { name, supply, cap, sillLog2, round } = now.collection;
    lines.push([
      "Collection",
      `${name}, ${supply} of ${cap} forged, round ${round}, a piece is 1 in 2^${sillLog2.toFixed(1)}`,
    ]);
  }
  for (const actor of now.actors)
    lines.push([actor.name, `${actor.address}  ${eth(BigInt(actor.balanceWei))} ETH (practice)`]);
  if (now.preparing) lines.push(["Preparing", now.preparing]);
  return table(lines);
}

export function miner(now: Status["miner"]): string {
  return `${now.state}, ${now.threads} of ${now.maxThreads} threads, ${rate(now.hashRate)}${now.problem ? `\n${now.problem}` : ""}`;
}

export function pieces(found: readonly PieceBrief[]): string {
  if (found.length === 0) return "No piece yet. The next share below the sill becomes one.";
  return table([
    ["token", "title", "rarity", "state", "owner", "price"],
    ...found.map((piece) => [
      shortToken(piece.tokenId),
      piece.title,
      `1 in 2^${piece.log2.toFixed(1)}`,
      piece.state,
      piece.ownerName ?? piece.owner ?? "",
      piece.priceWei ? `${eth(BigInt(piece.priceWei))} ETH` : "",
    ]),
  ]);
}

/** Eight digits after the zeros: enough to name a piece on the command line. */
function shortToken(tokenId: string): string {
  return tokenId.replace(/^0+/, "").slice(0, 8);
}

export function sent(what: string, { txHash, state, tokenId }: Sent): string {
  const verb = { forge: "forge", list: "list", cancel: "withdraw the listing of", buy: "buy" }[what] ?? what;
  return `Sent, to ${verb} ${shortToken(tokenId)}; it is ${state}.${txHash ? `\n${txHash}` : ""}`;
}

export function verification(verdict: Verification): string {
  const lines = verdict.checks.map(({ name, ok, detail }) => [ok ? "yes" : "NO", name, detail]);
  const head = verdict.title ? `${verdict.title}: ` : "";
  return `${table(lines)}\n${head}${verdict.ok ? "the same, to the bit" : "NOT what it says it is"} (${verdict.seconds.toFixed(1)} s)`;
}

export function books({ entries, totals }: Books): string {
  if (entries.length === 0) return "Nothing came in or went out yet.";
  const amount = (text: string, asset: "BTC" | "ETH") =>
    asset === "BTC" ? `${BigInt(text).toLocaleString("en-US")} sat` : `${eth(BigInt(text))} ETH`;
  return [
    table(
      entries.map((entry) => [
        new Date(entry.time).toISOString().slice(0, 19).replace("T", " "),
        entry.who,
        amount(entry.amount, entry.asset),
        entry.text,
        entry.state === "final" ? "" : entry.state,
        entry.real ? "" : "practice",
      ]),
    ),
    "",
    table(
      totals.map((total) => [
        total.who,
        `in ${amount(total.in, total.asset)}`,
        `out ${amount(total.out, total.asset)}`,
        total.real ? "" : "practice",
      ]),
    ),
  ].join("\n");
}

export function settings(list: ReturnType<Config["list"]>): string {
  return table(list.map(({ name, value, origin, about }) => [name, value === "" ? "-" : value, origin, about]));
}

/**
 * A line that moves while something takes long; the returned function ends it.
 * @param share how much is done, 0 to 1, where that is known
 */
export function progress(
  err: (text: string) => void,
  what: string,
  share: () => number | undefined = () => undefined,
): () => void {
  if (!process.stderr.isTTY) {
    err(`${what} ...`);
    return () => {};
  }
  const started = Date.now();
  const timer = setInterval(() => {
    const seconds = Math.floor((Date.now() - started) / 1000);
    const done = share();
    const percent = done === undefined ? "" : `${Math.floor(done * 100)} %, `;
    process.stderr.write(
      `\r${what} ${"▁▂▃▄▅▆▇█"[Math.floor((Date.now() - started) / 120) % 8]} ${percent}${seconds} s `,
    );
  }, 120);
  return () => {
    clearInterval(timer);
    process.stderr.write("\r\u001b[K");
  };
}

function table(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [i, cell] of row.entries()) widths[i] = Math.max(widths[i] ?? 0, cell.length);
  }
  return rows
    .map((row) =>
      row
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}
