// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice What a renderer needs to know of a token.
struct Piece {
    uint256 id;
    /// @dev The round that its work belongs to.
    uint256 round;
    /// @dev Made in the studio: no work stands behind the id, so no rarity is stated.
    bool studio;
    /// @dev The account whose work it was; zero for studio pieces.
    address miner;
    /// @dev Name of the collection.
    string collection;
    /// @dev SSTORE2 pointer to the style.
    address style;
}

/// @notice Makes the words and pictures of a token, wholly on chain.
interface IRenderer {
    /// @notice `data:application/json;base64,...`
    function tokenURI(Piece calldata piece) external view returns (string memory);

    /// @notice Reverts with a named error unless `style` can be rendered for every token id.
    function checkStyle(bytes calldata style) external view;
}
