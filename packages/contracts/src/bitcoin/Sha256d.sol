// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice Bitcoin's hash, sha256(sha256(x)), and the left edge of its merkle tree, by the precompile at address 2.
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
            let end := add(branch.offset, shl(5, branch.length))
            for { let pos := branch.offset } lt(pos, end) { pos := add(pos, 0x20) } {
                mstore(0x20, calldataload(pos))
                if iszero(staticcall(gas(), 2, 0x00, 0x40, 0x00, 0x20)) { revert(0x00, 0x00) }
                if iszero(staticcall(gas(), 2, 0x00, 0x20, 0x00, 0x20)) { revert(0x00, 0x00) }
            }
            root := mload(0x00)
        }
    }
}
