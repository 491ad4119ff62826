// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {LibClone} from "solady/utils/LibClone.sol";

/// @notice What an artist fixes for good when a collection is made.
struct Terms {
    /// @dev 1 to 64 bytes of UTF-8.
    string name;
    /// @dev 1 to 16 bytes of UTF-8.
    string symbol;
    /// @dev Receives the price, and its share of royalties.
    address artist;
    /// @dev Wei, paid by the sender of each forge; may be 0.
    uint96 price;
    /// @dev The most tokens ever.
    uint32 supplyCap;
    /// @dev E: tokens that a round expects.
    uint32 mintsPerRound;
    /// @dev Seconds in which they are expected, 4 or more.
    uint32 roundSeconds;
    /// @dev Royalty on resale, in hundredths of a percent.
    uint16 royaltyBps;
    /// @dev The artist's part of that royalty, in hundredths of a percent; the rest is the forging miner's.
    uint16 artistBps;
    /// @dev Target of the first round: the work of a piece is at most this number.
    uint256 initialTarget;
    /// @dev No target ever lies above it, as Bitcoin's powLimit.
    uint256 easiestTarget;
}

/// @notice Terms as bytes in the code of a collection's clone, behind the 45 bytes of the proxy.
/// @dev Layout: word 0 = price 12, supplyCap 4, mintsPerRound 4, roundSeconds 4, royaltyBps 2, artistBps 2, zero 4;
/// word 1 = initialTarget; word 2 = easiestTarget; artist 20; renderer 20; style 20; 1 byte and the name; 1 byte and
/// the symbol. Code is the only storage that costs 100 gas to read, and nothing can write it.
library TermsCode {
    uint256 private constant INITIAL_TARGET = 32;
    uint256 private constant EASIEST_TARGET = 64;
    uint256 private constant ARTIST = 96;
    uint256 private constant RENDERER = 116;
    uint256 private constant STYLE = 136;
    uint256 private constant NAME = 156;

    function encode(Terms memory terms, address renderer_, address style_) internal pure returns (bytes memory) {
        return abi.encodePacked(
            abi.encodePacked(
                terms.price,
                terms.supplyCap,
                terms.mintsPerRound,
                terms.roundSeconds,
                terms.royaltyBps,
                terms.artistBps,
                uint32(0)
            ),
            abi.encodePacked(terms.initialTarget, terms.easiestTarget, terms.artist, renderer_, style_),
            abi.encodePacked(uint8(bytes(terms.name).length), terms.name),
            abi.encodePacked(uint8(bytes(terms.symbol).length), terms.symbol)
        );
    }

    /// @notice Word 0 unpacked; what forging reads.
    function forging() internal view returns (uint256 price, uint256 supplyCap, uint256 mintsPerRound) {
        uint256 word = _word(0);
        return (word >> 160, uint32(word >> 128), uint32(word >> 96));
    }

    function rounds() internal view returns (uint256 mintsPerRound, uint256 roundSeconds) {
        uint256 word = _word(0);
        return (uint32(word >> 96), uint32(word >> 64));
    }

    function royalty() internal view returns (uint256 royaltyBps, uint16 artistBps) {
        uint256 word = _word(0);
        return (uint16(word >> 48), uint16(word >> 32));
    }

    function initialTarget() internal view returns (uint256) {
        return _word(INITIAL_TARGET);
    }

    function easiestTarget() internal view returns (uint256) {
        return _word(EASIEST_TARGET);
    }

    function artist() internal view returns (address) {
        return address(uint160(_word(ARTIST) >> 96));
    }

    function renderer() internal view returns (address) {
        return address(uint160(_word(RENDERER) >> 96));
    }

    function style() internal view returns (address) {
        return address(uint160(_word(STYLE) >> 96));
    }

    function name() internal view returns (string memory) {
        return _text(NAME);
    }

    function symbol() internal view returns (string memory) {
        return _text(NAME + 1 + (_word(NAME) >> 248));
    }

    function decode() internal view returns (Terms memory terms) {
        (terms.price, terms.supplyCap, terms.mintsPerRound) = _forgingNarrow();
        (, uint256 roundSeconds) = rounds();
        terms.roundSeconds = uint32(roundSeconds);
        (uint256 royaltyBps, uint16 artistBps) = royalty();
        (terms.royaltyBps, terms.artistBps) = (uint16(royaltyBps), artistBps);
        (terms.initialTarget, terms.easiestTarget) = (initialTarget(), easiestTarget());
        (terms.artist, terms.name, terms.symbol) = (artist(), name(), symbol());
    }

    function _forgingNarrow() private view returns (uint96, uint32, uint32) {
        (uint256 price, uint256 supplyCap, uint256 mintsPerRound) = forging();
        return (uint96(price), uint32(supplyCap), uint32(mintsPerRound));
    }

    function _text(uint256 pos) private view returns (string memory) {
        return string(LibClone.argsOnClone(address(this), pos + 1, pos + 1 + (_word(pos) >> 248)));
    }

    /// @dev 32 bytes of the clone's arguments, zeros beyond their end.
    /// Plain: `return uint256(bytes32(LibClone.argsOnClone(address(this), at, at + 32)));`, 400 gas dearer.
    function _word(uint256 pos) private view returns (uint256 word) {
        assembly ("memory-safe") {
            extcodecopy(address(), 0x00, add(pos, 0x2d), 0x20)
            word := mload(0x00)
        }
    }
}
