// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Header} from "./Header.sol";
import {IRelay} from "./IRelay.sol";
import {Sha256d} from "./Sha256d.sol";

/// @notice Simplified payment verification: that a transaction is in a block, and that Bitcoin's work stands over it.
/// @dev What the transaction pays is the caller's to read, by one walk with Transaction.sol, and so is how many headers
/// are enough. What is proved is work, not that the block is in the best chain: see SECURITY.md.
library Spv {
    struct Proof {
        /// @dev 80 bytes each, oldest first. The first holds the transaction, each further one confirms it.
        bytes headers;
        /// @dev In non-witness form.
        bytes transaction;
        /// @dev Its place in the block; the coinbase has 0.
        uint256 index;
        /// @dev Siblings from the transaction up to the root, in internal byte order.
        bytes32[] branch;
        /// @dev sha256 of the block's coinbase in non-witness form; the sha256 of this is the coinbase's id.
        bytes32 coinbasePreimage;
        /// @dev Siblings from the coinbase up to the root, as many as of the transaction.
        bytes32[] coinbaseBranch;
    }

    /// @dev More levels than any block's tree has.
    uint256 internal constant MAX_DEPTH = 32;

    /// @dev Index 0. What a coinbase pays cannot be spent for 100 blocks and vanishes with its block.
    error CoinbasePayment();
    /// @dev A tree of this depth has no such place: an index with more bits would name one transaction twice.
    error IndexBeyondTree(uint256 index, uint256 depth);
    error BranchLengths(uint256 transaction, uint256 coinbase);
    error BranchLength(uint256 length, uint256 most);
    /// @dev Transaction, index and branch lead to one root, the header holds another.
    error TransactionNotInBlock(bytes32 found, bytes32 wanted);
    error CoinbaseNotInBlock(bytes32 found, bytes32 wanted);

    /// @notice Reverts unless the transaction is in the block of the first header, and the relay knows the work.
    /// @dev 64 bytes can be both a transaction and an inner node (CVE-2017-12842). An inner node that poses as the
    /// transaction is refused by Transaction.open, by its length. A leaf under a transaction that poses as an inner node
    /// would lie deeper than the true coinbase, so the coinbase's depth is asked for. To name a coinbase as deep, the
    /// true one must be 64 bytes as well and the coinbasePreimage hash to its first 32, of which consensus fixes 28:
    /// 2^224 steps (BIP-53).
    /// @return txid sha256d of the transaction, in internal byte order.
    /// @return first sha256d of the first header, in internal byte order.
    /// @return firstTime The first header's time, Unix seconds.
    function verify(Proof calldata proof, IRelay relay)
        internal
        view
        returns (bytes32 txid, bytes32 first, uint256 firstTime)
    {
        uint256 index = proof.index;
        uint256 depth = proof.branch.length;
        if (index == 0) revert CoinbasePayment();
        if (index >> depth != 0) revert IndexBeyondTree(index, depth);
        if (depth != proof.coinbaseBranch.length) revert BranchLengths(depth, proof.coinbaseBranch.length);
        if (depth > MAX_DEPTH) revert BranchLength(depth, MAX_DEPTH);

        Header.count(proof.headers);
        bytes32 root = Header.merkleRoot(proof.headers);
        txid = Sha256d.hash(proof.transaction);
        bytes32 found = Sha256d.fold(txid, proof.branch, index);
        if (found != root) revert TransactionNotInBlock(found, root);
        found = Sha256d.foldLeft(sha256(abi.encodePacked(proof.coinbasePreimage)), proof.coinbaseBranch);
        if (found != root) revert CoinbaseNotInBlock(found, root);
        (first, firstTime) = relay.verify(proof.headers);
    }
}
