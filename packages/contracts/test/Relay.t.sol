// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Header} from "../src/bitcoin/Header.sol";
import {IRelay} from "../src/bitcoin/IRelay.sol";
import {Relay} from "../src/bitcoin/Relay.sol";
import {Target} from "../src/bitcoin/Target.sol";
import {RelayChain} from "./RelayChain.sol";
import {RelayMainnet} from "./RelayMainnet.sol";
import {RelayTarget} from "./RelayTarget.sol";
import {Test} from "./Vm.sol";

/// @notice A chain with Bitcoin's clock, two weeks an epoch, but epochs of 20 headers and targets of a few tries.
abstract contract RelayFixture is Test {
    uint32 internal constant INTERVAL = 20;
    uint32 internal constant SPACING = 60_480;
    uint32 internal constant LIMIT = 0x207fffff;
    uint32 internal constant PROOF = 3;
    uint32 internal constant DEEP = 8;
    uint256 internal constant DUE = 2 weeks;
    /// @dev What an epoch took, where nothing else is said: exactly two weeks would give the same target again.
    uint256 internal constant TAKEN = 13 days;
    uint256 internal constant STALE = 3 weeks;
    /// @dev Eight tries a header; four times as easy is just within the limit.
    uint32 internal constant BITS = 0x201fffff;
    uint32 internal constant G = 1_800_000_000;

    Relay internal relay;

    function setUp() public virtual {
        vm.warp(G);
        relay = new Relay(rules(), 7, Relay.Epoch(G, BITS));
    }

    function rules() internal pure returns (Relay.Rules memory) {
        return Relay.Rules(INTERVAL, SPACING, LIMIT, PROOF, DEEP, uint32(STALE));
    }

    /// @dev What an epoch is followed by, by the plain twin.
    function next(uint256 bits, uint256 start, uint256 end) internal pure returns (uint256) {
        return RelayTarget.retarget(uint32(bits), start, end, DUE, Target.fromBits(LIMIT));
    }

    /// @dev `before` headers of `bits`, the last at `end`; then `n` of `nextBits`, the first at `start`.
    function seam(uint256 before, uint256 bits, uint256 end, uint256 n, uint256 nextBits, uint256 start)
        internal
        pure
        returns (bytes memory headers, bytes32 tip)
    {
        return seam(keccak256("before"), before, bits, end, n, nextBits, start);
    }

    function seam(
        bytes32 tip,
        uint256 before,
        uint256 bits,
        uint256 end,
        uint256 n,
        uint256 nextBits,
        uint256 start
    ) internal pure returns (bytes memory headers, bytes32) {
        bytes memory later;
        (headers, tip) = RelayChain.chain(tip, before, end - 60 * (before - 1), 60, bits, 1);
        (later, tip) = RelayChain.chain(tip, n, start, 60, nextBits, 1);
        return (abi.encodePacked(headers, later), tip);
    }

    /// @dev Shows the relay a seam on time, one minute wide, and tells what followed.
    function advance(uint256 bits, uint256 start, uint256 taken)
        internal
        returns (uint256 nextBits, uint256 nextStart)
    {
        nextBits = next(bits, start, start + taken);
        nextStart = start + taken + 60;
        (bytes memory headers,) = seam(PROOF, bits, start + taken, PROOF, nextBits, nextStart);
        vm.warp(nextStart + 1 days);
        relay.retarget(headers);
    }

    function epochIs(uint256 number, uint256 start, uint256 bits, uint256 headers) internal view {
        (uint256 n, Relay.Epoch[3] memory newest, uint256 shown) = relay.epochs();
        same("number", n, number);
        same("start", newest[0].start, start);
        same("bits", newest[0].bits, bits);
        same("headers", shown, headers);
    }

    function refused(bytes memory error, bytes memory headers) internal {
        vm.expectRevert(error);
        relay.retarget(headers);
    }
}

