// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Header} from "./Header.sol";
import {IRelay} from "./IRelay.sol";
import {Target} from "./Target.sol";

/// @notice A relay for chains whose target never changes, which are test chains: regtest works at 207fffff for ever.
/// @dev On any other chain this would take headers that everybody can mine. Never give it to a sale that is worth
/// something.
contract FixedTargetRelay is IRelay {
    uint256 public immutable BITS;
    uint256 private immutable TARGET;

    constructor(uint256 bits) {
        BITS = bits;
        TARGET = Target.fromBits(bits);
    }

    /// @inheritdoc IRelay
    function verify(bytes calldata headers) external view returns (bytes32 first, uint256 firstTime) {
        uint256 n = Header.count(headers);
        bytes32 previous;
        for (uint256 i; i < n; ++i) {
            (uint256 time, uint256 bits) = Header.timeAndBits(headers, i);
            if (time > block.timestamp + 2 hours) revert TimeInFuture(i, time, block.timestamp);
            if (bits != BITS) revert WrongBits(i, bits);
            previous = Header.follow(headers, i, previous, TARGET);
            if (i == 0) (first, firstTime) = (previous, time);
        }
    }
}
