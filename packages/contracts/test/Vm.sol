// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice The cheat codes that the tests use: forge-std is not on npm, and this is all of it that is needed.
interface Vm {
    struct Log {
        bytes32[] topics;
        bytes data;
        address emitter;
    }

    function warp(uint256 timestamp) external;
    function roll(uint256 number) external;
    function setBlockhash(uint256 number, bytes32 hash) external;
    function deal(address account, uint256 balance) external;
    function prank(address sender) external;
    function store(address account, bytes32 slot, bytes32 value) external;
    function load(address account, bytes32 slot) external view returns (bytes32);
    function assume(bool condition) external pure;
    function expectRevert(bytes calldata data) external;
    function expectRevert(bytes4 selector) external;
    /// @dev The selector alone is compared.
    function expectPartialRevert(bytes4 selector) external;
    function expectRevert() external;
    function expectEmit(address emitter) external;
    function expectEmit() external;
    /// @dev Files that foundry.toml allows.
    function readFile(string calldata path) external view returns (string memory);
    function exists(string calldata path) external view returns (bool);
    function parseBytes(string calldata hexadecimal) external pure returns (bytes memory);
    function parseJsonBytes(string calldata json, string calldata key) external pure returns (bytes memory);
    function parseJsonUint(string calldata json, string calldata key) external pure returns (uint256);
    function parseJsonString(string calldata json, string calldata key) external pure returns (string memory);
    function recordLogs() external;
    function getRecordedLogs() external returns (Log[] memory);
    function snapshotState() external returns (uint256 id);
    function revertToState(uint256 id) external returns (bool);
    function snapshotGasLastCall(string calldata group, string calldata name) external returns (uint256);
    function snapshotValue(string calldata group, string calldata name, uint256 value) external;
}

/// @notice Base of all tests: cheat codes and the few comparisons.
abstract contract Test {
    Vm internal constant vm = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));

    error Differs(string what, bytes found, bytes wanted);
    error Broken(string what);

    function same(string memory what, uint256 found, uint256 wanted) internal pure {
        if (found != wanted) revert Differs(what, abi.encode(found), abi.encode(wanted));
    }

    function same(string memory what, bytes32 found, bytes32 wanted) internal pure {
        if (found != wanted) revert Differs(what, abi.encode(found), abi.encode(wanted));
    }

    function same(string memory what, address found, address wanted) internal pure {
        if (found != wanted) revert Differs(what, abi.encode(found), abi.encode(wanted));
    }

    function same(string memory what, string memory found, string memory wanted) internal pure {
        same(what, bytes(found), bytes(wanted));
    }

    function same(string memory what, bytes memory found, bytes memory wanted) internal pure {
        if (keccak256(found) != keccak256(wanted)) revert Differs(what, found, wanted);
    }

    function hold(string memory what, bool truth) internal pure {
        if (!truth) revert Broken(what);
    }

    /// @dev `x` folded into least..most, keeping the ends reachable.
    function within(uint256 x, uint256 least, uint256 most) internal pure returns (uint256) {
        if (x >= least && x <= most) return x;
        uint256 size = most - least + 1;
        return size == 0 ? x : least + x % size;
    }
}
