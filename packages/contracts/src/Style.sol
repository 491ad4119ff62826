// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {TraitTable} from "./TraitTable.sol";

/// @notice What a seed draws from a style, in words.
struct Drawn {
    string title;
    string family;
    /// @dev Empty when the artist gave the palette no name.
    string palette;
    string format;
    string[] traits;
    string[] options;
    /// @dev Six colours of three bytes: ground, light, mid, deep, ink, accent.
    uint24[6] colours;
    /// @dev 0 Square, 1 Portrait, 2 Landscape, 3 Tondo, 4 Bleed.
    uint256 formatCode;
    /// @dev keccak256(format byte, seed): every draw comes from it.
    bytes32 draw;
}

/// @notice The head of a style, which names and colours come from; its body (weights) is for the page's renderer only.
/// @dev Layout (packages/art owns it): 1 format byte; family code; P palettes; F formats; T traits; P times (name index
/// or 255, six RGB colours); F format codes; T times (least, most); body.
library Style {
    using TraitTable for bytes;

    uint256 internal constant MAX_LENGTH = 2048;
    uint256 private constant HEAD = 5;
    uint256 private constant PALETTE = 19;
    uint256 private constant UNNAMED = 255;
    /// @dev Bytes 18 to 31 of the draw decide traits.
    uint256 private constant MAX_TRAITS = 14;

    error StyleLength(uint256 length, uint256 least, uint256 most);
    error StyleFormat(uint256 format);
    error StyleFamily(uint256 code, uint256 families);
    /// @dev A style needs a palette and a format to draw from.
    error StyleEmpty(string list);
    error StylePalette(uint256 index, uint256 name, uint256 names);
    error StylePieceFormat(uint256 index, uint256 code, uint256 formats);
    error StyleTraitCount(uint256 count, uint256 wanted);
    error StyleTraitRange(uint256 index, uint256 least, uint256 most);

    /// @notice Reverts unless `draw` works for every seed.
    function check(bytes memory style, bytes memory table) internal pure {
        if (style.length < HEAD || style.length > MAX_LENGTH) revert StyleLength(style.length, HEAD, MAX_LENGTH);
        if (style[0] != 0x01) revert StyleFormat(uint8(style[0]));
        (uint256 p, uint256 f, uint256 t) = (uint8(style[2]), uint8(style[3]), uint8(style[4]));
        if (p == 0) revert StyleEmpty("palettes");
        if (f == 0) revert StyleEmpty("formats");
        uint256 head = HEAD + PALETTE * p + f + 2 * t;
        if (style.length < head) revert StyleLength(style.length, head, MAX_LENGTH);
        (uint256 palettes, uint256 formats, uint256 families) = table.lists();
        _checkFamily(table, families, uint8(style[1]), t);
        _checkPalettes(style, p, table.count(palettes));
        _checkFormats(style, head - 2 * t - f, f, table.count(formats));
        _checkRanges(style, head - 2 * t, t);
    }

    /// @notice What the seed draws: the same words as packages/art draws from the same bytes.
    function draw(bytes memory style, bytes memory table, uint256 seed) internal pure returns (Drawn memory drawn) {
        bytes32 h = keccak256(abi.encodePacked(style[0], seed));
        drawn.draw = h;
        (uint256 palettes, uint256 formats, uint256 families) = table.lists();
        {
            uint256 pos = HEAD + PALETTE * (uint8(h[16]) % uint8(style[2]));
            uint256 name = uint8(style[pos]);
            if (name != UNNAMED) drawn.palette = table.nameOf(palettes, name);
            for (uint256 i; i < 6; ++i) {
                uint256 rgb = pos + 1 + 3 * i;
                drawn.colours[i] = uint24(bytes3(abi.encodePacked(style[rgb], style[rgb + 1], style[rgb + 2])));
            }
        }
        {
            uint256 pos = HEAD + PALETTE * uint8(style[2]);
            drawn.formatCode = uint8(style[pos + (uint8(h[17]) % uint8(style[3]))]);
            drawn.format = table.nameOf(formats, drawn.formatCode);
        }
        _drawTraits(drawn, style, table, table.family(families, uint8(style[1])));
        uint256 first = table.words(families);
        uint256 second = table.afterList(first);
        drawn.title = string.concat(
            table.nameOf(first, uint8(h[10]) % table.count(first)),
            " ",
            table.nameOf(second, uint8(h[11]) % table.count(second))
        );
    }

    function _checkFamily(bytes memory table, uint256 families, uint256 code, uint256 traits) private pure {
        uint256 count = table.count(families);
        if (code >= count) revert StyleFamily(code, count);
        uint256 wanted = table.count(table.afterName(table.family(families, code)));
        if (traits != wanted || traits > MAX_TRAITS) revert StyleTraitCount(traits, wanted);
    }

    function _checkPalettes(bytes memory style, uint256 count, uint256 names) private pure {
        for (uint256 i; i < count; ++i) {
            uint256 name = uint8(style[HEAD + PALETTE * i]);
            if (name != UNNAMED && name >= names) revert StylePalette(i, name, names);
        }
    }

    function _checkFormats(bytes memory style, uint256 pos, uint256 count, uint256 formats) private pure {
        for (uint256 i; i < count; ++i) {
            uint256 format = uint8(style[pos + i]);
            if (format >= formats) revert StylePieceFormat(i, format, formats);
        }
    }

    function _checkRanges(bytes memory style, uint256 pos, uint256 count) private pure {
        for (uint256 i; i < count; ++i) {
            (uint256 least, uint256 most) = _range(style, pos + 2 * i);
            if (least > most) revert StyleTraitRange(i, least, most);
        }
    }

    function _drawTraits(Drawn memory drawn, bytes memory style, bytes memory table, uint256 family) private pure {
        drawn.family = table.text(family);
        uint256 trait = table.afterName(family) + 1;
        uint256 count = uint8(style[4]);
        uint256 ranges = HEAD + PALETTE * uint8(style[2]) + uint8(style[3]);
        (drawn.traits, drawn.options) = (new string[](count), new string[](count));
        for (uint256 i; i < count; ++i) {
            (uint256 least, uint256 most) = _range(style, ranges + 2 * i);
            uint256 value = least + ((uint8(drawn.draw[18 + i]) * (most - least + 1)) >> 8);
            (drawn.traits[i], drawn.options[i], trait) = table.option(trait, value);
        }
    }

    function _range(bytes memory style, uint256 pos) private pure returns (uint256 least, uint256 most) {
        return (uint8(style[pos]), uint8(style[pos + 1]));
    }
}
