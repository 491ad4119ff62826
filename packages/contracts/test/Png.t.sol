// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Png} from "../src/Png.sol";
import {Test} from "./Vm.sol";

contract PngTest is Test {
    /// @dev Four pixels: red, green, blue, white. The bytes are those of Python's zlib at level 0.
    function test_fourPixels() external pure {
        same(
            "png",
            Png.encode(hex"ff000000ff000000ffffffff", 2),
            hex"89504e470d0a1a0a" hex"0000000d" hex"49484452" hex"0000000200000002" hex"0802000000" hex"fdd49a73"
            hex"00000019" hex"49444154" hex"7801" hex"01" hex"0e00f1ff" hex"00ff000000ff00" hex"000000ffffffff"
            hex"1fee05fb" hex"deddec2b" hex"00000000" hex"49454e44" hex"ae426082"
        );
    }

    /// @dev Byte for byte what the specifications' plain loops make.
    function testFuzz_plainTwin(bytes32 seed, uint256 side) external pure {
        side = within(side, 1, 24);
        bytes memory rgb = new bytes(3 * side * side);
        for (uint256 i; i < rgb.length; ++i) {
            rgb[i] = keccak256(abi.encode(seed, i))[0] | bytes1(uint8(uint256(seed)));
        }
        same("png", Png.encode(rgb, side), _twin(rgb, side));
    }

    /// @dev The brightest and largest picture: all sums at their greatest.
    function test_largest() external pure {
        uint256 side = Png.MAX_SIDE;
        bytes memory rgb = new bytes(3 * side * side);
        for (uint256 i; i < rgb.length; ++i) {
            rgb[i] = 0xff;
        }
        same("png", Png.encode(rgb, side), _twin(rgb, side));
    }

    function _twin(bytes memory rgb, uint256 side) private pure returns (bytes memory) {
        bytes memory rows;
        for (uint256 y; y < side; ++y) {
            bytes memory row = new bytes(1 + 3 * side);
            for (uint256 i; i < 3 * side; ++i) {
                row[1 + i] = rgb[3 * side * y + i];
            }
            rows = bytes.concat(rows, row);
        }
        (uint256 a, uint256 b) = (1, 0);
        for (uint256 i; i < rows.length; ++i) {
            a = (a + uint8(rows[i])) % 65_521;
            b = (b + a) % 65_521;
        }
        uint256 n = rows.length;
        bytes memory length = abi.encodePacked(uint8(n), uint8(n >> 8), ~uint8(n), ~uint8(n >> 8));
        bytes memory head = abi.encodePacked("IHDR", uint32(side), uint32(side), hex"0802000000");
        bytes memory data = abi.encodePacked("IDAT", hex"780101", length, rows, uint16(b), uint16(a));
        return abi.encodePacked(hex"89504e470d0a1a0a", _chunk(head), _chunk(data), _chunk("IEND"));
    }

    function _chunk(bytes memory typed) private pure returns (bytes memory) {
        uint32 c = type(uint32).max;
        for (uint256 i; i < typed.length; ++i) {
            c ^= uint8(typed[i]);
            for (uint256 k; k < 8; ++k) {
                c = c & 1 == 1 ? c >> 1 ^ 0xedb88320 : c >> 1;
            }
        }
        return abi.encodePacked(uint32(typed.length - 4), typed, ~c);
    }
}
