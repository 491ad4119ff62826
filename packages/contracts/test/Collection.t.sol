// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Coinbase} from "../src/bitcoin/Coinbase.sol";
import {Transaction} from "../src/bitcoin/Transaction.sol";
import {Header} from "../src/bitcoin/Header.sol";
import {Collection} from "../src/Collection.sol";
import {Terms} from "../src/Terms.sol";
import {Claim, Claims} from "./Claims.sol";
import {Fixture} from "./Fixture.sol";

contract Refuser {
    uint256 public calls;

    receive() external payable {
        revert();
    }

    function onERC721Received(address, address, uint256, bytes calldata) external returns (bytes4) {
        ++calls;
        revert();
    }
}

/// @notice Forging: what is taken, and each refusal by its name.
contract ForgeTest is Fixture {
    event Forged(uint256 indexed tokenId, address indexed recipient, uint256 indexed round);
    event Transfer(address indexed from, address indexed to, uint256 indexed id);

    function test_forge() external {
        Claim memory c = claim(1);
        uint256 id = Claims.work(c.header);
        vm.expectEmit(address(collection));
        emit Transfer(address(0), MINER, id);
        vm.expectEmit(address(collection));
        emit Forged(id, MINER, 1);
        same("id", send(c), id);
        same("owner", collection.ownerOf(id), MINER);
        same("balance", collection.balanceOf(MINER), 1);
        same("supply", collection.totalSupply(), 1);
        (uint256 round, address miner, bool studio) = collection.pieceOf(id);
        same("round", round, 1);
        same("miner", miner, MINER);
        hold("forged", !studio);
        same("commitment", collection.commitment(MINER, collection.rounds().present.anchor), _committed(MINER));
    }

    function test_everyDepth() external {
        for (uint256 depth; depth <= 32; depth += 8) {
            if (depth == 16) _turn(4 hours);
            Claim memory c = Claims.make(collection, MINER, depth, depth, 0);
            hold("mints", collection.ownerOf(send(c)) == MINER);
        }
    }

    /// @dev Anybody may send: the token goes to the account that the work names.
    function testFuzz_sender(address sender, address recipient) external {
        vm.assume(sender != address(0) && recipient != address(0));
        vm.deal(sender, 1 ether);
        Claim memory c = Claims.make(collection, recipient, 1, 1, 0);
        vm.prank(sender);
        same("owner", collection.ownerOf(send(c)), recipient);
    }

    function test_minerIsKeptAfterTransfer() external {
        uint256 a = send(claim(1));
        uint256 b = send(claim(2));
        vm.prank(MINER);
        collection.transferFrom(MINER, address(7), a);
        vm.prank(MINER);
        collection.transferFrom(MINER, address(7), b);
        uint256 c = send(Claims.make(collection, address(7), 0, 3, 0));
        uint256 d = send(claim(4));
        address miner;
        (, miner,) = collection.pieceOf(a);
        same("a", miner, MINER);
        (, miner,) = collection.pieceOf(b);
        same("b", miner, MINER);
        (, miner,) = collection.pieceOf(c);
        same("c", miner, address(7));
        (, miner,) = collection.pieceOf(d);
        same("d", miner, MINER);
        same("balance", collection.balanceOf(address(7)), 3);
    }

    function test_contractRecipientIsNotCalled() external {
        Refuser refuser = new Refuser();
        send(Claims.make(collection, address(refuser), 0, 1, 0));
        same("calls", refuser.calls(), 0);
        same("balance", collection.balanceOf(address(refuser)), 1);
    }

    function test_reusedWork() external {
        Claim memory c = claim(1);
        uint256 id = send(c);
        vm.expectRevert(abi.encodeWithSelector(Collection.AlreadyForged.selector, id));
        send(c);
        // Not after it has moved, either.
        vm.prank(MINER);
        collection.transferFrom(MINER, address(7), id);
        vm.expectRevert(abi.encodeWithSelector(Collection.AlreadyForged.selector, id));
        send(c);
    }

    function test_tamperedHeader() external {
        Claim memory c = claim(1);
        // Another root: 36 to 67. The header must still meet the target to come as far as the root.
        bytes32 root;
        for (uint256 i = 1;; ++i) {
            root = keccak256(abi.encode(i));
            for (uint256 k; k < 32; ++k) {
                c.header[36 + k] = root[k];
            }
            if (Claims.work(c.header) <= EASY) break;
        }
        vm.expectRevert(
            abi.encodeWithSelector(
                Collection.WrongMerkleRoot.selector, Claims.fold(Claims.sha256d(c.coinbase), c.branch, 0), root
            )
        );
        send(c);
    }

    /// @dev A changed header has another hash, which misses a real target but for 1 in 2^bits.
    function testFuzz_tamperedHeaderMissesTheTarget(uint256 place, uint8 bit) external {
        Claim memory c = claim(1);
        _setTarget(Claims.work(c.header));
        place %= 80;
        c.header[place] ^= bytes1(uint8(1) << (bit % 8));
        uint256 work = Claims.work(c.header);
        vm.assume(work > Claims.work(claim(1).header));
        vm.expectRevert(
            abi.encodeWithSelector(Collection.TargetMissed.selector, work, collection.rounds().present.target)
        );
        send(c);
    }

    function testFuzz_tamperedCoinbase(uint256 place, uint8 bit) external {
        Claim memory c = claim(1);
        place %= c.coinbase.length;
        c.coinbase[place] ^= bytes1(uint8(1) << (bit % 8));
        vm.expectRevert();
        send(c);
    }

    /// @dev A byte that no rule looks at: the extranonce.
    function test_tamperedCoinbaseByName() external {
        Claim memory c = claim(1);
        c.coinbase[60] ^= 0x01;
        bytes32 found = Claims.fold(Claims.sha256d(c.coinbase), c.branch, 0);
        bytes32 root = _root(c);
        vm.expectRevert(abi.encodeWithSelector(Collection.WrongMerkleRoot.selector, found, root));
        send(c);
    }

    function testFuzz_tamperedBranch(uint256 node, uint8 bit) external {
        Claim memory c = claim(1);
        c.branch[node % 3] ^= bytes32(uint256(1) << bit);
        bytes32 found = Claims.fold(Claims.sha256d(c.coinbase), c.branch, 0);
        bytes32 root = _root(c);
        vm.expectRevert(abi.encodeWithSelector(Collection.WrongMerkleRoot.selector, found, root));
        send(c);
    }

    function test_branchCutOrLengthened() external {
        Claim memory c = claim(1);
        c.branch = Claims.branchOf(2, 1);
        vm.expectPartialRevert(Collection.WrongMerkleRoot.selector);
        send(c);
        c.branch = Claims.branchOf(4, 1);
        vm.expectPartialRevert(Collection.WrongMerkleRoot.selector);
        send(c);
    }

    function test_branchLength() external {
        Claim memory c = Claims.make(collection, MINER, 33, 1, 0);
        vm.expectRevert(abi.encodeWithSelector(Collection.BranchLength.selector, 33, 32));
        send(c);
    }

    /// @dev The commitment stands in the second transaction, whose branch has its sibling on the left.
    function test_leafNotTheFirst() external {
        Claim memory c = claim(1);
        bytes32 first = keccak256("the real coinbase");
        c.branch = new bytes32[](1);
        c.branch[0] = first;
        bytes32 root = Claims.sha256d(abi.encodePacked(first, Claims.sha256d(c.coinbase)));
        c.header = Claims.mine(root, EASY, 1);
        bytes32 found = Claims.fold(Claims.sha256d(c.coinbase), c.branch, 0);
        vm.expectRevert(abi.encodeWithSelector(Collection.WrongMerkleRoot.selector, found, root));
        send(c);
    }

    /// @dev An inner node in place of the coinbase, one level up (CVE-2017-12842).
    function test_innerNodeAsTransaction() external {
        Claim memory c = claim(1);
        c.coinbase = abi.encodePacked(Claims.sha256d(c.coinbase), c.branch[0]);
        bytes32[] memory rest = new bytes32[](2);
        (rest[0], rest[1]) = (c.branch[1], c.branch[2]);
        c.branch = rest;
        same("leads to the root", Claims.fold(Claims.sha256d(c.coinbase), c.branch, 0), _root(c));
        vm.expectRevert(abi.encodeWithSelector(Transaction.TransactionLength.selector, 64, 65, 1000));
        send(c);
    }

    function test_anotherRecipient() external {
        Claim memory c = claim(1);
        c.recipient = address(0xBAD);
        vm.expectRevert(
            abi.encodeWithSelector(Collection.WrongCommitment.selector, _committed(MINER), _committed(address(0xBAD)))
        );
        send(c);
    }

    function test_anotherCollection() external {
        Claim memory c = claim(1);
        Collection other = Collection(factory.create(terms(), style(), "other"));
        bytes32 wanted = keccak256(abi.encode(block.chainid, address(other), MINER, other.rounds().present.anchor));
        vm.expectRevert(abi.encodeWithSelector(Collection.WrongCommitment.selector, _committed(MINER), wanted));
        other.forge{value: 0.01 ether}(c.header, c.coinbase, c.branch, c.round, c.recipient);
    }

    /// @dev Work for an old round cannot be passed off as work for a new one.
    function test_anotherRound() external {
        Claim memory c = claim(1);
        bytes32 found = _committed(MINER);
        _turn(4 hours);
        c.round = 2;
        vm.expectRevert(abi.encodeWithSelector(Collection.WrongCommitment.selector, found, _committed(MINER)));
        send(c);
    }

    function test_twoCommitments() external {
        Claim memory c = claim(1);
        bytes memory tagged = Claims.output(0, abi.encodePacked(Claims.TAG, _committed(MINER)));
        bytes memory other = Claims.output(0, abi.encodePacked(Claims.TAG, _committed(address(7))));
        c.coinbase = Claims.transaction("height", 2, abi.encodePacked(tagged, other));
        _remine(c);
        vm.expectRevert(abi.encodeWithSelector(Coinbase.SecondCommitment.selector, 100));
        send(c);
    }

    function test_commitmentInScriptSigOnly() external {
        Claim memory c = claim(1);
        bytes memory tagged = Claims.output(0, abi.encodePacked(Claims.TAG, _committed(MINER)));
        c.coinbase = Claims.transaction(tagged, 1, Claims.output(312_500_000, new bytes(22)));
        _remine(c);
        vm.expectRevert(Coinbase.NoCommitment.selector);
        send(c);
    }

    function test_targetMissedByOne() external {
        Claim memory c = claim(1);
        uint256 work = Claims.work(c.header);
        _setTarget(work - 1);
        vm.expectRevert(abi.encodeWithSelector(Collection.TargetMissed.selector, work, work - 1));
        send(c);
        _setTarget(work);
        same("met to the last bit", send(c), work);
    }

    function test_headerLength() external {
        Claim memory c = claim(1);
        c.header = abi.encodePacked(c.header, hex"00");
        vm.expectRevert(abi.encodeWithSelector(Header.HeaderLength.selector, 81));
        send(c);
        c.header = new bytes(79);
        vm.expectRevert(abi.encodeWithSelector(Header.HeaderLength.selector, 79));
        send(c);
    }

    function test_zeroRecipient() external {
        Claim memory c = claim(1);
        c.recipient = address(0);
        vm.expectRevert(Collection.ZeroRecipient.selector);
        send(c);
    }

    function test_wrongPayment() external {
        Claim memory c = claim(1);
        vm.expectRevert(abi.encodeWithSelector(Collection.WrongPayment.selector, 0, 0.01 ether));
        send(c, 0);
        vm.expectRevert(abi.encodeWithSelector(Collection.WrongPayment.selector, 0.01 ether + 1, 0.01 ether));
        send(c, 0.01 ether + 1);
    }

    function test_soldOut() external {
        Terms memory t = terms();
        (t.supplyCap, t.mintsPerRound) = (3, 3);
        collection = Collection(factory.create(t, style(), "small"));
        for (uint256 i; i < 3; ++i) {
            send(claim(i));
        }
        Claim memory c = claim(3);
        vm.expectRevert(abi.encodeWithSelector(Collection.SoldOut.selector, 3));
        send(c);
    }

    function test_roundFull() external {
        for (uint256 i; i < 16; ++i) {
            send(claim(i));
        }
        Claim memory c = claim(16);
        vm.expectRevert(abi.encodeWithSelector(Collection.RoundFull.selector, 1, 16));
        send(c);
        // Nor when it has become the round before.
        _turn(15 minutes);
        vm.expectRevert(abi.encodeWithSelector(Collection.RoundFull.selector, 1, 16));
        send(c);
    }

    function test_unknownRound() external {
        Claim memory c = claim(1);
        c.round = 2;
        vm.expectRevert(abi.encodeWithSelector(Collection.RoundUnknown.selector, 2, 1));
        send(c);
        c.round = 0;
        vm.expectRevert(abi.encodeWithSelector(Collection.RoundUnknown.selector, 0, 1));
        send(c);
        c.round = type(uint256).max;
        vm.expectRevert(abi.encodeWithSelector(Collection.RoundUnknown.selector, type(uint256).max, 1));
        send(c);
    }

    function test_lapsedRound() external {
        Claim memory first = claim(1);
        Claim memory second = claim(2);
        _turn(4 hours);
        send(first); // late, and taken
        _turn(4 hours);
        vm.expectRevert(abi.encodeWithSelector(Collection.RoundLapsed.selector, 1, 3));
        send(second);
    }

    /// @dev Each claim at its own round's target.
    function test_lateClaimAtItsOwnTarget() external {
        for (uint256 i; i < 8; ++i) {
            send(claim(i));
        }
        Claim memory late = claim(8);
        _turn(15 minutes);
        Collection.Rounds memory rounds = collection.rounds();
        same("harder", rounds.present.target, EASY / 4);
        same("as it was", rounds.previous.target, EASY);
        _setTarget(1);
        send(late);
        same("of the previous", collection.rounds().previous.taken, 9);
        same("measured now", collection.rounds().mints, 1);
        same("of the present", collection.rounds().present.taken, 0);
    }

    function test_implementationIsShut() external {
        Collection implementation = Collection(factory.COLLECTION());
        vm.expectRevert(Collection.NotOpen.selector);
        implementation.open();
        vm.expectRevert(Collection.NotOpen.selector);
        implementation.turn();
        Claim memory c = claim(1);
        vm.expectRevert();
        implementation.forge(c.header, c.coinbase, c.branch, type(uint256).max, MINER);
        vm.expectRevert(abi.encodeWithSelector(Collection.AlreadyOpen.selector, 1));
        collection.open();
    }

    function _committed(address recipient) private view returns (bytes32) {
        return keccak256(abi.encode(block.chainid, address(collection), recipient, collection.rounds().present.anchor));
    }

    function _root(Claim memory c) private pure returns (bytes32 root) {
        bytes memory header = c.header;
        assembly ("memory-safe") {
            root := mload(add(header, 68))
        }
    }

    function _remine(Claim memory c) private pure {
        c.header = Claims.mine(Claims.fold(Claims.sha256d(c.coinbase), c.branch, 0), EASY, 1);
    }

    /// @dev Writes the present round's target: slot 0 counts, slots 1 to 4 are two rounds by parity, anchor first.
    function _setTarget(uint256 target) private {
        uint256 slot = 2 + 2 * (collection.rounds().present.round & 1);
        vm.store(address(collection), bytes32(slot), bytes32(target));
        same("written", collection.rounds().present.target, target);
    }

    function _turn(uint256 later) private {
        vm.warp(block.timestamp + later);
        vm.roll(block.number + 1);
        collection.turn();
    }
}

