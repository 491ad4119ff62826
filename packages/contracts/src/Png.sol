// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice Pixels as a PNG, uncompressed.
/// @dev PNG and not the simpler BMP, whose two sums would be saved: librsvg, which most tools draw SVG with, shows an
/// SVG's BMP as nothing.
library Png {
    /// @notice The most pixels a side: its rows are one stored block of deflate, 65,535 bytes at most (RFC 1951, 3.2.4).
    uint256 internal constant MAX_SIDE = 147;

    /// @dev Adler-32's modulus (RFC 1950).
    uint256 private constant ADLER = 65_521;
    /// @dev CRC-32's polynomial, lowest bit first (PNG, annex D).
    uint256 private constant CRC = 0xedb88320;

    /// @param rgb side x side pixels, three bytes each.
    function encode(bytes memory rgb, uint256 side) internal pure returns (bytes memory) {
        bytes memory rows = _rows(rgb, side);
        uint16 length = uint16(rows.length);
        bytes memory tables = _tables();
        return abi.encodePacked(
            hex"89504e470d0a1a0a",
            // Eight bits a channel, RGB, one picture, not interlaced.
            _chunk(tables, abi.encodePacked("IHDR", uint32(side), uint32(side), hex"0802000000")),
            _chunk(
                tables, abi.encodePacked("IDAT", hex"780101", _swap(length), _swap(~length), rows, uint32(_adler(rows)))
            ),
            _chunk(tables, "IEND")
        );
    }

    /// @dev Each row with the filter type 0 in front.
    function _rows(bytes memory rgb, uint256 side) private pure returns (bytes memory rows) {
        uint256 width = 3 * side;
        rows = new bytes(side * (width + 1));
        assembly ("memory-safe") {
            let to := add(rows, 0x21)
            let end := add(add(rgb, 0x20), mul(side, width))
            for { let from := add(rgb, 0x20) } lt(from, end) { from := add(from, width) } {
                mcopy(to, from, width)
                to := add(to, add(width, 1))
            }
        }
    }

    function _chunk(bytes memory tables, bytes memory typed) private pure returns (bytes memory) {
        return abi.encodePacked(uint32(typed.length - 4), typed, uint32(_crc(tables, typed)));
    }

    /// @dev Little-endian, as deflate has it.
    function _swap(uint16 x) private pure returns (uint16) {
        return x << 8 | x >> 8;
    }

    /// @dev for each byte: a += byte; b += a; both mod 65,521, which can wait: b stays far below 2^256. 32 bytes at once: a
    /// grows by their sum, b by 32 a and by 32 times the first byte, 31 times the second ...
    function _adler(bytes memory data) private pure returns (uint256 sum) {
        assembly ("memory-safe") {
            let a := 1
            let b := 0
            let p := add(data, 0x20)
            let end := add(p, mload(data))
            // Eight lanes of 32 bits. The top lane of a product is the sum of the lanes of one, each times a lane of the
            // other; all sums fit their lanes.
            let ones := div(not(0), 0xffffffff)
            let low := mul(ones, 0xff)
            let weights := 0x00000004000000080000000c0000001000000014000000180000001c00000020
            for {} iszero(gt(add(p, 0x20), end)) { p := add(p, 0x20) } {
                let word := mload(p)
                let second := and(shr(16, word), low)
                let third := and(shr(8, word), low)
                let fourth := and(word, low)
                let all := add(add(and(shr(24, word), low), second), add(third, fourth))
                let less := add(second, add(add(third, third), mul(fourth, 3)))
                b := add(b, add(shl(5, a), shr(224, sub(mul(all, weights), mul(less, ones)))))
                a := add(a, shr(224, mul(all, ones)))
            }
            for {} lt(p, end) { p := add(p, 1) } {
                a := add(a, byte(0, mload(p)))
                b := add(b, a)
            }
            sum := or(shl(16, mod(b, ADLER)), mod(a, ADLER))
        }
    }

    /// @dev Four tables of 256 words: what a byte becomes in 32, 24, 16 and 8 steps of the division, where
    /// step(c) = (c >> 1) ^ (c & 1) * CRC. Each entry is the sum of those of its bits. Bytes of a remainder are turned
    /// around, so that the first lies on top, as in memory.
    function _tables() private pure returns (bytes memory tables) {
        tables = new bytes(4 * 256 * 32);
        assembly ("memory-safe") {
            let c := CRC
            // From the last table, where bit 7 reaches the polynomial in one step, to the first, where bit 0 takes 32.
            for { let offset := 0x8020 } gt(offset, 0x20) {} {
                offset := sub(offset, 0x2000)
                let table := add(tables, offset)
                for { let bit := 0x80 } bit { bit := shr(1, bit) } {
                    let turned := or(shl(8, and(c, 0xff00ff)), and(shr(8, c), 0xff00ff))
                    mstore(add(table, shl(5, bit)), and(or(shl(16, turned), shr(16, turned)), 0xffffffff))
                    c := xor(shr(1, c), mul(and(c, 1), CRC))
                }
                for { let i := 3 } lt(i, 256) { i := add(i, 1) } {
                    let rest := and(i, sub(i, 1))
                    if rest {
                        mstore(
                            add(table, shl(5, i)),
                            xor(mload(add(table, shl(5, rest))), mload(add(table, shl(5, xor(i, rest)))))
                        )
                    }
                }
            }
        }
    }

    /// @dev for each byte: c = (c >> 8) ^ eight steps of ((c ^ byte) & 255); from ones, and all bits turned at the end.
    /// Four bytes at once: 32 steps of the first, 24 of the second ...
    function _crc(bytes memory tables, bytes memory data) private pure returns (uint256 c) {
        assembly ("memory-safe") {
            let t32 := add(tables, 0x20)
            let t24 := add(t32, 0x2000)
            let t16 := add(t24, 0x2000)
            let t8 := add(t16, 0x2000)
            c := 0xffffffff
            let p := add(data, 0x20)
            let end := add(p, mload(data))
            for {} iszero(gt(add(p, 4), end)) { p := add(p, 4) } {
                c := shl(5, xor(c, shr(224, mload(p))))
                c := xor(
                    xor(mload(add(t32, and(shr(24, c), 0x1fe0))), mload(add(t24, and(shr(16, c), 0x1fe0)))),
                    xor(mload(add(t16, and(shr(8, c), 0x1fe0))), mload(add(t8, and(c, 0x1fe0))))
                )
            }
            for {} lt(p, end) { p := add(p, 1) } {
                c := xor(and(shl(8, c), 0xffffffff), mload(add(t8, shl(5, xor(shr(24, c), byte(0, mload(p)))))))
            }
            c := xor(c, 0xffffffff)
            c := or(shl(8, and(c, 0xff00ff)), and(shr(8, c), 0xff00ff))
            c := or(shl(16, and(c, 0xffff)), shr(16, c))
        }
    }
}
