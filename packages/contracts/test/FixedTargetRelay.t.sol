// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {FixedTargetRelay} from "../src/bitcoin/FixedTargetRelay.sol";
import {Header} from "../src/bitcoin/Header.sol";
import {IRelay} from "../src/bitcoin/IRelay.sol";
import {Target} from "../src/bitcoin/Target.sol";
import {RelayChain} from "./RelayChain.sol";
import {Test} from "./Vm.sol";

/// @notice The library takes calldata and any target, so it is called from outside.
contract Headers {
    function follow(bytes calldata headers, uint256 index, bytes32 previous, uint256 target)
        external
        view
        returns (bytes32)
    {
        return Header.follow(headers, index, previous, target);
    }
}

contract FixedTargetRelayTest is Test {
    uint256 internal constant BITS = 0x207fffff;
    uint256 internal constant NOW = 1_800_000_000;

    FixedTargetRelay internal relay = new FixedTargetRelay(BITS);

    function setUp() external {
        vm.warp(NOW);
    }

    function test_chain() external view {
        for (uint256 n = 1; n < 9; ++n) {
            (bytes memory headers,) = RelayChain.chain(bytes32(n), n, NOW - 100, 50, BITS, n);
            (bytes32 first, uint256 firstTime) = relay.verify(headers);
            same("first", first, RelayChain.sha256d(RelayChain.slice(headers, 0, 1)));
            same("firstTime", firstTime, NOW - 100);
        }
    }

    function test_badBits() external {
        vm.expectRevert(abi.encodeWithSelector(Target.BadBits.selector, 0x21000001));
        new FixedTargetRelay(0x21000001);
    }

    function test_lengths() external {
        (bytes memory headers,) = RelayChain.chain(0, 2, NOW, 1, BITS, 0);
        uint256[5] memory lengths = [uint256(0), 1, 79, 81, 159];
        for (uint256 i; i < lengths.length; ++i) {
            bytes memory part = RelayChain.slice(headers, 0, 2);
            uint256 length = lengths[i];
            assembly ("memory-safe") {
                mstore(part, length)
            }
            vm.expectRevert(abi.encodeWithSelector(Header.HeadersLength.selector, length));
            relay.verify(part);
        }
    }

    function test_notLinked() external {
        (bytes memory a, bytes32 tip) = RelayChain.chain(0, 3, NOW, 1, BITS, 0);
        (bytes memory b,) = RelayChain.mine(~tip, NOW + 3, BITS, 0);
        vm.expectRevert(abi.encodeWithSelector(Header.NotLinked.selector, 3));
        relay.verify(abi.encodePacked(a, b));
    }

    function test_otherBits() external {
        (bytes memory a, bytes32 tip) = RelayChain.chain(0, 1, NOW, 1, BITS, 0);
        // Harder than it need be is refused as well: another chain's target is never this one's.
        (bytes memory b,) = RelayChain.mine(tip, NOW + 1, 0x207ffffe, 0);
        vm.expectRevert(abi.encodeWithSelector(IRelay.WrongBits.selector, 1, 0x207ffffe));
        relay.verify(abi.encodePacked(a, b));
    }

    function test_workMissing() external {
        uint256 target = Target.fromBits(BITS);
        (bytes memory header, bytes32 hash) = RelayChain.mine(0, NOW, BITS, 0, type(uint256).max);
        for (uint256 salt = 1; RelayChain.number(hash) <= target; ++salt) {
            (header, hash) = RelayChain.mine(0, NOW, BITS, salt, type(uint256).max);
        }
        vm.expectRevert(abi.encodeWithSelector(Header.WorkMissing.selector, 0, RelayChain.number(hash), target));
        relay.verify(header);
    }

    /// @dev A hash that is the target itself meets it, as in Bitcoin Core.
    function test_atTheTarget() external {
        (bytes memory header, bytes32 hash) = RelayChain.mine(0, NOW, BITS, 0);
        Headers headers = new Headers();
        uint256 number = RelayChain.number(hash);
        same("hash", headers.follow(header, 0, 0, number), hash);
        vm.expectRevert(abi.encodeWithSelector(Header.WorkMissing.selector, 0, number, number - 1));
        headers.follow(header, 0, 0, number - 1);
    }

    function test_future() external {
        (bytes memory edge, bytes32 tip) = RelayChain.mine(0, NOW + 2 hours, BITS, 0);
        relay.verify(edge);
        (bytes memory beyond,) = RelayChain.mine(tip, NOW + 2 hours + 1, BITS, 0);
        vm.expectRevert(abi.encodeWithSelector(IRelay.TimeInFuture.selector, 1, NOW + 2 hours + 1, NOW));
        relay.verify(abi.encodePacked(edge, beyond));
    }
}
