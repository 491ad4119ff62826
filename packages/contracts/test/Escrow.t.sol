// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Escrow} from "../src/Escrow.sol";
import {SaleState, Status} from "../src/EscrowState.sol";
import {Header} from "../src/bitcoin/Header.sol";
import {IRelay} from "../src/bitcoin/IRelay.sol";
import {Spv} from "../src/bitcoin/Spv.sol";
import {Transaction} from "../src/bitcoin/Transaction.sol";
import {EscrowFixture, Payments} from "./EscrowFixture.sol";
import {Vm} from "./Vm.sol";

/// @notice Every transition and every refusal, on both sides of each boundary.
contract EscrowTest is EscrowFixture {
    using Payments for Payments.Outputs;

    // Making.

    function test_parameters() external {
        same("cap", escrow.CAP(), 52_083_333);
        same("deep", escrow.DEEP_HEADERS(), 144);
        same("pay", escrow.PAY_WINDOW(), 2 hours);
        same("lock", escrow.LOCK_WINDOW(), 26 hours);
        same("cool down", escrow.COOL_DOWN(), 12 hours);
        same("leave", escrow.LEAVE_WINDOW(), 24 hours);
        same("lapse", escrow.LAPSE_WINDOW(), 14 days);
        IRelay relay = escrow.RELAY();
        same("deep", new Escrow(relay, SUBSIDY, 13, windows()).DEEP_HEADERS(), 13);
        vm.expectRevert(abi.encodeWithSelector(Escrow.DeepHeadersTooFew.selector, 12, 13));
        new Escrow(relay, SUBSIDY, 12, windows());
    }

    function test_idTwin() external {
        Escrow.Terms memory t = terms();
        same("none required", escrow.idOf(t), _plainId(t));
        t.required = required(5, 1);
        same("one required", escrow.idOf(t), _plainId(t));
    }

    function testFuzz_idTwin(Escrow.Terms calldata t) external view {
        same("id", escrow.idOf(t), _plainId(t));
    }

    /// @dev Words that do not fit their types would name the same sale anew.
    function test_dirtyWords() external {
        Escrow.Terms memory t = terms();
        bytes memory call_ = abi.encodeCall(escrow.list, (t));
        // Selector 4, offset 32, then the words of the terms: priceSats is the fourth, confirmations the sixth.
        for (uint256 word; word < 2; ++word) {
            bytes memory dirty = bytes.concat(call_);
            dirty[36 + (word == 0 ? 3 : 5) * 32] = 0x01;
            vm.prank(SELLER);
            (bool ok,) = address(escrow).call(dirty);
            hold("refused", !ok);
        }
        vm.prank(SELLER);
        (bool clean,) = address(escrow).call(call_);
        hold("taken", clean);
    }

    function testFuzz_stateTwin(address buyer, uint32 time, uint32 later, uint8 to, uint8 n) external pure {
        SaleState s;
        same("reservations", s.reservations(), 0);
        hold("none", s.status() == Status.None && !s.credited());
        for (uint256 i = n % 16; i != 0; --i) {
            s = s.reserve(address(1), 1).to(Status.Listed, 2).withCredit();
        }
        s = s.reserve(buyer, time);
        _state(s, buyer, time, 0, n % 16 + 1, Status.Reserved, false);
        s = s.withCredit();
        _state(s, buyer, time, 0, n % 16 + 1, Status.Reserved, true);
        s = s.to(Status(to % 8));
        _state(s, buyer, time, 0, n % 16 + 1, Status(to % 8), true);
        s = s.to(Status.Paid, later).to(Status.Listed, time).to(Status.Leaving, later);
        _state(s, buyer, time, later, n % 16 + 1, Status.Leaving, true);
    }

    // Listing.

    function test_list() external {
        Escrow.Terms memory t = terms();
        vm.expectEmit(address(escrow));
        emit Escrow.Listed(_plainId(t), SELLER, address(nft), t);
        bytes32 id = list(t);
        same("id", id, _plainId(t));
        same("listed", statusOf(t), Status.Listed);
        same("here", nft.ownerOf(t.tokenId), address(escrow));
        same("for this sale", escrow.listingOf(address(nft), t.tokenId), id);
    }

    function test_listNotSeller() external {
        Escrow.Terms memory t = terms();
        vm.expectRevert(abi.encodeWithSelector(Escrow.NotSeller.selector, address(this), SELLER));
        escrow.list(t);
    }

    function test_listTwice() external {
        Escrow.Terms memory t = terms();
        bytes32 id = list(t);
        vm.expectRevert(abi.encodeWithSelector(Escrow.WrongStatus.selector, id, Status.Listed));
        list(t);
    }

    function test_listAgain() external {
        Escrow.Terms memory t = terms();
        bytes32 id = list(t);
        _leaveAndClose(t);
        vm.expectRevert(abi.encodeWithSelector(Escrow.WrongStatus.selector, id, Status.Closed));
        list(t);
        t.salt += 1;
        list(t);
        same("another sale", statusOf(t), Status.Listed);
    }

    function test_zeroPrice() external {
        Escrow.Terms memory t = terms();
        t.priceSats = 0;
        _listRefused(t, abi.encodeWithSelector(Escrow.ZeroPrice.selector));
        t.priceSats = 1;
        list(t);
    }

    function test_confirmations() external {
        Escrow.Terms memory t = terms();
        t.confirmations = 2;
        _listRefused(t, abi.encodeWithSelector(Escrow.ConfirmationsOutOfRange.selector, 2, 3, 12));
        t.confirmations = 13;
        _listRefused(t, abi.encodeWithSelector(Escrow.ConfirmationsOutOfRange.selector, 13, 3, 12));
        t.confirmations = 12;
        list(t);
        t = terms();
        t.confirmations = 3;
        list(t);
    }

    function test_feeOverDeposit() external {
        Escrow.Terms memory t = terms();
        t.proverFeeWei = t.depositWei + 1;
        _listRefused(t, abi.encodeWithSelector(Escrow.FeeOverDeposit.selector, t.proverFeeWei, t.depositWei));
        t.proverFeeWei = t.depositWei;
        list(t);
    }

    function test_tooManyRequired() external {
        Escrow.Terms memory t = terms();
        t.required = new Escrow.Output[](5);
        for (uint256 i; i < 5; ++i) {
            t.required[i] = Escrow.Output(1, Payments.script(i));
        }
        _listRefused(t, abi.encodeWithSelector(Escrow.TooManyRequired.selector, 5, 4));
        Escrow.Output[] memory five = t.required;
        t.required = new Escrow.Output[](4);
        for (uint256 i; i < 4; ++i) {
            t.required[i] = five[i];
        }
        bytes32 id = list(t);
        for (uint256 i; i < 4; ++i) {
            same("taken", escrow.holderOf(keccak256(five[i].script)), id);
        }
        same("not taken", escrow.holderOf(keccak256(five[4].script)), bytes32(0));
    }

    function test_priceOverCap() external {
        Escrow.Terms memory t = terms();
        t.confirmations = 5;
        t.priceSats = uint64(CAP + 1);
        _listRefused(t, abi.encodeWithSelector(Escrow.PriceOverCap.selector, CAP + 1, CAP));
        t.priceSats = uint64(CAP);
        t.required = required(1, 9);
        _listRefused(t, abi.encodeWithSelector(Escrow.PriceOverCap.selector, CAP + 1, CAP));
        t.priceSats = uint64(CAP - 1);
        list(t);
    }

    function test_priceOverCapSpread() external {
        for (uint8 n = 6; n <= 12; n += 6) {
            Escrow.Terms memory t = terms();
            t.confirmations = n;
            t.priceSats = uint64(n * CAP + 1);
            _listRefused(t, abi.encodeWithSelector(Escrow.PriceOverCap.selector, n * CAP + 1, n * CAP));
            t.priceSats = uint64(n * CAP);
            list(t);
        }
    }

    function test_requiredScriptsAreTaken() external {
        Escrow.Terms memory t = terms();
        t.required = required(1, 9);
        bytes32 id = list(t);
        bytes32 scriptHash = keccak256(Payments.script(9));
        Escrow.Terms memory other = terms();
        other.required = required(1, 9);
        _listRefused(other, abi.encodeWithSelector(Escrow.ScriptTaken.selector, scriptHash, id));
        // Free again once nobody can be sold to any more.
        _leaveAndClose(t);
        same("free", escrow.holderOf(scriptHash), bytes32(0));
        list(other);
    }

    function test_requiredTwice() external {
        Escrow.Terms memory t = terms();
        t.required = new Escrow.Output[](2);
        t.required[0] = Escrow.Output(1, Payments.script(9));
        t.required[1] = t.required[0];
        bytes memory why =
            abi.encodeWithSelector(Escrow.ScriptTaken.selector, keccak256(Payments.script(9)), _plainId(t));
        _listRefused(t, why);
    }

    // Reserving.

    function test_reserve() external {
        Escrow.Terms memory t = terms();
        bytes32 id = list(t);
        vm.expectEmit(address(escrow));
        emit Escrow.Reserved(id, BUYER, SPONSOR, 1, scriptOf(t, 3), START + 2 hours, START + 26 hours);
        reserve(t, 3);
        Escrow.Sale memory sale = saleOf(t);
        same("reserved", sale.status, Status.Reserved);
        same("buyer", sale.buyer, BUYER);
        same("at", sale.reservedAt, START);
        same("number", sale.reservations, 1);
        same("deposit", address(escrow).balance, t.depositWei);
        same("script", escrow.holderOf(keccak256(scriptOf(t, 3))), escrow.reservationOf(id, 1));
    }

    function test_reserveEveryScript() external {
        Escrow.Terms memory t = terms();
        list(t);
        for (uint256 i; i < 16; ++i) {
            reserve(t, (i * 5) % 16);
            vm.warp(block.timestamp + 26 hours);
            escrow.expire(t);
            vm.warp(block.timestamp + 12 hours);
        }
        same("reservations", saleOf(t).reservations, 16);
        bytes32 first = escrow.reservationOf(escrow.idOf(t), 1);
        vm.expectRevert(abi.encodeWithSelector(Escrow.ScriptTaken.selector, keccak256(scriptOf(t, 0)), first));
        reserve(t, 0);
    }

    function test_reserveOneScript() external {
        Escrow.Terms memory t = terms();
        t.scriptRoot = Payments.leaf(scriptOf(t, 0));
        list(t);
        vm.prank(SPONSOR);
        escrow.reserve{value: t.depositWei}(t, BUYER, scriptOf(t, 0), new bytes32[](0));
        same("reserved", statusOf(t), Status.Reserved);
    }

    function test_reserveDeposit() external {
        Escrow.Terms memory t = terms();
        list(t);
        (, bytes32[] memory branch) = Payments.tree(100 * t.tokenId, 4, 0);
        for (uint256 i; i < 3; i += 2) {
            uint256 sent = t.depositWei + i - 1;
            vm.expectRevert(abi.encodeWithSelector(Escrow.WrongDeposit.selector, sent, t.depositWei));
            vm.prank(SPONSOR);
            escrow.reserve{value: sent}(t, BUYER, scriptOf(t, 0), branch);
        }
    }

    function test_reserveRecipient() external {
        Escrow.Terms memory t = terms();
        list(t);
        vm.expectRevert(abi.encodeWithSelector(Escrow.BadRecipient.selector, address(0)));
        reserve(t, address(0), 0);
        vm.expectRevert(abi.encodeWithSelector(Escrow.BadRecipient.selector, address(escrow)));
        reserve(t, address(escrow), 0);
    }

    function test_reserveBranch() external {
        Escrow.Terms memory t = terms();
        bytes32[] memory branch;
        (t.scriptRoot, branch) = Payments.tree(100 * t.tokenId, 5, 0);
        list(t);
        vm.expectRevert(abi.encodeWithSelector(Escrow.BranchTooLong.selector, 5, 4));
        vm.prank(SPONSOR);
        escrow.reserve{value: t.depositWei}(t, BUYER, scriptOf(t, 0), branch);
    }

    function test_reserveScriptNotOffered() external {
        Escrow.Terms memory t = terms();
        list(t);
        (, bytes32[] memory branch) = Payments.tree(100 * t.tokenId, 4, 0);
        bytes memory script = scriptOf(t, 1);
        vm.expectRevert(abi.encodeWithSelector(Escrow.ScriptNotOffered.selector, keccak256(script)));
        vm.prank(SPONSOR);
        escrow.reserve{value: t.depositWei}(t, BUYER, script, branch);
        // An inner node is no script: a leaf is hashed twice.
        bytes32[] memory shorter = new bytes32[](3);
        (shorter[0], shorter[1], shorter[2]) = (branch[1], branch[2], branch[3]);
        script = abi.encodePacked(Payments.leaf(scriptOf(t, 0)), branch[0]);
        vm.expectRevert(abi.encodeWithSelector(Escrow.ScriptNotOffered.selector, keccak256(script)));
        vm.prank(SPONSOR);
        escrow.reserve{value: t.depositWei}(t, BUYER, script, shorter);
    }

    function test_reserveTwice() external {
        Escrow.Terms memory t = reserved();
        vm.expectRevert(abi.encodeWithSelector(Escrow.WrongStatus.selector, _plainId(t), Status.Reserved));
        reserve(t, 1);
    }

    function test_reserveUnlisted() external {
        Escrow.Terms memory t = terms();
        vm.expectRevert(abi.encodeWithSelector(Escrow.WrongStatus.selector, _plainId(t), Status.None));
        reserve(t, 0);
    }

    function test_coolDown() external {
        Escrow.Terms memory t = reserved();
        vm.warp(START + 27 hours);
        escrow.expire(t);
        vm.warp(START + 39 hours - 1);
        vm.expectRevert(abi.encodeWithSelector(Escrow.TooEarly.selector, block.timestamp, START + 39 hours));
        reserve(t, 1);
        vm.warp(START + 39 hours);
        reserve(t, 1);
        same("second", saleOf(t).reservations, 2);
    }

    // Paying.

    function test_payAtOnce() external {
        Escrow.Terms memory t = reserved();
        bytes32 id = _plainId(t);
        Spv.Proof memory proof = proofOf(payment(t, 0, 1_000_000, 1), 3);
        vm.expectEmit(address(escrow));
        emit Escrow.Credited(id, _txid(proof), hashAt(proof, 0), 1_000_000, 1_000_000);
        vm.expectEmit(address(escrow));
        emit Escrow.Sold(id, BUYER, PROVER, 0.002 ether);
        pay(t, 0, proof);
        same("sold", statusOf(t), Status.Sold);
        same("delivered", nft.ownerOf(t.tokenId), BUYER);
        same("gone from here", escrow.listingOf(address(nft), t.tokenId), bytes32(0));
        same("fee", PROVER.balance, 0.002 ether);
        same("rest", BUYER.balance, 0.008 ether);
        same("nothing left", address(escrow).balance, 0);
        same("exposure", escrow.exposure(hashAt(proof, 0)), 1_000_000);
    }

    function test_payOver() external {
        Escrow.Terms memory t = reserved();
        vm.recordLogs();
        pay(t, 0, 1_000_000);
        Vm.Log[] memory logs = vm.getRecordedLogs();
        for (uint256 i; i < logs.length; ++i) {
            hold("nothing over", logs[i].topics[0] != Escrow.PaidOver.selector);
        }
        t = reserved();
        vm.expectEmit(address(escrow));
        emit Escrow.PaidOver(_plainId(t), 1);
        pay(t, 0, 1_000_001);
        same("sold", statusOf(t), Status.Sold);
    }

    function test_payUnderAndTopUp() external {
        Escrow.Terms memory t = reserved();
        pay(t, 0, 400_000);
        same("not yet", statusOf(t), Status.Reserved);
        same("part", creditOf(t).cleared, 400_000);
        pay(t, 0, 599_999);
        same("one is missing", statusOf(t), Status.Reserved);
        same("part", creditOf(t).cleared, 999_999);
        same("no fee yet", PROVER.balance, 0);
        pay(t, 0, 1);
        same("sold", statusOf(t), Status.Sold);
        same("one fee", PROVER.balance, 0.002 ether);
    }

    /// @dev Several outputs to the script, each counted once, none of the others counted.
    function test_paySeveralOutputs() external {
        Escrow.Terms memory t = reserved();
        bytes memory transaction = Payments.transaction(
            Payments.none().pays(300_000, scriptOf(t, 0)).pays(7, scriptOf(t, 1)).pays(1, hex"")
                .pays(699_999, scriptOf(t, 0)),
            1
        );
        pay(t, 0, proofOf(transaction, 3));
        same("one is missing", creditOf(t).cleared, 999_999);
        pay(t, 0, 1);
        same("sold", statusOf(t), Status.Sold);
    }

    function test_paySameTransactionTwice() external {
        Escrow.Terms memory t = reserved();
        bytes memory transaction = payment(t, 0, 500_000, 1);
        Spv.Proof memory proof = proofOf(transaction, 3);
        pay(t, 0, proof);
        vm.expectRevert(abi.encodeWithSelector(Escrow.AlreadyCredited.selector, _txid(proof)));
        pay(t, 0, proof);
        // Nor from a block of another fork, nor with many headers.
        proof = proofOf(transaction, 4);
        vm.expectRevert(abi.encodeWithSelector(Escrow.AlreadyCredited.selector, _txid(proof)));
        pay(t, 0, proof);
        proof = proofOf(transaction, DEEP);
        vm.expectRevert(abi.encodeWithSelector(Escrow.AlreadyCredited.selector, _txid(proof)));
        pay(t, 0, proof);
        same("once", creditOf(t).cleared, 500_000);
    }

    function test_payNothing() external {
        Escrow.Terms memory t = reserved();
        Spv.Proof memory proof = proofOf(payment(t, 1, 1_000_000, 1), 3);
        vm.expectRevert(abi.encodeWithSelector(Escrow.NothingPaid.selector, _txid(proof)));
        pay(t, 0, proof);
        proof = proofOf(payment(t, 0, 0, 1), 3);
        vm.expectRevert(abi.encodeWithSelector(Escrow.NothingPaid.selector, _txid(proof)));
        pay(t, 0, proof);
    }

    function test_payTooFewHeaders() external {
        Escrow.Terms memory t = reserved();
        bytes memory transaction = payment(t, 0, 1_000_000, 1);
        Spv.Proof memory proof = proofOf(transaction, 2);
        vm.expectRevert(abi.encodeWithSelector(Escrow.TooFewHeaders.selector, 2, 3));
        pay(t, 0, proof);
        proof.headers = bytes.concat(proof.headers, new bytes(79));
        vm.expectRevert(abi.encodeWithSelector(Header.HeadersLength.selector, 239));
        pay(t, 0, proof);
    }

    function test_payTime() external {
        Escrow.Terms memory t = reserved();
        bytes memory transaction = payment(t, 0, 1_000_000, 1);
        Spv.Proof memory proof = proofOf(transaction, 3, START - 2 hours - 1, 1);
        vm.expectRevert(abi.encodeWithSelector(Escrow.PaymentTooOld.selector, START - 2 hours - 1, START - 2 hours));
        pay(t, 0, proof);
        pay(t, 0, proofOf(transaction, 3, START - 2 hours, 1));
        same("sold", statusOf(t), Status.Sold);
    }

    /// @dev What the verifier refuses, the escrow refuses by the same name.
    function test_payUnproven() external {
        Escrow.Terms memory t = reserved();
        bytes memory transaction = payment(t, 0, 1_000_000, 1);
        Spv.Proof memory proof = proofOf(transaction, 3);
        proof.index = 0;
        vm.expectRevert(Spv.CoinbasePayment.selector);
        pay(t, 0, proof);
        proof = proofOf(transaction, 3);
        proof.transaction[50] ^= 0x01;
        vm.expectPartialRevert(Spv.TransactionNotInBlock.selector);
        pay(t, 0, proof);
        proof = proofOf(bytes.concat(transaction, hex"00"), 3);
        vm.expectRevert(
            abi.encodeWithSelector(Transaction.TrailingBytes.selector, transaction.length, transaction.length + 1)
        );
        pay(t, 0, proof);
        proof = proofOf(transaction, 3);
        proof.headers[80 + 4] ^= 0x01;
        vm.expectRevert(abi.encodeWithSelector(Header.NotLinked.selector, 1));
        pay(t, 0, proof);
        proof = proofOf(transaction, 3, block.timestamp + 2 hours + 1, 1);
        vm.expectPartialRevert(IRelay.TimeInFuture.selector);
        pay(t, 0, proof);
    }

    function test_payStatus() external {
        Escrow.Terms memory t = terms();
        Spv.Proof memory proof = proofOf(payment(t, 0, 1_000_000, 1), 3);
        bytes32 id = _plainId(t);
        _payRefused(t, proof, Escrow.WrongStatus.selector, id, uint256(Status.None));
        list(t);
        _payRefused(t, proof, Escrow.ScriptNotReserved.selector, keccak256(scriptOf(t, 0)), 0);
        reserve(t, 0);
        pay(t, 0, proof);
        _payRefused(t, proof, Escrow.WrongStatus.selector, id, uint256(Status.Sold));

        t = terms();
        list(t);
        proof = proofOf(payment(t, 0, 1_000_000, 1), 3);
        _leaveAndClose(t);
        _payRefused(t, proof, Escrow.WrongStatus.selector, _plainId(t), uint256(Status.Closed));
    }

    function test_payInTheGraceAndAfter() external {
        Escrow.Terms memory t = reserved();
        Spv.Proof memory proof = proofOf(payment(t, 0, 1_000_000, 1), 3);
        vm.warp(START + 30 hours);
        pay(t, 0, proof);
        same("sold", statusOf(t), Status.Sold);
        same("fee", PROVER.balance, 0.002 ether);
    }

    function test_payLate() external {
        Escrow.Terms memory t = reserved();
        Spv.Proof memory proof = proofOf(payment(t, 0, 1_000_000, 1), 3);
        _expire(t);
        vm.expectEmit(address(escrow));
        emit Escrow.Sold(_plainId(t), BUYER, PROVER, 0);
        pay(t, 0, proof);
        same("delivered", nft.ownerOf(t.tokenId), BUYER);
        same("no fee", PROVER.balance, 0);
        same("nothing left", address(escrow).balance, 0);
    }

    function test_payLateWhileLeaving() external {
        Escrow.Terms memory t = reserved();
        pay(t, 0, 400_000);
        _expire(t);
        vm.prank(SELLER);
        escrow.requestWithdraw(t);
        pay(t, 0, 599_999);
        same("still leaving", statusOf(t), Status.Leaving);
        pay(t, 0, 1);
        same("delivered", nft.ownerOf(t.tokenId), BUYER);
    }

    function test_payForAnEarlierReservation() external {
        Escrow.Terms memory t = reserved();
        Spv.Proof memory proof = proofOf(payment(t, 0, 1_000_000, 1), 3);
        _expire(t);
        vm.warp(block.timestamp + 12 hours);
        reserve(t, address(0xB0B2), 1);
        bytes32 holder = escrow.reservationOf(_plainId(t), 1);
        _payRefused(t, proof, Escrow.ScriptNotReserved.selector, keccak256(scriptOf(t, 0)), uint256(holder));
        pay(t, 1, 1_000_000);
        same("to the second", nft.ownerOf(t.tokenId), address(0xB0B2));
    }

    /// @dev The credit of one reservation is none of the next.
    function test_creditIsTheReservations() external {
        Escrow.Terms memory t = reserved();
        pay(t, 0, 999_999);
        _expire(t);
        vm.warp(block.timestamp + 12 hours);
        reserve(t, 1);
        same("fresh", creditOf(t).cleared, 0);
        pay(t, 1, 999_999);
        same("not sold", statusOf(t), Status.Reserved);
        pay(t, 1, 1);
        same("sold", statusOf(t), Status.Sold);
    }

    // Required outputs.

    function test_required() external {
        Escrow.Terms memory t = terms();
        t.required = required(50_000, 9);
        list(t);
        reserve(t, 0);
        pay(t, 0, 1_000_000);
        same("sold", statusOf(t), Status.Sold);
    }

    function test_requiredUnderpaid() external {
        Escrow.Terms memory t = terms();
        t.required = required(50_000, 9);
        list(t);
        reserve(t, 0);
        t.required[0].sats = 49_999;
        bytes memory transaction = payment(t, 0, 1_000_000, 1);
        t.required[0].sats = 50_000;
        pay(t, 0, proofOf(transaction, 3));
        same("not sold", statusOf(t), Status.Reserved);
        same("the price is paid", creditOf(t).cleared, 1_000_000);
        hold("the rest is not", !creditOf(t).clearedRequired);
        // With any payment towards the price, later as well.
        pay(t, 0, 1);
        same("sold", statusOf(t), Status.Sold);
    }

    function test_requiredFirst() external {
        Escrow.Terms memory t = terms();
        t.required = required(50_000, 9);
        list(t);
        reserve(t, 0);
        pay(t, 0, 1);
        hold("required", creditOf(t).clearedRequired);
        t.required = new Escrow.Output[](0);
        bytes memory transaction = payment(t, 0, 999_999, 2);
        t.required = required(50_000, 9);
        pay(t, 0, proofOf(transaction, 3));
        same("sold", statusOf(t), Status.Sold);
    }

    function test_requiredInTwoOutputs() external {
        Escrow.Terms memory t = terms();
        t.required = new Escrow.Output[](2);
        t.required[0] = Escrow.Output(50_000, Payments.script(9));
        t.required[1] = Escrow.Output(1, Payments.script(10));
        list(t);
        reserve(t, 0);
        Payments.Outputs memory outputs = Payments.none().pays(20_000, Payments.script(9))
            .pays(1_000_000, scriptOf(t, 0)).pays(30_000, Payments.script(9));
        pay(t, 0, proofOf(Payments.transaction(outputs, 1), 3));
        same("the second is missing", statusOf(t), Status.Reserved);
        outputs = outputs.pays(1, Payments.script(10));
        pay(t, 0, proofOf(Payments.transaction(outputs, 2), 3));
        same("sold", statusOf(t), Status.Sold);
    }

    // The cap.

    function test_capOfOneHeader() external {
        Escrow.Terms memory a = _priced(CAP - 10, 3);
        Escrow.Terms memory b = _priced(10, 3);
        Escrow.Terms memory c = _priced(1, 3);
        bytes[3] memory transactions =
            [payment(a, 0, a.priceSats, 1), payment(b, 0, b.priceSats, 2), payment(c, 0, c.priceSats, 3)];
        Spv.Proof memory proof = Payments.prove(transactions, 1, 0, 3, START, 1);
        pay(a, 0, proof);
        pay(b, 0, Payments.prove(transactions, 2, 0, 3, START, 1));
        same("sold, to the last satoshi", statusOf(b), Status.Sold);
        same("full", escrow.exposure(hashAt(proof, 0)), CAP);
        proof = Payments.prove(transactions, 3, 0, 3, START, 1);
        vm.expectEmit(address(escrow));
        emit Escrow.Waiting(_plainId(c), _txid(proof), hashAt(proof, 0), 1, 1);
        vm.expectEmit(address(escrow));
        emit Escrow.Paid(_plainId(c), BUYER, PROVER, 0.002 ether, START + 14 days);
        pay(c, 0, proof);
        same("paid", statusOf(c), Status.Paid);
        same("since", saleOf(c).changedAt, START);
        same("still full", escrow.exposure(hashAt(proof, 0)), CAP);
        same("waits", creditOf(c).waiting, 1);
        same("nothing cleared", creditOf(c).cleared, 0);
        // The second header is not touched.
        same("second header", escrow.exposure(hashAt(proof, 1)), 0);
    }

    /// @dev What is paid above the price gains a deceiver nothing, so it takes no room.
    function test_excessTakesNoRoom() external {
        Escrow.Terms memory t = _priced(1000, 3);
        Spv.Proof memory proof = proofOf(payment(t, 0, 10 * CAP, 1), 3);
        pay(t, 0, proof);
        same("sold", statusOf(t), Status.Sold);
        same("exposure", escrow.exposure(hashAt(proof, 0)), 1000);
    }

    function test_exposureOfParts() external {
        Escrow.Terms memory t = terms();
        t.required = required(50_000, 9);
        list(t);
        reserve(t, 0);
        Spv.Proof memory proof = proofOf(payment(t, 0, 400_000, 1), 3);
        pay(t, 0, proof);
        same("part and required", escrow.exposure(hashAt(proof, 0)), 450_000);
        proof = proofOf(payment(t, 0, 700_000, 2), 3);
        pay(t, 0, proof);
        same("what was missing", escrow.exposure(hashAt(proof, 0)), 600_000);
        same("sold", statusOf(t), Status.Sold);
    }

    function test_exposureOfRequiredAlone() external {
        Escrow.Terms memory t = terms();
        t.required = required(50_000, 9);
        list(t);
        reserve(t, 0);
        Escrow.Output[] memory kept = t.required;
        t.required = new Escrow.Output[](0);
        bytes memory transaction = payment(t, 0, 1_000_000, 1);
        t.required = kept;
        Spv.Proof memory proof = proofOf(transaction, 3);
        pay(t, 0, proof);
        same("the price", escrow.exposure(hashAt(proof, 0)), 1_000_000);
        proof = proofOf(payment(t, 0, 5, 2), 3);
        pay(t, 0, proof);
        same("required", escrow.exposure(hashAt(proof, 0)), 50_000);
    }

    /// @dev CAP and less: the first header alone. One satoshi more: all confirmations alike, rounded up.
    function test_spread() external {
        Escrow.Terms memory t = _priced(CAP, 6);
        Spv.Proof memory proof = proofOf(payment(t, 0, CAP, 1), 6);
        pay(t, 0, proof);
        same("first", escrow.exposure(hashAt(proof, 0)), CAP);
        same("second", escrow.exposure(hashAt(proof, 1)), 0);
        same("sold", statusOf(t), Status.Sold);

        for (uint256 count = 6; count < 9; ++count) {
            t = _priced(CAP + 1, 6);
            proof = proofOf(payment(t, 0, CAP + 1, 1), count);
            pay(t, 0, proof);
            same("sold", statusOf(t), Status.Sold);
            for (uint256 i; i < count; ++i) {
                same("share", escrow.exposure(hashAt(proof, i)), i < 6 ? (CAP + 1 + 5) / 6 : 0);
            }
        }
    }

    function test_spreadByRequired() external {
        Escrow.Terms memory t = terms();
        (t.priceSats, t.confirmations, t.required) = (uint64(CAP), 6, required(1, 9));
        list(t);
        reserve(t, 0);
        Spv.Proof memory proof = proofOf(payment(t, 0, CAP, 1), 6);
        pay(t, 0, proof);
        same("share", escrow.exposure(hashAt(proof, 5)), (CAP + 1 + 5) / 6);
    }

    function test_spreadToTheCap() external {
        Escrow.Terms memory t = _priced(6 * CAP, 6);
        Spv.Proof memory proof = proofOf(payment(t, 0, 6 * CAP, 1), 6);
        pay(t, 0, proof);
        same("sold", statusOf(t), Status.Sold);
        for (uint256 i; i < 6; ++i) {
            same("full", escrow.exposure(hashAt(proof, i)), CAP);
        }
    }

    /// @dev One full header among the six is enough, whichever it is, and then none of the six is touched.
    function test_spreadOverAFullHeader() external {
        for (uint256 full; full < 6; ++full) {
            Escrow.Terms memory big = _priced(6 * CAP, 6);
            Spv.Proof memory proof = proofOf(payment(big, 0, big.priceSats, 1), 7);
            setExposure(hashAt(proof, full), 1);
            pay(big, 0, proof);
            same("paid", statusOf(big), Status.Paid);
            for (uint256 i; i < 7; ++i) {
                same("untouched", escrow.exposure(hashAt(proof, i)), i == full ? 1 : 0);
            }
        }
    }

    // Deep proofs.

    function test_deep() external {
        Escrow.Terms memory t = _overCap();
        bytes memory transaction = payment(t, 0, 1000, 1);
        uint256 prover = PROVER.balance;
        Spv.Proof memory proof = proofOf(transaction, DEEP - 1, START, 77);
        vm.expectRevert(abi.encodeWithSelector(Escrow.StillWaiting.selector, _txid(proof)));
        pay(t, 0, proof);
        proof = proofOf(transaction, DEEP, START, 77);
        vm.expectEmit(address(escrow));
        emit Escrow.Sold(_plainId(t), BUYER, PROVER, 0);
        pay(t, 0, proof);
        same("sold", statusOf(t), Status.Sold);
        same("delivered", nft.ownerOf(t.tokenId), BUYER);
        same("no second fee", PROVER.balance, prover);
        same("no exposure", escrow.exposure(hashAt(proof, 0)), CAP);
    }

    function test_deepAtOnce() external {
        Escrow.Terms memory t = _priced(1000, 3);
        Spv.Proof memory proof = proofOf(payment(t, 0, 1000, 1), DEEP);
        pay(t, 0, proof);
        same("sold", statusOf(t), Status.Sold);
        same("no exposure", escrow.exposure(hashAt(proof, 0)), 0);
    }

    /// @dev The block that held it was orphaned: the same transaction under other headers clears, with room or deep.
    function test_waitingInAnotherFork() external {
        Escrow.Terms memory t = _overCap();
        bytes memory transaction = payment(t, 0, 1000, 1);
        pay(t, 0, proofOf(transaction, 3, START, 78));
        same("sold", statusOf(t), Status.Sold);
    }

    function test_paidByAnotherTransaction() external {
        Escrow.Terms memory t = _overCap();
        pay(t, 0, 999);
        same("paid", statusOf(t), Status.Paid);
        same("counts", creditOf(t).cleared, 999);
        same("waits", creditOf(t).waiting, 1000);
        pay(t, 0, 1);
        same("sold", statusOf(t), Status.Sold);
    }

    function test_waitingMovesToCleared() external {
        Escrow.Terms memory t = _priced(1000, 3);
        bytes memory transaction = payment(t, 0, 600, 1);
        Spv.Proof memory proof = proofOf(transaction, 3, START, 77);
        setExposure(hashAt(proof, 0), CAP);
        pay(t, 0, proof);
        same("a part that waits keeps nothing", statusOf(t), Status.Reserved);
        pay(t, 0, 399);
        same("one is missing", statusOf(t), Status.Reserved);
        pay(t, 0, 1);
        same("all, with what waits", statusOf(t), Status.Paid);
        same("waits", creditOf(t).waiting, 600);
        pay(t, 0, proofOf(transaction, DEEP, START, 77));
        same("sold", statusOf(t), Status.Sold);
    }

    function test_waitingClearsInParts() external {
        Escrow.Terms memory t = _priced(1000, 3);
        bytes[3] memory transactions = [payment(t, 0, 600, 1), payment(t, 0, 401, 2), new bytes(65)];
        Spv.Proof memory proof = Payments.prove(transactions, 1, 0, 3, START, 77);
        setExposure(hashAt(proof, 0), CAP);
        pay(t, 0, proof);
        pay(t, 0, Payments.prove(transactions, 2, 0, 3, START, 77));
        same("paid", statusOf(t), Status.Paid);
        pay(t, 0, Payments.prove(transactions, 1, 0, DEEP, START, 77));
        same("a part cleared", creditOf(t).cleared, 600);
        same("a part waits", creditOf(t).waiting, 401);
        same("paid", statusOf(t), Status.Paid);
        pay(t, 0, Payments.prove(transactions, 2, 0, DEEP, START, 77));
        same("sold", statusOf(t), Status.Sold);
    }

    function test_requiredThatWaits() external {
        Escrow.Terms memory t = terms();
        (t.priceSats, t.required) = (1000, required(50, 9));
        list(t);
        reserve(t, 0);
        bytes memory transaction = payment(t, 0, 1, 1);
        Spv.Proof memory proof = proofOf(transaction, 3, START, 77);
        setExposure(hashAt(proof, 0), CAP);
        pay(t, 0, proof);
        hold("waits", creditOf(t).waitingRequired && !creditOf(t).clearedRequired);
        Escrow.Output[] memory kept = t.required;
        t.required = new Escrow.Output[](0);
        bytes memory rest = payment(t, 0, 1000, 2);
        t.required = kept;
        pay(t, 0, proofOf(rest, 3));
        same("paid", statusOf(t), Status.Paid);
        pay(t, 0, proofOf(transaction, DEEP, START, 77));
        same("sold", statusOf(t), Status.Sold);
    }

    function test_waitingWithoutRequired() external {
        Escrow.Terms memory t = terms();
        (t.priceSats, t.required) = (1000, required(50, 9));
        list(t);
        reserve(t, 0);
        Escrow.Output[] memory kept = t.required;
        t.required = new Escrow.Output[](0);
        Spv.Proof memory proof = proofOf(payment(t, 0, 1000, 1), 3, START, 77);
        t.required = kept;
        setExposure(hashAt(proof, 0), CAP);
        pay(t, 0, proof);
        same("not all is paid", statusOf(t), Status.Reserved);
    }

    function test_lateOverTheCap() external {
        Escrow.Terms memory t = _priced(1000, 3);
        bytes memory transaction = payment(t, 0, 1000, 1);
        Spv.Proof memory proof = proofOf(transaction, 3, START, 77);
        setExposure(hashAt(proof, 0), CAP);
        _expire(t);
        uint256 had = PROVER.balance;
        // The deposit of another sale is not for this one.
        Escrow.Terms memory other = _priced(1000, 3);
        vm.expectEmit(address(escrow));
        emit Escrow.Paid(_plainId(t), BUYER, PROVER, 0, block.timestamp + 14 days);
        pay(t, 0, proof);
        same("paid", statusOf(t), Status.Paid);
        same("no fee", PROVER.balance, had);
        same("the other's deposit stays", address(escrow).balance, other.depositWei);
        pay(t, 0, proofOf(transaction, DEEP, START, 77));
        same("delivered", nft.ownerOf(t.tokenId), BUYER);
    }

    // Expiry and lapse.

    function test_expire() external {
        Escrow.Terms memory t = reserved();
        pay(t, 0, 3);
        vm.warp(START + 26 hours - 1);
        vm.expectRevert(abi.encodeWithSelector(Escrow.TooEarly.selector, START + 26 hours - 1, START + 26 hours));
        escrow.expire(t);
        vm.warp(START + 26 hours);
        vm.expectEmit(address(escrow));
        emit Escrow.Expired(_plainId(t), 3);
        escrow.expire(t);
        same("listed", statusOf(t), Status.Listed);
        same("since", saleOf(t).changedAt, START + 26 hours);
        same("deposit", SELLER.balance, t.depositWei);
        same("nothing left", address(escrow).balance, 0);
        vm.expectRevert(abi.encodeWithSelector(Escrow.WrongStatus.selector, _plainId(t), Status.Listed));
        escrow.expire(t);
    }

    function test_expireUnpaid() external {
        Escrow.Terms memory t = reserved();
        vm.warp(START + 26 hours);
        vm.expectEmit(address(escrow));
        emit Escrow.Expired(_plainId(t), 0);
        escrow.expire(t);
    }

    function test_expirePaid() external {
        Escrow.Terms memory t = _overCap();
        vm.warp(START + 26 hours);
        vm.expectRevert(abi.encodeWithSelector(Escrow.WrongStatus.selector, _plainId(t), Status.Paid));
        escrow.expire(t);
    }

    function test_lapse() external {
        Escrow.Terms memory t = _overCap();
        bytes memory transaction = payment(t, 0, 1000, 1);
        vm.warp(START + 14 days - 1);
        vm.expectRevert(abi.encodeWithSelector(Escrow.TooEarly.selector, START + 14 days - 1, START + 14 days));
        escrow.lapse(t);
        vm.warp(START + 14 days);
        vm.expectEmit(address(escrow));
        emit Escrow.Lapsed(_plainId(t), 1000);
        escrow.lapse(t);
        same("listed", statusOf(t), Status.Listed);
        same("since", saleOf(t).changedAt, START + 14 days);
        same("the seller gets no deposit", SELLER.balance, 0);
        vm.expectRevert(abi.encodeWithSelector(Escrow.TooEarly.selector, block.timestamp, START + 14.5 days));
        reserve(t, 1);
        // Dust does not keep it again.
        pay(t, 0, 1);
        same("listed", statusOf(t), Status.Listed);
        // Deeper headers still release it.
        pay(t, 0, proofOf(transaction, DEEP, START, 77));
        same("delivered", nft.ownerOf(t.tokenId), BUYER);
    }

    function test_lapseThenAnotherBuyer() external {
        Escrow.Terms memory t = _overCap();
        Spv.Proof memory deep = proofOf(payment(t, 0, 1000, 1), DEEP, START, 77);
        vm.warp(START + 14 days);
        escrow.lapse(t);
        vm.warp(START + 15 days);
        reserve(t, address(0xB0B2), 1);
        bytes32 holder = escrow.reservationOf(_plainId(t), 1);
        _payRefused(t, deep, Escrow.ScriptNotReserved.selector, keccak256(scriptOf(t, 0)), uint256(holder));
        hold("not lapsed", !creditOf(t).lapsed);
    }

    function test_lapseUnpaid() external {
        Escrow.Terms memory t = reserved();
        vm.warp(START + 15 days);
        vm.expectRevert(abi.encodeWithSelector(Escrow.WrongStatus.selector, _plainId(t), Status.Reserved));
        escrow.lapse(t);
    }

    // Leaving.

    function test_leaveAndClose() external {
        Escrow.Terms memory t = terms();
        bytes32 id = list(t);
        vm.warp(START + 5);
        vm.expectEmit(address(escrow));
        emit Escrow.Leaving(id, START + 5 + 24 hours);
        vm.prank(SELLER);
        escrow.requestWithdraw(t);
        vm.expectRevert(abi.encodeWithSelector(Escrow.WrongStatus.selector, id, Status.Leaving));
        reserve(t, 0);
        vm.warp(START + 5 + 24 hours - 1);
        vm.expectRevert(abi.encodeWithSelector(Escrow.TooEarly.selector, block.timestamp, START + 5 + 24 hours));
        vm.prank(SELLER);
        escrow.close(t, address(0x5AFE));
        vm.warp(START + 5 + 24 hours);
        vm.expectEmit(address(escrow));
        emit Escrow.Closed(id, address(0x5AFE));
        vm.prank(SELLER);
        escrow.close(t, address(0x5AFE));
        same("closed", statusOf(t), Status.Closed);
        same("back", nft.ownerOf(t.tokenId), address(0x5AFE));
        same("gone from here", escrow.listingOf(address(nft), t.tokenId), bytes32(0));
        vm.expectRevert(abi.encodeWithSelector(Escrow.WrongStatus.selector, id, Status.Closed));
        vm.prank(SELLER);
        escrow.close(t, SELLER);
    }

    function test_leaveNotSeller() external {
        Escrow.Terms memory t = terms();
        list(t);
        vm.expectRevert(abi.encodeWithSelector(Escrow.NotSeller.selector, BUYER, SELLER));
        vm.prank(BUYER);
        escrow.requestWithdraw(t);
        vm.prank(SELLER);
        escrow.requestWithdraw(t);
        vm.warp(START + 1 days);
        vm.expectRevert(abi.encodeWithSelector(Escrow.NotSeller.selector, BUYER, SELLER));
        vm.prank(BUYER);
        escrow.close(t, BUYER);
    }

    function test_leaveWhileReservedOrPaid() external {
        Escrow.Terms memory t = reserved();
        _noLeaving(t, Status.Reserved);
        t = _overCap();
        _noLeaving(t, Status.Paid);
    }

    function test_closeWithoutRequest() external {
        Escrow.Terms memory t = terms();
        list(t);
        vm.warp(START + 2 days);
        vm.expectRevert(abi.encodeWithSelector(Escrow.WrongStatus.selector, _plainId(t), Status.Listed));
        vm.prank(SELLER);
        escrow.close(t, SELLER);
    }

    function test_closeRecipient() external {
        Escrow.Terms memory t = terms();
        list(t);
        vm.prank(SELLER);
        escrow.requestWithdraw(t);
        vm.warp(START + 1 days);
        vm.expectRevert(abi.encodeWithSelector(Escrow.BadRecipient.selector, address(0)));
        vm.prank(SELLER);
        escrow.close(t, address(0));
        vm.expectRevert(abi.encodeWithSelector(Escrow.BadRecipient.selector, address(escrow)));
        vm.prank(SELLER);
        escrow.close(t, address(escrow));
    }

    function test_nothingOwed() external {
        vm.expectRevert(abi.encodeWithSelector(Escrow.NothingOwed.selector, address(this)));
        escrow.withdraw(address(this));
    }

    // Amounts.

    /// @dev Any split of any price into payments delivers with the payment that completes it, never before.
    function testFuzz_parts(uint64 price, uint64[4] calldata parts) external {
        price = uint64(within(price, 1, CAP));
        Escrow.Terms memory t = _priced(price, 3);
        uint256 total;
        for (uint256 i; i < 4 && total < price; ++i) {
            uint256 part = within(parts[i], 1, 1 + uint256(price) / 2);
            total += part;
            pay(t, 0, part);
            same("sold", statusOf(t) == Status.Sold ? 1 : 0, total >= price ? 1 : 0);
        }
        if (total < price) pay(t, 0, price - total);
        same("delivered", nft.ownerOf(t.tokenId), BUYER);
        same("deposit", PROVER.balance + BUYER.balance, t.depositWei);
        same("nothing left", address(escrow).balance, 0);
    }

    /// @dev No sum that can be written in one transaction is cut.
    function test_largestOutputs() external {
        Escrow.Terms memory t = terms();
        t.required = required(1, 9);
        list(t);
        reserve(t, 0);
        Payments.Outputs memory outputs = Payments.none();
        for (uint256 i; i < 3; ++i) {
            outputs = outputs.pays(type(uint64).max, scriptOf(t, 0));
        }
        pay(t, 0, proofOf(Payments.transaction(outputs, 1), 3));
        same("sum", creditOf(t).cleared, 3 * uint256(type(uint64).max));
        same("required is missing", statusOf(t), Status.Reserved);
    }

    function testFuzz_exposure(uint64[6] calldata prices, uint8 spread) external {
        // Payments in one block, for small and for large sales: no header backs more than the cap.
        uint256 headers = 6 + spread % 7;
        uint256[12] memory used;
        for (uint256 i; i < 6; ++i) {
            bool large = prices[i] % 2 == 1;
            uint256 price = within(prices[i] >> 1, large ? CAP + 1 : 1, large ? headers * CAP : CAP);
            Escrow.Terms memory t = _priced(price, uint8(headers));
            Spv.Proof memory proof = proofOf(payment(t, 0, price, 1), headers);
            // The same headers for all: the relay is told so, and the block's root is not the point here.
            uint256 share = large ? (price + headers - 1) / headers : price;
            uint256 wide = large ? headers : 1;
            for (uint256 j; j < headers; ++j) {
                setExposure(hashAt(proof, j), used[j]);
            }
            bool room = true;
            for (uint256 j; j < wide; ++j) {
                if (used[j] + share > CAP) room = false;
            }
            pay(t, 0, proof);
            same("sold or kept", statusOf(t), room ? Status.Sold : Status.Paid);
            for (uint256 j; j < headers; ++j) {
                if (room && j < wide) used[j] += share;
                same("exposure", escrow.exposure(hashAt(proof, j)), used[j]);
                hold("cap", used[j] <= CAP);
            }
        }
    }

    // Helpers.

    function _priced(uint256 price, uint8 confirmations) private returns (Escrow.Terms memory t) {
        t = terms();
        (t.priceSats, t.confirmations) = (uint64(price), confirmations);
        list(t);
        reserve(t, 0);
    }

    /// @dev A sale of 1,000 satoshis, Paid by the transaction of seed 1 in the block of fork 77.
    function _overCap() private returns (Escrow.Terms memory t) {
        t = _priced(1000, 3);
        Spv.Proof memory proof = proofOf(payment(t, 0, 1000, 1), 3, START, 77);
        setExposure(hashAt(proof, 0), CAP);
        pay(t, 0, proof);
        same("paid", statusOf(t), Status.Paid);
    }

    function _expire(Escrow.Terms memory t) private {
        vm.warp(block.timestamp + 26 hours);
        escrow.expire(t);
    }

    function _leaveAndClose(Escrow.Terms memory t) private {
        vm.prank(SELLER);
        escrow.requestWithdraw(t);
        vm.warp(block.timestamp + 24 hours);
        vm.prank(SELLER);
        escrow.close(t, SELLER);
    }

    function _noLeaving(Escrow.Terms memory t, Status status) private {
        bytes memory why = abi.encodeWithSelector(Escrow.WrongStatus.selector, _plainId(t), status);
        vm.expectRevert(why);
        vm.prank(SELLER);
        escrow.requestWithdraw(t);
        vm.expectRevert(why);
        vm.prank(SELLER);
        escrow.close(t, SELLER);
    }

    function _listRefused(Escrow.Terms memory t, bytes memory why) private {
        vm.expectRevert(why);
        list(t);
    }

    function _payRefused(Escrow.Terms memory t, Spv.Proof memory proof, bytes4 selector, bytes32 a, uint256 b) private {
        vm.expectRevert(abi.encodeWithSelector(selector, a, b));
        pay(t, 0, proof);
    }

    function _txid(Spv.Proof memory proof) private pure returns (bytes32) {
        return sha256(abi.encodePacked(sha256(proof.transaction)));
    }

    function _plainId(Escrow.Terms memory t) private pure returns (bytes32) {
        bytes32 hashOfRequired = keccak256(abi.encode(t.required));
        return keccak256(
            bytes.concat(
                abi.encode(t.seller, t.nft, t.tokenId, t.priceSats, t.scriptRoot),
                abi.encode(t.confirmations, t.depositWei, t.proverFeeWei, t.salt, hashOfRequired)
            )
        );
    }

    function _state(SaleState s, address buyer, uint256 at, uint256 since, uint256 n, Status status, bool credited)
        private
        pure
    {
        same("buyer", s.buyer(), buyer);
        same("reservedAt", s.reservedAt(), at);
        same("changedAt", s.changedAt(), since);
        same("reservations", s.reservations(), n);
        same("status", s.status(), status);
        hold("credited", s.credited() == credited);
    }
}
