// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {LibBit} from "solady/utils/LibBit.sol";

/// @notice Compact targets ("bits"), work, and Bitcoin's retarget rule (Bitcoin Core, arith_uint256.cpp and pow.cpp).
library Target {
    /// @dev No usable target: zero, negative, or of 2^255 and more, as no chain's limit is.
    error BadBits(uint256 bits);

    /// @notice The target that `bits` stand for: Core's SetCompact, for all that a header of a chain can state.
    /// @dev One byte of exponent, then a sign bit, then 23 bits. Exponents of 33 and 34 can stand for 256 bits in Core;
    /// 32 are enough for the easiest limit there is, regtest's 207fffff.
    function fromBits(uint256 bits) internal pure returns (uint256 target) {
        uint256 exponent = bits >> 24;
        uint256 mantissa = bits & 0x7fffff;
        if (exponent > 32 || bits & 0x800000 != 0) revert BadBits(bits);
        unchecked {
            target = exponent > 3 ? mantissa << (8 * (exponent - 3)) : mantissa >> (8 * (3 - exponent));
        }
        if (target == 0) revert BadBits(bits);
    }

    /// @notice The compact form, rounded down to its 23 bits or fewer: Core's GetCompact.
    function toBits(uint256 target) internal pure returns (uint256 bits) {
        if (target == 0) return 0;
        unchecked {
            uint256 exponent = (LibBit.fls(target) >> 3) + 1;
            uint256 mantissa = exponent > 3 ? target >> (8 * (exponent - 3)) : target << (8 * (3 - exponent));
            // The mantissa's top bit is a sign, so a number that has it moves down by a byte.
            if (mantissa & 0x800000 != 0) (mantissa, exponent) = (mantissa >> 8, exponent + 1);
            return (exponent << 24) | mantissa;
        }
    }

    /// @notice Expected hashes for a target from 1 to 2^256 - 2, 2^256 / (target + 1) rounded down: Core's GetBlockProof.
    function work(uint256 target) internal pure returns (uint256) {
        unchecked {
            // 2^256 does not fit, so one time target + 1 is taken off above and added again below.
            return ~target / (target + 1) + 1;
        }
    }

    /// @notice Bits of the epoch that follows one of `bits`: Core's CalculateNextWorkRequired.
    /// @param start time of the epoch's first header.
    /// @param end time of its last header; may be before `start`.
    /// @param due seconds that an epoch should take, interval x spacing, below 2^30.
    /// @param limit the chain's easiest target, below 2^255.
    function retarget(uint256 bits, uint256 start, uint256 end, uint256 due, uint256 limit)
        internal
        pure
        returns (uint256)
    {
        uint256 target = fromBits(bits);
        unchecked {
            uint256 taken = end > start ? end - start : 0;
            if (taken < due / 4) taken = due / 4;
            if (taken > due * 4) taken = due * 4;
            // target * taken / due, in two parts so that nothing exceeds 256 bits; Core multiplies in as many.
            uint256 whole = target / due;
            if (whole > limit / taken) return toBits(limit);
            uint256 next = whole * taken + (target % due) * taken / due;
            return toBits(next < limit ? next : limit);
        }
    }
}
