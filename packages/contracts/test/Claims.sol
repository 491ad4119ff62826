// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Collection} from "../src/Collection.sol";

/// @notice What `forge` takes.
struct Claim {
    bytes header;
    bytes coinbase;
    bytes32[] branch;
    uint256 round;
    address recipient;
}

/// @notice Builds and mines claims in Solidity. Targets of one hash in four make mining a loop of a few steps.
library Claims {
    bytes internal constant TAG = hex"6a2443415252";

    /// @notice A pool's coinbase of 236 bytes: height and extranonce, a payout, the commitment, BIP141's commitment.
    function coinbase(bytes32 committed, uint256 extranonce) internal pure returns (bytes memory) {
        bytes memory scriptSig =
            abi.encodePacked(hex"03a0bb0d", bytes32(extranonce), bytes24("/Carrara/ mined with us!"));
        bytes memory payout = output(312_500_000, abi.encodePacked(hex"0014", bytes20(keccak256("payout"))));
        bytes memory carr = output(0, abi.encodePacked(TAG, committed));
        bytes memory witness = output(0, abi.encodePacked(hex"6a24aa21a9ed", keccak256("witness")));
        return transaction(scriptSig, 3, abi.encodePacked(payout, carr, witness));
    }

    function transaction(bytes memory scriptSig, uint8 count, bytes memory outputs)
        internal
        pure
        returns (bytes memory)
    {
        return abi.encodePacked(
            abi.encodePacked(hex"02000000", hex"01", bytes32(0), hex"ffffffff"),
            abi.encodePacked(uint8(scriptSig.length), scriptSig, hex"ffffffff"),
            abi.encodePacked(count, outputs, hex"00000000")
        );
    }

    function output(uint64 value, bytes memory script) internal pure returns (bytes memory) {
        return abi.encodePacked(le64(value), size(script.length), script);
    }

    function size(uint256 n) internal pure returns (bytes memory) {
        if (n < 0xfd) return abi.encodePacked(uint8(n));
        return abi.encodePacked(hex"fd", uint8(n), uint8(n >> 8));
    }

    function le64(uint64 value) internal pure returns (bytes memory out) {
        out = new bytes(8);
        for (uint256 i; i < 8; ++i) {
            out[i] = bytes1(uint8(value >> (8 * i)));
        }
    }

    function sha256d(bytes memory data) internal pure returns (bytes32) {
        return sha256(abi.encodePacked(sha256(data)));
    }

    function work(bytes memory header) internal pure returns (uint256 value) {
        bytes32 digest = sha256d(header);
        for (uint256 i; i < 32; ++i) {
            value |= uint256(uint8(digest[i])) << (8 * i);
        }
    }

    function fold(bytes32 leaf, bytes32[] memory branch, uint256 index) internal pure returns (bytes32) {
        for (uint256 i; i < branch.length; ++i) {
            leaf = sha256d(
                (index >> i) & 1 == 0 ? abi.encodePacked(leaf, branch[i]) : abi.encodePacked(branch[i], leaf)
            );
        }
        return leaf;
    }

    function branchOf(uint256 depth, uint256 seed) internal pure returns (bytes32[] memory branch) {
        branch = new bytes32[](depth);
        for (uint256 i; i < depth; ++i) {
            branch[i] = keccak256(abi.encode(seed, i));
        }
    }

    /// @notice A header over `root` whose work is at most `target`.
    function mine(bytes32 root, uint256 target, uint256 seed) internal pure returns (bytes memory header) {
        header = abi.encodePacked(
            hex"00000020", keccak256(abi.encode(seed, "previous")), root, hex"00f15365ffff7f2000000000"
        );
        for (uint256 nonce; work(header) > target; ++nonce) {
            for (uint256 i; i < 4; ++i) {
                header[76 + i] = bytes1(uint8(nonce >> (8 * i)));
            }
        }
    }

    /// @notice A claim that `collection` takes for its present round (`back` = 0) or the one before (1).
    function make(Collection collection, address recipient, uint256 depth, uint256 seed, uint256 back)
        internal
        view
        returns (Claim memory claim)
    {
        Collection.Rounds memory rounds = collection.rounds();
        Collection.Intake memory intake = back == 0 ? rounds.present : rounds.previous;
        claim.round = intake.round;
        claim.recipient = recipient;
        claim.coinbase =
            coinbase(keccak256(abi.encode(block.chainid, address(collection), recipient, intake.anchor)), seed);
        claim.branch = branchOf(depth, seed);
        claim.header = mine(fold(sha256d(claim.coinbase), claim.branch, 0), intake.target, seed);
    }
}