contract RelayRetargetTest is RelayFixture {
    function test_inTime() external {
        uint256 end = G + TAKEN;
        uint256 bits = next(BITS, G, end);
        hold("harder", Target.fromBits(bits) < Target.fromBits(BITS));
        (bytes memory headers,) = seam(PROOF, BITS, end, PROOF + 2, bits, end + 600);
        vm.warp(end + 1 days);
        vm.expectEmit(address(relay));
        emit Relay.Retargeted(8, end + 600, bits, PROOF + 2);
        relay.retarget(headers);
        (uint256 number, Relay.Epoch[3] memory newest, uint256 shown) = relay.epochs();
        same("number", number, 8);
        same("shown", shown, PROOF + 2);
        same("newest", newest[0].start, end + 600);
        same("newest", newest[0].bits, bits);
        same("before", newest[1].start, G);
        same("before", newest[1].bits, BITS);
        same("none", newest[2].start, 0);
        same("none", newest[2].bits, 0);
    }

    /// @dev Bitcoin's own headers: epoch 367 took 2 % too long, and the target of 368 follows from that.
    function test_mainnet() external {
        Relay.Rules memory mainnet = Relay.Rules(2016, 600, 0x1d00ffff, 6, 144, 3 weeks);
        vm.warp(1_655_930_000);
        relay = new Relay(mainnet, 367, Relay.Epoch(1_654_686_448, 0x17094b6a));
        (bytes32 first, uint256 firstTime) = relay.verify(RelayMainnet.EPOCH_367);
        same("hash", RelayChain.number(first), 0x7ca944a92c96b6541faf8115b740fdaecabf980d43bb9);
        same("time", firstTime, 1_654_686_448);
        relay.retarget(RelayMainnet.SEAM_368);
        epochIs(368, 1_655_925_489, 0x170984cc, 6);
        (first,) = relay.verify(RelayMainnet.SEAM_368);
        same("hash", RelayChain.number(first), 0x93c8f5b3cf50318d8b63a56c77d1719416f101a6bd750);
        // Any bit of them that is another costs the work.
        bytes memory flipped = RelayMainnet.SEAM_368;
        flipped[6 * 80 + 40] ^= 0x01;
        vm.expectPartialRevert(Header.WorkMissing.selector);
        relay.verify(flipped);
    }

    function test_batch() external {
        bytes[] memory seams = new bytes[](3);
        (uint256 bits, uint256 start) = (uint256(BITS), uint256(G));
        for (uint256 i; i < 3; ++i) {
            uint256 end = start + TAKEN;
            uint256 nextBits = next(bits, start, end);
            // The first two are stale by now, and so take more headers.
            (seams[i],) = seam(PROOF, bits, end, i < 2 ? DEEP : PROOF, nextBits, end + 60);
            (bits, start) = (nextBits, end + 60);
        }
        vm.warp(start + 1 days);
        relay.retargets(seams);
        epochIs(10, start, bits, PROOF);
    }

    function test_batchIsAllOrNothing() external {
        uint256 bits = next(BITS, G, G + TAKEN);
        bytes[] memory seams = new bytes[](2);
        (seams[0],) = seam(PROOF, BITS, G + TAKEN, PROOF, bits, G + TAKEN + 60);
        seams[1] = seams[0];
        vm.warp(G + TAKEN + 1 days);
        vm.expectRevert(abi.encodeWithSelector(IRelay.WrongBits.selector, 0, BITS));
        relay.retargets(seams);
        epochIs(7, G, BITS, 0);
    }

    // Attacks. README.md has the table.

    /// @dev A seam before its time asks for harder work: a quarter of the target at once.
    function test_earlySeam() external {
        uint256 quarter = next(BITS, G, G + 1);
        same("a quarter", Target.fromBits(quarter), Target.fromBits(BITS) / 4 & ~uint256(0xffff << 216));
        vm.warp(G + 1 days);
        (bytes memory cheap,) = seam(PROOF, BITS, G + 1 hours, PROOF, 0x201ffffe, G + 1 hours);
        refused(abi.encodeWithSelector(IRelay.WrongBits.selector, PROOF, 0x201ffffe), cheap);
        (bytes memory stated,) = RelayChain.chain(0, PROOF, G + 1 hours, 60, BITS, 1);
        // States the target that it has to, meets the old one.
        bytes32 tip = RelayChain.sha256d(RelayChain.slice(stated, PROOF - 1, PROOF));
        for (uint256 i; i < PROOF; ++i) {
            bytes memory header;
            (header, tip) = RelayChain.mine(tip, G + 2 hours, quarter, i, Target.fromBits(BITS));
            stated = abi.encodePacked(stated, header);
        }
        vm.expectPartialRevert(Header.WorkMissing.selector);
        relay.retarget(stated);
    }

    /// @dev Who pays for a forged early seam loses to the real one: the chain after it has more work.
    function test_earlySeamLosesToTheRealOne() external {
        (uint256 forged,) = advance(BITS, G, 3 days);
        uint256 end = G + TAKEN;
        uint256 bits = next(BITS, G, end);
        // Each forged header is worth four real ones.
        (bytes memory real,) = seam(PROOF, BITS, end, 4 * PROOF + 1, bits, end + 60);
        vm.warp(end + 1 days);
        uint256 work = PROOF * RelayTarget.work(Target.fromBits(forged));
        vm.expectRevert(abi.encodeWithSelector(Relay.NotHeavier.selector, work, work));
        relay.reorganise(RelayChain.slice(real, 0, 5 * PROOF));
        relay.reorganise(real);
        epochIs(8, end + 60, bits, 4 * PROOF + 1);
        hold("was harder", Target.fromBits(forged) < Target.fromBits(bits));
    }

    function test_endInFuture() external {
        vm.warp(G + TAKEN);
        (bytes memory headers,) =
            seam(PROOF, BITS, G + TAKEN + 1 hours, PROOF, next(BITS, G, G + TAKEN + 1 hours), G + TAKEN - 60);
        refused(
            abi.encodeWithSelector(Relay.SeamNotPast.selector, G + TAKEN + 1 hours, G + TAKEN - 60, G + TAKEN), headers
        );
        vm.warp(G + TAKEN + 1 hours);
        vm.expectPartialRevert(Relay.SeamNotPast.selector);
        relay.retarget(headers);
        vm.warp(G + TAKEN + 1 hours + 1);
        relay.retarget(headers);
    }

    function test_startInFuture() external {
        vm.warp(G + TAKEN);
        (bytes memory headers,) = seam(PROOF, BITS, G + TAKEN - 60, PROOF, next(BITS, G, G + TAKEN - 60), G + TAKEN);
        refused(abi.encodeWithSelector(Relay.SeamNotPast.selector, G + TAKEN - 60, G + TAKEN, G + TAKEN), headers);
        vm.warp(G + TAKEN + 1);
        relay.retarget(headers);
    }

    function test_headerInFuture() external {
        uint256 bits = next(BITS, G, G + TAKEN);
        (bytes memory headers, bytes32 tip) = seam(PROOF, BITS, G + TAKEN, PROOF, bits, G + TAKEN + 60);
        (bytes memory late,) = RelayChain.mine(tip, G + TAKEN + 1 days + 2 hours + 1, bits, 1);
        vm.warp(G + TAKEN + 1 days);
        bytes memory all = abi.encodePacked(headers, late);
        refused(
            abi.encodeWithSelector(
                IRelay.TimeInFuture.selector, 2 * PROOF, G + TAKEN + 1 days + 2 hours + 1, G + TAKEN + 1 days
            ),
            all
        );
        vm.warp(G + TAKEN + 1 days + 1);
        relay.retarget(all);
    }

    /// @dev Time that runs backwards counts as none: a quarter of the target, and no arithmetic that wraps.
    function test_endBeforeStart() external {
        uint256 bits = next(BITS, G, G);
        (bytes memory headers,) = seam(PROOF, BITS, G - 30 days, PROOF, bits, G - 6 hours);
        vm.warp(G + 1 days);
        relay.retarget(headers);
        epochIs(8, G - 6 hours, bits, PROOF);
    }

    /// @dev The timewarp: the end as late as can be, the start as early, so that the same weeks count again.
    function test_timewarp() external {
        uint256 end = G + TAKEN;
        uint256 bits = next(BITS, G, end);
        vm.warp(end + 1 days);
        (bytes memory headers,) = seam(PROOF, BITS, end, PROOF, bits, end - 12 hours - 1);
        refused(abi.encodeWithSelector(Relay.SeamGoesBack.selector, end - 12 hours - 1, end), headers);
        (headers,) = seam(PROOF, BITS, end, PROOF, bits, end - 12 hours);
        relay.retarget(headers);
    }

    /// @dev The same through the clamp: an end long ago counts as a quarter only, but a start long ago would make all
    /// time since then count for the epochs after.
    function test_timewarpByNegativeTime() external {
        uint256 bits = next(BITS, G, 0);
        vm.warp(G + 1 days);
        (bytes memory headers,) = seam(PROOF, BITS, G - 400 days, PROOF, bits, G - 400 days);
        refused(abi.encodeWithSelector(Relay.SeamGoesBack.selector, G - 400 days, G), headers);
    }

    /// @dev Weeks without a retarget would let few headers make the target four times as easy.
    function test_staleSeamWantsDeepProof() external {
        uint256 end = G + 8 weeks;
        uint256 bits = next(BITS, G, end);
        same("four times as easy", Target.fromBits(bits), Target.fromBits(BITS) * 4);
        (bytes memory cheap,) = seam(PROOF, BITS, end, DEEP - 1, bits, end + 60);
        vm.warp(end + 1 days);
        refused(
            abi.encodeWithSelector(
                Relay.HeaderCount.selector, PROOF + DEEP - 1, PROOF + DEEP, uint256(PROOF) + INTERVAL
            ),
            cheap
        );
        (bytes memory dear,) = seam(PROOF, BITS, end, DEEP, bits, end + 60);
        relay.retarget(dear);
        epochIs(8, end + 60, bits, DEEP);
    }

    /// @dev The last second in which few headers are enough: by then the target is 3/2 as easy at most.
    function test_staleAtTheSecond() external {
        uint256 bits = next(BITS, G, G + STALE - 120);
        hold("3/2", Target.fromBits(bits) * 2 <= Target.fromBits(BITS) * 3);
        (bytes memory headers,) = seam(PROOF, BITS, G + STALE - 120, PROOF, bits, G + STALE - 60);
        vm.warp(G + STALE + 1);
        vm.expectPartialRevert(Relay.HeaderCount.selector);
        relay.retarget(headers);
        vm.warp(G + STALE);
        relay.retarget(headers);
    }

    /// @dev At the limit both sides of a seam look alike. Only the whole epoch, from its start on, tells where it ends.
    function test_equalTargetsWantTheWholeEpoch() external {
        relay = new Relay(rules(), 7, Relay.Epoch(G, LIMIT));
        (bytes memory all,) = RelayChain.chain(0, INTERVAL + 6, G, SPACING + 3600, LIMIT, 1);
        uint256 end = G + (INTERVAL - 1) * (SPACING + 3600);
        uint256 start = end + SPACING + 3600;
        same("stays at the limit", next(LIMIT, G, end), LIMIT);
        vm.warp(start + 5 days);
        uint256 least = INTERVAL + PROOF;
        uint256 most = INTERVAL + INTERVAL;
        // A few headers around the seam, or around any other place.
        refused(
            abi.encodeWithSelector(Relay.HeaderCount.selector, 2 * PROOF, least, most),
            RelayChain.slice(all, INTERVAL - PROOF, INTERVAL + PROOF)
        );
        // One later than the real seam, or one earlier.
        refused(
            abi.encodeWithSelector(Relay.NotWholeEpoch.selector, G + SPACING + 3600, G),
            RelayChain.slice(all, 1, INTERVAL + PROOF + 1)
        );
        (bytes memory longer,) = RelayChain.chain(0, INTERVAL + 6, G - SPACING - 3600, SPACING + 3600, LIMIT, 1);
        refused(abi.encodeWithSelector(Relay.NotWholeEpoch.selector, G - SPACING - 3600, G), longer);
        relay.retarget(RelayChain.slice(all, 0, INTERVAL + PROOF));
        epochIs(8, start, LIMIT, PROOF);
        // Once more is another epoch's claim, and that one did not begin there.
        refused(
            abi.encodeWithSelector(Relay.NotWholeEpoch.selector, G, start),
            RelayChain.slice(all, 0, INTERVAL + PROOF)
        );
    }

    /// @dev A whole epoch whose last header makes the next target differ is no seam between equal targets.
    function test_equalTargetsMustBeTheRule() external {
        relay = new Relay(rules(), 7, Relay.Epoch(G, LIMIT));
        (bytes memory all,) = RelayChain.chain(0, INTERVAL + PROOF, G, SPACING / 2, LIMIT, 1);
        vm.warp(G + 3 weeks);
        refused(abi.encodeWithSelector(IRelay.WrongBits.selector, INTERVAL, LIMIT), all);
    }

    function test_counts() external {
        uint256 bits = next(BITS, G, G + TAKEN);
        (bytes memory all,) = seam(PROOF, BITS, G + TAKEN, INTERVAL + 1, bits, G + TAKEN + 60);
        vm.warp(G + TAKEN + 1 days);
        uint256 most = PROOF + INTERVAL;
        for (uint256 n = 1; n < 2 * PROOF; ++n) {
            refused(
                abi.encodeWithSelector(Relay.HeaderCount.selector, n, 2 * PROOF, most),
                RelayChain.slice(all, 0, n)
            );
        }
        // An epoch has no more headers than the interval.
        refused(abi.encodeWithSelector(Relay.HeaderCount.selector, most + 1, 2 * PROOF, most), all);
        relay.retarget(RelayChain.slice(all, 0, most));
        epochIs(8, G + TAKEN + 60, bits, INTERVAL);
    }

    /// @dev What stands behind the headers in the calldata is anybody's: here, where a fourth header would be, the bits
    /// of one.
    function test_nothingIsReadBeyondTheHeaders() external {
        (bytes memory headers,) = RelayChain.chain(0, PROOF, G + TAKEN, 60, BITS, 1);
        vm.warp(G + TAKEN + 1 days);
        bytes memory call = abi.encodePacked(
            abi.encodeCall(relay.retarget, (headers)), new bytes(PROOF * 80 + 72 - 256), RelayChain.le32(BITS)
        );
        (bool ok, bytes memory error) = address(relay).call(call);
        hold("refused", !ok);
        uint256 most = PROOF + INTERVAL;
        same("error", error, abi.encodeWithSelector(Relay.HeaderCount.selector, PROOF, 2 * PROOF, most));
    }

    function test_lengths() external {
        vm.warp(G + TAKEN);
        refused(abi.encodeWithSelector(Header.HeadersLength.selector, 0), "");
        refused(abi.encodeWithSelector(Header.HeadersLength.selector, 481), new bytes(481));
    }

    function test_notLinkedAtTheSeam() external {
        uint256 bits = next(BITS, G, G + TAKEN);
        (bytes memory old,) = RelayChain.chain(0, PROOF, G + TAKEN - 120, 60, BITS, 1);
        (bytes memory other,) = RelayChain.chain("elsewhere", PROOF, G + TAKEN + 60, 60, bits, 1);
        vm.warp(G + TAKEN + 1 days);
        refused(abi.encodeWithSelector(Header.NotLinked.selector, PROOF), abi.encodePacked(old, other));
    }

    /// @dev Headers of a chain with another target, however hard, are not this chain's.
    function test_otherChain() external {
        (bytes memory headers,) = seam(PROOF, 0x201fffee, G + TAKEN, PROOF, next(BITS, G, G + TAKEN), G + TAKEN + 60);
        vm.warp(G + TAKEN + 1 days);
        refused(abi.encodeWithSelector(IRelay.WrongBits.selector, 0, 0x201fffee), headers);
    }

    function test_replay() external {
        uint256 bits = next(BITS, G, G + TAKEN);
        (bytes memory headers,) = seam(PROOF, BITS, G + TAKEN, PROOF, bits, G + TAKEN + 60);
        vm.warp(G + TAKEN + 1 days);
        relay.retarget(headers);
        refused(abi.encodeWithSelector(IRelay.WrongBits.selector, 0, BITS), headers);
        uint256 work = PROOF * RelayTarget.work(Target.fromBits(bits));
        vm.expectRevert(abi.encodeWithSelector(Relay.NotHeavier.selector, work, work));
        relay.reorganise(headers);
    }

    /// @dev Fields at their ends are compared, never added into each other.
    function test_fieldEnds() external {
        relay = new Relay(rules(), type(uint32).max - 1, Relay.Epoch(G, BITS));
        (uint256 bits, uint256 start) = advance(BITS, G, TAKEN);
        epochIs(type(uint32).max, start, bits, PROOF);
        uint32[4] memory bad = [0, 0x00ffffff, 0x04923456, type(uint32).max];
        for (uint256 i; i < bad.length; ++i) {
            bytes memory header = abi.encodePacked(
                bytes32(type(uint256).max), bytes32(0), bytes4(0), RelayChain.le32(start), RelayChain.le32(bad[i]), bytes4(0)
            );
            vm.expectRevert(abi.encodeWithSelector(IRelay.WrongBits.selector, 0, bad[i]));
            relay.verify(header);
        }
        // Bits 0 stand where no epoch is known, at time 0.
        relay = new Relay(rules(), 7, Relay.Epoch(G, BITS));
        vm.expectRevert(abi.encodeWithSelector(IRelay.WrongBits.selector, 0, 0));
        relay.verify(new bytes(80));
        bytes memory far = abi.encodePacked(
            bytes32(0), bytes32(0), bytes4(0), bytes4(type(uint32).max), RelayChain.le32(bits), bytes4(0)
        );
        vm.expectRevert(
            abi.encodeWithSelector(IRelay.TimeInFuture.selector, 0, type(uint32).max, block.timestamp)
        );
        relay.verify(far);
    }

    // The constructor.

    function test_badRules() external {
        Relay.Rules[7] memory bad;
        for (uint256 i; i < bad.length; ++i) {
            bad[i] = rules();
        }
        bad[0].proof = 0;
        bad[1].proof = DEEP + 1;
        bad[2].deepProof = INTERVAL + 1;
        bad[3].staleAfter = uint32(DUE) - 1;
        bad[4].spacing = 0;
        bad[5].spacing = type(uint32).max;
        (bad[6].interval, bad[6].spacing, bad[6].proof, bad[6].deepProof) = (3, 1, 1, 1);
        for (uint256 i; i < bad.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(Relay.BadRules.selector, bad[i]));
            new Relay(bad[i], 7, Relay.Epoch(G, BITS));
        }
        Relay.Rules memory easy = rules();
        easy.limit = 0x2100ffff;
        vm.expectRevert(abi.encodeWithSelector(Target.BadBits.selector, 0x2100ffff));
        new Relay(easy, 7, Relay.Epoch(G, BITS));
    }

    function test_rulesAtTheirEnds() external {
        Relay.Rules memory ours = rules();
        (ours.proof, ours.deepProof, ours.staleAfter) = (INTERVAL, INTERVAL, uint32(DUE));
        new Relay(ours, 7, Relay.Epoch(G, BITS));
        (ours.interval, ours.spacing, ours.proof, ours.deepProof) = (2, 2, 1, 1);
        new Relay(ours, 7, Relay.Epoch(G, BITS));
        // 2^30 - 1 seconds, and one more.
        (ours.interval, ours.spacing, ours.staleAfter) = (3, 357_913_941, type(uint32).max);
        new Relay(ours, 7, Relay.Epoch(G, BITS));
        (ours.interval, ours.spacing) = (1 << 10, 1 << 20);
        vm.expectRevert(abi.encodeWithSelector(Relay.BadRules.selector, ours));
        new Relay(ours, 7, Relay.Epoch(G, BITS));
    }

    /// @dev What a relay began with is its first event: compare it with a node of your own.
    function test_genesisIsTold() external {
        vm.expectEmit();
        emit Relay.Retargeted(9, G, BITS, 0);
        relay = new Relay(rules(), 9, Relay.Epoch(G, BITS));
        epochIs(9, G, BITS, 0);
        same("interval", relay.INTERVAL(), INTERVAL);
        same("spacing", relay.SPACING(), SPACING);
        same("limit", relay.LIMIT(), Target.fromBits(LIMIT));
        same("proof", relay.PROOF(), PROOF);
        same("deep proof", relay.DEEP_PROOF(), DEEP);
        same("stale after", relay.STALE_AFTER(), STALE);
    }

    function test_badGenesis() external {
        Relay.Rules memory ours = rules();
        vm.expectRevert(abi.encodeWithSelector(Relay.BadGenesis.selector, 0, BITS));
        new Relay(ours, 7, Relay.Epoch(0, BITS));
        vm.expectRevert(abi.encodeWithSelector(Relay.BadGenesis.selector, G + 1, BITS));
        new Relay(ours, 7, Relay.Epoch(G + 1, BITS));
        ours.limit = 0x1d00ffff;
        vm.expectRevert(abi.encodeWithSelector(Relay.BadGenesis.selector, G, 0x1d010000));
        new Relay(ours, 7, Relay.Epoch(G, 0x1d010000));
        vm.expectRevert(abi.encodeWithSelector(Target.BadBits.selector, 0));
        new Relay(ours, 7, Relay.Epoch(G, 0));
    }

    /// @dev A relay cannot know that its first epoch is a lie. It cannot be led back to the real chain either, so the
    /// lie shows: the real seam is refused for ever.
    function test_falseGenesisNeverTakesTheRealChain() external {
        relay = new Relay(rules(), 7, Relay.Epoch(G, LIMIT));
        uint256 bits = next(BITS, G, G + TAKEN);
        (bytes memory real,) = seam(PROOF, BITS, G + TAKEN, PROOF, bits, G + TAKEN + 60);
        vm.warp(G + TAKEN + 1 days);
        refused(abi.encodeWithSelector(IRelay.WrongBits.selector, 0, BITS), real);
        relay = new Relay(rules(), 7, Relay.Epoch(G - 3 days, BITS));
        refused(abi.encodeWithSelector(IRelay.WrongBits.selector, PROOF, bits), real);
    }
}

