// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {LibBit} from "solady/utils/LibBit.sol";
import {Target} from "../src/bitcoin/Target.sol";

/// @notice Mines headers and chains of them. At 207fffff that takes two tries a header, at 200fffff sixteen.
library RelayChain {
    /// @notice A header on `previous` that states `bits` and meets them. `salt` makes it one of many.
    function mine(bytes32 previous, uint256 time, uint256 bits, uint256 salt)
        internal
        pure
        returns (bytes memory header, bytes32 hash)
    {
        return mine(previous, time, bits, salt, Target.fromBits(bits));
    }

    /// @notice The same for a target of its own: the header may state a harder one than it meets.
    function mine(bytes32 previous, uint256 time, uint256 bits, uint256 salt, uint256 target)
        internal
        pure
        returns (bytes memory header, bytes32 hash)
    {
        header = abi.encodePacked(
            hex"00000020", previous, keccak256(abi.encode(salt, time)), le32(time), le32(bits), bytes4(0)
        );
        hash = sha256d(header);
        for (uint32 nonce = 1; number(hash) > target; ++nonce) {
            assembly ("memory-safe") {
                mstore(add(header, 0x50), or(shl(32, shr(32, mload(add(header, 0x50)))), nonce))
            }
            hash = sha256d(header);
        }
    }

    /// @notice `n` headers on `previous`, the first at `time`, each `step` seconds after the one before.
    function chain(bytes32 previous, uint256 n, uint256 time, uint256 step, uint256 bits, uint256 salt)
        internal
        pure
        returns (bytes memory headers, bytes32 tip)
    {
        tip = previous;
        for (uint256 i; i < n; ++i) {
            bytes memory header;
            (header, tip) = mine(tip, time + i * step, bits, salt);
            headers = abi.encodePacked(headers, header);
        }
    }

    function sha256d(bytes memory data) internal pure returns (bytes32) {
        return sha256(abi.encodePacked(sha256(data)));
    }

    function number(bytes32 hash) internal pure returns (uint256) {
        return LibBit.reverseBytes(uint256(hash));
    }

    function le32(uint256 value) internal pure returns (bytes4) {
        return bytes4(uint32(LibBit.reverseBytes(value) >> 224));
    }

    /// @notice Headers `from` to `to`, the last not among them.
    function slice(bytes memory headers, uint256 from, uint256 to) internal pure returns (bytes memory part) {
        part = new bytes((to - from) * 80);
        for (uint256 i; i < part.length; ++i) {
            part[i] = headers[from * 80 + i];
        }
    }
}
