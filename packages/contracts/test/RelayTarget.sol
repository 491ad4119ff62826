// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {FixedPointMathLib} from "solady/utils/FixedPointMathLib.sol";

/// @notice src/bitcoin/Target.sol again, from the words of Bitcoin's documentation and one byte at a time.
library RelayTarget {
    /// @notice mantissa x 256^(exponent - 3), and whether a chain's header can state it.
    function fromBits(uint32 bits) internal pure returns (bool fine, uint256 target) {
        uint256 exponent = bits >> 24;
        bool negative = (bits >> 23) & 1 == 1;
        target = bits & 0x7fffff;
        for (; exponent < 3; ++exponent) {
            target /= 256;
        }
        if (target == 0 || negative || exponent > 32) return (false, 0);
        for (; exponent > 3; --exponent) {
            target *= 256;
        }
        return (true, target);
    }

    function toBits(uint256 target) internal pure returns (uint256) {
        uint256 exponent;
        for (uint256 rest = target; rest != 0; rest /= 256) {
            ++exponent;
        }
        uint256 mantissa = target;
        for (uint256 i = 3; i < exponent; ++i) {
            mantissa /= 256;
        }
        for (uint256 i = exponent; i < 3; ++i) {
            mantissa *= 256;
        }
        if (mantissa >= 0x800000) return (exponent + 1) * 2 ** 24 + mantissa / 256;
        return exponent * 2 ** 24 + mantissa;
    }

    /// @notice 2^256 / (target + 1).
    function work(uint256 target) internal pure returns (uint256) {
        // With s = 2^128: s * s / (target + 1), in 512 bits.
        return FixedPointMathLib.fullMulDiv(1 << 128, 1 << 128, target + 1);
    }

    function retarget(uint32 bits, uint256 start, uint256 end, uint256 due, uint256 limit)
        internal
        pure
        returns (uint256)
    {
        (, uint256 target) = fromBits(bits);
        int256 taken = int256(end) - int256(start);
        if (taken < int256(due / 4)) taken = int256(due / 4);
        if (taken > int256(due * 4)) taken = int256(due * 4);
        // What is beyond 256 bits is beyond any limit.
        if (target / due >= type(uint256).max / uint256(taken)) return toBits(limit);
        uint256 next = FixedPointMathLib.fullMulDiv(target, uint256(taken), due);
        return toBits(next > limit ? limit : next);
    }
}
