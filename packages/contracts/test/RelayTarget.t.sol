// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Target} from "../src/bitcoin/Target.sol";
import {RelayTarget} from "./RelayTarget.sol";
import {Test} from "./Vm.sol";

/// @notice Internal functions, called from outside so that a refusal can be seen.
contract Targets {
    function fromBits(uint256 bits) external pure returns (uint256) {
        return Target.fromBits(bits);
    }
}

contract RelayTargetTest is Test {
    uint256 internal constant MAINNET_LIMIT = 0xffff << 208;
    uint256 internal constant EASIEST = 0x7fffff << 232;
    uint256 internal constant TWO_WEEKS = 2016 * 600;

    Targets internal targets = new Targets();

    // Vectors of Bitcoin Core: arith_uint256_tests (bignum_SetCompact) and pow_tests.

    function test_coreCompact() external view {
        // bits, the target's leading digits, where they begin, and the bits that the target gives back.
        uint256[4][6] memory vectors = [
            [uint256(0x01123456), 0x12, 0, 0x01120000],
            [uint256(0x02123456), 0x1234, 0, 0x02123400],
            [uint256(0x03123456), 0x123456, 0, 0x03123456],
            [uint256(0x04123456), 0x123456, 8, 0x04123456],
            [uint256(0x05009234), 0x9234, 16, 0x05009234],
            [uint256(0x20123456), 0x123456, 232, 0x20123456]
        ];
        for (uint256 i; i < vectors.length; ++i) {
            uint256 target = vectors[i][1] << vectors[i][2];
            same("target", targets.fromBits(vectors[i][0]), target);
            same("bits", Target.toBits(target), vectors[i][3]);
        }
        same("zero", Target.toBits(0), 0);
        // The sign bit: 0x80 needs a byte more.
        same("sign", Target.toBits(0x80), 0x02008000);
        same("all bits", Target.toBits(type(uint256).max), 0x2100ffff);
    }

    function test_coreRefuses() external {
        uint32[17] memory bad = [
            0, 0x00123456, 0x01003456, 0x02000056, 0x03000000, 0x04000000, 0x00923456, 0x01803456, 0x02800056,
            0x03800000, 0x04800000, 0x01fedcba, 0x04923456, 0xff123456, 0x23000001, 0x22000100, 0x21010000
        ];
        for (uint256 i; i < bad.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(Target.BadBits.selector, bad[i]));
            targets.fromBits(bad[i]);
        }
        // Core takes these two; no chain's limit is so easy.
        vm.expectRevert(abi.encodeWithSelector(Target.BadBits.selector, 0x2100ffff));
        targets.fromBits(0x2100ffff);
        vm.expectRevert(abi.encodeWithSelector(Target.BadBits.selector, 0x220000ff));
        targets.fromBits(0x220000ff);
        same("regtest", targets.fromBits(0x207fffff), EASIEST);
    }

    function test_coreRetargets() external pure {
        uint32[4][4] memory vectors = [
            [uint32(1261130161), 1262152739, 0x1d00ffff, 0x1d00d86a],
            [uint32(1231006505), 1233061996, 0x1d00ffff, 0x1d00ffff],
            [uint32(1279008237), 1279297671, 0x1c05a3f4, 0x1c0168fd],
            [uint32(1263163443), 1269211443, 0x1c387f6f, 0x1d00e1fd]
        ];
        for (uint256 i; i < vectors.length; ++i) {
            uint32[4] memory v = vectors[i];
            same("next", Target.retarget(v[2], v[0], v[1], TWO_WEEKS, MAINNET_LIMIT), v[3]);
        }
    }

    /// @dev Products of 256 bits and more are above any limit: without that, three times 20600000 would wrap to 20200000.
    function test_retargetBeyond256Bits() external pure {
        for (uint256 times = 2; times < 5; ++times) {
            same("three quarters", Target.retarget(0x20600000, 0, times * TWO_WEEKS, TWO_WEEKS, EASIEST), 0x207fffff);
            same("all", Target.retarget(0x207fffff, 0, times * TWO_WEEKS, TWO_WEEKS, EASIEST), 0x207fffff);
        }
        same("5/8", Target.retarget(0x20500000, 0, 4 * TWO_WEEKS, TWO_WEEKS, EASIEST), 0x207fffff);
    }

    /// @dev One below the limit stays one below it, exactly.
    function test_retargetJustBelowTheLimit() external pure {
        same("as it was", Target.retarget(0x037ffffe, 0, 10, 10, 0x7fffff), 0x037ffffe);
        same("at the limit", Target.retarget(0x037fffff, 0, 10, 10, 0x7fffff), 0x037fffff);
    }

    // Plain twins, over all that there is.

    function testFuzz_fromBits(uint32 bits) external view {
        (bool fine, uint256 wanted) = RelayTarget.fromBits(bits);
        try targets.fromBits(bits) returns (uint256 target) {
            hold("should be refused", fine);
            same("target", target, wanted);
        } catch {
            hold("should be taken", !fine);
        }
    }

    /// @dev Random bits hardly ever have an exponent near the ends.
    function testFuzz_fromBitsNear(uint8 exponent, uint24 mantissa) external view {
        this.testFuzz_fromBits(uint32(uint256(exponent % 38) << 24 | mantissa));
    }

    function testFuzz_toBits(uint256 target, uint8 shift) external pure {
        target >>= shift;
        same("bits", Target.toBits(target), RelayTarget.toBits(target));
    }

    function testFuzz_roundTrip(uint8 exponent, uint24 mantissa) external view {
        uint256 bits = uint256(exponent % 33) << 24 | mantissa & 0x7fffff;
        (bool fine, uint256 target) = RelayTarget.fromBits(uint32(bits));
        if (!fine) return;
        uint256 canonical = Target.toBits(target);
        same("same target", targets.fromBits(canonical), target);
        same("canonical", Target.toBits(targets.fromBits(canonical)), canonical);
    }

    function testFuzz_work(uint256 target) external pure {
        target = within(target, 1, type(uint256).max - 1);
        same("work", Target.work(target), RelayTarget.work(target));
    }

    function testFuzz_retarget(uint8 exponent, uint24 mantissa, uint32 start, uint32 end, uint24 interval, uint8 limit)
        external
        pure
    {
        uint256 bits = uint256(3 + exponent % 30) << 24 | within(mantissa, 1, 0x7fffff);
        uint256 due = uint256(interval) * 60 + 4;
        uint256 easiest = EASIEST >> limit % 200;
        (, uint256 target) = RelayTarget.fromBits(uint32(bits));
        if (target > easiest) easiest = target;
        same(
            "next",
            Target.retarget(bits, start, end, due, easiest),
            RelayTarget.retarget(uint32(bits), start, end, due, easiest)
        );
    }

    /// @dev Times for which the clamp does nothing, which random ones seldom are.
    function testFuzz_retargetInside(uint24 mantissa, uint32 start, uint256 taken) external pure {
        uint256 bits = 0x17000000 | within(mantissa, 0x8000, 0x7fffff);
        taken = within(taken, TWO_WEEKS / 4, TWO_WEEKS * 4);
        uint256 end = uint256(start) + taken;
        uint256 next = Target.retarget(bits, start, end, TWO_WEEKS, MAINNET_LIMIT);
        same("next", next, RelayTarget.retarget(uint32(bits), start, end, TWO_WEEKS, MAINNET_LIMIT));
    }
}
