// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Base64} from "solady/utils/Base64.sol";
import {LibString} from "solady/utils/LibString.sol";
import {SSTORE2} from "solady/utils/SSTORE2.sol";
import {Tile} from "../src/Engine.sol";
import {Piece} from "../src/IRenderer.sol";
import {Loupe} from "../src/Loupe.sol";
import {Png} from "../src/Png.sol";
import {Renderer} from "../src/Renderer.sol";
import {Engines} from "./Engines.sol";

/// @notice Pictures that the network computes, with the real engine of vessels.
contract RendererPictureTest is Engines {
    uint256 private constant VESSEL = 2;
    uint256 private constant VIEW_GAS = 30_000_000;
    string private constant PNG = ' style="image-rendering:pixelated" href="data:image/png;base64,';

    Loupe private loupe;
    address[] private chunks;

    function setUp() external {
        string[] memory families = new string[](VESSEL + 1);
        families[VESSEL] = "vessel";
        loupe = loupeOf(families);
        chunks.push(SSTORE2.write("<b>"));
    }

    /// @dev The whole picture, with the pixels of the whole canvas, which the loupe shows just so.
    function test_picture() external {
        (Renderer renderer, Piece memory piece) = (_renderer(16), _piece());
        bytes memory rgb = loupe.tile(vector(VESSEL).style, piece.id, "", Tile(0, 0, 16, 16, 16, 1));
        string memory image = renderer.image(piece);
        string memory png = Base64.encode(Png.encode(rgb, 16));
        hold("pixels", LibString.contains(image, string.concat(PNG, png, '"/>')));
        hold("no section", !LibString.contains(image, "<path filter"));
        hold("label", LibString.contains(image, "1 in 2"));
        string memory json = _json(renderer.tokenURI(piece));
        hold("in tokenURI", LibString.contains(json, Base64.encode(bytes(image))));
        hold(
            "said so", LibString.contains(json, "The image is the piece at 16 x 16 pixels, computed by the contract. ")
        );
    }

    /// @dev The plate lies under the gauge's top in each format: a Bleed fills its square.
    function test_place() external {
        (Renderer renderer, Piece memory piece) = (_renderer(4), _piece());
        (bool bleed, bool framed) = (false, false);
        while (!bleed || !framed) {
            ++piece.id;
            string memory image = renderer.image(piece);
            bool fills = _isBleed(renderer, piece);
            string memory place =
                fills ? '<image width="850" height="850"' : '<image x="26" y="16" width="848" height="848"';
            hold("place", LibString.contains(image, string.concat(place, PNG)));
            if (fills) bleed = true;
            else framed = true;
        }
    }

    /// @dev Nobody checked the weights of a style: the token has a picture all the same.
    function test_engineFails() external {
        Piece memory piece = _piece();
        piece.style = SSTORE2.write(bytes(LibString.slice(string(vector(VESSEL).style), 0, 600)));
        _drawn(_renderer(16), piece, gasleft());
    }

    /// @dev The longest page, and an engine that burns what it gets: the rest is enough for the section.
    function test_engineBurnsAll() external {
        chunks.pop();
        for (uint256 i; i < 3; ++i) {
            chunks.push(SSTORE2.write(new bytes(i < 2 ? 24_575 : 64_000 - 4096 - 64 - 2 * 24_575)));
        }
        Piece memory piece = _piece();
        uint256 without = _drawn(_renderer(0), piece, VIEW_GAS);
        uint256 used = _drawn(_renderer(100), piece, VIEW_GAS);
        hold("it was tried", used > without + 10_000_000);
        vm.snapshotValue("tokenURI", "gas, longest page, of 30 million", used);
    }

    /// @dev Where a caller brings less gas than words and page may want the engine is not asked.
    function test_littleGas() external {
        _drawn(_renderer(16), _piece(), 2_000_000);
    }

    function test_sides() external {
        bytes memory table = productTable();
        vm.expectRevert(abi.encodeWithSelector(Renderer.PictureTooLarge.selector, VESSEL, 148, 147));
        new Renderer(chunks, "", "", table, loupe, _sides(148));
        vm.expectRevert(abi.encodeWithSelector(Loupe.EngineMissing.selector, 1, address(0)));
        new Renderer(chunks, "", "", table, loupe, bytes32(bytes2(0x0001)));
        vm.expectRevert(abi.encodeWithSelector(Loupe.UnknownFamily.selector, 3, 3));
        new Renderer(chunks, "", "", table, loupe, bytes32(bytes4(0x00000001)));
    }

    function _drawn(Renderer renderer, Piece memory piece, uint256 gas_) private view returns (uint256 used) {
        used = gasleft();
        string memory uri = renderer.tokenURI{gas: gas_}(piece);
        used -= gasleft();
        string memory json = _json(uri);
        hold("does not say so", !LibString.contains(json, "computed by the contract"));
        string memory image = _between(json, '"image":"data:image/svg+xml;base64,', '"');
        image = string(Base64.decode(image));
        hold("section", LibString.contains(image, "<path filter"));
        hold("no pixels", !LibString.contains(image, "<image"));
    }

    function _isBleed(Renderer renderer, Piece memory piece) private view returns (bool) {
        return LibString.contains(_json(renderer.tokenURI(piece)), '"Format","value":"Bleed"');
    }

    function _renderer(uint8 side) private returns (Renderer) {
        return new Renderer(chunks, "", "", productTable(), loupe, _sides(side));
    }

    function _sides(uint8 side) private pure returns (bytes32) {
        return bytes32(uint256(side) << (248 - 8 * VESSEL));
    }

    function _piece() private returns (Piece memory) {
        Vector memory v = vector(VESSEL);
        return Piece(v.id, 7, false, address(0xC5), "Vessels", SSTORE2.write(v.style));
    }

    function _json(string memory uri) private pure returns (string memory) {
        string memory head = "data:application/json;base64,";
        hold("head", LibString.startsWith(uri, head));
        return string(Base64.decode(LibString.slice(uri, bytes(head).length)));
    }

    function _between(string memory text, string memory from, string memory to) private pure returns (string memory) {
        uint256 start = LibString.indexOf(text, from) + bytes(from).length;
        return LibString.slice(text, start, LibString.indexOf(text, to, start));
    }
}
