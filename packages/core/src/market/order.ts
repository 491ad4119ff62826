/**
 * Orders of this market: how one is made, and what is wrong with one that somebody gives us. A listing is shown and
 * fulfilled only if the second function finds nothing, whoever made it (an order endpoint that did not check the fee
 * recipient was used against sellers: ProjectOpenSea/opensea-sdk#540).
 *
 * The consideration is: the seller, then whoever has a share. In the first sale of a piece that is the artist, with the
 * collection's part; in later ones the piece's splitter, with the ERC-2981 royalty. "First" means that no sale of the
 * piece has been seen on Seaport, whoever sells: passing it to another account of one's own changes nothing.
 * @module
 */
import { type Address, address } from "@carrara/base/units";
import { isHex, recoverAddress } from "viem";
import { ERC721, FULL_OPEN, NATIVE, type OrderComponents, orderDigest, ZERO_ADDRESS, ZERO_BYTES32 } from "./seaport.ts";

/** Cheapest price, in wei: below it a share of one hundredth of a percent is less than a wei. */
export const PRICE_LEAST = 10_000n;
/** Dearest price: a billion ETH. More is a slip of the hand. */
export const PRICE_MOST = 10n ** 27n;

/** Who has a share of a sale, and how much of a price. */
export interface Share {
  recipient: Address;
  /** Hundredths of a percent. */
  bps: number;
}

/** What is true on the chain and in the order book, against which an order is checked. */
export interface OrderFacts {
  chainId: number;
  seaport: Address;
  collection: Address;
  tokenId: bigint;
  /** Null when the piece does not exist. */
  owner: Address | null;
  share: Share;
  /** Seaport's counter of the owner. */
  counter: bigint;
  /** Unix seconds. */
  now: bigint;
}

/** Why an order is not taken. */
export interface OrderFault {
  code: "bad-order" | "bad-price" | "not-owner" | "order-over" | "bad-signature";
  text: string;
}

/** Wei of a share, rounded down: the seller has what is left. */
export function shareOf(price: bigint, { bps }: Share): bigint {
  return (price * BigInt(bps)) / 10_000n;
}

/**
 * The order that lists one piece.
 * @param until Unix seconds
 * @param salt any number that the seller has not used
 */
export function listingOrder(
  facts: OrderFacts,
  seller: Address,
  price: bigint,
  until: bigint,
  salt: bigint,
): OrderComponents {
  const part = shareOf(price, facts.share);
  const pay = (recipient: Address, amount: bigint) => ({
    itemType: NATIVE,
    token: ZERO_ADDRESS,
    identifierOrCriteria: 0n,
    startAmount: amount,
    endAmount: amount,
    recipient,
  });
  return {
    offerer: seller,
    zone: ZERO_ADDRESS,
    offer: [
      {
        itemType: ERC721,
        token: facts.collection,
        identifierOrCriteria: facts.tokenId,
        startAmount: 1n,
        endAmount: 1n,
      },
    ],
    // Seaport refuses items of nothing. A share of everything would leave the seller none: so does the check below.
    consideration: [pay(seller, price - part), ...(part > 0n ? [pay(facts.share.recipient, part)] : [])],
    orderType: FULL_OPEN,
    startTime: facts.now - CLOCK_SLACK,
    endTime: until,
    zoneHash: ZERO_BYTES32,
    salt,
    conduitKey: ZERO_BYTES32,
    counter: facts.counter,
  };
}

/**
 * What is wrong with an order, or null. Every field is compared with what we would have made.
 * @example await orderFault(order, signature, facts) // { code: "bad-order", text: "The artist's share ..." }
 */
export async function orderFault(
  order: OrderComponents,
  signature: string,
  facts: OrderFacts,
): Promise<OrderFault | null> {
  return fieldFault(order, facts) ?? timeFault(order, facts) ?? signatureFault(order, signature, facts);
}

/** Ether that fulfilling takes. */
export function priceOf(order: Pick<OrderComponents, "consideration">): bigint {
  return order.consideration.reduce((sum, { startAmount }) => sum + startAmount, 0n);
}

