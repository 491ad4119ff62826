/**
 * Prometheus text (exposition format 0.0.4): names end in their unit, each has its help.
 * @module
 */
import type { Status } from "@carrara/api/schemas";

/** Counts that the status does not carry. */
export interface Counts {
  sharesAccepted: number;
  sharesRejected: number;
  blocksFound: number;
  claims: number;
  pieces: number;
  httpFaults: number;
}

/** @example metricsText(status, counts) // "# HELP carrara_up ..." */
export function metricsText(status: Status, counts: Counts): string {
  const lines: string[] = [];
  const add = (name: string, type: "gauge" | "counter", help: string, value: number | null) => {
    if (value === null) return;
    lines.push(`# HELP carrara_${name} ${help}`, `# TYPE carrara_${name} ${type}`, `carrara_${name} ${value}`);
  };
  add("up", "gauge", "1 while the node runs.", 1);
  add("started_seconds", "gauge", "When the node started, seconds since 1970.", Math.floor(status.startedAt / 1000));
  add("hash_rate_hashes_per_second", "gauge", "From shares of the last ten minutes, all machines.", status.hashRate);
  add("miner_hash_rate_hashes_per_second", "gauge", "Of this computer, as it counts itself.", status.miner.hashRate);
  add("stratum_connections", "gauge", "Open Stratum connections.", status.stratum.connections);
  add("shares_accepted_total", "counter", "Shares taken since the node started.", counts.sharesAccepted);
  add("shares_rejected_total", "counter", "Shares refused since the node started.", counts.sharesRejected);
  add("blocks_found_total", "counter", "Blocks found by this pool, ever.", counts.blocksFound);
  add("claims", "gauge", "Shares that may become pieces now.", counts.claims);
  add("pieces_total", "counter", "Pieces forged, as this node knows.", counts.pieces);
  add("bitcoin_up", "gauge", "1 while the Bitcoin node answers.", Number(status.bitcoin.reachable));
  add("bitcoin_height_blocks", "gauge", "Height of the Bitcoin chain.", status.bitcoin.height);
  add("ethereum_up", "gauge", "1 while the Ethereum chain answers.", Number(status.ethereum.reachable));
  add("ethereum_height_blocks", "gauge", "Height of the Ethereum chain.", status.ethereum.height);
  add("http_faults_total", "counter", "Requests that failed by a fault of the node.", counts.httpFaults);
  return `${lines.join("\n")}\n`;
}
