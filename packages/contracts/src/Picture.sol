// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {LibString} from "solady/utils/LibString.sol";
import {Base64Words} from "./Base64Words.sol";
import {Drawn} from "./Style.sol";

/// @notice The picture that every wallet can show: the piece's own pixels where the network was asked for them, else a
/// section of the ground in the piece's palette and format, cut from paper, with a bore hole down to the stone.
/// @dev 1000 x 1000 units of SVG; the plate lies where it lies on the canvas, and a Bleed runs off the left and upper edge.
/// Depth is the count of leading zero bits of the work, on the scale beside the plate: 0 at the surface, 80 (about a block
/// of Bitcoin's) at its foot.
library Picture {
    using LibString for uint256;

    struct Plate {
        uint256 x;
        uint256 y;
        uint256 width;
        uint256 height;
    }

    uint256 private constant SCALE_BITS = 80;
    uint256 private constant SHEETS = 9;
    uint256 private constant KNOTS = 6;
    uint256 private constant TONDO = 3;
    uint256 private constant BLEED = 4;

    /// @param drawn What the seed draws.
    /// @param collection The collection's name, any UTF-8 without control characters.
    /// @param bits Leading zero bits of the work.
    /// @param studio Whether no work stands behind the piece: then no depth is shown.
    /// @param png The piece's pixels, canvas and all; empty where they are not known.
    function svg(Drawn memory drawn, string memory collection, uint256 bits, bool studio, bytes memory png)
        internal
        pure
        returns (string memory)
    {
        Plate memory plate = _plate(drawn.formatCode);
        uint256 depth = plate.height * (bits < SCALE_BITS ? bits : SCALE_BITS) / SCALE_BITS;
        string memory inside =
            png.length == 0 ? _section(plate, drawn, depth, studio) : _pixels(png, drawn.formatCode == BLEED);
        return string.concat(
            '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1000 1000" font-family="Newsreader,Georgia,serif" fill="#17191c">',
            '<rect width="1000" height="1000" fill="#f6f3ec"/>',
            inside,
            studio ? "" : _scale(plate, depth, bits),
            _label(drawn.title, collection, bits, studio),
            "</svg>"
        );
    }

    /// @dev Each square that one sees is a pixel that anybody can check.
    function _pixels(bytes memory png, bool bleed) private pure returns (string memory) {
        return string.concat(
            bleed ? '<image width="850" height="850' : '<image x="26" y="16" width="848" height="848',
            '" style="image-rendering:pixelated" href="data:image/png;base64,',
            Base64Words.encode(png),
            '"/>'
        );
    }

    function _section(Plate memory plate, Drawn memory drawn, uint256 depth, bool studio)
        private
        pure
        returns (string memory)
    {
        return string.concat(
            '<defs><filter id="s" x="-10%" y="-10%" width="120%" height="130%"><feDropShadow dx="-3" dy="-5" stdDeviation="6" flood-color="#000" flood-opacity=".34"/></filter>',
            '<clipPath id="p">',
            _shape(plate, drawn.formatCode),
            '</clipPath></defs><g clip-path="url(#p)">',
            _sheets(plate, drawn),
            studio ? "" : _bore(plate, drawn, depth),
            "</g>"
        );
    }

    /// @dev packages/art's plates on a canvas of 848 units whose centre is (450, 440); that of a Bleed has 850.
    function _plate(uint256 format) private pure returns (Plate memory) {
        if (format == 1) return Plate(165, 80, 570, 720);
        if (format == 2) return Plate(90, 166, 720, 548);
        if (format == TONDO) return Plate(98, 88, 704, 704);
        if (format == BLEED) return Plate(0, 0, 850, 850);
        return Plate(90, 80, 720, 720);
    }

    function _shape(Plate memory plate, uint256 format) private pure returns (string memory) {
        if (format == TONDO) {
            return string.concat(
                '<circle cx="',
                (plate.x + plate.width / 2).toString(),
                '" cy="',
                (plate.y + plate.height / 2).toString(),
                '" r="',
                (plate.width / 2).toString(),
                '"/>'
            );
        }
        return string.concat(
            '<path d="M',
            _point(plate.x, plate.y),
            "h",
            plate.width.toString(),
            "v",
            plate.height.toString(),
            "h-",
            plate.width.toString(),
            'z"/>'
        );
    }

    /// @dev Nine sheets, the lightest behind: the five tones of the palette and the four between them. How thick each
    /// lies and how it is cut is drawn from the seed.
    function _sheets(Plate memory plate, Drawn memory drawn) private pure returns (string memory out) {
        bytes32 cut = keccak256(abi.encode(drawn.draw, "section"));
        out = string.concat(
            '<path fill="#', _hex(drawn.colours[0]), '" d="M', _point(plate.x, plate.y), 'h1000v1000h-1000z"/>'
        );
        uint256 total;
        for (uint256 i; i < SHEETS; ++i) {
            total += _thick(cut, i);
        }
        uint256 above = _thick(cut, 0);
        for (uint256 i = 1; i < SHEETS; ++i) {
            uint256 thick = _thick(cut, i);
            uint256 top = plate.y + plate.height * above / total;
            uint256 swing = plate.height * (thick + 120) / total;
            out = string.concat(
                out,
                '<path filter="url(#s)" fill="#',
                _hex(_tone(drawn.colours, i)),
                '" d="',
                _edge(plate, top, swing, keccak256(abi.encode(cut, i))),
                '"/>'
            );
            above += thick;
        }
    }

    function _thick(bytes32 cut, uint256 i) private pure returns (uint256) {
        return 56 + uint256(uint8(cut[i]));
    }

    /// @dev A line of hills across the plate, level at each knot, closed far below it.
    function _edge(Plate memory plate, uint256 top, uint256 swing, bytes32 cut)
        private
        pure
        returns (string memory out)
    {
        int256 step = int256(plate.width / (KNOTS - 1));
        out = string.concat("M-400 1400V", _knot(top, swing, cut, 0).toString());
        for (uint256 k; k <= KNOTS; ++k) {
            int256 x = int256(plate.x) + step * int256(k) + int256(uint256(uint8(cut[k]))) / 4 - 160;
            string memory y = string.concat(" ", _knot(top, swing, cut, k + 1).toString());
            out = string.concat(out, "S", LibString.toString(x - step / 2), y, " ", LibString.toString(x), y);
        }
        return string.concat(out, "H1400V1400z");
    }

    function _knot(uint256 top, uint256 swing, bytes32 cut, uint256 k) private pure returns (uint256) {
        uint256 y = top + swing * uint8(cut[8 + k]) / 255;
        return y > swing / 2 ? y - swing / 2 : 0;
    }

    /// @dev A hairline from the surface to the stone, which lies as deep as its work.
    function _bore(Plate memory plate, Drawn memory drawn, uint256 depth) private pure returns (string memory) {
        uint256 x = plate.x + plate.width * (90 + uint256(uint8(drawn.draw[0])) * 76 / 255) / 256;
        string memory cy = (plate.y + depth).toString();
        string memory accent = _hex(drawn.colours[5]);
        return string.concat(
            '<path d="M',
            _point(x, plate.y),
            "V",
            cy,
            '" stroke="#',
            accent,
            '" stroke-width="2.5"/><circle filter="url(#s)" cx="',
            x.toString(),
            '" cy="',
            cy,
            '" r="25" fill="#',
            accent,
            '"/>'
        );
    }

    /// @dev The gauge: a tick for every 8 bits, and how deep the stone lay.
    function _scale(Plate memory plate, uint256 depth, uint256 bits) private pure returns (string memory out) {
        (uint256 top, uint256 height) = (plate.y, plate.height);
        out = string.concat(
            '<path fill="none" stroke="#b9bbba" stroke-width="1.5" d="M',
            _point(880, top),
            "V",
            (top + height).toString()
        );
        for (uint256 i; i <= 10; ++i) {
            out = string.concat(out, "M", _point(880, top + height * i / 10), "h", i % 5 == 0 ? "14" : "8");
        }
        out = string.concat(
            out, '"/><path stroke="#96391f" stroke-width="5" d="M', _point(880, top), "V", (top + depth).toString()
        );
        uint256 middle = top + depth + 9;
        return string.concat(
            out,
            '"/><text x="904" y="',
            (middle < 28 ? 28 : middle).toString(),
            '" fill="#96391f" font-size="28">',
            bits.toString(),
            "</text>"
        );
    }

    function _label(string memory title, string memory collection, uint256 bits, bool studio)
        private
        pure
        returns (string memory)
    {
        return string.concat(
            '<text x="90" y="912" font-size="44" font-style="italic" letter-spacing="-.6">',
            title,
            '</text><text x="90" y="952" font-size="24" fill="#4a4e54">',
            LibString.escapeHTML(collection),
            '</text><text x="910" y="952" font-size="24" fill="#4a4e54" text-anchor="end">',
            studio
                ? "Studio, no work"
                : string.concat('1 in 2<tspan dy="-9" font-size="17">', bits.toString(), "</tspan>"),
            "</text>"
        );
    }

    /// @dev Tone 0 to 8: even ones are the palette's, odd ones lie half-way.
    function _tone(uint24[6] memory colours, uint256 i) private pure returns (uint24) {
        if (i % 2 == 0) return colours[i / 2];
        (uint256 a, uint256 b) = (colours[i / 2], colours[i / 2 + 1]);
        // Channel by channel: halves of both without the bits that would fall into the neighbour.
        return uint24((a & b) + (((a ^ b) & 0xfefefe) >> 1));
    }

    function _hex(uint24 colour) private pure returns (string memory) {
        return LibString.toHexStringNoPrefix(colour, 3);
    }

    function _point(uint256 x, uint256 y) private pure returns (string memory) {
        return string.concat(x.toString(), " ", y.toString());
    }
}
