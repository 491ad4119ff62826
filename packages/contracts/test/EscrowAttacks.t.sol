// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Escrow} from "../src/Escrow.sol";
import {Status} from "../src/EscrowState.sol";
import {Spv} from "../src/bitcoin/Spv.sol";
import {Actor, StrangeToken} from "./EscrowActors.sol";
import {EscrowFixture, Payments} from "./EscrowFixture.sol";

/// @notice What people do for other people's money. README.md tells which rule stops which.
contract EscrowAttacksTest is EscrowFixture {
    using Payments for Payments.Outputs;

    address internal constant MALLORY = address(0x3A1104);

    // One payment for two things.

    /// @dev The seller offers the victim's script in a second sale, for a friend to reserve and to claim the payment.
    function test_sellersSybilWantsTheScript() external {
        Escrow.Terms memory a = reserved();
        Escrow.Terms memory b = terms();
        (b.scriptRoot,) = Payments.tree(100 * a.tokenId, 4, 0);
        list(b);
        (, bytes32[] memory branch) = Payments.tree(100 * a.tokenId, 4, 0);
        bytes memory script = scriptOf(a, 0);
        bytes32 holder = escrow.reservationOf(escrow.idOf(a), 1);
        vm.expectRevert(abi.encodeWithSelector(Escrow.ScriptTaken.selector, keccak256(script), holder));
        vm.prank(SPONSOR);
        escrow.reserve{value: b.depositWei}(b, MALLORY, script, branch);
    }

    /// @dev Mallory sees a script in the mempool and takes it for a sale of her own: the victim takes the next one.
    function test_burntScript() external {
        Escrow.Terms memory t = terms();
        list(t);
        Escrow.Terms memory b = terms();
        (b.depositWei, b.proverFeeWei) = (0, 0);
        b.scriptRoot = Payments.leaf(scriptOf(t, 0));
        list(b);
        escrow.reserve(b, MALLORY, scriptOf(t, 0), new bytes32[](0));
        vm.expectPartialRevert(Escrow.ScriptTaken.selector);
        reserve(t, 0);
        reserve(t, 1);
        pay(t, 1, 1_000_000);
        same("delivered", nft.ownerOf(t.tokenId), BUYER);
    }

    function test_oneTransactionForTwoSales() external {
        Escrow.Terms memory a = reserved();
        Escrow.Terms memory b = reserved();
        bytes memory transaction =
            Payments.transaction(Payments.none().pays(1_000_000, scriptOf(a, 0)).pays(400_000, scriptOf(b, 0)), 1);
        Spv.Proof memory proof = proofOf(transaction, 3, START, 1);
        pay(a, 0, proof);
        pay(b, 0, proof);
        same("paid", statusOf(a), Status.Sold);
        same("only its own", creditOf(b).cleared, 400_000);
    }

    /// @dev One royalty output for two sales: the second sale cannot name the script.
    function test_oneRoyaltyForTwoSales() external {
        Escrow.Terms memory a = terms();
        a.required = required(50_000, 9);
        list(a);
        Escrow.Terms memory b = terms();
        b.required = required(50_000, 9);
        vm.expectPartialRevert(Escrow.ScriptTaken.selector);
        list(b);
    }

    /// @dev Mallory reserves the victim's change for a sale of her own that requires the victim's royalty, to use it up.
    function test_changeOfAnotherClaimed() external {
        Escrow.Terms memory t = terms();
        t.required = required(50_000, 9);
        list(t);
        reserve(t, 0);
        bytes memory change = Payments.script(1 << 128);
        Spv.Proof memory proof = proofOf(payment(t, 0, 1_000_000, 1), 3, START, 1);

        Escrow.Terms memory b = terms();
        (b.depositWei, b.proverFeeWei, b.scriptRoot) = (0, 0, Payments.leaf(change));
        b.required = required(50_000, 9);
        vm.expectPartialRevert(Escrow.ScriptTaken.selector);
        list(b);
        b.required = new Escrow.Output[](0);
        list(b);
        escrow.reserve(b, MALLORY, change, new bytes32[](0));
        vm.prank(MALLORY);
        escrow.pay(b, change, proof);
        // She has sold her own token to herself, and the victim has lost nothing.
        same("hers", nft.ownerOf(b.tokenId), MALLORY);
        pay(t, 0, proof);
        same("delivered", nft.ownerOf(t.tokenId), BUYER);
    }

    /// @dev A script that pays somebody else's royalty is not a payment for the sale that requires it, and the reverse.
    function test_requiredScriptIsNoPayment() external {
        Escrow.Terms memory t = terms();
        t.required = required(1_000_000, 9);
        list(t);
        reserve(t, 0);
        Spv.Proof memory proof = proofOf(payment(t, 0, 1_000_000, 1), 3);
        bytes32 id = escrow.idOf(t);
        bytes memory script = Payments.script(9);
        vm.expectRevert(abi.encodeWithSelector(Escrow.ScriptNotReserved.selector, keccak256(script), id));
        escrow.pay(t, script, proof);
    }

    function test_copiedProof() external {
        Escrow.Terms memory t = reserved();
        Spv.Proof memory proof = proofOf(payment(t, 0, 1_000_000, 1), 3);
        vm.prank(MALLORY);
        escrow.pay(t, scriptOf(t, 0), proof);
        same("she has the fee", MALLORY.balance, t.proverFeeWei);
        same("the buyer has the token", nft.ownerOf(t.tokenId), BUYER);
        vm.expectPartialRevert(Escrow.WrongStatus.selector);
        pay(t, 0, proof);
    }

    // False chains.

    /// @dev A chain of M false headers with three payments in each, for small and for large sales, takes no more than M
    /// thirds of a subsidy, whatever the deceiver proves first.
    function testFuzz_falseChain(uint256 seed, uint8 length) external {
        uint256 count = within(length, 6, 9);
        bytes32[] memory roots = new bytes32[](count);
        Escrow.Terms[3][] memory sales = new Escrow.Terms[3][](count);
        bytes[3][] memory transactions = new bytes[3][](count);
        for (uint256 i; i < count; ++i) {
            for (uint256 j; j < 3; ++j) {
                sales[i][j] = _drawn(uint256(keccak256(abi.encode(seed, i, j))));
                transactions[i][j] = payment(sales[i][j], 0, sales[i][j].priceSats, 3 * i + j);
            }
            (, roots[i]) = Payments.inBlock(transactions[i], 1, 0, i);
        }
        bytes memory chain = Payments.headers(roots, START, seed);
        uint256 taken;
        for (uint256 k; k < 3 * count; ++k) {
            (uint256 i, uint256 j) = ((k + seed % count) % count, k / count);
            Escrow.Terms memory t = sales[i][j];
            if (i + t.confirmations > count) continue;
            (Spv.Proof memory proof,) = Payments.inBlock(transactions[i], j + 1, 0, i);
            proof.headers = Payments.part(chain, i, count);
            pay(t, 0, proof);
            if (statusOf(t) == Status.Sold) taken += t.priceSats;
        }
        hold("something was taken", taken != 0);
        hold("at a third of what it cost", taken <= count * CAP);
        for (uint256 i; i < count; ++i) {
            hold("cap", escrow.exposure(Payments.hashAt(chain, i)) <= CAP);
        }
    }

    /// @dev Over the cap by dust: what is paid within the cap delivers, whatever waits.
    function test_dustOverTheCap() external {
        Escrow.Terms memory t = reserved();
        Spv.Proof memory dust = proofOf(payment(t, 0, 1, 1), 3);
        setExposure(hashAt(dust, 0), CAP);
        vm.prank(MALLORY);
        escrow.pay(t, scriptOf(t, 0), dust);
        same("waits", creditOf(t).waiting, 1);
        pay(t, 0, 1_000_000);
        same("sold", statusOf(t), Status.Sold);
    }

    /// @dev A block that was orphaned backs a sale at most once: what waited and lapsed does not keep the token again.
    function test_keptOnce() external {
        Escrow.Terms memory t = reserved();
        Spv.Proof memory proof = proofOf(payment(t, 0, 1_000_000, 1), 3, START, 1);
        setExposure(hashAt(proof, 0), CAP);
        pay(t, 0, proof);
        vm.warp(START + 14 days);
        escrow.lapse(t);
        Spv.Proof memory more = proofOf(payment(t, 0, 999_999, 2), 3, START, 2);
        setExposure(hashAt(more, 0), CAP);
        pay(t, 0, more);
        same("listed", statusOf(t), Status.Listed);
        vm.prank(SELLER);
        escrow.requestWithdraw(t);
        vm.warp(START + 15 days);
        vm.prank(SELLER);
        escrow.close(t, SELLER);
        same("out", nft.ownerOf(t.tokenId), SELLER);
    }

    // Tokens.

    function test_listAnothersToken() external {
        Escrow.Terms memory t = terms();
        t.seller = MALLORY;
        vm.expectRevert();
        vm.prank(MALLORY);
        escrow.list(t);
        same("still the seller's", nft.ownerOf(t.tokenId), SELLER);
    }

    /// @dev A token that is here already cannot be offered by anybody else.
    function test_listTheEscrowsToken() external {
        Escrow.Terms memory t = terms();
        list(t);
        t.seller = MALLORY;
        vm.expectRevert();
        vm.prank(MALLORY);
        escrow.list(t);
        t.seller = address(escrow);
        vm.expectPartialRevert(Escrow.NotSeller.selector);
        vm.prank(MALLORY);
        escrow.list(t);
    }

    function test_listWhatIsNoToken() external {
        Escrow.Terms memory t = terms();
        t.nft = MALLORY;
        vm.expectRevert();
        list(t);
        t.nft = address(escrow);
        vm.expectRevert();
        list(t);
    }

    function test_lyingToken() external {
        (Escrow.Terms memory t, StrangeToken token) = _strange();
        token.behave(false, false, true);
        vm.expectRevert(abi.encodeWithSelector(Escrow.TokenNotReceived.selector, t.nft, t.tokenId));
        list(t);
    }

    /// @dev A token that vanishes and is made again for another seller: the first seller's sale has lost it.
    function test_tokenMadeAgain() external {
        (Escrow.Terms memory a, StrangeToken token) = _strange();
        list(a);
        Escrow.Terms memory sold = _copy(a, 8, 50);
        token.burn(a.tokenId);
        // Reserved while the token is nowhere, or somebody else's: refused.
        vm.expectRevert();
        reserve(a, 0);
        token.mint(SELLER, a.tokenId);
        vm.expectRevert(abi.encodeWithSelector(Escrow.TokenGone.selector, a.nft, a.tokenId));
        reserve(a, 0);
        list(sold);
        vm.expectRevert(abi.encodeWithSelector(Escrow.TokenGone.selector, a.nft, a.tokenId));
        reserve(a, 0);
        vm.prank(SELLER);
        escrow.requestWithdraw(a);
        vm.warp(block.timestamp + 24 hours);
        vm.expectRevert(abi.encodeWithSelector(Escrow.TokenGone.selector, a.nft, a.tokenId));
        vm.prank(SELLER);
        escrow.close(a, SELLER);
        // The second sale goes on.
        _reserve(sold, BUYER, 50);
        vm.prank(PROVER);
        escrow.pay(sold, Payments.script(50), proofOf(_paying(sold, 50), 3));
        same("delivered", token.ownerOf(a.tokenId), BUYER);
    }

    function test_tokenGoneBeforeDelivery() external {
        (Escrow.Terms memory a, StrangeToken token) = _strange();
        list(a);
        Escrow.Terms memory b = _copy(a, 8, 50);
        reserve(a, 0);
        token.burn(a.tokenId);
        token.mint(SELLER, a.tokenId);
        list(b);
        pay(a, 0, 1_000_000);
        same("sold, with no token to deliver", statusOf(a), Status.Held);
        same("the other sale's token stays", token.ownerOf(a.tokenId), address(escrow));
        vm.expectRevert(abi.encodeWithSelector(Escrow.TokenGone.selector, a.nft, a.tokenId));
        vm.prank(BUYER);
        escrow.collect(a, BUYER);
    }

    function test_frozenToken() external {
        (Escrow.Terms memory t, StrangeToken token) = _strange();
        list(t);
        reserve(t, 0);
        token.behave(true, false, false);
        vm.expectEmit(address(escrow));
        emit Escrow.Held(escrow.idOf(t), BUYER);
        pay(t, 0, 1_000_000);
        same("held", statusOf(t), Status.Held);
        same("the fee is paid", PROVER.balance, t.proverFeeWei);
        vm.expectRevert();
        vm.prank(BUYER);
        escrow.collect(t, BUYER);
        token.behave(false, false, false);
        // Anybody, but to the buyer only.
        vm.expectRevert(abi.encodeWithSelector(Escrow.NotBuyer.selector, MALLORY, BUYER));
        vm.prank(MALLORY);
        escrow.collect(t, MALLORY);
        vm.expectEmit(address(escrow));
        emit Escrow.Collected(escrow.idOf(t), BUYER);
        vm.prank(MALLORY);
        escrow.collect(t, BUYER);
        same("delivered", token.ownerOf(t.tokenId), BUYER);
        same("sold", statusOf(t), Status.Sold);
        same("gone from here", escrow.listingOf(t.nft, t.tokenId), bytes32(0));
        vm.expectPartialRevert(Escrow.WrongStatus.selector);
        vm.prank(BUYER);
        escrow.collect(t, BUYER);
    }

    /// @dev Without safeTransferFrom a token reaches accounts without code, so it can always leave.
    function test_oldToken() external {
        (Escrow.Terms memory t, StrangeToken token) = _strange();
        token.behave(false, true, false);
        list(t);
        reserve(t, 0);
        pay(t, 0, 1_000_000);
        same("delivered", token.ownerOf(t.tokenId), BUYER);

        (t, token) = _strange();
        token.behave(false, true, false);
        list(t);
        Actor buyer = new Actor();
        reserve(t, address(buyer), 0);
        pay(t, 0, 1_000_000);
        same("held", statusOf(t), Status.Held);
        vm.expectRevert("unknown function");
        buyer.run(address(escrow), 0, abi.encodeCall(escrow.collect, (t, address(buyer))));
        buyer.run(address(escrow), 0, abi.encodeCall(escrow.collect, (t, BUYER)));
        same("collected", token.ownerOf(t.tokenId), BUYER);

        (t, token) = _strange();
        token.behave(false, true, false);
        list(t);
        vm.prank(SELLER);
        escrow.requestWithdraw(t);
        vm.warp(block.timestamp + 24 hours);
        vm.prank(SELLER);
        escrow.close(t, SELLER);
        same("back", token.ownerOf(t.tokenId), SELLER);
    }

    // Receivers.

    function test_buyerThatTakes() external {
        Actor buyer = new Actor();
        Escrow.Terms memory t = _reservedFor(buyer);
        pay(t, 0, 1_000_000);
        same("delivered", nft.ownerOf(t.tokenId), address(buyer));
        same("refunded", address(buyer).balance, t.depositWei - t.proverFeeWei);
    }

    function test_buyerThatRefuses() external {
        Actor buyer = new Actor();
        buyer.refuse(true, true);
        Escrow.Terms memory t = _reservedFor(buyer);
        uint256 refund = t.depositWei - t.proverFeeWei;
        vm.expectEmit(address(escrow));
        emit Escrow.Owed(address(buyer), refund);
        pay(t, 0, 1_000_000);
        same("held", statusOf(t), Status.Held);
        same("owed", escrow.owed(address(buyer)), refund);
        same("here", address(escrow).balance, refund);
        same("the prover has the fee", PROVER.balance, t.proverFeeWei);
        vm.expectRevert("no tokens");
        buyer.run(address(escrow), 0, abi.encodeCall(escrow.collect, (t, address(buyer))));
        vm.expectRevert(abi.encodeWithSelector(Escrow.BadRecipient.selector, address(escrow)));
        buyer.run(address(escrow), 0, abi.encodeCall(escrow.collect, (t, address(escrow))));
        buyer.run(address(escrow), 0, abi.encodeCall(escrow.collect, (t, address(0x5AFE))));
        same("collected", nft.ownerOf(t.tokenId), address(0x5AFE));
        vm.expectRevert(abi.encodeWithSelector(Escrow.TransferRefused.selector, address(buyer), refund));
        buyer.run(address(escrow), 0, abi.encodeCall(escrow.withdraw, (address(buyer))));
        vm.expectEmit(address(escrow));
        emit Escrow.Withdrawn(address(buyer), address(0x5AFE), refund);
        buyer.run(address(escrow), 0, abi.encodeCall(escrow.withdraw, (address(0x5AFE))));
        same("withdrawn", address(0x5AFE).balance, refund);
        same("nothing left", address(escrow).balance, 0);
        vm.expectRevert(abi.encodeWithSelector(Escrow.NothingOwed.selector, address(buyer)));
        buyer.run(address(escrow), 0, abi.encodeCall(escrow.withdraw, (address(0x5AFE))));
    }

    function test_proverThatRefuses() external {
        Actor prover = new Actor();
        prover.refuse(true, true);
        Escrow.Terms memory t = reserved();
        Spv.Proof memory proof = proofOf(payment(t, 0, 1_000_000, 1), 3);
        prover.run(address(escrow), 0, abi.encodeCall(escrow.pay, (t, scriptOf(t, 0), proof)));
        same("delivered", nft.ownerOf(t.tokenId), BUYER);
        same("owed", escrow.owed(address(prover)), t.proverFeeWei);
        same("to the wei", address(escrow).balance, t.proverFeeWei);
    }

    function test_sellerThatRefuses() external {
        Actor seller = new Actor();
        seller.refuse(true, true);
        Escrow.Terms memory t = terms();
        vm.prank(SELLER);
        nft.transferFrom(SELLER, address(seller), t.tokenId);
        t.seller = address(seller);
        seller.run(address(nft), 0, abi.encodeCall(nft.setApprovalForAll, (address(escrow), true)));
        seller.run(address(escrow), 0, abi.encodeCall(escrow.list, (t)));
        reserve(t, 0);
        vm.warp(block.timestamp + 26 hours);
        escrow.expire(t);
        same("owed", escrow.owed(address(seller)), t.depositWei);
        seller.run(address(escrow), 0, abi.encodeCall(escrow.requestWithdraw, (t)));
        vm.warp(block.timestamp + 24 hours);
        vm.expectRevert("no tokens");
        seller.run(address(escrow), 0, abi.encodeCall(escrow.close, (t, address(seller))));
        seller.run(address(escrow), 0, abi.encodeCall(escrow.close, (t, SELLER)));
        same("out", nft.ownerOf(t.tokenId), SELLER);
    }

    // Gas.

    /// @dev Whatever gas the prover sends, receivers that work within the limits are never taken for refusing.
    function test_littleGas() external {
        _littleGas(0, 90_000);
        _littleGas(150_000, 0);
        _littleGas(445_000, 0);
        _littleGas(445_000, 90_000);
    }

    /// @dev A receiver that burns what it is given costs the prover a limited sum, and stops nothing.
    function test_greedyBuyer() external {
        Actor buyer = new Actor();
        buyer.hunger(20_000_000, 20_000_000);
        Escrow.Terms memory t = _reservedFor(buyer);
        Spv.Proof memory proof = proofOf(payment(t, 0, 1_000_000, 1), 3);
        uint256 before = gasleft();
        pay(t, 0, proof);
        hold("limited", before - gasleft() < 1_100_000);
        same("held", statusOf(t), Status.Held);
        same("owed", escrow.owed(address(buyer)), t.depositWei - t.proverFeeWei);
    }

    // Calls within calls.

    /// @dev From the hooks of a buyer, every function that changes anything is closed.
    function test_reentrancy() external {
        Escrow.Terms memory other = reserved();
        Spv.Proof memory proof = proofOf(payment(other, 0, 1_000_000, 1), 3);
        bytes[9] memory calls = [
            abi.encodeCall(escrow.list, (other)),
            abi.encodeCall(escrow.reserve, (other, BUYER, scriptOf(other, 1), new bytes32[](0))),
            abi.encodeCall(escrow.pay, (other, scriptOf(other, 0), proof)),
            abi.encodeCall(escrow.expire, (other)),
            abi.encodeCall(escrow.lapse, (other)),
            abi.encodeCall(escrow.requestWithdraw, (other)),
            abi.encodeCall(escrow.close, (other, BUYER)),
            abi.encodeCall(escrow.collect, (other, BUYER)),
            abi.encodeCall(escrow.withdraw, (BUYER))
        ];
        for (uint256 i; i < calls.length; ++i) {
            Actor buyer = new Actor();
            buyer.reenter(address(escrow), calls[i]);
            Escrow.Terms memory t = _reservedFor(buyer);
            pay(t, 0, 1_000_000);
            same("closed", buyer.answer(), abi.encodeWithSelector(Escrow.Reentered.selector));
            same("delivered", nft.ownerOf(t.tokenId), address(buyer));
        }
        // And open again afterwards.
        pay(other, 0, proof);
        same("sold", statusOf(other), Status.Sold);
    }

    /// @dev From within each of the other calls that leave the contract.
    function test_reentrancyFromEach() external {
        Escrow.Terms memory other = reserved();
        bytes memory inner = abi.encodeCall(escrow.withdraw, (BUYER));
        bytes memory closed = abi.encodeWithSelector(Escrow.Reentered.selector);
        Actor actor = new Actor();
        actor.reenter(address(escrow), inner);

        (Escrow.Terms memory t, StrangeToken token) = _strange();
        token.tell(actor);
        list(t);
        same("list", actor.answer(), closed);

        actor = new Actor();
        actor.reenter(address(escrow), inner);
        token.tell(actor);
        vm.prank(SELLER);
        escrow.requestWithdraw(t);
        vm.warp(block.timestamp + 24 hours);
        vm.prank(SELLER);
        escrow.close(t, SELLER);
        same("close", actor.answer(), closed);

        (t, token) = _strange();
        list(t);
        reserve(t, 0);
        token.behave(true, false, false);
        pay(t, 0, 1_000_000);
        token.behave(false, false, false);
        actor = new Actor();
        actor.reenter(address(escrow), inner);
        token.tell(actor);
        vm.prank(BUYER);
        escrow.collect(t, BUYER);
        same("collect", actor.answer(), closed);

        actor = new Actor();
        actor.refuse(true, true);
        t = _reservedFor(actor);
        pay(t, 0, 1_000_000);
        actor.refuse(false, false);
        actor.reenter(address(escrow), inner);
        actor.run(address(escrow), 0, abi.encodeCall(escrow.withdraw, (address(actor))));
        same("withdraw", actor.answer(), closed);

        // The deposit of an expired sale goes to the seller.
        actor = new Actor();
        t = terms();
        vm.prank(SELLER);
        nft.transferFrom(SELLER, address(actor), t.tokenId);
        t.seller = address(actor);
        actor.run(address(nft), 0, abi.encodeCall(nft.setApprovalForAll, (address(escrow), true)));
        actor.run(address(escrow), 0, abi.encodeCall(escrow.list, (t)));
        reserve(t, 0);
        actor.reenter(address(escrow), inner);
        vm.warp(block.timestamp + 26 hours);
        escrow.expire(t);
        same("expire", actor.answer(), closed);
        same("nothing moved", statusOf(other), Status.Reserved);
    }

    // Ether.

    /// @dev The contract takes none by itself, and what is forced on it is nobody's and disturbs nothing.
    function test_forcedEther() external {
        Escrow.Terms memory t = reserved();
        vm.prank(SPONSOR);
        (bool taken,) = address(escrow).call{value: 1}("");
        hold("refused", !taken);
        vm.deal(address(escrow), t.depositWei + 3 ether);
        pay(t, 0, 1_000_000);
        same("fee", PROVER.balance, t.proverFeeWei);
        same("rest", BUYER.balance, t.depositWei - t.proverFeeWei);
        same("forced", address(escrow).balance, 3 ether);
    }

    function test_noDeposit() external {
        Escrow.Terms memory t = terms();
        (t.depositWei, t.proverFeeWei) = (0, 0);
        list(t);
        reserve(t, 0);
        pay(t, 0, 1_000_000);
        same("sold", statusOf(t), Status.Sold);
    }

    /// @dev No call is made for nothing, and a wei is something.
    function test_smallDeposits() external {
        for (uint256 wei_; wei_ < 2; ++wei_) {
            Escrow.Terms memory t = terms();
            (t.depositWei, t.proverFeeWei) = (uint128(wei_), uint128(wei_));
            list(t);
            reserve(t, 0);
            Actor prover = new Actor();
            prover.reenter(address(escrow), abi.encodeCall(escrow.withdraw, (BUYER)));
            Spv.Proof memory proof = proofOf(payment(t, 0, 1_000_000, 1), 3);
            prover.run(address(escrow), 0, abi.encodeCall(escrow.pay, (t, scriptOf(t, 0), proof)));
            same("paid", address(prover).balance, wei_);
            same("called", prover.answer().length == 0 ? 0 : 1, wei_);
        }
    }

    // Helpers.

    function _littleGas(uint256 tokens, uint256 ether_) private {
        Actor buyer = new Actor();
        buyer.hunger(tokens, ether_);
        Escrow.Terms memory t = _reservedFor(buyer);
        Spv.Proof memory proof = proofOf(payment(t, 0, 1_000_000, 1), 3);
        bytes memory call_ = abi.encodeCall(escrow.pay, (t, scriptOf(t, 0), proof));
        uint256 refusals;
        uint256 state = vm.snapshotState();
        for (uint256 gas_ = 100_000; gas_ < 1_500_000; gas_ += 5_000) {
            (bool ok, bytes memory result) = address(escrow).call{gas: gas_}(call_);
            if (ok) {
                same("delivered", nft.ownerOf(t.tokenId), address(buyer));
                same("refunded", address(buyer).balance, t.depositWei - t.proverFeeWei);
                vm.revertToState(state);
            } else if (result.length != 0 && bytes4(result) == Escrow.GasTooLow.selector) {
                ++refusals;
            }
        }
        hold("some were refused for it", refusals != 0);
        (bool enough,) = address(escrow).call{gas: 1_500_000}(call_);
        hold("enough", enough);
    }

    /// @dev A reserved sale whose price is often the most that it may be.
    function _drawn(uint256 draw) private returns (Escrow.Terms memory t) {
        t = terms();
        t.confirmations = uint8(3 + draw % 6);
        uint256 most = t.confirmations < 6 ? CAP : t.confirmations * CAP;
        t.priceSats = uint64(draw % 2 == 0 ? most : 1 + (draw >> 8) % most);
        list(t);
        reserve(t, 0);
    }

    function _strange() private returns (Escrow.Terms memory t, StrangeToken token) {
        t = terms();
        token = new StrangeToken();
        token.mint(SELLER, t.tokenId);
        t.nft = address(token);
        vm.prank(SELLER);
        token.setApprovalForAll(address(escrow), true);
    }

    function _reservedFor(Actor buyer) private returns (Escrow.Terms memory t) {
        t = terms();
        list(t);
        reserve(t, address(buyer), 0);
    }

    /// @dev The same token in another sale, with one script.
    function _copy(Escrow.Terms memory t, uint256 salt, uint256 script) private pure returns (Escrow.Terms memory c) {
        c = abi.decode(abi.encode(t), (Escrow.Terms));
        (c.salt, c.scriptRoot) = (salt, Payments.leaf(Payments.script(script)));
    }

    function _reserve(Escrow.Terms memory t, address buyer, uint256 script) private {
        vm.prank(SPONSOR);
        escrow.reserve{value: t.depositWei}(t, buyer, Payments.script(script), new bytes32[](0));
    }

    function _paying(Escrow.Terms memory t, uint256 script) private pure returns (bytes memory) {
        return Payments.transaction(Payments.none().pays(t.priceSats, Payments.script(script)), script);
    }
}
