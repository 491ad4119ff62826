// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {PlainMint} from "./PlainMint.sol";

/// @notice A contract that buys, sells or proves, and can be as difficult as one likes.
contract Actor {
    bool public refusesTokens;
    bool public refusesEther;
    /// @dev Gas that its hooks burn: the one for tokens, the one for ETH.
    uint256 private _tokenGas;
    uint256 private _etherGas;
    address private _target;
    bytes private _call;
    bytes public answer;

    function refuse(bool tokens, bool ether_) external {
        (refusesTokens, refusesEther) = (tokens, ether_);
    }

    function hunger(uint256 tokens, uint256 ether_) external {
        (_tokenGas, _etherGas) = (tokens, ether_);
    }

    /// @notice What each hook calls, keeping the answer.
    function reenter(address target, bytes calldata call_) external {
        (_target, _call) = (target, call_);
    }

    function run(address target, uint256 value, bytes calldata call_) external payable returns (bytes memory) {
        (bool ok, bytes memory result) = target.call{value: value}(call_);
        if (!ok) {
            assembly ("memory-safe") {
                revert(add(result, 0x20), mload(result))
            }
        }
        return result;
    }

    function onERC721Received(address, address, uint256, bytes calldata) external returns (bytes4) {
        _hook(_tokenGas);
        if (refusesTokens) revert("no tokens");
        return this.onERC721Received.selector;
    }

    receive() external payable {
        _hook(_etherGas);
        if (refusesEther) revert("no ether");
    }

    function _hook(uint256 appetite) private {
        uint256 start = gasleft();
        if (appetite != 0) while (start - gasleft() < appetite) {}
        if (_target != address(0)) (, answer) = _target.call(_call);
    }
}

/// @notice A token whose contract can be as difficult as one likes.
contract StrangeToken is PlainMint {
    bool public frozen;
    bool public old;
    bool public lies;
    Actor public told;

    /// @param frozen_ Nothing moves.
    /// @param old_ There is no safeTransferFrom, as before the standard.
    /// @param lies_ Transfers do nothing and succeed.
    function behave(bool frozen_, bool old_, bool lies_) external {
        (frozen, old, lies) = (frozen_, old_, lies_);
    }

    /// @notice Whom each transfer calls first.
    function tell(Actor actor) external {
        told = actor;
    }

    function burn(uint256 id) external {
        _burn(id);
    }

    function transferFrom(address from, address to, uint256 id) public payable override {
        if (frozen) revert("frozen");
        if (address(told) != address(0)) told.onERC721Received(from, to, id, "");
        if (!lies) super.transferFrom(from, to, id);
    }

    function safeTransferFrom(address from, address to, uint256 id) public payable override {
        if (old) revert("unknown function");
        super.safeTransferFrom(from, to, id);
    }
}
