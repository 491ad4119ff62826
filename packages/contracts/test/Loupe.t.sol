// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {SSTORE2} from "solady/utils/SSTORE2.sol";
import {Tile} from "../src/Engine.sol";
import {Loupe, Place} from "../src/Loupe.sol";
import {Style} from "../src/Style.sol";
import {Engines} from "./Engines.sol";

contract LoupeTest is Engines {
    uint256 private constant BLOCK = 0;
    uint256 private constant VESSEL = 2;
    uint256 private constant MARBLE = 4;

    Loupe private loupe;

    function setUp() external {
        string[] memory families = new string[](5);
        (families[BLOCK], families[VESSEL], families[MARBLE]) = ("block", "vessel", "marble");
        loupe = loupeOf(families);
    }

    function test_pixels() external {
        uint24[3] memory codes = [uint24(BLOCK), uint24(VESSEL), uint24(MARBLE)];
        for (uint256 i; i < codes.length; ++i) {
            Vector memory v = vector(codes[i]);
            address stored = SSTORE2.write(v.style);
            for (uint256 k; k < 2; ++k) {
                string memory at = string.concat(v.at, k == 0 ? ".pixels[0]" : ".pixels[1]");
                (uint256 x, uint256 y) = (numberOf(at, ".x"), numberOf(at, ".y"));
                uint24 wanted = uint24(bytes3(dataOf(at, ".rgb")));
                same("pixel", loupe.pixel(v.style, v.id, v.given, x, y, 512, 2), wanted);
                same("of the stored style", loupe.pixelOf(stored, v.id, v.given, x, y, 512, 2), wanted);
            }
            bytes memory rgb = dataOf(v.at, ".tile.rgb");
            Tile memory tile = _tileOf(v);
            same("tile", loupe.tile(v.style, v.id, v.given, tile), rgb);
            same("tile of the stored style", loupe.tileOf(stored, v.id, v.given, tile), rgb);
        }
    }

    /// @dev Nothing given stands for the first draw and no lists.
    function test_nothingGiven() external {
        Vector memory v = vector(VESSEL);
        same("tile", loupe.tile(v.style, v.id, "", _tileOf(v)), dataOf(v.at, ".tile.rgb"));
    }

    function test_emptyTile() external {
        Vector memory v = vector(VESSEL);
        same("no pixels", loupe.tile(v.style, v.id, "", Tile(5, 5, 5, 9, 24, 1)), "");
    }

    /// @dev What a list consists of is independent of what is asked beside it, and of the way it is asked.
    function test_values() external {
        Vector memory v = vector(MARBLE);
        address stored = SSTORE2.write(v.style);
        bytes memory draw = abi.encodePacked(v.given[0], uint8(0));
        Place[] memory places = new Place[](2);
        (places[0], places[1]) = (Place(-4000, 3000), Place(123, -321));
        int32[] memory both = loupe.values(v.style, v.id, draw, 0, places);
        int32[] memory eyes = loupe.eyes(v.style, v.id, draw, places);
        same("values", both.length, 2);
        same("eyes", eyes.length, 2);
        hold("differ", both[0] != both[1] && eyes[0] != eyes[1]);
        for (uint256 i; i < 2; ++i) {
            Place[] memory one = new Place[](1);
            one[0] = places[i];
            hold("value", loupe.valuesOf(stored, v.id, draw, 0, one)[0] == both[i]);
            hold("eye", loupe.eyesOf(stored, v.id, draw, one)[0] == eyes[i]);
        }
        same("no places", loupe.values(v.style, v.id, draw, 0, new Place[](0)).length, 0);
    }

    function test_unknownFamily() external {
        vm.expectRevert(abi.encodeWithSelector(Loupe.UnknownFamily.selector, 5, 5));
        loupe.pixel(hex"0105", 1, "", 0, 0, 1, 1);
        vm.expectRevert(abi.encodeWithSelector(Loupe.UnknownFamily.selector, 5, 5));
        loupe.engine(5);
    }

    function test_engineMissing() external {
        vm.expectRevert(abi.encodeWithSelector(Loupe.EngineMissing.selector, 1, address(0)));
        loupe.pixel(hex"0101", 1, "", 0, 0, 1, 1);
        address[] memory engines = new address[](2);
        engines[1] = address(7);
        vm.expectRevert(abi.encodeWithSelector(Loupe.EngineMissing.selector, 1, address(7)));
        new Loupe(engines);
    }

    function test_styleLength() external {
        vm.expectRevert(abi.encodeWithSelector(Style.StyleLength.selector, 1, 2, 2048));
        loupe.pixel(hex"01", 1, "", 0, 0, 1, 1);
        bytes memory long = new bytes(2049);
        vm.expectRevert(abi.encodeWithSelector(Style.StyleLength.selector, 2049, 2, 2048));
        loupe.pixel(long, 1, "", 0, 0, 1, 1);
        vm.expectRevert(abi.encodeWithSelector(Loupe.StyleMissing.selector, address(7)));
        loupe.pixelOf(address(7), 1, "", 0, 0, 1, 1);
    }

    /// @dev A style that is cut off, and lists that are wanting: the engine reverts, the loupe says which.
    function test_engineFailed() external {
        bytes memory refusal = abi.encodeWithSelector(Loupe.EngineFailed.selector, VESSEL, loupe.engine(VESSEL));
        vm.expectRevert(refusal);
        loupe.pixel(hex"0102", 1, "", 0, 0, 1, 1);
        Vector memory v = vector(MARBLE);
        refusal = abi.encodeWithSelector(Loupe.EngineFailed.selector, MARBLE, loupe.engine(MARBLE));
        vm.expectRevert(refusal);
        loupe.pixel(v.style, v.id, "", 0, 0, 512, 2);
        vm.expectRevert(refusal);
        loupe.pixel(v.style, v.id, hex"0400", 0, 0, 512, 2);
    }

    function test_outside() external {
        vm.expectRevert(abi.encodeWithSelector(Loupe.BadSize.selector, 0, 16_384));
        loupe.pixel(hex"0102", 1, "", 0, 0, 0, 1);
        vm.expectRevert(abi.encodeWithSelector(Loupe.BadSize.selector, 16_385, 16_384));
        loupe.pixel(hex"0102", 1, "", 0, 0, 16_385, 1);
        vm.expectRevert(abi.encodeWithSelector(Loupe.BadSize.selector, 0, 16_384));
        loupe.tile(hex"0102", 1, "", Tile(0, 0, 0, 0, 0, 1));
        vm.expectRevert(abi.encodeWithSelector(Loupe.BadSize.selector, 1 << 16, 16_384));
        loupe.tile(hex"0102", 1, "", Tile(0, 0, 1, 1, 1 << 16, 1));
        vm.expectRevert(abi.encodeWithSelector(Loupe.BadSamples.selector, 0, 8));
        loupe.pixel(hex"0102", 1, "", 0, 0, 1, 0);
        vm.expectRevert(abi.encodeWithSelector(Loupe.BadSamples.selector, 257, 8));
        loupe.pixel(hex"0102", 1, "", 0, 0, 1, 257);
        vm.expectRevert(abi.encodeWithSelector(Loupe.PixelOutside.selector, 8, 0, 8));
        loupe.pixel(hex"0102", 1, "", 8, 0, 8, 1);
        vm.expectRevert(abi.encodeWithSelector(Loupe.PixelOutside.selector, 0, type(uint256).max, 8));
        loupe.pixel(hex"0102", 1, "", 0, type(uint256).max, 8, 1);
        _tileOutside(Tile(0, 0, 9, 8, 8, 1));
        _tileOutside(Tile(0, 0, 8, 9, 8, 1));
        _tileOutside(Tile(5, 0, 4, 8, 8, 1));
        _tileOutside(Tile(0, 5, 8, 4, 8, 1));
    }

    function test_given() external {
        _refusedGiven(hex"00", abi.encodeWithSelector(Loupe.GivenLength.selector, 1, 2));
        _refusedGiven(hex"0001", abi.encodeWithSelector(Loupe.GivenLength.selector, 2, 4));
        _refusedGiven(hex"000100", abi.encodeWithSelector(Loupe.GivenLength.selector, 3, 4));
        _refusedGiven(hex"000100020000000100", abi.encodeWithSelector(Loupe.GivenLength.selector, 9, 12));
        _refusedGiven(hex"000000", abi.encodeWithSelector(Loupe.GivenLength.selector, 3, 2));
        _refusedGiven(hex"000100010000000100", abi.encodeWithSelector(Loupe.GivenLength.selector, 9, 8));
        _refusedGiven(
            hex"00020001000000010003fffffffefffffffffffffffd",
            abi.encodeWithSelector(Loupe.GivenUnsorted.selector, 1, 2)
        );
    }

    function test_tooManyPlaces() external {
        Place[] memory places = new Place[](65_536);
        vm.expectRevert(abi.encodeWithSelector(Loupe.TooManyPlaces.selector, 65_536, 65_535));
        loupe.eyes(hex"0104", 1, "", places);
    }

    function _tileOf(Vector memory v) private view returns (Tile memory) {
        return Tile(
            numberOf(v.at, ".tile.x0"),
            numberOf(v.at, ".tile.y0"),
            numberOf(v.at, ".tile.x1"),
            numberOf(v.at, ".tile.y1"),
            numberOf(v.at, ".tile.size"),
            numberOf(v.at, ".tile.samples")
        );
    }

    function _tileOutside(Tile memory t) private {
        vm.expectRevert(abi.encodeWithSelector(Loupe.TileOutside.selector, t.x0, t.y0, t.x1, t.y1, t.size));
        loupe.tile(hex"0102", 1, "", t);
    }

    function _refusedGiven(bytes memory given, bytes memory refusal) private {
        vm.expectRevert(refusal);
        loupe.pixel(hex"0104", 1, given, 0, 0, 1, 1);
    }
}
