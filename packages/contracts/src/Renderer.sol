// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {LibBit} from "solady/utils/LibBit.sol";
import {LibString} from "solady/utils/LibString.sol";
import {SSTORE2} from "solady/utils/SSTORE2.sol";
import {Base64Words} from "./Base64Words.sol";
import {Engine, Tile} from "./Engine.sol";
import {IRenderer, Piece} from "./IRenderer.sol";
import {Loupe} from "./Loupe.sol";
import {Picture} from "./Picture.sol";
import {Png} from "./Png.sol";
import {Drawn, Style} from "./Style.sol";
import {TraitTable} from "./TraitTable.sol";

/// @notice The words, the picture and the page of a token, from bytes on chain alone.
/// @dev Immutable, and one for all collections of a factory. The page holds packages/art's renderer, which makes the
/// exact pixels of any size in a browser; here stored bytes are only joined around two hex strings. The picture's pixels
/// are computed by the family's engine (Engine.sol), where a view call has gas enough for that.
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
    /// @notice Shows any pixel of any piece; its engines compute the pictures.
    Loupe public immutable LOUPE;
    /// @notice Byte f: pixels a side of the picture of family f. 0 where its engine has not gas enough for a picture: there
    /// a section of the ground stands for the piece.
    bytes32 public immutable SIDES;
    /// @dev Gas that is kept from the engine for words and page, and for each pixel of a picture: a seventh more than they
    /// take, or more.
    uint256 private immutable KEPT;
    uint256 private constant KEPT_PER_PIXEL = 600;

    error PageTooLong(uint256 length, uint256 most);
    error ChunkMissing(uint256 index, address chunk);
    error PictureTooLarge(uint256 family, uint256 side, uint256 most);

    /// @param front SSTORE2 pointers to all that stands before the style, in order.
    /// @param between What stands between the hex of the style and the hex of the seed.
    /// @param tail What stands after the seed.
    /// @param names Those of palettes, formats, families, traits and titles (TraitTable.sol).
    /// @param loupe Has an engine for each family that has a side.
    /// @param sides Byte f: pixels a side of the picture of family f, 0 for none.
    constructor(
        address[] memory front,
        bytes memory between,
        bytes memory tail,
        bytes memory names,
        Loupe loupe,
        bytes32 sides
    ) {
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
        for (uint256 family; family < 32; ++family) {
            uint256 side = uint8(sides[family]);
            if (side > Png.MAX_SIDE) revert PictureTooLarge(family, side, Png.MAX_SIDE);
            if (side != 0) loupe.engine(family);
        }
        (LOUPE, SIDES, KEPT) = (loupe, sides, 700_000 + 80 * length);
    }

    /// @inheritdoc IRenderer
    function checkStyle(bytes calldata style) external view {
        Style.check(style, SSTORE2.read(TABLE));
    }

    /// @inheritdoc IRenderer
    function tokenURI(Piece calldata piece) external view returns (string memory) {
        bytes memory style = SSTORE2.read(piece.style);
        Drawn memory drawn = Style.draw(style, SSTORE2.read(TABLE), piece.id);
        return string.concat("data:application/json;base64,", Base64Words.encode(bytes(_json(piece, drawn, style))));
    }

    /// @notice The page that renders the exact piece.
    function page(uint256 id, address style) external view returns (string memory) {
        return string(_page(id, SSTORE2.read(style)));
    }

    /// @notice The picture that stands for the piece where pages are not shown, as in the tokenURI of a call with this gas.
    function image(Piece calldata piece) external view returns (string memory svg) {
        bytes memory style = SSTORE2.read(piece.style);
        (svg,) = _svg(piece, Style.draw(style, SSTORE2.read(TABLE), piece.id), style);
    }

    /// @notice The names of palettes, formats, families, traits and title words, as stored.
    function table() external view returns (bytes memory) {
        return SSTORE2.read(TABLE);
    }

    function _json(Piece calldata piece, Drawn memory drawn, bytes memory style) private view returns (string memory) {
        (string memory svg, uint256 side) = _svg(piece, drawn, style);
        return string.concat(
            _words(piece, drawn, side),
            '"image":"data:image/svg+xml;base64,',
            Base64Words.encode(bytes(svg)),
            '","animation_url":"data:text/html;base64,',
            Base64Words.encode(_page(piece.id, style)),
            '"}'
        );
    }

    /// @return svg The picture.
    /// @return side How many pixels a side the engine computed for it; 0 when it is a section of the ground.
    function _svg(Piece calldata piece, Drawn memory drawn, bytes memory style)
        private
        view
        returns (string memory svg, uint256 side)
    {
        bytes memory png;
        (png, side) = _png(style, piece.id);
        svg = Picture.svg(drawn, piece.collection, _bits(piece.id), piece.studio, png);
    }

    /// @dev An engine that fails costs the picture, never the token: nobody checked the weights of a style.
    function _png(bytes memory style, uint256 id) private view returns (bytes memory png, uint256 side) {
        uint256 family = uint8(style[1]);
        // Behind the 32nd family there are zeros.
        side = uint8(bytes1(SIDES << 8 * family));
        (uint256 kept, uint256 left) = (KEPT + KEPT_PER_PIXEL * side * side, gasleft());
        if (side == 0 || left < kept) return ("", 0);
        bytes memory asked = Engine.pixels(style, id, Engine.NOTHING_GIVEN, Tile(0, 0, side, side, side, 1));
        (bool ok, bytes memory rgb) = Engine.ask(LOUPE.engine(family), asked, 3 * side * side, left - kept);
        if (!ok) return ("", 0);
        png = Png.encode(rgb, side);
    }

    /// @dev The most zero bits a number can have: 256, for 0.
    function _bits(uint256 id) private pure returns (uint256) {
        return LibBit.clz(id);
    }

    function _words(Piece calldata piece, Drawn memory drawn, uint256 side) private pure returns (string memory) {
        return string.concat(
            '{"name":"',
            drawn.title,
            '","description":"',
            _description(piece, drawn, side),
            '","collection":"',
            LibString.escapeJSON(piece.collection),
            '","seed":"',
            LibString.toHexString(piece.id, 32),
            piece.studio ? "" : string.concat('","miner":"', LibString.toHexStringChecksummed(piece.miner)),
            '","attributes":[',
            _attributes(piece, drawn, _bits(piece.id)),
            "],"
        );
    }

    /// @dev Says what the contract computes and proves, and what it cannot know.
    function _description(Piece calldata piece, Drawn memory drawn, uint256 side) private pure returns (string memory) {
        string memory what = string.concat(
            drawn.family,
            ", ",
            drawn.format,
            ". A network of small integers draws the same pixels on every machine; the page holds it. "
        );
        if (side != 0) {
            string memory pixels = LibString.toString(side);
            what = string.concat(what, "The image is the piece at ", pixels, " x ", pixels);
            what = string.concat(what, " pixels, computed by the contract. ");
        }
        if (piece.studio) return string.concat(what, "Studio, no work.");
        return string.concat(
            what,
            "Forged by proof of work: one hash in 2^",
            LibString.toString(_bits(piece.id)),
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