/// @notice Rounds: when they turn, and where the target goes.
contract RoundTest is Fixture {
    event RoundOpened(uint256 indexed round, bytes32 anchor, uint256 target, uint256 openedAt);

    function test_first() external view {
        Collection.Rounds memory rounds = collection.rounds();
        same("round", rounds.present.round, 1);
        same("anchor", rounds.present.anchor, blockhash(block.number - 1));
        hold("anchored", rounds.present.anchor != 0);
        same("target", rounds.present.target, EASY);
        same("limit", rounds.present.limit, 16);
        same("none before", rounds.previous.round, 0);
        same("opened", rounds.openedAt, block.timestamp);
        same("turnable", rounds.turnableAt, block.timestamp + 4 hours);
    }

    function test_turn() external {
        _forge(8);
        uint256 later = block.timestamp + 2 hours;
        vm.warp(later);
        vm.roll(2000);
        vm.expectEmit(address(collection));
        emit RoundOpened(2, blockhash(1999), EASY, later);
        vm.prank(address(0xA11));
        collection.turn();
        Collection.Rounds memory rounds = collection.rounds();
        same("round", rounds.present.round, 2);
        same("previous", rounds.previous.round, 1);
        same("taken", rounds.previous.taken, 8);
        same("mints", rounds.mints, 0);
    }

    function test_neverBeforeAQuarter() external {
        _forge(16);
        same("turnable", collection.rounds().turnableAt, block.timestamp + 900);
        vm.warp(block.timestamp + 899);
        vm.expectRevert(abi.encodeWithSelector(Collection.TurnTooEarly.selector, 899, 900));
        collection.turn();
        vm.warp(block.timestamp + 1);
        collection.turn();
    }

    function test_withoutEnoughAfterFourfold() external {
        _forge(7);
        vm.warp(block.timestamp + 4 hours - 1);
        vm.expectRevert(abi.encodeWithSelector(Collection.TurnTooEarly.selector, 4 hours - 1, 4 hours));
        collection.turn();
        vm.warp(block.timestamp + 1);
        collection.turn();
    }

    /// @dev A quarter of 5 seconds is 2, rounded up: no turn before a quarter is over.
    function test_quarterIsRoundedUp() external {
        Terms memory t = terms();
        (t.roundSeconds, t.mintsPerRound) = (5, 1);
        collection = Collection(factory.create(t, style(), "short"));
        _forge(1);
        same("turnable", collection.rounds().turnableAt, block.timestamp + 2);
    }

    function test_noAnchor() external {
        vm.warp(block.timestamp + 4 hours);
        vm.roll(2000);
        vm.setBlockhash(1999, 0);
        vm.expectRevert(abi.encodeWithSelector(Collection.NoAnchor.selector, 2000));
        collection.turn();
    }

    function test_emptyRoundEasesFourfold() external {
        _startAt(EASY / 1000);
        _turn(4 hours);
        same("target", collection.rounds().present.target, EASY / 1000 * 4);
    }

    function test_asMeasured() external {
        _startAt(EASY / 1000);
        _count(8);
        _turn(2 hours);
        same("twice the time", collection.rounds().present.target, EASY / 1000 * 2);
        _count(12);
        _turn(30 minutes);
        // 12 where 4 were due: a third.
        same("three times the rate", collection.rounds().present.target, uint256(EASY / 1000 * 2) / 3);
    }

    function test_atMostFourfoldHarder() external {
        _startAt(EASY / 1000);
        _count(16);
        _turn(15 minutes);
        same("target", collection.rounds().present.target, uint256(EASY / 1000) / 4);
    }

    function test_neverEasierThanTheFloor() external {
        _turn(40 hours);
        same("target", collection.rounds().present.target, EASY);
    }

    /// @dev The plain rule, in rationals: clamp(target * E * t / (T * m), target / 4, target * 4), easiest at most.
    function testFuzz_retarget(uint256 target, uint256 easiest, uint256 mints, uint256 elapsed) external {
        easiest = within(easiest, 1, EASY);
        target = within(target, 1, easiest);
        mints = within(mints, 0, 16);
        elapsed = within(elapsed, mints < 8 ? 4 hours : 15 minutes, 1000 hours);
        Terms memory t = terms();
        (t.initialTarget, t.easiestTarget) = (target, easiest);
        collection = Collection(factory.create(t, style(), "fuzz"));
        _count(mints);
        _turn(elapsed);
        uint256 found = collection.rounds().present.target;
        hold("not easier than the floor", found <= easiest);
        hold("possible", found >= 1);
        hold("at most four times easier", found / 4 <= target);
        hold("at most four times harder", found + 1 > target / 4);
        uint256 due = mints * 3600;
        if (target < 1 << 200 && 8 * elapsed < 4 * due && 4 * 8 * elapsed > due) {
            uint256 wanted = target * 8 * elapsed / due;
            same("measured", found, wanted > easiest ? easiest : wanted == 0 ? 1 : wanted);
        }
    }

    function _startAt(uint256 target) private {
        Terms memory t = terms();
        (t.initialTarget, t.easiestTarget) = (target, EASY);
        collection = Collection(factory.create(t, style(), "start"));
    }

    /// @dev Sets the count of tokens forged in the round, at bit 104 of slot 0: mining at real targets takes too long.
    function _count(uint256 mints) private {
        uint256 word = uint256(vm.load(address(collection), 0));
        vm.store(address(collection), 0, bytes32(word | mints << 104));
        same("counted", collection.rounds().mints, mints);
    }

    function _forge(uint256 count) private {
        for (uint256 i; i < count; ++i) {
            send(claim(i));
        }
    }

    function _turn(uint256 later) private {
        vm.warp(block.timestamp + later);
        vm.roll(block.number + 1);
        collection.turn();
    }
}

