// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice Checks that bytes are UTF-8 without control characters, so that they can stand in JSON and in XML.
library Utf8 {
    /// @dev The text named `field` is not well-formed UTF-8, or holds a control character, at this byte.
    error BadText(string field, uint256 offset);

    /// @dev The well-formed sequences are those of Unicode 15, table 3-7; U+FFFE and U+FFFF are left out, as XML 1.0 does.
    function check(string memory field, bytes memory text) internal pure {
        uint256 i;
        while (i < text.length) {
            uint256 lead = uint8(text[i]);
            uint256 more = lead < 0x80 ? 0 : lead < 0xe0 ? 1 : lead < 0xf0 ? 2 : 3;
            if (lead < 0x20 || lead == 0x7f || (lead > 0x7f && lead < 0xc2) || lead > 0xf4 || i + more >= text.length) {
                revert BadText(field, i);
            }
            for (uint256 k = 1; k <= more; ++k) {
                uint256 next = uint8(text[i + k]);
                (uint256 low, uint256 high) = (0x80, 0xbf);
                if (k == 1) {
                    if (lead == 0xc2) low = 0xa0; // U+0080 to U+009F are controls
                    else if (lead == 0xe0) low = 0xa0;
                    else if (lead == 0xed) high = 0x9f; // surrogates
                    else if (lead == 0xf0) low = 0x90;
                    else if (lead == 0xf4) high = 0x8f;
                }
                if (next < low || next > high) revert BadText(field, i);
            }
            if (lead == 0xef && uint8(text[i + 1]) == 0xbf && uint8(text[i + 2]) > 0xbd) revert BadText(field, i);
            i += more + 1;
        }
    }
}
