// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice The names behind a style's codes: palettes, formats, families with their traits, and the words of titles.
/// @dev Layout (packages/art owns it): version 1; count and palette names; count and format names; count of families,
/// each: name, count of traits, each: name, count of options, each: cumulative threshold and name; count and first words
/// of titles; count and second words. A name is a length byte and printable ASCII. `check` walks a table once, when the
/// renderer is made; everything else trusts it.
library TraitTable {
    error TableVersion(uint256 version);
    /// @dev The table ends inside a field, or bytes follow its last field.
    error TableLength(uint256 end, uint256 length);
    /// @dev A list that something is drawn from is empty.
    error TableEmptyList(uint256 offset);
    /// @dev Thresholds rise to 255, so that every drawn byte has its option.
    error TableThreshold(uint256 offset, uint256 threshold);
    /// @dev A name holds a byte that would need escaping in JSON or XML.
    error TableName(uint256 offset);

    /// @notice Reverts unless the table is well-formed to its last byte.
    function check(bytes memory table) internal pure {
        if (_byte(table, 0) != 1) revert TableVersion(_byte(table, 0));
        uint256 pos = _checkList(table, _checkList(table, 1));
        uint256 families = _byte(table, pos++);
        if (families == 0) revert TableEmptyList(pos - 1);
        for (; families != 0; --families) {
            pos = _checkName(table, pos);
            uint256 traits = _byte(table, pos++);
            for (; traits != 0; --traits) {
                pos = _checkName(table, pos);
                uint256 options = _byte(table, pos++);
                if (options == 0) revert TableEmptyList(pos - 1);
                uint256 least;
                for (; options != 0; --options) {
                    uint256 threshold = _byte(table, pos);
                    if (threshold < least || (options == 1 && threshold != 255)) revert TableThreshold(pos, threshold);
                    least = threshold + 1;
                    pos = _checkName(table, pos + 1);
                }
            }
        }
        pos = _checkList(table, _checkList(table, pos));
        if (pos != table.length) revert TableLength(pos, table.length);
    }

    /// @notice How many names the list at `at` has.
    function count(bytes memory table, uint256 pos) internal pure returns (uint256) {
        return uint8(table[pos]);
    }

    /// @notice Where the list of palettes, of formats and of families begin.
    function lists(bytes memory table) internal pure returns (uint256 palettes, uint256 formats, uint256 families) {
        palettes = 1;
        formats = afterList(table, palettes);
        families = afterList(table, formats);
    }

    /// @notice Name `index` of the list at `at`.
    function nameOf(bytes memory table, uint256 pos, uint256 index) internal pure returns (string memory) {
        ++pos;
        for (; index != 0; --index) {
            pos = afterName(table, pos);
        }
        return text(table, pos);
    }

    /// @notice Where family `code` begins, in the list at `at`.
    function family(bytes memory table, uint256 pos, uint256 code) internal pure returns (uint256) {
        ++pos;
        for (; code != 0; --code) {
            pos = _afterFamily(table, pos);
        }
        return pos;
    }

    /// @notice Where the first words of titles begin, behind the families at `at`.
    function words(bytes memory table, uint256 pos) internal pure returns (uint256) {
        return family(table, pos, count(table, pos));
    }

    /// @notice The option for `drawn` of the trait at `at`, and where the next trait begins.
    function option(bytes memory table, uint256 pos, uint256 drawn)
        internal
        pure
        returns (string memory name, string memory value, uint256 next)
    {
        name = text(table, pos);
        pos = afterName(table, pos);
        uint256 options = count(table, pos++);
        bool found;
        for (; options != 0; --options) {
            if (!found && uint8(table[pos]) >= drawn) {
                found = true;
                value = text(table, pos + 1);
            }
            pos = afterName(table, pos + 1);
        }
        next = pos;
    }

    /// @notice The name at `at`.
    function text(bytes memory table, uint256 pos) internal pure returns (string memory) {
        bytes memory name = new bytes(uint8(table[pos]));
        for (uint256 i; i < name.length; ++i) {
            name[i] = table[pos + 1 + i];
        }
        return string(name);
    }

    function afterName(bytes memory table, uint256 pos) internal pure returns (uint256) {
        return pos + 1 + uint8(table[pos]);
    }

    function afterList(bytes memory table, uint256 pos) internal pure returns (uint256) {
        uint256 names = uint8(table[pos++]);
        for (; names != 0; --names) {
            pos = afterName(table, pos);
        }
        return pos;
    }

    function _afterFamily(bytes memory table, uint256 pos) private pure returns (uint256) {
        pos = afterName(table, pos);
        uint256 traits = uint8(table[pos++]);
        for (; traits != 0; --traits) {
            pos = afterName(table, pos);
            uint256 options = uint8(table[pos++]);
            for (; options != 0; --options) {
                pos = afterName(table, pos + 1);
            }
        }
        return pos;
    }

    function _checkList(bytes memory table, uint256 pos) private pure returns (uint256) {
        uint256 names = _byte(table, pos++);
        if (names == 0) revert TableEmptyList(pos - 1);
        for (; names != 0; --names) {
            pos = _checkName(table, pos);
        }
        return pos;
    }

    function _checkName(bytes memory table, uint256 pos) private pure returns (uint256) {
        uint256 end = pos + 1 + _byte(table, pos);
        if (end > table.length) revert TableLength(end, table.length);
        if (end == pos + 1) revert TableName(pos);
        for (uint256 i = pos + 1; i < end; ++i) {
            bytes1 c = table[i];
            if (c < 0x20 || c > 0x7e || c == '"' || c == "\\" || c == "<" || c == ">" || c == "&") revert TableName(i);
        }
        return end;
    }

    function _byte(bytes memory table, uint256 pos) private pure returns (uint256) {
        if (pos >= table.length) revert TableLength(pos + 1, table.length);
        return uint8(table[pos]);
    }
}
