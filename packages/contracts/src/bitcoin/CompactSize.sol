// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice Bitcoin's variable-length counts: one byte below 0xfd, else 0xfd and two bytes, little-endian.
/// @dev The forms 0xfe and 0xff stand for 65,536 and more, which nothing that fits into a proof can hold: refused,
/// as is a two-byte form of a number that fits one byte (Bitcoin Core: "non-canonical ReadCompactSize()").
library CompactSize {
    /// @dev The count at this offset is not minimal, or is 65,536 or more.
    error BadCompactSize(uint256 offset);

    /// @notice The count at `offset` and where the next field begins.
    /// @dev Reads up to 3 bytes at `offset` without a bounds check: beyond the end it returns what follows in calldata.
    /// The caller compares the place at which the field ends with the length before it trusts anything.
    function read(bytes calldata data, uint256 offset) internal pure returns (uint256 value, uint256 next) {
        uint256 word;
        // Plain: the three bytes data[offset], data[offset + 1], data[offset + 2], zero where there are none.
        assembly ("memory-safe") {
            word := calldataload(add(data.offset, offset))
        }
        unchecked {
            value = word >> 248;
            if (value < 0xfd) return (value, offset + 1);
            if (value > 0xfd) revert BadCompactSize(offset);
            value = ((word >> 240) & 0xff) | (((word >> 232) & 0xff) << 8);
            if (value < 0xfd) revert BadCompactSize(offset);
            return (value, offset + 3);
        }
    }
}
