// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Transaction} from "./Transaction.sol";

/// @notice Reads a coinbase transaction in its non-witness form, to the last byte, and finds the one output that
/// commits to something else. A tag inside the scriptSig, or inside another script, is not an output.
library Coinbase {
    /// @dev The most bytes of the whole transaction: who forges pays for each.
    uint256 internal constant MAX_LENGTH = 1000;
    /// @dev OP_RETURN, push of 36 bytes, "CARR". BIP141's tag is 6a24aa21a9ed.
    uint256 internal constant TAG = 0x6a2443415252;
    uint256 internal constant TAGGED_SCRIPT_LENGTH = 38;

    /// @dev A coinbase has exactly one input.
    error InputCount(uint256 count);
    /// @dev The only input of a coinbase spends the null outpoint: 32 zero bytes and index 0xffffffff.
    error NotNullOutpoint(bytes32 hash, uint256 index);
    /// @dev Consensus wants 2 to 100 bytes.
    error ScriptSigLength(uint256 length);
    /// @dev No output's whole script is tag and 32 bytes.
    error NoCommitment();
    /// @dev A second such output begins at this offset: one header counts for one claim.
    error SecondCommitment(uint256 offset);
    /// @dev The output at `offset` carries the tag, but pays `sats`.
    error MalformedCommitment(uint256 offset, uint256 sats);

    /// @notice The 32 bytes of the one output `6a24 43415252 <32 bytes>` of value 0.
    function commitment(bytes calldata data) internal pure returns (bytes32 committed) {
        (uint256 pos, uint256 outputs) = Transaction.open(data, MAX_LENGTH);
        _checkInput(data);
        bool found;
        unchecked {
            do {
                (uint256 script, uint256 scriptLength, uint256 next) = Transaction.output(data, pos);
                if (scriptLength == TAGGED_SCRIPT_LENGTH && _word(data, script) >> 208 == TAG) {
                    if (found) revert SecondCommitment(pos);
                    found = true;
                    if (_word(data, pos) >> 192 != 0) revert MalformedCommitment(pos, Transaction.value(data, pos));
                    committed = bytes32(_word(data, script + 6));
                }
                pos = next;
            } while (--outputs != 0); // At least one, says `open`.
        }
        Transaction.close(data, pos);
        if (!found) revert NoCommitment();
    }

    /// @dev Input count at 4, outpoint at 5, length of the scriptSig at 41: the least length covers them.
    function _checkInput(bytes calldata data) private pure {
        uint256 head = _word(data, 4);
        uint256 tail = _word(data, 10);
        if (head >> 208 != 0x010000000000 || tail >> 8 != 0xffffffff) {
            if (head >> 248 != 1) revert InputCount(head >> 248);
            revert NotNullOutpoint(bytes32(_word(data, 5)), (tail >> 8) & 0xffffffff);
        }
        uint256 scriptSig = tail & 0xff;
        if (scriptSig < 2 || scriptSig > 100) revert ScriptSigLength(scriptSig);
    }

    /// @dev 32 bytes at `offset`, unchecked: the caller knows that they lie within the transaction.
    function _word(bytes calldata data, uint256 offset) private pure returns (uint256 word) {
        assembly ("memory-safe") {
            word := calldataload(add(data.offset, offset))
        }
    }
}
