// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Base64} from "solady/utils/Base64.sol";
import {Base64Words} from "../src/Base64Words.sol";
import {Test} from "./Vm.sol";

contract Base64WordsTest is Test {
    /// @dev RFC 4648, section 10.
    function test_rfc4648() external pure {
        same("", Base64Words.encode(""), "");
        same("f", Base64Words.encode("f"), "Zg==");
        same("fo", Base64Words.encode("fo"), "Zm8=");
        same("foo", Base64Words.encode("foo"), "Zm9v");
        same("foob", Base64Words.encode("foob"), "Zm9vYg==");
        same("fooba", Base64Words.encode("fooba"), "Zm9vYmE=");
        same("foobar", Base64Words.encode("foobar"), "Zm9vYmFy");
    }

    function test_everyDigitAtEveryPlace() external pure {
        for (uint256 digit; digit < 64; ++digit) {
            bytes memory data = new bytes(72);
            for (uint256 i; i < 72; ++i) {
                data[i] = bytes1(uint8((digit << 18 | digit << 12 | digit << 6 | digit) >> (8 * (2 - i % 3))));
            }
            same("digit", Base64Words.encode(data), Base64.encode(data));
        }
    }

    function testFuzz_solady(bytes memory data, bytes32 dirt) external pure {
        // Dirt behind the last byte, and where the result is to lie.
        assembly ("memory-safe") {
            let end := add(add(data, 0x20), mload(data))
            for { let i := 0 } lt(i, 64) { i := add(i, 1) } { mstore(add(end, shl(5, i)), dirt) }
            mstore(0x40, and(add(end, 0x3f), not(0x1f)))
        }
        (bytes32 before, bytes32 behindBefore) = (keccak256(data), _behind(data));
        string memory out = Base64Words.encode(data);
        bool taken;
        assembly ("memory-safe") {
            taken := iszero(gt(add(add(out, 0x20), mload(out)), mload(0x40)))
        }
        hold("memory taken", taken);
        same("as Solady's", out, Base64.encode(data));
        same("untouched", keccak256(data), before);
        same("dirt left", _behind(data), behindBefore);
    }

    function _behind(bytes memory data) private pure returns (bytes32 behind) {
        assembly ("memory-safe") {
            behind := mload(add(add(data, 0x20), mload(data)))
        }
    }
}
