// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice Pixels x0 <= x < x1, y0 <= y < y1 of a picture of size x size pixels, with samples x samples in each.
struct Tile {
    uint256 x0;
    uint256 y0;
    uint256 x1;
    uint256 y1;
    uint256 size;
    uint256 samples;
}

/// @notice How the engines are asked, one for each family. An engine is a family of packages/art compiled to bare code: it has no
/// selectors, takes packed bytes and gives packed bytes. It is pure: the same question has the same answer for ever.
/// @dev A question: op 1 byte; seed 32; length of the style 2; style; what is given (below); the operands of the op.
/// What is given: draw of latents 1; number of lists 1; each list: count 2, values 4 each, rising. It is what an engine
/// could compute only with more gas than a call has, and who doubts it asks `VALUES` and `EYES`.
library Engine {
    /// @dev Operands: size 2; samples 1; x0 2; y0 2; x1 2; y1 2. Answer: three bytes a pixel.
    uint256 internal constant PIXELS = 0;
    /// @dev Operands: list 1; count 2; each place: x 2, y 2. Answer: four bytes a value.
    uint256 internal constant VALUES = 1;
    /// @dev Operands: count 2; each place: x 2, y 2. Answer: four bytes a value.
    uint256 internal constant EYES = 2;

    /// @dev The first draw of latents and no lists: all that families without calm rule and lists want to be told.
    bytes internal constant NOTHING_GIVEN = hex"0000";

    /// @notice The question for the pixels of a tile. Bounds are the caller's to check.
    function pixels(bytes memory style, uint256 id, bytes memory given, Tile memory tile)
        internal
        pure
        returns (bytes memory)
    {
        return question(
            PIXELS,
            style,
            id,
            given,
            abi.encodePacked(
                uint16(tile.size),
                uint8(tile.samples),
                uint16(tile.x0),
                uint16(tile.y0),
                uint16(tile.x1),
                uint16(tile.y1)
            )
        );
    }

    /// @notice Any question.
    function question(uint256 op, bytes memory style, uint256 id, bytes memory given, bytes memory operands)
        internal
        pure
        returns (bytes memory)
    {
        return abi.encodePacked(uint8(op), id, uint16(style.length), style, given, operands);
    }

    /// @notice Asks with at most `most` gas. Not `ok`: the engine reverted, or ran out, or gave another number of bytes.
    function ask(address engine, bytes memory words, uint256 length, uint256 most)
        internal
        view
        returns (bool ok, bytes memory answer)
    {
        assembly ("memory-safe") {
            ok := staticcall(most, engine, add(words, 0x20), mload(words), 0x00, 0x00)
            // An address without code "succeeds" with nothing.
            ok := and(ok, and(eq(returndatasize(), length), iszero(iszero(extcodesize(engine)))))
            if ok {
                answer := mload(0x40)
                mstore(answer, length)
                returndatacopy(add(answer, 0x20), 0x00, length)
                mstore(0x40, and(add(add(answer, length), 0x3f), not(0x1f)))
            }
        }
    }
}
