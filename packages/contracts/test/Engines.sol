// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {LibString} from "solady/utils/LibString.sol";
import {Loupe} from "../src/Loupe.sol";
import {Test} from "./Vm.sol";

/// @notice The real engines, from the modules that the product deploys them from, and the reference's pixels.
abstract contract Engines is Test {
    /// @dev One piece of a family in test/vectors/pixels.json, which packages/art/tool/pixels.ts writes.
    struct Vector {
        string at;
        bytes style;
        uint256 id;
        bytes given;
    }

    string private vectors;

    function engine(string memory family) internal returns (address made) {
        string memory module = vm.readFile(string.concat("src/generated/engines/", family, ".ts"));
        string memory code = LibString.slice(module, LibString.indexOf(module, '"0x') + 1);
        bytes memory creation = vm.parseBytes(LibString.slice(code, 0, LibString.indexOf(code, '"')));
        assembly ("memory-safe") {
            made := create(0, add(creation, 0x20), mload(creation))
        }
        hold("engine is made", made.code.length != 0);
    }

    /// @notice A loupe with the engines of the first families, by code; no engine for a name that is empty.
    function loupeOf(string[] memory families) internal returns (Loupe) {
        address[] memory made = new address[](families.length);
        for (uint256 i; i < families.length; ++i) {
            if (bytes(families[i]).length != 0) made[i] = engine(families[i]);
        }
        return new Loupe(made);
    }

    constructor() {
        vectors = vm.readFile("test/vectors/pixels.json");
    }

    /// @notice The trait table of the product.
    function productTable() internal view returns (bytes memory) {
        return dataOf("", ".table");
    }

    function vector(uint256 family) internal view returns (Vector memory) {
        string memory at = string.concat(".vectors[", LibString.toString(family), "]");
        return Vector(at, dataOf(at, ".style"), uint256(bytes32(dataOf(at, ".id"))), dataOf(at, ".given"));
    }

    function numberOf(string memory at, string memory key) internal view returns (uint256) {
        return vm.parseJsonUint(vectors, string.concat(at, key));
    }

    function dataOf(string memory at, string memory key) internal view returns (bytes memory) {
        return vm.parseJsonBytes(vectors, string.concat(at, key));
    }
}
