// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {SSTORE2} from "solady/utils/SSTORE2.sol";
import {Collection} from "../src/Collection.sol";
import {Factory} from "../src/Factory.sol";
import {Loupe} from "../src/Loupe.sol";
import {Renderer} from "../src/Renderer.sol";
import {Terms} from "../src/Terms.sol";
import {Claim, Claims} from "./Claims.sol";
import {Test} from "./Vm.sol";

/// @notice A renderer with a small table and page, a factory, and one collection with the easiest target there is.
abstract contract Fixture is Test {
    uint256 internal constant EASY = type(uint256).max >> 2;
    address internal constant ARTIST = address(0xA57157);
    address internal constant MINER = address(0x41BE5);

    Renderer internal renderer;
    Factory internal factory;
    Collection internal collection;

    function setUp() public virtual {
        vm.warp(1_700_000_000);
        vm.roll(1000);
        renderer = new Renderer(front(), "</b><i>", "</i>", table(), new Loupe(new address[](2)), 0);
        factory = new Factory(renderer);
        collection = Collection(factory.create(terms(), style(), 0));
    }

    function terms() internal pure returns (Terms memory) {
        return Terms({
            name: "First strata",
            symbol: "STRATA",
            artist: ARTIST,
            price: 0.01 ether,
            supplyCap: 1000,
            mintsPerRound: 8,
            roundSeconds: 3600,
            royaltyBps: 500,
            artistBps: 6000,
            initialTarget: EASY,
            easiestTarget: EASY
        });
    }

    function front() internal returns (address[] memory chunks) {
        chunks = new address[](2);
        chunks[0] = SSTORE2.write("<!doctype html><title>piece</title>");
        chunks[1] = SSTORE2.write("<b>");
    }

    /// @dev Two palettes, five formats, two families with two and no traits, two and three words.
    function table() internal pure returns (bytes memory) {
        return bytes.concat(hex"01", _palettesAndFormats(), _families(), _words());
    }

    function _palettesAndFormats() private pure returns (bytes memory) {
        bytes memory formats = bytes.concat(
            hex"05", _name("Square"), _name("Portrait"), _name("Landscape"), _name("Tondo"), _name("Bleed")
        );
        return bytes.concat(hex"02", _name("Siena"), _name("Glacier"), formats);
    }

    function _families() private pure returns (bytes memory) {
        bytes memory sheets = bytes.concat(hex"0354", _name("Five"), hex"a9", _name("Seven"), hex"ff", _name("Nine"));
        bytes memory relief = bytes.concat(hex"027f", _name("Raised"), hex"ff", _name("Sunk"));
        bytes memory strata =
            bytes.concat(_name("Strata"), hex"02", _name("Sheets"), sheets, bytes.concat(_name("Relief"), relief));
        return bytes.concat(hex"02", strata, _name("Wash"), hex"00");
    }

    function _words() private pure returns (bytes memory) {
        return bytes.concat(
            bytes.concat(hex"02", _name("Quiet"), _name("Late")),
            bytes.concat(hex"03", _name("Ledge"), _name("Section"), _name("Quarry"))
        );
    }

    /// @dev Family 0, three palettes (one unnamed), all formats, two traits, five bytes of body.
    function style() internal pure returns (bytes memory) {
        return bytes.concat(
            hex"0100030502",
            hex"00f5ead2e6c67fc58d4087532a38231a34505f" hex"01f0f4f3cfe0e293b7c04f7f921f3f52d98b6a",
            hex"ffeee6e4ccb8bd9876865c4055261d2bc4a25e",
            hex"0001020304" hex"00ff40c0" hex"0102030405"
        );
    }

    function send(Claim memory c) internal returns (uint256) {
        return send(c, 0.01 ether);
    }

    function send(Claim memory c, uint256 value) internal returns (uint256) {
        return collection.forge{value: value}(c.header, c.coinbase, c.branch, c.round, c.recipient);
    }

    function claim(uint256 seed) internal view returns (Claim memory) {
        return Claims.make(collection, MINER, 3, seed, 0);
    }

    function _name(string memory name) private pure returns (bytes memory) {
        return abi.encodePacked(uint8(bytes(name).length), name);
    }
}
