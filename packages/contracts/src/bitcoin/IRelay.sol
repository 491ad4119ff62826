// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice Knows which targets a Bitcoin-like chain works at, and so whether headers are that chain's work.
interface IRelay {
    /// @dev The header at `index` states a target that a header in its place cannot have.
    error WrongBits(uint256 index, uint256 bits);
    /// @dev The time of the header at `index` is more than two hours ahead of this chain's clock.
    error TimeInFuture(uint256 index, uint256 time, uint256 now_);

    /// @notice Reverts unless `headers`, 80 bytes each, link, each meets the target that it states, and each states
    /// exactly the target of the chain at its place. It proves work, not that this is the chain with the most of it.
    /// @return first sha256d of the first header, in internal byte order.
    /// @return firstTime what the first header states as its time, seconds since 1970.
    function verify(bytes calldata headers) external view returns (bytes32 first, uint256 firstTime);
}
