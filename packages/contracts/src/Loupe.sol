// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {SSTORE2} from "solady/utils/SSTORE2.sol";
import {Engine, Tile} from "./Engine.sol";
import {Style} from "./Style.sol";

/// @notice A place on a piece's plate, Q13.
struct Place {
    int16 x;
    int16 y;
}

/// @notice Shows any pixel of any piece, computed here and now by the piece's own network.
/// @dev Nobody owns it and nothing can be set. Whoever doubts a picture asks for its pixels; each fits a view call.
///
/// `given` carries what is too dear for one call: the draw of latents that the calm rule took, and the sorted lists that
/// levels are read from (Engine.sol has the format; empty is the same as `0x0000`). A piece whose family has neither
/// needs nothing. Otherwise the pixels are the piece's only if what was given is; so that nobody need be trusted, `eyes`
/// gives what the calm rule counts, and `values` what the lists consist of, in as many calls as it takes.
contract Loupe {
    /// @notice The most pixels a side.
    uint256 public constant MAX_SIZE = 16_384;
    /// @notice The most samples a side of a pixel.
    uint256 public constant MAX_SAMPLES = 8;

    /// @notice How many family codes there are.
    uint256 public immutable FAMILIES;
    /// @dev SSTORE2 pointer to the engines' addresses, 20 bytes each, by family code.
    address private immutable ENGINES;

    /// @dev There is no engine for this family, or its address has no code.
    error EngineMissing(uint256 family, address engine);
    /// @dev The engine reverted or ran out of gas: the style's weights or what was given do not suit it, or the question
    /// is too large for one call.
    error EngineFailed(uint256 family, address engine);
    error UnknownFamily(uint256 family, uint256 families);
    /// @dev No style is stored at this address.
    error StyleMissing(address style);
    error BadSize(uint256 size, uint256 most);
    error BadSamples(uint256 samples, uint256 most);
    error PixelOutside(uint256 x, uint256 y, uint256 size);
    error TileOutside(uint256 x0, uint256 y0, uint256 x1, uint256 y1, uint256 size);
    error TooManyPlaces(uint256 count, uint256 most);
    /// @dev What is given ends elsewhere than its own counts tell.
    error GivenLength(uint256 length, uint256 wanted);
    /// @dev A list does not rise at this value.
    error GivenUnsorted(uint256 list, uint256 index);

    /// @param engines By family code; zero where there is none.
    constructor(address[] memory engines) {
        bytes memory packed;
        for (uint256 i; i < engines.length; ++i) {
            if (engines[i] != address(0) && engines[i].code.length == 0) revert EngineMissing(i, engines[i]);
            packed = abi.encodePacked(packed, engines[i]);
        }
        FAMILIES = engines.length;
        ENGINES = SSTORE2.write(packed);
    }

    /// @notice One pixel, 0xRRGGBB. The canonical picture has 512 pixels a side and 2 samples.
    /// @param style The bytes of a style.
    /// @param id The token id.
    function pixel(
        bytes memory style,
        uint256 id,
        bytes memory given,
        uint256 x,
        uint256 y,
        uint256 size,
        uint256 samples
    ) public view returns (uint24) {
        if (size > MAX_SIZE || size == 0) revert BadSize(size, MAX_SIZE);
        if (x >= size || y >= size) revert PixelOutside(x, y, size);
        return uint24(bytes3(tile(style, id, given, Tile(x, y, x + 1, y + 1, size, samples))));
    }

    /// @notice One pixel of a piece whose style is stored: `style` is what a collection was made with, and its renderer shows.
    function pixelOf(address style, uint256 id, bytes memory given, uint256 x, uint256 y, uint256 size, uint256 samples)
        external
        view
        returns (uint24)
    {
        return pixel(_stored(style), id, given, x, y, size, samples);
    }

    /// @notice The pixels of a tile, row after row, three bytes each: red, green, blue.
    function tile(bytes memory style, uint256 id, bytes memory given, Tile memory window)
        public
        view
        returns (bytes memory)
    {
        if (window.size > MAX_SIZE || window.size == 0) revert BadSize(window.size, MAX_SIZE);
        if (window.samples > MAX_SAMPLES || window.samples == 0) revert BadSamples(window.samples, MAX_SAMPLES);
        if (window.x0 > window.x1 || window.y0 > window.y1 || window.x1 > window.size || window.y1 > window.size) {
            revert TileOutside(window.x0, window.y0, window.x1, window.y1, window.size);
        }
        return _ask(
            style,
            Engine.pixels(style, id, _checked(given), window),
            3 * (window.x1 - window.x0) * (window.y1 - window.y0)
        );
    }

    /// @notice The pixels of a tile of a piece whose style is stored.
    function tileOf(address style, uint256 id, bytes memory given, Tile memory window)
        external
        view
        returns (bytes memory)
    {
        return tile(_stored(style), id, given, window);
    }

    /// @notice What list `list` holds of these places, before it is sorted. Lists before it must be given.
    function values(bytes memory style, uint256 id, bytes memory given, uint8 list, Place[] memory places)
        public
        view
        returns (int32[] memory)
    {
        bytes memory operands = abi.encodePacked(list, _packed(places));
        return _askValues(style, Engine.question(Engine.VALUES, style, id, _checked(given), operands), places.length);
    }

    /// @notice What list `list` of a piece whose style is stored holds of these places.
    function valuesOf(address style, uint256 id, bytes memory given, uint8 list, Place[] memory places)
        external
        view
        returns (int32[] memory)
    {
        return values(_stored(style), id, given, list, places);
    }

    /// @notice What the calm rule counts the eyes of, at these places, for the draw of latents that is given.
    function eyes(bytes memory style, uint256 id, bytes memory given, Place[] memory places)
        public
        view
        returns (int32[] memory)
    {
        bytes memory asked = Engine.question(Engine.EYES, style, id, _checked(given), _packed(places));
        return _askValues(style, asked, places.length);
    }

    /// @notice What the calm rule counts the eyes of, of a piece whose style is stored.
    function eyesOf(address style, uint256 id, bytes memory given, Place[] memory places)
        external
        view
        returns (int32[] memory)
    {
        return eyes(_stored(style), id, given, places);
    }

    /// @notice The engine of a family.
    function engine(uint256 family) public view returns (address found) {
        if (family >= FAMILIES) revert UnknownFamily(family, FAMILIES);
        found = address(bytes20(SSTORE2.read(ENGINES, 20 * family, 20 * family + 20)));
        if (found == address(0)) revert EngineMissing(family, found);
    }

    function _ask(bytes memory style, bytes memory asked, uint256 length) private view returns (bytes memory answer) {
        if (style.length < 2 || style.length > Style.MAX_LENGTH) {
            revert Style.StyleLength(style.length, 2, Style.MAX_LENGTH);
        }
        uint256 family = uint8(style[1]);
        address found = engine(family);
        bool ok;
        (ok, answer) = Engine.ask(found, asked, length, gasleft());
        if (!ok) revert EngineFailed(family, found);
    }

    function _askValues(bytes memory style, bytes memory asked, uint256 count)
        private
        view
        returns (int32[] memory out)
    {
        bytes memory answer = _ask(style, asked, 4 * count);
        out = new int32[](count);
        for (uint256 i; i < count; ++i) {
            out[i] = _int32At(answer, 4 * i);
        }
    }

    function _stored(address style) private view returns (bytes memory) {
        if (style.code.length < 2) revert StyleMissing(style);
        return SSTORE2.read(style);
    }

    /// @dev What is given, if its lists are well-formed to the last byte. Nothing at all stands for the first draw of
    /// latents and no lists.
    function _checked(bytes memory given) private pure returns (bytes memory) {
        if (given.length == 0) return Engine.NOTHING_GIVEN;
        if (given.length < 2) revert GivenLength(given.length, 2);
        uint256 at = 2;
        uint256 lists = uint8(given[1]);
        for (uint256 list; list < lists; ++list) {
            if (at + 2 > given.length) revert GivenLength(given.length, at + 2);
            uint256 end = at + 2 + 4 * (uint256(uint8(given[at])) << 8 | uint8(given[at + 1]));
            if (end > given.length) revert GivenLength(given.length, end);
            for (uint256 i = at + 6; i < end; i += 4) {
                if (_int32At(given, i) < _int32At(given, i - 4)) revert GivenUnsorted(list, (i - at - 2) / 4);
            }
            at = end;
        }
        if (at != given.length) revert GivenLength(given.length, at);
        return given;
    }

    function _packed(Place[] memory places) private pure returns (bytes memory out) {
        if (places.length > type(uint16).max) revert TooManyPlaces(places.length, type(uint16).max);
        out = new bytes(2 + 4 * places.length);
        _write(out, 0, bytes2(uint16(places.length)));
        for (uint256 i; i < places.length; ++i) {
            _write(out, 2 + 4 * i, bytes2(uint16(places[i].x)));
            _write(out, 4 + 4 * i, bytes2(uint16(places[i].y)));
        }
    }

    function _write(bytes memory out, uint256 at, bytes2 word) private pure {
        out[at] = word[0];
        out[at + 1] = word[1];
    }

    /// @dev The four bytes at `at`, which lie in `from`.
    function _int32At(bytes memory from, uint256 at) private pure returns (int32 value) {
        assembly ("memory-safe") {
            value := sar(224, mload(add(add(from, 0x20), at)))
        }
    }
}
