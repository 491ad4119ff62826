// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Relay} from "../src/bitcoin/Relay.sol";
import {Target} from "../src/bitcoin/Target.sol";
import {RelayChain} from "./RelayChain.sol";
import {RelayTarget} from "./RelayTarget.sol";
import {Test} from "./Vm.sol";

/// @notice Two camps mine on from each epoch, each over a seam of its own, and anybody shows the relay anything at any
/// time. Keeps plain books of what has been shown.
contract Miners is Test {
    uint256 internal constant INTERVAL = 20;
    uint256 internal constant PROOF = 3;
    uint256 internal constant DEEP = 8;
    uint256 internal constant DUE = 2 weeks;
    uint256 internal constant STALE = 3 weeks;
    uint256 internal constant LIMIT = 0x7fffff << 232;

    /// @notice A seam and what one camp has mined after it.
    struct Fork {
        uint256 start;
        uint256 bits;
        bytes old;
        bytes young;
        bytes32 tip;
        uint256 mined;
    }

    Relay public relay;
    /// @notice The epoch on which both camps build: the relay's newest, or the one before once a seam was shown.
    uint256 public number = 7;
    uint256 public start;
    uint256 public bits;
    bool public passed;
    /// @notice The chain with the most work that was ever shown after this epoch.
    uint256 public bestWork;
    uint256 public bestStart;
    uint256 public bestBits;
    uint256 public bestHeaders;
    Fork[2] private _forks;
    uint256 private _salt;

    constructor() {
        start = block.timestamp;
        bits = 0x201fffff;
        Relay.Rules memory rules =
            Relay.Rules(uint32(INTERVAL), 60_480, 0x207fffff, uint32(PROOF), uint32(DEEP), uint32(STALE));
        relay = new Relay(rules, uint32(number), Relay.Epoch(uint32(start), uint32(bits)));
        _split(13 days, 15 days);
    }

    function mine(uint256 camp, uint256 headers) external {
        _mine(_forks[camp % 2], within(headers, 1, 4));
    }

    function retarget(uint256 camp) external {
        Fork storage fork = _forks[camp % 2];
        bool fine = !passed && fork.mined >= _least();
        try relay.retarget(abi.encodePacked(fork.old, fork.young)) {
            hold("retarget was to be refused", fine);
            passed = true;
            _note(fork);
        } catch {
            hold("retarget was to be taken", !fine);
        }
    }

    function reorganise(uint256 camp) external {
        Fork storage fork = _forks[camp % 2];
        bool fine = passed && fork.mined >= _least() && _work(fork) > bestWork;
        try relay.reorganise(abi.encodePacked(fork.old, fork.young)) {
            hold("reorganise was to be refused", fine);
            _note(fork);
        } catch {
            hold("reorganise was to be taken", !fine);
        }
    }

    /// @dev Headers that are no proof, of either camp: one missing, one from elsewhere, the other camp's young ones.
    function deceive(uint256 camp, uint256 how, uint256 where) external {
        Fork storage fork = _forks[camp % 2];
        Fork storage other = _forks[1 - camp % 2];
        if (fork.mined < 2 || other.mined == 0) return;
        bytes memory headers = abi.encodePacked(fork.old, fork.young);
        where %= headers.length / 80;
        if (how % 4 == 0) {
            where = within(where, 1, headers.length / 80 - 2);
            headers = abi.encodePacked(
                RelayChain.slice(headers, 0, where), RelayChain.slice(headers, where + 1, headers.length / 80)
            );
        } else if (how % 4 == 1) {
            headers[where * 80 + 36 + how % 32] ^= 0x01;
            // One bit of the merkle root: a header in many still meets an easy target, but nothing links to it.
            if (where == headers.length / 80 - 1) return;
        } else if (how % 4 == 2) {
            headers = abi.encodePacked(fork.old, other.young);
        } else {
            headers = abi.encodePacked(fork.young, fork.old);
        }
        (bool done,) = address(relay).call(
            abi.encodeWithSelector(how % 8 < 4 ? Relay.retarget.selector : Relay.reorganise.selector, headers)
        );
        hold("no proof, but taken", !done);
    }

    /// @dev Shows what there is and goes on to the next epoch, as miners do: on the chain with the most work.
    function goOn(uint256 first, uint256 second) external {
        if (!passed) return;
        for (uint256 i; i < 2; ++i) {
            Fork storage fork = _forks[i];
            if (fork.mined >= _least() && _work(fork) > bestWork) {
                relay.reorganise(abi.encodePacked(fork.old, fork.young));
                _note(fork);
            }
        }
        (number, start, bits) = (number + 1, bestStart, bestBits);
        (passed, bestWork, bestStart, bestBits, bestHeaders) = (false, 0, 0, 0, 0);
        _split(10 days + first % 8 days, 10 days + second % 8 days);
    }

    function wait(uint256 time) external {
        vm.warp(block.timestamp + time % 2 days);
    }

    /// @dev A row over the seam that the relay stands on; the camp that lost has another start or target.
    function verify(uint256 camp) external view {
        Fork storage fork = _forks[camp % 2];
        if (!passed || fork.mined == 0 || block.timestamp > bestStart + STALE) return;
        bool fine = fork.start == bestStart && fork.bits == bestBits;
        try relay.verify(abi.encodePacked(fork.old, fork.young)) returns (bytes32 first, uint256) {
            hold("a chain that lost", fine);
            same("first", first, RelayChain.sha256d(RelayChain.slice(fork.old, 0, 1)));
        } catch {
            hold("the chain that won", !fine);
        }
    }

    /// @dev Both camps end this epoch, at times of their own.
    function _split(uint256 first, uint256 second) private {
        _end(_forks[0], first);
        _end(_forks[1], second == first ? second + 1 hours : second);
        uint256 last = _forks[0].start > _forks[1].start ? _forks[0].start : _forks[1].start;
        if (block.timestamp <= last + 1 hours) vm.warp(last + 1 hours + 1);
        _mine(_forks[0], PROOF);
        _mine(_forks[1], PROOF);
    }

    function _end(Fork storage fork, uint256 taken) private {
        uint256 next = RelayTarget.retarget(uint32(bits), start, start + taken, DUE, LIMIT);
        // Equal targets take whole epochs, which other tests show.
        if (next == bits) {
            taken = 12 days;
            next = RelayTarget.retarget(uint32(bits), start, start + taken, DUE, LIMIT);
        }
        (fork.start, fork.bits, fork.mined, fork.young) = (start + taken + 60, next, 0, "");
        (fork.old, fork.tip) =
            RelayChain.chain(0, PROOF, start + taken - 60 * (PROOF - 1), 60, bits, ++_salt);
    }

    function _mine(Fork storage fork, uint256 headers) private {
        if (fork.mined + headers > INTERVAL) headers = INTERVAL - fork.mined;
        bytes memory more;
        (more, fork.tip) =
            RelayChain.chain(fork.tip, headers, fork.start + 60 * fork.mined, 60, fork.bits, ++_salt);
        fork.young = abi.encodePacked(fork.young, more);
        fork.mined += headers;
    }

    function _least() private view returns (uint256) {
        return block.timestamp > start + STALE ? DEEP : PROOF;
    }

    function _work(Fork storage fork) private view returns (uint256) {
        return fork.mined * RelayTarget.work(Target.fromBits(fork.bits));
    }

    function _note(Fork storage fork) private {
        (bestWork, bestStart, bestBits, bestHeaders) = (_work(fork), fork.start, fork.bits, fork.mined);
    }
}

