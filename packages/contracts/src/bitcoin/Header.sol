// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {LibBit} from "solady/utils/LibBit.sol";
import {Sha256d} from "./Sha256d.sol";

/// @notice The 80 bytes of a block header: version 4, previous block 32, merkle root 32, time 4, bits 4, nonce 4.
/// Time, previous block and bits are the miner's to write and prove nothing alone, so no function reads them.
library Header {
    uint256 internal constant LENGTH = 80;

    /// @dev A header has exactly 80 bytes.
    error HeaderLength(uint256 length);

    /// @notice sha256d(header) as a little-endian integer: the number that is compared with a target, and which
    /// Bitcoin Core prints, zeros first.
    function work(bytes calldata header) internal view returns (uint256) {
        if (header.length != LENGTH) revert HeaderLength(header.length);
        return LibBit.reverseBytes(uint256(Sha256d.hash(header)));
    }

    /// @notice The merkle root, in internal byte order. The caller has checked the length by `work`.
    function merkleRoot(bytes calldata header) internal pure returns (bytes32) {
        return bytes32(header[36:68]);
    }
}
