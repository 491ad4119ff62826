// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice All counters of a collection in one word, which a forge reads once and writes once.
/// @dev Bits, from the low end: round 32, openedAt 40, supply 32, mints 32, ofPresent 32, ofPrevious 32, miners 32.
/// A struct of the same fields costs a forge 650 gas and the contract 1,100 bytes more: legacy code goes field by field.
/// No counter passes the supply cap, which has 32 bits, so adding to one never carries into the next.
type Counters is uint256;

using CountersLib for Counters global;

library CountersLib {
    uint256 private constant OPENED_AT = 32;
    uint256 private constant SUPPLY = 72;
    uint256 private constant MINTS = 104;
    uint256 private constant OF_PRESENT = 136;
    uint256 private constant OF_PREVIOUS = 168;
    uint256 private constant MINERS = 200;

    /// @notice Present round; the first is 1, and 0 means that the collection is not open.
    function round(Counters self) internal pure returns (uint256) {
        return uint32(Counters.unwrap(self));
    }

    /// @notice Unix seconds at which the present round opened.
    function openedAt(Counters self) internal pure returns (uint256) {
        return uint40(Counters.unwrap(self) >> OPENED_AT);
    }

    function supply(Counters self) internal pure returns (uint256) {
        return uint32(Counters.unwrap(self) >> SUPPLY);
    }

    /// @notice Tokens forged since the present round opened, of whichever round their work is.
    function mints(Counters self) internal pure returns (uint256) {
        return uint32(Counters.unwrap(self) >> MINTS);
    }

    /// @notice Tokens whose work belongs to the present round.
    function ofPresent(Counters self) internal pure returns (uint256) {
        return uint32(Counters.unwrap(self) >> OF_PRESENT);
    }

    /// @notice Tokens whose work belongs to the round before.
    function ofPrevious(Counters self) internal pure returns (uint256) {
        return uint32(Counters.unwrap(self) >> OF_PREVIOUS);
    }

    /// @notice Accounts that have ever forged.
    function miners(Counters self) internal pure returns (uint256) {
        return uint32(Counters.unwrap(self) >> MINERS);
    }

    /// @notice One token more, of the present round (`late` false) or of the one before.
    function addToken(Counters self, bool late) internal pure returns (Counters) {
        unchecked {
            uint256 one = 1 << SUPPLY | 1 << MINTS | 1 << (late ? OF_PREVIOUS : OF_PRESENT);
            return Counters.wrap(Counters.unwrap(self) + one);
        }
    }

    function addMiner(Counters self) internal pure returns (Counters) {
        unchecked {
            return Counters.wrap(Counters.unwrap(self) + (1 << MINERS));
        }
    }

    /// @notice The next round: what was present is previous, and its own count and `mints` begin at 0.
    function nextRound(Counters self, uint256 timestamp) internal pure returns (Counters) {
        return Counters.wrap(
            (self.round() + 1) | uint256(uint40(timestamp)) << OPENED_AT | self.supply() << SUPPLY | self.ofPresent()
                << OF_PREVIOUS | self.miners() << MINERS
        );
    }
}
