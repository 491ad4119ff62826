// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {CompactSize} from "./CompactSize.sol";

/// @notice Reads a coinbase transaction in its non-witness form, to the last byte, and finds the one output that
/// commits to something else.
/// @dev Everything is found by parsing, never by searching bytes: a tag inside the scriptSig, or inside another
/// script, is not an output. More than 64 bytes, because an inner node of a merkle tree is 64 bytes that hash like a
/// transaction (CVE-2017-12842). A witness form shows marker 00 where the input count stands and is refused by it.
library Coinbase {
    /// @dev The least and the most bytes of the whole transaction.
    uint256 internal constant MIN_LENGTH = 65;
    uint256 internal constant MAX_LENGTH = 1000;
    /// @dev OP_RETURN, push of 36 bytes, "CARR". BIP141's tag is 6a24aa21a9ed.
    uint256 internal constant TAG = 0x6a2443415252;
    uint256 internal constant TAGGED_SCRIPT_LENGTH = 38;

    error CoinbaseLength(uint256 length, uint256 least, uint256 most);
    /// @dev A coinbase has exactly one input; 0 is the marker of the witness form.
    error InputCount(uint256 count);
    /// @dev The only input of a coinbase spends the null outpoint: 32 zero bytes and index 0xffffffff.
    error NotNullOutpoint(bytes32 hash, uint256 index);
    /// @dev Consensus wants 2 to 100 bytes.
    error ScriptSigLength(uint256 length);
    /// @dev A field ends at `end`, the transaction has `length` bytes.
    error CoinbaseTruncated(uint256 end, uint256 length);
    /// @dev The transaction ends at `end` and more bytes follow.
    error TrailingBytes(uint256 end, uint256 length);
    /// @dev No output's whole script is tag and 32 bytes.
    error NoCommitment();
    /// @dev A second such output begins at this offset: one header counts for one claim.
    error SecondCommitment(uint256 offset);
    /// @dev The output at `offset` carries the tag, but pays something: eight bytes, as they stand, not 0.
    error MalformedCommitment(uint256 offset, uint256 value);

    /// @notice The 32 bytes of the one output `6a24 43415252 <32 bytes>` of value 0.
    function commitment(bytes calldata data) internal pure returns (bytes32 committed) {
        uint256 length = data.length;
        if (length < MIN_LENGTH || length > MAX_LENGTH) revert CoinbaseLength(length, MIN_LENGTH, MAX_LENGTH);
        unchecked {
            // No sum below can wrap: offsets begin under 1,000 and grow by at most 65,535 and a constant between checks.
            uint256 pos = _outputs(data);
            uint256 count;
            (count, pos) = CompactSize.read(data, pos);
            bool found;
            for (; count != 0; --count) {
                uint256 output = pos;
                uint256 scriptLength;
                (scriptLength, pos) = CompactSize.read(data, output + 8);
                uint256 script = pos;
                pos += scriptLength;
                if (pos > length) revert CoinbaseTruncated(pos, length);
                if (scriptLength == TAGGED_SCRIPT_LENGTH && uint256(_word(data, script)) >> 208 == TAG) {
                    if (found) revert SecondCommitment(output);
                    found = true;
                    uint256 value = uint256(_word(data, output)) >> 192;
                    if (value != 0) revert MalformedCommitment(output, value);
                    committed = _word(data, script + 6);
                }
            }
            pos += 4; // lock time
            if (pos > length) revert CoinbaseTruncated(pos, length);
            if (pos < length) revert TrailingBytes(pos, length);
            if (!found) revert NoCommitment();
        }
    }

    /// @dev Where the output count stands: after version 4, input count 1, outpoint 36, scriptSig, sequence 4.
    /// The caller's least length of 65 covers all that is read before the scriptSig.
    function _outputs(bytes calldata data) private pure returns (uint256 pos) {
        uint256 head = uint256(_word(data, 4));
        if (head >> 248 != 1) revert InputCount(head >> 248);
        bytes32 hash = _word(data, 5);
        uint256 tail = uint256(_word(data, 37));
        if (hash != 0 || tail >> 224 != 0xffffffff) revert NotNullOutpoint(hash, tail >> 224);
        uint256 scriptSig = (tail >> 216) & 0xff;
        if (scriptSig < 2 || scriptSig > 100) revert ScriptSigLength(scriptSig);
        unchecked {
            pos = 42 + scriptSig + 4;
        }
        if (pos >= data.length) revert CoinbaseTruncated(pos + 1, data.length);
    }

    /// @dev 32 bytes at `offset`, unchecked: see CompactSize.read.
    function _word(bytes calldata data, uint256 offset) private pure returns (bytes32 word) {
        assembly ("memory-safe") {
            word := calldataload(add(data.offset, offset))
        }
    }
}
