/**
 * The rules with which relays are deployed, one for each chain that a sale can be paid on. `Relay.sol` takes them with
 * the chain's present epoch: its number (height of its first header / interval), that header's time and bits. Compare
 * all three with a node of your own before you trust a relay that somebody else has deployed: what it began with is its
 * first event, and nobody can change it.
 * @module
 */

/**
 * Bitcoin. Six headers on each side of a seam, so that a forged one costs at least five block rewards; 144, a day's work,
 * when the relay has not been told of a seam for a week. Until then a forged next target is 3/2 as easy at most, which is
 * what the escrow's cap allows for.
 */
export const BITCOIN_RELAY = {
  interval: 2016,
  spacing: 600,
  limit: 0x1d00ffff,
  proof: 6,
  deepProof: 144,
  staleAfter: 3 * 7 * 86_400,
} as const;

/**
 * The chain that a node opens by itself, worth nothing: its constants are those of packages/app's `DEFAULT_PARAMS`. The
 * node may sleep for a week before its relay is stale.
 */
export const EMBEDDED_RELAY = {
  interval: 20,
  spacing: 30,
  limit: 0x1e0fffff,
  proof: 6,
  deepProof: 12,
  staleAfter: 7 * 86_400,
} as const;

/** The one target of regtest, for `FixedTargetRelay.sol`: every second hash meets it, so nothing there is proved. */
export const REGTEST_BITS = 0x207fffffn;
