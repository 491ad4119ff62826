// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Collection} from "../src/Collection.sol";
import {Splitter} from "../src/Splitter.sol";
import {Claim, Claims} from "./Claims.sol";
import {Fixture} from "./Fixture.sol";
import {Terms} from "../src/Terms.sol";
import {Test} from "./Vm.sol";

/// @notice Does at random what people do, good and bad, and keeps its own plain books.
contract Crowd is Test {
    Collection public collection;
    uint256 public price;
    uint256[] public ids;
    mapping(uint256 id => bool) public known;
    mapping(uint256 id => address) public minerOf;
    mapping(uint256 round => uint256) public ofRound;
    uint256 public rounds = 1;
    uint256 public paid;
    uint256 public withdrawn;
    uint256 private _seed;
    Claim[] private _kept;

    constructor(Collection collection_, uint256 price_) {
        (collection, price) = (collection_, price_);
        vm.deal(address(this), 1000 ether);
    }

    function forge(uint8 who, bool late) external {
        uint256 back = late && rounds > 1 ? 1 : 0;
        _send(Claims.make(collection, _miner(who), who % 3, ++_seed, back), price);
    }

    /// @dev Keeps a claim to send it later, when its round may have lapsed.
    function keep(uint8 who) external {
        _kept.push(Claims.make(collection, _miner(who), 1, ++_seed, 0));
    }

    function sendKept(uint256 which) external {
        if (_kept.length != 0) _send(_kept[which % _kept.length], price);
    }

    function sendAgain(uint256 which) external {
        if (_kept.length == 0) return;
        Claim memory c = _kept[which % _kept.length];
        uint256 supply = collection.totalSupply();
        _send(c, price);
        _send(c, price);
        hold("one share, one token", collection.totalSupply() <= supply + 1);
    }

    function forgeWrongly(uint8 who, uint8 how) external {
        Claim memory c = Claims.make(collection, _miner(who), 1, ++_seed, 0);
        uint256 value = price;
        if (how % 4 == 0) c.recipient = address(0xBAD);
        else if (how % 4 == 1) value += 1;
        else if (how % 4 == 2) c.branch[0] = 0;
        else c.round += 1;
        uint256 supply = collection.totalSupply();
        _send(c, value);
        same("nothing forged", collection.totalSupply(), supply);
    }

    function turn(uint16 later) external {
        vm.warp(block.timestamp + later);
        vm.roll(block.number + 1);
        uint256 opens = collection.rounds().turnableAt;
        try collection.turn() {
            hold("in time", block.timestamp >= opens);
            ++rounds;
        } catch {
            hold("too early", block.timestamp < opens);
        }
    }

    function withdraw() external {
        withdrawn += collection.owed();
        collection.withdraw();
    }

    function transfer(uint256 which, uint8 to) external {
        if (ids.length == 0) return;
        uint256 id = ids[which % ids.length];
        address owner = collection.ownerOf(id);
        vm.prank(owner);
        collection.transferFrom(owner, _miner(to), id);
    }

    function count() external view returns (uint256) {
        return ids.length;
    }

    function _miner(uint8 who) private pure returns (address) {
        return address(uint160(0x1000 + who % 5));
    }

    function _send(Claim memory c, uint256 value) private {
        try collection.forge{value: value}(c.header, c.coinbase, c.branch, c.round, c.recipient) returns (uint256 id) {
            hold("unique", !known[id]);
            known[id] = true;
            ids.push(id);
            minerOf[id] = c.recipient;
            ++ofRound[c.round];
            paid += value;
        } catch {}
    }
}

contract InvariantTest is Fixture {
    uint256 internal constant CAP = 60;
    uint256 internal constant E = 4;

    Crowd internal crowd;

    function setUp() public override {
        super.setUp();
        Terms memory t = terms();
        (t.supplyCap, t.mintsPerRound) = (uint32(CAP), uint32(E));
        collection = Collection(factory.create(t, style(), "crowd"));
        crowd = new Crowd(collection, t.price);
    }

    /// @dev forge-std's way to say whom to call.
    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(crowd);
    }

    function invariant_supply() external view {
        hold("cap", collection.totalSupply() <= CAP);
        same("counted", collection.totalSupply(), crowd.count());
    }

    function invariant_rounds() external view {
        Collection.Rounds memory rounds = collection.rounds();
        same("round", rounds.present.round, crowd.rounds());
        for (uint256 i = 1; i <= rounds.present.round; ++i) {
            hold("2E of a round", crowd.ofRound(i) <= 2 * E);
        }
        same("present", rounds.present.taken, crowd.ofRound(rounds.present.round));
        same("previous", rounds.previous.taken, crowd.ofRound(rounds.previous.round));
        hold("target", rounds.present.target > 0 && rounds.present.target <= EASY);
    }

    function invariant_money() external view {
        same("prices", crowd.paid(), crowd.count() * 0.01 ether);
        same("debts to the wei", address(collection).balance, crowd.paid() - crowd.withdrawn());
        same("owed", collection.owed(), address(collection).balance);
        same("artist", ARTIST.balance, crowd.withdrawn());
    }

    function invariant_tokens() external view {
        uint256 held;
        for (uint160 i; i < 5; ++i) {
            held += collection.balanceOf(address(0x1000 + i));
        }
        same("held", held, crowd.count());
        for (uint256 i; i < crowd.count(); ++i) {
            uint256 id = crowd.ids(i);
            (, address miner, bool studio) = collection.pieceOf(id);
            same("miner", miner, crowd.minerOf(id));
            hold("work", !studio);
        }
    }
}
