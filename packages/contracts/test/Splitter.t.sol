// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC20} from "solady/tokens/ERC20.sol";
import {Splitter} from "../src/Splitter.sol";
import {Terms} from "../src/Terms.sol";
import {Collection} from "../src/Collection.sol";
import {Claims} from "./Claims.sol";
import {Fixture} from "./Fixture.sol";

contract Coin is ERC20 {
    function name() public pure override returns (string memory) {
        return "Coin";
    }

    function symbol() public pure override returns (string memory) {
        return "COIN";
    }

    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }

    address public blocked;

    function ban(address account) external {
        blocked = account;
    }

    function _beforeTokenTransfer(address, address to, uint256) internal view override {
        require(to == address(0) || to != blocked, "blocked");
    }
}

/// @notice A coin without return values, as the oldest ones are.
contract OldCoin {
    mapping(address account => uint256) public balanceOf;

    function mint(address to, uint256 amount) external {
        balanceOf[to] += amount;
    }

    function transfer(address to, uint256 amount) external {
        balanceOf[msg.sender] -= amount;
        balanceOf[to] += amount;
    }
}

/// @notice A coin that calls its receiver before it settles balances.
contract CallingCoin {
    mapping(address account => uint256) public balanceOf;

    function mint(address to, uint256 amount) external {
        balanceOf[to] += amount;
    }

    function transfer(address to, uint256 amount) external returns (bool) {
        if (to.code.length != 0) Thief(payable(to)).called();
        balanceOf[msg.sender] -= amount;
        balanceOf[to] += amount;
        return true;
    }
}

/// @notice A payee that calls back while it is paid.
contract Thief {
    Splitter public splitter;
    address public token;
    address public other;
    bytes public refusal;

    function aim(Splitter splitter_, address token_, address other_) external {
        (splitter, token, other) = (splitter_, token_, other_);
    }

    function called() public {
        try splitter.release(token, other) {}
        catch (bytes memory data) {
            refusal = data;
        }
    }

    receive() external payable {
        called();
    }
}

contract Stubborn {
    receive() external payable {
        revert();
    }
}

