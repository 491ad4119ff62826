/**
 * The part of Seaport 1.6 that this node speaks: its ABI, order types and hashes. Seaport itself is deployed unchanged.
 * Source: ProjectOpenSea/seaport, docs/SeaportDocumentation.md and src/lib/ConsiderationStructs.sol of 1.6.
 * @module
 */
import type { Address } from "@carrara/base/units";
import { hashTypedData, parseAbi } from "viem";
import type { TypedDataToSign } from "../ports/ethereum.ts";

type Hex = `0x${string}`;

const STRUCTS = [
  "struct OfferItem { uint8 itemType; address token; uint256 identifierOrCriteria; uint256 startAmount; uint256 endAmount; }",
  "struct ConsiderationItem { uint8 itemType; address token; uint256 identifierOrCriteria; uint256 startAmount; uint256 endAmount; address recipient; }",
  "struct OrderParameters { address offerer; address zone; OfferItem[] offer; ConsiderationItem[] consideration; uint8 orderType; uint256 startTime; uint256 endTime; bytes32 zoneHash; uint256 salt; bytes32 conduitKey; uint256 totalOriginalConsiderationItems; }",
  "struct OrderComponents { address offerer; address zone; OfferItem[] offer; ConsiderationItem[] consideration; uint8 orderType; uint256 startTime; uint256 endTime; bytes32 zoneHash; uint256 salt; bytes32 conduitKey; uint256 counter; }",
  "struct Order { OrderParameters parameters; bytes signature; }",
  "struct SpentItem { uint8 itemType; address token; uint256 identifier; uint256 amount; }",
  "struct ReceivedItem { uint8 itemType; address token; uint256 identifier; uint256 amount; address recipient; }",
] as const;

export const seaportAbi = parseAbi([
  ...STRUCTS,
  "constructor(address conduitController)",
  "function fulfillOrder(Order order, bytes32 fulfillerConduitKey) payable returns (bool fulfilled)",
  "function cancel(OrderComponents[] orders) returns (bool cancelled)",
  "function incrementCounter() returns (uint256 newCounter)",
  "function getCounter(address offerer) view returns (uint256 counter)",
  "function getOrderHash(OrderComponents order) view returns (bytes32 orderHash)",
  "function getOrderStatus(bytes32 orderHash) view returns (bool isValidated, bool isCancelled, uint256 totalFilled, uint256 totalSize)",
  "function information() view returns (string version, bytes32 domainSeparator, address conduitController)",
  "event OrderFulfilled(bytes32 orderHash, address indexed offerer, address indexed zone, address recipient, SpentItem[] offer, ReceivedItem[] consideration)",
  "event OrderCancelled(bytes32 orderHash, address indexed offerer, address indexed zone)",
  "event CounterIncremented(uint256 newCounter, address indexed offerer)",
  "error OrderAlreadyFilled(bytes32 orderHash)",
  "error OrderIsCancelled(bytes32 orderHash)",
  "error InvalidTime(uint256 startTime, uint256 endTime)",
  "error InvalidSigner()",
  "error InvalidSignature()",
  "error BadSignatureV(uint8 v)",
  "error BadContractSignature()",
  "error InsufficientNativeTokensSupplied()",
  "error InvalidMsgValue(uint256 value)",
  "error NativeTokenTransferGenericFailure(address account, uint256 amount)",
  "error TokenTransferGenericFailure(address token, address from, address to, uint256 identifier, uint256 amount)",
  "error CannotCancelOrder()",
  "error NoContract(address account)",
]);

/** Item types of Seaport: ETH and one ERC-721 token are all that our orders hold. */
export const NATIVE = 0;
export const ERC721 = 2;
/** Anybody may fulfil, wholly or not at all. */
export const FULL_OPEN = 0;
export const ZERO_ADDRESS = `0x${"00".repeat(20)}` as Address;
export const ZERO_BYTES32: Hex = `0x${"00".repeat(32)}`;

/** What is offered. */
export interface OfferItem {
  itemType: number;
  token: Address;
  identifierOrCriteria: bigint;
  startAmount: bigint;
  endAmount: bigint;
}

/** What is wanted, and who gets it. */
export interface ConsiderationItem extends OfferItem {
  recipient: Address;
}

/** An order as its offerer signs it. */
export interface OrderComponents {
  offerer: Address;
  zone: Address;
  offer: readonly OfferItem[];
  consideration: readonly ConsiderationItem[];
  orderType: number;
  startTime: bigint;
  endTime: bigint;
  zoneHash: Hex;
  salt: bigint;
  conduitKey: Hex;
  counter: bigint;
}

/** The EIP-712 input that a wallet shows and signs. Its hash is what Seaport checks; see {@link orderHash}. */
export function orderTypedData(order: OrderComponents, chainId: number, seaport: Address): TypedDataToSign {
  return {
    domain: { name: "Seaport", version: "1.6", chainId, verifyingContract: seaport },
    types: ORDER_TYPES,
    primaryType: "OrderComponents",
    message: { ...order },
  };
}

/** The digest under a signature of {@link orderTypedData} (EIP-712). */
export function orderDigest(order: OrderComponents, chainId: number, seaport: Address): Hex {
  return hashTypedData(orderTypedData(order, chainId, seaport));
}

const item = [
  { name: "itemType", type: "uint8" },
  { name: "token", type: "address" },
  { name: "identifierOrCriteria", type: "uint256" },
  { name: "startAmount", type: "uint256" },
  { name: "endAmount", type: "uint256" },
];

export const ORDER_TYPES: Record<string, readonly { name: string; type: string }[]> = {
  OrderComponents: [
    { name: "offerer", type: "address" },
    { name: "zone", type: "address" },
    { name: "offer", type: "OfferItem[]" },
    { name: "consideration", type: "ConsiderationItem[]" },
    { name: "orderType", type: "uint8" },
    { name: "startTime", type: "uint256" },
    { name: "endTime", type: "uint256" },
    { name: "zoneHash", type: "bytes32" },
    { name: "salt", type: "uint256" },
    { name: "conduitKey", type: "bytes32" },
    { name: "counter", type: "uint256" },
  ],
  OfferItem: item,
  ConsiderationItem: [...item, { name: "recipient", type: "address" }],
};
