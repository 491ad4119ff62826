// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice One walk through a transaction in its non-witness form, the form whose sha256d is its id: `open` passes the
/// inputs, `output` reads one output after the other, `close` checks that nothing follows.
/// @dev Everything is found by parsing, never by searching bytes, and a transaction counts only when `close` was
/// reached. More than 64 bytes, because an inner node of a merkle tree is 64 bytes that hash like a transaction
/// (CVE-2017-12842).
///
///     (uint256 pos, uint256 outputs) = Transaction.open(data);
///     for (; outputs != 0; --outputs) {
///         (uint256 script, uint256 length, uint256 next) = Transaction.output(data, pos);
///         if (keccak256(data[script:script + length]) == wanted) sats += Transaction.value(data, pos);
///         pos = next;
///     }
///     Transaction.close(data, pos);
library Transaction {
    /// @dev The least and the most bytes of a transaction. Nodes relay none of more than 100,000 (MAX_STANDARD_TX_WEIGHT).
    uint256 internal constant MIN_LENGTH = 65;
    uint256 internal constant MAX_LENGTH = 100_000;

    error TransactionLength(uint256 length, uint256 least, uint256 most);
    /// @dev The input count is 0: the marker of the witness form, whose sha256d is not the id.
    error WitnessForm();
    error NoOutputs();
    /// @dev The count at this offset is not minimal (Core: "non-canonical ReadCompactSize()"), or it is of the forms 0xfe
    /// and 0xff, 65,536 and more, which nothing that fits into a proof can hold.
    error BadCompactSize(uint256 offset);
    /// @dev The fields read so far need `end` bytes or more, the transaction has `length`.
    error Truncated(uint256 end, uint256 length);
    /// @dev The transaction ends at `end` and more bytes follow.
    error TrailingBytes(uint256 end, uint256 length);

    /// @notice Passes version and inputs.
    /// @return pos Where the first output begins.
    /// @return outputs How many outputs there are, at least one.
    function open(bytes calldata data) internal pure returns (uint256 pos, uint256 outputs) {
        return open(data, MAX_LENGTH);
    }

    /// @notice The same for a caller who takes `most` bytes, at most MAX_LENGTH.
    function open(bytes calldata data, uint256 most) internal pure returns (uint256 pos, uint256 outputs) {
        uint256 length = data.length;
        if (length < MIN_LENGTH || length > most) revert TransactionLength(length, MIN_LENGTH, most);
        // No sum in this library can wrap: between two comparisons with the length, an offset grows by at most 65,535
        // and a small constant.
        unchecked {
            uint256 inputs;
            (inputs, pos) = _count(data, 4);
            if (inputs == 0) revert WitnessForm();
            uint256 scriptLength;
            do {
                (scriptLength, pos) = _count(data, pos + 36); // outpoint
                pos += scriptLength + 4; // sequence
            } while (--inputs != 0);
            (outputs, pos) = _count(data, pos);
            if (outputs == 0) revert NoOutputs();
        }
    }

    /// @notice The output that begins at `pos`.
    /// @return script Where its script begins.
    /// @return scriptLength The script's bytes, all of them within the transaction.
    /// @return next Where the next output begins, or what `close` wants after the last. Four bytes follow at least.
    function output(bytes calldata data, uint256 pos)
        internal
        pure
        returns (uint256 script, uint256 scriptLength, uint256 next)
    {
        unchecked {
            assembly ("memory-safe") {
                scriptLength := byte(0, calldataload(add(data.offset, add(pos, 8))))
            }
            script = pos + 9;
            if (scriptLength > 0xfc) (scriptLength, script) = _longCount(data, pos + 8);
            next = script + scriptLength;
            // One comparison for both ends: the length's, if that is beyond, else the script's.
            if (next + 4 > data.length) {
                revert Truncated(pos + 13 > data.length ? pos + 13 : next + 4, data.length);
            }
        }
    }

    /// @notice What the output that begins at `pos` pays, in satoshis. The caller has read it by `output`.
    function value(bytes calldata data, uint256 pos) internal pure returns (uint256 sats) {
        assembly ("memory-safe") {
            sats := shr(192, calldataload(add(data.offset, pos)))
        }
        // Little-endian: turn pairs of bytes, then of two bytes, then of four.
        sats = ((sats & 0x00ff00ff00ff00ff) << 8) | ((sats >> 8) & 0x00ff00ff00ff00ff);
        sats = ((sats & 0x0000ffff0000ffff) << 16) | ((sats >> 16) & 0x0000ffff0000ffff);
        sats = ((sats & 0xffffffff) << 32) | (sats >> 32);
    }

    /// @notice Ends the walk after the last output: four bytes of lock time, which `output` has seen, and nothing else.
    function close(bytes calldata data, uint256 pos) internal pure {
        unchecked {
            if (pos + 4 != data.length) revert TrailingBytes(pos + 4, data.length);
        }
    }

    /// @dev Bitcoin's variable-length counts (CompactSize): one byte below 0xfd, else 0xfd and two bytes, little-endian.
    /// After any count there are four more bytes at least, the lock time, so the three bytes that it may have lie within
    /// the transaction, as does all that stood before: what follows in calldata never matters.
    function _count(bytes calldata data, uint256 pos) private pure returns (uint256 count, uint256 next) {
        unchecked {
            if (pos + 5 > data.length) revert Truncated(pos + 5, data.length);
            assembly ("memory-safe") {
                count := byte(0, calldataload(add(data.offset, pos)))
            }
            return count < 0xfd ? (count, pos + 1) : _longCount(data, pos);
        }
    }

    function _longCount(bytes calldata data, uint256 pos) private pure returns (uint256 count, uint256 next) {
        unchecked {
            if (pos + 5 > data.length) revert Truncated(pos + 5, data.length);
            assembly ("memory-safe") {
                count := shr(232, calldataload(add(data.offset, pos)))
            }
            if (count >> 16 != 0xfd) revert BadCompactSize(pos);
            count = ((count >> 8) & 0xff) | ((count & 0xff) << 8);
            if (count < 0xfd) revert BadCompactSize(pos);
            return (count, pos + 3);
        }
    }
}