contract RelayReorganiseTest is RelayFixture {
    uint256 internal end = G + TAKEN;
    uint256 internal bits = next(BITS, G, G + TAKEN);
    uint256 internal work = RelayTarget.work(Target.fromBits(bits));

    function setUp() public override {
        super.setUp();
        advance(BITS, G, TAKEN);
    }

    function _refused(bytes memory error, bytes memory headers) private {
        vm.expectRevert(error);
        relay.reorganise(headers);
    }

    function test_firstEpochHasNoneBefore() external {
        relay = new Relay(rules(), 7, Relay.Epoch(G, BITS));
        _refused(abi.encodeWithSelector(Relay.NoEpochBefore.selector), "");
    }

    /// @dev Each of the three epochs keeps its place and all 32 bits of its fields, beyond 2038 as well.
    function test_ring() external {
        uint256 late = 3_000_000_000;
        vm.warp(late);
        relay = new Relay(rules(), 7, Relay.Epoch(uint32(late), BITS));
        (uint256 bits1, uint256 start1) = advance(BITS, late, TAKEN);
        (uint256 bits2, uint256 start2) = advance(bits1, start1, TAKEN - 1 days);
        for (uint256 headers = PROOF; headers < PROOF + 3; ++headers) {
            (uint256 number, Relay.Epoch[3] memory newest, uint256 shown) = relay.epochs();
            same("number", number, 9);
            same("shown", shown, headers);
            same("newest", abi.encode(newest[0]), abi.encode(start2, bits2));
            same("before", abi.encode(newest[1]), abi.encode(start1, bits1));
            same("oldest", abi.encode(newest[2]), abi.encode(late, BITS));
            (bytes memory more,) = seam(PROOF, bits1, start2 - 60, headers + 1, bits2, start2);
            relay.reorganise(more);
        }
        (uint256 bits3, uint256 start3) = advance(bits2, start2, TAKEN);
        (, Relay.Epoch[3] memory last,) = relay.epochs();
        same("newest", abi.encode(last[0]), abi.encode(start3, bits3));
        same("before", abi.encode(last[1]), abi.encode(start2, bits2));
        same("oldest", abi.encode(last[2]), abi.encode(start1, bits1));
    }

    /// @dev The same seam with more headers after it: what another chain has to beat grows.
    function test_extension() external {
        (bytes memory more,) = seam(PROOF, BITS, end, PROOF + 4, bits, end + 60);
        vm.expectEmit(address(relay));
        emit Relay.Reorganised(8, end + 60, bits, PROOF + 4);
        relay.reorganise(more);
        epochIs(8, end + 60, bits, PROOF + 4);
        (, Relay.Epoch[3] memory newest,) = relay.epochs();
        same("before stays", newest[1].start, G);
        // Nothing shorter, nor as long.
        (bytes memory other,) = seam("other", PROOF, BITS, end, PROOF + 4, bits, end + 120);
        _refused(abi.encodeWithSelector(Relay.NotHeavier.selector, (PROOF + 4) * work, (PROOF + 4) * work), other);
    }

    /// @dev No chain is extended beyond its epoch, whose next header would have another target.
    function test_extensionEndsWithTheEpoch() external {
        (bytes memory all,) = seam(PROOF, BITS, end, INTERVAL + 1, bits, end + 60);
        _refused(
            abi.encodeWithSelector(
                Relay.HeaderCount.selector, PROOF + INTERVAL + 1, 2 * PROOF, uint256(PROOF) + INTERVAL
            ),
            all
        );
        relay.reorganise(RelayChain.slice(all, 0, PROOF + INTERVAL));
        epochIs(8, end + 60, bits, INTERVAL);
    }

    function test_lighter() external {
        (bytes memory other,) = seam("other", PROOF, BITS, end, PROOF, bits, end + 120);
        _refused(abi.encodeWithSelector(Relay.NotHeavier.selector, PROOF * work, PROOF * work), other);
        (other,) = seam("other", PROOF, BITS, end, PROOF + 1, bits, end + 120);
        relay.reorganise(other);
        epochIs(8, end + 120, bits, PROOF + 1);
    }

    /// @dev More headers are not more work: a later end makes them easier, and work is what counts.
    function test_moreHeadersLessWork() external {
        uint256 late = G + 18 days;
        uint256 easier = next(BITS, G, late);
        uint256 each = RelayTarget.work(Target.fromBits(easier));
        hold("easier", each * (PROOF + 1) <= PROOF * work);
        vm.warp(late + 1 days);
        (bytes memory other,) = seam("other", PROOF, BITS, late, PROOF + 1, easier, late + 60);
        _refused(abi.encodeWithSelector(Relay.NotHeavier.selector, each * (PROOF + 1), PROOF * work), other);
        (other,) = seam("other", PROOF, BITS, late, PROOF + 2, easier, late + 60);
        relay.reorganise(other);
        epochIs(8, late + 60, easier, PROOF + 2);
    }

    /// @dev A week after the seam the time since the old epoch began would make a forged one easy: more headers then.
    function test_lateReorganisationWantsDeepProof() external {
        uint256 late = G + 5 weeks;
        uint256 easier = next(BITS, G, late);
        vm.warp(late + 1 days);
        (bytes memory forged,) = seam("other", PROOF, BITS, late, DEEP - 1, easier, late + 60);
        _refused(
            abi.encodeWithSelector(
                Relay.HeaderCount.selector, PROOF + DEEP - 1, PROOF + DEEP, uint256(PROOF) + INTERVAL
            ),
            forged
        );
    }

    /// @dev The seam that is replaced is the newest one, so headers of the newest epoch do not go on to another.
    function test_notFromTheNewest() external {
        uint256 after_ = next(bits, end + 60, end + 60 + TAKEN);
        (bytes memory headers,) = seam(PROOF, bits, end + 60 + TAKEN, PROOF, after_, end + 120 + TAKEN);
        vm.warp(end + TAKEN + 1 days);
        _refused(abi.encodeWithSelector(IRelay.WrongBits.selector, 0, bits), headers);
    }

    function test_sameRulesAsARetarget() external {
        (bytes memory other,) = seam("other", PROOF, BITS, block.timestamp, 6, next(BITS, G, block.timestamp), end);
        _refused(
            abi.encodeWithSelector(Relay.SeamNotPast.selector, block.timestamp, end, block.timestamp), other
        );
        (other,) = seam("other", PROOF, BITS, end, 6, bits, end - 12 hours - 1);
        _refused(abi.encodeWithSelector(Relay.SeamGoesBack.selector, end - 12 hours - 1, end), other);
        (other,) = seam("other", PROOF, BITS, end, 6, LIMIT, end + 60);
        _refused(abi.encodeWithSelector(IRelay.WrongBits.selector, PROOF, LIMIT), other);
    }
}

