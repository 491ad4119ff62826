// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Header} from "./Header.sol";
import {IRelay} from "./IRelay.sol";
import {Target} from "./Target.sol";

/// @notice Follows the target of one Bitcoin-like chain from epoch to epoch, by headers that anybody brings. No owner,
/// no key: the rules and the first epoch are the constructor's, everything after is proven by work.
/// @dev Between two epochs lies a seam: the last header of the old and the first of the new one. A retarget shows a few
/// headers on each side of it; the old ones meet the target that is known, the times give the next one, the new ones
/// meet that. The inside of an epoch is never seen, so a seam can be forged by whoever mines its headers: the rules
/// below make that dear and bound what it gains. packages/mining's relay.ts is the plain twin.
contract Relay is IRelay {
    /// @notice What makes a chain this chain.
    struct Rules {
        /// Headers of an epoch; 2016 on Bitcoin.
        uint32 interval;
        /// Seconds that a block should take; 600 on Bitcoin.
        uint32 spacing;
        /// Compact form of the easiest target; 1d00ffff on Bitcoin.
        uint32 limit;
        /// Headers that prove a seam: so many before it, so many or more after it.
        uint32 proof;
        /// Headers after a seam that comes late, see `staleAfter`.
        uint32 deepProof;
        /// Seconds after an epoch's start from which it is stale. Nothing is verified then, and to go on takes
        /// `deepProof` headers: time that passes makes a forged next target easier, and this bounds by how much.
        uint32 staleAfter;
    }

    /// @notice A time between two retargets.
    struct Epoch {
        /// Time of its first header, seconds since 1970.
        uint32 start;
        /// Compact target of all its headers.
        uint32 bits;
    }

    /// @dev How far a header's time may be ahead of a clock (Bitcoin Core, MAX_FUTURE_BLOCK_TIME).
    uint256 internal constant AHEAD = 2 hours;
    /// @dev How far an epoch's start may lie before the end of the last one. Bitcoin's rules allow as much as the median
    /// of the last eleven headers' times lags, which makes the timewarp attack; BIP54 wants two hours. To refuse a real
    /// seam would end this relay, so it is twelve: more than an honest lag, and a 28th of Bitcoin's epoch.
    uint256 internal constant BACK = 12 hours;

    uint256 public immutable INTERVAL;
    uint256 public immutable SPACING;
    uint256 public immutable LIMIT;
    uint256 public immutable PROOF;
    uint256 public immutable DEEP_PROOF;
    uint256 public immutable STALE_AFTER;

    /// @dev From the top, 32 bits each: number of the newest epoch; start and bits of the newest, of the one before, and
    /// of the one before that (zeros where there is none); headers after the seam that the newest was proven with.
    uint256 private _ring;

    /// @notice Epoch `number` began at `start` with target `bits`; so many `headers` of it were shown.
    event Retargeted(uint256 indexed number, uint256 start, uint256 bits, uint256 headers);
    /// @notice The same epoch `number`, on a chain that has shown more work.
    event Reorganised(uint256 indexed number, uint256 start, uint256 bits, uint256 headers);

    /// @dev No chain has such rules.
    error BadRules(Rules rules);
    /// @dev The first epoch begins after now or at 0, or its target is easier than the limit.
    error BadGenesis(uint256 start, uint256 bits);
    /// @dev The newest epoch began too long ago: the next seam must be shown first.
    error RelayStale(uint256 start, uint256 now_);
    /// @dev The first header has the target of an epoch, but not a time in it.
    error TimeOutsideEpoch(uint256 time, uint256 bits);
    /// @dev So many headers are too few or too many to prove a seam.
    error HeaderCount(uint256 count, uint256 least, uint256 most);
    /// @dev Both sides have the same target, so that the whole old epoch is to be shown: it began at `start`.
    error NotWholeEpoch(uint256 time, uint256 start);
    /// @dev The seam's times are to be before now.
    error SeamNotPast(uint256 end, uint256 start, uint256 now_);
    /// @dev The new epoch starts more than twelve hours before the old one started or ended.
    error SeamGoesBack(uint256 start, uint256 latest);
    /// @dev Nothing is known before the newest epoch.
    error NoEpochBefore();
    /// @dev The chain shown has no more work after the seam than the one that is known.
    error NotHeavier(uint256 work, uint256 known);

    /// @param number of the first epoch: its first header's height / interval.
    constructor(Rules memory rules, uint32 number, Epoch memory genesis) {
        uint256 due = uint256(rules.interval) * rules.spacing;
        bool ordered = rules.proof != 0 && rules.proof <= rules.deepProof && rules.deepProof <= rules.interval;
        if (!ordered || due < 4 || due >= 1 << 30 || rules.staleAfter < due) revert BadRules(rules);
        LIMIT = Target.fromBits(rules.limit);
        if (genesis.start == 0 || genesis.start > block.timestamp || Target.fromBits(genesis.bits) > LIMIT) {
            revert BadGenesis(genesis.start, genesis.bits);
        }
        (INTERVAL, SPACING, STALE_AFTER) = (rules.interval, rules.spacing, rules.staleAfter);
        (PROOF, DEEP_PROOF) = (rules.proof, rules.deepProof);
        _ring = (uint256(number) << 224) | (uint256(genesis.start) << 192) | (uint256(genesis.bits) << 160);
        emit Retargeted(number, genesis.start, genesis.bits, 0);
    }

    /// @inheritdoc IRelay
    /// @dev In place means: the first header's time is within its epoch, two hours added at both ends; the others go on
    /// in that epoch or enter the next one with a header of exactly its start. Three epochs are known.
    function verify(bytes calldata headers) external view returns (bytes32 first, uint256 firstTime) {
        uint256 ring = _ring;
        uint256 n = Header.count(headers);
        (uint256 start,) = _epoch(ring, 0);
        if (block.timestamp > start + STALE_AFTER) revert RelayStale(start, block.timestamp);
        uint256 epochs_;
        uint256 bits;
        uint256 target;
        bytes32 hash;
        for (uint256 i; i < n; ++i) {
            (uint256 time, uint256 stated) = Header.timeAndBits(headers, i);
            if (time > block.timestamp + AHEAD) revert TimeInFuture(i, time, block.timestamp);
            if (i == 0) {
                epochs_ = _entered(ring, time, stated);
            } else if (stated != bits || epochs_ != 1) {
                // Bit 0 alone is the newest epoch: nothing follows it.
                epochs_ = _followed(ring, epochs_, time, stated);
                if (epochs_ == 0) revert WrongBits(i, stated);
            }
            if (stated != bits) (bits, target) = (stated, Target.fromBits(stated));
            hash = Header.follow(headers, i, hash, target);
            if (i == 0) (first, firstTime) = (hash, time);
        }
    }

    /// @notice Goes on to the next epoch.
    /// @param headers the last `PROOF` headers of the newest epoch and at least as many of the next, of a stale epoch
    /// `DEEP_PROOF`. Where both have the same target, all headers of the newest epoch.
    function retarget(bytes calldata headers) external {
        _ring = _retarget(_ring, headers);
    }

    /// @notice Goes on by several epochs, one after the other.
    function retargets(bytes[] calldata seams) external {
        uint256 ring = _ring;
        for (uint256 i; i < seams.length; ++i) {
            ring = _retarget(ring, seams[i]);
        }
        _ring = ring;
    }

    /// @notice Replaces the newest epoch by one with more work after its seam, or lengthens its own proof.
    /// @param headers as for `retarget`, from the epoch before the newest.
    function reorganise(bytes calldata headers) external {
        uint256 ring = _ring;
        (uint256 start, uint256 bits) = _epoch(ring, 1);
        if (bits == 0) revert NoEpochBefore();
        uint256 count;
        (start, bits, count) = _seam(start, bits, headers);
        (, uint256 knownBits) = _epoch(ring, 0);
        uint256 work = count * Target.work(Target.fromBits(bits));
        uint256 known = uint32(ring) * Target.work(Target.fromBits(knownBits));
        if (work <= known) revert NotHeavier(work, known);
        uint256 number = ring >> 224;
        _ring = (number << 224) | (start << 192) | (bits << 160) | (ring & (uint256(type(uint128).max) << 32)) | count;
        emit Reorganised(number, start, bits, count);
    }

    /// @notice Number of the newest epoch; the three newest, the newest first, zeros where there is none; and how many
    /// headers after the last seam were shown.
    function epochs() external view returns (uint256 number, Epoch[3] memory newest, uint256 headers) {
        uint256 ring = _ring;
        for (uint256 age; age < 3; ++age) {
            (uint256 start, uint256 bits) = _epoch(ring, age);
            newest[age] = Epoch(uint32(start), uint32(bits));
        }
        return (ring >> 224, newest, uint32(ring));
    }

    function _retarget(uint256 ring, bytes calldata headers) private returns (uint256) {
        (uint256 start, uint256 bits) = _epoch(ring, 0);
        uint256 count;
        (start, bits, count) = _seam(start, bits, headers);
        uint256 number = (ring >> 224) + 1;
        emit Retargeted(number, start, bits, count);
        uint256 older = (ring >> 64) & (uint256(type(uint128).max) << 32);
        return (number << 224) | (start << 192) | (bits << 160) | older | count;
    }

    /// @dev The epoch after the one of `start` and `bits`, as `headers` prove it, and how many of them lie in it.
    function _seam(uint256 start, uint256 bits, bytes calldata headers)
        private
        view
        returns (uint256 nextStart, uint256 nextBits, uint256 count)
    {
        count = Header.count(headers);
        uint256 seam = _seamAt(start, bits, headers, count);
        count -= seam;
        (uint256 end,) = Header.timeAndBits(headers, seam - 1);
        (nextStart,) = Header.timeAndBits(headers, seam);
        // An end that is still to come would make the next target easier than time has.
        if (end >= block.timestamp || nextStart >= block.timestamp) {
            revert SeamNotPast(end, nextStart, block.timestamp);
        }
        // Starts that fall back would let the same time count for several epochs: the timewarp attack.
        uint256 latest = end > start ? end : start;
        if (nextStart + BACK < latest) revert SeamGoesBack(nextStart, latest);
        nextBits = Target.retarget(bits, start, end, INTERVAL * SPACING, LIMIT);
        bytes32 hash = _chain(headers, 0, seam, bits, 0);
        _chain(headers, seam, seam + count, nextBits, hash);
    }

    /// @dev Index of the new epoch's first header, with as many headers around it as a proof takes.
    function _seamAt(uint256 start, uint256 bits, bytes calldata headers, uint256 count)
        private
        view
        returns (uint256 seam)
    {
        (uint256 time, uint256 stated) = Header.timeAndBits(headers, 0);
        if (stated != bits) revert WrongBits(0, stated);
        seam = PROOF;
        bool whole;
        if (count > seam) {
            // Same target on both sides: any header could pose as the seam, so the epoch is counted from its start on.
            (, stated) = Header.timeAndBits(headers, seam);
            whole = stated == bits;
        }
        if (whole) seam = INTERVAL;
        uint256 least = seam + (block.timestamp > start + STALE_AFTER ? DEEP_PROOF : PROOF);
        uint256 most = seam + INTERVAL;
        if (count < least || count > most) revert HeaderCount(count, least, most);
        if (whole && time != start) revert NotWholeEpoch(time, start);
    }

    /// @dev Headers `from` to `to`, the last not among them, on the header that hashes to `hash`, all at `bits`.
    function _chain(bytes calldata headers, uint256 from, uint256 to, uint256 bits, bytes32 hash)
        private
        view
        returns (bytes32)
    {
        uint256 target = Target.fromBits(bits);
        for (uint256 i = from; i < to; ++i) {
            (uint256 time, uint256 stated) = Header.timeAndBits(headers, i);
            if (stated != bits) revert WrongBits(i, stated);
            if (time > block.timestamp + AHEAD) revert TimeInFuture(i, time, block.timestamp);
            hash = Header.follow(headers, i, hash, target);
        }
        return hash;
    }

    /// @dev The epochs in which a chain can begin with a header of this time and target: bit 0 is the newest. It is a
    /// set because two epochs can have the same target.
    function _entered(uint256 ring, uint256 time, uint256 bits) private pure returns (uint256 set) {
        bool known;
        uint256 until = type(uint32).max;
        for (uint256 age; age < 3; ++age) {
            (uint256 start, uint256 epochBits) = _epoch(ring, age);
            // An epoch that is not known has bits 0, which no header's work can meet.
            if (epochBits == bits && bits != 0) {
                known = true;
                if (time + AHEAD >= start && time <= until + AHEAD) set |= 1 << age;
            }
            until = start;
        }
        if (!known) revert WrongBits(0, bits);
        if (set == 0) revert TimeOutsideEpoch(time, bits);
    }

    /// @dev The epochs in which the next header can stand, given those of the header before it.
    function _followed(uint256 ring, uint256 set, uint256 time, uint256 bits) private pure returns (uint256 next) {
        for (uint256 age; age < 3; ++age) {
            (uint256 start, uint256 epochBits) = _epoch(ring, age);
            bool enters = time == start && set & (2 << age) != 0;
            if (epochBits == bits && (enters || set & (1 << age) != 0)) next |= 1 << age;
        }
    }

    /// @dev The epoch of this age, 0 being the newest.
    function _epoch(uint256 ring, uint256 age) private pure returns (uint256 start, uint256 bits) {
        ring >>= 160 - 64 * age;
        return (uint32(ring >> 32), uint32(ring));
    }
}
