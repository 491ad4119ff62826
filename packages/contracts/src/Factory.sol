// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {LibClone} from "solady/utils/LibClone.sol";
import {SSTORE2} from "solady/utils/SSTORE2.sol";
import {Collection} from "./Collection.sol";
import {IRenderer} from "./IRenderer.sol";
import {Splitter} from "./Splitter.sol";
import {Terms, TermsCode} from "./Terms.sol";
import {Utf8} from "./Utf8.sol";

/// @notice Makes collections: stores the style once, checks the terms, clones, and opens the first round.
/// @dev Nobody owns it. All its collections share one renderer, which was fixed when the factory was made.
contract Factory {
    uint256 private constant BPS = 10_000;
    /// @dev Four times it still fits 256 bits, and one hash in four meets it.
    uint256 private constant MAX_TARGET = type(uint256).max >> 2;

    /// @notice What the clones run.
    address public immutable COLLECTION;
    IRenderer public immutable RENDERER;

    event CollectionCreated(address indexed collection, address indexed artist, address indexed creator, address style);

    /// @dev A term lies outside its bounds: its name in `Terms` (for a text, its length is meant), its value, the bounds.
    error BadTerm(string term, uint256 value, uint256 least, uint256 most);
    error ZeroArtist();
    /// @dev Made before, with the same terms, style and salt, by the same sender.
    error CollectionExists(address collection);
    error ZeroRenderer();

    constructor(IRenderer renderer) {
        if (address(renderer).code.length == 0) revert ZeroRenderer();
        RENDERER = renderer;
        COLLECTION = address(new Collection(address(new Splitter())));
    }

    /// @notice Makes a collection and opens its first round.
    /// @param salt Any number: the same sender may make equal collections with different salts. The address is known
    /// before (`predict`), so a sender who lost an answer can see whether the transaction went through.
    function create(Terms calldata terms, bytes calldata style, bytes32 salt) external returns (address collection) {
        _check(terms);
        RENDERER.checkStyle(style);
        address pointer = SSTORE2.predictCounterfactualAddress(style, 0);
        // The address follows from the bytes: a style that two collections share is stored once.
        if (pointer.code.length == 0) SSTORE2.writeCounterfactual(style, 0);
        bool existed;
        (existed, collection) = LibClone.createDeterministicClone(
            COLLECTION, TermsCode.encode(terms, address(RENDERER), pointer), _salt(msg.sender, salt)
        );
        if (existed) revert CollectionExists(collection);
        Collection(collection).open();
        emit CollectionCreated(collection, terms.artist, msg.sender, pointer);
    }

    /// @notice Where `create` would put a collection when `creator` sends it.
    function predict(Terms calldata terms, bytes calldata style, bytes32 salt, address creator)
        external
        view
        returns (address)
    {
        bytes memory args = TermsCode.encode(terms, address(RENDERER), SSTORE2.predictCounterfactualAddress(style, 0));
        return LibClone.predictDeterministicAddress(COLLECTION, args, _salt(creator, salt), address(this));
    }

    function _check(Terms calldata terms) private pure {
        _within("name", bytes(terms.name).length, 1, 64);
        Utf8.check("name", bytes(terms.name));
        _within("symbol", bytes(terms.symbol).length, 1, 16);
        Utf8.check("symbol", bytes(terms.symbol));
        if (terms.artist == address(0)) revert ZeroArtist();
        _within("supplyCap", terms.supplyCap, 1, type(uint32).max);
        _within("mintsPerRound", terms.mintsPerRound, 1, terms.supplyCap);
        // A quarter of a round is a whole second at least, so two rounds never open in one block.
        _within("roundSeconds", terms.roundSeconds, 4, 365 days);
        _within("royaltyBps", terms.royaltyBps, 0, BPS);
        _within("artistBps", terms.artistBps, 0, BPS);
        _within("easiestTarget", terms.easiestTarget, 1, MAX_TARGET);
        _within("initialTarget", terms.initialTarget, 1, terms.easiestTarget);
    }

    function _within(string memory term, uint256 value, uint256 least, uint256 most) private pure {
        if (value < least || value > most) revert BadTerm(term, value, least, most);
    }

    function _salt(address creator, bytes32 salt) private pure returns (bytes32) {
        return keccak256(abi.encode(creator, salt));
    }
}