contract RelayInvariantTest is Test {
    Miners internal miners;
    Relay internal relay;

    function setUp() external {
        vm.warp(1_800_000_000);
        miners = new Miners();
        relay = miners.relay();
    }

    /// @dev forge-std's way to say whom to call.
    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(miners);
    }

    /// @dev The relay stands on the chain with the most work that it was shown, and on the epoch before it otherwise.
    function invariant_heaviest() external view {
        (uint256 number, Relay.Epoch[3] memory newest, uint256 headers) = relay.epochs();
        uint256 age;
        if (miners.passed()) {
            same("start", newest[0].start, miners.bestStart());
            same("bits", newest[0].bits, miners.bestBits());
            same("headers", headers, miners.bestHeaders());
            age = 1;
        }
        same("number", number, miners.number() + age);
        same("base start", newest[age].start, miners.start());
        same("base bits", newest[age].bits, miners.bits());
    }

    function invariant_orderly() external view {
        (, Relay.Epoch[3] memory newest, uint256 headers) = relay.epochs();
        hold("headers", headers <= relay.INTERVAL());
        for (uint256 age; age < 3; ++age) {
            if (newest[age].bits == 0) continue;
            hold("limit", Target.fromBits(newest[age].bits) <= relay.LIMIT());
            hold("past", newest[age].start <= block.timestamp);
            if (age > 0) hold("order", newest[age].start < newest[age - 1].start);
        }
    }
}
