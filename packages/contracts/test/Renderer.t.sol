// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Base64} from "solady/utils/Base64.sol";
import {LibString} from "solady/utils/LibString.sol";
import {SSTORE2} from "solady/utils/SSTORE2.sol";
import {Piece} from "../src/IRenderer.sol";
import {Loupe} from "../src/Loupe.sol";
import {Renderer} from "../src/Renderer.sol";
import {TraitTable} from "../src/TraitTable.sol";
import {Fixture} from "./Fixture.sol";

contract RendererTest is Fixture {
    /// @dev 40 zero bits.
    uint256 internal constant ID = (uint256(keccak256("piece")) | 1 << 255) >> 40;

    function test_page() external {
        address pointer = SSTORE2.write(style());
        same(
            "page",
            renderer.page(ID, pointer),
            string.concat(
                "<!doctype html><title>piece</title><b>",
                LibString.toHexStringNoPrefix(style()),
                "</b><i>",
                LibString.toHexStringNoPrefix(ID, 32),
                "</i>"
            )
        );
    }

    /// @dev The whole text, so that a change of words shows.
    function test_json() external {
        string memory json = _json(_piece(ID, false));
        string memory image = renderer.image(_piece(ID, false));
        string memory page = renderer.page(ID, _piece(ID, false).style);
        bytes32 h = keccak256(abi.encodePacked(uint8(1), ID));
        same(
            "json",
            json,
            string.concat(
                string.concat(
                    '{"name":"',
                    uint8(h[10]) % 2 == 0 ? "Quiet " : "Late ",
                    ["Ledge", "Section", "Quarry"][uint8(h[11]) % 3],
                    '","description":"Strata, ',
                    _format(h),
                    ". A network of small integers draws the same pixels on every machine; the page holds it. ",
                    "Forged by proof of work: one hash in 2^40 is as rare. The contract proves SHA-256d work, not the chain at which it was aimed."
                ),
                string.concat(
                    '","collection":"First \\"strata\\" \\\\","seed":"',
                    LibString.toHexString(ID, 32),
                    '","miner":"0x0000000000000000000000000000000000041Be5","attributes":[',
                    '{"trait_type":"Family","value":"Strata"},',
                    _palette(h)
                ),
                string.concat(
                    '{"trait_type":"Format","value":"', _format(h), '"},{"trait_type":"Sheets","value":"', _sheets(h)
                ),
                string.concat(
                    '"},{"trait_type":"Relief","value":"',
                    0x40 + (uint256(uint8(h[19])) * 0x81 >> 8) <= 127 ? "Raised" : "Sunk",
                    '"},{"trait_type":"Origin","value":"Forged"},{"display_type":"number","trait_type":"Zero bits","value":40},'
                    '{"display_type":"number","trait_type":"Round","value":7}],"image":"data:image/svg+xml;base64,'
                ),
                Base64.encode(bytes(image)),
                '","animation_url":"data:text/html;base64,',
                Base64.encode(bytes(page)),
                '"}'
            )
        );
    }

    /// @dev No rarity is ever stated where no work was done.
    function test_studio() external {
        string memory json = _json(_piece(ID, true));
        hold("says so", LibString.contains(json, "Studio, no work"));
        hold("no bits", !LibString.contains(json, "Zero bits"));
        hold("no miner", !LibString.contains(json, "miner"));
        hold("no rarity", !LibString.contains(json, "2^"));
        string memory image = renderer.image(_piece(ID, true));
        hold("picture says so", LibString.contains(image, ">Studio, no work<"));
        hold("picture without depth", !LibString.contains(image, "1 in 2"));
    }

    function test_escapes() external {
        Piece memory piece = _piece(ID, false);
        piece.collection = "<script>&\"'";
        hold("picture", LibString.contains(renderer.image(piece), "&lt;script&gt;&amp;&quot;&#39;"));
        hold("picture", !LibString.contains(renderer.image(piece), "<script"));
    }

    function testFuzz_everySeed(uint256 id, uint256 round, bool studio) external {
        Piece memory piece = _piece(id, studio);
        piece.round = round;
        hold("renders", bytes(renderer.tokenURI(piece)).length > 1000);
    }

    function test_ends() external {
        hold("0", LibString.contains(_json(_piece(0, false)), '"value":256'));
        hold("max", LibString.contains(_json(_piece(type(uint256).max, false)), '"value":0}'));
    }

    /// @dev The longest page with the longest style: 128 KiB and 30 million gas at most.
    function test_limits() external {
        bytes memory big = abi.encodePacked(style(), new bytes(2048 - style().length));
        address[] memory chunks = new address[](3);
        chunks[0] = SSTORE2.write(new bytes(24_575));
        chunks[1] = SSTORE2.write(new bytes(24_575));
        chunks[2] = SSTORE2.write(new bytes(64_000 - 4096 - 64 - 2 * 24_575 - 20));
        renderer = new Renderer(chunks, new bytes(10), new bytes(10), table(), renderer.LOUPE(), 0);
        Piece memory piece = _piece(ID, false);
        piece.style = SSTORE2.write(big);
        piece.collection = string(new bytes(64));
        uint256 before = gasleft();
        uint256 length = bytes(renderer.tokenURI(piece)).length;
        uint256 used = before - gasleft();
        hold("128 KiB", length <= 131_072);
        hold("30 million gas", used <= 30_000_000);
        vm.snapshotValue("tokenURI", "bytes, longest page", length);
        vm.snapshotValue("tokenURI", "gas, longest page", used);
        Loupe loupe = renderer.LOUPE();
        vm.expectRevert(abi.encodeWithSelector(Renderer.PageTooLong.selector, 64_001, 64_000));
        new Renderer(chunks, new bytes(11), new bytes(10), table(), loupe, 0);
    }

    function test_missingChunk() external {
        address[] memory chunks = new address[](1);
        chunks[0] = address(7);
        Loupe loupe = renderer.LOUPE();
        vm.expectRevert(abi.encodeWithSelector(Renderer.ChunkMissing.selector, 0, address(7)));
        new Renderer(chunks, "", "", table(), loupe, 0);
    }

    function test_table() external {
        same("stored", renderer.table(), table());
        _refusedTable(hex"02", abi.encodeWithSelector(TraitTable.TableVersion.selector, 2));
        _refusedTable(hex"", abi.encodeWithSelector(TraitTable.TableLength.selector, 1, 0));
        _refusedTable(hex"0100", abi.encodeWithSelector(TraitTable.TableEmptyList.selector, 1));
        _refusedTable(hex"01010541", abi.encodeWithSelector(TraitTable.TableLength.selector, 8, 4));
        _refusedTable(hex"01010122", abi.encodeWithSelector(TraitTable.TableName.selector, 3));
        _refusedTable(hex"010100", abi.encodeWithSelector(TraitTable.TableName.selector, 2));
        bytes memory more = abi.encodePacked(table(), hex"00");
        _refusedTable(more, abi.encodeWithSelector(TraitTable.TableLength.selector, more.length - 1, more.length));
        // Palettes A, formats B, one family C with one trait D of one option whose threshold is not 255.
        _refusedTable(
            hex"0101014101014201014301014401fe0145", abi.encodeWithSelector(TraitTable.TableThreshold.selector, 14, 254)
        );
    }

    /// @dev A table is refused by name or every style that fits it can be drawn.
    function testFuzz_anyTable(uint8[4] calldata places, bytes4 values, uint256 id) external {
        bytes memory names = table();
        for (uint256 i; i < 4; ++i) {
            names[places[i] % names.length] = values[i];
        }
        (address[] memory chunks, Loupe loupe) = (front(), renderer.LOUPE());
        try new Renderer(chunks, "", "", names, loupe, 0) returns (Renderer made) {
            try made.checkStyle(style()) {
                made.tokenURI(_piece(id, false));
            } catch {}
        } catch (bytes memory refusal) {
            hold("by name", refusal.length >= 4 && bytes4(refusal) != 0x4e487b71);
        }
    }

    function _refusedTable(bytes memory names, bytes memory refusal) private {
        (address[] memory chunks, Loupe loupe) = (front(), renderer.LOUPE());
        vm.expectRevert(refusal);
        new Renderer(chunks, "", "", names, loupe, 0);
    }

    function _piece(uint256 id, bool studio) private returns (Piece memory) {
        return Piece(id, 7, studio, MINER, 'First "strata" \\', SSTORE2.write(style()));
    }

    function _json(Piece memory piece) private view returns (string memory) {
        string memory uri = renderer.tokenURI(piece);
        string memory head = "data:application/json;base64,";
        hold("head", LibString.startsWith(uri, head));
        return string(Base64.decode(LibString.slice(uri, bytes(head).length)));
    }

    function _format(bytes32 h) private pure returns (string memory) {
        return ["Square", "Portrait", "Landscape", "Tondo", "Bleed"][uint8(h[17]) % 5];
    }

    function _palette(bytes32 h) private pure returns (string memory) {
        uint256 i = uint8(h[16]) % 3;
        if (i == 2) return "";
        return string.concat('{"trait_type":"Palette","value":"', i == 0 ? "Siena" : "Glacier", '"},');
    }

    function _sheets(bytes32 h) private pure returns (string memory) {
        uint256 b = uint8(h[18]);
        return b <= 84 ? "Five" : b <= 169 ? "Seven" : "Nine";
    }
}
