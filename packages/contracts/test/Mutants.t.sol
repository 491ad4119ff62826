// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {SSTORE2} from "solady/utils/SSTORE2.sol";
import {Collection} from "../src/Collection.sol";
import {Coinbase} from "../src/bitcoin/Coinbase.sol";
import {Transaction} from "../src/bitcoin/Transaction.sol";
import {Bitcoin} from "./Bitcoin.t.sol";
import {Claims} from "./Claims.sol";
import {Fixture} from "./Fixture.sol";
import {Terms} from "../src/Terms.sol";
import {Walker} from "./Transaction.t.sol";
import {Test} from "./Vm.sol";

/// @notice What mutation testing found that no other test noticed: each test here is the death of a mutant.
contract CollectionMutantsTest is Fixture {
    event CollectionCreated(address indexed collection, address indexed artist, address indexed creator, address style);
    event SplitterCreated(uint256 indexed tokenId, address splitter);

    /// @dev Slot 0 holds the counters, the number of accounts from bit 200; slots 1 to 4 the rounds; 5 the accounts.
    function test_anAccountIsNumberedOnce() external {
        send(claim(1));
        send(claim(2));
        same("one", _accounts(), 1);
        same("the first", _account(1), MINER);
        send(Claims.make(collection, address(0xF1), 1, 3, 0));
        same("two", _accounts(), 2);
        same("the second", _account(2), address(0xF1));
    }

    function test_aTurnKeepsWhatWasCounted() external {
        send(claim(1));
        send(Claims.make(collection, address(0xF1), 1, 2, 0));
        vm.warp(block.timestamp + 4 hours);
        vm.roll(block.number + 1);
        collection.turn();
        same("tokens", collection.totalSupply(), 2);
        same("accounts", _accounts(), 2);
    }

    function test_theFirstRoundHasNoneBefore() external {
        Collection.Intake memory none;
        same("none", abi.encode(collection.rounds().previous), abi.encode(none));
        vm.warp(block.timestamp + 4 hours);
        vm.roll(block.number + 1);
        collection.turn();
        same("twice what is expected", collection.rounds().previous.limit, 16);
    }

    /// @dev A quarter of 3 is 0, which no work can meet: the hardest target is 1.
    function test_aTargetIsNeverZero() external {
        Terms memory t = terms();
        t.initialTarget = 3;
        collection = Collection(factory.create(t, style(), "hard"));
        // 16 tokens of the round, where 8 are due.
        vm.store(address(collection), 0, bytes32(uint256(vm.load(address(collection), 0)) | 16 << 104));
        vm.warp(block.timestamp + 15 minutes);
        vm.roll(block.number + 1);
        collection.turn();
        same("hardest", collection.rounds().present.target, 1);
    }

    /// @dev 3.5 hours where one was due: as measured, not yet fourfold.
    function test_shortOfFourfoldIsAsMeasured() external {
        Terms memory t = terms();
        t.initialTarget = EASY / 1000;
        collection = Collection(factory.create(t, style(), "slow"));
        vm.store(address(collection), 0, bytes32(uint256(vm.load(address(collection), 0)) | 8 << 104));
        vm.warp(block.timestamp + 210 minutes);
        vm.roll(block.number + 1);
        collection.turn();
        same("three and a half", collection.rounds().present.target, uint256(EASY / 1000) * 7 / 2);
    }

    function test_aCollectionIsTold() external {
        address next = factory.predict(terms(), style(), "next", address(this));
        vm.expectEmit(address(factory));
        emit CollectionCreated(
            next, ARTIST, address(this), SSTORE2.predictCounterfactualAddress(style(), 0, address(factory))
        );
        factory.create(terms(), style(), "next");
    }

    function test_aSplitterIsToldOnce() external {
        uint256 id = send(claim(1));
        vm.expectEmit(address(collection));
        emit SplitterCreated(id, collection.splitterOf(id));
        collection.createSplitter(id);
        vm.recordLogs();
        collection.createSplitter(id);
        same("silent", vm.getRecordedLogs().length, 0);
    }

    function _accounts() private view returns (uint256) {
        return uint32(uint256(vm.load(address(collection), 0)) >> 200);
    }

    function _account(uint256 number) private view returns (address) {
        return address(uint160(uint256(vm.load(address(collection), keccak256(abi.encode(number, 5))))));
    }
}

contract BitcoinMutantsTest is Test {
    Bitcoin private bitcoin = new Bitcoin();
    Walker private walker = new Walker();

    /// @dev The last bit of the eight bytes, as they stand.
    function test_aCommitmentThatPaysInItsLastByte() external {
        bytes memory tagged = Claims.output(1 << 56, abi.encodePacked(Claims.TAG, keccak256("committed")));
        vm.expectRevert(abi.encodeWithSelector(Coinbase.MalformedCommitment.selector, 53, 1 << 56));
        bitcoin.commitment(Claims.transaction("height", 1, tagged));
    }

    /// @dev With too little gas for the first of the two hashes, what is left suffices for the second: of nothing.
    function test_noHashWithoutGas() external view {
        bytes memory data = new bytes(300_000);
        bytes32 wanted = Claims.sha256d(data);
        uint256 done;
        for (uint256 i; i < 80; ++i) {
            try bitcoin.hash{gas: 250_000 + 5_000 * i}(data) returns (bytes32 found) {
                same("whole", found, wanted);
                ++done;
            } catch {}
        }
        hold("on both sides of enough", done > 0 && done < 80);
    }

    function test_theLongestScriptOfOneByte() external view {
        bytes memory script = new bytes(252);
        same("script", walker.walk(Claims.transaction(new bytes(20), 1, Claims.output(5, script)))[0].script, script);
    }

    /// @dev The forms of five and nine bytes, whose next two would do as a count of the form of three.
    function test_longerFormsAreNotTheShorter() external {
        bytes memory script = new bytes(300);
        for (uint256 form = 0xfd; form <= 0xff; ++form) {
            bytes memory output = abi.encodePacked(Claims.le64(5), uint8(form), hex"2c01", script);
            if (form != 0xfd) vm.expectRevert(abi.encodeWithSelector(Transaction.BadCompactSize.selector, 75));
            walker.walk(Claims.transaction(new bytes(20), 1, output));
        }
    }

    /// @dev The output count stands at 66, the output at 67, its script's length at 75.
    function test_cutAtEachBound() external {
        bytes memory data = Claims.transaction(new bytes(20), 1, Claims.output(5, new bytes(22)));
        _refused(_cut(data, 80), 102);
        _refused(_cut(data, 79), 80);
        _refused(_cut(data, 70), 71);
        data = Claims.transaction(new bytes(20), 1, abi.encodePacked(Claims.le64(5), hex"fd00000000"));
        vm.expectRevert(abi.encodeWithSelector(Transaction.BadCompactSize.selector, 75));
        walker.walk(_cut(data, 80));
        _refused(_cut(data, 79), 80);
    }

    function _refused(bytes memory data, uint256 end) private {
        vm.expectRevert(abi.encodeWithSelector(Transaction.Truncated.selector, end, data.length));
        walker.walk(data);
    }

    function _cut(bytes memory data, uint256 length) private pure returns (bytes memory) {
        assembly ("memory-safe") {
            mstore(data, length)
        }
        return data;
    }
}
