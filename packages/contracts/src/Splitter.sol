// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {LibClone} from "solady/utils/LibClone.sol";
import {SafeTransferLib} from "solady/utils/SafeTransferLib.sol";

/// @notice Divides what one token earns, in ETH or any ERC-20, between its artist and the miner who forged it.
/// @dev A clone per token whose arguments (artist 20, miner 20, artist's part 2) are code. ETH is token address 0.
/// Each payee is paid apart, so one that refuses cannot keep the other waiting. Tokens whose balances shrink by
/// themselves (rebasing, fee on transfer) pay what is there: the last to come may get less.
contract Splitter {
    uint256 private constant BPS = 10_000;

    /// @notice What all payees together have had, by token.
    mapping(address token => uint256) public totalReleased;
    mapping(address token => mapping(address payee => uint256)) public released;

    /// @dev Some ERC-20 call their receiver before balances are settled (ERC-777).
    bool private transient _paying;

    event Released(address indexed token, address indexed payee, uint256 amount);

    error NotAPayee(address account);
    error NothingDue(address token, address payee);
    error Reentered();

    /// @dev Any amount, from anybody. The clone was able to receive before it had code, too.
    receive() external payable {}

    function artist() public view returns (address) {
        return address(bytes20(LibClone.argsOnClone(address(this), 0, 20)));
    }

    function miner() public view returns (address) {
        return address(bytes20(LibClone.argsOnClone(address(this), 20, 40)));
    }

    /// @notice The artist's part in hundredths of a percent.
    function artistBps() public view returns (uint256) {
        return uint16(bytes2(LibClone.argsOnClone(address(this), 40, 42)));
    }

    /// @notice What `payee` may have now. Both dues together are the whole balance, to the last unit.
    function due(address token, address payee) public view returns (uint256) {
        bool isArtist = payee == artist();
        bool isMiner = payee == miner();
        if (!isArtist && !isMiner) revert NotAPayee(payee);
        uint256 received = _balance(token) + totalReleased[token];
        uint256 forArtist = received * artistBps() / BPS;
        uint256 entitled = isArtist && isMiner ? received : isArtist ? forArtist : received - forArtist;
        uint256 had = released[token][payee];
        return entitled > had ? entitled - had : 0;
    }

    /// @notice Pays `payee` what is due to it. Anybody may call.
    /// @return amount What was paid.
    function release(address token, address payee) public returns (uint256 amount) {
        if (_paying) revert Reentered();
        _paying = true;
        amount = due(token, payee);
        if (amount == 0) revert NothingDue(token, payee);
        released[token][payee] += amount;
        totalReleased[token] += amount;
        emit Released(token, payee, amount);
        if (token == address(0)) SafeTransferLib.safeTransferETH(payee, amount);
        else SafeTransferLib.safeTransfer(token, payee, amount);
        _paying = false;
    }

    /// @notice Pays both, each what is due to it, if anything.
    function releaseAll(address token) external {
        (address a, address m) = (artist(), miner());
        if (due(token, a) != 0) release(token, a);
        if (m != a && due(token, m) != 0) release(token, m);
    }

    function _balance(address token) private view returns (uint256) {
        return token == address(0) ? address(this).balance : SafeTransferLib.balanceOf(token, address(this));
    }
}