/// @notice Chains over three known epochs of different targets.
contract RelayVerifyTest is RelayFixture {
    /// @dev Twice as easy as `B`, exactly.
    uint32 internal constant A = 0x201ffffe;
    uint32 internal constant B = 0x200fffff;

    uint256 internal bits1;
    uint256 internal start1;
    uint256 internal bits2;
    uint256 internal start2;

    function setUp() public override {
        super.setUp();
        (bits1, start1) = advance(BITS, G, TAKEN);
        (bits2, start2) = advance(bits1, start1, TAKEN - 1 days);
    }

    function _refused(bytes memory error, bytes memory headers) private {
        vm.expectRevert(error);
        relay.verify(headers);
    }

    /// @dev `a` headers before start1, a whole epoch of `b`, `c` from start2 on.
    function _across(uint256 a, uint256 b, uint256 c) private view returns (bytes memory) {
        (bytes memory x, bytes32 tip) = RelayChain.chain(0, a, start1 - 60 * a, 60, BITS, 1);
        bytes memory y;
        bytes memory z;
        (y, tip) = RelayChain.chain(tip, b, start1, 600, bits1, 1);
        (z, tip) = RelayChain.chain(tip, c, start2, 60, bits2, 1);
        return abi.encodePacked(x, y, z);
    }

    function test_oneEpoch() external view {
        uint256[3] memory starts = [uint256(G), start1, start2];
        uint256[3] memory bits = [uint256(BITS), bits1, bits2];
        for (uint256 i; i < 3; ++i) {
            (bytes memory headers,) = RelayChain.chain(0, 6, starts[i] + 1 hours, 60, bits[i], 1);
            (bytes32 first, uint256 firstTime) = relay.verify(headers);
            same("first", first, RelayChain.sha256d(RelayChain.slice(headers, 0, 1)));
            same("firstTime", firstTime, starts[i] + 1 hours);
        }
    }

    /// @dev Longer than an interval, over both seams: a deep proof on a chain of short epochs.
    function test_threeEpochs() external view {
        bytes memory headers = _across(4, INTERVAL, 5);
        relay.verify(headers);
        for (uint256 from = 1; from < 8; ++from) {
            relay.verify(RelayChain.slice(headers, from, headers.length / 80 - from / 2));
        }
    }

    function test_switchAtTheStartOnly() external {
        // One second off, either way.
        for (uint256 i; i < 2; ++i) {
            (bytes memory a, bytes32 tip) = RelayChain.chain(0, 2, start1 - 200, 60, BITS, 1);
            (bytes memory b,) = RelayChain.mine(tip, start1 - 1 + 2 * i, bits1, 1);
            _refused(abi.encodeWithSelector(IRelay.WrongBits.selector, 2, bits1), abi.encodePacked(a, b));
        }
    }

    function test_noEpochSkipped() external {
        (bytes memory a, bytes32 tip) = RelayChain.chain(0, 2, start1 - 200, 60, BITS, 1);
        (bytes memory b,) = RelayChain.mine(tip, start2, bits2, 1);
        _refused(abi.encodeWithSelector(IRelay.WrongBits.selector, 2, bits2), abi.encodePacked(a, b));
    }

    function test_noWayBack() external {
        (bytes memory a, bytes32 tip) = RelayChain.chain(0, 2, start2, 60, bits2, 1);
        (bytes memory b,) = RelayChain.mine(tip, start1, bits1, 1);
        _refused(abi.encodeWithSelector(IRelay.WrongBits.selector, 2, bits1), abi.encodePacked(a, b));
        (a, tip) = RelayChain.chain(0, 2, start1 + 60, 60, bits1, 1);
        (b,) = RelayChain.mine(tip, G, BITS, 1);
        _refused(abi.encodeWithSelector(IRelay.WrongBits.selector, 2, BITS), abi.encodePacked(a, b));
    }

    /// @dev An old target is easier than the present one: what states it has to be from then.
    function test_timeOutsideEpoch() external {
        hold("easier", Target.fromBits(BITS) > Target.fromBits(bits2));
        (bytes memory headers,) = RelayChain.mine(0, start1 + 2 hours, BITS, 1);
        relay.verify(headers);
        (headers,) = RelayChain.mine(0, start1 + 2 hours + 1, BITS, 1);
        _refused(abi.encodeWithSelector(Relay.TimeOutsideEpoch.selector, start1 + 2 hours + 1, BITS), headers);
        (headers,) = RelayChain.mine(0, start2 - 2 hours, bits2, 1);
        relay.verify(headers);
        (headers,) = RelayChain.mine(0, start2 - 2 hours - 1, bits2, 1);
        _refused(abi.encodeWithSelector(Relay.TimeOutsideEpoch.selector, start2 - 2 hours - 1, bits2), headers);
    }

    function test_fourthEpochIsForgotten() external {
        (bytes memory headers,) = RelayChain.chain(0, 2, G + 1 hours, 60, BITS, 1);
        relay.verify(headers);
        advance(bits2, start2, TAKEN);
        _refused(abi.encodeWithSelector(IRelay.WrongBits.selector, 0, BITS), headers);
        relay.verify(_across(0, 3, 0));
    }

    function test_stale() external {
        (bytes memory headers,) = RelayChain.mine(0, start2 + 1 hours, bits2, 1);
        vm.warp(start2 + STALE);
        relay.verify(headers);
        vm.warp(start2 + STALE + 1);
        _refused(abi.encodeWithSelector(Relay.RelayStale.selector, start2, start2 + STALE + 1), headers);
    }

    function test_future() external {
        (bytes memory a, bytes32 tip) = RelayChain.mine(0, block.timestamp + 2 hours, bits2, 1);
        relay.verify(a);
        (bytes memory b,) = RelayChain.mine(tip, block.timestamp + 2 hours + 1, bits2, 1);
        _refused(
            abi.encodeWithSelector(
                IRelay.TimeInFuture.selector, 1, block.timestamp + 2 hours + 1, block.timestamp
            ),
            abi.encodePacked(a, b)
        );
    }

    function test_links() external {
        bytes memory headers = _across(2, 0, 0);
        headers = abi.encodePacked(headers, RelayChain.slice(headers, 1, 2));
        _refused(abi.encodeWithSelector(Header.NotLinked.selector, 2), headers);
        _refused(abi.encodeWithSelector(Header.HeadersLength.selector, 0), "");
        _refused(abi.encodeWithSelector(Header.HeadersLength.selector, 79), new bytes(79));
    }

    /// @dev Each header has to meet the target of its own epoch, the first of a harder one as well.
    function test_workOfTheNewEpoch() external {
        (bytes memory a, bytes32 tip) = RelayChain.chain(0, 2, start1 - 200, 60, BITS, 1);
        uint256 target = Target.fromBits(bits1);
        (bytes memory b, bytes32 hash) = RelayChain.mine(tip, start1, bits1, 1, Target.fromBits(BITS));
        for (uint256 salt = 2; RelayChain.number(hash) <= target; ++salt) {
            (b, hash) = RelayChain.mine(tip, start1, bits1, salt, Target.fromBits(BITS));
        }
        _refused(
            abi.encodeWithSelector(Header.WorkMissing.selector, 2, RelayChain.number(hash), target),
            abi.encodePacked(a, b)
        );
    }

    /// @dev Targets A, B, A within two hours: the first header could be of either epoch with A, and the chain tells.
    function test_sameTargetTwice() external {
        Relay.Rules memory quick = Relay.Rules(INTERVAL, 30, LIMIT, PROOF, DEEP, uint32(STALE));
        vm.warp(G + 1 hours);
        relay = new Relay(quick, 7, Relay.Epoch(G, A));
        // In half of the time, then in twice of it.
        (bytes memory headers,) = seam(PROOF, A, G + 300, PROOF, B, G + 310);
        relay.retarget(headers);
        (headers,) = seam(PROOF, B, G + 1510, PROOF, A, G + 1520);
        relay.retarget(headers);
        bytes memory part;
        bytes32 tip;
        (headers, tip) = RelayChain.chain(0, 2, G + 290, 5, A, 1);
        relay.verify(headers);
        (part, tip) = RelayChain.chain(tip, 3, G + 310, 5, B, 1);
        headers = abi.encodePacked(headers, part);
        relay.verify(headers);
        (part,) = RelayChain.chain(tip, 2, G + 1520, 5, A, 1);
        relay.verify(abi.encodePacked(headers, part));
        // Not so much as one header may be left out of the rule.
        (part,) = RelayChain.chain(tip, 2, G + 1521, 5, A, 1);
        _refused(abi.encodeWithSelector(IRelay.WrongBits.selector, 5, A), abi.encodePacked(headers, part));
    }

    /// @dev Two epochs of the same target, then another: where the first of them ended shows only at the second's end.
    function test_sameTargetThenAnother() external {
        vm.warp(G);
        relay = new Relay(rules(), 7, Relay.Epoch(G, LIMIT));
        uint256 step = SPACING + 3600;
        (bytes memory two, bytes32 tip) = RelayChain.chain(0, 2 * INTERVAL, G, step, LIMIT, 1);
        vm.warp(G + (INTERVAL + PROOF) * step);
        relay.retarget(RelayChain.slice(two, 0, INTERVAL + PROOF));
        uint256 start = G + INTERVAL * step;
        uint256 end = start + TAKEN;
        uint256 bits = next(LIMIT, start, end);
        (bytes memory headers,) = seam(PROOF, LIMIT, end, PROOF, bits, end + 60);
        vm.warp(end + 1 days);
        relay.retarget(headers);
        (bytes memory a, bytes32 last) = RelayChain.chain(0, 2, start - 2 * step, step, LIMIT, 1);
        bytes memory b;
        bytes memory c;
        (b, tip) = RelayChain.chain(last, 4, start, step, LIMIT, 1);
        (c,) = RelayChain.chain(tip, 2, end + 60, 60, bits, 1);
        relay.verify(abi.encodePacked(a, b, c));
        // The same with no header at the second one's start: an epoch is left out.
        (b, tip) = RelayChain.chain(last, 4, start + 1, step, LIMIT, 1);
        (c,) = RelayChain.chain(tip, 2, end + 60, 60, bits, 1);
        _refused(abi.encodeWithSelector(IRelay.WrongBits.selector, 6, bits), abi.encodePacked(a, b, c));
    }

    /// @dev All epochs at the limit: any chain of it is in one of them, from any place on.
    function test_allAtTheLimit() external {
        Relay.Rules memory quick = Relay.Rules(INTERVAL, 30, LIMIT, PROOF, DEEP, uint32(STALE));
        vm.warp(G);
        relay = new Relay(quick, 7, Relay.Epoch(G, LIMIT));
        (bytes memory all,) = RelayChain.chain(0, 3 * INTERVAL, G, 40, LIMIT, 1);
        bytes[] memory seams = new bytes[](2);
        seams[0] = RelayChain.slice(all, 0, INTERVAL + PROOF);
        seams[1] = RelayChain.slice(all, INTERVAL, 2 * INTERVAL + PROOF);
        vm.warp(G + 3 * INTERVAL * 40);
        relay.retargets(seams);
        for (uint256 from; from < 3 * INTERVAL; from += 7) {
            relay.verify(RelayChain.slice(all, from, 3 * INTERVAL));
        }
    }
}

