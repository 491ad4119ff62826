// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Relay} from "../src/bitcoin/Relay.sol";

/// @notice Makes a relay and calls it, all in one `eth_call`: so that thousands of histories can be compared with those
/// of packages/mining's relay.ts, each from its own beginning.
contract RelayProbe {
    /// @param calls to the relay, one after the other.
    /// @return results for each call one byte, 1 when it went well, and what it gave back or was refused with.
    function run(Relay.Rules calldata rules, uint32 number, Relay.Epoch calldata genesis, bytes[] calldata calls)
        external
        returns (bytes[] memory results)
    {
        Relay relay = new Relay(rules, number, genesis);
        results = new bytes[](calls.length);
        for (uint256 i; i < calls.length; ++i) {
            (bool ok, bytes memory data) = address(relay).call(calls[i]);
            results[i] = abi.encodePacked(ok, data);
        }
    }
}