contract SplitterTest is Fixture {
    event Released(address indexed token, address indexed payee, uint256 amount);

    Splitter internal splitter;
    uint256 internal id;

    function setUp() public override {
        super.setUp();
        id = send(claim(1));
        splitter = Splitter(payable(collection.createSplitter(id)));
    }

    function test_knownAddress() external {
        uint256 second = send(claim(2));
        address named = collection.splitterOf(second);
        same("no code yet", named.code.length, 0);
        // Paid before it is deployed.
        vm.deal(named, 1 ether);
        same("deployed there", collection.createSplitter(second), named);
        same("again", collection.createSplitter(second), named);
        hold("one for each token", named != address(splitter));
        Splitter(payable(named)).releaseAll(address(0));
        same("artist", ARTIST.balance, 0.6 ether);
        same("miner", MINER.balance, 0.4 ether);
    }

    function test_parties() external {
        same("artist", splitter.artist(), ARTIST);
        same("miner", splitter.miner(), MINER);
        same("bps", splitter.artistBps(), 6000);
        // The miner's, whoever owns the token.
        vm.prank(MINER);
        collection.transferFrom(MINER, address(7), id);
        same("address stays", collection.splitterOf(id), address(splitter));
    }

    function test_eth() external {
        (bool sent,) = address(splitter).call{value: 1 ether + 1}("");
        hold("received", sent);
        vm.expectEmit(address(splitter));
        emit Released(address(0), ARTIST, 0.6 ether);
        vm.prank(address(0xA11));
        same("artist", splitter.release(address(0), ARTIST), 0.6 ether);
        same("miner", splitter.release(address(0), MINER), 0.4 ether + 1);
        same("nothing left", address(splitter).balance, 0);
        vm.expectRevert(abi.encodeWithSelector(Splitter.NothingDue.selector, address(0), MINER));
        splitter.release(address(0), MINER);
        splitter.releaseAll(address(0));
    }

    function test_erc20() external {
        Coin coin = new Coin();
        coin.mint(address(splitter), 101);
        splitter.releaseAll(address(coin));
        same("artist", coin.balanceOf(ARTIST), 60);
        same("miner", coin.balanceOf(MINER), 41);
        OldCoin old = new OldCoin();
        old.mint(address(splitter), 10);
        splitter.releaseAll(address(old));
        same("artist", old.balanceOf(ARTIST), 6);
        same("miner", old.balanceOf(MINER), 4);
    }

    function test_notAPayee() external {
        vm.deal(address(splitter), 1 ether);
        vm.expectRevert(abi.encodeWithSelector(Splitter.NotAPayee.selector, address(7)));
        splitter.release(address(0), address(7));
    }

    function test_oneRefusesTheOtherIsPaid() external {
        Stubborn stubborn = new Stubborn();
        splitter = _splitter(address(stubborn), MINER, 6000);
        vm.deal(address(splitter), 1 ether);
        vm.expectRevert();
        splitter.release(address(0), address(stubborn));
        same("miner", splitter.release(address(0), MINER), 0.4 ether);
        same("kept for the artist", splitter.due(address(0), address(stubborn)), 0.6 ether);
        Coin coin = new Coin();
        coin.mint(address(splitter), 100);
        coin.ban(MINER);
        vm.expectRevert();
        splitter.release(address(coin), MINER);
        same("artist", splitter.release(address(coin), address(stubborn)), 60);
        coin.ban(address(0));
        same("miner", splitter.release(address(coin), MINER), 40);
    }

    function test_sameAccount() external {
        splitter = _splitter(MINER, MINER, 6000);
        vm.deal(address(splitter), 101);
        splitter.releaseAll(address(0));
        same("all", MINER.balance, 101);
    }

    function test_reentry() external {
        Thief thief = new Thief();
        splitter = _splitter(address(thief), MINER, 5000);
        thief.aim(splitter, address(0), MINER);
        vm.deal(address(splitter), 1 ether);
        splitter.release(address(0), address(thief));
        same("refused", thief.refusal(), abi.encodePacked(Splitter.Reentered.selector));
        same("half", address(thief).balance, 0.5 ether);
        CallingCoin coin = new CallingCoin();
        coin.mint(address(splitter), 100);
        thief.aim(splitter, address(coin), MINER);
        splitter.release(address(coin), address(thief));
        same("half", coin.balanceOf(address(thief)), 50);
        splitter.release(address(coin), MINER);
        same("half", coin.balanceOf(MINER), 50);
    }

    /// @dev Whatever comes and is released in whatever order: nobody gets more than the part, dues are the balance.
    function testFuzz_parts(uint16 bps, uint96[8] calldata amounts, uint8 order) external {
        uint256 part = within(bps, 0, 10_000);
        splitter = _splitter(ARTIST, MINER, uint16(part));
        uint256 total;
        for (uint256 i; i < 8; ++i) {
            total += amounts[i];
            vm.deal(address(splitter), address(splitter).balance + amounts[i]);
            address payee = order >> i & 1 == 0 ? ARTIST : MINER;
            if (splitter.due(address(0), payee) != 0) splitter.release(address(0), payee);
            same(
                "dues are the balance",
                splitter.due(address(0), ARTIST) + splitter.due(address(0), MINER),
                address(splitter).balance
            );
        }
        splitter.releaseAll(address(0));
        same("artist", ARTIST.balance, total * part / 10_000);
        same("miner", MINER.balance, total - total * part / 10_000);
    }

    function _splitter(address artist, address miner, uint16 bps) private returns (Splitter) {
        Terms memory t = terms();
        (t.artist, t.artistBps) = (artist, bps);
        collection = Collection(factory.create(t, style(), keccak256(abi.encode(artist, miner, bps))));
        return Splitter(payable(collection.createSplitter(send(Claims.make(collection, miner, 0, 1, 0)))));
    }
}