/** Block time may lag behind this computer's clock by so many seconds. */
const CLOCK_SLACK = 60n;

function fieldFault(order: OrderComponents, facts: OrderFacts): OrderFault | null {
  const bad = (text: string): OrderFault => ({ code: "bad-order", text });
  const { offer, consideration } = order;
  const [offered] = offer;
  if (offer.length !== 1 || !offered) return bad(`It offers ${offer.length} items; one piece is sold at a time.`);
  if (offered.itemType !== ERC721)
    return bad(`It offers an item of type ${offered.itemType}; pieces are of type ${ERC721}.`);
  if (offered.token !== facts.collection)
    return bad(`It offers a token of ${offered.token}, not of ${facts.collection}.`);
  if (offered.identifierOrCriteria !== facts.tokenId) return bad("It offers another piece.");
  if (offered.startAmount !== 1n || offered.endAmount !== 1n) return bad("It offers another amount than one.");
  if (order.zone !== ZERO_ADDRESS) return bad(`It has a zone (${order.zone}), which could forbid the sale.`);
  if (order.zoneHash !== ZERO_BYTES32) return bad("It has a zone hash.");
  if (order.conduitKey !== ZERO_BYTES32) return bad("It goes through a conduit.");
  if (order.orderType !== FULL_OPEN)
    return bad(`It is of order type ${order.orderType}; ours are of type ${FULL_OPEN}, open to all.`);
  for (const item of consideration) {
    if (item.itemType !== NATIVE || item.token !== ZERO_ADDRESS || item.identifierOrCriteria !== 0n)
      return bad("It asks for something else than ETH.");
    if (item.startAmount !== item.endAmount) return bad("Its price changes with time.");
    if (item.startAmount <= 0n) return bad("It asks for an item of nothing.");
  }
  const price = priceOf(order);
  if (price < PRICE_LEAST || price > PRICE_MOST) {
    return { code: "bad-price", text: `The price is ${price} wei; ${PRICE_LEAST} to ${PRICE_MOST} are taken.` };
  }
  const due = shareOf(price, facts.share);
  const [own, share, ...others] = consideration;
  if (own?.recipient !== order.offerer) return bad("Its first item does not pay the seller.");
  if (others.length > 0) return bad(`It pays ${consideration.length} parties; seller and share are two.`);
  if (due > 0n) {
    if (!share) return bad(`The share of ${facts.share.recipient} is missing: ${due} wei.`);
    if (share.recipient !== facts.share.recipient)
      return bad(`The share goes to ${share.recipient}, not to ${facts.share.recipient}.`);
    if (share.startAmount !== due) return bad(`The share is ${share.startAmount} wei, not ${due}.`);
  } else if (share) return bad(`It pays ${share.recipient}, who has no share.`);
  return null;
}

function timeFault(order: OrderComponents, facts: OrderFacts): OrderFault | null {
  if (facts.owner === null) return { code: "not-owner", text: "The piece has not been forged." };
  if (facts.owner !== order.offerer)
    return { code: "not-owner", text: `The seller ${order.offerer} does not own the piece; ${facts.owner} does.` };
  if (order.startTime > facts.now) return { code: "order-over", text: "It has not begun." };
  if (order.endTime <= facts.now) return { code: "order-over", text: "It has ended." };
  if (order.counter !== facts.counter)
    return { code: "order-over", text: "The seller has withdrawn all earlier listings at once." };
  return null;
}

async function signatureFault(
  order: OrderComponents,
  signature: string,
  facts: OrderFacts,
): Promise<OrderFault | null> {
  const fault: OrderFault = { code: "bad-signature", text: "It is not signed by its seller." };
  if (!isHex(signature) || signature.length !== 132) return fault;
  try {
    const hash = orderDigest(order, facts.chainId, facts.seaport);
    return address(await recoverAddress({ hash, signature })) === order.offerer ? null : fault;
  } catch {
    return fault;
  }
}
