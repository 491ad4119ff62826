// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IRelay} from "../src/bitcoin/IRelay.sol";
import {Spv} from "../src/bitcoin/Spv.sol";
import {Transaction} from "../src/bitcoin/Transaction.sol";

/// @notice The verifier as a contract that holds nothing: for the gas bench and for tests of agreement.
contract SpvProbe {
    IRelay public immutable RELAY;

    error Underpaid(uint256 sats, uint256 least);

    constructor(IRelay relay) {
        RELAY = relay;
    }

    /// @notice Proves a payment of `leastSats` or more to `script`: `sats` is what all outputs to it pay together.
    function prove(Spv.Proof calldata proof, bytes calldata script, uint256 leastSats)
        external
        view
        returns (bytes32 txid, bytes32 first, uint256 firstTime, uint256 sats)
    {
        (txid, first, firstTime) = Spv.verify(proof, RELAY);
        bytes calldata data = proof.transaction;
        bytes32 wanted = keccak256(script);
        (uint256 pos, uint256 outputs) = Transaction.open(data);
        for (; outputs != 0; --outputs) {
            (uint256 at, uint256 length, uint256 next) = Transaction.output(data, pos);
            if (length == script.length && keccak256(data[at:next]) == wanted) sats += Transaction.value(data, pos);
            pos = next;
        }
        Transaction.close(data, pos);
        if (sats < leastSats) revert Underpaid(sats, leastSats);
    }

    /// @notice Answers many calls in one: for each a byte, 1 for success, and what it returned or reverted with.
    function many(bytes[] calldata calls) external view returns (bytes[] memory results) {
        results = new bytes[](calls.length);
        for (uint256 i; i < calls.length; ++i) {
            (bool ok, bytes memory result) = address(this).staticcall(calls[i]);
            results[i] = abi.encodePacked(ok, result);
        }
    }
}
