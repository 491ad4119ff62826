// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Escrow} from "../src/Escrow.sol";
import {Status} from "../src/EscrowState.sol";
import {Spv} from "../src/bitcoin/Spv.sol";
import {IRelay} from "../src/bitcoin/IRelay.sol";
import {Actor} from "./EscrowActors.sol";
import {EscrowFixture, Payments} from "./EscrowFixture.sol";

/// @notice Whole-transaction gas of the escrow, kept in snapshots/ and compared by every run.
/// forge-config: default.isolate = true
contract EscrowGasTest is EscrowFixture {
    /// @dev A second token of buyer and seller, and accounts that hold ETH, as in real life.
    function setUp() public override {
        super.setUp();
        nft.mint(BUYER, 1 << 100);
        nft.mint(SELLER, 1 << 101);
        nft.mint(address(escrow), 1 << 102);
        vm.deal(SELLER, 1 ether);
        vm.deal(BUYER, 1 ether);
        vm.deal(PROVER, 1 ether);
    }

    function test_sale() external {
        Escrow.Terms memory t = terms();
        t.confirmations = 6;
        list(t);
        vm.snapshotGasLastCall("escrow", "list");
        reserve(t, 0);
        vm.snapshotGasLastCall("escrow", "reserve, 16 scripts");
        pay(t, 0, _proof(t, 0, 6, 1));
        vm.snapshotGasLastCall("escrow", "pay, 6 headers, branch of 10, sold");
        same("sold", statusOf(t), Status.Sold);
    }

    function test_saleInTwoPayments() external {
        Escrow.Terms memory t = reserved();
        pay(t, 0, proofOf(payment(t, 0, 400_000, 1), 3));
        vm.snapshotGasLastCall("escrow", "pay, 3 headers, a part");
        pay(t, 0, proofOf(payment(t, 0, 600_000, 2), 3));
        vm.snapshotGasLastCall("escrow", "pay, 3 headers, the rest, sold");
    }

    function test_saleOfTheLargerClass() external {
        Escrow.Terms memory t = terms();
        (t.confirmations, t.priceSats) = (6, uint64(6 * CAP));
        list(t);
        reserve(t, 0);
        pay(t, 0, _proof(t, 0, 6, 1));
        vm.snapshotGasLastCall("escrow", "pay, 6 headers, branch of 10, larger class, sold");
        same("sold", statusOf(t), Status.Sold);
    }

    function test_saleOverTheCap() external {
        Escrow.Terms memory t = reserved();
        Spv.Proof memory proof = _proof(t, 0, 6, 1);
        setExposure(hashAt(proof, 0), CAP);
        pay(t, 0, proof);
        vm.snapshotGasLastCall("escrow", "pay, 6 headers, branch of 10, over the cap");
        pay(t, 0, _proof(t, 0, DEEP, 1));
        vm.snapshotGasLastCall("escrow", "pay, 144 headers, branch of 10, sold");
        same("sold", statusOf(t), Status.Sold);
    }

    function test_lapse() external {
        Escrow.Terms memory t = reserved();
        Spv.Proof memory proof = _proof(t, 0, 6, 1);
        setExposure(hashAt(proof, 0), CAP);
        pay(t, 0, proof);
        vm.warp(START + 14 days);
        escrow.lapse(t);
        vm.snapshotGasLastCall("escrow", "lapse");
    }

    function test_refusingBuyer() external {
        Actor buyer = new Actor();
        Escrow.Terms memory t = terms();
        list(t);
        reserve(t, address(buyer), 0);
        buyer.refuse(true, true);
        pay(t, 0, proofOf(payment(t, 0, 1_000_000, 1), 3));
        buyer.refuse(false, false);
        vm.prank(address(buyer));
        escrow.withdraw(address(buyer));
        vm.snapshotGasLastCall("escrow", "withdraw");
        vm.prank(address(buyer));
        escrow.collect(t, address(buyer));
        vm.snapshotGasLastCall("escrow", "collect");
    }

    function test_expireAndClose() external {
        Escrow.Terms memory t = reserved();
        vm.warp(block.timestamp + 26 hours);
        escrow.expire(t);
        vm.snapshotGasLastCall("escrow", "expire");
        vm.prank(SELLER);
        escrow.requestWithdraw(t);
        vm.snapshotGasLastCall("escrow", "requestWithdraw");
        vm.warp(block.timestamp + 24 hours);
        vm.prank(SELLER);
        escrow.close(t, SELLER);
        vm.snapshotGasLastCall("escrow", "close");
    }

    function _proof(Escrow.Terms memory t, uint256 index, uint256 count, uint256 seed)
        private
        view
        returns (Spv.Proof memory)
    {
        bytes[3] memory transactions = [payment(t, index, t.priceSats, seed), new bytes(65), new bytes(66)];
        return Payments.prove(transactions, 1, 8, count, block.timestamp, seed);
    }
}

/// @notice Creation is not a call, so it is measured from within, and the transaction's 21,000 are not in it.
contract EscrowDeployTest is EscrowFixture {
    function test_deploy() external {
        IRelay relay = escrow.RELAY();
        uint256 gas = gasleft();
        Escrow deployed = new Escrow(relay, SUBSIDY, DEEP, windows());
        gas -= gasleft();
        vm.snapshotValue("escrow", "deploy", gas);
        vm.snapshotValue("escrow", "size", address(deployed).code.length);
        hold("EIP-170", address(deployed).code.length <= 24_576);
    }
}
