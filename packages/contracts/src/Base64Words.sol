// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice Base64 (RFC 4648, section 4), 24 bytes at a time.
/// @dev In a token's URI base64 stands inside base64 inside base64, and what that costs a picture has not. Solady's takes
/// 54 gas a byte, this 18; they are held to be equal by test/Base64Words.t.sol.
library Base64Words {
    /// @notice `data` in base64, with padding.
    function encode(bytes memory data) internal pure returns (string memory out) {
        assembly ("memory-safe") {
            out := mload(0x40)
            let n := mload(data)
            let length := shl(2, div(add(n, 2), 3))
            let to := add(out, 0x20)
            let end := add(to, length)
            mstore(0x40, and(add(end, 0x1f), not(0x1f)))
            // Bits behind the last byte are zeros.
            let last := add(add(data, 0x20), n)
            let kept := mload(last)
            mstore(last, 0)
            let ones := div(not(0), 0xff)
            for { let from := add(data, 0x20) } lt(to, end) {
                from := add(from, 24)
                to := add(to, 0x20)
            } {
                let x := shr(64, mload(from))
                // The bits are spread, six to a byte: the upper half of each lane goes up, first of 192 bits, then of 96 ...
                x := or(and(x, 0xffffffffffffffffffffffff), shl(128, shr(96, x)))
                x := add(x, mul(and(x, 0xffffffffffff00000000000000000000ffffffffffff000000000000), 0xffff))
                x := add(x, mul(and(x, 0xffffff0000000000ffffff0000000000ffffff0000000000ffffff000000), 0xff))
                x := add(x, mul(and(x, 0xfff00000fff00000fff00000fff00000fff00000fff00000fff00000fff000), 0x0f))
                x := add(x, mul(and(x, 0x0fc00fc00fc00fc00fc00fc00fc00fc00fc00fc00fc00fc00fc00fc00fc00fc0), 0x03))
                // In each byte: 65 + x, and 6 more from 26 on, 75 less from 52 on, 15 less from 62 on, 3 more from 63 on.
                // That x is t or more shows in the top bit of x + 128 - t.
                let up :=
                    add(
                        mul(6, and(shr(7, add(x, mul(ones, 102))), ones)),
                        mul(3, and(shr(7, add(x, mul(ones, 65))), ones))
                    )
                let down :=
                    add(
                        mul(75, and(shr(7, add(x, mul(ones, 76))), ones)),
                        mul(15, and(shr(7, add(x, mul(ones, 66))), ones))
                    )
                mstore(to, sub(add(add(x, mul(ones, 65)), up), down))
            }
            mstore(last, kept)
            // Digits that stand for no byte.
            if mod(n, 3) { mstore8(sub(end, 1), 0x3d) }
            if eq(mod(n, 3), 1) { mstore8(sub(end, 2), 0x3d) }
            mstore(out, length)
        }
    }
}