/// @notice Money and standards.
contract CollectionTest is Fixture {
    event Withdrawn(address indexed artist, uint256 amount);

    function test_withdraw() external {
        send(claim(1));
        send(claim(2));
        same("owed", collection.owed(), 0.02 ether);
        vm.expectEmit(address(collection));
        emit Withdrawn(ARTIST, 0.02 ether);
        vm.prank(address(0xA11));
        collection.withdraw();
        same("paid", ARTIST.balance, 0.02 ether);
        same("owed", collection.owed(), 0);
        collection.withdraw();
    }

    function test_withdrawRefused() external {
        Terms memory t = terms();
        t.artist = address(new Refuser());
        collection = Collection(factory.create(t, style(), "refuser"));
        send(claim(1));
        vm.expectRevert(abi.encodeWithSelector(Collection.PaymentRefused.selector, t.artist, 0.01 ether));
        collection.withdraw();
    }

    function test_terms() external view {
        same("terms", abi.encode(collection.terms()), abi.encode(terms()));
        same("name", collection.name(), "First strata");
        same("symbol", collection.symbol(), "STRATA");
        same("artist", collection.artist(), ARTIST);
        same("renderer", collection.renderer(), address(renderer));
        same("style", collection.style(), style());
    }

    function test_erc165() external view {
        hold("ERC-165", collection.supportsInterface(0x01ffc9a7));
        hold("ERC-721", collection.supportsInterface(0x80ac58cd));
        hold("metadata", collection.supportsInterface(0x5b5e139f));
        hold("ERC-2981", collection.supportsInterface(0x2a55205a));
        hold("ERC-4906", collection.supportsInterface(0x49064906));
        hold("not all", !collection.supportsInterface(0xffffffff));
        hold("not enumerable", !collection.supportsInterface(0x780e9d63));
    }

    function testFuzz_royalty(uint256 price) external {
        price = within(price, 0, type(uint256).max / 10_000);
        uint256 id = send(claim(1));
        (address receiver, uint256 amount) = collection.royaltyInfo(id, price);
        same("receiver", receiver, collection.splitterOf(id));
        same("amount", amount, price * 500 / 10_000);
        (receiver, amount) = collection.royaltyInfo(id + 1, price);
        same("no token, no receiver", receiver, address(0));
        same("nothing", amount, 0);
    }

    function test_noToken() external {
        bytes memory none = abi.encodeWithSignature("TokenDoesNotExist()");
        vm.expectRevert(none);
        collection.tokenURI(1);
        vm.expectRevert(none);
        collection.pieceOf(1);
        vm.expectRevert(none);
        collection.splitterOf(1);
        vm.expectRevert(none);
        collection.createSplitter(1);
    }
}
