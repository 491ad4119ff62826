// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Escrow} from "../src/Escrow.sol";
import {Status} from "../src/EscrowState.sol";
import {FixedTargetRelay} from "../src/bitcoin/FixedTargetRelay.sol";
import {Spv} from "../src/bitcoin/Spv.sol";
import {Claims} from "./Claims.sol";
import {PlainMint} from "./PlainMint.sol";
import {Test} from "./Vm.sol";

/// @notice Bitcoin as far as an escrow sees it: transactions, blocks of four, headers at regtest's target, proofs.
library Payments {
    uint256 internal constant TARGET = 0x7fffff << 232;

    /// @notice Outputs of a transaction, to be filled with `pays`.
    struct Outputs {
        uint8 count;
        bytes data;
    }

    function none() internal pure returns (Outputs memory) {
        return Outputs(0, "");
    }

    function pays(Outputs memory o, uint256 sats, bytes memory script) internal pure returns (Outputs memory) {
        return Outputs(o.count + 1, abi.encodePacked(o.data, Claims.output(uint64(sats), script)));
    }

    /// @notice A transaction with one input, whose outpoint is made of `seed`.
    function transaction(Outputs memory o, uint256 seed) internal pure returns (bytes memory) {
        bytes32 spent = keccak256(abi.encode(seed, "spent"));
        return abi.encodePacked(hex"0200000001", spent, hex"0000000000fdffffff", o.count, o.data, hex"00000000");
    }

    /// @notice Proof of transaction `index`, 1 to 3, in a block of a coinbase and these three, with `above` further
    /// levels, and `count` headers from that block on.
    function prove(
        bytes[3] memory transactions,
        uint256 index,
        uint256 above,
        uint256 count,
        uint256 time,
        uint256 fork
    ) internal pure returns (Spv.Proof memory proof) {
        bytes32[] memory roots = new bytes32[](count);
        (proof, roots[0]) = inBlock(transactions, index, above, fork);
        for (uint256 i = 1; i < count; ++i) {
            roots[i] = keccak256(abi.encode(fork, i));
        }
        proof.headers = headers(roots, time, fork);
    }

    /// @notice The same without headers, and the root that the first header must have.
    function inBlock(bytes[3] memory transactions, uint256 index, uint256 above, uint256 fork)
        internal
        pure
        returns (Spv.Proof memory proof, bytes32 root)
    {
        bytes memory coinbase = Claims.coinbase(keccak256(transactions[0]), fork);
        bytes32[4] memory leaves = [
            Claims.sha256d(coinbase),
            Claims.sha256d(transactions[0]),
            Claims.sha256d(transactions[1]),
            Claims.sha256d(transactions[2])
        ];
        bytes32[2] memory nodes = [
            Claims.sha256d(abi.encodePacked(leaves[0], leaves[1])),
            Claims.sha256d(abi.encodePacked(leaves[2], leaves[3]))
        ];
        proof.transaction = transactions[index - 1];
        proof.index = index;
        proof.coinbasePreimage = sha256(coinbase);
        proof.branch = Claims.branchOf(2 + above, fork);
        proof.coinbaseBranch = Claims.branchOf(2 + above, fork);
        proof.branch[0] = leaves[index ^ 1];
        proof.branch[1] = nodes[(index >> 1) ^ 1];
        proof.coinbaseBranch[0] = leaves[1];
        proof.coinbaseBranch[1] = nodes[1];
        root = Claims.fold(leaves[0], proof.coinbaseBranch, 0);
    }

    /// @notice A chain of headers with these roots, ten seconds apart, so that many are not in the future. Another
    /// `fork`, other headers.
    function headers(bytes32[] memory roots, uint256 time, uint256 fork) internal pure returns (bytes memory all) {
        bytes32 previous = keccak256(abi.encode(fork, "previous"));
        all = new bytes(80 * roots.length);
        for (uint256 i; i < roots.length; ++i) {
            bytes memory header =
                abi.encodePacked(hex"00000020", previous, roots[i], le32(time + i * 10), hex"ffff7f20", bytes4(0));
            for (uint32 nonce;; ++nonce) {
                assembly ("memory-safe") {
                    mstore(add(header, 0x50), or(shl(32, shr(32, mload(add(header, 0x50)))), nonce))
                }
                if (Claims.work(header) <= TARGET) break;
            }
            previous = Claims.sha256d(header);
            for (uint256 j; j < 80; ++j) {
                all[80 * i + j] = header[j];
            }
        }
    }

    /// @notice Headers `from` to `to`, the last not among them.
    function part(bytes memory all, uint256 from, uint256 to) internal pure returns (bytes memory some) {
        some = new bytes(80 * (to - from));
        for (uint256 i; i < some.length; ++i) {
            some[i] = all[80 * from + i];
        }
    }

    /// @notice The hash of the header at `index`.
    function hashAt(bytes memory all, uint256 index) internal pure returns (bytes32) {
        return Claims.sha256d(part(all, index, index + 1));
    }

    function le32(uint256 value) internal pure returns (bytes4) {
        return bytes4(bytes8(Claims.le64(uint64(value))));
    }

    /// @notice A wallet's address script, version 0 and 20 bytes.
    function script(uint256 seed) internal pure returns (bytes memory) {
        return abi.encodePacked(hex"0014", bytes20(keccak256(abi.encode(seed, "script"))));
    }

    // The tree of scripts: sorted pairs.

    function leaf(bytes memory script_) internal pure returns (bytes32) {
        return keccak256(bytes.concat(keccak256(script_)));
    }

    function node(bytes32 a, bytes32 b) internal pure returns (bytes32) {
        return a < b ? keccak256(abi.encodePacked(a, b)) : keccak256(abi.encodePacked(b, a));
    }

    /// @notice Root over the scripts of seeds `first` to `first + 2 ** depth - 1`, and the branch of the one at `index`.
    function tree(uint256 first, uint256 depth, uint256 index)
        internal
        pure
        returns (bytes32 root, bytes32[] memory branch)
    {
        uint256 width = 1 << depth;
        bytes32[] memory row = new bytes32[](width);
        for (uint256 i; i < width; ++i) {
            row[i] = leaf(script(first + i));
        }
        branch = new bytes32[](depth);
        for (uint256 level; level < depth; ++level) {
            branch[level] = row[index ^ 1];
            index >>= 1;
            width >>= 1;
            for (uint256 i; i < width; ++i) {
                row[i] = node(row[2 * i], row[2 * i + 1]);
            }
        }
        return (row[0], branch);
    }
}

