// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Base64} from "solady/utils/Base64.sol";
import {LibBit} from "solady/utils/LibBit.sol";
import {LibString} from "solady/utils/LibString.sol";
import {SSTORE2} from "solady/utils/SSTORE2.sol";
import {IRenderer, Piece} from "./IRenderer.sol";
import {Picture} from "./Picture.sol";
import {Drawn, Style} from "./Style.sol";
import {TraitTable} from "./TraitTable.sol";

/// @notice The words, the picture and the page of a token, from bytes on chain alone.
/// @dev Immutable, and one for all collections of a factory. The page holds packages/art's renderer, which makes the
/// exact pixels in a browser; the contract only joins stored bytes around two hex strings.
contract Renderer is IRenderer {
    /// @notice The most bytes of a page. Base64 stands inside base64, so 64,000 become 116,000 in the whole URI, and
    /// picture and words fit beside it under 128 KiB.
    uint256 public constant MAX_PAGE = 64_000;

    /// @dev SSTORE2 pointer to the addresses, 20 bytes each, of the chunks before the style's hex.
    address private immutable FRONT;
    /// @dev SSTORE2 pointers: between style and seed, after the seed, names.
    address private immutable BETWEEN;
    address private immutable TAIL;
    address private immutable TABLE;

    error PageTooLong(uint256 length, uint256 most);
    error ChunkMissing(uint256 index, address chunk);

    /// @param front SSTORE2 pointers to all that stands before the style, in order.
    /// @param between What stands between the hex of the style and the hex of the seed.
    /// @param tail What stands after the seed.
    /// @param names Those of palettes, formats, families, traits and titles (TraitTable.sol).
    constructor(address[] memory front, bytes memory between, bytes memory tail, bytes memory names) {
        uint256 length = 2 * Style.MAX_LENGTH + 64 + between.length + tail.length;
        bytes memory pointers;
        for (uint256 i; i < front.length; ++i) {
            uint256 size = front[i].code.length;
            if (size < 2) revert ChunkMissing(i, front[i]);
            length += size - 1;
            pointers = abi.encodePacked(pointers, front[i]);
        }
        if (length > MAX_PAGE) revert PageTooLong(length, MAX_PAGE);
        TraitTable.check(names);
        FRONT = SSTORE2.write(pointers);
        BETWEEN = SSTORE2.write(between);
        TAIL = SSTORE2.write(tail);
        TABLE = SSTORE2.write(names);
    }

    /// @inheritdoc IRenderer
    function checkStyle(bytes calldata style) external view {
        Style.check(style, SSTORE2.read(TABLE));
    }

    /// @inheritdoc IRenderer
    function tokenURI(Piece calldata piece) external view returns (string memory) {
        bytes memory style = SSTORE2.read(piece.style);
        Drawn memory drawn = Style.draw(style, SSTORE2.read(TABLE), piece.id);
        // The most zero bits a number can have: 256, for 0.
        uint256 bits = LibBit.clz(piece.id);
        return string.concat("data:application/json;base64,", Base64.encode(bytes(_json(piece, drawn, style, bits))));
    }

    /// @notice The page that renders the exact piece.
    function page(uint256 id, address style) external view returns (string memory) {
        return string(_page(id, SSTORE2.read(style)));
    }

    /// @notice The picture that stands for the piece where pages are not shown.
    function image(Piece calldata piece) external view returns (string memory) {
        Drawn memory drawn = Style.draw(SSTORE2.read(piece.style), SSTORE2.read(TABLE), piece.id);
        return Picture.svg(drawn, piece.collection, LibBit.clz(piece.id), piece.studio);
    }

    /// @notice The names of palettes, formats, families, traits and title words, as stored.
    function table() external view returns (bytes memory) {
        return SSTORE2.read(TABLE);
    }

    function _json(Piece calldata piece, Drawn memory drawn, bytes memory style, uint256 bits)
        private
        view
        returns (string memory)
    {
        return string.concat(
            _words(piece, drawn, bits),
            '"image":"data:image/svg+xml;base64,',
            Base64.encode(bytes(Picture.svg(drawn, piece.collection, bits, piece.studio))),
            '","animation_url":"data:text/html;base64,',
            Base64.encode(_page(piece.id, style)),
            '"}'
        );
    }

    function _words(Piece calldata piece, Drawn memory drawn, uint256 bits) private pure returns (string memory) {
        return string.concat(
            '{"name":"',
            drawn.title,
            '","description":"',
            _description(piece, drawn, bits),
            '","collection":"',
            LibString.escapeJSON(piece.collection),
            '","seed":"',
            LibString.toHexString(piece.id, 32),
            piece.studio ? "" : string.concat('","miner":"', LibString.toHexStringChecksummed(piece.miner)),
            '","attributes":[',
            _attributes(piece, drawn, bits),
            "],"
        );
    }

    /// @dev Says what the contract proves and what it cannot know.
    function _description(Piece calldata piece, Drawn memory drawn, uint256 bits) private pure returns (string memory) {
        string memory what = string.concat(
            drawn.family,
            ", ",
            drawn.format,
            ". A network of small integers draws the same pixels on every machine; the page holds it. "
        );
        if (piece.studio) return string.concat(what, "Studio, no work.");
        return string.concat(
            what,
            "Forged by proof of work: one hash in 2^",
            LibString.toString(bits),
            " is as rare. The contract proves SHA-256d work, not the chain at which it was aimed."
        );
    }

    function _attributes(Piece calldata piece, Drawn memory drawn, uint256 bits)
        private
        pure
        returns (string memory out)
    {
        out = string.concat(_attribute("Family", drawn.family), ",");
        if (bytes(drawn.palette).length != 0) out = string.concat(out, _attribute("Palette", drawn.palette), ",");
        out = string.concat(out, _attribute("Format", drawn.format));
        for (uint256 i; i < drawn.traits.length; ++i) {
            out = string.concat(out, ",", _attribute(drawn.traits[i], drawn.options[i]));
        }
        if (piece.studio) return string.concat(out, ",", _attribute("Origin", "Studio, no work"));
        out = string.concat(out, ",", _attribute("Origin", "Forged"), ",", _number("Zero bits", bits));
        return string.concat(out, ",", _number("Round", piece.round));
    }

    function _attribute(string memory name, string memory value) private pure returns (string memory) {
        return string.concat('{"trait_type":"', name, '","value":"', value, '"}');
    }

    function _number(string memory name, uint256 value) private pure returns (string memory) {
        return
            string.concat('{"display_type":"number","trait_type":"', name, '","value":', LibString.toString(value), "}");
    }

    function _page(uint256 id, bytes memory style) private view returns (bytes memory out) {
        bytes memory pointers = SSTORE2.read(FRONT);
        bytes memory front;
        for (uint256 i; i < pointers.length; i += 20) {
            address chunk;
            assembly ("memory-safe") {
                chunk := shr(96, mload(add(add(pointers, 0x20), i)))
            }
            front = bytes.concat(front, SSTORE2.read(chunk));
        }
        return bytes.concat(
            front,
            bytes(LibString.toHexStringNoPrefix(style)),
            SSTORE2.read(BETWEEN),
            bytes(LibString.toHexStringNoPrefix(id, 32)),
            SSTORE2.read(TAIL)
        );
    }
}
