// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice Bitcoin's hash, sha256(sha256(x)), and the branches of its merkle tree, by the precompile at address 2.
/// @dev Assembly, because a branch of twelve hashes costs 1,770 gas a level in plain Solidity (copies, allocation)
/// and about 950 here, of which 512 are calldata. Each function carries its plain twin; test/Bitcoin.t.sol holds
/// them equal. The precompile fails only for lack of gas, so a failed call reverts with no data, as running dry does.
library Sha256d {
    /// @notice sha256d of calldata, in Bitcoin's internal byte order (the order in which digests are hashed again).
    /// @dev Plain: `return sha256(abi.encodePacked(sha256(data)));`
    function hash(bytes calldata data) internal view returns (bytes32 digest) {
        assembly ("memory-safe") {
            let free := mload(0x40)
            calldatacopy(free, data.offset, data.length)
            if iszero(staticcall(gas(), 2, free, data.length, 0x00, 0x20)) { revert(0x00, 0x00) }
            if iszero(staticcall(gas(), 2, 0x00, 0x20, 0x00, 0x20)) { revert(0x00, 0x00) }
            digest := mload(0x00)
        }
    }

    /// @notice The merkle root above `leaf`, where `leaf` stands first on every level: siblings are only ever on the
    /// right. A proof for any other place in the block cannot be expressed.
    /// @dev Plain: `for (uint256 i; i < branch.length; ++i) leaf = sha256(abi.encodePacked(sha256(abi.encodePacked(leaf,
    /// branch[i])))); return leaf;`
    function foldLeft(bytes32 leaf, bytes32[] calldata branch) internal view returns (bytes32 root) {
        assembly ("memory-safe") {
            mstore(0x00, leaf)
            let ok := 1
            let end := add(branch.offset, shl(5, branch.length))
            for { let pos := branch.offset } iszero(eq(pos, end)) { pos := add(pos, 0x20) } {
                mstore(0x20, calldataload(pos))
                // Arguments are evaluated from the right.
                ok := and(
                    and(staticcall(gas(), 2, 0x00, 0x20, 0x00, 0x20), staticcall(gas(), 2, 0x00, 0x40, 0x00, 0x20)),
                    ok
                )
            }
            if iszero(ok) { revert(0x00, 0x00) }
            root := mload(0x00)
        }
    }

    /// @notice The merkle root above `leaf`, where bit i of `index` says on which side its node stands on level i: 0 left,
    /// 1 right. The caller has compared index and depth: bits beyond the branch are not looked at. 32 levels at most.
    /// @dev Plain: `for (uint256 i; i < branch.length; ++i) leaf = sha256(abi.encodePacked(sha256((index >> i) & 1 == 0
    /// ? abi.encodePacked(leaf, branch[i]) : abi.encodePacked(branch[i], leaf)))); return leaf;`
    function fold(bytes32 leaf, bytes32[] calldata branch, uint256 index) internal view returns (bytes32 root) {
        assembly ("memory-safe") {
            // Where the node is to stand in the 64 bytes at 0x00: the last hash of each level is written there at once.
            index := shl(5, index)
            let side := and(index, 0x20)
            mstore(side, leaf)
            let ok := 1
            let end := add(branch.offset, shl(5, branch.length))
            for { let pos := branch.offset } iszero(eq(pos, end)) { pos := add(pos, 0x20) } {
                mstore(xor(side, 0x20), calldataload(pos))
                index := shr(1, index)
                side := and(index, 0x20)
                ok := and(
                    and(staticcall(gas(), 2, 0x00, 0x20, side, 0x20), staticcall(gas(), 2, 0x00, 0x40, 0x00, 0x20)),
                    ok
                )
            }
            if iszero(ok) { revert(0x00, 0x00) }
            root := mload(side)
        }
    }
}
