// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Collection} from "../src/Collection.sol";
import {Claim, Claims} from "./Claims.sol";
import {Fixture} from "./Fixture.sol";

/// @notice Whole-transaction gas of what people pay for, kept in snapshots/ and compared by every run.
/// forge-config: default.isolate = true
contract GasTest is Fixture {
    function setUp() public override {
        super.setUp();
        // Both rounds' slots are in use, as they are from the third round on.
        for (uint256 i; i < 2; ++i) {
            vm.warp(1_700_000_000 + (i + 1) * 4 hours);
            vm.roll(1001 + i);
            collection.turn();
        }
        send(Claims.make(collection, address(0xF1), 0, 99, 0));
    }

    function test_forgeNewMinerDepth0() external {
        _forge(address(0x1111111111111111111111111111111111111111), 0, "forge, new miner, depth 0");
    }

    function test_forgeNewMinerDepth6() external {
        _forge(address(0x1111111111111111111111111111111111111111), 6, "forge, new miner, depth 6");
    }

    function test_forgeNewMinerDepth12() external {
        _forge(address(0x1111111111111111111111111111111111111111), 12, "forge, new miner, depth 12");
    }

    function test_forgeKnownMinerDepth12() external {
        _forge(address(0xF1), 12, "forge, known miner, depth 12");
    }

    function test_turn() external {
        vm.warp(block.timestamp + 4 hours);
        vm.roll(block.number + 1);
        collection.turn();
        vm.snapshotGasLastCall("gas", "turn");
    }

    function test_withdraw() external {
        collection.withdraw();
        vm.snapshotGasLastCall("gas", "withdraw");
    }

    function test_createSplitter() external {
        uint256 id = send(Claims.make(collection, MINER, 0, 1, 0));
        collection.createSplitter(id);
        vm.snapshotGasLastCall("gas", "createSplitter");
    }

    function test_create() external {
        bytes memory big = abi.encodePacked(style(), new bytes(2048 - style().length));
        factory.create(terms(), big, "2");
        vm.snapshotGasLastCall("gas", "create, style of 2048 bytes");
        factory.create(terms(), big, "3");
        vm.snapshotGasLastCall("gas", "create, style stored before");
    }

    function test_codeSize() external {
        vm.snapshotValue("size", "Collection", factory.COLLECTION().code.length);
        vm.snapshotValue("size", "Factory", address(factory).code.length);
        vm.snapshotValue("size", "Renderer", address(renderer).code.length);
    }

    function _forge(address recipient, uint256 depth, string memory name) private {
        send(Claims.make(collection, recipient, depth, 7, 0));
        vm.snapshotGasLastCall("gas", name);
    }
}