/// @notice An escrow with the parameters of mainnet over a chain that anybody can mine, and one sale's terms.
abstract contract EscrowFixture is Test {
    using Payments for Payments.Outputs;

    uint256 internal constant SUBSIDY = 156_250_000;
    uint256 internal constant CAP = SUBSIDY / 3;
    uint256 internal constant DEEP = 144;
    uint256 internal constant START = 1_800_000_000;
    address internal constant SELLER = address(0x5E11E8);
    address internal constant BUYER = address(0xB0B);
    address internal constant PROVER = address(0x9807E8);
    address internal constant SPONSOR = address(0x59095);

    Escrow internal escrow;
    PlainMint internal nft;
    uint256 private _tokens;
    uint256 private _forks;

    function setUp() public virtual {
        vm.warp(START);
        escrow = new Escrow(new FixedTargetRelay(0x207fffff), SUBSIDY, DEEP, windows());
        nft = new PlainMint();
        vm.deal(SPONSOR, 1000 ether);
        vm.prank(SELLER);
        nft.setApprovalForAll(address(escrow), true);
    }

    function windows() internal pure returns (Escrow.Windows memory) {
        return Escrow.Windows(2 hours, 24 hours, 12 hours, 24 hours, 14 days);
    }

    /// @notice A token of the seller's, and terms that sell it, with 16 scripts of its own.
    function terms() internal returns (Escrow.Terms memory t) {
        uint256 tokenId = ++_tokens;
        nft.mint(SELLER, tokenId);
        t.seller = SELLER;
        t.nft = address(nft);
        t.tokenId = tokenId;
        t.priceSats = 1_000_000;
        (t.scriptRoot,) = Payments.tree(100 * tokenId, 4, 0);
        t.confirmations = 3;
        t.depositWei = 0.01 ether;
        t.proverFeeWei = 0.002 ether;
        t.salt = 7;
    }

    function required(uint256 sats, uint256 seed) internal pure returns (Escrow.Output[] memory outputs) {
        outputs = new Escrow.Output[](1);
        outputs[0] = Escrow.Output(uint64(sats), Payments.script(seed));
    }

    /// @notice The script that a token's `index`th reservation is given.
    function scriptOf(Escrow.Terms memory t, uint256 index) internal pure returns (bytes memory) {
        return Payments.script(100 * t.tokenId + index);
    }

    function list(Escrow.Terms memory t) internal returns (bytes32) {
        vm.prank(t.seller);
        return escrow.list(t);
    }

    function reserve(Escrow.Terms memory t, uint256 index) internal {
        reserve(t, BUYER, index);
    }

    function reserve(Escrow.Terms memory t, address buyer, uint256 index) internal {
        (, bytes32[] memory branch) = Payments.tree(100 * t.tokenId, 4, index);
        vm.prank(SPONSOR);
        escrow.reserve{value: t.depositWei}(t, buyer, scriptOf(t, index), branch);
    }

    /// @notice Listed, and reserved with the script of index 0.
    function reserved() internal returns (Escrow.Terms memory t) {
        t = terms();
        list(t);
        reserve(t, 0);
    }

    /// @notice A transaction that pays `sats` to the script of a reservation, and change.
    function payment(Escrow.Terms memory t, uint256 index, uint256 sats, uint256 seed)
        internal
        pure
        returns (bytes memory)
    {
        Payments.Outputs memory outputs = Payments.none().pays(sats, scriptOf(t, index));
        for (uint256 i; i < t.required.length; ++i) {
            outputs = outputs.pays(t.required[i].sats, t.required[i].script);
        }
        return Payments.transaction(outputs.pays(5_555_555, Payments.script(seed << 128)), seed);
    }

    /// @notice The transaction in a block of its own, of this moment, under `count` headers.
    function proofOf(bytes memory transaction, uint256 count) internal returns (Spv.Proof memory) {
        return proofOf(transaction, count, block.timestamp, ++_forks);
    }

    function proofOf(bytes memory transaction, uint256 count, uint256 time, uint256 fork)
        internal
        pure
        returns (Spv.Proof memory)
    {
        return Payments.prove([transaction, new bytes(65), new bytes(66)], 1, 0, count, time, fork);
    }

    function pay(Escrow.Terms memory t, uint256 index, Spv.Proof memory proof) internal {
        vm.prank(PROVER);
        escrow.pay(t, scriptOf(t, index), proof);
    }

    /// @notice Pays `sats` to the script of a reservation, and proves it.
    function pay(Escrow.Terms memory t, uint256 index, uint256 sats) internal {
        pay(t, index, proofOf(payment(t, index, sats, ++_forks), t.confirmations));
    }

    function statusOf(Escrow.Terms memory t) internal view returns (Status) {
        return saleOf(t).status;
    }

    function saleOf(Escrow.Terms memory t) internal view returns (Escrow.Sale memory sale) {
        (sale,) = escrow.saleOf(escrow.idOf(t));
    }

    function creditOf(Escrow.Terms memory t) internal view returns (Escrow.Credit memory credit) {
        (, credit) = escrow.saleOf(escrow.idOf(t));
    }

    /// @notice As if other sales had used so much of a header.
    function setExposure(bytes32 header, uint256 sats) internal {
        vm.store(address(escrow), keccak256(abi.encode(header, uint256(0))), bytes32(sats));
        same("exposure is the first variable", escrow.exposure(header), sats);
    }

    function hashAt(Spv.Proof memory proof, uint256 index) internal pure returns (bytes32) {
        return Payments.hashAt(proof.headers, index);
    }

    function same(string memory what, Status found, Status wanted) internal pure {
        same(what, uint256(found), uint256(wanted));
    }
}
