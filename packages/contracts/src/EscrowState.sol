// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

enum Status {
    None, // never listed
    Listed, // may be reserved; a late payment for the last reservation is still taken
    Reserved, // for one buyer
    Paid, // paid, but over the cap: for this buyer only, until deeper headers release it or it lapses
    Leaving, // the seller wants it back; no new reservation, but a late payment for the last is still taken
    Held, // sold, but the buyer took no token: the buyer's to collect
    Sold,
    Closed // back with the seller
}

/// @notice The state of one sale, in one word.
/// @dev Bits, from the low end: buyer 160, reservedAt 32, changedAt 32, reservations 8, status 8, credited 8. Buyer and
/// reservedAt are those of the present or last reservation. Times have 32 bits, enough until 2106; there are at most
/// 16 reservations. A struct of the same fields costs each call about 1,000 gas more: legacy code goes field by field.
type SaleState is uint256;

using SaleStateLib for SaleState global;

library SaleStateLib {
    uint256 private constant RESERVED_AT = 160;
    uint256 private constant CHANGED_AT = 192;
    uint256 private constant RESERVATIONS = 224;
    uint256 private constant STATUS = 232;
    uint256 private constant CREDITED = 240;

    function buyer(SaleState self) internal pure returns (address) {
        return address(uint160(SaleState.unwrap(self)));
    }

    /// @notice Unix seconds.
    function reservedAt(SaleState self) internal pure returns (uint256) {
        return uint32(SaleState.unwrap(self) >> RESERVED_AT);
    }

    /// @notice Unix seconds at which it expired or lapsed (Listed), became Paid, or the seller asked for it (Leaving).
    function changedAt(SaleState self) internal pure returns (uint256) {
        return uint32(SaleState.unwrap(self) >> CHANGED_AT);
    }

    /// @notice How many reservations there were; the present or last one has this number.
    function reservations(SaleState self) internal pure returns (uint256) {
        return uint8(SaleState.unwrap(self) >> RESERVATIONS);
    }

    function status(SaleState self) internal pure returns (Status) {
        return Status(uint8(SaleState.unwrap(self) >> STATUS));
    }

    /// @notice Whether the present or last reservation has a credit of its own in storage: most never have.
    function credited(SaleState self) internal pure returns (bool) {
        return SaleState.unwrap(self) >> CREDITED != 0;
    }

    /// @notice The next reservation, by `buyer_`, at `time`.
    function reserve(SaleState self, address buyer_, uint256 time) internal pure returns (SaleState) {
        return SaleState.wrap(
            uint160(buyer_) | (time << RESERVED_AT) | ((self.reservations() + 1) << RESERVATIONS)
                | (uint256(Status.Reserved) << STATUS)
        );
    }

    /// @notice The same sale in another status.
    function to(SaleState self, Status status_) internal pure returns (SaleState) {
        return SaleState.wrap((SaleState.unwrap(self) & ~(uint256(0xff) << STATUS)) | (uint256(status_) << STATUS));
    }

    /// @notice The same sale in another status since `time`.
    function to(SaleState self, Status status_, uint256 time) internal pure returns (SaleState) {
        uint256 rest = SaleState.unwrap(self.to(status_)) & ~(uint256(0xffffffff) << CHANGED_AT);
        return SaleState.wrap(rest | (time << CHANGED_AT));
    }

    function withCredit(SaleState self) internal pure returns (SaleState) {
        return SaleState.wrap(SaleState.unwrap(self) | (1 << CREDITED));
    }
}
