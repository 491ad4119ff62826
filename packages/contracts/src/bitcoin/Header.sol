// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {LibBit} from "solady/utils/LibBit.sol";
import {Sha256d} from "./Sha256d.sol";

/// @notice The 80 bytes of a block header, version 4, previous block 32, merkle root 32, time 4, bits 4, nonce 4, and
/// chains of them, 80 bytes after 80 bytes.
/// @dev Whatever a header states is its miner's to write. Time and bits prove something only where a relay compares
/// them with what it knows. Functions that take an index trust it: `count` has been called before.
library Header {
    uint256 internal constant LENGTH = 80;

    /// @dev A header has exactly 80 bytes.
    error HeaderLength(uint256 length);
    /// @dev A chain has 80 bytes for each header, and one header at least.
    error HeadersLength(uint256 length);
    /// @dev The header at `index` names another previous block than the header before it.
    error NotLinked(uint256 index);
    /// @dev The header at `index` hashes to more than the target that it has to meet.
    error WorkMissing(uint256 index, uint256 hash, uint256 target);

    /// @notice sha256d(header) as a little-endian integer: the number that is compared with a target, and which
    /// Bitcoin Core prints, zeros first.
    function work(bytes calldata header) internal view returns (uint256) {
        if (header.length != LENGTH) revert HeaderLength(header.length);
        return LibBit.reverseBytes(uint256(Sha256d.hash(header)));
    }

    /// @notice The merkle root of the first header, in internal byte order. The caller has checked the length.
    /// @dev Plain: `return bytes32(header[36:68]);`
    function merkleRoot(bytes calldata header) internal pure returns (bytes32 root) {
        assembly ("memory-safe") {
            root := calldataload(add(header.offset, 36))
        }
    }

    /// @notice How many headers there are.
    function count(bytes calldata headers) internal pure returns (uint256 n) {
        n = headers.length / LENGTH;
        if (n == 0 || n * LENGTH != headers.length) revert HeadersLength(headers.length);
    }

    /// @notice The time, seconds since 1970, and the compact target that the header at `index` states.
    /// @dev Plain: the little-endian numbers in header[68:72] and header[72:76].
    function timeAndBits(bytes calldata headers, uint256 index) internal pure returns (uint256 time, uint256 bits) {
        uint256 word;
        assembly ("memory-safe") {
            word := shr(192, calldataload(add(headers.offset, add(mul(index, LENGTH), 68))))
        }
        // Eight bytes turned around: first within pairs, then pairs, then halves, which are bits and time.
        word = ((word >> 8) & 0x00ff00ff00ff00ff) | ((word & 0x00ff00ff00ff00ff) << 8);
        word = ((word >> 16) & 0x0000ffff0000ffff) | ((word & 0x0000ffff0000ffff) << 16);
        return (word >> 32, word & 0xffffffff);
    }

    /// @notice The hash of the header at `index`, which meets `target` and follows the header that hashes to `previous`.
    /// Internal byte order, in which hashes stand in headers. The first header follows anything.
    function follow(bytes calldata headers, uint256 index, bytes32 previous, uint256 target)
        internal
        view
        returns (bytes32 hash)
    {
        bytes calldata header;
        bytes32 stated;
        // Plain: header = headers[index * 80:][:80]; stated = bytes32(header[4:36]);
        assembly ("memory-safe") {
            header.offset := add(headers.offset, mul(index, LENGTH))
            header.length := LENGTH
            stated := calldataload(add(header.offset, 4))
        }
        if (index != 0 && stated != previous) revert NotLinked(index);
        hash = Sha256d.hash(header);
        uint256 value = LibBit.reverseBytes(uint256(hash));
        if (value > target) revert WorkMissing(index, value, target);
    }
}