/// forge-config: default.isolate = true
contract RelayGasTest is Test {
    uint32 internal constant G = 1_800_000_000;
    uint32 internal constant BITS = 0x200fffff;
    uint256 internal constant LIMIT = 0x7fffff << 232;

    Relay internal relay;
    bytes internal chain;
    bytes internal other;

    /// @dev Bitcoin's rules but for the limit; the ring is in use, as after two epochs.
    function setUp() external {
        vm.warp(G + 4 weeks);
        relay = new Relay(Relay.Rules(2016, 600, 0x207fffff, 6, 144, 3 weeks), 450, Relay.Epoch(G, BITS));
        bytes[] memory seams = new bytes[](2);
        uint256 bits = BITS;
        uint256 start = G;
        for (uint256 i; i < 2; ++i) {
            (seams[i], bits, start) = _seam(bits, start, i == 0 ? 144 : 6, 0);
        }
        relay.retargets(seams);
        (chain,,) = _seam(bits, start, 6, 0);
        (other,,) = _seam(bits, start, 7, 1);
        vm.warp(start + 15 days);
    }

    function test_retarget() external {
        relay.retarget(chain);
        vm.snapshotGasLastCall("relay", "retarget, 6 + 6 headers");
        relay.reorganise(other);
        vm.snapshotGasLastCall("relay", "reorganise, 6 + 7 headers");
        relay.verify(RelayChain.slice(other, 6, 12));
        vm.snapshotGasLastCall("relay", "verify, 6 headers");
    }

    function test_deploy() external {
        Relay.Rules memory bitcoin = Relay.Rules(2016, 600, 0x1d00ffff, 6, 144, 3 weeks);
        uint256 gas = gasleft();
        Relay deployed = new Relay(bitcoin, 367, Relay.Epoch(1_654_686_448, 0x17094b6a));
        gas -= gasleft();
        vm.snapshotValue("relay", "deploy", gas);
        vm.snapshotValue("relay", "size", address(deployed).code.length);
    }

    function _seam(uint256 bits, uint256 start, uint256 n, uint256 salt)
        private
        pure
        returns (bytes memory headers, uint256 nextBits, uint256 nextStart)
    {
        uint256 end = start + 13 days;
        nextStart = end + 60;
        nextBits = RelayTarget.retarget(uint32(bits), start, end, 2 weeks, LIMIT);
        bytes memory later;
        bytes32 tip;
        (headers, tip) = RelayChain.chain(0, 6, end - 300, 60, bits, salt);
        (later,) = RelayChain.chain(tip, n, nextStart, 60, nextBits, salt);
        headers = abi.encodePacked(headers, later);
    }
}
