// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Collection} from "../src/Collection.sol";
import {Factory} from "../src/Factory.sol";
import {IRenderer} from "../src/IRenderer.sol";
import {Style} from "../src/Style.sol";
import {Terms} from "../src/Terms.sol";
import {Utf8} from "../src/Utf8.sol";
import {Fixture} from "./Fixture.sol";

contract Texts {
    function check(bytes calldata text) external pure {
        Utf8.check("text", text);
    }
}

contract FactoryTest is Fixture {
    event CollectionCreated(address indexed collection, address indexed artist, address indexed creator, address style);

    function test_create() external {
        address wanted = factory.predict(terms(), style(), "new", address(this));
        same("no code yet", wanted.code.length, 0);
        address made = factory.create(terms(), style(), "new");
        same("where it was said", made, wanted);
        same("open", Collection(made).rounds().present.round, 1);
        vm.expectRevert(abi.encodeWithSelector(Factory.CollectionExists.selector, made));
        factory.create(terms(), style(), "new");
        vm.prank(address(7));
        hold("another sender, another address", factory.create(terms(), style(), "new") != made);
    }

    function test_renderer() external {
        vm.expectRevert(Factory.ZeroRenderer.selector);
        new Factory(IRenderer(address(7)));
        same("renderer", address(factory.RENDERER()), address(renderer));
    }

    function test_badTerms() external {
        Terms memory t = terms();
        t.name = "";
        _refused(t, "name", 0, 1, 64);
        t = terms();
        t.name = string(new bytes(65));
        _refused(t, "name", 65, 1, 64);
        t = terms();
        t.symbol = "SEVENTEEN LETTERS";
        _refused(t, "symbol", 17, 1, 16);
        t = terms();
        t.supplyCap = 0;
        _refused(t, "supplyCap", 0, 1, type(uint32).max);
        t = terms();
        t.mintsPerRound = 0;
        _refused(t, "mintsPerRound", 0, 1, 1000);
        t.mintsPerRound = 1001;
        _refused(t, "mintsPerRound", 1001, 1, 1000);
        t = terms();
        t.roundSeconds = 3;
        _refused(t, "roundSeconds", 3, 4, 365 days);
        t.roundSeconds = 365 days + 1;
        _refused(t, "roundSeconds", 365 days + 1, 4, 365 days);
        t = terms();
        t.royaltyBps = 10_001;
        _refused(t, "royaltyBps", 10_001, 0, 10_000);
        t = terms();
        t.artistBps = 10_001;
        _refused(t, "artistBps", 10_001, 0, 10_000);
        t = terms();
        t.easiestTarget = EASY + 1;
        _refused(t, "easiestTarget", EASY + 1, 1, EASY);
        t.easiestTarget = 0;
        _refused(t, "easiestTarget", 0, 1, EASY);
        t = terms();
        t.easiestTarget = EASY - 1;
        _refused(t, "initialTarget", EASY, 1, EASY - 1);
        t = terms();
        t.initialTarget = 0;
        _refused(t, "initialTarget", 0, 1, EASY);
        t = terms();
        t.artist = address(0);
        vm.expectRevert(Factory.ZeroArtist.selector);
        factory.create(t, style(), "bad");
        t = terms();
        t.name = "two\nlines";
        vm.expectRevert(abi.encodeWithSelector(Utf8.BadText.selector, "name", 3));
        factory.create(t, style(), "bad");
        t = terms();
        t.symbol = string(abi.encodePacked(hex"41ff"));
        vm.expectRevert(abi.encodeWithSelector(Utf8.BadText.selector, "symbol", 1));
        factory.create(t, style(), "bad");
    }

    function test_badStyles() external {
        _refused(hex"01000000", abi.encodeWithSelector(Style.StyleLength.selector, 4, 5, 2048));
        _refused(new bytes(2049), abi.encodeWithSelector(Style.StyleLength.selector, 2049, 5, 2048));
        _refused(_with(0, 2), abi.encodeWithSelector(Style.StyleFormat.selector, 2));
        _refused(_with(1, 2), abi.encodeWithSelector(Style.StyleFamily.selector, 2, 2));
        _refused(_with(2, 0), abi.encodeWithSelector(Style.StyleEmpty.selector, "palettes"));
        _refused(_with(3, 0), abi.encodeWithSelector(Style.StyleEmpty.selector, "formats"));
        _refused(_with(4, 1), abi.encodeWithSelector(Style.StyleTraitCount.selector, 1, 2));
        _refused(_with(2, 4), abi.encodeWithSelector(Style.StyleLength.selector, 76, 90, 2048));
        _refused(_with(2, 255), abi.encodeWithSelector(Style.StyleLength.selector, 76, 4859, 2048));
        _refused(_with(24, 2), abi.encodeWithSelector(Style.StylePalette.selector, 1, 2, 2));
        _refused(_with(62, 5), abi.encodeWithSelector(Style.StylePieceFormat.selector, 0, 5, 5));
        _refused(_with(69, 193), abi.encodeWithSelector(Style.StyleTraitRange.selector, 1, 193, 192));
        renderer.checkStyle(_with(24, 255));
    }

    /// @dev Whatever style the factory takes, every seed renders; whatever it does not take has a named error.
    function testFuzz_anyStyle(bytes calldata noise, uint256 seed, uint8[8] calldata places, bytes8 values) external {
        bytes memory s = seed % 2 == 0 ? style() : bytes.concat(bytes5(hex"0100030502"), noise);
        for (uint256 i; i < 8; ++i) {
            s[places[i] % s.length] = values[i];
        }
        try factory.create(terms(), s, "fuzz") returns (address made) {
            collection = Collection(made);
            uint256 id = send(claim(seed));
            hold("renders", bytes(collection.tokenURI(id)).length > 500);
        } catch (bytes memory refusal) {
            hold("by name", refusal.length >= 4 && bytes4(refusal) != 0x4e487b71);
        }
    }

    function test_utf8() external {
        Texts texts = new Texts();
        texts.check(unicode"Études № 7, «石» 🪨");
        bytes[14] memory bad = [
            bytes(hex"1f"),
            hex"7f",
            hex"80",
            hex"c1bf",
            hex"c280",
            hex"c3",
            hex"e09f80",
            hex"eda080",
            hex"e282",
            hex"efbfbe",
            hex"f08f8080",
            hex"f4908080",
            hex"f5808080",
            hex"c328"
        ];
        for (uint256 i; i < bad.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(Utf8.BadText.selector, "text", 0));
            texts.check(bad[i]);
        }
    }

    function _with(uint256 place, uint8 value) private pure returns (bytes memory s) {
        s = style();
        s[place] = bytes1(value);
    }

    function _refused(Terms memory t, string memory term, uint256 value, uint256 least, uint256 most) private {
        vm.expectRevert(abi.encodeWithSelector(Factory.BadTerm.selector, term, value, least, most));
        factory.create(t, style(), "bad");
    }

    function _refused(bytes memory s, bytes memory refusal) private {
        vm.expectRevert(refusal);
        factory.create(terms(), s, "bad");
    }
}
